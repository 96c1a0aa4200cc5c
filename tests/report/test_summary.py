from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

from zeropark.outcome import Outcome
from zeropark.report.summary import strict, summary_of

CONTRACT: dict[str, Any] = {
    "status": str,
    "cost": {"total": float, "unit": str, "terms": dict},
    "capacities": [{"asset": str, "existing": float, "added": float, "unit": str}],
    "accounts": dict,
    "rules": [
        {
            "pack": str,
            "rule": str,
            "value": float,
            "limit": float,
            "unit": str,
            "met": bool,
            "margin": float,
            "shadow_price": float,
        }
    ],
    "certificate": {"relative_gap": float, "balance_residual": float, "cost_difference": float},
    "solver": {"name": str, "seconds": float, "iterations": int},
}


def holds(value: object, shape: object) -> bool:
    """Whether every key of the contract is there; a leaf has the type, or is null."""
    if isinstance(shape, dict):
        return isinstance(value, dict) and all(k in value and holds(value[k], s) for k, s in shape.items())
    if isinstance(shape, list):
        return isinstance(value, list) and all(holds(item, shape[0]) for item in value)
    assert isinstance(shape, type)
    return value is None or isinstance(value, shape) or (shape is float and isinstance(value, int))


def test_contract_of_a_plan(outcome: Outcome) -> None:
    summary = summary_of(outcome)
    assert holds(summary, CONTRACT)
    assert summary["status"] == "optimal"
    assert summary["cost"]["total"] == outcome.bill.total
    assert sum(summary["cost"]["terms"].values()) == summary["cost"]["total"]
    assert summary["accounts"]["grid_energy"]["unit"] == "MWh"
    assert summary["certificate"]["relative_gap"] == 3.1e-7
    assert [(c["asset"], c["part"]) for c in summary["capacities"]].count(("battery", "power")) == 1


def test_contract_of_readings_has_every_key_and_nulls(read_outcome: Outcome) -> None:
    summary = summary_of(read_outcome)
    assert holds(summary, CONTRACT)
    assert summary["status"] == "read"
    assert set(summary["certificate"].values()) == {None}
    assert set(summary["solver"].values()) == {None}


def test_what_cannot_be_told_is_null(outcome: Outcome) -> None:
    slag = next(rule for rule in summary_of(outcome)["rules"] if rule["rule"] == "slag")
    assert (slag["value"], slag["met"], slag["margin"], slag["shadow_price"]) == (None, None, None, None)


def test_json_is_strict(outcome: Outcome) -> None:
    endless = replace(outcome.capacities[0], existing=math.inf, added=math.nan)
    text = json.dumps(summary_of(replace(outcome, capacities=(endless,))), allow_nan=False)
    first = json.loads(text)["capacities"][0]
    assert (first["existing"], first["added"]) == (None, None)


def test_strict_makes_plain_types(outcome: Outcome) -> None:
    total = outcome.flows.net["pv", "bus"].sum()
    assert type(strict({"a": (total, True, math.nan)})["a"][0]) is float
    assert strict([True, math.inf]) == [True, None]
