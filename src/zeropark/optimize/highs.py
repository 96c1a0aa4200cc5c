"""HiGHS as the reference solver: simplex for small problems, HiPO for large ones, MIP for on/off."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import highspy
import numpy as np

from zeropark.errors import NotSolved
from zeropark.optimize.options import Progress, SolverOptions, silent
from zeropark.optimize.problem import Problem
from zeropark.optimize.solution import Solution

SMALL_NONZEROS = 60_000
"""Below this many nonzeros simplex is faster than an interior point on park problems."""
_POLL_SECONDS = 0.1
_INTERIOR = ("ipx", "hipo")
_COARSEST = 1e-6
"""An interior point that ends coarser than this has stagnated; without presolve it usually does not."""
_STOPPED = "solver stopped"
_USUAL_ITERATIONS = 75
"""Iterations that park problems of a year usually take, for the progress bar only."""


def choose_solver(problem: Problem, options: SolverOptions) -> str:
    """``mip`` when anything is whole, else by size; what the user names wins."""
    if np.any(problem.whole):
        return "mip"
    if options.solver in ("simplex", "ipx", "hipo"):
        return options.solver
    return "simplex" if problem.matrix.nnz < SMALL_NONZEROS else "hipo"


def solve_highs(problem: Problem, options: SolverOptions, progress: Progress = silent) -> Solution:
    """Solve; cancellation (Ctrl-C) and the time limit are honoured.

    Without crossover HiGHS sometimes cannot carry an interior point's multipliers back through its
    presolve, and calls a good optimum unknown: it is then solved again without presolve, and, where HiPO was
    not asked for by name, by IPX.

    Raises NotSolved when HiGHS cannot be given the problem.
    """
    name = choose_solver(problem, options)
    run = _solved(problem, options, name, progress)
    coarse = run.objective_error > max(_COARSEST, 10 * options.tolerance)
    if name not in _INTERIOR or not (run.status.startswith(_STOPPED) or (run.status == "optimal" and coarse)):
        return run
    left = None if options.time_limit is None else max(options.time_limit - run.seconds, 0.0)
    again = _solved(problem, replace(options, time_limit=left), name, progress, presolve=False)
    better = run if run.status == "optimal" and again.status != "optimal" else again
    spent = run.seconds + again.seconds
    if better.status.startswith(_STOPPED) and name == "hipo" and options.solver != "hipo":
        left = None if options.time_limit is None else max(options.time_limit - spent, 0.0)
        better = _solved(problem, replace(options, time_limit=left), "ipx", progress)
        spent += better.seconds
    return replace(better, seconds=spent)


def _solved(
    problem: Problem, options: SolverOptions, name: str, progress: Progress, presolve: bool = True
) -> Solution:
    highs = _instance(problem, options, name)
    if not presolve:
        highs.setOptionValue("presolve", "off")
    began = time.perf_counter()
    _run(
        highs,
        lambda iteration, seconds: progress(f"solve ({name}){_outlook(name, iteration, seconds)}", seconds),
    )
    seconds = time.perf_counter() - began
    info, solution = highs.getInfo(), highs.getSolution()
    x = np.array(solution.col_value, dtype=np.float64)
    duals = None if name == "mip" else np.array(solution.row_dual, dtype=np.float64)
    iterations = {
        "simplex": info.simplex_iteration_count,
        "mip": int(info.mip_node_count),
    }.get(name, info.ipm_iteration_count)
    bound = float(info.mip_dual_bound) if name == "mip" else None
    error = 0.0 if name == "mip" else float(info.primal_dual_objective_error)
    return Solution(
        _status(highs),
        float(info.objective_function_value),
        x,
        duals,
        f"highs-{name}",
        seconds,
        max(int(iterations), 0),
        bound,
        error if math.isfinite(error) else math.inf,
    )


class _Quiet(highspy.Highs):
    """HiGHS that prints nothing from the first moment: since 1.16 its constructor heads the log on stdout, where a
    script of the user's expects JSON, before any option can be set.
    """

    def enableCallbacks(self) -> Any:  # noqa: N802  the constructor calls it
        self.setOptionValue("output_flag", False)
        return super().enableCallbacks()  # type: ignore[no-untyped-call]


def _instance(problem: Problem, options: SolverOptions, name: str) -> Any:
    highs: Any = _Quiet()  # type: ignore[no-untyped-call]
    settings: dict[str, Any] = {
        "output_flag": False,
        "solver": "choose" if name == "mip" else name,
        "threads": options.threads,
        "mip_rel_gap": options.mip_gap,
        "run_crossover": "off",
        "primal_feasibility_tolerance": max(options.tolerance, 1e-10),
        "dual_feasibility_tolerance": max(options.tolerance, 1e-10),
        "ipm_optimality_tolerance": max(options.tolerance, 1e-12),
    }
    if name == "mip":
        settings["primal_feasibility_tolerance"] = settings["dual_feasibility_tolerance"] = 1e-7
    if options.time_limit is not None:
        settings["time_limit"] = options.time_limit
    for key, value in settings.items():
        highs.setOptionValue(key, value)
    if highs.passModel(_model(problem)) == highspy.HighsStatus.kError:
        raise NotSolved("the solver refuses the problem", "please report this park")
    return highs


def _model(problem: Problem) -> Any:
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = problem.cost.size, problem.row_lower.size
    lp.col_cost_, lp.offset_ = problem.cost, problem.offset
    lp.col_lower_, lp.col_upper_ = problem.lower, problem.upper
    lp.row_lower_, lp.row_upper_ = problem.row_lower, problem.row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = problem.matrix.indptr
    lp.a_matrix_.index_ = problem.matrix.indices
    lp.a_matrix_.value_ = problem.matrix.data
    if np.any(problem.whole):
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[int(whole)] for whole in problem.whole]
    return lp


def _run(highs: Any, tick: Callable[[int, float], None]) -> None:
    """Run in a thread, so that this one can report progress and hear Ctrl-C."""
    cancelled = threading.Event()
    iteration = 0

    def interrupt(event: Any) -> None:
        nonlocal iteration
        data = event.data_out
        iteration = max(iteration, data.ipm_iteration_count, data.simplex_iteration_count)
        if cancelled.is_set():
            event.interrupt()

    for name in ("cbSimplexInterrupt", "cbIpmInterrupt", "cbMipInterrupt"):
        getattr(highs, name).subscribe(interrupt)
    worker = threading.Thread(target=highs.run, daemon=True)
    began = time.perf_counter()
    worker.start()
    try:
        while worker.is_alive():
            worker.join(_POLL_SECONDS)
            tick(iteration, time.perf_counter() - began)
    except BaseException:
        cancelled.set()
        worker.join(10)
        raise


def _outlook(name: str, iteration: int, seconds: float) -> str:
    """Iterations so far and, for the interior point, a guess of the time left from its usual number."""
    if iteration <= 0:
        return ""
    text = f", iteration {iteration:,}"
    if name == "hipo" and iteration < _USUAL_ITERATIONS:
        text += f", about {seconds / iteration * (_USUAL_ITERATIONS - iteration):.0f} s left"
    return text


def _status(highs: Any) -> str:
    status = highs.getModelStatus()
    known = {
        highspy.HighsModelStatus.kOptimal: "optimal",
        highspy.HighsModelStatus.kInfeasible: "infeasible",
        highspy.HighsModelStatus.kUnbounded: "unbounded",
        highspy.HighsModelStatus.kUnboundedOrInfeasible: "unbounded or infeasible",
        highspy.HighsModelStatus.kTimeLimit: "time limit reached",
        highspy.HighsModelStatus.kInterrupt: "cancelled",
    }
    return known.get(status, f"{_STOPPED}: {highs.modelStatusToString(status)}")
