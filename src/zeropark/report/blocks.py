"""Blocks of the papers: tables of readings beyond the plan, the same for page and workbook, in both languages"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from zeropark.errors import InputError
from zeropark.figures.numbers import MISSING, Language, known, number, percent
from zeropark.texts import both, in_language

Cell = str | float | None
"""A text (``English / 中文``, or a name as it is), a number, or nothing that could be told."""


@dataclass(frozen=True)
class Head:
    """Head of a column: ``English / 中文``. style: ``text``, ``number`` or ``share``; width in letters."""

    title: str
    style: str = "number"
    width: int = 14


@dataclass(frozen=True)
class Block:
    """A table with what must be said beside it. sheet: its name in the workbook, at most 31 letters."""

    sheet: str
    title: str
    intro: str
    heads: tuple[Head, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()


Maker = Callable[[], Block | None]


def made(makers: tuple[tuple[str, str, Maker], ...]) -> tuple[Block, ...]:
    """Every block that the park asks for, in order. One that cannot be told says why in its place.

    makers: sheet, title and the function that makes the block; None where the park does not ask for it.
    """
    blocks = []
    for sheet, title, make in makers:
        try:
            block = make()
        except InputError as error:
            faults = tuple(str(fault) for fault in error.faults)
            untold = both("This cannot be told from these flows:", "以下内容无法由现有流量得出：")
            block = Block(sheet, title, untold, (), (), faults)
        if block is not None:
            blocks.append(block)
    return tuple(blocks)


def written(cell: Cell, head: Head, language: Language) -> str:
    """A cell as people read it; a dash where nothing could be told."""
    if isinstance(cell, str):
        return in_language(cell, language) or MISSING
    if cell is None or not known(cell):
        return MISSING
    return percent(cell) if head.style == "share" else number(cell)
