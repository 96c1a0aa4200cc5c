"""Sheets B_EmInst and C of a filled template: source streams, perfluorocarbons, measured stacks, typed balances"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from zeropark.cbam import terms
from zeropark.cbam.model import (
    ActivityUnit,
    EmissionBalance,
    FuelBalance,
    MeasurementSource,
    PfcSource,
    SourceStream,
)
from zeropark.cbam.sources import (
    EMISSION_NUMBERS,
    FUEL_NUMBERS,
    MEASUREMENT_COLUMNS,
    PFC_COLUMNS,
    STREAM_COLUMNS,
    balance_from,
    fuel_from,
    measurement_from,
    pfc_from,
    stream_from,
)
from zeropark.cbam.template_layout import B_SHEET, C_SHEET, BalanceRows, numbered_rows
from zeropark.cbam.xlsx_cells import Cells
from zeropark.texts import both

Term = TypeVar("Term")
Source = TypeVar("Source")


@dataclass(frozen=True)
class CellFields:
    """Cells of a sheet by the names of the model. at: place in the model. columns: name → column, or cell of its own.

    row: None where ``columns`` are whole cells.
    """

    cells: Cells
    sheet: str
    columns: Mapping[str, str]
    at: str
    row: int | None = None

    def number(self, name: str, /) -> float | None:
        """The number in the cell of this name."""
        return self.cells.number(self.sheet, self._cell(name), f"{self.at}.{name}")

    def text(self, name: str, /) -> str | None:
        """The words in the cell of this name."""
        return self.cells.text(self.sheet, self._cell(name), f"{self.at}.{name}")

    def _cell(self, name: str) -> str:
        return self.columns[name] if self.row is None else f"{self.columns[name]}{self.row}"


def streams_of(cells: Cells) -> tuple[SourceStream, ...]:
    """Section a: a row with a method is a stream."""
    methods = cells.in_words(56, terms.STREAM_METHODS)
    found = []
    for number, row in enumerate(numbered_rows(cells, B_SHEET, 75, first=17), 1):
        id_ = f"S{number}"
        fields = CellFields(cells, B_SHEET, {"name": "E", **STREAM_COLUMNS}, f"streams.{id_}", row)
        method = _kind(fields, id_, "D", methods, "method", "F")
        if method is None:
            continue
        if cells.stored(B_SHEET, f"E{row}") is None:
            cells.remark(
                both(
                    f"{B_SHEET}!E{row}: a stream without a name; the template calls it incomplete and leaves it out, here"
                    " it counts",
                    f"{B_SHEET}!E{row}：源流无名称；模板视为不完整而不计入，此处计入",
                )
            )
        factor_unit = cells.unit(B_SHEET, f"K{row}", terms.FACTOR_UNITS, f"{fields.at}.emission_factor_unit")
        found.append(stream_from(fields, id_, method, _activity_unit(cells, row, fields.at), factor_unit))
    return tuple(found)


def _kind(
    fields: CellFields, id_: str, column: str, known: Mapping[str, Term], name: str, amount: str
) -> Term | None:
    """The word that makes a row a source (method, gas); None for a row that is none.

    An amount without it would be left out of the sums without a word: a fault. The row is kept for typed formulas.
    """
    cells, row = fields.cells, fields.row
    found = cells.choice(B_SHEET, f"{column}{row}", known, f"{fields.at}.{name}")
    if found is None:
        _require_no_amount(cells, f"{amount}{row}", f"{column}{row}")
        return None
    cells.places[f"row.{id_}"] = str(row)
    return found


def _activity_unit(cells: Cells, row: int, at: str) -> ActivityUnit:
    unit = cells.unit(B_SHEET, f"G{row}", terms.ACTIVITY_UNITS, f"{at}.activity_unit")
    if cells.stored(B_SHEET, f"F{row}") in (None, 0):
        return unit or "t"
    if unit is None and cells.stored(B_SHEET, f"G{row}") is None:
        cells.fault(B_SHEET, f"G{row}", "nothing", "t or 1000Nm3")
    return unit or "t"


def _require_no_amount(cells: Cells, amount: str, method: str) -> None:
    told = cells.stored(B_SHEET, amount)
    if told not in (None, 0) and not (isinstance(told, str) and terms.is_nothing(told)):
        if cells.stored(B_SHEET, method) is not None:
            return  # an unknown method: a fault already
        cells.fault(B_SHEET, method, "nothing", "a method", f"{amount} has a value")


def pfc_sources_of(cells: Cells) -> tuple[PfcSource, ...]:
    """Section b: a row with a method is a source."""
    methods = cells.in_words(57, terms.PFC_METHODS)
    columns = {"name": "E", **PFC_COLUMNS}
    return _rows(cells, "PFC", 98, "pfc", columns, ("D", methods, "method", "F"), pfc_from)


def measurements_of(cells: Cells) -> tuple[MeasurementSource, ...]:
    """Section c: a row with a type of gas is a stack."""
    columns = {"name": "D", **MEASUREMENT_COLUMNS}
    kind = ("E", terms.GASES, "gas", "V")
    return _rows(cells, "M", 113, "measurements", columns, kind, measurement_from)


def _rows(
    cells: Cells,
    letter: str,
    first: int,
    place: str,
    columns: Mapping[str, str],
    kind: tuple[str, Mapping[str, Term], str, str],
    make: Callable[[CellFields, str, Term], Source],
) -> tuple[Source, ...]:
    """The sources of a section of ten rows. kind: column, words, name in the model, column of the amount."""
    found = []
    for number, row in enumerate(numbered_rows(cells, B_SHEET, 10, first=first), 1):
        id_ = f"{letter}{number}"
        fields = CellFields(cells, B_SHEET, columns, f"{place}.{id_}", row)
        if (told := _kind(fields, id_, *kind)) is not None:
            found.append(make(fields, id_, told))
    return tuple(found)


def fuel_of(cells: Cells, rows: BalanceRows) -> FuelBalance:
    """Sheet C, section 1: the typed line."""
    columns = dict(zip(FUEL_NUMBERS, "HIJK", strict=True))
    return fuel_from(CellFields(cells, C_SHEET, columns, "fuel_balance", rows.fuel_manual))


def emissions_of(cells: Cells, rows: BalanceRows) -> EmissionBalance:
    """Sheet C, section 2: the typed line."""
    columns = dict(zip(EMISSION_NUMBERS, "HIJKM", strict=True))
    return balance_from(CellFields(cells, C_SHEET, columns, "emission_balance", rows.emission_manual))
