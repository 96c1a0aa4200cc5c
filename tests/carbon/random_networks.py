"""Networks drawn from a seed that balance in every step: entries, uses, lossy lines both ways, stores."""

import numpy as np

from zeropark.carbon.network import Entries, Moves, Network, Stores, Uses


def random_network(seed: int, steps: int = 12, *, cyclic: bool = False) -> Network:
    """Every node gets what it lacks from an entry and gives what it has too much to a use: it balances exactly."""
    rng = np.random.default_rng(seed)
    nodes, hours = int(rng.integers(2, 7)), float(rng.choice([0.25, 1.0]))
    moves, stores = int(rng.integers(1, 12)), int(rng.integers(0, 4))
    start = rng.integers(0, nodes, moves)
    end = (start + rng.integers(1, nodes, moves)) % nodes
    taken = rng.uniform(0, 5, (steps, moves)) * (rng.random((steps, moves)) < 0.6)
    carried = taken * rng.uniform(0.7, 1.0, moves)
    arrives = carried * rng.choice([1.0, 0.02, 30.0], moves)  # a line, or a converter between units
    store = _stores(rng, steps, stores, nodes, hours, cyclic)
    blank = Network(
        tuple(f"n{n}" for n in range(nodes)),
        steps,
        hours,
        Entries((), np.zeros(0, np.int64), np.zeros((steps, 0))),
        Uses((), np.zeros(0, np.int64), np.zeros((steps, 0))),
        Moves(tuple(f"m{m}" for m in range(moves)), start, end, taken, carried, arrives),
        store,
    )
    more = rng.uniform(0, 3, (steps, nodes)) * (rng.random((steps, nodes)) < 0.5)
    surplus = blank.inflow - blank.outflow
    at = np.arange(nodes)
    lack = np.maximum(-surplus, 0.0) + more
    split = rng.uniform(0, 1, (steps, nodes))
    entries = Entries(
        (*(f"a{n}" for n in at), *(f"b{n}" for n in at)),
        np.concatenate((at, at)),
        np.concatenate((lack * split, lack * (1 - split)), axis=1),
    )
    uses = Uses(tuple(f"u{n}" for n in at), at, np.maximum(surplus, 0.0) + more)
    return Network(blank.nodes, steps, hours, entries, uses, blank.moves, store)


def _stores(
    rng: np.random.Generator, steps: int, count: int, nodes: int, hours: float, cyclic: bool
) -> Stores:
    into, out_of = rng.uniform(0.8, 1.0, count), rng.uniform(0.8, 1.0, count)
    keeps = rng.choice([1.0, 0.97], count)
    opening = rng.uniform(0, 10, count) * (rng.random(count) < 0.8)
    charge, discharge = np.zeros((steps, count)), np.zeros((steps, count))
    level = opening.copy()
    for t in range(steps):
        charge[t] = rng.uniform(0, 4, count) * (rng.random(count) < 0.6)
        there = keeps * level + hours * into * charge[t]
        part = rng.choice([0.0, 0.3, 1.0], count) * rng.uniform(0, 1, count)
        discharge[t] = part * there * out_of / hours
        level = there - hours * discharge[t] / out_of
    if cyclic and count:  # the last step brings each store back to where it began, up or down
        there = level - opening
        discharge[-1] += np.maximum(there, 0.0) * out_of / hours
        charge[-1] += np.maximum(-there, 0.0) / into / hours
    names = tuple(f"s{s}" for s in range(count))
    return Stores(
        names, rng.integers(0, nodes, count), charge, discharge, into, out_of, keeps, opening,
        np.full(count, cyclic),
    )  # fmt: skip
