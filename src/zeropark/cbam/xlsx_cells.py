"""Cells of a filled template: numbers, words and dates as typed, each fault with its sheet and cell"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from zeropark.cbam.terms import (
    FLAGS,
    LARGEST,
    is_nothing,
    no_date,
    number_of,
    plain,
    plain_unit,
    read_as_blank,
)
from zeropark.cbam.xlsx_formula import NotSimple, evaluate
from zeropark.errors import Fault, InputError, nearest

Term = TypeVar("Term")
NEEDED = (
    "A_InstData",
    "B_EmInst",
    "C_Emissions&Energy",
    "D_Processes",
    "E_PurchPrec",
    "Summary_Products",
)
CONSTANTS = "Parameters_Constants"
"""Hidden in the Commission's file: words of its language; a workbook without it is read in English."""
TOOLS = "F_Tools"
"""Tools beside the chain of computation: cogeneration and carbon price."""
SHEETS = (*NEEDED, CONSTANTS, TOOLS)
_ERRORS = ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!")


@dataclass
class Cells:
    """Stored values and formulas of the sheets that are read; faults and places are collected on the way.

    computed: what the template would compute in a cell, for typed formulas that point there in a file that keeps no
    values.
    """

    file: str
    values: Mapping[str, Mapping[str, object]]
    formulas: Mapping[str, Mapping[str, object]]
    faults: list[Fault] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)
    computed: dict[tuple[str, str], float | None] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)

    @property
    def keeps_values(self) -> bool:
        """Whether the file stores what its formulas give; programs that only write formulas leave that out."""
        return not self.values.get(CONSTANTS) or self.values[CONSTANTS].get("B34") is not None

    def fault(self, sheet: str, cell: str, found: str, expected: str, hint: str = "") -> None:
        """Note one thing wrong, once."""
        fault = Fault(self.file, None, f"{sheet}!{cell}", found, expected, hint)
        if fault not in self.faults:
            self.faults.append(fault)

    def remark(self, text: str) -> None:
        """Note something for whoever checks, once."""
        if text not in self.remarks:
            self.remarks.append(text)

    def stored(self, sheet: str, cell: str) -> object:
        """The value that the file keeps for the cell; None for a blank."""
        value = self.values[sheet].get(cell)
        return None if isinstance(value, str) and not value.strip() else value

    def formula(self, sheet: str, cell: str) -> str | None:
        """The formula in the cell, if there is one."""
        value = self.formulas[sheet].get(cell)
        return value if isinstance(value, str) and value.startswith("=") else None

    def number(self, sheet: str, cell: str, place: str) -> float | None:
        """The number in an input cell; None for a blank."""
        self.places.setdefault(place, f"{sheet}!{cell}")
        value = self.stored(sheet, cell)
        formula = self.formula(sheet, cell)
        if value is None and formula and not self.keeps_values:
            return self._typed(sheet, cell, formula)
        if value is None:
            return None
        if isinstance(value, str) and is_nothing(value):
            self.remark(read_as_blank(f"{sheet}!{cell}", value))
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            words = str(value) if isinstance(value, str) and value in _ERRORS else f"'{value}'"
            as_text = isinstance(value, str) and number_of(value) is not None
            hint = "it is kept as text, which the template does not count: type it again" if as_text else ""
            self.fault(sheet, cell, words, "a number", hint)
            return None
        if not -LARGEST < value < LARGEST:
            self.fault(sheet, cell, str(value)[:20], "a finite number")
            return None
        return float(value)

    def _typed(self, sheet: str, cell: str, formula: str) -> float | None:
        try:
            return evaluate(formula, sheet, self._looked_up)
        except (NotSimple, ZeroDivisionError, OverflowError, RecursionError):
            self.fault(
                sheet,
                cell,
                f"formula {formula[:60]} without a stored value",
                "a number",
                "open the file in a spreadsheet program and save it, or type the number",
            )
            return None

    def _looked_up(self, sheet: str, cell: str) -> float | None:
        """A number that a typed formula points to. Raises NotSimple where it is none."""
        if (sheet, cell) in self.computed:
            return self.computed[sheet, cell]
        if sheet not in self.values:
            raise NotSimple(sheet)
        value = self.stored(sheet, cell)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
        if formula := self.formula(sheet, cell):
            return evaluate(formula, sheet, self._looked_up)
        if value is not None:
            raise NotSimple(str(value))
        return None

    def text(self, sheet: str, cell: str, place: str | None = None) -> str | None:
        """The words in a cell; a number becomes its digits; None for a blank."""
        if place:
            self.places.setdefault(place, f"{sheet}!{cell}")
        value = self.stored(sheet, cell)
        if value is None:
            return None
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return str(value).strip() or None

    def choice(self, sheet: str, cell: str, known: Mapping[str, Term], place: str) -> Term | None:
        """A word of a drop-down list as a term of the model; None for a blank."""
        told = self.text(sheet, cell, place)
        if told is None:
            return None
        found = known.get(plain(told))
        if found is None:
            self.fault(
                sheet,
                cell,
                f"'{told}'",
                " or ".join(sorted({str(v) for v in known.values()})),
                nearest(told, known),
            )
        return found

    def in_words(self, row: int, known: Mapping[str, Term]) -> Mapping[str, Term]:
        """The terms by their English words, and by those that the file's own language has for them (hidden sheet)."""
        own = {}
        for column, term in zip("BCD", dict.fromkeys(known.values()), strict=False):
            word = self.text(CONSTANTS, f"{column}{row}")
            if word:
                own[plain(word)] = term
        return {**known, **own}

    def unit(self, sheet: str, cell: str, known: Mapping[str, Term], place: str) -> Term | None:
        """A unit of a drop-down list as a term of the model; None for a blank."""
        told = self.text(sheet, cell, place)
        if told is None:
            return None
        found = known.get(plain_unit(told))
        if found is None:
            self.fault(
                sheet, cell, f"unit '{told}'", " or ".join(map(str, known.values())), nearest(told, known)
            )
        return found

    def flag(self, sheet: str, cell: str) -> bool | None:
        """True, false or blank, or a word for it; other words are read as blank, and that is told."""
        value = self.stored(sheet, cell)
        if not isinstance(value, str):
            return value if isinstance(value, bool) else None
        found = FLAGS.get(plain(value))
        if found is None:
            self.remark(read_as_blank(f"{sheet}!{cell}", value))
        return found

    def day(self, sheet: str, cell: str) -> date | None:
        """A date; None for a blank."""
        value = self.stored(sheet, cell)
        if isinstance(value, datetime):
            return value.date()
        if value is not None and not isinstance(value, date):
            self.remark(no_date(f"{sheet}!{cell}", str(value)))
            return None
        return value


def read_cells(path: Path) -> Cells:
    """The sheets of a filled template. Raises InputError when it is no workbook, or lacks a sheet."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # extensions of the file that are not read are of no use here
        values, formulas = _loaded(path, True), _loaded(path, False)
    missing = [name for name in NEEDED if name not in values]
    if missing:
        raise InputError(
            Fault(
                path.name,
                None,
                name,
                "no such sheet",
                "the Commission's communication template V2.1",
                nearest(name, values),
            )
            for name in missing
        )
    absent: dict[str, dict[str, object]] = {CONSTANTS: {}, TOOLS: {}}
    return Cells(path.name, {**absent, **values}, {**absent, **formulas})


def _loaded(path: Path, data_only: bool) -> dict[str, dict[str, object]]:
    try:
        workbook = load_workbook(path, read_only=True, data_only=data_only)
    except (OSError, BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        raise InputError([Fault(path.name, None, "file", str(error)[:120], "an .xlsx workbook")]) from error
    try:
        return {
            name: {
                cell.coordinate: cell.value
                for row in workbook[name].iter_rows()
                for cell in row
                if cell.value is not None
            }
            if name in SHEETS
            else {}
            for name in workbook.sheetnames
        }
    finally:
        workbook.close()
