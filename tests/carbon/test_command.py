"""``zeropark carbon`` over metered flows in a table: what it prints and writes, and what it says of bad input."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from zeropark.cli.carbon import carbon_command
from zeropark.errors import InputError
from zeropark.passport import electricity_write

REGISTER = """certificate,supply,from,to,mwh,cancelled_for,cancelled_on
C-1,Far wind (invented),2025-03-01 00:00,2025-03-03 00:00,24,b,2025-04-01
C-2,Far wind (invented),2025-03-01 00:00,2025-03-03 00:00,3,,
C-3,Far wind (invented),2025-02-01 00:00,2025-03-01 00:00,5,b,2025-04-01
"""
PARK = """
zeropark: 1
name: Two tenants
name_zh: 两家企业
time: {start: "2025-03-01", days: 2, zone: Asia/Shanghai}
money: {discount_rate: 5 %}
carriers:
  electricity: {unit: MWh, kind: electricity}
nodes: {bus: electricity}
tenants: {a: {name: Alpha, name_zh: 甲}, b: {name: Beta, name_zh: 乙}}
assets:
  pv: {kind: source, node: bus, capacity: 10, origin: solar, name: Sun, name_zh: 光伏, upstream: sun}
  grid: {kind: market, node: bus, origin: grid, buy: {price: 500}, name: Grid, name_zh: 电网, upstream: mix}
  battery: {kind: storage, node: bus, capacity: 20, charge_efficiency: 95 %, discharge_efficiency: 95 %}
  load-a: {kind: demand, node: bus, tenant: a, target: {amount: 1, per: day}}
  load-b: {kind: demand, node: bus, tenant: b, target: {amount: 1, per: day}}
factors:
  sun: {per: MWh, footprint: 0.04 tCO2e/MWh, year: 2024, region: CN, quality: database}
  mix: {per: kWh, footprint: 0.5777 kgCO2e/kWh, year: 2024, region: CN, quality: database}
carbon:
  grid: {location: 0.6479 tCO2/MWh, residual: 0.8325 tCO2/MWh, clean_share: 30 %}
  contracts: {ppa: {tenant: a, supply: pv, share: 50 %, document: "PPA (invented)"}}
  certificates: register.csv
"""


def zeropark(*arguments) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "zeropark.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


def meters(steps=48) -> dict[str, np.ndarray]:
    """By day the sun charges the battery, by night it gives what went in; the grid does the rest."""
    hour = np.arange(steps) % 24
    sun = np.where((hour >= 8) & (hour < 16), 9.0, 0.0)
    charge = np.where(sun > 0, 2.0, 0.0)
    discharge = np.where(sun > 0, 0.0, 2.0 * 0.95 * 0.95 * 8 / 16)
    a, b = np.full(steps, 4.0), np.full(steps, 2.0)
    grid = a + b + charge - discharge - sun
    return {
        "pv": sun,
        "battery": discharge - charge,
        "load-a": -a,
        "load-b": -b,
        "grid": np.maximum(grid, 0),
        "spill": grid,
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "park.yaml").write_text(PARK, encoding="utf-8")
    (tmp_path / "register.csv").write_text(REGISTER, encoding="utf-8")
    found = meters()
    found["pv"] = found["pv"] + np.minimum(found.pop("spill"), 0)  # nothing is sold: the sun is held back
    times = pd.date_range("2025-03-01", periods=48, freq="h", tz="Asia/Shanghai").tz_convert("UTC")
    rows = [pd.DataFrame({"time": times, "asset": asset, "node": "bus", "carrier": "electricity", "flow": flow})
            for asset, flow in found.items()]  # fmt: skip
    pd.concat(rows).to_csv(tmp_path / "flows.csv", index=False)
    return tmp_path


def told_by(value: float, unit: str, source: str, mark: str = "") -> dict:
    return {f"{unit}_per_mwh": pytest.approx(value), "source": source, "mark": mark}


def test_papers_of_a_day(folder):
    out = folder / "out"
    done = zeropark(
        "carbon",
        "--park",
        folder,
        "--flows",
        folder / "flows.csv",
        "--period",
        "2025-03-02",
        "--out",
        out,
        "--json",
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told == json.loads((out / "electricity.json").read_text(encoding="utf-8"))
    assert [one["tenant"] for one in told["tenants"]] == ["a", "b"]
    assert told["conservation"]["largest_residual"] < 1e-9
    a = told["tenants"][0]
    assert a["use_mwh"] == pytest.approx(96)
    factors = {one["origin"]: one["factors"] for one in told["origins"]}
    assert factors["grid"] == [
        {"bases": ["location"], "operating": told_by(0.6479, "tco2", "carbon.grid.location"),
         "life_cycle": told_by(0.5777, "tco2e", "factors.mix.footprint")},
        {"bases": ["market", "hourly"], "operating": told_by(0.8325, "tco2", "carbon.grid.residual"),
         "life_cycle": told_by(0.5777, "tco2e", "factors.mix.footprint")},
        {"bases": ["910"], "operating": told_by(
            0.8325, "tco2", "method for zero-carbon parks, No. 910 of 2025: national factor of fossil electricity", "2")},
    ]  # fmt: skip
    for basis in ("location", "market", "hourly"):  # the figure is the split times the factors
        weighed = sum(
            a["split_mwh"][basis][one["origin"]] * one["operating_tco2_per_mwh"][basis]
            for one in told["origins"]
        )
        assert a["operating_tco2"][basis] == pytest.approx(weighed)
        assert sum(a["split_mwh"][basis].values()) == pytest.approx(a["supplied_mwh"])
    table = pd.read_parquet(out / "electricity.parquet")
    assert list(table.columns) == ["time", "tenant", "origin", "mwh"]
    sums = table.groupby(["tenant", "origin"], observed=True)["mwh"].sum()
    for one in told["tenants"]:
        for origin, mwh in one["by_origin_mwh"].items():
            assert sums.get((one["tenant"], origin), 0.0) == pytest.approx(mwh)
    grid = a["by_origin_mwh"]["grid"]
    assert a["operating_tco2"]["hourly"] == pytest.approx(grid * 0.8325)
    # location: no contract counts; both have the mix that reached them, a two thirds of it
    b = told["tenants"][1]
    all_of_grid = grid + b["by_origin_mwh"]["grid"]
    assert a["operating_tco2"]["location"] == pytest.approx(all_of_grid * 0.6479 * 4 / 6)
    assert a["life_cycle_tco2e"] == pytest.approx(grid * 0.5777 + a["by_origin_mwh"]["pv"] * 0.04)
    assert a["score_24_7"] == pytest.approx((a["by_origin_mwh"]["pv"] + 0.3 * grid) / a["supplied_mwh"])
    page = (out / "electricity.html").read_text(encoding="utf-8")
    assert "Where the electricity came from" in page
    assert "电力溯源" in page
    book = openpyxl.load_workbook(out / "electricity.xlsx")
    assert book.sheetnames == [
        "tenants",
        "split",
        "factors",
        "inventory",
        "heat",
        "contracts",
        "certificates",
        "a",
        "b",
    ]
    assert book["a"].max_row == 25
    csv = pd.read_csv(out / "electricity.csv")
    assert csv["time"].str.startswith("2025-03-02T").all()
    assert csv["time"].str.endswith("+08:00").all()


def test_words_for_people_and_for_mistakes(folder, capsys):
    carbon_command(folder, folder / "flows.csv", tenant="b")
    said = capsys.readouterr().out
    assert "Beta" in said
    assert "Alpha" not in said
    with pytest.raises(InputError) as error:
        carbon_command(folder, folder / "flows.csv", tenant="c", period="2026")
    assert [fault.file for fault in error.value.faults] == ["--period", "--tenant"]
    table = pd.read_csv(folder / "flows.csv")
    table.drop(index=table.index[3]).to_csv(folder / "gap.csv", index=False)
    with pytest.raises(InputError, match="1 steps missing"):
        carbon_command(folder, folder / "gap.csv")


def test_papers_name_contracts_and_certificates_and_where_flows_came_from(folder, capsys):
    out = folder / "out"
    carbon_command(folder, folder / "flows.csv", period="2025-03-02", tenant="b", out=out, as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert told["contracts"] == []  # the contract is of a; b's paper counts it and does not show it
    mwh = {one["certificate"]: one["mwh_in_period"] for one in told["certificates"]}
    assert mwh == {
        "C-1": pytest.approx(12),
        "C-2": pytest.approx(1.5),
    }  # half of two days; C-3 is of February
    assert told["certificates"][0]["cancelled_for"] == "b"
    assert told["certificates"][0]["cancelled_on"] == "2025-04-01"
    assert any("other tenants" in note and ": 1." in note for note in told["notes"])
    assert any("flows.csv" in note for note in told["notes"])
    b = told["tenants"][0]
    assert b["split_mwh"]["market"]["certificates cancelled"] == pytest.approx(12)
    (by_910,) = [
        sum(
            mwh * row["operating"]["tco2_per_mwh"]
            for one in told["origins"]
            for row in one["factors"]
            if "910" in row["bases"] and (mwh := b["split_mwh"]["910"][one["origin"]]) > 0
        )
    ]
    assert b["method_910_tco2"] == pytest.approx(by_910)
    page = (out / "electricity.html").read_text(encoding="utf-8")
    assert all(word in page for word in ("C-1", "C-2", "2025-04-01", "flows.csv"))
    assert "C-3" not in page
    assert "PPA (invented)" not in page
    carbon_command(folder, folder / "flows.csv", tenant="a", out=out)
    assert "PPA (invented)" in (out / "electricity.html").read_text(encoding="utf-8")
    row = [cell.value for cell in openpyxl.load_workbook(out / "electricity.xlsx")["contracts"][2]]
    assert row == ["ppa", "pv", "a", 0.5, None, 1, "PPA (invented)"]


def test_papers_are_whole_or_as_they_were(folder, monkeypatch):
    """A page that cannot be drawn leaves the papers of before, and nothing half done beside them."""
    out = folder / "out"
    carbon_command(folder, folder / "flows.csv", period="2025-03-01", out=out, as_json=True)
    before = {file.name: file.read_bytes() for file in out.iterdir()}

    def broken(_paper):
        raise RuntimeError("no page")

    monkeypatch.setattr(electricity_write, "electricity_html", broken)
    with pytest.raises(RuntimeError, match="no page"):
        carbon_command(folder, folder / "flows.csv", period="2025-03-02", out=out, as_json=True)
    assert {file.name: file.read_bytes() for file in out.iterdir()} == before
    assert sorted(file.name for file in folder.iterdir()) == ["flows.csv", "out", "park.yaml", "register.csv"]


def test_certificates_beyond_what_a_tenant_took_are_told(folder, capsys):
    """b took 2 MWh in each of 48 hours: of 1000 MWh that were cancelled for it, more than 900 are of no use to it."""
    register = REGISTER.replace(",24,b,", ",1000,b,")
    for text, told in ((REGISTER, False), (register, True)):
        (folder / "register.csv").write_text(text, encoding="utf-8")
        carbon_command(folder, folder / "flows.csv", as_json=True)
        notes = json.loads(capsys.readouterr().out)["notes"]
        found = [note for note in notes if note.startswith("Beta: of ")]
        assert bool(found) == told
    left = float(found[0].partition("period, ")[2].partition(" MWh")[0].replace(",", ""))
    assert found[0].startswith("Beta: of 1,000 MWh of certificates cancelled")
    assert 900 < left < 1000


def test_a_park_that_used_nothing_has_papers_all_the_same(folder, capsys):
    table = pd.read_csv(folder / "flows.csv")
    table["flow"] = 0.0
    table.to_csv(folder / "still.csv", index=False)
    carbon_command(folder, folder / "still.csv", out=folder / "out", as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert [one["use_mwh"] for one in told["tenants"]] == [0.0, 0.0]
    assert len(pd.read_csv(folder / "out" / "electricity.csv")) == 0
