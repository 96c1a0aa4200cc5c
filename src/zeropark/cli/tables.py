"""Tables of the commands: whole figures and names at any width. What does not fit is told record by record."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.markup import escape
from rich.segment import Segments
from rich.table import Table
from rich.text import Text

from zeropark.cli.console import console

_GAP = 2
"""Letters between two columns, as a table without lines has them."""


@dataclass(frozen=True)
class Words:
    """Head of a column of words, which stand left; a head as plain text is one of figures, which stand right."""

    head: str


def say_table(heads: Sequence[str | Words], rows: Iterable[Sequence[str]], title: str = "") -> None:
    """Print a table: figures stay whole; names and heads go over lines between words only.

    rows: cells in markup; the first is the row's name, and where it is empty the one above holds. A column whose head
    is empty belongs to the name. Where a terminal (or COLUMNS) is narrower than the table needs, each row becomes its
    name and lines ``head: value``. Into a pipe or a file the table is as wide as it must be.
    """
    words = [k == 0 or isinstance(head, Words) for k, head in enumerate(heads)]
    texts = [head.head if isinstance(head, Words) else head for head in heads]
    cells = [[Text.from_markup(cell) for cell in row] for row in rows]
    columns = [[head, *(row[k].plain for row in cells)] for k, head in enumerate(texts)]
    most = [max(map(cell_len, column)) for column in columns]
    least = [_least(column, loose) for column, loose in zip(columns, words, strict=True)]
    room = _room(sum(most) + _GAP * (len(texts) - 1)) - _GAP * (len(texts) - 1)
    if title:
        console.print(f"[italic]{escape(title)}[/italic]", soft_wrap=True)
    if sum(least) > room:
        _say_records(texts, cells)
    else:
        _say_grid(texts, words, cells, _widths(least, most, words, room))


def _room(needed: int) -> int:
    """Letters in a line: of the terminal, or as COLUMNS says; into a pipe, as many as are needed."""
    return console.width if console.is_terminal or "COLUMNS" in os.environ else needed


def _least(column: Sequence[str], words: bool) -> int:
    """Least width: the longest word of the head, and of cells of words; the longest cell of figures."""
    loose, whole = (column, []) if words else (column[:1], column[1:])
    return max(map(cell_len, [*whole, *" ".join(loose).split()]), default=0)


def _widths(least: Sequence[int], most: Sequence[int], words: Sequence[bool], room: int) -> list[int]:
    """Widths of columns between least and most: what room is left goes to names first, to heads after them."""
    widths = list(least)
    left = room - sum(widths)
    for k in sorted(range(len(widths)), key=lambda k: (not words[k], most[k] - least[k])):
        more = min(left, most[k] - widths[k])
        widths[k] += more
        left -= more
    return widths


def _say_grid(
    heads: Sequence[str], words: Sequence[bool], rows: Sequence[Sequence[Text]], widths: Sequence[int]
) -> None:
    table = Table(box=None, pad_edge=False)
    for head, left, width in zip(heads, words, widths, strict=True):
        table.add_column(escape(head), justify="left" if left else "right", width=width)
    for row in rows:
        table.add_row(*row)
    options = console.options.update(width=sum(widths) + _GAP * (len(widths) - 1))
    console.print(Segments(console.render(table, options)), soft_wrap=True, end="")


def _say_records(heads: Sequence[str], rows: Sequence[Sequence[Text]]) -> None:
    """Name, then a line for each figure that the row has; what is too long for a line has its value below its head."""
    name = Text()
    for row in rows:
        name = row[0] or name
        rest = list(zip(heads[1:], row[1:], strict=True))
        line = Text(", ").join([name, *(cell for head, cell in rest if cell and not head)])
        line.stylize("bold")
        _say_words(line)
        for head, cell in rest:
            if not cell or not head:
                continue
            whole = Text.assemble("  ", head, ": ", cell)
            if whole.cell_len <= console.width:
                console.print(whole)
            else:
                _say_words(Text(f"  {head}:"))
                console.print(Text.assemble("    ", cell), soft_wrap=True)


def _say_words(text: Text) -> None:
    """Over lines between words; what is longer than a line is left to the terminal, uncut."""
    longest = max(map(cell_len, text.plain.split()), default=0)
    console.print(text, soft_wrap=longest > console.width)
