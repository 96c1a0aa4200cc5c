"""Keys, regimes, categories and units of a worked example: a slip is a fault, what is foreign is told, nothing is silent."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.cbam.test_faults import document

from zeropark.cbam.categories import CATEGORIES, category_in
from zeropark.cbam.engine import assess
from zeropark.cbam.json_keys import distance, near
from zeropark.cbam.model import DEFINITIVE, TRANSITIONAL, Installation
from zeropark.cbam.read_json import installation_of
from zeropark.errors import Fault, InputError

FOLDER = Path(__file__).parents[3] / "shared" / "reference" / "cbam" / "examples"
beside = pytest.mark.skipif(not FOLDER.is_dir(), reason="the worked examples are not beside the repository")
OPEN = {
    "schema",
    "expected",
    "notes",
    "tolerance",
    "source",
    "constants",
    "parameters",
    "title",
    "id",
    "cell_formula",
}
"""What carries no input of the emissions, or has free keys."""
SOURCES = {"pfc_sources", "measurement_sources"}
"""Known by column or words of their keys, whatever they are called."""


def read(told: dict[str, Any]) -> Installation:
    return installation_of(json.loads(json.dumps(told)), "x.json")


def faults_of(told: dict[str, Any]) -> tuple[Fault, ...]:
    with pytest.raises(InputError) as caught:
        read(told)
    return caught.value.faults


def paths(node: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every key that the reader knows and that carries something."""
    items: Any = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in items:
        if key in OPEN:
            continue
        if isinstance(key, str) and child is not None:
            yield (*at, key)
        yield from paths(child, (*at, key))


def renamed(told: dict[str, Any], path: tuple[Any, ...], new: str) -> dict[str, Any]:
    """The document with one key called otherwise."""
    told = copy.deepcopy(told)
    node: Any = told
    for key in path[:-1]:
        node = node[key]
    node[new] = node.pop(path[-1])
    return told


@beside
@pytest.mark.parametrize("name", ["blast_furnace", "cement", "eaf_slab"])
def test_every_key_with_two_letters_swapped_is_a_fault(name: str) -> None:
    """Of the Commission's examples: each key of four letters or more, in every object, one at a time."""
    told = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    checked = 0
    seen = set()
    for path in paths(told):
        key, kind = path[-1], tuple(part for part in path if isinstance(part, str))
        wrong = key[:1] + key[2] + key[1] + key[3:] if len(key) > 3 else key
        if wrong == key or kind in seen or SOURCES & set(path):
            continue
        seen.add(kind)
        faults = faults_of(renamed(told, path, wrong))
        assert any(key in fault.expected for fault in faults), (path, wrong, faults)
        checked += 1
    assert checked > 50


@beside
@pytest.mark.parametrize("name", ["blast_furnace", "cement", "eaf_slab"])
def test_the_commissions_examples_hold_nothing_unread(name: str) -> None:
    told = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    assert not [remark for remark in read(told).remarks if "not read" in remark]


def test_foreign_keys_are_told_and_change_nothing() -> None:
    told = document()
    plain = assess(read(told))
    told["source_streams"][0] |= {"laboratory": "inspection 12", "ref": "B_EmInst!A17"}
    told["production_processes"][0]["heat"] = {"imported": None, "supplier": "city"}
    told["production_processes"][1]["shift_pattern"] = 3
    told["_internal"] = 1
    told["source_streams"][0]["ncv"] = {"value": 36, "unit": "GJ/1000Nm3", "uncertainty": 0.02}
    result = assess(read(told))
    assert result.products[0].see_direct == plain.products[0].see_direct
    new = [text for text in result.controls if text not in plain.controls]
    places = [f"source_streams[0].{key}" for key in ("ncv.uncertainty", "laboratory")]
    places += [f"production_processes[{key}" for key in ("0].heat.supplier", "1].shift_pattern")]
    assert {text.split(": unknown")[0] for text in new} == {f"not read: {place}" for place in places}


@pytest.mark.parametrize(
    ("key", "absent", "meant"),
    [
        ("dirEmStar", ["dir_em_star"], "dir_em_star"),
        ("dir-em-star", ["dir_em_star"], "dir_em_star"),
        ("emision_facter", ["emission_factor"], "emission_factor"),
        ("nvc", ["ncv"], "ncv"),
        ("amout", ["amount"], "amount"),
        ("see_indirect_source", ["see_direct_source"], None),
        ("exported", ["imported"], None),
        ("laboratory", ["activity_data", "ncv"], None),
        ("ef", ["id"], None),
        ("share_n", ["share_mn", "share_ni"], None),
        ("clinker_facter", ["clinker_factor"], "clinker_factor"),
    ],
)
def test_near(key: str, absent: list[str], meant: str | None) -> None:
    assert near(key, absent) == meant


def test_distance() -> None:
    """Changes by hand: swap; drop; drop and change; nothing in common."""
    assert [distance(*pair) for pair in (("nvc", "ncv"), ("amout", "amount"), ("a", "bc"), ("", "abc"))] == [
        1,
        1,
        2,
        3,
    ]


@pytest.mark.parametrize(
    ("text", "regime"),
    [
        ("definitive 2025/2547", DEFINITIVE),
        ("IR (EU) 2025/2547", DEFINITIVE),
        ("Definitive", DEFINITIVE),
        ("transitional", TRANSITIONAL),
        ("IR (EU) 2023/1773 (transitional period)", TRANSITIONAL),
    ],
)
def test_regimes(text: str, regime: str) -> None:
    told = document()
    told["regime"] = text
    assert read(told).regime == regime


@pytest.mark.parametrize("text", ["definitiv", "2026", "both 2023/1773 and 2025/2547"])
def test_regime_that_is_neither_is_a_fault(text: str) -> None:
    faults = faults_of({**document(), "regime": text})
    assert [(fault.field, fault.found) for fault in faults] == [("regime", f"'{text}'")]


def test_regime_that_is_not_told_is_told() -> None:
    assert any("regime is not told" in remark for remark in read(document()).remarks)


def test_categories_by_sensible_spellings() -> None:
    for category in CATEGORIES:
        for text in (category, category.upper(), f" {category.replace(' ', '_')} ", category.split(" (")[0]):
            assert category_in(text) == category
    assert category_in("Mixed fertilizers") == "Mixed fertilisers"
    assert category_in("DRI") == category_in("Direct reduced iron (DRI)") == "Direct reduced iron"
    assert category_in("Widgets") is None


def test_unknown_category_is_a_fault_with_the_nearest() -> None:
    told = document()
    told["production_processes"][0]["goods_category"] = "Crude stel"
    told["production_processes"][0]["bubble_precursors"] = [{"value": "Pig iron"}, None, "n.a."]
    told["production_processes"][1]["bubble_precursors"] = ["Pigs"]
    told["purchased_precursors"][0]["goods_category"] = {"value": "Irn", "ref": "A_InstData!E102"}
    found = {fault.field: fault for fault in faults_of(told)}
    assert set(found) == {
        "production_processes[0].goods_category",
        "production_processes[1].bubble_precursors",
        "A_InstData!E102",
    }
    assert "Crude steel" in found["production_processes[0].goods_category"].hint


def test_factor_in_equivalents_is_read_and_told() -> None:
    """t CO2e/TJ is the same number as t CO2/TJ; another unit is a fault."""
    told = document()
    plain = assess(read(told)).streams[0].fossil_tco2e
    told["source_streams"][0]["emission_factor"]["unit"] = "tCO2e/TJ"
    result = assess(read(told))
    assert result.streams[0].fossil_tco2e == plain
    assert any("B_EmInst!J17" in text and "CO2e" in text for text in result.controls)
    told["source_streams"][0]["emission_factor"]["unit"] = "tCO2/GWh"
    assert [fault.field for fault in faults_of(told)] == ["B_EmInst!J17"]


def test_units_beside_plain_numbers() -> None:
    told = document()
    told["production_processes"][0] |= {"dir_em_star": 50000, "dir_em_star_unit": "kg CO2e"}
    assert read(told).processes[0].direct_tco2e == pytest.approx(50)
    told["production_processes"][0]["dir_em_star_unit"] = "pounds"
    assert "pounds" in faults_of(told)[0].found


def test_qualifying_parameters() -> None:
    """Percent becomes a fraction, a slip is a fault, a foreign name is carried along and told; above 1 is no share."""
    told = document()
    told["products"][0] |= {
        "cn_code": "25232900",
        "parameters": {"clinker_factor": {"value": 95, "unit": "%"}},
    }
    told["products"][0]["parameters"]["colour"] = "grey"
    found = read(told)
    assert found.products[0].parameters == {"clinker_factor": 0.95, "colour": "grey"}
    assert any("'colour' is carried along" in remark for remark in found.remarks)
    told["products"][0]["parameters"] = {"clinker_factor": {"value": 95, "ref": "Summary_Products!AB10"}}
    assert any("Summary_Products!AB10: clinker_factor is 95" in text for text in assess(read(told)).controls)
    told["regime"] = DEFINITIVE
    with pytest.raises(InputError) as caught:
        assess(read(told))
    assert any(fault.field == "Summary_Products!AB10" for fault in caught.value.faults)
    told["products"][0]["parameters"] = {"clinker_facter": 0.95}
    assert [fault.expected for fault in faults_of(told)] == ["'clinker_factor'"]


def test_an_object_among_parameters_that_is_no_leaf_is_told_and_not_read() -> None:
    told = document()
    told["products"][0].setdefault("parameters", {})["remark_of_lab"] = {
        "by": "a laboratory",
        "on": ["2026-01-02"],
    }
    found = read(told)
    assert "remark_of_lab" not in found.products[0].parameters
    assert any("remark_of_lab" in remark for remark in found.remarks)
    assert assess(found).products[0].see_direct == assess(read(document())).products[0].see_direct


@pytest.mark.parametrize(
    ("text", "category"),
    [("Ferro-manganese", "Alloys (FeMn, FeCr, FeNi)"), ("Grey clinker", "Cement clinker")],
)
def test_names_of_the_annex_are_understood(text: str, category: str) -> None:
    assert category_in(text) == category
