"""What cannot be done is told before anything takes long: neither flows are read nor is a park planned."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from zeropark.cli import given as given_module
from zeropark.cli.app import app
from zeropark.errors import Fault, InputError
from zeropark.examples import write as examples
from zeropark.statement import sign

EXAMPLE = Path(examples.__file__).parent / "baotou"
SMALL = Path(__file__).parents[1] / "cases" / "small-park"


@pytest.fixture(autouse=True)
def _nothing_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    def reached(*_: object, **__: object) -> None:
        raise AssertionError("the command went on to read flows or to plan")

    monkeypatch.setattr(given_module, "plan", reached)
    monkeypatch.setattr(given_module, "account", reached)


def faults_of(*arguments: object) -> tuple[Fault, ...]:
    done = CliRunner().invoke(app, [str(one) for one in arguments])
    assert isinstance(done.exception, InputError), done.exception
    return done.exception.faults


@pytest.mark.parametrize(
    ("command", "field"),
    [
        (("carbon", "--tenant", "nobody"), "tenant"),
        (("carbon", "--period", "1999"), "period"),
        (("cbam", "--year", "2024"), "--year"),
        (("cbam", "--regime", "sometime"), "regime"),
        (("cbam", "--period", "1999"), "period"),
        (("efficiency", "--period", "2025-13"), "period"),
        (("efficiency", "--baseline", "nowhere.parquet"), "--baseline"),
        (("passport", "--period", "1999", "la-oxide"), "period"),
        (("passport", "unobtainium"), "footprint.products"),
        (("passport", "la-oxide", "--after", "nowhere.json"), "nowhere.json"),
        (("passport", "la-oxide", "--sign", "nowhere.pem"), "--sign"),
    ],
)
def test_what_is_asked_in_vain_is_told_first(command: tuple[str, ...], field: str, tmp_path: Path) -> None:
    name, *rest = command
    place = (EXAMPLE,) if name in ("cbam", "efficiency") else ("--park", EXAMPLE)
    found = faults_of(name, *place, *rest, "--out", tmp_path / "out")
    assert any(field in (fault.field, fault.file) for fault in found), found


@pytest.mark.parametrize("name", ["cbam", "efficiency"])
def test_a_park_without_the_section_is_told_first(name: str) -> None:
    (fault,) = faults_of(name, SMALL)
    assert fault.field.startswith(name)


@pytest.mark.parametrize(
    "command",
    [
        ("carbon", "--park", SMALL),
        ("cbam", SMALL),
        ("efficiency", SMALL),
        ("passport", "oxide", "--park", SMALL),
        ("plan", SMALL),
        ("account", SMALL, "--flows", "flows.csv"),
        ("abate", SMALL),
        ("study", SMALL, "study.yaml"),
        ("pathway", SMALL, "pathway.yaml"),
        ("dispatch", SMALL, "--plan", "plan"),
    ],
)
def test_a_folder_that_cannot_be_written_is_told_first(
    command: tuple[Any, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_only(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(importlib.import_module("zeropark.cli.options").tempfile, "TemporaryFile", read_only)
    (fault,) = faults_of(*command, "--out", tmp_path / "out")
    assert fault.field == "--out"
    assert "Read-only file system" in fault.found


@pytest.mark.parametrize(
    "command", [("passport", "la-oxide", "--sign"), ("verify", "passport.json", "--key")]
)
def test_without_the_library_of_signatures_the_command_to_install_it_is_told_first(
    command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(sign, "import_module", missing)
    key = tmp_path / "key.pem"
    key.write_text("-----BEGIN PRIVATE KEY-----\n")
    place = ("--park", EXAMPLE, "--out", tmp_path / "out") if command[0] == "passport" else ()
    (fault,) = faults_of(*command, key, *place)
    assert fault.hint == "pip install 'zeropark[sign]'"
