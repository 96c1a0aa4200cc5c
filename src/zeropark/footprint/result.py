"""What a footprint says: value, what it is made of, what other choices give, how sure it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from zeropark.carbon.attribution import Basis
from zeropark.park.period import Period

ContributionKind = Literal["direct", "electricity", "upstream", "process", "embodied"]


@dataclass(frozen=True)
class Contribution:
    """One line of a product's footprint: an amount per unit of product, times a factor.

    id: letters, digits, ``_`` and ``.`` only, unique within the product. title: ``English / 中文``.
    kind: ``direct`` CO2 or other gases of the process itself; ``electricity`` of an origin; ``upstream`` bought input;
    ``process`` output of another process of the park (its factor is that process's footprint); ``embodied`` plant.
    amount: per unit of product, in ``amount_unit``. factor_kgco2e: per unit of amount. The line's value is their product.
    gate: whether it arises inside the gate. primary: whether it rests on the park's or the supplier's own data.
    """

    id: str
    title: str
    kind: ContributionKind
    amount: float
    amount_unit: str
    factor_kgco2e: float
    source: str
    mark: str
    gate: bool
    primary: bool

    @property
    def kgco2e(self) -> float:
        """Per unit of product."""
        return self.amount * self.factor_kgco2e


@dataclass(frozen=True)
class Spread:
    """What Monte Carlo draws give, kgCO2e per unit; ``stated``: whether any factor states an uncertainty."""

    runs: int
    seed: int
    mean: float
    p2_5: float
    p50: float
    p97_5: float
    stated: bool


@dataclass(frozen=True)
class ProductFootprint:
    """Footprint of one product over a period, kgCO2e per declared unit.

    value: cradle to gate, with embodied plant as the park chooses. gate_to_gate: what arises inside the gate.
    without_embodied, with_embodied: both, always. share: part of its process's burden that the product carries.
    by_basis: value by basis of electricity. by_allocation: value by way of sharing; None where the park states no worth.
    primary_share: 0 to 1, of the value, by emissions.
    """

    product: str
    title: str
    unit: str
    period: Period
    amount: float
    value: float
    gate_to_gate: float
    without_embodied: float
    with_embodied: float
    contributions: tuple[Contribution, ...]
    allocation: str
    share: float
    basis: Basis
    by_basis: Mapping[Basis, float]
    by_allocation: Mapping[str, float | None]
    primary_share: float
    spread: Spread | None
    notes: tuple[str, ...] = ()
