"""Tables of time series, put on the park's clock: every fault named, nothing guessed or resampled.

A table must have the clock's step and cover its period; rows outside are fine. Missing is never
zero: a gap is a fault, unless the park file asks for ``fill: linear``, which is then noted.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from zeropark.clock import Clock
from zeropark.errors import Fault
from zeropark.park.complaints import MOST_FAULTS, Complaints
from zeropark.park.spec import TableFile
from zeropark.park.stamps import Times, read_stamps
from zeropark.park.tablefiles import Cells, RawTable, read_cells

LARGEST_NUMBER = 1e15
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:[,'  ]\d{3})+(?:\.\d+)?\Z")
_COMMA = re.compile(r"[+-]?\d*,\d+(?:[eE][+-]?\d+)?\Z|[+-]?\d{1,3}(?:\.\d{3})+,\d+\Z")
_WITH_UNIT = re.compile(r"[+-]?\d[\d.]*\s*[^\d\s.,].*\Z")


@dataclass(frozen=True)
class Table:
    """One table on the park's clock.

    columns: name without unit → values, shape (steps,), finite.
    units: the unit in the column's header (``smelter [MW]``), else the table's, else None.
    notes: what was done on the user's word (gaps filled).
    lines: row number in the file of each step, 0 where the row was filled, shape (steps,).
    """

    columns: Mapping[str, NDArray[np.float64]]
    units: Mapping[str, str | None]
    notes: tuple[str, ...] = ()
    lines: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))


def read_table(
    path: Path, spec: TableFile, clock: Clock, shown: str, columns: Collection[str] | None = None
) -> tuple[Table | None, list[Fault]]:
    """The table at ``path`` on the clock, or None and every fault found; ``shown`` names it in faults.

    columns: only these are needed, others need not be numeric; None: all but the time.
    Never raises for bad content.
    """
    complaints = Complaints(shown)
    raw = read_cells(path, spec, complaints, columns)
    if raw is None:
        return None, complaints.faults
    begins = read_stamps(raw, spec, clock, complaints)
    rows = _rows_of_steps(begins, raw, spec, clock, complaints)
    if rows is None:
        every = np.arange(len(raw.lines))
        for name, cells in raw.columns.items():
            _floats(name, cells, every, raw, complaints)
        return None, complaints.faults
    notes = _Notes(shown, clock)
    values = {
        name: _on_clock(name, cells, rows, raw, spec, clock, complaints, notes)
        for name, cells in raw.columns.items()
    }
    if complaints.faults:
        return None, complaints.faults
    lines = np.where(rows >= 0, raw.lines[rows], 0)
    return Table(values, raw.units, notes.texts(), lines), []


def bounds_faults(
    values: NDArray[np.float64],
    ge: float | None,
    le: float | None,
    clock: Clock,
    file: str,
    column: str,
    unit: str = "",
    lines: NDArray[np.int64] | None = None,
) -> list[Fault]:
    """Faults for values, shape (steps,), that are not finite, below ``ge`` or above ``le``.

    One fault for each bound, naming the first three local times and how many more there are.
    ``lines``: row number in the file of each step. A value off by rounding (1e-9) passes.
    """
    checks = [(~np.isfinite(values), "a finite number")]
    for bound, word, sign in ((ge, "at least", 1.0), (le, "at most", -1.0)):
        if bound is not None:
            outside = sign * (values - bound) < -1e-9 * max(1.0, abs(bound))
            checks.append((outside, f"{word} {bound:g} {unit}".rstrip()))
    faults = []
    for wrong, expected in checks:
        steps = np.flatnonzero(wrong)
        if len(steps):
            shown = [f"{values[i]:g} {unit}".rstrip() + f" at {_local(clock, int(i))}" for i in steps[:3]]
            more = f" and {len(steps) - 3} more" if len(steps) > 3 else ""
            line = int(lines[steps[0]]) or None if lines is not None and len(lines) else None
            faults.append(Fault(file, line, column, ", ".join(shown) + more, expected))
    return faults


# --- rows on the clock ------------------------------------------------------------------------------


def _rows_of_steps(
    begins: Times, raw: RawTable, spec: TableFile, clock: Clock, complaints: Complaints
) -> NDArray[np.int64] | None:
    """The row of each step, -1 where none is, shape (steps,); None where rows and steps do not match."""
    known = np.flatnonzero(~np.isnat(begins))
    if not len(known) or not _same_step(begins[known], spec, clock, complaints):
        return None
    order = _sorted(begins, known, raw, spec, clock, complaints)
    start = clock.times_utc[0].tz_localize(None).to_datetime64().astype("datetime64[ns]")
    step = np.timedelta64(round(clock.step.total_seconds()), "s").astype("timedelta64[ns]")
    position, rest = np.divmod((begins[order] - start).astype(np.int64), step.astype(np.int64))
    if (rest == rest[0]).all() and rest[0]:
        minutes = rest[0] / 60e9
        complaints.add(
            int(raw.lines[order[0]]),
            spec.time,
            f"all times {minutes:g} min after the park's steps",
            f"times on the park's steps of {_step_words(clock)}",
            "shift the times, or is `zone` right?",
        )
        return None
    off = order[rest != 0].tolist()
    complaints.each(
        off,
        lambda row: (int(raw.lines[row]), spec.time, f"'{raw.time[row]}'"),
        f"a time on the park's steps of {_step_words(clock)}",
    )
    order, position = order[rest == 0], position[rest == 0]
    inside = (position >= 0) & (position < clock.steps)
    if not inside.any():
        first, last = (_local_time(clock, begins[order[i]]) for i in (0, -1))
        complaints.add(
            None,
            spec.time,
            f"rows from {first} to {last}",
            f"rows that cover {_period(clock)}",
            "set the park's time.start to the table's year, or take a table of the park's",
        )
        return None
    rows = np.full(clock.steps, -1, dtype=np.int64)
    rows[position[inside]] = order[inside]
    lost = np.ones(len(begins), dtype=np.bool_)
    lost[order] = False
    _fault_gaps(rows, position, lost, raw, spec, clock, complaints)
    return rows


def _same_step(times: Times, spec: TableFile, clock: Clock, complaints: Complaints) -> bool:
    """Whether the usual distance of rows is the clock's step; a fault naming both if not."""
    distance = np.abs(np.diff(times))
    distance = distance[distance > np.timedelta64(0, "ns")]
    if not len(distance):
        return True
    sizes, counts = np.unique(distance, return_counts=True)
    usual = round(float(sizes[np.argmax(counts)] / np.timedelta64(1, "m")), 3)
    step = round(clock.step_hours * 60, 3)
    if usual == step:
        return True
    if usual > step:
        hint = f"zeropark does not invent values between; set time.step: {usual:g} min, or take a finer table"
    else:
        hint = f"average the rows to {step:g} min, or set the park's time.step: {usual:g} min"
    if not 5 <= usual <= 60:
        hint = f"a table needs a row every {step:g} min"
    complaints.add(None, spec.time, f"a step of {usual:g} min", f"the park's step of {step:g} min", hint)
    return False


def _sorted(
    begins: Times,
    known: NDArray[np.int64],
    raw: RawTable,
    spec: TableFile,
    clock: Clock,
    complaints: Complaints,
) -> NDArray[np.int64]:
    """Rows in the order of time, each time once; faults for rows out of order and for times again."""
    times = begins[known]
    back = np.diff(times) < np.timedelta64(0, "ns")
    if len(back) > 1 and back.all():
        complaints.add(
            int(raw.lines[known[0]]),
            spec.time,
            "the newest row first",
            "the oldest row first",
            "sort the table by time",
        )
    else:
        complaints.each(
            (np.flatnonzero(back) + 1).tolist(),
            lambda at: (int(raw.lines[known[at]]), spec.time,
                        f"'{raw.time[known[at]]}' after '{raw.time[known[at - 1]]}'"),
            "rows in the order of time", "sort the table by time",
        )  # fmt: skip
    order = np.argsort(times, kind="stable")
    again = np.zeros(len(order), dtype=np.bool_)
    again[1:] = np.diff(times[order]) == np.timedelta64(0, "ns")
    first = np.maximum.accumulate(np.where(again, 0, np.arange(len(order))))
    complaints.each(
        np.flatnonzero(again).tolist(),
        lambda at: (int(raw.lines[known[order[at]]]), spec.time,
                    f"{_local_time(clock, begins[known[order[at]]])} again, first on line "
                    f"{raw.lines[known[order[first[at]]]]}"),
        "each time once",
    )  # fmt: skip
    return known[order[~again]]


def _fault_gaps(
    rows: NDArray[np.int64],
    position: NDArray[np.int64],
    lost: NDArray[np.bool_],
    raw: RawTable,
    spec: TableFile,
    clock: Clock,
    complaints: Complaints,
) -> None:
    """Faults for steps without a row, save gaps to be filled and rows that are ``lost`` (told already)."""
    told: list[tuple[int, int]] = []
    for first, last in _runs(rows < 0):
        before = int(rows[first - 1]) if first else -1
        after = int(rows[last + 1]) if last + 1 < len(rows) else len(raw.lines)
        inner = first > 0 and last + 1 < len(rows)
        if (inner and spec.fill == "linear") or lost[before + 1 : after].sum() > last - first:
            continue
        told.append((first, last))
    shift = _shift_hint(rows, position, clock)

    def tell(index: int) -> tuple[int | None, str, str]:
        first, last = told[index]
        line = int(raw.lines[rows[first - 1 if first else last + 1]])
        count = last - first + 1
        return line, spec.time, f"no row for {_span(clock, first, last)} ({count} row{'s' * (count > 1)})"

    hint = shift or _gap_hint(told, spec, clock)
    complaints.each(range(len(told)), tell, f"a row every {_step_words(clock)} over {_period(clock)}", hint)


def _shift_hint(rows: NDArray[np.int64], position: NDArray[np.int64], clock: Clock) -> str:
    """Words for a table that is whole but stands some hours early or late."""
    early, late = int(-position.min()), int(position.max() - clock.steps + 1)
    ahead = int(np.argmax(rows >= 0))
    behind = int(np.argmax(rows[::-1] >= 0))
    shift = late if ahead and ahead == late else early if behind and behind == early else 0
    hours = shift * clock.step_hours
    if not 0 < hours <= 14:
        return ""
    word = "late" if ahead else "early"
    if shift == 1 and ahead:
        return f"all rows stand one step {word}: if their times end their intervals, set `stamp: ending`"
    if shift == 1:
        return f"all rows stand one step {word}: is `stamp: ending` right?"
    return f"all rows stand {hours:g} h {word}: set `zone` of the table to the time zone of its times"


def _gap_hint(gaps: list[tuple[int, int]], spec: TableFile, clock: Clock) -> str:
    days = round(24 / clock.step_hours)
    for first, last in gaps:
        if last - first + 1 == days and clock.times_local[first].strftime("%m-%d %H") == "02-29 00":
            return "the leap day is missing"
    inner = [gap for gap in gaps if gap[0] > 0 and gap[1] + 1 < clock.steps]
    if not inner:
        return "" if spec.fill == "none" else "there is no neighbour to fill from"
    if all(clock.times_local[first].fold for first, _ in inner):
        return "the hour before clocks go back must stand twice in local time"
    return "`fill: linear` of the table fills gaps between neighbours"


# --- cells ------------------------------------------------------------------------------------------


def _on_clock(
    name: str,
    cells: Cells,
    rows: NDArray[np.int64],
    raw: RawTable,
    spec: TableFile,
    clock: Clock,
    complaints: Complaints,
    notes: _Notes,
) -> NDArray[np.float64]:
    """Values of a column by step, gaps filled where the park file asks for it; faults noted."""
    used = rows[rows >= 0]
    floats, gone = _floats(name, cells, used, raw, complaints)
    values = np.full(clock.steps, np.nan)
    values[rows >= 0] = floats
    empty = np.zeros(clock.steps, dtype=np.bool_)
    empty[rows >= 0] = gone
    if spec.fill == "linear":
        gap = empty | (rows < 0)
        runs = _runs(gap)
        inner = [run for run in runs if run[0] > 0 and run[1] + 1 < clock.steps]
        if inner and not gap.all():
            inside = np.zeros(clock.steps, dtype=np.bool_)
            for first, last in inner:
                inside[first : last + 1] = True
                notes.filled(name, first, last)
            values[inside] = np.interp(np.flatnonzero(inside), np.flatnonzero(~gap), values[~gap])
            empty &= ~inside
    told = _runs(empty)

    def tell(index: int) -> tuple[int | None, str, str]:
        first, last = told[index]
        count = last - first + 1
        found = f"no value for {_span(clock, first, last)}" + (f" ({count} rows)" if count > 1 else "")
        return int(raw.lines[rows[first]]), name, found

    hint = (
        "`fill: linear` fills gaps between neighbours" if spec.fill == "none" else "no neighbour to fill from"
    )
    complaints.each(range(len(told)), tell, "a number", hint)
    return values


def _floats(
    name: str, cells: Cells, rows: NDArray[np.int64], raw: RawTable, complaints: Complaints
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Numbers of these rows and where nothing stands, shape (rows,) each; faults for others."""
    taken = cells[rows]
    broken = raw.broken[rows]
    if taken.dtype == np.float64:
        values = np.asarray(taken, dtype=np.float64)
        gone = np.isnan(values)
        text = np.zeros(len(rows), dtype=np.bool_)
    else:
        plain = pd.Series([None if isinstance(c, (bool, bytes)) else c for c in taken], dtype=object)
        values = np.asarray(pd.to_numeric(plain, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan))
        gone = np.asarray([_is_missing(cell) for cell in taken], dtype=np.bool_)
        text = np.isnan(values) & ~gone
    huge = ~text & ~gone & ~(np.abs(values) <= LARGEST_NUMBER)

    def tell(at: int) -> tuple[int | None, str, str]:
        return int(raw.lines[rows[at]]), name, f"'{str(taken[at])[:40]}'"

    by_hint: dict[str, list[int]] = {}
    for at in np.flatnonzero(text & ~broken).tolist():
        by_hint.setdefault(_text_hint(str(taken[at]), name), []).append(at)
    for hint, at_rows in by_hint.items():
        complaints.each(at_rows, tell, "a number", hint)
    complaints.each(np.flatnonzero(huge & ~broken).tolist(), tell, f"a number up to {LARGEST_NUMBER:g}")
    return values, gone & ~broken


def _is_missing(cell: object) -> bool:
    return (
        cell is None
        or (isinstance(cell, float) and cell != cell)
        or (isinstance(cell, str) and not cell.strip())
    )


def _text_hint(text: str, name: str) -> str:
    text = text.strip()
    if _COMMA.match(text) and not _GROUPED.match(text):
        return "a decimal comma? write 3.5 with a point"
    if _GROUPED.match(text):
        return "a thousands separator? write 1234.5 without; or a decimal comma? write 3.5"
    if text.startswith("#"):
        return "an error of the spreadsheet's formula"
    if _WITH_UNIT.match(text):
        return f"put the unit in the header: '{name} [unit]'"
    return ""


# --- words ------------------------------------------------------------------------------------------


@dataclass
class _Notes:
    """Gaps that were filled, as sentences."""

    shown: str
    clock: Clock
    gaps: dict[tuple[int, int], list[str]] = field(default_factory=dict)

    def filled(self, name: str, first: int, last: int) -> None:
        self.gaps.setdefault((first, last), []).append(name)

    def texts(self) -> tuple[str, ...]:
        """One sentence for each gap, in the order of time; the last one counts what is left out."""
        gaps = sorted(self.gaps.items())
        texts = [f"{self.shown}: {self._sentence(*run, names)}" for run, names in gaps[:MOST_FAULTS]]
        if len(gaps) > MOST_FAULTS:
            texts.append(f"{self.shown}: {len(gaps) - MOST_FAULTS} more gaps filled linearly")
        return tuple(texts)

    def _sentence(self, first: int, last: int, names: list[str]) -> str:
        columns = ", ".join(f"'{name}'" for name in names)
        count = last - first + 1
        return (
            f"{count} row{'s' * (count > 1)} of {columns} filled linearly, {_span(self.clock, first, last)}"
        )


def _runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and last index of each run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    return [(int(a), int(b) - 1) for a, b in edges.reshape(-1, 2)]


def _local(clock: Clock, step: int) -> str:
    return _words(clock.times_local[step])


def _local_time(clock: Clock, time: np.datetime64) -> str:
    return _words(pd.Timestamp(time).tz_localize("UTC").tz_convert(clock.zone))


def _words(time: pd.Timestamp) -> str:
    """Local time; with its offset from UTC in the hour that comes twice."""
    twin = any((time + pd.Timedelta(hours=h)).strftime("%H:%M") == time.strftime("%H:%M") for h in (-1, 1))
    return time.strftime("%Y-%m-%d %H:%M") + (f" {time.isoformat()[-6:]}" if twin else "")


def _span(clock: Clock, first: int, last: int) -> str:
    begin, end = _local(clock, first), _local(clock, last)
    if first == last:
        return begin
    return f"{begin} – {end[11:]}" if begin[:10] == end[:10] else f"{begin} – {end}"


def _period(clock: Clock) -> str:
    return f"{_local(clock, 0)} – {_local(clock, clock.steps - 1)}"


def _step_words(clock: Clock) -> str:
    return f"{clock.step_hours * 60:g} min"
