"""Running studies: what is kept, what is done again, and what a killed worker costs."""

from __future__ import annotations

import multiprocessing
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.clusters import LONGEST_WAIT, awaited, pids, two_processes

from zeropark.errors import InputError
from zeropark.study.finished import FOLDER
from zeropark.study.ground import ground_of
from zeropark.study.jobs import Result
from zeropark.study.read import read_studies
from zeropark.study.run import Studied, StudyOptions, run_studies

from .conftest import PARK, Run, write_park

ROOT = Path(__file__).parents[2]
PRICES = "  s: {kind: sweep, fields: {assets.grid.buy.price: [1, 2.5, 3]}}"
COSTS = [240, 540, 600]  # 2.5 EUR/MWh: 240 + 120 · 2.5; the others as in test_studies.py
MANY = "  s: {kind: sweep, fields: {assets.grid.buy.price: [3, 4, 5, 6, 7, 8]}}"
MANY_COSTS = [600, 720, 840, 960, 1080, 1200]  # 240 + 120 · price


def costs(studied: Studied) -> list[float | None]:
    (study,) = studied.studies.values()
    return [result.value("cost") for result in study.results.values()]


# --- resuming -----------------------------------------------------------------------------------


def test_a_second_run_solves_nothing(study: Run) -> None:
    first, second = study(PRICES), study(PRICES)
    assert (first.solved, first.reused) == (3, 0)
    assert (second.solved, second.reused) == (0, 3)
    assert costs(first) == costs(second) == pytest.approx(COSTS)


def test_only_what_is_new_is_solved(study: Run) -> None:
    study(PRICES)
    more = study(PRICES.replace("3]", "3, 4]"))
    assert (more.solved, more.reused) == (1, 3)
    assert costs(more) == pytest.approx([*COSTS, 720])  # 4 EUR/MWh: 240 + 120 · 4


def test_the_same_variant_in_two_studies_is_solved_once(study: Run) -> None:
    twice = study(PRICES + "\n" + PRICES.replace("  s:", "  again:"))
    assert (twice.solved, len(twice.studies["again"].results)) == (3, 3)


@pytest.mark.parametrize(
    ("file", "old", "new", "solved"),
    [
        ("park.yaml", "name: Two assets", "name: Two assets  # a comment", 0),
        ("park.yaml", "profile: 10 MW", "profile: 11 MW", 3),
        ("series.csv", "12:00,1,0", "12:00,0.9,0", 3),
    ],
)
def test_changed_input_is_solved_again(
    study: Run, park: Path, file: str, old: str, new: str, solved: int
) -> None:
    study(PRICES)
    text = (park / file).read_text(encoding="utf-8")
    assert old in text
    (park / file).write_text(text.replace(old, new), encoding="utf-8")
    assert study(PRICES).solved == solved


def test_overrides_of_the_command_count_as_input(study: Run) -> None:
    study(PRICES)
    dearer = study(PRICES, overrides={"assets.load.profile": "20 MW"})
    assert dearer.solved == 3
    assert costs(dearer) == pytest.approx([2 * cost for cost in COSTS])


def test_an_unreadable_result_is_solved_again(study: Run, tmp_path: Path) -> None:
    study(PRICES)
    first = next((tmp_path / "out" / FOLDER).glob("*.json"))
    first.write_text(first.read_text(encoding="utf-8")[:40], encoding="utf-8")
    assert study(PRICES).solved == 1


def test_what_was_not_solved_is_tried_again(
    study: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zeropark.study.run.work", lambda shared, job: Result("not solved", (), ("time",)))
    first = study(PRICES)
    assert [r.status for r in first.studies["s"].results.values()] == ["not solved"] * 3
    monkeypatch.undo()
    assert costs(study(PRICES)) == pytest.approx(COSTS)


def test_what_was_finished_before_an_interruption_stays(study: Run, park: Path, tmp_path: Path) -> None:
    def progress(stage: str, seconds: float) -> None:
        if stage.startswith("solve variants: 2 of"):
            raise KeyboardInterrupt

    study("  g: {kind: sweep, fields: {money.price_year: [2025]}}")  # writes the file
    (tmp_path / "study.yaml").write_text("zeropark: 1\nstudies:\n" + PRICES, encoding="utf-8")
    with pytest.raises(KeyboardInterrupt):
        run_studies(park, tmp_path / "study.yaml", tmp_path / "out", StudyOptions(workers=0), progress)
    after = study(PRICES)
    assert (after.solved, after.reused) == (1, 2)
    assert not list((tmp_path / "out").rglob("*.partial"))


@pytest.mark.skipif(os.name == "nt", reason="rights and SIGINT as POSIX has them")
def test_ctrl_c_says_what_stays(park: Path, tmp_path: Path) -> None:
    """More variants than are solved in the time: finished ones lie there with the rights of any new file."""
    prices = ", ".join(str(price) for price in range(1, 1000))
    text = f"zeropark: 1\nstudies:\n  s: {{kind: sweep, fields: {{assets.grid.buy.price: [{prices}]}}}}\n"
    (tmp_path / "study.yaml").write_text(text, encoding="utf-8")
    words = [
        "study",
        str(park),
        str(tmp_path / "study.yaml"),
        "--out",
        str(tmp_path / "out"),
        "--workers",
        "0",
    ]
    command = [sys.executable, "-m", "zeropark.cli", *words]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)

    def finished() -> bool:
        assert process.poll() is None, process.communicate()[1]
        return any((tmp_path / "out").rglob("*.json"))

    awaited("a variant is finished", finished)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=LONGEST_WAIT)
    assert process.returncode == 130, stderr
    *_, stays, last = stderr.splitlines()
    assert stays == f"finished variants stay in {tmp_path / 'out'}; the same command goes on from there"
    assert last == "cancelled"
    plain = (tmp_path / "study.yaml").stat().st_mode
    assert {path.stat().st_mode for path in (tmp_path / "out" / FOLDER).glob("*.json")} == {plain}


# --- workers ------------------------------------------------------------------------------------


def killing(processes: Callable[[], list[int]], killed: list[int]) -> Callable[[str, float], None]:
    """A progress that kills one worker, the first that it sees while variants are solved."""

    def progress(stage: str, seconds: float) -> None:
        running = processes() if stage.startswith("solve variants") and not killed else []
        if running:
            os.kill(running[0], signal.SIGKILL)
            killed.append(running[0])

    return progress


def studied_with(
    park: Path, folder: Path, options: StudyOptions, progress: Callable[[str, float], None]
) -> Studied:
    (folder / "study.yaml").write_text("zeropark: 1\nstudies:\n" + MANY, encoding="utf-8")
    return run_studies(park, folder / "study.yaml", folder / "out", options, progress)


def test_a_killed_process_costs_its_share_and_not_the_answer(park: Path, tmp_path: Path) -> None:
    killed: list[int] = []

    def children() -> list[int]:
        return [process.pid for process in multiprocessing.active_children() if process.pid]

    studied = studied_with(park, tmp_path, StudyOptions(workers=2), killing(children, killed))
    assert killed
    assert costs(studied) == pytest.approx(MANY_COSTS)
    assert studied.solved == 6


def test_a_killed_dask_worker_costs_its_share_and_not_the_answer(park: Path, tmp_path: Path) -> None:
    killed: list[int] = []
    with two_processes() as cluster:
        options = StudyOptions(scheduler=cluster.scheduler_address)
        studied = studied_with(park, tmp_path, options, killing(lambda: pids(cluster), killed))
    assert killed
    assert costs(studied) == pytest.approx(MANY_COSTS)
    assert studied.solved == 6


# --- faults of the study file -------------------------------------------------------------------

BROKEN = """\
zeropark: 1
studies:
  sweep:
    kind: sweep
    fields:
      assets.moon.capacity.max: [1 MW]
      assets.sun.capacity.max: [10 MW, 10 kg]
  near: {kind: near-optimal, within: [5 %], capacities: [son]}
  rule: {kind: rule-prices, rule: bougth, limits: [1 MWh]}
  limits:
    kind: rule-prices
    rule: bought
    limits: [1 MWh, 2 kg]
  years:
    kind: weather-years
    years:
      low: {assets.sun.availability.column: halve}
      bad: {time.days: zero}
  chance:
    kind: monte-carlo
    seed: 1
    draws: 2
    show: [co3]
    fields:
      assets.sun.tags: {distribution: normal, mean: 1, sd: 0.1}
"""


def faults(park: Path, tmp_path: Path, text: str) -> dict[str, tuple[str, int | None, str]]:
    file = tmp_path / "study.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as raised:
        run_studies(park, file, tmp_path / "out", StudyOptions(workers=0))
    return {fault.field: (fault.file, fault.line, fault.hint) for fault in raised.value.faults}


def test_every_fault_of_what_is_asked_is_told_with_its_line(park: Path, tmp_path: Path) -> None:
    found = faults(park, tmp_path, BROKEN)
    assert {field: line for field, (_, line, _) in found.items()} == {
        "studies.sweep.fields.assets.moon.capacity.max.0": 6,
        "studies.sweep.fields.assets.sun.capacity.max.1": 7,
        "studies.near.capacities.0": 8,
        "studies.rule.rule": 9,
        "studies.limits.limits.1": 13,
        "studies.years.years.bad.time.days": 18,
        "studies.chance.show.0": 23,
        "studies.chance.fields.assets.sun.tags": 25,
    }
    assert {file for file, _, _ in found.values()} == {"study.yaml"}
    assert "'bought'" in found["studies.rule.rule"][2]
    assert "'sun'" in found["studies.near.capacities.0"][2]


def test_every_fault_of_the_file_itself_is_told_with_its_line(park: Path, tmp_path: Path) -> None:
    text = """\
zeropark: 1
studies:
  a: {kind: sweap, fields: {}}
  b: {kind: near-optimal, within: [1 %, -1 %], widthin: 2}
  c: {kind: sweep, combine: together, fields: {x.y: [1, 2], x.z: [1]}}
  d: {kind: monte-carlo, draws: 2, fields: {x.y: {distribution: uniform, low: 2, high: 1}}}
  e: {kind: weather-years, years: {one: {}}, joint: true, weights: {two: 1}}
"""
    found = faults(park, tmp_path, text)
    assert {field: line for field, (_, line, _) in found.items()} == {
        "studies.a.kind": 3,
        "studies.b.within.1": 4,
        "studies.b.widthin": 4,
        "studies.c": 5,
        "studies.d.seed": 6,
        "studies.d.fields.x.y": 6,
        "studies.e": 7,
    }
    assert found["studies.a.kind"][2] == "did you mean 'sweep'?"


def test_the_study_of_the_how_to_fits_the_worked_example(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "how-to" / "run-a-study.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    file = tmp_path / "study.yaml"
    file.write_text(block, encoding="utf-8")
    ground = ground_of(ROOT / "src" / "zeropark" / "examples" / "baotou", {"time.end": "2025-01-02"})
    kinds = [study.kind for study in read_studies(file, ground).values()]
    assert kinds == ["sweep", "weather-years", "near-optimal", "rule-prices", "monte-carlo"]


def test_every_variant_has_its_own_name(park: Path, tmp_path: Path) -> None:
    text = """\
zeropark: 1
studies:
  all: {kind: weather-years, years: {dry: {}, all years: {}}}
  in: {kind: weather-years, years: {dry: {}, wet: {}, dry in wet: {}}}
  near: {kind: near-optimal, within: [1 %, 2 %, 0.01]}
  sweep: {kind: sweep, fields: {name: [x, "x, note=y"], note: ["y, note=z", z]}}
  fine: {kind: weather-years, joint: true, years: {dry: {}, wet: {}}}
"""
    found = faults(park, tmp_path, text)
    assert {field: line for field, (_, line, _) in found.items()} == {
        "studies.all.years.all years": 3,
        "studies.in.years.dry in wet": 4,
        "studies.near.within.2": 5,
        "studies.sweep": 6,
    }


@pytest.mark.parametrize("text", ["", "zeropark: 1\n", "studies: [", "- a\n"])
def test_a_file_that_is_no_study_file_is_a_fault(park: Path, tmp_path: Path, text: str) -> None:
    assert faults(park, tmp_path, text)


def test_a_faulty_park_is_told_before_its_studies(tmp_path: Path) -> None:
    park = write_park(tmp_path / "faulty", PARK.replace("discount_rate: 0", "discount_rat: 0"))
    found = faults(park, tmp_path, BROKEN)
    assert "money.discount_rat" in found


def test_only_names_a_study(park: Path, tmp_path: Path) -> None:
    (tmp_path / "study.yaml").write_text("zeropark: 1\nstudies:\n" + PRICES, encoding="utf-8")
    with pytest.raises(InputError, match="no such study"):
        run_studies(park, tmp_path / "study.yaml", tmp_path / "out", StudyOptions(workers=0, only=["t"]))
