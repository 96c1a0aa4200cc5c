"""Where the sun stands, and how much of it would arrive without an atmosphere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pvlib
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Sun:
    """The sun at given instants; angles in degrees, arrays of one shape (n,).

    zenith_deg is geometric, apparent_zenith_deg includes refraction; azimuth_deg is clockwise from
    north. extra_normal_w_per_m2: extraterrestrial irradiance normal to the beam, W/m2.
    """

    zenith_deg: Floats
    apparent_zenith_deg: Floats
    azimuth_deg: Floats
    extra_normal_w_per_m2: Floats

    @property
    def cos_zenith(self) -> Floats:
        """Cosine of the zenith angle, 0 when the sun is below the horizon."""
        return np.maximum(np.cos(np.radians(self.zenith_deg)), 0.0)

    @property
    def extra_horizontal_w_per_m2(self) -> Floats:
        """Extraterrestrial irradiance on a horizontal plane, W/m2."""
        return self.extra_normal_w_per_m2 * self.cos_zenith


def sun_at(
    times_utc: pd.DatetimeIndex,
    latitude_deg: float,
    longitude_deg: float,
    altitude_m: float = 0.0,
    *,
    quick: bool = False,
) -> Sun:
    """The sun at ``times_utc``, seen from a place (degrees north and east; m above sea level).

    Solar position by NREL's SPA (Reda and Andreas 2004, uncertainty 0.0003 deg), or with ``quick``
    by PyEphem-like short series (within 0.3 deg), which serves for plausibility checks. The
    extraterrestrial irradiance follows Spencer (1971) with a solar constant of 1366.1 W/m2.
    """
    method = "ephemeris" if quick else "nrel_numpy"
    position = pvlib.solarposition.get_solarposition(
        times_utc, latitude_deg, longitude_deg, altitude=altitude_m, method=method
    )
    extra = pvlib.irradiance.get_extra_radiation(times_utc.day_of_year.to_numpy(dtype=np.float64))
    return Sun(
        zenith_deg=90.0 - position["elevation"].to_numpy(dtype=np.float64),
        apparent_zenith_deg=90.0 - position["apparent_elevation"].to_numpy(dtype=np.float64),
        azimuth_deg=position["azimuth"].to_numpy(dtype=np.float64),
        extra_normal_w_per_m2=np.asarray(extra, dtype=np.float64),
    )


def standard_pressure_pa(altitude_m: float) -> float:
    """Pressure of the standard atmosphere at an altitude, Pa (ISO 2533 troposphere, by pvlib)."""
    return float(pvlib.atmosphere.alt2pres(altitude_m))
