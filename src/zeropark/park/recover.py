"""From flows that people see back to the rates of every asset: the reverse of ``streams``.

Given flows may come from a plan's table, a schedule or meters. What a net flow does not tell, the
simplest reading is taken: a store either charges or discharges unless its levels say otherwise, a
market either buys or sells.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from itertools import accumulate
from typing import Any

import numpy as np

from zeropark.forms import Array, Key
from zeropark.park.assets import Connection, Converter, Demand, Market, Source, Storage
from zeropark.park.model import Park
from zeropark.park.streams import activity_effects

Net = Mapping[Key, Array]


def rates_of(
    park: Park,
    net: Net,
    levels: Mapping[str, Array],
    certified: Mapping[str, Array],
    assets: Collection[str] | None = None,
) -> dict[Key, Array]:
    """Rates of every asset, or of some, from net flows (asset, node) → (steps,).

    levels: asset → (steps,) content of stores, where known. certified: market → (steps,) purchase
    covered by certificates; absent is none. A flow that is absent counts as zero: callers must have
    checked what is missing.
    """
    rates: dict[Key, Array] = {}
    for name, asset in park.assets.items():
        if assets is None or name in assets:
            rates |= _BY_KIND[type(asset)](park, name, asset, net, levels, certified)
    return rates


def guessed(park: Park) -> list[str]:
    """Converters whose modes their flows cannot tell apart: the split among the modes is then a guess."""
    return [
        name
        for name, asset in park.assets.items()
        if isinstance(asset, Converter)
        and len(asset.ways) > 1
        and np.any(np.linalg.matrix_rank(_mode_matrix(park, asset)[1]) < len(asset.ways))
    ]


def completed(park: Park, rates: Mapping[Key, Array], capacities: Mapping[Key, float]) -> dict[Key, Array]:
    """Everything that an account may weigh: rates, capacities, monthly peaks, contracted power, starts."""
    quantities = {**rates, **{key: np.array([value]) for key, value in capacities.items()}}
    months = park.clock.month_of_step
    for name, market in park.grid_markets():
        charge = park.capacity_charge_of(market)
        buy = rates[(name, "buy")]
        if charge is None:
            continue
        peaks = np.zeros(len(park.clock.months))
        np.maximum.at(peaks, months, buy)
        quantities[(name, "peak")] = peaks
        quantities[(name, "contracted")] = np.array([float(np.max(peaks)) / charge.power_factor])
    for name, asset in park.assets.items():
        if isinstance(asset, Converter) and asset.on_off:
            run = np.sum([rates[(name, f"activity:{way}")] for way in asset.ways], axis=0)
            running = (run > 1e-6 * max(1.0, float(np.max(run, initial=0.0)))).astype(np.float64)
            on = np.round(rates.get((name, "on"), running))
            quantities[(name, "on")] = on
            quantities[(name, "start")] = np.maximum(np.diff(on, prepend=0.0), 0.0)
    return quantities


def _flow(park: Park, net: Net, name: str, node: str) -> Array:
    return net.get((name, node), np.zeros(park.clock.steps))


def _source(park: Park, name: str, asset: Source, net: Net, *_: Any) -> dict[Key, Array]:
    return {(name, "output"): _flow(park, net, name, asset.node)}


def _demand(park: Park, name: str, asset: Demand, net: Net, *_: Any) -> dict[Key, Array]:
    return {(name, "intake"): -_flow(park, net, name, asset.node)}


def _converter(park: Park, name: str, asset: Converter, net: Net, *_: Any) -> dict[Key, Array]:
    """One mode: from the rated port. Several: least squares over all ports, step by step at once."""
    if len(asset.ways) == 1:
        (way,) = asset.ways
        sign = 1.0 if asset.rated in asset.ways[way].outputs else -1.0
        return {(name, f"activity:{way}"): sign * _flow(park, net, name, asset.rated)}
    nodes, matrix = _mode_matrix(park, asset)
    flows = np.stack([_flow(park, net, name, node) for node in nodes], axis=1)[:, :, None]
    found = (np.linalg.pinv(matrix) @ flows)[:, :, 0]
    return {(name, f"activity:{way}"): found[:, column] for column, way in enumerate(asset.ways)}


def _mode_matrix(park: Park, asset: Converter) -> tuple[list[str], Array]:
    """Nodes, and what one unit of each mode brings into each, shape (steps, nodes, modes)."""
    nodes = sorted({e.node for way in asset.ways for e in activity_effects(park, asset, way)})
    matrix = np.zeros((park.clock.steps, len(nodes), len(asset.ways)))
    for column, way in enumerate(asset.ways):
        for effect in activity_effects(park, asset, way):
            matrix[:, nodes.index(effect.node), column] += effect.amount
    return nodes, matrix


def _storage(
    park: Park, name: str, asset: Storage, net: Net, levels: Mapping[str, Array], *_: Any
) -> dict[Key, Array]:
    """With levels, charge and discharge follow exactly from the level's change and the net flow."""
    flow = _flow(park, net, name, asset.node)
    charge, discharge = np.maximum(-flow, 0.0), np.maximum(flow, 0.0)
    eta_in, eta_out = asset.charge_efficiency, asset.discharge_efficiency
    if name not in levels:
        level = _level_from(asset, charge, discharge, park.clock.step_hours)
        return {(name, "charge"): charge, (name, "discharge"): discharge, (name, "level"): level}
    level, h = levels[name], park.clock.step_hours
    lossy = 1 / eta_out - eta_in
    if lossy > 1e-9:
        before = np.concatenate(([level[-1] if asset.initial == "cyclic" else np.nan], level[:-1]))
        gained = (level - (1 - asset.standing_loss) ** h * before) / h
        # discharge − charge = flow and η_in·charge − discharge/η_out = gained
        exact = (-gained - eta_in * flow) / lossy
        seen = np.maximum(np.nan_to_num(exact[1:]), discharge[1:])
        if exact[0] > max(float(np.max(seen, initial=0.0)), discharge[0]) * (1 + 1e-6):
            exact[0] = np.nan  # these steps do not close the circle: what it held before them is not known
        discharge = np.where(np.isfinite(exact), np.maximum(exact, discharge), discharge)
        charge = np.maximum(discharge - flow, 0.0)
    return {(name, "charge"): charge, (name, "discharge"): discharge, (name, "level"): level}


def _level_from(asset: Storage, charge: Array, discharge: Array, h: float) -> Array:
    """Content that follows from the flows alone: cyclic where that settles it, else the lowest that is never below zero."""
    keeps = (1.0 - asset.standing_loss) ** h
    gains = h * (asset.charge_efficiency * charge - discharge / asset.discharge_efficiency)
    level = np.fromiter(
        accumulate(gains, lambda last, gain: keeps * last + gain), np.float64, count=gains.size
    )
    decay = keeps ** np.arange(1, gains.size + 1)
    if asset.initial == "cyclic" and decay[-1] < 1 - 1e-9:
        first = level[-1] / (1 - decay[-1])
    else:
        first = max(0.0, float(np.max(-level / decay)))
    return np.asarray(np.maximum(level + first * decay, 0.0), dtype=np.float64)


def _connection(park: Park, name: str, asset: Connection, net: Net, *_: Any) -> dict[Key, Array]:
    """forward and backward from the flows at both ends: start = −f + a·b, end = a·f − b."""
    start, end = _flow(park, net, name, asset.start), _flow(park, net, name, asset.end)
    if asset.one_way:
        return {(name, "forward"): -start}
    arrives = 1.0 - asset.loss
    if asset.loss < 1e-9:
        return {(name, "forward"): np.maximum(end, 0.0), (name, "backward"): np.maximum(start, 0.0)}
    forward = -(start + arrives * end) / (1 - arrives**2)
    backward = -(end + arrives * start) / (1 - arrives**2)
    return {(name, "forward"): np.maximum(forward, 0.0), (name, "backward"): np.maximum(backward, 0.0)}


def _market(
    park: Park,
    name: str,
    asset: Market,
    net: Net,
    levels: Mapping[str, Array],
    certified: Mapping[str, Array],
) -> dict[Key, Array]:
    flow = _flow(park, net, name, asset.node)
    rates = {}
    if asset.buy is not None:
        rates[(name, "buy")] = np.maximum(flow, 0.0)
    if asset.sell is not None:
        rates[(name, "sell")] = np.maximum(-flow, 0.0)
    if asset.certificates is not None:
        rates[(name, "certified")] = certified.get(name, np.zeros(park.clock.steps))
    return rates


_BY_KIND: Mapping[type, Callable[..., dict[Key, Array]]] = {
    Source: _source,
    Demand: _demand,
    Converter: _converter,
    Storage: _storage,
    Connection: _connection,
    Market: _market,
}
