"""Reading files: the same numbers as pvlib's readers, and every fault with its place."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pvlib
import pytest

from zeropark.errors import Fault, InputError
from zeropark.weather import CsvSource, read_weather
from zeropark.weather.sun import sun_at

BAOTOU = CsvSource(40.66, 109.84, 1065.0, 8.0)
HEADER = 8


@cache
def light(begin: str) -> np.ndarray:
    """GHI of a hazy year (0.6 of extraterrestrial) at Baotou, hours from ``begin`` UTC on, whole W/m2."""
    middles = pd.date_range(begin, periods=8760, freq="1h", tz="UTC") + pd.Timedelta(minutes=30)
    ghi: np.ndarray = np.round(0.6 * sun_at(middles, 40.66, 109.84).extra_horizontal_w_per_m2)
    return ghi


def epw_rows() -> list[list[str]]:
    ghi = light("2000-12-31 16:00")
    stamps = pd.date_range("2001-01-01", periods=8760, freq="1h")
    rows = []
    for i, at in enumerate(stamps):
        row = ["0"] * 35
        row[:6] = [str(1990 + at.month), str(at.month), str(at.day), str(at.hour + 1), "60", "?9"]
        row[6], row[9], row[13], row[14], row[15], row[21] = (
            f"{i % 30}.5",
            "89000",
            f"{ghi[i]:g}",
            "9999",
            "9999",
            f"{i % 9}.0",
        )
        rows.append(row)
    return rows


def write_epw(path: Path, rows: list[list[str]], place: str = "40.66,109.84,8.0,1065.0") -> Path:
    head = [
        f"LOCATION,Baotou,NM,CHN,MADE,534460,{place}",
        "DESIGN CONDITIONS,0",
        "TYPICAL/EXTREME PERIODS,0",
        "GROUND TEMPERATURES,0",
        "HOLIDAYS/DAYLIGHT SAVINGS,No,0,0,0",
        "COMMENTS 1,made",
        "COMMENTS 2,made",
        "DATA PERIODS,1,1,Data,Sunday,1/1,12/31",
    ]
    path.write_text("\n".join([*head, *(",".join(r) for r in rows)]) + "\n")
    return path


def faults_of(action: Callable[[], object]) -> tuple[Fault, ...]:
    with pytest.raises(InputError) as caught:
        action()
    return caught.value.faults


def test_epw_beside_pvlib_and_hour_ending_becomes_beginning(tmp_path: Path) -> None:
    path = write_epw(tmp_path / "a.epw", epw_rows())
    weather = read_weather(path)
    theirs, meta = pvlib.iotools.read_epw(path, coerce_year=2001)
    for ours, name in (
        (weather.ghi_w_per_m2, "ghi"),
        (weather.temp_air_c, "temp_air"),
        (weather.wind_speed_m_per_s, "wind_speed"),
        (weather.pressure_pa, "atmospheric_pressure"),
    ):
        assert (ours == theirs[name].to_numpy(dtype=float)).all()
    assert (weather.times_utc == theirs.index.tz_convert("UTC")).all()
    # Hour 1 of 1 January at UTC+8 ends at 01:00, begins at 00:00: 16:00 UTC of the day before.
    assert weather.times_utc[0] == pd.Timestamp("2000-12-31 16:00", tz="UTC")
    assert (weather.latitude_deg, weather.altitude_m) == (meta["latitude"], meta["altitude"])
    assert weather.typical_year
    assert weather.dni_w_per_m2 is None  # 9999 throughout: not there, and the notes say so
    assert any("Direct Normal Radiation: missing in 8760 of 8760" in note for note in weather.notes)


def test_epw_without_pressure_gets_the_standard_atmosphere_and_a_note(tmp_path: Path) -> None:
    rows = epw_rows()
    for row in rows:
        row[9] = "999999"
    weather = read_weather(write_epw(tmp_path / "a.epw", rows))
    # ISO 2533 at 1,065 m: 101325 (1 - 0.0065*1065/288.15)^5.25588 = 89,158 Pa.
    assert weather.pressure_pa[0] == pytest.approx(89_158, rel=1e-3)
    assert any("standard atmosphere" in note for note in weather.notes)


def test_all_faults_at_once_each_with_its_line(tmp_path: Path) -> None:
    rows = epw_rows()
    rows[100][6] = "99.9"
    rows[101][6] = "99.9"
    rows[200][21] = "999"
    rows[300][13] = "-5"
    rows[400][9] = "890"
    rows[500][6] = "warm"
    rows[600] = ["1991", "1"]
    path = write_epw(tmp_path / "a.epw", rows)
    faults = faults_of(lambda: read_weather(path, shown_as="weather/a.epw"))
    by_line = {f.line: f for f in faults}
    assert {f.file for f in faults} == {"weather/a.epw"}
    assert (by_line[HEADER + 101].field, by_line[HEADER + 101].found) == (
        "Dry Bulb Temperature",
        f"2 missing values to line {HEADER + 102}",
    )
    assert by_line[HEADER + 201].field == "Wind Speed"
    assert by_line[HEADER + 301].found == "-5 W/m2"
    assert by_line[HEADER + 401].hint == "looks like hPa"
    assert by_line[HEADER + 501].found == "'warm'"
    assert by_line[HEADER + 601].found == "2 values"
    assert by_line[HEADER + 602].field == "time"  # the gap that the short row leaves
    assert by_line[None].field == "rows"  # 8,759 of them
    assert len(faults) == 8


def test_linear_fill_only_on_request_and_only_short_gaps(tmp_path: Path) -> None:
    rows = epw_rows()
    for i in (100, 101, 102):
        rows[i][6] = "99.9"
    rows[99][6], rows[103][6] = "2.0", "10.0"
    path = write_epw(tmp_path / "a.epw", rows)
    assert 'fill="linear"' in faults_of(lambda: read_weather(path))[0].hint
    weather = read_weather(path, fill="linear")
    assert weather.temp_air_c[99:104] == pytest.approx([2, 4, 6, 8, 10])
    assert any("Dry Bulb Temperature: 3 missing values in 1 gaps filled" in note for note in weather.notes)
    for i in range(100, 107):
        rows[i][6] = "99.9"
    path = write_epw(tmp_path / "b.epw", rows)
    (fault,) = faults_of(lambda: read_weather(path, fill="linear"))
    assert fault.found.startswith("7 missing values")


def test_many_faults_of_a_kind_are_counted_not_listed(tmp_path: Path) -> None:
    rows = epw_rows()
    for row in rows[::2]:
        row[21] = "999"
    faults = faults_of(lambda: read_weather(write_epw(tmp_path / "a.epw", rows)))
    assert len(faults) == 21
    assert faults[-1].found == "4360 more faults of this kind from here on"


def test_rows_out_of_order_and_twice(tmp_path: Path) -> None:
    rows = epw_rows()
    rows[50], rows[51] = rows[51], rows[50]
    rows.insert(3000, rows[3000])
    faults = faults_of(lambda: read_weather(write_epw(tmp_path / "a.epw", rows)))
    found = [f.found for f in faults]
    assert any("a time before the last" in f for f in found)
    assert any("the same time again" in f for f in found)
    assert any(f == "8761 rows of 1 h" for f in found)


def test_light_at_night_is_a_fault_with_the_remedy(tmp_path: Path) -> None:
    rows = epw_rows()
    late = np.roll([r[13] for r in rows], 2)
    for row, ghi in zip(rows, late, strict=True):
        row[13] = str(ghi)
    path = write_epw(tmp_path / "a.epw", rows)
    faults = faults_of(lambda: read_weather(path))
    assert ["while the sun is down" in f.found for f in faults] == [True, False]
    assert all("irradiance_shift_hours=-2" in f.hint for f in faults)
    right = light("2000-12-31 16:00")
    for shift in (-2.0, "fit"):
        weather = read_weather(path, irradiance_shift_hours=shift)  # type: ignore[arg-type]
        assert weather.ghi_w_per_m2 == pytest.approx(right)
        assert any("irradiance moved by -2 h" in note for note in weather.notes)


def test_a_sound_file_is_not_moved_by_fit(tmp_path: Path) -> None:
    path = write_epw(tmp_path / "a.epw", epw_rows())
    weather = read_weather(path, irradiance_shift_hours="fit")
    assert weather.ghi_w_per_m2 == pytest.approx(light("2000-12-31 16:00"))
    assert not any("moved by" in note and "irradiance" in note for note in weather.notes)


@pytest.mark.parametrize(
    ("content", "field", "found"),
    [
        (b"", "file", "an empty file"),
        (b" \n\n", "file", "an empty file"),
        (b"PK\x03\x04\0\0\0", "file", "a binary file"),
        (b"hello,world\n1,2\n", "format", "an unknown format"),
        (b"LOCATION,Baotou\n", "LOCATION", "2 values"),
        (b"LOCATION,B,N,C,M,5,north,109,8,1065\nDATA PERIODS,1,1\n", "Latitude", "'north'"),
        (b"LOCATION,B,N,C,M,5,40,109,8,1065\nDATA PERIODS,1,4\n", "records per hour", "4"),
        (b"LOCATION,B,N,C,M,5,40,109,8,1065\nnothing\n", "DATA PERIODS", "no such line"),
        (b"LOCATION,B,N,C,M,5,40,109,8,1065\nDATA PERIODS,1,1\n", "rows", "no rows of data"),
        (b'{"inputs": 1', "JSON", "Expecting ',' delimiter"),
        (b'{"inputs": {"location": {}}, "outputs": {}}', "JSON", "another structure ('hourly')"),
        (b"Latitude (decimal degrees): 40\n", "time", "no line of column names"),
        (b"time,ghi\n2025-01-01,0\n", "csv", "a plain CSV file without a place"),
    ],
)
def test_hopeless_files(tmp_path: Path, content: bytes, field: str, found: str) -> None:
    path = tmp_path / "w"
    path.write_bytes(content)
    fault = faults_of(lambda: read_weather(path))[0]
    assert (fault.field, fault.found) == (field, found)


def test_missing_file_and_unknown_format(tmp_path: Path) -> None:
    assert faults_of(lambda: read_weather(tmp_path / "none"))[0].found == "No such file or directory"
    path = write_epw(tmp_path / "a.epw", epw_rows()[:2])
    assert faults_of(lambda: read_weather(path, "xls"))[0].found == "'xls'"  # type: ignore[arg-type]


def pvgis_records() -> list[dict[str, float | str]]:
    """A PVGIS typical year: instants on the hour, UTC, each month of another year."""
    at = pd.date_range("2001-01-01", periods=8760, freq="1h", tz="UTC")
    sun = sun_at(at + pd.Timedelta(minutes=12), 40.66, 109.84)
    dhi = np.round(0.2 * sun.extra_horizontal_w_per_m2, 2)
    dni = np.round(0.45 * sun.extra_normal_w_per_m2 * (sun.cos_zenith > 0), 2)
    ghi = np.round(dhi + dni * sun.cos_zenith, 2)
    return [
        {
            "time(UTC)": f"{2004 + t.month}{t:%m%d:%H%M}",
            "T2m": float(i % 30),
            "RH": 50.0,
            "G(h)": ghi[i],
            "Gb(n)": dni[i],
            "Gd(h)": dhi[i],
            "IR(h)": 280.0,
            "WS10m": float(i % 9),
            "WD10m": 0.0,
            "SP": 89000.0,
        }
        for i, t in enumerate(at)
    ]


@cache
def pvgis_csv() -> str:
    records = pvgis_records()
    head = [
        "Latitude (decimal degrees): 40.660",
        "Longitude (decimal degrees): 109.840",
        "Elevation (m): 1065.0",
        "Irradiance Time Offset (h): 0.2",
        "month,year",
        *(f"{m},{2004 + m}" for m in range(1, 13)),
    ]
    rows = [",".join(records[0]), *(",".join(str(v) for v in r.values()) for r in records)]
    return "\r\n".join([*head, *rows, "", "T2m: 2-m air temperature (degree Celsius)", "PVGIS (c) EU"])


def test_pvgis_typical_year_csv_and_json_beside_pvlib(tmp_path: Path) -> None:
    csv, js = tmp_path / "t.csv", tmp_path / "t.json"
    csv.write_bytes(pvgis_csv().encode())
    js.write_text(
        json.dumps(
            {
                "inputs": {
                    "location": {
                        "latitude": 40.66,
                        "longitude": 109.84,
                        "elevation": 1065.0,
                        "irradiance_time_offset": 0.2,
                    }
                },
                "outputs": {"months_selected": [], "tmy_hourly": pvgis_records()},
                "meta": {"inputs": {}},
            }
        )
    )
    for path in (csv, js):
        weather = read_weather(path, zone_offset_hours=8.0)
        theirs, _ = pvlib.iotools.read_pvgis_tmy(path)
        for ours, name in (
            (weather.ghi_w_per_m2, "ghi"),
            (weather.dni_w_per_m2, "dni"),
            (weather.dhi_w_per_m2, "dhi"),
            (weather.temp_air_c, "temp_air"),
            (weather.pressure_pa, "pressure"),
        ):
            assert ours is not None
            assert (ours == theirs[name].to_numpy(dtype=float)).all()
        assert (weather.latitude_deg, weather.longitude_deg, weather.altitude_m) == (40.66, 109.84, 1065.0)
        # The light of stamp 00:00 is that of 00:12; its hour lies around it, from 23:42 on.
        assert weather.times_utc[0] == pd.Timestamp("2000-12-31 23:42", tz="UTC")
        assert weather.typical_year
        assert any("0.2 h" in note for note in weather.notes)


def test_pvgis_faults_name_the_line_or_the_record(tmp_path: Path) -> None:
    lines = pvgis_csv().split("\r\n")
    first = next(i for i, line in enumerate(lines) if line.startswith("time(UTC)")) + 1
    lines[first + 10] = lines[first + 10].replace("20050101:1000,10.0", "20050101:1000,cold")
    del lines[first + 8000 :]
    path = tmp_path / "t.csv"
    path.write_text("\n".join(lines))
    faults = faults_of(lambda: read_weather(path))
    assert [(f.line, f.field) for f in faults] == [(first + 11, "T2m"), (None, "rows")]
    records = pvgis_records()
    records[5]["WS10m"] = 200.0
    js = tmp_path / "t.json"
    place = {"latitude": 40.66, "longitude": 109.84, "elevation": 1065}
    js.write_text(json.dumps({"inputs": {"location": place}, "outputs": {"tmy_hourly": records}}))
    (fault,) = faults_of(lambda: read_weather(js))
    assert fault.field == "WS10m"
    assert "in record 5" in fault.found


def pvgis_series(slope: str = "0 deg.") -> str:
    at = pd.date_range("2016-01-01 00:10", periods=48, freq="1h", tz="UTC")
    sun = sun_at(at, 40.66, 109.84)
    beam, diffuse = 0.4 * sun.extra_horizontal_w_per_m2, 0.2 * sun.extra_horizontal_w_per_m2
    rows = [f"{t:%Y%m%d:%H%M},{beam[i]:.2f},{diffuse[i]:.2f},0.0,10.0,1.5,3.2,0.0" for i, t in enumerate(at)]
    return "\n".join(
        [
            "Latitude (decimal degrees):\t40.660",
            "Longitude (decimal degrees):\t109.840",
            "Elevation (m):\t1065",
            "Radiation database:\tPVGIS-SARAH3",
            "",
            "",
            f"Slope: {slope}",
            "Azimuth: 0 deg.",
            "time,Gb(i),Gd(i),Gr(i),H_sun,T2m,WS10m,Int",
            *rows,
            "",
            "Gb(i): Beam irradiance",
        ]
    )


def test_pvgis_hourly_series_beside_pvlib(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text(pvgis_series())
    weather = read_weather(path)
    theirs, _ = pvlib.iotools.read_pvgis_hourly(path)
    total = theirs["poa_direct"] + theirs["poa_sky_diffuse"] + theirs["poa_ground_diffuse"]
    assert weather.ghi_w_per_m2 == pytest.approx(total.to_numpy())
    assert weather.dhi_w_per_m2 == pytest.approx(theirs["poa_sky_diffuse"].to_numpy())
    assert not weather.typical_year
    assert weather.times_utc[0] == pd.Timestamp("2015-12-31 23:40", tz="UTC")


@pytest.mark.parametrize("slope", ["35 deg. (optimum)", "- deg."])
def test_pvgis_series_on_a_tilted_or_moving_plane_is_a_fault(tmp_path: Path, slope: str) -> None:
    path = tmp_path / "s.csv"
    path.write_text(pvgis_series(slope))
    assert faults_of(lambda: read_weather(path))[0].field == "slope"


def test_csv_units_offsets_and_interval_ending(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text(
        "time,ghi [kW/m2],temp_air [K],wind_speed [km/h],pressure [hPa]\n"
        "2025-06-01T12:15+08:00,0.5,293.15,36,890\n"
        "2025-06-01 12:30,0.6,294.15,18,891\n"
    )
    source = CsvSource(40.66, 109.84, 1065.0, 8.0, wind_height_m=100.0, hour_ending=True)
    weather = read_weather(path, csv=source)
    assert weather.ghi_w_per_m2 == pytest.approx([500, 600])
    assert weather.temp_air_c == pytest.approx([20, 21])
    assert weather.wind_speed_m_per_s == pytest.approx([10, 5])
    assert weather.pressure_pa == pytest.approx([89_000, 89_100])
    assert weather.step_hours == 0.25
    assert weather.times_utc[0] == pd.Timestamp("2025-06-01 04:00", tz="UTC")
    assert weather.wind_height_m == 100.0
    assert any("interval-ending" in note for note in weather.notes)


def test_csv_column_faults(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text("time,ghii,temp_air [W],wind_speed,wind_speed\n2025-06-01,0,1,2,3\nyesterday,0,1,2,3\n")
    faults = faults_of(lambda: read_weather(path, csv=BAOTOU))
    found = {(f.field, f.found) for f in faults}
    assert ("ghii", "an unknown column") in found
    assert next(f for f in faults if f.field == "ghii").hint == "did you mean 'ghi'?"
    assert ("temp_air", "unit W") in found
    assert ("wind_speed", "the column twice") in found
    assert ("time", "'yesterday'") in found
    assert ("ghi", "no such column") in found


def test_csv_with_a_gap_and_light_beyond_the_sun(tmp_path: Path) -> None:
    times = pd.date_range("2025-06-01", periods=24, freq="1h").delete(7)
    path = tmp_path / "c.csv"
    path.write_text("time,ghi,temp_air,wind_speed\n" + "\n".join(f"{t:%Y-%m-%dT%H:%M},0,1,2" for t in times))
    (fault,) = faults_of(lambda: read_weather(path, csv=BAOTOU))
    assert (fault.line, "a gap of 1 h" in fault.found) == (9, True)
    rows = [f"2025-06-01T{h:02d}:00,{900 if h == 6 else 0},1,2" for h in range(24)]
    path.write_text("time,ghi,temp_air,wind_speed\n" + "\n".join(rows))
    (fault,) = faults_of(lambda: read_weather(path, csv=BAOTOU))
    assert (fault.line, fault.field) == (8, "ghi")
    assert "above what the sun sends in 1 intervals, up to 900" in fault.found


def test_an_actual_year_is_not_moved(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    rows = [f"2025-06-01T{h:02d}:00,0,1,2" for h in range(24)]
    path.write_text("time,ghi,temp_air,wind_speed\n" + "\n".join(rows))
    (fault,) = faults_of(lambda: read_weather(path, csv=BAOTOU, irradiance_shift_hours=-1.0))
    assert fault.field == "irradiance_shift_hours"


def pvgis_json() -> str:
    place = {"latitude": 40.66, "longitude": 109.84, "elevation": 1065}
    whole = {"inputs": {"location": place}, "outputs": {"tmy_hourly": pvgis_records()[:200]}}
    return json.dumps(whole, indent=0)


@pytest.mark.parametrize("kind", ["epw", "pvgis-csv", "pvgis-series", "pvgis-json", "csv"])
def test_damaged_files_are_the_users_fault_never_a_crash(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "w"
    if kind == "epw":
        whole = write_epw(path, epw_rows()[:200]).read_text()
    else:
        whole = {
            "pvgis-csv": "\n".join(pvgis_csv().split("\r\n")[:200]),
            "pvgis-series": pvgis_series(),
            "pvgis-json": pvgis_json(),
            "csv": "time,ghi [W/m2],temp_air,wind_speed\n"
            + "".join(f"2025-06-01T{h:02d}:00,0,1,2\n" for h in range(24)),
        }[kind]
    rng = np.random.default_rng(1)
    junk = ["", ",", "\n", "nan", "-", "1e999", "99999999", "\ufeff", "包头", "}", "[", '"', ":", " "]
    refused: list[Fault] = []
    for _ in range(60):
        text = whole
        for _ in range(int(rng.integers(1, 4))):
            at = int(rng.integers(0, min(len(text), 3000)))
            text = text[:at] + str(rng.choice(junk)) + text[at + int(rng.integers(0, 30)) :]
        path.write_text(text)
        try:
            read_weather(path, csv=BAOTOU)
        except InputError as error:
            refused += error.faults
    assert len(refused) > 20
    assert all(f.found and f.expected and f.field for f in refused)
