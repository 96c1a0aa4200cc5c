"""Seven days of one carrier: supply stacked above zero, use below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from zeropark.clock import Clock
from zeropark.figures.base import Drawing, drawing, nothing
from zeropark.figures.numbers import Language, unit_text
from zeropark.figures.palette import LOSS, REST, colours_of, faded, mixed
from zeropark.figures.series import WEEK_DAYS, Line, day_starts, flow_lines, largest, wall_times
from zeropark.figures.words import asset_title, carrier_title, plain, rate_unit, say
from zeropark.forms import Array
from zeropark.outcome import Outcome
from zeropark.park.assets import AnyAsset, Connection, Converter, Demand, Market, Source, Storage

_SUPPLY_ORDER = (Source, Converter, Connection, Storage, Market)
_USE_ORDER = (Demand, Converter, Connection, Storage, Market)


MOST_BANDS = 9


@dataclass(frozen=True)
class Layer:
    """One band of the stack: what of its lines lies above zero, or below. Small bands share one."""

    lines: tuple[Line, ...]
    above: bool

    @property
    def values(self) -> Array:
        """The lines' values on this side of zero, shape (steps,)."""
        return np.asarray(sum(part_of(line.values, self.above) for line in self.lines), dtype=np.float64)


def part_of(values: Array, above: bool) -> Array:
    """Supply (above) or use (below) of a line; NaN stays NaN."""
    return np.maximum(values, 0.0) if above else np.minimum(values, 0.0)


def layers(outcome: Outcome, carrier: str, lines: Mapping[str, Line] | None = None) -> tuple[Layer, ...]:
    """Bands of a carrier's stack from the zero line outwards, idle ones left out.

    lines: ``series.flow_lines`` of this outcome, where the caller has them already.
    """
    flowing = flow_lines(outcome) if lines is None else lines
    found = []
    for above in (True, False):
        parts = [
            line
            for line in flowing.values()
            if line.place == carrier and largest(part_of(line.values, above)) > 1e-6 * largest(line.values)
        ]
        sizes = sorted(parts, key=lambda line: -_size(line, above))
        few = {line.key for line in (sizes if len(sizes) <= MOST_BANDS else sizes[: MOST_BANDS - 1])}
        shown = sorted((x for x in parts if x.key in few), key=lambda x: _rank(outcome, x, above))
        rest = tuple(line for line in parts if line.key not in few)
        found += [Layer((line,), above) for line in shown] + ([Layer(rest, above)] if rest else [])
    return tuple(found)


def _size(line: Line, above: bool) -> float:
    return abs(float(np.nansum(part_of(line.values, above))))


def _rank(outcome: Outcome, line: Line, above: bool) -> int:
    asset = outcome.park.assets.get(line.asset)
    order = _SUPPLY_ORDER if above else _USE_ORDER
    return order.index(type(asset)) if type(asset) in order else len(order)


def layer_title(outcome: Outcome, layer: Layer, language: Language) -> str:
    """Words for a band."""
    if len(layer.lines) > 1:
        return say("other-supply" if layer.above else "other-use", language, count=str(len(layer.lines)))
    key = layer.lines[0].asset
    asset: AnyAsset | None = outcome.park.assets.get(key)
    name = plain(asset_title(outcome.park, key, language))
    if isinstance(asset, Storage):
        return say("discharging" if layer.above else "charging", language, name=name)
    if isinstance(asset, Market):
        return say("bought" if layer.above else "sold", language, name=name)
    if isinstance(asset, Connection) and not layer.above:
        return say("line-loss", language, name=name)
    return name


def week_dispatch(
    outcome: Outcome, carrier: str, first_day: int = 0, language: Language = "en", days: int = WEEK_DAYS
) -> go.Figure:
    """Stacked dispatch of a carrier at all its nodes, ``days`` local days from ``first_day``.

    A connection between two nodes of the carrier appears only with its losses.
    """
    stack = layers(outcome, carrier)
    week = week_of(outcome.flows.clock, first_day, days)
    drawn = week_frame(outcome, carrier, stack, week, language)
    for trace, layer in zip(drawn.data, stack, strict=True):
        values = layer.values[week.steps]
        trace["x"] = [f"{t:%Y-%m-%d %H:%M}" for t in week.times]
        trace["y"] = np.append(values, values[-1:])
    return drawn.figure()


@dataclass(frozen=True)
class Week:
    """Steps of some days; their times on the wall with one past the end; ``offset``: from UTC, in words."""

    steps: slice
    times: pd.DatetimeIndex
    offset: str


def week_of(clock: Clock, first_day: int = 0, days: int = WEEK_DAYS) -> Week:
    """``days`` local days from ``first_day``, within the period."""
    starts = day_starts(clock)
    first_day = min(max(first_day, 0), max(len(starts) - 1, 0))
    first = int(starts[first_day])
    last = int(starts[first_day + days]) if first_day + days < len(starts) else clock.steps
    return Week(slice(first, last), *wall_times(clock, first, last))


def week_frame(
    outcome: Outcome, carrier: str, stack: Sequence[Layer], week: Week, language: Language
) -> Drawing:
    """The dispatch of ``stack`` without its values: ``meta`` of each trace says which lines they sum."""
    park = outcome.park
    name = plain(carrier_title(park, carrier, language))
    title = say("title-week", language, name=name, day=f"{week.times[0]:%Y-%m-%d}")
    if not stack:
        return nothing(title, language)
    unit = unit_text(rate_unit(park.spec.carriers[carrier].unit), language)
    drawn = drawing(
        title,
        350 + 20 * ((len(stack) + 3) // 4),
        hovermode="x unified",
        hoverlabel={"namelength": 40},
        xaxis={
            "type": "date",
            "title": {"text": say("local-time", language, offset=week.offset)},
            "tickformat": "%a %-d %b" if language == "en" else "%-m月%-d日",
            "dtick": 86400000,
            "hoverformat": "%Y-%m-%d %H:%M",
        },
        yaxis={"title": {"text": f"{say('use', language)} ↓   {unit}   ↑ {say('supply', language)}"}},
    )
    colours = colours_of(park.assets)
    drawn.data += [_band(outcome, layer, colours, unit, language) for layer in stack]
    return drawn


def _band(
    outcome: Outcome, layer: Layer, colours: dict[str, str], unit: str, language: Language
) -> dict[str, Any]:
    colour = colours.get(layer.lines[0].asset, LOSS) if len(layer.lines) == 1 else REST
    asset = outcome.park.assets.get(layer.lines[0].asset)
    pattern: dict[str, Any] = {}
    if isinstance(asset, (Storage, Market)) and not layer.above and len(layer.lines) == 1:
        # what is charged or sold: the same hue, lighter and hatched, apart from what comes back
        pattern = {"shape": "/", "fgcolor": faded(colour, 0.92), "size": 6, "solidity": 0.25}
        colour = mixed(colour, 0.6)
        pattern = {"fillpattern": pattern | {"bgcolor": faded(colour, 0.92)}}
    return {
        "type": "scatter",
        "name": layer_title(outcome, layer, language),
        "stackgroup": "supply" if layer.above else "use",
        "mode": "lines",
        "line": {"width": 0, "shape": "hv", "color": colour},
        "fillcolor": faded(colour, 0.92),
        **pattern,
        "hovertemplate": "%{y:,.4~g} " + unit,
        "meta": {"keys": [line.key for line in layer.lines], "above": layer.above},
    }
