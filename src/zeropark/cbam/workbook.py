"""The workbook for the importer: sheets, order, units and cells of the Commission's template V2.1"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from zeropark.cbam.model import Installation
from zeropark.cbam.result import CbamResult
from zeropark.cbam.workbook_blocks import write_precursors, write_processes
from zeropark.cbam.workbook_cells import Page, open_book
from zeropark.cbam.workbook_inputs import goods_of, write_balance, write_installation, write_sources
from zeropark.cbam.workbook_layout import (
    GOODS_ROWS,
    HIDDEN,
    MEASUREMENT_ROWS,
    OWN,
    PFC_ROWS,
    PRECURSOR_ROWS,
    PROCESS_ROWS,
    PRODUCT_ROWS,
    ROUTE_SLOTS,
    SHEETS,
    STREAM_ROWS,
)
from zeropark.cbam.workbook_plain import write_own, write_plain
from zeropark.cbam.workbook_price import write_carbon_prices
from zeropark.cbam.workbook_summary import write_communication, write_process_summary, write_products
from zeropark.errors import Fault, fail_if

_WIDE = {"B": 3.7, "C:D": 5, "E": 34, "F:O": 13, "P": 2}


def write_workbook(
    installation: Installation,
    result: CbamResult,
    path: Path,
    about: Mapping[str, str] | None = None,
    digest: str = "",
) -> None:
    """Write the workbook. A sum is a formula with its value in the cell.

    about: further texts of sheets A and C by key (``from_park.about_of``). digest: hash of the installation's
    data, as in ``cbam.json``. Raises InputError where the template has too few rows.
    """
    fail_if(_too_many(installation, path.name))
    told = dict(about or {})
    book, pages = open_book(str(path), (*SHEETS, OWN), HIDDEN)
    try:
        _widths(pages)
        write_plain(pages, installation, result)
        write_installation(pages["A_InstData"], installation, told)
        write_sources(pages["B_EmInst"], installation, result)
        write_balance(pages["C_Emissions&Energy"], installation, result, told)
        write_processes(pages["D_Processes"], installation, result)
        write_precursors(pages["E_PurchPrec"], installation, result)
        write_process_summary(pages["Summary_Processes"], installation, result, told)
        write_products(pages["Summary_Products"], installation, result)
        write_communication(pages["Summary_Communication"], installation, result, told)
        write_carbon_prices(pages, installation, result)
        write_own(pages[OWN], installation, result, digest)
        pages["Summary_Products"].sheet.activate()
    finally:
        book.close()


def _widths(pages: Mapping[str, Page]) -> None:
    for name in ("A_InstData", "C_Emissions&Energy", "D_Processes", "E_PurchPrec", "Summary_Processes"):
        pages[name].widths(_WIDE)
    pages["B_EmInst"].widths({"C": 4, "D": 18, "E": 30, "F:AY": 12})
    pages["B_EmInst"].sheet.freeze_panes("F14")
    pages["Summary_Processes"].widths({"E:F": 28})
    for name, head in (("Summary_Products", "I10"), ("Summary_Communication", None)):
        pages[name].widths({"B": 1.7, "C": 4, "D:E": 22, "F": 13, "G": 28, "H": 30, "I:BA": 13})
        if head:
            pages[name].sheet.freeze_panes(head)
            pages[name].sheet.set_row(7, 48)
    pages["Summary_Communication"].sheet.set_row(24, 48)
    pages["a_Contents"].widths({"C": 5, "D": 60, "H:K": 14})
    pages["0_Versions"].widths({"E:F": 13, "G": 90})


def _too_many(installation: Installation, file: str) -> list[Fault]:
    """What the template has no rows for."""
    told = (
        ("streams", len(installation.streams), len(STREAM_ROWS)),
        ("pfc", len(installation.pfc), len(PFC_ROWS)),
        ("measurements", len(installation.measurements), len(MEASUREMENT_ROWS)),
        ("goods categories", len(goods_of(installation)), len(GOODS_ROWS)),
        ("processes", len(installation.processes), len(PROCESS_ROWS)),
        ("precursors", len(installation.precursors), len(PRECURSOR_ROWS)),
        ("products", len(installation.products), len(PRODUCT_ROWS)),
        ("routes", max((len(p.production) for p in installation.processes), default=0), ROUTE_SLOTS),
    )
    faults = [
        Fault(file, None, what, f"{count}", f"at most {most}, the rows of the Commission's template")
        for what, count, most in told
        if count > most
    ]
    rows = [good.row for good in installation.products]
    faults += [
        Fault(file, None, f"products.{row}", f"row {row}", "rows 10 to 109, each once")
        for row in rows
        if row not in PRODUCT_ROWS or rows.count(row) > 1
    ]
    return faults
