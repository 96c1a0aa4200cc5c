"""Commands that are imported when they are called, so that asking for help costs nothing"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

COMMANDS = {
    "init": ("parks", "Write the worked example park, ready to edit. 写出示例园区"),
    "check": ("parks", "Find all faults of a park at once; exit 1 if there are any. 检查园区文件"),
    "plan": ("plans", "Least-cost plan, accounts, rules, report. 规划"),
    "account": ("plans", "The same readings over given flows. 核算"),
    "pathway": (
        "pathways",
        "Least-cost pathway over several stages: what to build and retire, and when. 多阶段路径规划",
    ),
    "study": (
        "studies",
        "Many variants of a park: sweeps, weather years, alternatives, rule prices, Monte Carlo. 方案研究",
    ),
    "carbon": (
        "carbon",
        "Where a tenant's electricity came from, hour by hour, on three bases. 电力溯源与碳核算",
    ),
    "passport": (
        "passports",
        "A product's footprint with its evidence: passport, PACT file, statement. 产品碳护照",
    ),
    "verify": (
        "passports",
        "Recompute a statement from its inputs, line by line; exit 1 where anything disagrees. 复核声明",
    ),
    "cbam": (
        "cbam",
        "Embedded emissions under the EU's carbon border mechanism, and what they cost. 欧盟碳边境调节机制",
    ),
    "efficiency": (
        "efficiency",
        "Energy per tonne against the national limits; the dossier of a benchmark plant. 能效对标",
    ),
    "abate": (
        "efficiency",
        "What each measure saves and costs, alone and in the best order. 减排成本曲线",
    ),
    "dispatch": (
        "studies",
        "A plan's capacities run in this park: another year, other prices, other rules. 既定容量的运行校核",
    ),
}
"""Command → the module here that holds its function ``<command>_command``, and what the list says of it."""


class LazyGroup(TyperGroup):
    """Lists its commands by name and one line each; a command itself is imported when it is called."""

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Name, command and remaining arguments. Raises UsageError for what is no command."""
        name, listed, rest = super().resolve_command(ctx, args)
        return name, command(name) if name in COMMANDS else listed, rest


def command(name: str) -> Any:
    """The command as Typer makes it from its function."""
    module = import_module(f"zeropark.cli.{COMMANDS[name][0]}")
    alone = typer.Typer(add_completion=False)
    alone.command(name)(getattr(module, f"{name}_command"))
    return typer.main.get_command(alone)


def list_commands(app: typer.Typer) -> None:
    """Every command on the application's list, with its line."""
    for name, (_, line) in COMMANDS.items():
        app.command(name, help=line)(_listed)


def _listed() -> None:
    """What stands on the list for a command; ``LazyGroup`` calls the command itself."""


def complete(app: typer.Typer) -> Any:
    """The application with every command imported, for the reference pages."""
    group: Any = typer.main.get_command(app)
    for name in COMMANDS:
        group.add_command(command(name), name)
    return group
