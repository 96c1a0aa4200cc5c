"""What every scheduler offers: run one function over many arguments, results in the order in which they come."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

Argument = TypeVar("Argument")
Result = TypeVar("Result")
Shared = TypeVar("Shared")
Tick = Callable[[], None]
"""Called several times a second while tasks run; what it raises cancels them."""

ATTEMPTS = 4
"""So often is a task begun whose worker dies, the last time alone; then it is taken for the reason."""
POLL_SECONDS = 0.2


@dataclass(frozen=True)
class Lost:
    """Stands for the result of a task whose worker died each time."""

    attempts: int


class Scheduler(Protocol):
    """Runs tasks that do not know each other. Used in a ``with`` block, which ends all workers."""

    def words(self) -> str:
        """Where the tasks run, for people."""
        ...

    def run(
        self,
        function: Callable[[Shared, Argument], Result],
        shared: Shared,
        arguments: Mapping[str, Argument],
        tick: Tick,
    ) -> Iterator[tuple[str, Result | Lost]]:
        """``function(shared, argument)`` for every argument, as (name, result) in the order of completion.

        function: of a module, so that workers can import it. shared: sent to each worker once. A task whose
        worker was killed is run again, at most ``ATTEMPTS`` times. An error of the function is raised here.
        Closing the iterator, or an error in the loop that reads it, cancels what is not done.
        """
        ...

    def __enter__(self) -> Scheduler: ...

    def __exit__(self, *_: object) -> None: ...


class InThisProcess:
    """One task after the other, without any worker: for what is small, and to look at errors."""

    def words(self) -> str:
        """Where the tasks run, for people."""
        return "this process"

    def run(
        self,
        function: Callable[[Shared, Argument], Result],
        shared: Shared,
        arguments: Mapping[str, Argument],
        tick: Tick,
    ) -> Iterator[tuple[str, Result | Lost]]:
        """See ``Scheduler.run``."""
        for name, argument in arguments.items():
            tick()
            yield name, function(shared, argument)

    def __enter__(self) -> InThisProcess:
        return self

    def __exit__(self, *_: object) -> None:
        pass
