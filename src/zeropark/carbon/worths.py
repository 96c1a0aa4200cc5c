"""How the outputs of a converter share what went in: as the park states it, by energy where it states nothing."""

from __future__ import annotations

from collections.abc import Mapping

from zeropark.park.assets import Converter
from zeropark.park.footprint_checks import is_coproduct, worth_of
from zeropark.park.model import Park

Worths = Mapping[str, Mapping[str, float]]
"""Converter → output node → what one unit is worth where its outputs share what went in."""


def worths_of(park: Park) -> Worths:
    """How the outputs of converters share: the way that ``footprint.allocation`` says, by energy where it says none.

    Waste carries nothing (ISO 14044:2006, 4.3.4.2), water no energy. What the park does not state is left out, and told
    as a fault by whoever needs it.
    """
    spec = park.spec
    ways = spec.footprint.allocation if spec.footprint is not None else {}
    worths: dict[str, dict[str, float]] = {}
    for name, asset in park.assets.items():
        if isinstance(asset, Converter):
            way = ways.get(name, "energy")
            nodes = {port.node for mode in asset.ways.values() for port in mode.outputs.values()}
            stated = {
                node: worth_of(spec.carriers[park.carrier_at(node)], way)
                if is_coproduct(spec.carriers[park.carrier_at(node)], way)
                else 0.0
                for node in nodes
            }
            if way == "energy":
                water = [node for node in nodes if spec.carriers[park.carrier_at(node)].kind == "water"]
                stated |= {node: 0.0 for node in water if stated[node] is None}
            worths[name] = {node: worth for node, worth in stated.items() if worth is not None}
    return worths
