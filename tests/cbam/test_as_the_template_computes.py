"""The engine beside the Commission's own formulas, on installations drawn at random: every row kind, loops included.

The template's formulas are evaluated by ``sheets.py``, which knows nothing of zeropark. The template lies beside the
repository and is not part of it.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cbam import sheets
from tests.cbam.filled import drawn

from zeropark.cbam.engine import assess
from zeropark.cbam.read_template import installation_of_cells
from zeropark.cbam.xlsx_cells import SHEETS, Cells

TEMPLATE = Path(__file__).parents[3] / "shared" / "reference" / "cbam" / "communication_template.xlsx"
pytestmark = pytest.mark.skipif(not TEMPLATE.is_file(), reason="the template is not beside the repository")


@pytest.mark.parametrize("seed", range(4))
def test_every_result_is_that_of_the_templates_formulas(seed: int) -> None:
    formulas, names, arrays = sheets.template(TEMPLATE)
    book = sheets.Book(formulas, names, arrays)
    typed = {place: value for place, value in drawn(seed).items() if value is not None}
    book.typed.update(typed)
    values = {
        sheet: {c: v for c, v in formulas[sheet].items() if not str(v).startswith("=")} for sheet in SHEETS
    }
    for (sheet, cell), value in typed.items():
        values[sheet][cell] = value
    result = assess(installation_of_cells(Cells("drawn.xlsx", values, formulas)))

    def same(found: float, sheet: str, cell: str) -> None:
        wanted = book.value(sheet, cell)
        wanted = 0.0 if wanted in (None, "") else wanted
        assert found == pytest.approx(wanted, rel=1e-9, abs=1e-9), f"{sheet}!{cell}"

    for stream in result.streams:
        kind, number = stream.id.rstrip("0123456789"), int(stream.id.lstrip("PFCSM"))
        row = {"S": 16, "PFC": 97, "M": 112}[kind] + number
        same(stream.fossil_tco2e, "B_EmInst", f"AU{row}")
        if kind != "PFC":
            same(stream.biomass_tco2e, "B_EmInst", f"AV{row}")
        if kind == "S":
            same(stream.energy_fossil_tj, "B_EmInst", f"AX{row}")
            same(stream.energy_biomass_tj, "B_EmInst", f"AY{row}")
    whole = result.installation
    for cell, value in {
        "H17": whole.fuel_input_tj,
        "L17": whole.fuel_rest_tj,
        "H27": whole.co2_fossil_tco2e,
        "I27": whole.co2_biomass_tco2e,
        "J27": whole.n2o_tco2e,
        "K27": whole.pfc_tco2e,
        "L27": whole.direct_tco2e,
        "M27": whole.indirect_tco2e or 0.0,
        "N27": whole.total_tco2e,
        "H32": whole.calculated_tco2e,
        "J32": whole.measured_tco2e,
    }.items():
        same(value, "C_Emissions&Energy", cell)
    for process in result.processes:
        number = int(process.id[1:])
        line, io = 70 + number, 70 + number
        same(process.attributed_direct_tco2e, "Summary_Processes", f"K{line}")
        same(process.attributed_indirect_tco2e, "Summary_Processes", f"L{line}")
        same(process.production_control, "D_Processes", f"L{42 + 65 * (number - 1)}")
        for column, value in {
            "AJ": process.se_direct,
            "AK": process.see_direct,
            "AL": process.se_indirect,
            "AM": process.see_indirect,
            "AN": process.specific_electricity_mwh,
            "AO": process.embedded_electricity_mwh,
        }.items():
            same(value, "InputOutput", f"{column}{io}")
    for product in result.products:
        same(product.see_direct, "Summary_Products", f"I{product.row}")
        same(product.see_indirect, "Summary_Products", f"J{product.row}")
        same(product.embedded_electricity_mwh, "Summary_Products", f"O{product.row}")
    same(whole.rest_direct_tco2e, "Summary_Processes", "K85")
