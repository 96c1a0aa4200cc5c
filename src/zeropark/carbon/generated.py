"""Operating CO2 of electricity that a converter of the park makes: what it burns and releases, shared by energy."""

from __future__ import annotations

import numpy as np

from zeropark import units
from zeropark.carbon.factors import OperatingFactor
from zeropark.flows import Flows
from zeropark.park.assets import Converter
from zeropark.park.model import Park


def generated_factor(park: Park, flows: Flows, name: str) -> OperatingFactor | None:
    """tCO2/MWh over the whole period; None where it cannot be told.

    It cannot where the converter also takes electricity or hydrogen (their origin is not its own), or where an output
    beside electricity is counted neither in energy nor as waste, so that energy does not say how they share.
    """
    asset = park.assets[name]
    assert isinstance(asset, Converter)
    h = park.clock.step_hours
    emitted = _process(park, flows, name, asset)
    electric = other = 0.0
    for (owner, node), flow in flows.net.items():
        if owner != name:
            continue
        carrier, unit = park.spec.carriers[park.carrier_at(node)], park.unit_at(node)
        taken, given = (float(np.sum(np.maximum(s * flow, 0.0))) * h for s in (-1.0, 1.0))
        if taken > 0.0 and carrier.kind in ("electricity", "hydrogen"):
            return None
        emitted += taken * carrier.combustion
        if given <= 0.0 or carrier.kind in ("waste", "water"):
            continue
        if not units.same_dimension(unit, "MWh"):
            return None
        energy = given * units.factor(unit, "MWh")
        electric, other = (
            (electric + energy, other) if carrier.kind == "electricity" else (electric, other + energy)
        )
    return OperatingFactor(emitted / (electric + other)) if electric > 0.0 else None


def _process(park: Park, flows: Flows, name: str, asset: Converter) -> float:
    """tCO2 that the process itself releases besides combustion."""
    return sum(
        float(np.sum(flows.rates[name, f"activity:{way}"]))
        * park.clock.step_hours
        * (asset.emissions + mode.emissions)
        for way, mode in asset.ways.items()
    )
