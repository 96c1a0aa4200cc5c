"""The report names the right numbers; users hear of units and prices that lie too far apart, and of nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from tests.differential.random_parks import kind_of, problem_of, random_park

from zeropark import load, units
from zeropark.examples.write import write_example
from zeropark.optimize.conditioning import _LADDERS, conditioning, scale_notes
from zeropark.park.model import Park
from zeropark.planning import PlanOptions, plan_one
from zeropark.texts import has_chinese, in_language

MakePark = Callable[..., Park]
NODES = {"el": "electricity", "h2": "hydrogen"}


def park_with(make_park: MakePark, ratio: float = 18.0, load: float = 100.0, dear: float = 900.0) -> Park:
    """An electrolyser feeds a hydrogen load; ``ratio``: kg for a MWh, ``dear``: price of what is not served."""
    assets: dict[str, Any] = {
        "grid": {"kind": "market", "node": "el", "buy": {"price": [80, 90]}},
        "plant": {
            "kind": "converter", "rated": "el", "inputs": {"el": 1}, "outputs": {"h2": ratio},
            "capacity": {"max": 50, "investment": 1e5, "lifetime": 10}, "cost": 5,
        },
        "works": {"kind": "demand", "node": "el", "profile": [3, 4], "unserved_price": dear},
        "pv": {"kind": "source", "node": "el", "capacity": 2, "cost": 10},
        "filling": {"kind": "demand", "node": "h2", "profile": [load, load]},
    }  # fmt: skip
    return make_park(assets, NODES, steps=2)


def notes(park: Park) -> tuple[str, ...]:
    return scale_notes(park, problem_of(park))


def test_ranges_and_where_they_stand(make_park: MakePark) -> None:
    """By hand: balances hold 1 and 18, capacity rows 1; 50 MW, 4 MW (works), 2 MW (pv) bound columns."""
    found = conditioning(problem_of(park_with(make_park)))
    assert (found.matrix.least, found.matrix.most, found.matrix.spread) == (1.0, 18.0, 18.0)
    assert found.matrix.most_at == "balance:h2 × plant.activity:"
    assert (found.columns.least, found.columns.most) == (2.0, 50.0)
    assert found.columns.most_at == "plant.capacity"
    assert found.rows.most == 100.0
    assert found.rows.most_at == "balance:h2"
    assert found.families["balance:h2"].least == 18.0
    assert found.assets["plant"].most == 18.0
    assert found.assets["grid"].most == 1.0
    assert found.scaled is None


def test_range_after_scaling(make_park: MakePark) -> None:
    """Rows divided by their largest entry: nothing above 1 is left, and 1/18 nowhere."""
    problem = problem_of(park_with(make_park))
    largest = np.asarray(abs(problem.matrix).max(axis=1).todense()).ravel()
    scaled = conditioning(problem, 1 / largest, np.ones(problem.cost.size)).scaled
    assert scaled is not None
    assert scaled.most == pytest.approx(1.0)


def test_an_ordinary_park_hears_nothing(make_park: MakePark) -> None:
    assert notes(park_with(make_park)) == ()
    for seed in range(60):
        if kind_of(seed) != "wide units":
            assert notes(random_park(seed)) == (), f"seed {seed}"


def test_the_example_hears_nothing(tmp_path: Any) -> None:
    write_example(tmp_path)
    assert notes(load(tmp_path)) == ()


def test_known_flows_that_cancel_leave_nothing_of_their_rounding(make_park: MakePark) -> None:
    """0.571 × 10.87 is 6.20677 but for 9e-16: no flow, and no row that nothing could meet exactly."""
    assert 0.571 * 10.87 != 6.20677
    assets: dict[str, Any] = {
        "ore": {"kind": "source", "node": "el", "capacity": 6.20677, "must_run": True},
        "plant": {
            "kind": "converter", "rated": "h2", "inputs": {"el": 10.87}, "outputs": {"h2": 1},
            "capacity": 0.571, "min_load": 1,
        },
        "sale": {"kind": "demand", "node": "h2", "profile": [0.571, 0.571]},
    }  # fmt: skip
    problem = problem_of(make_park(assets, NODES, steps=2))
    assert not problem.variables
    assert not problem.families, "nothing is left to decide, and no row to keep"
    assets["sale"]["profile"] = [0.571, 0.5711]
    unmet = problem_of(make_park(assets, NODES, steps=2))
    assert list(unmet.families) == ["balance:h2"], "what cannot hold stays, so that it is told"
    assert unmet.row_lower == pytest.approx([0.0, 1e-4])


def test_flows_too_large_name_carrier_and_unit(make_park: MakePark) -> None:
    (note,) = notes(park_with(make_park, load=3e9))
    assert "node 'h2'" in note
    assert "3e+09 kg/h" in note
    assert "kg → t" in note
    assert has_chinese(in_language(note, "zh"))
    assert not has_chinese(in_language(note, "en"))


def test_flows_too_small_name_carrier_and_unit(make_park: MakePark) -> None:
    (note,) = notes(park_with(make_park, load=2e-7))
    assert "too small" in note
    assert "kg → g" in note


def test_a_ratio_far_from_one_names_the_asset_and_both_units(make_park: MakePark) -> None:
    (note,) = notes(park_with(make_park, ratio=18e6))
    assert "'plant' moves 2e+07 kg at node 'h2' for each MWh at node 'el'" in note


def test_a_price_that_drowns_the_others_is_named(make_park: MakePark) -> None:
    (note,) = notes(park_with(make_park, dear=1e10))
    assert "'works' (1e+10 CNY/MWh)" in note
    assert notes(park_with(make_park, dear=1e5)) == ()


def test_units_of_a_ladder_convert_into_each_other() -> None:
    for ladder in _LADDERS:
        sizes = [units.factor(unit, ladder[0]) for unit in ladder]
        assert sizes == sorted(sizes)


def test_a_plan_carries_the_note(make_park: MakePark) -> None:
    outcome = plan_one(park_with(make_park, dear=1e10), PlanOptions())
    assert any("'works'" in note for note in outcome.park.notes)
