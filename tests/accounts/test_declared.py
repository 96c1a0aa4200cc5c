"""Accounts declared as data: selection, units, references, and every fault told at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from zeropark.accounts.declared import coal_equivalent, standard_specs, uncounted
from zeropark.accounts.standard import accounts_of
from zeropark.errors import InputError

GRID = {"kind": "market", "node": "bus", "origin": "grid", "buy": {}, "tags": ["main"], "tenant": "smelter"}
LOAD = {"kind": "demand", "node": "bus", "profile": 3}


def own(park_of: Any, **accounts: Any) -> Any:
    return park_of(
        {
            "tenants": {"smelter": {"name": "Smelter"}},
            "assets": {"grid": GRID, "second": GRID | {"tags": [], "tenant": None}, "load": LOAD},
            "accounts": accounts,
        }
    )


def value(park: Any, with_flows: Any, name: str) -> float:
    flows = with_flows(park, {("grid", "buy"): 2.0, ("second", "buy"): 1.0, ("load", "intake"): 3.0})
    return float(accounts_of(park).all[name].form.value(flows.rates))


@pytest.mark.parametrize(
    ("term", "unit", "expected"),
    [
        ({"part": "buy"}, "MWh", 72),
        ({"part": "buy"}, "kWh", 72_000),
        ({"part": "buy", "tag": "main"}, "GJ", 48 * 3.6),
        ({"part": "buy", "tenant": "smelter"}, "MWh", 48),
        ({"part": "buy", "asset": "second", "weight": "0.5 tCO2/MWh"}, "kgCO2", 12_000),
        ({"part": "buy", "origin": ["wind"]}, "MWh", 0),
        ({"part": "buy", "node": "bus", "carrier": "electricity", "kind": "market"}, "MWh", 72),
        ({"part": "intake", "weight": "-25 %"}, "MWh", -18),
        ({"part": "intake", "weight": "carrier.coal_equivalent"}, "kgce", 72 * 122.9),
        ({"account": "grid_purchase", "weight": "0.3 CNY/kWh"}, "CNY", 72 * 300),
    ],
)
def test_selection_and_units(
    park_of: Any, with_flows: Any, term: dict[str, Any], unit: str, expected: float
) -> None:
    park = own(park_of, mine={"name": "Mine", "unit": unit, "terms": [term]})
    assert value(park, with_flows, "mine") == pytest.approx(expected)


@pytest.mark.parametrize(("stated", "factor"), [(None, 0.6479), ("0.4 tCO2/MWh", 0.4)])
def test_location_based_weighs_all_that_comes_over_the_grid(
    park_of: Any, with_flows: Any, stated: str | None, factor: float
) -> None:
    """48 MWh of grid power and 24 MWh under a green contract; default: Inner Mongolia 2023."""
    sections = (
        {} if stated is None else {"carbon": {"grid": {"location": stated, "residual": "0.9 tCO2/MWh"}}}
    )
    green = GRID | {"origin": "wind", "tags": [], "tenant": None}
    park = park_of({"tenants": {"smelter": {"name": "Smelter"}}, **sections,
                    "assets": {"grid": GRID, "second": green, "load": LOAD}})  # fmt: skip
    assert value(park, with_flows, "co2_location_based") == pytest.approx(72 * factor)
    assert value(park, with_flows, "grid_purchase") == pytest.approx(48)


@pytest.mark.parametrize(
    "term",
    [{"part": "buy", "weight": "grid.location"}, {"part": "buy", "weight": 2, "otherwise": "1 tCO2/MWh"}],
)
def test_grid_location_needs_what_holds_otherwise(park_of: Any, term: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=r"otherwise with grid\.location, and only with it"):
        own(park_of, mine={"name": "Mine", "unit": "tCO2", "terms": [term]})


def test_accounts_of_accounts(park_of: Any, with_flows: Any) -> None:
    park = own(
        park_of,
        b={"name": "B", "unit": "MWh", "terms": [{"account": "a", "weight": 2}, {"part": "intake"}]},
        a={"name": "A", "unit": "kWh", "terms": [{"part": "buy", "asset": "grid"}]},
    )
    assert value(park, with_flows, "b") == pytest.approx(2 * 48 + 72)


def test_every_fault_is_told_at_once(park_of: Any) -> None:
    park = own(
        park_of,
        wrong_unit={"name": "x", "unit": "tCO2", "terms": [{"part": "buy"}]},
        wrong_weight={"name": "x", "unit": "MWh", "terms": [{"part": "buy", "weight": "lots"}]},
        no_unit={"name": "x", "unit": "parsecs of joy", "terms": [{"part": "buy"}]},
        unknown={"name": "x", "unit": "MWh", "terms": [{"account": "grid_purchse"}]},
        chicken={"name": "x", "unit": "MWh", "terms": [{"account": "egg"}]},
        egg={"name": "x", "unit": "MWh", "terms": [{"account": "chicken"}]},
        life_cycle={"name": "x", "unit": "tCO2e", "terms": [{"account": "co2_910"}]},
        grid_export={"name": "taken", "unit": "MWh", "terms": [{"part": "buy"}]},
    )
    with pytest.raises(InputError) as caught:
        accounts_of(park)
    fields = {fault.field for fault in caught.value.faults}
    assert fields == {
        "accounts.wrong_unit.terms.0",
        "accounts.wrong_weight.terms.0.weight",
        "accounts.no_unit.unit",
        "accounts.unknown.terms.0.account",
        "accounts.egg.terms.0.account",
        "accounts.life_cycle.terms.0",
        "accounts.grid_export",
    }
    assert any(fault.hint == "did you mean 'grid_purchase'?" for fault in caught.value.faults)


def test_electricity_must_not_carry_a_combustion_factor(park_of: Any) -> None:
    park = park_of(
        {
            "carriers": {"electricity": {"unit": "MWh", "kind": "electricity", "combustion": 0.57}},
            "assets": {"grid": GRID | {"tenant": None}, "load": LOAD},
        }
    )
    with pytest.raises(InputError, match=r"carriers\.electricity\.combustion"):
        accounts_of(park)


def test_coal_equivalent_is_stated_or_follows_from_an_energy_unit(park_of: Any) -> None:
    park = park_of(
        {
            "carriers": {
                "electricity": {"unit": "MWh", "kind": "electricity"},
                "steam": {"unit": "GJ", "kind": "heat", "coal_equivalent": 0.0341},
                "coal": {"unit": "t", "kind": "fuel"},
                "ore": {"unit": "t"},
            },
            "assets": {"load": LOAD},
        }
    )
    carriers = park.spec.carriers
    assert coal_equivalent(carriers["electricity"]) == pytest.approx(3.6 / 29.3076)  # GB/T 2589-2020
    assert coal_equivalent(carriers["steam"]) == 0.0341
    assert coal_equivalent(carriers["coal"]) is None
    assert coal_equivalent(carriers["ore"]) == 0
    assert uncounted(park) == ("coal",)


def test_a_converter_with_amounts_over_time_counts_only_what_it_gives(park_of: Any, with_flows: Any) -> None:
    amounts = np.concatenate((np.full(12, 0.5), np.full(12, -0.25)))
    park = park_of(
        {
            "carriers": {
                "electricity": {"unit": "MWh", "kind": "electricity"},
                "heat": {"unit": "GJ", "kind": "heat"},
            },
            "nodes": {"bus": "electricity", "heat": "heat"},
            "assets": {
                "chp": {
                    "kind": "converter",
                    "rated": "heat",
                    "capacity": 9,
                    "inputs": {},
                    "outputs": {"heat": 1, "bus": {"table": "t", "column": "power"}},
                }
            },
        },
        {"power": amounts},
    )
    flows = with_flows(park, {("chp", "activity:"): 2.0})
    assert accounts_of(park).all["electricity_use"].form.value(flows.rates) == pytest.approx(12 * 0.5 * 2)


def test_every_standard_account_says_what_it_is() -> None:
    for name, spec in standard_specs().items():
        assert spec.name, name
        assert spec.name_zh, name
        assert spec.unit, name
        assert not (spec.source and not spec.mark), f"{name} has a source without mark"
