"""What the report says beyond the plan: electricity by origin, footprints, efficiency, CBAM"""

from __future__ import annotations

from zeropark.outcome import Outcome
from zeropark.report import efficiency
from zeropark.report.blocks import Block, Maker, made

_MAKERS: tuple[tuple[str, str, Maker], ...] = (("Efficiency", efficiency.TITLE, efficiency.efficiency_block),)


def blocks_of(outcome: Outcome) -> tuple[Block, ...]:
    """Every block that the park asks for, in the order of the report."""
    return made(_MAKERS, outcome)
