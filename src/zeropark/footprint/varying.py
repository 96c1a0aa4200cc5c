"""Footprints for many hours or draws at once, where amounts themselves change: one pattern, eliminated for all

The order of elimination and the fill are found once; then each block of hours is eliminated together (``kernels.py``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.linalg import splu

from zeropark.errors import Fault, InputError
from zeropark.footprint.kernels import eliminate
from zeropark.footprint.loops import LARGEST_PASSES, strongest_loop
from zeropark.forms import Array

Index = NDArray[np.int64]
_BLOCK = 64
"""Hours that are eliminated together: enough to fill the processor's vectors, few enough for its cache."""
_READ = 512
"""Hours whose shares are made together."""


@dataclass(frozen=True)
class Fill:
    """The filled pattern of I − N, products in the order of elimination: rows with ascending columns.

    order: product of each row. diagonal: place of each row's own column. from_*: entries of N by row.
    """

    order: Index
    first: Index
    columns: Index
    diagonal: Index
    from_first: Index
    from_entry: Index
    from_column: Index


@dataclass(frozen=True)
class Pattern:
    """Where N has entries, and the order in which to eliminate; the same for every hour.

    rows, columns: of each entry. term_*: for every triple (share, use) that adds to an entry: its entry, share and use.
    """

    products: int
    rows: Index
    columns: Index
    term_entry: Index
    term_share: Index
    term_use: Index
    share_product: Index
    share_process: Index
    use_product: Index
    use_process: Index
    fill: Fill
    names: tuple[str, ...] = ()


def pattern_of(
    make: tuple[Index, Index], use: tuple[Index, Index], products: int, names: tuple[str, ...] = ()
) -> Pattern:
    """The pattern from (product, process) of every output and every input; names: of products, for faults."""
    by_process: dict[int, list[int]] = {}
    for at, process in enumerate(make[1].tolist()):
        by_process.setdefault(process, []).append(at)
    terms = [(s, u) for u, process in enumerate(use[1].tolist()) for s in by_process.get(process, [])]
    shares = np.array([s for s, _ in terms], dtype=np.int64)
    uses = np.array([u for _, u in terms], dtype=np.int64)
    keys, entry = np.unique(make[0][shares] * products + use[0][uses], return_inverse=True)
    rows, columns = keys // products, keys % products
    fill = _filled(rows, columns, products)
    return Pattern(products, rows, columns, entry.astype(np.int64), shares, uses, *make, *use, fill, names)


def _filled(rows: Index, columns: Index, products: int) -> Fill:
    """Order by minimum degree, then the fill, row by row (Davis 2006, Direct Methods for Sparse Linear Systems, ch. 6)."""
    order = _order(rows, columns, products)
    place = np.empty(products, dtype=np.int64)
    place[order] = np.arange(products)
    into: list[list[tuple[int, int]]] = [[] for _ in range(products)]
    for entry, (row, column) in enumerate(zip(place[rows].tolist(), place[columns].tolist(), strict=True)):
        into[row].append((entry, column))
    upper: list[list[int]] = []
    filled: list[list[int]] = []
    for row, entries in enumerate(into):
        found = {row} | {column for _, column in entries}
        todo = sorted(column for column in found if column < row)
        while todo:
            before = todo.pop(0)
            more = [column for column in upper[before] if column not in found]
            found.update(more)
            if below := [column for column in more if column < row]:
                todo = sorted([*todo, *below])
        filled.append(sorted(found))
        upper.append([column for column in filled[-1] if column > row])
    first = np.cumsum([0, *(len(row) for row in filled)])
    flat = [(e, c) for entries in into for e, c in entries]
    return Fill(
        order, first, np.array([c for row in filled for c in row], dtype=np.int64),
        np.array([first[n] + row.index(n) for n, row in enumerate(filled)], dtype=np.int64),
        np.cumsum([0, *(len(entries) for entries in into)]),
        np.array([e for e, _ in flat], dtype=np.int64), np.array([c for _, c in flat], dtype=np.int64),
    )  # fmt: skip


def _order(rows: Index, columns: Index, products: int) -> Index:
    """The order that SuperLU takes for the pattern with its transpose, minimum degree."""
    matrix = sp.coo_array((np.full(rows.size, -1.0), (rows, columns)), shape=(products, products))
    heavy = sp.csc_array(matrix + (1.0 + rows.size) * sp.eye_array(products))
    options = {"SymmetricMode": True}
    factors = splu(heavy, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options=options)
    return np.argsort(factors.perm_c).astype(np.int64)


def footprints_by_step(
    pattern: Pattern, make: Array, use: Array, worth: Array, direct: Array, names: tuple[str, ...] = ()
) -> Array:
    """Footprint of every product in every step, (products, steps); NaN where none of it is made in that step.

    make: (outputs, steps), use: (inputs, steps), in the pattern's order; worth: of one unit of each output for sharing,
    (outputs,). direct: own emissions of each process, (processes, steps).

    Raises InputError for a process that takes and gives nothing in some step, negative amounts, and loops without end.
    """
    _check(pattern, make, use, names)
    steps = make.shape[1]
    result = np.empty((pattern.products, steps))
    for begin in range(0, steps, _READ):
        at = slice(begin, min(begin + _READ, steps))
        result[:, at] = _block(pattern, make[:, at], use[:, at], worth, direct[:, at], begin)
    return result


def _check(pattern: Pattern, make: Array, use: Array, names: tuple[str, ...]) -> None:
    def named(process: int) -> str:
        return names[process] if names else str(process)

    for what, values, processes in (
        ("gives", make, pattern.share_process),
        ("takes", use, pattern.use_process),
    ):
        if not np.all(values >= 0):
            entry, step = (int(i) for i in np.argwhere(~(values >= 0))[0])
            found = f"'{named(int(processes[entry]))}' {what} {values[entry, step]:g} in step {step}"
            raise InputError(
                [Fault("flows", None, named(int(processes[entry])), found, "no negative amount")]
            )
    count = 1 + int(max(pattern.share_process.max(initial=-1), pattern.use_process.max(initial=-1)))
    given = _summed(pattern.share_process, make, count)
    taken = _summed(pattern.use_process, use, count)
    empty = np.argwhere((taken > 0) & (given <= 0))
    if empty.size:
        process, step = (int(i) for i in empty[0])
        found = f"inputs, and an output of zero, in step {step}"
        raise InputError(
            [Fault("flows", None, named(process), found, "an output above zero where it takes something")]
        )


def _block(pattern: Pattern, make: Array, use: Array, worth: Array, direct: Array, begin: int) -> Array:
    """Equation (2) of ``system.py`` for one block of steps."""
    amount = _summed(pattern.share_product, make, pattern.products)
    weight = make * worth[:, None]
    total = _summed(pattern.share_process, weight, direct.shape[0])
    share = np.divide(weight, total[pattern.share_process], out=np.zeros_like(weight), where=weight > 0)
    part = np.divide(use, amount[pattern.use_product], out=np.zeros_like(use), where=use > 0)
    entries = _summed(
        pattern.term_entry, share[pattern.term_share] * part[pattern.term_use], pattern.rows.size
    )
    carried = _summed(pattern.share_product, share * direct[pattern.share_process], pattern.products)
    carried = _solved(pattern, entries, carried, begin)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(amount > 0, carried / amount, np.nan)


def _summed(index: Index, values: Array, size: int) -> Array:
    """Rows of the values with the same index added up, (size, steps)."""
    ones = sp.csr_array((np.ones(index.size), (index, np.arange(index.size))), shape=(size, index.size))
    return np.asarray(ones @ values)


def _solved(pattern: Pattern, entries: Array, carried: Array, begin: int) -> Array:
    """What each product carries, with ones beside it: they stay positive and finite where no loop is without end."""
    fill, result = pattern.fill, np.empty_like(carried)
    for at in range(0, carried.shape[1], _BLOCK):
        steps = slice(at, min(at + _BLOCK, carried.shape[1]))
        own = carried[fill.order, steps]
        right = np.stack([own, np.ones_like(own)])
        inside = np.ascontiguousarray(entries[:, steps])
        bad = eliminate(
            fill.first,
            fill.columns,
            fill.diagonal,
            fill.from_first,
            fill.from_entry,
            fill.from_column,
            inside,
            right,
        )
        endless = np.flatnonzero(~np.all((right[1] > 0) & (right[1] < LARGEST_PASSES), axis=0))
        if bad >= 0 or endless.size:
            step = int(bad if bad >= 0 else endless[0])
            raise InputError([_loop_fault(pattern, inside[:, step], begin + at + step)])
        result[fill.order, steps] = right[0]
    return result


def _loop_fault(pattern: Pattern, entries: Array, step: int) -> Fault:
    """Names the loop of one step that has no end, and its gain."""
    shape = (pattern.products, pattern.products)
    loop = strongest_loop(sp.csr_array((entries, (pattern.rows, pattern.columns)), shape=shape))
    members = loop.members if loop is not None else ()
    words = [pattern.names[n] if pattern.names else str(n) for n in members]
    gain = loop.gain if loop is not None else 1.0
    found = f"a loop with a gain of {gain:.6g} in step {step}: {' → '.join([*words, *words[:1]])}"
    return Fault("flows", None, words[0], found, "a gain below 1: less comes back than went in")
