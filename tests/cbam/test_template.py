"""Reading a filled template: typed formulas without stored values, and faults with their cells."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.cbam import sheets
from tests.cbam.filled import drawn

from zeropark.cbam.engine import assess
from zeropark.cbam.model import Installation
from zeropark.cbam.read_template import installation_of_cells
from zeropark.cbam.xlsx_cells import SHEETS, Cells
from zeropark.cbam.xlsx_formula import NotSimple, evaluate
from zeropark.errors import InputError

TEMPLATE = Path(__file__).parents[3] / "shared" / "reference" / "cbam" / "communication_template.xlsx"
beside = pytest.mark.skipif(not TEMPLATE.is_file(), reason="the template is not beside the repository")


def read(changes: dict[tuple[str, str], Any], seed: int = 0) -> Installation:
    formulas, _, _ = sheets.template(TEMPLATE)
    typed = {**drawn(seed), **changes}
    values = {
        sheet: {c: v for c, v in formulas[sheet].items() if not str(v).startswith("=")} for sheet in SHEETS
    }
    given = {sheet: dict(formulas[sheet]) for sheet in SHEETS}
    for (sheet, cell), value in typed.items():
        if isinstance(value, str) and value.startswith("="):
            given[sheet][cell] = value
        elif value is not None:
            values[sheet][cell] = value
        if value is None or (isinstance(value, str) and value.startswith("=")):
            values[sheet].pop(cell, None)
    return installation_of_cells(Cells("drawn.xlsx", values, given))


@beside
@pytest.mark.parametrize(
    ("cell", "value", "found"),
    [
        (("B_EmInst", "F17"), "ten", "'ten'"),
        (("B_EmInst", "G17"), "pounds", "unit 'pounds'"),
        (("B_EmInst", "D17"), "Combusting", "'Combusting'"),
        (("B_EmInst", "D17"), None, "nothing"),
        (("B_EmInst", "F17"), "#DIV/0!", "#DIV/0!"),
        (("C_Emissions&Energy", "M26"), "much", "'much'"),
        (("D_Processes", "L16"), -5.0, "-5"),
        (("D_Processes", "L16"), "1,5", "'1,5'"),
        (("D_Processes", "L16"), "15", "'15'"),
        (("E_PurchPrec", "M49"), "Guessed", "'Guessed'"),
        (("Summary_Products", "D10"), "Process 99", "'Process 99'"),
        (("A_InstData", "L84"), "process 1", "'process 1' twice"),
        (("A_InstData", "E83"), "Crude stel", "'Crude stel'"),
        (("F_Tools", "H101"), "half", "'half'"),
        (("F_Tools", "H101"), 50, "50"),
        (("Summary_Products", "AR10"), -1.0, "-1"),
        (("D_Processes", "L27"), "=VLOOKUP(L16,A1:B2,2)", "formula =VLOOKUP(L16,A1:B2,2)"),
    ],
)
def test_fault_names_its_cell(cell: tuple[str, str], value: Any, found: str) -> None:
    seed = next(seed for seed in range(20) if any(place[0] == "E_PurchPrec" for place in drawn(seed)))
    with pytest.raises(InputError) as caught:
        assess(read({cell: value}, seed))
    wanted = f"{cell[0]}!{cell[1]}"
    assert any(fault.field == wanted and found in fault.found for fault in caught.value.faults), caught.value


@beside
@pytest.mark.parametrize(
    ("cell", "value", "said"),
    [
        (("D_Processes", "L54"), None, "MISSING D_Processes!L54"),
        (("D_Processes", "L66"), "n.a.", "D_Processes!L66: 'n.a.' read as blank"),
        (("E_PurchPrec", "L37"), 4.0, "E_PurchPrec!L37: 4 for P10"),
        (("B_EmInst", "F17"), 0, "B_EmInst!F17"),
        (("B_EmInst", "N17"), 0.98, "B_EmInst!N17: oxidation share"),
        (("B_EmInst", "E17"), None, "B_EmInst!E17: a stream without a name"),
        (("F_Tools", "J21"), 120.0, "F_Tools is filled for cogeneration (J21)"),
        (("D_Processes", "K50"), "perhaps", "D_Processes!K50: 'perhaps' read as blank"),
        (("D_Processes", "L67"), "D.4.9", "D_Processes!L67: source of the electricity factor 'D.4.9'"),
        (("Parameters_Constants", "B76"), 298, "Parameters_Constants!B76: gwp_n2o is 298"),
        (("Summary_Products", "D10"), None, "Summary_Products!D10: "),
    ],
)
def test_control_names_its_cell(cell: tuple[str, str], value: Any, said: str) -> None:
    """What the template passes over is passed over too, and told."""
    seed = next(seed for seed in range(20) if any(place[0] == "E_PurchPrec" for place in drawn(seed)))
    controls = assess(read({cell: value}, seed)).controls
    assert any(said in text for text in controls), controls
    assert not any(said in text for text in assess(read({}, seed)).controls)


@beside
def test_precursor_may_be_called_as_a_process_is() -> None:
    """The template looks each up on its own sheet."""
    seed = next(seed for seed in range(20) if any(place[0] == "E_PurchPrec" for place in drawn(seed)))
    changed = assess(read({("A_InstData", "L102"): "Process 1"}, seed))
    usual = assess(read({}, seed))
    assert [p.see_direct for p in changed.processes] == [p.see_direct for p in usual.processes]


@beside
def test_number_typed_over_the_precursors_indirect_emissions() -> None:
    seed = next(seed for seed in range(20) if any(place[0] == "E_PurchPrec" for place in drawn(seed)))
    assert read({}, seed).precursors[0].see_indirect is None
    formulas, _, _ = sheets.template(TEMPLATE)
    kept = formulas["E_PurchPrec"].pop("L52")
    try:
        told = read({("E_PurchPrec", "L52"): 0.75}, seed)
    finally:
        formulas["E_PurchPrec"]["L52"] = kept
    assert assess(told).precursors[0].see_indirect == 0.75


@beside
def test_activity_level_of_zero() -> None:
    with pytest.raises(InputError) as caught:
        assess(read({("D_Processes", "L16"): 0.0, ("D_Processes", "L18"): None}))
    assert any(
        fault.field == "D_Processes!L16" and "activity level 0" in fault.found
        for fault in caught.value.faults
    )


@beside
def test_typed_formulas_are_reckoned_where_the_file_keeps_no_values() -> None:
    told = read(
        {
            ("D_Processes", "L16"): "=1255000/0.95",
            ("D_Processes", "L18"): None,
            ("D_Processes", "L27"): "=L24",
            ("D_Processes", "L54"): "='C_Emissions&Energy'!H32*50%",
            ("D_Processes", "L65"): "=L16*0.085+81575",
        }
    )
    process = assess(told).processes[0]
    assert process.activity_level == pytest.approx(1255000 / 0.95, rel=1e-12)
    assert told.processes[0].to_market == process.activity_level
    assert told.processes[0].electricity.consumed_mwh == pytest.approx(193864.47368421053, rel=1e-12)
    assert process.direct_tco2e == pytest.approx(assess(told).installation.calculated_tco2e / 2, rel=1e-12)


def test_arithmetic() -> None:
    cells = {("S", "A1"): 2.0, ("S", "A2"): 3.0, ("S", "A3"): None, ("T T", "B1"): 5.0}
    look = lambda sheet, cell: cells.get((sheet, cell))  # noqa: E731
    for text, value in {
        "=1+2*3": 7,
        "=-2^2": 4,
        "=2^3^2": 64,
        "=(1+2)*3%": 0.09,
        "=SUM(A1:A3,4)": 9,
        "=A1*$A$2": 6,
        "='T T'!B1-A3": 5,
        "=ROUND(1.256,2)": 1.26,
        "=1e3/4": 250,
    }.items():
        assert evaluate(text, "S", look) == pytest.approx(value), text
    for text in ("=IF(A1,1,2)", "=A1&A2", "=(1", "=1 2", "=SUM(A1", '="x"'):
        with pytest.raises(NotSimple):
            evaluate(text, "S", look)
