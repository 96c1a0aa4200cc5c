"""A boiler house of one day that can be worked by hand, and a small steelworks for the packaged measures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

BOILER_HOUSE = """
zeropark: 1
name: Boiler house
name_zh: 锅炉房
time: {start: 2026-08-01, days: 1, zone: Asia/Shanghai}
money: {discount_rate: 0 %}
carriers:
  electricity: {unit: MWh, kind: electricity}
  gas: {unit: GJ, kind: fuel, combustion: 0.05 tCO2/GJ, coal_equivalent: 0.03412 tce/GJ}
  steam: {unit: GJ, kind: heat}
nodes: {bus: electricity, gas: gas, steam: steam}
tenants: {works: {name: Works}}
assets:
  supply: {kind: market, node: gas, origin: fossil, buy: {price: 40}}
  grid: {kind: market, node: bus, origin: grid, buy: {price: 500}}
  boiler: {kind: converter, rated: steam, capacity: 100, inputs: {gas: 1.1}, outputs: {steam: 1}}
  heating: {kind: demand, node: steam, tenant: works, profile: 10}
"""

MEASURES = """
measures:
  economiser:
    name: Economiser
    name_zh: 省煤器
    set: {assets.boiler.inputs.gas: 0.99}
    investment: 1460000 CNY
    lifetime: 20 year
    tenant: works
    due: 2027-06-30
  insulation:
    set: {assets.heating.profile: 8}
    fixed_cost: 1460000 CNY/year
  impossible:
    set: {assets.boiler.capacity: 1}
"""

STEELWORKS = """
zeropark: 1
name: Steelworks
time: {start: 2026-08-01, days: 1, zone: Asia/Shanghai}
money: {discount_rate: 5 %}
carriers:
  electricity: {unit: MWh, kind: electricity}
  gas: {unit: kNm3, kind: fuel, combustion: 1 tCO2/kNm3}
  steam: {unit: GJ, kind: heat}
  hydrogen: {unit: kg, kind: hydrogen}
  iron: {unit: t}
  coke: {unit: t}
  sinter: {unit: t}
  billet: {unit: t}
nodes: {bus: electricity, gas: gas, steam: steam, hydrogen: hydrogen, iron: iron, coke: coke, sinter: sinter,
        billet: billet}
tables: {loads: {file: loads.csv}}
assets:
  grid: {kind: market, node: bus, origin: grid, buy: {price: 500}}
  supply: {kind: market, node: gas, origin: fossil, buy: {price: 2000}}
  steam-supply: {kind: market, node: steam, buy: {price: 60}}
  hydrogen-supply: {kind: market, node: hydrogen, buy: {price: 60}}
  furnace: {kind: converter, rated: iron, capacity: 100, inputs: {coke: 0.4, sinter: 1.5}, outputs: {iron: 1}}
  ovens: {kind: converter, rated: coke, capacity: 100, inputs: {gas: 0.2}, outputs: {coke: 1}}
  machine: {kind: converter, rated: sinter, capacity: 300, inputs: {gas: 0.03}, outputs: {sinter: 1}}
  reheating: {kind: converter, rated: billet, capacity: 200, inputs: {iron: 1, gas: 0.04}, outputs: {billet: 1}}
  sold: {kind: demand, node: billet, profile: 50}
  heating: {kind: demand, node: steam, profile: 30}
  refinery: {kind: demand, node: hydrogen, profile: 20}
  fans: {kind: demand, node: bus, profile: {table: loads, column: fans}}
measures:
  turbine: {use: trt, at: {furnace: furnace, power: bus}}
  quenching: {use: coke-dry-quenching, at: {ovens: ovens, steam: steam}}
  cooler: {use: sinter-heat-recovery, at: {machine: machine, steam: steam}}
  hot-billets: {use: hot-charging, at: {furnace: reheating, fuel: gas, amount: 25 Nm3/t, investment: 8000000 CNY}}
  pump: {use: heat-pump, at: {power: bus, heat: steam, size: 5 MW}}
  drives: {use: variable-speed-drives, at: {load: fans, investment: 300000 CNY}, lifetime: 10 year}
  hydrogen: {use: gas-to-hydrogen, at: {gas: gas, power: bus, hydrogen: hydrogen, size: 10 kg/h}}
"""


@pytest.fixture
def park_of(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        (tmp_path / "park.yaml").write_text(text, encoding="utf-8")
        rows = "\n".join(f"2026-08-01 {hour:02d}:00,{2 + hour % 3}" for hour in range(24))
        (tmp_path / "loads.csv").write_text(f"time,fans [MW]\n{rows}\n", encoding="utf-8")
        return tmp_path

    return write
