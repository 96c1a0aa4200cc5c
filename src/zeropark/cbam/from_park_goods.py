"""Purchased precursors and goods of a park's installation"""

from __future__ import annotations

from collections.abc import Mapping

from zeropark.cbam.defaults import default_of, markup_year
from zeropark.cbam.from_park_ground import Ground, Made
from zeropark.cbam.from_park_streams import park_fault, tonnes_per_unit
from zeropark.cbam.model import Product, PurchasedPrecursor, RouteAmount, Source, Use
from zeropark.cbam.template_layout import asked_of
from zeropark.cbam.tracing import used_by
from zeropark.cbam.workbook_layout import ALIASES
from zeropark.errors import Fault
from zeropark.park.assets import Market
from zeropark.park.assets import Source as SourceAsset
from zeropark.park.cbam_goods import CARBON_NAMES, carbon_stated
from zeropark.park.cbam_spec import CbamGood, CbamPrecursor
from zeropark.texts import both

FIRST_ROW = 10
"""The first good on the template's sheet Summary_Products."""
ALL_ROUTES = "All production routes"
_NOTHING = 1e-9


def precursors_of(ground: Ground) -> tuple[PurchasedPrecursor, ...]:
    """Every declared precursor with what the processes used of it, losses on the way included (Eq. 60)."""
    found = []
    for name, declared in ground.spec.precursors.items():
        field = f"precursors.{name}"
        asset = ground.park.assets[declared.asset]
        assert isinstance(asset, Market | SourceAsset)
        scale = tonnes_per_unit(ground.park, asset.node, f"{field}.asset")
        if isinstance(scale, Fault):
            ground.faults.append(scale)
            continue
        port = (declared.asset, asset.node)
        traced = ground.traced(ground.park.carrier_at(asset.node))
        uses = {
            process: scale * used_by(traced, ground.amounts, members).get(port, 0.0)
            for process, members in ground.members.items()
        }
        uses = {process: amount for process, amount in uses.items() if amount > _NOTHING}
        bought = scale * ground.amounts.given.get(port, 0.0)
        found.append(_precursor(name, declared, uses, bought, _values(ground, name, declared)))
    return tuple(found)


def _precursor(
    name: str,
    declared: CbamPrecursor,
    uses: Mapping[str, float],
    bought: float,
    values: tuple[float | None, float | None],
) -> PurchasedPrecursor:
    used = sum(uses.values())
    source: Source = "Measured" if declared.values == "actual" else "Default"
    return PurchasedPrecursor(
        id=name,
        name=declared.name or name,
        goods_category=declared.category,
        purchased=(RouteAmount(declared.route or ALL_ROUTES, max(bought, used)),),
        consumed_in=tuple(Use(process, amount) for process, amount in uses.items()),
        see_direct=values[0],
        see_direct_source=source,
        specific_electricity_mwh_per_t=declared.specific_electricity,
        specific_electricity_source=source if declared.specific_electricity is not None else None,
        electricity_ef_tco2_per_mwh=declared.electricity_factor,
        electricity_ef_source=declared.electricity_source
        if declared.electricity_factor is not None
        else None,
        see_indirect=values[1],
        other_use=max(bought - used, 0.0),
        country=declared.country,
        cn_code=declared.cn_code or None,
        justification=declared.document or None,
    )


def _values(ground: Ground, name: str, declared: CbamPrecursor) -> tuple[float | None, float | None]:
    """Direct and indirect specific emissions: stated, or default values with a mark-up, and that is told.

    The mark-up is that of the reporting period: a precursor counts as produced in the year of the good that it goes into
    (IR (EU) 2025/2547 Art. 13), not before 2026 (recital 25). That the mark-up follows this year, and not the year of
    import, is our reading [R]: the text of IR (EU) 2025/2621 is not in our files.
    """
    if declared.values == "actual" or declared.see_direct is not None:
        return declared.see_direct, declared.see_indirect
    value = default_of(declared.cn_code) if declared.country == "CN" else None
    if value is None:
        found = f"CN {declared.cn_code} of {declared.country}"
        expected = "a code and country with a default value that is shipped"
        hint = "state the maker's verified values (values: actual) with document"
        ground.faults.append(park_fault(ground.park, f"precursors.{name}.cn_code", found, expected, hint))
        return None, None
    year = markup_year(ground.period.end.year)
    percent = value.markup_percent(year)
    ground.remarks.append(
        both(
            f"cbam.precursors.{name}: default value of CN {value.row_code}, China, {value.direct:g} t CO2e/t direct, with"
            f" the mark-up of {year} ({percent:g} %): the year of production of the good (Art. 13), our reading, unverified;"
            " the default value of the good itself takes the mark-up of the year of import",
            f"cbam.precursors.{name}：采用中国CN {value.row_code}缺省值，直接{value.direct:g} t CO2e/t，加{year}年加成"
            f"（{percent:g}%）：按产品生产年份（第13条），未核实；产品自身缺省值按进口年份加成",
        )
    )
    marked = 1 + percent / 100
    return value.direct * marked, None if value.indirect is None else value.indirect * marked


def products_of(ground: Ground, made: Mapping[str, Made]) -> tuple[Product, ...]:
    """Every good that the section tells, in file order, with the tonnes that were sold of it."""
    for name, good in ground.spec.goods.items():
        _unstated(ground, name, good)
    return tuple(
        Product(
            row=FIRST_ROW + index,
            process=good.process,
            cn_code=good.cn_code,
            name=good.name or name,
            parameters={
                **good.parameters,
                **_carbon(ground, good),
                **({"benchmark_route": good.route} if good.route else {}),
            },
            amount=_sold(ground, name, good, made),
        )
        for index, (name, good) in enumerate(ground.spec.goods.items())
        if good.process in made
    )


def _unstated(ground: Ground, name: str, good: CbamGood) -> None:
    """Remark on parameters that the template asks for and the good does not state."""
    category = ground.spec.processes[good.process].category
    stated = {ALIASES.get(key, key) for key in good.parameters}
    absent = [key for key in asked_of(category) if key not in stated]
    if absent:
        words = ", ".join(absent)
        ground.remarks.append(
            both(
                f"cbam.goods.{name}.parameters: not stated, and the template asks for it ({category}): {words}",
                f"cbam.goods.{name}.parameters：模板要求（{category}）而未给出：{words}",
            )
        )


def _carbon(ground: Ground, good: CbamGood) -> dict[str, float]:
    """The good's carbon, as the mass balance of its process states it; nothing where the good states it itself."""
    if any(name in good.parameters for name in CARBON_NAMES):
        return {}
    told = carbon_stated(ground.spec, good)
    return {} if told is None else {CARBON_NAMES[0]: told[1]}


def _sold(ground: Ground, name: str, good: CbamGood, made: Mapping[str, Made]) -> float | None:
    product = ground.spec.processes[good.process].product
    scale = tonnes_per_unit(ground.park, product, f"goods.{name}")
    if isinstance(scale, Fault):
        return None
    if good.sold:
        carrier = ground.park.carrier_at(product)
        return scale * sum(
            amount
            for (asset, node), amount in ground.amounts.taken.items()
            if asset in good.sold and ground.park.carrier_at(node) == carrier
        )
    if sum(other.process == good.process for other in ground.spec.goods.values()) > 1:
        found = f"'{name}' beside other goods of '{good.process}'"
        expected = "`sold`: the demands and markets that take it"
        ground.faults.append(park_fault(ground.park, f"goods.{name}", found, expected))
        return None
    return made[good.process].to_market
