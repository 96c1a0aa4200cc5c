"""Bars and curves: what it costs, what is built, how far each limit is, what each hour is worth."""

from __future__ import annotations

import calendar
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from zeropark.figures.base import Drawing, drawing, nothing
from zeropark.figures.numbers import (
    LANGUAGES,
    LEAST_PERCENT,
    Language,
    amount,
    money,
    money_scale,
    number,
    signed,
    unit_text,
)
from zeropark.figures.palette import ACCENT, BAD, EXISTING, GOOD, INK, LOSS, SERIES, UNTOLD
from zeropark.figures.series import Line, price_lines
from zeropark.figures.words import asset_title, carrier_title, node_title, plain, say
from zeropark.outcome import Capacity, Outcome
from zeropark.rules.judge import Verdict

CURVE_POINTS = 400


def cost_bars(outcome: Outcome, language: Language = "en") -> go.Figure:
    """Every term of the cost, largest first; income lies left of zero."""
    return cost_drawing(outcome, language).figure()


def cost_drawing(outcome: Outcome, language: Language) -> Drawing:
    """``cost_bars`` as plain data."""
    bill = outcome.bill
    title = say("title-cost", language, total=money(bill.total, bill.currency, language))
    terms = {name: value for name, value in bill.terms.items() if value != 0}
    if not terms:
        return nothing(title, language)
    scale = money_scale(max(abs(v) for v in terms.values()), bill.currency, language)
    names = sorted(terms, key=lambda name: terms[name])
    values = [terms[name] / scale.factor for name in names]
    drawn = drawing(
        title,
        90 + 34 * len(names),
        bargap=0.35,
        showlegend=False,
        xaxis={"title": {"text": scale.unit}, "range": _with_room(values)},
        yaxis={"zeroline": False},
    )
    drawn.data.append(
        {
            "type": "bar",
            "orientation": "h",
            "y": [plain(term_title(outcome, name, language)) for name in names],
            "x": values,
            "marker": {"color": [GOOD if v < 0 else ACCENT for v in values]},
            "text": [number(v) for v in values],
            "textposition": "outside",
            "cliponaxis": False,
            "hovertemplate": "%{y}: %{text} " + scale.unit + "<extra></extra>",
        }
    )
    return drawn


def term_title(outcome: Outcome, term: str, language: Language) -> str:
    """Name of a cost term for people."""
    titles = outcome.bill.term_titles.get(term)
    return titles[LANGUAGES.index(language)] or term if titles else term


def bill_months(outcome: Outcome, language: Language = "en") -> go.Figure:
    """The bill's lines that come month by month, stacked by item."""
    return months_drawing(outcome, language).figure()


def months_drawing(outcome: Outcome, language: Language) -> Drawing:
    """``bill_months`` as plain data."""
    bill, months = outcome.bill, outcome.flows.clock.months
    sums: dict[str, np.ndarray] = {}
    for line in bill.lines:
        if line.period in months:
            item = (line.item if language == "en" else line.item_zh) or line.item
            sums.setdefault(item, np.zeros(len(months)))[months.index(line.period)] += line.amount
    title = say("title-months", language)
    if not sums or len(months) < 2:
        return nothing(title, language)
    sums = _largest_items(sums, language)
    scale = money_scale(max(float(np.abs(v).max()) for v in sums.values()), bill.currency, language)
    names = [_month_name(m, months, language) for m in months]
    drawn = drawing(
        title,
        380,
        barmode="relative",
        bargap=0.3,
        xaxis={"type": "category", "tickvals": list(months), "ticktext": names},
        yaxis={"title": {"text": scale.unit}},
    )
    for i, (item, values) in enumerate(sums.items()):
        hover = "%{x}<br>" + plain(item) + ": %{y:,.4~g} " + scale.unit + "<extra></extra>"
        drawn.data.append(
            {
                "type": "bar",
                "x": list(months),
                "y": (values / scale.factor).tolist(),
                "name": plain(item),
                "marker": {"color": SERIES[i] if i < len(SERIES) else LOSS},
                "hovertemplate": hover,
            }
        )
    return drawn


def _largest_items(sums: dict[str, np.ndarray], language: Language) -> dict[str, np.ndarray]:
    """As many items as there are colours, in the bill's order; the small rest as one."""
    if len(sums) <= len(SERIES):
        return sums
    sizes = sorted(sums, key=lambda item: -float(np.abs(sums[item]).sum()))
    shown = {item: values for item, values in sums.items() if item in sizes[: len(SERIES)]}
    rest = [sums[item] for item in sizes[len(SERIES) :]]
    return shown | {say("other-items", language, count=str(len(rest))): np.sum(rest, axis=0)}


def _month_name(month: str, months: Sequence[str], language: Language) -> str:
    """``Jan`` or ``1月`` where all months lie in one year, else with the year."""
    if len({m[:4] for m in months}) > 1:
        return month
    number_of = int(month[5:])
    return f"{number_of}月" if language == "zh" else calendar.month_abbr[number_of]


def capacity_title(outcome: Outcome, capacity: Capacity, language: Language) -> str:
    """Name of a capacity: the asset, and ``power`` for the rate of a storage."""
    name = asset_title(outcome.park, capacity.asset, language)
    if capacity.part == "capacity":
        return name
    word = {"power": ("power", "功率")}.get(capacity.part, (capacity.part, capacity.part))
    return f"{name}{' ' if language == 'en' else ''}{word[LANGUAGES.index(language)]}"


def capacity_bars(outcome: Outcome, language: Language = "en") -> go.Figure:
    """Existing and added capacities, one panel for each unit in which something is built (else for all)."""
    return capacity_drawing(outcome, language).figure()


def capacity_drawing(outcome: Outcome, language: Language) -> Drawing:
    """``capacity_bars`` as plain data."""
    groups: dict[str, list[Capacity]] = {}
    for capacity in outcome.capacities:
        if capacity.total > 0 and np.isfinite(capacity.total):
            groups.setdefault(capacity.unit, []).append(capacity)
    built = {unit: group for unit, group in groups.items() if any(c.added > 0 for c in group)}
    groups = built or groups
    title = say("title-capacity", language)
    if not groups:
        return nothing(title, language)
    rows = [len(group) for group in groups.values()]
    height = 80 + 25 * sum(rows) + 54 * len(rows)
    legend = {"y": 1, "yanchor": "bottom", "x": 1, "xanchor": "right"}
    drawn = drawing(title, height, barmode="stack", bargap=0.35, legend=legend)
    panels = _panels([r + 0.5 for r in rows], min(0.9 / len(rows), 54 / height))
    for i, ((unit, group), domain) in enumerate(zip(groups.items(), panels, strict=True)):
        _capacity_panel(drawn, "" if i == 0 else str(i + 1), domain, outcome, unit, group, language)
    return drawn


def _panels(heights: Sequence[float], gap: float) -> list[list[float]]:
    """Bottom and top of each panel, the first one uppermost, as shares of the figure's height."""
    scale = (1.0 - gap * (len(heights) - 1)) / sum(heights)
    tops = [1.0 - sum(heights[:i]) * scale - i * gap for i in range(len(heights))]
    return [[max(0.0, top - height * scale), top] for top, height in zip(tops, heights, strict=True)]


def _capacity_panel(
    drawn: Drawing,
    number_of: str,
    domain: list[float],
    outcome: Outcome,
    unit: str,
    group: Sequence[Capacity],
    language: Language,
) -> None:
    ordered = sorted(group, key=lambda c: c.total)
    names = [plain(capacity_title(outcome, c, language)) for c in ordered]
    shown = unit_text(unit, language)
    for word, colour, values in (
        ("existing", EXISTING, [c.existing for c in ordered]),
        ("added", ACCENT, [c.added for c in ordered]),
    ):
        label = say(word, language)
        trace: dict[str, Any] = {
            "type": "bar",
            "orientation": "h",
            "y": names,
            "x": values,
            "name": label,
            "legendgroup": word,
            "showlegend": number_of == "",
            "marker": {"color": colour},
            "textposition": "outside",
            "cliponaxis": False,
            "hovertemplate": "%{y}<br>" + label + ": %{x:,.4~g} " + shown + "<extra></extra>",
            "xaxis": f"x{number_of}",
            "yaxis": f"y{number_of}",
        }
        totals = {"text": [number(c.total) for c in ordered]} if word == "added" else {}
        drawn.data.append(trace | totals)
    drawn.layout[f"xaxis{number_of}"] = {
        "anchor": f"y{number_of}",
        "domain": [0.0, 1.0],
        "title": {"text": shown},
        "range": _with_room([c.total for c in ordered]),
    }
    drawn.layout[f"yaxis{number_of}"] = {"anchor": f"x{number_of}", "domain": domain}


def price_duration(outcome: Outcome, carrier: str, language: Language = "en") -> go.Figure:
    """Prices at the carrier's nodes, highest first, over the share of the period."""
    lines = price_lines(outcome).values()
    curves = price_curves(line for line in lines if outcome.park.carrier_at(line.place) == carrier)
    return prices_drawing(outcome, carrier, curves, language).figure()


@dataclass(frozen=True)
class Curve:
    """The values of a line, highest first: at ``share`` per cent of the period, rounded as they are shown."""

    line: Line
    share: list[float]
    values: list[float]


def price_curves(lines: Iterable[Line]) -> list[Curve]:
    """Duration curves of the lines, at a few hundred points each."""
    curves = []
    for line in lines:
        finite = np.sort(line.values[np.isfinite(line.values)])[::-1]
        at = np.unique(np.linspace(0, finite.size - 1, min(finite.size, CURVE_POINTS)).round().astype(int))
        share = ((at + 0.5) / finite.size * 100).round(3)
        curves.append(Curve(line, share.tolist(), np.round(finite[at], 4).tolist()))
    return curves


def prices_drawing(outcome: Outcome, carrier: str, curves: Sequence[Curve], language: Language) -> Drawing:
    """``price_duration`` as plain data, from the curves of the carrier's nodes."""
    park = outcome.park
    title = say("title-prices", language, name=plain(carrier_title(park, carrier, language)))
    if not curves:
        return nothing(title, language)
    unit = unit_text(curves[0].line.unit, language)
    drawn = drawing(
        title,
        360,
        showlegend=len(curves) > 1,
        hovermode="x unified",
        xaxis={"title": {"text": say("share-of-period", language)}, "ticksuffix": " %", "range": [0, 100]},
        yaxis={"title": {"text": unit}, "rangemode": "tozero"},
    )
    for i, curve in enumerate(curves):
        drawn.data.append(
            {
                "type": "scatter",
                "x": curve.share,
                "y": curve.values,
                "name": plain(node_title(park, curve.line.place, language)),
                "mode": "lines",
                "line": {"width": 2, "color": SERIES[i % len(SERIES)], "shape": "hv"},
                "hovertemplate": "%{y:,.4~g} " + unit,
            }
        )
    return drawn


def rule_margins(outcome: Outcome, language: Language = "en") -> go.Figure:
    """Room to each limit as a share of the limit: right of zero the rule is met, left it is broken."""
    return rules_drawing(outcome, language).figure()


def rules_drawing(outcome: Outcome, language: Language) -> Drawing:
    """``rule_margins`` as plain data."""
    title = say("title-rules", language)
    shown = [v for v in outcome.rules if v.margin is not None and v.rule.limit != 0]
    if not shown:
        return nothing(title, language)
    shares = [100 * (v.margin or 0.0) / abs(v.rule.limit) for v in shown][::-1]
    clipped = [float(np.clip(s, -100, 100)) for s in shares]
    verdicts = shown[::-1]
    labels = [rule_label(v, i) for i, v in enumerate(verdicts)]
    cut = [i for i, s in enumerate(shares) if abs(s) > 100.5]
    names = [_lines((v.rule.title if language == "en" else v.rule.title_zh) or v.rule.rule) for v in verdicts]
    drawn = drawing(
        title,
        90 + 36 * len(verdicts),
        showlegend=False,
        bargap=0.4,
        annotations=[_cut_mark(float(np.sign(shares[i])) * 94, labels[i]) for i in cut],
        yaxis={"tickvals": labels, "ticktext": names, "zeroline": False},
        xaxis={
            "title": {"text": say("room-cut" if cut else "room", language)},
            "range": _with_room(clipped),
            "ticksuffix": " %",
            "zerolinecolor": INK,
        },
    )
    drawn.data.append(
        {
            "type": "bar",
            "orientation": "h",
            "y": labels,
            "x": clipped,
            "marker": {"color": [UNTOLD if v.met is None else GOOD if v.met else BAD for v in verdicts]},
            "text": [f"{signed(s, 3)} %" if abs(s) >= LEAST_PERCENT else "≈ 0" for s in shares],
            "textposition": "outside",
            "cliponaxis": False,
            "customdata": [_verdict_text(v, language) for v in verdicts],
            "hovertemplate": "%{customdata}<extra></extra>",
        }
    )
    return drawn


def _cut_mark(x: float, y: str) -> dict[str, Any]:
    """The sign that a bar goes on beyond the axis."""
    style = {"showarrow": False, "bgcolor": "white", "borderpad": 0, "font": {"size": 13, "color": INK}}
    return {"x": x, "y": y, "text": "<b>//</b>", **style}


def rule_label(verdict: Verdict, index: int) -> str:
    """A name of the rule that no other bar has."""
    return f"{index}:{verdict.rule.pack}.{verdict.rule.rule}"


def _verdict_text(verdict: Verdict, language: Language) -> str:
    rule = verdict.rule
    words = say(rule.sense, language) if rule.sense in ("at most", "at least") else rule.sense
    return (
        f"{say('value', language)}: {amount(verdict.value, rule.unit, language)}<br>"
        f"{say('limit', language)}: {words} {amount(rule.limit, rule.unit, language)}"
    )


def _lines(text: str, width: int = 36) -> str:
    """A long name on several lines."""
    return "<br>".join(plain(line) for line in textwrap.wrap(text, width, break_long_words=False))


def _with_room(values: Sequence[float]) -> list[float]:
    """An axis range that leaves room for the figures beside the bars."""
    low, high = min(0.0, *values), max(0.0, *values)
    span = (high - low) or 1.0
    return [low - 0.16 * span if low < 0 else 0.0, high + 0.16 * span if high > 0 else 0.0]
