"""The typical park: 5 balances and 15 rates and levels a step, three stores, 15 capacities, two yearly limits.

All figures are made up and round. Balances: electricity, battery, hydrogen, heat, steam. What a
converter's capacity counts is what it takes in.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from parks.case import Case
from parks.profiles import Array, months, profiles

DISCOUNT_RATE, LIFETIME = 0.07, 20
INVESTMENT = {  # CNY per MW, or per MWh for what a store holds
    "pv": 1.8e6,
    "wind": 5.5e6,
    "grid": 2.0e5,
    "export": 1.0e4,
    "charger": 0.3e6,
    "discharger": 0.02e6,
    "battery": 0.7e6,
    "electrolyser": 3.0e6,
    "fuel-cell": 3.0e6,
    "h2-store": 0.1e6,
    "heat-pump": 5.0e6,
    "e-boiler": 0.6e6,
    "gas-boiler": 0.4e6,
    "exchanger": 0.1e6,
    "heat-store": 0.06e6,
}
MOST = {"pv": 3000.0, "wind": 3000.0}
"""MW; all else is not limited."""
GIVEN = {  # MW and MWh of the park whose capacities are given
    "pv": 800.0, "wind": 800.0, "grid": 200.0, "export": 150.0, "charger": 150.0, "discharger": 150.0, "battery": 600.0,
    "electrolyser": 70.0, "fuel-cell": 5.0, "h2-store": 800.0, "heat-pump": 30.0, "e-boiler": 60.0, "gas-boiler": 60.0,
    "exchanger": 30.0, "heat-store": 300.0,
}  # fmt: skip
CONVERTERS = {  # from, to, what leaves for each unit taken in, cost of each unit taken in in CNY/MWh
    "charger": ("electricity", "battery", 0.95, 1.0),
    "discharger": ("battery", "electricity", 0.95, 1.0),
    "electrolyser": ("electricity", "hydrogen", 0.66, 0.0),
    "fuel-cell": ("hydrogen", "electricity", 0.5, 0.0),
    "heat-pump": ("electricity", "heat", 2.8, 0.0),
    "e-boiler": ("electricity", "steam", 0.98, 0.0),
    "exchanger": ("steam", "heat", 0.9, 0.0),
}
STORES = {  # node, share lost each hour
    "battery": ("battery", 1e-4),
    "h2-store": ("hydrogen", 0.0),
    "heat-store": ("heat", 0.005),
}
STORE_POWER = 2000.0
"""MW in and out of each store: far above what flows, so that tools without such a limit agree."""
RAMPS = {"electrolyser": 0.1, "heat-pump": 0.05}
"""Share of capacity per hour, up and down, where the case has ramps."""
GAS_PRICE, EXPORT_PRICE = 380.0, 150.0
"""CNY/MWh."""
PEAK_PRICE = 40e3
"""CNY/MW of each month's highest purchase, where the case has peaks."""
UNSERVED_PRICE = 5000.0
"""CNY/MWh, where capacities are given."""
HYDROGEN_USE, HEAT_SHARE, STEAM_USE = 20.0, 0.15, 60.0
"""MW, share of the electric load, MW."""
EXPORT_SHARE = 0.2
"""What is sold is at most this share of what sun and wind could give."""
GRID_CO2, GAS_CO2, CO2_LIMIT = 0.6, 0.25, 0.05
"""t/MWh bought, t/MWh of steam from gas; t allowed for each MWh of electric load."""


@dataclass(frozen=True)
class Typical:
    """The park over one weather year: arrays of shape (steps,). month, month_share: see ``months``."""

    case: Case
    pv: Array
    wind: Array
    price: Array
    demands: dict[str, Array]
    month: NDArray[np.int64]
    month_share: Array

    @property
    def co2_limit(self) -> float:
        """t over the period."""
        return CO2_LIMIT * float(self.demands["electricity"].sum()) * self.case.hours

    @property
    def exportable(self) -> dict[str, float]:
        """MWh that may be sold for each MW of sun and wind."""
        shares = {"pv": self.pv, "wind": self.wind}
        return {name: EXPORT_SHARE * float(s.sum()) * self.case.hours for name, s in shares.items()}


def typical(case: Case, year: int = 0) -> Typical:
    """The park in one of the weather years; load and price are the same in all."""
    shapes, base = profiles(case.steps, case.hours, 7 + year), profiles(case.steps, case.hours, 7)
    load = base["load"]
    demands = {
        "electricity": load,
        "hydrogen": np.full(case.steps, HYDROGEN_USE),
        "heat": HEAT_SHARE * load,
        "steam": np.full(case.steps, STEAM_USE),
    }
    month, share = months(case.steps, case.hours)
    return Typical(case, shapes["pv"], shapes["wind"], base["price"], demands, month, share)


def annuity(share_of_year: float) -> float:
    """What of an investment the period pays."""
    return DISCOUNT_RATE / (1 - (1 + DISCOUNT_RATE) ** -LIFETIME) * share_of_year
