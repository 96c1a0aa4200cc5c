"""Reading the Commission's communication template V2.1, filled: inputs only, what it computes is computed anew"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from zeropark.cbam import terms
from zeropark.cbam.engine import installation_result
from zeropark.cbam.model import (
    DEFINITIVE,
    TRANSITIONAL,
    EmissionBalance,
    FuelBalance,
    Installation,
    Product,
)
from zeropark.cbam.streams import source_results
from zeropark.cbam.template_constants import CONSTANT_CELLS, constant_remark
from zeropark.cbam.template_layout import (
    A_SHEET,
    B_SHEET,
    C_SHEET,
    PRODUCT_COLUMNS,
    S_SHEET,
    BalanceRows,
    balance_rows,
    numbered_rows,
    row_of,
)
from zeropark.cbam.template_links import precursors_of, processes_of
from zeropark.cbam.template_price import currency_of, good_price_of, link_prices_of, tell_cogeneration
from zeropark.cbam.template_sources import (
    emissions_of,
    fuel_of,
    measurements_of,
    pfc_sources_of,
    streams_of,
)
from zeropark.cbam.xlsx_cells import CONSTANTS, Cells, read_cells
from zeropark.errors import fail_if, nearest
from zeropark.texts import both


def read_template(path: Path) -> Installation:
    """The installation that a filled template tells. Raises InputError with every fault, each with its cell."""
    return installation_of_cells(read_cells(path))


def installation_of_cells(cells: Cells) -> Installation:
    """The installation in the cells of a template. Raises InputError with every fault."""
    rows = balance_rows(cells)
    about = _about(cells)
    installation = Installation(
        name=about[0] or cells.file,
        country=about[1],
        period_begin=about[2],
        period_end=about[3],
        regime=DEFINITIVE if cells.text(CONSTANTS, "B1") == "Definitive" else TRANSITIONAL,
        streams=streams_of(cells),
        pfc=pfc_sources_of(cells),
        measurements=measurements_of(cells),
        processes=(),
        products=(),
        file=cells.file,
    )
    _compute(cells, rows, installation)  # typed lines may point to computed ones, and others to those
    installation = replace(
        installation, fuel_balance=fuel_of(cells, rows), emission_balance=emissions_of(cells, rows)
    )
    _compute(cells, rows, installation)
    names = _process_names(cells)
    installation = replace(
        installation,
        processes=processes_of(cells, names),
        precursors=precursors_of(cells, names),
        products=_products(cells, names),
        carbon_currency=currency_of(cells),
    )
    links = (*(p.id for p in installation.processes), *(p.id for p in installation.precursors))
    installation = replace(installation, carbon_prices=link_prices_of(cells, links))
    tell_cogeneration(cells)
    for name, cell in CONSTANT_CELLS.items():
        if (
            remark := constant_remark(name, cells.stored(CONSTANTS, cell), f"{CONSTANTS}!{cell}")
        ) is not None:
            cells.remark(remark)
    fail_if(cells.faults)
    return replace(installation, cells=dict(cells.places), remarks=tuple(cells.remarks))


def _about(cells: Cells) -> tuple[str | None, str | None, date | None, date | None]:
    """Name, country, first and last day (sheet A, sections 1 and 2)."""
    period = row_of(cells, A_SHEET, "C", 1, 9)
    about = row_of(cells, A_SHEET, "C", 2, 17)
    cells.places["period_end"] = f"{A_SHEET}!L{period}"
    name = cells.text(A_SHEET, f"I{about + 3}") or cells.text(A_SHEET, f"I{about + 2}")
    return (
        name,
        cells.text(A_SHEET, f"I{about + 9}"),
        cells.day(A_SHEET, f"I{period}"),
        cells.day(A_SHEET, f"L{period}"),
    )


def _compute(cells: Cells, rows: BalanceRows, installation: Installation) -> None:
    """What the template computes of sources and balances, for typed formulas that point there."""
    usable = tuple(s for s in installation.pfc if s.collection_efficiency != 0 and s.current_efficiency != 0)
    usable = tuple(s for s in usable if s.method == "slope" or s.current_efficiency is not None)
    installation = replace(installation, pfc=usable)  # the others are faults, and told as such later
    results = source_results(installation)
    whole = installation_result(installation, results, ())
    for result in results:
        row = cells.places.get(f"row.{result.id}")
        if row:
            cells.computed[B_SHEET, f"AU{row}"] = result.fossil_tco2e
            cells.computed[B_SHEET, f"AV{row}"] = result.biomass_tco2e
            cells.computed[B_SHEET, f"AX{row}"] = result.energy_fossil_tj
            cells.computed[B_SHEET, f"AY{row}"] = result.energy_biomass_tj
    computed = replace(installation, emission_balance=EmissionBalance(), fuel_balance=FuelBalance())
    bare = installation_result(computed, results, ())
    fuel, gases = rows.fuel_manual, rows.emission_manual
    lines = {
        f"H{fuel - 1}": bare.fuel_input_tj,
        f"H{fuel + 1}": whole.fuel_input_tj,
        f"H{gases - 1}": bare.co2_fossil_tco2e,
        f"I{gases - 1}": bare.co2_biomass_tco2e,
        f"J{gases - 1}": bare.n2o_tco2e,
        f"K{gases - 1}": bare.pfc_tco2e,
        f"L{gases - 1}": bare.direct_tco2e,
        f"H{gases + 1}": whole.co2_fossil_tco2e,
        f"I{gases + 1}": whole.co2_biomass_tco2e,
        f"J{gases + 1}": whole.n2o_tco2e,
        f"K{gases + 1}": whole.pfc_tco2e,
        f"L{gases + 1}": whole.direct_tco2e,
        f"M{gases + 1}": whole.indirect_tco2e,
        f"N{gases + 1}": whole.total_tco2e,
        f"H{gases + 6}": whole.calculated_tco2e,
        f"I{gases + 6}": whole.pfc_tco2e,
        f"J{gases + 6}": whole.measured_tco2e,
    }
    cells.computed.update({(C_SHEET, cell): value for cell, value in lines.items()})


def _process_names(cells: Cells) -> dict[str, str]:
    """Name → id of every process that sheet A lists (section 4 b), as the other sheets call it."""
    first = row_of(cells, A_SHEET, "D", "P1", 83)
    found: dict[str, str] = {}
    for number in range(10):
        row = first + number
        category, id_ = cells.text(A_SHEET, f"E{row}"), f"P{number + 1}"
        if category is None:
            continue
        name = cells.text(A_SHEET, f"L{row}", f"processes.{id_}") or f"{id_} - {category}"
        if name.lower() in (known.lower() for known in found):
            cells.fault(
                A_SHEET,
                f"L{row}",
                f"'{name}' twice",
                "names that differ",
                "the sheets look amounts up by name",
            )
        found[name] = id_
    return found


def _products(cells: Cells, names: dict[str, str]) -> tuple[Product, ...]:
    """The goods of sheet Summary_Products, row by row."""
    goods = []
    for row in numbered_rows(cells, S_SHEET, 100, first=10):
        process = cells.text(S_SHEET, f"D{row}", f"products.{row}.process")
        if process is None or terms.is_nothing(process):
            if code := cells.text(S_SHEET, f"F{row}"):
                cells.remark(
                    both(
                        f"{S_SHEET}!D{row}: {code} has no process: left out",
                        f"{S_SHEET}!D{row}：{code}未选工序：未计入",
                    )
                )
            continue
        process = next((name for name in names if name.lower() == process.lower()), process)
        if process not in names:
            cells.fault(
                S_SHEET, f"D{row}", f"'{process}'", "a process of sheet A_InstData", nearest(process, names)
            )
        code = terms.code_of(cells.text(S_SHEET, f"F{row}", f"products.{row}.cn_code"))
        parameters: dict[str, float | str] = {}
        for column, name in PRODUCT_COLUMNS.items():
            value = cells.stored(S_SHEET, f"{column}{row}")
            if value is not None:
                number = isinstance(value, int | float) and not isinstance(value, bool)
                parameters[name] = float(value) if number else str(value)  # type: ignore[arg-type]
                cells.places[f"products.{row}.{name}"] = f"{S_SHEET}!{column}{row}"
        goods.append(
            Product(
                row=row,
                process=names.get(process, process),
                cn_code=code,
                name=cells.text(S_SHEET, f"H{row}") or "",
                parameters=parameters,
                carbon_price=good_price_of(cells, row),
            )
        )
    return tuple(goods)
