"""Footprints the slow way: kilogram by kilogram back through the chain, as a power series, from park file and flows alone.

Nothing of the code under test is used. Every unit taken from a pool is a mix of all that was put into it in the period;
a process shares what it causes among its outputs; electricity brings its origins' factors step by step. What is still
under way after each round is followed further, until less than 1e-14 of it is left.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np

from zeropark.carbon.attribution import Attribution
from zeropark.flows import Flows
from zeropark.park.assets import Connection, Converter, Demand, Market, Storage
from zeropark.park.model import Park
from zeropark.park.period import Period

KG = {"t": 1000.0, "kg": 1.0}


@dataclass
class Expansion:
    """own: node → kgCO2e that come in with all that is handed on; goes: node → [(node behind, amount of it)]."""

    handed: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    own: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    behind: dict[str, list[tuple[str, float]]] = field(default_factory=lambda: defaultdict(list))

    def footprint(self, product: str) -> float:
        """kgCO2e per unit."""
        under_way, total = {product: 1.0}, 0.0
        for _ in range(100_000):
            after: dict[str, float] = defaultdict(float)
            for node, amount in under_way.items():
                total += amount * self.own[node] / self.handed[node]
                for before, taken in self.behind[node]:
                    after[before] += amount * taken / self.handed[node]
            under_way = {node: amount for node, amount in after.items() if amount > 1e-16}
            if not under_way:
                return total
        raise AssertionError("the series does not end")


def expansion(park: Park, flows: Flows, att: Attribution, period: Period) -> Expansion:
    """All of a park in a period."""
    found, steps, hours = Expansion(), period.steps, park.clock.step_hours

    def amounts(asset: str, node: str) -> tuple[float, float]:
        flow = flows.net.get((asset, node), np.zeros(park.clock.steps))[steps]
        return float(-flow[flow < 0].sum() * hours), float(flow[flow > 0].sum() * hours)

    for name, asset in park.assets.items():
        if isinstance(asset, Converter):
            _converter(found, park, flows, att, period, name, asset, amounts)
        elif isinstance(asset, Connection) and asset.start != "bus":
            (sent, back), (returned, arrived) = amounts(name, asset.start), amounts(name, asset.end)
            for a, b, out, into in (
                (asset.start, asset.end, sent, arrived),
                (asset.end, asset.start, returned, back),
            ):
                found.handed[a] += out
                if into > 0:
                    found.behind[b].append((a, out))
        elif isinstance(asset, Storage) and asset.node != "bus":
            _storage(found, flows, period, name, asset, amounts)
        elif isinstance(asset, Market) and asset.node != "bus":
            sold, bought = amounts(name, asset.node)
            factor = park.spec.factors[asset.upstream] if asset.upstream else None
            if factor is not None:  # per: t or kg, beside the carrier's own unit
                unit = park.unit_at(asset.node)
                found.own[asset.node] += 1000 * factor.footprint * bought * KG[unit] / KG[factor.per]
            found.handed[asset.node] += sold
        elif isinstance(asset, Demand) and asset.node != "bus" and asset.serves is None:
            found.handed[asset.node] += amounts(name, asset.node)[0]
    return found


def _storage(found, flows, period, name, asset, amounts) -> None:
    """Gives what it held at first as the period's own mix; what stays in more than before has been handed on."""
    charged, discharged = amounts(name, asset.node)
    level = flows.rates[name, "level"]
    first = float(level[period.first - 1]) if period.first else 10.0  # the generator begins at 10
    more = float(level[period.last - 1]) - first
    opened = min(max(-more, 0.0) * asset.discharge_efficiency, discharged)
    kept = min(max(more, 0.0) / asset.charge_efficiency, charged)
    found.handed[asset.node] += charged if discharged > 0 else kept  # else what was lost is borne by the pool
    if discharged > 0:
        found.behind[asset.node].append((asset.node, charged - kept + opened))


def _converter(found, park, flows, att, period, name, asset, amounts) -> None:
    """Each mode by itself where modes give different things; else all of it."""
    steps, hours = period.steps, park.clock.step_hours
    serving = [n for n, a in park.assets.items() if isinstance(a, Demand) and a.serves == name]
    ran = {w: flows.rates[name, f"activity:{w}"][steps] for w in asset.ways}
    gives = {w: {p.node for p in m.outputs.values()} - {"n3"} for w, m in asset.ways.items()}
    apart = len({frozenset(g) for g in gives.values()}) > 1
    for group in [[w] for w in asset.ways] if apart else [list(asset.ways)]:
        part = sum(float(ran[w].sum()) for w in group) / sum(float(r.sum()) for r in ran.values())
        own, burnt, carried = 0.0, 0.0, 0.0
        taken: dict[str, float] = defaultdict(float)
        made: dict[str, float] = defaultdict(float)
        for way in group:
            mode = asset.ways[way]
            own += 1000 * float(ran[way].sum()) * hours * (asset.emissions + mode.emissions + asset.other_ghg)
            for port in mode.inputs.values():
                if port.node != "bus":
                    taken[port.node] += port.amount.constant * float(ran[way].sum()) * hours
            for port in mode.outputs.values():
                made[port.node] += port.amount.constant * float(ran[way].sum()) * hours
        for load in serving:
            node = park.assets[load].node
            if node != "bus":
                taken[node] += part * amounts(load, node)[0]
        for row, consumer in enumerate(att.consumers):
            if consumer != name and consumer not in serving:
                continue
            power = {
                w: sum(p.amount.constant for p in asset.ways[w].inputs.values() if p.node == "bus")
                for w in ran
            }
            used = sum((power[w] * ran[w] for w in ran), np.zeros(len(steps_of(period))))
            mine = sum((power[w] * ran[w] for w in group), np.zeros(len(steps_of(period))))
            share = (
                np.divide(mine, used, out=np.zeros_like(used), where=used > 0) if consumer == name else part
            )
            by_origin = (att.supplied_mwh[row, steps] * np.reshape(share, (-1, 1))).sum(axis=0)
            for origin, mwh in zip(att.origins, by_origin, strict=True):
                own += 1000 * origin.life_cycle.tco2e_per_unit * float(mwh)
        for node, amount in taken.items():
            burnt += 1000 * park.spec.carriers[park.carrier_at(node)].combustion * amount
        for node, amount in made.items():
            carried += 1000 * park.spec.carriers[park.carrier_at(node)].combustion * amount
        own += max(burnt - carried, 0.0)
        for node, amount in taken.items():
            found.handed[node] += amount
        if not sum(made.values()):
            continue
        weights = {n: a * worth(park, name, n) for n, a in made.items()}
        if len([n for n in made if park.spec.carriers[park.carrier_at(n)].kind != "waste"]) == 1:
            weights = {n: float(park.spec.carriers[park.carrier_at(n)].kind != "waste") for n in made}
        whole = sum(weights.values())
        for node, weight in weights.items():
            found.own[node] += own * weight / whole
            found.behind[node] += [(before, amount * weight / whole) for before, amount in taken.items()]


def steps_of(period: Period) -> range:
    return range(period.first, period.last)


def worth(park: Park, converter: str, node: str) -> float:
    carrier = park.spec.carriers[park.carrier_at(node)]
    way = park.spec.footprint.allocation.get(converter, "mass")
    if carrier.kind == "waste":
        return 0.0
    return KG[carrier.unit] if way == "mass" else carrier.worth.price
