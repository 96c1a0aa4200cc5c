from __future__ import annotations

import subprocess
import sys

import pytest
import typer

import zeropark
from zeropark.cli.app import app
from zeropark.cli.lazy import COMMANDS, command, complete

HEAVY = ("highspy", "numba", "numpy", "pandas", "plotly", "pvlib", "scipy", "xlsxwriter")


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_says_what_the_command_says_of_itself(name: str) -> None:
    assert command(name).help == COMMANDS[name][1]
    assert command(name).params


def test_the_complete_application_holds_every_command() -> None:
    assert list(typer.main.get_command(app).commands) == list(COMMANDS)  # type: ignore[attr-defined]
    assert all(found.params for found in complete(app).commands.values())


@pytest.mark.parametrize("statement", ["import zeropark", "from zeropark.cli.app import app"])
def test_no_library_is_loaded_before_it_is_needed(statement: str) -> None:
    code = f"import sys\n{statement}\nprint(*(name for name in {HEAVY!r} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == ""


def test_every_public_name_is_there() -> None:
    assert all(getattr(zeropark, name) is not None for name in zeropark.__all__)
    assert set(zeropark.__all__) <= set(dir(zeropark))
    assert zeropark.write.__name__ == "write_outcome"
    with pytest.raises(AttributeError, match="no attribute 'plam'"):
        _ = zeropark.plam  # type: ignore[attr-defined]
