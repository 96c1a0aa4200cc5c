"""Plants for the efficiency tests: one converter, metered for a day at a constant rate."""

from __future__ import annotations

from typing import Any

import numpy as np

from zeropark.efficiency.readings import efficiency_of
from zeropark.efficiency.result import ProcessReading
from zeropark.flows import Flows
from zeropark.park.model import Park
from zeropark.park.period import whole

Data = dict[str, Any]
HOURS = 24
CARRIERS: Data = {
    "electricity": {"unit": "MWh", "kind": "electricity"},
    "coal": {"unit": "t", "kind": "fuel", "coal_equivalent": 0.7143},
    "coke": {"unit": "t", "kind": "fuel", "coal_equivalent": 0.9714},
    "gas": {"unit": "GJ", "kind": "fuel", "coal_equivalent": 0.03412},
    "steam": {"unit": "GJ", "kind": "heat", "coal_equivalent": 0.03412},
    "product": {"unit": "t", "kind": "material", "worth": {"element": 0.8}},
    "other": {"unit": "t", "kind": "material", "worth": {"element": 0.5}},
}
NODES = {"el": "electricity", "coal": "coal", "coke": "coke", "gas": "gas", "steam": "steam"}
NODE_OF = {carrier: node for node, carrier in NODES.items()}


def plant(
    inputs: dict[str, float], outputs: dict[str, float], process: Data, **more: Data
) -> tuple[Data, Data]:
    """Assets and sections of a plant ``works``: amounts of carriers per tonne of product."""
    assets: Data = {
        "works": {
            "kind": "converter",
            "rated": "out",
            "capacity": 1000,
            "inputs": {NODE_OF[name]: amount for name, amount in inputs.items()},
            "outputs": {"out": 1, **{NODE_OF.get(name, name): amount for name, amount in outputs.items()}},
        },
        **more.pop("assets", {}),
    }
    whole_process = {"assets": ["works"], "product": "out", **process}
    return assets, {"efficiency": {"processes": {"works": whole_process}, **more}}


def at_rate(park: Park, rates: dict[str, float]) -> Flows:
    """Flows of converters at constant rates (t of product an hour), and of loads as their profile."""
    net = {}
    for name, rate in rates.items():
        asset: Any = park.assets[name]
        if asset.kind == "converter":
            for sign, ports in ((-1, asset.inputs), (1, asset.outputs)):
                for port in ports.values():
                    net[name, port.node] = np.full(park.clock.steps, sign * rate * port.amount.constant)
        else:
            sign = 1 if asset.kind == "source" else -1
            net[name, asset.node] = np.full(park.clock.steps, sign * rate)
    return Flows(park.clock, {}, net, park.carriers_by_node)


def only(park: Park, flows: Flows) -> ProcessReading:
    """The reading of the park's single process."""
    (reading,) = efficiency_of(park, flows, whole(park.clock))
    return reading
