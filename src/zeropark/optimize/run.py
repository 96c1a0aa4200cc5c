"""One door to all solvers: choose one for the problem, run it, hand over where it gives up."""

from __future__ import annotations

from zeropark.optimize.highs import solve_highs
from zeropark.optimize.options import Progress, SolverOptions, silent
from zeropark.optimize.problem import Problem
from zeropark.optimize.solution import Solution


def run_solver(problem: Problem, options: SolverOptions, progress: Progress = silent) -> Solution:
    """Solve with the solver that ``options`` names, or the one that suits the problem."""
    return solve_highs(problem, options, progress)
