"""A JSON file that is no statement: what it looks like, and which file to give instead"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from zeropark.errors import Fault
from zeropark.statement.canonical import FORMAT

BESIDE = "passport.json"
"""What the statement of a passport's folder is called."""
_LOOKS: tuple[tuple[str, frozenset[str]], ...] = (
    ("a PACT footprint", frozenset({"specVersion", "pcf"})),
    ("a list of PACT footprints", frozenset({"data"})),
    ("figures of 'zeropark cbam'", frozenset({"products", "processes", "installation"})),
    ("a CBAM installation", frozenset({"installation"})),
    ("the summary of a plan", frozenset({"cost", "capacities", "accounts"})),
    ("factors of a passport", frozenset({"factors"})),
    ("a key", frozenset({"kty"})),
)
"""What a file looks like by keys that only such a file has together."""


def foreign_fault(content: Any, path: Path) -> Fault | None:
    """One fault for JSON that is no statement at all; None where it says that it is one."""
    if isinstance(content, Mapping) and content.get("zeropark") == FORMAT:
        return None
    found = f"not a statement of zeropark ({_why(content)})"
    return Fault(path.name, None, "file", found, "a statement, such as passport.json", _instead(path))


def _why(content: Any) -> str:
    if not isinstance(content, Mapping):
        return f"{_kind(content)}, not an object"
    says = content.get("zeropark")
    if "zeropark" not in content:
        looks = next((what for what, keys in _LOOKS if keys <= content.keys()), "")
        return "no key 'zeropark'" + (f"; it looks like {looks}" if looks else "")
    if isinstance(says, str) and says.startswith("passport/"):
        return "it is what the square code of a passport says"
    if isinstance(says, str) and says.startswith("statement/"):
        return f"its form is '{says[:20]}', this version reads '{FORMAT}'"
    return f"its key 'zeropark' does not say '{FORMAT}'"


def _kind(content: Any) -> str:
    kinds = {list: "a list", str: "a text", bool: "a truth value", int: "a number", float: "a number"}
    return kinds.get(type(content), "nothing")


def _instead(path: Path) -> str:
    """The statement that lies beside the file, or in the folder above it."""
    for folder in (path.parent, path.parent.parent):
        if path.name != BESIDE and (folder / BESIDE).is_file():
            return f"give {folder / BESIDE}"
    return ""
