"""Numbers, money and verdicts in words, English and 中文."""

from __future__ import annotations

import math

from zeropark.rules.rule import Check, Rule

_MONEY_ZH = {"CNY": "元", "EUR": "欧元", "USD": "美元"}
_SENSE_ZH = {"at most": "不高于", "at least": "不低于"}


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


def money(value: float, currency: str) -> str:
    """Money in English: ``CNY 1.23 million``, ``CNY 3,210``."""
    size = abs(value)
    if size >= 999_500_000:
        return f"{currency} {number(_rounded(value / 1e9))} billion"
    if size >= 999_500:
        return f"{currency} {number(_rounded(value / 1e6))} million"
    return f"{currency} {value:,.0f}" if size >= 100 else f"{currency} {number(_rounded(value))}"


def money_zh(value: float, currency: str) -> str:
    """Money in 中文: ``123 万元``, ``1.23 亿元``, ``3,210 元``."""
    word, size = _MONEY_ZH[currency], abs(value)
    if size >= 99_950_000:
        return f"{number(_rounded(value / 1e8))} 亿{word}"
    if size >= 9_995:
        return f"{number(_rounded(value / 1e4))} 万{word}"
    return f"{value:,.0f} {word}" if size >= 100 else f"{number(_rounded(value))} {word}"


def _rounded(value: float) -> float:
    """Three significant digits."""
    return float(f"{value:.3g}")


def verdict_words(rule: Rule, value: float | None, met: bool | None, margin: float | None) -> tuple[str, str]:
    """Value against limit in a sentence, English and 中文."""
    limit, limit_zh = f"{rule.sense} {amount(rule.limit, rule.unit)}", _SENSE_ZH[rule.sense]
    limit_zh = f"限值{limit_zh} {amount(rule.limit, rule.unit)}"
    if value is None:
        return (
            f"{rule.title}: not told by this park (what it is measured against is zero); "
            f"the limit is {limit}.",
            f"{rule.title_zh}: 本园区无法判定(比较基数为零); {limit_zh}。",
        )
    shown = amount(value, rule.unit)
    if math.isnan(rule.limit):
        return (
            f"{rule.title} is {shown}; the pack has no limit for a park such as this.",
            f"{rule.title_zh}为 {shown}; 该规则包对此类园区没有限值。",
        )
    room = amount(abs(margin or 0.0), rule.unit)
    if met:
        spare = ", right at the limit" if _tight(rule, margin) else f", with {room} to spare"
        spare_zh = ", 恰在限值" if _tight(rule, margin) else f", 余量 {room}"
        return (
            f"{rule.title} is {shown}, the limit is {limit}: met{spare}.",
            f"{rule.title_zh}为 {shown}, {limit_zh}: 满足{spare_zh}。",
        )
    return (
        f"{rule.title} is {shown}, the limit is {limit}: not met, off by {room}.",
        f"{rule.title_zh}为 {shown}, {limit_zh}: 不满足, 相差 {room}。",
    )


def _tight(rule: Rule, margin: float | None) -> bool:
    return abs(margin or 0.0) <= 1e-6 * max(1e-3, abs(rule.limit))


def price_words(rule: Rule, shadow_price: float, currency: str) -> tuple[str, str]:
    """What the next bit of room is worth: one percentage point, or 1 % of the limit in other units."""
    percent = rule.unit in ("%", "percent")
    step = 1.0 if percent else abs(rule.limit) * 0.01 or 1.0
    by, by_zh = (amount(step, rule.unit),) * 2 if not percent else ("1 percentage point", "1 个百分点")
    worth = shadow_price * step
    how = "relaxing" if rule.sense == "at most" else "lowering"
    if money(worth, currency).endswith(" 0"):
        return ("The limit costs nothing at the margin.", "该限值的边际成本为零。")
    return (
        f"{how.capitalize()} the limit by {by} is worth {money(worth, currency)} {rule.period[0]}.",
        f"限值每放宽 {by_zh}, {rule.period[1]}可节省 {money_zh(worth, currency)}。",
    )


def cost_words(rule: Rule, cost: float, currency: str) -> tuple[str, str]:
    """What the whole rule costs."""
    limit = amount(rule.limit, rule.unit)
    return (
        f"The limit of {limit} costs {money(cost, currency)} {rule.period[0]}.",
        f"{limit} 的限值{rule.period[1]}成本为 {money_zh(cost, currency)}。",
    )


def check_words(check: Check, computed: float) -> tuple[str, str]:
    """That a stated parameter and what was computed lie in different bands."""
    stated, found = amount(check.stated, check.unit), amount(computed, check.unit)
    low, high = number(check.lower), number(check.upper)
    band, band_zh = f"{low} to {high} {check.unit}", f"{low} 至 {high} {check.unit}"
    return (
        f"Careful: the limit was chosen for {check.title} {stated} ({band}), but {found} was computed; "
        "another limit may hold.",
        f"注意: 限值按{check.title_zh} {stated} ({band_zh}) 选取, 而计算值为 {found}, 可能适用另一限值。",
    )
