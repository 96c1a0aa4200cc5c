"""The lower bound holds for any multipliers, equals the optimum for the right ones, and residuals see faults."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zeropark.accounts.standard import accounts_of
from zeropark.forms import Array, Form, Key
from zeropark.optimize.answer import Certificate
from zeropark.optimize.certificate import limit_residual, lower_bound
from zeropark.optimize.formulate import formulate
from zeropark.optimize.highs import Solution, solve_highs
from zeropark.optimize.options import SolverOptions
from zeropark.optimize.problem import Problem
from zeropark.park.model import Park
from zeropark.texts import in_language

MakePark = Callable[..., Park]
Solved = tuple[Problem, Solution, Array]
SEEDS = range(20)


def solved(problem: Problem) -> Solved:
    run = solve_highs(problem, SolverOptions(solver="simplex"))
    assert run.status == "optimal"
    assert run.row_duals is not None
    return problem, run, run.row_duals


@pytest.fixture(scope="session")
def random_solved(random_park: Callable[..., Park]) -> list[Solved]:
    parks = [random_park(seed, 8, 1.0) for seed in SEEDS]
    return [solved(formulate(park, accounts_of(park).cost)) for park in parks]


def turnover(problem: Problem, x: Array) -> float:
    """All money that moves, whatever its sign: what rounding is relative to where costs and sales meet."""
    return float(np.abs(problem.cost) @ np.abs(x)) + abs(problem.offset) + 1.0


def two_sources(make_park: MakePark, cheap: Any = 5, dear: Any = 50) -> Park:
    """7 MW needed for an hour; ``cheap`` at 10 and ``dear`` at 40."""
    assets = {
        "cheap": {"kind": "source", "node": "bus", "capacity": cheap},
        "dear": {"kind": "source", "node": "bus", "capacity": dear},
        "load": {"kind": "demand", "node": "bus", "profile": [7]},
    }
    return make_park(assets, steps=1)


COST = Form({("cheap", "output"): 10.0, ("dear", "output"): 40.0})


# --- the bound ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("price", [0.0, 10.0, 25.0, 39.0, 40.0, 41.0, 200.0])
def test_bound_of_any_price_by_hand(price: float, make_park: MakePark) -> None:
    """Weak duality: 7 λ + 5 · min(0, 10 − λ) + 50 · min(0, 40 − λ). At λ = 40 it is 130 = 5 · 10 + 2 · 40,
    the optimum; below at any other price.
    """
    problem = formulate(two_sources(make_park), COST)
    by_hand = 7 * price + 5 * min(0.0, 10 - price) + 50 * min(0.0, 40 - price)
    bound = lower_bound(problem, np.array([price]), np.array([5.0, 2.0]))
    assert bound.value == pytest.approx(by_hand, abs=1e-6)  # multipliers are shrunk by 1e-10
    assert bound.assumed == ""
    assert by_hand <= 130
    assert (by_hand == 130) == (price == 40)


def test_bound_equals_the_optimum(random_solved: list[Solved]) -> None:
    for seed, (problem, run, duals) in zip(SEEDS, random_solved, strict=True):
        gap = run.objective - lower_bound(problem, duals, run.x).value
        assert abs(gap) <= 1e-9 * turnover(problem, run.x), f"random_park({seed}, 8, 1.0)"


def test_noise_in_the_multipliers_costs_little(random_solved: list[Solved]) -> None:
    """An interior point's multipliers are off in their tenth digit; a certificate must not fall apart."""
    rng = np.random.default_rng(7)
    for problem, run, duals in random_solved:
        noisy = duals * (1 + 1e-10 * rng.standard_normal(duals.size))
        gap = run.objective - lower_bound(problem, noisy, run.x).value
        assert -1e-9 * turnover(problem, run.x) <= gap <= 1e-6 * turnover(problem, run.x)


@settings(derandomize=True, deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_no_multipliers_prove_more_than_the_optimum(random_solved: list[Solved], data: st.DataObject) -> None:
    """Random ones, and the right ones with some replaced, scaled, or of the other sign."""
    problem, run, duals = random_solved[data.draw(st.integers(0, len(SEEDS) - 1))]
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    scale = 10.0 ** data.draw(st.integers(-6, 6))
    share = data.draw(st.sampled_from([0.0, 0.01, 0.3, 1.0]))
    factor = data.draw(st.sampled_from([-1.0, 0.0, 0.999999, 1.0, 1.000001, 3.0]))
    replaced = rng.random(duals.size) < share
    y = np.where(replaced, rng.standard_normal(duals.size) * scale, duals * factor)
    bound = lower_bound(problem, y, run.x).value
    assert bound <= run.objective + 1e-9 * turnover(problem, run.x)


@pytest.mark.parametrize("which", ["balance", "capacity", "level"])
def test_a_changed_dual_lowers_the_bound(which: str, random_solved: list[Solved]) -> None:
    """One multiplier of a family lower by a tenth of the largest: the proof gets weaker (but where the
    rates of its row are all zero).
    """
    drops = []
    for problem, run, duals in random_solved:
        rows = [
            r
            for name, span in problem.families.items()
            if name.startswith(which)
            for r in range(span.start, span.stop)
        ]
        for row in rows[:: max(1, len(rows) // 5)]:
            y = duals.copy()
            y[row] -= 0.1 * np.max(np.abs(duals))
            drops.append((run.objective - lower_bound(problem, y, run.x).value) / turnover(problem, run.x))
    assert min(drops) >= -1e-9
    assert np.mean(np.array(drops) > 1e-6) > 0.8


def test_bound_of_a_cheaper_problem_does_not_prove_a_dearer_plan(make_park: MakePark) -> None:
    """With a smaller cheap source the optimum is 3 · 10 + 4 · 40 = 190; multipliers found for the larger one
    still prove 190, as they name the same price, and not one of another need: 7 at 10 prove 70.
    """
    problem = formulate(two_sources(make_park, cheap=3), COST)
    assert lower_bound(problem, np.array([40.0]), np.array([3.0, 4.0])).value == pytest.approx(190)
    assert lower_bound(problem, np.array([10.0]), np.array([3.0, 4.0])).value == pytest.approx(70)


# --- what it leans on ---------------------------------------------------------------------------------------


def test_nothing_is_assumed_where_all_is_bounded(make_park: MakePark) -> None:
    """A capacity to be chosen with a max bounds its rate too, by a row: noise moves to that row."""
    size = {"max": 20}
    problem, run, duals = solved(
        formulate(two_sources(make_park, cheap=size), COST + Form({("cheap", "capacity"): 5.0}))
    )
    assert run.objective == pytest.approx(105)  # 7 · (10 + 5), cheaper than 40
    for noise in (0.0, 1e-9, -1e-9, 1e-3):
        bound = lower_bound(problem, duals + noise, run.x)
        assert bound.assumed == ""
        assert 105 - 60 * abs(noise) - 1e-6 <= bound.value <= 105 + 1e-6


def test_a_purchase_without_limit_is_bounded_by_what_can_leave_its_node(make_park: MakePark) -> None:
    """At most the load's 7 MW can be bought: at a price too high by 1 the bound loses 7 of 77, and is 70."""
    assets = {
        "grid": {"kind": "market", "node": "bus", "buy": {}},
        "load": {"kind": "demand", "node": "bus", "profile": [7]},
    }
    problem = formulate(make_park(assets, steps=1), Form({("grid", "buy"): 10.0}))
    bound = lower_bound(problem, np.array([11.0]), np.array([7.0]))
    assert bound.value == pytest.approx(70)
    assert bound.assumed == ""


def test_what_is_assumed_of_unlimited_quantities_is_said(make_park: MakePark) -> None:
    """Buying at 10 and selling at 11 is money for nothing: no price proves any bound, so it leans on a box of
    ten times the 7 MW, and says so.
    """
    assets = {
        "grid": {"kind": "market", "node": "bus", "buy": {}, "sell": {}},
        "load": {"kind": "demand", "node": "bus", "profile": [7]},
    }
    cost = Form({("grid", "buy"): 10.0, ("grid", "sell"): -11.0})
    problem = formulate(make_park(assets, steps=1), cost)
    bound = lower_bound(problem, np.array([11.0]), np.array([7.0, 0.0]))
    assert bound.value <= 77 - 7
    assert (
        in_language(bound.assumed, "en")
        == "no unlimited quantity of grid exceeds 10 times its value in this plan"
    )


def test_a_solvers_last_digit_is_lifted_off_unlimited_quantities(make_park: MakePark) -> None:
    """The power of the battery has no limit, so a price off in its tenth digit would prove nothing: it is moved
    to where it proves, and nothing is assumed.
    """
    assets = {
        "grid": {"kind": "market", "node": "bus", "buy": {"price": [10, 40]}, "sell": {"price": [9, 12]}},
        "load": {"kind": "demand", "node": "bus", "profile": [3, 7]},
        "battery": {
            "kind": "storage", "node": "bus", "capacity": 5, "charge_efficiency": 0.9, "discharge_efficiency": 0.9,
        },
    }  # fmt: skip
    park = make_park(assets, steps=2)
    problem, run, duals = solved(formulate(park, accounts_of(park).cost))
    for noise in (-1e-10, 1e-10):
        signs = np.where(np.arange(duals.size) % 2 == 0, 1.0, -1.0)
        bound = lower_bound(problem, duals * (1 + noise * signs), run.x)
        assert bound.assumed == ""
        assert -1e-9 * run.objective <= run.objective - bound.value <= 1e-7 * run.objective


# --- residuals ----------------------------------------------------------------------------------------------


def test_residual_of_a_solution_is_small(random_solved: list[Solved]) -> None:
    assert max(limit_residual(problem, run.x) for problem, run, _ in random_solved) < 1e-8


@pytest.mark.parametrize(
    ("x", "residual"),
    [
        ([5.0, 2.0], 0.0),
        ([5.0, 1.3], 0.7 / 6.3),  # 0.7 of 7 MW missing; the row's largest term is what flows
        ([5.0, 2.7], 0.7 / 7.7),
        ([5.5, 1.5], 0.5 / 5.5),  # balanced, but 0.5 over the capacity of 5
        ([7.5, -0.5], 1.0),  # balanced; 2.5 of 7.5 over the capacity, and all of the other source below zero
        ([0.0, 7.0], 0.0),  # feasible, though not best: not a matter of residuals
    ],
)
def test_residual_by_hand(x: list[float], residual: float, make_park: MakePark) -> None:
    problem = formulate(two_sources(make_park), COST)
    assert limit_residual(problem, np.array(x)) == pytest.approx(residual, abs=1e-12)


def test_residual_rises_with_any_changed_flow_or_capacity(random_solved: list[Solved]) -> None:
    """A rate of any asset a hundredth higher, a capacity that is used a tenth smaller."""
    for problem, run, _ in random_solved:
        before = limit_residual(problem, run.x)
        for key in moved(problem, run.x):
            x = run.x.copy()
            at = problem.variables[key].columns
            x[at] = x[at] * 0.9 if key[1] == "capacity" else x[at] + 0.01 * np.max(np.abs(x[at]))
            assert limit_residual(problem, x) > max(1e-4, before), key


def moved(problem: Problem, x: Array) -> list[Key]:
    """Rates that stand in a balance, and capacities above their least that some row needs."""
    keys = []
    for key, variable in problem.variables.items():
        values = x[variable.columns]
        balanced = key[1] in ("output", "charge", "discharge", "forward", "backward", "buy", "sell", "intake")
        if np.max(values) > 0.1 and (
            balanced or (key[1] == "capacity" and values[0] > variable.lower[0] + 0.1)
        ):
            keys.append(key)
    return keys


# --- soundness ----------------------------------------------------------------------------------------------

SOUND = Certificate(
    relative_gap=1e-9,
    balance_residual=1e-12,
    cost_difference=1e-12,
    objective=1.0,
    lower_bound=1.0,
    limit_residual=1e-12,
)


def test_sound_certificate() -> None:
    assert SOUND.sound


@pytest.mark.parametrize("field", ["relative_gap", "balance_residual", "cost_difference", "limit_residual"])
@pytest.mark.parametrize("value", [1.1e-5, float("nan"), float("inf")])
def test_one_fault_makes_it_unsound(field: str, value: float) -> None:
    assert not replace(SOUND, **{field: value}).sound
