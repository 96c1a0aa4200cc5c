"""The study file: what stands in ``study.yaml``, kind by kind."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from zeropark.park.fields import Declared, Unit, fault

Share = Annotated[float, Unit("1", gt=0, le=10)]


def _as_override(raw: Any) -> str:
    """A value of the park file as ``--set`` would have it: YAML text."""
    return raw if isinstance(raw, str) else json.dumps(raw, ensure_ascii=False)


Value = Annotated[str, BeforeValidator(_as_override)]
"""A value of a field of the park file, written as there: ``500 MW``, ``0.05``, ``{table: t, column: c}``."""
Fields = dict[str, Value]
"""Overrides: dotted path of the park file → value, as ``--set PATH=VALUE``."""


class Study(Declared):
    """What every study has."""

    name: str = ""
    """Name in the report; the key is used when absent."""
    name_zh: str = ""
    note: str = ""
    note_zh: str = ""
    set: Fields = Field(default_factory=dict)
    """Overrides for all variants of the study."""
    show: tuple[str, ...] = ()
    """Accounts of the park to draw beside cost and capacities."""


class Sweep(Study):
    """The park planned for every value of some fields. 参数扫描"""

    kind: Literal["sweep"]
    fields: Annotated[dict[str, Annotated[tuple[Value, ...], Field(min_length=1)]], Field(min_length=1)]
    """Dotted path of the park file → its values."""
    combine: Literal["grid", "together"] = "grid"
    """``grid``: every value with every other; ``together``: the first values, the second ones, …"""

    @model_validator(mode="after")
    def _can_be_combined(self) -> Sweep:
        for path, values in self.fields.items():
            if len(set(values)) < len(values):
                raise fault(f"a value of '{path}' twice", "each value once")
        lengths = {path: len(values) for path, values in self.fields.items()}
        if self.combine == "together" and len(set(lengths.values())) > 1:
            found = ", ".join(f"{count} of '{path}'" for path, count in lengths.items())
            raise fault(found, "as many values of each field", "or combine: grid")
        return self


class WeatherYears(Study):
    """Each year planned for itself, and each plan run in every other year. 多气象年"""

    kind: Literal["weather-years"]
    years: Annotated[dict[str, Fields], Field(min_length=1)]
    """Year → the overrides that make it: another file, another seed, another period."""
    joint: bool = False
    """Whether one plan for all years is made too."""
    weights: dict[str, Annotated[float, Unit("1", gt=0)]] = Field(default_factory=dict)
    """Probability of each year in the plan for all; absent: all alike."""

    @model_validator(mode="after")
    def _weights_of_the_years(self) -> WeatherYears:
        if self.weights and not self.joint:
            raise fault("weights", "weights with joint: true", "only the plan for all years uses them")
        if self.weights and set(self.weights) != set(self.years):
            raise fault(f"weights of {', '.join(self.weights)}", f"one of each: {', '.join(self.years)}")
        if self.weights and abs(sum(self.weights.values()) - 1) > 1e-6:
            raise fault(f"weights with the sum {sum(self.weights.values()):g}", "weights with the sum 1")
        return self


class NearOptimal(Study):
    """How different the park may look within a small extra cost. 近优方案"""

    kind: Literal["near-optimal"]
    within: Annotated[tuple[Share, ...], Field(min_length=1)]
    """Extra cost over the least, as shares of it."""
    capacities: tuple[str, ...] = ()
    """Assets (``battery``), or one part of them (``battery.power``); absent: all that can be expanded."""


class RulePrices(Study):
    """What a rule costs along a range of its limit. 规则价格"""

    kind: Literal["rule-prices"]
    rule: str
    """``PACK/RULE``, or the name of a limit of the park's own."""
    limits: Annotated[tuple[Value, ...], Field(min_length=1)]
    """Values of the limit, with unit or in the rule's own."""


class _Drawn(Declared):
    """How a field is drawn."""

    apply: Literal["value", "factor"] = "factor"
    """``factor``: what the park file says is multiplied by it; ``value``: it stands in place of it."""
    unit: str = ""
    """Unit of drawn values; absent: the unit that the field is declared in."""

    @model_validator(mode="after")
    def _no_unit_of_a_factor(self) -> _Drawn:
        if self.apply == "factor" and self.unit:
            raise fault(f"unit '{self.unit}' of a factor", "no unit, or apply: value")
        return self


class Uniform(_Drawn):
    """Any value between two bounds alike."""

    distribution: Literal["uniform"]
    low: float
    high: float

    @model_validator(mode="after")
    def _ordered(self) -> Uniform:
        if not self.low < self.high:
            raise fault(f"low {self.low:g}, high {self.high:g}", "low below high")
        return self


class Normal(_Drawn):
    """The bell curve."""

    distribution: Literal["normal"]
    mean: float
    sd: Annotated[float, Field(gt=0)]
    """Standard deviation."""


class Triangular(_Drawn):
    """Between two bounds, most often near a third value."""

    distribution: Literal["triangular"]
    low: float
    mode: float
    """The most likely value."""
    high: float

    @model_validator(mode="after")
    def _ordered(self) -> Triangular:
        if not (self.low <= self.mode <= self.high and self.low < self.high):
            raise fault(
                f"low {self.low:g}, mode {self.mode:g}, high {self.high:g}",
                "low at most mode, mode at most high, low below high",
            )
        return self


class Lognormal(_Drawn):
    """A value whose logarithm is normal: never negative, with a long upper tail."""

    distribution: Literal["lognormal"]
    median: Annotated[float, Field(gt=0)]
    sigma: Annotated[float, Field(gt=0)]
    """Standard deviation of the logarithm."""


Draw = Annotated[Uniform | Normal | Triangular | Lognormal, Field(discriminator="distribution")]


class MonteCarlo(Study):
    """The park planned for drawn prices and costs. 蒙特卡洛"""

    kind: Literal["monte-carlo"]
    seed: Annotated[int, Field(ge=0)]
    draws: Annotated[int, Field(ge=1, le=100_000)]
    method: Literal["latin-hypercube", "plain"] = "latin-hypercube"
    """``latin-hypercube`` spreads the draws of each field evenly over its distribution."""
    fields: Annotated[dict[str, Draw], Field(min_length=1)]
    """Dotted path of the park file → its distribution; fields are independent of each other."""


AnyStudy = Annotated[
    Sweep | WeatherYears | NearOptimal | RulePrices | MonteCarlo, Field(discriminator="kind")
]


class StudyFile(Declared):
    """``study.yaml``: one or more named studies of a park."""

    zeropark: Literal[1]
    """Version of this format."""
    studies: Annotated[dict[str, AnyStudy], Field(min_length=1)]
