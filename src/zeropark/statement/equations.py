"""Every line is an equation: checked with the stated values of the others, and loops of lines solved anew.

Agreement is 1e-9 of the value, and 1e-12 of what was added up for it, for differences that nearly cancel. A line of a
loop (a recursive footprint) is compared with the loop's own solution; a loop that determines nothing (``a = b``,
``b = a``) or whose gain is 1 or more is refused, whatever its lines say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from zeropark.errors import nearest
from zeropark.statement.formula import (
    Doubtful,
    Expression,
    FormulaError,
    Quantity,
    Read,
    evaluate,
    inputs_of,
    is_declared,
    lines_of,
    parse,
)
from zeropark.statement.model import Line

RELATIVE, OF_TERMS = 1e-9, 1e-12


@dataclass(frozen=True)
class LineCheck:
    """How one line stands. how: ``recomputed`` or ``declared``; found: None where it cannot be computed.

    cause: why it does not agree, where that is not the line itself: ``input NAME`` that has changed, or ``line ID`` that
    disagrees and that it reads. differs: whether stated and found are two values, with a changed input as it is now.
    """

    id: str
    stated: float
    found: float | None
    agrees: bool
    how: str
    why: str = ""
    cause: str = ""
    differs: bool = False


def check_lines(lines: Sequence[Line], read: Read, now: Read | None = None) -> tuple[LineCheck, ...]:
    """Every line against its formula, in order.

    read: readings of inputs; it raises Doubtful for one that is not as cited. now: of those, as they are now.
    """
    stated = {line.id: line.value for line in lines}
    trees: dict[str, Expression] = {}
    found: dict[str, Quantity] = {}
    broken: dict[str, str] = {}
    doubtful: dict[str, LineCheck] = {}

    def value_of(name: str) -> Quantity:
        if name not in stated:
            raise FormulaError(f"no line is called '{name}' {nearest(name, stated)}".strip())
        return Quantity(stated[name], abs(stated[name]), {name: 1.0})

    for line in lines:
        try:
            trees[line.id] = parse(line.formula)
            if (reads := set(inputs_of(trees[line.id]))) != set(line.inputs):
                raise FormulaError(_inputs_differ(reads, line.inputs))
            found[line.id] = evaluate(trees[line.id], value_of, read)
        except Doubtful as error:
            doubtful[line.id] = _as_now(line, trees[line.id], value_of, now, error)
        except FormulaError as error:
            broken[line.id] = str(error)
    solved, loops = _loops(stated, found)
    checks = (
        doubtful.get(line.id) or _check(line, trees.get(line.id), found, solved, broken, loops)
        for line in lines
    )
    return _caused(tuple(checks), trees, read)


def _as_now(
    line: Line, tree: Expression, value_of: Callable[[str], Quantity], now: Read | None, doubt: Doubtful
) -> LineCheck:
    """A line that reads an input that is not the one cited: what it gives with the input as it is now."""
    cause, why = f"input {doubt.input}", str(doubt)
    try:
        given = evaluate(tree, value_of, now) if now is not None else None
    except FormulaError:
        given = None
    if given is None:
        return LineCheck(line.id, line.value, None, False, "recomputed", why, cause)
    if agree(line.value, given.value, given.size):
        why = f"{why}; as it is now it gives the same value"
        return LineCheck(line.id, line.value, given.value, False, "recomputed", why, cause)
    why = f"stated {line.value!r}, the changed input '{doubt.input}' gives {given.value!r}"
    return LineCheck(line.id, line.value, given.value, False, "recomputed", why, cause, differs=True)


def _caused(
    checks: tuple[LineCheck, ...], trees: Mapping[str, Expression], read: Read
) -> tuple[LineCheck, ...]:
    """Disagreeing lines that agree once those that they read have the values of their own formulas: these follow."""
    wrong = {one.id: one for one in checks if one.differs}
    values = {one.id: one.stated for one in checks}

    def follows(one: LineCheck) -> LineCheck:
        before = [
            name
            for name in lines_of(trees[one.id])
            if name in wrong and name != one.id and wrong[name].found is not None
        ]
        if one.cause or not one.differs or not before:
            return one

        def put_right(name: str) -> Quantity:
            value = wrong[name].found if name in before else None
            value = values[name] if value is None else value
            return Quantity(value, abs(value))

        found = evaluate(trees[one.id], put_right, read)
        if not agree(one.stated, found.value, found.size):
            return one
        return replace(one, cause=f"line {before[0]}")

    found = tuple(follows(one) if one.id in wrong else one for one in checks)
    cause = {one.id: one.cause.removeprefix("line ") for one in found if one.cause.startswith("line ")}
    return tuple(
        before if _circular(one.id, cause) else one for one, before in zip(found, checks, strict=True)
    )


def _circular(name: str, cause: Mapping[str, str]) -> bool:
    """Whether the causes of a line lead round to one that was met before, so that none is the first."""
    seen: set[str] = set()
    while name in cause and name not in seen:
        seen.add(name)
        name = cause[name]
    return name in seen


def agree(stated: float, found: float, size: float) -> bool:
    """Whether two values are the same in double precision."""
    return abs(stated - found) <= RELATIVE * max(abs(stated), abs(found)) + OF_TERMS * size


def _check(
    line: Line,
    tree: Expression | None,
    found: Mapping[str, Quantity],
    solved: Mapping[str, float],
    broken: Mapping[str, str],
    loops: Mapping[str, str],
) -> LineCheck:
    how = "declared" if tree is not None and is_declared(tree) else "recomputed"
    if line.id in broken:
        return LineCheck(line.id, line.value, None, False, how, broken[line.id])
    if line.id in loops:
        return LineCheck(line.id, line.value, None, False, how, loops[line.id])
    value, size = found[line.id].value, found[line.id].size
    if not agree(line.value, value, size):
        why = f"stated {line.value!r}, its formula gives {value!r}"
        return LineCheck(line.id, line.value, value, False, how, why, differs=True)
    of_loop = solved.get(line.id, value)
    if not agree(line.value, of_loop, size):
        why = f"stated {line.value!r}, its loop solves to {of_loop!r}"
        return LineCheck(line.id, line.value, of_loop, False, how, why, differs=True)
    return LineCheck(line.id, line.value, of_loop, True, how)


def _inputs_differ(reads: set[str], named: Sequence[str]) -> str:
    def shown(names: Iterable[str]) -> str:
        return ", ".join(sorted(names)) or "none"

    return f"the formula reads the inputs {shown(reads)}; the line names {shown(named)}"


def _loops(
    stated: Mapping[str, float], found: Mapping[str, Quantity]
) -> tuple[dict[str, float], dict[str, str]]:
    """For lines in loops: the loop's solution; and for loops without one, why."""
    names = list(stated)
    at = {name: i for i, name in enumerate(names)}
    edges = [(at[a], at[b]) for a, q in found.items() for b, slope in q.slope.items() if slope]
    solved: dict[str, float] = {}
    refused: dict[str, str] = {}
    if not edges:
        return solved, refused
    rows, columns = np.transpose(edges)
    graph = csr_array((np.ones(rows.size), (rows, columns)), shape=(len(names), len(names)))
    count, label = connected_components(graph, directed=True, connection="strong")
    sizes = np.bincount(label, minlength=count)
    selfish = {a for a, b in edges if a == b}
    for group in range(count):
        if sizes[group] == 1 and not any(label[a] == group for a in selfish):
            continue
        members = [names[i] for i in np.flatnonzero(label == group)]
        answer = _solved(members, stated, found)
        if isinstance(answer, str):
            refused |= dict.fromkeys(members, answer)
        else:
            solved |= answer
    return solved, refused


def _solved(
    members: Sequence[str], stated: Mapping[str, float], found: Mapping[str, Quantity]
) -> dict[str, float] | str:
    """One Newton step from the stated values: the solution itself where the loop is linear, as footprints are."""
    slopes = np.array([[found[a].slope.get(b, 0.0) for b in members] for a in members])
    residual = np.array([found[a].value - stated[a] for a in members])
    system = np.eye(len(members)) - slopes
    if not np.all(np.isfinite(slopes)):
        return f"the loop of {len(members)} lines ({members[0]} …) does not determine its values"
    gain = float(np.max(np.abs(np.linalg.eigvals(slopes))))
    if np.linalg.cond(system) > 1e12:
        return f"the loop of {len(members)} lines ({members[0]} …) does not determine its values"
    if gain >= 1 and np.all(slopes >= 0):
        return f"the loop of {len(members)} lines ({members[0]} …) has gain {gain:.4g}: 1 or more"
    step = np.linalg.solve(system, residual)
    return {name: stated[name] + float(by) for name, by in zip(members, step, strict=True)}
