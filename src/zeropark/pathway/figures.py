"""Figures of a pathway: what stands, what is built and retired, what it costs, emissions against limits"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from zeropark.figures.bars import capacity_title, term_title
from zeropark.figures.base import figure
from zeropark.figures.numbers import SHARES, Language, amount_scale, money_scale, unit_text
from zeropark.figures.palette import BAD, LOSS, SERIES, colours_of
from zeropark.figures.words import plain, say
from zeropark.outcome import Capacity
from zeropark.pathway.outcome import Move, PathwayOutcome, notable
from zeropark.pathway.words import PATHWAY
from zeropark.report.view import rule_title

Lines = Mapping[str, Sequence[float | None]]
_MOST_LINES = 8
_SMALLEST = 1e-6


def moves_by_unit(outcome: PathwayOutcome) -> dict[str, list[list[Move]]]:
    """Capacities that ever stand, by unit: for each its moves, stage by stage."""
    groups: dict[str, list[list[Move]]] = {}
    for moves in zip(*(plan.moves for plan in outcome.stages), strict=True):
        if any(move.total > _SMALLEST or move.retired > _SMALLEST for move in moves):
            groups.setdefault(moves[0].unit, []).append(list(moves))
    return groups


def move_title(outcome: PathwayOutcome, move: Move, language: Language) -> str:
    """Name of a capacity for people."""
    size = Capacity(move.asset, move.part, 0.0, 0.0, move.unit)
    return capacity_title(outcome.stages[0].outcome, size, language)


def capacity_figure(outcome: PathwayOutcome, unit: str, language: Language) -> go.Figure:
    """What stands in each stage, stacked."""
    title = say("title-capacity", language, PATHWAY, unit=unit_text(unit, language))
    totals = [(moves, [move.total for move in moves]) for moves in moves_by_unit(outcome)[unit]]
    return _stacked(outcome, title, totals, unit_text(unit, language), language)


def moves_figure(outcome: PathwayOutcome, unit: str, language: Language) -> go.Figure:
    """Built above zero, retired below."""
    title = say("title-moves", language, PATHWAY, unit=unit_text(unit, language))
    groups = moves_by_unit(outcome)[unit]
    built = [(moves, [move.built for move in moves]) for moves in groups]
    gone = [(moves, [-move.retired for move in moves]) for moves in groups]
    return _stacked(outcome, title, built + gone, unit_text(unit, language), language)


def _stacked(
    outcome: PathwayOutcome,
    title: str,
    series: Sequence[tuple[list[Move], list[float]]],
    unit: str,
    language: Language,
) -> go.Figure:
    drawn = figure(title, 380, barmode="relative", bargap=0.35)
    colours, shown = colours_of(outcome.park.assets), set()
    for moves, values in series:
        if not any(notable(abs(value), moves) for value in values):
            continue
        name = plain(move_title(outcome, moves[0], language))
        drawn.add_trace(
            go.Bar(
                x=_years(outcome),
                y=values,
                name=name,
                legendgroup=name,
                showlegend=name not in shown,
                marker={"color": colours[moves[0].asset]},
                hovertemplate="%{x}<br>" + name + ": %{y:,.4~g} " + unit + "<extra></extra>",
            )
        )
        shown.add(name)
    drawn.update_xaxes(type="category")
    drawn.update_yaxes(title={"text": unit})
    return drawn


def cost_figure(outcome: PathwayOutcome, language: Language) -> go.Figure:
    """The cost a year of each stage by term; income below zero."""
    rows: dict[str, list[float]] = {}
    for index, plan in enumerate(outcome.stages):
        for term, amount in plan.terms.items():
            rows.setdefault(term, [0.0] * len(outcome.stages))[index] = amount * plan.yearly
    rows = {term: values for term, values in rows.items() if any(values)}
    largest = max((abs(value) for values in rows.values() for value in values), default=0.0)
    scale = money_scale(largest, outcome.currency, language)
    drawn = figure(say("title-cost", language, PATHWAY), 380, barmode="relative", bargap=0.35)
    for i, (term, values) in enumerate(rows.items()):
        name = plain(cost_title(outcome, term, language))
        drawn.add_trace(
            go.Bar(
                x=_years(outcome),
                y=[value / scale.factor for value in values],
                name=name,
                marker={"color": SERIES[i] if i < len(SERIES) else LOSS},
                hovertemplate="%{x}<br>" + name + ": %{y:,.4~g} " + scale.unit + "<extra></extra>",
            )
        )
    drawn.update_xaxes(type="category")
    drawn.update_yaxes(title={"text": say("a-year", language, PATHWAY, unit=scale.unit)})
    return drawn


def cost_title(outcome: PathwayOutcome, term: str, language: Language) -> str:
    """Name of a cost term for people."""
    if term == "stranded":
        return say("stranded", language, PATHWAY)
    return term_title(outcome.stages[0].outcome, term, language)


def emissions(outcome: PathwayOutcome, language: Language) -> Lines:
    """Every account in tCO2 that is not always zero, tonnes a year, by its title."""
    found: dict[str, list[float]] = {}
    for name, reading in outcome.stages[0].outcome.accounts.items():
        if reading.account.unit == "tCO2":
            values = [plan.outcome.accounts[name].value * plan.yearly for plan in outcome.stages]
            if any(abs(value) > _SMALLEST for value in values):
                account = reading.account
                found[(account.title_zh if language == "zh" else account.title) or name] = values
    return dict(list(found.items())[:_MOST_LINES])


def emissions_figure(outcome: PathwayOutcome, language: Language) -> go.Figure:
    """Emissions a year by each account."""
    lines = emissions(outcome, language)
    largest = max((abs(v or 0.0) for values in lines.values() for v in values), default=0.0)
    scale = amount_scale(largest, "tCO2", language)
    drawn = figure(say("title-emissions", language, PATHWAY), 360)
    for i, (name, values) in enumerate(lines.items()):
        drawn.add_trace(
            _line(outcome, plain(name), [(v or 0.0) / scale.factor for v in values], SERIES[i], scale.unit)
        )
    drawn.update_xaxes(type="category")
    drawn.update_yaxes(title={"text": say("a-year", language, PATHWAY, unit=scale.unit)}, rangemode="tozero")
    return drawn


def limit_keys(outcome: PathwayOutcome, language: Language) -> list[tuple[str, str]]:
    """Every rule that has a limit in some stage: key and title; those that a stage must keep first."""
    found: dict[str, tuple[bool, str]] = {}
    for plan in outcome.stages:
        for verdict in plan.outcome.rules:
            key = f"{verdict.rule.pack}/{verdict.rule.rule}"
            kept = verdict.rule.mode == "enforce" or found.get(key, (False, ""))[0]
            if verdict.margin is not None:
                found[key] = (kept, rule_title(verdict.rule, language))
    return [(key, title) for key, (kept, title) in sorted(found.items(), key=lambda item: not item[1][0])]


def limit_figure(outcome: PathwayOutcome, key: str, language: Language) -> go.Figure:
    """One rule over the stages: its value, and its limit as a dashed line."""
    values: list[float | None] = []
    limits: list[float | None] = []
    title, unit = key, ""
    for plan in outcome.stages:
        verdict = next((v for v in plan.outcome.rules if f"{v.rule.pack}/{v.rule.rule}" == key), None)
        told = verdict is not None and verdict.margin is not None
        if verdict is not None and told:
            title, unit = rule_title(verdict.rule, language), verdict.rule.unit
        factor = SHARES.get(unit, 1.0)
        values.append(
            verdict.value * factor if verdict is not None and verdict.value is not None and told else None
        )
        limits.append(verdict.rule.limit * factor if verdict is not None and told else None)
    shown = "%" if unit in SHARES else unit_text(unit, language)
    drawn = figure(say("title-limits", language, PATHWAY, name=plain(title)), 320)
    drawn.add_trace(_line(outcome, say("value", language, PATHWAY), values, SERIES[0], shown))
    limit = _line(outcome, say("limit", language, PATHWAY), limits, BAD, shown)
    limit.line.dash = "dash"
    drawn.add_trace(limit)
    drawn.update_xaxes(type="category")
    drawn.update_yaxes(title={"text": shown}, rangemode="tozero")
    return drawn


def _line(
    outcome: PathwayOutcome, name: str, values: Sequence[float | None], colour: str, unit: str
) -> go.Scatter:
    return go.Scatter(
        x=_years(outcome),
        y=list(values),
        name=name,
        mode="lines+markers",
        line={"color": colour},
        hovertemplate="%{x}<br>" + name + ": %{y:,.4~g} " + unit + "<extra></extra>",
    )


def _years(outcome: PathwayOutcome) -> list[str]:
    return [plan.stage.name for plan in outcome.stages]
