"""What the commands that read flows share: a park and its flows, given as a table or planned on the spot."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from zeropark.carbon.origins import electricity_nodes
from zeropark.cli.console import console
from zeropark.errors import Fault, fail_if
from zeropark.flows import Flows
from zeropark.optimize.options import Progress
from zeropark.outcome import Outcome
from zeropark.park.flowfile import lacking, only_days
from zeropark.park.model import Park
from zeropark.planning import plan
from zeropark.readings import account, flows_at, load
from zeropark.texts import both

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
LevelsOption = Annotated[
    Path | None,
    typer.Option(
        "--levels", help="Levels of stores; default: levels.parquet beside the flows.", show_default=False
    ),
]
CapacitiesOption = Annotated[
    Path | None,
    typer.Option(
        "--capacities",
        help="A summary.json with capacities; default: the one beside the flows, else existing.",
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


@dataclass(frozen=True)
class Given:
    """Flows in a table, and what stands beside it; no flows: the park is planned.

    period: what is asked for; a table that covers it and not all of the park's time is read on these days alone.
    """

    flows: Path | None = None
    levels: Path | None = None
    capacities: Path | None = None
    period: str | None = None


def outcome_of(
    park: Path,
    given: Given,
    overrides: dict[str, str],
    progress: Progress,
    quiet: bool,
    check: Callable[[Park], object] | None = None,
) -> Outcome:
    """The outcome over given flows, or of the least-cost plan where none are given (and it is said).

    check: raises InputError for what is asked of a park that has it not, before anything takes time.
    """
    return _read_or_planned(
        _checked(park, given, overrides, progress, check), park, given, overrides, progress, quiet
    )


def _checked(
    folder: Path,
    given: Given,
    overrides: dict[str, str],
    progress: Progress,
    check: Callable[[Park], object] | None,
) -> Park:
    """The park, where nothing is asked of it in vain."""
    _require_flows(given)
    progress("read the park", 0.0)
    loaded = load(folder, overrides)
    if check is not None:
        check(loaded)
    return loaded


def _read_or_planned(
    loaded: Park, folder: Path, given: Given, overrides: dict[str, str], progress: Progress, quiet: bool
) -> Outcome:
    if given.flows is not None:
        progress("read the flows", 0.0)
        loaded, days = _on_days(loaded, folder, given, overrides)
        outcome = account(loaded, given.flows, given.levels, given.capacities)
        return replace(outcome, park=_noted(outcome.park, days))
    if not quiet:
        console.print(
            "no --flows: the park is planned first, and its planned flows are read 未给流量表：先做规划"
        )
    return plan(loaded, progress=progress)


def electricity_of_given(
    folder: Path,
    given: Given,
    overrides: dict[str, str],
    progress: Progress,
    quiet: bool,
    check: Callable[[Park], object],
) -> tuple[Park, Flows, Outcome | None]:
    """As ``outcome_of``; but a table of electricity meters alone is enough, and then there is no outcome."""
    park = _checked(folder, given, overrides, progress, check)
    if given.flows is not None:
        nodes, lacks = electricity_nodes(park), lacking(given.flows, park)
        if lacks and not any(node in nodes for _, node in lacks):
            progress("read the flows", 0.0)
            park, days = _on_days(park, folder, given, overrides)
            park, flows = flows_at(park, nodes, given.flows, given.levels, given.capacities)
            return _noted(park, _alone(park, nodes), days), flows, None
    outcome = _read_or_planned(park, folder, given, overrides, progress, quiet)
    return outcome.park, outcome.flows, outcome


def _alone(park: Park, nodes: Collection[str]) -> str:
    others = ", ".join(dict.fromkeys(park.carrier_at(node) for node in park.spec.nodes if node not in nodes))
    return both(
        f"flows at nodes of electricity alone were read; not of {others}",
        f"仅读取电力节点的流量，未读取：{others}",
    )


def _on_days(park: Park, folder: Path, given: Given, overrides: dict[str, str]) -> tuple[Park, str]:
    """The park on the days that the period asks for, where the table covers no more; and a note that says so."""
    assert given.flows is not None
    days = only_days(park, given.flows, given.period)
    return (park, "") if days is None else (load(folder, {**overrides, **days.overrides}), days.note)


def _noted(park: Park, *notes: str) -> Park:
    told = tuple(note for note in notes if note)
    return replace(park, notes=park.notes + told, flow_notes=park.flow_notes + told)


def _require_flows(given: Given) -> None:
    """What describes flows is of no use without them: a mistake, since the flows would be planned."""
    if given.flows is not None:
        return
    alone = [name for name, path in (("--levels", given.levels), ("--capacities", given.capacities)) if path]
    fail_if(
        [
            Fault(name, None, name, "no --flows that it belongs to", "a table of flows: --flows")
            for name in alone
        ]
    )
