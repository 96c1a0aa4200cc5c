"""Whether what is needed at a node can get there, and what is made there can leave.

A chain of converters may run in a closed loop (steam and condensate), so a converter counts as
working until one of its nodes is surely cut off; connections only pass on what something feeds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from zeropark.errors import Fault
from zeropark.park.assets import Connection, Converter, Demand, Market, Port, Sizing, Source, Storage
from zeropark.park.spec import ParkFile

LineOf = Callable[[tuple[str | int, ...]], int | None]


@dataclass(frozen=True)
class _Way:
    """One way of running a converter: what it needs to come in, and what must go out."""

    asset: str
    mode: str
    inputs: frozenset[str]
    outputs: frozenset[str]

    def path(self, side: str, node: str) -> tuple[str | int, ...]:
        return ("assets", self.asset, *(("modes", self.mode) if self.mode else ()), side, node)


def reach_faults(spec: ParkFile, line_of: LineOf, file: str) -> list[Fault]:
    """Faults for nodes without assets, and for needs and products that no asset can bring or take.

    All references of ``spec`` must hold. Sizes count only for demands that must be met: a converter that
    has no capacity, or nothing to do, may stand idle.
    """
    faults: list[Fault] = []

    def add(path: tuple[str | int, ...], found: str, expected: str, hint: str = "") -> None:
        faults.append(Fault(file, line_of(path), ".".join(map(str, path)), found, expected, hint))

    used = {node for asset in spec.assets.values() for node in _touched(asset)}
    for name in spec.nodes:
        if name not in used:
            add(("nodes", name), "a node without any asset", "an asset at this node", "or leave the node out")
    ways = list(_ways(spec))
    linked, sized = _fed(spec, any_size=True), _fed(spec, any_size=False)
    taken = _taken(spec)
    expected = "a source, converter, market or connection that feeds it"
    for way in ways:
        for node in sorted(way.inputs - linked):
            add(way.path("inputs", node), _words("bring", spec, node), expected, _idle(ways, node))
        for node in sorted(way.outputs - taken):
            hint = "what is thrown away needs a demand or a market that takes it"
            add(way.path("outputs", node), _words("take", spec, node), "an asset that takes it", hint)
    for name, asset in spec.assets.items():
        path = ("assets", name, "node")
        if isinstance(asset, Demand) and asset.node not in (sized if _must_be_met(asset) else linked):
            add(path, _words("bring", spec, asset.node), expected, _idle(ways, asset.node))
        if isinstance(asset, Source) and asset.must_run and asset.node not in taken:
            add(path, _words("take", spec, asset.node), "an asset that takes it")
    return faults


def _words(verb: str, spec: ParkFile, node: str) -> str:
    word = "to" if verb == "bring" else "from"
    return f"nothing can {verb} {spec.nodes[node].carrier} {word} node '{node}'"


def _idle(ways: Iterable[_Way], node: str) -> str:
    """Names the converters that would feed the node if they could run."""
    idle = sorted({way.asset for way in ways if node in way.outputs})
    return f"{', '.join(idle)} could, but cannot run" if idle else ""


def _served(
    seeds: set[str],
    arcs: Iterable[tuple[str, str]],
    ways: Iterable[_Way],
    sides: Callable[[_Way], tuple[frozenset[str], frozenset[str]]],
) -> set[str]:
    """Nodes that seeds, and converters whose needs are served, reach over the arcs.

    ``sides`` gives what a converter needs and what it then serves. Drops converters that surely
    cannot run until nothing changes.
    """
    arcs, alive = list(arcs), list(ways)
    while True:
        served = seeds | {node for way in alive for node in sides(way)[1]}
        grown = True
        while grown:
            new = {end for start, end in arcs if start in served} - served
            served |= new
            grown = bool(new)
        still = [way for way in alive if sides(way)[0] <= served]
        if len(still) == len(alive):
            return served
        alive = still


def _fed(spec: ParkFile, any_size: bool) -> set[str]:
    """Nodes that something can be brought to; unless ``any_size``, not by what has no capacity."""

    def possible(sizing: Sizing | None) -> bool:
        return any_size or sizing is None or max(sizing.least, sizing.max or 0.0) > 0

    seeds: set[str] = set()
    arcs: list[tuple[str, str]] = []
    for asset in spec.assets.values():
        if isinstance(asset, Connection):
            arcs += _arcs(asset) if possible(asset.capacity) else []
        elif not isinstance(asset, (Converter, Demand)) and possible(asset.capacity) and _gives(asset):
            seeds.add(asset.node)
    return _served(seeds, arcs, _ways(spec, possible), lambda way: (way.inputs, way.outputs))


def _taken(spec: ParkFile) -> set[str]:
    """Nodes that something can be taken from, whatever the sizes."""
    seeds: set[str] = set()
    arcs: list[tuple[str, str]] = []
    for asset in spec.assets.values():
        if isinstance(asset, Connection):
            arcs += [(end, start) for start, end in _arcs(asset)]
        elif not isinstance(asset, (Converter, Source)) and _takes(asset):
            seeds.add(asset.node)
    return _served(seeds, arcs, _ways(spec), lambda way: (way.outputs, way.inputs))


def _must_be_met(asset: Demand) -> bool:
    return asset.unserved_price is None


def _gives(asset: Source | Storage | Market) -> bool:
    """Whether it brings something from outside, or from what it holds at first."""
    if isinstance(asset, Storage):
        return asset.initial not in ("cyclic", 0)
    return isinstance(asset, Source) or asset.buy is not None


def _takes(asset: Demand | Storage | Market) -> bool:
    """Whether it takes something to outside, or may end fuller, or loses some."""
    if isinstance(asset, Storage):
        lossless = asset.charge_efficiency * asset.discharge_efficiency == 1 and asset.standing_loss == 0
        return asset.initial != "cyclic" or not lossless
    return isinstance(asset, Demand) or asset.sell is not None


def _arcs(asset: Connection) -> list[tuple[str, str]]:
    there = (asset.start, asset.end)
    return [there] if asset.one_way else [there, there[::-1]]


def _ways(spec: ParkFile, possible: Callable[[Sizing], bool] = lambda sizing: True) -> Iterator[_Way]:
    for name, asset in spec.assets.items():
        if isinstance(asset, Converter) and possible(asset.capacity):
            for mode, way in asset.ways.items():
                yield _Way(name, mode, _moving(way.inputs.values()), _moving(way.outputs.values()))


def _moving(ports: Iterable[Port]) -> frozenset[str]:
    return frozenset(port.node for port in ports if port.amount.constant != 0)


def _touched(asset: object) -> set[str]:
    if isinstance(asset, Connection):
        return {asset.start, asset.end}
    if isinstance(asset, Converter):
        ports = [
            port
            for way in asset.ways.values()
            for side in (way.inputs, way.outputs)
            for port in side.values()
        ]
        return {port.node for port in ports}
    if isinstance(asset, (Source, Demand, Storage, Market)):
        return {asset.node}
    return set()
