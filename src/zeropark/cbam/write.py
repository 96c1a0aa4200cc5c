"""The result as plain data, for ``--json`` and ``cbam.json``: the keys that scripts rely on first, then the rest"""

from __future__ import annotations

from dataclasses import asdict

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
        },
        "costs": [asdict(cost) for cost in costs],
    }
