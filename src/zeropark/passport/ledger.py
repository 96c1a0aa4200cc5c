"""Who claims which generation in which step: the table of claims that goes with a passport

Hourly matched: who has what of which origin is the split of the hours, so that paper origins stand beside the meters that
they came by. Every step of every origin adds up: consumers, exports, what comes to nothing, and stores (charged: claimed;
discharged: given back) together claim what was generated. What stores held before the period is carried in at its first
step, from no meter, and bounded by a line of the statement.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from zeropark import units
from zeropark.carbon.attribution import Attribution
from zeropark.carbon.from_park import asset_of
from zeropark.carbon.origins import PAPERS
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
    supplied, used = (_during(attribution, steps, which) for which in ("supplied", "hourly"))
    for k, origin in enumerate(attribution.origins):
        if origin.name in PAPERS:
            continue
        asset, node = meter_of(park, origin.name)
        by_claimant = {name: used[row, :, k] for row, name in enumerate(attribution.consumers)}
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
    for origin_name, (asset, node), who, mwh in _by_paper(park, attribution, supplied, used):
        frames.append(_rows(times, origin_name, asset, node, who, mwh))
        if not asset:
            carried[origin_name] = carried.get(origin_name, 0.0) + float(mwh.sum())
    table = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=[*LEDGER, "part"])
    for name in (*LEDGER[1:-1], "part"):
        table[name] = table[name].astype("category")
    return Claims(table, carried)


def _during(attribution: Attribution, steps: slice, which: str) -> Array:
    """Of the blocks of a period, side by side, (consumers, steps, origins)."""
    return np.concatenate([getattr(block, which) for block in attribution.blocks(steps)], axis=1)


def _by_paper(
    park: Park, attribution: Attribution, supplied: Array, used: Array
) -> Iterator[tuple[str, tuple[str, str], str, Array]]:
    """What paper tells as another origin, with the meter that it came by: (origin, meter, consumer, MWh in each step).

    Where more than one paper takes from more than one meter, each takes of each pro rata.
    """
    names = [origin.name for origin in attribution.origins]
    papers = [k for k, name in enumerate(names) if name in PAPERS]
    meters: dict[tuple[str, str], list[int]] = {}
    for k, name in enumerate(names):
        if k not in papers:
            meters.setdefault(meter_of(park, name), []).append(k)
    for row, consumer in enumerate(attribution.consumers):
        whole = used[row][:, papers].sum(axis=1)
        if not whole.any():
            continue
        for meter, own in meters.items():
            moved = np.maximum((supplied[row] - used[row])[:, own].sum(axis=1), 0.0)
            part = np.divide(moved, whole, out=np.zeros_like(whole), where=whole > 0.0)
            for k in papers:
                yield names[k], meter, consumer, used[row, :, k] * part


def meter_of(park: Park, origin: str) -> tuple[str, str]:
    """Asset and node whose flow is what the origin brings; empty where nothing meters it."""
    name = origin if origin in park.assets else asset_of(origin)
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
