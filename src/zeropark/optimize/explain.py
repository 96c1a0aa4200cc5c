"""Why there is no plan, in the user's words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from zeropark.errors import Infeasible, NotSolved, Unbounded, UnmetRequest
from zeropark.forms import Array, Key, Weight
from zeropark.optimize.constraints import target_amounts
from zeropark.optimize.elastic import boxed, misses, relaxed, runaways
from zeropark.optimize.options import Progress, SolverOptions
from zeropark.optimize.problem import Problem
from zeropark.optimize.run import run_solver
from zeropark.park.assets import Demand, Storage
from zeropark.park.model import Park, home_of
from zeropark.park.streams import Stream, streams_of

_NOTHING = 1e-6
_PHYSICAL = ("balance", "target", "level", "end")
_NEARLY = 1e-6
"""A rate this near to its limit, relative, is at it."""


def why_not(
    park: Park,
    problem: Problem,
    status: str,
    options: SolverOptions,
    progress: Progress,
    units: Mapping[str, str] | None = None,
) -> UnmetRequest:
    """The error that explains a run without optimum: infeasible, unbounded, or only stopped.

    ``units``: unit of the left account of each rule.

    Rules are blamed first; where the park does not work without any rule either, they are left aside.
    """
    if status in ("cancelled", "time limit reached"):
        return NotSolved(status, "give it more time, or a shorter period" if status != "cancelled" else "")
    progress("explain", 0.0)
    rules = {name: 1.0 / _row_scale(problem, name) for name in problem.families if name.startswith("limit:")}
    if rules:
        found = _smallest_misses(problem, rules, options, progress)
        if found is not None and (words := _rule_words(problem, found.misses, units or {})):
            return Infeasible(words)
    physical = {
        name: 1.0 / _row_scale(problem, name) for name in problem.families if name.split(":")[0] in _PHYSICAL
    }
    found = _smallest_misses(problem, {**physical, **dict.fromkeys(rules, 0.0)}, options, progress)
    if found is not None and (words := _physical_words(park, found)):
        return Infeasible(words)
    run = run_solver(boxed(problem), options, progress)
    if run.status == "optimal" and (keys := runaways(problem, run.x)):
        return Unbounded(_runaway_words(park, keys))
    return NotSolved(status)


def _row_scale(problem: Problem, name: str) -> float:
    rows = problem.families[name]
    numbers = np.concatenate([problem.row_lower[rows], problem.row_upper[rows]])
    finite = np.abs(numbers[np.isfinite(numbers)])
    largest = float(np.max(finite, initial=0.0))
    return largest if largest > 0 else 1.0


@dataclass(frozen=True)
class _Found:
    """How little can be missed, by family, and the quantities that go with it."""

    misses: dict[str, Array]
    quantities: dict[Key, Array]


def _smallest_misses(
    problem: Problem, prices: dict[str, float], options: SolverOptions, progress: Progress
) -> _Found | None:
    run = run_solver(relaxed(problem, prices), options, progress)
    if run.status != "optimal":
        return None
    return _Found(misses(problem, prices, run.x), problem.quantities(run.x))


def _rule_words(problem: Problem, found: dict[str, Array], units: Mapping[str, str]) -> list[str]:
    words = []
    for name, miss in found.items():
        if name.startswith("limit:") and abs(miss[0]) > _NOTHING * _row_scale(problem, name):
            rule = name.removeprefix("limit:")
            words.append(
                f"rule '{rule}' cannot be met together with the rest: it is missed by at least "
                f"{abs(miss[0]):.6g} {units.get(rule, 'in the unit of its left account')}; relax it by that much, "
                "measure it only, or allow more of what it needs"
            )
    return words


def _physical_words(park: Park, found: _Found) -> list[str]:
    """Worst first."""
    ranked: list[tuple[float, str]] = []
    for name, miss in found.misses.items():
        kind, _, rest = name.partition(":")
        worst = float(np.max(np.abs(miss), initial=0.0))
        if kind == "limit" or worst <= _NOTHING:
            continue
        if kind == "balance":
            ranked += _balance_words(park, rest, miss, found.quantities)
        else:
            ranked.append((worst, _asset_words(park, kind, rest, miss)))
    return [text for _, text in sorted(ranked, key=lambda pair: -pair[0])]


def _asset_words(park: Park, kind: str, name: str, miss: Array) -> str:
    """A target or a level that is missed: what had to be added (positive) or taken (negative)."""
    at = int(np.argmax(np.abs(miss)))
    asset = park.assets[name]
    unit = park.unit_at(home_of(asset))
    amount = f"{abs(float(miss[at])):.4g} {unit}"
    if kind == "target" and isinstance(asset, Demand) and asset.target is not None:
        group, _ = target_amounts(asset.target, park.clock)
        begins = park.clock.times_local[int(np.argmax(group == at))].strftime("%Y-%m-%d")
        where = f"of the {asset.target.per} from {begins}"
        if miss[at] < 0:
            return f"'{name}' must take {amount} more than its target {where}: lower its min_rate"
        return f"'{name}' cannot reach its target {where}: {amount} missing"
    if kind == "end":
        return f"'{name}' cannot reach its final level: {amount} missing"
    when = park.clock.times_local[at].strftime("%Y-%m-%d %H:%M")
    return f"'{name}' cannot keep within its levels on {when}: {amount} too {'much' if miss[at] > 0 else 'little'}"


def _balance_words(
    park: Park, node: str, miss: Array, quantities: Mapping[Key, Array]
) -> list[tuple[float, str]]:
    """Shortage: the balance had to be helped with a positive amount; surplus: a negative one."""
    words = []
    for sign, short in ((1.0, True), (-1.0, False)):
        part = np.maximum(sign * miss, 0.0)
        worst, at = float(np.max(part)), int(np.argmax(part))
        if worst <= _NOTHING:
            continue
        when = park.clock.times_local[at].strftime("%Y-%m-%d %H:%M")
        steps = int(np.sum(part > _NOTHING))
        amount = float(np.sum(part)) * park.clock.step_hours
        advice = "allow curtailment, a sale, or more storage there"
        if short:
            advice = _advice(park, quantities, node, at, worst) or (
                "enlarging what feeds it does not help: add a source, a market, a converter or a storage, "
                "or price unserved demand"
            )
        text = (
            f"{park.carrier_at(node)} at {node} is {'short by' if short else 'too much by'} "
            f"{worst:.4g} {_rate_unit(park, node)} on {when} "
            f"({amount:.4g} {park.unit_at(node)} over {steps} steps); {advice}"
        )
        words.append((worst, text))
    return words


def _rate_unit(park: Park, node: str) -> str:
    return f"{park.unit_at(node)}/h".replace("MWh/h", "MW")


def _advice(
    park: Park,
    quantities: Mapping[Key, Array],
    node: str,
    step: int,
    short: float,
    seen: frozenset[str] = frozenset(),
) -> str:
    """What to enlarge so that ``short`` more can come in this step; empty when nothing helps.

    Of what feeds the node, that which runs at its limit; where it has room, what its own inputs lack.
    """
    for stream in streams_of(park):
        gives = sum(_at(effect.amount, step) for effect in stream.effects if effect.node == node)
        share = _at(stream.most_share, step)
        if gives <= 0 or share <= 0 or isinstance(park.assets[stream.asset], Storage):
            continue
        more = short / gives
        limit = _limit(park, stream, quantities, step)
        if float(quantities[stream.key][step]) >= limit * (1 - _NEARLY):
            unit = _rate_unit(park, home_of(park.assets[stream.asset]))
            return (
                f"allow {_round_up(more / share):g} {unit} more from {stream.asset}, or price unserved demand"
            )
        for effect in stream.effects:
            taken = -_at(effect.amount, step) * more
            if taken > 0 and effect.node not in seen | {node}:
                advice = _advice(park, quantities, effect.node, step, taken, seen | {node})
                if advice:
                    return advice
    return ""


def _limit(park: Park, stream: Stream, quantities: Mapping[Key, Array], step: int) -> float:
    """The most that the stream can be in this step, its capacity at what the park allows."""
    sizing = dict(park.sizings()).get((stream.asset, str(stream.sized_by)))
    if sizing is None:
        return _at(stream.upper, step)
    largest = sizing.least if sizing.max is None else sizing.max
    return min(_at(stream.upper, step), _at(stream.most_share, step) * largest)


def _at(weight: Weight, step: int) -> float:
    """The weight in one step."""
    return float(np.asarray(weight)[step] if np.ndim(weight) else weight)


def _round_up(value: float) -> float:
    """Up to two significant digits."""
    magnitude = 10.0 ** (math.floor(math.log10(value)) - 1)
    return math.ceil(value / magnitude - 1e-5) * magnitude


def _runaway_words(park: Park, keys: list[tuple[str, str]]) -> list[str]:
    names = list(dict.fromkeys(asset for asset, _ in keys))
    parts = {
        asset: ", ".join(sorted({part.split(":")[0] for a, part in keys if a == asset})) for asset in names
    }
    listed = "; ".join(f"'{asset}' ({parts[asset]})" for asset in names[:8])
    return [
        f"these grow without end because together they make money for nothing: {listed}",
        "check their prices and give them a capacity max",
    ]
