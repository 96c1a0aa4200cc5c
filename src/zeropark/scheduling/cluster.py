"""Workers of a Dask cluster, which may be other machines."""

from __future__ import annotations

import concurrent.futures
import queue
import threading
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
_NEW_WORKER_SECONDS = 60.0
_LOOK_SECONDS = 2.0


class Cluster:
    """The workers behind a Dask scheduler. address: such as ``tcp://host:8786``.

    Raises InputError where no scheduler answers, it has no workers, or they run another zeropark.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self._client = connected(address)

    def words(self) -> str:
        """Where the tasks run, for people. Raises NotSolved where the scheduler is lost."""
        workers = self.workers()
        return f"{workers} worker{'s' if workers != 1 else ''} at {self.address}"

    def workers(self) -> int:
        """How many there are now. Raises NotSolved where the scheduler is lost."""
        with self._reachable():
            return len(self._client.nthreads())

    def run(
        self,
        function: Callable[[Shared, Argument], Result],
        shared: Shared,
        arguments: Mapping[str, Argument],
        tick: Tick,
    ) -> Iterator[tuple[str, Result | Lost]]:
        """See ``Scheduler.run``. Dask itself runs again what a dead worker was doing.

        Raises NotSolved where the scheduler is lost, gives up the work, or has had no workers for a minute.
        """
        token = f"zeropark-{uuid.uuid4().hex}"
        with self._reachable():
            _patiently(lambda: self._client.register_plugin(Holder(token, shared), name=token))
        done: queue.SimpleQueue[Future] = queue.SimpleQueue()
        running: dict[str, tuple[str, Future]] = {}
        attempts: Counter[str] = Counter()
        numbers = count()
        workers = _Workers(self)

        def wait() -> None:
            tick()
            workers.look()

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
                wait()
                try:
                    future = done.get(timeout=POLL_SECONDS)
                except queue.Empty:
                    continue
                result = self._result_of(future, wait)
                name, _ = running.pop(future.key)  # only now: what is left in it is cancelled in the end
                if isinstance(result, Lost) and attempts[name] < 2:
                    begin(name)  # Dask blames all that a dead worker had: a second chance
                else:
                    yield name, result
        finally:
            with suppress(OSError, RuntimeError, CancelledError):
                self._client.cancel([future for _, future in running.values()], force=True)
                self._client.unregister_worker_plugin(token)

    def _result_of(self, future: Future, wait: Tick) -> Any:
        """The result of a task that is done, or Lost; an error of the function is raised as it is.

        wait: called several times a second. Where the worker died with the result, Dask has the task done again, by
        a worker that may never come. A transfer takes its time: a thread waits for it, so that nothing cuts it short.
        """
        fetched: concurrent.futures.Future[Any] = concurrent.futures.Future()

        def fetch() -> None:
            try:
                failure = future.exception()
                if failure is None:
                    fetched.set_result((None, None, future.result()))
                else:
                    fetched.set_result((failure, future.traceback(), None))
            except BaseException as error:  # also Dask's words for what is cancelled
                fetched.set_exception(error)

        threading.Thread(target=fetch, daemon=True).start()
        while not concurrent.futures.wait([fetched], timeout=POLL_SECONDS).done:
            wait()
        try:
            with self._reachable():
                failure, traceback, result = fetched.result()
        except KilledWorker as error:
            failure = error
        if failure is None:
            return result
        if isinstance(failure, KilledWorker):
            return Lost(ATTEMPTS)
        raise failure.with_traceback(traceback)

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


class _Workers:
    """Looks every few seconds whether a cluster has any."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._next = time.monotonic() + _LOOK_SECONDS
        self._none_since: float | None = None

    def look(self) -> None:
        """Raises NotSolved where there have been none for a minute: nothing that waits would ever end."""
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + _LOOK_SECONDS
        if self._cluster.workers():
            self._none_since = None
        elif self._none_since is None:
            self._none_since = now
        elif now >= self._none_since + _NEW_WORKER_SECONDS:
            raise NotSolved("the cluster has no workers any more", f"scheduler {self._cluster.address}")


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
