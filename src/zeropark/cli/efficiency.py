"""The commands ``efficiency`` and ``abate``"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.markup import escape

from zeropark.abatement.result import Abatement
from zeropark.abatement.run import AbateOptions, abate
from zeropark.abatement.summary import summary_of as abatement_summary
from zeropark.abatement.write import write_abatement
from zeropark.cli.console import console
from zeropark.cli.given import CapacitiesOption, FlowsOption, Given, LevelsOption, PeriodOption, outcome_of
from zeropark.cli.options import AsJson, OutPath, Overrides, ParkPath, pairs, require_writable
from zeropark.cli.progress import bar
from zeropark.cli.tables import Words, say_table
from zeropark.clock import Clock
from zeropark.efficiency.compare import before_after
from zeropark.efficiency.readings import efficiency_of
from zeropark.efficiency.result import ProcessReading
from zeropark.efficiency.summary import summary_of
from zeropark.errors import Fault, InputError, fail_if
from zeropark.flows import Flows
from zeropark.optimize.options import SolverName, SolverOptions
from zeropark.park.flowfile import read_flows
from zeropark.park.measures import measures_of
from zeropark.park.model import Park
from zeropark.park.period import days_of, period_of, whole
from zeropark.park.read import clock_of
from zeropark.park.spec import Time
from zeropark.park.yaml import Document
from zeropark.passport.efficiency_page import Dossier, force_words, level_words, not_counted_words
from zeropark.passport.efficiency_words import t
from zeropark.passport.efficiency_write import write_efficiency
from zeropark.texts import in_language


def efficiency_command(
    park: Annotated[
        Path, typer.Argument(help="Park folder, or its park.yaml; default: this folder.", show_default=False)
    ] = Path(),
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for the results.", show_default=False)
    ] = None,
    flows: FlowsOption = None,
    levels: LevelsOption = None,
    capacities: CapacitiesOption = None,
    period: PeriodOption = None,
    baseline: Annotated[
        Path | None,
        typer.Option(help="Table of flows of the baseline period, for before and after.", show_default=False),
    ] = None,
    baseline_period: Annotated[
        str | None,
        typer.Option(
            help="Days that the baseline's table covers: 2024 or 2024-01-01/2024-12-31; default: the park's own.",
            show_default=False,
        ),
    ] = None,
    park_option: Annotated[
        Path | None, typer.Option("--park", help="The same as the argument.", show_default=False)
    ] = None,
    overrides: Overrides = None,
    as_json: AsJson = False,
) -> None:
    """Energy per tonne against the national limits; the dossier of a benchmark plant. 能效对标"""
    if out is not None:
        require_writable(out)
    with bar(quiet=as_json) as progress:
        outcome = outcome_of(
            park_option or park,
            Given(flows, levels, capacities, period),
            pairs(overrides),
            progress,
            as_json,
            lambda found: _require_asked(found, period, baseline, baseline_period),
        )
        progress("judge the processes", 0.0)
        readings = efficiency_of(outcome.park, outcome.flows, period_of(period, outcome.flows.clock))
        before = _baseline(outcome.park, baseline, baseline_period) if baseline else ()
        assert outcome.park.spec.efficiency is not None
        rows = before_after(readings, before, outcome.park.spec.efficiency.processes)
        dossier = Dossier(outcome.park, readings, rows, measures_of(outcome.park.spec))
        written = write_efficiency(dossier, out) if out is not None else ()
    if as_json:
        print(json.dumps(summary_of(readings, rows), ensure_ascii=False, indent=2))
        return
    _say_readings(readings)
    _say_standards(outcome.park, readings)
    for row in rows:
        console.print(
            f"{escape(row.name)}: {row.baseline_indicator:,.4g} before, {row.adjusted_indicator:,.4g} in today's "
            f"conditions, {row.indicator:,.4g} {row.unit} today: {row.saving_tce:,.1f} tce less",
            soft_wrap=True,
        )
    for file in written:
        console.print(escape(str(file)), soft_wrap=True)


def _require_asked(
    park: Park, period: str | None, baseline: Path | None, baseline_period: str | None
) -> None:
    """Raises InputError for a park without processes, periods that are none, and a baseline that is not there."""
    if park.spec.efficiency is None or not park.spec.efficiency.processes:
        expected = "a section efficiency with at least one process"
        raise InputError([Fault("park.yaml", None, "efficiency.processes", "nothing", expected)])
    period_of(period, park.clock)
    if baseline is not None and not baseline.is_file():
        expected = "a table of flows (parquet or csv)"
        raise InputError([Fault(str(baseline), None, "--baseline", "no such file", expected)])
    if baseline is not None and baseline_period is not None:
        days_of(baseline_period, "--baseline-period")


def _baseline(park: Park, flows: Path, period: str | None) -> tuple[ProcessReading, ...]:
    """The same processes over the flows of the baseline period, which need not be the park's own."""
    clock = park.clock if period is None else _clock_of(park, period)
    ones = np.ones(clock.steps)
    before = replace(
        park,
        clock=clock,
        arrays=dict.fromkeys(park.arrays, ones),
        profiles=dict.fromkeys(park.profiles, ones),
    )  # the flows alone are read: what the park could do in that period does not matter
    net, _ = read_flows(flows, before)
    return efficiency_of(before, Flows(clock, {}, net, park.carriers_by_node), whole(clock))


def _clock_of(park: Park, period: str) -> Clock:
    begin, end = days_of(period, "--baseline-period")
    time = Time(
        start=begin.isoformat(), end=end.isoformat(), step=park.spec.time.step, zone=park.spec.time.zone
    )
    clock, faults = clock_of(time, Document("--baseline-period"))
    fail_if(faults)
    assert clock is not None
    return clock


def _say_readings(readings: Sequence[ProcessReading]) -> None:
    """Process by process: energy per tonne, level, and how far above the levels, in the limit's own unit."""
    heads = (
        "process",
        "energy",
        Words("level"),
        "over level 1",
        "over level 2",
        Words("unit"),
        "over 1, tce/a",
    )
    rows = []
    for each in readings:
        colour = {1: "green", 2: "green", 3: "yellow"}.get(each.level or 0, "red")
        rows.append(
            (
                escape(each.name),
                f"{each.indicator:,.4g}",
                f"[{colour}]{level_words(each, 'en')}[/{colour}]",
                f"{each.level_1.per_tonne:+,.4g}",
                f"{each.level_2.per_tonne:+,.4g}",
                escape(each.unit),
                f"{each.level_1.tce_per_year:+,.0f}",
            )
        )
    say_table(heads, rows)


def _say_standards(park: Park, readings: Sequence[ProcessReading]) -> None:
    """Each standard once, with its mark and whether it was in force; then what its energy does not hold."""
    for text in dict.fromkeys(
        f"{each.chosen.standard.standard} [{each.chosen.standard.mark}]: {force_words(each, 'en')}"
        for each in readings
    ):
        console.print(escape(text), soft_wrap=True)
    _say_not_counted(park, readings)


def _say_not_counted(park: Park, readings: Sequence[ProcessReading]) -> None:
    """What processes take beside their energy, once where they share a line; and what that means."""
    names: dict[str, list[str]] = {}
    for each in readings:
        if words := not_counted_words(park, each, "en"):
            names.setdefault(words, []).append(each.name)
    for words, owners in names.items():
        console.print(escape(f"{', '.join(owners)}: {words}"), soft_wrap=True)
    if names:
        console.print(t("not-counted-why", "en"), soft_wrap=True)


def abate_command(
    park: ParkPath,
    out: OutPath,
    overrides: Overrides = None,
    account: Annotated[str, typer.Option(help="The emissions that are to fall: an account.")] = "co2_910",
    only: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only this measure. Repeatable.")
    ] = None,
    as_json: AsJson = False,
    solver: Annotated[SolverName, typer.Option(help="Which solver; auto chooses by problem.")] = "auto",
    time_limit: Annotated[
        float | None, typer.Option(help="Seconds for each solve.", min=1, show_default=False)
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            help="Processes of this machine; default: one for each core; 0: none but this one.",
            min=0,
            show_default=False,
        ),
    ] = None,
) -> None:
    """What each measure saves and costs, alone and in the best order. 减排成本曲线"""
    require_writable(out)
    solving = SolverOptions(solver=solver, time_limit=time_limit, threads=1)
    options = AbateOptions(account, only or (), solving, workers, pairs(overrides))
    with bar(quiet=as_json) as progress:
        found = abate(park, options, progress)
        written = write_abatement(found, out)
    if as_json:
        print(json.dumps(abatement_summary(found), ensure_ascii=False, indent=2))
    else:
        _say_abatement(found, written[0])


def _say_abatement(found: Abatement, page: Path) -> None:
    """Both curves as tables, what they do not agree on, and where the page lies."""
    unit = found.units[found.account]
    heads = ("measure", f"saves {unit}/a alone", f"{found.currency}/{unit} alone",
             f"saves {unit}/a in order", f"{found.currency}/{unit} in order")  # fmt: skip
    rows = []
    alone = {step.measure: step for step in found.alone}
    for step in found.ordered:
        single = alone[step.measure]
        costs = (single.per_tonne(found.account), step.per_tonne(found.account))
        first, second = ("" if cost is None else f"{cost:,.0f}" for cost in costs)
        single_saved = single.saved.get(found.account)
        told = "" if single_saved is None else f"{single_saved:,.1f}"
        rows.append((escape(step.measure), told, first, f"{step.saved[found.account]:,.1f}", second))
    say_table(heads, rows)
    for name, reason in found.left.items():
        console.print(f"{escape(name)}: {escape(in_language(reason, 'en'))}", soft_wrap=True)
    console.print(
        f"alone {found.saved_alone:,.1f} {unit}/a, together {found.saved_together:,.1f}: "
        f"counted twice {found.counted_twice:,.1f}; {found.plans} plans, {found.seconds:.1f} s",
        soft_wrap=True,
    )
    for bound in found.bounds:
        console.print(
            f"note: the plan stands at '{escape(bound.title[0])}': what a measure saves there is emitted again "
            f"elsewhere; without it: --set {bound.field}=measure",
            soft_wrap=True,
        )
    console.print(f"curves: {page}", soft_wrap=True)
