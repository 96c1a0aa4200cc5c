"""Reading a statement strictly: unknown and repeated keys, wrong types and numbers that are none are told, all at once."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from zeropark.errors import Fault, InputError, fail_if, nearest
from zeropark.statement.canonical import canonical
from zeropark.statement.foreign import foreign_fault
from zeropark.statement.model import Input, Line, Statement

_WORDS = ("kind", "subject", "period", "park", "previous", "claims")
_TOP = ("zeropark", *_WORDS, "facts", "inputs", "lines", "sha256", "signature")
_INPUT = ("name", "file", "sha256", "what")
_LINE = ("id", "title", "value", "unit", "formula", "inputs", "clause", "source", "mark")
_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)*")
_HASH = re.compile(r"[0-9a-f]{64}")
_LARGEST = 64 * 1024 * 1024


@dataclass(frozen=True)
class Paper:
    """A statement as it lies in a file: with the hash and the signature that stand beside it there."""

    path: Path
    statement: Statement
    sha256: str
    signature: str


class _Unreadable(ValueError):
    """JSON that a strict reader does not take."""


def read_statement(path: Path) -> Paper:
    """Read a statement's file. Raises InputError with every fault."""
    try:
        if path.stat().st_size > _LARGEST:
            raise InputError([Fault(str(path), None, "file", "more than 64 MiB", "a statement of zeropark")])
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise InputError(
            [Fault(str(path), None, "file", error.strerror or "no file", "a statement of zeropark")]
        ) from error
    except UnicodeDecodeError as error:
        raise InputError([Fault(str(path), None, "file", "bytes that are not UTF-8", "JSON")]) from error
    return parse(text, path)


def parse(text: str, path: Path) -> Paper:
    """A statement from its text; ``path`` is where it lies. Raises InputError with every fault."""
    content = strict_json(text, path.name)
    if (foreign := foreign_fault(content, path)) is not None:
        raise InputError([foreign])
    reader = _Reader(path.name)
    paper = reader.paper(content, path)
    fail_if(reader.faults)
    return paper


def strict_json(text: str, file: str) -> Any:
    """JSON without repeated keys, NaN or infinity. Raises InputError."""
    try:
        return json.loads(
            text,
            object_pairs_hook=_no_repeats,
            parse_constant=_no_constant,
            parse_float=_finite,
            parse_int=_whole,
        )
    except json.JSONDecodeError as error:
        raise InputError([Fault(file, error.lineno, "file", error.msg, "JSON")]) from error
    except (_Unreadable, RecursionError) as error:
        raise InputError(
            [Fault(file, None, "file", str(error), "JSON with one value for each key")]
        ) from error


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _Unreadable(f"the key '{key}' twice")
        found[key] = value
    return found


def _no_constant(text: str) -> float:
    raise _Unreadable(f"{text}, which is no number")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise _Unreadable(f"{text}, which is beyond double precision")
    return value


def _whole(text: str) -> float | int:
    """Beyond 2^53 only what a double holds exactly as it is written."""
    if len(text) < 17 and abs(int(text)) < 2**53:
        return int(text)
    value = _finite(text)
    if canonical(value).decode("ascii") != text:
        raise _Unreadable(f"{text[:24]}, a whole number that a double does not hold")
    return value


class _Reader:
    """Collects faults while the parts are read; a part that is wrong is left out."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.faults: list[Fault] = []

    def fault(self, field: str, found: str, expected: str, hint: str = "") -> None:
        """Take down one fault."""
        self.faults.append(Fault(self.file, None, field, found, expected, hint))

    def paper(self, content: Any, path: Path) -> Paper:
        """The whole file."""
        top = self.keys(content, "statement", _TOP, optional=("signature",))
        words = {name: self.text(top.get(name, ""), name) for name in _WORDS}
        inputs = [
            self.input(one, f"inputs[{i}]") for i, one in enumerate(self.list(top.get("inputs"), "inputs"))
        ]
        lines = [self.line(one, f"lines[{i}]") for i, one in enumerate(self.list(top.get("lines"), "lines"))]
        self.unique((one.name for one in inputs), "inputs", "name")
        self.unique((line.id for line in lines), "lines", "id")
        names = {one.name for one in inputs}
        for line in lines:
            for name in line.inputs:
                if name not in names:
                    self.fault(f"{line.id}.inputs", f"'{name}'", "a name among inputs", nearest(name, names))
        if words["claims"] and words["claims"] not in names:
            self.fault(
                "claims", f"'{words['claims']}'", "a name among inputs", nearest(words["claims"], names)
            )
        if words["previous"] and not _HASH.fullmatch(words["previous"]):
            self.fault("previous", _shown(words["previous"]), "a SHA-256 as 64 hex digits, or nothing")
        statement = Statement(
            **words, lines=tuple(lines), inputs=tuple(inputs), facts=self.facts(top.get("facts"))
        )
        return Paper(
            path,
            statement,
            self.text(top.get("sha256", ""), "sha256"),
            self.text(top.get("signature", ""), "signature"),
        )

    def keys(
        self, content: Any, field: str, known: tuple[str, ...], optional: tuple[str, ...] = ()
    ) -> Mapping[str, Any]:
        """An object with exactly these keys."""
        if not isinstance(content, dict):
            self.fault(field, _shown(content), "an object")
            return {}
        for key in content:
            if key not in known:
                self.fault(f"{field}.{key}", "an unknown key", ", ".join(known), nearest(key, known))
        for key in known:
            if key not in content and key not in optional:
                self.fault(f"{field}.{key}", "nothing", "a value")
        return content

    def text(self, value: Any, field: str) -> str:
        """A text, also an empty one."""
        if not isinstance(value, str):
            self.fault(field, _shown(value), "a text")
            return ""
        return value

    def list(self, value: Any, field: str) -> list[Any]:
        """A list."""
        if not isinstance(value, list):
            self.fault(field, _shown(value), "a list")
            return []
        return value

    def facts(self, value: Any) -> dict[str, str]:
        """Texts by name."""
        if not isinstance(value, dict):
            self.fault("facts", _shown(value), "an object of texts")
            return {}
        return {key: self.text(text, f"facts.{key}") for key, text in value.items()}

    def input(self, content: Any, field: str) -> Input:
        """One input; its file lies beside the statement, never above it."""
        part = self.keys(content, field, _INPUT)
        found = Input(**{key: self.text(part.get(key, ""), f"{field}.{key}") for key in _INPUT})
        place = PurePosixPath(found.file)
        if (
            not found.file
            or place.is_absolute()
            or ".." in place.parts
            or "\\" in found.file
            or ":" in found.file
        ):
            self.fault(
                f"{field}.file",
                _shown(found.file),
                "a path beside the statement, such as inputs/flows.parquet",
            )
        if not _HASH.fullmatch(found.sha256):
            self.fault(f"{field}.sha256", _shown(found.sha256), "a SHA-256 as 64 hex digits")
        return found

    def line(self, content: Any, field: str) -> Line:
        """One line."""
        part = self.keys(content, field, _LINE)
        texts = {
            key: self.text(part.get(key, ""), f"{field}.{key}")
            for key in _LINE
            if key not in ("value", "inputs")
        }
        if not _ID.fullmatch(texts["id"]):
            self.fault(f"{field}.id", _shown(texts["id"]), "letters, digits, _ and . such as total.kgco2e")
        value = part.get("value")
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            self.fault(f"{field}.value", _shown(value), "a number")
            value = 0.0
        names = [
            self.text(name, f"{field}.inputs") for name in self.list(part.get("inputs"), f"{field}.inputs")
        ]
        return Line(value=float(value), inputs=tuple(names), **texts)

    def unique(self, names: Iterable[str], field: str, key: str) -> None:
        """No name twice."""
        seen: set[str] = set()
        for name in names:
            if name in seen:
                self.fault(field, f"{key} '{name}' twice", f"each {key} once")
            seen.add(name)


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 40 else text[:37] + "…"
