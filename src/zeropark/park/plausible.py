"""Whether given flows can be those of their assets: meters are never exact, but nothing gives twice what it can.

Small breaches are told in notes and read as they are; large ones are faults, each with its hour. What weather would
allow is no measure of a meter: a source is held to its capacity alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from zeropark.errors import Fault
from zeropark.forms import Array, Key
from zeropark.park.assets import Converter, Demand, Market, Source
from zeropark.park.model import Park
from zeropark.park.streams import Stream, streams_of
from zeropark.texts import both

Net = Mapping[Key, Array]
IMPOSSIBLE = 1.2
"""Above this multiple of its capacity no flow is believed: short overload and a generous meter stay below."""
NOTABLE = 1.01
"""Up to this multiple of what an asset can, nothing is said."""
BACKWARDS = 0.02
"""Below this share of its largest flow, a flow of the wrong sign is a meter's zero error or a plant's own use."""
_NOISE = 1e-6
_WITHOUT_SIZES = "put the plan's summary.json beside the flows, or name it with --capacities"


@dataclass(frozen=True)
class Judged:
    """net: the flows, small ones of the wrong sign cut to zero. faults: what cannot be. notes: what is hardly so."""

    net: dict[Key, Array]
    faults: list[Fault]
    notes: tuple[str, ...]


def signs_of(park: Park) -> dict[Key, float]:
    """(asset, node) → +1 where every stream of the asset only gives to the node, −1 where it only takes."""
    found: dict[Key, set[float]] = {}
    for stream in streams_of(park):
        for effect in stream.effects:
            signs = {float(sign) for sign in np.unique(np.sign(effect.amount)) if sign}
            found.setdefault((stream.asset, effect.node), set()).update(signs)
    return {key: next(iter(signs)) for key, signs in found.items() if len(signs) == 1}


def signed(park: Park, net: Net, file: str) -> Judged:
    """Flows that have one sign by nature: a little of the other is cut to zero and told, more is a fault."""
    faults: list[Fault] = []
    cut, values, worst = dict(net), 0, (0.0, "")
    for (asset, node), sign in signs_of(park).items():
        flow = net.get((asset, node))
        if flow is None:
            continue  # of a node that is not read
        wrong = -sign * flow
        largest, at = float(np.max(np.abs(flow), initial=0.0)), int(np.argmax(wrong))
        if wrong[at] <= _NOISE * max(largest, 1.0):
            continue
        part = {Source: "output", Demand: "intake"}.get(type(park.assets[asset]), f"at {node}")
        where, found = f"{asset} {part}", f"{flow[at]:g} at {_hour(park, at)}"
        if wrong[at] > BACKWARDS * largest:
            expected = _one_way(park.assets[asset], sign)
            faults.append(Fault(file, None, where, found, expected, "flows are positive into the node"))
            continue
        values += int(np.sum(wrong > 0.0))
        worst = max(worst, (wrong[at] / largest, f"{where}, {found}"))
        cut[asset, node] = np.where(wrong > 0.0, 0.0, flow)
    notes = (
        both(
            f"{values} values of the wrong sign, none above {BACKWARDS:.0%} of its asset's largest flow, count as 0: "
            f"the furthest is {worst[1]}",
            f"{values} 个数值符号相反，均不超过该资产最大流量的 {BACKWARDS:.0%}，按 0 计；最大者为 {worst[1]}",
        ),
    )
    return Judged(cut, faults, notes if values else ())


def _one_way(asset: object, sign: float) -> str:
    if isinstance(asset, Market):
        return f"no flow: it does not {'sell' if sign > 0 else 'buy'}"
    if isinstance(asset, (Source, Demand)):
        return "no negative rate"
    return "no flow into the node" if sign < 0 else "no flow out of the node"


def sized(
    park: Park, rates: Mapping[Key, Array], capacities: Mapping[Key, float], file: str
) -> tuple[list[Fault], tuple[str, ...]]:
    """Rates beyond the capacities: as faults, each at its hour, and as notes."""
    faults: list[Fault] = []
    above: list[_Beyond] = []
    weather: list[_Beyond] = []
    for stream in streams_of(park):
        size = capacities.get((stream.asset, str(stream.sized_by)))
        if size is None or stream.part == "level" or stream.key not in rates:
            continue
        rate, full = rates[stream.key], size * _best_share(park, stream)
        at = int(np.argmax(rate))
        where = f"{stream.asset} {stream.part}".partition(":")[0]
        found = f"{rate[at]:.6g} at {_hour(park, at)}"
        if rate[at] > IMPOSSIBLE * full + _NOISE:
            hint = _WITHOUT_SIZES if size == 0.0 and stream.part != "buy" else ""
            expected = f"at most {IMPOSSIBLE:g} × its capacity {full:g}" if full else "at most its capacity 0"
            faults.append(Fault(file, None, where, found, expected, hint))
        elif rate[at] > NOTABLE * full + _NOISE:
            steps = int(np.sum(rate > NOTABLE * full))
            above.append(_Beyond(rate[at] / full, steps, f"{where}, {found} ({full:g})"))
        elif isinstance(park.assets[stream.asset], Source):
            over = np.asarray(rate - NOTABLE * size * np.asarray(stream.most_share))
            if steps := int(np.sum(over > 1e-3 * size)):
                at = int(np.argmax(over))
                told = f"{where}, {rate[at]:.6g} at {_hour(park, at)}"
                weather.append(_Beyond(float(over[at]) / size, steps, told))
    return faults, (*_above(above), *_weather(weather))


@dataclass(frozen=True, order=True)
class _Beyond:
    """How far at most, as a share; in how many steps; the furthest in words."""

    share: float
    steps: int
    furthest: str


def _above(found: list[_Beyond]) -> tuple[str, ...]:
    if not found:
        return ()
    steps, by, furthest = sum(one.steps for one in found), f"{max(found).share - 1:.1%}", max(found).furthest
    return (
        both(
            f"{len(found)} assets stand above their capacity in {steps} values, by at most {by}: read as metered; the "
            f"furthest is {furthest}",
            f"{len(found)} 个资产有 {steps} 个数值高于其容量，最多高 {by}：按计量值读取；最大者为 {furthest}",
        ),
    )


def _weather(found: list[_Beyond]) -> tuple[str, ...]:
    if not found:
        return ()
    steps, furthest = sum(one.steps for one in found), max(found).furthest
    return (
        both(
            f"{len(found)} sources are metered above what the park file's weather would give, in {steps} values: what is "
            f"told as curtailed or available is too low there; the furthest is {furthest}",
            f"{len(found)} 个电源的计量值有 {steps} 个高于园区文件气象数据的可用出力：该处可用电量与弃电量偏低；"
            f"最大者为 {furthest}",
        ),
    )


def _best_share(park: Park, stream: Stream) -> float:
    """What the asset can at best, per unit of its size: wind, sun and planned stops are no limit of a meter."""
    share = float(np.max(stream.most_share))
    return max(share, 1.0) if isinstance(park.assets[stream.asset], (Source, Converter)) else share


def _hour(park: Park, step: int) -> str:
    return f"{park.clock.times_local[step]:%Y-%m-%d %H:%M}"
