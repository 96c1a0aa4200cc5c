"""Works of four sectors: JSON and filled template give the same, and what the template's own formulas give."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.cbam import sheets
from tests.cbam.against import agrees_with_sheets
from tests.cbam.sectors import FERTILISERS, SECTORS, example, fill_xml, typed

from zeropark.cbam.engine import assess
from zeropark.cbam.read_json import installation_of
from zeropark.cbam.read_template import read_template
from zeropark.cbam.result import CbamResult
from zeropark.cbam.write import document_of

TEMPLATE = Path(__file__).parents[3] / "shared" / "reference" / "cbam" / "communication_template.xlsx"
beside = pytest.mark.skipif(not TEMPLATE.is_file(), reason="the template is not beside the repository")


def of_json(name: str, cells: bool = True) -> CbamResult:
    return assess(installation_of(example(SECTORS[name], cells), f"{name}.json"))


def numbers(result: CbamResult) -> dict[str, Any]:
    """The promised keys, and what stands behind them."""
    document = document_of(result)
    details: Any = document["details"]
    wanted = {key: document[key] for key in ("products", "processes", "installation")}
    whole = details["installation"]
    shares = [process["share_direct_from_default"] for process in details["processes"]]
    return {**wanted, "whole": whole, "shares": shares}


def nearly(found: Any, wanted: Any) -> bool:
    if isinstance(wanted, dict):
        return list(found) == list(wanted) and all(nearly(found[key], wanted[key]) for key in wanted)
    if isinstance(wanted, list):
        return len(found) == len(wanted) and all(map(nearly, found, wanted))
    return found == (pytest.approx(wanted, rel=1e-12, abs=1e-9) if isinstance(wanted, float) else wanted)


@beside
@pytest.mark.parametrize("name", SECTORS)
def test_json_and_filled_template_give_what_the_template_computes(name: str, tmp_path: Path) -> None:
    cells = typed(SECTORS[name])
    fill_xml(TEMPLATE, cells, tmp_path / f"{name}.xlsx")
    of_sheet = assess(read_template(tmp_path / f"{name}.xlsx"))
    assert nearly(numbers(of_sheet), numbers(of_json(name)))
    book = sheets.Book(*sheets.template(TEMPLATE))
    book.typed.update(cells)
    agrees_with_sheets(of_sheet, book)
    agrees_with_sheets(of_json(name), book)


@beside
def test_template_filled_by_a_program_that_keeps_no_values(tmp_path: Path) -> None:
    cells = {**typed(FERTILISERS), ("C_Emissions&Energy", "I16"): "=H15"}
    fill_xml(TEMPLATE, cells, tmp_path / "filled.xlsx", keep_values=False)
    found = numbers(assess(read_template(tmp_path / "filled.xlsx")))
    assert found["whole"].pop("fuel_rest_tj") == 0
    wanted = numbers(of_json("fertilisers"))
    assert wanted["whole"].pop("fuel_rest_tj") == wanted["whole"]["fuel_input_tj"]
    assert nearly(found, wanted)


@pytest.mark.parametrize("name", SECTORS)
def test_plain_numbers_and_keys_of_other_words(name: str) -> None:
    assert nearly(numbers(of_json(name, cells=False)), numbers(of_json(name)))


def test_fertilisers_by_hand() -> None:
    """N2O of two stacks; ammonium nitrate of its own, nitric acid, ammonia made and bought."""
    result = of_json("fertilisers")
    n2o = (0.71 * 7900 * 310.5 + 1.94 * 8120.5 * 96) / 1000 * 265
    assert result.installation.n2o_tco2e == pytest.approx(n2o, rel=1e-12)
    ammonia = (512345.678 - 812.5 * 62.3 - 1250 * 0.41) / 410000
    acid = (860400 - 310 * 0 + 62000 * ammonia) / 215000.5
    nitrate = (0 + 310 * 0 + 170000 * acid + 47500 * ammonia + 500 * 2.31) / 220000
    urea = (-20150.25 + 640 * 62.3 + 104000 * ammonia) / 183000
    npk = 41000.125 + 159000 * ammonia + 25000 * acid + 40000 * nitrate + 43000 * urea
    npk = (npk + 20000 * 2.31 + 11500 * 1.27) / 395000
    for product, wanted in zip(result.products, (ammonia, acid, nitrate, urea, npk, npk), strict=True):
        assert product.see_direct == pytest.approx(wanted, rel=1e-12)
    assert result.process("P1").attributed_direct_tco2e == pytest.approx(512345.678 - 812.5 * 62.3)
    assert result.process("P5").share_direct_from_default == pytest.approx(11500 * 1.27 / 395000 / npk)
    assert [product.cn_code for product in result.products][3:] == ["31021019", "31052010", "31052090"]
    assert sum("no amount" in text for text in result.controls) == 1  # the filler


def test_aluminium_by_hand() -> None:
    """Slope and overvoltage, and scrap that goes round between casthouse and smelter."""
    result = of_json("aluminium")
    slope = 188000 * 0.21 * 1.4 * 0.122 / 1000 * (6630 + 0.097 * 11100)
    volts = 62500 * 1.9 / 0.945 * 3.6 / 1000 * (6630 + 0.252 * 11100) / 0.98
    assert result.installation.pfc_tco2e == pytest.approx(slope + volts, rel=1e-12)
    anodes = 3.664 * (131250.75 * 0.9785 - 27110 * 0.951 + 3150 * 0.871 * 0.96)
    co2 = anodes + 21340 * 0.048 * 56.1 + 410 * 0.41492 * 0.98
    assert result.installation.direct_tco2e == pytest.approx(co2 + slope + volts, rel=1e-12)
    own_1, own_2 = (455000.625 - 14.5 * 56.1) / 271500, (38250 + 14.5 * 56.1 + 19000 * 1.9) / 231000
    a, b = 21000 / 271500, 210500 / 231000  # of sheet in a tonne of slab, of slab in a tonne of sheet
    slab = (own_1 + a * own_2) / (1 - a * b)
    assert result.products[0].see_direct == pytest.approx(slab, rel=1e-12)
    assert result.products[1].see_direct == pytest.approx(own_2 + b * slab, rel=1e-12)
    power_1, power_2 = 3712000 * 0.6101 / 271500, (97500 * 0.5703 + 19000 * 14.9 * 0.42) / 231000
    assert result.products[0].see_indirect == pytest.approx((power_1 + a * power_2) / (1 - a * b), rel=1e-12)


def test_steel_by_hand() -> None:
    """Waste gas, heat between processes, exported electricity, and a typed total of CO2."""
    result = of_json("steel")
    assert result.installation.direct_tco2e == 8123456.75
    sinter_own = 861000 + 402 * 55.5 + 2100 * 56.1
    iron_own = 5512345.5 - 14800 * 56.1 * 0.667
    steel_own = 402500.75 + 88 * 61 - 402 * 55.5 + 310.5 * 56.1 - 1180 * 56.1 * 0.667
    attributed = [process.attributed_direct_tco2e for process in result.processes]
    assert attributed == pytest.approx([sinter_own, iron_own, steel_own], rel=1e-12)
    iron_bought = (iron_own - 610000 * 0.5942 + 510000 * 0.061) / 2870000  # without sinter
    steel_bought = (steel_own + 30250.5 * 1.71 + 12500 * 2.05) / 3150000  # without hot metal
    a, b, c = 45000 / 4150000, 4150000 / 2870000, 2855000 / 3150000
    steel = (steel_bought + c * (iron_bought + b * sinter_own / 4150000)) / (1 - a * b * c)
    assert result.products[0].see_direct == pytest.approx(steel, rel=1e-12)
    assert [product.row for product in result.products] == [10, 11, 12]


def test_hydrogen_by_hand() -> None:
    """Exported electricity lowers what a tonne carries, and not the column of attributed emissions."""
    result = of_json("hydrogen")
    reformer = 301250.125 - 655 * 61.7
    assert result.process("P1").attributed_direct_tco2e == pytest.approx(reformer, rel=1e-12)
    hydrogen = (reformer - 48000 * 0.5942) / 24100
    assert result.products[0].see_direct == pytest.approx(hydrogen, rel=1e-12)
    assert result.products[1].see_direct == pytest.approx((1500 + 4100 * hydrogen) / 22900, rel=1e-12)
    indirect = (19500 * 0.02 + 4100 * 14500 * 0.5942 / 24100) / 22900
    assert result.products[1].see_indirect == pytest.approx(indirect, rel=1e-12)
    assert result.streams[-1].fossil_tco2e == pytest.approx(1810 * 100 * 1.5 / 1000)
