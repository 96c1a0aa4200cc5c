"""From the arrow's point back to the problem's columns and the multipliers of its rows."""

from __future__ import annotations

import numpy as np

from zeropark.forms import Array
from zeropark.optimize.arrowhead.border import BorderPoint
from zeropark.optimize.arrowhead.detect import Found
from zeropark.optimize.arrowhead.layout import NOWHERE
from zeropark.optimize.arrowhead.scaling import Scaling
from zeropark.optimize.arrowhead.state import Rates
from zeropark.optimize.problem import Problem


def recovered(
    problem: Problem, found: Found, scaling: Scaling, points: list[tuple[Rates, Array]], border: BorderPoint
) -> tuple[Array, Array]:
    """x (columns,) and row duals (rows,) in the problem's units."""
    w = border.w * scaling.column * scaling.size
    x = np.where(found.layout.fixed, problem.lower, 0.0)
    free = found.layout.border != NOWHERE
    x[free] = w[found.layout.border[free]]
    for c, (rates, _) in enumerate(points):
        shift = found.shifts[c]
        for j, start in enumerate(found.layout.first[c]):
            value = rates.x[j] * scaling.rate[c][j] * scaling.size + shift.lower[j]
            floor, least = shift.floor[j], shift.least[j]
            if floor is not None and least is not None:
                value = value + least * w[floor]
            x[start : start + value.size] = value
    y = _duals(problem, found, scaling, points, border)
    return np.clip(x, problem.lower, problem.upper), _handed_on(problem, found, y)


def constant_cost(problem: Problem, found: Found) -> float:
    """Cost of what the arrow leaves out: fixed columns and lower bounds of rates."""
    fixed = found.layout.fixed
    total = float(problem.cost[fixed] @ problem.lower[fixed])
    for c, shift in enumerate(found.shifts):
        for start, lower in zip(found.layout.first[c], shift.lower, strict=False):
            total += float(problem.cost[start : start + lower.size] @ lower)
    return total


def _duals(
    problem: Problem, found: Found, scaling: Scaling, points: list[tuple[Rates, Array]], border: BorderPoint
) -> Array:
    y, money = np.zeros(problem.row_lower.size), scaling.money
    for origin in found.origins:
        if origin.kind == "border":
            y[origin.rows] = money * scaling.border_row[origin.place] * border.mu[origin.place]
            continue
        rates, lam = points[origin.chain]
        if origin.kind in ("row", "running"):
            sign = 1.0 if origin.kind == "row" else -1.0
            unit = sign * money * scaling.row[origin.chain][origin.place]
            # a row with two slack families (one per side) has the sum of both
            y[origin.rows] += unit * lam[origin.place, origin.steps]
        else:
            unit = money / scaling.rate[origin.chain][origin.place]
            at = rates.v if origin.kind == "upper" else -rates.z
            y[origin.rows] = -unit * at[origin.place, origin.steps] / origin.scale
    return y


def _handed_on(problem: Problem, found: Found, y: Array) -> Array:
    """What is left of reduced costs goes to the rows that bound the rate, where the iteration had no multiplier.

    Negative ones of rates without a bound of their own; positive ones where floor and limit leave no room.
    """
    reduced = problem.cost - problem.matrix.T @ y
    for origin in found.origins:
        if origin.kind not in ("upper", "lower"):
            continue
        columns = found.layout.first[origin.chain][origin.place] + origin.steps
        left = reduced[columns]
        if origin.kind == "upper":
            more = np.where(np.isinf(problem.upper[columns]), np.minimum(left, 0.0), 0.0)
        else:
            no_room = found.arrow.chains[origin.chain].width[origin.place, origin.steps] == 0
            more = np.where(no_room, np.maximum(left, 0.0), 0.0)
        y[origin.rows] += more / origin.scale
    return y
