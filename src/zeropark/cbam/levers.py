"""What would make it cheaper: each lever put into the installation, assessed and costed anew, year by year"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from zeropark.cbam.carbon_price import good_price, paid_in_euro
from zeropark.cbam.cost import CostOptions, product_cost
from zeropark.cbam.defaults import shipped_for
from zeropark.cbam.engine import assess
from zeropark.cbam.lever_changes import Lever, changed
from zeropark.cbam.model import Installation
from zeropark.cbam.result import CbamResult, ProductResult
from zeropark.park.cbam_spec import CbamSpec
from zeropark.texts import both

YEARS = tuple(range(2026, 2035))
"""From the first year of certificates to the one in which nothing is allocated free."""
_NOTHING = 1e-9


@dataclass(frozen=True)
class LeverYear:
    """Cost of a tonne before and after, EUR/t, in one year of import."""

    year: int
    before_eur_per_t: float
    after_eur_per_t: float

    @property
    def difference_eur_per_t(self) -> float:
        """After less before: negative where it becomes cheaper."""
        return self.after_eur_per_t - self.before_eur_per_t


@dataclass(frozen=True)
class LeverEffect:
    """What one lever, or all together, does to one good.

    see_before, see_after: emissions that are charged, t CO2e per tonne. years: empty where no cost can be told.
    notes: what to know (both languages).
    """

    id: str
    title: str
    see_before: float
    see_after: float
    years: tuple[LeverYear, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class LeverTable:
    """All levers of one good. actual: what verified values save against default values; it is the base of the others.

    together: all levers at once. Its effect is not the sum of the single ones; ``overlap`` says by how much.
    """

    row: int
    cn_code: str
    name: str
    actual: LeverEffect | None
    single: tuple[LeverEffect, ...]
    together: LeverEffect | None

    def overlap(self, year: int) -> float:
        """What the single effects promise beyond what all together give, EUR/t: double counting, where positive."""
        if self.together is None:
            return 0.0
        saved = [-y.difference_eur_per_t for effect in self.single for y in effect.years if y.year == year]
        at_once = [-y.difference_eur_per_t for y in self.together.years if y.year == year]
        return sum(saved) - sum(at_once)


def levers_of(spec: CbamSpec) -> tuple[Lever, ...]:
    """The levers that a park declares; hourly matching of all electricity where it declares none."""
    found = tuple(
        Lever(
            id=name,
            title=both(declared.name or name, declared.name_zh or declared.name or name),
            kind=declared.kind,
            share=declared.share,
            process=declared.process,
            instead_of=declared.instead_of,
            by=declared.by,
            factor=declared.factor,
            grid=spec.grid.factor,
            price_eur_per_t=declared.price,
        )
        for name, declared in spec.levers.items()
    )
    return found or usual_levers(spec.grid.factor)


def usual_levers(grid: float | None = None) -> tuple[Lever, ...]:
    """What can be asked of any installation: all its electricity matched hour by hour at factor 0."""
    title = both("all electricity matched hour by hour", "电力全部逐时匹配")
    return (Lever("matched-power", title, "matched-power", share=1.0, grid=grid),)


def lever_tables(
    installation: Installation,
    levers: Sequence[Lever],
    price_eur_per_t: float | None = None,
    paid_eur_per_tco2: float = 0.0,
    years: Sequence[int] = YEARS,
    route: str = "",
    paid_eur_per_t: float = 0.0,
) -> tuple[LeverTable, ...]:
    """For every good: each lever alone and all together, recomputed through the engine and the cost.

    price_eur_per_t: of certificates; None: the last published. paid_eur_per_tco2: carbon price paid in the country
    of origin already; paid_eur_per_t: the same for a tonne of the good; the higher one counts. Where neither is given,
    what the installation itself tells. route: letter of the benchmark; empty: as each good states it. Raises InputError
    where a lever does not fit the installation.
    """
    base = assess(installation)
    stated = bool(paid_eur_per_t or paid_eur_per_tco2)
    costing = _Costing(price_eur_per_t, tuple(years), route, paid_eur_per_t, stated)
    alone = [(lever, assess(changed(installation, lever))) for lever in levers]
    all_at_once = installation
    for lever in levers:
        all_at_once = changed(all_at_once, lever)
    combined = assess(all_at_once)
    most = max([paid_eur_per_tco2, *(lever.paid for lever in levers)])
    tables = []
    for number, good in enumerate(base.products):
        before = costing.by_actual(base, good, paid_eur_per_tco2)
        single = tuple(
            _effect(
                lever.id,
                lever.title,
                good,
                result.products[number],
                before,
                costing.by_actual(result, result.products[number], max(paid_eur_per_tco2, lever.paid)),
                _remarks(lever, base, result, number),
            )
            for lever, result in alone
        )
        after = costing.by_actual(combined, combined.products[number], most)
        title = both("all together", "全部同时")
        together = _effect("together", title, good, combined.products[number], before, after, ())
        actual = _actual(base, good, costing, before, paid_eur_per_tco2)
        tables.append(
            LeverTable(
                good.row, good.cn_code, good.name, actual, single, together if len(single) > 1 else None
            )
        )
    return tuple(tables)


@dataclass(frozen=True)
class _Costing:
    price: float | None
    years: tuple[int, ...]
    route: str
    paid: float
    stated: bool

    def by_actual(self, result: CbamResult, good: ProductResult, paid_per_tco2: float) -> dict[int, float]:
        """EUR/t by year on actual values; empty where the code has no benchmark. A lever lowers no price that is paid."""
        paid = max(self.paid, paid_per_tco2 * charged(good))
        if not self.stated:
            due = good_price(result.source, result.process(good.process), good.row)
            paid = max(paid, paid_in_euro(due, good.per_tonne_factor))
        return self._by(result, good, paid, default=False)

    def by_default(self, result: CbamResult, good: ProductResult) -> dict[int, float]:
        """EUR/t by year on default values; a carbon price paid needs actual values (Art. 9)."""
        return self._by(result, good, 0.0, default=True)

    def _by(self, result: CbamResult, good: ProductResult, paid: float, default: bool) -> dict[int, float]:
        found = {}
        for year in self.years:
            cost = product_cost(result, good, CostOptions(year, self.price, self.route, paid))
            told = cost.default if default else cost.actual
            if told is not None:
                found[year] = told.eur_per_t
        return found


def charged(good: ProductResult) -> float:
    """Emissions that a tonne of the good is charged for, t CO2e/t."""
    return good.see_declared * good.per_tonne_factor


def has_defaults(result: CbamResult) -> bool:
    """Whether the default values that are shipped, those of China, are those of the installation's country."""
    return shipped_for(result.source.country)


def _effect(
    id_: str,
    title: str,
    good: ProductResult,
    after: ProductResult,
    old: dict[int, float],
    new: dict[int, float],
    notes: tuple[str, ...],
) -> LeverEffect:
    years = tuple(LeverYear(year, old[year], new[year]) for year in old if year in new)
    return LeverEffect(id_, title, charged(good), charged(after), years, notes)


def _actual(
    base: CbamResult, good: ProductResult, costing: _Costing, actual: dict[int, float], paid: float
) -> LeverEffect | None:
    by_default = costing.by_default(base, good)
    if not by_default or not has_defaults(base):
        return None
    first = product_cost(base, good, CostOptions(min(by_default), costing.price, costing.route, paid))
    title = both("verified actual values instead of default values", "以核查实测值代替缺省值")
    see = first.default.see_tco2e_per_t if first.default is not None else 0.0
    years = tuple(LeverYear(y, by_default[y], actual[y]) for y in by_default if y in actual)
    return LeverEffect("actual", title, see, charged(good), years)


def _remarks(lever: Lever, base: CbamResult, result: CbamResult, number: int) -> tuple[str, ...]:
    """Why a lever does nothing for a good, or what stands behind it."""
    before, after = base.products[number], result.products[number]
    notes = []
    if lever.kind == "matched-power" and not before.indirect_counts:
        notes.append(
            both(
                "charged for direct emissions only (Annex II of Reg. (EU) 2023/956): matched electricity does not lower"
                " what is due",
                "该产品仅就直接排放收费（(EU) 2023/956附件二）：电力匹配不减少应缴费用",
            )
        )
    elif lever.kind != "carbon-price" and abs(charged(after) - charged(before)) < _NOTHING:
        notes.append(both("no effect on this good", "对该产品无影响"))
    return tuple(notes)
