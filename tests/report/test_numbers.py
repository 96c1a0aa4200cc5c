from __future__ import annotations

import math

import pytest

from zeropark.figures.numbers import (
    LANGUAGES,
    MISSING,
    Language,
    aligned,
    amount,
    money,
    number,
    percent,
    signed,
    unit_text,
)
from zeropark.figures.palette import CARRIERS, ORIGINS, faded, mixed
from zeropark.figures.words import TERMS, Terms, plain
from zeropark.report.words import PAPER


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, MISSING),
        (math.nan, MISSING),
        (math.inf, MISSING),
        (0.0, "0"),
        (1234567.8, "1,234,568"),
        (-2.5, "−2.5"),
        (0.16104, "0.161"),
        (104.02, "104"),
        (999.96, "1,000"),
        (2.2e-13, "2.2 × 10⁻¹³"),
        (3.1e-5, "0.000031"),
    ],
)
def test_number(value: float | None, text: str) -> None:
    assert number(value) == text


def test_missing_is_never_zero() -> None:
    for write in (number, percent, signed):
        assert write(None) == MISSING
    for language in LANGUAGES:
        assert money(None, "CNY", language) == MISSING
        assert amount(math.nan, "MWh", language) == MISSING


@pytest.mark.parametrize(
    ("value", "unit", "language", "text"),
    [
        (979_049_700.0, "CNY", "en", "979 million CNY"),
        (979_049_700.0, "CNY", "zh", "97,905 万元"),
        (12_345.0, "CNY", "en", "12.35 thousand CNY"),
        (999.0, "EUR", "zh", "999 欧元"),
        (-2e6, "EUR", "en", "−2 million EUR"),
        (802_868.0, "MWh", "en", "802.9 GWh"),
        (640.0, "MWh", "zh", "640 MWh"),
        (0.742, "1", "zh", "74.2 %"),
        (562_008.0, "tCO2", "en", "562,008 tCO₂"),
    ],
)
def test_amounts_fit_their_size_and_language(value: float, unit: str, language: Language, text: str) -> None:
    assert amount(value, unit, language) == text


def test_units_as_people_write_them() -> None:
    assert unit_text("CNY/(tCO2/tce)", "zh") == "元/(tCO₂/tce)"
    assert unit_text("CNY/kNm3", "en") == "CNY/kNm³"
    assert unit_text("1", "en") == ""


def test_a_column_has_the_same_decimals() -> None:
    assert aligned([360.31, 104.0, -16.29, math.nan]) == ["360.3", "104.0", "−16.3", MISSING]
    assert aligned([-0.001, 900.0])[0] == "0.0"


@pytest.mark.parametrize("terms", [TERMS, PAPER])
def test_every_term_is_in_both_languages_with_the_same_gaps(terms: Terms) -> None:
    for key, texts in terms.items():
        assert all(texts), key
        gaps = [sorted(part.split("}")[0] for part in text.split("{")[1:]) for text in texts]
        assert gaps[0] == gaps[1], key


def test_colours() -> None:
    assert mixed("#000000", 1.0) == "#ffffff"
    assert mixed("#ffffff", -1.0) == "#000000"
    assert faded("#ff0000", 0.5) == "rgba(255,0,0,0.5)"
    assert len(set(ORIGINS.values())) == len(ORIGINS)
    assert len(set(CARRIERS.values())) == len(CARRIERS)


def test_names_stay_letters_in_figures() -> None:
    assert plain('<a href="x">b</a>') == '&lt;a href="x"&gt;b&lt;/a&gt;'
