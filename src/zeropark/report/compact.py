"""Lines over time packed for a page: two bytes a value, exact zero, NaN kept, base64."""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zeropark.clock import Clock
from zeropark.figures.series import day_starts, heat_cells
from zeropark.forms import Array

GAP = 65535
LEVELS = 65000
MOST_VALUES = 2_500_000


@dataclass(frozen=True)
class Packed:
    """value = (code + offset) · scale; a code of 65535 is a gap."""

    offset: int
    scale: float
    codes: NDArray[np.uint16]

    def values(self) -> Array:
        """Back to numbers, within half a step of the scale."""
        numbers = (self.codes.astype(np.float64) + self.offset) * self.scale
        return np.where(self.codes == GAP, np.nan, numbers)

    def as_json(self) -> dict[str, Any]:
        """For the page's script: ``o`` offset, ``s`` scale, ``b`` little-endian codes."""
        return {"o": self.offset, "s": self.scale, "b": encoded(self.codes)}


def packed(values: Array) -> Packed:
    """65,000 levels over the range of the values; zero is one of them."""
    finite = values[np.isfinite(values)]
    low = min(0.0, float(finite.min())) if finite.size else 0.0
    high = max(0.0, float(finite.max())) if finite.size else 0.0
    scale = (high - low) / LEVELS or 1.0
    offset = math.floor(low / scale)
    with np.errstate(invalid="ignore"):
        codes = np.rint(np.nan_to_num(values, posinf=np.nan, neginf=np.nan) / scale) - offset
    codes = np.where(np.isfinite(values), codes, GAP)
    return Packed(offset, scale, codes.astype(np.uint16))


def encoded(codes: NDArray[Any]) -> str:
    """Little-endian bytes as base64 text."""
    return base64.b64encode(codes.astype(codes.dtype.newbyteorder("<")).tobytes()).decode("ascii")


def steps_joined(clock: Clock, lines: int) -> int:
    """How many steps are drawn as one, so that the page stays small: 1, or the steps of an hour."""
    per_hour = round(1 / clock.step_hours)
    return per_hour if clock.steps * lines > MOST_VALUES and clock.steps % per_hour == 0 else 1


def joined(values: Array, count: int) -> Array:
    """Means over ``count`` steps; a gap in any of them is a gap."""
    return values if count == 1 else np.asarray(values.reshape(-1, count).mean(axis=1))


def calendar(clock: Clock) -> dict[str, Any]:
    """What the page needs to place steps: cells of the heat map, days, and wall-clock times.

    ``days[i]`` is the first step of day i; ``wall[i]`` its time in milliseconds and ``offset[i]`` the
    minutes ahead of UTC, as the clocks on the wall showed them.
    """
    cells, rows, days = heat_cells(clock)
    starts = day_starts(clock)
    local = clock.times_local[starts]
    offsets = [int((t.utcoffset() or timedelta(0)).total_seconds() // 60) for t in local]
    wall = [int(t.tz_localize(None).timestamp() * 1000) for t in local]
    return {
        "rows": rows,
        "columns": days,
        "cells": encoded(cells.astype(np.uint32)),
        "days": starts.tolist(),
        "names": list(local.strftime("%Y-%m-%d")),
        "wall": wall,
        "offset": offsets,
        "step": clock.step.total_seconds() * 1000,
        "steps": clock.steps,
    }


def store(lines: Mapping[str, Array], count: int) -> dict[str, Any]:
    """Every line packed, by key."""
    return {key: packed(joined(values, count)).as_json() for key, values in lines.items()}
