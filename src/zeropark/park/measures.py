"""Measures put into the park file: packaged ones filled in, changed values and new assets in their places."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from zeropark.errors import Fault, InputError, nearest
from zeropark.park.checks import graph_faults
from zeropark.park.efficiency_spec import Measure
from zeropark.park.fields import Reading
from zeropark.park.packs import packaged, with_packaged_tariffs
from zeropark.park.read import apply_overrides, validate
from zeropark.park.spec import ParkFile
from zeropark.park.yaml import Document, Path_, read_yaml

ADDED = ("carriers", "nodes", "assets")
"""Sections that a measure adds entries to."""
_PLACE = re.compile(r"\$([a-z][a-z0-9_]*)")


def with_measures(document: Document, names: Sequence[str]) -> tuple[Document, list[Fault]]:
    """A copy of the park file with these measures in it, in this order, and the faults of putting them there."""
    changed = Document(
        document.file, copy.deepcopy(document.data), dict(document.lines), list(document.faults)
    )
    faults: list[Fault] = []
    for name in names:
        faults += _put(changed, name)
    return changed, faults


def measure_faults(document: Document) -> list[Fault]:
    """Every fault that the park has with one of its measures in it, or with all of them, and not without.

    The tables are not read. Each fault names the measure and its line.
    """
    names = _names(document)
    told = {(fault.field, fault.found) for fault in _spec_faults(document.copy())}
    found: list[Fault] = []
    for chosen in (*[(name,) for name in names], *([tuple(names)] if len(names) > 1 else [])):
        changed, faults = with_measures(document, chosen)
        blame = not faults
        for fault in faults or _spec_faults(changed):
            if (fault.field, fault.found) not in told:
                told.add((fault.field, fault.found))
                found.append(_blamed(fault, chosen, document) if blame else fault)
    return found


def conflicts(document: Document, names: Sequence[str]) -> list[Fault]:
    """A fault for each value that two measures change: what both together give, neither says."""
    told: dict[str, str] = {}
    faults = []
    for name in names:
        raw, _ = _expanded(document, name, document.data["measures"][name])
        changes = raw.get("set") or {}
        for dotted in changes if isinstance(changes, dict) else ():
            path = str(dotted)
            other = next((theirs for theirs in told if _same_value(path, theirs)), None)
            if other is not None:
                at = ("measures", name, "set", path)
                found = f"'{path}', which '{told[other]}' changes too"
                faults.append(Fault(document.file, document.line(at), ".".join(at), found, "a value of its own",
                                    "what both give is not told: make them one measure, or choose with --only"))  # fmt: skip
        told |= {str(dotted): name for dotted in (changes if isinstance(changes, dict) else ())}
    return faults


def _same_value(one: str, other: str) -> bool:
    """Whether one of two dotted paths is, or lies in, the other."""
    return one == other or one.startswith(f"{other}.") or other.startswith(f"{one}.")


def filled(name: str, measure: Measure, currency: str) -> Measure:
    """The measure with what its packaged form says under its own values. Raises InputError."""
    raw, faults = _expanded(Document("park.yaml"), name, measure.model_dump(exclude_unset=True))
    if faults:
        raise InputError(faults)
    return Measure.model_validate(raw, context=Reading(currency=currency))


def measures_of(spec: ParkFile) -> dict[str, Measure]:
    """Every measure of the park by name, packaged ones filled in. Raises InputError."""
    return {name: filled(name, measure, spec.money.currency) for name, measure in spec.measures.items()}


@lru_cache(maxsize=32)
def _packaged(name: str) -> Document:
    return read_yaml(packaged("measures")[name], f"measures/{name}.yaml")


def _names(document: Document) -> list[str]:
    measures = document.data.get("measures") if isinstance(document.data, dict) else None
    return [str(name) for name in measures] if isinstance(measures, dict) else []


# --- one measure ----------------------------------------------------------------------------------


def _put(document: Document, name: str) -> list[Fault]:
    """Put one measure into the document; new names first, so that changes may speak of them."""
    here = ("measures", name)
    if name not in _names(document):
        known = _names(document)
        return [Fault(document.file, None, ".".join(here), f"unknown measure '{name}'",
                      "a measure of the park", nearest(name, known) or ", ".join(known))]  # fmt: skip
    raw, faults = _expanded(document, name, document.data["measures"][name])
    if faults:
        return faults
    for section in ADDED:
        entries = raw.get(section) or {}
        if not isinstance(entries, dict):
            continue  # told by validation
        into = document.data.setdefault(section, {})
        for key, entry in entries.items():
            path = (*here, section, key)
            if key in into:
                faults.append(Fault(document.file, document.line(path), ".".join(map(str, path)),
                                    f"'{key}' again", f"a name that {section} does not have yet"))  # fmt: skip
                continue
            into[key] = entry
            _move_lines(document, path, (section, str(key)))
    changes = raw.get("set") or {}
    for dotted, value in changes.items() if isinstance(changes, dict) else ():
        path = (*here, "set", str(dotted))
        found = apply_overrides(document, {str(dotted): json.dumps(value, ensure_ascii=False)})
        faults += [
            replace(f, file=document.file, line=document.line(path), field=".".join(map(str, path)))
            for f in found
        ]
        _move_lines(document, path, tuple(str(dotted).split(".")))
    return faults


def _move_lines(document: Document, source: Path_, target: Path_) -> None:
    """What stands at the target now has the lines of what stands in the measure."""
    line = document.line(source)
    if line is not None:
        document.lines[target] = line
    document.lines |= {
        (*target, *path[len(source) :]): number
        for path, number in list(document.lines.items())
        if path[: len(source)] == source
    }


def _expanded(document: Document, name: str, raw: Any) -> tuple[dict[str, Any], list[Fault]]:
    """The measure as data, a packaged one filled in with the park's own names and values."""
    if not isinstance(raw, dict) or "use" not in raw:
        return (raw if isinstance(raw, dict) else {}), []
    here = ("measures", name)
    used, known = raw["use"], packaged("measures")

    def told(key: str, found: str, expected: str, hint: str = "") -> Fault:
        path = (*here, key)
        return Fault(document.file, document.line(path), ".".join(path), found, expected, hint)

    if not isinstance(used, str) or used not in known:
        hint = nearest(str(used), known) or ", ".join(known)
        return {}, [told("use", f"measure '{used}'", "a packaged measure", hint)]
    base = copy.deepcopy(_packaged(used).data)
    places: Mapping[str, str] = base.pop("places", {})
    at = raw.get("at")
    given: dict[Any, Any] = at if isinstance(at, dict) else {}
    faults = [
        told("at", f"no {place}", f"{place}: {what}", "the park's own name for it")
        for place, what in places.items()
        if place not in given
    ]
    faults += [
        told("at", f"unknown place '{place}'", "one of " + ", ".join(places), nearest(str(place), places))
        for place in given
        if place not in places
    ]
    words = {"measure": name, **{str(key): str(value) for key, value in given.items()}}
    own = {key: value for key, value in raw.items() if key not in ("use", "at")}
    return _merged(_replaced(base, words), own), faults


def _replaced(data: Any, words: Mapping[str, str]) -> Any:
    """Every ``$place`` in keys and texts replaced by the park's own name."""
    if isinstance(data, dict):
        return {_replaced(key, words): _replaced(value, words) for key, value in data.items()}
    if isinstance(data, list):
        return [_replaced(item, words) for item in data]
    if isinstance(data, str):
        return _PLACE.sub(lambda match: words.get(match[1], match[0]), data)
    return data


def _merged(base: Any, own: Any) -> Any:
    """The base under one's own values; a number with its evidence is one value."""
    if isinstance(base, dict) and isinstance(own, dict) and "value" not in own and "value" not in base:
        return base | {key: _merged(base.get(key), value) for key, value in own.items()}
    return own


# --- faults ---------------------------------------------------------------------------------------


def _spec_faults(document: Document) -> list[Fault]:
    """Faults of the park file without its tables."""
    faults = with_packaged_tariffs(document)
    spec, _, found = validate(document)
    faults += found
    if spec is not None:
        faults += graph_faults(spec, document.line, document.file)
    return faults


def _blamed(fault: Fault, chosen: Sequence[str], document: Document) -> Fault:
    """The fault with the measure that makes it; its line is already that of the measure where it has one."""
    if len(chosen) > 1:
        return replace(fault, field=f"all measures together: {fault.field}")
    line = document.line(("measures", *chosen)) if fault.line is None else fault.line
    return replace(fault, field=f"measures.{chosen[0]}: {fault.field}", line=line)


def undeclared(names: Iterable[str], spec: ParkFile) -> list[Fault]:
    """A fault for each name that is no measure of the park."""
    known = spec.measures
    return [
        Fault("--only", None, "measures", f"unknown measure '{name}'", "a measure of the park",
              nearest(name, known) or ", ".join(known))
        for name in names
        if name not in known
    ]  # fmt: skip
