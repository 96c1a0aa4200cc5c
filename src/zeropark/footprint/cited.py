"""Where a number stands in the park file, and what it is cited from"""

from __future__ import annotations

from zeropark.park.model import Park
from zeropark.texts import both, headed


def line_of(park: Park, path: str) -> int | None:
    """The line of a dotted path of the park file, or of the section that it would stand in."""
    parts = path.split(".")
    return next(
        (park.lines[key] for n in range(len(parts), 0, -1) if (key := ".".join(parts[:n])) in park.lines),
        None,
    )


SET = "S"
"""Mark of a number that was set for this run, in place of the park file's own."""
_NO_SOURCE = both("set for this run by --set, no source", "本次运行以 --set 设定，无来源")
_WITH_SOURCE = both("set for this run by --set", "本次运行以 --set 设定")


def evidence(park: Park, path: str, default: str) -> tuple[str, str]:
    """Source and mark of a number of the park file; of one that was set for this run, that it was."""
    source, mark, _ = dated(park, path)
    return source or default, mark


def dated(park: Park, path: str) -> tuple[str, str, str]:
    """Source, mark and date of a number of the park file, empty where it states none; as ``evidence``."""
    found = next((one for one in park.assumptions if one.path == path), None)
    if not is_set(park, path):
        return (found.source, found.mark, found.date) if found is not None else ("", "", "")
    if found is None or not found.source:
        return _NO_SOURCE, SET, ""
    return headed(_WITH_SOURCE, found.source), found.mark or SET, found.date


def is_set(park: Park, path: str) -> bool:
    """Whether a number was set for this run: itself, its value, or the section that it stands in."""
    return any(path == one or path.startswith(f"{one}.") or one == f"{path}.value" for one in park.overrides)
