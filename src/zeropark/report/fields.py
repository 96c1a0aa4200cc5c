"""Where an assumption stands, in words: the thing it belongs to and its field, English and 中文."""

from __future__ import annotations

import re

from zeropark.figures.numbers import LANGUAGES, Language, unit_text
from zeropark.figures.words import Terms, asset_title, carrier_title, named, node_title, pack_title, say
from zeropark.outcome import Outcome
from zeropark.park.model import Assumption, Park
from zeropark.texts import in_language

FIELDS: Terms = {
    "investment": ("investment", "单位投资"),
    "fixed_cost": ("fixed cost a year", "年固定运维费"),
    "lifetime": ("lifetime", "寿命"),
    "land": ("land", "单位占地"),
    "embodied": ("embodied emissions", "单位隐含碳排放"),
    "existing": ("existing capacity", "已有容量"),
    "capacity": ("capacity", "容量"),
    "max": ("most capacity", "容量上限"),
    "min": ("least capacity", "容量下限"),
    "cost": ("variable cost", "可变运行费"),
    "start_cost": ("cost of a start", "启动费"),
    "loss": ("loss", "损耗率"),
    "standing_loss": ("standing loss", "自损耗率"),
    "charge_efficiency": ("charging efficiency", "充入效率"),
    "discharge_efficiency": ("discharging efficiency", "放出效率"),
    "min_load": ("least load", "最低负荷率"),
    "emissions": ("direct emissions", "直接排放"),
    "availability": ("availability", "可用率"),
    "profile": ("demand", "需求"),
    "unserved_price": ("price of demand not served", "未供应损失单价"),
    "price": ("price", "价格"),
    "buy.price": ("price of purchase", "购入价"),
    "sell.price": ("price of sale", "售出价"),
    "certificates.price": ("price of certificates", "绿证价格"),
    "inputs": ("input of {name}", "{name}单耗"),
    "outputs": ("output of {name}", "{name}产率"),
    "power": ("{words}, power", "{words}（功率）"),
    "money": ("Money", "经济参数"),
    "discount_rate": ("discount rate", "折现率"),
    "carbon_price": ("carbon price", "碳价"),
    "coal_equivalent": ("coal equivalent", "折标煤系数"),
    "combustion": ("CO2 of combustion", "燃烧排放因子"),
    "tariff": ("Tariff {name}", "电价 {name}"),
    "ratios": ("price ratio, {season}, {period}", "{season}{period}时段电价系数"),
    "flat_price": ("energy price of the flat period", "平段电价"),
    "transmission": ("transmission, energy part", "输配电价（电量）"),
    "system_operation": ("system-operation fee", "系统运行费"),
    "funds": ("government funds", "政府性基金及附加"),
    "demand_price": ("price of maximum demand", "最大需量电价"),
    "contract_price": ("price of contracted capacity", "合同容量电价"),
    "energy_price": ("transmission price of the voltage level", "所在电压等级输配电价"),
    "average_load_rate": ("mean load rate", "平均负荷率"),
    "power_factor": ("power factor", "功率因数"),
    "weather": ("Weather {name}", "气象 {name}"),
    "pack": ("Rule pack: {name}", "规则包：{name}"),
    "stated": ("stated by the park", "园区申报"),
    "default": ("default of the pack", "规则包默认值"),
    "colon": ("{name}: {words}", "{name}：{words}"),
}
NAMES: Terms = {
    "windy": ("windy season", "大风季"),
    "low-wind": ("low-wind season", "小风季"),
    "peak": ("peak", "高峰"),
    "critical-peak": ("critical peak", "尖峰"),
    "valley": ("valley", "低谷"),
    "deep-valley": ("deep valley", "深谷"),
    "flat": ("flat", "平"),
    "annual GHI": ("annual GHI", "年总辐射"),
    "clearness by month": ("clearness by month", "逐月晴空指数"),
    "annual mean temperature": ("annual mean temperature", "年平均气温"),
    "full-load hours of the older wind fleet": (
        "full-load hours of the older wind fleet",
        "既有风电满负荷小时",
    ),
    "annual mean wind at 100 m": ("annual mean wind at 100 m", "100 m 高度年均风速"),
    "wind by month": ("wind by month", "逐月风速系数"),
    "PV full-load hours (check, not calibrated to)": (
        "PV full-load hours (check, not calibrated to)",
        "光伏满负荷小时（仅校验，不参与校准）",
    ),
    "Weibull shape, daily swing, persistence": (
        "Weibull shape, daily swing, persistence",
        "威布尔形状参数、日变化与持续性",
    ),
}


def _term(key: str, language: Language) -> str:
    """A field in words; its own name, spaced, where nobody gave any."""
    return say(key, language, FIELDS) if key in FIELDS else key.replace("_", " ")


def _name(key: str, language: Language) -> str:
    return NAMES[key][LANGUAGES.index(language)] if key in NAMES else key


def place_words(outcome: Outcome, path: str, language: Language) -> str:
    """``Wind farm: investment`` for ``assets.wind.capacity.investment``; the path itself where nothing fits."""
    if path.startswith("pack "):
        name = pack_title(outcome, path.removeprefix("pack "), language)
        return say("pack", language, FIELDS, name=name)
    if path.startswith("weather.") and ": " in path:
        place, figure = path.removeprefix("weather.").split(": ", 1)
        title = say("weather", language, FIELDS, name=place)
        return _colon(title, _name(figure, language), language)
    return field_words(outcome.park, path, language)


def field_words(park: Park, path: str, language: Language) -> str:
    """A field of the park file in words; its path where nothing fits."""
    head, *rest = path.split(".")
    if head == "money" and rest:
        return _colon(_term("money", language), _term(rest[-1], language), language)
    if head not in ("assets", "carriers", "tariffs", "rules") or len(rest) < 2:
        return path
    owner, fields = rest[0], rest[1:]
    if head == "rules":
        pack = park.packs.get(owner)
        title = named(owner, pack.name, pack.name_zh, language) if pack else owner
        return _colon(title, _parameter(park, owner, fields[-1], language), language)
    if head == "assets":
        return _colon(asset_title(park, owner, language), _asset_field(park, fields, language), language)
    if head == "carriers":
        title = carrier_title(park, owner, language) if owner in park.spec.carriers else owner
        return _colon(title, _term(fields[-1], language), language)
    return _colon(_tariff(park, owner, language), _tariff_field(fields, language), language)


def _colon(name: str, words: str, language: Language) -> str:
    return say("colon", language, FIELDS, name=name, words=words)


def _parameter(park: Park, pack: str, name: str, language: Language) -> str:
    declared = park.packs[pack].parameters.get(name) if pack in park.packs else None
    return named(name, declared.name, declared.name_zh, language) if declared else name


def _asset_field(park: Park, fields: list[str], language: Language) -> str:
    if fields[0] in ("inputs", "outputs") and len(fields) > 1:
        node = fields[1]
        title = node_title(park, node, language) if node in park.spec.nodes else node
        return say(fields[0], language, FIELDS, name=title)
    both_last = ".".join(fields[-2:])
    words = _term(both_last if both_last in FIELDS else fields[-1], language)
    return say("power", language, FIELDS, words=words) if fields[0] == "power" and len(fields) > 1 else words


def _tariff(park: Park, name: str, language: Language) -> str:
    declared = park.spec.tariffs.get(name)
    title = named(name, declared.name, declared.name_zh, language) if declared else name
    return say("tariff", language, FIELDS, name=name) if title == name else title


def _tariff_field(fields: list[str], language: Language) -> str:
    if len(fields) == 4 and fields[0] == "seasons" and fields[2] == "ratios":
        season, period = _name(fields[1], language), _name(fields[3], language)
        return say("ratios", language, FIELDS, season=season, period=period)
    return _term(fields[-1], language)


def value_words(outcome: Outcome, assumption: Assumption, language: Language) -> str:
    """The value with its unit as people write it; a pure number stands alone."""
    text = in_language(assumption.value, language)
    if text == "clock.year":
        return str(outcome.flows.clock.times_local[0].year)
    return unit_text(text.removesuffix(" 1"), language) or text


def note_words(outcome: Outcome, assumption: Assumption, language: Language) -> str:
    """The note; of a parameter of a pack, only who stated it, for the place says the rest."""
    if assumption.path.startswith("rules."):
        for key in ("stated", "default"):
            if assumption.note.endswith(FIELDS[key][0]):
                return _term(key, language)
    pack = outcome.park.packs.get(assumption.path.removeprefix("pack "))
    if pack is not None and language == "zh" and pack.status_zh:
        return pack.status_zh
    return in_language(assumption.note, language)


_LISTED = (
    re.compile(r"(?<=unlimited quantity of )(.+?)(?= exceeds )"),
    re.compile(r"^(.+?)(?= 的无上限变量)"),
)


def assumed_words(outcome: Outcome, language: Language) -> str:
    """What the certificate leans on, with the titles of assets instead of their keys."""
    if outcome.certificate is None:
        return ""
    text = in_language(outcome.certificate.assumed, language)

    def titled(match: re.Match[str]) -> str:
        names = [asset_title(outcome.park, name, language) for name in match[1].split(", ")]
        return (", " if language == "en" else "、").join(names)

    for listed in _LISTED:
        text = listed.sub(titled, text)
    return text.replace(" 的无上限变量", "的无上限变量")
