"""The Commission's worked examples: every expected number from the inputs alone, to 1e-9.

The files lie beside the repository and are not part of it; the decisive figures of one of them stand here too.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from zeropark.cbam.engine import assess
from zeropark.cbam.model import (
    TRANSITIONAL,
    Electricity,
    Installation,
    Product,
    ProductionProcess,
    PurchasedPrecursor,
    RouteAmount,
    Use,
)
from zeropark.cbam.read_json import read_example
from zeropark.cbam.read_template import read_template
from zeropark.cbam.result import CbamResult

FOLDER = Path(__file__).parents[3] / "shared" / "reference" / "cbam" / "examples"
beside = pytest.mark.skipif(not FOLDER.is_dir(), reason="the worked examples are not beside the repository")

INSTALLATION = {
    "fuel_input_total": "fuel_input_tj",
    "fuel_rest": "fuel_rest_tj",
    "co2_fossil": "co2_fossil_tco2e",
    "co2_biomass": "co2_biomass_tco2e",
    "n2o": "n2o_tco2e",
    "pfc": "pfc_tco2e",
    "total_direct": "direct_tco2e",
    "total_indirect": "indirect_tco2e",
    "total": "total_tco2e",
    "sum_attributed_direct": "attributed_direct_tco2e",
    "sum_attributed_indirect": "attributed_indirect_tco2e",
    "rest_direct": "rest_direct_tco2e",
    "rest_indirect": "rest_indirect_tco2e",
}
STREAM = {
    "co2_fossil": "fossil_tco2e",
    "co2_biomass": "biomass_tco2e",
    "energy_fossil": "energy_fossil_tj",
    "energy_biomass": "energy_biomass_tj",
}
PROCESS = {
    "activity_level": "activity_level",
    "production_control": "production_control",
    "dir_em": "direct_tco2e",
    "heat_emissions": "heat_tco2e",
    "waste_gas_emissions": "waste_gas_tco2e",
    "attributed_direct": "attributed_direct_tco2e",
    "electricity_export_correction": "electricity_export_tco2e",
    "attributed_indirect": "attributed_indirect_tco2e",
    "se_direct": "se_direct",
    "see_direct": "see_direct",
    "se_indirect": "se_indirect",
    "see_indirect": "see_indirect",
    "specific_electricity": "specific_electricity_mwh",
    "embedded_electricity": "embedded_electricity_mwh",
    "share_direct_from_default": "share_direct_from_default",
}
PRECURSOR = {
    "purchased_total": "purchased",
    "control": "control",
    "see_direct": "see_direct",
    "see_indirect": "see_indirect",
}
PRODUCT = {
    "see_direct": "see_direct",
    "see_indirect": "see_indirect",
    "see_total": "see_total",
    "share_direct_from_default": "share_direct_from_default",
    "embedded_electricity": "embedded_electricity_mwh",
}
CONTRIBUTION = {"mass_share": "mass_share", "see_direct": "see_direct", "see_indirect": "see_indirect"}
WORDS = {"id", "name", "row", "process", "cn_code", "contributions"}


def agrees(found: Any, expected: dict[str, Any], names: dict[str, str]) -> int:
    """How many numbers were compared; every key of the file must be known."""
    assert set(expected) <= set(names) | WORDS
    count = 0
    for key, leaf in expected.items():
        if key in names:
            tolerance = 1e-6 if key.startswith("rest_") else 1e-12
            value = getattr(found, names[key])
            assert value == pytest.approx(leaf["value"], rel=1e-9, abs=tolerance), leaf["ref"]
            count += 1
    return count


@beside
@pytest.mark.parametrize(("name", "numbers"), [("blast_furnace", 95), ("eaf_slab", 98), ("cement", 52)])
def test_every_expected_number(name: str, numbers: int) -> None:
    expected = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))["expected"]
    result = assess(read_example(FOLDER / f"{name}.json"))
    count = agrees(result.installation, expected["installation"], INSTALLATION)
    for found, known, names in (
        (result.streams, expected["source_streams"], STREAM),
        (result.precursors, expected["purchased_precursors"], PRECURSOR),
        (result.processes, expected["processes"], PROCESS),
        (result.products, expected["products"], PRODUCT),
    ):
        for one, wanted in zip(found, known, strict=True):
            count += agrees(one, wanted, names)
    for process, wanted in zip(result.processes, expected["processes"], strict=True):
        for part, known in zip(process.contributions, wanted["contributions"], strict=True):
            count += agrees(part, known, CONTRIBUTION)
    assert count == numbers
    assert [product.cn_code for product in result.products] == [p["cn_code"] for p in expected["products"]]


@beside
def test_filled_template_gives_what_its_cells_say() -> None:
    path = next(FOLDER.glob("*.xlsx"))
    result = assess(read_template(path))
    stored = load_workbook(path, data_only=True, read_only=True)

    def cell(sheet: str, place: str) -> Any:
        return stored[sheet][place].value

    for product in result.products:
        assert product.see_direct == pytest.approx(cell("Summary_Products", f"I{product.row}"), rel=1e-9)
        assert product.see_indirect == pytest.approx(cell("Summary_Products", f"J{product.row}"), rel=1e-9)
        assert product.embedded_electricity_mwh == pytest.approx(
            cell("Summary_Products", f"O{product.row}"), rel=1e-9
        )
        assert product.cn_code == cell("Summary_Products", f"F{product.row}")
    assert len(result.products) == 4
    process = result.processes[0]
    assert process.attributed_direct_tco2e == pytest.approx(cell("Summary_Processes", "K71"), rel=1e-9)
    assert process.attributed_indirect_tco2e == pytest.approx(cell("Summary_Processes", "L71"), rel=1e-9)
    assert result.installation.direct_tco2e == pytest.approx(cell("C_Emissions&Energy", "L27"), rel=1e-9)
    assert result.installation.fuel_input_tj == pytest.approx(cell("C_Emissions&Energy", "H17"), rel=1e-9)


def slab() -> Installation:
    """Process P1 of the Commission's example 'Steel 2 EAF alloys', sheets D_Processes and E_PurchPrec."""

    def bought(id_: str, amount: float, see: float, power: float, source: Any) -> PurchasedPrecursor:
        return PurchasedPrecursor(
            id=id_,
            name=id_,
            goods_category="Alloys (FeMn, FeCr, FeNi)",
            purchased=(RouteAmount("All production routes", amount),),
            consumed_in=(Use("P1", amount),),
            see_direct=see,
            see_direct_source=source,
            specific_electricity_mwh_per_t=power,
            electricity_ef_tco2_per_mwh=0.833,
        )

    slabs = ProductionProcess(
        id="P1",
        name="EAF incl. continuous casting",
        goods_category="Crude steel",
        production=(RouteAmount("Electric arc furnace", 2234000),),  # L17
        to_market=1007000,  # L27
        consumed_in=(Use("another process", 1227000),),  # L32
        direct_tco2e=171005.30885696854,  # L54
        electricity=Electricity(consumed_mwh=1563800, ef_tco2_per_mwh=0.833, ef_source="Mix"),  # L65, L66
    )
    return Installation(
        name="EAF",
        country="United States",
        period_begin=None,
        period_end=None,
        regime=TRANSITIONAL,
        streams=(),
        processes=(slabs,),
        products=(Product(10, "P1", "72189911", "Alloy steel slabs V2A"),),
        precursors=(
            bought("PP1", 80540, 1.48, 0.24489694561708467, "Measured"),  # L17, L49, L50
            bought("PP2", 346773.0239303843, 3, 3.001, "Measured"),  # L61, L93, L94
            bought("PP3", 331213, 2.5, 2.821, "Measured"),  # L105, L137, L138
            bought("PP4", 60595, 1.3, 2.281, "Default"),  # L149, L181, L182
        ),
    )


def test_alloy_steel_slabs() -> None:
    result: CbamResult = assess(slab())
    product = result.products[0]
    assert product.see_direct == pytest.approx(1.001490412107485, rel=1e-12)  # Summary_Products!I10
    assert product.see_indirect == pytest.approx(1.3784244289950602, rel=1e-12)  # J10
    assert product.see_total == pytest.approx(2.3799148411025453, rel=1e-12)  # K10
    assert product.share_direct_from_default == pytest.approx(0.03520871519393244, rel=1e-12)  # M10
    assert product.embedded_electricity_mwh == pytest.approx(1.6547712232833856, rel=1e-12)  # O10
    assert result.processes[0].production_control == 0  # L42
