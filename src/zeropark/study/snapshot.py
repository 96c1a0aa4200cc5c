"""The park's files as they were when a study began, to be sent to workers that cannot see the folder."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any

from zeropark.park.read import PARK_FILE
from zeropark.park.spec import ParkFile
from zeropark.park.yaml import Document

FILES_IN = ("tables", "weather", "rules")
"""Sections of the park file that name files."""


@dataclass(frozen=True)
class Snapshot:
    """park: the park file as parsed. files: path as the park file writes it → content.

    Files with an absolute path are not carried: they must be where they are on every machine.
    """

    park: Document
    files: Mapping[str, bytes] = field(default_factory=dict)

    @contextmanager
    def unpacked(self) -> Iterator[Path]:
        """A folder with the park as it was, while the block runs."""
        inside = [name for name in self.files if not PurePath(name).is_absolute()]
        ups = max((PurePath(name).parts.count("..") for name in inside), default=0)
        with tempfile.TemporaryDirectory(prefix="zeropark-") as root:
            folder = Path(root, *("up" for _ in range(ups)), "park")
            folder.mkdir(parents=True)
            (folder / PARK_FILE).touch()  # parsed already: ``self.park``
            for name in inside:
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(self.files[name])
            yield folder


def files_of(spec: ParkFile) -> list[str]:
    """Paths of all files that a park reads beside its own, as the park file writes them."""
    named = [table.file for table in spec.tables.values()]
    named += [weather.file for weather in spec.weather.values() if weather.file is not None]
    named += [use.file for use in spec.rules.values() if use.file is not None]
    return sorted(set(named))


def taken(park_file: Path, parsed: Document, names: Iterable[str]) -> Snapshot:
    """The parsed park file and these files beside it. What is not there is left out: reading the park tells."""
    found = {name: park_file.parent / name for name in sorted(set(names))}
    files = {name: path.read_bytes() for name, path in found.items() if path.is_file()}
    return Snapshot(parsed, files)


def digest(content: bytes) -> str:
    """SHA-256 of the content, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def digest_of_data(data: Any) -> str:
    """SHA-256 of plain data, whatever the order of its keys."""
    return digest(json.dumps(data, sort_keys=True, ensure_ascii=False).encode())
