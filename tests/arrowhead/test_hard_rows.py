"""Rows that a reviewer found misread: months that change under an entry, columns below zero, rooms beside huge ones."""

from __future__ import annotations

import numpy as np
import pytest

from zeropark.forms import Form
from zeropark.optimize.arrowhead.detect import arrowhead_of
from zeropark.optimize.arrowhead.interior import Interior
from zeropark.optimize.arrowhead.solve import solve_arrowhead
from zeropark.optimize.highs import solve_highs
from zeropark.optimize.options import SolverOptions
from zeropark.optimize.problem import Problem, Rows, Term, Variable, assemble, each_step, place, shared
from zeropark.optimize.run import run_solver

ONE = SolverOptions(solver="arrowhead", threads=1)
T = 8
INF = np.inf


def months(factor: float) -> Problem:
    """Family A limits x1 + 2 x2 + y1/2 by the month's p; family B, in the second month only, y1 + y2 by p of that month."""
    month = np.arange(T) // 4
    full, zero = np.full(T, INF), np.zeros(T)
    variables = [Variable(("a", name), zero, full, chain=0) for name in ("x1", "x2", "y1", "y2")]
    variables.append(Variable(("a", "p"), np.zeros(2), np.full(2, INF)))
    later = np.where(month == 1, 1.0, 0.0)
    every = np.arange(T)
    a = (
        each_step(("a", "x1"), 1.0, T), each_step(("a", "x2"), 2.0, T), each_step(("a", "y1"), 0.5, T),
        Term(("a", "p"), every, month, -np.ones(T)),
    )  # fmt: skip
    b = (
        each_step(("a", "y1"), later, T), each_step(("a", "y2"), later, T),
        Term(("a", "p"), every[4:], month[4:], np.full(4, -factor)),
    )  # fmt: skip
    load = 4.0 + np.sin(every)
    serve = (each_step(("a", "x1"), 1.0, T), each_step(("a", "x2"), 1.0, T))
    other = (each_step(("a", "y1"), 1.0, T), each_step(("a", "y2"), 1.0, T))
    rows = [
        Rows("a", a, -full, zero),
        Rows("b", b, -full, np.full(T, 3.0)),
        Rows("serve", serve, load, full),
        Rows("other", other, load, full),
    ]
    cost = Form(
        {
            ("a", "x1"): 1.0, ("a", "x2"): 0.7, ("a", "y1"): 0.2, ("a", "y2"): 0.4, ("a", "p"): np.array([2.0, 3.0]),
        },
        0.0,
    )  # fmt: skip
    return assemble(place(variables), {}, rows, cost)


@pytest.mark.parametrize("factor", [50.0, 1.0, 0.5])
def test_columns_that_change_by_month_in_two_families(factor: float) -> None:
    problem = months(factor)
    found, known = solve_arrowhead(problem, ONE), solve_highs(problem, SolverOptions(solver="simplex"))
    assert found.status == known.status == "optimal"
    assert found.objective == pytest.approx(known.objective, rel=1e-7)


def test_floor_of_a_column_that_may_be_negative() -> None:
    """x ≥ w with −5 ≤ w ≤ 5 at cost 1; x + b = 2 at costs 3 and 1 in eight steps: w = −5, b = 2: 8·2 − 5 = 11."""
    zero, full = np.zeros(T), np.full(T, INF)
    variables = [
        Variable(("a", "x"), zero, full, chain=0),
        Variable(("a", "b"), zero, full, chain=0),
        Variable(("a", "w"), np.array([-5.0]), np.array([5.0])),
    ]
    rows = [
        Rows("floor", (each_step(("a", "x"), 1.0, T), shared(("a", "w"), -1.0, T)), zero, full),
        Rows(
            "sum",
            (each_step(("a", "x"), 1.0, T), each_step(("a", "b"), 1.0, T)),
            np.full(T, 2.0),
            np.full(T, 2.0),
        ),
    ]
    cost = Form({("a", "x"): 3.0, ("a", "b"): 1.0, ("a", "w"): 1.0}, 0.0)
    found = solve_arrowhead(assemble(place(variables), {}, rows, cost), ONE)
    assert found.status == "optimal"
    assert found.objective == pytest.approx(11.0, rel=1e-7)


def test_a_room_beside_a_huge_one() -> None:
    """serve ≤ 1e10 twice and ≤ 5 six times, buy ≤ 8; buying costs 1, serving earns 2: −(2·8 + 6·5) = −46."""
    most = np.array([1e10, 1e10, *[5.0] * 6])
    zero = np.zeros(T)
    variables = [
        Variable(("a", "serve"), zero, most, chain=0),
        Variable(("a", "buy"), zero, np.full(T, 8.0), chain=0),
    ]
    same = (each_step(("a", "buy"), 1.0, T), each_step(("a", "serve"), -1.0, T))
    cost = Form({("a", "serve"): -2.0, ("a", "buy"): 1.0}, 0.0)
    problem = assemble(place(variables), {}, [Rows("same", same, zero, zero)], cost)
    assert run_solver(problem, ONE).objective == pytest.approx(-46.0, rel=1e-7)


def test_an_answer_that_is_not_accepted_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """It never returns less than it claims: without a yes from the problem's own units it stalls, and HiGHS answers."""
    made = Interior.__init__

    def strict(self: Interior, *args: object, **more: object) -> None:
        made(self, *args, **more)  # type: ignore[arg-type]
        self.accepts = lambda _: False

    monkeypatch.setattr(Interior, "__init__", strict)
    problem = months(1.0)
    assert solve_arrowhead(problem, ONE).status in ("stalled", "breakdown")
    again = run_solver(problem, ONE)
    assert again.status == "optimal"
    assert again.solver.startswith("highs")


def test_rows_that_their_columns_keep_are_left_out() -> None:
    """Nothing is bought: peak ≥ 0 in each of eight steps says nothing, and is no row of the border."""
    zero, full = np.zeros(T), np.full(T, INF)
    variables = [
        Variable(("a", "x"), zero, full, chain=0),
        Variable(("a", "peak"), np.zeros(1), np.full(1, INF)),
    ]
    rows = [
        Rows("peak", (shared(("a", "peak"), -1.0, T),), -full, zero),
        Rows("serve", (each_step(("a", "x"), 1.0, T),), np.full(T, 2.0), full),
    ]
    problem = assemble(place(variables), {}, rows, Form({("a", "x"): 1.0, ("a", "peak"): 1.0}, 0.0))
    assert arrowhead_of(problem).arrow.border.rows == 0
    assert solve_arrowhead(problem, ONE).objective == pytest.approx(16.0, rel=1e-7)
