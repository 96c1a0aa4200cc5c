"""Accounts and bills worked by hand: each file in ``cases/`` is a park, its rates, and what must come out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from zeropark.accounts.bill import bill_of
from zeropark.accounts.standard import accounts_of, standard_names
from zeropark.accounts.terms import TERM_TITLES
from zeropark.park.packs import packaged
from zeropark.park.yaml import read_yaml

CASES = {path.stem: path for path in sorted((Path(__file__).parent / "cases").glob("*.yaml"))}


def case(name: str) -> dict[str, Any]:
    document = read_yaml(CASES[name], name)
    assert not document.faults
    assert isinstance(document.data, dict)
    return document.data


def keyed(values: dict[str, Any]) -> dict[tuple[str, str], float]:
    return {tuple(key.split(".")): value for key, value in values.items()}  # type: ignore[misc]


@pytest.mark.parametrize("name", CASES)
def test_case(name: str, park_of: Any, with_flows: Any, quantities: Any) -> None:
    data = case(name)
    park = park_of(data["park"])
    flows = with_flows(park, keyed(data["rates"]))
    capacities = {key: sizing.least for key, sizing in park.sizings()} | keyed(data.get("capacities", {}))
    everything = quantities(park, flows, capacities)
    accounts, bill = accounts_of(park), bill_of(park, flows, capacities)
    tolerance = data["tolerance"]
    for account, expected in data.get("expected", {}).items():
        assert accounts.all[account].form.value(everything) == pytest.approx(expected, rel=tolerance), account
    for term, expected in data.get("expected_terms", {}).items():
        assert bill.terms[term] == pytest.approx(expected, rel=tolerance, abs=1e-6), term
        assert accounts.cost_terms[term].form.value(everything) == pytest.approx(bill.terms[term], abs=1e-6)
    for wanted in data.get("expected_lines", []):
        place = {key: wanted.pop(key) for key in ("asset", "period", "item")}
        lines = [line for line in bill.lines if all(getattr(line, k) == v for k, v in place.items())]
        assert len(lines) == 1, place
        for field, expected in wanted.items():
            assert getattr(lines[0], field) == pytest.approx(expected, rel=tolerance), (place, field)


def test_every_standard_account_has_a_case() -> None:
    assert {name for case_ in CASES for name in case(case_).get("expected", {})} == set(standard_names())


def test_every_packaged_tariff_has_a_case() -> None:
    used = {t.get("use") for case_ in CASES for t in case(case_)["park"].get("tariffs", {}).values()}
    assert set(packaged("tariffs")) - used == set()


def test_every_cost_term_has_a_case() -> None:
    assert {name for case_ in CASES for name in case(case_).get("expected_terms", {})} == set(TERM_TITLES)
