"""Measures in the park file: packaged ones filled in, and faults that name their lines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.abatement.conftest import BOILER_HOUSE, MEASURES, STEELWORKS

from zeropark.park.measures import measure_faults, measures_of, with_measures
from zeropark.park.packs import packaged
from zeropark.park.yaml import read_yaml
from zeropark.readings import load

Write = Callable[[str], Path]


def faults_in(folder: Path) -> list[str]:
    return [str(fault) for fault in measure_faults(read_yaml(folder / "park.yaml", "park.yaml"))]


def test_every_packaged_measure_fits_a_park(park_of: Write) -> None:
    folder = park_of(STEELWORKS)
    park = load(folder)
    assert {measure.use for measure in park.spec.measures.values()} == set(packaged("measures"))
    assert faults_in(folder) == []
    for name in park.spec.measures:
        document, faults = with_measures(read_yaml(folder / "park.yaml", "park.yaml"), [name])
        assert not faults
        changed = load(folder, None, document)
        assert changed.spec.assets != park.spec.assets


def test_packaged_figures_can_be_replaced(park_of: Write) -> None:
    own = "assets: {cooler-boiler: {capacity: {investment: 5 CNY/(GJ/h)}}}"
    text = STEELWORKS.replace("steam: steam}}\n  hot-billets", f"steam: steam}}, {own}}}\n  hot-billets")
    folder = park_of(text)
    document, _ = with_measures(read_yaml(folder / "park.yaml", "park.yaml"), ["cooler"])
    boiler = load(folder, None, document).assets["cooler-boiler"]
    assert boiler.capacity is not None
    assert boiler.capacity.investment == 5
    assert boiler.capacity.lifetime == 15
    assert measures_of(load(folder).spec)["cooler"].name_zh == "烧结环冷机余热回收"
    assert measures_of(load(folder).spec)["drives"].lifetime == 10


def test_the_park_itself_stays_as_it_is(park_of: Write) -> None:
    document = read_yaml(park_of(BOILER_HOUSE + MEASURES) / "park.yaml", "park.yaml")
    before = document.copy().data
    with_measures(document, ["economiser", "insulation"])
    assert document.data == before


@pytest.mark.parametrize(
    ("measure", "told"),
    [
        ("{set: {assets.boilr.inputs.gas: 1}}", "no section 'assets.boilr'"),
        ("{set: {assets.boiler.inputs.gas: 3 MWh}}", "3 MWh"),
        ("{assets: {boiler: {kind: source, node: gas, capacity: 1}}}", "'boiler' again"),
        ("{assets: {new: {kind: source, node: nowhere, capacity: 1}}}", "unknown node 'nowhere'"),
        ("{assets: {new: {kind: source, node: gas, capcity: 1}}}", "unknown key 'capcity'"),
        ("{use: trtt, at: {furnace: boiler, power: bus}}", "did you mean 'trt'?"),
        ("{use: trt, at: {furnace: boiler}}", "no power"),
        ("{use: trt, at: {furnace: boiler, power: bus, steem: x}}", "unknown place 'steem'"),
    ],
)
def test_a_faulty_measure_names_its_line(park_of: Write, measure: str, told: str) -> None:
    text = f"{BOILER_HOUSE}measures:\n  good: {{set: {{assets.heating.profile: 9}}}}\n  bad: {measure}\n"
    faults = faults_in(park_of(text))
    line = len(text.splitlines())
    assert faults
    assert all(fault.startswith(f"park.yaml:{line}: measures.bad") for fault in faults), faults
    assert any(told in fault for fault in faults), faults


def test_measures_that_do_not_go_together(park_of: Write) -> None:
    new = "{assets: {new: {kind: source, node: gas, capacity: 1}}}"
    text = f"{BOILER_HOUSE}measures:\n  one: {new}\n  two: {new}\n"
    (fault,) = faults_in(park_of(text))
    assert "measures.two.assets.new: found 'new' again" in fault
