"""Modes, belts that run both ways, what stood idle, and the yearly average of the grid: each worked by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tests.footprint.small import MATERIAL, STEPS, attributed, factor, flows_of, footprints, park_of

from zeropark.carbon.origins import origins_of
from zeropark.errors import InputError
from zeropark.flows import Flows
from zeropark.footprint.of_park import footprints_of
from zeropark.park.model import Park
from zeropark.park.period import whole

CARRIERS = {"ore": MATERIAL, "scrap": MATERIAL, "a": MATERIAL, "b": MATERIAL,
            "electricity": {"unit": "MWh", "kind": "electricity"}}  # fmt: skip
NODES = {"ore": "ore", "scrap": "scrap", "a": "a", "b": "b", "bus": "electricity"}
FACTORS = {"mine": factor(1.0), "free": factor(0.0), "sun": factor(0.04, "MWh"), "coal": factor(1.0, "MWh"),
           "average": factor(0.5, "MWh")}  # fmt: skip


def kiln(**footprint: Any) -> tuple[Park, Flows, Any]:
    """One kiln: two hours of a from 2 t ore and 1 MWh of coal power, 0.3 tCO2; two hours of b from scrap and 0.5 MWh sun."""
    assets: dict[str, Any] = {
        "mine": {"kind": "market", "node": "ore", "buy": {"price": 1}, "upstream": "mine"},
        "yard": {"kind": "market", "node": "scrap", "buy": {"price": 1}, "upstream": "free"},
        "pv": {"kind": "source", "node": "bus", "capacity": 9, "origin": "solar", "upstream": "sun"},
        "grid": {"kind": "market", "node": "bus", "buy": {"price": 1}, "origin": "grid", "upstream": "coal"},
        "kiln": {"kind": "converter", "rated": "bus", "capacity": {"max": 9, "embodied": 876, "lifetime": 10},
                 "other_ghg": 0.1,
                 "modes": {"primary": {"inputs": {"bus": 1, "ore": 2}, "outputs": {"a": 1}, "emissions": 0.3},
                           "recycled": {"inputs": {"bus": 1, "scrap": 2}, "outputs": {"b": 2}}}},
        "fan": {"kind": "demand", "node": "scrap", "profile": 1, "serves": "kiln"},
        "gate-a": {"kind": "demand", "node": "a", "profile": 1},
        "gate-b": {"kind": "demand", "node": "b", "profile": 1},
    }  # fmt: skip
    first, last = np.array([1.0, 1, 0, 0]), np.array([0, 0, 1.0, 1])
    park = park_of(assets, NODES, CARRIERS, factors=FACTORS,
                   footprint={"products": {"a": {"node": "a"}, "b": {"node": "b"}}, "runs": 100, **footprint})  # fmt: skip
    flows = flows_of(park, {
        ("mine", "buy"): 2 * first, ("yard", "buy"): 2 * last + 0.1, ("fan", "intake"): 0.1,
        ("kiln", "activity:primary"): first, ("kiln", "activity:recycled"): last,
        ("gate-a", "intake"): first, ("gate-b", "intake"): 2 * last, ("pv", "output"): last, ("grid", "buy"): first,
    }, {("kiln", "capacity"): 1.0})  # fmt: skip
    return park, flows, attributed(park, {"kiln": {"grid": first, "pv": last}})


def test_modes_that_give_different_things_share_nothing() -> None:
    """a: 2 ore + 0.3 + 0.1 + 1 coal power = 3.4 t; b, per tonne: (0.1 + 0.04) / 2. No way to share is asked for."""
    park, flows, att = kiln()
    found = footprints(park, flows, att)
    assert found["a"].value == pytest.approx(3400)
    assert found["b"].value == pytest.approx(70)
    assert found["a"].share == found["b"].share == 1.0
    assert {link.process for f in found.values() for link in f.chain} == {"kiln:primary", "kiln:recycled"}
    assert {line.title for line in found["a"].contributions} >= {
        "Process CO2 of kiln · primary / kiln · primary的过程排放"
    }


def test_plant_and_auxiliaries_of_modes_go_by_what_each_ran() -> None:
    """876 t over 10 years, 4 of 8,760 h: 0.04 t, half to each mode: 0.01 t per tonne of a, 0.005 of b; scrap is free."""
    park, flows, att = kiln(embodied=True)
    found = footprints(park, flows, att)
    assert found["a"].value == pytest.approx(3410)
    assert found["b"].value == pytest.approx(75)
    line = next(c for c in found["a"].contributions if c.id == "upstream.yard")
    assert line.amount == pytest.approx(0.2 / 2)  # half of 0.4 t that the fan took, for 2 t


def test_modes_that_give_the_same_stay_one_process() -> None:
    """Fuel switching: an hour's tonne from 2 t of ore at 1 t, and one from free scrap: the mix is 1 t per tonne."""
    assets = {
        "mine": {"kind": "market", "node": "ore", "buy": {"price": 1}, "upstream": "mine"},
        "yard": {"kind": "market", "node": "scrap", "buy": {"price": 1}, "upstream": "free"},
        "kiln": {"kind": "converter", "rated": "a", "capacity": 9,
                 "modes": {"primary": {"inputs": {"ore": 2}, "outputs": {"a": 1}},
                           "recycled": {"inputs": {"scrap": 2}, "outputs": {"a": 1}}}},
        "gate": {"kind": "demand", "node": "a", "profile": 1},
    }  # fmt: skip
    nodes = {n: n for n in ("ore", "scrap", "a")}
    park = park_of(
        assets, nodes, CARRIERS, factors=FACTORS, footprint={"products": {"a": {"node": "a"}}, "runs": 100}
    )
    flows = flows_of(park, {
        ("mine", "buy"): 2, ("yard", "buy"): 2, ("kiln", "activity:primary"): 1, ("kiln", "activity:recycled"): 1,
        ("gate", "intake"): 2})  # fmt: skip
    found = footprints(park, flows)["a"]
    assert found.value == pytest.approx(1000)
    assert [link.process for link in found.chain] == ["kiln"]


def test_noise_of_meters_between_modes_adds_nothing() -> None:
    """Least squares gives the idle mode ± 0.2 in turn: its 0.3 tCO2 a unit must not be counted for the half above zero."""
    park, flows, att = kiln()
    noise = np.array([0.2, -0.2, 0.2, -0.2])
    rates = {
        **flows.rates,
        ("kiln", "activity:primary"): noise,
        ("kiln", "activity:recycled"): np.ones(STEPS),
    }
    net = {**flows.net, ("kiln", "a"): np.zeros(STEPS), ("kiln", "ore"): np.zeros(STEPS)}
    found = footprints_of_b(park, Flows(flows.clock, rates, net, flows.carriers), att)
    assert not any(line.id.startswith("direct.") for line in found.contributions)


def footprints_of_b(park: Park, flows: Flows, att: Any) -> Any:
    spec = park.spec.model_copy(update={"footprint": park.spec.footprint.model_copy(
        update={"products": {"b": park.spec.footprint.products["b"]}})})  # fmt: skip
    return footprints(Park(park.folder, spec, park.clock, park.arrays), flows, att)["b"]


def belt(rates: dict[tuple[str, str], Any], **asset: Any) -> tuple[Park, Flows]:
    assets: dict[str, Any] = {
        "mine": {"kind": "market", "node": "ore", "buy": {"price": 1}, "upstream": "mine"},
        "yard": {"kind": "market", "node": "far", "buy": {"price": 1}, "upstream": "free"},
        "belt": {"kind": "connection", "from": "ore", "to": "far", "capacity": 99, **asset},
        "gate": {"kind": "demand", "node": "far", "profile": 1},
    }
    park = park_of(assets, {"ore": "ore", "far": "ore"}, CARRIERS, factors=FACTORS,
                   footprint={"products": {"ore": {"node": "far"}}, "runs": 100})  # fmt: skip
    sizes = {("belt", "capacity"): 2.0}
    return park, flows_of(park, rates, sizes)


def test_a_belt_of_both_ways_counts_what_its_meters_saw() -> None:
    """8 t an hour arrive of 10 sent, 1 % is stated: 10 t for 8 t, whatever rates would explain the meters."""
    park, flows = belt({("mine", "buy"): 10, ("belt", "forward"): 10, ("gate", "intake"): 8}, loss=0.01)
    net = {**flows.net, ("belt", "far"): np.full(STEPS, 8.0)}
    rates = {
        **flows.rates,
        ("belt", "forward"): np.full(STEPS, 104.5),
        ("belt", "backward"): np.full(STEPS, 95.5),
    }
    found = footprints(park, Flows(flows.clock, rates, net, flows.carriers))["ore"]
    assert found.value == pytest.approx(1250)


def test_plant_that_gave_nothing_is_told() -> None:
    """A belt of 2 t/h × 876 t over 10 years stands still for 4 h: 0.08 t are in no product, and it is said."""
    park, flows = belt({("yard", "buy"): 1, ("gate", "intake"): 1},
                       capacity={"max": 9, "embodied": 876, "lifetime": 10})  # fmt: skip
    found = footprints(park, flows)["ore"]
    assert found.with_embodied == found.without_embodied
    assert any("belt gave nothing: 0.08 tCO2e of its making" in note for note in found.notes)


def test_notes_are_those_of_what_stands_behind() -> None:
    """Stock of b has nothing to do with a."""
    park, flows, att = kiln()
    assets = {**park.spec.assets, "b-yard": park_of(
        {"b-yard": {"kind": "storage", "node": "b", "capacity": 9, "initial": "free"}}, {"b": "b"}, CARRIERS
    ).assets["b-yard"]}  # fmt: skip
    park = Park(park.folder, park.spec.model_copy(update={"assets": assets}), park.clock, park.arrays)
    stock = {
        ("b-yard", "charge"): 1.0,
        ("b-yard", "discharge"): 0.5,
        ("b-yard", "level"): 1 + np.arange(STEPS) * 0.5,
    }
    rates = {**flows.rates} | {key: np.broadcast_to(value, STEPS) for key, value in stock.items()}
    found = footprints(park, Flows(flows.clock, rates, flows.net, flows.carriers), att)
    told = {name: [note for note in f.notes if "b-yard" in note] for name, f in found.items()}
    assert told["b"]
    assert not told["a"]


def test_on_the_yearly_average_green_contracts_over_the_public_grid_count_as_the_grid() -> None:
    """A market of origin wind is a contract: by location it is the grid's average of 0.5, by the hour its own 0.04."""
    park, flows, att = kiln(grid={"location": "average"})
    assets = {**park.spec.assets}
    assets["grid"] = assets["grid"].model_copy(update={"origin": "wind", "upstream": "sun"})
    park = Park(park.folder, park.spec.model_copy(update={"assets": assets}), park.clock, park.arrays)
    att = replace(att, origins=origins_of(park, tuple(o.name for o in att.origins), {}))
    found = footprints(park, flows, att)["a"]
    # a took grid power alone, 1 MWh a tonne: 2,400 + 1,000 · 0.04, by location 2,400 + 1,000 · 0.5
    assert found.by_basis["hourly"] == pytest.approx(2440)
    assert found.by_basis["location"] == pytest.approx(2900)


def standing(noise_mwh: float) -> dict[str, float]:
    """A boiler that ran in the first two steps, and used ``noise_mwh`` in each of the other two, over which is asked.

    Product of the last two steps: 1 t of b from 1 t of a, which is bought then, and 0.5 MWh of sun.
    """
    assets: dict[str, Any] = {
        "yard": {"kind": "market", "node": "a", "buy": {"price": 1}, "upstream": "free"},
        "pv": {"kind": "source", "node": "bus", "capacity": 99, "origin": "solar", "upstream": "sun"},
        "boiler": {"kind": "converter", "rated": "a", "capacity": 20, "inputs": {"bus": 1}, "outputs": {"a": 1}},
        "kiln": {"kind": "converter", "rated": "b", "capacity": 9, "inputs": {"bus": 0.5, "a": 1},
                 "outputs": {"b": 1}},
        "gate-a": {"kind": "demand", "node": "a", "profile": 1},
        "gate-b": {"kind": "demand", "node": "b", "profile": 1},
    }  # fmt: skip
    park = park_of(assets, NODES, CARRIERS, factors=FACTORS,
                   footprint={"products": {"a": {"node": "a"}, "b": {"node": "b"}}, "runs": 100})  # fmt: skip
    boiler, kiln_runs = np.array([10.0, 10, noise_mwh, noise_mwh]), np.array([0, 0, 1.0, 1])
    flows = flows_of(park, {
        ("yard", "buy"): kiln_runs, ("kiln", "activity:"): kiln_runs, ("boiler", "activity:"): boiler,
        ("gate-a", "intake"): boiler, ("gate-b", "intake"): kiln_runs, ("pv", "output"): boiler + kiln_runs / 2,
    })  # fmt: skip
    made = flows.net["boiler", "a"]
    flows.net["boiler", "a"][2:] = 0.0 * made[2:]  # its output is below what a plan tells at all
    period = replace(whole(park.clock), text="the end", first=2, last=4)
    found = footprints_of(
        park,
        flows,
        attributed(park, {"boiler": {"pv": boiler}, "kiln": {"pv": kiln_runs / 2}}),
        period,
        ("b",),
    )
    return {line.id: line.kgco2e for line in found["b"].contributions}


def test_electricity_of_a_plant_that_stands_still_is_noise_as_its_output_is() -> None:
    """2e-7 of what the boiler takes at most, and nothing made: it is left alone, and the product has 20 kg of sun."""
    assert standing(2e-6) == pytest.approx({"upstream.yard": 0.0, "electricity.pv": 20.0})


def test_electricity_of_a_plant_that_makes_nothing_but_runs_is_told() -> None:
    """A ten-thousandth of its largest rate is no noise: no product would carry it."""
    with pytest.raises(InputError, match="boiler: found use or emissions"):
        standing(1e-3)
