"""Synthetic hourly shapes of the plants of the Baotou example: pure functions, seeded.

Every function returns one non-negative number per hour of local year 2025, shape (8760,). The size
is arbitrary unless the docstring says otherwise: ``make_tables`` scales each to its stated level.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Hours = NDArray[np.float64]

Flags = NDArray[np.bool_]

HOURS = pd.date_range("2025-01-01", periods=8760, freq="h")
"""Beginning of each local hour (Asia/Shanghai has no daylight saving time)."""

_DAYS_OFF = (
    ("2025-01-01", "2025-01-01"),
    ("2025-01-28", "2025-02-04"),
    ("2025-04-04", "2025-04-06"),
    ("2025-05-01", "2025-05-05"),
    ("2025-05-31", "2025-06-02"),
    ("2025-10-01", "2025-10-08"),
)
"""Public holidays, fact ``holidays-2025``."""
_MAKE_UP_WORKDAYS = ("2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11")
_NO_HEATING = ("2025-04-16", "2025-10-14")
_INDOOR_DEGC = 18.0
_MONTHLY_NORMAL_DEGC = (-11.0, -6.6, 0.8, 9.6, 16.6, 21.2, 23.0, 20.9, 15.1, 7.6, -1.9, -9.0)
"""January and July are facts; the months between are recalled; their mean is the annual fact."""


def between(first: str, last: str) -> Flags:
    """The hours of local days ``first`` to ``last``, both included."""
    days = HOURS.normalize()
    return np.asarray((days >= pd.Timestamp(first)) & (days <= pd.Timestamp(last)))


def holiday() -> Flags:
    """Public holidays of 2025 with the days moved to make them longer."""
    return np.asarray(np.any([between(first, last) for first, last in _DAYS_OFF], axis=0))


def spring_festival() -> Flags:
    """28 January to 4 February 2025."""
    return between(*_DAYS_OFF[1])


def workday() -> Flags:
    """Monday to Friday and the make-up days, without public holidays."""
    made_up = np.any([between(day, day) for day in _MAKE_UP_WORKDAYS], axis=0)
    return np.asarray(((HOURS.day_of_week.to_numpy() < 5) & ~holiday()) | made_up)


def hour_of_day() -> Hours:
    """0 to 23."""
    return HOURS.hour.to_numpy().astype(np.float64)


def persistent_noise(rng: np.random.Generator, spread: float, memory_h: float) -> Hours:
    """Gaussian noise with mean 0, standard deviation ``spread`` and e-folding time ``memory_h``."""
    keep = float(np.exp(-1.0 / memory_h))
    shocks = rng.normal(0.0, spread * np.sqrt(1 - keep**2), HOURS.size)
    noise = np.empty(HOURS.size)
    noise[0] = shocks[0]
    for hour in range(1, HOURS.size):
        noise[hour] = keep * noise[hour - 1] + shocks[hour]
    return noise


def temperature(rng: np.random.Generator) -> Hours:
    """Outdoor air, °C: monthly normals, a daily wave and cold spells that last days. Synthetic."""
    middles = [pd.Timestamp(2025, month, 15).day_of_year for month in range(1, 13)]
    days = HOURS.day_of_year.to_numpy() + hour_of_day() / 24
    season = np.interp(days, middles, _MONTHLY_NORMAL_DEGC, period=365)
    daily = 6.5 * np.cos(2 * np.pi * (hour_of_day() - 15) / 24)
    spells = persistent_noise(rng, 3.6, 60) * (1 + 0.25 * np.cos(2 * np.pi * (days - 15) / 365))
    return np.asarray(season + daily + spells - spells.mean(), dtype=np.float64)


def heating(outdoor_degc: Hours, design_degc: float, night_setback: float = 0.0) -> Hours:
    """Space-heat load, 1 = design load: proportional to 18 °C − outdoor, in the heating season only."""
    load = np.clip((_INDOOR_DEGC - outdoor_degc) / (_INDOOR_DEGC - design_degc), 0.0, 1.1)
    empty = (hour_of_day() < 5) | (hour_of_day() >= 21) | ~workday()
    return np.where(between(*_NO_HEATING), 0.0, load * np.where(empty, 1 - night_setback, 1.0))


def pot_line(rng: np.random.Generator, cells: int, overhaul: tuple[str, str]) -> Hours:
    """Share of an electrolysis line that is on, 0 to 1.

    Each cell is relined for four days about every 300 days. The rectifier of half the line is
    serviced on the days ``overhaul``.
    """
    off = np.zeros(HOURS.size)
    for _ in range(cells):
        start = rng.uniform(-300, 300) * 24
        while start < HOURS.size:
            stop = start + 96
            off[max(0, int(start)) : max(0, int(stop))] += 1
            start = stop + rng.normal(300, 40) * 24
    share = 1 - off / cells
    return np.where(between(*overhaul), 0.5, 1.0) * share


def cell_voltage(rng: np.random.Generator) -> Hours:
    """Power per cell about its mean: slow drift with anode wear, small oxide-feeding noise."""
    return 1 + persistent_noise(rng, 0.008, 40) + persistent_noise(rng, 0.006, 1.5)


def batch_furnaces(rng: np.random.Generator, furnaces: int, profile: list[float], jitter_h: float) -> Hours:
    """Sum of furnaces that each run ``profile`` (one number per hour) again and again, unsynchronised."""
    power = np.zeros(HOURS.size + len(profile) * 2 + 200)
    for _ in range(furnaces):
        start = int(rng.integers(0, len(profile)))
        while start < HOURS.size:
            power[start : start + len(profile)] += profile
            start += len(profile) + int(rng.exponential(jitter_h))
    warm_up = power[len(profile) : 2 * len(profile)].mean()
    power[: len(profile)] = np.maximum(power[: len(profile)], 0.9 * warm_up)
    return power[: HOURS.size] / furnaces


def turnaround(first: str, last: str, low: float, ramp_h: int) -> Hours:
    """1, but ``low`` on the days ``first`` to ``last``, with straight ramps of ``ramp_h`` inside them."""
    hours = np.flatnonzero(between(first, last))
    shape = np.ones(HOURS.size)
    from_edge = np.minimum(np.arange(hours.size), np.arange(hours.size)[::-1])
    shape[hours] = np.maximum(low, 1 - (1 - low) * (from_edge + 1) / ramp_h)
    return shape


def trips(rng: np.random.Generator, count: int, low: float, recovery_h: int) -> Hours:
    """1, with ``count`` unplanned trips to ``low`` that recover in a straight line."""
    shape = np.ones(HOURS.size)
    for start in rng.integers(0, HOURS.size - recovery_h, count):
        shape[start : start + recovery_h] = np.linspace(low, 1, recovery_h)
    return shape


def magnet_plant(rng: np.random.Generator) -> Hours:
    """Sintering and ageing in vacuum furnaces round the clock, machining and plating in two shifts."""
    sinter = [0.9] * 4 + [1.0] * 5 + [0.55] * 6 + [0.08] * 7 + [0.5] * 4 + [0.08] * 4
    furnaces = batch_furnaces(rng, 70, sinter, 3.0) / np.mean(sinter)
    clock = hour_of_day()
    shifts = np.where((clock >= 8) & (clock < 17), 1.0, np.where(clock >= 17, 0.7, 0.25))
    shifts = shifts * np.where(workday(), 1.0, 0.6) * (1 + persistent_noise(rng, 0.04, 2))
    crew = np.where(spring_festival(), 0.35, np.where(holiday(), 0.85, 1.0))
    return (0.15 + (0.5 * furnaces + 0.35 * shifts) * crew) * (1 + persistent_noise(rng, 0.01, 6))


def graphite_furnaces(rng: np.random.Generator) -> Hours:
    """Two transformers feed one furnace after another: 44 h rising power, 6 h to switch over."""
    campaign = list(np.linspace(0.45, 1.0, 20)) + [1.0] * 18 + [0.85] * 6 + [0.02] * 6
    return batch_furnaces(rng, 2, campaign, 2.0) + 0.04


def day_shift(rng: np.random.Generator) -> Hours:
    """Machine works: full 8 to 17, half crew 17 to 21 on workdays, standby otherwise."""
    clock = hour_of_day()
    manned = np.where((clock >= 8) & (clock < 17), 1.0, np.where((clock >= 17) & (clock < 21), 0.45, 0.0))
    manned = manned * np.where(clock == 12, 0.72, 1.0) * workday()
    return 0.16 + manned * (1 + persistent_noise(rng, 0.06, 2))


def two_shifts(rng: np.random.Generator) -> Hours:
    """Blades and towers: two shifts from 7 to 23, Monday to Saturday, standby on public holidays."""
    clock = hour_of_day()
    saturday = (HOURS.day_of_week.to_numpy() == 5) & ~holiday()
    manned = ((clock >= 7) & (clock < 23)) & (workday() | saturday)
    return np.asarray(0.2 + manned * (0.9 + 0.1 * (clock < 15)) * (1 + persistent_noise(rng, 0.07, 3)))


def data_hall(rng: np.random.Generator, outdoor_degc: Hours) -> Hours:
    """Computing with a flat daily wave; free cooling below 12 °C, chillers above."""
    computing = 1 + 0.03 * np.cos(2 * np.pi * (hour_of_day() - 15) / 24) + persistent_noise(rng, 0.015, 24)
    overhead = 0.19 + 0.013 * np.clip(outdoor_degc - 12, 0, None)
    return computing * (1 + overhead)


def water_plant(rng: np.random.Generator) -> Hours:
    """Pumps and blowers: morning and evening peaks, more in the warm season."""
    clock = hour_of_day()
    peaks = 0.12 * np.exp(-(((clock - 9) / 2.5) ** 2)) + 0.1 * np.exp(-(((clock - 20) / 2.5) ** 2))
    season = 0.08 * np.cos(2 * np.pi * (HOURS.day_of_year.to_numpy() - 200) / 365)
    people = np.where(spring_festival(), 0.85, 1.0)
    return np.asarray((1 + peaks + season) * people * (1 + persistent_noise(rng, 0.02, 3)))


def logistics(rng: np.random.Generator, outdoor_degc: Hours) -> Hours:
    """Cold store with the weather, cranes by day, electric trucks charging at noon and at night."""
    clock = hour_of_day()
    trucks = np.where((clock >= 11) & (clock < 14), 1.0, np.where((clock >= 22) | (clock < 4), 0.8, 0.25))
    cranes = np.where((clock >= 7) & (clock < 20), 0.6, 0.15)
    business = np.where(spring_festival(), 0.3, np.where(workday(), 1.0, 0.75))
    cold_store = 0.5 + 0.015 * np.clip(outdoor_degc, 0, None)
    return cold_store + (trucks + cranes) * business * (1 + persistent_noise(rng, 0.08, 2))


def offices(rng: np.random.Generator, outdoor_degc: Hours) -> Hours:
    """Offices and laboratories: working hours, cooling above 24 °C."""
    clock = hour_of_day()
    open_hours = np.where((clock >= 8) & (clock < 18), 1.0, np.where((clock >= 18) & (clock < 22), 0.35, 0.0))
    people = open_hours * np.where(workday(), 1.0, 0.15)
    cooling = 0.05 * np.clip(outdoor_degc - 24, 0, None) * (0.2 + people)
    return (0.25 + people + cooling) * (1 + persistent_noise(rng, 0.03, 3))


def real_time_price(rng: np.random.Generator) -> Hours:
    """Synthetic spot price, mean 1: low at noon by PV, high at 18 to 22, deep in windy spells.

    The two-day memory of the noise stands for weather fronts: wind-rich days are cheap.
    """
    clock = hour_of_day()
    noon = np.exp(-(((clock - 13) / 2.6) ** 2))
    evening = np.exp(-(((clock - 19.5) / 1.9) ** 2))
    morning = np.exp(-(((clock - 7) / 1.4) ** 2))
    sunny = 0.75 + 0.25 * np.cos(2 * np.pi * (HOURS.day_of_year.to_numpy() - 172) / 365)
    wind = persistent_noise(rng, 0.33, 36)
    price = 1 - 0.75 * noon * sunny + 0.75 * evening + 0.25 * morning + wind + persistent_noise(rng, 0.15, 3)
    return np.clip(price, 0.0, 4.0)
