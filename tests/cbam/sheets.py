"""A small worksheet calculator, for one purpose: to let the Commission's template compute what the engine computes.

It evaluates the template's own formulas lazily, cell by cell, over whatever is typed into its input cells. Nothing of
zeropark is used here, so that agreement of both means something.
"""

from __future__ import annotations

import contextlib
import re
import sys
import warnings
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from openpyxl import load_workbook
from openpyxl.utils import column_index_from_string, get_column_letter

_TOKEN = re.compile(
    r"\s*(?:(?P<str>\"(?:[^\"]|\"\")*\")"
    r"|(?P<range>(?:(?:'[^']+'|[A-Za-z_][\w.]*)!)?(?:\$?[A-Z]{1,3}\$?\d+(?::\$?[A-Z]{1,3}\$?\d+)?|\$?[A-Z]{1,3}:\$?[A-Z]{1,3})(?![\w(]))"
    r"|(?P<num>\d+\.?\d*(?:E[+-]?\d+)?)"
    r"|(?P<fn>[A-Z]+)\("
    r"|(?P<name>[A-Za-z_][\w.]*)"
    r"|(?P<op><=|>=|<>|[-+*/^&=<>(),%]))"
)


class XlError(Exception):
    pass


class Area:
    """A rectangle of cells, not read until asked."""

    def __init__(self, book: Book, sheet: str, left: int, top: int, right: int, bottom: int) -> None:
        self.book, self.sheet = book, sheet
        self.left, self.top, self.right, self.bottom = left, top, right, bottom

    @property
    def shape(self) -> tuple[int, int]:
        return self.bottom - self.top + 1, self.right - self.left + 1

    def at(self, row: int, column: int) -> Any:
        return self.book.value(self.sheet, f"{get_column_letter(self.left + column)}{self.top + row}")

    def cells(self) -> list[Any]:
        rows, columns = self.shape
        return [self.at(r, c) for r in range(rows) for c in range(columns)]

    def filled(self) -> list[tuple[int, Any]]:
        """Row offset and value of cells that hold anything, of a single column."""
        if self.bottom > 1000:  # a whole column: read once
            return [(row - self.top, value) for row, value in self.book.column(self.sheet, self.left)]
        found = []
        for offset in range(self.bottom - self.top + 1):
            with contextlib.suppress(XlError):
                if (value := self.at(offset, 0)) is not None:
                    found.append((offset, value))
        return found

    def where(self, text: str) -> list[tuple[int, Any]]:
        """The same of a whole column, only where it has this text."""
        key = self.sheet, f"texts {self.left}"
        if key not in self.book.known:
            found: dict[str, list[tuple[int, Any]]] = {}
            for offset, value in self.filled():
                if isinstance(value, str):
                    found.setdefault(value.lower(), []).append((offset, value))
            self.book.known[key] = found
        return self.book.known[key].get(text.lower(), [])

    def sub(self, row: int, column: int) -> Area:
        rows, columns = self.shape
        r0, r1 = (self.top + row - 1,) * 2 if row else (self.top, self.top + rows - 1)
        c0, c1 = (self.left + column - 1,) * 2 if column else (self.left, self.left + columns - 1)
        return Area(self.book, self.sheet, c0, r0, c1, r1)


class Book:
    def __init__(
        self, formulas: dict[str, dict[str, Any]], names: dict[str, str], arrays: dict[str, list]
    ) -> None:
        self.formulas, self.names, self.arrays = formulas, names, arrays
        self.typed: dict[tuple[str, str], Any] = {}
        self.known: dict[tuple[str, str], Any] = {}

    def type(self, sheet: str, cell: str, value: Any) -> None:
        self.typed[sheet, cell] = value
        self.known.clear()

    def column(self, sheet: str, column: int) -> list[tuple[int, Any]]:
        """Row and value of every cell of a column that holds anything but an error."""
        key = sheet, f"column {column}"
        if key not in self.known:
            letter, found = get_column_letter(column), []
            cells = {*self.formulas[sheet], *(cell for s, cell in self.typed if s == sheet)}
            for row in sorted(int(c[len(letter) :]) for c in cells if re.fullmatch(rf"{letter}\d+", c)):
                with contextlib.suppress(XlError):
                    found.append((row, self.value(sheet, f"{letter}{row}")))
            self.known[key] = found
        return self.known[key]

    def value(self, sheet: str, cell: str) -> Any:
        key = sheet, cell
        if key not in self.known:
            self.known[key] = self._value(sheet, cell)
        value = self.known[key]
        if isinstance(value, XlError):
            raise value
        return value

    def _value(self, sheet: str, cell: str) -> Any:
        if (sheet, cell) in self.typed:
            raw = self.typed[sheet, cell]
        else:
            raw = self.formulas[sheet].get(cell)
            for top_left, text, area in self.arrays.get(sheet, ()):
                if inside(cell, area):
                    return self._of_array(sheet, top_left, text, area, cell)
        if isinstance(raw, str) and raw.startswith("="):
            try:
                found = Reader(raw[1:], self, sheet).all()
                return found.at(0, 0) if isinstance(found, Area) else found
            except XlError as error:
                return error
            except ZeroDivisionError:
                return XlError("#DIV/0!")
        return raw

    def _of_array(self, sheet: str, top_left: str, text: str, area: str, cell: str) -> Any:
        key = (sheet, f"array {top_left}")
        if key not in self.known:
            self.known[key] = Reader(text[1:], self, sheet).all()
        column, row = split(cell)
        c0, r0 = split(area.split(":")[0])
        return float(self.known[key][row - r0, column - c0])


def split(cell: str) -> tuple[int, int]:
    found = re.fullmatch(r"\$?([A-Z]+)\$?(\d+)", cell)
    assert found
    return column_index_from_string(found[1]), int(found[2])


def inside(cell: str, area: str) -> bool:
    (c, r), (c0, r0), (c1, r1) = split(cell), *(split(part) for part in area.split(":"))
    return c0 <= c <= c1 and r0 <= r <= r1


def number(value: Any) -> float:
    if isinstance(value, Area):
        value = value.at(0, 0)
    if value is None:
        return 0.0
    if isinstance(value, bool):
        return float(value)
    if isinstance(value, int | float):
        return float(value)
    raise XlError("#VALUE!")


def scalar(value: Any) -> Any:
    return value.at(0, 0) if isinstance(value, Area) else value


def same(a: Any, b: Any) -> bool:
    """Equality in a worksheet: blank is 0, empty text and FALSE; letters in any case."""
    if a is None and b is None:
        return True
    for x, y in ((a, b), (b, a)):
        if x is None:
            return y == "" or (not isinstance(y, str) and y == 0)
    if isinstance(a, str) and isinstance(b, str):
        return a.lower() == b.lower()
    return (type(a) is bool and type(b) is bool and a == b) or (_plain(a) and _plain(b) and a == b)


def _plain(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


class Reader:
    """Parses and evaluates at once; IF and IFERROR read only what they need."""

    def __init__(self, text: str, book: Book, sheet: str) -> None:
        self.tokens = tokens(text)
        self.position, self.book, self.sheet, self.live = 0, book, sheet, True

    def all(self) -> Any:
        value = self.comparison()
        assert self.position == len(self.tokens), self.tokens[self.position :]
        return value

    def peek(self) -> tuple[str, str] | None:
        return self.tokens[self.position] if self.position < len(self.tokens) else None

    def take(self, *wanted: str) -> str | None:
        found = self.peek()
        if found and found[0] == "op" and found[1] in wanted:
            self.position += 1
            return found[1]
        return None

    def comparison(self) -> Any:
        left = self.joined()
        while op := self.take("=", "<>", "<", ">", "<=", ">="):
            right = self.joined()
            if not self.live:
                continue
            a, b = scalar(left), scalar(right)
            if op in ("=", "<>"):
                left = same(a, b) == (op == "=")
            else:
                x, y = order(a), order(b)
                left = {"<": x < y, ">": x > y, "<=": x <= y, ">=": x >= y}[op]
        return left

    def joined(self) -> Any:
        left = self.sum()
        while self.take("&"):
            right = self.sum()
            if self.live:
                left = words(scalar(left)) + words(scalar(right))
        return left

    def sum(self) -> Any:
        left = self.product()
        while op := self.take("+", "-"):
            right = self.product()
            if self.live:
                left = number(left) + number(right) if op == "+" else number(left) - number(right)
        return left

    def product(self) -> Any:
        left = self.power()
        while op := self.take("*", "/"):
            right = self.power()
            if self.live:
                left = number(left) * number(right) if op == "*" else number(left) / number(right)
        return left

    def power(self) -> Any:
        left = self.signed()
        while self.take("^"):
            right = self.signed()
            if self.live:
                left = number(left) ** number(right)
        return left

    def signed(self) -> Any:
        if op := self.take("-", "+"):
            value = self.signed()
            return (-number(value) if op == "-" else value) if self.live else None
        value = self.atom()
        while self.take("%"):
            value = number(value) / 100 if self.live else None
        return value

    def atom(self) -> Any:
        if self.take("("):
            value = self.comparison()
            assert self.take(")")
            return value
        kind, text = self.tokens[self.position]
        self.position += 1
        if kind == "num":
            return float(text)
        if kind == "str":
            return text[1:-1].replace('""', '"')
        if kind == "fn":
            return self.call(text)
        if not self.live:
            return None
        if kind == "range":
            return self.area(text)
        if text.upper() in ("TRUE", "FALSE"):
            return text.upper() == "TRUE"
        return self.area(self.book.names[text])

    def area(self, text: str) -> Area:
        sheet, _, cells = text.rpartition("!")
        sheet = sheet.strip("'") or self.sheet
        first, _, last = cells.replace("$", "").partition(":")
        if first.isalpha():
            column = column_index_from_string(first)
            return Area(self.book, sheet, column, 1, column_index_from_string(last), 1100)
        (c0, r0), (c1, r1) = split(first), split(last or first)
        return Area(self.book, sheet, c0, r0, c1, r1)

    def skip(self) -> None:
        was, self.live = self.live, False
        self.comparison()
        self.live = was

    def call(self, name: str) -> Any:
        if name in ("IF", "IFERROR") and self.live:
            return self.chosen(name)
        arguments = []
        if not self.take(")"):
            while True:
                following = self.peek()
                empty = following and following[0] == "op" and following[1] in ",)"
                arguments.append(None if empty else self.comparison())
                if not self.take(","):
                    break
            assert self.take(")"), (name, self.tokens[self.position :])
        if not self.live:
            return None
        if name not in FUNCTIONS:  # links and print areas: nothing that is computed with
            raise XlError(name)
        return FUNCTIONS[name](*arguments)

    def chosen(self, name: str) -> Any:
        start = self.position
        if name == "IFERROR":
            try:
                value = self.comparison()
                value = scalar(value)
                assert self.take(",")
                self.skip()
            except (XlError, ZeroDivisionError):
                self.position, self.live = start, False
                self.comparison()
                self.live = True
                assert self.take(",")
                value = self.comparison()
            assert self.take(")")
            return value
        test = scalar(self.comparison())
        if isinstance(test, str):
            raise XlError("#VALUE!")
        assert self.take(",")
        value: Any = False
        if test:
            value = self.comparison()
            if self.take(","):
                self.skip()
        else:
            self.skip()
            if self.take(","):
                value = self.comparison()
        assert self.take(")")
        return value


@cache
def tokens(text: str) -> list[tuple[str, str]]:
    found, at = [], 0
    while at < len(text.rstrip()):
        match = _TOKEN.match(text, at)
        assert match, text[at:]
        found.append((match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return found


def order(value: Any) -> tuple[int, Any]:
    if value is None:
        return 0, 0.0
    return (
        (1, value.lower())
        if isinstance(value, str)
        else (2, value)
        if isinstance(value, bool)
        else (0, value)
    )


def words(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    return f"{value:.15g}" if isinstance(value, int | float) else str(value)


def _numbers(*arguments: Any) -> list[float]:
    found: list[float] = []
    for argument in arguments:
        if isinstance(argument, Area):
            found += [float(v) for v in argument.cells() if _plain(v)]
        elif argument is not None:
            found.append(number(argument))
    return found


def _match(value: Any, area: Area, kind: Any = 1) -> float:
    assert number(kind) == 0
    wanted = scalar(value)
    for place, cell in enumerate(area.cells()):
        if cell is not None and wanted is not None and same(cell, wanted):
            return place + 1.0
    raise XlError("#N/A")


def _index(area: Area, row: Any, column: Any = None) -> Any:
    r, c = int(number(row)), int(number(column))
    if area.shape[0] == 1 and column is None:
        r, c = 1, r
    found = area.sub(r, c)
    return found if found.shape != (1, 1) else found.at(0, 0)


def _fits(value: Any, criterion: Any) -> bool:
    wanted = scalar(criterion)
    if isinstance(wanted, str) and wanted[:1] in "<>=":
        raise NotImplementedError(wanted)
    if wanted is None:
        return False
    return value is not None and same(value, wanted)


def _sumifs(sums: Area, *pairs: Any) -> float:
    keys = [(area, scalar(criterion)) for area, criterion in zip(pairs[::2], pairs[1::2], strict=True)]
    total = 0.0
    first, wanted = keys[0]
    filled = first.filled() if first.bottom <= 1000 or not isinstance(wanted, str) else first.where(wanted)
    for offset, value in filled:
        if _fits(value, keys[0][1]) and all(_fits(area.at(offset, 0), wanted) for area, wanted in keys[1:]):
            found = sums.at(offset, 0)
            total += float(found) if _plain(found) else 0.0
    return total


def _matrix(area: Any) -> np.ndarray:
    if isinstance(area, np.ndarray):
        return area
    rows, columns = area.shape
    return np.array([[number(area.at(r, c)) for c in range(columns)] for r in range(rows)])


def _counted(area: Any) -> list[Any]:
    return area.cells() if isinstance(area, Area) else [area]


FUNCTIONS: dict[str, Any] = {
    "SUM": lambda *a: sum(_numbers(*a)),
    "MAX": lambda *a: max(_numbers(*a), default=0.0),
    "COUNT": lambda *a: float(len([v for x in a for v in _counted(x) if _plain(v)])),
    "COUNTA": lambda *a: float(len([v for x in a for v in _counted(x) if v is not None])),
    "COUNTIF": lambda area, c: float(len([v for v in area.cells() if _fits(v, c)])),
    "SUMIF": lambda area, c, sums: _sumifs(sums, area, c),
    "SUMIFS": _sumifs,
    "MATCH": _match,
    "INDEX": _index,
    "AND": lambda *a: all(bool(v) for x in a for v in _counted(x) if v is not None),
    "OR": lambda *a: any(bool(v) for x in a for v in _counted(x) if v is not None),
    "ISNUMBER": lambda v: _plain(scalar(v)),
    "ROWS": lambda area: float(area.shape[0]),
    "COLUMNS": lambda area: float(area.shape[1]),
    "MINVERSE": lambda area: np.linalg.inv(_matrix(area)),
    "MMULT": lambda a, b: _matrix(a) @ _matrix(b),
    "NA": lambda: (_ for _ in ()).throw(XlError("#N/A")),
}


SHEETS = (
    "A_InstData",
    "B_EmInst",
    "C_Emissions&Energy",
    "D_Processes",
    "E_PurchPrec",
    "F_Tools",
    "Summary_Processes",
    "Summary_Products",
    "InputOutput",
    "Parameters_Constants",
    "Translations",
)


@cache
def template(path: Path) -> tuple[dict, dict, dict]:
    """Formulas, names and array formulas of a workbook."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        workbook = load_workbook(path, read_only=True)
        formulas: dict[str, dict[str, Any]] = {}
        arrays: dict[str, list] = {}
        for name in SHEETS:
            cells = formulas.setdefault(name, {})
            for row in workbook[name].iter_rows(max_col=80):
                for cell in row:
                    if hasattr(cell.value, "ref"):
                        arrays.setdefault(name, []).append((cell.coordinate, cell.value.text, cell.value.ref))
                    elif cell.value is not None:
                        cells[cell.coordinate] = cell.value
    names = {name: workbook.defined_names[name].attr_text for name in workbook.defined_names}
    return formulas, names, arrays


sys.setrecursionlimit(5_000)  # a cell asks for cells that ask for cells
