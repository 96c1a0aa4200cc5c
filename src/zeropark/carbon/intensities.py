"""Nodal intensities of every carrier: what a unit of anything at any node carries of operating CO2, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from zeropark import units
from zeropark.carbon.attribution import Basis, Origin
from zeropark.carbon.from_park import Worths, certified, network_of
from zeropark.carbon.network import with_unmetered
from zeropark.carbon.origins import electricity_nodes, origins_of
from zeropark.carbon.trace import trace
from zeropark.errors import Fault, fail_if
from zeropark.flows import Flows
from zeropark.forms import Array
from zeropark.park.assets import Market, Source
from zeropark.park.model import Park


@dataclass(frozen=True)
class Intensities:
    """tco2_per_unit: (steps, nodes), operating CO2 of a unit of the node's carrier; NaN where nothing flows."""

    nodes: tuple[str, ...]
    basis: Basis
    tco2_per_unit: Array

    def at(self, node: str) -> Array:
        """Of one node, (steps,)."""
        return np.asarray(self.tco2_per_unit[:, self.nodes.index(node)])


def intensities_of(
    park: Park, flows: Flows, *, basis: Basis = "location", worths: Worths | None = None
) -> Intensities:
    """Carbon emission flow through the whole graph: electricity, fuels, heat, hydrogen, materials.

    What enters weighs its operating CO2: electricity by the basis, a carrier bought or won by its combustion, a
    process what it releases. worths: how the outputs of a converter with several share what went in. Raises InputError.
    """
    network = with_unmetered(network_of(park, flows, worths=worths, processes=True))
    names = network.entries.names
    factors = np.zeros((len(names), 1))
    origins = {
        o.name: o
        for o in origins_of(park, tuple(n for n, at in zip(names, network.entries.nodes, strict=True)
                                        if network.nodes[at] in electricity_nodes(park)), {})
    }  # fmt: skip
    faults = []
    for row, (name, at) in enumerate(zip(names, network.entries.nodes, strict=True)):
        factor = _factor(park, name, network.nodes[at], origins, basis)
        if factor is None and network.entries.rate[:, row].any():
            faults.append(
                Fault(
                    "park.yaml", None, f"assets.{name}", "no factor", f"an operating factor (tCO2), {basis}"
                )
            )
        factors[row] = factor or 0.0
    fail_if(faults)
    mixing = park.spec.carbon.storage if park.spec.carbon else "proportional"
    found = trace(network, factors, ["tco2"], mixing=mixing)
    own = len(park.spec.nodes)  # nodes of processes come after those of the park
    return Intensities(network.nodes[:own], basis, found.content[:, :own, 0])


def _factor(park: Park, name: str, node: str, origins: Mapping[str, Origin], basis: Basis) -> float | None:
    """Operating CO2 of one unit that enters at the node."""
    if name in origins:
        factor = origins[name].operating[basis]
        return None if factor is None else factor.tco2_per_unit * units.factor(park.unit_at(node), "MWh")
    if node not in park.spec.nodes:
        return 1.0  # what a process releases is told in tCO2
    burnt = park.spec.carriers[park.carrier_at(node)].combustion
    asset = park.assets.get(name) or park.assets.get(name.removesuffix(certified("")))
    if isinstance(asset, Source):
        return asset.emissions + (0.0 if asset.origin == "recovered" else burnt)
    return burnt if isinstance(asset, Market) else 0.0
