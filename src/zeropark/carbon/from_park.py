"""From a park and its flows to the network that is traced; what is missing or negative is a fault, never zero."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from zeropark.carbon.network import NOISE, Entries, Ints, Moves, Network, Uses, columns, positions
from zeropark.carbon.stores import stores_of
from zeropark.carbon.worths import Worths
from zeropark.errors import Fault, fail_if
from zeropark.flows import Flows
from zeropark.forms import Array
from zeropark.park.assets import Connection, Converter, Demand, Market, Source, Storage
from zeropark.park.carbon_spec import METER_TOLERANCE
from zeropark.park.model import Park
from zeropark.park.streams import streams_of


def certified(market: str) -> str:
    """Name of the origin of what a market's certificates cover."""
    return f"{market} (certified)"


def sold_of(supply: str) -> str:
    """Name of the origin of what a supply brings whose certificates were sold outside the park."""
    return f"{supply} (certificate sold)"


def asset_of(origin: str) -> str:
    """The asset behind an origin's name, whatever paper says of that part of it."""
    for ending in (certified(""), sold_of("")):
        origin = origin.removesuffix(ending)
    return origin


def process_of(converter: str) -> str:
    """Name of the node and origin of what a process itself releases, in tCO2."""
    return f"process of {converter}"


@dataclass
class _Collected:
    """Parts of a network while they are collected; ``names`` and places in step with the rates."""

    park: Park
    flows: Flows
    at: dict[str, int]
    worths: Worths
    cut: bool
    processes: bool
    edges: Collection[str]
    sold: Mapping[str, Array]
    entries: list[tuple[str, str, Array]] = field(default_factory=list)
    uses: list[tuple[str, str, Array]] = field(default_factory=list)
    moves: list[tuple[str, str, str, Array, Array, Array]] = field(default_factory=list)
    stores: list[tuple[str, Storage]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def net(self, asset: str, node: str) -> Array:
        """Flow of the asset into the node."""
        return self.flows.net[asset, node]

    def rate(self, asset: str, part: str) -> Array:
        """A rate that cannot be negative; rounding below zero is cut off, more is a fault."""
        rate = np.asarray(self.flows.rates[asset, part], dtype=np.float64)
        self._judge(rate, rate, f"{asset} {part}", "no negative rate: nothing is produced or used below zero")
        return np.maximum(rate, 0.0)

    def only(self, asset: str, node: str, sign: float, expected: str) -> None:
        """A fault where a flow that has one sign by nature has the other."""
        flow = self.net(asset, node)
        self._judge(sign * flow, flow, f"{asset} at {node}", expected)

    def _judge(self, rate: Array, told: Array, where: str, expected: str) -> None:
        largest = float(np.max(np.abs(rate), initial=0.0))
        if float(np.min(rate, initial=0.0)) < -NOISE * max(largest, 1e-12):
            step = int(np.argmin(rate))
            when = self.park.clock.times_local[step].strftime("%Y-%m-%d %H:%M")
            hint = "flows are positive into the node"
            self.faults.append(Fault("flows", None, where, f"{told[step]:g} at {when}", expected, hint))


def network_of(
    park: Park,
    flows: Flows,
    *,
    nodes: Collection[str] | None = None,
    worths: Worths | None = None,
    processes: bool = False,
    edges: Collection[str] = (),
    sold: Mapping[str, Array] | None = None,
) -> Network:
    """The network of all nodes, or of some alone: converters then are consumers and origins at their edge.

    worths: how the outputs of a converter with several share what went in; needed for each such converter, where
    its carriers are followed through it. processes: what converters release enters too, in tCO2, at nodes of its own,
    and goes with their outputs. edges: converters that nothing is followed through all the same. sold: supply →
    (steps,) share of it that enters as an origin of its own. Raises InputError with every fault.
    """
    names = tuple(park.spec.nodes) if nodes is None else tuple(n for n in park.spec.nodes if n in nodes)
    at = {name: n for n, name in enumerate(names)}
    fail_if(_missing(park, flows, frozenset(names)))
    collected = _Collected(park, flows, at, worths or {}, nodes is not None, processes, edges, sold or {})
    for name, asset in park.assets.items():
        _BY_KIND[type(asset)](collected, name, asset)
    stores = stores_of(park, flows, collected.stores, collected.at, collected.rate)
    fail_if(collected.faults)
    steps = park.clock.steps
    return Network(
        tuple(collected.at),
        steps,
        park.clock.step_hours,
        _entries(collected, steps),
        _uses(collected, steps),
        _moves(collected, steps),
        stores,
        METER_TOLERANCE if park.spec.carbon is None else park.spec.carbon.meter_tolerance,
    )


def _missing(park: Park, flows: Flows, nodes: frozenset[str]) -> list[Fault]:
    """Flows at these nodes that are not there, or not in every step."""
    faults = []
    needed = ((s.asset, e.node) for s in streams_of(park) for e in s.effects if e.node in nodes)
    for asset, node in dict.fromkeys(needed):
        flow = flows.net.get((asset, node))
        where = f"{asset} at {node}"
        if flow is None:
            faults.append(Fault("flows", None, where, "no flow", "the flow of every asset in every step"))
        elif flow.shape != (park.clock.steps,) or not np.isfinite(flow).all():
            bad = flow.size if flow.shape != (park.clock.steps,) else int(np.sum(~np.isfinite(flow)))
            first = int(np.argmax(~np.isfinite(flow))) if flow.size else 0
            when = park.clock.times_local[min(first, park.clock.steps - 1)].strftime("%Y-%m-%d %H:%M")
            found = (
                f"{bad} values for {park.clock.steps} steps"
                if flow.shape != (park.clock.steps,)
                else f"{bad} steps missing, first {when}"
            )
            faults.append(
                Fault("flows", None, where, found, "one number for each step: a missing hour is not zero")
            )
    return faults


def _source(c: _Collected, name: str, asset: Source) -> None:
    if asset.node in c.at:
        _enter(c, name, name, asset.node, c.rate(name, "output"))


def _enter(c: _Collected, origin: str, supply: str, node: str, rate: Array) -> None:
    """What a supply brings; the part of it whose certificates are sold enters under another name."""
    share = c.sold.get(supply)
    if share is not None:
        c.entries.append((sold_of(supply), node, rate * share))
        rate = rate * (1.0 - share)
    c.entries.append((origin, node, rate))


def _demand(c: _Collected, name: str, asset: Demand) -> None:
    if asset.serves is not None and not c.cut:
        return  # goes into the process that it serves
    if asset.node in c.at:
        c.uses.append((name, asset.node, c.rate(name, "intake")))


def _market(c: _Collected, name: str, asset: Market) -> None:
    if asset.node not in c.at:
        return
    if asset.buy is not None:
        bought = c.rate(name, "buy")
        if asset.certificates is not None:
            covered = np.minimum(c.rate(name, "certified"), bought)
            _enter(c, certified(name), name, asset.node, covered)
            bought = bought - covered
        _enter(c, name, name, asset.node, bought)
    if asset.sell is not None:
        c.uses.append((name, asset.node, c.rate(name, "sell")))


def _storage(c: _Collected, name: str, asset: Storage) -> None:
    if asset.node in c.at:
        c.stores.append((name, asset))


def _connection(c: _Collected, name: str, asset: Connection) -> None:
    if asset.start not in c.at or asset.end not in c.at:
        return
    start, end = c.net(name, asset.start), c.net(name, asset.end)
    if asset.one_way:
        c.only(name, asset.start, -1.0, "nothing from a one-way line at its beginning")
        c.only(name, asset.end, 1.0, "nothing into a one-way line at its end")
    for a, b, out, into in ((asset.start, asset.end, start, end), (asset.end, asset.start, end, start)):
        taken = np.maximum(-out, 0.0)
        arrives = np.minimum(taken, np.maximum(into, 0.0))  # what arrives beyond it, nobody saw coming
        if taken.any():
            c.moves.append((name, a, b, taken, arrives, arrives))


def _converter(c: _Collected, name: str, asset: Converter) -> None:
    enter = dict.fromkeys(port.node for way in asset.ways.values() for port in way.inputs.values())
    leave = dict.fromkeys(port.node for way in asset.ways.values() for port in way.outputs.values())
    inside = [node for node in (*enter, *(n for n in leave if n not in enter)) if node in c.at]
    for node in inside:
        if node not in enter or node not in leave:
            side, sign = ("an input", -1.0) if node in enter else ("an output", 1.0)
            c.only(name, node, sign, f"the other sign: the node is {side}")
    taken = {n: np.maximum(-c.net(name, n), 0.0) for n in inside}
    given = {n: np.maximum(c.net(name, n), 0.0) for n in inside}
    cut = c.cut or name in c.edges
    if not c.cut:
        for load, served in c.park.assets.items():
            if isinstance(served, Demand) and served.serves == name:
                taken[served.node] = taken.get(served.node, 0.0) + c.rate(load, "intake")
    taken, given = ({n: flow for n, flow in side.items() if flow.any()} for side in (taken, given))
    released = _released(c, name, asset) if c.processes and not cut else np.zeros(c.park.clock.steps)
    if cut or not given or not (taken or released.any()):
        c.uses += [(name, node, flow) for node, flow in taken.items()]
        c.entries += [(name, node, flow) for node, flow in given.items()]
        return
    shares = _shares(c, name, given)
    if shares is not None:
        _through(c, name, taken, given, released, shares)


def _through(
    c: _Collected,
    name: str,
    taken: Mapping[str, Array],
    given: Mapping[str, Array],
    released: Array,
    shares: Mapping[str, Array],
) -> None:
    """What a converter takes and releases goes into what it gives; what it gives of nothing enters there."""
    none = np.zeros(c.park.clock.steps)
    if released.any():
        c.at[process_of(name)] = len(c.at)
        c.entries.append((process_of(name), process_of(name), released))
        for node in given:
            part = released * shares[node]
            c.moves.append((name, process_of(name), node, part, part, none))
    fed = np.any([flow > 0.0 for flow in (*taken.values(), none)], axis=0)
    for node, flow in given.items():
        bare = np.where(fed, 0.0, flow)
        if bare.any():
            c.entries.append((name, node, bare))
        for number, source in enumerate(taken):
            part = taken[source] * shares[node]
            c.moves.append((name, source, node, part, part, flow - bare if number == 0 else none))
    idle = sum(shares.values(), none) <= 0.0
    for source, flow in taken.items():
        if (lost := np.where(idle, flow, 0.0)).any():
            c.uses.append((name, source, lost))


def _released(c: _Collected, name: str, asset: Converter) -> Array:
    """tCO2 per hour of the process itself."""
    parts = [
        c.rate(name, f"activity:{way}") * (asset.emissions + mode.emissions)
        for way, mode in asset.ways.items()
    ]
    return np.asarray(np.sum(parts, axis=0))


def _shares(c: _Collected, name: str, given: Mapping[str, Array]) -> dict[str, Array] | None:
    """Share of what went in that each output carries, in each step; None where nobody says how they share."""
    if len(given) == 1:
        return {node: (flow > 0.0).astype(np.float64) for node, flow in given.items()}
    worths = c.worths.get(name, {})
    if missing := [node for node in given if node not in worths]:
        c.faults.append(
            Fault(
                "park.yaml",
                c.park.lines.get(f"assets.{name}"),
                f"assets.{name}.outputs",
                f"{len(given)} outputs, and no worth of {', '.join(missing)}",
                "what one unit of each output is worth where they share what went in",
                f"set footprint.allocation.{name}, and the worth of its carriers",
            )
        )
        return None
    total = np.sum([worths[node] * flow for node, flow in given.items()], axis=0)
    return {
        node: np.divide(worths[node] * flow, total, out=np.zeros_like(total), where=total > 0.0)
        for node, flow in given.items()
    }


def _entries(c: _Collected, steps: int) -> Entries:
    return Entries(
        tuple(name for name, _, _ in c.entries),
        positions([node for _, node, _ in c.entries], c.at),
        columns([rate for _, _, rate in c.entries], steps),
    )


def _uses(c: _Collected, steps: int) -> Uses:
    return Uses(
        tuple(name for name, _, _ in c.uses),
        positions([node for _, node, _ in c.uses], c.at),
        columns([rate for _, _, rate in c.uses], steps),
    )


def _moves(c: _Collected, steps: int) -> Moves:
    def place(which: int) -> Ints:
        return positions([str(move[which]) for move in c.moves], c.at)

    taken, carried, arrives = (
        columns([np.asarray(move[which]) for move in c.moves], steps) for which in (3, 4, 5)
    )
    return Moves(tuple(move[0] for move in c.moves), place(1), place(2), taken, carried, arrives)


_BY_KIND: Mapping[type, Callable[[_Collected, str, Any], None]] = {
    Source: _source,
    Demand: _demand,
    Converter: _converter,
    Storage: _storage,
    Connection: _connection,
    Market: _market,
}
