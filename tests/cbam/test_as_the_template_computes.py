"""The engine beside the Commission's own formulas, on installations drawn at random: every row kind, loops included.

The template's formulas are evaluated by ``sheets.py``, which knows nothing of zeropark. The template lies beside the
repository and is not part of it.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cbam import sheets
from tests.cbam.against import agrees_with_sheets
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
    agrees_with_sheets(result, book)
