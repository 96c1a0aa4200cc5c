"""What fills the graph: rates of every asset over time, whoever produced them.

A plan, a schedule and meters all end here. ``rates`` are named by (asset, part) as in ``forms``;
``net`` is what people see: the flow of each asset at each node, positive into the node.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from zeropark.clock import Clock
from zeropark.forms import Array, Key

FLOW_COLUMNS = ("time", "asset", "node", "carrier", "flow")
LEVEL_COLUMNS = ("time", "asset", "level")
CERTIFICATES = "(certificates)"
"""Stands for a node in the flow table where purchases covered by green certificates are listed."""
PRICE_COLUMNS = ("time", "node", "carrier", "price")


@dataclass(frozen=True)
class Flows:
    """Flows over a clock.

    rates: (asset, part) → (steps,) rates, levels and on/off states, and (months,) peaks, (1,)
    capacities: everything that an account may weigh.
    net: (asset, node) → (steps,) flow into the node, carrier unit per hour.
    carriers: node → carrier.
    """

    clock: Clock
    rates: Mapping[Key, Array]
    net: Mapping[Key, Array]
    carriers: Mapping[str, str]

    def balance(self, node: str) -> Array:
        """Sum of all flows into the node, shape (steps,); zero where the node balances."""
        parts = [flow for (_, at), flow in self.net.items() if at == node]
        return np.sum(parts, axis=0) if parts else np.zeros(self.clock.steps)

    def table(self) -> pd.DataFrame:
        """Long table of net flows: time (UTC), asset, node, carrier, flow."""
        times = self.clock.times_utc
        frames = [
            pd.DataFrame(
                {"time": times, "asset": asset, "node": node, "carrier": self.carriers[node], "flow": flow}
            )
            for (asset, node), flow in self.net.items()
        ]
        frames += [
            pd.DataFrame(
                {
                    "time": times,
                    "asset": asset,
                    "node": CERTIFICATES,
                    "carrier": "green-certificate",
                    "flow": flow,
                }
            )
            for (asset, part), flow in self.rates.items()
            if part == "certified"
        ]
        return _stack(frames, FLOW_COLUMNS)

    def level_table(self) -> pd.DataFrame:
        """Long table of storage levels at the end of each step: time (UTC, beginning), asset, level."""
        times = self.clock.times_utc
        frames = [
            pd.DataFrame({"time": times, "asset": asset, "level": level})
            for (asset, part), level in self.rates.items()
            if part == "level"
        ]
        return _stack(frames, LEVEL_COLUMNS)


def price_table(clock: Clock, prices: Mapping[str, Array], carriers: Mapping[str, str]) -> pd.DataFrame:
    """Long table of marginal prices: time (UTC), node, carrier, price (money per carrier unit)."""
    frames = [
        pd.DataFrame({"time": clock.times_utc, "node": node, "carrier": carriers[node], "price": price})
        for node, price in prices.items()
    ]
    return _stack(frames, PRICE_COLUMNS)


def _stack(frames: list[pd.DataFrame], columns: tuple[str, ...]) -> pd.DataFrame:
    if not frames:
        return pd.DataFrame({name: [] for name in columns})
    table = pd.concat(frames, ignore_index=True)
    for name in columns:
        if table[name].dtype == object or str(table[name].dtype).startswith("str"):
            table[name] = table[name].astype("category")
    return table
