"""Every line that a figure can draw: flows by asset and carrier, levels, prices; and local calendars."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from zeropark.clock import Clock
from zeropark.figures.numbers import Language, unit_text
from zeropark.figures.words import asset_title, carrier_title, node_title, rate_unit, say
from zeropark.forms import Array
from zeropark.outcome import Outcome
from zeropark.park.assets import Connection, Converter, Demand, Market, Source, Storage

Kind = Literal["flow", "level", "price"]
WEEK_DAYS = 7


@dataclass(frozen=True)
class Line:
    """One line over time. values: (steps,), flows positive into the carrier's nodes; NaN: missing.

    place: the carrier of a flow, the node of a price, the carrier of a level. unit: of the values.
    """

    key: str
    kind: Kind
    asset: str
    place: str
    unit: str
    values: Array


def flow_lines(outcome: Outcome) -> dict[str, Line]:
    """Flow of every asset into all nodes of a carrier, by ``flow:asset:carrier``; idle ones left out."""
    flows, park = outcome.flows, outcome.park
    sums: dict[tuple[str, str], Array] = {}
    for (asset, node), flow in flows.net.items():
        where = (asset, flows.carriers[node])
        sums[where] = sums[where] + flow if where in sums else flow
    lines = {}
    for (asset, carrier), values in sums.items():
        key = f"flow:{asset}:{carrier}"
        unit = rate_unit(park.spec.carriers[carrier].unit)
        if largest(values) > 0:
            lines[key] = Line(key, "flow", asset, carrier, unit, values)
    return lines


def sent_lines(outcome: Outcome) -> dict[str, Line]:
    """What each connection brings to its far end, by ``sent:asset``."""
    lines = {}
    for name, asset in outcome.park.assets.items():
        if isinstance(asset, Connection) and (name, asset.end) in outcome.flows.net:
            values = outcome.flows.net[name, asset.end]
            unit = rate_unit(outcome.park.unit_at(asset.end))
            if largest(values) > 0:
                lines[f"sent:{name}"] = Line(f"sent:{name}", "flow", name, asset.end, unit, values)
    return lines


def level_lines(outcome: Outcome) -> dict[str, Line]:
    """Content of every storage, by ``level:asset``."""
    lines = {}
    for (name, part), values in outcome.flows.rates.items():
        asset = outcome.park.assets.get(name)
        if part == "level" and isinstance(asset, Storage) and largest(values) > 0:
            carrier = outcome.park.carrier_at(asset.node)
            unit = outcome.park.spec.carriers[carrier].unit
            lines[f"level:{name}"] = Line(f"level:{name}", "level", name, carrier, unit, values)
    return lines


def price_lines(outcome: Outcome) -> dict[str, Line]:
    """Price at every node, by ``price:node``; empty where there are none."""
    currency = outcome.park.spec.money.currency
    return {
        f"price:{node}": Line(
            f"price:{node}", "price", "", node, f"{currency}/{outcome.park.unit_at(node)}", values
        )
        for node, values in outcome.prices.items()
        if np.isfinite(values).any()
    }


def all_lines(outcome: Outcome) -> dict[str, Line]:
    """Every line that a heat map can show, by key: flows, levels, prices."""
    connections = {n for n, a in outcome.park.assets.items() if isinstance(a, Connection)}
    flows = {k: line for k, line in flow_lines(outcome).items() if line.asset not in connections}
    return flows | sent_lines(outcome) | level_lines(outcome) | price_lines(outcome)


def largest(values: Array) -> float:
    """Largest size of any finite value, 0 when there is none."""
    finite = np.abs(values[np.isfinite(values)])
    return float(finite.max()) if finite.size else 0.0


def direction(outcome: Outcome, line: Line) -> tuple[float, str]:
    """The sign under which a line is shown alone, and the word for what it then is."""
    if line.kind == "level":
        return 1.0, "stock"
    if line.kind == "price":
        return 1.0, "price"
    asset = outcome.park.assets.get(line.asset)
    values = line.values[np.isfinite(line.values)]
    both = bool((values > 1e-9).any() and (values < -1e-9).any())
    if isinstance(asset, Connection):
        return 1.0, "sent"
    if both and isinstance(asset, Storage):
        return 1.0, "charge-discharge"
    if both and isinstance(asset, Market):
        return 1.0, "import-export"
    falling = values.size > 0 and float(values.sum()) < 0
    if isinstance(asset, Converter):
        return (-1.0, "used") if falling else (1.0, "produced")
    if isinstance(asset, Market):
        return (-1.0, "sold-only") if falling else (1.0, "bought-only")
    if isinstance(asset, (Demand, Storage)) and falling:
        return -1.0, "used"
    return 1.0, "generated" if isinstance(asset, Source) else "supply"


def line_title(outcome: Outcome, line: Line, language: Language) -> str:
    """Words for one line: ``Electrolyser: electricity, use``."""
    park = outcome.park
    _, word = direction(outcome, line)
    if line.kind == "price":
        return f"{node_title(park, line.place, language)}{_colon(language)}{say(word, language)}"
    name = asset_title(park, line.asset, language)
    if word == "sent":
        return f"{name}{_colon(language)}{say(word, language, place=node_title(park, line.place, language))}"
    touched = {park.carrier_at(node) for asset, node in outcome.flows.net if asset == line.asset}
    carrier = carrier_title(park, line.place, language)
    what = f"{carrier}{', ' if language == 'en' else ' '}" if len(touched) > 1 else ""
    return f"{name}{_colon(language)}{what}{say(word, language)}"


def line_unit(line: Line, language: Language) -> str:
    """Unit of a line as people write it."""
    return unit_text(line.unit, language)


def _colon(language: Language) -> str:
    return ": " if language == "en" else "："


def heat_cells(clock: Clock) -> tuple[NDArray[np.int64], int, int]:
    """Cell (row · days + day) of each step, rows in a day, days: local hour of day over local days.

    The day when clocks go forward has empty cells; when they go back, two steps share a cell.
    """
    rows = round(24 / clock.step_hours)
    days = int(clock.day_of_step[-1]) + 1
    row = np.floor(clock.hour_of_day / clock.step_hours + 1e-9).astype(np.int64)
    return row * days + clock.day_of_step, rows, days


def local_days(clock: Clock) -> list[str]:
    """Every local day of the period, as ``2025-01-31``."""
    return list(clock.times_local[day_starts(clock)].strftime("%Y-%m-%d"))


def day_starts(clock: Clock) -> NDArray[np.int64]:
    """First step of each local day, shape (days,)."""
    return np.flatnonzero(np.diff(clock.day_of_step, prepend=-1)).astype(np.int64)


def wall_times(clock: Clock, first: int, last: int) -> tuple[pd.DatetimeIndex, str]:
    """Times of the steps first … last (one past the end included), on the clock of the first step.

    Also that clock's offset, as ``UTC+08:00``. Within a week when clocks change, the axis stays even.
    """
    offset = clock.times_local[first].utcoffset() or timedelta(0)
    begin = (clock.times_utc[first] + offset).tz_localize(None)
    minutes = int(offset.total_seconds() // 60)
    sign = "−" if minutes < 0 else "+"
    text = f"UTC{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
    return pd.date_range(begin, periods=last - first + 1, freq=clock.step), text


def carriers_with_flows(outcome: Outcome, flowing: Mapping[str, Line] | None = None) -> tuple[str, ...]:
    """Carriers that something flows of, electricity first, then in file order.

    flowing: ``flow_lines`` of this outcome, where the caller has them already.
    """
    seen = {line.place for line in (flow_lines(outcome) if flowing is None else flowing).values()}
    carriers = outcome.park.spec.carriers
    return tuple(sorted((c for c in carriers if c in seen), key=lambda c: carriers[c].kind != "electricity"))


def notable_days(outcome: Outcome) -> Iterator[tuple[str, int]]:
    """First days of telling weeks: most bought, most renewable, most sold electricity."""
    clock = outcome.flows.clock
    starts = day_starts(clock)
    if len(starts) <= WEEK_DAYS:
        return
    sums: dict[str, Array] = {}
    for line in flow_lines(outcome).values():
        asset = outcome.park.assets.get(line.asset)
        if outcome.park.spec.carriers[line.place].kind != "electricity":
            continue
        values = np.nan_to_num(line.values)
        if isinstance(asset, Market):
            sums["bought"] = sums.get("bought", np.zeros(clock.steps)) + np.maximum(values, 0)
            sums["sold"] = sums.get("sold", np.zeros(clock.steps)) + np.maximum(-values, 0)
        elif isinstance(asset, Source) and asset.origin in ("solar", "wind", "hydro"):
            sums["renewable"] = sums.get("renewable", np.zeros(clock.steps)) + values
    for name in ("bought", "renewable", "sold"):
        if name in sums and sums[name].any():
            running = np.concatenate(([0.0], np.cumsum(sums[name])))
            ends = np.append(starts, clock.steps)
            weeks = running[ends[WEEK_DAYS:]] - running[ends[:-WEEK_DAYS]]
            yield name, int(np.argmax(weeks))
