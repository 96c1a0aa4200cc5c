"""Terms of the pathway's report in both languages, each declared once, side by side"""

from __future__ import annotations

from zeropark.figures.words import Terms

PATHWAY: Terms = {
    "report-of-pathway": ("Pathway of a zero-carbon park", "零碳园区多阶段路径报告"),
    "sentence": (
        "From {first} to {end}: present cost {money}; {account} {before} a year in {first}, {after} in {last}",
        "{first} 年至 {end} 年：费用现值 {money}；{account}由 {first} 年的每年 {before} 变为 {last} 年的每年 {after}",
    ),
    "sentence-one": ("{first} to {end}: present cost {money}", "{first} 年至 {end} 年：费用现值 {money}"),
    "period": (
        "Stages {stages}; each planned on {days} days from {start}; discounted at {rate} to {first}",
        "阶段 {stages}；各阶段以自 {start} 起 {days} 天逐时规划；按 {rate} 折现至 {first} 年",
    ),
    "present-cost": ("Present cost", "费用现值"),
    "first-built": ("To build, over all stages", "各阶段新建合计"),
    "nothing-to-build": ("Nothing is built", "无新建"),
    "certified": (
        "No pathway can be cheaper than {bound} (gap {gap}); balances and bills of every stage were checked "
        "independently.",
        "任何路径的费用现值都不会低于 {bound}（差距 {gap}）；各阶段平衡与账单均已独立复算。",
    ),
    "s-capacities": ("What stands, what is built, what goes", "容量、新建与退役"),
    "i-capacities": (
        "A stage shows what serves from its year on. Built: added for it. Retired: gone since the stage before, at "
        "the end of its life or before its time.",
        "各阶段所示为自该年起在役容量。新建：为该阶段新增；退役：自上一阶段起到期或提前退出。",
    ),
    "s-cost": ("What it costs", "费用"),
    "i-cost": (
        "Money a year in each stage. Investment counts the annuities of all that was built and still serves, "
        "at what it cost when it was built; annuities after the horizon are left out.",
        "各阶段年费用。投资为在役新建容量按建设时造价计的年金；期末之后的年金不计。",
    ),
    "s-emissions": ("Emissions and limits", "排放与限值"),
    "i-emissions": (
        "Emissions a year by each account; below, every rule stage by stage: its value and its limit.",
        "各核算口径的年排放量；其下为各规则逐阶段的数值与限值。",
    ),
    "s-rules": ("Rules, stage by stage", "逐阶段规则判定"),
    "i-rules": (
        "Value (limit). ✓ met, ✗ not met; what room at a binding limit is worth stands below.",
        "数值（限值）。✓ 满足，✗ 不满足；下方为起约束作用的限值放宽后可节省的费用。",
    ),
    "s-certificate": ("Certificate", "校核证书"),
    "i-certificate": (
        "Computed from the parks and the answer after the solver had finished; it trusts neither.",
        "在求解结束后由园区数据和结果独立计算，不依赖求解器。",
    ),
    "s-stages": ("Each stage in full", "各阶段完整报告"),
    "total": ("stands", "在役"),
    "built": ("built", "新建"),
    "retired": ("retired", "退役"),
    "h-asset": ("Asset", "设备"),
    "h-unit": ("Unit", "单位"),
    "h-term": ("Cost a year", "年费用"),
    "h-present": ("Present value", "现值"),
    "h-rule": ("Rule", "规则"),
    "h-check": ("Check", "校核项"),
    "h-value": ("Value", "数值"),
    "sum": ("Total", "合计"),
    "stranded": ("Still paid for units retired early", "提前退役设备未付年金"),
    "title-capacity": ("What stands in each stage, {unit}", "各阶段在役容量（{unit}）"),
    "title-moves": (
        "Built (+) and retired (−) in each stage, {unit}",
        "各阶段新建（+）与退役（−）（{unit}）",
    ),
    "title-cost": ("Cost a year in each stage", "各阶段年费用"),
    "title-emissions": ("Emissions a year", "年排放量"),
    "title-limits": ("{name}: value and limit", "{name}：数值与限值"),
    "value": ("value", "数值"),
    "limit": ("limit", "限值"),
    "others": ("others", "其他"),
    "a-year": ("{unit} a year", "{unit}/年"),
    "c-gap": (
        "Could another pathway be cheaper? Gap between this present cost and the lower bound",
        "是否存在更便宜的路径？本路径费用现值与下界之差",
    ),
    "c-bills": (
        "Is the cost the cost? Bills of all stages, recomputed and discounted, against the objective",
        "费用是否属实？各阶段账单复算并折现后与目标值之差",
    ),
    "c-balance": (
        "Largest imbalance of any node in any step of any stage",
        "任一阶段、节点、时段的最大不平衡",
    ),
    "c-limits": (
        "Largest miss of any limit, stock or capacity of the problem",
        "问题中任一限值、容量约束的最大偏差",
    ),
    "solver": (
        "Solved by {name} in {seconds} s, {iterations} iterations; {columns} variables, {rows} constraints.",
        "求解器 {name}，用时 {seconds} 秒，迭代 {iterations} 次；变量 {columns} 个，约束 {rows} 条。",
    ),
    "made-by": (
        "Written by zeropark {version}. One file, no connection needed.",
        "由 zeropark {version} 生成。单一文件，离线可用。",
    ),
    "alternatives": ("Also weighed", "其他比较方案"),
    "show": ("Show", "显示"),
    "print": ("Print / PDF", "打印 / PDF"),
    "figures-need-script": (
        "The figures need JavaScript; all tables can be read without.",
        "图形需启用 JavaScript；表格无需。",
    ),
}
