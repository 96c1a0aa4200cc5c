"""Solve a problem by the arrowhead interior point."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from types import ModuleType

import numpy as np
from threadpoolctl import threadpool_limits

from zeropark.forms import Array
from zeropark.optimize.arrowhead import compiled
from zeropark.optimize.arrowhead.crew import Threads
from zeropark.optimize.arrowhead.detect import arrowhead_of
from zeropark.optimize.arrowhead.interior import Interior, Left
from zeropark.optimize.arrowhead.recover import recovered
from zeropark.optimize.arrowhead.scaling import scaled
from zeropark.optimize.options import Progress, SolverOptions, silent
from zeropark.optimize.problem import Problem
from zeropark.optimize.solution import Solution

NAME = "arrowhead"


def solve_arrowhead(
    problem: Problem, options: SolverOptions, progress: Progress = silent, kernels: ModuleType = compiled
) -> Solution:
    """Solve; Raises Unfit when the problem is not an arrowhead."""
    began = time.perf_counter()
    found = arrowhead_of(problem)
    arrow, scaling = scaled(found.arrow)
    threads = options.threads or os.cpu_count() or 1

    def watch(interior: Interior, left: Left, iteration: int) -> str:
        seconds = time.perf_counter() - began
        progress(f"solve (arrowhead), iteration {iteration}, gap {left.gap:.1e}" + (f" p {left.primal:.1e} d {left.dual:.1e} mu {left.mu:.1e} cost {left.cost:.6e} {interior.course.history[-1:]} sol {interior.course.solves} ref {interior.course.refined} lift {interior.course.lifted}" if os.environ.get("ARROW") else ""), seconds)
        return "time limit reached" if options.time_limit and seconds > options.time_limit else ""

    with threadpool_limits(1):
        crew = Threads(arrow, kernels, threads)
        try:
            interior = Interior(arrow, crew, options.tolerance)
            course = interior.run(watch)
            points = crew.each("point", [()] * len(arrow.chains))
        finally:
            crew.close()
    x, y = recovered(problem, found, scaling, points, interior.at)
    cost = float(problem.cost @ x) + problem.offset
    return Solution(
        course.status, cost, x, y, NAME, time.perf_counter() - began, course.iterations, None, course.gap
    )
