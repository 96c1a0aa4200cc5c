"""Carbon emission flow from electricity and coal to hydrogen and steel, by hand; attribution conserved on random parks."""

from types import SimpleNamespace

import numpy as np
import pytest
from tests.carbon.test_attribution import GRID, flows_of, two_tenants

from zeropark.accounts.standard import accounts_of
from zeropark.carbon.attribution import attribution_of
from zeropark.carbon.intensities import intensities_of
from zeropark.carbon.origins import FOSSIL_910
from zeropark.carbon.tenants import residuals
from zeropark.errors import InputError
from zeropark.park.carbon_checks import carbon_faults
from zeropark.park.streams import streams_of
from zeropark.report.intensity import intensity_block

CARRIERS = {
    "electricity": {"unit": "MWh", "kind": "electricity"},
    "hydrogen": {"unit": "t", "kind": "hydrogen"},
    "steel": {"unit": "t"},
    "slag": {"unit": "t", "kind": "waste"},
    "coal": {"unit": "t", "kind": "fuel", "combustion": 2.0},
}


def steelworks(make_park):
    """Hour 0: half sun, half grid; 50 MWh per t of hydrogen; 0.1 t of it, 0.5 t of coal and 1 MWh per t of steel."""
    return make_park(
        {
            "pv": {"kind": "source", "node": "el", "capacity": 100, "origin": "solar"},
            "grid": {"kind": "market", "node": "el", "buy": {"price": 1}, "origin": "grid"},
            "electrolyser": {"kind": "converter", "rated": "el", "capacity": 50, "inputs": {"el": 1},
                             "outputs": {"h2": 0.02}},
            "mine": {"kind": "market", "node": "coal", "buy": {"price": 1}},
            "furnace": {"kind": "converter", "rated": "steel", "capacity": 10, "emissions": 0.05,
                        "inputs": {"h2": 0.1, "coal": 0.5, "el": 1}, "outputs": {"steel": 1, "slag": 0.2}},
            "steel-out": {"kind": "demand", "node": "steel", "profile": [10, 0]},
            "slag-out": {"kind": "demand", "node": "slag", "profile": [2, 0]},
        },
        {"el": "electricity", "h2": "hydrogen", "steel": "steel", "slag": "slag", "coal": "coal"},
        steps=2,
        carriers=CARRIERS,
        carbon={"grid": GRID},
    )  # fmt: skip


RATES = {
    ("pv", "output"): [30, 0], ("grid", "buy"): [30, 0], ("electrolyser", "activity:"): [50, 0],
    ("mine", "buy"): [5, 0], ("furnace", "activity:"): [10, 0], ("steel-out", "intake"): [10, 0],
    ("slag-out", "intake"): [2, 0],
}  # fmt: skip


def test_from_electricity_to_hydrogen_to_steel(make_park):
    park = steelworks(make_park)
    found = intensities_of(park, flows_of(park, RATES), worths={"furnace": {"steel": 1.0, "slag": 0.0}})
    assert found.at("el")[0] == pytest.approx(0.3)
    assert found.at("h2")[0] == pytest.approx(50 * 0.3)
    # per t of steel: 0.1 t of hydrogen, 0.5 t of coal, 1 MWh, and 0.05 of the process
    assert found.at("steel")[0] == pytest.approx(0.1 * 15 + 0.5 * 2 + 0.3 + 0.05)
    assert found.at("slag")[0] == pytest.approx(0.0)
    assert np.isnan(found.at("steel")[1])
    shared = intensities_of(park, flows_of(park, RATES), worths={"furnace": {"steel": 1.0, "slag": 1.0}})
    assert shared.at("slag")[0] == pytest.approx(2.85 / 1.2)


def test_a_load_that_serves_a_process_goes_into_its_product(make_park):
    """The furnace without its own electric port, and 10 MW of fans that serve it: the same by hand, 1 MWh a tonne."""
    park = make_park(
        {
            "grid": {"kind": "market", "node": "el", "buy": {"price": 1}, "origin": "grid"},
            "mine": {"kind": "market", "node": "coal", "buy": {"price": 1}},
            "furnace": {"kind": "converter", "rated": "steel", "capacity": 10, "inputs": {"coal": 0.5},
                        "outputs": {"steel": 1}},
            "fans": {"kind": "demand", "node": "el", "profile": [10, 0], "serves": "furnace"},
            "steel-out": {"kind": "demand", "node": "steel", "profile": [10, 0]},
        },
        {"el": "electricity", "steel": "steel", "coal": "coal"},
        steps=2,
        carriers={name: CARRIERS[name] for name in ("electricity", "steel", "coal")},
        carbon={"grid": GRID},
    )  # fmt: skip
    rates = {
        ("grid", "buy"): [10, 0], ("mine", "buy"): [5, 0], ("furnace", "activity:"): [10, 0],
        ("fans", "intake"): [10, 0], ("steel-out", "intake"): [10, 0],
    }  # fmt: skip
    found = intensities_of(park, flows_of(park, rates))
    assert found.at("steel")[0] == pytest.approx(0.5 * 2 + 1 * found.at("el")[0])
    assert found.at("el")[0] > 0.1


def heat_user(make_park, **steam):
    """A dryer takes 2 GJ of bought steam and 1 MWh a tonne; a kiln takes 1 MWh alone."""
    return make_park(
        {
            "grid": {"kind": "market", "node": "el", "buy": {"price": 1}, "origin": "grid"},
            "steam-net": {"kind": "market", "node": "steam", "buy": {"price": 1}, **steam},
            "dryer": {"kind": "converter", "rated": "dry", "capacity": 10, "inputs": {"el": 1, "steam": 2},
                      "outputs": {"dry": 1}},
            "kiln": {"kind": "converter", "rated": "fired", "capacity": 10, "inputs": {"el": 1}, "outputs": {"fired": 1}},
            "dry-out": {"kind": "demand", "node": "dry", "profile": [5]},
            "fired-out": {"kind": "demand", "node": "fired", "profile": [5]},
        },
        {"el": "electricity", "steam": "steam", "dry": "steel", "fired": "steel"},
        steps=1,
        carriers={**CARRIERS, "steam": {"unit": "GJ", "kind": "heat"}},
        carbon={"grid": GRID},
    )  # fmt: skip


HEAT = {
    ("grid", "buy"): [10], ("steam-net", "buy"): [10], ("dryer", "activity:"): [5], ("kiln", "activity:"): [5],
    ("dry-out", "intake"): [5], ("fired-out", "intake"): [5],
}  # fmt: skip


def test_bought_steam_weighs_what_its_market_states(make_park):
    """0.11 tCO2/GJ: a tonne from the dryer 1 MWh · 0.6 + 2 GJ · 0.11."""
    park = heat_user(make_park, emissions="0.11 tCO2/GJ")
    found = intensities_of(park, flows_of(park, HEAT))
    assert found.missing == ()
    assert found.at("steam")[0] == pytest.approx(0.11)
    assert found.at("dry")[0] == pytest.approx(0.6 + 2 * 0.11)
    assert found.at("fired")[0] == pytest.approx(0.6)


def test_bought_steam_without_a_factor_is_missing_and_not_zero(make_park):
    park = heat_user(make_park)
    found = intensities_of(park, flows_of(park, HEAT))
    assert found.missing == ("steam-net",)
    assert np.isnan(found.at("steam")[0])
    assert np.isnan(found.at("dry")[0])
    assert found.at("fired")[0] == pytest.approx(0.6)
    block = intensity_block(SimpleNamespace(park=park, flows=flows_of(park, HEAT)))
    rows = {row[0].partition(" / ")[0]: row for row in block.rows}
    assert [rows["dry"][3], rows["dry"][4]] == [None, None]
    assert rows["fired"][3] == pytest.approx(600)
    assert any("assets.steam-net.emissions" in note for note in block.notes)


def test_a_factor_of_steam_on_a_market_of_electricity_is_refused(make_park):
    park = make_park(
        {"grid": {"kind": "market", "node": "el", "buy": {"price": 1}, "emissions": 0.5},
         "load": {"kind": "demand", "node": "el", "profile": [1]}},
        {"el": "electricity"}, steps=1,
    )  # fmt: skip
    told = []
    carbon_faults(park.spec, lambda path, *words: told.append((path, words)))
    assert told == [
        (("assets", "grid", "emissions"),
         ("0.5 on a market of electricity", "no number here", "electricity takes the factors of carbon.grid"))
    ]  # fmt: skip


def test_outputs_that_nobody_says_how_to_share_are_a_fault(make_park):
    park = steelworks(make_park)
    with pytest.raises(
        InputError, match=r"assets.furnace.outputs: found 2 outputs, and no worth of steel, slag"
    ):
        intensities_of(park, flows_of(park, RATES))


def test_the_910_factor_is_the_one_of_the_account(make_park):
    account = accounts_of(two_tenants(make_park)).all["co2_910"]
    assert np.unique(account.form.terms["grid", "buy"]) == pytest.approx(FOSSIL_910.tco2_per_unit)


def chp(make_park, outputs):
    return make_park(
        {
            "gas": {"kind": "market", "node": "gas", "buy": {"price": 1}},
            "chp": {
                "kind": "converter",
                "rated": "gas",
                "capacity": 10,
                "inputs": {"gas": 1},
                "outputs": outputs,
            },
            "load": {"kind": "demand", "node": "el", "profile": [4]},
            "heat": {"kind": "demand", "node": "heat", "profile": [14.4]},
        },
        {"el": "electricity", "gas": "gas", "heat": "heat"},
        steps=1,
        carriers={
            "electricity": {"unit": "MWh", "kind": "electricity"},
            "gas": {"unit": "MWh", "kind": "fuel", "combustion": 0.2},
            "heat": {"unit": "GJ", "kind": "heat"},
        },
        carbon={"grid": GRID},
    )


def test_electricity_of_a_converter_carries_its_fuel_by_energy(make_park):
    """10 MWh of gas, 2 tCO2, give 4 MWh of electricity and 14.4 GJ = 4 MWh of heat: 0.25 each."""
    park = chp(make_park, {"el": 0.4, "heat": 1.44})
    rates = {
        ("gas", "buy"): [10],
        ("chp", "activity:"): [10],
        ("load", "intake"): [4],
        ("heat", "intake"): [14.4],
    }
    found = attribution_of(park, flows_of(park, rates))
    assert [o.name for o in found.origins] == ["chp"]
    assert found.operating_co2("load", "location").tonnes == pytest.approx(4 * 0.25)


@pytest.mark.parametrize("seed", range(6))
def test_attribution_of_random_parks_is_conserved(random_park, seed):
    """Random rates in place of a plan: what does not balance is unmetered or lost, and still every origin adds up."""
    park = random_park(seed)
    rng = np.random.default_rng(seed)
    rates = {s.key: rng.uniform(0, 5, park.clock.steps) for s in streams_of(park) if s.part != "level"}
    flows = flows_of(park, rates)
    try:
        found = attribution_of(park, flows)
    except InputError as error:
        assert "loop with gain" in str(error)  # noqa: PT017
        return
    for during in (slice(0, 12), slice(3, 7)):
        assert max(map(abs, residuals(found, during).values())) < 1e-9
