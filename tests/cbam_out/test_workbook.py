"""The workbook: same cells as the Commission's template, formulas that give what is cached, and the way back"""

from __future__ import annotations

import math
import warnings
from dataclasses import asdict, fields, replace
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from tests.cbam_out.formulas import Book
from tests.cbam_out.installations import installations
from tests.cbam_out.simple import SIMPLE

from zeropark.cbam.engine import assess
from zeropark.cbam.model import DEFINITIVE, Installation, Product, SourceStream
from zeropark.cbam.read_json import read_example
from zeropark.cbam.read_template import read_template
from zeropark.cbam.result import CbamResult
from zeropark.cbam.workbook import write_workbook
from zeropark.cbam.workbook_layout import ALIASES, HIDDEN, OWN, SHEETS
from zeropark.errors import InputError

CBAM = Path(__file__).resolve().parents[3] / "shared" / "reference" / "cbam"
EXAMPLES = CBAM / "examples"
GENERATE = (Phase.explicit, Phase.reuse, Phase.generate)
"""Without shrinking: each trial writes and reads a workbook."""
needs_examples = pytest.mark.skipif(
    not EXAMPLES.is_dir(), reason="the Commission's examples are not beside the repository"
)
warnings.filterwarnings("ignore", module="openpyxl")


def same(ours: object, theirs: object, place: str = "") -> None:
    """Equal but for the last digit: a workbook keeps 16 digits. What is left of large numbers: 1e-6."""
    if isinstance(ours, float) and isinstance(theirs, float):
        assert math.isclose(
            ours, theirs, rel_tol=1e-12, abs_tol=1e-6 if "rest_" in place or "control" in place else 1e-12
        ), place
    elif isinstance(ours, dict) and isinstance(theirs, dict):
        assert ours.keys() == theirs.keys(), place
        for key in ours:
            same(ours[key], theirs[key], f"{place}.{key}")
    elif isinstance(ours, list | tuple) and isinstance(theirs, list | tuple):
        assert len(ours) == len(theirs), place
        for number, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            same(one, other, f"{place}.{number}")
    else:
        assert ours == theirs, place


def same_results(ours: CbamResult, theirs: CbamResult) -> None:
    for name in ("installation", "streams", "precursors", "processes", "products"):
        same(_plain(getattr(ours, name)), _plain(getattr(theirs, name)), name)


def _plain(value: object) -> object:
    return [asdict(v) for v in value] if isinstance(value, tuple) else asdict(value)  # type: ignore[call-overload]


def round_trip(installation: Installation, path: Path) -> tuple[CbamResult, Installation, CbamResult]:
    result = assess(installation)
    write_workbook(installation, result, path)
    back = read_template(path)
    return result, back, assess(back)


@needs_examples
@pytest.mark.parametrize("name", ["cement", "blast_furnace", "eaf_slab"])
def test_examples_come_back(name: str, tmp_path: Path) -> None:
    installation = read_example(EXAMPLES / f"{name}.json")
    result, back, again = round_trip(installation, tmp_path / "book.xlsx")
    same_results(result, again)
    assert [s.name for s in back.streams] == [s.name for s in installation.streams]


@needs_examples
def test_every_number_of_the_commission_stands_in_its_cell(tmp_path: Path) -> None:
    """The filled example of the Commission against our workbook of its inputs: no cell differs, none is left out."""
    last = {
        "A_InstData": 14,
        "B_EmInst": 51,
        "C_Emissions&Energy": 14,
        "D_Processes": 14,
        "Summary_Processes": 17,
        "Summary_Products": 15,
        "Summary_Communication": 51,
    }
    theirs = numbers_of(next(EXAMPLES.glob("*.xlsx")), last)
    installation = read_example(EXAMPLES / "blast_furnace.json")
    write_workbook(installation, assess(installation), tmp_path / "book.xlsx")
    ours = numbers_of(tmp_path / "book.xlsx", last)
    compared = 0
    for place, value in theirs.items():
        counts_rows = isinstance(value, int) and value <= 100 and place not in ours
        if not counts_rows and place[:2] not in EXAMPLE_ROWS:
            assert ours.get(place) == pytest.approx(value, rel=1e-12, abs=1e-9), place
            compared += 1
    assert compared > 250


EXAMPLE_ROWS = {*(("B_EmInst", row) for row in (14, 15, 16, 97, 111, 112)), ("Summary_Products", 9)}
"""Rows that explain the template by examples of its own."""


def numbers_of(path: Path, last: dict[str, int]) -> dict[tuple[str, int, int], float]:
    """Numbers of a workbook by sheet, row and column, up to the last column that a reader sees."""
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    return {
        (sheet, row, column): value
        for sheet, columns in last.items()
        for row, cells in enumerate(book[sheet].iter_rows(max_col=columns, values_only=True), 1)
        for column, value in enumerate(cells, 1)
        if isinstance(value, int | float) and not isinstance(value, bool)
    }


@needs_examples
def test_sheets_are_those_of_the_template(tmp_path: Path) -> None:
    template = openpyxl.load_workbook(CBAM / "communication_template.xlsx", read_only=True)
    assert tuple(template.sheetnames) == SHEETS
    assert tuple(s.title for s in template if s.sheet_state == "hidden") == HIDDEN


@settings(
    max_examples=8,
    deadline=None,
    phases=GENERATE,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(installation=installations())
def test_any_installation_comes_back(installation: Installation, tmp_path: Path) -> None:
    result, back, again = round_trip(installation, tmp_path / "book.xlsx")
    same_results(result, again)
    ours, theirs = _bare(installation), _bare(back)
    for field in fields(Installation):
        same(_listed(getattr(ours, field.name)), _listed(getattr(theirs, field.name)), field.name)


def _bare(installation: Installation) -> Installation:
    """Without file and cells; blanks that stand for a value as that value; parameters by the reader's names."""
    return replace(
        installation,
        file="",
        cells={},
        streams=tuple(_full(s) for s in installation.streams),
        products=tuple(_renamed(p) for p in installation.products),
    )


def _full(stream: SourceStream) -> SourceStream:
    return replace(stream, emission_factor_unit=stream.emission_factor_unit)


def _renamed(good: Product) -> Product:
    return replace(good, parameters={ALIASES.get(k, k): v for k, v in good.parameters.items()})


def _listed(value: object) -> object:
    if isinstance(value, tuple):
        return [asdict(v) for v in value]
    return asdict(value) if hasattr(value, "__dataclass_fields__") else value  # type: ignore[call-overload]


@settings(
    max_examples=3,
    deadline=None,
    phases=GENERATE,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(installation=installations())
def test_formulas_give_what_is_cached(installation: Installation, tmp_path: Path) -> None:
    """Calculated anew by other code from the input cells alone: cached values follow from them."""
    recalculated(installation, tmp_path / "book.xlsx")


def recalculated(installation: Installation, path: Path) -> None:
    write_workbook(installation, assess(installation), path)
    book = Book(path)
    found = book.all_formulas()
    assert len(found) > 60
    told = [(f"{s}!{c} {f}", book.calculate(s, f[1:]), book.cached[s][c].value) for s, c, f in found]
    rounding = 1e-12 * max(abs(value) for _, value, _ in told)
    for place, calculated, cached in told:
        assert calculated == pytest.approx(cached, rel=1e-9, abs=rounding), place


def test_formulas_of_goods_that_count_direct_emissions_only(tmp_path: Path, simple: Installation) -> None:
    """Steel from 2026 on: indirect emissions are none, though the process uses electricity; opening recalculates."""
    bought = replace(
        simple.precursors[0],
        specific_electricity_mwh_per_t=0.4,
        specific_electricity_source="Measured",
        electricity_ef_tco2_per_mwh=0.6,
        electricity_ef_source="D.4(a)",
    )
    recalculated(replace(simple, precursors=(bought,)), tmp_path / "book.xlsx")


@needs_examples
def test_formulas_per_tonne_of_clinker(tmp_path: Path) -> None:
    cement = read_example(EXAMPLES / "cement.json")
    recalculated(replace(cement, regime=DEFINITIVE), tmp_path / "book.xlsx")


def test_own_sheet_tells_regime_versions_and_hash(tmp_path: Path, simple: Installation) -> None:
    write_workbook(simple, assess(simple), tmp_path / "book.xlsx", digest="ab" * 32)
    book = openpyxl.load_workbook(tmp_path / "book.xlsx")
    told = " ".join(str(c.value) for row in book[OWN].iter_rows() for c in row if c.value is not None)
    assert simple.regime in told
    assert "ab" * 32 in told
    assert "2026/1740" in told
    assert "2025/2621" in told
    assert book.sheetnames == [*SHEETS, OWN]


def test_more_goods_than_rows_is_a_fault(tmp_path: Path, simple: Installation) -> None:
    goods = tuple(Product(10 + n, "P1", "72071111", f"good {n}") for n in range(101))
    many = replace(simple, products=goods)
    with pytest.raises(InputError) as caught:
        write_workbook(many, assess(many), tmp_path / "book.xlsx")
    assert caught.value.faults[0].field == "products"
    assert "at most 100" in str(caught.value)


@pytest.fixture
def simple() -> Installation:
    """One process, one stream: 100 t of fuel × 25 GJ/t × 95 t CO2/TJ = 237.5 t CO2 for 1000 t."""
    return SIMPLE


def test_shares_of_a_good_are_fractions_shown_as_percent(tmp_path: Path, simple: Installation) -> None:
    """As on row 9 of the template's sheet Summary_Products: 0.1395, shown as 13.95 %; tonnes of scrap are no percentage."""
    good = replace(simple.products[0], parameters={"share_mn": 0.008, "scrap_per_t_steel": 0.75})
    changed = replace(simple, products=(good, *simple.products[1:]))
    write_workbook(changed, assess(changed), tmp_path / "cbam.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "cbam.xlsx")["Summary_Products"]
    assert (sheet["R8"].value, sheet["R10"].value) == ("% Mn", 0.008)
    assert sheet["R10"].number_format.endswith("%")
    assert (sheet["W10"].value, sheet["W10"].number_format) == (0.75, "General")
