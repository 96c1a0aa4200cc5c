"""``tables.xlsx``: the outcome for an accountant; a sum is a formula, with its value already in the cell.

Heads stand in English and Chinese, units in the head or beside the number. What does not exist is an
empty cell, never zero.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import xlsxwriter
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from zeropark.figures.bars import capacity_title
from zeropark.figures.numbers import LANGUAGES
from zeropark.figures.words import asset_title, carrier_title, node_title, pack_title
from zeropark.forms import Array
from zeropark.outcome import Outcome
from zeropark.report import fields, sums, view
from zeropark.report.blocks import Block
from zeropark.report.fields import note_words, place_words, value_words
from zeropark.report.words import PAPER
from zeropark.texts import in_language

SHEETS = (
    "Summary",
    "Capacities",
    "Cost",
    "Bill",
    "Bill by month",
    "Accounts",
    "Rules",
    "Balance",
    "Assumptions",
)
_HEAD = 2
_SENSES = {"at most": "at most 不高于", "at least": "at least 不低于"}


@dataclass
class Sheet:
    """A worksheet under construction, with the book's formats."""

    page: Any
    formats: dict[str, Any]

    def text(self, row: int, column: int, value: object, style: str = "text") -> None:
        """A text, or an empty cell; never read as a formula or a link."""
        if value not in ("", None):
            self.page.write_string(row, column, str(value), self.formats[style])

    def number(self, row: int, column: int, value: float | None, style: str = "number") -> None:
        """A finite number, or an empty cell."""
        if value is not None and math.isfinite(value):
            self.page.write_number(row, column, float(value), self.formats[style])

    def formula(self, row: int, column: int, text: str, value: float, style: str = "number") -> None:
        """A formula with the value that it gives, for readers that do not calculate."""
        if math.isfinite(value):
            self.page.write_formula(row, column, text, self.formats[style], float(value))

    def head(self, title: str, titles: Sequence[tuple[str, int]]) -> None:
        """Title, column heads with widths, frozen below."""
        self.page.write_string(0, 0, title, self.formats["title"])
        for column, (text, width) in enumerate(titles):
            self.page.write_string(_HEAD, column, text, self.formats["head"])
            self.page.set_column(column, column, width)
        self.page.set_row(_HEAD, 32)
        self.page.freeze_panes(_HEAD + 1, 1)


def write_tables(outcome: Outcome, path: Path, blocks: Sequence[Block] = ()) -> None:
    """Write the workbook; a sheet for each block stands before the last one."""
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"title": outcome.park.spec.name, "comments": "Written by zeropark"})
        formats = _formats(book)
        writers = (_summary, _capacities, _cost, _bill, _months, _accounts, _rules, _balance, _assumptions)
        sheets: list[tuple[str, Callable[[Outcome, Sheet], None]]] = list(zip(SHEETS, writers, strict=True))
        sheets[-1:-1] = [(block.sheet, partial(_block, block)) for block in blocks]
        for name, write in sheets:
            page = book.add_worksheet(name)
            page.hide_gridlines(2)
            page.set_landscape()
            page.set_paper(9)
            page.fit_to_pages(1, 0)
            write(outcome, Sheet(page, formats))


def _formats(book: Any) -> dict[str, Any]:
    line = {"bottom": 1, "bottom_color": "#dfe4e8", "valign": "top"}
    head = {"bold": True, "text_wrap": True, "bottom": 1, "valign": "bottom", "font_color": "#44525c"}
    styles: dict[str, dict[str, Any]] = {
        "text": line | {"text_wrap": True, "indent": 1},
        "plain": {},
        "number": line | {"num_format": "#,##0.00##"},
        "money": line | {"num_format": "#,##0.00;[Red]-#,##0.00"},
        "share": line | {"num_format": "0.00%"},
        "tiny": line | {"num_format": "0.0E+00"},
        "total": {"bold": True, "top": 1, "num_format": "#,##0.00;[Red]-#,##0.00"},
        "total text": {"bold": True, "top": 1},
        "group": {"bold": True, "bg_color": "#eef2f5"},
        "title": {"bold": True, "font_size": 14},
        "head": head,
    }
    return {name: book.add_format(style) for name, style in styles.items()}


def _both(key: str) -> str:
    english, chinese = PAPER[key]
    return f"{english} {chinese}"


def _names(titles: Iterable[str]) -> str:
    return " ".join(dict.fromkeys(title for title in titles if title))


def _asset(outcome: Outcome, name: str) -> str:
    """Both names of an asset; its key too, where another asset has the same names."""
    titles = {
        key: _names(asset_title(outcome.park, key, language) for language in LANGUAGES)
        for key in outcome.park.assets
    }
    title = titles.get(name, name)
    return title if list(titles.values()).count(title) < 2 else f"{title} ({name})"


def _block(block: Block, _: Outcome, sheet: Sheet) -> None:
    """A block of readings: its table, and what is said beside it below."""
    heads = [(_joined(head.title), head.width) for head in block.heads] or [("", 80)]
    sheet.head(_joined(block.title), heads)
    for row, cells in enumerate(block.rows, _HEAD + 1):
        for column, (cell, head) in enumerate(zip(cells, block.heads, strict=True)):
            if isinstance(cell, str):
                sheet.text(row, column, _joined(cell))
            else:
                sheet.number(row, column, cell, "share" if head.style == "share" else "number")
    below = _HEAD + 2 + len(block.rows)
    for row, note in enumerate((block.intro, *block.notes), below):
        sheet.text(row, 0, _joined(note), "plain")


def _joined(text: str) -> str:
    """Both languages in one cell."""
    return _names(in_language(text, language) for language in LANGUAGES)


def _summary(outcome: Outcome, sheet: Sheet) -> None:
    spec, certificate, solver = outcome.park.spec, outcome.certificate, outcome.solver
    sheet.head(_names((spec.name, spec.name_zh)), [("", 44), ("", 64), ("", 64)])
    rows: list[tuple[str, object, str]] = [
        (_both("s-rules"), view.verdict_sentence(outcome, "en"), view.verdict_sentence(outcome, "zh")),
        (_both("s-period"), view.period_words(outcome, "en"), view.period_words(outcome, "zh")),
        (_both("s-status"), *_status(outcome.status)),
        (_both("total-cost"), outcome.bill.total, outcome.bill.currency),
        (_both("investment"), sums.investment_total(outcome), outcome.bill.currency),
        (_both("electricity-used"), sums.electricity_used_mwh(outcome), "MWh"),
    ]
    if certificate is not None:
        rows += [
            (_both("c-bound"), certificate.lower_bound, outcome.bill.currency),
            (_both("c-gap-short"), certificate.relative_gap, PAPER["c-gap"][1]),
            (_both("c-balance-short"), certificate.balance_residual, PAPER["c-balance"][1]),
            (_both("c-bill-short"), certificate.cost_difference, PAPER["c-bill"][1]),
        ]
        if certificate.assumed:
            english, chinese = (fields.assumed_words(outcome, language) for language in LANGUAGES)
            rows.append((_both("c-assumed-short"), english, chinese))
    if solver is not None:
        parts = {
            "name": solver.name,
            "seconds": f"{solver.seconds:.1f}",
            "iterations": str(solver.iterations),
        }
        english, chinese = (view.t("solver-short", language, **parts) for language in LANGUAGES)
        rows.append(("Solver 求解器", english, chinese))
    notes = zip(view.warnings(outcome, "en"), view.warnings(outcome, "zh"), strict=True)
    rows += [(_both("read-this-first"), note, note_zh if note_zh != note else "") for note, note_zh in notes]
    for row, (label, value, remark) in enumerate(rows, start=_HEAD):
        sheet.text(row, 0, label)
        if isinstance(value, float):
            sheet.number(row, 1, value, "tiny" if 0 < abs(value) < 1e-3 else "number")
        else:
            sheet.text(row, 1, value)
        sheet.text(row, 2, remark)


def _status(status: str) -> tuple[str, str]:
    return PAPER.get(f"status-{status}", (status, ""))


def _pair(english: str, chinese: str) -> str:
    """Both languages of a text, one below the other."""
    return "\n".join(dict.fromkeys(x for x in (english, chinese) if x))


def _capacities(outcome: Outcome, sheet: Sheet) -> None:
    heads = [
        ("h-asset", 32),
        ("h-existing", 14),
        ("h-added", 14),
        ("h-total", 14),
        ("h-unit", 10),
        ("h-hours", 16),
    ]
    sheet.head(
        _both("s-capacities"),
        [(_both(k), w) for k, w in heads]
        + [(_both("h-unused"), 18)]
        + [(f"{_both('h-investment')}, {outcome.bill.currency}", 20)],
    )
    for row, c in enumerate(outcome.capacities, start=_HEAD + 1):
        sheet.text(row, 0, _names(capacity_title(outcome, c, language) for language in LANGUAGES))
        sheet.number(row, 1, c.existing)
        sheet.number(row, 2, c.added)
        sheet.formula(row, 3, f"=B{row + 1}+C{row + 1}", c.total)
        sheet.text(row, 4, c.unit)
        sheet.number(row, 5, sums.full_load_hours(outcome, c))
        sheet.number(row, 6, sums.unused_share(outcome, c), "share")
        sheet.number(row, 7, sums.investment_of(outcome, c), "money")
    first, last = _HEAD + 2, _HEAD + 1 + len(outcome.capacities)
    if outcome.capacities:
        money = sum(sums.investment_of(outcome, c) or 0.0 for c in outcome.capacities)
        sheet.text(last, 0, _both("h-total"), "total text")
        sheet.formula(last, 7, f"=SUM(H{first}:H{last})", money, "total")


def _cost(outcome: Outcome, sheet: Sheet) -> None:
    bill = outcome.bill
    sheet.head(
        _both("total-cost"),
        [(_both("h-term"), 40), (f"{_both('h-money')}, {bill.currency}", 22), (_both("h-share"), 12)],
    )
    first = _HEAD + 1
    last = first + len(bill.terms) - 1
    for row, (name, value) in enumerate(bill.terms.items(), start=first):
        sheet.text(row, 0, _names(bill.term_titles.get(name, (name, ""))))
        sheet.number(row, 1, value, "money")
        if bill.total:
            sheet.formula(row, 2, f"=B{row + 1}/B${last + 2}", value / bill.total, "share")
    sheet.text(last + 1, 0, _both("h-total"), "total text")
    if bill.terms:
        sheet.formula(last + 1, 1, f"=SUM(B{first + 1}:B{last + 1})", sum(bill.terms.values()), "total")


def _bill(outcome: Outcome, sheet: Sheet) -> None:
    currency = outcome.bill.currency
    heads = [
        (_both("h-asset"), 26),
        ("Period 账期", 12),
        ("Item", 26),
        ("项目", 18),
        (_both("h-quantity"), 16),
        (_both("h-unit"), 10),
        ("Price 单价", 16),
        ("Price unit 单价单位", 16),
        (f"{_both('h-money')}, {currency}", 20),
        (_both("h-clause"), 40),
    ]
    sheet.head("Bill, line by line 账单明细", heads)
    first = _HEAD + 1
    amounts: list[float] = []
    for row, line in enumerate(outcome.bill.lines, start=first):
        for column, value in enumerate((_asset(outcome, line.asset), line.period, line.item, line.item_zh)):
            sheet.text(row, column, value)
        sheet.number(row, 4, line.quantity)
        sheet.text(row, 5, line.quantity_unit)
        sheet.number(row, 6, line.price)
        sheet.text(row, 7, line.price_unit)
        product = line.quantity * line.price
        if abs(product - line.amount) <= 1e-9 * max(1.0, abs(line.amount)):
            sheet.formula(row, 8, f"=E{row + 1}*G{row + 1}", product, "money")
            amounts.append(product)
        else:
            sheet.number(row, 8, line.amount, "money")
            amounts.append(line.amount)
        sheet.text(row, 9, line.clause)
    if amounts:
        last = first + len(amounts) - 1
        sheet.text(last + 1, 0, _both("h-total"), "total text")
        sheet.formula(last + 1, 8, f"=SUM(I{first + 1}:I{last + 1})", sum(amounts), "total")
        sheet.page.autofilter(_HEAD, 0, last, 9)


def _months(outcome: Outcome, sheet: Sheet) -> None:
    """Items down, periods across; each cell adds up the lines of the sheet Bill."""
    lines = outcome.bill.lines
    periods = sorted({line.period for line in lines}, key=lambda p: (p not in outcome.flows.clock.months, p))
    items = list(dict.fromkeys((line.asset, line.item, line.item_zh) for line in lines))
    heads = [
        (_both("h-asset"), 26),
        ("Item", 26),
        ("项目", 18),
        *((p, 15) for p in periods),
        (_both("h-total"), 18),
    ]
    sheet.head(f"Bill by month, {outcome.bill.currency} 按月账单", heads)
    sheet.page.freeze_panes(_HEAD + 1, 3)
    first, end = _HEAD + 1, _HEAD + 1 + len(lines)
    block = "Bill!${0}${1}:${0}${2}"
    amount, period, item, owner = (block.format(column, first + 1, end) for column in "IBCA")
    table = np.zeros((len(items), len(periods)))
    for line in lines:
        table[items.index((line.asset, line.item, line.item_zh)), periods.index(line.period)] += line.amount
    for i, (asset, name, name_zh) in enumerate(items):
        row = first + i
        for column, value in enumerate((_asset(outcome, asset), name, name_zh)):
            sheet.text(row, column, value)
        for j in range(len(periods)):
            head = xl_rowcol_to_cell(_HEAD, 3 + j, row_abs=True)
            same = f"({period}={head})*({item}=$B{row + 1})*({owner}=$A{row + 1})"
            text = f"=SUMPRODUCT({same}*{amount})"
            sheet.formula(row, 3 + j, text, table[i, j], "money")
        _row_sum(sheet, row, 3, len(periods), table[i], "money")
    if items:
        row = first + len(items)
        sheet.text(row, 0, _both("h-total"), "total text")
        for j in range(len(periods) + 1):
            name = xl_col_to_name(3 + j)
            value = table.sum() if j == len(periods) else table[:, j].sum()
            sheet.formula(row, 3 + j, f"=SUM({name}{first + 1}:{name}{row})", value, "total")


def _row_sum(sheet: Sheet, row: int, column: int, count: int, values: Array, style: str) -> None:
    left, right = xl_rowcol_to_cell(row, column), xl_rowcol_to_cell(row, column + count - 1)
    sheet.formula(row, column + count, f"=SUM({left}:{right})", float(values.sum()), style)


def _accounts(outcome: Outcome, sheet: Sheet) -> None:
    heads = ["h-account", "h-value", "h-unit", "h-clause", "h-source", "h-mark", "h-note"]
    widths = [44, 20, 14, 40, 50, 8, 60]
    sheet.head(_both("s-accounts"), [(_both(k), w) for k, w in zip(heads, widths, strict=True)])
    for row, (name, reading) in enumerate(outcome.accounts.items(), start=_HEAD + 1):
        account = reading.account
        sheet.text(row, 0, _names((account.title or name, account.title_zh)))
        sheet.number(row, 1, reading.value, "share" if account.unit == "1" else "number")
        clause, source = _pair(account.clause, account.clause_zh), _pair(account.source, account.source_zh)
        note = _pair(account.note, account.note_zh)
        for column, value in enumerate((account.unit, clause, source, account.mark, note), start=2):
            sheet.text(row, column, value)


def _rules(outcome: Outcome, sheet: Sheet) -> None:
    currency = outcome.bill.currency
    heads = [
        ("Rule pack 规则包", 30),
        (_both("h-rule"), 34),
        (_both("h-value"), 14),
        ("Sense 方向", 12),
        (_both("h-limit"), 14),
        (_both("h-unit"), 12),
        (_both("h-met"), 20),
        (_both("h-margin"), 14),
        (f"{_both('h-shadow')}, {currency}/unit", 20),
        (f"{_both('h-rule-cost')}, {currency}", 20),
        ("Handling 方式", 12),
        (_both("core"), 10),
        (_both("h-clause"), 40),
        (_both("h-source"), 44),
        (_both("h-mark"), 8),
        (_both("h-date"), 12),
        (_both("h-note"), 50),
        (_both("h-careful"), 50),
    ]
    sheet.head(_both("s-rules"), heads)
    for row, v in enumerate(outcome.rules, start=_HEAD + 1):
        rule = v.rule
        style = "share" if rule.unit == "1" else "number"
        state = "untold" if v.met is None else ("meets" if v.met else "fails")
        sheet.text(row, 0, _names(pack_title(outcome, rule.pack, language) for language in LANGUAGES))
        sheet.text(row, 1, _names(view.rule_title(rule, language) for language in LANGUAGES))
        sheet.number(row, 2, v.value, style)
        sheet.text(row, 3, _SENSES.get(rule.sense, rule.sense))
        sheet.number(row, 4, rule.limit, style)
        sheet.text(row, 5, rule.unit)
        sheet.text(row, 6, _both(f"state-{state}"))
        if v.value is not None and v.margin is not None:
            least = rule.sense in ("at least", ">=")
            text = f"=C{row + 1}-E{row + 1}" if least else f"=E{row + 1}-C{row + 1}"
            margin = v.value - rule.limit if least else rule.limit - v.value
            sheet.formula(row, 7, text, margin, style)
        sheet.number(row, 8, v.shadow_price)
        sheet.number(row, 9, v.cost, "money")
        clause, source = _pair(rule.clause, rule.clause_zh), _pair(rule.source, rule.source_zh)
        mode = _both("enforced" if rule.mode == "enforce" else "measured")
        rest = (
            mode, _both("core") if rule.core else "", clause, source, rule.mark, rule.date,
            _pair(rule.note, rule.note_zh), _pair(*(v.careful or ("", ""))),
        )  # fmt: skip
        for column, value in enumerate(rest, start=10):
            sheet.text(row, column, value)


def _balance(outcome: Outcome, sheet: Sheet) -> None:
    """For each node: what each asset brought and took, month by month, and what remains."""
    clock, park = outcome.flows.clock, outcome.park
    months = clock.months
    heads = [("Node and asset 节点与设备", 40), ("In or out 进出", 12), (_both("h-unit"), 10)]
    sheet.head(
        "Balance of every node by month 各节点逐月平衡",
        [*heads, *((m, 14) for m in months), (_both("h-total"), 16)],
    )
    sheet.page.freeze_panes(_HEAD + 1, 3)
    row = _HEAD + 1
    for node, carrier in outcome.flows.carriers.items():
        unit = park.spec.carriers[carrier].unit
        title = _names(node_title(park, node, x) for x in LANGUAGES)
        carrier_name = _names(carrier_title(park, carrier, x) for x in LANGUAGES)
        sheet.text(row, 0, f"{title} ({carrier_name})", "group")
        first = row = row + 1
        sums = []
        for label, side, amounts in _node_rows(outcome, node):
            sheet.text(row, 0, label)
            sheet.text(row, 1, side)
            sheet.text(row, 2, unit)
            for m, value in enumerate(amounts):
                sheet.number(row, 3 + m, value)
            _row_sum(sheet, row, 3, len(months), amounts, "number")
            sums.append(amounts)
            row += 1
        if sums:
            sheet.text(row, 0, "Remains 余量（应为 0）", "total text")
            sheet.text(row, 2, unit, "total text")
            for m in range(len(months) + 1):
                name = xl_col_to_name(3 + m)
                column = [float(s.sum()) if m == len(months) else float(s[m]) for s in sums]
                sheet.formula(
                    row,
                    3 + m,
                    f"=ROUND(SUM({name}{first + 1}:{name}{row}),6)",
                    round(sum(column), 6),
                    "total",
                )
            row += 1
        row += 1


def _node_rows(outcome: Outcome, node: str) -> list[tuple[str, str, Array]]:
    clock = outcome.flows.clock
    rows: list[tuple[str, str, Array]] = []
    for asset, at in outcome.flows.net:
        if at != node:
            continue
        flow = outcome.flows.net[asset, at]
        for side, part in (("in 进", np.maximum(flow, 0)), ("out 出", np.minimum(flow, 0))):
            if np.isfinite(part).all() and part.any():
                sums = (
                    np.bincount(clock.month_of_step, weights=part, minlength=len(clock.months))
                    * clock.step_hours
                )
                rows.append((_asset(outcome, asset), side, np.asarray(sums, dtype=np.float64)))
    return sorted(rows, key=lambda r: r[1] != "in 进")


def _assumptions(outcome: Outcome, sheet: Sheet) -> None:
    heads = ["h-assumption", "h-value", "h-mark", "h-source", "h-date", "h-note", "h-path"]
    widths = [50, 24, 8, 60, 12, 50, 50]
    sheet.head(_both("s-assumptions"), [(_both(k), w) for k, w in zip(heads, widths, strict=True)])
    row = _HEAD + 1
    for a in outcome.park.assumptions:
        place = _pair(*(place_words(outcome, a.path, language) for language in LANGUAGES))
        value_text = _pair(*(value_words(outcome, a, language) for language in LANGUAGES))
        note = _pair(*(note_words(outcome, a, language) for language in LANGUAGES))
        source = _pair(*(in_language(a.source, language) for language in LANGUAGES))
        for column, value in enumerate((place, value_text, a.mark, source, a.date, note, a.path)):
            sheet.text(row, column, value)
        row += 1
    for symbol in ("O", "2", "R"):
        row += 1
        sheet.text(row, 0, _both(f"mark-{symbol}"), "plain")
