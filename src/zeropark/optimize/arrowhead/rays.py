"""No optimum: infeasible and unbounded problems betray themselves by how the iteration runs away.

Where the dual value grows without end, what the multipliers gained in some iterations is a Farkas ray; where the
cost falls without end, what the quantities gained is a direction of descent. Neither is believed before the
certificate of the original problem proves it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from zeropark.forms import Array
from zeropark.optimize.arrowhead.interior import Interior, Left
from zeropark.optimize.certificate import proves_infeasible, proves_unbounded
from zeropark.optimize.problem import Problem

_NOISE = (0.0, 1e-10, 1e-8, 1e-6, 1e-4)
_EVERY = 5
_FIRST = 8
_APART = 10.0
"""How many times the dual value must exceed the cost, or the cost fall below it, before anything is suspected."""

Recover = Callable[[Interior], tuple[Array, Array]]


class RayWatch:
    """Looks for a ray every few iterations, once the course of the run is suspicious."""

    def __init__(self, problem: Problem, recover: Recover, tolerance: float) -> None:
        self.problem, self.recover, self.tolerance = problem, recover, tolerance
        self.before: tuple[Array, Array] | None = None

    def verdict(self, interior: Interior, left: Left, iteration: int) -> str:
        """``infeasible``, ``unbounded``, or nothing."""
        if iteration < _FIRST or iteration % _EVERY:
            return ""
        rising = left.dual_cost > left.cost + _APART * (1 + abs(left.cost))
        falling = left.cost < left.dual_cost - _APART * (1 + abs(left.dual_cost))
        rising, falling = rising and left.primal > self.tolerance, falling and left.dual > self.tolerance
        if not (rising or falling):
            self.before = None
            return ""
        now, before = self.recover(interior), self.before
        self.before = now
        if before is None:
            return ""
        if rising and proves_infeasible(self.problem, now[1] - before[1]) > 0:
            return "infeasible"
        if falling and any(
            proves_unbounded(self.problem, cleaned) > 0 for cleaned in _cleaned(now[0] - before[0])
        ):
            return "unbounded"
        return ""


def _cleaned(direction: Array) -> Iterator[Array]:
    """The direction without what is small in it: quantities that only settle do not belong to it."""
    size = np.abs(direction)
    for share in _NOISE:
        yield np.where(size > share * float(np.max(size, initial=0.0)), direction, 0.0)
