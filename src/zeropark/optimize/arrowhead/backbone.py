"""The spine that joins the steps, compiled: block Cholesky along time, with the border carried along.

In each step the interface rows of the step before are eliminated. A chain is cut into segments that run side by
side; the rows that reach back over a cut (over the turn of the ring as well) are moved to the border. Per
step: block ``low`` (r, r) lower factor with inverse diagonal, ``back`` (nexts, r) its coupling to the step before,
``carried`` (r, border) the border's columns after forward elimination.
"""

from __future__ import annotations

import numpy as np

from zeropark.forms import Array
from zeropark.optimize.arrowhead.form import Ints
from zeropark.optimize.arrowhead.lanes import kernel
from zeropark.optimize.arrowhead.pattern import Spine


@kernel
def _block(spine: Spine, kept: Array, t: int, before: int, block: Array, coupling: Array) -> None:
    """Diagonal block of step t and its coupling to the step before."""
    block[:, :] = 0.0
    coupling[:, :] = 0.0
    for e in range(spine.same.shape[0]):
        block[spine.same[e, 1], spine.same[e, 2]] = kept[spine.same[e, 0], t]
    for e in range(spine.ahead.shape[0]):
        a, b = spine.lag[spine.ahead[e, 1]], spine.lag[spine.ahead[e, 2]]
        block[max(a, b), min(a, b)] += kept[spine.ahead[e, 0], before]
    for e in range(spine.back.shape[0]):
        coupling[spine.back[e, 1], spine.back[e, 2]] = kept[spine.back[e, 0], before]


@kernel
def _border_rows(
    spine: Spine, kept: Array, t: int, before: int, here: Ints, there: Ints, rows: Array
) -> None:
    """The border's columns in the rows of step t; here, there: border index of each slot, at t and before."""
    rows[:, :] = 0.0
    for e in range(spine.slot.shape[0]):
        rows[spine.slot[e, 1], here[spine.slot[e, 2]]] += kept[spine.slot[e, 0], t]
    for e in range(spine.next_slot.shape[0]):
        rows[spine.lag[spine.next_slot[e, 1]], there[spine.next_slot[e, 2]]] += kept[
            spine.next_slot[e, 0], before
        ]


@kernel
def _move_to_border(
    lag: Ints, cut: Ints, block: Array, coupling: Array, rows: Array, first: bool, sums: Array
) -> None:
    """At a cut: the rows that reach back leave the step; ``sums`` (cuts, border) gets what they share with the border.

    One step later (``first`` false): the coupling to those rows is the border's.
    """
    if not first:
        for a in range(lag.size):
            if cut[a] >= 0:
                for b in range(lag.size):
                    rows[lag[b], cut[a]] += coupling[b, lag[a]]
                    coupling[b, lag[a]] = 0.0
        return
    for a in range(lag.size):
        if cut[a] < 0:
            continue
        i = lag[a]
        for g in range(rows.shape[1]):
            sums[cut[a], g] += rows[i, g]
            rows[i, g] = 0.0
    for a in range(lag.size):
        if cut[a] < 0:
            continue
        i = lag[a]
        sums[cut[a], cut[a]] += block[i, i]
        for k in range(block.shape[0]):
            if k == i:
                continue
            value = block[max(i, k), min(i, k)]
            other = -1
            for b in range(lag.size):
                if lag[b] == k:
                    other = cut[b]
            if other >= 0:
                sums[cut[a], other] += value
            else:
                rows[k, cut[a]] += value
    for a in range(lag.size):
        if cut[a] >= 0:
            i = lag[a]
            block[i, :] = 0.0
            block[:, i] = 0.0
            block[i, i] = 1.0


@kernel
def _link_back(
    lag: Ints, coupling: Array, low: Array, carried: Array, back: Array, block: Array, rows: Array
) -> None:
    """back = coupling · low⁻ᵀ; take its part off the block and off the border's columns."""
    r = block.shape[0]
    for a in range(lag.size):
        start = 0
        while start < r and coupling[a, start] == 0.0:
            back[a, start] = 0.0
            start += 1
        mine = rows[lag[a]]
        for k in range(start, r):
            value = coupling[a, k]
            for h in range(start, k):
                value -= low[k, h] * back[a, h]
            value *= low[k, k]
            back[a, k] = value
            if value != 0.0:
                for g in range(mine.size):
                    mine[g] -= value * carried[k, g]
        for b in range(a + 1):
            total = 0.0
            for h in range(start, r):
                total += back[a, h] * back[b, h]
            i, k = lag[a], lag[b]
            block[max(i, k), min(i, k)] -= total


@kernel
def _factor_block(block: Array, first: Array, smallest: float, delta: float, low: Array, rows: Array) -> int:
    """Cholesky of a block into ``low`` (inverse diagonal), forward elimination of the border's columns in ``rows``."""
    lifted = 0
    for k in range(block.shape[0]):
        pivot = block[k, k]
        for h in range(k):
            pivot -= low[k, h] * low[k, h]
        if not pivot > smallest * first[k]:
            lifted += 1
            pivot = max(smallest * first[k], delta)
        inverse = 1.0 / np.sqrt(pivot)
        low[k, k] = inverse
        for i in range(k + 1, block.shape[0]):
            value = block[i, k]
            for h in range(k):
                value -= low[i, h] * low[k, h]
            low[i, k] = value * inverse
        mine = rows[k]
        for h in range(k):
            value = low[k, h]
            if value != 0.0:
                other = rows[h]
                for g in range(mine.size):
                    mine[g] -= value * other[g]
        for g in range(mine.size):
            mine[g] *= inverse
    return lifted


@kernel
def factor_spine(
    spine: Spine, kept: Array, group: Ints, slot_border: Ints, cut: Ints, cut_after: Ints, start: int, end: int,
    smallest: float, delta: float, low: Array, back: Array, carried: Array, sums: Array,
) -> int:  # fmt: skip
    """Factor one segment. slot_border: (slots, groups). cut, cut_after: (nexts,) border index of the rows moved
    at this segment's start and at the one after it, −1 where none is. Returns the number of lifted pivots.
    """
    steps, r = kept.shape[1], spine.interface
    block, coupling, first = np.empty((r, r)), np.empty((spine.lag.size, r)), np.empty(r)
    lifted = 0
    for t in range(start, end):
        before = t - 1 if t > 0 else steps - 1
        rows = carried[t]
        _block(spine, kept, t, before, block, coupling)
        _border_rows(spine, kept, t, before, slot_border[:, group[t]], slot_border[:, group[before]], rows)
        if t + 1 == end:
            after = t
            for e in range(spine.back.shape[0]):
                place = cut_after[spine.back[e, 1]]
                if place >= 0:
                    rows[spine.back[e, 2], place] += kept[spine.back[e, 0], after]
        if t == start:
            _move_to_border(spine.lag, cut, block, coupling, rows, True, sums)
            back[t, :, :] = 0.0
        if t == start + 1:
            _move_to_border(spine.lag, cut, block, coupling, rows, False, sums)
        for k in range(r):
            first[k] = block[k, k]
        if t > start:
            _link_back(spine.lag, coupling, low[t - 1], carried[t - 1], back[t], block, rows)
        lifted += _factor_block(block, first, smallest, delta, low[t], rows)
    return lifted


@kernel
def forward_spine(
    spine: Spine, load: Array, ahead: Array, cut: Ints, cut_after: Ints, start: int, end: int, low: Array, back: Array,
    y: Array, moved: Array,
) -> None:  # fmt: skip
    """Forward elimination of load (r, T) + ahead of the step before; y: (T, r). moved: (border,) load of rows at a cut.

    Nothing of another segment is read: what the last step gives to rows over a cut goes to the border from here.
    """
    for t in range(start, end):
        mine = y[t]
        for k in range(spine.interface):
            mine[k] = load[k, t]
        if t == start:
            for a in range(spine.lag.size):
                if cut[a] >= 0:
                    moved[cut[a]] += mine[spine.lag[a]]
                    mine[spine.lag[a]] = 0.0
        else:
            for a in range(spine.lag.size):
                mine[spine.lag[a]] += ahead[a, t - 1]
            for a in range(spine.lag.size):
                total = 0.0
                for k in range(spine.interface):
                    total += back[t, a, k] * y[t - 1, k]
                mine[spine.lag[a]] -= total
        for k in range(spine.interface):
            value = mine[k]
            for h in range(k):
                value -= low[t, k, h] * mine[h]
            value *= low[t, k, k]
            mine[k] = value
    for a in range(spine.lag.size):
        if cut_after[a] >= 0:
            moved[cut_after[a]] += ahead[a, end - 1]


@kernel
def backward_spine(
    spine: Spine, border: Array, cut: Ints, start: int, low: Array, back: Array, y: Array, lam: Array
) -> None:
    """Backward elimination of y (steps of the segment, r); lam: (r, T) unknowns of the interface rows.

    border: (border,) unknowns of the border, whose part is off y already.
    """
    r = spine.interface
    later = np.empty(r)
    end = start + y.shape[0]
    for t in range(end - 1, start - 1, -1):
        now = y[t - start]
        if t + 1 < end:
            for a in range(spine.lag.size):
                value = later[spine.lag[a]]
                for k in range(r):
                    now[k] -= back[t + 1, a, k] * value
        for k in range(r - 1, -1, -1):
            value = now[k] * low[t, k, k]
            now[k] = value
            for h in range(k):
                now[h] -= low[t, k, h] * value
        if t == start:
            for a in range(spine.lag.size):
                if cut[a] >= 0:
                    now[spine.lag[a]] = border[cut[a]]
        for k in range(r):
            lam[k, t] = now[k]
            later[k] = now[k]


class SpineFactor:
    """The spine's factor and its solves, one segment at a time."""

    def __init__(self, spine: Spine, steps: int, places: int) -> None:
        r, nexts = spine.interface, spine.lag.size
        self.spine = spine
        self.low, self.back = np.zeros((steps, r, r)), np.zeros((steps, nexts, r))
        self.carried, self.y = np.zeros((steps, r, places)), np.zeros((steps, r))

    def factor(
        self, kept: Array, group: Ints, slot_border: Ints, cut: Ints, cut_after: Ints, start: int, end: int,
        smallest: float, delta: float, sums: Array,
    ) -> int:  # fmt: skip
        """See ``factor_spine``."""
        return factor_spine(
            self.spine, kept, group, slot_border, cut, cut_after, start, end, smallest, delta,
            self.low, self.back, self.carried, sums,
        )  # fmt: skip

    def _flat(self, start: int, end: int) -> Array:
        return self.carried[start:end].reshape((end - start) * self.spine.interface, self.carried.shape[2])

    def square(self, start: int, end: int) -> Array:
        """Σ carriedᵀ carried of a segment, (places, places)."""
        flat = self._flat(start, end)
        return np.asarray(flat.T @ flat)

    def forward(
        self, load: Array, ahead: Array, cut: Ints, cut_after: Ints, start: int, end: int
    ) -> tuple[Array, Array]:
        """Loads moved to the border at a cut, and Σ carriedᵀ y; both (places,)."""
        moved = np.zeros(self.carried.shape[2])
        forward_spine(self.spine, load, ahead, cut, cut_after, start, end, self.low, self.back, self.y, moved)
        return moved, self.y[start:end].ravel() @ self._flat(start, end)

    def backward(self, border: Array, cut: Ints, start: int, end: int, lam: Array) -> None:
        """Unknowns of the interface rows into lam, (r, T)."""
        y = self.y[start:end] - (self._flat(start, end) @ border).reshape(end - start, self.spine.interface)
        backward_spine(self.spine, border, cut, start, self.low, self.back, y, lam)
