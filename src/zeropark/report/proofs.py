"""What the report says beyond the plan: electricity by origin, intensities, footprints, CBAM, efficiency"""

from __future__ import annotations

from functools import cache

from zeropark.carbon.attribution import Attribution, attribution_of
from zeropark.outcome import Outcome
from zeropark.report import border, efficiency, footprints, intensity, origins
from zeropark.report.blocks import Block, Maker, made


def blocks_of(outcome: Outcome) -> tuple[Block, ...]:
    """Every block that the park asks for, in the order of the report. Electricity is attributed once for all."""
    park = outcome.park

    @cache
    def given() -> Attribution | None:
        return attribution_of(park, outcome.flows) if park.spec.carbon is not None else None

    makers: tuple[tuple[str, str, Maker], ...] = (
        ("Electricity", origins.TITLE, lambda: origins.electricity_block(outcome, given)),
        ("Intensities", intensity.TITLE, lambda: intensity.intensity_block(outcome)),
        ("Footprints", footprints.TITLE, lambda: footprints.footprint_block(outcome, given)),
        ("CBAM", border.TITLE, lambda: border.border_block(outcome, given)),
        ("Efficiency", efficiency.TITLE, lambda: efficiency.efficiency_block(outcome)),
    )
    return made(makers)
