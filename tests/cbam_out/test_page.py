"""The page: both languages, self-contained, with the numbers of engine and levers and honest marks"""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from tests.cbam_out.simple import SIMPLE

from zeropark.cbam.cost import CostOptions
from zeropark.cbam.engine import assess
from zeropark.cbam.lever_changes import Lever
from zeropark.cbam.levers import lever_tables
from zeropark.cbam.model import TRANSITIONAL
from zeropark.passport.cbam_charts import Line, Step, build_up
from zeropark.passport.cbam_page import page_of
from zeropark.passport.cbam_words import WORDS

SCRAP = Lever("scrap", "more scrap / 多用废钢", "scrap", share=0.6, process="P1", instead_of=("PP1",))


@pytest.fixture(scope="module")
def page() -> str:
    return page_of(
        assess(SIMPLE), (SCRAP,), CostOptions(2026, 80.0), 480.0, "ab" * 32, chinese={"billets": "钢坯"}
    )


def halves(page: str) -> tuple[str, str]:
    english, chinese = page.split('data-language="zh">', 1)
    return english, chinese


def test_both_languages_with_the_same_numbers(page: str) -> None:
    english, chinese = halves(page)
    for half in (english, chinese):
        assert "1.587" in half or "1.588" in half
        assert re.search(r"0\.89[78]", half)
        assert "2026/1740" in half
    assert "What would make it cheaper" in english
    assert "降低成本的途径" in chinese
    assert "钢坯" in chinese
    assert "钢坯" not in english


def test_it_asks_nothing_of_the_network(page: str) -> None:
    for address in re.findall(r"https?://[^\s\"'<>]+", page):
        assert address == "http://www.w3.org/2000/svg"
    assert "default-src 'none'" in page


def test_regime_versions_hash_and_marks(page: str) -> None:
    for words in (
        "definitive, IR (EU) 2025/2547",
        "IR (EU) 2025/2621",
        "IR (EU) 2025/2620",
        "ab" * 32,
        "mark-R",
        "mark-O",
        "mark-2",
    ):
        assert words in page


def test_names_cannot_break_the_page() -> None:
    """A good named like a script is text."""
    evil = replace(
        SIMPLE,
        products=(replace(SIMPLE.products[0], name="<script>alert(1)</script>"),),
        processes=(replace(SIMPLE.processes[0], name="<b>x</b>"),),
    )
    page = page_of(assess(evil))
    assert "<script>alert" not in page
    assert "<b>x</b>" not in page


def test_transitional_says_that_nothing_is_due() -> None:
    page = page_of(assess(replace(SIMPLE, regime=TRANSITIONAL)))
    assert "no certificates are due" in page


def test_a_code_without_benchmark_gets_no_invented_cost() -> None:
    other = replace(SIMPLE, products=(replace(SIMPLE.products[0], cn_code="99999999"),))
    page = page_of(assess(other))
    assert "no benchmark for this code" in page
    assert "No cost can be told" in page


def test_cost_and_levers_start_from_the_same_figure() -> None:
    """With a route, and 20 EUR/t CO2 paid: 1.5875 × 20 = 31.75 EUR less, in the key figure and before every lever."""
    options = CostOptions(2034, 80.0, "E")
    english = halves(page_of(assess(SIMPLE), (SCRAP,), options, paid_eur_per_tco2=20.0))[0]
    cost = re.search(r"Cost per tonne</h3><p><b>([\d.]+)</b>", english)
    assert cost is not None
    assert float(cost[1]) == pytest.approx(1.5875 * 60, rel=1e-3)
    table = lever_tables(SIMPLE, (SCRAP,), 80.0, 20.0, route="E")[0]
    assert table.single[0].years[-1].before_eur_per_t == pytest.approx(1.5875 * 60)


def test_default_values_of_china_are_not_those_of_another_country() -> None:
    page = page_of(assess(replace(SIMPLE, country="IN")), (SCRAP,), CostOptions(2026, 80.0))
    english, chinese = halves(page)
    assert "Default value, China" not in english
    assert "those of IN are not shipped" in english
    assert "未收录IN的缺省值" in chinese
    assert "instead of default values" not in english
    assert "Default value, China" in page_of(assess(SIMPLE), (SCRAP,))


def test_figures_and_rules_are_named_in_words(page: str) -> None:
    english, chinese = halves(page)
    for half in (english, chinese):
        assert "cbam_factor" not in half
        assert "de_minimis" not in half
    assert "CBAM 系数 2027" in chinese
    assert "正式期，(EU) 2025/2547" in chinese


def test_bars_of_the_build_up_join() -> None:
    """Each bar begins where the one before ends; the last is as long as all together."""
    chart = build_up(
        [Step("a", "own", 1.0, 0.0), Step("b", "process", 2.0, 1.0)], "sum", [Line("limit", 5.0, "#000")], "x"
    )
    bars = [
        (float(x), float(w)) for x, w in re.findall(r'<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)"', chart)
    ]
    (a, wide_a), _, (b, wide_b), (b2, wide_b2), (whole, wide), (rest, wide_rest) = bars
    assert b == pytest.approx(a + wide_a, abs=0.15)
    assert b2 == pytest.approx(b + wide_b, abs=0.15)
    assert whole == a
    assert wide + wide_rest == pytest.approx(wide_a + wide_b + wide_b2, abs=0.3)
    assert rest == pytest.approx(whole + wide, abs=0.15)


def test_every_word_has_both_languages() -> None:
    for key, (english, chinese) in WORDS.items():
        assert english, key
        assert chinese, key
        assert sorted(re.findall(r"{(\w+)}", english)) == sorted(re.findall(r"{(\w+)}", chinese)), key
