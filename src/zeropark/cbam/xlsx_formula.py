"""Arithmetic that people type into input cells (``=1255000/0.95``, ``=SUM(L16:L18)``), for files without stored values"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable

from openpyxl.utils.cell import get_column_letter, range_boundaries

Lookup = Callable[[str, str], float | None]
"""(sheet, cell) → its number; None for a blank."""

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)"
    r"|(?P<name>[A-Za-z]+)(?=\()"
    r"|(?P<ref>(?:'[^']+'!|[A-Za-z_][\w.&]*!)?\$?[A-Za-z]{1,3}\$?\d+(?::\$?[A-Za-z]{1,3}\$?\d+)?)"
    r"|(?P<op>[-+*/^(),%;]))"
)
_FUNCTIONS: dict[str, Callable[[list[float]], float]] = {
    "SUM": math.fsum,
    "MIN": min,
    "MAX": max,
    "ABS": lambda values: abs(values[0]),
    "AVERAGE": lambda values: math.fsum(values) / len(values),
    "PRODUCT": math.prod,
    "ROUND": lambda values: round(values[0], int(values[1])),
}


class NotSimple(ValueError):
    """The formula is more than arithmetic."""


def evaluate(formula: str, sheet: str, lookup: Lookup) -> float:
    """The number that a formula gives. Raises NotSimple, or ZeroDivisionError."""
    parser = _Parser(list(_tokens(formula.lstrip("= "))), sheet, lookup)
    value = parser.sum()
    if parser.rest:
        raise NotSimple(formula)
    return value


def _tokens(text: str) -> Iterable[tuple[str, str]]:
    at = 0
    while at < len(text.rstrip()):
        found = _TOKEN.match(text, at)
        if found is None or found.lastgroup is None:
            raise NotSimple(text)
        yield found.lastgroup, found[found.lastgroup]
        at = found.end()


class _Parser:
    """Recursive descent over sums, products, powers, signs and calls."""

    def __init__(self, rest: list[tuple[str, str]], sheet: str, lookup: Lookup) -> None:
        self.rest, self.sheet, self.lookup = rest, sheet, lookup

    def take(self, *wanted: str) -> str | None:
        """The next operator where it is one of these."""
        if self.rest and self.rest[0][0] == "op" and self.rest[0][1] in wanted:
            return self.rest.pop(0)[1]
        return None

    def sum(self) -> float:
        """Terms added and subtracted."""
        value = self.product()
        while sign := self.take("+", "-"):
            value = value + self.product() if sign == "+" else value - self.product()
        return value

    def product(self) -> float:
        """Factors multiplied and divided."""
        value = self.power()
        while sign := self.take("*", "/"):
            value = value * self.power() if sign == "*" else value / self.power()
        return value

    def power(self) -> float:
        """A power; in a worksheet the sign binds before it, and powers go from left to right."""
        value = self.signed()
        while self.take("^"):
            value = value ** self.signed()
        return value

    def signed(self) -> float:
        """A value with its signs and percent marks."""
        if sign := self.take("+", "-"):
            return self.signed() if sign == "+" else -self.signed()
        value = self.atom()
        while self.take("%"):
            value /= 100
        return value

    def atom(self) -> float:
        """A number, a cell, a call or a bracket."""
        if not self.rest:
            raise NotSimple("unfinished")
        if self.take("("):
            value = self.sum()
            self.close()
            return value
        kind, text = self.rest.pop(0)
        if kind == "number":
            return float(text)
        if kind == "ref" and ":" not in text:
            return sum(self.cells(text))
        if kind == "name" and text.upper() in _FUNCTIONS:
            return self.call(text.upper())
        raise NotSimple(text)

    def call(self, name: str) -> float:
        """A function over numbers and ranges; blanks are left out."""
        self.take("(")
        values: list[float] = []
        while True:
            if self.rest and self.rest[0][0] == "ref" and ":" in self.rest[0][1]:
                values.extend(self.cells(self.rest.pop(0)[1]))
            else:
                values.append(self.sum())
            if not self.take(",", ";"):
                break
        self.close()
        if not values and name != "SUM":
            raise NotSimple(name)
        return float(_FUNCTIONS[name](values))

    def close(self) -> None:
        """The closing bracket."""
        if not self.take(")"):
            raise NotSimple("bracket")

    def cells(self, text: str) -> list[float]:
        """The numbers in a cell or range."""
        sheet, _, area = text.rpartition("!")
        sheet = sheet.strip("'") or self.sheet
        left, top, right, bottom = range_boundaries(area.replace("$", "").upper())
        if None in (left, top, right, bottom):
            raise NotSimple(text)
        found = (
            self.lookup(sheet, f"{get_column_letter(column)}{row}")
            for row in range(int(top or 0), int(bottom or 0) + 1)
            for column in range(int(left or 0), int(right or 0) + 1)
        )
        return [value for value in found if value is not None]
