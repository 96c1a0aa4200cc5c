"""What would make it cheaper: each lever by hand, the years, and the double counting of single effects"""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.cbam_out.simple import SIMPLE

from zeropark.cbam.cost import CostOptions, product_cost
from zeropark.cbam.engine import assess
from zeropark.cbam.lever_changes import HYDROGEN_NCV, Lever, changed
from zeropark.cbam.levers import YEARS, lever_tables, usual_levers
from zeropark.cbam.model import (
    Electricity,
    Installation,
    Product,
    ProductionProcess,
    RouteAmount,
    SourceStream,
    Use,
)
from zeropark.errors import InputError

SCRAP = Lever("scrap", "more scrap / 多用废钢", "scrap", share=0.6, process="P1", instead_of=("PP1",))
PAID = Lever("paid", "carbon price / 碳价", "carbon-price", price_eur_per_t=10.0)


def test_scrap_in_place_of_iron() -> None:
    """200 t scrap + 900 t iron = 1100 t charge; 60 % scrap leaves 440 t iron: 0.2375 + 0.44 × 1.5 = 0.8975."""
    result = assess(changed(SIMPLE, SCRAP))
    assert result.products[0].see_direct == pytest.approx(0.8975)
    assert result.precursors[0].purchased == pytest.approx(440)
    assert result.precursors[0].control == pytest.approx(0)


def test_a_stream_of_scrap_grows_with_its_carbon() -> None:
    """Scrap 200 t with 0.001 t C/t: to 660 t, so 460 × 0.001 × 3.664 = 1.68544 t CO2 more."""
    stream = SourceStream("S2", "scrap", "mass_balance", 200.0, "t", carbon_content=0.001)
    installation = replace(SIMPLE, streams=(*SIMPLE.streams, stream))
    after = changed(installation, replace(SCRAP, by="S2"))
    assert after.streams[1].activity == pytest.approx(660)
    assert after.processes[0].direct_tco2e == pytest.approx(237.5 + 460 * 0.001 * 3.664)


def test_cost_is_recomputed_and_not_scaled() -> None:
    """Certificates cannot fall below zero: with little left to pay, a lever saves no more than what was due."""
    table = lever_tables(SIMPLE, (SCRAP,), price_eur_per_t=80.0)[0]
    effect = table.single[0]
    for year in effect.years:
        before, after = assess(SIMPLE), assess(changed(SIMPLE, SCRAP))
        options = CostOptions(year.year, 80.0, "")
        costs = [product_cost(r, r.products[0], options).actual for r in (before, after)]
        assert costs[0] is not None
        assert costs[1] is not None
        assert year.before_eur_per_t == pytest.approx(costs[0].eur_per_t)
        assert year.after_eur_per_t == pytest.approx(costs[1].eur_per_t)
        assert year.difference_eur_per_t <= 0
    assert [y.year for y in effect.years] == list(YEARS)
    last = effect.years[-1]
    assert last.before_eur_per_t == pytest.approx(80 * 1.5875)
    assert last.after_eur_per_t == pytest.approx(80 * 0.8975)


def test_levers_begin_at_the_cost_that_the_page_tells() -> None:
    """The benchmark's route and a carbon price paid already hold for the cost before and after a lever alike."""
    result = assess(SIMPLE)
    costs = {}
    for route in ("C", "E"):
        options = CostOptions(2026, 80.0, route, 10 * 1.5875)
        told = product_cost(result, result.products[0], options).actual
        assert told is not None
        table = lever_tables(SIMPLE, (SCRAP,), 80.0, paid_eur_per_tco2=10.0, route=route)[0]
        costs[route] = table.single[0].years[0].before_eur_per_t
        assert costs[route] == pytest.approx(told.eur_per_t)
    assert costs["C"] != pytest.approx(costs["E"])


def test_single_effects_count_twice() -> None:
    """2034: scrap saves 0.69 × 80 = 55.2; 10 EUR/t CO2 paid saves 15.875; together 80 × 1.5875 − 70 × 0.8975 = 64.175."""
    table = lever_tables(SIMPLE, (SCRAP, PAID), price_eur_per_t=80.0)[0]
    scrap, paid = (e.years[-1].difference_eur_per_t for e in table.single)
    assert table.together is not None
    assert scrap == pytest.approx(-55.2)
    assert paid == pytest.approx(-15.875)
    assert table.together.years[-1].difference_eur_per_t == pytest.approx(-64.175)
    assert table.overlap(2034) == pytest.approx(55.2 + 15.875 - 64.175)


def test_matched_power_does_nothing_for_steel_and_says_why() -> None:
    """Steel counts direct emissions only: not a cent, whatever its 0.5 MWh/t come from."""
    effect = lever_tables(SIMPLE, usual_levers(0.6), 80.0)[0].single[0]
    assert all(year.difference_eur_per_t == pytest.approx(0) for year in effect.years)
    assert "direct emissions only" in effect.notes[0]


def test_matched_power_counts_where_indirect_emissions_do() -> None:
    """Clinker 2523 10: 0.5 MWh/t at 0.6, half matched at 0: 0.15 t less."""
    process = replace(
        SIMPLE.processes[0],
        goods_category="Cement clinker",
        production=(RouteAmount("All production routes", 1000.0),),
    )
    clinker = replace(
        SIMPLE, processes=(process,), products=(Product(10, "P1", "25231000", "clinker"),), precursors=()
    )
    lever = replace(usual_levers(0.6)[0], share=0.5)
    effect = lever_tables(clinker, (lever,), 80.0)[0].single[0]
    assert effect.see_before - effect.see_after == pytest.approx(0.15)
    assert effect.years[-1].difference_eur_per_t == pytest.approx(-0.15 * 80)


def test_hydrogen_in_place_of_gas() -> None:
    """Half of 120 kNm3 gas at 36 GJ: 2160 GJ = 18 t hydrogen; its maker feeds 18 t more, at the same specific values."""
    gas = SourceStream("S1", "gas", "combustion", 120.0, "1000Nm3", 36.0, 56.1, "tCO2/TJ")
    hydrogen = ProductionProcess(
        "H",
        "hydrogen",
        "Hydrogen",
        (RouteAmount("Electrolysis of water", 50.0),),
        5.0,
        40.0,
        (Use("I", 10.0),),
        electricity=Electricity(2500.0, 0.6, "D.4(a)"),
    )
    iron = ProductionProcess(
        "I",
        "iron",
        "Direct reduced iron",
        (RouteAmount("All production routes", 400.0),),
        242.352,
        400.0,
        electricity=Electricity(0.0, 0.6, "D.4(a)"),
    )
    installation = Installation(
        "W",
        "CN",
        None,
        None,
        SIMPLE.regime,
        (gas,),
        (hydrogen, iron),
        (Product(10, "I", "72031000", "iron"),),
    )
    lever = Lever("h2", "hydrogen / 氢", "hydrogen", share=0.5, process="I", instead_of=("S1",), by="H")
    before, after = assess(installation), assess(changed(installation, lever))
    assert HYDROGEN_NCV == 120
    assert after.process("H").activity_level == pytest.approx(68)
    assert after.process("H").se_direct == pytest.approx(before.process("H").se_direct)
    assert after.process("H").production_control == pytest.approx(0, abs=1e-9)
    assert after.process("I").see_direct == pytest.approx((121.176 + 28 * 0.1) / 400)


def test_processes_that_feed_each_other_do_not_run_in_circles() -> None:
    a = ProductionProcess("A", "a", "Pig iron", (RouteAmount("x", 100.0),), 10.0, 80.0, (Use("B", 20.0),))
    b = ProductionProcess("B", "b", "Crude steel", (RouteAmount("x", 100.0),), 10.0, 90.0, (Use("A", 10.0),))
    loop = replace(
        SIMPLE,
        streams=(),
        processes=(a, b),
        precursors=(),
        products=(Product(10, "B", "72071111", "b", {"scrap_per_t_steel": 0.2}),),
    )
    lever = Lever("s", "s / 废", "scrap", share=0.75, process="B", instead_of=("A",))
    after = assess(changed(loop, lever))
    assert after.process("B").see_direct < assess(loop).process("B").see_direct


def test_unknown_names_are_faults_with_the_nearest() -> None:
    with pytest.raises(InputError, match="PP1"):
        changed(SIMPLE, replace(SCRAP, instead_of=("PP",)))
    with pytest.raises(InputError, match="one of P1"):
        changed(SIMPLE, replace(SCRAP, process="Q"))
