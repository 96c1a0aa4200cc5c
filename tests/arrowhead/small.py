"""Small problems by hand, random chains, and what an arrow means as a flat linear program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import highspy
import numpy as np
import scipy.sparse as sp

from zeropark.forms import Array, Form, Key
from zeropark.optimize.arrowhead.form import CONSTANT, Arrow, Border, Chain, Entries
from zeropark.optimize.problem import Problem, Rows, Term, Variable, assemble, each_step, place

INF = float("inf")


# --- problems by hand -----------------------------------------------------------------------------


def key(name: str) -> Key:
    return ("a", name)


def rate(name: str, steps: int, lower: Any = 0.0, upper: Any = INF, whole: bool = False) -> Variable:
    return Variable(key(name), np.full(steps, 1.0) * lower, np.full(steps, 1.0) * upper, whole, chain=0)


def size(name: str, lower: Any = 0.0, upper: Any = INF, count: int = 1) -> Variable:
    return Variable(key(name), np.full(count, 1.0) * lower, np.full(count, 1.0) * upper)


def rows(name: str, lower: Any, upper: Any, *terms: Term) -> Rows:
    """As many rows as the terms need."""
    count = 1 + max(int(term.row[-1]) for term in terms)
    return Rows(name, terms, np.full(count, 1.0) * lower, np.full(count, 1.0) * upper)


def step(name: str, value: Any, steps: int, lag: int = 0, cyclic: bool = False) -> Term:
    return each_step(key(name), value, steps, lag, cyclic)


def made(variables: Sequence[Variable], families: Sequence[Rows], cost: Mapping[str, Any]) -> Problem:
    form = Form({key(name): weight for name, weight in cost.items()}, 0.0)
    return assemble(place(variables), {}, families, form)


# --- an arrow as a flat linear program ------------------------------------------------------------


class Flat:
    """min cost·x, matrix x = rhs, lower ≤ x ≤ upper: rates of all chains, then w, then rooms under links."""

    def __init__(self, arrow: Arrow) -> None:
        self.arrow = arrow
        self.first = np.cumsum([0] + [c.rates * c.steps for c in arrow.chains])
        self.w = int(self.first[-1])
        self.width = self.w + arrow.border.columns
        self.row: list[Array] = []
        self.col: list[Array] = []
        self.value: list[Array] = []
        self.rhs: list[Array] = []
        self.height = arrow.border.rows
        lower, upper, cost = [np.zeros(self.w)], [], []
        for c, chain in enumerate(arrow.chains):
            cost.append(chain.cost.ravel())
            upper.append(_own_upper(chain).ravel())
            self._chain(c, chain)
        rooms = self.width - self.w - arrow.border.columns
        matrix = arrow.border.matrix.tocoo()
        self._put(matrix.coords[0], self.w + matrix.coords[1], matrix.data)
        self.cost = np.concatenate([*cost, arrow.border.cost, np.zeros(rooms)])
        self.lower = np.concatenate([*lower, arrow.border.lower, np.zeros(rooms)])
        self.upper = np.concatenate([*upper, arrow.border.upper, np.full(rooms, INF)])
        self.matrix = sp.csc_array(
            (np.concatenate(self.value), (np.concatenate(self.row), np.concatenate(self.col))),
            shape=(self.height, self.width),
        )
        self.right = np.concatenate([arrow.border.rhs, *self.rhs])

    def _put(self, row: Any, col: Any, value: Any) -> None:
        row, col, value = np.broadcast_arrays(row, col, value)
        self.row.append(row.astype(int))
        self.col.append(col.astype(int))
        self.value.append(value.astype(float))

    def _chain(self, c: int, chain: Chain) -> None:
        every, first, T = np.arange(chain.steps), self.first[c], chain.steps
        top = self.height
        for entries, lag in ((chain.now, 0), (chain.before, 1)):
            for e in range(len(entries)):
                columns = first + entries.col[e] * T + (every - lag) % T
                self._put(top + entries.row[e] * T + every, columns, chain.values(entries, e))
        for e in range(len(chain.border)):
            columns = self.w + chain.border_cols[chain.border.col[e], chain.group]
            self._put(top + chain.border.row[e] * T + every, columns, chain.values(chain.border, e))
        for e in range(len(chain.sums)):
            columns = first + chain.sums.col[e] * T + every
            self._put(chain.sums.row[e], columns, chain.values(chain.sums, e))
        self.height += chain.rows * T
        self.rhs.append(chain.rhs.ravel())
        for j in range(chain.rates):
            if chain.bounded[j] and chain.link[j, 0] != CONSTANT:  # x + room = width · w
                here = self.height + every
                self._put(here, first + j * T + every, 1.0)
                self._put(here, self.w + chain.link[j, chain.group], -chain.width[j])
                self._put(here, self.width + every, 1.0)
                self.height, self.width = self.height + T, self.width + T
                self.rhs.append(np.zeros(T))

    def solved(self) -> tuple[str, float, Array]:
        """Status, cost, point: by HiGHS."""
        return highs(self.cost, self.matrix, self.right, self.right, self.lower, self.upper)

    def rates(self, x: Array, c: int) -> Array:
        """(n, T) of a chain."""
        return x[self.first[c] : self.first[c + 1]].reshape(self.arrow.chains[c].rates, -1)


def _own_upper(chain: Chain) -> Array:
    free = ~chain.bounded | (chain.link[:, 0] != CONSTANT)
    return np.where(chain.width == 0, 0.0, np.where(free[:, None], INF, chain.width))


def highs(
    cost: Array, matrix: sp.csc_array, row_lower: Array, row_upper: Array, lower: Array, upper: Array
) -> tuple[str, float, Array]:
    solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    for option, value in (("output_flag", False), ("solver", "simplex"), ("threads", 1)):
        solver.setOptionValue(option, value)
    for option in ("primal_feasibility_tolerance", "dual_feasibility_tolerance"):
        solver.setOptionValue(option, 1e-10)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = cost.size, row_lower.size
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = cost, lower, upper
    lp.row_lower_, lp.row_upper_ = row_lower, row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
    solver.passModel(lp)
    solver.run()
    status = solver.modelStatusToString(solver.getModelStatus()).lower()
    return status, solver.getInfo().objective_function_value, np.array(solver.getSolution().col_value)


# --- random arrows ----------------------------------------------------------------------------------


def random_arrow(seed: int, steps: int = 23, ring: bool = True) -> Arrow:
    """An arrow with everything that a chain can have; it has a point strictly inside its bounds.

    Rows 0–2 are local, 3 and 4 reach back a step (3 over the turn as well, if ``ring``), 5 is a row that some steps do not
    have. Two groups of steps. Every row has a rate of its own, so that no row follows from others.
    """
    rng = np.random.default_rng(seed)
    n, m, groups = 13, 6, 2
    group = (np.arange(steps) > steps // 3).astype(np.int64)
    draw = rng.uniform
    absent = np.zeros((m, steps), dtype=bool)
    absent[5] = rng.random(steps) < 0.4
    width = draw(0.5, 2.0, (n, steps))
    width[rng.random((n, steps)) < 0.15] = 0.0
    width[:m] = 1.0  # own rates, never dead
    bounded = np.array([False] * m + [True, True, True, True, False, True, False])
    width[~bounded] = np.where(width[~bounded] > 0, 1.0, 0.0)
    link = np.full((n, groups), CONSTANT, dtype=np.int64)
    link[6], link[7], link[8], link[11] = (
        (0, 0),
        (1, 2),
        (3, 3),
        (0, 0),
    )  # the second: a column for each group
    series: list[Array] = []

    def add(to: Entries, row: int, col: int, value: Any) -> None:
        to.row.append(row)
        to.col.append(col)
        varies = isinstance(value, np.ndarray)
        to.value.append(0.0 if varies else float(value))
        to.series.append(len(series) if varies else CONSTANT)
        if varies:
            series.append(value)

    now, before, border, sums = Entries(), Entries(), Entries(), Entries()
    present = np.where(absent[5], 0.0, 1.0)
    for i in range(m):
        add(now, i, i, present * draw(0.5, 2) if i == 5 else draw(0.5, 2))
    for j in range(m, n):
        for i in rng.choice(5, size=int(rng.integers(1, 4)), replace=False):
            add(now, int(i), j, draw(-1, 1, steps) if rng.random() < 0.5 else draw(-1, 1))
    add(now, 5, 10, present * draw(0.5, 1, steps))
    for i, j, goes_round in ((3, 3, ring), (4, 4, False), (4, 9, False), (3, 8, ring)):
        value = draw(-0.9, -0.1, steps)
        value[0] *= goes_round
        add(before, i, j, value)
    add(border, 0, 0, draw(-1, 1))
    add(border, 3, 1, draw(-1, 1, steps))
    add(border, 2, 1, draw(-1, 1, steps))
    for g, j in ((0, 6), (0, 9), (1, 7), (1, 3)):
        add(sums, g, j, draw(0.1, 1, steps) if j != 9 else 0.7)
    chain = Chain(
        steps, draw(-0.5, 2, (n, steps)), width, bounded, link, group, draw(-1, 1, (m, steps)) * ~absent, absent,
        now, before, border, np.array([[0, 0], [2, 4]]), sums, np.array(series),
    )  # fmt: skip
    matrix = np.zeros((2, 7))
    matrix[0, 5], matrix[1, 6], matrix[1, 0] = 1.0, -1.0, 0.5
    lower = np.array([0.0, 0.0, 0.1, 0.0, -INF, 0.0, 0.0])
    upper = np.array([INF, 9.0, INF, INF, INF, 7.0, INF])
    return Arrow([chain], Border(lower, upper, draw(0.5, 1.5, 7), sp.csr_array(matrix), draw(1, 3, 2)))
