"""The small language of formulas: arithmetic over lines, and readings of input tables. Nothing else can be said in it.

    sum     = term { ("+" | "-") term }
    term    = factor { ("*" | "/") factor }
    factor  = [ "+" | "-" ] ( number | line | call | "(" sum ")" )
    call    = name "(" argument { "," argument } ")"

A line is named by its id (letters, digits, ``_`` and ``.``). There are no powers, no attributes, no other calls than:
``min(a, b, …)``, ``max(a, b, …)``, ``abs(a)`` of sums, of texts the readings of ``READINGS``, and Monte Carlo:
``drawn("p2_5", runs, seed, certain, "factor", part, spread, …)``, whose draws are made anew. Its grammar is read by hand,
so that ids may hold words that are keywords elsewhere, and so that nothing but it can run.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from zeropark.statement.draws import MEAN, PERCENTILES, multipliers, summary

READINGS: Mapping[str, str] = {
    "flow": 'flow("asset", "node"): net amount into the node over the period',
    "inflow": 'inflow("asset", "node"): amount that the asset brings into the node',
    "outflow": 'outflow("asset", "node"): amount that the asset takes from the node',
    "total": 'total("input", "column", "key", "value" …): sum of a column, over the rows where key is value',
    "dot": 'dot("input", "column", "column", "key", "value" …): sum of the products of two columns',
    "cell": 'cell("input", "row", "column"): one number',
}
"""Readings of inputs, by name; all arguments are texts. The three flows read the input that is named ``flows``."""
FLOWS = "flows"
_FUNCTIONS = ("min", "max", "abs")
_DRAWN = "drawn"
_RUNS, _DRAWS = 1_000_000, 20_000_000
_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>[A-Za-z_][A-Za-z0-9_.]*)"
    r"|(?P<text>\"(?:[^\"\\]|\\.)*\")|(?P<sign>[-+*/(),]))",
    re.ASCII,  # digits and spaces of other scripts look like these, and are not
)
_END = re.compile(r"[ \t\r\n]*\Z")
_LONGEST, _DEEPEST = 200_000, 60
_T = TypeVar("_T")


class FormulaError(ValueError):
    """A formula that is not of the language, or that has no finite value."""


class Doubtful(FormulaError):
    """A reading of an input that is not the one cited. input: its name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"not recomputed: the input '{name}' is not the one cited")
        self.input = name


@dataclass(frozen=True)
class Number:
    """A bare number."""

    value: float


@dataclass(frozen=True)
class Ref:
    """The value of another line."""

    line: str


@dataclass(frozen=True)
class Call:
    """A reading of an input."""

    name: str
    arguments: tuple[str, ...]


@dataclass(frozen=True)
class Chosen:
    """min, max or abs of sums."""

    name: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True)
class Sum:
    """Terms, each with its sign."""

    terms: tuple[tuple[int, Expression], ...]


@dataclass(frozen=True)
class Product:
    """Factors; those with power -1 divide."""

    factors: tuple[tuple[int, Expression], ...]


@dataclass(frozen=True)
class Drawn:
    """A percentile or the mean of Monte Carlo draws; how many, from which seed, what is certain; (factor, part, spread)."""

    what: str
    runs: Expression
    seed: Expression
    certain: Expression
    factors: tuple[tuple[str, Expression, Expression], ...]


Expression = Number | Ref | Call | Chosen | Sum | Product | Drawn


@dataclass(frozen=True)
class Quantity:
    """A value; the size of what was added up for it (for rounding); its slope in lines."""

    value: float
    size: float
    slope: Mapping[str, float] = field(default_factory=dict)


Read = Callable[[str, tuple[str, ...]], Quantity]


def parse(text: str) -> Expression:
    """The formula as a tree. Raises FormulaError saying what cannot be read."""
    if len(text) > _LONGEST:
        raise FormulaError(f"a formula of {len(text)} characters; {_LONGEST} are read")
    parser = _Parser(text)
    found = parser.sum(0)
    if parser.kind:
        raise FormulaError(f"'{parser.token}' after the end of the formula")
    return found


def parts(expression: Expression) -> Iterator[Expression]:
    """The tree's nodes, itself first."""
    yield expression
    inner: tuple[Expression, ...] = ()
    if isinstance(expression, Chosen):
        inner = expression.arguments
    elif isinstance(expression, Sum):
        inner = tuple(part for _, part in expression.terms)
    elif isinstance(expression, Product):
        inner = tuple(part for _, part in expression.factors)
    elif isinstance(expression, Drawn):
        drawn = (part for _, *both in expression.factors for part in both)
        inner = (expression.runs, expression.seed, expression.certain, *drawn)
    for part in inner:
        yield from parts(part)


def lines_of(expression: Expression) -> tuple[str, ...]:
    """Ids of the lines that it names, each once."""
    return tuple(dict.fromkeys(part.line for part in parts(expression) if isinstance(part, Ref)))


def inputs_of(expression: Expression) -> tuple[str, ...]:
    """Names of the inputs that it reads, each once."""
    calls = (part for part in parts(expression) if isinstance(part, Call))
    return tuple(dict.fromkeys(input_of(call) for call in calls))


def input_of(call: Call) -> str:
    """Name of the input that a reading reads."""
    return FLOWS if call.name in ("flow", "inflow", "outflow") else call.arguments[0]


def is_declared(expression: Expression) -> bool:
    """Whether it is a bare number, with or without a sign: declared, not computed."""
    if isinstance(expression, Sum) and len(expression.terms) == 1:
        return isinstance(expression.terms[0][1], Number)
    return isinstance(expression, Number)


def evaluate(expression: Expression, line: Callable[[str], Quantity], read: Read) -> Quantity:
    """Its value. Raises FormulaError where it has none: division by zero, a part beyond double precision (also one that
    a division hides again), what ``line`` or ``read`` refuse.
    """
    try:
        found = _evaluate(expression, line, read)
    except OverflowError as error:
        raise FormulaError("the value is not finite") from error
    if not (math.isfinite(found.value) and math.isfinite(found.size)):
        raise FormulaError("the value is not finite")
    return found


def _evaluate(expression: Expression, line: Callable[[str], Quantity], read: Read) -> Quantity:
    if isinstance(expression, Number):
        return Quantity(expression.value, abs(expression.value))
    if isinstance(expression, Ref):
        return line(expression.line)
    if isinstance(expression, Call):
        return read(expression.name, expression.arguments)
    if isinstance(expression, Chosen):
        options = [_evaluate(part, line, read) for part in expression.arguments]
        if expression.name == "abs":
            return options[0] if options[0].value >= 0 else _summed([(-1, options[0])])
        pick = min if expression.name == "min" else max
        return pick(options, key=lambda one: one.value)
    if isinstance(expression, Drawn):
        return _drawn(expression, lambda part: _evaluate(part, line, read))
    if isinstance(expression, Sum):
        return _summed([(sign, _evaluate(part, line, read)) for sign, part in expression.terms])
    return _multiplied([(power, _evaluate(part, line, read)) for power, part in expression.factors])


def _summed(terms: list[tuple[int, Quantity]]) -> Quantity:
    slope: dict[str, float] = {}
    for sign, term in terms:
        for name, by in term.slope.items():
            slope[name] = slope.get(name, 0.0) + sign * by
    return Quantity(
        math.fsum(sign * t.value for sign, t in terms), math.fsum(t.size for _, t in terms), slope
    )


def _multiplied(factors: list[tuple[int, Quantity]]) -> Quantity:
    found = Quantity(1.0, 1.0)
    for power, factor in factors:
        if power < 0:
            if factor.value == 0:
                raise FormulaError("division by zero")
            found = _divided(found, factor)
            continue
        slope = {name: by * factor.value for name, by in found.slope.items()}
        for name, by in factor.slope.items():
            slope[name] = slope.get(name, 0.0) + found.value * by
        found = Quantity(found.value * factor.value, found.size * factor.size, slope)
    return found


def _divided(of: Quantity, by: Quantity) -> Quantity:
    value = of.value / by.value
    slope = {name: s / by.value for name, s in of.slope.items()}
    for name, s in by.slope.items():
        slope[name] = slope.get(name, 0.0) - value * s / by.value
    return Quantity(value, of.size / abs(by.value) * (by.size / abs(by.value)), slope)


def _drawn(of: Drawn, value: Callable[[Expression], Quantity]) -> Quantity:
    """The draws made anew. Its slope in lines is not a number: a loop through draws is refused."""
    runs, seed = _whole(value(of.runs), 1, _RUNS), _whole(value(of.seed), 0, 2**53)
    certain = value(of.certain)
    terms = [(name, value(part), value(spread)) for name, part, spread in of.factors]
    if runs * max(len(terms), 1) > _DRAWS:
        raise FormulaError(f"{runs} draws of {len(terms)} factors; {_DRAWS} numbers are drawn at most")
    if not all(spread.value >= 1 for _, _, spread in terms):
        raise FormulaError("a spread below 1")
    names = [name for name, _, _ in terms]
    if len(set(names)) < len(names):
        raise FormulaError("a factor is drawn twice")
    with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is refused by the caller
        factors = multipliers(names, [spread.value for _, _, spread in terms], runs, seed)
        values = certain.value + np.array([part.value for _, part, _ in terms]) @ factors
        found = summary(values)[of.what]
    size = certain.size + math.fsum(part.size for _, part, _ in terms)
    read = {name for one in (certain, *(q for _, *both in terms for q in both)) for name in one.slope}
    return Quantity(found, size, dict.fromkeys(read, math.nan))


def _whole(of: Quantity, least: int, most: int) -> int:
    if not (least <= of.value <= most and of.value == int(of.value)):
        raise FormulaError(f"{of.value!r} where a whole number from {least} to {most} was expected")
    return int(of.value)


class _Parser:
    """Reads a formula by recursive descent, one token ahead."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.kind = self.token = ""
        self.step()

    def step(self) -> None:
        """Go on to the next token; at the end there is none."""
        if _END.match(self.text, self.at):
            self.kind = self.token = ""
            return
        match = _TOKEN.match(self.text, self.at)
        if match is None:
            rest = self.text[self.at :].strip()
            raise FormulaError(f"'{rest[:20]}' is not part of the language of formulas")
        after = match.end()
        self.kind = str(match.lastgroup)
        self.token = match[self.kind]
        if self.kind == "number" and re.match(r"[A-Za-z0-9_.]", self.text[after : after + 1]):
            raise FormulaError(
                f"'{self.token}{self.text[after : after + 10]}' is neither a number nor a line"
            )
        self.at = after

    def take(self, sign: str) -> None:
        """Go past a sign that must stand here."""
        if self.kind != "sign" or self.token != sign:
            raise FormulaError(f"'{self.token or 'the end'}' where '{sign}' was expected")
        self.step()

    def sum(self, depth: int) -> Expression:
        """A sum of terms."""
        if depth > _DEEPEST:
            raise FormulaError(f"more than {_DEEPEST} levels of brackets")
        terms = [(1, self.term(depth))]
        while self.kind == "sign" and self.token in "+-":
            sign = 1 if self.token == "+" else -1
            self.step()
            terms.append((sign, self.term(depth)))
        return terms[0][1] if len(terms) == 1 else Sum(tuple(terms))

    def term(self, depth: int) -> Expression:
        """A product of factors."""
        factors = [(1, self.factor(depth))]
        while self.kind == "sign" and self.token in "*/":
            power = 1 if self.token == "*" else -1
            self.step()
            if self.token == "*":
                raise FormulaError("'**': there are no powers")
            factors.append((power, self.factor(depth)))
        return factors[0][1] if len(factors) == 1 else Product(tuple(factors))

    def factor(self, depth: int) -> Expression:
        """A signed number, line, call or sum in brackets."""
        if self.kind == "sign" and self.token in "+-":
            sign = 1 if self.token == "+" else -1
            self.step()
            if self.kind == "sign" and self.token in "+-":
                raise FormulaError("two signs in a row")
            inner = self.factor(depth)
            return inner if sign > 0 else Sum(((-1, inner),))
        if self.kind == "number":
            value = float(self.token)
            if not math.isfinite(value):
                raise FormulaError(f"'{self.token}' is beyond double precision")
            self.step()
            return Number(value)
        if self.kind == "name":
            return self.named(depth)
        if self.kind == "sign" and self.token == "(":
            self.step()
            inner = self.sum(depth + 1)
            self.take(")")
            return inner
        raise FormulaError(f"'{self.token or 'the end'}' where a number, a line or a reading was expected")

    def named(self, depth: int) -> Expression:
        """A line, or a call where a bracket follows."""
        name = self.token
        self.step()
        if not (self.kind == "sign" and self.token == "("):
            return Ref(name)
        if name not in READINGS and name not in (*_FUNCTIONS, _DRAWN):
            known = ", ".join((*READINGS, *_FUNCTIONS, _DRAWN))
            raise FormulaError(f"no reading is called '{name}'; there are {known}")
        self.step()
        if name in READINGS:
            call = Call(name, tuple(self.listed(self.argument)))
            _check_count(call)
            return call
        if name == _DRAWN:
            return self.drawn(depth + 1)
        inner = tuple(self.listed(lambda: self.sum(depth + 1)))
        if not inner or (name == "abs" and len(inner) != 1):
            raise FormulaError(f"{name} of {len(inner)} values")
        return Chosen(name, inner)

    def drawn(self, depth: int) -> Expression:
        """Draws: what of them, how many, seed, certain part; then name, part and spread of each factor."""
        kinds = (PERCENTILES | {MEAN: 0.0}).keys()

        def one() -> Expression | str:
            return self.argument() if self.kind == "text" else self.sum(depth)

        what, *rest = list(self.listed(one)) or [""]
        head, tail = rest[:3], rest[3:]
        names, parts_, spreads = tail[::3], tail[1::3], tail[2::3]
        sums = [x for x in (*head, *parts_, *spreads) if not isinstance(x, str)]
        texts = [x for x in names if isinstance(x, str)]
        if what not in kinds or len(head) < 3 or len(sums) + len(texts) < len(rest) or len(tail) % 3:
            raise FormulaError(f'{_DRAWN}({", ".join(kinds)}; runs, seed, certain; "factor", part, spread …)')
        runs, seed, certain, *pairs = sums
        count = len(texts)
        return Drawn(
            str(what), runs, seed, certain, tuple(zip(texts, pairs[:count], pairs[count:], strict=True))
        )

    def listed(self, one: Callable[[], _T]) -> Iterator[_T]:
        """What stands between the brackets, to the closing one."""
        if self.kind == "sign" and self.token == ")":
            self.step()
            return
        while True:
            yield one()
            if self.kind == "sign" and self.token == ")":
                self.step()
                return
            self.take(",")

    def argument(self) -> str:
        """A text."""
        if self.kind != "text":
            raise FormulaError(f"'{self.token or 'the end'}' where a text in double quotes was expected")
        try:
            found = json.loads(self.token)
        except ValueError as error:
            raise FormulaError(f"{self.token} is no text") from error
        self.step()
        return str(found)


def _check_count(call: Call) -> None:
    given, least = len(call.arguments), {"total": 2, "dot": 3, "cell": 3}.get(call.name, 2)
    pairs = call.name in ("total", "dot")
    if given < least or (given > least and not pairs) or (pairs and (given - least) % 2):
        raise FormulaError(f"{call.name} with {given} arguments; {READINGS[call.name]}")


def quoted(text: str) -> str:
    """A text as a formula writes it."""
    return json.dumps(text, ensure_ascii=False)


def written(value: float) -> str:
    """A number as a formula writes it: the shortest that reads back the same."""
    return repr(float(value))


def ident(text: str) -> str:
    """A name as a part of a line's id: what is no letter, digit or ``_`` becomes ``_``."""
    found = re.sub(r"[^A-Za-z0-9_]", "_", text)
    return found if re.match(r"[A-Za-z_]", found) else f"_{found}"
