"""National energy limits as packaged data: levels of a process, corrections, the day from which they are in force."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Literal

from pydantic import Field, ValidationError, field_validator, model_validator

from zeropark import units
from zeropark.errors import InputError, nearest
from zeropark.park.faults import faults_of
from zeropark.park.fields import Declared, Reading, Unit, fault
from zeropark.park.packs import packaged
from zeropark.park.tariffs import Mark
from zeropark.park.yaml import read_yaml

Level = Literal[1, 2, 3]
_ROUNDING = 1e-9


class Credit(Declared):
    """Whether energy that the process gives away is subtracted. 外供能源扣除"""

    allowed: Literal["yes", "no", "unseen"]
    """``unseen``: the clause was not seen; off unless the park says so."""
    product: bool = False
    """Whether the energy in the product itself is subtracted, as coke's from that of the coal it was made of."""
    mark: Mark
    note: str = ""
    note_zh: str = ""


class Correction(Declared):
    """What moves the limit: ``add`` for each ``per`` of the share, or of what it lies below ``below``. 修正"""

    name: str
    name_zh: str = ""
    add: float
    """In the limit's unit; positive allows more."""
    per: Annotated[float, Unit("1", gt=0)]
    below: Annotated[float | None, Unit("1", gt=0)] = None
    """Counts what the share lies below this; absent: the share itself."""
    most: Annotated[float | None, Unit("1", gt=0)] = None
    """Counts at most this."""

    def of(self, share: float) -> float:
        """What is added to the limit where this share holds."""
        counted = share if self.below is None else max(self.below - share, 0.0)
        if self.most is not None:
            counted = min(counted, self.most)
        return self.add * counted / self.per


class Limit(Declared):
    """The three levels of a process or product; lower is better. 限额等级"""

    name: str
    name_zh: str
    unit: str
    levels: tuple[float, float, float]
    """Level 1 (best), level 2 (required of new plants), level 3 (limit for all)."""
    corrections: dict[str, Correction] = Field(default_factory=dict)

    @field_validator("unit")
    @classmethod
    def _energy_per_mass(cls, raw: str) -> str:
        if not units.same_dimension(raw, "tce/t"):
            raise fault(raw, "coal equivalent per mass, such as kgce/t")
        return raw

    @model_validator(mode="after")
    def _ordered(self) -> Limit:
        if list(self.levels) != sorted(self.levels):
            raise fault(str(self.levels), "level 1 at most level 2, level 2 at most level 3")
        return self


class Standard(Declared):
    """A standard with its limits, its source and how sure it is. 能耗限额标准"""

    standard: str
    name: str
    name_zh: str
    in_force: str | None = None
    """First day, ``2026-07-01``; absent: not known here."""
    electricity: Annotated[float, Unit("tce/MWh", gt=0)]
    """Coal equivalent of electricity."""
    source: str
    source_zh: str
    mark: Mark
    date: str
    note: str = ""
    note_zh: str = ""
    credit: Credit
    limits: dict[str, Limit]

    @field_validator("in_force")
    @classmethod
    def _a_day(cls, raw: str | None) -> str | None:
        if raw is not None:
            datetime.date.fromisoformat(raw)
        return raw

    def in_force_on(self, day: datetime.date) -> bool | None:
        """Whether it holds on this day; None where its first day is not known."""
        return None if self.in_force is None else day >= datetime.date.fromisoformat(self.in_force)


def at_most(indicator: float, level: float) -> bool:
    """Whether the indicator keeps the level; what is rounding does not break it."""
    return indicator <= level + _ROUNDING * max(1.0, abs(level))


@dataclass(frozen=True)
class Chosen:
    """One limit with the standard that it belongs to. name: ``gb-21256-2025/eaf-70t``."""

    name: str
    standard: Standard
    limit: Limit

    def levels(self, shares: Mapping[str, float]) -> tuple[float, float, float]:
        """The three levels as these shares correct them, in the limit's unit."""
        moved = sum(correction.of(shares[key]) for key, correction in self.limit.corrections.items())
        one, two, three = self.limit.levels
        return one + moved, two + moved, three + moved

    def level_of(self, indicator: float, shares: Mapping[str, float]) -> Level | None:
        """Best level that the indicator (in the limit's unit) keeps; None beyond level 3."""
        steps: tuple[Level, Level, Level] = (1, 2, 3)
        kept = (
            step for step, most in zip(steps, self.levels(shares), strict=True) if at_most(indicator, most)
        )
        return next(kept, None)


@lru_cache(maxsize=1)
def standards() -> Mapping[str, Standard]:
    """Every packaged standard by name. Raises InputError with the faults of a packaged file."""
    found: dict[str, Standard] = {}
    for name, path in packaged("limits").items():
        document = read_yaml(path, f"limits/{name}.yaml")
        try:
            found[name] = Standard.model_validate(document.data, context=Reading())
        except ValidationError as error:
            raise InputError([*document.faults, *faults_of(error, document, Standard)]) from error
    return found


def limits() -> dict[str, Chosen]:
    """Every packaged limit, by ``standard/process``."""
    return {
        f"{name}/{process}": Chosen(f"{name}/{process}", standard, limit)
        for name, standard in standards().items()
        for process, limit in standard.limits.items()
    }


def nearest_limit(name: str) -> str:
    """A hint for an unknown limit: the nearest, or those of the standard."""
    known = limits()
    near = nearest(name, known)
    same = [other for other in known if other.split("/")[0] == name.split("/")[0]]
    return near or ", ".join(same or standards())
