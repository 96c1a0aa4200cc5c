"""The benchmark of product footprints: zeropark beside Brightway (bw2calc), the same systems, in one run.

    python benchmarks/footprints.py            500 processes; 8,760 hours, 10,000 draws (a few minutes)
    python benchmarks/footprints.py --quick    40 processes, 48 hours, 50 draws; nothing is kept

Random systems with loops and co-products. zeropark gives every product in every hour or draw; bw2calc is iterated over
the same arrays for one product, the way that it is documented for, and where told also by hand with its supply arrays.
Of hours and draws bw2calc is iterated over the first 1,000, and its time scaled to all. Answers must agree to 1e-9.
bw2calc solves with scipy's SuperLU here, as where pypardiso is not installed; building the arrays is not counted for it.
The table is printed and kept in ``results/footprints.json``.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import bw2calc as bc
import bw_processing as bwp
import numpy as np
import scipy.sparse as sp

from zeropark.footprint.draws import multipliers
from zeropark.footprint.system import Processes, system_of
from zeropark.footprint.varying import footprints_by_step, pattern_of

RESULTS = Path(__file__).resolve().parent / "results" / "footprints.json"
AGREE = 1e-9
ITERATED = 1000
"""Columns that bw2calc is iterated over."""
Cells = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Sample:
    """made, used: (product, process) of each output and input; their amounts, worth of outputs, emissions of processes."""

    made: Cells
    used: Cells
    make: np.ndarray
    use: np.ndarray
    worth: np.ndarray
    direct: np.ndarray

    @property
    def products(self) -> int:
        """One for each output."""
        return self.made[0].size

    def shares(self, make: np.ndarray) -> np.ndarray:
        """Of each output, (outputs,) or (outputs, columns)."""
        weight = (make.T * self.worth).T
        total = np.zeros((self.direct.size, *weight.shape[1:]))
        np.add.at(total, self.made[1], weight)
        return weight / total[self.made[1]]

    def processes(self) -> Processes:
        """For zeropark."""
        shape = (self.products, self.direct.size)
        return Processes(
            tuple(map(str, range(shape[0]))), tuple(map(str, range(shape[1]))), sp.csc_array((self.use, self.used), shape),
            sp.csc_array((self.make, self.made), shape), sp.csc_array((self.shares(self.make), self.made), shape),
        )  # fmt: skip


def sample(processes: int, seed: int = 1) -> Sample:
    """A product each, a fifth with a second one, three inputs each on average; a part of every product leaves."""
    rng = np.random.default_rng(seed)
    second = rng.choice(processes, processes // 5, replace=False)
    made = (np.arange(processes + second.size), np.concatenate((np.arange(processes), second)))
    make = rng.lognormal(2, 2, made[0].size)
    inputs = {
        (int(p), j) for j in range(processes) for p in rng.choice(made[0].size, rng.poisson(3), replace=False)
    }
    used = tuple(np.array(sorted(inputs), dtype=np.int64).T)
    part = rng.uniform(0.1, 1, used[0].size)
    total = np.bincount(used[0], part, made[0].size)
    use = part / total[used[0]] * make[used[0]] * rng.uniform(0.2, 0.9, made[0].size)[used[0]]
    return Sample(made, used, make, use, rng.lognormal(0, 1, made[0].size), rng.lognormal(1, 2, processes))


# --- Brightway ---------------------------------------------------------------------------------------


def split(case: Sample, make: np.ndarray, use: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One column for each output: rows, columns and amounts of its inputs, shared (amounts may have columns)."""
    share = case.shares(make)
    by_process: dict[int, list[int]] = {}
    for output, process in enumerate(case.made[1].tolist()):
        by_process.setdefault(process, []).append(output)
    pairs = [(i, o) for i, process in enumerate(case.used[1].tolist()) for o in by_process[process]]
    inputs, outputs = (np.array(x) for x in zip(*pairs, strict=True))
    return case.used[0][inputs], outputs, share[outputs] * use[inputs]


def package(case: Sample, make: np.ndarray, use: np.ndarray, direct: np.ndarray) -> bwp.DatapackageBase:
    """Vectors where there is one value, arrays where there are several (hours, draws), taken in their order."""
    found = bwp.create_datapackage(sequential=True)
    share = case.shares(make)
    rows, columns, amounts = split(case, make, use)
    own = np.arange(case.products)
    at = _indices(np.concatenate((own, rows)), 10_000 + np.concatenate((own, columns)))
    flip = np.concatenate((np.zeros(own.size, bool), np.ones(rows.size, bool)))
    _add(found, "technosphere_matrix", at, np.concatenate((make, amounts)), flip)
    emitted = (
        share * direct[case.made[1]] if share.ndim == direct.ndim else share[:, None] * direct[case.made[1]]
    )
    _add(found, "biosphere_matrix", _indices(np.full(own.size, 99_999), 10_000 + own), emitted)
    _add(found, "characterization_matrix", _indices(np.array([99_999]), np.array([99_999])), np.ones(1))
    return found


def _indices(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    return np.array(list(zip(rows.tolist(), columns.tolist(), strict=True)), dtype=bwp.INDICES_DTYPE)


def _add(
    found: bwp.DatapackageBase, matrix: str, at: np.ndarray, data: np.ndarray, flip: np.ndarray | None = None
) -> None:
    extra = {} if flip is None else {"flip_array": flip}
    add = found.add_persistent_vector if data.ndim == 1 else found.add_persistent_array
    add(matrix=matrix, name=matrix, indices_array=at, data_array=data, **extra)


def iterated(found: bwp.DatapackageBase, columns: int) -> np.ndarray:
    """Scores of product 0 in the first columns."""
    columns = min(columns, ITERATED)
    lca = bc.LCA({0: 1.0}, data_objs=[found], use_arrays=True)
    lca.lci()
    lca.lcia()
    scores = np.empty(columns)
    scores[0] = lca.score
    for column in range(1, columns):
        next(lca)
        scores[column] = lca.score
    return scores


def by_hand(found: bwp.DatapackageBase, emitted: np.ndarray, products: int) -> np.ndarray:
    """Every product in every column: bw2calc's supply array of each product, factorised once, times emissions."""
    lca = bc.LCA({0: 1.0}, data_objs=[found])
    lca.lci(factorize=True)
    place = [lca.dicts.activity[10_000 + n] for n in range(products)]
    supply = np.empty((products, products))
    for product in range(products):
        lca.lci(demand={product: 1.0})
        supply[product] = lca.supply_array[place]
    return supply @ emitted


# --- the questions -----------------------------------------------------------------------------------


def timed(work: Callable[[], np.ndarray]) -> tuple[float, np.ndarray]:
    """Seconds and answer; what takes less than a second is done three times, the best counts, for both alike."""
    best, answer = np.inf, np.empty(0)
    for _ in range(3):
        began = time.perf_counter()
        answer = work()
        best = min(best, time.perf_counter() - began)
        if best > 1.0:
            break
    return best, answer


def year(case: Sample, hours: int) -> tuple[str, str, Callable[[], np.ndarray], Callable[[], np.ndarray]]:
    """One footprint of each product over the year, from hourly amounts."""
    rng = np.random.default_rng(2)
    shape = rng.uniform(0.5, 1.5, hours) / hours
    make, use = case.make[:, None] * shape, case.use[:, None] * shape
    direct = case.direct[:, None] * shape

    def ours() -> np.ndarray:
        ones = np.ones(hours)
        total = Sample(case.made, case.used, make @ ones, use @ ones, case.worth, direct @ ones)
        return system_of(total.processes()).footprints(total.direct[:, None])[:, 0]

    def theirs() -> np.ndarray:
        found = package(case, make.sum(axis=1), use.sum(axis=1), direct.sum(axis=1))
        lca = bc.LCA({0: 1.0}, data_objs=[found])
        lca.lci(factorize=True)
        lca.lcia()
        scores = np.empty(case.products)
        for product in range(case.products):
            lca.lcia(demand={product: 1.0})
            scores[product] = lca.score
        return scores

    return "the year from hourly amounts", "every product, factorised once", ours, theirs


def hourly_emissions(
    case: Sample, hours: int
) -> list[tuple[str, str, Callable[[], np.ndarray], Callable[[], np.ndarray]]]:
    """Emissions of every process change each hour, amounts do not."""
    direct = case.direct[:, None] * np.random.default_rng(3).uniform(0, 2, (case.direct.size, hours))

    def ours() -> np.ndarray:
        return system_of(case.processes()).footprints(direct)

    found = package(case, case.make, case.use, direct)
    emitted = case.shares(case.make)[:, None] * direct[case.made[1]]
    plain = package(case, case.make, case.use, case.direct)
    return [
        ("emissions change each hour", "one product, iterated", ours, lambda: iterated(found, hours)),
        (
            "emissions change each hour",
            "every product, by hand",
            ours,
            lambda: by_hand(plain, emitted, case.products),
        ),
    ]


def hourly_amounts(
    case: Sample, hours: int
) -> tuple[str, str, Callable[[], np.ndarray], Callable[[], np.ndarray]]:
    """Amounts made, used and emitted change each hour."""
    rng = np.random.default_rng(4)
    make = case.make[:, None] * rng.uniform(0.95, 1.05, (case.products, hours))
    use = case.use[:, None] * rng.uniform(0.8, 1.0, (case.use.size, hours))
    direct = case.direct[:, None] * rng.uniform(0, 2, (case.direct.size, hours))

    def ours() -> np.ndarray:
        return footprints_by_step(
            pattern_of(case.made, case.used, case.products), make, use, case.worth, direct
        )

    found = package(case, make, use, direct)
    return "amounts change each hour", "one product, iterated", ours, lambda: iterated(found, hours)


def drawn_factors(
    case: Sample, runs: int
) -> tuple[str, str, Callable[[], np.ndarray], Callable[[], np.ndarray]]:
    """Emission factors drawn, each process's own, σ = 1.2."""
    spreads = np.full(case.direct.size, 1.2)

    def ours() -> np.ndarray:
        direct = case.direct[:, None] * multipliers(spreads, runs, 5)
        return system_of(case.processes()).footprints(direct)

    found = package(case, case.make, case.use, case.direct[:, None] * multipliers(spreads, runs, 5))
    return "Monte Carlo: factors drawn", "one product, iterated", ours, lambda: iterated(found, runs)


def drawn_amounts(
    case: Sample, runs: int
) -> tuple[str, str, Callable[[], np.ndarray], Callable[[], np.ndarray]]:
    """Emission factors (σ = 1.2) and amounts used (σ = 1.02) drawn."""

    def draws() -> tuple[np.ndarray, np.ndarray]:
        use = case.use[:, None] * multipliers(np.full(case.use.size, 1.02), runs, 6)
        return use, case.direct[:, None] * multipliers(np.full(case.direct.size, 1.2), runs, 5)

    def ours() -> np.ndarray:
        use, direct = draws()
        make = np.broadcast_to(case.make[:, None], (case.products, runs))
        return footprints_by_step(
            pattern_of(case.made, case.used, case.products), make, use, case.worth, direct
        )

    use, direct = draws()
    found = package(case, np.repeat(case.make[:, None], runs, axis=1), use, direct)
    return (
        "Monte Carlo: factors and amounts drawn",
        "one product, iterated",
        ours,
        lambda: iterated(found, runs),
    )


def main() -> None:
    """Measure, print the table, keep it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="a small system; nothing is kept")
    quick = parser.parse_args().quick
    processes, hours, runs = (40, 48, 50) if quick else (500, 8760, 10_000)
    case = sample(processes)
    print(
        f"{processes} processes, {case.products} products, {case.use.size} inputs; bw2calc {metadata.version('bw2calc')}"
    )
    print("| question | columns | zeropark, every product | bw2calc | bw2calc gives | ratio | difference |")
    print("|---|---|---|---|---|---|---|")
    rows = []
    makers: tuple[tuple[Callable, int], ...] = (
        (lambda c, n: [year(c, n)], hours), (hourly_emissions, hours), (lambda c, n: [hourly_amounts(c, n)], hours),
        (lambda c, n: [drawn_factors(c, n)], runs), (lambda c, n: [drawn_amounts(c, n)], runs),
    )  # fmt: skip
    for maker, columns in makers:
        for question, gives, ours, theirs in maker(case, columns):
            our_seconds, a = timed(ours)
            their_seconds, b = timed(theirs)
            if a.shape != b.shape:  # one product, the first columns
                their_seconds *= columns / b.size
                a = a[0, : b.size]
            difference = float(np.max(np.abs(a - b) / np.abs(b)))
            if difference > AGREE:
                raise SystemExit(f"{question}: answers differ by {difference:.1e}")
            rows.append({"question": question, "processes": processes, "columns": columns, "zeropark_seconds": our_seconds,
                         "bw2calc_seconds": their_seconds, "bw2calc_gives": gives, "difference": difference})  # fmt: skip
            print(
                f"| {question} | {columns:,} | {our_seconds:.3g} s | {their_seconds:.3g} s | {gives} "
                f"| {their_seconds / our_seconds:.3g} | {difference:.0e} |",
                flush=True,
            )
    if not quick:
        RESULTS.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
