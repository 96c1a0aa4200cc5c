"""Default values for China with their mark-ups, benchmarks, and the figures that cost is reckoned with"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from zeropark.cbam.countries import country_code
from zeropark.cbam.goods import digits
from zeropark.errors import Fault, InputError

BENCHMARKS_SOURCE = "IR (EU) 2025/2620; workbook version 1 of 2026-02-06"


FIRST_YEAR, LAST_YEAR = 2026, 2028
"""Years that Annex I of IR (EU) 2025/2621 has a mark-up of its own for; the last holds for all later ones."""


@dataclass(frozen=True)
class DefaultValue:
    """A default value, t CO2e per functional unit as the law prints it. indirect: None for goods of Annex II.

    row_code: the row that serves, of 4, 6 or 8 digits. routes: letters of the benchmark that goes with it.
    charged: total with mark-up as printed in Annex I, for 2026, 2027, and 2028 and after.
    """

    row_code: str
    description: str
    direct: float
    indirect: float | None
    total: float
    markups: tuple[float, float, float]
    charged: tuple[float, float, float]
    routes: str

    def markup_percent(self, year: int) -> float:
        """The mark-up for goods imported in a year: 2026, 2027, 2028 and after."""
        return self.markups[markup_year(year) - FIRST_YEAR]

    def with_markup(self, year: int) -> float:
        """Total with mark-up: what is charged where no actual value is verified."""
        return self.charged[markup_year(year) - FIRST_YEAR]


@dataclass(frozen=True)
class Benchmark:
    """A benchmark line, t CO2e per functional unit. a: of the process alone; b: with precursors. route: letter or empty."""

    cn_code: str
    route: str
    first_year: int
    last_year: int
    a: float
    b: float


@dataclass(frozen=True)
class Figure:
    """A figure of the packaged table, with where it is from. mark: O, 2 or R."""

    what: str
    period: str
    value: float
    unit: str
    mark: str
    source: str
    date: str


def markup_year(year: int) -> int:
    """The year whose mark-up holds: 2026 for all before, 2028 for all after."""
    return min(max(year, FIRST_YEAR), LAST_YEAR)


def shipped_for(country: str | None) -> bool:
    """Whether the default values that are shipped, those of China, hold there; a country that is not told is taken so."""
    return country_code(country) in ("", "CN")


def defaults_of(cn_code: str) -> tuple[DefaultValue, ...]:
    """The default values of the longest row that heads the code: none, one, or several to choose from by route."""
    code, table = digits(cn_code), _defaults()
    for length in (8, 6, 4):
        if len(code) >= length and (rows := table.get(code[:length])):
            return rows
    return ()


def default_of(cn_code: str, route: str | None = None) -> DefaultValue | None:
    """The default value of a code; where several rows have it (cement), the one of the route, else the highest."""
    rows = defaults_of(cn_code)
    fitting = [row for row in rows if route and route in row.routes]
    return max(fitting or rows, key=lambda row: row.total, default=None)


def benchmarks_of(cn_code: str, year: int) -> tuple[Benchmark, ...]:
    """The benchmark lines of a code for goods made in a year, one for each route."""
    return tuple(
        row for row in _benchmarks().get(digits(cn_code)[:8], ()) if row.first_year <= year <= row.last_year
    )


def benchmark_of(cn_code: str, year: int, routes: str = "") -> Benchmark | None:
    """The benchmark of a code and route; with several letters, or none given, the lowest that fits (dearest)."""
    rows = benchmarks_of(cn_code, year)
    fitting = [row for row in rows if row.route and row.route in routes]
    return min(fitting or rows, key=lambda row: row.b, default=None)


def route_letters(cn_code: str, year: int) -> tuple[str, ...]:
    """Letters of a code: of its benchmarks, and of its default values (cement is told white or grey by them)."""
    told = {row.route for row in benchmarks_of(cn_code, year)}
    told |= {letter for row in defaults_of(cn_code) for letter in row.routes if letter.isalpha()}
    return tuple(sorted(told - {""}))


def figure(what: str, period: str) -> Figure:
    """A figure by name and period. Raises InputError where there is none."""
    for row in _figures():
        if row.what == what and row.period == period:
            return row
    known = ", ".join(row.period for row in _figures() if row.what == what)
    raise InputError([Fault("prices.csv", None, what, f"'{period}'", f"one of {known}")])


def figures() -> tuple[Figure, ...]:
    """Every figure of the packaged table."""
    return _figures()


@cache
def _defaults() -> dict[str, tuple[DefaultValue, ...]]:
    found: dict[str, tuple[DefaultValue, ...]] = {}
    for row in _table("default_values_cn.csv"):
        value = DefaultValue(
            row_code=row["cn_code"],
            description=row["description"],
            direct=float(row["direct"]),
            indirect=float(row["indirect"]) if row["indirect"] else None,
            total=float(row["total"]),
            markups=(float(row["markup_2026"]), float(row["markup_2027"]), float(row["markup_2028"])),
            charged=(float(row["charged_2026"]), float(row["charged_2027"]), float(row["charged_2028"])),
            routes=row["route"],
        )
        found[value.row_code] = (*found.get(value.row_code, ()), value)
    return found


@cache
def _benchmarks() -> dict[str, tuple[Benchmark, ...]]:
    found: dict[str, tuple[Benchmark, ...]] = {}
    for row in _table("benchmarks.csv"):
        years = re.fullmatch(r"(\d{4})-(\d{4})", row["years"])
        first, last = (int(years[1]), int(years[2])) if years else (2026, 2030)
        line = Benchmark(row["cn_code"], row["route"], first, last, float(row["a"]), float(row["b"]))
        found[line.cn_code] = (*found.get(line.cn_code, ()), line)
    return found


@cache
def _figures() -> tuple[Figure, ...]:
    return tuple(
        Figure(
            row["what"],
            row["period"],
            float(row["value"]),
            row["unit"],
            row["mark"],
            row["source"],
            row["date"],
        )
        for row in _table("prices.csv")
    )


def _table(name: str) -> Iterator[dict[str, str]]:
    text = files("zeropark").joinpath("data", "cbam", name).read_text(encoding="utf-8")
    yield from csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
