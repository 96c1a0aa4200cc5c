"""Pathways worked by hand, and what must hold of any pathway."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zeropark.errors import Infeasible, InputError
from zeropark.optimize.certificate import lower_bound
from zeropark.optimize.options import SolverOptions
from zeropark.optimize.run import run_solver
from zeropark.park.model import Park
from zeropark.pathway.formulate import formulate_pathway
from zeropark.pathway.outcome import PathwayOutcome
from zeropark.pathway.plan import plan_pathway
from zeropark.pathway.read import Pathway
from zeropark.pathway.vintages import Vintage, discounted_years, last_served, tranches, years_of
from zeropark.planning import PlanOptions, plan_one

MakePark = Callable[..., Park]
MakePathway = Callable[..., Pathway]
RandomPark = Callable[..., Park]
OPTIONS = PlanOptions(SolverOptions(solver="simplex"))
PV = ("pv", "capacity")
GRID = 438_000.0
"""A year of 1 MW from the grid: 8,760 h × 50 CNY/MWh."""

few = settings(derandomize=True, deadline=None, max_examples=12)
seeds = st.integers(0, 10**6)


def park(make_park: MakePark, investment: float = 0.0, **size: Any) -> Park:
    """1 MW of demand, a grid at 50 CNY/MWh, and a source that always runs; ``investment``: yearly annuity of 1 MW;
    ``size``: the rest of its capacity, of at most 10 MW unless it says what exists.

    No interest, so that the annuity of a life of n years is a n-th of what is paid for 1 MW.
    """
    sections = size.pop("sections", {})
    life = size.pop("lifetime", 10)
    capacity = {
        "investment": investment * life,
        "lifetime": life,
        **({} if "existing" in size else {"max": 10}),
        **size,
    }
    return make_park(
        {
            "pv": {"kind": "source", "node": "bus", "capacity": capacity},
            "load": {"kind": "demand", "node": "bus", "profile": 1.0},
            "grid": {"kind": "market", "node": "bus", "buy": {"price": 50}},
        },
        steps=2,
        money={"discount_rate": 0.0},
        **sections,
    )


def column(outcome: PathwayOutcome, name: str, asset: str = "pv") -> list[float]:
    """One number of an asset's move in every stage."""
    return [getattr(move, name) for plan in outcome.stages for move in plan.moves if move.asset == asset]


# --- by hand ---------------------------------------------------------------------------------------


def test_it_waits_for_the_cost_to_fall(make_park: MakePark, make_pathway: MakePathway) -> None:
    """In 2025 a year of 1 MW costs 500,000 against 438,000 from the grid, in 2030 300,000: five years of grid,
    then five of PV. Its life of ten years goes beyond the horizon, and only five annuities are counted.
    """
    parks = {2025: park(make_park, 500_000), 2030: park(make_park, 300_000)}
    outcome = plan_pathway(make_pathway(parks, 2035), OPTIONS)
    assert column(outcome, "built") == pytest.approx([0.0, 1.0])
    assert outcome.cost == pytest.approx(5 * GRID + 5 * 300_000)
    assert outcome.terms["investment"] == pytest.approx(5 * 300_000)
    assert outcome.certificate.sound


def test_each_stage_pays_what_its_units_cost_when_they_were_built(
    make_park: MakePark, make_pathway: MakePathway
) -> None:
    """0.5 MW in 2025 at 400,000 a year, of ten years; 0.5 MW more in 2030 at 100,000: then both are paid. The
    limits on building keep it from waiting: 0.5 MW a stage.
    """
    parks = {2025: park(make_park, 400_000), 2030: park(make_park, 100_000)}
    outcome = plan_pathway(make_pathway(parks, 2035, most={PV: [0.5, 0.5]}), OPTIONS)
    assert [plan.outcome.bill.terms["investment"] * plan.yearly for plan in outcome.stages] == pytest.approx(
        [200_000, 250_000]
    )
    assert outcome.cost == pytest.approx(5 * (200_000 + GRID / 2) + 5 * 250_000)


def test_it_goes_at_the_end_of_its_life(make_park: MakePark, make_pathway: MakePathway) -> None:
    """A life of seven years serves 2025 and 2030 (five years on), not 2035; nothing is worth building then."""
    parks = {
        2025: park(make_park, 200_000, lifetime=7),
        2030: park(make_park, 500_000, lifetime=7),
        2035: park(make_park, 500_000, lifetime=7),
    }
    outcome = plan_pathway(make_pathway(parks, 2040), OPTIONS)
    assert column(outcome, "total") == pytest.approx([1.0, 1.0, 0.0])
    assert column(outcome, "retired") == pytest.approx([0.0, 0.0, 1.0])
    assert column(outcome, "early") == [0.0, 0.0, 0.0]
    assert outcome.cost == pytest.approx(10 * 200_000 + 5 * GRID)


def test_no_more_is_built_than_a_stage_may(make_park: MakePark, make_pathway: MakePathway) -> None:
    """0.4 MW a stage at 200,000: 0.4, then 0.8; the grid gives the rest."""
    parks = {2025: park(make_park, 200_000), 2030: park(make_park, 200_000)}
    outcome = plan_pathway(make_pathway(parks, 2035, most={PV: [0.4, 0.4]}), OPTIONS)
    assert column(outcome, "built") == pytest.approx([0.4, 0.4])
    assert outcome.cost == pytest.approx(5 * (0.4 * 200_000 + 0.6 * GRID) + 5 * (0.8 * 200_000 + 0.2 * GRID))


def test_a_limit_that_tightens_is_kept_stage_by_stage(make_park: MakePark, make_pathway: MakePathway) -> None:
    """PV at 500,000 is dearer than the grid at 438,000 and built only as far as the limit asks: of 2 MWh over
    the two hours 1.5 may be bought, then 0.5. One MWh more would save 0.5 MW of PV over the two hours.
    """

    def limited(most: float) -> Park:
        sections = {
            "accounts": {
                "bought": {"unit": "MWh", "name": "bought", "terms": [{"part": "buy", "asset": "grid"}]}
            },
            "limits": {"little": {"left": "bought", "limit": f"{most} MWh"}},
        }
        return park(make_park, 500_000, sections=sections)

    outcome = plan_pathway(make_pathway({2025: limited(1.5), 2030: limited(0.5)}, 2035), OPTIONS)
    assert column(outcome, "total") == pytest.approx([0.25, 0.75])
    assert outcome.cost == pytest.approx(
        5 * (0.25 * 500_000 + 0.75 * GRID) + 5 * (0.75 * 500_000 + 0.25 * GRID)
    )
    # the last stage's limit: half a MW less PV, bought from the grid instead: (500,000 − 438,000) / 2 a year,
    # for the two hours 2 / 8,760 of it
    verdict = outcome.stages[1].outcome.rules[0]
    assert verdict.shadow_price == pytest.approx(62_000 / 2 * 2 / 8760)


def test_what_exists_goes_by_its_schedule(make_park: MakePark, make_pathway: MakePathway) -> None:
    """1 MW is there, a quarter of it from 2030 on; building at 500,000 pays for nobody."""
    parks = {
        year: park(make_park, 500_000, existing=there, max=10) for year, there in ((2025, 1.0), (2030, 0.25))
    }
    outcome = plan_pathway(make_pathway(parks, 2035), OPTIONS)
    assert column(outcome, "existing") == pytest.approx([1.0, 0.25])
    assert column(outcome, "retired") == pytest.approx([0.0, 0.75])
    assert outcome.cost == pytest.approx(5 * 0.75 * GRID)


@pytest.mark.parametrize(("early", "total", "cost"), [(False, 1.0, 600_000), (True, 0.0, GRID)])
def test_it_goes_early_where_that_saves_upkeep_and_only_where_allowed(
    make_park: MakePark, make_pathway: MakePathway, early: bool, total: float, cost: float
) -> None:
    """What exists costs 600,000 a year to keep from 2030 on, the grid 438,000."""
    parks = {2025: park(make_park, existing=1.0), 2030: park(make_park, existing=1.0)}
    pv = parks[2030].assets["pv"]
    kept = pv.capacity.model_copy(update={"fixed_cost": 600_000.0})  # type: ignore[union-attr]
    spec = parks[2030].spec.model_copy(
        update={"assets": {**parks[2030].assets, "pv": pv.model_copy(update={"capacity": kept})}}
    )
    parks[2030] = replace(parks[2030], spec=spec)
    outcome = plan_pathway(make_pathway(parks, 2035, retiring=[PV] if early else []), OPTIONS)
    assert outcome.cost == pytest.approx(5 * cost)
    if early:
        assert column(outcome, "total") == pytest.approx([1.0, total])
        assert column(outcome, "early") == pytest.approx([0.0, 1.0])


def test_annuities_of_what_goes_early_are_paid_on(make_park: MakePark, make_pathway: MakePathway) -> None:
    """Built in 2025 at 200,000 a year. From 2030 on its upkeep is 500,000: it goes, the grid serves, and five
    more annuities are paid: 10 · 200,000 in all, which is still less than five years of grid, 2,190,000.
    """
    first, second = park(make_park, 200_000), park(make_park, 200_000, fixed_cost=500_000)
    outcome = plan_pathway(make_pathway({2025: first, 2030: second}, 2035, retiring=[PV]), OPTIONS)
    assert column(outcome, "early") == pytest.approx([0.0, 1.0])
    assert outcome.cost == pytest.approx(5 * 200_000 + 5 * (GRID + 200_000))
    assert outcome.terms["stranded"] == pytest.approx(5 * 200_000)
    assert outcome.stages[1].outcome.bill.terms["investment"] == 0.0


def test_later_money_weighs_less(make_park: MakePark, make_pathway: MakePathway) -> None:
    """One year each, 10 % apart: 438,000 + 438,000 / 1.1."""
    parks = {2025: park(make_park, 500_000), 2026: park(make_park, 500_000)}
    outcome = plan_pathway(make_pathway(parks, 2027, rate=0.1), OPTIONS)
    assert outcome.cost == pytest.approx(GRID + GRID / 1.1)


def test_prices_of_a_stage_are_its_own_money(make_park: MakePark, make_pathway: MakePathway) -> None:
    """The grid is the marginal source in both stages, at 50 CNY/MWh, however far away the stage is."""
    parks = {2025: park(make_park, 500_000), 2060: park(make_park, 500_000)}
    outcome = plan_pathway(make_pathway(parks, 2061, rate=0.08), OPTIONS)
    for plan in outcome.stages:
        assert plan.outcome.prices["bus"] == pytest.approx([50.0, 50.0])


# --- vintages and years ------------------------------------------------------------------------------


def test_years_of_stages() -> None:
    assert years_of([2025, 2030, 2040], 2041) == [5, 10, 1]
    assert discounted_years([2025], 2026, 0.07) == [1.0]
    # 1 + 1/1.05, then 1/1.05² + 1/1.05³ + 1/1.05⁴
    later = 0.9070294785 + 0.8638375985 + 0.8227024748
    assert discounted_years([2025, 2027], 2030, 0.05) == pytest.approx([1.9523809524, later])


@pytest.mark.parametrize(("life", "last"), [(5, 0), (5.5, 1), (10, 1), (None, 2), (100, 2), (1, 0)])
def test_last_stage_served(life: float | None, last: int) -> None:
    """Built in 2025; a unit serves a stage that begins before its end."""
    assert last_served([2025, 2030, 2035], 0, life) == last


def test_what_exists_goes_oldest_first() -> None:
    """100, then 50 more, then 120 less: the first 100 go, and 20 of the 50."""
    found = tranches([100.0, 150.0, 30.0, 30.0])
    assert sorted(found, key=lambda v: (v.born, v.last)) == [
        Vintage(-1, 1, 100.0),
        Vintage(1, 1, 20.0),
        Vintage(1, 3, 30.0),
    ]


@few
@given(sizes=st.lists(st.floats(0, 1e6), min_size=1, max_size=8))
def test_tranches_add_up_to_what_exists(sizes: list[float]) -> None:
    found = tranches(sizes)
    for stage, size in enumerate(sizes):
        standing = sum(v.size or 0.0 for v in found if v.born <= stage <= v.last)
        assert standing == pytest.approx(size, abs=1e-9 * max(1.0, *sizes))


# --- what must hold of any pathway ---------------------------------------------------------------------


def random_pathway(random_park: RandomPark, make_pathway: MakePathway, seed: int, **more: Any) -> Pathway:
    """Three stages of one random park: its series and its investment costs drawn anew, lives of 5 to 30 years."""
    base = random_park(seed, 6)
    rng = np.random.default_rng(seed)
    parks = {}
    for year in (2025, 2030, 2038):
        arrays = {key: values * rng.uniform(0.7, 1.0) for key, values in base.arrays.items()}
        parks[year] = replace(base, arrays=arrays)
    return make_pathway(parks, 2045, rate=0.04, **more)


@few
@given(seed=seeds)
def test_one_stage_of_one_year_is_the_plan(
    random_park: RandomPark, make_pathway: MakePathway, seed: int
) -> None:
    alone = random_park(seed, 8)
    plan = plan_one(alone, OPTIONS)
    outcome = plan_pathway(make_pathway({2025: alone}, 2026, rate=0.04), OPTIONS)
    assert outcome.stages[0].cost == pytest.approx(plan.bill.total, rel=1e-7, abs=1e-6)
    assert outcome.cost == pytest.approx(plan.bill.total / alone.clock.years, rel=1e-7, abs=1e-3)


@few
@given(seed=seeds)
def test_stages_that_do_not_differ_are_planned_alike(
    random_park: RandomPark, make_pathway: MakePathway, seed: int
) -> None:
    """Where nothing wears out and nothing changes, the pathway repeats the plan, and costs it once a year."""
    alone = random_park(seed, 6)
    assets = {}
    for name, asset in alone.assets.items():
        changed = {
            part: sizing.model_copy(update={"lifetime": 200.0})
            for part in ("capacity", "power")
            if (sizing := getattr(asset, part, None)) is not None and sizing.investment
        }
        assets[name] = asset.model_copy(update=changed)
    alone = replace(alone, spec=alone.spec.model_copy(update={"assets": assets}))
    plan = plan_one(alone, OPTIONS)
    outcome = plan_pathway(make_pathway({2025: alone, 2030: alone}, 2040), OPTIONS)
    assert outcome.cost == pytest.approx(15 * plan.bill.total / alone.clock.years, rel=1e-7, abs=1e-3)


@few
@given(seed=seeds)
def test_bound_stock_and_accounts_hold(random_park: RandomPark, make_pathway: MakePathway, seed: int) -> None:
    """The bound from HiGHS' multipliers meets its optimum; what is built, less what went, is what stands."""
    pathway = random_pathway(random_park, make_pathway, seed, retiring=every(random_park(seed, 6)))
    made = formulate_pathway(pathway, {stage.name: stage.park for stage in pathway.stages})
    run = run_solver(made.whole.problem, OPTIONS.solver)
    assert run.row_duals is not None
    scale = max(1.0, abs(run.objective))
    bound = lower_bound(made.whole.problem, run.row_duals, run.x).value
    assert run.objective - 1e-6 * scale <= bound <= run.objective + 1e-6 * scale
    outcome = plan_pathway(pathway, OPTIONS)
    assert outcome.cost == pytest.approx(run.objective, rel=1e-6, abs=1e-6)
    assert sum(outcome.terms.values()) == pytest.approx(outcome.cost, rel=1e-9)
    for moves in zip(*(plan.moves for plan in outcome.stages), strict=True):
        stands = moves[0].existing + moves[0].early
        for move in moves:
            stands += move.built - move.retired
            assert move.total == pytest.approx(stands, abs=1e-6 * max(1.0, stands))


def every(park: Park) -> list[tuple[str, str]]:
    return [key for key, _ in park.sizings()]


@few
@given(seed=seeds)
def test_more_freedom_never_costs_more(random_park: RandomPark, make_pathway: MakePathway, seed: int) -> None:
    """Early retirement may only save; a limit on building may only cost."""
    keys = every(random_park(seed, 6))
    plain = plan_pathway(random_pathway(random_park, make_pathway, seed), OPTIONS)
    free = plan_pathway(random_pathway(random_park, make_pathway, seed, retiring=keys), OPTIONS)
    slack = 1e-7 * max(1.0, abs(plain.cost))
    assert free.cost <= plain.cost + slack
    most = {move.key: [0.6 * max(m.built for m in moves)] * 3 for moves, move in _moves(plain)}
    try:
        slow = plan_pathway(random_pathway(random_park, make_pathway, seed, most=most), OPTIONS)
    except Infeasible:
        return  # what may be built is less than what the park must have
    assert slow.cost >= plain.cost - slack


def _moves(outcome: PathwayOutcome) -> list[tuple[Any, Any]]:
    return [(moves, moves[0]) for moves in zip(*(plan.moves for plan in outcome.stages), strict=True)]


# --- what is refused, and why there is none ----------------------------------------------------------------


def test_what_cannot_be_built_in_time_is_told(make_park: MakePark, make_pathway: MakePathway) -> None:
    """No grid: 1 MW must stand in 2025, and 0.4 may be built."""

    def islanded() -> Park:
        size = {"max": 10, "investment": 100_000, "lifetime": 10}
        return make_park(
            {
                "pv": {"kind": "source", "node": "bus", "capacity": size},
                "load": {"kind": "demand", "node": "bus", "profile": 1.0},
            },
            steps=2,
        )

    pathway = make_pathway({2025: islanded(), 2030: islanded()}, 2035, most={PV: [0.4, 0.6]})
    with pytest.raises(Infeasible) as error:
        plan_pathway(pathway, OPTIONS)
    assert error.value.reasons == (
        "pv is short by 0.6 MW in 2025: allow it to be built earlier or faster (max_build, capacity.max), or keep "
        "existing units longer",
    )


def test_a_stage_without_any_plan_is_named(make_park: MakePark, make_pathway: MakePathway) -> None:
    """Whatever is built, 1 MW is asked for and at most 0.5 MW may ever stand."""
    size = {"max": 0.5, "investment": 1, "lifetime": 10}
    small = make_park(
        {
            "pv": {"kind": "source", "node": "bus", "capacity": size},
            "load": {"kind": "demand", "node": "bus", "profile": 1.0},
        },
        steps=2,
    )
    with pytest.raises(Infeasible) as error:
        plan_pathway(make_pathway({2025: park(make_park, 1.0), 2030: small}, 2035), OPTIONS)
    assert error.value.reasons
    assert all(reason.startswith("2030: ") for reason in error.value.reasons)


def test_limits_on_the_money_of_building_are_refused(make_park: MakePark, make_pathway: MakePathway) -> None:
    sections = {"limits": {"thrift": {"left": "cost_investment", "limit": "100 CNY"}}}
    parks = {2025: park(make_park, 1.0, sections=sections), 2030: park(make_park, 1.0)}
    with pytest.raises(InputError) as error:
        plan_pathway(make_pathway(parks, 2035), OPTIONS)
    assert [fault.field for fault in error.value.faults] == ["limits.thrift"]


def test_on_off_units_may_be_built_and_go(make_park: MakePark, make_pathway: MakePathway) -> None:
    """Steam of 6 GJ/h at 3 CNY/GJ, or from a boiler at 2 that runs at half load at least: 52,560 GJ a year. It is
    built for 2025 at a yearly 20,000 CNY for its 10 GJ/h (52,560 saved); in 2030, 4 GJ/h are below half of
    the 10 GJ/h that must stand (min), so it is off and still paid.
    """

    def steam(rate: float) -> Park:
        size = {"min": 10, "max": 10, "investment": 20_000, "lifetime": 10}
        boiler = {
            "kind": "converter",
            "rated": "heat",
            "capacity": size,
            "inputs": {"gas": 0.1},
            "outputs": {"heat": 1},
            "cost": 2,
            "min_load": 0.5,
            "on_off": True,
        }
        assets = {
            "boiler": boiler,
            "gas-in": {"kind": "market", "node": "gas", "buy": {"price": 0}},
            "rest": {"kind": "market", "node": "heat", "buy": {"price": 3}},
            "steam": {"kind": "demand", "node": "heat", "profile": rate},
        }
        nodes = {"heat": "heat", "gas": "gas"}
        return make_park(assets, nodes, steps=2, money={"discount_rate": 0.0})

    outcome = plan_pathway(make_pathway({2025: steam(6.0), 2030: steam(4.0)}, 2035), OPTIONS)
    # annuity of 10 GJ/h: 10 · 20,000 / 10 = 20,000 a year in both stages
    assert outcome.cost == pytest.approx(5 * (6 * 2 * 8760 + 20_000) + 5 * (4 * 3 * 8760 + 20_000))
    assert outcome.certificate.sound
    assert [plan.outcome.flows.rates["boiler", "on"].tolist() for plan in outcome.stages] == [[1, 1], [0, 0]]
