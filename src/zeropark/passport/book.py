"""Lines with formulas that give their values: of several candidates the first that does, else the number is declared"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from zeropark.errors import Defect
from zeropark.passport.evidence import Evidence
from zeropark.statement.equations import OF_TERMS
from zeropark.statement.formula import (
    FormulaError,
    Quantity,
    evaluate,
    inputs_of,
    is_declared,
    parse,
    written,
)
from zeropark.statement.inputs import Readings
from zeropark.statement.model import Line
from zeropark.texts import both

_DECLARED = both(
    "stated by the issuer, from no source that the park file names", "签发方声明，园区文件未注明来源"
)
_NEAR = 1e-6
_CLOSE = 4e-10
"""Nearer than what a verifier allows, so that other machines' rounding does not matter."""


@dataclass
class Book:
    """Lines under way. A formula may name lines that come later (loops): their values are given with ``expect``."""

    evidence: Evidence
    lines: dict[str, Line] = field(default_factory=dict)
    expected: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._readings = Readings(self.evidence.inputs, self.evidence.folder, self.evidence.facts)
        self._read: dict[tuple[str, tuple[str, ...]], Quantity] = {}

    def expect(self, values: Iterable[tuple[str, float]]) -> None:
        """Values of lines that are still to be written."""
        self.expected.update(values)

    def add(
        self,
        name: str,
        title: str,
        value: float,
        unit: str,
        formulas: Sequence[str] = (),
        *,
        clause: str = "",
        source: str = "",
        mark: str = "",
    ) -> str:
        """Write a line with the first formula that gives its value; its id."""
        if name in self.lines:
            raise Defect(f"the statement has the line '{name}' twice")
        value = float(value) + 0.0
        self.expected[name] = value
        formula = next((text for text in formulas if self._gives(text, value)), None)
        if formula is None:
            formula = written(value)
        tree = parse(formula)
        inputs, source = inputs_of(tree), source or (_DECLARED if is_declared(tree) else "")
        self.lines[name] = Line(name, title, value, unit, formula, inputs, clause, source, mark)
        return name

    def settle(self, value: float, formulas: Sequence[str]) -> tuple[float, str]:
        """A measured number as the first formula that agrees with it gives it, else the number itself.

        Agreement is to 1e-6, as flows of a plan balance: the statement states what a stranger computes from them.
        """
        for text in formulas:
            try:
                found = self._evaluate(text).value
            except FormulaError:
                continue
            if abs(found - value) <= _NEAR * max(abs(value), abs(found)):
                return found, text
        return float(value), written(value)

    def value(self, name: str) -> float:
        """The value of a line that is written or expected."""
        return self.expected[name]

    def _gives(self, formula: str, value: float) -> bool:
        try:
            found = self._evaluate(formula)
        except FormulaError:
            return False
        return (
            abs(found.value - value) <= _CLOSE * max(abs(value), abs(found.value)) + OF_TERMS / 2 * found.size
        )

    def _evaluate(self, formula: str) -> Quantity:
        def line(name: str) -> Quantity:
            if name not in self.expected:
                raise FormulaError(f"no line '{name}'")
            return Quantity(self.expected[name], abs(self.expected[name]))

        def read(name: str, arguments: tuple[str, ...]) -> Quantity:
            if (name, arguments) not in self._read:
                self._read[name, arguments] = self._readings.read(name, arguments)
            return self._read[name, arguments]

        return evaluate(parse(formula), line, read)
