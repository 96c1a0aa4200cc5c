"""Directions: loads, forward and backward elimination of the local rows, step lengths; compiled."""

from __future__ import annotations

import numpy as np

from zeropark.forms import Array
from zeropark.optimize.arrowhead.form import Ints
from zeropark.optimize.arrowhead.lanes import copied, dot, kernel, plus, plus_series, scaled, times, widest
from zeropark.optimize.arrowhead.pattern import Step
from zeropark.optimize.arrowhead.state import Data, Rates
from zeropark.optimize.arrowhead.touching import add_prices, take_rate


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
    step: Step,
    j: int,
    t0: int,
    t1: int,
    data: Data,
    at: Rates,
    target: Array,
    left: Rates,
    full: bool,
    r: Array,
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
            take_rate(step, j, f, m, pull[j, t0:t1], t0, t1, group, sums, True)
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
    """All weights in one pass over the lanes, each with its own running maximum."""
    w0, w1, w2, w3 = weights[0], weights[1], weights[2], weights[3]
    r0, r1, r2, r3 = found[0], found[1], found[2], found[3]
    for a in range(x.size):
        inverse = -1.0 / x[a] if width[a] > 0.0 else 0.0
        p, q = d[a] * inverse, e[a] * inverse
        r0, r1, r2, r3 = max(r0, p + w0 * q), max(r1, p + w1 * q), max(r2, p + w2 * q), max(r3, p + w3 * q)
    found[0], found[1], found[2], found[3] = r0, r1, r2, r3


@kernel
def _corrected(
    x: Array, z: Array, base_x: Array, base_z: Array, dx: Array, width: Array, how: int, mu: float, reach: Array,
    weights: Array, dz: Array, primal: Array, dual: Array,
) -> None:  # fmt: skip
    """Of a correction: dz as in ``_close``, and the running maxima of ``_blocked_one`` for both of the pair.

    One pass, because an array that is read again costs as much as what is computed from it.
    """
    low, high = 0.1 * mu, 10.0 * mu
    w0, w1, w2, w3 = weights[0], weights[1], weights[2], weights[3]
    p0, p1, p2, p3 = primal[0], primal[1], primal[2], primal[3]
    d0, d1, d2, d3 = dual[0], dual[1], dual[2], dual[3]
    for a in range(x.size):
        live = width[a] > 0.0
        inverse = 1.0 / x[a] if live else 0.0
        other = 1.0 / z[a] if live else 0.0
        if how == 2:
            target = mu - base_x[a] * base_z[a]
        else:
            product = (x[a] + reach[0] * base_x[a]) * (z[a] + reach[1] * base_z[a])
            target = low - product if product < low else 0.0
            target = max(high - product, -high) if product > high else target
        n = (target - z[a] * dx[a]) * inverse
        dz[a] = n
        p, q = -base_x[a] * inverse, -dx[a] * inverse
        r, s = -base_z[a] * other, -n * other
        p0, p1, p2, p3 = max(p0, p + w0 * q), max(p1, p + w1 * q), max(p2, p + w2 * q), max(p3, p + w3 * q)
        d0, d1, d2, d3 = max(d0, r + w0 * s), max(d1, r + w1 * s), max(d2, r + w2 * s), max(d3, r + w3 * s)
    primal[0], primal[1], primal[2], primal[3] = p0, p1, p2, p3
    dual[0], dual[1], dual[2], dual[3] = d0, d1, d2, d3


@kernel
def move_steps(
    step: Step, data: Data, at: Rates, base: Rates, how: int, mu: float, reach: Array, left: Rates, full: bool,
    curve: Array, pull: Array, pivots: Array, near: Array, push: Array, lam: Array, lam_next: Array, slot: Array,
    tiles: Ints, along: Rates, weights: Array, found: Array, blocks: Array,
) -> None:  # fmt: skip
    """Backward elimination through the local rows (``lam`` holds their forward values and becomes the direction of
    the multipliers), then the direction of the rates.

    Without weights ``found``: largest −dx/x and −dz/z, Σ x dz + s dv, Σ z dx + v ds, Σ dx dz + ds dv. With them
    ``blocks``: (2, weights), largest ratios of ``base`` + ω · this direction, primal and dual.
    """
    wide = widest(tiles)
    g, target = np.empty(wide), np.empty((2, wide))
    for k in range(tiles.shape[0]):
        t0, t1, group = tiles[k, 0], tiles[k, 1], tiles[k, 2]
        w = t1 - t0
        _back_through(step, lam, slot, pivots, near, t0, t1, group)
        for j in range(data.cost.shape[0]):
            u, width, dx = pull[j, t0:t1], data.width[j, t0:t1], along.x[j, t0:t1]
            x, z, dz, bx, bz = (
                at.x[j, t0:t1],
                at.z[j, t0:t1],
                along.z[j, t0:t1],
                base.x[j, t0:t1],
                base.z[j, t0:t1],
            )
            copied(g[:w], push[j, t0:t1])
            add_prices(step, j, g[:w], 1.0, u, lam, lam_next, slot, t0, t1, group, True)
            times(dx, curve[j, t0:t1], g[:w])
            if weights.size:
                _corrected(x, z, bx, bz, dx, width, how, mu, reach, weights, dz, blocks[0], blocks[1])
            else:
                _aim(step, j, t0, t1, data, at, base, how, mu, reach, target)
                _close(x, z, dx, target[0], width, dz, found)
            if step.bounded[j]:
                held = 0.0 if step.link[j] < 0 else slot[step.link[j] - step.rows - step.nexts, group]
                s, v, ds, dv = at.s[j, t0:t1], at.v[j, t0:t1], along.s[j, t0:t1], along.v[j, t0:t1]
                for a in range(w):
                    ds[a] = width[a] * held - dx[a] if width[a] > 0.0 else 0.0
                if full:
                    plus(ds, 1.0, left.s[j, t0:t1])
                if weights.size:
                    bs, bv = base.s[j, t0:t1], base.v[j, t0:t1]
                    _corrected(s, v, bs, bv, ds, width, how, mu, reach, weights, dv, blocks[0], blocks[1])
                else:
                    _close(s, v, ds, target[1], width, dv, found)


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
