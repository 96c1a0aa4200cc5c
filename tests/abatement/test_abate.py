"""Both curves on a boiler house where the interaction is known by hand.

Gas: 10 GJ/h of steam at 1.1 GJ/GJ is 11 GJ/h; 0.05 tCO2/GJ and 40 CNY/GJ. In a year of 8,760 h:
economiser alone 10 x 0.11 = 1.1 GJ/h, insulation alone 2 x 1.1 = 2.2 GJ/h, together 11 - 8 x 0.99 = 3.08 GJ/h, not 3.3.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest
from tests.abatement.conftest import BOILER_HOUSE, MEASURES

from zeropark.abatement.figures import curve
from zeropark.abatement.report import abatement_html
from zeropark.abatement.result import Abatement, Planned, Step
from zeropark.abatement.run import AbateOptions, abate
from zeropark.errors import Infeasible, InputError

Write = Callable[[str], Path]
HERE = AbateOptions(workers=0)
HOURS, CO2, PRICE = 8760, 0.05, 40
ECONOMISER, INSULATION = 1_460_000 / 20, 1_460_000
"""CNY a year: without interest, an investment is spread evenly."""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Abatement:
    folder = tmp_path_factory.mktemp("park")
    (folder / "park.yaml").write_text(BOILER_HOUSE + MEASURES, encoding="utf-8")
    return abate(folder, HERE)


def test_alone(found: Abatement) -> None:
    economiser, insulation, impossible = found.alone
    assert economiser.saved["co2_910"] == pytest.approx(1.1 * CO2 * HOURS, rel=1e-6)
    assert economiser.cost == pytest.approx(ECONOMISER - 1.1 * PRICE * HOURS, rel=1e-6)
    assert economiser.saved["energy_use_tce"] == pytest.approx(1.1 * 0.03412 * HOURS, rel=1e-6)
    assert insulation.saved["co2_910"] == pytest.approx(2.2 * CO2 * HOURS, rel=1e-6)
    assert insulation.cost == pytest.approx(INSULATION - 2.2 * PRICE * HOURS, rel=1e-6)
    assert impossible.planned.status == "infeasible"
    assert impossible.per_tonne("co2_910") is None
    assert [step.measure for step in found.in_order_of_cost()] == ["economiser", "insulation"]


def test_in_the_best_order_each_counts_what_those_before_left(found: Abatement) -> None:
    first, second = found.ordered
    assert (first.measure, second.measure) == ("economiser", "insulation")
    assert second.before == ("economiser",)
    assert second.saved["co2_910"] == pytest.approx((9.9 - 7.92) * CO2 * HOURS, rel=1e-6)
    assert second.cost == pytest.approx(INSULATION - 1.98 * PRICE * HOURS, rel=1e-6)
    assert list(found.left) == ["impossible"]
    assert "infeasible" in found.left["impossible"]


def test_the_first_curve_counts_twice(found: Abatement) -> None:
    assert found.saved_alone == pytest.approx(3.3 * CO2 * HOURS, rel=1e-6)
    assert found.saved_together == pytest.approx(3.08 * CO2 * HOURS, rel=1e-6)
    assert found.counted_twice == pytest.approx(0.22 * CO2 * HOURS, rel=1e-5)


def test_the_cheapest_tonne_comes_first_and_the_curve_ends_at_the_plan_of_all(
    park_of: Write,
) -> None:
    """By hand: gas for 10 GJ/h of steam is 10 x 1.1; one measure makes it 8, the other 0.99. A third changes costs alone."""
    third = "  feedwater:\n    set: {assets.boiler.cost: 5}\n"
    found = abate(park_of(BOILER_HOUSE + MEASURES + third), HERE)
    heat, gas = {False: 10, True: 8}, {False: 1.1, True: 0.99}
    price = {"economiser": ECONOMISER, "insulation": INSULATION}

    def burnt(done: frozenset[str]) -> float:
        return heat["insulation" in done] * gas["economiser" in done] * HOURS

    costs: dict[tuple[str, ...], list[float]] = {}
    for order in permutations(price):
        done: frozenset[str] = frozenset()
        costs[order] = []
        for name in order:
            spared = burnt(done) - burnt(done | {name})
            costs[order].append((price[name] - spared * PRICE) / (spared * CO2))
            done |= {name}
    chosen = tuple(step.measure for step in found.ordered)
    assert [step.per_tonne("co2_910") for step in found.ordered] == pytest.approx(costs[chosen])
    assert costs[chosen][0] == min(each[0] for each in costs.values())
    assert found.saved_together == pytest.approx((burnt(frozenset()) - burnt(frozenset(price))) * CO2)
    assert "saves nothing more" in found.left["feedwater"]


def test_each_set_is_planned_once(found: Abatement) -> None:
    # without; three alone; in order: two with the economiser; one with both and the impossible
    assert found.plans == 1 + 3 + 2 + 1


def test_an_asset_is_built_where_it_pays(park_of: Write) -> None:
    electrode = """
measures:
  electrode:
    assets:
      electrode:
        kind: converter
        rated: steam
        inputs: {bus: 0.28}
        outputs: {steam: 1}
        capacity: {existing: 0, max: 20, MIN investment: 1000, lifetime: 10}
"""
    dear = abate(park_of(BOILER_HOUSE + electrode.replace("MIN", "")), HERE)
    # 0.28 MWh x 500 = 140 CNY a GJ beside 44 of gas: never built by itself, but where it must be
    assert "does not build it" in dear.left["electrode"]
    forced = abate(
        park_of(BOILER_HOUSE + electrode.replace("MIN", "min: 5,")), AbateOptions("co2_direct", workers=0)
    )
    assert forced.alone[0].planned.built["electrode", "capacity", "GJ/h"] == pytest.approx(5)
    assert forced.alone[0].cost == pytest.approx(500, rel=1e-6)
    assert forced.alone[0].planned.investment == pytest.approx(5000)


def test_what_is_built_is_embodied_once_and_not_every_year(park_of: Write) -> None:
    """A boiler of 5 GJ/h at 7 tCO2e/(GJ/h): 35 t, whatever part of a year the one planned day is."""
    built = """
measures:
  electrode:
    assets:
      electrode:
        kind: converter
        rated: steam
        inputs: {bus: 0.28}
        outputs: {steam: 1}
        capacity: {existing: 0, min: 5, max: 20, investment: 1000, lifetime: 10, embodied: 7}
"""
    folder = park_of(BOILER_HOUSE + built)
    (step,) = abate(folder, AbateOptions("co2_direct", workers=0)).alone
    assert step.saved["embodied_co2e"] == pytest.approx(-35)
    with pytest.raises(InputError, match="found 'embodied_co2e'"):
        abate(folder, AbateOptions("embodied_co2e", workers=0))


def test_names_in_steps_break_into_even_lines(found: Abatement) -> None:
    titles = {"economiser": ("Economiser", "结晶改机械蒸汽再压缩(MVR)"), "insulation": ("Insulation", "保温")}
    drawn = curve(replace(found, titles=titles), found.ordered, "zh")
    texts = {each["name"]: each["text"][0] for each in drawn.data}
    assert texts["结晶改机械蒸汽再压缩(MVR)"] == "结晶改机械蒸汽再<br>压缩(MVR)"


def test_overrides_and_choice_of_measures(park_of: Write) -> None:
    folder = park_of(BOILER_HOUSE + MEASURES)
    options = AbateOptions(workers=0, only=["insulation"], overrides={"measures.insulation.fixed_cost": "0"})
    (step,) = abate(folder, options).ordered
    assert step.cost == pytest.approx(-2.2 * PRICE * HOURS, rel=1e-6)


def test_what_cannot_be_asked(park_of: Write) -> None:
    folder = park_of(BOILER_HOUSE + MEASURES)
    with pytest.raises(InputError, match=r"unknown measure 'insulaton'.*did you mean 'insulation'"):
        abate(folder, AbateOptions(workers=0, only=["insulaton"]))
    with pytest.raises(InputError, match="an account in tCO2 or tce"):
        abate(folder, AbateOptions("co2_91", workers=0))
    with pytest.raises(InputError, match="measures: found nothing"):
        abate(park_of(BOILER_HOUSE), HERE)
    short = BOILER_HOUSE.replace("capacity: 100", "capacity: 1")
    with pytest.raises(Infeasible):
        abate(park_of(short + "measures: {less: {set: {assets.heating.profile: 9}}}\n"), HERE)


CAPPED = """
limits:
  cap: {left: co2_910, limit: 20 tCO2, name: Cap on CO2, name_zh: 排放上限}
measures:
  insulation: {set: {assets.heating.profile: 8}}
"""
COAL = """  mine: {kind: market, node: coal, origin: fossil, buy: {price: 10}}
  coal-boiler: {kind: converter, name: Coal boiler, name_zh: 燃煤锅炉, rated: steam, capacity: 100,
    inputs: {coal: 1.1}, outputs: {steam: 1}}
"""


def with_coal(more: str) -> str:
    text = BOILER_HOUSE.replace(
        "  steam: {unit", "  coal: {unit: GJ, kind: fuel, combustion: 0.1 tCO2/GJ}\n  steam: {unit"
    )
    return text.replace("gas: gas,", "gas: gas, coal: coal,") + COAL + more


def test_what_a_bound_takes_back_is_told(park_of: Write) -> None:
    """10 GJ/h of steam: 0.55 t/h with gas, 1.1 with coal, which is cheaper; the cap is 20 t in a day.

    With insulation 8 GJ/h are left, 0.44 t/h with gas: both plans burn as much coal as the cap allows, so that the
    insulation saves nothing. Without the cap both burn coal alone: 2 GJ/h x 1.1 x 0.1 = 0.22 t/h.
    """
    folder = park_of(with_coal(CAPPED))
    bound = abate(folder, HERE)
    (cap,) = bound.bounds
    assert (cap.field, cap.title) == ("limits.cap.mode", ("Cap on CO2", "排放上限"))
    assert bound.baseline.accounts["co2_910"] == pytest.approx(20 * 365, rel=1e-6)
    assert bound.ordered == ()
    assert "--set limits.cap.mode=measure" in abatement_html(bound)
    free = abate(folder, AbateOptions(workers=0, overrides={cap.field: "measure"}))
    assert free.bounds == ()
    assert free.saved_together == pytest.approx(0.22 * HOURS, rel=1e-6)
    assert "--set" not in abatement_html(free)


def test_a_saving_that_is_rounding_has_no_cost_a_tonne() -> None:
    planned = Planned("optimal", accounts={"co2_910": 1000.0})
    step = Step("none", (), planned, 5.0, {"co2_910": 1e-8}, {"co2_910": 1e-3})
    assert step.per_tonne("co2_910") is None
    assert not step.saves("co2_910")


def test_two_measures_that_change_the_same_value_are_told(park_of: Write) -> None:
    """Which of them holds would depend on the order, and the curve would show the second as nothing."""
    drives = "{set: {assets.heating.profile: 9}}"
    text = f"{BOILER_HOUSE}measures:\n  one: {drives}\n  two: {drives}\n"
    with pytest.raises(InputError, match=r"measures.two.set.*which 'one' changes too"):
        abate(park_of(text), HERE)
    nested = text.replace("  two: {set: {assets.heating.profile: 9}}", "  two: {set: {assets.heating: {}}}")
    with pytest.raises(InputError):
        abate(park_of(nested), HERE)
    assert len(abate(park_of(text), AbateOptions(workers=0, only=["two"])).ordered) == 1
