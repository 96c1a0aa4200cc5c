"""A part of the park's time: a year, a month, a quarter, or two days with everything between them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from zeropark.clock import Clock
from zeropark.errors import Fault, InputError

_FORMS = "2025, 2025-03, 2025-Q1 or 2025-03-01/2025-03-31"


@dataclass(frozen=True)
class Period:
    """Steps ``first`` to ``last`` (excluded) of a clock; ``begin`` and ``end`` are its local days, end included."""

    text: str
    begin: date
    end: date
    first: int
    last: int

    @property
    def steps(self) -> slice:
        """The steps, to index an array of shape (steps,)."""
        return slice(self.first, self.last)


def whole(clock: Clock) -> Period:
    """All of the clock."""
    begin, end = (clock.times_local[i].date() for i in (0, -1))
    return Period(f"{begin}/{end}", begin, end, 0, clock.steps)


def period_of(text: str | None, clock: Clock) -> Period:
    """The period that the text names; None is all of the clock.

    Raises InputError when the text is no period, or the clock does not cover all of it.
    """
    if text is None:
        return whole(clock)
    days = _days(text.strip())
    if days is None:
        raise InputError([Fault("--period", None, "period", f"'{text}'", f"a period: {_FORMS}")])
    begin, end = days
    local = clock.times_local.tz_localize(None).normalize()
    inside = np.flatnonzero((local >= np.datetime64(begin)) & (local <= np.datetime64(end)))
    covered = whole(clock)
    if inside.size == 0 or begin < covered.begin or end > covered.end:
        raise InputError(
            [
                Fault(
                    "--period",
                    None,
                    "period",
                    f"{begin} to {end}",
                    f"days from {covered.begin} to {covered.end}",
                    "flows cover no other",
                )
            ]
        )
    return Period(text.strip(), begin, end, int(inside[0]), int(inside[-1]) + 1)


def days_of(text: str, option: str) -> tuple[date, date]:
    """First and last day of the period that the text names, whatever any clock covers. Raises InputError."""
    days = _days(text.strip())
    if days is None:
        raise InputError([Fault(option, None, "period", f"'{text}'", f"a period: {_FORMS}")])
    return days


def _days(text: str) -> tuple[date, date] | None:
    """First and last day; None when the text is no period."""
    try:
        if re.fullmatch(r"\d{4}", text):
            return date(int(text), 1, 1), date(int(text), 12, 31)
        if found := re.fullmatch(r"(\d{4})-(\d{2})", text):
            return _months(int(found[1]), int(found[2]), 1)
        if found := re.fullmatch(r"(\d{4})-[Qq]([1-4])", text):
            return _months(int(found[1]), 3 * int(found[2]) - 2, 3)
        begin, slash, end = text.partition("/")
        days = date.fromisoformat(begin), date.fromisoformat(end if slash else begin)
    except ValueError:
        return None
    return days if days[0] <= days[1] else None


def _months(year: int, month: int, count: int) -> tuple[date, date]:
    after = month - 1 + count
    return date(year, month, 1), date(year + after // 12, after % 12 + 1, 1) - timedelta(days=1)
