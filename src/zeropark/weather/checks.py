"""What can be wrong with the rows of a weather file: one function per kind, each returning all faults."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from zeropark.errors import Fault
from zeropark.texts import both
from zeropark.weather.raw import IRRADIANCE, REQUIRED, UNITS, Raw, runs, shortened
from zeropark.weather.sun import sun_at

Floats = NDArray[np.float64]

LONGEST_FILL_HOURS = 6.0
_BOUNDS = {
    "ghi": (0.0, 1600.0),
    "dni": (0.0, 1500.0),
    "dhi": (0.0, 1200.0),
    "temp_air": (-90.0, 60.0),
    "wind_speed": (0.0, 75.0),
    "pressure": (30_000.0, 110_000.0),
}
_NIGHT_DEG = -1.0
_NIGHT_W_PER_M2 = 10.0
_ABOVE_EXTRA = 1.1
_ABOVE_EXTRA_W_PER_M2 = 50.0
_SHIFTS_HOURS = np.arange(-12, 13) / 4


def time_faults(raw: Raw) -> list[Fault]:
    """Rows out of order, twice, or missing in between; a typical year of another length than 8,760 h."""
    step = pd.Timedelta(hours=raw.step_hours)
    gaps = raw.times_utc[1:] - raw.times_utc[:-1]
    faults = []
    for row in np.flatnonzero(np.asarray(gaps != step)).tolist():
        now, before = raw.times_utc[row + 1], raw.times_utc[row]
        gap = (now - before - step) / pd.Timedelta(hours=1)
        kind = (
            "the same time again"
            if now == before
            else "a time before the last"
            if now < before
            else f"a gap of {gap:g} h"
            if gap > 0
            else "a step shorter than the rest"
        )
        faults.append(
            Fault(
                raw.file,
                raw.line(row + 1),
                "time",
                f"{kind}: {now:%Y-%m-%d %H:%M} after {before:%Y-%m-%d %H:%M} UTC",
                f"{before + step:%Y-%m-%d %H:%M} UTC",
            )
        )
    faults = shortened(faults)
    hours = len(raw.times_utc) * raw.step_hours
    if raw.typical_year and abs(hours - 8760) > 1e-6:
        faults.append(
            Fault(
                raw.file,
                None,
                "rows",
                f"{len(raw.times_utc)} rows of {raw.step_hours:g} h",
                f"{8760 / raw.step_hours:g}, a year of 365 days",
                "an actual year is read with typical_year=False",
            )
        )
    return faults


def missing_faults(raw: Raw, fill: str | None) -> list[Fault]:
    """Required columns that are absent, and values that are missing; after ``filled`` only what is left."""
    faults = [
        Fault(raw.file, None, name, "no such column", f"{name} in {UNITS[name]}")
        for name in REQUIRED
        if name not in raw.columns
    ]
    hint = (
        f"gaps of more than {LONGEST_FILL_HOURS:g} h are not filled"
        if fill
        else 'fill="linear" fills short gaps and says so in the notes'
    )
    for name, values in raw.columns.items():
        missing = np.isnan(values) & ~raw.flawed.get(name, np.zeros(len(values), dtype=bool))
        found = []
        for first, last in runs(missing):
            many = (
                "a missing value"
                if first == last
                else (
                    f"{last - first + 1} missing values"
                    + (f" to line {raw.line(last)}" if raw.lines is not None else "")
                )
            )
            found.append(
                Fault(
                    raw.file,
                    raw.line(first),
                    raw.titles[name],
                    many + raw.where(first),
                    f"a value in {UNITS[name]}",
                    hint,
                )
            )
        faults += shortened(found)
    return faults


def filled(raw: Raw) -> Raw:
    """Gaps of at most LONGEST_FILL_HOURS made linear between their neighbours, with a note per column."""
    columns, notes = dict(raw.columns), list(raw.notes)
    rows = np.arange(len(raw.times_utc))
    for name, values in raw.columns.items():
        gone = np.isnan(values) & ~raw.flawed.get(name, np.zeros(len(values), dtype=bool))
        short = np.zeros(len(values), dtype=bool)
        for first, last in runs(gone):
            inside = first > 0 and last < len(values) - 1
            if inside and (last - first + 1) * raw.step_hours <= LONGEST_FILL_HOURS:
                short[first : last + 1] = True
        if short.any():
            known = ~np.isnan(values)
            columns[name] = np.where(short, np.interp(rows, rows[known], values[known]), values)
            notes.append(
                both(
                    f"{raw.titles[name]}: {short.sum()} missing values in {len(runs(short))} gaps "
                    "filled by straight lines, as asked",
                    f"{raw.titles[name]}：{len(runs(short))} 处缺口共 {short.sum()} 个缺失值按要求线性插补",
                )
            )
    return replace(raw, columns=columns, notes=tuple(notes))


def value_faults(raw: Raw) -> list[Fault]:
    """Values that no weather has."""
    faults = []
    for name, values in raw.columns.items():
        low, high = _BOUNDS[name]
        found = []
        with np.errstate(invalid="ignore"):
            rows = np.flatnonzero((values < low) | (values > high))
        for row in rows:
            found.append(
                Fault(
                    raw.file,
                    raw.line(int(row)),
                    raw.titles[name],
                    f"{values[row]:g} {UNITS[name]}{raw.where(int(row))}",
                    f"{low:g} to {high:g} {UNITS[name]}",
                    _hint(name, float(values[row])),
                )
            )
        faults += shortened(found)
    return faults


def _hint(name: str, value: float) -> str:
    if name == "temp_air" and 180 < value < 340:
        return "looks like kelvin"
    if name == "pressure" and 300 < value < 1100:
        return "looks like hPa"
    return ""


def _sky(raw: Raw, shift_hours: float) -> tuple[Floats, Floats]:
    """Highest solar elevation, degrees, and highest extraterrestrial horizontal irradiance, W/m2, that
    the sun reaches in each interval moved by ``shift_hours``.
    """
    elevation, extra = [], []
    for part in (0.0, 0.5, 1.0):
        at = raw.times_utc + pd.Timedelta(hours=shift_hours + part * raw.step_hours)
        sun = sun_at(at, raw.place.latitude_deg, raw.place.longitude_deg, quick=True)
        elevation.append(90 - sun.zenith_deg)
        extra.append(sun.extra_horizontal_w_per_m2)
    return np.max(elevation, axis=0), np.max(extra, axis=0)


def _excess(ghi: Floats, elevation: Floats, extra: Floats) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which intervals have light at night, and which more than the sun sends."""
    night = (elevation < _NIGHT_DEG) & (ghi > _NIGHT_W_PER_M2)
    return night, ~night & (ghi > _ABOVE_EXTRA * extra + _ABOVE_EXTRA_W_PER_M2)


def sun_faults(raw: Raw) -> list[Fault]:
    """Irradiance at night, and irradiance well above the extraterrestrial; one fault for each kind.

    Night: the sun below -1 degree throughout the interval, and GHI above 10 W/m2. Too much: GHI above
    1.1 times the highest extraterrestrial irradiance in the interval, plus 50 W/m2.
    """
    ghi = raw.columns["ghi"]
    night, much = _excess(ghi, *_sky(raw, 0.0))
    if not (night.any() or much.any()):
        return []
    shift = best_shift(raw)
    hint = (
        f"irradiance fits the sun when moved by {shift:+g} h: irradiance_shift_hours={shift:g}"
        if shift and raw.typical_year
        else "check the place, the time zone and the time stamps"
    )
    faults = []
    for rows, what, expected in (
        (night, "while the sun is down", f"at most {_NIGHT_W_PER_M2:g} W/m2 at night"),
        (much, "above what the sun sends", "at most the extraterrestrial irradiance"),
    ):
        if rows.any():
            first = int(np.argmax(rows))
            faults.append(
                Fault(
                    raw.file,
                    raw.line(first),
                    raw.titles["ghi"],
                    f"light {what} in {rows.sum()} intervals, up to {ghi[rows].max():g} W/m2{raw.where(first)}",
                    expected,
                    hint,
                )
            )
    return faults


def best_shift(raw: Raw) -> float:
    """By how many hours, in quarters to +-3, GHI is best moved to fit the sun.

    First by the least energy at night or above the extraterrestrial, then by the best correlation
    with the extraterrestrial irradiance.
    """
    ghi = raw.columns["ghi"]
    best, found = (np.inf, 0.0), 0.0
    for shift in _SHIFTS_HOURS:
        elevation, extra = _sky(raw, float(shift))
        night, much = _excess(ghi, elevation, extra)
        energy = round(float(ghi[night | much].sum() / max(ghi.sum(), 1.0)), 5)
        score = (energy, -float(np.corrcoef(ghi, extra)[0, 1]))
        if score < best:
            best, found = score, float(shift)
    return found


def drop_incomplete(raw: Raw) -> Raw:
    """DNI and DHI are not needed: a column with missing values is left out, with a note."""
    columns, notes = dict(raw.columns), list(raw.notes)
    for name in IRRADIANCE[1:]:
        if name in columns and np.isnan(columns[name]).any():
            gone = int(np.isnan(columns.pop(name)).sum())
            notes.append(
                both(
                    f"{raw.titles[name]}: missing in {gone} of {len(raw.times_utc)} intervals, not used",
                    f"{raw.titles[name]}：{len(raw.times_utc)} 个时段中 {gone} 个缺失，未采用",
                )
            )
    return replace(raw, columns=columns, notes=tuple(notes))
