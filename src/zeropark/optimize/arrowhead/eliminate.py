"""The border's linear system: what only one chain knows is eliminated chain by chain, the rest is solved dense.

    [ G   A ] [q]   [ right of the rows    ]        G: rows, positive definite
    [ Aᵀ −D ] [w] = [ right of the columns ]        D: columns, positive definite

Chains that share a few capacities have peaks, initial levels and yearly rows of their own, which would make the
dense system grow with the chains, and its work with their cube. Whatever is eliminated first, what is left has the
same signs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.linalg as sl
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from zeropark.forms import Array
from zeropark.optimize.arrowhead.form import Ints

MOST_DENSE = 300
"""Unknowns up to which one dense system is as fast."""
_TRIES = 12


class Breakdown(Exception):
    """The border's system is not positive definite, whatever is added to it."""


class Pair:
    """Factor of such a system: its rows first, then its columns."""

    def __init__(self, matrix: Array, rows: int, delta: float) -> None:
        """matrix: symmetric, rows before columns. delta: least of what is added to the rows' diagonal."""
        n = self.rows = rows
        corner = np.diag(matrix)[:n]
        self.lower_rows, lifted = _cholesky(matrix[:n, :n], 1e-14 * np.abs(corner) + delta)
        self.across = _solved(self.lower_rows, matrix[:n, n:])
        columns = self.across.T @ self.across - matrix[n:, n:]
        self.scale = 1.0 / np.sqrt(np.maximum(np.diag(columns), 1e-300))
        scaled = columns * self.scale[:, None] * self.scale
        self.lower_columns, more = _cholesky(scaled, np.full(scaled.shape[0], 1e-15))
        self.lifted = lifted + more

    def solve(self, right: Array) -> Array:
        """right: (unknowns,) or (unknowns, several)."""
        n, scale = self.rows, self.scale if right.ndim == 1 else self.scale[:, None]
        y = _solved(self.lower_rows, right[:n])
        w = scale * (self.across.T @ y - right[n:])
        if w.size:
            w = scale * sl.cho_solve((self.lower_columns, True), w, check_finite=False)
        return np.concatenate([_solved(self.lower_rows, y - self.across @ w, back=True), w])


@dataclass(frozen=True)
class _Local:
    """What only one chain knows. own: its places, rows before columns; near: shared places beside them.

    at: where the chain's places stand among both. coupling: (own + near, own + near), the border's own matrix.
    """

    own: Ints
    rows: int
    near: Ints
    at: Ints
    coupling: Array


class Eliminated:
    """Factor and solves of the border's system over all places."""

    def __init__(self, matrix: sp.csr_array, cuts: int, places: Sequence[Ints]) -> None:
        """matrix: J, of the border's rows and columns; cuts: places before them. places: of each chain."""
        self.rows = cuts + matrix.shape[0]
        self.total = self.rows + matrix.shape[1]
        coupling = sp.coo_array(matrix)
        a, b = coupling.coords[0] + cuts, coupling.coords[1] + self.rows
        ends = (np.concatenate([a, b]), np.concatenate([b, a]))
        self.matrix = sp.csr_array((np.tile(coupling.data, 2), ends), shape=(self.total, self.total))
        many = len(places) > 1 and self.total > MOST_DENSE
        owner = _owners(a, b, self.total, places) if many else np.full(self.total, -1, dtype=np.int64)
        self.shared: Ints = np.flatnonzero(owner < 0)
        self.of_shared = self._dense(self.shared)
        self.place_in_shared = np.searchsorted(self.shared, np.arange(self.total))
        self.locals = [self._local(c, owner, own) for c, own in enumerate(places)]
        self.lefts: list[tuple[_Local, Pair, Array, Array]] = []

    def _dense(self, at: Ints) -> Array:
        return np.asarray(self.matrix[at][:, at].toarray())

    def _local(self, chain: int, owner: Ints, places: Ints) -> _Local:
        own = np.flatnonzero(owner == chain)
        beside = self.matrix[own].indices
        near = np.union1d(places[owner[places] < 0], beside[owner[beside] < 0]).astype(np.int64)
        both = np.concatenate([own, near])
        order = np.argsort(both)
        coupling = self._dense(both)
        coupling[own.size :, own.size :] = 0.0
        at = order[np.searchsorted(both, places, sorter=order)]
        return _Local(own, int(np.count_nonzero(own < self.rows)), near, at, coupling)

    def factor(self, parts: Sequence[Array], columns: Array, delta: float) -> int:
        """parts: what each chain leaves over its places. columns: diagonal to be subtracted from the columns'.

        Returns how often a diagonal had to be lifted. Raises Breakdown.
        """
        diagonal = np.zeros(self.total)
        diagonal[self.rows :] = columns
        rest = self.of_shared - np.diag(diagonal[self.shared])
        self.lefts, lifted = [], 0
        for local, part in zip(self.locals, parts, strict=True):
            n, to = local.own.size, self.place_in_shared[local.near]
            if n == 0:
                rest[np.ix_(to[local.at], to[local.at])] += part
                continue
            whole = local.coupling.copy()
            whole[np.ix_(local.at, local.at)] += part
            whole[np.arange(n), np.arange(n)] -= diagonal[local.own]
            pair, side = Pair(whole[:n, :n], local.rows, delta), whole[:n, n:]
            carried = pair.solve(side)
            rest[np.ix_(to, to)] += whole[n:, n:] - side.T @ carried
            self.lefts.append((local, pair, side, carried))
            lifted += pair.lifted
        self.last = Pair(rest, int(np.count_nonzero(self.shared < self.rows)), delta)
        return lifted + self.last.lifted

    def solve(self, right: Array) -> Array:
        """right: (places,); of the columns with the sign of the system above."""
        out, rest = np.zeros(self.total), right.copy()
        for local, pair, side, _ in self.lefts:
            out[local.own] = pair.solve(right[local.own])
            rest[local.near] -= side.T @ out[local.own]
        out[self.shared] = self.last.solve(rest[self.shared])
        for local, _, _, carried in self.lefts:
            out[local.own] -= carried @ out[local.near]
        return out


def _owners(rows: Ints, columns: Ints, total: int, places: Sequence[Ints]) -> Ints:
    """Which chain alone knows a place; −1 where several do, or none. rows, columns: places that J joins."""
    touched = np.zeros(total, dtype=np.int64)
    owner = np.full(total, -1, dtype=np.int64)
    for c, own in enumerate(places):
        touched[own] += 1
        owner[own] = c
    owner[touched != 1] = -1
    bare = touched == 0
    while True:  # places of one chain that J joins to another's, over bare ones or not, are shared
        inside = (owner[rows] >= 0) | bare[rows], (owner[columns] >= 0) | bare[columns]
        kept = inside[0] & inside[1]
        graph = sp.csr_array((np.ones(int(kept.sum())), (rows[kept], columns[kept])), shape=(total, total))
        count, label = connected_components(graph, directed=False)
        first, last = np.full(count, len(places)), np.full(count, -1)
        known = owner >= 0
        np.minimum.at(first, label[known], owner[known])
        np.maximum.at(last, label[known], owner[known])
        mixed = (first < last)[label]
        if not np.any(mixed & (known | bare)):
            break
        if np.any(mixed & bare):
            bare &= ~mixed
        else:
            owner[mixed] = -1
    alone = bare & (last >= 0)[label]
    owner[alone] = last[label[alone]]
    return owner


def _cholesky(matrix: Array, more: Array) -> tuple[Array, int]:
    for attempt in range(_TRIES):
        try:
            return np.asarray(np.linalg.cholesky(matrix + np.diag(more)), dtype=np.float64), attempt
        except np.linalg.LinAlgError:
            more = more * 100 + 1e-30
    raise Breakdown("the border is not positive definite")


def _solved(lower: Array, right: Array, back: bool = False) -> Array:
    if lower.size == 0 or right.size == 0:
        return right
    return np.asarray(sl.solve_triangular(lower, right, lower=True, trans=int(back), check_finite=False))
