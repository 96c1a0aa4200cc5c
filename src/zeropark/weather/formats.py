"""The file formats: EnergyPlus weather, PVGIS (CSV and JSON; typical year and hourly series), plain CSV.

Each parser takes the text of a file and returns the rows with the faults found on the way. It marks
missing values as NaN and never decides about them. The formats are read here rather than by pvlib's
readers because those stop at the first fault and know no lines; the tests hold both side by side.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from zeropark.errors import Fault, InputError, nearest
from zeropark.texts import both
from zeropark.units import UnitError, factor
from zeropark.weather.raw import UNITS, Place, Raw, shortened

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

NOMINAL_YEAR = 2001


@dataclass(frozen=True)
class CsvSource:
    """What a plain CSV file does not say about itself.

    hour_ending: the time stamp is the end of the interval. wind_height_m: of the anemometer.
    typical_year: the year in the time stamps is nominal.
    """

    latitude_deg: float
    longitude_deg: float
    altitude_m: float
    zone_offset_hours: float
    wind_height_m: float = 10.0
    hour_ending: bool = False
    typical_year: bool = False


def _stop(file: str, line: int | None, field: str, found: str, expected: str, hint: str = "") -> InputError:
    return InputError([Fault(file, line, field, found, expected, hint)])


def _numbers(
    file: str,
    title: str,
    cells: list[str],
    lines: NDArray[np.int64],
    missing: Callable[[Floats], Flags],
    faults: list[Fault],
) -> tuple[Floats, Flags]:
    """Cells as numbers, missing ones NaN, and which cells are no numbers at all (NaN too, and a fault)."""
    flawed = np.zeros(len(cells), dtype=bool)
    try:
        values = np.array([c.strip() or "nan" for c in cells], dtype=np.float64)
    except ValueError:
        values = np.full(len(cells), np.nan)
        bad = []
        for row, cell in enumerate(cells):
            try:
                values[row] = float(cell.strip() or "nan")
            except ValueError:
                flawed[row] = True
                bad.append(Fault(file, int(lines[row]), title, repr(cell.strip()[:40]), "a number"))
        faults += shortened(bad)
    values = np.where(np.isinf(values), np.nan, values)
    with np.errstate(invalid="ignore"):
        return np.where(missing(values), np.nan, values), flawed


def _from_up(missing: float, values: Floats) -> Flags:
    return values >= missing


def _never(values: Floats) -> Flags:
    return np.zeros(values.shape, dtype=bool)


def _rows(
    file: str, text: list[str], first: int, least: int, faults: list[Fault]
) -> tuple[list[list[str]], NDArray[np.int64]]:
    """Comma-separated rows from a 0-based line on to the first blank one, and their 1-based lines."""
    rows, lines, bad = [], [], []
    for number, line in enumerate(text[first:], start=first + 1):
        if not line.strip():
            break
        cells = line.split(",")
        if len(cells) < least:
            bad.append(Fault(file, number, "row", f"{len(cells)} values", f"at least {least}"))
            continue
        rows.append(cells)
        lines.append(number)
    faults += shortened(bad)
    if not rows:
        raise _stop(file, first + 1, "rows", "no rows of data", "one row per interval")
    return rows, np.array(lines, dtype=np.int64)


# EnergyPlus weather: field number (0-based), title, and from which value on it means "missing"
# (EnergyPlus Auxiliary Programs, "EnergyPlus Weather File (EPW) Data Dictionary").
_EPW = {
    "temp_air": (6, "Dry Bulb Temperature", 99.9),
    "pressure": (9, "Atmospheric Station Pressure", 999_999.0),
    "ghi": (13, "Global Horizontal Radiation", 9999.0),
    "dni": (14, "Direct Normal Radiation", 9999.0),
    "dhi": (15, "Diffuse Horizontal Radiation", 9999.0),
    "wind_speed": (21, "Wind Speed", 999.0),
}


def _epw_times(
    file: str, rows: list[list[str]], lines: NDArray[np.int64], typical_year: bool, faults: list[Fault]
) -> tuple[pd.Series[pd.Timestamp], Floats, Flags]:
    """Day and hour (1 to 24) of each row, and which rows have no valid time."""
    stamp = {
        name: _numbers(file, name, [r[i] for r in rows], lines, _never, faults)[0]
        for i, name in enumerate(("Year", "Month", "Day", "Hour"))
    }
    years = stamp["Year"][np.isfinite(stamp["Year"])]
    one = len(np.unique(years)) == 1 and years[0] % 4 != 0
    year = (float(years[0]) if one else float(NOMINAL_YEAR)) if typical_year else stamp["Year"]
    local = pd.to_datetime(
        pd.DataFrame({"year": year, "month": stamp["Month"], "day": stamp["Day"]}), errors="coerce"
    )
    hour = stamp["Hour"]
    wrong = np.asarray(local.isna()) | ~((hour >= 1) & (hour <= 24))
    expected = "a date, and an hour 1 to 24"
    faults += shortened(
        [
            Fault(file, int(lines[i]), "Year, Month, Day, Hour", ",".join(rows[i][:4]), expected)
            for i in np.flatnonzero(wrong)
        ]
    )
    return local, hour, wrong


def parse_epw(file: str, text: list[str], typical_year: bool, faults: list[Fault]) -> Raw:
    """EnergyPlus weather. Hour-ending stamps 1..24 in local standard time become interval beginnings."""
    place, city = _epw_place(file, text)
    header = next((i for i, line in enumerate(text[:30]) if line.startswith("DATA PERIODS")), None)
    if header is None:
        raise _stop(file, None, "DATA PERIODS", "no such line", "the last line of the header")
    per_hour = text[header].split(",")[2:3]
    if per_hour != ["1"]:
        raise _stop(file, header + 1, "records per hour", ",".join(per_hour) or "none", "1")
    rows, lines = _rows(file, text, header + 1, 22, faults)
    local, hour, wrong = _epw_times(file, rows, lines, typical_year, faults)
    columns, flawed = {}, {}
    for name, (field, title, missing) in _EPW.items():
        values, bad = _numbers(
            file, title, [r[field] for r in rows], lines, partial(_from_up, missing), faults
        )
        columns[name], flawed[name] = values[~wrong], bad[~wrong]
    notes = [
        both("hour-ending stamps moved to the beginning of the hour", "小时末时标移至小时初"),
        both(
            "temperature, wind and pressure of a stamp taken for the hour that ends at it",
            "时标上的气温、风速和气压视为该小时的均值",
        ),
    ]
    if np.isnan(columns["pressure"]).all():
        del columns["pressure"]
    begin = pd.DatetimeIndex(local[~wrong]) + pd.to_timedelta(hour[~wrong] - 1, unit="h")
    utc = (begin - pd.Timedelta(hours=place.zone_offset_hours)).tz_localize("UTC")
    return Raw(
        file=file,
        place=place,
        times_utc=utc,
        columns=columns,
        titles={k: v[1] for k, v in _EPW.items()},
        lines=lines[~wrong],
        wind_height_m=10.0,
        label=f"{city} (EPW)",
        typical_year=typical_year,
        flawed=flawed,
        notes=tuple(notes),
    )


def _epw_place(file: str, text: list[str]) -> tuple[Place, str]:
    cells = text[0].split(",")
    if len(cells) < 10:
        raise _stop(file, 1, "LOCATION", f"{len(cells)} values", "10")
    titles = ("Latitude", "Longitude", "TimeZone", "Elevation")
    faults: list[Fault] = []
    lines = np.ones(1, dtype=np.int64)
    values = [
        _numbers(file, t, [c], lines, _never, faults)[0][0] for t, c in zip(titles, cells[6:10], strict=True)
    ]
    for title, value, (low, high) in zip(
        titles, values, ((-90, 90), (-180, 180), (-12, 14), (-1000, 9999)), strict=True
    ):
        if not low <= value <= high and not any(f.field == title for f in faults):
            faults.append(Fault(file, 1, title, f"{value:g}", f"{low} to {high}"))
    if faults:
        raise InputError(faults)
    latitude, longitude, zone, altitude = (float(v) for v in values)
    return Place(latitude, longitude, altitude, zone), cells[1].strip()


_PVGIS = {
    "G(h)": "ghi",
    "Gb(n)": "dni",
    "Gd(h)": "dhi",
    "T2m": "temp_air",
    "WS10m": "wind_speed",
    "SP": "pressure",
}
_PVGIS_PLANE = ("G(i)", "Gb(i)", "Gd(i)", "Gr(i)")


def parse_pvgis_csv(file: str, text: list[str], zone_offset_hours: float, faults: list[Fault]) -> Raw:
    """PVGIS CSV, a typical year (``time(UTC)``) or an hourly series (``time``)."""
    header = next((i for i, line in enumerate(text) if line.startswith(("time(UTC),", "time,"))), None)
    if header is None:
        raise _stop(file, None, "time", "no line of column names", "a line that starts with time")
    meta = {
        k.strip().split(" (")[0].lower(): v.strip()
        for k, _, v in (line.partition(":") for line in text[:header])
        if v
    }
    names = [n.strip() for n in text[header].split(",")]
    rows, lines = _rows(file, text, header + 1, len(names), faults)
    table = {name: [r[i] for r in rows] for i, name in enumerate(names)}
    slope = re.match(r"[\d.]+", meta.get("slope", ""))
    return _pvgis(
        file,
        table,
        lines,
        names[0] == "time(UTC)",
        {
            "latitude": meta.get("latitude"),
            "longitude": meta.get("longitude"),
            "elevation": meta.get("elevation"),
            "slope": slope.group() if slope else None,
            "offset": meta.get("irradiance time offset", "0"),
        },
        zone_offset_hours,
        faults,
    )


def parse_pvgis_json(file: str, text: str, zone_offset_hours: float, faults: list[Fault]) -> Raw:
    """PVGIS JSON, a typical year (``outputs.tmy_hourly``) or an hourly series (``outputs.hourly``)."""
    try:
        whole = json.loads(text)
        place, outputs = whole["inputs"]["location"], whole["outputs"]
        typical = "tmy_hourly" in outputs
        records = outputs["tmy_hourly" if typical else "hourly"]
        names = [*records[0], "time(UTC)" if typical else "time"]
        table = {n: ["" if r.get(n) is None else str(r[n]) for r in records] for n in names}
        mounting = whole["inputs"].get("mounting_system", {}).get("fixed", {})
        slope = mounting.get("slope", {}).get("value")
    except json.JSONDecodeError as error:
        raise _stop(file, error.lineno, "JSON", error.msg, "a PVGIS JSON file") from error
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise _stop(
            file,
            None,
            "JSON",
            f"another structure ({error})",
            "inputs.location, and outputs.tmy_hourly or outputs.hourly",
        ) from error
    return _pvgis(
        file,
        table,
        None,
        typical,
        {
            "latitude": place.get("latitude"),
            "longitude": place.get("longitude"),
            "elevation": place.get("elevation"),
            "slope": slope,
            "offset": place.get("irradiance_time_offset", 0),
        },
        zone_offset_hours,
        faults,
    )


def _pvgis(
    file: str,
    table: dict[str, list[str]],
    lines: NDArray[np.int64] | None,
    typical: bool,
    meta: dict[str, object],
    zone_offset_hours: float,
    faults: list[Fault],
) -> Raw:
    place, offset = _pvgis_place(file, meta, zone_offset_hours)
    time = "time(UTC)" if typical else "time"
    stamps = pd.to_datetime(pd.Series(table[time]), format="%Y%m%d:%H%M", errors="coerce")
    wrong = np.asarray(stamps.isna())
    if typical:
        wrong = wrong | np.asarray((stamps.dt.month == 2) & (stamps.dt.day == 29))
    at = lines if lines is not None else np.arange(len(stamps), dtype=np.int64)
    faults += shortened(
        [
            Fault(
                file,
                int(at[i]) if lines is not None else None,
                time,
                table[time][i][:40],
                "a time such as 20160131:1310, never 29 February of a typical year",
            )
            for i in np.flatnonzero(wrong)
        ]
    )
    columns, titles, flawed = {}, {}, {}
    for name, cells in table.items():
        if name in _PVGIS or name in _PVGIS_PLANE:
            short = _PVGIS.get(name, name)
            columns[short], flawed[short] = _numbers(file, name, cells, at, _never, faults)
            titles[short] = name
    if any(name in columns for name in _PVGIS_PLANE):
        _horizontal(file, columns, titles, flawed, meta["slope"])
    columns, flawed = ({k: v[~wrong] for k, v in d.items()} for d in (columns, flawed))
    moved = pd.DatetimeIndex(stamps[~wrong])
    if typical:
        moved = pd.DatetimeIndex([t.replace(year=NOMINAL_YEAR) for t in moved])
    begin = moved + pd.Timedelta(minutes=round(offset * 60)) - pd.Timedelta(minutes=30)
    notes = (
        f"each PVGIS value holds at an instant (stamp plus {offset:g} h): taken as the mean of the hour "
        "around it",
    )
    return Raw(
        file=file,
        place=place,
        times_utc=begin.tz_localize("UTC"),
        columns=columns,
        titles=titles,
        lines=None if lines is None else lines[~wrong],
        wind_height_m=10.0,
        label=f"PVGIS {place.latitude_deg:g}, {place.longitude_deg:g}",
        typical_year=typical,
        flawed=flawed,
        notes=notes,
    )


def _pvgis_place(file: str, meta: dict[str, object], zone: float) -> tuple[Place, float]:
    bounds = {"latitude": (-90, 90), "longitude": (-180, 180), "elevation": (-1000, 9999), "offset": (-1, 1)}
    faults, values = [], []
    for name, (low, high) in bounds.items():
        try:
            values.append(float(str(meta[name])))
        except ValueError:
            values.append(float("nan"))
        if not low <= values[-1] <= high:
            faults.append(Fault(file, None, name, str(meta[name])[:40], f"{low} to {high}"))
    if faults:
        raise InputError(faults)
    latitude, longitude, altitude, offset = values
    return Place(latitude, longitude, altitude, zone), offset


def _horizontal(
    file: str, columns: dict[str, Floats], titles: dict[str, str], flawed: dict[str, Flags], slope: object
) -> None:
    """In-plane irradiance of an hourly series becomes horizontal; a tilted plane is a fault."""
    if str(slope) not in ("0", "0.0", "0."):
        plane_is = "that moves or is not stated" if slope is None else f"of {slope} degrees"
        raise _stop(
            file,
            None,
            "slope",
            f"irradiance on a plane {plane_is}",
            "0 degrees, the horizontal",
            "download the series again with slope 0 and radiation components",
        )
    plane = {name: columns.pop(name) for name in _PVGIS_PLANE if name in columns}
    bad = {name: flawed.pop(name) for name in plane}
    for name in plane:
        titles.pop(name)
    summed = ["G(i)"] if "G(i)" in plane else list(plane)
    columns["ghi"] = np.sum([plane[n] for n in summed], axis=0)
    flawed["ghi"] = np.any([bad[n] for n in summed], axis=0)
    titles["ghi"] = " + ".join(summed)
    if "Gd(i)" in plane:
        columns["dhi"], flawed["dhi"], titles["dhi"] = plane["Gd(i)"], bad["Gd(i)"], "Gd(i)"


_HEADING = re.compile(r"\s*(\w+)\s*(?:[\[(]\s*(.*?)\s*[\])])?\s*\Z")


def parse_csv(file: str, text: list[str], source: CsvSource, faults: list[Fault]) -> Raw:
    """Plain CSV: a first line of names with units, such as ``time, ghi [W/m2], temp_air [degC]``.

    Names: time and those of UNITS; a bare name has the unit stated there. Times are ISO 8601; without
    an offset they are local standard time.
    """
    headings = _headings(file, text[0], faults)
    rows, lines = _rows(file, text, 1, len(headings), faults)
    if "time" not in headings:
        raise InputError([*faults, Fault(file, 1, "time", "no such column", "a column of times")])
    cells = [r[headings.index("time")].strip() for r in rows]
    stamps = [_stamp(c, source.zone_offset_hours) for c in cells]
    wrong = np.array([s is None for s in stamps])
    faults += shortened(
        [
            Fault(file, int(lines[i]), "time", repr(cells[i][:40]), "a time such as 2025-01-31T13:00")
            for i in np.flatnonzero(wrong)
        ]
    )
    columns, flawed = {}, {}
    names = [_HEADING.match(h) for h in text[0].lstrip("\ufeff").split(",")]
    for i, name in enumerate(headings):
        if name in UNITS:
            match = names[i]
            values, bad = _numbers(file, name, [r[i] for r in rows], lines, _never, faults)
            unit = (match.group(2) if match else None) or UNITS[name]
            columns[name] = _converted(name, values, unit)[~wrong]
            flawed[name] = bad[~wrong]
    times = pd.DatetimeIndex([s for s in stamps if s is not None], tz="UTC")
    place = Place(source.latitude_deg, source.longitude_deg, source.altitude_m, source.zone_offset_hours)
    raw = Raw(
        file=file,
        place=place,
        times_utc=times,
        columns=columns,
        titles={n: n for n in columns},
        lines=lines[~wrong],
        wind_height_m=source.wind_height_m,
        label=file,
        typical_year=source.typical_year,
        flawed=flawed,
    )
    if not source.hour_ending:
        return raw
    return replace(
        raw,
        times_utc=times - pd.Timedelta(hours=raw.step_hours),
        notes=(
            both("interval-ending stamps moved to the beginning of the interval", "时段末时标移至时段初"),
        ),
    )


def _headings(file: str, line: str, faults: list[Fault]) -> list[str]:
    known = ("time", *UNITS)
    names = []
    for cell in line.lstrip("\ufeff").split(","):
        match = _HEADING.match(cell)
        name = match.group(1) if match else cell.strip()
        unit = match.group(2) if match else None
        if name not in known:
            faults.append(
                Fault(file, 1, name[:40], "an unknown column", ", ".join(known), nearest(name, known))
            )
        elif name in names:
            faults.append(Fault(file, 1, name, "the column twice", "each column once"))
        elif unit and name in UNITS and not _known_unit(name, unit):
            faults.append(Fault(file, 1, name, f"unit {unit[:40]}", f"a unit such as {UNITS[name]}"))
        names.append(name)
    return names


def _known_unit(name: str, unit: str) -> bool:
    if name == "temp_air":
        return unit in ("degC", "°C", "C", "K")
    try:
        factor(unit, UNITS[name])
    except UnitError:
        return False
    return True


def _converted(name: str, values: Floats, unit: str) -> Floats:
    if name == "temp_air":
        return values - 273.15 if unit == "K" else values
    return values * factor(unit, UNITS[name]) if _known_unit(name, unit) else values


def _stamp(text: str, zone_offset_hours: float) -> pd.Timestamp | None:
    try:
        at = pd.Timestamp(text)
    except (ValueError, TypeError):
        return None
    if pd.isna(at) or not text[:4].isdigit():
        return None
    if at.tzinfo is None:
        return (at - pd.Timedelta(hours=zone_offset_hours)).tz_localize("UTC")
    return at.tz_convert("UTC")
