"""What is wrong in the section ``cbam`` is told at once, with its place and the nearest right thing"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cbam_out.steel_park import PARK, park_in

from zeropark.errors import Fault, InputError


def faults(folder: Path, *changes: tuple[str, str]) -> tuple[Fault, ...]:
    text = PARK
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    with pytest.raises(InputError) as caught:
        park_in(folder, text)
    return caught.value.faults


_VALUES = """      country: CN
      cn_code: "2601 12 00"
      values: actual
      see_direct: 0.2 tCO2/t
      specific_electricity: 0.04 MWh/t
      electricity_factor: 0.6 tCO2/MWh
"""
"""How the pellets of the park are told."""
CASES = {
    "unknown asset": (("assets: [electrolyser]", "assets: [electrolyzer]"), "did you mean 'electrolyser'"),
    "not its product": (
        ("assets: [shaft], product: dri", "assets: [shaft], product: steel"),
        "no output of shaft",
    ),
    "no such route": (
        ("route: Electric arc furnace}", "route: Electric arc}"),
        "did you mean 'Electric arc furnace'",
    ),
    "route where there is one": (
        ("assets: [shaft], product: dri", "assets: [shaft], product: dri, route: Midrex"),
        "leave it out",
    ),
    "carbon stated twice": (
        ("parameters: {share_carbon: 0.002}", "parameters: {share_carbon: 0.003}"),
        "0.002, as cbam.streams.steel.carbon_content",
    ),
    "unknown process": (("billets: {process: steel", "billets: {process: stell"), "did you mean 'steel'"),
    "code of four digits": (('cn_code: "7207 12 10"', 'cn_code: "7207"'), "eight digits"),
    "node elsewhere": (("{asset: eaf, node: carbon,", "{asset: eaf, node: gas,"), "does not touch 'gas'"),
    "fuel in no stream": (
        ("    carbon: {asset: eaf, node: carbon, method: mass_balance, carbon_content: 0.9 t/t}\n", ""),
        "fuel 'carbon' enters 'steel'",
    ),
    "life-cycle factor": (("factor_energy: 56.1 tCO2/TJ", "factor_energy: 56.1 tCO2e/TJ"), "tCO2/TJ"),
    "life-cycle precursor": (("see_direct: 0.2 tCO2/t", "see_direct: 0.2 tCO2e/t"), "tCO2/t"),
    "energy without ncv": (("ncv: 36 GJ/kNm3, ", ""), "factor_energy without ncv"),
    "actual without value": (("      see_direct: 0.2 tCO2/t\n", ""), "actual values without see_direct"),
    "supply of no electricity": (
        ("    wind: {link: direct", "    gas-supply: {link: direct"),
        "gives no electricity",
    ),
    "fuel of a load that serves": (
        (
            "  customers:",
            "  ladle-heating: {kind: demand, node: gas, profile: 0.5 MWh/h, serves: eaf}\n  customers:",
        ),
        "fuel 'gas' enters 'steel' at 'ladle-heating'",
    ),
    "bought and used": (
        (
            "    carbon: {asset: eaf,",
            "    gas-bought: {asset: gas-supply, node: gas, method: combustion, per: kNm3, ncv: 36 GJ/kNm3,"
            " factor_energy: 56.1 tCO2/TJ}\n    carbon: {asset: eaf,",
        ),
        "'gas-supply' brings what 'shaft' takes in 'gas'",
    ),
    "default of another country": (
        (_VALUES, "      country: IN\n      values: default\n"),
        "state see_direct (and see_indirect) as Annex I of IR (EU) 2025/2621 prints them for IN",
    ),
    "default stated without its source": (
        (_VALUES, "      country: IN\n      values: default\n      see_direct: 0.3 tCO2/t\n"),
        "a default value without document",
    ),
    "default of China stated": (
        (_VALUES, _VALUES.replace("actual", "default")),
        "the value is looked up",
    ),
    "two processes, one asset": (("assets: [eaf]", "assets: [eaf, shaft]"), "of 'iron' too"),
}


@pytest.mark.parametrize("name", CASES)
def test_each_fault_is_told(name: str, tmp_path: Path) -> None:
    change, words = CASES[name]
    found = faults(tmp_path, change)
    assert any(words in str(fault) for fault in found), found
    assert all(fault.field.startswith("cbam") for fault in found), found
    assert all(fault.line for fault in found)


def test_all_faults_at_once(tmp_path: Path) -> None:
    found = faults(
        tmp_path, CASES["unknown asset"][0], CASES["node elsewhere"][0], CASES["unknown process"][0]
    )
    assert len({fault.field for fault in found}) >= 3


def test_a_footprint_with_other_carbon_than_the_stream(tmp_path: Path) -> None:
    footprint = "footprint:\n  products:\n    billet: {node: steel, carbon_content: VALUE kg/kg}\n"
    found = "footprint.products.billet.carbon_content: found 0.0016 kg/kg; expected 0.002"
    told = []
    for value in ("0.0016", "0.002"):
        with pytest.raises(InputError) as caught:  # upstream factors are missing all the same
            park_in(tmp_path, PARK + footprint.replace("VALUE", value))
        told.append(any(found in str(fault) for fault in caught.value.faults))
    assert told == [True, False]
