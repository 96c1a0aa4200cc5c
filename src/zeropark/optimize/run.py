"""One door to all solvers: choose one for the problem, run it, hand over where it gives up."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from zeropark.optimize.arrowhead.layout import Unfit
from zeropark.optimize.arrowhead.solve import TIME_LIMIT, solve_arrowhead
from zeropark.optimize.highs import solve_highs
from zeropark.optimize.options import Progress, SolverOptions, silent
from zeropark.optimize.problem import Problem
from zeropark.optimize.solution import Solution

SMALL, SMALL_DISPATCH = 5_000, 30_000
"""Nonzeros below which simplex is faster, with capacities to find and without: measured in benchmarks/."""
_FINAL = ("optimal", "infeasible", TIME_LIMIT)
"""What needs no second opinion. A direction of endless gain is proved only up to rounding: HiGHS decides."""


def run_solver(problem: Problem, options: SolverOptions, progress: Progress = silent) -> Solution:
    """Solve with the solver that ``options`` names, or the one that suits the problem.

    What the arrowhead interior point cannot take (whole numbers) or does not finish goes to HiGHS; the solution's
    ``solver`` says who answered.
    """
    if options.solver != "arrowhead" and not (options.solver == "auto" and suits_arrowhead(problem)):
        return solve_highs(problem, options, progress)
    try:
        run = solve_arrowhead(problem, options, progress)
    except Unfit as unfit:
        progress(f"not for arrowhead ({unfit}): HiGHS answers", 0.0)
        return solve_highs(problem, replace(options, solver="highs"), progress)
    if run.status in _FINAL:
        return run
    progress(f"arrowhead {run.status} at a gap of {run.objective_error:.0e}: HiGHS starts anew", run.seconds)
    left = None if options.time_limit is None else max(options.time_limit - run.seconds, 0.0)
    again = solve_highs(problem, replace(options, solver="highs", time_limit=left), progress)
    return replace(again, seconds=run.seconds + again.seconds)


def suits_arrowhead(problem: Problem) -> bool:
    """Whether the arrowhead interior point is the better choice: linear, along time, and large enough."""
    if np.any(problem.whole) or all(v.chain is None for v in problem.variables.values()):
        return False
    sized = any(
        v.chain is None and np.any(problem.upper[v.columns] > problem.lower[v.columns])
        for v in problem.variables.values()
    )
    return int(problem.matrix.nnz) >= (SMALL if sized else SMALL_DISPATCH)
