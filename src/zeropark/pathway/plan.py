"""Plan a pathway: one problem, then every stage read as a plan of its own, and the whole proven"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from zeropark.accounts.money import annuity
from zeropark.accounts.standard import accounts_of
from zeropark.errors import Fault, Infeasible, NotSolved, UnmetRequest, fail_if
from zeropark.forms import Array, Form, Key
from zeropark.joint_planning import (
    Formulated,
    answers_of,
    certify_jointly,
    outcome_of,
    settlements,
    why_not_alone,
)
from zeropark.optimize.answer import Answer
from zeropark.optimize.elastic import misses, relaxed
from zeropark.optimize.joint import joined, own_key
from zeropark.optimize.options import Progress, silent
from zeropark.optimize.run import run_solver
from zeropark.optimize.solve import with_states_fixed
from zeropark.park.assets import Sizing
from zeropark.park.model import Park
from zeropark.pathway.formulate import Course, PathwayProblem, formulate_pathway, with_sizings
from zeropark.pathway.outcome import Move, PathwayOutcome, StagePlan
from zeropark.pathway.read import Pathway
from zeropark.planning import PlanOptions, dearer
from zeropark.rules.build import enforced, rules_of

_NOTHING = 1e-6
_SCALE = 1e-9
"""Less than this share of what ever stands is the solver's rounding."""


def plan_pathway(
    pathway: Pathway, options: PlanOptions | None = None, progress: Progress = silent
) -> PathwayOutcome:
    """The pathway with the least present cost. Raises InputError when the parks of its stages do not fit
    together, Infeasible, Unbounded or NotSolved with the reason. Where a tariff leaves the basis of the
    capacity charge open, the cheaper one, the same in all stages.
    """
    options = options or PlanOptions()
    fail_if(faults_of_stages(pathway))
    parks = {stage.name: stage.park for stage in pathway.stages}
    ways = [(bases, _planned(pathway, settled, options, progress)) for bases, settled in settlements(parks)]
    bases, best = min(ways, key=lambda way: way[1].cost)
    others = dearer([(other, plan.cost) for other, plan in ways], bases, best.currency)
    return replace(best, alternatives=others)


def faults_of_stages(pathway: Pathway) -> list[Fault]:
    """What stages cannot do: other capacities or money than the first, and limits on what building costs."""
    file, faults = pathway.file, []
    first = {key: pathway.park.size_unit(key) for key, _ in pathway.park.sizings()}
    for stage in pathway.stages:
        here = {key: stage.park.size_unit(key) for key, _ in stage.park.sizings()}
        for key in dict.fromkeys([*first, *here]):
            if first.get(key) != here.get(key):
                found = here.get(key) or "no such capacity"
                expected = f"{first.get(key) or 'no such capacity'}, as in stage {pathway.stages[0].year}"
                faults.append(
                    Fault(file, None, f"assets.{'.'.join(key)}", found, expected, f"stage {stage.year}")
                )
        if stage.park.spec.money.currency != pathway.park.spec.money.currency:
            currency = pathway.park.spec.money.currency
            faults.append(Fault(file, None, "money.currency", stage.park.spec.money.currency, currency))
        faults += [
            Fault(
                file,
                None,
                f"limits.{name}",
                "an enforced limit on the money of building",
                "a limit on something else",
                f"stage {stage.year}: what was built in other stages is paid at the prices of its own",
            )
            for name in _limits_on_building(stage.park, bool(pathway.retiring))
        ]
    return faults


def _limits_on_building(park: Park, retiring: bool) -> list[str]:
    """Enforced rules that weigh investments, or with early retirement what is added to what exists."""
    settled = settlements({"": park})[0][1][""]
    rules = enforced(rules_of(settled, accounts_of(settled)))
    if not rules:
        return []
    none = {"investment": 0.0, "embodied": 0.0} if retiring else {"investment": 0.0}
    free = with_sizings(settled, {key: s.model_copy(update=none) for key, s in settled.sizings()})
    pairs = zip(rules, enforced(rules_of(free, accounts_of(free))), strict=True)
    return [rule.rule for rule, plain in pairs if not _same(rule.form, plain.form)]


def _same(one: Form, other: Form) -> bool:
    keys = {*one.terms, *other.terms}
    return all(np.array_equal(one.terms.get(key, 0.0), other.terms.get(key, 0.0)) for key in keys)


def _planned(
    pathway: Pathway, parks: Mapping[str, Park], options: PlanOptions, progress: Progress
) -> PathwayOutcome:
    """The plan of a pathway whose tariffs leave nothing open."""
    progress("build", 0.0)
    began = time.perf_counter()
    made = formulate_pathway(pathway, parks)
    seconds = time.perf_counter() - began
    problem = made.whole.problem
    run = run_solver(problem, options.solver, progress)
    if run.status != "optimal":
        raise _why_not(pathway, made, run.status, options, progress)
    priced = run if run.row_duals is not None else with_states_fixed(problem, run, options.solver, progress)
    x, standing = _settled(pathway, made, np.clip(priced.x, problem.lower, problem.upper))
    priced = replace(priced, x=x)
    answers = answers_of(made.whole, made.scenarios, run, priced, seconds)
    plans = tuple(
        _stage_plan(pathway, made, index, answers[stage.name], standing, x, options)
        for index, stage in enumerate(pathway.stages)
    )
    x = joined(made.whole, {name: answer.x for name, answer in answers.items()}, x)
    cost = sum(plan.stage.weight * plan.yearly * plan.cost for plan in plans)
    outcomes = {plan.stage.name: plan.outcome for plan in plans}
    certificate = certify_jointly(problem, run, x, cost, outcomes, options)
    return PathwayOutcome(pathway, plans, cost, certificate, next(iter(answers.values())).record)


def _settled(pathway: Pathway, made: PathwayProblem, x: Array) -> tuple[Array, dict[Key, Array]]:
    """The answer with capacities that are exactly what is built and retired, free of the solver's rounding;
    and the units of every vintage in every stage, by capacity.
    """
    problem, x, standing = made.whole.problem, x.copy(), {}
    for course in made.courses:
        built, retired = _decided(made, course, x)
        largest = max(float(np.max(course.existing)), float(np.sum(built)), 1e-12)
        built[built < _SCALE * largest] = 0.0
        retired[retired < _SCALE * largest] = 0.0
        units = np.maximum(course.standing(built, retired), 0.0)
        x[problem.variables[course.built].columns] = built
        if course.exits:
            x[problem.variables[course.retired].columns] = retired
        for s, stage in enumerate(pathway.stages):
            key = own_key(course.key, stage.name)
            if key in problem.variables:
                columns = problem.variables[key].columns
                x[columns] = np.clip(units[:, s].sum(), problem.lower[columns], problem.upper[columns])
        standing[course.key] = units
    return x, standing


def _decided(made: PathwayProblem, course: Course, x: Array) -> tuple[Array, Array]:
    variables = made.whole.problem.variables
    built = x[variables[course.built].columns].copy()
    retired = x[variables[course.retired].columns].copy() if course.exits else np.zeros(0)
    return built, retired


def _stage_plan(
    pathway: Pathway,
    made: PathwayProblem,
    index: int,
    answer: Answer,
    standing: Mapping[Key, Array],
    x: Array,
    options: PlanOptions,
) -> StagePlan:
    """One stage read with the park as it stands: what exists of old, what was built, and at what price."""
    stage = pathway.stages[index]
    scenario = made.scenarios[stage.name]
    declared, years = dict(scenario.park.sizings()), scenario.park.clock.years
    paid, stranded, moves, sizings = 0.0, 0.0, [], {}
    for course in made.courses:
        units, (built, retired) = standing[course.key], _decided(made, course, x)
        yearly, lost = _annuities(course, units, built, index)
        paid += yearly * years
        stranded += lost * years
        sizings[course.key] = _as_it_stands(
            declared[course.key], scenario.park, course, units[:, index], yearly
        )
        moves.append(_move(course, units, built, retired, index, scenario.park.size_unit(course.key)))
    park = with_sizings(scenario.park, sizings)
    accounts = accounts_of(park)
    reading = Formulated(park, accounts, rules_of(park, accounts), scenario.problem)
    outcome = outcome_of(stage.name, reading, answer, list(declared), options, paid)
    return StagePlan(stage, outcome, tuple(moves), stranded)


def _annuities(course: Course, units: Array, built: Array, stage: int) -> tuple[float, float]:
    """Money a year for the units that serve in a stage, and for those that were retired early."""
    paid = lost = 0.0
    for vintage, serving in zip(course.vintages, units[:, stage], strict=True):
        if vintage.size is None and vintage.born <= stage <= vintage.last:
            paid += course.yearly[vintage.born] * serving
            lost += course.yearly[vintage.born] * (built[vintage.born] - serving)
    return float(paid), float(lost)


def _old_and_new(course: Course, units: Array) -> tuple[float, float]:
    """Of the units of every vintage in a stage: those that existed, and those that the pathway built."""
    new = np.array([vintage.size is None for vintage in course.vintages], dtype=bool)
    return float(units[~new].sum()), float(units[new].sum())


def _as_it_stands(sizing: Sizing, park: Park, course: Course, units: Array, yearly: float) -> Sizing:
    """The capacity as the stage's own plan shows it: added is what the pathway built, and its investment is
    the mean that makes the annuities those of the vintages.
    """
    old, new = _old_and_new(course, units)
    changed: dict[str, float | None] = {"existing": old}
    if sizing.max is None:
        changed["max"] = old + new
    if new > 0:
        born = [
            v.born for v, serving in zip(course.vintages, units, strict=True) if v.size is None and serving
        ]
        lifetime = sizing.lifetime or next((course.lifetimes[k] for k in born if course.lifetimes[k]), None)
        each = annuity(park.spec.money.discount_rate, lifetime) * new if lifetime else 1.0
        changed |= {"lifetime": lifetime, "investment": yearly / each}
    return sizing.model_copy(update=changed)


def _move(course: Course, units: Array, built: Array, retired: Array, stage: int, unit: str) -> Move:
    old, new = _old_and_new(course, units[:, stage])
    early = sum(amount for (_, at), amount in zip(course.exits, retired, strict=True) if at == stage)
    worn = sum(
        units[index, stage - 1]
        for index, vintage in enumerate(course.vintages)
        if 0 <= vintage.last == stage - 1
    )
    asset, part = course.key
    return Move(asset, part, unit, old, float(built[stage]), float(worn + early), float(early), old + new)


def _why_not(
    pathway: Pathway, made: PathwayProblem, status: str, options: PlanOptions, progress: Progress
) -> UnmetRequest:
    """Why there is no pathway: stages that no capacities could serve; else what cannot stand there in time."""
    alone = why_not_alone(made.scenarios, status, options, progress)
    if alone is not None:
        return alone
    problem = made.whole.problem
    prices = {f"stock:{'.'.join(c.key)}": 1.0 / max(1.0, float(np.max(c.existing))) for c in made.courses}
    run = run_solver(relaxed(problem, prices), options.solver, progress)
    reasons = []
    if run.status == "optimal":
        for course, miss in zip(made.courses, misses(problem, prices, run.x).values(), strict=True):
            unit, name = pathway.park.size_unit(course.key), _shown(course.key)
            for stage, amount in zip(pathway.stages, miss, strict=True):
                if abs(amount) > _NOTHING * max(1.0, float(np.max(course.existing))):
                    reasons.append(_miss_words(name, stage.year, -float(amount), unit))
    return Infeasible(reasons) if reasons else NotSolved(status)


def _shown(key: Key) -> str:
    return key[0] if key[1] == "capacity" else ".".join(key)


def _miss_words(name: str, year: int, amount: float, unit: str) -> str:
    """amount: what is missing; negative where too much stands."""
    if amount > 0:
        return (
            f"{name} is short by {amount:.6g} {unit} in {year}: allow it to be built earlier or faster "
            "(max_build, capacity.max), or keep existing units longer"
        )
    return f"{-amount:.6g} {unit} too much of {name} stand in {year}: allow early_retirement, or raise its max then"
