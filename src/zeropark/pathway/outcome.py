"""What a pathway's plan says: the plan of every stage, what is built and retired, and the whole cost"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from zeropark.forms import Key
from zeropark.optimize.answer import Certificate, SolverRecord
from zeropark.outcome import Outcome
from zeropark.park.model import Park
from zeropark.pathway.read import Pathway, Stage

NOTABLE = 1e-4
"""Share of what ever stands of a capacity, below which people need not read of it."""


@dataclass(frozen=True)
class Move:
    """One capacity in one stage, in ``unit``.

    existing: of what was there, what still serves. built: added in this stage. retired: gone since the stage
    before, at the end of its life or early; early: of that, before its time. total: what serves.
    """

    asset: str
    part: str
    unit: str
    existing: float
    built: float
    retired: float
    early: float
    total: float

    @property
    def key(self) -> Key:
        """(asset, part)."""
        return self.asset, self.part


def notable(size: float, moves: Sequence[Move]) -> bool:
    """Whether a size is worth showing: an interior point leaves traces of what it does not build."""
    return size > NOTABLE * max(move.total + move.retired for move in moves)


@dataclass(frozen=True)
class StagePlan:
    """A stage planned.

    outcome: a plan of its own over the park's period: its investment counts the annuities of all that was
    built and still serves, at what it cost when it was built; its certificate holds for these capacities.
    stranded: annuities of what was retired early, money over the same period; no part of the outcome's bill.
    """

    stage: Stage
    outcome: Outcome
    moves: tuple[Move, ...]
    stranded: float

    @property
    def cost(self) -> float:
        """Money over the park's period: the bill, and what is still paid for units retired early."""
        return self.outcome.bill.total + self.stranded

    @property
    def terms(self) -> dict[str, float]:
        """The cost by term, ``stranded`` last where there is any; money over the park's period."""
        extra = {"stranded": self.stranded} if self.stranded else {}
        return {**self.outcome.bill.terms, **extra}

    @property
    def yearly(self) -> float:
        """What turns an amount over the park's period into one a year."""
        return 1.0 / self.outcome.park.clock.years


@dataclass(frozen=True)
class PathwayOutcome:
    """The least-cost pathway. cost: present value at the first stage, money. certificate: of the whole: no
    pathway costs less. alternatives: other ways to settle the capacity charges, in words.
    """

    pathway: Pathway
    stages: tuple[StagePlan, ...]
    cost: float
    certificate: Certificate
    solver: SolverRecord
    alternatives: tuple[str, ...] = ()

    @property
    def park(self) -> Park:
        """The park of the first stage."""
        return self.pathway.park

    @property
    def currency(self) -> str:
        """The unit of the cost."""
        return self.stages[0].outcome.bill.currency

    @property
    def terms(self) -> Mapping[str, float]:
        """The cost by term, present value."""
        sums: dict[str, float] = {}
        for plan in self.stages:
            for term, amount in plan.terms.items():
                sums[term] = sums.get(term, 0.0) + plan.stage.weight * plan.yearly * amount
        return sums
