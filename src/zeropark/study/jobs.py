"""What a worker is asked to do, and what it answers: plain data, so that both can be sent and kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Status = Literal["optimal", "rules missed", "infeasible", "unbounded", "not solved", "invalid"]
ANSWERED: tuple[Status, ...] = ("optimal", "rules missed", "infeasible", "unbounded", "invalid")
"""What stays as it is when the same is asked again; what was not solved is tried again."""
DISPATCHED: tuple[Status, ...] = ("optimal", "rules missed")
"""With a cost, flows and accounts."""


@dataclass(frozen=True)
class Job:
    """One problem to solve.

    kind: ``plan``; ``dispatch`` of given capacities; ``reach``, the smallest or largest of one capacity;
    ``joint``, one plan for several years. overrides: path → text, as ``--set``. details: what the kind
    needs, plain JSON (see ``work.py``).
    """

    kind: Literal["plan", "dispatch", "reach", "joint"]
    overrides: Mapping[str, str]
    details: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {"kind": self.kind, "overrides": dict(self.overrides), "details": dict(self.details)}


@dataclass(frozen=True)
class Quantity:
    """A number that a variant gives: ``cost``, ``capacity:pv``, ``account:emissions``, ``missing:bus`` …"""

    name: str
    value: float
    unit: str


@dataclass(frozen=True)
class Result:
    """What became of a job. reasons: why there is no answer, or what is missed, in words."""

    status: Status
    quantities: tuple[Quantity, ...] = ()
    reasons: tuple[str, ...] = ()
    seconds: float = 0.0

    def value(self, name: str) -> float | None:
        """The value of a quantity; None where there is none."""
        return next((q.value for q in self.quantities if q.name == name), None)

    def as_dict(self) -> dict[str, Any]:
        """Plain data; the reverse of ``result_of``."""
        return asdict(self)


def result_of(data: Mapping[str, Any]) -> Result:
    """A result from plain data. Raises KeyError or TypeError where it is none."""
    quantities = tuple(Quantity(**quantity) for quantity in data["quantities"])
    return Result(data["status"], quantities, tuple(data["reasons"]), float(data["seconds"]))
