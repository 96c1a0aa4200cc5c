"""Modes of a converter that give different things are processes of their own: nothing that one causes goes to the other

ISO 14044:2006, 4.3.4.2 a: a process that can be divided is divided before anything is shared among co-products. Modes
that give the same things (fuel switching) stay one process. What meters saw at a node is divided among the modes as they
ran: activity times the amount that the park file states for the mode; where one mode takes what another gives, that
amount itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from zeropark.footprint.amounts import Amounts, Taken
from zeropark.forms import Array
from zeropark.park.assets import Converter, Mode, Ports
from zeropark.park.footprint_checks import are_apart
from zeropark.park.streams import activity_effects

_PORTS: tuple[Callable[[Mode], Ports], ...] = (lambda way: way.outputs, lambda way: way.inputs)


def process_of(name: str, way: str) -> str:
    """The process that stands for one mode of a converter."""
    return f"{name}:{way}"


@dataclass(frozen=True)
class Modes:
    """One converter over the period. ways: those that are processes of their own; one, ``None``, where it is undivided."""

    amounts: Amounts
    name: str
    asset: Converter
    _nominal: dict[str, dict[str, Array]] = field(default_factory=dict, repr=False)

    @property
    def apart(self) -> bool:
        """Whether each mode is a process of its own."""
        return are_apart(self.amounts.park.spec, self.asset)

    @property
    def processes(self) -> dict[str, str | None]:
        """Process → its mode; None stands for all modes as one."""
        if not self.apart:
            return {self.name: None}
        return {process_of(self.name, way): way for way in self.asset.ways}

    def at(self, node: str, way: str | None) -> Taken:
        """What a mode took and gave at a node in the period: its part of what the converter did."""
        whole = self.amounts.at(self.name, node)
        if way is None:
            return whole
        if self._both_ways(node):
            hours = self.amounts.hours
            return Taken(*(float(np.sum(self._rate(node, way, sign))) * hours for sign in (-1.0, 1.0)))
        return Taken(whole.use * self._part(node, way, -1.0), whole.make * self._part(node, way, 1.0))

    def ran(self, way: str | None) -> float:
        """A mode's part of all that the converter ran in the period."""
        if way is None:
            return 1.0
        total = sum(self.amounts.activity(self.name, one) for one in self.asset.ways)
        return self.amounts.activity(self.name, way) / total if total > 0 else 1.0 / len(self.asset.ways)

    def electricity(self, nodes: list[str], way: str | None) -> Array | float:
        """A mode's part of the converter's electricity in each step of the period, (steps,)."""
        if way is None:
            return 1.0
        used = {
            one: sum((self._rate(node, one, -1.0) for node in nodes), np.zeros(1)) for one in self.asset.ways
        }
        whole = sum(used.values(), np.zeros(1))
        period = float(np.sum(used[way])) / float(np.sum(whole)) if np.any(whole > 0) else self.ran(way)
        return np.asarray(np.divide(used[way], whole, out=np.full(whole.shape, period), where=whole > 0))

    def _both_ways(self, node: str) -> bool:
        """Whether some modes give to the node and others take from it: a net flow hides what goes round."""
        given, taken = (
            {port.node for way in self.asset.ways.values() for port in ports(way).values()}
            for ports in _PORTS
        )
        return node in given and node in taken

    def _part(self, node: str, way: str, sign: float) -> float:
        own, whole = (
            sum(float(np.sum(self._rate(node, one, sign))) for one in ways)
            for ways in ([way], self.asset.ways)
        )
        return own / whole if whole > 0 else self.ran(way)

    def _rate(self, node: str, way: str, sign: float) -> Array:
        """What the mode gives (1) to a node, or takes (-1) from it, by the park file, in each step of the period."""
        if way not in self._nominal:
            steps = self.amounts.period.steps
            activity = self.amounts.running(self.name, way)
            found: dict[str, Array] = {}
            for effect in activity_effects(self.amounts.park, self.asset, way):
                amount = np.broadcast_to(effect.amount, self.amounts.flows.clock.steps)[steps]
                found[effect.node] = found.get(effect.node, np.zeros(activity.shape)) + amount * activity
            self._nominal[way] = found
        rate = self._nominal[way].get(node)
        return (
            np.zeros(self.amounts.running(self.name, way).shape)
            if rate is None
            else np.maximum(sign * rate, 0.0)
        )
