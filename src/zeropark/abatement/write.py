"""What ``zeropark abate`` leaves in its folder: page, workbook, summary."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from zeropark.abatement.figures import measure_title
from zeropark.abatement.report import abatement_html
from zeropark.abatement.result import Abatement, Step
from zeropark.abatement.summary import summary_of
from zeropark.abatement.words import t
from zeropark.texts import in_language


def write_abatement(found: Abatement, folder: Path) -> tuple[Path, ...]:
    """Write all of it, and say where it lies; the summary last."""
    folder.mkdir(parents=True, exist_ok=True)
    page, book, summary = (folder / name for name in ("abate.html", "abate.xlsx", "abate.json"))
    page.write_text(abatement_html(found), encoding="utf-8")
    write_book(found, book)
    text = json.dumps(summary_of(found), ensure_ascii=False, allow_nan=False, indent=2)
    summary.write_text(text + "\n", encoding="utf-8")
    return page, book, summary


def write_book(found: Abatement, path: Path) -> None:
    """Both curves and what they do not agree on; the cost of a tonne and the sums are formulas."""
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"title": found.park, "comments": "Written by zeropark"})
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        digits = book.add_format({"num_format": "#,##0.##"})
        alone = found.in_order_of_cost()
        _curve(book.add_worksheet("Alone 单独"), head, digits, found, alone, "h-saved-alone")
        _curve(book.add_worksheet("Best order 最优次序"), head, digits, found, found.ordered, "h-saved")
        page = book.add_worksheet("Counted twice 重复计算")
        page.set_column(0, 0, 44)
        page.set_column(1, 2, 18)
        rows = (("sum-alone", found.saved_alone), ("together", found.saved_together))
        for row, (key, value) in enumerate(rows):
            page.write_string(row, 0, f"{t(key, 'en')} {t(key, 'zh')}")
            page.write_number(row, 1, value, digits)
            page.write_string(row, 2, f"{found.units[found.account]}/a")
        page.write_string(2, 0, f"{t('title-twice', 'en')} {t('title-twice', 'zh')}")
        page.write_formula(2, 1, "=B1-B2", digits, found.counted_twice)
        for row, (name, reason) in enumerate(found.left.items(), start=5):
            page.write_string(row, 0, _title(found, name))
            page.write_string(row, 1, in_language(reason, "en"))


def _curve(page: Any, head: Any, digits: Any, found: Abatement, steps: Sequence[Step], saved: str) -> None:
    """One curve, one measure a row. saved: the word for what a measure saves in it."""
    unit = found.units[found.account]
    heads = [
        f"{t('h-measure', 'en')}\n{t('h-measure', 'zh')}",
        f"{t(saved, 'en')}, {unit}/a\n{t(saved, 'zh')}",
        f"{t('h-money', 'en')}, {found.currency}\n{t('h-money', 'zh')}",
        f"{found.currency}/{unit}\n单位减排成本",
        f"{t('h-tce', 'en')}\n{t('h-tce', 'zh')}",
        f"Investment of the plan, {found.currency}\n方案总投资",
        f"{t('h-owner', 'en')}\n{t('h-owner', 'zh')}",
        f"{t('h-due', 'en')}\n{t('h-due', 'zh')}",
    ]
    for column, text in enumerate(heads):
        page.write_string(0, column, text, head)
        page.set_column(column, column, 34 if column == 0 else 17)
    page.set_row(0, 48)
    page.freeze_panes(1, 1)
    for row, step in enumerate(steps, start=1):
        measure = found.measures[step.measure]
        page.write_string(row, 0, _title(found, step.measure))
        page.write_number(row, 1, step.saved[found.account], digits)
        page.write_number(row, 2, step.cost, digits)
        page.write_formula(row, 3, f"=C{row + 1}/B{row + 1}", digits, step.cost / step.saved[found.account])
        if "energy_use_tce" in step.saved:
            page.write_number(row, 4, step.saved["energy_use_tce"], digits)
        page.write_number(row, 5, step.planned.investment, digits)
        page.write_string(row, 6, measure.tenant or "")
        page.write_string(row, 7, measure.due or "")


def _title(found: Abatement, name: str) -> str:
    english, chinese = (measure_title(found, name, language) for language in ("en", "zh"))
    return english if english == chinese else f"{english} {chinese}"
