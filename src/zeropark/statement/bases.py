"""Electricity by basis: what counts as used on another basis is as much as is claimed, and all of it stands in lines"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import pandas as pd

from zeropark.statement.formula import Call, FormulaError, is_declared, parse, parts
from zeropark.statement.inputs import numbers
from zeropark.statement.model import Statement

BASES = "bases"
"""Name of the input that says how much of which origin counts as used by whom on each basis."""
COLUMNS = ("basis", "origin", "claimant", "mwh")
_TOLERANCE = 1e-6
_Amounts = Mapping[tuple[str, ...], float]


def basis_faults(statement: Statement, bases: pd.DataFrame, ledger: pd.DataFrame) -> tuple[str, ...]:
    """Claimants that lines name whose sums differ between a basis and the claims; rows that no line of a basis reads.

    A basis with an amount that is declared is not looked at for lines.
    """
    missing = [name for name in COLUMNS if name not in bases.columns]
    if missing:
        return (f"the table of bases has no column {', '.join(missing)}",)
    on, claimed = _summed(bases, COLUMNS[:3]), _summed(ledger, COLUMNS[1:3])
    calls = _calls(statement)
    named = {value for own in calls.values() for pairs in own for key, value in pairs if key == "claimant"}
    return (*_unequal(on, claimed, named), *_unread(statement, on, claimed, calls, named))


def _summed(table: pd.DataFrame, keys: Iterable[str]) -> dict[tuple[str, ...], float]:
    found: dict[tuple[str, ...], float] = {}
    columns = [table[key].astype(str) for key in keys]
    for *key, mwh in zip(*columns, numbers(table["mwh"]).tolist(), strict=True):
        found[tuple(key)] = found.get(tuple(key), 0.0) + mwh
    return found


def _of(claimed: _Amounts, claimant: str) -> float:
    return sum(mwh for (_, who), mwh in claimed.items() if who == claimant)


def _unequal(on: _Amounts, claimed: _Amounts, named: Iterable[str]) -> Iterator[str]:
    for claimant in sorted(named):
        has = _of(claimed, claimant)
        for basis in sorted({basis for basis, _, _ in on}):
            mwh = sum(x for (b, _, who), x in on.items() if (b, who) == (basis, claimant))
            if abs(mwh - has) > _TOLERANCE * max(has, 1e-3):
                yield f"'{claimant}' counts {mwh:.6g} MWh on the basis {basis}, and claims {has:.6g} MWh"


def _unread(
    statement: Statement,
    on: _Amounts,
    claimed: _Amounts,
    calls: Mapping[str, list[tuple[tuple[str, str], ...]]],
    named: set[str],
) -> Iterator[str]:
    declared = {line.id for line in statement.lines if _is_declared(line.formula)}
    for basis in sorted({basis for basis, _, _ in on} - {(statement.facts or {}).get("basis", "")}):
        prefix = f"other.basis.{basis}."
        stated = any(line.id == f"choice.basis.{basis}" for line in statement.lines)
        if not stated or any(name.startswith(prefix) for name in declared):
            continue
        read = {pairs for name, own in calls.items() if name.startswith(prefix) for pairs in own}
        for (of, origin, claimant), mwh in on.items():
            least = _TOLERANCE * max(_of(claimed, claimant), 1e-3)
            same = abs(mwh - claimed.get((origin, claimant), 0.0)) <= least
            wanted = (("basis", basis), ("origin", origin), ("claimant", claimant))
            if of == basis and claimant in named and not same and wanted not in read:
                yield f"no line on the basis {basis} tells of {mwh:.6g} MWh of '{origin}' of '{claimant}'"


def _calls(statement: Statement) -> dict[str, list[tuple[tuple[str, str], ...]]]:
    """Of every line: the conditions of the sums over tables that it reads."""
    found = {}
    for line in statement.lines:
        try:
            tree = parse(line.formula)
        except FormulaError:  # told where lines are checked
            continue
        own = [part.arguments[2:] for part in parts(tree) if isinstance(part, Call) and part.name == "total"]
        found[line.id] = [tuple(zip(where[::2], where[1::2], strict=True)) for where in own]
    return found


def _is_declared(formula: str) -> bool:
    try:
        return is_declared(parse(formula))
    except FormulaError:
        return False
