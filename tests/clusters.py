"""A Dask cluster of processes for tests, and what tests must wait for: Dask tells some things a moment later."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from distributed import Client, LocalCluster
from distributed.core import Status

LONGEST_WAIT = 300.0
"""s; for what must happen, on a machine however busy. No test is about how long it takes."""


def awaited(what: str, happens: Callable[[], bool]) -> None:
    """Return when it happens. Fails where it never does."""
    last = time.monotonic() + LONGEST_WAIT
    while not happens():
        assert time.monotonic() < last, f"never: {what}"
        time.sleep(0.02)


@contextmanager
def two_processes() -> Iterator[LocalCluster]:
    """Two workers of one thread. The dashboard takes any free port: others may run here."""
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0") as cluster:
        await_workers(cluster)
        yield cluster


def pids(cluster: LocalCluster) -> list[int]:
    """Processes of the workers, as their nannies know them."""
    return [nanny.pid for nanny in cluster.workers.values() if nanny.pid is not None]


def await_workers(cluster: LocalCluster, count: int = 2) -> None:
    """Return when so many workers live and the scheduler knows them and no others, whatever was killed before.

    Their nannies run too: one that is still starting does not bring back a worker that is killed.
    """
    with Client(cluster.scheduler_address, set_as_default=False) as client:

        def all_answer() -> bool:
            cluster.scale(count)  # a nanny gives up a worker that is killed before it has started
            with suppress(OSError):  # one that was killed is still listed
                answers = sorted(client.run(os.getpid).values())
                watched = all(nanny.status == Status.running for nanny in cluster.workers.values())
                return watched and len(answers) == count and answers == sorted(pids(cluster))
            return False

        awaited(f"{count} workers", all_answer)
