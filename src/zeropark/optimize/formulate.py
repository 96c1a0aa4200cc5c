"""From a park to its least-cost problem. Reads as the paper would: quantities, then constraints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from zeropark.forms import Array, Form, Key
from zeropark.optimize.constraints import (
    capacity_floor,
    capacity_limit,
    certificate_limit,
    contracted_import,
    demand_target,
    demand_window,
    form_limit,
    monthly_peak,
    node_balance,
    on_off_state,
    ramp_limit,
    shared_capacity,
    start_up,
    storage_end,
    storage_level,
    storage_rate,
    storage_start,
)
from zeropark.optimize.problem import Problem, Rows, Variable, assemble, place
from zeropark.park.assets import Converter, Demand, Market, Storage
from zeropark.park.model import Park
from zeropark.park.streams import Stream, streams_of

SMALLEST_SHARE = 1e-9
"""Availability below this is zero: sin() leaves 1e-17 at dusk, which no solver should see."""


def formulate(park: Park, minimise: Form, subject_to: Mapping[str, Form] | None = None) -> Problem:
    """The problem: minimise a form subject to the park's physics and to forms ≤ 0.

    ``subject_to`` names each extra form; its row is the family ``limit:NAME``.
    """
    streams = [_cleaned(stream) for stream in streams_of(park)]
    sizes, known = _capacities(park)
    variables = sizes + _streams(streams, known, park) + _extras(park, known)
    placed = place(variables)
    rows = [*_balances(park, streams), *_sizes(streams, known, park), *_asset_rules(park, known)]
    counts = {**{k: v.count for k, v in placed.items()}, **{k: v.size for k, v in known.items()}}
    rows += [form_limit(name, form, counts) for name, form in (subject_to or {}).items()]
    return assemble(placed, known, rows, minimise)


def _cleaned(stream: Stream) -> Stream:
    """No availability that is only noise, and no least share above what is available."""
    share = np.asarray(stream.most_share, dtype=np.float64)
    share = np.where(share < SMALLEST_SHARE, 0.0, share)
    return replace(stream, least_share=np.minimum(stream.least_share, share), most_share=share)


def _capacities(park: Park) -> tuple[list[Variable], dict[Key, Array]]:
    """Capacities that the plan decides on, and those that are given."""
    variables, known = [], {}
    for key, sizing in park.sizings():
        if sizing.expandable:
            variables.append(Variable(key, np.array([sizing.least]), np.array([float(sizing.max or 0.0)])))
        else:
            known[key] = np.array([sizing.least])
    return variables, known


def _streams(streams: Sequence[Stream], known: dict[Key, Array], park: Park) -> list[Variable]:
    """Rates of every asset; bounds from given capacities, so that those need no rows."""
    variables, steps = [], park.clock.steps
    for stream in streams:
        lower = np.broadcast_to(np.asarray(stream.lower, dtype=np.float64), (steps,))
        upper = np.broadcast_to(np.asarray(stream.upper, dtype=np.float64), (steps,))
        size = known.get((stream.asset, stream.sized_by)) if stream.sized_by else None
        if size is not None:
            upper = np.minimum(upper, stream.most_share * size[0])
            lower = np.maximum(lower, stream.least_share * size[0])
        if np.array_equal(lower, upper):
            known[stream.key] = upper
        else:
            variables.append(Variable(stream.key, lower, upper, chain=0))
    return variables


def _extras(park: Park, known: Mapping[Key, Array]) -> list[Variable]:
    """Peaks, contracted power, free initial levels, on/off states."""
    steps, months = park.clock.steps, len(park.clock.months)
    variables = []

    def add(key: Key, count: int, most: float = np.inf, whole: bool = False) -> None:
        chain = 0 if count == steps and key[1] in ("on", "start") else None
        variables.append(Variable(key, np.zeros(count), np.full(count, most), whole, chain))

    for name, asset in park.assets.items():
        charge = park.capacity_charge_of(asset) if isinstance(asset, Market) else None
        if charge is not None and charge.basis == "maximum-demand":
            add((name, "peak"), months)
        elif charge is not None:
            add((name, "contracted"), 1)
        if isinstance(asset, Storage) and asset.initial == "free":
            add((name, "initial"), 1)
        if isinstance(asset, Converter) and asset.on_off:
            add((name, "on"), steps, 1.0, whole=True)
            if asset.start_cost:
                add((name, "start"), steps, 1.0)
    return variables


def _balances(park: Park, streams: Sequence[Stream]) -> list[Rows]:
    at: dict[str, list[Stream]] = {node: [] for node in park.spec.nodes}
    for stream in streams:
        for node in {effect.node for effect in stream.effects}:
            at[node].append(stream)
    return [node_balance(node, here, park.clock.steps) for node, here in at.items() if here]


def _sizes(streams: Sequence[Stream], known: Mapping[Key, Array], park: Park) -> list[Rows]:
    """Limits by capacities that the plan decides on."""
    rows, steps = [], park.clock.steps
    for stream in streams:
        if stream.sized_by is None or (stream.asset, stream.sized_by) in known:
            continue
        rows.append(capacity_limit(stream, steps))
        if np.any(np.asarray(stream.least_share) > 0):
            rows.append(capacity_floor(stream, steps))
    return rows


def _asset_rules(park: Park, known: Mapping[Key, Array]) -> list[Rows]:
    rows: list[Rows] = []
    for name, asset in park.assets.items():
        if isinstance(asset, Storage):
            rows += _storage_rules(park, name, asset)
        elif isinstance(asset, Converter):
            rows += _converter_rules(park, name, asset)
        elif isinstance(asset, Demand):
            if asset.shift is not None:
                rows.append(demand_window(name, asset, park))
            if asset.target is not None:
                rows.append(demand_target(name, asset, park.clock))
        elif isinstance(asset, Market):
            rows += _market_rules(park, name, asset)
    return rows


def _storage_rules(park: Park, name: str, asset: Storage) -> list[Rows]:
    rows = [storage_level(name, asset, park.clock)]
    if asset.initial == "free":
        rows.append(storage_start(name))
    if asset.end_share is not None:
        rows.append(storage_end(name, asset.end_share, park.clock.steps))
    if asset.c_rate is not None:
        rows += storage_rate(name, asset.c_rate, park.clock.steps)
    return rows


def _converter_rules(park: Park, name: str, asset: Converter) -> list[Rows]:
    rows, share = [], park.availability(name)
    if len(asset.ways) > 1:
        rows += shared_capacity(name, asset, share)
    if asset.ramp_up is not None or asset.ramp_down is not None:
        rows += ramp_limit(name, asset, park.clock)
    if asset.on_off:
        largest = asset.capacity.max if asset.capacity.expandable else asset.capacity.least
        rows += on_off_state(name, asset, float(largest or 0.0), share)
        if asset.start_cost:
            rows.append(start_up(name, park.clock.steps))
    return rows


def _market_rules(park: Park, name: str, asset: Market) -> list[Rows]:
    rows, charge = [], park.capacity_charge_of(asset)
    if charge is not None and charge.basis == "maximum-demand":
        rows.append(monthly_peak(name, park.clock))
    elif charge is not None:
        rows.append(contracted_import(name, charge, park.clock))
    if asset.certificates is not None:
        rows.append(certificate_limit(name, asset, park.clock.steps))
    return rows
