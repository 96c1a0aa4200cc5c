"""The main job on one page: park, accounts, rules and optimiser become a plan that can be trusted.

park.yaml ─► Park ─► accounts, rules ─► problem ─► answer ─► flows ─► accounts, bill, verdicts
                                                      └───────────► certificate
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from zeropark.accounts.bases import capacity_bases, with_bases
from zeropark.accounts.bill import Bill
from zeropark.accounts.standard import Accounts, accounts_of
from zeropark.errors import NotSolved
from zeropark.forms import Key
from zeropark.optimize.answer import Answer, Certificate
from zeropark.optimize.certificate import limit_residual, lower_bound
from zeropark.optimize.conditioning import scale_notes
from zeropark.optimize.formulate import formulate
from zeropark.optimize.many import solve_all
from zeropark.optimize.options import Progress, SolverOptions, silent
from zeropark.optimize.problem import Problem
from zeropark.optimize.solve import solve
from zeropark.outcome import Outcome
from zeropark.park.model import Park
from zeropark.park.physics import violations, worst
from zeropark.readings import imbalance, name_of, read
from zeropark.rules.build import OWN, enforced, rules_of
from zeropark.rules.rule import Rule
from zeropark.texts import both

RULE_COST_TOLERANCE = 1e-5
"""Relative gap of the plans that say what a rule costs: enough for a difference, and sooner there."""
GAP_ALLOWED = 1e-5
"""Largest relative gap of a linear plan that is shown."""


@dataclass(frozen=True)
class PlanOptions:
    """solver: how to solve. rule_costs: plan again without each pack's rule that binds, to say what the
    whole rule costs (one more solve for each).
    """

    solver: SolverOptions = field(default_factory=SolverOptions)
    rule_costs: bool = False


def plan(park: Park, options: PlanOptions | None = None, progress: Progress = silent) -> Outcome:
    """The least-cost plan. Where a tariff leaves the basis of the capacity charge open, the cheaper one.

    Raises Infeasible, Unbounded or NotSolved with the reason; never returns less than an optimum.
    """
    options = options or PlanOptions()
    ways = [(bases, plan_one(with_bases(park, bases), options, progress)) for bases in capacity_bases(park)]
    bases, best = min(ways, key=lambda way: way[1].bill.total)
    others = dearer([(other, outcome.bill.total) for other, outcome in ways], bases, best.bill.currency)
    return replace(best, alternatives=others)


def dearer(
    ways: Sequence[tuple[Mapping[str, str], float]], chosen: Mapping[str, str], currency: str
) -> tuple[str, ...]:
    """What each way to settle the capacity charges, other than the chosen one, would cost more, in words."""
    least = next(total for bases, total in ways if bases is chosen)
    return tuple(
        both(
            f"{' and '.join(f'{market} on {basis}' for market, basis in other.items())} would cost "
            f"{total - least:,.0f} {currency} more",
            f"若{'、'.join(f'{market}按 {basis} 计费' for market, basis in other.items())}，费用将增加 "
            f"{total - least:,.0f} {currency}",
        )
        for other, total in ways
        if other is not chosen
    )


def plan_one(park: Park, options: PlanOptions, progress: Progress = silent) -> Outcome:
    """The least-cost plan of a park whose tariffs leave nothing open."""
    accounts = accounts_of(park)
    rules = rules_of(park, accounts)
    problem, build_seconds = built(park, accounts, enforced(rules), progress)
    park = replace(park, notes=park.notes + scale_notes(park, problem))
    units = {name_of(rule): accounts.lookup[rule.left].unit for rule in rules}
    answer = solve(park, problem, options.solver, progress, build_seconds, units)
    outcome = read(park, accounts, rules, answer.quantities, "optimal", answer.rule_duals)
    progress("certify", 0.0)
    certificate = certify(problem, answer, outcome, options.solver)
    require_sound(certificate, outcome)
    if options.rule_costs:
        costs = costs_of(park, accounts, rules, outcome, options, progress)
        outcome = read(park, accounts, rules, answer.quantities, "optimal", answer.rule_duals, costs)
    return replace(outcome, prices=answer.prices or {}, certificate=certificate, solver=answer.record)


def built(
    park: Park, accounts: Accounts, rules: tuple[Rule, ...], progress: Progress
) -> tuple[Problem, float]:
    """The least-cost problem under these rules, and the seconds that building it took."""
    progress("build", 0.0)
    began = time.perf_counter()
    problem = formulate(park, accounts.cost, {name_of(rule): rule.form for rule in rules})
    return problem, time.perf_counter() - began


def certify(problem: Problem, answer: Answer, outcome: Outcome, options: SolverOptions) -> Certificate:
    """Proof from the flows, the bill, the park's own limits and the multipliers; it trusts no solver."""
    bill = outcome.bill
    sizes = {(size.asset, size.part): size.total for size in outcome.capacities}
    broken = violations(outcome.park, outcome.flows.rates, sizes)
    if answer.row_duals is not None:
        bound = lower_bound(problem, answer.row_duals, answer.x)
        value, assumed, allowed = bound.value, bound.assumed, GAP_ALLOWED
    else:
        value = float("nan") if answer.bound is None else answer.bound
        assumed = both(
            "the mixed-integer solver's own bound, not recomputed", "混合整数求解器自报的下界，未复算"
        )
        allowed = max(GAP_ALLOWED, 1.1 * options.mip_gap)
    scale = money_scale(answer.objective, bill)
    return Certificate(
        relative_gap=abs(bill.total - value) / scale,
        balance_residual=imbalance(outcome.flows),
        cost_difference=abs(bill.total - answer.objective) / scale,
        objective=answer.objective,
        lower_bound=value,
        limit_residual=limit_residual(problem, answer.x),
        physics_residual=worst(broken)[1],
        assumed=assumed,
        gap_allowed=allowed,
    )


def money_scale(objective: float, bill: Bill) -> float:
    """What differences of money are measured by: the cost, or a thousandth of all that is paid and earned."""
    turnover = sum(abs(amount) for amount in bill.terms.values())
    return max(1.0, abs(objective), 1e-3 * turnover)


def require_sound(certificate: Certificate, outcome: Outcome) -> None:
    """Refuse an answer that does not pass its own proof, or misses a rule that it had to keep."""
    missed = [name_of(v.rule) for v in outcome.rules if v.rule.mode == "enforce" and v.met is False]
    if not certificate.sound or missed:
        raise NotSolved(
            "the solver's answer does not pass its certificate",
            f"gap {certificate.relative_gap:.1e}, balances {certificate.balance_residual:.1e}, "
            f"limits {certificate.limit_residual:.1e}, physics {certificate.physics_residual:.1e}, "
            f"bill {certificate.cost_difference:.1e}"
            + (f"; rules missed: {', '.join(missed)}" if missed else ""),
        )


def costs_of(
    park: Park,
    accounts: Accounts,
    rules: tuple[Rule, ...],
    outcome: Outcome,
    options: PlanOptions,
    progress: Progress,
) -> dict[Key, float]:
    """What each enforced rule of a pack costs as a whole: the plan without it, solved again, is cheaper by it.

    A rule without which there is no plan (money for nothing) has no cost that can be told.
    """
    costs = {
        (v.rule.pack, v.rule.rule): 0.0 for v in outcome.rules if v.shadow_price == 0 and v.rule.pack != OWN
    }
    binding = [v.rule for v in outcome.rules if v.shadow_price and v.rule.pack != OWN]
    problems = [
        built(park, accounts, tuple(other for other in enforced(rules) if other != rule), progress)[0]
        for rule in binding
    ]
    loose = replace(options.solver, tolerance=max(options.solver.tolerance, RULE_COST_TOLERANCE))
    for rule, free in zip(binding, solve_all(problems, loose, "plans without a rule", progress), strict=True):
        if free is not None:
            costs[rule.pack, rule.rule] = max(0.0, outcome.bill.total - free.objective)
    return costs
