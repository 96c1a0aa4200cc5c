"""Every constraint of the least-cost problem, one function each.

Symbols: x a rate (carrier unit per hour) in step t, h the step's length in hours, C a capacity, E a
storage's level at the end of a step. Each function returns its family of rows, or none when the
asset does not have it. ``docs/explanation/least-cost.md`` prints them beside their equations.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from zeropark.clock import Clock
from zeropark.forms import Array, Form, Key
from zeropark.optimize.problem import IntArray, Rows, Term, by_group, each_step, shared, summed
from zeropark.park.assets import Converter, Demand, Market, Storage, Target
from zeropark.park.model import Park
from zeropark.park.streams import Stream, needed
from zeropark.park.tariffs import CapacityCharge

INF = float("inf")


def _at_most_zero(name: str, terms: tuple[Term, ...], rows: int) -> Rows:
    return Rows(name, terms, np.full(rows, -INF), np.zeros(rows))


def _at_least_zero(name: str, terms: tuple[Term, ...], rows: int) -> Rows:
    return Rows(name, terms, np.zeros(rows), np.full(rows, INF))


def node_balance(node: str, streams: Iterable[Stream], steps: int) -> Rows:
    """Σ effects · x = 0 at the node in every step: what comes in goes out."""
    terms = tuple(
        each_step(stream.key, effect.amount, steps)
        for stream in streams
        for effect in stream.effects
        if effect.node == node
    )
    return Rows(f"balance:{node}", terms, np.zeros(steps), np.zeros(steps))


def capacity_limit(stream: Stream, steps: int) -> Rows:
    """x ≤ share_t · C for a capacity that the plan decides on."""
    capacity = (stream.asset, str(stream.sized_by))
    terms = (each_step(stream.key, 1.0, steps), shared(capacity, -np.asarray(stream.most_share), steps))
    return _at_most_zero(f"capacity:{stream.asset}:{stream.part}", terms, steps)


def capacity_floor(stream: Stream, steps: int) -> Rows:
    """x ≥ share_t · C: must-run sources, minimum load, reserve kept in a store."""
    capacity = (stream.asset, str(stream.sized_by))
    terms = (each_step(stream.key, 1.0, steps), shared(capacity, -np.asarray(stream.least_share), steps))
    return _at_least_zero(f"floor:{stream.asset}:{stream.part}", terms, steps)


def shared_capacity(name: str, asset: Converter, share: Array) -> list[Rows]:
    """min(min_load, share_t) · C ≤ Σ modes x ≤ share_t · C for a converter that runs in several modes."""
    steps = share.size
    modes = tuple(each_step((name, f"activity:{way}"), 1.0, steps) for way in asset.ways)
    capacity = (name, "capacity")
    rows = [_at_most_zero(f"modes:{name}", (*modes, shared(capacity, -share, steps)), steps)]
    if asset.min_load > 0 and not asset.on_off:
        least = shared(capacity, -np.minimum(asset.min_load, share), steps)
        rows.append(_at_least_zero(f"modes-floor:{name}", (*modes, least), steps))
    return rows


def storage_level(name: str, asset: Storage, clock: Clock) -> Rows:
    """E_t = (1 − standing_loss)^h · E_{t−1} + η_charge · h · charge − h / η_discharge · discharge.

    Before the first step stands the last level (cyclic), a free content, or a share of the capacity.
    """
    steps, h = clock.steps, clock.step_hours
    keeps = (1.0 - asset.standing_loss) ** h
    level, first = (name, "level"), np.zeros(1, dtype=np.int64)
    terms = [
        each_step(level, 1.0, steps),
        each_step(level, -keeps, steps, lag=1, cyclic=asset.initial == "cyclic"),
        each_step((name, "charge"), -asset.charge_efficiency * h, steps),
        each_step((name, "discharge"), h / asset.discharge_efficiency, steps),
    ]
    if asset.initial == "free":
        terms.append(Term((name, "initial"), first, first, np.array([-keeps])))
    elif isinstance(asset.initial, float):
        terms.append(Term((name, "capacity"), first, first, np.array([-keeps * asset.initial])))
    return Rows(f"level:{name}", tuple(terms), np.zeros(steps), np.zeros(steps))


def storage_start(name: str) -> Rows:
    """The free content before the first step ≤ C."""
    one = np.zeros(1, dtype=np.int64)
    terms = (Term((name, "initial"), one, one, np.ones(1)), Term((name, "capacity"), one, one, -np.ones(1)))
    return _at_most_zero(f"start:{name}", terms, 1)


def storage_end(name: str, share: float, steps: int) -> Rows:
    """E after the last step ≥ final · C."""
    row, last = np.zeros(1, dtype=np.int64), np.array([steps - 1])
    terms = (
        Term((name, "level"), row, last, np.ones(1)),
        Term((name, "capacity"), row, row, np.array([-share])),
    )
    return _at_least_zero(f"end:{name}", terms, 1)


def storage_rate(name: str, c_rate: float, steps: int) -> list[Rows]:
    """charge ≤ c_rate · C and discharge ≤ c_rate · C, with C what the storage holds."""
    return [
        _at_most_zero(
            f"c-rate:{name}:{part}",
            (each_step((name, part), 1.0, steps), shared((name, "capacity"), -c_rate, steps)),
            steps,
        )
        for part in ("charge", "discharge")
    ]


def ramp_limit(name: str, asset: Converter, clock: Clock) -> list[Rows]:
    """−ramp_down · h · C ≤ Σ modes (x_t − x_{t−1}) ≤ ramp_up · h · C, from the second step on."""
    steps, h = clock.steps, clock.step_hours
    change = tuple(
        _later(each_step((name, f"activity:{way}"), sign, steps, lag=lag))
        for way in asset.ways
        for sign, lag in ((1.0, 0), (-1.0, 1))
    )
    capacity, rows = (name, "capacity"), []
    if asset.ramp_up is not None:
        limit = shared(capacity, -asset.ramp_up * h, steps - 1)
        rows.append(_at_most_zero(f"ramp-up:{name}", (*change, limit), steps - 1))
    if asset.ramp_down is not None:
        limit = shared(capacity, asset.ramp_down * h, steps - 1)
        rows.append(_at_least_zero(f"ramp-down:{name}", (*change, limit), steps - 1))
    return rows


def _later(term: Term) -> Term:
    """Drop the first step's row: there is no step before it."""
    keep = term.row > 0
    return Term(term.key, term.row[keep] - 1, term.entry[keep], term.value[keep])


def demand_window(name: str, asset: Demand, park: Park) -> Rows:
    """Σ over each window of intake = Σ of profile (≤ when not serving is priced)."""
    assert asset.shift is not None
    group = windows(park.clock, asset.shift.window)
    wanted: Array = np.bincount(group, weights=needed(park, name)).astype(np.float64)
    lower = wanted if asset.unserved_price is None else np.zeros_like(wanted)
    return Rows(f"window:{name}", (summed((name, "intake"), 1.0, group),), lower, wanted)


def windows(clock: Clock, hours: float) -> IntArray:
    """Window of each step, counted from local midnight of the first day, shape (steps,)."""
    per_window = max(1, round(hours / clock.step_hours))
    return np.arange(clock.steps, dtype=np.int64) // per_window


def demand_target(name: str, asset: Demand, clock: Clock) -> Rows:
    """h · Σ over each period of intake = amount (≤ when not serving is priced)."""
    assert asset.target is not None
    group, wanted = target_amounts(asset.target, clock)
    lower = wanted if asset.unserved_price is None else np.zeros_like(wanted)
    return Rows(f"target:{name}", (summed((name, "intake"), clock.step_hours, group),), lower, wanted)


def target_amounts(target: Target, clock: Clock) -> tuple[IntArray, Array]:
    """Period of each step, and the amount for each period; a part of a period counts by its hours."""
    if target.per == "month":
        return clock.month_of_step, target.amount * clock.month_fraction
    if target.per == "day":
        group = clock.day_of_step
        return group, target.amount * np.bincount(group) * clock.step_hours / clock.day_hours
    group = clock.year_of_step
    return group, target.amount * clock.year_fraction


def monthly_peak(name: str, clock: Clock) -> Rows:
    """buy_t ≤ peak of the step's month."""
    terms = (each_step((name, "buy"), 1.0, clock.steps), by_group((name, "peak"), -1.0, clock.month_of_step))
    return _at_most_zero(f"peak:{name}", terms, clock.steps)


def contracted_import(name: str, charge: CapacityCharge, clock: Clock) -> Rows:
    """buy_t ≤ power_factor · contracted apparent power (MVA)."""
    terms = (
        each_step((name, "buy"), 1.0, clock.steps),
        shared((name, "contracted"), -charge.power_factor, clock.steps),
    )
    return _at_most_zero(f"contracted:{name}", terms, clock.steps)


def certificate_limit(name: str, asset: Market, steps: int) -> Rows:
    """certified_t ≤ max_share · buy_t: only what was bought can be certified."""
    assert asset.certificates is not None
    terms = (
        each_step((name, "certified"), 1.0, steps),
        each_step((name, "buy"), -asset.certificates.max_share, steps),
    )
    return _at_most_zero(f"certificates:{name}", terms, steps)


def on_off_state(name: str, asset: Converter, largest: float, share: Array) -> list[Rows]:
    """Σ modes x ≤ share_t · M · on, and Σ modes x ≥ min_load · C − min_load · M · (1 − on); M the largest C."""
    steps = share.size
    run = tuple(each_step((name, f"activity:{way}"), 1.0, steps) for way in asset.ways)
    on, capacity = (name, "on"), (name, "capacity")
    rows = [_at_most_zero(f"on:{name}", (*run, each_step(on, -largest * share, steps)), steps)]
    if asset.min_load > 0:
        least = (each_step(on, -asset.min_load * largest, steps), shared(capacity, -asset.min_load, steps))
        floor = np.full(steps, -asset.min_load * largest)
        rows.append(Rows(f"on-floor:{name}", (*run, *least), floor, np.full(steps, INF)))
    return rows


def start_up(name: str, steps: int) -> Rows:
    """start_t ≥ on_t − on_{t−1}; before the first step it is off."""
    terms = (
        each_step((name, "start"), 1.0, steps),
        each_step((name, "on"), -1.0, steps),
        each_step((name, "on"), 1.0, steps, lag=1),
    )
    return _at_least_zero(f"start-up:{name}", terms, steps)


def form_limit(name: str, form: Form, counts: Mapping[Key, int]) -> Rows:
    """form ≤ 0: a rule of a pack or of the park's own. ``counts``: entries of each quantity."""
    terms = []
    for key, weight in form.terms.items():
        count = counts[key]
        value = np.broadcast_to(np.asarray(weight, dtype=np.float64), (count,))
        terms.append(Term(key, np.zeros(count, dtype=np.int64), np.arange(count), value))
    return Rows(f"limit:{name}", tuple(terms), np.array([-INF]), np.array([-form.constant]))
