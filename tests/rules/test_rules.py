"""Own limits, modes, shadow prices and words."""

from __future__ import annotations

import math
from typing import Any

import pytest

from zeropark.accounts.standard import accounts_of
from zeropark.errors import InputError
from zeropark.rules.judge import enforced, judge, rules_of
from zeropark.rules.words import money, money_zh, number

ASSETS = {
    "pv": {"kind": "source", "node": "bus", "origin": "solar", "capacity": 100},
    "load": {"kind": "demand", "node": "bus", "profile": 80},
    "grid": {"kind": "market", "node": "bus", "origin": "grid", "buy": {}, "sell": {}},
}
RATES = {("pv", "output"): 60.0, ("load", "intake"): 80.0, ("grid", "buy"): 20.0}


def judged(park: Any, with_flows: Any, quantities: Any, **more: Any) -> dict[str, Any]:
    accounts = accounts_of(park)
    flows = with_flows(park, RATES)
    sizes = {key: sizing.least for key, sizing in park.sizings()}
    verdicts = judge(rules_of(park, accounts), accounts, quantities(park, flows, sizes), **more)
    return {verdict.rule.rule: verdict for verdict in verdicts}


@pytest.mark.parametrize(
    ("limit", "value", "unit", "met"),
    [
        ({"left": "grid_purchase", "limit": 480}, 480, "MWh", True),
        ({"left": "grid_purchase", "limit": "0.4 GWh"}, 0.48, "GWh", False),
        ({"left": "grid_purchase", "limit": "25 %", "right": "electricity_use"}, 25, "%", True),
        ({"left": "grid_purchase", "limit": 0.2499, "right": "electricity_use"}, 0.25, "1", False),
        (
            {"left": "co2_910", "limit": "0.2 kgCO2/kWh", "right": "electricity_use"},
            0.208125,
            "kgCO2/kWh",
            False,
        ),
        (
            {"left": "green_self_used", "sense": "at least", "limit": "70 %", "right": "electricity_use"},
            75,
            "%",
            True,
        ),
        ({"left": "cost_energy", "limit": "1 万元"}, 0, "万元", True),
        ({"left": "cost", "limit": 0}, 0, "CNY", True),
    ],
)
def test_own_limit(
    park_of: Any, with_flows: Any, quantities: Any, limit: dict[str, Any], value: float, unit: str, met: bool
) -> None:
    verdict = judged(park_of({"assets": ASSETS, "limits": {"mine": limit}}), with_flows, quantities)["mine"]
    assert verdict.value == pytest.approx(value)
    assert verdict.rule.unit == unit
    assert verdict.met is met
    assert verdict.rule.mode == "enforce"
    assert verdict.rule.pack == "own"


def test_form_is_at_most_zero_exactly_when_met(park_of: Any, with_flows: Any, quantities: Any) -> None:
    limits = {
        f"{sense[3]}{percent}": {"left": "grid_purchase", "sense": sense, "limit": f"{percent} %",
                                 "right": "electricity_use"}
        for sense in ("at most", "at least") for percent in (10, 24.9, 25.1, 40)
    }  # fmt: skip
    park = park_of({"assets": ASSETS, "limits": limits})
    flows = with_flows(park, RATES)
    for name, verdict in judged(park, with_flows, quantities).items():
        everything = quantities(park, flows, {("pv", "capacity"): 100.0})
        assert (verdict.rule.form.value(everything) <= 0) is verdict.met, name
        assert (verdict.margin >= 0) is verdict.met, name


def test_modes(park_of: Any) -> None:
    use = {"mode": "enforce", "parameters": {"spot_market_continuous": 1},
           "rules": {"self-use-of-generation": "measure", "export-of-generation": "ignore"}}  # fmt: skip
    limits = {
        "a": {"left": "grid_purchase", "limit": 1},
        "b": {"left": "grid_purchase", "limit": 1, "mode": "measure"},
    }
    park = park_of({"assets": ASSETS, "rules": {"cn-green-direct-2025": use}, "limits": limits})
    rules = rules_of(park, accounts_of(park))
    assert [rule.rule for rule in rules] == ["self-use-of-generation", "self-use-of-consumption", "a", "b"]
    assert [rule.rule for rule in enforced(rules)] == ["self-use-of-consumption", "a"]


def test_shadow_price_is_money_per_unit_of_the_limit(park_of: Any, with_flows: Any, quantities: Any) -> None:
    limit = {"left": "grid_purchase", "limit": "25 %", "right": "electricity_use"}
    park = park_of({"assets": ASSETS, "limits": {"grid-share": limit | {"name_zh": "购网电占比"}}})
    # a dual of 500 CNY/MWh; 1 % of 1,920 MWh is 19.2 MWh: 9,600 CNY
    key = ("own", "grid-share")
    verdict = judged(park, with_flows, quantities, duals={key: 500.0}, costs={key: 1.234e6})["grid-share"]
    assert verdict.shadow_price == pytest.approx(9600)
    assert verdict.cost == 1.234e6
    assert "Relaxing the limit by 1 percentage point is worth CNY 9,600" in verdict.words
    assert "The limit of 25 % costs CNY 1.234 million" in verdict.words
    assert "限值每放宽 1 个百分点，期内可节省 9,600 元" in verdict.words_zh
    assert "期内成本为 123.4 万元" in verdict.words_zh
    assert "购网电占比为 25 %，限值不高于 25 %：满足，恰在限值" in verdict.words_zh
    measured = park_of({"assets": ASSETS, "limits": {"grid-share": limit | {"mode": "measure"}}})
    assert judged(measured, with_flows, quantities, duals={key: 500.0})["grid-share"].shadow_price is None


def test_relaxing_the_limit_changes_the_form_by_the_shadow_rate(
    park_of: Any, with_flows: Any, quantities: Any
) -> None:
    flows_at = {("pv", "capacity"): 100.0}
    forms = []
    for percent in (70, 69):
        limit = {
            "left": "green_self_used",
            "sense": "at least",
            "limit": f"{percent} %",
            "right": "electricity_use",
        }
        park = park_of({"assets": ASSETS, "limits": {"x": limit}})
        rule = rules_of(park, accounts_of(park))[0]
        forms.append(rule.form.value(quantities(park, with_flows(park, RATES), flows_at)))
    verdict = judged(park, with_flows, quantities, duals={("own", "x"): 3.0})["x"]
    assert verdict.shadow_price == pytest.approx(3.0 * (forms[0] - forms[1]))
    assert "Lowering the limit by 1 percentage point" in verdict.words


def test_stated_parameter_in_the_computed_band_raises_no_warning(
    park_of: Any, with_flows: Any, quantities: Any
) -> None:
    # 80 MW × 8,760 h × 0.1229 × factor: say 4,000 times as much energy so that it lies in 0.2–1 Mtce a year
    carriers = {"electricity": {"unit": "MWh", "kind": "electricity", "coal_equivalent": "0.5 tce/MWh"}}
    park = park_of({
        "carriers": carriers, "assets": ASSETS,
        "rules": {"cn-zero-carbon-park-2025": {"parameters": {"energy_use": "0.35 Mtce/year"}}},
    })  # fmt: skip
    verdict = judged(park, with_flows, quantities)["co2-per-energy"]  # 80 × 8,760 × 0.5 = 0.3504 Mtce/a
    assert verdict.careful is None


@pytest.mark.parametrize(
    ("stated", "english", "chinese"),
    [
        ("290000 Mtce/year", "from 1 Mtce/year on), but 0.3504 Mtce/year was computed", "可能适用另一限值"),
        ("0.25 Mtce/year", "stated as 0.25 Mtce/year, but 0.3504", "适用同一限值"),
    ],
)
def test_a_stated_parameter_that_disagrees_is_loud(
    park_of: Any, with_flows: Any, quantities: Any, stated: str, english: str, chinese: str
) -> None:
    carriers = {"electricity": {"unit": "MWh", "kind": "electricity", "coal_equivalent": "0.5 tce/MWh"}}
    use = {"parameters": {"energy_use": stated}}
    park = park_of({"carriers": carriers, "assets": ASSETS, "rules": {"cn-zero-carbon-park-2025": use}})
    verdict = judged(park, with_flows, quantities)["co2-per-energy"]
    assert verdict.careful is not None
    assert english in verdict.careful[0]
    assert chinese in verdict.careful[1]
    assert "Careful" not in verdict.words


def test_a_rule_that_costs_nothing_says_so_once(park_of: Any, with_flows: Any, quantities: Any) -> None:
    limit = {"left": "grid_purchase", "limit": "40 %", "right": "electricity_use"}
    park = park_of({"assets": ASSETS, "limits": {"x": limit}})
    key = ("own", "x")
    verdict = judged(park, with_flows, quantities, duals={key: 0.0}, costs={key: 0.0})["x"]
    assert verdict.words.count("nothing") == 1
    assert "CNY 0" not in verdict.words
    assert "with 15 percentage points to spare" in verdict.words
    assert "余量 15 个百分点" in verdict.words_zh


def test_a_park_below_every_band_is_measured_without_limit(
    park_of: Any, with_flows: Any, quantities: Any
) -> None:
    use: dict[str, Any] = {"parameters": {"energy_use": "0.1 Mtce/year"}}
    park = park_of({"assets": ASSETS, "rules": {"cn-zero-carbon-park-2025": use}})
    verdict = judged(park, with_flows, quantities)["co2-per-energy"]
    assert verdict.met is None
    assert verdict.margin is None
    assert math.isnan(verdict.rule.limit)
    assert "no limit" in verdict.words
    strict = park_of({"assets": ASSETS, "rules": {"cn-zero-carbon-park-2025": use | {"mode": "enforce"}}})
    with pytest.raises(InputError, match="has a limit"):
        rules_of(strict, accounts_of(strict))


def test_every_fault_of_rules_is_told_at_once(park_of: Any) -> None:
    limits = {
        "a": {"left": "grid_purchse", "limit": 1},
        "b": {"left": "grid_purchase", "limit": "3 tCO2"},
        "c": {"left": "grid_purchase", "limit": "many"},
    }
    use = {"parameters": {"spot_market_continuous": "2 t"}}
    park = park_of({"assets": ASSETS, "limits": limits, "rules": {"cn-green-direct-2025": use}})
    with pytest.raises(InputError) as caught:
        rules_of(park, accounts_of(park))
    assert {fault.field for fault in caught.value.faults} == {
        "limits.a.left", "limits.b.limit", "limits.c.limit",
        "rules.cn-green-direct-2025.parameters.spot_market_continuous",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("value", "english", "chinese"),
    [
        (0.0, "CNY 0", "0 元"),
        (3210.4, "CNY 3,210", "3,210 元"),
        (12_345, "CNY 12,345", "1.234 万元"),
        (1_234_567, "CNY 1.235 million", "123.5 万元"),
        (-234_567_890, "CNY -234.6 million", "-23,457 万元"),
        (2.5e9, "CNY 2,500 million", "250,000 万元"),
    ],
)
def test_money_in_words(value: float, english: str, chinese: str) -> None:
    assert money(value, "CNY") == english
    assert money_zh(value, "CNY") == chinese


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (20.0, "20"), (0.18344, "0.1834"), (1234567.0, "1,234,567"), (999.96, "1000"), (-3.5, "-3.5"),
     (0.000012345, "0.00001234"), (math.inf, "∞")],
)  # fmt: skip
def test_numbers_in_words(value: float, text: str) -> None:
    assert number(value) == text
