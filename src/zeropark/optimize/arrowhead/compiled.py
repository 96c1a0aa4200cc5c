"""The inner loops over steps, compiled: tiles of steps, each operation over the lanes of a tile.

``plain`` has the same functions in numpy, with each group of steps as one tile. A tile lies in one group.
Arrays are (rates, steps) and (rows, steps), so that the lanes of a tile lie side by side in memory.
"""

from __future__ import annotations

import numpy as np

from zeropark.forms import Array
from zeropark.optimize.arrowhead.backbone import SpineFactor
from zeropark.optimize.arrowhead.form import Ints
from zeropark.optimize.arrowhead.lanes import (
    copied,
    dot,
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

__all__ = ["SEGMENTS", "WHOLE", "SpineFactor", "add", "blocked", "factor_steps", "load_steps", "missed_rows", "move_steps", "residuals"]

SEGMENTS = True
"""A chain may be cut into segments that run side by side."""
WHOLE = False
"""A tile is small, so that its matrix fits the cache."""


@kernel
def _take_columns(step: Step, f: Array, slot: Array, group: int, t0: int, t1: int) -> None:
    """f −= B w."""
    w = t1 - t0
    for e in range(step.own_row.size):
        held, number = slot[step.own_slot[e], group], step.own_series[e]
        if number < 0:
            plus_number(f[step.own_row[e], :w], -step.own_value[e] * held)
        else:
            plus(f[step.own_row[e], :w], -held, step.series[number, t0:t1])


@kernel
def _take_rate(
    step: Step, j: int, f: Array, x: Array, pull: Array, t0: int, t1: int, group: int, sums: Array, linked: bool
) -> None:
    """f −= a · x for the rows that rate j touches, sums += h · x for the border's rows; with its link or without."""
    w, rows = t1 - t0, step.rows + step.nexts
    for p in range(step.touch_start[j], step.touch_start[j + 1]):
        i, value, number = step.touch_index[p], step.touch_value[p], step.touch_series[p]
        if number == -2:
            if linked:
                sums[i - rows, group] += dot(pull, x)
        elif i < rows:
            if number < 0:
                plus(f[i, :w], -value, x)
            else:
                plus_series(f[i, :w], -1.0, step.series[number, t0:t1], x)
        elif number < 0:
            sums[i - rows, group] += value * total_of(x)
        else:
            sums[i - rows, group] += dot(step.series[number, t0:t1], x)


@kernel
def _add_prices(
    step: Step, j: int, g: Array, sign: float, pull: Array, lam: Array, lam_next: Array, slot: Array,
    t0: int, t1: int, group: int, linked: bool,
) -> None:  # fmt: skip
    """g += sign · a · multiplier for all that rate j touches."""
    rows = step.rows + step.nexts
    for p in range(step.touch_start[j], step.touch_start[j + 1]):
        i, value, number = step.touch_index[p], step.touch_value[p], step.touch_series[p]
        if i < rows:
            price = lam[i, t0:t1] if i < step.rows else lam_next[i - step.rows, t0:t1]
            if number < 0:
                plus(g, sign * value, price)
            else:
                plus_series(g, sign, step.series[number, t0:t1], price)
        elif number == -1:
            plus_number(g, sign * value * slot[i - rows, group])
        elif number >= 0:
            plus(g, sign * slot[i - rows, group], step.series[number, t0:t1])
        elif linked:
            plus(g, sign * slot[i - rows, group], pull)


@kernel
def _bounded_residual(
    j: int, t0: int, t1: int, g: Array, held: float, data: Data, at: Rates, out: Rates, found: Array
) -> float:
    """Dual and room residual of a rate with an upper bound; Σ width · v."""
    x, z, s, v = at.x[j, t0:t1], at.z[j, t0:t1], at.s[j, t0:t1], at.v[j, t0:t1]
    cost, width, rd, rs = data.cost[j, t0:t1], data.width[j, t0:t1], out.z[j, t0:t1], out.s[j, t0:t1]
    gap, spent, worst, worst_s, total = 0.0, 0.0, 0.0, 0.0, 0.0
    for a in range(t1 - t0):
        live = width[a] > 0.0
        d = -(g[a] + v[a]) if live else 0.0
        r = width[a] * held - x[a] - s[a] if live else 0.0
        gap += x[a] * z[a] + s[a] * v[a]
        spent += cost[a] * x[a]
        total += width[a] * v[a]
        worst = max(worst, abs(d))
        worst_s = max(worst_s, abs(r))
        rd[a] = d
        rs[a] = r
    found[0] += gap
    found[1] += spent
    found[3] = max(found[3], worst)
    found[4] = max(found[4], worst_s)
    return total


@kernel
def _open_residual(j: int, t0: int, t1: int, g: Array, data: Data, at: Rates, out: Rates, found: Array) -> None:
    x, z, cost, width, rd = (
        at.x[j, t0:t1], at.z[j, t0:t1], data.cost[j, t0:t1], data.width[j, t0:t1], out.z[j, t0:t1],
    )  # fmt: skip
    gap, spent, worst = 0.0, 0.0, 0.0
    for a in range(t1 - t0):
        d = -g[a] if width[a] > 0.0 else 0.0
        gap += x[a] * z[a]
        spent += cost[a] * x[a]
        worst = max(worst, abs(d))
        rd[a] = d
    found[0] += gap
    found[1] += spent
    found[3] = max(found[3], worst)


@kernel
def residuals(
    step: Step, data: Data, at: Rates, lam: Array, lam_next: Array, slot: Array, tiles: Ints,
    out: Rates, rows: Array, ahead: Array, sums: Array, found: Array,
) -> None:  # fmt: skip
    """What is left of the equations at a point: dual in out.z, room in out.s, rows, and sums over steps.

    slot: (slots, groups) w or multiplier of each slot. ahead: (nexts, T) part of the next step's rows. sums:
    (2, slots, groups): H x or B'λ, and Σ width · v of links. found: Σ x z + s v, Σ cost x, –, largest |dual|,
    largest |room|, Σ rhs λ, Σ width v of rates without a link.
    """
    f = np.empty((step.rows + step.nexts, widest(tiles)))
    g = np.empty(widest(tiles))
    first_slot = step.rows + step.nexts
    for k in range(tiles.shape[0]):
        t0, t1, group = tiles[k, 0], tiles[k, 1], tiles[k, 2]
        w = t1 - t0
        f[:, :w] = 0.0
        for i in range(step.rows):
            copied(f[i, :w], data.rhs[i, t0:t1])
            found[5] += dot(data.rhs[i, t0:t1], lam[i, t0:t1])
        _take_columns(step, f, slot, group, t0, t1)
        for e in range(step.own_row.size):
            price, number = lam[step.own_row[e], t0:t1], step.own_series[e]
            sums[0, step.own_slot[e], group] += (
                step.own_value[e] * total_of(price) if number < 0 else dot(step.series[number, t0:t1], price)
            )
        for j in range(data.cost.shape[0]):
            x = at.x[j, t0:t1]
            gj = g[:w]
            copied(gj, data.cost[j, t0:t1])
            plus(gj, -1.0, at.z[j, t0:t1])
            _take_rate(step, j, f, x, x, t0, t1, group, sums[0], False)
            _add_prices(step, j, gj, -1.0, x, lam, lam_next, slot, t0, t1, group, False)
            if not step.bounded[j]:
                _open_residual(j, t0, t1, gj, data, at, out, found)
            elif step.link[j] < 0:
                found[6] += _bounded_residual(j, t0, t1, gj, 1.0, data, at, out, found)
            else:
                q = step.link[j] - first_slot
                sums[1, q, group] += _bounded_residual(j, t0, t1, gj, slot[q, group], data, at, out, found)
        for i in range(step.rows):
            copied(rows[i, t0:t1], f[i, :w])
        for i in range(step.nexts):
            copied(ahead[i, t0:t1], f[step.rows + i, :w])


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
    step: Step, j: int, pair: int, t0: int, t1: int, d: Array, u: Array, bent: Array, left: Array, matrix: Array
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
            for q in range(step.near_start[i], p + 1):
                plus_series(
                    matrix[step.update_entry[update], :w], -1.0, matrix[step.near_entry[q], :w], m
                )
                update += 1
    return lifted


@kernel
def factor_steps(
    step: Step, data: Data, at: Rates, rho: float, delta: float, smallest: float, tiles: Ints,
    curve: Array, pull: Array, pivots: Array, near: Array, kept: Array, corner: Array,
) -> int:  # fmt: skip
    """Eliminate the rates, then the local rows of every step.

    curve: (n, T) 1/(z/x + v/s + rho). pull: (n, T) width · v/s. pivots, near: the factor. kept: what the spine
    gets. corner: (pairs of slots, groups) sums. Returns how many pivots were too small and lifted.
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


@kernel
def _aim_one(
    x: Array, z: Array, dx: Array, dz: Array, width: Array, how: int, mu: float, ahead: Array, to: Array
) -> None:
    low, high = 0.1 * mu, 10.0 * mu
    if how == 0:
        to[:] = 0.0
    elif how == 1:
        for a in range(to.size):
            to[a] = -x[a] * z[a]
    elif how == 2:
        for a in range(to.size):
            to[a] = mu - dx[a] * dz[a] if width[a] > 0.0 else 0.0
    else:
        for a in range(to.size):
            product = (x[a] + ahead[0] * dx[a]) * (z[a] + ahead[1] * dz[a])
            more = low - product if product < low else 0.0
            more = max(high - product, -high) if product > high else more
            to[a] = more if width[a] > 0.0 else 0.0


@kernel
def _aim(
    step: Step, j: int, a: int, b: int, data: Data, at: Rates, along: Rates, how: int, mu: float, ahead: Array,
    target: Array,
) -> None:  # fmt: skip
    """Products that a direction shall bring: target[0] of x z, target[1] of s v.

    how 0: nothing; 1: −x z, the predictor; 2: mu − dx dz, the corrector; 3: pull the products at the steps
    ``ahead`` (primal, dual) back between 0.1 mu and 10 mu (Gondzio).
    """
    width = data.width[j, a:b]
    to = target[0, : b - a]
    _aim_one(at.x[j, a:b], at.z[j, a:b], along.x[j, a:b], along.z[j, a:b], width, how, mu, ahead, to)
    if step.bounded[j]:
        to = target[1, : b - a]
        _aim_one(at.s[j, a:b], at.v[j, a:b], along.s[j, a:b], along.v[j, a:b], width, how, mu, ahead, to)


@kernel
def _push(
    step: Step, j: int, t0: int, t1: int, data: Data, at: Rates, target: Array, left: Rates, full: bool, r: Array
) -> float:
    """Right-hand side of rate j, its room eliminated; Σ width · y for its link."""
    x, width, tx, ts, rd = at.x[j, t0:t1], data.width[j, t0:t1], target[0], target[1], left.z[j, t0:t1]
    total = 0.0
    if step.bounded[j]:
        s, v, rs = at.s[j, t0:t1], at.v[j, t0:t1], left.s[j, t0:t1]
        for a in range(t1 - t0):
            live = width[a] > 0.0
            y = (ts[a] - v[a] * rs[a] if full else ts[a]) / s[a] if live else 0.0
            r[a] = tx[a] / x[a] - y if live else 0.0
            total += width[a] * y
    else:
        for a in range(t1 - t0):
            r[a] = tx[a] / x[a] if width[a] > 0.0 else 0.0
    if full:
        plus(r, 1.0, rd)
    return total


@kernel
def load_steps(
    step: Step, data: Data, at: Rates, along: Rates, how: int, mu: float, reach: Array, left: Rates, full: bool,
    rows: Array, of_rows: float, curve: Array, pull: Array, pivots: Array, near: Array, tiles: Ints, push: Array,
    forward: Array, ahead: Array, sums: Array,
) -> None:  # fmt: skip
    """Right-hand side of a direction (see ``_aim``), and its forward elimination through the local rows.

    full: whether the residuals ``left`` belong to it; of_rows · ``rows`` does. push: (n, T). forward: (rows, T).
    ahead: (nexts, T), for the rows of the next step. sums: (slots, groups), to be taken off.
    """
    wide = widest(tiles)
    f, moved, target = np.empty((step.rows + step.nexts, wide)), np.empty(wide), np.empty((2, wide))
    first_slot = step.rows + step.nexts
    for k in range(tiles.shape[0]):
        t0, t1, group = tiles[k, 0], tiles[k, 1], tiles[k, 2]
        w = t1 - t0
        f[:, :w] = 0.0
        if of_rows != 0.0:
            for i in range(step.rows):
                scaled(f[i, :w], of_rows, rows[i, t0:t1])
        for j in range(data.cost.shape[0]):
            r, m = push[j, t0:t1], moved[:w]
            _aim(step, j, t0, t1, data, at, along, how, mu, reach, target)
            total = _push(step, j, t0, t1, data, at, target, left, full, r)
            if step.link[j] >= 0:
                sums[step.link[j] - first_slot, group] += total
            times(m, curve[j, t0:t1], r)
            _take_rate(step, j, f, m, pull[j, t0:t1], t0, t1, group, sums, True)
        for i in range(step.local):
            fi = f[i, :w]
            times(fi, fi, pivots[i, t0:t1])
            for p in range(step.near_start[i], step.near_start[i + 1]):
                n = step.near_index[p]
                if n < first_slot:
                    plus_series(f[n, :w], -1.0, near[p, t0:t1], fi)
                else:
                    sums[n - first_slot, group] += dot(near[p, t0:t1], fi)
        for i in range(step.rows):
            copied(forward[i, t0:t1], f[i, :w])
        for i in range(step.nexts):
            copied(ahead[i, t0:t1], f[step.rows + i, :w])


@kernel
def _back_through(
    step: Step, lam: Array, slot: Array, pivots: Array, near: Array, t0: int, t1: int, group: int
) -> None:
    for i in range(step.local - 1, -1, -1):
        li = lam[i, t0:t1]
        for p in range(step.near_start[i], step.near_start[i + 1]):
            n = step.near_index[p]
            if n < step.rows:
                plus_series(li, -1.0, near[p, t0:t1], lam[n, t0:t1])
            else:
                plus(li, -slot[n - step.rows - step.nexts, group], near[p, t0:t1])
        times(li, li, pivots[i, t0:t1])


@kernel
def _close(x: Array, z: Array, dx: Array, target: Array, width: Array, dz: Array, found: Array) -> None:
    """dz = (target − z dx)/x, and the sums and ratios of the pair."""
    primal, dual, one, two, both = found[0], found[1], 0.0, 0.0, 0.0
    for a in range(x.size):
        live = width[a] > 0.0
        inverse = 1.0 / x[a]
        m = dx[a]
        n = (target[a] - z[a] * m) * inverse if live else 0.0
        dz[a] = n
        primal = max(primal, -m * inverse if live else 0.0)
        dual = max(dual, -n / z[a] if live else 0.0)
        one += x[a] * n
        two += z[a] * m
        both += m * n
    found[0], found[1] = primal, dual
    found[2] += one
    found[3] += two
    found[4] += both


@kernel
def _blocked_one(x: Array, d: Array, e: Array, width: Array, weights: Array, found: Array) -> None:
    """Eight weights in one pass over the lanes, each with its own running maximum."""
    w0, w1, w2, w3 = weights[0], weights[1], weights[2], weights[3]
    w4, w5, w6, w7 = weights[4], weights[5], weights[6], weights[7]
    r0, r1, r2, r3, r4, r5, r6, r7 = found[0], found[1], found[2], found[3], found[4], found[5], found[6], found[7]
    for a in range(x.size):
        inverse = -1.0 / x[a] if width[a] > 0.0 else 0.0
        p, q = d[a] * inverse, e[a] * inverse
        r0, r1 = max(r0, p + w0 * q), max(r1, p + w1 * q)
        r2, r3 = max(r2, p + w2 * q), max(r3, p + w3 * q)
        r4, r5 = max(r4, p + w4 * q), max(r5, p + w5 * q)
        r6, r7 = max(r6, p + w6 * q), max(r7, p + w7 * q)
    found[0], found[1], found[2], found[3], found[4], found[5], found[6], found[7] = r0, r1, r2, r3, r4, r5, r6, r7


@kernel
def move_steps(
    step: Step, data: Data, at: Rates, base: Rates, how: int, mu: float, reach: Array, left: Rates, full: bool,
    curve: Array, pull: Array, pivots: Array, near: Array, push: Array, lam: Array, lam_next: Array, slot: Array,
    tiles: Ints, along: Rates, weights: Array, found: Array, blocks: Array,
) -> None:  # fmt: skip
    """Backward elimination through the local rows (``lam`` holds their forward values and becomes the direction of
    the multipliers), then the direction of the rates.

    found: largest −dx/x and −dz/z, Σ x dz + s dv, Σ z dx + v ds, Σ dx dz + ds dv. blocks: (2, weights), largest ratios
    of ``base`` + ω · this direction, primal and dual.
    """
    wide = widest(tiles)
    g, target = np.empty(wide), np.empty((2, wide))
    for k in range(tiles.shape[0]):
        t0, t1, group = tiles[k, 0], tiles[k, 1], tiles[k, 2]
        w = t1 - t0
        _back_through(step, lam, slot, pivots, near, t0, t1, group)
        for j in range(data.cost.shape[0]):
            u, width, dx = pull[j, t0:t1], data.width[j, t0:t1], along.x[j, t0:t1]
            x, z, dz = at.x[j, t0:t1], at.z[j, t0:t1], along.z[j, t0:t1]
            _aim(step, j, t0, t1, data, at, base, how, mu, reach, target)
            copied(g[:w], push[j, t0:t1])
            _add_prices(step, j, g[:w], 1.0, u, lam, lam_next, slot, t0, t1, group, True)
            times(dx, curve[j, t0:t1], g[:w])
            _close(x, z, dx, target[0], width, dz, found)
            if weights.size:
                _blocked_one(x, base.x[j, t0:t1], dx, width, weights, blocks[0])
                _blocked_one(z, base.z[j, t0:t1], dz, width, weights, blocks[1])
            if step.bounded[j]:
                held = 0.0 if step.link[j] < 0 else slot[step.link[j] - step.rows - step.nexts, group]
                s, v, ds, dv = at.s[j, t0:t1], at.v[j, t0:t1], along.s[j, t0:t1], along.v[j, t0:t1]
                for a in range(w):
                    ds[a] = width[a] * held - dx[a] if width[a] > 0.0 else 0.0
                if full:
                    plus(ds, 1.0, left.s[j, t0:t1])
                _close(s, v, ds, target[1], width, dv, found)
                if weights.size:
                    _blocked_one(s, base.s[j, t0:t1], ds, width, weights, blocks[0])
                    _blocked_one(v, base.v[j, t0:t1], dv, width, weights, blocks[1])


@kernel
def missed_rows(
    step: Step, rows: Array, along_x: Array, slot: Array, full: float, tiles: Ints, out: Array, ahead: Array, sums: Array
) -> None:
    """full · rows − A dx − B dw, and H dx in sums: what a direction leaves of the rows that it should close."""
    f = np.empty((step.rows + step.nexts, widest(tiles)))
    for k in range(tiles.shape[0]):
        t0, t1, group = tiles[k, 0], tiles[k, 1], tiles[k, 2]
        w = t1 - t0
        f[:, :w] = 0.0
        for i in range(step.rows):
            scaled(f[i, :w], full, rows[i, t0:t1])
        _take_columns(step, f, slot, group, t0, t1)
        for j in range(along_x.shape[0]):
            x = along_x[j, t0:t1]
            _take_rate(step, j, f, x, x, t0, t1, group, sums, False)
        for i in range(step.rows):
            copied(out[i, t0:t1], f[i, :w])
        for i in range(step.nexts):
            copied(ahead[i, t0:t1], f[step.rows + i, :w])


@kernel
def blocked(
    step: Step, data: Data, at: Rates, along: Rates, more: Rates, weights: Array, tiles: Ints, found: Array
) -> None:
    """Largest −(dx + ω ex)/x for each weight ω in found[0], and the same of the multipliers in found[1]."""
    for k in range(tiles.shape[0]):
        a, b = tiles[k, 0], tiles[k, 1]
        for j in range(data.cost.shape[0]):
            width = data.width[j, a:b]
            _blocked_one(at.x[j, a:b], along.x[j, a:b], more.x[j, a:b], width, weights, found[0])
            _blocked_one(at.z[j, a:b], along.z[j, a:b], more.z[j, a:b], width, weights, found[1])
            if step.bounded[j]:
                _blocked_one(at.s[j, a:b], along.s[j, a:b], more.s[j, a:b], width, weights, found[0])
                _blocked_one(at.v[j, a:b], along.v[j, a:b], more.v[j, a:b], width, weights, found[1])


@kernel
def add(step: Step, to: Rates, along: Rates, primal: float, dual: float, tiles: Ints) -> None:
    """to += primal · along in x and s, dual · along in z and v."""
    for k in range(tiles.shape[0]):
        a, b = tiles[k, 0], tiles[k, 1]
        for j in range(to.x.shape[0]):
            plus(to.x[j, a:b], primal, along.x[j, a:b])
            plus(to.z[j, a:b], dual, along.z[j, a:b])
            if step.bounded[j]:
                plus(to.s[j, a:b], primal, along.s[j, a:b])
                plus(to.v[j, a:b], dual, along.v[j, a:b])
