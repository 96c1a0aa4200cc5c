"""The register of certificates: each bought once and cancelled once, and no kilowatt-hour of a supply claimed twice."""

from __future__ import annotations

import csv
import heapq
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from zeropark.clock import Clock
from zeropark.errors import Fault, InputError, fail_if, nearest
from zeropark.forms import Array

COLUMNS = ("certificate", "supply", "from", "to", "mwh", "cancelled_for", "cancelled_on")
SOLD = ("sold_to", "sold_on")
"""May stand beside them: a buyer outside the park of a certificate of the park's own supply, and the day."""
_ROUNDING = 1e-6
"""Share of the metered amount by which a register may be above it: registers are rounded."""


@dataclass(frozen=True)
class Certificate:
    """Green electricity of one supply in [begin, end), UTC: cancelled for a tenant, sold outside, or neither yet."""

    name: str
    supply: str
    begin: pd.Timestamp
    end: pd.Timestamp
    mwh: float
    cancelled_for: str
    cancelled_on: str
    line: int
    sold_to: str = ""

    def per_step(self, clock: Clock) -> Array:
        """Its amount spread evenly over its interval, (steps,) MWh; what lies outside the clock is left out."""
        edges = (clock.times_utc.as_unit("ns").asi8 - self.begin.as_unit("ns").value) / 3.6e12
        hours = (self.end - self.begin).total_seconds() / 3600
        inside = np.minimum(edges + clock.step_hours, hours) - np.maximum(edges, 0.0)
        return np.asarray(self.mwh * np.maximum(inside, 0.0) / hours, dtype=np.float64)

    @property
    def hours(self) -> float:
        """Length of the interval in which it was generated."""
        return float((self.end - self.begin).total_seconds() / 3600)


def read_register(
    path: Path,
    name: str,
    zone: str,
    tenants: Sequence[str],
    assets: Sequence[str],
    titles: Mapping[str, str] | None = None,
) -> tuple[Certificate, ...]:
    """All certificates of the register. Times without an offset are in the park's zone.

    name: of the file, for faults. titles: name in words → asset: a plant of the park under another name would pass for
    one outside. Raises InputError with every fault: columns, unreadable values, unknown tenants,
    a certificate bought or cancelled twice.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            [Fault(name, None, "file", "no readable file", "a register of certificates (CSV, UTF-8)")]
        ) from error
    rows = csv.DictReader(text.splitlines())
    header = [str(column).strip() for column in rows.fieldnames or ()]
    fail_if(
        Fault(name, 1, column, "no such column", ", ".join(COLUMNS), nearest(column, header))
        for column in COLUMNS
        if column not in header
    )
    faults: list[Fault] = []
    found = []
    own = {word.casefold(): asset for word, asset in {**(titles or {}), **{a: a for a in assets}}.items()}
    for row in rows:
        plain = {str(k).strip(): (v or "").strip() for k, v in row.items() if isinstance(v, str) or v is None}
        if one := _certificate(plain, rows.line_num, name, zone, tenants, own, faults):
            found.append(one)
    faults += _repeated(found, name)
    fail_if(faults)
    return tuple(found)


def _certificate(
    row: Mapping[str, str],
    line: int,
    file: str,
    zone: str,
    tenants: Sequence[str],
    own: Mapping[str, str],
    faults: list[Fault],
) -> Certificate | None:
    before = len(faults)

    def fault(column: str, found: str, expected: str, hint: str = "") -> None:
        faults.append(Fault(file, line, column, found, expected, hint))

    for column in ("certificate", "supply"):
        if not row[column]:
            fault(column, "nothing", f"the {column}")
    begin, end = (_time(row[column], zone) for column in ("from", "to"))
    for column, when in (("from", begin), ("to", end)):
        if when is None:
            fault(column, f"'{row[column]}'", "a time such as 2025-03-01 00:00",
                  "an hour that the clock skips or repeats needs its offset, such as +02:00")  # fmt: skip
    if begin is not None and end is not None and end <= begin:
        fault("to", row["to"], f"a time after {row['from']}")
    mwh = _number(row["mwh"])
    if mwh is None or mwh <= 0:
        fault("mwh", f"'{row['mwh']}'", "an amount above 0")
    if bool(row["cancelled_for"]) != bool(row["cancelled_on"]):
        given, absent = (
            ("cancelled_for", "cancelled_on") if row["cancelled_for"] else ("cancelled_on", "cancelled_for")
        )
        fault(absent, f"nothing, but {given} {row[given]}", "both, or neither while it is not cancelled")
    if row["cancelled_for"] and row["cancelled_for"] not in tenants:
        fault("cancelled_for", f"unknown tenant '{row['cancelled_for']}'", "a tenant of the park",
              nearest(row["cancelled_for"], tenants))  # fmt: skip
    _check_day(row, "cancelled_on", begin, zone, fault)
    _check_sale(row, begin, zone, tenants, own, fault)
    if row["supply"] and row["supply"] not in own.values() and (hint := _meant(row["supply"], own)):
        fault("supply", f"'{row['supply']}'", "a supply of the park, or a name unlike any", hint)
    if len(faults) > before or begin is None or end is None or mwh is None:
        return None
    return Certificate(
        row["certificate"], row["supply"], begin, end, mwh, row["cancelled_for"], row["cancelled_on"], line,
        row.get("sold_to", ""),
    )  # fmt: skip


def _check_sale(
    row: Mapping[str, str],
    begin: pd.Timestamp | None,
    zone: str,
    tenants: Sequence[str],
    own: Mapping[str, str],
    fault: Callable[..., None],
) -> None:
    """A certificate sold outside is the park's own, and nobody here counts it as well."""
    buyer, day = (row.get(column, "") for column in SOLD)
    if not buyer and not day:
        return
    if not buyer or not day:
        given, absent = ("sold_to", "sold_on") if buyer else ("sold_on", "sold_to")
        fault(absent, f"nothing, but {given} {row[given]}", "both, or neither while it is not sold")
    if buyer and row["cancelled_for"]:
        fault("sold_to", f"'{buyer}', and cancelled for '{row['cancelled_for']}'",
              "either sold or cancelled: nobody counts a certificate that another has")  # fmt: skip
    if buyer in tenants:
        fault("sold_to", f"'{buyer}', a tenant of the park", "a buyer outside the park",
              "for a tenant write cancelled_for and cancelled_on")  # fmt: skip
    if buyer and row["supply"] and row["supply"] not in own.values():
        fault("supply", f"'{row['supply']}', which is no asset of the park", "a supply of the park",
              nearest(row["supply"], own.values()) or "leave out one from outside that was sold again")  # fmt: skip
    _check_day(row, "sold_on", begin, zone, fault)


def _check_day(
    row: Mapping[str, str], column: str, begin: pd.Timestamp | None, zone: str, fault: Callable[..., None]
) -> None:
    """What is done with a certificate is done after its electricity began to be generated, and not in days to come."""
    text = row.get(column, "")
    if not text:
        return
    if not _day(text):
        fault(column, f"'{text}'", "a day such as 2025-03-31")
        return
    day, today = date.fromisoformat(text), pd.Timestamp.now(zone).date()
    if begin is not None and day < (first := begin.tz_convert(zone).date()):
        fault(column, text, f"a day from {first} on", "nothing was generated before")
    elif day > today:
        fault(column, text, f"a day up to today, {today}", "what is not done yet does not count")


def _meant(supply: str, own: Mapping[str, str]) -> str:
    """The asset of the park that a name is near to, as a hint; nothing where it is unlike any."""
    exact = own.get(supply.casefold())
    if exact is not None:
        return f"did you mean '{exact}'?"
    return nearest(supply, own.values())


def _repeated(found: Sequence[Certificate], file: str) -> list[Fault]:
    """A certificate is bought once and cancelled once."""
    first: dict[str, Certificate] = {}
    faults = []
    for one in found:
        other = first.setdefault("".join(one.name.casefold().split()), one)
        if other is one:
            continue
        now, before = _fate(one), _fate(other)
        what = f"'{one.name}' {now} again" if now == "bought" else f"'{one.name}' {now}"
        if now.partition(" ")[0] == before.partition(" ")[0] != "bought":
            what = what.replace(" for ", " again, for ").replace(" to ", " again, to ")
        hint = f"line {other.line}: {before}" if before != "bought" else f"it stands in line {other.line}"
        expected = "every certificate bought once, and cancelled or sold once"
        faults.append(Fault(file, one.line, "certificate", what, expected, hint))
    return faults


def _fate(one: Certificate) -> str:
    """What became of it."""
    if one.sold_to:
        return f"sold to '{one.sold_to}'"
    return f"cancelled for '{one.cancelled_for}'" if one.cancelled_for else "bought"


def double_claims(
    register: Sequence[Certificate], generated: Mapping[str, Array], clock: Clock, file: str
) -> list[Fault]:
    """Certificates of a metered supply beyond what it generated in their intervals.

    generated: supply → (steps,) MWh. Intervals may overlap: kilowatt-hours are given to the certificates that end
    first (earliest deadline), which leaves one without only where no other way of giving would do.
    """
    faults = []
    begin, end = clock.times_utc[0], clock.times_utc[-1] + clock.step
    for supply, amounts in generated.items():
        inside = [c for c in register if c.supply == supply and c.end > begin and c.begin < end]
        for one in inside:
            if one.begin < begin or one.end > end:
                faults.append(
                    Fault(file, one.line, "from", _span(one.begin, one.end, clock),
                          f"an interval within {_span(begin, end, clock)}",
                          f"what '{supply}' generated is metered only then")
                )  # fmt: skip
        for one, missing in _unserved(
            [c for c in inside if c.begin >= begin and c.end <= end], amounts, clock
        ):
            if missing > _ROUNDING * one.mwh:
                claimed = sum(c.mwh for c in inside if c.begin >= one.begin and c.end <= one.end)
                metered = float(amounts @ (_covers(one, clock)))
                what = "more than was metered" if claimed == one.mwh > metered else "claimed twice"
                faults.append(
                    Fault(file, one.line, "mwh", f"{missing:.6g} MWh {what}: certificates for {claimed:.6g} MWh",
                          f"at most what '{supply}' generated",
                          f"{metered:.6g} MWh from {_span(one.begin, one.end, clock)}")
                )  # fmt: skip
    return faults


def _span(begin: pd.Timestamp, end: pd.Timestamp, clock: Clock) -> str:
    """An interval in the park's local time."""
    return " to ".join(f"{when.tz_convert(clock.zone):%Y-%m-%d %H:%M}" for when in (begin, end))


def _covers(one: Certificate, clock: Clock) -> Array:
    """Share of each step that lies in the certificate's interval."""
    return one.per_step(clock) * one.hours / one.mwh / clock.step_hours


def _unserved(
    register: Sequence[Certificate], amounts: Array, clock: Clock
) -> list[tuple[Certificate, float]]:
    """What each certificate lacks when every step's generation goes to those that end first."""
    edges = clock.times_utc.as_unit("ns").asi8
    by_begin = sorted(register, key=lambda c: c.begin)
    starts = np.searchsorted(edges, [c.begin.as_unit("ns").value for c in by_begin], side="right") - 1
    stops = {c.line: int(np.searchsorted(edges, c.end.as_unit("ns").value, side="left")) for c in register}
    left = {c.line: c.mwh for c in register}
    waiting: list[tuple[int, int]] = []
    upcoming = 0
    for step in range(clock.steps):
        while upcoming < len(by_begin) and starts[upcoming] <= step:
            line = by_begin[upcoming].line
            heapq.heappush(waiting, (stops[line], line))
            upcoming += 1
        there = float(amounts[step])
        while waiting and (there > 0.0 or waiting[0][0] <= step):
            stop, line = waiting[0]
            if stop <= step:
                heapq.heappop(waiting)
                continue
            given = min(there, left[line])
            left[line] -= given
            there -= given
            if left[line] > 0.0:
                break
            heapq.heappop(waiting)
    return [(c, left[c.line]) for c in register]


def _time(text: str, zone: str) -> pd.Timestamp | None:
    try:
        when = pd.Timestamp(text)
        if not text or pd.isna(when):
            return None
        return (when.tz_localize(zone) if when.tzinfo is None else when).tz_convert("UTC")
    except (ValueError, TypeError, OverflowError):
        return None


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
