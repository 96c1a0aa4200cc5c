"""Figures that only the papers need: end use of electricity, investment, full-load hours, curtailment."""

from __future__ import annotations

import numpy as np

from zeropark.figures.sankey import energy_factor
from zeropark.outcome import Capacity, Outcome
from zeropark.park.assets import Converter, Demand, Source
from zeropark.park.model import home_of

FREE = ("solar", "wind", "hydro")


def electricity_used_mwh(outcome: Outcome) -> float:
    """Electricity that demands and converters took, MWh over the period."""
    total = 0.0
    for (name, node), flow in outcome.flows.net.items():
        carrier = outcome.flows.carriers[node]
        if outcome.park.spec.carriers[carrier].kind != "electricity":
            continue
        if isinstance(outcome.park.assets.get(name), (Demand, Converter)):
            scale = energy_factor(outcome, carrier) or 0.0
            total += float(np.nansum(np.maximum(-flow, 0))) * outcome.flows.clock.step_hours * scale
    return total


def investment_of(outcome: Outcome, capacity: Capacity) -> float | None:
    """Investment × added capacity, money; None where the park states no investment."""
    sizing = dict(outcome.park.sizings()).get((capacity.asset, capacity.part))
    return sizing.investment * capacity.added if sizing is not None and sizing.investment else None


def investment_total(outcome: Outcome) -> float:
    """The account ``investment_total``; the sum over capacities where it was not read."""
    reading = outcome.accounts.get("investment_total")
    if reading is not None:
        return reading.value
    return sum(investment_of(outcome, c) or 0.0 for c in outcome.capacities)


def full_load_hours(outcome: Outcome, capacity: Capacity) -> float | None:
    """Hours at full capacity that give the same amount; None for what stores or carries."""
    asset = outcome.park.assets.get(capacity.asset)
    if not isinstance(asset, (Source, Converter)) or not 0 < capacity.total < float("inf"):
        return None
    flow = outcome.flows.net.get((capacity.asset, home_of(asset)))
    return (
        None
        if flow is None
        else abs(float(np.nansum(flow))) * outcome.flows.clock.step_hours / capacity.total
    )


def unused_share(outcome: Outcome, capacity: Capacity) -> float | None:
    """Share of available wind, sun or water that was not taken; None for everything else."""
    asset = outcome.park.assets.get(capacity.asset)
    if not isinstance(asset, Source) or asset.origin not in FREE or capacity.total <= 0:
        return None
    if (asset.pv or asset.wind) and capacity.asset not in outcome.park.profiles:
        return None
    flow = outcome.flows.net.get((capacity.asset, asset.node))
    available = float(np.sum(outcome.park.availability(capacity.asset))) * capacity.total
    if flow is None or available <= 0 or not np.isfinite(flow).all():
        return None
    share = 1.0 - float(np.sum(flow)) / available
    return 0.0 if abs(share) < 1e-6 else share
