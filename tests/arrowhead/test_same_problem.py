"""The arrow form, scaled or not, is the same problem: solved flat by HiGHS it has the same optimum."""

from __future__ import annotations

import numpy as np
import pytest
from tests.arrowhead.small import Flat, highs
from tests.differential.random_parks import kind_of, random_problem

from zeropark.optimize.arrowhead.border import BorderPoint
from zeropark.optimize.arrowhead.detect import arrowhead_of
from zeropark.optimize.arrowhead.form import Arrow
from zeropark.optimize.arrowhead.recover import constant_cost, recovered
from zeropark.optimize.arrowhead.scaling import Scaling, scaled
from zeropark.optimize.arrowhead.state import Rates
from zeropark.optimize.certificate import limit_residual
from zeropark.optimize.problem import Problem

SEEDS = range(60)
"""Three of each kind of park."""


def reference(problem: Problem) -> tuple[str, float, float]:
    """Status, cost, and what a difference in cost is relative to."""
    status, cost, x = highs(
        problem.cost, problem.matrix, problem.row_lower, problem.row_upper, problem.lower, problem.upper
    )
    money = float(np.abs(problem.cost) @ np.abs(x)) if status == "optimal" else 0.0
    return status, cost, max(abs(cost), 1e-3 * money, 1.0)


def same_verdict(found: str, expected: str) -> bool:
    """HiGHS' presolve cannot always tell infeasible from unbounded."""
    return found == expected or (found != "optimal" and "primal infeasible or unbounded" in (found, expected))


def as_it_is(arrow: Arrow) -> Scaling:
    """A scaling that scales nothing."""
    border = arrow.border
    return Scaling(
        [np.ones(c.rates) for c in arrow.chains], [np.ones(c.rows) for c in arrow.chains], np.ones(border.columns),
        np.ones(border.rows), 1.0, 1.0,
    )  # fmt: skip


@pytest.mark.parametrize("seed", SEEDS)
def test_the_arrow_has_the_same_optimum_and_its_point_keeps_every_row(seed: int) -> None:
    problem = random_problem(seed)
    found = arrowhead_of(problem)
    flat = Flat(found.arrow)
    status, cost, money = reference(problem)
    verdict, arrow_cost, x = flat.solved()
    assert same_verdict(verdict, status), kind_of(seed)
    if verdict != "optimal":
        return
    assert arrow_cost + constant_cost(problem, found) == pytest.approx(cost, abs=1e-7 * money)
    rates = [flat.rates(x, c) for c in range(len(found.arrow.chains))]
    border = found.arrow.border
    w, zero = x[flat.w : flat.w + border.columns], np.zeros(border.columns)
    point = BorderPoint(w, zero, zero, zero, zero, np.zeros(border.rows))
    points = [
        (Rates(r, 0 * r, 0 * r, 0 * r), np.zeros((chain.rows, chain.steps)))
        for r, chain in zip(rates, found.arrow.chains, strict=True)
    ]
    back, _ = recovered(problem, found, as_it_is(found.arrow), points, point)
    assert limit_residual(problem, back) <= 1e-7
    assert float(problem.cost @ back) == pytest.approx(cost, abs=1e-7 * money)


@pytest.mark.parametrize("seed", SEEDS[::2])
def test_scaling_changes_units_only(seed: int) -> None:
    problem = random_problem(seed)
    found = arrowhead_of(problem)
    arrow, scaling = scaled(found.arrow)
    status, cost, money = reference(problem)
    verdict, scaled_cost, _ = Flat(arrow).solved()
    assert same_verdict(verdict, status), kind_of(seed)
    if verdict == "optimal":
        total = scaled_cost * scaling.money * scaling.size + constant_cost(problem, found)
        assert total == pytest.approx(cost, abs=1e-7 * money)


def test_scaling_is_by_powers_of_two_and_brings_mixed_units_near_one() -> None:
    """Seed 50: kind 'wide units'. A power of two changes no digit of a number."""
    arrow, scaling = scaled(arrowhead_of(random_problem(50)).arrow)
    for factors in (*scaling.rate, *scaling.row):
        assert np.log2(factors) == pytest.approx(np.round(np.log2(factors)), abs=0)
    (chain,) = arrow.chains
    sizes = np.concatenate(
        [np.atleast_1d(np.max(np.abs(chain.values(chain.now, e)))) for e in range(len(chain.now))]
    )
    assert np.max(sizes) / np.min(sizes[sizes > 0]) < 1e3
    assert np.max(np.abs(chain.rhs)) == pytest.approx(1.0, abs=0.1)
