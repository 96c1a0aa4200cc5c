"""A made-up weather year with the figures of a real place, for a park that has no file yet.

Never a substitute for a measured or modelled year: the label says so. Every figure that the year is
calibrated to is listed with its source and a mark: [2] second-hand, read in a copy of the source;
[R] recalled or judged, not verified.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

import numpy as np
import pandas as pd
import pvlib
from numpy.typing import NDArray
from scipy.special import gamma, ndtr

from zeropark.clock import Clock
from zeropark.errors import Fault, InputError
from zeropark.texts import both
from zeropark.weather.model import Weather
from zeropark.weather.sun import standard_pressure_pa, sun_at

Floats = NDArray[np.float64]
Months = tuple[float, float, float, float, float, float, float, float, float, float, float, float]

_MID_MONTH_DAY = np.array([15.5, 45, 74.5, 105, 135.5, 166, 196.5, 227.5, 258, 288.5, 319, 349.5])
_LOWEST_INDEX, _HIGHEST_INDEX = 0.10, 1.03


@dataclass(frozen=True)
class Site:
    """A place: degrees north and east, m above sea level, local standard time minus UTC in h."""

    name_en: str
    name_zh: str
    latitude_deg: float
    longitude_deg: float
    altitude_m: float
    zone_offset_hours: float


@dataclass(frozen=True)
class Figure:
    """A published or judged figure: where it is from, and how sure it is ([2] or [R])."""

    name: str
    value: float
    unit: str
    source: str
    mark: str


@dataclass(frozen=True)
class Calibration:
    """What a synthetic year must come to.

    ghi_kwh_per_m2: yearly, reached exactly. clearness: shape over the months, GHI over
    extraterrestrial; scaled to the yearly GHI. temperature_c: mean per month; daily_range_k: mean
    daily maximum less minimum per month; the yearly mean temperature is reached exactly.
    wind_m_per_s: yearly mean at wind_height_m, reached exactly; wind_by_month: its shape, mean 1;
    weibull_k: shape of the speed distribution; wind_daily_swing: half the relative daily swing,
    highest at wind_peak_hour local time. The *_hours are e-folding times of the noise.
    """

    ghi_kwh_per_m2: float
    clearness: Months
    temperature_c: Months
    daily_range_k: Months
    wind_m_per_s: float
    wind_height_m: float
    wind_by_month: Months
    weibull_k: float = 2.0
    wind_daily_swing: float = 0.10
    wind_peak_hour: float = 18.0
    wind_hours: float = 16.0
    cloud_day_hours: float = 20.0
    cloud_hours: float = 1.5
    temperature_hours: float = 60.0
    temperature_noise_k: float = 3.0
    aerosol_depth: float = 0.10
    water_cm: float = 1.0
    figures: tuple[Figure, ...] = ()


BAOTOU = Site("Baotou", "包头", 40.66, 109.84, 1065.0, 8.0)

BAOTOU_CALIBRATION = Calibration(
    ghi_kwh_per_m2=1620.0,
    clearness=(0.609, 0.618, 0.562, 0.568, 0.592, 0.541, 0.532, 0.542, 0.512, 0.579, 0.579, 0.593),
    temperature_c=(-10.45, -6.15, 1.0, 9.45, 16.3, 20.9, 23.35, 21.2, 15.4, 8.05, -1.0, -8.3),
    daily_range_k=(12.7, 13.1, 13.2, 14.9, 15.2, 14.6, 12.5, 11.8, 13.4, 13.5, 12.4, 12.0),
    wind_m_per_s=6.7,
    wind_height_m=100.0,
    wind_by_month=(0.98, 1.00, 1.10, 1.18, 1.14, 0.90, 0.84, 0.83, 0.96, 1.01, 1.06, 1.00),
    figures=(
        Figure(
            "annual GHI",
            1620.0,
            "kWh/m2",
            "Angstrom-Prescott with the FAO-56 coefficients 0.25 and 0.50 on 2,806 h of sunshine in "
            "Baotou in 2002 (city statistical communique) gives 1,617; the CSWD typical year of "
            "Dongsheng, 93 km away, sums to 1,626",
            "[2]",
        ),
        Figure(
            "clearness by month",
            0.57,
            "1",
            "computed from the CSWD typical year of Dongsheng (WMO 535430), GHI over extraterrestrial",
            "[2]",
        ),
        Figure(
            "annual mean temperature",
            7.5,
            "degC",
            "midpoints of the mean monthly highs and lows of Baotou 1971-2000 as quoted by "
            "encyclopedias; other sources give 7.2 (climate) and 8.5 (year 2002)",
            "[2]",
        ),
        Figure(
            "full-load hours of the older wind fleet",
            2300.0,
            "h",
            "announced yearly output over capacity of wind farms in Damao banner, Baotou, mostly 1.25 "
            "and 1.5 MW turbines: Bayin 200 MW 0.44 TWh (2,200 h), Bayin 3, 6, 7 2,324, 2,248 and "
            "2,506 h, Bailingmiao phase 2 50 MW 111 GWh (2,220 h)",
            "[2]",
        ),
        Figure(
            "annual mean wind at 100 m",
            6.7,
            "m/s",
            "inferred: with it the measured 1.5 MW curve at 70 m yields the hours above after 12 % "
            "losses; it is the wind of the grassland north of the city, where the wind farms are, not "
            "of the city (1.8 m/s near the ground in 2002)",
            "[R]",
        ),
        Figure(
            "wind by month",
            1.0,
            "1",
            "highest in spring (Energy Reports 2021, wind climate of China 1971-2017); low June to "
            "August, the season that the West Inner Mongolia tariff calls low-wind; the twelve "
            "numbers are judged",
            "[R]",
        ),
        Figure(
            "PV full-load hours (check, not calibrated to)",
            1729.0,
            "h",
            "Panda Green, Baotou top-runner plant in Shiguai: 50 MW, 86.45 GWh a year expected",
            "[2]",
        ),
        Figure("Weibull shape, daily swing, persistence", 2.0, "1", "judged", "[R]"),
    ),
)


def synthetic_weather_year(
    clock: Clock, site: Site = BAOTOU, seed: int = 0, calibration: Calibration = BAOTOU_CALIBRATION
) -> Weather:
    """A made-up weather on the steps of ``clock``, the same for the same arguments on every machine.

    Whole local calendar years are made and calibrated, each from its own seed, and the clock's
    steps cut out of them: a clock of one week shows that week of the year. DNI and DHI are None
    (they follow from GHI). Works for steps from minutes to an hour that divide an hour.
    """
    step = pd.Timedelta(clock.step)
    if step > pd.Timedelta(hours=1) or pd.Timedelta(hours=1) % step != pd.Timedelta(0):
        raise InputError([Fault("", None, "clock.step", str(step), "a step that divides an hour")])
    offset = pd.Timedelta(hours=site.zone_offset_hours)
    local = clock.times_utc.tz_localize(None) + offset
    parts = []
    for year in range(local[0].year, local[-1].year + 1):
        first, last = pd.Timestamp(year, 1, 1), pd.Timestamp(year + 1, 1, 1)
        if (local[0] - first) % step != pd.Timedelta(0):
            raise InputError([Fault("", None, "clock.start", str(clock.start), f"a multiple of {step}")])
        whole = pd.date_range(first, last, freq=step, inclusive="left")
        series = _year(whole, clock.step_hours, site, calibration, np.random.SeedSequence([seed, year]))
        parts.append(series[:, np.asarray((whole >= local[0]) & (whole <= local[-1]))])
    ghi, temperature, wind = np.concatenate(parts, axis=1)
    return Weather(
        times_utc=clock.times_utc,
        step_hours=clock.step_hours,
        ghi_w_per_m2=ghi,
        dni_w_per_m2=None,
        dhi_w_per_m2=None,
        temp_air_c=temperature,
        wind_speed_m_per_s=wind,
        wind_height_m=calibration.wind_height_m,
        pressure_pa=np.full(clock.steps, standard_pressure_pa(site.altitude_m)),
        latitude_deg=site.latitude_deg,
        longitude_deg=site.longitude_deg,
        altitude_m=site.altitude_m,
        zone_offset_hours=site.zone_offset_hours,
        label=f"synthetic weather for {site.name_en}, seed {seed} / {site.name_zh}合成气象数据，种子{seed}",
        source="zeropark.weather.synthetic",
        synthetic=True,
        typical_year=False,
        notes=_notes(calibration),
    )


def _notes(calibration: Calibration) -> tuple[str, ...]:
    return (
        both(
            "synthetic: made up by chance from yearly and monthly figures, not measured",
            "合成数据：按年、月统计值随机生成，非实测",
        ),
        both(
            f"calibrated to GHI {calibration.ghi_kwh_per_m2:g} kWh/m2 a year and a mean wind of "
            f"{calibration.wind_m_per_s:g} m/s at {calibration.wind_height_m:g} m",
            f"校准至年总辐射 {calibration.ghi_kwh_per_m2:g} kWh/m2、{calibration.wind_height_m:g} m 高度年均风速 "
            f"{calibration.wind_m_per_s:g} m/s",
        ),
    )


def _year(
    local: pd.DatetimeIndex,
    step_hours: float,
    site: Site,
    calibration: Calibration,
    seed: np.random.SeedSequence,
) -> Floats:
    """GHI, temperature and wind of one local calendar year, shape (3, steps)."""
    cloud, warm, windy = (np.random.default_rng(s) for s in seed.spawn(3))
    return np.stack(
        [
            _irradiance(local, step_hours, site, calibration, cloud),
            _temperature(local, step_hours, calibration, warm),
            _wind(local, step_hours, calibration, windy),
        ]
    )


def _noise(rng: np.random.Generator, steps: int, step_hours: float, fold_hours: float) -> Floats:
    """Stationary first-order autoregression, mean 0, variance 1, with correlation exp(-t/fold)."""
    phi = float(np.exp(-step_hours / fold_hours))
    shocks = rng.standard_normal(steps) * np.sqrt(1 - phi**2)
    shocks[0] /= np.sqrt(1 - phi**2)
    return np.fromiter(accumulate(shocks, lambda last, shock: phi * last + shock), np.float64, count=steps)


def _by_day(local: pd.DatetimeIndex, months: Months) -> Floats:
    """Monthly figures, linear between the middles of the months, periodic, shape (steps,)."""
    day = local.day_of_year.to_numpy(dtype=np.float64) - 1 + _hour(local) / 24
    return np.asarray(np.interp(day, _MID_MONTH_DAY, np.array(months), period=365.0), dtype=np.float64)


def _hour(local: pd.DatetimeIndex) -> Floats:
    return (local.hour + local.minute / 60 + local.second / 3600).to_numpy(dtype=np.float64)


def _irradiance(
    local: pd.DatetimeIndex,
    step_hours: float,
    site: Site,
    calibration: Calibration,
    rng: np.random.Generator,
) -> Floats:
    """GHI, W/m2: clear sky (simplified Solis, Ineichen 2008) times an autocorrelated clear-sky index.

    The index is a normal process of two persistences (weather of days, clouds of hours) mapped to
    0.10..1.03; per month it is shifted until the month has the GHI that its clearness asks for.
    """
    middles = (local + pd.Timedelta(hours=step_hours / 2 - site.zone_offset_hours)).tz_localize("UTC")
    sun = sun_at(middles, site.latitude_deg, site.longitude_deg, site.altitude_m)
    clear = pvlib.clearsky.simplified_solis(
        90 - sun.apparent_zenith_deg,
        calibration.aerosol_depth,
        calibration.water_cm,
        standard_pressure_pa(site.altitude_m),
        sun.extra_normal_w_per_m2,
    )
    sky = np.where(sun.cos_zenith > 0, np.asarray(clear["ghi"], dtype=np.float64), 0.0)
    month = local.month.to_numpy() - 1
    extra = np.bincount(month, sun.extra_horizontal_w_per_m2, minlength=12)
    wanted = extra * np.array(calibration.clearness)
    wanted *= calibration.ghi_kwh_per_m2 * 1000 / step_hours / wanted.sum()
    steps = len(local)
    state = 0.9 * _noise(rng, steps, step_hours, calibration.cloud_day_hours)
    state += 0.45 * _noise(rng, steps, step_hours, calibration.cloud_hours)
    ghi = np.zeros(steps)
    for m in range(12):
        here = month == m
        ghi[here] = _shifted(sky[here], state[here], wanted[m], m)
    return ghi


def _shifted(sky: Floats, state: Floats, wanted: float, month: int) -> Floats:
    """Clear sky times the index of the shifted state, with the shift found by bisection."""

    def shone(shift: float) -> Floats:
        index = _LOWEST_INDEX + (_HIGHEST_INDEX - _LOWEST_INDEX) * ndtr(state + shift)
        return np.asarray(sky * index, dtype=np.float64)

    low, high = -6.0, 6.0
    if not shone(low).sum() <= wanted <= shone(high).sum():
        raise InputError(
            [
                Fault(
                    "",
                    None,
                    f"calibration.clearness[{month}]",
                    f"{wanted / sky.sum():.2f} of clear-sky irradiance",
                    f"{_LOWEST_INDEX} to {_HIGHEST_INDEX}",
                )
            ]
        )
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if shone(middle).sum() < wanted else (low, middle)
    ghi = shone((low + high) / 2)
    return ghi * (wanted / float(ghi.sum()))


def _temperature(
    local: pd.DatetimeIndex, step_hours: float, calibration: Calibration, rng: np.random.Generator
) -> Floats:
    """Air temperature, degC: month, time of day (highest at 15 h) and slow noise; yearly mean exact."""
    swing = _by_day(local, calibration.daily_range_k) / 2
    daily = swing * np.cos(2 * np.pi * (_hour(local) + step_hours / 2 - 15) / 24)
    noise = _noise(rng, len(local), step_hours, calibration.temperature_hours)
    values = _by_day(local, calibration.temperature_c) + daily + calibration.temperature_noise_k * noise
    return values + (float(np.mean(calibration.temperature_c)) - float(values.mean()))


def _wind(
    local: pd.DatetimeIndex, step_hours: float, calibration: Calibration, rng: np.random.Generator
) -> Floats:
    """Wind speed, m/s: Weibull by the quantile of an autoregressive normal process, times the shapes
    of the year and the day; yearly mean exact.
    """
    uniform = ndtr(_noise(rng, len(local), step_hours, calibration.wind_hours))
    weibull = (-np.log1p(-np.minimum(uniform, 1 - 1e-12))) ** (1 / calibration.weibull_k)
    weibull /= gamma(1 + 1 / calibration.weibull_k)
    hour = _hour(local) + step_hours / 2 - calibration.wind_peak_hour
    daily = 1 + calibration.wind_daily_swing * np.cos(2 * np.pi * hour / 24)
    speed = weibull * _by_day(local, calibration.wind_by_month) * daily
    return np.asarray(speed * (calibration.wind_m_per_s / speed.mean()), dtype=np.float64)
