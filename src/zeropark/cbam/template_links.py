"""Sheets D_Processes and E_PurchPrec of a filled template: processes and purchased precursors, block by block"""

from __future__ import annotations

from collections.abc import Mapping

from zeropark.cbam import terms
from zeropark.cbam.categories import CATEGORIES, category_in, expected_category
from zeropark.cbam.model import (
    Electricity,
    ProductionProcess,
    PurchasedPrecursor,
    RouteAmount,
    Use,
)
from zeropark.cbam.sources import heat_from, waste_gas_from
from zeropark.cbam.template_layout import (
    A_SHEET,
    D_SHEET,
    E_SHEET,
    MAX_PRECURSORS,
    MAX_PROCESSES,
    block_rows,
    row_of,
)
from zeropark.cbam.template_sources import CellFields
from zeropark.cbam.xlsx_cells import CONSTANTS, Cells
from zeropark.texts import both

FIRST_CATEGORY = 89
"""Row of the first goods category on sheet Parameters_Constants, column A."""
HEAT_CELLS = {
    "imported_tj": ("L", 46),
    "imported_ef": ("L", 47),
    "exported_tj": ("M", 46),
    "exported_ef": ("M", 47),
}
WASTE_GAS_CELLS = {"imported_tj": ("L", 50), "exported_tj": ("M", 50)}
"""Column, and rows below the first of a block of sheet D."""


def processes_of(cells: Cells, names: dict[str, str]) -> tuple[ProductionProcess, ...]:
    """The processes that sheet A lists, from their blocks of sheet D."""
    listed = row_of(cells, A_SHEET, "D", "P1", 83)
    blocks = block_rows(cells, D_SHEET, "CONST_ProductionProcess", MAX_PROCESSES, first=11, height=65)
    for id_ in names.values():
        block = blocks[int(id_[1:]) - 1]
        _total(cells, D_SHEET, block + 5, block + 13)
    found = []
    for name, id_ in names.items():
        number = int(id_[1:])
        row, block = listed + number - 1, blocks[number - 1]
        told = (cells.text(A_SHEET, f"{column}{row}") for column in "FGHIJK")
        alone = {"only direct production", (cells.text(CONSTANTS, "B62") or "").lower()}
        bubble = tuple(word for word in told if word and word.lower() not in alone)
        category = category_at(cells, f"E{row}") or ""
        found.append(_process(cells, id_, name, category, block, names, bubble))
    return tuple(found)


def category_at(cells: Cells, cell: str) -> str | None:
    """The goods category in a cell of sheet A, in English or in the file's own words; an unknown one is a fault."""
    told = cells.text(A_SHEET, cell)
    if told is None:
        return None
    own = {
        terms.plain(cells.text(CONSTANTS, f"A{FIRST_CATEGORY + number}") or ""): category
        for number, category in enumerate(CATEGORIES)
    }
    found = category_in(told) or own.get(terms.plain(told))
    if found is None:
        cells.fault(A_SHEET, cell, f"'{told}'", *expected_category(told))
    return found or told


def _process(
    cells: Cells,
    id_: str,
    name: str,
    category: str,
    block: int,
    names: dict[str, str],
    bubble: tuple[str, ...],
) -> ProductionProcess:
    at = f"processes.{id_}"

    def number(column: str, offset: int, place: str) -> float | None:
        return cells.number(D_SHEET, f"{column}{block + offset}", f"{at}.{place}")

    return ProductionProcess(
        id=id_,
        name=name,
        goods_category=category,
        production=_routes(cells, D_SHEET, block + 5, f"{at}.production"),
        to_market=number("L", 16, "to_market"),
        consumed_in=_others(cells, block + 21, int(id_[1:]), at, names),
        consumed_non_cbam=number("L", 30, "consumed_non_cbam"),
        heat_applies=cells.flag(D_SHEET, f"K{block + 39}"),
        waste_gas_applies=cells.flag(D_SHEET, f"L{block + 39}"),
        direct_tco2e=number("L", 43, "direct_tco2e"),
        heat=heat_from(_flows(cells, block, HEAT_CELLS, f"{at}.heat")),
        waste_gas=waste_gas_from(_flows(cells, block, WASTE_GAS_CELLS, f"{at}.waste_gas")),
        electricity=Electricity(
            consumed_mwh=number("L", 54, "electricity.consumed_mwh"),
            ef_tco2_per_mwh=number("L", 55, "electricity.ef_tco2_per_mwh"),
            ef_source=terms.power_source(
                cells.text(D_SHEET, f"L{block + 56}", f"{at}.electricity.ef_source")
            ),
            exported_mwh=number("L", 60, "electricity.exported_mwh"),
            exported_ef_tco2_per_mwh=number("L", 61, "electricity.exported_ef_tco2_per_mwh"),
        ),
        bubble_precursors=bubble,
    )


def _flows(cells: Cells, block: int, offsets: Mapping[str, tuple[str, int]], at: str) -> CellFields:
    """Heat or waste gas of a block: cells given by column and distance from the block's first row."""
    columns = {name: f"{column}{block + offset}" for name, (column, offset) in offsets.items()}
    return CellFields(cells, D_SHEET, columns, at)


def _total(cells: Cells, sheet: str, first: int, total: int) -> None:
    """The sum of a block's amounts, for typed formulas that point to it."""
    found = [cells.number(sheet, f"L{row}", f"sum.{sheet}.{row}") for row in range(first, first + 8)]
    cells.computed[sheet, f"L{total}"] = sum(value for value in found if value is not None)


def _routes(cells: Cells, sheet: str, first: int, place: str) -> tuple[RouteAmount, ...]:
    """Amounts by route: the eight rows of a block, those that are blank left out."""
    found: list[RouteAmount] = []
    for number in range(8):
        row = first + number
        amount = cells.number(sheet, f"L{row}", f"{place}.{len(found)}")
        if amount is not None:
            cells.places[f"{place}.{len(found)}"] = f"{sheet}!L{row}"
            route = cells.text(sheet, f"H{row}")
            found.append(RouteAmount(route if route and route != "n.a." else f"Route {number + 1}", amount))
    if not found:
        cells.places[f"{place}.0"] = f"{sheet}!L{first}"
    return tuple(found)


def _others(cells: Cells, first: int, own: int, at: str, names: dict[str, str]) -> tuple[Use, ...]:
    """What other processes consumed: nine rows, the process itself skipped."""
    found: list[Use] = []
    for number in range(1, MAX_PROCESSES):
        other = number if number < own else number + 1
        found.extend(
            _use(cells, D_SHEET, first + number - 1, f"P{other}", f"{at}.consumed_in.{len(found)}", names)
        )
    return tuple(found)


def _use(
    cells: Cells, sheet: str, row: int, process: str, place: str, names: dict[str, str]
) -> tuple[Use, ...]:
    """One row of consumption; the template passes over the row of a process that sheet A does not list."""
    amount = cells.number(sheet, f"L{row}", place)
    if amount is None:
        cells.places.pop(place, None)
        return ()
    if process not in names.values():
        if amount != 0:
            cells.remark(
                both(
                    f"{sheet}!L{row}: {amount:g} for {process}, which sheet A_InstData does not list: left out",
                    f"{sheet}!L{row}：{amount:g}用于{process}，而A_InstData未列该工序：未计入",
                )
            )
        cells.places.pop(place, None)
        return ()
    cells.places[f"{place}.process"] = f"{sheet}!E{row}"
    return (Use(process, amount),)


def precursors_of(cells: Cells, names: dict[str, str]) -> tuple[PurchasedPrecursor, ...]:
    """The precursors that sheet A lists, from their blocks of sheet E."""
    listed = row_of(cells, A_SHEET, "D", "PP1", 102)
    blocks = block_rows(cells, E_SHEET, "CONST_PurchPrecursor", MAX_PRECURSORS, first=14, height=44)
    found = []
    for number, block in enumerate(blocks, 1):
        row, id_ = listed + number - 1, f"PP{number}"
        told = cells.text(A_SHEET, f"E{row}")
        if told is None:
            continue
        category = category_at(cells, f"E{row}") or told
        name = cells.text(A_SHEET, f"L{row}", f"precursors.{id_}") or f"{id_} - {told}"
        country = cells.text(A_SHEET, f"F{row}")
        found.append(_precursor(cells, id_, name, category, country, block, names))
    _require_names_differ(cells, found, listed)
    return tuple(found)


def _precursor(
    cells: Cells, id_: str, name: str, category: str, country: str | None, block: int, names: dict[str, str]
) -> PurchasedPrecursor:
    at = f"precursors.{id_}"
    sources = cells.in_words(69, terms.SOURCES)
    _total(cells, E_SHEET, block + 3, block + 11)
    uses: list[Use] = []
    for number in range(1, MAX_PROCESSES + 1):
        place = f"{at}.consumed_in.{len(uses)}"
        uses.extend(_use(cells, E_SHEET, block + 13 + number, f"P{number}", place, names))

    def value(offset: int, place: str) -> float | None:
        return cells.number(E_SHEET, f"L{block + offset}", f"{at}.{place}")

    return PurchasedPrecursor(
        id=id_,
        name=name,
        goods_category=category,
        country=country,
        purchased=_routes(cells, E_SHEET, block + 3, f"{at}.purchased"),
        consumed_in=tuple(uses),
        other_use=value(24, "other_use"),
        see_direct=value(35, "see_direct"),
        see_direct_source=cells.choice(E_SHEET, f"M{block + 35}", sources, f"{at}.see_direct_source"),
        specific_electricity_mwh_per_t=value(36, "specific_electricity_mwh_per_t"),
        specific_electricity_source=cells.choice(
            E_SHEET, f"M{block + 36}", sources, f"{at}.specific_electricity_source"
        ),
        electricity_ef_tco2_per_mwh=value(37, "electricity_ef_tco2_per_mwh"),
        electricity_ef_source=terms.power_source(cells.text(E_SHEET, f"M{block + 37}")),
        see_indirect=_typed_over(cells, f"L{block + 38}", f"{at}.see_indirect"),
        justification=cells.text(E_SHEET, f"K{block + 40}"),
    )


def _typed_over(cells: Cells, cell: str, place: str) -> float | None:
    """A number that somebody typed over the template's formula; the template then reckons with it."""
    return None if cells.formula(E_SHEET, cell) else cells.number(E_SHEET, cell, place)


def _require_names_differ(cells: Cells, found: list[PurchasedPrecursor], listed: int) -> None:
    """The template adds up amounts by name, in any case of letters: two of one name are counted for each other."""
    seen: set[str] = set()
    for precursor in found:
        if precursor.name.lower() in seen:
            row = listed + int(precursor.id[2:]) - 1
            cells.fault(A_SHEET, f"L{row}", f"'{precursor.name}' twice", "names that differ")
        seen.add(precursor.name.lower())
