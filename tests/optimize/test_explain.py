"""A park without a plan is told why, in words that name node or asset, hour and amount."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from zeropark.errors import Infeasible, NotSolved, Unbounded
from zeropark.forms import Form
from zeropark.optimize.explain import why_not
from zeropark.optimize.formulate import formulate
from zeropark.optimize.options import SolverOptions, silent
from zeropark.optimize.solve import solve
from zeropark.park.model import Park

MakePark = Callable[..., Park]
Data = dict[str, Any]
FREE = Form()


def reasons(park: Park, limits: Mapping[str, Form] | None = None) -> tuple[str, ...]:
    with pytest.raises(Infeasible) as caught:
        solve(park, formulate(park, FREE, limits), SolverOptions())
    return caught.value.reasons


def grid(node: str = "bus", **more: Any) -> Data:
    return {"kind": "market", "node": node, "buy": {}, **more}


def load(profile: Sequence[float], node: str = "bus", **more: Any) -> Data:
    return {"kind": "demand", "node": node, "profile": profile, **more}


def boiler(**more: Any) -> Data:
    return {
        "kind": "converter",
        "rated": "heat",
        "inputs": {"gas": 1},
        "outputs": {"heat": 1},
        "capacity": 20,
        **more,
    }


# --- shortage and surplus ---------------------------------------------------------------------------------


def test_shortage_names_carrier_node_hour_amount_and_what_to_enlarge(make_park: MakePark) -> None:
    """The sentence of the design page, worked by hand: 22.4 − 10 = 12.4 in the third hour, 2 in the fourth."""
    park = make_park({"grid": grid(capacity=10), "load": load([8, 9, 22.4, 12])}, steps=4,
                     start="2025-01-14 05:00", zone="Asia/Shanghai")  # fmt: skip
    assert reasons(park) == (
        "electricity at bus is short by 12.4 MW on 2025-01-14 07:00 (14.4 MWh over 2 steps); "
        "allow 13 MW more from grid, or price unserved demand",
    )


def test_amount_of_a_shortage_counts_the_length_of_steps(make_park: MakePark) -> None:
    """12.4 + 2 MW over quarter hours are 3.6 MWh."""
    park = make_park({"grid": grid(capacity=10), "load": load([8, 9, 22.4, 12])}, steps=4, hours=0.25)
    assert "(3.6 MWh over 2 steps)" in reasons(park)[0]


PV = {"kind": "source", "node": "bus", "capacity": 20, "availability": [0, 0, 0.5, 1]}
ELECTROLYSER = {
    "kind": "converter",
    "rated": "bus",
    "inputs": {"bus": 1},
    "outputs": {"h2": 18},
    "capacity": 2,
}
ADVICE = {
    # what is short, and what helps: park → (words, path of the capacity, a size that follows the words)
    "the grid, at night, though solar is named first": (
        {"pv": PV, "grid": grid(capacity=10), "load": load([8, 15, 9, 9])},
        {"bus": "electricity"},
        "allow 5 MW more from grid",
        ("grid", 15),
    ),
    "solar by day, by its share of the hour": (  # 15 − 0.5 · 20 = 5 MW, of which each MW of PV gives a half
        {"pv": PV, "load": load([0, 0, 15, 9])},
        {"bus": "electricity"},
        "allow 10 MW more from pv",
        ("pv", 30),
    ),
    "the electrolyser, in its own unit": (  # 50 − 18 · 2 = 14 kg/h; 14 / 18 = 0.777… MW
        {"grid": grid(), "electrolyser": ELECTROLYSER, "goal": load([50, 36, 20, 0], "h2")},
        {"bus": "electricity", "h2": "hydrogen"},
        "allow 0.78 MW more from electrolyser",
        ("electrolyser", 2.78),
    ),
    "the line, by what arrives": (  # 8 − 0.9 · 5 = 3.5 MW; 3.5 / 0.9 = 3.88…
        {"grid": grid("a"), "line": {"kind": "connection", "from": "a", "to": "bus", "capacity": 5, "loss": 0.1},
         "load": load([8, 8, 0, 0])},
        {"a": "electricity", "bus": "electricity"},
        "allow 3.9 MW more from line",
        ("line", 8.9),
    ),
    "the gas behind a boiler that has room": (
        {"gas": grid("gas", capacity=5), "boiler": boiler(), "need": load([8, 4, 4, 4], "heat")},
        {"gas": "gas", "heat": "heat"},
        "allow 3 MW more from gas",
        ("gas", 8),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("assets", "nodes", "words", "cure"), ADVICE.values(), ids=ADVICE)
def test_advice_helps(
    assets: Data, nodes: Data, words: str, cure: tuple[str, float], make_park: MakePark
) -> None:
    (reason,) = reasons(make_park(assets, nodes, steps=4))
    assert words in reason
    name, size = cure
    cured = make_park({**assets, name: {**assets[name], "capacity": size}}, nodes, steps=4)
    solve(cured, formulate(cured, FREE), SolverOptions())


def test_nothing_is_advised_that_does_not_help(make_park: MakePark) -> None:
    """At night no size of solar helps."""
    (reason,) = reasons(make_park({"pv": PV, "load": load([8, 15, 9, 9])}, steps=4))
    assert "short by 15 MW on 2025-01-01 01:00 (23 MWh over 2 steps)" in reason
    assert "enlarging what feeds it does not help" in reason


def test_must_run_surplus(make_park: MakePark) -> None:
    """10 MW blow in the second hour and must be taken; 3.5 are needed."""
    wind = {"kind": "source", "node": "bus", "capacity": 10, "availability": [0.5, 1, 0.2], "must_run": True}
    (reason,) = reasons(make_park({"wind": wind, "grid": grid(), "load": load([8, 3.5, 8])}, steps=3))
    assert reason == (
        "electricity at bus is too much by 6.5 MW on 2025-01-01 01:00 (6.5 MWh over 1 steps); "
        "allow curtailment, a sale, or more storage there"
    )


def test_minimum_load_surplus(make_park: MakePark) -> None:
    """Half of 20 must run, 4 are needed."""
    assets = {"gas": grid("gas"), "boiler": boiler(min_load=0.5), "need": load([12, 4], "heat")}
    (reason,) = reasons(make_park(assets, {"gas": "gas", "heat": "heat"}, steps=2))
    assert "heat at heat is too much by 6 GJ/h on 2025-01-01 01:00" in reason


def test_shifted_load_is_short_where_it_is_used(make_park: MakePark) -> None:
    """12.4 + 12 in the second window of two hours, 2 · 10 can come: 4.4 MWh."""
    need = load([8, 9, 12.4, 12], shift={"share": 0.1, "window": 2})
    (reason,) = reasons(make_park({"grid": grid(capacity=10), "load": need}, steps=4))
    assert reason.startswith("electricity at bus is short by")
    assert "(4.4 MWh over" in reason


def test_boiler_that_may_not_run_so_low(make_park: MakePark) -> None:
    """Mixed-integer: below 10 of 20 it is off, and nothing else makes the 4 of the second hour."""
    assets = {"gas": grid("gas"), "boiler": boiler(min_load=0.5, on_off=True), "need": load([12, 4], "heat")}
    (reason,) = reasons(make_park(assets, {"gas": "gas", "heat": "heat"}, steps=2))
    assert "heat at heat is short by 4 GJ/h on 2025-01-01 01:00" in reason


# --- targets and levels -----------------------------------------------------------------------------------


def goal(make_park: MakePark, target: Data, steps: int, **more: Any) -> Park:
    demand = {"kind": "demand", "node": "oxide", "target": target}
    return make_park({"ore": grid("oxide"), "goal": demand}, {"oxide": "oxide"}, steps=steps, **more)


def test_target_out_of_reach(make_park: MakePark) -> None:
    """3 t/h for 24 h make 72 of 100 t."""
    (reason,) = reasons(goal(make_park, {"amount": 100, "per": "day", "max_rate": 3}, 24))
    assert reason == "'goal' cannot reach its target of the day from 2025-01-01: 28 t missing"


def test_worst_period_of_a_target_is_named(make_park: MakePark) -> None:
    """3100 t a month: 100 for a day of January, 3100 / 28 = 110.71 for one of February; 48 can be made."""
    (reason,) = reasons(
        goal(make_park, {"amount": 3100, "per": "month", "max_rate": 2}, 48, start="2025-01-31")
    )
    assert reason == "'goal' cannot reach its target of the month from 2025-02-01: 62.71 t missing"


def test_target_that_its_own_least_rate_exceeds(make_park: MakePark) -> None:
    """3 t/h for 24 h are 72 t, 62 more than 10."""
    (reason,) = reasons(goal(make_park, {"amount": 10, "per": "day", "min_rate": 3}, 24))
    assert (
        reason == "'goal' must take 62 t more than its target of the day from 2025-01-01: lower its min_rate"
    )


def store(make_park: MakePark, **more: Any) -> Park:
    asset = {"kind": "storage", "node": "bus", "capacity": 10, **more}
    return make_park({"grid": grid(capacity=1), "load": load([0.9, 0.9]), "store": asset}, steps=2)


def test_final_level_out_of_reach(make_park: MakePark) -> None:
    """0.2 MWh can be charged, 5 are wanted."""
    (reason,) = reasons(store(make_park, initial=0.0, final=0.5))
    assert reason == "'store' cannot reach its final level: 4.8 MWh missing"


def test_level_below_its_minimum(make_park: MakePark) -> None:
    """5 at first and 0.1 more after an hour, 6 wanted."""
    (reason,) = reasons(store(make_park, initial=0.5, min_level=0.6))
    assert reason == "'store' cannot keep within its levels on 2025-01-01 00:00: 0.9 MWh too little"


# --- rules ------------------------------------------------------------------------------------------------

BUY = ("grid", "buy")


def test_two_rules_in_conflict(make_park: MakePark) -> None:
    """At most 4 and at least 6 MWh bought: one of them is missed by 2; the idle third is not named."""
    assets = {"grid": grid(), "own": {"kind": "source", "node": "bus", "capacity": 50}, "load": load([8, 8])}
    limits = {
        "at most 4": Form({BUY: 1.0}, -4.0),
        "at least 6": Form({BUY: -1.0}, 6.0),
        "idle": Form({("own", "output"): 1.0}, -100.0),
    }
    (reason,) = reasons(make_park(assets, steps=2), limits)
    assert reason.startswith(("rule 'at most 4' cannot be met", "rule 'at least 6' cannot be met"))
    assert "missed by at least 2 in the unit of its left account" in reason


def test_rule_against_the_park(make_park: MakePark) -> None:
    """16 MWh needed, 10 of one's own: 6 must be bought, 2 more than the rule allows."""
    assets = {"grid": grid(), "own": {"kind": "source", "node": "bus", "capacity": 5}, "load": load([8, 8])}
    (reason,) = reasons(make_park(assets, steps=2), {"at most 4": Form({BUY: 1.0}, -4.0)})
    assert reason.startswith(
        "rule 'at most 4' cannot be met together with the rest: it is missed by at least 2 "
    )


def test_park_that_does_not_work_without_rules_either(make_park: MakePark) -> None:
    """22 needed, 10 can come: 12 are missing whatever the rule, which is not blamed."""
    park = make_park({"grid": grid(capacity=10), "load": load([8, 22])}, steps=2)
    (reason,) = reasons(park, {"at most 4": Form({BUY: 1.0}, -4.0)})
    assert "short by 12 MW on 2025-01-01 01:00 (12 MWh over 1 steps); allow 12 MW more from grid" in reason


# --- money for nothing --------------------------------------------------------------------------------------


def test_selling_above_buying(make_park: MakePark) -> None:
    park = make_park(
        {"grid": {"kind": "market", "node": "bus", "buy": {}, "sell": {}}, "load": load([8])}, steps=1
    )
    cost = Form({("grid", "buy"): 10.0, ("grid", "sell"): -12.0})
    with pytest.raises(Unbounded, match=r"'grid' \(buy, sell\)"):
        solve(park, formulate(park, cost), SolverOptions())


def test_free_source_to_a_paid_market(make_park: MakePark) -> None:
    assets = {
        "sun": {"kind": "source", "node": "bus", "capacity": {"max": "unlimited"}},
        "shop": {"kind": "market", "node": "bus", "sell": {}},
        "bounded": {"kind": "source", "node": "bus", "capacity": 3},
        "load": load([8]),
    }
    park = make_park(assets, steps=1)
    with pytest.raises(Unbounded) as caught:
        solve(park, formulate(park, Form({("shop", "sell"): -12.0})), SolverOptions())
    assert "'sun'" in caught.value.reasons[0]
    assert "'shop' (sell)" in caught.value.reasons[0]
    assert "'bounded'" not in caught.value.reasons[0]


def test_money_for_nothing_beside_a_rule_that_can_be_met(make_park: MakePark) -> None:
    """The rule is not blamed."""
    park = make_park(
        {"grid": {"kind": "market", "node": "bus", "buy": {}, "sell": {}}, "load": load([8])}, steps=1
    )
    cost = Form({("grid", "buy"): 10.0, ("grid", "sell"): -12.0})
    with pytest.raises(Unbounded):
        solve(park, formulate(park, cost, {"buy": Form({("grid", "buy"): -1.0}, 8.0)}), SolverOptions())


# --- stopped ------------------------------------------------------------------------------------------------


def long_park(make_park: MakePark) -> Park:
    """Two weeks of quarter hours with a store: far more than a millisecond's work."""
    steps = 14 * 96
    profile = [5 + (step * 7919 % 96) / 10 for step in range(steps)]
    store = {
        "kind": "storage",
        "node": "bus",
        "capacity": {"max": 90},
        "charge_efficiency": 0.9,
        "standing_loss": 0.01,
    }
    return make_park({"grid": grid(), "load": load(profile), "store": store}, steps=steps, hours=0.25)


def test_time_limit_is_said_and_nothing_returned(make_park: MakePark) -> None:
    park = long_park(make_park)
    price = park.clock.hour_of_day + 1
    problem = formulate(park, Form({("grid", "buy"): price, ("store", "capacity"): 3.0}))
    with pytest.raises(NotSolved, match="time limit reached") as caught:
        solve(park, problem, SolverOptions(time_limit=1e-3))
    assert caught.value.status == "time limit reached"


def test_ctrl_c_stops_the_solver(make_park: MakePark) -> None:
    """The progress is called while the solver runs; what it raises ends the run."""
    park = long_park(make_park)
    price = park.clock.hour_of_day + 1
    problem = formulate(park, Form({("grid", "buy"): price, ("store", "capacity"): 3.0}))

    def press(stage: str, seconds: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        solve(park, problem, SolverOptions(), press)


@pytest.mark.parametrize("status", ["cancelled", "time limit reached"])
def test_what_was_only_stopped_is_not_called_infeasible(status: str, make_park: MakePark) -> None:
    park = make_park({"grid": grid(capacity=1), "load": load([8])}, steps=1)
    error = why_not(park, formulate(park, FREE), status, SolverOptions(), silent)
    assert isinstance(error, NotSolved)
    assert error.status == status
