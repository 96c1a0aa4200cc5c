"""The network park: nodes with sun, wind, gas, import, unserved load and a battery, joined by a ring and chords.

All figures are made up and round; each node's own are drawn around them, seeded.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from parks.case import Case
from parks.profiles import Array, profiles

DISCOUNT_RATE, LIFETIME = 0.07, 20
GAS_INVESTMENT, IMPORT_INVESTMENT, POWER_INVESTMENT, BATTERY_INVESTMENT = 3.5e6, 0.3e6, 0.3e6, 0.7e6
LINE_INVESTMENT = 1.5e6
"""CNY/MW, the battery's content CNY/MWh."""
MOST_PV, MOST_WIND, MOST_LINE = 1500.0, 800.0, 1000.0
FIXED_LINE = 60.0
"""MW of each line that is there; every third line is to be built instead."""
LINE_LOSS, EFFICIENCY, STANDING_LOSS = 0.02, 0.95, 1e-4
UNSERVED_PRICE = 5000.0
"""CNY/MWh."""
FIRST_SEED = 100


@dataclass(frozen=True)
class Node:
    """One node: arrays of shape (steps,), CNY/MW, CNY/MWh."""

    name: str
    pv: Array
    wind: Array
    load: Array
    price: Array
    pv_investment: float
    wind_investment: float
    gas_price: float


@dataclass(frozen=True)
class Line:
    """A line between two nodes; expandable ones begin with nothing."""

    name: str
    start: str
    end: str
    expandable: bool


@dataclass(frozen=True)
class Network:
    """The park."""

    case: Case
    nodes: tuple[Node, ...]
    lines: tuple[Line, ...]


def network(case: Case) -> Network:
    """The park with ``case.nodes`` nodes."""
    n = case.nodes
    ring = [(i, (i + 1) % n) for i in range(n)] if n > 2 else [(i, i + 1) for i in range(n - 1)]
    chords = [(i, i + n // 2) for i in range(n // 2)] if n > 3 else []
    lines = (
        Line(f"line-{at}", f"node-{i}", f"node-{j}", at % 3 == 0) for at, (i, j) in enumerate(ring + chords)
    )
    return Network(case, tuple(_node(case, i) for i in range(n)), tuple(lines))


def _node(case: Case, i: int) -> Node:
    shapes = profiles(case.steps, case.hours, FIRST_SEED + i)
    rng = np.random.default_rng(FIRST_SEED + i)
    return Node(
        f"node-{i}",
        np.round(shapes["pv"] * rng.uniform(0.8, 1.1), 6).clip(0, 1),
        np.round(shapes["wind"] * rng.uniform(0.5, 1.2), 6).clip(0, 1),
        np.round(shapes["load"] * rng.uniform(0.3, 1.5), 3),
        np.round(shapes["price"] * rng.uniform(0.9, 1.2), 2),
        round(3.0e6 * rng.uniform(0.8, 1.2), -3),
        round(4.5e6 * rng.uniform(0.8, 1.2), -3),
        round(550 * rng.uniform(0.9, 1.1), 1),
    )
