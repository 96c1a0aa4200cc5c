"""A real typical year: Dongsheng, 93 km from Baotou (data/SOURCES.md beside the repository says whence)."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pvlib
import pytest

from zeropark.clock import Clock
from zeropark.errors import InputError
from zeropark.weather import (
    LOW_WIND_5_5_MW,
    PvSystem,
    Weather,
    WindSite,
    align,
    at_hub,
    pv_capacity_factor,
    read_weather,
    wind_capacity_factor,
)

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "weather"
FILES = sorted(FOLDER.glob("*Dongsheng*.epw"))

pytestmark = pytest.mark.skipif(not FILES, reason=f"the Dongsheng EPW file is not in {FOLDER}")


@cache
def dongsheng() -> Weather:
    return read_weather(FILES[0], irradiance_shift_hours=-1.0)


def test_its_clock_does_not_fit_the_sun_and_the_fault_says_so() -> None:
    # Read by EPW's own rule (hour-ending, UTC+8) the light peaks at 14:00, with the sun highest at
    # 12:40: some 31.6 of 1,626 kWh/m2 arrive at night. One hour earlier nearly all fits.
    with pytest.raises(InputError) as caught:
        read_weather(FILES[0], shown_as="weather.epw")
    assert len(caught.value.faults) == 2
    assert all(
        "irradiance_shift_hours=-1" in f.hint and f.field == "Global Horizontal Radiation"
        for f in caught.value.faults
    )


def test_fit_finds_the_same_hour() -> None:
    fitted = read_weather(FILES[0], irradiance_shift_hours="fit")
    assert (fitted.ghi_w_per_m2 == dongsheng().ghi_w_per_m2).all()


def test_numbers_are_those_of_pvlib() -> None:
    theirs, _ = pvlib.iotools.read_epw(FILES[0])
    weather = dongsheng()
    assert weather.steps == 8760
    assert (weather.ghi_w_per_m2 == np.roll(theirs["ghi"].to_numpy(dtype=float), -1)).all()
    assert (weather.temp_air_c == theirs["temp_air"].to_numpy(dtype=float)).all()
    assert (weather.wind_speed_m_per_s == theirs["wind_speed"].to_numpy(dtype=float)).all()
    assert weather.ghi_kwh_per_m2 == pytest.approx(1625.981)
    assert weather.zone_offset_hours == 8.0


def test_components_do_not_close_and_are_made_again() -> None:
    # data/SOURCES.md: "DNI and DHI do not close to GHI (0.84): take GHI and decompose it again".
    assert dongsheng().dni_w_per_m2 is None
    assert any("do not close to GHI (ratio 0.84" in note for note in dongsheng().notes)


def test_yearly_yields_are_plausible() -> None:
    # A fixed 37 degree plane, 1.2 DC per AC: Inner Mongolia's plants report 1,400 to 1,900 h.
    hours = pv_capacity_factor(dongsheng(), PvSystem()).sum()
    assert 1400 < hours < 1900
    assert pv_capacity_factor(dongsheng(), PvSystem(tracking="single-axis")).sum() > hours


def test_ten_metre_wind_must_be_scaled() -> None:
    raw = wind_capacity_factor(dongsheng(), LOW_WIND_5_5_MW).sum()
    site = WindSite(mean_speed_m_per_s=6.7)
    scaled = wind_capacity_factor(dongsheng(), LOW_WIND_5_5_MW, site).sum()
    assert raw < 1200 < 2500 < scaled < 3500
    assert "to the stated long-term mean of 6.70 m/s" in at_hub(dongsheng(), 120.0, site).notes[-1]


@pytest.mark.parametrize(("year", "minutes"), [(2025, 60), (2024, 60), (2025, 15)])
def test_on_a_park_clock(year: int, minutes: int) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    hours = 8784 if year == 2024 else 8760
    clock = Clock(datetime(year, 1, 1, tzinfo=zone), timedelta(minutes=minutes), hours * 60 // minutes, zone)
    aligned = align(dongsheng(), clock)
    leap = dongsheng().ghi_w_per_m2[58 * 24 : 59 * 24].sum() / 1000 if year == 2024 else 0.0
    assert aligned.ghi_kwh_per_m2 == pytest.approx(1625.981 + leap)
    whole = pv_capacity_factor(dongsheng(), PvSystem()).mean()
    assert pv_capacity_factor(aligned, PvSystem()).mean() == pytest.approx(whole, rel=0.01)
