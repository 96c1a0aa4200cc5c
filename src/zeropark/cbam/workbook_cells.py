"""A worksheet under construction: texts, inputs, results and formulas with the value that they give"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import xlsxwriter

_STYLES: Mapping[str, Mapping[str, object]] = {
    "text": {"text_wrap": False},
    "wrap": {"text_wrap": True, "valign": "top"},
    "title": {"bold": True, "font_size": 14, "font_color": "#1f3b57"},
    "head": {"bold": True, "bg_color": "#dfe6ee", "text_wrap": True, "valign": "vcenter", "border": 1},
    "section": {"bold": True, "bg_color": "#1f3b57", "font_color": "#ffffff"},
    "label": {"font_color": "#333333"},
    "input": {"bg_color": "#fffbe0", "border": 1, "border_color": "#c8c8c8"},
    "day": {"bg_color": "#fffbe0", "border": 1, "border_color": "#c8c8c8", "num_format": "yyyy-mm-dd"},
    "share": {"bg_color": "#fffbe0", "border": 1, "border_color": "#c8c8c8", "num_format": "0.0###%"},
    "result": {"bg_color": "#eef2f0", "border": 1, "border_color": "#c8c8c8"},
    "result_share": {"bg_color": "#eef2f0", "border": 1, "border_color": "#c8c8c8", "num_format": "0.00%"},
    "result_day": {"bg_color": "#eef2f0", "num_format": "yyyy-mm-dd"},
}
_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


@dataclass
class Page:
    """One worksheet with the book's formats; cells are named as in the template (``L54``)."""

    sheet: Any
    formats: Mapping[str, Any]

    def text(self, cell: str, value: str | None, style: str = "label") -> None:
        """A text; nothing where it is empty. Never read as a formula or a link."""
        if value:
            self.sheet.write_string(cell, value, self.formats[style])

    def texts(self, row: int, values: Mapping[str, str | int], style: str = "head") -> None:
        """Texts and numbers of one row by column: numbers that the template counts its rows and blocks with."""
        for column, value in values.items():
            if isinstance(value, int):
                self.number(f"{column}{row}", value, style)
            else:
                self.text(f"{column}{row}", value, style)

    def number(self, cell: str, value: float | None, style: str = "input") -> None:
        """A number; an empty cell of the same look where there is none, never zero."""
        if value is None:
            self.sheet.write_blank(cell, None, self.formats[style])
        elif math.isfinite(value):
            self.sheet.write_number(cell, value, self.formats[style])

    def given(self, cell: str, value: str | None) -> None:
        """A text of an input cell."""
        if value:
            self.sheet.write_string(cell, value, self.formats["input"])
        else:
            self.sheet.write_blank(cell, None, self.formats["input"])

    def flag(self, cell: str, value: bool | None) -> None:
        """A choice of TRUE or FALSE; empty where nothing is known."""
        if value is None:
            self.sheet.write_blank(cell, None, self.formats["input"])
        else:
            self.sheet.write_boolean(cell, value, self.formats["input"])

    def day(self, cell: str, value: date | None, style: str = "day") -> None:
        """A day; empty where there is none."""
        if value is not None:
            self.sheet.write_datetime(cell, value, self.formats[style])

    def formula(self, cell: str, formula: str, value: float, style: str = "result") -> None:
        """A formula with its value, for readers that do not calculate."""
        if math.isfinite(value):
            self.sheet.write_formula(cell, formula, self.formats[style], value)

    def derived(self, cell: str, formula: str, value: float, calculated: float) -> None:
        """A formula where it gives the value; the bare value where a rule sets it otherwise (goods of Annex II)."""
        if math.isclose(value, calculated, rel_tol=1e-9, abs_tol=1e-12):
            self.formula(cell, formula, value)
        else:
            self.number(cell, value, "result")

    def widths(self, widths: Mapping[str, float]) -> None:
        """Column widths by column or range of columns."""
        for columns, width in widths.items():
            self.sheet.set_column(columns if ":" in columns else f"{columns}:{columns}", width)


def open_book(path: str, sheets: Sequence[str], hidden: Sequence[str]) -> tuple[Any, dict[str, Page]]:
    """A new workbook with these sheets in order."""
    book = xlsxwriter.Workbook(path, dict(_OPTIONS))
    formats = {
        name: book.add_format({"font_name": "Arial", "font_size": 9, **look})
        for name, look in _STYLES.items()
    }
    pages = {name: Page(book.add_worksheet(name), formats) for name in sheets}
    for name in hidden:
        pages[name].sheet.hide()
    return book, pages
