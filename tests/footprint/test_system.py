"""The pure engine: conservation, loops, errors, many hours at once."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.footprint.random_systems import draw

from zeropark.errors import InputError
from zeropark.footprint.draws import drawn, spread_of
from zeropark.footprint.loops import strong_parts, strongest_loop
from zeropark.footprint.system import Processes, system_of
from zeropark.footprint.varying import footprints_by_step, pattern_of
from zeropark.statement.draws import multipliers

SEEDS = st.integers(0, 10**6)


def equal_shares(make: sp.csc_array) -> sp.csc_array:
    """Shares by amount: right where each process gives one product."""
    total = np.asarray(make.sum(axis=0)).ravel()
    return sp.csc_array(
        make @ sp.diags_array(np.divide(1.0, total, out=np.zeros(total.shape), where=total > 0))
    )


def processes(
    use: list[list[float]], make: list[list[float]], share: list[list[float]] | None = None
) -> Processes:
    products, count = np.shape(make)
    made = sp.csc_array(np.array(make))
    return Processes(
        tuple("ABCDEF"[:products]), tuple(f"makes-{n}" for n in range(count)), sp.csc_array(np.array(use)), made,
        equal_shares(made) if share is None else sp.csc_array(np.array(share)),
    )  # fmt: skip


@given(SEEDS, st.integers(2, 40), st.booleans())
@settings(max_examples=60, deadline=None)
def test_what_enters_leaves(seed: int, count: int, loops: bool) -> None:
    """Σ footprint × what no process takes = Σ emissions, for every kind."""
    case = draw(seed, count, loops=loops)
    system = system_of(case.processes)
    kept = system.kept(case.direct)
    assert kept.sum(axis=0) == pytest.approx(case.direct.sum(axis=0), rel=1e-9)
    # and no product is worse off than what its own process causes
    assert np.all(kept >= 0)


@given(SEEDS, st.integers(2, 30))
@settings(max_examples=30, deadline=None)
def test_each_process_hands_on_what_it_causes(seed: int, count: int) -> None:
    """F_p is the sum of the shares of what its processes cause: equation (1) itself, written out."""
    case = draw(seed, count)
    system = system_of(case.processes)
    each = system.footprints(case.direct)
    caused = case.use.T @ each + case.direct
    assert case.share @ caused == pytest.approx(each * case.make.sum(axis=1)[:, None], rel=1e-9, abs=1e-9)


def test_two_processes_in_a_loop_by_hand() -> None:
    """A (10) takes 2 of B and emits 5; B (4) takes 1 of A and emits 3. a = 0.5 + 0.2 b, b = 0.75 + 0.25 a."""
    system = system_of(processes([[0, 1], [2, 0]], [[10, 0], [0, 4]]))
    a, b = system.footprints(np.array([[5.0], [3.0]])).ravel()
    assert a == pytest.approx(0.65 / 0.95)
    assert b == pytest.approx(0.75 + 0.25 * 0.65 / 0.95)


# --- what cannot be ----------------------------------------------------------------------------------


def test_negative_production_is_told() -> None:
    with pytest.raises(InputError, match=r"'makes-1' gives -4 of 'B'; expected no negative amount"):
        system_of(processes([[0, 1], [2, 0]], [[10, 0], [0, -4]], [[1, 0], [0, 1]]))


def test_negative_use_is_told() -> None:
    with pytest.raises(InputError, match=r"'makes-0' takes -2 of 'B'"):
        system_of(processes([[0, 1], [-2, 0]], [[10, 0], [0, 4]]))


def test_zero_output_is_told() -> None:
    with pytest.raises(InputError, match=r"makes-1: found inputs, and an output of zero"):
        system_of(processes([[0, 1], [0, 0]], [[10, 0], [0, 0]]))


def test_use_of_what_nobody_makes_is_told() -> None:
    with pytest.raises(
        InputError, match=r"B: found use, and an amount of zero; expected a process that makes it"
    ):
        system_of(processes([[0], [1]], [[10], [0]]))


def test_shares_that_do_not_add_to_one_are_told() -> None:
    with pytest.raises(InputError, match=r"makes-0: found shares that add to 0.9"):
        system_of(processes([[0], [0]], [[10], [1]], [[0.5], [0.4]]))


@pytest.mark.parametrize("back", [4.0, 4.000001, 7.0])
def test_a_loop_that_gives_back_all_is_told_by_name_and_gain(back: float) -> None:
    """C makes nothing of the loop A → B → A leave: B gets all 10 of A, A gets 4 or more of B's 4."""
    use = [[0, 10, 0], [back, 0, 0], [0, 0, 0]]
    make = [[10, 0, 0], [0, 4, 0], [0, 0, 1]]
    with pytest.raises(InputError) as error:
        system_of(processes(use, make))
    (fault,) = error.value.faults
    assert "A → makes-1 → B → makes-0 → A" in fault.found or "B → makes-0 → A → makes-1 → B" in fault.found
    gain = float(fault.found.split("gain of ")[1].split(":")[0])
    assert gain == pytest.approx(np.sqrt(back / 4), rel=1e-5)  # spectral radius of a loop of two
    assert "expected a gain below 1" in str(fault)


def test_a_loop_that_just_leaks_is_solved() -> None:
    """A gives back 99 % of itself: a hundred times its own emissions."""
    system = system_of(processes([[99.0]], [[100.0]]))
    assert system.footprints(np.array([[7.0]]))[0, 0] == pytest.approx(7.0)


def test_strong_parts_come_after_what_they_point_to() -> None:
    parts = strong_parts([[1], [2], [0, 3], [4], []])
    assert parts[0] == [4]
    assert parts[1] == [3]
    assert sorted(parts[2]) == [0, 1, 2]


def test_the_strongest_of_two_loops_is_found() -> None:
    matrix = sp.csr_array(np.array([[0, 0.5, 0], [0.5, 0, 0], [0, 0, 0.9]]))
    loop = strongest_loop(matrix)
    assert loop is not None
    assert loop.members == (2,)
    assert loop.gain == pytest.approx(0.9)
    assert strongest_loop(sp.csr_array(np.array([[0, 1.0], [0, 0]]))) is None


# --- many hours --------------------------------------------------------------------------------------


@given(SEEDS, st.integers(2, 25), st.booleans())
@settings(max_examples=25, deadline=None)
def test_hours_at_once_are_hours_one_by_one(seed: int, count: int, loops: bool) -> None:
    """Amounts that change each hour, solved by blocks, against one sparse system for each hour."""
    case = draw(seed, count, kinds=1, loops=loops)
    rng = np.random.default_rng(seed)
    steps = 7
    made, used = np.nonzero(case.make), np.nonzero(case.use)
    make = case.make[made][:, None] * rng.uniform(0.9, 1.1, (made[0].size, steps))
    use = case.use[used][:, None] * rng.uniform(0.5, 0.8, (used[0].size, steps))
    direct = case.direct * rng.uniform(0, 2, (case.direct.shape[0], steps))
    pattern = pattern_of(made, used, case.make.shape[0])
    found = footprints_by_step(pattern, make, use, np.broadcast_to(case.worth, case.make.shape)[made], direct)
    for step in range(steps):
        full_make, full_use = np.zeros_like(case.make), np.zeros_like(case.use)
        full_make[made], full_use[used] = make[:, step], use[:, step]
        weight = full_make * case.worth
        one = Processes(case.processes.products, case.processes.names, sp.csc_array(full_use), sp.csc_array(full_make),
                        sp.csc_array(weight / weight.sum(axis=0)))  # fmt: skip
        alone = system_of(one).footprints(direct[:, [step]])[:, 0]
        assert found[:, step] == pytest.approx(alone, rel=1e-9)


def test_an_hour_without_output_is_told() -> None:
    made, used = (np.array([0]), np.array([0])), (np.array([], dtype=int), np.array([], dtype=int))
    pattern = pattern_of(made, used, 1)
    found = footprints_by_step(
        pattern, np.array([[1.0, 0.0]]), np.zeros((0, 2)), np.ones(1), np.array([[3.0, 0.0]])
    )
    assert found[0, 0] == 3.0
    assert np.isnan(found[0, 1])  # absent, not zero
    made, used = (np.array([0, 1]), np.array([0, 1])), (np.array([0]), np.array([1]))
    pattern = pattern_of(made, used, 2)
    make = np.array([[1.0, 1.0], [1.0, 0.0]])
    with pytest.raises(InputError, match="press: found inputs, and an output of zero, in step 1"):
        footprints_by_step(
            pattern, make, np.array([[0.5, 0.5]]), np.ones(2), np.zeros((2, 2)), ("mill", "press")
        )
    with pytest.raises(InputError, match="'mill' gives -1 in step 1"):
        footprints_by_step(pattern, np.array([[1.0, -1.0], [1.0, 1.0]]), np.zeros((1, 2)), np.ones(2), np.zeros((2, 2)),
                           ("mill", "press"))  # fmt: skip


def test_a_loop_without_end_in_one_hour_is_told() -> None:
    made, used = (np.array([0, 1]), np.array([0, 1])), (np.array([0, 1]), np.array([1, 0]))
    pattern = pattern_of(made, used, 2, ("steel", "scrap"))
    make = np.ones((2, 3))
    use = np.array([[0.5, 1.0, 0.5], [0.5, 1.0, 0.5]])
    with pytest.raises(
        InputError,
        match=r"a loop with a gain of 1 in step 1: (steel → scrap → steel|scrap → steel → scrap)",
    ):
        footprints_by_step(pattern, make, use, np.ones(2), np.ones((2, 3)))


# --- Monte Carlo -------------------------------------------------------------------------------------


def test_draws_have_the_stated_spread_and_median() -> None:
    """ln of a lognormal with geometric standard deviation 1.3 has mean 0 and deviation ln 1.3; 1 does not move."""
    factors = multipliers("abc", [1.3, 1.0, 2.0], 200_000, seed=3)
    logs = np.log(factors)
    assert logs[0].mean() == pytest.approx(0, abs=0.003)
    assert logs[0].std() == pytest.approx(np.log(1.3), rel=0.01)
    assert np.all(factors[1] == 1.0)
    assert np.corrcoef(logs[0], logs[2])[0, 1] == pytest.approx(0, abs=0.01)


def test_the_same_seed_gives_the_same_draws() -> None:
    assert np.array_equal(multipliers("ab", [1.3, 1.5], 50, 7), multipliers("ab", [1.3, 1.5], 50, 7))
    assert not np.array_equal(multipliers("ab", [1.3, 1.5], 50, 7), multipliers("ab", [1.3, 1.5], 50, 8))


def test_a_factor_moves_alike_whatever_is_drawn_beside_it() -> None:
    """Products asked for alone and together have the same draws."""
    alone, among = multipliers(["mine"], [1.3], 50, 7), multipliers(["sun", "mine"], [1.5, 1.3], 50, 7)
    assert np.array_equal(alone[0], among[1])


def test_every_draw_is_a_solution_of_its_own() -> None:
    """Drawn footprints against solving the system again with that draw's emissions."""
    case = draw(5, 20, kinds=4)
    system = system_of(case.processes)
    one_by_one = [np.zeros((20, 4)) for _ in range(3)]
    for kind in range(3):
        one_by_one[kind][:, 0] = case.direct[:, kind]
    each = np.column_stack([system.footprints(direct)[:, 0] for direct in one_by_one])
    factors = multipliers("abc", [1.2, 1.5, 1.0], 6, 1)
    fixed = system.footprints(case.direct[:, [3]])[:, 0]
    found = drawn(fixed, each, factors)
    for run in range(6):
        direct = (case.direct[:, :3] * factors[:, run]).sum(axis=1) + case.direct[:, 3]
        assert found[:, run] == pytest.approx(system.footprints(direct[:, None])[:, 0], rel=1e-9)


def test_percentiles_of_draws() -> None:
    spread = spread_of(np.arange(1001.0), seed=4, stated=True)
    assert (spread.p2_5, spread.p50, spread.p97_5, spread.mean, spread.runs) == (
        25.0,
        500.0,
        975.0,
        500.0,
        1001,
    )
