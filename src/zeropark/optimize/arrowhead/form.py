"""The arrowhead form: chains of equal steps, and the border that they share.

    minimise    Σ_chains c · x + cw · w
    subject to  A0 x_t + A1 x_{t−1} + B_t w = b_t      rows of every step, shape (m, T)
                Σ_chains H x + J w = h                 rows of the border, shape (g,)
                0 ≤ x ≤ width · (w of its link, or 1)  rates of every step, shape (n, T)
                lower ≤ w ≤ upper                      columns of the border, shape (K,)

``x_{t−1}`` of the first step is the last one's, where a row's coefficient there is not zero. Matrices of
a step are lists of entries, because the pattern is the same in all steps: only values may vary.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from zeropark.forms import Array

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
CONSTANT = -1
"""Link of a rate that is limited by its width alone; series of an entry whose value is the same in all steps."""


@dataclass
class Entries:
    """Entries of a matrix of steps: ``row``, ``col`` and a value, or a row of ``Chain.series``."""

    row: list[int] = field(default_factory=list)
    col: list[int] = field(default_factory=list)
    value: list[float] = field(default_factory=list)
    series: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.row)


@dataclass
class Chain:
    """One chain of T steps with n rates and m rows in each.

    cost, width: (n, T); width 0 means that the rate is 0 in that step. bounded: (n,) whether there is an
    upper bound at all. link: (n, groups) border column of that bound, or CONSTANT. group: (T,) which column of
    ``link`` and of ``border_cols`` holds in a step (months, say). rhs: (m, T). absent: (m, T), rows that
    some steps do not have. now, before: A0 and A1. border: B, its ``col`` a row of ``border_cols``
    (columns, groups). sums: H, its ``row`` a border row. series: values that vary, (S, T).
    """

    steps: int
    cost: Array
    width: Array
    bounded: Bools
    link: Ints
    group: Ints
    rhs: Array
    absent: Bools
    now: Entries
    before: Entries
    border: Entries
    border_cols: Ints
    sums: Entries
    series: Array

    @property
    def rates(self) -> int:
        """n."""
        return int(self.cost.shape[0])

    @property
    def rows(self) -> int:
        """m."""
        return int(self.rhs.shape[0])

    @property
    def groups(self) -> int:
        """Number of groups of steps."""
        return int(self.link.shape[1])

    def values(self, entries: Entries, e: int) -> Array | float:
        """Value of one entry: (T,) where it varies."""
        return entries.value[e] if entries.series[e] == CONSTANT else self.series[entries.series[e]]


@dataclass
class Border:
    """Columns w (K,) with bounds and cost, rows J w + … = h (g,)."""

    lower: Array
    upper: Array
    cost: Array
    matrix: sp.csr_array
    rhs: Array

    @property
    def columns(self) -> int:
        """K."""
        return int(self.cost.size)

    @property
    def rows(self) -> int:
        """g."""
        return int(self.rhs.size)


@dataclass
class Arrow:
    """A problem in arrowhead form."""

    chains: list[Chain]
    border: Border
