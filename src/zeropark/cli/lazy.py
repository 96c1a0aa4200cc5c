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
