"""``efficiency.json``: plain numbers of every process, its limit, its gaps, and the baseline beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from zeropark.efficiency.compare import BeforeAfter, changes_of
from zeropark.efficiency.result import Gap, ProcessReading


def summary_of(readings: Sequence[ProcessReading], rows: Sequence[BeforeAfter] = ()) -> dict[str, Any]:
    """Everything that the readings say, as JSON data."""
    changes = changes_of(rows)
    return {
        "period": readings[0].period.text if readings else None,
        "processes": [_process(reading) for reading in readings],
        "baseline": [
            asdict(row)
            | {
                "baseline_indicator": row.baseline_indicator,
                "adjusted_indicator": row.adjusted_indicator,
                "adjusted_tce": row.adjusted_tce,
                "saving_tce": row.saving_tce,
            }
            for row in rows
        ],
        "changes": asdict(changes) if changes else None,
    }


def _process(reading: ProcessReading) -> dict[str, Any]:
    standard = reading.chosen.standard
    return {
        "process": reading.name,
        "title": reading.title,
        "title_zh": reading.title_zh,
        "tenant": reading.tenant,
        "limit": reading.chosen.name,
        "standard": standard.standard,
        "in_force_from": standard.in_force,
        "in_force": reading.in_force,
        "source": standard.source,
        "mark": standard.mark,
        "date": standard.date,
        "output_t": reading.output_t,
        "output_stated": reading.stated_output,
        "energy_tce": reading.energy_tce,
        "line_tce": reading.line_tce,
        "indicator": reading.indicator,
        "unit": reading.unit,
        "level": reading.level,
        "levels": list(reading.levels),
        "levels_uncorrected": list(reading.chosen.limit.levels),
        "corrections": dict(reading.corrections),
        "gap_level_1": _gap(reading.level_1, reading.currency),
        "gap_level_2": _gap(reading.level_2, reading.currency),
        "gap_level_3": _gap(reading.level_3, reading.currency),
        "carriers": [
            asdict(carrier) | {"net": carrier.net, "energy_tce": carrier.energy_tce}
            for carrier in reading.carriers
        ],
        "not_counted": [asdict(each) for each in reading.not_counted],
        "shares": [asdict(share) for share in reading.shares],
    }


def _gap(gap: Gap, currency: str) -> dict[str, Any]:
    return asdict(gap) | {"currency": currency}
