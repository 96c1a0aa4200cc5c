"""Before and after: the baseline period put into today's conditions, so that only what was done remains.

    e_base'  = e_base + Δc           Δc = correction of the limit today − that of the baseline period
    E_base'  = e_base' · output      what the baseline's energy per tonne would use for today's output
    saving   = E_base' − E
    E_base − E = volume + mix + correction + saving, of all processes together:
    volume   = E_base · (1 − Σ output / Σ output_base)                (same products, another amount)
    mix      = E_base · Σ output / Σ output_base − Σ e_base · output  (other shares of the products)
    correction = − Σ Δc · output                                      (other ore, scrap, hot metal)

Adjusting a baseline to comparable conditions is what GB/T 13234 and GB/T 28750 ask for (recalled, unverified).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from zeropark import units
from zeropark.efficiency.result import ProcessReading
from zeropark.park.efficiency_spec import Process

YEAR_HOURS = 8760.0
_LEAP_DAYS = 0.01
"""Lengths that differ by less are the same: a leap year."""
_NOISE = 1e-9


@dataclass(frozen=True)
class BeforeAfter:
    """One process: baseline as it was, put into today's conditions, and today.

    indicators in the limit's unit; energies in tce. adjustment: Δc in the limit's unit. hours: of today's period;
    baseline_hours: of the baseline, None where its energy is stated.
    """

    name: str
    unit: str
    baseline_period: str
    baseline_output_t: float
    baseline_tce: float
    adjustment: float
    output_t: float
    energy_tce: float
    indicator: float
    hours: float = YEAR_HOURS
    baseline_hours: float | None = None

    @property
    def same_length(self) -> bool:
        """Whether both periods are as long; a stated baseline is taken to be a year."""
        before = YEAR_HOURS if self.baseline_hours is None else self.baseline_hours
        return abs(self.hours - before) <= _LEAP_DAYS * max(self.hours, before)

    @property
    def baseline_indicator(self) -> float:
        """Energy per tonne in the baseline period."""
        return self.baseline_tce / self.baseline_output_t * units.factor("tce/t", self.unit)

    @property
    def adjusted_indicator(self) -> float:
        """The same under today's corrections."""
        return self.baseline_indicator + self.adjustment

    @property
    def adjusted_tce(self) -> float:
        """The baseline's energy for today's output under today's corrections."""
        return self.adjusted_indicator * units.factor(self.unit, "tce/t") * self.output_t

    @property
    def saving_tce(self) -> float:
        """Energy saved beside the adjusted baseline; negative: more is used; nothing where it is rounding."""
        saved = self.adjusted_tce - self.energy_tce
        return saved if abs(saved) > _NOISE * max(abs(self.adjusted_tce), abs(self.energy_tce)) else 0.0


@dataclass(frozen=True)
class Changes:
    """What makes the difference of all processes together, tce; positive: less energy than in the baseline."""

    baseline_tce: float
    energy_tce: float
    volume_tce: float
    mix_tce: float
    correction_tce: float
    saving_tce: float


def before_after(
    now: Sequence[ProcessReading],
    baseline: Sequence[ProcessReading],
    processes: Mapping[str, Process],
) -> tuple[BeforeAfter, ...]:
    """Each process that has a baseline: read from its flows, or stated in the park file."""
    before = {reading.name: reading for reading in baseline}
    found = []
    for reading in now:
        stated = processes[reading.name].baseline
        given = before.get(reading.name)
        if given is not None:
            text, output_t, energy_tce = given.period.text, given.output_t, given.energy_tce
        elif stated is not None and stated.energy is not None and stated.output is not None:
            text, output_t, energy_tce = stated.period, stated.output, stated.energy
        else:
            continue
        own = stated.corrections if stated is not None else {}
        then = {**reading.corrections, **own}
        moved = reading.levels[0] - reading.chosen.levels(then)[0]
        found.append(
            BeforeAfter(
                reading.name,
                reading.unit,
                text,
                output_t,
                energy_tce,
                moved,
                reading.output_t,
                reading.energy_tce,
                reading.indicator,
                reading.hours,
                None if given is None else given.hours,
            )
        )
    return tuple(found)


def changes_of(rows: Sequence[BeforeAfter]) -> Changes | None:
    """The difference of all processes together by what makes it; None where nothing has a baseline."""
    if not rows:
        return None
    base = sum(row.baseline_tce for row in rows)
    now = sum(row.energy_tce for row in rows)
    grown = base * sum(row.output_t for row in rows) / sum(row.baseline_output_t for row in rows)
    same_rates = sum(row.baseline_tce / row.baseline_output_t * row.output_t for row in rows)
    adjusted = sum(row.adjusted_tce for row in rows)
    return Changes(base, now, base - grown, grown - same_rates, same_rates - adjusted, adjusted - now)
