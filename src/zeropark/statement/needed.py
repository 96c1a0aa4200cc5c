"""Inputs reduced to what a statement's lines read, so that a customer is not given the secrets of a park's other tenants

flows: the assets that lines and claims name, each that only gives or only takes as its mean rate, but the meters of origins
hour by hour. claims: makers and claimants that lines name, and the stores, hour by hour; all others added up as
``(others)``. bases, factors, plant: the rows that lines read. certificates: those of the tenants behind the product, and
those sold, their buyers unnamed. park: left out. The facts ``full.NAME`` hold the hash of every file as it was: with these
an auditor does the reduction again.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from zeropark.statement.bases import BASES
from zeropark.statement.canonical import sha256
from zeropark.statement.claims import BUYER, CERTIFICATES, LEDGER, OTHERS
from zeropark.statement.formula import FLOWS, Call, FormulaError, parse, parts
from zeropark.statement.inputs import InputFault, as_table, load_input, numbers
from zeropark.statement.model import Input, Statement

FULL = "full."
"""Begins the fact that holds the hash of an input before it was reduced, or of one that was left out."""
NAMED = "park"
"""The input that no line reads, and that is left out."""
_ROWS = ("factors", "plant")
_STORES = "store"
_CLOSE = 1e-9


@dataclass(frozen=True)
class Needs:
    """What a statement's lines read."""

    statement: Statement

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        """Every reading of every line."""
        found = []
        for line in self.statement.lines:
            try:
                found += [part for part in parts(parse(line.formula)) if isinstance(part, Call)]
            except FormulaError:  # told where lines are checked
                continue
        return tuple(found)

    @cached_property
    def claimants(self) -> frozenset[str]:
        """Those that a sum over a table names."""
        found = set()
        for call in self.calls:
            where = call.arguments[{"total": 2, "dot": 3}.get(call.name, len(call.arguments)) :]
            found |= {value for key, value in zip(where[::2], where[1::2], strict=True) if key == "claimant"}
        return frozenset(found)

    @cached_property
    def makers(self) -> frozenset[str]:
        """Assets of which verification looks at all that they take: makers of outputs, and claimants."""
        made = {line.id for line in self.statement.lines if line.id.endswith(".made")}
        trees = {line.id: line.formula for line in self.statement.lines if line.id in made}
        found = set(self.claimants)
        for formula in trees.values():
            found |= {
                p.arguments[0] for p in parts(parse(formula)) if isinstance(p, Call) and p.name == "inflow"
            }
        return frozenset(found)

    def rows(self, name: str) -> frozenset[str]:
        """Rows of a JSON input that cells name."""
        return frozenset(c.arguments[1] for c in self.calls if c.name == "cell" and c.arguments[0] == name)

    def flows(self, table: pd.DataFrame, claims: pd.DataFrame | None) -> pd.DataFrame:
        """The flows of assets that are named; what is no meter of an origin as its mean rate."""
        read = {c.arguments for c in self.calls if c.name in ("flow", "inflow", "outflow")}
        meters: set[tuple[str, ...]] = set()
        if claims is not None:
            pairs = claims[["asset", "node"]].drop_duplicates().astype(str)
            meters = set(pairs.itertuples(index=False, name=None))
        kept = []
        groups: Any = table.groupby(["asset", "node"], observed=True, sort=False).indices
        for (asset, node), rows in groups.items():
            key = (str(asset), str(node))
            if key in read or key in meters or key[0] in self.makers:
                part = table.iloc[rows]
                kept.append(part if key in meters else _levelled(part))
        return pd.concat(kept, ignore_index=True) if kept else table.iloc[:0].reset_index(drop=True)

    def claims(self, table: pd.DataFrame) -> pd.DataFrame:
        """Claimants that lines name and stores as they are, the others together."""
        known = table["claimant"].astype(str).isin(self.makers) | (table["part"].astype(str) == _STORES)
        rest = table[~known]
        keys = [name for name in (*LEDGER[:-2], "part") if name in table.columns]
        labels = [rest[key].astype(str) if key != "time" else rest[key] for key in keys]
        summed = rest["mwh"].groupby(labels, sort=True).sum().reset_index().assign(claimant=OTHERS)
        both = pd.concat(
            [table[known].astype(dict.fromkeys((*keys[1:], "claimant"), str)), summed[table.columns]]
        )
        for name in (*keys[1:], "claimant"):
            both[name] = both[name].astype("category")
        return both.reset_index(drop=True)

    def bases(self, table: pd.DataFrame) -> pd.DataFrame:
        """Rows of the claimants that lines name."""
        return table[table["claimant"].astype(str).isin(self.makers)].reset_index(drop=True)


def _levelled(part: pd.DataFrame) -> pd.DataFrame:
    """The mean rate in every step, where the flow has one direction."""
    flow = numbers(part["flow"])
    if (flow > 0).any() and (flow < 0).any():
        return part
    return part.assign(flow=math.fsum(flow) / flow.size)


def certificates_needed(table: pd.DataFrame, tenants: Collection[str]) -> pd.DataFrame:
    """Certificates cancelled for some tenants, and those sold, their buyers unnamed: a later statement may cancel none."""
    wanted = table["cancelled_for"].isin(list(tenants))
    if "sold_to" in table.columns:
        wanted |= table["sold_to"].str.strip() != ""
    return _unnamed(table[wanted])


def _unnamed(table: pd.DataFrame) -> pd.DataFrame:
    if "sold_to" not in table.columns:
        return table
    return table.assign(sold_to=table["sold_to"].where(table["sold_to"].str.strip() == "", BUYER))


def full_faults(statement: Statement, folder: Path, full: Path) -> tuple[tuple[str, str], ...]:
    """(input, what is wrong, or nothing) for every input that was reduced or left out, against those in ``full``."""
    facts, needs = statement.facts or {}, Needs(statement)
    given = {one.name: one for one in statement.inputs}
    named = [name.removeprefix(FULL) for name in facts if name.startswith(FULL)]
    tables: dict[str, Any] = {}
    found: list[tuple[str, str]] = []
    for name in sorted(named):
        try:
            tables[name] = _full(name, facts[FULL + name], full)
        except InputFault as error:
            found.append((name, str(error)))
    for name, table in tables.items():
        if name in given:
            try:
                load_input(given[name], folder)
                wrong = _differs(name, needs, tables, as_table(given[name], folder))
            except InputFault as error:
                wrong = str(error)
            except (KeyError, TypeError, ValueError) as error:
                wrong = f"it cannot be reduced ({error})"
            found.append((name, wrong))
        elif table is not None:
            found.append((name, ""))
    return tuple(sorted(found))


def _full(name: str, cited: str, full: Path) -> Any:
    """The content of a full file, found by its hash. Raises InputFault."""
    for path in sorted((*full.glob(f"{name}.*"), *full.glob(f"inputs/{name}.*"))):
        if sha256(path.read_bytes()) == cited:
            return True if name == NAMED else as_table(Input(name, path.name, cited), path.parent)
    raise InputFault(f"no file {name}.* in {full} has the hash {cited[:16]}… that the statement cites")


def _differs(name: str, needs: Needs, full: Mapping[str, Any], given: Any) -> str:
    """What is wrong with a reduced input; empty where it follows from the full one."""
    if name in _ROWS:
        wanted = {row: full[name][row] for row in needs.rows(name)}
        return "" if wanted == given else "its rows are not those of the full file"
    if name == CERTIFICATES:
        rows = set(_unnamed(full[name]).itertuples(index=False, name=None))
        return (
            ""
            if set(given.itertuples(index=False, name=None)) <= rows
            else "a row is not in the full register"
        )
    if name == BASES:
        return "" if needs.bases(full[name]).equals(given) else "its rows are not those of the full file"
    made = needs.flows(full[FLOWS], full.get("claims")) if name == FLOWS else needs.claims(full[name])
    value = "flow" if name == FLOWS else "mwh"
    keys = [column for column in made.columns if column != value]
    one, other = (_sorted(table, keys) for table in (made, given))
    if list(made.columns) != list(given.columns) or not one[keys].equals(other[keys]):
        return "its rows are not those that follow from the full file"
    a, b = one[value].to_numpy(), other[value].to_numpy()
    size = max(float(np.abs(a).max(initial=0.0)), 1e-12)
    return (
        "" if bool(np.all(np.abs(a - b) <= _CLOSE * size)) else "its values do not follow from the full file"
    )


def _sorted(table: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    plain = table.assign(**{key: table[key].astype(str) for key in keys})
    return plain.sort_values(keys, ignore_index=True)
