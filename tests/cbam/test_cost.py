"""Default values, benchmarks, and what a tonne costs."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.cbam.works import installation, precursor, process, steelworks

from zeropark.cbam.cost import (
    CostOptions,
    allocation_factor,
    below_threshold,
    cost_of,
    product_cost,
)
from zeropark.cbam.countries import country_code
from zeropark.cbam.defaults import (
    benchmark_of,
    benchmarks_of,
    default_of,
    defaults_of,
    figure,
    figures,
    shipped_for,
)
from zeropark.cbam.engine import assess
from zeropark.cbam.model import DEFINITIVE, Heat, Product, RouteAmount
from zeropark.errors import InputError

SHARED = Path(__file__).parents[3] / "shared" / "reference" / "cbam"


def test_longest_row_serves() -> None:
    """2523 10 00 has two rows of its own; 7208 serves 7208 10 00; 7203 has no value for China."""
    assert {row.routes for row in defaults_of("2523 10 00")} == {"A", "B"}
    grey = default_of("25231000", "A")
    assert grey is not None
    assert (grey.direct, grey.indirect, grey.total) == (1.35, 0.04, 1.39)
    sheet = default_of("72081000")
    assert sheet is not None
    assert (sheet.row_code, sheet.total, sheet.indirect) == ("7208", 3.187, None)
    assert default_of("72031000") is None
    assert default_of("99990000") is None


def test_mark_up_by_year_and_section() -> None:
    sheet, urea = default_of("72081000"), default_of("31021090")
    assert sheet is not None
    assert urea is not None
    assert [sheet.markup_percent(year) for year in (2026, 2027, 2028, 2033)] == [10, 20, 30, 30]
    assert [sheet.with_markup(year) for year in (2026, 2027, 2028)] == [3.506, 3.824, 4.143]
    assert [urea.markup_percent(year) for year in (2026, 2028)] == [1, 1]


def test_benchmark_by_route_and_year() -> None:
    rolled = benchmark_of("72081000", 2026, "C")
    assert rolled is not None
    assert (rolled.a, rolled.b) == (0.044, 1.37)
    slab = [benchmark_of("72189911", year) for year in (2027, 2028)]
    assert [line.b for line in slab if line] == [1.189, 1.151]
    assert benchmark_of("99990000", 2026) is None


def test_cost_of_a_tonne_by_hand() -> None:
    """2 t − 0.5 t free = 1.5 certificates × 80 EUR = 120 EUR, 20 EUR paid at home: 100 EUR, 1.25 certificates."""
    cost = cost_of(2.0, 0.5, 80, 20, "actual")
    assert (cost.certificates_per_t, cost.eur_per_t) == (1.5, 100)
    assert cost.of(10) == (12.5, 1000)
    assert cost_of(0.4, 0.5, 80, 0, "actual").eur_per_t == 0
    assert cost_of(1.0, 0.5, 80, 99, "actual").eur_per_t == 0
    with pytest.raises(InputError):
        cost_of(1, 0, -1, 0, "actual")


def test_product_by_actual_and_default_value() -> None:
    """Sheet of own pig iron's price: actual 1.2 + 0.5 × 2 with benchmark 0.044 + 0.5 × that of 7201; default 3.506."""
    told = installation(
        process("P1", 1000, 1200, goods_category="Iron or steel products"),
        products=(Product(10, "P1", "72081000", "sheet"),),
        precursors=(precursor("PP1", 500, 2.0, cn_code="72011011"),),
        regime=DEFINITIVE,
    )
    result = assess(told)
    iron = benchmark_of("72011011", 2026, "C")
    assert iron is not None
    cost = product_cost(result, result.products[0], CostOptions(price_eur_per_t=100))
    assert cost.actual is not None
    assert cost.default is not None
    assert cost.actual.see_tco2e_per_t == pytest.approx(2.2)
    free = 0.975 * (0.044 + 0.5 * iron.b)
    assert cost.actual.free_allocation_tco2e_per_t == pytest.approx(free)
    assert cost.actual.eur_per_t == pytest.approx(100 * (2.2 - free))
    assert cost.default.eur_per_t == pytest.approx(100 * (3.506 - 0.975 * 1.37))
    later = product_cost(result, result.products[0], CostOptions(year=2034, price_eur_per_t=100))
    assert later.actual is not None
    assert later.actual.eur_per_t == pytest.approx(220)


def billets(country: str = "CN") -> Any:
    told = installation(
        process("P1", 1000, 200),
        products=(Product(10, "P1", "72071116", "billets", parameters={"benchmark_route": "D"}),),
        regime=DEFINITIVE,
    )
    return assess(replace(told, country=country))


def test_a_default_value_goes_with_the_benchmark_of_its_own_route() -> None:
    """Billets of route D: the default row of 7207 11 16 names route C (B = 1.364), not the maker's (B = 0.475)."""
    result = billets()
    options = CostOptions(price_eur_per_t=75.28)
    cost = product_cost(result, result.products[0], options)
    assert cost.default is not None
    assert cost.default.eur_per_t == pytest.approx((3.486 - 0.975 * 1.364) * 75.28)
    asked = product_cost(result, result.products[0], replace(options, route="D"))
    assert asked.default is not None
    assert asked.default.eur_per_t == pytest.approx((3.486 - 0.975 * 0.475) * 75.28)


def test_a_carbon_price_paid_per_tonne_of_emissions_lessens_actual_values() -> None:
    """0.2 t of emissions, 10 EUR paid for each: 2 EUR less; nothing free in 2034: 0.2 × 100 − 2."""
    result = billets()
    options = CostOptions(year=2034, price_eur_per_t=100, paid_eur_per_tco2=10)
    cost = product_cost(result, result.products[0], options)
    assert cost.actual is not None
    assert cost.default is not None
    assert cost.actual.eur_per_t == pytest.approx(0.2 * 100 - 2)
    assert cost.default.paid_eur_per_t == 0


def test_default_values_of_another_country_are_not_shipped() -> None:
    result = billets("TR")
    cost = product_cost(result, result.products[0], CostOptions())
    assert cost.default is None
    assert "default values of TR are not shipped / 未收录 TR 的缺省值" in cost.notes


def test_cement_default_is_per_tonne_of_clinker() -> None:
    told = installation(
        process("P1", 1000, 800, goods_category="Cement"),
        products=(Product(10, "P1", "25232900", "cement", {"clinker_factor": 0.5}),),
    )
    for regime in (told.regime, DEFINITIVE):
        result = assess(replace(told, regime=regime))
        cost = product_cost(result, result.products[0], CostOptions(price_eur_per_t=100))
        default = default_of("25232900")
        assert cost.default is not None
        assert cost.actual is not None
        assert default is not None
        assert cost.default.see_tco2e_per_t == pytest.approx(default.with_markup(2026) * 0.5)
        assert cost.actual.see_tco2e_per_t == pytest.approx(0.8)


def test_unknown_code_has_no_cost() -> None:
    told = installation(process("P1", 1, 1), products=(Product(10, "P1", "99990000", "x"),))
    result = assess(told)
    cost = product_cost(result, result.products[0], CostOptions())
    assert cost.actual is None
    assert cost.default is None
    assert cost.notes


def test_threshold_and_years() -> None:
    assert below_threshold("72081000", 50)
    assert not below_threshold("72081000", 50.1)
    assert not below_threshold("28041000", 1)
    assert not below_threshold("27160000", 1)
    assert allocation_factor(2026) == 0.975
    assert allocation_factor(2040) == 0
    with pytest.raises(InputError):
        allocation_factor(2025)
    with pytest.raises(InputError):
        figure("cbam_factor", "1999")


def test_every_figure_carries_source_mark_and_date() -> None:
    assert figures()
    for row in figures():
        assert row.source
        assert row.mark in ("O", "2", "R")
        assert row.date
    assert figure("cbam_factor", "2026").mark == "O"
    assert figure("cbam_factor", "2027").mark == "R"


def test_route_is_taken_from_what_is_told() -> None:
    """Coal or coke: C (0.188); arc furnace: the dearest of its letters; a letter told with the good goes first."""
    works = process("P1", 1000, 1200)
    good = Product(10, "P1", "72071114", "slab", {"main_reducing_agent": "Coal or coke"})

    def free(told: Product, route: str) -> float:
        made = replace(works, production=(RouteAmount(route, 1000.0),))
        result = assess(installation(made, products=(told,), regime=DEFINITIVE))
        cost = product_cost(result, result.products[0], CostOptions())
        assert cost.actual is not None
        return cost.actual.free_allocation_tco2e_per_t / 0.975

    assert free(good, "Unknown") == pytest.approx(0.188)
    assert free(replace(good, parameters={}), "Electric arc furnace") == pytest.approx(0.065)
    assert free(
        replace(good, parameters={"benchmark_route": "(C)"}), "Electric arc furnace"
    ) == pytest.approx(0.188)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the Commission's tables are not beside the repository")
def test_packaged_tables_are_the_laws() -> None:
    """Every row of Annex I that has a value, and every benchmark, as extracted."""
    with (SHARED / "default_values_cn.csv").open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["law_total"][:1].isdigit()]
    for row in rows:
        same = [value for value in defaults_of(row["cn_code"]) if value.description == row["description"]]
        assert float(row["law_total"]) in [value.total for value in same], row["cn_code"]
        assert float(row["law_dv_2027"]) in [value.with_markup(2027) for value in same], row["cn_code"]
    with (SHARED / "benchmarks.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            year = 2028 if row["production_years"] == "2028-2030" else 2026
            found = [
                line for line in benchmarks_of(row["cn_code"], year) if line.route == row["route_letter"]
            ]
            pair = (float(row["column_a_bmg"]), float(row["column_b_bmg"]))
            assert pair in [(line.a, line.b) for line in found], row


def test_every_recalled_figure_is_named_with_its_clause() -> None:
    """2026 has the CBAM factor of the text; later ones, the formula and the price are not from read texts."""

    def notes(**options: float) -> str:
        told = installation(
            process("P1", 100, 200), products=(Product(10, "P1", "72071210", "slab"),), regime=DEFINITIVE
        )
        result = assess(told)
        return " ".join(product_cost(result, result.products[0], CostOptions(**options)).notes)  # type: ignore[arg-type]

    assert "cross-sectoral factor 1)" in notes()
    assert "2025/2620" in notes()
    assert "75.28" in notes()
    assert "75.28" not in notes(price_eur_per_t=80.0)
    assert "10a(1a)" not in notes()
    assert "CBAM factor 0.95 for 2027" in notes(year=2027)
    assert "those of 2030 were taken" in notes(year=2032)
    assert "CBAM factor 0 for 2040" in notes(year=2040)


def test_recalled_units_and_countries_are_named() -> None:
    """Only where they matter, and only from 2026 on."""
    told = installation(
        process("P1", 100, 200, goods_category="Urea"),
        products=(Product(10, "P1", "31021019", "urea", {"n_content": 0.46}),),
        precursors=(precursor("PP1", 10, 2.0, country="NO"),),
        regime=DEFINITIVE,
    )
    said = " ".join(assess(told).notes)
    assert "2658/87" in said
    assert "exempted countries is recalled" in said
    assert assess(told).products[0].see_direct == pytest.approx(200 / 100 / 460)
    assert "2658/87" not in " ".join(assess(steelworks()).notes)
    nitrate = replace(told, products=(Product(10, "P1", "28342100", "KNO3"),))
    assert "2834: told per tonne" in " ".join(assess(nitrate).notes)


def test_heat_from_nitric_acid_is_not_deducted_from_2026_on() -> None:
    """1000 t CO2e, 5 TJ × 60 given away: 700 in the template, 1000 by Annex III A.3."""
    acid = process("P1", 100, 1000, goods_category="Nitric acid", heat=Heat(None, None, 5, 60))
    assert assess(installation(acid)).processes[0].attributed_direct_tco2e == 700
    definitive = assess(installation(acid, regime=DEFINITIVE))
    assert definitive.processes[0].attributed_direct_tco2e == 1000
    assert any("nitric acid" in note for note in definitive.notes)
    other = process("P1", 100, 1000, goods_category="Ammonia", heat=Heat(None, None, 5, 60))
    assert assess(installation(other, regime=DEFINITIVE)).processes[0].attributed_direct_tco2e == 700


def test_countries_by_code_and_name() -> None:
    """A name and a code say the same; what is neither is told, and exempts nothing."""
    for text in ("CN", "cn", "China", "PR China", "中国"):
        assert country_code(text) == "CN"
        assert shipped_for(text)
    assert country_code("Germany") == "DE"
    assert not shipped_for("India")
    told = replace(steelworks(), regime=DEFINITIVE)

    def see(country: str) -> tuple[float, bool]:
        bought = (replace(told.precursors[0], country=country),)
        result = assess(replace(told, precursors=bought))
        return result.processes[0].see_direct, any("no country code" in text for text in result.controls)

    assert see("Germany") == see("DE") == (see("CN")[0] - 0.2, False)
    assert see("Chnia") == (see("CN")[0], True)


def test_a_country_that_is_not_told_is_told() -> None:
    result = assess(replace(steelworks(), country=None))
    notes = product_cost(result, result.products[0], CostOptions()).notes
    assert any("country of the installation is not told" in note for note in notes)
