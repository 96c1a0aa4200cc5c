"""A plan run in another year: its capacities are given, only what flows is decided.

What the capacities cannot give is told, never left out: which rules are missed and by how little they can
be, or, where demand itself cannot be met, how much is missing at which node.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from zeropark.accounts.bases import capacity_bases, with_bases
from zeropark.accounts.standard import Accounts, accounts_of
from zeropark.errors import Fault, Infeasible, InputError, NotSolved, fail_if, nearest
from zeropark.forms import Form, Key
from zeropark.optimize.elastic import misses, relaxed
from zeropark.optimize.options import Progress, silent
from zeropark.optimize.problem import Problem
from zeropark.optimize.run import run_solver
from zeropark.optimize.solve import solve
from zeropark.outcome import Capacity, Outcome
from zeropark.park.assets import Sizing
from zeropark.park.model import Park
from zeropark.planning import PlanOptions, built, certify, plan, require_sound
from zeropark.readings import name_of, read
from zeropark.rules.build import enforced, rules_of
from zeropark.rules.rule import Rule
from zeropark.texts import both

ROUNDING = 1e-6
"""Share of a capacity by which a plan may differ from what its park allows, or run short, by rounding alone."""
PLAN = "the plan"
"""The file of faults in a plan's capacities."""
_NOTHING = 1e-6
"""A miss below this share of its row is the solver's rounding."""
_PHYSICAL = ("balance", "target", "level", "end")

RulesOf = Callable[[tuple[Rule, ...], Accounts], tuple[Rule, ...]]
"""Another reading of a park's rules."""


@dataclass(frozen=True)
class Dispatch:
    """outcome: None where demand cannot be met. reasons: in words, worst first.

    missed: enforced rule → how much its left account is beyond the limit, in the account's unit.
    missing: node → amount that cannot be supplied there over the period, in its carrier's unit.
    """

    outcome: Outcome | None
    missed: Mapping[str, float] = field(default_factory=dict)
    missing: Mapping[str, float] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()


def capacities_of_plan(path: Path) -> tuple[Capacity, ...]:
    """Capacities of a plan, from its folder or ``summary.json``. Raises InputError."""
    file = path / "summary.json" if path.is_dir() else path
    try:
        rows = json.loads(file.read_text(encoding="utf-8"))["capacities"]
        return tuple(
            Capacity(
                str(row["asset"]),
                str(row.get("part", "capacity")),
                float(row["existing"]),
                float(row["added"]),
                str(row["unit"]),
            )
            for row in rows
        )
    except OSError as error:
        expected = "the folder that 'zeropark plan' wrote, or its summary.json"
        raise InputError([Fault(str(path), None, "--plan", "no summary.json", expected)]) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        expected = "a summary.json of zeropark"
        raise InputError([Fault(file.name, None, "capacities", "no list of capacities", expected)]) from error


def with_capacities(park: Park, planned: Sequence[Capacity], room: float = 0.0) -> Park:
    """The same park with the total capacities of a plan and none other; what is existing here stays so.

    What this park does not leave to a plan (a grid connection as it is that year) is the park's own. room:
    share by which every expanded capacity is larger. Raises InputError where the plan lacks a capacity that
    is to be decided here, has built what the park does not know, or more or less than it allows.
    """
    plan = {(capacity.asset, capacity.part): capacity for capacity in planned}
    sizings = dict(park.sizings())
    faults = [_unknown(park, capacity) for key, capacity in plan.items() if key not in sizings]
    faults += [_unfit(park, key, sizing, plan.get(key)) for key, sizing in sizings.items()]
    fail_if(fault for fault in faults if fault is not None)
    assets = dict(park.assets)
    for (name, part), sizing in sizings.items():
        if sizing.expandable:
            size = max(plan[name, part].total, sizing.least)
            size *= 1 + room if size > sizing.least else 1
            fixed = sizing.model_copy(update={"min": size, "max": size})
            assets[name] = assets[name].model_copy(update={part: fixed})
    return replace(park, spec=park.spec.model_copy(update={"assets": assets}))


def _unknown(park: Park, capacity: Capacity) -> Fault | None:
    """A capacity that the park does not have; one that was only given where the plan was made is none."""
    gone = capacity.asset not in park.assets
    if not (capacity.total > 0 if gone else capacity.added > _least_added(capacity)):
        return None
    found = f"{capacity.total:g} {capacity.unit}"
    expected = "only capacities that the park has"
    return Fault(
        PLAN, None, f"{capacity.asset}.{capacity.part}", found, expected, nearest(capacity.asset, park.assets)
    )


def _unfit(park: Park, key: Key, sizing: Sizing, capacity: Capacity | None) -> Fault | None:
    """What is wrong with the plan's size of one of the park's capacities."""
    unit, field = park.size_unit(key), ".".join(key)
    if capacity is None:
        expected = f"the {key[1]} of '{key[0]}'"
        return Fault(PLAN, None, field, "nothing", expected) if sizing.expandable else None
    if not sizing.expandable and capacity.added <= _least_added(capacity):
        return None
    size = f"{capacity.total:g} {capacity.unit}"
    if capacity.unit != unit:
        return Fault(PLAN, None, field, size, f"a size in {unit}")
    least, most = sizing.least, float(sizing.max or 0.0) if sizing.expandable else sizing.least
    if least * (1 - ROUNDING) <= capacity.total <= most * (1 + ROUNDING) + ROUNDING:
        return None
    allowed = f"{least:g} {unit}" if least == most else f"{least:g} to {most:g} {unit}"
    return Fault(PLAN, None, field, size, f"{allowed}, as this park has it")


def _least_added(capacity: Capacity) -> float:
    return ROUNDING * max(1.0, capacity.existing)


def dispatch(
    park: Park,
    planned: Sequence[Capacity],
    options: PlanOptions | None = None,
    progress: Progress = silent,
) -> Dispatch:
    """The cheapest way to run a plan's capacities in this park.

    Where its rules cannot be kept, the cheapest among the ways that miss them by the least. Raises
    InputError where the capacities do not fit the park, Unbounded or NotSolved with the reason.
    """
    options = options or PlanOptions()
    try:
        return Dispatch(plan(with_capacities(park, planned), options, progress))
    except Infeasible:
        wider = with_capacities(park, planned, ROUNDING)
    try:
        return Dispatch(plan(wider, options, progress))
    except Infeasible as error:
        reasons = error.reasons
    ways = [_short(with_bases(wider, bases), options, progress) for bases in capacity_bases(wider)]
    kept = [way for way in ways if way.outcome is not None]
    if kept:
        return replace(min(kept, key=_total), reasons=reasons)
    return replace(ways[0], reasons=reasons)


def _total(way: Dispatch) -> float:
    assert way.outcome is not None
    return way.outcome.bill.total


def _short(park: Park, options: PlanOptions, progress: Progress) -> Dispatch:
    """The dispatch that misses its rules by the least; without an outcome where demand cannot be met."""
    accounts = accounts_of(park)
    rules = rules_of(park, accounts)
    problem, _ = built(park, accounts, enforced(rules), progress)
    limits = [f"limit:{name_of(rule)}" for rule in enforced(rules)]
    beyond = _least_misses(problem, dict.fromkeys(limits, 1.0), options, progress)
    if beyond is None:
        physical = {name: 1.0 for name in problem.families if name.split(":")[0] in _PHYSICAL}
        found = _least_misses(problem, {**physical, **dict.fromkeys(limits, 0.0)}, options, progress)
        if found is None:
            raise NotSolved("the least that is missing could not be found")
        hours = park.clock.step_hours
        missing = {
            name.removeprefix("balance:"): float(np.sum(np.maximum(miss, 0.0))) * hours
            for name, miss in found.items()
            if name.startswith("balance:")
        }
        return Dispatch(None, missing={node: amount for node, amount in missing.items() if amount > _NOTHING})
    missed = {name.removeprefix("limit:"): max(0.0, -float(miss[0])) for name, miss in beyond.items()}
    outcome = solved(park, lambda given, _: _eased(given, missed), options, progress, judged=rules)
    failed = {name_of(v.rule) for v in outcome.rules if v.rule.mode == "enforce" and v.met is False}
    return Dispatch(outcome, {name: miss for name, miss in missed.items() if name in failed})


def _least_misses(
    problem: Problem, prices: Mapping[str, float], options: PlanOptions, progress: Progress
) -> dict[str, np.ndarray] | None:
    """By how much each family of rows has to be missed at least; None where that does not help.

    Each is weighed by the size of its numbers, so that tonnes and shares can stand side by side.
    """
    scaled = {name: price / _size(problem, name) for name, price in prices.items()}
    run = run_solver(relaxed(problem, scaled), options.solver, progress)
    return misses(problem, scaled, run.x) if run.status == "optimal" else None


def _size(problem: Problem, name: str) -> float:
    rows = problem.families[name]
    numbers = np.abs(np.concatenate([problem.row_lower[rows], problem.row_upper[rows]]))
    largest = float(np.max(numbers[np.isfinite(numbers)], initial=0.0))
    return largest if largest > 0 else 1.0


def _eased(rules: tuple[Rule, ...], missed: Mapping[str, float]) -> tuple[Rule, ...]:
    """The same rules, each relaxed by what has to be missed and the rounding of it."""
    return tuple(
        replace(rule, form=rule.form - Form(constant=missed[name_of(rule)] * (1 + ROUNDING) + _NOTHING))
        if rule.mode == "enforce"
        else rule
        for rule in rules
    )


def solved(
    park: Park,
    change: RulesOf,
    options: PlanOptions,
    progress: Progress = silent,
    judged: tuple[Rule, ...] | None = None,
) -> Outcome:
    """The least-cost plan of a park whose tariffs leave nothing open, under changed rules.

    judged: the rules to judge it by, which may be missed; absent: the changed ones, which may not. Raises
    Infeasible, Unbounded or NotSolved.
    """
    accounts = accounts_of(park)
    rules = change(rules_of(park, accounts), accounts)
    problem, seconds = built(park, accounts, enforced(rules), progress)
    units = {name_of(rule): accounts.lookup[rule.left].unit for rule in rules}
    answer = solve(park, problem, options.solver, progress, seconds, units)
    outcome = read(park, accounts, judged or rules, answer.quantities, "optimal", answer.rule_duals)
    certificate = certify(problem, answer, outcome, options.solver)
    if judged is None:
        require_sound(certificate, outcome)
    elif not certificate.sound:
        raise NotSolved("the solver's answer does not pass its certificate")
    return replace(outcome, prices=answer.prices or {}, certificate=certificate, solver=answer.record)


def told(found: Dispatch, origin: str) -> Outcome:
    """The outcome with notes on where its capacities come from and what is missed.

    Raises Infeasible with the reasons, and with the sums that are missing, where demand cannot be met.
    """
    if found.outcome is None:
        raise Infeasible([*found.reasons])
    notes = [
        both(
            f"capacities are those of {origin}, fixed: least cost and certificate are of the operation alone",
            f"设备容量取自 {origin}，固定不变：最低费用与证书仅针对运行",
        )
    ]
    notes += [
        both(
            f"rule '{name}' cannot be kept with these capacities: it is missed by at least {miss:.6g}",
            f"以此容量无法满足规则“{name}”：至少超出 {miss:.6g}",
        )
        for name, miss in found.missed.items()
    ]
    park = found.outcome.park
    return replace(found.outcome, park=replace(park, notes=park.notes + tuple(notes)))
