"""Words of the electricity papers in both languages, each declared once, side by side"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from zeropark.texts import both

ELECTRICITY: Mapping[str, tuple[str, str]] = {
    "title": ("Where the electricity came from", "电力溯源"),
    "print": ("Print", "打印"),
    "show": ("Show", "显示"),
    "period": ("{begin} to {end}, interval {minutes} min", "{begin} 至 {end}，时间间隔 {minutes} 分钟"),
    "sentence-one": (
        "{tenant} used {use}. Of the generation behind it ({supplied}, losses included), {free} was carbon-free hour by "
        "hour{assumed}.",
        "{tenant}用电 {use}；对应发电量 {supplied}（含损耗）中，逐时无碳电力占 {free}{assumed}。",
    ),
    "sentence": (
        "{count} tenants used {use}. Of the generation behind it ({supplied}, losses included), {free} was carbon-free "
        "hour by hour{assumed}.",
        "{count} 家企业用电 {use}；对应发电量 {supplied}（含损耗）中，逐时无碳电力占 {free}{assumed}。",
    ),
    "sentence-assumed": (
        ", where {words}; without that assumption {without}",
        "，其中{words}；不作此假设则为 {without}",
    ),
    "conserved": (
        "Every origin adds up: generated and in store before = supplied + exported + lost + in store after; "
        "largest gap {gap} of an origin.",
        "各来源电量守恒：发电与期初存量 = 供用 + 上网 + 损失 + 期末存量；最大偏差为来源电量的 {gap}。",
    ),
    "not-conserved": (
        "The balance of an origin does not close: gap {gap}.",
        "有来源电量不守恒：偏差 {gap}。",
    ),
    "by-origin": ("Electricity by origin", "按来源划分的电量"),
    "by-origin-intro": (
        "Generation behind each tenant's use, losses of lines and stores included, MWh.",
        "各企业用电背后的发电量（含线路与储能损耗），兆瓦时。",
    ),
    "co2": ("Operating CO2 on three bases", "三种口径的运行二氧化碳排放"),
    "co2-intro": (
        "Three answers to three questions, tCO2. They stand side by side and are never added or mixed.",
        "三种口径回答三个不同问题，单位 tCO2；并列展示，不可相加、不可混用。",
    ),
    "apart": ("Apart from the three bases", "与三种口径分列"),
    "apart-intro": (
        "The method for zero-carbon parks has its own factor; life-cycle figures are of another type (tCO2e).",
        "零碳园区核算方法采用其专用因子；生命周期数据为另一类型（tCO2e）。",
    ),
    "factors": ("Factors", "采用的因子"),
    "factors-intro": (
        "Per MWh of generation, each with source and mark (O read in the official text, 2 second-hand, R recalled). "
        "tCO2 is the amounts of the table above times the operating factor, tCO2e those times the life-cycle factor.",
        "每兆瓦时发电量的因子，附来源与标记（O 已核官方原文，2 二手，R 凭记忆）。tCO2 数值为上表电量乘以运行因子，"
        "tCO2e 数值为上表电量乘以生命周期因子。",
    ),
    "split": ("Which kilowatt-hour counts as what", "各口径电量归类"),
    "split-intro": (
        "The bases differ in this split and in nothing else; footprints use the same. MWh of the tenants shown.",
        "各口径仅此归类不同，产品足迹采用同一归类。单位兆瓦时，所列企业合计。",
    ),
    "bases": ("Basis", "口径"),
    "910": ("910 method", "910 方法"),
    "operating-factor": ("Operating, tCO2/MWh", "运行因子，tCO2/MWh"),
    "life-cycle-factor": ("Life cycle, tCO2e/MWh", "生命周期因子，tCO2e/MWh"),
    "source": ("Source", "来源依据"),
    "mark": ("Mark", "标记"),
    "source-none": ("not stated", "未给出"),
    "source-paper": ("contract or certificate: counts as zero", "合同或绿证：按零计"),
    "source-nature": ("no fuel is burnt for it", "不燃烧燃料"),
    "source-traced": ("traced from what the plant takes", "由机组所耗介质追踪"),
    "source-910": (
        "method for zero-carbon parks, No. 910 of 2025: national factor of fossil electricity",
        "发改环资〔2025〕910号，全国化石电力因子",
    ),
    "source-behind": ("in footprints, what stands behind the plant", "在足迹中按其上游逐级计算"),
    "inventory": ("Inventory by scope", "按范围划分的排放清单"),
    "inventory-intro": (
        "Operating CO2, tCO2 (GHG Protocol). Scope 1: fuel that the tenant's own plants and loads used, and what its "
        "processes release. Scope 2: electricity and heat that it received, by location or by market: one of the two, never "
        "both. Hourly matched stands beside the scopes. Steam of a tenant's boiler is scope 1 of the tenant and scope 2 of "
        "who received it, so that tenants are not added up over scopes.",
        "运行期 CO2，tCO2（GHG Protocol）。范围一：企业自有设备与负荷所用燃料及过程排放。范围二：接收的电力与热力，"
        "基于位置或基于市场，二者取一，不可相加。逐时匹配列于范围之外。某企业锅炉供出的蒸汽计入该企业范围一、"
        "同时计入接收方范围二，故各企业不得跨范围相加。",
    ),
    "scope-1": ("Scope 1", "范围一"),
    "scope-2": ("Scope 2", "范围二"),
    "beside-scopes": ("Beside the scopes", "范围之外"),
    "heat-intro": (
        "Heat and steam received: what a tenant took at a node beyond what its own plants gave there in the same step, "
        "times what a unit carries there step by step. The mix is physical: contracts and certificates of who made it "
        "move nothing; by market and by hour the grid weighs its residual factor. A dash: part of what is behind it has no "
        "factor.",
        "接收的热力与蒸汽：企业在该节点逐时用量减去自有设备同时供出量，乘以该处逐时单位碳强度。按物理混合计，"
        "供热方的合同与绿证不影响；基于市场与逐时口径下网电按剩余因子计。“—”表示其部分来源缺少因子。",
    ),
    "column-fuel": ("Scope 1: fuel used", "范围一：燃料"),
    "column-process": ("Scope 1: processes", "范围一：过程"),
    "column-electricity_location": ("Scope 2: electricity, location-based", "范围二：电力，基于位置"),
    "column-heat_location": ("Scope 2: heat, location-based", "范围二：热力，基于位置"),
    "column-electricity_market": ("Scope 2: electricity, market-based", "范围二：电力，基于市场"),
    "column-heat_market": ("Scope 2: heat, market-based", "范围二：热力，基于市场"),
    "column-electricity_hourly": ("Scope 2: electricity, hourly matched", "范围二：电力，逐时匹配"),
    "column-heat_hourly": ("Scope 2: heat, hourly matched", "范围二：热力，逐时匹配"),
    "column-own_location": ("of which own plants, location-based", "其中自有机组，基于位置"),
    "column-own_market": ("of which own plants, market-based", "其中自有机组，基于市场"),
    "column-own_hourly": ("of which own plants, hourly matched", "其中自有机组，逐时匹配"),
    "column-missing": ("Without a factor", "缺少因子"),
    "column-node": ("Heat or steam at", "热力节点"),
    "column-amount": ("Received", "接收量"),
    "column-unit": ("Unit", "单位"),
    "column-location": ("Location-based, tCO2", "基于位置，tCO2"),
    "column-market": ("Market-based, tCO2", "基于市场，tCO2"),
    "column-hourly": ("Hourly matched, tCO2", "逐时匹配，tCO2"),
    "note-electricity-alone": (
        "Electricity alone was read: fuel, processes and heat received are not told, which does not mean none.",
        "仅读取电力流量：燃料、过程排放与接收热力未给出，并非为零。",
    ),
    "note-heat-untold": (
        "Heat that {tenants} received has no figure: no factor for {missing}.",
        "{tenants}接收的热力无法给出排放：{missing}缺少因子。",
    ),
    "note-own": (
        "{tenant}: {co2} tCO2 of its electricity (location-based) is of its own plants, whose fuel stands in scope 1: not "
        "to be counted twice.",
        "{tenant}：其电力排放（基于位置）中 {co2} tCO2 来自自有机组，其燃料已计入范围一，不得重复计算。",
    ),
    "papers": ("Contracts and certificates behind the figures", "所依据的合同与绿证"),
    "papers-intro": (
        "Contracts of the tenants shown, as the park file states them; certificates of the register that fall into the "
        "period: cancelled for the tenants shown, sold, or not yet cancelled, which count for nobody.",
        "所列企业的合同（按园区文件）；登记表中落在本期的绿证：为所列企业核销、已售出，或尚未核销（不计入任何一方）。",
    ),
    "no-contracts": ("No contract of the tenants shown.", "所列企业无合同。"),
    "no-certificates": ("No certificate of the period.", "本期无绿证。"),
    "no-document": ("none named", "未注明"),
    "none": ("none", "无"),
    "column-name": ("Contract", "合同"),
    "column-supply": ("Supply", "电源"),
    "column-tenant": ("Tenant", "企业"),
    "column-share": ("Largest share", "最高比例"),
    "column-max_rate_mw": ("Largest rate, MW", "最大功率，MW"),
    "column-priority": ("Priority", "优先级"),
    "column-document": ("Document", "文件"),
    "column-certificate": ("Certificate", "绿证"),
    "column-interval": ("Generated", "发电时段"),
    "column-begin": ("Generated from", "发电起"),
    "column-end": ("to", "发电止"),
    "column-mwh": ("MWh", "MWh"),
    "column-mwh_in_period": ("of it in the period, MWh", "其中本期，MWh"),
    "column-cancelled_for": ("Cancelled for", "核销企业"),
    "column-cancelled_on": ("Cancelled on", "核销日期"),
    "column-sold_to": ("Sold to", "售予"),
    "note-others": (
        "Contracts of other tenants are served beside those shown, by their priority: {contracts}. Certificates of the "
        "period cancelled for other tenants: {certificates}. They are not listed here.",
        "另有其他企业合同 {contracts} 份按优先级同时执行，本期为其他企业核销的绿证 {certificates} 张，此处不列。",
    ),
    "balance": ("Balance by origin", "来源电量平衡"),
    "balance-intro": ("Of the whole park over the period, MWh.", "全园区本期，兆瓦时。"),
    "tenant": ("Tenant", "企业"),
    "use": ("Use at the meter, MWh", "表计用电量，MWh"),
    "supplied": ("Generation behind it, MWh", "对应发电量，MWh"),
    "contracted": ("of it by contract, MWh", "其中合同电量，MWh"),
    "location": ("Location-based", "基于位置"),
    "market": ("Market-based", "基于市场"),
    "hourly": ("Hourly matched", "逐时匹配"),
    "location-note": ("yearly average of the grid", "电网年平均因子"),
    "market-note": ("contracts over the period, residual for the rest", "合同按本期匹配，其余用剩余因子"),
    "hourly-note": ("contracts in the same hour, residual for the rest", "合同逐时匹配，其余用剩余因子"),
    "location-by-hour": ("Location-based by the hour, tCO2", "基于位置（逐时因子），tCO2"),
    "score": ("24/7 carbon-free", "24/7 无碳占比"),
    "method-910": ("910 method, tCO2", "910 方法，tCO2"),
    "life-cycle": ("Life cycle, tCO2e", "生命周期，tCO2e"),
    "origin": ("Origin", "来源"),
    "kind": ("Kind", "类别"),
    "all": ("All", "合计"),
    "generated": ("Generated", "发电"),
    "before": ("In store before", "期初存量"),
    "to-tenants": ("Supplied", "供用"),
    "exported": ("Exported", "上网"),
    "lost": ("Lost", "损失"),
    "after": ("In store after", "期末存量"),
    "gap": ("Gap, share", "偏差比例"),
    "figure-share": ("Share of each origin", "各来源占比"),
    "figure-day": ("Hour of the day, mean over the period: {tenant}", "日内平均曲线：{tenant}"),
    "hour": ("local hour", "当地时间（小时）"),
    "no-tenant": ("Park (no tenant)", "园区（未归属企业）"),
    "origin-certified": ("{of}, with certificates", "{of}（绿证覆盖）"),
    "origin-opening": ("in {of} before the period", "{of}期初存量"),
    "origin-unmetered": ("unmetered at {of}", "{of}未计量电量"),
    "origin-cancelled": ("certificates cancelled", "已核销绿证"),
    "origin-hour": ("certificates of the same hour", "同小时绿证"),
    "origin-unclaimed": ("green power promised to others", "他人合同内绿电"),
    "origin-sold": ("{of}, certificate sold", "{of}（绿证已售出）"),
    "notes": ("Notes", "说明"),
    "note-apart": (
        "Location-based, market-based and hourly matched figures answer different questions; "
        "none may be added to another, nor to a life-cycle figure.",
        "基于位置、基于市场、逐时匹配三种结果含义不同，彼此不得相加，亦不得与生命周期数据相加。",
    ),
    "note-losses": (
        "Losses of lines and stores are charged to those whom the electricity served; "
        "what was sold carries the mix of its node.",
        "线路与储能损耗计入所供用户；上网电量按所在节点的来源构成扣除。",
    ),
    "note-unknown": (
        "Electricity of unknown origin (in store before the period, or unmetered) "
        "weighs as the grid does where no contract holds; in product footprints it counts as the period's own mix.",
        "来源不明的电量（期初存量、未计量电量）按无合同网电计；产品足迹中按本期混合计。",
    ),
    "note-surplus": (
        "of {held} MWh of certificates cancelled for it in the period, {mwh} MWh are beyond what it took without a "
        "contract: they count for nothing here",
        "本期为其核销的绿证 {held} MWh 中，{mwh} MWh 超出其无合同用电量，此处不计",
    ),
    "note-netted": (
        "Meters lacked {mwh} MWh at nodes of the park, each time within their tolerance of {share}; surpluses of the same "
        "nodes in other steps made it up. What they did not is told as unmetered.",
        "园区各节点计量缺口共 {mwh} MWh，单步均在 {share} 的计量允差内，由同一节点其他时段的盈余抵补；"
        "未抵补部分列为未计量电量。",
    ),
    "note-sold": (
        "Certificates of the park's own plants were sold: that electricity is what it is by location, and by market, hour "
        "and the 910 method (a cautious reading of ours) what no contract covers.",
        "园区自有机组的绿证已售出：该部分电量按位置口径仍计其实际来源，"
        "按市场、逐时口径及 910 方法（本平台从严理解）按无合同电量计。",
    ),
    "note-fifo": ("Stores give back first what came in first.", "储能按先进先出还原来源。"),
    "note-missing": (
        "A dash stands where a factor is missing; it is never taken as zero.",
        "缺少因子处以“—”表示，不按零处理。",
    ),
    "note-register": (
        "Certificates are those of the register; a plan's intended purchases of certificates do not count beside it.",
        "绿证以核销登记表为准，规划拟购绿证不再重复计入。",
    ),
    "note-claimed": (
        "Green power that the park buys over the grid is a contract of the park: for tenants whose contracts name it, as "
        "far as they take it; what is promised to nobody is for all whom it reached; what is promised and not taken counts "
        "for nobody.",
        "园区经公共电网购入的绿电视为园区合同：合同指名的企业按其实际消纳计入；"
        "未指名部分归所到达的全部用户；已承诺而未消纳部分不计入任何一方。",
    ),
    "note-generated": (
        "Electricity that the park makes itself weighs what its fuel, steam or hydrogen carries, by physical mix. What was "
        "made from electricity is also in the figures of who used that: it counts twice where tenants are added up.",
        "园区自产电力按其燃料、蒸汽或氢气所携带的碳排放（物理混合）计；由电力再发的电量亦计入其用电方，企业合计时存在重复。",
    ),
    "kind-wind": ("wind", "风电"),
    "kind-solar": ("solar", "光伏"),
    "kind-hydro": ("hydro", "水电"),
    "kind-biomass": ("biomass", "生物质"),
    "kind-nuclear": ("nuclear", "核电"),
    "kind-fossil": ("fossil", "化石"),
    "kind-recovered": ("recovered", "余能"),
    "kind-grid": ("grid", "网电"),
    "kind-other": ("other", "其他"),
    "kind-certified": ("certified", "绿证"),
    "kind-generated": ("made in the park", "园区自产"),
    "kind-sold": ("certificate sold", "绿证已售"),
    "kind-unclaimed": ("no contract", "无合同"),
    "kind-opening": ("in store before", "期初存量"),
    "kind-unmetered": ("unmetered", "未计量"),
}


def t(key: str, language: Literal["en", "zh"] | None = None, **parts: str) -> str:
    """A word in one language, or in both (``English / 中文``)."""
    english, chinese = (half.format(**parts) if parts else half for half in ELECTRICITY[key])
    if language is None:
        return both(english, chinese)
    return chinese if language == "zh" else english
