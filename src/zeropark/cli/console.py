"""Where the commands print, and what they say when something is wrong"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape

from zeropark.errors import Fault

console = Console(
    highlight=False, emoji=False, soft_wrap=not sys.stdout.isatty()
)  # a pipe has no lines to break
errors = Console(stderr=True, highlight=False, emoji=False, soft_wrap=not sys.stderr.isatty())


def say_faults(faults: Sequence[Fault]) -> None:
    """One line per fault, on stderr, and how many there are."""
    for fault in faults:
        errors.print(escape(str(fault)), soft_wrap=True)
    errors.print(f"[red]{len(faults)} fault{'s' if len(faults) != 1 else ''}[/red]")


def say_reasons(head: str, reasons: Sequence[str]) -> None:
    """Why there is no plan, one reason a line, on stderr."""
    errors.print(f"[red]{escape(head)}[/red]", soft_wrap=True)
    for reason in reasons:
        errors.print(f"- {escape(reason)}", soft_wrap=True)
