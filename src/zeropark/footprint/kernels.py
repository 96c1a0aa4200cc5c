"""Compiled: the same sparse elimination for many hours at once, with one pattern and the hours side by side

A matrix I − N with columns of N that add to at most 1 needs no pivots, so that every hour is eliminated in the same
order; each operation is done for a few hours together, which fills the processor's vectors.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from zeropark.forms import Array


def kernel(function: Any) -> Any:
    """Compiled once, kept beside the source."""
    return numba.njit(cache=True, nogil=True, error_model="numpy")(function)


@kernel
def eliminate(
    first: Any,
    columns: Any,
    diagonal: Any,
    from_first: Any,
    from_entry: Any,
    from_column: Any,
    entries: Array,
    right: Array,
) -> int:
    """Solve (I − N) x = right for two right-hand sides in place; the first step without a positive pivot, or −1.

    first, columns: rows of the filled pattern, columns ascending, in the order of elimination; diagonal: place of each
    row's own. from_*: entries of N by row: entry and column. entries: (entries, steps). right: (2, products, steps).
    """
    n, steps = first.size - 1, entries.shape[1]
    lower_upper = np.empty((columns.size, steps))
    work = np.empty((n, steps))
    factor = np.empty(steps)
    for i in range(n):
        for p in range(first[i], first[i + 1]):
            for s in range(steps):
                work[columns[p], s] = 0.0
        for s in range(steps):
            work[i, s] = 1.0
        for e in range(from_first[i], from_first[i + 1]):
            row, column = from_entry[e], from_column[e]
            for s in range(steps):
                work[column, s] -= entries[row, s]
        for p in range(first[i], diagonal[i]):
            k = columns[p]
            pivot = diagonal[k]
            for s in range(steps):
                factor[s] = work[k, s] / lower_upper[pivot, s]
                right[0, i, s] -= factor[s] * right[0, k, s]
                right[1, i, s] -= factor[s] * right[1, k, s]
            for q in range(pivot + 1, first[k + 1]):
                target, source = work[columns[q]], lower_upper[q]
                for s in range(steps):
                    target[s] -= factor[s] * source[s]
        for s in range(steps):
            if not work[i, s] > 0.0:
                return s
        for p in range(diagonal[i], first[i + 1]):
            for s in range(steps):
                lower_upper[p, s] = work[columns[p], s]
    for i in range(n - 1, -1, -1):
        for p in range(diagonal[i] + 1, first[i + 1]):
            k = columns[p]
            for s in range(steps):
                right[0, i, s] -= lower_upper[p, s] * right[0, k, s]
                right[1, i, s] -= lower_upper[p, s] * right[1, k, s]
        for s in range(steps):
            right[0, i, s] /= lower_upper[diagonal[i], s]
            right[1, i, s] /= lower_upper[diagonal[i], s]
    return -1
