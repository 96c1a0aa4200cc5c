"""The block on carbon intensity at every node: carbon emission flow through all carriers"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from zeropark.carbon.attribution import BASES
from zeropark.carbon.intensities import Intensities, intensities_of
from zeropark.carbon.worths import worths_of
from zeropark.figures.words import carrier_title, node_title
from zeropark.forms import Array
from zeropark.outcome import Outcome
from zeropark.park.model import Park
from zeropark.report.blocks import Block, Head
from zeropark.texts import both

TITLE = both("Carbon intensity at every node", "各节点碳强度（碳流）")
KG_PER_T = 1000.0
_UNTOLD = 1e-6
IDLE = 1e-3
"""Below this share of a node's largest flow a step has no lowest or highest intensity: an idling plant makes nothing."""


def intensity_block(outcome: Outcome) -> Block | None:
    """Mean operating intensity of what flows through every node; None where electricity is not attributed."""
    park = outcome.park
    if park.spec.carbon is None:
        return None
    worths = worths_of(park)
    found = {basis: intensities_of(park, outcome.flows, basis=basis, worths=worths) for basis in BASES}
    return Block(
        "Intensities",
        TITLE,
        both(
            "Operating CO2 carried by a unit of what flows through a node, traced step by step through lines, stores and "
            "plants (Kang et al. 2012). Bought materials bring none here: their upstream is in the footprints only. "
            "Contracts and certificates move nothing here: the mix is physical. A dash: it cannot be told in full.",
            "逐时追踪线路、储能与设备得到的节点单位介质运行期 CO2（Kang 等，2012）。外购原料在此不计上游，仅见于足迹。"
            "企业合同与绿证不改变此处的物理混合。“—”表示该处流量的排放无法完整给出。",
        ),
        (
            Head(both("Node", "节点"), "text", 30),
            Head(both("Carrier", "介质"), "text", 22),
            Head(both("Through it", "流经量")),
            Head(both("Location-based, kgCO2 per unit", "基于位置，kgCO2/单位")),
            Head(both("Hourly matched, kgCO2 per unit", "逐时匹配，kgCO2/单位")),
            Head(both("lowest hour", "最低时段")),
            Head(both("highest hour", "最高时段")),
            Head(both("Unit", "单位"), "text", 8),
        ),
        tuple(_row(outcome, node, found["location"], found["hourly"]) for node in park.spec.nodes),
        (
            both(
                "Carbon adds up over all carriers: entered and in store before = left + lost + in store after; largest gap "
                f"{max(one.worst for one in found.values()):.1e}.",
                "全介质碳流守恒：进入 + 期初存量 = 离开 + 损失 + 期末存量；最大偏差 "
                f"{max(one.worst for one in found.values()):.1e}。",
            ),
            *(_missing(park, name) for name in found["location"].missing),
        ),
    )


def _missing(park: Park, name: str) -> str:
    """What is not told, and where to tell it."""
    asset = park.assets[name]
    title = asset.name or name
    return both(
        f"{title} states no operating CO2: intensities of what it goes into are incomplete and not shown "
        f"(assets.{name}.emissions, tCO2/{park.unit_at(getattr(asset, 'node', ''))})",
        f"{asset.name_zh or title}未给出运行期 CO2 因子：其流入之处的强度不完整，不予显示（assets.{name}.emissions）",
    )


def _row(
    outcome: Outcome, node: str, location: Intensities, hourly: Intensities
) -> tuple[str | float | None, ...]:
    park = outcome.park
    through = _through(outcome, node)
    if _incomplete(location, node, through):
        location = hourly = replace(location, tco2_per_unit=np.full_like(location.tco2_per_unit, np.nan))
    series = hourly.at(node) * KG_PER_T
    told = series[np.isfinite(series) & (through > IDLE * float(through.max(initial=0.0)))]
    carrier = park.carrier_at(node)
    return (
        both(node_title(park, node, "en"), node_title(park, node, "zh")),
        both(carrier_title(park, carrier, "en"), carrier_title(park, carrier, "zh")),
        float(through.sum()) * park.clock.step_hours,
        _mean(location.at(node), through),
        _mean(hourly.at(node), through),
        float(told.min()) if told.size else None,
        float(told.max()) if told.size else None,
        park.unit_at(node),
    )


def _incomplete(of: Intensities, node: str, through: Array) -> bool:
    """Whether part of what flows through the node comes from something without a factor."""
    untold = of.untold[:, of.nodes.index(node)]
    return bool(through @ (untold > _UNTOLD) > _UNTOLD * float(through.sum()))


def _through(outcome: Outcome, node: str) -> Array:
    """What comes into the node in every step, carrier unit per hour."""
    flows = [np.maximum(flow, 0.0) for (_, at), flow in outcome.flows.net.items() if at == node]
    return np.asarray(np.sum(flows, axis=0)) if flows else np.zeros(outcome.park.clock.steps)


def _mean(tco2_per_unit: Array, through: Array) -> float | None:
    """kgCO2 per unit, weighed by what flows; None where nothing does."""
    told = np.isfinite(tco2_per_unit) & (through > 0)
    total = float(through[told].sum())
    return float(tco2_per_unit[told] @ through[told]) / total * KG_PER_T if total > 0 else None
