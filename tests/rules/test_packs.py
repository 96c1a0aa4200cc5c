"""Packaged rule packs: every rule in a case worked by hand, and every number with its evidence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from zeropark.accounts.standard import accounts_of
from zeropark.park.packs import packaged, read_pack
from zeropark.park.yaml import read_yaml
from zeropark.rules.judge import judge, rules_of

CASES = {path.stem: path for path in sorted((Path(__file__).parent / "cases").glob("*.yaml"))}
PACKS = sorted(packaged("packs"))


def case(name: str) -> dict[str, Any]:
    document = read_yaml(CASES[name], name)
    assert not document.faults
    assert isinstance(document.data, dict)
    return document.data


def keyed(values: dict[str, Any]) -> dict[tuple[str, str], float]:
    return {tuple(key.split(".")): value for key, value in values.items()}  # type: ignore[misc]


def verdicts(data: dict[str, Any], park_of: Any, with_flows: Any, quantities: Any) -> dict[str, Any]:
    park = park_of(data["park"])
    flows = with_flows(park, keyed(data["rates"]))
    sizes = {key: sizing.least for key, sizing in park.sizings()} | keyed(data.get("capacities", {}))
    accounts = accounts_of(park)
    judged = judge(rules_of(park, accounts), accounts, quantities(park, flows, sizes))
    return {verdict.rule.rule: verdict for verdict in judged}


@pytest.mark.parametrize("name", CASES)
def test_case(name: str, park_of: Any, with_flows: Any, quantities: Any) -> None:
    data = case(name)
    judged = verdicts(data, park_of, with_flows, quantities)
    assert set(judged) == set(data["expected"])
    for rule, expected in data["expected"].items():
        verdict = judged[rule]
        assert verdict.rule.limit == pytest.approx(expected["limit"]), rule
        assert verdict.met is expected["met"], rule
        if expected["value"] is None:
            assert verdict.value is None, rule
        else:
            assert verdict.value == pytest.approx(expected["value"], rel=data["tolerance"]), rule
    for rule, words in data.get("words", {}).items():
        assert words in " ".join((judged[rule].words, *(judged[rule].careful or ())))


def test_every_rule_of_every_pack_has_a_case() -> None:
    covered = {
        (pack, rule)
        for name in CASES
        for pack in case(name)["park"]["rules"]
        for rule in case(name)["expected"]
    }
    for name in PACKS:
        pack, _ = read_pack(name, None, "")
        assert pack is not None
        assert {(name, rule) for rule in pack.rules} - covered == set()


@pytest.mark.parametrize("name", PACKS)
def test_every_number_of_a_pack_has_its_evidence(name: str) -> None:
    pack, faults = read_pack(name, None, "")
    assert pack is not None
    assert not faults
    for key, rule in pack.rules.items():
        assert rule.clause, key
        assert rule.source, key
        assert rule.date, key
        assert rule.name_zh, key


@pytest.mark.parametrize(
    ("coal_equivalent", "energy_use", "most"),
    [
        ("0.1229 kgce/kWh", "0.35 Mtce/year", 0.2 * 0.1229 / 0.8325),  # 2.95 %, rules-and-factors.md §1
        ("0.1229 kgce/kWh", "1.2 Mtce/year", 0.3 * 0.1229 / 0.8325),  # 4.43 %
        ("0.3 kgce/kWh", "0.35 Mtce/year", 0.2 * 0.3 / 0.8325),  # by an assumed coal equivalent of generation
    ],
)
def test_how_much_grid_power_an_all_electric_park_may_draw(
    coal_equivalent: str, energy_use: str, most: float, park_of: Any, with_flows: Any, quantities: Any
) -> None:
    for share, met in ((most * 0.999, True), (most, True), (most * 1.001, False)):
        data = {
            "park": {
                "carriers": {
                    "electricity": {"unit": "MWh", "kind": "electricity", "coal_equivalent": coal_equivalent}
                },
                "rules": {"cn-zero-carbon-park-2025": {"parameters": {"energy_use": energy_use}}},
                "assets": {
                    "wind": {"kind": "source", "node": "bus", "origin": "wind", "capacity": 500},
                    "load": {"kind": "demand", "node": "bus", "profile": 400},
                    "grid": {"kind": "market", "node": "bus", "origin": "grid", "buy": {}},
                },
            },
            "rates": {"wind.output": 400 * (1 - share), "load.intake": 400, "grid.buy": 400 * share},
        }
        verdict = verdicts(data, park_of, with_flows, quantities)["co2-per-energy"]
        assert verdict.met is met
        assert f"counts {coal_equivalent}" in verdict.rule.note
    assert pytest.approx(0.0295, abs=5e-5) == 0.2 * 0.1229 / 0.8325
    assert pytest.approx(0.0443, abs=5e-5) == 0.3 * 0.1229 / 0.8325
