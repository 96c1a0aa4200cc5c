"""Weather's own checks, and what must stay true when it is put on a park's clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from zeropark.clock import Clock
from zeropark.errors import InputError
from zeropark.weather import Weather, align
from zeropark.weather.align import by_shape, by_slope, mean_over
from zeropark.weather.sun import sun_at

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")


def make(
    start: str, steps: int, *, hours: float = 1.0, typical: bool = False, zone: float = 8.0, **series: object
) -> Weather:
    """Weather at Baotou with plain series: the step's number as temperature, light by the sun."""
    times = pd.date_range(start, periods=steps, freq=pd.Timedelta(hours=hours), tz="UTC")
    sun = sun_at(times + pd.Timedelta(hours=hours / 2), 40.66, 109.84, quick=True)
    given = {
        "ghi_w_per_m2": 0.6 * sun.extra_horizontal_w_per_m2,
        "dni_w_per_m2": None,
        "dhi_w_per_m2": None,
        "temp_air_c": np.arange(steps, dtype=float) % 40,
        "wind_speed_m_per_s": 3 + np.arange(steps) % 7,
        "pressure_pa": np.full(steps, 89_000.0),
        **series,
    }
    return Weather(
        times_utc=times,
        step_hours=hours,
        wind_height_m=10.0,
        latitude_deg=40.66,
        longitude_deg=109.84,
        altitude_m=1065.0,
        zone_offset_hours=zone,
        label="made",
        source="made.csv",
        synthetic=False,
        typical_year=typical,
        **given,
    )  # type: ignore[arg-type]


def clock(start: datetime, minutes: int, hours: float, zone: ZoneInfo = SHANGHAI) -> Clock:
    return Clock(start.replace(tzinfo=zone), timedelta(minutes=minutes), round(hours * 60 / minutes), zone)


def test_weather_is_read_only_and_reports_all_that_is_wrong_with_it() -> None:
    good = make("2025-01-01", 24)
    with pytest.raises(ValueError):
        good.temp_air_c[0] = 5.0
    with pytest.raises(InputError) as caught:
        make("2025-01-01", 24, temp_air_c=np.full(24, np.nan), pressure_pa=np.zeros(23))
    assert {f.field for f in caught.value.faults} == {"temp_air_c", "pressure_pa"}


def test_weather_refuses_irregular_times_and_other_zones() -> None:
    good = make("2025-01-01", 3)
    for times in (good.times_utc[[0, 2]], good.times_utc.tz_convert(SHANGHAI)):
        with pytest.raises(InputError, match="times_utc"):
            Weather(
                **{
                    **good.__dict__,
                    "times_utc": times,
                    **{
                        n: np.zeros(len(times))
                        for n in ("ghi_w_per_m2", "temp_air_c", "wind_speed_m_per_s", "pressure_pa")
                    },
                }
            )


def test_mean_over_by_hand() -> None:
    # Source 10, 20, 60 over hours 0-1, 1-2, 2-3. Mean of 0.5-1.5: (0.5*10 + 0.5*20) / 1 = 15;
    # of 1-3: 40; periodic, 2.5-3.5: (0.5*60 + 0.5*10) = 35.
    values = np.array([10.0, 20.0, 60.0])
    assert mean_over(values, np.array([0.5]), 1.0, 1.0, False) == pytest.approx([15.0])
    assert mean_over(values, np.array([1.0]), 1.0, 2.0, False) == pytest.approx([40.0])
    assert mean_over(values, np.array([2.5]), 1.0, 1.0, True) == pytest.approx([35.0])


def test_division_by_shape_and_slope_by_hand() -> None:
    # 100 W/m2 over an hour whose second half alone has sun: 0 and 200.
    assert by_shape(np.array([100.0]), np.array([[0.0, 7.0]])) == pytest.approx([0.0, 200.0])
    assert by_shape(np.array([4.0]), np.zeros((1, 2))) == pytest.approx([4.0, 4.0])
    # Means 0, 4, 8: straight line, quarter points of the middle hour 3 and 5, mean 4: nothing to correct.
    assert by_slope(np.array([0.0, 4.0, 8.0]), 2, scaled=False) == pytest.approx([3.0, 5.0])
    # Means 0, 8, 0 in halves: line gives 6, 6; to keep 8: shift by 2 or times 4/3, here the same.
    assert by_slope(np.array([0.0, 8.0, 0.0]), 2, scaled=True) == pytest.approx([8.0, 8.0])
    assert (by_slope(np.array([9.0, 0.0, 9.0]), 4, scaled=True) == 0).all()


def test_actual_year_same_steps_is_cut_out_unchanged() -> None:
    weather = make("2025-01-01", 72)
    aligned = align(weather, clock(datetime(2025, 1, 2), 60, 24))  # 2025-01-01 16:00 UTC
    assert aligned.temp_air_c == pytest.approx(weather.temp_air_c[16:40])
    assert aligned.ghi_w_per_m2 == pytest.approx(weather.ghi_w_per_m2[16:40])
    assert aligned.notes == ()


def test_actual_year_with_a_gap_is_a_fault() -> None:
    expected = "no weather for 16 of 24 steps, the first at 2025-01-04 08:00"
    with pytest.raises(InputError, match=expected) as caught:
        align(make("2025-01-01", 80), clock(datetime(2025, 1, 4, 8), 60, 24))
    assert caught.value.faults[0].file == "made.csv"


@pytest.mark.parametrize("minutes", [5, 15, 30])
def test_finer_steps_keep_each_hours_mean(minutes: int) -> None:
    sun_dni = np.where(make("2025-01-01", 72).ghi_w_per_m2 > 50, 600.0, 0.0)
    weather = make("2025-01-01", 72, dni_w_per_m2=sun_dni)
    aligned = align(weather, clock(datetime(2025, 1, 2), minutes, 24))
    parts = 60 // minutes
    for name in ("ghi_w_per_m2", "dni_w_per_m2", "temp_air_c", "wind_speed_m_per_s", "pressure_pa"):
        hourly = getattr(aligned, name).reshape(-1, parts).mean(axis=1)
        assert hourly == pytest.approx(getattr(weather, name)[16:40], rel=1e-9, abs=1e-9), name
    sun = sun_at(aligned.middles_utc, 40.66, 109.84)
    lit = aligned.ghi_w_per_m2.reshape(-1, parts).sum(axis=1) > 1
    dark = (sun.zenith_deg > 91) & np.repeat(lit, parts)
    assert aligned.ghi_w_per_m2[dark] == pytest.approx(0.0)
    assert len(np.unique(aligned.temp_air_c)) > 24


def test_a_clock_that_starts_within_an_hour_gets_its_part_of_it() -> None:
    weather = make("2025-06-01", 72)
    whole = align(weather, clock(datetime(2025, 6, 2, 8), 15, 24))
    late = align(weather, clock(datetime(2025, 6, 2, 8, 15), 15, 23))
    assert late.ghi_w_per_m2 == pytest.approx(whole.ghi_w_per_m2[1:93])
    assert late.temp_air_c == pytest.approx(whole.temp_air_c[1:93])


def test_coarser_steps_are_means() -> None:
    weather = make("2025-01-01", 96 * 3, hours=0.25)
    aligned = align(weather, clock(datetime(2025, 1, 2), 60, 24))
    assert aligned.temp_air_c == pytest.approx(weather.temp_air_c[64:160].reshape(-1, 4).mean(axis=1))
    assert any("averaged" in note for note in aligned.notes)


def test_typical_year_by_local_standard_time_and_leap_day() -> None:
    # A typical year of UTC+8: begins 2000-12-31 16:00 UTC. Mark each hour by its number in the local year.
    number = np.arange(8760, dtype=float)
    weather = make("2000-12-31 16:00", 8760, typical=True, wind_speed_m_per_s=number)
    leap = align(weather, clock(datetime(2024, 1, 1), 60, 8784))
    assert leap.wind_speed_m_per_s[: 59 * 24] == pytest.approx(number[: 59 * 24])
    assert leap.wind_speed_m_per_s[59 * 24 : 60 * 24] == pytest.approx(
        number[58 * 24 : 59 * 24]
    )  # 29 February
    assert leap.wind_speed_m_per_s[60 * 24 :] == pytest.approx(number[59 * 24 :])
    assert any("29 February repeats" in note for note in leap.notes)
    assert not leap.typical_year
    plain = align(weather, clock(datetime(2025, 1, 1), 60, 8760))
    assert plain.wind_speed_m_per_s == pytest.approx(number)
    assert not any("29 February" in note for note in plain.notes)


def test_typical_year_finer_steps_keep_means_over_the_leap_day_and_two_years() -> None:
    weather = make("2000-12-31 16:00", 8760, typical=True)
    aligned = align(weather, clock(datetime(2023, 12, 31), 15, 24 * 62))
    hourly = aligned.ghi_w_per_m2.reshape(-1, 4).mean(axis=1)
    days = np.r_[364, 0:59, 58, 59]
    wanted = np.concatenate([weather.ghi_w_per_m2[d * 24 : d * 24 + 24] for d in days])
    assert hourly == pytest.approx(wanted)


def test_typical_year_knows_no_summer_time() -> None:
    # Local standard time of Berlin is UTC+1 all year; on 1 July 00:00 summer time it is 30 June 23:00.
    number = np.arange(8760, dtype=float)
    weather = make("2000-12-31 23:00", 8760, typical=True, zone=1.0, wind_speed_m_per_s=number)
    july = align(weather, clock(datetime(2025, 7, 1), 60, 24, BERLIN))
    assert july.wind_speed_m_per_s[0] == pytest.approx(180 * 24 + 23)  # 30 June is day 181
    assert "local standard time (UTC+1)" in july.notes[0]
    year = align(weather, Clock(datetime(2025, 1, 1, tzinfo=BERLIN), timedelta(hours=1), 8760, BERLIN))
    assert year.wind_speed_m_per_s == pytest.approx(number)


def test_typical_year_in_utc_with_odd_minutes_keeps_the_sun_where_it_is() -> None:
    # PVGIS typical years begin at 23:40 or so UTC of the eve; averaged onto hours they keep their energy.
    weather = make("2000-12-31 23:40", 8760, typical=True, zone=0.0)
    aligned = align(weather, clock(datetime(2025, 1, 1), 60, 8760))
    assert aligned.ghi_kwh_per_m2 == pytest.approx(weather.ghi_kwh_per_m2)
    ideal = 0.6 * sun_at(aligned.middles_utc, 40.66, 109.84).extra_horizontal_w_per_m2
    assert np.corrcoef(aligned.ghi_w_per_m2, ideal)[0, 1] > 0.998


def test_typical_year_of_another_length_is_a_fault() -> None:
    with pytest.raises(InputError, match="8760 h"):
        align(make("2001-01-01", 48, typical=True), clock(datetime(2025, 1, 1), 60, 24))
