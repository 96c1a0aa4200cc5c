"""The least-cost problem as arrays: variables by quantity, families of rows, one sparse matrix.

    minimise    cost · x + offset
    subject to  row_lower ≤ A x ≤ row_upper,   lower ≤ x ≤ upper,   some x whole

A variable is a quantity ``(asset, part)`` with one entry per step, per month, or one. A quantity that
nothing can change (a fixed demand, a capacity that is not built) is *known*: its terms move to the
right-hand side, so that it costs the solver nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from zeropark.forms import Array, Form, Key, Weight

IntArray = NDArray[np.int64]
_ROUNDING = 1e-14
"""Of what cancels: sums of a few products in double precision are off by less."""


@dataclass(frozen=True)
class Variable:
    """Bounds of a quantity, one per entry; ``start`` is its first column.

    chain: number of the time axis that its entries run along (0 in a park's problem; a problem of
    several weather years or stages has one chain for each), None for what has no time axis.
    """

    key: Key
    lower: Array
    upper: Array
    whole: bool = False
    chain: int | None = None
    start: int = 0

    @property
    def count(self) -> int:
        """Number of entries."""
        return int(self.lower.size)

    @property
    def columns(self) -> slice:
        """Its columns in the matrix."""
        return slice(self.start, self.start + self.count)


@dataclass(frozen=True)
class Term:
    """``value[i]`` times entry ``entry[i]`` of the quantity, in row ``row[i]`` of its family."""

    key: Key
    row: IntArray
    entry: IntArray
    value: Array


@dataclass(frozen=True)
class Rows:
    """A family of rows: ``lower ≤ Σ terms ≤ upper``, each of shape (rows,)."""

    name: str
    terms: tuple[Term, ...]
    lower: Array
    upper: Array


@dataclass(frozen=True)
class Problem:
    """The assembled problem. families: name → its rows; known: quantities that are data."""

    variables: Mapping[Key, Variable]
    known: Mapping[Key, Array]
    families: Mapping[str, slice]
    matrix: sp.csc_array
    row_lower: Array
    row_upper: Array
    lower: Array
    upper: Array
    cost: Array
    offset: float
    whole: NDArray[np.bool_]

    def quantities(self, x: Array) -> dict[Key, Array]:
        """Values of every quantity at the point ``x``, known ones included."""
        found = {key: x[variable.columns] for key, variable in self.variables.items()}
        return {**self.known, **found}


def each_step(key: Key, weight: Weight, steps: int, lag: int = 0, cyclic: bool = False) -> Term:
    """The quantity of the same step (or ``lag`` steps before) in a family with one row per step."""
    row = np.arange(steps) if cyclic else np.arange(lag, steps)
    value = np.broadcast_to(np.asarray(weight, dtype=np.float64), (steps,))[row]
    return Term(key, row, (row - lag) % steps, value)


def shared(key: Key, weight: Weight, rows: int) -> Term:
    """A quantity with one entry, in every row."""
    value = np.broadcast_to(np.asarray(weight, dtype=np.float64), (rows,))
    return Term(key, np.arange(rows), np.zeros(rows, dtype=np.int64), value)


def by_group(key: Key, weight: Weight, group: IntArray) -> Term:
    """In a family with one row per step: the entry of the step's group (its month)."""
    value = np.broadcast_to(np.asarray(weight, dtype=np.float64), group.shape)
    return Term(key, np.arange(group.size), group, value)


def summed(key: Key, weight: Weight, group: IntArray) -> Term:
    """In a family with one row per group: the sum over the group's steps."""
    value = np.broadcast_to(np.asarray(weight, dtype=np.float64), group.shape)
    return Term(key, group, np.arange(group.size), value)


def place(variables: Iterable[Variable]) -> dict[Key, Variable]:
    """Give every variable its columns, one after the other."""
    placed: dict[Key, Variable] = {}
    start = 0
    for v in variables:
        placed[v.key] = replace(v, start=start)
        start += v.count
    return placed


def assemble(
    variables: Mapping[Key, Variable], known: Mapping[Key, Array], rows: Sequence[Rows], minimise: Form
) -> Problem:
    """Stack the families into one matrix and put the cost on the columns."""
    width = sum(v.count for v in variables.values())
    r: list[IntArray] = []
    c: list[IntArray] = []
    values: list[Array] = []
    lowers: list[Array] = []
    uppers: list[Array] = []
    families: dict[str, slice] = {}
    first = 0
    for family in rows:
        shift, gross = np.zeros(family.lower.size), np.zeros(family.lower.size)
        for term in family.terms:
            if term.key in known:
                given = term.value * known[term.key][term.entry]
                np.add.at(shift, term.row, given)
                np.add.at(gross, term.row, np.abs(given))
            else:
                r.append(term.row + first)
                c.append(term.entry + variables[term.key].start)
                values.append(term.value)
        lower, upper = (_remaining(bound, shift, gross) for bound in (family.lower, family.upper))
        if _settled(family, known, lower, upper):
            continue
        families[family.name] = slice(first, first + family.lower.size)
        lowers.append(lower)
        uppers.append(upper)
        first += family.lower.size
    cost, offset = _cost(variables, known, minimise, width)
    matrix = sp.csc_array((_joined(values), (_indices(r), _indices(c))), shape=(first, width))
    return Problem(
        variables,
        known,
        families,
        matrix,
        _joined(lowers),
        _joined(uppers),
        _joined([v.lower for v in variables.values()]),
        _joined([v.upper for v in variables.values()]),
        cost,
        offset,
        np.repeat([v.whole for v in variables.values()], [v.count for v in variables.values()]).astype(bool),
    )


def _settled(family: Rows, known: Mapping[Key, Array], lower: Array, upper: Array) -> bool:
    """Whether a node balances by what is known alone: nothing is left to decide there, and no row to keep."""
    if not family.name.startswith("balance:") or any(term.key not in known for term in family.terms):
        return False
    return bool(np.all((lower <= 0.0) & (upper >= 0.0)))


def _remaining(bound: Array, known: Array, gross: Array) -> Array:
    """What is left of a bound; zero where that is only the rounding of terms that cancel (``gross``: without signs)."""
    left = bound - known
    dust = np.isfinite(left) & (np.abs(left) <= _ROUNDING * gross)
    return np.where(dust, 0.0, left)


def _joined(parts: Sequence[Array]) -> Array:
    return np.concatenate(parts) if parts else np.zeros(0)


def _indices(parts: Sequence[IntArray]) -> IntArray:
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)


def _cost(
    variables: Mapping[Key, Variable], known: Mapping[Key, Array], minimise: Form, width: int
) -> tuple[Array, float]:
    cost, offset = np.zeros(width), minimise.constant
    for key, weight in minimise.terms.items():
        if key in known:
            offset += float(np.sum(np.multiply(weight, known[key])))
        else:
            cost[variables[key].columns] += weight
    return cost, offset
