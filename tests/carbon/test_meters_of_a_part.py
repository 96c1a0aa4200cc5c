"""Meters of a part of the park's time: read alone where a period asks for it, and told in every other case."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.carbon.test_command import PARK, folder, meters

from zeropark.carbon.attribution import attribution_of
from zeropark.cli.given import Given, electricity_of_given, outcome_of
from zeropark.cli.progress import bar
from zeropark.errors import InputError
from zeropark.outcome import Outcome

__all__ = ["folder"]


def of(folder: Path, table: str, period: str | None) -> Outcome:
    with bar(quiet=True) as progress:
        return outcome_of(folder, Given(folder / table, period=period), {}, progress, True)


@pytest.fixture
def second_day(folder: Path) -> Path:
    flows = pd.read_csv(folder / "flows.csv", parse_dates=["time"])
    flows[flows["time"] >= pd.Timestamp("2025-03-02", tz="Asia/Shanghai")].to_csv(
        folder / "day.csv", index=False
    )
    return folder


def test_a_period_cuts_what_must_be_covered(second_day: Path) -> None:
    found = of(second_day, "day.csv", "2025-03-02")
    assert found.park.clock.steps == 24
    assert found.flows.net["load-a", "bus"].tolist() == [-4.0] * 24
    assert any("read from 2025-03-02 to 2025-03-02 alone" in note for note in found.park.notes)


def test_a_table_that_covers_all_is_read_whole_and_cut_by_the_reading(folder: Path) -> None:
    """So that a store knows what it held before the period."""
    assert of(folder, "flows.csv", "2025-03-02").park.clock.steps == 48


def test_what_a_part_covers_is_told_with_the_period_that_reads_it(second_day: Path) -> None:
    with pytest.raises(InputError) as caught:
        of(second_day, "day.csv", None)
    (fault,) = caught.value.faults
    assert fault.found.startswith("24 of 48 steps")
    assert "--period 2025-03-02/2025-03-02" in fault.hint


def test_a_period_that_is_covered_in_part_names_the_first_missing_hour(folder: Path) -> None:
    flows = pd.read_csv(folder / "flows.csv", parse_dates=["time"])
    some = flows[flows["time"] >= pd.Timestamp("2025-03-02 05:00", tz="Asia/Shanghai")]
    some.to_csv(folder / "some.csv", index=False)
    with pytest.raises(InputError) as caught:
        of(folder, "some.csv", "2025-03-02")
    (fault,) = caught.value.faults
    assert fault.found.startswith("19 of 24 steps")
    assert "first missing 2025-03-02 00:00+0800" in fault.hint


def test_an_hour_that_one_meter_lacks_and_one_that_it_tells_twice_are_named(folder: Path) -> None:
    assert len(meters()["pv"]) == 48
    flows = pd.read_csv(folder / "flows.csv", parse_dates=["time"])
    pv, load = (flows.index[flows["asset"] == name] for name in ("pv", "load-a"))
    pd.concat([flows.drop(pv[7]), flows.loc[[load[30]]]]).to_csv(folder / "holes.csv", index=False)
    with pytest.raises(InputError) as caught:
        of(folder, "holes.csv", None)
    told = {fault.field: fault.found for fault in caught.value.faults}
    assert told == {
        "pv at bus": "1 steps missing, first 2025-03-01 07:00+0800",
        "load-a at bus": "1 steps twice, first 2025-03-02 06:00+0800",
    }


def changed(folder: Path, change: Callable[[pd.DataFrame], pd.DataFrame], table: str = "changed.csv") -> None:
    flows = pd.read_csv(folder / "flows.csv", parse_dates=["time"])
    change(flows).to_csv(folder / table, index=False)


def at(day: int, hour: int) -> pd.Timestamp:
    return pd.Timestamp(2025, 3, day, hour, tz="Asia/Shanghai")


def test_an_hour_that_no_meter_has_is_named(folder: Path) -> None:
    changed(folder, lambda flows: flows[flows["time"] != at(1, 7)])
    with pytest.raises(InputError) as caught:
        of(folder, "changed.csv", None)
    (fault,) = caught.value.faults
    assert fault.found.endswith("between them 1 steps missing, first 2025-03-01 07:00+0800")


def test_a_hole_outside_the_period_is_no_fault_of_it(folder: Path) -> None:
    changed(folder, lambda flows: flows[flows["time"] != at(1, 7)])
    assert of(folder, "changed.csv", "2025-03-02").park.clock.steps == 24


def test_what_is_no_number_is_told_with_its_line(folder: Path) -> None:
    text = (folder / "flows.csv").read_text(encoding="utf-8").splitlines()
    text[3] = text[3].rpartition(",")[0] + ",n/a?"
    (folder / "changed.csv").write_text("\n".join(text), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        of(folder, "changed.csv", None)
    (fault,) = caught.value.faults
    assert (fault.line, fault.found) == (
        4,
        "1 values that are no number, first 'n/a?' at 2025-03-01 02:00+0800",
    )


def test_levels_of_other_days_are_told_as_levels(folder: Path) -> None:
    levels = pd.DataFrame({"time": [at(1, 7)], "asset": ["battery"], "level": [3.0]})
    levels.to_parquet(folder / "levels.parquet")
    with pytest.raises(InputError) as caught:
        of(folder, "flows.csv", None)
    (fault,) = caught.value.faults
    assert (fault.file, fault.found.split(",")[0]) == ("levels.parquet", "1 of 48 steps")
    assert "--period" not in fault.hint


def test_capacities_of_another_park_are_named_after_it(folder: Path) -> None:
    other = {"park": {"name": "Elsewhere"}, "capacities": []}
    (folder / "summary.json").write_text(json.dumps(other), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        of(folder, "flows.csv", None)
    assert {fault.hint for fault in caught.value.faults} == {"it belongs to 'Elsewhere'"}


def test_the_park_says_what_its_meters_tolerate(folder: Path) -> None:
    """Load b is metered 1 % too low by day and too high by night: 0.02 of 6 and more MWh an hour, 0.3 % at the most."""
    sway = 0.02 * np.where(np.arange(48) % 24 < 12, 1, -1)
    loads = pd.read_csv(folder / "flows.csv")
    loads.loc[loads["asset"] == "load-b", "flow"] += sway
    loads.to_csv(folder / "changed.csv", index=False)

    def unmetered(tolerance: str) -> float:
        park = (folder / "park.yaml").read_text(encoding="utf-8")
        (folder / "park.yaml").write_text(
            park.replace("carbon:\n", f"carbon:\n  meter_tolerance: {tolerance}\n"), encoding="utf-8"
        )
        found = of(folder, "changed.csv", None)
        (folder / "park.yaml").write_text(park, encoding="utf-8")
        shares = attribution_of(found.park, found.flows)
        return sum(
            float(shares.supplied(name)[k])
            for name in shares.consumers
            for k, origin in enumerate(shares.origins)
            if origin.kind == "unmetered"
        )

    assert unmetered("0 %") == pytest.approx(24 * 0.02)
    assert unmetered("0.1 %") == pytest.approx(24 * 0.02)
    assert unmetered("1 %") == pytest.approx(0.0, abs=1e-9)


HEATED = (
    PARK.replace("nodes: {bus: electricity}", "nodes: {bus: electricity, steam: heat}")
    .replace("carriers:\n", "carriers:\n  heat: {unit: GJ, kind: heat}\n")
    .replace(
        "factors:\n",
        """  boiler: {kind: converter, rated: bus, inputs: {bus: 1}, outputs: {steam: 3.4}, capacity: 2, tenant: a}
  steam-use: {kind: demand, node: steam, tenant: a, target: {amount: 1, per: day}}
  turbine: {kind: converter, rated: bus, inputs: {steam: 9}, outputs: {bus: 1}, capacity: TURBINE}
factors:
""",
    )
)


def read(folder: Path, table: str) -> tuple[float, tuple[str, ...], Outcome | None]:
    """tCO2 behind the boiler's electricity, the notes, and the outcome."""
    with bar(quiet=True) as progress:
        park, flows, outcome = electricity_of_given(
            folder, Given(folder / table), {}, progress, True, lambda _: None
        )
    return attribution_of(park, flows).operating_co2("boiler", "hourly").tonnes, park.flow_notes, outcome


@pytest.fixture
def heated(folder: Path) -> Path:
    """An electric boiler of 1 MW more on the grid, and its steam."""
    flows = pd.read_csv(folder / "flows.csv", parse_dates=["time"])
    grid = flows[flows["asset"] == "grid"]
    flows.loc[grid.index, "flow"] += 1.0
    more = [
        grid.assign(asset=asset, node=node, carrier=carrier, flow=flow)
        for asset, node, carrier, flow in (
            ("boiler", "bus", "electricity", -1.0), ("boiler", "steam", "heat", 3.4), ("steam-use", "steam", "heat", -3.4),
            ("turbine", "bus", "electricity", 0.0), ("turbine", "steam", "heat", 0.0),
        )
    ]  # fmt: skip
    whole = pd.concat([flows, *more])
    whole.to_csv(folder / "flows.csv", index=False)
    whole[whole["carrier"] == "electricity"].to_csv(folder / "electricity.csv", index=False)
    (folder / "park.yaml").write_text(HEATED.replace("TURBINE", "0"), encoding="utf-8")
    return folder


def test_meters_of_electricity_are_enough_for_electricity(heated: Path) -> None:
    whole, _, outcome = read(heated, "flows.csv")
    alone, notes, none = read(heated, "electricity.csv")
    assert outcome is not None
    assert none is None
    assert alone == pytest.approx(whole, rel=1e-12)
    assert any("nodes of electricity alone were read; not of heat" in note for note in notes)


def test_a_missing_meter_of_electricity_is_told_with_all_others(heated: Path) -> None:
    flows = pd.read_csv(heated / "electricity.csv")
    flows[flows["asset"] != "load-b"].to_csv(heated / "less.csv", index=False)
    with pytest.raises(InputError, match="load-b at bus: found no rows"):
        read(heated, "less.csv")


def test_electricity_made_of_what_was_not_read_is_a_fault(heated: Path) -> None:
    """A turbine's factor follows from the steam's; without flows of steam nobody can tell it."""
    (heated / "park.yaml").write_text(HEATED.replace("TURBINE", "1"), encoding="utf-8")
    flows = pd.read_csv(heated / "electricity.csv")
    flows.loc[flows["asset"] == "turbine", "flow"] = 0.5
    flows.loc[flows["asset"] == "grid", "flow"] -= 0.5
    flows["flow"] = flows["flow"].where(flows["asset"] != "grid", flows["flow"].clip(lower=0))
    flows.to_csv(heated / "electricity.csv", index=False)
    with pytest.raises(InputError, match="electricity made by 'turbine', and no flows of what it is made of"):
        read(heated, "electricity.csv")
