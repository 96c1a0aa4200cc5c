"""What the passport's page says, in one language: every number already written for people"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from zeropark.figures.numbers import Language, number, percent, unit_text
from zeropark.figures.palette import LOSS, ORIGINS, SERIES
from zeropark.park.assets import Market, Source
from zeropark.park.model import Park
from zeropark.passport.words import AS_STATED
from zeropark.statement.canonical import hash_of
from zeropark.statement.formula import ident, is_declared, parse
from zeropark.statement.model import Line, Statement
from zeropark.statement.needed import FULL
from zeropark.texts import either, in_language

_PARTS = ("gate", "electricity", "upstream", "embodied")
_COLOURS = {"gate": "#c4451c", "electricity": "#e2b93b", "upstream": "#7b68b0", "embodied": "#66737e"}
_MOST, _SAME = 9, 1e-9


@dataclass(frozen=True)
class Bar:
    """One part of a stacked bar: its share of the whole, per cent, and its words."""

    name: str
    value: str
    share: str
    width: float
    colour: str


def context_of(statement: Statement, park: Park, language: Language) -> dict[str, Any]:
    """Everything that the template shows, but the words of the template itself."""
    lines = {line.id: line for line in statement.lines}
    facts = dict(statement.facts or {})
    total = lines["total.kgco2e"]
    product = park.spec.footprint.products.get(statement.subject) if park.spec.footprint is not None else None
    tenant = facts["tenant_zh"] if language == "zh" and facts["tenant_zh"] else facts["tenant"]
    return {
        "title": in_language(facts["title"], language),
        "other": in_language(facts["title"], "en" if language == "zh" else "zh"),
        "park": (park.spec.name_zh if language == "zh" else park.spec.name) or park.spec.name,
        "tenant": tenant,
        "period": f"{facts['begins'][:10]} … {facts['ends'][:10]}"
        if not statement.period
        else statement.period,
        "description": either(product.description, product.description_zh, language)
        if product is not None
        else "",
        "cn_code": facts["cn_code"],
        "total": number(total.value, 5),
        "unit": unit_text(total.unit, language),
        "gate": number(lines["total.gate"].value),
        "primary": percent(lines["total.primary_share"].value),
        "spread": _spread(lines, facts),
        "kinds": _kinds(lines, language),
        "contributions": _contributions(lines, language),
        "electricity": _electricity(lines, park, language),
        "bases": _choices(lines, "choice.basis.", language, facts["basis"]),
        "ways": _ways(lines, language),
        "embodied": _choices(lines, "choice.with", language, ""),
        "behind": _behind(lines, language),
        "notes": [in_language(note, language) for note in facts["notes"].splitlines() if note],
        "park_note": (park.spec.note_zh if language == "zh" else park.spec.note) or park.spec.note,
        "unverified": _unverified(statement, language),
        "inputs": [
            (one.name, one.file, one.sha256, in_language(one.what, language)) for one in statement.inputs
        ],
        "hash": hash_of(statement),
        "previous": statement.previous,
        "lines": len(statement.lines),
        "declared": sum(is_declared(parse(line.formula)) for line in statement.lines),
        "claimed": bool(statement.claims),
        "reduced": any(name.startswith(FULL) for name in facts),
        "certificates": facts["certificates"] == "listed",
    }


def _spread(lines: dict[str, Line], facts: dict[str, str]) -> dict[str, str] | None:
    if "spread.p2_5" not in lines or facts.get("spread") != "stated":
        return None
    return {key: number(lines[f"spread.{key}"].value) for key in ("p2_5", "p50", "p97_5", "mean")}


def _kinds(lines: dict[str, Line], language: Language) -> list[Bar]:
    whole = lines["total.kgco2e"].value
    found = [(name, lines[f"total.{name}"]) for name in _PARTS if f"total.{name}" in lines]
    return [
        Bar(in_language(line.title, language), number(line.value), percent(_part(line.value, whole)),
            100 * max(_part(line.value, whole), 0.0), _COLOURS[name])
        for name, line in found
        if line.value
    ]  # fmt: skip


def _contributions(lines: dict[str, Line], language: Language) -> list[dict[str, Any]]:
    whole = lines["total.kgco2e"].value
    own = [x for x in lines.values() if x.id.startswith("product.") and x.id.endswith(".kgco2e")]
    least = _SAME * max((abs(line.value) for line in own), default=0.0)
    own = [line for line in own if not 0 < abs(line.value) < least]  # rounding of a plan
    own.sort(key=lambda line: -abs(line.value))
    largest = max((abs(line.value) for line in own), default=0.0)
    rows = []
    for turn, line in enumerate(own):
        base = line.id.removesuffix(".kgco2e")
        amount, factor = lines[f"{base}.amount"], lines[f"{base}.factor"]
        rows.append(
            {
                "name": in_language(line.title, language),
                "amount": f"{number(amount.value)} {unit_text(amount.unit.partition('/')[0], language)}",
                "factor": f"{number(factor.value)} {unit_text(factor.unit, language)}",
                "value": number(line.value),
                "share": percent(_part(line.value, whole)),
                "width": 100 * abs(line.value) / largest if largest else 0.0,
                "colour": SERIES[turn % len(SERIES)] if turn < _MOST else LOSS,
                "mark": factor.mark,
                "source": in_language(factor.source, language) if factor.mark else "",
            }
        )
    return rows


def _electricity(lines: dict[str, Line], park: Park, language: Language) -> dict[str, Any]:
    own = [line for line in lines.values() if line.id.startswith("total.mwh.") and line.value]
    whole = sum(line.value for line in own)
    kinds = {ident(n): a.origin for n, a in park.assets.items() if isinstance(a, (Source, Market))}
    bars = [
        Bar(in_language(line.title, language), number(line.value), percent(_part(line.value, whole)),
            100 * _part(line.value, whole), ORIGINS.get(kinds.get(line.id.rpartition(".")[2], ""), LOSS))
        for line in sorted(own, key=lambda one: -one.value)
        if line.value > 1e-9 * whole
    ]  # fmt: skip
    return {"bars": bars, "whole": number(whole), "unit": unit_text(own[0].unit, language) if own else ""}


def _choices(lines: dict[str, Line], prefix: str, language: Language, chosen: str) -> list[dict[str, Any]]:
    own = [
        x
        for x in lines.values()
        if x.id.startswith(prefix) or (prefix == "choice.with" and x.id == "choice.embodied")
    ]
    own = [line for line in own if line.id != "choice.embodied"]
    whole = lines["total.kgco2e"].value
    return [
        {
            "name": in_language(line.title, language).rpartition(": " if language == "en" else "：")[2],
            "value": number(line.value, 5),
            "change": _change(line.value, whole),
            "chosen": line.id.rpartition(".")[2] == chosen or (not chosen and line.value == whole),
        }
        for line in own
    ]


def _ways(lines: dict[str, Line], language: Language) -> list[dict[str, Any]]:
    """What is stated first: its processes may each have their own way; then every way taken wherever it can be."""
    rows = _choices(lines, "choice.allocation.", language, "")
    if not rows:
        return []
    stated = in_language(AS_STATED, language)
    first = {"name": stated, "value": number(lines["total.kgco2e"].value, 5), "change": "", "chosen": True}
    return [first, *({**row, "chosen": False} for row in rows)]


def _behind(lines: dict[str, Line], language: Language) -> list[dict[str, str]]:
    ends = {".footprint": "footprint", ".gate": "gate", ".made": "made", ".share": "share"}
    rows: dict[str, dict[str, str]] = {}
    for line in lines.values():
        parts = line.id.split(".")
        if parts[0] != "process" or len(parts) != 4 or f".{parts[3]}" not in ends:
            continue
        row = rows.setdefault(".".join(parts[:3]), dict.fromkeys((*ends.values(), "unit", "name"), "—"))
        row[ends[f".{parts[3]}"]] = percent(line.value) if parts[3] == "share" else number(line.value)
        if parts[3] == "footprint":
            split = ": " if language == "en" else "："
            row["name"] = in_language(line.title, language).rpartition(split)[0]
            row["unit"] = unit_text(line.unit, language)
        if parts[3] == "made":
            row["made"] += f" {unit_text(line.unit, language)}"
    return list(rows.values())


def _unverified(statement: Statement, language: Language) -> list[str]:
    """What rests on numbers that are recalled, each source once."""
    found = [
        in_language(line.title, language).rpartition(": " if language == "en" else "：")[0]
        for line in statement.lines
        if line.mark == "R"
    ]
    return list(dict.fromkeys(name for name in found if name))


def _change(value: float, whole: float) -> str:
    part = _part(value - whole, whole)
    return "" if abs(part) < _SAME else ("+" if part > 0 else "") + percent(part)


def _part(value: float, whole: float) -> float:
    return value / whole if whole else 0.0
