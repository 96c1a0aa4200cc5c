"""What the command ``efficiency`` leaves, from planned flows and from meters in a table."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from typer.testing import CliRunner

from zeropark.cli.app import app

PARK = """
zeropark: 1
name: Melt shop
name_zh: 炼钢车间
time: {start: 2026-08-01, days: 2, zone: Asia/Shanghai}
money: {discount_rate: 5 %}
carriers:
  electricity: {unit: MWh, kind: electricity, name: Electricity, name_zh: 电}
  gas: {unit: GJ, kind: fuel, coal_equivalent: {value: 0.03412 tce/GJ, source: "content / 热值", mark: R, date: 2026}}
  steel: {unit: t}
nodes: {bus: electricity, gas: gas, yard: steel}
tenants: {mill: {name: Mill, name_zh: 钢厂}}
assets:
  grid: {kind: market, node: bus, origin: grid, buy: {price: 500}}
  supply: {kind: market, node: gas, origin: fossil, buy: {price: 40}}
  furnace: {kind: converter, tenant: mill, rated: yard, capacity: 60, inputs: {bus: 0.4, gas: 0.3}, outputs: {yard: 1}}
  fans: {kind: demand, node: bus, profile: 2, serves: furnace}
  billets: {kind: demand, node: yard, target: {amount: 1200 t, per: day}}
efficiency:
  processes:
    furnace:
      limit: gb-21256-2025/eaf-70t
      assets: [furnace]
      product: yard
      corrections: {hot_metal: {value: 5 %, source: weighbridge, mark: O, date: 2026-08}}
      marginal: {carrier: electricity, price: {value: 500 CNY/MWh, source: contract, mark: O, date: 2026}}
measures:
  drives: {set: {assets.fans.profile: 1.5}, name: Drives, name_zh: 变频, process: furnace, tenant: mill,
           due: 2027-06-30}
"""
# 50 t/h: 20 MWh and 2 MWh of the fans an hour are 0.44 MWh/t = 54.076 kgce; 0.3 GJ are 10.236: 64.312 kgce/t
INDICATOR = 54.076 + 10.236


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mill")
    (folder / "park.yaml").write_text(PARK, encoding="utf-8")
    run = CliRunner().invoke(app, ["plan", str(folder), "--out", str(folder / "plan")])
    assert run.exit_code == 0, run.output
    return folder


def summary(*arguments: str) -> dict[str, object]:
    run = CliRunner().invoke(app, ["efficiency", *arguments, "--json"])
    assert run.exit_code == 0, run.output
    found: dict[str, object] = json.loads(run.stdout)
    return found


def test_planned_and_metered_flows_say_the_same(planned: Path) -> None:
    flows = planned / "plan" / "flows.parquet"
    of_plan = summary(str(planned), "--flows", str(flows))["processes"]
    assert of_plan[0]["indicator"] == pytest.approx(INDICATOR)
    table = pd.read_parquet(flows)
    table["time"] = table["time"].dt.tz_convert("Asia/Shanghai").map(lambda time: time.isoformat())
    table.to_csv(planned / "meters.csv", index=False)
    of_meters = summary("--park", str(planned), "--flows", str(planned / "meters.csv"))["processes"]
    for key in ("indicator", "energy_tce", "output_t"):
        assert of_meters[0][key] == pytest.approx(of_plan[0][key], rel=1e-12)
    assert of_meters[0]["level"] == of_plan[0]["level"]


def test_files(planned: Path) -> None:
    out = planned / "out"
    arguments = [
        "efficiency",
        str(planned),
        "--flows",
        str(planned / "plan" / "flows.parquet"),
        "--out",
        str(out),
    ]
    run = CliRunner().invoke(app, [*arguments, "--baseline", str(planned / "plan" / "flows.parquet")])
    assert run.exit_code == 0, run.output
    assert "level 3" in run.output  # 5 % of hot metal moves 61/64/72 by -4: 64.312 lies above 60
    told = json.loads((out / "efficiency.json").read_text(encoding="utf-8"))
    assert told["processes"][0]["levels"] == pytest.approx([57, 60, 68])
    assert told["baseline"][0]["saving_tce"] == pytest.approx(0, abs=1e-9)
    page = (out / "dossier.html").read_text(encoding="utf-8")
    for words in (
        "双碳最佳实践",
        "Dossier of a dual-carbon",
        "钢厂",
        "变频",
        "2027-06-30",
        "weighbridge",
        "热值",
        "2026-07-01",
    ):
        assert words in page
    assert 'data-language="zh"' in page.split("<head>")[0]
    cells = openpyxl.load_workbook(out / "efficiency.xlsx", data_only=True)["Processes 工序"]
    assert cells["G2"].value == pytest.approx(INDICATOR)
    formulas = openpyxl.load_workbook(out / "efficiency.xlsx")["Processes 工序"]
    assert formulas["G2"].value == "=E2/F2*1000"


def test_a_baseline_may_lie_in_another_year(planned: Path) -> None:
    flows = planned / "plan" / "flows.parquet"
    table = pd.read_parquet(flows)
    table["time"] -= pd.Timedelta(days=730)
    worse = (table["asset"] == "fans") | ((table["asset"] == "grid") & (table["flow"] > 0))
    table.loc[worse, "flow"] *= 2
    table.to_parquet(planned / "before.parquet")
    found = summary(
        str(planned), "--flows", str(flows), "--baseline", str(planned / "before.parquet"),
        "--baseline-period", "2024-08-01/2024-08-02",
    )  # fmt: skip
    # the fans took 4 MWh an hour: 0.04 MWh/t x 122.9 kgce more, on 2,400 t
    assert found["baseline"][0]["saving_tce"] == pytest.approx(0.04 * 0.1229 * 2400)
    one_day = ["--period", "2026-08-01/2026-08-01", "--baseline-period", "2024-08-01/2024-08-02"]
    arguments = ["efficiency", str(planned), "--flows", str(flows), "--out", str(planned / "day"), *one_day]
    run = CliRunner().invoke(app, [*arguments, "--baseline", str(planned / "before.parquet")])
    assert run.exit_code == 0, run.output
    assert "not as long as each other" in (planned / "day" / "dossier.html").read_text(encoding="utf-8")


def test_a_park_without_processes_is_told(tmp_path: Path) -> None:
    text = PARK[: PARK.index("efficiency:")]
    (tmp_path / "park.yaml").write_text(text, encoding="utf-8")
    run = CliRunner().invoke(app, ["efficiency", str(tmp_path), "--json"])
    assert "efficiency.processes: found nothing" in str(run.exception)
