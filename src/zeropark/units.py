"""Units at the edge: text with a unit comes in, one declared unit is used inside.

Calendar years and months are a dimension of their own (12 months = 1 year), so that
``CNY/kW/year`` can never be mixed up with a price per hour. So are currencies and normal cubic
metres. Operating CO2 (``tCO2``) and life-cycle footprints (``tCO2e``) are two dimensions: a factor
of one can never stand where the other is declared. A tonne of coal equivalent is 29.3076 GJ (GB/T 2589-2020).
"""

from __future__ import annotations

import math
import re
from functools import lru_cache

import pint

_DEFINITIONS = """
calendar_year = [calendar] = year = a = yr
calendar_month = calendar_year / 12 = month
yuan = [money_cny] = CNY = RMB = 元
wan_yuan = 10000 * yuan = 万元
euro = [money_eur] = EUR
us_dollar = [money_usd] = USD
ton_coal_equivalent = 29.3076 * gigajoule = tce
kilogram_coal_equivalent = 0.0293076 * gigajoule = kgce
gram_co2 = [co2] = gCO2
kilogram_co2 = 1000 * gram_co2 = kgCO2
ton_co2 = 1000000 * gram_co2 = tCO2
gram_co2e = [co2e] = gCO2e
kilogram_co2e = 1000 * gram_co2e = kgCO2e
ton_co2e = 1000000 * gram_co2e = tCO2e
normal_cubic_meter = [normal_volume] = Nm3
cubic_meter_alias = meter ** 3 = m3
square_meter_alias = meter ** 2 = m2
piece = [piece] = pcs
mu = 666.6666666666666 * meter ** 2 = 亩
MPa_alias = 1000000 * pascal = MPa
"""

_NUMBER = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*?)\s*\Z", re.DOTALL)
_LONGEST = 80


class UnitError(ValueError):
    """A unit that is not known, or one of another dimension than declared."""


@lru_cache(maxsize=1)
def _registry() -> pint.UnitRegistry[float]:
    registry: pint.UnitRegistry[float] = pint.UnitRegistry(on_redefinition="ignore", cache_folder=None)
    registry.load_definitions(_DEFINITIONS.strip().splitlines())
    return registry


@lru_cache(maxsize=4096)
def _parse(unit: str) -> pint.Unit:
    text = unit.strip().replace("·", "*").replace("%", "percent").replace("³", "3").replace("²", "2")
    if text in ("", "1"):
        return _registry().Unit("")
    if len(text) > _LONGEST or not re.fullmatch(r"[\w*/^().\s°-]+", text) or "**" in text:
        raise UnitError(f"'{unit[:_LONGEST]}' is not a unit")
    text = re.sub(r"\^", "**", text)
    if re.search(r"\*\*\s*\d{2}", text):
        raise UnitError(f"'{unit}' is not a unit")
    try:
        return _registry().Unit(text)
    except Exception as error:  # pint raises many kinds, from its tokenizer too
        raise UnitError(f"'{unit}' is not a unit that zeropark knows") from error


@lru_cache(maxsize=4096)
def factor(unit: str, target: str) -> float:
    """How many ``target`` one ``unit`` is; both are texts such as ``kWh/kg``.

    Raises UnitError when a unit is unknown or the dimensions differ.
    """
    source_unit, target_unit = _parse(unit), _parse(target)
    if source_unit.dimensionality != target_unit.dimensionality:
        raise UnitError(f"'{unit}' cannot be converted to '{target}'")
    return float((1.0 * source_unit).to(target_unit).magnitude)


def split(text: str) -> tuple[float, str]:
    """``"31.2 CNY/kW/month"`` -> ``(31.2, "CNY/kW/month")``. Raises UnitError if no number leads."""
    match = _NUMBER.match(text)
    if match is None:
        raise UnitError(f"'{text[:_LONGEST]}' does not start with a number")
    value = float(match.group(1))
    if not math.isfinite(value):
        raise UnitError(f"'{text[:_LONGEST]}' is not a finite number")
    return value, match.group(2)


def to_unit(value: float | str, target: str) -> float:
    """A number in the unit ``target``; a bare number is taken to be in it already.

    Raises UnitError when the text is not a number with a unit of the right dimension.
    """
    if isinstance(value, (int, float)):
        return float(value)
    number, unit = split(value)
    return number * factor(unit, target) if unit else number


def same_dimension(unit: str, target: str) -> bool:
    """Whether both units are known and can be converted into each other."""
    try:
        factor(unit, target)
    except UnitError:
        return False
    return True


def known(unit: str) -> bool:
    """Whether the text is a unit."""
    try:
        _parse(unit)
    except UnitError:
        return False
    return True
