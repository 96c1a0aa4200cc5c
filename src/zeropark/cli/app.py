"""The application: the list of commands, and how every error becomes words and an exit code.

Exit codes: 0 fine, 1 the user's input or an unmet request, 2 usage, 3 a defect of ours.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from typing import Annotated

import typer

from zeropark import __version__
from zeropark.cli.console import errors, say_faults, say_reasons
from zeropark.cli.lazy import LazyGroup, list_commands
from zeropark.errors import Infeasible, InputError, Unbounded, UnmetRequest, ZeroparkError

app = typer.Typer(
    cls=LazyGroup,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Plans, runs and proves a zero-carbon industrial park. 零碳园区规划、运行与核证平台",
)
list_commands(app)

CANCELLED = 130
"""Exit code after Ctrl-C, as shells have it; Typer turns the interrupt into it."""


def _version(wanted: bool) -> None:
    if wanted:
        print(f"zeropark {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run a command; every error becomes words and an exit code."""
    as_json = "--json" in sys.argv
    try:
        app()
    except InputError as error:
        if as_json:
            print(json.dumps([fault.as_dict() for fault in error.faults], ensure_ascii=False, indent=2))
        else:
            say_faults(error.faults)
        sys.exit(error.exit_code)
    except UnmetRequest as error:
        reasons = getattr(error, "reasons", ())
        if as_json:
            status = {Infeasible: "infeasible", Unbounded: "unbounded"}.get(type(error), "not solved")
            print(
                json.dumps(
                    {"status": status, "message": str(error), "reasons": list(reasons)},
                    ensure_ascii=False,
                    indent=2,
                )
            )
        else:
            say_reasons(str(error).splitlines()[0], reasons)
        sys.exit(error.exit_code)
    except ZeroparkError as error:
        errors.print(f"[red]{error}[/red]", highlight=False)
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, SystemExit) as error:
        if isinstance(error, SystemExit) and error.code != CANCELLED:
            raise
        errors.print("cancelled")  # what is left behind, the command has said
        sys.stderr.flush()
        os._exit(CANCELLED)  # the solver may still be winding up in its thread, and must not be torn down
    except Exception:
        errors.print("[red]A defect of zeropark, not of your park. Please report these lines:[/red]")
        traceback.print_exc()
        sys.exit(3)
