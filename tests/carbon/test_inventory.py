"""A tenant's inventory by scope: fuel and processes, electricity on three bases, heat received by what it carries."""

import json

import numpy as np
import openpyxl
import pandas as pd
import pytest

from zeropark.cli.carbon import carbon_command
from zeropark.readings import account, load

PARK = """
zeropark: 1
name: Steam
time: {start: "2025-03-01", days: 1, zone: Asia/Shanghai}
money: {discount_rate: 5 %}
carriers:
  electricity: {unit: MWh, kind: electricity}
  gas: {unit: MWh, kind: fuel, combustion: 0.2 tCO2/MWh}
  steam: {unit: MWh, kind: heat}
  iron: {unit: t}
nodes: {bus: electricity, gas: gas, steam: steam, iron: iron}
tenants: {a: {name: Alpha}, b: {name: Beta}, s: {name: Station}}
assets:
  grid: {kind: market, node: bus, origin: grid, buy: {price: 500}}
  supply: {kind: market, node: gas, buy: {price: 300}}
  bought-steam: {kind: market, node: steam, buy: {price: 300}STATED}
  boiler: {kind: converter, tenant: s, rated: steam, inputs: {gas: 1.25}, outputs: {steam: 1}, capacity: 20}
  own-boiler: {kind: converter, tenant: b, rated: steam, inputs: {bus: 1}, outputs: {steam: 1}, capacity: 20}
  furnace: {kind: converter, tenant: a, rated: iron, inputs: {bus: 0.5, gas: 2}, outputs: {iron: 1}, capacity: 20,
            emissions: 0.04 tCO2/t}
  steam-a: {kind: demand, node: steam, tenant: a, target: {amount: 1, per: day}}
  steam-b: {kind: demand, node: steam, tenant: b, target: {amount: 1, per: day}}
  iron-a: {kind: demand, node: iron, tenant: a, target: {amount: 1, per: day}}
carbon:
  grid: {location: 0.6 tCO2/MWh, residual: 0.8 tCO2/MWh}
"""
FLOWS = {
    ("grid", "bus"): 4.0, ("own-boiler", "bus"): -3.0, ("furnace", "bus"): -1.0,
    ("supply", "gas"): 9.0, ("boiler", "gas"): -5.0, ("furnace", "gas"): -4.0,
    ("boiler", "steam"): 4.0, ("own-boiler", "steam"): 3.0, ("bought-steam", "steam"): 1.0,
    ("steam-a", "steam"): -3.0, ("steam-b", "steam"): -5.0,
    ("furnace", "iron"): 2.0, ("iron-a", "iron"): -2.0,
}  # fmt: skip
"""MW, every hour: b takes 5 of steam and makes 3 itself."""


def table(where, flows, name="flows.csv"):
    times = pd.date_range("2025-03-01", periods=24, freq="h", tz="Asia/Shanghai").tz_convert("UTC")
    carrier = {"bus": "electricity"}
    frames = [
        pd.DataFrame({"time": times, "asset": asset, "node": node, "carrier": carrier.get(node, node), "flow": flow})
        for (asset, node), flow in flows.items()
    ]  # fmt: skip
    pd.concat(frames).to_csv(where / name, index=False)
    return where / name


def told(folder, capsys, flows, **options):
    carbon_command(folder, flows, as_json=True, **options)
    return json.loads(capsys.readouterr().out)


def park(where, stated):
    (where / "park.yaml").write_text(PARK.replace("STATED", stated), encoding="utf-8")


def test_scopes_by_hand(tmp_path, capsys):
    park(tmp_path, ", emissions: 0.3 tCO2/MWh")
    found = told(tmp_path, capsys, table(tmp_path, FLOWS), out=tmp_path / "out")
    by_tenant = {one["tenant"]: one for one in found["inventory"]}
    assert by_tenant["a"]["scope_1_tco2"] == {
        "fuel": pytest.approx(24 * 4 * 0.2),
        "process": pytest.approx(24 * 2 * 0.04),
    }
    assert by_tenant["s"]["scope_1_tco2"] == {"fuel": pytest.approx(24 * 5 * 0.2), "process": 0}
    assert by_tenant["b"]["scope_1_tco2"] == {"fuel": 0, "process": 0}
    # a MWh of the header: 5 MWh gas, 3 MWh electricity and 1 MWh of bought steam behind 8 MWh
    for basis, grid in (("location", 0.6), ("market", 0.8), ("hourly", 0.8)):
        header = (5 * 0.2 + 3 * grid + 1 * 0.3) / 8
        for tenant, taken, electric in (("a", 3, 1), ("b", 5 - 3, 3)):
            scope_2 = by_tenant[tenant]["scope_2_tco2"]
            assert scope_2["heat"][basis] == pytest.approx(24 * taken * header)
            assert scope_2["electricity"][basis] == pytest.approx(24 * electric * grid)
    assert by_tenant["s"]["heat_received"] == []
    outcome = account(load(tmp_path), tmp_path / "flows.csv")
    direct = sum(sum(one["scope_1_tco2"].values()) for one in found["inventory"])
    assert direct == pytest.approx(outcome.accounts["co2_direct"].value)
    page = (tmp_path / "out" / "electricity.html").read_text(encoding="utf-8")
    assert "Inventory by scope" in page
    assert "按范围划分的排放清单" in page
    book = openpyxl.load_workbook(tmp_path / "out" / "electricity.xlsx")
    assert [row[0].value for row in book["heat"].iter_rows(min_row=2)] == ["b", "a"]
    fuel = {row[0].value: row[1].value for row in book["inventory"].iter_rows(min_row=2)}
    assert fuel["a"] == pytest.approx(24 * 4 * 0.2)


def test_one_tenant_alone(tmp_path, capsys):
    park(tmp_path, ", emissions: 0.3 tCO2/MWh")
    found = told(tmp_path, capsys, table(tmp_path, FLOWS), tenant="b")
    assert [one["tenant"] for one in found["inventory"]] == ["b"]


def test_heat_without_a_factor_is_told_and_not_zero(tmp_path, capsys):
    park(tmp_path, "")
    found = told(tmp_path, capsys, table(tmp_path, FLOWS))
    by_tenant = {one["tenant"]: one for one in found["inventory"]}
    assert by_tenant["a"]["scope_2_tco2"]["heat"] == {"location": None, "market": None, "hourly": None}
    assert by_tenant["a"]["heat_received"][0]["amount"] == pytest.approx(72)
    assert by_tenant["a"]["missing_factors"] == ["bought-steam"]
    assert by_tenant["a"]["scope_1_tco2"]["fuel"] == pytest.approx(24 * 4 * 0.2)
    assert any("no factor for bought-steam" in note for note in found["notes"])


def test_electricity_alone_says_that_the_rest_is_not_told(tmp_path, capsys):
    park(tmp_path, "")
    electric = {key: flow for key, flow in FLOWS.items() if key[1] == "bus"}
    found = told(tmp_path, capsys, table(tmp_path, electric), out=tmp_path / "out")
    assert found["inventory"] is None
    assert any("Electricity alone was read" in note for note in found["notes"])
    assert "Electricity alone was read" in (tmp_path / "out" / "electricity.html").read_text(encoding="utf-8")


def test_what_own_plants_made_is_told_beside(tmp_path, capsys):
    """A tenant that burns gas for its own power has the fuel in scope 1: the part of its electricity is named."""
    text = PARK.replace("STATED", ", emissions: 0.3 tCO2/MWh").replace(
        "  boiler:",
        "  engine: {kind: converter, tenant: a, rated: bus, inputs: {gas: 2.5}, outputs: {bus: 1}, capacity: 5}\n  boiler:",
    )
    (tmp_path / "park.yaml").write_text(text, encoding="utf-8")
    flows = dict(FLOWS) | {
        ("grid", "bus"): 3.0,
        ("engine", "bus"): 1.0,
        ("engine", "gas"): -2.5,
        ("supply", "gas"): 11.5,
    }
    found = told(tmp_path, capsys, table(tmp_path, flows))
    (a,) = [one for one in found["inventory"] if one["tenant"] == "a"]
    assert a["scope_1_tco2"]["fuel"] == pytest.approx(24 * (4 + 2.5) * 0.2)
    # all users share one node: a quarter of what a uses (1 MW of 4) came from the engine, at 2.5 × 0.2 tCO2/MWh
    own = a["scope_2_tco2"]["electricity_of_own_plants"]["location"]
    assert own == pytest.approx(24 * 0.25 * 0.5)
    assert any("own plants" in note and "'a'" not in note for note in found["notes"])
    assert np.isfinite(a["scope_2_tco2"]["heat"]["location"])
