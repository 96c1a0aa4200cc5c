"""The weather room: weather files, made-up weather years, and what solar and wind plants make of them."""

from zeropark.weather.align import align
from zeropark.weather.formats import CsvSource
from zeropark.weather.model import Weather
from zeropark.weather.read import FORMATS, Format, read_weather
from zeropark.weather.solar import (
    Closure,
    PvSystem,
    closure,
    components,
    pv_capacity_factor,
    without_unclosed,
)
from zeropark.weather.synthetic import (
    BAOTOU,
    BAOTOU_CALIBRATION,
    Calibration,
    Figure,
    Site,
    synthetic_weather_year,
)
from zeropark.weather.turbines import IEA_3_4_MW, LOW_WIND_5_5_MW, OLDER_1_5_MW, TURBINES
from zeropark.weather.wind import (
    WindSite,
    WindTurbine,
    air_density,
    at_hub,
    power_fraction,
    wind_capacity_factor,
)

__all__ = [
    "BAOTOU",
    "BAOTOU_CALIBRATION",
    "FORMATS",
    "IEA_3_4_MW",
    "LOW_WIND_5_5_MW",
    "OLDER_1_5_MW",
    "TURBINES",
    "Calibration",
    "Closure",
    "CsvSource",
    "Figure",
    "Format",
    "PvSystem",
    "Site",
    "Weather",
    "WindSite",
    "WindTurbine",
    "air_density",
    "align",
    "at_hub",
    "closure",
    "components",
    "power_fraction",
    "pv_capacity_factor",
    "read_weather",
    "synthetic_weather_year",
    "wind_capacity_factor",
    "without_unclosed",
]
