"""Whether a statement leaves something out: sums that skip a line, electricity and inputs that no line speaks of

A forger can make every line agree with its formula and still tell less than there was. So the sum of a footprint must
name every line of its kind, each a product of amount and factor; what a process takes from the flows, and what it claims
of each origin, must stand in a line of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from zeropark.statement.claims import mwh_of
from zeropark.statement.formula import (
    Call,
    Expression,
    FormulaError,
    Product,
    Ref,
    Sum,
    ident,
    is_declared,
    parse,
    parts,
)
from zeropark.statement.inputs import Rates, numbers
from zeropark.statement.model import Statement

_TOTAL, _FOOTPRINT, _VALUE, _OWN = "total.kgco2e", ".footprint", ".kgco2e", "product."
HOURLY = "hourly"
"""The basis of the ledger of claims."""
_TOLERANCE = 1e-6
_Trees = Mapping[str, Expression]


def is_footprint(statement: Statement) -> bool:
    """Whether the statement tells a footprint line by line."""
    return any(line.id == _TOTAL for line in statement.lines)


def form_faults(statement: Statement) -> tuple[str, ...]:
    """Sums that do not name every line of their kind; lines that are no product of amount and factor."""
    trees = _trees(statement)
    sums = {_TOTAL: _OWN} | {
        name: f"{name.removesuffix(_FOOTPRINT)}.of."
        for name in trees
        if name.startswith("process.") and name.endswith(_FOOTPRINT)
    }
    found = []
    for name, prefix in sums.items():
        wanted = {one for one in trees if one.startswith(prefix) and one.endswith(_VALUE)}
        if name not in trees or wanted == _summed(trees[name]):
            found += [text for one in sorted(wanted) if (text := _multiplied(one, trees))]
            continue
        named = _summed(trees[name])
        if named is None:
            found.append(f"'{name}' is no sum of lines")
        else:
            odd = sorted(wanted ^ named)
            found.append(f"'{name}' is not the sum of all {prefix}…{_VALUE}: {', '.join(odd[:3])}")
    bare = [
        x.id for x in statement.lines if x.id in trees and is_declared(trees[x.id]) and not x.source.strip()
    ]
    return (*found, *(f"'{name}' is declared without a source" for name in bare))


def omission_faults(
    statement: Statement, rates: Rates, ledger: pd.DataFrame | None, bases: pd.DataFrame | None = None
) -> tuple[str, ...]:
    """What processes took, by the flows and the ledger, and no line of theirs speaks of.

    bases: where the value is of another basis than the ledger, which is hourly, its origins are those of this table. A
    process with an amount that is declared, because it comes through stores, is not looked at for what it took.
    """
    trees = _trees(statement)
    electric = _electric(rates, ledger)
    used = _used(statement, ledger, bases)
    found: list[str] = []
    for process in (name.removesuffix(".made") for name in trees if name.endswith(".made")):
        own = {name: tree for name, tree in trees.items() if name.startswith(f"{process}.of.")}
        calls = [part for tree in own.values() for part in parts(tree) if isinstance(part, Call)]
        maker = _maker(trees[f"{process}.made"])
        declared = any(name.endswith(".amount") and is_declared(tree) for name, tree in own.items())
        if maker and own and not declared:
            read = {call.arguments for call in calls if call.name == "outflow"}
            for (asset, node), flow in rates.by.items():
                if asset == maker and node not in electric and (asset, node) not in read and _taken(flow):
                    found.append(f"'{process}' has no line of what '{asset}' took at '{node}'")
        if used is not None:
            found += _unclaimed(process, calls, own, used)
    return tuple(found)


def use_faults(statement: Statement, rates: Rates, ledger: pd.DataFrame) -> tuple[str, ...]:
    """Processes, and claimants that lines name, that used more electricity than they claim."""
    electric = _electric(rates, ledger)
    # a store gives back in negative rows: what it took are the others
    taken = np.maximum(numbers(ledger["mwh"]), 0.0)
    claimed = pd.Series(taken).groupby(ledger["claimant"].astype(str).to_numpy()).sum()
    trees = _trees(statement)
    calls = [part for tree in trees.values() for part in parts(tree) if isinstance(part, Call)]
    named = {value for call in calls for key, value in _where(call) if key == "claimant"}
    named |= {_maker(tree) for name, tree in trees.items() if name.endswith(".made")}
    found = []
    for claimant in sorted(named):
        mwh = float(claimed.get(claimant, 0.0))
        used = sum(
            float(np.maximum(-flow, 0.0).sum()) * rates.hours * mwh_of(statement, node)
            for (asset, node), flow in rates.by.items()
            if asset == claimant and node in electric
        )
        if used > mwh + _TOLERANCE * max(used, 1e-3):
            found.append(f"'{claimant}' used {used:.6g} MWh and claims only {mwh:.6g} MWh of any origin")
    return tuple(found)


def _trees(statement: Statement) -> dict[str, Expression]:
    found = {}
    for line in statement.lines:
        try:
            found[line.id] = parse(line.formula)
        except FormulaError:  # told where lines are checked
            continue
    return found


def _summed(tree: Expression) -> set[str] | None:
    """Lines that a plain sum names, each once; None where it is none. Nothing to add up is zero."""
    terms = tree.terms if isinstance(tree, Sum) else ((1, tree),)
    if is_declared(tree):
        return set() if getattr(tree, "value", 1.0) == 0 else None
    names = [part.line for sign, part in terms if sign == 1 and isinstance(part, Ref)]
    return set(names) if len(names) == len(terms) == len(set(names)) else None


def _multiplied(name: str, trees: _Trees) -> str:
    """What is wrong with a line that should be an amount times a factor; empty where nothing is."""
    base, tree = name.removesuffix(_VALUE), trees[name]
    factors = [part.line for power, part in tree.factors if power == 1 and isinstance(part, Ref)] \
        if isinstance(tree, Product) and len(tree.factors) == 2 else []  # fmt: skip
    wanted = {f"{base}.amount", f"{base}.factor"}
    return (
        ""
        if set(factors) == wanted and wanted <= set(trees)
        else f"'{name}' is not its amount times its factor"
    )


def _maker(tree: Expression) -> str:
    """The asset whose output a line counts."""
    return tree.arguments[0] if isinstance(tree, Call) and tree.name == "inflow" else ""


def _taken(flow: Any) -> bool:
    return float(np.maximum(-flow, 0.0).sum()) > _TOLERANCE * max(float(np.abs(flow).sum()), 1e-6)


def _used(
    statement: Statement, ledger: pd.DataFrame | None, bases: pd.DataFrame | None
) -> pd.DataFrame | None:
    """Rows origin, asset, claimant, mwh on the basis of the value: those of the ledger where it has no table of its own."""
    basis = (statement.facts or {}).get("basis", "")
    if ledger is None or bases is None or basis in ("", HOURLY):
        return ledger
    own = bases[bases["basis"].astype(str) == basis]
    metered = ledger["asset"].astype(str) != ""
    known = set(ledger["origin"].astype(str)) - set(ledger.loc[metered, "origin"].astype(str))
    return own.assign(asset=["" if origin in known else origin for origin in own["origin"].astype(str)])


def _unclaimed(process: str, calls: Sequence[Call], own: _Trees, ledger: pd.DataFrame) -> Iterator[str]:
    """Origins that a claimant of the process has, and no line of the process names."""
    claimants = {value for call in calls for key, value in _where(call) if key == "claimant"}
    rows = ledger[ledger["claimant"].astype(str).isin(claimants) & (ledger["asset"].astype(str) != "")]
    total = float(np.abs(numbers(rows["mwh"])).sum())
    sums = pd.Series(numbers(rows["mwh"])).groupby(rows["origin"].astype(str).to_numpy()).sum()
    for origin, mwh in sums.items():
        line = f"{process}.of.electricity.{ident(str(origin))}"
        if float(mwh) > _TOLERANCE * total and not any(name.startswith(line) for name in own):
            yield f"'{process}' has no line of {float(mwh):.6g} MWh of '{origin}' that are claimed for it"


def _where(call: Call) -> list[tuple[str, str]]:
    rest = call.arguments[{"total": 2, "dot": 3}.get(call.name, len(call.arguments)) :]
    return list(zip(rest[::2], rest[1::2], strict=True))


def _electric(rates: Rates, ledger: pd.DataFrame | None) -> set[str]:
    """Nodes of electricity: those of the carriers at the meters of the ledger."""
    if ledger is None:
        return set()
    meters = {str(node) for node in ledger["node"].unique() if str(node)}
    carriers = {rates.carriers[node] for node in meters if node in rates.carriers}
    return meters | {node for node, carrier in rates.carriers.items() if carrier in carriers}
