"""A statement: what is claimed, line by line, each line recomputable from other lines and from inputs by hash."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Input:
    """A file that lines are computed from: its name beside the statement, and its SHA-256 (hex)."""

    name: str
    file: str
    sha256: str
    what: str = ""


@dataclass(frozen=True)
class Line:
    """One published figure.

    id: letters, digits, ``_`` and ``.``; unique. title: ``English / 中文``. formula: an expression of the small language
    of ``formula.py`` over other lines and inputs, or a bare number for what is declared. inputs: names that it reads.
    clause, source, mark: where it comes from and how sure it is (O, 2, R, S for what was set for the run,
    or empty for what follows from others).
    """

    id: str
    title: str
    value: float
    unit: str
    formula: str
    inputs: tuple[str, ...] = ()
    clause: str = ""
    source: str = ""
    mark: str = ""


@dataclass(frozen=True)
class Statement:
    """Lines about one subject and period, with the inputs that they rest on.

    kind: ``passport``, ``electricity``, ``cbam`` … subject: a product, tenant or installation.
    previous: hash of the statement before in the chain; empty for the first. claims: name of the input that lists who
    claims which generation in which step; empty where nothing is claimed.
    """

    kind: str
    subject: str
    period: str
    park: str
    lines: tuple[Line, ...]
    inputs: tuple[Input, ...]
    previous: str = ""
    claims: str = ""
    facts: Mapping[str, str] | None = None
