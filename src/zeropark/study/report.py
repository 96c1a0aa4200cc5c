"""``study.html``: every study with its figures and tables, one file in both languages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import metadata
from typing import Any

import numpy as np
import plotly.graph_objects as go

from zeropark.figures.numbers import LANGUAGES, Language, aligned, number, percent, unit_text
from zeropark.figures.words import named, say
from zeropark.park.model import Park
from zeropark.report.html import shell
from zeropark.report.page import figure_page, page_environment
from zeropark.report.words import PAPER
from zeropark.study import lines, spreads
from zeropark.study.chance import AS_WRITTEN
from zeropark.study.jobs import ANSWERED, Result
from zeropark.study.near import LEAST
from zeropark.study.prices import WITHOUT, rule_name, unit_of
from zeropark.study.run import Studied, StudyResult
from zeropark.study.spec import MonteCarlo, NearOptimal, RulePrices, Sweep, WeatherYears
from zeropark.study.words import fields_title, size_title, status_title, t
from zeropark.texts import in_language

Keys = list[tuple[str, str]]
Draw = Callable[[Park, StudyResult, str, Language], go.Figure]
_ROWS_SHOWN = 60
_DIGITS_OF_LIMIT = 12
"""As written by the user: neighbouring limits must not look alike."""

_DRAW: Mapping[str, Mapping[str, Draw]] = {
    "sweep": {
        "cost": lines.sweep_cost,
        "capacities": lines.sweep_capacities,
        "accounts": lines.sweep_accounts,
    },
    "weather-years": {"regret": spreads.regret_map, "capacities": spreads.year_capacities},
    "near-optimal": {"ranges": spreads.ranges},
    "rule-prices": {"cost": lines.rule_cost, "price": lines.rule_price},
    "monte-carlo": {
        "cost": spreads.cost_spread,
        "capacities": spreads.capacity_spread,
        "drivers": spreads.drivers,
    },
}


def study_html(studied: Studied) -> str:
    """The whole page."""
    park = studied.ground.park
    drawn: dict[Language, dict[str, dict[str, dict[str, Any]]]] = {}
    bodies: dict[Language, str] = {}
    template = page_environment("zeropark.study").get_template("study.html.j2")
    for language in LANGUAGES:
        choices: dict[str, Keys] = {}
        drawn[language] = {}
        for name, study in studied.studies.items():
            for place, keys in keys_of(park, study, language).items():
                draw = _DRAW[study.study.kind][place]
                choices[f"{name}/{place}"] = keys
                drawn[language][f"{name}/{place}"] = {
                    key: shell(draw(park, study, key, language)) for key, _ in keys
                }
        bodies[language] = template.render(_context(studied, language, choices))
    spec = park.spec
    return figure_page(spec.name, spec.name_zh, bodies, drawn)


def keys_of(park: Park, study: StudyResult, language: Language) -> dict[str, Keys]:
    """The places of a study's figures that have something to show, and what can be chosen at each."""
    solved = [r for r in study.results.values() if r.value("cost") is not None]
    units = [(unit, unit_text(unit, language)) for unit in dict.fromkeys(lines.built_sizes(study).values())]
    only: Keys = [("", "")]
    if not solved:
        return {}
    match study.study:
        case Sweep():
            found = lines.sweep_keys(park, study, language)
        case WeatherYears():
            found = {"regret": only, "capacities": units}
        case NearOptimal():
            found = {"ranges": [(u, unit_text(u, language)) for u in spreads.near_units(park, study)]}
        case RulePrices():
            found = {"cost": only, "price": only}
        case MonteCarlo():
            planned = spreads.drawn_values(study, "cost").size
            drawn = [(unit, unit_text(unit, language)) for unit in spreads.spread_units(study)]
            found = {
                "cost": only if planned else [],
                "capacities": drawn,
                "drivers": only if planned > 2 else [],
            }
    return {place: keys for place, keys in found.items() if keys}


def _context(studied: Studied, language: Language, choices: dict[str, Keys]) -> dict[str, Any]:
    spec = studied.ground.park.spec
    results = [result for study in studied.studies.values() for result in study.results.values()]
    unsolved = sum(result.status not in ANSWERED for result in results)
    unmet = sum(result.value("cost") is None for result in results) - unsolved
    sentence = t("sentence-one", language, count=number(len(results)))
    sentence += t("sentence-unmet", language, count=number(unmet)) if unmet else ""
    sentence += t("sentence-unsolved", language, count=number(unsolved)) if unsolved else ""
    return {
        "language": language,
        "t": lambda key, **parts: t(key, language, **parts),
        "p": lambda key, **parts: say(key, language, PAPER, **parts),
        "name": named(spec.name, spec.name, spec.name_zh, language),
        "other_name": spec.name if language == "zh" else spec.name_zh,
        "sentence": sentence + t("end", language),
        "sections": [_section(studied, study, language) for study in studied.studies.values()],
        "choices": choices,
        "version": metadata.version("zeropark"),
    }


def _section(studied: Studied, study: StudyResult, language: Language) -> dict[str, Any]:
    park, spec = studied.ground.park, study.study
    return {
        "key": study.name,
        "title": named(study.name, spec.name, spec.name_zh, language),
        "kind": t(f"kind-{spec.kind}", language),
        "intro": _intro(park, study, language),
        "note": (spec.note_zh or spec.note) if language == "zh" else spec.note,
        "places": list(_DRAW[spec.kind]),
        "table": _table(park, study, language),
        "failed": _failed(park, study, language),
    }


def _intro(park: Park, study: StudyResult, language: Language) -> str:
    parts: dict[str, str] = {}
    if isinstance(study.study, RulePrices):
        parts["rule"] = rule_title(park, study.study, language)
    if isinstance(study.study, MonteCarlo):
        method = t(f"method-{study.study.method}", language)
        parts = {"count": str(study.study.draws), "method": method, "seed": str(study.study.seed)}
    intro = t(f"intro-{study.study.kind}", language, **parts)
    return intro + _without_plan(study, language)


def _without_plan(study: StudyResult, language: Language) -> str:
    """A sentence on the draws that are in no figure, where there are any."""
    if not isinstance(study.study, MonteCarlo):
        return ""
    draws, without = spreads.draws_of(study)
    if not without:
        return ""
    key = "no-draw" if without == draws else "of-draws-without"
    return t(key, language, count=str(draws), without=str(without))


def rule_title(park: Park, study: RulePrices, language: Language) -> str:
    """The rule in words."""
    pack, _, rule = rule_name(study).partition("/")
    if pack in park.packs:
        declared = park.packs[pack].rules[rule]
        return named(rule, declared.name, declared.name_zh, language)
    own = park.spec.limits[rule]
    return named(rule, own.name, own.name_zh, language)


# --- tables -------------------------------------------------------------------------------------

Table = tuple[list[str], list[list[str]]]


def _table(park: Park, study: StudyResult, language: Language) -> Table:
    match study.study:
        case NearOptimal():
            return _near_table(park, study, language)
        case RulePrices():
            return _price_table(park, study, language)
        case MonteCarlo():
            return _quantile_table(park, study, language)
        case _:
            return _variant_table(park, study, language)


def _variant_table(park: Park, study: StudyResult, language: Language) -> Table:
    """A row for each variant: cost, and the capacities that differ."""
    currency = park.spec.money.currency
    sizes = lines.built_sizes(study)
    heads = [t("h-variant", language), t("h-cost", language, unit=unit_text(currency, language))]
    heads += [f"{size_title(park, *k, language)} ({unit_text(u, language)})" for k, u in sizes.items()]
    heads.append(t("h-status", language))
    shown = [n for n in study.variants if study.results[n].value("cost") is not None][:_ROWS_SHOWN]
    columns = [aligned([study.results[n].value("cost") or 0.0 for n in shown], 6)]
    for asset, part in sizes:
        values = [study.results[n].value(f"{part}:{asset}") for n in shown]
        columns.append(aligned([float("nan") if v is None else v for v in values]))
    rows = [
        [
            variant_title(park, study, name, language),
            *(column[i] for column in columns),
            status_title(study.results[name].status, language),
        ]
        for i, name in enumerate(shown)
    ]
    return heads, rows


def _near_table(park: Park, study: StudyResult, language: Language) -> Table:
    heads = [t("h-capacity", language), t("h-least-cost", language)]
    assert isinstance(study.study, NearOptimal)
    for within in sorted(study.study.within):
        label = t("within", language, share=percent(within))
        heads += [f"{t('h-smallest', language)}, {label}", f"{t('h-largest', language)}, {label}"]
    rows = []
    for (asset, part), by in spreads.ends_of(study).items():
        least = study.results[LEAST].value(f"{part}:{asset}")
        unit = unit_text(park.size_unit((asset, part)), language)
        ends = [end for within in sorted(by) for end in by[within]]
        numbers = aligned([float("nan") if v is None else v for v in (least, *ends)])
        rows.append([f"{size_title(park, asset, part, language)} ({unit})", *numbers])
    return heads, rows


def _price_table(park: Park, study: StudyResult, language: Language) -> Table:
    assert isinstance(study.study, RulePrices)
    currency, rule = park.spec.money.currency, rule_name(study.study)
    costs = {d.variant: d.quantity.value for d in study.derived if d.quantity.name == "rule_cost"}
    unit = unit_text(currency, language)
    per = unit_text(unit_of(study.study, park) or "1", language)
    heads = [t("h-limit", language), t("h-cost", language, unit=unit)]
    heads.append(t("h-rule-cost", language, unit=unit))
    heads.append(t("h-price", language, unit=f"{unit}/{per}" if per else unit))
    rows = []
    for name in study.variants:
        result = study.results[name]
        price = result.value(f"price:{rule}")
        title = variant_title(park, study, name, language)
        rows.append([title, *(number(v, 6) for v in (result.value("cost"), costs.get(name), price))])
    return heads, rows


def _quantile_table(park: Park, study: StudyResult, language: Language) -> Table:
    currency = park.spec.money.currency
    heads = [t("h-quantity", language), t("as-written", language), t("h-mean", language)]
    heads += [f"P{share * 100:g}" for share in spreads.QUANTILES]
    asked = {t("h-cost", language, unit=unit_text(currency, language)): "cost"}
    for (asset, part), unit in lines.built_sizes(study).items():
        title = f"{size_title(park, asset, part, language)} ({unit_text(unit, language)})"
        asked[title] = f"{part}:{asset}"
    rows = []
    for title, quantity in asked.items():
        values = spreads.drawn_values(study, quantity)
        written = study.results[AS_WRITTEN].value(quantity)
        if values.size:
            told = [float(np.mean(values)), *(float(np.quantile(values, q)) for q in spreads.QUANTILES)]
            rows.append([title, *aligned([float("nan") if written is None else written, *told], 5)])
    return heads, rows


def _failed(park: Park, study: StudyResult, language: Language) -> list[tuple[str, str, list[str]]]:
    """Variants without an answer, or with missed rules: title, status, reasons."""
    return [
        (
            variant_title(park, study, name, language),
            status_title(result.status, language),
            [in_language(reason, language) for reason in result.reasons],
        )
        for name, result in study.results.items()
        if not _fine(result)
    ][:_ROWS_SHOWN]


def _fine(result: Result) -> bool:
    return result.status == "optimal"


def variant_title(park: Park, study: StudyResult, name: str, language: Language) -> str:
    """A variant in words."""
    fields = study.variants[name].fields
    match study.study:
        case Sweep():
            return fields_title(park, dict(fields), language)
        case WeatherYears():
            plan = spreads.plan_title(str(fields["plan"]), language)
            year = fields.get("year")
            return plan if year in (None, fields["plan"]) else f"{plan} → {year}"
        case NearOptimal() if name != LEAST:
            size = size_title(park, str(fields["asset"]), str(fields["part"]), language)
            sense = t(f"h-{fields['sense']}", language)
            return f"{size}: {sense}, {t('within', language, share=percent(float(fields['within'])))}"
        case NearOptimal():
            return t("least-cost", language)
        case RulePrices() if name == WITHOUT:
            return t("without-rule", language, value="").rstrip("：: ")
        case RulePrices():
            unit = unit_text(unit_of(study.study, park) or "1", language)
            return f"{number(float(fields['limit']), _DIGITS_OF_LIMIT)} {unit}".rstrip()
        case MonteCarlo():
            return t("as-written", language) if name == AS_WRITTEN else name
