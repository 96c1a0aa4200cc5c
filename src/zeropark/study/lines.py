"""Figures along a value: cost, capacities and accounts of a sweep; cost and price of a rule along its limit."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from zeropark.accounts.bases import capacity_bases, with_bases
from zeropark.accounts.standard import accounts_of
from zeropark.figures.base import figure
from zeropark.figures.numbers import Language, amount_scale, money, money_scale, unit_text
from zeropark.figures.palette import ACCENT, BAD, QUIET, SERIES
from zeropark.figures.words import named, plain
from zeropark.forms import Key
from zeropark.park.model import Park
from zeropark.report.fields import field_words
from zeropark.study.prices import WITHOUT, limits_in, rule_name, unit_of
from zeropark.study.run import StudyResult
from zeropark.study.spec import RulePrices, Sweep
from zeropark.study.variants import FieldValue, numbers_of, plan_in
from zeropark.study.words import size_title, t, value_text

_BUILT = 1e-6
_DIFFERENT = 1e-4
"""Capacities and costs that differ by less than this share are the same: the rest is the solver's rounding."""
_HEIGHT = 360

Point = tuple[int, str]
"""Position along the axis, and the variant that stands there."""


@dataclass(frozen=True)
class Axis:
    """What a sweep is drawn along. path: the field. values: numbers, or texts; unit: of numbers.
    groups: values of the other fields → its points.
    """

    path: str
    values: Sequence[FieldValue]
    unit: str
    groups: Mapping[tuple[FieldValue, ...], Sequence[Point]]


def axis_of(study: StudyResult) -> Axis:
    """The field with the most values is drawn along, the others part the lines."""
    fields = study.study.fields if isinstance(study.study, Sweep) else {}
    path = max(fields, key=lambda name: len(fields[name]))
    texts: list[FieldValue] = list(fields[path])
    numbers, unit = numbers_of(texts)
    together = isinstance(study.study, Sweep) and study.study.combine == "together"
    groups: dict[tuple[FieldValue, ...], list[Point]] = {}
    for name, variant in study.variants.items():
        others = () if together else tuple(v for p, v in variant.fields.items() if p != path)
        groups.setdefault(others, []).append((texts.index(variant.fields[path]), name))
    values: list[FieldValue] = texts if numbers is None else [*numbers]
    order = sorted(range(len(values)), key=lambda i: values[i]) if numbers is not None else None
    rank = {index: at for at, index in enumerate(order)} if order else None
    sorted_groups = {
        others: sorted(points, key=lambda p: rank[p[0]] if rank else p[0])
        for others, points in groups.items()
    }
    return Axis(path, values, unit, sorted_groups)


def sweep_keys(park: Park, study: StudyResult, language: Language) -> dict[str, list[tuple[str, str]]]:
    """What each place of a sweep can show: key and title."""
    sizes = built_sizes(study)
    if len(axis_of(study).groups) > 1:
        capacities = [(":".join(key), size_title(park, *key, language)) for key in sizes]
    else:
        capacities = [(unit, unit_text(unit, language)) for unit in dict.fromkeys(sizes.values())]
    accounts = [(name, account_title(park, name, language)) for name in study.study.show]
    return {"cost": [("", "")], "capacities": capacities, "accounts": accounts}


def account_title(park: Park, name: str, language: Language) -> str:
    """Name of an account for people."""
    account = accounts_of(with_bases(park, capacity_bases(park)[0])).all[name]
    return named(name, account.title, account.title_zh, language)


def built_sizes(study: StudyResult) -> dict[Key, str]:
    """Capacities that differ between variants, or those that are built where none does; with their units."""
    totals: dict[Key, list[float]] = {}
    added: dict[Key, float] = {}
    units: dict[Key, str] = {}
    for result in study.results.values():
        for asset, part, existing, more, unit in plan_in(result):
            totals.setdefault((asset, part), []).append(existing + more)
            added[asset, part] = max(more, added.get((asset, part), 0.0))
            units[asset, part] = unit
    differ = [k for k, sizes in totals.items() if max(sizes) - min(sizes) > _DIFFERENT * max(1.0, *sizes)]
    return {key: units[key] for key in differ or [key for key, more in added.items() if more > _BUILT]}


def sweep_cost(park: Park, study: StudyResult, _: str, language: Language) -> go.Figure:
    """The cost along the axis, one line for each group."""
    currency = park.spec.money.currency
    axis = axis_of(study)
    largest = max((abs(v) for v in _values(study, axis, "cost") if v is not None), default=1.0)
    scale = money_scale(largest, currency, language)
    drawn = _lines(park, study, axis, {"": "cost"}, scale.factor, language, t("title-cost", language))
    drawn.update_yaxes(title={"text": scale.unit})
    return drawn


def sweep_capacities(park: Park, study: StudyResult, key: str, language: Language) -> go.Figure:
    """Capacities along the axis: those of one unit, or with several groups one capacity."""
    axis, sizes = axis_of(study), built_sizes(study)
    if len(axis.groups) > 1:
        asset, part = key.split(":")
        unit = sizes[asset, part]
        named = {"": f"{part}:{asset}"}
        title = size_title(park, asset, part, language)
    else:
        unit = key
        named = {
            size_title(park, *size, language): f"{size[1]}:{size[0]}" for size, u in sizes.items() if u == key
        }
        title = t("title-capacities", language, unit=unit_text(unit, language))
    drawn = _lines(park, study, axis, named, 1.0, language, title)
    drawn.update_yaxes(title={"text": unit_text(unit, language)}, rangemode="tozero")
    return drawn


def sweep_accounts(park: Park, study: StudyResult, key: str, language: Language) -> go.Figure:
    """An account along the axis."""
    axis = axis_of(study)
    name = f"account:{key}"
    unit = next((q.unit for r in study.results.values() for q in r.quantities if q.name == name), "1")
    largest = max((abs(v) for v in _values(study, axis, name) if v is not None), default=1.0)
    scale = amount_scale(largest, unit, language)
    title = account_title(park, key, language)
    drawn = _lines(park, study, axis, {"": name}, scale.factor, language, title)
    drawn.update_yaxes(title={"text": scale.unit})
    return drawn


def _values(study: StudyResult, axis: Axis, quantity: str) -> list[float | None]:
    return [study.results[name].value(quantity) for points in axis.groups.values() for _, name in points]


def _lines(
    park: Park,
    study: StudyResult,
    axis: Axis,
    named: Mapping[str, str],
    factor: float,
    language: Language,
    title: str,
) -> go.Figure:
    """A line for each group and each named quantity; variants without a plan as crosses on the axis."""
    drawn = figure(title, _HEIGHT)
    without: list[FieldValue] = []
    lines = [(others, name, quantity) for others in axis.groups for name, quantity in named.items()]
    for index, (others, name, quantity) in enumerate(lines):
        points = axis.groups[others]
        label = name or ", ".join(value_text(v, language) for v in others)
        x = [_shown(axis, at, language) for at, _ in points]
        y = [_divided(study.results[variant].value(quantity), factor) for _, variant in points]
        without += [at for at, value in zip(x, y, strict=True) if value is None]
        drawn.add_trace(
            go.Scatter(
                x=x,
                y=y,
                name=plain(label),
                mode="lines+markers",
                line={"color": SERIES[index % len(SERIES)], "dash": _dash(index)},
                showlegend=len(lines) > 1,
                hovertemplate=f"%{{x}}: %{{y:,.5~g}}<extra>{plain(label)}</extra>",
            )
        )
    _calm(drawn)
    _crosses(drawn, without, language)
    words = field_words(park, axis.path, language)
    unit = unit_text(axis.unit, language)
    drawn.update_xaxes(title={"text": plain(f"{words}{f' ({unit})' if unit else ''}")})
    if isinstance(axis.values[0], str):
        drawn.update_xaxes(type="category")
    drawn.update_layout(legend={"y": -0.18})
    return drawn


def _shown(axis: Axis, at: int, language: Language) -> FieldValue:
    value = axis.values[at]
    return value_text(value, language) if isinstance(value, str) else value


def _dash(index: int) -> str:
    """A second set of lines is told apart without colour too."""
    return ("solid", "dash", "dot", "dashdot")[(index // len(SERIES)) % 4]


def _divided(value: float | None, factor: float) -> float | None:
    return None if value is None or not math.isfinite(value) else value / factor


def _calm(drawn: go.Figure) -> None:
    """No axis that blows rounding up to look like a result."""
    values = [value for trace in drawn.data for value in trace.y if value is not None]
    if values and max(values) - min(values) < _DIFFERENT * max(abs(value) for value in values):
        middle, room = values[0], 0.1 * abs(values[0]) or 1.0
        drawn.update_yaxes(range=[middle - room, middle + room])


def _crosses(drawn: go.Figure, at: Sequence[FieldValue], language: Language) -> None:
    """Marks at the lower edge of the drawing where there is no plan."""
    if not at:
        return
    drawn.add_trace(
        go.Scatter(
            x=list(dict.fromkeys(at)),
            y=[0.0] * len(set(at)),
            yaxis="y2",
            mode="markers",
            marker={"symbol": "x", "color": BAD, "size": 9},
            name=t("no-plan", language),
            cliponaxis=False,
            hovertemplate="%{x}<extra>" + t("no-plan", language) + "</extra>",
        )
    )
    drawn.update_layout(yaxis2={"overlaying": "y", "visible": False, "range": [0, 1], "fixedrange": True})


# --- a rule along its limit ---------------------------------------------------------------------


def rule_cost(park: Park, study: StudyResult, _: str, language: Language) -> go.Figure:
    """The cost along the limit, and the cost without the rule as a level."""
    currency = park.spec.money.currency
    limits, names, unit = _limits(park, study)
    costs = [study.results[name].value("cost") for name in names]
    free = study.results[WITHOUT].value("cost")
    scale = money_scale(max((abs(c) for c in costs if c is not None), default=1.0), currency, language)
    drawn = figure(t("title-rule-cost", language), _HEIGHT)
    drawn.add_trace(
        go.Scatter(
            x=limits,
            y=[_divided(cost, scale.factor) for cost in costs],
            mode="lines+markers",
            line={"color": ACCENT},
            name=t("with-rule", language),
            hovertemplate="%{x:,.4~g}: %{y:,.5~g} " + scale.unit + "<extra></extra>",
        )
    )
    if free is not None:
        drawn.add_trace(
            go.Scatter(
                x=[min(limits), max(limits)],
                y=[free / scale.factor] * 2,
                mode="lines",
                line={"color": QUIET, "dash": "dash"},
                name=t("without-rule", language, value=money(free, currency, language)),
                hoverinfo="skip",
            )
        )
    _crosses(drawn, [at for at, cost in zip(limits, costs, strict=True) if cost is None], language)
    drawn.update_xaxes(title={"text": t("axis-limit", language, unit=unit_text(unit, language) or "1")})
    drawn.update_yaxes(title={"text": scale.unit})
    drawn.update_layout(legend={"y": -0.18})
    return drawn


def rule_price(park: Park, study: StudyResult, _: str, language: Language) -> go.Figure:
    """Duals at each limit, and the differences of cost between them as steps."""
    currency = park.spec.money.currency
    limits, names, unit = _limits(park, study)
    rule = rule_name(study.study) if isinstance(study.study, RulePrices) else ""
    duals = [study.results[name].value(f"price:{rule}") for name in names]
    steps = [d for d in study.derived if d.quantity.name == "price_by_difference"]
    numbers = [abs(v) for v in (*duals, *(d.quantity.value for d in steps)) if v is not None]
    scale = money_scale(max(numbers, default=1.0), currency, language)
    drawn = figure(t("title-rule-price", language), _HEIGHT)
    for index, step in enumerate(steps):
        drawn.add_trace(
            go.Scatter(
                x=[step.fields["from"], step.fields["to"]],
                y=[step.quantity.value / scale.factor] * 2,
                mode="lines",
                line={"color": SERIES[1], "width": 3},
                name=t("difference", language),
                legendgroup="difference",
                showlegend=index == 0,
                hovertemplate="%{y:,.4~g} " + scale.unit + "<extra></extra>",
            )
        )
    drawn.add_trace(
        go.Scatter(
            x=limits,
            y=[_divided(dual, scale.factor) for dual in duals],
            mode="markers",
            marker={"color": ACCENT, "size": 9},
            name=t("dual", language),
            hovertemplate="%{x:,.4~g}: %{y:,.4~g} " + scale.unit + "<extra></extra>",
        )
    )
    missing = [
        at for at, name in zip(limits, names, strict=True) if study.results[name].value("cost") is None
    ]
    _crosses(drawn, missing, language)
    shown = unit_text(unit, language)
    per = t("per-unit", language, money=scale.unit, unit=shown) if shown else scale.unit
    drawn.update_xaxes(title={"text": t("axis-limit", language, unit=shown or "1")})
    drawn.update_yaxes(title={"text": per}, rangemode="tozero")
    drawn.update_layout(legend={"y": -0.18})
    return drawn


def _limits(park: Park, study: StudyResult) -> tuple[list[float], list[str], str]:
    """Limits in order with the variants that stand there, and their unit."""
    assert isinstance(study.study, RulePrices)
    unit = unit_of(study.study, park) or "1"
    names = [name for name in study.variants if name != WITHOUT]
    pairs = sorted(zip(limits_in(study.study, unit), names, strict=True))
    return [limit for limit, _ in pairs], [name for _, name in pairs], unit
