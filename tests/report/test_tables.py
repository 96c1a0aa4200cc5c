from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import range_boundaries

from zeropark.outcome import Outcome
from zeropark.report.tables import SHEETS, write_tables

Cells = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def book(outcome: Outcome, tmp_path_factory: pytest.TempPathFactory) -> tuple[Cells, Cells]:
    """(formulas, cached values) of every cell, by sheet and address."""
    path = tmp_path_factory.mktemp("tables") / "tables.xlsx"
    write_tables(outcome, path)
    return cells(path, False), cells(path, True)


def cells(path: Path, values: bool) -> Cells:
    loaded = openpyxl.load_workbook(path, data_only=values)
    return {
        sheet.title: {c.coordinate: c.value for row in sheet.iter_rows() for c in row if c.value is not None}
        for sheet in loaded
    }


def area(sheet: dict[str, Any], text: str) -> list[Any]:
    left, top, right, bottom = (edge or 1 for edge in range_boundaries(text.replace("$", "")))
    column = openpyxl.utils.get_column_letter
    return [sheet.get(f"{column(c)}{r}") for r in range(top, bottom + 1) for c in range(left, right + 1)]


def worked_out(formula: str, here: dict[str, Any], values: Cells) -> float:
    """The value of the few kinds of formula that the book uses."""
    if match := re.fullmatch(r"=SUM\((\w+:\w+)\)", formula):
        return float(sum(v for v in area(here, match[1]) if isinstance(v, (int, float))))
    if match := re.fullmatch(r"=ROUND\(SUM\((\w+:\w+)\),6\)", formula):
        return round(sum(v for v in area(here, match[1]) if isinstance(v, (int, float))), 6)
    if match := re.fullmatch(r"=SUMPRODUCT\((\(.+\))\*(Bill!\S+)\)", formula):
        column = area(values["Bill"], match[2].split("!")[1])
        keep = [True] * len(column)
        for place, wanted in re.findall(r"\(Bill!([^=]+)=([^)]+)\)", match[1]):
            found = area(values["Bill"], place)
            keep = [k and f == here[wanted.replace("$", "")] for k, f in zip(keep, found, strict=True)]
        return float(sum(v for v, k in zip(column, keep, strict=True) if k))
    match = re.fullmatch(r"=(\w+)([*/+-])([\w$]+)", formula)
    assert match, formula
    left, right = float(here.get(match[1]) or 0), float(here.get(match[3].replace("$", "")) or 0)
    return {"*": left * right, "/": left / (right or 1), "+": left + right, "-": left - right}[match[2]]


def test_sheets(book: tuple[Cells, Cells]) -> None:
    assert tuple(book[0]) == SHEETS


def test_every_formula_has_its_value(book: tuple[Cells, Cells]) -> None:
    formulas, values = book
    count = 0
    for name, sheet in formulas.items():
        for place, text in sheet.items():
            if isinstance(text, str) and text.startswith("="):
                count += 1
                expected = worked_out(text, values[name], values)
                assert values[name][place] == pytest.approx(expected, rel=1e-12, abs=1e-6), (
                    name,
                    place,
                    text,
                )
    assert count > 300


def test_totals_are_those_of_the_bill(outcome: Outcome, book: tuple[Cells, Cells]) -> None:
    _, values = book
    for name, column in (("Cost", "B"), ("Bill", "I")):
        last = max(int(p[1:]) for p in values[name] if re.fullmatch(rf"{column}\d+", p))
        assert values[name][f"{column}{last}"] == pytest.approx(outcome.bill.total, rel=1e-12)


def test_nodes_balance_in_every_month(book: tuple[Cells, Cells]) -> None:
    formulas, values = book
    remains = [p for p, text in formulas["Balance"].items() if isinstance(text, str) and "ROUND" in text]
    assert len(remains) == 6 * 13
    assert all(abs(values["Balance"][p]) < 1e-3 for p in remains)


def test_heads_are_in_both_languages(book: tuple[Cells, Cells]) -> None:
    assert book[1]["Capacities"]["A3"] == "Asset 设备"
    assert book[1]["Bill"]["I3"] == "Amount 金额, CNY"


def test_what_is_missing_is_an_empty_cell(book: tuple[Cells, Cells]) -> None:
    rules = book[1]["Rules"]
    row = next(p[1:] for p, v in rules.items() if v == "Slag reused 固废综合利用率")
    assert f"C{row}" not in rules
    assert f"H{row}" not in rules


def test_text_is_never_a_formula(build: Callable[..., Outcome], tmp_path: Path) -> None:
    outcome = build(days=3, status="read")
    first, *rest = outcome.park.assumptions
    sly = replace(first, note='=HYPERLINK("https://example.org")')
    park = replace(outcome.park, assumptions=(sly, *rest))
    write_tables(replace(outcome, park=park), tmp_path / "t.xlsx")
    assert sly.note in cells(tmp_path / "t.xlsx", True)["Assumptions"].values()
