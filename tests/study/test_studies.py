"""Every kind of study on a park that is worked by hand (see conftest.py)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from zeropark.accounts.standard import accounts_of
from zeropark.readings import load, name_of
from zeropark.rules.build import rules_of
from zeropark.study.chance import AS_WRITTEN
from zeropark.study.near import LEAST
from zeropark.study.prices import WITHOUT
from zeropark.study.run import Studied, StudyOptions, StudyResult, run_studies
from zeropark.study.table import DERIVED, table_of
from zeropark.study.work import with_limit
from zeropark.study.write import write_studies

from .conftest import Run

SMALL = Path(__file__).parents[1] / "cases" / "small-park"


def only(studied: Studied) -> StudyResult:
    (found,) = studied.studies.values()
    return found


def values(study: StudyResult, quantity: str) -> dict[str, float | None]:
    return {name: result.value(quantity) for name, result in study.results.items()}


# --- sweep --------------------------------------------------------------------------------------


def test_sweep_of_a_price(study: Run) -> None:
    """At 1 EUR/MWh nothing is built and 240 MWh cost 240 EUR; at 3 EUR/MWh 10 MW, 600 EUR; at 2 both cost 480."""
    found = only(study("  s: {kind: sweep, fields: {assets.grid.buy.price: [1, 2 EUR/MWh, 3 EUR/MWh]}}"))
    assert list(values(found, "cost").values()) == pytest.approx([240, 480, 600])
    sizes = list(values(found, "capacity:sun").values())
    assert (sizes[0], sizes[2]) == pytest.approx((0, 10))
    assert {result.status for result in found.results.values()} == {"optimal"}


def test_fields_are_crossed_or_taken_together(study: Run) -> None:
    fields = "{assets.grid.buy.price: [1, 3], assets.load.profile: [10 MW, 20 MW]}"
    crossed = only(study(f"  s: {{kind: sweep, fields: {fields}}}"))
    assert list(values(crossed, "cost").values()) == pytest.approx([240, 480, 600, 1200])
    together = only(study(f"  s: {{kind: sweep, combine: together, fields: {fields}}}"))
    assert list(values(together, "cost").values()) == pytest.approx([240, 1200])


def test_a_variant_without_a_plan_is_a_result_with_its_reason(study: Run) -> None:
    """Through a line of 4 MW the night lacks 6 MW."""
    studied = study("  s: {kind: sweep, fields: {assets.grid.capacity: [4 MW, 10 MW]}}")
    poor, rich = only(studied).results.values()
    assert (poor.status, rich.status) == ("infeasible", "optimal")
    assert "electricity at bus is short by 6 MW" in poor.reasons[0]
    table = table_of(studied)
    assert set(table[table["status"] == "infeasible"]["variant"]) == {"assets.grid.capacity=4 MW"}


def test_what_the_park_refuses_only_when_it_is_read_is_a_result(study: Run) -> None:
    """Selling above the price of purchase makes money for nothing: told by reading the park as a whole."""
    found = only(study("  s: {kind: sweep, fields: {assets.grid.sell: ['{price: 2}', '{price: 5}']}}"))
    fine, wrong = found.results.values()
    assert (fine.status, wrong.status) == ("optimal", "invalid")
    assert "assets.grid" in wrong.reasons[0]


# --- weather years ------------------------------------------------------------------------------

YEARS = """\
  y:
    kind: weather-years
    years:
      noon: {}
      late: {assets.sun.availability.column: late}
"""


def regrets(found: StudyResult) -> dict[tuple[object, object], float]:
    return {(d.fields["plan"], d.fields["year"]): d.quantity.value for d in found.derived}


def test_regret_of_each_plan_in_each_year(study: Run) -> None:
    """In the late year 1 MW saves 6 h · 3 EUR = 18 EUR and costs 24: none is built, 720 EUR.

    10 MW cost 240 EUR there and save 180: 780 EUR, a regret of 60. Without any, noon costs 720 EUR: 120 more.
    """
    found = only(study(YEARS))
    assert regrets(found) == pytest.approx(
        {("noon", "noon"): 0, ("noon", "late"): 60, ("late", "noon"): 120, ("late", "late"): 0}
    )
    assert found.results["noon in late"].value("capacity:sun") == pytest.approx(10)


def test_one_plan_for_all_years(study: Run) -> None:
    """One MW costs 24 EUR and saves on average (36 + 18) / 2 = 27 EUR: 10 MW, (600 + 780) / 2 = 690 EUR."""
    found = only(study(YEARS + "    joint: true\n"))
    assert found.results["all years"].value("capacity:sun") == pytest.approx(10, rel=1e-6)
    assert found.results["all years"].value("cost") == pytest.approx(690, rel=1e-6)
    assert regrets(found)["all years", "late"] == pytest.approx(60, rel=1e-5)


def test_weights_of_the_years(study: Run) -> None:
    """At one noon in five, one MW saves 0.2 · 36 + 0.8 · 18 = 21.6 EUR: nothing is built."""
    found = only(study(YEARS + "    joint: true\n    weights: {noon: 0.2, late: 0.8}\n"))
    assert found.results["all years"].value("capacity:sun") == pytest.approx(0, abs=1e-6)


def test_a_plan_that_cannot_run_in_another_year_says_what_is_missing(study: Run) -> None:
    """A line of 4 MW leaves 6 MW short for the twelve hours before noon: 72 MWh."""
    text = "  y: {kind: weather-years, years: {free: {}, narrow: {assets.grid.capacity: 4 MW}}}"
    found = only(study(text))
    assert found.results["narrow"].status == "infeasible"
    moved = found.results["free in narrow"]
    assert moved.status == "infeasible"
    assert moved.value("missing:bus") == pytest.approx(72)
    assert "short by 6 MW" in moved.reasons[0]
    assert regrets(found) == {("free", "free"): 0}


def test_a_rule_that_a_plan_misses_in_another_year_is_told(study: Run) -> None:
    """10 MW in the late year buy 18 h · 10 MW = 180 MWh, 50 above the limit; no way of running them buys less."""
    strict = (
        "{assets.sun.availability.column: late, limits.bought.mode: enforce, limits.bought.limit: 130 MWh}"
    )
    found = only(study(f"  y: {{kind: weather-years, years: {{noon: {{}}, strict: {strict}}}}}"))
    moved = found.results["noon in strict"]
    assert moved.status == "rules missed"
    assert moved.value("missed:own/bought") == pytest.approx(50, rel=1e-5)
    assert moved.value("met:own/bought") == 0
    assert moved.value("cost") == pytest.approx(780, rel=1e-5)
    assert ("noon", "strict") not in regrets(found)


# --- near-optimal -------------------------------------------------------------------------------


def test_near_optimal_range(study: Run) -> None:
    """Below 10 MW the cost is 720 − 12 s, above 600 + 24 (s − 10): 660 at 5 and at 12.5 MW, 606 at 9.5 and 10.25."""
    found = only(study("  n: {kind: near-optimal, within: [1 %, 10 %]}"))
    assert found.results[LEAST].value("cost") == pytest.approx(600)
    sizes = values(found, "capacity:sun")
    assert sizes["smallest sun.capacity within 1 %"] == pytest.approx(9.5, rel=1e-6)
    assert sizes["largest sun.capacity within 1 %"] == pytest.approx(10.25, rel=1e-6)
    assert sizes["smallest sun.capacity within 10 %"] == pytest.approx(5, rel=1e-6)
    assert sizes["largest sun.capacity within 10 %"] == pytest.approx(12.5, rel=1e-6)


def test_near_optimal_range_of_a_park_that_earns(study: Run) -> None:
    """The load pays 5 EUR/MWh: −600 EUR; within 10 % are 60 EUR more, and the ends are those of above."""
    text = "  n: {kind: near-optimal, within: [10 %], set: {assets.load.price: 5 EUR/MWh}}"
    sizes = values(only(study(text)), "capacity:sun")
    assert sizes["smallest sun.capacity within 10 %"] == pytest.approx(5, rel=1e-6)
    assert sizes["largest sun.capacity within 10 %"] == pytest.approx(12.5, rel=1e-6)


# --- rule prices --------------------------------------------------------------------------------


def test_price_of_a_limit(study: Run) -> None:
    """At 1 EUR/MWh nothing is built. To buy L only takes (240 − L) / 12 MW: 480 − L EUR, 1 EUR for each MWh less.

    At noon at the earliest the sun shines: less than 120 MWh cannot be bought.
    """
    text = """\
  p: {kind: rule-prices, rule: bought, limits: [180 MWh, 100 MWh, 150 MWh], set: {assets.grid.buy.price: 1}}
"""
    found = only(study(text))
    costs = values(found, "cost")
    assert (costs[WITHOUT], costs["limit 180 MWh"], costs["limit 150 MWh"]) == pytest.approx((240, 300, 330))
    assert found.results["limit 100 MWh"].status == "infeasible"
    assert found.results["limit 150 MWh"].value("price:own/bought") == pytest.approx(1)
    derived = {(d.variant, d.quantity.name): d.quantity.value for d in found.derived}
    assert derived == pytest.approx(
        {
            ("limit 180 MWh", "rule_cost"): 60,
            ("limit 150 MWh", "rule_cost"): 90,
            ("from 150 to 180 MWh", "price_by_difference"): 1,
        }
    )


def test_limits_that_are_near_are_two_variants(study: Run) -> None:
    """As above, in two limits that six digits would not tell apart: 0.0001 MWh less costs 0.0001 EUR more."""
    text = "  p: {kind: rule-prices, rule: bought, limits: [180.0001, 180.0002], set: {assets.grid.buy.price: 1}}"
    found = only(study(text))
    costs = values(found, "cost")
    assert list(costs) == [WITHOUT, "limit 180.0001 MWh", "limit 180.0002 MWh"]
    assert costs["limit 180.0001 MWh"] - costs["limit 180.0002 MWh"] == pytest.approx(1e-4, rel=0.01)


def test_a_rule_with_its_own_limit_stays_as_it_is() -> None:
    """Every rule of a pack with a limit, rebuilt with that limit, has the same form."""
    park = load(SMALL)
    accounts = accounts_of(park)
    for rule in rules_of(park, accounts):
        if np.isfinite(rule.limit):
            again = with_limit(rule, rule.limit, accounts)
            difference = again.form - rule.form
            largest = max((float(np.max(np.abs(w))) for w in rule.form.terms.values()), default=0.0)
            for key, weight in difference.terms.items():
                assert float(np.max(np.abs(weight))) <= 1e-12 * largest, (name_of(rule), key)
            assert difference.constant == pytest.approx(0, abs=1e-9)
            assert again.mode == "enforce"


def test_price_of_a_rule_of_a_pack(study: Run, park: Path) -> None:
    """The small park's own figure: the limit of its direct-supply pack, 20 %, gives the plan of the park itself."""
    text = "  p: {kind: rule-prices, rule: cn-green-direct-2025/export-of-generation, limits: [20, 30 %]}"
    file = park.parent / "pack.yaml"
    file.write_text(
        "zeropark: 1\nstudies:\n" + text + "\n  s: {kind: sweep, fields: {money.price_year: [2025]}}\n"
    )
    studied = study_of(SMALL, file, park.parent / "pack-out")
    (plan,) = studied.studies["s"].results.values()
    costs = values(studied.studies["p"], "cost")
    assert costs["limit 20 %"] == pytest.approx(plan.value("cost"), rel=1e-6)
    assert costs["limit 30 %"] < costs["limit 20 %"]


# --- Monte Carlo --------------------------------------------------------------------------------

CHANCE = """\
  m:
    kind: monte-carlo
    seed: 7
    draws: 8
    fields:
      assets.grid.buy.price: {distribution: uniform, low: 0.2, high: 1.2}
"""


def test_monte_carlo_of_a_price(study: Run) -> None:
    """At a factor f of 3 EUR/MWh: 240 + 360 f where 36 f is above 24, else 720 f."""
    found = only(study(CHANCE))
    assert found.results[AS_WRITTEN].value("cost") == pytest.approx(600)
    factors = []
    for name, variant in found.variants.items():
        if name != AS_WRITTEN:
            factor = float(variant.fields["assets.grid.buy.price"])
            expected = 240 + 360 * factor if 36 * factor > 24 else 720 * factor
            assert found.results[name].value("cost") == pytest.approx(expected, rel=1e-6)
            factors.append(factor)
    assert len(factors) == 8
    strata = np.sort(np.floor((np.array(factors) - 0.2) * 8).astype(int))
    assert list(strata) == list(range(8)), "Latin hypercube: one draw in each eighth"


def test_the_seed_makes_the_draws(study: Run, tmp_path: Path) -> None:
    def factors(text: str) -> list[object]:
        found = only(study(text))
        return [v.fields["assets.grid.buy.price"] for n, v in found.variants.items() if n != AS_WRITTEN]

    first = factors(CHANCE)
    assert factors(CHANCE) == first
    assert factors(CHANCE.replace("seed: 7", "seed: 8")) != first
    assert factors(CHANCE + "    method: plain\n") != first


def test_a_factor_of_a_series_multiplies_all_of_it(study: Run) -> None:
    """Half of the availability: one MW saves 18 EUR and costs 24, as in the late year."""
    text = CHANCE.replace("assets.grid.buy.price", "assets.sun.availability").replace(
        "low: 0.2, high: 1.2", "low: 0.5, high: 0.5000001"
    )
    found = only(study(text.replace("draws: 8", "draws: 1")))
    assert found.results["draw 1"].value("cost") == pytest.approx(720, rel=1e-6)


def test_drawn_values_may_stand_in_place_of_the_parks(study: Run) -> None:
    """In ct/kWh: 0.1 ct/kWh are 1 EUR/MWh, where all is bought for 240 EUR."""
    draw = "{distribution: triangular, low: 0.0999, mode: 0.1, high: 0.1001, apply: value, unit: EUR/kWh}"
    text = CHANCE.replace("{distribution: uniform, low: 0.2, high: 1.2}", draw.replace("0.", "0.00"))
    found = only(study(text.replace("draws: 8", "draws: 2")))
    assert values(found, "cost")["draw 1"] == pytest.approx(240, rel=2e-3)


# --- what is written ----------------------------------------------------------------------------


def test_the_table_has_every_variant_and_its_values(study: Run, tmp_path: Path) -> None:
    studied = study(YEARS + CHANCE + "  s: {kind: sweep, fields: {assets.grid.buy.price: [1, 3 EUR/MWh]}}")
    write_studies(studied, tmp_path / "out")
    table = pd.read_parquet(tmp_path / "out" / "results.parquet")
    assert list(table.columns[:7]) == ["study", "kind", "variant", "status", "quantity", "value", "unit"]
    for name, found in studied.studies.items():
        assert set(table[table["study"] == name]["variant"]) >= set(found.variants)
    cost = table[(table["study"] == "s") & (table["quantity"] == "cost")]
    assert list(cost["value"]) == pytest.approx([240, 600])
    assert list(cost["assets.grid.buy.price"]) == ["1", "3 EUR/MWh"]
    assert set(table[table["status"] == DERIVED]["quantity"]) == {"regret"}


def study_of(park: Path, file: Path, out: Path) -> Studied:
    return run_studies(park, file, out, StudyOptions(workers=0))
