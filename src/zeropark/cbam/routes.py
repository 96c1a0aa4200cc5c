"""Letters of the benchmarks' production routes: asked for, or told with a good, they must be among those of its code"""

from __future__ import annotations

from collections.abc import Iterable

from zeropark.cbam.cost import LAST_BENCHMARKS, CostOptions
from zeropark.cbam.defaults import route_letters
from zeropark.cbam.result import CbamResult
from zeropark.errors import Fault

MEANING = {
    "A": "grey clinker or cement",
    "B": "white clinker or cement",
    "C": "carbon steel, blast furnace",
    "D": "carbon steel, direct reduction",
    "E": "carbon steel, scrap",
    "F": "low-alloy steel, blast furnace",
    "G": "low-alloy steel, direct reduction",
    "H": "low-alloy steel, scrap",
    "J": "high-alloy steel",
    "K": "primary aluminium",
    "L": "secondary aluminium",
}
"""Annex I of IR (EU) 2025/2621 [O]."""
CLAUSE = "IR (EU) 2025/2620, Annex: the benchmark goes with the route"


def route_faults(result: CbamResult, options: CostOptions) -> list[Fault]:
    """A letter of ``--route`` that no good has, and a letter told with a good that its code does not have."""
    year = max(min(options.year, LAST_BENCHMARKS), 2026)
    letters = {good.cn_code: route_letters(good.cn_code, year) for good in result.products if good.cn_code}
    faults = []
    if (asked := options.route) and not any(asked in known for known in letters.values()):
        found = f"'{asked}'" if asked in MEANING else f"unknown route '{asked}'"
        faults.append(Fault("--route", None, "route", found, _choices(letters), CLAUSE))
    for good in result.source.products:
        told = good.parameters.get("benchmark_route")
        known = letters.get(good.cn_code, ())
        if told is None or str(told).upper().strip(" ()") in known:
            continue
        place = f"products.{good.row}.benchmark_route"
        where = result.source.cells.get(place, place)
        expected = _choices({good.cn_code: known})
        faults.append(Fault(result.source.file, None, where, f"route '{told}'", expected, CLAUSE))
    return faults


def _choices(letters: dict[str, tuple[str, ...]]) -> str:
    """The letters to choose from, good by good."""
    if not letters:
        return f"no route: there are no goods; routes are {', '.join(MEANING)}"
    by_choice: dict[tuple[str, ...], list[str]] = {}
    for code, known in letters.items():
        by_choice.setdefault(known, []).append(code)
    return "; ".join(f"{_named(known)} for {', '.join(codes)}" for known, codes in by_choice.items())


def _named(letters: Iterable[str]) -> str:
    named = [f"{letter} ({MEANING[letter]})" for letter in letters]
    return "one of " + ", ".join(named) if named else "no route"
