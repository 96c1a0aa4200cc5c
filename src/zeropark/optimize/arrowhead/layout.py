"""Where each column of a problem stands: which chain, step and rate, or which column of the border."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from zeropark.errors import Defect
from zeropark.forms import Array
from zeropark.optimize.arrowhead.form import Bools, Ints
from zeropark.optimize.problem import Problem

NOWHERE = -1


class Unfit(Exception):
    """The problem is not an arrowhead; the message says why."""


@dataclass(frozen=True)
class Layout:
    """Arrays over the problem's columns; NOWHERE where they do not apply.

    chain, step, rate: of a column in a chain. border: its place among the border's columns. fixed: a border
    column that has one value only, and is taken to the right-hand side. owner: number of its Variable.
    steps, first: of each chain, the number of its steps and of each of its rates the first column.
    """

    chain: Ints
    step: Ints
    rate: Ints
    border: Ints
    owner: Ints
    fixed: Bools
    steps: list[int]
    first: list[list[int]]


def layout_of(problem: Problem) -> Layout:
    """Read the layout from the problem's variables. Raises Unfit."""
    count = problem.cost.size
    chain, step, rate, border, owner = (np.full(count, NOWHERE, dtype=np.int64) for _ in range(5))
    fixed = np.zeros(count, dtype=bool)
    numbers = sorted({v.chain for v in problem.variables.values() if v.chain is not None})
    steps: list[int] = [0] * len(numbers)
    first: list[list[int]] = [[] for _ in numbers]
    if np.any(problem.whole):
        raise Unfit("some quantities are whole numbers")
    for number, v in enumerate(problem.variables.values()):
        owner[v.columns] = number
        if v.chain is None:
            fixed[v.columns] = problem.lower[v.columns] == problem.upper[v.columns]
            continue
        c = numbers.index(v.chain)
        if steps[c] not in (0, v.count):
            raise Defect(f"{v.key} has {v.count} entries in a chain of {steps[c]} steps")
        steps[c] = v.count
        chain[v.columns], step[v.columns], rate[v.columns] = c, np.arange(v.count), len(first[c])
        first[c].append(v.start)
    if np.any(owner == NOWHERE):
        raise Unfit("some columns belong to no quantity")
    free = (chain == NOWHERE) & ~fixed
    border[free] = np.arange(np.count_nonzero(free))
    return Layout(chain, step, rate, border, owner, fixed, steps, first)


@dataclass(frozen=True)
class Slab:
    """The rows of one family as entries, and their bounds; fixed columns are in the bounds already."""

    row: Ints
    col: Ints
    value: Array
    lower: Array
    upper: Array

    @property
    def count(self) -> int:
        """Number of rows."""
        return int(self.lower.size)


def slab_of(problem: Problem, rows: slice, matrix: sp.csr_array, layout: Layout) -> Slab:
    """Cut a family out of the matrix by rows."""
    ptr = matrix.indptr[rows.start : rows.stop + 1].astype(np.int64)
    col = matrix.indices[ptr[0] : ptr[-1]].astype(np.int64)
    value = matrix.data[ptr[0] : ptr[-1]]
    row = np.repeat(np.arange(ptr.size - 1), np.diff(ptr))
    known = layout.fixed[col]
    shift = np.bincount(row[known], value[known] * problem.lower[col[known]], minlength=ptr.size - 1)
    keep = ~known & (value != 0)
    return Slab(
        row[keep],
        col[keep],
        value[keep],
        problem.row_lower[rows] - shift,
        problem.row_upper[rows] - shift,
    )
