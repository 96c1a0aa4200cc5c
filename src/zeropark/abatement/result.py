"""What measures save and cost: plans with some of them, each alone, and each after those that come before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from zeropark.park.efficiency_spec import Measure

Status = Literal["optimal", "infeasible", "unbounded", "not solved", "invalid"]
LEAST_SHARE = 1e-6
"""A saving below this share of the baseline's emissions is the solver's rounding."""


@dataclass(frozen=True)
class Bound:
    """A rule or limit that the plan must keep and that it stands at. accounts: those that it bounds.

    field: its place in the park file, where it can be set to ``measure``.
    """

    title: tuple[str, str]
    field: str
    accounts: tuple[str, ...]


@dataclass(frozen=True)
class Planned:
    """A plan with some measures, per year. cost: with what the measures cost beside their assets.

    accounts: name → value. built: (asset, part, unit) → what is added. reasons: why there is no plan. bounds: at
    which it stands. titles: of its assets, in both languages.
    """

    status: Status
    cost: float = 0.0
    accounts: Mapping[str, float] = field(default_factory=dict)
    built: Mapping[tuple[str, str, str], float] = field(default_factory=dict)
    investment: float = 0.0
    reasons: tuple[str, ...] = ()
    bounds: tuple[Bound, ...] = ()
    titles: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """One measure beside a plan without it. before: measures that are there already; empty: alone.

    cost: dearer a year (negative: it saves money). saved: emissions less a year, by account; energy_tce likewise.
    least: a saving up to this is rounding, in the unit of its account.
    """

    measure: str
    before: tuple[str, ...]
    planned: Planned
    cost: float
    saved: Mapping[str, float]
    least: Mapping[str, float] = field(default_factory=dict)

    def saves(self, account: str) -> bool:
        """Whether it saves more than rounding."""
        return self.saved.get(account, 0.0) > self.least.get(account, 0.0)

    def per_tonne(self, account: str) -> float | None:
        """Money for each tonne less; None where it saves none."""
        return self.cost / self.saved[account] if self.saves(account) else None


@dataclass(frozen=True)
class Abatement:
    """Both curves. account: the emissions that the order goes by. alone: every measure beside the baseline.

    ordered: in the best order, each after those before it. left: measures that save nothing more, or make the plan
    impossible, with the reason in words. together: the plan with all of ``ordered``. account_titles: of every account
    in both languages. tenants: name → its titles.
    """

    park: str
    park_zh: str
    currency: str
    years: float
    account: str
    account_titles: Mapping[str, tuple[str, str]]
    tenants: Mapping[str, tuple[str, str]]
    units: Mapping[str, str]
    titles: Mapping[str, tuple[str, str]]
    measures: Mapping[str, Measure]
    baseline: Planned
    alone: tuple[Step, ...]
    ordered: tuple[Step, ...]
    left: Mapping[str, str]
    together: Planned
    plans: int
    seconds: float

    @property
    def bounds(self) -> tuple[Bound, ...]:
        """Bounds on emissions that the plans stand at: there the plan emits again what a measure saves."""
        found = {bound.field: bound for each in (self.baseline, self.together) for bound in each.bounds}
        return tuple(
            bound
            for bound in found.values()
            if any(self.units.get(name, "").startswith("tCO2") for name in bound.accounts)
        )

    @property
    def saved_alone(self) -> float:
        """What the measures of the best order save, each counted as if it were alone."""
        alone = {step.measure: step.saved.get(self.account, 0.0) for step in self.alone}
        return sum(alone[step.measure] for step in self.ordered)

    @property
    def saved_together(self) -> float:
        """What they save together."""
        return self.baseline.accounts[self.account] - self.together.accounts[self.account]

    @property
    def counted_twice(self) -> float:
        """What the first curve promises and nobody will see; negative: together they save more."""
        return self.saved_alone - self.saved_together

    def in_order_of_cost(self) -> list[Step]:
        """The first curve: measures that save emissions alone, cheapest tonne first."""
        told = [(step.per_tonne(self.account), step) for step in self.alone]
        return [
            step for _, step in sorted(((c, s) for c, s in told if c is not None), key=lambda pair: pair[0])
        ]
