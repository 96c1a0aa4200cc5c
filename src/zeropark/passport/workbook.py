"""``passport.xlsx``: the statement for an accountant; what is computed from other lines is a formula, its value beside it"""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import xlsxwriter
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from zeropark.statement.canonical import hash_of
from zeropark.statement.formula import Drawn, FormulaError, inputs_of, lines_of, parse, parts
from zeropark.statement.model import Line, Statement
from zeropark.texts import in_language

SHEETS = ("Passport", "Lines", "Inputs")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
_HEADS = (
    ("Line 行", 46), ("What 内容", 46), ("内容", 34), ("Value 值", 16), ("Unit 单位", 16), ("Formula 公式", 60),
    ("Inputs 输入", 14), ("Clause 条款", 22), ("Source 来源", 40), ("Mark 标记", 8),
)  # fmt: skip
_FIRST = 3
_LONGEST = 8000
"""A cell formula of Excel holds 8,192 characters."""


def write_workbook(statement: Statement, path: Path) -> None:
    """Write the workbook."""
    rows = {line.id: row for row, line in enumerate(statement.lines, _FIRST)}
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"title": statement.subject, "comments": "Written by zeropark"})
        styles = _styles(book)
        pages = {name: book.add_worksheet(name) for name in SHEETS}
        for page in pages.values():
            page.hide_gridlines(2)
            page.set_landscape()
            page.set_paper(9)
            page.fit_to_pages(1, 0)
        _front(pages["Passport"], statement, rows, styles)
        _lines(pages["Lines"], statement, rows, styles)
        _inputs(pages["Inputs"], statement, styles)


def _styles(book: Any) -> dict[str, Any]:
    line = {"bottom": 1, "bottom_color": "#dfe4e8", "valign": "top"}
    styles: dict[str, dict[str, Any]] = {
        "text": line | {"text_wrap": True},
        "code": line | {"font_name": "Consolas", "font_size": 9},
        "number": line | {"num_format": "#,##0.00####"},
        "share": line | {"num_format": "0.00%"},
        "big": {"bold": True, "font_size": 14, "num_format": "#,##0.00##"},
        "title": {"bold": True, "font_size": 14},
        "head": {"bold": True, "text_wrap": True, "bottom": 1, "valign": "bottom", "font_color": "#44525c"},
    }
    return {name: book.add_format(style) for name, style in styles.items()}


def _front(page: Any, statement: Statement, rows: dict[str, int], styles: dict[str, Any]) -> None:
    facts = statement.facts or {}
    page.set_column(0, 0, 46)
    page.set_column(1, 1, 34)
    page.set_column(2, 3, 20)
    page.write_string(0, 0, facts.get("title", statement.subject), styles["title"])
    about = (
        ("Park 园区", statement.park), ("Period 期间", statement.period), ("Tenant 企业", facts.get("tenant", "")),
        ("Statement SHA-256 声明哈希", hash_of(statement)), ("Previous 上一份", statement.previous or "—"),
    )  # fmt: skip
    for row, (head, text) in enumerate(about, 1):
        page.write_string(row, 0, head, styles["text"])
        page.write_string(row, 1, text, styles["text"])
    row = len(about) + 2
    for line in statement.lines:
        if line.id.partition(".")[0] not in ("total", "choice", "spread"):
            continue
        page.write_string(row, 0, in_language(line.title, "en"), styles["text"])
        page.write_string(row, 1, in_language(line.title, "zh"), styles["text"])
        style = styles["share"] if line.unit == "1" else styles["number"]
        page.write_formula(row, 2, f"=Lines!D{rows[line.id] + 1}", style, line.value)
        page.write_string(row, 3, line.unit, styles["text"])
        row += 1


def _lines(page: Any, statement: Statement, rows: dict[str, int], styles: dict[str, Any]) -> None:
    page.write_string(0, 0, "Every line of the statement 声明逐行", styles["title"])
    for column, (head, width) in enumerate(_HEADS):
        page.write_string(_FIRST - 1, column, head, styles["head"])
        page.set_column(column, column, width)
    page.freeze_panes(_FIRST, 1)
    looped = _looped(statement)
    for line in statement.lines:
        row = rows[line.id]
        english, chinese = in_language(line.title, "en"), in_language(line.title, "zh")
        page.write_string(row, 0, line.id, styles["code"])
        page.write_string(row, 1, english, styles["text"])
        page.write_string(row, 2, chinese if chinese != english else "", styles["text"])
        cell = _cell_formula(line, rows) if line.id not in looped else None
        if cell is not None:
            page.write_formula(row, 3, cell, styles["number"], line.value)
        elif math.isfinite(line.value):
            page.write_number(row, 3, line.value, styles["number"])
        texts = (line.unit, line.formula, ", ".join(line.inputs), line.clause, line.source, line.mark)
        for column, text in enumerate(texts, 4):
            if text:
                page.write_string(row, column, text, styles["code" if column == 5 else "text"])


def _cell_formula(line: Line, rows: dict[str, int]) -> str | None:
    """The line's formula over cells, where it is computed from other lines alone."""
    try:
        tree = parse(line.formula)
    except FormulaError:
        return None
    named = lines_of(tree)
    if not named or inputs_of(tree) or any(name not in rows for name in named):
        return None
    if any(isinstance(part, Drawn) for part in parts(tree)):
        return None
    text = _NAME.sub(
        lambda match: f"D{rows[match[0]] + 1}" if match[0] in rows else match[0].upper(), line.formula
    )
    return f"={text}" if len(text) < _LONGEST else None


def _looped(statement: Statement) -> set[str]:
    """Lines of loops: as cells they would be circular references, so they are numbers."""
    at = {line.id: i for i, line in enumerate(statement.lines)}
    edges = []
    for line in statement.lines:
        try:
            named = lines_of(parse(line.formula))
        except FormulaError:
            continue
        edges += [(at[line.id], at[name]) for name in named if name in at]
    if not edges:
        return set()
    rows, columns = np.transpose(edges)
    graph = csr_array((np.ones(rows.size), (rows, columns)), shape=(len(at), len(at)))
    _, label = connected_components(graph, directed=True, connection="strong")
    sizes = np.bincount(label)
    itself = {a for a, b in edges if a == b}
    return {name for name, i in at.items() if sizes[label[i]] > 1 or i in itself}


def _inputs(page: Any, statement: Statement, styles: dict[str, Any]) -> None:
    heads = (("Name 名称", 16), ("File 文件", 34), ("SHA-256", 68), ("What 内容", 48))
    for column, (head, width) in enumerate(heads):
        page.write_string(0, column, head, styles["head"])
        page.set_column(column, column, width)
    for row, one in enumerate(statement.inputs, 1):
        for column, text in enumerate((one.name, one.file, one.sha256, one.what)):
            page.write_string(row, column, text, styles["code" if column == 2 else "text"])
