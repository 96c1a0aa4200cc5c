"""Bounds that the rows imply for quantities without a limit of their own: propagation, rounded outwards."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zeropark.forms import Array
from zeropark.optimize.problem import IntArray, Problem

_SWEEPS = 12
_OUTWARDS = 1e-9
"""Relative room given to every implied bound, far above what its arithmetic can round away."""


@dataclass(frozen=True)
class _Entries:
    """Nonzeros of the matrix."""

    row: IntArray
    column: IntArray
    value: Array

    def chosen(self, where: NDArray[np.bool_]) -> _Entries:
        """Only those where ``where`` is true, (entries,)."""
        return _Entries(self.row[where], self.column[where], self.value[where])


def implied_bounds(problem: Problem) -> tuple[Array, Array]:
    """(lower, upper) of every column, each (columns,): its own where finite, else what the rows imply.

    A purchase without limit is bounded where all that can leave its node is. Every feasible point keeps
    these bounds. What stays infinite after a few sweeps is returned infinite.
    """
    lower, upper = problem.lower.copy(), problem.upper.copy()
    coo = problem.matrix.tocoo()
    there = coo.data != 0
    entries = _Entries(coo.coords[0][there], coo.coords[1][there], coo.data[there])
    for _ in range(_SWEEPS):
        below, above = ~np.isfinite(lower), ~np.isfinite(upper)
        if not (np.any(below) or np.any(above)):
            break
        least, most = _sweep(problem, entries, lower, upper, below | above)
        lower, upper = np.where(below, least, lower), np.where(above, most, upper)
        if np.array_equal(below, ~np.isfinite(lower)) and np.array_equal(above, ~np.isfinite(upper)):
            break
    return lower, upper


def _sweep(
    problem: Problem, entries: _Entries, lower: Array, upper: Array, wanted: NDArray[np.bool_]
) -> tuple[Array, Array]:
    """The tightest bounds that any single row implies for the ``wanted`` columns, given those of the others."""
    rows = np.zeros(problem.row_lower.size, dtype=bool)
    rows[entries.row[wanted[entries.column]]] = True
    entries = entries.chosen(rows[entries.row])
    up = entries.value > 0
    smallest = entries.value * np.where(up, lower[entries.column], upper[entries.column])
    largest = entries.value * np.where(up, upper[entries.column], lower[entries.column])
    # a·x ≤ row_upper − (least of the others), a·x ≥ row_lower − (most of the others)
    most = problem.row_upper[entries.row] - _others(entries, smallest, problem.row_lower.size, -1.0)
    least = problem.row_lower[entries.row] - _others(entries, largest, problem.row_lower.size, 1.0)
    here = wanted[entries.column]
    entries, up, most, least = entries.chosen(here), up[here], most[here], least[here]
    highest = np.where(up, most, least) / entries.value
    lowest = np.where(up, least, most) / entries.value
    implied_upper, implied_lower = np.full_like(upper, np.inf), np.full_like(lower, -np.inf)
    np.minimum.at(implied_upper, entries.column, highest + _room(highest))
    np.maximum.at(implied_lower, entries.column, lowest - _room(lowest))
    return implied_lower, implied_upper


def _room(bound: Array) -> Array:
    return _OUTWARDS * np.where(np.isfinite(bound), np.abs(bound), 0.0)


def _others(entries: _Entries, terms: Array, rows: int, outwards: float) -> Array:
    """For each entry the sum of the other terms of its row, ±∞ where another is, moved by its rounding."""
    finite = np.isfinite(terms)
    known = np.where(finite, terms, 0.0)
    total = np.bincount(entries.row, weights=known, minlength=rows)
    gross = np.bincount(entries.row, weights=np.abs(known), minlength=rows)
    endless = np.bincount(entries.row, weights=~finite, minlength=rows)
    found = total[entries.row] - known + outwards * _OUTWARDS * gross[entries.row]
    return np.where(endless[entries.row] - ~finite > 0, outwards * np.inf, found)
