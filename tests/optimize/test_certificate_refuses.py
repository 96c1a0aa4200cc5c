"""The certificate refuses wrong answers: flows, capacities, levels, peaks, states, bills and prices changed by 1e-4.

Each plan is made as ``zeropark plan`` makes it; then its answer is changed, read and certified again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.differential.random_parks import kind_of, random_park

from zeropark.accounts.standard import Accounts, accounts_of
from zeropark.forms import Array, Key
from zeropark.optimize.answer import Answer, Certificate
from zeropark.optimize.certificate import limit_residual, lower_bound
from zeropark.optimize.joint import joint
from zeropark.optimize.options import SolverName, SolverOptions, silent
from zeropark.optimize.problem import Problem
from zeropark.optimize.run import run_solver
from zeropark.optimize.solve import solve
from zeropark.park.model import Park
from zeropark.planning import built, certify
from zeropark.readings import read
from zeropark.rules.build import enforced, rules_of
from zeropark.rules.rule import Rule

MakePark = Callable[..., Park]
SIMPLEX = SolverOptions(solver="simplex")
CHANGE = 1e-4
"""Every change, relative to the largest value of what is changed."""
SOLVED = [20, 2, 3, 4, 5, 6, 7, 10, 12, 17, 24, 44, 46, 65, 85]
"""Seeds of random parks of most kinds, all with an optimum (``tests/differential/random_parks.py``)."""
BALANCED = ("output", "charge", "discharge", "forward", "backward", "buy", "sell", "intake", "activity")


@dataclass(frozen=True)
class Plan:
    """A park, its problem, and the answer that is to be judged."""

    park: Park
    accounts: Accounts
    rules: tuple[Rule, ...]
    problem: Problem
    answer: Answer

    def judged(self, x: Array | None = None, **changes: Any) -> Certificate:
        """The certificate of the answer with another point or other claims."""
        answer = replace(self.answer, **changes)
        if x is not None:
            answer = replace(answer, x=x, quantities=self.problem.quantities(x))
        outcome = read(self.park, self.accounts, self.rules, answer.quantities, "optimal", answer.rule_duals)
        return certify(self.problem, answer, outcome, SIMPLEX)

    def largest(self, key: Key) -> float:
        return float(np.max(np.abs(self.answer.x[self.problem.variables[key].columns]), initial=0.0))

    def moved(self, key: Key, entry: int, by: float) -> Array:
        """The point with one entry of a quantity moved by this share of the quantity's largest value."""
        x = self.answer.x.copy()
        x[self.problem.variables[key].start + entry] += by * self.largest(key)
        return x

    def keys(self, *parts: str) -> Iterator[Key]:
        """Quantities in use of these parts."""
        for key in self.problem.variables:
            if key[1].partition(":")[0] in parts and self.largest(key) > 0:
                yield key


def plan_of(park: Park, solver: SolverName = "simplex") -> Plan:
    accounts = accounts_of(park)
    rules = rules_of(park, accounts)
    problem = built(park, accounts, enforced(rules), silent)[0]
    return Plan(park, accounts, rules, problem, solve(park, problem, SolverOptions(solver=solver)))


@cache
def random_plan(seed: int) -> Plan:
    return plan_of(random_park(seed))


@pytest.fixture(scope="module")
def on_off(make_park: MakePark) -> Plan:
    """A boiler that runs between 2 and 5 MW or not at all, beside a dear market."""
    assets = {
        "boiler": {
            "kind": "converter", "rated": "el", "inputs": {"gas": 2.5}, "outputs": {"el": 1}, "capacity": 5,
            "min_load": 0.4, "on_off": True, "start_cost": 100,
        },
        "gas": {"kind": "source", "node": "gas", "capacity": 100, "cost": 10},
        "grid": {"kind": "market", "node": "el", "buy": {"price": [60, 60, 60, 90, 90, 20]}},
        "load": {"kind": "demand", "node": "el", "profile": [1, 2, 3, 7, 8, 1]},
    }  # fmt: skip
    return plan_of(make_park(assets, {"el": "electricity", "gas": "gas"}, steps=6))


# --- what is right passes -----------------------------------------------------------------------------------


@pytest.mark.parametrize("solver", ["simplex", "ipx", "hipo"])
@pytest.mark.parametrize("seed", SOLVED)
def test_right_answers_of_any_solver_pass(seed: int, solver: SolverName) -> None:
    certificate = plan_of(random_park(seed), solver).judged()
    assert certificate.sound, f"{kind_of(seed)}, {certificate}"


def test_a_right_on_off_plan_passes(on_off: Plan) -> None:
    assert on_off.judged().sound


# --- flows, levels, capacities, peaks -------------------------------------------------------------------------


@pytest.mark.parametrize("by", [CHANGE, -CHANGE])
@pytest.mark.parametrize("seed", SOLVED)
def test_a_changed_flow_is_refused(seed: int, by: float) -> None:
    """Every part that a balance holds, in the step where it is largest."""
    plan = random_plan(seed)
    for key in plan.keys(*BALANCED):
        entry = int(np.argmax(plan.answer.x[plan.problem.variables[key].columns]))
        assert not plan.judged(plan.moved(key, entry, by)).sound, (kind_of(seed), key)


@pytest.mark.parametrize("seed", SOLVED)
def test_a_changed_level_is_refused(seed: int) -> None:
    plan = random_plan(seed)
    for key in plan.keys("level"):
        entry = int(np.argmax(plan.answer.x[plan.problem.variables[key].columns]))
        for by in (CHANGE, -CHANGE):
            assert not plan.judged(plan.moved(key, entry, by)).sound, (kind_of(seed), key)


@pytest.mark.parametrize("seed", SOLVED)
def test_a_capacity_or_peak_too_small_for_what_flows_is_refused(seed: int) -> None:
    """Only where a row or a bound is tight: else the smaller one would do too, and is no mistake."""
    plan = random_plan(seed)
    for key in plan.keys("capacity", "power", "peak", "contracted", "initial"):
        x = plan.moved(key, 0, -CHANGE)
        if limit_residual(plan.problem, x) > 1e-5:
            assert not plan.judged(x).sound, (kind_of(seed), key)


@pytest.mark.parametrize("seed", SOLVED)
def test_a_capacity_too_large_widens_the_gap_by_what_it_costs(seed: int) -> None:
    plan = random_plan(seed)
    right = plan.judged()
    for key in plan.keys("capacity", "power"):
        x = plan.moved(key, 0, CHANGE)
        cost = float(plan.problem.cost @ x) + plan.problem.offset
        certificate = plan.judged(x, objective=cost)
        more = cost - plan.answer.objective
        scale = (
            (right.objective - right.lower_bound) / right.relative_gap if right.relative_gap > 0 else np.inf
        )
        assert more >= -1e-7 * abs(scale), (kind_of(seed), key)
        if more > 2e-5 * max(abs(cost), 1.0) and certificate.limit_residual < 1e-6:
            assert certificate.relative_gap > 1e-6, (kind_of(seed), key)


def test_balance_kept_but_availability_broken_is_refused(make_park: MakePark) -> None:
    """More sun than there is, all of it sold: every balance holds and the cost falls."""
    assets = {
        "pv": {"kind": "source", "node": "bus", "capacity": 10, "availability": [0.5, 1, 0.2]},
        "grid": {"kind": "market", "node": "bus", "buy": {"price": 90}, "sell": {"price": 40}},
        "load": {"kind": "demand", "node": "bus", "profile": [3, 4, 1]},
    }
    plan = plan_of(make_park(assets, steps=3))
    x = plan.moved(("pv", "output"), 1, CHANGE)
    x[plan.problem.variables[("grid", "sell")].start + 1] += (
        x[plan.problem.variables[("pv", "output")].start + 1] - 10
    )
    objective = float(plan.problem.cost @ x) + plan.problem.offset
    certificate = plan.judged(x, objective=objective)
    assert certificate.balance_residual < 1e-12
    assert certificate.cost_difference < 1e-12
    assert not certificate.sound


@pytest.mark.parametrize(
    ("key", "entry", "by"),
    [
        (("boiler", "on"), 3, -0.5),  # half on
        (("boiler", "on"), 3, -1.0),  # off, and yet it runs
        (("boiler", "activity:"), 3, -CHANGE),
        (("boiler", "start"), 3, -1.0),  # a start that is not paid
    ],
)
def test_a_changed_on_off_plan_is_refused(on_off: Plan, key: Key, entry: int, by: float) -> None:
    running = on_off.answer.x[on_off.problem.variables[("boiler", "on")].columns]
    starts = on_off.answer.x[on_off.problem.variables[("boiler", "start")].columns]
    at = int(np.argmax(starts)) if key[1] == "start" else int(np.flatnonzero(running > 0.5)[-1])
    assert not on_off.judged(on_off.moved(key, at, by)).sound


# --- claims ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SOLVED)
def test_a_cost_that_is_not_the_bill_is_refused(seed: int) -> None:
    plan = random_plan(seed)
    turnover = float(np.abs(plan.problem.cost) @ np.abs(plan.answer.x))
    wrong = plan.answer.objective + CHANGE * max(abs(plan.answer.objective), turnover, 1.0)
    assert not plan.judged(objective=wrong).sound, kind_of(seed)


@pytest.mark.parametrize("factor", [1 + CHANGE, 1 - CHANGE, 0.5, -1.0, 0.0])
@pytest.mark.parametrize("seed", SOLVED)
def test_scaled_duals_prove_less(seed: int, factor: float) -> None:
    plan = random_plan(seed)
    assert plan.answer.row_duals is not None
    right = plan.judged()
    scaled = plan.judged(row_duals=plan.answer.row_duals * factor)
    assert scaled.lower_bound <= right.objective + 1e-9 * abs(right.objective)
    if np.max(np.abs(plan.answer.row_duals), initial=0.0) > 0:
        assert scaled.relative_gap > 3e-6, kind_of(seed)


@settings(derandomize=True, deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.sampled_from(SOLVED), dice=st.integers(0, 2**32 - 1))
def test_no_tampering_with_duals_proves_more_than_the_optimum(seed: int, dice: int) -> None:
    """Two families swapped, one family turned in time, or a few rows changed at random."""
    plan, rng = random_plan(seed), np.random.default_rng(dice)
    assert plan.answer.row_duals is not None
    y, families = plan.answer.row_duals.copy(), list(plan.problem.families.values())
    one, other = (families[int(i)] for i in rng.integers(len(families), size=2))
    y[one] = y[one][::-1]
    if one.stop - one.start == other.stop - other.start:
        y[one], y[other] = y[other].copy(), y[one].copy()
    few = rng.integers(y.size, size=3)
    y[few] *= 1 + rng.standard_normal(3)
    turnover = float(np.abs(plan.problem.cost) @ np.abs(plan.answer.x)) + abs(plan.problem.offset)
    bound = lower_bound(plan.problem, y, plan.answer.x)
    assert bound.value <= plan.answer.objective + 1e-9 * turnover


# --- several weather years in one problem -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def two_years() -> tuple[Problem, Array, Array]:
    """One random park at two levels of prices, with common capacities."""
    problem = random_plan(4).problem
    sizes = [
        key for key, v in problem.variables.items() if v.chain is None and key[1] in ("capacity", "power")
    ]
    dearer = replace(problem, cost=problem.cost * 1.1)
    whole = joint({"a": problem, "b": dearer}, {"a": 0.5, "b": 0.5}, sizes).problem
    run = run_solver(whole, SIMPLEX)
    assert run.status == "optimal"
    assert run.row_duals is not None
    return whole, run.x, run.row_duals


def test_a_joint_answer_is_judged_like_any_other(two_years: tuple[Problem, Array, Array]) -> None:
    problem, x, y = two_years
    cost = float(problem.cost @ x) + problem.offset
    assert limit_residual(problem, x) < 1e-9
    assert lower_bound(problem, y, x).value == pytest.approx(cost, rel=1e-9)
    assert lower_bound(problem, y * (1 + CHANGE), x).value < cost * (1 - 1e-6)
    for key, variable in problem.variables.items():
        part = key[1].partition("@")[0].partition(":")[0]
        values = x[variable.columns]
        if part in BALANCED and np.max(values) > 0:
            moved = x.copy()
            moved[variable.start + int(np.argmax(values))] += CHANGE * np.max(values)
            assert limit_residual(problem, moved) > 1e-6, key
