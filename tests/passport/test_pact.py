"""PACT 3.0.3: valid against its own OpenAPI file, figures from the statement, filters as the recipient asks."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pandas as pd
import pytest
import yaml
from tests.passport import small
from tests.passport.conftest import CREATED, Works, works_in

from zeropark.carbon.attribution import attribution_of
from zeropark.errors import InputError
from zeropark.park.period import period_of
from zeropark.passport.pact import Declared, country_of, decimal, declared_of, pact_of
from zeropark.passport.pact_list import Filter, footprint_by_id, footprints_in, validity
from zeropark.passport.write import Passport
from zeropark.readings import account, load

OPENAPI = Path(__file__).resolve().parents[3] / "shared" / "reference" / "pact" / "openapi.yaml"
there = pytest.mark.skipif(not OPENAPI.is_file(), reason="PACT's OpenAPI file is not beside the repository")


def schema() -> dict[str, Any]:
    """OpenAPI 3.1 schemas are JSON Schema 2020-12."""
    content = yaml.safe_load(OPENAPI.read_text(encoding="utf-8"))
    return {"$ref": "#/components/schemas/ProductFootprint", "components": content["components"]}


def pact(passport: Passport) -> dict[str, Any]:
    return dict(json.loads((passport.folder / "pact.json").read_text(encoding="utf-8")))


@there
@pytest.mark.parametrize("product", ["part", "metal"])
def test_valid(works: Works, tmp_path: Path, product: str) -> None:
    found = pact(works.passport(product, tmp_path / product))
    checker = jsonschema.Draft202012Validator(
        schema(), format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )
    assert [error.message for error in checker.iter_errors(found)] == []
    broken = found | {"pcf": found["pcf"] | {"pcfExcludingBiogenicUptake": 1.5}}
    assert list(checker.iter_errors(broken)), "the schema is looked at"
    del broken["pcf"]["geographyCountry"]
    assert list(checker.iter_errors({**found, "specVersion": "three"}))


@there
def test_valid_without_a_country(works: Works, issued: Passport) -> None:
    elsewhere = replace(issued.statement, facts={**(issued.statement.facts or {}), "zone": "UTC"})
    found = pact_of(elsewhere, works.outcome.park, CREATED)
    assert "geographyCountry" not in found["pcf"]
    jsonschema.Draft202012Validator(schema()).validate(found)


def test_figures(issued: Passport) -> None:
    found = pact(issued)
    pcf = found["pcf"]
    # what is supplied in bulk is declared as one kilogram (declaredUnitAmount: "MUST be 1")
    assert float(pcf["pcfExcludingBiogenicUptake"]) == pytest.approx(small.PART / 1000)
    assert float(pcf["fossilGhgEmissions"]) == pytest.approx(small.PART / 1000)
    assert (pcf["declaredUnitOfMeasurement"], pcf["declaredUnitAmount"]) == ("kilogram", "1")
    assert pcf["productMassPerDeclaredUnit"] == "1"
    assert pcf["fossilCarbonContent"] == "0.01"  # kg/kg
    assert "capital goods" not in pcf["exemptedEmissionsDescription"]  # nothing here states any
    assert pcf["geographyCountry"] == "CN"
    assert (pcf["referencePeriodStart"], pcf["referencePeriodEnd"]) == (
        "2025-02-28T16:00:00Z",
        "2025-03-01T16:00:00Z",
    )
    assert float(pcf["primaryDataShare"]) == pytest.approx(100 * 625 / 1450)
    assert found["companyName"] == "Works Ltd"
    assert found["created"] == "2025-04-01T08:00:00Z"
    # ore of 2010 from an estimate for the world, electricity of 2024 for China
    assert [source["version"] for source in pcf["secondaryEmissionFactorSources"]] == ["2010", "2024", "2024"]
    assert all(1 <= float(rating) <= 5 for rating in pcf["dqi"].values())
    assert all(not isinstance(value, float) for value in pcf.values()), "decimals travel as strings"


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (-0.0, "0"), (1e-9, "0.000000001"), (1e21, "1" + "0" * 21), (12.50, "12.5"), (100.0, "100")],
)
def test_decimal(value: float, text: str) -> None:
    assert decimal(value) == text
    assert re.fullmatch(r"[+-]?\d+(\.\d+)?", text)


def test_declared_units() -> None:
    assert declared_of("t", None) == declared_of("t", 3.0)
    assert (declared_of("MWh", None).unit, declared_of("MWh", None).amount) == ("kilowatt hour", 1000.0)
    assert declared_of("pcs", 45.0).mass_kg == 45.0
    assert declared_of("GJ", None).unit in ("megajoule", "kilowatt hour")
    assert declared_of("GJ", 5.0).mass_kg == 0.0  # of energy no mass is told
    assert declared_of("kNm3", 90.0) == Declared("cubic meter", 1000.0, 90.0)
    assert declared_of("m2", 2.0).unit == "square meter"
    with pytest.raises(InputError, match="a product in km"):
        declared_of("km", 3.0)


def test_a_gas_is_told_by_the_cubic_metre(tmp_path: Path) -> None:
    """Parts by the thousand normal cubic metres: a thousandth of the value for each, and of the 90 kg."""
    park = small.PARK
    for old, new in (
        ("part: {unit: t,", "part: {unit: kNm3,"),
        ("rated: part, capacity: 9 t/h", "rated: part, capacity: 9"),
        ("carbon_content:", "mass: 90 kg/kNm3, carbon_content:"),
        ("price: 900 CNY/t}", "price: 900 CNY/kNm3, mass: 1 t/kNm3}"),
    ):
        assert old in park
        park = park.replace(old, new)
    works = works_in(tmp_path / "gas", park=park)
    found = pact(works.passport("part", tmp_path / "part"))
    pcf = found["pcf"]
    assert (pcf["declaredUnitOfMeasurement"], pcf["declaredUnitAmount"]) == ("cubic meter", "1")
    assert float(pcf["pcfExcludingBiogenicUptake"]) == pytest.approx(small.PART / 1000)
    assert pcf["productMassPerDeclaredUnit"] == "0.09"
    assert "normal cubic metres" in found["comment"]


def test_a_tenant_without_a_name_is_not_the_park(tmp_path: Path) -> None:
    works = works_in(tmp_path / "works", park=small.PARK.replace("name: Works Ltd", "name: ''"))
    assert pact(works.passport("part", tmp_path / "part"))["companyName"] == "works"


def test_names_with_spaces_and_other_scripts(tmp_path: Path) -> None:
    """A name with marks and spaces, a code written in groups, a GTIN: valid URNs, and nothing of it is markup."""
    park = small.PARK.replace("name: Part, name_zh: 零件", "name: 'Teil Güte 甲 <b>&'").replace(
        '"73269098"', '"7326 90 98", identifiers: ["urn:gtin:4012345678901"]'
    )
    works = works_in(tmp_path / "works", park=park)
    passport = works.passport("part", tmp_path / "part")
    found = pact(passport)
    assert found["productNameCompany"] == "Teil Güte 甲 <b>&"
    assert found["productClassifications"] == ["urn:pact:productclassification:cn:73269098"]
    assert found["productIds"] == ["urn:gtin:4012345678901"]
    assert "<b>&" not in (passport.folder / "passport.html").read_text(encoding="utf-8")


def test_country_of_a_zone() -> None:
    assert [country_of(zone) for zone in ("Asia/Shanghai", "Europe/Berlin", "UTC")] == ["CN", "DE", None]


def test_listed_and_filtered(works: Works, issued: Passport, tmp_path: Path) -> None:
    works.passport("metal", tmp_path / "a/metal")
    works.passport("part", tmp_path / "b")
    both = footprints_in(tmp_path)
    assert {one["productNameCompany"] for one in both} == {"Part", "Metal"}
    part = next(one for one in both if one["productNameCompany"] == "Part")

    def names(**wanted: Any) -> list[str]:
        return [one["productNameCompany"] for one in footprints_in(tmp_path, Filter(**wanted))]

    assert names(product_ids=(part["productIds"][0].upper(),)) == ["Part"]
    assert names(classifications=("URN:PACT:productclassification:cn:73269098",)) == ["Part"]
    assert sorted(names(geographies=("cn",))) == ["Metal", "Part"]
    assert names(geographies=("DE",)) == [] == names(status="Deprecated")
    assert sorted(names(status="active")) == ["Metal", "Part"]
    begin, end = validity(part)
    assert (end.year - begin.year, begin) == (3, datetime(2025, 3, 1, 16, tzinfo=UTC))
    assert len(names(valid_on=begin)) == 2 == len(names(valid_on=end))
    assert names(valid_on=datetime(2031, 1, 1, tzinfo=UTC)) == []
    assert names(valid_after=begin) == []
    assert len(names(valid_before=datetime(2031, 1, 1, tzinfo=UTC))) == 2
    assert footprint_by_id(tmp_path, part["id"].upper()) == part
    assert footprint_by_id(tmp_path, "none") is None
    (tmp_path / "b/pact.json").write_text("{}")
    with pytest.raises(InputError, match="no PACT footprint"):
        footprints_in(tmp_path)


def test_characterization_factors_are_those_that_the_factors_state(works: Works, issued: Passport) -> None:
    """PACT asks for a set that is not empty: what the list states, else AR6 and a sentence that nobody stated it."""
    found = pact(issued)
    assert found["pcf"]["ipccCharacterizationFactors"] == ["AR6"]
    assert "Not stated for the characterization factors of: mine, mix, sun. AR6 stands" in found["comment"]
    park = works.outcome.park
    some = {
        name: f.model_copy(update={"gwp": "AR5"}) if name == "mix" else f
        for name, f in park.spec.factors.items()
    }
    told = pact_of(
        issued.statement, replace(park, spec=park.spec.model_copy(update={"factors": some})), CREATED
    )
    assert told["pcf"]["ipccCharacterizationFactors"] == ["AR5"]
    assert "factors of: mine, sun." in told["comment"]
    assert "AR6" not in told["comment"]
    every = {name: f.model_copy(update={"gwp": "AR6"}) for name, f in park.spec.factors.items()}
    told = pact_of(
        issued.statement, replace(park, spec=park.spec.model_copy(update={"factors": every})), CREATED
    )
    assert "Not stated" not in told["comment"]


def test_what_no_line_of_the_product_has_is_named(tmp_path: Path) -> None:
    """Water that a utility brings and slag of the same tenant are in the park file and in no product."""
    park = small.PARK.replace(
        "nodes: {bus: electricity,", "nodes: {well: water, tip: slag, bus: electricity,"
    ).replace(
        "  part: {unit: t, name: Parts", "  water: {unit: m3, kind: water}\n  slag: {unit: t, kind: waste}\n"
        "  part: {unit: t, name: Parts",
    ).replace(
        "  buyers:",
        "  rinsing: {kind: demand, node: well, profile: 1, name: Rinsing}\n"
        "  spring: {kind: source, node: well, capacity: 9 m3/h, name: Spring}\n"
        "  dross: {kind: source, node: tip, capacity: 9 t/h, tenant: works, name: Dross}\n"
        "  tip: {kind: demand, node: tip, profile: 1, tenant: works, name: Tip}\n"
        "  buyers:",
    ).replace(', carbon_content: 0.01 kg/kg', "")  # fmt: skip
    place = small.write(tmp_path / "works", park)
    more = {("rinsing", "well"): -1.0, ("spring", "well"): 1.0, ("dross", "tip"): 1.0, ("tip", "tip"): -1.0}
    table = pd.read_parquet(place / "flows.parquet")
    rows = [table[table["asset"] == "buyers"].assign(asset=a, node=n, carrier="water" if n == "well" else "slag", flow=f)
            for (a, n), f in more.items()]  # fmt: skip
    pd.concat([table, *rows]).to_parquet(place / "flows.parquet", index=False)
    outcome = account(load(place), place / "flows.parquet")
    attribution = attribution_of(outcome.park, outcome.flows)
    works = Works(place, outcome, attribution, period_of(None, outcome.park.clock))
    folder = works.passport("part", tmp_path / "out").folder
    found = json.loads((folder / "pact.json").read_text(encoding="utf-8"))
    told = found["pcf"]["exemptedEmissionsDescription"]
    assert "No flow of the park file is left out" not in told
    assert "Dross; Rinsing; Spring; Tip" in told
    assert "fossilCarbonContent: the park file states none" in found["comment"]


def test_where_carbon_is_stated_and_nothing_is_outside_neither_is_told(issued: Passport) -> None:
    found = json.loads((issued.folder / "pact.json").read_text(encoding="utf-8"))
    assert found["pcf"]["exemptedEmissionsDescription"] == "No emission that was counted is cut off."
    assert "fossilCarbonContent" not in found["comment"]
