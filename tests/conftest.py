"""Parks made in memory for any test: ``make_park`` from a dict, ``random_park`` from a seed."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, settings

from zeropark.clock import Clock
from zeropark.errors import InputError
from zeropark.flows import Flows
from zeropark.park.fields import Reading
from zeropark.park.model import Park
from zeropark.park.packs import with_packaged_tariffs
from zeropark.park.read import clock_of, packs_of, reading_of, series_in
from zeropark.park.spec import ParkFile
from zeropark.park.streams import net_flows, streams_of
from zeropark.park.yaml import Document

# How long an example takes says how busy the machine is. The rest is as hypothesis has it: in CI the same examples
# every time (its profile ``ci``), elsewhere new ones.
settings.register_profile(
    "unhurried", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("unhurried")

Data = dict[str, Any]

CARRIERS: Data = {
    "electricity": {"unit": "MWh", "kind": "electricity"},
    "heat": {"unit": "GJ", "kind": "heat"},
    "hydrogen": {"unit": "kg", "kind": "hydrogen"},
    "gas": {"unit": "MWh", "kind": "fuel"},
    "coal": {"unit": "t", "kind": "fuel"},
    "oxide": {"unit": "t", "kind": "material"},
    "water": {"unit": "m3", "kind": "water"},
}


def build_park(
    assets: Data,
    nodes: Mapping[str, str] | None = None,
    *,
    steps: int,
    hours: float = 1.0,
    start: str = "2025-01-01",
    zone: str = "UTC",
    carriers: Data | None = None,
    **sections: Any,
) -> Park:
    """A park of ``steps`` steps from local time ``start`` on, which need not fill whole days.

    A list of numbers in an asset or tariff becomes a column of a table. nodes: name → carrier; absent:
    one node ``bus`` of electricity. sections: further sections of the park file.
    """
    nodes = nodes or {"bus": "electricity"}
    carriers = {name: unit for name, unit in (carriers or CARRIERS).items() if name in nodes.values()}
    columns: dict[str, list[float]] = {}
    data: Data = {
        "zeropark": 1,
        "name": "test",
        "time": {"start": start[:10], "days": 1, "step": 60 * hours, "zone": zone},
        "money": {"discount_rate": 0.05},
        "tables": {"t": {"file": "t.csv"}},
        "carriers": carriers,
        "nodes": nodes,
        "assets": _tabled(assets, columns),
        **sections,
    }
    units = {name: carrier["unit"] for name, carrier in carriers.items()}
    spec = ParkFile.model_validate(data, context=Reading(carriers=units, nodes=dict(nodes), currency="CNY"))
    begin = pd.Timestamp(start).tz_localize(zone).tz_convert("UTC").to_pydatetime()
    clock = Clock(begin, timedelta(hours=hours), steps, ZoneInfo(zone))
    arrays = {
        series.key: np.asarray(columns[series.column], dtype=np.float64) * series.times
        for _, series in series_in(spec)
    }
    assert all(array.shape == (steps,) for array in arrays.values()), "a series of another length"
    return Park(Path(), spec, clock, arrays)


def _tabled(data: Any, columns: dict[str, list[float]]) -> Any:
    """The data with every list of numbers replaced by a column of table ``t``."""
    if isinstance(data, dict):
        return {key: _tabled(item, columns) for key, item in data.items()}
    if isinstance(data, np.ndarray) or (isinstance(data, list) and data and not isinstance(data[0], str)):
        name = f"c{len(columns)}"
        columns[name] = [float(value) for value in data]
        return {"table": "t", "column": name}
    return data


@pytest.fixture(scope="session")
def make_park() -> Callable[..., Park]:
    return build_park


@pytest.fixture(scope="session")
def random_park() -> Callable[..., Park]:
    """``random_park(seed, steps=12, hours=1.0)``: the same feasible, bounded linear park for each seed."""
    return lambda seed, steps=12, hours=1.0: _Random(seed, steps, hours).park()


class _Random:
    """A park drawn from a seed. Any of its nodes can be fed dearly and emptied at a price, so that it is
    feasible; nothing can be sold above what it costs, or only at a limited rate, so that it is bounded.
    """

    def __init__(self, seed: int, steps: int, hours: float) -> None:
        self.rng = np.random.default_rng(seed)
        self.steps, self.hours = steps, hours
        self.assets: Data = {}
        self.nodes = {"el": "electricity", "heat": "heat"}
        self.tariffs: Data = {}

    def park(self) -> Park:
        if self.chance(0.5):
            self.nodes["far"] = "electricity"
        if self.chance(0.4):
            self.nodes |= {"h2": "hydrogen", "water": "water"}
        if self.chance(0.3):
            self.nodes["oxide"] = "oxide"
        self.sources()
        self.demands()
        self.converters()
        self.storages()
        self.connections()
        self.markets()
        return build_park(self.assets, self.nodes, steps=self.steps, hours=self.hours, tariffs=self.tariffs)

    # --- dice

    def chance(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def number(self, low: float, high: float) -> float:
        return round(float(self.rng.uniform(low, high)), 3)

    def series(self, low: float, high: float) -> list[float]:
        return [round(float(value), 3) for value in self.rng.uniform(low, high, self.steps)]

    def size(self, scale: float, money: float) -> Data:
        """A capacity: as it is, or to be chosen; ``money``: yearly cost of one unit that bites in a day."""
        if self.chance(0.35):
            return {"existing": self.number(0.3 * scale, scale), "fixed_cost": self.number(0, money)}
        size: Data = {"max": "unlimited" if self.chance(0.3) else self.number(scale, 2 * scale)}
        if self.chance(0.4):
            size["existing"] = self.number(0, 0.5 * scale)
        elif self.chance(0.3):
            size["min"] = self.number(0, 0.5 * scale)
        size |= {"investment": self.number(money, 10 * money), "lifetime": self.number(5, 30)}
        if self.chance(0.4):
            size["fixed_cost"] = self.number(0, money)
        return size

    # --- assets

    def sources(self) -> None:
        daylight = np.clip(np.sin(np.linspace(0, np.pi, self.steps)) * self.rng.uniform(0.5, 1), 0, 1)
        self.assets["pv"] = {
            "kind": "source",
            "node": "el",
            "capacity": self.size(10, 2e5),
            "availability": [round(float(v), 3) for v in daylight],
        }
        if self.chance(0.6):
            self.assets["wind"] = {
                "kind": "source",
                "node": "far" if "far" in self.nodes else "el",
                "capacity": self.size(8, 2e5),
                "availability": self.series(0, 1),
                "must_run": self.chance(0.5),
                "cost": self.number(0, 40),
            }
        if "water" in self.nodes:
            self.assets["well"] = {"kind": "source", "node": "water", "capacity": 5, "cost": 3}

    def demands(self) -> None:
        load: Data = {"kind": "demand", "node": "el", "profile": self.series(2, 10)}
        if self.chance(0.4):
            load["unserved_price"] = self.number(100, 900)
        if self.chance(0.3):
            load["price"] = self.number(0, 80)
        if self.chance(0.5):
            window = self.hours * int(self.rng.integers(2, self.steps + 1))
            load["shift"] = {"share": self.number(0, 1), "window": window}
        self.assets["load"] = load
        self.assets["steam"] = {"kind": "demand", "node": "heat", "profile": self.series(5, 30)}
        for node, scale in (("h2", 200.0), ("oxide", 2.0)):
            if node in self.nodes:
                rate = self.number(0.2 * scale, scale)
                period = ("day", "month", "year")[int(self.rng.integers(3))]
                of_period = {"day": 24, "month": 31 * 24, "year": 8760}[period]
                target: Data = {"amount": rate * of_period, "per": period}
                if self.chance(0.6):
                    target |= {"min_rate": 0.3 * rate, "max_rate": 1.8 * rate}
                self.assets[f"goal-{node}"] = {"kind": "demand", "node": node, "target": target}
                if self.chance(0.3):
                    self.assets[f"goal-{node}"]["unserved_price"] = self.number(1, 30)

    def converters(self) -> None:
        self.assets["e-boiler"] = {
            "kind": "converter",
            "rated": "el",
            "inputs": {"el": 1},
            "outputs": {"heat": self.series(3.2, 3.5) if self.chance(0.5) else 3.4},
            "capacity": self.size(8, 1e4),
            "cost": self.number(0, 5),
            **self.flexibility(),
        }
        if self.chance(0.5):  # two modes that share a capacity, counted at the output
            self.assets["boiler"] = {
                "kind": "converter",
                "rated": "heat",
                "capacity": self.size(30, 5e3),
                "modes": {
                    "electric": {"inputs": {"el": 0.3}, "outputs": {"heat": 1}, "cost": self.number(0, 30)},
                    "far": {"inputs": {list(self.nodes)[-1]: 0.4}, "outputs": {"heat": 1}, "cost": 1},
                },
                **self.flexibility(),
            }
        if "h2" in self.nodes:  # two inputs, two outputs
            self.assets["electrolyser"] = {
                "kind": "converter",
                "rated": "el",
                "inputs": {"el": 1, "water": 0.2},
                "outputs": {"h2": 18, "heat": 0.5},
                "capacity": self.size(12, 2e4),
                **self.flexibility(),
            }
        if "oxide" in self.nodes:  # counted at the output, one input
            self.assets["furnace"] = {
                "kind": "converter",
                "rated": "oxide",
                "inputs": {"el": 2.5, "heat": 1.5},
                "outputs": {"oxide": 1},
                "capacity": self.size(2, 5e4),
                "cost": self.number(0, 50),
                **self.flexibility(),
            }

    def flexibility(self) -> Data:
        more: Data = {}
        if self.chance(0.3):
            more["min_load"] = self.number(0, 0.4)
        if self.chance(0.4):
            more["availability"] = self.series(0.5, 1)
        if self.chance(0.4):
            more["ramp_up"] = self.number(0.1, 1)
        if self.chance(0.4):
            more["ramp_down"] = self.number(0.1, 1)
        return more

    def storages(self) -> None:
        self.storage("battery", "el", 20, 2e4)
        if self.chance(0.5):
            self.storage("tank", "heat", 60, 3e3)
        for node, scale in (("h2", 500.0), ("oxide", 10.0)):
            if node in self.nodes:
                self.storage(f"store-{node}", node, scale, 1e5 / scale)

    def storage(self, name: str, node: str, scale: float, money: float) -> None:
        store: Data = {
            "kind": "storage",
            "node": node,
            "capacity": self.size(scale, money),
            "charge_efficiency": self.number(0.85, 1),
            "discharge_efficiency": self.number(0.85, 1),
            "standing_loss": self.number(0, 0.05),
            "cost": self.number(0, 5),
        }
        if self.chance(0.4):
            store["power"] = self.size(scale / 3, money)
        if self.chance(0.4):
            store["c_rate"] = self.number(0.2, 1)
        if self.chance(0.3):
            store["min_level"] = self.number(0, 0.3)
        if self.chance(0.5):
            store["initial"] = "free" if self.chance(0.4) else self.number(0.3, 1)
            if store["initial"] != "free":
                store["final"] = 0
            if self.chance(0.6):
                store["final"] = min(self.number(0, 0.8), self.reachable(store))
        self.assets[name] = store

    def reachable(self, store: Data) -> float:
        """A share of its capacity that the store can be filled to by the end, whichever sizes are chosen."""
        if store["initial"] == "free":
            return 1.0
        hours, shares = self.hours * self.steps, [store.get("c_rate", np.inf)]
        if "power" in store and store["power"].get("max") != "unlimited":
            power, capacity = store["power"], store["capacity"]
            shares.append(
                power.get("max", power.get("existing"))
                / max(capacity.get("min", 0.0), capacity.get("existing", 0.0), 1e-9)
            )
        full = store["initial"] + hours * min(shares) * store["charge_efficiency"]
        return min(1.0, int(900 * full * (1 - store["standing_loss"]) ** hours) / 1000) if full < 9 else 1.0

    def connections(self) -> None:
        if "far" in self.nodes:
            self.assets["line"] = {
                "kind": "connection",
                "from": "far",
                "to": "el",
                "capacity": self.size(8, 1e4),
                "loss": self.number(0, 0.1),
                "one_way": self.chance(0.4),
                "cost": self.number(0.1, 3),
            }

    def markets(self) -> None:
        grid: Data = {
            "kind": "market",
            "node": "el",
            "buy": {"price": self.series(200, 900)},
            "sell": {"price": self.series(0, 150), "max_rate": self.number(1, 10)},
        }
        kind = int(self.rng.integers(4))
        if kind == 1:
            grid["capacity"] = self.size(10, 2e4)
        elif kind > 1:
            charge = {"basis": "maximum-demand", "demand_price": self.number(1e4, 5e4)}
            if kind == 3:
                charge = {
                    "basis": "contracted",
                    "contract_price": self.number(1e4, 5e4),
                    "power_factor": self.number(0.8, 1),
                }
            self.tariffs["two-part"] = {"transmission": self.number(0, 100), "capacity_charge": charge}
            grid["tariff"] = "two-part"
        self.assets["grid"] = grid
        dear = {"electricity": 2000, "heat": 800, "hydrogen": 100, "oxide": 20000, "water": 50}
        for node, carrier in self.nodes.items():
            self.assets[f"rest-{node}"] = {
                "kind": "market",
                "node": node,
                "buy": {"price": dear[carrier]},
                "sell": {"price": -self.number(0.5, 2)},
            }


# --- parks and flows for accounts and rules ---------------------------------------------------------

PLAIN_PARK: dict[str, Any] = {
    "zeropark": 1,
    "name": "test",
    "time": {"start": "2025-01-01", "days": 1},
    "money": {"discount_rate": 0.06},
    "carriers": {"electricity": {"unit": "MWh", "kind": "electricity", "coal_equivalent": "0.1229 kgce/kWh"}},
    "nodes": {"bus": "electricity"},
}


def plain_park(data: Mapping[str, Any], series: Mapping[str, Any] | None = None) -> Park:
    """A park from the text of a park file; ``series``: column → values of any table."""
    document = Document("park.yaml", copy.deepcopy({**PLAIN_PARK, **data}))
    faults = with_packaged_tariffs(document)
    spec = ParkFile.model_validate(document.data, context=reading_of(document.data))
    clock, found = clock_of(spec.time, document)
    packs, more = packs_of(spec, Path(), document)
    if faults + found + more:
        raise InputError(faults + found + more)
    assert clock is not None
    arrays = {s.key: np.broadcast_to(np.asarray((series or {})[s.column], float), clock.steps).copy()
              for _, s in series_in(spec)}  # fmt: skip
    return Park(Path(), spec, clock, arrays, packs)


def flows_of(park: Park, rates: Mapping[tuple[str, str], Any]) -> Flows:
    """Flows with the given rates (numbers or arrays), and 0 for every other stream."""
    steps = park.clock.steps
    full = {stream.key: np.zeros(steps) for stream in streams_of(park)}
    full |= {key: np.broadcast_to(np.asarray(rate, float), steps).copy() for key, rate in rates.items()}
    return Flows(park.clock, full, net_flows(park, full), park.carriers_by_node)


def quantities_of(park: Park, flows: Flows, capacities: Mapping[tuple[str, str], float]) -> dict[Any, Any]:
    """What forms weigh: rates, capacities, and the peaks that the purchases make."""
    everything = dict(flows.rates)
    everything |= {key: np.array([value]) for key, value in capacities.items()}
    for name, _ in park.grid_markets():
        buy, month = flows.rates[(name, "buy")], park.clock.month_of_step
        everything[(name, "peak")] = np.array([buy[month == m].max() for m in range(month[-1] + 1)])
    return everything


@pytest.fixture(scope="session")
def park_of() -> Callable[..., Park]:
    return plain_park


@pytest.fixture(scope="session")
def with_flows() -> Callable[..., Flows]:
    return flows_of


@pytest.fixture(scope="session")
def quantities() -> Callable[..., dict[Any, Any]]:
    return quantities_of
