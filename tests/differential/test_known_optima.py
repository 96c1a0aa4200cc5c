"""Known optima of other tools: their test cases written as parks, with the figures that they publish.

Each folder of ``tests/cases/known-optima`` holds a park and ``expected.yaml``: where the case comes from,
and figures with the tolerance that their precision allows. Its README tells the kinds of figure.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from numpy.typing import NDArray

from zeropark.optimize.options import SolverName, SolverOptions
from zeropark.outcome import Outcome
from zeropark.park.model import Park
from zeropark.planning import PlanOptions, plan
from zeropark.readings import load

SOLVERS: tuple[SolverName, ...] = ("simplex", "arrowhead")
"""Solvers that take every case without whole numbers."""
LARGE_SOLVERS: tuple[SolverName, ...] = ("ipx", "arrowhead")
"""Solvers for a case that is marked ``large``: simplex takes too long."""
WHOLE_SOLVERS: tuple[SolverName, ...] = ("mip",)
"""Solvers that take a case with machines that switch on and off."""
MIP_GAP = 1e-9
CASES = Path(__file__).resolve().parents[1] / "cases" / "known-optima"

Case = dict[str, Any]


def expected_of(folder: Path) -> Case:
    case: Case = yaml.safe_load((folder / "expected.yaml").read_text(encoding="utf-8"))
    return case


def solvers_of(folder: Path) -> tuple[SolverName, ...]:
    park = yaml.safe_load((folder / "park.yaml").read_text(encoding="utf-8"))
    if any(asset.get("on_off") for asset in park["assets"].values()):
        return WHOLE_SOLVERS
    return LARGE_SOLVERS if expected_of(folder).get("large") else SOLVERS


FOLDERS = sorted(path.parent for path in CASES.glob("*/expected.yaml"))
RUNS = [(folder, solver) for folder in FOLDERS for solver in solvers_of(folder)]


def park_of(folder: Path, scratch: Path) -> Park:
    """The case's park; a table given as runs of equal hours is written out beside it first."""
    runs = expected_of(folder).get("table")
    if runs is None:
        return load(folder)
    copy = scratch / folder.name
    shutil.copytree(folder, copy)
    columns = {
        name: np.repeat([value for _, value in pairs], [hours for hours, _ in pairs])
        for name, pairs in runs["columns"].items()
    }
    start = yaml.safe_load((folder / "park.yaml").read_text(encoding="utf-8"))["time"]["start"]
    hours = len(next(iter(columns.values())))
    times = pd.date_range(str(start), periods=hours, freq="h", name="time")
    pd.DataFrame(columns, index=times).to_csv(copy / runs["file"])
    return load(copy)


def rate(outcome: Outcome, asset: str, part: str) -> NDArray[np.float64]:
    """Rate of an asset's part, the modes of a converter added up, shape (steps,)."""
    found = [
        values
        for (name, stream), values in outcome.flows.rates.items()
        if name == asset and (stream == part or stream.startswith(f"{part}:"))
    ]
    assert found, f"{asset} has no {part}"
    total: NDArray[np.float64] = np.sum(found, axis=0)
    return total


def size(outcome: Outcome, figure: Case, added: bool) -> float:
    sizes = {(c.asset, c.part): c for c in outcome.capacities}
    found = sizes[figure["asset"], figure.get("part", "capacity")]
    return found.added if added else found.total


def value_of(outcome: Outcome, figure: Case) -> Any:
    """What the plan says for a figure: a number, or a list of them."""
    what, hours = figure["what"], outcome.park.clock.step_hours
    if what == "cost":
        return outcome.bill.total
    if what == "term":
        return outcome.bill.terms[figure["term"]]
    if what in ("capacity", "added"):
        return size(outcome, figure, what == "added")
    if what == "price blocks":
        return float(outcome.prices[figure["node"]].reshape(figure["blocks"], -1).mean(axis=1).sum())
    rates = rate(outcome, figure["asset"], figure["part"])
    if what == "sum":
        return float(rates.sum() * hours)
    if what == "largest":
        return float(rates.max())
    if what == "blocks":
        return list(rates.reshape(len(figure["value"]), -1).sum(axis=1) * hours)
    assert what == "rates", what
    return list(rates[: len(figure["value"])])


def test_cases_are_found() -> None:
    """Five tools and more, and each case says where it comes from."""
    sources = [expected_of(folder)["source"] for folder in FOLDERS]
    assert len({source["tool"] for source in sources}) >= 5
    for source in sources:
        assert {"tool", "repository", "version", "licence", "file", "figures"} <= set(source)


@pytest.mark.parametrize(("folder", "solver"), RUNS, ids=[f"{f.name}-{s}" for f, s in RUNS])
def test_optimum_is_theirs(folder: Path, solver: SolverName, tmp_path: Path) -> None:
    options = PlanOptions(SolverOptions(solver=solver, mip_gap=MIP_GAP))
    outcome = plan(park_of(folder, tmp_path), options)
    assert outcome.certificate is not None
    assert outcome.certificate.sound
    wrong = [
        f"{figure}: {value_of(outcome, figure)}"
        for figure in expected_of(folder)["figures"]
        if value_of(outcome, figure)
        != pytest.approx(figure["value"], rel=figure.get("rel", 0), abs=figure.get("abs", 0))
    ]
    assert not wrong, "\n".join(wrong)
