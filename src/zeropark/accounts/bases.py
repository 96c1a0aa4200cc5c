"""Which basis of the capacity charge each market takes, where the tariff leaves the choice.

A choice is not linear: each way is planned for itself, and the cheaper plan is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import product

from zeropark.park.model import Park

CHOICES = ("maximum-demand", "contracted")


def capacity_bases(park: Park) -> list[dict[str, str]]:
    """Every way to settle the markets whose tariff says ``cheaper``: a list of {market: basis}.

    One empty choice when nothing is left open, so that ``for bases in capacity_bases(park)`` always
    runs at least once.
    """
    open_ = [
        name
        for name, market in park.grid_markets()
        if (charge := park.capacity_charge_of(market)) is not None and charge.basis == "cheaper"
    ]
    return [dict(zip(open_, ways, strict=True)) for ways in product(CHOICES, repeat=len(open_))]


def with_bases(park: Park, bases: Mapping[str, str]) -> Park:
    """The same park with the capacity charge of these markets on the given basis.

    Markets that share a tariff may differ: each gets a tariff of its own, called ``tariff [market]``.
    """
    if not bases:
        return park
    tariffs, assets = dict(park.spec.tariffs), dict(park.spec.assets)
    for name, market in park.grid_markets():
        if name not in bases or market.tariff is None:
            continue
        tariff = park.spec.tariffs[market.tariff]
        if tariff.capacity_charge is None:
            continue
        charge = tariff.capacity_charge.model_copy(update={"basis": bases[name]})
        own = f"{market.tariff} [{name}]"
        tariffs[own] = tariff.model_copy(update={"capacity_charge": charge})
        assets[name] = market.model_copy(update={"tariff": own})
    return replace(park, spec=park.spec.model_copy(update={"tariffs": tariffs, "assets": assets}))
