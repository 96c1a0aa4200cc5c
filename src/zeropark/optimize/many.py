"""Several problems side by side, one per processor."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import replace

from zeropark.errors import NotSolved
from zeropark.optimize.options import Progress, SolverOptions
from zeropark.optimize.problem import Problem
from zeropark.optimize.run import run_solver
from zeropark.optimize.solution import Solution
from zeropark.scheduling.processes import usable_cores

_POLL_SECONDS = 0.2


def solve_all(
    problems: Sequence[Problem], options: SolverOptions, stage: str, progress: Progress
) -> list[Solution | None]:
    """Solutions in the order of the problems, None for one without an optimum.

    The solver releases Python's lock, so threads are enough. Ctrl-C stops every run.
    """
    stop = threading.Event()

    def listen(_: str, __: float) -> None:
        if stop.is_set():
            raise NotSolved("cancelled")

    def run(problem: Problem) -> Solution | None:
        solution = run_solver(problem, replace(options, threads=1), listen)
        return solution if solution.status == "optimal" else None

    began = time.perf_counter()
    with ThreadPoolExecutor(max_workers=usable_cores()) as pool:
        futures = [pool.submit(run, problem) for problem in problems]
        try:
            open_ = set(futures)
            while open_:
                progress(
                    f"{stage}: {len(futures) - len(open_)} of {len(futures)}", time.perf_counter() - began
                )
                done, open_ = wait(open_, timeout=_POLL_SECONDS, return_when=FIRST_COMPLETED)
                for future in done:
                    future.result()
        except BaseException:
            stop.set()
            raise
    return [future.result() for future in futures]
