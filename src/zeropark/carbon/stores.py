"""What stores held before the first step, and what they cannot have given."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from zeropark.carbon.network import NOISE, Stores, columns, positions
from zeropark.flows import Flows
from zeropark.forms import Array
from zeropark.park.assets import Storage
from zeropark.park.model import Park

_CLOSES = 1e-3
"""A store ends as full as it began where the two differ by less than this share: meters and tables are rounded."""
_GONE = 1e-12
"""Of what a store held at first, a share so small that it fills no gap."""
_ABOVE = 1.01
"""Content above the capacity that meters may tell, as the flows may be above it."""


def stores_of(
    park: Park,
    flows: Flows,
    stores: Sequence[tuple[str, Storage]],
    at: Mapping[str, int],
    rate: Callable[[str, str], Array],
) -> Stores:
    """The stores of a network, with what they held at first.

    It follows from the first known level; where none is known, or one that the store cannot hold, it is the least without
    which the store would run below zero. What a store gives beyond what can have been in it is taken out of its
    discharge, so that it is unmetered at its node and not without origin. A store is cyclic where the park says so and
    its content closes: else what it held at first would become what it ends with, out of nothing.
    """
    hours, assets = park.clock.step_hours, [asset for _, asset in stores]

    def figures(read: Callable[[Storage], Any]) -> Array:
        return np.array([read(asset) for asset in assets], dtype=np.float64)

    found = Stores(
        tuple(name for name, _ in stores),
        positions([asset.node for asset in assets], at),
        columns([rate(name, "charge") for name, _ in stores], park.clock.steps),
        columns([rate(name, "discharge") for name, _ in stores], park.clock.steps),
        figures(lambda a: a.charge_efficiency),
        figures(lambda a: a.discharge_efficiency),
        figures(lambda a: (1.0 - a.standing_loss) ** hours),
        np.zeros(len(assets)),
        np.array([asset.initial == "cyclic" for asset in assets], dtype=np.bool_),
    )
    discharge, opening, cyclic = found.discharge.copy(), np.zeros(len(assets)), found.cyclic.copy()
    for s, (name, asset) in enumerate(stores):
        told, most = _told_opening(flows, found, s, hours), _most(flows, name, asset)
        least = least_opening(found, s, _ABOVE * most, hours)
        opening[s] = max(told, least) if told <= _ABOVE * most else least
        discharge[:, s], end, peak = _possible(found, s, opening[s], hours)
        cyclic[s] &= abs(end - opening[s]) <= max(_CLOSES * max(end, opening[s]), NOISE * peak)
    return replace(found, discharge=discharge, opening=opening, cyclic=cyclic)


def least_opening(stores: Stores, s: int, most: float, hours: float) -> float:
    """Content before the first step without which a store would be drawn below nothing.

    Gaps that ``most`` before the first step could not fill, after all losses, are left open.
    """
    gains = hours * (
        stores.charge_efficiency[s] * stores.charge[:, s]
        - stores.discharge[:, s] / stores.discharge_efficiency[s]
    )
    keeps, level, there, least = float(stores.keeps[s]), 0.0, 1.0, 0.0
    for gain in gains.tolist():
        level, there = keeps * level + gain, keeps * there
        if level < 0.0:
            if there > _GONE and -level <= most * there:
                least = max(least, -level / there)
            else:
                level = 0.0
    return least


def _told_opening(flows: Flows, stores: Stores, s: int, hours: float) -> float:
    """Content before the first step that the first known level implies; 0 where no level is known."""
    level = flows.rates.get((stores.names[s], "level"))
    if level is None:
        return 0.0
    gained = hours * (
        stores.charge_efficiency[s] * stores.charge[0, s]
        - stores.discharge[0, s] / stores.discharge_efficiency[s]
    )
    return max(0.0, float((level[0] - gained) / stores.keeps[s]))


def _most(flows: Flows, name: str, asset: Storage) -> float:
    """What the store can hold: its capacity as planned or read; else as far as the park file lets it grow."""
    size = flows.rates.get((name, "capacity"))
    if size is not None:
        return float(size[0])
    return max(asset.capacity.existing, asset.capacity.max or 0.0)


def _possible(stores: Stores, s: int, opening: float, hours: float) -> tuple[Array, float, float]:
    """The discharge that the content allows, content after the last step, and the largest."""
    gains = hours * stores.charge_efficiency[s] * stores.charge[:, s]
    per_unit = hours / stores.discharge_efficiency[s]
    given, keeps = stores.discharge[:, s].copy(), float(stores.keeps[s])
    slack = NOISE * (
        opening + float(np.max(gains, initial=0.0)) + per_unit * float(np.max(given, initial=0.0))
    )
    level = peak = opening
    for t, (gain, need) in enumerate(zip(gains.tolist(), (per_unit * given).tolist(), strict=True)):
        there = keeps * level + gain
        if need > there + slack:
            given[t], need = there / per_unit, there
        level = max(0.0, there - need)
        peak = max(peak, level)
    return given, level, peak
