"""What one step looks like, and the order in which its rows are eliminated.

The matrix of a step has an index for each of its own rows, for the rows of the next step that its rates
reach into, and for the *slots*: the border's columns and rows that it touches. Rows that no other step
touches are *local*: they are eliminated here, in an order of small degree found once for all steps; what is
left of a step are its *interface* rows, on the spine that joins the steps.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from zeropark.forms import Array
from zeropark.optimize.arrowhead.form import CONSTANT, Bools, Chain, Ints

LINK = -2
"""Series of a touch whose value is the rate's pull on its link, which changes in every iteration."""


class Step(NamedTuple):
    """The pattern of a step as arrays, in the shape that the kernels read. All indices count from 0.

    Rate j touches ``touch_index[p]`` with ``touch_value[p]``, or row ``touch_series[p]`` of ``series``, for p from
    ``touch_start[j]`` to ``touch_start[j + 1]``; ``pair_entry`` names the entry of each pair of its touches.
    ``own_*``: entries of the border's columns in the step's rows. Local row k has the diagonal
    ``pivot_entry[k]`` and neighbours ``near_*[near_start[k]:near_start[k + 1]]``, those from ``near_slot[k]`` on slots;
    eliminating it changes the entries in ``update_entry``, pair by pair, and the corner between slots, which
    is summed over the steps at once. ``kept_entry``: left for the spine; ``corner_entry``: between slots, from rates.
    """

    rows: int
    local: int
    nexts: int
    slots: int
    entries: int
    touch_start: Ints
    touch_index: Ints
    touch_value: Array
    touch_series: Ints
    pair_entry: Ints
    link: Ints
    bounded: Bools
    own_row: Ints
    own_slot: Ints
    own_value: Array
    own_series: Ints
    own_entry: Ints
    row_entry: Ints
    pivot_entry: Ints
    near_start: Ints
    near_slot: Ints
    near_index: Ints
    near_entry: Ints
    update_entry: Ints
    kept_entry: Ints
    corner_entry: Ints
    series: Array


class Spine(NamedTuple):
    """Where what is left of each step goes. Lists of (place in ``kept_entry``, row, column or slot).

    same: within a step, lower half. back: next row of the step × its interface row. ahead: next × next, lower half.
    slot: interface row × slot. next_slot: next row × slot. lag: interface row of each next row.
    """

    interface: int
    lag: Ints
    same: Ints
    back: Ints
    ahead: Ints
    slot: Ints
    next_slot: Ints


@dataclass(frozen=True)
class Pattern:
    """order: row of the chain that stands at each place. slot_columns, slot_rows: border column (slots, groups) or
    row of each slot, −1 where it is of the other sort. corner: pairs of slots of ``corner_entry``, (pairs, 2).
    ring: (nexts,) whether the first step reaches back to the last.
    """

    step: Step
    spine: Spine
    order: Ints
    slot_columns: Ints
    slot_rows: Ints
    corner: Ints
    ring: Bools


class _Graph:
    """Entries of the lower half of the step's matrix, as they are found."""

    def __init__(self, size: int) -> None:
        self.entry: dict[tuple[int, int], int] = {}
        self.near: list[set[int]] = [set() for _ in range(size)]

    def add(self, i: int, j: int) -> int:
        key = (i, j) if i >= j else (j, i)
        if key not in self.entry:
            self.entry[key] = len(self.entry)
            if i != j:
                self.near[i].add(j)
                self.near[j].add(i)
        return self.entry[key]


class _Slots:
    """Slots by what they stand for."""

    def __init__(self, groups: int) -> None:
        self.groups, self.number = groups, dict[tuple[int, ...], int]()
        self.columns: list[tuple[int, ...]] = []
        self.rows: list[int] = []

    def column(self, columns: Ints) -> int:
        return self._slot((0, *(int(c) for c in columns)), tuple(int(c) for c in columns), CONSTANT)

    def row(self, row: int) -> int:
        return self._slot((1, row), (CONSTANT,) * self.groups, row)

    def _slot(self, key: tuple[int, ...], columns: tuple[int, ...], row: int) -> int:
        if key not in self.number:
            self.number[key] = len(self.rows)
            self.columns.append(columns)
            self.rows.append(row)
        return self.number[key]


@dataclass(frozen=True)
class _Touch:
    index: int
    value: float
    series: int


def pattern_of(chain: Chain) -> Pattern:
    """Order the rows of a step and lay out its elimination."""
    order, local, lag = _ordered(chain)
    place = np.empty(chain.rows, dtype=np.int64)
    place[order] = np.arange(order.size)
    slots = _Slots(chain.groups)
    first = chain.rows + lag.size
    touches, series = _touches(chain, place, lag, slots, first)
    own = [
        (int(place[chain.border.row[e]]), slots.column(chain.border_cols[chain.border.col[e]]), e)
        for e in range(len(chain.border))
    ]
    graph = _Graph(first + len(slots.rows))
    row_entry = [graph.add(k, k) for k in range(chain.rows)]
    pairs = [graph.add(a.index, b.index) for mine in touches for a, b in _pairs(mine)]
    own_entry = [graph.add(first + slot, row) for row, slot, _ in own]
    near_start, near_slot, near, near_entry, updates = _eliminated(graph, local, first)
    kept = [(i, j, e) for (i, j), e in graph.entry.items() if j >= local and j < first]
    corner = [(i - first, j - first, e) for (i, j), e in graph.entry.items() if j >= first]
    step = Step(
        rows=chain.rows,
        local=local,
        nexts=lag.size,
        slots=len(slots.rows),
        entries=len(graph.entry),
        touch_start=_ints(np.cumsum([0, *(len(mine) for mine in touches)])),
        touch_index=_ints([t.index for mine in touches for t in mine]),
        touch_value=np.array([t.value for mine in touches for t in mine], dtype=np.float64),
        touch_series=_ints([t.series for mine in touches for t in mine]),
        pair_entry=_ints(pairs),
        link=_ints([first + slots.column(c) if c[0] != CONSTANT else CONSTANT for c in chain.link]),
        bounded=chain.bounded,
        own_row=_ints([row for row, _, _ in own]),
        own_slot=_ints([slot for _, slot, _ in own]),
        own_value=np.array([chain.border.value[e] for _, _, e in own], dtype=np.float64),
        own_series=_ints([chain.border.series[e] for _, _, e in own]),
        own_entry=_ints(own_entry),
        row_entry=_ints(row_entry),
        pivot_entry=_ints(row_entry[:local]),
        near_start=near_start,
        near_slot=near_slot,
        near_index=near,
        near_entry=near_entry,
        update_entry=updates,
        kept_entry=_ints([e for _, _, e in kept]),
        corner_entry=_ints([e for _, _, e in corner]),
        series=np.ascontiguousarray(series),
    )
    return Pattern(
        step,
        _spine(chain.rows, local, first, place[lag] - local, kept),
        order,
        np.array(slots.columns, dtype=np.int64).reshape(len(slots.rows), chain.groups),
        _ints(slots.rows),
        _ints([(a, b) for a, b, _ in corner]).reshape(len(corner), 2),
        _ring(chain, lag),
    )


def _ints(values: object) -> Ints:
    return np.asarray(values, dtype=np.int64)


def _pairs(mine: list[_Touch]) -> Iterator[tuple[_Touch, _Touch]]:
    """Pairs of touches of one rate, in the order in which the kernels meet them."""
    for a in range(len(mine)):
        for b in range(a + 1):
            yield mine[a], mine[b]


def _ordered(chain: Chain) -> tuple[Ints, int, Ints]:
    """Rows in order of elimination, how many of them are local, and the rows that reach back a step."""
    lag = sorted(set(chain.before.row))
    kept_over = set(chain.before.col)
    touched = {i for i, j in zip(chain.now.row, chain.now.col, strict=True) if j in kept_over}
    interface = sorted(set(lag) | touched, key=lambda i: (i in lag, i))
    local = _small_degree_first(chain, [i for i in range(chain.rows) if i not in set(interface)])
    return _ints([*local, *interface]), len(local), _ints(lag)


def _small_degree_first(chain: Chain, local: list[int]) -> list[int]:
    """Minimum degree; the neighbours of a row are the rows and slots that share a rate with it."""
    near: dict[object, set[object]] = {}

    def join(group: set[object]) -> None:
        for one in group:
            near.setdefault(one, set()).update(group - {one})

    by_rate: dict[int, set[object]] = {}
    for i, j in zip(chain.now.row, chain.now.col, strict=True):
        by_rate.setdefault(j, set()).add(i)
    for g, j in zip(chain.sums.row, chain.sums.col, strict=True):
        by_rate.setdefault(j, set()).add(("sum", g))
    for j, group in by_rate.items():
        if chain.link[j, 0] != CONSTANT:
            group.add(("link", *chain.link[j]))
        join(group)
    for i, c in zip(chain.border.row, chain.border.col, strict=True):
        join({i, ("link", *chain.border_cols[c])})
    rest, order = set(local), list[int]()
    while rest:
        best = min(rest, key=lambda i: (len(near.get(i, ())), i))
        group = near.pop(best, set())
        for one in group:
            near[one].discard(best)
        join(group)
        rest.discard(best)
        order.append(best)
    return order


def _touches(
    chain: Chain, place: Ints, lag: Ints, slots: _Slots, first: int
) -> tuple[list[list[_Touch]], Array]:
    """What each rate touches. A value in the next step's row is kept at this step: its series is moved by one."""
    touches: list[list[_Touch]] = [[] for _ in range(chain.rates)]
    series = list(chain.series)
    for i, j, value, number in _entries(chain.now.row, chain.now.col, chain.now.value, chain.now.series):
        touches[j].append(_Touch(int(place[i]), value, number))
    for i, j, value, number in _entries(
        chain.before.row, chain.before.col, chain.before.value, chain.before.series
    ):
        at = chain.rows + int(np.searchsorted(lag, i))
        if number != CONSTANT:
            series.append(np.roll(chain.series[number], -1))
            number = len(series) - 1
        touches[j].append(_Touch(at, value, number))
    for g, j, value, number in _entries(chain.sums.row, chain.sums.col, chain.sums.value, chain.sums.series):
        touches[j].append(_Touch(first + slots.row(g), value, number))
    for j in range(chain.rates):
        if chain.link[j, 0] != CONSTANT:
            touches[j].append(_Touch(first + slots.column(chain.link[j]), 0.0, LINK))
    return touches, np.array(series) if series else np.zeros((0, chain.steps))


def _entries(
    row: list[int], col: list[int], value: list[float], series: list[int]
) -> Iterator[tuple[int, int, float, int]]:
    return zip(row, col, value, series, strict=True)


def _eliminated(graph: _Graph, local: int, first: int) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """Neighbours of each local row when its turn comes, and the entries that its elimination changes."""
    start, slots, near, near_entry, updates = [0], list[int](), list[int](), list[int](), list[int]()
    for k in range(local):
        mine = sorted(i for i in graph.near[k] if i > k)
        inside = sum(i < first for i in mine)
        slots.append(len(near) + inside)
        near += mine
        near_entry += [graph.add(i, k) for i in mine]
        start.append(len(near))
        updates += [graph.add(mine[a], mine[b]) for a in range(len(mine)) for b in range(min(a + 1, inside))]
    return _ints(start), _ints(slots), _ints(near), _ints(near_entry), _ints(updates)


def _spine(rows: int, local: int, first: int, lag: Ints, kept: list[tuple[int, int, int]]) -> Spine:
    lists: dict[str, list[tuple[int, int, int]]] = {
        name: [] for name in ("same", "back", "ahead", "slot", "next_slot")
    }
    for place, (i, j, _) in enumerate(kept):
        if i < rows:
            lists["same"].append((place, i - local, j - local))
        elif i < first and j < rows:
            lists["back"].append((place, i - rows, j - local))
        elif i < first:
            lists["ahead"].append((place, i - rows, j - rows))
        elif j < rows:
            lists["slot"].append((place, j - local, i - first))
        else:
            lists["next_slot"].append((place, j - rows, i - first))
    arrays = {name: _ints(found).reshape(len(found), 3) for name, found in lists.items()}
    return Spine(rows - local, _ints(lag), **arrays)


def _ring(chain: Chain, lag: Ints) -> Bools:
    """Rows whose first step reaches back to the last."""
    ring = np.zeros(lag.size, dtype=bool)
    for e, i in enumerate(chain.before.row):
        value = chain.values(chain.before, e)
        if (value if isinstance(value, float) else value[0]) != 0:
            ring[np.searchsorted(lag, i)] = True
    return ring
