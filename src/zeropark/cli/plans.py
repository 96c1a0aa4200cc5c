"""The commands ``plan`` and ``account``"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from zeropark.cli.given import CapacitiesOption, LevelsOption
from zeropark.cli.options import AsJson, OutPath, Overrides, ParkPath, pairs, require_writable
from zeropark.cli.progress import bar
from zeropark.cli.say import say_outcome
from zeropark.optimize.options import SolverName, SolverOptions
from zeropark.outcome import Outcome
from zeropark.planning import PlanOptions, plan
from zeropark.readings import account, load
from zeropark.report.summary import summary_of
from zeropark.report.write import write_outcome


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
    levels: LevelsOption = None,
    capacities: CapacitiesOption = None,
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


def _tell(outcome: Outcome, out: Path, as_json: bool) -> None:
    if as_json:
        print(json.dumps(summary_of(outcome), ensure_ascii=False, indent=2))
    else:
        say_outcome(outcome, out)
