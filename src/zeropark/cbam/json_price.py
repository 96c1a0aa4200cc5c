"""Carbon prices of a worked example: keys beside those of the Commission's examples, whose carbon price is blank"""

from __future__ import annotations

from dataclasses import asdict

from zeropark.cbam.json_leaf import Branch
from zeropark.cbam.model import GoodPrice, Installation, LinkPrice, Product


def link_prices_of(root: Branch) -> tuple[LinkPrice, ...]:
    """``carbon_prices[]``: {``link``, ``share``, ``price``, ``rebate``}, in ``carbon_currency``."""
    found = []
    for branch in root.branches("carbon_prices"):
        link = branch.text("link")
        if link is None:
            branch.fault("link", "nothing", "id of a process or purchased precursor")
            continue
        branch = branch.named(f"carbon_prices.{link}")
        numbers = (branch.number(name) for name in ("share", "price", "rebate"))
        found.append(LinkPrice(link, *numbers))
    return tuple(found)


def good_price_of(product: Branch) -> GoodPrice | None:
    """``carbon_price`` of a good; None where nothing of it is told."""
    branch = product.branch("carbon_price")
    if not branch.data:
        return None
    found = GoodPrice(
        instrument=branch.text("instrument"),
        share=branch.number("share"),
        currency=branch.text("currency"),
        due=branch.number("due"),
        rebate_type=branch.text("rebate_type"),
        rebate_share=branch.number("rebate_share"),
        rebate=branch.number("rebate"),
    )
    return None if found == GoodPrice() else found


def written_links(installation: Installation) -> dict[str, object]:
    """The same keys, written; none where no price is told."""
    if not installation.carbon_prices and installation.carbon_currency is None:
        return {}
    return {
        "carbon_currency": installation.carbon_currency,
        "carbon_prices": [asdict(price) for price in installation.carbon_prices],
    }


def written_good(good: Product) -> dict[str, object]:
    """The key of a good, written; none where nothing is told."""
    return {} if good.carbon_price is None else {"carbon_price": asdict(good.carbon_price)}
