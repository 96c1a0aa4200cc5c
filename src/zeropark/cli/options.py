"""What several commands share: arguments, options, and how they are read"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from zeropark.errors import Fault, InputError

ParkPath = Annotated[Path, typer.Argument(help="Park folder, or its park.yaml.", show_default=False)]
OutPath = Annotated[Path, typer.Option("--out", help="Folder for the results.", show_default=False)]
Overrides = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="PATH=VALUE",
        help="Override one field, e.g. assets.pv.capacity.max='500 MW'. Repeatable.",
    ),
]
SchedulerAddress = Annotated[
    str | None,
    typer.Option(
        "--scheduler",
        metavar="ADDRESS",
        help="A Dask cluster, e.g. tcp://host:8786, instead of this machine.",
        show_default=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def pairs(overrides: list[str] | None) -> dict[str, str]:
    """``--set PATH=VALUE`` as path → value. Raises BadParameter."""
    found = {}
    for text in overrides or []:
        path, equals, value = text.partition("=")
        if not equals or not path.strip():
            raise typer.BadParameter(f"'{text}' is not PATH=VALUE", param_hint="--set")
        found[path.strip()] = value
    return found


def require_writable(out: Path) -> None:
    """Before hours of work: can the results be written there? Raises InputError."""
    existing = next(p for p in (out, *out.absolute().parents) if p.exists())
    if out.exists() and not out.is_dir():
        raise InputError([Fault(str(out), None, "--out", "a file", "a folder")])
    if not existing.is_dir():
        raise InputError([Fault(str(out), None, "--out", f"'{existing}' is a file", "a folder")])
    try:
        with tempfile.TemporaryFile(
            dir=existing
        ):  # rights alone do not tell of a disk that is read-only or full
            pass
    except OSError as error:
        found = f"'{existing}': {error.strerror or error}"
        raise InputError([Fault(str(out), None, "--out", found, "a folder that can be written")]) from error
