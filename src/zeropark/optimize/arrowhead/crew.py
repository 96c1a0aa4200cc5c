"""Who does the chains' work: threads of this process, or whoever offers the same calls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType
from typing import Any, Protocol

from zeropark.optimize.arrowhead.form import Arrow, Ints
from zeropark.optimize.arrowhead.work import Work, in_turn

SHORT = 2000
"""Steps below which a second thread costs more than it saves."""


class Crew(Protocol):
    """The chains' work, by the names of ``Work``'s methods; arguments and results one for each chain."""

    @property
    def words(self) -> str:
        """Where the work is done, for people; nothing where it is this process."""

    def each(self, method: str, arguments: Sequence[tuple[Any, ...]]) -> list[Any]:
        """Call the method of every chain with its arguments."""

    def places(self) -> list[tuple[int, Ints, Ints]]:
        """Of each chain: number of cuts, border rows and border columns that it touches."""

    def close(self) -> None:
        """Let go of what was held."""


class Threads:
    """Chains side by side; a single long chain in segments side by side."""

    words = ""

    def __init__(self, arrow: Arrow, kernels: ModuleType, threads: int) -> None:
        self.pool = ThreadPoolExecutor(threads) if threads > 1 else None
        alone = len(arrow.chains) == 1
        self.works = []
        for chain in arrow.chains:
            segments = threads if alone and chain.steps >= SHORT and kernels.SEGMENTS else 1
            self.works.append(Work(chain, kernels, segments, self._side_by_side if segments > 1 else in_turn))

    def _side_by_side(self, function: Callable[[int], Any], count: int) -> list[Any]:
        assert self.pool is not None
        rest = [self.pool.submit(function, k) for k in range(1, count)]
        return [function(0), *(future.result() for future in rest)]

    def each(self, method: str, arguments: Sequence[tuple[Any, ...]]) -> list[Any]:
        """See Crew."""
        if self.pool is None or len(self.works) == 1:
            return [getattr(w, method)(*a) for w, a in zip(self.works, arguments, strict=True)]
        futures = [
            self.pool.submit(getattr(w, method), *a) for w, a in zip(self.works, arguments, strict=True)
        ]
        return [future.result() for future in futures]

    def places(self) -> list[tuple[int, Ints, Ints]]:
        """See Crew."""
        return [work.touches() for work in self.works]

    def close(self) -> None:
        """End the threads."""
        if self.pool is not None:
            self.pool.shutdown()
