"""Proofs that there is no plan, and that the cost has no end: by hand, and on random problems against HiGHS."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

from zeropark.forms import Array, Form
from zeropark.optimize.certificate import lower_bound, proves_infeasible, proves_unbounded
from zeropark.optimize.elastic import relaxed
from zeropark.optimize.formulate import formulate
from zeropark.optimize.highs import solve_highs
from zeropark.optimize.implied import implied_bounds
from zeropark.optimize.options import SolverOptions
from zeropark.optimize.problem import Problem, Variable
from zeropark.park.model import Park

MakePark = Callable[..., Park]
SIMPLEX = SolverOptions(solver="simplex")
INF = np.inf


def problem_of(A: Any, rows: Any, columns: Any, cost: Any) -> Problem:
    """rows, columns: (lower, upper) of each."""
    lower, upper = np.array(columns, dtype=float).T
    row_lower, row_upper = np.array(rows, dtype=float).T
    variables = {("a", "x"): Variable(("a", "x"), lower, upper)}
    whole, cost = np.zeros(lower.size, dtype=bool), np.array(cost, dtype=float)
    matrix = sp.csc_array(np.array(A, dtype=float))
    return Problem(
        variables, {}, {"r": slice(0, row_lower.size)}, matrix, row_lower, row_upper, lower, upper, cost, 0.0, whole
    )  # fmt: skip


def random_lp(seed: int) -> Problem:
    """Up to 7 rows and 9 columns of every kind of bound, numbers with two digits."""
    rng = np.random.default_rng(seed)
    m, n = int(rng.integers(1, 8)), int(rng.integers(1, 10))
    A = np.round(rng.normal(0, 2, (m, n)), 2) * (rng.random((m, n)) < 0.6)
    lower = np.where(rng.random(n) < 0.2, -INF, np.round(rng.normal(0, 1, n), 2) * (rng.random(n) < 0.3))
    upper = np.where(rng.random(n) < 0.5, INF, np.maximum(lower, -3) + np.round(4 * rng.random(n), 2))
    middle = np.round(rng.normal(0, 3, m), 2)
    row_lower = np.where(rng.random(m) < 0.3, -INF, middle)
    row_upper = np.where(rng.random(m) < 0.3, INF, middle + (rng.random(m) < 0.5) * rng.random(m))
    rows, columns = np.c_[row_lower, row_upper], np.c_[lower, upper]
    return problem_of(A, rows, columns, np.round(rng.normal(1, 2, n), 2))


# --- by hand ------------------------------------------------------------------------------------------------


def test_too_little_capacity_is_proved_by_the_price_of_the_balance(make_park: MakePark) -> None:
    """7 MW needed and 5 to be had: 1 · 7 − 1 · 5 = 2 MW are missing whatever is done."""
    assets = {
        "source": {"kind": "source", "node": "bus", "capacity": 5},
        "load": {"kind": "demand", "node": "bus", "profile": [7]},
    }
    problem = formulate(make_park(assets, steps=1), Form())
    assert proves_infeasible(problem, np.array([1.0])) == pytest.approx(2)
    assert proves_infeasible(problem, np.array([3.0])) == pytest.approx(6)
    assert proves_infeasible(problem, np.array([-1.0])) <= 0
    assert proves_infeasible(problem, np.array([0.0])) <= 0


def test_what_is_feasible_to_the_last_digit_is_not_refuted(make_park: MakePark) -> None:
    assets = {
        "source": {"kind": "source", "node": "bus", "capacity": 0.1 + 0.2},
        "load": {"kind": "demand", "node": "bus", "profile": [0.3]},
    }
    problem = formulate(make_park(assets, steps=1), Form())
    for y in (1.0, 1e6, 1e-6):
        assert proves_infeasible(problem, np.array([y])) <= 0


def test_a_ray_with_noise_on_an_unlimited_quantity_still_proves() -> None:
    """x ≥ 0 free of cost in a row of its own: its multiplier must be 0, and 1e-13 is taken for it."""
    problem = problem_of([[1, 0], [0, 1]], [(7, 7), (-INF, 3)], [(0, 5), (0, INF)], [1, 1])
    assert proves_infeasible(problem, np.array([1.0, 1e-13])) == pytest.approx(2)
    assert proves_infeasible(problem, np.array([1.0, -1e-13])) == pytest.approx(2)


def test_a_direction_that_earns_for_ever_is_found() -> None:
    """Buy at 3, sell at 4, one balance; not where the sale is limited, the price is right, or nothing balances."""
    rows, endless, limited = [(0, 0)], [(0, INF), (0, INF)], [(0, INF), (0, 8)]
    both = np.array([1.0, 1.0])
    assert proves_unbounded(problem_of([[1, -1]], rows, endless, [3, -4]), both) == pytest.approx(1 / 7)
    assert proves_unbounded(problem_of([[1, -1]], rows, limited, [3, -4]), both) == 0
    assert proves_unbounded(problem_of([[1, -1]], rows, endless, [4, -4]), both) == 0
    assert proves_unbounded(problem_of([[1, -1]], rows, endless, [3, -4]), np.array([1.0, 1.0001])) == 0
    assert proves_unbounded(problem_of([[1, -1]], rows, endless, [3, -4]), -both) == 0
    assert proves_unbounded(problem_of([[1, -1]], [(0, 5)], endless, [3, -4]), np.array([0.0, 0.0])) == 0


def test_implied_bounds_by_hand() -> None:
    """x + y = 7 with y ≥ 2 leaves x at most 5; 2x − z ≥ 0 then leaves z at most 10; w is in no row."""
    problem = problem_of(
        [[1, 1, 0, 0], [2, 0, -1, 0]],
        [(7, 7), (0, INF)],
        [(0, INF), (2, INF), (0, INF), (0, INF)],
        [1, 1, 1, 1],
    )
    lower, upper = implied_bounds(problem)
    assert upper == pytest.approx([5, 7, 10, INF])
    assert list(lower) == [0, 2, 0, 0]
    assert np.all(upper[:3] >= [5, 7, 10])  # rounded outwards


# --- at random ----------------------------------------------------------------------------------------------


def tries(problem: Problem, rng: np.random.Generator) -> list[Array]:
    return [rng.normal(0, 1, problem.row_lower.size) * 10.0 ** rng.integers(-3, 3) for _ in range(5)]


def test_proofs_agree_with_the_verdicts_on_random_problems() -> None:
    """No multipliers refute what is feasible or bound it above its optimum; the multipliers of the least total
    miss refute what is infeasible, except where a quantity free on both sides hides in rounding.
    """
    counts = {"optimal": 0, "infeasible": 0, "unbounded": 0, "refuted": 0}
    for seed in range(250):
        problem, rng = random_lp(seed), np.random.default_rng(seed)
        missed = solve_highs(relaxed(problem, {"r": 1.0}), SIMPLEX)
        assert missed.row_duals is not None
        if missed.objective > 1e-9:
            counts["infeasible"] += 1
            proved = proves_infeasible(problem, missed.row_duals)
            assert proved <= missed.objective * (1 + 1e-9), seed
            counts["refuted"] += proved > missed.objective * (1 - 1e-6)
            continue
        ys = tries(problem, rng)
        assert max(proves_infeasible(problem, y) for y in [*ys, missed.row_duals]) <= 0, seed
        run = solve_highs(problem, SIMPLEX)
        if run.status != "optimal":
            counts["unbounded"] += 1
            continue
        counts["optimal"] += 1
        assert run.row_duals is not None
        assert all(proves_unbounded(problem, rng.normal(0, 1, run.x.size)) == 0 for _ in range(5)), seed
        for y in [*ys, run.row_duals]:
            bound = lower_bound(problem, y, run.x)
            assert bound.assumed or bound.value <= run.objective + 1e-9 * max(1.0, abs(run.objective)), seed
    assert min(counts["optimal"], counts["infeasible"], counts["unbounded"]) >= 40
    assert counts["refuted"] >= 0.9 * counts["infeasible"]


def test_implied_bounds_hold_at_every_feasible_point() -> None:
    """The largest and smallest value of each column, found by HiGHS, lie within."""
    tightened = 0
    for seed in range(60):
        problem = random_lp(seed)
        lower, upper = implied_bounds(problem)
        for j in range(problem.cost.size):
            for sign, own, implied in ((1.0, problem.lower, lower), (-1.0, problem.upper, upper)):
                if np.isfinite(own[j]) or not np.isfinite(implied[j]):
                    continue
                tightened += 1
                cost = np.zeros(problem.cost.size)
                cost[j] = sign
                columns = np.c_[problem.lower, problem.upper]
                rows = np.c_[problem.row_lower, problem.row_upper]
                run = solve_highs(problem_of(problem.matrix.toarray(), rows, columns, cost), SIMPLEX)
                if run.status == "optimal":
                    assert sign * (run.x[j] - implied[j]) >= -1e-7 * max(1.0, abs(implied[j])), seed
    assert tightened >= 20
