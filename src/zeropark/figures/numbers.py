"""How numbers are written for people: scaled units, thousands separators, significant digits.

A missing value is always written as a dash, never as zero.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")
MISSING = "—"
LEAST_PERCENT = 0.005
"""A share below this is written as about zero."""

SHARES = {"1": 100.0, "": 100.0, "%": 1.0}
_MONEY = {
    "CNY": ("CNY", "元"),
    "EUR": ("EUR", "欧元"),
    "USD": ("USD", "美元"),
}
_LARGER = {"MWh": ("GWh", 1e3, 1e4), "kg": ("t", 1e3, 1e4), "kNm3": ("million Nm3", 1e3, 1e4)}
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_ZH_UNITS = {
    r"\byears?\b": "年",
    r"\bmonth\b": "月",
    r"\bday\b": "天",
    "million ": "百万",
    r"\bpcs\b": "件",
    r"\b(hectare|ha)\b": "公顷",
    r"\bMtce\b": "百万 tce",
    r"(?<=[/·])a\b": "年",
    r"\bdegC\b": "℃",
}


@dataclass(frozen=True)
class Scale:
    """Divide by ``factor`` to show a value in ``unit``."""

    factor: float
    unit: str


def known(value: float | None) -> bool:
    """Whether there is a finite number to show."""
    return value is not None and math.isfinite(value)


def number(value: float | None, digits: int = 4) -> str:
    """``digits`` significant digits, but never fewer than the whole units; a dash when missing."""
    if value is None or not math.isfinite(value):
        return MISSING
    if value == 0:
        return "0"
    size = math.floor(math.log10(abs(value)))
    if size < -6:
        mantissa, exponent = f"{abs(value):.1e}".split("e")
        text = f"{mantissa} × 10⁻{str(abs(int(exponent))).translate(_RAISED)}"
    else:
        decimals = max(0, digits - 1 - size)
        text = f"{abs(value):,.{decimals}f}"
        if "." in text:
            text = text.rstrip("0").rstrip(".")
    return f"−{text}" if value < 0 else text


def aligned(values: Sequence[float], digits: int = 4) -> list[str]:
    """Numbers of one column with the same decimals: ``digits`` significant ones for the largest."""
    largest = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
    decimals = max(0, digits - 1 - math.floor(math.log10(largest))) if largest > 0 else 0
    texts = [f"{abs(v):,.{decimals}f}" if math.isfinite(v) else MISSING for v in values]
    return [f"−{x}" if v < 0 and float(x.replace(",", "")) else x for v, x in zip(values, texts, strict=True)]


def signed(value: float | None, digits: int = 4) -> str:
    """As ``number``, with a plus sign where it is positive."""
    text = number(value, digits)
    return f"+{text}" if value is not None and math.isfinite(value) and value > 0 else text


def share(value: float | None) -> str:
    """A share as per cent, ``≈ 0`` where it is next to nothing."""
    if value is not None and known(value) and 0 < abs(value) * 100 < LEAST_PERCENT:
        return "≈ 0"
    return percent(value)


def percent(value: float | None, digits: int = 3) -> str:
    """A share as per cent."""
    return f"{number(value * 100, digits)} %" if value is not None and known(value) else MISSING


def unit_text(unit: str, language: Language) -> str:
    """A unit as people write it: subscripts, and Chinese words in Chinese."""
    text = re.sub(r"CO2", "CO₂", unit)
    text = re.sub(r"(?<=m)3\b", "³", re.sub(r"(?<=m)2\b", "²", text))
    if language == "zh":
        for code, (_, word) in _MONEY.items():
            text = re.sub(rf"\b{code}\b", word, text)
        for english, chinese in _ZH_UNITS.items():
            text = re.sub(english, chinese, text)
    return "" if text == "1" else text


def money_scale(largest: float, currency: str, language: Language) -> Scale:
    """万元 in Chinese, millions or thousands in English, so that ``largest`` reads well."""
    english, chinese = _MONEY.get(currency, (currency, currency))
    if language == "zh":
        return Scale(1e4, f"万{chinese}") if abs(largest) >= 1e4 else Scale(1.0, chinese)
    if abs(largest) >= 1e6:
        return Scale(1e6, f"million {english}")
    return Scale(1e3, f"thousand {english}") if abs(largest) >= 1e4 else Scale(1.0, english)


def amount_scale(largest: float, unit: str, language: Language) -> Scale:
    """The unit itself, or a larger one of the same kind when the number would be long."""
    if unit in _LARGER:
        larger, factor, above = _LARGER[unit]
        if abs(largest) >= above:
            return Scale(factor, unit_text(larger, language))
    if language == "zh" and unit in ("t", "tce", "tCO2", "tCO2e") and abs(largest) >= 1e6:
        return Scale(1e4, "万" + unit_text(unit, language))
    return Scale(1.0, unit_text(unit, language))


def money(value: float | None, currency: str, language: Language, digits: int = 4) -> str:
    """An amount of money in words that fit its size."""
    if value is None or not known(value):
        return MISSING
    scale = money_scale(value, currency, language)
    return f"{number(value / scale.factor, digits)} {scale.unit}"


def amount(value: float | None, unit: str, language: Language, digits: int = 4) -> str:
    """A value with its unit; shares as per cent, money in 万元 or millions."""
    if value is None or not known(value):
        return MISSING
    if unit in SHARES:
        if 0 < abs(value * SHARES[unit]) < LEAST_PERCENT:
            return "≈ 0"
        return f"{number(value * SHARES[unit], digits)} %"
    if unit in _MONEY:
        return money(value, unit, language)
    scale = amount_scale(value, unit, language)
    return f"{number(value / scale.factor, digits)} {scale.unit}"
