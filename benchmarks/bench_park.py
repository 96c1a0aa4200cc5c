"""One park in two tools: zeropark's model and PyPSA's, with the same figures and profiles.

The figures are made up and round; what matters is that both tools get the same ones.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pypsa

from zeropark.clock import Clock
from zeropark.forms import Array
from zeropark.park.fields import Reading
from zeropark.park.model import Park
from zeropark.park.read import series_in
from zeropark.park.spec import ParkFile

DISCOUNT_RATE, LIFETIME = 0.07, 20
INVESTMENT = {  # CNY per MW, or per MWh for what a store holds
    "pv": 3.0e6,
    "wind": 4.5e6,
    "grid": 2.0e5,
    "battery": 0.7e6,
    "battery-power": 0.3e6,
    "electrolyser": 3.0e6,
    "h2-store": 0.1e6,
    "heat-pump": 5.0e6,
    "e-boiler": 0.6e6,
    "gas-boiler": 0.4e6,
    "heat-store": 0.06e6,
}
GAS_PRICE, EXPORT_PRICE, WEAR = 380.0, 150.0, 5.0  # CNY/MWh


def profiles(steps: int) -> dict[str, Array]:
    """Made-up hourly shapes, (steps,) each; shares for pv and wind, MW for loads, CNY/MWh for the price."""
    rng = np.random.default_rng(7)
    hour = np.arange(steps)
    sun = np.clip(np.sin((hour % 24 - 6) / 12 * np.pi), 0, None) * (
        1 + 0.25 * np.sin((hour / 24 - 80) / 365 * 2 * np.pi)
    )
    clouds = np.repeat(rng.beta(4, 1.5, steps // 24 + 1), 24)[:steps]
    gusts = np.zeros(steps)
    noise = rng.normal(0, 0.15, steps)
    for i in range(1, steps):
        gusts[i] = 0.97 * gusts[i - 1] + noise[i]
    load = 300 * (1 + 0.1 * np.sin((hour % 24 - 9) / 12 * np.pi) + 0.03 * rng.normal(size=steps))
    price = np.select([hour % 24 < 6, (hour % 24 >= 17) & (hour % 24 < 22)], [200.0, 650.0], 420.0)
    return {
        "pv": np.round(np.clip(sun * clouds * 0.8, 0, 1), 6),
        "wind": np.round(np.clip(0.35 + 0.25 * gusts, 0, 1), 6),
        "load": load,
        "heat": 0.15 * load,
        "price": price,
    }


def zeropark_park(steps: int) -> Park:
    """The park as zeropark's model."""

    def size(name: str) -> dict[str, Any]:
        return {"max": "unlimited", "investment": INVESTMENT[name], "lifetime": LIFETIME}

    def column(name: str) -> dict[str, str]:
        return {"table": "t", "column": name}

    carriers = {"electricity": "MWh", "hydrogen": "MWh", "heat": "MWh", "steam": "MWh"}
    assets: dict[str, Any] = {
        "pv": {"kind": "source", "node": "electricity", "capacity": size("pv"), "availability": column("pv")},
        "wind": {
            "kind": "source",
            "node": "electricity",
            "capacity": size("wind"),
            "availability": column("wind"),
        },
        "grid": {
            "kind": "market",
            "node": "electricity",
            "capacity": size("grid"),
            "buy": {"price": column("price")},
        },
        "export": {"kind": "market", "node": "electricity", "capacity": 500, "sell": {"price": EXPORT_PRICE}},
        "battery": {
            "kind": "storage",
            "node": "electricity",
            "capacity": size("battery"),
            "power": size("battery-power"),
            "charge_efficiency": 0.95,
            "discharge_efficiency": 0.95,
            "cost": WEAR,
        },
        "electrolyser": {
            "kind": "converter",
            "rated": "electricity",
            "capacity": size("electrolyser"),
            "inputs": {"electricity": 1},
            "outputs": {"hydrogen": 0.66},
        },
        "h2-store": {"kind": "storage", "node": "hydrogen", "capacity": size("h2-store")},
        "heat-pump": {
            "kind": "converter",
            "rated": "electricity",
            "capacity": size("heat-pump"),
            "inputs": {"electricity": 1},
            "outputs": {"heat": 2.8},
        },
        "e-boiler": {
            "kind": "converter",
            "rated": "electricity",
            "capacity": size("e-boiler"),
            "inputs": {"electricity": 1},
            "outputs": {"steam": 0.98},
        },
        "gas-boiler": {"kind": "source", "node": "steam", "capacity": size("gas-boiler"), "cost": GAS_PRICE},
        "heat-store": {
            "kind": "storage",
            "node": "heat",
            "capacity": size("heat-store"),
            "standing_loss": 0.005,
        },
        "load": {"kind": "demand", "node": "electricity", "profile": column("load")},
        "h2-use": {"kind": "demand", "node": "hydrogen", "profile": 20},
        "heat-use": {"kind": "demand", "node": "heat", "profile": column("heat")},
        "steam-use": {"kind": "demand", "node": "steam", "profile": 60},
    }
    data = {
        "zeropark": 1,
        "name": "bench",
        "time": {"start": "2025-01-01", "days": steps // 24},
        "money": {"discount_rate": DISCOUNT_RATE},
        "carriers": {name: {"unit": unit} for name, unit in carriers.items()},
        "nodes": {name: name for name in carriers},
        "assets": assets,
    }
    spec = ParkFile.model_validate(data, context=Reading(carriers=carriers, nodes={n: n for n in carriers}))
    clock = Clock(
        datetime(2024, 12, 31, 16, tzinfo=UTC), timedelta(hours=1), steps, ZoneInfo("Asia/Shanghai")
    )
    values = profiles(steps)
    return Park(Path(), spec, clock, {series.key: values[series.column] for _, series in series_in(spec)})


def pypsa_network(steps: int) -> pypsa.Network:
    """The same park as a PyPSA network; costs of building count by the share of a year."""
    values = profiles(steps)
    annuity = DISCOUNT_RATE / (1 - (1 + DISCOUNT_RATE) ** -LIFETIME) * steps / 8760

    def build(name: str) -> dict[str, Any]:
        extendable = (
            "e_nom_extendable" if name in ("battery", "h2-store", "heat-store") else "p_nom_extendable"
        )
        return {extendable: True, "capital_cost": INVESTMENT[name] * annuity}

    n = pypsa.Network()
    n.set_snapshots(pd.date_range("2025-01-01", periods=steps, freq="h"))
    for bus in ("electricity", "hydrogen", "heat", "steam", "battery-bus"):
        n.add("Bus", bus)
    n.add("Generator", "pv", bus="electricity", p_max_pu=values["pv"], **build("pv"))
    n.add("Generator", "wind", bus="electricity", p_max_pu=values["wind"], **build("wind"))
    n.add("Generator", "grid", bus="electricity", marginal_cost=values["price"], **build("grid"))
    n.add(
        "Generator",
        "export",
        bus="electricity",
        p_nom=500,
        p_min_pu=-1,
        p_max_pu=0,
        marginal_cost=EXPORT_PRICE,
    )
    n.add("Store", "battery", bus="battery-bus", e_cyclic=True, **build("battery"))
    # PyPSA counts a link's capacity at its input: discharging is sized by what leaves the store.
    n.add("Link", "charge", bus0="electricity", bus1="battery-bus", efficiency=0.95, **build("battery-power"))
    n.add(
        "Link",
        "discharge",
        bus0="battery-bus",
        bus1="electricity",
        efficiency=0.95,
        marginal_cost=WEAR * 0.95,
        p_nom_extendable=True,
    )
    n.add(
        "Link", "electrolyser", bus0="electricity", bus1="hydrogen", efficiency=0.66, **build("electrolyser")
    )
    n.add("Store", "h2-store", bus="hydrogen", e_cyclic=True, **build("h2-store"))
    n.add("Link", "heat-pump", bus0="electricity", bus1="heat", efficiency=2.8, **build("heat-pump"))
    n.add("Link", "e-boiler", bus0="electricity", bus1="steam", efficiency=0.98, **build("e-boiler"))
    n.add("Generator", "gas-boiler", bus="steam", marginal_cost=GAS_PRICE, **build("gas-boiler"))
    n.add("Store", "heat-store", bus="heat", e_cyclic=True, standing_loss=0.005, **build("heat-store"))
    for bus, load in (
        ("electricity", values["load"]),
        ("hydrogen", 20),
        ("heat", values["heat"]),
        ("steam", 60),
    ):
        n.add("Load", f"use of {bus}", bus=bus, p_set=load)
    return n


def one_power(network: pypsa.Network) -> None:
    """zeropark's battery power limits charging and discharging, both counted at the bus."""
    power = network.model["Link-p_nom"]
    name = power.dims[0]
    network.model.add_constraints(
        0.95 * power.loc[{name: "discharge"}] - power.loc[{name: "charge"}] <= 0, name="one-power"
    )
