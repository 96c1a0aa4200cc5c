"""The same tasks on this process, on local processes, and on a real Dask cluster of processes."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from distributed import Client, LocalCluster
from tests.clusters import await_workers, awaited, two_processes

from zeropark.errors import InputError, NotSolved
from zeropark.scheduling import cluster as clusters
from zeropark.scheduling.choose import scheduler_at
from zeropark.scheduling.processes import ONE_THREAD, Processes
from zeropark.scheduling.tasks import ATTEMPTS, InThisProcess, Lost, Scheduler, Tick

Make = Callable[[], Scheduler]


def no_tick() -> None:
    pass


@pytest.fixture(scope="module")
def tasks() -> Iterator[ModuleType]:
    """Imported by name, so that workers, which start with this search path, can do the same."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(Path(__file__).parent))
        yield importlib.import_module("tasks_of_tests")


@pytest.fixture(scope="module")
def cluster(tasks: ModuleType) -> Iterator[LocalCluster]:
    with two_processes() as started:
        yield started


@pytest.fixture(params=["here", "processes", "cluster"])
def make(request: pytest.FixtureRequest) -> Make:
    if request.param == "cluster":
        address = request.getfixturevalue("cluster").scheduler_address
        return lambda: scheduler_at(address)
    return lambda: scheduler_at(workers=0 if request.param == "here" else 2)


@pytest.fixture(params=["processes", "cluster"])
def make_workers(request: pytest.FixtureRequest) -> Make:
    if request.param == "cluster":
        address = request.getfixturevalue("cluster").scheduler_address
        return lambda: scheduler_at(address)
    return lambda: Processes(2)


@pytest.fixture
def again(request: pytest.FixtureRequest, make_workers: Make) -> Tick:
    """A tick that has new workers started. On a busy machine a worker may be killed before its nanny has seen it
    start, and the nanny then gives it up: without this the tasks would wait for ever.
    """
    if request.node.callspec.params["make_workers"] != "cluster":
        return no_tick
    cluster: LocalCluster = request.getfixturevalue("cluster")
    return lambda: cluster.scale(2)


def test_every_task_is_answered_once(make: Make, tasks: ModuleType) -> None:
    with make() as scheduler:
        found = list(scheduler.run(tasks.added, 100, {f"t{i}": i for i in range(7)}, no_tick))
        again = list(scheduler.run(tasks.added, 200, {"one": 1}, no_tick))
    assert sorted(found) == [(f"t{i}", 100 + i) for i in range(7)]
    assert again == [("one", 201)]


def test_an_error_of_the_function_is_raised(make: Make, tasks: ModuleType) -> None:
    with make() as scheduler, pytest.raises(ValueError, match="no 3"):
        list(scheduler.run(tasks.fails, None, {"a": 3}, no_tick))


def test_what_tick_raises_cancels(make: Make, tasks: ModuleType) -> None:
    def tick() -> None:
        raise KeyboardInterrupt

    with make() as scheduler, pytest.raises(KeyboardInterrupt):
        list(scheduler.run(tasks.added, 1, {f"t{i}": i for i in range(50)}, tick))


def test_a_task_whose_worker_is_killed_runs_again(
    make_workers: Make, again: Tick, tasks: ModuleType, tmp_path: Path
) -> None:
    names = {name: name for name in "abc"}  # three deaths: fewer than the attempts of any task
    with make_workers() as scheduler:
        found = dict(scheduler.run(tasks.dies_once, str(tmp_path), names, again))
    assert found == names
    assert {path.name for path in tmp_path.iterdir()} == set(names)


@pytest.mark.slow
def test_a_task_that_kills_every_worker_is_lost_and_the_others_are_not(
    make_workers: Make, again: Tick, tasks: ModuleType
) -> None:
    with make_workers() as scheduler:
        found = dict(scheduler.run(tasks.dies, None, {n: n for n in ("a", "bad", "b", "c")}, again))
    assert found == {"a": "a", "bad": Lost(ATTEMPTS), "b": "b", "c": "c"}


def test_tasks_that_dask_gives_up_run_again_each_for_itself(
    cluster: LocalCluster, tasks: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without any failure allowed, Dask blames the first death on the task: all of them are begun twice."""
    monkeypatch.setattr(cluster.scheduler, "allowed_failures", 0)
    names = {name: name for name in "abcd"}
    with scheduler_at(cluster.scheduler_address) as scheduler:
        submitted: list[str] = []
        submit = scheduler._client.submit  # type: ignore[attr-defined]

        def recorded(*arguments: Any, key: str, **options: Any) -> Any:
            submitted.append(key)
            if len(submitted) > len(names):  # second chances begin: no task is to be blamed twice
                cluster.scheduler.allowed_failures = 100
            return submit(*arguments, key=key, **options)

        monkeypatch.setattr(scheduler._client, "submit", recorded)  # type: ignore[attr-defined]
        found = dict(scheduler.run(tasks.dies_once, str(tmp_path), names, lambda: cluster.scale(2)))
    assert found == names
    assert len(submitted) > len(names), "no task had a second chance"
    assert len(set(submitted)) == len(submitted)


def test_an_error_of_the_function_is_no_reason_to_run_it_again(
    make: Make, tasks: ModuleType, tmp_path: Path
) -> None:
    with make() as scheduler, pytest.raises(ValueError, match="no a"):
        list(scheduler.run(tasks.begins_and_fails, str(tmp_path), {"a": "a"}, no_tick))
    assert len(list(tmp_path.iterdir())) == 1


def test_a_scheduler_that_is_lost_is_told(
    tasks: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The scheduler ends while a task waits: the words of the tick are what asks it next."""
    with LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, protocol="tcp://", dashboard_address=":0"
    ) as local:

        def tick() -> None:
            scheduler.words()
            if (tmp_path / "a.pid").exists():
                (tmp_path / "go").touch()  # the worker is a thread of this process: it must end
                local.close()

        with scheduler_at(local.scheduler_address) as scheduler:
            monkeypatch.setattr(scheduler._client, "_timeout", 2)  # type: ignore[attr-defined]  # s to come back
            with pytest.raises(NotSolved) as raised:
                list(scheduler.run(tasks.waits, str(tmp_path), {"a": "a", "b": "b"}, tick))
    assert "cluster" in raised.value.status
    assert local.scheduler_address in str(raised.value)


@pytest.fixture
def lonely(tasks: ModuleType) -> Iterator[LocalCluster]:
    """One worker, which is a thread of this process; nobody starts another one unasked."""
    with LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, protocol="tcp://", dashboard_address=":0"
    ) as local:
        yield local


def dies_with_its_result(local: LocalCluster, scheduler: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Have the only worker end after it has told that the task is done, before anybody fetches the result.

    The list that is given back has an entry as soon as this has happened.
    """
    ended: list[str] = []
    fetch = scheduler._result_of

    def after_its_death(future: Any, wait: Tick) -> Any:
        if not ended:
            for worker in local.workers.values():
                local.sync(worker.close)
            awaited("the scheduler has no worker", lambda: not local.scheduler.workers)
            ended.append(future.key)
        return fetch(future, wait)

    monkeypatch.setattr(scheduler, "_result_of", after_its_death)
    return ended


def test_a_result_that_died_with_its_worker_is_made_again_by_one_that_comes(
    lonely: LocalCluster, tasks: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ticks go on meanwhile: the new worker is begun by one of them."""
    with scheduler_at(lonely.scheduler_address) as scheduler:
        ended = dies_with_its_result(lonely, scheduler, monkeypatch)
        begun: list[int] = []

        def tick() -> None:
            if ended and not begun:
                begun.append(1)
                lonely.scale(2)

        assert list(scheduler.run(tasks.added, 100, {"a": 1}, tick)) == [("a", 101)]
    assert begun


def test_a_result_that_died_with_the_last_worker_is_not_waited_for_without_end(
    lonely: LocalCluster, tasks: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clusters, "_NEW_WORKER_SECONDS", 0.3)
    monkeypatch.setattr(clusters, "_LOOK_SECONDS", 0.1)
    with scheduler_at(lonely.scheduler_address) as scheduler:
        ended = dies_with_its_result(lonely, scheduler, monkeypatch)
        with pytest.raises(NotSolved) as raised:
            list(scheduler.run(tasks.added, 100, {"a": 1}, no_tick))
    assert ended
    assert raised.value.status == "the cluster has no workers any more"
    assert lonely.scheduler_address in str(raised.value)


def test_what_tick_raises_ends_the_wait_for_a_result_that_died_with_its_worker(
    lonely: LocalCluster, tasks: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    with scheduler_at(lonely.scheduler_address) as scheduler:
        ended = dies_with_its_result(lonely, scheduler, monkeypatch)

        def tick() -> None:
            if ended:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            list(scheduler.run(tasks.added, 100, {"a": 1}, tick))
        awaited("nothing is left of the run", lambda: not lonely.scheduler.tasks)


def test_tasks_that_no_worker_is_left_for_are_not_waited_for_without_end(
    lonely: LocalCluster, tasks: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clusters, "_NEW_WORKER_SECONDS", 0.3)
    monkeypatch.setattr(clusters, "_LOOK_SECONDS", 0.1)

    def tick() -> None:
        if lonely.scheduler.workers and (tmp_path / "a.pid").exists():
            (tmp_path / "go").touch()  # the worker is a thread of this process: it must end
            for worker in lonely.workers.values():
                lonely.sync(worker.close)

    arguments = {"a": "a", "b": "b", "c": "c"}
    with scheduler_at(lonely.scheduler_address) as scheduler, pytest.raises(NotSolved) as raised:
        list(scheduler.run(tasks.waits, str(tmp_path), arguments, tick))
    assert raised.value.status == "the cluster has no workers any more"


def test_a_worker_has_one_thread(tasks: ModuleType) -> None:
    before = {variable: os.environ.get(variable) for variable in ONE_THREAD}
    with Processes(1) as scheduler:
        found = dict(scheduler.run(tasks.threads, None, {name: name for name in ONE_THREAD}, no_tick))
    assert found == dict.fromkeys(ONE_THREAD, "1")
    assert {variable: os.environ.get(variable) for variable in ONE_THREAD} == before


def test_workers_end_when_the_reader_stops(tasks: ModuleType, tmp_path: Path) -> None:
    """Tasks that would wait for ever: the processes that run them are gone after the loop is left."""
    scheduler = Processes(2)

    def tick() -> None:
        if len(list(tmp_path.glob("*.pid"))) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(scheduler.run(tasks.waits, str(tmp_path), {"a": "a", "b": "b"}, tick))
    pids = [int(path.read_text()) for path in tmp_path.glob("*.pid")]
    awaited("workers end with their scheduler", lambda: not any(_runs(pid) for pid in pids))


def _runs(pid: int) -> bool:
    """Whether a process does anything: one that has ended but was not waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_no_cluster_at_the_address_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zeropark.scheduling.cluster._ANSWER_SECONDS", 1)
    with pytest.raises(InputError) as raised:
        scheduler_at("tcp://127.0.0.1:9")
    (fault,) = raised.value.faults
    assert (fault.file, fault.field) == ("--scheduler", "tcp://127.0.0.1:9")
    assert "no scheduler that answers" in fault.found


def test_a_worker_that_dies_while_versions_are_compared_is_no_reason_to_refuse_the_cluster(
    cluster: LocalCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The scheduler may still list one that was killed a moment ago: the question to it fails, once."""
    ask, failures = Client.run, [OSError("Timed out trying to connect")]

    def run(client: Client, *arguments: Any, **options: Any) -> Any:
        if failures:
            raise failures.pop()
        return ask(client, *arguments, **options)

    monkeypatch.setattr(Client, "run", run)
    with scheduler_at(cluster.scheduler_address) as scheduler:
        assert scheduler.words().endswith(cluster.scheduler_address)
    assert not failures


def test_words_say_where_tasks_run(make: Make, request: pytest.FixtureRequest) -> None:
    if request.node.callspec.params["make"] == "cluster":
        await_workers(request.getfixturevalue("cluster"))  # one that a test killed may still be coming back
    with make() as scheduler:
        said = scheduler.words()
    expected = "this process" if isinstance(scheduler, InThisProcess) else "2 "
    assert said.startswith(expected)
