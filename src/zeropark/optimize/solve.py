"""Solve a park's problem: an optimum with prices, or an error that explains why there is none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from zeropark.forms import Array, Key
from zeropark.optimize.answer import Answer, SolverRecord
from zeropark.optimize.explain import why_not
from zeropark.optimize.highs import Solution, solve_highs
from zeropark.optimize.options import Progress, SolverOptions, silent
from zeropark.optimize.problem import Problem
from zeropark.park.model import Park


def solve(
    park: Park,
    problem: Problem,
    options: SolverOptions,
    progress: Progress = silent,
    build_seconds: float = 0.0,
) -> Answer:
    """The least-cost answer. Raises Infeasible, Unbounded or NotSolved; never returns less than an optimum."""
    run = solve_highs(problem, options, progress)
    if run.status != "optimal":
        raise why_not(park, problem, run.status, options, progress)
    x = np.clip(run.x, problem.lower, problem.upper)
    record = SolverRecord(
        run.solver,
        run.seconds,
        run.iterations,
        problem.cost.size,
        problem.row_lower.size,
        int(problem.matrix.nnz),
        build_seconds,
    )
    quantities = netted(problem.quantities(x))
    objective = float(problem.cost @ x) + problem.offset
    priced = run if run.row_duals is not None else _with_states_fixed(problem, x, options, progress)
    return Answer(
        objective,
        quantities,
        _prices(park, problem, priced),
        _rule_duals(problem, priced),
        x,
        run.row_duals,
        record,
        run.bound,
    )


def netted(quantities: dict[Key, Array]) -> dict[Key, Array]:
    """Take buying and selling of one market in the same step off each other: only the difference flows.

    The balance stays as it is, and the cost can only fall: a market that pays more than it asks was
    refused when the park was read.
    """
    result = dict(quantities)
    for (asset, part), buy in quantities.items():
        if part != "buy" or (asset, "sell") not in quantities:
            continue
        both = np.minimum(buy, quantities[(asset, "sell")])
        result[(asset, "buy")] = buy - both
        result[(asset, "sell")] = quantities[(asset, "sell")] - both
        if (asset, "certified") in quantities:
            result[(asset, "certified")] = np.minimum(quantities[(asset, "certified")], buy - both)
    return result


def _with_states_fixed(problem: Problem, x: Array, options: SolverOptions, progress: Progress) -> Solution:
    """The linear problem with every on/off state as the plan has it: prices given who runs."""
    states = np.round(x)
    fixed = replace(
        problem,
        lower=np.where(problem.whole, states, problem.lower),
        upper=np.where(problem.whole, states, problem.upper),
        whole=np.zeros_like(problem.whole),
    )
    run = solve_highs(fixed, replace(options, solver="auto"), progress)
    return run if run.status == "optimal" else replace(run, row_duals=None)


def _prices(park: Park, problem: Problem, run: Solution) -> dict[str, Array] | None:
    """Marginal price of each node: the cost of one more unit taken out, money per carrier unit."""
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
