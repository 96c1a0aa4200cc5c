"""Scenario chains on a real cluster of processes: the same answer as here, also when a worker is killed."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from distributed import Client, LocalCluster
from tests.clusters import await_workers, awaited, pids, two_processes
from tests.differential.random_parks import random_problem

from zeropark.accounts.standard import accounts_of
from zeropark.errors import InputError, NotSolved
from zeropark.optimize.arrowhead import cluster as clusters
from zeropark.optimize.arrowhead import plain
from zeropark.optimize.arrowhead.cluster import Cluster
from zeropark.optimize.arrowhead.detect import arrowhead_of
from zeropark.optimize.arrowhead.scaling import scaled
from zeropark.optimize.arrowhead.solve import solve_arrowhead
from zeropark.optimize.formulate import formulate
from zeropark.optimize.joint import joint
from zeropark.optimize.options import SolverOptions
from zeropark.optimize.problem import Problem
from zeropark.optimize.run import run_solver
from zeropark.park.model import Park

SEEDS = (2, 5, 16)
"""Stores, rules and a long period; all have an optimum."""
KILLED_AT = 8


MakePark = Callable[..., Park]


@pytest.fixture(scope="module")
def started() -> Iterator[LocalCluster]:
    with two_processes() as cluster:
        yield cluster


@pytest.fixture
def local(started: LocalCluster) -> LocalCluster:
    """Two workers that live, whatever the test before did to them."""
    await_workers(started)
    return started


def three_winters(make_park: MakePark, steps: int) -> Problem:
    """A park of as many hours of January as wanted, with a battery and a peak, in three variations."""
    hour = np.arange(steps)
    assets = {
        "pv": {
            "kind": "source",
            "node": "bus",
            "capacity": {"max": 50, "investment": 1e6, "lifetime": 20},
            "availability": list(np.clip(np.sin(hour / 24 * 2 * np.pi), 0, 1)),
        },
        "battery": {
            "kind": "storage",
            "node": "bus",
            "capacity": {"max": 50, "investment": 1e5, "lifetime": 10},
            "initial": "free",
        },
        "load": {"kind": "demand", "node": "bus", "profile": 5.0},
        "grid": {"kind": "market", "node": "bus", "buy": {"price": 500.0}, "tariff": "t"},
    }
    tariffs = {"t": {"capacity_charge": {"basis": "maximum-demand", "demand_price": 30000.0}}}
    park = make_park(assets, steps=steps, tariffs=tariffs)
    return varied(formulate(park, accounts_of(park).cost), 0)


def three_years(seed: int) -> Problem:
    """The random park of a seed in three variations."""
    return varied(random_problem(seed), seed)


def varied(one: Problem, seed: int) -> Problem:
    """Three variations of the costs along the chain, with common capacities."""
    dice = np.random.default_rng(seed)
    along = np.zeros(one.cost.size, dtype=bool)
    for v in one.variables.values():
        along[v.columns] = v.chain is not None
    problems = {
        name: replace(one, cost=np.where(along, one.cost * dice.uniform(0.8, 1.3, one.cost.size), one.cost))
        for name in ("y0", "y1", "y2")
    }
    shared = [key for key, v in one.variables.items() if v.chain is None and key[1] in ("capacity", "power")]
    return joint(problems, {"y0": 0.5, "y1": 0.3, "y2": 0.2}, shared).problem


class Killer:
    """A progress that kills the first worker once, at iteration 8; remembers what it was told."""

    def __init__(self, pid: int) -> None:
        self.pid, self.told = pid, list[str]()

    def __call__(self, stage: str, seconds: float) -> None:
        self.told.append(stage)
        if f"iteration {KILLED_AT}," in stage:
            os.kill(self.pid, signal.SIGKILL)


def actors_in(local: LocalCluster) -> dict[str, int]:
    def count(dask_worker: Any) -> int:
        return len(dask_worker.state.actors)

    with Client(local.scheduler_address, set_as_default=False) as client:
        return dict(client.run(count))


def await_no_actor(local: LocalCluster) -> None:
    """Workers hear of what was let go of a moment after the scheduler."""
    awaited("no actor is left", lambda: set(actors_in(local).values()) == {0})


def assert_same(problem: Problem, options: SolverOptions, progress: Callable[[str, float], None]) -> None:
    here = solve_arrowhead(problem, replace(options, scheduler=None), kernels=plain)
    there = solve_arrowhead(problem, options, progress, kernels=plain)
    assert (here.status, there.status) == ("optimal", "optimal")
    scale = max(1.0, abs(here.objective))
    assert abs(there.objective - here.objective) <= 1e-7 * scale
    assert there.iterations == here.iterations
    assert here.row_duals is not None
    assert there.row_duals is not None
    assert there.x == pytest.approx(here.x, rel=1e-7, abs=1e-7 * np.max(np.abs(here.x)))
    assert there.row_duals == pytest.approx(
        here.row_duals, rel=1e-7, abs=1e-7 * np.max(np.abs(here.row_duals))
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_the_cluster_finds_what_this_process_finds(local: LocalCluster, seed: int) -> None:
    told: list[str] = []
    options = SolverOptions(scheduler=local.scheduler_address)
    assert_same(three_years(seed), options, lambda stage, _: told.append(stage))
    assert all("on 2 workers), iteration" in stage for stage in told)
    await_no_actor(local)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_killed_worker_costs_its_share_and_not_the_answer(local: LocalCluster, seed: int) -> None:
    killer = Killer(pids(local)[0])
    assert_same(three_years(seed), SolverOptions(scheduler=local.scheduler_address), killer)
    assert "on 2 workers), iteration 8," in killer.told[KILLED_AT]
    assert ", 1 lost), iteration 9," in killer.told[KILLED_AT + 1]
    await_no_actor(local)


def test_all_workers_killed_and_new_ones_come(local: LocalCluster) -> None:
    """The nannies of the workers start new ones, which take all chains."""
    told: list[str] = []

    def kill_all(stage: str, seconds: float) -> None:
        told.append(stage)
        if f"iteration {KILLED_AT}," in stage:
            for pid in pids(local):
                os.kill(pid, signal.SIGKILL)

    assert_same(three_years(SEEDS[0]), SolverOptions(scheduler=local.scheduler_address), kill_all)
    assert ", 2 lost), iteration 9," in told[KILLED_AT + 1]


def test_messages_are_of_the_size_of_the_border(make_park: MakePark) -> None:
    """Ten times the steps, the same border: calls and answers are as long as before, to a few bytes of numbers."""
    lengths = []
    for steps in (60, 600):
        arrow, _ = scaled(arrowhead_of(three_winters(make_park, steps)).arrow)
        assert {chain.steps for chain in arrow.chains} == {steps}
        team = clusters.Team(1, plain.__name__)
        lives = {i: (chain, [("begin", (True,))]) for i, chain in enumerate(arrow.chains)}
        team.take(clusters._packed(lives))
        (one, *others) = (work.places for work in team.works.values())
        assert set(others) == {one}
        calls = [
            ("factor", (1e-9, 1e-9)),
            ("load", (0, 0.0, (1.0, 1.0), 0, 0)),
            ("move", (np.zeros(one), 0, np.zeros(0))),
            ("miss", (np.zeros(one), 1.0, 0)),
            ("measure", (np.zeros(one),)),
        ]
        for name, given in calls:
            message = clusters._packed([(name, dict.fromkeys(lives, given))])
            lengths.append((name, len(message), len(team.call(message))))
    half = len(lengths) // 2
    assert lengths[:half] == lengths[half:]
    most = 8 * one * one + 1000
    assert all(sent < 8 * one + 1000 and received < len(lives) * most for _, sent, received in lengths)


def test_a_single_chain_stays_here() -> None:
    """Nobody listens at this address, and nobody is asked."""
    options = SolverOptions(solver="arrowhead", scheduler="tcp://127.0.0.1:9")
    assert run_solver(random_problem(SEEDS[0]), options).status == "optimal"


def test_no_cluster_at_the_address_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zeropark.scheduling.cluster._ANSWER_SECONDS", 1)
    options = SolverOptions(solver="arrowhead", scheduler="tcp://127.0.0.1:9")
    with pytest.raises(InputError) as raised:
        run_solver(three_years(SEEDS[0]), options)
    assert [(f.file, f.field, f.found) for f in raised.value.faults] == [
        ("--scheduler", "tcp://127.0.0.1:9", "no scheduler that answers")
    ]


def test_a_scheduler_without_workers_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zeropark.scheduling.cluster._FIRST_WORKER_SECONDS", 1)
    with (
        LocalCluster(n_workers=0, processes=False, dashboard_address=":0") as empty,
        pytest.raises(InputError) as raised,
    ):
        run_solver(
            three_years(SEEDS[0]),
            SolverOptions(solver="arrowhead", scheduler=empty.scheduler_address),
        )
    assert [fault.found for fault in raised.value.faults] == ["a scheduler without workers"]


def test_workers_that_go_for_good_are_told(local: LocalCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "_NEW_WORKER_SECONDS", 1)

    def end_all(stage: str, seconds: float) -> None:
        if f"iteration {KILLED_AT}," in stage:
            local.scale(0)
            awaited("all workers go", lambda: not local.scheduler.workers)

    with pytest.raises(NotSolved, match="no workers any more"):
        solve_arrowhead(
            three_years(SEEDS[0]), SolverOptions(scheduler=local.scheduler_address), end_all, plain
        )


def test_a_chain_that_kills_each_worker_is_told(local: LocalCluster) -> None:
    """Every worker that has taken the chains dies, as it would for want of memory; a new one comes each time."""

    def kill_all(stage: str, seconds: float) -> None:
        await_workers(local)
        for pid in pids(local):
            os.kill(pid, signal.SIGKILL)

    with pytest.raises(NotSolved, match="too little memory"):
        solve_arrowhead(
            three_years(SEEDS[0]), SolverOptions(scheduler=local.scheduler_address), kill_all, plain
        )


def test_an_error_in_a_worker_is_raised_here(local: LocalCluster) -> None:
    arrow, _ = scaled(arrowhead_of(three_years(SEEDS[0])).arrow)
    crew = Cluster(arrow, local.scheduler_address, plain.__name__)
    try:
        with pytest.raises(TypeError, match="factor"):
            crew.each("factor", [()] * len(arrow.chains))
    finally:
        crew.close()


def test_ctrl_c_leaves_nothing_behind(local: LocalCluster) -> None:
    def interrupt(stage: str, seconds: float) -> None:
        if f"iteration {KILLED_AT}," in stage:
            assert sum(actors_in(local).values()) == 2
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        solve_arrowhead(
            three_years(SEEDS[0]), SolverOptions(scheduler=local.scheduler_address), interrupt, plain
        )
    await_no_actor(local)
