"""The iteration: predictor, corrector, centrality corrections, step; over chains and their border.

Newton's equations of the arrowhead form, products of the pairs at a target; every direction is one forward pass
through the chains, one solve of the border, one backward pass (docs/explanation/arrowhead.md).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

import numpy as np

from zeropark.forms import Array
from zeropark.optimize.arrowhead.border import Aim, BorderPoint, BorderSystem
from zeropark.optimize.arrowhead.crew import Crew
from zeropark.optimize.arrowhead.eliminate import Breakdown
from zeropark.optimize.arrowhead.form import Arrow, Ints
from zeropark.optimize.arrowhead.work import Measure, Ratios

MOST_ITERATIONS = 300
MANY_PLACES = 120
"""A chain with more of the border than this is dear to factor: one more correction pays there."""
STALLED_AFTER = 25
WEIGHTS, NO_WEIGHTS = 4, np.zeros(0)
"""Trial weights of a correction; as many as the kernels take at once."""
_REGULARISED = 1e-9
_LEAST_REGULARISED = 1e-16
_NOTHING = 1e-25
_FINEST = 1e-4
"""Share of the tolerance down to which the iteration goes on when an answer is not accepted."""


class Aimed(int, Enum):
    """What a direction is for; numbers of the kernel ``aim``."""

    NOTHING = 0
    PREDICT = 1
    CENTRE = 2
    BALANCE = 3


@dataclass(frozen=True)
class Left:
    """What is left at a point, relative. score: the largest of gap, primal and dual residual."""

    gap: float
    primal: float
    dual: float
    cost: float
    dual_cost: float
    mu: float
    rows: Array
    columns: Array
    room: Array
    largest_row: float

    @property
    def score(self) -> float:
        """The largest of gap, primal and dual residual."""
        return max(self.gap, self.primal, self.dual)


@dataclass
class Direction:
    """A direction's border part and how far it may go. number: of the chains' arrays."""

    number: int
    border: BorderPoint
    places: Array
    primal: float = 1.0
    dual: float = 1.0
    weighted: Array = field(default_factory=lambda: np.zeros((2, 0)))


@dataclass
class Course:
    """How a run went. status: ``optimal``, ``stalled``, ``breakdown``, ``too many iterations`` or what ``watch`` said."""

    status: str = "running"
    iterations: int = 0
    solves: int = 0
    refined: int = 0
    lifted: int = 0
    gap: float = np.inf
    primal: float = np.inf
    dual: float = np.inf
    cost: float = 0.0
    history: list[tuple[float, float, float]] = field(default_factory=list)


Watch = Callable[["Interior", Left, int], str]
"""Called in every iteration; a word ends the run."""


Accepts = Callable[["Interior"], bool]


class Interior:
    """Solves a scaled arrow problem."""

    def __init__(
        self,
        arrow: Arrow,
        crew: Crew,
        tolerance: float,
        constant: float = 0.0,
        accepts: Accepts = lambda _: True,
    ) -> None:
        """constant: what the scaled cost leaves out; the gap is told of the whole. accepts: looks at an optimum in the
        problem's own units, where a row of small numbers counts as much as any.
        """
        self.accepts = accepts
        self.arrow, self.crew, self.tolerance, self.constant = arrow, crew, tolerance, constant
        found = crew.places()
        cuts = sum(count for count, _, _ in found)
        first = cuts + arrow.border.rows
        self.places: list[Ints] = []
        at = 0
        for count, rows, columns in found:
            own = at + np.arange(count)
            self.places.append(np.concatenate([own, cuts + rows, first + columns]).astype(np.int64))
            at += count
        self.system = BorderSystem(arrow.border, cuts, self.places)
        self.course = Course()
        self.corrections = 2 if max((p.size for p in self.places), default=0) > MANY_PLACES else 1
        self.rho = self.delta = self.least_rho = _REGULARISED
        self.dual_before, self.aim = np.inf, tolerance
        self.at: BorderPoint
        self._sums: list[Ratios] = []
        self._products = 0.0
        has = self.system.has_low.sum() + self.system.has_high.sum()
        self.pairs: int = int(has) + sum(crew.each("pairs", self._nothing()))
        self.rhs_size = 1 + max(
            [float(np.max(np.abs(c.rhs), initial=0.0)) for c in arrow.chains], default=0.0
        )
        self.cost_size = 1 + max(
            [float(np.max(np.abs(c.cost), initial=0.0)) for c in arrow.chains], default=0.0
        )

    def _nothing(self) -> list[tuple[()]]:
        return [()] * len(self.places)

    def _spread(self, values: Array, *more: object) -> list[tuple[object, ...]]:
        return [(values[places], *more) for places in self.places]

    def _gathered(self, parts: list[Array]) -> Array:
        out = np.zeros(self.system.places)
        for places, part in zip(self.places, parts, strict=True):
            out[places] += part
        return out

    # --- the run --------------------------------------------------------------------------------
    def run(self, watch: Watch) -> Course:
        """From a cold start to the end."""
        course = self.course
        try:
            self.start()
            best, best_at = np.inf, 0
            for iteration in range(MOST_ITERATIONS + 1):
                left = self.measured()
                course.iterations, course.cost = iteration, left.cost
                course.gap, course.primal, course.dual = left.gap, left.primal, left.dual
                if left.score < 0.9 * best:
                    best, best_at = left.score, iteration
                course.status = self._verdict(left, iteration, best, best_at, watch)
                if course.status != "running":
                    return course
                self._loosen(left)
                self._iterate(left)
            course.status = "too many iterations"
        except (Breakdown, FloatingPointError):
            course.status = "breakdown"
        return course

    def _verdict(self, left: Left, iteration: int, best: float, best_at: int, watch: Watch) -> str:
        if not np.isfinite(left.score) or not np.isfinite(left.mu):
            return "breakdown"
        if left.score <= self.aim:
            if self.accepts(self):
                return "optimal"
            if self.aim <= _FINEST * self.tolerance:
                return "stalled"
            self.aim *= 0.1
        if word := watch(self, left, iteration):
            return word
        return "stalled" if iteration - best_at > STALLED_AFTER or left.mu < _NOTHING else "running"

    def _loosen(self, left: Left) -> None:
        """A dual residual that full steps do not lower is held by the regularisation of the rates."""
        stuck = left.dual > max(self.tolerance, 0.7 * self.dual_before)
        if stuck and self.course.history and self.course.history[-1][1] > 0.5:
            self.least_rho = max(0.1 * self.least_rho, _LEAST_REGULARISED)
        self.dual_before = left.dual

    def _iterate(self, left: Left) -> None:
        self._factor()
        first = self._direction(Aimed.PREDICT, left, 0)
        mu = left.mu * min(max((self._mu_after(first) / left.mu) ** 3, 1e-6), 1.0)
        reach = (first.primal**2, first.dual**2)
        best = self._corrected(first, Aimed.CENTRE, mu, (1.0, 1.0), reach, left)
        for _ in range(self.corrections):
            if min(best.primal, best.dual) > 0.97:
                break
            ahead = tuple(min(1.0, max(1.5 * a, a + 0.3)) for a in (best.primal, best.dual))
            floor = (best.primal * best.dual,) * 2
            trial = self._corrected(
                best, Aimed.BALANCE, mu, (ahead[0], ahead[1]), floor, left, only_better=True
            )
            if trial is best:
                break
            best = trial
        self._advance(best)

    def _advance(self, along: Direction) -> None:
        keep = 1 - min(0.1, max(5e-4, 0.1 * (1 - min(along.primal, along.dual))))
        primal = keep * along.primal if along.primal < 1 else 1 - 5e-4
        dual = keep * along.dual if along.dual < 1 else 1 - 5e-4
        self.crew.each("advance", [(along.number, primal, dual)] * len(self.places))
        self.at = self.at.plus(primal, dual, along.border)
        self.course.history.append((primal, dual, self.delta))

    # --- residuals ------------------------------------------------------------------------------
    def _values(self) -> Array:
        """Multipliers of the rows and values of the columns, at their places."""
        return np.concatenate([np.zeros(self.system.cuts), self.at.mu, self.at.w])

    def measured(self) -> Left:
        """Residuals at the point."""
        border, at, system = self.arrow.border, self.at, self.system
        parts: list[Measure] = self.crew.each("measure", self._spread(self._values()))
        sums, links = self._gathered([p.sums for p in parts]), self._gathered([p.links for p in parts])
        n = system.rows
        rows = border.rhs - sums[system.cuts : n] - system.matrix @ at.w
        gradient = border.cost - sums[n:] - system.matrix.T @ at.mu - at.low + at.high - links[n:]
        room = np.where(system.has_high, border.upper - at.w - at.above, 0.0)
        self._products = products = sum(p.products for p in parts)
        products += float(
            (at.below * at.low)[system.has_low].sum() + (at.above * at.high)[system.has_high].sum()
        )
        cost = sum(p.cost for p in parts) + float(border.cost @ at.w)
        dual = sum(p.dual_value for p in parts) + float(border.rhs @ at.mu)
        dual += float(border.lower[system.has_low] @ at.low[system.has_low])
        dual -= float(border.upper[system.has_high] @ at.high[system.has_high])
        row = max((p.row for p in parts), default=0.0)
        turnover = sum(p.turnover for p in parts) + float(np.abs(border.cost) @ np.abs(at.w))
        worst = max([row, *(p.room for p in parts), float(np.max(np.abs(room), initial=0.0))])
        border_size = 1 + float(np.max(np.abs(border.rhs), initial=0.0))
        primal = max(worst / self.rhs_size, float(np.max(np.abs(rows), initial=0.0)) / border_size)
        cost_size = 1 + float(np.max(np.abs(border.cost), initial=0.0))
        slope = max((p.dual for p in parts), default=0.0) / self.cost_size
        slope = max(slope, float(np.max(np.abs(gradient), initial=0.0)) / cost_size)
        return Left(
            gap=abs(cost - dual) / max(1e-3 * turnover, min(abs(cost), abs(cost + self.constant)), 1e-9),
            primal=primal,
            dual=slope,
            cost=cost,
            dual_cost=dual,
            mu=products / max(self.pairs, 1),
            rows=rows,
            columns=-gradient,
            room=room,
            largest_row=max(row, float(np.max(np.abs(rows), initial=0.0))),
        )

    # --- factor and directions --------------------------------------------------------------------
    def _factor(self) -> None:
        """Factor; where pivots fail, again with more regularisation, which fades in later iterations."""
        self.rho, self.delta = max(self.least_rho, 0.1 * self.rho), max(_REGULARISED, 0.1 * self.delta)
        while True:
            lifted = self._factored()
            self.course.lifted += lifted
            if lifted == 0 or self.delta > 1e-7:
                return
            self.rho, self.delta = min(30 * self.rho, 1e-8), min(30 * self.delta, 2e-7)

    def _factored(self) -> int:
        parts = self.crew.each("factor", [(self.rho, self.delta)] * len(self.places))
        chains = sum(int(lifted) for _, lifted in parts)
        return chains + self.system.factor([part for part, _ in parts], self.at, self.rho, self.delta)

    def _aim(
        self, how: Aimed, left: Left, mu: float, ahead: tuple[float, float], from_: BorderPoint | None
    ) -> Aim:
        at, nothing = self.at, np.zeros_like(self.at.w)
        if how is Aimed.NOTHING:
            return Aim(left.rows, left.columns, left.room, nothing, nothing)
        if how is Aimed.PREDICT:
            return Aim(left.rows, left.columns, left.room, -at.below * at.low, -at.above * at.high)
        assert from_ is not None
        pairs = ((at.below, at.low, from_.below, from_.low), (at.above, at.high, from_.above, from_.high))
        if how is Aimed.CENTRE:
            low, high = (mu - dx * dz for _, _, dx, dz in pairs)
        else:
            low, high = (_pulled((x + ahead[0] * dx) * (z + ahead[1] * dz), mu) for x, z, dx, dz in pairs)
        return Aim(np.zeros_like(left.rows), nothing, nothing, low, high)

    def _direction(
        self, how: Aimed, left: Left, number: int, mu: float = 0.0, ahead: tuple[float, float] = (1.0, 1.0),
        from_: Direction | None = None, weights: Array = NO_WEIGHTS,
    ) -> Direction:  # fmt: skip
        full = 1.0 if how in (Aimed.NOTHING, Aimed.PREDICT) else 0.0
        source = 0 if from_ is None else from_.number
        loads = self.crew.each("load", [(int(how), mu, ahead, number, source)] * len(self.places))
        aim = self._aim(how, left, mu, ahead, None if from_ is None else from_.border)
        places, border = self.system.solve(self._gathered(loads), self.at, aim)
        parts = self.crew.each("move_and_miss", self._spread(places, number, weights, full))
        ratios: list[Ratios] = [moved for moved, _ in parts]
        self.course.solves += 1
        found = Direction(number, border, places)
        if self._refined(found, left, aim, full, [missed for _, missed in parts]):
            return self._limited(found, source, weights)
        found.weighted = (
            np.max([r.weighted for r in ratios], axis=0) if ratios else np.zeros((2, weights.size))
        )
        self._sums = ratios
        primal, dual = self.system.ratios(self.at, border)[:, 0]
        found.primal = min(1.0, 1.0 / max(primal, max((r.primal for r in ratios), default=0.0), 1e-300))
        found.dual = min(1.0, 1.0 / max(dual, max((r.dual for r in ratios), default=0.0), 1e-300))
        return found

    def _refined(
        self, found: Direction, left: Left, aim: Aim, full: float, parts: list[tuple[float, Array]]
    ) -> bool:
        """Solve again for what a direction missed of the rows, where that is worth it; at most twice.

        parts: what ``miss`` of the chains says of it.
        """
        allowed = 0.3 * max(left.largest_row, self.tolerance * self.rhs_size)
        refined = False
        for once_more in (True, False):
            activity = self._gathered([sums for _, sums in parts])
            missed = aim.rows - activity[self.system.cuts : self.system.rows]
            missed = missed - self.system.matrix @ found.border.w
            worst = max([row for row, _ in parts] + [float(np.max(np.abs(missed), initial=0.0))])
            if not worst > allowed:
                break
            nothing = np.zeros_like(self.at.w)
            loads = self.crew.each("load_missed", [(2,)] * len(self.places))
            places, border = self.system.solve(
                self._gathered(loads), self.at, Aim(missed, nothing, nothing, nothing, nothing)
            )
            self.crew.each("move", self._spread(places, 2, NO_WEIGHTS))
            self.crew.each("blend", [(found.number, 2, 1.0, 1.0)] * len(self.places))
            found.border = found.border.plus(1.0, 1.0, border)
            found.places = found.places + places
            self.course.solves, self.course.refined, refined = (
                self.course.solves + 1,
                self.course.refined + 1,
                True,
            )
            if once_more:
                parts = self.crew.each("miss", self._spread(found.places, full, found.number))
        return refined

    def _limited(self, found: Direction, base: int, weights: Array) -> Direction:
        """Step lengths of a direction that was put together."""
        if weights.size:
            parts = self.crew.each("blocked", [(base, found.number, weights)] * len(self.places))
            found.weighted = np.max(np.array(parts), axis=0)
            return found
        none = np.zeros(WEIGHTS)
        parts = self.crew.each("blocked", [(found.number, found.number, none)] * len(self.places))
        primal, dual = self.system.ratios(self.at, found.border)[:, 0]
        found.primal = min(1.0, 1.0 / max(primal, max((p[0, 0] for p in parts), default=0.0), 1e-300))
        found.dual = min(1.0, 1.0 / max(dual, max((p[1, 0] for p in parts), default=0.0), 1e-300))
        self._sums = self.crew.each("products", [(found.number,)] * len(self.places))
        return found

    def _mu_after(self, along: Direction) -> float:
        """Mean product after a full step along the predictor."""
        at, b, p, d = self.at, along.border, along.primal, along.dual
        low, high = self.system.has_low, self.system.has_high
        total = float(((at.below + p * b.below) * (at.low + d * b.low))[low].sum())
        total += float(((at.above + p * b.above) * (at.high + d * b.high))[high].sum())
        total += self._products + sum(d * s.x_dz + p * s.z_dx + p * d * s.dx_dz for s in self._sums)
        return max(float(total), 0.0) / max(self.pairs, 1)

    def _corrected(
        self, base: Direction, how: Aimed, mu: float, ahead: tuple[float, float], least: tuple[float, float],
        left: Left, only_better: bool = False,
    ) -> Direction:  # fmt: skip
        """The direction plus a share of its correction, primal and dual shares chosen apart."""
        weights = np.linspace(max(0.1, min(least)), 1.0, WEIGHTS)
        more = self._direction(how, left, 1, mu, ahead, base, weights)
        ratios = np.maximum(more.weighted, self.system.ratios(self.at, base.border, more.border, weights))
        steps = np.minimum(1.0, 1.0 / np.maximum(ratios, 1e-300))
        p, d = int(np.argmax(steps[0])), int(np.argmax(steps[1]))
        primal, dual = float(steps[0, p]), float(steps[1, d])
        gained = primal + dual >= base.primal + base.dual + 0.02
        if only_better and not (gained and min(primal, dual) >= 0.9 * min(base.primal, base.dual)):
            return base
        self.crew.each("blend", [(base.number, 1, float(weights[p]), float(weights[d]))] * len(self.places))
        border = base.border.plus(float(weights[p]), float(weights[d]), more.border)
        return Direction(base.number, border, base.places, primal, dual)

    # --- start ------------------------------------------------------------------------------------
    def start(self) -> None:
        """Least squares, then clipped from below: a start that is central without being far away."""
        border, system = self.arrow.border, self.system
        one, zero, zero_rows = np.ones(border.columns), np.zeros(border.columns), np.zeros(border.rows)
        low, high = system.has_low * 1.0, system.has_high * 1.0
        self.at = BorderPoint(zero, one, one, low, high, zero_rows)
        upper = np.where(system.has_high, border.upper, 0.0)
        self.crew.each("begin", [(True,)] * len(self.places))
        self._factored()
        left = _empty(border.rhs, zero, upper)
        primal = self._direction(Aimed.NOTHING, left, 0).border
        self.crew.each("begin", [(False,)] * len(self.places))
        dual = self._direction(Aimed.NOTHING, _empty(zero_rows, -border.cost, zero), 1).border
        p = 5 * max(self._percentile(True, [primal.w, primal.above[system.has_high]]), 1e-2)
        d = 5 * max(self._percentile(False, [dual.low[system.has_low], dual.high[system.has_high]]), 1e-3)
        self.crew.each("settle", [(p, d)] * len(self.places))
        w = np.where(
            system.has_low, np.maximum(primal.w, np.where(system.has_low, border.lower, 0.0) + p), primal.w
        )
        self.at = BorderPoint(
            w,
            np.where(system.has_low, w - np.where(system.has_low, border.lower, 0.0), 1.0),
            np.where(system.has_high, np.maximum(primal.above, p), 1.0),
            np.where(system.has_low, np.maximum(dual.low, d), 0.0),
            np.where(system.has_high, np.maximum(dual.high, d), 0.0),
            dual.mu,
        )

    def _percentile(self, primal: bool, border: list[Array]) -> float:
        parts = self.crew.each("sizes", [(primal,)] * len(self.places))
        own = np.abs(np.concatenate(border))
        if own.size:
            parts.append((float(np.percentile(own, 90)), own.size))
        total: int = sum(count for _, count in parts)
        return float(sum(value * count for value, count in parts)) / total if total else 0.0


def _pulled(product: Array, mu: float) -> Array:
    low, high = 0.1 * mu, 10 * mu
    down = np.where(product > high, np.maximum(high - product, -high), 0.0)
    return np.where(product < low, low - product, down)


def _empty(rows: Array, columns: Array, room: Array) -> Left:
    return Left(np.inf, np.inf, np.inf, 0.0, 0.0, 0.0, rows, columns, room, 0.0)
