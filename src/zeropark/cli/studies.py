"""The commands ``study`` and ``dispatch``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from zeropark.cli.options import (
    AsJson,
    OutPath,
    Overrides,
    ParkPath,
    SchedulerAddress,
    pairs,
    require_writable,
)
from zeropark.cli.progress import bar
from zeropark.cli.say import console, say_outcome
from zeropark.optimize.options import SolverName, SolverOptions
from zeropark.planning import PlanOptions
from zeropark.readings import load
from zeropark.report.summary import summary_of
from zeropark.report.write import write_outcome
from zeropark.study.dispatch import capacities_of_plan, dispatch, told
from zeropark.study.jobs import ANSWERED
from zeropark.study.run import Studied, StudyOptions, run_studies
from zeropark.study.table import as_json as studies_as_json
from zeropark.study.write import write_studies

_REASONS_SHOWN = 2

Solver = Annotated[SolverName, typer.Option(help="Which solver; auto chooses by problem.")]
TimeLimit = Annotated[float | None, typer.Option(help="Seconds for each solve.", min=1, show_default=False)]


def study_command(
    park: ParkPath,
    file: Annotated[Path, typer.Argument(metavar="STUDY", help="Study file.", show_default=False)],
    out: OutPath,
    overrides: Overrides = None,
    only: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only this study of the file. Repeatable.")
    ] = None,
    as_json: AsJson = False,
    solver: Solver = "auto",
    time_limit: TimeLimit = None,
    workers: Annotated[
        int | None,
        typer.Option(
            help="Processes of this machine; default: one for each core; 0: none but this one.",
            min=0,
            show_default=False,
        ),
    ] = None,
    scheduler: SchedulerAddress = None,
) -> None:
    """Many variants of a park: sweeps, weather years, alternatives, rule prices, Monte Carlo. 方案研究"""
    solving = SolverOptions(solver=solver, time_limit=time_limit)
    options = StudyOptions(solving, scheduler, workers, only or (), pairs(overrides))
    require_writable(out)
    with bar(as_json, f"finished variants stay in {out}; the same command goes on from there") as progress:
        studied = run_studies(park, file, out, options, progress)
        write_studies(studied, out, progress)
    if as_json:
        print(studies_as_json(studied))
    else:
        _say(studied, out)
    if any(r.status not in ANSWERED for study in studied.studies.values() for r in study.results.values()):
        raise typer.Exit(1)


def dispatch_command(
    park: ParkPath,
    plan: Annotated[
        Path,
        typer.Option(
            "--plan", help="Folder of a plan, or its summary.json: the capacities.", show_default=False
        ),
    ],
    out: OutPath,
    overrides: Overrides = None,
    as_json: AsJson = False,
    solver: Solver = "auto",
    time_limit: TimeLimit = None,
) -> None:
    """A plan's capacities run in this park: another year, other prices, other rules. 既定容量的运行校核"""
    options = PlanOptions(SolverOptions(solver=solver, time_limit=time_limit))
    require_writable(out)
    with bar(quiet=as_json) as progress:
        progress("read the park", 0.0)
        found = dispatch(load(park, pairs(overrides)), capacities_of_plan(plan), options, progress)
        outcome = told(found, str(plan))
        write_outcome(outcome, out, progress)
    if as_json:
        print(json.dumps(summary_of(outcome), ensure_ascii=False, indent=2))
    else:
        say_outcome(outcome, out)


def _say(studied: Studied, out: Path) -> None:
    """What became of each study, and of every variant without an answer its reasons."""
    for name, study in studied.studies.items():
        counts: dict[str, int] = {}
        for result in study.results.values():
            counts[result.status] = counts.get(result.status, 0) + 1
        told_ = ", ".join(f"{count} {status}" for status, count in counts.items())
        console.print(f"[bold]{escape(name)}[/bold] ({study.study.kind}): {told_}")
        for variant, result in study.results.items():
            if result.status != "optimal":
                console.print(f"  {escape(variant)}: {result.status}", soft_wrap=True)
                for reason in result.reasons[:_REASONS_SHOWN]:
                    console.print(f"    {escape(reason)}", soft_wrap=True)
    console.print(
        f"{studied.solved} variants solved, {studied.reused} from before, {studied.seconds:.1f} s",
        soft_wrap=True,
    )
    console.print(f"report: {out / 'study.html'}", soft_wrap=True)
