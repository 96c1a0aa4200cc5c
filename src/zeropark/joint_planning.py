"""One design for several years: parks that differ (weather, prices, limits) planned with common capacities.

Each park is a scenario with a probability. The plan chooses the capacities once and the dispatch for each
scenario, so that the expected cost is least; rules are kept in every scenario.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from zeropark.accounts.bases import CHOICES, capacity_bases, with_bases
from zeropark.accounts.standard import Accounts, accounts_of
from zeropark.errors import Fault, Infeasible, NotSolved, Unbounded, UnmetRequest, fail_if
from zeropark.forms import Array, Key
from zeropark.optimize.answer import Answer, Certificate, SolverRecord
from zeropark.optimize.certificate import limit_residual, lower_bound
from zeropark.optimize.conditioning import scale_notes
from zeropark.optimize.explain import why_not
from zeropark.optimize.joint import Joint, held, joined, joint, split
from zeropark.optimize.options import Progress, silent
from zeropark.optimize.problem import Problem
from zeropark.optimize.run import run_solver
from zeropark.optimize.solution import Solution
from zeropark.optimize.solve import answered, record_of, with_states_fixed
from zeropark.outcome import Capacity, Outcome
from zeropark.park.model import Park
from zeropark.planning import GAP_ALLOWED, PlanOptions, built, certify, dearer, money_scale, require_sound
from zeropark.readings import name_of, read
from zeropark.rules.build import enforced, rules_of
from zeropark.rules.rule import Rule
from zeropark.texts import both

YEARS_APART = 0.005
"""Periods of scenarios may differ by this share: February of a leap year is a longer part of its year."""
_SUM_OF_ONE = 1e-6
STATES_HELD = both("on/off states as in this plan", "启停状态与本方案一致")


@dataclass(frozen=True)
class JointOutcome:
    """Plans of several scenarios with common capacities.

    outcomes: by scenario; its certificate says that no other dispatch of these capacities costs less there,
    its prices are money per unit in that scenario. cost: Σ weight · cost, money over the period.
    certificate: of the joint problem: no common capacities have a smaller expected cost.
    alternatives: other ways to settle the capacity charges, in words.
    """

    outcomes: Mapping[str, Outcome]
    weights: Mapping[str, float]
    cost: float
    certificate: Certificate
    solver: SolverRecord
    alternatives: tuple[str, ...] = ()

    @property
    def capacities(self) -> tuple[Capacity, ...]:
        """The common capacities."""
        return next(iter(self.outcomes.values())).capacities

    @property
    def currency(self) -> str:
        """The unit of the cost."""
        return next(iter(self.outcomes.values())).bill.currency


@dataclass(frozen=True)
class Formulated:
    """A park with its accounts, rules and least-cost problem."""

    park: Park
    accounts: Accounts
    rules: tuple[Rule, ...]
    problem: Problem


def plan_joint(
    parks: Mapping[str, Park],
    weights: Mapping[str, float] | None = None,
    options: PlanOptions | None = None,
    progress: Progress = silent,
) -> JointOutcome:
    """The common capacities with the least expected cost, and the dispatch of every scenario.

    weights: probability of each scenario, summing to 1; absent: all alike. Where a tariff leaves the basis
    of the capacity charge open, the cheaper one, the same in all scenarios. What a whole rule costs
    (``options.rule_costs``) is not asked here. Raises InputError when the parks cannot share capacities;
    Infeasible, Unbounded or NotSolved with the reason.
    """
    options = options or PlanOptions()
    fail_if(faults_of_parks(parks))
    given = dict.fromkeys(parks, 1.0 / len(parks)) if weights is None else dict(weights)
    fail_if(faults_of_weights(parks, given))
    ways = [(bases, _planned(settled, given, options, progress)) for bases, settled in settlements(parks)]
    bases, best = min(ways, key=lambda way: way[1].cost)
    others = dearer([(other, plan.cost) for other, plan in ways], bases, best.currency)
    return replace(best, alternatives=others)


def settlements(parks: Mapping[str, Park]) -> list[tuple[dict[str, str], dict[str, Park]]]:
    """Every way to settle the capacity charges that tariffs leave open, the same way in all parks."""
    open_in = {name: capacity_bases(park)[0] for name, park in parks.items()}
    markets = list(dict.fromkeys(market for those in open_in.values() for market in those))
    ways = [dict(zip(markets, way, strict=True)) for way in product(CHOICES, repeat=len(markets))]
    return [
        (
            bases,
            {
                name: with_bases(park, {market: bases[market] for market in open_in[name]})
                for name, park in parks.items()
            },
        )
        for bases in ways
    ]


def faults_of_parks(parks: Mapping[str, Park]) -> list[Fault]:
    """Why these parks cannot have common capacities: other assets, other money, periods of other length."""
    if not parks:
        return [Fault("scenarios", None, "scenarios", "none", "at least one park")]
    (first, model), *others = parks.items()
    faults = []
    units = {key: model.size_unit(key) for key, _ in model.sizings()}
    for name, park in others:
        theirs = {key: park.size_unit(key) for key, _ in park.sizings()}
        for key in dict.fromkeys([*units, *theirs]):
            if units.get(key) != theirs.get(key):
                found, expected = theirs.get(key) or "no such capacity", units.get(key) or "no such capacity"
                faults.append(
                    Fault(name, None, f"assets.{'.'.join(key)}", found, f"{expected}, as in '{first}'")
                )
        if park.spec.money.currency != model.spec.money.currency:
            faults.append(
                Fault(name, None, "money.currency", park.spec.money.currency, model.spec.money.currency)
            )
        if abs(park.clock.years - model.clock.years) > YEARS_APART * model.clock.years:
            faults.append(
                Fault(
                    name,
                    None,
                    "time",
                    f"{park.clock.hours:,.0f} h",
                    f"a period as long as the one of '{first}' ({model.clock.hours:,.0f} h)",
                )
            )
    return faults + ([] if faults else _faults_of_ranges(parks))


def _faults_of_ranges(parks: Mapping[str, Park]) -> list[Fault]:
    """Capacities for which one park asks more than another allows."""
    lowest: dict[Key, tuple[float, str]] = {}
    highest: dict[Key, tuple[float, str]] = {}
    for name, park in parks.items():
        for key, sizing in park.sizings():
            most = float(sizing.max or 0.0) if sizing.expandable else sizing.least
            lowest[key] = max(lowest.get(key, (sizing.least, name)), (sizing.least, name), key=_amount)
            highest[key] = min(highest.get(key, (most, name)), (most, name), key=_amount)
    return [
        Fault(
            lowest[key][1],
            None,
            f"assets.{'.'.join(key)}",
            f"at least {lowest[key][0]:g}",
            f"at most {highest[key][0]:g}, which is all that '{highest[key][1]}' allows",
        )
        for key in lowest
        if lowest[key][0] > highest[key][0]
    ]


def _amount(entry: tuple[float, str]) -> float:
    return entry[0]


def faults_of_weights(parks: Mapping[str, Park], weights: Mapping[str, float]) -> list[Fault]:
    """What is wrong with probabilities: one missing, one for no park, none above zero, a sum that is not 1."""
    faults = [
        Fault("weights", None, name, "nothing", "a probability above 0")
        for name in parks
        if name not in weights
    ]
    faults += [
        Fault("weights", None, name, "a weight without a park", f"one of {', '.join(parks)}")
        for name in weights
        if name not in parks
    ]
    faults += [
        Fault("weights", None, name, f"{weight:g}", "a probability above 0")
        for name, weight in weights.items()
        if not weight > 0
    ]
    if not faults and not abs(sum(weights.values()) - 1.0) <= _SUM_OF_ONE:
        faults.append(Fault("weights", None, "sum", f"{sum(weights.values()):g}", "1"))
    return faults


def _planned(
    parks: Mapping[str, Park], weights: Mapping[str, float], options: PlanOptions, progress: Progress
) -> JointOutcome:
    """The joint plan of parks whose tariffs leave nothing open."""
    began = time.perf_counter()
    scenarios = {name: _formulated(park, progress) for name, park in parks.items()}
    shared = [key for key, _ in next(iter(parks.values())).sizings()]
    whole = joint({name: s.problem for name, s in scenarios.items()}, weights, shared)
    build_seconds = time.perf_counter() - began
    run = run_solver(whole.problem, options.solver, progress)
    if run.status != "optimal":
        raise why_not_jointly(scenarios, run.status, options, progress)
    priced = (
        run if run.row_duals is not None else with_states_fixed(whole.problem, run, options.solver, progress)
    )
    answers = answers_of(whole, scenarios, run, priced, build_seconds)
    x = joined(whole, {name: answer.x for name, answer in answers.items()}, priced.x)
    outcomes = {
        name: outcome_of(name, scenarios[name], answer, shared, options) for name, answer in answers.items()
    }
    cost = sum(weights[name] * outcome.bill.total for name, outcome in outcomes.items())
    certificate = certify_jointly(whole.problem, run, x, cost, outcomes, options)
    return JointOutcome(outcomes, weights, cost, certificate, next(iter(answers.values())).record)


def _formulated(park: Park, progress: Progress) -> Formulated:
    accounts = accounts_of(park)
    rules = rules_of(park, accounts)
    problem = built(park, accounts, enforced(rules), progress)[0]
    noted = replace(park, notes=park.notes + scale_notes(park, problem))
    return Formulated(noted, accounts, rules, problem)


def answers_of(
    whole: Joint, scenarios: Mapping[str, Formulated], run: Solution, priced: Solution, build_seconds: float
) -> dict[str, Answer]:
    """Each scenario's answer, cut out of the joint one; ``priced``: with multipliers, states held if any."""
    answers = {}
    record = record_of(whole.problem, run, build_seconds)
    for name, share in split(whole, priced.x, priced.row_duals).items():
        own = replace(priced, x=share.x, row_duals=share.row_duals)
        answer = answered(scenarios[name].park, scenarios[name].problem, own, own)
        answers[name] = replace(answer, record=record)
    return answers


def outcome_of(
    name: str,
    scenario: Formulated,
    answer: Answer,
    keys: Sequence[Key],
    options: PlanOptions,
    paid: float = 0.0,
) -> Outcome:
    """One scenario read, and proven with its capacities (``keys``) and states held as the answer has them.

    paid: money of the bill for these capacities that the scenario's problem does not weigh. Raises
    NotSolved when the proof fails.
    """
    problem = held(scenario.problem, keys, answer.x)
    problem = replace(problem, offset=problem.offset + paid)
    answer = replace(answer, objective=answer.objective + paid)
    outcome = read(
        scenario.park, scenario.accounts, scenario.rules, answer.quantities, "optimal", answer.rule_duals
    )
    certificate = certify(problem, answer, outcome, options.solver)
    if scenario.problem.whole.any():
        certificate = replace(certificate, assumed=STATES_HELD)
    try:
        require_sound(certificate, outcome)
    except NotSolved as error:
        raise NotSolved(f"'{name}': {error.status}", str(error)) from error
    return replace(outcome, prices=answer.prices or {}, certificate=certificate, solver=answer.record)


def certify_jointly(
    problem: Problem,
    run: Solution,
    x: Array,
    cost: float,
    outcomes: Mapping[str, Outcome],
    options: PlanOptions,
) -> Certificate:
    """Proof of the joint plan: bound and limits of the joint problem, the worst residuals of the scenarios.

    x: the answer as it is reported; cost: its bills, weighted. Raises NotSolved when it does not hold.
    """
    if run.row_duals is not None:
        bound = lower_bound(problem, run.row_duals, x)
        value, assumed, allowed = bound.value, bound.assumed, GAP_ALLOWED
    else:
        value = float("nan") if run.bound is None else run.bound
        assumed = both(
            "the mixed-integer solver's own bound, not recomputed", "混合整数求解器自报的下界，未复算"
        )
        allowed = max(GAP_ALLOWED, 1.1 * options.solver.mip_gap)
    objective = float(problem.cost @ x) + problem.offset
    proofs = [outcome.certificate for outcome in outcomes.values() if outcome.certificate is not None]
    scale = max(money_scale(objective, outcome.bill) for outcome in outcomes.values())
    certificate = Certificate(
        relative_gap=abs(cost - value) / scale,
        balance_residual=max(proof.balance_residual for proof in proofs),
        cost_difference=abs(cost - objective) / scale,
        objective=objective,
        lower_bound=value,
        limit_residual=limit_residual(problem, x),
        physics_residual=max(proof.physics_residual for proof in proofs),
        assumed=assumed,
        gap_allowed=allowed,
    )
    if not certificate.sound:
        raise NotSolved(
            "the solver's answer does not pass its joint certificate",
            f"gap {certificate.relative_gap:.1e}, balances {certificate.balance_residual:.1e}, "
            f"limits {certificate.limit_residual:.1e}, physics {certificate.physics_residual:.1e}, "
            f"bill {certificate.cost_difference:.1e}",
        )
    return certificate


def why_not_jointly(
    scenarios: Mapping[str, Formulated], status: str, options: PlanOptions, progress: Progress
) -> UnmetRequest:
    """Why there is no joint plan: the scenarios that have none of their own, each explained; else that only
    common capacities are missing.
    """
    found = why_not_alone(scenarios, status, options, progress)
    if found is None and "infeasible" in status:
        return Infeasible(["each scenario has a plan of its own, but no common capacities serve them all"])
    return found or NotSolved(status)


def why_not_alone(
    scenarios: Mapping[str, Formulated], status: str, options: PlanOptions, progress: Progress
) -> UnmetRequest | None:
    """Why scenarios have no plan of their own, whatever it costs; None when each of them has one.

    status: how the joint problem ended. An endless one is endless in some scenario.
    """
    if status in ("cancelled", "time limit reached"):
        return NotSolved(status, "give it more time, or a shorter period" if status != "cancelled" else "")
    reasons: list[str] = []
    for name, s in scenarios.items():
        free = replace(s.problem, cost=np.zeros_like(s.problem.cost))
        run = run_solver(free, options.solver, progress)
        if run.status != "optimal":
            error = _explained(s, run.status, options, progress)
            if not isinstance(error, Infeasible):
                return NotSolved(f"'{name}': {run.status}", str(error))
            reasons += [f"{name}: {reason}" for reason in error.reasons]
    if reasons:
        return Infeasible(reasons)
    for name, s in scenarios.items() if "unbounded" in status else ():
        run = run_solver(s.problem, options.solver, progress)
        endless = _explained(s, run.status, options, progress) if "unbounded" in run.status else None
        if isinstance(endless, Unbounded):
            return Unbounded([f"{name}: {reason}" for reason in endless.reasons])
    return None


def _explained(s: Formulated, status: str, options: PlanOptions, progress: Progress) -> UnmetRequest:
    units = {name_of(rule): s.accounts.lookup[rule.left].unit for rule in s.rules}
    return why_not(s.park, s.problem, status, options.solver, progress, units)
