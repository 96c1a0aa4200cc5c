"""The engine on small works worked by hand, and the laws that hold for any."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cbam.works import installation, precursor, process, steelworks, with_process

from zeropark.cbam.engine import assess
from zeropark.cbam.model import (
    DEFINITIVE,
    Electricity,
    EmissionBalance,
    FuelBalance,
    HourlyEvidence,
    MeasurementSource,
    PfcSource,
    Product,
    SourceStream,
    Use,
)
from zeropark.cbam.streams import measurement_result, pfc_result, stream_result
from zeropark.errors import InputError


def test_streams_of_the_template() -> None:
    """Rows Ex.1 to Ex.3, Ex., Ex.1, Ex.2 of sheet B_EmInst, with the values that the template shows beside them."""
    oil = SourceStream("S", "oil", "combustion", 252000, "t", 45, 73, "tCO2/TJ", None, 100, None, 0)
    assert stream_result(oil).fossil_tco2e == pytest.approx(827820, rel=1e-12)  # AU14
    assert stream_result(oil).energy_fossil_tj == pytest.approx(11340, rel=1e-12)  # AX14
    meal = SourceStream("S", "meal", "process_emissions", 121000, "t", None, 0.08794, "tCO2/t")
    assert stream_result(meal).fossil_tco2e == pytest.approx(10640.74, rel=1e-12)  # AU15
    steel = SourceStream("S", "steel", "mass_balance", -1808226, carbon_content=0.003878)
    assert stream_result(steel).fossil_tco2e == pytest.approx(-25693.068768192, rel=1e-12)  # AU16
    cells = PfcSource("F", "CWPB", "slope", 500000, 2.17, 1.23, 0.146, c2f6_per_cf4=0.122)
    collected = replace(cells, collection_efficiency=0.98)
    assert pfc_result(collected).fossil_tco2e == pytest.approx(1587424.347, rel=1e-12)  # AU97
    assert pfc_result(cells).fossil_tco2e == pytest.approx(
        1291817.709 + 263858.151060, rel=1e-9
    )  # AR97 + AS97
    acid = MeasurementSource("M", "N2O", "N2O", 64.2925, 4, 265, 0)
    assert measurement_result(acid).fossil_tco2e == pytest.approx(18059.76325, rel=1e-12)  # AU111
    transfer = MeasurementSource("M", "CO2", "CO2", 1820, 5000, 50, 15)
    assert measurement_result(transfer).fossil_tco2e == pytest.approx(386750, rel=1e-12)  # AU112
    assert measurement_result(transfer).biomass_tco2e == pytest.approx(68250, rel=1e-12)  # AV112


def test_overvoltage_method() -> None:
    """1000 t Al × 2 mV / 0.95 × 1.16 kg/(t mV) / 1000 = 2.4421 t CF4; 0.121 of it C2F6."""
    source = PfcSource(
        "F",
        "CWPB",
        "overvoltage",
        1000,
        overvoltage=2,
        current_efficiency=0.95,
        overvoltage_coefficient=1.16,
        c2f6_per_cf4=0.121,
    )
    cf4 = 2.4421052631578946
    assert pfc_result(source).fossil_tco2e == pytest.approx(cf4 * 6630 + cf4 * 0.121 * 11100, rel=1e-12)


def test_steelworks_by_hand() -> None:
    result = assess(steelworks())
    slab, plate = result.processes
    assert slab.heat_tco2e == pytest.approx(400)
    assert slab.waste_gas_tco2e == pytest.approx(561 - 3741.87)
    assert slab.attributed_direct_tco2e == pytest.approx(3219.13)
    assert slab.electricity_export_tco2e == pytest.approx(-10)
    assert slab.se_direct == pytest.approx(3.20913)
    assert slab.see_direct == pytest.approx(3.40913)
    assert plate.see_direct == pytest.approx((300 + 500 * 3.40913) / 400)
    assert slab.see_indirect == pytest.approx(0.48 + 0.1 * 0.5 * 0.6)
    assert plate.see_indirect == pytest.approx((60 + 500 * 0.51) / 400)
    assert plate.embedded_electricity_mwh == pytest.approx((100 + 500 * (0.8 + 0.1 * 0.5)) / 400)
    assert [part.id for part in plate.contributions] == ["P2", "P1", "PP1"]
    assert plate.contributions[2].mass_share == pytest.approx(500 / 400 * 0.1)
    assert [product.cn_code for product in result.products] == ["72085120", "72071210"]


def test_typed_lines_stand_for_computed_ones() -> None:
    told = replace(
        steelworks(),
        emission_balance=EmissionBalance(co2_manual=5000, n2o_manual=7, indirect_manual=600),
        fuel_balance=FuelBalance(total_manual=30, cbam_goods=20),
    )
    whole = assess(told).installation
    assert whole.direct_tco2e == 5007
    assert whole.total_tco2e == 5607
    assert whole.fuel_rest_tj == 10
    assert assess(steelworks()).installation.direct_tco2e == pytest.approx(1000 * 25 * 95 / 1000 + 44)


def test_loop_is_solved() -> None:
    """P1 and P2 give each other 100 t of 1000 t each: x1 = 1 + 0.1 x2, x2 = 2 + 0.1 x1, so x1 = 1.2/0.99."""
    told = installation(
        process("P1", 1000, 1000, consumed_in=(Use("P2", 100),)),
        process("P2", 1000, 2000, consumed_in=(Use("P1", 100),)),
    )
    first, second = assess(told).processes
    assert first.see_direct == pytest.approx(1.2 / 0.99, rel=1e-12)
    assert second.see_direct == pytest.approx(2.1 / 0.99, rel=1e-12)


def test_loop_that_eats_itself_is_refused() -> None:
    told = installation(
        process("P1", 1000, 1000, consumed_in=(Use("P2", 1000),)),
        process("P2", 1000, 2000, consumed_in=(Use("P1", 1000),)),
    )
    with pytest.raises(InputError) as caught:
        assess(told)
    assert "gain of 1" in caught.value.faults[0].found


def test_share_of_default_values() -> None:
    """Own 1, measured 0.1 × 2, default 0.1 × 3: 0.3 of 1.5."""
    told = installation(
        process("P1", 1000, 1000),
        precursors=(precursor("PP1", 100, 2.0), precursor("PP2", 100, 3.0, see_direct_source="Default")),
    )
    assert assess(told).processes[0].share_direct_from_default == pytest.approx(0.3 / 1.5)


def test_definitive_counts_electricity_in_the_total_and_nothing_below_zero() -> None:
    definitive = assess(replace(steelworks(), regime=DEFINITIVE))
    assert definitive.processes[0].attributed_direct_tco2e == pytest.approx(3209.13)  # Eq. 55
    below = replace(with_process(steelworks(), "P1", direct_tco2e=1000.0), regime=DEFINITIVE)
    assert assess(below).processes[0].attributed_direct_tco2e == 0
    assert assess(replace(below, regime=steelworks().regime)).processes[0].se_direct < 0


def test_definitive_counts_direct_emissions_only_for_annex_two() -> None:
    """Steel: indirect ones of its own and of pig iron do not count; those of sintered ore do."""
    ore = precursor(
        "PP2",
        500,
        0.2,
        goods_category="Sintered Ore",
        specific_electricity_mwh_per_t=0.1,
        electricity_ef_tco2_per_mwh=0.6,
    )
    told = replace(steelworks(), regime=DEFINITIVE)
    told = replace(told, precursors=(*told.precursors, ore))
    slab = assess(told).processes[0]
    assert slab.see_indirect == pytest.approx(0.5 * 0.06)
    assert slab.attributed_indirect_tco2e == pytest.approx(480)
    old = assess(replace(told, regime=steelworks().regime))
    assert old.products[1].see_indirect_counted == pytest.approx(0.5 * 0.06)
    assert old.products[1].see_indirect == pytest.approx(0.51 + 0.03)


def cement(regime: str, evidence: HourlyEvidence | None = None, source: str = "D.4(a)") -> object:
    """950 t of clinker in 1000 t of cement, 800 t CO2."""
    works = process(
        "P1",
        1000,
        800,
        goods_category="Cement",
        electricity=Electricity(100, 0.5, source, evidence),
    )
    good = Product(10, "P1", "25232900", "cement", {"clinker_factor": 0.95})
    return installation(works, products=(good,), regime=regime)


def test_definitive_tells_cement_by_the_tonne_of_clinker() -> None:
    product = assess(cement(DEFINITIVE)).products[0]  # type: ignore[arg-type]
    assert product.unit == "t clinker"
    assert product.see_direct == pytest.approx(800 / 950)
    assert product.per_tonne_factor * product.see_direct == pytest.approx(0.8)  # Eq. 64
    assert product.see_indirect == pytest.approx(50 / 950)


def test_fertiliser_by_the_kilogram_of_nitrogen() -> None:
    """1000 t of acid with 14 % N: 140000 kg; 1400 t CO2e; 0.01 t per kg."""
    told = installation(
        process("P1", 1000, 1400, goods_category="Nitric acid"),
        products=(Product(10, "P1", "28080000", "acid", {"n_content": 0.14}),),
        regime=DEFINITIVE,
    )
    product = assess(told).products[0]
    assert (product.unit, product.see_direct) == ("kg N", pytest.approx(0.01))
    missing = replace(told, products=(replace(told.products[0], parameters={}),))
    with pytest.raises(InputError, match="n_content"):
        assess(missing)


def test_actual_electricity_factor_needs_hourly_metering() -> None:
    good = HourlyEvidence(matched_mwh=100, longest_step_hours=1, source="meters.parquet")
    assert assess(cement(DEFINITIVE, good, "D.4.3.1")).products  # type: ignore[arg-type]
    for evidence in (None, replace(good, longest_step_hours=24), replace(good, matched_mwh=99)):
        with pytest.raises(InputError, match=r"D\.4\.3"):
            assess(cement(DEFINITIVE, evidence, "D.4.3.1"))  # type: ignore[arg-type]


def test_precursor_from_the_union_counts_as_zero_from_2026_on() -> None:
    told = installation(process("P1", 1000, 1000), precursors=(precursor("PP1", 100, 2.0, country="DE"),))
    assert assess(told).processes[0].see_direct == pytest.approx(1.2)
    assert assess(replace(told, regime=DEFINITIVE)).processes[0].see_direct == pytest.approx(1.0)


def test_result_keeps_regime_version_and_what_is_missing() -> None:
    result = assess(steelworks())
    assert result.regime == "transitional 2023/1773"
    assert "2025/2621" in result.defaults_version
    assert any("2026/1740" in note and "June 2026" in note for note in result.notes)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 5).flatmap(
        lambda n: st.tuples(
            st.lists(st.floats(1, 1e6), min_size=n, max_size=n),
            st.lists(st.floats(0, 1e6), min_size=n, max_size=n),
            st.lists(st.lists(st.floats(0, 0.9), min_size=n, max_size=n), min_size=n, max_size=n),
        )
    )
)
def test_what_leaves_carries_all_that_is_attributed(
    drawn: tuple[list[float], list[float], list[list[float]]],
) -> None:
    """Σ SEE × what leaves the works = Σ attributed, whatever flows inside (no purchases)."""
    made, direct, shares = drawn
    count = len(made)
    used = np.array([[shares[i][j] / count * made[i] for j in range(count)] for i in range(count)])
    told = installation(
        *(
            process(
                f"P{i + 1}",
                made[i],
                direct[i],
                consumed_in=tuple(Use(f"P{j + 1}", used[i, j]) for j in range(count) if j != i),
            )
            for i in range(count)
        )
    )
    try:
        result = assess(told)
    except InputError:  # a loop that eats itself
        return
    leaves = [made[i] - sum(used[i, j] for j in range(count) if j != i) for i in range(count)]
    carried = sum(p.see_direct * out for p, out in zip(result.processes, leaves, strict=True))
    assert carried == pytest.approx(sum(direct), rel=1e-9, abs=1e-6)
