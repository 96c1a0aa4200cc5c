"""The rules of the EU's border mechanism, told in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from zeropark.cbam.defaults import figures
from zeropark.cbam.model import DEFINITIVE, TRANSITIONAL, Regime
from zeropark.cbam.terms import regime_title
from zeropark.examples import write as examples
from zeropark.readings import load
from zeropark.texts import has_chinese, in_language


@pytest.mark.parametrize(
    ("regime", "chinese"), [(DEFINITIVE, "正式期，(EU) 2025/2547"), (TRANSITIONAL, "过渡期，(EU) 2023/1773")]
)
def test_rules_have_a_chinese_name_with_the_act(regime: Regime, chinese: str) -> None:
    assert in_language(regime_title(regime), "zh") == chinese
    assert in_language(regime_title(regime), "en") == regime


def test_every_source_of_a_figure_is_in_both_languages() -> None:
    for one in figures():
        english, chinese = (in_language(one.source, language) for language in ("en", "zh"))
        assert not has_chinese(english), one
        assert has_chinese(chinese), one


def test_every_described_product_of_the_example_is_described_in_chinese() -> None:
    park = load(Path(examples.__file__).parent / "baotou")
    assert park.spec.footprint is not None
    for name, product in park.spec.footprint.products.items():
        assert bool(product.description) == has_chinese(product.description_zh), name
