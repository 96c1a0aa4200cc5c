"""From a problem to its arrowhead form, and back: which rows belong to steps, bounds, sums or the border."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import scipy.sparse as sp

from zeropark.forms import Array
from zeropark.optimize.arrowhead.build import Builder, Rate, Shift, built
from zeropark.optimize.arrowhead.form import CONSTANT, Arrow, Bools, Border, Ints
from zeropark.optimize.arrowhead.layout import NOWHERE, Layout, Slab, Unfit, layout_of, slab_of
from zeropark.optimize.problem import Problem

FEW_SUMS = 12
"""Up to this many sums of a family are rows of the border; more become running sums along the chain."""
_NOTHING = 1e-9
MOST_BORDER = 2000
"""Rows of the border beyond which another solver is the better choice: the border is dense."""


@dataclass(frozen=True)
class Origin:
    """Where the multipliers of some rows of the problem come from.

    kind: ``row`` (of chain rows), ``upper`` or ``lower`` (bounds of a rate, by ``scale``), ``border``, ``running``
    (a running sum, read at ``steps``).
    """

    kind: str
    rows: Ints
    chain: int = 0
    place: int = 0
    steps: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    scale: Array = field(default_factory=lambda: np.zeros(0))


@dataclass(frozen=True)
class Found:
    """The arrowhead form of a problem, and the way back."""

    arrow: Arrow
    layout: Layout
    shifts: list[Shift]
    origins: list[Origin]


@dataclass(frozen=True)
class _Parts:
    """A family of step rows, taken apart. own: step of each row. rates: (rate, lag) → (T,) values; columns:
    border variable → ((T,) border column, (T,) values).
    """

    chain: int
    own: Ints
    rates: dict[tuple[int, int], Array]
    columns: dict[int, tuple[Ints, Array]]


class _Detector:
    def __init__(self, problem: Problem) -> None:
        self.problem, self.layout = problem, layout_of(problem)
        self.matrix = sp.csr_array(problem.matrix)
        self.columns = np.flatnonzero(self.layout.border != NOWHERE)
        self.builders = [
            _chain_builder(problem, self.layout, c, steps) for c, steps in enumerate(self.layout.steps)
        ]
        self.origins: list[Origin] = []
        self.border_rows: list[tuple[Ints, Array]] = []
        self.border_lower: list[float] = []
        self.border_upper: list[float] = []

    def take(self) -> None:
        """All families: first those that may be bounds, because a rate has room for one only."""
        later = []
        for rows in self.problem.families.values():
            slab = slab_of(self.problem, rows, self.matrix, self.layout)
            parts = _step_parts(slab, self.layout)
            if parts is None:
                later.append((rows.start, slab))
            elif not self._as_bound(rows.start, slab, parts):
                self._as_rows(rows.start, slab, parts)
        for start, slab in later:
            if not self._as_running(start, slab):
                self._as_border(start, slab)
        if len(self.border_rows) > MOST_BORDER:
            raise Unfit(f"{len(self.border_rows)} rows span many steps")

    def _as_bound(self, start: int, slab: Slab, parts: _Parts) -> bool:
        """``a · x ≤ share · w`` is a bound of x, not a row, where x has no other bound on that side."""
        builder = self.builders[parts.chain]
        if slab.count != builder.steps or len(parts.rates) != 1 or len(parts.columns) != 1:
            return False
        ((j, lag), a), (column, value) = next(iter(parts.rates.items())), next(iter(parts.columns.values()))
        if lag or np.any(a <= 0):
            return False
        rate, share, rows = builder.rates[j], -value / a, start + np.arange(slab.count)
        above = np.all(slab.upper == 0) and not np.any(np.isfinite(slab.lower))
        below = np.all(slab.lower == 0) and not np.any(np.isfinite(slab.upper))
        if np.any(share < 0) or np.any(rate.lower != 0):
            return False
        open_ended = bool(np.all(np.isinf(rate.upper) | (rate.upper == 0)))
        if above and rate.link is None and rate.floor is None and open_ended:
            rate.link, rate.share = column, np.where(rate.upper == 0, 0.0, share)
            self.origins.append(Origin("upper", rows, parts.chain, j, np.arange(slab.count), a))
            return True
        one = bool(np.all(column == column[0]))
        same = rate.link is not None and one and bool(np.all(rate.link == column[0]))
        positive = one and self.problem.lower[self.columns[column[0]]] >= 0
        if below and positive and rate.floor is None and (same or bool(np.all(np.isinf(rate.upper)))):
            if rate.share is not None and np.any(share > rate.share):
                return False
            rate.floor, rate.least = int(column[0]), share
            self.origins.append(Origin("lower", rows, parts.chain, j, np.arange(slab.count), a))
            return True
        return False

    def _as_rows(self, start: int, slab: Slab, parts: _Parts) -> None:
        """One row in every step, with a slack rate where it is not an equation."""
        low, high = np.isfinite(slab.lower), np.isfinite(slab.upper)
        if not np.any(low | high):
            return
        if np.all(low & (slab.lower == slab.upper)):
            self._add_rows(start, slab, parts, slab.lower, np.ones(slab.count, dtype=bool))
            return
        for keep, side, sign in ((low, slab.lower, -1.0), (high & ~low, slab.upper, 1.0)):
            if not np.any(keep):
                continue
            row = self._add_rows(start, slab, parts, side, keep)
            room = np.full(self.builders[parts.chain].steps, np.inf)
            room[parts.own[keep]] = (slab.upper - slab.lower)[keep]
            ranged = bool(np.any(np.isfinite(room[parts.own[keep]])))
            if ranged and not np.all(np.isfinite(room[parts.own[keep]])):
                raise Unfit("a family mixes rows with one bound and with two")
            if ranged:
                room[~np.isfinite(room)] = 0.0
            self.builders[parts.chain].slack(row, sign, room)

    def _add_rows(self, start: int, slab: Slab, parts: _Parts, side: Array, keep: Bools) -> int:
        builder = self.builders[parts.chain]
        rhs, absent = np.zeros(builder.steps), np.ones(builder.steps, dtype=bool)
        rhs[parts.own[keep]], absent[parts.own[keep]] = side[keep], False
        row = builder.add_row(rhs, absent)
        for (j, lag), value in parts.rates.items():
            (builder.before if lag else builder.now).append((row, j, np.where(absent, 0.0, value)))
        for column, value in parts.columns.values():
            builder.columns.append((row, column, np.where(absent, 0.0, value)))
        places = np.flatnonzero(keep)
        self.origins.append(Origin("row", start + places, parts.chain, row, parts.own[places]))
        return row

    def _as_running(self, start: int, slab: Slab) -> bool:
        """Many sums over stretches of steps become one running sum along the chain.

        p_t = p_{t−1} + Σ a · x_t, from 0 at the start of a stretch; its last value is the sum.
        """
        layout = self.layout
        chains = np.unique(layout.chain[slab.col])
        if slab.count <= FEW_SUMS or chains.size != 1 or chains[0] == NOWHERE or np.any(slab.value < 0):
            return False
        c, steps = int(chains[0]), layout.steps[int(chains[0])]
        at = np.full(steps, NOWHERE)
        at[layout.step[slab.col]] = slab.row
        if np.any(at[layout.step[slab.col]] != slab.row) or not np.all(np.isfinite(slab.upper)):
            return False
        inside = at != NOWHERE
        last = np.flatnonzero(inside & (np.append(at[1:], NOWHERE) != at))
        if last.size != np.unique(at[inside]).size or np.any(self.problem.lower[slab.col] < 0):
            return False
        builder = self.builders[c]
        # bounds inside a stretch are so wide that they never hold: else they would carry part of the multiplier
        most = max(1.0, float(np.max(np.abs(slab.upper))))
        lower, upper = np.where(inside, -most, 0.0), np.where(inside, 2.0 * most, 0.0)
        lower[last], upper[last] = np.maximum(slab.lower[at[last]], 0.0), slab.upper[at[last]]
        p = builder.add_rate(Rate(np.zeros(steps), lower, upper))
        row = builder.add_row(np.zeros(steps), ~inside)
        builder.now.append((row, p, np.where(inside, 1.0, 0.0)))
        goes_on = inside & (np.roll(at, 1) == at) & (np.arange(steps) > 0)
        builder.before.append((row, p, np.where(goes_on, -1.0, 0.0)))
        for j in np.unique(layout.rate[slab.col]):
            mine = layout.rate[slab.col] == j
            value = np.zeros(steps)
            value[layout.step[slab.col[mine]]] = -slab.value[mine]
            builder.now.append((row, int(j), value))
        self.origins.append(Origin("running", start + at[last], c, row, last))
        return True

    def _as_border(self, start: int, slab: Slab) -> None:
        layout = self.layout
        order = np.argsort(slab.row, kind="stable")
        ends = np.searchsorted(slab.row[order], np.arange(slab.count + 1))
        for k in range(slab.count):
            if not (np.isfinite(slab.lower[k]) or np.isfinite(slab.upper[k])):
                continue
            mine = order[ends[k] : ends[k + 1]]
            if mine.size == 0:
                _require_nothing(slab.lower[k], slab.upper[k])
                continue
            g = len(self.border_rows)
            col, value = slab.col[mine], slab.value[mine]
            inside = layout.chain[col] != NOWHERE
            if not np.any(inside) and self._always_holds(col, value, slab.lower[k], slab.upper[k]):
                continue
            self.border_rows.append((layout.border[col[~inside]], value[~inside]))
            self.border_lower.append(float(slab.lower[k]))
            self.border_upper.append(float(slab.upper[k]))
            self.origins.append(Origin("border", np.array([start + k]), place=g))
            place = layout.chain[col] * (1 + int(np.max(layout.rate))) + layout.rate[col]
            for number in np.unique(place[inside]):
                same = inside & (place == number)
                c = int(layout.chain[col[same][0]])
                series = np.zeros(layout.steps[c])
                series[layout.step[col[same]]] = value[same]
                self.builders[c].sums.append((g, int(layout.rate[col[same][0]]), series))

    def _always_holds(self, col: Ints, value: Array, lower: float, upper: float) -> bool:
        """A row of border columns that their own bounds keep already (a peak ≥ 0 where nothing is bought)."""
        low, high = self.problem.lower[col], self.problem.upper[col]
        least = float(np.sum(np.where(value > 0, value * low, value * high)))
        most = float(np.sum(np.where(value > 0, value * high, value * low)))
        return lower <= least and most <= upper


def _require_nothing(lower: float, upper: float) -> None:
    """A row of known quantities only: it holds, or no solver can help."""
    if lower > _NOTHING or upper < -_NOTHING:
        raise Unfit("a row of known quantities does not hold")


def arrowhead_of(problem: Problem) -> Found:
    """The arrowhead form of a problem. Raises Unfit with the reason where there is none."""
    if np.any(problem.lower > problem.upper) or np.any(problem.row_lower > problem.row_upper):
        raise Unfit("some bounds exclude each other")
    detector = _Detector(problem)
    detector.take()
    layout = detector.layout
    free = np.flatnonzero(layout.border != NOWHERE)
    lower, upper = np.array(detector.border_lower), np.array(detector.border_upper)
    rhs = np.where(np.isfinite(lower), lower, upper)
    extra: dict[tuple[int, int], float] = {}
    pairs = [built(builder, rhs, extra) for builder in detector.builders]
    border = _border(problem, detector, free, rhs, extra)
    return Found(
        Arrow([chain for chain, _ in pairs], border), layout, [shift for _, shift in pairs], detector.origins
    )


def _border(
    problem: Problem, detector: _Detector, free: Ints, rhs: Array, extra: dict[tuple[int, int], float]
) -> Border:
    """Its columns are the problem's, then one slack for each row that is not an equation."""
    lower, upper = np.array(detector.border_lower), np.array(detector.border_upper)
    loose = np.flatnonzero(lower != upper)
    sign = np.where(np.isfinite(lower[loose]), -1.0, 1.0) if loose.size else np.zeros(0)
    width = free.size + loose.size
    cost = np.concatenate([problem.cost[free], np.zeros(loose.size)])
    row = [np.full(cols.size, g) for g, (cols, _) in enumerate(detector.border_rows)]
    entries_row = np.concatenate([*row, loose, np.zeros(0, dtype=np.int64)])
    entries_col = np.concatenate(
        [*(cols for cols, _ in detector.border_rows), free.size + np.arange(loose.size)]
    )
    value = np.concatenate([*(v for _, v in detector.border_rows), sign])
    matrix = sp.lil_array(
        sp.csr_array((value, (entries_row.astype(np.int64), entries_col.astype(np.int64))), (rhs.size, width))
    )
    for (g, k), more in extra.items():
        if g == CONSTANT:
            cost[k] += more
        else:
            matrix[g, k] += more
    room = (upper - lower)[loose] if loose.size else np.zeros(0)
    return Border(
        lower=np.concatenate([problem.lower[free], np.zeros(loose.size)]),
        upper=np.concatenate([problem.upper[free], np.where(np.isfinite(room), room, np.inf)]),
        cost=cost,
        matrix=sp.csr_array(matrix),
        rhs=rhs,
    )


def _chain_builder(problem: Problem, layout: Layout, c: int, steps: int) -> Builder:
    builder = Builder(steps)
    for start in layout.first[c]:
        cols = slice(start, start + steps)
        lower, upper = problem.lower[cols], problem.upper[cols]
        if not np.all(np.isfinite(lower)):
            raise Unfit("some rates have no lower bound")
        limited = np.isfinite(upper) & (upper > lower)
        mixed = bool(np.any(limited)) and bool(np.any(np.isinf(upper)))
        j = builder.add_rate(Rate(problem.cost[cols], lower, np.where(mixed & limited, np.inf, upper)))
        if mixed:
            row = builder.add_row(upper, ~limited)
            builder.now.append((row, j, np.where(limited, 1.0, 0.0)))
            builder.slack(row, 1.0, np.full(steps, np.inf))
    return builder


def _step_parts(slab: Slab, layout: Layout) -> _Parts | None:
    """The family as rows of steps, or None when some row reaches beyond its step and the one before."""
    chain = layout.chain[slab.col]
    inside = chain != NOWHERE
    chains = np.unique(chain[inside])
    if chains.size != 1:
        return None
    c = int(chains[0])
    steps = layout.steps[c]
    if slab.count not in (steps, steps - 1):
        return None
    own = np.arange(slab.count) + steps - slab.count
    row_step, step = own[slab.row[inside]], layout.step[slab.col[inside]]
    now, before = step == row_step, (step == (row_step - 1) % steps) & (step != row_step)
    if not np.all(now | before):
        return None
    rates: dict[tuple[int, int], Array] = {}
    which = layout.rate[slab.col[inside]] * 2 + before
    for code in np.unique(which):
        mine = which == code
        value = np.zeros(steps)
        value[row_step[mine]] = slab.value[inside][mine]
        rates[int(code) // 2, int(code) % 2] = value
    columns: dict[int, tuple[Ints, Array]] = {}
    outside = ~inside
    for number in np.unique(layout.owner[slab.col[outside]]):
        mine = outside & (layout.owner[slab.col] == number)
        at, value = np.full(steps, NOWHERE), np.zeros(steps)
        at[own[slab.row[mine]]] = layout.border[slab.col[mine]]
        value[own[slab.row[mine]]] = slab.value[mine]
        if np.count_nonzero(mine) != np.unique(slab.row[mine]).size:
            return None
        columns[int(number)] = (_filled(at), value)
    return _Parts(c, own, rates, columns)


def _filled(at: Ints) -> Ints:
    """Steps without a column take that of the step before, so that groups are few."""
    known = np.flatnonzero(at != NOWHERE)
    place = np.searchsorted(known, np.arange(at.size), side="right") - 1
    return at[known[np.maximum(place, 0)]]
