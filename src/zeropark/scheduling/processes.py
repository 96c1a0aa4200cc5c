"""Processes of this machine, one thread each; a killed one costs what it was doing, not the rest."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

from zeropark.scheduling.tasks import ATTEMPTS, POLL_SECONDS, Argument, Lost, Result, Shared, Tick

ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1"
)
"""Environment of a worker: as many processes as cores, and each with threads for all cores, run no faster."""


class Processes:
    """A pool of processes. workers: how many; absent: one for each core that this process may use."""

    def __init__(self, workers: int | None = None) -> None:
        self.workers = workers or usable_cores()
        self._pool: ProcessPoolExecutor | None = None
        self._shared: object = None
        self._lifeline: Connection | None = None

    def words(self) -> str:
        """Where the tasks run, for people."""
        return f"{self.workers} process{'es' if self.workers != 1 else ''} of this machine"

    def run(
        self,
        function: Callable[[Shared, Argument], Result],
        shared: Shared,
        arguments: Mapping[str, Argument],
        tick: Tick,
    ) -> Iterator[tuple[str, Result | Lost]]:
        """See ``Scheduler.run``."""
        queue = _Queue(list(arguments))
        running: dict[Future[Any], str] = {}
        if self._pool is None or self._shared is not shared:
            self._end(at_once=False)
            self._begin(shared)
        try:
            while queue or running:
                while (name := queue.next(len(running), self.workers)) is not None:
                    with _one_thread():
                        running[self._submitted(function, arguments[name])] = name
                done, _ = wait(running, timeout=POLL_SECONDS, return_when=FIRST_COMPLETED)
                tick()
                if any(isinstance(future.exception(), BrokenProcessPool) for future in done):
                    done, _ = wait(running)  # the pool gives up all of them
                struck = []
                for future in done:
                    name = running.pop(future)
                    if isinstance(future.exception(), BrokenProcessPool):
                        struck.append(name)
                    else:
                        yield name, future.result()
                if struck:
                    self._end(at_once=True)
                    self._begin(shared)
                    for name in queue.strike(struck):
                        yield name, Lost(ATTEMPTS)
        finally:
            if running:
                self._end(at_once=True)

    def _submitted(self, function: Callable[[Shared, Argument], Result], argument: Argument) -> Future[Any]:
        """Handed to the pool; where that has broken since it was last looked at, a task whose worker died."""
        assert self._pool is not None
        try:
            return self._pool.submit(_run, function, argument)
        except BrokenProcessPool as error:
            failed: Future[Any] = Future()
            failed.set_exception(error)
            return failed

    def _begin(self, shared: object) -> None:
        listening, self._lifeline = multiprocessing.get_context("spawn").Pipe(duplex=False)
        self._shared = shared
        self._pool = ProcessPoolExecutor(
            self.workers, multiprocessing.get_context("spawn"), _prepare, (shared, listening)
        )

    def _end(self, at_once: bool) -> None:
        """Close the pool: when its workers are done, or at once, whatever they are doing."""
        if self._pool is not None and self._lifeline is not None:
            if at_once:
                self._lifeline.close()
            self._pool.shutdown(wait=not at_once, cancel_futures=True)
            self._lifeline.close()
        self._pool = self._lifeline = self._shared = None

    def __enter__(self) -> Processes:
        return self

    def __exit__(self, *_: object) -> None:
        self._end(at_once=False)


@dataclass
class _Queue:
    """Tasks that wait. Those whose worker died often wait behind the others, and are run alone."""

    waiting: deque[str]
    strikes: Counter[str] = field(default_factory=Counter)

    def __init__(self, names: list[str]) -> None:
        self.waiting, self.strikes = deque(names), Counter()

    def __bool__(self) -> bool:
        return bool(self.waiting)

    def next(self, running: int, workers: int) -> str | None:
        """The task to begin now; None where there is none, or no room for it."""
        if not self.waiting or running >= workers:
            return None
        if self._suspect(self.waiting[0]) and running:
            return None
        return self.waiting.popleft()

    def strike(self, names: list[str]) -> list[str]:
        """Let tasks whose worker died wait again; those that it happened to too often come back."""
        self.strikes.update(names)
        for name in names:
            if self.strikes[name] < ATTEMPTS:
                (self.waiting.append if self._suspect(name) else self.waiting.appendleft)(name)
        return [name for name in names if self.strikes[name] >= ATTEMPTS]

    def _suspect(self, name: str) -> bool:
        return self.strikes[name] >= ATTEMPTS - 1


def usable_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def _one_thread() -> Iterator[None]:
    """The environment that a worker starts with: numerical libraries read it when they are imported."""
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(ONE_THREAD)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name)
            else:
                os.environ[name] = value


# --- in the worker ------------------------------------------------------------------------------

_HELD: list[Any] = []
"""What the tasks of this worker process share."""


def _prepare(shared: object, listening: Connection) -> None:
    """First thing in a worker: keep what is shared, leave Ctrl-C to the parent, and end with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _HELD[:] = [shared]
    threading.Thread(target=_end_with_parent, args=(listening,), daemon=True).start()


def _end_with_parent(listening: Connection) -> None:
    """Nothing is ever sent: the pipe ends when the parent closes it, or is gone, however it went."""
    try:
        listening.recv()
    except (EOFError, OSError):
        os._exit(1)


def _run(function: Callable[[Any, Argument], Result], argument: Argument) -> Result:
    return function(_HELD[0], argument)
