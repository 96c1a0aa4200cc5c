"""A passport issued again from the park and its flows, and compared with the one that was given, line by line

What lines and hashes cannot prove follows from this: that the electricity was attributed as the park's contracts and wires
have it, that the factors are those of the park file, and that every line which ought to be there is.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from zeropark.carbon.attribution import Attribution
from zeropark.errors import nearest
from zeropark.flows import Flows
from zeropark.footprint.result import ProductFootprint
from zeropark.park.model import Park
from zeropark.passport.statement_of import SET
from zeropark.passport.write import draft
from zeropark.statement.inputs import InputFault, as_table
from zeropark.statement.model import Input, Line, Statement
from zeropark.statement.needed import FULL, NAMED
from zeropark.statement.read import read_statement
from zeropark.statement.verify import AGAIN, Check, Verification

_CLOSE = 1e-9
_VERSION = "zeropark_version"
_TABLES = (".parquet",)
_TOLD, _LEAD, _LONGEST = 5, 20, 90
_WORDS = ("formula", "unit", "title", "clause", "source", "mark", "inputs")


def overrides_of(statement: Statement) -> dict[str, str]:
    """What was set for the run that a statement was issued in: path in the park file → value."""
    facts = statement.facts or {}
    return {name.removeprefix(SET): text for name, text in facts.items() if name.startswith(SET)}


def with_again(
    found: Verification,
    park: Park,
    flows: Flows,
    attribution: Attribution | None,
    footprint: ProductFootprint,
) -> Verification:
    """A verification with the comparison in it. footprint: of the same product, period and basis, from these flows."""
    checks = again_checks(found.path, park, flows, attribution, footprint)
    return replace(found, checks=(*(one for one in found.checks if one.what != AGAIN), *checks))


def again_checks(
    path: Path, park: Park, flows: Flows, attribution: Attribution | None, footprint: ProductFootprint
) -> tuple[Check, ...]:
    """What the statement in ``path`` and one issued now differ in: facts, each input, lines."""
    given = read_statement(path).statement
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        whole = not any(fact.startswith(FULL) for fact in given.facts or {})
        made = draft(park, flows, attribution, footprint, place, given.previous, whole)
        checks = [
            _check("facts", [*_heads(given, made), *_facts(given, made)]),
            *(
                _check(f"input {one}", wrong)
                for one, wrong in _inputs(given, made, path.parent, place).items()
            ),
            _check("lines", list(_lines(given, made))),
        ]
    if checks[0].ok and (own := overrides_of(given)):
        told = "; ".join(f"{where} = {value}" for where, value in own.items())
        checks[0] = replace(checks[0], why=f"with values set for the run, not as in park.yaml: {told}")
    other = (given.facts or {}).get(_VERSION, ""), metadata.version("zeropark")
    if other[0] == other[1]:
        return tuple(checks)
    hint = f" (issued by zeropark {other[0]}, this is {other[1]})"
    return tuple(replace(one, why=one.why + hint) if one.ok is False else one for one in checks)


def _check(what: str, wrong: list[str]) -> Check:
    if not wrong:
        return Check(f"{AGAIN}: {what}", True)
    more = f"; and {len(wrong) - _TOLD} more" if len(wrong) > _TOLD else ""
    return Check(f"{AGAIN}: {what}", False, "; ".join(wrong[:_TOLD]) + more)


def _heads(given: Statement, made: Statement) -> Iterator[str]:
    for name in ("kind", "subject", "park", "period", "claims"):
        stated, found = getattr(given, name), getattr(made, name)
        if stated != found:
            yield f"{name} is '{stated}', the park gives '{found}'"


def _facts(given: Statement, made: Statement) -> Iterator[str]:
    """Facts that differ; of hashes of full tables those that any library writes alike: texts, and the park file."""
    binary = {FULL + one.name for one in made.inputs if Path(one.file).suffix in _TABLES}
    stated, found = dict(given.facts or {}), dict(made.facts or {})
    for name in sorted({*stated, *found} - binary - {_VERSION}):
        if stated.get(name) != found.get(name):
            if name == FULL + NAMED:
                yield "the park file is not the one that the statement cites"
                continue
            yield f"{name} is '{stated.get(name, 'not stated')}', the park gives '{found.get(name, 'none')}'"


def _inputs(given: Statement, made: Statement, folder: Path, place: Path) -> dict[str, list[str]]:
    stated, found = ({one.name: one for one in x.inputs} for x in (given, made))
    wrong: dict[str, list[str]] = {}
    for name in sorted({*stated, *found}):
        if name not in stated or name not in found:
            wrong[name] = [f"{'the park gives none' if name in stated else 'it is missing'}"]
        elif stated[name].sha256 == found[name].sha256:
            wrong[name] = []
        elif name == NAMED:
            wrong[name] = ["the park file is not the one that the statement cites"]
        else:
            wrong[name] = _tables(stated[name], folder, found[name], place)
    return wrong


def _tables(given: Input, folder: Path, made: Input, place: Path) -> list[str]:
    try:
        stated, found = as_table(given, folder), as_table(made, place)
    except InputFault as error:
        return [str(error)]
    if isinstance(stated, pd.DataFrame) and isinstance(found, pd.DataFrame):
        return list(_rows(stated, found))
    if isinstance(stated, dict) and isinstance(found, dict):
        return list(_cells(stated, found))
    return ["it is another kind of file"]


def _cells(stated: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[str]:
    """Rows of numbers and texts: which cells differ."""
    for row in sorted({*stated, *found}):
        if row not in stated or row not in found:
            yield f"'{row}' {'is not in the park file' if row in stated else 'is missing'}"
            continue
        for cell in sorted({*stated[row], *found[row]}):
            one, other = stated[row].get(cell), found[row].get(cell)
            if one != other and not _near(one, other):
                yield f"'{row}', '{cell}' is {one!r}, the park gives {other!r}"


def _near(one: object, other: object) -> bool:
    numbers = isinstance(one, (int, float)) and isinstance(other, (int, float))
    return numbers and abs(one - other) <= _CLOSE * max(abs(one), abs(other))  # type: ignore[operator, arg-type]


def _rows(stated: pd.DataFrame, found: pd.DataFrame) -> Iterator[str]:
    """Tables of one amount by keys: where an amount differs by more than 1e-9 of the largest of its series."""
    if list(stated.columns) != list(found.columns):
        yield f"its columns are {', '.join(map(str, stated.columns))}, not {', '.join(map(str, found.columns))}"
        return
    value = next((name for name in ("flow", "mwh") if name in stated.columns), None)
    if value is None or "certificate" in stated.columns:
        if set(stated.itertuples(index=False, name=None)) != set(found.itertuples(index=False, name=None)):
            yield "its rows are not those that the park gives"
        return
    keys = [name for name in stated.columns if name != value]
    one, other = (_summed(table, keys, value) for table in (stated, found))
    both = pd.concat({"stated": one, "found": other}, axis=1).fillna(0.0)
    groups = [name for name in keys if name != "time"]
    largest = both.abs().max(axis=1).groupby(level=groups).transform("max")
    apart = (both["stated"] - both["found"]).abs() > _CLOSE * np.maximum(largest, _CLOSE)
    if not apart.any():
        return
    sums = both[apart].groupby(level=groups).sum()
    order = (sums["stated"] - sums["found"]).abs().sort_values(ascending=False).index
    for key in order:
        words = " ".join(
            dict.fromkeys(str(part) for part in (key if isinstance(key, tuple) else (key,)) if str(part))
        )
        a, b = sums.loc[key, "stated"], sums.loc[key, "found"]
        yield f"{words}: {a:.9g} where it differs, the park gives {b:.9g}"


def _summed(table: pd.DataFrame, keys: list[str], value: str) -> Any:
    plain = table.assign(
        **{key: table[key].astype(str) for key in keys}, **{value: table[value].astype(float)}
    )
    return plain.groupby(keys, sort=True)[value].sum()


def _lines(given: Statement, made: Statement) -> Iterator[str]:
    """Lines that are missing or too many, then those with other words or formulas, then those with another value."""
    stated, found = ({line.id: line for line in x.lines} for x in (given, made))
    for name in (name for name in found if name not in stated):
        yield f"'{name}' ({found[name].value:.9g} {found[name].unit}) is missing"
    for name in (name for name in stated if name not in found):
        yield f"'{name}' is no line that the park gives {nearest(name, found)}".strip()
    pairs = [(line, found[name]) for name, line in stated.items() if name in found]
    told = {one.id: words for one, other in pairs if (words := _words(one, other))}
    yield from (f"'{name}': {words}" for name, words in told.items())
    for one, other in pairs:
        size = max(abs(one.value), abs(other.value))
        if one.id not in told and abs(one.value - other.value) > _CLOSE * size:
            yield f"'{one.id}': {one.value!r}, the park gives {other.value!r}"


def _words(given: Line, made: Line) -> str:
    for name in _WORDS:
        one, other = getattr(given, name), getattr(made, name)
        if one != other and not (name == "formula" and _declared(one, other)):
            return f"{name} is '{_from_there(one, other)}', the park gives '{_from_there(other, one)}'"
    return ""


def _from_there(text: object, other: object) -> str:
    """A long text from where it leaves the other."""
    one, two = str(text), str(other)
    same = next(
        (i for i, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two))
    )
    begin = max(same - _LEAD, 0)
    cut = one[begin : begin + _LONGEST]
    return f"{'…' if begin else ''}{cut}{'…' if begin + _LONGEST < len(one) else ''}"


def _declared(one: str, other: str) -> bool:
    """Whether both are declared numbers: their values are compared."""
    try:
        return math.isfinite(float(one)) and math.isfinite(float(other))
    except ValueError:
        return False
