"""Meters are never exact: what is read and told, and what cannot be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from zeropark.park.plausible import signed, signs_of, sized

ASSETS = {
    "wind": {"kind": "source", "node": "bus", "capacity": 10, "origin": "wind", "availability": [0.5, 0.1]},
    "boiler": {"kind": "converter", "rated": "bus", "inputs": {"bus": 1}, "outputs": {"heat": 3.6}, "capacity": 4},
    "store": {"kind": "storage", "node": "bus", "capacity": 8, "c_rate": 0.5},
    "grid": {"kind": "market", "node": "bus", "buy": {"price": 1}, "origin": "grid"},
    "load": {"kind": "demand", "node": "bus", "profile": [5, 5]},
}  # fmt: skip
NET = {
    ("wind", "bus"): [5, 1], ("boiler", "bus"): [-4, -4], ("boiler", "heat"): [14.4, 14.4],
    ("store", "bus"): [-1, 1], ("grid", "bus"): [6, 9], ("load", "bus"): [-5, -5],
}  # fmt: skip
SIZES = {("wind", "capacity"): 10.0, ("boiler", "capacity"): 4.0, ("store", "capacity"): 8.0}


@pytest.fixture
def park(make_park: Any) -> Any:
    return make_park(ASSETS, {"bus": "electricity", "heat": "heat"}, steps=2)


def net(**changed: list[float]) -> Any:
    """The flows of above, some of them changed: ``asset__node``."""
    series = {**NET, **{tuple(key.split("__")): values for key, values in changed.items()}}
    return {key: np.array(values, dtype=float) for key, values in series.items()}


def rates(**changed: list[float]) -> Any:
    series = {
        ("wind", "output"): [5, 1], ("boiler", "activity:"): [4, 4], ("grid", "buy"): [6, 9], ("load", "intake"): [5, 5],
        ("store", "charge"): [1, 0], ("store", "discharge"): [0, 1], ("store", "level"): [8, 7],
        **{(key.split("__")[0], key.split("__")[1]): values for key, values in changed.items()},
    }  # fmt: skip
    return {key: np.array(values, dtype=float) for key, values in series.items()}


def test_what_has_one_sign_by_nature(park: Any) -> None:
    signs = signs_of(park)
    assert ("store", "bus") not in signs
    assert (signs["wind", "bus"], signs["load", "bus"], signs["boiler", "bus"], signs["grid", "bus"]) == (
        1,
        -1,
        -1,
        1,
    )


def test_a_little_of_the_wrong_sign_counts_as_zero_and_is_told(park: Any) -> None:
    """A wind farm's own use at standstill: 0.05 of 5 MW is 1 %."""
    found = signed(park, net(wind__bus=[5, -0.05]), "meters.csv")
    assert not found.faults
    assert found.net["wind", "bus"].tolist() == [5, 0]
    (note,) = found.notes
    assert note.startswith("1 values of the wrong sign")
    assert "wind output, -0.05 at 2025-01-01 01:00" in note


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"wind__bus": [5, -1]}, "wind output: found -1 at 2025-01-01 01:00; expected no negative rate"),
        ({"load__bus": [5, -5]}, "load intake: found 5 at 2025-01-01 00:00; expected no negative rate"),
        ({"grid__bus": [6, -3]}, "grid at bus: found -3 at 2025-01-01 01:00; expected no flow: it does not sell"),
        ({"boiler__heat": [-14, 14]}, "boiler at heat: found -14 at 2025-01-01 00:00; expected no flow out of the node"),
    ],
)  # fmt: skip
def test_more_of_the_wrong_sign_is_a_fault_at_its_hour(park: Any, changed: Any, told: str) -> None:
    (fault,) = signed(park, net(**changed), "meters.csv").faults
    assert told in str(fault)


def test_a_meter_above_the_rating_is_told_and_read(park: Any) -> None:
    faults, notes = sized(park, rates(**{"boiler__activity:": [4.4, 4]}), SIZES, "m.csv")  # fmt: skip
    assert not faults
    (note,) = notes
    assert "1 assets stand above their capacity in 1 values, by at most 10.0%" in note
    assert "boiler activity, 4.4 at 2025-01-01 00:00 (4)" in note


def test_weather_is_no_limit_of_a_meter(park: Any) -> None:
    """9 of 10 MW where the park file's wind would give 1: read, and told."""
    faults, notes = sized(park, rates(wind__output=[5, 9]), SIZES, "m.csv")
    assert not faults
    assert "wind output, 9 at 2025-01-01 01:00" in notes[0]
    assert "curtailed" in notes[0]


def test_a_fifth_more_than_it_can_is_a_fault_that_names_hour_and_limit(park: Any) -> None:
    faults, _ = sized(park, rates(wind__output=[5, 12.5], **{"boiler__activity:": [5, 0]}), SIZES, "m.csv")
    assert [str(fault) for fault in faults] == [
        "m.csv: wind output: found 12.5 at 2025-01-01 01:00; expected at most 1.2 × its capacity 10",
        "m.csv: boiler activity: found 5 at 2025-01-01 00:00; expected at most 1.2 × its capacity 4",
    ]


def test_what_has_no_capacity_at_all_says_where_it_would_stand(park: Any) -> None:
    (fault,), _ = sized(park, rates(), SIZES | {("wind", "capacity"): 0.0}, "m.csv")
    assert "expected at most its capacity 0" in str(fault)
    assert "--capacities" in str(fault)
