"""The graph over time as arrays: what enters at a node, moves between nodes, stays in stores, and leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from zeropark.forms import Array

Ints = NDArray[np.int64]

NEGLIGIBLE = 1e-9
"""A node with less than this share of its largest throughput carries nothing: no content can be told."""
NOISE = 1e-6
"""A shortfall below this share of a node's largest throughput is rounding of whoever made the flows."""


@dataclass(frozen=True)
class Entries:
    """What enters the graph. names: origins. nodes: where. rate: (steps, entries), units per hour, none negative."""

    names: tuple[str, ...]
    nodes: Ints
    rate: Array


@dataclass(frozen=True)
class Uses:
    """What leaves the graph for good: consumers, sales. rate: (steps, uses), units per hour, none negative."""

    names: tuple[str, ...]
    nodes: Ints
    rate: Array


@dataclass(frozen=True)
class Moves:
    """What goes from one node to another.

    taken: (steps, moves), units of the first node per hour. arrives: units of the second node per hour.
    carried: the part of ``taken`` whose content arrives; the rest is lost with its content.
    """

    names: tuple[str, ...]
    start: Ints
    end: Ints
    taken: Array
    carried: Array
    arrives: Array


@dataclass(frozen=True)
class Stores:
    """Stores at nodes. charge, discharge: (steps, stores), at the node, units per hour.

    keeps: share of the content that is still there after one step. opening: content before the first step.
    cyclic: whether the content before the first step has the mix of that after the last.
    """

    names: tuple[str, ...]
    nodes: Ints
    charge: Array
    discharge: Array
    charge_efficiency: Array
    discharge_efficiency: Array
    keeps: Array
    opening: Array
    cyclic: NDArray[np.bool_]


@dataclass(frozen=True)
class Network:
    """A graph over ``steps`` intervals of ``hours`` each; all rates are means over an interval."""

    nodes: tuple[str, ...]
    steps: int
    hours: float
    entries: Entries
    uses: Uses
    moves: Moves
    stores: Stores
    tolerance: float = 0.0
    """Of its meters: share of what goes through a node in a step by which what comes in and what goes out may differ."""

    @property
    def inflow(self) -> Array:
        """All that comes into each node, (steps, nodes), units per hour."""
        return summed_at(
            (self.entries.rate, self.moves.arrives, self.stores.discharge),
            (self.entries.nodes, self.moves.end, self.stores.nodes),
            (self.steps, len(self.nodes)),
        )

    @property
    def outflow(self) -> Array:
        """All that goes out of each node, (steps, nodes), units per hour."""
        return summed_at(
            (self.uses.rate, self.moves.taken, self.stores.charge),
            (self.uses.nodes, self.moves.start, self.stores.nodes),
            (self.steps, len(self.nodes)),
        )

    @property
    def origins(self) -> tuple[str, ...]:
        """Every origin once, in the order of the entries, then the opening content of each store."""
        return (*dict.fromkeys(self.entries.names), *map(opening_of, self.stores.names))


def opening_of(store: str) -> str:
    """Name of the origin that a store's content before the first step is."""
    return f"opening of {store}"


def unmetered_at(node: str) -> str:
    """Name of the origin that covers what leaves a node beyond all that was seen to come in."""
    return f"unmetered at {node}"


def summed_at(rates: Sequence[Array], nodes: Sequence[Ints], shape: tuple[int, int]) -> Array:
    """Columns of every array added up at their nodes."""
    total = np.zeros(shape)
    for rate, at in zip(rates, nodes, strict=True):
        for column, node in enumerate(at):
            total[:, node] += rate[:, column]
    return total


def with_unmetered(network: Network) -> Network:
    """The same with an entry for what leaves a node beyond all that comes in, where that is more than rounding.

    Meters never agree. What nobody saw coming must not be given the mix of what was seen; but a shortfall within the
    meters' tolerance in one step is made up by surpluses within it at the same node in others, as far as they reach,
    so that errors that cancel out do not count one way. A load that nobody meters makes up nothing.
    """
    inflow, outflow = network.inflow, network.outflow
    missing = outflow - inflow
    peak = np.maximum(inflow, outflow).max(axis=0, initial=0.0)
    missing[np.abs(missing) <= NOISE * peak] = 0.0
    error = np.abs(missing) <= network.tolerance * np.maximum(inflow, outflow)  # more is no error of a meter
    surplus = np.where(error, np.maximum(-missing, 0.0), 0.0).sum(axis=0)
    np.maximum(missing, 0.0, out=missing)
    small = np.where(error, missing, 0.0)
    short = small.sum(axis=0)
    made_up = np.minimum(np.divide(surplus, short, out=np.zeros_like(short), where=short > 0.0), 1.0)
    missing -= small * made_up
    missing[missing <= NOISE * peak] = 0.0
    found = np.flatnonzero(missing.any(axis=0))
    entries = network.entries
    return replace(
        network,
        entries=Entries(
            (*entries.names, *(unmetered_at(network.nodes[n]) for n in found)),
            np.concatenate((entries.nodes, found)).astype(np.int64),
            np.concatenate((entries.rate, missing[:, found]), axis=1),
        ),
    )


def netted(network: Network) -> float:
    """Shortfalls that surpluses made up, after ``with_unmetered``: units of the nodes, summed over nodes and steps."""
    short = network.outflow - network.inflow
    peak = np.maximum(network.inflow, network.outflow).max(axis=0, initial=0.0)
    return float(short[short > NOISE * peak].sum()) * network.hours


def columns(parts: Sequence[Array], steps: int) -> Array:
    """Series side by side, (steps, parts); also where there is none."""
    return np.stack(parts, axis=1) if parts else np.zeros((steps, 0))


def positions(names: Sequence[str], among: Mapping[str, int]) -> Ints:
    """Position of each name."""
    return np.array([among[name] for name in names], dtype=np.int64)
