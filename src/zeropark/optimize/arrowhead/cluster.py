"""Chains in the hands of the workers of a Dask cluster; a lost worker's chains begin again elsewhere, from the log.

Each worker holds one actor, the team, with several chains. Whatever the coordinator asks of all chains goes to a
team as one message. A chain is made of its data and of the calls that it has had: those are a few kilobytes an
iteration, so the coordinator keeps them, and a chain whose worker dies is given to another one with the calls of
its life so far. It comes to the very point where it was, without a copy of its state ever having been sent.
"""

from __future__ import annotations

import importlib
import pickle
import time
import uuid
import weakref
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import Any

from zeropark.errors import NotSolved
from zeropark.optimize.arrowhead import ready
from zeropark.optimize.arrowhead.blas import single_threaded_blas
from zeropark.optimize.arrowhead.form import Arrow, Chain, Ints
from zeropark.optimize.arrowhead.work import Work
from zeropark.scheduling.cluster import connected
from zeropark.scheduling.tasks import ATTEMPTS

Call = tuple[str, tuple[Any, ...]]
"""Name of a method of ``Work``, and its arguments."""
Calls = list[tuple[str, dict[int, tuple[Any, ...]]]]
"""The same for several chains: arguments by the chain's number."""

UNANSWERED = frozenset(("advance", "begin", "blend", "settle"))
"""Methods without an answer: they go along with the next one that has one."""
READING = frozenset(("blocked", "pairs", "point", "products", "sizes", "touches"))
"""Methods that change nothing: a chain that begins again does without them."""
_LOOK_SECONDS = 2.0
_NEW_WORKER_SECONDS = 60
_AGAIN_SECONDS = 0.2


class Team:
    """Some chains in a worker: one thread for each of them, as far as the worker has threads.

    kernels: name of their module; None: the compiled ones where this machine has them ready. Messages are pickled
    here, so that they travel as one piece.
    """

    def __init__(self, threads: int, kernels: str | None) -> None:
        self.kernels = ready.kernels() if kernels is None else importlib.import_module(kernels)
        self.pool = ThreadPoolExecutor(threads) if threads > 1 else None
        self.works: dict[int, Work] = {}
        limited = ExitStack()
        limited.enter_context(single_threaded_blas())
        weakref.finalize(self, limited.close)  # Dask drops an actor without a word

    def take(self, message: bytes) -> bytes:
        """Take chains, each with its data and the calls that it has had. Answers of the last calls, by chain."""
        taken: dict[int, tuple[Chain, list[Call]]] = pickle.loads(message)

        def begin(index: int) -> Any:
            chain, calls = taken[index]
            self.works[index] = Work(chain, self.kernels, 1)
            return self._done(index, calls)

        return self._answers(begin, taken)

    def call(self, message: bytes) -> bytes:
        """Calls to all chains, one after the other. Answers of the last one, by chain."""
        calls: Calls = pickle.loads(message)

        def work(index: int) -> Any:
            return self._done(index, [(method, arguments[index]) for method, arguments in calls])

        return self._answers(work, self.works)

    def _done(self, index: int, calls: Iterable[Call]) -> Any:
        answer = None
        for method, arguments in calls:
            answer = getattr(self.works[index], method)(*arguments)
        return answer

    def _answers(self, function: Any, indices: Iterable[int]) -> bytes:
        """What the function gives for every chain, or the error that it raised."""
        indices = list(indices)
        try:
            found = (self.pool.map if self.pool else map)(function, indices)
            answer: object = dict(zip(indices, found, strict=True))
        except Exception as error:
            answer = error
        return pickle.dumps(answer, pickle.HIGHEST_PROTOCOL)


class _Gone(Exception):
    """A worker is no more."""


@dataclass
class _Member:
    """A team as the coordinator sees it. future: of the actor; its status tells when the worker is lost."""

    actor: Any
    future: Any
    chains: list[int]


@dataclass
class Traffic:
    """What went to and fro. trips: messages that were waited for together; sent, received: bytes."""

    trips: int = 0
    sent: int = 0
    received: int = 0


class Cluster:
    """The chains on the workers at ``address``: see ``Crew``.

    Raises InputError where there is no such cluster, NotSolved where it is lost for good.
    """

    def __init__(self, arrow: Arrow, address: str, kernels: str | None = None) -> None:
        self.address, self.chains, self.kernels = address, arrow.chains, kernels
        self.traffic = Traffic()
        self.lost = 0
        self._log: list[list[Call]] = [[] for _ in arrow.chains]
        self._waiting: list[tuple[str, Sequence[tuple[Any, ...]]]] = []
        self._losses: Counter[int] = Counter()
        self._members: dict[str, _Member] = {}
        self._client = connected(address, direct_to_workers=True)
        try:
            found = self._placed(range(len(arrow.chains)), [("touches", [()] * len(arrow.chains))])
        except BaseException:
            self.close()
            raise
        self._places: list[tuple[int, Ints, Ints]] = [found[i] for i in range(len(arrow.chains))]

    @property
    def words(self) -> str:
        """Where the work is done, for people."""
        count, lost = len(self._members), f", {self.lost} lost" if self.lost else ""
        return f"{count} worker{'s' if count != 1 else ''}{lost}"

    def places(self) -> list[tuple[int, Ints, Ints]]:
        """See Crew."""
        return self._places

    def each(self, method: str, arguments: Sequence[tuple[Any, ...]]) -> list[Any]:
        """See Crew. One message to each worker and back; none for what has no answer."""
        self._waiting.append((method, arguments))
        if method in UNANSWERED:
            return [None] * len(self.chains)
        calls, self._waiting = self._waiting, []
        found = self._asked(calls)
        for name, given in calls:
            if name not in READING:
                for log, own in zip(self._log, given, strict=True):
                    log.append((name, own))
        return [found[i] for i in range(len(self.chains))]

    def close(self) -> None:
        """Let the workers drop the chains, and leave the cluster."""
        with suppress(OSError, RuntimeError):
            self._client.cancel([member.future for member in self._members.values()], force=True)
        self._members.clear()
        self._client.close()

    # --- messages -------------------------------------------------------------------------------
    def _asked(self, calls: list[tuple[str, Sequence[tuple[Any, ...]]]]) -> dict[int, Any]:
        """The calls made by every chain, answers of the last one; chains of lost workers are placed again."""
        messages = {
            address: _packed([(name, {i: given[i] for i in member.chains}) for name, given in calls])
            for address, member in self._members.items()
        }
        found, lost = self._answered("call", messages)
        return found | (self._placed(lost, calls) if lost else {})

    def _placed(
        self, chains: Iterable[int], calls: list[tuple[str, Sequence[tuple[Any, ...]]]]
    ) -> dict[int, Any]:
        """Chains given to workers with all calls that they have had, then ``calls``: answers of the last one."""
        found: dict[int, Any] = {}
        open_ = list(chains)
        while open_:
            shares = self._shared_out(open_)
            messages = {}
            for address, own in shares.items():
                lives = {
                    i: (self.chains[i], [*self._log[i], *((name, given[i]) for name, given in calls)])
                    for i in own
                }
                messages[address] = _packed(lives)
                self._members[address].chains += own
            more, open_ = self._answered("take", messages)
            found |= more
        return found

    def _answered(self, method: str, messages: Mapping[str, bytes]) -> tuple[dict[int, Any], list[int]]:
        """Answers by chain, and the chains whose worker is lost. All are asked at once."""
        found: dict[int, Any] = {}
        lost: list[int] = []
        asked: dict[str, Any] = {}
        for address, message in messages.items():
            self.traffic.sent += len(message)
            with suppress(RuntimeError):  # known to be lost before it is asked
                asked[address] = getattr(self._members[address].actor, method)(message)
        self.traffic.trips += 1
        for address in messages:
            member = self._members[address]
            try:
                if address not in asked:
                    raise _Gone
                answer = _awaited(asked[address], member.future)
            except _Gone:
                lost += self._dismissed(address)
                continue
            self.traffic.received += len(answer)
            unpacked = pickle.loads(answer)
            if isinstance(unpacked, Exception):
                raise unpacked
            found |= unpacked
        return found, lost

    # --- workers --------------------------------------------------------------------------------
    def _dismissed(self, address: str) -> list[int]:
        """Count a worker as lost. Raises NotSolved where the same chain was lost too often."""
        member = self._members.pop(address)
        self.lost += 1
        self._losses.update(member.chains)
        if max(self._losses.values(), default=0) >= ATTEMPTS:
            raise NotSolved(
                "the workers of the cluster die",
                f"{ATTEMPTS} times with the same scenario: too little memory?",
            )
        return member.chains

    def _shared_out(self, chains: list[int]) -> dict[str, list[int]]:
        """Who takes which chains: the longest first, each to the worker with the least to do for each thread."""
        threads = self._workers()
        load = dict.fromkeys(threads, 0.0)
        for address, member in self._members.items():
            if address in load:
                load[address] = sum(self.chains[i].steps for i in member.chains) / threads[address]
        shares: dict[str, list[int]] = {}
        for i in sorted(chains, key=lambda i: -self.chains[i].steps):
            address = min(load, key=lambda a: load[a] + self.chains[i].steps / threads[a])
            load[address] += self.chains[i].steps / threads[address]
            shares.setdefault(address, []).append(i)
        for address in shares.keys() - self._members.keys():
            try:
                self._members[address] = self._hired(address, threads[address])
            except _Gone:
                return self._shared_out(chains)
        return shares

    def _workers(self) -> dict[str, int]:
        """Threads of each worker; waits for one where there is none. Raises NotSolved when none comes."""
        last = time.monotonic() + _NEW_WORKER_SECONDS
        while time.monotonic() < last:
            try:
                threads = dict(self._client.nthreads())
            except (OSError, RuntimeError) as error:
                raise NotSolved("the cluster's scheduler is lost", f"scheduler {self.address}") from error
            for address, member in self._members.items():
                if _is_lost(member.future):
                    threads.pop(address, None)  # its chains are missed when they are next asked
            if threads:
                return {address: max(1, count) for address, count in threads.items()}
            time.sleep(_AGAIN_SECONDS)
        raise NotSolved("the cluster has no workers any more", f"scheduler {self.address}")

    def _hired(self, address: str, threads: int) -> _Member:
        """A team in a worker."""
        with self._client.as_current():
            key = f"zeropark-team-{uuid.uuid4().hex}"
            future = self._client.submit(
                Team, threads, self.kernels, actor=True, workers=[address], key=key, pure=False
            )
            while True:
                try:
                    return _Member(future.result(timeout=_LOOK_SECONDS), future, [])
                except TimeoutError as error:
                    if address not in self._client.nthreads():
                        raise _Gone from error
                except Exception as error:
                    if address not in self._client.nthreads():
                        raise _Gone from error
                    raise


def _packed(content: object) -> bytes:
    return pickle.dumps(content, pickle.HIGHEST_PROTOCOL)


def _is_lost(future: Any) -> bool:
    return bool(future.status != "finished")


def _awaited(asked: Any, future: Any) -> bytes:
    """The answer of an actor; what it raises itself comes packed, so that an error here is one of the way there."""
    while True:
        try:
            return bytes(asked.result(timeout=_LOOK_SECONDS))
        except TimeoutError as error:  # at work; or nobody is there, and Dask knows it by now
            if _is_lost(future):
                raise _Gone from error
        except (OSError, RuntimeError) as error:
            raise _Gone from error
