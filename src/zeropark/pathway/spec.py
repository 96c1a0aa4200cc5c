"""The pathway file: stages, what changes from stage to stage, and how much each stage may build"""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from zeropark.park.fields import Declared, Unit, fault

MOST_STAGES = 60


class CapacityPath(Declared):
    """What holds for one capacity over the stages."""

    max_build: Any = None
    """Most that one stage may add, in capacity units; may change from stage to stage. 每阶段新增上限"""
    remaining_life: Annotated[float | None, Unit("year", gt=0, le=200)] = None
    """Years after the first stage for which what exists still serves; absent: as ``existing`` says. 剩余寿命"""
    early_retirement: bool | None = None
    """Whether it may be taken out of service before its time; absent: as the pathway says. 允许提前退役"""


class PathwayFile(Declared):
    """``pathway.yaml``: a park over several stages, planned as one."""

    pathway: Literal[1]
    """Version of this format."""
    note: str = ""
    """Shown at the head of the report. 说明"""
    note_zh: str = ""
    stages: tuple[int, ...]
    """Calendar years, ascending; each stage stands for the years until the next. 阶段年份"""
    end: int | None = None
    """First year that is no longer counted; absent: the last stage is as long as the one before, or a year."""
    discount_rate: Annotated[float | None, Unit("1", ge=0, lt=1)] = None
    """Brings the money of later years to the first stage; absent: the park's own. 折现率"""
    early_retirement: bool = False
    """Whether units may be taken out of service before their time; what they cost to build is paid on. 提前退役"""
    fields: dict[str, Any] = Field(default_factory=dict)
    """Any field of the park file by its dotted path: one value, a list with one for each stage, or values by year.

    Between the years given numbers run straight, and words hold until the next; ``curve: steps`` makes numbers
    hold as well. Before the first and after the last the nearest holds. 随阶段变化的字段
    """
    capacities: dict[str, CapacityPath] = Field(default_factory=dict)
    """By asset, or ``asset.power`` for the power of a storage. 各容量的建设与退役"""

    @field_validator("stages")
    @classmethod
    def _ascending_years(cls, stages: tuple[int, ...]) -> tuple[int, ...]:
        if not 1 <= len(stages) <= MOST_STAGES:
            raise fault(f"{len(stages)} stages", f"1 to {MOST_STAGES} stages")
        if any(not 1950 <= year <= 2200 for year in stages):
            raise fault(", ".join(map(str, stages)), "years between 1950 and 2200")
        if any(later <= earlier for earlier, later in pairwise(stages)):
            raise fault(", ".join(map(str, stages)), "years in ascending order, each once")
        return stages

    @model_validator(mode="after")
    def _ends_after_the_last_stage(self) -> PathwayFile:
        if self.end is not None and self.end <= self.stages[-1]:
            raise fault(f"end {self.end}", f"a year after the last stage, {self.stages[-1]}")
        return self

    @property
    def after_last(self) -> int:
        """First year that is no longer counted."""
        if self.end is not None:
            return self.end
        span = self.stages[-1] - self.stages[-2] if len(self.stages) > 1 else 1
        return self.stages[-1] + span
