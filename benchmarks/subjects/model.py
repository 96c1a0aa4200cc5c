"""What a subject is."""

from __future__ import annotations

from dataclasses import dataclass

from parks.case import Case


@dataclass(frozen=True)
class Subject:
    """A section of the page. cases: title and case, small to large. peers: names, in the order of the rows."""

    name: str
    title: str
    note: str
    cases: tuple[tuple[str, Case], ...]
    peers: tuple[str, ...]
