"""What a photovoltaic plant makes of the weather.

The chain, each link by pvlib: solar position at the middle of the interval (SPA); direct and diffuse
irradiance from the source where they close to GHI, else decomposed from GHI (Driesse et al. 2024, a
continuous form of Erbs et al. 1982); transposition to the plane (Hay and Davies 1980, or Perez et
al. 1990); reflection at the glass (Fresnel, De Soto et al. 2006); cell temperature (King et al. 2004,
"SAPM"); direct and alternating current by PVWatts version 5 (Dobos 2014, NREL/TP-6A20-62641).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pvlib
from numpy.typing import NDArray

from zeropark.errors import Fault, InputError
from zeropark.texts import both
from zeropark.weather.model import Weather
from zeropark.weather.sun import Sun, sun_at

Floats = NDArray[np.float64]

_RATIO_TOLERANCE = 0.05
_DEVIATION_TOLERANCE = 0.10
_LOWEST_SUN_DEG = 85.0
_MODULE_WIND_HEIGHT_M = 10.0
_MODULE_WIND_EXPONENT = 1 / 7

CellModel = Literal[
    "open_rack_glass_glass",
    "open_rack_glass_polymer",
    "close_mount_glass_glass",
    "insulated_back_glass_polymer",
]


@dataclass(frozen=True)
class PvSystem:
    """A photovoltaic plant, described per unit of its **AC capacity** (inverter rating).

    tilt_deg (from horizontal) and azimuth_deg (clockwise from north, 180 is south): of a fixed
    plane only. axis_tilt_deg, axis_azimuth_deg, max_angle_deg, gcr (module width over row spacing),
    backtrack: of a single-axis tracker only.
    dc_ac_ratio: module peak power over AC capacity. temperature_coefficient_per_k: of power, 1/K.
    system_loss: share of DC lost to soiling, shading, snow, mismatch, wiring, light-induced
    degradation, availability (0.14: PVWatts' default). inverter_efficiency: nominal (0.96: PVWatts'
    default). cell_model: one of SAPM's mountings. albedo: of the ground (0.2: PVWatts' default).
    """

    tilt_deg: float = 37.0
    azimuth_deg: float = 180.0
    tracking: Literal["fixed", "single-axis"] = "fixed"
    axis_tilt_deg: float = 0.0
    axis_azimuth_deg: float = 180.0
    max_angle_deg: float = 60.0
    gcr: float = 0.4
    backtrack: bool = True
    dc_ac_ratio: float = 1.2
    temperature_coefficient_per_k: float = -0.0035
    system_loss: float = 0.14
    inverter_efficiency: float = 0.96
    cell_model: CellModel = "open_rack_glass_glass"
    albedo: float = 0.2
    sky_model: Literal["haydavies", "perez"] = "haydavies"

    def __post_init__(self) -> None:
        bounds = {
            "tilt_deg": (0, 90),
            "azimuth_deg": (0, 360),
            "axis_tilt_deg": (0, 90),
            "axis_azimuth_deg": (0, 360),
            "max_angle_deg": (0, 90),
            "gcr": (0.01, 1),
            "dc_ac_ratio": (0.1, 5),
            "temperature_coefficient_per_k": (-0.02, 0.0),
            "system_loss": (0, 1),
            "inverter_efficiency": (0.5, 1),
            "albedo": (0, 1),
        }
        faults = [
            Fault("", None, f"pv_system.{name}", f"{getattr(self, name)}", f"{low} to {high}")
            for name, (low, high) in bounds.items()
            if not low <= getattr(self, name) <= high
        ]
        choices = {
            "tracking": ("fixed", "single-axis"),
            "sky_model": ("haydavies", "perez"),
            "cell_model": tuple(pvlib.temperature.TEMPERATURE_MODEL_PARAMETERS["sapm"]),
        }
        faults += [
            Fault("", None, f"pv_system.{name}", f"{getattr(self, name)!r}", "one of " + ", ".join(known))
            for name, known in choices.items()
            if getattr(self, name) not in known
        ]
        if faults:
            raise InputError(faults)


@dataclass(frozen=True)
class Closure:
    """How well diffuse plus direct make up the global irradiance: GHI = DHI + DNI cos(zenith).

    ratio: sum of (DHI + DNI cos z) over sum of GHI. deviation: sum of |DHI + DNI cos z - GHI| over
    sum of GHI. Both over the intervals whose middle has the sun higher than 5 degrees.
    """

    ratio: float
    deviation: float

    @property
    def closes(self) -> bool:
        """Within 5 % in sum and 10 % in mean absolute deviation."""
        return abs(self.ratio - 1) <= _RATIO_TOLERANCE and self.deviation <= _DEVIATION_TOLERANCE


def closure(weather: Weather) -> Closure | None:
    """The closure of the three irradiances; None when DNI or DHI is absent or the sun never shines."""
    return _closure(weather, _sun_of(weather))


def _sun_of(weather: Weather) -> Sun:
    return sun_at(weather.middles_utc, weather.latitude_deg, weather.longitude_deg, weather.altitude_m)


def _closure(weather: Weather, sun: Sun) -> Closure | None:
    dni, dhi, ghi = weather.dni_w_per_m2, weather.dhi_w_per_m2, weather.ghi_w_per_m2
    used = (sun.zenith_deg < _LOWEST_SUN_DEG) & (ghi > 0)
    if dni is None or dhi is None or not used.any():
        return None
    made = (dhi + dni * sun.cos_zenith)[used]
    total = ghi[used].sum()
    return Closure(float(made.sum() / total), float(np.abs(made - ghi[used]).sum() / total))


def without_unclosed(weather: Weather) -> Weather:
    """The weather without DNI and DHI where they do not close to GHI, with a note that says so."""
    found = closure(weather)
    if found is None or found.closes:
        return weather
    note = both(
        f"DNI and DHI do not close to GHI (ratio {found.ratio:.2f}, mean deviation "
        f"{found.deviation:.0%} of GHI): decomposed again from GHI",
        f"直射与散射之和与总辐射不闭合（比值 {found.ratio:.2f}，平均偏差 {found.deviation:.0%}）：由总辐射重新分解",
    )
    return replace(weather, dni_w_per_m2=None, dhi_w_per_m2=None, notes=(*weather.notes, note))


def components(weather: Weather) -> tuple[Floats, Floats]:
    """Direct normal and diffuse horizontal irradiance to use with the GHI, W/m2, shape (steps,) each.

    The source's own where both are there and close to GHI; with one of them absent, the other
    follows from GHI = DHI + DNI cos(zenith); else the Erbs-Driesse decomposition of GHI. Zero while
    the sun is below the horizon at the middle of the interval.
    """
    return _components(weather, _sun_of(weather))


def _components(weather: Weather, sun: Sun) -> tuple[Floats, Floats]:
    ghi, dni, dhi = weather.ghi_w_per_m2, weather.dni_w_per_m2, weather.dhi_w_per_m2
    up = sun.cos_zenith > 0
    found = _closure(weather, sun)
    if dni is not None and dhi is not None and (found is None or found.closes):
        return np.where(up, dni, 0.0), np.where(up, dhi, 0.0)
    if dni is not None and dhi is None:
        direct = np.minimum(dni * sun.cos_zenith, ghi)
        return np.where(up, dni, 0.0), np.where(up, ghi - direct, 0.0)
    if dhi is not None and dni is None:
        diffuse = np.minimum(dhi, ghi)
        low = sun.cos_zenith < np.cos(np.radians(_LOWEST_SUN_DEG))
        diffuse = np.where(low, ghi, diffuse)
        beam = np.divide(ghi - diffuse, sun.cos_zenith, out=np.zeros_like(ghi), where=~low)
        return beam, np.where(up, diffuse, 0.0)
    parts = pvlib.irradiance.erbs_driesse(ghi, sun.zenith_deg, dni_extra=sun.extra_normal_w_per_m2)
    return (
        np.where(up, np.asarray(parts["dni"], dtype=np.float64), 0.0),
        np.where(up, np.asarray(parts["dhi"], dtype=np.float64), 0.0),
    )


def pv_capacity_factor(weather: Weather, system: PvSystem) -> Floats:
    """AC output per AC capacity of a photovoltaic plant, 0 to 1, shape (steps,).

    An interval counts as night when the sun is below the horizon at its middle. The wind is brought
    to the 10 m of the cell temperature model by the 1/7 power law.
    """
    sun = _sun_of(weather)
    direct, diffuse, passed = _plane_irradiance(weather, system, sun)
    wind = weather.wind_speed_m_per_s * (
        (_MODULE_WIND_HEIGHT_M / weather.wind_height_m) ** _MODULE_WIND_EXPONENT
    )
    parameters = pvlib.temperature.TEMPERATURE_MODEL_PARAMETERS["sapm"][system.cell_model]
    cell = pvlib.temperature.sapm_cell(direct + diffuse, weather.temp_air_c, wind, **parameters)
    dc = pvlib.pvsystem.pvwatts_dc(
        direct * passed + diffuse, cell, system.dc_ac_ratio, system.temperature_coefficient_per_k
    ) * (1 - system.system_loss)
    # PVWatts rates an inverter by its DC limit: AC capacity 1 is a DC limit of 1 / efficiency.
    ac = pvlib.inverter.pvwatts(
        np.maximum(dc, 0.0), 1 / system.inverter_efficiency, system.inverter_efficiency
    )
    return np.clip(np.asarray(ac, dtype=np.float64), 0.0, 1.0)


def _orientation(system: PvSystem, sun: Sun) -> tuple[Floats, Floats]:
    """Tilt and azimuth of the modules, degrees, shape (steps,) each; a tracker lies flat at night."""
    if system.tracking == "fixed":
        return (
            np.full_like(sun.zenith_deg, system.tilt_deg),
            np.full_like(sun.zenith_deg, system.azimuth_deg),
        )
    turned = pvlib.tracking.singleaxis(
        sun.apparent_zenith_deg,
        sun.azimuth_deg,
        system.axis_tilt_deg,
        system.axis_azimuth_deg,
        max_angle=system.max_angle_deg,
        backtrack=system.backtrack,
        gcr=system.gcr,
    )
    tilt = np.nan_to_num(np.asarray(turned["surface_tilt"], dtype=np.float64), nan=0.0)
    azimuth = np.nan_to_num(np.asarray(turned["surface_azimuth"], dtype=np.float64), nan=180.0)
    return tilt, azimuth


def _plane_irradiance(weather: Weather, system: PvSystem, sun: Sun) -> tuple[Floats, Floats, Floats]:
    """Direct and diffuse (sky and ground) irradiance on the modules, W/m2, and the share of the direct
    that passes the cover glass; shape (steps,) each, zero at night.
    """
    dni, dhi = _components(weather, sun)
    tilt, azimuth = _orientation(system, sun)
    plane = pvlib.irradiance.get_total_irradiance(
        tilt,
        azimuth,
        sun.apparent_zenith_deg,
        sun.azimuth_deg,
        dni,
        weather.ghi_w_per_m2,
        dhi,
        dni_extra=sun.extra_normal_w_per_m2,
        albedo=system.albedo,
        model=system.sky_model,
    )
    angle = pvlib.irradiance.aoi(tilt, azimuth, sun.apparent_zenith_deg, sun.azimuth_deg)
    up = sun.cos_zenith > 0
    diffuse_plane = np.asarray(plane["poa_diffuse"], dtype=np.float64)
    diffuse_plane = np.where(dhi > 0, diffuse_plane, plane["poa_ground_diffuse"])  # Perez: 0/0 without DHI
    direct, diffuse, passed = (
        np.where(up, np.asarray(values, dtype=np.float64), 0.0)
        for values in (plane["poa_direct"], diffuse_plane, pvlib.iam.physical(angle))
    )
    return direct, diffuse, passed
