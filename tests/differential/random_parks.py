"""Random parks of every kind from a seed: the same park, and the same problem, for each seed.

``python tests/differential/random_parks.py 17`` tells what seed 17 is and what each solver finds;
``random_problem(17)`` gives its problem. The kind goes by the seed (``kind_of``): ordinary parks, and those
that solvers find hard: no costs, equal prices, units far apart, nothing available, capacities at their bounds, one
step, one asset, no plan at all, money for nothing.
"""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from zeropark.accounts.standard import accounts_of
from zeropark.clock import Clock
from zeropark.forms import Array
from zeropark.optimize.certificate import limit_residual, lower_bound
from zeropark.optimize.options import SolverName, SolverOptions, silent
from zeropark.optimize.problem import Problem
from zeropark.optimize.run import run_solver
from zeropark.park.fields import Reading, Series
from zeropark.park.model import Park
from zeropark.park.spec import ParkFile
from zeropark.planning import built
from zeropark.rules.build import enforced, rules_of

Data = dict[str, Any]

KINDS = (
    "plain", "quarter hours", "stores", "network", "materials", "rules", "peaks", "unlimited", "zero costs",
    "equal prices", "wide units", "dark", "at bounds", "single step", "two steps", "single asset", "long",
    "ramps", "short of supply", "money for nothing",
)  # fmt: skip
STEPS = {
    "single step": (1, 1), "two steps": (2, 2), "single asset": (1, 30), "long": (200, 400), "network": (6, 30),
    "quarter hours": (24, 120),
}  # fmt: skip
USUAL_STEPS = (12, 72)
CARRIERS: Data = {
    "electricity": ("MWh", "electricity"),
    "heat": ("GJ", "heat"),
    "hydrogen": ("kg", "hydrogen"),
    "oxide": ("t", "material"),
    "water": ("m3", "water"),
}
USUAL = {"electricity": 10.0, "heat": 30.0, "hydrogen": 200.0, "oxide": 2.0, "water": 40.0}
"""A usual rate, carrier units per hour, before units are stretched."""
DEAR = {"electricity": 2000.0, "heat": 800.0, "hydrogen": 100.0, "oxide": 20000.0, "water": 50.0}
"""What a unit costs when nothing else gives it, money."""
VERDICTS = {"short of supply": "infeasible", "money for nothing": "unbounded"}
"""Kinds that never have an optimum; a few parks of other kinds have none either."""


def kind_of(seed: int) -> str:
    """What is particular about the park of a seed."""
    return KINDS[seed % len(KINDS)]


def random_park(seed: int) -> Park:
    """The park of a seed."""
    return _Draw(seed).park()


def random_problem(seed: int) -> Problem:
    """The least-cost problem of a seed's park, its own limits included."""
    return problem_of(random_park(seed))


def problem_of(park: Park) -> Problem:
    """As ``zeropark plan`` makes it."""
    accounts = accounts_of(park)
    return built(park, accounts, enforced(rules_of(park, accounts)), silent)[0]


class _Draw:
    """Dice, and the park file that they make."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng([seed, 3])
        self.kind = kind_of(seed)
        low, high = STEPS.get(self.kind, USUAL_STEPS)
        self.steps = int(self.rng.integers(low, high + 1))
        quarter = self.kind == "quarter hours" or (self.kind != "long" and self.chance(0.2))
        self.hours = 0.25 if quarter else 1.0
        self.nodes: dict[str, str] = {"el": "electricity"}
        self.scale = dict.fromkeys(CARRIERS, 1.0)
        self.assets: Data = {}
        self.tariffs: Data = {}
        self.limits: Data = {}
        self.arrays: dict[str, Array] = {}
        self.free = self.kind == "zero costs" and self.chance(0.5)
        if self.kind == "wide units":
            for carrier in CARRIERS:
                far = (-4, -2, 0, 3, 6)[int(self.rng.integers(5))]
                self.scale[carrier] = (
                    (1e3, 1.0, 1e-3)[int(self.rng.integers(3))] if carrier == "electricity" else 10.0**far
                )

    # --- dice

    def chance(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def number(self, low: float, high: float) -> float:
        return float(f"{self.rng.uniform(low, high):.4g}")

    def series(self, values: Array | list[float]) -> Series:
        column = Series(None, "t", f"c{len(self.arrays)}")
        self.arrays[column.key] = np.array([float(f"{value:.4g}") for value in values])
        return column

    def availability(self, low: float = 0.0) -> Series:
        if self.kind == "dark":
            return self.series(np.zeros(self.steps))
        if self.chance(0.5):  # daylight
            at = (np.arange(self.steps) * self.hours + self.number(0, 24)) / 24
            return self.series(np.clip(np.sin(2 * np.pi * at), 0, 1) * self.number(0.5, 1) * (1 - low) + low)
        return self.series(self.rng.uniform(low, 1, self.steps))

    def unit_size(self, node: str) -> float:
        """A usual rate at the node, in the units of its carrier as stretched."""
        carrier = self.nodes[node]
        return USUAL[carrier] * self.scale[carrier]

    def amount(self, node: str, low: float, high: float) -> float:
        """A rate at the node, as shares of its usual one."""
        return float(f"{self.number(low, high) * self.unit_size(node):.4g}")

    def price(self, node: str, low: float, high: float) -> float:
        """Money for one unit at the node, as shares of a quarter of what it is worth when it is dear."""
        if self.free:
            return 0.0
        share = 0.2 if self.kind == "equal prices" else self.number(low, high)
        return float(f"{share * DEAR[self.nodes[node]] / 4 / self.scale[self.nodes[node]]:.4g}")

    def prices(self, node: str, low: float, high: float) -> float | Series:
        if self.kind in ("equal prices", "zero costs") or self.chance(0.4):
            return self.price(node, low, high)
        return self.series([self.price(node, low, high) for _ in range(self.steps)])

    def money(self, node: str, of: float) -> float:
        """Yearly money for one unit of capacity that bites within a day; ``of`` MW electric's 1e5."""
        if self.kind in ("zero costs", "equal prices"):
            return 0.0
        return float(f"{self.number(0.02, 1) * of * 1e6 / self.unit_size(node):.4g}")

    def size(self, node: str, share: float, of: float = 1.0) -> Data:
        """A capacity: as it is, or to be chosen. share: of the usual rate."""
        some = float(f"{self.amount(node, 0.3, 1.0) * share:.4g}")
        if self.kind == "at bounds":
            room = (0.0, 1e-6, 1.0)[int(self.rng.integers(3))]
            return {"existing": some, "max": some * (1 + room), "fixed_cost": self.money(node, 0.1 * of)}
        if self.chance(0.35) and self.kind != "unlimited":
            return {"existing": some, "fixed_cost": self.money(node, 0.1 * of)}
        endless = self.chance(0.8 if self.kind == "unlimited" else 0.15)
        size: Data = {"max": "unlimited" if endless else 2 * some}
        if self.chance(0.4):
            size["existing"] = 0.3 * some
        elif self.chance(0.3):
            size["min"] = 0.3 * some
        return size | {
            "investment": self.money(node, of),
            "lifetime": 10,
            "fixed_cost": self.money(node, 0.1 * of),
        }

    # --- assets

    def source(self, name: str, node: str, origin: str = "solar") -> None:
        self.assets[name] = {
            "kind": "source", "node": node, "capacity": self.size(node, 2.0), "availability": self.availability(),
            "must_run": self.chance(0.2), "origin": origin,
            "cost": self.price(node, 0, 0.1) if self.chance(0.4) else 0.0,
        }  # fmt: skip

    def demand(self, name: str, node: str) -> None:
        size = self.unit_size(node)
        data: Data = {"kind": "demand", "node": node}
        if self.chance(0.65):
            shape = self.rng.uniform(0.1, 1, self.steps) if self.chance(0.8) else np.full(self.steps, 0.5)
            data["profile"] = self.series(size * shape)
            if self.chance(0.4):
                window = self.hours * int(self.rng.integers(1, min(self.steps, 24) + 1))
                data["shift"] = {"share": self.number(0, 1), "window": window}
        else:
            per = ("day", "month", "year")[int(self.rng.integers(3))]
            hours = {"day": 24, "month": 730, "year": 8760}[per]
            data["target"] = {"amount": float(f"{self.number(0.1, 0.8) * size * hours:.4g}"), "per": per}
            if self.chance(0.6):
                data["target"] |= {"min_rate": 0.05 * size, "max_rate": 1.5 * size}
        if self.chance(0.3) and self.kind != "short of supply":
            data["unserved_price"] = self.price(node, 1, 5)
        if self.chance(0.2):
            data["price"] = self.price(node, 0, 0.2)
        self.assets[name] = data

    def storage(self, name: str, node: str) -> None:
        data: Data = {
            "kind": "storage", "node": node, "capacity": self.size(node, 3.0, 0.1),
            "charge_efficiency": self.number(0.8, 1) if self.chance(0.8) else 1.0,
            "discharge_efficiency": self.number(0.8, 1) if self.chance(0.8) else 1.0,
            "standing_loss": self.number(0, 0.05) if self.chance(0.5) else 0.0,
            "cost": self.price(node, 0, 0.02),
        }  # fmt: skip
        if self.chance(0.5):
            data["power"] = self.size(node, 1.0, 0.1)
        if self.chance(0.4):
            data["c_rate"] = self.number(0.1, 1)
        if self.chance(0.3):
            data["min_level"] = self.number(0, 0.3)
        if self.chance(0.6):
            data["initial"] = "free" if self.chance(0.4) else self.number(0.3, 0.8)
            if data["initial"] == "free":
                data["final"] = self.number(0, 0.8)
            elif self.chance(0.5):
                data["final"] = self.number(0, data["initial"])
        self.assets[name] = data

    def port(self, rated: str, node: str, ratio: float) -> float:
        """Units at ``node`` for one at ``rated``; ``ratio``: in usual rates."""
        return float(f"{ratio * self.unit_size(node) / self.unit_size(rated):.4g}")

    def converter(self, name: str, source: str, target: str, *more: str) -> None:
        rated = source if self.chance(0.6) else target
        ratio = 1.0 if self.kind == "equal prices" else self.number(0.5, 1.0)
        ports: Data = {
            "inputs": {source: 1.0 if rated == source else self.port(rated, source, 1 / ratio)},
            "outputs": {target: 1.0 if rated == target else self.port(rated, target, ratio)},
        }
        for node in more:
            ports["inputs" if node == "water" else "outputs"][node] = self.port(rated, node, 0.1)
        if rated == source and self.chance(0.3):
            each = ports["outputs"][target] * self.rng.uniform(0.8, 1.1, self.steps)
            ports["outputs"][target] = self.series(each)
        data: Data = {"kind": "converter", "rated": rated, "capacity": self.size(rated, 2.0)}
        if self.chance(0.3):
            other = {**ports, "cost": self.price(rated, 0, 0.1)}
            data["modes"] = {"one": ports, "two": other}
        else:
            data |= ports
        data["cost"] = self.price(rated, 0, 0.05)
        if self.chance(0.3):
            data["availability"] = self.availability(0.4)
        if self.chance(0.3):
            data["min_load"] = self.number(0, 0.3)
        for ramp in ("ramp_up", "ramp_down"):
            if self.chance(1.0 if self.kind == "ramps" else 0.25):
                data[ramp] = self.number(0.05, 0.6)
        self.assets[name] = data

    def line(self, name: str, start: str, end: str) -> None:
        self.assets[name] = {
            "kind": "connection", "from": start, "to": end, "capacity": self.size(start, 1.5, 0.1),
            "loss": self.number(0, 0.1) if self.chance(0.7) else 0.0, "one_way": self.chance(0.3),
            "cost": self.price(start, 0, 0.01),
        }  # fmt: skip

    def grid(self, name: str, node: str) -> None:
        data: Data = {
            "kind": "market",
            "node": node,
            "origin": "grid",
            "buy": {"price": self.prices(node, 0.3, 2)},
        }
        if self.chance(0.7):
            data["sell"] = {"price": self.prices(node, 0, 0.25)}
            if self.chance(0.6):
                data["sell"]["max_rate"] = self.amount(node, 0.1, 1)
        if self.chance(0.3):
            data["capacity"] = self.size(node, 2.0)
        if self.chance(0.3):
            data["buy"]["max_rate"] = self.amount(node, 0.5, 3)
        if self.chance(0.3):
            data["certificates"] = {"price": self.price(node, 0, 0.1), "max_share": self.number(0.2, 1)}
        charge: Data = {
            "basis": "maximum-demand",
            "demand_price": 0.0 if self.free else self.number(1e3, 5e4),
        }
        if self.chance(0.4):
            charge = {"basis": "contracted", "contract_price": self.number(1e3, 5e4), "power_factor": 0.9}
        if self.chance(0.9 if self.kind == "peaks" else 0.3):
            self.tariffs[name] = {"transmission": self.price("el", 0, 0.2), "capacity_charge": charge}
            data["tariff"] = name
        self.assets[name] = data

    def backup(self, node: str) -> None:
        """Whatever is missing can be bought dearly, whatever is too much can be left at a small price."""
        dear = 0.0 if self.free else DEAR[self.nodes[node]] / self.scale[self.nodes[node]]
        data: Data = {"kind": "market", "node": node, "origin": "fossil", "buy": {"price": dear}}
        data["sell"] = {"price": -self.price(node, 0.001, 0.01)}
        if self.chance(0.5):
            data["buy"]["max_rate"] = 20 * self.unit_size(node)
        self.assets[f"rest-{node}"] = data

    # --- parks

    def park(self) -> Park:
        if self.kind == "single asset":
            self.single()
        elif self.kind == "network":
            self.network()
        else:
            self.usual()
        return self.build()

    def usual(self) -> None:
        more = 1.0 if self.kind in ("materials", "wide units") else 0.35
        for share, nodes in (
            (0.6, {"heat": "heat"}),
            (0.35, {"far": "electricity"}),
            (more, {"h2": "hydrogen", "water": "water"}),
            (more * 0.7, {"oxide": "oxide"}),
        ):
            if self.chance(share):
                self.nodes |= nodes
        self.source("pv", "el")
        if self.chance(0.6):
            self.source("wind", "far" if "far" in self.nodes else "el", "wind")
        for node in self.nodes:
            if node != "water" and self.chance(0.9):
                self.demand(f"load-{node}", node)
            if self.chance(0.9 if self.kind == "stores" else 0.4):
                self.storage(f"store-{node}", node)
        plants = {"boiler": ("el", "heat"), "electrolyser": ("el", "h2", "water"), "furnace": ("el", "oxide")}
        for name, ends in plants.items():
            if ends[1] in self.nodes:
                self.converter(name, *ends)
        if "far" in self.nodes:
            self.line("line", "far", "el")
        if self.chance(0.85):
            self.grid("grid", "el")
        self.special()

    def special(self) -> None:
        """What makes the kind: the supply that never fails or fails, money for nothing, own limits."""
        if self.kind == "short of supply":
            self.shortage()
            return
        for node in self.nodes:
            if self.kind != "at bounds" or self.chance(0.7):
                self.backup(node)
        if self.kind == "at bounds":
            profile = self.series(np.where(self.rng.random(self.steps) < 0.5, 5.0, 1.0))
            self.assets["exact-load"] = {"kind": "demand", "node": "el", "profile": profile}
            self.assets["exact"] = {"kind": "source", "node": "el", "capacity": {"existing": 5.0}}
        if self.kind == "money for nothing":
            self.gift()
        if self.kind == "rules":
            self.rules()

    def shortage(self) -> None:
        """One of: too little power, a target out of reach, a store that cannot be filled, rules that clash."""
        which = int(self.rng.integers(4))
        if which > 0:
            for node in self.nodes:
                self.backup(node)
        if which == 0:
            self.assets["extra"] = {"kind": "demand", "node": "el", "profile": 30 * self.unit_size("el")}
            for name in [name for name, asset in self.assets.items() if asset["kind"] == "market"]:
                self.assets[name]["buy"]["max_rate"] = self.unit_size("el")
            self.assets["pv"]["capacity"] = {"existing": 1.0}
            if "wind" in self.assets:
                self.assets["wind"]["capacity"] = {"max": 10.0}
        elif which == 1:
            target = {"amount": 24.01, "per": "day", "max_rate": 1.0}
            self.assets["goal"] = {"kind": "demand", "node": "el", "target": target}
        elif which == 2:
            store: Data = {"kind": "storage", "node": "el", "capacity": 10.0 * self.steps, "power": 1.0}
            store |= {"standing_loss": 0.1, "initial": 0.0, "final": 1.0}
            self.assets["leak"] = store
        else:
            self.assets["must"] = {"kind": "demand", "node": "el", "profile": 5.0}
            self.limits["all-green"] = {
                "left": "green_self_used", "sense": "at least", "limit": 1.001, "right": "electricity_use",
            }  # fmt: skip

    def gift(self) -> None:
        """One of: a free source without end, a market that pays more than another asks, pay for burning."""
        which = int(self.rng.integers(3))
        if which == 0:
            endless = {"max": "unlimited", "investment": 1e-3, "lifetime": 10}
            self.assets["gift"] = {"kind": "source", "node": "el", "capacity": endless}
            self.assets["customer"] = {"kind": "market", "node": "el", "sell": {"price": 100.0}}
        elif which == 1:
            asks = self.series(self.rng.uniform(50, 90, self.steps))
            self.assets["seller"] = {"kind": "market", "node": "el", "buy": {"price": asks}}
            self.assets["customer"] = {"kind": "market", "node": "el", "sell": {"price": 90.5}}
        else:
            self.assets["seller"] = {"kind": "market", "node": "el", "buy": {"price": -1.0}}
            self.assets["burner"] = {
                "kind": "storage", "node": "el", "capacity": 1.0,
                "charge_efficiency": 0.5, "discharge_efficiency": 0.5,
            }  # fmt: skip

    def rules(self) -> None:
        mild = self.number(0.05, 0.3)
        every: Data = {
            "green": {
                "left": "green_self_used",
                "sense": "at least",
                "limit": mild,
                "right": "electricity_use",
            },
            "export": {"left": "grid_export", "limit": self.number(0, 0.3), "right": "green_generation"},
            "curtailed": {"left": "curtailment", "limit": self.number(0.2, 0.6), "right": "green_available"},
            "bought": {
                "left": "grid_purchase",
                "limit": f"{self.number(1, 8) * self.steps * self.hours:.4g} MWh",
            },
            "cycles": {"left": "battery_discharge", "limit": f"{self.number(1, 20):.4g} MWh"},
        }
        self.limits = {name: rule for name, rule in every.items() if self.chance(0.5)}

    def single(self) -> None:
        which = int(self.rng.integers(6))
        if which == 0:
            self.source("only", "el")
            self.assets["only"]["must_run"] = False
        elif which == 1:
            self.demand("only", "el")
            self.assets["only"] |= {"unserved_price": 100.0}
        elif which == 2:
            self.storage("only", "el")
        elif which == 3:
            self.grid("only", "el")
        elif which == 4:
            self.nodes["far"] = "electricity"
            self.line("only", "el", "far")
        else:
            self.nodes["heat"] = "heat"
            self.converter("only", "el", "heat")
            self.assets["only"].pop("min_load", None)

    def network(self) -> None:
        count = int(self.rng.integers(3, 9))
        self.nodes = {f"n{i}": "electricity" for i in range(count)}
        for i, node in enumerate(self.nodes):
            self.line(f"line-{i}", node, f"n{(i + 1) % count}")
            for share, add in ((0.6, self.source), (0.8, self.demand), (0.4, self.storage)):
                if self.chance(share):
                    add(f"{add.__name__}-{i}", node)
        self.nodes["el"] = "electricity"
        self.line("trunk", "el", "n0")
        self.grid("grid", "el")
        for node in self.nodes:
            if self.chance(0.7):
                self.backup(node)
        self.backup("n0")

    # --- from data to the park

    def build(self) -> Park:
        used = {name: CARRIERS[name] for name in set(self.nodes.values())}
        carriers = {name: {"unit": unit, "kind": kind} for name, (unit, kind) in used.items()}
        if "electricity" in carriers:
            carriers["electricity"]["unit"] = {1e3: "kWh", 1.0: "MWh", 1e-3: "GWh"}[self.scale["electricity"]]
        data: Data = {
            "zeropark": 1, "name": "random", "time": {"start": "2025-01-31", "days": 1, "step": 60 * self.hours},
            "money": {"discount_rate": 0.05}, "tables": {"t": {"file": "t.csv"}}, "carriers": carriers,
            "nodes": self.nodes, "tariffs": self.tariffs, "assets": self.assets, "limits": self.limits,
        }  # fmt: skip
        units = {name: carrier["unit"] for name, carrier in carriers.items()}
        spec = ParkFile.model_validate(data, context=Reading(carriers=units, nodes=dict(self.nodes)))
        zone = ZoneInfo(spec.time.zone)
        evening = pd.Timestamp("2025-01-31 18:00").tz_localize(zone).tz_convert("UTC").to_pydatetime()
        return Park(Path(), spec, Clock(evening, timedelta(hours=self.hours), self.steps, zone), self.arrays)


def describe(seed: int, solvers: tuple[SolverName, ...]) -> str:
    """What the park of a seed is, and what each solver finds, in lines for people."""
    park, problem = random_park(seed), random_problem(seed)
    lines = [
        f"seed {seed}: {kind_of(seed)}, {park.clock.steps} steps of {park.clock.step_hours:g} h, "
        f"{problem.row_lower.size} rows, {problem.cost.size} columns, {problem.matrix.nnz} nonzeros",
        *(f"  {name}: {asset!r}" for name, asset in park.assets.items()),
        f"  limits: {', '.join(park.spec.limits) or 'none'}",
    ]
    for solver in solvers:
        run = run_solver(problem, SolverOptions(solver=solver))
        line = f"{solver}: {run.status}, cost {run.objective:.12g}, {run.iterations} iterations, {run.seconds:.2f} s"
        if run.status == "optimal" and run.row_duals is not None:
            bound = lower_bound(problem, run.row_duals, run.x)
            line += (
                f", bound {bound.value:.12g}, residual {limit_residual(problem, run.x):.1e} {bound.assumed}"
            )
        lines.append(line)
    return "\n".join(lines)


if __name__ == "__main__":
    print(describe(int(sys.argv[1]), ("simplex", "ipx", "arrowhead")))
