"""Calliope's national-scale example, one day: the published optimum, found from a zeropark park."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from zeropark.outcome import Outcome
from zeropark.planning import plan
from zeropark.readings import load

ROOT = Path(__file__).resolve().parents[2]
CASE = ROOT / "tests" / "cases" / "calliope-national"
DATA = ROOT.parent / "shared" / "data" / "calliope_national"
SERIES = DATA / "data_tables" / "time_varying_params.csv"
NAMES = {
    "region1_1": "sun_1",
    "region1_2": "sun_2",
    "region1_3": "sun_3",
    "region1": "demand_1",
    "region2": "demand_2",
}

# Published optimum of 2005-01-01 alone, rounded as published (shared/data/SOURCES.md). USD, kWh, kW.
COST = 38988.7442
CAPACITIES = {
    ("tank-1", "capacity"): 45129.950,
    ("turbine-1", "capacity"): 4626.588,
    ("battery", "capacity"): 6675.173,
    ("ccgt", "capacity"): 30000.0,
}
BATTERY_FLOW = 1000.0
HALF_OF_LAST_DIGIT = 0.0005


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    if not SERIES.exists():
        pytest.skip(f"{SERIES} is not here: shared/data is not part of the product")
    folder = tmp_path_factory.mktemp("calliope") / "park"
    shutil.copytree(CASE, folder)
    table = pd.read_csv(SERIES, header=[0, 1, 2, 3], index_col=0)
    table.columns = pd.Index([NAMES[node] for node in table.columns.get_level_values(1)])
    table.index.name = "time"
    table.loc["2005-01-01 00:00":"2005-01-01 23:00"].to_csv(folder / "series.csv")
    return plan(load(folder))


def test_cost_is_theirs(outcome: Outcome) -> None:
    assert outcome.bill.total == pytest.approx(COST, abs=0.00005)


@pytest.mark.parametrize("key", CAPACITIES, ids=lambda key: "-".join(key))
def test_capacity_is_theirs(outcome: Outcome, key: tuple[str, str]) -> None:
    sizes = {(c.asset, c.part): c.total for c in outcome.capacities}
    assert sizes[key] == pytest.approx(CAPACITIES[key], abs=HALF_OF_LAST_DIGIT)


def test_battery_flow_is_theirs(outcome: Outcome) -> None:
    """Its power costs nothing, so only the largest flow is fixed by the optimum."""
    rates = outcome.flows.rates
    largest = max(np.max(rates[("battery", part)]) for part in ("charge", "discharge"))
    assert largest == pytest.approx(BATTERY_FLOW, abs=HALF_OF_LAST_DIGIT)


def test_what_the_park_file_cannot_say_does_not_bind(outcome: Outcome) -> None:
    """flow_cap ≤ 1 · storage_cap of each CSP plant: left out of the park, and kept all the same."""
    sizes = {(c.asset, c.part): c.total for c in outcome.capacities}
    for plant in "123":
        assert sizes[(f"turbine-{plant}", "capacity")] <= sizes[(f"tank-{plant}", "capacity")]


def test_certificate_is_sound(outcome: Outcome) -> None:
    assert outcome.certificate is not None
    assert outcome.certificate.sound
