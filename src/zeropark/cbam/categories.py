"""Aggregated goods categories: what people write for them, and the template's own words"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import get_args

from zeropark.errors import nearest
from zeropark.park.cbam_spec import GoodsCategory

CATEGORIES: tuple[str, ...] = get_args(GoodsCategory)

_ALSO: Mapping[str, tuple[str, ...]] = {
    "Cement": ("hydraulic cement", "Portland cement", "水泥"),
    "Cement clinker": (
        "clinker",
        "grey clinker",
        "white clinker",
        "grey cement clinker",
        "white cement clinker",
        "熟料",
        "水泥熟料",
    ),
    "Calcined clays": ("calcined kaolinic clay", "煅烧黏土", "煅烧粘土"),
    "Aluminous cement": ("calcium aluminate cement", "铝酸盐水泥"),
    "Iron or steel products": ("iron products", "steel products", "钢铁产品", "钢铁制品"),
    "Crude steel": ("raw steel", "liquid steel", "粗钢"),
    "Direct reduced iron": ("DRI", "HBI", "sponge iron", "直接还原铁"),
    "Pig iron": ("hot metal", "生铁", "铁水"),
    "Alloys (FeMn, FeCr, FeNi)": (
        "alloys",
        "ferro alloys",
        "ferroalloys",
        "FeMn",
        "FeCr",
        "FeNi",
        "ferromanganese",
        "ferrochromium",
        "ferrochrome",
        "ferronickel",
        "ferro manganese",
        "ferro chromium",
        "ferro chrome",
        "ferro nickel",
        "铁合金",
    ),
    "Sintered Ore": ("sinter", "iron ore sinter", "agglomerated iron ore", "iron ore pellets", "烧结矿"),
    "Hydrogen": ("氢", "氢气"),
    "Ammonia": ("氨", "合成氨"),
    "Nitric acid": ("硝酸",),
    "Urea": ("尿素",),
    "Mixed fertilisers": ("fertilisers", "NPK fertilisers", "nitrogen fertilisers", "复合肥", "混合肥料"),
    "Aluminium products": ("铝制品", "铝产品"),
    "Unwrought aluminium": ("primary aluminium", "secondary aluminium", "未锻轧铝", "电解铝"),
    "Electricity (export to EU)": ("electricity", "exported electricity", "电力"),
}
"""Other words for a category, beside its own."""
_SPELLINGS = {"aluminum": "aluminium", "fertilizer": "fertiliser", "fertilizers": "fertilisers"}
_EMPTY = frozenset({"and", "or", "of", "the", "for", "to"})


def category_in(text: str) -> str | None:
    """The category that is meant, as the template writes it; None where none is.

    Case, number, order of words, hyphens, American spelling and what stands in brackets do not matter.
    """
    for words in _readings(text):
        if (found := _KNOWN.get(words)) is not None:
            return found
    return None


def expected_category(text: str) -> tuple[str, str]:
    """For a fault: what is expected, and the nearest category as a hint."""
    return f"a goods category of the template: {'; '.join(CATEGORIES)}", nearest(text, CATEGORIES)


def _readings(text: str) -> Iterator[frozenset[str]]:
    """The words of a text: without what stands in brackets, only that, and all of it."""
    yield _words(re.sub(r"\([^()]*\)", " ", text))
    for inside in re.findall(r"\(([^()]*)\)", text):
        yield _words(inside)
    yield _words(text)


def _words(text: str) -> frozenset[str]:
    words = (_SPELLINGS.get(word, word) for word in re.findall(r"\w+", text.lower().replace("_", " ")))
    return frozenset(re.sub(r"(?<=[a-z]{3})(?<!s)s$", "", word) for word in words if word not in _EMPTY)


_KNOWN = {
    _words(word): category
    for category in CATEGORIES
    for word in (category, re.sub(r"\([^()]*\)", " ", category), *_ALSO[category])
}
