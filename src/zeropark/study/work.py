"""What a worker does with a job: plan, dispatch, reach the smallest or largest of a capacity, plan jointly."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from zeropark import units
from zeropark.accounts.bases import capacity_bases, with_bases
from zeropark.accounts.standard import Accounts, accounts_of
from zeropark.errors import Infeasible, InputError, NotSolved, Unbounded, UnmetRequest
from zeropark.forms import Form, Key
from zeropark.joint_planning import plan_joint
from zeropark.optimize.certificate import limit_residual, lower_bound
from zeropark.optimize.formulate import formulate
from zeropark.optimize.options import SolverOptions
from zeropark.optimize.solve import solve
from zeropark.outcome import Capacity, Outcome
from zeropark.park.model import Park
from zeropark.planning import GAP_ALLOWED, PlanOptions, plan
from zeropark.readings import load, name_of, read
from zeropark.rules.build import enforced, rules_of
from zeropark.rules.rule import Rule
from zeropark.study.dispatch import dispatch, solved
from zeropark.study.jobs import Job, Quantity, Result, Status
from zeropark.study.snapshot import Snapshot

_CEILING_SCALE = 100.0
"""What the cost ceiling is scaled to: small enough that its tolerance is not beyond double precision, large
enough that a price of 1 per MWh is not lost beside a cost of 1e9."""
_WITHIN_CEILING = 1e-6

Found = tuple[Status, list[Quantity], tuple[str, ...]]


@dataclass(frozen=True)
class Shared:
    """What all jobs of a run have in common."""

    snapshot: Snapshot
    solver: SolverOptions


def work(shared: Shared, job: Job) -> Result:
    """Do a job. What has no answer is a result with its reasons; only a defect of zeropark raises."""
    began = time.perf_counter()
    try:
        parsed = shared.snapshot.park
        with shared.snapshot.unpacked() as folder:
            if job.kind == "joint":
                years: Mapping[str, Mapping[str, str]] = job.details["years"]
                parks = {year: load(folder, {**job.overrides, **own}, parsed) for year, own in years.items()}
            else:
                parks = {"": load(folder, job.overrides, parsed)}
        status, quantities, reasons = _WORK[job.kind](parks, job, PlanOptions(shared.solver))
    except InputError as error:
        status, quantities, reasons = "invalid", [], tuple(str(fault) for fault in error.faults)
    except UnmetRequest as error:
        unmet: dict[type, Status] = {Infeasible: "infeasible", Unbounded: "unbounded"}
        status, quantities = unmet.get(type(error), "not solved"), []
        reasons = tuple(getattr(error, "reasons", (str(error),)))
    return Result(status, tuple(quantities), reasons, time.perf_counter() - began)


# --- what is read of a plan ---------------------------------------------------------------------


def quantities_of(outcome: Outcome) -> Iterator[Quantity]:
    """Every number of an outcome that a study keeps: cost and its terms, capacities, accounts, rules."""
    currency = outcome.bill.currency
    yield Quantity("cost", outcome.bill.total, currency)
    for term, amount in outcome.bill.terms.items():
        yield Quantity(f"cost_{term}", amount, currency)
    yield from _sizes(outcome.capacities)
    for name, reading in outcome.accounts.items():
        yield Quantity(f"account:{name}", reading.value, reading.account.unit)
    for verdict in outcome.rules:
        name, unit = name_of(verdict.rule), verdict.rule.unit
        if verdict.value is not None:
            yield Quantity(f"rule:{name}", verdict.value, unit)
        if verdict.met is not None:
            yield Quantity(f"met:{name}", float(verdict.met), "1")
        if verdict.shadow_price is not None:
            yield Quantity(f"price:{name}", verdict.shadow_price, f"{currency}/({unit})")


def _sizes(capacities: Iterable[Capacity]) -> Iterator[Quantity]:
    for size in capacities:
        yield Quantity(f"{size.part}:{size.asset}", size.total, size.unit)
        yield Quantity(f"added_{size.part}:{size.asset}", size.added, size.unit)


# --- the four kinds -----------------------------------------------------------------------------


def _plan(parks: Mapping[str, Park], job: Job, options: PlanOptions) -> Found:
    """details: empty, or ``rule`` (pack/rule) and ``limit`` (in the rule's unit) that it is to keep."""
    park = parks[""]
    if "rule" not in job.details:
        return "optimal", list(quantities_of(plan(park, options))), ()
    name, limit = str(job.details["rule"]), float(job.details["limit"])

    def change(rules: tuple[Rule, ...], accounts: Accounts) -> tuple[Rule, ...]:
        return tuple(with_limit(rule, limit, accounts) if name_of(rule) == name else rule for rule in rules)

    ways = [solved(with_bases(park, bases), change, options) for bases in capacity_bases(park)]
    best = min(ways, key=lambda outcome: outcome.bill.total)
    return "optimal", list(quantities_of(best)), ()


def with_limit(rule: Rule, limit: float, accounts: Accounts) -> Rule:
    """The same rule, enforced, with another limit (in the rule's unit)."""
    left, right = accounts.lookup[rule.left], accounts.lookup[rule.right] if rule.right else None
    natural = f"({left.unit})/({right.unit})" if right is not None else left.unit
    scaled = limit * units.factor(rule.unit, natural)
    over = left.form - (right.form * scaled if right is not None else Form(constant=scaled))
    form = over if rule.sense == "at most" else over * -1.0
    return replace(rule, mode="enforce", limit=limit, form=form)


def _dispatch(parks: Mapping[str, Park], job: Job, options: PlanOptions) -> Found:
    """details: ``capacities`` of the plan, rows of asset, part, existing, added, unit."""
    planned = [Capacity(*row) for row in job.details["capacities"]]
    found = dispatch(parks[""], planned, options)
    if found.outcome is None:
        units_at = parks[""].unit_at
        missing = [
            Quantity(f"missing:{node}", amount, units_at(node)) for node, amount in found.missing.items()
        ]
        return "infeasible", missing, found.reasons
    status: Status = "rules missed" if found.missed else "optimal"
    return status, [*quantities_of(found.outcome), *_missed(found.outcome, found.missed)], found.reasons


def _missed(outcome: Outcome, missed: Mapping[str, float]) -> Iterator[Quantity]:
    """By how much rules are missed, in the unit of their left account."""
    rules = {name_of(verdict.rule): verdict.rule for verdict in outcome.rules}
    for name, amount in missed.items():
        left = outcome.accounts.get(rules[name].left)
        yield Quantity(f"missed:{name}", amount, left.account.unit if left else outcome.bill.currency)


def _reach(parks: Mapping[str, Park], job: Job, options: PlanOptions) -> Found:
    """details: ``asset`` and ``part`` of the capacity, ``sense`` (smallest, largest), ``ceiling`` of cost."""
    key = (str(job.details["asset"]), str(job.details["part"]))
    sense, ceiling = str(job.details["sense"]), float(job.details["ceiling"])
    sign = 1.0 if sense == "smallest" else -1.0
    found: list[Outcome] = []
    reasons: tuple[str, ...] = ()
    for bases in capacity_bases(parks[""]):
        try:
            found.append(reached(with_bases(parks[""], bases), key, sign, ceiling, options))
        except Infeasible as error:  # within this cost there is nothing on this basis of the capacity charge
            reasons = error.reasons
    if not found:
        raise Infeasible(reasons)
    best = min(found, key=lambda outcome: sign * _size(outcome, key))
    return "optimal", list(quantities_of(best)), ()


def reached(park: Park, key: Key, sign: float, ceiling: float, options: PlanOptions) -> Outcome:
    """The plan with the smallest (sign 1) or largest (sign −1) of one capacity that costs at most ``ceiling``.

    Raises Infeasible, Unbounded or NotSolved; an answer whose bound is not near is not shown.
    """
    accounts = accounts_of(park)
    rules = rules_of(park, accounts)
    scale = _CEILING_SCALE / max(abs(ceiling), 1.0)
    limits = {name_of(rule): rule.form for rule in enforced(rules)}
    limits["cost/ceiling"] = (accounts.cost - Form(constant=ceiling)) * scale
    problem = formulate(park, Form({key: sign}), limits)
    unit_of = {name_of(rule): accounts.lookup[rule.left].unit for rule in rules}
    unit_of["cost/ceiling"] = f"{accounts.currency}, times {scale:.3g}"
    answer = solve(park, problem, options.solver, units=unit_of)
    outcome = read(park, accounts, rules, answer.quantities, "optimal")
    gap = 0.0
    if answer.row_duals is not None:
        bound = lower_bound(problem, answer.row_duals, answer.x).value
        gap = (answer.objective - bound) / max(1.0, abs(answer.objective))
    residual = limit_residual(problem, answer.x)
    beyond = (outcome.bill.total - ceiling) / max(1.0, abs(ceiling))
    if gap > GAP_ALLOWED or residual > _WITHIN_CEILING or beyond > _WITHIN_CEILING:
        detail = f"gap {gap:.1e}, limits {residual:.1e}, cost above its ceiling {beyond:.1e}"
        raise NotSolved("the solver's answer does not pass its certificate", detail)
    return outcome


def _size(outcome: Outcome, key: Key) -> float:
    return next((c.total for c in outcome.capacities if (c.asset, c.part) == key), math.nan)


def _joint(parks: Mapping[str, Park], job: Job, options: PlanOptions) -> Found:
    """details: ``years``, year → overrides; ``weights``, year → probability, or empty."""
    found = plan_joint(parks, job.details["weights"] or None, options)
    quantities = [Quantity("cost", found.cost, found.currency)]
    quantities += list(_sizes(found.capacities))
    for year, outcome in found.outcomes.items():
        quantities.append(Quantity(f"cost_in:{year}", outcome.bill.total, outcome.bill.currency))
    return "optimal", quantities, ()


_WORK: Mapping[str, Callable[[Mapping[str, Park], Job, PlanOptions], Found]] = {
    "plan": _plan,
    "dispatch": _dispatch,
    "reach": _reach,
    "joint": _joint,
}
