"""Small parks with flows and attribution given by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from tests.conftest import build_park

from zeropark.carbon.attribution import Attribution
from zeropark.carbon.origins import Origin, origins_of
from zeropark.flows import Flows
from zeropark.footprint.of_park import footprints_of
from zeropark.footprint.result import ProductFootprint
from zeropark.park.model import Park
from zeropark.park.period import Period, whole
from zeropark.park.streams import net_flows, streams_of

STEPS = 4
MATERIAL = {"unit": "t", "kind": "material"}


def factor(value: float, per: str = "t", **more: Any) -> dict[str, Any]:
    return {"per": per, "footprint": value, "year": 2024, "region": "CN", "quality": "database", **more}


def flows_of(
    park: Park,
    rates: Mapping[tuple[str, str], Any],
    capacities: Mapping[tuple[str, str], float] | None = None,
) -> Flows:
    """Flows from the rates told; all others are zero, levels too."""
    steps = park.clock.steps
    known = {stream.key for stream in streams_of(park)}
    assert set(rates) <= known, set(rates) - known
    full = {
        key: np.broadcast_to(np.asarray(rates.get(key, 0.0), dtype=float), (steps,)).copy() for key in known
    }
    full |= {key: np.array([value]) for key, value in (capacities or {}).items()}
    return Flows(park.clock, full, net_flows(park, full), park.carriers_by_node)


def attributed(
    park: Park, supplied: Mapping[str, Mapping[str, Any]], kinds: Mapping[str, str] | None = None
) -> Attribution:
    """consumer → origin → MWh in each step (a number stands for every step)."""
    names = list(dict.fromkeys(origin for by in supplied.values() for origin in by))
    steps = park.clock.steps
    mwh = np.zeros((len(supplied), steps, len(names)))
    for row, by in enumerate(supplied.values()):
        for origin, amount in by.items():
            mwh[row, :, names.index(origin)] = amount
    known = {one.name: one for one in origins_of(park, tuple(n for n in names if n in park.assets), {})}
    found = [known.get(name, Origin(name, "opening", {}, None)) for name in names]
    origins = [replace(one, kind=(kinds or {}).get(one.name, one.kind)) for one in found]
    return Attribution(park.clock, tuple(origins), tuple(supplied), {}, mwh.sum(axis=2), mwh)


def footprints(
    park: Park, flows: Flows, attribution: Attribution | None = None, period: Period | None = None
) -> dict[str, ProductFootprint]:
    return footprints_of(park, flows, attribution, period or whole(park.clock))


def park_of(assets: dict[str, Any], nodes: dict[str, str], carriers: dict[str, Any], **sections: Any) -> Park:
    return build_park(assets, nodes, steps=STEPS, carriers=carriers, **sections)
