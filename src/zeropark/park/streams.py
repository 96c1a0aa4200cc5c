"""How each kind of asset moves carriers: the one place that says what its parts do at which node.

A *stream* is a non-negative rate that an asset can run at. Its ports say how much one unit of it
brings into each node (negative: takes out). Balances, flow tables, bills, Sankey diagrams and the
optimiser all read this list, so that none can disagree with another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from zeropark.forms import Array, Key, Weight
from zeropark.park.assets import Connection, Converter, Demand, Market, Source, Storage
from zeropark.park.model import Park

INF = float("inf")


@dataclass(frozen=True)
class Effect:
    """One unit of the stream brings ``amount`` units per hour into ``node``."""

    node: str
    amount: Weight


@dataclass(frozen=True)
class Stream:
    """A rate of an asset: ``lower ≤ x ≤ upper`` and, when ``sized_by`` names a capacity C of the same
    asset, ``least_share · C ≤ x ≤ most_share · C``. All may be scalars or (steps,) arrays.
    """

    asset: str
    part: str
    effects: tuple[Effect, ...] = ()
    lower: Weight = 0.0
    upper: Weight = INF
    sized_by: str | None = None
    least_share: Weight = 0.0
    most_share: Weight = 1.0

    @property
    def key(self) -> Key:
        """(asset, part)."""
        return (self.asset, self.part)


def streams_of(park: Park) -> tuple[Stream, ...]:
    """All streams of the park, in file order."""
    return tuple(
        stream for name, asset in park.assets.items() for stream in _BY_KIND[type(asset)](park, name, asset)
    )


def _source(park: Park, name: str, asset: Source) -> list[Stream]:
    share = park.availability(name)
    least: Weight = share if asset.must_run else 0.0
    return [
        Stream(
            name,
            "output",
            (Effect(asset.node, 1.0),),
            sized_by="capacity",
            least_share=least,
            most_share=share,
        )
    ]


def _demand(park: Park, name: str, asset: Demand) -> list[Stream]:
    effects = (Effect(asset.node, -1.0),)
    if asset.target is not None:
        most = INF if asset.target.max_rate is None else asset.target.max_rate
        least = asset.target.min_rate if asset.unserved_price is None else 0.0
        return [Stream(name, "intake", effects, least, most)]
    profile = needed(park, name)
    share = asset.shift.share if asset.shift else 0.0
    lower = profile * (1 - share) if asset.unserved_price is None else np.zeros_like(profile)
    return [Stream(name, "intake", effects, lower, profile * (1 + share))]


def needed(park: Park, name: str) -> Array:
    """Profile of a demand, carrier unit per hour, shape (steps,)."""
    asset = park.assets[name]
    assert isinstance(asset, Demand)
    assert asset.profile is not None
    return park.values(asset.profile)


def _converter(park: Park, name: str, asset: Converter) -> list[Stream]:
    alone = len(asset.ways) == 1
    share = park.availability(name)
    least = asset.min_load if alone and not asset.on_off else 0.0
    return [
        Stream(
            name,
            f"activity:{way}",
            activity_effects(park, asset, way),
            sized_by="capacity",
            least_share=least,
            most_share=share,
        )
        for way in asset.ways
    ]


def activity_effects(park: Park, asset: Converter, way: str) -> tuple[Effect, ...]:
    """What one unit of the rated carrier in this mode moves; constants stay scalars."""
    mode = asset.ways[way]
    effects = []
    for sign, ports in ((-1.0, mode.inputs), (1.0, mode.outputs)):
        for port in ports.values():
            constant = port.amount.constant
            amount: Weight = sign * (constant if constant is not None else park.values(port.amount))
            effects.append(Effect(port.node, amount))
    return tuple(effects)


def _storage(park: Park, name: str, asset: Storage) -> list[Stream]:
    sized_by = "power" if asset.power is not None else None
    return [
        Stream(name, "charge", (Effect(asset.node, -1.0),), sized_by=sized_by),
        Stream(name, "discharge", (Effect(asset.node, 1.0),), sized_by=sized_by),
        Stream(name, "level", (), sized_by="capacity", least_share=asset.min_level),
    ]


def _connection(park: Park, name: str, asset: Connection) -> list[Stream]:
    arrives = 1.0 - asset.loss
    streams = [
        Stream(name, "forward", (Effect(asset.start, -1.0), Effect(asset.end, arrives)), sized_by="capacity")
    ]
    if not asset.one_way:
        back = (Effect(asset.end, -1.0), Effect(asset.start, arrives))
        streams.append(Stream(name, "backward", back, sized_by="capacity"))
    return streams


def _market(park: Park, name: str, asset: Market) -> list[Stream]:
    sized_by = "capacity" if asset.capacity is not None else None
    streams = []
    if asset.buy is not None:
        most = INF if asset.buy.max_rate is None else asset.buy.max_rate
        streams.append(Stream(name, "buy", (Effect(asset.node, 1.0),), upper=most, sized_by=sized_by))
    if asset.sell is not None:
        most = INF if asset.sell.max_rate is None else asset.sell.max_rate
        streams.append(Stream(name, "sell", (Effect(asset.node, -1.0),), upper=most, sized_by=sized_by))
    if asset.certificates is not None:
        streams.append(Stream(name, "certified"))
    return streams


_BY_KIND: Mapping[type, Callable[[Park, str, Any], list[Stream]]] = {
    Source: _source,
    Demand: _demand,
    Converter: _converter,
    Storage: _storage,
    Connection: _connection,
    Market: _market,
}


def net_flows(park: Park, rates: Mapping[Key, Array]) -> dict[Key, Array]:
    """Net flow of every asset into each of its nodes, (asset, node) → (steps,)."""
    net: dict[Key, Array] = {}
    for stream in streams_of(park):
        for effect in stream.effects:
            flow = np.asarray(effect.amount * rates[stream.key], dtype=np.float64)
            key = (stream.asset, effect.node)
            net[key] = net[key] + flow if key in net else flow
    return net
