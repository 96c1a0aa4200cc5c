"""What a footprint says: value, what it is made of, what other choices give, how sure it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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
    gate: whether all of it arises inside the gate. primary: whether all of it rests on the park's or the supplier's own
    data. gate_kgco2e: the part of the line's value that arises inside the gate. behind: id of the ``ChainLink`` of a
    ``process`` line.
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
    gate_kgco2e: float = 0.0
    behind: str = ""

    @property
    def kgco2e(self) -> float:
        """Per unit of product."""
        return self.amount * self.factor_kgco2e


@dataclass(frozen=True)
class ChainLink:
    """One output of one process behind a product, with its own footprint.

    id: that of the ``process`` lines that name it (``process.PROCESS.NODE``). amount: of it behind one unit of the
    product, all ways and loops included. footprint: kgCO2e per its unit; the sum of its own lines, which are per its unit.
    share: part of its process's burden that this output carries; allocation: by which way.
    """

    id: str
    process: str
    title: str
    node: str
    unit: str
    amount: float
    made: float
    footprint: float
    gate_to_gate: float
    share: float
    allocation: str
    depth: int
    contributions: tuple[Contribution, ...]


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

    amount: what left the park in the period. made: all that was handed on, to other processes of the park and to stock too.
    value: cradle to gate, with embodied plant as the park chooses. gate_to_gate: what arises inside the gate.
    without_embodied, with_embodied: both, always. share: part of its process's burden that the product carries.
    by_basis: value by basis of electricity. by_allocation: value by way of sharing; None where the park states no worth.
    primary_share: 0 to 1, of the value, by emissions. chain: every process output behind it, nearest first.
    biogenic: part of the value that is not fossil, by the factors' own statement. by_kind: value by kind of emission.
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
    chain: tuple[ChainLink, ...] = ()
    made: float = 0.0
    biogenic: float = 0.0
    by_kind: Mapping[str, float] = field(default_factory=dict)
