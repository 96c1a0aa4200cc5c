"""Amounts of a period: what every asset took and gave at each node, from planned or metered flows alike"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from zeropark.errors import Fault
from zeropark.flows import Flows
from zeropark.forms import Array
from zeropark.park.assets import Converter, Demand, Market, Storage
from zeropark.park.model import Park
from zeropark.park.period import Period

_NOISE = 1e-6
"""A rate below this share of the asset's largest is rounding of solver or meter, of either sign."""


@dataclass(frozen=True)
class Taken:
    """Amounts at one node over the period, carrier units, none negative."""

    use: float = 0.0
    make: float = 0.0


@dataclass(frozen=True)
class Stored:
    """A store over the period: what went in and out at its node.

    opening: part of the discharge that comes from what it held at first. kept: part of the charge that is still in.
    """

    charged: float
    discharged: float
    opening: float
    kept: float


@dataclass(frozen=True)
class Amounts:
    """Sums over the steps of a period."""

    park: Park
    flows: Flows
    period: Period

    @cached_property
    def hours(self) -> float:
        """Length of a step."""
        return self.flows.clock.step_hours

    @cached_property
    def years(self) -> float:
        """Length of the period in calendar years."""
        clock = self.flows.clock
        years = clock.times_local.year[self.period.steps]
        return float(
            sum(self.hours / (8784.0 if y % 4 == 0 and (y % 100 or y % 400 == 0) else 8760.0) for y in years)
        )

    @cached_property
    def faults(self) -> list[Fault]:
        """Every flow against the direction that its asset has: negative production, negative use."""
        found = []
        for (asset, node), flow in self.flows.net.items():
            for sign, words in self._one_way(asset, node):
                worst = sign * flow[self.period.steps]
                least, largest = float(np.min(worst, initial=0.0)), float(np.max(np.abs(worst), initial=0.0))
                if least < -_NOISE * max(largest, 1.0):
                    when = self.flows.clock.times_local[self.period.first + int(np.argmin(worst))]
                    what = f"{words} of {least:g} {self.park.unit_at(node)}/h, first at {when:%Y-%m-%d %H:%M}"
                    found.append(Fault("flows", None, f"{asset} at {node}", what, f"{words} of zero or more"))
        return found

    def _one_way(self, name: str, node: str) -> list[tuple[float, str]]:
        """The sign that the asset's flow at the node must have, if it may have only one."""
        asset = self.park.assets[name]
        if isinstance(asset, Converter):
            gives = any(port.node == node for way in asset.ways.values() for port in way.outputs.values())
            takes = any(port.node == node for way in asset.ways.values() for port in way.inputs.values())
            return [] if gives and takes else [(1.0, "production")] if gives else [(-1.0, "use")]
        if isinstance(asset, Demand):
            return [(-1.0, "use")]
        return [(1.0, "supply")] if asset.kind == "source" else []

    def at(self, name: str, node: str) -> Taken:
        """What an asset took and gave at a node: by its net flow, and for markets by both rates."""
        asset = self.park.assets[name]
        if isinstance(asset, Market):
            return Taken(self.total(name, "sell"), self.total(name, "buy"))
        flow = self.flows.net.get((name, node))
        if flow is None:
            return Taken()
        inside = flow[self.period.steps]
        noise = _NOISE * float(np.max(np.abs(flow), initial=0.0))
        use, make = (
            float(np.sum(sign * inside, where=sign * inside > noise)) * self.hours for sign in (-1.0, 1.0)
        )
        return Taken(use, make)

    def is_quiet(self, name: str, node: str) -> bool:
        """Whether the asset's flow at the node is on the mean of the period no more than noise of its largest."""
        flow = self.flows.net.get((name, node))
        if flow is None:
            return True
        largest = float(np.max(np.abs(flow), initial=0.0))
        return float(np.mean(np.abs(flow[self.period.steps]))) <= _NOISE * largest

    def total(self, name: str, part: str) -> float:
        """Amount of one rate; zero where the asset has no such rate."""
        rate = self.flows.rates.get((name, part))
        if rate is None:
            return 0.0
        inside = rate[self.period.steps]
        noise = _NOISE * float(np.max(np.abs(rate), initial=0.0))
        return float(np.sum(inside, where=inside > noise)) * self.hours

    def stored(self, name: str, asset: Storage) -> Stored:
        """What a store took and gave. Its content before the first step follows from the first step's balance."""
        charged, discharged = self.total(name, "charge"), self.total(name, "discharge")
        level = self.flows.rates.get((name, "level"))
        if level is None:
            opening = max(discharged - charged, 0.0)
            return Stored(charged, discharged, opening, max(charged - discharged, 0.0))
        first, keeps = self.period.first, (1.0 - asset.standing_loss) ** self.hours
        gained = self._first(name, "charge") * asset.charge_efficiency
        gained -= self._first(name, "discharge") / asset.discharge_efficiency
        before = (float(level[first]) - self.hours * gained) / keeps
        more = float(level[self.period.last - 1]) - before
        if abs(more) < 1e-9 * max(charged, discharged):
            more = 0.0
        opening = min(max(-more, 0.0) * asset.discharge_efficiency, discharged)
        return Stored(charged, discharged, opening, min(max(more, 0.0) / asset.charge_efficiency, charged))

    def _first(self, name: str, part: str) -> float:
        return float(self.flows.rates[(name, part)][self.period.first])

    def running(self, name: str, way: str) -> Array:
        """Rate of the rated carrier at which a converter ran in one mode, in each step of the period."""
        rate = self.flows.rates.get((name, f"activity:{way}"))
        if rate is None:
            return np.zeros(self.period.last - self.period.first)
        inside = rate[self.period.steps]
        return np.where(np.abs(inside) > _NOISE * float(np.max(np.abs(rate), initial=0.0)), inside, 0.0)

    def activity(self, name: str, way: str) -> float:
        """Units of the rated carrier that a converter ran in one mode.

        Meters tell modes apart by least squares: what falls below zero in one step makes up for too much in another.
        """
        return max(float(np.sum(self.running(name, way))), 0.0) * self.hours

    def added(self, name: str, part: str) -> float:
        """Capacity that was added, beyond what was there."""
        size: Array | None = self.flows.rates.get((name, part))
        asset = self.park.assets[name]
        sizing = getattr(asset, part)
        return 0.0 if size is None else max(float(size[0]) - float(sizing.existing), 0.0)
