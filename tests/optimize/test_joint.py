"""Several weather years with common capacities: by hand, against HiGHS, and what must hold of any joint plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zeropark.accounts.standard import accounts_of
from zeropark.errors import Defect, Infeasible, InputError
from zeropark.forms import Form
from zeropark.joint_planning import JointOutcome, plan_joint
from zeropark.optimize.certificate import limit_residual, lower_bound
from zeropark.optimize.formulate import formulate
from zeropark.optimize.joint import extended, held, joint, own_key, split
from zeropark.optimize.options import SolverOptions
from zeropark.optimize.problem import Rows, Term, Variable, assemble, place
from zeropark.optimize.run import run_solver
from zeropark.park.assets import Source
from zeropark.park.model import Park
from zeropark.planning import PlanOptions, plan_one

RandomPark = Callable[..., Park]
MakePark = Callable[..., Park]
OPTIONS = PlanOptions(SolverOptions(solver="simplex"))
few = settings(derandomize=True, deadline=None, max_examples=25)
seeds = st.integers(0, 10**6)


def sun_or_grid(make_park: MakePark, sun: float, price: float = 500.0, **more: Any) -> Park:
    """Two hours of 1 MW: PV in the first hour only, at ``sun`` of its capacity, or the grid at ``price``.

    A year of PV costs 8,760 × 150 CNY/MW, so that the two hours pay 300 CNY for each MW.
    """
    pv = {"max": 10, "investment": 8760 * 150, "lifetime": 1}
    return make_park(
        {
            "pv": {"kind": "source", "node": "bus", "capacity": pv, "availability": [sun, 0.0]},
            "load": {"kind": "demand", "node": "bus", "profile": 1.0},
            "grid": {"kind": "market", "node": "bus", "buy": {"price": price}},
            **more,
        },
        steps=2,
        money={"discount_rate": 0.0},
    )


def test_two_years_by_hand(make_park: MakePark) -> None:
    """PV saves 500 CNY/MWh in the first hour. Up to 1 MW it saves in both years: 0.5·500·1 + 0.5·500·0.5 = 375
    a MW against 300 paid, so it is built; beyond, only in the dull year: 0.5·500·0.5 = 125 < 300. So 1 MW:
    300 + the second hour's 500 + what the dull year still buys, 0.5·500·0.5 = 125: 925 CNY. Alone, the
    bright year builds 1 MW (800), and the dull one none, since 250 < 300 (1,000): 900 on average.
    """
    parks = {"bright": sun_or_grid(make_park, 1.0), "dull": sun_or_grid(make_park, 0.5)}
    plan = plan_joint(parks, None, OPTIONS)
    assert plan.cost == pytest.approx(925.0)
    assert {c.asset: c.total for c in plan.capacities} == pytest.approx({"pv": 1.0})
    assert {name: o.bill.total for name, o in plan.outcomes.items()} == pytest.approx(
        {"bright": 800.0, "dull": 1050.0}
    )
    assert {name: plan_one(p, OPTIONS).bill.total for name, p in parks.items()} == pytest.approx(
        {"bright": 800.0, "dull": 1000.0}
    )


def test_prices_are_money_of_the_scenario_and_not_weighted(make_park: MakePark) -> None:
    """In the second hour only the grid serves, at its price in each year, however likely the year is."""
    parks = {"cheap": sun_or_grid(make_park, 0.0, 400.0), "dear": sun_or_grid(make_park, 0.0, 900.0)}
    plan = plan_joint(parks, {"cheap": 0.9, "dear": 0.1}, OPTIONS)
    assert {name: o.prices["bus"][1] for name, o in plan.outcomes.items()} == pytest.approx(
        {"cheap": 400.0, "dear": 900.0}
    )
    assert plan.cost == pytest.approx(0.9 * 800 + 0.1 * 1800)


def test_a_rule_is_kept_and_priced_in_each_year(make_park: MakePark) -> None:
    """At most 1.5 MWh may be bought. The dull year needs 0.5 MWh of sun, so 1 MW of PV, although PV at 600 CNY
    a MW does not pay (0.5·500 + 0.5·250 = 375). One MWh more in the dull year would save 2 MW of PV that
    still earn 0.5·500 a MW in the bright year and cost 0.5·500 in the dull: (600 − 250)·2 − 250 = 450 of
    expected money, which is 900 CNY of the dull year's.
    """
    pv = {"max": 10, "investment": 8760 * 300, "lifetime": 1}
    limit = {
        "accounts": {
            "bought": {"unit": "MWh", "name": "bought", "terms": [{"part": "buy", "asset": "grid"}]}
        },
        "limits": {"little": {"left": "bought", "limit": "1.5 MWh"}},
    }
    parks = {}
    for name, sun in (("bright", 1.0), ("dull", 0.5)):
        assets = {
            "pv": {"kind": "source", "node": "bus", "capacity": pv, "availability": [sun, 0.0]},
            "load": {"kind": "demand", "node": "bus", "profile": 1.0},
            "grid": {"kind": "market", "node": "bus", "buy": {"price": 500}},
        }
        parks[name] = make_park(assets, steps=2, money={"discount_rate": 0.0}, **limit)
    plan = plan_joint(parks, None, OPTIONS)
    assert plan.capacities[0].total == pytest.approx(1.0)
    verdicts = {name: o.rules[0] for name, o in plan.outcomes.items()}
    assert verdicts["dull"].shadow_price == pytest.approx(900.0)
    assert verdicts["bright"].shadow_price == 0.0
    assert all(v.met for v in verdicts.values())


def test_an_existing_unit_of_one_year_holds_for_all(make_park: MakePark) -> None:
    """A capacity that one scenario gives and another leaves open is the given one."""
    open_, given_ = sun_or_grid(make_park, 1.0), sun_or_grid(make_park, 1.0)
    pv = given_.assets["pv"]
    assert isinstance(pv, Source)
    fixed = pv.model_copy(update={"capacity": pv.capacity.model_copy(update={"existing": 0.25, "max": None})})
    spec = given_.spec.model_copy(update={"assets": {**given_.assets, "pv": fixed}})
    plan = plan_joint({"open": open_, "given": replace(given_, spec=spec)}, None, OPTIONS)
    assert plan.capacities[0].total == pytest.approx(0.25)


# --- what must hold of any joint plan -------------------------------------------------------------


def variants(random_park: RandomPark, seed: int, steps: int = 8) -> dict[str, Park]:
    """One random park with its sun, wind and demand drawn anew: three weather years."""
    park = random_park(seed, steps)
    found = {}
    for year in range(3):
        rng = np.random.default_rng([seed, year])
        arrays = {
            key: np.clip(values * rng.uniform(0.6, 1.0, values.size), 0.0, None) if "c" in key else values
            for key, values in park.arrays.items()
        }
        found[f"y{year}"] = replace(park, arrays=arrays)
    return found


def dispatched(park: Park, capacities: Mapping[tuple[str, str], float]) -> float:
    """Cost of the best dispatch of given capacities; infinite where they cannot serve."""
    problem = formulate(park, accounts_of(park).cost)
    x = np.zeros(problem.cost.size)
    for key, size in capacities.items():
        if key in problem.variables:
            x[problem.variables[key].columns] = size
    run = run_solver(held(problem, list(capacities), x), OPTIONS.solver)
    return run.objective if run.status == "optimal" else np.inf


def joint_plan(parks: dict[str, Park]) -> tuple[JointOutcome, dict[str, float]]:
    weights = dict(zip(parks, (0.2, 0.3, 0.5), strict=True))
    return plan_joint(parks, weights, OPTIONS), weights


@few
@given(seed=seeds)
def test_foresight_costs_no_more_and_any_single_plan_no_less(random_park: RandomPark, seed: int) -> None:
    """Σ w·(plan of the year alone) ≤ joint ≤ Σ w·(dispatch of one year's plan in every year)."""
    parks = variants(random_park, seed)
    plan, weights = joint_plan(parks)
    alone = {name: plan_one(park, OPTIONS) for name, park in parks.items()}
    slack = 1e-7 * max(1.0, *(abs(o.bill.total) for o in alone.values()))
    assert sum(weights[n] * o.bill.total for n, o in alone.items()) <= plan.cost + slack
    for single in alone.values():
        sizes = {(c.asset, c.part): c.total for c in single.capacities}
        assert plan.cost <= sum(weights[n] * dispatched(p, sizes) for n, p in parks.items()) + slack


@few
@given(seed=seeds)
def test_each_year_is_dispatched_at_least_cost(random_park: RandomPark, seed: int) -> None:
    """What ``split`` hands out is the optimum of each year with the common capacities, found again alone."""
    parks = variants(random_park, seed)
    plan, _ = joint_plan(parks)
    sizes = {(c.asset, c.part): c.total for c in plan.capacities}
    for name, park in parks.items():
        again = dispatched(park, sizes)
        assert plan.outcomes[name].bill.total == pytest.approx(again, rel=1e-6, abs=1e-6)
        proof = plan.outcomes[name].certificate
        assert proof is not None
        assert proof.sound


@few
@given(seed=seeds)
def test_equal_years_are_one_year(random_park: RandomPark, seed: int) -> None:
    park = random_park(seed, 8)
    one = plan_one(park, OPTIONS).bill.total
    assert plan_joint({"a": park}, None, OPTIONS).cost == pytest.approx(one, rel=1e-9, abs=1e-6)
    three = {"a": park, "b": park, "c": park}
    assert joint_plan(three)[0].cost == pytest.approx(one, rel=1e-8, abs=1e-6)


@few
@given(seed=seeds)
def test_the_same_problem_written_row_by_row(random_park: RandomPark, seed: int) -> None:
    """Differential: the joint matrix built entry by entry from the scenarios' matrices, solved by HiGHS."""
    parks = variants(random_park, seed, 4)
    weights = dict(zip(parks, (0.2, 0.3, 0.5), strict=True))
    problems = {name: formulate(park, accounts_of(park).cost) for name, park in parks.items()}
    shared = [key for key, _ in parks["y0"].sizings()]
    whole = joint(problems, weights, shared)
    column: dict[tuple[Any, ...], int] = {}
    entries: dict[tuple[int, int], float] = {}
    cost: dict[int, float] = {}
    first = 0
    for name, problem in problems.items():
        mine = {}
        for key, v in problem.variables.items():
            for i in range(v.count):
                label = (key, i) if key in shared else (key, i, name)
                mine[v.start + i] = column.setdefault(label, len(column))
                at = mine[v.start + i]
                cost[at] = cost.get(at, 0.0) + weights[name] * problem.cost[v.start + i]
        coo = problem.matrix.tocoo()
        for r, c, value in zip(coo.row, coo.col, coo.data, strict=True):
            entries[int(r) + first, mine[int(c)]] = float(value)
        first += problem.row_lower.size
    at = np.zeros(len(column), dtype=int)
    for label, index in column.items():
        key = label[0] if len(label) == 2 else own_key(label[0], label[2])
        at[index] = whole.problem.variables[key].start + label[1]
    dense = np.zeros((first, len(column)))
    for (r, c), value in entries.items():
        dense[r, c] = value
    assert np.array_equal(whole.problem.matrix.toarray()[:, at], dense)
    assert np.allclose(whole.problem.cost[at], [cost[c] for c in range(len(column))], rtol=1e-14, atol=0)


@few
@given(seed=seeds)
def test_the_bound_of_the_joint_problem_holds_and_split_gives_its_parts(
    random_park: RandomPark, seed: int
) -> None:
    """Σ w · (cost of each share) is the joint objective, and no multipliers whatever lift the bound above it."""
    parks = variants(random_park, seed)
    weights = dict(zip(parks, (0.2, 0.3, 0.5), strict=True))
    problems = {name: formulate(park, accounts_of(park).cost) for name, park in parks.items()}
    whole = joint(problems, weights, [key for key, _ in parks["y0"].sizings()])
    run = run_solver(whole.problem, OPTIONS.solver)
    assert run.row_duals is not None
    shares = split(whole, run.x, run.row_duals)
    parts = sum(weights[n] * (p.cost @ shares[n].x + p.offset) for n, p in problems.items())
    scale = max(1.0, abs(run.objective))
    assert parts == pytest.approx(run.objective, abs=1e-9 * scale)
    assert all(limit_residual(p, shares[n].x) <= 1e-7 for n, p in problems.items())
    assert lower_bound(whole.problem, run.row_duals, run.x).value >= run.objective - 1e-6 * scale
    wild = run.row_duals * np.random.default_rng(seed).uniform(0.5, 1.5, run.row_duals.size)
    assert lower_bound(whole.problem, wild, run.x).value <= run.objective + 1e-6 * scale


def test_each_scenario_has_its_own_chain(random_park: RandomPark) -> None:
    """Also where a scenario is itself a joint problem: weather years within a stage."""
    parks = variants(random_park, 3)
    problems = {name: formulate(park, accounts_of(park).cost) for name, park in parks.items()}
    shared = [key for key, _ in parks["y0"].sizings()]
    inner = joint(problems, dict.fromkeys(problems, 1 / 3), shared).problem
    outer = joint({"s1": inner, "s2": inner}, {"s1": 1.0, "s2": 0.5}, []).problem
    chains = {v.key[1].partition("@")[2]: v.chain for v in outer.variables.values() if v.chain is not None}
    assert chains == {f"y{year}@s{stage + 1}": 3 * stage + year for stage in (0, 1) for year in range(3)}
    assert {inner.variables[key].chain for key in shared if key in inner.variables} == {None}


def test_an_extended_problem_keeps_what_it_had_and_obeys_what_was_added() -> None:
    """min x, x ≥ 0; then also x ≥ 2 − y, 0 ≤ y ≤ 1.5, y at 0.5: x = 0.5, y = 1.5, cost 0.5 + 0.75."""
    x = Variable(("a", "x"), np.zeros(1), np.full(1, np.inf))
    only = assemble(place([x]), {}, [], Form({("a", "x"): 1.0}))
    one = np.zeros(1, dtype=np.int64)
    terms = tuple(Term(("a", part), one, one, np.ones(1)) for part in "xy")
    cover = Rows("cover", terms, np.array([2.0]), np.array([np.inf]))
    y = Variable(("a", "y"), np.zeros(1), np.full(1, 1.5))
    both = extended(only, [y], [cover], Form({("a", "y"): 0.5}, 10.0))
    run = run_solver(both, OPTIONS.solver)
    assert run.x == pytest.approx([0.5, 1.5])
    assert run.objective == pytest.approx(11.25)
    assert both.families == {"cover": slice(0, 1)}


# --- what is refused -------------------------------------------------------------------------------


def test_parks_that_cannot_share_are_told_with_every_reason(make_park: MakePark) -> None:
    one = sun_or_grid(make_park, 1.0)
    heater = {"kind": "source", "node": "bus", "capacity": 2}
    longer = replace(one.clock, steps=4)
    other = replace(sun_or_grid(make_park, 1.0, extra=heater), clock=longer)
    with pytest.raises(InputError) as error:
        plan_joint({"one": one, "other": other}, None, OPTIONS)
    faults = {(f.file, f.field): f.expected for f in error.value.faults}
    assert faults == {
        ("other", "assets.extra.capacity"): "no such capacity, as in 'one'",
        ("other", "time"): "a period as long as the one of 'one' (2 h)",
    }


def test_ranges_without_a_common_value_are_told(make_park: MakePark) -> None:
    small, large = sun_or_grid(make_park, 1.0), sun_or_grid(make_park, 1.0)
    pv = large.assets["pv"]
    assert isinstance(pv, Source)
    sizing = pv.capacity.model_copy(update={"existing": 12.0, "max": 20.0})
    spec = large.spec.model_copy(
        update={"assets": {**large.assets, "pv": pv.model_copy(update={"capacity": sizing})}}
    )
    with pytest.raises(InputError) as error:
        plan_joint({"small": small, "large": replace(large, spec=spec)}, None, OPTIONS)
    assert [str(f) for f in error.value.faults] == [
        "large: assets.pv.capacity: found at least 12; expected at most 10, which is all that 'small' allows"
    ]


@pytest.mark.parametrize(
    ("weights", "faults"),
    [
        ({"a": 0.5, "b": 0.6}, {("sum", "1.1")}),
        ({"a": 1.0}, {("b", "nothing")}),
        ({"a": 1.5, "b": -0.5, "c": 0.0}, {("c", "a weight without a park"), ("b", "-0.5"), ("c", "0")}),
        ({"a": float("nan"), "b": 1.0}, {("a", "nan")}),
    ],
)
def test_weights_that_are_no_probabilities_are_told(
    make_park: MakePark, weights: dict[str, float], faults: set[tuple[str, str]]
) -> None:
    park = sun_or_grid(make_park, 1.0)
    with pytest.raises(InputError) as error:
        plan_joint({"a": park, "b": park}, weights, OPTIONS)
    assert {(f.field, f.found) for f in error.value.faults} == faults


def test_no_park_is_a_fault() -> None:
    with pytest.raises(InputError, match="at least one park"):
        plan_joint({}, None, OPTIONS)


def test_the_year_without_a_plan_is_named(make_park: MakePark) -> None:
    """The grid of the poor year gives 0.4 MW, and the night has no sun: 0.6 MW are missing."""
    fine, poor = sun_or_grid(make_park, 1.0), sun_or_grid(make_park, 1.0)
    grid = poor.assets["grid"]
    buy = grid.buy.model_copy(update={"max_rate": 0.4})  # type: ignore[union-attr]
    spec = poor.spec.model_copy(
        update={"assets": {**poor.assets, "grid": grid.model_copy(update={"buy": buy})}}
    )
    with pytest.raises(Infeasible) as error:
        plan_joint({"fine": fine, "poor": replace(poor, spec=spec)}, None, OPTIONS)
    assert len(error.value.reasons) == 1
    assert error.value.reasons[0].startswith("poor: ")
    assert "0.6" in error.value.reasons[0]


def test_years_that_only_disagree_on_capacities_are_told_so(make_park: MakePark) -> None:
    """No buying in the first year: at least 1 MW of must-run sun. No room for more than 0.5 MW in the second."""

    def must_run(sun: float, most: float) -> Park:
        pv = {"max": 10, "investment": 1000, "lifetime": 1}
        assets = {
            "pv": {"kind": "source", "node": "bus", "capacity": pv, "availability": sun, "must_run": True},
            "load": {"kind": "demand", "node": "bus", "profile": most},
        }
        return make_park(assets, steps=2)

    assert plan_one(must_run(1.0, 1.0), OPTIONS).capacities[0].total == pytest.approx(1.0)
    with pytest.raises(Infeasible, match="no common capacities"):
        plan_joint({"first": must_run(1.0, 1.0), "second": must_run(1.0, 0.5)}, None, OPTIONS)


def test_the_engine_refuses_what_no_service_should_ask(make_park: MakePark) -> None:
    park = sun_or_grid(make_park, 1.0)
    problem = formulate(park, accounts_of(park).cost)
    with pytest.raises(Defect, match="weight"):
        joint({"a": problem}, {"a": 0.0}, [])
    with pytest.raises(Defect, match=r"no wind\.capacity"):
        joint({"a": problem}, {"a": 1.0}, [("wind", "capacity")])


# --- whole numbers, and charges left open --------------------------------------------------------------


def test_on_off_states_are_each_scenarios_own(make_park: MakePark) -> None:
    """A boiler of 10 GJ/h that runs at 50 % at least, for 2 CNY/GJ where one serves steam at 3: it is on where
    6 GJ are asked for, and off where 4 are, which a market must then sell at 3. Both states hold in the proof.
    """
    parks = {}
    for name, steam in (("busy", 6.0), ("quiet", 4.0)):
        assets = {
            "boiler": {
                "kind": "converter",
                "rated": "heat",
                "capacity": 10,
                "inputs": {"gas": 0.1},
                "outputs": {"heat": 1},
                "cost": 2,
                "min_load": 0.5,
                "on_off": True,
            },
            "gas-in": {"kind": "market", "node": "gas", "buy": {"price": 0}},
            "rest": {"kind": "market", "node": "heat", "buy": {"price": 3}},
            "steam": {"kind": "demand", "node": "heat", "profile": steam},
        }
        parks[name] = make_park(assets, {"heat": "heat", "gas": "gas"}, steps=3)
    plan = plan_joint(parks, {"busy": 0.25, "quiet": 0.75}, OPTIONS)
    assert {name: o.bill.total for name, o in plan.outcomes.items()} == pytest.approx(
        {"busy": 36.0, "quiet": 36.0}
    )
    states = {name: o.flows.rates["boiler", "on"] for name, o in plan.outcomes.items()}
    assert np.array_equal(states["busy"], [1, 1, 1])
    assert np.array_equal(states["quiet"], [0, 0, 0])
    proofs = [o.certificate for o in plan.outcomes.values()]
    assert all(proof is not None and proof.sound and "on/off" in proof.assumed for proof in proofs)
    assert plan.certificate.sound


def test_an_open_capacity_charge_is_settled_for_all_years_alike(make_park: MakePark) -> None:
    """1 MW in one year, 3 MW in the other, a month of 31 days each, of which the day is a 31st. By maximum
    demand at 20 CNY/kW the years cost 20,000 and 60,000 CNY a month, 40,000 on average; contracted at 15
    CNY/kVA each year contracts what it needs: 15,000 and 45,000, 30,000 on average. So contracted.
    """
    charge = {"basis": "cheaper", "demand_price": "20 CNY/kW/month", "contract_price": "15 CNY/kVA/month"}
    parks = {}
    for name, load in (("low", 1.0), ("high", 3.0)):
        assets = {
            "load": {"kind": "demand", "node": "bus", "profile": load},
            "grid": {"kind": "market", "node": "bus", "buy": {"price": 0}, "tariff": "t"},
        }
        tariffs = {"t": {"capacity_charge": {**charge, "power_factor": 1}}}
        parks[name] = make_park(assets, steps=24, tariffs=tariffs)
    plan = plan_joint(parks, None, OPTIONS)
    assert plan.cost == pytest.approx(30_000 / 31)
    assert len(plan.alternatives) == 1
    assert "maximum-demand would cost 323 CNY more" in plan.alternatives[0]  # 10,000 / 31
