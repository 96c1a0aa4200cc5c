"""What is possible but hardly meant is told; what cannot be is a fault"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from tests.cbam.test_faults import document, faults_of
from tests.cbam.works import steelworks, with_process

from zeropark.cbam.engine import assess
from zeropark.cbam.model import DEFINITIVE, Electricity, Installation, RouteAmount, SourceStream
from zeropark.cbam.read_json import installation_of
from zeropark.errors import InputError

PLAIN = replace(steelworks(), period_begin=date(2024, 1, 1), period_end=date(2024, 12, 31))


def stream(**changes: Any) -> Installation:
    return replace(PLAIN, streams=(replace(PLAIN.streams[0], **changes), *PLAIN.streams[1:]))


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (stream(emission_factor=95_000.0), "streams.S1.emission_factor: 95000 tCO2/TJ"),
        (stream(ncv=25_000.0), "streams.S1.ncv: 25000 GJ/t"),
        (
            replace(PLAIN, streams=(SourceStream("S1", "x", "mass_balance", 1.0, carbon_content=85.0),)),
            "carbon_content: 85 tC/t",
        ),
        (with_process(PLAIN, "P1", electricity=Electricity(800, 583.0, "D.4(a)")), "583 tCO2/MWh"),
        (with_process(PLAIN, "P1", electricity=Electricity(800, 0.6, "D.4.9")), "'D.4.9' is none of D.4(a)"),
        (with_process(PLAIN, "P1", direct_tco2e=-5.0), "has -5, below zero"),
        (replace(PLAIN, precursors=(replace(PLAIN.precursors[0], see_direct=-1.0),)), "has -1, below zero"),
        (
            with_process(PLAIN, "P1", production=(RouteAmount("Electric arc furnance", 1000.0),)),
            "did you mean 'Electric arc furnace'",
        ),
        (replace(PLAIN, country="Chian"), "did you mean 'China'"),
        (replace(PLAIN, period_begin=date(2026, 1, 1), period_end=date(2026, 12, 31)), "--regime definitive"),
        (replace(PLAIN, regime=DEFINITIVE), "lies before 2026"),
        (
            replace(PLAIN, regime=DEFINITIVE, period_begin=date(2026, 2, 1), period_end=date(2026, 12, 31)),
            "not a calendar year",
        ),
    ],
)
def test_told(told: Installation, words: str) -> None:
    assert any(words in text for text in assess(told).controls), assess(told).controls
    assert not any(words in text for text in assess(PLAIN).controls)


def test_faults() -> None:
    for told, field in (
        (replace(PLAIN, period_end=date(2023, 12, 31)), "period_end"),
        (replace(PLAIN, products=(PLAIN.products[0], PLAIN.products[0])), "products.10.row"),
        (
            replace(PLAIN, regime=DEFINITIVE, precursors=(replace(PLAIN.precursors[0], see_direct=-1.0),)),
            "precursors.PP1.see_direct",
        ),
    ):
        assert [fault.field for fault in faults_of(told)] == [field]
    acid = with_process(
        replace(PLAIN, regime=DEFINITIVE, products=()),
        "P2",
        goods_category="Ammonia",
        electricity=Electricity(100, 0.0, "D4.3.1"),
    )
    (fault,) = faults_of(acid)
    assert fault.field == "processes.P2.electricity.ef_source"
    assert "D.4.3.1" in fault.expected


def test_sources_and_flags_by_sensible_spellings() -> None:
    told = document()
    told["production_processes"][0] |= {
        "electricity": {"consumed": 4, "ef": 0.5, "ef_source": "d.4 (A)"},
        "measurable_heat_applies": "Yes",
        "waste_gases_apply": {"value": "否"},
    }
    process = installation_of(told, "x.json").processes[0]
    assert process.electricity.ef_source == "D.4(a)"
    assert (process.heat_applies, process.waste_gas_applies) == (True, False)
    told["production_processes"][0]["measurable_heat_applies"] = "perhaps"
    told["products"][0]["row"] = 10.5
    with pytest.raises(InputError) as caught:
        installation_of(told, "x.json")
    assert [fault.found for fault in caught.value.faults] == ["'perhaps'", "10.5"]
