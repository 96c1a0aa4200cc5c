"""Words of the CBAM page in both languages, each declared once, side by side"""

from __future__ import annotations

from collections.abc import Mapping

from zeropark.figures.numbers import Language

WORDS: Mapping[str, tuple[str, str]] = {
    "title": ("CBAM: what is in a tonne, and what it costs", "欧盟碳边境：每吨隐含排放与成本"),
    "brand": ("Carbon border adjustment", "碳边境调节机制"),
    "print": ("Print", "打印"),
    "period": ("Reporting period", "报告期"),
    "regime": ("Rules", "规则"),
    "country": ("Country", "国家"),
    "charged": ("Emissions that are charged", "计费排放"),
    "see-direct": ("direct", "直接"),
    "see-indirect": ("indirect", "间接"),
    "default": ("Default value, China", "缺省值（中国）"),
    "default-else": ("Default value", "缺省值"),
    "not-of-china": (
        "those of {country} are not shipped: Annex I of IR (EU) 2025/2621",
        "未收录{country}的缺省值，见 (EU) 2025/2621 附件一",
    ),
    "regime-definitive": ("definitive, IR (EU) {act}", "正式期，(EU) {act}"),
    "regime-transitional": ("transitional, IR (EU) {act}", "过渡期，(EU) {act}"),
    "figure-cbam": ("CBAM factor", "CBAM 系数"),
    "figure-correction": ("cross-sectoral correction", "跨行业修正系数"),
    "figure-price": ("certificate price", "证书价格"),
    "figure-threshold": ("threshold of mass in a year", "年度免缴质量门槛"),
    "per-unit": ("The table is per {unit}.", "表中数值按每 {unit} 计。"),
    "with-markup": ("with mark-up, import in {year}", "含加成，{year} 年进口"),
    "no-default": ("none for this code", "该编码无缺省值"),
    "free": ("Free allocation", "免费配额扣减"),
    "free-note": ("from the benchmark, {year}", "按基准值，{year} 年"),
    "cost": ("Cost per tonne", "每吨成本"),
    "cost-note": ("{year}, at {price} EUR per certificate", "{year} 年，证书价 {price} 欧元"),
    "cost-default": ("by default value {cost} EUR/t", "按缺省值 {cost} 欧元/吨"),
    "no-cost": ("no benchmark for this code", "该编码无基准值"),
    "consignment": ("Consignment of {tonnes} t", "批次 {tonnes} 吨"),
    "consignment-note": ("{certificates} certificates", "{certificates} 份证书"),
    "below": ("within 50 t a year nothing is due", "年进口 50 吨以内免缴"),
    "build-up": ("What it is made of", "排放构成"),
    "build-up-note": (
        "t CO2e per tonne of the good, along the chain. Lines: default value with mark-up, and what is allocated free.",
        "每吨产品的排放（t CO2e），沿工序链累加。竖线：含加成缺省值、免费配额。",
    ),
    "of-precursors": ("indirect, of precursors", "间接（前体）"),
    "link": ("Link of the chain", "环节"),
    "own": ("this process", "本工序"),
    "process": ("process of the installation", "本装置工序"),
    "precursor": ("bought", "外购"),
    "amount": ("t per t", "吨/吨"),
    "direct": ("direct", "直接"),
    "indirect": ("indirect", "间接"),
    "source": ("values", "数据"),
    "from-default": ("default", "缺省"),
    "measured": ("actual", "实测"),
    "total": ("Together", "合计"),
    "not-charged": (
        "indirect emissions are shown, not charged, for this good",
        "该产品间接排放仅列示，不计费",
    ),
    "by-year": ("Cost per tonne by year of import", "按进口年份的每吨成本"),
    "by-year-note": (
        "EUR/t at the same emissions and certificate price: the free allocation shrinks to none in 2034.",
        "排放与证书价不变时的每吨成本（欧元）：免费配额逐年减少，2034 年归零。",
    ),
    "year": ("Year", "年份"),
    "cbam-factor": ("CBAM factor", "CBAM 系数"),
    "certificates": ("certificates per t", "每吨证书"),
    "actual-cost": ("actual values", "实测值"),
    "default-cost": ("default values", "缺省值"),
    "levers": ("What would make it cheaper", "降低成本的途径"),
    "levers-note": (
        "Change of the cost in EUR/t, each lever alone, recomputed through the whole chain.",
        "各措施单独实施时每吨成本的变化（欧元/吨），沿整条工序链重新计算。",
    ),
    "levers-overlap": (
        "Single effects overlap: the line below says what all together give.",
        "单项效果有重叠：下方为同时实施的结果。",
    ),
    "lever": ("Lever", "措施"),
    "see-change": ("t CO2e/t", "t CO2e/t"),
    "before-after": ("{year}: from → to", "{year} 年：前 → 后"),
    "overlap": ("counted twice by the single effects", "单项效果的重复计算"),
    "relative-to-default": ("against the cost by default values", "与按缺省值的成本比较"),
    "no-levers": ("No cost can be told for this code.", "该编码无法计算成本。"),
    "evidence": ("What it rests on", "依据"),
    "power": ("electricity of {name}", "{name} 用电"),
    "power-value": (
        "{mwh} MWh at {factor} t CO2/MWh, source {source}",
        "{mwh} MWh，因子 {factor} t CO2/MWh，来源 {source}",
    ),
    "matched": (
        "{matched} MWh matched in steps of {hours} h: {paper}",
        "{matched} MWh 以 {hours} 小时步长匹配：{paper}",
    ),
    "bought": ("bought: {name}", "外购：{name}"),
    "bought-value": (
        "{amount} t, {see} t CO2e/t direct ({source})",
        "{amount} 吨，直接排放 {see} t CO2e/t（{source}）",
    ),
    "stream": ("stream: {name}", "源流：{name}"),
    "stream-value": (
        "{amount} {unit} → {co2} t CO2 (Eq. {equation})",
        "{amount} {unit} → {co2} t CO2（公式 {equation}）",
    ),
    "figure": ("figure", "参数"),
    "value": ("value", "数值"),
    "mark": ("mark", "标记"),
    "marks": (
        "O read in the official text · 2 second-hand · R recalled, to be checked",
        "O 官方文本 · 2 二手资料 · R 凭记忆，待核对",
    ),
    "controls": ("To check", "待核对"),
    "notes": ("What is not in it", "未包含事项"),
    "versions": ("Versions", "版本"),
    "defaults": ("default values", "缺省值"),
    "hash": ("SHA-256 of installation_data in cbam.json", "cbam.json 中 installation_data 的 SHA-256"),
    "transitional": (
        "Under the transitional rules no certificates are due; the cost shows what the same figures would give from 2026.",
        "过渡期无需缴纳证书；成本为同样数据在 2026 年起的结果。",
    ),
    "foot": ("written by zeropark {version}", "zeropark {version} 生成"),
    "installation": ("The installation", "装置"),
    "total-direct": ("direct emissions", "直接排放"),
    "attributed": ("attributed to goods", "分摊至货物"),
    "rest": ("not attributed", "未分摊"),
}
"""Key → (English, 中文)."""

FIGURES: Mapping[str, str] = {
    "cbam_factor": "figure-cbam",
    "cross_sectoral_factor": "figure-correction",
    "certificate_price": "figure-price",
    "de_minimis": "figure-threshold",
}
"""Figure of the packaged table → key of its words."""


def t(key: str, language: Language, **parts: str) -> str:
    """The words of a key, with its parts filled in. Raises KeyError for a key that is not there."""
    english, chinese = WORDS[key]
    return (chinese if language == "zh" else english).format(**parts)
