"""Rules: two accounts and a limit; judged on flows, priced by the plan's dual."""

from __future__ import annotations

from dataclasses import dataclass

from zeropark.forms import Form


@dataclass(frozen=True)
class Rule:
    """``left ≤ limit · right`` (or ≥), with where it comes from.

    form: ``≤ 0`` when the rule is met, in the unit of the left account. limit: in ``unit``.
    """

    pack: str
    rule: str
    title: str
    title_zh: str
    sense: str
    left: str
    right: str | None
    limit: float
    unit: str
    mode: str
    form: Form
    core: bool
    clause: str
    source: str
    mark: str
    date: str
    note: str = ""


@dataclass(frozen=True)
class Verdict:
    """A rule judged: the value, how far it is from the limit, and what the limit costs.

    value, limit, margin: in ``rule.unit``; margin is positive when the rule is met with room.
    met: None when the value cannot be told (the right account is zero). shadow_price: money over the
    period saved by relaxing the limit by one ``rule.unit``; None when the rule was not enforced or
    prices do not exist (mixed-integer). cost: money over the period that the whole rule costs, None
    when it was not computed. words, words_zh: the same in a sentence.
    """

    rule: Rule
    value: float | None
    met: bool | None
    margin: float | None
    shadow_price: float | None
    cost: float | None
    words: str
    words_zh: str
