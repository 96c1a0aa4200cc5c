"""What an auditor asked: parks where a figure could be wrong and nothing would say so, each by hand."""

import numpy as np
import pytest
from tests.carbon.test_attribution import GRID, RATES, flows_of, two_tenants

from zeropark.carbon.attribution import attribution_of
from zeropark.carbon.intensities import intensities_of
from zeropark.carbon.tenants import residuals
from zeropark.errors import InputError
from zeropark.flows import Flows

ENERGY = {
    "electricity": {"unit": "MWh", "kind": "electricity"},
    "coal": {"unit": "MWh", "kind": "fuel", "combustion": 0.34},
    "steam": {"unit": "GJ", "kind": "heat"},
    "hydrogen": {"unit": "t", "kind": "hydrogen"},
    "iron": {"unit": "t"},
}


def by_name(found, consumer):
    return dict(zip((o.name for o in found.origins), found.supplied(consumer), strict=True))


def battery(make_park, **more):
    """Sun, grid, battery and one load on a bus."""
    return make_park(
        {
            "pv": {"kind": "source", "node": "bus", "capacity": 10, "origin": "solar"},
            "grid": {"kind": "market", "node": "bus", "buy": {"price": 1}, "origin": "grid"},
            "battery": {"kind": "storage", "node": "bus", "capacity": 20, **more},
            "load": {"kind": "demand", "node": "bus", "profile": [1, 1, 1]},
        },
        steps=3,
        carbon={"grid": GRID},
    )


def with_net(flows, **changed):
    """The same flows with some net flows changed, as meters would tell them; keys are asset__node."""
    net = dict(flows.net)
    for key, values in changed.items():
        net[tuple(key.split("__"))] = np.asarray(values, dtype=float)
    return Flows(flows.clock, flows.rates, net, flows.carriers)


def test_a_meters_cyclic_store_that_ends_empty_does_not_turn_its_opening_into_sun(make_park):
    """12 in it at first, 1 of sun charged, 9 drawn: the 9 are mostly of before, and the sun gave 1 in all."""
    park = battery(make_park, initial="cyclic")
    rates = {
        ("pv", "output"): [1, 0, 0], ("grid", "buy"): [1, 0, 0], ("battery", "charge"): [1, 0, 0],
        ("battery", "discharge"): [0, 1, 1], ("load", "intake"): [1, 1, 1], ("battery", "level"): [13, 12, 11],
    }  # fmt: skip
    found = attribution_of(park, flows_of(park, rates))
    assert by_name(found, "load")["pv"] < 1.0
    assert by_name(found, "load")["opening of battery"] > 1.5
    assert max(map(abs, residuals(found, slice(None)).values())) < 1e-9


def test_a_store_cannot_have_held_more_than_it_holds(make_park):
    """Half of the content is lost each hour; 15 in the last hour cannot have lain in a battery of 20 from before."""
    park = battery(make_park, standing_loss=0.5, initial="free")
    rates = {
        ("pv", "output"): [2, 0, 0], ("grid", "buy"): [1, 1, 0], ("battery", "charge"): [2, 0, 0],
        ("battery", "discharge"): [0, 0, 15], ("load", "intake"): [1, 1, 15],
    }  # fmt: skip
    flows = flows_of(park, rates)
    capacity = {("battery", "capacity"): np.array([20.0])}
    found = attribution_of(park, Flows(flows.clock, {**flows.rates, **capacity}, flows.net, flows.carriers))
    assert found.ledger.opening.sum() <= 20 + 1e-9
    # of the 2 of sun 0.5 are left in the last hour, with the 2 behind them; the other 14.5 nobody saw coming
    assert by_name(found, "load") == pytest.approx({"pv": 2, "grid": 2, "unmetered at bus": 14.5})


def test_no_electricity_is_without_origin_where_a_stores_losses_ate_all_it_had(make_park):
    """After 60 hours of losing half, nothing from before can fill a gap."""
    hours = 60
    park = make_park(
        {
            "grid": {"kind": "market", "node": "bus", "buy": {"price": 1}, "origin": "grid"},
            "battery": {"kind": "storage", "node": "bus", "capacity": 20, "standing_loss": 0.5, "initial": "free"},
            "load": {"kind": "demand", "node": "bus", "profile": [1] * hours},
        },
        steps=hours,
        carbon={"grid": GRID},
    )  # fmt: skip
    rates = {
        ("grid", "buy"): [1] * (hours - 1) + [0],
        ("battery", "discharge"): [0] * (hours - 1) + [1],
        ("battery", "charge"): [0] * hours,
        ("load", "intake"): [1] * hours,
    }
    found = attribution_of(park, flows_of(park, rates))
    assert found.supplied("load").sum() == pytest.approx(hours)
    assert found.operating_co2("load", "hourly").tonnes == pytest.approx(hours * 0.8)


def test_a_line_that_delivers_more_than_it_takes_is_told_as_unmetered(make_park):
    """The meters say 5 into the line and 6 out of it: the sixth has no known origin, and is not missing."""
    park = two_tenants(make_park)
    flows = flows_of(park, {**RATES, ("grid", "buy"): [6.0, 0.0, 0.0]})
    found = attribution_of(park, with_net(flows, line__bus=[0, 6, 9]))
    assert found.supplied_mwh[:, 1].sum() == pytest.approx(6)
    unseen = [o.name for o in found.origins].index("unmetered at bus")
    assert found.supplied_mwh[:, 1, unseen].sum() == pytest.approx(1)


def test_a_one_way_line_that_runs_backward_is_a_fault(make_park):
    park = two_tenants(make_park)
    flows = flows_of(park, RATES)
    with pytest.raises(InputError, match=r"line at bus: found -2 at 2025-01-01 02:00"):
        attribution_of(park, with_net(flows, line__bus=[0, 4.5, -2]))
    with pytest.raises(InputError, match=r"line at farm: found 2 at 2025-01-01 02:00"):
        attribution_of(park, with_net(flows, line__farm=[0, -5, 2]))


def test_nobody_is_served_through_a_line_that_runs_the_other_way(make_park):
    """A has a roof of its own behind a line that only brings electricity to A: none of the roof is B's."""
    park = make_park(
        {
            "roof": {"kind": "source", "node": "a", "capacity": 10, "origin": "solar"},
            "grid": {"kind": "market", "node": "bus", "buy": {"price": 1}, "origin": "grid"},
            "line": {"kind": "connection", "from": "bus", "to": "a", "capacity": 10, "loss": 0.2, "one_way": True},
            "load-a": {"kind": "demand", "node": "a", "profile": [4], "tenant": "a"},
            "load-b": {"kind": "demand", "node": "bus", "profile": [6], "tenant": "b"},
        },
        {"a": "electricity", "bus": "electricity"},
        steps=1,
        tenants={"a": {"name": "A"}, "b": {"name": "B"}},
        carbon={"grid": GRID},
    )  # fmt: skip
    rates = {
        ("roof", "output"): [3], ("grid", "buy"): [7.25], ("line", "forward"): [1.25],
        ("load-a", "intake"): [4], ("load-b", "intake"): [6],
    }  # fmt: skip
    found = attribution_of(park, flows_of(park, rates))
    assert by_name(found, "load-b") == pytest.approx({"roof": 0, "grid": 6})
    assert by_name(found, "load-a") == pytest.approx({"roof": 3, "grid": 1.25})
    assert found.operating_co2("load-b", "market").tonnes == pytest.approx(6 * 0.8)


def steam_turbine(make_park):
    """10 MWh of coal, 3.4 tCO2, become 28.8 GJ of steam, and these 4 MWh of electricity; nothing else."""
    return make_park(
        {
            "coal": {"kind": "market", "node": "coal", "buy": {"price": 1}, "origin": "fossil"},
            "boiler": {"kind": "converter", "rated": "coal", "capacity": 10, "inputs": {"coal": 1},
                       "outputs": {"steam": 2.88}},
            "turbine": {"kind": "converter", "rated": "el", "capacity": 10, "inputs": {"steam": 7.2},
                        "outputs": {"el": 1}},
            "load": {"kind": "demand", "node": "el", "profile": [4], "tenant": None},
        },
        {"el": "electricity", "coal": "coal", "steam": "steam"},
        steps=1,
        carriers=ENERGY,
        carbon={"grid": GRID},
    )  # fmt: skip


def test_electricity_of_a_turbine_carries_the_coal_of_its_boiler(make_park):
    park = steam_turbine(make_park)
    rates = {
        ("coal", "buy"): [10], ("boiler", "activity:"): [10], ("turbine", "activity:"): [4], ("load", "intake"): [4],
    }  # fmt: skip
    found = attribution_of(park, flows_of(park, rates))
    for basis in ("location", "market", "hourly"):
        assert found.operating_co2("load", basis).tonnes == pytest.approx(3.4)
    assert found.co2_910("load").tonnes == pytest.approx(3.4)


def test_electricity_of_a_fuel_cell_carries_what_its_hydrogen_was_made_from(make_park):
    """Night: 8 of the grid make 0.16 t of hydrogen; day: the fuel cell makes 3 of it, the roof 1."""
    park = make_park(
        {
            "roof": {"kind": "source", "node": "el", "capacity": 10, "origin": "solar"},
            "grid": {"kind": "market", "node": "el", "buy": {"price": 1}, "origin": "grid"},
            "electrolyser": {"kind": "converter", "rated": "el", "capacity": 10, "inputs": {"el": 1},
                             "outputs": {"h2": 0.02}},
            "tank": {"kind": "storage", "node": "h2", "capacity": 1},
            "cell": {"kind": "converter", "rated": "h2", "capacity": 1, "inputs": {"h2": 1},
                     "outputs": {"el": 18.75}},
            "load": {"kind": "demand", "node": "el", "profile": [2, 4]},
        },
        {"el": "electricity", "h2": "hydrogen"},
        steps=2,
        carriers=ENERGY,
        carbon={"grid": GRID},
    )  # fmt: skip
    rates = {
        ("roof", "output"): [0, 1], ("grid", "buy"): [10, 0], ("electrolyser", "activity:"): [8, 0],
        ("tank", "charge"): [0.16, 0], ("tank", "discharge"): [0, 0.16], ("cell", "activity:"): [0, 0.16],
        ("load", "intake"): [2, 4],
    }  # fmt: skip
    found = attribution_of(park, flows_of(park, rates))
    assert found.operating_co2("load", "location").tonnes == pytest.approx((2 + 8) * 0.6)
    assert found.operating_co2("load", "hourly").tonnes == pytest.approx((2 + 8) * 0.8)
    assert found.co2_910("load").tonnes == pytest.approx((2 + 8) * 0.8325)


def furnace_gas(make_park, **more):
    """A furnace makes iron and electricity from 10 MWh of coal."""
    return make_park(
        {
            "coal": {"kind": "market", "node": "coal", "buy": {"price": 1}, "origin": "fossil"},
            "furnace": {"kind": "converter", "rated": "coal", "capacity": 10, "inputs": {"coal": 1},
                        "outputs": {"iron": 0.3, "el": 0.1}},
            "load": {"kind": "demand", "node": "el", "profile": [1]},
            "iron": {"kind": "demand", "node": "iron", "profile": [3]},
        },
        {"el": "electricity", "coal": "coal", "iron": "iron"},
        steps=1,
        carbon={"grid": GRID},
        **more,
    )  # fmt: skip


FURNACE = {
    ("coal", "buy"): [10], ("furnace", "activity:"): [10], ("load", "intake"): [1], ("iron", "intake"): [3],
}  # fmt: skip


def test_a_process_beside_electricity_shares_by_stated_worth_or_has_no_factor(make_park):
    """3.4 tCO2: by worth 3 t of iron at 300 and 1 MWh at 100 share 9 to 1; where no worth is stated, none is taken."""
    park = furnace_gas(make_park, carriers=ENERGY)
    with pytest.raises(InputError, match=r"no factor for 'furnace'.*footprint.allocation.furnace"):
        attribution_of(park, flows_of(park, FURNACE)).operating_co2("load", "location")
    priced = {**ENERGY, "iron": {"unit": "t", "worth": {"price": 300}},
              "electricity": {**ENERGY["electricity"], "worth": {"price": 100}}}  # fmt: skip
    park = furnace_gas(make_park, carriers=priced, footprint={"allocation": {"furnace": "economic"}})
    found = attribution_of(park, flows_of(park, FURNACE))
    assert found.operating_co2("load", "location").tonnes == pytest.approx(0.34)


def test_a_meter_with_the_wrong_sign_does_not_make_an_electrolyser_a_power_plant(make_park):
    park = make_park(
        {
            "pv": {"kind": "source", "node": "el", "capacity": 10, "origin": "solar"},
            "electrolyser": {"kind": "converter", "rated": "h2", "capacity": 10, "inputs": {"el": 50},
                             "outputs": {"h2": 1}},
            "load": {"kind": "demand", "node": "el", "profile": [4, 4]},
            "out": {"kind": "demand", "node": "h2", "profile": [0.1, 0]},
        },
        {"el": "electricity", "h2": "hydrogen"},
        steps=2,
        carriers=ENERGY,
        carbon={"grid": GRID},
    )  # fmt: skip
    rates = {("pv", "output"): [9, 4], ("electrolyser", "activity:"): [0.1, 0], ("load", "intake"): [4, 4],
             ("out", "intake"): [0.1, 0]}  # fmt: skip
    flows = with_net(flows_of(park, rates), electrolyser__el=[5, 0])
    with pytest.raises(InputError, match=r"electrolyser at el: found 5 at 2025-01-01 00:00"):
        attribution_of(park, flows)


def test_what_a_store_held_at_first_weighs_the_grid_in_the_intensities_too(make_park):
    park = battery(make_park, initial=0.5)
    rates = {
        ("pv", "output"): [0, 0, 1], ("grid", "buy"): [0, 0, 0], ("battery", "charge"): [0, 0, 0],
        ("battery", "discharge"): [1, 1, 0], ("load", "intake"): [1, 1, 1], ("battery", "level"): [9, 8, 8],
    }  # fmt: skip
    found = intensities_of(park, flows_of(park, rates), basis="hourly")
    assert found.at("bus") == pytest.approx([0.8, 0.8, 0.0])


def test_hydrogen_of_before_or_unseen_weighs_the_mean_of_its_node(make_park):
    """0.04 t come from the grid's 2 MWh, 0.02 t were in the tank, 0.02 t nobody saw coming: all weigh 50 × 0.6."""
    park = make_park(
        {
            "grid": {"kind": "market", "node": "el", "buy": {"price": 1}, "origin": "grid"},
            "electrolyser": {"kind": "converter", "rated": "el", "capacity": 10, "inputs": {"el": 1},
                             "outputs": {"h2": 0.02}},
            "tank": {"kind": "storage", "node": "h2", "capacity": 1, "initial": 0.02},
            "out": {"kind": "demand", "node": "h2", "profile": [0.02, 0.02, 0.04]},
        },
        {"el": "electricity", "h2": "hydrogen"},
        steps=3,
        carriers=ENERGY,
        carbon={"grid": GRID},
    )  # fmt: skip
    rates = {
        ("grid", "buy"): [0, 1, 1], ("electrolyser", "activity:"): [0, 1, 1], ("tank", "charge"): [0, 0, 0],
        ("tank", "discharge"): [0.02, 0, 0], ("tank", "level"): [0, 0, 0], ("out", "intake"): [0.02, 0.02, 0.04],
    }  # fmt: skip
    assert intensities_of(park, flows_of(park, rates)).at("h2") == pytest.approx([30, 30, 30])


def test_a_process_that_takes_nothing_still_hands_on_what_it_releases(make_park):
    park = make_park(
        {
            "kiln": {"kind": "converter", "rated": "iron", "capacity": 10, "emissions": 0.7, "outputs": {"iron": 1}},
            "out": {"kind": "demand", "node": "iron", "profile": [2]},
        },
        {"iron": "iron"},
        steps=1,
        carriers=ENERGY,
        carbon={"grid": GRID},
    )  # fmt: skip
    found = intensities_of(park, flows_of(park, {("kiln", "activity:"): [2], ("out", "intake"): [2]}))
    assert found.at("iron") == pytest.approx([0.7])
