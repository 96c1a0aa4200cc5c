"""A small calculator for the formulas of a workbook: sums, products, MAX; written apart from what writes them"""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl

_REF = re.compile(
    r"(?:(?P<quoted>'[^']+')|(?P<sheet>[A-Za-z_0-9]+))?!?(?<![A-Za-z])(?P<from>[A-Z]{1,3}\d+)(?::(?P<to>[A-Z]{1,3}\d+))?"
)


class Book:
    """Both readings of a workbook: formulas and cached values."""

    def __init__(self, path: Path) -> None:
        self.formulas = openpyxl.load_workbook(path)
        self.cached = openpyxl.load_workbook(path, data_only=True)
        self.known: dict[tuple[str, str], float] = {}

    def all_formulas(self) -> list[tuple[str, str, str]]:
        return [
            (sheet.title, cell.coordinate, cell.value)
            for sheet in self.formulas
            for row in sheet.iter_rows()
            for cell in row
            if isinstance(cell.value, str) and cell.value.startswith("=") and cell.data_type == "f"
        ]

    def value(self, sheet: str, cell: str) -> float:
        """Calculated anew from inputs, whatever is cached."""
        if (sheet, cell) not in self.known:
            content = self.formulas[sheet][cell].value
            number = isinstance(content, int | float) and not isinstance(content, bool)
            if isinstance(content, str) and content.startswith("="):
                self.known[sheet, cell] = self.calculate(sheet, content[1:])
            else:
                self.known[sheet, cell] = float(content) if number else 0.0
        return self.known[sheet, cell]

    def calculate(self, sheet: str, text: str) -> float:
        def replace(match: re.Match[str]) -> str:
            home = (match["quoted"] or "").strip("'") or match["sheet"] or sheet
            if match["to"]:
                cells = self.formulas[home][f"{match['from']}:{match['to']}"]
                return (
                    "[" + ",".join(repr(self.value(home, c.coordinate)) for row in cells for c in row) + "]"
                )
            return f"({self.value(home, match['from'])!r})"

        python = _REF.sub(replace, text)
        return float(eval(python, {"__builtins__": {}}, {"SUM": _sum, "MAX": max}))


def _sum(*parts: object) -> float:
    return sum(sum(p) if isinstance(p, list) else float(p) for p in parts)  # type: ignore[arg-type]
