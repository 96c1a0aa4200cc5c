"""Units by the stage in which they were built: how long they serve, and what the years of a stage weigh"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Vintage:
    """Units that come and go together: built in stage ``born`` (−1: there before the first), serving up to
    and with stage ``last``. size: what exists of it, or None where the pathway decides.
    """

    born: int
    last: int
    size: float | None = None


def years_of(stages: Sequence[int], after_last: int) -> list[int]:
    """Years that each stage stands for: until the next one, or the end of the horizon."""
    return [later - year for year, later in zip(stages, [*stages[1:], after_last], strict=True)]


def discounted_years(stages: Sequence[int], after_last: int, rate: float) -> list[float]:
    """What one unit of money in every year of a stage is worth at the first stage: Σ (1 + rate)^−(year − first).

    Money of a year counts at its beginning, so that a single stage of one year weighs 1.
    """
    lengths = years_of(stages, after_last)
    return [
        sum((1.0 + rate) ** -(year - stages[0] + i) for i in range(length))
        for year, length in zip(stages, lengths, strict=True)
    ]


def last_served(stages: Sequence[int], born: int, lifetime: float | None) -> int:
    """Last stage that units built in stage ``born`` serve: its year is before the end of their life."""
    if lifetime is None:
        return len(stages) - 1
    end = stages[born] + lifetime
    return max(s for s in range(born, len(stages)) if s == born or stages[s] < end)


def tranches(existing: Sequence[float]) -> list[Vintage]:
    """What exists in each stage as vintages: what is taken away is the oldest, what is added comes new."""
    standing: list[tuple[int, float]] = [(-1, existing[0])]
    gone: list[Vintage] = []
    rounding = 1e-12 * max(existing)
    for stage in range(1, len(existing)):
        change = existing[stage] - existing[stage - 1]
        if change > rounding:
            standing.append((stage, change))
        while change < -rounding and standing:
            born, size = standing[0]
            taken = min(size, -change)
            gone.append(Vintage(born, stage - 1, taken))
            change += taken
            standing[0:1] = [(born, size - taken)] if size > taken else []
    return gone + [Vintage(b, len(existing) - 1, size) for b, size in standing if size]
