"""Conservation, recomputed apart from the trace: origins in = origins out + losses + what stays in store."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zeropark.carbon.trace import Trace, throughput
from zeropark.forms import Array


@dataclass(frozen=True)
class Audit:
    """Amounts by colour over some steps, shape (colours,).

    entered: what entered. before, after: what was in stores. left: what uses took. lost: losses of moves and stores, and
    what came to nodes that nothing leaves.
    """

    colours: tuple[str, ...]
    entered: Array
    before: Array
    left: Array
    lost: Array
    after: Array

    @property
    def residual(self) -> Array:
        """What is missing on the right, as a share of all that was there; 0 for a colour that never was."""
        there = self.entered + self.before
        gap = there - self.left - self.lost - self.after
        return np.asarray(np.divide(gap, there, out=np.abs(gap), where=there > 0.0))

    @property
    def worst(self) -> float:
        """Largest residual of any colour, without sign."""
        return float(np.max(np.abs(self.residual), initial=0.0))


def audit(traced: Trace, during: slice | None = None) -> Audit:
    """Conservation over some steps; all nodes must have been kept."""
    net = traced.network
    first, last, _ = (during or slice(None)).indices(net.steps)
    steps, h = slice(first, last), net.hours
    content = np.nan_to_num(traced.content[steps])
    flows = throughput(net, traced.losses)[steps]
    still = flows <= 0.0
    entering = net.entries.rate[steps]
    entered = np.einsum("te,ek->k", entering, traced.entry_colours) * h
    lost = np.einsum("te,ek->k", entering * still[:, net.entries.nodes], traced.entry_colours) * h
    left = np.einsum("tu,tuk->k", net.uses.rate[steps], content[:, net.uses.nodes]) * h
    moves, from_node = net.moves, content[:, net.moves.start]
    arrives = moves.taken[steps] if traced.losses == "passed on" else moves.carried[steps]
    gone = moves.taken[steps] - arrives + arrives * still[:, moves.end]
    lost += np.einsum("tm,tmk->k", gone, from_node) * h
    lost += np.einsum("tn,tnk->k", flows - net.outflow[steps] * ~still, content) * h
    before = traced.stock[first - 1] if first else traced.opening
    after = traced.stock[last - 1] if last > first else before
    lost += _lost_in_stores(traced, steps, content, still, before)
    return Audit(traced.colours, entered, before.sum(axis=0), left, lost, after.sum(axis=0))


def _lost_in_stores(
    traced: Trace, steps: slice, content: Array, still: NDArray[np.bool_], before: Array
) -> Array:
    stores, h = traced.network.stores, traced.network.hours
    stock = traced.stock[steps]
    drawn = traced.drawn[steps]
    lost = np.einsum("ts,tsk->k", still[:, stores.nodes].astype(np.float64), drawn) * h
    if traced.losses == "passed on":
        return np.asarray(lost)
    charged = stores.charge[steps] * (1.0 - stores.charge_efficiency)
    lost += np.einsum("ts,tsk->k", charged, content[:, stores.nodes]) * h
    lost += np.einsum("s,tsk->k", 1.0 / stores.discharge_efficiency - 1.0, drawn) * h
    held = np.concatenate((before[None], stock[:-1]))[: len(stock)]
    return np.asarray(lost + np.einsum("s,tsk->k", 1.0 - stores.keeps, held))
