"""Residuals of a chain at a point, compiled."""

from __future__ import annotations

import numpy as np

from zeropark.forms import Array
from zeropark.optimize.arrowhead.form import Ints
from zeropark.optimize.arrowhead.lanes import copied, dot, kernel, plus, scaled, total_of, widest
from zeropark.optimize.arrowhead.pattern import Step
from zeropark.optimize.arrowhead.state import Data, Rates
from zeropark.optimize.arrowhead.touching import add_prices, take_columns, take_rate


@kernel
def _bounded_residual(
    j: int, t0: int, t1: int, g: Array, held: float, data: Data, at: Rates, out: Rates, found: Array
) -> float:
    """Dual and room residual of a rate with an upper bound; Σ width · v."""
    x, z, s, v = at.x[j, t0:t1], at.z[j, t0:t1], at.s[j, t0:t1], at.v[j, t0:t1]
    cost, width, rd, rs = data.cost[j, t0:t1], data.width[j, t0:t1], out.z[j, t0:t1], out.s[j, t0:t1]
    gap, spent, gross, worst, worst_s, total = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for a in range(t1 - t0):
        live = width[a] > 0.0
        d = -(g[a] + v[a]) if live else 0.0
        r = width[a] * held - x[a] - s[a] if live else 0.0
        gap += x[a] * z[a] + s[a] * v[a]
        spent += cost[a] * x[a]
        gross += abs(cost[a] * x[a])
        total += width[a] * v[a]
        worst = max(worst, abs(d))
        worst_s = max(worst_s, abs(r))
        rd[a] = d
        rs[a] = r
    found[0] += gap
    found[1] += spent
    found[2] += gross
    found[3] = max(found[3], worst)
    found[4] = max(found[4], worst_s)
    return total


@kernel
def _open_residual(
    j: int, t0: int, t1: int, g: Array, data: Data, at: Rates, out: Rates, found: Array
) -> None:
    x, z, cost, width, rd = (
        at.x[j, t0:t1], at.z[j, t0:t1], data.cost[j, t0:t1], data.width[j, t0:t1], out.z[j, t0:t1],
    )  # fmt: skip
    gap, spent, gross, worst = 0.0, 0.0, 0.0, 0.0
    for a in range(t1 - t0):
        d = -g[a] if width[a] > 0.0 else 0.0
        gap += x[a] * z[a]
        spent += cost[a] * x[a]
        gross += abs(cost[a] * x[a])
        worst = max(worst, abs(d))
        rd[a] = d
    found[0] += gap
    found[1] += spent
    found[2] += gross
    found[3] = max(found[3], worst)


@kernel
def residuals(
    step: Step, data: Data, at: Rates, lam: Array, lam_next: Array, slot: Array, tiles: Ints,
    out: Rates, rows: Array, ahead: Array, sums: Array, found: Array,
) -> None:  # fmt: skip
    """What is left of the equations at a point: dual in out.z, room in out.s, rows, and sums over steps.

    slot: (slots, groups) w or multiplier of each slot. ahead: (nexts, T) part of the next step's rows. sums:
    (2, slots, groups): H x or B'λ, and Σ width · v of links. found: Σ x z + s v, Σ cost x, Σ |cost| x, largest |dual|,
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
        take_columns(step, f, slot, group, t0, t1)
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
            take_rate(step, j, f, x, x, t0, t1, group, sums[0], False)
            add_prices(step, j, gj, -1.0, x, lam, lam_next, slot, t0, t1, group, False)
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
def missed_rows(
    step: Step,
    rows: Array,
    along_x: Array,
    slot: Array,
    full: float,
    tiles: Ints,
    out: Array,
    ahead: Array,
    sums: Array,
) -> None:
    """full · rows − A dx − B dw, and H dx in sums: what a direction leaves of the rows that it should close."""
    f = np.empty((step.rows + step.nexts, widest(tiles)))
    for k in range(tiles.shape[0]):
        t0, t1, group = tiles[k, 0], tiles[k, 1], tiles[k, 2]
        w = t1 - t0
        f[:, :w] = 0.0
        for i in range(step.rows):
            scaled(f[i, :w], full, rows[i, t0:t1])
        take_columns(step, f, slot, group, t0, t1)
        for j in range(along_x.shape[0]):
            x = along_x[j, t0:t1]
            take_rate(step, j, f, x, x, t0, t1, group, sums, False)
        for i in range(step.rows):
            copied(out[i, t0:t1], f[i, :w])
        for i in range(step.nexts):
            copied(ahead[i, t0:t1], f[step.rows + i, :w])
