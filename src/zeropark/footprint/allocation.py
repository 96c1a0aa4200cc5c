"""How co-products share what their process causes: by mass, economic value, element content or energy"""

from __future__ import annotations

from collections.abc import Mapping

from zeropark import units
from zeropark.park.footprint_spec import AllocationBy
from zeropark.park.spec import Carrier

WAYS: tuple[AllocationBy, ...] = ("mass", "economic", "element", "energy")
TITLES: Mapping[str, str] = {
    "mass": "by mass / 按质量",
    "economic": "by economic value / 按经济价值",
    "element": "by element content / 按元素含量",
    "energy": "by energy content / 按能量",
    "none": "nothing to share / 无需分摊",
    "mixed": "by several ways / 多种方式",
}
_FIELDS: Mapping[AllocationBy, str] = {
    "mass": "mass",
    "economic": "price",
    "element": "element",
    "energy": "energy",
}


def field_of(way: AllocationBy) -> str:
    """The field of ``worth`` that a way needs."""
    return _FIELDS[way]


def worth_of(carrier: Carrier, way: AllocationBy) -> float | None:
    """What one unit of the carrier counts; None where the park does not state it.

    A unit of mass is its own mass, one of energy its own energy content.
    """
    stated: float | None = getattr(carrier.worth, _FIELDS[way])
    if stated is not None:
        return stated
    own = {"mass": "t", "energy": "GJ"}.get(way)
    return units.factor(carrier.unit, own) if own and units.same_dimension(carrier.unit, own) else None


def is_coproduct(carrier: Carrier, way: AllocationBy | None = None) -> bool:
    """Whether an output carries a share: waste does only where its worth for this way is stated.

    ISO 14044:2006, 4.3.4.2: what a process causes is shared among co-products, not with waste.
    """
    if carrier.kind != "waste":
        return True
    return way is not None and getattr(carrier.worth, _FIELDS[way]) is not None


def shares_of(amounts: Mapping[str, float], worths: Mapping[str, float]) -> dict[str, float] | None:
    """Share of each output, adding to 1: amount × worth over their sum; None where that sum is zero."""
    weights = {name: amount * worths[name] for name, amount in amounts.items()}
    total = sum(weights.values())
    return {name: weight / total for name, weight in weights.items()} if total > 0 else None
