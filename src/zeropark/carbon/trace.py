"""Carbon emission flow: what every node and store contains of every origin, step by step, by proportional mixing.

Kang et al. 2012: nodal intensity e = (P_N − P_B^T)^-1 P_G^T e_G. Here the same for any carrier, with stores, losses
and loops: the content of a node is (throughput − what is carried between nodes^T)^-1 × what enters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from zeropark.carbon.kernels import run
from zeropark.carbon.network import NEGLIGIBLE, Ints, Network, opening_of, with_unmetered
from zeropark.errors import Fault, InputError
from zeropark.forms import Array

Mixing = Literal["proportional", "first-in-first-out"]
Losses = Literal["lost", "passed on"]


@dataclass(frozen=True)
class Trace:
    """Content by colour. A colour is an origin, or a factor that every origin has (then content is intensity).

    network: with what was unmetered. kept: nodes whose content was kept. content: (steps, kept, colours), per unit
    of the node's carrier; NaN where nothing flows. stock: (steps, stores, colours) after each step. opening: (stores,
    colours) before the first. drawn: (steps, stores, colours) per hour that each store gives to its node.
    shares: (steps, stores) of what is charged in a step, the part that is given back in the same step.
    """

    network: Network
    colours: tuple[str, ...]
    entry_colours: Array
    losses: Losses
    kept: tuple[int, ...]
    content: Array
    stock: Array
    opening: Array
    drawn: Array
    shares: Array

    def at(self, node: str) -> Array:
        """Content of a node, (steps, colours)."""
        return np.asarray(self.content[:, self.kept.index(self.network.nodes.index(node))])

    def flowing(self, node: int, rate: Array) -> Array:
        """Colours per hour in a rate out of a node, (steps, colours); nothing where nothing flows."""
        content = np.nan_to_num(self.content[:, self.kept.index(node)])
        return np.asarray(rate[:, None] * content)


def trace(
    network: Network,
    factors: Array | None = None,
    colours: Sequence[str] | None = None,
    *,
    mixing: Mixing = "proportional",
    losses: Losses = "lost",
    keep: Sequence[str] | None = None,
) -> Trace:
    """Follow every origin, or with ``factors`` only what they weigh, through the network.

    factors: (entries, factors) per unit of each entry, unmetered ones included; absent: one colour per origin.
    losses: ``lost`` carry their mix away, ``passed on`` stay with what arrives. keep: nodes whose content is wanted;
    absent: all. Opening content is an origin of its own; for cyclic stores it becomes the mix of their closing
    content. Raises InputError for a loop that nothing leaves.
    """
    network = network if factors is not None else with_unmetered(network)
    names, own_colours = entry_colours(network, factors, colours)
    stores = network.stores
    base, held = own_colours.shape[1], np.flatnonzero(stores.opening > 0.0)
    wide = np.concatenate((own_colours, np.zeros((own_colours.shape[0], held.size))), axis=1)
    opening = np.zeros((len(stores.names), base + held.size))
    opening[held, base + np.arange(held.size)] = stores.opening[held]
    kept = tuple(range(len(network.nodes))) if keep is None else tuple(map(network.nodes.index, keep))
    state = opening_state(stores.opening, opening)
    ran = run_steps(network, wide, state, mixing, losses, kept, throughput(network, losses))
    told, mix, remain = opening_mix(network, base, held, ran.stock[-1:], ran.state)
    content, stock, drawn, opening, wide = (
        merged(values, told, mix, remain, base)
        for values in (ran.content, ran.stock, ran.drawn, opening, wide)
    )
    labels = (*names, *(opening_of(stores.names[s]) for s in held))
    return Trace(
        network,
        tuple(labels[c] for c in remain),
        wide,
        losses,
        kept,
        content,
        stock,
        opening,
        drawn,
        ran.shares,
    )


def entry_colours(
    network: Network, factors: Array | None, names: Sequence[str] | None
) -> tuple[tuple[str, ...], Array]:
    """Names of the colours, and what each entry brings of them."""
    entries = network.entries
    if factors is not None:
        labels = names or [f"factor {k}" for k in range(factors.shape[1])]
        return tuple(labels), np.asarray(factors, dtype=np.float64)
    origins = tuple(dict.fromkeys(entries.names))
    own = np.zeros((len(entries.names), len(origins)))
    for e, name in enumerate(entries.names):
        own[e, origins.index(name)] = 1.0
    return origins, own


def throughput(network: Network, losses: Losses) -> Array:
    """What each node's content is told by, (steps, nodes); 0 where it carries nothing."""
    inflow, outflow = network.inflow, network.outflow
    larger = np.maximum(inflow, outflow)
    peak = larger.max(axis=0, initial=0.0)
    by = outflow if losses == "passed on" else larger
    return np.where(by > NEGLIGIBLE * peak, by, 0.0)


State = tuple[tuple[Array, Array], ...]
"""What each store holds, oldest first: amounts of its layers, and their colours. A store that mixes has one layer."""


@dataclass(frozen=True)
class Ran:
    """Steps that were run: as in ``Trace``, and what the stores hold at the end."""

    content: Array
    stock: Array
    drawn: Array
    shares: Array
    state: State


def opening_state(opening: Array, colours: Array) -> State:
    """Stores that hold these amounts (stores,) of these colours (stores, colours)."""
    return tuple(
        (opening[s : s + 1], colours[s : s + 1]) if opening[s] > 0.0 else (opening[:0], colours[:0])
        for s in range(opening.size)
    )


def run_steps(
    network: Network,
    colours: Array,
    state: State,
    mixing: Mixing,
    losses: Losses,
    kept: Sequence[int],
    through: Array,
    before: int = 0,
) -> Ran:
    """Run all steps of a network. through: ``throughput`` of these steps. before: how many came before, to tell a fault."""
    stores, moves, steps = network.stores, network.moves, network.steps
    passed, n_stores, wide = losses == "passed on", len(stores.names), colours.shape[1]
    fifo = mixing == "first-in-first-out"
    ones = np.ones(n_stores)
    efficiency = np.stack((stores.charge_efficiency, stores.discharge_efficiency), axis=1)
    keeps = np.stack((stores.keeps, ones if passed else stores.keeps), axis=1)
    survives = np.ones_like(efficiency) if passed else efficiency
    room = max((len(held) for held, _ in state), default=0) + (steps if fifo else 0) + 1
    oldest = np.arange(n_stores, dtype=np.int64) * room
    newest = oldest + np.array([len(held) for held, _ in state], dtype=np.int64)
    amounts, layers = np.zeros(n_stores * room), np.zeros((n_stores * room, wide))
    for (held, of), a, b in zip(state, oldest, newest, strict=True):
        amounts[a:b], layers[a:b] = held, of
    content = np.empty((steps, len(kept), wide))
    stock, drawn = np.zeros((steps, n_stores, wide)), np.zeros((steps, n_stores, wide))
    shares = np.zeros((steps, n_stores))
    step, node = run(
        network.hours,
        _arriving(network),
        np.ascontiguousarray(moves.taken if passed else moves.carried),
        np.ascontiguousarray(through),
        (network.entries.nodes, np.ascontiguousarray(network.entries.rate), colours),
        (stores.nodes, np.ascontiguousarray(stores.charge), np.ascontiguousarray(stores.discharge), efficiency,
         keeps, survives),
        fifo,
        (oldest, newest, amounts, layers),
        np.zeros((len(network.nodes), wide)),
        np.array(kept, dtype=np.int64),
        content,
        stock,
        drawn,
        shares,
    )  # fmt: skip
    if step >= 0:
        raise InputError([_closed_loop(network, step, node, before)])
    left = tuple((amounts[a:b].copy(), layers[a:b].copy()) for a, b in zip(oldest, newest, strict=True))
    return Ran(content, stock, drawn, shares, left)


def _arriving(network: Network) -> tuple[Ints, Ints, Ints]:
    """Moves by the node where they arrive: where each node's begin, who sends, which move."""
    moves = network.moves
    by_end = np.argsort(moves.end, kind="stable").astype(np.int64)
    counts = np.bincount(moves.end, minlength=len(network.nodes))
    first = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    return first, moves.start[by_end], by_end


def _closed_loop(network: Network, step: int, node: int, before: int) -> Fault:
    rate = network.outflow[step, node]
    step += before
    return Fault(
        "flows",
        None,
        network.nodes[node],
        f"a loop with gain 1 or more in step {step}: all of {rate:.6g} per hour comes back",
        "a loop that something leaves (gain below 1)",
        "see the moves between the nodes of the loop in this step",
    )


def opening_mix(
    network: Network, base: int, held: Ints, last: Array, state: State
) -> tuple[Ints, Array, Ints]:
    """Which openings (by position in ``held``) are told as a mix, the mix per unit over the colours that remain, and those.

    For a cyclic store the opening mix m is that of the closing content: units · m = closing colours + what is still
    there of such openings · m, a linear system over the stores. A store that nothing is drawn from keeps its own. last:
    colours in the stores after the last step.
    """
    if held.size == 0 or network.steps == 0:
        return np.zeros(0, np.int64), np.zeros((0, base)), np.arange(base + held.size)
    closing, there = last[-1, held], np.array([amounts.sum() for amounts, _ in state])[held]
    still = closing[:, base:]
    moved = there - np.diagonal(still) > NEGLIGIBLE * there
    cyclic = network.stores.cyclic[held] & (there > 0.0) & moved
    told, own = np.flatnonzero(cyclic), np.flatnonzero(~cyclic)
    remain = np.concatenate((np.arange(base), base + own)).astype(np.int64)
    if told.size == 0:
        return told, np.zeros((0, remain.size)), remain
    system = np.diag(there[told]) - still[np.ix_(told, told)]
    return told, np.asarray(np.linalg.solve(system, closing[np.ix_(told, remain)])), remain


def merged(values: Array, told: Ints, mix: Array, remain: Ints, base: int) -> Array:
    """Colours of openings told as the mix of colours that they are."""
    if remain.size == values.shape[-1]:
        return values
    result = np.asarray(values[..., remain])
    if told.size:
        result += values[..., base + told] @ mix
    return result
