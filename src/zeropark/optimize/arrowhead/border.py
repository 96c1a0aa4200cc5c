"""The border: its point, its dense system, its part of every direction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.linalg as sl

from zeropark.forms import Array
from zeropark.optimize.arrowhead.form import Bools, Border

_TRIES = 12
ZERO = np.zeros(1)


class Breakdown(Exception):
    """The border's system is not positive definite, whatever is added to it."""


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

    def __init__(self, border: Border, cuts: int) -> None:
        self.border, self.cuts = border, cuts
        self.matrix = border.matrix.toarray()
        self.has_low, self.has_high = np.isfinite(border.lower), np.isfinite(border.upper)
        self.rows = cuts + border.rows

    @property
    def places(self) -> int:
        """Unknowns."""
        return self.rows + self.border.columns

    def factor(self, found: Array, at: BorderPoint, rho: float, delta: float) -> int:
        """found: (places, places), what the chains leave. Returns how often a diagonal had to be lifted."""
        n = self.rows
        across = found[:n, n:].copy()
        across[self.cuts :] += self.matrix
        corner = np.diag(found)[:n]
        self.lower_rows, lifted = _cholesky(found[:n, :n], 1e-14 * np.abs(corner) + delta)
        self.across = _solved(self.lower_rows, across)
        columns = -found[n:, n:]
        columns[np.diag_indices_from(columns)] += self.curve(at) + rho
        columns += self.across.T @ self.across
        self.scale = 1.0 / np.sqrt(np.maximum(np.diag(columns), 1e-300))
        scaled = columns * self.scale[:, None] * self.scale
        self.lower_columns, more = _cholesky(scaled, np.full(scaled.shape[0], 1e-15))
        return lifted + more

    def curve(self, at: BorderPoint) -> Array:
        """Diagonal of the columns from their own bounds."""
        return np.where(self.has_low, at.low / at.below, 0.0) + np.where(
            self.has_high, at.high / at.above, 0.0
        )

    def solve(self, loads: Array, at: BorderPoint, aim: Aim) -> tuple[Array, BorderPoint]:
        """Unknowns of all places, and the border's direction. loads: (places,) from the chains."""
        n = self.rows
        of_rows = loads[:n].copy()
        of_rows[self.cuts :] += aim.rows
        push = aim.columns + np.where(self.has_low, aim.low / at.below, 0.0)
        push -= np.where(self.has_high, (aim.high - at.high * aim.room) / at.above, 0.0)
        y = _solved(self.lower_rows, of_rows)
        right = self.across.T @ y + push - loads[n:]
        w = self.scale * sl.cho_solve((self.lower_columns, True), self.scale * right, check_finite=False)
        q = _solved(self.lower_rows, y - self.across @ w, back=True)
        above = np.where(self.has_high, aim.room - w, 0.0)
        low = np.where(self.has_low, (aim.low - at.low * w) / at.below, 0.0)
        high = np.where(self.has_high, (aim.high - at.high * above) / at.above, 0.0)
        below = np.where(self.has_low, w, 0.0)
        return np.concatenate([q, w]), BorderPoint(w, below, above, low, high, q[self.cuts :])

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


def _cholesky(matrix: Array, more: Array) -> tuple[Array, int]:
    for attempt in range(_TRIES):
        try:
            return np.asarray(np.linalg.cholesky(matrix + np.diag(more)), dtype=np.float64), attempt
        except np.linalg.LinAlgError:
            more = more * 100 + 1e-30
    raise Breakdown("the border is not positive definite")


def _solved(lower: Array, right: Array, back: bool = False) -> Array:
    if lower.size == 0:
        return right
    return np.asarray(sl.solve_triangular(lower, right, lower=True, trans=int(back), check_finite=False))
