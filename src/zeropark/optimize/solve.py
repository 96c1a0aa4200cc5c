"""Solve a park's problem: an optimum with prices, or an error that explains why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from zeropark.forms import Array
from zeropark.optimize.answer import Answer, SolverRecord
from zeropark.optimize.certificate import limit_residual
from zeropark.optimize.explain import why_not
from zeropark.optimize.formulate import SMALLEST_SHARE
from zeropark.optimize.options import Progress, SolverOptions, silent
from zeropark.optimize.problem import Problem
from zeropark.optimize.run import run_solver
from zeropark.optimize.solution import Solution
from zeropark.park.assets import Market
from zeropark.park.model import Park

_ROUNDING = 1e-9


def solve(
    park: Park,
    problem: Problem,
    options: SolverOptions,
    progress: Progress = silent,
    build_seconds: float = 0.0,
    units: Mapping[str, str] | None = None,
) -> Answer:
    """The least-cost answer. Raises Infeasible, Unbounded or NotSolved; never returns less than an optimum.

    ``units``: unit of each extra form by name, for the words that explain why there is no answer.
    """
    run = run_solver(problem, options, progress)
    if run.status != "optimal":
        raise why_not(park, problem, run.status, options, progress, units or {})
    priced = run if run.row_duals is not None else with_states_fixed(problem, run, options, progress)
    return answered(park, problem, run, priced, build_seconds)


def answered(
    park: Park, problem: Problem, run: Solution, priced: Solution, build_seconds: float = 0.0
) -> Answer:
    """What an optimal run says of the park. ``priced``: the same run, or of a mixed-integer problem the
    linear one with its states fixed, which has the multipliers.
    """
    x = np.clip(priced.x, problem.lower, problem.upper)
    net = netted(park, problem, x)
    if limit_residual(problem, net) <= max(limit_residual(problem, x), _ROUNDING):
        x = net  # else a rule wants what only simultaneous buying and selling gives
    record = record_of(problem, run, build_seconds)
    return Answer(
        float(problem.cost @ x) + problem.offset,
        problem.quantities(x),
        _prices(park, problem, priced),
        _rule_duals(problem, priced),
        x,
        run.row_duals,
        record,
        run.bound,
    )


def record_of(problem: Problem, run: Solution, build_seconds: float) -> SolverRecord:
    """Which solver ran, how long, and on what."""
    sizes = np.abs(problem.matrix.data)
    sizes = sizes[sizes > 0]
    return SolverRecord(
        run.solver,
        run.seconds,
        run.iterations,
        problem.cost.size,
        problem.row_lower.size,
        int(problem.matrix.nnz),
        build_seconds,
        float(np.min(sizes, initial=np.inf)) if sizes.size else 0.0,
        float(np.max(sizes, initial=0.0)),
    )


def netted(park: Park, problem: Problem, x: Array) -> Array:
    """Take buying and selling of one market in the same step off each other: only the difference flows.

    The balance stays as it is, what is certified stays covered by a purchase, and the cost can only
    fall: a market that pays more than it asks was refused when the park was read.
    """
    x = x.copy()
    for name, market in park.assets.items():
        keys = [(name, part) for part in ("buy", "sell", "certified")]
        buy, sell, certified = (problem.variables.get(key) for key in keys)
        if not isinstance(market, Market) or buy is None or sell is None:
            continue
        both = np.minimum(x[buy.columns], x[sell.columns])
        if certified is not None and market.certificates is not None:
            needed = x[certified.columns] / max(market.certificates.max_share, SMALLEST_SHARE)
            both = np.minimum(both, np.maximum(x[buy.columns] - needed, 0.0))
        x[buy.columns] -= both
        x[sell.columns] -= both
    return np.maximum(x, problem.lower)


def with_states_fixed(
    problem: Problem, found: Solution, options: SolverOptions, progress: Progress
) -> Solution:
    """The linear problem with every on/off state as found: rates free of rounding, and prices given who runs."""
    states = np.round(found.x)
    fixed = replace(
        problem,
        lower=np.where(problem.whole, states, problem.lower),
        upper=np.where(problem.whole, states, problem.upper),
        whole=np.zeros_like(problem.whole),
    )
    run = run_solver(fixed, replace(options, solver="auto"), progress)
    return run if run.status == "optimal" else found


def _prices(park: Park, problem: Problem, run: Solution) -> dict[str, Array] | None:
    """Marginal price of each node: the cost of one more unit taken out, money per carrier unit. A node where nothing
    is left to decide has none: no plan says what one more unit there would cost.
    """
    if run.row_duals is None:
        return None
    hours = park.clock.step_hours
    return {
        name.removeprefix("balance:"): run.row_duals[rows] / hours
        for name, rows in problem.families.items()
        if name.startswith("balance:")
    }


def _rule_duals(problem: Problem, run: Solution) -> dict[str, float] | None:
    """Money saved by each unit by which a limit is relaxed, ≥ 0."""
    if run.row_duals is None:
        return None
    return {
        name.removeprefix("limit:"): max(0.0, -float(run.row_duals[rows][0]))
        for name, rows in problem.families.items()
        if name.startswith("limit:")
    }
