"""Bad input gets its own clear error."""

import numpy as np
import pytest
from pydantic import ValidationError
from tests.carbon.test_attribution import GRID, RATES, flows_of, two_tenants

from zeropark.carbon.attribution import attribution_of
from zeropark.carbon.factors import LifeCycleCo2e, OperatingCo2
from zeropark.carbon.tenants import residuals, tenants_of
from zeropark.errors import InputError
from zeropark.flows import Flows
from zeropark.park.carbon_checks import carbon_faults


def test_a_missing_hour_is_not_zero(make_park):
    park = two_tenants(make_park)
    flows = flows_of(park, RATES)
    net = dict(flows.net)
    net["pv", "farm"] = np.array([0.0, np.nan, 10.0])
    with pytest.raises(InputError, match="pv at farm: found 1 steps missing, first 2025-01-01 01:00"):
        attribution_of(park, Flows(flows.clock, flows.rates, net, flows.carriers))
    del net["pv", "farm"]
    with pytest.raises(InputError, match="pv at farm: found no flow"):
        attribution_of(park, Flows(flows.clock, flows.rates, net, flows.carriers))


def test_negative_production_is_told_with_its_hour(make_park):
    park = two_tenants(make_park)
    rates = {**RATES, ("pv", "output"): [0.0, -1.0, 10.0]}
    with pytest.raises(
        InputError, match="pv output: found -1 at 2025-01-01 01:00; expected no negative rate"
    ):
        attribution_of(park, flows_of(park, rates))


def test_a_factor_of_the_wrong_type_is_refused_where_it_is_written(make_park):
    with pytest.raises(ValidationError, match="tCO2"):
        make_park(
            {"load": {"kind": "demand", "node": "bus", "profile": [1.0]}},
            steps=1,
            carbon={"grid": {**GRID, "location": "0.6 tCO2e/MWh"}},
        )
    with pytest.raises(ValidationError, match="tCO2"):
        make_park(
            {"load": {"kind": "demand", "node": "bus", "profile": [1.0]}},
            steps=1,
            factors={"f": {"per": "MWh", "footprint": "0.6 tCO2/MWh", "year": 2024, "region": "CN", "quality": "estimate"}},
        )  # fmt: skip


def test_operating_and_life_cycle_cannot_be_added():
    with pytest.raises(TypeError, match="cannot be added"):
        OperatingCo2(1.0) + LifeCycleCo2e(1.0)


def test_a_missing_factor_is_told_with_where_to_give_it(make_park):
    park = two_tenants(make_park)
    found = attribution_of(park, flows_of(park, RATES))
    with pytest.raises(InputError, match=r"assets.grid.upstream: found no factor for 'grid'"):
        found.life_cycle_co2e("load-a")
    (a,) = tenants_of(park, found, slice(None), "a")
    assert a.life_cycle is None
    assert "assets.pv.upstream" in "\n".join(map(str, a.missing))
    bare = park.spec.model_copy(update={"carbon": None})
    object.__setattr__(park, "spec", bare)
    with pytest.raises(InputError, match=r"carbon.grid: found no factor for 'grid'"):
        attribution_of(park, flows_of(park, RATES)).operating_co2("load-a", "hourly")


def test_a_fossil_plant_without_emissions_has_no_factor(make_park):
    park = make_park(
        {
            "genset": {"kind": "source", "node": "bus", "capacity": 5, "origin": "fossil"},
            "load": {"kind": "demand", "node": "bus", "profile": [1.0, 1.0]},
        },
        steps=2,
        carbon={"grid": GRID},
    )
    found = attribution_of(park, flows_of(park, {("genset", "output"): [1, 1], ("load", "intake"): [1, 1]}))
    with pytest.raises(InputError, match=r"assets.genset.emissions"):
        found.operating_co2("load", "location")


def test_an_unknown_tenant_is_told_with_the_nearest(make_park):
    park = two_tenants(make_park)
    found = attribution_of(park, flows_of(park, RATES))
    with pytest.raises(InputError, match="--tenant"):
        tenants_of(park, found, slice(None), "c")


def test_contracts_name_tenants_and_supplies_of_the_park(make_park):
    park = two_tenants(
        make_park,
        {
            "one": {"tenant": "aa", "supply": "pv"},
            "two": {"tenant": "a", "supply": "load-a"},
            "three": {"tenant": "a", "supply": "pv", "share": 0.6},
            "four": {"tenant": "b", "supply": "pv", "share": 0.6},
        },
    )
    faults = []
    carbon_faults(park.spec, lambda *fault: faults.append(fault))
    told = {".".join(map(str, path)): found for path, found, _, _ in faults}
    assert told["carbon.contracts.one.tenant"] == "unknown tenant 'aa'"
    assert told["carbon.contracts.two.supply"].startswith("an asset that brings no electricity")
    assert "carbon.contracts.four.share" in told


def test_meters_that_do_not_agree_give_an_origin_of_its_own(make_park):
    """0.5 more is used than was seen to come in: it weighs as uncontracted grid, and everything still adds up."""
    park = two_tenants(make_park)
    rates = {**RATES, ("grid", "buy"): [5.5, 1.5, 0.0]}
    found = attribution_of(park, flows_of(park, rates))
    names = [o.name for o in found.origins]
    unseen = found.supplied_mwh[:, :, names.index("unmetered at bus")].sum()
    assert unseen == pytest.approx(0.5)
    assert found.operating_co2("load-a", "hourly").tonnes == pytest.approx(5 * 0.8)
    assert max(map(abs, residuals(found, slice(None)).values())) < 1e-9


def test_a_contract_may_be_on_what_the_park_makes_itself(make_park):
    """A turbine makes 2 of the 4 that A and B use, 2 each; B's contract takes both."""
    park = make_park(
        {
            "coal": {"kind": "market", "node": "coal", "buy": {"price": 1}},
            "turbine": {"kind": "converter", "rated": "bus", "capacity": 9, "inputs": {"coal": 0.5}, "outputs": {"bus": 1}},
            "grid": {"kind": "market", "node": "bus", "buy": {"price": 1}, "origin": "grid"},
            "load-a": {"kind": "demand", "node": "bus", "profile": [2], "tenant": "a"},
            "load-b": {"kind": "demand", "node": "bus", "profile": [2], "tenant": "b"},
        },
        {"bus": "electricity", "coal": "coal"},
        steps=1,
        tenants={"a": {"name": "A"}, "b": {"name": "B"}},
        carbon={"grid": GRID, "contracts": {"own": {"tenant": "b", "supply": "turbine"}}},
    )  # fmt: skip
    faults = []
    carbon_faults(park.spec, lambda *fault: faults.append(fault))
    assert not faults
    rates = {("coal", "buy"): [1], ("turbine", "activity:"): [2], ("grid", "buy"): [2],
             ("load-a", "intake"): [2], ("load-b", "intake"): [2]}  # fmt: skip
    found = attribution_of(park, flows_of(park, rates))
    names = [o.name for o in found.origins]
    assert found.supplied("load-b")[names.index("turbine")] == pytest.approx(2)
