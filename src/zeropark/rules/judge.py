"""Rules: two accounts and a limit; judged on flows, priced by the plan's dual."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from zeropark import units
from zeropark.accounts.standard import Accounts
from zeropark.forms import Quantities
from zeropark.rules.build import enforced, rules_of
from zeropark.rules.rule import Check, Rule, Verdict
from zeropark.rules.words import check_words, priced_words, verdict_words

__all__ = ["MET_TOLERANCE", "Check", "Rule", "Verdict", "enforced", "judge", "rules_of"]

MET_TOLERANCE = 1e-6
"""A rule is met when it is exceeded by no more than this share of the larger of its two sides."""

SMALLEST_RIGHT = 1e-9
"""A right account up to this, in its unit, tells nothing: nothing can be compared with it."""

Named = Mapping[tuple[str, str], float]


def judge(
    rules: Iterable[Rule],
    accounts: Accounts,
    quantities: Quantities,
    duals: Named | None = None,
    costs: Named | None = None,
) -> tuple[Verdict, ...]:
    """Every rule judged on the quantities of flows.

    duals: (pack, rule) → money saved per unit by which ``rule.form ≤ 0`` is relaxed, for enforced rules
    of a plan with prices. costs: (pack, rule) → money that the whole rule costs, where it was computed.
    """
    lookup = accounts.lookup
    values: dict[str, float] = {}

    def value_of(name: str) -> float:
        if name not in values:
            values[name] = lookup[name].form.value(quantities)
        return values[name]

    verdicts = []
    for rule in rules:
        names = [rule.left, *([rule.right] if rule.right else []), *(check.account for check in rule.checks)]
        read = {name: value_of(name) for name in names}
        key = (rule.pack, rule.rule)
        dual = (duals or {}).get(key) if rule.mode == "enforce" else None
        verdicts.append(_judged(rule, accounts, read, dual, (costs or {}).get(key)))
    return tuple(verdicts)


def _judged(
    rule: Rule, accounts: Accounts, read: Mapping[str, float], dual: float | None, cost: float | None
) -> Verdict:
    lookup, left, right = accounts.lookup, read[rule.left], read[rule.right] if rule.right else 1.0
    natural = f"({lookup[rule.left].unit})" + (f"/({lookup[rule.right].unit})" if rule.right else "")
    per_unit = units.factor(rule.unit, natural)
    value = left / right / per_unit if right > SMALLEST_RIGHT else None
    margin = _margin(rule, value)
    met = None if margin is None else _met(rule, left, rule.limit * per_unit * right)
    shadow_price = None if dual is None else dual * per_unit * right
    said = [verdict_words(rule, value, met, margin)]
    said += priced_words(rule, cost, shadow_price, accounts.currency)
    checked = (check_words(check, read[check.account] * check.per_year) for check in rule.checks)
    warned = [words for words in checked if words is not None]
    careful = _joined(warned) if warned else None
    words, words_zh = _joined(said)
    return Verdict(rule, value, met, margin, shadow_price, cost, words, words_zh, careful)


def _joined(said: list[tuple[str, str]]) -> tuple[str, str]:
    return " ".join(english for english, _ in said), "".join(chinese for _, chinese in said)


def _margin(rule: Rule, value: float | None) -> float | None:
    if value is None or math.isnan(rule.limit):
        return None
    return rule.limit - value if rule.sense == "at most" else value - rule.limit


def _met(rule: Rule, left: float, allowed: float) -> bool:
    over = left - allowed if rule.sense == "at most" else allowed - left
    return over <= MET_TOLERANCE * max(abs(left), abs(allowed))
