"""The result as plain data, for ``--json`` and ``cbam.json``: the keys that scripts rely on first, then the rest"""

from __future__ import annotations

from dataclasses import asdict

from zeropark.cbam.carbon_price import PriceDue, good_price, process_price
from zeropark.cbam.cost import ProductCost
from zeropark.cbam.result import CbamResult


def document_of(result: CbamResult, costs: tuple[ProductCost, ...] = ()) -> dict[str, object]:
    """``products``, ``processes`` and ``installation`` as docs promise them, then regime, notes and details."""
    return {
        "products": [
            {
                "row": product.row,
                "cn_code": product.cn_code,
                "see_direct": product.see_direct,
                "see_indirect": product.see_indirect,
            }
            for product in result.products
        ],
        "processes": [
            {
                "id": process.id,
                "attributed_direct": process.attributed_direct_tco2e,
                "attributed_indirect": process.attributed_indirect_tco2e,
                "see_direct": process.see_direct,
                "see_indirect": process.see_indirect,
            }
            for process in result.processes
        ],
        "installation": {"total_direct": result.installation.direct_tco2e},
        "regime": result.regime,
        "defaults_version": result.defaults_version,
        "notes": list(result.notes),
        "controls": list(result.controls),
        "details": {
            "installation": asdict(result.installation),
            "streams": [asdict(stream) for stream in result.streams],
            "precursors": [asdict(precursor) for precursor in result.precursors],
            "processes": [asdict(process) for process in result.processes],
            "products": [asdict(product) for product in result.products],
            "carbon_prices": _prices(result),
        },
        "costs": [asdict(cost) for cost in costs],
    }


def _prices(result: CbamResult) -> list[dict[str, object]]:
    """Carbon price due of every process that the tool reckons, and of every good that has one."""
    found: list[dict[str, object]] = []
    for process in result.processes:
        if (price := process_price(result.source, process)) is not None:
            found.append({"process": process.id, "row": None, **_price(price)})
    for good in result.products:
        due = good_price(result.source, result.process(good.process), good.row)
        if due is not None:
            found.append({"process": good.process, "row": good.row, **_price(due)})
    return found


def _price(price: PriceDue) -> dict[str, object]:
    return {**asdict(price), "effective_per_unit": price.effective_per_unit}
