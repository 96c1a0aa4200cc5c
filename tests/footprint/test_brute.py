"""Footprints against the slow expansion of ``brute.py``: random parks in quarter hours, part of the time, with modes."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import build_park
from tests.footprint.brute import expansion
from tests.footprint.small import attributed, factor, flows_of, footprints

from zeropark.park.period import Period

STEPS, HOURS = 24, 0.25
UNIT = {"n0": "t", "n1": "kg", "n2": "t", "n3": "t", "n4": "kg", "n5": "t"}
"""n1 is a fuel, n3 is waste, n5 hangs on n0 by a belt that runs both ways."""


def draw(seed: int) -> tuple[Any, ...]:
    """Three converters (one with modes that give different things, one that switches fuels), a store, a belt, loads."""
    rng = np.random.default_rng(seed)
    carriers: dict[str, Any] = {
        n: {"unit": u, "worth": {"price": float(rng.uniform(1, 9))}} for n, u in UNIT.items()
    }
    carriers["n1"]["combustion"] = 0.002
    carriers["n3"] = {"unit": "t", "kind": "waste"}
    carriers["electricity"] = {"unit": "MWh", "kind": "electricity"}
    nodes = {n: n for n in UNIT} | {"bus": "electricity", "n5": "n0"}
    del carriers["n5"]

    def some(low: float = 0.1, high: float = 1.0) -> float:
        return float(rng.uniform(low, high))

    base = {"kind": "converter", "capacity": 999}
    assets: dict[str, Any] = {
        "plain": base | {"rated": "n2", "inputs": {"n0": some(), "n1": some(1, 50), "bus": some()},
                         "outputs": {"n2": 1, "n4": some(10, 300), "n3": some()}, "emissions": some()},
        "apart": base | {"rated": "n0", "emissions": some(), "other_ghg": some(),
                         "modes": {"a": {"inputs": {"n2": some(0.1, 0.4), "bus": some()}, "outputs": {"n0": 1},
                                         "emissions": some()},
                                   "b": {"inputs": {"n0": 1, "n1": some(1, 50)},
                                         "outputs": {"n4": some(10, 300), "n3": some()}}}},
        "switch": base | {"rated": "n4", "modes": {
            "fuel": {"inputs": {"n1": some(0.1, 2)}, "outputs": {"n4": 1}, "emissions": some() / 1000},
            "power": {"inputs": {"bus": some() / 1000}, "outputs": {"n4": 1}}}},
        "stock": {"kind": "storage", "node": "n2", "capacity": 999, "charge_efficiency": 0.9, "standing_loss": 0.01,
                  "discharge_efficiency": 0.8, "initial": "free"},
        "belt": {"kind": "connection", "from": "n0", "to": "n5", "capacity": 999, "loss": 0.05},
        "pump": {"kind": "demand", "node": "n0", "profile": 1, "serves": "apart"},
        "fan": {"kind": "demand", "node": "bus", "profile": 1, "serves": "apart"},
        "office": {"kind": "demand", "node": "bus", "profile": 1},
        "wind": {"kind": "source", "node": "bus", "capacity": 999, "upstream": "wind", "origin": "wind"},
        "grid": {"kind": "market", "node": "bus", "buy": {"price": 1}, "upstream": "grid", "origin": "grid"},
    }  # fmt: skip
    rates: dict[tuple[str, str], Any] = {}
    for name, way in (("plain", ""), ("apart", "a"), ("apart", "b"), ("switch", "fuel"), ("switch", "power")):
        rates[name, f"activity:{way}"] = rng.uniform(0, 3, STEPS) * (rng.random(STEPS) < 0.8) + 1e-3
    forth = rng.random(STEPS) < 0.6
    rates["belt", "forward"], rates["belt", "backward"] = (
        rng.uniform(0.1, 2, STEPS) * x for x in (forth, ~forth)
    )
    rates["pump", "intake"], rates["fan", "intake"] = rng.uniform(0, 1, STEPS), rng.uniform(0, 1, STEPS)
    charge = rng.uniform(0, 2, STEPS) * (rng.random(STEPS) < 0.5)
    discharge = np.where(charge > 0, 0.0, rng.uniform(0, 0.4, STEPS))
    level, levels = 10.0, []
    for i, o in zip(charge, discharge, strict=True):
        level = level * 0.99**HOURS + HOURS * (0.9 * i - o / 0.8)
        levels.append(level)
    rates |= {
        ("stock", "charge"): charge,
        ("stock", "discharge"): discharge,
        ("stock", "level"): np.array(levels),
    }
    for node in UNIT:
        assets[f"buy-{node}"] = {"kind": "market", "node": node, "buy": {"price": 1}, "upstream": f"u-{node}"}
        assets[f"gate-{node}"] = {"kind": "demand", "node": node, "profile": 1}
    factors = {f"u-{n}": factor(some(), str(rng.choice(["t", "kg"]))) for n in UNIT}
    factors |= {"wind": factor(0.03, "MWh"), "grid": factor(0.6, "MWh")}
    sections = {"factors": factors, "footprint": {
        "products": {n: {"node": n} for n in UNIT}, "runs": 100,
        "allocation": {"plain": str(rng.choice(["mass", "economic"]))}}}  # fmt: skip
    park = build_park(assets, nodes, steps=STEPS, hours=HOURS, carriers=carriers, **sections)
    net = flows_of(park, rates).net
    for node, unit in UNIT.items():
        balance = sum((flow for (_, at), flow in net.items() if at == node), np.zeros(STEPS))
        least = 0.3 if unit == "t" else 30.0
        rates[f"buy-{node}", "buy"] = np.maximum(least - balance, 0.0)
        rates[f"gate-{node}", "intake"] = balance + rates[f"buy-{node}", "buy"]
    power = {name: -net[name, "bus"] for name in ("plain", "apart", "switch", "fan")} | {
        "office": np.ones(STEPS)
    }
    total = sum(power.values()) / 0.97
    wind = rng.random(STEPS) * total
    rates |= {("wind", "output"): wind, ("grid", "buy"): total - wind, ("office", "intake"): power["office"]}
    share = {name: HOURS * use / sum(power.values()) for name, use in power.items()}
    att = attributed(park, {n: {"wind": s * wind, "grid": s * (total - wind)} for n, s in share.items()})
    first = int(rng.integers(0, STEPS // 2))
    day = date(2025, 1, 1)
    return (
        park,
        flows_of(park, rates),
        att,
        Period("part", day, day, first, int(rng.integers(first + 4, STEPS + 1))),
    )


@given(st.integers(0, 10**6))
@settings(max_examples=20, deadline=None)
def test_the_slow_expansion_gives_the_same(seed: int) -> None:
    park, flows, att, period = draw(seed)
    slow = expansion(park, flows, att, period)
    for name, found in footprints(park, flows, att, period).items():
        assert found.value == pytest.approx(slow.footprint(name), rel=1e-8), name
        assert sum(line.kgco2e for line in found.contributions) == pytest.approx(found.value, rel=1e-9)
