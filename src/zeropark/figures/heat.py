"""The period at a glance: hour of the day over the days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from zeropark.clock import Clock
from zeropark.figures.base import Drawing, drawing
from zeropark.figures.numbers import Language
from zeropark.figures.palette import DIVERGING, EMPTY, SEQUENTIAL
from zeropark.figures.series import Line, all_lines, direction, heat_cells, line_title, line_unit, local_days
from zeropark.figures.words import plain, say
from zeropark.forms import Array
from zeropark.outcome import Outcome


def default_heat_key(outcome: Outcome, shown: Mapping[str, Line] | None = None) -> str | None:
    """What is shown first: the exchange with the public grid, else the largest flow.

    shown: ``series.all_lines`` of this outcome, where the caller has them already.
    """
    lines = all_lines(outcome) if shown is None else shown
    grids = {name for name, _ in outcome.park.grid_markets()}
    for key, line in lines.items():
        if line.asset in grids and line.kind == "flow":
            return key
    sizes = {key: float(np.nansum(np.abs(line.values))) for key, line in lines.items() if line.kind == "flow"}
    return max(sizes, key=lambda k: sizes[k]) if sizes else None


def heat_grid(clock: Clock, values: Array) -> Array:
    """Mean of the values in each cell, shape (steps in a day, days); NaN where there is none."""
    cells, rows, days = heat_cells(clock)
    count = np.bincount(cells, minlength=rows * days)
    sums = np.bincount(cells, weights=values, minlength=rows * days)
    with np.errstate(invalid="ignore"):
        mean = np.where(count > 0, sums / np.maximum(count, 1), np.nan)
    return np.asarray(mean.reshape(rows, days), dtype=np.float64)


def heat_range(values: Array) -> tuple[float, float]:
    """Ends of the colour scale: even about zero where both signs matter, else from zero (or the least)."""
    finite = values[np.isfinite(values)]
    if not finite.size:
        return 0.0, 1.0
    low, high = float(finite.min()), float(finite.max())
    if low < -1e-9 * max(1.0, high):
        reach = max(-low, high)
        return -reach, reach
    low = low if low > 0.5 * high else 0.0
    return low, high if high > low else low + 1.0


def year_heat_map(outcome: Outcome, key: str, language: Language = "en") -> go.Figure:
    """One line (see ``series.all_lines``) by local hour of the day and day; gaps stay grey."""
    line = all_lines(outcome)[key]
    clock = outcome.flows.clock
    drawn = heat_frame(outcome, line, language)
    trace = drawn.data[0]
    grid = heat_grid(clock, trace["meta"]["sign"] * line.values).astype(np.float32)
    trace |= {"x": local_days(clock), "y": np.arange(grid.shape[0]) * clock.step_hours, "z": grid}
    return drawn.figure()


def heat_frame(outcome: Outcome, line: Line, language: Language) -> Drawing:
    """The heat map of a line without its cells: ``meta`` says what they are, and under which sign."""
    sign, _ = direction(outcome, line)
    clock = outcome.flows.clock
    days = int(clock.day_of_step[-1]) + 1
    hours = [0, 6, 12, 18]
    drawn = drawing(
        say("title-heat", language, name=plain(line_title(outcome, line, language))),
        330,
        plot_bgcolor=EMPTY,
        margin={"l": 8, "r": 8, "t": 40, "b": 8},
        xaxis={"type": "date", "showgrid": False, "tickformat": _day_format(days, language)},
        yaxis={
            "title": {"text": say("hour", language)},
            "tickvals": hours,
            "ticktext": [f"{h:02d}:00" for h in hours],
            "showgrid": False,
            "zeroline": False,
            "range": [-clock.step_hours / 2, 24 - clock.step_hours / 2],
        },
    )
    meta = {"key": line.key, "sign": sign}
    drawn.data.append({"type": "heatmap", **heat_style(line, sign, language), "meta": meta})
    return drawn


def heat_style(line: Line, sign: float, language: Language) -> dict[str, Any]:
    """Colours, colour bar and hover text of a heat map of this line."""
    low, high = heat_range(sign * line.values)
    unit = line_unit(line, language)
    return {
        "zmin": low,
        "zmax": high,
        "colorscale": even_scale(DIVERGING if low < 0 < high else SEQUENTIAL),
        "hoverongaps": False,
        "hovertemplate": "%{x|%Y-%m-%d}, %{y:.2f} h<br>%{z:,.4~g} " + unit + "<extra></extra>",
        "colorbar": {
            "title": {"text": unit, "side": "top", "font": {"size": 12}},
            "thickness": 12,
            "outlinewidth": 0,
            "len": 1,
            "tickformat": ",",
            "nticks": 6,
        },
    }


def even_scale(colours: Sequence[str]) -> list[list[float | str]]:
    """A colour scale of plotly: the colours at even distances from 0 to 1."""
    return [[i / (len(colours) - 1), colour] for i, colour in enumerate(colours)]


def _day_format(days: int, language: Language) -> str:
    if days > 45:
        return "%b %Y" if days > 400 and language == "en" else ("%b" if language == "en" else "%-m月")
    return "%-d %b" if language == "en" else "%-m月%-d日"
