"""Problems bent on purpose: to find what is missing, and what runs away.

``relaxed`` lets chosen rows be missed at a price; its optimum is the smallest total miss. ``boxed``
stops every endless quantity at a wall; what stands at the wall afterwards makes money for nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from zeropark.forms import Array
from zeropark.optimize.problem import Problem

WALL = 1e3
"""Times the largest finite number of the problem."""


def relaxed(problem: Problem, prices: Mapping[str, float]) -> Problem:
    """The problem of missing the families named in ``prices`` as little as possible, cost aside.

    Columns are appended in the order of ``prices``: for each family first what is added to its rows,
    then what is taken from them, one column per row.
    """
    blocks, cost = [problem.matrix], [np.zeros_like(problem.cost)]
    height = problem.row_lower.size
    for name, price in prices.items():
        rows = np.arange(height)[problem.families[name]]
        eye = sp.csc_array((np.ones(rows.size), (rows, np.arange(rows.size))), shape=(height, rows.size))
        blocks += [eye, -eye]
        cost.append(np.full(2 * rows.size, price))
    extra = sum(c.size for c in cost[1:])
    return replace(
        problem,
        matrix=sp.csc_array(sp.hstack(blocks, format="csc")),
        cost=np.concatenate(cost),
        offset=0.0,
        lower=np.concatenate((problem.lower, np.zeros(extra))),
        upper=np.concatenate((problem.upper, np.full(extra, np.inf))),
        whole=np.concatenate((problem.whole, np.zeros(extra, dtype=bool))),
    )


def misses(problem: Problem, prices: Mapping[str, float], x: Array) -> dict[str, Array]:
    """What was added (positive) or taken (negative) in each relaxed family, shape (rows,)."""
    found, at = {}, problem.cost.size
    for name in prices:
        rows = problem.families[name]
        count = rows.stop - rows.start
        found[name] = x[at : at + count] - x[at + count : at + 2 * count]
        at += 2 * count
    return found


def boxed(problem: Problem) -> Problem:
    """The same problem with every endless quantity stopped at a wall."""
    return replace(problem, upper=np.where(np.isfinite(problem.upper), problem.upper, wall(problem)))


def wall(problem: Problem) -> float:
    """Where ``boxed`` stops endless quantities."""
    numbers = np.concatenate([problem.row_lower, problem.row_upper, problem.upper, problem.lower])
    finite = np.abs(numbers[np.isfinite(numbers)])
    return WALL * float(np.max(finite, initial=1.0))


def runaways(problem: Problem, x: Array) -> list[tuple[str, str]]:
    """Quantities that stand at the wall of the boxed problem."""
    edge = 0.5 * wall(problem)
    return [
        key
        for key, v in problem.variables.items()
        if np.any((x[v.columns] > edge) & ~np.isfinite(problem.upper[v.columns]))
    ]
