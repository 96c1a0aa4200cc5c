"""Numbers, money and verdicts in words, English and 中文."""

from __future__ import annotations

import math

from zeropark.rules.rule import Check, Rule

_MONEY_ZH = {"CNY": "元", "EUR": "欧元", "USD": "美元"}
_UNITS_ZH = {"Mtce": "百万 tce", "/year": "/年", "hectare": "公顷"}
_PERCENT = ("%", "percent")
_SENSE_ZH = {"at most": "不高于", "at least": "不低于"}

FAR_APART = 0.2
"""A stated parameter may differ from what was computed by this share before it is told."""


def number(value: float) -> str:
    """A number with four significant digits, never in exponents: ``0.1834``, ``12.5``, ``1,250,000``."""
    if not math.isfinite(value):
        return "∞" if value > 0 else "-∞"
    if value == 0 or abs(value) < 1e-9:
        return "0"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    digits = max(0, 3 - math.floor(math.log10(abs(value))))
    return f"{value:.{digits}f}".rstrip("0").rstrip(".") if digits else f"{value:.0f}"


def amount(value: float, unit: str) -> str:
    """A number with its unit: ``20 %``, ``0.2 tCO2/tce``; nothing stands for a pure number."""
    shown = unit.replace("(", "").replace(")", "") if unit not in ("1", "") else ""
    return f"{number(value)} {shown}".strip()


def amount_zh(value: float, unit: str) -> str:
    """A number with its unit in 中文."""
    text = amount(value, unit)
    for english, chinese in _UNITS_ZH.items():
        text = text.replace(english, chinese)
    return text


def money(value: float, currency: str) -> str:
    """Money in English: ``CNY 12.34 million``, ``CNY 3,210``; rounded as in tables, to four digits."""
    size = abs(value)
    if size >= 1e6:
        return f"{currency} {number(value / 1e6)} million"
    return f"{currency} {value:,.0f}" if size >= 100 else f"{currency} {number(value)}"


def money_zh(value: float, currency: str) -> str:
    """Money in 中文: ``123.5 万元``, ``3,210 元``; rounded as in tables, to four digits."""
    word, size = _MONEY_ZH[currency], abs(value)
    if size >= 1e4:
        return f"{number(value / 1e4)} 万{word}"
    return f"{value:,.0f} {word}" if size >= 100 else f"{number(value)} {word}"


def _difference(value: float, unit: str) -> tuple[str, str]:
    """How far apart two values are, English and 中文: shares in percentage points."""
    if unit not in _PERCENT:
        return amount(value, unit), amount_zh(value, unit)
    points = number(value)
    return f"{points} percentage point{'' if points == '1' else 's'}", f"{points} 个百分点"


def verdict_words(rule: Rule, value: float | None, met: bool | None, margin: float | None) -> tuple[str, str]:
    """Value against limit in a sentence, English and 中文."""
    limit, limit_zh = f"{rule.sense} {amount(rule.limit, rule.unit)}", _SENSE_ZH[rule.sense]
    limit_zh = f"限值{limit_zh} {amount_zh(rule.limit, rule.unit)}"
    if value is None:
        return (
            f"{rule.title}: not told by this park (what it is measured against is zero); "
            f"the limit is {limit}.",
            f"{rule.title_zh}：本园区无法判定（比较基数为零）；{limit_zh}。",
        )
    shown, shown_zh = amount(value, rule.unit), amount_zh(value, rule.unit)
    if math.isnan(rule.limit):
        return (
            f"{rule.title} is {shown}; the pack has no limit for a park such as this.",
            f"{rule.title_zh}为 {shown_zh}；该规则包对此类园区没有限值。",
        )
    room, room_zh = _difference(abs(margin or 0.0), rule.unit)
    if met:
        spare = ", right at the limit" if _tight(rule, margin) else f", with {room} to spare"
        spare_zh = "，恰在限值" if _tight(rule, margin) else f"，余量 {room_zh}"
        return (
            f"{rule.title} is {shown}, the limit is {limit}: met{spare}.",
            f"{rule.title_zh}为 {shown_zh}，{limit_zh}：满足{spare_zh}。",
        )
    return (
        f"{rule.title} is {shown}, the limit is {limit}: not met, off by {room}.",
        f"{rule.title_zh}为 {shown_zh}，{limit_zh}：不满足，相差 {room_zh}。",
    )


def _tight(rule: Rule, margin: float | None) -> bool:
    return abs(margin or 0.0) <= 1e-6 * max(1e-3, abs(rule.limit))


def priced_words(rule: Rule, cost: float | None, price: float | None, currency: str) -> list[tuple[str, str]]:
    """What the whole rule costs and what more room is worth, as far as told; nothing is said twice."""
    if (
        cost is not None
        and is_nothing(cost, currency)
        and (price is None or _worthless(rule, price, currency))
    ):
        return [("The limit costs nothing.", "该限值不增加费用。")]
    whole = [] if cost is None else [cost_words(rule, cost, currency)]
    return whole + ([] if price is None else [price_words(rule, price, currency)])


def is_nothing(value: float, currency: str) -> bool:
    """Whether so much money is written as zero."""
    return money(value, currency).removeprefix(f"{currency} ") in ("0", "-0")


def _step(rule: Rule) -> float:
    return 1.0 if rule.unit in _PERCENT else abs(rule.limit) * 0.01 or 1.0


def _worthless(rule: Rule, price: float, currency: str) -> bool:
    return is_nothing(price * _step(rule), currency)


def price_words(rule: Rule, shadow_price: float, currency: str) -> tuple[str, str]:
    """What the next bit of room is worth: one percentage point, or 1 % of the limit in other units."""
    by, by_zh = _difference(_step(rule), rule.unit)
    how = "relaxing" if rule.sense == "at most" else "lowering"
    if _worthless(rule, shadow_price, currency):
        return ("The limit costs nothing at the margin.", "该限值的边际成本为零。")
    worth = shadow_price * _step(rule)
    return (
        f"{how.capitalize()} the limit by {by} is worth {money(worth, currency)} {rule.period[0]}.",
        f"限值每放宽 {by_zh}，{rule.period[1]}可节省 {money_zh(worth, currency)}。",
    )


def cost_words(rule: Rule, cost: float, currency: str) -> tuple[str, str]:
    """What the whole rule costs."""
    limit = amount(rule.limit, rule.unit)
    return (
        f"The limit of {limit} costs {money(cost, currency)} {rule.period[0]}.",
        f"{amount_zh(rule.limit, rule.unit)} 的限值{rule.period[1]}成本为 {money_zh(cost, currency)}。",
    )


def check_words(check: Check, computed: float) -> tuple[str, str] | None:
    """That a stated parameter and what was computed disagree: another band, or far apart in the same."""
    stated, found = amount(check.stated, check.unit), amount(computed, check.unit)
    stated_zh, found_zh = amount_zh(check.stated, check.unit), amount_zh(computed, check.unit)
    lower, upper = amount_zh(check.lower, check.unit), amount_zh(check.upper, check.unit)
    if not check.lower <= computed < check.upper:
        low, high = number(check.lower), number(check.upper)
        band = (
            f"{low} to {high} {check.unit}" if math.isfinite(check.upper) else f"from {low} {check.unit} on"
        )
        band_zh = f"{number(check.lower)} 至 {upper}" if math.isfinite(check.upper) else f"{lower} 及以上"
        return (
            f"Careful: the limit was chosen for {check.title} {stated} ({band}), but {found} was computed; "
            "another limit may hold.",
            f"注意：限值按{check.title_zh} {stated_zh}（{band_zh}）选取，而计算值为 {found_zh}，可能适用另一限值。",
        )
    if abs(check.stated - computed) > FAR_APART * abs(computed):
        return (
            f"Careful: {check.title} was stated as {stated}, but {found} was computed. "
            "The limit is the same for both; mend the stated figure.",
            f"注意：{check.title_zh}申报为 {stated_zh}，而计算值为 {found_zh}。两者适用同一限值，请更正申报值。",
        )
    return None
