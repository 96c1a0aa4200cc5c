"""Random parks of materials and electricity with flows that balance at every node in every step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from tests.footprint.small import STEPS, attributed, factor, flows_of, park_of

from zeropark.carbon.attribution import Attribution
from zeropark.flows import Flows
from zeropark.park.model import Park

WAYS = ("mass", "economic")


@dataclass(frozen=True)
class Made:
    """converters: name → (rated activity of each step)."""

    park: Park
    flows: Flows
    attribution: Attribution


def draw_park(seed: int, stock: bool = False, embodied: bool = False) -> Made:
    """stock: stores may end fuller or emptier than they began."""
    rng = np.random.default_rng(seed)
    names = [f"n{i}" for i in range(int(rng.integers(4, 8)))]
    carriers: dict[str, Any] = {n: {"unit": "t", "worth": {"price": float(rng.uniform(1, 9))}} for n in names}
    carriers["n1"]["combustion"] = 1.7
    carriers["n3"]["kind"] = "waste"
    if rng.random() < 0.5:
        del carriers["n3"]["worth"]
    carriers["electricity"] = {"unit": "MWh", "kind": "electricity", "worth": {"price": 5.0, "mass": 0.3}}
    nodes = {n: n for n in names} | {"yard": "n0", "bus": "electricity"}
    assets: dict[str, Any] = {}
    rates: dict[tuple[str, str], Any] = {}
    allocation: dict[str, str] = {}
    net = {node: np.zeros(STEPS) for node in nodes}
    for k in range(int(rng.integers(3, 7))):
        _converter(rng, k, names, assets, rates, allocation, net)
    _store(rng, names[2], assets, rates, net, stock)
    assets["belt"] = {
        "kind": "connection",
        "from": "yard",
        "to": "n0",
        "capacity": 99,
        "loss": 0.05,
        "one_way": True,
    }
    sent = rng.uniform(0, 2, STEPS)
    rates["belt", "forward"] = sent
    net["yard"] -= sent
    net["n0"] += 0.95 * sent
    assets["pump"] = {"kind": "demand", "node": "n2", "profile": 1, "serves": "c0"}
    rates["pump", "intake"] = rng.uniform(0, 1, STEPS)
    net["n2"] -= rates["pump", "intake"]
    for node in (*names, "yard"):
        assets[f"buy-{node}"] = {"kind": "market", "node": node, "buy": {"price": 1}, "upstream": f"u-{node}"}
        assets[f"gate-{node}"] = {"kind": "demand", "node": node, "profile": 1}
        net[node] -= 0.3  # something of everything leaves
        rates[f"buy-{node}", "buy"] = np.maximum(-net[node], 0)
        rates[f"gate-{node}", "intake"] = 0.3 + np.maximum(net[node], 0)
    supplied = _electricity(rng, assets, rates, net)
    factors = {
        f"u-{n}": factor(float(rng.uniform(0, 3)), primary=bool(rng.random() < 0.5), spread=1.3)
        for n in (*names, "yard")
    }
    factors |= {"wind": factor(0.03, "MWh"), "grid": factor(0.6, "MWh", spread=1.1)}
    if embodied:
        for name in ("c0", "stock", "belt", "wind"):
            assets[name]["capacity"] = {"max": 99, "embodied": 700, "lifetime": 20}
    footprint = {
        "products": {n: {"node": n} for n in (*names, "yard")},
        "allocation": allocation,
        "runs": 100,
        "embodied": embodied,
    }
    park = park_of(assets, nodes, carriers, factors=factors, footprint=footprint)
    sizes = {(name, "capacity"): 50.0 for name, asset in assets.items() if "capacity" in asset}
    return Made(park, flows_of(park, rates, sizes), attributed(park, supplied))


def _converter(rng, k, names, assets, rates, allocation, net) -> None:
    inputs = rng.choice(names, size=int(rng.integers(1, 3)), replace=False).tolist()
    rest = [n for n in names if n not in inputs and n != "n3"]
    outputs = rng.choice(rest, size=min(int(rng.integers(1, 3)), len(rest)), replace=False).tolist()
    if "n3" not in inputs and rng.random() < 0.5:
        outputs.append("n3")
    takes = {n: float(rng.uniform(0.1, 1)) for n in inputs}
    gives = {n: float(rng.uniform(0.1, 1)) for n in outputs}
    gives[outputs[0]] = 1.0
    name = f"c{k}"
    assets[name] = {"kind": "converter", "rated": outputs[0], "inputs": {**takes, "bus": 0.4}, "outputs": gives,
                    "capacity": 99, "emissions": float(rng.uniform(0, 1)),
                    "other_ghg": float(rng.uniform(0, 0.1))}  # fmt: skip
    allocation[name] = str(rng.choice(WAYS))
    activity = rng.uniform(0, 3, STEPS) * (rng.random(STEPS) < 0.8)
    activity[0] += 0.5
    if name == "c1":  # generates, too
        assets[name]["outputs"] = {**gives, "bus": 0.7}
        del assets[name]["inputs"]["bus"]
        net["bus"] += 0.7 * activity
    else:
        net["bus"] -= 0.4 * activity
    rates[name, "activity:"] = activity
    for n, amount in takes.items():
        net[n] -= amount * activity
    for n, amount in gives.items():
        net[n] += amount * activity


def _store(rng, node, assets, rates, net, stock) -> None:
    """Charged in the first half, discharged in the second, with losses."""
    assets["stock"] = {"kind": "storage", "node": node, "capacity": 99, "charge_efficiency": 0.9,
                       "discharge_efficiency": 0.8, "initial": "free"}  # fmt: skip
    charge = np.where(np.arange(STEPS) < 2, rng.uniform(1, 2, STEPS), 0.0)
    discharge = np.where(np.arange(STEPS) >= 2, 1.0, 0.0) * 0.72 * charge.sum() / 2
    if stock:
        discharge *= rng.choice([0.4, 1.3])
    level = 10.0 + np.cumsum(0.9 * charge - discharge / 0.8)
    rates |= {("stock", "charge"): charge, ("stock", "discharge"): discharge, ("stock", "level"): level}
    net[node] += discharge - charge


def _electricity(rng, assets, rates, net) -> dict[str, dict[str, Any]]:
    """Wind, grid and the generator serve converters and an office, pro rata in each step, with 3 % losses on the way."""
    assets["wind"] = {"kind": "source", "node": "bus", "capacity": 99, "upstream": "wind", "origin": "wind"}
    assets["grid"] = {
        "kind": "market",
        "node": "bus",
        "buy": {"price": 1},
        "upstream": "grid",
        "origin": "grid",
    }
    assets["office"] = {"kind": "demand", "node": "bus", "profile": 1}
    office = rng.uniform(1, 2, STEPS)
    uses = {"office": office}
    for name, asset in assets.items():
        if asset["kind"] == "converter" and "bus" in asset["inputs"]:
            uses[name] = 0.4 * rates[name, "activity:"]
    total = sum(uses.values()) / 0.97
    made = 0.7 * rates["c1", "activity:"]
    total = np.maximum(total, made)  # what the generator gives beyond is lost with the rest
    wind = rng.uniform(0, 1, STEPS) * (total - made)
    by = {"wind": wind, "grid": total - made - wind, "c1": made}
    rates |= {("wind", "output"): wind, ("grid", "buy"): by["grid"], ("office", "intake"): office}
    return {
        name: {o: use / sum(uses.values()) * amount for o, amount in by.items()} for name, use in uses.items()
    }
