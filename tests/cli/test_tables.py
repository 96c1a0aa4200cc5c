"""What the commands print as tables: every figure and name whole, however narrow the terminal, and into a pipe."""

from __future__ import annotations

import ast
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from rich.cells import cell_len
from rich.console import Console

import zeropark.cli
from zeropark.cli import tables
from zeropark.cli.tables import Words, say_table

SMALL = Path(__file__).parents[1] / "cases" / "small-park"
HEADS = (
    "Tenant / 企业",
    "Use at the meter, MWh / 表计用电量，MWh",
    "Wind farm Damao",
    Words("unit"),
    "certificates",
)
ROWS = (
    ("Luqing Hydrogen and Direct Reduction", "257,618.25", "-178,536", "kgce/kg", "3,169.004"),
    ("polysilicon-heat-recovery", "6.022", "+1,022.4", "tCO2e/t", "—"),
    ("包头稀土高新区永磁电机", "1,234,567.8", "0", "t", ""),
)


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch):
    """``printed(width, heads, rows)``: what is printed into a terminal of this width; None: into a pipe."""

    def run(width: int | None, heads=HEADS, rows=ROWS, title: str = "") -> str:
        monkeypatch.delenv("COLUMNS", raising=False)
        stream = io.StringIO()
        screen = Console(
            file=stream, width=width or 80, force_terminal=width is not None, no_color=True, color_system=None
        )
        monkeypatch.setattr(tables, "console", screen)
        say_table(heads, rows, title)
        return re.sub(r"\x1b\[[0-9;]*m", "", stream.getvalue())

    return run


def words_of(text: str) -> list[str]:
    return text.split()


@pytest.mark.parametrize("width", [40, 60, 80, 120, None])
def test_every_figure_and_every_word_of_a_name_stands_whole(printed, width: int | None) -> None:
    text = printed(width, title="Electricity by origin, MWh")
    for row in ROWS:
        for word in " ".join(row).split():
            assert word in words_of(text), (width, word)
    assert "…" not in text
    if width is not None:
        assert max(map(cell_len, text.splitlines())) <= width


@pytest.mark.parametrize("width", [20, 40, 60, 80, 120, None])
def test_any_table_at_any_width(printed, width: int | None) -> None:
    """Drawn tables: figures of any length stay whole in every one of them."""
    rng = np.random.default_rng(20251128)
    for _ in range(20):
        count = int(rng.integers(2, 9))
        rows = [
            (f"asset-{k}", *(f"{x:+,.{int(rng.integers(0, 4))}f}" for x in 10 ** rng.uniform(-2, 9, count)))
            for k in range(3)
        ]
        text = printed(width, ("name", *(f"head {k}" for k in range(count))), rows)
        for row in rows:
            assert set(row) <= set(words_of(text)), (width, row)


def test_a_narrow_terminal_has_records_with_a_line_for_each_figure(printed) -> None:
    lines = printed(40).splitlines()
    assert lines[0] == "Luqing Hydrogen and Direct Reduction"
    assert "  Wind farm Damao: -178,536" in lines
    assert "  unit: kgce/kg" in lines
    at = lines.index("表计用电量，MWh:")  # head and value are too long for a line
    assert lines[at + 1] == "    257,618.25"


def test_records_name_the_row_that_an_empty_cell_belongs_to(printed) -> None:
    rows = [("pv", "total", "1,234,567.8", "MW"), ("", "built", "1,000,000.0", "")]
    text = printed(20, ("capacity", Words(""), "2025", Words("unit")), rows)
    assert text.splitlines() == [
        "pv, total",
        "  2025: 1,234,567.8",
        "  unit: MW",
        "pv, built",
        "  2025: 1,000,000.0",
    ]


def test_a_pipe_has_one_line_for_each_row(printed) -> None:
    lines = printed(None).splitlines()
    assert len(lines) == 1 + len(ROWS)
    assert cell_len(lines[0]) > 80
    assert all(row[0] in line for row, line in zip(ROWS, lines[1:], strict=True))


def test_figures_stand_right_and_words_left(printed) -> None:
    head, *lines = printed(None).splitlines()
    for line in (head, *lines):
        assert cell_len(line) == cell_len(head)
    assert lines[0].endswith("3,169.004")
    assert lines[1].startswith("polysilicon-heat-recovery ")


def test_markup_of_a_cell_colours_and_is_not_counted(printed) -> None:
    text = printed(20, ("process", Words("level")), [("a", "[green]level 1[/green]")])
    assert "green" not in text
    assert "level 1" in text


@pytest.mark.parametrize("columns", ["40", None])
def test_the_command_plan_prints_every_capacity_of_its_summary(tmp_path: Path, columns: str | None) -> None:
    environment = {k: v for k, v in os.environ.items() if k != "COLUMNS"}
    done = subprocess.run(
        [sys.executable, "-m", "zeropark.cli", "plan", str(SMALL), "--out", str(tmp_path / "out")],
        capture_output=True,
        text=True,
        env=environment | ({"COLUMNS": columns} if columns else {}),
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    summary = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    added = [row for row in summary["capacities"] if row["added"] > 1e-3]
    assert added
    for row in added:
        assert {row["asset"], f"{row['added']:,.1f}", row["unit"]} <= set(
            done.stdout.replace(",\n", "\n").split()
        )


def test_no_command_has_tables_of_its_own() -> None:
    """One place says how a table is printed; a table of another module would be cut again."""
    for file in Path(next(iter(zeropark.cli.__path__))).glob("*.py"):
        if file.name == "tables.py":
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            assert not (isinstance(node, ast.ImportFrom) and node.module == "rich.table"), file.name
