"""The park's files as workers get them: all of them, where the park file says, and none of the folder itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from zeropark.errors import InputError
from zeropark.optimize.options import SolverOptions
from zeropark.readings import load
from zeropark.study.ground import ground_of
from zeropark.study.jobs import Job
from zeropark.study.snapshot import Snapshot, files_of, taken
from zeropark.study.work import Shared, work

from .conftest import PARK, write_park


def snapshot_of(park: Path) -> Snapshot:
    ground = ground_of(park, {})
    return taken(ground.file, ground.document, files_of(ground.park.spec))


@pytest.mark.parametrize("place", ["series.csv", "deep/er/series.csv", "../../beside/series.csv"])
def test_tables_stand_where_the_park_file_says(tmp_path: Path, place: str) -> None:
    """The original folder is gone when the worker begins."""
    folder = tmp_path / "a" / "b" / "park"
    park = write_park(folder, PARK.replace("series.csv", place))
    (folder / place).resolve().parent.mkdir(parents=True, exist_ok=True)
    (folder / "series.csv").rename((folder / place).resolve())
    snapshot = snapshot_of(park)
    (folder / place).resolve().unlink()
    (folder / "park.yaml").unlink()
    with pytest.raises(InputError):
        load(park)
    result = work(Shared(snapshot, SolverOptions()), Job("plan", {}))
    assert result.value("cost") == pytest.approx(600), result.reasons


def test_a_file_with_an_absolute_path_is_read_where_it_is(tmp_path: Path) -> None:
    park = write_park(tmp_path / "park", PARK.replace("series.csv", str(tmp_path / "park" / "series.csv")))
    result = work(Shared(snapshot_of(park), SolverOptions()), Job("plan", {}))
    assert result.value("cost") == pytest.approx(600), result.reasons


def test_a_job_leaves_the_snapshot_as_it_was(park: Path) -> None:
    """An override is of its own job only."""
    shared = Shared(snapshot_of(park), SolverOptions())
    assert work(shared, Job("plan", {"assets.load.profile": "20 MW"})).value("cost") == pytest.approx(1200)
    assert work(shared, Job("plan", {})).value("cost") == pytest.approx(600)
