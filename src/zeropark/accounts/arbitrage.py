"""A market that pays more than it asks in the same step would trade with itself without end."""

from __future__ import annotations

import numpy as np

from zeropark.accounts.tariff import charge_of, charges_transmission, energy_price, mwh_per_unit, tariff_of
from zeropark.errors import Fault
from zeropark.forms import Array
from zeropark.park.assets import Market
from zeropark.park.model import Park

_ROUNDING = 1e-9


def arbitrage_faults(park: Park) -> list[Fault]:
    """Markets whose selling price is above everything that a unit bought costs, with the first such time."""
    faults = []
    for name, market in park.assets.items():
        if not isinstance(market, Market) or market.buy is None or market.sell is None:
            continue
        pays, asks = park.values(market.sell.price), asked(park, name, market)
        wrong = pays > asks + _ROUNDING * np.maximum(1.0, np.abs(asks))
        if np.any(wrong):
            first = int(np.argmax(wrong))
            unit = f"{park.spec.money.currency}/{park.unit_at(market.node)}"
            when = park.clock.times_local[first].strftime("%Y-%m-%d %H:%M")
            faults.append(
                Fault(
                    "park.yaml",
                    None,
                    f"assets.{name}.sell.price",
                    f"{pays[first]:g} {unit} on {when} ({int(np.sum(wrong))} steps)",
                    f"at most the buying price then, {asks[first]:g} {unit}",
                    "buying and selling at once would make money for nothing; lower it in those hours or use a series",
                )
            )
    return faults


def asked(park: Park, name: str, market: Market) -> Array:
    """What each unit bought costs, its volumetric fees included, money per carrier unit, shape (steps,)."""
    assert market.buy is not None
    price = park.values(market.buy.price)
    tariff = tariff_of(park, market)
    if tariff is None:
        return price
    fees = tariff.system_operation + (tariff.funds if tariff.funds_on == "grid" else 0.0)
    if charges_transmission(charge_of(park, market)):
        fees += tariff.transmission
    per_unit = mwh_per_unit(park, name, market.node)
    return np.asarray(
        price + (energy_price(tariff, park.clock, park.values) + fees) * per_unit, dtype=np.float64
    )
