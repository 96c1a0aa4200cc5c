"""Reading a weather file: every fault at once, nothing patched in silence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np

from zeropark.errors import Fault, InputError
from zeropark.texts import both
from zeropark.weather.align import mean_over
from zeropark.weather.checks import (
    best_shift,
    drop_incomplete,
    filled,
    missing_faults,
    sun_faults,
    time_faults,
    value_faults,
)
from zeropark.weather.formats import CsvSource, parse_csv, parse_epw, parse_pvgis_csv, parse_pvgis_json
from zeropark.weather.model import Weather
from zeropark.weather.raw import IRRADIANCE, REQUIRED, Raw
from zeropark.weather.solar import without_unclosed
from zeropark.weather.sun import standard_pressure_pa

Format = Literal["epw", "pvgis-csv", "pvgis-json", "csv"]
FORMATS: tuple[Format, ...] = ("epw", "pvgis-csv", "pvgis-json", "csv")


def read_weather(
    path: Path | str,
    format: Format | None = None,
    *,
    csv: CsvSource | None = None,
    fill: Literal["linear"] | None = None,
    irradiance_shift_hours: float | Literal["fit"] = 0.0,
    typical_year: bool = True,
    zone_offset_hours: float = 0.0,
    shown_as: str | None = None,
) -> Weather:
    """The weather in a file. Raises InputError with every fault found.

    format: found by looking into the file when None. csv: what a plain CSV file does not say about
    itself. fill: "linear" fills gaps of up to 6 h; else any missing value is a fault (missing DNI or
    DHI only means that they are not used). irradiance_shift_hours: moves the irradiance of a typical
    year whose clock is wrong; "fit" finds the hours by the sun; both are noted. typical_year: False
    for an EPW of an actual year. zone_offset_hours: local standard time less UTC of a PVGIS file,
    which is in UTC and does not say. shown_as: the file's name in faults and notes.
    """
    file = shown_as or str(path)
    text = _text(Path(path), file)
    faults: list[Fault] = []
    raw = _parsed(file, text, format, csv, typical_year, zone_offset_hours, faults)
    raw, more = _checked(raw, fill, irradiance_shift_hours, sound=not faults)
    if faults or more:
        raise InputError(faults + more)
    return without_unclosed(_weather(raw))


def _text(path: Path, file: str) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        found = error.strerror or "unreadable"
        raise InputError([Fault(file, None, "file", found, "a weather file")]) from error
    if not data.strip():
        raise InputError([Fault(file, None, "file", "an empty file", "a weather file")])
    if b"\0" in data[:65536]:
        raise InputError([Fault(file, None, "file", "a binary file", "a weather file in text form")])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _format_of(text: str) -> Format | None:
    head = text[:20_000].lstrip()
    if head.startswith("LOCATION,"):
        return "epw"
    if head.startswith("{"):
        return "pvgis-json"
    if head.startswith("Latitude (decimal degrees)"):
        return "pvgis-csv"
    if head.split("\n", 1)[0].lower().startswith("time"):
        return "csv"
    return None


def _parsed(
    file: str,
    text: str,
    format: Format | None,
    csv: CsvSource | None,
    typical_year: bool,
    zone_offset_hours: float,
    faults: list[Fault],
) -> Raw:
    known = ", ".join(FORMATS)
    kind = format or _format_of(text)
    lines = text.splitlines()
    if kind == "epw":
        return parse_epw(file, lines, typical_year, faults)
    if kind == "pvgis-csv":
        return parse_pvgis_csv(file, lines, zone_offset_hours, faults)
    if kind == "pvgis-json":
        return parse_pvgis_json(file, text, zone_offset_hours, faults)
    if kind == "csv":
        if csv is None:
            raise InputError(
                [
                    Fault(
                        file,
                        None,
                        "csv",
                        "a plain CSV file without a place",
                        "latitude, longitude, altitude and zone (CsvSource)",
                    )
                ]
            )
        return parse_csv(file, lines, csv, faults)
    raise InputError([Fault(file, 1, "format", "an unknown format" if kind is None else repr(kind), known)])


def _checked(
    raw: Raw, fill: str | None, shift: float | Literal["fit"], *, sound: bool
) -> tuple[Raw, list[Fault]]:
    """The rows after what was asked for (fill, shift), and all faults in them.

    Whether light and sun agree is asked only when all else about time and GHI is in order (``sound``:
    the parser found no fault), as one wrong row would drown that answer.
    """
    faults = time_faults(raw)
    if fill == "linear":
        raw = filled(raw)
    raw = drop_incomplete(raw)
    faults += missing_faults(raw, fill) + value_faults(raw)
    if faults or not sound or any(name not in raw.columns for name in REQUIRED):
        return raw, faults
    hours = best_shift(raw) if shift == "fit" else shift
    if hours and not raw.typical_year:
        return raw, [
            Fault(
                raw.file,
                None,
                "irradiance_shift_hours",
                f"{hours:g} h in an actual year",
                "0",
                "correct the time stamps instead",
            )
        ]
    raw = _shifted(raw, hours)
    return raw, sun_faults(raw)


def _shifted(raw: Raw, hours: float) -> Raw:
    """Irradiance moved by ``hours`` (earlier when negative) around the typical year; energy is kept."""
    if not hours:
        return raw
    begin = np.arange(len(raw.times_utc), dtype=np.float64) * raw.step_hours - hours
    columns = {
        name: mean_over(values, begin, raw.step_hours, raw.step_hours, periodic=True)
        if name in IRRADIANCE
        else values
        for name, values in raw.columns.items()
    }
    note = both(
        f"irradiance moved by {hours:+g} h against the file's clock, as asked, to fit the sun",
        f"按要求将辐照度相对文件时标移动 {hours:+g} 小时，以与太阳位置一致",
    )
    return replace(raw, columns=columns, notes=(*raw.notes, note))


def _weather(raw: Raw) -> Weather:
    notes = list(raw.notes)
    columns = dict(raw.columns)
    if "pressure" not in columns:
        pressure = standard_pressure_pa(raw.place.altitude_m)
        columns["pressure"] = np.full(len(raw.times_utc), pressure)
        notes.append(
            both(
                f"no pressure in the file: {pressure:.0f} Pa of the standard atmosphere at {raw.place.altitude_m:g} m",
                f"文件无气压：采用海拔 {raw.place.altitude_m:g} m 标准大气压 {pressure:.0f} Pa",
            )
        )
    return Weather(
        times_utc=raw.times_utc,
        step_hours=raw.step_hours,
        ghi_w_per_m2=columns["ghi"],
        dni_w_per_m2=columns.get("dni"),
        dhi_w_per_m2=columns.get("dhi"),
        temp_air_c=columns["temp_air"],
        wind_speed_m_per_s=columns["wind_speed"],
        wind_height_m=raw.wind_height_m,
        pressure_pa=columns["pressure"],
        latitude_deg=raw.place.latitude_deg,
        longitude_deg=raw.place.longitude_deg,
        altitude_m=raw.place.altitude_m,
        zone_offset_hours=raw.place.zone_offset_hours,
        label=raw.label,
        source=raw.file,
        synthetic=False,
        typical_year=raw.typical_year,
        notes=tuple(notes),
    )
