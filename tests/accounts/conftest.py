"""Parks and flows built in memory, so that a test shows all that it depends on."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from zeropark.errors import InputError
from zeropark.flows import Flows
from zeropark.park.model import Park
from zeropark.park.packs import with_packaged_tariffs
from zeropark.park.read import clock_of, packs_of, reading_of, series_in
from zeropark.park.spec import ParkFile
from zeropark.park.streams import net_flows, streams_of
from zeropark.park.yaml import Document

BASE: dict[str, Any] = {
    "zeropark": 1,
    "name": "test",
    "time": {"start": "2025-01-01", "days": 1},
    "money": {"discount_rate": 0.06},
    "carriers": {"electricity": {"unit": "MWh", "kind": "electricity", "coal_equivalent": "0.1229 kgce/kWh"}},
    "nodes": {"bus": "electricity"},
}


def build(data: Mapping[str, Any], series: Mapping[str, Any] | None = None) -> Park:
    """A park from the text of a park file; ``series``: column → values of any table."""
    document = Document("park.yaml", copy.deepcopy({**BASE, **data}))
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
    return build


@pytest.fixture(scope="session")
def with_flows() -> Callable[..., Flows]:
    return flows_of


@pytest.fixture(scope="session")
def quantities() -> Callable[..., dict[Any, Any]]:
    return quantities_of
