"""The cost of a park as linear forms, one for each cost term; their sum is what a plan minimises.

Every money field of the park file is counted in exactly one term. Yearly costs count ``clock.years``,
monthly ones ``clock.month_fraction``, so that a plan of part of a year pays its part. The bill
(``bill.py``) recomputes the same from flows with arithmetic of its own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

from zeropark.accounts.declared import standard_accounts
from zeropark.accounts.parts import unserved
from zeropark.accounts.tariff import (
    charges_transmission,
    energy_price,
    mwh_per_unit,
)
from zeropark.accounts.terms import DIRECT_SUPPLY_HOURS, TERM_TITLES
from zeropark.errors import Defect
from zeropark.forms import Account, Form, Weight
from zeropark.park.assets import Connection, Converter, Demand, Market, Source, Storage
from zeropark.park.model import Park
from zeropark.park.tariffs import CapacityCharge

Standard = Mapping[str, Account]


def cost_accounts(park: Park, standard: Standard | None = None) -> dict[str, Account]:
    """The park's cost by term, money over the period; the total is their sum.

    ``standard``: the standard accounts, where the caller has them already. A capacity charge on the
    basis ``cheaper`` must be settled before (``bases.with_bases``).
    """
    known = standard_accounts(park) if standard is None else standard
    forms = {term: form(park, known) for term, form in _TERMS.items()}
    currency = park.spec.money.currency
    return {
        term: Account(f"cost_{term}", currency, forms[term], title, title_zh)
        for term, (title, title_zh) in TERM_TITLES.items()
    }


def annuity(rate: float, years: float) -> float:
    """Yearly payment for one unit of investment: r / (1 − (1 + r)^−n), and 1/n without interest."""
    if rate == 0:
        return 1.0 / years
    return rate / -math.expm1(-years * math.log1p(rate))


def _investment(park: Park, _: Standard) -> Form:
    """Annuities of what is added: total less existing."""
    form = Form()
    for key, sizing in park.sizings():
        if sizing.investment and sizing.lifetime is not None:
            yearly = annuity(park.spec.money.discount_rate, sizing.lifetime) * sizing.investment
            paid = yearly * park.clock.years
            form = form + Form({key: paid}, -paid * sizing.existing)
    return form


def _fixed(park: Park, _: Standard) -> Form:
    return Form({key: s.fixed_cost * park.clock.years for key, s in park.sizings() if s.fixed_cost})


def _variable(park: Park, _: Standard) -> Form:
    """Costs of running: sources, converters with modes and starts, storages, connections."""
    h, form = park.clock.step_hours, Form()
    for name, asset in park.assets.items():
        costs: dict[str, float] = {}
        if isinstance(asset, Source):
            costs = {"output": h * asset.cost}
        elif isinstance(asset, Converter):
            costs = {f"activity:{way}": h * (asset.cost + mode.cost) for way, mode in asset.ways.items()}
            costs["start"] = asset.start_cost
        elif isinstance(asset, Storage):
            costs = {"discharge": h * asset.cost}
        elif isinstance(asset, Connection):
            parts = ("forward",) if asset.one_way else ("forward", "backward")
            costs = dict.fromkeys(parts, h * asset.cost)
        form = form + Form({(name, part): cost for part, cost in costs.items() if cost})
    return form


def _energy(park: Park, _: Standard) -> Form:
    """What markets ask for each unit, with the energy price of the tariff."""
    h, form = park.clock.step_hours, Form()
    for name, market in _markets(park):
        if market.buy is None:
            continue
        price = park.values(market.buy.price)
        tariff = park.tariff_of(market)
        if tariff is not None:
            each = mwh_per_unit(park, name, market.node)
            price = price + energy_price(tariff, park.clock, park.values) * each
        form = form + _weighed(name, "buy", price * h)
    return form


def _transmission(park: Park, _: Standard) -> Form:
    form = Form()
    for name, market in park.grid_markets():
        tariff = park.tariff_of(market)
        if tariff is not None and charges_transmission(tariff.capacity_charge):
            form = form + _on_purchase(park, name, market, tariff.transmission)
    return form


def _system_operation(park: Park, _: Standard) -> Form:
    form = Form()
    for name, market in park.grid_markets():
        tariff = park.tariff_of(market)
        if tariff is not None:
            form = form + _on_purchase(park, name, market, tariff.system_operation)
    return form


def _funds(park: Park, standard: Standard) -> Form:
    """Funds on purchases; on own generation used, once, by the first tariff that charges all use."""
    form, own_charged = Form(), False
    for name, market in park.grid_markets():
        tariff = park.tariff_of(market)
        if tariff is None:
            continue
        form = form + _on_purchase(park, name, market, tariff.funds)
        if tariff.funds_on == "all-use" and tariff.funds and not own_charged:
            own_charged = True
            form = form + standard["own_electricity_used"].form * tariff.funds
    return form


def _on_purchase(park: Park, name: str, market: Market, price: float) -> Form:
    """A price in money/MWh on everything that a market buys."""
    each = mwh_per_unit(park, name, market.node)
    return Form({(name, "buy"): price * each * park.clock.step_hours}) if price else Form()


def _capacity_charge(park: Park, _: Standard) -> Form:
    form = Form()
    for name, market in park.grid_markets():
        charge = park.capacity_charge_of(market)
        if charge is not None:
            form = form + capacity_charge(park, name, market, charge)
    return form


def capacity_charge(park: Park, name: str, market: Market, charge: CapacityCharge) -> Form:
    """The capacity charge of one market on its basis.

    maximum-demand: weighs the monthly peaks (carrier units per hour, shape (months,)). contracted and
    direct-supply: weigh the contracted apparent power C (MVA, shape (1,)), in both parts of the fee as
    the formula is written.
    """
    each = mwh_per_unit(park, name, market.node)
    fractions = park.clock.month_fraction
    if charge.basis == "maximum-demand":
        return Form({(name, "peak"): (charge.demand_price or 0.0) * each * fractions})
    monthly = charge.contract_price or 0.0
    if charge.basis == "direct-supply":
        load = (charge.average_load_rate or 0.0) * DIRECT_SUPPLY_HOURS
        monthly += (charge.energy_price or 0.0) * load
    elif charge.basis != "contracted":
        raise Defect(f"the capacity charge of '{name}' is on the basis '{charge.basis}': settle it first")
    return Form({(name, "contracted"): monthly * each * float(np.sum(fractions))})


def _certificates(park: Park, _: Standard) -> Form:
    h = park.clock.step_hours
    priced = {name: m.certificates.price for name, m in _markets(park) if m.certificates is not None}
    return Form({(name, "certified"): h * price for name, price in priced.items() if price})


def _carbon(park: Park, standard: Standard) -> Form:
    price = park.spec.money.carbon_price
    return standard["co2_paid"].form * price if price else Form()


def _unserved(park: Park, _: Standard) -> Form:
    form = Form()
    for name, asset in park.assets.items():
        if isinstance(asset, Demand) and asset.unserved_price:
            form = form + unserved(park, name, asset) * asset.unserved_price
    return form


def _sales(park: Park, _: Standard) -> Form:
    h, form = park.clock.step_hours, Form()
    for name, asset in park.assets.items():
        if isinstance(asset, Market) and asset.sell is not None:
            form = form + _weighed(name, "sell", park.values(asset.sell.price) * -h)
        elif isinstance(asset, Demand) and asset.price:
            form = form + Form({(name, "intake"): -h * asset.price})
    return form


def _markets(park: Park) -> list[tuple[str, Market]]:
    return [(name, asset) for name, asset in park.assets.items() if isinstance(asset, Market)]


def _weighed(name: str, part: str, weight: Weight) -> Form:
    return Form({(name, part): weight}) if np.any(weight) else Form()


_TERMS: Mapping[str, Callable[[Park, Standard], Form]] = {
    "investment": _investment,
    "fixed": _fixed,
    "variable": _variable,
    "energy": _energy,
    "transmission": _transmission,
    "system_operation": _system_operation,
    "funds": _funds,
    "capacity_charge": _capacity_charge,
    "certificates": _certificates,
    "carbon": _carbon,
    "unserved": _unserved,
    "sales": _sales,
}
