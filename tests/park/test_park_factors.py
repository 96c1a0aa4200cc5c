"""Upstream factors, what a load serves, and periods: read, checked, and told apart from operating CO2."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from zeropark.carbon.factors import (
    LifeCycleCo2e,
    LifeCycleFactor,
    OperatingCo2,
    OperatingFactor,
    greenhouse_effect,
)
from zeropark.clock import Clock
from zeropark.errors import InputError
from zeropark.park.flowfile import read_flows
from zeropark.park.period import period_of
from zeropark.park.read import read_park

PARK = """
zeropark: 1
name: small
time: {start: 2025-01-01, days: 1}
money: {discount_rate: 5 %}
carriers:
  electricity: {unit: MWh, kind: electricity}
  ore: {unit: t, kind: material}
nodes: {bus: electricity, yard: ore}
factors:
  grid-life-cycle: {per: kWh, footprint: FOOTPRINT, year: 2024, region: CN, quality: literature}
assets:
  grid: {kind: market, node: bus, buy: {price: 300}, upstream: UPSTREAM}
  load: {kind: demand, node: bus, profile: 1 MW, serves: SERVES}
  ore: {kind: market, node: yard, buy: {price: 1}}
  mill: {kind: converter, rated: yard, capacity: 2, inputs: {yard: 1}, outputs: {bus: 0.001}}
"""


def faults(tmp_path: Path, **values: str) -> list[str]:
    text = PARK
    for key, value in (
        {"FOOTPRINT": "0.5777 kgCO2e/kWh", "UPSTREAM": "grid-life-cycle", "SERVES": "mill"} | values
    ).items():
        text = text.replace(key, value)
    (tmp_path / "park.yaml").write_text(text, encoding="utf-8")
    try:
        read_park(tmp_path)
    except InputError as error:
        return [f"{fault.field}: {fault.found}; {fault.expected}; {fault.hint}" for fault in error.faults]
    return []


def test_a_factor_is_read_in_tonnes_per_its_unit(tmp_path: Path) -> None:
    assert faults(tmp_path) == []
    factor = read_park(tmp_path).spec.factors["grid-life-cycle"]
    assert factor.footprint == pytest.approx(0.5777e-3, rel=1e-12)  # tCO2e per kWh


def test_operating_co2_cannot_stand_for_a_footprint(tmp_path: Path) -> None:
    (found,) = faults(tmp_path, FOOTPRINT="0.5777 kgCO2/kWh")
    assert found.startswith("factors.grid-life-cycle.footprint: '0.5777 kgCO2/kWh'; a number in tCO2e")


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("UPSTREAM", "grid-lifecycle", "unknown factor 'grid-lifecycle'; a factor of the park; did you mean 'grid-life-"),
        ("SERVES", "load", "unknown converter 'load'; a converter of the park; there are mill"),
    ],
)  # fmt: skip
def test_unknown_names_are_told_with_the_nearest(tmp_path: Path, key: str, value: str, said: str) -> None:
    (found,) = faults(tmp_path, **{key: value})
    assert said in found


def test_a_factor_for_another_amount_is_told(tmp_path: Path) -> None:
    text = (
        PARK.replace("per: kWh", "per: t")
        .replace("FOOTPRINT", "0.5 tCO2e/t")
        .replace("UPSTREAM", "grid-life-cycle")
    )
    (tmp_path / "park.yaml").write_text(text.replace("SERVES", "mill"), encoding="utf-8")
    with pytest.raises(InputError, match="a factor per t for a carrier counted in MWh"):
        read_park(tmp_path)


def test_operating_and_life_cycle_emissions_never_add() -> None:
    operating = OperatingFactor(0.6479).of(10.0)
    life_cycle = LifeCycleFactor(0.5777).of(10.0)
    assert operating + operating == OperatingCo2(12.958)
    with pytest.raises(TypeError, match="OperatingCo2 and LifeCycleCo2e cannot be added"):
        _ = operating + life_cycle  # type: ignore[operator]
    assert greenhouse_effect(OperatingCo2(2.0)) + life_cycle == LifeCycleCo2e(7.777)


def year(zone: str = "Asia/Shanghai") -> Clock:
    start = pd.Timestamp("2025-01-01", tz=zone).to_pydatetime()
    return Clock(start, timedelta(hours=1), 8760, ZoneInfo(zone))


@pytest.mark.parametrize(
    ("text", "begin", "end", "steps"),
    [
        ("2025", date(2025, 1, 1), date(2025, 12, 31), 8760),
        ("2025-02", date(2025, 2, 1), date(2025, 2, 28), 672),
        ("2025-Q4", date(2025, 10, 1), date(2025, 12, 31), 92 * 24),
        ("2025-12", date(2025, 12, 1), date(2025, 12, 31), 744),
        ("2025-03-30/2025-03-31", date(2025, 3, 30), date(2025, 3, 31), 48),
        ("2025-07-01", date(2025, 7, 1), date(2025, 7, 1), 24),
    ],
)
def test_periods(text: str, begin: date, end: date, steps: int) -> None:
    period = period_of(text, year())
    assert (period.begin, period.end, period.last - period.first) == (begin, end, steps)


def test_a_day_of_a_clock_change_has_23_hours() -> None:
    period = period_of("2025-03-30", year("Europe/Berlin"))
    assert period.last - period.first == 23


@pytest.mark.parametrize("text", ["2024", "2025-13", "next year", "2025-03-31/2025-03-01", "2026-01", ""])
def test_what_is_no_period_or_not_covered_is_a_fault(text: str) -> None:
    with pytest.raises(InputError) as error:
        period_of(text, year())
    assert error.value.faults[0].field == "period"


def test_what_was_set_for_this_run_is_noted(tmp_path: Path) -> None:
    """A paper that cites the park file must say where it was not followed."""
    assert faults(tmp_path) == []
    park = read_park(tmp_path, {"factors.grid-life-cycle.footprint": "0.1 kgCO2e/kWh"})
    assert park.overrides == {"factors.grid-life-cycle.footprint": "0.1 kgCO2e/kWh"}
    assert park.notes[0].startswith(
        "set for this run, not as in park.yaml: factors.grid-life-cycle.footprint"
    )


def test_a_table_of_flows_without_rows_is_a_fault(tmp_path: Path) -> None:
    assert faults(tmp_path) == []
    (tmp_path / "meters.csv").write_text("time,asset,node,carrier,flow\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"meters\.csv: time: found no rows"):
        read_flows(tmp_path / "meters.csv", read_park(tmp_path))
