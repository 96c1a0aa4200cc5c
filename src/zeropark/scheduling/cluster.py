"""Workers of a Dask cluster, which may be other machines."""

from __future__ import annotations

import queue
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from importlib import metadata
from itertools import count
from typing import Any

from zeropark.errors import Fault, InputError, NotSolved
from zeropark.scheduling.tasks import ATTEMPTS, POLL_SECONDS, Argument, Lost, Result, Shared, Tick

try:
    from distributed import Client, Future, KilledWorker, WorkerPlugin
except ModuleNotFoundError:  # an extra: pip install 'zeropark[cluster]'
    Client = Future = KilledWorker = None
    WorkerPlugin = object

_ANSWER_SECONDS = 15
_FIRST_WORKER_SECONDS = 60


class Cluster:
    """The workers behind a Dask scheduler. address: such as ``tcp://host:8786``.

    Raises InputError where no scheduler answers, it has no workers, or they run another zeropark.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self._client = connected(address)

    def words(self) -> str:
        """Where the tasks run, for people. Raises NotSolved where the scheduler is lost."""
        with self._reachable():
            workers = len(self._client.nthreads())
        return f"{workers} worker{'s' if workers != 1 else ''} at {self.address}"

    def run(
        self,
        function: Callable[[Shared, Argument], Result],
        shared: Shared,
        arguments: Mapping[str, Argument],
        tick: Tick,
    ) -> Iterator[tuple[str, Result | Lost]]:
        """See ``Scheduler.run``. Dask itself runs again what a dead worker was doing.

        Raises NotSolved where the scheduler is lost, or gives up the work.
        """
        token = f"zeropark-{uuid.uuid4().hex}"
        with self._reachable():
            _patiently(lambda: self._client.register_plugin(Holder(token, shared), name=token))
        done: queue.SimpleQueue[Future] = queue.SimpleQueue()
        running: dict[str, tuple[str, Future]] = {}
        attempts: Counter[str] = Counter()
        numbers = count()

        def begin(name: str) -> None:
            attempts[name] += 1
            key = f"{token}-{next(numbers)}"  # of this attempt alone: Dask takes one key for one result
            with self._reachable():
                future = self._client.submit(_run, function, token, arguments[name], key=key, pure=False)
            running[key] = name, future
            future.add_done_callback(done.put)

        try:
            for name in arguments:
                begin(name)
            while running:
                tick()
                try:
                    future = done.get(timeout=POLL_SECONDS)
                except queue.Empty:
                    continue
                name, _ = running.pop(future.key)
                result = self._result_of(future)
                if isinstance(result, Lost) and attempts[name] < 2:
                    begin(name)  # Dask blames all that a dead worker had: a second chance
                else:
                    yield name, result
        finally:
            with suppress(OSError, RuntimeError, CancelledError):
                self._client.cancel([future for _, future in running.values()], force=True)
                self._client.unregister_worker_plugin(token)

    def _result_of(self, future: Future) -> Any:
        """The result of a task that is done, or Lost; an error of the function is raised as it is."""
        failure: BaseException | None
        with self._reachable():
            try:  # where the worker died with the result, this waits until Dask has it again
                failure = future.exception()
                if failure is None:
                    return future.result()
            except KilledWorker as error:
                failure = error
        if isinstance(failure, KilledWorker):
            return Lost(ATTEMPTS)
        assert failure is not None
        raise failure.with_traceback(future.traceback())

    @contextmanager
    def _reachable(self) -> Iterator[None]:
        """Of messages to the scheduler: without it nothing more can be asked, which is no defect of ours."""
        try:
            yield
        except CancelledError as error:
            raise NotSolved("the cluster gave up the work", f"scheduler {self.address}") from error
        except (OSError, RuntimeError) as error:
            raise NotSolved("the cluster's scheduler is lost", f"scheduler {self.address}") from error

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()


def _patiently(ask: Callable[[], Result]) -> Result:
    """The answer of all workers, asked again where one of them dies meanwhile."""
    for _ in range(ATTEMPTS - 1):
        with suppress(OSError):
            return ask()
        time.sleep(POLL_SECONDS)
    return ask()


def connected(address: str, direct_to_workers: bool = False) -> Client:
    """A client of the scheduler at the address. direct_to_workers: messages do not go through the scheduler.

    Raises InputError where no scheduler answers, it has no workers, or they run another zeropark.
    """
    if Client is None:
        raise _refused(address, "no 'distributed' here", "pip install 'zeropark[cluster]'")
    try:
        client = Client(
            address, timeout=_ANSWER_SECONDS, set_as_default=False, direct_to_workers=direct_to_workers
        )
    except (OSError, ValueError, TypeError) as error:
        hint = "start one with: dask scheduler"
        raise _refused(address, "no scheduler that answers", hint) from error
    try:
        client.wait_for_workers(1, timeout=_FIRST_WORKER_SECONDS)
        _require_same_version(client, address)
    except TimeoutError as error:
        client.close()
        raise _refused(address, "a scheduler without workers", f"dask worker {address}") from error
    except OSError as error:
        client.close()
        raise _refused(address, "a scheduler that was lost meanwhile", "start it again") from error
    except BaseException:
        client.close()
        raise
    return client


def _require_same_version(client: Client, address: str) -> None:
    here = version()
    try:
        there = _patiently(lambda: client.run(version))
    except ImportError as error:
        raise _refused(address, "workers without zeropark", f"install zeropark {here} there") from error
    others = {worker: found for worker, found in there.items() if found != here}
    if others:
        worker, found = next(iter(others.items()))
        raise _refused(address, f"zeropark {found} on {worker}", f"zeropark {here} on all workers")


def version() -> str:
    """The version of zeropark that is installed."""
    return metadata.version("zeropark")


def _refused(address: str, found: str, hint: str) -> InputError:
    expected = "the address of a Dask scheduler, such as tcp://host:8786"
    return InputError([Fault("--scheduler", None, address, found, expected, hint)])


# --- in the worker ------------------------------------------------------------------------------

_HELD: dict[str, Any] = {}
"""What the tasks of a run share, by the run's token."""


class Holder(WorkerPlugin):  # type: ignore[misc]
    """Brings what the tasks share to every worker, those that start later too."""

    def __init__(self, token: str, shared: object) -> None:
        self.token, self.shared = token, shared

    def setup(self, worker: object) -> None:
        """A worker begins."""
        _HELD[self.token] = self.shared

    def teardown(self, worker: object) -> None:
        """The run, or the worker, is over."""
        _HELD.pop(self.token, None)


def _run(function: Callable[[Any, Argument], Result], token: str, argument: Argument) -> Result:
    return function(_HELD[token], argument)
