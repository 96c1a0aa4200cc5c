"""Reading flows from a file: the table that ``zeropark plan`` writes, or one made from meters."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from zeropark.errors import Fault, InputError, nearest
from zeropark.flows import CERTIFICATES, FLOW_COLUMNS
from zeropark.forms import Array, Key
from zeropark.park.assets import Market, Storage
from zeropark.park.flowtimes import clock_fault, problem, seen_steps, unreadable
from zeropark.park.model import Park
from zeropark.park.period import period_of
from zeropark.park.streams import streams_of
from zeropark.texts import both


def read_flows(
    path: Path, park: Park, nodes: Collection[str] | None = None
) -> tuple[dict[Key, Array], dict[str, Array]]:
    """Net flows (asset, node) → (steps,), and what each market's certificates covered; of all nodes, or of some alone.

    Raises InputError with every fault: columns, unknown names, missing or repeated times, no number.
    """
    table = _table(path, FLOW_COLUMNS)
    expected = flows_of(park)
    covered = {
        (name, CERTIFICATES)
        for name, asset in park.assets.items()
        if isinstance(asset, Market) and asset.certificates is not None
    }
    if nodes is not None:  # rows of other nodes are none of this reading's
        other = {node for _, node in expected if node not in nodes}
        table = table[~table["node"].astype(str).isin(other)]
        expected = {(asset, node) for asset, node in expected if node in nodes}
        covered = {(name, key) for name, key in covered if getattr(park.assets[name], "node", None) in nodes}
    net, faults = _series(table, path, park, expected | covered)
    if faults and not net:
        raise InputError(faults)
    faults += [
        Fault(
            path.name, None, f"{asset} at {node}", "no rows", "the flow of every asset at each of its nodes"
        )
        for asset, node in sorted(expected - set(net))
        if not any(f.field == f"{asset} at {node}" for f in faults)
    ]
    if faults:
        raise InputError(faults)
    certified = {asset: net.pop((asset, node)) for asset, node in covered if (asset, node) in net}
    return net, certified


@dataclass(frozen=True)
class OnlyDays:
    """Days of a park's time that a table of flows is read on. overrides: of the park, as ``--set``."""

    overrides: dict[str, str]
    note: str


def only_days(park: Park, path: Path, period: str | None) -> OnlyDays | None:
    """The days of the period, where one is given and the table does not cover all of the park's time; else None.

    Raises InputError for a text that is no period of the park's time.
    """
    if period is None:
        return None
    times = pd.to_datetime(_table(path, ("time",))["time"], utc=True, errors="coerce").dropna()
    if times.empty or seen_steps(park, times).all():
        return None
    found = period_of(period, park.clock)
    time = park.spec.time
    last = (
        ("time.end", str(found.end)) if time.end else ("time.days", str((found.end - found.begin).days + 1))
    )
    return OnlyDays(
        {"time.start": str(found.begin), last[0]: last[1]},
        both(
            f"the flows do not cover all of the park's time: read from {found.begin} to {found.end} alone; what stores held "
            "before is not known",
            f"流量未覆盖园区全部时段：仅读取 {found.begin} 至 {found.end}；期初储能来源未知",
        ),
    )


def flows_of(park: Park) -> set[Key]:
    """Every (asset, node) that a whole table of flows has."""
    return {(stream.asset, effect.node) for stream in streams_of(park) for effect in stream.effects}


def lacking(path: Path, park: Park) -> set[Key]:
    """(asset, node) that a table of flows has no rows of."""
    table = _table(path, ("asset", "node"))[["asset", "node"]].astype(str).drop_duplicates()
    return flows_of(park) - set(zip(table["asset"], table["node"], strict=True))


def read_levels(path: Path, park: Park, nodes: Collection[str] | None = None) -> dict[str, Array]:
    """Content of stores at the end of each step, asset → (steps,); of all stores, or of those at some nodes."""
    table = _table(path, ("time", "asset", "level")).rename(columns={"level": "flow"})
    stores = {name for name, asset in park.assets.items() if isinstance(asset, Storage)}
    if nodes is not None:
        other = {name for name in stores if getattr(park.assets[name], "node", None) not in nodes}
        table, stores = table[~table["asset"].isin(other)].copy(), stores - other
    if table.empty and not stores:
        return {}  # what a plan of a park without stores leaves
    table["node"] = ""
    found, faults = _series(table, path, park, {(name, "") for name in stores}, period=False)
    if faults:
        raise InputError(faults)
    return {asset: values for (asset, _), values in found.items()}


def read_capacities(path: Path, park: Park) -> dict[Key, float]:
    """Total capacities from a ``summary.json``, (asset, part) → existing + added. Raises InputError."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))["capacities"]
        found = {
            (row["asset"], row.get("part", "capacity")): float(row["existing"]) + float(row["added"])
            for row in rows
        }
    except (OSError, ValueError, KeyError, TypeError, UnicodeDecodeError) as error:
        raise InputError(
            [Fault(path.name, None, "capacities", "no list of capacities", "a summary.json of zeropark")]
        ) from error
    wanted = {key for key, _ in park.sizings()}
    of = park_of_summary(path)
    hint = f"it belongs to '{of}'" if of not in ("", park.spec.name) else ""
    faults = [
        Fault(path.name, None, f"capacities.{asset}", "nothing", f"the {part} of '{asset}'", hint)
        for asset, part in sorted(wanted - set(found))
    ]
    if faults:
        raise InputError(faults)
    return {key: found[key] for key in wanted}


def park_of_summary(path: Path) -> str:
    """Name of the park that a ``summary.json`` tells of; empty where it tells none."""
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))["park"]["name"])
    except (OSError, ValueError, KeyError, TypeError, UnicodeDecodeError):
        return ""


def existing_capacities(park: Park) -> dict[Key, float]:
    """What is there already, (asset, part) → capacity units."""
    return {key: sizing.existing for key, sizing in park.sizings()}


def _table(path: Path, columns: tuple[str, ...]) -> pd.DataFrame:
    try:
        lines = path.suffix.lower() == ".csv"
        table = pd.read_csv(path) if lines else pd.read_parquet(path)
        table.attrs["lines"] = lines
    except FileNotFoundError as error:
        raise InputError(
            [Fault(str(path), None, "file", "no file", "a table of flows (Parquet or CSV)")]
        ) from error
    except Exception as error:  # pyarrow and pandas raise many kinds for a broken file
        hint = "save the sheet as CSV" if path.suffix.lower() in (".xlsx", ".xls", ".ods") else ""
        raise InputError(
            [Fault(path.name, None, "file", "an unreadable table", "Parquet or CSV", hint)]
        ) from error
    missing = [name for name in columns if name not in table.columns]
    if missing:
        raise InputError(
            [
                Fault(
                    path.name,
                    1,
                    name,
                    "no such column",
                    ", ".join(columns),
                    nearest(name, map(str, table.columns)),
                )
                for name in missing
            ]
        )
    return table


def _series(
    table: pd.DataFrame, path: Path, park: Park, expected: set[Key], period: bool = True
) -> tuple[dict[Key, Array], list[Fault]]:
    """One array per (asset, node) on the park's steps, and the faults. period: whether another could be asked for."""
    faults: list[Fault] = []
    times = pd.to_datetime(table["time"], utc=True, errors="coerce")
    bad = unreadable(table, times, path.name)
    if bad is not None:
        return {}, [bad]
    position = pd.Series(np.arange(park.clock.steps), index=park.clock.times_utc)
    at = position.reindex(times).to_numpy()
    if (clash := clock_fault(park, times, path.name, period)) is not None:
        return {}, [clash]
    values = pd.to_numeric(table["flow"], errors="coerce").to_numpy(dtype=np.float64)
    found: dict[Key, Array] = {}
    groups: Any = table.groupby(["asset", "node"], observed=True, sort=False).indices
    for (asset, node), rows in groups.items():
        key, where = (str(asset), str(node)), f"{asset} at {node}" if node else str(asset)
        if key not in expected:
            known = {a for a, _ in expected}
            hint = (
                nearest(str(asset), known)
                if asset not in known
                else nearest(str(node), {n for a, n in expected if a == asset})
            )
            faults.append(
                Fault(
                    path.name, None, where, "an unknown asset or node", "assets and nodes of the park", hint
                )
            )
            continue
        inside = ~np.isnan(at[rows])
        steps, flow = at[rows][inside].astype(np.int64), values[rows][inside]
        line, wrong = problem(park, table, rows[inside], steps, flow)
        if wrong:
            faults.append(
                Fault(path.name, line, where, wrong, f"one number for each of {park.clock.steps} steps")
            )
            continue
        series = np.empty(park.clock.steps)
        series[steps] = flow
        found[key] = series
    return found, faults


def beside(path: Path, name: str) -> Path | None:
    """The file of that name beside another, if it is there."""
    candidate = path.parent / name
    return candidate if candidate.is_file() else None
