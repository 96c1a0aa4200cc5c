"""Weather on the steps of a park's clock.

Every value is a mean over its interval, so a change of steps must conserve means:

- Source intervals that do not nest the clock's steps (coarser or offset steps) are averaged by
  overlap, the source taken as constant within its interval.
- A source interval that holds several steps of the clock is divided. GHI and DHI follow the
  extraterrestrial irradiance on the horizontal within the interval, DNI is even while the sun is up;
  temperature and pressure are linear between the middles of intervals, then shifted, and wind
  likewise, then scaled, so that in all of them the mean over the source interval is unchanged.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from zeropark.clock import Clock
from zeropark.errors import Fault, InputError
from zeropark.texts import both
from zeropark.weather.model import Weather
from zeropark.weather.sun import sun_at

Floats = NDArray[np.float64]

_YEAR_HOURS = 8760.0
_EPSILON_HOURS = 1e-6


def align(weather: Weather, clock: Clock) -> Weather:
    """The weather on the steps of ``clock``, with notes on what was done.

    A typical year is mapped by month, day and hour of local standard time (29 February repeats 28
    February) and serves any number of years; an actual year is matched by time, and a step of the
    clock that it does not cover is a fault. Without summer time: a park in a zone that has it still
    gets the sun at its true hour.
    """
    places = _Places.of(weather, clock)
    fine = weather.step_hours > clock.step_hours + _EPSILON_HOURS and places.nested(clock)
    make = _divided if fine else _averaged
    series = make(weather, clock, places)
    notes = list(places.notes)
    if fine:
        notes.append(
            both(
                f"{weather.step_hours:g} h means divided into steps of {clock.step_hours:.4g} h, "
                "each mean kept: irradiance by the height of the sun, the rest linear",
                f"{weather.step_hours:g} 小时均值细分为 {clock.step_hours:.4g} 小时步长，各小时均值不变："
                "辐照度按太阳高度分配，其余线性",
            )
        )
    elif not places.same(weather, clock):
        notes.append(
            both(
                f"{weather.step_hours:g} h means averaged by overlap onto steps of {clock.step_hours:.4g} h",
                f"{weather.step_hours:g} 小时均值按重叠平均到 {clock.step_hours:.4g} 小时步长",
            )
        )
    return replace(
        weather,
        times_utc=clock.times_utc,
        step_hours=clock.step_hours,
        typical_year=False,
        notes=weather.notes + tuple(notes),
        ghi_w_per_m2=series["ghi_w_per_m2"],
        dni_w_per_m2=series.get("dni_w_per_m2"),
        dhi_w_per_m2=series.get("dhi_w_per_m2"),
        temp_air_c=series["temp_air_c"],
        wind_speed_m_per_s=series["wind_speed_m_per_s"],
        pressure_pa=series["pressure_pa"],
    )


@dataclass(frozen=True, eq=False)
class _Places:
    """Where each step of the clock begins on the source's own axis, h from the source's first interval."""

    hours: Floats
    source_step: float
    periodic: bool
    offset: timedelta
    notes: tuple[str, ...]

    @classmethod
    def of(cls, weather: Weather, clock: Clock) -> _Places:
        offset = _standard_offset(clock)
        if not weather.typical_year:
            hours = _hours_after(clock.times_utc, weather.times_utc[0])
            _require_cover(weather, clock, hours)
            return cls(hours, weather.step_hours, False, offset, ())
        if abs(weather.hours - _YEAR_HOURS) > _EPSILON_HOURS:
            raise InputError([Fault(weather.source, None, "typical year", f"{weather.hours:g} h", "8760 h")])
        first = _calendar_hours(weather.times_utc[:1], offset)[0]
        hours = (_calendar_hours(clock.times_utc, offset) - first) % _YEAR_HOURS
        notes = [
            both(
                "typical year mapped by month, day and hour of local standard time "
                f"(UTC{offset.total_seconds() / 3600:+g})",
                f"典型年按当地标准时的月、日、时对应 (UTC{offset.total_seconds() / 3600:+g})",
            )
        ]
        local = clock.times_utc.tz_localize(None) + offset
        if bool(((local.month == 2) & (local.day == 29)).any()):
            notes.append(
                both(
                    "29 February repeats 28 February: a typical year has no leap day",
                    "2 月 29 日重复 2 月 28 日：典型年无闰日",
                )
            )
        return cls(hours, weather.step_hours, True, offset, tuple(notes))

    def _phase(self) -> Floats:
        return (self.hours + _EPSILON_HOURS) % self.source_step - _EPSILON_HOURS

    def nested(self, clock: Clock) -> bool:
        """Whether each step of the clock lies within one source interval and divides it."""
        parts = self.source_step / clock.step_hours
        fits = bool((self._phase() + clock.step_hours <= self.source_step + _EPSILON_HOURS).all())
        return fits and abs(parts - round(parts)) < _EPSILON_HOURS

    def same(self, weather: Weather, clock: Clock) -> bool:
        """Whether each step of the clock is one source interval."""
        return abs(self.source_step - clock.step_hours) < _EPSILON_HOURS and bool(
            (np.abs(self._phase()) < 2 * _EPSILON_HOURS).all()
        )


def _standard_offset(clock: Clock) -> timedelta:
    """Local standard time minus UTC in the clock's zone, without summer time."""
    start = clock.start.astimezone(clock.zone)
    return (start.utcoffset() or timedelta(0)) - (start.dst() or timedelta(0))


def _hours_after(times: pd.DatetimeIndex, origin: pd.Timestamp) -> Floats:
    return np.asarray((times - origin) / pd.Timedelta(hours=1), dtype=np.float64)


def _calendar_hours(times_utc: pd.DatetimeIndex, offset: timedelta) -> Floats:
    """Hours since 1 January 00:00 in a calendar of 365 days; 29 February counts as 28 February."""
    local = times_utc.tz_localize(None) + offset
    day = local.day_of_year.to_numpy(dtype=np.float64) - 1
    day -= np.asarray(local.is_leap_year) & (day >= 59)
    return day * 24 + np.asarray((local - local.normalize()) / pd.Timedelta(hours=1), dtype=np.float64)


def _require_cover(weather: Weather, clock: Clock, hours: Floats) -> None:
    missing = (hours < -_EPSILON_HOURS) | (hours + clock.step_hours > weather.hours + _EPSILON_HOURS)
    if not missing.any():
        return
    steps = np.flatnonzero(missing)
    last = weather.times_utc[-1] + pd.Timedelta(hours=weather.step_hours)
    raise InputError(
        [
            Fault(
                weather.source,
                None,
                "time",
                f"no weather for {len(steps)} of {clock.steps} steps, the first at {clock.times_utc[steps[0]]}",
                f"weather from {clock.times_utc[0]} to {clock.times_utc[-1] + pd.Timedelta(clock.step)}",
                f"the file covers {weather.times_utc[0]} to {last}",
            )
        ]
    )


def _given(weather: Weather) -> dict[str, Floats]:
    """The series that there are, by field name of Weather."""
    names = (
        "ghi_w_per_m2",
        "dni_w_per_m2",
        "dhi_w_per_m2",
        "temp_air_c",
        "wind_speed_m_per_s",
        "pressure_pa",
    )
    series = {name: getattr(weather, name) for name in names}
    return {name: values for name, values in series.items() if values is not None}


def _averaged(weather: Weather, clock: Clock, places: _Places) -> dict[str, Floats]:
    return {
        name: mean_over(values, places.hours, weather.step_hours, clock.step_hours, places.periodic)
        for name, values in _given(weather).items()
    }


def mean_over(
    values: Floats, begin_hours: Floats, source_step: float, length: float, periodic: bool
) -> Floats:
    """Mean of a piecewise constant source over the intervals [begin, begin + length), by overlap.

    values: means over [i, i+1) * source_step, shape (n,); begin_hours, shape (m,). Computed from the
    integral I(x) as (I(b + l) - I(b)) / l; a periodic source repeats after n * source_step.
    """
    integral = np.concatenate(([0.0], np.cumsum(values))) * source_step
    edges = np.arange(len(values) + 1) * source_step

    def until(x: Floats) -> Floats:
        if not periodic:
            return np.asarray(np.interp(x, edges, integral), dtype=np.float64)
        turns = np.floor(x / edges[-1])
        return np.asarray(np.interp(x - turns * edges[-1], edges, integral) + turns * integral[-1])

    return (until(begin_hours + length) - until(begin_hours)) / length


def _divided(weather: Weather, clock: Clock, places: _Places) -> dict[str, Floats]:
    """Each source mean divided over the steps of the clock that it holds, means kept."""
    parts = round(weather.step_hours / clock.step_hours)
    before = round(float(places.hours[0] % weather.step_hours) / clock.step_hours) % parts
    after = -(before + clock.steps) % parts
    step = pd.Timedelta(clock.step)
    fine = pd.date_range(clock.times_utc[0] - before * step, periods=before + clock.steps + after, freq=step)
    # Source interval of each whole group of steps, and of one group before and after for the slopes.
    around = pd.date_range(fine[0] - parts * step, fine[-1] + step, freq=parts * step)
    if places.periodic:
        origin = _calendar_hours(weather.times_utc[:1], places.offset)[0]
        hours = (_calendar_hours(around, places.offset) - origin) % _YEAR_HOURS
    else:
        hours = _hours_after(around, weather.times_utc[0])
    index = np.round(hours / weather.step_hours).astype(np.int64)
    index = index % weather.steps if places.periodic else np.clip(index, 0, weather.steps - 1)
    sun = sun_at(fine + step / 2, weather.latitude_deg, weather.longitude_deg, weather.altitude_m)
    sky = sun.extra_horizontal_w_per_m2.reshape(-1, parts)
    up = (sky > 0).astype(np.float64)
    made = {}
    for name, values in _given(weather).items():
        means = values[index]
        if name in ("ghi_w_per_m2", "dhi_w_per_m2"):
            divided = by_shape(means[1:-1], sky)
        elif name == "dni_w_per_m2":
            divided = by_shape(means[1:-1], up)
        else:
            divided = by_slope(means, parts, scaled=name == "wind_speed_m_per_s")
        made[name] = divided[before : before + clock.steps]
    return made


def by_shape(means: Floats, shape: Floats) -> Floats:
    """Means (n,) divided in proportion to shape (n, parts), even where it is all zero; flat (n*parts,)."""
    total = shape.mean(axis=1, keepdims=True)
    weight = np.divide(shape, total, out=np.ones_like(shape), where=total > 0)
    return np.asarray(means[:, None] * weight, dtype=np.float64).ravel()


def by_slope(means: Floats, parts: int, *, scaled: bool) -> Floats:
    """Means (n+2,), with one neighbour at each end, made linear between middles; flat (n*parts,).

    The result is corrected per interval so that its mean is the given one: by a factor when
    ``scaled`` (keeps it from turning negative), else by a shift.
    """
    middles = np.arange(len(means), dtype=np.float64)
    at = (np.arange((len(means) - 2) * parts) + 0.5) / parts + 0.5
    line = np.interp(at, middles, means).reshape(-1, parts)
    found, wanted = line.mean(axis=1, keepdims=True), means[1:-1, None]
    if not scaled:
        return np.asarray(line + (wanted - found), dtype=np.float64).ravel()
    factor = np.divide(wanted, found, out=np.zeros_like(found), where=found > 0)
    return np.asarray(line * factor, dtype=np.float64).ravel()
