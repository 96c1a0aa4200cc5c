"""One chain at work: its point, its factor, its directions. Only border-size messages go in and out.

A *place* is an index of the border's unknowns of the whole problem: first the rows moved there by cuts, then its
rows, then its columns. Every method takes or gives vectors over this chain's own places.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from types import ModuleType
from typing import Any

import numpy as np

from zeropark.forms import Array
from zeropark.optimize.arrowhead.form import CONSTANT, Chain, Ints
from zeropark.optimize.arrowhead.pattern import Pattern, pattern_of
from zeropark.optimize.arrowhead.state import Rates, data_of, zeros

SMALLEST_PIVOT = 1e-14
"""A pivot below this share of its diagonal is rounding, and is lifted."""
_CACHE = 700_000
"""Bytes of a tile's matrix, for the processor's second cache."""
_LANES = 256

Run = Callable[[Callable[[int], Any], int], list[Any]]
"""Calls a function with 0 … count − 1, side by side where that is possible."""


def in_turn(function: Callable[[int], Any], count: int) -> list[Any]:
    """One after the other."""
    return [function(k) for k in range(count)]


@dataclass(frozen=True)
class Measure:
    """A chain's part of the residuals. rows, columns: over its border rows (H x) and columns (B'λ, Σ width v)."""

    products: float
    cost: float
    turnover: float
    dual_value: float
    row: float
    dual: float
    room: float
    sums: Array
    links: Array


@dataclass(frozen=True)
class Ratios:
    """How far a direction may go, and the sums that tell the products after a step."""

    primal: float
    dual: float
    x_dz: float
    z_dx: float
    dx_dz: float
    weighted: Array


@dataclass(frozen=True)
class _Goal:
    """What the direction at work is for: see ``_aim`` of the kernels. base: the direction that it corrects."""

    how: int
    mu: float
    reach: Array
    base: int
    full: bool


class Work:
    """A chain in the hands of the solver."""

    def __init__(self, chain: Chain, kernels: ModuleType, segments: int, run: Run = in_turn) -> None:
        self.chain, self.kernels, self.run = chain, kernels, run
        self.pattern: Pattern = pattern_of(chain)
        self.step, self.data = self.pattern.step, data_of(chain, self.pattern.order)
        self.segments = max(1, min(segments, chain.steps // 4))
        self.bounds = np.linspace(0, chain.steps, self.segments + 1).astype(np.int64)
        self._lay_border()
        lanes = int(np.clip(_CACHE // (8 * max(self.step.entries, 1)), 16, _LANES)) // 8 * 8
        self.tiles, self.small_tiles = (
            [
                _tiles(chain.group, int(a), int(b), chain.steps if kernels.WHOLE else most)
                for a, b in zip(self.bounds[:-1], self.bounds[1:], strict=True)
            ]
            for most in (_LANES, lanes)
        )
        n, m, T = chain.rates, chain.rows, chain.steps
        self.at, self.left = zeros(n, T), zeros(n, T)
        self.along, self.lam = [zeros(n, T) for _ in range(3)], np.zeros((m, T))
        self.lam_along = [np.zeros((m, T)) for _ in range(3)]
        self.rows, self.missed = np.zeros((m, T)), np.zeros((m, T))
        self.lag_rows, self.later = self.step.local + self.pattern.spine.lag, np.zeros((self.step.nexts, T))
        self.curve, self.pull, self.push = np.zeros((n, T)), np.zeros((n, T)), np.zeros((n, T))
        self.pivots, self.near = np.zeros((self.step.local, T)), np.zeros((self.step.near_index.size, T))
        self.kept, self.ahead = np.zeros((self.step.kept_entry.size, T)), np.zeros((self.step.nexts, T))
        self.spine = kernels.SpineFactor(self.pattern.spine, T, self.places)
        self.live = self.data.width > 0
        self.count = int(np.count_nonzero(self.live) + np.count_nonzero(self.live[self.step.bounded]))

    def _lay_border(self) -> None:
        """Number this chain's places: cuts, then border rows, then border columns."""
        slots, pattern = self.step.slots, self.pattern
        self.border_rows: Ints = np.unique(pattern.slot_rows[pattern.slot_rows != CONSTANT])
        columns = pattern.slot_columns
        self.border_columns: Ints = np.unique(columns[columns != CONSTANT])
        self.cut = np.full((self.segments, self.step.nexts), -1, dtype=np.int64)
        count = 0
        for k in range(self.segments):
            for a in range(self.step.nexts):
                if k > 0 or pattern.ring[a]:
                    self.cut[k, a], count = count, count + 1
        self.cuts = count
        self.places = count + self.border_rows.size + self.border_columns.size
        self.slot_border = np.zeros((slots, self.chain.groups), dtype=np.int64)
        for q in range(slots):
            if pattern.slot_rows[q] != CONSTANT:
                self.slot_border[q] = count + np.searchsorted(self.border_rows, pattern.slot_rows[q])
            else:
                first = count + self.border_rows.size
                self.slot_border[q] = first + np.searchsorted(self.border_columns, columns[q])

    def _slots(self, border: Array) -> Array:
        return np.ascontiguousarray(border[self.slot_border])

    def _onto_places(self, by_slot: Array) -> Array:
        return np.bincount(
            self.slot_border.ravel(), by_slot.ravel().astype(np.float64), minlength=self.places
        ).astype(np.float64)

    def _next(self, lam: Array) -> Array:
        """Multipliers of the rows of the next step."""
        return np.ascontiguousarray(np.roll(lam[self.lag_rows], -1, axis=1))

    def _lagged(self, rows: Array) -> None:
        """Add to the rows that reach back what the step before gives them."""
        rows[self.lag_rows] += np.roll(self.ahead, 1, axis=1)

    # --- start ----------------------------------------------------------------------------------
    def begin(self, primal: bool) -> None:
        """Residuals of the least-squares problems that give the start; all products are 1."""
        width = np.where(self.step.bounded[:, None], np.maximum(self.data.width, 1.0), 1.0)
        unit = np.where(self.live, width, 0.0)
        room = self.step.bounded[:, None] & self.live
        self.at.x[:], self.at.z[:] = unit, np.where(self.live, 1.0 / width, 0.0)
        self.at.s[:], self.at.v[:] = np.where(room, width, 0.0), np.where(room, 1.0 / width, 0.0)
        constant = (room & (self.step.link == CONSTANT)[:, None]) if primal else np.zeros_like(room)
        self.left.s[:] = np.where(constant, self.data.width, 0.0)
        self.left.z[:] = 0.0 if primal else np.where(self.live, -self.data.cost, 0.0)
        self.rows[:] = self.data.rhs if primal else 0.0

    def sizes(self, primal: bool) -> tuple[float, int]:
        """90th percentile of the magnitudes that least squares found, in units of the widths, and their number."""
        unit, room = self.at.x, self.step.bounded[:, None] & self.live
        one, other = (self.along[0].x, self.along[0].s) if primal else (self.along[1].z, self.along[1].v)
        factor = 1.0 / np.where(self.live, unit, 1.0) if primal else unit
        found = np.abs(np.concatenate([(one * factor)[self.live], (other * factor)[room]]))
        return (float(np.percentile(found, 90)) if found.size else 0.0), found.size

    def settle(self, primal: float, dual: float) -> None:
        """Start from what least squares found, clipped from below."""
        unit, room = self.at.x.copy(), self.step.bounded[:, None] & self.live
        p, d, inverse = self.along[0], self.along[1], 1.0 / np.where(self.live, unit, 1.0)
        self.at.x[:] = np.where(self.live, np.maximum(p.x, primal * unit), 0.0)
        self.at.z[:] = np.where(self.live, np.maximum(d.z, dual * inverse), 0.0)
        self.at.s[:] = np.where(room, np.maximum(p.s, primal * unit), 0.0)
        self.at.v[:] = np.where(room, np.maximum(d.v, dual * inverse), 0.0)
        self.lam[:] = self.lam_along[1]

    def touches(self) -> tuple[int, Ints, Ints]:
        """Number of cuts, border rows and border columns: together the chain's places."""
        return self.cuts, self.border_rows, self.border_columns

    def pairs(self) -> int:
        """Number of products."""
        return self.count

    def products(self, which: int) -> Ratios:
        """The sums of a direction that was put together."""
        a, d = self.at, self.along[which]
        x_dz, z_dx = np.vdot(a.x, d.z) + np.vdot(a.s, d.v), np.vdot(a.z, d.x) + np.vdot(a.v, d.s)
        dx_dz = float(np.vdot(d.x, d.z) + np.vdot(d.s, d.v))
        return Ratios(0.0, 0.0, float(x_dz), float(z_dx), dx_dz, np.zeros((2, 0)))

    def point(self) -> tuple[Rates, Array]:
        """The rates, and the multipliers of the rows in the chain's own order."""
        lam = np.empty_like(self.lam)
        lam[self.pattern.order] = self.lam
        return self.at, lam

    # --- residuals ------------------------------------------------------------------------------
    def measure(self, border: Array) -> Measure:
        """Residuals at the point; border: multipliers of rows and values of columns."""
        slot, next_ = self._slots(border), self._next(self.lam)
        sums = np.zeros((self.segments, 2, self.step.slots, self.chain.groups))
        found = np.zeros((self.segments, 7))
        self.run(
            lambda k: self.kernels.residuals(
                self.step, self.data, self.at, self.lam, next_, slot, self.tiles[k],
                self.left, self.rows, self.ahead, sums[k], found[k],
            ),
            self.segments,
        )  # fmt: skip
        self._lagged(self.rows)
        total, most = found.sum(axis=0), found.max(axis=0)
        both = sums.sum(axis=0)
        return Measure(
            products=float(total[0]),
            cost=total[1],
            turnover=total[2],
            dual_value=total[5] - total[6],
            row=float(np.max(np.abs(self.rows), initial=0.0)),
            dual=most[3],
            room=most[4],
            sums=self._onto_places(both[0]),
            links=self._onto_places(both[1]),
        )

    # --- factor ---------------------------------------------------------------------------------
    def factor(self, rho: float, delta: float) -> tuple[Array, int]:
        """The border's matrix as this chain leaves it, (places, places), and the number of lifted pivots."""
        corner = np.zeros((self.segments, self.step.corner_entry.size, self.chain.groups))
        lifted = self.run(
            lambda k: self.kernels.factor_steps(
                self.step, self.data, self.at, rho, delta, SMALLEST_PIVOT, self.small_tiles[k],
                self.curve, self.pull, self.pivots, self.near, self.kept, corner[k],
            ),
            self.segments,
        )  # fmt: skip
        border = np.zeros((self.places, self.places))
        a, b = self.pattern.corner[:, 0], self.pattern.corner[:, 1]
        total = corner.sum(axis=0)
        for g in range(self.chain.groups):
            i, j = self.slot_border[a, g], self.slot_border[b, g]
            np.add.at(border, (i, j), total[:, g])
            other = a != b
            np.add.at(border, (j[other], i[other]), total[other, g])
        parts = self.run(lambda k: self._factor_segment(k, delta), self.segments)
        for matrix, more in parts:
            border += matrix
            lifted.append(more)
        return border, int(sum(lifted))

    def _factor_segment(self, k: int, delta: float) -> tuple[Array, int]:
        cut, after = self.cut[k], self._cut_after(k)
        start, end = self._ends(k)
        sums = np.zeros((self.cuts, self.places))
        lifted = self.spine.factor(
            self.kept, self.chain.group, self.slot_border, cut, after, start, end, SMALLEST_PIVOT, delta, sums
        )
        border = -self.spine.square(start, end)
        self._take_local(border, start, end)
        border[: self.cuts] += sums
        border[self.cuts :, : self.cuts] += sums[:, self.cuts :].T
        return border, lifted

    def _take_local(self, border: Array, start: int, end: int) -> None:
        """What the local rows of a segment take off the corner between slots, summed over its steps."""
        step, group = self.step, self.chain.group
        edges = [start, *(int(t) + start + 1 for t in np.flatnonzero(np.diff(group[start:end]))), end]
        for k in range(step.local):
            first, last = int(step.near_slot[k]), int(step.near_start[k + 1])
            if first == last:
                continue
            slots = step.near_index[first:last] - step.rows - step.nexts
            for a, b in pairwise(edges):
                found = self.near[first:last, a:b]
                places = self.slot_border[slots, group[a]]
                # two slots may stand for one column in this group: every part counts
                np.subtract.at(border, np.ix_(places, places), found @ found.T)

    # --- directions -----------------------------------------------------------------------------
    def load(self, how: int, mu: float, reach: tuple[float, float], which: int, base: int) -> Array:
        """Aim for a direction and eliminate forward: the border's right-hand side from this chain, (places,).

        how: see ``_aim`` of the kernels; 0 and 1 close the residuals, 2 and 3 correct direction ``base``. which: the
        number of the direction.
        """
        return self._eliminate(
            _Goal(how, mu, np.array(reach), base, how < 2), self.rows, float(how < 2), which
        )

    def load_missed(self, which: int) -> Array:
        """The same for what the last direction missed: only the rows have a right-hand side."""
        return self._eliminate(_Goal(0, 0.0, np.ones(2), which, False), self.missed, 1.0, which)

    def _eliminate(self, goal: _Goal, rows: Array, of_rows: float, which: int) -> Array:
        self.goal = goal
        sums = np.zeros((self.segments, self.step.slots, self.chain.groups))
        forward, base = self.lam_along[which], self.along[goal.base]

        def segment(k: int) -> tuple[Array, Array]:
            self.kernels.load_steps(
                self.step, self.data, self.at, base, goal.how, goal.mu, goal.reach, self.left, goal.full, rows, of_rows,
                self.curve, self.pull, self.pivots, self.near, self.tiles[k], self.push, forward, self.ahead, sums[k],
            )  # fmt: skip
            start, end = self._ends(k)
            load = forward[self.step.local :]
            return self.spine.forward(load, self.ahead, self.cut[k], self._cut_after(k), start, end)  # type: ignore[no-any-return]

        out = np.zeros(self.places)
        for moved, carried in self.run(segment, self.segments):
            out += moved - carried
        return out - self._onto_places(sums.sum(axis=0))

    def move(self, border: Array, which: int, weights: Array) -> Ratios:
        """The direction that goes with the border's unknowns, into ``along[which]`` and ``lam_along[which]``.

        With weights also how far its base may go with that much of it.
        """
        return self._move(border, which, weights, None)[0]

    def move_and_miss(
        self, border: Array, which: int, weights: Array, full: float
    ) -> tuple[Ratios, tuple[float, Array]]:
        """``move`` and ``miss`` in one go: the same message says both."""
        return self._move(border, which, weights, full)

    def _move(
        self, border: Array, which: int, weights: Array, full: float | None
    ) -> tuple[Ratios, tuple[float, Array]]:
        lam, slot, goal = self.lam_along[which], self._slots(border), self.goal
        found, blocks = np.zeros((self.segments, 5)), np.zeros((self.segments, 2, weights.size))
        sums, base = np.zeros((self.segments, self.step.slots, self.chain.groups)), self.along[goal.base]

        def segment(k: int) -> float:
            start, end = self._ends(k)
            self.spine.backward(border, self.cut[k], start, end, lam[self.step.local :])
            after = self._cut_after(k)
            self.later[:, start : end - 1] = lam[self.lag_rows, start + 1 : end]
            self.later[:, end - 1] = np.where(after >= 0, np.append(border, 0.0)[after], 0.0)
            self.kernels.move_steps(
                self.step, self.data, self.at, base, goal.how, goal.mu, goal.reach, self.left, goal.full, self.curve,
                self.pull, self.pivots, self.near, self.push, lam, self.later, slot, self.tiles[k], self.along[which],
                weights, found[k], blocks[k],
            )  # fmt: skip
            return 0.0 if full is None else self._miss_segment(k, slot, full, which, sums[k])

        worst = max(self.run(segment, self.segments))
        most, total = found.max(axis=0), found.sum(axis=0)
        ratios = Ratios(most[0], most[1], total[2], total[3], total[4], blocks.max(axis=0))
        over = 0.0 if full is None else self._over_cuts()
        return ratios, (max(worst, over), self._onto_places(sums.sum(axis=0)))

    def miss(self, border: Array, full: float, which: int) -> tuple[float, Array]:
        """Largest row that the direction does not close, and H dx over the places."""
        sums, slot = np.zeros((self.segments, self.step.slots, self.chain.groups)), self._slots(border)
        worst = max(self.run(lambda k: self._miss_segment(k, slot, full, which, sums[k]), self.segments))
        return max(worst, self._over_cuts()), self._onto_places(sums.sum(axis=0))

    def _miss_segment(self, k: int, slot: Array, full: float, which: int, sums: Array) -> float:
        self.kernels.missed_rows(
            self.step,
            self.rows,
            self.along[which].x,
            slot,
            full,
            self.tiles[k],
            self.missed,
            self.ahead,
            sums,
        )
        start, end = self._ends(k)
        self.missed[self.lag_rows, start + 1 : end] += self.ahead[:, start : end - 1]
        inside = self.missed[:, start + 1 : end]
        return float(max(np.max(inside, initial=0.0), -np.min(inside, initial=0.0)))

    def _over_cuts(self) -> float:
        """Add to the first step of each segment what the step before gives it; the largest missed row there."""
        first = self.bounds[:-1]
        self.missed[np.ix_(self.lag_rows, first)] += self.ahead[:, first - 1]
        return float(np.max(np.abs(self.missed[:, first]), initial=0.0))

    def _ends(self, k: int) -> tuple[int, int]:
        return int(self.bounds[k]), int(self.bounds[k + 1])

    def _cut_after(self, k: int) -> Ints:
        """Border index of the rows moved at the start of the segment after, −1 where none is."""
        return np.asarray(self.cut[(k + 1) % self.segments])

    def blocked(self, which: int, more: int, weights: Array) -> Array:
        """Largest ratios of direction ``which`` + ω · ``more``: (2, weights), primal and dual."""
        found = np.zeros((self.segments, 2, weights.size))
        self.run(
            lambda k: self.kernels.blocked(
                self.step,
                self.data,
                self.at,
                self.along[which],
                self.along[more],
                weights,
                self.tiles[k],
                found[k],
            ),
            self.segments,
        )
        return np.asarray(found.max(axis=0))

    def blend(self, which: int, more: int, primal: float, dual: float) -> None:
        """Direction ``which`` += primal, dual weights of ``more``."""
        self._add(self.along[which], self.along[more], primal, dual, self.lam_along[which], more)

    def advance(self, which: int, primal: float, dual: float) -> None:
        """Take a step."""
        self._add(self.at, self.along[which], primal, dual, self.lam, which)

    def _add(self, to: Rates, along: Rates, primal: float, dual: float, lam: Array, which: int) -> None:
        def segment(k: int) -> None:
            self.kernels.add(self.step, to, along, primal, dual, self.tiles[k])
            here = slice(*self._ends(k))
            lam[:, here] += dual * self.lam_along[which][:, here]

        self.run(segment, self.segments)


def _tiles(group: Ints, start: int, end: int, lanes: int) -> Ints:
    """(tiles, 3): first step, end, group; none is longer than ``lanes`` or in two groups."""
    edges = [start, *(int(t) + start + 1 for t in np.flatnonzero(np.diff(group[start:end]))), end]
    tiles = [
        (a, min(a + lanes, to), group[a]) for from_, to in pairwise(edges) for a in range(from_, to, lanes)
    ]
    return np.array(tiles, dtype=np.int64).reshape(len(tiles), 3)
