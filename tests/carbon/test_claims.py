"""Green power over the grid counts hour by hour for who has a contract; the register decides the 910 figure too."""

import pytest
from tests.carbon.test_attribution import GRID, flows_of
from tests.carbon.test_certificates import DAY, RATES, park_with

from zeropark.carbon.attribution import attribution_of
from zeropark.carbon.origins import UNCLAIMED
from zeropark.carbon.tenants import tenants_of
from zeropark.park.assets import Certificates


def green_market(make_park, contracts):
    """A market of wind power brings 6; A and B use 3 each."""
    return make_park(
        {
            "green": {"kind": "market", "node": "bus", "buy": {"price": 1}, "origin": "wind"},
            "load-a": {"kind": "demand", "node": "bus", "profile": [3], "tenant": "a"},
            "load-b": {"kind": "demand", "node": "bus", "profile": [3], "tenant": "b"},
        },
        steps=1,
        tenants={"a": {"name": "A"}, "b": {"name": "B"}},
        carbon={"grid": {**GRID, "clean_share": 0.25}, "contracts": contracts},
    )


def test_green_power_counts_in_the_hour_for_who_has_a_contract_alone(make_park):
    """A's contract claims 2 of its 3; the rest, and B's, weighs the residual factor; a quarter of it is clean."""
    park = green_market(make_park, {"ppa": {"tenant": "a", "supply": "green", "max_rate": 2}})
    rates = {("green", "buy"): [6], ("load-a", "intake"): [3], ("load-b", "intake"): [3]}
    found = attribution_of(park, flows_of(park, rates))
    assert found.operating_co2("load-a", "hourly").tonnes == pytest.approx(1 * 0.8)
    assert found.operating_co2("load-b", "hourly").tonnes == pytest.approx(3 * 0.8)
    assert found.operating_co2("load-b", "market").tonnes == pytest.approx(0.0)
    assert found.operating_co2("load-b", "location").tonnes == pytest.approx(3 * 0.6)
    names = [o.name for o in found.origins]
    assert found.by_origin("load-a", "hourly")[names.index(UNCLAIMED)] == pytest.approx(1)
    assert found.by_origin("load-a", "hourly").sum() == pytest.approx(3)
    a, b = tenants_of(park, found, slice(None))
    assert a.score == pytest.approx((2 + 0.25) / 3)
    assert b.score == pytest.approx(0.25)


def test_a_cancelled_certificate_counts_as_zero_by_the_910_method(make_park, tmp_path):
    """A has 5 of the grid; certificates of 3 are cancelled for it."""
    park = park_with(make_park, tmp_path, f"c1,far,{DAY},3,a,2025-02-01")
    found = attribution_of(park, flows_of(park, RATES))
    assert found.co2_910("load-a").tonnes == pytest.approx(2 * 0.8325)
    assert found.co2_910("load-b").tonnes == pytest.approx(2.5 * 0.8325)


def test_where_there_is_a_register_what_a_plan_meant_to_buy_is_no_zero(make_park, tmp_path):
    park = park_with(make_park, tmp_path, f"c1,far,{DAY},1,a,2025-02-01")
    grid = park.assets["grid"].model_copy(update={"certificates": Certificates(price=1.0)})
    spec = park.spec.model_copy(update={"assets": {**park.assets, "grid": grid}})
    object.__setattr__(park, "spec", spec)
    rates = {**RATES, ("grid", "certified"): [6.0, 1.5, 0.0]}
    found = attribution_of(park, flows_of(park, rates))
    assert found.co2_910("load-a").tonnes == pytest.approx(4 * 0.8325)
    assert found.operating_co2("load-a", "market").tonnes == pytest.approx(4 * 0.8)
