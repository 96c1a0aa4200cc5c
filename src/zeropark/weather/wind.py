"""What a wind turbine makes of the weather.

Wind is brought to hub height, corrected for the density of the air there, and looked up in the
turbine's power curve, which is a table of 10-minute means at reference density.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from zeropark.errors import Fault, InputError
from zeropark.texts import both
from zeropark.weather.model import Weather

Floats = NDArray[np.float64]

GRAVITY_M_PER_S2 = 9.80665
DRY_AIR_J_PER_KG_K = 287.05
LAPSE_K_PER_M = 0.0065
_TEMPERATURE_HEIGHT_M = 2.0
_WHOLE_YEAR_HOURS = 8700.0


@dataclass(frozen=True)
class WindTurbine:
    """A wind turbine by its power curve.

    speeds_m_per_s, power_fraction: the curve at reference_density_kg_per_m3, wind speed at hub
    height against output per rated power; linear in between, zero below the first speed.
    cut_out_m_per_s: from this speed on the turbine stands still. source: where the curve is from.
    """

    name: str
    hub_height_m: float
    rated_power_mw: float
    speeds_m_per_s: tuple[float, ...]
    power_fraction: tuple[float, ...]
    cut_out_m_per_s: float
    source: str
    rotor_diameter_m: float | None = None
    reference_density_kg_per_m3: float = 1.225

    def __post_init__(self) -> None:
        faults: list[Fault] = []

        def fault(field: str, found: str, expected: str) -> None:
            faults.append(Fault("", None, f"wind_turbine.{field}", found, expected))

        if len(self.speeds_m_per_s) != len(self.power_fraction) or len(self.speeds_m_per_s) < 2:
            fault("power_fraction", f"{len(self.power_fraction)} values", "as many as speeds, at least 2")
        if np.any(np.diff(self.speeds_m_per_s) <= 0) or min(self.speeds_m_per_s, default=0) < 0:
            fault("speeds_m_per_s", "speeds that do not rise", "rising, not negative")
        if any(not 0 <= p <= 1.001 for p in self.power_fraction):
            fault("power_fraction", "values outside 0 to 1", "0 to 1")
        if not self.hub_height_m > 0:
            fault("hub_height_m", f"{self.hub_height_m}", "more than 0")
        if faults:
            raise InputError(faults)


@dataclass(frozen=True)
class WindSite:
    """How wind is carried from where it was measured to the hub, and what is lost.

    Either shear_exponent (power law) or roughness_length_m (logarithmic law, neutral air), not both;
    without either 1/7. loss: share of output lost to wakes, availability, icing, cables.
    mean_speed_m_per_s: the long-term mean wind at hub height that the user knows (measured mast,
    wind atlas); the hub wind is scaled to it, which a weather file's 10 m wind usually needs.
    """

    shear_exponent: float | None = None
    roughness_length_m: float | None = None
    loss: float = 0.12
    mean_speed_m_per_s: float | None = None

    def __post_init__(self) -> None:
        faults = []
        if self.shear_exponent is not None and self.roughness_length_m is not None:
            faults.append(Fault("", None, "wind_site", "both shear_exponent and roughness_length_m", "one"))
        if self.shear_exponent is not None and not 0 <= self.shear_exponent <= 1:
            faults.append(Fault("", None, "wind_site.shear_exponent", f"{self.shear_exponent}", "0 to 1"))
        if self.roughness_length_m is not None and not 0 < self.roughness_length_m <= 5:
            faults.append(
                Fault(
                    "",
                    None,
                    "wind_site.roughness_length_m",
                    f"{self.roughness_length_m}",
                    "more than 0, at most 5",
                )
            )
        if not 0 <= self.loss < 1:
            faults.append(Fault("", None, "wind_site.loss", f"{self.loss}", "0 to less than 1"))
        if self.mean_speed_m_per_s is not None and not 0 < self.mean_speed_m_per_s < 30:
            faults.append(
                Fault(
                    "",
                    None,
                    "wind_site.mean_speed_m_per_s",
                    f"{self.mean_speed_m_per_s}",
                    "more than 0, less than 30",
                )
            )
        if faults:
            raise InputError(faults)

    def factor(self, from_m: float, to_m: float) -> float:
        """Wind speed at height ``to_m`` over wind speed at ``from_m``.

        Power law (z2/z1)^alpha, or logarithmic law ln(z2/z0)/ln(z1/z0).
        """
        if from_m == to_m:
            return 1.0
        if self.roughness_length_m is None:
            return float((to_m / from_m) ** (1 / 7 if self.shear_exponent is None else self.shear_exponent))
        if min(from_m, to_m) <= self.roughness_length_m:
            raise InputError(
                [
                    Fault(
                        "",
                        None,
                        "wind_site.roughness_length_m",
                        f"{self.roughness_length_m}",
                        f"less than the heights {from_m:g} m and {to_m:g} m",
                    )
                ]
            )
        return float(np.log(to_m / self.roughness_length_m) / np.log(from_m / self.roughness_length_m))


def at_hub(weather: Weather, hub_height_m: float, site: WindSite) -> Weather:
    """The weather with its wind at hub height, scaled to the stated mean where there is one.

    Every step taken is in the notes. Scaling to a long-term mean needs a whole year: do it before
    a shorter period is cut out, else a calm week would be blown up to an average one.
    """
    factor = site.factor(weather.wind_height_m, hub_height_m)
    speed = weather.wind_speed_m_per_s * factor
    notes: list[str] = []
    if factor != 1.0:
        if site.roughness_length_m is not None:
            law = f"logarithmic law, roughness length {site.roughness_length_m:g} m"
        else:
            law = f"power law, exponent {1 / 7 if site.shear_exponent is None else site.shear_exponent:.3g}"
        notes.append(
            both(
                f"wind carried from {weather.wind_height_m:g} m to {hub_height_m:g} m ({law}): times {factor:.3f}",
                f"风速由 {weather.wind_height_m:g} m 推算至 {hub_height_m:g} m（风切变）：乘以 {factor:.3f}",
            )
        )
    if site.mean_speed_m_per_s is not None:
        speed, note = _scaled(weather, speed, site.mean_speed_m_per_s)
        notes += note
    return replace(
        weather, wind_speed_m_per_s=speed, wind_height_m=hub_height_m, notes=weather.notes + tuple(notes)
    )


def _scaled(weather: Weather, speed: Floats, mean: float) -> tuple[Floats, list[str]]:
    found = float(speed.mean())
    where = weather.source or weather.label
    if weather.hours < _WHOLE_YEAR_HOURS:
        raise InputError(
            [
                Fault(
                    where,
                    None,
                    "wind_site.mean_speed_m_per_s",
                    f"{weather.hours:g} h of weather",
                    "a whole year",
                    "scale to the long-term mean before cutting out a period",
                )
            ]
        )
    if found <= 0:
        raise InputError([Fault(where, None, "wind_speed", "calm all year", "some wind to scale")])
    if abs(mean / found - 1) < 1e-9:
        return speed, []
    note = both(
        f"wind at hub height scaled from a mean of {found:.2f} m/s to the stated long-term mean of "
        f"{mean:.2f} m/s (times {mean / found:.2f})",
        f"轮毂高度风速由均值 {found:.2f} m/s 缩放至给定多年均值 {mean:.2f} m/s（乘以 {mean / found:.2f}）",
    )
    return speed * (mean / found), [note]


def air_density(weather: Weather, height_m: float) -> Floats:
    """Density of dry air at a height above ground, kg/m3, shape (steps,).

    rho = p / (R T), with T falling by 6.5 K/km from the 2 m of the weather station and p by the
    barometric formula p0 exp(-g dz / (R T_mean)) from the ground. IEC 61400-12-1:2017 section 9.1.5
    adds humidity, worth less than 1 %, which is left out.
    """
    rise = height_m - _TEMPERATURE_HEIGHT_M
    ground = weather.temp_air_c + 273.15
    hub = ground - LAPSE_K_PER_M * rise
    mean = (ground + hub) / 2
    pressure = weather.pressure_pa * np.exp(-GRAVITY_M_PER_S2 * height_m / (DRY_AIR_J_PER_KG_K * mean))
    return np.asarray(pressure / (DRY_AIR_J_PER_KG_K * hub), dtype=np.float64)


def power_fraction(
    turbine: WindTurbine, speed_m_per_s: Floats, density_kg_per_m3: Floats | float = 1.225
) -> Floats:
    """Output per rated power at hub wind speed and air density, 0 to 1, same shape as the speed.

    The speed is corrected for density as IEC 61400-12-1 does for turbines with active power control,
    v_n = v (rho/rho_0)^(1/3); cut-out goes by the true speed.
    """
    normal = speed_m_per_s * (density_kg_per_m3 / turbine.reference_density_kg_per_m3) ** (1 / 3)
    normal = np.minimum(normal, turbine.speeds_m_per_s[-1])
    power = np.interp(normal, turbine.speeds_m_per_s, turbine.power_fraction, left=0.0)
    return np.clip(np.where(speed_m_per_s >= turbine.cut_out_m_per_s, 0.0, power), 0.0, 1.0)


def wind_capacity_factor(weather: Weather, turbine: WindTurbine, site: WindSite | None = None) -> Floats:
    """Output per rated power of a wind plant after losses, 0 to 1, shape (steps,).

    ``at_hub`` gives the same wind with its notes; its result may be passed in here again, as the
    wind of a weather that is at hub height already is not carried or scaled a second time.
    """
    site = site or WindSite()
    hub = at_hub(weather, turbine.hub_height_m, site)
    density = air_density(hub, turbine.hub_height_m)
    return power_fraction(turbine, hub.wind_speed_m_per_s, density) * (1 - site.loss)
