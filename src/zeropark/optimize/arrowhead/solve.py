"""Solve a problem by the arrowhead interior point."""

from __future__ import annotations

import time
from types import ModuleType

from zeropark.forms import Array
from zeropark.optimize.arrowhead import ready
from zeropark.optimize.arrowhead.blas import single_threaded_blas
from zeropark.optimize.arrowhead.cluster import Cluster
from zeropark.optimize.arrowhead.crew import Crew, Threads
from zeropark.optimize.arrowhead.detect import arrowhead_of
from zeropark.optimize.arrowhead.form import Arrow
from zeropark.optimize.arrowhead.interior import Interior, Left
from zeropark.optimize.arrowhead.rays import RayWatch
from zeropark.optimize.arrowhead.recover import constant_cost, recovered
from zeropark.optimize.arrowhead.scaling import scaled
from zeropark.optimize.certificate import limit_residual
from zeropark.optimize.options import Progress, SolverOptions, silent
from zeropark.optimize.problem import Problem
from zeropark.optimize.solution import Solution
from zeropark.scheduling.processes import usable_cores

NAME = "arrowhead"
ROWS_KEPT = 1e-7
"""Largest miss of any row or bound, relative to its family (see ``limit_residual``), of an optimum."""
TIME_LIMIT = "time limit reached"


def solve_arrowhead(
    problem: Problem, options: SolverOptions, progress: Progress = silent, kernels: ModuleType | None = None
) -> Solution:
    """Solve with the compiled kernels where they are ready, or those that are given.

    The status is ``optimal``, ``infeasible``, ``unbounded`` (both proved), ``time limit reached``, or how the run
    gave up: what comes with it is then no answer. Raises Unfit when the problem is not an arrowhead.
    """
    began = time.perf_counter()
    found = arrowhead_of(problem)
    arrow, scaling = scaled(found.arrow)

    with single_threaded_blas():
        crew = _crew(arrow, options, kernels)

        def recover(interior: Interior) -> tuple[Array, Array]:
            points = crew.each("point", [()] * len(arrow.chains))
            return recovered(problem, found, scaling, points, interior.at)

        rays = RayWatch(problem, recover, options.tolerance)

        def watch(interior: Interior, left: Left, iteration: int) -> str:
            seconds = time.perf_counter() - began
            who = f"{NAME} on {crew.words}" if crew.words else NAME
            progress(f"solve ({who}), iteration {iteration}, gap {left.gap:.1e}", seconds)
            if options.time_limit and seconds > options.time_limit:
                return TIME_LIMIT
            return rays.verdict(interior, left, iteration)

        def accepts(interior: Interior) -> bool:
            return limit_residual(problem, recover(interior)[0]) <= ROWS_KEPT

        try:
            constant = (problem.offset + constant_cost(problem, found)) / (scaling.money * scaling.size)
            interior = Interior(arrow, crew, options.tolerance, constant, accepts)
            course = interior.run(watch)
            x, y = recover(interior)
        finally:
            crew.close()
    cost = float(problem.cost @ x) + problem.offset
    return Solution(
        course.status, cost, x, y, NAME, time.perf_counter() - began, course.iterations, None, course.gap
    )


def _crew(arrow: Arrow, options: SolverOptions, kernels: ModuleType | None) -> Crew:
    """The cluster's workers for several chains, where there is a cluster; else this process."""
    if options.scheduler is not None and len(arrow.chains) > 1:
        return Cluster(arrow, options.scheduler, kernels.__name__ if kernels else None)
    return Threads(arrow, kernels or ready.kernels(), options.threads or usable_cores())
