"""Bars and curves: what it costs, what is built, how far each limit is, what each hour is worth."""

from __future__ import annotations

import calendar
import textwrap
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from zeropark.figures.base import TEMPLATE, figure, nothing
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
from zeropark.figures.series import price_lines
from zeropark.figures.words import asset_title, carrier_title, node_title, plain, say
from zeropark.outcome import Capacity, Outcome
from zeropark.rules.judge import Verdict

CURVE_POINTS = 400


def cost_bars(outcome: Outcome, language: Language = "en") -> go.Figure:
    """Every term of the cost, largest first; income lies left of zero."""
    bill = outcome.bill
    title = say("title-cost", language, total=money(bill.total, bill.currency, language))
    terms = {name: value for name, value in bill.terms.items() if value != 0}
    if not terms:
        return nothing(title, language)
    scale = money_scale(max(abs(v) for v in terms.values()), bill.currency, language)
    names = sorted(terms, key=lambda name: terms[name])
    values = [terms[name] / scale.factor for name in names]
    drawn = figure(title, 90 + 34 * len(names), bargap=0.35, showlegend=False)
    drawn.add_trace(
        go.Bar(
            orientation="h",
            y=[plain(term_title(outcome, name, language)) for name in names],
            x=values,
            marker={"color": [GOOD if v < 0 else ACCENT for v in values]},
            text=[number(v) for v in values],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{y}: %{text} " + scale.unit + "<extra></extra>",
        )
    )
    drawn.update_xaxes(title={"text": scale.unit}, range=_with_room(values))
    drawn.update_yaxes(zeroline=False)
    return drawn


def term_title(outcome: Outcome, term: str, language: Language) -> str:
    """Name of a cost term for people."""
    titles = outcome.bill.term_titles.get(term)
    return titles[LANGUAGES.index(language)] or term if titles else term


def bill_months(outcome: Outcome, language: Language = "en") -> go.Figure:
    """The bill's lines that come month by month, stacked by item."""
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
    drawn = figure(title, 380, barmode="relative", bargap=0.3)
    for i, (item, values) in enumerate(sums.items()):
        hover = "%{x}<br>" + plain(item) + ": %{y:,.4~g} " + scale.unit + "<extra></extra>"
        drawn.add_trace(
            go.Bar(
                x=list(months),
                y=values / scale.factor,
                name=plain(item),
                marker={"color": SERIES[i] if i < len(SERIES) else LOSS},
                hovertemplate=hover,
            )
        )
    drawn.update_xaxes(
        type="category", tickvals=list(months), ticktext=[_month_name(m, months, language) for m in months]
    )
    drawn.update_yaxes(title={"text": scale.unit})
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
    drawn = make_subplots(
        rows=len(rows),
        cols=1,
        row_heights=[r + 0.5 for r in rows],
        vertical_spacing=min(0.9 / len(rows), 54 / height),
    )
    drawn.update_layout(
        template=TEMPLATE,
        title={"text": title},
        height=height,
        barmode="stack",
        bargap=0.35,
        legend={"y": 1, "yanchor": "bottom", "x": 1, "xanchor": "right"},
    )
    for row, (unit, group) in enumerate(groups.items(), start=1):
        _capacity_panel(drawn, row, outcome, unit_text(unit, language), group, language)
    return drawn


def _capacity_panel(
    drawn: go.Figure, row: int, outcome: Outcome, unit: str, group: Sequence[Capacity], language: Language
) -> None:
    ordered = sorted(group, key=lambda c: c.total)
    names = [plain(capacity_title(outcome, c, language)) for c in ordered]
    for word, colour, values in (
        ("existing", EXISTING, [c.existing for c in ordered]),
        ("added", ACCENT, [c.added for c in ordered]),
    ):
        label = say(word, language)
        drawn.add_trace(
            go.Bar(
                orientation="h",
                y=names,
                x=values,
                name=label,
                legendgroup=word,
                showlegend=row == 1,
                marker={"color": colour},
                text=[number(c.total) for c in ordered] if word == "added" else None,
                textposition="outside",
                cliponaxis=False,
                hovertemplate="%{y}<br>" + label + ": %{x:,.4~g} " + unit + "<extra></extra>",
            ),
            row=row,
            col=1,
        )
    drawn.update_xaxes(title={"text": unit}, range=_with_room([c.total for c in ordered]), row=row, col=1)


def price_duration(outcome: Outcome, carrier: str, language: Language = "en") -> go.Figure:
    """Prices at the carrier's nodes, highest first, over the share of the period."""
    park = outcome.park
    title = say("title-prices", language, name=plain(carrier_title(park, carrier, language)))
    lines = [x for x in price_lines(outcome).values() if park.carrier_at(x.place) == carrier]
    if not lines:
        return nothing(title, language)
    unit = unit_text(lines[0].unit, language)
    drawn = figure(title, 360, showlegend=len(lines) > 1, hovermode="x unified")
    for i, line in enumerate(lines):
        finite = np.sort(line.values[np.isfinite(line.values)])[::-1]
        at = np.unique(np.linspace(0, finite.size - 1, min(finite.size, CURVE_POINTS)).round().astype(int))
        drawn.add_trace(
            go.Scatter(
                x=((at + 0.5) / finite.size * 100).round(3),
                y=np.round(finite[at], 4),
                name=plain(node_title(park, line.place, language)),
                mode="lines",
                line={
                    "width": 2,
                    "color": SERIES[i % len(SERIES)],
                    "shape": "hv",
                },
                hovertemplate="%{y:,.4~g} " + unit,
            )
        )
    drawn.update_xaxes(title={"text": say("share-of-period", language)}, ticksuffix=" %", range=[0, 100])
    drawn.update_yaxes(title={"text": unit}, rangemode="tozero")
    return drawn


def rule_margins(outcome: Outcome, language: Language = "en") -> go.Figure:
    """Room to each limit as a share of the limit: right of zero the rule is met, left it is broken."""
    title = say("title-rules", language)
    shown = [v for v in outcome.rules if v.margin is not None and v.rule.limit != 0]
    if not shown:
        return nothing(title, language)
    shares = [100 * (v.margin or 0.0) / abs(v.rule.limit) for v in shown][::-1]
    clipped = [float(np.clip(s, -100, 100)) for s in shares]
    verdicts = shown[::-1]
    drawn = figure(title, 90 + 36 * len(verdicts), showlegend=False, bargap=0.4)
    drawn.add_trace(
        go.Bar(
            orientation="h",
            y=[rule_label(v, i) for i, v in enumerate(verdicts)],
            x=clipped,
            marker={
                "color": [
                    {True: GOOD, False: BAD}.get(bool(v.met)) if v.met is not None else UNTOLD
                    for v in verdicts
                ]
            },
            text=[f"{signed(s, 3)} %" if abs(s) >= LEAST_PERCENT else "≈ 0" for s in shares],
            textposition="outside",
            cliponaxis=False,
            customdata=[_verdict_text(v, language) for v in verdicts],
            hovertemplate="%{customdata}<extra></extra>",
        )
    )
    cut = [i for i, s in enumerate(shares) if abs(s) > 100.5]
    for i in cut:
        drawn.add_annotation(
            x=float(np.sign(shares[i])) * 94, y=rule_label(verdicts[i], i), text="<b>//</b>",
            showarrow=False, bgcolor="white", borderpad=0, font={"size": 13, "color": INK},
        )  # fmt: skip
    names = [_lines((v.rule.title if language == "en" else v.rule.title_zh) or v.rule.rule) for v in verdicts]
    drawn.update_yaxes(
        tickvals=[rule_label(v, i) for i, v in enumerate(verdicts)], ticktext=names, zeroline=False
    )
    drawn.update_xaxes(
        title={"text": say("room-cut" if cut else "room", language)},
        range=_with_room(clipped),
        ticksuffix=" %",
        zerolinecolor=INK,
    )
    return drawn


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
