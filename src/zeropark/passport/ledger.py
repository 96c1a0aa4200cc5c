"""Who claims which generation in which step: the table of claims that goes with a passport

Every step of every origin adds up: consumers, exports, what comes to nothing, and stores (charged: claimed; discharged:
given back) together claim what was generated. What stores held before the period is carried in at its first step, from
no meter, and bounded by a line of the statement.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from zeropark import units
from zeropark.carbon.attribution import Attribution
from zeropark.forms import Array
from zeropark.park.assets import Converter, Market, Source
from zeropark.park.model import Park
from zeropark.park.period import Period
from zeropark.statement.claims import LEDGER

STORES, EXPORTS, LOST = "(stores)", "(exports)", "(lost)"
"""Claimants that are no consumers."""
USE = "use"
"""In the column ``part``: a claim of a consumer; of the others it says what they are."""
_PARTS = {STORES: "store", EXPORTS: "export", LOST: "lost"}
_CERTIFIED = " (certified)"
_NOTHING, _NOISE = 1e-12, 1e-10


@dataclass(frozen=True)
class Claims:
    """The ledger of a period; carried: origin → MWh that no meter of the period stands behind."""

    table: pd.DataFrame
    carried: dict[str, float]


def claims_of(park: Park, attribution: Attribution, period: Period) -> Claims:
    """The ledger of all electricity in the period."""
    steps = period.steps
    times = park.clock.times_utc[steps]
    frames: list[pd.DataFrame] = []
    carried: dict[str, float] = {}
    before = _held(attribution, period)
    for k, origin in enumerate(attribution.origins):
        asset, node = meter_of(park, origin.name)
        by_claimant = {
            name: attribution.supplied_mwh[row, steps, k] for row, name in enumerate(attribution.consumers)
        }
        if attribution.ledger is not None and k < attribution.ledger.stock.shape[1]:
            stock = attribution.ledger.stock[steps, k]
            by_claimant |= {
                EXPORTS: attribution.ledger.exported[steps, k],
                LOST: attribution.ledger.lost[steps, k],
                STORES: np.diff(stock, prepend=before[k]),
            }
        frames += [_rows(times, origin.name, asset, node, who, mwh) for who, mwh in by_claimant.items()]
        moved = float(sum(np.abs(mwh).sum() for mwh in by_claimant.values()))
        if before[k] <= _NOISE * moved:  # rounding of the plan, below what verification asks for
            before[k] = 0.0
        if before[k] > 0:
            first = np.array([before[k], *np.zeros(len(times) - 1)])
            frames.append(_rows(times, origin.name, "", "", STORES, first))
        total = (
            float(before[k]) if asset else float(sum(mwh.sum() for mwh in by_claimant.values()) + before[k])
        )
        if total > _NOISE * moved:
            carried[origin.name] = total
    table = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=[*LEDGER, "part"])
    for name in (*LEDGER[1:-1], "part"):
        table[name] = table[name].astype("category")
    return Claims(table, carried)


def meter_of(park: Park, origin: str) -> tuple[str, str]:
    """Asset and node whose flow is what the origin brings; empty where nothing meters it."""
    name = origin if origin in park.assets else origin.removesuffix(_CERTIFIED)
    asset = park.assets.get(name)
    if isinstance(asset, (Source, Market)):
        return name, asset.node
    if isinstance(asset, Converter):
        for way in asset.ways.values():
            for port in way.outputs.values():
                if park.spec.carriers[park.carrier_at(port.node)].kind == "electricity":
                    return name, port.node
    return "", ""


def electric_scales(park: Park) -> dict[str, str]:
    """Facts that say how many MWh the unit of an electricity node is, where it is not one."""
    found = {}
    for node in park.spec.nodes:
        if park.spec.carriers[park.carrier_at(node)].kind == "electricity":
            scale = units.factor(park.unit_at(node), "MWh")
            if scale != 1.0:
                found[f"mwh:{node}"] = repr(scale)
    return found


def _held(attribution: Attribution, period: Period) -> Array:
    """What stores held of each origin before the period, MWh of generation, shape (origins,); nothing of paper origins."""
    held = np.zeros(len(attribution.origins))
    if attribution.ledger is not None:
        ledger = attribution.ledger
        known = ledger.stock[period.first - 1] if period.first else ledger.opening
        held[: known.size] = known
    return held


def _rows(
    times: pd.DatetimeIndex, origin: str, asset: str, node: str, claimant: str, mwh: Array
) -> pd.DataFrame:
    kept = np.abs(mwh) > _NOTHING
    return pd.DataFrame(
        {
            "time": times[kept],
            "origin": origin,
            "asset": asset,
            "node": node,
            "claimant": claimant,
            "part": _PARTS.get(claimant, USE),
            "mwh": mwh[kept],
        }
    )
