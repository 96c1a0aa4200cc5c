"""The chain of statements: each names the hash of the one before, which lies beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from zeropark.errors import InputError
from zeropark.statement.canonical import hash_of
from zeropark.statement.model import Statement
from zeropark.statement.read import Paper, read_statement

FOLDER = "chain"
"""Folder beside a statement that holds the earlier ones, each in a folder of its own."""


def earlier(paper: Paper, more: Iterable[Path] = ()) -> tuple[tuple[Paper, ...], str]:
    """The statements before this one, newest first; and what is missing, in words, where the chain breaks.

    They are looked for beside the file, in ``chain/`` beneath it, and among ``more``.
    """
    by_hash: dict[str, Paper] = {}
    wanted, found = paper.statement.previous, list[Paper]()
    if wanted:
        for path in _candidates(paper.path, more):
            with suppress(InputError):
                other = read_statement(path)
                by_hash.setdefault(hash_of(other.statement), other)
    while wanted:
        if wanted not in by_hash:
            subject = found[-1].statement.subject if found else paper.statement.subject
            return tuple(found), (
                f"the statement before that of '{subject}' ({wanted[:16]}…) is not here, or has changed"
            )
        found.append(by_hash[wanted])
        wanted = found[-1].statement.previous
    return tuple(found), ""


def overlap_faults(chain: Sequence[Statement]) -> tuple[str, ...]:
    """Earlier statements on the same subject over a part of the newest one's period, which it does not replace."""
    newest, told = chain[0], list[str]()
    for one in chain[1:]:
        same = (one.kind, one.subject, one.park) == (newest.kind, newest.subject, newest.park)
        if same and one.period != newest.period and _overlap(_span(newest), _span(one)):
            told.append(
                f"'{newest.subject}' in {newest.period} overlaps its statement of {one.period} "
                f"({hash_of(one)[:16]}…), which it does not replace"
            )
    return tuple(told)


def _span(statement: Statement) -> tuple[datetime, datetime] | None:
    """Begin and end by the facts; None where they tell none."""
    facts = statement.facts or {}
    try:
        begin, end = (datetime.fromisoformat(facts[key]) for key in ("begins", "ends"))
    except (KeyError, ValueError):
        return None
    return (begin, end) if begin.tzinfo is not None and end.tzinfo is not None else None


def _overlap(one: tuple[datetime, datetime] | None, other: tuple[datetime, datetime] | None) -> bool:
    return one is not None and other is not None and one[0] < other[1] and other[0] < one[1]


def _candidates(path: Path, more: Iterable[Path]) -> Iterator[Path]:
    places = [path, *more]
    for place in places:
        yield from (one for one in sorted(place.parent.glob("*.json")) if one.resolve() != path.resolve())
        yield from sorted(place.parent.glob(f"{FOLDER}/*.json"))
        yield from sorted(place.parent.glob(f"{FOLDER}/*/*.json"))
