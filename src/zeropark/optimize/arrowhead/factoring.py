"""Elimination of the rates and of the local rows of every step, compiled."""

from __future__ import annotations

import numpy as np

from zeropark.forms import Array
from zeropark.optimize.arrowhead.form import Ints
from zeropark.optimize.arrowhead.lanes import (
    copied,
    kernel,
    plus,
    plus_number,
    plus_series,
    scaled,
    times,
    total_of,
    widest,
)
from zeropark.optimize.arrowhead.pattern import Step
from zeropark.optimize.arrowhead.state import Data, Rates


@kernel
def _curvature(
    step: Step, j: int, t0: int, t1: int, data: Data, at: Rates, rho: float, d: Array, u: Array, bent: Array
) -> None:
    """d = 1/(z/x + v/s + rho), u = width · v/s, bent = width² · (v/s) · (z/x) · d."""
    x, z, width = at.x[j, t0:t1], at.z[j, t0:t1], data.width[j, t0:t1]
    if not step.bounded[j]:
        for a in range(t1 - t0):
            d[a] = 1.0 / (z[a] / x[a] + rho) if width[a] > 0.0 else 0.0
        return
    s, v = at.s[j, t0:t1], at.v[j, t0:t1]
    for a in range(t1 - t0):
        live = width[a] > 0.0
        low, high = z[a] / x[a] + rho, v[a] / s[a]
        inverse = 1.0 / (low + high) if live else 0.0
        d[a] = inverse
        u[a] = high * width[a] if live else 0.0
        bent[a] = width[a] * width[a] * high * low * inverse if live else 0.0


@kernel
def _add_pairs(
    step: Step,
    j: int,
    pair: int,
    t0: int,
    t1: int,
    d: Array,
    u: Array,
    bent: Array,
    left: Array,
    matrix: Array,
) -> int:
    """Add a · d · b to the entry of each pair of touches of rate j; where both are its link, −bent."""
    w = t1 - t0
    for p in range(step.touch_start[j], step.touch_start[j + 1]):
        number = step.touch_series[p]
        if number == -1:
            scaled(left, step.touch_value[p], d)
        elif number == -2:
            times(left, u, d)
        else:
            times(left, step.series[number, t0:t1], d)
        for q in range(step.touch_start[j], p + 1):
            m, second = matrix[step.pair_entry[pair], :w], step.touch_series[q]
            pair += 1
            if second == -1:
                plus(m, step.touch_value[q], left)
            elif second >= 0:
                plus_series(m, 1.0, step.series[second, t0:t1], left)
            elif number == -2:
                plus(m, -1.0, bent)
            else:
                plus_series(m, 1.0, u, left)
    return pair


@kernel
def _eliminate(
    step: Step, matrix: Array, first: Array, w: int, smallest: float, delta: float, pivots: Array, near: Array
) -> int:
    """Cholesky of the local rows, in place; pivots and near get what the solves need."""
    lifted, update = 0, 0
    for i in range(step.local):
        copied(first[i, :w], matrix[step.pivot_entry[i], :w])
    for i in range(step.local):
        diagonal, at_first, pivot = matrix[step.pivot_entry[i], :w], first[i, :w], pivots[i]
        for a in range(w):
            small = not (diagonal[a] > smallest * at_first[a])
            lifted += small
            pivot[a] = 1.0 / np.sqrt(max(smallest * at_first[a], delta) if small else diagonal[a])
        for p in range(step.near_start[i], step.near_start[i + 1]):
            m = matrix[step.near_entry[p], :w]
            times(m, m, pivot)
            copied(near[p], m)
        for p in range(step.near_start[i], step.near_start[i + 1]):
            m = matrix[step.near_entry[p], :w]
            for q in range(step.near_start[i], min(p + 1, step.near_slot[i])):
                plus_series(matrix[step.update_entry[update], :w], -1.0, matrix[step.near_entry[q], :w], m)
                update += 1
    return lifted


@kernel
def factor_steps(
    step: Step, data: Data, at: Rates, rho: float, delta: float, smallest: float, tiles: Ints,
    curve: Array, pull: Array, pivots: Array, near: Array, kept: Array, corner: Array,
) -> int:  # fmt: skip
    """Eliminate the rates, then the local rows of every step.

    curve: (n, T) 1/(z/x + v/s + rho). pull: (n, T) width · v/s. pivots, near: the factor. kept: what the spine
    gets. corner: (pairs of slots, groups) sums of what the rates give. Returns how many pivots were too small and lifted.
    """
    wide = widest(tiles)
    matrix, first = np.empty((step.entries, wide)), np.empty((step.local, wide))
    bent, left = np.empty(wide), np.empty(wide)
    lifted = 0
    for k in range(tiles.shape[0]):
        t0, t1, group = tiles[k, 0], tiles[k, 1], tiles[k, 2]
        w = t1 - t0
        matrix[:, :w] = 0.0
        for i in range(step.rows):
            diagonal, gone = matrix[step.row_entry[i], :w], data.absent[i, t0:t1]
            for a in range(w):
                diagonal[a] = 1.0 if gone[a] else delta
        for e in range(step.own_row.size):
            m, number = matrix[step.own_entry[e], :w], step.own_series[e]
            if number < 0:
                plus_number(m, step.own_value[e])
            else:
                plus(m, 1.0, step.series[number, t0:t1])
        pair = 0
        for j in range(data.cost.shape[0]):
            d, u = curve[j, t0:t1], pull[j, t0:t1]
            _curvature(step, j, t0, t1, data, at, rho, d, u, bent)
            pair = _add_pairs(step, j, pair, t0, t1, d, u, bent[:w], left[:w], matrix)
        lifted += _eliminate(step, matrix, first, w, smallest, delta, pivots[:, t0:t1], near[:, t0:t1])
        for e in range(step.kept_entry.size):
            copied(kept[e, t0:t1], matrix[step.kept_entry[e], :w])
        for e in range(step.corner_entry.size):
            corner[e, group] += total_of(matrix[step.corner_entry[e], :w])
    return lifted
