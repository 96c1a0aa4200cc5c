"""The time column of a table: from what people write to UTC, with every trap named.

Written times are read strictly. What could mean two things (day and month, an hour of the autumn
change, Excel's day numbers) is either settled by the whole column or told as a fault.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from zeropark.clock import Clock
from zeropark.errors import nearest
from zeropark.park.complaints import Complaints
from zeropark.park.spec import TableFile
from zeropark.park.tablefiles import RawTable

Times = NDArray[np.datetime64]

_STAMP = re.compile(
    r"\s*(\d{1,4})[-/.年](\d{1,2})[-/.月](\d{1,4})日?"
    r"(?:(?:[T\s]\s*)(\d{1,2})[:：](\d{1,2})(?:[:：](\d{1,2})(?:[.,]0+)?)?)?"
    r"\s*(Z|UTC|[+-]\d{2}:?\d{2})?\s*\Z"
)
_NUMBER = re.compile(r"\s*\d+(\.\d+)?\s*\Z")
_DAY = np.timedelta64(1, "D")
_EXPECTED = "a time such as 2025-01-01 00:15"


@dataclass(frozen=True)
class _Written:
    """Parts of the written times, shape (rows,) each; only rows with ``ok`` mean anything."""

    ok: NDArray[np.bool_]
    parts: NDArray[np.int64]
    """Shape (rows, 6): three parts of the date as they stand, hour, minute, second."""
    offset: NDArray[np.float64]
    """Minutes east of UTC; NaN where none is written."""


def read_stamps(raw: RawTable, spec: TableFile, clock: Clock, complaints: Complaints) -> Times:
    """Beginning of each row's interval, UTC, ns, shape (rows,); NaT where it cannot be told (a fault)."""
    zone = _zone(spec, clock, complaints)
    if isinstance(raw.time, pd.DatetimeIndex) and raw.time.tz is not None:
        utc = raw.time.tz_convert("UTC").tz_localize(None).to_numpy().astype("datetime64[ns]")
        _fault_missing(utc, raw, spec, complaints)
        return _begins(utc, spec, clock)
    if isinstance(raw.time, pd.DatetimeIndex):
        naive = raw.time.to_numpy().astype("datetime64[ns]")
        offset = np.full(len(naive), np.nan)
        _fault_missing(naive, raw, spec, complaints)
    else:
        written = _written(raw, spec, complaints)
        naive = _dates(written, raw, spec, clock, complaints)
        offset = written.offset
    naive = _end_of_day(naive, raw, spec, complaints)
    if zone is None:
        return np.full(len(naive), np.datetime64("NaT", "ns"))
    if np.isnan(offset).all():
        return _begins(_localized(naive, zone, raw, spec, complaints), spec, clock)
    bare = np.flatnonzero(np.isnan(offset) & ~np.isnat(naive)).tolist()
    tell = _Tell(raw, spec, "no offset from UTC")
    complaints.each(bare, tell, "an offset such as +08:00 in every row, or in none")
    minutes = np.where(np.isnan(offset), 0, offset).astype("timedelta64[m]")
    return _begins(np.where(np.isnan(offset), np.datetime64("NaT", "ns"), naive - minutes), spec, clock)


def _zone(spec: TableFile, clock: Clock, complaints: Complaints) -> ZoneInfo | None:
    if spec.zone is None:
        return clock.zone
    if spec.zone not in available_timezones():
        hint = nearest(spec.zone, available_timezones())
        complaints.add(None, "zone", f"'{spec.zone}'", "an IANA time zone such as Asia/Shanghai or UTC", hint)
        return None
    return ZoneInfo(spec.zone)


def _begins(utc: Times, spec: TableFile, clock: Clock) -> Times:
    shift = np.timedelta64(round(clock.step.total_seconds()), "s")
    return utc - shift if spec.stamp == "ending" else utc


@dataclass(frozen=True)
class _Tell:
    """Line, field and the written time of a row, for a fault."""

    raw: RawTable
    spec: TableFile
    prefix: str = ""

    def __call__(self, row: int) -> tuple[int | None, str, str]:
        text = "" if pd.isna(self.raw.time[row]) else str(self.raw.time[row])
        found = f"'{text[:40]}'" if text.strip() else "no time"
        return int(self.raw.lines[row]), self.spec.time, f"{self.prefix} in {found}" if self.prefix else found


def _fault_missing(times: Times, raw: RawTable, spec: TableFile, complaints: Complaints) -> None:
    complaints.each(np.flatnonzero(np.isnat(times)).tolist(), _Tell(raw, spec), _EXPECTED)


# --- reading text -----------------------------------------------------------------------------------


def _written(raw: RawTable, spec: TableFile, complaints: Complaints) -> _Written:
    """Take the written times apart; a fault for each that is none."""
    texts = [str(text) for text in raw.time]
    matches = [_STAMP.match(text) for text in texts]
    groups = [("0",) * 6 + (None,) if match is None else match.groups() for match in matches]
    numbers = [int(part or 0) for group in groups for part in group[:6]]
    parts = np.asarray(numbers, dtype=np.int64).reshape(-1, 6)
    offset = np.asarray([_minutes(group[6]) for group in groups], dtype=np.float64)
    ok = np.asarray([match is not None for match in matches], dtype=np.bool_)
    bad = np.flatnonzero(~ok).tolist()
    if len(bad) == len(texts) and all(_NUMBER.match(text) for text in texts):
        first = float(texts[0])
        complaints.add(
            int(raw.lines[0]), spec.time, f"plain numbers, first {texts[0]}", _EXPECTED, _serial_hint(first)
        )
    else:
        complaints.each(bad, _Tell(raw, spec), _EXPECTED)
    return _Written(ok, parts, offset)


def _minutes(offset: str | None) -> float:
    if offset is None:
        return np.nan
    if offset in ("Z", "UTC"):
        return 0.0
    digits = offset[1:].replace(":", "")
    return (-1 if offset[0] == "-" else 1) * (int(digits[:2]) * 60 + int(digits[2:]))


def _serial_hint(number: float) -> str:
    if 20_000 <= number < 90_000:
        day = pd.Timestamp("1899-12-30") + pd.Timedelta(days=number)
        return f"Excel's day number of {day.round('s')}? format the column as date and time before saving"
    if 5e8 <= number < 5e9:
        return f"seconds since 1970 ({pd.Timestamp(number, unit='s')} UTC)? write dates and times"
    return ""


def _dates(written: _Written, raw: RawTable, spec: TableFile, clock: Clock, complaints: Complaints) -> Times:
    """Local times as they stand, ns, NaT where the row does not tell one; faults noted."""
    year, month, day = _ordered(written, raw, spec, clock, complaints)
    hour, minute, second = written.parts[:, 3], written.parts[:, 4], written.parts[:, 5]
    naive, real = _compose(year, month, day, hour, minute, second)
    midnight = (hour == 24) & (minute == 0) & (second == 0) & real
    known = written.ok & (year > 0)
    complaints.each(np.flatnonzero(known & ~real).tolist(), _Tell(raw, spec), "a day and a time that exist")
    if spec.stamp != "ending":
        rows = np.flatnonzero(known & midnight).tolist()
        hint = "if the rows' times end their intervals, set `stamp: ending`"
        complaints.each(rows, _Tell(raw, spec), "a time before 24:00", hint)
    return np.where(known & real, naive, np.datetime64("NaT", "ns"))


def _compose(*parts: NDArray[np.int64]) -> tuple[Times, NDArray[np.bool_]]:
    """Times of year, month, day, hour, minute, second, and which of them exist; 24:00 does."""
    year, month, day, hour, minute, second = parts
    real = (year >= 1900) & (year <= 2200) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
    real &= (minute < 60) & (second < 60) & ((hour < 24) | ((hour == 24) & (minute == 0) & (second == 0)))
    months = np.where(real, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + np.where(real, day - 1, 0)
    real &= days.astype("datetime64[M]") == months
    seconds = days.astype("datetime64[s]") + np.where(real, hour * 3600 + minute * 60 + second, 0)
    return seconds.astype("datetime64[ns]"), real


def _ordered(
    written: _Written, raw: RawTable, spec: TableFile, clock: Clock, complaints: Complaints
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Year, month and day of each row; year 0 where the order cannot be told (a fault)."""
    first, second, third = written.parts[:, 0], written.parts[:, 1], written.parts[:, 2]
    year_first = written.ok & (first > 99)
    year_last = written.ok & ~year_first & (third > 99)
    short = np.flatnonzero(written.ok & ~year_first & ~year_last).tolist()
    complaints.each(short, _Tell(raw, spec), "a year of four digits")
    year = np.where(year_first, first, np.where(year_last, third, 0))
    if not year_last.any():
        return year, second, third
    day_first = _day_first(written, year_last, raw, spec, clock, complaints)
    if day_first is None:
        year = np.where(year_last, 0, year)
    month = np.where(year_last, second if day_first else first, second)
    day = np.where(year_last, first if day_first else second, third)
    return year, month, day


def _day_first(
    written: _Written,
    rows: NDArray[np.bool_],
    raw: RawTable,
    spec: TableFile,
    clock: Clock,
    complaints: Complaints,
) -> bool | None:
    """Whether ``3/4/2025`` is 3 April in this column; None with a fault when nothing tells."""
    first, second = written.parts[:, 0], written.parts[:, 1]
    day_first, month_first = rows & (first > 12), rows & (second > 12)
    if day_first.any() and month_first.any():
        one, other = int(np.argmax(day_first)), int(np.argmax(month_first))
        found = f"'{raw.time[one]}' and, on line {raw.lines[other]}, '{raw.time[other]}'"
        complaints.add(
            int(raw.lines[one]), spec.time, found, "one order of day and month", "write 2025-01-31 00:15"
        )
        return None
    if day_first.any() or month_first.any():
        return bool(day_first.any())
    regular = [_regular(written, rows, flag, clock) for flag in (True, False)]
    if regular[0] != regular[1]:
        return regular[0]
    row = int(np.argmax(rows))
    a, b, year = (int(part) for part in written.parts[row, :3])
    found = f"'{raw.time[row]}', which is {year}-{b:02d}-{a:02d} or {year}-{a:02d}-{b:02d}"
    complaints.add(
        int(raw.lines[row]),
        spec.time,
        found,
        "an order of day and month that can be told",
        f"write {year}-{b:02d}-{a:02d} or {year}-{a:02d}-{b:02d}",
    )
    return None


def _regular(written: _Written, rows: NDArray[np.bool_], day_first: bool, clock: Clock) -> bool:
    """Whether the column goes on by the clock's step almost everywhere in this reading."""
    parts = written.parts[rows]
    month, day = (parts[:, 1], parts[:, 0]) if day_first else (parts[:, 0], parts[:, 1])
    times, real = _compose(parts[:, 2], month, day, *parts[:, 3:].T)
    steps = np.diff(times) == np.timedelta64(round(clock.step.total_seconds()), "s")
    return bool(real.all() and len(steps) and steps.mean() > 0.98)


# --- traps ------------------------------------------------------------------------------------------


def _end_of_day(naive: Times, raw: RawTable, spec: TableFile, complaints: Complaints) -> Times:
    """Find days whose last row is stamped 00:00 of the same date; a fault, and the right times."""
    if len(naive) < 2:
        return naive
    forward = np.diff(naive)
    ahead = forward[forward > np.timedelta64(0, "ns")]
    if not len(ahead):
        return naive
    sizes, counts = np.unique(ahead, return_counts=True)
    step = sizes[np.argmax(counts)]
    midnight = naive.astype("datetime64[D]").astype("datetime64[ns]")
    trap = np.zeros(len(naive), dtype=np.bool_)
    trap[1:] = (naive == midnight)[1:] & (naive[1:] - naive[:-1] == step - _DAY)
    rows = np.flatnonzero(trap)
    if not len(rows):
        return naive
    row = int(rows[0])
    found = f"00:00 of {_day(naive[row])} after {str(naive[row - 1])[11:16]} of the same day"
    if len(rows) > 1:
        found += f", and so on {len(rows)} days"
    hint = "the row ends its day: stamp it with the next date"
    if spec.stamp != "ending":
        hint += ", and set `stamp: ending` if all times end their intervals"
    complaints.add(int(raw.lines[row]), spec.time, found, f"00:00 of {_day(naive[row] + _DAY)}", hint)
    return np.where(trap, naive + _DAY, naive)


def _day(time: np.datetime64) -> str:
    return str(time.astype("datetime64[D]"))


def _localized(naive: Times, zone: ZoneInfo, raw: RawTable, spec: TableFile, complaints: Complaints) -> Times:
    """UTC of local times; of two equal stamps in the autumn hour the first is summer time."""
    index = pd.DatetimeIndex(naive)
    dst = _first_of_two(naive, zone)
    utc = index.tz_localize(zone, ambiguous=dst, nonexistent="NaT").tz_convert("UTC").tz_localize(None)
    times = utc.to_numpy().astype("datetime64[ns]")
    skipped = np.flatnonzero(np.isnat(times) & ~np.isnat(naive)).tolist()
    hint = "clocks go forward over it; if the times are UTC or have no summer time, set `zone` of the table"
    complaints.each(skipped, _Tell(raw, spec), f"a time that exists in {zone.key}", hint)
    return times


def _first_of_two(naive: Times, zone: ZoneInfo) -> NDArray[np.bool_]:
    """For each row whether it is in summer time, if its local time comes twice; shape (rows,)."""
    index = pd.DatetimeIndex(naive)
    unclear = index.tz_localize(zone, ambiguous="NaT", nonexistent="shift_forward").isna() & ~np.isnat(naive)
    dst = np.ones(len(naive), dtype=np.bool_)
    rows = np.flatnonzero(unclear)
    blocks: Sequence[NDArray[np.int64]] = (
        np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1) if len(rows) else []
    )
    for block in blocks:
        back = np.flatnonzero(np.diff(naive[block]) <= np.timedelta64(0, "ns"))
        if len(back):
            dst[block[back[0] + 1 :]] = False
    return dst
