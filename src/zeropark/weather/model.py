"""Weather: the one shape in which every weather source reaches the rest of the house."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from zeropark.errors import Fault, InputError

Floats = NDArray[np.float64]

_SERIES = (
    "ghi_w_per_m2",
    "dni_w_per_m2",
    "dhi_w_per_m2",
    "temp_air_c",
    "wind_speed_m_per_s",
    "pressure_pa",
)
_OPTIONAL = ("dni_w_per_m2", "dhi_w_per_m2")


@dataclass(frozen=True, eq=False)
class Weather:
    """Weather at one place, one value per interval, each the mean over its interval.

    times_utc: beginning of each interval, UTC, regular, shape (steps,); hour-ending sources are
    shifted on reading. step_hours: length of an interval, h. ghi, dni, dhi: global horizontal,
    direct normal and diffuse horizontal irradiance, W/m2; dni or dhi is None where the source has
    none or it was not fit for use. wind_speed_m_per_s holds at wind_height_m above ground;
    pressure_pa at the site's altitude_m. zone_offset_hours: local standard time minus UTC.

    typical_year: the source is a typical year, so its dates say month, day and hour, and its year
    is nominal. notes: everything that was repaired or decided, in plain words.

    All arrays are float64, finite, shape (steps,), and read-only.
    """

    times_utc: pd.DatetimeIndex
    step_hours: float
    ghi_w_per_m2: Floats
    dni_w_per_m2: Floats | None
    dhi_w_per_m2: Floats | None
    temp_air_c: Floats
    wind_speed_m_per_s: Floats
    wind_height_m: float
    pressure_pa: Floats
    latitude_deg: float
    longitude_deg: float
    altitude_m: float
    zone_offset_hours: float
    label: str
    source: str
    synthetic: bool
    typical_year: bool
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        faults = self._time_faults() + self._place_faults()
        for name in _SERIES:
            given = getattr(self, name)
            if given is None and name in _OPTIONAL:
                continue
            values = np.array(given, dtype=np.float64)
            if values.shape != (len(self.times_utc),):
                faults.append(self._fault(name, f"shape {values.shape}", f"shape ({len(self.times_utc)},)"))
            elif not np.isfinite(values).all():
                faults.append(self._fault(name, "values that are not finite", "finite numbers"))
            values.setflags(write=False)
            object.__setattr__(self, name, values)
        if faults:
            raise InputError(faults)

    def _time_faults(self) -> list[Fault]:
        times = self.times_utc
        if str(times.tz) != "UTC":
            return [self._fault("times_utc", f"time zone {times.tz}", "UTC")]
        step = pd.Timedelta(hours=self.step_hours)
        if len(times) == 0 or step <= pd.Timedelta(0):
            return [self._fault("times_utc", "no intervals", "at least one interval of positive length")]
        if len(times) > 1 and not bool((times[1:] - times[:-1] == step).all()):
            return [self._fault("times_utc", "intervals of differing length", f"one every {step}")]
        return []

    def _place_faults(self) -> list[Fault]:
        bounds = {
            "latitude_deg": (-90, 90),
            "longitude_deg": (-180, 180),
            "altitude_m": (-500, 9000),
            "zone_offset_hours": (-12, 14),
            "wind_height_m": (0.5, 500),
        }
        return [
            self._fault(name, f"{getattr(self, name):g}", f"{low} to {high}")
            for name, (low, high) in bounds.items()
            if not low <= getattr(self, name) <= high
        ]

    def _fault(self, field: str, found: str, expected: str) -> Fault:
        return Fault(self.source or self.label, None, field, found, expected)

    @property
    def steps(self) -> int:
        """Number of intervals."""
        return len(self.times_utc)

    @property
    def hours(self) -> float:
        """Length of the whole period, h."""
        return self.steps * self.step_hours

    @property
    def middles_utc(self) -> pd.DatetimeIndex:
        """Middle of each interval, UTC, shape (steps,)."""
        return self.times_utc + pd.Timedelta(hours=self.step_hours / 2)

    @property
    def times_local_standard(self) -> pd.DatetimeIndex:
        """Beginning of each interval in local standard time (no summer time), naive, shape (steps,)."""
        return self.times_utc.tz_localize(None) + pd.Timedelta(hours=self.zone_offset_hours)

    @property
    def ghi_kwh_per_m2(self) -> float:
        """Global horizontal irradiation of the whole period, kWh/m2."""
        return float(self.ghi_w_per_m2.sum() * self.step_hours / 1000)
