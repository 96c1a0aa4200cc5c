"""A direction by the kernels, put together from the solver's public parts, and the same by a dense matrix."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType

import numpy as np

from zeropark.forms import Array
from zeropark.optimize.arrowhead.border import Aim, BorderPoint, BorderSystem
from zeropark.optimize.arrowhead.form import CONSTANT, Arrow
from zeropark.optimize.arrowhead.work import Measure, Ratios, Work

PREDICT, CENTRE, BALANCE = 1, 2, 3
NONE = np.zeros(0)


@dataclass
class Point:
    """Rates (n, T) and multipliers (m, T) in the chain's own order; the border's point."""

    x: Array
    s: Array
    z: Array
    v: Array
    lam: Array
    border: BorderPoint


def random_point(arrow: Arrow, seed: int) -> Point:
    rng, (chain,), border = np.random.default_rng(seed + 1000), arrow.chains, arrow.border
    live = chain.width > 0
    room = live & chain.bounded[:, None]

    def draw(where: Array) -> Array:
        return np.where(where, rng.uniform(0.1, 2.0, where.shape), 0.0)

    low, high = np.isfinite(border.lower), np.isfinite(border.upper)
    below, above = np.where(low, draw(low), 1.0), np.where(high, draw(high), 1.0)
    w = np.where(low, np.where(low, border.lower, 0.0) + below, rng.normal(size=low.size))
    lam = rng.normal(size=chain.rhs.shape) * ~chain.absent
    at = BorderPoint(w, below, above, draw(low), draw(high), rng.normal(size=border.rows))
    return Point(draw(live), draw(room), draw(live), draw(room), lam, at)


class Hands:
    """One chain and its border at a point, by some kernels in some number of segments."""

    def __init__(self, arrow: Arrow, at: Point, kernels: ModuleType, segments: int = 1) -> None:
        (chain,) = arrow.chains
        self.arrow, self.at, self.border = arrow, at, at.border
        self.work = Work(chain, kernels, segments)
        self.order = self.work.pattern.order
        for to, values in zip(self.work.at, (at.x, at.s, at.z, at.v), strict=True):
            to[:] = values
        self.work.lam[:] = at.lam[self.order]
        rows, columns = self.work.border_rows, self.work.border_columns
        cuts = self.work.cuts
        self.places = np.concatenate([np.arange(cuts), cuts + rows, cuts + arrow.border.rows + columns])
        self.system = BorderSystem(arrow.border, cuts, [self.places])

    def measured(self) -> tuple[Measure, Aim]:
        """What the chain says, and what is left of the border's equations."""
        border, at, n = self.arrow.border, self.border, self.system.rows
        values = np.concatenate([np.zeros(self.work.cuts), at.mu, at.w])
        found = self.work.measure(values[self.places])
        sums, links = self.spread(found.sums), self.spread(found.links)
        gradient = border.cost - sums[n:] - border.matrix.T @ at.mu - at.low + at.high - links[n:]
        room = np.where(self.system.has_high, border.upper - at.w - at.above, 0.0)
        rows = border.rhs - sums[self.work.cuts : n] - border.matrix @ at.w
        return found, Aim(rows, -gradient, room, -at.below * at.low, -at.above * at.high)

    def spread(self, part: Array) -> Array:
        out = np.zeros(self.system.places)
        out[self.places] = part
        return out

    def factor(self, rho: float = 0.0, delta: float = 0.0) -> int:
        """Number of lifted pivots."""
        part, lifted = self.work.factor(rho, delta)
        return lifted + self.system.factor([part], self.border, rho, delta)

    def direction(
        self, how: int, aim: Aim, number: int = 0, mu: float = 0.0, reach: tuple[float, float] = (1.0, 1.0),
        weights: Array = NONE,
    ) -> tuple[BorderPoint, Ratios, Array]:  # fmt: skip
        """The border's direction, the ratios, the unknowns of the places; the rates' is in the work."""
        loads = self.work.load(how, mu, reach, number, 0)
        places, border = self.system.solve(self.spread(loads), self.border, aim)
        return border, self.work.move(places[self.places], number, weights), places[self.places]

    def moved(self, number: int = 0) -> list[Array]:
        """dx, ds, dz, dv and the change of the rows' multipliers, in the chain's own order."""
        lam = np.empty_like(self.work.lam)
        lam[self.order] = self.work.lam_along[number]
        return [*(a.copy() for a in self.work.along[number]), lam]


class Dense:
    """Newton's equations of an arrow with one chain, as one dense matrix.

    Unknowns: dx of live rates, then the multipliers of rows that exist, of border rows, and dw; z, s and v are
    eliminated by hand.
    """

    def __init__(self, arrow: Arrow, at: Point, rho: float = 0.0, delta: float = 0.0) -> None:
        (chain,) = arrow.chains
        self.chain, self.border, self.at = chain, arrow.border, at
        self.live, self.real = chain.width > 0, ~chain.absent
        self.A, self.B, self.H, self.W = _matrices(arrow)
        self.J = arrow.border.matrix.toarray()
        theta_s = np.divide(at.v, at.s, out=np.zeros_like(at.s), where=at.s > 0)[self.live]
        theta_x = at.z[self.live] / at.x[self.live]
        b = at.border
        low, high = np.isfinite(self.border.lower), np.isfinite(self.border.upper)
        self.curve = np.where(low, b.low / b.below, 0) + np.where(high, b.high / b.above, 0)
        n, m, g = self.A.shape[1], self.A.shape[0], self.J.shape[0]
        WT = theta_s[:, None] * self.W
        self.matrix = np.block(
            [
                [np.diag(theta_x + theta_s + rho), -self.A.T, -self.H.T, -WT],
                [self.A, delta * np.eye(m), np.zeros((m, g)), self.B],
                [self.H, np.zeros((g, m)), delta * np.eye(g), self.J],
                [-WT.T, -self.B.T, -self.J.T, np.diag(self.curve + rho) + self.W.T @ WT],
            ]
        )
        self.split = np.cumsum([n, m, g])

    def residuals(self) -> tuple[Array, Array, Array, Array, Array]:
        """Of rates, of their rooms, of rows, of border columns, of border rows."""
        chain, at, b = self.chain, self.at, self.at.border
        x, s, z, v = (a[self.live] for a in (at.x, at.s, at.z, at.v))
        lam, free = at.lam[self.real], (chain.bounded[:, None] & self.live)[self.live]
        fixed = np.where((chain.link[:, 0] == CONSTANT)[:, None], chain.width, 0.0)[self.live]
        rates = -(chain.cost[self.live] - self.A.T @ lam - self.H.T @ b.mu - z + v)
        rooms = np.where(free, fixed + self.W @ b.w - x - s, 0.0)
        rows = chain.rhs[self.real] - self.A @ x - self.B @ b.w
        columns = -(
            self.border.cost - self.B.T @ lam - self.J.T @ b.mu - b.low + b.high - self.W.T @ v
        )  # fmt: skip
        return rates, rooms, rows, columns, self.border.rhs - self.H @ x - self.J @ b.w

    def solved(self, tx: Array, ts: Array, aim: Aim, full: bool) -> list[Array]:
        """dx, ds, dz, dv, change of λ (as (n, T) and (m, T)), then of μ, and dw.

        tx, ts: targets of the products x z and s v. full: whether the residuals of rates, rooms and rows are closed.
        """
        at, b = self.at, self.at.border
        x, s, z, v = (a[self.live] for a in (at.x, at.s, at.z, at.v))
        rates, rooms, rows, _, _ = (full * a for a in self.residuals())
        tx, ts, safe = tx[self.live], ts[self.live], np.where(s > 0, s, 1.0)
        y = (ts - v * rooms) / safe
        high = np.isfinite(self.border.upper)
        push = aim.columns + np.where(np.isfinite(self.border.lower), aim.low / b.below, 0.0)
        push -= np.where(high, (aim.high - b.high * aim.room) / b.above, 0.0)
        right = np.concatenate([rates + tx / x - y, rows, aim.rows, push + self.W.T @ y])
        dx, dlam, dmu, dw = np.split(np.linalg.solve(self.matrix, right), self.split)
        ds = np.where(s > 0, rooms + self.W @ dw - dx, 0.0)
        dz, dv = (tx - z * dx) / x, np.where(s > 0, (ts - v * ds) / safe, 0.0)
        found = []
        for values in (dx, ds, dz, dv):
            found.append(np.zeros(self.live.shape))
            found[-1][self.live] = values
        lam = np.zeros(self.real.shape)
        lam[self.real] = dlam
        return [*found, lam, dmu, dw]


def _matrices(arrow: Arrow) -> tuple[Array, Array, Array, Array]:
    """A, B, H over all steps, and W: width of each rate at its link. Rows that are absent, rates that are dead: left out."""
    (chain,), T = arrow.chains, arrow.chains[0].steps
    n, m, K, every = chain.rates, chain.rows, arrow.border.columns, np.arange(T)
    A, B = np.zeros((m * T, n * T)), np.zeros((m * T, K))
    H, W = np.zeros((arrow.border.rows, n * T)), np.zeros((n * T, K))
    for entries, lag in ((chain.now, 0), (chain.before, 1)):
        for e in range(len(entries)):
            at = entries.row[e] * T + every, entries.col[e] * T + (every - lag) % T
            np.add.at(A, at, chain.values(entries, e))
    for e in range(len(chain.border)):
        at = chain.border.row[e] * T + every, chain.border_cols[chain.border.col[e], chain.group]
        np.add.at(B, at, chain.values(chain.border, e))
    for e in range(len(chain.sums)):
        H[chain.sums.row[e], chain.sums.col[e] * T + every] += chain.values(chain.sums, e)
    for j in range(n):
        if chain.link[j, 0] != CONSTANT:
            W[j * T + every, chain.link[j, chain.group]] = chain.width[j]
    live, real = (chain.width > 0).ravel(), (~chain.absent).ravel()
    return A[np.ix_(real, live)], B[real], H[:, live], W[live]
