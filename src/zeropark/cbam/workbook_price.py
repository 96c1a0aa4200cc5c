"""Sheet F_Tools, section 2, and the columns of goods that tell a carbon price due: cells of the template V2.1"""

from __future__ import annotations

from collections.abc import Mapping

from zeropark.cbam.carbon_price import process_price
from zeropark.cbam.model import Installation, Product
from zeropark.cbam.result import CbamResult, ProcessResult, ProductResult
from zeropark.cbam.streams import known
from zeropark.cbam.template_price import CURRENCY, FIRST_PRECURSOR, FIRST_PROCESS
from zeropark.cbam.workbook_cells import Page
from zeropark.cbam.workbook_layout import SPECIFIC_ROW, category_of

_HEADS = {
    "E": "Production process",
    "F": "Aggregated goods category",
    "G": "SE (total)",
    "H": "Share of emissions covered by the carbon price",
    "I": "Covered SE",
    "J": "Carbon price (CP) due (local currency)",
    "K": "Amount of rebate (local currency)",
    "L": "CP due (per produced t or MWh)",
    "M": "Rebate (per produced t or MWh)",
    "N": "Effective CP due (per produced t or MWh)",
}


def write_carbon_prices(pages: Mapping[str, Page], installation: Installation, result: CbamResult) -> None:
    """The tool with its results, and those results beside the specific emissions; nothing where no price is told."""
    if not installation.carbon_prices and installation.carbon_currency is None:
        return
    page = pages["F_Tools"]
    page.texts(81, {"C": 2, "D": "Tool to calculate the carbon price due"}, "section")
    page.text("I97", "Currency:")
    page.given(CURRENCY, installation.carbon_currency)
    page.texts(99, _HEADS)
    told = {price.link: price for price in installation.carbon_prices}
    for row, id_, link in _links(result):
        price = told.get(id_)
        page.text(f"D{row}", id_)
        page.text(f"E{row}", link[0], "result")
        page.text(f"F{row}", category_of(link[1]), "result")
        page.number(f"G{row}", link[2], "result")
        if price is not None:
            page.number(f"H{row}", price.share)
            page.formula(f"I{row}", f"=G{row}*H{row}", link[2] * known(price.share))
            page.number(f"J{row}", price.price)
            page.number(f"K{row}", price.rebate)
    for index, process in enumerate(result.processes):
        _results(pages, FIRST_PROCESS + index, SPECIFIC_ROW + index, installation, process)


def _links(result: CbamResult) -> list[tuple[int, str, tuple[str, str, float]]]:
    """Row, id, and name, category and own specific emissions of every link."""
    bought = {precursor.id: precursor.goods_category for precursor in result.source.precursors}
    return [
        *(
            (FIRST_PROCESS + n, p.id, (p.name, p.goods_category, p.se_direct + p.se_indirect))
            for n, p in enumerate(result.processes)
        ),
        *(
            (FIRST_PRECURSOR + n, p.id, (p.name, bought[p.id], p.see_direct + p.see_indirect))
            for n, p in enumerate(result.precursors)
        ),
    ]


def _results(
    pages: Mapping[str, Page], row: int, specific: int, installation: Installation, process: ProcessResult
) -> None:
    price = process_price(installation, process)
    if price is None:
        return
    tool, summary = pages["F_Tools"], pages["Summary_Processes"]
    tool.number(f"L{row}", price.due_per_unit, "result")
    tool.number(f"M{row}", price.rebate_per_unit, "result")
    tool.formula(f"N{row}", f"=L{row}-M{row}", price.effective_per_unit)
    summary.formula(f"M{specific}", f"=F_Tools!L{row}", price.due_per_unit)
    summary.formula(f"N{specific}", f"=F_Tools!M{row}", price.rebate_per_unit)


def write_good_price(page: Page, at: int, good: Product, told: ProductResult) -> None:
    """Columns AL to AZ of one good, as its maker states them."""
    price = good.carbon_price
    if price is None:
        return
    page.given(f"AL{at}", price.instrument)
    page.given(f"AP{at}", price.currency)
    page.given(f"AT{at}", price.rebate_type)
    for column, value in (
        ("AM", price.share),
        ("AR", price.due),
        ("AU", price.rebate_share),
        ("AX", price.rebate),
    ):
        page.number(f"{column}{at}", value)
    page.formula(f"AN{at}", f"=K{at}*AM{at}", told.see_total * known(price.share))
    page.formula(f"AV{at}", f"=K{at}*AU{at}", told.see_total * known(price.rebate_share))
    page.formula(f"AZ{at}", f"=AR{at}-AX{at}", known(price.due) - known(price.rebate))
