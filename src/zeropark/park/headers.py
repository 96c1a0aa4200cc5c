"""The header of a table: names, units, and the columns that the park needs."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from zeropark import units
from zeropark.errors import nearest
from zeropark.park.complaints import Complaints
from zeropark.park.spec import TableFile

_UNIT_IN_HEADER = re.compile(r"(?P<name>.*?)\s*(?P<open>[\[(（])(?P<unit>[^\[\]()（）]*)[\])）]\Z", re.DOTALL)
A_COLUMN = "a column of the table"
"""What is expected where a column that the park file names is not there."""
_LOOKS_LIKE_DATA = re.compile(r"[+-]?[\d.,]+([eE][+-]?\d+)?%?\Z|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\b.*\Z")


@dataclass(frozen=True)
class Chosen:
    """Which columns of the file are read: index of the time, and (index, unit) by name."""

    time: int
    values: dict[str, tuple[int, str | None]]


def name_and_unit(header: str) -> tuple[str, str | None]:
    """``smelter [MW]`` → ``("smelter", "MW")``; round brackets count only around a known unit."""
    match = _UNIT_IN_HEADER.match(header.strip())
    if match is None or not match["unit"].strip():
        return header.strip(), None
    unit = match["unit"].strip()
    if match["open"] != "[" and not units.known(unit):
        return header.strip(), None
    return match["name"], unit


def choose(
    header: Sequence[str],
    spec: TableFile,
    columns: Collection[str] | None,
    complaints: Complaints,
    line: int | None,
) -> Chosen | None:
    """Find the time and the needed columns in the header; faults for what is missing, double or unknown."""
    cells = [cell.strip() for cell in header]
    if sum(bool(_LOOKS_LIKE_DATA.match(cell)) for cell in cells) > len(cells) / 2:
        complaints.add(
            line,
            "header",
            f"'{','.join(cells)[:60]}'",
            "a header with the names of the columns",
            f"e.g. {spec.time},smelter [MW]",
        )
        return None
    parts = [name_and_unit(cell) for cell in cells]
    times = [i for i, cell in enumerate(cells) if spec.time in (cell, parts[i][0])]
    if len(times) > 1:
        complaints.add(line, spec.time, f"column '{spec.time}' {len(times)} times", "each column once")
    indexes: dict[str, list[int]] = {}
    for index, (name, _) in enumerate(parts):
        if name and index not in times:
            indexes.setdefault(name, []).append(index)
    names = [cell for cell in cells if cell]
    if not times:
        hint = _case_hint(spec.time, names) or nearest(spec.time, names)
        complaints.add(
            line,
            spec.time,
            f"no column '{spec.time}' among {listed(names)}",
            "the column with the time of each row",
            hint or "set `time` of the table to its name",
        )
    values: dict[str, tuple[int, str | None]] = {}
    for name in indexes if columns is None else dict.fromkeys(columns):
        where = indexes.get(name, [])
        if not where:
            complaints.add(
                line,
                name,
                f"no column '{name}' among {listed(names)}",
                A_COLUMN,
                _column_hint(name, list(indexes)),
            )
            continue
        if len(where) > 1:
            complaints.add(line, name, f"column '{name}' {len(where)} times", "each column once")
        unit = parts[where[0]][1]
        if unit is not None and not units.known(unit):
            complaints.add(
                line, name, f"'{cells[where[0]]}'", "a unit such as MW, kW, GJ/h, CNY/MWh in the brackets"
            )
        values[name] = (where[0], unit if unit is not None else spec.unit)
    return Chosen(times[0], values) if times else None


def listed(names: Sequence[str]) -> str:
    """The first names in quotes, for a message."""
    text = ", ".join(f"'{name[:30]}'" for name in names[:8])
    return (text + f" and {len(names) - 8} more" if len(names) > 8 else text) or "no columns"


def _case_hint(word: str, names: Sequence[str]) -> str:
    return next((f"did you mean '{name}'?" for name in names if name.lower() == word.lower()), "")


def _column_hint(name: str, names: Sequence[str]) -> str:
    plain, unit = name_and_unit(name)
    if unit is not None and plain in names:
        return f"write the name without its unit: '{plain}'"
    return _case_hint(name, names) or nearest(name, names)
