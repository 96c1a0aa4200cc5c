"""Heat, waste gas and mixed supplies over the boundary of processes, by hand; and conservation of the tracing"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.cbam_out.steel_park import PARK, park_in

from zeropark.cbam.engine import assess
from zeropark.cbam.from_park import installation_of
from zeropark.cbam.model import Installation
from zeropark.cbam.tracing import amounts_of, trace
from zeropark.errors import InputError
from zeropark.flows import Flows
from zeropark.park.model import Park
from zeropark.park.period import whole
from zeropark.planning import plan

MORE = (
    (
        "  hydrogen: {unit: t, kind: hydrogen}\n",
        "  hydrogen: {unit: t, kind: hydrogen}\n  steam: {unit: GJ, kind: heat}\n  top-gas: {unit: GJ, kind: fuel}\n",
    ),
    ("  steel: steel\n", "  steel: steel\n  steam: steam\n  top-gas: top-gas\n"),
    (
        "gas: 1 MWh/t}\n    outputs: {dri: 1}",
        "gas: 1 MWh/t, steam: 0.5 GJ/t}\n    outputs: {dri: 1, top-gas: 2 GJ/t}",
    ),
    ("power: 0.5 MWh/t}", "power: 0.5 MWh/t, top-gas: 0.4 GJ/t}"),
    (
        "  customers:",
        "  boiler: {kind: converter, rated: steam, capacity: 20 GJ/h, inputs: {gas: 0.35 MWh/GJ}, outputs: {steam: 1}}\n"
        "  laundry: {kind: demand, node: steam, profile: 1 GJ/h}\n"
        "  flare: {kind: demand, node: top-gas, profile: 12 GJ/h}\n  customers:",
    ),
    (
        "    carbon: {asset",
        "    boiler-gas: {asset: boiler, node: gas, method: combustion, per: kNm3, ncv: 36 GJ/kNm3,"
        " factor_energy: 56.1 tCO2/TJ}\n    carbon: {asset",
    ),
    ("  precursors:\n", "  heat: {boiler: {}}\n  waste_gases: {top-gas: {}}\n  precursors:\n"),
)


def changed(*changes: tuple[str, str]) -> str:
    text = PARK
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    park = park_in(tmp_path_factory.mktemp("heat"), changed(*MORE))
    return installation_of(park, plan(park).flows, whole(park.clock), None)


def test_heat_of_a_boiler_that_serves_several(installation: Installation) -> None:
    """Furnace: 384 t × 0.5 GJ = 192 GJ. Boiler: 0.35 MWh gas per GJ = 1.26 GJ × 56.1 kg = 70.686 t CO2/TJ (Eq. 44, 45)."""
    heat = installation.process("iron").heat
    assert heat.imported_tj == pytest.approx(0.192)
    assert heat.imported_ef == pytest.approx(70.686)
    assert installation.process("iron").heat_applies
    assert not installation.process("steel").heat_applies


def test_fuel_of_the_boiler_is_in_no_process_but_in_the_installation(installation: Installation) -> None:
    """Boiler: 240 GJ × 0.070686 = 16.96464 t; 13.571712 t of it go with the heat, the laundry's 3.392928 t are the rest."""
    assert installation.process("iron").direct_tco2e == pytest.approx(77.55264)
    result = assess(installation)
    assert result.process("iron").heat_tco2e == pytest.approx(13.571712)
    assert result.installation.direct_tco2e == pytest.approx(77.55264 + 12.31104 + 16.96464)


def test_waste_gas_leaves_one_process_and_enters_another(installation: Installation) -> None:
    """Made: 768 GJ, all of it leaves; steel takes 192 GJ. Export counts 56.1 × 0.667, import 56.1 (Eq. 53, 54)."""
    iron, steel = installation.process("iron"), installation.process("steel")
    assert iron.waste_gas.exported_tj == pytest.approx(0.768)
    assert steel.waste_gas.imported_tj == pytest.approx(0.192)
    assert assess(installation).process("steel").waste_gas_tco2e == pytest.approx(0.192 * 56.1)


def test_heat_without_factor_is_told(tmp_path: Path) -> None:
    text = changed(*MORE).replace("  heat: {boiler: {}}\n", "")
    park = park_in(tmp_path, text)
    with pytest.raises(InputError, match="'boiler' gives heat across a boundary"):
        installation_of(park, plan(park).flows, whole(park.clock), None)


def test_a_mill_passes_the_good_on(tmp_path: Path) -> None:
    """Hydrogen through a compressor outside of every process is still the electrolyser's; 1 % is lost on the way."""
    text = changed(
        ("  h2: hydrogen\n", "  h2: hydrogen\n  h2-high: hydrogen\n"),
        ("pellets: 1.4, h2: 0.05,", "pellets: 1.4, h2-high: 0.05,"),
        (
            "  customers:",
            "  compressor: {kind: converter, rated: h2-high, capacity: 5 t/h,"
            " inputs: {h2: 1.01, power: 2 MWh/t}, outputs: {h2-high: 1}}\n  customers:",
        ),
    )
    park = park_in(tmp_path, text)
    hydrogen = installation_of(park, plan(park).flows, whole(park.clock), None).process("hydrogen")
    assert [(use.process, use.amount) for use in hydrogen.consumed_in] == [
        ("iron", pytest.approx(19.2 * 1.01))
    ]
    assert hydrogen.to_market == pytest.approx(4.8)


def test_two_supplies_share_pro_rata(tmp_path: Path) -> None:
    """A third of the iron at the furnace is bought: 128 of 384 t, declared as a precursor; own iron makes the rest."""
    text = changed(
        (
            "  conveyor:",
            "  iron-market: {kind: market, node: dri, buy: {price: 1, max_rate: 2.6666666666666665 t/h}}\n  conveyor:",
        ),
        (
            "  precursors:\n",
            "  precursors:\n    iron-bought: {category: Direct reduced iron, asset: iron-market,"
            " country: CN, values: actual, see_direct: 2 tCO2/t}\n",
        ),
    )
    park = park_in(tmp_path, text)
    installation = installation_of(park, plan(park).flows, whole(park.clock), None)
    bought = installation.precursors[0]
    assert [(use.process, use.amount) for use in bought.consumed_in] == [("steel", pytest.approx(128))]
    assert installation.process("iron").consumed_in[0].amount == pytest.approx(256)


STORES = """
zeropark: 1
name: Yards
time: {start: 2026-03-01, days: 1, step: 60 min, zone: Asia/Shanghai}
money: {currency: CNY, discount_rate: 6 %}
carriers: {ore: {unit: t}}
nodes: {a: ore, b: ore, c: ore}
assets:
  east: {kind: market, node: a, buy: {price: 1}}
  west: {kind: market, node: b, buy: {price: 1}}
  one: {kind: connection, from: a, to: b, capacity: 100 t/h, loss: 10 %, one_way: true}
  two: {kind: connection, from: b, to: c, capacity: 100 t/h, loss: 5 %, one_way: true}
  yard: {kind: storage, node: b, capacity: 1000 t, charge_efficiency: 90 %}
  mill: {kind: demand, node: c, profile: 1 t/h}
"""


@pytest.fixture(scope="module")
def yards(tmp_path_factory: pytest.TempPathFactory) -> Park:
    return park_in(tmp_path_factory.mktemp("yards"), STORES)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.tuples(st.floats(0.1, 9), st.floats(0.1, 9), st.floats(0, 1)), min_size=24, max_size=24))
def test_what_was_bought_is_behind_what_was_used(
    yards: Park, hours: list[tuple[float, float, float]]
) -> None:
    """Every tonne bought stands behind the mill's use, losses included, where stores end as they began."""
    east, west, kept = (np.array(column) for column in zip(*hours, strict=True))
    charge = np.where(np.arange(24) % 2 == 0, kept * west, 0.0)
    discharge = np.roll(charge * 0.9, 1)
    sent = east * 0.9 + west - charge + discharge
    net = {
        ("east", "a"): east,
        ("one", "a"): -east,
        ("one", "b"): east * 0.9,
        ("west", "b"): west,
        ("yard", "b"): discharge - charge,
        ("two", "b"): -sent,
        ("two", "c"): sent * 0.95,
        ("mill", "c"): -sent * 0.95,
    }
    level = np.cumsum(0.9 * charge - discharge)
    flows = Flows(yards.clock, {("yard", "level"): level}, net, yards.carriers_by_node)
    period = whole(yards.clock)
    amounts = amounts_of(flows, period)
    traced = trace(yards, flows, period, amounts, "ore")
    behind = traced.behind("c", amounts.taken["mill", "c"])
    assert behind["east", "a"] == pytest.approx(east.sum(), rel=1e-9)
    assert behind["west", "b"] == pytest.approx(west.sum(), rel=1e-9)
