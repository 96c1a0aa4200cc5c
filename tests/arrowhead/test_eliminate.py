"""The border's system with chains eliminated one by one, beside the same system solved dense."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from tests.differential.random_parks import random_problem

from zeropark.forms import Array
from zeropark.optimize.arrowhead import eliminate, plain
from zeropark.optimize.arrowhead.eliminate import Breakdown, Eliminated
from zeropark.optimize.arrowhead.form import Ints
from zeropark.optimize.arrowhead.solve import solve_arrowhead
from zeropark.optimize.joint import joint
from zeropark.optimize.options import SolverOptions
from zeropark.optimize.problem import Problem

CHAINS, CUTS, ROWS, COLUMNS = 5, 2, 3, 4
"""Of each chain: moved rows, rows and columns of its own; as many rows and columns are shared by all."""


class Drawn:
    """A border: J joins rows and columns of a chain, and both to what is shared; some columns stand in J only."""

    def __init__(self, seed: int) -> None:
        dice = np.random.default_rng(seed)
        rows, columns = ROWS * (CHAINS + 1), COLUMNS * (CHAINS + 1)
        self.cuts, bare = CUTS * CHAINS, CHAINS
        self.matrix = np.zeros((rows, columns + bare))
        self.places: list[Ints] = []
        for c in range(CHAINS):
            own_rows = [*range(ROWS * (c + 1), ROWS * (c + 2)), *range(ROWS)]
            own_columns = [*range(COLUMNS * (c + 1), COLUMNS * (c + 2)), *range(COLUMNS)]
            at = np.ix_(own_rows, own_columns)
            self.matrix[at] += dice.normal(size=(2 * ROWS, 2 * COLUMNS)) * (
                dice.random((2 * ROWS, 2 * COLUMNS)) < 0.4
            )
            self.matrix[own_rows[0], columns + c] = 1.0
            first = self.cuts + rows
            cuts = CUTS * c + np.arange(CUTS)
            self.places.append(
                np.concatenate([cuts, self.cuts + np.sort(own_rows), first + np.sort(own_columns)])
            )
        self.rows, self.total = self.cuts + rows, self.cuts + rows + columns + bare
        self.parts: list[Array] = []
        n = CUTS + 2 * ROWS
        for places in self.places:
            half = dice.normal(size=(places.size, places.size))
            part = half @ half.T
            part[:n, n:] = dice.normal(size=(n, places.size - n))
            part[n:, :n] = part[:n, n:].T
            part[n:, n:] *= -1
            self.parts.append(part)
        self.diagonal = dice.uniform(0.1, 2.0, columns + bare)
        self.right = dice.normal(size=self.total)

    def dense(self, delta: float) -> Array:
        whole = np.zeros((self.total, self.total))
        for places, part in zip(self.places, self.parts, strict=True):
            whole[np.ix_(places, places)] += part
        whole[self.cuts : self.rows, self.rows :] += self.matrix
        whole[self.rows :, self.cuts : self.rows] += self.matrix.T
        whole[np.diag_indices(self.rows)] += delta
        at = np.arange(self.rows, self.total)
        whole[at, at] -= self.diagonal
        return whole


@pytest.fixture(params=[0, 10_000], ids=["chain by chain", "dense"])
def most(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(eliminate, "MOST_DENSE", request.param)
    return int(request.param)


@pytest.mark.parametrize("seed", range(10))
def test_the_unknowns_are_those_of_the_dense_system(most: int, seed: int) -> None:
    drawn = Drawn(seed)
    system = Eliminated(sp.csr_array(drawn.matrix), drawn.cuts, drawn.places)
    assert system.factor(drawn.parts, drawn.diagonal, 1e-12) == 0
    expected = np.linalg.solve(drawn.dense(1e-12), drawn.right)
    assert system.solve(drawn.right) == pytest.approx(expected, rel=1e-8, abs=1e-9)


def test_what_one_chain_knows_is_not_shared(most: int) -> None:
    """Shared: the rows and columns of all chains. A column that only J joins to one chain is that chain's."""
    drawn = Drawn(0)
    system = Eliminated(sp.csr_array(drawn.matrix), drawn.cuts, drawn.places)
    if most:
        assert system.shared.size == drawn.total
        return
    rows, columns = drawn.cuts + np.arange(ROWS), drawn.rows + np.arange(COLUMNS)
    assert system.shared.tolist() == [*rows, *columns]
    assert {local.own.size for local in system.locals} == {CUTS + ROWS + COLUMNS + 1}
    assert {local.rows for local in system.locals} == {CUTS + ROWS}


def test_what_joins_two_chains_is_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Column 0 of chain 0 and column 1 of chain 1 stand in one row, which no chain knows; then in none."""
    monkeypatch.setattr(eliminate, "MOST_DENSE", 0)
    places = [np.array([1]), np.array([2])]
    joined = Eliminated(sp.csr_array(np.array([[1.0, -1.0]])), 0, places)
    assert joined.shared.tolist() == [0]
    apart = Eliminated(sp.csr_array(np.array([[1.0, 0.0]])), 0, places)
    assert apart.shared.tolist() == []
    of_chain = Eliminated(sp.csr_array(np.array([[1.0, -1.0]])), 0, [np.array([0, 1]), np.array([2])])
    assert of_chain.shared.tolist() == [0, 1, 2]


def test_a_system_that_is_not_definite_breaks_down() -> None:
    system = Eliminated(sp.csr_array((2, 0)), 0, [np.array([0, 1])])
    with pytest.raises(Breakdown):
        system.factor([np.array([[0.0, 1e30], [1e30, 0.0]])], np.zeros(0), 1e-12)


def varied(one: Problem, seed: int, count: int) -> Problem:
    """Variations of the costs along the chain, with common capacities."""
    dice = np.random.default_rng(seed)
    along = np.zeros(one.cost.size, dtype=bool)
    for v in one.variables.values():
        along[v.columns] = v.chain is not None
    names = [f"y{k}" for k in range(count)]
    problems = {
        name: replace(one, cost=np.where(along, one.cost * dice.uniform(0.8, 1.3, one.cost.size), one.cost))
        for name in names
    }
    shared = [key for key, v in one.variables.items() if v.chain is None and key[1] in ("capacity", "power")]
    return joint(problems, dict.fromkeys(names, 1 / count), shared).problem


@pytest.mark.parametrize("seed", [2, 5, 6, 16, 22, 25])
def test_the_same_answer_chain_by_chain(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    problem = varied(random_problem(seed), seed, 4)
    found = []
    for most in (10_000, 0):
        monkeypatch.setattr(eliminate, "MOST_DENSE", most)
        found.append(solve_arrowhead(problem, SolverOptions(threads=1), kernels=plain))
    dense, apart = found
    assert (dense.status, apart.status) == ("optimal", "optimal")
    scale = max(1.0, abs(dense.objective))
    assert abs(apart.objective - dense.objective) <= 1e-7 * scale
