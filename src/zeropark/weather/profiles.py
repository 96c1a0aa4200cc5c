"""From the park's weather entries to the availability of its solar and wind plants."""

from __future__ import annotations

from dataclasses import replace

from zeropark.errors import Fault, InputError, nearest
from zeropark.forms import Array
from zeropark.park.assets import PvProfile, Source, WindProfile
from zeropark.park.model import Park
from zeropark.park.spec import Weather as WeatherEntry
from zeropark.weather.align import align
from zeropark.weather.model import Weather
from zeropark.weather.read import Format, read_weather
from zeropark.weather.solar import PvSystem, pv_capacity_factor
from zeropark.weather.synthetic import BAOTOU, BAOTOU_CALIBRATION, Calibration, Site, synthetic_weather_year
from zeropark.weather.turbines import TURBINES
from zeropark.weather.wind import WindSite, wind_capacity_factor

CALIBRATIONS: dict[str, Calibration] = {"baotou": BAOTOU_CALIBRATION}
"""Packaged yearly figures that a synthetic year can be calibrated to."""

_FORMATS: dict[str, Format] = {"epw": "epw", "pvgis-csv": "pvgis-csv", "pvgis-json": "pvgis-json", "csv": "csv"}


def profiles_of(park: Park) -> tuple[dict[str, Array], tuple[str, ...]]:
    """Availability of every source with ``pv`` or ``wind``, and notes on the weather behind it.

    Returns asset → (steps,) share of capacity. Raises InputError with the faults of all weather files.
    """
    sources = {name: a for name, a in park.assets.items() if isinstance(a, Source) and (a.pv or a.wind)}
    wanted = {profile.weather for a in sources.values() if (profile := a.pv or a.wind)}
    weathers, faults = {}, turbine_faults(sources)
    for name in sorted(wanted):
        try:
            weathers[name] = _weather(park, name, park.spec.weather[name])
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)
    profiles = {name: _profile(weathers, asset) for name, asset in sources.items()}
    return profiles, tuple(f"weather '{name}': {note}" for name, w in weathers.items() for note in (w.label, *w.notes))


def turbine_faults(sources: dict[str, Source]) -> list[Fault]:
    """Turbines that are not packaged."""
    return [
        Fault("park.yaml", None, f"assets.{name}.wind.turbine", f"'{asset.wind.turbine}'", "a packaged turbine",
              nearest(asset.wind.turbine, TURBINES) or ", ".join(TURBINES))
        for name, asset in sources.items() if asset.wind is not None and asset.wind.turbine not in TURBINES
    ]


def _weather(park: Park, name: str, entry: WeatherEntry) -> Weather:
    if entry.file is not None:
        weather = read_weather(
            park.folder / entry.file, _FORMATS[entry.format] if entry.format else None,
            fill="linear" if entry.fill == "linear" else None,
            irradiance_shift_hours="fit" if entry.irradiance_clock == "fit" else 0.0,
            zone_offset_hours=_zone_offset_hours(park), shown_as=entry.file,
        )
        return align(weather, park.clock)
    assert entry.synthetic is not None
    if entry.synthetic.calibration not in CALIBRATIONS:
        raise InputError([Fault("park.yaml", None, f"weather.{name}.synthetic.calibration",
                                f"'{entry.synthetic.calibration}'", "packaged yearly figures", ", ".join(CALIBRATIONS))])
    return synthetic_weather_year(park.clock, _site(park), entry.synthetic.seed, CALIBRATIONS[entry.synthetic.calibration])


def _site(park: Park) -> Site:
    site = park.spec.site
    if site is None:
        return BAOTOU
    return Site(park.spec.name, park.spec.name_zh or park.spec.name, site.latitude, site.longitude, site.altitude,
                _zone_offset_hours(park))


def _zone_offset_hours(park: Park) -> float:
    """Local standard time less UTC: the smaller offset of the year where clocks change."""
    offsets = [park.clock.times_local[i].utcoffset() for i in (0, park.clock.steps // 2, park.clock.steps - 1)]
    return min(offset.total_seconds() for offset in offsets if offset is not None) / 3600


def _profile(weathers: dict[str, Weather], asset: Source) -> Array:
    if asset.pv is not None:
        return _pv(weathers[asset.pv.weather], asset.pv)
    assert asset.wind is not None
    return _wind(weathers[asset.wind.weather], asset.wind)


def _pv(weather: Weather, profile: PvProfile) -> Array:
    system = PvSystem(tilt_deg=profile.tilt, azimuth_deg=profile.azimuth, tracking=profile.tracking,
                      dc_ac_ratio=profile.dc_ac_ratio, system_loss=profile.losses)
    return pv_capacity_factor(weather, system)


def _wind(weather: Weather, profile: WindProfile) -> Array:
    turbine = TURBINES[profile.turbine]
    if profile.hub_height is not None:
        turbine = replace(turbine, hub_height_m=profile.hub_height)
    site = WindSite(shear_exponent=profile.shear_exponent, loss=profile.losses, mean_speed_m_per_s=profile.mean_speed)
    return wind_capacity_factor(weather, turbine, site)
