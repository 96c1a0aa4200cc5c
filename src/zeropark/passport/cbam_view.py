"""What the CBAM page says, in one language: every number already written for people"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from markupsafe import Markup

from zeropark.cbam.cost import (
    CostOptions,
    ProductCost,
    allocation_factor,
    below_threshold,
    certificate_price,
    product_cost,
)
from zeropark.cbam.defaults import BENCHMARKS_SOURCE, figures
from zeropark.cbam.levers import YEARS, LeverEffect, LeverTable, charged, has_defaults
from zeropark.cbam.model import TRANSITIONAL
from zeropark.cbam.result import CbamResult, ProductResult
from zeropark.figures.numbers import MISSING, Language, number, signed
from zeropark.passport.cbam_charts import Line, Step, build_up, by_year
from zeropark.passport.cbam_words import FIGURES, t
from zeropark.texts import in_language

_NOTHING = 5e-4
_SHOWN_YEARS = (2026, 2028, 2030, 2032, 2034)


@dataclass(frozen=True)
class Paper:
    """What the page is made of.

    tonnes: of a consignment. digest: hash of the installation's data. chinese: 中文 of names.
    """

    result: CbamResult
    tables: tuple[LeverTable, ...]
    options: CostOptions
    tonnes: float | None
    digest: str
    chinese: Mapping[str, str] = field(default_factory=dict)
    paid_eur_per_tco2: float = 0.0

    def named(self, name: str, language: Language) -> str:
        """A name of the installation, in Chinese where it has one."""
        return self.chinese.get(name, name) if language == "zh" else name


def context_of(paper: Paper, language: Language) -> dict[str, Any]:
    """Everything that the template shows."""
    result = paper.result
    source = result.source
    return {
        "title": t("title", language),
        "name": paper.named(source.name, language),
        "period": f"{source.period_begin} – {source.period_end}" if source.period_begin else MISSING,
        "regime": _regime(result, language),
        "country": source.country or MISSING,
        "transitional": result.regime == TRANSITIONAL,
        "goods": [
            _good(paper, good, paper.tables[index] if index < len(paper.tables) else None, language)
            for index, good in enumerate(result.products)
        ],
        "installation": _installation(result, language),
        "evidence": _evidence(paper, language),
        "figures": _figures(language),
        "controls": [in_language(note, language) for note in dict.fromkeys(result.controls)],
        "notes": [in_language(note, language) for note in result.notes],
        "versions": [
            (t("regime", language), _regime(result, language)),
            (t("defaults", language), result.defaults_version),
            ("benchmarks" if language == "en" else "基准值", BENCHMARKS_SOURCE),
            *([(t("hash", language), paper.digest)] if paper.digest else []),
        ],
    }


def _regime(result: CbamResult, language: Language) -> str:
    """The rules in words, with their act."""
    key = "regime-transitional" if result.regime == TRANSITIONAL else "regime-definitive"
    return t(key, language, act=result.regime.partition(" ")[2])


def _good(paper: Paper, good: ProductResult, table: LeverTable | None, language: Language) -> dict[str, Any]:
    options = paper.options
    costs = {year: _cost(paper, good, year) for year in YEARS}
    now = costs.get(options.year) or _cost(paper, good, options.year)
    return {
        "name": paper.named(good.name, language),
        "cn_code": good.cn_code,
        "keys": _keys(paper, good, now, language),
        "chart": Markup(_build_up(paper, good, now, language)),
        "links": _links(paper, good, language),
        "unit": "" if good.unit == "t" else good.unit,
        "charges_indirect": good.see_indirect_counted > 0 or good.indirect_counts,
        "years": Markup(_by_year(costs, language)),
        "rows": [_year_row(year, cost) for year, cost in costs.items()],
        "costed": any(cost.actual or cost.default for cost in costs.values()),
        "levers": _levers(table, options.year, language) if table is not None else None,
        "notes": [in_language(note, language) for note in now.notes],
    }


def _cost(paper: Paper, good: ProductResult, year: int) -> ProductCost:
    """Cost of a good in a year; by default value only where those of its country are shipped."""
    paid = max(paper.options.paid_eur_per_t, paper.paid_eur_per_tco2 * charged(good))
    cost = product_cost(
        paper.result, good, CostOptions(year, paper.options.price_eur_per_t, paper.options.route, paid)
    )
    return cost if has_defaults(paper.result) else replace(cost, default=None, default_value=None)


def _keys(paper: Paper, good: ProductResult, cost: ProductCost, language: Language) -> list[dict[str, str]]:
    options, price = paper.options, number(certificate_price(paper.options))
    year = str(options.year)
    parts = f"{t('see-direct', language)} {number(good.see_direct, 3)}"
    if good.see_indirect_counted:
        parts += f" + {t('see-indirect', language)} {number(good.see_indirect_counted, 3)}"
    default = cost.default
    actual = cost.actual
    keys = [
        _key(t("charged", language), number(charged(good), 4), "t CO₂e/t", parts, main=True),
        _key(
            t("default" if has_defaults(paper.result) else "default-else", language),
            number(default.see_tco2e_per_t, 4) if default else MISSING,
            "t CO₂e/t" if default else "",
            _default_note(paper, default is not None, language),
        ),
        _key(
            t("free", language),
            number(actual.free_allocation_tco2e_per_t, 4) if actual else MISSING,
            "t CO₂e/t" if actual else "",
            t("free-note", language, year=year) if actual else t("no-cost", language),
        ),
        _key(
            t("cost", language),
            number(actual.eur_per_t, 4) if actual else MISSING,
            "EUR/t" if actual else "",
            t("cost-note", language, year=year, price=price)
            + ("; " + t("cost-default", language, cost=number(default.eur_per_t, 4)) if default else ""),
        ),
    ]
    if paper.tonnes is not None and actual is not None:
        certificates, money = actual.of(paper.tonnes)
        free = below_threshold(good.cn_code, paper.tonnes)
        note = t("consignment-note", language, certificates=number(certificates, 5))
        keys.append(
            _key(
                t("consignment", language, tonnes=number(paper.tonnes, 6)),
                number(money, 6),
                "EUR",
                f"{note}; {t('below', language)}" if free else note,
            )
        )
    return keys


def _default_note(paper: Paper, told: bool, language: Language) -> str:
    if told:
        return t("with-markup", language, year=str(paper.options.year))
    if has_defaults(paper.result):
        return t("no-default", language)
    return t("not-of-china", language, country=paper.result.source.country or MISSING)


def _key(title: str, value: str, unit: str, note: str, main: bool = False) -> dict[str, str]:
    return {"title": title, "value": value, "unit": unit, "note": note, "main": "main" if main else ""}


def _build_up(paper: Paper, good: ProductResult, cost: ProductCost, language: Language) -> str:
    """Direct emissions of every link, and indirect ones where they are charged, per tonne of the good."""
    factor = good.per_tonne_factor
    counts = good.indirect_counts
    steps = [
        Step(
            paper.named(part.name, language),
            part.kind,
            part.see_direct * factor,
            part.see_indirect * factor if counts else 0.0,
        )
        for part in paper.result.process(good.process).contributions
    ]
    rest = charged(good) - sum(step.direct + step.indirect for step in steps)
    if abs(rest) > 1e-9:  # indirect emissions that count through precursors only
        steps.append(Step(t("of-precursors", language), "process", 0.0, rest))
    lines = []
    if cost.default is not None:
        title = t("default", language)
        lines.append(Line(title, cost.default.see_tco2e_per_t, "#946200"))
    if cost.actual is not None:
        title = f"{t('free', language)} {paper.options.year}"
        lines.append(Line(title, cost.actual.free_allocation_tco2e_per_t, "#0b7a5b"))
    return build_up(steps, t("total", language), lines, t("build-up", language))


def _links(paper: Paper, good: ProductResult, language: Language) -> list[dict[str, str]]:
    process = paper.result.process(good.process)
    rows = [
        {
            "name": paper.named(part.name, language),
            "kind": t(part.kind, language),
            "amount": number(part.mass_share, 4),
            "direct": number(part.see_direct, 4),
            "indirect": number(part.see_indirect, 4),
            "values": t("from-default" if part.from_default else "measured", language),
            "total": "",
        }
        for part in process.contributions
    ]
    total = {
        "name": t("total", language),
        "kind": "",
        "amount": "",
        "direct": number(process.see_direct, 4),
        "indirect": number(process.see_indirect, 4),
        "values": "",
        "total": "sum",
    }
    return [*rows, total]


def _by_year(costs: dict[int, ProductCost], language: Language) -> str:
    return by_year(
        list(costs),
        [cost.actual.eur_per_t if cost.actual else None for cost in costs.values()],
        [cost.default.eur_per_t if cost.default else None for cost in costs.values()],
        (t("actual-cost", language), t("default-cost", language)),
        t("by-year", language),
    )


def _year_row(year: int, cost: ProductCost) -> dict[str, str]:
    return {
        "year": str(year),
        "factor": number(allocation_factor(year), 3),
        "certificates": number(cost.actual.certificates_per_t, 4) if cost.actual else MISSING,
        "actual": number(cost.actual.eur_per_t, 4) if cost.actual else MISSING,
        "default": number(cost.default.eur_per_t, 4) if cost.default else MISSING,
    }


def _levers(table: LeverTable, year: int, language: Language) -> dict[str, Any] | None:
    effects = [*([table.actual] if table.actual else []), *table.single]
    if not any(effect.years for effect in effects):
        return None
    rows = [_effect(effect, year, language) for effect in effects]
    if table.together is not None:
        rows.append(_effect(table.together, year, language) | {"style": "sum"})
    overlap = None
    if table.together is not None and any(abs(table.overlap(y)) > _NOTHING for y in _SHOWN_YEARS):
        overlap = [number(table.overlap(y), 3) for y in _SHOWN_YEARS]
    return {"years": [str(y) for y in _SHOWN_YEARS], "rows": rows, "overlap": overlap}


def _effect(effect: LeverEffect, year: int, language: Language) -> dict[str, Any]:
    by_year_ = {one.year: one for one in effect.years}
    now = by_year_.get(year)
    notes = [in_language(note, language) for note in effect.notes]
    if effect.id == "actual":
        notes = [t("relative-to-default", language), *notes]
    return {
        "title": in_language(effect.title, language),
        "see": f"{number(effect.see_before, 3)} → {number(effect.see_after, 3)}",
        "money": f"{number(now.before_eur_per_t, 4)} → {number(now.after_eur_per_t, 4)}" if now else MISSING,
        "years": [
            _change(by_year_[y].difference_eur_per_t) if y in by_year_ else MISSING for y in _SHOWN_YEARS
        ],
        "notes": notes,
        "style": "",
    }


def _change(value: float) -> str:
    return "0" if abs(value) < _NOTHING else signed(value, 3)


def _installation(result: CbamResult, language: Language) -> list[tuple[str, str]]:
    whole = result.installation
    return [
        (t("total-direct", language), f"{number(whole.direct_tco2e, 6)} t CO₂e"),
        (t("attributed", language), f"{number(whole.attributed_direct_tco2e, 6)} t CO₂e"),
        (t("rest", language), f"{number(whole.rest_direct_tco2e, 4)} t CO₂e"),
    ]


def _evidence(paper: Paper, language: Language) -> list[tuple[str, str, str]]:
    result = paper.result
    rows: list[tuple[str, str, str]] = []
    for process in result.source.processes:
        power = process.electricity
        if not power.consumed_mwh:
            continue
        value = t(
            "power-value",
            language,
            mwh=number(power.consumed_mwh, 6),
            factor=number(power.ef_tco2_per_mwh, 4),
            source=_power_source(power.ef_source, language),
        )
        proof = ""
        if power.evidence is not None:
            proof = t(
                "matched",
                language,
                matched=number(power.evidence.matched_mwh, 6),
                hours=number(power.evidence.longest_step_hours, 3),
                paper=in_language(power.evidence.source, language),
            )
        rows.append((t("power", language, name=paper.named(process.name, language)), value, proof))
    for bought in result.source.precursors:
        value = t(
            "bought-value",
            language,
            amount=number(sum(use.amount or 0.0 for use in bought.consumed_in), 6),
            see=number(bought.see_direct, 4),
            source=t("from-default" if bought.see_direct_source == "Default" else "measured", language),
        )
        proof = " · ".join(
            filter(None, (bought.country, bought.cn_code, in_language(bought.justification or "", language)))
        )
        rows.append((t("bought", language, name=paper.named(bought.name, language)), value, proof))
    sources = {stream.id: stream for stream in result.source.streams}
    for told in result.streams:
        stream = sources.get(told.id)
        if stream is not None:
            value = t(
                "stream-value",
                language,
                amount=number(stream.activity, 6),
                unit=stream.activity_unit,
                co2=number(told.fossil_tco2e, 6),
                equation=told.equation,
            )
            rows.append((t("stream", language, name=paper.named(told.name, language)), value, ""))
    return rows


def _power_source(source: str | None, language: Language) -> str:
    """The source of a factor as the Commission's list has it; its only word is explained in Chinese."""
    return "Mix（多种来源加权）" if source == "Mix" and language == "zh" else source or MISSING


def _figures(language: Language) -> list[dict[str, str]]:
    return [
        {
            "what": f"{t(FIGURES[one.what], language)} {one.period}" if one.what in FIGURES else one.what,
            "value": f"{number(one.value, 5)} {one.unit if one.unit != '1' else ''}".strip(),
            "mark": one.mark,
            "source": f"{in_language(one.source, language)} ({one.date})",
        }
        for one in figures()
    ]
