"""Terms of figures and papers in both languages, each declared once, side by side.

Two languages and some two hundred short terms: gettext catalogues (Babel) would part each term from
its translation, add an extract-and-compile step, and know nothing of 万元; a table that one person
reads from top to bottom does not. Where a third language is wanted, this is the file that becomes
catalogues.
"""

from __future__ import annotations

import html
from collections.abc import Mapping

from zeropark.figures.numbers import LANGUAGES, Language
from zeropark.outcome import Outcome
from zeropark.park.model import Park

Terms = Mapping[str, tuple[str, str]]
OWN_LIMITS = ("own", "limits")

TERMS: Terms = {
    # what flows do
    "generated": ("output", "出力"),
    "used": ("use", "用量"),
    "produced": ("made", "产出"),
    "import-export": ("bought (+) / sold (−)", "购入（+）/ 售出（−）"),
    "bought-only": ("bought", "购入量"),
    "sold-only": ("sold", "售出量"),
    "charge-discharge": ("discharge (+) / charge (−)", "放（+）/ 充（−）"),
    "sent": ("arriving at {place}", "送达{place}"),
    "stock": ("stored", "存量"),
    "price": ("price", "价格"),
    "supply": ("supply", "供"),
    "use": ("use", "用"),
    "charging": ("{name}, charging", "{name}（充）"),
    "discharging": ("{name}, discharging", "{name}（放）"),
    "bought": ("{name}, bought", "{name}（购入）"),
    "sold": ("{name}, sold", "{name}（售出）"),
    "other-supply": ("{count} others, supply", "其他供给（{count} 项）"),
    "other-use": ("{count} others, use", "其他使用（{count} 项）"),
    "other-items": ("{count} other items", "其他 {count} 项"),
    "line-loss": ("{name}, losses", "{name}（损耗）"),
    "losses": ("Losses", "损耗"),
    "stock-loss": ("Losses and change of stock", "损耗及存量变化"),
    "surroundings": ("From the surroundings", "取自环境"),
    "unbalanced": ("Not balanced", "不平衡量"),
    "energy": ("Energy", "能量"),
    # axes
    "hour": ("hour of the day", "时刻"),
    "day": ("day", "日期"),
    "share-of-period": ("share of the period", "时间占比"),
    "local-time": ("local time ({offset})", "当地时间（{offset}）"),
    "cost": ("cost", "费用"),
    "existing": ("existing", "已有"),
    "added": ("to build", "新建"),
    "room": ("room to the limit, share of the limit", "距限值的余量（占限值比例）"),
    "room-cut": (
        "room to the limit, share of the limit; // longer than 100 %, cut",
        "距限值的余量（占限值比例）；// 表示超过 100 %，已截断",
    ),
    "at most": ("at most", "不高于"),
    "at least": ("at least", "不低于"),
    "limit": ("limit", "限值"),
    "value": ("value", "数值"),
    # titles of figures
    "title-heat": ("{name}, hour by hour", "{name}逐时分布"),
    "title-week": ("{name}, seven days from {day}", "{name}：{day} 起七日"),
    "title-sankey": ("{name}: where it comes from and goes", "{name}：来源与去向"),
    "title-prices": ("Price duration, {name}", "{name}价格持续曲线"),
    "title-cost": ("What it costs: {total}", "费用构成：{total}"),
    "title-months": ("The bill by month", "按月账单"),
    "title-capacity": ("Capacities", "设备容量"),
    "title-rules": ("Room to each limit", "各项规则余量"),
    "own-limits": ("The park's own limits", "园区自定限值"),
    "no-data": ("nothing to show", "无数据"),
    "all-period": ("whole period", "全期"),
}


def say(key: str, language: Language, terms: Terms = TERMS, **parts: str) -> str:
    """The term in this language, with its gaps filled."""
    return terms[key][LANGUAGES.index(language)].format(**parts)


def named(key: str, name: str, name_zh: str, language: Language) -> str:
    """A thing's own name in this language; the key where the user gave none."""
    if language == "zh":
        return name_zh or name or key
    return name or key


def asset_title(park: Park, asset: str, language: Language) -> str:
    """Name of an asset for people; the name itself where the park does not know it."""
    if asset not in park.assets:
        return asset
    declared = park.assets[asset]
    return named(asset, declared.name, declared.name_zh, language)


def node_title(park: Park, node: str, language: Language) -> str:
    """Name of a node for people."""
    declared = park.spec.nodes[node]
    return named(node, declared.name, declared.name_zh, language)


def carrier_title(park: Park, carrier: str, language: Language) -> str:
    """Name of a carrier for people."""
    declared = park.spec.carriers[carrier]
    return named(carrier, declared.name, declared.name_zh, language)


def pack_title(outcome: Outcome, pack: str, language: Language) -> str:
    """Name of a rule pack for people; own limits are called so."""
    if pack in outcome.park.packs:
        declared = outcome.park.packs[pack]
        return named(pack, declared.name, declared.name_zh, language)
    return say("own-limits", language) if pack in OWN_LIMITS else pack


def plain(text: str) -> str:
    """Text for plotly, which reads a few HTML tags: those of a name must stay letters."""
    return html.escape(text, quote=False)


def rate_unit(unit: str) -> str:
    """Unit of a flow of this carrier unit: ``MW`` for MWh, else per hour."""
    return {"MWh": "MW", "kWh": "kW", "GWh": "GW"}.get(unit, f"{unit}/h")
