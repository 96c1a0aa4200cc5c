"""A plan run in another year, and the commands ``dispatch`` and ``study``. The park is that of conftest.py."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from zeropark.errors import Infeasible, InputError
from zeropark.outcome import Capacity
from zeropark.planning import plan
from zeropark.readings import load
from zeropark.study.dispatch import capacities_of_plan, dispatch, told, with_capacities

SMALL = Path(__file__).parents[1] / "cases" / "small-park"
LATE = {"assets.sun.availability.column": "late"}
TEN = (Capacity("sun", "capacity", 0.0, 10.0, "MW"),)


def zeropark(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "zeropark.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


# --- the function -------------------------------------------------------------------------------


def test_capacities_are_those_of_the_plan(park: Path) -> None:
    """780 EUR: 240 for 10 MW, and 18 h · 10 MW · 3 EUR/MWh."""
    found = dispatch(load(park, LATE), TEN)
    assert found.outcome is not None
    assert found.outcome.bill.total == pytest.approx(780)
    assert [(c.asset, c.added) for c in found.outcome.capacities] == [("sun", 10)]
    assert found.outcome.certificate is not None
    assert found.outcome.certificate.sound


def test_what_exists_stays_existing_and_is_not_paid_again(park: Path) -> None:
    """Of 10 MW 4 are there: 6 · 24 + 360 EUR."""
    given = load(park, {"assets.sun.capacity.existing": "4 MW"})
    found = dispatch(given, (Capacity("sun", "capacity", 4.0, 6.0, "MW"),))
    assert found.outcome is not None
    assert found.outcome.bill.total == pytest.approx(504)


def test_the_small_parks_own_plan_costs_the_same_when_it_is_run_again() -> None:
    """All kinds of asset and an enforced rule that binds: the regret of a plan in its own year is nothing."""
    park = load(SMALL)
    planned = plan(park)
    found = dispatch(park, planned.capacities)
    assert found.outcome is not None
    assert not found.missed
    assert found.outcome.bill.total == pytest.approx(planned.bill.total, rel=1e-5)


def test_a_rule_is_missed_by_the_least_and_then_the_cheapest_is_taken(park: Path) -> None:
    """With 10 MW, half of the time, 120 MWh must be bought: 20 above the limit, and the verdict says so."""
    strict = {"limits.bought.mode": "enforce", "limits.bought.limit": "100 MWh"}
    found = dispatch(load(park, strict), TEN)
    assert found.missed == pytest.approx({"own/bought": 20}, rel=1e-5)
    outcome = told(found, "a plan")
    assert outcome.bill.total == pytest.approx(600, rel=1e-5)
    assert [v.met for v in outcome.rules] == [False]
    assert any("'own/bought' cannot be kept" in note for note in outcome.park.notes)


def test_what_is_missing_is_told(park: Path) -> None:
    found = dispatch(load(park, {"assets.grid.capacity": "4 MW"}), TEN)
    assert found.outcome is None
    assert found.missing == pytest.approx({"bus": 72})  # 12 h · 6 MW
    with pytest.raises(Infeasible, match="72 MWh over 12 steps"):
        told(found, "a plan")


@pytest.mark.parametrize(
    ("capacities", "field", "found"),
    [
        ((), "sun.capacity", "nothing"),
        ((*TEN, Capacity("moon", "capacity", 0.0, 3.0, "MW")), "moon.capacity", "3 MW"),
        ((Capacity("sun", "capacity", 0.0, 60.0, "MW"),), "sun.capacity", "60 MW"),
        ((Capacity("sun", "capacity", 0.0, 10.0, "t/h"),), "sun.capacity", "10 t/h"),
        ((*TEN, Capacity("grid", "capacity", 0.0, 5.0, "MW")), "grid.capacity", "5 MW"),
    ],
)
def test_a_plan_that_does_not_fit_the_park_is_a_fault(
    park: Path, capacities: tuple[Capacity, ...], field: str, found: str
) -> None:
    with pytest.raises(InputError) as raised:
        with_capacities(load(park), capacities)
    assert [(fault.field, fault.found) for fault in raised.value.faults] == [(field, found)]


def test_what_was_only_given_where_the_plan_was_made_does_not_bind_another_park(park: Path) -> None:
    """The plan's park had a line of 30 MW, this one has none to be sized, or one of 20 MW."""
    with_line = (*TEN, Capacity("grid", "capacity", 30.0, 0.0, "MW"))
    for overrides in ({}, {"assets.grid.capacity": "20 MW"}):
        found = dispatch(load(park, overrides), with_line)
        assert found.outcome is not None
        assert found.outcome.bill.total == pytest.approx(600)


@pytest.mark.parametrize("content", [None, "{", "[]", '{"capacities": [{"asset": "sun"}]}'])
def test_a_file_that_is_no_plan_is_a_fault(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "summary.json").write_text(content, encoding="utf-8")
    with pytest.raises(InputError):
        capacities_of_plan(tmp_path)


# --- the commands -------------------------------------------------------------------------------


def test_a_plan_of_one_year_is_dispatched_in_another_in_one_command(park: Path, tmp_path: Path) -> None:
    assert zeropark("plan", park, "--out", tmp_path / "plan").returncode == 0
    options = ("--plan", tmp_path / "plan", "--out", tmp_path / "late", "--json")
    done = zeropark("dispatch", park, *options, "--set", "assets.sun.availability.column=late")
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert summary["cost"]["total"] == pytest.approx(780)
    assert summary["capacities"][0]["added"] == pytest.approx(10)
    assert {path.name for path in (tmp_path / "late").iterdir()} == {
        "summary.json", "flows.parquet", "levels.parquet", "prices.parquet", "tables.xlsx", "report.html"
    }  # fmt: skip
    short = zeropark("dispatch", park, *options, "--set", "assets.grid.capacity=4 MW")
    assert short.returncode == 1
    assert "short by 6 MW" in json.loads(short.stdout)["reasons"][0]


def test_study_command(park: Path, tmp_path: Path) -> None:
    file = tmp_path / "study.yaml"
    file.write_text(
        "zeropark: 1\nstudies:\n"
        "  price: {kind: sweep, show: [grid_purchase], fields: {assets.grid.buy.price: [1, 3]}}\n"
        "  line: {kind: sweep, fields: {assets.grid.capacity: [4 MW, 10 MW]}}\n"
        "  broken: {kind: sweep, fields: {assets.grid.buy.price: [1, 5]}}\n",
        encoding="utf-8",
    )
    options = (park, file, "--out", tmp_path / "out", "--workers", 0)
    done = zeropark("study", *options, "--only", "price", "--only", "line", "--json")
    assert done.returncode == 0, done.stderr
    told_ = json.loads(done.stdout)
    assert list(told_["studies"]) == ["price", "line"]
    assert [v["quantities"]["cost"]["value"] for v in told_["studies"]["price"]["variants"]] == pytest.approx(
        [240, 600]
    )
    poor = told_["studies"]["line"]["variants"][0]
    assert (poor["status"], poor["quantities"]) == ("infeasible", {})
    assert {p.name for p in (tmp_path / "out").iterdir()} == {
        "results.parquet", "study.html", "study.json", "variants"
    }  # fmt: skip
    assert set(pd.read_parquet(tmp_path / "out" / "results.parquet")["study"]) == {"price", "line"}
    again = zeropark("study", *options, "--only", "price")
    assert "0 variants solved, 2 from before" in again.stdout
    said = zeropark("study", *options, "--only", "line")
    assert "infeasible" in said.stdout
    assert "short by 6 MW" in said.stdout


def test_study_command_faults_and_usage(park: Path, tmp_path: Path) -> None:
    file = tmp_path / "study.yaml"
    file.write_text("zeropark: 1\nstudies:\n  a: {kind: sweep, fields: {assets.sum.capacity: [1]}}\n")
    done = zeropark("study", park, file, "--out", tmp_path / "out", "--json")
    assert done.returncode == 1
    (fault,) = json.loads(done.stdout)
    assert (fault["file"], fault["line"]) == ("study.yaml", 3)
    assert "'sun'" in fault["hint"]
    assert zeropark("study", park, "--out", tmp_path / "out").returncode == 2
    assert zeropark("study", park, tmp_path / "none.yaml", "--out", tmp_path / "out").returncode == 1
