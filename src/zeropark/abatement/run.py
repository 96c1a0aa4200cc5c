"""The marginal abatement cost curve, both ways: each measure alone, and in the best order by planning again.

Alone: the least-cost plan with the one measure, beside the baseline plan. In order: of the measures that are left,
the one whose tonne costs least given those before; then again, until none saves more. What two measures both save is
counted twice by the first curve and once by the second.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from zeropark.abatement.result import LEAST_SHARE, Abatement, Planned, Step
from zeropark.abatement.work import Names, Shared, once, work
from zeropark.accounts.bases import capacity_bases, with_bases
from zeropark.accounts.standard import accounts_of
from zeropark.errors import Fault, Infeasible, InputError, NotSolved, Unbounded, fail_if, nearest
from zeropark.forms import Account
from zeropark.optimize.options import Progress, SolverOptions, silent
from zeropark.park.efficiency_spec import Measure
from zeropark.park.measures import conflicts, measure_faults, measures_of, undeclared
from zeropark.park.model import Park
from zeropark.park.read import PARK_FILE, apply_overrides
from zeropark.park.yaml import Document, read_yaml
from zeropark.readings import load
from zeropark.scheduling.choose import scheduler_at
from zeropark.scheduling.tasks import Lost, Scheduler
from zeropark.texts import both


@dataclass(frozen=True)
class AbateOptions:
    """account: the emissions that are to fall. only: names of measures; empty: all. workers: processes of this
    machine (None: one for each core; 0: none but this one). overrides: of the park, as ``--set``.
    """

    account: str = "co2_910"
    only: Sequence[str] = ()
    solver: SolverOptions = field(default_factory=lambda: SolverOptions(threads=1))
    workers: int | None = None
    overrides: Mapping[str, str] = field(default_factory=dict)


def abate(path: Path, options: AbateOptions | None = None, progress: Progress = silent) -> Abatement:
    """Both curves of a park's measures.

    A measure without a plan is told, not fatal. Raises InputError with every fault of park and measures, and
    Infeasible, Unbounded or NotSolved where the park without measures has no plan.
    """
    options = options or AbateOptions()
    progress("read the park", 0.0)
    park = load(path, options.overrides)
    file = path if path.suffix in (".yaml", ".yml") else path / PARK_FILE
    document = read_yaml(file, file.name)
    apply_overrides(document, options.overrides)  # its faults were told by load
    names = _chosen(park, document, options)
    accounts = accounts_of(with_bases(park, capacity_bases(park)[0])).all
    _require_emissions(options.account, accounts, park)
    measures = {name: measure for name, measure in measures_of(park.spec).items() if name in names}
    shared = Shared(file, document, measures, options.solver)
    with scheduler_at(None, options.workers) as scheduler:
        plans = _Plans(scheduler, shared, progress)
        return _both_ways(park, accounts, measures, options.account, plans)


def _chosen(park: Park, document: Document, options: AbateOptions) -> Names:
    fail_if(undeclared(options.only, park.spec))
    if not park.spec.measures:
        expected = "a section measures with at least one"
        raise InputError([Fault(document.file, None, "measures", "nothing", expected)])
    fail_if(measure_faults(document))
    names = tuple(name for name in park.spec.measures if not options.only or name in options.only)
    fail_if(conflicts(document, names))
    return names


def _require_emissions(name: str, accounts: Mapping[str, Account], park: Park) -> None:
    """What is to fall is an account of what the park does in a year, in tonnes of CO2 or of coal equivalent."""
    told = ("tCO2", "tCO2e", "tce")
    fitting = [key for key, each in accounts.items() if each.unit in told and not once(each, park)]
    if name not in fitting:
        expected = "an account in tCO2 or tce: " + ", ".join(fitting)
        raise InputError([Fault("--account", None, "account", f"'{name}'", expected, nearest(name, fitting))])


class _Plans:
    """Plans by the set of their measures: each is made once, several side by side."""

    def __init__(self, scheduler: Scheduler, shared: Shared, progress: Progress) -> None:
        self.scheduler, self.shared, self.progress = scheduler, shared, progress
        self.began = time.perf_counter()
        self.known: dict[frozenset[str], Planned] = {}

    def get(self, wanted: Iterable[Names], stage: str) -> list[Planned]:
        """The plans with these measures, in the order asked."""
        asked = list(wanted)
        missing = {"+".join(names) or "-": names for names in asked if frozenset(names) not in self.known}
        done = 0

        def tick() -> None:
            told = f"{stage}: {done} of {len(missing)} plans by {self.scheduler.words()}"
            self.progress(told, time.perf_counter() - self.began)

        for key, answer in self.scheduler.run(work, self.shared, missing, tick) if missing else ():
            reasons = ("its worker died: too little memory?",)
            planned = Planned("not solved", reasons=reasons) if isinstance(answer, Lost) else answer
            self.known[frozenset(missing[key])] = planned
            done += 1
        return [self.known[frozenset(names)] for names in asked]


def _both_ways(
    park: Park,
    accounts: Mapping[str, Account],
    measures: Mapping[str, Measure],
    account: str,
    plans: _Plans,
) -> Abatement:
    names = tuple(measures)
    baseline, *single = plans.get([(), *((name,) for name in names)], "each alone")
    _require_plan(baseline)
    alone = tuple(_step(name, (), planned, baseline) for name, planned in zip(names, single, strict=True))
    ordered, left = best_order(names, baseline, account, lambda sets: plans.get(sets, "in the best order"))
    kinds = ("tCO2", "tCO2e", "tce")
    return Abatement(
        park=park.spec.name,
        park_zh=park.spec.name_zh,
        currency=park.spec.money.currency,
        years=park.clock.years,
        account=account,
        account_titles={
            name: (a.title or name, a.title_zh or a.title or name) for name, a in accounts.items()
        },
        tenants={
            name: (t.name or name, t.name_zh or t.name or name) for name, t in park.spec.tenants.items()
        },
        units={name: each.unit for name, each in accounts.items() if each.unit in kinds},
        titles={name: (m.name or name, m.name_zh or m.name or name) for name, m in measures.items()},
        measures=measures,
        baseline=baseline,
        alone=alone,
        ordered=ordered,
        left=left,
        together=ordered[-1].planned if ordered else baseline,
        plans=len(plans.known),
        seconds=time.perf_counter() - plans.began,
    )


def best_order(
    names: Names,
    baseline: Planned,
    account: str,
    planned: Callable[[list[Names]], list[Planned]],
) -> tuple[tuple[Step, ...], dict[str, str]]:
    """Measures in the order in which a tonne costs least given those before; and why others are left out.

    planned: sets of measures → their plans.
    """
    ordered: list[Step] = []
    left: dict[str, str] = {}
    before: Names = ()
    now = baseline
    rest = list(names)
    while rest:
        answers = planned([(*before, name) for name in rest])
        steps = [_step(name, before, answer, now) for name, answer in zip(rest, answers, strict=True)]
        left = {step.measure: why_left(step, account) for step in steps}
        saving = [step for step in steps if step.saves(account)]
        if not saving:
            break
        best = min(saving, key=lambda step: step.cost / step.saved[account])
        ordered.append(best)
        before, now = (*before, best.measure), best.planned
        rest.remove(best.measure)
        left.pop(best.measure)
    return tuple(ordered), left


def why_left(step: Step, account: str) -> str:
    """Why a measure is not in the order."""
    if step.planned.status != "optimal":
        reason = step.planned.reasons[0] if step.planned.reasons else step.planned.status
        return both(
            f"no plan with it ({step.planned.status}): {reason}",
            f"无可行方案（{step.planned.status}）：{reason}",
        )
    return both(
        "saves nothing more given those before it, or the least-cost plan does not build it (state its capacity's min"
        " to force it)",
        "在先前措施之后不再减排，或最小费用方案未选择建设（可设容量下限 min 强制建设）",
    )


def _step(name: str, before: Names, planned: Planned, beside: Planned) -> Step:
    if planned.status != "optimal":
        return Step(name, before, planned, 0.0, {})
    saved = {
        key: beside.accounts[key] - value for key, value in planned.accounts.items() if key in beside.accounts
    }
    least = {key: LEAST_SHARE * max(abs(beside.accounts[key]), 1.0) for key in saved}
    return Step(name, before, planned, planned.cost - beside.cost, saved, least)


def _require_plan(baseline: Planned) -> None:
    """Without a plan of the park itself there is nothing to compare with."""
    if baseline.status == "invalid":
        raise InputError([Fault(PARK_FILE, None, "park", reason, "a park") for reason in baseline.reasons])
    if baseline.status == "infeasible":
        raise Infeasible(baseline.reasons)
    if baseline.status == "unbounded":
        raise Unbounded(baseline.reasons)
    if baseline.status != "optimal":
        raise NotSolved("not solved", "; ".join(baseline.reasons))
