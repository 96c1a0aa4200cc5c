"""Footprints for many hours or draws at once, where amounts themselves change: solved by blocks, no loop over hours.

The products are put in an order in which each part depends only on parts before it. A product that feeds nothing
before it follows by substitution, for all hours in one operation. In a part that is a loop, a few products are *torn*:
all others follow from them by substitution, and the torn ones from a small dense system for each hour (Kron 1963,
tearing; Steward 1965 for the choice of order).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from zeropark.errors import Fault, InputError
from zeropark.footprint.loops import LARGEST_PASSES, Successors, strong_parts, strongest_loop
from zeropark.forms import Array

Index = NDArray[np.int64]
_CACHE = 16_384
"""Numbers that each product's row may have in a block of hours: small enough for the cache, large enough for speed."""


@dataclass(frozen=True)
class Part:
    """Products that are solved together; ``torn`` are solved for, ``rest`` follow from them in this order."""

    torn: tuple[int, ...]
    rest: tuple[int, ...]


@dataclass(frozen=True)
class Pattern:
    """Where N has entries, with the order in which to solve; the same for every hour.

    rows, columns: of each entry. terms: for every triple (share, use) that adds to an entry: its entry, its share, its use.
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
    parts: tuple[Part, ...]
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
    successors: Successors = [[] for _ in range(products)]
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        successors[row].append(column)
    parts = tuple(_torn(part, successors) for part in strong_parts(successors))
    return Pattern(products, rows, columns, entry.astype(np.int64), shares, uses, *make, *use, parts, names)


def _torn(part: list[int], successors: Successors) -> Part:
    """Tear the product with the most ways through it until no loop is left."""
    torn: list[int] = []
    rest = list(part)
    while True:
        place = {node: at for at, node in enumerate(rest)}
        inner: Successors = [[place[i] for i in successors[node] if i in place] for node in rest]
        loops = [g for g in strong_parts(inner) if len(g) > 1 or g[0] in inner[g[0]]]
        if not loops:
            return Part(tuple(torn), tuple(rest[g[0]] for g in strong_parts(inner)))
        for group in loops:
            members = set(group)
            out = {n: sum(i in members for i in inner[n]) for n in group}
            into = dict.fromkeys(group, 0)
            for node in group:
                for i in inner[node]:
                    if i in members:
                        into[i] += 1
            torn.append(rest[max(group, key=lambda n: (out[n] * into[n], -n))])
        rest = [node for node in rest if node not in set(torn)]


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
    width = 1 + max((len(part.torn) for part in pattern.parts), default=0)
    block = max(_CACHE // width, 32)
    for begin in range(0, steps, block):
        at = slice(begin, min(begin + block, steps))
        result[:, at] = _block(pattern, make[:, at], use[:, at], worth, direct[:, at])
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


def _block(pattern: Pattern, make: Array, use: Array, worth: Array, direct: Array) -> Array:
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
    _solve(pattern, entries, carried)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(amount > 0, carried / amount, np.nan)


def _summed(index: Index, values: Array, size: int) -> Array:
    """Rows of the values with the same index added up, (size, steps)."""
    ones = sp.csr_array((np.ones(index.size), (index, np.arange(index.size))), shape=(size, index.size))
    return np.asarray(ones @ values)


def _solve(pattern: Pattern, entries: Array, carried: Array) -> None:
    """Turn the right-hand side into the solution, part by part."""
    starts = np.searchsorted(pattern.rows, np.arange(pattern.products + 1))
    for part in pattern.parts:
        inside = set(part.torn) | set(part.rest)
        for product in (*part.torn, *part.rest):
            for entry in range(starts[product], starts[product + 1]):
                if int(pattern.columns[entry]) not in inside:
                    carried[product] += entries[entry] * carried[pattern.columns[entry]]
        if part.torn:
            _solve_loop(pattern, part, starts, entries, carried)


def _solve_loop(pattern: Pattern, part: Part, starts: Index, entries: Array, carried: Array) -> None:
    """One loop: what follows from the torn products, then the torn ones, then the rest."""
    steps, width = carried.shape[1], len(part.torn)
    at_torn = {product: at for at, product in enumerate(part.torn)}
    follows: dict[int, Array] = {}
    for product in (*part.rest, *part.torn):
        row = np.zeros((width + 1, steps))
        row[0] = carried[product]
        for entry in range(starts[product], starts[product + 1]):
            column = int(pattern.columns[entry])
            if column in at_torn:
                row[1 + at_torn[column]] += entries[entry]
            elif column in follows:
                row += entries[entry] * follows[column]
        follows[product] = row
    dense = np.stack([follows[product] for product in part.torn])  # (torn, 1 + torn, steps)
    matrix = np.eye(width) - np.moveaxis(dense[:, 1:], 2, 0)
    try:
        torn = np.linalg.solve(matrix, np.stack([dense[:, 0].T, np.ones((steps, width))], axis=2))
    except np.linalg.LinAlgError:
        torn = np.ones((steps, width, 2))
        torn[np.argmin(np.abs(np.linalg.det(matrix)))] = -1.0  # the singular step
    endless = ~np.all((torn[:, :, 1] > 0) & (torn[:, :, 1] < LARGEST_PASSES), axis=1)
    if np.any(endless):
        raise InputError([_loop_fault(pattern, entries[:, int(np.argmax(endless))])])
    for at, product in enumerate(part.torn):
        carried[product] = torn[:, at, 0]
    inside = set(at_torn) | set(part.rest)
    for product in part.rest:
        for entry in range(starts[product], starts[product + 1]):
            if int(pattern.columns[entry]) in inside:
                carried[product] += entries[entry] * carried[pattern.columns[entry]]


def _loop_fault(pattern: Pattern, entries: Array) -> Fault:
    """Names the loop of one step that has no end, and its gain."""
    shape = (pattern.products, pattern.products)
    loop = strongest_loop(sp.csr_array((entries, (pattern.rows, pattern.columns)), shape=shape))
    members = loop.members if loop is not None else ()
    words = [pattern.names[n] if pattern.names else str(n) for n in members]
    gain = loop.gain if loop is not None else 1.0
    found = f"a loop with a gain of {gain:.6g} in some step: {' → '.join([*words, *words[:1]])}"
    return Fault("flows", None, words[0], found, "a gain below 1: less comes back than went in")
