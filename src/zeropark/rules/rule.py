"""What a rule and a verdict are."""

from __future__ import annotations

from dataclasses import dataclass

from zeropark.forms import Form


@dataclass(frozen=True)
class Check:
    """A stated parameter that chose a limit, and the account that must lie in the same band.

    stated, lower, upper: in ``unit``; per_year: what the account's value is multiplied by to be in it.
    """

    title: str
    title_zh: str
    unit: str
    stated: float
    lower: float
    upper: float
    account: str
    per_year: float


@dataclass(frozen=True)
class Rule:
    """``left ≤ limit · right`` (or ≥), with where it comes from.

    form: ``≤ 0`` when the rule is met, in the unit of the left account. limit: in ``unit``; nan when
    the pack has no limit for this park (then it is only measured, never met nor failed).
    clause_zh, source_zh, note_zh: the same in 中文, or empty. left, right: names in
    ``Accounts.lookup``. checks: what the choice of the limit leans on. period: the time that money counts
    for, in words, English and Chinese.
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
    clause_zh: str = ""
    source_zh: str = ""
    note_zh: str = ""
    checks: tuple[Check, ...] = ()
    period: tuple[str, str] = ("over the period", "期内")


@dataclass(frozen=True)
class Verdict:
    """A rule judged: the value, how far it is from the limit, and what the limit costs.

    value, limit, margin: in ``rule.unit``; margin is positive when the rule is met with room.
    met: None when the value cannot be told (the right account is zero). shadow_price: money over the
    period saved by relaxing the limit by one ``rule.unit``; None when the rule was not enforced or
    prices do not exist (mixed-integer). cost: money over the period that the whole rule costs, None
    when it was not computed. words, words_zh: the same in a sentence. careful: English and 中文, where a
    stated parameter that chose the limit disagrees with what was computed; else None.
    """

    rule: Rule
    value: float | None
    met: bool | None
    margin: float | None
    shadow_price: float | None
    cost: float | None
    words: str
    words_zh: str
    careful: tuple[str, str] | None = None
