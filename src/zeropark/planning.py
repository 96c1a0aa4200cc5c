"""The main job on one page: park, accounts, rules and optimiser become a plan that can be trusted.

park.yaml ─► Park ─► accounts, rules ─► problem ─► answer ─► flows ─► accounts, bill, verdicts
                                                      └───────────► certificate
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from zeropark.accounts.arbitrage import arbitrage_faults
from zeropark.accounts.bases import capacity_bases, with_bases
from zeropark.accounts.bill import Bill, bill_of
from zeropark.accounts.standard import Accounts, accounts_of
from zeropark.errors import InputError
from zeropark.flows import Flows
from zeropark.forms import Array, Key
from zeropark.optimize.answer import Answer, Certificate
from zeropark.optimize.certificate import limit_residual, lower_bound
from zeropark.optimize.formulate import formulate
from zeropark.optimize.many import solve_all
from zeropark.optimize.options import Progress, SolverOptions, silent
from zeropark.optimize.problem import Problem
from zeropark.optimize.solve import solve
from zeropark.outcome import Capacity, Outcome, Reading
from zeropark.park.flowfile import beside, existing_capacities, read_capacities, read_flows, read_levels
from zeropark.park.model import Park
from zeropark.park.read import read_park
from zeropark.park.recover import completed, rates_of
from zeropark.park.streams import net_flows
from zeropark.rules.build import OWN, enforced, rules_of
from zeropark.rules.judge import judge
from zeropark.rules.rule import Rule
from zeropark.texts import both
from zeropark.weather.profiles import profiles_of

RULE_COST_TOLERANCE = 1e-6
"""Relative gap of the plans that say what a rule costs: enough for a difference, and sooner there."""

_SOLVER_NOISE = 1e-8
"""A rule whose dual times its account is below this share of the cost does not bind."""


@dataclass(frozen=True)
class PlanOptions:
    """solver: how to solve. rule_costs: plan again without each pack's rule that binds, to say what the
    whole rule costs (one more solve for each).
    """

    solver: SolverOptions = field(default_factory=SolverOptions)
    rule_costs: bool = False


def load(path: Path | str, overrides: Mapping[str, str] | None = None) -> Park:
    """The park in a folder, its tables read and its weather turned to availabilities.

    overrides: ``{"assets.pv.capacity.max": "500 MW"}``. Raises InputError with every fault.
    """
    park = read_park(Path(path), overrides)
    park = park.with_profiles(*profiles_of(park))
    rules_of(park, accounts_of(park))  # raises for accounts, rules and limits that do not fit the park
    if faults := arbitrage_faults(park):
        raise InputError(faults)
    return park


def plan(park: Park, options: PlanOptions | None = None, progress: Progress = silent) -> Outcome:
    """The least-cost plan. Where a tariff leaves the basis of the capacity charge open, the cheaper one.

    Raises Infeasible, Unbounded or NotSolved with the reason; never returns less than an optimum.
    """
    options = options or PlanOptions()
    ways = [(bases, plan_one(with_bases(park, bases), options, progress)) for bases in capacity_bases(park)]
    bases, best = min(ways, key=lambda way: way[1].bill.total)
    others = tuple(
        both(
            f"{' and '.join(f'{market} on {basis}' for market, basis in other.items())} would cost "
            f"{outcome.bill.total - best.bill.total:,.0f} {best.bill.currency} more",
            f"若{'、'.join(f'{market}按 {basis} 计费' for market, basis in other.items())}，费用将增加 "
            f"{outcome.bill.total - best.bill.total:,.0f} {best.bill.currency}",
        )
        for other, outcome in ways
        if other is not bases
    )
    return replace(best, alternatives=others)


def plan_one(park: Park, options: PlanOptions, progress: Progress = silent) -> Outcome:
    """The least-cost plan of a park whose tariffs leave nothing open."""
    accounts = accounts_of(park)
    rules = rules_of(park, accounts)
    problem, build_seconds = built(park, accounts, enforced(rules), progress)
    answer = solve(park, problem, options.solver, progress, build_seconds)
    outcome = read(park, accounts, rules, answer.quantities, "optimal", answer.rule_duals)
    if options.rule_costs:
        costs = costs_of(park, accounts, rules, outcome, options, progress)
        outcome = read(park, accounts, rules, answer.quantities, "optimal", answer.rule_duals, costs)
    return replace(
        outcome,
        prices=answer.prices or {},
        certificate=certify(problem, answer, outcome.flows, outcome.bill),
        solver=answer.record,
    )


def built(
    park: Park, accounts: Accounts, rules: tuple[Rule, ...], progress: Progress
) -> tuple[Problem, float]:
    """The least-cost problem under these rules, and the seconds that building it took."""
    progress("build", 0.0)
    began = time.perf_counter()
    problem = formulate(park, accounts.cost, {name_of(rule): rule.form for rule in rules})
    return problem, time.perf_counter() - began


def read(
    park: Park,
    accounts: Accounts,
    rules: tuple[Rule, ...],
    rates: Mapping[Key, Array],
    status: str,
    duals: Mapping[str, float] | None = None,
    costs: Mapping[tuple[str, str], float] | None = None,
) -> Outcome:
    """Every reading of given rates and capacities: accounts, bill, verdicts."""
    sizes = {key: float(rates[key][0]) for key, _ in park.sizings()}
    quantities = completed(park, rates, sizes)
    flows = Flows(park.clock, quantities, net_flows(park, quantities), park.carriers_by_node)
    capacities = tuple(
        Capacity(
            asset,
            part,
            sizing.existing,
            sizes[(asset, part)] - sizing.existing,
            park.size_unit((asset, part)),
        )
        for (asset, part), sizing in park.sizings()
    )
    values = {
        name: Reading(account, account.form.value(quantities)) for name, account in accounts.all.items()
    }
    bill = bill_of(park, flows, sizes)
    by_rule = None if duals is None else _priced(duals, rules, accounts, quantities, bill.total)
    verdicts = judge(rules, accounts, quantities, by_rule, costs)
    return Outcome(park, status, flows, capacities, values, bill, verdicts)


def _priced(
    duals: Mapping[str, float],
    rules: tuple[Rule, ...],
    accounts: Accounts,
    quantities: Mapping[Key, Array],
    cost: float,
) -> dict[Key, float]:
    """Dual of each enforced rule; what is lost in the solver's tolerance is zero."""
    found = {}
    for rule in enforced(rules):
        dual = duals[name_of(rule)]
        amount = abs(accounts.lookup[rule.left].form.value(quantities))
        found[(rule.pack, rule.rule)] = dual if dual * amount > _SOLVER_NOISE * abs(cost) else 0.0
    return found


def certify(problem: Problem, answer: Answer, flows: Flows, bill: Bill) -> Certificate:
    """Proof from the flows, the bill and the multipliers; it trusts neither solver nor objective."""
    if answer.row_duals is not None:
        bound = lower_bound(problem, answer.row_duals, answer.x)
        value, assumed = bound.value, bound.assumed
    else:
        value = float("nan") if answer.bound is None else answer.bound
        assumed = both(
            "the mixed-integer solver's own bound, not recomputed", "混合整数求解器自报的下界，未复算"
        )
    scale = max(1.0, abs(answer.objective))
    return Certificate(
        relative_gap=abs(bill.total - value) / scale,
        balance_residual=imbalance(flows),
        cost_difference=abs(bill.total - answer.objective) / scale,
        objective=answer.objective,
        lower_bound=value,
        limit_residual=limit_residual(problem, answer.x),
        assumed=assumed,
    )


def imbalance(flows: Flows) -> float:
    """Largest imbalance of any node in any step, over that node's largest flow."""
    worst = 0.0
    for node in set(flows.carriers):
        largest = max(
            (float(np.max(np.abs(f), initial=0.0)) for (_, at), f in flows.net.items() if at == node),
            default=0.0,
        )
        worst = max(worst, float(np.max(np.abs(flows.balance(node)), initial=0.0)) / max(largest, 1e-9))
    return worst


def costs_of(
    park: Park,
    accounts: Accounts,
    rules: tuple[Rule, ...],
    outcome: Outcome,
    options: PlanOptions,
    progress: Progress,
) -> dict[Key, float]:
    """What each enforced rule of a pack costs as a whole: the plan without it, solved again, is cheaper by it."""
    costs = {
        (v.rule.pack, v.rule.rule): 0.0
        for v in outcome.rules
        if v.shadow_price is not None and v.rule.pack != OWN
    }
    binding = [v.rule for v in outcome.rules if v.shadow_price and (v.rule.pack, v.rule.rule) in costs]
    problems = [
        built(park, accounts, tuple(other for other in enforced(rules) if other != rule), progress)[0]
        for rule in binding
    ]
    loose = replace(options.solver, tolerance=max(options.solver.tolerance, RULE_COST_TOLERANCE))
    for rule, free in zip(binding, solve_all(problems, loose, "plans without a rule", progress), strict=True):
        costs[(rule.pack, rule.rule)] = max(0.0, outcome.bill.total - free.objective)
    return costs


def name_of(rule: Rule) -> str:
    """The rule's name among the constraints."""
    return f"{rule.pack}/{rule.rule}"


def account(
    park: Park,
    flows_file: Path | str,
    levels_file: Path | str | None = None,
    capacities_file: Path | str | None = None,
) -> Outcome:
    """The same readings over given flows. Capacities and levels stand in a plan's folder beside them;
    without them, capacities are the existing ones. Raises InputError with every fault of the files.
    """
    path = Path(flows_file)
    levels_path = Path(levels_file) if levels_file else beside(path, "levels.parquet")
    sizes_path = Path(capacities_file) if capacities_file else beside(path, "summary.json")
    net, certified = read_flows(path, park)
    levels = read_levels(levels_path, park) if levels_path else {}
    sizes = read_capacities(sizes_path, park) if sizes_path else existing_capacities(park)
    rates = rates_of(park, net, levels, certified)
    rates |= {key: np.array([size]) for key, size in sizes.items()}
    accounts = accounts_of(park)
    outcome = read(park, accounts, rules_of(park, accounts), rates, "read")
    sizes_from = sizes_path.name if sizes_path else "park.yaml"
    notes = (
        both(
            f"flows from {path.name}; capacities from {sizes_from}",
            f"流量取自 {path.name}；容量取自 {sizes_from}",
        ),
        both(
            f"largest imbalance of any node: {imbalance(outcome.flows):.2g} of its largest flow",
            f"节点最大不平衡量为其最大流量的 {imbalance(outcome.flows):.2g} 倍",
        ),
    )
    return replace(outcome, park=replace(park, notes=park.notes + notes))
