"""``results.parquet``: every number of every variant in one long table."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

import pandas as pd

from zeropark.report.summary import strict
from zeropark.study.jobs import Quantity
from zeropark.study.run import Studied, StudyResult
from zeropark.study.variants import FieldValue

COLUMNS = ("study", "kind", "variant", "status", "quantity", "value", "unit")
"""What every row has; a column for each varied field follows."""
DERIVED = "derived"
"""The status of what several variants give together."""

Row = dict[str, object]


def table_of(studied: Studied) -> pd.DataFrame:
    """Long table: study, kind, variant, status, quantity, value, unit, and a column for each varied field.

    A variant without any number has one row without quantity, so that it is never missing. Fields whose
    values are all numbers are numbers, others text.
    """
    rows = [row for study in studied.studies.values() for row in rows_of(study)]
    names = list(dict.fromkeys(name for row in rows for name in row if name not in COLUMNS))
    table = pd.DataFrame(rows, columns=[*COLUMNS, *names])
    for name in names:
        if table[name].map(lambda value: isinstance(value, str)).any():
            table[name] = table[name].map(lambda value: value if pd.isna(value) else str(value)).astype("str")
    table["value"] = table["value"].astype("float64")
    for name in ("study", "kind", "variant", "status", "quantity", "unit"):
        table[name] = table[name].astype("category")
    return table


def rows_of(study: StudyResult) -> Iterator[Row]:
    """Rows of one study, variant after variant."""
    for name, variant in study.variants.items():
        result = study.results[name]
        quantities = result.quantities or (None,)
        for quantity in quantities:
            yield _row(study, name, result.status, quantity, variant.fields)
    for derived in study.derived:
        yield _row(study, derived.variant, DERIVED, derived.quantity, derived.fields)


def _row(
    study: StudyResult,
    variant: str,
    status: str,
    quantity: Quantity | None,
    fields: Mapping[str, FieldValue],
) -> Row:
    return {
        "study": study.name,
        "kind": study.study.kind,
        "variant": variant,
        "status": status,
        "quantity": None if quantity is None else quantity.name,
        "value": float("nan") if quantity is None else quantity.value,
        "unit": None if quantity is None else quantity.unit,
        **{field: value for field, value in fields.items() if field not in COLUMNS},
    }


def summary_of_studies(studied: Studied) -> dict[str, object]:
    """``study.json``: for scripts, what became of every variant, with its cost and capacities."""
    return {
        "park": {"name": studied.ground.park.spec.name, "name_zh": studied.ground.park.spec.name_zh},
        "solved": studied.solved,
        "reused": studied.reused,
        "seconds": studied.seconds,
        "studies": {
            name: {
                "kind": study.study.kind,
                "variants": [_told(study, variant) for variant in study.variants],
                "derived": [
                    {
                        "variant": found.variant,
                        "fields": dict(found.fields),
                        "quantity": found.quantity.name,
                        "value": found.quantity.value,
                        "unit": found.quantity.unit,
                    }
                    for found in study.derived
                ],
            }
            for name, study in studied.studies.items()
        },
    }


def _told(study: StudyResult, name: str) -> dict[str, object]:
    result = study.results[name]
    shown = {
        quantity.name: {"value": quantity.value, "unit": quantity.unit}
        for quantity in result.quantities
        if quantity.name == "cost"
        or quantity.name.split(":")[0] in ("capacity", "power", "missing", "missed")
    }
    return {
        "variant": name,
        "fields": dict(study.variants[name].fields),
        "status": result.status,
        "reasons": list(result.reasons),
        "quantities": shown,
    }


def as_json(studied: Studied) -> str:
    """The summary as text."""
    return json.dumps(strict(summary_of_studies(studied)), ensure_ascii=False, allow_nan=False, indent=2)
