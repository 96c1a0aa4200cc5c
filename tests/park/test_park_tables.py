"""Tables: what is read, and that every trap is told with its line, column and remedy."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from zeropark.clock import Clock
from zeropark.errors import Fault
from zeropark.park.headers import name_and_unit
from zeropark.park.spec import TableFile
from zeropark.park.tables import Table, bounds_faults, read_table

SHARED = Path(__file__).parents[3] / "shared" / "data"


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


# --- what is read -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "form",
    [
        "%Y-%m-%d %H:%M",
        "%Y-%m-%dT%H:%M:%S",
        "%Y/%-m/%-d %-H:%M",
        "%Y.%m.%d %H:%M:%S.000",
        "%Y年%-m月%-d日 %H:%M",
    ],
)
def test_forms_of_time(read, form):
    table, _ = read(csv_of(stamps(form=form)))
    assert table.columns["a"].tolist() == list(range(24))
    assert table.lines.tolist() == list(range(2, 26))


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separators_encodings_line_ends(read, mark, encoding, end):
    text = csv_of(stamps(), header=f"时间{mark}冶炼厂 [MW]", mark=mark).replace("\n", end)
    table, _ = read(text.encode(encoding), time="时间", columns={"冶炼厂"})
    assert table.columns["冶炼厂"].sum() == 276
    assert table.units == {"冶炼厂": "MW"}


def test_units_from_header_or_table(read):
    text = "time,a [kW],b (GJ/h),load (east),c\n" + "".join(f"{t},1,2,3,4\n" for t in stamps())
    table, _ = read(text, unit="MW")
    assert table.units == {"a": "kW", "b": "GJ/h", "load (east)": "MW", "c": "MW"}
    assert name_and_unit("Air temperature  (°C) ") == ("Air temperature", "°C")


def test_unknown_unit_in_header(read):
    fault = only(read(csv_of(stamps(), header="time,a [MegaFoo]"))[1])
    assert (fault.line, fault.field, fault.found) == (1, "a", "'a [MegaFoo]'")


def test_quoted_cells_and_blank_lines(read):
    rows = [f'"{t}","{i}.5","a, ""quoted"" word"' for i, t in enumerate(stamps())]
    text = 'time,a,"note, long"\n\n' + "\n".join(rows) + "\n,,\n\n"
    table, _ = read(text, columns=["a"])
    assert table.columns["a"][3] == 3.5
    assert table.lines[0] == 3


def test_only_needed_columns_must_be_numbers(read):
    text = "time,a,word\n" + "".join(f"{t},1,abc\n" for t in stamps())
    assert read(text, columns=["a"])[0].columns.keys() == {"a"}
    faults = read(text)[1]
    assert len(faults) == 21
    assert faults[0].found == "'abc'"
    assert faults[-1].found == "… and 4 more"


def test_rows_outside_the_period_may_hold_anything(read):
    times = stamps("2024-12-31", 72)
    table, _ = read(csv_of(times, ["x"] * 24 + [*range(24)] + [""] * 24))
    assert table.columns["a"].tolist() == list(range(24))


def test_offsets_and_zones(read):
    offset = [t + "+08:00" for t in stamps()]
    utc = [t + "Z" for t in stamps("2024-12-31 16:00")]
    for times, spec in ((offset, {}), (utc, {}), (stamps("2024-12-31 16:00"), {"zone": "UTC"})):
        assert read(csv_of(times), **spec)[0].columns["a"].tolist() == list(range(24))


def test_offset_in_some_rows_only(read):
    times = [t + "+08:00" for t in stamps()]
    times[5] = times[5][:-6]
    fault = only(read(csv_of(times))[1])
    assert (fault.line, fault.found) == (7, "no offset from UTC in '2025-01-01 05:00'")


def test_ending_stamps_and_2400(read):
    times = stamps("2025-01-01 01:00")
    assert read(csv_of(times), stamp="ending")[0].columns["a"].tolist() == list(range(24))
    times[-1] = "2025-01-01 24:00"
    assert read(csv_of(times), stamp="ending")[0].columns["a"].tolist() == list(range(24))
    faults = read(csv_of(times))[1]
    assert faults[0].line == 25
    assert "stamp: ending" in faults[0].hint
    assert "stamp: ending" in faults[1].hint  # the first hour is missing, all is one step late


def test_column_named_by_unit(read):
    hint = only(read(csv_of(stamps(), header="time,a [MW]"), columns=["a [MW]"])[1]).hint
    assert hint == "write the name without its unit: 'a'"


# --- day and month ----------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M", "%-d.%-m.%Y %H:%M", "%m-%d-%Y %H:%M"])
def test_order_of_day_and_month_is_inferred(read, form):
    table, _ = read(csv_of(stamps(hours=24 * 31, form=form)), on=clock(days=31))
    assert table.columns["a"][-1] == 24 * 31 - 1
    table, _ = read(csv_of(stamps(hours=24 * 5, form=form)), on=clock(days=5))  # no day above 12
    assert table.columns["a"][-1] == 24 * 5 - 1


def test_order_of_day_and_month_cannot_be_told(read):
    fault = only(read(csv_of(stamps("2025-02-03", form="%d/%m/%Y %H:%M")), on=clock("2025-02-03"))[1])
    assert fault.line == 2
    assert fault.found == "'03/02/2025 00:00', which is 2025-02-03 or 2025-03-02"


def test_both_orders_in_one_column(read):
    times = stamps(hours=48, form="%d/%m/%Y %H:%M")
    times[0], times[1] = "13/01/2025 00:00", "01/13/2025 01:00"
    assert "on line 3" in read(csv_of(times), on=clock(days=2))[1][0].found


def test_year_of_two_digits(read):
    faults = read(csv_of(stamps(form="%d/%m/%y %H:%M")))[1]
    assert faults[0].expected == "a year of four digits"
    assert len(faults) == 21


# --- traps ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "text", "expected"),
    [
        (3, "2025-02-30 03:00", "a day and a time that exist"),
        (3, "2025-01-01 25:00", "a day and a time that exist"),
        (3, "2025-01-01 03:77", "a day and a time that exist"),
        (3, "yesterday", "a time such as 2025-01-01 00:15"),
        (3, "", "a time such as 2025-01-01 00:15"),
        (3, "2025-01-01 03:20", "a time on the park's steps of 60 min"),
        (3, "9999999999999-01-01 00:00", "a time such as 2025-01-01 00:15"),
    ],
)
def test_a_bad_time_is_one_fault(read, at, text, expected):
    times = stamps()
    times[at] = text
    fault = only(read(csv_of(times))[1])
    assert (fault.line, fault.field, fault.expected) == (at + 2, "time", expected)


def test_gap_duplicate_and_order(read):
    times = stamps()
    gone = csv_of(times[:4] + times[7:], range(21))
    fault = only(read(gone)[1])
    assert (fault.line, fault.found) == (5, "no row for 2025-01-01 04:00 – 06:00 (3 rows)")
    assert "fill: linear" in fault.hint
    fault = only(read(csv_of([*times[:5], times[4], *times[5:]]))[1])
    assert (fault.line, fault.found) == (7, "2025-01-01 04:00 again, first on line 6")
    swapped = [*times[:4], times[5], times[4], *times[6:]]
    fault = only(read(csv_of(swapped))[1])
    assert (fault.line, fault.found) == (7, "'2025-01-01 04:00' after '2025-01-01 05:00'")
    assert only(read(csv_of(times[::-1]))[1]).found == "the newest row first"


def test_many_gaps_are_capped(read):
    times = stamps(hours=24 * 10)
    faults = read(csv_of(times[::2] + times[-1:]), on=clock(days=10))[1]
    assert len(faults) == 1  # every second row: that is another step
    assert faults[0].found == "a step of 120 min"
    kept = [t for i, t in enumerate(times) if i % 4 != 2]
    faults = read(csv_of(kept), on=clock(days=10))[1]
    assert len(faults) == 21
    assert faults[-1].found == "… and 40 more"


@pytest.mark.parametrize(("minutes", "word"), [(15, "average"), (30, "average")])
def test_finer_table(read, minutes, word):
    fault = only(read(csv_of(stamps(minutes=minutes)))[1])
    assert (fault.found, fault.expected) == (f"a step of {minutes} min", "the park's step of 60 min")
    assert word in fault.hint


def test_coarser_table(read):
    fault = only(read(csv_of(stamps()), on=clock(minutes=15))[1])
    assert (fault.found, fault.expected) == ("a step of 60 min", "the park's step of 15 min")
    assert "does not invent" in fault.hint


def test_same_date_at_the_end_of_each_day(read):
    times = stamps("2025-01-01 01:00", 48)
    for i in (23, 47):
        times[i] = f"2025-01-0{i // 23} 00:00"
    fault = only(read(csv_of(times), on=clock(days=2), stamp="ending")[1])
    assert fault.line == 25
    assert fault.found == "00:00 of 2025-01-01 after 23:00 of the same day, and so on 2 days"
    assert fault.expected == "00:00 of 2025-01-02"
    assert "next date" in fault.hint


@pytest.mark.skipif(not SHARED.is_dir(), reason="no shared data")
def test_same_date_in_the_real_file():
    path = SHARED / "load" / "uci_steel_gwangyang_2018_15min.csv"
    on = clock("2018-01-01", 365, 15, "Asia/Seoul")
    spec = TableFile(file="x", time="date", stamp="ending", unit="kWh")
    table, faults = read_table(path, spec, on, "x.csv", ["Usage_kWh"])
    assert table is None
    fault = only(faults)
    assert fault.line == 97
    assert fault.found == "00:00 of 2018-01-01 after 23:45 of the same day, and so on 365 days"


def test_leap_day_missing(read):
    times = [t for t in stamps("2024-02-01", 24 * 40) if "-02-29" not in t]
    fault = only(read(csv_of(times), on=clock("2024-02-01", 40))[1])
    assert fault.found == "no row for 2024-02-29 00:00 – 23:00 (24 rows)"
    assert fault.hint == "the leap day is missing"


def test_wrong_zone(read):
    late = only(read(csv_of(stamps("2025-01-01", 24 * 3)), on=clock(days=3), zone="UTC")[1])
    assert "8 h late: set `zone`" in late.hint
    early = only(read(csv_of(stamps("2024-12-31 16:00", 24 * 3)), on=clock(days=3))[1])
    assert "8 h early: set `zone`" in early.hint


def test_another_year_or_unknown_zone(read):
    fault = only(read(csv_of(stamps("2024-01-01", 48)))[1])
    assert fault.found == "rows from 2024-01-01 00:00 to 2024-01-02 23:00"
    fault = only(read(csv_of(stamps()), zone="Asia/Shanghay")[1])
    assert fault.hint == "did you mean 'Asia/Shanghai'?"


def test_shifted_within_the_hour(read):
    times = [t.replace(":00", ":30") for t in stamps()]
    assert only(read(csv_of(times))[1]).found == "all times 30 min after the park's steps"


def test_excel_day_numbers_and_unix_seconds(read):
    days = [45658 + i / 24 for i in range(24)]
    fault = only(read(csv_of(days))[1])
    assert "Excel's day number of 2025-01-01 00:00:00" in fault.hint
    seconds = [1735660800 + 3600 * i for i in range(24)]
    assert "seconds since 1970" in only(read(csv_of(seconds))[1]).hint


# --- summer time ------------------------------------------------------------------------------------

BERLIN = ZoneInfo("Europe/Berlin")


def berlin(day: str) -> list[str]:
    on = clock(day, 1, 15, "Europe/Berlin")
    return list(on.times_local.strftime("%Y-%m-%d %H:%M"))


@pytest.mark.parametrize(("day", "rows"), [("2025-03-30", 92), ("2025-10-26", 100)])
@pytest.mark.parametrize("stamp", ["beginning", "ending"])
def test_clock_changes(read, day, rows, stamp):
    on = clock(day, 1, 15, "Europe/Berlin")
    assert on.steps == rows
    index = on.times_local + on.step if stamp == "ending" else on.times_local
    table, _ = read(csv_of(index.strftime("%Y-%m-%d %H:%M")), on=on, stamp=stamp)
    assert table.columns["a"].tolist() == list(range(rows))


def test_a_time_that_clocks_skip(read):
    times = stamps("2025-03-30", 24)
    fault = only(read(csv_of(times), on=clock("2025-03-30", zone="Europe/Berlin"))[1])
    assert (fault.line, fault.found) == (4, "'2025-03-30 02:00'")
    assert "zone" in fault.hint


def test_autumn_hour_only_once(read):
    fault = only(read(csv_of(stamps("2025-10-26")), on=clock("2025-10-26", zone="Europe/Berlin"))[1])
    assert fault.found == "no row for 2025-10-26 02:00 +01:00 (1 row)"
    assert "twice" in fault.hint


def test_autumn_hour_three_times(read):
    times = berlin("2025-10-26")
    times = times[:16] + times[12:]
    faults = read(csv_of(times), on=clock("2025-10-26", 1, 15, "Europe/Berlin"))[1]
    assert any("again" in fault.found for fault in faults)


# --- cells ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "found", "hint"),
    [
        ("", "no value for 2025-01-01 03:00", "fill: linear"),
        ("NaN", "no value for 2025-01-01 03:00", "fill: linear"),
        ("abc", "'abc'", ""),
        ("inf", "'inf'", ""),
        ("1e999", "'inf'", ""),
        ("1e30", "'1e+30'", ""),
        ("True", "'True'", ""),
        ("-", "'-'", ""),
        ("5 MW", "'5 MW'", "'a [unit]'"),
        ("#REF!", "'#REF!'", "formula"),
        ('"3,5"', "'3,5'", "decimal comma"),
        ('"1,234"', "'1,234'", "thousands"),
        ('"1.234,5"', "'1.234,5'", "decimal comma"),
        ("1_000", "'1_000'", ""),
        ("0x10", "'0x10'", ""),
    ],
)
def test_bad_cells(read, cell, found, hint):
    values = [*map(str, range(24))]
    values[3] = cell
    fault = only(read(csv_of(stamps(), values))[1])
    assert (fault.line, fault.field) == (5, "a")
    assert fault.found == found
    assert hint in fault.hint


def test_a_column_of_true(read):
    assert len(read(csv_of(stamps(), ["true"] * 24))[1]) == 21


def test_decimal_commas_everywhere(read):
    fault = only(read(csv_of(stamps(), ["3,5"] * 24))[1])
    assert "24 rows" in fault.found
    assert "commas" in fault.hint
    fault = read(csv_of(stamps(), ["3,5"] * 24, header="time;a", mark=";"))[1][0]
    assert "point" in fault.hint


def test_rows_of_wrong_width(read):
    rows = csv_of(stamps(), header="time,a,b").splitlines()
    rows = [rows[0]] + [row + ",1" for row in rows[1:]]
    rows[4] += ",7"
    rows[6] = rows[6].rsplit(",", 1)[0]
    rows[8] += ",,"
    faults = read("\n".join(rows))[1]
    assert [(f.line, f.found) for f in faults] == [(5, "4 cells"), (7, "2 cells")]


def test_faults_of_all_kinds_at_once(read):
    times, values = stamps(), [*map(str, range(24))]
    times[3], times[9] = "2025-02-30 03:00", "nine"
    values[5], values[6], values[12] = "", "", "x"
    text = csv_of(times[:18] + times[20:], values[:22])
    faults = read(text, columns=["a", "b"])[1]
    assert {f.field for f in faults} == {"time", "a", "b"}
    assert len(faults) == 6
    assert any(f.found == "no value for 2025-01-01 05:00 – 06:00 (2 rows)" for f in faults)


# --- filling ----------------------------------------------------------------------------------------


def test_fill_linear(read):
    times, values = stamps(), [*map(str, range(24))]
    values[10] = ""
    text = csv_of(times[:4] + times[7:], values[:4] + values[7:])
    table, _ = read(text, fill="linear")
    np.testing.assert_allclose(table.columns["a"], np.arange(24.0))
    assert table.notes == (
        "t.csv: 3 rows of 'a' filled linearly, 2025-01-01 04:00 – 06:00",
        "t.csv: 1 row of 'a' filled linearly, 2025-01-01 10:00",
    )
    assert table.lines[4:7].tolist() == [0, 0, 0]


def test_fill_needs_neighbours_and_leaves_text(read):
    values = ["", *map(str, range(1, 23)), ""]
    faults = read(csv_of(stamps(), values), fill="linear")[1]
    assert [(f.line, f.hint) for f in faults] == [
        (2, "no neighbour to fill from"),
        (25, "no neighbour to fill from"),
    ]
    fault = only(read(csv_of(stamps()[2:]), fill="linear")[1])
    assert (fault.found, fault.hint) == (
        "no row for 2025-01-01 00:00 – 01:00 (2 rows)",
        "there is no neighbour to fill from",
    )
    values = [*map(str, range(24))]
    values[4] = "abc"
    assert only(read(csv_of(stamps(), values), fill="linear")[1]).found == "'abc'"
    assert only(read(csv_of(stamps(), [""] * 24), fill="linear")[1]).field == "a"


def test_zero_is_a_value(read):
    assert read(csv_of(stamps(), [0] * 24))[0].columns["a"].tolist() == [0.0] * 24


# --- bounds -----------------------------------------------------------------------------------------


def test_bounds():
    values = np.zeros(24)
    values[[3, 5, 6, 7]] = -0.5
    values[8] = 2
    values[9] = 1 + 1e-12
    faults = bounds_faults(values, 0, 1, clock(), "t.csv", "a", "MW", np.arange(2, 26))
    assert faults[0].found == (
        "-0.5 MW at 2025-01-01 03:00, -0.5 MW at 2025-01-01 05:00, -0.5 MW at 2025-01-01 06:00 and 1 more"
    )
    assert (faults[0].line, faults[0].expected) == (5, "at least 0 MW")
    assert (faults[1].found, faults[1].expected) == ("2 MW at 2025-01-01 08:00", "at most 1 MW")
    assert bounds_faults(np.zeros(24), 0, 1, clock(), "t.csv", "a") == []
    values[0] = np.inf
    assert bounds_faults(values, None, None, clock(), "t.csv", "a")[0].expected == "a finite number"


# --- size -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M"])
def test_a_year_of_quarter_hours(tmp_path, form):
    times = stamps(hours=8760, minutes=15, form=form)
    data = pd.DataFrame(np.random.default_rng(0).uniform(0, 50, (35_040, 30)).round(3))
    data.columns = [f"c{i} [MW]" for i in range(30)]
    data.insert(0, "time", times)
    data.to_csv(tmp_path / "t.csv", index=False)
    on = clock("2025-01-01", 365, 15)
    table, faults = read_table(tmp_path / "t.csv", TableFile(file="t.csv"), on, "t.csv")
    assert not faults
    assert len(table.columns) == 30
    assert np.array_equal(table.columns["c7"], data["c7 [MW]"])
