"""Files of tables: what is no table, headers, Parquet and XLSX."""

import os
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import openpyxl
import pandas as pd
import pytest

from zeropark.clock import Clock
from zeropark.errors import Fault
from zeropark.park.spec import TableFile
from zeropark.park.tables import Table, read_table


def clock(start="2025-01-01", days=1, minutes=60, zone="Asia/Shanghai") -> Clock:
    local = ZoneInfo(zone)
    begin = pd.Timestamp(start).tz_localize(local)
    end = (pd.Timestamp(start) + pd.Timedelta(days=days)).tz_localize(local)
    step = timedelta(minutes=minutes)
    begin_utc: datetime = begin.tz_convert("UTC").to_pydatetime()
    return Clock(begin_utc, step, round((end - begin) / step), local)


def stamps(start="2025-01-01", hours=24, minutes=60, form="%Y-%m-%d %H:%M") -> list[str]:
    return [
        t.strftime(form) for t in pd.date_range(start, periods=hours * 60 // minutes, freq=f"{minutes}min")
    ]


def csv_of(times, values=None, header="time,a", mark=",") -> str:
    values = range(len(times)) if values is None else values
    return "\n".join([header, *(f"{t}{mark}{v}" for t, v in zip(times, values, strict=True))]) + "\n"


@pytest.fixture
def read(tmp_path):
    def reader(content, on=None, name="t.csv", columns=None, **spec) -> tuple[Table | None, list[Fault]]:
        path = tmp_path / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        elif isinstance(content, str):
            path.write_text(content, encoding="utf-8")
        table, faults = read_table(path, TableFile(file=name, **spec), on or clock(), name, columns)
        assert (table is None) == bool(faults)
        for fault in faults:
            assert fault.file == name
            assert fault.field
            assert fault.found
            assert fault.expected
        return table, faults

    return reader


def only(faults: list[Fault]) -> Fault:
    assert len(faults) == 1, "\n".join(map(str, faults))
    return faults[0]


# --- files and headers ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "an empty file"),
        (b"\n\n  \n", "an empty file"),
        (b"time,a\n", "a header without rows"),
        (b"\x00\x01\x02" * 50, "a binary file"),
        (b"\xff\xfet\x00i\x00", "UTF-16 text"),
        (b"PK\x03\x04xxxx", "an Excel file"),
        (b"PAR1xxxx", "a Parquet file"),
        (b"time,a\n\xff\xff\xff,1\n", "bytes that are no text"),
        (b'time,a\n"2025-01-01 00:00,1\n' + b"x" * 200_000, "field larger than field limit (131072)"),
    ],
)
def test_bad_files(read, content, found):
    assert only(read(content)[1]).found == found


def test_no_header(read):
    fault = only(read("\n".join(csv_of(stamps()).splitlines()[1:]))[1])
    assert (fault.line, fault.field, fault.hint) == (1, "header", "e.g. time,smelter [MW]")


def test_missing_and_double_columns(read):
    faults = read(csv_of(stamps(), header="Time,smelter"), columns=["smeltr", "kiln"])[1]
    assert [f.hint for f in faults] == ["did you mean 'Time'?", "did you mean 'smelter'?", ""]
    assert all(f.line == 1 for f in faults)
    text = "time,a,a [MW]\n" + "".join(f"{t},1,2\n" for t in stamps())
    assert only(read(text)[1]).found == "column 'a' 2 times"
    assert only(read(text, columns=["time"])[1]).field == "time"


def test_missing_file_folder_and_ending(read, tmp_path):
    (tmp_path / "loads.csv").write_text("x")
    assert only(read(None, name="load.csv")[1]).hint == "did you mean 'loads.csv'?"
    (tmp_path / "dir.csv").mkdir()
    assert only(read(None, name="dir.csv")[1]).found == "a folder"
    assert ".xlsx" in only(read("x", name="t.xls")[1]).hint
    assert only(read("x", name="t")[1]).found == "a file without ending"
    os.mkfifo(tmp_path / "pipe.csv")
    assert only(read(None, name="pipe.csv")[1]).found == "no regular file"
    assert read(None, name="x" * 300 + ".csv")[1]


def test_large_file_is_not_read(read, tmp_path):
    with (tmp_path / "big.csv").open("wb") as file:
        file.truncate(200_000_000)
    assert only(read(None, name="big.csv")[1]).found == "200 MB"


# --- Parquet and XLSX -------------------------------------------------------------------------------


def frame(times) -> pd.DataFrame:
    return pd.DataFrame({"time": times, "a [MW]": np.arange(len(times)) * 1.5, "word": ["x"] * len(times)})


@pytest.mark.parametrize("zone", [None, "UTC", "Asia/Shanghai"])
@pytest.mark.parametrize("as_index", [False, True])
def test_parquet(read, tmp_path, zone, as_index):
    times = clock().times_utc.tz_convert(zone or "Asia/Shanghai")
    data = frame(times if zone else times.tz_localize(None))
    data = data.set_index("time") if as_index else data
    data.to_parquet(tmp_path / "t.parquet")
    table, _ = read(None, name="t.parquet", columns=["a"])
    assert table.columns["a"].tolist() == (np.arange(24) * 1.5).tolist()
    assert table.units == {"a": "MW"}


def test_parquet_faults(read, tmp_path):
    data = frame(pd.date_range("2025-01-01", periods=24, freq="h"))
    data.loc[3, "a [MW]"] = np.nan
    data.loc[4, "time"] = pd.NaT
    data.to_parquet(tmp_path / "t.parquet")
    faults = read(None, name="t.parquet", columns=["a"])[1]
    assert [(f.line, f.field) for f in faults] == [(5, "time"), (4, "a")]
    assert faults[0].found == "no time"
    assert len(read(None, name="t.parquet")[1]) == 23  # words too
    whole = (tmp_path / "t.parquet").read_bytes()
    for content in (whole[:200], whole[:-20], b"PAR1", whole[:100] + b"x" * 100 + whole[200:]):
        assert read(content, name="t.parquet", columns=["a"])[1][0].field in ("file", "time", "a")


def test_parquet_text_times_and_other_types(read, tmp_path):
    data = frame(stamps())
    data["b"] = pd.Categorical(["1.5"] * 24)
    data["c"] = pd.array([1] * 23 + [None], dtype="Int64")
    data["d"] = [[1]] * 24
    data.to_parquet(tmp_path / "t.parquet")
    assert read(None, name="t.parquet", columns=["a", "b"])[0].columns["b"].sum() == 36
    assert only(read(None, name="t.parquet", columns=["c"])[1]).line == 24
    assert len(read(None, name="t.parquet", columns=["d"])[1]) == 21


def book(path: Path, times, title="loads", values=None) -> None:
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = title
    sheet.append(["time", "a [MW]"])
    for i, at in enumerate(times):
        sheet.append([at, i if values is None else values[i]])
    made.create_sheet("other")
    made.save(path)


def test_xlsx(read, tmp_path):
    days = pd.date_range("2025-01-01", periods=24, freq="h")
    for times in (days.to_pydatetime(), stamps()):
        book(tmp_path / "t.xlsx", times)
        table, _ = read(None, name="t.xlsx", columns=["a"], sheet="loads")
        assert table.columns["a"].tolist() == list(range(24))


def test_xlsx_faults(read, tmp_path):
    values = [*range(24)]
    values[2], values[3], values[4], values[5] = None, "#DIV/0!", True, "1,5"
    book(tmp_path / "t.xlsx", stamps(), values=values)
    faults = read(None, name="t.xlsx")[1]
    assert {(f.line, f.field) for f in faults} == {(4, "a"), (5, "a"), (6, "a"), (7, "a")}
    assert only(read(None, name="t.xlsx", sheet="load")[1]).hint == "did you mean 'loads'?"
    assert only(read(None, name="t.xlsx", sheet="other")[1]).found == "an empty sheet"
    book(tmp_path / "t.xlsx", [45658 + i / 24 for i in range(24)])
    assert "Excel's day number" in only(read(None, name="t.xlsx")[1]).hint
    whole = (tmp_path / "t.xlsx").read_bytes()
    for content in (whole[:500], b"PK\x03\x04", b"text", whole[:-100]):
        assert "broken XLSX" in only(read(content, name="t.xlsx")[1]).found
