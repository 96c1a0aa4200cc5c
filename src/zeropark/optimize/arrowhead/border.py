"""The border: its point, its dense system, its part of every direction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from zeropark.forms import Array
from zeropark.optimize.arrowhead.eliminate import Eliminated
from zeropark.optimize.arrowhead.form import Bools, Border, Ints

ZERO = np.zeros(1)


@dataclass
class BorderPoint:
    """Columns w, their room below and above, multipliers of both, multipliers mu of the rows.

    The same for a direction. Where a bound is infinite its room is 1 and its multiplier 0.
    """

    w: Array
    below: Array
    above: Array
    low: Array
    high: Array
    mu: Array

    def plus(self, primal: float, dual: float, along: BorderPoint) -> BorderPoint:
        """The point after a step."""
        return BorderPoint(
            self.w + primal * along.w,
            self.below + primal * along.below,
            self.above + primal * along.above,
            self.low + dual * along.low,
            self.high + dual * along.high,
            self.mu + dual * along.mu,
        )


@dataclass(frozen=True)
class Aim:
    """Right-hand side of the border: rows, columns, room above, complementarity of both bounds."""

    rows: Array
    columns: Array
    room: Array
    low: Array
    high: Array


class BorderSystem:
    """Factor and solves of the border: G (moved rows and rows) first, then the columns."""

    def __init__(self, border: Border, cuts: int, places: Sequence[Ints]) -> None:
        """places: those of each chain."""
        self.border, self.cuts, self.matrix = border, cuts, border.matrix
        self.has_low, self.has_high = np.isfinite(border.lower), np.isfinite(border.upper)
        self.rows = cuts + border.rows
        self.unknowns = Eliminated(border.matrix, cuts, places)

    @property
    def places(self) -> int:
        """Unknowns."""
        return self.rows + self.border.columns

    def factor(self, parts: Sequence[Array], at: BorderPoint, rho: float, delta: float) -> int:
        """parts: what each chain leaves over its places. Returns how often a diagonal had to be lifted."""
        return self.unknowns.factor(parts, self.curve(at) + rho, delta)

    def curve(self, at: BorderPoint) -> Array:
        """Diagonal of the columns from their own bounds."""
        return np.where(self.has_low, at.low / at.below, 0.0) + np.where(
            self.has_high, at.high / at.above, 0.0
        )

    def solve(self, loads: Array, at: BorderPoint, aim: Aim) -> tuple[Array, BorderPoint]:
        """Unknowns of all places, and the border's direction. loads: (places,) from the chains."""
        n, right = self.rows, loads.copy()
        right[self.cuts : n] += aim.rows
        push = aim.columns + np.where(self.has_low, aim.low / at.below, 0.0)
        push -= np.where(self.has_high, (aim.high - at.high * aim.room) / at.above, 0.0)
        right[n:] -= push
        found = self.unknowns.solve(right)
        w = found[n:]
        above = np.where(self.has_high, aim.room - w, 0.0)
        low = np.where(self.has_low, (aim.low - at.low * w) / at.below, 0.0)
        high = np.where(self.has_high, (aim.high - at.high * above) / at.above, 0.0)
        below = np.where(self.has_low, w, 0.0)
        return found, BorderPoint(w, below, above, low, high, found[self.cuts : n])

    def ratios(
        self, at: BorderPoint, along: BorderPoint, more: BorderPoint | None = None, weights: Array = ZERO
    ) -> Array:
        """Largest −d/x of rooms and of multipliers, (2, weights), for the direction ``along`` + ω · ``more``."""
        other = along if more is None else more
        return np.stack(
            [
                np.maximum(
                    _blocked(at.below, along.below, other.below, weights, self.has_low),
                    _blocked(at.above, along.above, other.above, weights, self.has_high),
                ),
                np.maximum(
                    _blocked(at.low, along.low, other.low, weights, self.has_low),
                    _blocked(at.high, along.high, other.high, weights, self.has_high),
                ),
            ]
        )


def _blocked(x: Array, d: Array, e: Array, weights: Array, where: Bools) -> Array:
    moved = d[where, None] + e[where, None] * weights
    return np.asarray(np.max(-moved / x[where, None], axis=0, initial=0.0))
