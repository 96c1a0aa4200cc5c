"""Bad input: every fault at once, in the place where it stands; never a traceback."""

from __future__ import annotations

import contextlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.cbam.works import installation, precursor, process, steelworks, with_process

import zeropark.cbam
from zeropark.carbon.factors import LifeCycleFactor
from zeropark.cbam.engine import assess
from zeropark.cbam.model import (
    DEFINITIVE,
    Electricity,
    Heat,
    Installation,
    MeasurementSource,
    PfcSource,
    Product,
    RouteAmount,
    SourceStream,
    Use,
)
from zeropark.cbam.read_json import installation_of, read_example
from zeropark.cbam.read_template import read_template
from zeropark.errors import Fault, InputError


def faults_of(told: Installation) -> tuple[Fault, ...]:
    with pytest.raises(InputError) as caught:
        assess(told)
    return caught.value.faults


def test_steelworks_has_none() -> None:
    assert assess(steelworks()).products


@pytest.mark.parametrize(
    ("told", "field", "word"),
    [
        (
            with_process(steelworks(), "P1", production=(RouteAmount("r", -5.0),)),
            "production.0",
            "production of 0 or",
        ),
        (
            with_process(steelworks(), "P1", production=(RouteAmount("r", 0.0),)),
            "production.0",
            "activity level 0",
        ),
        (with_process(steelworks(), "P1", production=()), "processes.P1", "activity level 0"),
        (
            with_process(steelworks(), "P1", consumed_in=(Use("Proces P2", 1.0),)),
            "consumed_in.0.process",
            "P2",
        ),
        (
            with_process(steelworks(), "P1", electricity=Electricity(consumed_mwh=-5.0)),
            "electricity.consumed_mwh",
            "0 or more",
        ),
        (
            replace(steelworks(), precursors=(precursor("PP1", 1, 2.0, "Process  P1"),)),
            "consumed_in.0.process",
            "P1, P2",
        ),
        (
            replace(steelworks(), precursors=(precursor("PP1", -1, 2.0),)),
            "precursors.PP1.purchased.0",
            "0 or more",
        ),
        (replace(steelworks(), precursors=(precursor("P1", 1, 2.0),)), "precursors.P1", "ids that differ"),
        (
            replace(steelworks(), products=(Product(10, "P3", "72071210", "x"),)),
            "products.10.process",
            "P1, P2",
        ),
        (replace(steelworks(), products=(Product(10, "P1", "72O7", "x"),)), "products.10.cn_code", "digits"),
        (replace(steelworks(), processes=(), products=(), precursors=()), "processes", "at least one"),
    ],
)
def test_one_fault(told: Installation, field: str, word: str) -> None:
    faults = faults_of(told)
    assert any(fault.field.endswith(field) and word in str(fault) for fault in faults), faults


BLANKS = [
    (with_process(steelworks(), "P1", direct_tco2e=None), "P1.direct_tco2e", "directly attributable"),
    (with_process(steelworks(), "P1", consumed_in=(Use("P9", 1.0),)), "consumed_in.0", "P9"),
    (with_process(steelworks(), "P1", heat=Heat(imported_tj=3.0)), "heat.imported_ef", "emission factor"),
    (with_process(steelworks(), "P1", heat=Heat(exported_tj=3.0)), "heat.exported_ef", "emission factor"),
    (
        with_process(steelworks(), "P1", electricity=Electricity(consumed_mwh=5.0)),
        "electricity.ef_tco2_per_mwh",
        "emission factor",
    ),
    (
        with_process(steelworks(), "P1", electricity=Electricity(exported_mwh=5.0)),
        "electricity.exported_ef_tco2_per_mwh",
        "emission factor",
    ),
    (replace(steelworks(), precursors=(precursor("PP1", 1, 2.0, "P7"),)), "consumed_in.0", "P7"),
    (replace(steelworks(), precursors=(precursor("PP1", 1, None),)), "precursors.PP1.see_direct", "specific"),
    (
        replace(steelworks(), precursors=(precursor("PP1", 1, 2.0, specific_electricity_mwh_per_t=1.0),)),
        "precursors.PP1.electricity_ef_tco2_per_mwh",
        "emission factor",
    ),
]


@pytest.mark.parametrize(("told", "field", "word"), BLANKS)
def test_blank_counts_as_none_in_the_template_and_is_a_fault_from_2026_on(
    told: Installation, field: str, word: str
) -> None:
    assert any(field in text and word in text for text in assess(told).controls)
    faults = faults_of(replace(told, regime=DEFINITIVE))
    assert any(field in fault.field and word in str(fault) for fault in faults), faults


def test_nothing_attributed_though_something_is_emitted() -> None:
    told = with_process(with_process(steelworks(), "P1", direct_tco2e=None), "P2", direct_tco2e=None)
    assert [fault.field for fault in faults_of(told)] == [
        "processes.P1.direct_tco2e",
        "processes.P2.direct_tco2e",
    ]
    assert assess(replace(told, streams=())).processes[1].attributed_direct_tco2e == 0


def test_a_process_that_is_listed_and_left_empty() -> None:
    """All zero, as the template has it; but nothing may be divided by what it made."""
    empty = process("P3", 0.0, None)
    told = replace(steelworks(), processes=(*steelworks().processes, empty))
    result = assess(told)
    assert result.process("P3").see_direct == result.process("P3").activity_level == 0
    assert any("P3" in text and "made nothing" in text for text in result.controls)
    assert result.products[0].see_direct == assess(steelworks()).products[0].see_direct
    for wrong in (
        with_process(told, "P3", direct_tco2e=5.0),
        with_process(told, "P1", consumed_in=(Use("P3", 5.0),)),
        replace(told, products=(Product(10, "P3", "72071210", "x"),)),
    ):
        assert any("activity level 0" in fault.found for fault in faults_of(wrong))


def test_rows_left_in_the_file_count_as_none() -> None:
    rows = replace(
        steelworks(),
        streams=(*steelworks().streams, SourceStream("S9", "oil", "combustion", 0.0)),
        pfc=(PfcSource("F1", "cells", "overvoltage", None),),
        measurements=(MeasurementSource("M1", "stack", "N2O", 0.0, None, None),),
    )
    result = assess(rows)
    assert result.installation.direct_tco2e == assess(steelworks()).installation.direct_tco2e
    assert sum("has no amount" in text for text in result.controls) == 3
    assert len(faults_of(replace(rows, regime=DEFINITIVE))) >= 3


def stream(**changes: Any) -> Installation:
    coal = SourceStream("S1", "coal", "combustion", 100, "t", 25, 95, "tCO2/TJ")
    return replace(steelworks(), streams=(replace(coal, **changes),))


@pytest.mark.parametrize(
    ("told", "field"),
    [
        (stream(ncv=None), "streams.S1.ncv"),
        (replace(stream(activity=None), regime=DEFINITIVE), "streams.S1.activity"),
        (stream(emission_factor=None), "streams.S1.emission_factor"),
        (stream(emission_factor_unit="tCO2/1000Nm3"), "streams.S1.emission_factor_unit"),
        (stream(emission_factor_unit=None), "streams.S1.emission_factor_unit"),
        (stream(method="mass_balance"), "streams.S1.carbon_content"),
        (stream(biomass_percent=120), "streams.S1.biomass_percent"),
        (stream(ncv=-1), "streams.S1.ncv"),
        (replace(steelworks(), pfc=(PfcSource("F1", "x", "slope", 5.0),)), "pfc.F1.slope_factor"),
        (
            replace(steelworks(), pfc=(PfcSource("F1", "x", "overvoltage", 5.0, current_efficiency=0.0),)),
            "pfc.F1.current_efficiency",
        ),
        (
            replace(steelworks(), measurements=(MeasurementSource("M1", "x", "N2O", 1, None, 3),)),
            "measurements.M1.hours",
        ),
    ],
)
def test_fault_of_a_source(told: Installation, field: str) -> None:
    assert field in [fault.field for fault in faults_of(told)]


def test_all_faults_at_once() -> None:
    told = installation(process("P1", -1, None), process("P2", 0, 1), streams=stream(ncv=None).streams)
    assert len(faults_of(told)) >= 3
    assert len(faults_of(replace(told, regime=DEFINITIVE))) >= 4


def test_goods_of_several_functional_units_need_separate_attribution() -> None:
    told = installation(
        process("P1", 10, 1, goods_category="Ammonia"),
        products=(Product(10, "P1", "28141000", "a", {"n_content": 0.8}), Product(11, "P1", "28041000", "h")),
        regime=DEFINITIVE,
    )
    assert "kg N and by t" in str(faults_of(told)[0])


def test_no_life_cycle_factor_can_enter() -> None:
    """Their type is refused where a number is wanted, and no module of the room knows them."""
    wrong: Any = LifeCycleFactor(0.6)
    told = with_process(steelworks(), "P1", electricity=Electricity(consumed_mwh=5.0, ef_tco2_per_mwh=wrong))
    with pytest.raises(TypeError):
        assess(told)
    for module in Path(zeropark.cbam.__path__[0]).glob("*.py"):
        assert "LifeCycle" not in module.read_text(encoding="utf-8"), module.name


def document() -> dict[str, Any]:
    return {
        "schema": "cbam-worked-example/1",
        "source_streams": [
            {
                "name": "gas",
                "method": "combustion",
                "activity_data": {"value": 10, "unit": "1000 Nm3", "ref": "B_EmInst!F17"},
                "ncv": 36,
                "emission_factor": {"value": 56.1, "unit": "t CO2/TJ", "ref": "B_EmInst!J17"},
                "oxidation_factor": {"value": None, "unit": "%", "blank_means": 50},
            }
        ],
        "pfc_sources": [
            {
                "technology_type": "CWPB",
                "method": "Slope method",
                "activity_data": {"value": 500000, "unit": "t"},
                "frequency": 2.17,
                "average_duration": 1.23,
                "sef_cf4": 0.146,
                "f_c2f6": 0.122,
                "collection_efficiency": {"value": 98, "unit": "%"},
            },
            {
                "a": {"value": "Overvoltage method", "ref": "B_EmInst!D99"},
                "b": {"value": 1000, "ref": "B_EmInst!F99"},
                "c": {"value": 2, "ref": "B_EmInst!AJ99"},
                "d": {"value": 0.95, "ref": "B_EmInst!AK99"},
                "e": {"value": 1.16, "ref": "B_EmInst!AL99"},
                "f": {"value": 0.121, "ref": "B_EmInst!AM99"},
            },
        ],
        "measurement_sources": [
            {
                "name": "stack",
                "type_of_ghg": "N2O",
                "hourly_ghg_concentration": {"value": 64.2925, "unit": "g/Nm3"},
                "operating_hours": 4,
                "flue_gas_flow": 265,
                "biomass_fraction": None,
            }
        ],
        "production_processes": [
            {
                "id": "P1",
                "name": "one",
                "production_by_route": [{"route": "all", "amount": 100}],
                "consumed_in_other_processes": [{"to": "two", "amount": 10}],
                "dir_em_star": 50,
            },
            {"id": "P2", "name": "two", "production_by_route": [{"amount": 20}], "dir_em_star": 1},
        ],
        "purchased_precursors": [
            {"name": "bought", "consumed_in": [{"process": "one", "amount": 5}], "see_direct": 2.0}
        ],
        "products": [{"process": "two", "cn_code": 72081000, "name": "good"}],
        "expected": {"nonsense": True},
    }


def test_worked_example_with_plain_numbers_and_other_names() -> None:
    told = installation_of(document(), "x.json")
    result = assess(told)
    gas, slope, volts, stack = result.streams
    assert gas.fossil_tco2e == pytest.approx(10 * 36 / 1000 * 56.1 * 0.5)
    assert slope.fossil_tco2e == pytest.approx(1587424.347, rel=1e-12)
    assert volts.fossil_tco2e == pytest.approx(2.4421052631578946 * (6630 + 0.121 * 11100), rel=1e-12)
    assert stack.fossil_tco2e == pytest.approx(18059.76325, rel=1e-12)
    assert result.installation.n2o_tco2e == stack.fossil_tco2e
    assert result.processes[1].see_direct == pytest.approx((1 + 10 * (0.5 + 0.05 * 2)) / 20)
    assert (result.products[0].row, result.products[0].cn_code) == (10, "72081000")


def test_what_a_worked_example_may_leave_out_or_write_otherwise() -> None:
    """Text that is a number, words for nothing, names in other case, rows without process or number, foreign constants."""
    plain = assess(installation_of(document(), "x.json"))
    told = document()
    told["production_processes"][0]["dir_em_star"] = {"value": " 50 ", "unit": "tonnes CO2e"}
    told["production_processes"][0]["consumed_non_cbam"] = "n.a."
    told["production_processes"][0]["heat"] = {"imported": None, "new_key": [1]}
    told["production_processes"][0]["consumed_in_other_processes"][0]["to"] = "P2 - two"
    told["products"] = [
        {"process": None, "cn_code": None},
        {"process": None, "cn_code": "72081000"},
        {"process": "TWO", "cn_code": "7208.10 00"},
    ]
    told["constants"] = {"gwp_n2o": {"value": 298, "ref": "Parameters_Constants!B76"}, "other": 5}
    result = assess(installation_of(told, "x.json"))
    assert [p.see_direct for p in result.processes] == [p.see_direct for p in plain.processes]
    assert [(p.row, p.cn_code) for p in result.products] == [(12, "72081000")]
    for words in ("'n.a.' read as blank", "72081000 has no process", "Parameters_Constants!B76"):
        assert any(words in text for text in result.controls), words
    told["measurement_sources"][0].pop("type_of_ghg")
    told["source_streams"][0].pop("activity_data")
    with pytest.raises(InputError) as caught:
        installation_of(told, "x.json")
    assert [fault.expected for fault in caught.value.faults] == [
        "the amount, null for a blank cell",
        "CO2 or N2O",
    ]


def test_hourly_evidence_of_a_worked_example() -> None:
    """An actual factor passes with metering matched within the hour, and not with a coarser one or half told."""

    def read(**evidence: Any) -> Installation:
        told = document()
        told["regime"] = DEFINITIVE
        told["production_processes"][0] |= {
            "goods_category": "Ammonia",
            "electricity": {"consumed": 40, "ef": 0.02, "ef_source": "D.4.3.1"},
            "hourly_evidence": evidence,
        }
        told["products"] = []
        return installation_of(told, "x.json")

    exact = {"matched": {"value": 0.04, "unit": "GWh"}, "longest_step": {"value": 15, "unit": "min"}}
    assert assess(read(**exact)).processes[0].attributed_indirect_tco2e == pytest.approx(0.8)
    assert "at most one hour" in str(faults_of(read(matched=40, longest_step=24))[0])
    assert "without metering evidence" in str(faults_of(read())[0])
    with pytest.raises(InputError):
        read(matched=40)


def test_faults_of_a_worked_example_name_the_cell() -> None:
    told = document()
    told["source_streams"][0]["activity_data"]["value"] = "ten"
    told["source_streams"][0]["emission_factor"]["unit"] = "t CO2/GJ"
    told["products"][0]["process"] = "three"
    told["production_processes"][0]["dir_em_star"] = {"value": 5, "unit": "pounds", "ref": "D_Processes!L54"}
    with pytest.raises(InputError) as caught:
        installation_of(told, "x.json")
    fields = [fault.field for fault in caught.value.faults]
    assert {"B_EmInst!F17", "B_EmInst!J17", "D_Processes!L54", "products[0].process"} <= set(fields)


def test_fault_found_by_the_engine_names_the_cell_too() -> None:
    told = document()
    told["production_processes"][0]["production_by_route"][0]["amount"] = {
        "value": -3,
        "ref": "D_Processes!L16",
    }
    with pytest.raises(InputError) as caught:
        assess(installation_of(told, "x.json"))
    assert "D_Processes!L16" in [fault.field for fault in caught.value.faults]


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "[" * 100_000, '{"schema": "other"}', '{"schema": "cbam-worked-example/1"}', "NaN"],
)
def test_what_is_no_worked_example(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError):
        assess(read_example(path))


def test_wrong_shapes_are_faults_not_tracebacks() -> None:
    """Every leaf and list of a document, replaced by something else in turn."""
    strange: list[Any] = [
        None,
        "text",
        -1,
        [],
        {},
        [1],
        True,
        {"value": {}},
        {"value": []},
        [[]],
        1e999,
        10**400,
    ]
    for path in list(_paths(document())):
        for value in strange:
            told = document()
            _put(told, path, value)
            with contextlib.suppress(InputError):
                assess(installation_of(json.loads(json.dumps(told)), "x.json"))


def _paths(node: Any, path: tuple[Any, ...] = ()) -> Any:
    if path:
        yield path
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in items:
        yield from _paths(child, (*path, key))


def _put(node: Any, path: tuple[Any, ...], value: Any) -> None:
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value


def test_what_is_no_template(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(b"nothing")
    with pytest.raises(InputError):
        read_template(path)
