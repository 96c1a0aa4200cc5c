"""Where a number stands in the park file, and what it is cited from"""

from __future__ import annotations

from zeropark.park.model import Park


def line_of(park: Park, path: str) -> int | None:
    """The line of a dotted path of the park file, or of the section that it would stand in."""
    parts = path.split(".")
    return next(
        (park.lines[key] for n in range(len(parts), 0, -1) if (key := ".".join(parts[:n])) in park.lines),
        None,
    )


def evidence(park: Park, path: str, default: str) -> tuple[str, str]:
    """Source and mark of a number of the park file."""
    for found in park.assumptions:
        if found.path == path:
            return found.source or default, found.mark
    return default, ""
