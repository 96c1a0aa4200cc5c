"""How co-products share what their process causes: by mass, economic value, element content or energy"""

from __future__ import annotations

from collections.abc import Mapping

from zeropark.park.footprint_checks import WORTH_FIELDS
from zeropark.park.footprint_spec import AllocationBy

WAYS: tuple[AllocationBy, ...] = tuple(WORTH_FIELDS)
TITLES: Mapping[str, str] = {
    "mass": "by mass / 按质量",
    "economic": "by economic value / 按经济价值",
    "element": "by element content / 按元素含量",
    "energy": "by energy content / 按能量",
    "amount": "by amount of the same thing / 同一产品按数量",
    "none": "nothing to share / 无需分摊",
    "mixed": "by several ways / 多种方式",
}


def shares_of(amounts: Mapping[str, float], worths: Mapping[str, float]) -> dict[str, float] | None:
    """Share of each output, adding to 1: amount × worth over their sum; None where that sum is zero."""
    weights = {name: amount * worths[name] for name, amount in amounts.items()}
    total = sum(weights.values())
    return {name: weight / total for name, weight in weights.items()} if total > 0 else None
