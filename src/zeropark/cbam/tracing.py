"""Which origin a material came from: period totals of one carrier, shared pro rata wherever flows meet"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from zeropark.errors import Fault, InputError
from zeropark.flows import Flows
from zeropark.forms import Array
from zeropark.park.assets import Connection, Converter, Storage
from zeropark.park.model import Park
from zeropark.park.period import Period

Port = tuple[str, str]
"""(asset, node)."""
Place = str | tuple[str]
"""A node, or (asset,) for what an asset keeps or passes on."""
_NOTHING = 1e-12


@dataclass(frozen=True)
class Amounts:
    """What every asset gave to and took from each of its nodes over a period, carrier units."""

    given: Mapping[Port, float]
    taken: Mapping[Port, float]


def amounts_of(flows: Flows, period: Period) -> Amounts:
    """Gross amounts by port: steps in which the flow is positive are given, negative ones are taken."""
    hours = flows.clock.step_hours
    given, taken = {}, {}
    for port, net in flows.net.items():
        inside = net[period.steps]
        given[port] = float(np.maximum(inside, 0.0).sum()) * hours
        taken[port] = float(np.maximum(-inside, 0.0).sum()) * hours
    return Amounts(given, taken)


@dataclass(frozen=True)
class Traced:
    """Origins of one carrier. ``per_unit``: node → amount of every origin that stands behind one unit there.

    Losses on the way are in it, so that a row may add up to more than 1 (Annex III B: quantities that are spilt or
    lost count). An origin is a port through which the carrier enters: a market, a source, a converter's output.
    """

    origins: tuple[Port, ...]
    per_unit: Mapping[str, Array]
    keepers: frozenset[str] = frozenset()
    """Stores and whatever passes the carrier on: what they take is not used."""

    def behind(self, node: str, amount: float) -> dict[Port, float]:
        """Origins behind an amount taken at the node."""
        return {
            port: float(share) * amount
            for port, share in zip(self.origins, self.per_unit[node], strict=True)
            if share
        }


def trace(
    park: Park, flows: Flows, period: Period, amounts: Amounts, carrier: str, makers: Collection[Port] = ()
) -> Traced:
    """Solve the mixing of one carrier over the period: each node and store gives on what it got, pro rata.

    With T what reaches a node: T w = origins + Σ sent · w(from) + Σ discharged · w(store); what a connection sends
    counts whole, though only a part arrives. A converter that gives no more of the carrier than it takes (compressor,
    mill) passes it on; ``makers`` are ports that are origins whatever they take. Raises InputError where a store
    gave what was in it before.
    """
    nodes = [name for name, node in park.spec.nodes.items() if node.carrier == carrier]
    keepers = _keepers(park, amounts, nodes, makers)
    origins = tuple(
        port
        for port, amount in amounts.given.items()
        if port[1] in nodes
        and amount > _NOTHING
        and port[0] not in keepers
        and not isinstance(park.assets[port[0]], Connection)
    )
    places: list[Place] = [*nodes, *((keeper,) for keeper in keepers)]
    at = {place: index for index, place in enumerate(places)}
    mixing, entering = np.eye(len(at)), np.zeros((len(at), len(origins)))
    for node in nodes:
        row = at[node]
        arrivals = {p: a for p, a in amounts.given.items() if p[1] == node and a > _NOTHING}
        total = sum(arrivals.values())
        for (name, _), amount in arrivals.items():
            asset = park.assets[name]
            if isinstance(asset, Connection):
                start = asset.start if node == asset.end else asset.end
                mixing[row, at[start]] -= amounts.taken[name, start] / total
            elif name in keepers:
                mixing[row, at[(name,)]] -= amount / total
            else:
                entering[row, origins.index((name, node))] += amount / total
    for name in keepers:
        for node, share in _kept(park, flows, period, amounts, name, nodes).items():
            mixing[at[(name,)], at[node]] -= share
    solved = np.linalg.solve(mixing, entering) if origins else entering
    return Traced(origins, {node: solved[at[node]] for node in nodes}, frozenset(keepers))


def _keepers(park: Park, amounts: Amounts, nodes: list[str], makers: Collection[Port]) -> list[str]:
    """Stores of the carrier, and converters that pass it on."""
    found = []
    for name, asset in park.assets.items():
        if isinstance(asset, Storage) and asset.node in nodes:
            found.append(name)
        elif isinstance(asset, Converter) and not any(maker[0] == name for maker in makers):
            taken = sum(amounts.taken.get((name, node), 0.0) for node in nodes)
            given = sum(amounts.given.get((name, node), 0.0) for node in nodes)
            if given > _NOTHING and given <= taken * (1 + 1e-9):
                found.append(name)
    return found


def _kept(
    park: Park, flows: Flows, period: Period, amounts: Amounts, name: str, nodes: list[str]
) -> dict[str, float]:
    """Taken from every node per unit given on: together at least 1, by what is lost inside."""
    asset = park.assets[name]
    if isinstance(asset, Storage):
        return {asset.node: _charged(park, flows, period, amounts, name, asset)}
    given = sum(amounts.given.get((name, node), 0.0) for node in nodes)
    return {node: amounts.taken[name, node] / given for node in nodes if (name, node) in amounts.taken}


def _charged(park: Park, flows: Flows, period: Period, amounts: Amounts, name: str, store: Storage) -> float:
    """Charged per unit that left or stayed more than before: at least 1, by the losses of the store."""
    charged = amounts.taken.get((name, store.node), 0.0)
    discharged = amounts.given.get((name, store.node), 0.0)
    if discharged <= _NOTHING:
        return 0.0
    fresh = discharged + _more_inside(flows, period, name, store)
    if charged <= _NOTHING or fresh <= _NOTHING:
        where = f"assets.{name}"
        hint = "choose a longer period, or one that begins where the store is as full as at its end"
        found = f"{discharged:g} from what was in it before the period"
        expected = "origins that lie within the period"
        raise InputError([Fault("park.yaml", park.lines.get(where), where, found, expected, hint)])
    return charged / fresh


def _more_inside(flows: Flows, period: Period, name: str, store: Storage) -> float:
    """Content after the period less content before it, carrier units."""
    level = flows.rates.get((name, "level"))
    if level is None:
        return 0.0
    after = float(level[period.last - 1])
    if period.first > 0:
        return after - float(level[period.first - 1])
    hours = flows.clock.step_hours
    kept = float((1.0 - store.standing_loss) ** hours)
    net = float(flows.net[name, store.node][0])
    gained = store.charge_efficiency * max(-net, 0.0) - max(net, 0.0) / store.discharge_efficiency
    return after - (float(level[0]) - gained * hours) / kept


def used_by(traced: Traced, amounts: Amounts, assets: Iterable[str]) -> dict[Port, float]:
    """Origins behind everything that these assets take of the carrier, losses included."""
    members = set(assets) - traced.keepers
    total: dict[Port, float] = {}
    for (asset, node), amount in amounts.taken.items():
        if asset in members and node in traced.per_unit and amount > _NOTHING:
            for port, part in traced.behind(node, amount).items():
                total[port] = total.get(port, 0.0) + part
    return total
