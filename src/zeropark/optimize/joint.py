"""Several problems as one: weather years or stages side by side, joined by the quantities that they share.

    minimise    Σ_s weight_s · cost_s(x_s, C)      with C shared by all scenarios s, x_s its own
    subject to  the rows of every scenario

A scenario's own quantity ``(asset, part)`` is called ``(asset, "part@scenario")`` in the joint problem, its
family of rows ``family@scenario``; what is shared keeps its key. Weights that sum to 1 are probabilities: the
cost is then the expected cost, and the cost of a shared capacity is counted once.

A dual of the joint problem is money of the *weighted* cost per unit of the row; divided by the weight of
its scenario it is money in that scenario, as a plan of the scenario alone would say. ``split`` divides.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from zeropark.errors import Defect
from zeropark.forms import Array, Form, Key
from zeropark.optimize.problem import IntArray, Problem, Rows, Variable, assemble, place


@dataclass(frozen=True)
class Scenario:
    """A problem within a joint one. columns: (columns of ``problem``,) where each stands in the joint
    problem; rows: where its rows stand.
    """

    problem: Problem
    weight: float
    columns: IntArray
    rows: slice


@dataclass(frozen=True)
class Joint:
    """The joint problem, and where every scenario stands in it."""

    problem: Problem
    scenarios: Mapping[str, Scenario]


@dataclass(frozen=True)
class Share:
    """What a solution of the joint problem says of one scenario, in the order of the scenario's own problem.

    x: (columns,). row_duals: (rows,) money of the scenario, not weighted; None where there are none.
    """

    x: Array
    row_duals: Array | None


def own_key(key: Key, scenario: str) -> Key:
    """How a scenario's own quantity is called in the joint problem."""
    return key[0], f"{key[1]}@{scenario}"


def joint(problems: Mapping[str, Problem], weights: Mapping[str, float], shared: Collection[Key]) -> Joint:
    """One problem of all scenarios; ``shared``: the quantities that are the same in all of them.

    A shared quantity may take what all scenarios allow: the narrowest bounds, or the value that one of them
    knows. Raises Defect when nothing is left, when a scenario lacks it, or when a weight is not above zero.
    """
    if min((weights[name] for name in problems), default=0.0) <= 0:
        raise Defect("a joint problem of no scenario, or of one without weight")
    common, known = _shared(problems, shared)
    variables = place(common)
    common = list(variables.values())
    width = at_shared = sum(v.count for v in common)
    families: dict[str, slice] = {}
    scenarios: dict[str, Scenario] = {}
    chains = height = 0
    for name, problem in problems.items():
        columns = np.zeros(problem.cost.size, dtype=np.int64)
        for key, v in problem.variables.items():
            if key in variables:
                first = variables[key].start
            else:
                chain = None if v.chain is None else v.chain + chains
                variables[own_key(key, name)] = replace(v, key=own_key(key, name), chain=chain, start=width)
                first, width = width, width + v.count
            columns[v.columns] = np.arange(first, first + v.count)
        known |= {own_key(key, name): value for key, value in problem.known.items() if key not in shared}
        rows = slice(height, height + problem.row_lower.size)
        families |= {f"{f}@{name}": _moved(at, height) for f, at in problem.families.items()}
        scenarios[name] = Scenario(problem, weights[name], columns, rows)
        height = rows.stop
        chains += 1 + max((v.chain for v in problem.variables.values() if v.chain is not None), default=-1)
    matrix = _matrix(scenarios, at_shared, height, width)
    return Joint(_filled(scenarios, common, variables, known, families, matrix), scenarios)


def _moved(rows: slice, by: int) -> slice:
    return slice(rows.start + by, rows.stop + by)


def _shared(
    problems: Mapping[str, Problem], shared: Collection[Key]
) -> tuple[list[Variable], dict[Key, Array]]:
    """Shared quantities that are decided on, with the bounds that all allow; and those that all know."""
    variables, known = [], {}
    for key in shared:
        lowers, uppers = [], []
        for name, problem in problems.items():
            if key not in problem.variables and key not in problem.known:
                raise Defect(f"scenario '{name}' has no {'.'.join(key)}")
            columns = problem.variables[key].columns if key in problem.variables else slice(0)
            lowers.append(problem.known[key] if key in problem.known else problem.lower[columns])
            uppers.append(problem.known[key] if key in problem.known else problem.upper[columns])
        lower, upper = np.max(lowers, axis=0), np.min(uppers, axis=0)
        if np.any(lower > upper):
            raise Defect(f"no value of {'.'.join(key)} suits all scenarios")
        if all(key in problem.known for problem in problems.values()):
            known[key] = lower
        else:
            variables.append(Variable(key, lower, upper))
    return variables, known


def _matrix(scenarios: Mapping[str, Scenario], at_shared: int, height: int, width: int) -> sp.csc_array:
    """Columns of the shared quantities first, through all rows; then each scenario's own, in its rows only."""
    data, indices, lengths = [], [], []
    common: list[sp.coo_array] = []
    for scenario in scenarios.values():
        own = scenario.columns >= at_shared
        mine, theirs = scenario.problem.matrix[:, own], scenario.problem.matrix[:, ~own].tocoo()
        data.append(mine.data)
        indices.append(mine.indices + scenario.rows.start)
        lengths.append(np.diff(mine.indptr))
        rows = theirs.row + scenario.rows.start
        common.append((theirs.data, rows, scenario.columns[~own][theirs.col]))
    values, rows, columns = (np.concatenate(parts) for parts in zip(*common, strict=True))
    border = sp.csc_array((values, (rows, columns)), shape=(height, at_shared))
    starts = np.concatenate(([0], np.cumsum(np.concatenate([np.diff(border.indptr), *lengths]))))
    return sp.csc_array(
        (np.concatenate([border.data, *data]), np.concatenate([border.indices, *indices]), starts),
        shape=(height, width),
    )


def _filled(
    scenarios: Mapping[str, Scenario],
    common: Sequence[Variable],
    variables: Mapping[Key, Variable],
    known: Mapping[Key, Array],
    families: Mapping[str, slice],
    matrix: sp.csc_array,
) -> Problem:
    """The joint problem: weighted costs, bounds of every scenario, and of what is shared the narrowest."""
    width = matrix.shape[1]
    cost, lower, upper = np.zeros(width), np.zeros(width), np.zeros(width)
    whole, offset = np.zeros(width, dtype=bool), 0.0
    for scenario in scenarios.values():
        problem, at = scenario.problem, scenario.columns
        cost[at] += scenario.weight * problem.cost
        lower[at], upper[at], whole[at] = problem.lower, problem.upper, problem.whole
        offset += scenario.weight * problem.offset
    for v in common:
        lower[v.columns], upper[v.columns] = v.lower, v.upper
    parts = [scenario.problem for scenario in scenarios.values()]
    return Problem(
        variables,
        known,
        families,
        matrix,
        np.concatenate([problem.row_lower for problem in parts]),
        np.concatenate([problem.row_upper for problem in parts]),
        lower,
        upper,
        cost,
        offset,
        whole,
    )


def split(whole: Joint, x: Array, row_duals: Array | None) -> dict[str, Share]:
    """What each scenario gets of a solution of the joint problem; duals in the scenario's own money.

    x, row_duals: may go on beyond the joint problem, as those of a problem extended from it do.
    """
    return {
        name: Share(x[s.columns], None if row_duals is None else row_duals[s.rows] / s.weight)
        for name, s in whole.scenarios.items()
    }


def joined(whole: Joint, shares: Mapping[str, Array], x: Array) -> Array:
    """The reverse of ``split``: ``x`` with the columns of every scenario replaced by its share."""
    x = x.copy()
    for name, s in whole.scenarios.items():
        x[s.columns] = shares[name]
    return x


def extended(
    problem: Problem, variables: Sequence[Variable], rows: Sequence[Rows], minimise: Form
) -> Problem:
    """The problem with further quantities and families behind its own, and ``minimise`` added to its cost."""
    width, start = problem.cost.size, problem.cost.size
    placed = dict(problem.variables)
    for v in variables:
        placed[v.key] = replace(v, start=start)
        start += v.count
    more = assemble(placed, problem.known, rows, minimise)
    ends = np.concatenate((problem.matrix.indptr, np.full(start - width, problem.matrix.indptr[-1])))
    wider = sp.csc_array(
        (problem.matrix.data, problem.matrix.indices, ends), shape=(problem.row_lower.size, start)
    )
    families = {name: _moved(at, problem.row_lower.size) for name, at in more.families.items()}
    return Problem(
        placed,
        problem.known,
        {**problem.families, **families},
        sp.csc_array(sp.vstack([wider, more.matrix], format="csc")),
        np.concatenate((problem.row_lower, more.row_lower)),
        np.concatenate((problem.row_upper, more.row_upper)),
        np.concatenate((problem.lower, more.lower[width:])),
        np.concatenate((problem.upper, more.upper[width:])),
        np.concatenate((problem.cost, np.zeros(start - width))) + more.cost,
        problem.offset + more.offset,
        np.concatenate((problem.whole, more.whole[width:])),
    )


def held(problem: Problem, keys: Collection[Key], x: Array) -> Problem:
    """The problem with these quantities (where they are decided on) and all states held as at ``x``."""
    at = problem.whole.copy()
    for key in keys:
        if key in problem.variables:
            at[problem.variables[key].columns] = True
    values = np.where(problem.whole, np.round(x), x)
    return replace(
        problem,
        lower=np.where(at, values, problem.lower),
        upper=np.where(at, values, problem.upper),
        whole=np.zeros_like(problem.whole),
    )
