"""Sound plans pass the physics; a wrong formulation, or a plan changed after the solve, is named."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from zeropark.accounts.standard import accounts_of
from zeropark.errors import Defect
from zeropark.forms import Array, Form, Key
from zeropark.optimize import constraints
from zeropark.optimize.formulate import formulate
from zeropark.optimize.options import SolverName, SolverOptions
from zeropark.optimize.problem import Rows
from zeropark.optimize.solve import solve
from zeropark.park.assets import Target
from zeropark.park.model import Park
from zeropark.park.physics import violations, worst

MakePark = Callable[..., Park]
Data = dict[str, Any]
Found = dict[Key, Array]
SOUND = 1e-6
CAUGHT = 1e-4


def planned(park: Park, solver: SolverName = "simplex") -> Found:
    problem = formulate(park, accounts_of(park).cost)
    return solve(park, problem, SolverOptions(solver=solver, mip_gap=0.0)).quantities


def sizes_in(park: Park, quantities: Mapping[Key, Array]) -> dict[Key, float]:
    return {key: float(quantities[key][0]) for key, _ in park.sizings()}


def broken(park: Park, quantities: Mapping[Key, Array]) -> dict[str, float]:
    return violations(park, quantities, sizes_in(park, quantities))


# --- sound plans ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("solver", ["simplex", "ipx"])
def test_sound_plans_of_random_parks_pass(solver: SolverName, random_park: Callable[..., Park]) -> None:
    for seed in range(64):
        park = random_park(seed, 24 if seed % 2 else 12, (1.0, 0.25, 0.5)[seed % 3])
        name, residual = worst(broken(park, planned(park, solver)))
        assert residual < SOUND, f"seed {seed}: {name}"


def test_sound_plan_with_on_off_passes(make_park: MakePark) -> None:
    assert worst(broken(*rich(make_park)))[1] < SOUND


# --- attacks ----------------------------------------------------------------------------------------------

DAY = [round(max(0.0, float(np.sin((h - 6) / 12 * np.pi))), 3) for h in range(24)]
PRICE = [300.0 if h % 4 < 2 else 900.0 for h in range(24)]
NODES = {"el": "electricity", "heat": "heat", "gas": "gas", "h2": "hydrogen", "water": "water"}


def rich_assets() -> Data:
    """A park in which every constraint costs money, so that a formulation without it breaks it."""
    rated = {"kind": "converter", "rated": "heat"}
    return {
        "pv": {
            "kind": "source",
            "node": "el",
            "capacity": {"existing": 5, "max": 50, "investment": 100, "lifetime": 20},
            "availability": DAY,
        },
        "wind": {
            "kind": "source",
            "node": "el",
            "capacity": {"min": 1, "max": 2},
            "availability": DAY[::-1],
            "must_run": True,
            "cost": 5000,
        },
        "load": {
            "kind": "demand",
            "node": "el",
            "profile": [20.0] * 24,
            "shift": {"share": 0.3, "window": 6},
        },
        "battery": {
            "kind": "storage",
            "node": "el",
            "capacity": 10,
            "power": {"existing": 1, "max": 20, "investment": 1e6, "lifetime": 20},
            "charge_efficiency": 0.9,
            "discharge_efficiency": 0.9,
            "standing_loss": 0.01,
            "min_level": 0.1,
        },
        "stock": {"kind": "storage", "node": "el", "capacity": 8, "initial": 0.5, "c_rate": 0.2},
        "free": {"kind": "storage", "node": "el", "capacity": {"existing": 2, "max": 3}, "initial": "free"},
        "electrolyser": {
            "kind": "converter",
            "rated": "el",
            "inputs": {"el": 1, "water": 0.2},
            "outputs": {"h2": 20},
            "capacity": {"existing": 12, "max": 30, "investment": 1e5, "lifetime": 20},
            "ramp_up": 0.2,
            "ramp_down": 0.2,
            "min_load": 0.1,
        },
        "goal": {"kind": "demand", "node": "h2", "target": {"amount": 3000, "per": "day"}},
        "boiler": {
            **rated,
            "capacity": {"existing": 2, "max": 10, "investment": 1e6, "lifetime": 20},
            "min_load": 0.3,
            "modes": {
                "gas": {"inputs": {"gas": 0.5}, "outputs": {"heat": 1}},
                "electric": {"inputs": {"el": 0.5}, "outputs": {"heat": 1}},
            },
        },
        "chp": {
            **rated,
            "inputs": {"gas": 0.6},
            "outputs": {"heat": 1, "el": 0.1},
            "capacity": 8,
            "on_off": True,
            "min_load": 0.5,
        },
        "steam": {"kind": "demand", "node": "heat", "profile": [1.0 + h % 6 for h in range(24)]},
        "grid": {
            "kind": "market",
            "node": "el",
            "capacity": {"existing": 30, "max": 60, "investment": 1e6, "lifetime": 20},
            "buy": {"price": PRICE},
            "certificates": {"price": 10, "max_share": 0.5},
        },
        "dear-heat": {"kind": "market", "node": "heat", "buy": {"price": 400}},
        "gas": {"kind": "market", "node": "gas", "buy": {"price": 300}},
        "water": {"kind": "market", "node": "water", "buy": {"price": 3}},
    }


def rich(make_park: MakePark, **more: Any) -> tuple[Park, Found]:
    """The park and its plan, with 100 MWh of green certificates."""
    park = make_park({**rich_assets(), **more}, NODES, steps=24)
    green = Form({("grid", "certified"): -1.0}, 100.0)
    problem = formulate(park, accounts_of(park).cost, {"green": green})
    return park, solve(park, problem, SolverOptions(mip_gap=1e-6)).quantities


def loosened(family: Rows) -> Rows:
    return replace(
        family, lower=np.full(family.lower.size, -np.inf), upper=np.full(family.upper.size, np.inf)
    )


def told(changed: str, **update: Any) -> Callable[..., Rows]:
    """``storage_level``, told other numbers of one store."""

    def made(name: str, asset: Any, clock: Any) -> Rows:
        known = asset.model_copy(update=update) if name == changed else asset
        return constraints.storage_level(name, known, clock)

    return made


def without(function: str) -> Callable[..., Any]:
    """The constraint's function, whose rows bind nothing."""

    def made(*arguments: Any) -> Any:
        rows = getattr(constraints, function)(*arguments)
        return [loosened(row) for row in rows] if isinstance(rows, list) else loosened(rows)

    return made


def doubled_capacity(stream: Any, steps: int) -> Rows:
    return constraints.capacity_limit(replace(stream, most_share=2 * np.asarray(stream.most_share)), steps)


def half_target(name: str, asset: Any, clock: Any) -> Rows:
    target = asset.target.model_copy(update={"amount": asset.target.amount / 2})
    return constraints.demand_target(name, asset.model_copy(update={"target": target}), clock)


LOSSLESS = {"charge_efficiency": 1.0, "discharge_efficiency": 1.0, "standing_loss": 0.0}
BEFORE: list[tuple[str, Callable[..., Any], tuple[str, ...]]] = [
    ("capacity_limit", doubled_capacity, ("capacity of pv", "power of battery")),
    ("capacity_floor", without("capacity_floor"), ("must-run of wind", "min_load of electrolyser")),
    ("storage_level", told("battery", **LOSSLESS), ("level of battery",)),
    ("storage_level", told("stock", initial=1.0), ("level of stock",)),
    ("storage_start", without("storage_start"), ("initial of free",)),
    ("storage_end", without("storage_end"), ("end of stock",)),
    ("storage_rate", without("storage_rate"), ("c_rate of stock",)),
    ("ramp_limit", without("ramp_limit"), ("ramp of electrolyser",)),
    ("demand_target", half_target, ("target of goal",)),
    ("demand_window", without("demand_window"), ("shift of load",)),
    ("shared_capacity", without("shared_capacity"), ("min_load of boiler",)),
    ("on_off_state", without("on_off_state"), ("min_load of chp",)),
    ("certificate_limit", without("certificate_limit"), ("certificates of grid",)),
]


@pytest.mark.parametrize(("function", "slip", "names"), BEFORE, ids=[f"{f}-{n[0]}" for f, _, n in BEFORE])
def test_wrong_formulation_is_caught(
    function: str,
    slip: Callable[..., Any],
    names: Sequence[str],
    make_park: MakePark,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(f"zeropark.optimize.formulate.{function}", slip)
    found = broken(*rich(make_park))
    for name in names:
        assert found.get(name, 0.0) > CAUGHT, sorted(found)


def times(part: Key, factor: float) -> Callable[[Found], Found]:
    return lambda found: {**found, part: found[part] * factor}


def rolled(part: Key, steps: int) -> Callable[[Found], Found]:
    return lambda found: {**found, part: np.roll(found[part], steps)}


AFTER: dict[str, tuple[Callable[[Found], Found], str]] = {
    "levels halved": (times(("battery", "level"), 0.5), "level of battery"),
    "sun at night": (rolled(("pv", "output"), 6), "capacity of pv"),
    "less than what must run": (times(("wind", "output"), 0.99), "must-run of wind"),
    "load not met": (times(("load", "intake"), 0.5), "profile of load"),
    "load a little short": (times(("load", "intake"), 0.999), "shift of load"),
    "product a little short": (times(("goal", "intake"), 0.999), "target of goal"),
    "beyond max": (times(("pv", "capacity"), 100), "size of pv"),
    "below existing": (times(("battery", "capacity"), 0.9), "size of battery"),
    "running without being on": (times(("chp", "on"), 0), "on/off of chp"),
    "negative": (times(("grid", "buy"), -1), "sign of grid"),
    "not a number": (times(("grid", "buy"), float("nan")), "sign of grid"),
}


@pytest.fixture(scope="module")
def rich_plan(make_park: MakePark) -> tuple[Park, Found]:
    return rich(make_park)


@pytest.mark.parametrize("attack", AFTER)
def test_plan_changed_after_the_solve_is_caught(attack: str, rich_plan: tuple[Park, Found]) -> None:
    change, name = AFTER[attack]
    park, found = rich_plan
    after = broken(park, change(found))
    assert after.get(name, 0.0) > CAUGHT, sorted(after)


@pytest.mark.parametrize("seed", range(20))
def test_halved_levels_are_caught_wherever_a_store_works(seed: int, random_park: Callable[..., Park]) -> None:
    park = random_park(seed)
    found = planned(park)
    for name in [name for name, part in found if part == "level"]:
        if np.max(found[name, "charge"]) > 0.01 * max(1.0, np.max(found[name, "level"])):
            after = broken(park, times((name, "level"), 0.5)(found))
            assert after[f"level of {name}"] > CAUGHT


# --- by hand ----------------------------------------------------------------------------------------------

SOURCE = {"kind": "source", "node": "bus", "capacity": 10, "availability": [0, 0.5, 1, 0.2]}
LOAD = {"kind": "demand", "node": "bus", "profile": [1, 2, 3, 4]}
SHIFTED = {**LOAD, "shift": {"share": 0.5, "window": 2}}
TARGET = {
    "kind": "demand",
    "node": "bus",
    "target": {"amount": 48, "per": "day", "min_rate": 1, "max_rate": 4},
}
BOILER = {"kind": "converter", "rated": "bus", "inputs": {"bus": 1}, "outputs": {}, "capacity": 10}
MODES = {
    "kind": "converter",
    "rated": "bus",
    "capacity": 10,
    "modes": {"a": {"inputs": {"bus": 1}, "outputs": {}}, "b": {"inputs": {"bus": 1}, "outputs": {}}},
}
STORE = {"kind": "storage", "node": "bus", "capacity": 10, "initial": "free"}
IDLE = {"charge": [0] * 4, "discharge": [0] * 4}
LINE = {"kind": "connection", "from": "bus", "to": "far", "capacity": 5}
GRID = {"kind": "market", "node": "bus", "capacity": 8, "buy": {"max_rate": 5}, "sell": {}}

HAND: dict[str, tuple[Data, dict[str, Sequence[float]], dict[str, float]]] = {
    "all that is available": (SOURCE, {"output": [0, 5, 10, 2]}, {}),
    "more than available": (SOURCE, {"output": [0, 6, 10, 2]}, {"capacity": 0.1}),
    "negative": (SOURCE, {"output": [0, -1, 10, 0]}, {"sign": 0.1}),
    "curtailed": ({**SOURCE, "must_run": True}, {"output": [0, 5, 9, 2]}, {"must-run": 0.1}),
    "profile met": (LOAD, {"intake": [1, 2, 3, 4]}, {}),
    "profile missed": (LOAD, {"intake": [1, 2, 3, 3.6]}, {"profile": 0.1}),
    "profile exceeded": (LOAD, {"intake": [2, 2, 3, 4]}, {"profile": 0.25}),
    "unserved": ({**LOAD, "unserved_price": 9}, {"intake": [0, 2, 3, 3.6]}, {}),
    "unserved, exceeded": ({**LOAD, "unserved_price": 9}, {"intake": [2, 2, 3, 4]}, {"profile": 0.25}),
    "shifted in its windows": (SHIFTED, {"intake": [1.5, 1.5, 4, 3]}, {}),
    "shifted too far": (SHIFTED, {"intake": [2, 1, 3, 4]}, {"profile": 0.125}),
    "shifted out of a window": (SHIFTED, {"intake": [1, 2.4, 2.6, 4]}, {"shift": 0.1}),
    "shift, part unserved": ({**SHIFTED, "unserved_price": 9}, {"intake": [0, 2, 4.5, 2.5]}, {}),
    "shift, unserved elsewhere": (
        {**SHIFTED, "unserved_price": 9},
        {"intake": [1.4, 2, 0, 0]},
        {"shift": 0.1},  # 0.4 too much in the first window, beside a largest rate of 4
    ),
    "a sixth of a day": (TARGET, {"intake": [1, 1, 2, 4]}, {}),
    "target missed": (TARGET, {"intake": [1, 1, 2, 3.6]}, {"target": 0.05}),
    "target too fast": (TARGET, {"intake": [1, 1, 1, 5]}, {"rate": 0.2}),
    "target too slow": (TARGET, {"intake": [0.6, 1.4, 2, 4]}, {"rate": 0.1}),
    "capacity used": (BOILER, {"activity:": [0, 10, 0, 10]}, {}),
    "capacity exceeded": (BOILER, {"activity:": [0, 12.5, 0, 0]}, {"capacity": 0.2}),
    "not available": (
        {**BOILER, "availability": [1, 0.5, 1, 1]},
        {"activity:": [0, 6, 0, 0]},
        {"capacity": 0.1},
    ),
    "minimum load": ({**BOILER, "min_load": 0.3}, {"activity:": [3, 3, 2, 9]}, {"min_load": 0.1}),
    "minimum load, not available": (
        {**BOILER, "min_load": 0.3, "availability": [1, 0.1, 1, 0]},
        {"activity:": [3, 1, 3, 0]},
        {},
    ),
    "off": ({**BOILER, "min_load": 0.3, "on_off": True}, {"activity:": [0, 3, 0, 9]}, {}),
    "neither off nor on": (
        {**BOILER, "min_load": 0.3, "on_off": True},
        {"activity:": [0, 1, 0, 9]},
        {"min_load": 0.1},
    ),
    "on without load": (
        {**BOILER, "min_load": 0.3, "on_off": True},
        {"activity:": [0, 3, 0, 9], "on": [0, 1, 1, 1]},
        {"on/off": 0.3},
    ),
    "load without on": (
        {**BOILER, "min_load": 0.3, "on_off": True},
        {"activity:": [0, 3, 0, 9], "on": [0, 0, 0, 1]},
        {"on/off": 0.3},
    ),
    "modes together": (MODES, {"activity:a": [5, 9, 0, 0], "activity:b": [5, 1, 0, 10]}, {}),
    "modes exceed together": (MODES, {"activity:a": [8] * 4, "activity:b": [4.5] * 4}, {"capacity": 0.2}),
    "modes below together": (
        {**MODES, "min_load": 0.3},
        {"activity:a": [2, 1, 3, 3], "activity:b": [1, 1, 0, 0]},
        {"min_load": 0.1},
    ),
    "ramps not before the first step": (
        {**BOILER, "ramp_up": 0.2, "ramp_down": 0.3},
        {"activity:": [9, 6, 3, 5]},
        {},
    ),
    "ramp up": ({**BOILER, "ramp_up": 0.2}, {"activity:": [9, 0, 3, 5]}, {"ramp": 0.1}),
    "ramp down": ({**BOILER, "ramp_down": 0.2}, {"activity:": [0, 9, 7, 4]}, {"ramp": 0.1}),
    "a store loses at both ends": (
        {**STORE, "charge_efficiency": 0.8, "discharge_efficiency": 0.5},
        {"charge": [10, 0, 0, 0], "discharge": [0, 1, 0, 1], "level": [8, 6, 6, 4], "initial": [0]},
        {},
    ),
    "a store that gains": (STORE, {**IDLE, "level": [5, 5, 6, 6], "initial": [5]}, {"level": 1 / 6}),
    "cyclic": (
        {**STORE, "initial": "cyclic"},
        {"charge": [0, 0, 2, 0], "discharge": [2, 0, 0, 0], "level": [3, 3, 5, 5]},
        {},
    ),
    "cyclic, but emptied": (
        {**STORE, "initial": "cyclic"},
        {"charge": [0] * 4, "discharge": [2, 0, 0, 0], "level": [3, 3, 3, 3]},
        {"level": 2 / 3},
    ),
    "a share at first": (
        {**STORE, "initial": 0.5},
        {"charge": [0, 0, 3, 0], "discharge": [2, 0, 0, 0], "level": [3, 3, 6, 6]},
        {},
    ),
    "another share at first": ({**STORE, "initial": 0.5}, {**IDLE, "level": [6] * 4}, {"level": 1 / 6}),
    "first is last": (
        {**STORE, "initial": 0.5},
        {"charge": [0] * 4, "discharge": [2, 0, 0, 0], "level": [3] * 4},
        {"end": 0.2},
    ),
    "final": ({**STORE, "final": 0.6}, {**IDLE, "level": [4] * 4, "initial": [4]}, {"end": 0.2}),
    "free at first, too full": (
        STORE,
        {"charge": [0] * 4, "discharge": [5, 0, 0, 0], "level": [10] * 4, "initial": [15]},
        {"initial": 0.5},
    ),
    "free at first, not told": (
        STORE,
        {"charge": [0] * 4, "discharge": [5, 0, 0, 0], "level": [10] * 4},
        {"initial": 0.5},
    ),
    "free at first, less than nothing": (
        STORE,
        {"charge": [5, 0, 0, 0], "discharge": [0] * 4, "level": [4] * 4},
        {"initial": 0.2},
    ),
    "overfull": (STORE, {**IDLE, "level": [12.5] * 4, "initial": [10]}, {"capacity": 0.2, "level": 0.2}),
    "reserve": ({**STORE, "min_level": 0.2}, {**IDLE, "level": [1] * 4, "initial": [1]}, {"min_level": 0.1}),
    "power": (
        {**STORE, "power": 2},
        {"charge": [2.5, 0, 0, 0], "discharge": [0, 2.5, 0, 0], "level": [2.5, 0, 0, 0], "initial": [0]},
        {"power": 0.2},
    ),
    "c_rate": (
        {**STORE, "c_rate": 0.2},
        {"charge": [2.5, 0, 0, 0], "discharge": [0, 2.5, 0, 0], "level": [2.5, 0, 0, 0], "initial": [0]},
        {"c_rate": 0.2},
    ),
    "levels not known": (STORE, {"charge": [5] * 4, "discharge": [0] * 4}, {}),
    "line both ways": (LINE, {"forward": [5, 0, 0, 0], "backward": [0, 5, 0, 0]}, {}),
    "line overloaded": (LINE, {"forward": [1] * 4, "backward": [0, 6.25, 0, 0]}, {"capacity": 0.2}),
    "one way": ({**LINE, "one_way": True}, {"forward": [5] * 4, "backward": [0, 1, 0, 0]}, {"direction": 1}),
    "market": (GRID, {"buy": [5, 0, 0, 0], "sell": [0, 8, 0, 0]}, {}),
    "market's rate": (GRID, {"buy": [6.25] * 4, "sell": [0] * 4}, {"max_rate": 0.2}),
    "market's connection": (GRID, {"buy": [0] * 4, "sell": [10] * 4}, {"capacity": 0.2}),
    "market does not buy": (
        {"kind": "market", "node": "bus", "buy": {}},
        {"buy": [0] * 4, "sell": [1] * 4},
        {"direction": 1},
    ),
    "certificates": (
        {**GRID, "certificates": {"price": 1, "max_share": 0.5}},
        {"buy": [4, 5, 0, 0], "certified": [2, 3, 0, 0]},
        {"certificates": 0.1},
    ),
}


@pytest.mark.parametrize("case", HAND)
def test_by_hand(case: str, make_park: MakePark) -> None:
    asset, rates, expected = HAND[case]
    asset = {"buy": {"price": 1}, **asset} if case == "market does not buy" else asset
    asset = {**asset, "buy": {"price": 1, **asset["buy"]}} if "buy" in asset else asset
    park = make_park({"it": asset}, {"bus": "electricity", "far": "electricity"}, steps=4)
    quantities = {("it", part): np.array(values, dtype=np.float64) for part, values in rates.items()}
    found = violations(park, quantities, {key: sizing.least for key, sizing in park.sizings()})
    assert found == {f"{what} of it": pytest.approx(residual) for what, residual in expected.items()}


@pytest.mark.parametrize(
    ("sizing", "size", "residual"),
    [
        (5, 5, 0),
        (5, 4, 0.2),
        (5, 6.25, 0.2),  # without a max nothing is built
        ({"existing": 2, "max": 10}, 8, 0),
        ({"existing": 2, "max": 10}, 12.5, 0.2),
        ({"existing": 2, "min": 4, "max": 10}, 3, 0.25),
        ({"existing": 2, "max": "unlimited"}, 1e9, 0),
        ({"existing": 2, "max": 10}, float("nan"), float("inf")),
    ],
)
def test_size(sizing: Any, size: float, residual: float, make_park: MakePark) -> None:
    park = make_park({"it": {"kind": "source", "node": "bus", "capacity": sizing}}, steps=1)
    found = violations(park, {}, {("it", "capacity"): size})
    assert found == ({"size of it": pytest.approx(residual)} if residual else {})


def test_quarter_hours_lose_the_fourth_root_of_an_hour(make_park: MakePark) -> None:
    """0.5904 = 1 − 0.8⁴ an hour leaves 0.8 of the content in each quarter; 2 MW in a quarter are 0.5 MWh."""
    park = make_park({"it": {**STORE, "standing_loss": 0.5904}}, steps=4, hours=0.25)
    store = {"charge": [0, 0, 0, 2], "discharge": [0, 2, 0, 0], "initial": [10.0]}
    levels = [8, 5.9, 4.72, 4.276]
    rates = {("it", part): np.array(v, dtype=np.float64) for part, v in {**store, "level": levels}.items()}
    sizes = {("it", "capacity"): 10.0}
    assert worst(violations(park, rates, sizes))[1] < 1e-12
    lossless = {**rates, ("it", "level"): np.array([10, 9.5, 9.5, 10])}
    assert worst(violations(park, lossless, sizes)) == ("level of it", pytest.approx(0.2))


def goal(amount: float, per: str) -> Data:
    return {"it": {"kind": "demand", "node": "bus", "target": {"amount": amount, "per": per}}}


@pytest.mark.parametrize(("day", "hours"), [("2025-03-30", 23), ("2025-10-26", 25)])
def test_day_on_which_the_clock_changes_is_a_whole_day(day: str, hours: int, make_park: MakePark) -> None:
    park = make_park(goal(24, "day"), steps=hours + 24, start=day, zone="Europe/Berlin")
    whole = np.concatenate((np.full(hours, 24 / hours), np.ones(24)))
    assert worst(violations(park, {("it", "intake"): whole}, {}))[1] < 1e-12
    plain = violations(park, {("it", "intake"): np.ones(hours + 24)}, {})
    assert plain == {"target of it": pytest.approx(1 / 24)}


def test_part_of_a_month_counts_by_its_hours(make_park: MakePark) -> None:
    """One day of January is 24/744 of the amount, one of February 24/672."""
    park = make_park(goal(744, "month"), steps=48, start="2025-01-31", zone="Asia/Shanghai")
    whole = np.repeat([1.0, 744 / 672], 24)
    assert worst(violations(park, {("it", "intake"): whole}, {}))[1] < 1e-12
    plain = violations(park, {("it", "intake"): np.ones(48)}, {})
    assert plain == {"target of it": pytest.approx(1 - 672 / 744)}


@pytest.mark.parametrize("per", ["day", "month", "year"])
@pytest.mark.parametrize(
    ("start", "zone", "steps"),
    [
        ("2024-12-30", "Asia/Shanghai", 200),
        ("2024-02-20", "Europe/Berlin", 1200),
        ("2024-01-01", "Asia/Almaty", 8785),  # one hour was had twice
        ("2025-10-25 05:00", "America/New_York", 500),
        ("2025-09-25", "Australia/Lord_Howe", 500),  # the clock changes by half an hour
    ],
)
def test_amounts_agree_with_the_formulation(
    per: Any, start: str, zone: str, steps: int, make_park: MakePark
) -> None:
    park = make_park(goal(100, per), steps=steps, start=start, zone=zone)
    group, amounts = constraints.target_amounts(Target(amount=100, per=per), park.clock)
    intake = (amounts / np.bincount(group))[group]
    assert worst(violations(park, {("it", "intake"): intake}, {}))[1] < 1e-9


# --- noise, absence, mistakes -------------------------------------------------------------------------------


def test_noise_of_what_is_not_used_does_not_count(make_park: MakePark) -> None:
    assets = {"pv": {"kind": "source", "node": "bus", "capacity": {"max": 9}}, "load": LOAD}
    park = make_park(assets, steps=4)
    rates = {("load", "intake"): np.array([1.0, 2, 3, 4]), ("pv", "output"): np.full(4, 3e-9)}
    name, residual = worst(violations(park, rates, {("pv", "capacity"): 1e-9}))
    assert name == "capacity of pv"
    assert residual < SOUND


def test_what_is_absent_is_not_checked(rich_plan: tuple[Park, Found]) -> None:
    park, found = rich_plan
    for key in found:
        left = {other: values for other, values in found.items() if other != key}
        sizes = {size: value for size, value in sizes_in(park, found).items() if size != key}
        assert worst(violations(park, left, sizes))[1] < SOUND


def test_rate_of_another_length_is_a_defect(make_park: MakePark) -> None:
    park = make_park({"it": LOAD}, steps=4)
    with pytest.raises(Defect, match="it intake"):
        violations(park, {("it", "intake"): np.ones(3)}, {})


def test_worst_of_nothing() -> None:
    assert worst({}) == ("", 0.0)
    assert worst({"a": 1e-9, "b": float("inf"), "c": 1.0}) == ("b", float("inf"))
