"""Whether the lines of other choices tell all that the value's own lines tell

A line ``other.CHOICE.process…`` is recomputed as its formula says; so a formula that leaves out a term agrees with itself.
Here it is held to the value's lines: another way of sharing scales them all alike; the plant only adds to them; another
basis changes those of electricity alone. What stands behind counts as the choice has it. With credits, factors below zero,
adding says nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from zeropark.statement.formula import FormulaError, is_declared, parse
from zeropark.statement.model import Line, Statement

_OTHER, _OF, _VALUE = "other.", ".of.", ".kgco2e"
_CLOSE = 1e-5
"""Amounts of a choice and of the value may come from two readings of a plan's flows, each within 1e-6."""


def choice_faults(statement: Statement) -> tuple[str, ...]:
    """Outputs and totals of other choices that are less than, or not, what follows from the value's own lines."""
    lines = {line.id: line for line in statement.lines}
    choices = {
        name.removeprefix("choice."): name
        for name in lines
        if name.startswith(("choice.basis.", "choice.allocation."))
    }
    choices |= {"embodied": "choice.with_embodied"} if "choice.with_embodied" in lines else {}
    found: list[str] = []
    for choice, total in choices.items():
        prefix = f"{_OTHER}{choice}."
        for name in lines:
            link = name.removeprefix(prefix)
            if name.startswith(f"{prefix}process.") and f"{link}.footprint" in lines:
                found += _output(lines, choice, link)
        if any(name.startswith(prefix) for name in lines) and not _declared(lines[total]):
            found += _total(lines, choice, total)
    return tuple(found)


def _output(lines: Mapping[str, Line], choice: str, link: str) -> Iterator[str]:
    """One output: its own lines, and what stands behind them as the choice has it."""
    name = f"{_OTHER}{choice}.{link}"
    share = lines.get(f"{link}.share")
    other = lines.get(f"{name}.share", share)
    if share is None or other is None or not share.value:
        return
    own = _own(lines, f"{link}{_OF}", choice)
    kept = sum(value for line, value in own.items() if not (choice.startswith("basis.") and _electric(line)))
    credit = any(line.value < 0 for one, line in lines.items() if one.endswith(".factor"))
    yield from _compared(name, lines[name].value, kept * other.value / share.value, choice, credit)


def _total(lines: Mapping[str, Line], choice: str, total: str) -> Iterator[str]:
    """The product: by the parts of its makers, and what came in from outside."""
    mixes = {
        name.removeprefix("product.mix."): line.value
        for name, line in lines.items()
        if name.startswith("product.mix.")
    }
    expected, theirs = 0.0, set[str]()
    for made, part in mixes.items():
        link = f"process.{made}"
        footprint = lines.get(f"{_OTHER}{choice}.{link}", lines.get(f"{link}.footprint"))
        if footprint is None:
            return
        expected += part * footprint.value
        theirs |= _own(lines, f"{link}{_OF}", choice).keys()
    outside = _own(lines, "product.", choice)
    expected += sum(value for line, value in outside.items() if line not in theirs)
    stated = lines[total].value
    if abs(stated - expected) > _CLOSE * max(abs(stated), abs(expected)):
        yield f"'{total}' is {stated:.9g}; its makers' footprints under that choice give {expected:.9g}"


def _own(lines: Mapping[str, Line], prefix: str, choice: str) -> dict[str, float]:
    """Lines of an output by name; those that name another output carry its footprint under the choice."""
    found = {}
    for name, line in lines.items():
        if not (name.startswith(prefix) and name.endswith(_VALUE)):
            continue
        part = name[len(prefix) : -len(_VALUE)]
        behind = lines.get(f"{_OTHER}{choice}.{part}") if part.startswith("process.") else None
        amount = lines.get(f"{prefix}{part}.amount")
        found[part] = line.value if behind is None or amount is None else amount.value * behind.value
    return found


def _electric(line: str) -> bool:
    return line.startswith("electricity.")


def _compared(name: str, stated: float, expected: float, choice: str, credit: bool) -> Iterator[str]:
    least = _CLOSE * max(abs(stated), abs(expected))
    if choice.startswith("allocation."):
        if abs(stated - expected) > least:
            yield f"'{name}' is {stated:.9g}; the lines of the value, shared so, give {expected:.9g}"
    elif stated < expected - least and not credit:
        yield f"'{name}' is {stated:.9g}; the lines that the choice does not touch are {expected:.9g} already"


def _declared(line: Line) -> bool:
    try:
        return is_declared(parse(line.formula))
    except FormulaError:
        return False
