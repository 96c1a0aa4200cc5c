"""What the command ``abate`` leaves: both curves in page, workbook and summary."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from tests.abatement.conftest import BOILER_HOUSE, MEASURES
from typer.testing import CliRunner

from zeropark.cli.app import app

Write = Callable[[str], Path]


def test_the_command_writes_both_curves(park_of: Write, tmp_path: Path) -> None:
    folder, out = park_of(BOILER_HOUSE + MEASURES), tmp_path / "out"
    run = CliRunner().invoke(app, ["abate", str(folder), "--out", str(out), "--workers", "0"])
    assert run.exit_code == 0, run.output
    assert "counted twice 96.4" in run.output
    assert "impossible: no plan with it (infeasible)" in run.output
    summary = json.loads((out / "abate.json").read_text(encoding="utf-8"))
    assert [step["measure"] for step in summary["best_order"]] == ["economiser", "insulation"]
    assert summary["counted_twice"] == pytest.approx(summary["saved_alone"] - summary["saved_together"])
    assert summary["alone"][2]["cost"] is None
    book = openpyxl.load_workbook(out / "abate.xlsx")
    assert book["Best order 最优次序"]["D2"].value == "=C2/B2"
    values = openpyxl.load_workbook(out / "abate.xlsx", data_only=True)
    assert values["Counted twice 重复计算"]["B3"].value == pytest.approx(summary["counted_twice"])
    assert values["Alone 单独"]["A2"].value == "Economiser 省煤器"
    assert values["Alone 单独"]["B1"].value.startswith("Saves alone, ")
    assert values["Best order 最优次序"]["B1"].value.startswith("Saves in order, ")
    page = (out / "abate.html").read_text(encoding="utf-8")
    for words in ("counted twice", "重复计算", "省煤器", "infeasible", "2027-06-30"):
        assert words in page
    body = page[page.index("<main>") :]
    for key in ("co2_910", "energy_use_tce", "10⁻"):
        assert f">{key}<" not in body
    assert "Owner Works" in body
    assert "责任单位：Works" in body


def test_a_park_without_measures_is_told(park_of: Write, tmp_path: Path) -> None:
    run = CliRunner().invoke(app, ["abate", str(park_of(BOILER_HOUSE)), "--out", str(tmp_path / "out")])
    assert run.exit_code != 0
    assert "measures" in str(run.exception)
