"""The tree behind a product, and tables of footprints and processes: rows for report, workbook and passport"""

from __future__ import annotations

from collections.abc import Mapping

from zeropark.footprint.result import ChainLink, ProductFootprint

Row = dict[str, str | float | None]


def chain_of(footprints: Mapping[str, ProductFootprint], product: str) -> tuple[ChainLink, ...]:
    """Every process output behind a product with its own footprint and lines, nearest first.

    A ``process`` line's factor is the footprint of the link that its ``behind`` names, so that all can be recomputed.
    """
    return footprints[product].chain


def footprint_table(footprints: Mapping[str, ProductFootprint]) -> list[Row]:
    """One row for each product."""
    return [
        {
            "product": name,
            "title": f.title,
            "unit": f.unit,
            "left_the_park": f.amount,
            "made": f.made,
            "kgco2e_per_unit": f.value,
            "gate_to_gate": f.gate_to_gate,
            "without_embodied": f.without_embodied,
            "with_embodied": f.with_embodied,
            "allocation": f.allocation,
            "share": f.share,
            **{f"basis_{basis}": value for basis, value in f.by_basis.items()},
            **{f"allocation_{way}": value for way, value in f.by_allocation.items()},
            "primary_share": f.primary_share,
            "p2_5": f.spread.p2_5 if f.spread else None,
            "p97_5": f.spread.p97_5 if f.spread else None,
        }
        for name, f in footprints.items()
    ]


def process_table(footprints: Mapping[str, ProductFootprint]) -> list[Row]:
    """One row for each process output behind any product, each once."""
    links = {link.id: link for f in footprints.values() for link in f.chain}
    return [
        {
            "process": link.process,
            "title": link.title,
            "output": link.node,
            "unit": link.unit,
            "made": link.made,
            "kgco2e_per_unit": link.footprint,
            "gate_to_gate": link.gate_to_gate,
            "allocation": link.allocation,
            "share": link.share,
        }
        for link in links.values()
    ]
