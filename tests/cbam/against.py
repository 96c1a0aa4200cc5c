"""A result beside the cells of the template that hold the same numbers."""

from __future__ import annotations

import pytest
from tests.cbam import sheets

from zeropark.cbam.carbon_price import process_price
from zeropark.cbam.model import Installation
from zeropark.cbam.result import CbamResult, ProcessResult


def agrees_with_sheets(result: CbamResult, book: sheets.Book) -> None:
    """Every number of every sheet, to 1e-9; what the template leaves blank is none."""
    _sources(result, book)
    _installation(result, book)
    for process in result.processes:
        _process(result.source, process, book)
    for product in result.products:
        _same(book, product.see_direct, "Summary_Products", f"I{product.row}")
        _same(book, product.see_indirect, "Summary_Products", f"J{product.row}")
        _same(book, product.embedded_electricity_mwh, "Summary_Products", f"O{product.row}")


def _same(book: sheets.Book, found: float, sheet: str, cell: str) -> None:
    wanted = book.value(sheet, cell)
    wanted = 0.0 if wanted in (None, "") else wanted
    assert found == pytest.approx(wanted, rel=1e-9, abs=1e-9), f"{sheet}!{cell}"


def _sources(result: CbamResult, book: sheets.Book) -> None:
    told = result.source
    rows = [
        *(range(17, 17 + len(told.streams))),
        *(range(98, 98 + len(told.pfc))),
        *(range(113, 113 + len(told.measurements))),
    ]
    for stream, row in zip(result.streams, rows, strict=True):
        _same(book, stream.fossil_tco2e, "B_EmInst", f"AU{row}")
        if not 98 <= row < 113:
            _same(book, stream.biomass_tco2e, "B_EmInst", f"AV{row}")
        if row < 98:
            _same(book, stream.energy_fossil_tj, "B_EmInst", f"AX{row}")
            _same(book, stream.energy_biomass_tj, "B_EmInst", f"AY{row}")


def _installation(result: CbamResult, book: sheets.Book) -> None:
    whole = result.installation
    for cell, value in {
        "H17": whole.fuel_input_tj,
        "L17": whole.fuel_rest_tj or 0.0,
        "H27": whole.co2_fossil_tco2e,
        "I27": whole.co2_biomass_tco2e,
        "J27": whole.n2o_tco2e,
        "K27": whole.pfc_tco2e,
        "L27": whole.direct_tco2e,
        "M27": whole.indirect_tco2e or 0.0,
        "N27": whole.total_tco2e,
        "H32": whole.calculated_tco2e,
        "J32": whole.measured_tco2e,
    }.items():
        _same(book, value, "C_Emissions&Energy", cell)
    _same(book, whole.rest_direct_tco2e, "Summary_Processes", "K85")


def _process(told: Installation, process: ProcessResult, book: sheets.Book) -> None:
    number = int(process.id[1:])
    line = 70 + number
    _same(book, process.attributed_direct_tco2e, "Summary_Processes", f"K{line}")
    _same(book, process.attributed_indirect_tco2e, "Summary_Processes", f"L{line}")
    _same(book, process.production_control, "D_Processes", f"L{42 + 65 * (number - 1)}")
    for column, value in {
        "AJ": process.se_direct,
        "AK": process.see_direct,
        "AL": process.se_indirect,
        "AM": process.see_indirect,
        "AN": process.specific_electricity_mwh,
        "AO": process.embedded_electricity_mwh,
    }.items():
        _same(book, value, "InputOutput", f"{column}{line}")
    if (price := process_price(told, process)) is not None:
        _same(book, price.due_per_unit, "Summary_Processes", f"M{101 + number}")
        _same(book, price.rebate_per_unit, "Summary_Processes", f"N{101 + number}")
