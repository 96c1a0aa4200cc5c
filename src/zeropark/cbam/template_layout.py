"""Where things stand in the Commission's template V2.1: sheets, columns, blocks, found by their structure"""

from __future__ import annotations

from dataclasses import dataclass

from zeropark.cbam.xlsx_cells import Cells

A_SHEET = "A_InstData"
B_SHEET = "B_EmInst"
C_SHEET = "C_Emissions&Energy"
D_SHEET = "D_Processes"
E_SHEET = "E_PurchPrec"
S_SHEET = "Summary_Products"

MAX_PROCESSES, MAX_PRECURSORS = 10, 20

PRODUCT_COLUMNS = {
    "P": "main_reducing_agent",
    "Q": "steel_mill_id",
    "R": "mn_content",
    "S": "cr_content",
    "T": "ni_content",
    "U": "other_alloys",
    "V": "carbon_content",
    "W": "scrap_per_t_steel",
    "X": "other_materials",
    "Y": "pre_consumer_scrap",
    "Z": "scrap_per_t_aluminium",
    "AA": "non_aluminium",
    "AB": "clinker_factor",
    "AC": "calcined",
    "AD": "concentration",
    "AE": "nitric_acid",
    "AF": "urea",
    "AG": "n_content",
    "AH": "n_ammonium",
    "AI": "n_nitrate",
    "AJ": "n_urea",
    "AK": "n_other",
}
"""Qualifying parameters of goods, sheet Summary_Products; shares are fractions."""


_ALLOYS = ("mn_content", "cr_content", "ni_content")
_IRON = ("main_reducing_agent", *_ALLOYS, "other_alloys")
_ALUMINIUM = ("scrap_per_t_aluminium", "non_aluminium", "pre_consumer_scrap")
_ASKED = {
    "cement": ("clinker_factor",),
    "calcined clays": ("calcined",),
    "iron or steel products": (*_IRON, "steel_mill_id", "other_materials"),
    "crude steel": (*_IRON, "scrap_per_t_steel", "pre_consumer_scrap"),
    "direct reduced iron": _IRON,
    "pig iron": _IRON,
    "alloys (femn, fecr, feni)": (*_ALLOYS, "carbon_content"),
    "ammonia": ("concentration",),
    "nitric acid": ("nitric_acid",),
    "urea": ("urea", "n_content"),
    "mixed fertilisers": ("n_ammonium", "n_nitrate", "n_urea", "n_other"),
    "aluminium products": _ALUMINIUM,
    "unwrought aluminium": _ALUMINIUM,
}


def asked_of(category: str) -> tuple[str, ...]:
    """Qualifying parameters that the template asks for of a goods category (Parameters_Constants, rows 110 to 127)."""
    return _ASKED.get(category.strip().lower(), ())


TOOL_INPUTS = (
    *(f"{column}{row}" for row in (21, 61) for column in "JKL"),
    *(f"{column}{row}" for row in (26, 64) for column in "JK"),
)
"""Where sheet F_Tools asks for numbers of cogeneration, twice."""


@dataclass(frozen=True)
class BalanceRows:
    """Rows of sheet C where lines are typed by hand."""

    fuel_manual: int
    emission_manual: int


def row_of(cells: Cells, sheet: str, column: str, wanted: object, usual: int) -> int:
    """The first row where a column has this value; the usual one where that is what it has, or none has it."""
    values = cells.values[sheet]
    if values.get(f"{column}{usual}") == wanted:
        return usual
    rows = [
        int(cell[len(column) :])
        for cell, value in values.items()
        if value == wanted and cell.startswith(column) and cell[len(column) :].isdigit()
    ]
    return min(rows, default=usual)


def balance_rows(cells: Cells) -> BalanceRows:
    """The rows of typed lines: seven below the head of section 1 and of section 2."""
    fuel = row_of(cells, C_SHEET, "C", 1, 8)
    gases = row_of(cells, C_SHEET, "C", 2, 19)
    return BalanceRows(fuel_manual=fuel + 8, emission_manual=gases + 7)


def numbered_rows(cells: Cells, sheet: str, count: int, first: int) -> list[int]:
    """The rows of a table that column C numbers from 1, near row ``first``: as far as it counts, at most ``count``."""
    values = cells.values[sheet]
    start = first
    if values.get(f"C{first}") != 1:
        candidates = [row for row in range(max(first - 20, 1), first + 40) if _is_one(cells, sheet, row)]
        start = min(candidates, key=lambda row: abs(row - first), default=first)
    if not _is_one(cells, sheet, start):
        return [start + number for number in range(count)]
    counted = next((n for n in range(count) if values.get(f"C{start + n}") != n + 1), count)
    return [start + number for number in range(counted)]


def _is_one(cells: Cells, sheet: str, row: int) -> bool:
    values = cells.values[sheet]
    return values.get(f"C{row}") == 1 and values.get(f"C{row + 1}") == 2


def block_rows(cells: Cells, sheet: str, marker: str, count: int, first: int, height: int) -> list[int]:
    """First rows of the blocks of a sheet: where column D builds its title from a constant, else as is usual."""
    found = [
        row
        for row in range(1, first + height * count + 40)
        if marker in (cells.formula(sheet, f"D{row}") or "")
    ]
    return found[:count] if len(found) >= count else [first + height * number for number in range(count)]
