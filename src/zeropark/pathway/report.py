"""``pathway.html``: one file, both languages, figures included, that asks nothing of the network"""

from __future__ import annotations

from importlib import metadata
from typing import Any

from zeropark.figures.numbers import LANGUAGES, Language, amount, money, number, percent, unit_text
from zeropark.figures.words import say
from zeropark.pathway import figures
from zeropark.pathway.outcome import PathwayOutcome, notable
from zeropark.pathway.words import PATHWAY
from zeropark.report.html import shell
from zeropark.report.page import figure_page, page_environment
from zeropark.report.view import Row
from zeropark.rules.judge import Verdict
from zeropark.rules.words import price_words
from zeropark.texts import either, in_language

Table = tuple[list[str], list[Row]]
_HEADLINE = "co2_910"
"""The account that the first sentence tells, where it is not zero."""


def pathway_html(outcome: PathwayOutcome) -> str:
    """The whole page."""
    drawn: dict[Language, dict[str, dict[str, Any]]] = {}
    choices = {}
    for language in LANGUAGES:
        choices[language] = _choices(outcome, language)
        drawn[language] = {
            place: {key: shell(_DRAW[place](outcome, key, language)) for key, _ in keys}
            for place, keys in choices[language].items()
        }
    body = page_environment("zeropark.pathway").get_template("pathway.html.j2")
    bodies: dict[Language, str] = {
        language: body.render(_context(outcome, language, choices[language])) for language in LANGUAGES
    }
    spec = outcome.park.spec
    return figure_page(spec.name, spec.name_zh, bodies, drawn)


def _choices(outcome: PathwayOutcome, language: Language) -> dict[str, list[tuple[str, str]]]:
    """For every place of a figure, what it can show: key and title."""
    units = [(unit, unit_text(unit, language)) for unit in figures.moves_by_unit(outcome)]
    return {
        "capacity": units,
        "moves": units,
        "cost": [("", "")],
        "emissions": [("", "")] if figures.emissions(outcome, language) else [],
        "limits": figures.limit_keys(outcome, language),
    }


_DRAW: dict[str, Any] = {
    "capacity": figures.capacity_figure,
    "moves": figures.moves_figure,
    "cost": lambda outcome, _, language: figures.cost_figure(outcome, language),
    "emissions": lambda outcome, _, language: figures.emissions_figure(outcome, language),
    "limits": figures.limit_figure,
}


def _t(key: str, language: Language, **parts: str) -> str:
    return say(key, language, PATHWAY, **parts)


def _context(
    outcome: PathwayOutcome, language: Language, choices: dict[str, list[tuple[str, str]]]
) -> dict[str, Any]:
    spec, solver = outcome.park.spec, outcome.solver
    return {
        "language": language,
        "t": lambda key, **parts: _t(key, language, **parts),
        "name": (spec.name_zh if language == "zh" else spec.name) or spec.name,
        "other_name": spec.name if language == "zh" else spec.name_zh,
        "period": _period(outcome, language),
        "sentence": _sentence(outcome, language),
        "total": money(outcome.cost, outcome.currency, language),
        "built": _built(outcome, language),
        "proof": _t(
            "certified",
            language,
            bound=money(outcome.certificate.lower_bound, outcome.currency, language, 7),
            gap=percent(max(outcome.certificate.relative_gap, 0.0), 2),
        ),
        "notes": _notes(outcome, language),
        "capacities": _capacities(outcome, language),
        "costs": _costs(outcome, language),
        "rules": _rules(outcome, language),
        "checks": _checks(outcome, language),
        "alternatives": [in_language(way, language) for way in outcome.alternatives],
        "years": [plan.stage.name for plan in outcome.stages],
        "solver": _t(
            "solver",
            language,
            name=solver.name,
            seconds=number(solver.seconds),
            iterations=number(solver.iterations),
            columns=number(solver.columns),
            rows=number(solver.rows),
        ),
        "choices": choices,
        "version": metadata.version("zeropark"),
    }


def _period(outcome: PathwayOutcome, language: Language) -> str:
    clock, stages = outcome.park.clock, outcome.pathway.stages
    return _t(
        "period",
        language,
        stages=", ".join(stage.name for stage in stages),
        days=number(clock.hours / 24),
        start=f"{clock.times_local[0]:%Y-%m-%d}",
        rate=percent(outcome.pathway.discount_rate),
        first=stages[0].name,
    )


def _sentence(outcome: PathwayOutcome, language: Language) -> str:
    first, last = outcome.stages[0], outcome.stages[-1]
    parts = {
        "first": first.stage.name,
        "end": str(outcome.pathway.spec.after_last),
        "money": money(outcome.cost, outcome.currency, language),
    }
    reading = first.outcome.accounts.get(_HEADLINE)
    if reading is None or first is last or not reading.value:
        return _t("sentence-one", language, **parts)
    before, after = (
        amount(plan.outcome.accounts[_HEADLINE].value * plan.yearly, reading.account.unit, language)
        for plan in (first, last)
    )
    title = either(reading.account.title, reading.account.title_zh, language)
    return _t("sentence", language, **parts, account=title, before=before, after=after, last=last.stage.name)


def _notes(outcome: PathwayOutcome, language: Language) -> list[str]:
    """What the pathway file says of itself, and what the proof leans on."""
    spec, assumed = outcome.pathway.spec, outcome.certificate.assumed
    own = either(spec.note, spec.note_zh, language)
    return [text for text in (own, in_language(assumed, language)) if text]


def _built(outcome: PathwayOutcome, language: Language) -> list[tuple[str, str]]:
    found = []
    for moves in zip(*(plan.moves for plan in outcome.stages), strict=True):
        size = sum(move.built for move in moves)
        if notable(size, moves):
            unit = unit_text(moves[0].unit, language)
            found.append((figures.move_title(outcome, moves[0], language), f"{number(size)} {unit}"))
    return found


def _capacities(outcome: PathwayOutcome, language: Language) -> Table:
    """Three rows for each capacity that ever moves or stands: what stands, is built, is retired."""
    heads = [*(plan.stage.name for plan in outcome.stages), _t("h-unit", language)]
    rows = []
    for groups in figures.moves_by_unit(outcome).values():
        for moves in groups:
            title, unit = figures.move_title(outcome, moves[0], language), unit_text(moves[0].unit, language)
            rows.append(Row((title, *(number(move.total) for move in moves), unit), "total"))
            for word, sizes in (("built", [m.built for m in moves]), ("retired", [m.retired for m in moves])):
                if any(notable(size, moves) for size in sizes):
                    cells = (number(size) if notable(size, moves) else "" for size in sizes)
                    rows.append(Row((f"— {_t(word, language)}", *cells, unit), ""))
    return heads, rows


def _costs(outcome: PathwayOutcome, language: Language) -> Table:
    heads = [*(plan.stage.name for plan in outcome.stages), _t("h-present", language)]
    present = outcome.terms
    rows = []
    for term in present:
        yearly = [plan.terms.get(term, 0.0) * plan.yearly for plan in outcome.stages]
        if any(yearly):
            cells = (money(value, outcome.currency, language) for value in (*yearly, present[term]))
            rows.append(Row((figures.cost_title(outcome, term, language), *cells), ""))
    whole = [plan.cost * plan.yearly for plan in outcome.stages]
    cells = (money(value, outcome.currency, language) for value in (*whole, outcome.cost))
    return heads, [*rows, Row((_t("sum", language), *cells), "total")]


def _rules(outcome: PathwayOutcome, language: Language) -> Table:
    """A row for each rule with a limit: value and limit stage by stage; below it what binding limits cost."""
    heads = [plan.stage.name for plan in outcome.stages]
    rows = []
    for key, title in figures.limit_keys(outcome, language):
        verdicts = [
            next((v for v in plan.outcome.rules if f"{v.rule.pack}/{v.rule.rule}" == key), None)
            for plan in outcome.stages
        ]
        priced = any(v is not None and v.shadow_price for v in verdicts)
        rows.append(Row((title, *(_judged(v, language) for v in verdicts)), "upper" if priced else ""))
        if priced:
            rows.append(Row(("", *(_saves(v, outcome, language) for v in verdicts)), "lower"))
    return heads, rows


def _judged(verdict: Verdict | None, language: Language) -> str:
    if verdict is None or verdict.margin is None:
        return ""
    rule = verdict.rule
    value, limit = (amount(size, rule.unit, language) for size in (verdict.value, rule.limit))
    sign = "≤" if rule.sense == "at most" else "≥"
    return f"{'✓' if verdict.met else '✗'} {value} ({sign} {limit})"


def _saves(verdict: Verdict | None, outcome: PathwayOutcome, language: Language) -> str:
    if verdict is None or not verdict.shadow_price:
        return ""
    return price_words(verdict.rule, verdict.shadow_price, outcome.currency)[LANGUAGES.index(language)]


def _checks(outcome: PathwayOutcome, language: Language) -> list[tuple[str, str]]:
    proof = outcome.certificate
    values = {
        "c-gap": proof.relative_gap,
        "c-bills": proof.cost_difference,
        "c-balance": proof.balance_residual,
        "c-limits": proof.limit_residual,
    }
    return [(_t(key, language), number(value, 2)) for key, value in values.items()]
