"""Carbon price due in the country of origin: by process as the template's tool reckons it, by good as its maker states it"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from zeropark.cbam.model import Installation
from zeropark.cbam.result import ProcessResult
from zeropark.cbam.streams import known
from zeropark.texts import both

TOOL, STATED = "F_Tools", "Summary_Products"
EURO = "EUR"


@dataclass(frozen=True)
class PriceDue:
    """Carbon price due per unit of a good or of what a process makes. source: ``F_Tools`` or ``Summary_Products``."""

    currency: str | None
    due_per_unit: float
    rebate_per_unit: float
    source: str

    @property
    def effective_per_unit(self) -> float:
        """After the rebate: what Art. 9 of Reg. (EU) 2023/956 calls effectively paid."""
        return self.due_per_unit - self.rebate_per_unit


def process_price(installation: Installation, process: ProcessResult) -> PriceDue | None:
    """The price by the template's tool: own emissions of every link × share × price, down the chain.

    None where no price is told. Sheet F_Tools: I = G·H, T = I·J, U = I·K, L and M = inverse of the chain times T and U.
    """
    told = {price.link: price for price in installation.carbon_prices}
    if not told:
        return None
    due = rebate = 0.0
    for part in process.contributions:
        if (price := told.get(part.id)) is not None:
            covered = (part.see_direct + part.see_indirect) * known(price.share)
            due += covered * known(price.price)
            rebate += covered * known(price.rebate)
    return PriceDue(installation.carbon_currency, due, rebate, TOOL)


def good_price(installation: Installation, process: ProcessResult, row: int) -> PriceDue | None:
    """What is due for a unit of a good: as stated with it, else by the tool of its process."""
    told = next((good.carbon_price for good in installation.products if good.row == row), None)
    if told is not None and told.due is not None:
        return PriceDue(told.currency, told.due, known(told.rebate), STATED)
    return process_price(installation, process)


def paid_in_euro(price: PriceDue | None, units_per_tonne: float = 1.0) -> float:
    """What of it can be deducted for a tonne: euro only, for no exchange rate is known here.

    units_per_tonne: functional units in a tonne of the good; what is stated with a good is for its tonne already.
    """
    if price is None or (price.currency or "").upper() != EURO:
        return 0.0
    return max(price.effective_per_unit, 0.0) * (units_per_tonne if price.source == TOOL else 1.0)


def price_notes(price: PriceDue | None, code: str) -> list[str]:
    """What the cost of a good does with it."""
    if price is None or price.effective_per_unit == 0:
        return []
    amount = f"{price.effective_per_unit:,.4g} {price.currency or '?'}"
    if paid_in_euro(price):
        return [
            both(
                f"{code}: a carbon price of {amount} per unit (sheet {price.source}) is deducted from the actual value",
                f"{code}：已按{price.source}表从实测值扣减碳价{amount}/单位",
            )
        ]
    return [
        both(
            f"{code}: a carbon price of {amount} per unit (sheet {price.source}) is not deducted: give it in EUR with"
            " --paid",
            f"{code}：{price.source}表碳价{amount}/单位未扣减：请用--paid以欧元给出",
        )
    ]


def price_controls(installation: Installation, processes: tuple[ProcessResult, ...]) -> Iterator[str]:
    """Where what is stated with a good is not what the tool gives, or a price lacks its currency or share."""
    for told in installation.carbon_prices:
        if known(told.price) and told.share is None:
            yield both(
                f"{told.link}: a carbon price without the share of emissions that it covers: counts as none, as in the"
                " template",
                f"{told.link}：有碳价而无覆盖比例：与模板一致按无计",
            )
    if any(known(told.price) for told in installation.carbon_prices) and not installation.carbon_currency:
        yield both("carbon prices of sheet F_Tools have no currency", "F_Tools表的碳价未注明货币")
    by_id = {process.id: process for process in processes}
    for good in installation.products:
        stated, tool = good.carbon_price, process_price(installation, by_id[good.process])
        if stated is None or stated.due is None or tool is None:
            continue
        same = (stated.currency or "") == (tool.currency or "")
        if not same or abs(stated.due - known(stated.rebate) - tool.effective_per_unit) > 0.005 * max(
            abs(tool.effective_per_unit), 1e-9
        ):
            yield both(
                f"{good.cn_code}: the good states an effective carbon price of {stated.due - known(stated.rebate):g}"
                f" {stated.currency or '?'}, sheet F_Tools gives {tool.effective_per_unit:.6g} {tool.currency or '?'}; the"
                " stated one was taken",
                f"{good.cn_code}：产品所述有效碳价{stated.due - known(stated.rebate):g} {stated.currency or '?'}，"
                f"F_Tools表得{tool.effective_per_unit:.6g} {tool.currency or '?'}；采用产品所述",
            )
