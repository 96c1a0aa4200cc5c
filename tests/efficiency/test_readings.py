"""Energy per tonne: what counts, shared lines, periods, money, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.efficiency.plants import CARRIERS, NODES, at_rate, only, plant

from zeropark.efficiency.compare import BeforeAfter, before_after, changes_of
from zeropark.efficiency.readings import efficiency_of
from zeropark.efficiency.summary import summary_of
from zeropark.errors import InputError
from zeropark.flows import Flows
from zeropark.park.model import Park
from zeropark.park.period import period_of, whole

MakePark = Callable[..., Park]
few = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
EAF = {"limit": "gb-21256-2025/eaf-70t", "corrections": {"hot_metal": 0}}


def furnace(make_park: MakePark, process: dict[str, Any] | None = None, **more: Any) -> Park:
    """400 kWh a tonne: 49.16 kgce."""
    assets, sections = plant({"electricity": 0.4}, {}, {**EAF, **(process or {})}, **more)
    return make_park(assets, {**NODES, "out": "product"}, steps=48, carriers=CARRIERS, **sections)


def test_a_load_that_serves_the_furnace_counts(make_park: MakePark) -> None:
    fans = {"kind": "demand", "node": "el", "profile": 0.5, "serves": "works"}
    canteen = {"kind": "demand", "node": "el", "profile": 9}
    park = furnace(make_park, assets={"fans": fans, "canteen": canteen})
    found = only(park, at_rate(park, {"works": 10, "fans": 0.5, "canteen": 9}))
    # 4 MWh and 0.5 MWh an hour for 10 t: 0.45 MWh/t x 122.9 kgce/MWh
    assert found.indicator == pytest.approx(55.305)


def test_money_is_told_only_where_a_price_is_stated(make_park: MakePark) -> None:
    park = furnace(make_park)
    assert only(park, at_rate(park, {"works": 10})).level_1.money_per_year is None
    priced = furnace(make_park, {"marginal": {"carrier": "electricity", "price": "0.5 CNY/kWh"}})
    found = only(priced, at_rate(priced, {"works": 10})).level_1
    # (49.16 - 61) kgce/t x 87,600 t/a = -1037.184 tce/a; 0.1229 tce/MWh and 500 CNY/MWh
    assert found.tce_per_year == pytest.approx(-1037.184)
    assert found.money_per_year == pytest.approx(-1037.184 / 0.1229 * 500)


def test_a_period_counts_its_steps_only(make_park: MakePark) -> None:
    park = furnace(make_park)
    flows = at_rate(park, {"works": 10})
    worse = {
        key: np.concatenate([flow[:24], flow[24:] * (2 if key[1] == "el" else 1)])
        for key, flow in flows.net.items()
    }
    flows = replace(flows, net=worse)
    by_day = [
        efficiency_of(park, flows, period_of(day, park.clock))[0] for day in ("2025-01-01", "2025-01-02")
    ]
    assert [reading.indicator for reading in by_day] == pytest.approx([49.16, 98.32])
    assert [reading.level for reading in by_day] == [1, None]
    assert efficiency_of(park, flows, whole(park.clock))[0].indicator == pytest.approx(73.74)
    assert by_day[0].in_force is False  # GB 21256-2025 holds from 2026-07-01


def test_after_its_first_day_a_standard_is_in_force(make_park: MakePark) -> None:
    assets, sections = plant({"electricity": 0.4}, {}, EAF)
    park = make_park(
        assets, {**NODES, "out": "product"}, steps=24, carriers=CARRIERS, start="2026-07-01", **sections
    )
    assert only(park, at_rate(park, {"works": 10})).in_force is True


def line(make_park: MakePark, shared: bool = True) -> Park:
    """One line, two products: 1 t of ``product`` (0.8 t of element in a tonne) and 2 t of ``other`` (0.5)."""
    limit = "gb-29435-2025/mixed-ore-la-oxide"
    assets, sections = plant({"coal": 2, "electricity": 4}, {"second": 2}, {"limit": limit})
    both = {
        "first": {"limit": limit, "assets": ["works"], "product": "out", "shared_with": ["second"]},
        "second": {"limit": limit, "assets": ["works"], "product": "second", "shared_with": ["out"]},
    }
    if shared:
        sections["efficiency"]["processes"] = both
    nodes = {**NODES, "out": "product", "second": "other"}
    return make_park(assets, nodes, steps=24, carriers=CARRIERS, **sections)


def test_a_shared_line_is_split_by_element(make_park: MakePark) -> None:
    park = line(make_park)
    first, second = efficiency_of(park, at_rate(park, {"works": 3}), whole(park.clock))
    # element in an hour: 3 x 0.8 = 2.4 and 6 x 0.5 = 3.0; line: 1.9202 tce for each tonne of the first
    assert first.shares[0].share == pytest.approx(2.4 / 5.4)
    assert first.indicator == pytest.approx(1.9202 * 2.4 / 5.4)
    assert second.indicator == pytest.approx(1.9202 * 3.0 / 5.4 / 2)
    assert first.energy_tce + second.energy_tce == pytest.approx(first.line_tce)


@few
@given(rate=st.floats(0.01, 500), use=st.floats(0.001, 5), hot=st.floats(0, 1))
def test_gap_says_on_which_side_of_the_limit_it_is(
    make_park: MakePark, rate: float, use: float, hot: float
) -> None:
    assets, sections = plant({"electricity": use}, {}, {**EAF, "corrections": {"hot_metal": hot}})
    park = make_park(assets, {**NODES, "out": "product"}, steps=3, carriers=CARRIERS, **sections)
    found = only(park, at_rate(park, {"works": rate}))
    assert found.indicator == pytest.approx(use * 122.9)
    for number, gap in ((1, found.level_1), (2, found.level_2), (3, found.level_3)):
        kept = found.level is not None and found.level <= number
        assert (gap.per_tonne <= 1e-6) if kept else (gap.per_tonne > 0)
        assert gap.per_tonne == pytest.approx(found.indicator - gap.level)
        assert np.sign(gap.tce_per_year) == np.sign(gap.per_tonne)


@few
@given(weights=st.lists(st.floats(0.01, 100), min_size=2, max_size=2), outputs=st.floats(0.01, 50))
def test_shares_of_a_line_sum_to_its_energy(
    make_park: MakePark, weights: list[float], outputs: float
) -> None:
    park = line(make_park)
    carriers = dict(park.spec.carriers)
    for name, weight in zip(("product", "other"), weights, strict=True):
        worth = carriers[name].worth.model_copy(update={"element": weight})
        carriers[name] = carriers[name].model_copy(update={"worth": worth})
    park = replace(park, spec=park.spec.model_copy(update={"carriers": carriers}))
    found = efficiency_of(park, at_rate(park, {"works": outputs}), whole(park.clock))
    assert sum(reading.energy_tce for reading in found) == pytest.approx(found[0].line_tce, rel=1e-12)
    assert sum(share.share for share in found[0].shares) == pytest.approx(1, abs=1e-12)


def test_energy_given_away_is_subtracted_where_the_standard_says_so(make_park: MakePark) -> None:
    def of(limit: str, credit: bool | None) -> float:
        process = {"limit": limit, "credit": credit}
        assets, sections = plant({"gas": 4, "steam": 0.1}, {"coke": 0.02}, process)
        product = {"unit": "t", "kind": "material", "coal_equivalent": 0.05}
        carriers = {**CARRIERS, "product": product}
        park = make_park(assets, {**NODES, "out": "product"}, steps=4, carriers=carriers, **sections)
        return only(park, at_rate(park, {"works": 1})).energy_tce / 4

    used, given = 4.1 * 0.03412, 0.02 * 0.9714
    assert of("gb-21342-2025/top-charged", None) == pytest.approx(used - given - 0.05)
    assert of("gb-21342-2025/top-charged", False) == pytest.approx(used - 0.05)
    assert of("gb-29435-2025/la-metal", None) == pytest.approx(used)
    assert of("gb-29435-2025/la-metal", True) == pytest.approx(used - given)


def test_coke_is_subtracted_from_the_coal_that_it_was_made_of(make_park: MakePark) -> None:
    """1.6 t coal (1,142.88 kgce), 30 kWh (3.687), 1 t coke (971.4) and 2 GJ of gas given away (68.24): 106.927 kgce/t."""
    process = {"limit": "gb-21342-2025/top-charged", "product": "coke"}
    ovens = {"kind": "converter", "rated": "coke", "capacity": 99, "inputs": {"coal": 1.6, "el": 0.03},
             "outputs": {"coke": 1, "gas": 2}}  # fmt: skip
    sections = {"efficiency": {"processes": {"works": {**process, "assets": ["works"]}}}}
    park = make_park({"works": ovens}, NODES, steps=4, carriers=CARRIERS, **sections)
    found = only(park, at_rate(park, {"works": 7}))
    assert found.indicator == pytest.approx(1142.88 + 3.687 - 971.4 - 68.24)
    assert found.level == 1


def test_a_product_whose_energy_counts_needs_its_coal_equivalent(make_park: MakePark) -> None:
    assets, sections = plant({"coal": 1.4}, {}, {"limit": "gb-21342-2025/top-charged"})
    park = make_park(assets, {**NODES, "out": "product"}, steps=2, carriers=CARRIERS, **sections)
    (fault,) = faults_of(park, at_rate(park, {"works": 1}))
    assert "no coal equivalent of 'product'" in fault


def test_waste_heat_of_a_source_is_recovered_energy(make_park: MakePark) -> None:
    source = {"kind": "source", "node": "steam", "capacity": 5, "origin": "recovered"}
    park = furnace(make_park, {"recovered": ["heat"]}, assets={"heat": source})
    found = only(park, at_rate(park, {"works": 10, "heat": 2}))
    assert found.indicator == pytest.approx(49.16 - 0.2 * 34.12)


def test_output_that_is_stated_counts_by_the_hours(make_park: MakePark) -> None:
    load = {"kind": "demand", "node": "el", "profile": 4}
    process = {"limit": EAF["limit"], "corrections": {"hot_metal": 0}, "assets": ["plant"], "output": 87600}
    park = make_park(
        {"plant": load}, {"el": "electricity"}, steps=24, carriers={"electricity": CARRIERS["electricity"]},
        efficiency={"processes": {"works": process}},
    )  # fmt: skip
    found = only(park, at_rate(park, {"plant": 4}))
    assert found.stated_output
    assert found.output_t == pytest.approx(240)
    assert found.indicator == pytest.approx(49.16)


# --- refused --------------------------------------------------------------------------------------


def faults_of(park: Park, flows: Flows) -> list[str]:
    with pytest.raises(InputError) as caught:
        efficiency_of(park, flows, whole(park.clock))
    return [str(fault) for fault in caught.value.faults]


def test_zero_output_is_refused(make_park: MakePark) -> None:
    park = furnace(make_park)
    (fault,) = faults_of(park, at_rate(park, {"works": 0}))
    assert "efficiency.processes.works.product: found no output at 'out'" in fault


def test_negative_production_is_refused_with_its_time(make_park: MakePark) -> None:
    park = furnace(make_park)
    flows = at_rate(park, {"works": 10})
    flows.net["works", "out"][5:7] = -3.0
    (fault,) = faults_of(park, flows)
    assert "negative production: -3 t/h of 'works' at 'out' on 2025-01-01 05:00 and in 1 more steps" in fault


def test_a_missing_coal_equivalent_is_refused(make_park: MakePark) -> None:
    carriers = {**CARRIERS, "steam": {"unit": "GJ", "kind": "heat"}}
    assets, sections = plant({"electricity": 0.4, "steam": 1}, {}, EAF)
    park = make_park(assets, {**NODES, "out": "product"}, steps=2, carriers=carriers, **sections)
    (fault,) = faults_of(park, at_rate(park, {"works": 1}))
    assert "no coal equivalent of 'steam'" in fault


def test_what_is_taken_and_not_counted_is_told(make_park: MakePark) -> None:
    """11 kg of carbon and 0.3 t of scrap in each of 10 t an hour, for a day; electricity alone counts."""
    carriers = {**CARRIERS, "carbon": {"unit": "t", "kind": "material"}}
    assets, sections = plant({"electricity": 0.5}, {}, EAF)
    assets["works"]["inputs"] |= {"carbon": 0.011, "other": 0.3}
    nodes = {**NODES, "out": "product", "other": "other", "carbon": "carbon"}
    park = make_park(assets, nodes, steps=24, carriers=carriers, **sections)
    (reading,) = efficiency_of(park, at_rate(park, {"works": 10}), whole(park.clock))
    assert [(one.carrier, one.unit) for one in reading.not_counted] == [("carbon", "t"), ("other", "t")]
    assert [one.taken for one in reading.not_counted] == pytest.approx([2.64, 72.0])
    assert [one.carrier for one in reading.carriers] == ["electricity"]


def test_a_coal_equivalent_of_the_section_stands_in(make_park: MakePark) -> None:
    carriers = {**CARRIERS, "steam": {"unit": "GJ", "kind": "heat"}}
    assets, sections = plant({"electricity": 0.4, "steam": 1}, {}, EAF)
    sections["efficiency"]["coal_equivalents"] = {"steam": "0.03412 tce/GJ"}
    park = make_park(assets, {**NODES, "out": "product"}, steps=2, carriers=carriers, **sections)
    assert only(park, at_rate(park, {"works": 1})).indicator == pytest.approx(49.16 + 34.12)


# --- baseline -------------------------------------------------------------------------------------


def test_a_stated_baseline_is_put_into_todays_conditions(make_park: MakePark) -> None:
    # baseline: 60 kgce/t with 5 % hot metal; today none: the limit is 4 kgce/t higher, so 64 for today's conditions
    baseline = {"energy": "6 tce", "output": "100 t", "period": "2020", "corrections": {"hot_metal": "5 %"}}
    park = furnace(make_park, {"baseline": baseline})
    readings = efficiency_of(park, at_rate(park, {"works": 10}), whole(park.clock))
    assert park.spec.efficiency is not None
    (row,) = before_after(readings, (), park.spec.efficiency.processes)
    assert row.baseline_indicator == pytest.approx(60)
    assert row.adjusted_indicator == pytest.approx(64)
    assert row.saving_tce == pytest.approx((64 - 49.16) / 1000 * 480)
    changes = changes_of([row])
    assert changes is not None
    # 6 tce before, 480 t instead of 100: 28.8 tce at the same rate; 30.72 in today's conditions
    assert (changes.volume_tce, changes.mix_tce) == pytest.approx((6 - 28.8, 0))
    assert changes.correction_tce == pytest.approx(28.8 - 30.72)


def test_periods_of_other_lengths_are_told_and_rounding_is_no_saving() -> None:
    row = BeforeAfter("a", "kgce/t", "2020", 1000.0, 60.0, 0.0, 1000.0, 60.0 + 1e-12, 60.0)
    assert row.saving_tce == 0.0
    assert row.same_length
    assert not replace(row, hours=672.0).same_length
    assert replace(row, hours=672.0, baseline_hours=696.0 - 24.0).same_length
    assert replace(row, energy_tce=59.0).saving_tce == pytest.approx(1.0)


@few
@given(before=st.tuples(*[st.floats(0.1, 50)] * 4), after=st.tuples(*[st.floats(0.1, 50)] * 4))
def test_the_parts_of_a_change_sum_to_it(
    make_park: MakePark, before: tuple[float, ...], after: tuple[float, ...]
) -> None:
    def park_of(use: tuple[float, float]) -> Park:
        assets: dict[str, Any] = {}
        processes = {}
        for name, each in zip(("a", "b"), use, strict=True):
            assets[name] = {"kind": "converter", "rated": f"out-{name}", "capacity": 100,
                            "inputs": {"el": each}, "outputs": {f"out-{name}": 1}}  # fmt: skip
            processes[name] = {**EAF, "assets": [name], "product": f"out-{name}"}
        nodes = {"el": "electricity", "out-a": "product", "out-b": "product"}
        return make_park(assets, nodes, steps=2, carriers=CARRIERS, efficiency={"processes": processes})

    (base_park, now_park) = park_of(before[:2]), park_of(after[:2])
    base = efficiency_of(
        base_park, at_rate(base_park, dict(zip("ab", before[2:], strict=True))), whole(base_park.clock)
    )
    now = efficiency_of(
        now_park, at_rate(now_park, dict(zip("ab", after[2:], strict=True))), whole(now_park.clock)
    )
    assert now_park.spec.efficiency is not None
    rows = before_after(now, base, now_park.spec.efficiency.processes)
    changes = changes_of(rows)
    assert changes is not None
    parts = changes.volume_tce + changes.mix_tce + changes.correction_tce + changes.saving_tce
    assert parts == pytest.approx(changes.baseline_tce - changes.energy_tce, rel=1e-9, abs=1e-9)
    assert summary_of(now, rows)["changes"]["saving_tce"] == pytest.approx(
        sum((row.baseline_indicator - row.indicator) / 1000 * row.output_t for row in rows), abs=1e-9
    )
