"""Functions that worker processes of these tests import."""

from __future__ import annotations

import os
import time
import uuid
from pathlib import Path


def added(shared: int, argument: int) -> int:
    return shared + argument


def threads(shared: None, argument: str) -> str | None:
    return os.environ.get(argument)


def begins_and_fails(shared: str, argument: str) -> str:
    """Leaves a mark each time that it begins."""
    (Path(shared) / uuid.uuid4().hex).touch()
    raise ValueError(f"no {argument}")


def fails(shared: None, argument: int) -> int:
    raise ValueError(f"no {argument}")


def dies(shared: None, argument: str) -> str:
    """The worker of the task called ``bad`` is killed, as one that takes too much memory would be."""
    if argument == "bad":
        os.kill(os.getpid(), 9)
    return argument


def dies_once(shared: str, argument: str) -> str:
    """The first worker that begins a task marks it in the folder and is killed in the middle of it."""
    mark = Path(shared) / argument
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), 9)
    return argument


def waits(shared: str, argument: str) -> str:
    """Until the folder has a file called ``go``; leaves its process number."""
    (Path(shared) / f"{argument}.pid").write_text(str(os.getpid()))
    while not (Path(shared) / "go").exists():
        time.sleep(0.02)
    return argument
