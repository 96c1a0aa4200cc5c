"""Nobody waits for the compiler: the plain kernels go ahead while another process compiles, once."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from zeropark.optimize.arrowhead import compiled, exercise, machine, plain, ready


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[list[str]]:
    """Commands of the processes that were started; an empty folder for machine code. Nothing really starts."""
    commands: list[list[str]] = []

    def start(command: list[str], **how: Any) -> None:
        assert how["start_new_session"]  # goes on when this process ends
        commands.append(command)

    monkeypatch.setattr(subprocess, "Popen", start)
    monkeypatch.setattr(ready, "folder", lambda: tmp_path)
    return commands


def test_without_machine_code_plain_kernels_run_and_one_compilation_starts(
    started: list[list[str]], tmp_path: Path
) -> None:
    assert not ready.is_ready()
    assert [ready.kernels() for _ in range(3)] == [plain] * 3
    assert started == [[sys.executable, "-m", "zeropark.optimize.arrowhead.exercise"]]
    assert (tmp_path / "lock").exists()


def test_with_machine_code_the_compiled_kernels_run(started: list[list[str]], tmp_path: Path) -> None:
    (tmp_path / "ready").touch()
    assert ready.kernels() is compiled
    assert started == []


def test_a_stale_lock_is_replaced(started: list[list[str]], tmp_path: Path) -> None:
    """A compilation that was killed half an hour ago leaves its lock behind."""
    lock = tmp_path / "lock"
    lock.touch()
    ready.start_compiling()
    assert started == []
    long_ago = time.time() - 1800
    os.utime(lock, (long_ago, long_ago))
    ready.start_compiling()
    assert len(started) == 1
    assert lock.stat().st_mtime > long_ago + 1000


def test_without_numba_or_a_place_nothing_is_compiled(
    started: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as without:
        without.setattr(importlib.util, "find_spec", lambda name: None)
        assert ready.kernels() is plain
    monkeypatch.setattr(ready, "folder", lambda: None)
    assert ready.kernels() is plain
    assert started == []


def test_compiling_says_that_it_is_ready_and_gives_the_lock_back(
    started: list[list[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The kernels of this process have their machine code already; they are run, and must find the optimum."""
    monkeypatch.setattr(exercise, "folder", lambda: tmp_path)
    (tmp_path / "lock").touch()
    exercise.compile_now()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ready"]
    assert ready.kernels() is compiled


def test_the_place_changes_with_the_sources(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    here = Path(machine.__file__).parent
    for name in machine.SOURCES:
        (tmp_path / name).write_bytes((here / name).read_bytes())
    monkeypatch.setattr(machine, "_HERE", tmp_path)
    before = machine.folder.__wrapped__()
    assert before == machine.folder.__wrapped__()
    assert before is not None
    assert before.parent == tmp_path / "__pycache__"
    for name in machine.SOURCES:
        with (tmp_path / name).open("a") as source:
            source.write("# changed\n")
        after = machine.folder.__wrapped__()
        assert after != before, name
        before = after


def test_the_sources_are_all_that_is_compiled() -> None:
    """Every file with a kernel, and the shapes that kernels read: a change in one makes machine code old."""
    here = Path(machine.__file__).parent
    with_kernels = {
        path.name for path in here.glob("*.py") if "\n@kernel\n" in path.read_text(encoding="utf-8")
    }
    assert with_kernels <= set(machine.SOURCES)
    assert {"pattern.py", "state.py"} <= set(machine.SOURCES)


def test_where_the_package_may_not_be_written_the_users_cache_is_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    blocked = tmp_path / "installed"
    blocked.mkdir()
    (blocked / "__pycache__").touch()  # a file in its place: nobody can make a folder there, root neither
    for name in machine.SOURCES:
        (blocked / name).write_text("", encoding="utf-8")
    monkeypatch.setattr(machine, "_HERE", blocked)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    place = machine.folder.__wrapped__()
    assert place is not None
    assert place.parent == tmp_path / "cache" / "zeropark"
    (tmp_path / "cache").rename(tmp_path / "was")
    (tmp_path / "cache").touch()
    assert machine.folder.__wrapped__() is None
