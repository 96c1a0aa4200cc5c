"""The inventory by scope as rows of page, workbook and JSON"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from zeropark.carbon.attribution import BASES
from zeropark.carbon.inventory import Heat, Inventory
from zeropark.figures.numbers import number
from zeropark.park.model import Park
from zeropark.passport.electricity_words import t

CELLS = ("fuel", "process", *(f"{what}_{basis}" for basis in BASES for what in ("electricity", "heat")))
"""Names of what ``cells_of`` gives."""


def cells_of(one: Inventory) -> tuple[float | None, ...]:
    """Fuel, process, then electricity and heat on each basis, tCO2; None where it cannot be told."""
    by_basis = (value for basis in BASES for value in (one.electricity[basis], one.heat_on(basis)))
    return (one.fuel, one.process, *by_basis)


def heat_cells(heat: Heat) -> tuple[float | None, ...]:
    """tCO2 on each basis."""
    return tuple(heat.tco2[basis] if heat.tco2 is not None else None for basis in BASES)


def records(inventory: Iterable[Inventory]) -> list[dict[str, Any]]:
    """One row for each tenant, for the workbook."""
    return [
        {
            "tenant": one.tenant,
            **dict(zip(CELLS, cells_of(one), strict=True)),
            **{f"own_{basis}": one.own[basis] for basis in BASES},
            "missing": ", ".join(one.missing),
        }
        for one in inventory
    ]


def heat_records(inventory: Iterable[Inventory]) -> list[dict[str, Any]]:
    """One row for each tenant and node of heat received, for the workbook."""
    return [
        {
            "tenant": one.tenant,
            "node": heat.node,
            "amount": heat.amount,
            "unit": heat.unit,
            **dict(zip(BASES, heat_cells(heat), strict=True)),
        }
        for one in inventory
        for heat in one.heat
    ]


def scope_notes(park: Park, inventory: Sequence[Inventory]) -> tuple[str, ...]:
    """Whose heat cannot be told and for want of what; whose electricity is of own plants."""
    notes = []
    untold = [one for one in inventory if any(heat.tco2 is None for heat in one.heat)]
    if untold:
        missing = ", ".join(dict.fromkeys(name for one in untold for name in one.missing))
        notes.append(t("note-heat-untold", tenants=", ".join(one.tenant for one in untold), missing=missing))
    notes += [
        t("note-own", tenant=one.tenant, co2=number(one.own["location"]))
        for one in inventory
        if one.own["location"] > 0.0
    ]
    return tuple(notes)


def plain(one: Inventory) -> dict[str, Any]:
    """For scripts; no two bases may be added."""
    return {
        "tenant": one.tenant,
        "scope_1_tco2": {"fuel": one.fuel, "process": one.process},
        "scope_2_tco2": {
            "electricity": {basis: one.electricity[basis] for basis in BASES},
            "electricity_of_own_plants": {basis: one.own[basis] for basis in BASES},
            "heat": {basis: one.heat_on(basis) for basis in BASES},
        },
        "heat_received": [
            {
                "node": heat.node,
                "amount": heat.amount,
                "unit": heat.unit,
                "tco2": None if heat.tco2 is None else dict(heat.tco2),
            }
            for heat in one.heat
        ],
        "missing_factors": list(one.missing),
    }
