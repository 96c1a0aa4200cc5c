"""A lower bound that trusts no solver, proofs that there is no plan, and the residuals of an answer.

For any multipliers y of the rows, with reduced costs r = c − Aᵀy,

    Σ_rows (y > 0 ? y · row_lower : y · row_upper) + Σ_columns (r > 0 ? r · lower : r · upper)

is below the cost of every feasible point (weak duality). With c = 0 every feasible point costs 0, so a
value above 0 proves that there is none. r is taken at its worst within its rounding error, sums are in
extended precision less theirs.

A quantity without limit spoils the sum where its r is below 0 by a solver's last digit. So bounds that the rows
imply stand in for those that are missing, and the multipliers are repaired: a rate hands its negative r to
the row that limits it by a capacity, all are shrunk by 1e-10, which lifts the r of what costs
something, and a least-squares step lifts those that are left. The best bound that leans on nothing is kept.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.linalg import lsqr

from zeropark.forms import Array
from zeropark.optimize.implied import implied_bounds
from zeropark.optimize.problem import Problem
from zeropark.texts import both

LongArray = NDArray[np.longdouble]
_ASSUMED_TIMES = 10.0
_UNIT = float(np.finfo(np.float64).eps) / 2
_LONG_UNIT = float(np.finfo(np.longdouble).eps)
_SHRUNK = 1e-10
_LONG_COLUMN = 32
"""Columns with more entries are summed exactly, so that rounding does not grow with the number of steps."""
_SPLIT = 2.0**27 + 1.0
_RANGE = 1e-140, 1e140
"""Products of numbers of these sizes lose nothing to the ends of the exponent's range."""
_NOISE = (0.0, 1e-12, 1e-9, 1e-6)
"""A ray's entries below these shares of the largest are taken for a solver's noise, each in turn."""
_TRIED = 3
_LIFTS, _LSQR, _LSQR_STEPS, _SILENT = 6, 1e-9, 200, 1e-9
_LAST_DIGITS = 1e-5
"""What misses more of its terms than this is no noise of a solver, and is not worth lifting."""
_SMALL = 1e-2
_ON_THE_WAY = 1e-9
"""How far a direction may leave a row or bound, relative to the terms of the row, and still be one."""


@dataclass(frozen=True)
class Bound:
    """A lower bound of the cost. assumed: what it leans on, empty when it holds unconditionally."""

    value: float
    assumed: str


def lower_bound(problem: Problem, y: Array, x: Array) -> Bound:
    """The best bound from multipliers ``y``; ``x`` only sizes the box for quantities without any limit."""
    y = _with_right_signs(problem, y)
    bounds = problem.lower, problem.upper
    reduced = _reduced_costs(problem, problem.cost, y)
    if not np.any(reduced.endless(*bounds)):
        return Bound(_value(problem, y, reduced.terms(*bounds), problem.offset), "")
    bounds = implied_bounds(problem)
    best = Bound(-math.inf, "nothing")
    for tried, repaired in enumerate(_repairs(problem, problem.cost, y)):
        bound = _bound(problem, repaired, bounds, x)
        best = max(best, bound, key=lambda b: (not b.assumed, b.value))
        if tried >= _TRIED and not best.assumed:
            break
    return best


def _bound(problem: Problem, y: Array, bounds: tuple[Array, Array], x: Array) -> Bound:
    """The bound, with boxes where a quantity has no limit and its reduced cost asks for one."""
    lower, upper = bounds
    reduced = _decided(problem, problem.cost, y)
    endless, boxes = reduced.endless(lower, upper), _boxes(problem, x)
    lower = np.where(endless & ~np.isfinite(lower), -boxes, lower)
    upper = np.where(endless & ~np.isfinite(upper), boxes, upper)
    value = _value(problem, y, reduced.terms(lower, upper), problem.offset)
    names = {key for key, v in problem.variables.items() if np.any(endless[v.columns])}
    assumed = ""
    if names:
        listed = ", ".join(sorted({asset for asset, _ in names})[:5])
        assumed = both(
            f"no unlimited quantity of {listed} exceeds {_ASSUMED_TIMES:g} times its value in this plan",
            f"{listed} 的无上限变量不超过本方案取值的 {_ASSUMED_TIMES:g} 倍",
        )
    return Bound(value, assumed)


def proves_infeasible(problem: Problem, y: Array) -> float:
    """Above 0: the multipliers ``y`` (rows,) of a Farkas ray prove that no point is feasible.

    ``y > 0`` weighs a row's lower bound, ``y < 0`` its upper. The value is in units of y times rows; −inf
    where a quantity without limit spoils the proof. Whole numbers are not used: a relaxation is proved.
    """
    nothing = np.zeros_like(problem.cost)
    bounds = implied_bounds(problem)
    weight = np.abs(y) * _largest_in_rows(problem)
    best = -math.inf
    for share in _NOISE:
        ray = _with_right_signs(problem, np.where(weight <= share * np.max(weight, initial=0.0), 0.0, y))
        for candidate in _repairs(problem, nothing, ray):
            reduced = _decided(problem, nothing, candidate)
            if not np.any(reduced.endless(*bounds)):
                best = max(best, _value(problem, candidate, reduced.terms(*bounds), 0.0))
            if best > 0:
                return best
    return best


def proves_unbounded(problem: Problem, direction: Array) -> float:
    """Above 0: along ``direction`` (columns,) every bound and row is kept for ever while the cost falls.

    The value is the fall in cost over the gross money that moves along it, at most 1; 0 where there is no
    proof. A feasible point is still needed for the cost to have no end. Rows are kept up to 1e-9 of
    their terms: a balance cannot be kept exactly in floating point.
    """
    d = np.where(np.isfinite(problem.lower), np.maximum(direction, 0.0), direction)
    d = np.where(np.isfinite(problem.upper), np.minimum(d, 0.0), d)
    activity, gross = problem.matrix @ d, abs(problem.matrix) @ np.abs(d)
    falls = np.where(np.isfinite(problem.row_lower), -activity, 0.0)
    rises = np.where(np.isfinite(problem.row_upper), activity, 0.0)
    money = float(np.abs(problem.cost) @ np.abs(d))
    if money == 0 or np.any(np.maximum(falls, rises) > _ON_THE_WAY * gross):
        return 0.0
    return max(0.0, -float(problem.cost @ d) / money - _ON_THE_WAY)


@dataclass(frozen=True)
class _Reduced:
    """Reduced costs, each known to lie between ``least`` and ``most``, both (columns,)."""

    least: Array
    most: Array

    def endless(self, lower: Array, upper: Array) -> NDArray[np.bool_]:
        """Columns without the bound that their term needs, (columns,)."""
        return ((self.least < 0) & ~np.isfinite(upper)) | ((self.most > 0) & ~np.isfinite(lower))

    def terms(self, lower: Array, upper: Array) -> LongArray:
        """The least of r · x for every column, (columns,)."""
        smallest = np.full(lower.shape, np.inf, dtype=np.longdouble)
        for x, chosen in ((lower, self.most > 0), (upper, self.least < 0)):
            for r in (self.least, self.most):
                product = r.astype(np.longdouble) * np.where(chosen, x, 0.0)
                smallest = np.where(chosen, np.minimum(smallest, product), smallest)
        return np.where(np.isposinf(smallest), 0.0, smallest)


def _value(problem: Problem, y: Array, columns: LongArray, offset: float) -> float:
    """The sum of weak duality, less the most that its own rounding can be."""
    rows = np.where(y == 0, 0.0, np.where(y > 0, problem.row_lower, problem.row_upper))
    terms = np.concatenate((rows.astype(np.longdouble) * y, columns, np.array([offset], np.longdouble)))
    error = (terms.size + 2) * _LONG_UNIT * np.sum(np.abs(terms))
    return float(np.nextafter(np.float64(np.sum(terms) - error), -np.inf))


def _with_right_signs(problem: Problem, y: Array) -> Array:
    useless = ((y > 0) & ~np.isfinite(problem.row_lower)) | ((y < 0) & ~np.isfinite(problem.row_upper))
    return np.where(useless, 0.0, y)


def _repairs(problem: Problem, cost: Array, y: Array) -> Iterator[Array]:
    """The multipliers as they are, then repaired in one way after the other."""
    repaired = _repaired(problem, cost, y * (1.0 - _SHRUNK))
    yield from (y, repaired)
    for quiet in (False, True):
        for start in (y, repaired):
            yield _lifted(problem, cost, start, quiet)


def _repaired(problem: Problem, cost: Array, y: Array) -> Array:
    """Move negative reduced costs of unbounded rates to the rows that limit them by capacities."""
    reduced = _reduced_costs(problem, cost, y)
    short = np.minimum(3.0 * reduced.least - 2.0 * reduced.most, 0.0)  # thrice its error and more
    y = y.copy()
    for name, rows in problem.families.items():
        kind, _, rest = name.partition(":")
        if kind != "capacity":
            continue
        asset, _, part = rest.partition(":")
        columns = problem.variables[(asset, part)].columns
        loose = ~np.isfinite(problem.upper[columns])
        y[rows] += np.where(loose, short[columns], 0.0)
    return y


def _lifted(problem: Problem, cost: Array, y: Array, quiet: bool = False) -> Array:
    """Multipliers moved as little as lifts the reduced costs of endless quantities over their rounding.

    A solver's multipliers are right to its tolerance only. Each round solves the least squares
    Aᵀ dy = what is missing over the columns that miss something, all relative to the size of their terms;
    those that missed something before are held where they are. ``quiet``: a limit whose multiplier is
    only noise gets 0 and keeps it, as a capacity that costs nothing demands.
    """
    limits = problem.row_lower < problem.row_upper
    silent = limits & (np.abs(y) <= _SILENT * _reach(problem, _size(problem, cost, y))) & quiet
    y, held = np.where(silent, 0.0, y), np.zeros(cost.size, dtype=bool)
    for _ in range(_LIFTS):
        reduced = _reduced_costs(problem, cost, y)
        low = np.where(np.isfinite(problem.upper), 0.0, np.maximum(-reduced.least, 0.0))
        high = np.where(np.isfinite(problem.lower), 0.0, np.maximum(reduced.most, 0.0))
        size = _size(problem, cost, y)
        if not np.any(low + high) or np.any(low + high > _LAST_DIGITS * (size + _SILENT * np.max(size))):
            break
        held |= low + high > 0
        columns = np.flatnonzero(held & (size > 0))
        room = reduced.most - reduced.least
        wanted = (high + np.sign(high) * room - low - np.sign(low) * room)[columns] / size[columns]
        reach = np.where(silent, 0.0, _reach(problem, size))
        A = sp.diags_array(1.0 / size[columns]) @ problem.matrix[:, columns].T @ sp.diags_array(reach)
        moved = y + reach * lsqr(A, wanted, atol=_LSQR, btol=_LSQR, iter_lim=_LSQR_STEPS)[0]
        y = _with_right_signs(problem, moved)
    return np.where(quiet & (np.abs(y) <= _UNIT * np.max(np.abs(y), initial=0.0)), 0.0, y)


def _size(problem: Problem, cost: Array, y: Array) -> Array:
    """Sum of the absolute terms of every reduced cost, (columns,)."""
    return np.asarray(np.abs(cost) + abs(problem.matrix).T @ np.abs(y), dtype=np.float64)


def _reach(problem: Problem, size: Array) -> Array:
    """For each row the multiplier that is as large as the smallest term sum of its columns, (rows,)."""
    coo = problem.matrix.tocoo()
    row, column = coo.coords
    there = (coo.data != 0) & (size[column] > 0)
    ratio = size[column[there]] / np.abs(coo.data[there])
    reach = np.full(problem.row_lower.size, np.inf)
    np.minimum.at(reach, row[there], ratio)
    return np.where(np.isfinite(reach), reach, 0.0)


def _reduced_costs(problem: Problem, cost: Array, y: Array) -> _Reduced:
    """cost − Aᵀy, between what its rounding allows."""
    A = problem.matrix
    entries = np.diff(A.indptr)
    reduced = cost - A.T @ y
    for j in np.flatnonzero(entries > _LONG_COLUMN):
        column = slice(A.indptr[j], A.indptr[j + 1])
        reduced[j] = math.fsum([cost[j], *(-A.data[column] * y[A.indices[column]])])
    error = 2 * (np.minimum(entries, _LONG_COLUMN) + 2) * _UNIT * _size(problem, cost, y)
    return _Reduced(reduced - error, reduced + error)


def _decided(problem: Problem, cost: Array, y: Array) -> _Reduced:
    """cost − Aᵀy, found exactly where a quantity is endless and rounding hides whether it is above 0."""
    A, rough = problem.matrix, _reduced_costs(problem, cost, y)
    least, most = rough.least.copy(), rough.most.copy()
    hidden = rough.endless(problem.lower, problem.upper) & (least <= 0) & (most >= 0) & (least < most)
    hidden &= np.diff(A.indptr) <= _LONG_COLUMN
    there = np.repeat(hidden, np.diff(A.indptr))
    terms, plain = _products(A.data[there], y[A.indices[there]])
    ends = np.cumsum(np.diff(A.indptr)[hidden])
    for j, end, count in zip(np.flatnonzero(hidden), ends, np.diff(A.indptr)[hidden], strict=True):
        if np.all(plain[end - count : end]):
            exact = math.fsum([cost[j], *(-terms[:, end - count : end]).ravel()])
            least[j], most[j] = (0.0, 0.0) if exact == 0 else np.nextafter(exact, [-np.inf, np.inf])
    return _Reduced(least, most)


def _products(a: Array, b: Array) -> tuple[Array, NDArray[np.bool_]]:
    """(2, n): a · b as two numbers whose sum it is exactly (Dekker, 1971); and where that holds, (n,).

    It fails only where a part leaves the range of the numbers.
    """
    plain = np.ones(a.shape, dtype=bool)
    for factor in (a, b):
        size = np.abs(factor)
        plain &= (size == 0) | ((size > _RANGE[0]) & (size < _RANGE[1]))
    a, b = np.where(plain, a, 0.0), np.where(plain, b, 0.0)
    (a_high, a_low), (b_high, b_low) = _halves(a), _halves(b)
    high = a * b
    low = ((a_high * b_high - high) + a_high * b_low + a_low * b_high) + a_low * b_low
    return np.stack((high, low)), plain


def _halves(a: Array) -> tuple[Array, Array]:
    """Two numbers of half the digits each, whose sum is ``a``."""
    spread = _SPLIT * a
    high = spread - (spread - a)
    return high, a - high


def _largest_in_rows(problem: Problem) -> Array:
    """Largest coefficient of each row, 1 where it has none, (rows,)."""
    largest = np.asarray(abs(problem.matrix).max(axis=1).todense(), dtype=np.float64).ravel()
    return np.where(largest > 0, largest, 1.0)


def _boxes(problem: Problem, x: Array) -> Array:
    """Ten times the largest value that each quantity, or failing that any quantity, takes."""
    boxes = np.zeros_like(x)
    overall = float(np.max(np.abs(x), initial=1.0))
    for variable in problem.variables.values():
        largest = float(np.max(np.abs(x[variable.columns]), initial=0.0))
        boxes[variable.columns] = _ASSUMED_TIMES * (largest if largest > 0 else overall)
    return boxes


def limit_residual(problem: Problem, x: Array) -> float:
    """Largest violation of any row or bound at ``x``, relative to the row's largest term.

    A small row is measured by the largest of its family, a small entry by the largest of its quantity: at
    least 0.01, at most 1, so that neither a park in small units nor the noise of what stands still misleads.
    """
    activity = problem.matrix @ x
    gross = abs(problem.matrix) @ np.abs(x)
    scale = np.maximum(gross, _floors(gross, list(problem.families.values())))
    rows = np.maximum(problem.row_lower - activity, activity - problem.row_upper) / scale
    sizes = np.abs(x)
    width = np.maximum(sizes, _floors(sizes, [v.columns for v in problem.variables.values()]))
    columns = np.maximum(problem.lower - x, x - problem.upper) / width
    return float(max(np.max(rows, initial=0.0), np.max(columns, initial=0.0)))


def _floors(sizes: Array, groups: list[slice]) -> Array:
    """What small entries are measured by: the largest of their group, between ``_SMALL`` and 1."""
    floors = np.ones_like(sizes)
    for group in groups:
        floors[group] = min(1.0, max(_SMALL, float(np.max(sizes[group], initial=0.0))))
    return floors
