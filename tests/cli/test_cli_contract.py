"""The contract that scripts rely on: commands, files, columns, summary.json, exit codes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

SMALL = Path(__file__).parents[1] / "cases" / "small-park"
RESULTS = {"summary.json", "flows.parquet", "levels.parquet", "prices.parquet", "tables.xlsx", "report.html"}


def zeropark(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "zeropark.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=300, check=False)


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A planned small park: the folder with the results."""
    out = tmp_path_factory.mktemp("planned") / "out"
    done = zeropark("plan", SMALL, "--out", out, "--rule-costs")
    assert done.returncode == 0, done.stderr
    assert "Exported share of available generation" in done.stdout
    return out


@pytest.fixture(scope="module")
def summary(planned: Path) -> dict:
    return json.loads((planned / "summary.json").read_text(encoding="utf-8"))


def test_plan_writes_every_file(planned: Path) -> None:
    assert not RESULTS - {path.name for path in planned.iterdir()}


def test_summary_has_the_contract_keys(summary: dict) -> None:
    assert summary["status"] == "optimal"
    assert set(summary["cost"]) >= {"total", "unit", "terms"}
    assert summary["cost"]["total"] == pytest.approx(sum(summary["cost"]["terms"].values()), rel=1e-9)
    for row in summary["capacities"]:
        assert set(row) >= {"asset", "existing", "added", "unit"}
    for reading in summary["accounts"].values():
        assert set(reading) >= {"value", "unit"}
    for row in summary["rules"]:
        assert set(row) >= {"pack", "rule", "value", "limit", "unit", "met", "margin", "shadow_price"}
    assert set(summary["certificate"]) >= {"relative_gap", "balance_residual", "cost_difference"}
    assert summary["certificate"]["relative_gap"] < 1e-6
    assert summary["certificate"]["balance_residual"] < 1e-6
    assert summary["certificate"]["cost_difference"] < 1e-6
    assert set(summary["solver"]) >= {"name", "seconds", "iterations"}


def test_flow_table_balances_at_every_node(planned: Path) -> None:
    flows = pd.read_parquet(planned / "flows.parquet")
    assert list(flows.columns) == ["time", "asset", "node", "carrier", "flow"]
    physical = flows[flows["carrier"].astype(str) != "green-certificate"]
    sums = physical.groupby(["node", "time"], observed=True)["flow"].sum()
    assert float(sums.abs().max()) < 1e-6 * float(flows["flow"].abs().max())
    assert str(flows["time"].dt.tz) == "UTC"
    assert flows["time"].nunique() == 7 * 24


def test_account_over_the_plans_own_flows_reads_the_same(
    planned: Path, summary: dict, tmp_path: Path
) -> None:
    out = tmp_path / "read"
    done = zeropark("account", SMALL, "--flows", planned / "flows.parquet", "--out", out)
    assert done.returncode == 0, done.stderr
    again = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert again["status"] == "read"
    for name, reading in summary["accounts"].items():
        scale = max(1.0, abs(reading["value"]))
        assert again["accounts"][name]["value"] == pytest.approx(reading["value"], abs=1e-6 * scale), name
    assert again["cost"]["total"] == pytest.approx(summary["cost"]["total"], rel=1e-7)
    for one, other in zip(summary["rules"], again["rules"], strict=True):
        assert one["met"] == other["met"], one["rule"]


def test_rule_that_binds_is_priced_and_costed(summary: dict) -> None:
    """Relaxing the limit by one unit saves what the shadow price says, and less than the whole rule costs."""
    (row,) = [r for r in summary["rules"] if r["rule"] == "export-of-generation"]
    assert row["value"] == pytest.approx(20.0, abs=1e-4)
    assert row["shadow_price"] > 0
    assert row["cost"] > row["shadow_price"]


def test_set_overrides_a_field(planned: Path, summary: dict, tmp_path: Path) -> None:
    done = zeropark("plan", SMALL, "--out", tmp_path / "o", "--set", "assets.pv.capacity.max=0 MW", "--json")
    assert done.returncode == 0, done.stderr
    changed = json.loads(done.stdout)
    added = {row["asset"]: row["added"] for row in changed["capacities"]}
    assert added["pv"] == 0
    assert changed["cost"]["total"] > summary["cost"]["total"]


def test_check_is_quiet_on_a_good_park_and_lists_faults_as_json(tmp_path: Path) -> None:
    assert zeropark("check", SMALL).returncode == 0
    assert json.loads(zeropark("check", SMALL, "--json").stdout) == []
    folder = tmp_path / "park"
    shutil.copytree(SMALL, folder)
    text = (folder / "park.yaml").read_text(encoding="utf-8")
    text = text.replace("discount_rate: 6 %", "discount_rat: 6 %").replace(
        "node: boiler-house, profile", "node: boiler-hous, profile"
    )
    text = text.replace("lifetime: 30 year", "lifetime: 30 MW")
    (folder / "park.yaml").write_text(text, encoding="utf-8")
    done = zeropark("check", folder, "--json")
    faults = json.loads(done.stdout)
    assert done.returncode == 1
    assert all(set(fault) == {"file", "line", "field", "found", "expected", "hint"} for fault in faults)
    fields = {fault["field"] for fault in faults}
    assert {"money.discount_rat", "assets.h2-tank.capacity.lifetime"} <= fields
    assert any("discount_rate" in fault["hint"] for fault in faults)


def test_infeasible_park_exits_1_with_reasons_and_writes_nothing(tmp_path: Path) -> None:
    out = tmp_path / "o"
    done = zeropark(
        "plan",
        SMALL,
        "--out",
        out,
        "--set",
        "assets.grid.capacity=5 MW",
        "--set",
        "assets.wind.capacity.max=0",
        "--set",
        "assets.pv.capacity.max=0",
        "--set",
        "rules.cn-green-direct-2025.mode=measure",
    )
    assert done.returncode == 1
    assert "electricity at bus is short by" in done.stderr
    assert "Traceback" not in done.stderr
    assert not out.exists()


def test_usage_errors_exit_2() -> None:
    assert zeropark("plan", SMALL).returncode == 2
    assert zeropark("plan", SMALL, "--out", "x", "--set", "nonsense").returncode == 2
    assert zeropark("nonsense").returncode == 2


def test_init_writes_a_park_that_checks(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    assert zeropark("init", folder).returncode == 0
    assert zeropark("check", folder).returncode == 0
    again = zeropark("init", folder)
    assert again.returncode == 1
    assert "park.yaml" in again.stderr


@pytest.mark.skipif(os.name == "nt", reason="SIGINT as a terminal sends it")
def test_ctrl_c_leaves_nothing_half_written(tmp_path: Path) -> None:
    """A plan of a year takes long enough to be interrupted while it solves."""
    folder, out = tmp_path / "park", tmp_path / "o"
    shutil.copytree(SMALL, folder)
    times = pd.date_range("2025-01-01", periods=365 * 24, freq="h")
    load = 80 + 15 * np.sin(np.arange(times.size) / 24 * 2 * np.pi)
    pd.DataFrame({"time": times.strftime("%Y-%m-%d %H:%M"), "works [MW]": load}).to_csv(
        folder / "loads.csv", index=False
    )
    command = [
        sys.executable,
        "-m",
        "zeropark.cli",
        "plan",
        str(folder),
        "--out",
        str(out),
        "--set",
        "time.days=365",
    ]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stderr is not None
    next(line for line in process.stderr if line.startswith("solve"))  # the solver's first word: it runs
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130, stderr
    assert "Traceback" not in stderr
    assert stderr.splitlines()[-2:] == ["no results were written", "cancelled"]
    assert list(tmp_path.iterdir()) == [folder]
