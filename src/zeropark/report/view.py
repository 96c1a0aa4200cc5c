"""What the report says, in one language: every number already written for people.

The template only places these texts; the decisions on what is said stand here.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from zeropark.accounts.bill import Bill
from zeropark.figures.bars import capacity_title, term_title
from zeropark.figures.numbers import (
    MISSING,
    SHARES,
    Language,
    aligned,
    amount,
    known,
    money,
    money_scale,
    number,
    percent,
    share,
    signed,
    unit_text,
)
from zeropark.figures.words import asset_title, pack_title, say
from zeropark.outcome import Outcome
from zeropark.park.tariffs import Pack
from zeropark.report.fields import assumed_words, note_words, place_words, value_words
from zeropark.report.sums import (
    electricity_used_mwh,
    full_load_hours,
    investment_of,
    unused_share,
)
from zeropark.report.words import PAPER
from zeropark.rules.judge import Rule, Verdict
from zeropark.texts import either, in_language

MARKS = ("O", "2", "R")
AT_LIMIT = 1e-6
NOTHING = 1e-7


@dataclass(frozen=True)
class PackCard:
    """A rule pack at a glance. state: meets, partly, fails or untold."""

    title: str
    state: str
    state_text: str
    count: str
    word: str
    rule: str
    value: str
    asked: str
    margin: str
    mark: str
    version: str


@dataclass(frozen=True)
class Row:
    """A line of a table: texts by column, and what the template may single out."""

    cells: tuple[str, ...]
    state: str = ""
    mark: str = ""
    detail: str = ""
    careful: str = ""
    path: str = ""


def t(key: str, language: Language, **parts: str) -> str:
    """A term of the papers."""
    return say(key, language, PAPER, **parts)


# --- verdict -------------------------------------------------------------------------------------


def pack_state(verdicts: list[Verdict]) -> str:
    """``fails`` when a core rule fails (any, where none is core), ``partly`` when only others do."""
    core = [v for v in verdicts if v.rule.core] or verdicts
    if any(v.met is False for v in core):
        return "fails"
    if any(v.met is False for v in verdicts):
        return "partly"
    return "untold" if any(v.met is None for v in verdicts) else "meets"


def packs_of(outcome: Outcome) -> dict[str, list[Verdict]]:
    """Verdicts by rule pack, in the outcome's order."""
    packs: dict[str, list[Verdict]] = {}
    for verdict in outcome.rules:
        packs.setdefault(verdict.rule.pack, []).append(verdict)
    return packs


def room(verdict: Verdict) -> float:
    """Margin as a share of the limit; endless where it cannot be told."""
    if verdict.margin is None or not known(verdict.margin):
        return float("inf")
    return verdict.margin / abs(verdict.rule.limit) if verdict.rule.limit else verdict.margin


def pack_cards(outcome: Outcome, language: Language) -> list[PackCard]:
    """A card for every pack, with the rule that is nearest to its limit or furthest beyond it."""
    cards = []
    for pack, verdicts in packs_of(outcome).items():
        state = pack_state(verdicts)
        worst = min(verdicts, key=room)
        told = known(worst.margin)
        declared = outcome.park.packs.get(pack)
        met = str(sum(v.met is True for v in verdicts))
        cards.append(
            PackCard(
                title=pack_title(outcome, pack, language),
                state=state,
                state_text=t(f"state-{state}", language),
                count=t("rules-met", language, met=met, all=str(len(verdicts))),
                word=t("worst" if state in ("fails", "partly") else "tightest", language) if told else "",
                rule=rule_title(worst.rule, language) if told else "",
                value=amount(worst.value, worst.rule.unit, language),
                asked=asked(worst.rule, language),
                margin=margin_text(worst, language),
                mark=declared.mark if declared else "",
                version=" · ".join(x for x in (declared.version, _status(declared, language)) if x)
                if declared
                else "",
            )
        )
    return cards


def rule_title(rule: Rule, language: Language) -> str:
    """Name of a rule for people."""
    return (rule.title_zh if language == "zh" else rule.title) or rule.title or rule.rule


def asked(rule: Rule, language: Language) -> str:
    """``at most 20 %``."""
    limit = amount(rule.limit, rule.unit, language)
    key = "asked-at-least" if rule.sense in ("at least", ">=") else "asked-at-most"
    return t(key, language, limit=limit)


def margin_text(verdict: Verdict, language: Language) -> str:
    """Signed margin in the rule's unit; shares as percentage points."""
    margin, unit = verdict.margin, verdict.rule.unit
    if margin is None or not known(margin):
        return MISSING
    if abs(margin) <= AT_LIMIT * abs(verdict.rule.limit):
        return t("at-limit", language)
    if unit in SHARES:
        return f"{signed(margin * SHARES[unit])} {t('points', language)}"
    return f"{signed(margin)} {unit_text(unit, language)}"


def verdict_sentence(outcome: Outcome, language: Language) -> str:
    """The one sentence that the reader takes along."""
    packs = packs_of(outcome)
    states = [pack_state(verdicts) for pack, verdicts in packs.items() if pack in outcome.park.packs]
    own = [pack_state(verdicts) for pack, verdicts in packs.items() if pack not in outcome.park.packs]
    met, every = states.count("meets"), len(states)
    if not states:
        first = t("no-rules", language)
    elif every == 1:
        first = t("meets-one" if met else "fails-one", language)
        if states[0] in ("untold", "partly"):
            first = f"{first}{' (' if language == 'en' else '（'}{t(f'state-{states[0]}', language)}"
            first += ")" if language == "en" else "）"
    else:
        key = "meets-all" if met == every else ("meets-some" if met else "meets-none")
        first = t(key, language, met=str(met), all=str(every))
    untold = states.count("untold") if every > 1 else 0
    parts = [first] + ([t("untold-packs", language, count=str(untold))] if untold else [])
    if own:
        parts.append(t("own-met" if own == ["meets"] else "own-missed", language))
    parts.append(cost_words(outcome, language))
    return "; ".join(parts) + "." if language == "en" else "；".join(parts) + "。"


def cost_words(outcome: Outcome, language: Language) -> str:
    """What it costs, for a year where the period is one."""
    total, clock = outcome.bill.total, outcome.flows.clock
    word = "costs" if total >= 0 else "earns"
    text = money(abs(total), outcome.bill.currency, language)
    if abs(clock.years - 1) < 1e-6:
        return t(f"{word}-a-year", language, money=text)
    return t(f"{word}-period", language, money=text, days=number(clock.hours / 24))


# --- first screen --------------------------------------------------------------------------------


def price_per_mwh(outcome: Outcome, language: Language) -> str:
    """All cost over the end use of electricity; 元/kWh in Chinese, as bills there are read."""
    used = electricity_used_mwh(outcome)
    if used <= 0:
        return MISSING
    price, currency = outcome.bill.total / used, outcome.bill.currency
    if language == "zh":
        return f"{number(price / 1000)} {unit_text(f'{currency}/kWh', language)}"
    return f"{number(price)} {currency}/MWh"


def building(outcome: Outcome, language: Language) -> list[tuple[str, str]]:
    """What is to be built: (name, size), in the outcome's order."""
    return [
        (capacity_title(outcome, c, language), f"{number(c.added)} {unit_text(c.unit, language)}")
        for c in outcome.capacities
        if known(c.added) and c.added > 1e-9 * max(1.0, c.total)
    ]


def _status(pack: Pack, language: Language) -> str:
    return pack.status_zh if language == "zh" and pack.status_zh else pack.status


def certificate_words(outcome: Outcome, language: Language) -> tuple[str, str]:
    """(state, sentence): good, bad or none."""
    certificate = outcome.certificate
    if certificate is None:
        return "none", t("no-certificate", language)
    if not certificate.sound:
        return "bad", t("not-certified", language)
    bound = money(certificate.lower_bound, outcome.bill.currency, language, 7)
    gap = percent(max(certificate.relative_gap, 0.0), 2)
    words = t("certified", language, bound=bound, gap=gap)
    if certificate.assumed:
        words += " " * (language == "en") + t(
            "given-that", language, assumed=assumed_words(outcome, language)
        )
    return "good", words


def warnings(outcome: Outcome, language: Language) -> list[str]:
    """What a careful reader must know before any number: synthetic data, weak evidence."""
    park = outcome.park
    spec = park.spec
    own = (spec.note_zh or spec.note) if language == "zh" else (spec.note or spec.note_zh)
    found = [v.careful[language == "zh"] for v in outcome.rules if v.careful is not None]
    found += [own] if own else []
    found += [in_language(note, language) for note in park.notes]
    numbers = [a for a in park.assumptions if not a.path.startswith(("pack ", "rules."))]
    marks = Counter(a.mark for a in numbers)
    if marks["R"] or marks["2"]:
        found.append(t("recalled-count", language, count=str(marks["R"]), second=str(marks["2"])))
    unmarked = sum(count for mark, count in marks.items() if mark not in MARKS)
    if unmarked:
        found.append(t("unsourced-count", language, count=str(unmarked)))
    weak = [
        pack_title(outcome, pack, language)
        for pack, verdicts in packs_of(outcome).items()
        if pack in park.packs and any(v.rule.mark in ("2", "R") for v in verdicts)
    ]
    if weak:
        found.append(t("weak-packs", language, packs=(", " if language == "en" else "、").join(weak)))
    return found


def period_words(outcome: Outcome, language: Language) -> str:
    """Period, step, zone, money and discount rate."""
    clock, declared = outcome.flows.clock, outcome.park.spec.money
    first, last = clock.times_local[0], clock.times_local[-1]
    text = t(
        "period",
        language,
        first=f"{first:%Y-%m-%d}",
        last=f"{last:%Y-%m-%d}",
        step=number(clock.step_hours * 60),
        zone=str(clock.zone),
    )
    parts = [text]
    if declared.price_year:
        parts.append(t("real-money", language, year=str(declared.price_year)))
    parts.append(t("discount", language, rate=percent(declared.discount_rate)))
    return " · ".join(parts)


# --- tables --------------------------------------------------------------------------------------


def capacity_rows(outcome: Outcome, language: Language) -> list[Row]:
    """Asset, existing, added, total, unit, investment, full-load hours, share not used."""
    return [
        Row(
            (
                capacity_title(outcome, c, language),
                number(c.existing),
                number(c.added),
                number(c.total),
                unit_text(c.unit, language),
                money(investment_of(outcome, c), outcome.bill.currency, language),
                number(full_load_hours(outcome, c)),
                share(unused_share(outcome, c)),
            ),
            state="new" if c.added > 0 else "",
        )
        for c in outcome.capacities
    ]


def cost_rows(outcome: Outcome, language: Language) -> tuple[str, list[Row]]:
    """Unit of the money; and term, money, share of the total, with the total last."""
    bill = outcome.bill
    names = sorted((name for name, value in bill.terms.items() if value), key=lambda n: -bill.terms[n])
    values = [*(bill.terms[name] for name in names), bill.total]
    scale = money_scale(max(map(abs, values)), bill.currency, language)
    texts = aligned([value / scale.factor for value in values])
    titles = [*(term_title(outcome, name, language) for name in names), t("h-total", language)]
    return scale.unit, [
        Row(
            (title, text, share(value / bill.total) if bill.total > 0 else MISSING),
            state="total" if i == len(names) else "",
        )
        for i, (title, text, value) in enumerate(zip(titles, texts, values, strict=True))
    ]


def bill_rows(outcome: Outcome, language: Language) -> list[Row]:
    """Asset, item, quantity, mean price, amount: the bill's lines added up over the period."""
    bill = outcome.bill
    sums: dict[tuple[str, str, str, str], list[float]] = {}
    for line in bill.lines:
        item = (line.item_zh if language == "zh" else line.item) or line.item
        here = sums.setdefault((line.asset, item, line.quantity_unit, line.price_unit), [0.0, 0.0])
        here[0] += line.quantity
        here[1] += line.amount
    rows = []
    for (asset, item, unit, price_unit), (quantity, total) in sums.items():
        price = _same_price(total, quantity, unit, price_unit, bill.currency)
        rows.append(
            Row(
                (
                    asset_title(outcome.park, asset, language),
                    item,
                    f"{number(quantity)} {unit_text(unit, language)}",
                    f"{number(price)} {unit_text(price_unit, language)}" if known(price) else MISSING,
                    money(total, bill.currency, language),
                )
            )
        )
    return rows


def _same_price(total: float, quantity: float, unit: str, price_unit: str, currency: str) -> float | None:
    """Mean price, where amount over quantity has the price's unit, per year or not."""
    size = unit.removesuffix("·a")
    same = price_unit in (f"{currency}/{unit}", f"{currency}/{size}/a")
    return total / quantity if quantity and same else None


def rule_rows(outcome: Outcome, language: Language) -> list[tuple[str, list[Row]]]:
    """By pack: rule, value, limit, met, margin, shadow price, cost of the rule; then mode and source."""
    return [
        (
            pack_title(outcome, pack, language),
            [_rule_row(v, outcome.bill, language) for v in verdicts],
        )
        for pack, verdicts in packs_of(outcome).items()
    ]


def _rule_row(v: Verdict, bill: Bill, language: Language) -> Row:
    rule = v.rule
    state = "untold" if v.met is None else ("meets" if v.met else "fails")
    sign = "≥" if rule.sense in ("at least", ">=") else "≤"
    mode = [t("enforced" if rule.mode == "enforce" else "measured", language)]
    mode += [t("core", language)] if rule.core else []
    clause = either(rule.clause, rule.clause_zh, language)
    source = either(rule.source, rule.source_zh, language)
    cells = (
        rule_title(rule, language),
        amount(v.value, rule.unit, language),
        f"{sign} {amount(rule.limit, rule.unit, language)}",
        t(f"state-{state}", language),
        margin_text(v, language),
        shadow_text(v, bill, language),
        money(v.cost, bill.currency, language),
        " · ".join([*mode, *(x for x in (clause, source, rule.date) if x)]),
    )
    untold = v.value is None or not known(rule.limit)
    said = either(v.words, v.words_zh, language) if untold else ""
    note = either(rule.note, rule.note_zh, language)
    detail = (" " if language == "en" else "").join(filter(None, (said, note)))
    careful = v.careful[language == "zh"] if v.careful else ""
    return Row(cells, state, rule.mark, detail, careful)


def shadow_text(verdict: Verdict, bill: Bill, language: Language) -> str:
    """Money saved by one more unit of the limit; for shares, by one percentage point."""
    price, rule = verdict.shadow_price, verdict.rule
    if price is None or not known(price):
        return MISSING
    if abs(price * rule.limit) <= NOTHING * abs(bill.total):
        return "≈ 0"
    shown = unit_text(f"({rule.unit})" if "/" in rule.unit else rule.unit, language)
    if rule.unit in SHARES:
        price, shown = price / SHARES[rule.unit], t("points", language)
    return f"{money(price, bill.currency, language)} / {shown}"


def account_rows(outcome: Outcome, language: Language) -> list[Row]:
    """Account, value, clause with note, and source."""
    rows = []
    for name, reading in outcome.accounts.items():
        account = reading.account
        title = (account.title_zh if language == "zh" else account.title) or account.title or name
        value = amount(reading.value, account.unit, language)
        said = [
            either(account.clause, account.clause_zh, language),
            either(account.note, account.note_zh, language),
        ]
        stop = ". " if language == "en" else "。"
        clause = stop.join(x.rstrip(".。") for x in said if x) + (stop.strip() if said[1] else "")
        source = either(account.source, account.source_zh, language)
        rows.append(Row((title, value, clause, source), mark=account.mark, detail=name))
    return rows


def assumption_rows(outcome: Outcome, language: Language) -> list[Row]:
    """What, value, source, date, note; and where in the file."""
    rows = []
    for a in outcome.park.assumptions:
        place = place_words(outcome, a.path, language)
        value, note = value_words(outcome, a, language), note_words(outcome, a, language)
        cells = (place, value, in_language(a.source, language), a.date, note)
        rows.append(Row(cells, mark=a.mark, path="" if place == a.path else a.path))
    return rows


def certificate_rows(outcome: Outcome, language: Language) -> list[Row]:
    """Check, value, what is allowed."""
    c = outcome.certificate
    if c is None:
        return []
    checks = (
        ("c-gap", c.relative_gap, 1e-5),
        ("c-balance", c.balance_residual, 1e-6),
        ("c-bill", c.cost_difference, 1e-6),
    )
    return [
        Row(
            (t(key, language), number(value, 2), f"≤ {number(allowed, 2)}"),
            "meets" if value <= allowed else "fails",
        )
        for key, value, allowed in checks
    ]
