"""Sheet F_Tools of a filled template, and the carbon price columns of sheet Summary_Products

Section 2, the tool for the carbon price due, is read and reckoned anew: Summary_Processes takes its results. Section 1,
cogeneration, feeds no other cell; its results count as far as people type them on sheets C, D and E.
"""

from __future__ import annotations

from collections.abc import Iterable

from zeropark.cbam.model import GoodPrice, LinkPrice
from zeropark.cbam.template_layout import S_SHEET, TOOL_INPUTS
from zeropark.cbam.xlsx_cells import TOOLS, Cells
from zeropark.texts import both

CURRENCY = "J97"
FIRST_PROCESS, FIRST_PRECURSOR = 101, 111
"""Rows of P1 and PP1 on sheet F_Tools."""


def link_prices_of(cells: Cells, links: Iterable[str]) -> tuple[LinkPrice, ...]:
    """Prices of the listed processes and precursors; a link of which nothing is told is left out."""
    found = []
    for id_ in links:
        number = int(id_.lstrip("P"))
        row = (FIRST_PRECURSOR if id_.startswith("PP") else FIRST_PROCESS) + number - 1
        told = [
            cells.number(TOOLS, f"{column}{row}", f"carbon_prices.{id_}.{name}")
            for column, name in (("H", "share"), ("J", "price"), ("K", "rebate"))
        ]
        if any(value is not None for value in told):
            found.append(LinkPrice(id_, *told))
    return tuple(found)


def currency_of(cells: Cells) -> str | None:
    """The currency of those prices."""
    return cells.text(TOOLS, CURRENCY)


def good_price_of(cells: Cells, row: int) -> GoodPrice | None:
    """What stands with a good; None where nothing does."""

    def number(column: str, name: str) -> float | None:
        return cells.number(S_SHEET, f"{column}{row}", f"products.{row}.carbon_price.{name}")

    found = GoodPrice(
        instrument=cells.text(S_SHEET, f"AL{row}"),
        share=number("AM", "share"),
        currency=cells.text(S_SHEET, f"AP{row}"),
        due=number("AR", "due"),
        rebate_type=cells.text(S_SHEET, f"AT{row}"),
        rebate_share=number("AU", "rebate_share"),
        rebate=number("AX", "rebate"),
    )
    return None if found == GoodPrice() else found


def tell_cogeneration(cells: Cells) -> None:
    """Whoever has filled the tool for cogeneration is told what it does and does not do."""
    filled = [
        cell
        for cell in TOOL_INPUTS
        if isinstance(cells.stored(TOOLS, cell), int | float) and not cells.formula(TOOLS, cell)
    ]
    if filled:
        cells.remark(
            both(
                f"sheet {TOOLS} is filled for cogeneration ({', '.join(filled[:6])}); no cell of the template takes its"
                " results, so they count as far as they are typed on sheets C_Emissions&Energy, D_Processes and"
                " E_PurchPrec",
                f"{TOOLS}表填写了热电联产（{'、'.join(filled[:6])}）；模板中无单元格引用其结果，仅按C_Emissions&Energy、"
                "D_Processes和E_PurchPrec表所填计入",
            )
        )
