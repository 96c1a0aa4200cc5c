"""Attribution on a small park, by hand."""

import numpy as np
import pytest

from zeropark.carbon.attribution import attribution_of
from zeropark.flows import Flows
from zeropark.park.recover import rates_of
from zeropark.park.streams import net_flows

GRID = {"location": 0.6, "residual": 0.8}


def flows_of(park, rates) -> Flows:
    arrays = {key: np.asarray(rate, dtype=float) for key, rate in rates.items()}
    net = net_flows(park, arrays)
    return Flows(park.clock, {**rates_of(park, net, {}, {}), **arrays}, net, park.carriers_by_node)


def two_tenants(make_park, contracts=None, **more):
    """Sun 0, 6, 6 and grid; A uses 4 and B 2 in each hour; 10 % of what the line sends is lost."""
    return make_park(
        {
            "pv": {"kind": "source", "node": "farm", "capacity": 10, "origin": "solar"},
            "line": {"kind": "connection", "from": "farm", "to": "bus", "capacity": 10, "loss": 0.1, "one_way": True},
            "grid": {"kind": "market", "node": "bus", "buy": {"price": 1}, "sell": {"price": 1}, "origin": "grid"},
            "load-a": {"kind": "demand", "node": "bus", "profile": [4, 4, 4], "tenant": "a"},
            "load-b": {"kind": "demand", "node": "bus", "profile": [2, 2, 2], "tenant": "b"},
        },
        {"farm": "electricity", "bus": "electricity"},
        steps=3,
        tenants={"a": {"name": "A"}, "b": {"name": "B"}},
        carbon={"grid": GRID, "contracts": contracts or {}},
        **more,
    )  # fmt: skip


RATES = {
    ("pv", "output"): [0.0, 5.0, 10.0],
    ("line", "forward"): [0.0, 5.0, 10.0],
    ("grid", "buy"): [6.0, 1.5, 0.0],
    ("grid", "sell"): [0.0, 0.0, 3.0],
    ("load-a", "intake"): [4.0, 4.0, 4.0],
    ("load-b", "intake"): [2.0, 2.0, 2.0],
}


def test_losses_are_charged_to_who_was_served_and_exports_carry_the_mix(make_park):
    park = two_tenants(make_park)
    found = attribution_of(park, flows_of(park, RATES))
    names = [o.name for o in found.origins]
    pv, grid = names.index("pv"), names.index("grid")
    # hour 1: 5 generated, 4.5 arrive, with 1.5 of the grid make 6; A has two thirds of 5 + 1.5
    a = found.supplied_mwh[found.consumers.index("load-a")]
    assert a[1, [pv, grid]] == pytest.approx([5 * 2 / 3, 1.0])
    # hour 2: 10 generated, 9 arrive, a third of them is sold: 3.33 of generation
    assert found.ledger.exported[2, pv] == pytest.approx(10 / 3)
    assert a[2, pv] == pytest.approx(10 * 4 / 9)
    generated = found.supplied_mwh.sum(axis=0) + found.ledger.exported
    assert generated == pytest.approx(found.ledger.generated, rel=1e-12)


def test_three_bases_by_hand(make_park):
    park = two_tenants(make_park)
    found = attribution_of(park, flows_of(park, RATES))
    # A from the grid: 4 in hour 0, 1 in hour 1
    assert found.operating_co2("load-a", "location").tonnes == pytest.approx(5 * 0.6)
    assert found.operating_co2("load-a", "hourly").tonnes == pytest.approx(5 * 0.8)
    assert found.co2_910("load-a").tonnes == pytest.approx(5 * 0.8325)
    assert found.operating_co2("load-a", "location", slice(0, 1)).tonnes == pytest.approx(4 * 0.6)


def test_a_contract_takes_its_supply_first_and_matches_the_period_on_the_market_basis(make_park):
    park = two_tenants(make_park, {"ppa": {"tenant": "b", "supply": "pv"}})
    found = attribution_of(park, flows_of(park, RATES))
    pv = [o.name for o in found.origins].index("pv")
    b = found.consumers.index("load-b")
    # hour 1: 5 of sun and 1.5 of the grid for 6: B needs 2 × 6.5/6, all of it from the sun
    assert found.supplied_mwh[b, 1, pv] == pytest.approx(6.5 / 3)
    assert found.contracted_mwh[b, 1, pv] == pytest.approx(6.5 / 3)
    # over the period B needs 2 + 6.5/3 + 20/9 = 6.39 and the park had 5 + 6.67 of sun: all of B is covered
    market = found.by_origin("load-b", "market")
    assert market[pv] == pytest.approx(2 + 6.5 / 3 + 20 / 9)
    assert found.operating_co2("load-b", "market").tonnes == pytest.approx(0.0, abs=1e-12)
    assert found.operating_co2("load-b", "hourly").tonnes == pytest.approx(2 * 0.8)
    total = sum(found.by_origin(c, "market") for c in found.consumers)
    assert total == pytest.approx(found.supplied_mwh.sum(axis=(0, 1)), rel=1e-12)
