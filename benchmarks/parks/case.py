"""A case: which park, how long, and what it has; the same words for every tool."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

FLAGS = ("limits", "peaks", "ramps", "given")


@dataclass(frozen=True)
class Case:
    """One problem.

    steps: per weather year. minutes: length of a step. nodes: of the network park. years: weather years planned
    jointly. limits: two yearly limits. peaks: a price on each month's highest purchase. ramps: of two
    converters. given: capacities are given and demands may go unserved, at a price. solve: whether
    to solve what was built.
    """

    park: Literal["typical", "network"] = "typical"
    steps: int = 168
    minutes: int = 60
    nodes: int = 1
    years: int = 1
    limits: bool = True
    peaks: bool = False
    ramps: bool = False
    given: bool = False
    solve: bool = True

    @property
    def hours(self) -> float:
        """Length of a step, h."""
        return self.minutes / 60

    @property
    def share_of_year(self) -> float:
        """The period as a share of a year of 8,760 h: what of a yearly cost it pays."""
        return self.steps * self.hours / 8760

    @property
    def needs(self) -> frozenset[str]:
        """What a tool must be able to express."""
        found = {flag for flag in FLAGS if getattr(self, flag)}
        if self.park == "network":
            found.add("network")
        if self.years > 1:
            found.add("years")
        return frozenset(found)

    @property
    def key(self) -> str:
        """Short text that names the case, and is a file name."""
        parts = [self.park, f"{self.steps}x{self.minutes}min"]
        if self.park == "network":
            parts.append(f"{self.nodes}nodes")
        if self.years > 1:
            parts.append(f"{self.years}years")
        parts += [flag for flag in FLAGS if getattr(self, flag)]
        return "-".join(parts if self.solve else [*parts, "build"])

    def at_least(self, other: Case) -> bool:
        """Whether this case has at least as many steps and nodes as the other, and all that the other has."""
        longer = self.steps * self.years >= other.steps * other.years and self.nodes >= other.nodes
        same = (self.park, self.solve, self.given) == (other.park, other.solve, other.given)
        return same and longer and self.needs - {"years"} >= other.needs - {"years"}

    def as_data(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)

    @staticmethod
    def from_data(data: dict[str, Any]) -> Case:
        """From JSON."""
        return Case(**{field.name: data[field.name] for field in fields(Case)})
