"""A small works with a loop, co-products, sun, grid and a battery, and its flows of one day; worked by hand.

Each hour: 1 t of parts from 1.25 t of metal and 1 MWh, with 0.25 t of scrap, which goes back to the smelter: 1.25 t of
metal from 1.25 t of ore, 0.25 t of scrap and 2.5 MWh. Twelve hours of sun (5 MWh an hour, of which 1.5 charge the
battery), then twelve hours of battery (1.5) and grid (2). The day: 84 MWh, 60 of sun (40 kg/MWh) and 24 of the grid (600):
200 kg/MWh. By mass a part carries 0.8 of the press's burden T, a tonne of scrap 0.8 T, a tonne of metal m:

    m = 500 (direct) + 100 (ore) + 400 (2 MWh) + 0.2 · 0.8 T,  T = 1.25 m + 200  →  T = 1812.5, part 1450 kg/t
    inside the gate: m = 500 + 0.16 G, G = 1.25 m  →  G = 781.25, part 625 kg/t
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

PART, GATE, HOURS = 1450.0, 625.0, 24
PARK = """
zeropark: 1
name: Small works
name_zh: 小厂
note: All of it is invented.
note_zh: 全部虚构。
time: {start: 2025-03-01, days: 1, step: 60 min, zone: Asia/Shanghai}
money: {currency: CNY, discount_rate: 6 %}
carriers:
  electricity: {unit: MWh, kind: electricity}
  ore: {unit: t}
  scrap: {unit: t, name: Scrap, name_zh: 废料, worth: {price: 100 CNY/t}}
  metal: {unit: t, name: Metal, name_zh: 金属}
  part: {unit: t, name: Parts, name_zh: 零件, worth: {price: 900 CNY/t}}
nodes: {bus: electricity, ore: ore, scrap: scrap, metal: metal, part: part}
tenants: {works: {name: Works Ltd, name_zh: 工厂}}
factors:
  sun: {per: MWh, footprint: {value: 40 kgCO2e/MWh, mark: R, source: recalled},
    year: 2024, region: China, quality: literature,
    spread: 1.2}
  mix: {per: MWh, footprint: 600 kgCO2e/MWh, year: 2024, region: China, quality: database}
  yearly: {per: MWh, footprint: 500 kgCO2e/MWh, year: 2024, region: China, quality: database}
  rest: {per: MWh, footprint: 800 kgCO2e/MWh, year: 2024, region: China, quality: database}
  mine: {per: t, footprint: 100 kgCO2e/t, year: 2010, region: world, quality: estimate}
assets:
  pv: {kind: source, node: bus, origin: solar, capacity: 9 MW, upstream: sun, name: Roof, name_zh: 屋顶光伏}
  grid: {kind: market, node: bus, origin: grid, buy: {price: 400 CNY/MWh}, upstream: mix}
  ore-bought: {kind: market, node: ore, buy: {price: 1 CNY/t}, upstream: mine}
  battery: {kind: storage, node: bus, capacity: 30 MWh, charge_efficiency: 1, discharge_efficiency: 1, initial: free}
  smelter: {kind: converter, tenant: works, rated: metal, capacity: 9 t/h,
            inputs: {ore: 1, scrap: 0.2, bus: 2}, outputs: {metal: 1},
            emissions: 500 kgCO2/t}
  press: {kind: converter, tenant: works, rated: part, capacity: 9 t/h,
          inputs: {metal: 1.25, bus: 1}, outputs: {part: 1, scrap: 0.25}}
  buyers: {kind: demand, node: part, profile: 1}
carbon:
  grid: {location: 0.5 tCO2/MWh, residual: 0.8 tCO2/MWh}
footprint:
  grid: {location: yearly, market: rest}
  allocation: {press: mass}
  runs: 200
  products:
    part: {node: part, tenant: works, name: Part, name_zh: 零件, cn_code: "73269098", carbon_content: 0.01 kg/kg}
    metal: {node: metal, tenant: works, name: Metal, name_zh: 金属}
"""


def flows(night_first: bool = False) -> pd.DataFrame:
    """The day's table. night_first: the battery is full at first, and gives what it held before."""
    times = pd.date_range("2025-03-01", periods=HOURS, freq="h", tz="Asia/Shanghai")
    sun = [(hour < 12) != night_first for hour in range(HOURS)]
    series = {
        ("pv", "bus"): [5.0 if s else 0.0 for s in sun],
        ("grid", "bus"): [0.0 if s else 2.0 for s in sun],
        ("battery", "bus"): [-1.5 if s else 1.5 for s in sun],
        ("smelter", "bus"): [-2.5] * HOURS,
        ("press", "bus"): [-1.0] * HOURS,
        ("ore-bought", "ore"): [1.25] * HOURS,
        ("smelter", "ore"): [-1.25] * HOURS,
        ("smelter", "scrap"): [-0.25] * HOURS,
        ("press", "scrap"): [0.25] * HOURS,
        ("smelter", "metal"): [1.25] * HOURS,
        ("press", "metal"): [-1.25] * HOURS,
        ("press", "part"): [1.0] * HOURS,
        ("buyers", "part"): [-1.0] * HOURS,
    }
    carriers = {"bus": "electricity"}
    return pd.concat(
        pd.DataFrame(
            {
                "time": times.tz_convert("UTC"),
                "asset": a,
                "node": n,
                "carrier": carriers.get(n, n),
                "flow": flow,
            }
        )
        for (a, n), flow in series.items()
    )


def write(folder: Path, park: str = PARK, night_first: bool = False) -> Path:
    """Park file and flows in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "park.yaml").write_text(park, encoding="utf-8")
    flows(night_first).to_parquet(folder / "flows.parquet", index=False)
    return folder
