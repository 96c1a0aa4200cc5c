"""Terms of the benchmark-plant dossier in both languages, each declared once, side by side."""

from __future__ import annotations

from zeropark.figures.numbers import Language
from zeropark.figures.words import Terms, say

DOSSIER: Terms = {
    "title": ("Dossier of a dual-carbon best-practice benchmark plant", "双碳最佳实践能效标杆企业申报材料"),
    "kind": ("Energy per tonne against the national limits", "单位产品能耗对标"),
    "print": ("Print", "打印"),
    "period": ("Period", "统计期"),
    "part-1": ("1 Level of each process", "一、工序能效水平"),
    "part-2": ("2 How each indicator comes about", "二、指标计算与证据"),
    "part-3": ("3 Before and after", "三、实施前后对比（基准期调整）"),
    "part-4": ("4 Action plan", "四、行动计划"),
    "part-5": ("5 Evidence of the figures", "五、数据来源与证据等级"),
    "intro-1": (
        "Energy per tonne of product beside levels 1 (best), 2 (required of new plants) and 3 (limit for all) of its "
        "standard, as the standard's corrections move them. Lower is better.",
        "单位产品能耗与所属标准 1 级（先进）、2 级（新建准入）、3 级（限定值）对比，限额已按标准修正；数值越低越好。",
    ),
    "process": ("Process", "工序/产品"),
    "standard": ("Standard", "标准"),
    "indicator": ("Energy per tonne", "单位产品能耗"),
    "unit": ("Unit", "单位"),
    "level": ("Level", "等级"),
    "levels": ("Limits 1 / 2 / 3", "限额 1 / 2 / 3 级"),
    "gap-1": ("To level 1, kgce/t", "距 1 级，kgce/t"),
    "gap-2": ("To level 2, kgce/t", "距 2 级，kgce/t"),
    "gap-year": ("To level 1 in a year, tce", "距 1 级年节能潜力，tce"),
    "gap-money": ("and in money a year", "折合年费用"),
    "level-n": ("level {level}", "{level} 级"),
    "beyond": ("beyond level 3", "超 3 级限定值"),
    "not-yet": (
        "in force from {day}, after the period began: judged ahead",
        "{day} 起实施，晚于统计期起始；提前对标",
    ),
    "in-force": ("in force since {day}", "{day} 起实施"),
    "day-unknown": ("first day not known here", "实施日期此处未知"),
    "gap-words": (
        "A positive gap is what is still to be saved, a negative one what lies below the level. Yearly figures go on "
        "at the rate of the period; money is told where the park file states the price of the carrier that would be "
        "saved first.",
        "差距为正表示尚需节约量，为负表示优于该级的余量。年度数值按统计期水平折算；仅在园区文件给出边际能源价格时折算费用。",
    ),
    "carrier": ("Energy", "能源"),
    "taken": ("Taken", "消耗"),
    "given": ("Given to others", "外供"),
    "recovered": ("Recovered", "回收利用"),
    "factor": ("Coal equivalent, tce per unit", "折标系数，tce/单位"),
    "counted": ("Counted, tce", "计入，tce"),
    "credited": ("subtracted", "扣除"),
    "not-credited": ("not subtracted", "不扣除"),
    "not-counted": ("taken and not counted as energy: {what}", "消耗但未计入能耗：{what}"),
    "not-counted-why": (
        "Whether a standard counts any of what a process takes beside its energy (carbon, electrodes, oxygen) was not seen. "
        "To count one, name it among the carriers of the process and give its coal equivalent.",
        "标准是否要求计入工序消耗的其他物料（碳材、电极、氧气等）未见原文；"
        "如需计入，请在该工序的 carriers 中列出并给出折标系数。",
    ),
    "output": ("Output", "产量"),
    "stated-output": ("stated in the park file, not told by flows", "由园区文件给出，非流量计得"),
    "whole": ("Energy of the process", "工序能耗"),
    "formula-alone": (
        "{energy} tce ÷ {output} t = {indicator} {unit}",
        "{energy} tce ÷ {output} t = {indicator} {unit}",
    ),
    "what-factor": ("coal equivalent", "折标系数"),
    "what-electricity": ("coal equivalent of electricity", "电力折标系数"),
    "what-element": ("rare-earth element content", "稀土元素含量"),
    "what-price": ("price of the marginal energy", "边际能源价格"),
    "line": ("Energy of the whole line", "整线能耗"),
    "share": ("Share of this product by rare-earth element", "本产品按稀土元素量分摊比例"),
    "formula": (
        "{energy} tce × {share} ÷ {output} t = {indicator} {unit}",
        "{energy} tce × {share} ÷ {output} t = {indicator} {unit}",
    ),
    "correction": (
        "{name} {share}: limit moves by {moved} {unit}",
        "{name} {share}：限额修正 {moved} {unit}",
    ),
    "no-correction": ("The standard has no corrections for it.", "该限额无修正项。"),
    "unseen": (
        "Whether energy given away is subtracted was not seen in the standard; the park says that it is.",
        "外供能源是否扣除未见标准条款，按园区声明予以扣除。",
    ),
    "intro-3": (
        "The baseline is put into today's conditions before it is compared: its energy per tonne moves with the limit's "
        "corrections (ore, scrap, hot metal), and is multiplied by today's output of each product. What is left is the "
        "change of energy per tonne from the baseline to today, whatever brought it about. Measures that are planned only "
        "(part 4) are not in it.",
        "先将基准期调整到报告期条件再比较：单位能耗随标准修正项（原料、废钢、铁水等）调整，并乘以报告期各产品产量；"
        "剩余差额为基准期至报告期的单耗变化，不区分成因；计划措施（第四部分）不在其中。",
    ),
    "adjusted-formula": (
        "adjusted baseline = (energy per tonne in the baseline + correction today − correction then) × output today; "
        "less = adjusted baseline − energy today",
        "调整后基准能耗 =（基准期单位能耗 + 报告期修正 − 基准期修正）× 报告期产量；减少量 = 调整后基准能耗 − 报告期能耗",
    ),
    "no-baseline": (
        "No baseline is given: neither flows of a baseline period nor figures in the park file.",
        "未给出基准期：既无基准期流量数据，园区文件中亦无基准数值。",
    ),
    "baseline-period": ("Baseline period", "基准期"),
    "baseline-indicator": ("Baseline", "基准期单耗"),
    "adjusted": ("Adjusted baseline", "调整后基准单耗"),
    "today": ("Today", "报告期单耗"),
    "saving": ("Less in the period, tce", "报告期减少量，tce"),
    "saving-share": ("Less, share", "降幅"),
    "change": ("Change of all processes together", "各工序合计变化"),
    "baseline-tce": ("Energy of the baseline period", "基准期能耗"),
    "other-length": (
        "The two periods are not as long as each other: other output is first of all the other length. What is saved "
        "counts today's period alone.",
        "两期时长不同，产量变化主要反映时长差异；节能量仅就报告期计算。",
    ),
    "volume": ("other output of the same products", "产量变化"),
    "mix": ("other shares of the products", "产品结构变化"),
    "corrections": ("other ore, scrap, hot metal", "原料条件（修正项）变化"),
    "saved": ("less energy per tonne, all else adjusted", "调整后单耗下降"),
    "now-tce": ("Energy of the period", "报告期能耗"),
    "plan-figures": (
        "What each measure saves and costs, planned with everything else, is told by zeropark abate.",
        "各措施的节能减排量与费用由 zeropark abate 与全园方案一并规划得出。",
    ),
    "not-counted-head": (
        "What a process takes and does not count (part 2) could change its level.",
        "未计入能耗的物料（第二部分）可能影响所列等级。",
    ),
    "read-first": ("Read this first", "阅读须知"),
    "no-measures": ("The park file has no measures.", "园区文件未列措施。"),
    "measure": ("Measure", "措施"),
    "owner": ("Owner", "责任单位"),
    "due": ("Due", "完成期限"),
    "not-named": ("not named", "未指定"),
    "for-process": ("For", "对应工序"),
    "source": ("Source", "来源"),
    "what": ("Figure", "数据项"),
    "value": ("Value", "数值"),
    "mark": ("Mark", "等级"),
    "date": ("Date", "日期"),
    "marks": (
        "Mark: O read in the official text; 2 second-hand; R recalled, unverified: to be checked before it is handed in.",
        "等级：O 已读官方原文；2 转引；R 凭记忆、未核实，提交前须核对。",
    ),
    "no-evidence": ("no evidence stated", "未注明证据"),
    "hot": ("Tenant", "企业"),
    "made-by": ("Made by zeropark {version}", "由 zeropark {version} 生成"),
    "summary": (
        "{count} processes: {good} at level 2 or better, {best} of them at level 1.",
        "共 {count} 个工序/产品：{good} 个达到 2 级及以上，其中 {best} 个达到 1 级。",
    ),
}


def t(key: str, language: Language, **parts: str) -> str:
    """The term in the language."""
    return say(key, language, DOSSIER, **parts)
