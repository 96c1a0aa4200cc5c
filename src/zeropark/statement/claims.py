"""Who claims which generation in which step: nothing twice, nothing before it was generated, no certificate for two.

The ledger is a table ``time, origin, asset, node, claimant, mwh``; ``asset`` and ``node`` name the meter behind the
origin. In every step the claims on a meter add up to no more than what its flow brought. A store claims what charges it
and gives back (negative rows) what it supplies: never more than it had, origin by origin. An origin without a meter (what
a store held at first) is bounded, over the whole period, by the line ``limit.ORIGIN``.

Statements of one chain and park are read together. A later one about the same subject and period replaces the earlier;
of the same claimant's claims on the same step and origin the largest counts, so that two products of one plant may rest
on the same ledger; everything else adds up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from zeropark.statement.formula import ident
from zeropark.statement.inputs import Rates, moments, numbers
from zeropark.statement.model import Statement

LEDGER = ("time", "origin", "asset", "node", "claimant", "mwh")
_KEYS = ["time", "origin", "asset", "node", "claimant"]
OTHERS = "(others)"
"""Claimant that stands for all whom a reduced ledger does not name."""
CERTIFICATES = "certificates"
"""Name of the input that lists certificates."""
REGISTER = ("certificate", "supply", "from", "to", "mwh", "cancelled_for", "cancelled_on")
SOLD = ("sold_to", "sold_on")
"""Columns that a register may have: certificates of the park's own plants that went to a buyer outside."""
BUYER = "(buyer)"
"""Stands for a buyer whom a reduced register does not name."""
LIMIT = "limit."
"""Begins the id of the line that bounds an origin without a meter."""
_TOLERANCE = 1e-9
_LEAST = 1e-2
"""MWh in a step below which the tolerance no longer shrinks: a meter that tells only noise of a plan claims noise."""
_TOLD = 5


@dataclass(frozen=True)
class Claimed:
    """A statement with the tables that its claims stand in; None where it has none."""

    statement: Statement
    hash: str
    ledger: pd.DataFrame | None
    ledger_hash: str
    certificates: pd.DataFrame | None


def standing(chain: Sequence[Claimed]) -> tuple[Claimed, ...]:
    """Those that no later one replaces; the newest comes first."""
    seen: set[tuple[str, str, str, str]] = set()
    found = []
    for one in chain:
        key = one.statement.park, one.statement.kind, one.statement.subject, one.statement.period
        if key not in seen:
            seen.add(key)
            found.append(one)
    return tuple(found)


def ledger_faults(chain: Sequence[Claimed], rates: Rates) -> tuple[str, ...]:
    """What is claimed twice, or without generation; ``rates`` are the metered flows of the newest statement."""
    newest = chain[0]
    if newest.ledger is None:
        return ()
    wrong = _table_fault(newest.ledger)
    if wrong:
        return (wrong,)
    own = _ledger(newest.ledger)
    if not own["time"].isin(rates.times).all():
        return ("claims stand on steps that the flows do not cover",)
    faults = tuple(_over(own, rates, newest.statement))
    together = _together(chain, own, rates)
    if faults or together is own:
        return faults
    return tuple(_over(together, rates, newest.statement))


def _together(chain: Sequence[Claimed], own: pd.DataFrame, rates: Rates) -> pd.DataFrame:
    """The newest ledger with what earlier statements of the same park claim beside it in the same steps."""
    seen = {chain[0].ledger_hash}
    frames = [own]
    for earlier in standing(chain)[1:]:
        if (
            earlier.ledger is None
            or earlier.ledger_hash in seen
            or earlier.statement.park != chain[0].statement.park
        ):
            continue
        seen.add(earlier.ledger_hash)
        if not _table_fault(earlier.ledger):
            frames.append(_inside(_ledger(earlier.ledger), rates))
    if len(frames) == 1:
        return own
    table = pd.concat(frames, ignore_index=True)
    # whom one ledger does not name may have a name in another: counted once, by name
    table = table[table["claimant"].astype(str) != OTHERS].reset_index(drop=True)
    largest = table["mwh"].abs().groupby([table[k] for k in _KEYS], sort=False).idxmax()
    return table.loc[largest.to_numpy()]


def _inside(ledger: pd.DataFrame, rates: Rates) -> pd.DataFrame:
    """An earlier ledger's rows in the steps of the newest; not what its stores brought into its own period, which the
    newest counts by itself.
    """
    metered = set(ledger.loc[ledger["asset"] != "", "origin"])
    carried = (ledger["asset"] == "") & ledger["origin"].isin(metered)
    found: pd.DataFrame = ledger[ledger["time"].isin(rates.times) & ~carried]
    return found


def _ledger(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of one statement, added up by their keys, so that a repeated row counts twice."""
    found = table.loc[:, list(LEDGER)].copy()
    found["time"], found["mwh"] = moments(found["time"]), numbers(found["mwh"])
    for name in _KEYS[1:]:
        found[name] = found[name].astype(str).astype("category")
    summed = found.groupby(_KEYS, sort=True, observed=True)["mwh"].sum()
    return summed.reset_index()


def _over(ledger: pd.DataFrame, rates: Rates, statement: Statement) -> Iterator[str]:
    at = np.searchsorted(rates.times, ledger["time"].to_numpy())
    meters: Any = ledger.groupby(["asset", "node"], sort=False, observed=True).indices
    for (asset, node), rows in meters.items():
        if not asset:
            yield from _unmetered(ledger.iloc[rows], statement)
            continue
        if (asset, node) not in rates.by:
            total = float(ledger["mwh"].to_numpy()[rows].sum())
            yield f"'{asset}' has no metered flow at '{node}', yet {total:.6g} MWh of it are claimed"
            continue
        claimed = np.bincount(at[rows], weights=ledger["mwh"].to_numpy()[rows], minlength=rates.times.size)
        made = np.maximum(rates.by[asset, node], 0.0) * (rates.hours * mwh_of(statement, node))
        over = np.flatnonzero(claimed > made + _TOLERANCE * max(float(made.max(initial=0.0)), _LEAST))
        yield from (_twice(asset, i, claimed, made, ledger.iloc[rows], rates) for i in over[:_TOLD])
        if over.size > _TOLD:
            yield f"'{asset}' is claimed beyond its generation in {over.size - _TOLD} more steps"
    yield from _given_back(ledger)


def mwh_of(statement: Statement, node: str) -> float:
    """MWh in the unit of a node's flows; a fact says so where it is not one."""
    try:
        return float((statement.facts or {}).get(f"mwh:{node}", "1"))
    except ValueError:
        return 0.0


def _unmetered(rows: pd.DataFrame, statement: Statement) -> Iterator[str]:
    limits = {line.id: line.value for line in statement.lines if line.id.startswith(LIMIT)}
    for origin, claimed in rows.groupby("origin", observed=True)["mwh"].sum().items():
        limit = limits.get(LIMIT + ident(str(origin)))
        if limit is None:
            yield f"'{origin}' is claimed ({claimed:.6g} MWh), but no line says how much there was"
        elif claimed > limit + _TOLERANCE * max(limit, 1e-6):
            yield f"double claim: {claimed:.9g} MWh of '{origin}' are claimed, there were {limit:.9g} MWh"


def _twice(origin: str, step: int, claimed: Any, made: Any, rows: pd.DataFrame, rates: Rates) -> str:
    here = rows[rows["time"] == rates.times[step]]
    shown = ", ".join(f"{who} {mwh:.6g}" for who, mwh in zip(here["claimant"], here["mwh"], strict=True))
    when = np.datetime_as_string(rates.times[step], unit="m")
    return (
        f"double claim: {claimed[step]:.9g} MWh of '{origin}' are claimed at {when} UTC, "
        f"{made[step]:.9g} MWh were generated ({shown})"
    )


def _given_back(ledger: pd.DataFrame) -> Iterator[str]:
    """A store gives back what it claimed before, no more, origin by origin."""
    stores = ledger.loc[ledger["mwh"] < 0, "claimant"].unique()
    theirs = ledger[ledger["claimant"].isin(stores)]
    for (claimant, origin), rows in theirs.groupby(["claimant", "origin"], observed=True):
        mwh = rows.sort_values("time")["mwh"].to_numpy()
        short = -float(np.cumsum(mwh).min())
        if short > _TOLERANCE * max(float(np.abs(mwh).sum()), 1e-6):
            yield f"'{claimant}' gives back {short:.6g} MWh of '{origin}' more than it had claimed by then"


def _table_fault(table: pd.DataFrame) -> str:
    missing = [name for name in LEDGER if name not in table.columns]
    if missing:
        return f"the claims have no column {', '.join(missing)}"
    if not np.all(np.isfinite(numbers(table["mwh"]))):
        return "the claims have values that are no number"
    return ""


def certificate_faults(chain: Sequence[Claimed]) -> tuple[str, ...]:
    """Certificates that went to two: in one register, or in different statements; cancelled or sold, either is for good."""
    faults: list[str] = []
    seen: dict[str, tuple[Mapping[str, str], Claimed]] = {}
    for one in standing(chain):
        if one.certificates is None:
            continue
        missing = [name for name in REGISTER if name not in one.certificates.columns]
        if missing:
            faults.append(f"the certificates have no column {', '.join(missing)}")
            continue
        columns = [name for name in (*REGISTER, *SOLD) if name in one.certificates.columns]
        rows = one.certificates.loc[:, columns].astype(str)
        rows = rows.assign(**{name: "" for name in SOLD if name not in columns})
        gone = rows[["cancelled_for", "sold_to"]].apply(lambda column: column.str.strip()) != ""
        rows = rows[gone.any(axis=1)]  # the others are bought, and nothing was done with them yet
        twice = rows.loc[rows["certificate"].duplicated(), "certificate"].unique()
        faults += [f"certificate '{name}' {_twice_gone(rows, name)} in the register" for name in twice]
        for row in rows[gone.loc[rows.index].all(axis=1)].to_dict("records"):
            faults.append(f"certificate '{row['certificate']}' is both cancelled and sold in the register")
        for row in rows.drop_duplicates("certificate").to_dict("records"):
            said = {"park": one.statement.park} | {str(k): str(v) for k, v in row.items()}
            before = seen.setdefault(said["certificate"], (said, one))
            if before[1] is not one and not _alike(before[0], said):
                faults.append(_gone_twice(before, (said, one)))
    return tuple(faults)


def _alike(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Whether two registers say the same of a certificate, as far as both tell the buyer."""
    hidden = (
        {"sold_to"}
        if BUYER in (one["sold_to"], other["sold_to"]) and _is_sold(one) == _is_sold(other)
        else set()
    )
    return all(one[name] == other[name] for name in one if name not in hidden)


def _is_sold(row: Mapping[str, str]) -> bool:
    return bool(row["sold_to"].strip())


def _twice_gone(rows: pd.DataFrame, name: str) -> str:
    sold = {bool(str(buyer).strip()) for buyer in rows.loc[rows["certificate"] == name, "sold_to"]}
    return (
        "is sold twice"
        if sold == {True}
        else "is cancelled twice"
        if sold == {False}
        else "is cancelled and sold"
    )


def _gone_twice(later: tuple[Mapping[str, str], Claimed], earlier: tuple[Mapping[str, str], Claimed]) -> str:
    sold = {_is_sold(said[0]) for said in (later, earlier)}

    def words(said: tuple[Mapping[str, str], Claimed]) -> str:
        row, one = said
        day = row["sold_on" if _is_sold(row) else "cancelled_on"]
        whom = f"to {row['sold_to']}" if _is_sold(row) else f"for {row['cancelled_for']}"
        verb = "" if len(sold) == 1 else "sold " if _is_sold(row) else "cancelled "
        return f"{verb}{whom} on {day} ({one.statement.subject}, {one.hash[:12]}…)"

    gone = "cancelled and sold" if len(sold) == 2 else "sold twice" if sold == {True} else "cancelled twice"
    return f"certificate '{later[0]['certificate']}' is {gone}: {words(later)} and {words(earlier)}"
