"""The block on where each tenant's electricity came from, and what it weighs on each basis"""

from __future__ import annotations

from collections.abc import Callable

from zeropark.carbon.attribution import Attribution
from zeropark.carbon.from_park import asset_of, sold_of
from zeropark.carbon.tenants import PARK, TenantCarbon, tenants_of
from zeropark.figures.numbers import percent
from zeropark.outcome import Outcome
from zeropark.park.model import Park
from zeropark.report.blocks import Block, Head
from zeropark.report.method_910 import reconciled_910
from zeropark.texts import both, in_language

TITLE = both("Where the electricity came from", "电力来源与碳排放归属")
MARKS = {
    "O": ("read in the official text", "已核官方原文"),
    "2": ("second-hand", "二手资料"),
    "R": ("recalled, unverified", "凭记忆，未核实"),
}
_FROM_ORIGIN = 1e-9
"""An origin with less than this share of the supply is left out."""


def electricity_block(outcome: Outcome, given: Callable[[], Attribution | None]) -> Block | None:
    """Every tenant over the whole period; None where the park does not say how electricity is attributed."""
    park, attribution = outcome.park, given()
    if attribution is None:
        return None
    tenants = tenants_of(park, attribution, slice(0, park.clock.steps))
    supplied = sum(tenant.supplied_mwh for tenant in tenants)
    shown = [
        origin.name
        for origin in attribution.origins
        if sum(tenant.by_origin[origin.name] for tenant in tenants) > _FROM_ORIGIN * supplied
    ]
    return Block(
        "Electricity",
        TITLE,
        both(
            "Generation behind each tenant's use in MWh, losses included, shared hour by hour. The three bases and the 910 "
            "method are operating CO2; the last column is a footprint. No two of them may be added.",
            "各企业用电背后的逐时发电量（MWh，含损耗）。三种口径与 910 号文方法为运行期 CO2，"
            "末列为生命周期足迹，均不可相加。",
        ),
        (
            Head(both("Tenant", "企业"), "text", 30),
            Head(both("Use, MWh", "用电量，MWh")),
            *(Head(_asset(park, name)) for name in shown),
            Head(both("Location-based, tCO2", "基于位置，tCO2")),
            Head(both("Market-based, tCO2", "基于市场，tCO2")),
            Head(both("Hourly matched, tCO2", "逐时匹配，tCO2")),
            Head(both("24/7 score", "24/7 无碳占比"), "share"),
            Head(both("910 method, tCO2", "910 号文，tCO2")),
            Head(both("Footprint, tCO2e", "足迹，tCO2e")),
        ),
        tuple(_row(park, tenant, shown) for tenant in tenants),
        (
            *filter(None, (score_words(park), reconciled_910(outcome, attribution, tenants))),
            *dict.fromkeys(str(fault) for tenant in tenants for fault in tenant.missing),
        ),
    )


def clean_share_words(park: Park) -> str:
    """What counts as carbon-free of the grid's own supply, with its mark; empty where the park states nothing."""
    carbon = park.spec.carbon
    if carbon is None or carbon.grid.clean_share is None:
        return ""
    values = park.values(carbon.grid.clean_share)
    least, most = (percent(float(x), 3) for x in (values.min(), values.max()))
    share = least if least == most else f"{least} – {most}"
    marks = [a.mark for a in park.assumptions if a.path.startswith("carbon.grid.clean_share")]
    english, chinese = MARKS.get(marks[0] if marks else "", ("no source stated", "未给出来源"))
    return both(
        f"{share} of the grid's own supply counts as carbon-free ({english})",
        f"电网自身供电按 {share} 无碳计（{chinese}）",
    )


def score_words(park: Park) -> str:
    """What the 24/7 score is a share of, and what is assumed for it."""
    assumed = clean_share_words(park)
    english, chinese = (in_language(assumed, language) for language in ("en", "zh"))
    return both(
        "The 24/7 score is the carbon-free share of the generation behind the use, not of the use at the meter"
        + (f"; {english}." if english else "; none of the grid's own supply counts as carbon-free."),
        "24/7 无碳占比为用电对应发电量（而非表计用电量）中的无碳占比；"
        + (f"{chinese}。" if chinese else "电网自身供电不计为无碳。"),
    )


def _row(park: Park, of: TenantCarbon, shown: list[str]) -> tuple[str | float | None, ...]:
    return (
        _tenant(park, of.tenant),
        of.use_mwh,
        *(of.by_origin[name] for name in shown),
        of.operating["location"].tonnes,
        of.operating["market"].tonnes,
        of.operating["hourly"].tonnes,
        of.score,
        of.method_910.tonnes if of.method_910 else None,
        of.life_cycle.tonnes if of.life_cycle else None,
    )


def _tenant(park: Park, name: str) -> str:
    if name == PARK:
        return both("The park itself", "园区公共")
    tenant = park.spec.tenants[name]
    return both(tenant.name, tenant.name_zh or tenant.name)


def _asset(park: Park, name: str) -> str:
    """The asset's names; an origin that is no asset (what a store held at first) says so itself."""
    asset = park.assets.get(name)
    supply = park.assets.get(asset_of(name))
    if asset is None and supply is not None and name == sold_of(asset_of(name)):
        title = supply.name or asset_of(name)
        return both(f"{title}, certificate sold", f"{supply.name_zh or title}（绿证已售出）")
    if asset is None:
        return name
    return both(asset.name or name, asset.name_zh or asset.name or name)
