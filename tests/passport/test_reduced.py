"""Inputs reduced to what the lines read: nothing of other tenants, every line still recomputed, and an auditor's check."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from tests.passport import small
from tests.passport.conftest import Works, works_in
from tests.passport.test_forged import forged
from typer.testing import CliRunner

from zeropark.carbon.attribution import attribution_of
from zeropark.cli.app import app
from zeropark.park.period import period_of
from zeropark.passport.write import Passport
from zeropark.readings import account, load
from zeropark.statement.read import read_statement
from zeropark.statement.verify import verify


@pytest.fixture(scope="module")
def whole(works: Works) -> Passport:
    """The same passport with all of the park's inputs: what an auditor has."""
    return works.passport("part", works.folder / "whole", whole=True)


@pytest.fixture(scope="module")
def metal(works: Works) -> Passport:
    """The passport of the metal: the press and what it makes are another's business, but for the scrap that comes back."""
    return works.passport("metal", works.folder / "metal-only")


def frames(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_parquet(folder / "inputs" / name)


def test_the_whole_inputs_have_the_park_file_and_all_flows(works: Works, whole: Passport) -> None:
    assert (whole.folder / "inputs/park.yaml").read_bytes() == (works.folder / "park.yaml").read_bytes()
    assert len(frames(whole.folder, "flows.parquet")) == len(small.flows())
    assert verify(whole.folder / "passport.json").ok
    assert "full.flows" not in (whole.statement.facts or {})


def test_the_same_lines_from_less(issued: Passport, whole: Passport) -> None:
    """Every line has the value that it has with all inputs, and is recomputed from what is left."""
    found = {line.id: line.value for line in issued.statement.lines}
    assert found == pytest.approx(
        {line.id: line.value for line in whole.statement.lines}, rel=1e-12, abs=1e-15
    )
    checked = verify(issued.folder / "passport.json")
    assert checked.ok
    assert not [line for line in checked.lines if line.how == "declared"]


def test_what_is_not_read_is_not_given(issued: Passport) -> None:
    """No park file, no flow of assets that no line names; the meters of origins stay hour by hour."""
    folder = issued.folder
    assert sorted(path.name for path in (folder / "inputs").iterdir()) == [
        "bases.csv",
        "claims.parquet",
        "factors.json",
        "flows.parquet",
    ]
    flows = frames(folder, "flows.parquet")
    assert "ore-bought" not in set(flows["asset"].astype(str))
    sun = flows[(flows["asset"].astype(str) == "pv")]["flow"]
    assert sorted(set(sun)) == [0.0, 5.0]


def test_hourly_secrets_of_a_neighbour_are_not_told(tmp_path: Path) -> None:
    """A mill on the same bus uses another 0, 1, 0, 1 … MWh of the grid, and ore comes in batches: neither can be seen."""
    park = small.PARK.replace("  buyers:", "  mill: {kind: demand, node: bus, profile: 1}\n  buyers:")
    place = small.write(tmp_path / "works", park)
    table = pd.read_parquet(place / "flows.parquet")
    grid = (table["asset"] == "grid") & (table["node"] == "bus")
    more = [float(hour % 2) for hour in range(small.HOURS)]
    table.loc[grid, "flow"] += more
    for name, sign in (("smelter", -1.0), ("ore-bought", 1.0)):
        table.loc[(table["asset"] == name) & (table["node"] == "ore"), "flow"] = [
            sign * 2.5 * x for x in more
        ]
    mill = table[grid].assign(asset="mill", flow=[-x for x in more])
    pd.concat([table, mill]).to_parquet(place / "flows.parquet", index=False)
    outcome = account(load(place), place / "flows.parquet")
    works = Works(
        place, outcome, attribution_of(outcome.park, outcome.flows), period_of(None, outcome.park.clock)
    )
    written = works.passport("metal", tmp_path / "out")
    assert verify(written.folder / "passport.json").ok
    claims = frames(written.folder, "claims.parquet")
    assert "mill" not in set(claims["claimant"].astype(str))
    assert claims.loc[claims["claimant"].astype(str) == "(others)", "mwh"].sum() == pytest.approx(12.0)
    flows = frames(written.folder, "flows.parquet")
    assert "mill" not in set(flows["asset"].astype(str))
    ore = flows[(flows["asset"].astype(str) == "smelter") & (flows["node"].astype(str) == "ore")]["flow"]
    assert set(ore) == {-1.25}
    assert "mill" not in (written.folder / "inputs/bases.csv").read_text()


# --- the auditor --------------------------------------------------------------------------------------


def test_reduced_inputs_follow_from_the_full_ones(issued: Passport, whole: Passport) -> None:
    found = verify(issued.folder / "passport.json", full=whole.folder)
    assert found.failures == ()
    assert {one.what for one in found.checks if one.what.startswith("full ") and one.ok} == {
        "full bases",
        "full claims",
        "full factors",
        "full flows",
        "full park",
    }


@pytest.mark.parametrize("name", ["flows", "claims", "bases", "factors"])
def test_reduced_otherwise_is_told(copied: Callable[[], Path], whole: Passport, name: str) -> None:
    """A forger reduces it otherwise and makes every hash anew: only against the full files it shows."""
    folder = copied()
    (path,) = (folder / "inputs").glob(f"{name}.*")
    if path.suffix == ".parquet":
        table = pd.read_parquet(path)
        value = "flow" if name == "flows" else "mwh"
        table.loc[0, value] *= 0.5
        table.to_parquet(path, index=False)
    elif path.suffix == ".csv":
        path.write_text(path.read_text().replace("press", "presto", 1))
    else:
        rows = json.loads(path.read_text())
        rows["factor.mix"]["kgco2e"] = 60.0
        path.write_text(json.dumps(rows))
    forged(folder, lambda s: s)
    found = verify(folder / "passport.json", full=whole.folder)
    assert any(text.startswith(f"full {name}: ") for text in found.failures), found.failures


def test_full_files_of_another_park_are_told(works: Works, issued: Passport, tmp_path: Path) -> None:
    other = works_in(tmp_path / "other", night_first=True).passport("part", tmp_path / "out", whole=True)
    found = verify(issued.folder / "passport.json", full=other.folder)
    assert any("full flows: no file flows.* in" in text for text in found.failures)


def test_a_chain_of_reduced_statements(works: Works, issued: Passport, tmp_path: Path) -> None:
    """Whom one ledger calls others is named in the next: no kWh is counted twice for that."""
    metal = works.passport("metal", tmp_path / "metal", after=issued.folder / "passport.json")
    part = works.passport("part", tmp_path / "part", after=metal.folder / "passport.json", whole=True)
    assert verify(part.folder / "passport.json").ok


def test_command(works: Works, whole: Passport, tmp_path: Path) -> None:
    given = [
        "--park",
        str(works.folder),
        "--flows",
        str(works.folder / "flows.parquet"),
        "--period",
        "2025-03-01",
    ]
    made = CliRunner().invoke(app, ["passport", "part", *given, "--out", str(tmp_path / "out")])
    assert made.exit_code == 0, made.output
    audit = [*given, "--inputs", "all", "--out", str(tmp_path / "audit")]
    assert CliRunner().invoke(app, ["passport", "part", *audit]).exit_code == 0
    found = CliRunner().invoke(app, ["verify", str(tmp_path / "out"), "--full", str(tmp_path / "audit")])
    assert found.exit_code == 0, found.output
    assert "full flows" in found.output
    assert read_statement(tmp_path / "audit/passport.json").statement.inputs[-1].name == "park"
    shutil.rmtree(tmp_path / "audit/inputs")
    found = CliRunner().invoke(app, ["verify", str(tmp_path / "out"), "--full", str(tmp_path / "audit")])
    assert found.exit_code == 1
