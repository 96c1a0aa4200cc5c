"""Every constraint on a park small enough to work its optimum by hand.

A case names the constraint's function and the family of rows that it makes. The park must cost what the
hand says; without those rows it must not (so that no case passes by chance). Money is CNY.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest

from zeropark.forms import Form, Key
from zeropark.optimize import constraints
from zeropark.optimize.constraints import target_amounts, windows
from zeropark.optimize.formulate import formulate
from zeropark.optimize.highs import solve_highs
from zeropark.optimize.options import SolverOptions
from zeropark.optimize.problem import Problem
from zeropark.optimize.solve import solve
from zeropark.park.assets import Target
from zeropark.park.model import Park

MakePark = Callable[..., Park]
EXACT = SolverOptions(solver="simplex", mip_gap=0.0)


@dataclass(frozen=True)
class Case:
    """``cost`` is hand-made; ``expect`` gives quantities that every optimum has."""

    park: Park
    cost: Form
    optimum: float
    family: str
    expect: Mapping[Key, Sequence[float]] = field(default_factory=dict)
    limits: Mapping[str, Form] = field(default_factory=dict)


CASES: list[tuple[str, Callable[[MakePark], Case]]] = []
PLAIN: set[str] = set()
"""Functions without rows of their own, which plain tests below cover."""


def case(function: str) -> Callable[[Callable[[MakePark], Case]], Callable[[MakePark], Case]]:
    def register(make: Callable[[MakePark], Case]) -> Callable[[MakePark], Case]:
        CASES.append((function, make))
        return make

    return register


def covers(function: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    def register(test: Callable[..., None]) -> Callable[..., None]:
        PLAIN.add(function)
        return test

    return register


# --- parts of parks -------------------------------------------------------------------------------------

HEAT = {"heat": "heat"}


def grid(node: str = "bus", **more: Any) -> dict[str, Any]:
    return {"kind": "market", "node": node, "buy": {}, **more}


def dump(node: str = "bus") -> dict[str, Any]:
    """Takes what is too much; what that costs stands in the case's cost."""
    return {"kind": "market", "node": node, "sell": {}}


def load(profile: Sequence[float], node: str = "bus", **more: Any) -> dict[str, Any]:
    return {"kind": "demand", "node": node, "profile": profile, **more}


def boiler(existing: float = 10, **more: Any) -> dict[str, Any]:
    """Gas to heat one to one, counted in heat; gas comes from ``gas``."""
    ports = {} if "modes" in more else {"inputs": {"gas": 1}, "outputs": {"heat": 1}}
    return {"kind": "converter", "rated": "heat", "capacity": existing, **ports, **more}


def boiler_park(make_park: MakePark, need: Sequence[float], *, hours: float = 1.0, **more: Any) -> Park:
    """A boiler, a dear ``backup`` and a ``dump`` of heat."""
    assets = {
        "gas": grid("gas"), "boiler": boiler(**more), "need": load(need, "heat"),
        "backup": grid("heat"), "dump": dump("heat"),
    }  # fmt: skip
    return make_park(assets, {"gas": "gas", "heat": "heat"}, steps=len(need), hours=hours)


def storage_park(make_park: MakePark, need: Sequence[float], *, hours: float = 1.0, **more: Any) -> Park:
    """A store beside a grid that always can deliver."""
    store = {"kind": "storage", "node": "bus", "capacity": 100, **more}
    return make_park({"grid": grid(), "load": load(need), "store": store}, steps=len(need), hours=hours)


# --- balances -------------------------------------------------------------------------------------------


@case("node_balance")
def line_loses_both_ways(make_park: MakePark) -> Case:
    """9 MW are needed at b, then at a; the line loses a tenth, so 10 are sent each time: 2 · 10 · 10."""
    assets = {
        "at-a": grid("a"), "at-b": grid("b"),
        "line": {"kind": "connection", "from": "a", "to": "b", "capacity": 50, "loss": 0.1},
        "need-a": load([0, 9], "a"), "need-b": load([9, 0], "b"),
    }  # fmt: skip
    park = make_park(assets, {"a": "electricity", "b": "electricity"}, steps=2)
    cost = Form({("at-a", "buy"): np.array([10.0, 99.0]), ("at-b", "buy"): np.array([99.0, 10.0])})
    expect = {("line", "forward"): [10, 0], ("line", "backward"): [0, 10]}
    return Case(park, cost, 200.0, "balance:", expect)


@case("node_balance")
def own_use_at_the_same_node(make_park: MakePark) -> Case:
    """A plant gives 1 and takes 0.1 of the same electricity: 9 MW net are 10 gross, of 2 gas each."""
    plant = {
        "kind": "converter", "rated": "gas", "capacity": 50,
        "inputs": {"gas": 1, "bus": 0.05}, "outputs": {"bus": 0.5},
    }  # fmt: skip
    park = make_park({"gas": grid("gas"), "plant": plant, "load": load([9, 4.5])},
                     {"gas": "gas", "bus": "electricity"}, steps=2)  # fmt: skip
    return Case(park, Form({("gas", "buy"): 3.0}), 3.0 * (20 + 10), "balance:", {("gas", "buy"): [20, 10]})


# --- capacities -----------------------------------------------------------------------------------------


@case("capacity_limit")
def solar_is_built_while_it_pays(make_park: MakePark) -> Case:
    """Each MW runs at 0, 0.5 and 1 of it and saves 15 until it covers the last step (C = 5), then 5; it
    costs 12. So C = 5: 12 · 5 + 10 · (5 + 2.5 + 0).
    """
    assets = {
        "grid": grid(), "load": load([5, 5, 5]),
        "pv": {"kind": "source", "node": "bus", "capacity": {"max": 100}, "availability": [0, 0.5, 1]},
    }  # fmt: skip
    cost = Form({("grid", "buy"): 10.0, ("pv", "capacity"): 12.0})
    expect = {("pv", "capacity"): [5], ("grid", "buy"): [5, 2.5, 0]}
    return Case(make_park(assets, steps=3), cost, 135.0, "capacity:", expect)


@case("capacity_limit")
def existing_counts_and_max_binds(make_park: MakePark) -> Case:
    """The same with 2 there and at most 4: 12 · 4 + 10 · (5 + 3 + 1)."""
    size = {"existing": 2, "max": 4}
    assets = {
        "grid": grid(), "load": load([5, 5, 5]),
        "pv": {"kind": "source", "node": "bus", "capacity": size, "availability": [0, 0.5, 1]},
    }  # fmt: skip
    cost = Form({("grid", "buy"): 10.0, ("pv", "capacity"): 12.0})
    return Case(make_park(assets, steps=3), cost, 138.0, "capacity:", {("pv", "capacity"): [4]})


@case("capacity_limit")
def line_is_as_large_as_its_larger_direction(make_park: MakePark) -> Case:
    """7 MW one way, then 4 the other: a line of 7 at 3 each, and nothing else costs."""
    assets = {
        "at-a": grid("a", buy={"max_rate": 20}), "at-b": grid("b", buy={"max_rate": 20}),
        "line": {"kind": "connection", "from": "a", "to": "b", "capacity": {"max": 50}},
        "need-a": load([0, 4], "a"), "need-b": load([7, 0], "b"),
    }  # fmt: skip
    park = make_park(assets, {"a": "electricity", "b": "electricity"}, steps=2)
    dear = {("at-a", "buy"): np.array([0.0, 99.0]), ("at-b", "buy"): np.array([99.0, 0.0])}
    return Case(
        park, Form({("line", "capacity"): 3.0, **dear}), 21.0, "capacity:", {("line", "capacity"): [7]}
    )


@case("capacity_floor")
def all_wind_must_be_taken(make_park: MakePark) -> Case:
    """4 MW at least are built and give 4, then 2; 1 is needed: 3 + 1 are thrown away at 5."""
    assets = {
        "load": load([1, 1]), "dump": dump(),
        "wind": {"kind": "source", "node": "bus", "capacity": {"min": 4, "max": 9}, "availability": [1, 0.5],
                 "must_run": True},
    }  # fmt: skip
    expect = {("wind", "output"): [4, 2], ("dump", "sell"): [3, 1]}
    return Case(make_park(assets, steps=2), Form({("dump", "sell"): 5.0}), 20.0, "floor:", expect)


@case("capacity_floor")
def a_fifth_of_the_store_stays_in(make_park: MakePark) -> Case:
    """Full at first, 8 are taken, a fifth stays: C − 8 ≥ 0.2 C, so C = 10 at 3 each."""
    store = {
        "kind": "storage",
        "node": "bus",
        "capacity": {"max": 99},
        "min_level": 0.2,
        "initial": 1.0,
        "final": 0,
    }
    park = make_park({"store": store, "load": load([8, 0])}, steps=2)
    return Case(park, Form({("store", "capacity"): 3.0}), 30.0, "floor:", {("store", "level"): [2, 2]})


@case("capacity_floor")
def minimum_load_makes_too_much(make_park: MakePark) -> Case:
    """6 are needed, then 2; the boiler costs 10 each and runs at half at least: 6 · 10, and 1 thrown away
    at 5. (A smaller one with backup at 90 costs more.)
    """
    park = boiler_park(make_park, [6, 2], existing={"max": 9}, min_load=0.5)
    cost = Form({("boiler", "capacity"): 10.0, ("dump", "sell"): 5.0, ("backup", "buy"): 90.0})
    return Case(park, cost, 65.0, "floor:", {("boiler", "capacity"): [6], ("dump", "sell"): [0, 1]})


@case("capacity_floor")
def minimum_load_is_no_more_than_what_is_available(make_park: MakePark) -> Case:
    """6 at 10 each; in the second step a quarter of it can run, so 1.5 must; 1 is needed: 0.5 at 5."""
    park = boiler_park(make_park, [6, 1], existing={"max": 9}, min_load=0.5, availability=[1, 0.25])
    cost = Form({("boiler", "capacity"): 10.0, ("dump", "sell"): 5.0, ("backup", "buy"): 90.0})
    return Case(park, cost, 62.5, "floor:", {("boiler", "activity:"): [6, 1.5]})


MODES = {
    "gas": {"inputs": {"gas": 1}, "outputs": {"heat": 1}},
    "coal": {"inputs": {"coal": 1}, "outputs": {"heat": 1}},
}


def two_fuels(make_park: MakePark, need: Sequence[float], **more: Any) -> Park:
    assets = {
        "gas": grid("gas", buy={"max_rate": 6}), "coal": grid("coal"), "boiler": boiler(modes=MODES, **more),
        "need": load(need, "heat"), "backup": grid("heat"), "dump": dump("heat"),
    }  # fmt: skip
    return make_park(assets, {"gas": "gas", "coal": "coal", **HEAT}, steps=len(need))


@case("shared_capacity")
def two_fuels_share_a_boiler(make_park: MakePark) -> Case:
    """12 needed of 10 that the boiler makes: 6 with gas at 1 (all there is), 4 with coal at 2, 2 at 20."""
    cost = Form({("gas", "buy"): 1.0, ("coal", "buy"): 2.0, ("backup", "buy"): 20.0})
    expect = {("boiler", "activity:gas"): [6], ("boiler", "activity:coal"): [4]}
    return Case(two_fuels(make_park, [12]), cost, 54.0, "modes:", expect)


@case("shared_capacity")
def two_fuels_share_a_boiler_that_is_built(make_park: MakePark) -> Case:
    """The same need, a boiler at 3 for each unit: gas 1 + 3 and coal 2 + 3 beat 20, so 12 · 3 + 6 + 12."""
    cost = Form(
        {("gas", "buy"): 1.0, ("coal", "buy"): 2.0, ("backup", "buy"): 20.0, ("boiler", "capacity"): 3.0}
    )
    return Case(
        two_fuels(make_park, [12], existing={"max": 50}), cost, 54.0, "modes:", {("boiler", "capacity"): [12]}
    )


@case("shared_capacity")
def two_fuels_share_a_minimum_load(make_park: MakePark) -> Case:
    """2 needed, half of 10 must run in all: 5 at 1, 3 thrown away at 7."""
    cost = Form({("gas", "buy"): 1.0, ("coal", "buy"): 2.0, ("backup", "buy"): 20.0, ("dump", "sell"): 7.0})
    return Case(two_fuels(make_park, [2], min_load=0.5), cost, 26.0, "modes-floor:", {("dump", "sell"): [3]})


@case("shared_capacity")
def shared_minimum_load_is_no_more_than_what_is_available(make_park: MakePark) -> Case:
    """2 needed and 5 made, then 1 needed and a quarter of 10 made: 7.5 at 1, 3 + 1.5 thrown away at 7."""
    cost = Form({("gas", "buy"): 1.0, ("coal", "buy"): 2.0, ("backup", "buy"): 20.0, ("dump", "sell"): 7.0})
    park = two_fuels(make_park, [2, 1], min_load=0.5, availability=[1, 0.25])
    return Case(park, cost, 39.0, "modes-floor:", {("dump", "sell"): [3, 1.5]})


# --- storage --------------------------------------------------------------------------------------------


@case("storage_level")
def store_loses_at_both_ends(make_park: MakePark) -> Case:
    """8.1 MW in the dear hour are 9 inside and 10 charged before: 10 · 10."""
    park = storage_park(make_park, [0, 8.1], charge_efficiency=0.9, discharge_efficiency=0.9)
    expect = {("store", "charge"): [10, 0], ("store", "level"): [9, 0]}
    return Case(park, Form({("grid", "buy"): np.array([10.0, 99.0])}), 100.0, "level:", expect)


@case("storage_level")
def quarter_hours_lose_a_quarter(make_park: MakePark) -> Case:
    """0.36 are lost per hour, so 0.64^¼ stay per quarter and 0.8 over two. 8 MW in the third quarter are
    10 MW in the first: 2.5 MWh at 4.
    """
    park = storage_park(make_park, [0, 0, 8, 0], hours=0.25, standing_loss=0.36)
    price = np.array([4.0, 99.0, 99.0, 99.0])
    expect = {("store", "charge"): [10, 0, 0, 0], ("store", "level"): [2.5, 2.5 * 0.64**0.25, 0, 0]}
    return Case(park, Form({("grid", "buy"): price * 0.25}), 10.0, "level:", expect)


@case("storage_level")
def cyclic_store_carries_from_the_end_to_the_beginning(make_park: MakePark) -> Case:
    """5 MW in the first hour come from the last one, where power is cheap: 5 · 10; a tenth is lost at the
    seam like at any other hour, so 5 / 0.9 are bought.
    """
    park = storage_park(make_park, [5, 0], standing_loss=0.1)
    cost = Form({("grid", "buy"): np.array([99.0, 10.0])})
    return Case(park, cost, 50 / 0.9, "level:", {("store", "level"): [0, 5 / 0.9]})


@case("storage_level")
def share_at_first_loses_in_the_first_hour(make_park: MakePark) -> Case:
    """Half of 10 before the first hour, 4.5 after its loss; of 6 needed 1.5 are bought at 10."""
    park = storage_park(make_park, [6, 0], capacity=10, initial=0.5, final=0, standing_loss=0.1)
    return Case(park, Form({("grid", "buy"): 10.0}), 15.0, "level:", {("store", "level"): [0, 0]})


@case("storage_level")
def one_step_cyclic_store_only_loses(make_park: MakePark) -> Case:
    """One hour: what is in at its end is in at its beginning. A tenth of the reserve of 10 is made up: 1."""
    park = storage_park(make_park, [0], capacity=20, min_level=0.5, standing_loss=0.1)
    return Case(park, Form({("grid", "buy"): 7.0}), 7.0, "level:", {("store", "level"): [10]})


@case("storage_start")
def free_content_is_no_more_than_it_holds(make_park: MakePark) -> Case:
    """12 needed, 10 can stand in the store at first: 2 are bought at 10."""
    park = storage_park(make_park, [12, 0], capacity=10, initial="free")
    return Case(park, Form({("grid", "buy"): 10.0}), 20.0, "start:", {("store", "initial"): [10]})


@case("storage_end")
def store_ends_fuller(make_park: MakePark) -> Case:
    """From half to 0.8 of 10: 3 bought at 10."""
    park = storage_park(make_park, [0, 0], capacity=10, initial=0.5, final=0.8)
    return Case(park, Form({("grid", "buy"): 10.0}), 30.0, "end:")


@case("storage_end")
def end_follows_the_size_that_is_built(make_park: MakePark) -> Case:
    """The same in a store of at least 5, at 1 each: 5 · (1 + 0.3 · 10)."""
    park = storage_park(make_park, [0, 0], capacity={"min": 5, "max": 20}, initial=0.5, final=0.8)
    return Case(park, Form({("grid", "buy"): 10.0, ("store", "capacity"): 1.0}), 20.0, "end:")


@case("storage_rate")
def store_gives_half_of_its_size_an_hour(make_park: MakePark) -> Case:
    """Charging has two hours; of 8 needed, 5 = 0.5 · 10 can be given: 5 · 1 + 3 · 99."""
    park = storage_park(make_park, [0, 0, 8], capacity=10, c_rate=0.5)
    return Case(park, Form({("grid", "buy"): np.array([1.0, 1.0, 99.0])}), 302.0, "c-rate:store:discharge")


@case("storage_rate")
def store_takes_half_of_its_size_an_hour(make_park: MakePark) -> Case:
    """The other way round: 5 can be charged in the cheap hour, 3 of 8 are bought dearly."""
    park = storage_park(make_park, [0, 4, 4], capacity=10, c_rate=0.5)
    return Case(park, Form({("grid", "buy"): np.array([1.0, 99.0, 99.0])}), 302.0, "c-rate:store:charge")


@case("storage_rate")
def size_is_built_for_its_rate(make_park: MakePark) -> Case:
    """In quarter hours: 4 MW of discharge need C = 8, though 1 MWh would hold it: 8 · 2 + 1 MWh · 1."""
    park = storage_park(make_park, [0, 4], hours=0.25, capacity={"max": 99}, c_rate=0.5)
    cost = Form({("grid", "buy"): np.array([0.25, 25.0]), ("store", "capacity"): 2.0})
    return Case(park, cost, 17.0, "c-rate:", {("store", "capacity"): [8]})


# --- ramps ----------------------------------------------------------------------------------------------


@case("ramp_limit")
def boiler_climbs_in_half_hours(make_park: MakePark) -> Case:
    """A quarter of 8 per hour is 1 per half hour. It starts at 4 (no limit before the first step), then 5
    and 6; of 8 needed in the second step 3 come at 100, half an hour long: 150.
    """
    park = boiler_park(make_park, [4, 8, 6], hours=0.5, existing=8, ramp_up=0.25)
    cost = Form({("backup", "buy"): 50.0, ("dump", "sell"): 500.0})
    return Case(park, cost, 150.0, "ramp-up:", {("boiler", "activity:"): [4, 5, 6]})


@case("ramp_limit")
def boiler_falls_slowly(make_park: MakePark) -> Case:
    """A quarter of 8 per hour: 8, 6, 4 while 2 are needed; 4 + 2 are thrown away at 10."""
    park = boiler_park(make_park, [8, 2, 2], existing=8, ramp_down=0.25)
    cost = Form({("backup", "buy"): 100.0, ("dump", "sell"): 10.0})
    return Case(park, cost, 60.0, "ramp-down:", {("boiler", "activity:"): [8, 6, 4]})


@case("ramp_limit")
def size_is_built_for_its_ramp(make_park: MakePark) -> Case:
    """From 4 to 8 at a quarter of C per hour: C = 16 at 1 each beats backup at 100 and waste at 100."""
    park = boiler_park(make_park, [4, 8], existing={"max": 99}, ramp_up=0.25)
    cost = Form({("boiler", "capacity"): 1.0, ("backup", "buy"): 100.0, ("dump", "sell"): 100.0})
    return Case(park, cost, 16.0, "ramp-up:", {("boiler", "capacity"): [16]})


@case("ramp_limit")
def modes_ramp_together(make_park: MakePark) -> Case:
    """6 then 10 needed; coal takes over from gas at once, since only the sum is limited (to 1 more): 6 at 1
    with gas, then 7 at 1 with coal, and 3 at 50.
    """
    park = two_fuels(make_park, [6, 10], existing=20, ramp_up=0.05)
    price = {("gas", "buy"): np.array([1.0, 9.0]), ("coal", "buy"): np.array([9.0, 1.0])}
    cost = Form({**price, ("backup", "buy"): 50.0, ("dump", "sell"): 50.0})
    expect = {("boiler", "activity:gas"): [6, 0], ("boiler", "activity:coal"): [0, 7]}
    return Case(park, cost, 6 + 7 + 150.0, "ramp-up:", expect)


# --- demands --------------------------------------------------------------------------------------------


@case("demand_window")
def load_moves_within_its_windows(make_park: MakePark) -> Case:
    """Half of 4 may move within two hours: 6 · 10 + 2 · 20, then 2 · 30 + 6 · 10."""
    need = load([4, 4, 4, 4], shift={"share": 0.5, "window": 2})
    park = make_park({"grid": grid(), "load": need}, steps=4)
    cost = Form({("grid", "buy"): np.array([10.0, 20.0, 30.0, 10.0])})
    return Case(park, cost, 220.0, "window:", {("load", "intake"): [6, 2, 2, 6]})


@case("demand_window")
def a_window_limits_what_is_served_at_most(make_park: MakePark) -> Case:
    """Not serving costs 15: the window at 10 is served in full (8, not the 12 its rates would allow), the
    window at 30 not at all: 80 + 8 · 15.
    """
    need = load([4, 4, 4, 4], shift={"share": 0.5, "window": 2}, unserved_price=15)
    park = make_park({"grid": grid(), "load": need}, steps=4)
    unserved = Form({("load", "intake"): -15.0}, 16 * 15.0)
    cost = Form({("grid", "buy"): np.array([10.0, 10.0, 30.0, 30.0])}) + unserved
    return Case(park, cost, 200.0, "window:")


def goal_park(make_park: MakePark, target: dict[str, Any], steps: int, **more: Any) -> Park:
    goal = {"kind": "demand", "node": "oxide", "target": target}
    return make_park({"supply": grid("oxide"), "goal": goal}, {"oxide": "oxide"}, steps=steps, **more)


@case("demand_target")
def day_of_23_hours(make_park: MakePark) -> Case:
    """30 t on each day, 2 t/h at most, 1 before noon and 3 after (local). 2025-03-29: 24 at 1, 6 at 3 = 42.
    On 2025-03-30 clocks skip 02:00, 11 hours before noon: 22 at 1, 8 at 3 = 46; a whole day all the same.
    """
    target = {"amount": 30, "per": "day", "max_rate": 2}
    park = goal_park(make_park, target, 47, start="2025-03-29", zone="Europe/Berlin")
    price = np.where(park.clock.hour_of_day < 12, 1.0, 3.0)
    return Case(park, Form({("supply", "buy"): price}), 88.0, "target:")


@case("demand_target")
def parts_of_months(make_park: MakePark) -> Case:
    """868 = 28 · 31 t a month: one day of January is 28, one of February 31. 28 at 1 and 31 at 2."""
    park = goal_park(make_park, {"amount": 868, "per": "month"}, 48, start="2025-01-31")
    price = np.repeat([1.0, 2.0], 24)
    return Case(park, Form({("supply", "buy"): price}), 90.0, "target:")


@case("demand_target")
def target_with_a_price_for_missing_it(make_park: MakePark) -> Case:
    """24 t a day, so 12 in half of one, twice. At 1 all are made (not the 36 that the rate allows), at 9
    none, which costs 5 each: 12 + 12 · 5.
    """
    target = {"amount": 24, "per": "day", "max_rate": 3}
    goal = {"kind": "demand", "node": "oxide", "target": target, "unserved_price": 5}
    park = make_park({"supply": grid("oxide"), "goal": goal}, {"oxide": "oxide"}, steps=48, hours=0.5,
                     start="2025-01-01 12:00")  # fmt: skip
    price = np.repeat([1.0, 9.0], 24)
    cost = Form({("supply", "buy"): 0.5 * price, ("goal", "intake"): -0.5 * 5.0}, 24 * 5.0)
    return Case(park, cost, 72.0, "target:")


# --- markets --------------------------------------------------------------------------------------------


def two_part(**charge: Any) -> dict[str, Any]:
    return {"two-part": {"capacity_charge": charge}}


@case("monthly_peak")
def each_month_has_its_peak(make_park: MakePark) -> Case:
    """5 and 9 MW in January's last hours, 3 and 7 in February's first: 9 · 100 + 7 · 50."""
    park = make_park({"grid": grid(tariff="two-part"), "load": load([5, 9, 3, 7])}, steps=4, start="2025-01-31 22:00",
                     tariffs=two_part(basis="maximum-demand", demand_price=1))  # fmt: skip
    return Case(
        park, Form({("grid", "peak"): np.array([100.0, 50.0])}), 1250.0, "peak:", {("grid", "peak"): [9, 7]}
    )


@case("monthly_peak")
def months_are_local(make_park: MakePark) -> Case:
    """23:00 UTC on 31 January is February in Shanghai: one month, one peak of 9 at 100."""
    park = make_park({"grid": grid(tariff="two-part"), "load": load([5, 9])}, steps=2, start="2025-02-01 07:00",
                     zone="Asia/Shanghai", tariffs=two_part(basis="maximum-demand", demand_price=1))  # fmt: skip
    return Case(park, Form({("grid", "peak"): 100.0}), 900.0, "peak:", {("grid", "peak"): [9]})


@case("contracted_import")
def contract_counts_apparent_power(make_park: MakePark) -> Case:
    """9 MW at a power factor of 0.9 need 10 MVA, at 100 each."""
    park = make_park({"grid": grid(tariff="two-part"), "load": load([5, 9, 3])}, steps=3,
                     tariffs=two_part(basis="contracted", contract_price=1, power_factor=0.9))  # fmt: skip
    return Case(
        park, Form({("grid", "contracted"): 100.0}), 1000.0, "contracted:", {("grid", "contracted"): [10]}
    )


@case("certificate_limit")
def only_half_of_each_purchase_can_be_certified(make_park: MakePark) -> Case:
    """6 MWh must be certified; of 8 + 2 bought at 10 at most half of each, 5. Two more are bought and
    thrown away: 12 · 10 + 6 · 1.
    """
    certificates = {"price": 1, "max_share": 0.5}
    park = make_park({"grid": grid(certificates=certificates), "load": load([8, 2]), "dump": dump()}, steps=2)
    limits = {"green": Form({("grid", "certified"): -1.0}, 6.0)}
    cost = Form({("grid", "buy"): 10.0, ("grid", "certified"): 1.0})
    return Case(park, cost, 126.0, "certificates:", limits=limits)


# --- on and off -----------------------------------------------------------------------------------------


@case("on_off_state")
def boiler_rests_below_its_minimum(make_park: MakePark) -> Case:
    """2 then 8 needed; a boiler of 10 runs at 5 at least. Off, then 8 · 1; backup 2 · 5. Running at 5
    would waste 3 at 9 each.
    """
    park = boiler_park(make_park, [2, 8], min_load=0.5, on_off=True)
    cost = Form({("gas", "buy"): 1.0, ("backup", "buy"): 5.0, ("dump", "sell"): 9.0})
    expect = {("boiler", "on"): [0, 1], ("boiler", "activity:"): [0, 8]}
    return Case(park, cost, 18.0, "on", expect)


@case("on_off_state")
def size_is_built_small_enough_to_run(make_park: MakePark) -> Case:
    """3 then 8 needed, each unit of boiler at 1, fuel 1, backup 5, no waste. C ≤ 6 runs in both hours:
    3 + C + 5 · (8 − C) + C = 43 − 3 C, so 25 at C = 6. Larger rests at first: 15 + 8 + 8 = 31 at C = 8.
    """
    park = boiler_park(make_park, [3, 8], existing={"max": 20}, min_load=0.5, on_off=True)
    cost = Form(
        {("gas", "buy"): 1.0, ("backup", "buy"): 5.0, ("boiler", "capacity"): 1.0, ("dump", "sell"): 99.0}
    )
    return Case(park, cost, 25.0, "on", {("boiler", "capacity"): [6], ("boiler", "on"): [1, 1]})


@case("start_up")
def staying_on_is_cheaper_than_starting_again(make_park: MakePark) -> Case:
    """8, 0, 8 needed, a start costs 20 (the first one too), waste 2. Staying on at 5: 21 + 10 + 20 = 51;
    stopping: 16 + 2 · 20 = 56.
    """
    park = boiler_park(make_park, [8, 0, 8], min_load=0.5, on_off=True, start_cost=20)
    cost = Form(
        {("gas", "buy"): 1.0, ("backup", "buy"): 99.0, ("dump", "sell"): 2.0, ("boiler", "start"): 20.0}
    )
    expect = {("boiler", "on"): [1, 1, 1], ("boiler", "start"): [1, 0, 0]}
    return Case(park, cost, 51.0, "start-up:", expect)


@case("start_up")
def starting_again_is_cheaper_than_waste(make_park: MakePark) -> Case:
    """The same with waste at 4: staying on 21 + 20 + 20 = 61, stopping 56."""
    park = boiler_park(make_park, [8, 0, 8], min_load=0.5, on_off=True, start_cost=20)
    cost = Form(
        {("gas", "buy"): 1.0, ("backup", "buy"): 99.0, ("dump", "sell"): 4.0, ("boiler", "start"): 20.0}
    )
    return Case(park, cost, 56.0, "start-up:", {("boiler", "start"): [1, 0, 1]})


# --- rules ----------------------------------------------------------------------------------------------


def half_from_outside(make_park: MakePark) -> Park:
    own = {"kind": "source", "node": "bus", "capacity": 50}
    return make_park({"grid": grid(), "own": own, "load": load([8, 8])}, steps=2)


@case("form_limit")
def at_most_half_is_bought(make_park: MakePark) -> Case:
    """16 MWh used, at most half bought at 10, the rest of one's own at 30: 80 + 240."""
    limits = {"half": Form({("grid", "buy"): 1.0, ("load", "intake"): -0.5})}
    cost = Form({("grid", "buy"): 10.0, ("own", "output"): 30.0})
    return Case(half_from_outside(make_park), cost, 320.0, "limit:half", limits=limits)


@case("form_limit")
def a_form_may_have_a_constant_and_a_capacity(make_park: MakePark) -> Case:
    """3 m2 for each MW and 2 more, at most 14: C = 4 of the 5 that would pay (see solar above): 138."""
    assets = {
        "grid": grid(), "load": load([5, 5, 5]),
        "pv": {"kind": "source", "node": "bus", "capacity": {"max": 100}, "availability": [0, 0.5, 1]},
    }  # fmt: skip
    cost = Form({("grid", "buy"): 10.0, ("pv", "capacity"): 12.0})
    limits = {"land": Form({("pv", "capacity"): 3.0}, 2.0 - 14.0)}
    return Case(make_park(assets, steps=3), cost, 138.0, "limit:land", {("pv", "capacity"): [4]}, limits)


# --- the tests ------------------------------------------------------------------------------------------

each_case = pytest.mark.parametrize("make", [make for _, make in CASES], ids=lambda make: make.__name__)


@each_case
def test_optimum_is_the_one_worked_by_hand(make: Callable[[MakePark], Case], make_park: MakePark) -> None:
    case = make(make_park)
    problem = formulate(case.park, case.cost, case.limits)
    run = solve_highs(problem, EXACT)
    assert run.status == "optimal"
    # a whole number is whole to 1e-6 in HiGHS, and what it switches off runs at that share
    assert run.objective == pytest.approx(case.optimum, rel=1e-6 if np.any(problem.whole) else 1e-9)
    quantities = problem.quantities(run.x)
    for key, values in case.expect.items():
        assert quantities[key] == pytest.approx(values, abs=1e-5 if np.any(problem.whole) else 1e-7), key


@each_case
def test_optimum_differs_without_the_constraint(
    make: Callable[[MakePark], Case], make_park: MakePark
) -> None:
    case = make(make_park)
    problem = formulate(case.park, case.cost, case.limits)
    run = solve_highs(without(problem, case.family), EXACT)
    assert run.status != "optimal" or run.objective < case.optimum - 1e-6


def without(problem: Problem, family: str) -> Problem:
    """The problem without the rows of every family whose name begins so."""
    lower, upper = problem.row_lower.copy(), problem.row_upper.copy()
    rows = [rows for name, rows in problem.families.items() if name.startswith(family)]
    assert rows, f"no family '{family}' in this problem"
    for part in rows:
        lower[part], upper[part] = -np.inf, np.inf
    return replace(problem, row_lower=lower, row_upper=upper)


def test_every_constraint_has_a_case() -> None:
    public = {
        name
        for name, function in inspect.getmembers(constraints, inspect.isfunction)
        if function.__module__ == constraints.__name__ and not name.startswith("_")
    }
    assert {function for function, _ in CASES} | PLAIN == public


# --- what is no row ---------------------------------------------------------------------------------------


@covers("windows")
def test_windows_count_from_the_first_midnight(make_park: MakePark) -> None:
    """8 quarter hours in 2 h; the last window may be cut off."""
    clock = make_park({"grid": grid(), "load": load([1] * 20)}, steps=20, hours=0.25).clock
    assert windows(clock, 2.0).tolist() == [0] * 8 + [1] * 8 + [2] * 4


@covers("windows")
def test_a_window_of_a_day_is_24_hours_when_clocks_change(make_park: MakePark) -> None:
    """2025-03-30 has 23 h in Berlin: the second window of 24 h begins at 01:00 of the next day."""
    clock = make_park(
        {"grid": grid(), "load": load([1] * 26)}, steps=26, start="2025-03-30", zone="Europe/Berlin"
    ).clock
    begins = int(np.argmax(windows(clock, 24.0) == 1))
    assert str(clock.times_local[begins]) == "2025-03-31 01:00:00+02:00"


@covers("target_amounts")
@pytest.mark.parametrize(
    ("per", "start", "zone", "steps", "amounts"),
    [
        # amount 8760; hours in the period over hours of the whole one
        ("day", "2025-03-30", "Europe/Berlin", 23 + 12, [8760, 4380]),  # 23 of 23 h, 12 of 24 h
        ("day", "2025-10-26", "Europe/Berlin", 25, [8760]),  # 25 of 25 h
        ("month", "2025-01-31", "UTC", 48, [8760 / 31, 8760 / 28]),  # a day of 31, a day of 28
        ("month", "2025-03-30", "Europe/Berlin", 23, [8760 * 23 / 743]),  # March has 31 · 24 − 1 h there
        ("year", "2025-01-01", "UTC", 24, [24]),  # 24 of 8,760 h
        ("year", "2024-12-31", "UTC", 48, [24 * 8760 / 8784, 24]),  # 2024 has 8,784 h
    ],
)
def test_part_of_a_period_counts_by_its_hours(
    per: str, start: str, zone: str, steps: int, amounts: list[float], make_park: MakePark
) -> None:
    clock = make_park({"grid": grid(), "load": load([1] * steps)}, steps=steps, start=start, zone=zone).clock
    group, found = target_amounts(Target(amount=8760.0, per=per), clock)
    assert found == pytest.approx(amounts, rel=1e-12)
    assert group.shape == (steps,)
    assert group[-1] == len(amounts) - 1


# --- prices -----------------------------------------------------------------------------------------------


def test_shadow_price_of_a_rule_is_what_one_unit_more_saves(make_park: MakePark) -> None:
    """Each MWh more from outside replaces one of 30 by one of 10."""
    park = half_from_outside(make_park)
    limits = {
        "half": Form({("grid", "buy"): 1.0, ("load", "intake"): -0.5}),
        "idle": Form({("grid", "buy"): 1.0}, -99.0),
    }
    cost = Form({("grid", "buy"): 10.0, ("own", "output"): 30.0})
    answer = solve(park, formulate(park, cost, limits), EXACT)
    assert answer.rule_duals == pytest.approx({"half": 20.0, "idle": 0.0}, abs=1e-9)


@pytest.mark.parametrize("hours", [1.0, 0.25])
def test_node_prices_are_per_unit_whatever_the_step(hours: float, make_park: MakePark) -> None:
    """5 MW at 10, more at 40 CNY/MWh. A line that loses a fifth makes 10 / 0.8 and 40 / 0.8; a heat pump
    of 3.6 GJ/MWh makes 10 / 3.6 and 40 / 3.6 CNY/GJ.
    """
    assets = {
        "cheap": {"kind": "source", "node": "bus", "capacity": 5}, "dear": {"kind": "source", "node": "bus", "capacity": 50},
        "line": {"kind": "connection", "from": "bus", "to": "far", "capacity": 50, "loss": 0.2},
        "pump": {"kind": "converter", "rated": "bus", "inputs": {"bus": 1}, "outputs": {"heat": 3.6}, "capacity": 50},
        "load": load([1, 7]), "far": load([0.8, 0.8], "far"), "warm": load([0.36, 0.36], "heat"),
    }  # fmt: skip
    park = make_park(assets, {"bus": "electricity", "far": "electricity", **HEAT}, steps=2, hours=hours)
    cost = Form({("cheap", "output"): 10.0 * hours, ("dear", "output"): 40.0 * hours})
    answer = solve(park, formulate(park, cost), EXACT)
    assert answer.prices is not None
    assert answer.prices["bus"] == pytest.approx([10, 40])
    assert answer.prices["far"] == pytest.approx([12.5, 50])
    assert answer.prices["heat"] == pytest.approx([10 / 3.6, 40 / 3.6])


def test_prices_of_a_mixed_integer_plan_hold_given_who_runs(make_park: MakePark) -> None:
    """2 then 8 needed, as in ``boiler_rests_below_its_minimum``: off, so the backup's 5; then gas at 1."""
    park = boiler_park(make_park, [2, 8], min_load=0.5, on_off=True)
    cost = Form({("gas", "buy"): 1.0, ("backup", "buy"): 5.0, ("dump", "sell"): 9.0})
    answer = solve(park, formulate(park, cost), EXACT)
    assert answer.prices is not None
    assert answer.prices["heat"] == pytest.approx([5, 1])
    assert answer.row_duals is None
    assert answer.bound == pytest.approx(18, rel=1e-6)
