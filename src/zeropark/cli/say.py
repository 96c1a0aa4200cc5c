"""What the commands print when all is well: the park, the verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.markup import escape

from zeropark.cli.console import console, errors
from zeropark.cli.tables import Words, say_table
from zeropark.outcome import Outcome
from zeropark.park.model import Park
from zeropark.rules.build import OWN
from zeropark.rules.rule import Verdict
from zeropark.rules.words import cost_words, price_words
from zeropark.texts import in_language

__all__ = ["console", "errors", "say_checked", "say_outcome"]

_SOLVER_SHOWN = "{name}, {seconds:.1f} s, {iterations} iterations; built in {build_seconds:.2f} s"


def say_checked(park: Park) -> None:
    """That the park is fine, what it holds, and what was done on the user's word."""
    spec, clock = park.spec, park.clock
    kinds: dict[str, int] = {}
    for asset in spec.assets.values():
        kinds[asset.kind] = kinds.get(asset.kind, 0) + 1
    console.print(f"[green]no faults[/green]: {escape(spec.name)} {escape(spec.name_zh)}")
    console.print(
        f"{len(spec.nodes)} nodes, {len(spec.tenants)} tenants, "
        + ", ".join(f"{count} {kind}{'s' if count != 1 else ''}" for kind, count in kinds.items())
    )
    console.print(
        f"{clock.steps:,} steps of {clock.step_hours * 60:g} min from {clock.times_local[0]:%Y-%m-%d %H:%M} {clock.zone.key}"
    )
    for note in park.notes:
        console.print(f"note: {escape(in_language(note, 'en'))}", soft_wrap=True)


def say_outcome(outcome: Outcome, out: Path) -> None:
    """The verdict first; then cost, capacities, rules, certificate, and where the report lies."""
    spec = outcome.park.spec
    console.print(f"\n[bold]{escape(spec.name)} {escape(spec.name_zh)}[/bold]")
    unit = f"{outcome.bill.currency}/a" if abs(outcome.park.clock.years - 1) < 1e-9 else outcome.bill.currency
    console.print(
        f"cost {outcome.bill.total:,.0f} {unit}" + ("" if outcome.status == "read" else " (least cost)")
    )
    _say_capacities(outcome)
    _say_rules(outcome.rules, outcome.bill.currency)
    console.print()
    for text in outcome.alternatives:
        console.print(escape(in_language(text, "en")), soft_wrap=True)
    certificate = outcome.certificate
    if certificate is not None:
        state = "[green]sound[/green]" if certificate.sound else "[red]NOT sound[/red]"
        console.print(
            f"certificate {state}: no plan costs less than {certificate.lower_bound:,.0f} "
            f"(gap {certificate.relative_gap:.1e}); "
            f"balances to {certificate.balance_residual:.1e}, bill to {certificate.cost_difference:.1e}",
            soft_wrap=True,
        )
        if certificate.assumed:
            console.print(f"  given that {escape(in_language(certificate.assumed, 'en'))}", soft_wrap=True)
    if outcome.solver is not None:
        console.print(_SOLVER_SHOWN.format(**vars(outcome.solver)))
    console.print(f"report: {out / 'report.html'}", soft_wrap=True)


def _say_capacities(outcome: Outcome) -> None:
    rows = []
    for size in outcome.capacities:
        if size.added > 1e-6 * max(1.0, size.existing):
            name = size.asset if size.part == "capacity" else f"{size.asset} {size.part}"
            rows.append((escape(name), f"{size.existing:,.1f}", f"{size.added:,.1f}", size.unit))
    say_table(["capacity", "existing", "added", Words("unit")], rows)


def _say_rules(verdicts: Sequence[Verdict], currency: str) -> None:
    """Pack by pack: what is met, how far, and what a binding limit costs."""
    marks = {True: "[green]✓[/green]", False: "[red]✗[/red]", None: "—"}
    for pack in dict.fromkeys(verdict.rule.pack for verdict in verdicts):
        console.print(f"\n[bold]{escape('limits of the park' if pack == OWN else pack)}[/bold]")
        for verdict in (v for v in verdicts if v.rule.pack == pack):
            rule = verdict.rule
            value = "not told by this park" if verdict.value is None else f"{verdict.value:.4g} {rule.unit}"
            sign = "≤" if rule.sense == "at most" else "≥"
            enforced = ", enforced" if rule.mode == "enforce" else ""
            console.print(
                f" {marks[verdict.met]} {escape(rule.title)}: {value} ({sign} {rule.limit:.4g} {rule.unit}{enforced})",
                soft_wrap=True,
            )
            if verdict.careful is not None:
                console.print(f"     [red]{escape(verdict.careful[0])}[/red]", soft_wrap=True)
            for text in _prices(verdict, currency):
                console.print(f"     {escape(text)}", soft_wrap=True)


def _prices(verdict: Verdict, currency: str) -> list[str]:
    if not verdict.shadow_price or "costs nothing" in (
        margin := price_words(verdict.rule, verdict.shadow_price, currency)[0]
    ):
        return []
    whole = [] if verdict.cost is None else [cost_words(verdict.rule, verdict.cost, currency)[0]]
    return [*whole, margin]
