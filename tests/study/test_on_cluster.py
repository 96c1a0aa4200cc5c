"""A study on a real Dask cluster: variants on its workers, the years of a joint plan shared among them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.clusters import two_processes

from zeropark.optimize.arrowhead import solve
from zeropark.optimize.arrowhead.cluster import Cluster
from zeropark.optimize.options import SolverOptions
from zeropark.study.run import StudyOptions, run_studies

from .test_studies import YEARS


def test_years_of_a_joint_plan_are_shared_among_the_workers(
    park: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Capacity and cost by hand: ``test_one_plan_for_all_years``."""
    chains: list[int] = []

    class Counted(Cluster):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments)
            chains.append(len(self.places()))

    monkeypatch.setattr(solve, "Cluster", Counted)
    file = tmp_path / "study.yaml"
    file.write_text(f"zeropark: 1\nstudies:\n{YEARS}    joint: true\n", encoding="utf-8")
    with two_processes() as local:
        options = StudyOptions(SolverOptions(solver="arrowhead"), local.scheduler_address)
        (study,) = run_studies(park, file, tmp_path / "out", options).studies.values()
    assert {result.status for result in study.results.values()} == {"optimal"}
    assert chains == [2]
    assert study.results["all years"].value("capacity:sun") == pytest.approx(10, rel=1e-6)
    assert study.results["all years"].value("cost") == pytest.approx(690, rel=1e-6)
