"""Operating CO2 of electricity that a converter of the park makes: what all that it takes carries, traced to the fence."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from zeropark import units
from zeropark.carbon.carried import Carried, carried
from zeropark.carbon.factors import OperatingFactor
from zeropark.carbon.origins import COLUMNS, Generated, electricity_nodes
from zeropark.carbon.worths import Worths, worths_of
from zeropark.flows import Flows
from zeropark.forms import Array
from zeropark.park.assets import Converter
from zeropark.park.model import Park

_UNTOLD = 1e-6
"""Share of what went in without a stated factor from which on no factor is told."""


def generated_factors(park: Park, flows: Flows, names: Collection[str]) -> Generated:
    """tCO2/MWh over the whole run of what each converter generates.

    What it takes carries what it took to make it: a turbine's steam the coal of the boiler, a fuel cell's hydrogen the
    electricity of the electrolyser (by physical mix, contracts left out), counted where a carrier crosses the fence as
    in the account ``co2_combustion``; losses stay with what arrives. Its outputs share as ``footprint.allocation`` says,
    by energy where that says nothing. A converter is left out where the factor cannot be told: outputs whose worth
    nobody states, or something behind it that has no factor.
    """
    if not names:
        return {}
    worths = worths_of(park)
    found = carried(park, flows, COLUMNS, worths, edges=unshared(park, flows, worths), losses="passed on")
    told = {name: _factors(park, flows, found, name) for name in names}
    return {
        name: {c: OperatingFactor(float(f)) for c, f in zip(COLUMNS, factors, strict=True)}
        for name, factors in told.items()
        if factors is not None
    }


def unshared(park: Park, flows: Flows, worths: Worths) -> frozenset[str]:
    """Converters with several outputs that run, where nobody says how these share."""
    found = set()
    for name, asset in park.assets.items():
        if isinstance(asset, Converter):
            nodes = {port.node for way in asset.ways.values() for port in way.outputs.values()}
            given = [node for node in nodes if np.any(flows.net[name, node] > 0.0)]
            if len(given) > 1 and any(node not in worths[name] for node in given):
                found.add(name)
    return frozenset(found)


def _factors(park: Park, flows: Flows, found: Carried, name: str) -> Array | None:
    """By column. What it took while it gave nothing (standby) goes with what it gave in all."""
    net, electric = found.traced.network, electricity_nodes(park)
    made = sum(
        float(np.sum(np.maximum(flow, 0.0))) * units.factor(park.unit_at(node), "MWh")
        for (owner, node), flow in flows.net.items()
        if owner == name and node in electric
    )
    into, all_out, idle = (np.zeros(len(COLUMNS)) for _ in range(3))
    untold = whole = 0.0
    moved = [m for m, owner in enumerate(net.moves.names) if owner == name]
    for m in moved:
        start, taken = int(net.moves.start[m]), net.moves.taken[:, m]
        co2 = taken @ np.nan_to_num(found.tco2[:, start])
        all_out += co2
        if net.nodes[net.moves.end[m]] in electric:
            into += co2
            untold += float(taken @ np.nan_to_num(found.untold[:, start]))
            whole += float(taken.sum())
    for u, owner in enumerate(net.uses.names):
        if owner == name:
            idle += net.uses.rate[:, u] @ np.nan_to_num(found.tco2[:, int(net.uses.nodes[u])])
    if made <= 0.0 or whole <= 0.0 or untold > _UNTOLD * whole:
        return None
    share = np.divide(into, all_out, out=np.ones_like(into), where=all_out > 0.0)
    return np.asarray((into + idle * share) / made)
