"""The columns of loads.csv: for each its shape, its level and the facts that the level comes from."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zeropark.examples.baotou import shapes

SEED = 2025
HOURS_PER_YEAR = 8760
GJ_PER_MWH = 3.6

Hours = NDArray[np.float64]
Facts = Mapping[str, float]
Plain = Callable[[np.random.Generator], Hours]


@dataclass(frozen=True)
class Weather:
    """What several plants share."""

    outdoor_degc: Hours


Shape = Callable[[np.random.Generator, Weather, Facts], Hours]


@dataclass(frozen=True)
class Column:
    """One column of loads.csv: its shape, the mean it is scaled to, and where that mean comes from."""

    name: str
    unit: str
    decimals: int
    shape: Shape
    level: Callable[[Facts], float] | None
    """Mean over the year; None: the shape has its final size."""
    facts: tuple[str, ...]
    about: str

    @property
    def header(self) -> str:
        """As in the file: ``separation [MW]``."""
        return f"{self.name} [{self.unit}]"


def generator(name: str, seed: int = SEED) -> np.random.Generator:
    """The random numbers of one column: they depend on the seed and its name only."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def _per_year(output: str, intensity: str) -> Callable[[Facts], float]:
    """Mean MW (or t/h, GJ/h per t) of a yearly output in t and an intensity per kg or per t."""
    return lambda facts: facts[output] * facts[intensity] / HOURS_PER_YEAR


def _fixed_air_separation_mw(facts: Facts) -> float:
    whole_mw = facts["air-oxygen"] * facts["air-separation-electricity"] / 1e3
    return whole_mw * (1 - facts["air-flexible-share"])


def _waste_heat_gj_per_h(facts: Facts) -> float:
    polysilicon_mw = facts["polysilicon-output"] * facts["polysilicon-electricity"] / HOURS_PER_YEAR
    return polysilicon_mw * facts["polysilicon-waste-heat"] * GJ_PER_MWH


def _roasting_gas_nm3_per_h(facts: Facts) -> float:
    gj_per_h = facts["separation-output"] * facts["separation-gas"] / HOURS_PER_YEAR
    return gj_per_h / facts["gas-calorific"] * 1e3


def _steel_auxiliaries_mw(facts: Facts) -> float:
    return facts["steel-output"] * facts["steel-auxiliary-electricity"] / 1e3 / HOURS_PER_YEAR


def _magnets_rate(facts: Facts) -> float:
    return facts["magnets-output"] / HOURS_PER_YEAR / facts["magnets-capacity"]


def _datahall_mw(facts: Facts) -> float:
    return facts["datahall-it"] * facts["datahall-pue"]


def _mean(choice: str) -> Callable[[Facts], float]:
    return lambda facts: facts[choice]


def _steel_auxiliaries(rng: np.random.Generator, weather: Weather, facts: Facts) -> Hours:
    shop = np.where(shapes.spring_festival(), 0.5, 1.0) * (1 + shapes.persistent_noise(rng, 0.05, 4))
    clock = shapes.hour_of_day()
    weekly_repair = (shapes.HOURS.day_of_week.to_numpy() == 2) & (clock >= 8) & (clock < 16)
    return np.asarray(shop * np.where(weekly_repair, 0.45, 1.0))


def _polysilicon(rng: np.random.Generator) -> Hours:
    reactors = 1 + shapes.persistent_noise(rng, 0.008, 8)
    return reactors * shapes.turnaround("2025-07-21", "2025-08-03", 0.12, 48) * shapes.trips(rng, 3, 0.45, 14)


def _recycling(rng: np.random.Generator) -> Hours:
    kilns = shapes.batch_furnaces(rng, 8, [1.0] * 14 + [0.3] * 10, 2.0)
    return 0.6 * kilns + 0.4 * shapes.two_shifts(rng)


def _monocrystal(rng: np.random.Generator) -> Hours:
    pullers = np.where(shapes.spring_festival(), 0.93, 1.0)
    return np.asarray(pullers * (1 + shapes.persistent_noise(rng, 0.015, 30)))


def _lace_metal(rng: np.random.Generator) -> Hours:
    return shapes.pot_line(rng, 90, ("2025-06-11", "2025-06-11")) * shapes.cell_voltage(rng)


def _air_separation(rng: np.random.Generator) -> Hours:
    compressors = 1 + shapes.persistent_noise(rng, 0.015, 10)
    return compressors * shapes.turnaround("2025-09-08", "2025-09-12", 0.4, 12)


def _station(rng: np.random.Generator, weather: Weather, facts: Facts) -> Hours:
    return 0.4 + shapes.heating(weather.outdoor_degc, facts["heating-design-temperature"])


def _heat(area: str, night_setback: float) -> Shape:
    """Space heat of a heated area, GJ/h, in its final size."""

    def shape(rng: np.random.Generator, weather: Weather, facts: Facts) -> Hours:
        design_gj_per_h = facts[area] * facts["heat-load-density"] / 1e6 * GJ_PER_MWH
        design_degc = facts["heating-design-temperature"]
        return design_gj_per_h * shapes.heating(weather.outdoor_degc, design_degc, night_setback)

    return shape


def _magnets_heat(rng: np.random.Generator, weather: Weather, facts: Facts) -> Hours:
    plating = shapes.two_shifts(rng)
    space = _heat("magnets-area", 0.15)(rng, weather, facts)
    return np.asarray(space + facts["magnets-process-heat"] * plating / plating.mean())


def _separation(rng: np.random.Generator) -> Hours:
    extraction = 1 + shapes.persistent_noise(rng, 0.012, 12)
    crew = np.where(shapes.spring_festival(), 0.96, 1.0)
    return np.asarray(extraction * crew * shapes.turnaround("2025-09-08", "2025-09-14", 0.35, 12))


def _shared(name: str, shape: Plain) -> Shape:
    """A shape that several columns share: its random numbers depend on ``name``, not on the column."""
    return lambda rng, weather, facts: shape(generator(name))


def _own(shape: Plain) -> Shape:
    return lambda rng, weather, facts: shape(rng)


def _with_weather(
    shape: Callable[[np.random.Generator, Hours], Hours],
) -> Shape:
    return lambda rng, weather, facts: shape(rng, weather.outdoor_degc)


COLUMNS: tuple[Column, ...] = (
    Column(
        "separation",
        "MW",
        2,
        _shared("separation", _separation),
        _per_year("separation-output", "separation-electricity"),
        ("separation-output", "separation-electricity"),
        "continuous extraction, one week of repair in September",
    ),
    Column(
        "lace-metal",
        "MW",
        2,
        _own(_lace_metal),
        _per_year("lace-output", "lace-electrolysis"),
        ("lace-output", "lace-electrolysis"),
        "90 cells; relining of each about every 300 days; rectifier service on 11 June",
    ),
    Column(
        "magnets",
        "MW",
        2,
        _shared("magnets", shapes.magnet_plant),
        _per_year("magnets-output", "magnet-making"),
        ("magnets-output", "magnet-making"),
        "70 vacuum furnaces in batches of 30 h, machining in shifts, Spring Festival stop",
    ),
    Column(
        "recycling",
        "MW",
        2,
        _own(_recycling),
        _per_year("recycling-input", "recycling-electricity"),
        ("recycling-input", "recycling-electricity"),
        "electric roasting in batches, leaching in two shifts",
    ),
    Column(
        "polysilicon",
        "MW",
        2,
        _shared("polysilicon", _polysilicon),
        _per_year("polysilicon-output", "polysilicon-electricity"),
        ("polysilicon-output", "polysilicon-electricity"),
        "flat CVD load, turnaround 21 July to 3 August, three trips",
    ),
    Column(
        "monocrystal",
        "MW",
        2,
        _own(_monocrystal),
        _per_year("monocrystal-output", "monocrystal-electricity"),
        ("monocrystal-output", "monocrystal-electricity"),
        "many pullers out of step: nearly flat",
    ),
    Column(
        "graphite",
        "MW",
        2,
        _own(shapes.graphite_furnaces),
        _per_year("graphite-output", "graphitisation-electricity"),
        ("graphite-output", "graphitisation-electricity"),
        "two furnace strings, campaigns of 50 h",
    ),
    Column(
        "air-gases",
        "MW",
        2,
        _own(_air_separation),
        _fixed_air_separation_mw,
        ("air-oxygen", "air-separation-electricity", "air-flexible-share"),
        "the part of the load that cannot be shifted; the rest is a constant",
    ),
    Column(
        "steel-auxiliaries",
        "MW",
        2,
        _steel_auxiliaries,
        _steel_auxiliaries_mw,
        ("steel-output", "steel-auxiliary-electricity"),
        "casting and dust removal; the furnaces are converters, not here",
    ),
    Column(
        "motors",
        "MW",
        2,
        _own(shapes.day_shift),
        _mean("motors-mean"),
        ("motors-mean", "holidays-2025"),
        "day shift, weekends and public holidays",
    ),
    Column(
        "windworks",
        "MW",
        2,
        _own(shapes.two_shifts),
        _mean("windworks-mean"),
        ("windworks-mean", "holidays-2025"),
        "two shifts, Monday to Saturday",
    ),
    Column(
        "datahall",
        "MW",
        2,
        _with_weather(shapes.data_hall),
        _datahall_mw,
        ("datahall-it", "datahall-pue"),
        "flat computing, cooling by temperature",
    ),
    Column(
        "water",
        "MW",
        2,
        _own(shapes.water_plant),
        _mean("water-mean"),
        ("water-mean",),
        "two daily peaks, summer high",
    ),
    Column(
        "logistics",
        "MW",
        2,
        _with_weather(shapes.logistics),
        _mean("logistics-mean"),
        ("logistics-mean", "holidays-2025"),
        "cold store, cranes, truck charging at noon and night",
    ),
    Column(
        "offices",
        "MW",
        2,
        _with_weather(shapes.offices),
        _mean("offices-mean"),
        ("offices-mean", "holidays-2025"),
        "working hours, summer cooling",
    ),
    Column(
        "station",
        "MW",
        2,
        _station,
        _mean("station-mean"),
        ("station-mean", "heating-design-temperature"),
        "pumps follow the heat load",
    ),
    Column(
        "separation-steam",
        "GJ/h",
        1,
        _shared("separation", _separation),
        _per_year("separation-output", "separation-steam"),
        ("separation-output", "separation-steam"),
        "in step with the separation load",
    ),
    Column(
        "windworks-steam",
        "GJ/h",
        1,
        _own(shapes.two_shifts),
        _mean("windworks-steam"),
        ("windworks-steam",),
        "curing",
    ),
    Column(
        "motors-steam",
        "GJ/h",
        1,
        _own(shapes.day_shift),
        _mean("motors-steam"),
        ("motors-steam",),
        "varnish ovens",
    ),
    Column(
        "magnets-heat",
        "GJ/h",
        1,
        _magnets_heat,
        None,
        ("magnets-area", "heat-load-density", "heating-design-temperature", "magnets-process-heat"),
        "hot water: plating baths all year, space heat in season",
    ),
    Column(
        "motors-heat",
        "GJ/h",
        1,
        _heat("motors-area", 0.35),
        None,
        ("motors-area", "heat-load-density", "heating-design-temperature"),
        "space heat, set back at night",
    ),
    Column(
        "windworks-heat",
        "GJ/h",
        1,
        _heat("windworks-area", 0.25),
        None,
        ("windworks-area", "heat-load-density", "heating-design-temperature"),
        "space heat",
    ),
    Column(
        "offices-heat",
        "GJ/h",
        1,
        _heat("offices-area", 0.35),
        None,
        ("offices-area", "heat-load-density", "heating-design-temperature"),
        "space heat, with logistics",
    ),
    Column(
        "separation-gas",
        "Nm3/h",
        0,
        _shared("separation", _separation),
        _roasting_gas_nm3_per_h,
        ("separation-output", "separation-gas", "gas-calorific"),
        "roasting kilns",
    ),
    Column(
        "magnets-rate",
        "1",
        5,
        _shared("magnets", shapes.magnet_plant),
        _magnets_rate,
        ("magnets-output", "magnets-capacity"),
        "share of the magnet plant's capacity that runs, in step with its power",
    ),
    Column(
        "waste-heat",
        "GJ/h",
        1,
        _shared("polysilicon", _polysilicon),
        _waste_heat_gj_per_h,
        ("polysilicon-output", "polysilicon-electricity", "polysilicon-waste-heat"),
        "upper bound of the heat that can be recovered from polysilicon cooling",
    ),
    Column(
        "ndpr-cells",
        "1",
        3,
        _own(lambda rng: shapes.pot_line(rng, 70, ("2025-06-25", "2025-06-25"))),
        None,
        ("ndpr-lines-capacity",),
        "share of the NdPr cells that is available",
    ),
    Column(
        "spot-price",
        "CNY/MWh",
        0,
        _own(shapes.real_time_price),
        _mean("spot-mean"),
        ("spot-mean",),
        "synthetic real-time price: noon dip, evening peak, cheap windy spells",
    ),
    Column(
        "outdoor",
        "degC",
        1,
        lambda rng, weather, facts: weather.outdoor_degc,
        None,
        ("baotou-temperature-mean", "baotou-temperature-january", "baotou-temperature-july"),
        "synthetic temperature behind heat, cooling and the data hall; use it for heat-pump COP too",
    ),
)
