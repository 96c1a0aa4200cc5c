"""The block on product footprints: one line for each product, both ways that must be shown beside each other"""

from __future__ import annotations

from collections.abc import Callable

from zeropark.carbon.attribution import Attribution
from zeropark.errors import InputError
from zeropark.footprint.of_park import footprints_of
from zeropark.footprint.result import ProductFootprint
from zeropark.outcome import Outcome
from zeropark.park.period import whole
from zeropark.report.blocks import Block, Head
from zeropark.texts import both

TITLE = both("Footprints of products, cradle to gate", "产品碳足迹（摇篮到大门）")
_WAYS = {"mass": "质量", "economic": "经济价值", "element": "元素含量", "energy": "能量", "none": "无需分配"}
_NUMBERS = (
    Head(both("Made", "产量")),
    Head(both("Left the park", "出园量")),
    Head(both("Footprint, kgCO2e per unit", "足迹，kgCO2e/单位")),
    Head(both("of it inside the gate", "其中厂内")),
    Head(both("with plant itself", "含设备隐含碳")),
    Head(both("location basis", "基于位置")),
    Head(both("market basis", "基于市场")),
    Head(both("2.5 %", "2.5 % 分位")),
    Head(both("97.5 %", "97.5 % 分位")),
    Head(both("Primary data", "初级数据占比"), "share"),
)


def footprint_block(outcome: Outcome, given: Callable[[], Attribution | None]) -> Block | None:
    """Every product that the park declares; None where it declares none."""
    park = outcome.park
    if park.spec.footprint is None or not park.spec.footprint.products:
        return None
    found, faults = _told(outcome, given())
    return Block(
        "Footprints",
        TITLE,
        both(
            "Electricity hourly matched; co-products shared as named. The range is what the stated spread of upstream "
            "factors gives. `zeropark passport` writes the passport of one product with its evidence.",
            "电力按逐时匹配，联产品按所列方式分配；区间由上游因子不确定度抽样得出。"
            "用 `zeropark passport` 生成单个产品的碳护照与证据。",
        ),
        (
            Head(both("Product", "产品"), "text", 28),
            Head(both("Unit", "单位"), "text", 8),
            *_NUMBERS,
            Head(both("Shared by", "分配方式"), "text", 18),
        ),
        tuple(_row(footprint) for footprint in found.values()),
        tuple(dict.fromkeys([*faults, *(note for footprint in found.values() for note in footprint.notes)])),
    )


def _told(
    outcome: Outcome, attribution: Attribution | None
) -> tuple[dict[str, ProductFootprint], tuple[str, ...]]:
    """Every product that can be told, and why others cannot: one that is not made does not hide the rest."""
    park, period = outcome.park, whole(outcome.park.clock)
    try:
        return footprints_of(park, outcome.flows, attribution, period), ()
    except InputError:
        assert park.spec.footprint is not None
    found: dict[str, ProductFootprint] = {}
    faults: list[str] = []
    for name in park.spec.footprint.products:
        try:
            found |= footprints_of(park, outcome.flows, attribution, period, (name,))
        except InputError as error:
            faults += map(str, error.faults)
    return found, tuple(faults)


def _row(of: ProductFootprint) -> tuple[str | float | None, ...]:
    spread = of.spread if of.spread is not None and of.spread.stated else None
    return (
        of.title,
        of.unit,
        of.made,
        of.amount,
        of.value,
        of.gate_to_gate,
        of.with_embodied,
        of.by_basis.get("location"),
        of.by_basis.get("market"),
        spread.p2_5 if spread else None,
        spread.p97_5 if spread else None,
        of.primary_share,
        both(of.allocation, _WAYS.get(of.allocation, of.allocation)),
    )
