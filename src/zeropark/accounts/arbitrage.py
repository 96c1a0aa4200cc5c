"""Markets that pay more than others at their node ask in the same step: trade without end, for nothing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from zeropark.accounts.tariff import charges_transmission, energy_price, mwh_per_unit
from zeropark.errors import Fault
from zeropark.forms import Array
from zeropark.park.assets import Market
from zeropark.park.model import Park

_ROUNDING = 1e-9


def arbitrage_faults(park: Park) -> list[Fault]:
    """Sales that earn more than a purchase at the same node costs in the same step, with the first such time."""
    buyers = {name: m for name, m in park.assets.items() if isinstance(m, Market) and m.buy is not None}
    sellers = {name: m for name, m in park.assets.items() if isinstance(m, Market) and m.sell is not None}
    asks = {name: asked(park, name, market) for name, market in buyers.items()}
    faults = []
    for name, seller in sellers.items():
        assert seller.sell is not None
        pays = park.values(seller.sell.price)
        for other, buyer in buyers.items():
            wrong = pays > asks[other] + _ROUNDING * np.maximum(1.0, np.abs(asks[other]))
            if buyer.node == seller.node and np.any(wrong):
                faults.append(_fault(park, name, other, pays, asks[other], wrong))
                break
    return faults


def _fault(park: Park, seller: str, buyer: str, pays: Array, asks: Array, wrong: NDArray[np.bool_]) -> Fault:
    market = park.assets[seller]
    assert isinstance(market, Market)
    first = int(np.argmax(wrong))
    unit = f"{park.spec.money.currency}/{park.unit_at(market.node)}"
    when = park.clock.times_local[first].strftime("%Y-%m-%d %H:%M")
    hint = f"selling what '{buyer}' buys would make money for nothing; sell at a node of the generation, joined one-way"
    return Fault(
        "park.yaml",
        None,
        f"assets.{seller}.sell.price",
        f"{pays[first]:.6g} {unit} on {when} ({int(np.sum(wrong))} steps)",
        f"at most what buying there costs then, {asks[first]:.6g} {unit}",
        hint,
    )


def asked(park: Park, name: str, market: Market) -> Array:
    """What each unit bought costs, its volumetric fees included, money per carrier unit, shape (steps,)."""
    assert market.buy is not None
    price = park.values(market.buy.price)
    tariff = park.tariff_of(market)
    if tariff is None:
        return price
    fees = tariff.system_operation + (tariff.funds if tariff.funds_on == "grid" else 0.0)
    if charges_transmission(park.capacity_charge_of(market)):
        fees += tariff.transmission
    per_unit = mwh_per_unit(park, name, market.node)
    return np.asarray(
        price + (energy_price(tariff, park.clock, park.values) + fees) * per_unit, dtype=np.float64
    )
