"""Small problems whose optimum is worked out by hand: arbitrage, peak shaving, sizing, merit order, transport.

Each docstring derives the optimum; no figure here comes from a solver.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from zeropark.optimize.options import SolverName, SolverOptions
from zeropark.outcome import Outcome
from zeropark.park.model import Park
from zeropark.planning import PlanOptions, plan

SOLVERS: tuple[SolverName, ...] = ("simplex", "ipx")
DAY = 24
EXACT = 1e-7

MakePark = Callable[..., Park]
pytestmark = pytest.mark.parametrize("solver", SOLVERS)


def optimum(park: Park, solver: SolverName) -> Outcome:
    outcome = plan(park, PlanOptions(SolverOptions(solver=solver)))
    assert outcome.certificate is not None
    assert outcome.certificate.sound
    return outcome


def total(outcome: Outcome, asset: str, part: str = "capacity") -> float:
    return next(c.total for c in outcome.capacities if (c.asset, c.part) == (asset, part))


def test_arbitrage(make_park: MakePark, solver: SolverName) -> None:
    """Twelve hours at 100, twelve at 300; a store of 10 MWh fills once and empties once.

    To hold 10 it buys 10 / 0.8 at 100, and sells 10 · 0.9 at 300, with 3 MW on either side (enough in twelve
    hours): profit 2,700 − 1,250.
    """
    prices = [100.0] * 12 + [300.0] * 12
    park = make_park(
        {
            "grid": {"kind": "market", "node": "bus", "buy": {"price": prices}, "sell": {"price": prices}},
            "store": {
                "kind": "storage",
                "node": "bus",
                "capacity": 10,
                "power": 3,
                "charge_efficiency": 0.8,
                "discharge_efficiency": 0.9,
            },
        },
        steps=DAY,
    )
    outcome = optimum(park, solver)
    assert outcome.bill.total == pytest.approx(-1450, rel=EXACT)
    assert outcome.flows.rates["store", "charge"].sum() == pytest.approx(12.5, rel=1e-6)


def peak_park(make_park: MakePark, investment: float) -> Park:
    """A load of 1 MW and 3 MW in the last two hours of a day, a month's peak at 31 · 1,000, a battery to build."""
    load = [1.0] * 22 + [3.0] * 2
    battery: dict[str, Any] = {
        "kind": "storage",
        "node": "bus",
        "capacity": {"max": "unlimited", "investment": investment, "lifetime": 1},
    }
    tariff = {"capacity_charge": {"basis": "maximum-demand", "demand_price": 31_000}}
    return make_park(
        {
            "grid": {
                "kind": "market",
                "node": "bus",
                "origin": "grid",
                "tariff": "two-part",
                "buy": {"price": 0},
            },
            "load": {"kind": "demand", "node": "bus", "profile": load},
            "battery": battery,
        },
        steps=DAY,
        tariffs={"two-part": tariff},
        money={"discount_rate": 0},
    )


def test_peak_shaving(make_park: MakePark, solver: SolverName) -> None:
    """A day is 1/31 of January: a MW of peak costs 1,000 here. A lower peak p needs 2 · (3 − p) MWh, and the 22
    hours before must hold as much: 22 · (p − 1), so that p is at least the mean, 28 / 24.

    At 400 a MWh and day each MW shaved costs 800 < 1,000: shave to the mean. Battery 2 · (3 − 7/6) = 11/3.
    """
    outcome = optimum(peak_park(make_park, 400 * 365), solver)
    assert outcome.flows.rates["grid", "buy"].max() == pytest.approx(7 / 6, rel=1e-6)
    assert total(outcome, "battery") == pytest.approx(11 / 3, rel=1e-6)
    assert outcome.bill.total == pytest.approx(1000 * 7 / 6 + 400 * 11 / 3, rel=EXACT)


def test_peak_not_worth_shaving(make_park: MakePark, solver: SolverName) -> None:
    """At 600 a MWh and day each MW shaved costs 1,200 > 1,000: no battery, and the whole peak of 3 MW is paid."""
    outcome = optimum(peak_park(make_park, 600 * 365), solver)
    assert total(outcome, "battery") == pytest.approx(0, abs=1e-6)
    assert outcome.bill.total == pytest.approx(3000, rel=EXACT)


def test_screening_curve(make_park: MakePark, solver: SolverName) -> None:
    """Base load costs 240 a MW and day and 10 a MWh, a peaker 40 and 30: they cross where 240 + 10 h = 40 + 30 h,
    at ten hours of use.

    The load is above 2 MW for 4 h, above 1 MW for 12 h (then 24 h): the third MW is left to the peaker, two
    are base. Base 2 · 240, peaker 40; energy 10 · (24 + 12) and 30 · 4.
    """
    load = [1.0] * 12 + [2.0] * 8 + [3.0] * 4
    park = make_park(
        {
            "load": {"kind": "demand", "node": "bus", "profile": load},
            "base": {
                "kind": "source",
                "node": "bus",
                "cost": 10,
                "capacity": {"max": "unlimited", "investment": 240 * 365, "lifetime": 1},
            },
            "peaker": {
                "kind": "source",
                "node": "bus",
                "cost": 30,
                "capacity": {"max": "unlimited", "investment": 40 * 365, "lifetime": 1},
            },
        },
        steps=DAY,
        money={"discount_rate": 0},
    )
    outcome = optimum(park, solver)
    assert total(outcome, "base") == pytest.approx(2, rel=1e-6)
    assert total(outcome, "peaker") == pytest.approx(1, rel=1e-6)
    assert outcome.bill.total == pytest.approx(480 + 40 + 360 + 120, rel=EXACT)


def test_dispatch_price(make_park: MakePark, solver: SolverName) -> None:
    """5 MW at 20, 5 MW at 50, and 1,000 for what is not served: loads of 4, 8 and 11 make the prices 20, 50 and
    1,000 (of 11 one MW is not served)."""
    load = [4.0] * 8 + [8.0] * 8 + [11.0] * 8
    park = make_park(
        {
            "load": {"kind": "demand", "node": "bus", "profile": load, "unserved_price": 1000},
            "cheap": {"kind": "source", "node": "bus", "cost": 20, "capacity": 5},
            "dear": {"kind": "source", "node": "bus", "cost": 50, "capacity": 5},
        },
        steps=DAY,
    )
    outcome = optimum(park, solver)
    assert outcome.bill.total == pytest.approx(
        8 * 4 * 20 + 8 * (5 * 20 + 3 * 50) + 8 * (5 * 70 + 1000), rel=EXACT
    )
    assert list(outcome.prices["bus"]) == pytest.approx([20] * 8 + [50] * 8 + [1000] * 8, rel=1e-5)


def test_transport_with_losses(make_park: MakePark, solver: SolverName) -> None:
    """One unit over there costs 30 and loses a tenth: 30 / 0.9 = 33.3 here, below the 40 of this place. The line
    sends at most 6, of which 5.4 arrive; the other 4.6 of a load of 10 are made here."""
    park = make_park(
        {
            "load": {"kind": "demand", "node": "here", "profile": 10},
            "there": {"kind": "source", "node": "there", "cost": 30, "capacity": 100},
            "here": {"kind": "source", "node": "here", "cost": 40, "capacity": 100},
            "line": {"kind": "connection", "from": "there", "to": "here", "capacity": 6, "loss": 0.1},
        },
        {"here": "electricity", "there": "electricity"},
        steps=DAY,
    )
    outcome = optimum(park, solver)
    assert outcome.bill.total == pytest.approx(DAY * (6 * 30 + 4.6 * 40), rel=EXACT)
    assert list(outcome.prices["here"]) == pytest.approx([40] * DAY, rel=1e-6)
    assert list(outcome.prices["there"]) == pytest.approx([30] * DAY, rel=1e-6)


def test_carbon_cap(make_park: MakePark, solver: SolverName) -> None:
    """Coal costs 20 and emits 1 t, gas 60 and emits 0.4 t a MWh. A load of 240 MWh may emit 168 t:
    c + 0.4 (240 − c) = 168, so that c = 120. One tonne more would replace 1 / 0.6 MWh of gas: it saves 40 / 0.6."""
    park = make_park(
        {
            "load": {"kind": "demand", "node": "bus", "profile": 10},
            "coal": {"kind": "source", "node": "bus", "cost": 20, "emissions": 1, "capacity": 100},
            "gas": {"kind": "source", "node": "bus", "cost": 60, "emissions": 0.4, "capacity": 100},
        },
        steps=DAY,
        limits={"co2": {"left": "co2_direct", "limit": "168 tCO2"}},
    )
    outcome = optimum(park, solver)
    assert outcome.flows.rates["coal", "output"].sum() == pytest.approx(120, rel=1e-6)
    assert outcome.bill.total == pytest.approx(120 * 20 + 120 * 60, rel=EXACT)
    verdict = next(v for v in outcome.rules if v.rule.rule == "co2")
    assert verdict.shadow_price == pytest.approx(40 / 0.6, rel=1e-5)
