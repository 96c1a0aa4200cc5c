"""Reading YAML with the line of every key, and with every fault of the file itself.

Scalars follow YAML 1.2 (``no`` and ``12:30`` stay text), duplicate keys are faults, and size and
depth are bounded so that a hostile file costs nothing.
"""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from zeropark.errors import Fault

LARGEST_BYTES = 5_000_000
_DEEPEST = 40
_MOST_VALUES = 500_000
_INT = re.compile(r"[+-]?\d+\Z")
_FLOAT = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\Z")
_WORDS: dict[str, Any] = {
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
    "null": None,
    "Null": None,
    "NULL": None,
    "~": None,
    "": None,
    ".nan": float("nan"),
    ".NaN": float("nan"),
    ".NAN": float("nan"),
    ".inf": float("inf"),
    ".Inf": float("inf"),
    ".INF": float("inf"),
    "-.inf": float("-inf"),
}

Path_ = tuple[str | int, ...]


@dataclass
class Document:
    """A parsed file: plain data, the 1-based line of each path, and the faults of the file itself."""

    file: str
    data: Any = None
    lines: dict[Path_, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def line(self, path: Path_) -> int | None:
        """Line of the path, or of its nearest parent that stands in the file."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return None

    def copy(self) -> Document:
        """The same with data and faults of its own, to be changed."""
        return Document(self.file, copy.deepcopy(self.data), self.lines, list(self.faults))


def read_yaml(path: Path, shown: str) -> Document:
    """Parse the file at ``path``; ``shown`` is its name in faults. Never raises for bad content."""
    document = Document(shown)
    text = read_text(path, document)
    if text is not None:
        parse_yaml(text, document)
    return document


def read_text(path: Path, document: Document) -> str | None:
    """The file as text, or None with a fault noted in the document."""

    def note(found: str, expected: str, hint: str = "") -> None:
        document.faults.append(Fault(document.file, None, "file", found, expected, hint))

    try:
        size = path.stat().st_size
        if size > LARGEST_BYTES:
            note(
                f"{size / 1e6:.0f} MB",
                f"at most {LARGEST_BYTES / 1e6:.0f} MB",
                "time series belong in tables",
            )
            return None
        content = path.read_bytes()
    except OSError as error:
        note(error.strerror or "no readable file", "a readable file")
        return None
    if not content.strip():
        note("an empty file", "a park file", "'zeropark init DIR' writes an example")
        return None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        note("bytes that are no text", "UTF-8 text")
        return None
    if "\x00" in text:
        note("a binary file", "UTF-8 text")
        return None
    return text


def parse_yaml(text: str, document: Document) -> None:
    """Fill ``data`` and ``lines`` of the document from YAML text; faults are noted, not raised."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else None
        problem = (error.problem or "unreadable text").removeprefix("found ")
        full_width = any("：" in text_line for text_line in text.splitlines()[max(0, (line or 1) - 2) : line])
        hint = "'：' is a full-width colon; YAML wants ': '" if full_width else ""
        document.faults.append(Fault(document.file, line, "yaml", problem, "valid YAML", hint))
        return
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        words = "nesting too deep" if isinstance(error, RecursionError) else str(error).splitlines()[0]
        document.faults.append(Fault(document.file, None, "yaml", words, "valid YAML"))
        return
    if root is not None:
        document.data = _Builder(document).build(root, (), 0)


class _Builder:
    """Turns YAML nodes into plain data, noting lines and faults on the way."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.count = 0
        self.stopped = False

    def build(self, node: yaml.Node, path: Path_, depth: int) -> Any:
        self.count += 1
        line = node.start_mark.line + 1
        self.document.lines.setdefault(path, line)
        if self.stopped or depth > _DEEPEST or self.count > _MOST_VALUES:
            self._stop(line, depth)
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path, depth)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*path, i), depth + 1) for i, item in enumerate(node.value)]
        return _scalar(node)

    def _stop(self, line: int, depth: int) -> None:
        """Tell once why nothing more is built: an alias that contains itself would never end."""
        if self.stopped:
            return
        self.stopped = True
        if depth > _DEEPEST:
            self._fault(
                line,
                "yaml",
                "nesting too deep, or an alias that contains itself",
                f"at most {_DEEPEST} levels",
            )
        else:
            self._fault(
                line,
                "yaml",
                f"more than {_MOST_VALUES:,} values",
                f"at most {_MOST_VALUES:,} values",
                "time series belong in tables",
            )

    def _mapping(self, node: yaml.MappingNode, path: Path_, depth: int) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self._fault(
                    line, ".".join(map(str, path)) or "yaml", "a key that is a list or section", "a plain key"
                )
                continue
            key = str(key_node.value)
            if key == "<<":
                where = ".".join(map(str, (*path, key)))
                self._fault(
                    line, where, "a merge key", "each key written out", "anchors (&) and aliases (*) work"
                )
                continue
            if key in data:
                first = self.document.lines[(*path, key)]
                self._fault(
                    line,
                    ".".join(map(str, (*path, key))),
                    f"key '{key}' again",
                    "each key once",
                    f"first on line {first}",
                )
                continue
            self.document.lines[(*path, key)] = line
            data[key] = self.build(value_node, (*path, key), depth + 1)
        return data

    def _fault(self, line: int, where: str, found: str, expected: str, hint: str = "") -> None:
        self.document.faults.append(Fault(self.document.file, line, where, found, expected, hint))


def _scalar(node: yaml.Node) -> Any:
    text = str(node.value)
    if getattr(node, "style", None) in ("'", '"', "|", ">"):
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INT.match(text) and len(text) < 30:
        return int(text)
    if _FLOAT.match(text):
        return float(text)
    return text
