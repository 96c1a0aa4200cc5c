"""The command ``pathway``"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from zeropark.cli.console import console
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
from zeropark.cli.tables import Words, say_table
from zeropark.optimize.options import SolverName, SolverOptions
from zeropark.pathway.outcome import PathwayOutcome, notable
from zeropark.pathway.plan import plan_pathway
from zeropark.pathway.read import read_pathway
from zeropark.pathway.summary import pathway_summary
from zeropark.pathway.write import write_pathway
from zeropark.planning import PlanOptions
from zeropark.texts import in_language


def pathway_command(
    park: ParkPath,
    file: Annotated[Path, typer.Argument(metavar="PATHWAY", help="Pathway file.", show_default=False)],
    out: OutPath,
    overrides: Overrides = None,
    as_json: AsJson = False,
    solver: Annotated[SolverName, typer.Option(help="Which solver; auto chooses by problem.")] = "auto",
    time_limit: Annotated[
        float | None, typer.Option(help="Seconds for each solve.", min=1, show_default=False)
    ] = None,
    scheduler: SchedulerAddress = None,
) -> None:
    """Least-cost pathway over several stages: what to build and retire, and when. 多阶段路径规划"""
    options = PlanOptions(SolverOptions(solver=solver, time_limit=time_limit, scheduler=scheduler))
    require_writable(out)
    with bar(quiet=as_json) as progress:
        progress("read the pathway", 0.0)
        outcome = plan_pathway(read_pathway(park, file, pairs(overrides)), options, progress)
        write_pathway(outcome, out, progress)
    if as_json:
        print(json.dumps(pathway_summary(outcome), ensure_ascii=False, indent=2))
    else:
        _say(outcome, out)


def _say(outcome: PathwayOutcome, out: Path) -> None:
    spec, stages = outcome.park.spec, outcome.stages
    console.print(f"\n[bold]{escape(spec.name)} {escape(spec.name_zh)}[/bold]")
    first = outcome.pathway.stages[0].year
    console.print(
        f"present cost {outcome.cost:,.0f} {outcome.currency} of {first} (least cost), "
        f"at {outcome.pathway.discount_rate:.2%} a year"
    )
    rows: list[tuple[str, ...]] = []
    for index, move in enumerate(stages[0].moves):
        moves = [plan.moves[index] for plan in stages]
        if not any(m.total or m.retired for m in moves):
            continue
        name = move.asset if move.part == "capacity" else f"{move.asset} {move.part}"
        rows.append((escape(name), "total", *(f"{m.total:,.1f}" for m in moves), move.unit))
        for word, sizes in (("built", [m.built for m in moves]), ("retired", [m.retired for m in moves])):
            if any(notable(size, moves) for size in sizes):
                cells = (f"{size:,.1f}" if notable(size, moves) else "" for size in sizes)
                rows.append(("", word, *cells, ""))
    costs = (f"{plan.cost * plan.yearly / 1e6:,.1f}" for plan in stages)
    rows.append(("cost a year", "", *costs, f"million {outcome.currency}"))
    say_table(["capacity", Words(""), *(plan.stage.name for plan in stages), Words("unit")], rows)
    for text in outcome.alternatives:
        console.print(escape(in_language(text, "en")), soft_wrap=True)
    proof = outcome.certificate
    console.print(
        f"certificate {'[green]sound[/green]' if proof.sound else '[red]NOT sound[/red]'}: no pathway costs "
        f"less than {proof.lower_bound:,.0f} (gap {proof.relative_gap:.1e}); balances to "
        f"{proof.balance_residual:.1e}, bills to {proof.cost_difference:.1e}",
        soft_wrap=True,
    )
    if proof.assumed:
        console.print(f"  given that {escape(in_language(proof.assumed, 'en'))}", soft_wrap=True)
    solver = outcome.solver
    console.print(
        f"{solver.name}, {solver.seconds:.1f} s, {solver.iterations} iterations; "
        f"{solver.columns:,} columns, {solver.rows:,} rows, built in {solver.build_seconds:.2f} s"
    )
    console.print(f"report: {out / 'pathway.html'}; each stage's plan in {out}/YEAR", soft_wrap=True)
