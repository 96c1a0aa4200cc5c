"""Issued again from the park and its flows: what formulas and hashes cannot show, a comparison of all lines does."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from tests.passport import small
from tests.passport.conftest import Works
from tests.passport.test_forged import forged
from typer.testing import CliRunner

from zeropark.cli.app import app
from zeropark.passport.write import Passport
from zeropark.statement.model import Statement
from zeropark.statement.read import read_statement

Copy = Callable[[], Path]


@pytest.fixture(scope="module")
def whole(works: Works) -> Passport:
    return works.passport("part", works.folder / "whole-again", whole=True)


def told(folder: Path, works: Works, *more: str) -> tuple[int, dict[str, dict[str, object]]]:
    """Exit code, and checks by name, of ``verify`` with the park."""
    given = ("--park", str(works.folder), "--flows", str(works.folder / "flows.parquet"))
    found = CliRunner().invoke(app, ["verify", str(folder), *given, "--json", *more])
    return found.exit_code, {one["what"]: one for one in json.loads(found.stdout)["checks"]}


def test_issued_again_all_of_it_agrees(works: Works, issued: Passport, whole: Passport) -> None:
    for passport, inputs in ((issued, 5), (whole, 6)):
        code, checks = told(passport.folder, works)
        again = [one for what, one in checks.items() if what.startswith("issued again")]
        assert code == 0, again
        assert len(again) >= inputs
        assert all(one["ok"] for one in again)


def test_without_the_park_it_says_what_was_not_checked(issued: Passport) -> None:
    found = CliRunner().invoke(app, ["verify", str(issued.folder)])
    assert found.exit_code == 0
    assert "not checked  issued again: how electricity is split by origin" in found.stdout
    assert "--park" in found.stdout.splitlines()[-1]


def test_a_greener_split_of_electricity_is_seen(works: Works, whole: Passport, tmp_path: Path) -> None:
    """At night half of what the press has of the grid is swapped for sun that the smelter has of the battery."""
    folder = tmp_path / "greener"
    shutil.copytree(whole.folder, folder)
    path = folder / "inputs/claims.parquet"
    claims = pd.read_parquet(path)
    part = claims.pivot_table(
        index=["time", "origin"], columns="claimant", values="mwh", aggfunc="sum", observed=True
    )
    part = part.fillna(0.0)
    sun, grid = (part.xs(name, level="origin") for name in ("pv", "grid"))
    moved = pd.concat([sun["smelter"], grid["press"]], axis=1).fillna(0.0).min(axis=1) / 2
    assert moved.sum() > 1.0

    def shift(row: pd.Series) -> float:
        by = moved.get(row["time"], 0.0)
        signs = {("press", "pv"): 1, ("press", "grid"): -1, ("smelter", "pv"): -1, ("smelter", "grid"): 1}
        return float(row["mwh"] + by * signs.get((str(row["claimant"]), str(row["origin"])), 0))

    claims["mwh"] = claims.apply(shift, axis=1)
    claims[claims["mwh"].abs() > 1e-12].to_parquet(path, index=False)
    seen = forged(
        folder, lambda statement: statement
    )  # here only for the other bases, which were as the hours are
    assert all("on the basis location" in one or "on the basis market" in one for one in seen)
    code, checks = told(folder, works)
    assert code == 1
    assert checks["issued again: input claims"]["ok"] is False
    assert "grid bus press use: 3.42857143 where it differs, the park gives 6.85714286" in str(
        checks["issued again: input claims"]["why"]
    )
    assert checks["issued again: lines"]["ok"] is False


def test_a_factor_that_the_park_file_does_not_have_is_seen(
    works: Works, whole: Passport, tmp_path: Path
) -> None:
    folder = tmp_path / "cheaper"
    shutil.copytree(whole.folder, folder)
    path = folder / "inputs/factors.json"
    rows = json.loads(path.read_text(encoding="utf-8"))
    rows["factor.mine"]["kgco2e"] = 10.0
    path.write_text(json.dumps(rows), encoding="utf-8")
    assert forged(folder, lambda statement: statement) == []
    code, checks = told(folder, works)
    assert code == 1
    assert (
        checks["issued again: input factors"]["why"] == "'factor.mine', 'kgco2e' is 10.0, the park gives 100"
    )


def test_a_formula_without_a_co_product_is_seen(works: Works, whole: Passport, tmp_path: Path) -> None:
    """Half of the part's burden goes to a co-product that nobody sees; every line agrees with the formula that it states."""
    folder = tmp_path / "shared"
    shutil.copytree(whole.folder, folder)

    def change(statement: Statement) -> Statement:
        lines = tuple(
            replace(line, formula=f"0.5*({line.formula})") if line.id == "process.press.part.share" else line
            for line in statement.lines
        )
        return replace(statement, lines=lines)

    forged(folder, change)
    code, checks = told(folder, works)
    assert code == 1
    why = str(checks["issued again: lines"]["why"])
    assert why.startswith("'process.press.part.share': formula is '0.5*(inflow")
    assert "'total.kgco2e': 725.0, the park gives 1450.0" in why


def test_another_park_file_is_seen(works: Works, issued: Passport, tmp_path: Path) -> None:
    """The statement cites the hash of the park file also where that was left out."""
    other = small.write(tmp_path / "other", small.PARK + "# another\n")
    given = ("--park", str(other), "--flows", str(other / "flows.parquet"))
    found = CliRunner().invoke(app, ["verify", str(issued.folder), *given])
    assert found.exit_code == 1
    assert "the park file is not the one that the statement cites" in found.stdout


def test_a_park_without_flows_says_what_is_needed(works: Works, issued: Passport) -> None:
    found = CliRunner().invoke(app, ["verify", str(issued.folder), "--park", str(works.folder)])
    assert found.exit_code == 1
    assert "expected --flows: the table of flows" in str(found.exception)


def test_a_value_that_was_set_has_a_mark_wherever_its_factor_stands(works: Works, tmp_path: Path) -> None:
    out = tmp_path / "set"
    given = ["--park", str(works.folder), "--flows", str(works.folder / "flows.parquet"), "--out", str(out)]
    found = CliRunner().invoke(
        app, ["passport", "part", *given, "--set", "factors.sun.footprint=4 kgCO2e/MWh"]
    )
    assert found.exit_code == 0, found.stderr
    assert "factors.sun.footprint = 4 kgCO2e/MWh" in found.stdout
    lines = {line.id: line for line in read_statement(out / "passport.json").statement.lines}
    sun = lines["process.press.part.of.electricity.pv.factor"]
    assert (sun.value, sun.mark) == (4.0, "S")
    assert sun.source == "set for this run by --set, no source / 本次运行以 --set 设定，无来源"
    assert json.loads((out / "inputs/factors.json").read_text(encoding="utf-8"))["factor.sun"]["mark"] == "S"
    page = (out / "passport.html").read_text(encoding="utf-8")
    assert "mark-S" in page
    assert "set for this run by --set, no source" in page
    comment = json.loads((out / "pact.json").read_text(encoding="utf-8"))["comment"]
    assert "factors.sun.footprint = 4 kgCO2e/MWh" in comment
    code, checks = told(out, works)
    assert code == 0
    assert "factors.sun.footprint = 4 kgCO2e/MWh" in str(checks["issued again: facts"]["why"])
