"""Terms and sentences of the studies' report in both languages, each declared once, side by side."""

from __future__ import annotations

from zeropark.figures.numbers import Language, number, unit_text
from zeropark.figures.words import Terms, asset_title, say
from zeropark.park.model import Park
from zeropark.report.fields import field_words
from zeropark.study.jobs import Status
from zeropark.study.variants import FieldValue

STUDY: Terms = {
    "report-of-study": ("Studies of a zero-carbon park", "零碳园区方案研究"),
    "sentence-one": ("{count} variants of the park were studied", "共计算 {count} 个方案"),
    "sentence-unmet": (
        "; {count} have no plan, with the reasons below",
        "；其中 {count} 个无可行方案，原因见下",
    ),
    "sentence-unsolved": ("; {count} were not solved", "；{count} 个未求解完成"),
    "end": (".", "。"),
    "studies": ("Studies", "研究内容"),
    # kinds
    "kind-sweep": ("Sweep", "参数扫描"),
    "kind-weather-years": ("Weather years", "多气象年"),
    "kind-near-optimal": ("Near-optimal alternatives", "近优方案"),
    "kind-rule-prices": ("Price of a rule", "规则价格"),
    "kind-monte-carlo": ("Monte Carlo", "蒙特卡洛"),
    "intro-sweep": (
        "The least-cost plan for every value; all else is as the park file says.",
        "每个取值各做一次最低费用规划，其余参数同园区文件。",
    ),
    "intro-weather-years": (
        "Each row is a plan made for one year; its capacities are run in the year of each column. The regret is "
        "what this costs more than the plan made for that year.",
        "每行为针对某一年所做的规划，其容量在各列年份中运行。后悔值为其费用高出该年自身最优方案的部分。",
    ),
    "intro-near-optimal": (
        "How different the park may look: the smallest and largest of each capacity among all plans that keep "
        "every limit and cost at most so much more than the least. Each end is a plan of its own; they cannot all "
        "be had together.",
        "园区方案可有多大差异：在满足全部约束且费用仅略高于最低值的所有方案中，各项容量的最小值与最大值。"
        "每个端点各自对应一个方案，不能同时取得。",
    ),
    "intro-rule-prices": (
        "What it costs to keep “{rule}” at each limit. The price is what one unit more or less is worth there: "
        "marks are duals of the plan, steps are differences of cost between neighbouring limits.",
        "在不同限值下满足“{rule}”的代价。价格为限值变动一个单位的边际费用：圆点为规划的对偶值，折线为相邻限值间的费用差。",
    ),
    "intro-monte-carlo": (
        "{count} draws ({method}, seed {seed}) of prices and costs, each planned for itself: every draw gets the "
        "plan that would have been best, had it been known.",
        "对价格与成本抽样 {count} 次（{method}，种子 {seed}），每次抽样各自规划：所示为事先已知该情形时的最优方案。",
    ),
    "method-latin-hypercube": ("Latin hypercube", "拉丁超立方"),
    "method-plain": ("plain", "简单随机"),
    # figures
    "title-cost": ("Cost", "总费用"),
    "title-capacities": ("Capacities, {unit}", "设备容量（{unit}）"),
    "title-regret": ("Regret: what a plan costs more in another year", "后悔值：方案在其他年份高出的费用"),
    "title-ranges": (
        "Smallest and largest within the extra cost, {unit}",
        "允许增加费用内的容量范围（{unit}）",
    ),
    "title-rule-cost": ("Cost along the limit", "费用随限值的变化"),
    "title-rule-price": ("Price of the limit", "限值的边际价格"),
    "title-spread": ("Distribution of the cost", "费用分布"),
    "title-spread-capacities": ("Distribution of capacities, {unit}", "容量分布（{unit}）"),
    "draws-without": (
        "; of {count} draws, {without} had no plan",
        "（{count} 次抽样中 {without} 次无可行方案）",
    ),
    "of-draws-without": (
        " Of {count} draws, {without} had no plan: figures and quantiles are of the others alone.",
        "{count} 次抽样中 {without} 次无可行方案，图与分位数仅含其余抽样。",
    ),
    "no-draw": (
        " None of the {count} draws had a plan: there is no distribution to show.",
        "{count} 次抽样均无可行方案，故无分布可示。",
    ),
    "title-drivers": (
        "What the cost follows: rank correlation with each field",
        "费用的驱动因素：与各参数的秩相关系数",
    ),
    "axis-plan": ("plan made for", "规划所依据的年份"),
    "axis-year": ("run in", "运行年份"),
    "axis-draws": ("draws", "抽样次数"),
    "axis-limit": ("limit, {unit}", "限值（{unit}）"),
    "axis-rank": ("rank correlation", "秩相关系数"),
    "no-plan": ("no plan", "无可行方案"),
    "within": ("within {share}", "增加 {share} 以内"),
    "least-cost": ("least cost", "最低费用方案"),
    "dual": ("dual of the plan", "对偶值"),
    "difference": ("difference of cost", "费用差"),
    "with-rule": ("with the rule", "有规则"),
    "without-rule": ("without the rule: {value}", "无规则：{value}"),
    "as-written": ("as the park file says", "园区文件取值"),
    "all-years": ("all years", "所有年份"),
    "cell-missing": ("short of {amount}", "缺 {amount}"),
    "cell-rules": ("rules missed", "规则不满足"),
    "cell-unsolved": ("no answer", "无结果"),
    "power-of": ("{name}, power", "{name}（功率）"),
    "per-unit": ("{money} per {unit}", "{money}/{unit}"),
    # tables
    "h-variant": ("Variant", "方案"),
    "h-cost": ("Cost, {unit}", "费用（{unit}）"),
    "h-status": ("Status", "状态"),
    "h-quantity": ("Quantity", "量"),
    "h-mean": ("Mean", "均值"),
    "h-reasons": ("Why", "原因"),
    "h-smallest": ("Smallest", "最小"),
    "h-largest": ("Largest", "最大"),
    "h-limit": ("Limit", "限值"),
    "h-price": ("Price, {unit}", "边际价格（{unit}）"),
    "h-rule-cost": ("Cost of the rule, {unit}", "规则代价（{unit}）"),
    "h-capacity": ("Capacity", "设备容量"),
    "h-least-cost": ("Least cost", "最低费用方案"),
    "without-answer": ("Variants without a plan, or that miss rules", "无可行方案或规则不满足的方案"),
    "all-variants": ("All variants", "全部方案"),
    "more": ("and {count} more; all are in results.parquet", "另有 {count} 个，见 results.parquet"),
    "status-optimal": ("planned", "已规划"),
    "status-rules missed": ("runs, but rules are missed", "可运行，但规则不满足"),
    "status-infeasible": ("cannot be met", "不可行"),
    "status-unbounded": ("cost without limit", "费用无下界"),
    "status-not solved": ("not solved", "未求解完成"),
    "status-invalid": ("the park refuses these values", "取值不合法"),
}


def t(key: str, language: Language, **parts: str) -> str:
    """A term of the studies' report."""
    return say(key, language, STUDY, **parts)


def status_title(status: Status, language: Language) -> str:
    """What became of a variant."""
    return t(f"status-{status}", language)


def size_title(park: Park, asset: str, part: str, language: Language) -> str:
    """Name of a capacity: the asset, and that it is the power of a storage."""
    name = asset_title(park, asset, language)
    return t("power-of", language, name=name) if part == "power" else name


def value_text(value: FieldValue, language: Language) -> str:
    """The value of a varied field as people write it."""
    if isinstance(value, float):
        return number(value)
    head, space, unit = value.partition(" ")
    return f"{head}{space}{unit_text(unit, language)}" if space else value


def fields_title(park: Park, fields: dict[str, FieldValue], language: Language) -> str:
    """The varied fields with their values, in words."""
    between = "; " if language == "en" else "；"
    return between.join(
        f"{field_words(park, path, language)} {value_text(value, language)}" for path, value in fields.items()
    )
