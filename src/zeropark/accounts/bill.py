"""The bill: what the flows cost, recomputed by a tariff engine that does not know the optimiser."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class BillLine:
    """One line of a bill: ``amount = quantity × price``, money of the period it names."""

    asset: str
    period: str
    item: str
    item_zh: str
    quantity: float
    quantity_unit: str
    price: float
    price_unit: str
    amount: float
    clause: str = ""


@dataclass(frozen=True)
class Bill:
    """All lines, and their sum by cost term (investment, fixed, energy, …)."""

    currency: str
    lines: tuple[BillLine, ...]
    terms: dict[str, float]
    term_titles: dict[str, tuple[str, str]]

    @property
    def total(self) -> float:
        """Sum of all terms, money over the period."""
        return sum(self.terms.values())
