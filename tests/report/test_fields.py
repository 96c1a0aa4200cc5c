from __future__ import annotations

from dataclasses import replace

import pytest

from zeropark.figures.words import asset_title
from zeropark.outcome import Outcome
from zeropark.park.model import Assumption
from zeropark.report import view
from zeropark.report.fields import assumed_words, note_words, place_words, value_words


@pytest.mark.parametrize(
    ("path", "english", "chinese"),
    [
        ("assets.pv.capacity.investment", "PV field: investment", "单位投资"),
        ("assets.battery.power.lifetime", "Battery: lifetime, power", "寿命（功率）"),
        ("money.discount_rate", "Money: discount rate", "经济参数：折现率"),
        ("pack cn-650", "Rule pack: Direct green power (650)", "规则包：绿电直连（650 号文）"),
        ("weather.here: annual GHI", "Weather here: annual GHI", "气象 here：年总辐射"),
        ("weather.here: a new figure", "Weather here: a new figure", "气象 here：a new figure"),
        ("tariffs.t.seasons.windy.ratios.peak", "price ratio, windy season, peak", "大风季高峰时段电价系数"),
        ("rules.cn-650.parameters.x", "Direct green power (650): x", "绿电直连（650 号文）：x"),
        ("elsewhere", "elsewhere", "elsewhere"),
    ],
)
def test_where_an_assumption_stands(outcome: Outcome, path: str, english: str, chinese: str) -> None:
    assert place_words(outcome, path, "en").endswith(english.split(": ", 1)[-1])
    assert place_words(outcome, path, "zh").endswith(chinese)
    if path.startswith(("pack", "weather", "money", "rules")):
        assert place_words(outcome, path, "en") == english


def test_values_and_notes_in_words(outcome: Outcome) -> None:
    plain = Assumption("weather.here: x", "0.57 1", "", "", "", "")
    assert value_words(outcome, plain, "en") == "0.57"
    assert value_words(outcome, replace(plain, value="1600 CNY/hectare/year"), "zh") == "1600 元/公顷/年"
    assert value_words(outcome, replace(plain, value="clock.year"), "zh") == "2025"
    stated = Assumption("rules.cn-650.parameters.x", "1", "", "", "", "X of the park, stated by the park")
    assert (note_words(outcome, stated, "en"), note_words(outcome, stated, "zh")) == (
        "stated by the park",
        "园区申报",
    )


def test_what_the_certificate_leans_on_is_told_with_titles(outcome: Outcome) -> None:
    assert outcome.certificate is not None
    assumed = (
        "no unlimited quantity of battery, pv exceeds 10 times its value in this plan / "
        "battery, pv 的无上限变量不超过本方案取值的 10 倍"
    )
    leaning = replace(outcome, certificate=replace(outcome.certificate, assumed=assumed))
    for language in ("en", "zh"):
        words = assumed_words(leaning, language)  # type: ignore[arg-type]
        assert "battery, pv" not in words
        assert asset_title(outcome.park, "battery", language) in words  # type: ignore[arg-type]


def test_a_careful_verdict_is_read_first_and_beside_the_rule(outcome: Outcome) -> None:
    first, *rest = outcome.rules
    loud = replace(outcome, rules=(replace(first, careful=("Careful: look.", "注意：请看。")), *rest))
    assert view.warnings(loud, "en")[0] == "Careful: look."
    assert view.warnings(loud, "zh")[0] == "注意：请看。"
    assert view.rule_rows(loud, "zh")[0][1][0].careful == "注意：请看。"


def test_a_yearly_price_is_a_mean_price() -> None:
    assert view._same_price(300.0, 3.0, "MW", "CNY/MW/a", "CNY") == 100.0
    assert view._same_price(300.0, 3.0, "MW·a", "CNY/MW/a", "CNY") == 100.0
    assert view._same_price(300.0, 3.0, "MW", "CNY/kW", "CNY") is None
