"""The period at a glance: hour of the day over the days."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from zeropark.clock import Clock
from zeropark.figures.base import figure
from zeropark.figures.numbers import Language
from zeropark.figures.palette import DIVERGING, EMPTY, SEQUENTIAL
from zeropark.figures.series import Line, all_lines, direction, heat_cells, line_title, line_unit, local_days
from zeropark.figures.words import plain, say
from zeropark.forms import Array
from zeropark.outcome import Outcome


def default_heat_key(outcome: Outcome) -> str | None:
    """What is shown first: the exchange with the public grid, else the largest flow."""
    lines = all_lines(outcome)
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
    sign, _ = direction(outcome, line)
    clock = outcome.flows.clock
    grid = heat_grid(clock, sign * line.values).astype(np.float32)
    title = say("title-heat", language, name=plain(line_title(outcome, line, language)))
    drawn = figure(title, 330, plot_bgcolor=EMPTY, margin={"l": 8, "r": 8, "t": 40, "b": 8})
    drawn.add_trace(
        go.Heatmap(
            x=local_days(clock),
            y=np.arange(grid.shape[0]) * clock.step_hours,
            z=grid,
            **heat_style(line, sign, language),
            meta={"key": key, "sign": sign},
        )
    )
    drawn.update_xaxes(type="date", showgrid=False, tickformat=_day_format(grid.shape[1], language))
    hours = [0, 6, 12, 18]
    top = 24 - clock.step_hours / 2
    drawn.update_yaxes(
        title={"text": say("hour", language)},
        tickvals=hours,
        ticktext=[f"{h:02d}:00" for h in hours],
        showgrid=False,
        zeroline=False,
        range=[-clock.step_hours / 2, top],
    )
    return drawn


def heat_style(line: Line, sign: float, language: Language) -> dict[str, Any]:
    """Colours, colour bar and hover text of a heat map of this line."""
    low, high = heat_range(sign * line.values)
    unit = line_unit(line, language)
    return {
        "zmin": low,
        "zmax": high,
        "colorscale": DIVERGING if low < 0 < high else SEQUENTIAL,
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


def _day_format(days: int, language: Language) -> str:
    if days > 45:
        return "%b %Y" if days > 400 and language == "en" else ("%b" if language == "en" else "%-m月")
    return "%-d %b" if language == "en" else "%-m月%-d日"
