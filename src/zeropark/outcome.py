"""What a plan says: flows, capacities, accounts, cost, verdicts, prices, certificate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from zeropark.accounts.bill import Bill
from zeropark.flows import Flows
from zeropark.forms import Account, Array
from zeropark.optimize.answer import Certificate, SolverRecord
from zeropark.park.model import Park
from zeropark.rules.judge import Verdict


@dataclass(frozen=True)
class Capacity:
    """Size of an asset: what was there, what the plan adds. part: capacity, or power of a storage."""

    asset: str
    part: str
    existing: float
    added: float
    unit: str

    @property
    def total(self) -> float:
        """Existing and added."""
        return self.existing + self.added


@dataclass(frozen=True)
class Reading:
    """An account with its value over the period."""

    account: Account
    value: float


@dataclass(frozen=True)
class Outcome:
    """Flows of a park and everything read from them; a plan adds prices, certificate and solver.

    status: ``optimal`` for a plan, ``read`` for accounts over given flows. accounts: by name.
    prices: node → (steps,) money per carrier unit; empty where there are none.
    alternatives: other ways that were weighed, in words (e.g. the other basis of the capacity charge).
    """

    park: Park
    status: str
    flows: Flows
    capacities: tuple[Capacity, ...]
    accounts: Mapping[str, Reading]
    bill: Bill
    rules: tuple[Verdict, ...]
    prices: Mapping[str, Array] = field(default_factory=dict)
    certificate: Certificate | None = None
    solver: SolverRecord | None = None
    alternatives: tuple[str, ...] = ()
