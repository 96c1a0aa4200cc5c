"""A weather file as it was found: read, but not yet trusted."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from zeropark.errors import Fault

Floats = NDArray[np.float64]

MOST_FAULTS = 20

UNITS = {
    "ghi": "W/m2",
    "dni": "W/m2",
    "dhi": "W/m2",
    "temp_air": "degC",
    "wind_speed": "m/s",
    "pressure": "Pa",
}
REQUIRED = ("ghi", "temp_air", "wind_speed")
IRRADIANCE = ("ghi", "dni", "dhi")


@dataclass(frozen=True)
class Place:
    """Where the weather was taken: degrees north and east, m above sea, local standard less UTC in h."""

    latitude_deg: float
    longitude_deg: float
    altitude_m: float
    zone_offset_hours: float


@dataclass(frozen=True, eq=False)
class Raw:
    """Rows of a weather file in zeropark's units; NaN is a value that the file does not have.

    columns: by the short names of UNITS, shape (rows,) each; an absent column has no key. titles:
    the file's own name of each column. lines: the line of each row, 1-based, or None where the file
    has no lines to speak of. times_utc: beginning of each interval. flawed: cells already reported
    as faults, so that they are not reported again as missing.
    """

    file: str
    place: Place
    times_utc: pd.DatetimeIndex
    columns: dict[str, Floats]
    titles: dict[str, str]
    lines: NDArray[np.int64] | None
    wind_height_m: float
    label: str
    typical_year: bool
    flawed: dict[str, NDArray[np.bool_]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def line(self, row: int) -> int | None:
        """Line of the file that holds a row."""
        return None if self.lines is None else int(self.lines[row])

    def where(self, row: int) -> str:
        """A row in words, for files without lines."""
        if self.lines is not None:
            return ""
        return f" in record {row} ({self.times_utc[row]:%Y-%m-%d %H:%M} UTC)"

    @property
    def step_hours(self) -> float:
        """The commonest distance of two rows, h; 1 for a single row."""
        if len(self.times_utc) < 2:
            return 1.0
        gaps = np.asarray((self.times_utc[1:] - self.times_utc[:-1]) / pd.Timedelta(seconds=1))
        kinds, counts = np.unique(gaps, return_counts=True)
        return float(kinds[np.argmax(counts)] / 3600)


def shortened(faults: list[Fault]) -> list[Fault]:
    """At most MOST_FAULTS of one kind, then one fault that counts the rest."""
    if len(faults) <= MOST_FAULTS:
        return faults
    rest = len(faults) - MOST_FAULTS
    last = faults[MOST_FAULTS]
    found = f"{rest} more faults of this kind from here on"
    return [*faults[:MOST_FAULTS], Fault(last.file, last.line, last.field, found, last.expected, last.hint)]


def runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and last index of each unbroken run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], mask.astype(np.int8), [0]))))
    return [(int(a), int(b) - 1) for a, b in zip(edges[::2], edges[1::2], strict=True)]
