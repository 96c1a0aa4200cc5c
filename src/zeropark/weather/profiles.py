"""From the park's weather entries to the availability of its solar and wind plants."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from zeropark.clock import Clock
from zeropark.errors import Fault, InputError, nearest
from zeropark.forms import Array
from zeropark.park.assets import PvProfile, Source, WindProfile
from zeropark.park.model import Assumption, Park
from zeropark.park.spec import Weather as WeatherEntry
from zeropark.texts import both, headed
from zeropark.weather.align import align
from zeropark.weather.formats import CsvSource
from zeropark.weather.model import Weather
from zeropark.weather.read import Format, read_weather
from zeropark.weather.solar import PvSystem, pv_capacity_factor
from zeropark.weather.synthetic import (
    BAOTOU,
    BAOTOU_CALIBRATION,
    Calibration,
    Figure,
    Site,
    synthetic_weather_year,
)
from zeropark.weather.turbines import TURBINES
from zeropark.weather.wind import WindSite, at_hub, wind_capacity_factor

CALIBRATIONS: dict[str, Calibration] = {"baotou": BAOTOU_CALIBRATION}
"""Packaged yearly figures that a synthetic year can be calibrated to."""

_CALIBRATED = both("synthetic year is calibrated to it", "合成年据此校准")
_FORMATS: dict[str, Format] = {
    "epw": "epw",
    "pvgis-csv": "pvgis-csv",
    "pvgis-json": "pvgis-json",
    "csv": "csv",
}


def profiles_of(park: Park) -> tuple[dict[str, Array], tuple[str, ...], tuple[Assumption, ...]]:
    """Availability of every source with ``pv`` or ``wind``, notes on the weather behind it, and the
    published figures that a synthetic year is calibrated to.

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
    profiles: dict[str, Array] = {}
    notes: list[str] = []
    for name, asset in sources.items():
        profile = asset.pv or asset.wind
        assert profile is not None
        profiles[name], steps_taken = _profile(weathers[profile.weather], profile, park.clock)
        notes += [
            headed(both(f"weather '{profile.weather}'", f"气象“{profile.weather}”"), note)
            for note in steps_taken
        ]
    return profiles, tuple(dict.fromkeys(notes)), figures_behind(park, wanted)


def figures_behind(park: Park, weathers: set[str]) -> tuple[Assumption, ...]:
    """The figures of the synthetic years in use."""
    found = []
    for name in sorted(weathers):
        synthetic = park.spec.weather[name].synthetic
        for figure in CALIBRATIONS[synthetic.calibration].figures if synthetic else ():
            found.append(
                Assumption(
                    f"weather.{name}: {figure.name}",
                    _figure_words(figure),
                    figure.source,
                    figure.mark.strip("[]"),
                    "",
                    "" if "not calibrated" in figure.name else _CALIBRATED,
                )
            )
    return tuple(found)


def _figure_words(figure: Figure) -> str:
    """Value and unit; the mean, where the figure stands for the twelve months."""
    text = f"{figure.value:g} {figure.unit}".removesuffix(" 1")
    if not figure.name.endswith("by month"):
        return text
    return both(f"12 monthly values, mean {text}", f"12 个月值，均值 {text}")


def turbine_faults(sources: dict[str, Source]) -> list[Fault]:
    """Turbines that are not packaged."""
    return [
        Fault(
            "park.yaml",
            None,
            f"assets.{name}.wind.turbine",
            f"'{asset.wind.turbine}'",
            "a packaged turbine",
            nearest(asset.wind.turbine, TURBINES) or ", ".join(TURBINES),
        )
        for name, asset in sources.items()
        if asset.wind is not None and asset.wind.turbine not in TURBINES
    ]


def _weather(park: Park, name: str, entry: WeatherEntry) -> Weather:
    """The whole weather, before it is brought onto the park's steps."""
    if entry.file is not None:
        return read_weather(
            park.folder / entry.file,
            _FORMATS[entry.format] if entry.format else None,
            csv=_csv_source(park, entry),
            fill="linear" if entry.fill == "linear" else None,
            irradiance_shift_hours="fit" if entry.irradiance_clock == "fit" else 0.0,
            typical_year=entry.typical_year,
            zone_offset_hours=_zone_offset_hours(park),
            shown_as=entry.file,
        )
    assert entry.synthetic is not None
    if entry.synthetic.calibration not in CALIBRATIONS:
        raise InputError(
            [
                Fault(
                    "park.yaml",
                    None,
                    f"weather.{name}.synthetic.calibration",
                    f"'{entry.synthetic.calibration}'",
                    "packaged yearly figures",
                    ", ".join(CALIBRATIONS),
                )
            ]
        )
    calibration = CALIBRATIONS[entry.synthetic.calibration]
    return synthetic_weather_year(_whole_years(park.clock), _site(park), entry.synthetic.seed, calibration)


def _whole_years(clock: Clock) -> Clock:
    """The local calendar years that the clock touches, so that a yearly mean means something."""
    first = pd.Timestamp(f"{clock.times_local[0].year}-01-01").tz_localize(clock.zone)
    end = pd.Timestamp(f"{clock.times_local[-1].year + 1}-01-01").tz_localize(clock.zone)
    return Clock(
        first.tz_convert("UTC").to_pydatetime(),
        clock.step,
        round((end - first) / pd.Timedelta(clock.step)),
        clock.zone,
    )


def _csv_source(park: Park, entry: WeatherEntry) -> CsvSource | None:
    site = park.spec.site
    if site is None:
        return None
    return CsvSource(
        site.latitude,
        site.longitude,
        site.altitude,
        _zone_offset_hours(park),
        entry.wind_height,
        hour_ending=entry.stamp == "ending",
        typical_year=entry.typical_year,
    )


def _site(park: Park) -> Site:
    site = park.spec.site
    if site is None:
        return BAOTOU
    return Site(
        park.spec.name,
        park.spec.name_zh or park.spec.name,
        site.latitude,
        site.longitude,
        site.altitude,
        _zone_offset_hours(park),
    )


def _zone_offset_hours(park: Park) -> float:
    """Local standard time less UTC: the smaller offset of the year where clocks change."""
    offsets = [
        park.clock.times_local[i].utcoffset() for i in (0, park.clock.steps // 2, park.clock.steps - 1)
    ]
    return min(offset.total_seconds() for offset in offsets if offset is not None) / 3600


def _profile(
    weather: Weather, profile: PvProfile | WindProfile, clock: Clock
) -> tuple[Array, tuple[str, ...]]:
    """Availability on the clock, and what was done to the weather on the way."""
    if isinstance(profile, PvProfile):
        aligned = align(weather, clock)
        system = PvSystem(
            tilt_deg=profile.tilt,
            azimuth_deg=profile.azimuth,
            tracking=profile.tracking,
            dc_ac_ratio=profile.dc_ac_ratio,
            system_loss=profile.losses,
        )
        return pv_capacity_factor(aligned, system), (aligned.label, *aligned.notes)
    turbine = TURBINES[profile.turbine]
    height = profile.hub_height or turbine.hub_height_m
    site = WindSite(
        shear_exponent=profile.shear_exponent, loss=profile.losses, mean_speed_m_per_s=profile.mean_speed
    )
    # Scaled to the long-term mean before the period is cut out: a calm week stays a calm week.
    aligned = align(at_hub(weather, height, site), clock)
    output = wind_capacity_factor(
        aligned, replace(turbine, hub_height_m=height), WindSite(loss=profile.losses)
    )
    return output, (aligned.label, *aligned.notes)
