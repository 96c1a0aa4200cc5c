"""Collects the rates and rows of one chain, and turns them into its arrays."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from zeropark.forms import Array
from zeropark.optimize.arrowhead.form import CONSTANT, Bools, Chain, Entries, Ints

SMALLEST_WIDTH = 1e-9
"""A rate is fixed in a step where its room is below this share of its bounds there, or of the largest share of its
capacity: noise would wreck its dual.
"""


@dataclass
class Rate:
    """One rate: ``lower ≤ x``, and ``x ≤ upper`` or ``x ≤ share · w[link]``; x ≥ least · w[floor].

    All (T,). link: border column in each step. floor: one border column, where there is a floor.
    """

    cost: Array
    lower: Array
    upper: Array
    link: Ints | None = None
    share: Array | None = None
    floor: int | None = None
    least: Array | None = None


@dataclass
class Builder:
    """A chain in the making. sums: (border row, rate, (T,) values); columns: (row, (T,) column, (T,) value)."""

    steps: int
    rates: list[Rate] = field(default_factory=list)
    rhs: list[Array] = field(default_factory=list)
    absent: list[Bools] = field(default_factory=list)
    now: list[tuple[int, int, Array]] = field(default_factory=list)
    before: list[tuple[int, int, Array]] = field(default_factory=list)
    columns: list[tuple[int, Ints, Array]] = field(default_factory=list)
    sums: list[tuple[int, int, Array]] = field(default_factory=list)

    def add_rate(self, rate: Rate) -> int:
        """Its number."""
        self.rates.append(rate)
        return len(self.rates) - 1

    def add_row(self, rhs: Array, absent: Bools) -> int:
        """Its number."""
        self.rhs.append(np.where(absent, 0.0, rhs))
        self.absent.append(absent)
        return len(self.rhs) - 1

    def slack(self, row: int, sign: float, width: Array) -> int:
        """A rate of no cost in one row only."""
        zero = np.zeros(self.steps)
        rate = self.add_rate(Rate(zero, zero, np.where(self.absent[row], 0.0, width)))
        self.now.append((row, rate, np.where(self.absent[row], 0.0, sign)))
        return rate


class _Series:
    """Values of entries; those that are the same in all steps are kept as one number."""

    def __init__(self, steps: int) -> None:
        self.steps, self.rows = steps, list[Array]()

    def add(self, entries: Entries, row: int, col: int, value: Array) -> None:
        entries.row.append(row)
        entries.col.append(col)
        same = bool(np.all(value == value[0]))
        entries.value.append(float(value[0]) if same else 0.0)
        entries.series.append(CONSTANT if same else len(self.rows))
        if not same:
            self.rows.append(value)

    def array(self) -> Array:
        return np.array(self.rows) if self.rows else np.zeros((0, self.steps))


@dataclass(frozen=True)
class Shift:
    """What was taken out of the rates: ``x_original = lower + least · w[floor] + x``, all (T,)."""

    lower: list[Array]
    floor: list[int | None]
    least: list[Array | None]


def built(builder: Builder, border_rhs: Array, extra: dict[tuple[int, int], float]) -> tuple[Chain, Shift]:
    """The chain's arrays. Lower bounds and floors are taken out of the rates: their part in the border's rows
    goes to ``border_rhs`` (in place) and, by (row, column), into ``extra``; row −1 is the cost.
    """
    steps, series = builder.steps, _Series(builder.steps)
    rhs = np.array(builder.rhs) if builder.rhs else np.zeros((0, steps))
    rates, columns = builder.rates, list(builder.columns)
    now, before, sums, border = Entries(), Entries(), Entries(), Entries()
    for lag, found, entries in ((0, builder.now, now), (1, builder.before, before)):
        for i, j, value in found:
            series.add(entries, i, j, value)
            rhs[i] -= value * np.roll(rates[j].lower, lag)
            floor, least = rates[j].floor, rates[j].least
            if floor is not None and least is not None:
                columns.append((i, np.full(steps, floor), value * np.roll(least, lag)))
    for g, j, value in builder.sums:
        series.add(sums, g, j, value)
        border_rhs[g] -= float(value @ rates[j].lower)
        _floor_in_row(extra, g, rates[j], value)
    for rate in rates:
        _floor_in_row(extra, CONSTANT, rate, rate.cost)
    group = _groups([c for _, c, _ in columns] + [r.link for r in rates if r.link is not None], steps)
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    for number, (i, _, value) in enumerate(columns):
        series.add(border, i, number, value)
    chain = Chain(
        steps=steps,
        cost=np.array([r.cost for r in rates]),
        width=np.array([_width(r) for r in rates]),
        bounded=np.array([r.share is not None or bool(np.all(np.isfinite(r.upper))) for r in rates]),
        link=np.array([np.full(starts.size, CONSTANT) if r.link is None else r.link[starts] for r in rates]),
        group=group,
        rhs=rhs,
        absent=np.array(builder.absent) if builder.absent else np.zeros((0, steps), dtype=bool),
        now=now,
        before=before,
        border=border,
        border_cols=np.array([c[starts] for _, c, _ in columns], dtype=np.int64).reshape(
            len(columns), starts.size
        ),
        sums=sums,
        series=series.array(),
    )
    shift = Shift([r.lower for r in rates], [r.floor for r in rates], [r.least for r in rates])
    return chain, shift


def _floor_in_row(extra: dict[tuple[int, int], float], row: int, rate: Rate, value: Array) -> None:
    if rate.floor is not None and rate.least is not None:
        at = (row, rate.floor)
        extra[at] = extra.get(at, 0.0) + float(value @ rate.least)


def _groups(columns: list[Ints], steps: int) -> Ints:
    """Steps between which every changing column stays the same, numbered from 0."""
    changes = np.zeros(steps, dtype=bool)
    for column in columns:
        changes[1:] |= column[1:] != column[:-1]
    return np.cumsum(changes).astype(np.int64)


def _width(rate: Rate) -> Array:
    """Room above the lower bound, in units of the link; 1 where there is no upper bound, 0 where there is no room."""
    if rate.share is not None:
        room = rate.share - (0.0 if rate.least is None else rate.least)
        return np.where(room > SMALLEST_WIDTH * float(np.max(np.abs(rate.share), initial=0.0)), room, 0.0)
    room = rate.upper - rate.lower
    if not np.all(np.isfinite(room)):
        return np.where(room > 0, 1.0, 0.0)
    return np.where(room > SMALLEST_WIDTH * np.maximum(np.abs(rate.upper), np.abs(rate.lower)), room, 0.0)
