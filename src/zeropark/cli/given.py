"""What the commands that read flows share: a park and its flows, given as a table or planned on the spot."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zeropark.cli.console import console
from zeropark.optimize.options import Progress
from zeropark.outcome import Outcome
from zeropark.planning import plan
from zeropark.readings import account, load

ParkOption = Annotated[
    Path, typer.Option("--park", help="Park folder, or its park.yaml; default: this folder.")
]
FlowsOption = Annotated[
    Path | None,
    typer.Option(
        "--flows",
        help="Table of flows (a plan's flows.parquet, or meters); default: the park is planned first.",
        show_default=False,
    ),
]
PeriodOption = Annotated[
    str | None,
    typer.Option(
        "--period",
        help="2025, 2025-03, 2025-Q1 or 2025-03-01/2025-03-31; default: all that the flows cover.",
        show_default=False,
    ),
]


def outcome_of(
    park: Path, flows: Path | None, overrides: dict[str, str], progress: Progress, quiet: bool
) -> Outcome:
    """The outcome over given flows, or of the least-cost plan where none are given (and it is said)."""
    progress("read the park", 0.0)
    loaded = load(park, overrides)
    if flows is not None:
        progress("read the flows", 0.0)
        return account(loaded, flows)
    if not quiet:
        console.print(
            "no --flows: the park is planned first, and its planned flows are read 未给流量表：先做规划"
        )
    return plan(loaded, progress=progress)
