"""The problem of a pathway: the stages side by side, joined by what is built in one and serves in others

Symbols: C_s capacity in stage s; b_k what stage k builds; r_vs what stage s takes out of service of vintage v
before its time; E_s what exists; W_s the discounted years of stage s; a_k the yearly annuity of one unit
built in stage k.

    minimise    Σ_s W_s · (yearly cost of stage s without investment) + Σ_k b_k · a_k · Σ_{s served by k} W_s
    subject to  the park's physics and rules in every stage
                C_s = E_s + Σ_{k serving s} b_k − Σ_{v serving s, j ≤ s} r_vj       (family ``stock``)
                Σ_j r_vj ≤ size of v                                                  (family ``retired``)
                0 ≤ b_k ≤ most that stage k may build
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from zeropark.accounts.money import annuity
from zeropark.accounts.standard import Accounts, accounts_of
from zeropark.forms import Array, Form, Key
from zeropark.joint_planning import Formulated
from zeropark.optimize.formulate import formulate
from zeropark.optimize.joint import Joint, extended, joint, own_key
from zeropark.optimize.problem import Rows, Term, Variable
from zeropark.park.assets import Sizing
from zeropark.park.model import Park
from zeropark.pathway.read import Pathway, Stage
from zeropark.pathway.vintages import Vintage, last_served, tranches
from zeropark.readings import name_of
from zeropark.rules.build import enforced, rules_of

INF = float("inf")


@dataclass(frozen=True)
class Course:
    """How one capacity may go over the stages; arrays have one entry per stage.

    existing: what stands without building. most: most that the stage may build. yearly: annuity of one unit
    built then, money a year, over its lifetime. vintages: those of what exists first, then one for each stage that can
    build. exits: (vintage, stage) of every early retirement that can be decided.
    """

    key: Key
    existing: Array
    most: Array
    yearly: Array
    lifetimes: tuple[float | None, ...]
    vintages: tuple[Vintage, ...]
    exits: tuple[tuple[int, int], ...]

    @property
    def built(self) -> Key:
        """The quantity that says what each stage builds, (stages,)."""
        return self.key[0], f"built:{self.key[1]}"

    @property
    def retired(self) -> Key:
        """The quantity that says what is retired early, one entry for each of ``exits``."""
        return self.key[0], f"retired:{self.key[1]}"

    def standing(self, built: Array, retired: Array) -> Array:
        """Units of every vintage in every stage, (vintages, stages)."""
        found = np.zeros((len(self.vintages), self.existing.size))
        for index, vintage in enumerate(self.vintages):
            size = built[vintage.born] if vintage.size is None else vintage.size
            found[index, max(vintage.born, 0) : vintage.last + 1] = size
        for (index, stage), amount in zip(self.exits, retired, strict=True):
            found[index, stage : self.vintages[index].last + 1] -= amount
        return found


@dataclass(frozen=True)
class PathwayProblem:
    """Everything that a pathway's plan needs: the stages' problems, the one problem, and the courses."""

    scenarios: Mapping[str, Formulated]
    whole: Joint
    courses: tuple[Course, ...]


def formulate_pathway(pathway: Pathway, parks: Mapping[str, Park]) -> PathwayProblem:
    """The problem of a pathway; ``parks``: of each stage by its name, with nothing left open in their tariffs."""
    stages = pathway.stages
    courses = tuple(courses_of(pathway))
    decided = {course.key: course for course in courses}
    scenarios = {stage.name: _stage(parks[stage.name], i, decided) for i, stage in enumerate(stages)}
    weights = {stage.name: stage.weight / stage.park.clock.years for stage in stages}
    whole = joint({name: s.problem for name, s in scenarios.items()}, weights, [])
    variables, rows, minimise = [], [], Form()
    for course in courses:
        variables += _decisions(course)
        rows += [_stock(course, stages), *_exits(course)]
        minimise = minimise + Form({course.built: _paid(course, stages)})
    problem = extended(whole.problem, variables, rows, minimise)
    return PathwayProblem(scenarios, replace(whole, problem=problem), courses)


def courses_of(pathway: Pathway) -> list[Course]:
    """The capacities that the pathway decides on."""
    stages = pathway.stages
    sizings = [dict(stage.park.sizings()) for stage in stages]
    found = []
    for key in sizings[0]:
        here = [those[key] for those in sizings]
        early = key in pathway.retiring
        if not any(map(_room, here)) and not (early and any(sizing.existing for sizing in here)):
            continue
        limits = pathway.most.get(key, (INF,) * len(stages))
        most = [min(limit, _room(sizing)) for limit, sizing in zip(limits, here, strict=True)]
        existing = [sizing.existing for sizing in here]
        vintages = tranches(existing) + [
            Vintage(k, last_served([s.year for s in stages], k, sizing.lifetime))
            for k, sizing in enumerate(here)
            if most[k] > 0
        ]
        exits = [
            (index, stage)
            for index, vintage in enumerate(vintages)
            for stage in range(vintage.born + 1, vintage.last + 1)
            if early
        ]
        yearly = [_annuity(stage, sizing) for stage, sizing in zip(stages, here, strict=True)]
        lifetimes = tuple(sizing.lifetime for sizing in here)
        numbers = (np.array(existing), np.array(most), np.array(yearly))
        found.append(Course(key, *numbers, lifetimes, tuple(vintages), tuple(exits)))
    return found


def _room(sizing: Sizing) -> float:
    """All that could be added where nothing is built yet."""
    return 0.0 if sizing.max is None or sizing.max <= sizing.existing else sizing.max


def _annuity(stage: Stage, sizing: Sizing) -> float:
    if not sizing.investment or sizing.lifetime is None:
        return 0.0
    return annuity(stage.park.spec.money.discount_rate, sizing.lifetime) * sizing.investment


def _stage(park: Park, index: int, decided: Mapping[Key, Course]) -> Formulated:
    """One stage's park, its cost without investment: that is paid by the vintages."""
    accounts = accounts_of(park)
    rules = rules_of(park, accounts)
    limits = {name_of(rule): rule.form for rule in enforced(rules)}
    free = with_sizings(park, {key: _free(dict(park.sizings())[key], decided[key], index) for key in decided})
    return Formulated(park, accounts, rules, formulate(free, cost_without_investment(accounts), limits))


def cost_without_investment(accounts: Accounts) -> Form:
    """What a stage pays besides the annuities of what was built."""
    return accounts.cost - accounts.cost_terms["investment"].form


def _free(sizing: Sizing, course: Course, stage: int) -> Sizing:
    """The capacity as a quantity: its stock row says what stands, ``min`` and ``max`` still hold."""
    possible = float(course.existing[stage] + np.sum(course.most[: stage + 1]))
    return sizing.model_copy(update={"existing": 0.0, "max": possible if sizing.max is None else sizing.max})


def with_sizings(park: Park, sizings: Mapping[Key, Sizing]) -> Park:
    """The park with other declarations of these capacities."""
    assets = dict(park.spec.assets)
    for (name, part), sizing in sizings.items():
        assets[name] = assets[name].model_copy(update={part: sizing})
    return replace(park, spec=park.spec.model_copy(update={"assets": assets}))


def _decisions(course: Course) -> list[Variable]:
    count = len(course.exits)
    built = Variable(course.built, np.zeros(course.most.size), course.most)
    if not count:
        return [built]
    return [built, Variable(course.retired, np.zeros(count), np.full(count, INF))]


def _stock(course: Course, stages: Sequence[Stage]) -> Rows:
    """C_s = E_s + Σ built that serves s − Σ retired by s: a row for each stage."""
    one = np.zeros(1, dtype=np.int64)
    terms = [
        Term(own_key(course.key, stage.name), one + s, one, np.ones(1)) for s, stage in enumerate(stages)
    ]
    pairs = [(s, v.born) for v in course.vintages if v.size is None for s in range(v.born, v.last + 1)]
    terms.append(_term(course.built, pairs, -1.0))
    gone = [
        (s, entry)
        for entry, (index, stage) in enumerate(course.exits)
        for s in range(stage, course.vintages[index].last + 1)
    ]
    if gone:
        terms.append(_term(course.retired, gone, 1.0))
    return Rows(f"stock:{'.'.join(course.key)}", tuple(terms), course.existing, course.existing)


def _exits(course: Course) -> list[Rows]:
    """Σ_j r_vj − b_v ≤ size of v: no more is retired than there is."""
    if not course.exits:
        return []
    used = sorted({index for index, _ in course.exits})
    row_of = {index: row for row, index in enumerate(used)}
    gone = [(row_of[index], entry) for entry, (index, _) in enumerate(course.exits)]
    made = [
        (row_of[index], course.vintages[index].born) for index in used if course.vintages[index].size is None
    ]
    terms = [_term(course.retired, gone, 1.0)] + ([_term(course.built, made, -1.0)] if made else [])
    most = np.array([course.vintages[index].size or 0.0 for index in used])
    return [Rows(f"retired:{'.'.join(course.key)}", tuple(terms), np.full(most.size, -INF), most)]


def _term(key: Key, pairs: Sequence[tuple[int, int]], value: float) -> Term:
    """``value`` in each (row, entry)."""
    at = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return Term(key, at[:, 0], at[:, 1], np.full(len(pairs), value))


def _paid(course: Course, stages: Sequence[Stage]) -> Array:
    """Discounted annuities of one unit built in each stage, for the stages that it serves, (stages,)."""
    paid = np.zeros(len(stages))
    for vintage in course.vintages:
        if vintage.size is None:
            served = sum(stage.weight for stage in stages[vintage.born : vintage.last + 1])
            paid[vintage.born] = course.yearly[vintage.born] * served
    return paid
