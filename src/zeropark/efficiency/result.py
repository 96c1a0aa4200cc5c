"""What the efficiency readings say of a process: energy, output, indicator, level, gaps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from zeropark import units
from zeropark.park.limits import Chosen, Level
from zeropark.park.period import Period


@dataclass(frozen=True)
class CarrierEnergy:
    """One carrier of a process over the period, in its unit. given: to others, beside what it takes itself.

    coal_equivalent: tce for one unit. credited: whether what is given away is subtracted. recovered: what sources
    that stand for its waste heat give.
    """

    carrier: str
    unit: str
    taken: float
    given: float
    recovered: float
    coal_equivalent: float
    credited: bool

    @property
    def net(self) -> float:
        """What counts, in the carrier's unit; what is given beyond what is taken counts only where it is credited."""
        net = self.taken - self.given
        return net - self.recovered if self.credited else max(net, 0.0)

    @property
    def energy_tce(self) -> float:
        """What counts, tce."""
        return self.net * self.coal_equivalent


@dataclass(frozen=True)
class NotCounted:
    """What a process takes that has no place in its energy: a material, or energy that nobody gave a coal equivalent.

    taken: over the period, in the carrier's unit.
    """

    carrier: str
    unit: str
    taken: float


@dataclass(frozen=True)
class Gap:
    """How far the indicator lies above a level; negative: how much room is left below it.

    level: as corrected, in the limit's unit, as is ``per_tonne``. money_per_year: absent where no price is stated.
    """

    level: float
    per_tonne: float
    kgce_per_t: float
    tce_per_year: float
    money_per_year: float | None


@dataclass(frozen=True)
class Share:
    """One product of a shared line: its output (t), the element in it (t), and its share of the line's energy."""

    node: str
    output_t: float
    element_t: float
    share: float


@dataclass(frozen=True)
class ProcessReading:
    """A process over a period, judged against its limit.

    line_tce: energy of all its assets. energy_tce: what falls on this product. hours: of the period; yearly figures
    go on at its rate. shares: of a shared line, this product first. corrections: share that holds, by correction.
    stated_output: whether the output is stated in the park file, not told by flows. not_counted: what it takes beside.
    """

    name: str
    title: str
    title_zh: str
    tenant: str | None
    chosen: Chosen
    period: Period
    hours: float
    carriers: tuple[CarrierEnergy, ...]
    not_counted: tuple[NotCounted, ...]
    output_t: float
    stated_output: bool
    line_tce: float
    energy_tce: float
    shares: tuple[Share, ...]
    corrections: Mapping[str, float]
    level_1: Gap
    level_2: Gap
    level_3: Gap
    in_force: bool | None
    credit_unseen: bool
    currency: str

    @property
    def unit(self) -> str:
        """Unit of indicator and limit."""
        return self.chosen.limit.unit

    @property
    def indicator(self) -> float:
        """Energy per tonne of product, in the limit's unit."""
        return self.energy_tce / self.output_t * units.factor("tce/t", self.unit)

    @property
    def levels(self) -> tuple[float, float, float]:
        """Levels 1 to 3 as the corrections move them."""
        return self.chosen.levels(self.corrections)

    @property
    def level(self) -> Level | None:
        """Best level that it keeps; None: beyond level 3."""
        return self.chosen.level_of(self.indicator, self.corrections)
