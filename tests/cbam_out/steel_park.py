"""A small park that makes hydrogen, direct reduced iron and steel: two days, every amount easy to work by hand.

Per hour: 10 t steel = 8 t iron + 3 t scrap + 0.1 t carbon + 5 MWh, beside 1 MWh of auxiliaries;
8 t iron = 11.2 t pellets + 0.4 t hydrogen + 8 MWh gas; 0.5 t hydrogen (0.1 t of it sold) = 25 MWh.
Pellets lose 2 % between the yard and the furnace.
"""

from __future__ import annotations

from pathlib import Path

from zeropark.park.model import Park
from zeropark.readings import load

HOURS = 48

PARK = """
zeropark: 1
name: Steel and hydrogen
time: {start: 2026-03-01, days: 2, step: 60 min, zone: Asia/Shanghai}
site: {latitude: 40.6, longitude: 109.9}
money: {currency: CNY, discount_rate: 6 %}
carriers:
  electricity: {unit: MWh, kind: electricity}
  gas: {unit: MWh, kind: fuel}
  hydrogen: {unit: t, kind: hydrogen}
  pellets: {unit: t}
  iron: {unit: t}
  scrap: {unit: t}
  carbon: {unit: t, kind: fuel}
  steel: {unit: t}
nodes:
  power: electricity
  gas: gas
  h2: hydrogen
  yard: pellets
  pellets: pellets
  dri: iron
  scrap: scrap
  carbon: carbon
  steel: steel
assets:
  wind: {kind: source, node: power, capacity: 20 MW, must_run: true, origin: wind}
  grid: {kind: market, node: power, buy: {price: 400}, origin: grid}
  gas-supply: {kind: market, node: gas, buy: {price: 300}, origin: fossil}
  pellet-market: {kind: market, node: yard, buy: {price: 900}}
  scrap-market: {kind: market, node: scrap, buy: {price: 2500}}
  carbon-market: {kind: market, node: carbon, buy: {price: 2000}}
  conveyor: {kind: connection, from: yard, to: pellets, capacity: 100 t/h, loss: 2 %, one_way: true}
  electrolyser: {kind: converter, rated: h2, capacity: 1 t/h, inputs: {power: 50 MWh/t}, outputs: {h2: 1}}
  shaft:
    kind: converter
    rated: dri
    capacity: 20 t/h
    inputs: {pellets: 1.4, h2: 0.05, gas: 1 MWh/t}
    outputs: {dri: 1}
  eaf:
    kind: converter
    rated: steel
    capacity: 20 t/h
    inputs: {dri: 0.8, scrap: 0.3, carbon: 0.01, power: 0.5 MWh/t}
    outputs: {steel: 1}
  eaf-auxiliaries: {kind: demand, node: power, profile: 1 MW, serves: eaf}
  customers: {kind: demand, node: steel, profile: 10 t/h}
  hydrogen-sold: {kind: demand, node: h2, profile: 0.1 t/h}
cbam:
  installation: {name: Steel and hydrogen works, country: CN, city: Baotou, unlocode: CN BAO}
  grid: {factor: {value: 0.6 tCO2/MWh, source: made up for the test, mark: R}, source: D.4(a)}
  supplies:
    wind: {link: direct, factor: 0 tCO2/MWh, document: single-line diagram 7}
  processes:
    hydrogen: {category: Hydrogen, assets: [electrolyser], product: h2, route: Electrolysis of water}
    iron: {category: Direct reduced iron, assets: [shaft], product: dri}
    steel: {category: Crude steel, assets: [eaf], product: steel, route: Electric arc furnace}
  goods:
    billets: {process: steel, cn_code: "7207 12 10", name: Billets, route: D, parameters: {share_carbon: 0.002}}
    hydrogen: {process: hydrogen, cn_code: "2804 10 00"}
  streams:
    gas: {asset: shaft, node: gas, method: combustion, per: kNm3, ncv: 36 GJ/kNm3, factor_energy: 56.1 tCO2/TJ}
    carbon: {asset: eaf, node: carbon, method: mass_balance, carbon_content: 0.9 t/t}
    steel: {asset: eaf, node: steel, method: mass_balance, carbon_content: 0.002 t/t}
  precursors:
    pellets:
      category: Sintered Ore
      asset: pellet-market
      country: CN
      cn_code: "2601 12 00"
      values: actual
      see_direct: 0.2 tCO2/t
      specific_electricity: 0.04 MWh/t
      electricity_factor: 0.6 tCO2/MWh
"""


def park_in(folder: Path, text: str = PARK) -> Park:
    """The park, read from a folder like any other."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "park.yaml").write_text(text, encoding="utf-8")
    return load(folder)
