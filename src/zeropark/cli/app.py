"""The commands ``init``, ``check``, ``plan`` and ``account``.

Exit codes: 0 fine, 1 the user's input or an unmet request, 2 usage, 3 a defect of ours.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from pathlib import Path
from typing import Annotated

import typer

from zeropark import __version__
from zeropark.cli.options import AsJson, OutPath, Overrides, ParkPath, pairs, require_writable
from zeropark.cli.pathways import pathway_command
from zeropark.cli.progress import bar
from zeropark.cli.say import console, errors, say_checked, say_faults, say_outcome, say_reasons
from zeropark.cli.studies import dispatch_command, study_command
from zeropark.errors import Fault, Infeasible, InputError, Unbounded, UnmetRequest, ZeroparkError
from zeropark.examples.write import write_example
from zeropark.optimize.options import SolverName, SolverOptions
from zeropark.outcome import Outcome
from zeropark.planning import PlanOptions, plan
from zeropark.readings import account, load
from zeropark.report.summary import summary_of
from zeropark.report.write import write_outcome

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Plans, runs and proves a zero-carbon industrial park. 零碳园区规划、运行与核证平台",
)

CANCELLED = 130
"""Exit code after Ctrl-C, as shells have it; Typer turns the interrupt into it."""


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="New folder.", show_default=False)],
) -> None:
    """Write the worked example park, ready to edit. 写出示例园区"""
    written = write_example(folder)
    console.print(f"{len(written)} files in {folder}: edit park.yaml, then")
    console.print(f"  zeropark check {folder}\n  zeropark plan {folder} --out {folder / 'out'}")


@app.command()
def check(park: ParkPath, overrides: Overrides = None, as_json: AsJson = False) -> None:
    """Find all faults of a park at once; exit 1 if there are any. 检查园区文件"""
    faults: tuple[Fault, ...] = ()
    found = None
    try:
        found = load(park, pairs(overrides))
    except InputError as error:
        faults = error.faults
    if as_json:
        print(json.dumps([fault.as_dict() for fault in faults], ensure_ascii=False, indent=2))
    elif found is None:
        say_faults(faults)
    else:
        say_checked(found)
    if faults:
        raise typer.Exit(1)


@app.command("plan")
def plan_command(
    park: ParkPath,
    out: OutPath,
    overrides: Overrides = None,
    as_json: AsJson = False,
    solver: Annotated[SolverName, typer.Option(help="Which solver; auto chooses by problem.")] = "auto",
    time_limit: Annotated[
        float | None, typer.Option(help="Seconds for each solve.", min=1, show_default=False)
    ] = None,
    rule_costs: Annotated[
        bool,
        typer.Option(
            "--rule-costs",
            help="Also plan without each binding rule, to say what it costs (one more solve each).",
        ),
    ] = False,
) -> None:
    """Least-cost plan, accounts, rules, report. 规划"""
    options = PlanOptions(SolverOptions(solver=solver, time_limit=time_limit), rule_costs)
    require_writable(out)
    with bar(quiet=as_json) as progress:
        progress("read the park", 0.0)
        outcome = plan(load(park, pairs(overrides)), options, progress)
        write_outcome(outcome, out, progress)
    _tell(outcome, out, as_json)


@app.command("account")
def account_command(
    park: ParkPath,
    flows: Annotated[
        Path,
        typer.Option(
            "--flows",
            help="Table of flows: time (UTC, or with offset), asset, node, carrier, flow.",
            show_default=False,
        ),
    ],
    out: OutPath,
    levels: Annotated[
        Path | None,
        typer.Option(help="Levels of stores; default: levels.parquet beside the flows.", show_default=False),
    ] = None,
    capacities: Annotated[
        Path | None,
        typer.Option(
            help="A summary.json with capacities; default: the one beside the flows, else existing.",
            show_default=False,
        ),
    ] = None,
    overrides: Overrides = None,
    as_json: AsJson = False,
) -> None:
    """The same readings over given flows. 核算"""
    require_writable(out)
    with bar(quiet=as_json) as progress:
        progress("read the flows", 0.0)
        outcome = account(load(park, pairs(overrides)), flows, levels, capacities)
        write_outcome(outcome, out, progress)
    _tell(outcome, out, as_json)


app.command("pathway")(pathway_command)
app.command("study")(study_command)
app.command("dispatch")(dispatch_command)


def _tell(outcome: Outcome, out: Path, as_json: bool) -> None:
    if as_json:
        print(json.dumps(summary_of(outcome), ensure_ascii=False, indent=2))
    else:
        say_outcome(outcome, out)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"zeropark {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run a command; every error becomes words and an exit code."""
    as_json = "--json" in sys.argv
    try:
        app()
    except InputError as error:
        if as_json:
            print(json.dumps([fault.as_dict() for fault in error.faults], ensure_ascii=False, indent=2))
        else:
            say_faults(error.faults)
        sys.exit(error.exit_code)
    except UnmetRequest as error:
        reasons = getattr(error, "reasons", ())
        if as_json:
            status = {Infeasible: "infeasible", Unbounded: "unbounded"}.get(type(error), "not solved")
            print(
                json.dumps(
                    {"status": status, "message": str(error), "reasons": list(reasons)},
                    ensure_ascii=False,
                    indent=2,
                )
            )
        else:
            say_reasons(str(error).splitlines()[0], reasons)
        sys.exit(error.exit_code)
    except ZeroparkError as error:
        errors.print(f"[red]{error}[/red]", highlight=False)
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, SystemExit) as error:
        if isinstance(error, SystemExit) and error.code != CANCELLED:
            raise
        errors.print("cancelled; no results were written")
        sys.stderr.flush()
        os._exit(CANCELLED)  # the solver may still be winding up in its thread, and must not be torn down
    except Exception:
        errors.print("[red]A defect of zeropark, not of your park. Please report these lines:[/red]")
        traceback.print_exc()
        sys.exit(3)
