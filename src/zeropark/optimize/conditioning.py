"""How far apart the numbers of a problem lie, who is to blame, and what to write otherwise in the park file.

Solvers work in double precision and with absolute tolerances near 1e-9. They rescale rows and columns, so
that units a million times too large or too small do no harm; the limits below are a step inside of where
answers of HiGHS went wrong when the units or prices of random parks were stretched
(``docs/explanation/certificate.md`` shows the measurement).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from zeropark import units
from zeropark.forms import Array, Key
from zeropark.optimize.problem import IntArray, Problem
from zeropark.park.model import Park, home_of
from zeropark.texts import both

SMALLEST_AMOUNT, LARGEST_AMOUNT = 1e-5, 1e8
"""Flows at a node, units per hour, that solvers still see and still balance."""
SMALLEST_RATIO, LARGEST_RATIO = 1e-7, 1e7
"""Units of one carrier for one of another."""
DEAREST = 1e6
"""Times the median price at its node: beyond it a price hides the others."""
_LADDERS = (
    ("kWh", "MWh", "GWh", "TWh"),
    ("MJ", "GJ", "TJ", "PJ"),
    ("g", "kg", "t"),
    ("L", "m3"),
    ("Nm3", "kNm3"),
)
"""Units that a carrier can be given in, smallest first."""
_ROUND = 100.0
"""Flows of about this size are easiest to read."""


@dataclass(frozen=True)
class Range:
    """Smallest and largest absolute value of nonzero, finite numbers, and where they stand; 0 where none is."""

    least: float = 0.0
    most: float = 0.0
    least_at: str = ""
    most_at: str = ""

    @property
    def spread(self) -> float:
        """Largest over smallest; 1 where there is nothing."""
        return self.most / self.least if self.least > 0 else 1.0


@dataclass(frozen=True)
class Conditioning:
    """Ranges of matrix, cost, rows' and columns' bounds; of the matrix also by family and by asset.

    scaled: the matrix's range after the solver's scaling, where that is known.
    """

    matrix: Range
    cost: Range
    rows: Range
    columns: Range
    families: Mapping[str, Range]
    assets: Mapping[str, Range]
    scaled: Range | None = None


def conditioning(
    problem: Problem, row_scale: Array | None = None, column_scale: Array | None = None
) -> Conditioning:
    """The ranges of a problem. row_scale, column_scale: what the solver multiplies rows and columns by."""
    row, column, value = _entries(problem)
    names, parts = _labels(problem)
    family_of, part_of = _owner(problem.families, problem.row_lower.size), _owner_of_columns(problem)
    where = _Where(names, parts, family_of[row], part_of[column])
    assets = sorted({asset for asset, _ in problem.variables})
    asset_of = np.array([assets.index(asset) for asset, _ in problem.variables], dtype=np.int64)
    scaled = None
    if row_scale is not None and column_scale is not None:
        scaled = where.range(value * np.abs(row_scale[row] * column_scale[column]))
    row_bounds = np.concatenate((problem.row_lower, problem.row_upper))
    column_bounds = np.concatenate((problem.lower, problem.upper))
    return Conditioning(
        where.range(value),
        _range(problem.cost, part_of, parts),
        _range(row_bounds, np.tile(family_of, 2), names),
        _range(column_bounds, np.tile(part_of, 2), parts),
        {name: where.range(value, family_of[row] == i) for i, name in enumerate(names)},
        {name: where.range(value, asset_of[part_of[column]] == i) for i, name in enumerate(assets)},
        scaled,
    )


@dataclass(frozen=True)
class _Where:
    """Which family and which quantity each nonzero belongs to."""

    names: list[str]
    parts: list[str]
    family: IntArray
    part: IntArray

    def range(self, values: Array, chosen: Array | None = None) -> Range:
        at = np.arange(values.size) if chosen is None else np.flatnonzero(chosen)
        if at.size == 0:
            return Range()
        least, most = at[np.argmin(values[at])], at[np.argmax(values[at])]
        return Range(float(values[least]), float(values[most]), self._label(least), self._label(most))

    def _label(self, at: int) -> str:
        return f"{self.names[self.family[at]]} × {self.parts[self.part[at]]}"


def _entries(problem: Problem) -> tuple[IntArray, IntArray, Array]:
    """Row, column and absolute value of every nonzero."""
    coo = problem.matrix.tocoo()
    there = coo.data != 0
    return coo.coords[0][there], coo.coords[1][there], np.abs(coo.data[there])


def _labels(problem: Problem) -> tuple[list[str], list[str]]:
    return list(problem.families), [f"{asset}.{part}" for asset, part in problem.variables]


def _owner(families: Mapping[str, slice], rows: int) -> IntArray:
    """Number of the family of each row, (rows,)."""
    owner = np.zeros(rows, dtype=np.int64)
    for i, family in enumerate(families.values()):
        owner[family] = i
    return owner


def _owner_of_columns(problem: Problem) -> IntArray:
    """Number of the quantity of each column, (columns,)."""
    return np.repeat(np.arange(len(problem.variables)), [v.count for v in problem.variables.values()])


def _range(numbers: Array, owner: IntArray, labels: list[str]) -> Range:
    sizes = np.abs(numbers)
    at = np.flatnonzero(np.isfinite(sizes) & (sizes > 0))
    if at.size == 0:
        return Range()
    least, most = at[np.argmin(sizes[at])], at[np.argmax(sizes[at])]
    return Range(float(sizes[least]), float(sizes[most]), labels[owner[least]], labels[owner[most]])


# --- words for the user -----------------------------------------------------------------------------------


def scale_notes(park: Park, problem: Problem) -> tuple[str, ...]:
    """What of the park file lies so far apart that solvers lose digits, with what to write instead.

    In both languages; empty for ordinary parks.
    """
    return (*_of_nodes(park, problem), *_of_ratios(park, problem), *_of_prices(park, problem))


def _of_nodes(park: Park, problem: Problem) -> Iterator[str]:
    """Nodes whose flows are too large or too small a number, one note for each carrier."""
    told: set[str] = set()
    for node in park.spec.nodes:
        most, carrier, unit = _largest_flow(problem, node), park.carrier_at(node), park.unit_at(node)
        if most == 0 or SMALLEST_AMOUNT <= most <= LARGEST_AMOUNT or carrier in told:
            continue
        told.add(carrier)
        better = _better_unit(unit, most)
        instead = f"{unit} → {better}" if better != unit else ""
        yield both(
            f"flows at node '{node}' are of the order of {most:.0e} {unit}/h, too "
            f"{'large' if most > 1 else 'small'} a number for solvers to be exact: give carrier '{carrier}' in a "
            f"{'larger' if most > 1 else 'smaller'} unit" + (f" ({instead})" if instead else ""),
            f"节点“{node}”的流量约为 {most:.0e} {unit}/h，数值过{'大' if most > 1 else '小'}，求解器精度会下降："
            f"请为介质“{carrier}”改用更{'大' if most > 1 else '小'}的单位"
            + (f"（{instead}）" if instead else ""),
        )


def _largest_flow(problem: Problem, node: str) -> float:
    """Largest fixed flow at the node; where none is fixed, the largest that a finite limit allows."""
    rows = problem.families.get(f"balance:{node}")
    if rows is None:
        return 0.0
    known = float(np.max(np.abs(problem.row_lower[rows]), initial=0.0))
    if known > 0:
        return known
    block = abs(problem.matrix.tocsr()[rows])
    limited = block @ np.where(np.isfinite(problem.upper), np.abs(problem.upper), 0.0)
    return float(np.max(limited, initial=0.0))


def _better_unit(unit: str, amount: float) -> str:
    """The unit of the same kind in which the amount is nearest to a round size."""
    ladder = next((steps for steps in _LADDERS if unit in steps), (unit,))
    sizes = {step: amount * units.factor(unit, step) for step in ladder}
    return min(sizes, key=lambda step: abs(np.log10(sizes[step] / _ROUND)))


def _of_ratios(park: Park, problem: Problem) -> Iterator[str]:
    """Converters that turn a carrier into another by a number that is far from 1."""
    told: set[str] = set()
    for node in park.spec.nodes:
        for (asset, _), ratio in _ratios(problem, node):
            if asset in told or SMALLEST_RATIO <= ratio <= LARGEST_RATIO:
                continue
            told.add(asset)
            home = home_of(park.assets[asset])
            here, there = park.unit_at(node), park.unit_at(home)
            yield both(
                f"'{asset}' moves {ratio:.0e} {here} at node '{node}' for each {there} at node '{home}': "
                f"give '{park.carrier_at(node)}' or '{park.carrier_at(home)}' in a unit nearer to the other's size",
                f"“{asset}”在节点“{home}”每 {there} 对应节点“{node}”的 {ratio:.0e} {here}："
                f"请为“{park.carrier_at(node)}”或“{park.carrier_at(home)}”选用量级更接近的单位",
            )


def _ratios(problem: Problem, node: str) -> Iterator[tuple[Key, float]]:
    """For every quantity at the node the amount that is farthest from 1."""
    rows = problem.families.get(f"balance:{node}")
    if rows is None:
        return
    block = problem.matrix.tocsr()[rows].tocsc()
    for key, variable in problem.variables.items():
        data = np.abs(block[:, variable.columns].data)
        data = data[data > 0]
        if data.size:
            yield key, float(data[np.argmax(np.abs(np.log10(data)))])


def _of_prices(park: Park, problem: Problem) -> Iterator[str]:
    """Prices so much above the others at their node that those no longer count."""
    prices: dict[str, list[tuple[float, str]]] = {}
    for key, variable in problem.variables.items():
        most = float(np.max(np.abs(problem.cost[variable.columns]), initial=0.0))
        if most > 0 and variable.chain is not None:
            prices.setdefault(home_of(park.assets[key[0]]), []).append((most, key[0]))
    for node, found in prices.items():
        usual = float(np.median([price for price, _ in found]))
        for price, asset in found:
            if price > DEAREST * usual:
                unit = f"{park.spec.money.currency}/{park.unit_at(node)}"
                price /= park.clock.step_hours
                usual_price = usual / park.clock.step_hours
                yield both(
                    f"a price of '{asset}' ({price:.0e} {unit}) is more than a million times what is usual at node "
                    f"'{node}' ({usual_price:.0e}): the other costs drown in it; a thousand times is dear enough",
                    f"“{asset}”的价格（{price:.0e} {unit}）超过节点“{node}”通常价格（{usual_price:.0e}）的一百万倍，"
                    "其他费用会被淹没；取一千倍已足够高",
                )
