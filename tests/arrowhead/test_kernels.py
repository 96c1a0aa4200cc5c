"""The kernels: compiled or plain, in one segment or several, they solve Newton's equations of the whole problem."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest
from tests.arrowhead.newton import BALANCE, CENTRE, PREDICT, Dense, Hands, random_point
from tests.arrowhead.small import random_arrow

from zeropark.forms import Array
from zeropark.optimize.arrowhead import compiled, plain
from zeropark.optimize.arrowhead.border import Aim, BorderPoint
from zeropark.optimize.arrowhead.interior import WEIGHTS
from zeropark.optimize.arrowhead.pattern import Spine

WAYS = [(plain, 1), (compiled, 1), (compiled, 2), (compiled, 5)]
NAMES = ["plain", "compiled", "compiled, 2 segments", "compiled, 5 segments"]
SHARES = np.linspace(0.1, 1.0, WEIGHTS)
ways = pytest.mark.parametrize(("kernels", "segments"), WAYS, ids=NAMES)
arrows = pytest.mark.parametrize(("seed", "ring"), [(0, True), (1, False), (2, True), (3, False)])


def close(found: Array, expected: Array) -> None:
    """To 1e-9 of the largest."""
    assert np.max(np.abs(found - expected), initial=0.0) <= 1e-9 * max(
        1.0, np.max(np.abs(expected), initial=0.0)
    )


def hands(seed: int, ring: bool, kernels: ModuleType, segments: int, steps: int = 23) -> Hands:
    arrow = random_arrow(seed, steps, ring)
    made = Hands(arrow, random_point(arrow, seed), kernels, segments)
    assert made.work.segments == segments
    return made


def pulled(product: Array, mu: float) -> Array:
    """What brings a product back between 0.1 mu and 10 mu, but takes off no more than 10 mu."""
    return np.maximum(np.clip(product, 0.1 * mu, 10 * mu) - product, -10 * mu)


# --- against the dense matrix -------------------------------------------------------------------------


@arrows
@ways
def test_residuals_are_those_of_the_equations(
    kernels: ModuleType, segments: int, seed: int, ring: bool
) -> None:
    mine = hands(seed, ring, kernels, segments)
    dense, work, at = Dense(mine.arrow, mine.at), mine.work, mine.at
    found, aim = mine.measured()
    rates, rooms, rows, columns, border_rows = dense.residuals()
    close(work.left.z[dense.live], rates)
    close(work.left.s[dense.live], rooms)
    own = np.empty_like(work.rows)
    own[mine.order] = work.rows
    close(own[dense.real], rows)
    close(aim.columns, columns)
    close(aim.rows, border_rows)
    assert found.cost == pytest.approx(np.vdot(dense.chain.cost, at.x))
    assert found.products == pytest.approx(np.vdot(at.x, at.z) + np.vdot(at.s, at.v))
    assert work.pairs() == np.count_nonzero(at.x) + np.count_nonzero(at.s)
    assert found.dual == pytest.approx(np.max(np.abs(rates)))
    assert found.room == pytest.approx(np.max(np.abs(rooms)))
    assert found.row == pytest.approx(np.max(np.abs(rows)))
    constant = np.where((dense.chain.link[:, :1] < 0), dense.chain.width, 0.0)
    dual_value = np.vdot(dense.chain.rhs, at.lam) - np.vdot(constant, at.v)
    assert found.dual_value == pytest.approx(dual_value)


@arrows
@ways
def test_the_predictor_solves_newtons_equations(
    kernels: ModuleType, segments: int, seed: int, ring: bool
) -> None:
    mine = hands(seed, ring, kernels, segments)
    at = mine.at
    _, aim = mine.measured()
    assert mine.factor() == 0
    border, ratios, _ = mine.direction(PREDICT, aim)
    expected = Dense(mine.arrow, at).solved(-at.x * at.z, -at.s * at.v, aim, full=True)
    for found, wanted in zip([*mine.moved(), border.mu, border.w], expected, strict=True):
        close(found, wanted)
    dx, ds, dz, dv = expected[:4]
    assert ratios.x_dz == pytest.approx(np.vdot(at.x, dz) + np.vdot(at.s, dv), rel=1e-8)
    assert ratios.z_dx == pytest.approx(np.vdot(at.z, dx) + np.vdot(at.v, ds), rel=1e-8)
    assert ratios.dx_dz == pytest.approx(np.vdot(dx, dz) + np.vdot(ds, dv), rel=1e-8)
    live, room = at.x > 0, at.s > 0
    assert ratios.primal == pytest.approx(
        max(0, np.max(-dx[live] / at.x[live]), np.max(-ds[room] / at.s[room]))
    )
    assert ratios.dual == pytest.approx(
        max(0, np.max(-dz[live] / at.z[live]), np.max(-dv[room] / at.v[room]))
    )


@ways
def test_centre_and_balance_add_to_the_predictor(kernels: ModuleType, segments: int) -> None:
    """Mehrotra's second-order term and Gondzio's box; no residual is closed a second time."""
    mine = hands(4, True, kernels, segments)
    at, b, dense = mine.at, mine.border, Dense(mine.arrow, mine.at)
    _, aim = mine.measured()
    mine.factor()
    first, _, _ = mine.direction(PREDICT, aim)
    dx, ds, dz, dv, _ = mine.moved()
    nothing, live, room = np.zeros(b.w.size), at.x > 0, at.s > 0
    none = np.zeros_like(aim.rows)
    mu, reach = 0.3, (0.8, 0.6)

    def ahead(x: Array, z: Array, one: Array, other: Array) -> Array:
        return pulled((x + reach[0] * one) * (z + reach[1] * other), mu)

    for how, low, high, tx, ts in (
        (
            CENTRE, mu - first.below * first.low, mu - first.above * first.high,
            np.where(live, mu - dx * dz, 0), np.where(room, mu - ds * dv, 0),
        ),
        (
            BALANCE, ahead(b.below, b.low, first.below, first.low), ahead(b.above, b.high, first.above, first.high),
            np.where(live, ahead(at.x, at.z, dx, dz), 0), np.where(room, ahead(at.s, at.v, ds, dv), 0),
        ),
    ):  # fmt: skip
        goal = Aim(none, nothing, nothing, low, high)
        more, ratios, _ = mine.direction(how, goal, 1, mu, reach, SHARES)
        expected = dense.solved(tx, ts, goal, full=False)
        for found, wanted in zip([*mine.moved(1), more.mu, more.w], expected, strict=True):
            close(found, wanted)
        ex, es, ez, ev = expected[:4]
        for k, weight in enumerate(SHARES):
            primal = max(
                np.max(-(dx + weight * ex)[live] / at.x[live]), np.max(-(ds + weight * es)[room] / at.s[room])
            )
            dual = max(
                np.max(-(dz + weight * ez)[live] / at.z[live]), np.max(-(dv + weight * ev)[room] / at.v[room])
            )
            assert ratios.weighted[:, k] == pytest.approx([max(primal, 0), max(dual, 0)], rel=1e-8)
        close(mine.work.blocked(0, 1, SHARES), ratios.weighted)


@ways
def test_regularisation_stands_on_the_diagonal(kernels: ModuleType, segments: int) -> None:
    """Of rates and columns rho; with no row moved to the border (one segment, no ring) delta of the rows."""
    mine = hands(5, False, kernels, segments)
    delta = 0.2 if segments == 1 else 0.0
    _, aim = mine.measured()
    mine.factor(0.1, delta)
    border, _, _ = mine.direction(PREDICT, aim)
    dense = Dense(mine.arrow, mine.at, 0.1, delta)
    at = mine.at
    for found, wanted in zip(
        [*mine.moved(), border.mu, border.w],
        dense.solved(-at.x * at.z, -at.s * at.v, aim, full=True),
        strict=True,
    ):
        close(found, wanted)


@ways
def test_what_a_direction_missed_is_what_regularisation_took(kernels: ModuleType, segments: int) -> None:
    """miss = r − A dx − B dw. One refinement closes nearly all of it."""
    mine = hands(6, True, kernels, segments)
    work, dense = mine.work, Dense(mine.arrow, mine.at)
    _, aim = mine.measured()
    mine.factor(0.0, 1e-3)
    border, _, places = mine.direction(PREDICT, aim)
    worst, sums = work.miss(places, 1.0, 0)
    dx = mine.moved()[0][dense.live]
    own = np.empty_like(work.missed)
    own[mine.order] = work.missed
    missed = dense.residuals()[2] - dense.A @ dx - dense.B @ border.w
    close(own[dense.real], missed)
    assert worst == pytest.approx(np.max(np.abs(missed)))
    of_border = mine.spread(sums)[work.cuts : mine.system.rows]
    close(of_border, dense.H @ dx)
    left = aim.rows - of_border - mine.arrow.border.matrix @ border.w
    nothing = np.zeros(border.w.size)
    loads = mine.spread(work.load_missed(2))
    more, _ = mine.system.solve(loads, mine.border, Aim(left, *[nothing] * 4))
    work.move(more[mine.places], 2, np.zeros(0))
    work.blend(0, 2, 1.0, 1.0)
    again, _ = work.miss(places + more[mine.places], 1.0, 0)
    assert again < 0.02 * worst


@ways
def test_a_step_goes_along_the_direction(kernels: ModuleType, segments: int) -> None:
    mine = hands(7, True, kernels, segments)
    _, aim = mine.measured()
    mine.factor()
    mine.direction(PREDICT, aim)
    dx, ds, dz, dv, dlam = mine.moved()
    at = mine.at
    mine.work.advance(0, 0.25, 0.5)
    rates, lam = mine.work.point()
    for found, wanted in (
        (rates.x, at.x + 0.25 * dx), (rates.s, at.s + 0.25 * ds), (rates.z, at.z + 0.5 * dz), (rates.v, at.v + 0.5 * dv),
        (lam, at.lam + 0.5 * dlam),
    ):  # fmt: skip
        close(found, wanted)


# --- among each other ---------------------------------------------------------------------------------


def everything(mine: Hands) -> list[Array]:
    """Whatever the kernels give for a predictor and a corrector, the border's part included."""
    measure, aim = mine.measured()
    mine.factor(1e-9, 0.0)
    first, ratios, _ = mine.direction(PREDICT, aim)
    nothing = np.zeros(first.w.size)
    more, others, _ = mine.direction(CENTRE, Aim(0 * aim.rows, *[nothing] * 4), 1, 0.5, (1.0, 1.0), SHARES)
    numbers = [measure.products, measure.cost, measure.dual_value, measure.row, measure.dual, measure.room]
    numbers += [ratios.primal, ratios.dual, ratios.x_dz, ratios.z_dx, ratios.dx_dz]
    return [
        np.array(numbers), aim.rows, aim.columns, *mine.moved(0), *mine.moved(1), others.weighted,
        *border_parts(first), *border_parts(more),
    ]  # fmt: skip


def border_parts(point: BorderPoint) -> list[Array]:
    return [point.w, point.below, point.above, point.low, point.high, point.mu]


@pytest.mark.parametrize("steps", [1, 2, 3, 8, 700])
@pytest.mark.parametrize("ring", [True, False])
def test_compiled_and_plain_give_the_same_numbers(steps: int, ring: bool) -> None:
    """700 steps are several tiles; one step reaches back to itself."""
    ways = [(plain, 1), (compiled, 1)] + ([(compiled, 2), (compiled, 3)] if steps > 12 else [])
    first, *others = (everything(hands(8, ring, kernels, segments, steps)) for kernels, segments in ways)
    for other in others:
        for found, wanted in zip(other, first, strict=True):
            close(found, wanted)


@ways
def test_a_row_that_follows_from_another_is_lifted_and_counted(kernels: ModuleType, segments: int) -> None:
    """Row 1 is row 0 again: nothing is left of its pivot. Both are still closed, to the size of what was lifted."""
    arrow = random_arrow(9)
    (chain,) = arrow.chains
    for entries in (chain.now, chain.border):
        kept = [e for e in range(len(entries)) if entries.row[e] != 1]
        again = [e for e in kept if entries.row[e] == 0]
        entries.col[:] = [entries.col[e] for e in kept + again]
        entries.value[:] = [entries.value[e] for e in kept + again]
        entries.series[:] = [entries.series[e] for e in kept + again]
        entries.row[:] = [entries.row[e] for e in kept] + [1] * len(again)
    chain.rhs[1] = chain.rhs[0]
    mine = Hands(arrow, random_point(arrow, 9), kernels, segments)
    _, aim = mine.measured()
    assert mine.factor(1e-9, 0.0) >= 1
    _, _, places = mine.direction(PREDICT, aim)
    worst, _ = mine.work.miss(places, 1.0, 0)
    assert worst <= 1e-6 * np.max(np.abs(mine.work.rows))


@pytest.mark.parametrize(
    ("first", "across", "second", "pivots"),
    [
        (4.0, 2.0, 5.0, (4.0, 4.0)),  # 5 - 2² / 4
        (4.0, 2.0, 1.0, (4.0, 1e-9)),  # nothing is left of the second: 1 - 1
        (4.0, 2e-9, -1e-20, (4.0, 1e-9)),  # rounding made it negative, below all of the diagonal's digits
        (1e8, 1e4, 1.0, (1e8, 1e-9)),
    ],
)
def test_both_spines_lift_the_pivot_that_is_lost_and_no_other(
    first: float, across: float, second: float, pivots: tuple[float, float]
) -> None:
    """Two rows in each of three steps that do not know each other; L from L Lᵀ = [[a, b], [b, c]] by hand."""
    none, steps, delta = np.zeros((0, 3), dtype=np.int64), 3, 1e-9
    same = np.array([(0, 0, 0), (1, 1, 0), (2, 1, 1)])
    spine = Spine(2, np.zeros(0, dtype=np.int64), same, none, none, none, none)
    kept = np.repeat([[first], [across], [second]], steps, axis=1)
    group, no_slots, nowhere = np.zeros(steps, np.int64), np.zeros((0, 1), np.int64), np.zeros(0, np.int64)
    load = np.array([[1.0], [3.0]]) * [[1.0, 2.0, 3.0]]
    low = np.array([[pivots[0] ** 0.5, 0.0], [across / pivots[0] ** 0.5, pivots[1] ** 0.5]])
    for kernels in (plain, compiled):
        factor = kernels.SpineFactor(spine, steps, 1)
        lifted = factor.factor(
            kept, group, no_slots, nowhere, nowhere, 0, steps, 1e-14, delta, np.zeros((1, 1))
        )
        assert lifted == (steps if pivots[1] == delta else 0)
        factor.forward(load, np.zeros((0, steps)), nowhere, nowhere, 0, steps)
        found = np.zeros((2, steps))
        factor.backward(np.zeros(1), nowhere, 0, steps, found)
        assert found == pytest.approx(np.linalg.solve(low @ low.T, load), rel=1e-6)
