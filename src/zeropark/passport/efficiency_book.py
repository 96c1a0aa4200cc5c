"""``efficiency.xlsx``: processes, energy by carrier, before and after, action plan; the indicator is a formula."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from zeropark import units
from zeropark.efficiency.compare import changes_of
from zeropark.efficiency.result import ProcessReading
from zeropark.passport.efficiency_page import Dossier, force_words, level_words
from zeropark.passport.efficiency_words import t

Cell = str | float | None
_WIDE = 30


def write_efficiency_book(dossier: Dossier, path: Path) -> None:
    """Write the workbook."""
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"title": dossier.park.spec.name, "comments": "Written by zeropark"})
        styles = {
            "head": book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}),
            "number": book.add_format({"num_format": "#,##0.####"}),
        }
        _processes(book, styles, dossier)
        _carriers(book, styles, dossier.readings)
        _before(book, styles, dossier)
        _plan(book, styles, dossier)


def _sheet(
    book: Any, styles: dict[str, Any], name: str, heads: Sequence[str], rows: Sequence[Sequence[Cell]]
) -> Any:
    page = book.add_worksheet(name)
    for column, head in enumerate(heads):
        page.write_string(0, column, head, styles["head"])
        page.set_column(column, column, _WIDE if column == 0 else 16)
    page.set_row(0, 48)
    page.freeze_panes(1, 1)
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            if isinstance(value, str) and value:
                page.write_string(number, column, value)
            elif isinstance(value, (int, float)) and math.isfinite(value):
                page.write_number(number, column, value, styles["number"])
    return page


def _two(key: str) -> str:
    return f"{t(key, 'en')}\n{t(key, 'zh')}"


def _title(reading: ProcessReading) -> str:
    return f"{reading.title} {reading.title_zh}".strip()


def _processes(book: Any, styles: dict[str, Any], dossier: Dossier) -> None:
    """Energy per tonne is a formula over energy and output, so that it can be checked in the cell."""
    heads = [_two("process"), _two("hot"), _two("standard"), "in force\n实施", "energy, tce\n能耗", "output, t\n产量",
             _two("indicator"), _two("unit"), _two("level"), "level 1\n1 级", "level 2\n2 级", "level 3\n3 级",
             _two("gap-1"), _two("gap-2"), _two("gap-year"), "level 2, tce a year\n距 2 级，tce/年",
             _two("gap-money"), "money\n币种"]  # fmt: skip
    rows: list[list[Cell]] = []
    for each in dossier.readings:
        rows.append(
            [_title(each), each.tenant, each.chosen.standard.standard,
             f"{force_words(each, 'en')} {force_words(each, 'zh')}",
             each.energy_tce, each.output_t, None, each.unit, f"{level_words(each, 'en')} {level_words(each, 'zh')}",
             *each.levels, each.level_1.kgce_per_t, each.level_2.kgce_per_t, each.level_1.tce_per_year,
             each.level_2.tce_per_year, each.level_1.money_per_year, each.currency]
        )  # fmt: skip
    page = _sheet(book, styles, "Processes 工序", heads, rows)
    for number, each in enumerate(dossier.readings, start=2):
        factor = units.factor("tce/t", each.unit)
        page.write_formula(
            number - 1, 6, f"=E{number}/F{number}*{factor:g}", styles["number"], each.indicator
        )


def _carriers(book: Any, styles: dict[str, Any], readings: Sequence[ProcessReading]) -> None:
    heads = [_two("process"), _two("carrier"), _two("unit"), _two("taken"), _two("given"), _two("recovered"),
             _two("factor"), _two("counted")]  # fmt: skip
    rows: list[list[Cell]] = [
        [_title(each), c.carrier, c.unit, c.taken, c.given, c.recovered, c.coal_equivalent, c.energy_tce]
        for each in readings
        for c in each.carriers
    ]
    rows += [
        [
            _title(each),
            f"{t('share', 'en')} {t('share', 'zh')}: {s.node}",
            "1",
            None,
            None,
            None,
            None,
            s.share,
        ]
        for each in readings
        for s in each.shares
    ]
    _sheet(book, styles, "Energy 能源", heads, rows)


def _before(book: Any, styles: dict[str, Any], dossier: Dossier) -> None:
    titles = {each.name: _title(each) for each in dossier.readings}
    heads = [_two("process"), _two("baseline-period"), _two("unit"), _two("baseline-indicator"), _two("adjusted"),
             _two("today"), _two("baseline-tce"), "adjusted baseline, tce\n调整后基准能耗", _two("now-tce"),
             _two("saving")]  # fmt: skip
    rows: list[list[Cell]] = [
        [titles[row.name], row.baseline_period, row.unit, row.baseline_indicator, row.adjusted_indicator,
         row.indicator, row.baseline_tce, row.adjusted_tce, row.energy_tce, row.saving_tce]
        for row in dossier.rows
    ]  # fmt: skip
    changes = changes_of(dossier.rows)
    if changes is not None:
        rows.append([])
        for key, value in (
            ("baseline-tce", changes.baseline_tce),
            ("volume", -changes.volume_tce),
            ("mix", -changes.mix_tce),
            ("corrections", -changes.correction_tce),
            ("saved", -changes.saving_tce),
            ("now-tce", changes.energy_tce),
        ):
            rows.append([f"{t(key, 'en')} {t(key, 'zh')}", "", "tce", value])
    _sheet(book, styles, "Before and after 前后对比", heads, rows)


def _plan(book: Any, styles: dict[str, Any], dossier: Dossier) -> None:
    heads = [_two("measure"), _two("for-process"), _two("owner"), _two("due"), _two("source"), _two("mark")]
    rows: list[list[Cell]] = [
        [f"{m.name or name} {m.name_zh}".strip(), m.process, m.tenant, m.due, m.source, m.mark]
        for name, m in dossier.measures.items()
    ]
    _sheet(book, styles, "Action plan 行动计划", heads, rows)
