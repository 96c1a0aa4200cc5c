"""Two kinds of factor that must never be added: operating CO2, and life-cycle emissions.

Both are numbers per unit of a carrier. Their sums are kept apart by type: adding one to the other is an error
that mypy sees, and a TypeError where nobody looked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, order=True)
class _Emissions:
    """An amount of emissions; only its own kind can be added to it."""

    tonnes: float

    def __add__(self, other: Self) -> Self:
        self._require_same(other)
        return type(self)(self.tonnes + other.tonnes)

    def __sub__(self, other: Self) -> Self:
        self._require_same(other)
        return type(self)(self.tonnes - other.tonnes)

    def __mul__(self, scale: float) -> Self:
        return type(self)(self.tonnes * scale)

    __rmul__ = __mul__

    def _require_same(self, other: object) -> None:
        if type(other) is not type(self):
            raise TypeError(f"{type(self).__name__} and {type(other).__name__} cannot be added")


class OperatingCo2(_Emissions):
    """Tonnes of CO2 released in operation (tCO2): accounts of parks and grids."""


class LifeCycleCo2e(_Emissions):
    """Tonnes of CO2 equivalent over the life cycle (tCO2e): footprints of products."""


@dataclass(frozen=True)
class OperatingFactor:
    """Operating CO2 per unit of a carrier, tCO2/unit."""

    tco2_per_unit: float

    def of(self, amount: float) -> OperatingCo2:
        """Emissions of an amount in the carrier's unit."""
        return OperatingCo2(self.tco2_per_unit * amount)


@dataclass(frozen=True)
class LifeCycleFactor:
    """Life-cycle emissions per unit of a carrier, tCO2e/unit."""

    tco2e_per_unit: float

    def of(self, amount: float) -> LifeCycleCo2e:
        """Emissions of an amount in the carrier's unit."""
        return LifeCycleCo2e(self.tco2e_per_unit * amount)


def greenhouse_effect(direct: OperatingCo2) -> LifeCycleCo2e:
    """Direct CO2 as its share of a footprint: a tonne of fossil CO2 is a tonne of CO2e (GWP 1 by definition).

    Only for CO2 that a process of the system itself releases, never for a grid factor: what stands behind
    a grid factor is not the whole life cycle.
    """
    return LifeCycleCo2e(direct.tonnes)
