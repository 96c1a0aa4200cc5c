"""Nodal intensities of every carrier: what a unit of anything at any node carries of operating CO2, step by step."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from zeropark.carbon.audit import audit
from zeropark.carbon.carried import carried
from zeropark.carbon.from_park import asset_of
from zeropark.carbon.origins import Basis, electricity_nodes
from zeropark.carbon.worths import Worths
from zeropark.errors import Fault, fail_if
from zeropark.flows import Flows
from zeropark.forms import Array
from zeropark.park.model import Park


@dataclass(frozen=True)
class Intensities:
    """tco2_per_unit: (steps, nodes), operating CO2 of a unit of the node's carrier; NaN where none flows or can tell.

    worst: largest share of any colour of the trace that does not add up over all carriers (``audit.py``). missing: assets
    that bring heat, steam or hydrogen without a factor. untold: (steps, nodes) share of what a unit is made of that comes
    from them; above 0 its intensity cannot be told.
    """

    nodes: tuple[str, ...]
    basis: Basis
    tco2_per_unit: Array
    worst: float = 0.0
    missing: tuple[str, ...] = ()
    untold: Array = field(default_factory=lambda: np.zeros((0, 0)))

    def at(self, node: str) -> Array:
        """Of one node, (steps,)."""
        return np.asarray(self.tco2_per_unit[:, self.nodes.index(node)])


def intensities_of(
    park: Park, flows: Flows, *, basis: Basis = "location", worths: Worths | None = None
) -> Intensities:
    """Carbon emission flow through the whole graph: electricity, fuels, heat, hydrogen, materials.

    What enters weighs its operating CO2: electricity by the basis, a carrier bought or won by its combustion, a
    process what it releases, heat and hydrogen bought what the market states. worths: how the outputs of a converter with
    several share what went in. Raises InputError, also for electricity without a factor.
    """
    found = carried(park, flows, (basis,), worths or {})
    fail_if(
        Fault("park.yaml", None, f"assets.{name}", "no factor", f"an operating factor (tCO2), {basis}")
        for name in found.missing
        if park.assets[asset_of(name)].kind == "converter" or _brings_electricity(park, asset_of(name))
    )
    own = len(park.spec.nodes)  # nodes of processes come after those of the park
    tco2 = np.where(found.untold[:, :own] > 1e-9, np.nan, found.tco2[:, :own, 0])
    return Intensities(
        found.traced.network.nodes[:own],
        basis,
        tco2,
        audit(found.traced).worst,
        found.missing,
        found.untold[:, :own],
    )


def _brings_electricity(park: Park, name: str) -> bool:
    return getattr(park.assets[name], "node", "") in electricity_nodes(park)
