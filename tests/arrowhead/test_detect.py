"""Which rows of a problem become bounds, rows with slacks, running sums or the border: by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from tests.arrowhead.small import INF, key, made, rate, rows, size, step

from zeropark.accounts.standard import accounts_of
from zeropark.optimize.arrowhead.detect import FEW_SUMS, Found, Origin, arrowhead_of
from zeropark.optimize.arrowhead.form import CONSTANT, Chain, Entries
from zeropark.optimize.arrowhead.layout import Unfit
from zeropark.optimize.arrowhead.pattern import pattern_of
from zeropark.optimize.formulate import formulate
from zeropark.optimize.problem import Problem, Rows, Term, by_group, shared, summed
from zeropark.park.model import Park

T = 6


def only(problem: Problem) -> tuple[Found, Chain]:
    found = arrowhead_of(problem)
    assert len(found.arrow.chains) == 1
    return found, found.arrow.chains[0]


def entries(chain: Chain, kind: Entries) -> dict[tuple[int, int], list[float]]:
    """(row, column) → value in every step."""
    return {
        (kind.row[e], kind.col[e]): np.broadcast_to(chain.values(kind, e), chain.steps).tolist()
        for e in range(len(kind))
    }


def origin_of(found: Found, row: int) -> Origin:
    (origin,) = (o for o in found.origins if row in o.rows)
    return origin


def balance(*names: str, steps: int = T) -> Rows:
    return rows("balance", 1.0, 1.0, *(step(name, 1.0, steps) for name in names))


def capacity(name: str, share: object = 1.0, steps: int = T, size: str = "C") -> Rows:
    limit = shared(key(size), -np.asarray(share), steps)
    return rows(f"most:{name}:{size}", -INF, 0.0, step(name, 1.0, steps), limit)


# --- bounds -----------------------------------------------------------------------------------------


def test_a_capacity_is_the_bound_of_its_rate_and_no_row() -> None:
    share = np.array([0.0, 0.5, 1.0, 1.0, 0.5, 0.0])
    found, chain = only(made([rate("x", T), size("C")], [balance("x"), capacity("x", share)], {"C": 1}))
    assert (chain.rates, chain.rows, found.arrow.border.columns, found.arrow.border.rows) == (1, 1, 1, 0)
    assert chain.link.tolist() == [[0]]
    assert chain.bounded.tolist() == [True]
    assert chain.width[0].tolist() == share.tolist()
    assert origin_of(found, T).kind == "upper"


def test_a_floor_is_taken_out_of_the_rate() -> None:
    """x = 0.2 C + x': the balance gets 0.2 C, the room is 0.8 C, and 3 · 0.2 · 6 = 3.6 is C's own cost."""
    floor = rows("floor:x", 0.0, INF, step("x", 1.0, T), shared(key("C"), -0.2, T))
    problem = made(
        [rate("x", T), size("C")], [balance("x"), capacity("x"), floor], {"x": np.full(T, 3.0), "C": 1.0}
    )
    found, chain = only(problem)
    assert (chain.rates, chain.rows) == (1, 1)
    assert chain.width[0] == pytest.approx(0.8)
    assert entries(chain, chain.border) == {(0, 0): pytest.approx([0.2] * T)}
    assert chain.border_cols.tolist() == [[0]]
    assert found.arrow.border.cost == pytest.approx([1.0 + 3.6])
    assert found.shifts[0].floor == [0]
    assert origin_of(found, 2 * T).kind == "lower"


def test_lower_bounds_of_rates_are_taken_out() -> None:
    """1 ≤ x ≤ 3 is 0 ≤ x' ≤ 2; the balance x = 1 is then x' = 0."""
    found, chain = only(made([rate("x", T, 1.0, 3.0)], [balance("x")], {"x": np.ones(T)}))
    assert chain.width[0].tolist() == [2.0] * T
    assert chain.rhs.tolist() == [[0.0] * T]
    assert chain.link.tolist() == [[CONSTANT]]
    assert found.shifts[0].lower[0].tolist() == [1.0] * T


def test_a_second_capacity_of_a_rate_is_a_row_with_a_slack() -> None:
    """charge ≤ power and charge ≤ c-rate · content: a rate has one bound only."""
    families = [balance("x"), capacity("x", 1.0, size="P"), capacity("x", 0.5, size="C")]
    _, chain = only(made([rate("x", T), size("P"), size("C")], families, {"P": 1, "C": 1}))
    assert (chain.rates, chain.rows) == (2, 2)
    assert chain.link[:, 0].tolist() == [0, CONSTANT]
    assert chain.bounded.tolist() == [True, False]
    assert entries(chain, chain.now) == {(0, 0): [1.0] * T, (1, 0): [1.0] * T, (1, 1): [1.0] * T}
    assert entries(chain, chain.border) == {(1, 0): [-0.5] * T}
    assert chain.border_cols.tolist() == [[1]]


def test_a_rate_that_has_a_bound_in_some_steps_only_gets_a_row_there() -> None:
    upper = np.array([2.0, INF, 2.0, INF, 0.0, INF])
    _, chain = only(made([rate("x", T, 0.0, upper)], [balance("x")], {"x": np.ones(T)}))
    assert (chain.rates, chain.rows) == (2, 2)
    assert chain.absent[0].tolist() == [False, True, False, True, True, True]
    assert chain.rhs[0].tolist() == [2.0, 0.0, 2.0, 0.0, 0.0, 0.0]
    assert chain.bounded[0] == np.False_
    assert chain.width[0].tolist() == [1.0, 1.0, 1.0, 1.0, 0.0, 1.0]


def test_a_rate_without_any_room_has_no_live_step() -> None:
    _, chain = only(made([rate("x", T), rate("dark", T, 0.0, 0.0)], [balance("x", "dark")], {}))
    assert chain.width[1].tolist() == [0.0] * T
    assert chain.bounded[1] == np.True_


def test_noise_is_no_room() -> None:
    """1e-17 of availability, which sin() leaves at dusk."""
    share = np.array([1e-17, 0.5, 1.0, 1.0, 0.5, 1e-17])
    _, chain = only(made([rate("x", T), size("C")], [balance("x"), capacity("x", share)], {}))
    assert chain.width[0].tolist() == [0.0, 0.5, 1.0, 1.0, 0.5, 0.0]


# --- rows with slacks -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lower", "upper", "sign", "room"),
    [(-INF, 2.0, 1.0, None), (1.0, INF, -1.0, None), (1.0, 4.0, -1.0, 3.0)],
)
def test_what_is_no_equation_gets_a_slack(
    lower: float, upper: float, sign: float, room: float | None
) -> None:
    both = rows("both", lower, upper, step("x", 1.0, T), step("y", -2.0, T))
    found, chain = only(made([rate("x", T), rate("y", T)], [both], {}))
    assert chain.rates == 3
    assert entries(chain, chain.now) == {(0, 0): [1.0] * T, (0, 1): [-2.0] * T, (0, 2): [sign] * T}
    assert chain.bounded[2] == (room is not None)
    assert chain.width[2].tolist() == [room or 1.0] * T
    assert chain.rhs[0].tolist() == [lower if lower > -INF else upper] * T
    assert origin_of(found, 0).kind == "row"


def test_a_ramp_has_no_row_in_the_first_step() -> None:
    """−2 ≤ x_t − x_{t−1} ≤ 3 from the second step on."""
    change = (step("x", 1.0, T), step("x", -1.0, T, lag=1))
    later = tuple(Term(t.key, t.row[t.row > 0] - 1, t.entry[t.row > 0], t.value[t.row > 0]) for t in change)
    found, chain = only(made([rate("x", T)], [rows("ramp", -2.0, 3.0, *later)], {}))
    assert chain.absent.tolist() == [[True] + [False] * (T - 1)]
    assert entries(chain, chain.now)[0, 0] == [0.0] + [1.0] * (T - 1)
    assert entries(chain, chain.before) == {(0, 0): [0.0] + [-1.0] * (T - 1)}
    assert chain.width[1].tolist() == [0.0] + [5.0] * (T - 1)
    assert chain.rhs[0].tolist() == [0.0] + [-2.0] * (T - 1)
    assert found.origins[0].steps.tolist() == [1, 2, 3, 4, 5]
    assert not pattern_of(chain).ring.any()


# --- chains -----------------------------------------------------------------------------------------


def store(steps: int, cyclic: bool) -> Problem:
    level = (
        step("E", 1.0, steps),
        step("E", -0.9, steps, lag=1, cyclic=cyclic),
        step("in", -1.0, steps),
        step("out", 1.0, steps),
    )
    families = [rows("balance", 0.0, 0.0, step("in", 1.0, steps), step("out", -1.0, steps))]
    families += [rows("level", 0.0, 0.0, *level), capacity("E", steps=steps)]
    return made(
        [*(rate(name, steps) for name in ("in", "out", "E")), size("C")], families, {"in": np.ones(steps)}
    )


@pytest.mark.parametrize("cyclic", [True, False])
def test_a_store_joins_the_steps(cyclic: bool) -> None:
    _, chain = only(store(T, cyclic))
    assert (chain.rates, chain.rows) == (3, 2)
    assert entries(chain, chain.before) == {(1, 2): [-0.9 if cyclic else 0.0] + [-0.9] * (T - 1)}
    pattern = pattern_of(chain)
    assert pattern.ring.tolist() == [cyclic]
    assert (pattern.step.local, pattern.order.tolist()) == (
        1,
        [0, 1],
    )  # the balance is eliminated in its step


def test_a_single_step_is_a_chain_without_a_past() -> None:
    """E = 0.9 E + in − out in one step: 0.1 E = in − out."""
    _, chain = only(store(1, cyclic=True))
    assert chain.steps == 1
    assert len(chain.before) == 0
    assert entries(chain, chain.now)[1, 2] == pytest.approx([0.1])


def test_two_steps_reach_back_to_each_other() -> None:
    _, chain = only(store(2, cyclic=True))
    assert entries(chain, chain.before) == {(1, 2): [-0.9, -0.9]}
    assert entries(chain, chain.now)[1, 2] == [1.0, 1.0]


def test_an_initial_content_enters_the_first_step_only() -> None:
    first = np.zeros(1, dtype=np.int64)
    level = rows(
        "level", 0.0, 0.0, step("E", 1.0, T), step("E", -0.9, T, lag=1), step("in", -1.0, T),
        Term(key("E0"), first, first, np.array([-0.9])),
    )  # fmt: skip
    found, chain = only(made([rate("E", T), rate("in", T), size("E0", 0.0, 5.0)], [level], {}))
    assert entries(chain, chain.border) == {(0, 0): [-0.9] + [0.0] * (T - 1)}
    assert chain.groups == 1
    assert found.arrow.border.upper.tolist() == [5.0]


def test_problems_side_by_side_are_chains_of_their_own() -> None:
    x, y = rate("x", T), rate("y", 4)
    y = type(y)(y.key, y.lower, y.upper, chain=7)
    families = [rows("one", 1.0, 1.0, step("x", 1.0, T)), rows("two", 2.0, 2.0, step("y", 1.0, 4))]
    families += [
        rows("total", -INF, 9.0, *(summed(key(n), 1.0, np.zeros(t, dtype=np.int64)) for n, t in (("x", T), ("y", 4))))
    ]  # fmt: skip
    found = arrowhead_of(made([x, y], families, {}))
    assert [(chain.steps, chain.rows) for chain in found.arrow.chains] == [(T, 1), (4, 1)]
    assert found.arrow.border.rows == 1
    assert [chain.sums.row for chain in found.arrow.chains] == [[0], [0]]


# --- groups -----------------------------------------------------------------------------------------


def test_each_months_peak_limits_the_purchase_of_its_steps() -> None:
    month = np.array([0, 0, 1, 1, 1, 2])
    peak = rows("peak", -INF, 0.0, step("buy", 1.0, T), by_group(key("peak"), -1.0, month))
    found, chain = only(made([rate("buy", T), size("peak", count=3)], [balance("buy"), peak], {}))
    assert chain.rows == 1
    assert chain.group.tolist() == month.tolist()
    assert chain.link.tolist() == [[0, 1, 2]]
    slots = pattern_of(chain).slot_columns
    assert slots.tolist() == [[0, 1, 2]]
    assert found.arrow.border.columns == 3


# --- sums -----------------------------------------------------------------------------------------


def test_a_yearly_limit_is_a_border_row_with_a_slack() -> None:
    every = np.zeros(T, dtype=np.int64)
    limit = rows("limit", -INF, 10.0, summed(key("x"), 2.0, every), shared(key("C"), -1.0, 1))
    found, chain = only(made([rate("x", T), size("C")], [balance("x"), limit], {"C": 1.0}))
    border = found.arrow.border
    assert entries(chain, chain.sums) == {(0, 0): [2.0] * T}
    assert border.matrix.toarray().tolist() == [[-1.0, 1.0]]
    assert (border.rhs.tolist(), border.upper.tolist(), border.cost.tolist()) == ([10.0], [INF, INF], [1, 0])
    assert origin_of(found, T).kind == "border"


def test_a_yearly_equation_has_no_slack_and_loses_the_lower_bounds() -> None:
    """Σ x = 10 with x ≥ 1 in 6 steps: Σ x' = 4."""
    total = rows("total", 10.0, 10.0, summed(key("x"), 1.0, np.zeros(T, dtype=np.int64)))
    found, _ = only(made([rate("x", T, 1.0, 5.0)], [total], {}))
    assert found.arrow.border.columns == 0
    assert found.arrow.border.rhs.tolist() == [4.0]


@pytest.mark.parametrize("windows", [FEW_SUMS, FEW_SUMS + 1])
def test_few_windows_are_border_rows_and_many_a_running_sum(windows: int) -> None:
    """p_t = p_{t−1} + x_t from the start of each window of two hours; its last value is the sum, 3."""
    steps, group = 2 * windows, np.arange(2 * windows) // 2
    served = rows("window", 3.0, 3.0, summed(key("x"), 1.0, group))
    found, chain = only(made([rate("x", steps)], [served], {}))
    if windows == FEW_SUMS:
        assert (found.arrow.border.rows, chain.rates, chain.rows) == (windows, 1, 0)
        return
    assert (found.arrow.border.rows, chain.rates, chain.rows) == (0, 2, 1)
    assert entries(chain, chain.before) == {(0, 1): [0.0, -1.0] * windows}
    assert entries(chain, chain.now) == {(0, 1): [1.0] * steps, (0, 0): [-1.0] * steps}
    lower = found.shifts[0].lower[1]
    assert lower[1::2].tolist() == [3.0] * windows
    assert chain.width[1][1::2].tolist() == [0.0] * windows
    assert np.all(lower[::2] <= 0.0)  # inside a window the sum is free
    assert np.all(lower[::2] + chain.width[1][::2] >= 3.0)
    assert found.origins[0].steps.tolist() == list(range(1, steps, 2))


# --- what is known, and what does not fit -------------------------------------------------------------


def test_a_column_with_one_value_goes_to_the_right_hand_side() -> None:
    """C = 4 is given: the slack row x + y ≤ C is x + y ≤ 4."""
    both = rows("both", -INF, 0.0, step("x", 1.0, T), step("y", 1.0, T), shared(key("C"), -1.0, T))
    found, chain = only(made([rate("x", T), rate("y", T), size("C", 4.0, 4.0)], [both], {"C": 2.0}))
    assert found.arrow.border.columns == 0
    assert found.layout.fixed.tolist() == [False] * 2 * T + [True]
    assert chain.rhs.tolist() == [[4.0] * T]


def test_rows_of_known_quantities_vanish_or_cannot_hold() -> None:
    one = size("C", 4.0, 4.0)
    held = rows("held", -INF, 5.0, shared(key("C"), 1.0, 1))
    found, _ = only(made([rate("x", T), one], [balance("x"), held], {}))
    assert found.arrow.border.rows == 0
    broken = rows("broken", -INF, 3.0, shared(key("C"), 1.0, 1))
    with pytest.raises(Unfit, match="known quantities"):
        arrowhead_of(made([rate("x", T), one], [balance("x"), broken], {}))


@pytest.mark.parametrize(
    ("variable", "reason"),
    [
        (rate("x", T, 0.0, 1.0, whole=True), "whole numbers"),
        (rate("x", T, -INF, 1.0), "no lower bound"),
        (rate("x", T, 2.0, 1.0), "exclude each other"),
    ],
)
def test_what_is_no_arrowhead_is_refused_with_the_reason(variable: object, reason: str) -> None:
    with pytest.raises(Unfit, match=reason):
        arrowhead_of(made([variable], [balance("x")], {}))  # type: ignore[list-item]


# --- a park -----------------------------------------------------------------------------------------


def test_a_park_as_an_arrow(make_park: Callable[..., Park]) -> None:
    """PV and a battery against a load over the end of a month, 2 + 2 hours, with a grid's peaks.

    Each step has the rates of pv, charge, discharge, level and purchase; the border has two capacities and two peaks.
    """
    free = {"max": 50, "investment": 1e5, "lifetime": 10}
    tariff = {"capacity_charge": {"basis": "maximum-demand", "demand_price": 3e4}}
    park = make_park(
        {
            "pv": {"kind": "source", "node": "bus", "capacity": free, "availability": [0.0, 0.5, 1.0, 0.5]},
            "battery": {"kind": "storage", "node": "bus", "capacity": free},
            "load": {"kind": "demand", "node": "bus", "profile": 5},
            "grid": {"kind": "market", "node": "bus", "buy": {"price": 400}, "tariff": "two-part"},
        },
        steps=4,
        start="2025-01-31 22:00",
        tariffs={"two-part": tariff},
    )
    problem = formulate(park, accounts_of(park).cost)
    found, chain = only(problem)
    keys = [k for k, v in problem.variables.items() if v.chain is not None]
    rate_of = {k: found.layout.rate[problem.variables[k].start] for k in keys}
    assert (chain.rates, chain.rows, chain.before.col) == (len(keys), 2, [rate_of["battery", "level"]])
    assert chain.group.tolist() == [0, 0, 1, 1]
    buy, level = rate_of["grid", "buy"], rate_of["battery", "level"]
    peaks = found.layout.border[problem.variables["grid", "peak"].columns]
    content = found.layout.border[problem.variables["battery", "capacity"].start]
    assert chain.link[buy].tolist() == peaks.tolist()
    assert chain.link[level].tolist() == [content, content]
    assert chain.width[rate_of["pv", "output"]].tolist() == [0.0, 0.5, 1.0, 0.5]
    assert (found.arrow.border.columns, found.arrow.border.rows) == (4, 0)
