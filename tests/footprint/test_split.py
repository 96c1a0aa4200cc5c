"""One basis, one meaning: the megawatt-hours that ``zeropark carbon`` tells are those that footprints weigh."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.footprint.small import MATERIAL, factor, flows_of, footprints, park_of

from zeropark.carbon.attribution import BASES, Attribution, attribution_of
from zeropark.carbon.tenants import tenants_of
from zeropark.flows import Flows
from zeropark.footprint.amounts import Amounts
from zeropark.footprint.electricity import supplied_of
from zeropark.park.model import Park
from zeropark.park.period import whole

FACTORS = {
    "ore": factor(0.1), "wind": factor(0.02, "MWh"), "average": factor(0.5, "MWh"), "mix": factor(0.8, "MWh"),
}  # fmt: skip


def works(
    tmp_path: Path, contracts: dict[str, Any], register: str = "", **footprint: Any
) -> tuple[Park, Flows, Attribution]:
    """A kiln and an office on one bus take 2 and 1 MWh each hour: 1.5 of green power over the grid, 1.5 of the grid."""
    assets: dict[str, Any] = {
        "mine": {"kind": "source", "node": "ore", "capacity": 10, "upstream": "ore"},
        "green": {"kind": "market", "node": "bus", "buy": {"price": 1}, "upstream": "wind", "origin": "wind"},
        "grid": {"kind": "market", "node": "bus", "buy": {"price": 1}, "upstream": "average", "origin": "grid"},
        "kiln": {"kind": "converter", "rated": "oxide", "inputs": {"ore": 1, "bus": 2}, "outputs": {"oxide": 1},
                 "capacity": 10, "tenant": "a"},
        "gate": {"kind": "demand", "node": "oxide", "profile": 1.0},
        "office": {"kind": "demand", "node": "bus", "profile": 1.0, "tenant": "b"},
    }  # fmt: skip
    section = {
        "products": {"oxide": {"node": "oxide"}},
        "grid": {"market": "mix", "hourly": "mix"},
        **footprint,
    }
    park = park_of(
        assets,
        {"bus": "electricity", "ore": "ore", "oxide": "oxide"},
        {"electricity": {"unit": "MWh", "kind": "electricity"}, "ore": MATERIAL, "oxide": MATERIAL},
        factors=FACTORS,
        footprint=section,
        tenants={"a": {"name": "A"}, "b": {"name": "B"}},
        carbon={"grid": {"location": 0.6, "residual": 0.9}, "contracts": contracts},
    )
    if register:
        head = "certificate,supply,from,to,mwh,cancelled_for,cancelled_on\n"
        (tmp_path / "c.csv").write_text(head + register, encoding="utf-8")
        carbon = park.spec.carbon.model_copy(update={"certificates": "c.csv"})
        park = replace(park, folder=tmp_path, spec=park.spec.model_copy(update={"carbon": carbon}))
    flows = flows_of(park, {
        ("mine", "output"): 1.0, ("kiln", "activity:"): 1.0, ("gate", "intake"): 1.0, ("office", "intake"): 1.0,
        ("green", "buy"): 1.5, ("grid", "buy"): 1.5,
    })  # fmt: skip
    return park, flows, attribution_of(park, flows)


FOR_B = {"ppa": {"tenant": "b", "supply": "green"}}


def test_both_weigh_the_same_kilowatt_hours(tmp_path: Path) -> None:
    """By contract B takes 1 of 1.5 green; the other 0.5 was promised to B and reached A, whose green power it is not.

    Of its 2 MWh a tonne A has then 0.5 unclaimed and 1.5 of the grid: by hour and market all at the residual 0.9 here, and
    at the mix of 0.8 there; by location 1 of each over the grid, at 0.6 here and at the average of 0.5 there.
    """
    park, flows, found = works(tmp_path, FOR_B)
    supplied = supplied_of(Amounts(park, flows, whole(park.clock)), found)
    a, _ = tenants_of(park, found, slice(None))
    for basis in BASES:
        assert supplied[basis]["kiln"] == pytest.approx(list(a.split[basis].values()))
    assert {basis: value.tonnes for basis, value in a.operating.items()} == pytest.approx(
        {"location": 4 * 2 * 0.6, "market": 4 * 2 * 0.9, "hourly": 4 * 2 * 0.9}
    )
    oxide = footprints(park, flows, found)["oxide"]
    assert oxide.by_basis == pytest.approx(
        {"location": 100 + 1000, "market": 100 + 1600, "hourly": 100 + 1600}
    )
    for basis in BASES:  # the tenant's page tells the life cycle of the same electricity
        assert 1000 * a.life_cycles[basis].tonnes / 4 == pytest.approx(oxide.by_basis[basis] - 100)


def test_green_power_of_the_park_is_for_all_whom_it_reached(tmp_path: Path) -> None:
    """Nobody is promised anything: A has 1 of 2 green, zero here, the farm's 0.02 there."""
    park, flows, found = works(tmp_path, {})
    a, _ = tenants_of(park, found, slice(None))
    assert a.operating["hourly"].tonnes == pytest.approx(4 * 1 * 0.9)
    oxide = footprints(park, flows, found)["oxide"]
    assert oxide.by_basis["hourly"] == oxide.by_basis["market"] == pytest.approx(100 + 20 + 800)


@pytest.mark.parametrize(("stated", "each"), [({}, 0.8), ({"certificates": "wind"}, 0.02)])
def test_cancelled_certificates_weigh_what_the_park_states(
    tmp_path: Path, stated: dict[str, str], each: float
) -> None:
    """A's 4 MWh of the grid: 2 by a certificate of the period, zero here by market; there as stated, else as the grid."""
    row = "c1,far farm,2025-01-01 00:00,2025-01-01 04:00,2,a,2025-02-01\n"
    park, flows, found = works(tmp_path, {}, row, **stated)
    a, _ = tenants_of(park, found, slice(None))
    assert a.operating["market"].tonnes == pytest.approx(2 * 0.9)
    assert a.operating["hourly"].tonnes == pytest.approx(4 * 0.9)
    oxide = footprints(park, flows, found)["oxide"]
    assert oxide.by_basis["market"] == pytest.approx(100 + 20 + 1000 * (2 * 0.8 + 2 * each) / 4)
    assert oxide.by_basis["hourly"] == pytest.approx(100 + 20 + 800)


def test_notes_tell_what_parts_market_and_hour(tmp_path: Path) -> None:
    park, flows, found = works(tmp_path, FOR_B)
    notes = footprints(park, flows, found)["oxide"].notes
    assert any("states no factor for location:" in note for note in notes)
    assert any("market-based and hourly figures weigh public electricity alike" in note for note in notes)
    park, flows, found = works(
        tmp_path, FOR_B, grid={"location": "average", "market": "mix", "hourly": "average"}
    )
    notes = footprints(park, flows, found)["oxide"].notes
    assert not any("states no factor" in note or "alike" in note for note in notes)
