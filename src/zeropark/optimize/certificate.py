"""A lower bound that trusts no solver, and the residuals of an answer.

For any multipliers y of the rows, with reduced costs r = c − Aᵀy,

    Σ_rows (y > 0 ? y · row_lower : y · row_upper) + Σ_columns (r > 0 ? r · lower : r · upper)

is below the cost of every feasible point (weak duality). The multipliers are repaired first where an
infinite bound would spoil the sum: a rate without an upper bound of its own hands its negative
reduced cost to the row that limits it by a capacity, and all multipliers are shrunk by 1e-10, which
lifts the reduced cost of what costs something above rounding. r is lowered by a bound on its
rounding error, and sums are in extended precision.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zeropark.forms import Array
from zeropark.optimize.problem import Problem
from zeropark.texts import both

_ASSUMED_TIMES = 10.0
_EPS = float(np.finfo(np.float64).eps)
_SHRUNK = 1e-10


@dataclass(frozen=True)
class Bound:
    """A lower bound of the cost. assumed: what it leans on, empty when it holds unconditionally."""

    value: float
    assumed: str


def lower_bound(problem: Problem, y: Array, x: Array) -> Bound:
    """The bound from multipliers ``y``; ``x`` only sizes the box for quantities without any limit."""
    y = _repaired(problem, _with_right_signs(problem, y) * (1.0 - _SHRUNK))
    reduced = _reduced_costs(problem, y)
    rows = np.where(y > 0, problem.row_lower, problem.row_upper)
    total = np.sum(np.where(y == 0, 0.0, y * np.where(y == 0, 0.0, rows)), dtype=np.longdouble)
    at = np.where(reduced > 0, problem.lower, problem.upper)
    open_ended = ~np.isfinite(at) & (reduced < 0)
    boxes = _boxes(problem, x)
    at = np.where(open_ended, boxes, at)
    total += np.sum(
        np.where(reduced == 0, 0.0, reduced * np.where(reduced == 0, 0.0, at)), dtype=np.longdouble
    )
    total += np.longdouble(problem.offset)
    names = {key for key, v in problem.variables.items() if np.any(open_ended[v.columns])}
    assumed = ""
    if names:
        listed = ", ".join(sorted({asset for asset, _ in names})[:5])
        assumed = both(
            f"no unlimited quantity of {listed} exceeds {_ASSUMED_TIMES:g} times its value in this plan",
            f"{listed} 的无上限变量不超过本方案取值的 {_ASSUMED_TIMES:g} 倍",
        )
    return Bound(float(total), assumed)


def _with_right_signs(problem: Problem, y: Array) -> Array:
    useless = ((y > 0) & ~np.isfinite(problem.row_lower)) | ((y < 0) & ~np.isfinite(problem.row_upper))
    return np.where(useless, 0.0, y)


def _repaired(problem: Problem, y: Array) -> Array:
    """Move negative reduced costs of unbounded rates to the rows that limit them by capacities."""
    reduced = _reduced_costs(problem, y, errors=3.0)
    y = y.copy()
    for name, rows in problem.families.items():
        kind, _, rest = name.partition(":")
        if kind != "capacity":
            continue
        asset, _, part = rest.partition(":")
        columns = problem.variables[(asset, part)].columns
        loose = ~np.isfinite(problem.upper[columns])
        y[rows] += np.where(loose, np.minimum(reduced[columns], 0.0), 0.0)
    return y


def _reduced_costs(problem: Problem, y: Array, errors: float = 1.0) -> Array:
    """c − Aᵀy, lowered by ``errors`` times a bound on its rounding error."""
    exact = problem.cost - problem.matrix.T @ y
    error = 8 * _EPS * (np.abs(problem.cost) + abs(problem.matrix).T @ np.abs(y))
    return np.asarray(exact - errors * error, dtype=np.float64)


def _boxes(problem: Problem, x: Array) -> Array:
    """Ten times the largest value that each quantity, or failing that any quantity, takes."""
    boxes = np.zeros_like(x)
    overall = float(np.max(np.abs(x), initial=1.0))
    for variable in problem.variables.values():
        largest = float(np.max(np.abs(x[variable.columns]), initial=0.0))
        boxes[variable.columns] = _ASSUMED_TIMES * (largest if largest > 0 else overall)
    return boxes


def limit_residual(problem: Problem, x: Array) -> float:
    """Largest violation of any row or bound at ``x``, relative to the row's largest term (at least 1)."""
    activity = problem.matrix @ x
    scale = np.maximum(abs(problem.matrix) @ np.abs(x), 1.0)
    rows = np.maximum(problem.row_lower - activity, activity - problem.row_upper) / scale
    columns = np.maximum(problem.lower - x, x - problem.upper) / np.maximum(np.abs(x), 1.0)
    return float(max(np.max(rows, initial=0.0), np.max(columns, initial=0.0)))
