"""What ``zeropark carbon`` leaves in its folder: hourly table, workbook, JSON, page"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from zeropark.carbon.attribution import BASES
from zeropark.passport.electricity import Electricity, hourly_table, hours_of, summary_of, tenant_title
from zeropark.passport.electricity_factors import factor_rows
from zeropark.passport.electricity_page import electricity_html
from zeropark.passport.electricity_papers import certificates_in, contracts_of
from zeropark.passport.electricity_scopes import heat_records, records
from zeropark.passport.electricity_words import t
from zeropark.report.write import hidden_beside

_PARQUET, _CSV, _BOOK, _PAGE, _SUMMARY = (
    f"electricity.{end}" for end in ("parquet", "csv", "xlsx", "html", "json")
)
_ROWS_OF_A_SHEET = 1_048_575
_SHEET_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", "-"))


def write_electricity(paper: Electricity, folder: Path) -> tuple[Path, ...]:
    """Write all of it, and say where it lies. CSV only where a spreadsheet can hold it.

    All files are made in a hidden folder beside it first: stopped at any time before, what is there stays as it was;
    other files are always left alone. Raises InputError when the folder cannot be written.
    """
    temporary = hidden_beside(folder)
    try:
        made = _write(paper, temporary)
        if not folder.exists():
            temporary.rename(folder.resolve())
        else:
            (folder / _CSV).unlink(missing_ok=True)
            for name in made:
                os.replace(temporary / name, folder / name)
            temporary.rmdir()
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    return tuple(folder / name for name in made)


def _write(paper: Electricity, folder: Path) -> tuple[str, ...]:
    """The names of what was written, the JSON last."""
    table = hourly_table(paper)
    table.astype({"tenant": "category", "origin": "category"}).to_parquet(folder / _PARQUET, index=False)
    fits = len(table) <= _ROWS_OF_A_SHEET
    if fits:
        zone = paper.park.clock.zone
        local = table.assign(time=table["time"].dt.tz_convert(zone).map(pd.Timestamp.isoformat))
        local.to_csv(folder / _CSV, index=False, encoding="utf-8-sig")
    _write_book(paper, folder / _BOOK)
    (folder / _PAGE).write_text(electricity_html(paper), encoding="utf-8")
    text = json.dumps(summary_of(paper), ensure_ascii=False, allow_nan=False, indent=2)
    (folder / _SUMMARY).write_text(text + "\n", encoding="utf-8")
    return (_PARQUET, *((_CSV,) if fits else ()), _BOOK, _PAGE, _SUMMARY)


def _write_book(paper: Electricity, path: Path) -> None:
    """Sheets: each tenant's figures, the split by basis, factors, scopes, papers, each tenant's hours by origin."""
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        styles = {
            "head": book.add_format({"bold": True, "text_wrap": True, "bottom": 1, "valign": "bottom"}),
            "text": book.add_format({"valign": "top"}),
            "number": book.add_format({"num_format": "#,##0.000"}),
            "general": book.add_format({"valign": "top"}),
            "factor": book.add_format({"num_format": "0.0000"}),
            "share": book.add_format({"num_format": "0.0%"}),
            "time": book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        }
        _tenants(paper, book.add_worksheet("tenants"), styles)
        _split(paper, book.add_worksheet("split"), styles)
        _factors(paper, book.add_worksheet("factors"), styles)
        _records(
            records(paper.inventory) if paper.inventory is not None else [],
            book.add_worksheet("inventory"),
            styles,
            t("none" if paper.inventory is not None else "note-electricity-alone"),
        )
        _records(heat_records(paper.inventory or ()), book.add_worksheet("heat"), styles)
        _records(
            [row.plain() for row in contracts_of(paper.park, paper.shown)],
            book.add_worksheet("contracts"),
            styles,
        )
        certificates = certificates_in(paper.attribution, paper.period, paper.shown)
        _records([row.plain() for row in certificates], book.add_worksheet("certificates"), styles)
        taken = {sheet.get_name() for sheet in book.worksheets()}
        for one in paper.tenants:
            if paper.period.last - paper.period.first > _ROWS_OF_A_SHEET:
                continue
            name = one.tenant.translate(_SHEET_FORBIDDEN)[:31]
            while name.lower() in taken:
                name = f"{name[:28]}~{len(taken)}"
            taken.add(name.lower())
            _hours(paper, one.tenant, book.add_worksheet(name), styles)


def _head(sheet: Any, styles: dict[str, Any], titles: Sequence[str]) -> None:
    for column, title in enumerate(titles):
        sheet.write_string(0, column, title, styles["head"])
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, len(titles), 17)
    sheet.freeze_panes(1, 1)


def _tenants(paper: Electricity, sheet: Any, styles: dict[str, Any]) -> None:
    origins = [paper.attribution.origins[k].name for k in paper.used]
    titles = [t("tenant"), t("use"), t("supplied"), t("contracted"), *(f"{name}, MWh" for name in origins)]
    titles += [f"{t(basis)}, tCO2" for basis in BASES]
    titles += [t("score"), t("method-910"), t("life-cycle")]
    _head(sheet, styles, titles)
    for row, one in enumerate(paper.tenants, 1):
        english, chinese = (tenant_title(paper.park, one.tenant, language) for language in ("en", "zh"))
        sheet.write_string(row, 0, english if english == chinese else f"{english} {chinese}", styles["text"])
        values = [one.use_mwh, one.supplied_mwh, one.contracted_mwh, *(one.by_origin[o] for o in origins)]
        values += [one.operating[basis].tonnes for basis in BASES]
        for column, value in enumerate(values, 1):
            sheet.write_number(row, column, value, styles["number"])
        sheet.write_number(row, len(values) + 1, one.score, styles["share"])
        for column, figure in ((2, one.method_910), (3, one.life_cycle)):
            if figure is not None:
                sheet.write_number(row, len(values) + column, figure.tonnes, styles["number"])


def _split(paper: Electricity, sheet: Any, styles: dict[str, Any]) -> None:
    """MWh of every tenant by category on every basis."""
    _head(sheet, styles, [t("tenant"), t("origin"), *(f"{t(basis)}, MWh" for basis in (*BASES, "910"))])
    rows = ((one, paper.attribution.origins[k].name) for one in paper.tenants for k in paper.weighed)
    for row, (one, name) in enumerate(rows, 1):
        sheet.write_string(row, 0, one.tenant, styles["text"])
        sheet.write_string(row, 1, name, styles["text"])
        for column, amounts in enumerate((*(one.split[basis] for basis in BASES), one.split_910), 2):
            sheet.write_number(row, column, amounts[name], styles["number"])


def _records(
    rows: Sequence[dict[str, Any]], sheet: Any, styles: dict[str, Any], absent: str = t("none")
) -> None:
    """One row for each record, its keys as titles in both languages; what is not told stays empty."""
    if not rows:
        sheet.write_string(0, 0, absent, styles["text"])
        return
    _head(sheet, styles, [t(f"column-{key}") for key in rows[0]])
    for at, row in enumerate(rows, 1):
        for column, value in enumerate(row.values()):
            if isinstance(value, str):
                sheet.write_string(at, column, value, styles["text"])
            elif value is not None:
                sheet.write_number(at, column, value, styles["general"])


def _factors(paper: Electricity, sheet: Any, styles: dict[str, Any]) -> None:
    titles = [t("origin"), t("kind"), t("bases")]
    for title in (t("operating-factor"), t("life-cycle-factor")):
        titles += [title, t("source"), t("mark")]
    _head(sheet, styles, titles)
    rows = (row for k in paper.weighed for row in factor_rows(paper.park, paper.attribution.origins[k]))
    for at, row in enumerate(rows, 1):
        words = (
            row.origin.name,
            t(f"kind-{row.origin.kind}"),
            ", ".join(t(column) for column in row.columns),
        )
        for column, word in enumerate(words):
            sheet.write_string(at, column, word, styles["text"])
        for first, weight in ((3, row.operating), (6, row.life_cycle)):
            if weight is None:
                continue
            if weight.value is not None:
                sheet.write_number(at, first, weight.value, styles["factor"])
            sheet.write_string(at, first + 1, weight.source, styles["text"])
            sheet.write_string(at, first + 2, weight.mark, styles["text"])


def _hours(paper: Electricity, tenant: str, sheet: Any, styles: dict[str, Any]) -> None:
    names = [paper.attribution.origins[k].name for k in paper.used]
    _head(sheet, styles, [f"time ({paper.park.clock.zone})", *(f"{name}, MWh" for name in names)])
    times = paper.attribution.clock.times_local[paper.period.steps].tz_localize(None)
    amounts = hours_of(paper, tenant)[:, list(paper.used)]
    for row, (when, values) in enumerate(zip(times.to_pydatetime(), amounts, strict=True), 1):
        sheet.write_datetime(row, 0, when, styles["time"])
        for column, value in enumerate(values, 1):
            sheet.write_number(row, column, float(value), styles["number"])
