"""A small network that calls every kernel of the trace, to compile them all: ``python -m zeropark.carbon.exercise``."""

from __future__ import annotations

import numpy as np

from zeropark.carbon.network import Entries, Moves, Network, Stores, Uses
from zeropark.carbon.trace import Mixing, trace

_STEPS = 4
_MIXINGS: tuple[Mixing, ...] = ("proportional", "first-in-first-out")


def network() -> Network:
    """10 enters at the first node and goes round a loop of two; a store at the second fills and empties."""
    every = np.ones((_STEPS, 1))
    swing = np.array([[2.0], [0.0], [2.0], [0.0]])
    at = np.array([0]), np.array([1])
    return Network(
        ("a", "b"),
        _STEPS,
        1.0,
        Entries(("source",), at[0], 10.0 * every),
        Uses(("load",), at[1], 10.0 * every - swing + swing[::-1]),
        Moves(
            ("there", "back"),
            np.array([0, 1]),
            np.array([1, 0]),
            np.tile((14.0, 4.0), (_STEPS, 1)),
            np.tile((14.0, 4.0), (_STEPS, 1)),
            np.tile((14.0, 4.0), (_STEPS, 1)),
        ),
        Stores(
            ("store",),
            at[1],
            swing,
            swing[::-1].copy(),
            np.ones(1),
            np.ones(1),
            np.ones(1),
            np.ones(1),
            np.array([False]),
        ),
    )


def compile_now() -> None:
    """Trace it with both ways of mixing."""
    for mixing in _MIXINGS:
        trace(network(), mixing=mixing)


if __name__ == "__main__":
    compile_now()
