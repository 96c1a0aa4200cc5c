"""From a folder to a Park: file, overrides, tables, packs; every fault at once.

The steps stand in ``read_park`` in order. A step that cannot go on because an earlier one failed is
left out, so that the user sees every fault that can be told for certain, and none that only follows.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
import pandas as pd
from pydantic import ValidationError

from zeropark import units
from zeropark.clock import Clock
from zeropark.errors import Fault, InputError, nearest
from zeropark.forms import Array
from zeropark.park.assets import Market, Source
from zeropark.park.checks import graph_faults, reference_faults, series_in
from zeropark.park.faults import faults_of, path_of
from zeropark.park.fields import Reading, Series, evidence_of
from zeropark.park.headers import A_COLUMN
from zeropark.park.model import Assumption, Park
from zeropark.park.packs import read_pack, with_packaged_tariffs
from zeropark.park.spec import ParkFile, Time
from zeropark.park.tables import bounds_faults, read_table
from zeropark.park.tariffs import Pack
from zeropark.park.yaml import Document, Path_, parse_yaml, read_yaml
from zeropark.texts import both

PARK_FILE = "park.yaml"
_ENTRIES = (
    "assets", "tables", "weather", "tariffs", "tenants", "rules", "accounts", "limits", "factors", "measures",
)  # fmt: skip
"""Sections whose entries can be left out, so that the faults of the others are found all the same."""
_PLACEHOLDERS: dict[str, Any] = {"zeropark": 1, "name": "?", "money": {"discount_rate": 0.0}}
"""What stands for a section that is faulty itself, for the same end."""


def read_park(path: Path, overrides: Mapping[str, str] | None = None, parsed: Document | None = None) -> Park:
    """The park in a folder (or of a ``park.yaml``), with ``overrides`` as ``{"dotted.path": "value"}``.

    parsed: the park file where it was parsed before, which takes longer than all else of a short period.
    Raises InputError with every fault found in the file, its tables and its packs.
    """
    file = file_of(path)
    if not file.is_file():
        raise InputError(
            [
                Fault(
                    str(path),
                    None,
                    "park",
                    "no park file",
                    f"a folder with {PARK_FILE}",
                    "'zeropark init DIR' writes an example",
                )
            ]
        )
    document = read_yaml(file, file.name) if parsed is None else parsed.copy()
    if document.data is None and document.faults:
        raise InputError(document.faults)
    faults = (
        list(document.faults) + apply_overrides(document, overrides or {}) + with_packaged_tariffs(document)
    )
    spec, pruned, found = validate(document)
    faults += found
    usable = spec or pruned
    if usable is None:
        raise InputError(faults)
    if spec is not None:
        faults += graph_faults(spec, document.line, document.file)
    else:
        faults += _unknown_names(usable, document)
    clock, found = clock_of(usable.time, document)
    faults += found
    packs, found = packs_of(usable, file.parent, document)
    faults += found
    arrays: dict[str, Array] = {}
    notes: list[str] = []
    if clock is not None:
        arrays, notes, found = arrays_of(usable, file.parent, clock, document)
        faults += found
    faults = blamed(faults, overrides or {})
    lines = {".".join(map(str, path)): line for path, line in document.lines.items()}
    if faults or spec is None or clock is None:
        raise InputError(faults, clock and partial_park(file.parent, usable, clock, packs, lines))
    notes += [
        both(
            f"{table.file}: synthetic series, not measured" + (f" ({table.note})" if table.note else ""),
            f"{table.file}：合成序列，非实测",
        )
        for table in spec.tables.values()
        if table.synthetic
    ]
    assumptions = assumptions_of(document, packs) + parameters_of(spec, packs)
    park = Park(file.parent, spec, clock, arrays, packs, assumptions, (), {}, lines, dict(overrides or {}))
    return replace(park, notes=(*park.override_notes, *notes))


def _unknown_names(pruned: ParkFile, document: Document) -> list[Fault]:
    """Names that the park does not have. Entries that stand in the file and are faulty themselves may be named."""
    left_out = tuple(
        f"'{name}'"
        for section in _ENTRIES
        for name, _ in _sections(document.data.get(section))
        if name not in getattr(pruned, section)
    )
    faults = reference_faults(pruned, document.line, document.file)
    return [fault for fault in faults if not fault.found.endswith(left_out)]


def file_of(path: Path) -> Path:
    """The park file of a folder; a park file itself stays what it is."""
    return path if path.suffix in (".yaml", ".yml") else path / PARK_FILE


def partial_park(
    folder: Path, spec: ParkFile, clock: Clock, packs: Mapping[str, Pack], lines: Mapping[str, int]
) -> Park:
    """The park as far as it can be read, every series a placeholder: only good for finding more faults."""
    arrays = {series.key: np.zeros(clock.steps) for _, series in series_in(spec)}
    profiles = {name: np.ones(clock.steps) for name, a in spec.assets.items() if isinstance(a, Source)}
    assets = {
        name: a.model_copy(update={"tariff": None})
        if isinstance(a, Market) and a.tariff not in spec.tariffs
        else a
        for name, a in spec.assets.items()
    }
    spec = spec.model_copy(update={"assets": assets})
    return Park(folder, spec, clock, arrays, packs, profiles=profiles, lines=lines)


def blamed(faults: Iterable[Fault], overrides: Mapping[str, str]) -> list[Fault]:
    """Faults of values that came with ``--set`` name it instead of the file."""
    return [
        replace(fault, file="--set", line=None)
        if any(
            f"{fault.field}.".startswith(f"{path}.") or f"{path}.".startswith(f"{fault.field}.")
            for path in overrides
        )
        else fault
        for fault in faults
    ]


def located(faults: Iterable[Fault], park: Park) -> list[Fault]:
    """Faults of ``park.yaml`` that know no line get the line of their field, or of its nearest parent."""
    found = []
    for fault in faults:
        if fault.line is None and fault.file == PARK_FILE:
            steps = fault.field.split(".")
            parents = (".".join(steps[:length]) for length in range(len(steps), 0, -1))
            line = next((park.lines[parent] for parent in parents if parent in park.lines), None)
            fault = replace(fault, line=line)
        found.append(fault)
    return found


def validate(document: Document) -> tuple[ParkFile | None, ParkFile | None, list[Fault]]:
    """The park file; or, where only some entries are faulty, the park without them; and the faults."""
    reading = reading_of(document.data)
    try:
        return ParkFile.model_validate(document.data, context=reading), None, []
    except ValidationError as error:
        faults = faults_of(error, document, ParkFile)
        bad = [path_of(detail, document.data)[:2] for detail in error.errors(include_url=False)]
    if not isinstance(document.data, dict):
        return None, None, faults
    rest = copy.deepcopy(document.data)
    for path in {path[: 2 if path[0] in _ENTRIES else 1] for path in bad if path}:
        if len(path) == 2 and path[0] in _ENTRIES:
            rest[path[0]].pop(path[1], None)
        elif path[0] in _PLACEHOLDERS:
            rest[path[0]] = _PLACEHOLDERS[str(path[0])]
        else:
            rest.pop(path[0], None)
    try:
        return None, ParkFile.model_validate(rest, context=reading), faults
    except ValidationError:
        return None, None, faults


def reading_of(data: Any) -> Reading:
    """Carriers, nodes and money, as far as they can be read, for the units of all other fields."""
    reading = Reading()
    if not isinstance(data, dict):
        return reading
    for name, carrier in _sections(data.get("carriers")):
        if isinstance(carrier, dict) and isinstance(carrier.get("unit"), str):
            reading.carriers[str(name)] = carrier["unit"]
    for name, node in _sections(data.get("nodes")):
        carrier = node.get("carrier") if isinstance(node, dict) else node
        if isinstance(carrier, str):
            reading.nodes[str(name)] = carrier
    money = data.get("money")
    if isinstance(money, dict) and money.get("currency") in ("CNY", "EUR", "USD"):
        reading.currency = money["currency"]
    return reading


def _sections(data: Any) -> Iterable[tuple[Any, Any]]:
    return data.items() if isinstance(data, dict) else ()


def apply_overrides(document: Document, overrides: Mapping[str, str]) -> list[Fault]:
    """Put ``--set path=value`` into the data; the last key may be new, the section must exist."""
    faults = []
    for dotted, text in overrides.items():
        value = Document("--set")
        parse_yaml(text, value)
        here: Any = document.data
        *sections, last = dotted.split(".")
        for depth, step in enumerate(sections):
            if not isinstance(here, dict) or (depth < 2 and step not in here):
                known = [str(k) for k in here] if isinstance(here, dict) else []
                found = f"no section '{'.'.join(sections[: depth + 1])}'"
                faults.append(
                    Fault("--set", None, dotted, found, "a path in the park file", nearest(step, known))
                )
                break
            here.setdefault(step, {})
            if not isinstance(here[step], dict):
                here[step] = (
                    {"existing": here[step]} if last in ("existing", "min", "max") else {"value": here[step]}
                )
            here = here[step]
        else:
            faults += value.faults
            if isinstance(here, dict):
                here[last] = value.data
    return faults


def clock_of(time: Time, document: Document) -> tuple[Clock | None, list[Fault]]:
    """The park's clock: local midnight of the first day to local midnight after the last."""
    try:
        zone = ZoneInfo(time.zone)
    except (KeyError, ValueError, OSError):
        line = document.line(("time", "zone"))
        return None, [
            Fault(
                document.file,
                line,
                "time.zone",
                f"'{time.zone}'",
                "an IANA time zone such as Asia/Shanghai",
                nearest(time.zone, available_timezones()),
            )
        ]
    first = pd.Timestamp(time.start)
    last = pd.Timestamp(time.end) if time.end is not None else first + pd.Timedelta(days=(time.days or 1) - 1)
    begin, end = (day.tz_localize(zone) for day in (first, last + pd.Timedelta(days=1)))
    step = timedelta(minutes=time.step)
    steps = round((end - begin) / pd.Timedelta(step))
    if steps > 2_000_000:
        return None, [
            Fault(
                document.file, document.line(("time",)), "time", f"{steps:,} steps", "at most 2,000,000 steps"
            )
        ]
    start: datetime = begin.tz_convert("UTC").to_pydatetime()
    return Clock(start, step, steps, zone), []


def packs_of(spec: ParkFile, folder: Path, document: Document) -> tuple[dict[str, Pack], list[Fault]]:
    """Every pack that the park uses, and faults in packs, rule names and parameters."""
    packs: dict[str, Pack] = {}
    faults: list[Fault] = []
    for name, use in spec.rules.items():
        pack, found = read_pack(name, folder / use.file if use.file else None, document.file)
        faults += (
            [
                f
                if f.line
                else Fault(f.file, document.line(("rules", name)), f.field, f.found, f.expected, f.hint)
                for f in found
            ]
            if use.file is None
            else found
        )
        if pack is None:
            continue
        packs[name] = pack
        for kind, given, known in (
            ("rules", use.rules, pack.rules),
            ("parameters", use.parameters, pack.parameters),
        ):
            for key in given:
                if key not in known:
                    path: Path_ = ("rules", name, kind, key)
                    faults.append(
                        Fault(
                            document.file,
                            document.line(path),
                            ".".join(map(str, path)),
                            f"'{key}'",
                            "one of " + ", ".join(known),
                            nearest(key, known),
                        )
                    )
        for key, parameter in pack.parameters.items():
            if parameter.default is None and key not in use.parameters and use.mode != "ignore":
                path = ("rules", name, "parameters")
                faults.append(
                    Fault(
                        document.file,
                        document.line(path),
                        f"rules.{name}.parameters.{key}",
                        "nothing",
                        f"{parameter.name}, in {parameter.unit}",
                    )
                )
    return packs, faults


def arrays_of(
    spec: ParkFile, folder: Path, clock: Clock, document: Document
) -> tuple[dict[str, Array], list[str], list[Fault]]:
    """Values of every series, notes on what was filled, and the faults of the tables."""
    wanted: dict[str, list[tuple[Path_, Series]]] = {}
    for path, series in series_in(spec):
        wanted.setdefault(series.table, []).append((path, series))
    arrays: dict[str, Array] = {}
    notes: list[str] = []
    faults: list[Fault] = []
    for name, uses in wanted.items():
        if name not in spec.tables:
            continue  # told by the reference checks
        declared = spec.tables[name]
        columns = {series.column for _, series in uses}
        table, found = read_table(folder / declared.file, declared, clock, declared.file, columns)
        faults += [_asked_for(fault, uses, document) for fault in found]
        if table is None:
            continue
        notes += table.notes
        for path, series in uses:
            if series.column in table.columns and series.key not in arrays:
                values, found = _converted(
                    table.columns[series.column], table.units.get(series.column), series, path, document
                )
                faults += found
                if values is not None:
                    faults += bounds_faults(
                        values,
                        series.ge,
                        series.le,
                        clock,
                        declared.file,
                        series.column,
                        series.unit,
                        table.lines,
                    )
                    arrays[series.key] = values
    return arrays, notes, faults


def _asked_for(fault: Fault, uses: Sequence[tuple[Path_, Series]], document: Document) -> Fault:
    """A column that is not there, with the place in the park file that names it."""
    if fault.expected != A_COLUMN:
        return fault
    path = next(path for path, series in uses if series.column == fault.field)
    line = document.line(path)
    place = ".".join(map(str, path))
    named = f"named in {document.file}" + (f":{line}" if line else "") + f", {place}"
    return replace(fault, hint=f"{fault.hint}; {named}" if fault.hint else named)


def _converted(
    values: Array, unit: str | None, series: Series, path: Path_, document: Document
) -> tuple[Array | None, list[Fault]]:
    if not series.unit or unit is None:
        return values * series.times, []
    try:
        return values * (units.factor(unit, series.unit) * series.times), []
    except units.UnitError as error:
        return None, [
            Fault(
                document.file,
                document.line(path),
                ".".join(map(str, path)),
                f"column '{series.column}' in {unit}",
                f"a unit such as {series.unit}",
                str(error),
            )
        ]


def assumptions_of(document: Document, packs: Mapping[str, Pack]) -> tuple[Assumption, ...]:
    """Every number that carries its evidence, in file order, then the packs' own sources.

    Measures are left out: they are not part of the park until they are planned with it.
    """
    own = [
        Assumption(
            ".".join(map(str, path)),
            str(raw["value"]),
            str(raw.get("source", "")),
            str(raw.get("mark", "")),
            str(raw.get("date", "")),
            str(raw.get("note", "")),
        )
        for path, raw in evidence_of(document.data)
        if path[:1] != ("measures",)
    ]
    ruled = [
        Assumption(f"pack {name}", pack.version, pack.source, pack.mark, pack.date, pack.status)
        for name, pack in packs.items()
    ]
    return tuple(own + ruled)


def parameters_of(spec: ParkFile, packs: Mapping[str, Pack]) -> tuple[Assumption, ...]:
    """What the packs were told of the park: the limits that hold depend on it."""
    found = []
    for name, pack in packs.items():
        for key, parameter in pack.parameters.items():
            stated = spec.rules[name].parameters.get(key)
            value = parameter.default if stated is None else stated
            note = (
                f"{parameter.name}, {'stated by the park' if stated is not None else 'default of the pack'}"
            )
            unit = "" if isinstance(value, str) and not value[-1:].isdigit() else f" {parameter.unit}"
            found.append(
                Assumption(
                    f"rules.{name}.parameters.{key}", f"{value}{unit}".removesuffix(" 1"), "", "", "", note
                )
            )
    return tuple(found)
