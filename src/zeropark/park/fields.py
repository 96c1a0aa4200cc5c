"""How a number in the park file is declared: its unit, its bounds, and whether it may be a series.

A field's unit is a template, because it depends on the carrier: ``{unit}`` is the carrier's unit
(MWh, GJ, t …), ``{size}`` the unit of the capacity at hand (``{unit}/h`` for most, ``{unit}`` for
what a storage holds), ``{currency}`` the park's money. The text in the file may carry any unit of
the same dimension; inside, the value is a plain float in the declared unit.

A number may be written three ways: ``31.2``, ``31.2 CNY/kW/month``, or with its evidence
``{value: 31.2 CNY/kW/month, source: "…", mark: 2, date: 2023-12}``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from zeropark import units
from zeropark.errors import nearest

EVIDENCE_KEYS = ("value", "source", "mark", "date", "note")
MARKS = ("O", "2", "R")
SERIES_KEYS = ("table", "column", "times")
LARGEST = 1e15
"""No quantity of a park is larger in its declared unit; beyond it a number is a slip."""


@dataclass
class Reading:
    """What a validator must know of the rest of the file: carriers, nodes, money.

    ``units_here`` is a stack of placeholders, pushed by an asset or a capacity while its own fields
    are read. A placeholder with the value None is unknown (its own fault is reported elsewhere).
    """

    carriers: dict[str, str] = field(default_factory=dict)
    nodes: dict[str, str] = field(default_factory=dict)
    currency: str = "CNY"
    units_here: list[dict[str, str | None]] = field(default_factory=list)

    def unit_of_node(self, node: object) -> str | None:
        """Unit of the carrier that balances at ``node``; None when that is not known."""
        return self.carriers.get(self.nodes.get(str(node), ""))

    @contextmanager
    def within(self, **placeholders: str | None) -> Iterator[None]:
        """Resolve unit templates with these placeholders while the block runs."""
        self.units_here.append(placeholders)
        try:
            yield
        finally:
            self.units_here.pop()

    def resolve(self, template: str) -> str | None:
        """The unit that a template stands for here; None when a placeholder is not known."""
        text = template
        for frame in reversed(self.units_here):
            for key, value in frame.items():
                mark = "{" + key + "}"
                if mark in text:
                    if value is None:
                        return None
                    text = text.replace(mark, value)
        text = text.replace("{currency}", self.currency)
        return None if "{" in text else text


def fault(found: object, expected: str, hint: str = "") -> PydanticCustomError:
    """An error that becomes a Fault with these words."""
    return PydanticCustomError(
        "fault", "{expected}", {"found": show(found), "expected": expected, "hint": hint}
    )


def show(value: object, limit: int = 60) -> str:
    """A found value in short words."""
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        text = "a section with " + (", ".join(map(str, list(value)[:4])) or "nothing in it")
    elif isinstance(value, list):
        text = f"a list of {len(value)}"
    elif isinstance(value, str):
        text = f"'{value}'" if value.strip() else "an empty text"
    else:
        text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"


@dataclass(frozen=True)
class Series:
    """A number that may change with time: a constant, or a column of one of the park's tables.

    ``unit`` is the declared unit of the values after ``times`` is applied.
    """

    constant: float | None = None
    table: str = ""
    column: str = ""
    times: float = 1.0
    unit: str = ""
    ge: float | None = None
    le: float | None = None

    @property
    def key(self) -> str:
        """Name of the series among the park's arrays: two series share it only if they are equal."""
        return "/".join(map(str, (self.table, self.column, self.times, self.unit, self.ge, self.le)))


@dataclass(frozen=True)
class Unit:
    """Declares a number: unit template, bounds (after conversion), whether a series may stand for it.

    ``keywords`` are words allowed instead of a number; ``unlimited`` becomes infinity.
    """

    text: str
    ge: float | None = None
    gt: float | None = None
    le: float | None = None
    lt: float | None = None
    series: bool = False
    keywords: tuple[str, ...] = ()

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(self._validate)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        forms: list[JsonSchemaValue] = [
            {"type": "number"},
            {"type": "string", "description": f"a number with a unit, e.g. '1 {self.text}'"},
            {
                "type": "object",
                "properties": {k: {} for k in EVIDENCE_KEYS},
                "required": ["value"],
                "additionalProperties": False,
            },
        ]
        if self.keywords:
            forms.append({"enum": list(self.keywords)})
        if self.series:
            forms.append(
                {
                    "type": "object",
                    "properties": {k: {} for k in SERIES_KEYS},
                    "required": ["table", "column"],
                    "additionalProperties": False,
                }
            )
        return {"anyOf": forms, "x-unit": self.text, "description": self.words()}

    def words(self) -> str:
        """What is expected, in words: ``a number in CNY/kW, at least 0``."""
        unit = self.text.replace("{size}", "capacity unit").replace("{unit}", "carrier unit")
        return self._words(unit.replace("{currency}", "money"))

    def _words(self, unit: str) -> str:
        unit = unit.replace("(MWh/h)", "MW").replace("MWh/h", "MW").replace("(MWh)", "MWh")
        text = f"a number in {unit}" if unit != "1" else "a number (a share may be written in %)"
        for bound, phrase in (
            (self.ge, "at least"),
            (self.gt, "above"),
            (self.le, "at most"),
            (self.lt, "below"),
        ):
            if bound is not None:
                text += f", {phrase} {bound:g}"
        for word in self.keywords:
            text += f", or '{word}'"
        if self.series:
            text += ", or {table: …, column: …}"
        return text

    def _validate(self, raw: Any, info: ValidationInfo) -> float | str | Series:
        context = info.context if isinstance(info.context, Reading) else Reading()
        if isinstance(raw, Series):
            return raw
        if isinstance(raw, str) and raw in self.keywords:
            return math.inf if raw == "unlimited" else raw
        if self.series and isinstance(raw, dict) and "table" in raw:
            return self._series(raw, context)
        value = self.number(raw, context)
        return Series(constant=value, unit=context.resolve(self.text) or "") if self.series else value

    def number(self, raw: Any, context: Reading) -> float:
        """The value in the declared unit. Raises a fault in the user's words."""
        unit = context.resolve(self.text)
        expected = self._words(unit or self.text)
        if isinstance(raw, dict):
            raw = _without_evidence(raw, expected)
        if isinstance(raw, str) and raw == "unlimited" and raw in self.keywords:
            return math.inf
        if isinstance(raw, bool) or not isinstance(raw, (int, float, str)):
            raise fault(raw, expected)
        try:
            value = (
                units.to_unit(raw, unit)
                if unit
                else float(raw if not isinstance(raw, str) else units.split(raw)[0])
            )
        except (units.UnitError, OverflowError) as error:
            hint = str(error).replace("MWh/h", "MW")
            if unit == "MWh/h" and isinstance(raw, str) and raw.rstrip().endswith("Wh"):
                hint = "MWh is an amount; a rate is in MW"
            raise fault(raw, expected, hint) from error
        if not math.isfinite(value) or abs(value) > LARGEST:
            raise fault(raw, expected, "" if math.isfinite(value) else "the number has no end")
        self._check_bounds(value, raw, expected)
        return value

    def _check_bounds(self, value: float, raw: Any, expected: str) -> None:
        outside = (
            (self.ge is not None and value < self.ge)
            or (self.gt is not None and value <= self.gt)
            or (self.le is not None and value > self.le)
            or (self.lt is not None and value >= self.lt)
        )
        if outside:
            raise fault(raw, expected)

    def _series(self, raw: dict[str, Any], context: Reading) -> Series:
        for key in raw:
            if key not in SERIES_KEYS + EVIDENCE_KEYS[1:]:
                raise fault(f"key '{key}'", "table, column, times", nearest(str(key), SERIES_KEYS))
        if not isinstance(raw.get("column"), str) or not isinstance(raw["table"], str):
            raise fault(raw, "{table: name of a table, column: name of a column}")
        times = Unit("1").number(raw.get("times", 1.0), context)
        return Series(
            None, raw["table"], raw["column"], times, context.resolve(self.text) or "", self.ge, self.le
        )


def _without_evidence(raw: dict[str, Any], expected: str) -> Any:
    unknown = [key for key in raw if key not in EVIDENCE_KEYS]
    if "mark" in raw and str(raw["mark"]) not in MARKS:
        raise fault(f"mark '{raw['mark']}'", "mark O (official text), 2 (second-hand) or R (recalled)")
    if "value" not in raw or unknown:
        key = str(unknown[0]) if unknown else ""
        raise fault(raw, expected, nearest(key, EVIDENCE_KEYS) if key else "a section here needs 'value'")
    return raw["value"]


class Declared(BaseModel):
    """Root of everything declared in the park file: frozen, and unknown keys are faults."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


def evidence_of(
    raw: object, path: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], dict[str, Any]]]:
    """Every number written with its evidence, as (path, section), in file order."""
    if isinstance(raw, dict):
        if "value" in raw and len(raw) > 1:
            yield path, raw
            return
        for key, item in raw.items():
            yield from evidence_of(item, (*path, key))
    elif isinstance(raw, list):
        for index, item in enumerate(raw):
            yield from evidence_of(item, (*path, index))
