"""The functions of ``compiled`` in numpy and scipy: the same answers, where nothing is compiled (yet).

A tile is as long as its group of steps allows; the spine is one banded matrix. Docstrings stand in ``compiled``.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.linalg import LinAlgError, cholesky_banded
from scipy.linalg.lapack import dtbtrs

from zeropark.forms import Array
from zeropark.optimize.arrowhead.form import Bools, Ints
from zeropark.optimize.arrowhead.pattern import LINK, Spine, Step
from zeropark.optimize.arrowhead.state import Data, Rates

SEGMENTS = False
WHOLE = True
_LOW, _HIGH = 0.1, 10.0


def _each(tiles: Ints) -> Iterator[tuple[slice, int]]:
    for t0, t1, group in tiles:
        yield slice(int(t0), int(t1)), int(group)


def _value(step: Step, number: int, value: float, at: slice) -> Array | float:
    return value if number < 0 else np.asarray(step.series[number, at])


def _divided(a: Array, b: Array, live: Bools) -> Array:
    return np.divide(a, b, out=np.zeros_like(a), where=live)


def _touches(step: Step, j: int) -> Iterator[tuple[int, float, int]]:
    for p in range(step.touch_start[j], step.touch_start[j + 1]):
        yield int(step.touch_index[p]), float(step.touch_value[p]), int(step.touch_series[p])


def _take_columns(step: Step, f: Array, slot: Array, group: int, at: slice) -> None:
    for e in range(step.own_row.size):
        value = _value(step, int(step.own_series[e]), float(step.own_value[e]), at)
        f[step.own_row[e]] -= value * slot[step.own_slot[e], group]


def _take_rate(
    step: Step, j: int, f: Array, x: Array, at: slice, group: int, sums: Array, pull: Array | None
) -> None:
    rows = step.rows + step.nexts
    for i, value, number in _touches(step, j):
        if number == LINK:
            if pull is not None:
                sums[i - rows, group] += pull @ x
        elif i < rows:
            f[i] -= _value(step, number, value, at) * x
        else:
            sums[i - rows, group] += np.sum(_value(step, number, value, at) * x)


def _prices(
    step: Step, j: int, lam: Array, lam_next: Array, slot: Array, at: slice, group: int, pull: Array | None
) -> Array:
    rows, total = step.rows + step.nexts, np.zeros(at.stop - at.start)
    for i, value, number in _touches(step, j):
        if i < rows:
            price = lam[i, at] if i < step.rows else lam_next[i - step.rows, at]
            total += _value(step, number, value, at) * price
        elif number != LINK:
            total += _value(step, number, value, at) * slot[i - rows, group]
        elif pull is not None:
            total += pull * slot[i - rows, group]
    return total


def residuals(
    step: Step, data: Data, at: Rates, lam: Array, lam_next: Array, slot: Array, tiles: Ints,
    out: Rates, rows: Array, ahead: Array, sums: Array, found: Array,
) -> None:  # fmt: skip
    """See ``compiled``."""
    first = step.rows + step.nexts
    for here, group in _each(tiles):
        f = np.zeros((first, here.stop - here.start))
        f[: step.rows] = data.rhs[:, here]
        found[5] += np.sum(data.rhs[:, here] * lam[:, here])
        _take_columns(step, f, slot, group, here)
        for e in range(step.own_row.size):
            value = _value(step, int(step.own_series[e]), float(step.own_value[e]), here)
            sums[0, step.own_slot[e], group] += np.sum(value * lam[step.own_row[e], here])
        for j in range(data.cost.shape[0]):
            x, z, width = at.x[j, here], at.z[j, here], data.width[j, here]
            live = width > 0
            _take_rate(step, j, f, x, here, group, sums[0], None)
            g = data.cost[j, here] - z - _prices(step, j, lam, lam_next, slot, here, group, None)
            found[0] += x @ z
            found[1] += data.cost[j, here] @ x
            found[2] += np.abs(data.cost[j, here]) @ x
            if step.bounded[j]:
                s, v = at.s[j, here], at.v[j, here]
                g = g + v
                held = 1.0 if step.link[j] < 0 else slot[step.link[j] - first, group]
                out.s[j, here] = np.where(live, width * held - x - s, 0.0)
                found[0] += s @ v
                found[4] = max(found[4], np.max(np.abs(out.s[j, here]), initial=0.0))
                if step.link[j] < 0:
                    found[6] += width @ v
                else:
                    sums[1, step.link[j] - first, group] += width @ v
            out.z[j, here] = np.where(live, -g, 0.0)
            found[3] = max(found[3], np.max(np.abs(out.z[j, here]), initial=0.0))
        rows[:, here] = f[: step.rows]
        ahead[:, here] = f[step.rows :]


def factor_steps(
    step: Step, data: Data, at: Rates, rho: float, delta: float, smallest: float, tiles: Ints,
    curve: Array, pull: Array, pivots: Array, near: Array, kept: Array, corner: Array,
) -> int:  # fmt: skip
    """See ``compiled``."""
    lifted = 0
    for here, group in _each(tiles):
        matrix = np.zeros((step.entries, here.stop - here.start))
        matrix[step.row_entry] = np.where(data.absent[:, here], 1.0, delta)
        for e in range(step.own_row.size):
            matrix[step.own_entry[e]] += _value(step, int(step.own_series[e]), float(step.own_value[e]), here)
        pair = 0
        for j in range(data.cost.shape[0]):
            pair = _add_rate(step, j, pair, data, at, rho, here, matrix, curve, pull)
        lifted += _eliminated(step, matrix, smallest, delta, pivots[:, here], near[:, here])
        kept[:, here] = matrix[step.kept_entry]
        corner[:, group] += matrix[step.corner_entry].sum(axis=1)
    return lifted


def _add_rate(
    step: Step, j: int, pair: int, data: Data, at: Rates, rho: float, here: slice, matrix: Array, curve: Array,
    pull: Array,
) -> int:  # fmt: skip
    width = data.width[j, here]
    live = width > 0
    low, high = _divided(at.z[j, here], at.x[j, here], live) + rho, np.zeros_like(width)
    if step.bounded[j]:
        high = _divided(at.v[j, here], at.s[j, here], live)
    d = _divided(np.ones_like(width), low + high, live)
    u = high * width
    curve[j, here], pull[j, here] = d, u
    values = [u if n == LINK else _value(step, n, value, here) for _, value, n in _touches(step, j)]
    links = [n == LINK for _, _, n in _touches(step, j)]
    for a, one in enumerate(values):
        left = one * d
        for b in range(a + 1):
            more = -width * width * high * low * d if links[a] and links[b] else left * values[b]
            matrix[step.pair_entry[pair]] += more
            pair += 1
    return pair


def _eliminated(step: Step, matrix: Array, smallest: float, delta: float, pivots: Array, near: Array) -> int:
    first, lifted, update = matrix[step.pivot_entry].copy(), 0, 0
    for i in range(step.local):
        diagonal = matrix[step.pivot_entry[i]]
        small = ~(diagonal > smallest * first[i])
        lifted += int(np.count_nonzero(small))
        pivots[i] = 1.0 / np.sqrt(np.where(small, np.maximum(smallest * first[i], delta), diagonal))
        mine = slice(step.near_start[i], step.near_start[i + 1])
        matrix[step.near_entry[mine]] *= pivots[i]
        near[mine] = matrix[step.near_entry[mine]]
        for p in range(mine.start, mine.stop):
            for q in range(mine.start, min(p + 1, int(step.near_slot[i]))):
                matrix[step.update_entry[update]] -= near[p] * near[q]
                update += 1
    return lifted


def _aimed(x: Array, z: Array, dx: Array, dz: Array, live: Bools, how: int, mu: float, reach: Array) -> Array:
    if how == 0:
        return np.zeros_like(x)
    if how == 1:
        return -x * z
    if how == 2:
        return np.where(live, mu - dx * dz, 0.0)
    low, high = _LOW * mu, _HIGH * mu
    product = (x + reach[0] * dx) * (z + reach[1] * dz)
    down = np.where(product > high, np.maximum(high - product, -high), 0.0)
    return np.where(live, np.where(product < low, low - product, down), 0.0)


def _aims(
    step: Step, j: int, here: slice, live: Bools, at: Rates, along: Rates, how: int, mu: float, reach: Array
) -> tuple[Array, Array]:
    one = _aimed(at.x[j, here], at.z[j, here], along.x[j, here], along.z[j, here], live, how, mu, reach)
    if not step.bounded[j]:
        return one, one
    return one, _aimed(at.s[j, here], at.v[j, here], along.s[j, here], along.v[j, here], live, how, mu, reach)


def load_steps(
    step: Step, data: Data, at: Rates, along: Rates, how: int, mu: float, reach: Array, left: Rates, full: bool,
    rows: Array, of_rows: float, curve: Array, pull: Array, pivots: Array, near: Array, tiles: Ints, push: Array,
    forward: Array, ahead: Array, sums: Array,
) -> None:  # fmt: skip
    """See ``compiled``."""
    first = step.rows + step.nexts
    for here, group in _each(tiles):
        f = np.zeros((first, here.stop - here.start))
        f[: step.rows] = of_rows * rows[:, here]
        for j in range(data.cost.shape[0]):
            live = data.width[j, here] > 0
            tx, ts = _aims(step, j, here, live, at, along, how, mu, reach)
            r = _divided(tx, at.x[j, here], live)
            if step.bounded[j]:
                y = _divided(ts - full * at.v[j, here] * left.s[j, here], at.s[j, here], live)
                r = r - y
                if step.link[j] >= 0:
                    sums[step.link[j] - first, group] += data.width[j, here] @ y
            push[j, here] = r + full * left.z[j, here]
            _take_rate(step, j, f, curve[j, here] * push[j, here], here, group, sums, pull[j, here])
        for i in range(step.local):
            f[i] *= pivots[i, here]
            for p in range(step.near_start[i], step.near_start[i + 1]):
                n = step.near_index[p]
                if n < first:
                    f[n] -= near[p, here] * f[i]
                else:
                    sums[n - first, group] += near[p, here] @ f[i]
        forward[:, here] = f[: step.rows]
        ahead[:, here] = f[step.rows :]


def _back_through(
    step: Step, lam: Array, slot: Array, pivots: Array, near: Array, here: slice, group: int
) -> None:
    for i in range(step.local - 1, -1, -1):
        for p in range(step.near_start[i], step.near_start[i + 1]):
            n = step.near_index[p]
            other = lam[n, here] if n < step.rows else slot[n - step.rows - step.nexts, group]
            lam[i, here] -= near[p, here] * other
        lam[i, here] *= pivots[i, here]


def _close(x: Array, z: Array, dx: Array, target: Array, live: Bools, found: Array) -> Array:
    dz = _divided(target - z * dx, x, live)
    found[0] = max(found[0], np.max(_divided(-dx, x, live), initial=0.0))
    found[1] = max(found[1], np.max(_divided(-dz, z, live), initial=0.0))
    found[2:] += (x @ dz, z @ dx, dx @ dz)
    return dz


def move_steps(
    step: Step, data: Data, at: Rates, base: Rates, how: int, mu: float, reach: Array, left: Rates, full: bool,
    curve: Array, pull: Array, pivots: Array, near: Array, push: Array, lam: Array, lam_next: Array, slot: Array,
    tiles: Ints, along: Rates, weights: Array, found: Array, blocks: Array,
) -> None:  # fmt: skip
    """See ``compiled``."""
    for here, group in _each(tiles):
        _back_through(step, lam, slot, pivots, near, here, group)
        for j in range(data.cost.shape[0]):
            width = data.width[j, here]
            live = width > 0
            tx, ts = _aims(step, j, here, live, at, base, how, mu, reach)
            g = push[j, here] + _prices(step, j, lam, lam_next, slot, here, group, pull[j, here])
            along.x[j, here] = dx = curve[j, here] * g
            along.z[j, here] = _close(at.x[j, here], at.z[j, here], dx, tx, live, found)
            if step.bounded[j]:
                held = 0.0 if step.link[j] < 0 else slot[step.link[j] - step.rows - step.nexts, group]
                along.s[j, here] = ds = np.where(live, full * left.s[j, here] + width * held - dx, 0.0)
                along.v[j, here] = _close(at.s[j, here], at.v[j, here], ds, ts, live, found)
    if weights.size:
        blocked(step, data, at, base, along, weights, tiles, blocks)


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
    """See ``compiled``."""
    for here, group in _each(tiles):
        f = np.zeros((step.rows + step.nexts, here.stop - here.start))
        f[: step.rows] = full * rows[:, here]
        _take_columns(step, f, slot, group, here)
        for j in range(along_x.shape[0]):
            _take_rate(step, j, f, along_x[j, here], here, group, sums, None)
        out[:, here] = f[: step.rows]
        ahead[:, here] = f[step.rows :]


def blocked(
    step: Step, data: Data, at: Rates, along: Rates, more: Rates, weights: Array, tiles: Ints, found: Array
) -> None:
    """See ``compiled``."""
    here = slice(int(tiles[0, 0]), int(tiles[-1, 1]))
    live = data.width[:, here] > 0
    room = live & step.bounded[:, None]
    for k, points in enumerate((((at.x, along.x, more.x, live), (at.s, along.s, more.s, room)),
                                ((at.z, along.z, more.z, live), (at.v, along.v, more.v, room)))):  # fmt: skip
        for x, d, e, where in points:
            p, q = (_divided(-a[:, here], x[:, here], where) for a in (d, e))
            for w, weight in enumerate(weights):
                found[k, w] = max(found[k, w], np.max(p + weight * q, initial=0.0))


def add(step: Step, to: Rates, along: Rates, primal: float, dual: float, tiles: Ints) -> None:
    """See ``compiled``."""
    here = slice(int(tiles[0, 0]), int(tiles[-1, 1]))
    for mine, other, factor in (
        (to.x, along.x, primal), (to.s, along.s, primal), (to.z, along.z, dual), (to.v, along.v, dual),
    ):  # fmt: skip
        mine[:, here] += factor * other[:, here]


class SpineFactor:
    """The spine as one banded matrix, (interface rows of step 0, of step 1, …)."""

    def __init__(self, spine: Spine, steps: int, places: int) -> None:
        self.spine, self.steps, self.places, self.r = spine, steps, places, spine.interface
        self.carried, self.y = np.zeros((steps * self.r, places)), np.zeros(steps * self.r)

    def factor(
        self, kept: Array, group: Ints, slot_border: Ints, cut: Ints, cut_after: Ints, start: int, end: int,
        smallest: float, delta: float, sums: Array,
    ) -> int:  # fmt: skip
        """See ``backbone.factor_spine``; there is one segment only."""
        r, steps, spine = self.r, self.steps, self.spine
        band = np.zeros((max(2 * r, 1), steps * r))
        rows = np.zeros((steps, r, self.places))

        def put(i: Array, j: Array, value: Array) -> None:
            np.add.at(band, (np.abs(i - j), np.minimum(i, j)), value)

        t = np.arange(steps)
        after = (t + 1) % steps
        for place, i, k in spine.same:
            put(t * r + i, t * r + k, kept[place])
        for place, a, b in spine.ahead:
            put(after * r + spine.lag[a], after * r + spine.lag[b], kept[place])
        for place, i, q in spine.slot:
            np.add.at(rows, (t, i, slot_border[q, group]), kept[place])
        for place, a, q in spine.next_slot:
            np.add.at(rows, (after, spine.lag[a], slot_border[q, group]), kept[place])
        moved = [int(i) for i, c in zip(spine.lag, cut, strict=True) if c >= 0]
        for place, a, k in spine.back:
            if cut[a] >= 0:
                rows[steps - 1, k, cut[a]] += kept[place, steps - 1]
            put(t[1:] * r + spine.lag[a], t[:-1] * r + k, kept[place, :-1])
        self._cut(band, rows, cut, moved, sums)
        return self._cholesky(band, rows, smallest, delta)

    def _cut(self, band: Array, rows: Array, cut: Ints, moved: list[int], sums: Array) -> None:
        """Move the rows of the first step that reach back over the turn to the border."""
        r, lag = self.r, self.spine.lag
        place = {int(i): int(c) for i, c in zip(lag, cut, strict=True) if c >= 0}
        for i in moved:
            sums[place[i]] += rows[0, i]
            rows[0, i] = 0.0
        for i in moved:
            for other in range(min(2 * r, self.steps * r)):
                at = (abs(i - other), min(i, other))
                if at[0] >= band.shape[0]:
                    continue
                value = band[at]
                if other in place:
                    sums[place[i], place[other]] += value
                else:
                    rows[other // r, other % r, place[i]] += value
        for i in moved:
            for other in range(min(2 * r, self.steps * r)):
                if abs(i - other) < band.shape[0]:
                    band[abs(i - other), min(i, other)] = 0.0
        for i in moved:
            band[0, i] = 1.0

    def _cholesky(self, band: Array, rows: Array, smallest: float, delta: float) -> int:
        if self.r == 0:
            return 0
        lifted = 0
        try:
            self.low = cholesky_banded(band, lower=True, check_finite=False)
            small = not np.all(self.low[0] ** 2 > smallest * band[0])
        except LinAlgError:
            small = True
        if small:  # as the compiled factor does: each such pivot by itself, whatever the size of the others
            self.low, lifted = _lifted(band, smallest, delta)
        self.carried = self._solved(rows.reshape(self.steps * self.r, self.places))
        return lifted

    def _solved(self, right: Array, back: bool = False) -> Array:
        if right.size == 0:
            return right
        found, _ = dtbtrs(self.low, right, uplo="L", trans="T" if back else "N")
        return np.asarray(found)

    def square(self, start: int, end: int) -> Array:
        """See ``backbone``."""
        return self.carried.T @ self.carried

    def forward(
        self, load: Array, ahead: Array, cut: Ints, cut_after: Ints, start: int, end: int
    ) -> tuple[Array, Array]:
        """See ``backbone``."""
        f = load.T.copy()
        f[:, self.spine.lag] += np.roll(ahead, 1, axis=1).T
        moved = np.zeros(self.places)
        for i, c in zip(self.spine.lag, cut, strict=True):
            if c >= 0:
                moved[c], f[0, i] = f[0, i], 0.0
        self.y = self._solved(f.reshape(-1, 1))[:, 0]
        return moved, self.carried.T @ self.y

    def backward(self, border: Array, cut: Ints, start: int, end: int, lam: Array) -> None:
        """See ``backbone``."""
        found = self._solved((self.y - self.carried @ border).reshape(-1, 1), back=True)
        lam[:] = found.reshape(self.steps, self.r).T
        for i, c in zip(self.spine.lag, cut, strict=True):
            if c >= 0:
                lam[i, 0] = border[c]


def _lifted(band: Array, smallest: float, delta: float) -> tuple[Array, int]:
    """Banded Cholesky factor, column by column, with pivots that are too small lifted; and how many were."""
    low, wide, lifted = band.copy(), band.shape[0], 0
    for k in range(band.shape[1]):
        pivot, least = float(low[0, k]), smallest * float(band[0, k])
        if not pivot > least:
            pivot, lifted = max(least, delta), lifted + 1
        low[0, k] = np.sqrt(pivot)
        low[1:, k] /= low[0, k]
        for j in range(1, min(wide, band.shape[1] - k)):
            low[: wide - j, k + j] -= low[j, k] * low[j:, k]
    return low, lifted
