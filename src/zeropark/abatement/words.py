"""Terms and sentences of the abatement report in both languages, each declared once, side by side."""

from __future__ import annotations

from zeropark.figures.numbers import Language
from zeropark.figures.words import Terms, say

ABATEMENT: Terms = {
    "report": ("Measures and what a tonne less costs", "措施与减排成本"),
    "curve-alone": ("Each measure alone", "各措施单独实施"),
    "curve-order": ("In the best order, planned again after each", "按最优次序逐项重新规划"),
    "intro-alone": (
        "The least-cost plan with one measure beside the plan without any. Whatever two measures both save is in both "
        "their steps.",
        "在无措施的最小费用方案上分别只加一项措施。两项措施共同节约的部分在两级台阶中各计一次。",
    ),
    "intro-order": (
        "Of the measures that are left, the one whose tonne costs least given those before it; then the park is planned "
        "again. Where measures save money, the one with the least cost a tonne still comes first, though another may "
        "save more.",
        "每步在剩余措施中选取在已有措施基础上单位减排成本最低者，再重新规划。节省费用的措施同样按单位成本排序，未必是节省总额最大者。",
    ),
    "intro-twice": (
        "The first curve promises {alone} {unit} a year, together it is {together}: {twice} {unit} are counted twice.",
        "第一条曲线合计 {alone} {unit}/年，共同实施实为 {together} {unit}/年，重复计算 {twice} {unit}/年。",
    ),
    "intro-more": (
        "The first curve promises {alone} {unit} a year, together it is {together}: the measures help each other by "
        "{twice} {unit}.",
        "第一条曲线合计 {alone} {unit}/年，共同实施为 {together} {unit}/年，措施之间相互促进 {twice} {unit}/年。",
    ),
    "sentence": (
        "{count} measures together save {together} {unit} a year, {share} of the park's {account}; the plan costs "
        "{cost} a year {more}.",
        "{count} 项措施合计每年减排 {together} {unit}，占园区{account}的 {share}；方案年费用{more} {cost}。",
    ),
    "none": ("No measure saves emissions in the least-cost plan.", "最小费用方案中没有措施带来减排。"),
    "more": ("more", "增加"),
    "less": ("less", "减少"),
    "title-curve": ("Width: saved in a year; height: cost of a tonne", "宽度为年减排量，高度为单位减排成本"),
    "title-bars": ("The same measures, summed", "相同措施的合计"),
    "title-twice": ("What is counted twice", "重复计算的部分"),
    "title-cost": ("What each step costs", "每一步的费用变化"),
    "sum-alone": ("sum, each alone", "单独相加"),
    "together": ("together", "共同实施"),
    "saved-a-year": ("saved in a year, {unit}", "年减排量，{unit}"),
    "cost-a-tonne": ("cost of a tonne, {unit}", "单位减排成本，{unit}"),
    "dearer-a-year": ("dearer (+) or cheaper (−) a year, {unit}", "年费用增加（+）或减少（−），{unit}"),
    "h-measure": ("Measure", "措施"),
    "h-owner": ("Owner", "责任单位"),
    "h-due": ("Due", "期限"),
    "h-saved-alone": ("Saves alone", "单独减排"),
    "h-cost-alone": ("Costs alone", "单独单位成本"),
    "h-saved": ("Saves in order", "次序中减排"),
    "h-cost": ("Costs in order", "次序中单位成本"),
    "h-money": ("Dearer a year", "年费用变化"),
    "h-tce": ("Energy saved, tce", "节能量，tce"),
    "h-invest": ("Investment beside none, so far", "累计投资变化"),
    "h-built": ("Builds more (+) or less (−)", "新建增减"),
    "table": ("The figures", "数据表"),
    "left": ("Not in the order", "未列入次序"),
    "h-why": ("Why", "原因"),
    "accounts": ("Other accounts: with all of them beside none", "其他核算项：全部实施与不实施"),
    "h-account": ("Account", "核算项"),
    "h-before": ("Without", "不实施"),
    "h-after": ("With all", "全部实施"),
    "h-saving": ("Saved", "减少"),
    "bounds": (
        "The plan stands at a bound that it must keep: {bounds}. What a measure saves there, the rest of the park may "
        "emit again where that is cheaper, so that the curves show what is left over, and the cost of a tonne divides "
        "all the money by it. What the measures themselves save is seen without the bound: {how}.",
        "方案处于必须遵守的限值上：{bounds}。措施腾出的排放空间会被园区其他部分以更低费用占用，曲线只是剩余的净减排，"
        "单位成本为全部费用变化除以净减排。如需查看措施本身的减排，请取消该限值再算：{how}。",
    ),
    "part-year": (
        "The park's period is {share} of a year: yearly figures go on at its rate.",
        "园区计算期为一年的 {share}，年度数值按同一水平折算。",
    ),
}


def t(key: str, language: Language, **parts: str) -> str:
    """The term in the language."""
    return say(key, language, ABATEMENT, **parts)
