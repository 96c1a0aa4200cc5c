"""Controls on what is possible but hardly meant: figures a thousand times too large, unknown words, periods of no year"""

from __future__ import annotations

from collections.abc import Iterator

from zeropark.cbam.countries import CODES, country_code
from zeropark.cbam.model import DEFINITIVE, Installation, ProductionProcess, PurchasedPrecursor
from zeropark.cbam.terms import POWER_SOURCES, plain
from zeropark.errors import nearest
from zeropark.park.cbam_checks import ANY_ROUTE, ROUTES
from zeropark.texts import both

LARGEST_FACTORS = {
    "tCO2/TJ": 300.0,
    "tCO2/t": 5.0,
    "tCO2/1000Nm3": 10.0,
}
"""No fuel or material comes near: blast furnace gas has 260 t CO2/TJ, pure carbon 3.664 t CO2/t."""
LARGEST_NCV = {"t": 150.0, "1000Nm3": 150.0}
"""GJ per unit; hydrogen has 120 GJ/t."""
LARGEST_CARBON = {"t": 1.0, "1000Nm3": 3.0}
"""t C per unit: a tonne holds at most a tonne; butane 2.1 t C/1000 Nm3."""
LARGEST_POWER_FACTOR = 3.0
"""t CO2/MWh; a poor lignite plant has 1.5."""
FIRST_YEAR = 2026
"""The definitive rules hold for reporting periods from this year on: IR (EU) 2025/2547 recital 24."""
_NO_ROUTE = ("all", "all production routes", "n a", "route")


def hardly_meant(installation: Installation) -> list[str]:
    """All of them, each with its cell."""
    return [
        *_period(installation),
        *_country(installation),
        *_streams(installation),
        *_power(installation),
        *_negative(installation),
        *_routes(installation),
    ]


def _at(installation: Installation, place: str) -> str:
    return installation.cells.get(place, place)


def _period(installation: Installation) -> Iterator[str]:
    begin, end = installation.period_begin, installation.period_end
    if begin is None or end is None:
        return
    definitive = installation.regime == DEFINITIVE
    if definitive and begin.year < FIRST_YEAR:
        yield both(
            f"the reporting period {begin} – {end} lies before {FIRST_YEAR}; the definitive rules hold from then on"
            " (IR (EU) 2025/2547 recital 24): read the figures as what they would be",
            f"报告期{begin} – {end}早于{FIRST_YEAR}年；正式期规则自该年起适用（(EU) 2025/2547序言24）：数字仅为试算",
        )
    elif not definitive and end.year >= FIRST_YEAR:
        yield both(
            f"the reporting period {begin} – {end} reaches into {FIRST_YEAR} or later, where the definitive rules hold:"
            " --regime definitive",
            f"报告期{begin} – {end}已进入正式期：请用--regime definitive",
        )
    if definitive and (begin.month, begin.day, end.month, end.day) != (1, 1, 12, 31):
        yield both(
            f"the reporting period {begin} – {end} is not a calendar year, which actual values are told for (Art. 7)",
            f"报告期{begin} – {end}不是日历年，而实测值须按日历年（第7条）",
        )


def import_controls(installation: Installation, year: int) -> tuple[str, ...]:
    """Data of another year than the one of import: the period that counts by default is the year of import.

    Data of before 2026, read for an import in 2026, are told by ``hardly_meant`` already.
    """
    begin, end = installation.period_begin, installation.period_end
    if installation.regime != DEFINITIVE or begin is None or end is None or year == max(end.year, FIRST_YEAR):
        return ()
    marked = max(end.year, FIRST_YEAR)
    return (
        both(
            f"data of {begin} – {end} for an import in {year}: the reporting period is by default the year of import"
            " (IR (EU) 2025/2547 Art. 7(1)), another one needs evidence of the time of production. Default values of"
            f" precursors that a park file looks up carry the mark-up of {marked}, the default value of the good that of"
            f" {year}",
            f"以{begin} – {end}数据用于{year}年进口：报告期默认为进口年份（(EU) 2025/2547第7条第1款），"
            "否则须证明生产时间；"
            f"园区文件查得的前体缺省值按{marked}年加成，产品自身缺省值按{year}年加成",
        ),
    )


def _country(installation: Installation) -> Iterator[str]:
    told = country_code(installation.country)
    if told and told not in CODES and (hint := nearest(told, ("China",))):
        yield both(
            f"country '{told}': {hint} It decides on default values",
            f"国家“{told}”：是否应为China？缺省值取决于此",
        )


def _streams(installation: Installation) -> Iterator[str]:
    for stream in installation.streams:
        factor = LARGEST_FACTORS[stream.emission_factor_unit] if stream.emission_factor_unit else None
        for name, value, most, unit in (
            ("emission_factor", stream.emission_factor, factor, stream.emission_factor_unit),
            ("ncv", stream.ncv, LARGEST_NCV[stream.activity_unit], f"GJ/{stream.activity_unit}"),
            (
                "carbon_content",
                stream.carbon_content,
                LARGEST_CARBON[stream.activity_unit],
                f"tC/{stream.activity_unit}",
            ),
        ):
            if value is not None and most is not None and value > most:
                where = _at(installation, f"streams.{stream.id}.{name}")
                yield _too_large(where, stream.name, value, f"{unit}", most)


def _power(installation: Installation) -> Iterator[str]:
    for place, name, factor, source in _electricity(installation):
        if factor is not None and factor > LARGEST_POWER_FACTOR:
            yield _too_large(_at(installation, place), name, factor, "tCO2/MWh", LARGEST_POWER_FACTOR)
        if source is not None and source not in POWER_SOURCES:
            where = _at(installation, place.replace("ef_tco2_per_mwh", "ef_source"))
            known = ", ".join(POWER_SOURCES)
            yield both(
                f"{where}: source of the electricity factor '{source}' is none of {known}",
                f"{where}：电力因子来源“{source}”不在{known}之列",
            )


def _electricity(installation: Installation) -> Iterator[tuple[str, str, float | None, str | None]]:
    for process in installation.processes:
        power = process.electricity
        place = f"processes.{process.id}.electricity.ef_tco2_per_mwh"
        yield place, process.name, power.ef_tco2_per_mwh, power.ef_source
    for bought in installation.precursors:
        place = f"precursors.{bought.id}.electricity_ef_tco2_per_mwh"
        yield place, bought.name, bought.electricity_ef_tco2_per_mwh, bought.electricity_ef_source


def _too_large(where: str, name: str, value: float, unit: str, most: float) -> str:
    return both(
        f"{where}: {value:g} {unit} of '{name}' is more than anything has ({most:g}); is it in kg, or in another unit?",
        f"{where}：“{name}”的{value:g} {unit}超出可能范围（{most:g}）；单位是否有误？",
    )


def _negative(installation: Installation) -> Iterator[str]:
    told = [
        *((f"processes.{p.id}.direct_tco2e", p.name, p.direct_tco2e) for p in installation.processes),
        *((f"precursors.{p.id}.see_direct", p.name, p.see_direct) for p in installation.precursors),
        *((f"precursors.{p.id}.see_indirect", p.name, p.see_indirect) for p in installation.precursors),
    ]
    for place, name, value in told:
        if value is not None and value < 0:
            where = _at(installation, place)
            yield both(
                f"{where}: '{name}' has {value:g}, below zero", f"{where}：“{name}”为{value:g}，小于零"
            )


def _routes(installation: Installation) -> Iterator[str]:
    """Routes that the template does not have for the category: the benchmark is chosen by them."""
    links: list[ProductionProcess | PurchasedPrecursor] = [*installation.processes, *installation.precursors]
    for link in links:
        parts = link.production if isinstance(link, ProductionProcess) else link.purchased
        known = ROUTES.get(link.goods_category)
        for part in parts:
            bare = plain(part.route).replace(".", " ").strip()
            if known is None or bare.startswith(_NO_ROUTE) or not part.amount:
                continue
            if bare not in {plain(route) for route in (*known, *ANY_ROUTE)}:
                hint = nearest(part.route, known)
                yield both(
                    f"{link.id}: route '{part.route}' is none of {link.goods_category}: {'; '.join(known)} {hint}".rstrip(),
                    f"{link.id}：“{part.route}”不是{link.goods_category}的路线：{'; '.join(known)}",
                )
