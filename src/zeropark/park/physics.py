"""What a plan must keep, worked out a second time from the declarations alone.

A certificate that shared the optimiser's formulation would repeat its slips. So nothing here comes
from ``streams`` or ``optimize``: each kind of asset has one function that says in plain arithmetic
what its declaration demands, and yields by how much the given quantities miss it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from zeropark.clock import Clock
from zeropark.errors import Defect
from zeropark.forms import Array, Key
from zeropark.park.assets import Connection, Converter, Demand, Market, Sizing, Source, Storage, Target
from zeropark.park.model import Park

NOISE = 1e-2
"""An asset counts as at least this share of the park's largest flow: an interior point leaves up to a few
1e-9 of that flow even where nothing runs, and that must not look like a breach of 1e-6."""

_RATES = ("output", "intake", "charge", "discharge", "forward", "backward", "buy", "sell")
_ACTIVITY = "activity:"

Breach = tuple[str, Array, float]
"""What may be broken, by how much in each place (at most zero where it is kept), and what that is relative to."""


def violations(
    park: Park, quantities: Mapping[Key, Array], capacities: Mapping[Key, float]
) -> dict[str, float]:
    """What the quantities break, as ``"ramp of boiler"``, and by how much relative to the asset's own size.

    Size is the capacity or the largest rate, at least ``NOISE`` of the park's largest flow. What holds
    exactly is left out, and so is every check of a quantity that is absent: levels may not be known.
    Raises Defect when a rate does not have one value per step.
    """
    floor = NOISE * _largest_flow(quantities)
    found: dict[str, float] = {}
    for name, asset in park.assets.items():
        given = _Given(park, name, quantities, capacities)
        for checks in (_signs(given), _sizes(given), _BY_KIND[type(asset)](given, asset)):
            for what, excess, scale in checks:
                residual = _relative(excess, max(scale, floor))
                label = f"{what} of {name}"
                if residual > 0:
                    found[label] = max(residual, found.get(label, 0.0))
    return found


def worst(found: Mapping[str, float]) -> tuple[str, float]:
    """The largest violation with its name; an empty name and zero when there is none."""
    if not found:
        return "", 0.0
    name = max(found, key=lambda key: found[key])
    return name, found[name]


def _relative(excess: Array, scale: float) -> float:
    """Largest excess over its scale. What is not a number breaks everything."""
    if not np.all(np.isfinite(excess)):
        return float("inf")
    largest = float(np.max(excess, initial=0.0))
    if largest <= 0:
        return 0.0
    return largest / scale if scale > 0 else float("inf")


def _largest_flow(quantities: Mapping[Key, Array]) -> float:
    largest = 0.0
    for (_, part), values in quantities.items():
        if part in _RATES or part.startswith(_ACTIVITY):
            largest = max(largest, _peak(values))
    return largest


def _peak(*series: Array | None) -> float:
    """Largest finite size among the values of all series; zero when there is none."""
    values = [np.abs(s[np.isfinite(s)]) for s in series if s is not None]
    return max((float(np.max(v, initial=0.0)) for v in values), default=0.0)


@dataclass(frozen=True)
class _Given:
    """What is known of one asset: its quantities and capacities by part, None where absent."""

    park: Park
    name: str
    quantities: Mapping[Key, Array]
    capacities: Mapping[Key, float]

    @property
    def clock(self) -> Clock:
        return self.park.clock

    def rate(self, part: str) -> Array | None:
        """One value per step."""
        values = self.quantities.get((self.name, part))
        if values is not None and values.shape != (self.clock.steps,):
            raise Defect(f"{self.name} {part} has shape {values.shape}, not ({self.clock.steps},)")
        return values

    def size(self, part: str = "capacity") -> float | None:
        """Existing and added together."""
        return self.capacities.get((self.name, part))

    def within(self, what: str, part: str, size: float | None) -> Iterator[Breach]:
        """The rate is at most ``size``."""
        rate = self.rate(part)
        if rate is not None and size is not None:
            yield what, rate - size, max(size, _peak(rate))


# --- every asset ------------------------------------------------------------------------------------------


def _signs(given: _Given) -> Iterator[Breach]:
    """Rates and contents are not negative."""
    for (name, part), values in given.quantities.items():
        if name == given.name and (part in (*_RATES, "level", "certified") or part.startswith(_ACTIVITY)):
            yield "sign", -values, _peak(values)


def _sizes(given: _Given) -> Iterator[Breach]:
    """max(existing, min) ≤ capacity ≤ max; without a max nothing is built."""
    asset = given.park.assets[given.name]
    for part in ("capacity", "power"):
        sizing, size = getattr(asset, part, None), given.size(part)
        if not isinstance(sizing, Sizing) or size is None:
            continue
        least = max(sizing.existing, sizing.min)
        most = sizing.existing if sizing.max is None else sizing.max
        scale = max(abs(size), least) if np.isfinite(size) else 1.0
        yield "size", np.array([least - size]), scale
        if np.isfinite(most):
            yield "size", np.array([size - most]), scale


# --- source, demand ---------------------------------------------------------------------------------------


def _source(given: _Given, asset: Source) -> Iterator[Breach]:
    """output ≤ availability · C; all of it where the source must run."""
    output, size = given.rate("output"), given.size()
    if output is None or size is None:
        return
    available = given.park.availability(given.name) * size
    scale = max(size, _peak(output))
    yield "capacity", output - available, scale
    if asset.must_run:
        yield "must-run", available - output, scale


def _demand(given: _Given, asset: Demand) -> Iterator[Breach]:
    """Intake is the profile, within what may shift; less only where not serving has a price."""
    intake = given.rate("intake")
    if intake is None:
        return
    may_miss = asset.unserved_price is not None
    if asset.target is not None:
        yield from _target(given.clock, asset.target, intake, may_miss)
        return
    assert asset.profile is not None
    profile = given.park.values(asset.profile)
    share = 0.0 if asset.shift is None else asset.shift.share
    scale = _peak(profile, intake)
    yield "profile", intake - profile * (1 + share), scale
    if not may_miss:
        yield "profile", profile * (1 - share) - intake, scale
    if asset.shift is not None:
        windows = _windows(given.clock, asset.shift.window)
        wanted, taken = (_sums(windows, values) for values in (profile, intake))
        yield from _amounts("shift", taken, wanted, scale, may_miss)


def _target(clock: Clock, target: Target, intake: Array, may_miss: bool) -> Iterator[Breach]:
    """The amount of every period that is wholly inside; of a part, its share of the period's hours."""
    scale = _peak(intake)
    if target.max_rate is not None:
        yield "rate", intake - target.max_rate, max(scale, target.max_rate)
    if not may_miss:
        yield "rate", target.min_rate - intake, max(scale, target.min_rate)
    periods, hours = _periods(clock, target.per)
    inside = _sums(periods, np.full(clock.steps, clock.step_hours))
    wanted = {p: target.amount * inside[p] / hours[p] for p in inside}
    taken = _sums(periods, intake * clock.step_hours)
    yield from _amounts("target", taken, wanted, scale * clock.step_hours, may_miss)


def _amounts(
    what: str, taken: Mapping[Any, float], wanted: Mapping[Any, float], least: float, may_miss: bool
) -> Iterator[Breach]:
    """Taken is wanted in every period (at most, where it may miss), relative to what was wanted."""
    for period, amount in wanted.items():
        excess = taken[period] - amount
        yield what, np.array([excess if may_miss else abs(excess)]), max(amount, least)


def _windows(clock: Clock, hours: float) -> list[int]:
    """Window of each step: hours since the first midnight, in whole windows."""
    return [int((step + 0.5) * clock.step_hours / hours) for step in range(clock.steps)]


def _periods(clock: Clock, per: str) -> tuple[list[datetime], dict[datetime, float]]:
    """First local moment of the day, month or year of each step, and the hours of each whole one.

    Days and months are as long as the clock on the wall makes them (23 or 25 h days where it changes);
    a year has 8,760 or 8,784 h.
    """
    local, periods = clock.times_local, []
    for year, month, day in zip(local.year, local.month, local.day, strict=True):
        first_month = 1 if per == "year" else int(month)
        first_day = int(day) if per == "day" else 1
        periods.append(datetime(int(year), first_month, first_day))
    return periods, {period: _hours(period, per, clock) for period in set(periods)}


def _hours(period: datetime, per: str, clock: Clock) -> float:
    """Hours of the local day, month or year that begins at ``period``."""
    if per == "year":
        return (period.replace(year=period.year + 1) - period).total_seconds() / 3600
    if per == "month":
        after = period.replace(year=period.year + period.month // 12, month=period.month % 12 + 1)
    else:
        after = datetime.fromordinal(period.toordinal() + 1)
    begin, end = (moment.replace(tzinfo=clock.zone).astimezone(UTC) for moment in (period, after))
    return (end - begin).total_seconds() / 3600


def _sums(groups: list[Any], values: Array) -> dict[Any, float]:
    sums: dict[Any, float] = dict.fromkeys(groups, 0.0)
    for group, value in zip(groups, values.tolist(), strict=True):
        sums[group] += value
    return sums


# --- converter --------------------------------------------------------------------------------------------


def _converter(given: _Given, asset: Converter) -> Iterator[Breach]:
    """All modes together: within availability and least load, and no faster than the ramps."""
    ways = [given.rate(f"{_ACTIVITY}{way}") for way in asset.modes or ("",)]
    size = given.size()
    known = [way for way in ways if way is not None]
    if len(known) < len(ways) or size is None:
        return
    run = np.zeros(given.clock.steps)
    for way in known:
        run = run + way
    share = given.park.availability(given.name)
    scale = max(size, _peak(run))
    yield "capacity", run - share * size, scale
    if asset.on_off:
        yield from _on_off(given, asset, run, size)
    else:
        yield "min_load", np.minimum(asset.min_load, share) * size - run, scale
    change = run[1:] - run[:-1]
    hours = given.clock.step_hours
    if asset.ramp_up is not None:
        yield "ramp", change - asset.ramp_up * hours * size, scale
    if asset.ramp_down is not None:
        yield "ramp", -change - asset.ramp_down * hours * size, scale


def _on_off(given: _Given, asset: Converter, run: Array, size: float) -> Iterator[Breach]:
    """Off, or at least at minimum load; and as its state says, where that is known."""
    scale = max(size, _peak(run))
    short = asset.min_load * size - run
    yield "min_load", np.minimum(run, short), scale
    on = given.rate("on")
    if on is not None:
        yield "on/off", np.where(on > 0.5, short, run), scale


# --- storage ----------------------------------------------------------------------------------------------


def _storage(given: _Given, asset: Storage) -> Iterator[Breach]:
    size = given.size()
    for part in ("charge", "discharge"):
        yield from given.within("power", part, given.size("power"))
        if asset.c_rate is not None and size is not None:
            yield from given.within("c_rate", part, asset.c_rate * size)
    level = given.rate("level")
    if level is None:
        return
    if size is not None:
        scale = max(size, _peak(level))
        yield "capacity", level - size, scale
        yield "min_level", asset.min_level * size - level, scale
        if asset.end_share is not None:
            yield "end", np.array([asset.end_share * size - level[-1]]), scale
    yield from _contents(given, asset, level)


def _contents(given: _Given, asset: Storage, level: Array) -> Iterator[Breach]:
    """Each level follows from the one before, what came in and what went out."""
    charge, discharge, size = given.rate("charge"), given.rate("discharge"), given.size()
    if charge is None or discharge is None:
        return
    hours = given.clock.step_hours
    stays = (1.0 - asset.standing_loss) ** hours
    gained = hours * (charge * asset.charge_efficiency - discharge / asset.discharge_efficiency)
    scale = _peak(level, gained)
    before = (level[0] - gained[0]) / stays  # what must have been in at first
    if asset.initial == "cyclic":
        before = level[-1]
    elif isinstance(asset.initial, float):
        before = before if size is None else asset.initial * size
    else:
        chosen = given.quantities.get((given.name, "initial"))
        before = before if chosen is None else float(chosen[0])
        yield "initial", np.array([-before]), scale
        if size is not None:
            yield "initial", np.array([before - size]), max(scale, size)
    expected = stays * np.concatenate(([before], level[:-1])) + gained
    yield "level", np.abs(level - expected), scale


# --- connection, market -----------------------------------------------------------------------------------


def _connection(given: _Given, asset: Connection) -> Iterator[Breach]:
    for part in ("forward", "backward"):
        yield from given.within("capacity", part, given.size())
    if asset.one_way:
        yield from given.within("direction", "backward", 0.0)


def _market(given: _Given, asset: Market) -> Iterator[Breach]:
    """Within the connection and the agreed rates; certificates only for what is bought."""
    for part, side in (("buy", asset.buy), ("sell", asset.sell)):
        yield from given.within("capacity", part, given.size())
        if side is None:
            yield from given.within("direction", part, 0.0)
        else:
            yield from given.within("max_rate", part, side.max_rate)
    certified, buy = given.rate("certified"), given.rate("buy")
    if certified is not None and buy is not None:
        share = 0.0 if asset.certificates is None else asset.certificates.max_share
        yield "certificates", certified - share * buy, _peak(buy, certified)


_BY_KIND: Mapping[type, Callable[[_Given, Any], Iterator[Breach]]] = {
    Source: _source,
    Demand: _demand,
    Converter: _converter,
    Storage: _storage,
    Connection: _connection,
    Market: _market,
}
