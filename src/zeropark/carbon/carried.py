"""Operating CO2 that a unit of every carrier carries at every node, on several columns at once: three bases, 910 method."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from zeropark import units
from zeropark.carbon.from_park import certified, network_of
from zeropark.carbon.network import Ints, opening_of, with_unmetered
from zeropark.carbon.origins import Column, Origin, electricity_nodes, factor_of, origins_of
from zeropark.carbon.trace import Losses, Trace, throughput, trace
from zeropark.carbon.worths import Worths
from zeropark.flows import Flows
from zeropark.forms import Array
from zeropark.park.assets import Converter, Market, Source
from zeropark.park.model import Park


@dataclass(frozen=True)
class Carried:
    """tco2: (steps, nodes, columns) per unit of the node's carrier. untold: (steps, nodes) share of weight that no factor is
    stated for, above 0 where any. missing: origins without a factor. Nodes are those of ``traced.network``.
    """

    traced: Trace
    tco2: Array
    untold: Array
    missing: tuple[str, ...]


def carried(
    park: Park,
    flows: Flows,
    columns: Sequence[Column],
    worths: Worths,
    *,
    edges: Collection[str] = (),
    losses: Losses = "lost",
) -> Carried:
    """Trace what enters through all carriers, weighed by its operating CO2.

    Electricity weighs its factor in each column, a carrier bought or won its combustion, a process what it releases.
    What a store held at first, or nobody saw coming, weighs what the grid weighs where it is electricity, its combustion
    where it is a fuel, else the mean of its node over all steps. edges: converters that nothing is followed through.
    """
    network = with_unmetered(network_of(park, flows, worths=worths, processes=True, edges=edges))
    electric, entries = electricity_nodes(park), network.entries
    places = [network.nodes[n] for n in entries.nodes]
    known = tuple(dict.fromkeys(n for n, node in zip(entries.names, places, strict=True) if node in electric))
    openings = tuple(opening_of(s) for s in network.stores.names)
    origins = {o.name: o for o in origins_of(park, (*known, *openings), {})}
    width, unseen, missing = len(columns), [], []
    weights = np.zeros((len(places), width + 2))
    weights[:, width + 1] = 1.0
    for row, (name, node) in enumerate(zip(entries.names, places, strict=True)):
        found = _weights(park, name, node, origins if node in electric else {}, columns, edges)
        if found is None:
            unseen.append(row)
            weights[row, width + 1] = 0.0
        elif not np.isnan(found).any():
            weights[row, :width] = found
        elif entries.rate[:, row].any():
            weights[row, width] = 1.0
            missing.append(name)
    own = np.zeros((len(places), len(unseen)))
    own[unseen, np.arange(len(unseen))] = 1.0
    labels = [*columns, "untold", "seen", *(f"unseen {row}" for row in unseen)]
    mixing = park.spec.carbon.storage if park.spec.carbon else "proportional"
    traced = trace(network, np.concatenate((weights, own), axis=1), labels, mixing=mixing, losses=losses)
    at = [int(entries.nodes[row]) for row in unseen]
    given: dict[int, Array] = {}
    for k, label in enumerate(traced.colours[width + 2 + len(unseen) :], len(unseen)):
        node = int(network.stores.nodes[openings.index(label)])
        at.append(node)
        found = _opening(park, network.nodes[node], origins[label], columns)
        if found is not None:
            given[k] = found
    full = _resolved(traced, width + 1, np.array(at, dtype=np.int64), given)
    return Carried(traced, full[..., :width], full[..., width], tuple(dict.fromkeys(missing)))


def _weights(
    park: Park,
    name: str,
    node: str,
    origins: Mapping[str, Origin],
    columns: Sequence[Column],
    edges: Collection[str],
) -> Array | None:
    """Of one unit that enters at the node, by column; NaN where nobody stated it, None where its node says it."""
    if name in origins:
        factors = [factor_of(origins[name], column) for column in columns]
        scale = units.factor(park.unit_at(node), "MWh")
        return np.array([np.nan if f is None else f.tco2_per_unit * scale for f in factors])
    asset = park.assets.get(name) or park.assets.get(name.removesuffix(certified("")))
    if name in edges:
        return np.full(len(columns), np.nan)
    if node not in park.spec.nodes:
        return np.ones(len(columns))  # what a process releases is told in tCO2
    burnt = park.spec.carriers[park.carrier_at(node)].combustion
    if isinstance(asset, (Source, Market)) and _untold(park, asset):
        return np.full(len(columns), np.nan)
    if isinstance(asset, Source):
        burnt = asset.emissions + (0.0 if asset.origin == "recovered" else burnt)
    elif isinstance(asset, Market):
        burnt += asset.emissions or 0.0
    elif isinstance(asset, Converter) and not any(way.inputs for way in asset.ways.values()):
        burnt = 0.0  # comes from nature; what the process releases enters beside it
    elif burnt == 0.0:
        return None
    return np.full(len(columns), burnt)


def _untold(park: Park, asset: Source | Market) -> bool:
    """Whether somebody else made it with energy, and nobody stated the CO2 of that: bought heat, steam, hydrogen."""
    carrier = park.spec.carriers[park.carrier_at(asset.node)]
    if carrier.kind not in ("heat", "hydrogen") or carrier.combustion > 0.0:
        return False
    if isinstance(asset, Market):
        return asset.emissions is None
    return asset.origin in ("fossil", "grid", "other") and "emissions" not in asset.model_fields_set


def _opening(park: Park, node: str, origin: Origin, columns: Sequence[Column]) -> Array | None:
    """Weights, and what of them is untold; None where the node says it."""
    carrier = park.spec.carriers[park.carrier_at(node)]
    if carrier.kind != "electricity":
        return np.array([*[carrier.combustion] * len(columns), 0.0]) if carrier.combustion > 0.0 else None
    factors = [factor_of(origin, column) for column in columns]
    if any(f is None for f in factors):
        return np.array([*[0.0] * len(columns), 1.0])
    scale = units.factor(park.unit_at(node), "MWh")
    return np.array([*(f.tco2_per_unit * scale for f in factors if f is not None), 0.0])


def _resolved(traced: Trace, width: int, at: Ints, given: Mapping[int, Array]) -> Array:
    """Content of the first ``width`` columns, every unseen colour told by the weights given, else as the mean of its node.

    m = mean of the node's told content + mean of its unseen colours · m: a linear system over the unseen colours. The
    column after ``width`` is above 0 where anything seen came; where nothing ever did, all of it is untold.
    """
    content = traced.content
    if at.size == 0:
        return np.asarray(content[..., :width])
    through = throughput(traced.network, traced.losses)[:, at]
    there = through.sum(axis=0)
    mean = np.einsum("tu,tuk->uk", through, np.nan_to_num(content[:, at]))
    mean /= np.where(there > 0.0, there, 1.0)[:, None]
    told = np.zeros((at.size, width))
    for k, weights in given.items():
        told[k] = weights
    free = np.array([k for k in range(at.size) if k not in given], dtype=np.int64)
    if free.size:
        known = mean[free, :width] + mean[free, width + 1 :] @ told
        among = mean[free][:, width + 1 + free]
        seen = (mean[free, width] > 0.0) | np.any(mean[free][:, [width + 1 + k for k in given]] > 0.0, axis=1)
        for _ in range(free.size):
            seen |= np.any(among[:, seen] > 0.0, axis=1)
        known[~seen], among[~seen] = np.eye(width)[-1], 0.0
        told[free] = np.linalg.solve(np.eye(free.size) - among, known)
    return np.asarray(content[..., :width] + content[..., width + 1 :] @ told)
