"""Why there is no plan, in the user's words."""

from __future__ import annotations

import math

import numpy as np

from zeropark.errors import Infeasible, NotSolved, Unbounded, UnmetRequest
from zeropark.forms import Array
from zeropark.optimize.elastic import boxed, misses, relaxed, runaways
from zeropark.optimize.highs import solve_highs
from zeropark.optimize.options import Progress, SolverOptions
from zeropark.optimize.problem import Problem
from zeropark.park.model import Park
from zeropark.park.streams import Stream, streams_of

_NOTHING = 1e-6
_PHYSICAL = ("balance", "target", "level", "end", "window")


def why_not(
    park: Park, problem: Problem, status: str, options: SolverOptions, progress: Progress
) -> UnmetRequest:
    """The error that explains a run without optimum: infeasible, unbounded, or only stopped."""
    if status in ("cancelled", "time limit reached"):
        return NotSolved(status, "give it more time, or a shorter period" if status != "cancelled" else "")
    progress("explain", 0.0)
    rules = {name: 1.0 / _row_scale(problem, name) for name in problem.families if name.startswith("limit:")}
    if rules:
        found = _smallest_misses(problem, rules, options, progress)
        if found is not None and (words := _rule_words(problem, found)):
            return Infeasible(words)
    physical = {
        name: 1.0 / _row_scale(problem, name) for name in problem.families if name.split(":")[0] in _PHYSICAL
    }
    found = _smallest_misses(problem, {**physical, **rules}, options, progress)
    if found is not None and (words := _physical_words(park, found) + _rule_words(problem, found)):
        return Infeasible(words)
    run = solve_highs(boxed(problem), options, progress)
    if run.status == "optimal" and (keys := runaways(problem, run.x)):
        return Unbounded(_runaway_words(park, keys))
    return NotSolved(status)


def _row_scale(problem: Problem, name: str) -> float:
    rows = problem.families[name]
    numbers = np.concatenate([problem.row_lower[rows], problem.row_upper[rows]])
    finite = np.abs(numbers[np.isfinite(numbers)])
    largest = float(np.max(finite, initial=0.0))
    return largest if largest > 0 else 1.0


def _smallest_misses(
    problem: Problem, prices: dict[str, float], options: SolverOptions, progress: Progress
) -> dict[str, Array] | None:
    run = solve_highs(relaxed(problem, prices), options, progress)
    return misses(problem, prices, run.x) if run.status == "optimal" else None


def _rule_words(problem: Problem, found: dict[str, Array]) -> list[str]:
    words = []
    for name, miss in found.items():
        if name.startswith("limit:") and abs(miss[0]) > _NOTHING * _row_scale(problem, name):
            rule = name.removeprefix("limit:")
            words.append(
                f"rule '{rule}' cannot be met together with the rest: it is missed by at least "
                f"{abs(miss[0]):.6g} in the unit of its left account; relax it, measure it only, "
                "or allow more of what it needs"
            )
    return words


def _physical_words(park: Park, found: dict[str, Array]) -> list[str]:
    """Worst first, by the share of the family's rows and size that is missed."""
    ranked: list[tuple[float, str]] = []
    for name, miss in found.items():
        kind, _, rest = name.partition(":")
        worst = float(np.max(np.abs(miss), initial=0.0))
        if kind == "limit" or worst <= _NOTHING:
            continue
        if kind == "balance":
            ranked += _balance_words(park, rest, miss)
        else:
            unit = park.unit_at(_node_of(park, rest))
            what = {
                "target": "its target",
                "window": "its shifted demand",
                "level": "its level",
                "end": "its final level",
            }[kind]
            ranked.append((worst, f"'{rest}' cannot reach {what}: {worst:.4g} {unit} missing at worst"))
    return [text for _, text in sorted(ranked, key=lambda pair: -pair[0])]


def _balance_words(park: Park, node: str, miss: Array) -> list[tuple[float, str]]:
    """Shortage: the balance had to be helped with a positive amount; surplus: a negative one."""
    words = []
    for sign, short in ((1.0, True), (-1.0, False)):
        part = np.maximum(sign * miss, 0.0)
        worst = float(np.max(part))
        if worst <= _NOTHING:
            continue
        rate = f"{park.unit_at(node)}/h".replace("MWh/h", "MW")
        when = park.clock.times_local[int(np.argmax(part))].strftime("%Y-%m-%d %H:%M")
        steps = int(np.sum(part > _NOTHING))
        amount = float(np.sum(part)) * park.clock.step_hours
        text = (
            f"{park.carrier_at(node)} at {node} is {'short by' if short else 'too much by'} {worst:.4g} {rate} on {when} "
            f"({amount:.4g} {park.unit_at(node)} over {steps} steps); {_advice(park, node, worst, rate, short)}"
        )
        words.append((worst, text))
    return words


def _advice(park: Park, node: str, worst: float, rate: str, short: bool) -> str:
    if not short:
        return "allow curtailment, a sale, or more storage there"
    for stream in streams_of(park):
        for effect in stream.effects:
            gives = effect.node == node and float(np.max(effect.amount)) > 0
            if gives and _limited(park, stream):
                more = _round_up(worst / float(np.max(effect.amount)))
                return f"allow {more:g} {rate} more from {stream.asset}, or price unserved demand"
    return "nothing that feeds it can be enlarged: add a source, a market or a converter, or price unserved demand"


def _limited(park: Park, stream: Stream) -> bool:
    sizing = dict(park.sizings()).get((stream.asset, str(stream.sized_by)))
    if sizing is not None:
        return sizing.max is None or math.isfinite(sizing.max)
    return bool(np.all(np.isfinite(stream.upper)))


def _round_up(value: float) -> float:
    """Up to two significant digits."""
    magnitude = 10.0 ** (math.floor(math.log10(value)) - 1)
    return math.ceil(value / magnitude - 1e-9) * magnitude


def _node_of(park: Park, asset: str) -> str:
    return next(
        effect.node for stream in streams_of(park) if stream.asset == asset for effect in stream.effects
    )


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
