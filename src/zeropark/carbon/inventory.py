"""A tenant's inventory by scope: CO2 of its own fuel and processes, and of the heat that it receives, beside its electricity

GHG Protocol Corporate Standard (2004), ch. 4, and Scope 2 Guidance (2015), 5: scope 1 is what own plants release;
scope 2 is electricity, steam and heat that it receives, whoever in the park made them. So one tonne stands in the scope 1 of
who burns the fuel and in the scope 2 of who receives the steam: tenants are never added up over scopes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from zeropark.carbon.attribution import BASES, Attribution, Basis
from zeropark.carbon.carried import Carried, carried
from zeropark.carbon.from_park import asset_of
from zeropark.carbon.generated import unshared
from zeropark.carbon.tenants import PARK, TenantCarbon
from zeropark.carbon.worths import worths_of
from zeropark.flows import Flows
from zeropark.forms import Array
from zeropark.park.assets import Converter, Demand, Source
from zeropark.park.model import Park

_UNTOLD = 1e-6
"""Share of what was received without a stated factor from which on its CO2 is not told."""


@dataclass(frozen=True)
class Heat:
    """Heat or steam that a tenant received at a node over a period: what it took beyond what its own plants gave there in
    the same step. amount: carrier units. tco2: by basis; None where part of what is behind it has no factor.
    """

    node: str
    amount: float
    unit: str
    tco2: Mapping[Basis, float] | None


@dataclass(frozen=True)
class Inventory:
    """Operating CO2 of one tenant by scope, tCO2. No two bases may be added.

    fuel: fossil CO2 of fuels that its plants and loads used, less what left them as fuel. process: what its plants release
    besides. electricity: on each basis; own: the part of it from the tenant's own plants, whose fuel is in ``fuel`` too.
    """

    tenant: str
    fuel: float
    process: float
    electricity: Mapping[Basis, float]
    own: Mapping[Basis, float]
    heat: tuple[Heat, ...]
    missing: tuple[str, ...] = ()

    def heat_on(self, basis: Basis) -> float | None:
        """Of all heat received; None where any of it cannot be told."""
        told = [one.tco2 for one in self.heat]
        return None if None in told else sum(one[basis] for one in told if one is not None)


def inventory_of(
    park: Park,
    flows: Flows,
    attribution: Attribution,
    tenants: Sequence[TenantCarbon],
    steps: slice,
    only: str | None = None,
) -> tuple[Inventory, ...]:
    """Of every tenant that has assets, or of one. flows: of all carriers, those that the electricity was attributed from."""
    by_name = {one.tenant: one for one in tenants}
    owners = dict.fromkeys((*by_name, *(asset.tenant or PARK for asset in park.assets.values())))
    received = {owner: _received(park, flows, owner) for owner in owners if only in (None, owner)}
    behind = _behind(park, flows) if any(received.values()) else None
    found = []
    for owner, taken in received.items():
        fuel, process = _direct(park, flows, owner, steps)
        heat = tuple(
            _heat(park, behind, node, rate, steps) for node, rate in taken.items() if behind is not None
        )
        carbon = by_name.get(owner)
        one = Inventory(
            owner,
            fuel,
            process,
            {b: carbon.operating[b].tonnes if carbon else 0.0 for b in BASES},
            {b: _own(park, attribution, carbon, b) if carbon else 0.0 for b in BASES},
            heat,
            behind.missing if behind is not None and any(h.tco2 is None for h in heat) else (),
        )
        if carbon or fuel or process or any(h.amount for h in heat):
            found.append(one)
    return tuple(found)


def _received(park: Park, flows: Flows, tenant: str) -> dict[str, Array]:
    """Node of heat or steam → (steps,) what the tenant took there net of what its own plants gave, unit per hour."""
    net: dict[str, Array] = {}
    for (name, node), flow in flows.net.items():
        asset = park.assets.get(name)
        if not isinstance(asset, Converter | Demand | Source) or (asset.tenant or PARK) != tenant:
            continue
        if park.spec.carriers[park.carrier_at(node)].kind == "heat":
            net[node] = net.get(node, np.zeros(park.clock.steps)) - flow
    taken = {node: np.maximum(rate, 0.0) for node, rate in net.items()}
    return {node: rate for node, rate in taken.items() if rate.any()}


def _behind(park: Park, flows: Flows) -> Carried:
    """What a unit carries at every node, by physical mix; what plants with outputs of unstated worth give is untold."""
    worths = worths_of(park)
    return carried(park, flows, BASES, worths, edges=unshared(park, flows, worths))


def _heat(park: Park, behind: Carried, node: str, rate: Array, steps: slice) -> Heat:
    at = behind.traced.network.nodes.index(node)
    taken = rate[steps] * park.clock.step_hours
    amount = float(taken.sum())
    untold = float(taken @ np.nan_to_num(behind.untold[steps, at]))
    told = untold <= _UNTOLD * amount
    co2 = taken @ np.nan_to_num(behind.tco2[steps, at])
    by_basis = {basis: float(value) for basis, value in zip(BASES, co2, strict=True)}
    return Heat(node, amount, park.unit_at(node), by_basis if told else None)


def _direct(park: Park, flows: Flows, tenant: str, steps: slice) -> tuple[float, float]:
    """CO2 of fuels used, and of processes, tCO2."""
    hours, fuel, process = park.clock.step_hours, 0.0, 0.0
    for (name, node), flow in flows.net.items():
        asset = park.assets.get(name)
        if isinstance(asset, Converter | Demand) and (asset.tenant or PARK) == tenant:
            fuel -= park.spec.carriers[park.carrier_at(node)].combustion * float(flow[steps].sum()) * hours
    for name, asset in park.assets.items():
        if (asset.tenant or PARK) != tenant:
            continue
        if isinstance(asset, Source) and asset.emissions:
            process += asset.emissions * float(flows.rates[name, "output"][steps].sum()) * hours
        elif isinstance(asset, Converter):
            for way, mode in asset.ways.items():
                if each := asset.emissions + mode.emissions:
                    process += each * float(flows.rates[name, f"activity:{way}"][steps].sum()) * hours
    return fuel, process


def _own(park: Park, attribution: Attribution, carbon: TenantCarbon, basis: Basis) -> float:
    """Of the tenant's electricity, what its own plants made and weighs anything, tCO2."""
    total = 0.0
    for origin in attribution.origins:
        asset = park.assets.get(asset_of(origin.name))
        factor = origin.operating[basis]
        if (
            origin.kind != "sold"
            and asset is not None
            and isinstance(asset, Converter | Source)
            and asset.tenant == carbon.tenant
        ):
            total += factor.of(carbon.split[basis][origin.name]).tonnes if factor else 0.0
    return total
