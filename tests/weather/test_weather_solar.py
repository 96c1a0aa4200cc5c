"""Sunlight to power: closure, decomposition, and the whole chain beside pvlib's own ModelChain."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pvlib
import pytest

from zeropark.errors import InputError
from zeropark.weather import (
    PvSystem,
    Weather,
    closure,
    components,
    pv_capacity_factor,
    without_unclosed,
)
from zeropark.weather.sun import sun_at


@cache
def clear(days: int = 365) -> Weather:
    """Clear sky at Baotou (pvlib simplified Solis), with components that close, 0 degC, 2 m/s."""
    times = pd.date_range("2024-12-31 16:00", periods=24 * days, freq="1h", tz="UTC")
    sun = sun_at(times + pd.Timedelta(minutes=30), 40.66, 109.84, 1065.0)
    sky = pvlib.clearsky.simplified_solis(90 - sun.apparent_zenith_deg, dni_extra=sun.extra_normal_w_per_m2)
    dni = np.where(sun.cos_zenith > 0, sky["dni"], 0.0)
    dhi = np.where(sun.cos_zenith > 0, sky["dhi"], 0.0)
    zeros = np.zeros(len(times))
    return Weather(
        times_utc=times,
        step_hours=1.0,
        ghi_w_per_m2=dhi + dni * sun.cos_zenith,
        dni_w_per_m2=dni,
        dhi_w_per_m2=dhi,
        temp_air_c=zeros,
        wind_speed_m_per_s=zeros + 2.0,
        wind_height_m=10.0,
        pressure_pa=zeros + 89_000.0,
        latitude_deg=40.66,
        longitude_deg=109.84,
        altitude_m=1065.0,
        zone_offset_hours=8.0,
        label="clear",
        source="clear.csv",
        synthetic=True,
        typical_year=False,
    )


def test_components_that_close_are_used_as_they_are() -> None:
    weather = clear()
    found = closure(weather)
    assert found is not None
    assert found.ratio == pytest.approx(1.0)
    assert found.deviation == pytest.approx(0.0, abs=1e-12)
    dni, dhi = components(weather)
    assert dni == pytest.approx(np.asarray(weather.dni_w_per_m2))
    assert dhi == pytest.approx(np.asarray(weather.dhi_w_per_m2))
    assert without_unclosed(weather) is weather


def test_components_that_do_not_close_are_made_again_from_ghi() -> None:
    good = clear()
    assert good.dni_w_per_m2 is not None
    broken = replace(good, dni_w_per_m2=good.dni_w_per_m2 * 0.8)
    repaired = without_unclosed(broken)
    assert repaired.dni_w_per_m2 is None
    assert "DNI and DHI do not close to GHI (ratio 0.8" in repaired.notes[-1]
    assert "decomposed again from GHI" in repaired.notes[-1]
    # Nobody is caught out who skips the note: the chain decides alike.
    system = PvSystem()
    assert pv_capacity_factor(broken, system) == pytest.approx(pv_capacity_factor(repaired, system))


def test_opposite_errors_that_cancel_in_the_sum_do_not_pass() -> None:
    good = clear()
    assert good.dni_w_per_m2 is not None
    sign = np.where(np.arange(good.steps) // 24 % 2 == 0, 1.3, 0.7)
    found = closure(replace(good, dni_w_per_m2=good.dni_w_per_m2 * sign))
    assert found is not None
    assert abs(found.ratio - 1) < 0.05
    assert not found.closes


def test_one_component_follows_from_the_other() -> None:
    weather = clear()
    dni, dhi = components(weather)
    sun = sun_at(weather.middles_utc, 40.66, 109.84, 1065.0)
    high = sun.zenith_deg < 80
    assert components(replace(weather, dhi_w_per_m2=None))[1][high] == pytest.approx(dhi[high])
    assert components(replace(weather, dni_w_per_m2=None))[0][high] == pytest.approx(dni[high])


@pytest.mark.parametrize("share", [1.0, 0.6, 0.15])
def test_decomposition_closes_and_clouds_are_diffuse(share: float) -> None:
    ghi = clear().ghi_w_per_m2 * share
    weather = replace(clear(), dni_w_per_m2=None, dhi_w_per_m2=None, ghi_w_per_m2=ghi)
    dni, dhi = components(weather)
    sun = sun_at(weather.middles_utc, 40.66, 109.84, 1065.0)
    up = sun.zenith_deg < 87
    assert (dhi + dni * sun.cos_zenith)[up] == pytest.approx(weather.ghi_w_per_m2[up])
    diffuse = dhi.sum() / weather.ghi_w_per_m2.sum()
    # Erbs et al. 1982: about 0.17 of a clear sky, 0.99 of a dark one is diffuse.
    assert {1.0: 0.1, 0.6: 0.4, 0.15: 0.93}[share] < diffuse < {1.0: 0.3, 0.6: 0.8, 0.15: 1.0}[share]


@pytest.mark.parametrize(
    ("sky", "tracking"), [("haydavies", "fixed"), ("perez", "fixed"), ("haydavies", "single-axis")]
)
def test_chain_beside_pvlib_modelchain(sky: str, tracking: str) -> None:
    weather = clear()
    system = PvSystem(
        tilt_deg=35,
        azimuth_deg=170,
        tracking=tracking,
        sky_model=sky,
        system_loss=0.0,  # type: ignore[arg-type]
        albedo=0.25,
        inverter_efficiency=0.96,
        dc_ac_ratio=1.3,
    )
    mount = (
        pvlib.pvsystem.FixedMount(35, 170)
        if tracking == "fixed"
        else pvlib.pvsystem.SingleAxisTrackerMount(0, 180, 60, backtrack=True, gcr=0.4)
    )
    array = pvlib.pvsystem.Array(
        mount,
        albedo=0.25,
        module_parameters={"pdc0": 1.3, "gamma_pdc": -0.0035},
        temperature_model_parameters=pvlib.temperature.TEMPERATURE_MODEL_PARAMETERS["sapm"][
            "open_rack_glass_glass"
        ],
    )
    plant = pvlib.pvsystem.PVSystem([array], inverter_parameters={"pdc0": 1 / 0.96, "eta_inv_nom": 0.96})
    place = pvlib.location.Location(40.66, 109.84, altitude=1065.0)
    chain = pvlib.modelchain.ModelChain(
        plant,
        place,
        transposition_model=sky,
        aoi_model="physical",
        spectral_model="no_loss",
        temperature_model="sapm",
        losses_model="no_loss",
        dc_model="pvwatts",
        ac_model="pvwatts",
    )
    chain.run_model(
        pd.DataFrame(
            {
                "ghi": weather.ghi_w_per_m2,
                "dni": weather.dni_w_per_m2,
                "dhi": weather.dhi_w_per_m2,
                "temp_air": weather.temp_air_c,
                "wind_speed": weather.wind_speed_m_per_s,
            },
            index=weather.middles_utc,
        )
    )
    theirs = np.clip(np.nan_to_num(chain.results.ac.to_numpy(dtype=float)), 0, 1)
    ours = pv_capacity_factor(weather, system)
    assert ours.max() == pytest.approx(1.0)
    assert ours == pytest.approx(theirs, abs=2e-3)
    assert ours.sum() == pytest.approx(theirs.sum(), rel=2e-4)


def test_one_noon_by_hand() -> None:
    # Horizontal plane, DHI only (no beam): G = 500 W/m2. SAPM open rack glass-glass (King et al. 2004:
    # a -3.47, b -0.0594, dT 3): cell = 0 + 500 exp(-3.47 - 0.0594*2) + 3*0.5 = 15.314 degC.
    # PVWatts DC = 1.2 * 0.5 * (1 - 0.0035 (15.314 - 25)) * 0.86 = 0.53349.
    # PVWatts inverter: zeta = 0.53349 * 0.96 = 0.51215; eta = 0.96/0.9637
    # * (-0.0162*0.51215 - 0.0059/0.51215 + 0.9858) = 0.96228; AC = 0.51336.
    weather = clear(2)
    noon = np.argmax(weather.ghi_w_per_m2)
    grey = np.where(weather.ghi_w_per_m2 > 0, 500.0, 0.0)
    weather = replace(weather, ghi_w_per_m2=grey, dhi_w_per_m2=grey, dni_w_per_m2=np.zeros(48))
    assert pv_capacity_factor(weather, PvSystem(tilt_deg=0.0))[noon] == pytest.approx(0.5134, abs=2e-4)


def test_bounds_night_and_the_worth_of_tracking() -> None:
    weather = clear()
    fixed = pv_capacity_factor(weather, PvSystem())
    assert fixed.min() == 0
    assert fixed.max() <= 1
    night = sun_at(weather.middles_utc, 40.66, 109.84).zenith_deg > 90
    assert (fixed[night] == 0).all()
    loose = PvSystem(dc_ac_ratio=0.8)
    tracked = replace(loose, tracking="single-axis")
    assert pv_capacity_factor(weather, tracked).sum() > 1.1 * pv_capacity_factor(weather, loose).sum()
    flat = pv_capacity_factor(weather, replace(loose, tilt_deg=0.0)).sum()
    assert pv_capacity_factor(weather, loose).sum() > 1.1 * flat


def test_stray_light_at_night_makes_no_power() -> None:
    ghi = np.maximum(clear().ghi_w_per_m2, 9.0)
    weather = replace(clear(), ghi_w_per_m2=ghi, dni_w_per_m2=None, dhi_w_per_m2=None)
    night = sun_at(weather.middles_utc, 40.66, 109.84).zenith_deg > 90
    assert (pv_capacity_factor(weather, PvSystem())[night] == 0).all()


def test_wrong_systems_are_faults_all_at_once() -> None:
    with pytest.raises(InputError) as caught:
        PvSystem(tilt_deg=120, tracking="two-axis", system_loss=14.0, temperature_coefficient_per_k=-0.35)  # type: ignore[arg-type]
    assert {f.field for f in caught.value.faults} == {
        "pv_system.tilt_deg",
        "pv_system.tracking",
        "pv_system.system_loss",
        "pv_system.temperature_coefficient_per_k",
    }
