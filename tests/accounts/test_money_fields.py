"""Every money field that an asset, a tariff or the money section declares is counted in exactly one term."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from pydantic.fields import FieldInfo

from zeropark.accounts.money import annuity
from zeropark.accounts.standard import accounts_of
from zeropark.park.assets import (
    AnyAsset,
    Buying,
    Certificates,
    Connection,
    Converter,
    Demand,
    Market,
    Mode,
    Selling,
    Sizing,
    Source,
    Storage,
)
from zeropark.park.fields import Declared, Unit
from zeropark.park.spec import Money
from zeropark.park.tariffs import CapacityCharge, Tariff

SIZE = {"existing": 1, "max": 9, "investment": 100, "fixed_cost": 10, "lifetime": 20}
PLACES: dict[tuple[type[Declared], str], list[str]] = {
    (Sizing, "investment"): [
        "assets.pv.capacity.investment",
        "assets.battery.power.investment",
        "assets.grid.capacity.investment",
    ],
    (Sizing, "fixed_cost"): [
        "assets.pv.capacity.fixed_cost",
        "assets.battery.power.fixed_cost",
        "assets.grid.capacity.fixed_cost",
    ],
    (Source, "cost"): ["assets.pv.cost"],
    (Demand, "unserved_price"): ["assets.plant.unserved_price", "assets.order.unserved_price"],
    (Demand, "price"): ["assets.plant.price"],
    (Mode, "cost"): ["assets.chp.modes.high.cost"],
    (Converter, "cost"): ["assets.chp.cost"],
    (Converter, "start_cost"): ["assets.chp.start_cost"],
    (Storage, "cost"): ["assets.battery.cost"],
    (Connection, "cost"): ["assets.line.cost"],
    (Buying, "price"): ["assets.grid.buy.price", "assets.gas-supply.buy.price"],
    (Selling, "price"): ["assets.grid.sell.price"],
    (Certificates, "price"): ["assets.grid.certificates.price"],
    (Tariff, "flat_price"): ["tariffs.main.flat_price"],
    (Tariff, "price"): ["tariffs.market.price"],
    (Tariff, "transmission"): ["tariffs.main.transmission"],
    (Tariff, "system_operation"): ["tariffs.main.system_operation", "tariffs.direct.system_operation"],
    (Tariff, "funds"): ["tariffs.main.funds", "tariffs.direct.funds"],
    (CapacityCharge, "demand_price"): ["tariffs.main.capacity_charge.demand_price"],
    (CapacityCharge, "contract_price"): [
        "tariffs.contract.capacity_charge.contract_price",
        "tariffs.direct.capacity_charge.contract_price",
    ],
    (CapacityCharge, "energy_price"): ["tariffs.direct.capacity_charge.energy_price"],
    (Money, "carbon_price"): ["money.carbon_price"],
}
"""Money field → where the small park states it."""

DATA: dict[str, Any] = {
    "money": {"discount_rate": 0.06, "carbon_price": 70},
    "carriers": {
        "electricity": {"unit": "MWh", "kind": "electricity"},
        "gas": {"unit": "kNm3", "kind": "fuel", "combustion": 2.1},
    },
    "nodes": {"bus": "electricity", "far": "electricity", "gas": "gas"},
    "tariffs": {
        "main": {
            "flat_price": 300,
            "transmission": 40,
            "system_operation": 30,
            "funds": 20,
            "capacity_charge": {"basis": "maximum-demand", "demand_price": 31200},
        },
        "contract": {"flat_price": 300, "capacity_charge": {"basis": "contracted", "contract_price": 22000}},
        "direct": {
            "flat_price": 300,
            "system_operation": 30,
            "funds": 20,
            "funds_on": "all-use",
            "capacity_charge": {
                "basis": "direct-supply",
                "contract_price": 22000,
                "energy_price": 43,
                "average_load_rate": 0.6,
            },
        },
        "market": {"price": 250},
    },
    "assets": {
        "pv": {"kind": "source", "node": "bus", "capacity": SIZE, "cost": 3},
        "plant": {"kind": "demand", "node": "bus", "profile": 20, "unserved_price": 9000, "price": 5},
        "order": {
            "kind": "demand",
            "node": "bus",
            "target": {"amount": 700, "per": "day"},
            "unserved_price": 80,
        },
        "chp": {
            "kind": "converter",
            "rated": "bus",
            "capacity": {"existing": 5, "max": 9},
            "cost": 2,
            "on_off": True,
            "start_cost": 800,
            "modes": {"high": {"inputs": {"gas": 0.3}, "outputs": {"bus": 1}, "cost": 1}},
        },
        "battery": {"kind": "storage", "node": "bus", "capacity": 9, "power": SIZE, "cost": 30},
        "line": {"kind": "connection", "from": "bus", "to": "far", "capacity": 9, "cost": 1.5},
        "grid": {
            "kind": "market",
            "node": "bus",
            "capacity": SIZE,
            "tariff": "main",
            "buy": {"price": 8},
            "sell": {"price": 200},
            "certificates": {"price": 7},
        },
        "grid-2": {"kind": "market", "node": "bus", "tariff": "contract", "buy": {}},
        "grid-3": {"kind": "market", "node": "bus", "tariff": "direct", "buy": {}},
        "grid-4": {"kind": "market", "node": "bus", "tariff": "market", "buy": {}},
        "gas-supply": {"kind": "market", "node": "gas", "buy": {"price": 2952}},
    },
}


def money_fields(declared: type[Declared]) -> Iterator[str]:
    for name, info in declared.model_fields.items():
        if any("{currency}" in unit.text for unit in units_in(info)):
            yield name


def units_in(info: FieldInfo) -> Iterator[Unit]:
    yield from (item for item in info.metadata if isinstance(item, Unit))
    for member in get_args(info.annotation):
        yield from (item for item in getattr(member, "__metadata__", ()) if isinstance(item, Unit))


def costs(park: Any, with_flows: Any, quantities: Any) -> dict[str, float]:
    random_rates = dict.fromkeys(with_flows(park, {}).rates, 2.0) | {("chp", "start"): 1.0}
    flows = with_flows(park, random_rates)
    sizes = {key: 7.0 for key, _ in park.sizings()}
    sizes |= {(name, "contracted"): 10.0 for name, _ in park.grid_markets()}
    everything = quantities(park, flows, sizes)
    return {name: a.form.value(everything) for name, a in accounts_of(park).cost_terms.items()}


def test_every_money_field_is_in_the_list() -> None:
    kinds = get_args(get_args(AnyAsset)[0])
    assert {Source, Demand, Converter, Storage, Connection, Market} == set(kinds)
    holders = {*kinds, Sizing, Mode, Buying, Selling, Certificates, Tariff, CapacityCharge, Money}
    declared = {(holder, name) for holder in holders for name in money_fields(holder)}
    assert declared == set(PLACES)


@pytest.mark.parametrize("place", [place for places in PLACES.values() for place in places])
def test_field_moves_one_term(place: str, park_of: Any, with_flows: Any, quantities: Any) -> None:
    before = costs(park_of(DATA), with_flows, quantities)
    data = copy.deepcopy(DATA)
    *sections, last = place.split(".")
    here: Any = data
    for step in sections:
        here = here[step]
    here[last] = here[last] * 2 if here[last] else 1.0
    after = costs(park_of(data), with_flows, quantities)
    assert len([name for name in before if after[name] != pytest.approx(before[name], rel=1e-12)]) == 1


@pytest.mark.parametrize(
    ("rate", "years", "expected"),
    [
        (0.0, 20, 0.05),
        (0.06, 25, 0.0782267),  # standard annuity table, 6 %, 25 years
        (1e-12, 10, 0.1),
        (0.08, 1, 1.08),
    ],
)
def test_annuity(rate: float, years: float, expected: float) -> None:
    assert annuity(rate, years) == pytest.approx(expected, rel=1e-6)


def test_direct_supply_charges_no_transmission_by_energy(park_of: Any) -> None:
    data = copy.deepcopy(DATA)
    data["tariffs"]["direct"]["transmission"] = 42.9
    form = accounts_of(park_of(data)).cost_terms["transmission"].form
    assert set(form.terms) == {("grid", "buy")}
