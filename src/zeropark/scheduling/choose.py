"""Which scheduler: this machine's processes, or the cluster at an address."""

from __future__ import annotations

from zeropark.scheduling.cluster import Cluster
from zeropark.scheduling.processes import Processes
from zeropark.scheduling.tasks import InThisProcess, Scheduler


def scheduler_at(address: str | None = None, workers: int | None = None) -> Scheduler:
    """address: of a Dask scheduler; absent: this machine. workers: processes of this machine, 0 for none
    but this one; absent: one for each core. Raises InputError where the cluster cannot be used.
    """
    if address is not None:
        return Cluster(address)
    return InThisProcess() if workers == 0 else Processes(workers)
