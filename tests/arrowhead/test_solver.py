"""The whole solver on random parks: same answer whichever way, proofs where there is none, clean manners."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from types import ModuleType

import numpy as np
import pytest
import scipy.sparse as sp
from tests.arrowhead.small import INF, key, made, rate, rows, size, step
from tests.differential.random_parks import kind_of, random_problem

from zeropark.accounts.standard import accounts_of
from zeropark.forms import Array, Form
from zeropark.optimize.arrowhead import compiled, plain
from zeropark.optimize.arrowhead.crew import SHORT
from zeropark.optimize.arrowhead.layout import Unfit
from zeropark.optimize.arrowhead.solve import TIME_LIMIT, solve_arrowhead
from zeropark.optimize.certificate import limit_residual, lower_bound
from zeropark.optimize.formulate import formulate
from zeropark.optimize.highs import solve_highs
from zeropark.optimize.joint import extended, joint
from zeropark.optimize.options import SolverOptions
from zeropark.optimize.problem import Problem, by_group, shared, summed
from zeropark.optimize.run import SMALL, SMALL_DISPATCH, run_solver, suits_arrowhead
from zeropark.optimize.solution import Solution
from zeropark.park.model import Park

ONE = SolverOptions(solver="arrowhead", threads=1)
TWO = SolverOptions(solver="arrowhead", threads=2)
REFERENCE = SolverOptions(solver="simplex", tolerance=1e-10, threads=1)
NO_OPTIMUM = ("short of supply", "money for nothing")
UNBOUNDED = (0, 55)
"""Parks of other kinds that by chance earn without end."""
USUAL = [seed for seed in range(60) if kind_of(seed) not in NO_OPTIMUM and seed not in UNBOUNDED]
both_kernels = pytest.mark.parametrize("kernels", [plain, compiled], ids=["plain", "compiled"])


def money(problem: Problem, run: Solution) -> float:
    """What a difference in cost is relative to: the cost, or a thousandth of all money that moves."""
    return max(abs(run.objective), 1e-3 * float(np.abs(problem.cost) @ np.abs(run.x)), 1.0)


def assert_same_cost(problem: Problem, run: Solution, reference: Solution, tolerance: float = 1e-7) -> None:
    assert (run.status, reference.status) == ("optimal", "optimal")
    assert run.objective == pytest.approx(
        reference.objective, rel=0, abs=tolerance * money(problem, reference)
    )
    assert limit_residual(problem, run.x) <= 1e-7


def year(steps: int, store: float = 60.0) -> Problem:
    """Purchase, sun and a store against a load; peaks of two periods; a limit on all that is bought."""
    every = np.arange(steps)
    half = every * 2 // steps
    sun = np.clip(np.sin(every * 2 * np.pi / 24), 0.0, 1.0)
    load = 5.0 + 2.0 * np.sin(every / 4.0) + 0.5 * np.cos(every * 0.77)
    names = ("buy", "sun", "in", "out", "level")
    variables = [*(rate(name, steps) for name in names), size("pv", 0.0, 40.0), size("store", 0.0, store)]
    variables.append(size("peak", count=2))
    whole = np.zeros(steps, dtype=np.int64)

    def limit(name: str, share: Array | float, by: str) -> object:
        return rows(
            f"most:{name}", -INF, 0.0, step(name, 1.0, steps), shared(key(by), -np.asarray(share), steps)
        )

    families = [
        rows("balance", load, load, *(step(n, v, steps) for n, v in zip(names, (1, 1, -1, 0.95), strict=False))),
        rows("level", 0.0, 0.0, step("level", 1.0, steps), step("level", -0.999, steps, 1, cyclic=True),
             step("in", -0.95, steps), step("out", 1.0, steps)),
        limit("sun", sun, "pv"), limit("level", 1.0, "store"), limit("in", 0.25, "store"),
        rows("peak", -INF, 0.0, step("buy", 1.0, steps), by_group(key("peak"), -1.0, half)),
        rows("limit", -INF, 4.0 * steps, summed(key("buy"), 1.0, whole)),
    ]  # fmt: skip
    price = 1.0 + 0.5 * np.cos(every / 3.0) + 0.1 * np.sin(every * 1.3)
    cost = {"buy": price, "pv": 0.2 * steps, "store": 0.02 * steps, "peak": np.full(2, 0.05 * steps)}
    return made(variables, families, cost)  # type: ignore[arg-type]


# --- the same answer ----------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [*USUAL[::3], 90])  # 10: a pivot of the spine is lost near the end
def test_compiled_and_plain_agree(seed: int) -> None:
    problem = random_problem(seed)
    one = solve_arrowhead(problem, ONE, kernels=plain)
    other = solve_arrowhead(problem, ONE, kernels=compiled)
    assert_same_cost(problem, one, other)
    assert_same_cost(problem, other, solve_highs(problem, REFERENCE))


def test_threads_agree_on_a_long_chain() -> None:
    """Long enough for two segments, and cyclic, so that a row is cut at the turn as well."""
    problem = year(SHORT + 400)
    reference = solve_highs(problem, SolverOptions(solver="ipx", threads=1))
    for options in (ONE, TWO):
        assert_same_cost(problem, solve_arrowhead(problem, options, kernels=compiled), reference)


def scaled_up(problem: Problem, seed: int) -> Problem:
    """The same in other units: each quantity and each family of rows times a power of ten, 1e-4 … 1e6."""
    rng = np.random.default_rng(seed)
    column, row = np.ones(problem.cost.size), np.ones(problem.row_lower.size)
    for v in problem.variables.values():
        column[v.columns] = 10.0 ** rng.integers(-4, 7)
    for at in problem.families.values():
        row[at] = 10.0 ** rng.integers(-4, 7)
    variables = {
        k: replace(v, lower=v.lower / column[v.columns], upper=v.upper / column[v.columns])
        for k, v in problem.variables.items()
    }
    matrix = sp.csc_array(sp.diags_array(row) @ problem.matrix @ sp.diags_array(column))
    return replace(
        problem, variables=variables, matrix=matrix, row_lower=problem.row_lower * row,
        row_upper=problem.row_upper * row, lower=problem.lower / column, upper=problem.upper / column,
        cost=problem.cost * column,
    )  # fmt: skip


@pytest.mark.parametrize("seed", USUAL[::4])
def test_units_do_not_matter(seed: int) -> None:
    problem = random_problem(seed)
    reference = solve_highs(problem, REFERENCE)
    for again in range(3):
        run = solve_arrowhead(scaled_up(problem, 10 * seed + again), ONE, kernels=compiled)
        assert run.status == "optimal"
        assert run.objective == pytest.approx(
            reference.objective, rel=0, abs=1e-7 * money(problem, reference)
        )


@pytest.mark.parametrize("seed", range(8))
def test_units_do_not_matter_where_everything_is_used(seed: int) -> None:
    problem = year(48)
    reference = solve_highs(problem, REFERENCE)
    run = solve_arrowhead(scaled_up(problem, seed), ONE, kernels=compiled)
    assert run.status == "optimal"
    assert run.objective == pytest.approx(reference.objective, rel=1e-7)


def test_a_price_far_above_all_others_does_not_loosen_the_gap() -> None:
    """Something that nobody builds costs 10 million times more: the cost stays as exact as without it."""
    problem = year(48)
    most = rows("most:dear", -INF, 0.0, step("dear", 1.0, 48), shared(key("plant"), -1.0, 48))
    wider = extended(problem, [rate("dear", 48), size("plant")], [most], Form({key("plant"): 1e7}, 0.0))
    run = solve_arrowhead(wider, ONE, kernels=compiled)
    assert_same_cost(problem, replace(run, x=run.x[: problem.cost.size]), solve_highs(problem, REFERENCE))


@pytest.mark.parametrize(
    ("kernels", "seed"), [(plain, 1), *((compiled, seed) for seed in range(6))],
    ids=["plain", *(f"compiled-{seed}" for seed in range(6))],
)  # fmt: skip
def test_weather_years_with_common_capacities(
    kernels: ModuleType, seed: int, random_park: Callable[..., Park]
) -> None:
    """Three chains, one border; with two threads the chains run side by side."""
    park = random_park(seed, 10)
    problems = {}
    for number in range(3):
        dull = np.random.default_rng([seed, number]).uniform(0.6, 1.0)
        changed = replace(park, arrays={name: values * dull for name, values in park.arrays.items()})
        problems[f"y{number}"] = formulate(changed, accounts_of(changed).cost)
    sizes = [name for name, _ in park.sizings()]
    problem = joint(problems, dict.fromkeys(problems, 1 / 3), sizes).problem
    reference = solve_highs(problem, REFERENCE)
    for options in (ONE, TWO):
        assert_same_cost(problem, solve_arrowhead(problem, options, kernels=kernels), reference)


@pytest.mark.parametrize("seed", USUAL[:50])
def test_the_prices_prove_the_cost(seed: int) -> None:
    problem = random_problem(seed)
    run = solve_arrowhead(problem, ONE, kernels=compiled)
    assert run.status == "optimal"
    assert run.row_duals is not None
    proved = lower_bound(problem, run.row_duals, run.x).value
    assert proved >= run.objective - 1e-6 * money(problem, run)
    assert run.objective_error <= ONE.tolerance


def test_prices_of_what_must_run_stand_at_its_floor() -> None:
    """5 MW of load; sun must run at 0.5 C, and what is too much is left at a price of 1. C is 20 at least: 10 MW
    of sun. One unit more of C costs 0.5 in each of two hours: the floor's multiplier is 1, since one unit
    more of sun costs 1, and it is the floor that forces it.
    """
    run_at = np.full(2, 0.5)
    families = [
        rows("balance", 5.0, 5.0, step("sun", 1.0, 2), step("buy", 1.0, 2), step("left", -1.0, 2)),
        rows("most", -INF, 0.0, step("sun", 1.0, 2), shared(key("C"), -run_at, 2)),
        rows("floor", 0.0, INF, step("sun", 1.0, 2), shared(key("C"), -run_at, 2)),
    ]
    variables = [rate("sun", 2), rate("buy", 2), rate("left", 2), size("C", 20.0, 30.0)]
    problem = made(variables, families, {"buy": np.full(2, 3.0), "left": np.ones(2)})
    run = solve_arrowhead(problem, ONE, kernels=compiled)
    assert run.objective == pytest.approx(10.0)
    assert run.row_duals is not None
    assert run.row_duals[4:] == pytest.approx([1.0, 1.0], abs=1e-6)
    assert run.row_duals[2:4] == pytest.approx([0.0, 0.0], abs=1e-6)


@pytest.mark.parametrize("seed", [1, 5])
def test_other_tolerances_are_kept(seed: int) -> None:
    problem = random_problem(seed)
    rough, fine = (
        solve_arrowhead(problem, replace(ONE, tolerance=tolerance), kernels=compiled)
        for tolerance in (1e-3, 1e-9)
    )
    assert rough.objective_error <= 1e-3
    assert fine.objective_error <= 1e-9
    assert rough.iterations < fine.iterations


def test_an_empty_border_and_an_empty_chain() -> None:
    """min Σ x with x_t = t; and a border alone: min C with C ≥ 3."""
    chain = made(
        [rate("x", 5)], [rows("r", np.arange(5.0), np.arange(5.0), step("x", 1.0, 5))], {"x": np.ones(5)}
    )
    assert solve_arrowhead(chain, ONE, kernels=compiled).objective == pytest.approx(10.0)
    alone = made([size("C")], [rows("r", 3.0, INF, shared(key("C"), 1.0, 1))], {"C": 2.0})
    assert solve_arrowhead(alone, ONE, kernels=compiled).objective == pytest.approx(6.0)


# --- no optimum -----------------------------------------------------------------------------------------


@both_kernels
def test_infeasible_and_unbounded_are_proved(kernels: ModuleType) -> None:
    """x ≤ 1 against a load of 2; and a seller whose customer pays more."""
    T = 12
    short = made([rate("x", T, 0.0, 1.0)], [rows("balance", 2.0, 2.0, step("x", 1.0, T))], {"x": np.ones(T)})
    assert solve_arrowhead(short, ONE, kernels=kernels).status == "infeasible"
    trade = [rows("balance", 0.0, 0.0, step("buy", 1.0, T), step("sell", -1.0, T))]
    prices = {"buy": np.full(T, 1.0), "sell": np.full(T, -1.5)}
    endless = made([rate("buy", T), rate("sell", T)], trade, prices)
    assert solve_arrowhead(endless, ONE, kernels=kernels).status == "unbounded"


@pytest.mark.parametrize("seed", [s for s in range(80) if kind_of(s) in NO_OPTIMUM])
def test_no_optimum_is_never_called_one(seed: int) -> None:
    """What the iteration cannot prove by itself, it leaves open, and HiGHS says it."""
    problem, verdict = (
        random_problem(seed),
        "infeasible" if kind_of(seed) == "short of supply" else "unbounded",
    )
    alone = solve_arrowhead(problem, ONE, kernels=compiled)
    assert alone.status in (verdict, "stalled", "breakdown", "too many iterations")
    assert verdict in run_solver(problem, ONE).status


# --- manners ----------------------------------------------------------------------------------------


@both_kernels
def test_progress_is_told_once_in_every_iteration(kernels: ModuleType) -> None:
    told: list[tuple[str, float]] = []
    run = solve_arrowhead(
        year(48), ONE, lambda stage, seconds: told.append((stage, seconds)), kernels=kernels
    )
    assert len(told) == run.iterations  # the last point is optimal, and told as the answer
    assert [stage.split(",")[1].strip() for stage, _ in told] == [f"iteration {i}" for i in range(len(told))]
    assert all(stage.startswith("solve (arrowhead), ") and "gap" in stage for stage, _ in told)
    seconds = [at for _, at in told]
    assert seconds == sorted(seconds)
    assert 0 < seconds[0] < seconds[-1] <= run.seconds


class Cancelled(Exception):
    pass


def test_cancelling_leaves_no_threads_behind() -> None:
    before = set(threading.enumerate())  # those of other tests may be ending

    def cancel(stage: str, seconds: float) -> None:
        if "iteration 3" in stage:
            assert set(threading.enumerate()) - before
            raise Cancelled

    with pytest.raises(Cancelled):
        solve_arrowhead(year(SHORT), replace(TWO, threads=3), cancel, kernels=compiled)
    assert not set(threading.enumerate()) - before


@both_kernels
def test_the_time_limit_ends_the_run(kernels: ModuleType) -> None:
    run = solve_arrowhead(year(48), replace(ONE, time_limit=1e-9), kernels=kernels)
    assert run.status == TIME_LIMIT
    assert run.iterations == 0
    assert run_solver(year(48), replace(ONE, time_limit=1e-9)).status == TIME_LIMIT


def test_a_stalled_run_is_handed_to_highs_and_the_answer_says_so() -> None:
    """A gap of 1e-18 is out of reach in double precision."""
    problem, told = year(48), list[str]()
    endless = replace(ONE, tolerance=1e-18)
    alone = solve_arrowhead(problem, endless)
    assert alone.status == "stalled"
    run = run_solver(problem, endless, lambda stage, seconds: told.append(stage))
    assert run.status == "optimal"
    assert run.solver == "highs-simplex"
    assert run.objective == pytest.approx(alone.objective, rel=1e-7)
    assert any(stage.startswith("arrowhead stalled") and "HiGHS" in stage for stage in told)


def test_whole_numbers_go_to_highs() -> None:
    """0.7 in each of three hours from a machine that is on or off: on, at 1 an hour."""
    variables = [rate("x", 3), rate("on", 3, 0.0, 1.0, whole=True)]
    families = [
        rows("balance", 0.7, 0.7, step("x", 1.0, 3)),
        rows("on", -INF, 0.0, step("x", 1.0, 3), step("on", -1.0, 3)),
    ]
    problem = made(variables, families, {"on": np.ones(3)})
    with pytest.raises(Unfit, match="whole"):
        solve_arrowhead(problem, ONE)
    for solver in ("arrowhead", "auto"):
        run = run_solver(problem, replace(ONE, solver=solver))  # type: ignore[arg-type]
        assert (run.solver, run.objective) == ("highs-mip", pytest.approx(3.0))


def test_auto_chooses_the_arrowhead_for_what_is_large_and_runs_along_time() -> None:
    small, large = year(48), year(800)
    auto = SolverOptions(threads=1)
    assert run_solver(small, auto).solver == "highs-simplex"
    assert run_solver(large, auto).solver == "arrowhead"
    assert run_solver(large, replace(auto, solver="highs")).solver == "highs-simplex"
    assert run_solver(small, ONE).solver == "arrowhead"


def test_auto_gives_dispatch_alone_to_simplex_a_while_longer() -> None:
    """The same steps with nothing to size: two rates against a load."""
    T = 800
    balance = rows("balance", np.arange(T) % 7 + 1.0, INF, step("a", 1.0, T), step("b", 1.0, T))
    problem = made([rate("a", T, 0.0, 4.0), rate("b", T)], [balance], {"a": np.ones(T), "b": np.full(T, 2.0)})
    assert not suits_arrowhead(problem)
    assert SMALL < SMALL_DISPATCH
    assert suits_arrowhead(year(800))
    assert not suits_arrowhead(year(48))
    assert not suits_arrowhead(made([size("C")], [rows("r", 3.0, INF, shared(key("C"), 1.0, 1))], {"C": 2.0}))
