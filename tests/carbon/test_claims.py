"""Green power over the grid counts for whom it was bought; the register decides the 910 figure too."""

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


GREEN_RATES = {("green", "buy"): [6], ("load-a", "intake"): [3], ("load-b", "intake"): [3]}


def test_what_the_park_buys_and_promises_to_nobody_is_green_for_all_whom_it_reached(make_park):
    """A's contract is for 2 of 6, of which it takes 2; 4 are the park's own purchase, for A (1) and B (3)."""
    for contracts in ({}, {"ppa": {"tenant": "a", "supply": "green", "max_rate": 2}}):
        park = green_market(make_park, contracts)
        found = attribution_of(park, flows_of(park, GREEN_RATES))
        for load in ("load-a", "load-b"):
            assert found.operating_co2(load, "market").tonnes == pytest.approx(0.0)
            assert found.operating_co2(load, "hourly").tonnes == pytest.approx(0.0)
            assert found.operating_co2(load, "location").tonnes == pytest.approx(3 * 0.6)
        assert [one.score for one in tenants_of(park, found, slice(None))] == pytest.approx([1, 1])


def test_what_is_promised_and_not_taken_counts_for_nobody(make_park):
    """A's contract is for 5 of 6, of which it takes its need of 3; B has 3, of which 2 were promised to A, 1 to nobody."""
    park = green_market(make_park, {"ppa": {"tenant": "a", "supply": "green", "max_rate": 5}})
    found = attribution_of(park, flows_of(park, GREEN_RATES))
    names = [o.name for o in found.origins]
    for basis in ("market", "hourly"):
        assert found.operating_co2("load-a", basis).tonnes == pytest.approx(0.0)
        assert found.operating_co2("load-b", basis).tonnes == pytest.approx(2 * 0.8)
        assert found.by_origin("load-b", basis)[names.index(UNCLAIMED)] == pytest.approx(2)
        assert found.by_origin("load-b", basis).sum() == pytest.approx(3)
    assert found.operating_co2("load-b", "location").tonnes == pytest.approx(3 * 0.6)
    a, b = tenants_of(park, found, slice(None))
    assert a.score == pytest.approx(1.0)
    assert b.score == pytest.approx((1 + 2 * 0.25) / 3)  # a quarter of the grid is clean


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
