"""Inventories of the project's page of rules and factors, put through a park: amounts behind a unit, by hand.

Figures: premise 2.5.5 (silicon; H2-DRI and EAF), DOE (electrolysis), as quoted there, mark 2. Upstream factors are made up.
"""

from __future__ import annotations

from typing import Any

import pytest
from tests.footprint.small import attributed, factor, flows_of, footprints, park_of

ELECTRICITY = {"unit": "MWh", "kind": "electricity"}
GRID = {"kind": "market", "node": "bus", "buy": {"price": 1}, "upstream": "grid", "origin": "grid"}


def converter(rated: str, inputs: dict[str, float], **more: Any) -> dict[str, Any]:
    return {
        "kind": "converter",
        "rated": rated,
        "inputs": inputs,
        "outputs": {rated: 1},
        "capacity": 999,
        **more,
    }


def test_solar_silicon_from_metallurgical_silicon() -> None:
    """Per kg: 1.13 kg MG-Si × 3.58 kg fossil CO2 = 4.0454 kg inside the gate; 49 + 1.13 × 11 = 61.43 kWh."""
    carriers = {"mg": {"unit": "kg"}, "solar": {"unit": "kg"}, "electricity": ELECTRICITY}
    assets = {
        "grid": GRID,
        "arc": converter("mg", {"bus": 0.011}, emissions=0.00358),
        "siemens": converter("solar", {"mg": 1.13, "bus": 0.049}),
        "gate": {"kind": "demand", "node": "solar", "profile": 100},
    }
    park = park_of(assets, {"mg": "mg", "solar": "solar", "bus": "electricity"}, carriers,
                   factors={"grid": factor(0.5, "MWh")}, footprint={"products": {"solar": {"node": "solar"}}})  # fmt: skip
    used = {"arc": 113 * 0.011, "siemens": 100 * 0.049}
    flows = flows_of(park, {("grid", "buy"): sum(used.values()), ("arc", "activity:"): 113, ("siemens", "activity:"): 100,
                            ("gate", "intake"): 100})  # fmt: skip
    found = footprints(park, flows, attributed(park, {name: {"grid": mwh} for name, mwh in used.items()}))[
        "solar"
    ]
    assert found.gate_to_gate == pytest.approx(4.0454, rel=1e-12)
    assert found.value == pytest.approx(4.0454 + 61.43 * 0.5, rel=1e-12)
    assert [link.amount for link in found.chain] == pytest.approx([1.0, 1.13])


def test_hydrogen_steel() -> None:
    """Per kg of steel 1.062 kg DRI: each 1.360 kg pellets and 0.0626 kg H2 of 55 kWh/kg; 0.516 kWh in the furnace."""
    carriers = {name: {"unit": "t"} for name in ("pellet", "dri", "steel")}
    carriers |= {"h2": {"unit": "t", "kind": "hydrogen"}, "electricity": ELECTRICITY}
    assets = {
        "grid": GRID,
        "pellets": {"kind": "market", "node": "pellet", "buy": {"price": 1}, "upstream": "pellet"},
        "pem": converter("h2", {"bus": 55.0}),
        "shaft": converter("dri", {"pellet": 1.360, "h2": 0.0626}),
        "eaf": converter("steel", {"dri": 1.062, "bus": 0.516}),
        "gate": {"kind": "demand", "node": "steel", "profile": 10},
    }
    nodes = {name: name for name in ("pellet", "dri", "steel", "h2")} | {"bus": "electricity"}
    factors = {"grid": factor(0.1, "MWh"), "pellet": factor(0.07)}
    park = park_of(
        assets, nodes, carriers, factors=factors, footprint={"products": {"steel": {"node": "steel"}}}
    )
    dri, h2 = 10.62, 10.62 * 0.0626
    used = {"pem": 55 * h2, "eaf": 5.16}
    rates = {("pellets", "buy"): 1.360 * dri, ("pem", "activity:"): h2, ("shaft", "activity:"): dri,
             ("eaf", "activity:"): 10, ("gate", "intake"): 10, ("grid", "buy"): sum(used.values())}  # fmt: skip
    supplied = {name: {"grid": mwh} for name, mwh in used.items()}
    found = footprints(park, flows_of(park, rates), attributed(park, supplied))["steel"]
    pellets, mwh = 1.062 * 1.360, 1.062 * 0.0626 * 55 + 0.516
    assert found.value == pytest.approx(1000 * (pellets * 0.07 + mwh * 0.1), rel=1e-12)
    assert {link.process: link.amount for link in found.chain} == pytest.approx(
        {"eaf": 1.0, "shaft": 1.062, "pem": 1.062 * 0.0626}
    )
