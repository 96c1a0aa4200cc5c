"""``dossier.html``: the benchmark plant's dossier, indicators with evidence, before and after, action plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from zeropark.efficiency.compare import BeforeAfter, changes_of
from zeropark.efficiency.result import ProcessReading
from zeropark.figures.numbers import LANGUAGES, MISSING, Language, money, number, percent, signed, unit_text
from zeropark.park.efficiency_spec import Measure
from zeropark.park.model import Park
from zeropark.passport.efficiency_words import t
from zeropark.texts import either, in_language


@dataclass(frozen=True)
class Dossier:
    """Everything that the paper tells. measures: by name, packaged ones filled in."""

    park: Park
    readings: Sequence[ProcessReading]
    rows: Sequence[BeforeAfter]
    measures: Mapping[str, Measure]


def dossier_html(dossier: Dossier) -> str:
    """The whole page: 中文 first, English by a switch, nothing asked of the network."""
    environment = _environment()
    body = environment.get_template("dossier.html.j2")
    spec = dossier.park.spec
    bodies: dict[Language, Markup] = {
        language: Markup(body.render(_context(dossier, language))) for language in LANGUAGES
    }
    return environment.get_template("dossier_page.html.j2").render(
        bodies=bodies,
        title=f"{spec.name_zh or spec.name} · {t('title', 'zh')}",
        style=Markup(environment.get_template("dossier.css").render()),
    )


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("zeropark.passport", "templates"),
        autoescape=lambda name: bool(name and name.endswith(".html.j2")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _context(dossier: Dossier, language: Language) -> dict[str, Any]:
    spec = dossier.park.spec
    readings = dossier.readings
    good = [reading for reading in readings if reading.level in (1, 2)]
    best = [reading for reading in good if reading.level == 1]
    beside = any(reading.not_counted for reading in readings)
    counts = {"count": str(len(readings)), "good": str(len(good)), "best": str(len(best))}
    return {
        "language": language,
        "t": lambda key, **parts: t(key, language, **parts),
        "name": either(spec.name, spec.name_zh, language),
        "period": readings[0].period.text if readings else MISSING,
        "summary": t("summary", language, **counts),
        "cautions": _cautions(dossier.park, beside, language),
        "any_not_counted": beside,
        "processes": [_process(dossier.park, reading, language) for reading in readings],
        "before": [_before(dossier, row, language) for row in dossier.rows],
        "other_length": any(not row.same_length for row in dossier.rows),
        "changes": _changes(dossier.rows),
        "plan": [_action(dossier, name, measure, language) for name, measure in dossier.measures.items()],
        "evidence": _evidence(dossier, language),
        "version": metadata.version("zeropark"),
    }


# --- the parts ------------------------------------------------------------------------------------


def _process(park: Park, reading: ProcessReading, language: Language) -> dict[str, Any]:
    standard = reading.chosen.standard
    return {
        "title": either(reading.title, reading.title_zh, language),
        "tenant": _tenant(park, reading.tenant, language),
        "standard": standard.standard,
        "limit": either(reading.chosen.limit.name, reading.chosen.limit.name_zh, language),
        "force": force_words(reading, language),
        "indicator": number(reading.indicator),
        "unit": unit_text(reading.unit, language),
        "level": level_words(reading, language),
        "kind": "good" if reading.level in (1, 2) else "middle" if reading.level == 3 else "bad",
        "bar": _bar(reading),
        "levels": " / ".join(number(level) for level in reading.levels),
        "gap_1": signed(reading.level_1.kgce_per_t),
        "gap_2": signed(reading.level_2.kgce_per_t),
        "gap_year": signed(reading.level_1.tce_per_year),
        "gap_money": money(reading.level_1.money_per_year, reading.currency, language),
        "carriers": [_carrier(park, each, language) for each in reading.carriers],
        "not_counted": not_counted_words(park, reading, language),
        "line": number(reading.line_tce),
        "line_title": t("line" if reading.shares else "whole", language),
        "output": number(reading.output_t),
        "stated": reading.stated_output,
        "shares": [
            (_node(park, each.node, language), number(each.output_t), number(each.element_t), percent(each.share))
            for each in reading.shares
        ],
        "formula": _formula(reading, language),
        "corrections": [
            t("correction", language, name=either(each.name, each.name_zh, language),
              share=percent(reading.corrections[key]), moved=signed(each.of(reading.corrections[key])) or "0",
              unit=unit_text(reading.unit, language))
            for key, each in reading.chosen.limit.corrections.items()
        ],
        "unseen": reading.credit_unseen,
    }  # fmt: skip


def _formula(reading: ProcessReading, language: Language) -> str:
    """The indicator as the division that it is."""
    return t(
        "formula" if reading.shares else "formula-alone",
        language,
        energy=number(reading.line_tce),
        share=percent(reading.shares[0].share if reading.shares else 1.0),
        output=number(reading.output_t),
        indicator=number(reading.indicator),
        unit=unit_text(reading.unit, language),
    )


def _cautions(park: Park, open_: bool, language: Language) -> list[str]:
    """What the park file says of itself (that it is invented), what was set for this run, and how flows were read.

    open_: whether any process takes what its energy does not hold.
    """
    own = either(park.spec.note, park.spec.note_zh, language)
    notes = (in_language(note, language) for note in (*park.override_notes, *park.flow_notes))
    return [text for text in (own, t("not-counted-head", language) if open_ else "", *notes) if text]


def not_counted_words(park: Park, reading: ProcessReading, language: Language) -> str:
    """What the process takes and its energy does not hold, by name and amount; empty where there is none."""
    between = "、" if language == "zh" else ", "
    parts = (
        f"{either(carrier.name or each.carrier, carrier.name_zh, language)} "
        f"{number(each.taken)} {unit_text(each.unit, language)}"
        for each in reading.not_counted
        for carrier in (park.spec.carriers[each.carrier],)
    )
    told = between.join(parts)
    return t("not-counted", language, what=told) if told else ""


def level_words(reading: ProcessReading, language: Language) -> str:
    """``level 2``, or that it is beyond them all."""
    return (
        t("beyond", language) if reading.level is None else t("level-n", language, level=str(reading.level))
    )


def force_words(reading: ProcessReading, language: Language) -> str:
    """Whether the standard was in force in the period."""
    day = reading.chosen.standard.in_force
    if day is None:
        return t("day-unknown", language)
    return t("in-force" if reading.in_force else "not-yet", language, day=day)


def _bar(reading: ProcessReading) -> dict[str, float]:
    """Where levels and indicator lie on a line from 0 to 100."""
    points = [*reading.levels, reading.indicator]
    low, high = min(points), max(points)
    room = 0.15 * (high - low) or 1.0
    low, high = low - room, high + room

    def place(value: float) -> float:
        return round(100 * (value - low) / (high - low), 2)

    one, two, three = (place(level) for level in reading.levels)
    return {"one": one, "two": two, "three": three, "here": place(reading.indicator)}


def _carrier(park: Park, each: Any, language: Language) -> dict[str, str]:
    carrier = park.spec.carriers[each.carrier]
    unit = unit_text(each.unit, language)
    given = each.given + each.recovered
    return {
        "name": either(carrier.name or each.carrier, carrier.name_zh, language),
        "taken": f"{number(each.taken)} {unit}",
        "given": f"{number(given)} {unit}" if given else MISSING,
        "how": t("credited" if each.credited else "not-credited", language) if given else "",
        "factor": f"{number(each.coal_equivalent)} tce/{unit}",
        "tce": number(each.energy_tce),
    }


def _before(dossier: Dossier, row: BeforeAfter, language: Language) -> dict[str, str]:
    reading = next(each for each in dossier.readings if each.name == row.name)
    return {
        "title": either(reading.title, reading.title_zh, language),
        "period": in_language(row.baseline_period, language) or MISSING,
        "unit": unit_text(row.unit, language),
        "baseline": number(row.baseline_indicator),
        "adjusted": number(row.adjusted_indicator),
        "today": number(row.indicator),
        "saving": signed(row.saving_tce),
        "share": percent(row.saving_tce / row.adjusted_tce) if row.adjusted_tce > 0 else MISSING,
    }


def _changes(rows: Sequence[BeforeAfter]) -> list[tuple[str, str]]:
    """Term and amount, from the baseline's energy to today's; what is saved is taken off."""
    changes = changes_of(rows)
    if changes is None:
        return []
    return [
        ("baseline-tce", number(changes.baseline_tce)),
        ("volume", signed(-changes.volume_tce)),
        ("mix", signed(-changes.mix_tce)),
        ("corrections", signed(-changes.correction_tce)),
        ("saved", signed(-changes.saving_tce)),
        ("now-tce", number(changes.energy_tce)),
    ]


def _action(dossier: Dossier, name: str, measure: Measure, language: Language) -> dict[str, str]:
    titles = {each.name: either(each.title, each.title_zh, language) for each in dossier.readings}
    return {
        "title": either(measure.name or name, measure.name_zh, language),
        "process": titles.get(measure.process or "", measure.process or MISSING),
        "owner": _tenant(dossier.park, measure.tenant, language) or t("not-named", language),
        "due": measure.due or t("not-named", language),
        "source": in_language(measure.source, language),
        "mark": measure.mark or "",
        "note": in_language(measure.note, language),
    }


def _evidence(dossier: Dossier, language: Language) -> list[dict[str, str]]:
    """The standards, then every number of the park file that these readings rest on and that states its evidence."""
    found = [row for reading in dossier.readings for row in _standard_rows(reading, language)]
    found += [
        {
            "what": f"{standard.standard} · {t('what-electricity', language)}",
            "value": f"{number(standard.electricity)} tce/MWh",
            "source": either(standard.source, standard.source_zh, language),
            "mark": standard.mark,
            "date": standard.date,
        }
        for standard in {r.chosen.standard.standard: r.chosen.standard for r in dossier.readings}.values()
    ]
    titles = _titles(dossier, language)
    for assumption in dossier.park.assumptions:
        what = next((title for path, title in titles.items() if assumption.path.startswith(path)), None)
        if what is not None:
            found.append(
                {
                    "what": what.replace("…", assumption.path.rsplit(".", 1)[-1]),
                    "value": assumption.value,
                    "source": in_language(assumption.source, language) or t("no-evidence", language),
                    "mark": assumption.mark or MISSING,
                    "date": assumption.date or MISSING,
                }
            )
    return found + _unproven_rows(dossier, language)


def _unproven_rows(dossier: Dossier, language: Language) -> list[dict[str, str]]:
    """Figures of baselines that stand in the park file without evidence: an auditor will ask for it."""
    told = [assumption.path for assumption in dossier.park.assumptions]
    spec = dossier.park.spec.efficiency
    rows = []
    for reading in dossier.readings:
        stated = spec.processes[reading.name].baseline if spec else None
        begin = f"efficiency.processes.{reading.name}.baseline"
        if stated is None or stated.energy is None or any(path.startswith(begin) for path in told):
            continue
        rows.append(
            {
                "what": f"{either(reading.title, reading.title_zh, language)} · {t('baseline-period', language)}",
                "value": f"{number(stated.energy)} tce / {number(stated.output)} t",
                "source": t("no-evidence", language),
                "mark": MISSING,
                "date": MISSING,
            }
        )
    return rows


def _standard_rows(reading: ProcessReading, language: Language) -> list[dict[str, str]]:
    """The limit; and what the standard says on energy given away, where the process gives some."""
    standard, limit = reading.chosen.standard, reading.chosen.limit
    note = either(standard.note, standard.note_zh, language)
    source = either(standard.source, standard.source_zh, language)
    between = "；" if language == "zh" else "; "
    rows = [
        {
            "what": f"{standard.standard} · {either(limit.name, limit.name_zh, language)}",
            "value": " / ".join(number(level) for level in limit.levels)
            + f" {unit_text(reading.unit, language)}",
            "source": f"{source}{between}{note}" if note else source,
            "mark": standard.mark,
            "date": standard.date,
        }
    ]
    if any(each.given or each.recovered for each in reading.carriers):
        credited = any(each.credited for each in reading.carriers)
        rows.append(
            {
                "what": f"{standard.standard} · {t('given', language)}",
                "value": t("credited" if credited else "not-credited", language),
                "source": either(standard.credit.note, standard.credit.note_zh, language),
                "mark": standard.credit.mark,
                "date": standard.date,
            }
        )
    return rows


def _titles(dossier: Dossier, language: Language) -> dict[str, str]:
    """Beginning of a path in the park file → what the number is, in words."""
    park = dossier.park
    carriers = {each.carrier for reading in dossier.readings for each in reading.carriers}
    shared = {park.carrier_at(share.node) for reading in dossier.readings for share in reading.shares}
    found = {}
    for name in park.spec.carriers:
        carrier = park.spec.carriers[name]
        title = either(carrier.name or name, carrier.name_zh, language)
        if name in carriers and carrier.kind != "electricity":  # counted as its standard says
            words = f"{title} · {t('what-factor', language)}"
            found[f"carriers.{name}.coal_equivalent"] = words
            found[f"efficiency.coal_equivalents.{name}"] = words
        if name in shared:
            found[f"carriers.{name}.worth.element"] = f"{title} · {t('what-element', language)}"
    for reading in dossier.readings:
        title = either(reading.title, reading.title_zh, language)
        begin = f"efficiency.processes.{reading.name}"
        found[f"{begin}.marginal.price"] = f"{title} · {t('what-price', language)}"
        found[f"{begin}.baseline"] = f"{title} · {t('baseline-period', language)} · …"
        found[f"{begin}.output"] = f"{title} · {t('output', language)}"
        for key, each in reading.chosen.limit.corrections.items():
            found[f"{begin}.corrections.{key}"] = f"{title} · {either(each.name, each.name_zh, language)}"
    return found


def _tenant(park: Park, name: str | None, language: Language) -> str:
    tenant = park.spec.tenants.get(name) if name else None
    return either(tenant.name, tenant.name_zh, language) if tenant else ""


def _node(park: Park, name: str, language: Language) -> str:
    node = park.spec.nodes[name]
    return either(node.name or name, node.name_zh, language)
