"""The bill: what the flows cost, recomputed by a tariff engine that does not know the optimiser."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from zeropark.accounts.bill_grid import grid_lines, settled_basis
from zeropark.accounts.bill_lines import BillLine, Books, asset_lines
from zeropark.accounts.terms import TERM_TITLES
from zeropark.flows import Flows
from zeropark.forms import Key
from zeropark.park.model import Park

__all__ = ["Bill", "BillLine", "bases_of", "bill_of"]


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


def bill_of(park: Park, flows: Flows, capacities: Mapping[Key, float]) -> Bill:
    """What the flows cost, line by line: the same terms as the forms of ``money.py``, other arithmetic.

    capacities: total capacity (existing and added) by (asset, part), and contracted apparent power in
    MVA as ``(market, "contracted")``; when that is not told, the least that the highest import needs.
    A capacity charge on the basis ``cheaper`` takes the one that costs these flows less.
    """
    books = Books(park, flows, capacities)
    lines = [*asset_lines(books), *grid_lines(books)]
    order = list(TERM_TITLES)
    lines.sort(key=lambda line: order.index(line.term))  # stable: assets and months keep their order
    terms = dict.fromkeys(order, 0.0)
    for line in lines:
        terms[line.term] += line.amount
    return Bill(park.spec.money.currency, tuple(lines), terms, dict(TERM_TITLES))


def bases_of(park: Park, flows: Flows, capacities: Mapping[Key, float]) -> dict[str, str]:
    """For every market whose tariff leaves the choice of basis: the one that costs these flows less.

    ``with_bases(park, bases_of(…))`` is a park whose accounts can be read from given flows.
    """
    books = Books(park, flows, capacities)
    return {
        name: settled_basis(books, name, market, charge)
        for name, market in park.grid_markets()
        if (charge := park.capacity_charge_of(market)) is not None and charge.basis == "cheaper"
    }
