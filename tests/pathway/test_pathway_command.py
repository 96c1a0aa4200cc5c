"""``zeropark pathway``: files, keys, exit codes, and that the stages' own folders agree with the whole."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from zeropark.pathway.read import read_pathway
from zeropark.pathway.vintages import discounted_years

SMALL = Path(__file__).parents[1] / "cases" / "small-park"
BAOTOU = Path(__file__).parents[2] / "src" / "zeropark" / "examples" / "baotou"
PATHWAY = """
pathway: 1
note: Invented <b>courses</b>
note_zh: 虚构路径
stages: [2025, 2035]
end: 2040
discount_rate: 5 %
fields:
  money.carbon_price: {2025: 75 CNY/tCO2, 2035: 400 CNY/tCO2}
  assets.pv.capacity.investment: {2025: 3000 CNY/kW, 2035: 2000 CNY/kW}
capacities:
  wind: {max_build: 20 MW}
"""


def zeropark(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "zeropark.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pathway")
    (folder / "p.yaml").write_text(PATHWAY, encoding="utf-8")
    done = zeropark("pathway", SMALL, folder / "p.yaml", "--out", folder / "out", "--set", "time.days=1")
    assert done.returncode == 0, done.stderr
    assert "certificate sound: no pathway costs less than" in done.stdout
    return folder / "out"


@pytest.fixture(scope="module")
def summary(planned: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((planned / "summary.json").read_text(encoding="utf-8"))
    return found


def test_every_file_is_there(planned: Path) -> None:
    assert {path.name for path in planned.iterdir()} == {
        "2025",
        "2035",
        "pathway.parquet",
        "pathway.html",
        "summary.json",
    }
    plan = {"summary.json", "flows.parquet", "levels.parquet", "prices.parquet", "tables.xlsx", "report.html"}
    assert {path.name for path in (planned / "2035").iterdir()} == plan


def test_the_present_cost_is_that_of_the_stages(summary: dict[str, Any]) -> None:
    """By Σ over years of (1 + 5 %)^−year, from the yearly costs that the summary tells."""
    weights = discounted_years([2025, 2035], 2040, 0.05)
    assert [stage["weight"] for stage in summary["stages"]] == pytest.approx(weights)
    yearly = [stage["cost"]["total"] for stage in summary["stages"]]
    assert summary["cost"]["total"] == pytest.approx(float(np.dot(weights, yearly)), rel=1e-9)
    assert sum(summary["cost"]["terms"].values()) == pytest.approx(summary["cost"]["total"], rel=1e-9)
    assert summary["certificate"]["sound"]
    assert summary["certificate"]["lower_bound"] == pytest.approx(summary["cost"]["total"], rel=1e-5)


def test_stages_agree_with_their_own_folders(planned: Path, summary: dict[str, Any]) -> None:
    """One day is 1/365 of 2025 and of what a stage pays in a year; capacities are the same."""
    for stage in summary["stages"]:
        own = json.loads((planned / stage["folder"] / "summary.json").read_text(encoding="utf-8"))
        assert own["cost"]["total"] * 365 == pytest.approx(stage["cost"]["total"], rel=1e-9)
        assert own["certificate"]["sound"]
        totals = {(c["asset"], c["part"]): c["existing"] + c["added"] for c in own["capacities"]}
        for move in stage["capacities"]:
            assert totals[move["asset"], move["part"]] == pytest.approx(move["total"], abs=1e-6)


def test_the_table_is_that_of_the_summary(planned: Path, summary: dict[str, Any]) -> None:
    table = pd.read_parquet(planned / "pathway.parquet")
    assert list(table.columns) == [
        "year",
        "asset",
        "part",
        "unit",
        "existing",
        "built",
        "retired",
        "retired_early",
        "total",
    ]
    rows = [{"year": stage["year"], **move} for stage in summary["stages"] for move in stage["capacities"]]
    pd.testing.assert_frame_equal(table, pd.DataFrame(rows)[list(table.columns)])
    wind = table[(table.asset == "wind") & (table.part == "capacity")]
    assert np.all(wind.built <= 20 * (1 + 1e-6))


def test_the_page_is_complete_in_both_languages(planned: Path) -> None:
    page = (planned / "pathway.html").read_text(encoding="utf-8")
    assert "Invented &lt;b&gt;courses&lt;/b&gt;" in page
    for text in ("虚构路径", "费用现值", "Present cost", "2035/report.html", "Plotly"):
        assert text in page
    assert 'src="http' not in page
    data = json.loads(page.split('id="data">', 1)[1].split("</script>", 1)[0])
    for language in ("en", "zh"):
        drawn = data["figures"][language]
        assert set(drawn) == {"capacity", "moves", "cost", "emissions", "limits"}
        stacked = {trace["name"]: trace["y"] for trace in drawn["capacity"]["MW"]["data"]}
        assert all(len(values) == 2 for values in stacked.values())
    assert "Cost a year in each stage" in data["figures"]["en"]["cost"][""]["layout"]["title"]["text"]


def test_faults_exit_1_and_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(
        "pathway: 1\nstages: [2025]\nfields: {assets.pw.cost: 1}\n", encoding="utf-8"
    )
    done = zeropark("pathway", SMALL, tmp_path / "p.yaml", "--out", tmp_path / "out", "--json")
    assert done.returncode == 1
    faults = json.loads(done.stdout)
    assert [(f["file"], f["line"], f["field"]) for f in faults] == [("p.yaml", 3, "fields.assets.pw.cost")]
    assert not (tmp_path / "out").exists()


def test_no_pathway_exits_1_with_the_reason(tmp_path: Path) -> None:
    """1,000 TWh of wind and sun in a day from at most 1,000 MW."""
    (tmp_path / "p.yaml").write_text(
        "pathway: 1\nstages: [2025, 2030]\nfields:\n"
        "  limits: {sun: {left: green_generation, sense: at least, limit: 1e9 MWh}}\n",
        encoding="utf-8",
    )
    done = zeropark("pathway", SMALL, tmp_path / "p.yaml", "--out", tmp_path / "out", "--set", "time.days=1")
    assert done.returncode == 1
    assert "2025: rule 'own/sun' cannot be met" in done.stderr
    assert not (tmp_path / "out").exists()


def test_the_example_reads(tmp_path: Path) -> None:
    """Its limits tighten and its costs fall, stage by stage."""
    pathway = read_pathway(BAOTOU, BAOTOU / "pathway.yaml", {})
    parks = [stage.park for stage in pathway.stages]
    limits = [float(str(park.spec.limits["co2-intensity"].limit).split()[0]) for park in parks]
    assert limits == pytest.approx([0.8, 0.5, 0.2, 0.19, 0.17, 0.15])
    assert [park.assets["wind"].capacity.existing for park in parks] == [100, 100, 100, 100, 0, 0]  # type: ignore[union-attr]
    prices = [park.spec.money.carbon_price for park in parks]
    assert prices == sorted(prices)
