"""Faults of the section footprint, told from the park file alone."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from pydantic import ValidationError
from tests.footprint.small import MATERIAL, factor, park_of

from zeropark.park.footprint_checks import behind, footprint_faults
from zeropark.park.model import Park

CARRIERS: dict[str, Any] = {
    "ore": MATERIAL,
    "oxide": {**MATERIAL, "worth": {"price": 5}},
    "slag": {"unit": "m3", "worth": {"price": 1}},
    "motor": {"unit": "pcs"},
    "electricity": {"unit": "MWh", "kind": "electricity"},
}
NODES = {
    "ore": "ore",
    "pit": "ore",
    "oxide": "oxide",
    "slag": "slag",
    "motor": "motor",
    "bus": "electricity",
    "sand": "ore",
}
ASSETS: dict[str, Any] = {
    "mine": {"kind": "source", "node": "pit", "capacity": 10, "upstream": "ore"},
    "sandpit": {"kind": "source", "node": "sand", "capacity": 10},
    "belt": {"kind": "connection", "from": "pit", "to": "ore", "capacity": 9, "one_way": True},
    "grid": {"kind": "market", "node": "bus", "buy": {"price": 1}, "upstream": "grid", "origin": "grid"},
    "kiln": {"kind": "converter", "rated": "oxide", "inputs": {"ore": 2, "bus": 1},
             "outputs": {"oxide": 1, "slag": 1}, "capacity": 9},
    "works": {"kind": "converter", "rated": "motor", "inputs": {"oxide": 1}, "outputs": {"motor": 1}, "capacity": 9},
    "gate": {"kind": "demand", "node": "motor", "profile": 1.0},
}  # fmt: skip
FOOTPRINT: dict[str, Any] = {
    "products": {"motor": {"node": "motor", "mass": 45}},
    "allocation": {"kiln": "economic"},
}


def park(**changes: Any) -> Park:
    """changes: dotted path with __ for the dots → value; None removes it."""
    factors = {"ore": factor(0.1), "grid": factor(0.6, "MWh")}
    data = copy.deepcopy({"assets": ASSETS, "footprint": FOOTPRINT, "carriers": CARRIERS, "factors": factors})
    for path, value in changes.items():
        *steps, last = path.split("__")
        at: Any = data
        for step in steps:
            at = at.setdefault(step.replace("_", "-") if step.replace("_", "-") in at else step, {})
        if value is None:
            del at[last]
        else:
            at[last] = value
    return park_of(data.pop("assets"), NODES, data.pop("carriers"), **data)


def faults(**changes: Any) -> list[str]:
    found: list[str] = []
    footprint_faults(
        park(**changes).spec,
        lambda path, *words: found.append(f"{'.'.join(map(str, path))}: {' | '.join(words)}"),
    )
    return found


def test_a_sound_section_has_no_faults() -> None:
    assert faults() == []


def test_what_stands_behind_a_product() -> None:
    nodes, converters = behind(park().spec, ["motor"])
    assert nodes == {"motor", "oxide", "ore", "pit", "bus"}
    assert converters == ["works", "kiln"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"footprint__products__motor": {"node": "moter", "mass": 4}},
         "unknown node 'moter' | a node of the park | did you mean 'motor'?"),
        ({"footprint__products__motor__tenant": "nobody"}, "products.motor.tenant: unknown tenant 'nobody'"),
        ({"footprint__products__power": {"node": "bus"}}, "products.power.node: 'bus', which carries electricity"),
        ({"footprint__products__motor__mass": None}, "products.motor.mass: nothing | kg per pcs"),
        ({"footprint__products__oxide": {"node": "oxide", "mass": 2}}, "products.oxide.mass: 2 kg per t | 1000 kg per t"),
        ({"footprint__products__motor__identifiers": ["urn:gtin:1", "SKU 7"]},
         "products.motor.identifiers.1: 'SKU 7' | a URN such as"),
        ({"footprint__products__motor__identifiers": ["urn:gtin:1", "urn:gtin:1"]}, "'urn:gtin:1' twice"),
        ({"footprint__products__motor__cn_code": "8501-x"}, "products.motor.cn_code: '8501-x' | 4, 6, 8 or 10 digits"),
        ({"footprint__allocation__kilm": "mass"}, "allocation.kilm: unknown converter 'kilm'"),
        ({"footprint__allocation__works": "mass"}, "allocation.works: 'works', which has one output"),
        ({"footprint__allocation__kiln": None}, "allocation.kiln: no way in which 'kiln' shares among oxide, slag"),
        ({"footprint__allocation__kiln": "mass"},
         "carriers.slag.worth.mass: nothing, and 'kiln' shares mass | mass in t/(m3)"),
        ({"footprint__grid": {"market": "residual"}}, "footprint.grid.market: unknown factor 'residual'"),
        ({"footprint__grid": {"market": "ore"}}, "footprint.grid.market: a factor per t | a factor per MWh"),
        ({"assets__mine__upstream": None}, "assets.mine.upstream: no upstream factor of what stands behind a product"),
        ({"assets__grid__upstream": None}, "assets.grid.upstream: no upstream factor of what stands behind a product"),
    ],
)  # fmt: skip
def test_faults_are_told_with_place_and_hint(changes: dict[str, Any], told: str) -> None:
    found = faults(**changes)
    assert len(found) == 1
    assert told in found[0]


def test_all_faults_at_once() -> None:
    assert (
        len(
            faults(
                footprint__allocation__kiln=None,
                assets__mine__upstream=None,
                footprint__products__motor__mass=None,
            )
        )
        == 3
    )


def test_a_factor_of_operating_co2_cannot_stand_among_upstream_factors() -> None:
    """tCO2 and tCO2e are two dimensions: refused when the file is read."""
    with pytest.raises(ValidationError, match="a number in tCO2e/"):
        park(factors__ore__footprint="0.1 tCO2/t")
    assert park(factors__ore__footprint="100 kgCO2e/t").spec.factors["ore"].footprint == pytest.approx(0.1)


def test_a_way_to_share_that_is_none_is_refused() -> None:
    with pytest.raises(ValidationError):
        park(footprint__allocation__kiln="volume")
