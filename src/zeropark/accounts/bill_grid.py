"""Lines of the bill that a grid tariff makes: energy by month and period, fees, funds, capacity charge.

The periods are cut out of every step hour by hour here; ``tariff.py`` sums prices up from midnight
instead. The two ways share no line, so that one checks the other.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from zeropark.accounts.bill_lines import BillLine, Books
from zeropark.accounts.tariff import mwh_per_unit
from zeropark.accounts.terms import DIRECT_SUPPLY_CLAUSE, DIRECT_SUPPLY_HOURS
from zeropark.forms import Array
from zeropark.park.assets import Converter, Market, Source
from zeropark.park.tariffs import CapacityCharge, Season, Tariff

PERIODS_ZH = {
    "peak": "峰",
    "flat": "平",
    "valley": "谷",
    "critical-peak": "尖峰",
    "deep-valley": "深谷",
}
"""Names of tariff periods in 中文; others are shown as the tariff calls them."""


def grid_lines(books: Books) -> Iterator[BillLine]:
    """Every line of every market that buys under a tariff."""
    own_charged = False
    for name, market in books.park.grid_markets():
        tariff = books.park.spec.tariffs[str(market.tariff)]
        mw = books.rate(name, "buy") * mwh_per_unit(books.park, name, market.node)
        charge = tariff.capacity_charge
        basis = settled_basis(books, name, market, charge) if charge is not None else ""
        yield from _energy(books, name, tariff, mw)
        yield from _fees(books, name, tariff, mw, basis)
        if tariff.funds and tariff.funds_on == "all-use" and not own_charged:
            words = ("Funds on own generation used", "政府性基金及附加(自发自用)")
            own = own_generation_used(books)
            yield from books.monthly_lines("funds", name, words, "MWh", own, tariff.funds, tariff.source)
        own_charged = own_charged or (tariff.funds_on == "all-use" and tariff.funds > 0)
        if charge is not None:
            yield from _capacity_charge(books, name, market, charge, basis, tariff.source)


def _energy(books: Books, name: str, tariff: Tariff, mw: Array) -> Iterator[BillLine]:
    if tariff.price is not None:
        words = ("Energy at the market price", "电能量电费(市场价)")
        price = books.park.values(tariff.price)
        yield from books.monthly_lines("energy", name, words, "MWh", mw, price, tariff.source)
        return
    if not tariff.flat_price:
        return
    if not tariff.seasons:
        words = ("Energy", "电能量电费")
        yield from books.monthly_lines("energy", name, words, "MWh", mw, tariff.flat_price, tariff.source)
        return
    month = books.clock.times_local.month.to_numpy()
    for season in tariff.seasons.values():
        inside = np.isin(month, season.months)
        for period, ratio in season.ratios.items():
            rate = mw * share_of_steps(books, season, period) * inside
            words = (f"Energy, {period}", f"电能量电费({PERIODS_ZH.get(period, period)}时段)")
            flat = tariff.flat_price * ratio
            yield from books.monthly_lines("energy", name, words, "MWh", rate, flat, tariff.source)


def share_of_steps(books: Books, season: Season, period: str) -> Array:
    """Share of each step that lies in the period's hours, shape (steps,), whatever its month."""
    begin = books.clock.hour_of_day
    end = begin + books.clock.step_hours
    inside: Array = np.zeros(books.clock.steps)
    for start, stop in season.periods[period]:
        for day in (0.0, 24.0):  # a step may run past midnight
            inside = inside + np.clip(np.minimum(end, stop + day) - np.maximum(begin, start + day), 0.0, None)
    return np.asarray(inside / books.clock.step_hours, dtype=np.float64)


def _fees(books: Books, name: str, tariff: Tariff, mw: Array, basis: str) -> Iterator[BillLine]:
    fees = (
        ("transmission", tariff.transmission, ("Transmission and distribution", "输配电费（电量）")),
        ("system_operation", tariff.system_operation, ("System operation", "系统运行费")),
        ("funds", tariff.funds, ("Funds on purchases", "政府性基金及附加(网购电量)")),
    )
    for term, price, words in fees:
        if price and not (term == "transmission" and basis == "direct-supply"):
            yield from books.monthly_lines(term, name, words, "MWh", mw, price, tariff.source)


def own_generation_used(books: Books) -> Array:
    """Electricity of the park's own generators less all that is sold, MW in every step."""
    park = books.park
    used: Array = np.zeros(books.clock.steps)
    for name, asset in park.assets.items():
        if isinstance(asset, Converter):
            used = used + _generated(books, name, asset)
        elif isinstance(asset, Source) and _is_electric(books, asset.node):
            used = used + books.rate(name, "output") * mwh_per_unit(park, name, asset.node)
        elif isinstance(asset, Market) and asset.sell is not None and _is_electric(books, asset.node):
            used = used - books.rate(name, "sell") * mwh_per_unit(park, name, asset.node)
    return used


def _generated(books: Books, name: str, asset: Converter) -> Array:
    """What a converter gives beyond what it takes of electricity, MW."""
    made = np.zeros(books.clock.steps)
    for way, mode in asset.ways.items():
        net = np.zeros(books.clock.steps)
        for port in mode.outputs.values():
            if _is_electric(books, port.node):
                net = net + books.park.values(port.amount) * mwh_per_unit(books.park, name, port.node)
        for port in mode.inputs.values():
            if _is_electric(books, port.node):
                net = net - books.park.values(port.amount) * mwh_per_unit(books.park, name, port.node)
        if np.any(net > 0):
            made = made + np.clip(net, 0.0, None) * books.rate(name, f"activity:{way}")
    return made


def _is_electric(books: Books, node: str) -> bool:
    return books.park.spec.carriers[books.park.carrier_at(node)].kind == "electricity"


def monthly_peaks(books: Books, name: str, market: Market) -> Array:
    """Highest mean import over a step in each month, MW, shape (months,)."""
    mw = books.rate(name, "buy") * mwh_per_unit(books.park, name, market.node)
    month = books.clock.month_of_step
    return np.array([mw[month == m].max() for m in range(len(books.clock.months))])


def contracted_mva(books: Books, name: str, market: Market, charge: CapacityCharge) -> float:
    """Contracted apparent power: as told, or the least that the highest import needs."""
    each = mwh_per_unit(books.park, name, market.node)
    if (name, "contracted") in books.capacities:
        return float(books.capacities[(name, "contracted")]) * each
    if (name, "contracted") in books.flows.rates:
        return float(books.flows.rates[(name, "contracted")][0]) * each
    return float(monthly_peaks(books, name, market).max()) / charge.power_factor


def settled_basis(books: Books, name: str, market: Market, charge: CapacityCharge) -> str:
    """The basis of a charge; where the tariff leaves the choice, the one that costs these flows less."""
    if charge.basis != "cheaper":
        return charge.basis
    fractions = books.clock.month_fraction
    by_demand = (charge.demand_price or 0.0) * float(fractions @ monthly_peaks(books, name, market))
    mva = contracted_mva(books, name, market, charge)
    by_contract = (charge.contract_price or 0.0) * float(fractions.sum()) * mva
    return "maximum-demand" if by_demand <= by_contract else "contracted"


def _capacity_charge(
    books: Books, name: str, market: Market, charge: CapacityCharge, basis: str, source: str
) -> Iterator[BillLine]:
    term, months = "capacity_charge", zip(books.clock.months, books.clock.month_fraction, strict=True)
    if basis == "maximum-demand":
        words = ("Capacity charge by maximum demand", "需量电费")
        for (month, fraction), peak in zip(months, monthly_peaks(books, name, market), strict=True):
            price = (charge.demand_price or 0.0) * float(fraction)
            yield books.line(term, name, words, (float(peak), "MW"), price, month, source)
        return
    mva = contracted_mva(books, name, market, charge)
    for month, fraction in months:
        words = ("Capacity charge by contract", "容量电费")
        price = (charge.contract_price or 0.0) * float(fraction)
        if basis == "direct-supply":
            words = ("Capacity charge of direct supply, capacity part", "就近消纳容量电费(容量部分)")
        yield books.line(term, name, words, (mva, "MVA"), price, month, source)
        if basis == "direct-supply":
            hours = (charge.average_load_rate or 0.0) * DIRECT_SUPPLY_HOURS * float(fraction)
            energy = mva * hours
            words = ("Capacity charge of direct supply, energy part", "就近消纳容量电费(电量部分)")
            yield books.line(
                term, name, words, (energy, "MWh"), charge.energy_price or 0.0, month, DIRECT_SUPPLY_CLAUSE
            )
