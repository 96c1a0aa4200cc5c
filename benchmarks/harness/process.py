"""One worker process under a wall limit, with the memory of it and its children watched."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

WORKER = Path(__file__).resolve().parents[1] / "worker.py"
LIMIT_SECONDS = 600.0
_POLL_SECONDS = 0.1
THREADS = {"OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
"""The same for all: linear algebra in one thread, because solvers with threads of their own would have too many;
solvers choose their own threads, as they do by default."""
_PAGE = os.sysconf("SC_PAGE_SIZE")
_LAST_LINES = 4


@dataclass(frozen=True)
class Ended:
    """How a process ended. outcome: ``done``, ``stopped`` (too long) or ``failed``. bytes: highest resident
    memory of the tree that was seen. said: its last words, where it failed."""

    outcome: str
    seconds: float
    bytes: int
    said: str = ""


def run(command: list[str], limit: float = LIMIT_SECONDS) -> Ended:
    """Run to the end, or stop all of it at the limit."""
    with tempfile.TemporaryFile("w+") as words:
        began, peak = time.perf_counter(), 0
        process = subprocess.Popen(
            command, stdout=words, stderr=subprocess.STDOUT, start_new_session=True, env=os.environ | THREADS
        )
        try:
            while process.poll() is None and time.perf_counter() - began < limit:
                peak = max(peak, _tree_bytes(process.pid))
                time.sleep(_POLL_SECONDS)
        finally:
            stopped = process.poll() is None
            if stopped:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        seconds = time.perf_counter() - began
        if stopped:
            return Ended("stopped", seconds, peak)
        if process.returncode == 0:
            return Ended("done", seconds, peak)
        words.seek(0)
        last = " / ".join(words.read().strip().splitlines()[-_LAST_LINES:])
        return Ended("failed", seconds, peak, f"exit {process.returncode}: {last}"[-500:])


def _tree_bytes(pid: int) -> int:
    """Resident memory of a process and all that it started; 0 where the system does not tell."""
    try:
        resident = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
        tasks = Path(f"/proc/{pid}/task").iterdir()
        children = [child for task in tasks for child in (task / "children").read_text().split()]
    except (OSError, IndexError):
        return 0
    return resident + sum(_tree_bytes(int(child)) for child in children)
