"""A variant of a study: its name, the job that answers it, and the values that make it differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from zeropark import units
from zeropark.forms import Key
from zeropark.park.yaml import Path_
from zeropark.study.jobs import Job, Quantity, Result

FieldValue = str | float
Results = Mapping[str, Result]
"""Name of a variant → what became of it."""


@dataclass(frozen=True)
class Variant:
    """name: of no other variant of the study; results are kept by it. fields: what varies → its value, as the
    tables and figures show it. where: overridden path → where its value stands in the study file.
    """

    name: str
    job: Job
    fields: Mapping[str, FieldValue] = field(default_factory=dict)
    where: Mapping[str, Path_] = field(default_factory=dict)


@dataclass(frozen=True)
class Derived:
    """A number that only several variants together give, such as a regret."""

    variant: str
    fields: Mapping[str, FieldValue]
    quantity: Quantity


def exact(value: float) -> str:
    """A number as short as it can be without being taken for another one."""
    short = f"{value:g}"
    return short if float(short) == value else repr(value)


def set_of(study: str, overrides: Mapping[str, str]) -> dict[str, Path_]:
    """Where the overrides of all variants of a study stand."""
    return {path: ("studies", study, "set", path) for path in overrides}


def split_size(quantity: str) -> Key | None:
    """(asset, part) of a capacity's quantity, such as ``power:battery``; None for any other."""
    part, colon, asset = quantity.partition(":")
    return (asset, part) if colon and part in ("capacity", "power") else None


def capacities_in(result: Result) -> list[tuple[str, str, float]]:
    """Every capacity of a result: asset, part, total."""
    found = []
    for quantity in result.quantities:
        key = split_size(quantity.name)
        if key is not None:
            found.append((*key, quantity.value))
    return found


def plan_in(result: Result) -> list[tuple[str, str, float, float, str]]:
    """Every capacity of a plan: asset, part, existing, added, unit."""
    found = []
    for quantity in result.quantities:
        key = split_size(quantity.name)
        added = result.value(f"added_{quantity.name}")
        if key is not None and added is not None:
            found.append((*key, quantity.value - added, added, quantity.unit))
    return found


def numbers_of(values: list[FieldValue]) -> tuple[list[float] | None, str]:
    """Values as numbers of one unit, the first one's; None where they are no numbers or do not fit."""
    numbers: list[float] = []
    unit = ""
    for value in values:
        try:
            number, own = units.split(value) if isinstance(value, str) else (float(value), "")
            if not numbers:
                unit = own if not own or units.known(own) else "?"
            numbers.append(number if own == unit else number * units.factor(own, unit))
        except units.UnitError:
            return None, ""
    return numbers, unit
