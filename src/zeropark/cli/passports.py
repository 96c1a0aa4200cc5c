"""The commands ``passport`` and ``verify``"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.markup import escape

from zeropark.carbon.attribution import BASES, Basis, attribution_of
from zeropark.cli.console import console, errors
from zeropark.cli.given import (
    CapacitiesOption,
    FlowsOption,
    Given,
    LevelsOption,
    ParkOption,
    PeriodOption,
    outcome_of,
)
from zeropark.cli.options import AsJson, OutPath, Overrides, pairs, require_writable
from zeropark.cli.progress import bar
from zeropark.errors import Fault, InputError, nearest
from zeropark.figures.numbers import number
from zeropark.footprint.of_park import footprints_of
from zeropark.optimize.options import Progress
from zeropark.park.model import Park
from zeropark.park.period import period_of
from zeropark.passport.again import overrides_of, with_again
from zeropark.passport.write import PAPERS, STATEMENT, Issue, Passport, refuse_folder, write_passport
from zeropark.statement.form import is_footprint
from zeropark.statement.model import Statement
from zeropark.statement.read import read_statement
from zeropark.statement.sign import require_key
from zeropark.statement.verify import AGAIN, Verification, verify

Inputs = Literal["needed", "all"]
_MOST_TOLD = 20


def passport_command(
    product: Annotated[str, typer.Argument(help="A product of the park file.", show_default=False)],
    out: OutPath,
    park: ParkOption = Path("."),
    flows: FlowsOption = None,
    levels: LevelsOption = None,
    capacities: CapacitiesOption = None,
    period: PeriodOption = None,
    basis: Annotated[
        Basis,
        typer.Option(help="Of electricity, for the value and its lines; the others are told beside it."),
    ] = "hourly",
    overrides: Overrides = None,
    key: Annotated[
        Path | None,
        typer.Option(
            "--sign", help="Private key to sign with: PEM or JWK, Ed25519 or P-256.", show_default=False
        ),
    ] = None,
    after: Annotated[
        Path | None,
        typer.Option(
            "--after", help="The statement before in the chain (its passport.json).", show_default=False
        ),
    ] = None,
    inputs: Annotated[
        Inputs,
        typer.Option(
            help="Files beside the statement: what its lines read, or all flows, claims and the park file for an auditor."
        ),
    ] = "needed",
    as_json: AsJson = False,
) -> None:
    """A product's footprint with its evidence: passport, PACT file, statement. 产品碳护照"""
    _require_issuable(out, product, after, key)
    with bar(quiet=as_json) as progress:
        given = Given(flows, levels, capacities, period)
        outcome = outcome_of(
            park,
            given,
            pairs(overrides),
            progress,
            as_json,
            lambda found: _require_asked(product, period, found),
        )
        during = period_of(period, outcome.park.clock)
        progress("trace the electricity", 0.0)
        attribution = attribution_of(outcome.park, outcome.flows)
        progress("footprint", 0.0)
        footprint = footprints_of(outcome.park, outcome.flows, attribution, during, (product,), basis)[
            product
        ]
        progress("write the passport", 0.0)
        issue = Issue(datetime.now(UTC), after, key, inputs == "all")
        written = write_passport(outcome.park, outcome.flows, attribution, footprint, out, issue)
    if as_json:
        print(json.dumps(_summary(written), ensure_ascii=False, indent=2))
    else:
        _tell(written)


def verify_command(
    file: Annotated[Path, typer.Argument(help="A statement, e.g. passport.json.", show_default=False)],
    key: Annotated[
        Path | None,
        typer.Option("--key", help="Public key that must have signed it: PEM or JWK.", show_default=False),
    ] = None,
    before: Annotated[
        list[Path] | None,
        typer.Option(
            "--before",
            help="A statement that lies elsewhere, of the chain or of another product: its claims count too. Repeatable.",
        ),
    ] = None,
    sha256: Annotated[
        str | None,
        typer.Option(
            "--sha256", help="The hash as printed on the passport or in its code.", show_default=False
        ),
    ] = None,
    full: Annotated[
        Path | None,
        typer.Option(
            help="Folder of the same passport written with --inputs all: check that the inputs follow from its files.",
            show_default=False,
        ),
    ] = None,
    park: Annotated[
        Path | None,
        typer.Option(
            "--park",
            help="Folder of the park, with --flows: issue the statement again from them, and compare all of it.",
            show_default=False,
        ),
    ] = None,
    flows: Annotated[
        Path | None,
        typer.Option(
            "--flows", help="With --park: the table of flows that it was issued from.", show_default=False
        ),
    ] = None,
    levels: LevelsOption = None,
    capacities: CapacitiesOption = None,
    as_json: AsJson = False,
) -> None:
    """Recompute a statement from its inputs, line by line; exit 1 where anything disagrees. 复核声明"""
    if key is not None:
        require_key(key, "--key")
    given = Given(flows, levels, capacities)
    _require_both(park, given)
    found = verify(file / STATEMENT if file.is_dir() else file, key, tuple(before or ()), sha256, full)
    if park is not None:
        with bar(quiet=as_json) as progress:
            found = _again(found, park, given, progress, as_json)
    if as_json:
        print(json.dumps(found.as_dict(), ensure_ascii=False, indent=2))
    else:
        _tell_verification(found)
    if not found.ok:
        raise typer.Exit(1)


def _require_both(park: Path | None, given: Given) -> None:
    """Raises InputError where a park is given without flows, or flows without a park: nothing is planned here."""
    if park is not None and given.flows is None:
        expected = (
            "--flows: the table of flows that the statement was issued from, levels and summary beside it"
        )
        raise InputError([Fault("--park", None, "--park", "no --flows with it", expected)])
    if park is None and given != Given():
        name = "--flows" if given.flows is not None else "--levels, --capacities"
        raise InputError([Fault(name, None, name, "no --park with it", "--park: the folder of the park")])


def _again(found: Verification, folder: Path, given: Given, progress: Progress, quiet: bool) -> Verification:
    """The verification with the statement issued again. Raises InputError where it cannot be."""
    statement = found.statement
    facts = statement.facts or {}
    basis = next((one for one in BASES if one == facts.get("basis")), None)
    if not is_footprint(statement) or basis is None:
        raise InputError(
            [Fault(str(found.path), None, "--park", f"a statement of kind '{statement.kind}'", "a passport")]
        )
    outcome = outcome_of(
        folder,
        replace(given, period=statement.period),
        overrides_of(statement),
        progress,
        quiet,
        lambda park: _require_asked(statement.subject, statement.period, park),
    )
    during = period_of(statement.period, outcome.park.clock)
    progress("trace the electricity", 0.0)
    attribution = attribution_of(outcome.park, outcome.flows)
    progress("issue it again", 0.0)
    footprint = footprints_of(outcome.park, outcome.flows, attribution, during, (statement.subject,), basis)[
        statement.subject
    ]
    return with_again(found, outcome.park, outcome.flows, attribution, footprint)


def _require_issuable(out: Path, product: str, after: Path | None, key: Path | None) -> None:
    """Raises InputError where nothing can be written, signed or put after the statement before: no park is needed."""
    require_writable(out)
    refuse_folder(out, product, after)
    if key is not None:
        require_key(key, "--sign")
    if after is not None:
        read_statement(after)


def _require_asked(product: str, period: str | None, park: Park) -> None:
    """Raises InputError for a product that the park file does not have, and a period that it does not cover."""
    period_of(period, park.clock)
    products = park.spec.footprint.products if park.spec.footprint is not None else {}
    if product in products:
        return
    expected = (
        f"one of {', '.join(products)}" if products else "a product: the park file has no footprint.products"
    )
    raise InputError(
        [
            Fault(
                "park.yaml",
                None,
                "footprint.products",
                f"no product '{product}'",
                expected,
                nearest(product, products),
            )
        ]
    )


def _summary(written: Passport) -> dict[str, object]:
    statement = written.statement
    values = {line.id: line for line in statement.lines}
    total = values["total.kgco2e"]
    return {
        "product": statement.subject,
        "period": statement.period,
        "value": total.value,
        "unit": total.unit,
        "basis": (statement.facts or {})["basis"],
        "gate_to_gate": values["total.gate"].value,
        "by_basis": _below(statement, "choice.basis."),
        "by_allocation": _below(statement, "choice.allocation."),
        "with_embodied": values["choice.with_embodied"].value,
        "without_embodied": values["choice.without_embodied"].value,
        "primary_share": values["total.primary_share"].value,
        "lines": len(statement.lines),
        "sha256": written.hash,
        "previous": statement.previous,
        "signed": written.signed,
        "files": [str(written.folder / name) for name in PAPERS],
    }


def _below(statement: Statement, prefix: str) -> dict[str, float]:
    return {
        line.id.removeprefix(prefix): line.value for line in statement.lines if line.id.startswith(prefix)
    }


def _tell(written: Passport) -> None:
    statement = written.statement
    values = {line.id: line for line in statement.lines}
    total, gate = values["total.kgco2e"], values["total.gate"]
    title = (statement.facts or {}).get("title", statement.subject)
    console.print(f"{escape(title)}  {escape(statement.period)}", soft_wrap=True)
    for path, value in overrides_of(statement).items():
        console.print(
            f"set for this run, not as in park.yaml 本次运行改动，与 park.yaml 不同: {escape(path)} = {escape(value)}",
            soft_wrap=True,
        )
    console.print(f"cradle to gate 摇篮到大门  {number(total.value, 5)} {escape(total.unit)}")
    console.print(f"gate to gate 门到门  {number(gate.value)} {escape(gate.unit)}")
    signed = ", signed 已签名" if written.signed else ""
    console.print(
        f"statement 声明  {len(statement.lines)} lines 行, sha256 {written.hash}{signed}", soft_wrap=True
    )
    for name in (*PAPERS, "inputs"):
        console.print(escape(str(written.folder / name)), soft_wrap=True)
    console.print("whoever verifies it needs the whole folder 复核需整个文件夹")


def _tell_verification(found: Verification) -> None:
    statement = found.statement
    console.print(
        escape(f"{statement.kind} of {statement.subject}, {statement.period}  {found.hash}"), soft_wrap=True
    )
    for check in found.checks:
        sign = {True: "[green]agrees[/green]", None: "[dim]not checked[/dim]", False: "[red]DIFFERS[/red]"}[
            check.ok
        ]
        console.print(
            f"{sign}  {escape(check.what)}" + (f": {escape(check.why)}" if check.why else ""), soft_wrap=True
        )
        _tell_following(found, check.what)
    for line in found.lines:
        if line.cause:  # told with its cause
            continue
        if line.agrees and line.how == "recomputed":
            console.print(f"[green]agrees[/green]  {escape(line.id)}  {line.stated!r}", soft_wrap=True)
        elif line.agrees:
            console.print(f"[dim]declared[/dim]  {escape(line.id)}  {line.stated!r}", soft_wrap=True)
        else:
            console.print(f"[red]DIFFERS[/red]  {escape(line.id)}: {escape(line.why)}", soft_wrap=True)
            _tell_following(found, f"line {line.id}")
    declared = sum(line.how == "declared" for line in found.lines)
    if found.ok:
        counted = f"{len(found.lines) - declared} lines recomputed 已复算, {declared} declared 声明值"
        console.print(f"[green]all agrees 全部一致[/green]: {counted}")
        if any(one.what == AGAIN and one.ok is None for one in found.checks):
            console.print(
                "not checked 未核对: the split of electricity by origin, and the factors against the park file, are as the "
                "issuer says; --park and --flows check them "
                "电力来源划分及因子与园区文件是否一致，均以签发方所述为准；可用 --park 与 --flows 核对",
                soft_wrap=True,
            )
        return
    count = len(found.failures)
    for failure in found.failures[:_MOST_TOLD]:
        errors.print(escape(failure), soft_wrap=True)
    if count > _MOST_TOLD:
        errors.print(f"… and {count - _MOST_TOLD} more, told above", soft_wrap=True)
    errors.print(f"[red]{count} disagreement{'s' if count != 1 else ''} {count} 处不符[/red]")


def _tell_following(found: Verification, cause: str) -> None:
    """Under a cause: what follows from it, counted; and each line that has another value because of it."""
    if rest := found.rest_on(cause):
        console.print(f"         {escape(rest.removeprefix('; '))}", soft_wrap=True)
    for line in found.lines:
        if line.cause == cause and line.differs:
            console.print(f"[red]DIFFERS[/red]    {escape(line.id)}: {escape(line.why)}", soft_wrap=True)
