"""Values that change from stage to stage: one value, a list with one for each stage, or values by year"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from zeropark import units
from zeropark.errors import nearest
from zeropark.park.fields import MARKS, show

_NOTES = ("source", "mark", "date", "note")
_KEYS = ("curve", *_NOTES)
_YEAR = re.compile(r"\d{4}\Z")


class CurveError(ValueError):
    """A curve that cannot be read: what was found, what is expected, and a hint."""

    def __init__(self, found: str, expected: str, hint: str = "") -> None:
        self.found, self.expected, self.hint = found, expected, hint
        super().__init__(f"{found}; expected {expected}")


@dataclass(frozen=True)
class _Amount:
    value: float
    unit: str


def by_stage(raw: Any, stages: Sequence[int]) -> list[Any]:
    """The value of each stage, as the park file would write it; with its evidence where the curve has any.

    Raises CurveError.
    """
    if isinstance(raw, list):
        if len(raw) != len(stages):
            raise CurveError(f"a list of {len(raw)}", f"one value for each of the {len(stages)} stages")
        return list(raw)
    if not isinstance(raw, dict) or not any(_YEAR.match(str(key)) for key in raw):
        return [raw] * len(stages)
    for key in raw:
        if not _YEAR.match(str(key)) and key not in _KEYS:
            raise CurveError(
                f"key '{key}'", "years, curve, source, mark, date or note", nearest(str(key), _KEYS)
            )
    if "mark" in raw and str(raw["mark"]) not in MARKS:
        raise CurveError(f"mark '{raw['mark']}'", "mark O (official text), 2 (second-hand) or R (recalled)")
    evidence = {key: raw[key] for key in _NOTES if key in raw}
    points = dict(sorted((int(key), value) for key, value in raw.items() if _YEAR.match(str(key))))
    values = _at_stages(points, str(raw.get("curve", "")), stages)
    return [{"value": value, **evidence} for value in values] if evidence else values


def _at_stages(points: Mapping[int, Any], curve: str, stages: Sequence[int]) -> list[Any]:
    if curve not in ("", "linear", "steps"):
        raise CurveError(f"curve '{curve}'", "linear or steps", nearest(curve, ("linear", "steps")))
    amounts = {year: _amount(value) for year, value in points.items()}
    numbers = {year: amount for year, amount in amounts.items() if amount is not None}
    if curve == "linear" and len(numbers) < len(points):
        wrong = next(year for year in points if year not in numbers)
        raise CurveError(f"{wrong}: {show(points[wrong])}", "a number with or without unit, or curve: steps")
    if curve == "steps" or len(numbers) < len(points):
        return [points[max((y for y in points if y <= stage), default=min(points))] for stage in stages]
    unit = next((amount.unit for amount in numbers.values() if amount.unit), "")
    heights = [_height(year, amount, unit, points) for year, amount in numbers.items()]
    found = np.interp(stages, list(numbers), heights)
    return [_shown(float(value), unit) for value in found]


def _height(year: int, amount: _Amount, unit: str, points: Mapping[int, Any]) -> float:
    """The value in the curve's unit; nothing is nothing in any unit."""
    if amount.unit == unit or amount.value == 0:
        return amount.value
    if not amount.unit:
        raise CurveError(f"{year}: {show(points[year])}", f"a unit as in the other values, such as {unit}")
    try:
        return amount.value * units.factor(amount.unit, unit)
    except units.UnitError as error:
        raise CurveError(f"{year}: {show(points[year])}", f"the same kind of unit as '{unit}'") from error


def _amount(value: Any) -> _Amount | None:
    """A number with its unit; None for words, sections and the like."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    if not isinstance(value, str):
        return _Amount(float(value), "")
    try:
        number, unit = units.split(value)
    except units.UnitError:
        return None
    return _Amount(number, unit) if units.known(unit) else None


def _shown(value: float, unit: str) -> float | str:
    """Twelve digits are more than any input has, and hide what interpolation leaves behind them."""
    value = float(f"{value:.12g}")
    return f"{value!r} {unit}" if unit else value
