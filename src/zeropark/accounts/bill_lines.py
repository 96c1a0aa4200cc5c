"""Lines of the bill for assets: annuities, upkeep, running, carbon, what was not served, sales.

Everything here is plain arithmetic on flows, month by month or over the period. It shares no formula
with ``money.py``: the two must agree, and the certificate shows by how much they do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from zeropark.clock import Clock
from zeropark.errors import Fault, InputError
from zeropark.flows import Flows
from zeropark.forms import Array, Key
from zeropark.park.assets import AnyAsset, Connection, Converter, Demand, Market, Mode, Source, Storage
from zeropark.park.fields import Series
from zeropark.park.model import Park


@dataclass(frozen=True)
class BillLine:
    """One line of a bill: ``amount = quantity × price``, money of the period it names.

    term: the cost term that it belongs to (``terms.TERM_TITLES``).
    """

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
    term: str = ""


@dataclass(frozen=True)
class Books:
    """The flows to be billed, with sums over months and over the period.

    capacities: total capacities (existing and added) by (asset, part).
    """

    park: Park
    flows: Flows
    capacities: Mapping[Key, float]

    @property
    def clock(self) -> Clock:
        """Steps of the flows."""
        return self.park.clock

    @property
    def currency(self) -> str:
        """The park's money."""
        return self.park.spec.money.currency

    @property
    def whole_period(self) -> str:
        """The period in words: its first and last month."""
        months = self.clock.months
        return months[0] if len(months) == 1 else f"{months[0]}…{months[-1]}"

    def rate(self, asset: str, part: str) -> Array:
        """Rate in every step, carrier unit per hour. Raises InputError when the flows do not tell it."""
        if (asset, part) not in self.flows.rates:
            wrong = Fault("flows", None, f"{asset}.{part}", "no series", f"{self.clock.steps} rates")
            raise InputError([wrong])
        return np.asarray(self.flows.rates[(asset, part)], dtype=np.float64)

    def amount(self, asset: str, part: str) -> float:
        """Amount over the period, carrier units."""
        return float(self.rate(asset, part).sum() * self.clock.step_hours)

    def by_month(self, rate: Array) -> Array:
        """Amounts of a rate in each month, shape (months,)."""
        sums = np.zeros(len(self.clock.months))
        np.add.at(sums, self.clock.month_of_step, rate * self.clock.step_hours)
        return sums

    def size(self, key: Key) -> float:
        """Total capacity. Raises InputError when it is not told."""
        if key not in self.capacities:
            raise InputError([Fault("capacities", None, ".".join(key), "nothing", "the total capacity")])
        return float(self.capacities[key])

    def line(
        self, term: str, asset: str, item: tuple[str, str], quantity: tuple[float, str], price: float,
        period: str = "", clause: str = "",
    ) -> BillLine:  # fmt: skip
        """A line: quantity with its unit, times a price per that unit."""
        number, unit = quantity
        per = f"{self.currency}/{unit}" if unit not in ("1", "") else self.currency
        return BillLine(
            asset, period or self.whole_period, *item, number, unit, price, per, number * price, clause, term
        )

    def yearly_line(
        self, term: str, asset: str, item: tuple[str, str], size: tuple[float, str], price: float
    ) -> BillLine:
        """A size at a price a year; where the period is not a year, the quantity counts size × years."""
        years, (number, unit) = self.clock.years, size
        per = f"{self.currency}/{unit}/a"
        if abs(years - 1.0) > 1e-9:
            number, unit = number * years, f"{unit}·a"
        amount = size[0] * years * price
        return BillLine(asset, self.whole_period, *item, number, unit, price, per, amount, "", term)

    def monthly_lines(
        self, term: str, asset: str, item: tuple[str, str], unit: str, rate: Array, price: float | Array,
        clause: str = "",
    ) -> Iterator[BillLine]:  # fmt: skip
        """One line for each month with something in it; a price that varies is shown as its mean."""
        sums, money = self.by_month(rate), self.by_month(rate * price)
        for month, quantity, amount in zip(self.clock.months, sums, money, strict=True):
            if quantity or amount:
                mean = float(f"{amount / quantity:.12g}") if quantity else 0.0
                per = f"{self.currency}/{unit}"
                yield BillLine(
                    asset, month, *item, float(quantity), unit, mean, per, float(amount), clause, term
                )


def asset_lines(books: Books) -> Iterator[BillLine]:
    """Every line that no grid tariff makes, asset by asset."""
    yield from _sizes(books)
    for name, asset in books.park.assets.items():
        yield from _running(books, name, asset)
        yield from _unserved(books, name, asset)
        yield from _traded(books, name, asset)
    if books.park.spec.money.carbon_price:
        for name, asset in books.park.assets.items():
            yield from _carbon(books, name, asset)


def _sizes(books: Books) -> Iterator[BillLine]:
    """Annuity of what is added, and yearly upkeep of all there is."""
    rate = books.park.spec.money.discount_rate
    for key, sizing in books.park.sizings():
        unit = books.park.size_unit(key)
        if sizing.investment and sizing.lifetime:
            growth = (1.0 + rate) ** sizing.lifetime
            share = rate * growth / (growth - 1.0) if rate else 1.0 / sizing.lifetime
            added = books.size(key) - sizing.existing
            words = (
                f"Annuity of added {key[1]}, {sizing.lifetime:g} years at {rate:.2%}",
                f"新增容量投资年金（{sizing.lifetime:g} 年，折现率 {rate:.2%}）",
            )
            yield books.yearly_line("investment", key[0], words, (added, unit), sizing.investment * share)
        if sizing.fixed_cost:
            words = (f"Fixed cost of {key[1]}", "固定运维费")
            yield books.yearly_line("fixed", key[0], words, (books.size(key), unit), sizing.fixed_cost)


def _running(books: Books, name: str, asset: AnyAsset) -> Iterator[BillLine]:
    if isinstance(asset, Converter):
        yield from _converter_running(books, name, asset)
        return
    words = ("Running cost", "可变运行费")
    if isinstance(asset, Source) and asset.cost:
        unit = books.park.unit_at(asset.node)
        yield books.line("variable", name, words, (books.amount(name, "output"), unit), asset.cost)
    elif isinstance(asset, Storage) and asset.cost:
        unit = books.park.unit_at(asset.node)
        yield books.line("variable", name, words, (books.amount(name, "discharge"), unit), asset.cost)
    elif isinstance(asset, Connection) and asset.cost:
        sent = books.amount(name, "forward")
        if not asset.one_way:
            sent += books.amount(name, "backward")
        unit = books.park.unit_at(asset.start)
        yield books.line("variable", name, words, (sent, unit), asset.cost)


def _converter_running(books: Books, name: str, asset: Converter) -> Iterator[BillLine]:
    unit = books.park.unit_at(asset.rated)
    for way, mode in asset.ways.items():
        mode_name = f", mode {way}" if way else ""
        mode_zh = f"（{way}）" if way else ""
        words = (f"Running cost{mode_name}", f"可变运行费{mode_zh}")
        if asset.cost or mode.cost:
            quantity = (books.amount(name, f"activity:{way}"), unit)
            yield books.line("variable", name, words, quantity, asset.cost + mode.cost)
    if asset.start_cost:
        starts = _starts(books, name, asset)
        yield books.line("variable", name, ("Starts", "启动费"), (starts, "1"), asset.start_cost)


def _starts(books: Books, name: str, asset: Converter) -> float:
    """Starts as the flows state them; counted from the activity where they do not (off before step 1)."""
    if (name, "start") in books.flows.rates:
        return float(np.sum(books.flows.rates[(name, "start")]))
    running = np.sum([books.rate(name, f"activity:{way}") for way in asset.ways], axis=0) > 1e-9
    return float(running[0]) + float(np.count_nonzero(running[1:] & ~running[:-1]))


def _unserved(books: Books, name: str, asset: AnyAsset) -> Iterator[BillLine]:
    if not isinstance(asset, Demand) or not asset.unserved_price:
        return
    if asset.target is not None:
        wanted = asset.target.amount * _periods(books.clock, asset.target.per)
    else:
        wanted = float(books.park.values(_profile(asset)).sum()) * books.clock.step_hours
    short = wanted - books.amount(name, "intake")
    unit = books.park.unit_at(asset.node)
    words = ("Demand not served", "未供应损失")
    yield books.line("unserved", name, words, (short, unit), asset.unserved_price)


def _profile(asset: Demand) -> Series:
    return asset.profile if asset.profile is not None else Series(constant=0.0)


def _periods(clock: Clock, per: str) -> float:
    """How many days, months or years the period has; a part of one counts by its hours."""
    if per == "year":
        return clock.years
    if per == "month":
        return float(clock.month_fraction.sum())
    local = clock.times_local.tz_localize(None).normalize()
    shares = [
        np.count_nonzero(local == day) * clock.step_hours / hours
        for day, hours in zip(local.unique(), clock.day_hours, strict=True)
    ]
    return float(sum(shares))


def _traded(books: Books, name: str, asset: AnyAsset) -> Iterator[BillLine]:
    """What markets ask and pay for each unit, and what delivered demands earn."""
    if isinstance(asset, Demand) and asset.price:
        unit, rate = books.park.unit_at(asset.node), books.rate(name, "intake")
        words = ("Delivered", "供应收入")
        yield from books.monthly_lines("sales", name, words, unit, rate, -asset.price)
    if not isinstance(asset, Market):
        return
    unit = books.park.unit_at(asset.node)
    if asset.buy is not None:
        price = books.park.values(asset.buy.price)
        if np.any(price):
            rate = books.rate(name, "buy")
            yield from books.monthly_lines("energy", name, ("Bought", "购入"), unit, rate, price)
    if asset.sell is not None:
        price = books.park.values(asset.sell.price)
        if np.any(price):
            rate = books.rate(name, "sell")
            yield from books.monthly_lines("sales", name, ("Sold", "售出"), unit, rate, -price)
    if asset.certificates is not None and asset.certificates.price:
        rate = books.rate(name, "certified")
        words = ("Green certificates", "绿证")
        yield from books.monthly_lines("certificates", name, words, unit, rate, asset.certificates.price)


def _carbon(books: Books, name: str, asset: AnyAsset) -> Iterator[BillLine]:
    """Direct operating CO2 of one asset at the carbon price: fuels at the fence, and processes."""
    park, price = books.park, books.park.spec.money.carbon_price
    burnt, process = 0.0, 0.0
    if isinstance(asset, Market):
        factor = park.spec.carriers[park.carrier_at(asset.node)].combustion
        if factor and asset.buy is not None:
            burnt += factor * books.amount(name, "buy")
        if factor and asset.sell is not None:
            burnt -= factor * books.amount(name, "sell")
    elif isinstance(asset, Source):
        taken = books.amount(name, "output")
        if asset.origin != "recovered":
            burnt = taken * park.spec.carriers[park.carrier_at(asset.node)].combustion
        process = taken * asset.emissions
    elif isinstance(asset, Converter):
        process = sum(_process(books, name, asset, way, mode) for way, mode in asset.ways.items())
    if burnt:
        yield books.line("carbon", name, ("CO2 of fuels", "燃料燃烧排放"), (burnt, "tCO2"), price)
    if process:
        yield books.line("carbon", name, ("CO2 of the process", "过程排放"), (process, "tCO2"), price)


def _process(books: Books, name: str, asset: Converter, way: str, mode: Mode) -> float:
    each = asset.emissions + mode.emissions
    return each * books.amount(name, f"activity:{way}") if each else 0.0
