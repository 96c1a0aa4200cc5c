"""The benchmark compares equals: the adapters of the tools that are installed here find the same optimum."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import peers.linopy
import peers.matrix
import peers.pypsa
import peers.zeropark
from harness.cells import Bench, Results, machine
from harness.pages import page, short_table
from harness.targets import Measure, Target
from parks.case import Case
from peers import PEERS

pytestmark = pytest.mark.filterwarnings(
    "ignore::FutureWarning", "ignore::UserWarning", "ignore::DeprecationWarning"
)
AGREE = 1e-6
CASES = [
    Case(steps=48),
    Case(steps=48, limits=False, peaks=True, ramps=True),
    Case(steps=48, minutes=15, peaks=True, ramps=True),
    Case(steps=48, minutes=15, given=True, limits=False),
    Case(steps=24, years=2),
    Case(park="network", steps=24, nodes=4, limits=False),
]
TOOLS = {"pypsa": peers.pypsa, "linopy-hipo": peers.linopy}
PAIRS = [(name, case) for name in TOOLS for case in CASES if case.needs <= PEERS[name].can]


def optimum(tool: ModuleType, case: Case, solver: str, matrix: Path | None = None) -> float:
    solved = tool.solve(tool.build(tool.prepare(case, matrix)), solver)
    assert solved.status == "optimal"
    return float(solved.objective)


@pytest.mark.parametrize(("name", "case"), PAIRS, ids=lambda part: getattr(part, "key", part))
def test_same_optimum(name: str, case: Case) -> None:
    ours = optimum(peers.zeropark, case, "simplex")
    assert optimum(TOOLS[name], case, "simplex") == pytest.approx(ours, rel=AGREE)


def test_matrix_is_ours(tmp_path: Path) -> None:
    case, file = Case(steps=48), tmp_path / "matrix.npz"
    peers.zeropark.export(case, file)
    ours = optimum(peers.zeropark, case, "simplex")
    for solver in ("simplex", "clarabel"):
        assert optimum(peers.matrix, case, solver, file) == pytest.approx(ours, rel=AGREE)


def test_cell_of_a_process_of_its_own_is_kept(tmp_path: Path) -> None:
    bench = Bench(Results(tmp_path / "cells.json", runs={"now": machine()}), "now")
    case = Case(steps=24)
    cell, measured = bench.fill(case, PEERS["zeropark"])
    assert measured
    assert cell["outcome"] == "done", cell
    assert cell["objective"] == pytest.approx(optimum(peers.zeropark, case, "simplex"), rel=AGREE)
    assert cell["bytes"] >= cell["loaded_bytes"] > 0
    again = Bench(Results.read(bench.results.file), "now").fill(case, PEERS["zeropark"])
    assert again == (cell, False)


def test_what_takes_too_long_is_stopped_and_not_tried_larger(tmp_path: Path) -> None:
    bench = Bench(Results(tmp_path / "cells.json", runs={"now": machine()}), "now", limit=0.0)
    small, large, other = Case(steps=24), Case(steps=48, peaks=True), Case(steps=48, limits=False)
    assert bench.fill(small, PEERS["zeropark"])[0]["outcome"] == "stopped"
    cell, _ = bench.fill(large, PEERS["zeropark"])
    assert (cell["outcome"], cell["stopped_at"]) == ("skipped", small.key)
    assert bench.fill(other, PEERS["zeropark"])[0]["outcome"] == "stopped"  # has no limits: it may be easier


def _cell(case: Case, peer: str, run: str, **found: Any) -> dict[str, Any]:
    cell = {
        "case": case.as_data(),
        "peer": peer,
        "run": run,
        "code": "",
        "outcome": "done",
        "status": "optimal",
    }
    return cell | {"solver": "x", "build": 1.0, "bytes": 10**9, "objective": 100.0} | found


@pytest.fixture
def results(tmp_path: Path) -> Results:
    case = Case(steps=168)
    cells = [
        _cell(case, "zeropark", "a", solve=1.0, whole=2.0),
        _cell(case, "pypsa-hipo", "a", solve=7.0, whole=8.0, bytes=4 * 10**9),
        _cell(case, "clarabel", "b", solve=5.0, whole=5.0, objective=100.01),
        _cell(case, "pypsa", "b", outcome="stopped", limit=600.0),
    ]
    runs = {name: machine() for name in "ab"}
    return Results(tmp_path / "r.json", {f"{case.key}|{cell['peer']}": cell for cell in cells}, runs)


def row(text: str, title: str) -> list[str]:
    line = next(line for line in text.splitlines() if line.startswith(f"| {title} |"))
    return [part.strip() for part in line.strip("|").split("|")]


def test_page_gives_ratios_and_marks_what_is_wrong(results: Results) -> None:
    text = page(results)
    assert row(text, "PyPSA, HiPO")[3:8] == ["8", "0.25", "4.00", "0.25", "0e+00"]
    assert row(text, "PyPSA, its default")[3:5] == [">600", "<0.00333"]
    assert "**wrong**" in row(text, "Clarabel on our matrix")[-1]
    assert row(text, "Clarabel on our matrix")[4] == "0.2 of solving"
    assert "These rows come from 2 runs: a, b." in text
    assert "(wrong)" in row(short_table(results), "Clarabel on our matrix")[1]


def test_target_beside_what_was_stopped_is_a_bound(results: Results) -> None:
    ours, stopped = Measure(Case(steps=168), "zeropark", "whole"), Measure(Case(steps=168), "pypsa", "whole")
    assert Target("", ours, 0.01, stopped).reading(results) == ("<0.00333", "yes")
    assert Target("", ours, 0.001, stopped).reading(results) == ("<0.00333", "not known")
    assert Target("", ours, 1.0).reading(results) == ("2", "**no**")
    assert Target("", ours, 1.0, Measure(Case(steps=24), "pypsa", "whole")).reading(results) == (
        "—",
        "not measured",
    )
