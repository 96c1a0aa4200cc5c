"""``study.html``: complete, in both languages, offline, whatever became of the variants."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from zeropark.study.report import study_html
from zeropark.study.spreads import ends_of

from .conftest import Run

ALL_KINDS = """\
  price: {kind: sweep, name_zh: 购电价, show: [grid_purchase], fields: {assets.grid.buy.price: [1 EUR/MWh, 3 EUR/MWh]}}
  grid-of-two:
    kind: sweep
    fields: {assets.grid.buy.price: [1, 3, 5], assets.grid.capacity: [4 MW, 10 MW]}
  years:
    kind: weather-years
    joint: true
    years:
      noon: {}
      late: {assets.sun.availability.column: late}
  narrow: {kind: weather-years, years: {free: {}, narrow: {assets.grid.capacity: 4 MW}}}
  near: {kind: near-optimal, within: [1 %, 10 %]}
  rule: {kind: rule-prices, rule: bought, limits: [180 MWh, 100 MWh], set: {assets.grid.buy.price: 1}}
  chance:
    kind: monte-carlo
    seed: 1
    draws: 5
    fields: {assets.grid.buy.price: {distribution: lognormal, median: 1, sigma: 0.4}}
"""


@pytest.fixture
def page(study: Run) -> str:
    return study_html(study(ALL_KINDS))


def data_of(page: str) -> Any:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found
    return json.loads(found[1])


def test_every_study_has_its_figures_in_both_languages(page: str) -> None:
    figures = data_of(page)["figures"]
    places = {
        "price/cost", "price/capacities", "price/accounts", "grid-of-two/cost", "grid-of-two/capacities",
        "years/regret", "years/capacities", "narrow/regret", "narrow/capacities", "near/ranges", "rule/cost",
        "rule/price", "chance/cost", "chance/capacities", "chance/drivers",
    }  # fmt: skip
    assert set(figures["en"]) == set(figures["zh"]) == places
    for language in ("en", "zh"):
        for place in places:
            assert f'data-place="{place}"' in page
            assert figures[language][place], place


def test_what_cannot_be_run_stands_in_the_matrix_and_in_the_tables(page: str) -> None:
    figures = data_of(page)["figures"]
    for language, words in (("en", "short of 72 MWh"), ("zh", "缺 72 MWh")):
        (cells,) = figures[language]["narrow/regret"][""]["data"]
        assert cells["text"][0] == ["0", words]
    assert "free → narrow" in page
    assert "electricity at bus is short by 6 MW" in page


def test_a_variant_without_a_plan_is_marked_in_the_figure(page: str) -> None:
    traces = data_of(page)["figures"]["en"]["grid-of-two/cost"][""]["data"]
    (crosses,) = [t for t in traces if t["name"] == "no plan"]
    assert sorted(crosses["x"]) == [1, 3, 5]


def test_numbers_of_the_figures_are_those_of_the_results(study: Run) -> None:
    """See test_studies.py for where they come from."""
    studied = study(ALL_KINDS)
    figures = data_of(study_html(studied))["figures"]["en"]
    (line,) = figures["price/cost"][""]["data"]
    assert (line["x"], line["y"]) == ([1, 3], pytest.approx([240, 600]))
    (cells,) = [t for t in figures["years/regret"][""]["data"] if t["type"] == "heatmap"]
    assert cells["z"][0] == pytest.approx([0, 60])
    assert cells["z"][1] == pytest.approx([120, 0])
    assert ends_of(studied.studies["near"])["sun", "capacity"][0.1] == pytest.approx((5, 12.5), rel=1e-6)


def test_the_page_asks_nothing_of_the_network_and_has_no_gap(page: str) -> None:
    body = page[: page.index('<script type="application/json"')]
    assert not re.search(r'(?:src|href)="(?!#)', body)
    assert "nan" not in body.lower().replace("financ", "")
    assert 'data-language="zh"' in body
    assert "购电价" in body


def test_a_study_without_any_plan_has_a_page_with_its_reasons(study: Run) -> None:
    page = study_html(study("  s: {kind: sweep, fields: {assets.grid.capacity: [1 MW, 2 MW]}}"))
    assert data_of(page)["figures"] == {"en": {}, "zh": {}}
    assert "short by 9 MW" in page
    assert "2 variants of the park were studied; 2 have no plan" in page


# A line below the load of 10 MW leaves the night short; factors of 10 MW, one draw in each half (Latin hypercube).
NARROW = """\
  m:
    kind: monte-carlo
    seed: 1
    draws: 2
    set: {assets.grid.capacity: 10 MW}
    fields: {assets.grid.capacity: {distribution: uniform, low: LOW, high: HIGH}}
"""


def test_draws_without_a_plan_are_counted_beside_their_figures(study: Run) -> None:
    page = study_html(study(NARROW.replace("LOW", "0.5").replace("HIGH", "1.5")))
    figures = data_of(page)["figures"]
    for language, words in (("en", "of 2 draws, 1 had no plan"), ("zh", "2 次抽样中 1 次无可行方案")):
        for place in ("m/cost", "m/capacities"):
            for shown in figures[language][place].values():
                assert words in json.dumps(shown, ensure_ascii=False)
    assert "Of 2 draws, 1 had no plan" in page


def test_without_a_draw_that_has_a_plan_there_is_a_sentence_in_place_of_figures(study: Run) -> None:
    page = study_html(study(NARROW.replace("LOW", "0.1").replace("HIGH", "0.9")))
    assert data_of(page)["figures"] == {"en": {}, "zh": {}}
    assert "None of the 2 draws had a plan" in page
    assert "2 次抽样均无可行方案" in page


def test_names_of_the_park_are_escaped(study: Run, park: Path) -> None:
    file = park / "park.yaml"
    file.write_text(file.read_text().replace("name: Two assets", "name: <b>Two</b> assets"), encoding="utf-8")
    page = study_html(study("  s: {kind: sweep, name: <i>x</i>, fields: {assets.grid.buy.price: [1, 3]}}"))
    body = page[: page.index('<script type="application/json"')]
    assert "<b>Two</b>" not in body
    assert "<i>x</i>" not in body
