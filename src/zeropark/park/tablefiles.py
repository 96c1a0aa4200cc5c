"""From a table's file to its cells: CSV, Parquet and XLSX, with every fault of the file itself.

Nothing is interpreted here but the header and plain numbers: times are read in ``stamps.py``, rows
are put on the park's clock in ``tables.py``.
"""

from __future__ import annotations

import csv
import io
import stat
import zipfile
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyarrow.parquet
from numpy.typing import NDArray

from zeropark.errors import nearest
from zeropark.park.complaints import Complaints
from zeropark.park.headers import Chosen, choose, listed, name_and_unit
from zeropark.park.spec import TableFile

LARGEST_BYTES = 100_000_000
MISSING = ("", "NaN", "nan", "NAN", "NA", "N/A", "n/a", "#N/A", "null", "NULL", "None")
_LARGEST_UNPACKED = 2_000_000_000
_MOST_COLUMNS = 5_000

Cells = NDArray[np.float64] | NDArray[np.object_]


@dataclass(frozen=True)
class RawTable:
    """Cells as they stand in the file.

    time: text (missing: NaN) or, from Parquet, a pandas time, one per row, shape (rows,).
    columns: name without unit → cells, shape (rows,): numbers with NaN where nothing stands, or text.
    lines: row number of each row in the file, shape (rows,); the header of CSV and XLSX is line 1.
    broken: rows with a wrong number of cells, shape (rows,); already told.
    """

    time: NDArray[np.object_] | pd.DatetimeIndex
    columns: dict[str, Cells]
    units: dict[str, str | None]
    lines: NDArray[np.int64]
    broken: NDArray[np.bool_]


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
        complaints.add(
            None,
            "file",
            f"'{path.suffix}' file" if path.suffix else "a file without ending",
            "a table that ends in .csv, .parquet or .xlsx",
            hint,
        )
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
        complaints.add(
            None,
            "file",
            f"{status.st_size / 1e6:.0f} MB",
            f"at most {LARGEST_BYTES / 1e6:.0f} MB",
            "save it as Parquet, or leave out columns that the park does not use",
        )
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


# --- CSV --------------------------------------------------------------------------------------------

_QUOTED_MARK = "\x1f"


@dataclass
class _Lines:
    """Rows of a CSV as lines whose cells ``mark`` separates, with their line numbers in the file."""

    mark: str
    lines: list[str]
    at: list[int]

    def cells(self, row: int) -> list[str]:
        return self.lines[row].split(self.mark)


def _read_csv(
    path: Path, spec: TableFile, complaints: Complaints, columns: Collection[str] | None
) -> RawTable | None:
    text = _decoded(path.read_bytes(), complaints)
    if text is None:
        return None
    rows = _quoted_rows(text, spec, complaints) if '"' in text else _plain_rows(text, spec)
    if rows is None:
        return None
    if not rows.lines:
        complaints.add(None, "file", "an empty file", "a header and a row for each step")
        return None
    chosen = choose(rows.cells(0), spec, columns, complaints, rows.at[0])
    if chosen is None or _no_rows(len(rows.lines) - 1, rows.at[0], complaints):
        return None
    broken = _check_widths(rows, complaints)
    if broken is None:
        return None
    width = len(rows.cells(0))
    frame = pd.read_csv(
        io.StringIO("\n".join(rows.lines[1:])), sep=rows.mark, header=None, names=list(range(width)),
        usecols=sorted({chosen.time, *(index for index, _ in chosen.values.values())}),
        dtype={chosen.time: object}, keep_default_na=False, na_values=list(MISSING), skip_blank_lines=False,
        quoting=csv.QUOTE_NONE, skipinitialspace=True, low_memory=False,
    )  # fmt: skip
    return _raw(spec, chosen, lambda index: frame[index], np.asarray(rows.at[1:], dtype=np.int64), broken)


def _no_rows(count: int, line: int | None, complaints: Complaints) -> bool:
    if count < 1:
        complaints.add(line, "rows", "a header without rows", "a row for each step")
    return count < 1


def _decoded(content: bytes, complaints: Complaints) -> str | None:
    """The text, line ends as ``\\n``; None with a fault noted where it is none."""
    found, expected, hint = "", "UTF-8 or GB18030 text", ""
    if content[:4] in (b"PK\x03\x04", b"PAR1") or content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        found = "a Parquet file" if content[:4] == b"PAR1" else "an Excel file"
        hint = "give the file its right ending"
    elif content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        found, hint = "UTF-16 text", "save it as 'CSV UTF-8'"
    elif b"\x00" in content:
        found = "a binary file"
    else:
        for encoding in ("utf-8-sig", "gb18030"):
            try:
                return content.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
            except UnicodeDecodeError:
                continue
        found = "bytes that are no text"
    complaints.add(None, "file", found, expected, hint)
    return None


def _separator(header: str, spec: TableFile) -> str:
    """The separator under which the header has a time column, or else most columns."""

    def score(mark: str) -> tuple[bool, int]:
        cells = [cell.strip().strip('"') for cell in header.split(mark)]
        return any(spec.time in (cell, name_and_unit(cell)[0]) for cell in cells), len(cells)

    return max((",", ";", "\t"), key=score)


def _plain_rows(text: str, spec: TableFile) -> _Lines:
    """All rows that hold anything."""
    lines = text.split("\n")
    mark = _separator(next((line for line in lines if line.strip()), ""), spec)
    empty = " \t" + mark
    kept = [(number, line) for number, line in enumerate(lines, 1) if line.strip(empty)]
    return _Lines(mark, [line for _, line in kept], [number for number, _ in kept])


def _quoted_rows(text: str, spec: TableFile, complaints: Complaints) -> _Lines | None:
    """All rows that hold anything, of a file with quoted cells."""
    mark = _separator(text.lstrip("\n").split("\n", 1)[0], spec)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, skipinitialspace=True)
    rows = _Lines(_QUOTED_MARK, [], [])
    begin = 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                cells = (cell.replace(_QUOTED_MARK, " ").replace("\n", " ") for cell in row)
                rows.lines.append(_QUOTED_MARK.join(cells))
                rows.at.append(begin)
            begin = reader.line_num + 1
    except csv.Error as error:
        complaints.add(begin, "row", str(error), "a row of cells", "is a quotation mark left open?")
        return None
    return rows


def _check_widths(rows: _Lines, complaints: Complaints) -> NDArray[np.bool_] | None:
    """Fault rows with more or fewer cells than the header, and cut or fill them; None if most are so."""
    width = rows.lines[0].count(rows.mark) + 1
    widths = np.fromiter(
        (line.count(rows.mark) + 1 for line in rows.lines[1:]), np.int64, len(rows.lines) - 1
    )
    for row in np.flatnonzero(widths > width).tolist():
        cells = rows.cells(row + 1)
        if not any(cell.strip() for cell in cells[width:]):
            widths[row] = width
            rows.lines[row + 1] = rows.mark.join(cells[:width])
    broken: NDArray[np.bool_] = widths != width
    wrong = np.flatnonzero(broken).tolist()
    expected = f"{width} cells as in the header"
    if len(wrong) > 2 and len(wrong) > len(widths) / 2:
        more = widths[wrong[0]] > width
        complaints.add(
            rows.at[wrong[0] + 1],
            "row",
            f"{widths[wrong[0]]} cells, and so in {len(wrong)} rows",
            expected,
            "decimal or thousands commas? write 3.5 and 1234.5, or separate columns by ';'" if more else "",
        )
        return None
    complaints.each(wrong, lambda row: (rows.at[row + 1], "row", f"{widths[row]} cells"), expected)
    for row in wrong:
        rows.lines[row + 1] = rows.mark.join((rows.cells(row + 1) + [""] * width)[:width])
    return broken


def _raw(
    spec: TableFile,
    chosen: Chosen,
    column: Callable[[int], pd.Series],
    lines: NDArray[np.int64],
    broken: NDArray[np.bool_],
) -> RawTable:
    time = column(chosen.time)
    is_time = isinstance(time.dtype, pd.DatetimeTZDtype) or time.dtype.kind == "M"
    return RawTable(
        time=pd.DatetimeIndex(time) if is_time else time.to_numpy(dtype=object, na_value=""),
        columns={name: _cells(column(index)) for name, (index, _) in chosen.values.items()},
        units={name: unit for name, (_, unit) in chosen.values.items()},
        lines=lines,
        broken=broken,
    )


def _cells(cells: pd.Series) -> Cells:
    """Cells as floats with NaN where nothing stands; unchanged, None for nothing, where one is none."""
    if cells.dtype.kind in "iuf":
        return np.asarray(cells.to_numpy(dtype=np.float64, na_value=np.nan))
    plain = cells.astype(object)
    return np.asarray(plain.where(plain.notna(), None), dtype=object)


# --- Parquet ----------------------------------------------------------------------------------------


def _read_parquet(
    path: Path, spec: TableFile, complaints: Complaints, columns: Collection[str] | None
) -> RawTable | None:
    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            meta, names = file.metadata, file.schema_arrow.names
            unpacked = sum(meta.row_group(i).total_byte_size for i in range(meta.num_row_groups))
            if unpacked > _LARGEST_UNPACKED or len(names) > _MOST_COLUMNS:
                complaints.add(
                    None,
                    "file",
                    f"{unpacked / 1e6:.0f} MB unpacked, {len(names)} columns",
                    f"at most 2,000 MB and {_MOST_COLUMNS} columns",
                )
                return None
            chosen = choose(names, spec, columns, complaints, None)
            if chosen is None or _no_rows(meta.num_rows, None, complaints):
                return None
            wanted = {names[index] for index in (chosen.time, *(i for i, _ in chosen.values.values()))}
            data = file.read(columns=sorted(wanted), use_pandas_metadata=False)
            series = {index: _arrow_cells(data[name]) for index, name in enumerate(names) if name in wanted}
    except MemoryError:
        raise
    except Exception as error:  # pyarrow raises many kinds for broken files
        complaints.add(None, "file", f"a broken Parquet file ({_first_line(error)})", "a Parquet file")
        return None
    rows = len(series[chosen.time])
    return _raw(spec, chosen, series.__getitem__, np.arange(1, rows + 1), np.zeros(rows, dtype=np.bool_))


def _arrow_cells(column: pyarrow.ChunkedArray) -> pd.Series:
    kind = column.type
    if pyarrow.types.is_dictionary(kind):
        return _arrow_cells(column.cast(kind.value_type))
    if pyarrow.types.is_decimal(kind):
        return _arrow_cells(column.cast(pyarrow.float64(), safe=False))
    if pyarrow.types.is_date(kind):
        return _arrow_cells(column.cast(pyarrow.timestamp("s")))
    return pd.Series(column.to_pandas())


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:80]


# --- XLSX -------------------------------------------------------------------------------------------


def _read_xlsx(
    path: Path, spec: TableFile, complaints: Complaints, columns: Collection[str] | None
) -> RawTable | None:
    try:
        with zipfile.ZipFile(path) as packed:
            unpacked = sum(item.file_size for item in packed.infolist())
        if unpacked > _LARGEST_UNPACKED:
            complaints.add(None, "file", f"{unpacked / 1e6:.0f} MB unpacked", "at most 2,000 MB")
            return None
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        try:
            sheets = {sheet.title: sheet for sheet in book.worksheets}
            name = spec.sheet if spec.sheet is not None else next(iter(sheets), "")
            if name not in sheets:
                complaints.add(
                    None,
                    "sheet",
                    f"no sheet '{name}'",
                    "one of " + listed(list(sheets)),
                    nearest(name, sheets),
                )
                return None
            sheets[name].reset_dimensions()  # the stated size may be stale, and rows would be lost
            rows = _sheet_rows(sheets[name].iter_rows(values_only=True))
        finally:
            book.close()
    except MemoryError:
        raise
    except Exception as error:  # openpyxl raises many kinds for broken files
        complaints.add(None, "file", f"a broken XLSX file ({_first_line(error)})", "an XLSX file")
        return None
    return _from_sheet(rows, spec, complaints, columns)


def _sheet_rows(rows: Iterable[tuple[object, ...]]) -> list[tuple[int, tuple[object, ...]]]:
    """Rows that hold anything, with their numbers."""
    return [
        (number, row) for number, row in enumerate(rows, 1) if any(cell not in (None, "") for cell in row)
    ]


def _from_sheet(
    rows: list[tuple[int, tuple[object, ...]]],
    spec: TableFile,
    complaints: Complaints,
    columns: Collection[str] | None,
) -> RawTable | None:
    if not rows:
        complaints.add(None, "sheet", "an empty sheet", "a header and a row for each step")
        return None
    first, header = rows[0]
    chosen = choose(["" if cell is None else str(cell) for cell in header], spec, columns, complaints, first)
    if chosen is None or _no_rows(len(rows) - 1, first, complaints):
        return None

    def column(index: int) -> pd.Series:
        cells = [row[index] if index < len(row) else None for _, row in rows[1:]]
        if index == chosen.time:
            return pd.Series([_time_text(cell) for cell in cells], dtype=object)
        return pd.Series([None if cell in MISSING else cell for cell in cells], dtype=object)

    lines = np.asarray([number for number, _ in rows[1:]], dtype=np.int64)
    return _raw(spec, chosen, column, lines, np.zeros(len(lines), dtype=np.bool_))


def _time_text(cell: object) -> str:
    """A cell of the time column as text; Excel's times are floats and miss the second by a hair."""
    if isinstance(cell, datetime):
        return (cell + timedelta(milliseconds=500)).replace(microsecond=0).isoformat(" ")
    if isinstance(cell, date):
        return cell.isoformat()
    return "" if cell is None else str(cell)


_READERS = {
    ".csv": _read_csv, ".txt": _read_csv, ".tsv": _read_csv,
    ".parquet": _read_parquet, ".pq": _read_parquet,
    ".xlsx": _read_xlsx, ".xlsm": _read_xlsx,
}  # fmt: skip
