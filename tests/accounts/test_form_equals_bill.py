"""The linear forms and the bill never share a formula; on any flows they must agree, term by term."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zeropark.accounts.bases import capacity_bases, with_bases
from zeropark.accounts.bill import bases_of, bill_of
from zeropark.accounts.standard import accounts_of
from zeropark.accounts.terms import TERM_TITLES

AGREE = 1e-9

SEASONS: dict[str, Any] = {
    "cold": {
        "months": [1, 2, 3, 10, 11, 12],
        "periods": {"peak": [[6, 8.25], [18, 22]], "flat": [[0, 6], [8.25, 18], [22, 24]]},
        "ratios": {"peak": 1.7, "flat": 1},
    },
    "warm": {
        "months": [4, 5, 6, 7, 8, 9],
        "periods": {"day": [[7.5, 19.1]], "night": [[0, 7.5], [19.1, 24]]},
        "ratios": {"day": 0.6, "night": 1.3},
    },
}
CHARGES: dict[str, dict[str, Any]] = {
    "maximum-demand": {"demand_price": "31.2 CNY/kW/month"},
    "contracted": {"contract_price": "22 CNY/kVA/month"},
    "cheaper": {"demand_price": "31.2 CNY/kW/month", "contract_price": "22 CNY/kVA/month"},
    "direct-supply": {"contract_price": "22 CNY/kVA/month", "energy_price": 42.9, "average_load_rate": 0.6},
}


def park_data(
    start: str, days: int, step: int, basis: str, funds_on: str, seasons: bool, zone: str
) -> dict[str, Any]:
    """A park with every kind of asset and every money field."""
    tariff: dict[str, Any] = {
        "transmission": 42.9,
        "system_operation": 31.0,
        "funds": 22.425,
        "funds_on": funds_on,
        "capacity_charge": {"basis": basis, **CHARGES[basis]},
    }
    tariff |= {"flat_price": 300, "seasons": SEASONS} if seasons else {"price": column("spot")}
    size = {
        "existing": 5,
        "max": 90,
        "investment": "4000 CNY/kW",
        "fixed_cost": "60 CNY/kW/year",
        "lifetime": 25,
    }
    store = {
        "existing": 2,
        "max": 90,
        "investment": "800 CNY/kWh",
        "fixed_cost": "9 CNY/kWh/year",
        "lifetime": 14.5,
    }
    return {
        "time": {"start": start, "days": days, "step": f"{step} min", "zone": zone},
        "money": {"discount_rate": 0.06, "carbon_price": 62.36},
        "carriers": {
            "electricity": {"unit": "MWh", "kind": "electricity"},
            "gas": {"unit": "kNm3", "kind": "fuel", "coal_equivalent": 1.33, "combustion": 2.16},
            "steam": {"unit": "GJ", "kind": "heat"},
        },
        "nodes": {"hv": "electricity", "lv": "electricity", "gas": "gas", "steam": "steam"},
        "tariffs": {"grid": tariff, "plain": {"flat_price": 410, "funds": 11, "funds_on": "all-use"}},
        "assets": {
            "pv": {"kind": "source", "node": "hv", "capacity": size, "origin": "solar", "cost": 3},
            "well": {
                "kind": "source",
                "node": "gas",
                "capacity": 9,
                "origin": "fossil",
                "cost": 700,
                "emissions": 0.1,
            },
            "bfg": {"kind": "source", "node": "gas", "capacity": 9, "origin": "recovered"},
            "plant": {"kind": "demand", "node": "lv", "profile": 20, "unserved_price": 9000, "price": 555},
            "made": {
                "kind": "demand",
                "node": "steam",
                "target": {"amount": 700, "per": "month"},
                "unserved_price": 80,
            },
            "daily": {
                "kind": "demand",
                "node": "steam",
                "target": {"amount": 30, "per": "day"},
                "unserved_price": 70,
            },
            "yearly": {
                "kind": "demand",
                "node": "steam",
                "target": {"amount": 9, "per": "year"},
                "unserved_price": 60,
            },
            "trafo": {
                "kind": "converter",
                "rated": "hv",
                "capacity": size,
                "inputs": {"hv": 1},
                "outputs": {"lv": 0.99},
                "cost": 0.5,
            },
            "chp": {
                "kind": "converter",
                "rated": "steam",
                "capacity": size,
                "cost": 2,
                "emissions": 0.01,
                "on_off": True,
                "start_cost": 800,
                "modes": {
                    "high": {
                        "inputs": {"gas": 0.05},
                        "outputs": {"steam": 1, "lv": 0.1},
                        "cost": 1,
                        "emissions": 0.02,
                    },
                    "low": {"inputs": {"gas": 0.04}, "outputs": {"steam": 1, "lv": column("ratio")}},
                },
            },
            "battery": {"kind": "storage", "node": "lv", "capacity": store, "power": size, "cost": 30},
            "line": {
                "kind": "connection",
                "from": "hv",
                "to": "lv",
                "capacity": size,
                "loss": 0.02,
                "cost": 1.5,
            },
            "pipe": {
                "kind": "connection",
                "from": "gas",
                "to": "gas",
                "capacity": 5,
                "one_way": True,
                "cost": 2,
            },
            "grid": {
                "kind": "market",
                "node": "hv",
                "capacity": size,
                "tariff": "grid",
                "origin": "grid",
                "buy": {"price": column("extra")},
                "sell": {"price": column("spot")},
                "certificates": {"price": 7},
            },
            "second": {"kind": "market", "node": "lv", "tariff": "plain", "buy": {}, "origin": "grid"},
            "gas-supply": {"kind": "market", "node": "gas", "buy": {"price": 2952}, "sell": {"price": 1500}},
        },
    }


def column(name: str) -> dict[str, str]:
    return {"table": "t", "column": name}


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(
    start=st.sampled_from(
        ["2024-02-20", "2025-01-01", "2025-03-25", "2025-05-31", "2024-12-30", "2025-10-20"]
    ),
    days=st.integers(1, 45),
    step=st.sampled_from([5, 15, 30, 60]),
    basis=st.sampled_from(sorted(CHARGES)),
    funds_on=st.sampled_from(["grid", "all-use"]),
    seasons=st.booleans(),
    zone=st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe"]),
    seed=st.integers(0, 2**32 - 1),
)
def test_total_of_forms_is_total_of_bill(
    park_of: Any,
    with_flows: Any,
    quantities: Any,
    start: str,
    days: int,
    step: int,
    basis: str,
    funds_on: str,
    seasons: bool,
    zone: str,
    seed: int,
) -> None:
    random = np.random.default_rng(seed)
    steps = days * 24 * 60 // step + 24  # room for a day of 25 h
    columns = {
        "spot": random.uniform(-80, 500, steps),
        "extra": random.uniform(0, 9, steps),
        "ratio": random.uniform(0, 0.3, steps),
    }
    data = park_data(start, days, step, basis, funds_on, seasons, zone)
    exact = park_of(data, dict.fromkeys(columns, 1.0)).clock.steps
    park = park_of(data, {name: values[:exact] for name, values in columns.items()})
    flows = with_flows(park, {})
    rates = {key: random.uniform(0, 30, exact) for key in flows.rates} | {
        ("chp", "start"): random.integers(0, 2, exact).astype(float)
    }
    flows = with_flows(park, rates)
    capacities = {key: float(random.uniform(5, 60)) for key, _ in park.sizings()}
    capacities[("grid", "contracted")] = float(random.uniform(5, 60))
    settled = with_bases(park, bases_of(park, flows, capacities))
    accounts = accounts_of(settled)
    bill = bill_of(park, flows, capacities)
    everything = quantities(park, flows, capacities)
    for name in TERM_TITLES:
        expected = accounts.cost_terms[name].form.value(everything)
        assert bill.terms[name] == pytest.approx(expected, rel=AGREE, abs=1e-6), name
    assert bill.total == pytest.approx(accounts.cost.value(everything), rel=AGREE)
    for line in bill.lines:
        assert line.amount == pytest.approx(line.quantity * line.price, rel=1e-9, abs=1e-6)


@pytest.mark.parametrize("year", [2024, 2025])
def test_a_whole_year_agrees(park_of: Any, with_flows: Any, quantities: Any, year: int) -> None:
    data = park_data(
        f"{year}-01-01", 366 if year == 2024 else 365, 60, "maximum-demand", "all-use", True, "Asia/Shanghai"
    )
    park = park_of(data, {"spot": 200.0, "extra": 1.0, "ratio": 0.1})
    random = np.random.default_rng(year)
    rates = {key: random.uniform(0, 30, park.clock.steps) for key in with_flows(park, {}).rates}
    flows = with_flows(park, rates | {("chp", "start"): np.zeros(park.clock.steps)})
    capacities = {key: 50.0 for key, _ in park.sizings()}
    everything = quantities(park, flows, capacities)
    assert park.clock.years == pytest.approx(1.0, rel=1e-12)
    assert bill_of(park, flows, capacities).total == pytest.approx(
        accounts_of(park).cost.value(everything), rel=AGREE
    )


def test_every_way_to_settle_the_bases_is_offered(park_of: Any) -> None:
    data = park_data("2025-01-01", 1, 60, "cheaper", "grid", True, "Asia/Shanghai")
    data["assets"]["third"] = {"kind": "market", "node": "lv", "tariff": "grid", "buy": {}}
    park = park_of(data, {"spot": 1.0, "extra": 1.0, "ratio": 0.1})
    choices = capacity_bases(park)
    assert len(choices) == 4
    assert {"grid": "contracted", "third": "maximum-demand"} in choices
    mixed = with_bases(park, {"grid": "contracted", "third": "maximum-demand"})
    form = accounts_of(mixed).cost_terms["capacity_charge"].form
    assert set(form.terms) == {("grid", "contracted"), ("third", "peak")}
    assert capacity_bases(mixed) == [{}]
    assert with_bases(park, {}) is park


def test_the_bill_takes_the_cheaper_basis(park_of: Any, with_flows: Any) -> None:
    park = park_of(
        park_data("2025-01-01", 31, 60, "cheaper", "grid", True, "Asia/Shanghai"),
        {"spot": 1.0, "extra": 1.0, "ratio": 0.1},
    )
    zeros = {("chp", "start"): np.zeros(park.clock.steps)}
    capacities = {key: 5.0 for key, _ in park.sizings()}
    low, high = np.full(park.clock.steps, 10.0), np.full(park.clock.steps, 10.0)
    high[5] = 30.0
    # 10 MW in a month: 10,000 kW × 31.2 = 312,000; a contract of 20 MVA: 20,000 kVA × 22 = 440,000
    flows = with_flows(park, zeros | {("grid", "buy"): low})
    by_demand = bill_of(park, flows, capacities | {("grid", "contracted"): 20.0})
    assert by_demand.terms["capacity_charge"] == pytest.approx(312_000)
    # 30 MW once: 936,000 by demand; told nothing, the least contract is 30/0.95 MVA: 694,737
    by_contract = bill_of(park, with_flows(park, zeros | {("grid", "buy"): high}), capacities)
    assert by_contract.terms["capacity_charge"] == pytest.approx(30_000 / 0.95 * 22)
