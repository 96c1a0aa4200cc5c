"""The commands ``init`` and ``check``"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from zeropark.carbon.papers import register_of
from zeropark.cli.console import console, say_faults
from zeropark.cli.options import AsJson, Overrides, ParkPath, pairs
from zeropark.cli.say import say_checked
from zeropark.errors import Fault, InputError
from zeropark.examples.write import write_example
from zeropark.park.measures import measure_faults
from zeropark.park.model import Park
from zeropark.park.read import file_of
from zeropark.park.yaml import read_yaml
from zeropark.readings import load


def init_command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="New folder.", show_default=False)],
) -> None:
    """Write the worked example park, ready to edit. 写出示例园区"""
    written = write_example(folder)
    console.print(f"{len(written)} files in {folder}: edit park.yaml, then")
    console.print(f"  zeropark check {folder}\n  zeropark plan {folder} --out {Path('out') / folder.name}")


def check_command(park: ParkPath, overrides: Overrides = None, as_json: AsJson = False) -> None:
    """Find all faults of a park at once; exit 1 if there are any. 检查园区文件"""
    faults: tuple[Fault, ...] = ()
    found = None
    try:
        found = load(park, pairs(overrides))
    except InputError as error:
        faults = error.faults
    if found is not None:
        faults += _of_register(found)
    file = file_of(park)
    if file.is_file():
        faults += tuple(measure_faults(read_yaml(file, file.name)))
    if as_json:
        print(json.dumps([fault.as_dict() for fault in faults], ensure_ascii=False, indent=2))
    elif faults or found is None:
        say_faults(faults)
    else:
        say_checked(found)
    if faults:
        raise typer.Exit(1)


def _of_register(park: Park) -> tuple[Fault, ...]:
    """What is wrong with the register of certificates itself; meters are not at hand."""
    try:
        register_of(park)
    except InputError as error:
        return error.faults
    return ()
