"""What a park's parts mean for a footprint: electricity by origin and basis, stores, fuels, auxiliaries, plant, errors."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tests.footprint.small import MATERIAL, STEPS, attributed, factor, flows_of, footprints, park_of

from zeropark.errors import InputError
from zeropark.footprint.result import ProductFootprint
from zeropark.park.model import Assumption
from zeropark.park.period import Period, whole
from zeropark.park.streams import net_flows

CARRIERS = {"ore": MATERIAL, "oxide": MATERIAL, "electricity": {"unit": "MWh", "kind": "electricity"}}
NODES = {"ore": "ore", "oxide": "oxide", "bus": "electricity"}
ASSETS: dict[str, Any] = {
    "mine": {"kind": "source", "node": "ore", "capacity": 10, "upstream": "ore"},
    "wind": {"kind": "source", "node": "bus", "capacity": 10, "upstream": "wind", "origin": "wind"},
    "grid": {"kind": "market", "node": "bus", "buy": {"price": 1}, "upstream": "grid", "origin": "grid"},
    "kiln": {
        "kind": "converter",
        "rated": "oxide",
        "inputs": {"ore": 2, "bus": 1},
        "outputs": {"oxide": 1},
        "capacity": 10,
    },
    "gate": {"kind": "demand", "node": "oxide", "profile": 1.0},
}
FACTORS = {
    "ore": factor(0.1),
    "wind": factor(0.02, "MWh"),
    "grid": factor(0.6, "MWh"),
    "mix": factor(0.8, "MWh"),
}
RATES: dict[tuple[str, str], Any] = {
    ("mine", "output"): 2.0, ("kiln", "activity:"): 1.0, ("gate", "intake"): 1.0,
    ("wind", "output"): [1.0, 1.0, 0.0, 0.0], ("grid", "buy"): [0.0, 0.0, 1.0, 1.0],
}  # fmt: skip
SUPPLIED = {"kiln": {"wind": [1.0, 1.0, 0.0, 0.0], "grid": [0.0, 0.0, 1.0, 1.0]}}


def oxide(
    assets: dict[str, Any] | None = None,
    rates: dict[tuple[str, str], Any] | None = None,
    supplied: Any = SUPPLIED,
    *,
    nodes: dict[str, str] | None = None,
    carriers: dict[str, Any] | None = None,
    factors: dict[str, Any] | None = None,
    period: Period | None = None,
    capacities: dict[tuple[str, str], float] | None = None,
    **footprint: Any,
) -> ProductFootprint:
    """The kiln's oxide, with some of the park changed."""
    spec = {"products": {"oxide": {"node": "oxide"}}, "runs": 2000, **footprint}
    merged = {
        name: {**ASSETS.get(name, {}), **(assets or {}).get(name, {})}
        for name in {**ASSETS, **(assets or {})}
    }
    park = park_of(merged, {**NODES, **(nodes or {})}, {**CARRIERS, **(carriers or {})}, footprint=spec,
                   factors={**FACTORS, **(factors or {})})  # fmt: skip
    flows = flows_of(park, {**RATES, **(rates or {})}, capacities)
    return footprints(park, flows, attributed(park, supplied) if supplied else None, period)["oxide"]


def test_the_plain_kiln() -> None:
    """Per tonne: 2 t ore × 0.1 + 0.5 MWh × 0.02 + 0.5 MWh × 0.6 = 0.51 t."""
    found = oxide()
    assert found.value == pytest.approx(510.0)
    assert found.gate_to_gate == 0.0
    assert found.by_kind == pytest.approx({"direct": 0, "electricity": 310, "upstream": 200, "embodied": 0})
    assert found.allocation == "none"
    assert set(found.by_allocation.values()) == {None}
    assert (found.amount, found.made) == (pytest.approx(4.0), pytest.approx(4.0))


# --- electricity -------------------------------------------------------------------------------------


def test_bases_of_electricity() -> None:
    """Without contracts the split is one: half wind at 0.02, half grid. By the hour the grid's own 0.6: 200 + 10 + 300; on
    the others a mix of 0.8: 200 + 10 + 400. What an office takes of wind is the office's on every basis.
    """
    supplied = {**SUPPLIED, "office": {"wind": [0.75] * 4}}
    office = {"office": {"kind": "demand", "node": "bus", "profile": 0.75}}
    more = {("wind", "output"): [1.75, 1.75, 0.75, 0.75], ("office", "intake"): 0.75}
    found = oxide(office, more, supplied, grid={"market": "mix", "location": "mix"})
    assert found.basis == "hourly"
    assert found.value == found.by_basis["hourly"] == pytest.approx(510.0)
    assert found.by_basis["market"] == pytest.approx(610.0)
    assert found.by_basis["location"] == pytest.approx(610.0)


def test_losses_on_the_way_are_carried() -> None:
    """4 % more generation than use: 0.5 × 1.04 of each."""
    supplied = {"kiln": {"wind": [1.04, 1.04, 0, 0], "grid": [0, 0, 1.04, 1.04]}}
    more = {("wind", "output"): [1.04, 1.04, 0, 0], ("grid", "buy"): [0, 0, 1.04, 1.04]}
    assert oxide(None, more, supplied).value == pytest.approx(200 + 310 * 1.04)


def test_a_part_of_the_time_takes_its_own_hours() -> None:
    found = oxide(period=replace(whole_period(), first=0, last=2, text="morning"))
    assert found.value == pytest.approx(220.0)  # wind only
    assert found.amount == pytest.approx(2.0)


def test_what_other_processes_take_is_made_and_does_not_leave() -> None:
    """A mill takes 0.25 of each hour's tonne: 4 t made, 3 t left."""
    mill = {"mill": {"kind": "converter", "rated": "oxide", "inputs": {"oxide": 1}, "outputs": {"dust": 1}, "capacity": 9},
            "heap": {"kind": "demand", "node": "dust", "profile": 0.25}}  # fmt: skip
    more = {("gate", "intake"): 0.75, ("mill", "activity:"): 0.25, ("heap", "intake"): 0.25}
    found = oxide(mill, more, nodes={"dust": "dust"}, carriers={"dust": MATERIAL})
    assert (found.amount, found.made) == (pytest.approx(3.0), pytest.approx(4.0))
    assert found.value == pytest.approx(510.0)


def whole_period() -> Period:
    return whole(park_of(ASSETS, NODES, CARRIERS, factors=FACTORS).clock)


def test_electricity_of_a_generator_carries_its_footprint() -> None:
    """A gas turbine gives 2 MWh of the kiln's 4, from 5 MWh gas at 0.2 tCO2 + 0.05 tCO2e upstream: 0.625 t/MWh."""
    chp = {
        "pipe": {"kind": "market", "node": "gas", "buy": {"price": 1}, "upstream": "gas"},
        "turbine": {
            "kind": "converter",
            "rated": "gas",
            "inputs": {"gas": 1},
            "outputs": {"bus": 0.4},
            "capacity": 10,
        },
    }
    more = {
        ("grid", "buy"): 0.0,
        ("pipe", "buy"): [0, 0, 2.5, 2.5],
        ("turbine", "activity:"): [0, 0, 2.5, 2.5],
    }
    supplied = {"kiln": {"wind": [1.0, 1.0, 0, 0], "turbine": [0, 0, 1.0, 1.0]}}
    gas = {"gas": {"unit": "MWh", "kind": "fuel", "combustion": 0.2}}
    factors = {"gas": factor(0.05, "MWh")}
    found = oxide(chp, more, supplied, nodes={"gas": "gas"}, carriers=gas, factors=factors)
    assert found.value == pytest.approx(200 + 10 + 0.5 * 625)
    assert found.gate_to_gate == pytest.approx(0.5 * 500)
    line = next(line for line in found.contributions if line.kind == "process")
    assert (line.amount, line.factor_kgco2e) == (pytest.approx(0.5), pytest.approx(625.0))
    (turbine,) = (link for link in found.chain if link.process == "turbine")
    burnt = next(line for line in turbine.contributions if line.id == "combustion.turbine.gas")
    assert (burnt.amount, burnt.factor_kgco2e) == (pytest.approx(2.5), pytest.approx(200.0))
    assert burnt.gate
    assert burnt.primary


def test_what_an_electric_store_held_before_counts_as_the_mix() -> None:
    """Opening content gives 2 of 4 MWh: at the mix of what came in, 1 wind to 1 grid."""
    supplied = {
        "kiln": {"wind": [1.0, 0, 0, 0], "grid": [0, 1.0, 0, 0], "opening of battery": [0, 0, 1.0, 1.0]}
    }
    more = {("wind", "output"): [1.0, 0, 0, 0], ("grid", "buy"): [0, 1.0, 0, 0]}
    found = oxide(None, more, supplied)
    assert found.value == pytest.approx(200 + 310)
    assert any("opening of battery" in note for note in found.notes)


def test_loads_that_serve_a_process_are_its_own() -> None:
    """A fan of 0.5 MWh an hour and 0.1 t of ore an hour for its bearings: 0.5·0.31 and 0.1·0.1 t more."""
    fan = {"fan": {"kind": "demand", "node": "bus", "profile": 0.5, "serves": "kiln"},
           "wear": {"kind": "demand", "node": "ore", "profile": 0.1, "serves": "kiln"}}  # fmt: skip
    supplied = {**SUPPLIED, "fan": {"wind": [0.5, 0.5, 0, 0], "grid": [0, 0, 0.5, 0.5]}}
    more = {("fan", "intake"): 0.5, ("wear", "intake"): 0.1, ("mine", "output"): 2.1}
    assert oxide(fan, more, supplied).value == pytest.approx(510 + 155 + 10)


# --- stores, connections, fuels ---------------------------------------------------------------------


def test_a_stock_that_loses_raises_the_footprint_of_what_comes_out() -> None:
    """All ore goes through a yard that returns 80 %: 2.5 t of ore for 2 t."""
    yard = {"yard": {"kind": "storage", "node": "ore", "capacity": 99, "charge_efficiency": 0.8},
            "mine": {"capacity": 10}}  # fmt: skip
    late = {("kiln", "activity:"): [0, 0, 2.0, 2.0], ("gate", "intake"): [0, 0, 2.0, 2.0]}
    more = {("mine", "output"): [5.0, 5.0, 0, 0], ("yard", "charge"): [5.0, 5.0, 0, 0], **late,
            ("yard", "discharge"): [0, 0, 4.0, 4.0], ("yard", "level"): [4.0, 8.0, 4.0, 0.0]}  # fmt: skip
    found = oxide(yard, more)
    assert found.value == pytest.approx(1000 * 0.1 * 10 / 4 + 310)
    assert next(line for line in found.contributions if line.id == "upstream.mine").amount == pytest.approx(
        2.5
    )


def test_what_a_stock_held_before_takes_the_mix_of_the_period() -> None:
    """4 of 8 t of ore come from the yard's content of before: still 0.1 t/t, and said so."""
    yard = {"yard": {"kind": "storage", "node": "ore", "capacity": 99, "initial": 0.5}}
    more = {("mine", "output"): 1.0, ("yard", "discharge"): 1.0, ("yard", "level"): [9.0, 8.0, 7.0, 6.0]}
    found = oxide(yard, more)
    assert found.value == pytest.approx(510.0)
    assert any("4 t that yard held before" in note for note in found.notes)


def test_what_stays_in_a_stock_keeps_its_share() -> None:
    """Half of 16 t of ore stays in the yard: the oxide does not pay for it."""
    yard = {"yard": {"kind": "storage", "node": "ore", "capacity": 99, "initial": "free"}}
    more = {
        ("mine", "output"): 4.0,
        ("yard", "charge"): 4.0,
        ("yard", "discharge"): 2.0,
        ("yard", "level"): [2.0, 4.0, 6.0, 8.0],
    }
    assert oxide(yard, more).value == pytest.approx(510.0)


def test_a_store_of_heat_that_only_loses_leaves_the_loss_to_its_pool() -> None:
    """A tank takes 0.4 of 2.4 units, loses as much and gives nothing back: 2 units carry all."""
    tank = {"tank": {"kind": "storage", "node": "ore", "capacity": 99, "standing_loss": 0.5}}
    more = {("mine", "output"): 2.4, ("tank", "charge"): 0.4, ("tank", "level"): 0.8}
    assert oxide(tank, more).value == pytest.approx(200 * 1.2 + 310)


def test_losses_of_a_connection() -> None:
    """A conveyor loses a fifth: 2.5 t mined for 2 t that arrive."""
    belt = {
        "mine": {"node": "pit"},
        "belt": {"kind": "connection", "from": "pit", "to": "ore", "capacity": 9, "loss": 0.2},
    }
    more = {("mine", "output"): 2.5, ("belt", "forward"): 2.5}
    assert oxide(belt, more, nodes={"pit": "ore"}).value == pytest.approx(250 + 310)


def test_metered_imbalance_is_carried_by_what_was_used() -> None:
    """Meters saw 2.2 t an hour come in and 2.0 go out: all of the burden goes to what was used."""
    assert oxide(None, {("mine", "output"): 2.2}).value == pytest.approx(220 + 310)


def test_metered_use_counts_rather_than_the_nominal() -> None:
    """The kiln's meter shows 2.6 t of ore an hour, not its nominal 2."""
    spec = {"products": {"oxide": {"node": "oxide"}}}
    park = park_of(ASSETS, NODES, CARRIERS, footprint=spec, factors=FACTORS)
    flows = flows_of(park, {**RATES, ("mine", "output"): 2.6})
    net = {**net_flows(park, flows.rates), ("kiln", "ore"): np.full(STEPS, -2.6)}
    found = footprints(park, replace(flows, net=net), attributed(park, SUPPLIED))["oxide"]
    assert found.value == pytest.approx(260 + 310)


def test_fossil_carbon_that_leaves_in_a_product_is_not_burnt() -> None:
    """2 t of ore, a fuel of 0.5 tCO2/t here, become oxide that still holds 0.3 tCO2/t: 1.0 − 0.3 = 0.7 t is released."""
    carriers = {"ore": {**MATERIAL, "combustion": 0.5}, "oxide": {**MATERIAL, "combustion": 0.3}}
    found = oxide(carriers=carriers)
    assert found.value == pytest.approx(510 + 700)
    assert found.gate_to_gate == pytest.approx(700)


def test_other_gases_and_process_co2() -> None:
    found = oxide({"kiln": {"emissions": 0.4, "other_ghg": 0.05}})
    assert found.value == pytest.approx(510 + 450)
    assert {line.id: line.kgco2e for line in found.contributions if line.kind == "direct"} == pytest.approx(
        {"direct.kiln": 400.0, "gases.kiln": 50.0}
    )
    assert found.primary_share == pytest.approx(450 / 960)


# --- plant, primary data, spread ---------------------------------------------------------------------


@pytest.mark.parametrize(("includes", "counted"), [("construction", 0.0), ("operation", 1.0), (None, 1.0)])
def test_making_of_a_farm_counts_once(includes: str | None, counted: float) -> None:
    """The farm's 500 tCO2e/MW over 25 years, 4 h of 8,760, over 4 t; not where its upstream factor has it in it already."""
    sizes = {("wind", "capacity"): 6.0}
    assets = {"wind": {"capacity": {"max": 20, "embodied": 500, "lifetime": 25}}}
    stated = {} if includes is None else {"includes": includes}
    factors = {"wind": {**FACTORS["wind"], **stated}}
    wind = 1000 * 6 * 500 / 25 * (4 / 8760) / 4
    found = oxide(assets, capacities=sizes, factors=factors, embodied=True)
    assert found.value == found.with_embodied == pytest.approx(510 + counted * wind)
    assert found.without_embodied == pytest.approx(510)
    told = {
        "construction": "not counted on top",
        None: "factors.wind.includes does not say",
    }
    for key, words in told.items():
        assert any(words in note for note in found.notes) is (key == includes)


def test_making_of_the_plant_is_told_beside_and_counted_where_chosen() -> None:
    """Added kiln 5 t/h × 100 tCO2e/(t/h) over 20 years, 4 h of 8,760, over 4 t; wind 6 MW × 500 over 25 years."""
    sizes = {("kiln", "capacity"): 15.0, ("wind", "capacity"): 6.0}
    assets = {"kiln": {"capacity": {"existing": 10, "max": 20, "embodied": 100, "lifetime": 20}},
              "wind": {"capacity": {"max": 20, "embodied": 500, "lifetime": 25}}}  # fmt: skip
    kiln = 1000 * 5 * 100 / 20 * (4 / 8760) / 4
    wind = 1000 * 6 * 500 / 25 * (4 / 8760) / 4
    off = oxide(assets, capacities=sizes)
    on = oxide(assets, capacities=sizes, embodied=True)
    assert off.value == off.without_embodied == pytest.approx(510.0)
    assert off.with_embodied == on.value == on.with_embodied == pytest.approx(510 + kiln + wind)
    assert {line.id: line.kgco2e for line in on.contributions if line.kind == "embodied"} == pytest.approx(
        {"embodied.kiln.capacity": kiln, "embodied.wind.capacity": wind}
    )
    assert not [line for line in off.contributions if line.kind == "embodied"]


def test_lines_and_stores_of_electricity_are_shared_by_all_use() -> None:
    """A battery of 4 MWh × 73 tCO2e over 10 years: 292·(4/8760)/10 t, of which the kiln has 4 of 5 MWh."""
    assets = {"battery": {"kind": "storage", "node": "bus", "capacity": {"max": 9, "embodied": 73, "lifetime": 10}},
              "office": {"kind": "demand", "node": "bus", "profile": 0.25}}  # fmt: skip
    supplied = {**SUPPLIED, "office": {"grid": 0.25}}
    found = oxide(assets, {("office", "intake"): 0.25}, supplied, capacities={("battery", "capacity"): 4.0})
    assert found.with_embodied - found.value == pytest.approx(1000 * 292 * (4 / 8760) / 10 * 4 / 5 / 4)


def test_embodied_emissions_need_a_lifetime() -> None:
    with pytest.raises(
        InputError, match=r"assets.kiln.capacity.lifetime: found nothing; expected a lifetime"
    ):
        oxide({"kiln": {"capacity": {"max": 20, "embodied": 100}}}, capacities={("kiln", "capacity"): 5.0})


def test_spread_of_one_factor_is_the_lognormal_s() -> None:
    """Only ore is uncertain, with σ = 1.5: 310 + 200·1.5^z; the 97.5 % point is at z = 1.96, and the median is the value."""
    found = oxide(factors={"ore": factor(0.1, spread=1.5)}, runs=50_000)
    assert found.spread is not None
    assert found.spread.stated
    assert found.spread.p97_5 == pytest.approx(310 + 200 * 1.5**1.96, rel=0.02)
    assert found.spread.p2_5 == pytest.approx(310 + 200 * 1.5**-1.96, rel=0.02)
    assert found.spread.p50 == pytest.approx(510, rel=0.01)
    assert oxide(factors={"ore": factor(0.1, spread=1.5)}, runs=50_000).spread == found.spread


def test_no_spread_stated_is_said() -> None:
    found = oxide()
    assert found.spread is not None
    assert not found.spread.stated
    assert found.spread.p2_5 == found.spread.p97_5 == pytest.approx(510.0)


def test_primary_and_biogenic_parts() -> None:
    """Ore is the supplier's own figure and 60 % fossil: 200 of 510 primary, 80 biogenic."""
    found = oxide(factors={"ore": factor(0.1, primary=True, fossil=0.6)})
    assert found.primary_share == pytest.approx(200 / 510)
    assert found.biogenic == pytest.approx(80.0)


def test_a_factor_per_kilogram_for_a_carrier_in_tonnes() -> None:
    assert oxide(factors={"ore": factor(0.0001, "kg")}).value == pytest.approx(510.0)


def test_lines_name_source_and_mark_of_their_factor() -> None:
    spec = {"products": {"oxide": {"node": "oxide"}}}
    park = park_of(ASSETS, NODES, CARRIERS, footprint=spec, factors=FACTORS)
    said = Assumption("factors.ore.footprint", "0.1", "a report of 2024", "2", "2026-11-28", "")
    park = replace(park, assumptions=(said,))
    found = footprints(park, flows_of(park, RATES), attributed(park, SUPPLIED))["oxide"]
    ore = next(line for line in found.contributions if line.id == "upstream.mine")
    assert (ore.source, ore.mark) == ("a report of 2024", "2")
    wind = next(line for line in found.contributions if line.id == "electricity.wind")
    assert "factor 'wind': CN, 2024, database" in wind.source


def test_ids_are_plain_and_told_apart() -> None:
    assets = {"矿 a": {**ASSETS["mine"]}, "矿-a": {**ASSETS["mine"]}, "mine": {"capacity": 10}}
    more = {("mine", "output"): 0.0, ("矿 a", "output"): 1.0, ("矿-a", "output"): 1.0}
    ids = [line.id for line in oxide(assets, more).contributions]
    assert len(set(ids)) == len(ids)
    assert all(letter.isascii() and (letter.isalnum() or letter in "_.") for line in ids for letter in line)


# --- what cannot be told -----------------------------------------------------------------------------


def test_a_missing_upstream_factor_is_a_fault_not_zero() -> None:
    with pytest.raises(
        InputError, match=r"assets.mine.upstream: found no upstream factor; expected one of `factors`"
    ):
        oxide({"mine": {"upstream": None}})


def test_a_missing_factor_of_electricity_is_a_fault() -> None:
    with pytest.raises(InputError, match=r"assets.grid.upstream: found no upstream factor"):
        oxide({"grid": {"upstream": None}})


def test_what_does_not_stand_behind_a_product_needs_no_factor() -> None:
    sand = {
        "sand": {"kind": "source", "node": "sand", "capacity": 9},
        "use": {"kind": "demand", "node": "sand", "profile": 1},
    }
    more = {("sand", "output"): 1.0, ("use", "intake"): 1.0}
    assert oxide(sand, more, nodes={"sand": "sand"}, carriers={"sand": MATERIAL}).value == pytest.approx(
        510.0
    )


def test_nothing_made_is_told() -> None:
    still = {("kiln", "activity:"): 0.0, ("gate", "intake"): 0.0, ("mine", "output"): 0.0}
    with pytest.raises(
        InputError, match=r"footprint.products.oxide: found an amount of zero at 'oxide' in 2025-01-01"
    ):
        oxide(None, still, {"office": {"wind": 1.0}})


def test_a_process_that_takes_and_gives_nothing_is_told() -> None:
    """A second kiln stands hot all day: its electricity could go to no oxide."""
    second = {
        "kiln-2": {**ASSETS["kiln"]},
        "fan": {"kind": "demand", "node": "bus", "profile": 0.1, "serves": "kiln-2"},
    }
    with pytest.raises(
        InputError, match=r"kiln-2: found use or emissions .* and an output of zero in 2025-01-01"
    ):
        oxide(second, {("fan", "intake"): 0.1}, {**SUPPLIED, "fan": {"wind": 0.1}})


def test_negative_production_is_told_with_its_hour() -> None:
    with pytest.raises(
        InputError, match=r"kiln at oxide: found production of -0.5 t/h, first at 2025-01-01 02:00"
    ):
        oxide(None, {("kiln", "activity:"): [1.0, 1.0, -0.5, 1.0]})


def test_a_closed_loop_is_told_by_name() -> None:
    """Ore only comes from oxide, and oxide from ore: nothing enters, nothing says what it weighs."""
    back = {
        "mill": {
            "kind": "converter",
            "rated": "ore",
            "inputs": {"oxide": 0.5},
            "outputs": {"ore": 1},
            "capacity": 9,
        }
    }
    more = {("mine", "output"): 0.0, ("gate", "intake"): 0.0, ("mill", "activity:"): 2.0}
    with pytest.raises(InputError, match=r"a loop with a gain of 1: .*kiln.*expected a gain below 1"):
        oxide(back, more)


def test_electricity_that_nobody_attributes_is_told() -> None:
    with pytest.raises(InputError, match=r"kiln: found 4 MWh that no origin is told for"):
        oxide(supplied=None)


def test_co_products_without_a_way_to_share_are_told() -> None:
    slag = {
        "kiln": {"outputs": {"oxide": 1, "slag": 0.5}},
        "heap": {"kind": "demand", "node": "slag", "profile": 1},
    }
    more = {("heap", "intake"): 0.5}
    common: dict[str, Any] = {"nodes": {"slag": "slag"}, "carriers": {"slag": {"unit": "m3"}}}
    with pytest.raises(
        InputError,
        match=r"footprint.allocation.kiln: found no way to share among oxide, slag; expected one of mass",
    ):
        oxide(slag, more, **common)
    with pytest.raises(
        InputError,
        match=r"found no mass of 'slag', which 'kiln' shares mass; expected carriers.slag.worth.mass",
    ):
        oxide(slag, more, **common, allocation={"kiln": "mass"})
    common["carriers"] = {"slag": {"unit": "m3", "kind": "waste"}}
    assert oxide(slag, more, **common).value == pytest.approx(510.0)  # waste takes no share
    common["carriers"] = {"slag": {"unit": "m3", "kind": "waste", "worth": {"mass": 2.0}}}
    assert oxide(slag, more, **common, allocation={"kiln": "mass"}).value == pytest.approx(
        255.0
    )  # unless it is worth something
