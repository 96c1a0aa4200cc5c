"""The sections ``efficiency`` and ``measures`` of the park file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, TypeVar

from pydantic import (
    BeforeValidator,
    Field,
    ModelWrapValidatorHandler,
    ValidationInfo,
    field_validator,
    model_validator,
)

from zeropark.park.fields import Declared, Reading, Unit, fault
from zeropark.park.tariffs import Mark

Numbers = TypeVar("Numbers")


class CoalEquivalent(Declared):
    """What one unit of a carrier counts; a bare number (or one with its evidence) is enough. 折标系数"""

    carrier: str
    factor: Annotated[float, Unit("tce/({unit})", gt=0)]

    @model_validator(mode="wrap")
    @classmethod
    def _in_its_carrier(
        cls, raw: Any, handler: ModelWrapValidatorHandler[CoalEquivalent], info: ValidationInfo
    ) -> CoalEquivalent:
        return within_carrier(raw, handler, info)


class Marginal(Declared):
    """The carrier that a saving would save first, and what it costs: it turns a gap into money. 边际能源"""

    carrier: str
    price: Annotated[float, Unit("{currency}/({unit})", ge=0)]

    @model_validator(mode="wrap")
    @classmethod
    def _in_its_carrier(
        cls, raw: Any, handler: ModelWrapValidatorHandler[Marginal], info: ValidationInfo
    ) -> Marginal:
        return within_carrier(raw, handler, info)


def within_carrier(raw: Any, handler: Callable[[Any], Numbers], info: ValidationInfo) -> Numbers:
    """Read a section whose numbers are per unit of the carrier that its key ``carrier`` names."""
    if not isinstance(info.context, Reading) or not isinstance(raw, dict):
        return handler(raw)
    with info.context.within(unit=info.context.carriers.get(str(raw.get("carrier")))):
        return handler(raw)


def _by_carrier(raw: Any) -> Any:
    if isinstance(raw, dict):
        return {
            key: item if isinstance(item, CoalEquivalent) else {"carrier": str(key), "factor": item}
            for key, item in raw.items()
        }
    return raw


Corrections = dict[str, Annotated[float, Unit("1", ge=0, le=1)]]
"""Correction of the standard → the share that holds here (``hot_metal: 0 %``), with its evidence."""


class Baseline(Declared):
    """The process in the baseline period, where no flows of it are at hand; or only its corrections. 基准期"""

    energy: Annotated[float | None, Unit("tce")] = None
    """Energy of the period, counted as the limit counts it."""
    output: Annotated[float | None, Unit("t", gt=0)] = None
    """Product of the period."""
    period: str = ""
    """What the period is, in words: ``2020``."""
    corrections: Corrections = Field(default_factory=dict)
    """Shares of that period where they differ from today's."""

    @model_validator(mode="after")
    def _both_or_none(self) -> Baseline:
        if (self.energy is None) != (self.output is None):
            raise fault("only one of energy, output", "both energy and output, or neither")
        return self


class Process(Declared):
    """A process judged against its national limit. 工序/产品"""

    limit: str
    """``standard/process`` of the packaged limits, e.g. ``gb-21256-2025/eaf-70t``."""
    assets: Annotated[tuple[str, ...], Field(min_length=1)]
    """Converters of the process; loads that ``serve`` one of them count too. Further loads may be named here."""
    product: str | None = None
    """Node of the product whose tonnes the energy is divided by; the converters bring it there."""
    output: Annotated[float | None, Unit("t/year", gt=0)] = None
    """Or the product of a year, where no flow tells it."""
    name: str = ""
    name_zh: str = ""
    tenant: str | None = None
    """Absent: the tenant of the first asset."""
    carriers: tuple[str, ...] = ()
    """Carriers that count; absent: every electricity, fuel, heat and hydrogen that the process takes or gives."""
    corrections: Corrections = Field(default_factory=dict)
    """Every correction that the limit has, also where it is 0 %: what is not stated is not zero."""
    shared_with: tuple[str, ...] = ()
    """Nodes of the other products of the same line: its energy is split by rare-earth element content
    (``worth.element`` of their carriers)."""
    credit: bool | None = None
    """Whether energy given away (gas, steam, waste heat) is subtracted; absent: as the standard says."""
    recovered: tuple[str, ...] = ()
    """Sources that stand for energy recovered from this process, such as waste heat given to a network."""
    marginal: Marginal | None = None
    """Absent: the gap is not told in money."""
    baseline: Baseline | None = None
    note: str = ""

    @model_validator(mode="after")
    def _one_output(self) -> Process:
        if (self.product is None) == (self.output is None):
            raise fault(
                "both product and output" if self.product else "neither product nor output",
                "one of product, output",
            )
        if self.shared_with and self.product is None:
            raise fault("shared_with without product", "product, the node of this one")
        if self.limit.count("/") != 1:
            raise fault(self.limit, "standard/process, e.g. gb-21256-2025/eaf-70t")
        return self


class EfficiencySpec(Declared):
    """Processes judged against the national energy limits. 能效"""

    processes: dict[str, Process] = Field(default_factory=dict)
    coal_equivalents: Annotated[dict[str, CoalEquivalent], BeforeValidator(_by_carrier)] = Field(
        default_factory=dict
    )
    """Of carriers whose own ``coal_equivalent`` is not stated, for these readings only (steam: 0.03412 tce/GJ).
    Electricity counts as its standard says."""


class Measure(Declared):
    """A change of the park that saves energy or carbon, planned with everything else. 节能降碳措施

    It is written as it would stand in the park file: changed values under ``set``, new carriers, nodes and assets
    under their own names. Its investment is that of its new assets.
    """

    name: str = ""
    name_zh: str = ""
    use: str | None = None
    """A packaged measure; what stands here beside it replaces its values."""
    at: dict[str, str] = Field(default_factory=dict)
    """Packaged measure: the park's own names for the places that it asks for, e.g. ``{furnace: bf-1}``."""
    set: dict[str, Any] = Field(default_factory=dict)
    """Dotted path of the park file → new value, as with ``--set``."""
    carriers: dict[str, Any] = Field(default_factory=dict)
    """Carriers that it adds."""
    nodes: dict[str, Any] = Field(default_factory=dict)
    """Nodes that it adds."""
    assets: dict[str, Any] = Field(default_factory=dict)
    """Assets that it adds; the plan decides how large they are, where their capacity leaves it open."""
    process: str | None = None
    """The process of ``efficiency`` that it improves."""
    tenant: str | None = None
    """Who answers for it."""
    due: str | None = None
    """Day by which it is to run, ``2027-06-30``."""
    investment: Annotated[float, Unit("{currency}", ge=0)] = 0.0
    """Paid once for the whole measure, beside what its new assets cost: for changes under ``set``."""
    lifetime: Annotated[float | None, Unit("year", gt=0, le=200)] = None
    """Years over which this investment is spread; required with it."""
    fixed_cost: Annotated[float, Unit("{currency}/year", ge=0)] = 0.0
    """Paid each year for the whole measure."""
    source: str = ""
    mark: Mark | None = None
    date: str = ""
    note: str = ""

    @field_validator("due")
    @classmethod
    def _a_day(cls, raw: str | None) -> str | None:
        if raw is not None:
            try:
                date.fromisoformat(raw)
            except ValueError as error:
                raise fault(raw, "a day such as 2027-06-30") from error
        return raw

    @model_validator(mode="after")
    def _changes_something(self) -> Measure:
        if not (self.use or self.set or self.assets):
            raise fault("a measure that changes nothing", "use, set or assets")
        if self.at and self.use is None:
            raise fault("at without use", "use, the packaged measure")
        if self.investment > 0 and self.lifetime is None:
            raise fault("an investment without lifetime", "lifetime, e.g. 15 year")
        return self
