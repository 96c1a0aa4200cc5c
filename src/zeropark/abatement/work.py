"""What a worker does: the park with some measures in it, planned; plain data, so that it can be sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from zeropark.abatement.result import Bound, Planned, Status
from zeropark.accounts.money import annuity
from zeropark.errors import Infeasible, InputError, Unbounded, UnmetRequest
from zeropark.forms import Account
from zeropark.optimize.options import SolverOptions
from zeropark.outcome import Outcome
from zeropark.park.efficiency_spec import Measure
from zeropark.park.measures import with_measures
from zeropark.park.model import Park
from zeropark.park.yaml import Document
from zeropark.planning import PlanOptions, plan
from zeropark.readings import load
from zeropark.rules.build import OWN
from zeropark.rules.rule import Verdict

Names = tuple[str, ...]
_ROOM = 1e-5
"""A margin below this share of the limit is none: plans keep limits to the solver's tolerance."""


@dataclass(frozen=True)
class Shared:
    """What all plans have in common. document: the park file with the command's overrides in it."""

    file: Path
    document: Document
    measures: Mapping[str, Measure]
    solver: SolverOptions


def work(shared: Shared, names: Names) -> Planned:
    """The park planned with these measures. What has no plan is a result with its reasons."""
    document, faults = with_measures(shared.document, names)
    if faults:
        return Planned("invalid", reasons=tuple(str(fault) for fault in faults))
    try:
        outcome = plan(load(shared.file, None, document), PlanOptions(shared.solver))
    except InputError as error:
        return Planned("invalid", reasons=tuple(str(fault) for fault in error.faults))
    except UnmetRequest as error:
        status: Status = (
            "infeasible"
            if isinstance(error, Infeasible)
            else "unbounded"
            if isinstance(error, Unbounded)
            else "not solved"
        )
        return Planned(status, reasons=tuple(getattr(error, "reasons", (str(error),))))
    return read(outcome, [shared.measures[name] for name in names])


def read(outcome: Outcome, measures: list[Measure]) -> Planned:
    """What counts of a plan, per year; with what the measures cost beside their assets."""
    park = outcome.park
    years = park.clock.years
    rate = park.spec.money.discount_rate
    beside = sum(measure.fixed_cost + _yearly(measure, rate) for measure in measures)
    sizings = dict(park.sizings())
    added = {(c.asset, c.part, c.unit): c.added for c in outcome.capacities}
    invested = sum(sizings[asset, part].investment * more for (asset, part, _), more in added.items())
    return Planned(
        "optimal",
        outcome.bill.total / years + beside,
        {
            name: reading.value if once(reading.account, park) else reading.value / years
            for name, reading in outcome.accounts.items()
        },
        {key: more for key, more in added.items() if more > 1e-6},
        invested + sum(measure.investment for measure in measures),
        bounds=tuple(_bound(verdict) for verdict in outcome.rules if _stands_at(verdict)),
        titles={name: (a.name or name, a.name_zh or a.name or name) for name, a in park.assets.items()},
    )


def once(account: Account, park: Park) -> bool:
    """Whether it counts what is built, once, and not what flows in a period; life-cycle amounts where nothing is."""
    sized = {key for key, _ in park.sizings()}
    return sized.issuperset(account.form.terms) and bool(account.form.terms or account.unit == "tCO2e")


def _stands_at(verdict: Verdict) -> bool:
    """Whether the plan has to keep it and has no room left."""
    if verdict.rule.mode != "enforce" or verdict.margin is None:
        return False
    return verdict.margin <= _ROOM * max(abs(verdict.rule.limit), _ROOM)


def _bound(verdict: Verdict) -> Bound:
    rule = verdict.rule
    place = f"limits.{rule.rule}.mode" if rule.pack == OWN else f"rules.{rule.pack}.rules.{rule.rule}"
    accounts = tuple(name for name in (rule.left, rule.right) if name)
    return Bound((rule.title, rule.title_zh or rule.title), place, accounts)


def _yearly(measure: Measure, rate: float) -> float:
    return measure.investment * annuity(rate, measure.lifetime) if measure.lifetime else 0.0
