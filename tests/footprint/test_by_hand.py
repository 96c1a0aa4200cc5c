"""Footprints worked out by hand; how is told at each."""

from __future__ import annotations

import pytest
from tests.footprint.small import MATERIAL, attributed, factor, flows_of, footprints, park_of

# --- a loop of two processes ------------------------------------------------------------------------


def loop_park(**sections):
    """A mill takes ore, scrap and power and gives steel; a press takes steel, gives parts and scrap, which goes back.

    Over 4 h: ore 8 t, scrap 2 t back, steel 10 t, parts 8 t. Parts and scrap share by mass.
    """
    carriers = {"ore": MATERIAL, "scrap": MATERIAL, "steel": MATERIAL, "part": MATERIAL,
                "electricity": {"unit": "MWh", "kind": "electricity"}}  # fmt: skip
    nodes = {"ore": "ore", "scrap": "scrap", "steel": "steel", "part": "part", "bus": "electricity"}
    assets = {
        "mine": {"kind": "source", "node": "ore", "capacity": 10, "upstream": "ore"},
        "wind": {"kind": "source", "node": "bus", "capacity": 10, "upstream": "wind", "origin": "wind"},
        "mill": {"kind": "converter", "rated": "steel", "inputs": {"ore": 0.8, "scrap": 0.2, "bus": 0.5},
                 "outputs": {"steel": 1}, "capacity": 10, "emissions": 0.1},
        "press": {"kind": "converter", "rated": "steel", "inputs": {"steel": 1},
                  "outputs": {"part": 0.8, "scrap": 0.2}, "capacity": 10},
        "gate": {"kind": "demand", "node": "part", "profile": 2.0},
    }  # fmt: skip
    footprint = {"products": {"part": {"node": "part"}}, "allocation": {"press": "mass"}}
    sections = {
        "footprint": footprint,
        "factors": {"ore": factor(0.05), "wind": factor(0.02, "MWh", primary=True)},
    } | sections
    park = park_of(assets, nodes, carriers, **sections)
    flows = flows_of(park, {("mine", "output"): 2.0, ("wind", "output"): 1.25, ("mill", "activity:"): 2.5,
                            ("press", "activity:"): 2.5, ("gate", "intake"): 2.0})  # fmt: skip
    return park, flows, attributed(park, {"mill": {"wind": 1.25}})


def test_a_loop_of_two_processes() -> None:
    """Mass shares give scrap the footprint s of steel: s = 0.8·0.05 + 0.2·s + 0.5·0.02 + 0.1, so s = 0.15/0.8 = 0.1875."""
    park, flows, attribution = loop_park()
    found = footprints(park, flows, attribution)["part"]
    assert found.value == pytest.approx(187.5, rel=1e-12)
    assert found.amount == pytest.approx(8.0)
    assert found.unit == "t"
    # only the mill's own 0.1 t per t of steel arises inside: 0.1/0.8
    assert found.gate_to_gate == pytest.approx(125.0, rel=1e-12)
    # primary: 0.1 own and 0.5·0.02 of wind, of 0.15
    assert found.primary_share == pytest.approx(0.11 / 0.15, rel=1e-12)
    assert found.share == pytest.approx(0.8)
    assert found.allocation == "mass"
    # one line: a tonne of steel behind a tonne of parts
    (line,) = found.contributions
    assert (line.kind, line.amount, line.factor_kgco2e) == (
        "process",
        pytest.approx(1.0),
        pytest.approx(187.5),
    )
    assert line.gate_kgco2e == pytest.approx(125.0)


def test_the_chain_tells_every_process_behind() -> None:
    park, flows, attribution = loop_park()
    found = footprints(park, flows, attribution)
    links = {link.process + ">" + link.node: link for link in found["part"].chain}
    assert set(links) == {"press>part", "mill>steel", "press>scrap"}
    steel = links["mill>steel"]
    assert steel.footprint == pytest.approx(187.5)
    assert {line.id: round(line.kgco2e, 9) for line in steel.contributions} == {
        "direct.mill": 100.0, "upstream.mine": 40.0, "electricity.wind": 10.0, "process.press.scrap": 37.5
    }  # fmt: skip
    # per tonne of parts 1 + 0.25 t of steel go through the mill, as scrap comes back: 1/(1 − 0.2)
    assert steel.amount == pytest.approx(1.25)
    assert links["press>scrap"].amount == pytest.approx(0.25)
    assert links["press>part"].depth == 1
    assert steel.depth == 2


def test_scrap_without_a_share_takes_nothing_along() -> None:
    """Scrap declared as waste carries no share: s = 0.8·0.05 + 0.5·0.02 + 0.1 = 0.15; parts 0.15/0.8 = 0.1875 again,
    as all of it leaves with the parts; but the steel is 150 now."""
    park, flows, attribution = loop_park()
    carriers = {
        **park.spec.carriers,
        "scrap": park.spec.carriers["scrap"].model_copy(update={"kind": "waste"}),
    }
    spec = park.spec.model_copy(update={"carriers": carriers})
    object.__setattr__(park, "spec", spec)
    found = footprints(park, flows, attribution)["part"]
    assert found.value == pytest.approx(187.5, rel=1e-12)
    assert found.allocation == "none"
    assert next(link.footprint for link in found.chain if link.process == "mill") == pytest.approx(150.0)


# --- separation of La, Ce and PrNd -----------------------------------------------------------------


WORTHS = {
    "la": {"price": 4_000, "element": 0.8527},
    "ce": {"price": 10_000, "element": 0.8141},
    "prnd": {"price": 400_000, "element": 0.8573},
}
MADE = {"la": 25.0, "ce": 50.0, "prnd": 25.0}


def separation(way: str):
    """100 t of oxides from 100 t concentrate at 2 tCO2e/t and 300 t process CO2: 500 t to share."""
    carriers = {"ore": MATERIAL} | {name: {**MATERIAL, "worth": worth} for name, worth in WORTHS.items()}
    nodes = {name: name for name in carriers}
    assets = {
        "mine": {"kind": "market", "node": "ore", "buy": {"price": 1}, "upstream": "ore"},
        "line": {"kind": "converter", "rated": "ore", "inputs": {"ore": 1}, "emissions": 3.0, "capacity": 100,
                 "outputs": {"la": 0.25, "ce": 0.5, "prnd": 0.25}},
    } | {f"gate-{name}": {"kind": "demand", "node": name, "profile": MADE[name] / 4} for name in MADE}  # fmt: skip
    footprint = {"products": {name: {"node": name} for name in MADE}, "allocation": {"line": way}}
    park = park_of(assets, nodes, carriers, footprint=footprint, factors={"ore": factor(2.0)})
    rates = {("mine", "buy"): 25.0, ("line", "activity:"): 25.0} | {
        (f"gate-{n}", "intake"): MADE[n] / 4 for n in MADE
    }
    return footprints(park, flows_of(park, rates))


def test_separation_shared_by_mass() -> None:
    """Every tonne alike: 500/100 = 5 t/t."""
    assert [f.value for f in separation("mass").values()] == pytest.approx([5000.0] * 3)


def test_separation_shared_by_value() -> None:
    """Values 25·4, 50·10, 25·400 = 100 + 500 + 10,000 k: of 500 t La has 100/10,600, per tonne 0.188679…"""
    found = separation("economic")
    assert found["la"].value == pytest.approx(1000 * 500 * (100 / 10_600) / 25)
    assert found["ce"].value == pytest.approx(1000 * 500 * (500 / 10_600) / 50)
    assert found["prnd"].value == pytest.approx(1000 * 500 * (10_000 / 10_600) / 25)
    assert found["prnd"].share == pytest.approx(10_000 / 10_600)


def test_separation_shared_by_element() -> None:
    """Rare earths in it: 25·0.8527 + 50·0.8141 + 25·0.8573 = 83.455 t; PrNd 21.4325/83.455 of 500 t over 25 t."""
    found = separation("element")
    assert found["prnd"].value == pytest.approx(1000 * 500 * 21.4325 / 83.455 / 25)
    assert found["la"].value == pytest.approx(1000 * 500 * 21.3175 / 83.455 / 25)


def test_every_choice_of_sharing_is_told_and_energy_is_not_known() -> None:
    by = {way: separation(way)["prnd"] for way in ("mass", "economic", "element")}
    table = by["mass"].by_allocation
    assert table["energy"] is None
    for way, alone in by.items():
        assert table[way] == pytest.approx(alone.value)
        assert alone.by_allocation == pytest.approx(table)


def test_shares_give_all_away() -> None:
    for way in ("mass", "economic", "element"):
        assert sum(f.value * f.amount for f in separation(way).values()) == pytest.approx(
            500_000.0, rel=1e-12
        )


# --- a magnet --------------------------------------------------------------------------------------

JIN = {"fe": 0.743, "nd": 0.200, "pr": 0.051, "dy": 0.068, "co": 0.032}
"""Inventory of a magnet, kg per kg (Jin 2018, as the project's page of rules and factors gives it); losses are in it."""
FACTORS = {"fe": 2.0, "nd": 40.0, "pr": 42.0, "dy": 300.0, "co": 11.0}
"""Made up, kgCO2e/kg."""


def test_inventory_of_a_magnet() -> None:
    """Σ amount × factor + 6 kWh × 0.03 kg/kWh by hand: 1.486 + 8 + 2.142 + 20.4 + 0.352 + 0.18 = 32.56 kg/kg."""
    carriers = {name: {"unit": "kg", "kind": "material"} for name in JIN} | {
        "magnet": {"unit": "kg"}, "electricity": {"unit": "MWh", "kind": "electricity"}
    }  # fmt: skip
    nodes = {name: name for name in (*JIN, "magnet")} | {"bus": "electricity"}
    assets = {name: {"kind": "market", "node": name, "buy": {"price": 1}, "upstream": name} for name in JIN} | {
        "grid": {"kind": "market", "node": "bus", "buy": {"price": 1}, "origin": "grid", "upstream": "grid"},
        "sinter": {"kind": "converter", "rated": "magnet", "inputs": {**JIN, "bus": 0.006}, "outputs": {"magnet": 1},
                   "capacity": 100},
        "gate": {"kind": "demand", "node": "magnet", "profile": 10.0},
    }  # fmt: skip
    factors = {name: factor(value / 1000, "kg") for name, value in FACTORS.items()} | {
        "grid": factor(0.03, "MWh")
    }
    park = park_of(
        assets, nodes, carriers, factors=factors, footprint={"products": {"magnet": {"node": "magnet"}}}
    )
    rates = {(name, "buy"): 10 * amount for name, amount in JIN.items()}
    flows = flows_of(
        park, {**rates, ("grid", "buy"): 0.06, ("sinter", "activity:"): 10.0, ("gate", "intake"): 10.0}
    )
    found = footprints(park, flows, attributed(park, {"sinter": {"grid": 0.06}}))["magnet"]
    assert found.value == pytest.approx(32.56, rel=1e-12)
    lines = {line.id: line for line in found.contributions}
    assert lines["upstream.dy"].amount == pytest.approx(0.068)
    assert lines["upstream.dy"].factor_kgco2e == pytest.approx(300.0)
    assert lines["electricity.grid"].kgco2e == pytest.approx(0.18)
    assert found.gate_to_gate == 0
