"""Every solver against HiGHS simplex on random parks of every kind: same verdict, same cost, prices that prove it.

Optimal flows and prices need not be unique, so costs are compared, and the prices by the bound they prove.
A failure names its seed; ``python tests/differential/random_parks.py SEED`` shows park and answers.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from tests.differential.random_parks import KINDS, VERDICTS, kind_of, random_problem

from zeropark.forms import Array
from zeropark.optimize.certificate import limit_residual, lower_bound, proves_infeasible
from zeropark.optimize.elastic import relaxed
from zeropark.optimize.highs import solve_highs
from zeropark.optimize.options import SolverName, SolverOptions
from zeropark.optimize.problem import Problem
from zeropark.optimize.run import run_solver

SOLVERS: tuple[SolverName, ...] = ("arrowhead",)
SEEDS = range(340)
REFERENCE = SolverOptions(solver="simplex", tolerance=1e-10, threads=1)
COST_TOLERANCE = 1e-7
BOUND_TOLERANCE = 1e-6
RESIDUAL_TOLERANCE = 1e-6


def scale(problem: Problem, x: Array, cost: float) -> float:
    """What a difference in cost is relative to: the cost, or a thousandth of all money that moves."""
    turnover = float(np.abs(problem.cost) @ np.abs(x)) + abs(problem.offset)
    return max(abs(cost), 1e-3 * turnover, 1.0)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("solver", SOLVERS)
def test_solver_agrees_with_simplex(solver: SolverName, seed: int) -> None:
    problem = random_problem(seed)
    reference = solve_highs(problem, REFERENCE)
    run = run_solver(problem, SolverOptions(solver=solver, threads=1))
    where = f"{kind_of(seed)}; python tests/differential/random_parks.py {seed}"
    assert reference.status in ("optimal", "infeasible", "unbounded"), where
    assert reference.status == VERDICTS.get(kind_of(seed), reference.status), where
    assert same_verdict(run.status, reference.status), f"{run.status}, not {reference.status}; {where}"
    if reference.status != "optimal":
        return
    money = scale(problem, reference.x, reference.objective)
    assert abs(run.objective - reference.objective) <= COST_TOLERANCE * money, where
    assert abs(float(problem.cost @ run.x) + problem.offset - run.objective) <= COST_TOLERANCE * money, where
    assert limit_residual(problem, run.x) <= RESIDUAL_TOLERANCE, where
    assert run.row_duals is not None, where
    proved = lower_bound(problem, run.row_duals, run.x).value
    assert -COST_TOLERANCE * money <= run.objective - proved <= BOUND_TOLERANCE * money, where


def same_verdict(found: str, expected: str) -> bool:
    """HiGHS' presolve cannot always tell infeasible from unbounded, and then says so."""
    return found == expected or (found == "unbounded or infeasible" and expected in found)


@pytest.mark.parametrize("seed", [seed for seed in SEEDS if kind_of(seed) == "short of supply"])
@pytest.mark.parametrize("solver", ["simplex", "ipx"])
def test_shortage_is_proved_by_the_prices_of_what_is_missed(solver: SolverName, seed: int) -> None:
    """The multipliers of the least total miss are a ray; without cost they bound it from below, above 0."""
    problem = random_problem(seed)
    missed = solve_highs(relaxed(problem, dict.fromkeys(problem.families, 1.0)), SolverOptions(solver=solver))
    assert missed.row_duals is not None
    assert missed.objective > 1e-6
    proved = proves_infeasible(problem, missed.row_duals)
    assert 0 < proved <= missed.objective * (1 + 1e-6), f"python tests/differential/random_parks.py {seed}"


def test_the_seeds_reach_every_kind_and_every_family_of_rows() -> None:
    """What a park can write down without whole numbers; few and many steps; coefficients far apart."""
    assert len(SEEDS) >= 300
    assert min(Counter(kind_of(seed) for seed in SEEDS).values()) >= 300 // len(KINDS)
    problems = [random_problem(seed) for seed in SEEDS[:100]]
    assert {name.partition(":")[0] for problem in problems for name in problem.families} == {
        "balance", "capacity", "floor", "modes", "modes-floor", "level", "start", "end", "c-rate", "ramp-up",
        "ramp-down", "window", "target", "peak", "contracted", "certificates", "limit",
    }  # fmt: skip
    lengths = [max(v.count for v in problem.variables.values()) for problem in problems if problem.variables]
    assert min(lengths) == 1
    assert max(lengths) > 300
    nonzeros = [np.abs(problem.matrix.data[problem.matrix.data != 0]) for problem in problems]
    assert min(np.min(data, initial=1.0) for data in nonzeros) <= 1e-4
    assert max(np.max(data, initial=1.0) for data in nonzeros) >= 1e5
