"""From a table's file to its cells: CSV, Parquet and XLSX, with every fault of the file itself.

Nothing is interpreted here but the header and plain numbers: times are read in ``stamps.py``, rows
are put on the park's clock in ``tables.py``.
"""

from __future__ import annotations

import csv
import io
import re
import stat
import zipfile
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyarrow.parquet
from numpy.typing import NDArray

from zeropark import units
from zeropark.errors import Fault, nearest
from zeropark.park.spec import TableFile

LARGEST_BYTES = 100_000_000
MOST_FAULTS = 20
MISSING = ("", "NaN", "nan", "NAN", "NA", "N/A", "n/a", "#N/A", "null", "NULL", "None")
_LARGEST_UNPACKED = 2_000_000_000
_MOST_COLUMNS = 5_000
_UNIT_IN_HEADER = re.compile(r"(?P<name>.*?)\s*(?P<open>[\[(（])(?P<unit>[^\[\]()（）]*)[\])）]\Z", re.DOTALL)
_LOOKS_LIKE_DATA = re.compile(r"[+-]?[\d.,]+([eE][+-]?\d+)?%?\Z|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\b.*\Z")

Cells = NDArray[np.float64] | NDArray[np.object_]


@dataclass
class Complaints:
    """The faults of one table, in the order found; of each kind at most MOST_FAULTS are told."""

    file: str
    faults: list[Fault] = field(default_factory=list)

    def add(self, line: int | None, where: str, found: str, expected: str, hint: str = "") -> None:
        """Note one fault."""
        self.faults.append(Fault(self.file, line, where, found, expected, hint))

    def each(
        self, rows: Sequence[int], tell: Callable[[int], tuple[int | None, str, str]], expected: str, hint: str = ""
    ) -> None:
        """Note a fault for each row of one kind; ``tell(row)`` gives its line, field and what was found."""
        for row in rows[:MOST_FAULTS]:
            line, where, found = tell(int(row))
            self.add(line, where, found, expected, hint)
        if len(rows) > MOST_FAULTS:
            _, where, _ = tell(int(rows[MOST_FAULTS]))
            self.add(None, where, f"… and {len(rows) - MOST_FAULTS} more", expected, hint)


@dataclass(frozen=True)
class RawTable:
    """Cells as they stand in the file.

    time: text (missing: NaN) or, from Parquet, a pandas time, one per row, shape (rows,).
    columns: name without unit → cells, shape (rows,): numbers with NaN where nothing stands, or text.
    lines: row number of each row in the file, shape (rows,); the header of CSV and XLSX is line 1.
    broken: rows with a wrong number of cells, shape (rows,); already told.
    """

    time_column: str
    time: NDArray[np.object_] | pd.DatetimeIndex
    columns: dict[str, Cells]
    units: dict[str, str | None]
    lines: NDArray[np.int64]
    broken: NDArray[np.bool_]


@dataclass(frozen=True)
class _Chosen:
    """Which columns of the file are read: index of the time, and (index, unit) by name."""

    time: int
    values: dict[str, tuple[int, str | None]]


def read_cells(
    path: Path, spec: TableFile, complaints: Complaints, columns: Collection[str] | None
) -> RawTable | None:
    """The cells of the file at ``path``; None where the file as a whole cannot be read.

    ``columns``: only these are needed; None: all. Never raises for bad content.
    """
    if not _readable(path, complaints):
        return None
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        hint = "save it as .xlsx or .csv" if path.suffix.lower() in (".xls", ".xlsb", ".ods", ".et") else ""
        complaints.add(None, "file", f"'{path.suffix}' file" if path.suffix else "a file without ending",
                       "a table that ends in .csv, .parquet or .xlsx", hint)
        return None
    try:
        return reader(path, spec, complaints, columns)
    except MemoryError:
        complaints.add(None, "file", "a table too large for the memory", "a smaller table")
        return None


def _readable(path: Path, complaints: Complaints) -> bool:
    try:
        status = path.stat()
    except (OSError, ValueError) as error:
        found = error.strerror if isinstance(error, OSError) and error.strerror else "no readable file"
        complaints.add(None, "file", found.lower(), "a readable file", _nearest_file(path))
        return False
    if stat.S_ISDIR(status.st_mode):
        complaints.add(None, "file", "a folder", "a file", "name the table inside it")
    elif not stat.S_ISREG(status.st_mode):
        complaints.add(None, "file", "no regular file", "a file")
    elif status.st_size > LARGEST_BYTES:
        complaints.add(None, "file", f"{status.st_size / 1e6:.0f} MB", f"at most {LARGEST_BYTES / 1e6:.0f} MB",
                       "save it as Parquet, or leave out columns that the park does not use")
    elif status.st_size == 0:
        complaints.add(None, "file", "an empty file", "a header and a row for each step")
    else:
        return True
    return False


def _nearest_file(path: Path) -> str:
    try:
        return nearest(path.name, [other.name for other in path.parent.iterdir()])
    except (OSError, ValueError):
        return ""


# --- header -----------------------------------------------------------------------------------------


def name_and_unit(header: str) -> tuple[str, str | None]:
    """``smelter [MW]`` → ``("smelter", "MW")``; round brackets count only around a known unit."""
    match = _UNIT_IN_HEADER.match(header.strip())
    if match is None or not match["unit"].strip():
        return header.strip(), None
    unit = match["unit"].strip()
    if match["open"] != "[" and not units.known(unit):
        return header.strip(), None
    return match["name"], unit


def _choose(
    header: Sequence[str], spec: TableFile, columns: Collection[str] | None, complaints: Complaints, line: int | None
) -> _Chosen | None:
    """Find the time and the needed columns in the header; faults for what is missing, double or unknown."""
    cells = [cell.strip() for cell in header]
    if sum(bool(_LOOKS_LIKE_DATA.match(cell)) for cell in cells) > len(cells) / 2:
        complaints.add(line, "header", f"'{','.join(cells)[:60]}'", "a header with the names of the columns",
                       f"e.g. {spec.time},smelter [MW]")
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
        complaints.add(line, spec.time, f"no column '{spec.time}' among {_listed(names)}",
                       "the column with the time of each row", hint or "set `time` of the table to its name")
    values: dict[str, tuple[int, str | None]] = {}
    for name in indexes if columns is None else dict.fromkeys(columns):
        where = indexes.get(name, [])
        if not where:
            complaints.add(line, name, f"no column '{name}' among {_listed(names)}", "a column of the table",
                           _column_hint(name, list(indexes)))
            continue
        if len(where) > 1:
            complaints.add(line, name, f"column '{name}' {len(where)} times", "each column once")
        unit = parts[where[0]][1]
        if unit is not None and not units.known(unit):
            complaints.add(line, name, f"'{cells[where[0]]}'", "a unit such as MW, kW, GJ/h, CNY/MWh in the brackets")
        values[name] = (where[0], unit if unit is not None else spec.unit)
    return _Chosen(times[0], values) if times else None


def _listed(names: Sequence[str]) -> str:
    text = ", ".join(f"'{name[:30]}'" for name in names[:8])
    return (text + f" and {len(names) - 8} more" if len(names) > 8 else text) or "no columns"


def _case_hint(word: str, names: Sequence[str]) -> str:
    return next((f"did you mean '{name}'?" for name in names if name.lower() == word.lower()), "")


def _column_hint(name: str, names: Sequence[str]) -> str:
    plain, unit = name_and_unit(name)
    if unit is not None and plain in names:
        return f"write the name without its unit: '{plain}'"
    return _case_hint(name, names) or nearest(name, names)


# --- CSV --------------------------------------------------------------------------------------------


def _read_csv(
    path: Path, spec: TableFile, complaints: Complaints, columns: Collection[str] | None
) -> RawTable | None:
    text = _decoded(path.read_bytes(), complaints)
    if text is None:
        return None
    if '"' in text:
        rows, lines = _quoted_rows(text, spec, complaints)
    else:
        rows, lines = _plain_rows(text, spec)
    if not rows:
        if not complaints.faults:
            complaints.add(None, "file", "an empty file", "a header and a row for each step")
        return None
    chosen = _choose(rows[0], spec, columns, complaints, lines[0])
    if chosen is None:
        return None
    if len(rows) == 1:
        complaints.add(lines[0], "rows", "a header without rows", "a row for each step")
        return None
    width = len(rows[0])
    broken = _check_widths(rows, lines, width, complaints)
    if broken is None:
        return None
    at = np.asarray(lines[1:], dtype=np.int64)
    frame = {index: [row[index] for row in rows[1:]] for index in (chosen.time, *(i for i, _ in chosen.values.values()))}
    return _raw(spec, chosen, lambda index: _texts(frame[index]), at, broken)


def _decoded(content: bytes, complaints: Complaints) -> str | None:
    if content[:4] in (b"PK\x03\x04", b"PAR1") or content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        kind = "a Parquet file" if content[:4] == b"PAR1" else "an Excel file"
        complaints.add(None, "file", f"{kind} named .csv", "text", "give the file its right ending")
        return None
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        complaints.add(None, "file", "UTF-16 text", "UTF-8 or GB18030 text", "save it as 'CSV UTF-8'")
        return None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        complaints.add(None, "file", "bytes that are no text", "UTF-8 or GB18030 text")
        return None
    if "\x00" in text:
        complaints.add(None, "file", "a binary file", "UTF-8 or GB18030 text")
        return None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _separator(header: str, spec: TableFile) -> str:
    """The separator under which the header has a time column, or else most columns."""

    def score(mark: str) -> tuple[bool, int]:
        cells = [cell.strip().strip('"') for cell in header.split(mark)]
        return any(spec.time in (cell, name_and_unit(cell)[0]) for cell in cells), len(cells)

    return max((",", ";", "\t"), key=score)


def _plain_rows(text: str, spec: TableFile) -> tuple[list[list[str]], list[int]]:
    """Cells and line numbers of all rows that hold anything."""
    lines = text.split("\n")
    mark = _separator(next((line for line in lines if line.strip()), ""), spec)
    kept = [(number, line) for number, line in enumerate(lines, 1) if line.strip(" \t" + mark)]
    return [line.split(mark) for _, line in kept], [number for number, _ in kept]


def _quoted_rows(text: str, spec: TableFile, complaints: Complaints) -> tuple[list[list[str]], list[int]]:
    mark = _separator(text.lstrip("\n").split("\n", 1)[0], spec)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, skipinitialspace=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    begin = 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append(row)
                lines.append(begin)
            begin = reader.line_num + 1
    except csv.Error as error:
        complaints.add(begin, "row", str(error), "a row of cells", "is a quotation mark left open?")
        return [], []
    return rows, lines


def _check_widths(
    rows: list[list[str]], lines: list[int], width: int, complaints: Complaints
) -> NDArray[np.bool_] | None:
    """Fault rows with more or fewer cells than the header, and cut or fill them; None if most are so."""
    for row in rows:
        while len(row) > width and not row[-1].strip():
            row.pop()
    widths = np.fromiter(map(len, rows), dtype=np.int64, count=len(rows))[1:]
    broken: NDArray[np.bool_] = widths != width
    wrong = np.flatnonzero(broken)
    expected = f"{width} cells as in the header"
    if len(wrong) > max(len(rows) / 2, 1):
        first = wrong[0]
        commas = widths[first] > width
        complaints.add(lines[first + 1], "row", f"{widths[first]} cells, and so in {len(wrong)} rows", expected,
                       "decimal or thousands commas? write 3.5 and 1234.5, or separate columns by ';'" if commas else "")
        return None
    complaints.each(wrong.tolist(), lambda row: (lines[row + 1], "row", f"{widths[row]} cells"), expected)
    for index in wrong:
        rows[index + 1] = (rows[index + 1] + [""] * width)[:width]
    return broken


def _texts(cells: list[str]) -> pd.Series[str]:
    return pd.Series(cells, dtype=object)


def _raw(
    spec: TableFile,
    chosen: _Chosen,
    column: Callable[[int], pd.Series[str]],
    lines: NDArray[np.int64],
    broken: NDArray[np.bool_],
) -> RawTable:
    time = column(chosen.time)
    return RawTable(
        time_column=spec.time,
        time=pd.DatetimeIndex(time) if time.dtype.kind == "M" else time.to_numpy(dtype=object),
        columns={name: numbers(column(index)) for name, (index, _) in chosen.values.items()},
        units={name: unit for name, (_, unit) in chosen.values.items()},
        lines=lines,
        broken=broken,
    )


def numbers(cells: pd.Series[str]) -> Cells:
    """Cells as floats with NaN where nothing stands; the cells themselves where one is no number."""
    if cells.dtype.kind in "iuf":
        return cells.to_numpy(dtype=np.float64, na_value=np.nan)
    plain = cells.to_numpy(dtype=object, na_value="")
    try:
        return plain.astype(np.float64)
    except (TypeError, ValueError, OverflowError):
        return plain


# --- Parquet ----------------------------------------------------------------------------------------
