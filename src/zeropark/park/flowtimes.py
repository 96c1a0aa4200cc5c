"""Whether the times of a table of flows are those of the park, and what may be meant where they are not."""

from __future__ import annotations

import numpy as np
import pandas as pd

from zeropark.errors import Fault
from zeropark.forms import Array
from zeropark.park.model import Park

Ints = np.ndarray[tuple[int], np.dtype[np.int64]]
Bools = np.ndarray[tuple[int], np.dtype[np.bool_]]


def seen_steps(park: Park, times: pd.Series[pd.Timestamp]) -> Bools:
    """Whether each step of the park has a row at all, shape (steps,)."""
    return np.asarray(park.clock.times_utc.isin(pd.DatetimeIndex(times.dropna().unique())))


def unreadable(table: pd.DataFrame, times: pd.Series[pd.Timestamp], file: str) -> Fault | None:
    """A fault for times that cannot be read, with the first of them."""
    bad = times.isna().to_numpy()
    if not bad.any():
        return None
    row = int(np.argmax(bad))
    found = f"{int(bad.sum())} unreadable times, first '{table['time'].iloc[row]}'"
    return Fault(file, _line(table, row), "time", found, "times with an offset, or UTC")


def clock_fault(park: Park, times: pd.Series[pd.Timestamp], file: str, period: bool) -> Fault | None:
    """One fault where the table as a whole is of another period, step or clock. period: whether one may be asked for."""
    seen, clock = seen_steps(park, times), park.clock
    if seen.all():
        return None
    first, last = (f"{clock.times_utc[i]:%Y-%m-%d %H:%M}" for i in (0, -1))
    expected = f"every step from {first} to {last} UTC"
    if times.isna().all():
        return Fault(file, None, "time", "no rows", expected)
    begin, end = times.min(), times.max()
    found = (
        f"{int(seen.sum())} of {clock.steps} steps, times from {begin:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M}"
    )
    between = np.asarray((clock.times_utc >= begin) & (clock.times_utc <= end))
    if seen.any() and (holes := between & ~seen).any():
        found += (
            f"; between them {int(holes.sum())} steps missing, first {moment(park, int(np.argmax(holes)))}"
        )
        return Fault(file, None, "time", found, expected)
    outside = bool((begin < clock.times_utc[0]) | (end > clock.times_utc[-1]))
    return Fault(file, None, "time", found, expected, _hint(park, seen, outside, period))


def _hint(park: Park, seen: Bools, outside: bool, period: bool) -> str:
    """What may be meant by a table of other times: a part of the park's days, another offset, another step."""
    if not seen.any():
        return "another period or step, or times that are not UTC"
    if outside:
        return "times that are not UTC? those without an offset are read as UTC"
    days = pd.Series(park.clock.times_local.tz_localize(None).normalize())
    full = pd.Series(seen).groupby(days).all()
    whole = full.index[full]
    if not len(whole):
        return f"first missing {moment(park, int(np.argmin(seen)))}"
    first, last = f"{whole[0]:%Y-%m-%d}", f"{whole[-1]:%Y-%m-%d}"
    until = f"time.end={last}" if park.spec.time.end else f"time.days={(whole[-1] - whole[0]).days + 1}"
    read = f"--set time.start={first} --set {until}"
    read = f"--period {first}/{last}, or {read}" if period else read
    missing = moment(park, int(np.argmin(seen)))
    return f"first missing {missing}; whole days from {first} to {last}: read them alone with {read}"


def problem(park: Park, table: pd.DataFrame, rows: Ints, steps: Ints, flow: Array) -> tuple[int | None, str]:
    """What is wrong with the values of one meter, and the line of the first; nothing: an empty text."""
    counts = np.bincount(steps, minlength=park.clock.steps)
    for wrong, word in ((counts == 0, "missing"), (counts > 1, "twice")):
        if wrong.any():
            return None, f"{int(wrong.sum())} steps {word}, first {moment(park, int(np.argmax(wrong)))}"
    none = ~np.isfinite(flow)
    if not none.any():
        return None, ""
    at = int(np.argmax(none))
    told = table["flow"].iloc[int(rows[at])]
    told = "nothing" if pd.isna(told) else f"'{told}'"
    return _line(table, int(rows[at])), (
        f"{int(none.sum())} values that are no number, first {told} at {moment(park, int(steps[at]))}"
    )


def moment(park: Park, step: int) -> str:
    """A step's local time with its offset."""
    return f"{park.clock.times_local[step]:%Y-%m-%d %H:%M%z}"


def _line(table: pd.DataFrame, row: int) -> int | None:
    """Line of a row in a CSV file, whose index still counts its rows; None for other files."""
    return int(table.index[row]) + 2 if table.attrs.get("lines") else None
