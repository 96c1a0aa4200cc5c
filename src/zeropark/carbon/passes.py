"""The trace of a long time in passes: only what stores hold between blocks of steps is kept, and a block is run again when
its content is asked for. So memory does not grow with steps times nodes times colours; the numbers are those of one run.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from zeropark.carbon.network import Network, opening_of, with_unmetered
from zeropark.carbon.trace import (
    Losses,
    Mixing,
    Ran,
    State,
    entry_colours,
    merged,
    opening_mix,
    opening_state,
    run_steps,
    throughput,
)
from zeropark.forms import Array

BLOCK = 1024
"""Steps that are run and shared at once: large enough to be fast, small enough for memory."""
_KEPT = 100_000_000
"""Bytes of content that are kept: a smaller park is run once and no more."""


@dataclass(frozen=True)
class Passes:
    """A network that every origin was followed through. All nodes are kept, in their order.

    through: (steps, nodes) ``throughput``. entry_colours: (entries, colours). opening: (stores, colours) before the first
    step. states: what stores hold before each block.
    """

    network: Network
    colours: tuple[str, ...]
    entry_colours: Array
    mixing: Mixing
    losses: Losses
    through: Array
    opening: Array
    states: tuple[State, ...]
    _content: dict[int, Array] = field(default_factory=dict, repr=False, compare=False)

    def blocks(self, during: slice | None = None) -> Iterator[slice]:
        """Steps, cut where blocks begin."""
        first, last, _ = (during or slice(None)).indices(self.network.steps)
        while first < last:
            stop = min((first // BLOCK + 1) * BLOCK, last)
            yield slice(first, stop)
            first = stop

    def ran(self, number: int) -> Ran:
        """A block, run again; nodes where nothing flows contain nothing."""
        steps = slice(number * BLOCK, min((number + 1) * BLOCK, self.network.steps))
        found = run_steps(
            during(self.network, steps), self.entry_colours, self.states[number], self.mixing, self.losses,
            range(len(self.network.nodes)), self.through[steps], steps.start,
        )  # fmt: skip
        np.nan_to_num(found.content, copy=False)
        return found

    def content(self, steps: slice) -> Array:
        """Content of every node in steps within one block, (steps, nodes, colours), per unit of the node's carrier."""
        number = steps.start // BLOCK
        whole = self._content.get(number)
        if whole is None:
            whole = self.ran(number).content
            if not self._fits:
                self._content.clear()  # the one before
            self._content[number] = whole
        first = number * BLOCK
        return np.asarray(whole[steps.start - first : steps.stop - first])

    @cached_property
    def _fits(self) -> bool:
        return self.network.steps * len(self.network.nodes) * len(self.colours) * 8 <= _KEPT


def passes(network: Network, *, mixing: Mixing = "proportional", losses: Losses = "lost") -> Passes:
    """Follow every origin through the network, as ``trace`` does. Raises InputError for a loop that nothing leaves."""
    network = with_unmetered(network)
    names, own = entry_colours(network, None, None)
    stores, base = network.stores, own.shape[1]
    held = np.flatnonzero(stores.opening > 0.0)
    wide = np.concatenate((own, np.zeros((own.shape[0], held.size))), axis=1)
    opening = np.zeros((len(stores.names), base + held.size))
    opening[held, base + np.arange(held.size)] = stores.opening[held]
    through = throughput(network, losses)
    state = opening_state(stores.opening, opening)
    states, last = [], opening[None]
    for first in range(0, network.steps, BLOCK):
        states.append(state)
        steps = slice(first, min(first + BLOCK, network.steps))
        ran = run_steps(during(network, steps), wide, state, mixing, losses, (), through[steps], first)
        state, last = ran.state, ran.stock[-1:]
    told, mix, remain = opening_mix(network, base, held, last, state)
    labels = (*names, *(opening_of(stores.names[s]) for s in held))
    return Passes(
        network,
        tuple(labels[c] for c in remain),
        merged(wide, told, mix, remain, base),
        mixing,
        losses,
        through,
        merged(opening, told, mix, remain, base),
        tuple(
            tuple((amounts, merged(colours, told, mix, remain, base)) for amounts, colours in one) for one in states
        ),
    )  # fmt: skip


def during(network: Network, steps: slice) -> Network:
    """The network in some of its steps."""
    moves, stores = network.moves, network.stores
    return Network(
        network.nodes,
        steps.stop - steps.start,
        network.hours,
        replace(network.entries, rate=network.entries.rate[steps]),
        replace(network.uses, rate=network.uses.rate[steps]),
        replace(moves, taken=moves.taken[steps], carried=moves.carried[steps], arrives=moves.arrives[steps]),
        replace(stores, charge=stores.charge[steps], discharge=stores.discharge[steps]),
    )
