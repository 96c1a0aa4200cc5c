"""The made-up year reaches its figures, is the same every time, and yields what plants there yield."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from zeropark.clock import Clock
from zeropark.errors import InputError
from zeropark.weather import (
    BAOTOU,
    BAOTOU_CALIBRATION,
    LOW_WIND_5_5_MW,
    OLDER_1_5_MW,
    PvSystem,
    Weather,
    WindSite,
    components,
    pv_capacity_factor,
    synthetic_weather_year,
    wind_capacity_factor,
)
from zeropark.weather.sun import sun_at

ZONE = ZoneInfo("Asia/Shanghai")


def clock(minutes: int = 60, year: int = 2025, day: int = 1, hours: float | None = None) -> Clock:
    whole = 8784 if year % 4 == 0 else 8760
    start = datetime(year, 1, 1, tzinfo=ZONE) + timedelta(days=day - 1)
    return Clock(start, timedelta(minutes=minutes), round((hours or whole) * 60 / minutes), ZONE)


@cache
def year(minutes: int = 60, number: int = 2025, seed: int = 7) -> Weather:
    return synthetic_weather_year(clock(minutes, number), seed=seed)


@pytest.mark.parametrize(("minutes", "number"), [(60, 2025), (60, 2024), (15, 2025), (5, 2024)])
def test_calibration_is_reached(minutes: int, number: int) -> None:
    weather = year(minutes, number)
    assert weather.steps == (8784 if number == 2024 else 8760) * 60 // minutes
    assert weather.ghi_kwh_per_m2 == pytest.approx(BAOTOU_CALIBRATION.ghi_kwh_per_m2)
    assert weather.wind_speed_m_per_s.mean() == pytest.approx(BAOTOU_CALIBRATION.wind_m_per_s)
    # Midpoints of Baotou's mean monthly highs and lows 1971-2000 (see the module) average 7.479 degC.
    assert weather.temp_air_c.mean() == pytest.approx(7.479, abs=1e-3)


def test_same_seed_same_year_and_another_seed_another() -> None:
    again = synthetic_weather_year(clock(), seed=7)
    other = synthetic_weather_year(clock(), seed=8)
    for name in ("ghi_w_per_m2", "temp_air_c", "wind_speed_m_per_s"):
        assert (getattr(again, name) == getattr(year(), name)).all()
        assert not np.allclose(getattr(other, name), getattr(year(), name))


def test_a_week_is_that_week_of_the_year() -> None:
    week = synthetic_weather_year(clock(day=100, hours=168), seed=7)
    part = slice(99 * 24, 106 * 24)
    assert (week.ghi_w_per_m2 == year().ghi_w_per_m2[part]).all()
    assert (week.wind_speed_m_per_s == year().wind_speed_m_per_s[part]).all()


def test_a_clock_over_new_year() -> None:
    both = synthetic_weather_year(clock(day=365, hours=48), seed=7)
    assert (both.temp_air_c[:24] == year().temp_air_c[-24:]).all()
    assert (both.temp_air_c[24:] == year(60, 2026).temp_air_c[:24]).all()
    assert not np.allclose(year().wind_speed_m_per_s, year(60, 2026).wind_speed_m_per_s)


def test_light_obeys_the_sun() -> None:
    weather = year()
    sun = sun_at(weather.middles_utc, weather.latitude_deg, weather.longitude_deg, weather.altitude_m)
    assert (weather.ghi_w_per_m2[sun.zenith_deg > 90] == 0).all()
    assert (weather.ghi_w_per_m2 <= sun.extra_horizontal_w_per_m2).all()
    month = weather.times_local_standard.month
    clearness = [
        weather.ghi_w_per_m2[month == m].sum() / sun.extra_horizontal_w_per_m2[month == m].sum()
        for m in range(1, 13)
    ]
    shape = np.array(BAOTOU_CALIBRATION.clearness)
    assert np.array(clearness) / np.mean(clearness) == pytest.approx(shape / shape.mean(), rel=0.01)
    daily = weather.ghi_w_per_m2.reshape(-1, 24).sum(axis=1)
    clear = sun.extra_horizontal_w_per_m2.reshape(-1, 24).sum(axis=1)
    assert (daily / clear).std() > 0.08  # there are dark days and bright days
    diffuse = components(weather)[1].sum() / weather.ghi_w_per_m2.sum()
    assert 0.3 < diffuse < 0.5


def test_wind_has_its_seasons_spread_and_persistence() -> None:
    winds = [year(seed=s).wind_speed_m_per_s for s in range(6)]
    month = year().times_local_standard.month
    by_month = [np.mean([w[month == m].mean() for w in winds]) for m in range(1, 13)]
    assert by_month[3] > 1.2 * by_month[6]  # April over July
    assert max(by_month[5:8]) < np.mean(by_month[:5] + by_month[8:])
    # Weibull with k = 2 has a standard deviation of 0.523 of its mean; seasons and days add a little.
    spread = np.mean([w.std() / w.mean() for w in winds])
    assert 0.50 < spread < 0.62
    # exp(-1/16) = 0.939 from hour to hour, exp(-24/16) = 0.223 from day to day, for the normal process.
    assert np.mean([np.corrcoef(w[1:], w[:-1])[0, 1] for w in winds]) == pytest.approx(0.94, abs=0.02)
    assert np.mean([np.corrcoef(w[24:], w[:-24])[0, 1] for w in winds]) == pytest.approx(0.25, abs=0.08)


def test_temperature_has_its_season_and_day() -> None:
    weather = year()
    local = weather.times_local_standard
    assert -14 < weather.temp_air_c[local.month == 1].mean() < -6
    assert 20 < weather.temp_air_c[local.month == 7].mean() < 27
    by_hour = weather.temp_air_c.reshape(-1, 24).mean(axis=0)
    assert by_hour.argmax() in (14, 15)
    # Mean daily range of Baotou 1971-2000: mean of highs less mean of lows, 14.12 - 0.84 = 13.3 K.
    assert by_hour.max() - by_hour.min() == pytest.approx(13.3, abs=0.7)


def test_yields_are_those_of_plants_near_baotou() -> None:
    weather = year()
    # Announced for wind farms in Damao banner, Baotou, of 1.25 and 1.5 MW turbines: 2,200 to 2,506 h.
    older = wind_capacity_factor(weather, replace(OLDER_1_5_MW, hub_height_m=70.0), WindSite())
    assert 2200 < older.sum() < 2506
    newer = wind_capacity_factor(weather, LOW_WIND_5_5_MW, WindSite())
    assert 2700 < newer.sum() < 3400
    # Panda Green, Shiguai (Baotou): 86.45 GWh of 50 MW, 1,729 h; fixed plane, without saying DC or AC.
    ac = pv_capacity_factor(weather, PvSystem()).sum()
    assert 1729 * 0.9 < ac < 1729 * 1.1


def test_it_says_what_it_is() -> None:
    weather = year()
    assert weather.synthetic
    assert "synthetic" in weather.label
    assert "合成" in weather.label
    assert all(figure.mark in ("[2]", "[R]") and figure.source for figure in BAOTOU_CALIBRATION.figures)
    assert any(figure.value == 1729 for figure in BAOTOU_CALIBRATION.figures)


def test_impossible_requests_are_faults() -> None:
    with pytest.raises(InputError, match="clearness"):
        synthetic_weather_year(clock(), calibration=replace(BAOTOU_CALIBRATION, ghi_kwh_per_m2=2600.0))
    with pytest.raises(InputError, match="divides an hour"):
        synthetic_weather_year(Clock(datetime(2025, 1, 1, tzinfo=ZONE), timedelta(hours=3), 100, ZONE))
    odd = Clock(datetime(2025, 1, 1, 0, 7, tzinfo=ZONE), timedelta(minutes=15), 4, ZONE)
    with pytest.raises(InputError, match="multiple"):
        synthetic_weather_year(odd, BAOTOU)
