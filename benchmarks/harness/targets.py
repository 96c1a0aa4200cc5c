"""The targets as data: what is measured, beside what, and how much it may be."""

from __future__ import annotations

from dataclasses import dataclass

from harness.cells import Results
from harness.table import good, number
from parks.case import Case

YEAR = Case(steps=8760)
QUARTERS = Case(steps=35040, minutes=15)
YEARS = Case(steps=8760, years=20)
BUILDING = Case(steps=8760, solve=False)
SCHEDULE = Case(steps=192, minutes=15, given=True, limits=False)


def _nodes(nodes: int, steps: int) -> Case:
    return Case(park="network", steps=steps, nodes=nodes, limits=False)


@dataclass(frozen=True)
class Measure:
    """One part (``build``, ``solve``, ``whole`` in s, or ``bytes``) of a cell."""

    case: Case
    peer: str
    part: str

    def value(self, results: Results) -> tuple[float, bool] | None:
        """The value, and whether it is only known to be at least so; None where it is not measured."""
        cell = results.cell(self.case, self.peer)
        if cell is not None and good(cell):
            return float(cell[self.part]), False
        if cell is not None and cell["outcome"] == "stopped" and self.part != "bytes":
            return float(cell["limit"]), True
        return None


@dataclass(frozen=True)
class Target:
    """``what`` (over ``beside``, where given) is at most ``most``."""

    text: str
    what: Measure
    most: float
    beside: Measure | None = None

    def reading(self, results: Results) -> tuple[str, str]:
        """The measured value, and whether the target is reached, in words."""
        ours, other = self.what.value(results), self.beside.value(results) if self.beside else (1.0, False)
        if ours is None or other is None:
            return "—", "not measured"
        value = ours[0] / other[0]
        if ours[1]:
            return (f">{number(value)}", "**no**") if not other[1] else ("—", "both stopped")
        reached = "yes" if value <= self.most else ("not known" if other[1] else "**no**")
        return ("<" if other[1] else "") + number(value), reached


TARGETS = (
    Target("Park of 8,760 h, building and solving, beside PyPSA with HiPO", Measure(YEAR, "zeropark", "whole"), 0.03,
           Measure(YEAR, "pypsa-hipo", "whole")),
    Target("Park of 8,760 h, solving, beside Clarabel", Measure(YEAR, "zeropark", "solve"), 0.08,
           Measure(YEAR, "clarabel", "solve")),
    Target("Park of 8,760 h, memory, beside PyPSA with HiPO", Measure(YEAR, "zeropark", "bytes"), 1 / 3,
           Measure(YEAR, "pypsa-hipo", "bytes")),
    Target("35,040 quarter-hours beside 8,760 h", Measure(QUARTERS, "zeropark", "whole"), 5.0,
           Measure(YEAR, "zeropark", "whole")),
    Target("20 weather years beside one", Measure(YEARS, "zeropark", "whole"), 25.0, Measure(YEAR, "zeropark", "whole")),
    Target("10 nodes of 8,760 h beside one node", Measure(_nodes(10, 8760), "zeropark", "whole"), 15.0,
           Measure(_nodes(1, 8760), "zeropark", "whole")),
    Target("30 nodes of 2,190 h, solving, beside HiPO on the same matrix", Measure(_nodes(30, 2190), "zeropark", "solve"),
           0.1, Measure(_nodes(30, 2190), "highs-hipo", "solve")),
    Target("Building 8,760 h, s", Measure(BUILDING, "zeropark", "build"), 0.3),
    Target("Solving 192 steps, s", Measure(SCHEDULE, "zeropark", "solve"), 0.03),
)  # fmt: skip


def table(results: Results) -> str:
    """All targets with what was measured."""
    lines = ["| target | at most | measured | reached |", "|---|---|---|---|"]
    for target in TARGETS:
        value, reached = target.reading(results)
        lines.append(f"| {target.text} | {number(target.most)} | {value} | {reached} |")
    return "\n".join(lines) + "\n"


def reached(results: Results) -> tuple[int, int]:
    """How many targets are reached, and how many there are."""
    return sum(target.reading(results)[1] == "yes" for target in TARGETS), len(TARGETS)
