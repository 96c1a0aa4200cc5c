"""Figures of both curves: steps as wide as what a measure saves and as high as its tonne costs; what counts twice."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence

from zeropark.abatement.result import Abatement, Step
from zeropark.abatement.words import t
from zeropark.figures.base import Drawing, drawing, nothing
from zeropark.figures.numbers import LANGUAGES, Language, number, unit_text
from zeropark.figures.palette import ACCENT, GOOD, SERIES

_WIDE_ENOUGH = 0.09
_TALL_ENOUGH = 0.2
"""A step narrower or lower than this share of the whole has its name in the legend alone."""


def curve(found: Abatement, steps: Sequence[Step], language: Language) -> Drawing:
    """One curve: the width of a step is what it saves in a year, its height what a tonne costs."""
    title = t("title-curve", language)
    drawn_steps = [step for step in steps if step.per_tonne(found.account) is not None]
    if not drawn_steps:
        return nothing(title, language)
    unit = unit_text(found.units[found.account], language)
    money = unit_text(f"{found.currency}/{found.units[found.account]}", language)
    total = sum(step.saved[found.account] for step in drawn_steps)
    costs = [step.per_tonne(found.account) or 0.0 for step in drawn_steps]
    tall = max(0.0, *costs) - min(0.0, *costs)
    drawn = drawing(
        title,
        420,
        bargap=0,
        barmode="overlay",
        xaxis={"title": {"text": t("saved-a-year", language, unit=unit)}, "range": [0, total * 1.02]},
        yaxis={"title": {"text": t("cost-a-tonne", language, unit=money)}, "zeroline": True},
        legend={"orientation": "h", "y": -0.2, "yanchor": "top", "x": 0},
    )
    at = 0.0
    colours = {name: SERIES[i % len(SERIES)] for i, name in enumerate(found.measures)}
    for step in drawn_steps:
        width, height = step.saved[found.account], step.per_tonne(found.account)
        name = measure_title(found, step.measure, language)
        drawn.data.append(
            {
                "type": "bar",
                "name": name,
                "x": [at + width / 2],
                "y": [height],
                "width": [width],
                "marker": {"color": colours[step.measure], "line": {"color": "#fff", "width": 1}},
                "text": [_in_lines(name, language) if _room(width / total, height, tall) else ""],
                "textposition": "inside",
                "insidetextanchor": "middle",
                "textangle": 0,
                "hovertemplate": f"{name}<br>{number(width)} {unit}<br>{number(height)} {money}<extra></extra>",
            }
        )
        at += width
    return drawn


def _in_lines(name: str, language: Language) -> str:
    """The name in lines short enough for a step; in Chinese, where any letter may end one, in even ones."""
    wide = 16 if language == "en" else math.ceil(len(name) / math.ceil(len(name) / 8))
    return "<br>".join(textwrap.wrap(name, wide))


def _room(share: float, height: float | None, tall: float) -> bool:
    """Whether the name fits into the step; the legend has it in any case."""
    return share > _WIDE_ENOUGH and height is not None and abs(height) > _TALL_ENOUGH * tall


def twice(found: Abatement, language: Language) -> Drawing:
    """What the measures save, each counted as if alone, beside what they save together."""
    title = t("title-bars", language)
    if not found.ordered:
        return nothing(title, language)
    unit = unit_text(found.units[found.account], language)
    rows = [t("sum-alone", language), t("together", language)]
    drawn = drawing(
        title,
        260,
        barmode="stack",
        bargap=0.4,
        xaxis={"title": {"text": unit}},
        yaxis={"autorange": "reversed"},
        legend={"orientation": "h", "y": -0.45, "yanchor": "top", "x": 0},
    )
    alone = {step.measure: step.saved.get(found.account, 0.0) for step in found.alone}
    colours = {name: SERIES[i % len(SERIES)] for i, name in enumerate(found.measures)}
    for step in found.ordered:
        values = [alone[step.measure], step.saved[found.account]]
        name = measure_title(found, step.measure, language)
        drawn.data.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": name,
                "y": rows,
                "x": values,
                "marker": {"color": colours[step.measure], "line": {"color": "#fff", "width": 1}},
                "hovertemplate": f"{name}: %{{x:,.4~r}} {unit}<extra></extra>",
            }
        )
    return drawn


def difference(found: Abatement, language: Language) -> Drawing:
    """What each measure costs a year and saves in money, in the best order: the plan's cost with more and more of them."""
    title = t("title-cost", language)
    if not found.ordered:
        return nothing(title, language)
    names = [measure_title(found, step.measure, language) for step in found.ordered]
    scale = 1e6 if language == "en" else 1e4
    unit = f"million {found.currency}" if language == "en" else f"万{unit_text(found.currency, 'zh')}"
    values = [step.cost / scale for step in found.ordered]
    drawn = drawing(
        title,
        100 + 34 * len(names),
        showlegend=False,
        bargap=0.35,
        xaxis={"title": {"text": t("dearer-a-year", language, unit=unit)}, "range": _with_room(values)},
        yaxis={"autorange": "reversed"},
    )
    drawn.data.append(
        {
            "type": "bar",
            "orientation": "h",
            "y": names,
            "x": values,
            "marker": {"color": [GOOD if value < 0 else ACCENT for value in values]},
            "text": [number(value) for value in values],
            "textposition": "outside",
            "cliponaxis": False,
            "hovertemplate": "%{y}: %{text} " + unit + "<extra></extra>",
        }
    )
    return drawn


def _with_room(values: Sequence[float]) -> list[float]:
    """Limits of an axis with room for the numbers beside the bars."""
    low, high = min(0.0, *values), max(0.0, *values)
    room = 0.18 * (high - low or 1.0)
    return [low - room if low < 0 else 0.0, high + room if high > 0 else 0.0]


def measure_title(found: Abatement, name: str, language: Language) -> str:
    """The measure's name in the language."""
    return found.titles[name][LANGUAGES.index(language)]
