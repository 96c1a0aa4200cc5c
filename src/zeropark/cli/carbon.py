"""The command ``carbon``"""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from zeropark.carbon.attribution import BASES, attribution_of
from zeropark.carbon.tenants import PARK
from zeropark.cli.console import console
from zeropark.cli.given import (
    CapacitiesOption,
    FlowsOption,
    Given,
    LevelsOption,
    ParkOption,
    PeriodOption,
    electricity_of_given,
)
from zeropark.cli.options import AsJson, Overrides, pairs, require_writable
from zeropark.cli.progress import bar
from zeropark.cli.tables import say_table
from zeropark.errors import Fault, InputError, fail_if, nearest
from zeropark.figures.numbers import number, percent
from zeropark.park.model import Park
from zeropark.park.period import Period, period_of
from zeropark.passport.electricity import (
    Electricity,
    electricity_of,
    notes_of,
    origin_title,
    summary_of,
    tenant_title,
)
from zeropark.passport.electricity_scopes import CELLS, cells_of
from zeropark.passport.electricity_words import t
from zeropark.passport.electricity_write import write_electricity


def carbon_command(
    park: ParkOption = Path(),
    flows: FlowsOption = None,
    levels: LevelsOption = None,
    capacities: CapacitiesOption = None,
    period: PeriodOption = None,
    tenant: Annotated[
        str | None, typer.Option("--tenant", help="One tenant only; default: all.", show_default=False)
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Folder for hourly table, workbook, JSON and page.", show_default=False),
    ] = None,
    overrides: Overrides = None,
    as_json: AsJson = False,
) -> None:
    """Where a tenant's electricity came from, hour by hour, on three bases. 电力溯源与碳核算"""
    if out is not None:
        require_writable(out)
    with bar(quiet=as_json) as progress:
        given, sets = Given(flows, levels, capacities, period), pairs(overrides)
        check = partial(_period_and_tenant, period, tenant)
        on, read, outcome = electricity_of_given(park, given, sets, progress, as_json, check)
        progress("trace the electricity", 0.0)
        paper = electricity_of(on, attribution_of(on, read), check(on), tenant, outcome)
        written = write_electricity(paper, out) if out is not None else ()
    if as_json:
        print(json.dumps(summary_of(paper), ensure_ascii=False, indent=2))
        return
    _say(paper)
    for file in written:
        console.print(escape(str(file)), soft_wrap=True)


def _period_and_tenant(period: str | None, tenant: str | None, park: Park) -> Period:
    """The period; both faults at once where the tenant is unknown too."""
    faults: list[Fault] = []
    names = (*park.spec.tenants, PARK)
    if tenant is not None and tenant not in names:
        hint = nearest(tenant, names) or f"there are {', '.join(names)}"
        faults.append(Fault("--tenant", None, "tenant", f"'{tenant}'", "a tenant of the park", hint))
    try:
        span = period_of(period, park.clock)
    except InputError as error:
        raise InputError([*error.faults, *faults]) from None
    fail_if(faults)
    return span


def _say(paper: Electricity) -> None:
    """By origin, then CO2 on three bases, then what stands apart."""
    park = paper.park
    console.print(f"{escape(park.spec.name)}  {paper.period.begin} – {paper.period.end}")
    titles = [origin_title(park, paper.attribution.origins[k].name, "en") for k in paper.used]
    origins, co2, apart = [], [], []
    for one in paper.tenants:
        name = escape(tenant_title(park, one.tenant, "en"))
        amounts = (one.by_origin[paper.attribution.origins[k].name] for k in paper.used)
        origins.append((name, number(one.use_mwh), *map(number, amounts)))
        co2.append((name, *(number(one.operating[b].tonnes) for b in BASES), percent(one.score, 4)))
        apart.append((name, *(number(v.tonnes) if v else "—" for v in (one.method_910, one.life_cycle))))
    say_table([t("tenant"), t("use"), *titles], origins, f"{t('by-origin')}, MWh")
    say_table([t("tenant"), *(t(basis) for basis in BASES), t("score")], co2, f"{t('co2')}, tCO2")
    say_table([t("tenant"), t("method-910"), t("life-cycle")], apart, t("apart"))
    if paper.inventory is not None:
        scopes = [
            (escape(tenant_title(park, one.tenant, "en")), *map(number, cells_of(one)))
            for one in paper.inventory
        ]
        say_table([t("tenant"), *(t(f"column-{name}") for name in CELLS)], scopes, f"{t('inventory')}, tCO2")
    faults = dict.fromkeys(str(fault) for one in paper.tenants for fault in one.missing)
    for text in (*notes_of(paper), *faults):
        console.print(f"- {escape(text)}", soft_wrap=True)
    console.print(
        t("conserved" if paper.worst <= 1e-9 else "not-conserved", gap=f"{paper.worst:.1e}"), soft_wrap=True
    )
