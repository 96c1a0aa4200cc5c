"""The block on the EU's carbon border mechanism: specific embedded emissions of each good"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from zeropark.carbon.attribution import Attribution
from zeropark.cbam.engine import assess
from zeropark.cbam.from_park import chinese_of, installation_of
from zeropark.cbam.result import ProductResult
from zeropark.cbam.terms import regime_title
from zeropark.outcome import Outcome
from zeropark.park.period import whole
from zeropark.report.blocks import Block, Head
from zeropark.texts import both, in_language

TITLE = both("Goods under the EU's carbon border mechanism", "欧盟碳边境调节机制下的货物")
_HEADS = (
    Head(both("Good", "货物"), "text", 32),
    Head(both("CN code", "CN 编码"), "text", 12),
    Head(both("Direct, tCO2e per unit", "直接，tCO2e/单位")),
    Head(both("Indirect, tCO2e per unit", "间接，tCO2e/单位")),
    Head(both("Charged for", "计费排放")),
    Head(both("from default values", "默认值占比"), "share"),
    Head(both("Unit", "单位"), "text", 12),
)


def border_block(outcome: Outcome, given: Callable[[], Attribution | None]) -> Block | None:
    """Every good that the park declares; None where it declares no installation."""
    park = outcome.park
    if park.spec.cbam is None:
        return None
    result = assess(installation_of(park, outcome.flows, whole(park.clock), given()))
    rules = in_language(regime_title(result.regime), "zh")
    chinese = chinese_of(park)
    return Block(
        "CBAM",
        TITLE,
        both(
            f"Specific embedded emissions ({result.regime}; {result.defaults_version}). Own factors only: no life-cycle "
            "figure is in them. `zeropark cbam` writes the importer's workbook and the cost.",
            f"单位隐含排放（{rules}；{result.defaults_version}）。仅用本装置因子，不含生命周期数据；"
            "用 `zeropark cbam` 生成进口商工作簿与费用。",
        ),
        _HEADS,
        tuple(_row(product, chinese) for product in result.products),
        (*result.notes, *result.controls),
    )


def _row(of: ProductResult, chinese: Mapping[str, str]) -> tuple[str | float | None, ...]:
    return (
        both(of.name, chinese[of.name]) if of.name in chinese else of.name,
        of.cn_code,
        of.see_direct,
        of.see_indirect,
        of.see_declared,
        of.share_direct_from_default,
        of.unit,
    )
