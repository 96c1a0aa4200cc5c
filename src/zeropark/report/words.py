"""Terms and sentences of the papers in both languages, each declared once, side by side."""

from __future__ import annotations

from zeropark.figures.words import Terms

PAPER: Terms = {
    # verdict
    "report-of-plan": ("Plan of a zero-carbon park", "零碳园区规划报告"),
    "report-of-readings": ("Accounts of a zero-carbon park", "零碳园区核算报告"),
    "meets-all": ("Meets all {all} rule packs", "满足全部 {all} 套规则"),
    "meets-one": ("Meets the rule pack", "满足该套规则"),
    "meets-some": ("Meets {met} of {all} rule packs", "{all} 套规则中满足 {met} 套"),
    "meets-none": ("Meets none of {all} rule packs", "{all} 套规则均不满足"),
    "fails-one": ("Does not meet the rule pack", "不满足该套规则"),
    "no-rules": ("No rules were judged", "未判定任何规则"),
    "untold-packs": ("{count} cannot be told", "{count} 套无法判定"),
    "costs-a-year": ("costs {money} a year", "年费用 {money}"),
    "costs-period": ("costs {money} over {days} days", "{days} 天费用 {money}"),
    "earns-a-year": ("earns {money} a year", "年净收益 {money}"),
    "earns-period": ("earns {money} over {days} days", "{days} 天净收益 {money}"),
    "period": (
        "{first} to {last}, steps of {step} min, {zone}",
        "{first} 至 {last}，步长 {step} 分钟，{zone}",
    ),
    "real-money": ("money of {year}", "{year} 年不变价"),
    "discount": ("discount rate {rate}", "折现率 {rate}"),
    "state-meets": ("met", "满足"),
    "state-fails": ("not met", "不满足"),
    "state-partly": ("core met, others not", "核心指标满足，其他未全满足"),
    "state-untold": ("cannot be told", "无法判定"),
    "rules-met": ("{met} of {all} rules met", "{all} 条规则满足 {met} 条"),
    "tightest": ("Tightest", "最紧"),
    "worst": ("Worst", "最差"),
    "asked-at-most": ("at most {limit}", "不高于 {limit}"),
    "asked-at-least": ("at least {limit}", "不低于 {limit}"),
    # first screen
    "total-cost": ("Cost", "总费用"),
    "per-mwh": ("All cost per MWh of electricity used", "单位用电综合费用"),
    "electricity-used": ("Electricity used", "用电量"),
    "to-build": ("To build", "新建规模"),
    "nothing-to-build": ("Nothing is built", "无新建"),
    "more-below": ("and {count} more below", "另有 {count} 项见下"),
    "certified": (
        "No plan can be cheaper than {bound} (gap {gap}); balances and bill were checked independently.",
        "任何方案的费用都不会低于 {bound}（差距 {gap}）；平衡与账单已独立复算。",
    ),
    "given-that": ("This leans on: {assumed}.", "前提：{assumed}。"),
    "not-certified": (
        "The independent check did not pass. Do not use these figures.",
        "独立校核未通过，请勿使用本报告数据。",
    ),
    "no-certificate": (
        "These are accounts over given flows: nothing was optimised, so there is no certificate.",
        "本报告是对给定流量的核算，未作优化，故无校核证书。",
    ),
    "read-this-first": ("Read this first", "请先阅读"),
    "recalled-count": (
        "Numbers recalled and unverified (mark R): {count}; second-hand (mark 2): {second}.",
        "凭记忆、未经核实的数值（标记 R）：{count} 个；二手来源（标记 2）：{second} 个。",
    ),
    "unsourced-count": ("Numbers that state no mark: {count}.", "未标注可信度的数值：{count} 个。"),
    "weak-packs": ("Not read in the official text: {packs}.", "以下规则未经官方原文核对：{packs}。"),
    # sections
    "s-capacities": ("Capacities and cost", "容量与费用"),
    "s-year": ("Hour by hour", "逐时概览"),
    "s-week": ("Seven days", "一周运行"),
    "s-sankey": ("Where everything goes", "能流与物流"),
    "s-prices": ("What each hour is worth", "价格持续曲线"),
    "s-rules": ("Rules", "规则判定"),
    "s-accounts": ("Accounts", "核算结果"),
    "s-assumptions": ("Assumptions", "假设与来源"),
    "s-certificate": ("Certificate", "校核证书"),
    "i-capacities": (
        "What is there, what the plan adds, and what each part costs.",
        "已有设备、新建规模与各项费用。",
    ),
    "i-year": (
        "Hour of the day over the days, local time. Grey: no value.",
        "纵轴为当地时刻，横轴为日期；灰色表示无数据。",
    ),
    "i-week": (
        "Supply is stacked above zero, use below. Choose any seven days.",
        "零线以上为供给，以下为使用；可任选连续七日。",
    ),
    "i-sankey": (
        "Amounts over the whole period. Carriers with energy content are drawn as wide as their energy; "
        "grey is lost.",
        "全期累计量。含能介质按能量绘制宽度，灰色为损耗。",
    ),
    "i-prices": (
        "What one more unit at a node would cost, highest first: the plan's marginal price.",
        "节点多用一单位的费用（规划的边际价格），由高到低排列。",
    ),
    "i-rules": (
        "Margin is positive when the rule is met with room. Shadow price is what one more unit of the limit "
        "would save; it exists only for rules that the plan was made to keep.",
        "余量为正表示满足且有余地。影子价格是限值放宽一单位可节省的费用，仅对规划中强制执行的规则存在。",
    ),
    "i-accounts": (
        "Each account is a sum over flows and capacities; "
        "the same definition serves plan, rules and this page.",
        "每个核算项都是流量与容量的加总；规划、规则与本页使用同一定义。",
    ),
    "i-assumptions": (
        "Every number that the park file states with its evidence, and every rule pack.",
        "园区文件中附有依据的每个数值，以及所用规则包。",
    ),
    "i-certificate": (
        "Computed from the park and the answer after the solver had finished; it trusts neither.",
        "在求解结束后由园区数据和结果独立计算，不依赖求解器。",
    ),
    # table heads
    "h-asset": ("Asset", "设备"),
    "h-existing": ("Existing", "已有"),
    "h-added": ("To build", "新建"),
    "h-total": ("Total", "合计"),
    "h-unit": ("Unit", "单位"),
    "h-hours": ("Full-load hours", "满负荷小时"),
    "h-unused": ("Curtailed", "弃用比例"),
    "h-term": ("Cost", "费用项"),
    "h-money": ("Amount", "金额"),
    "h-share": ("Share", "占比"),
    "h-rule": ("Rule", "规则"),
    "h-value": ("Value", "数值"),
    "h-limit": ("Limit", "限值"),
    "h-met": ("Met", "判定"),
    "h-margin": ("Margin", "余量"),
    "h-shadow": ("Shadow price", "影子价格"),
    "h-rule-cost": ("Cost of the rule", "规则成本"),
    "h-mark": ("Mark", "标记"),
    "h-source": ("Source", "来源"),
    "h-account": ("Account", "核算项"),
    "h-clause": ("Clause", "条款"),
    "h-assumption": ("Where", "位置"),
    "h-date": ("Date", "日期"),
    "h-note": ("Note", "备注"),
    "h-check": ("Check", "校核项"),
    "h-allowed": ("Allowed", "允许值"),
    "bill-lines": ("The bill, item by item", "账单明细"),
    "h-item": ("Item", "项目"),
    "h-quantity": ("Quantity", "数量"),
    "h-price": ("Mean price", "均价"),
    "enforced": ("enforced", "强制"),
    "measured": ("measured", "仅核算"),
    "core": ("core", "核心"),
    "bill-note": ("Month by month, with formulas, in tables.xlsx.", "逐月明细及公式见 tables.xlsx。"),
    "alternatives": ("Also weighed", "其他比较方案"),
    # marks
    "mark-O": ("O: read in the official text", "O：官方原文核对"),
    "mark-2": (
        "2: second-hand, a public page quotes it; check the clause",
        "2：二手来源，公开网页转引，请核对条款",
    ),
    "mark-R": ("R: recalled, unverified; put in your own figure", "R：凭记忆、未核实，请替换为实际数据"),
    "mark-none": ("no mark stated", "未标注"),
    # certificate
    "c-gap": (
        "Could another plan be cheaper? Gap between this cost and the lower bound",
        "是否存在更便宜的方案？本方案费用与下界之差",
    ),
    "c-balance": (
        "Does everything balance? Largest imbalance of any node in any step",
        "是否处处平衡？任一节点任一时段的最大不平衡",
    ),
    "c-bill": (
        "Is the cost the cost? Bill recomputed from the flows against the objective",
        "费用是否属实？由流量复算的账单与目标值之差",
    ),
    "c-bound": ("Lower bound: no plan of this park costs less", "下界：本园区任何方案的费用都不低于此"),
    "c-objective": ("Cost of this plan", "本方案费用"),
    "c-assumed": ("This leans on: {assumed}", "前提：{assumed}"),
    "passed": ("passed", "通过"),
    "failed": ("failed", "未通过"),
    "solver": (
        "Solved by {name} in {seconds} s, {iterations} iterations; {columns} variables, {rows} constraints.",
        "求解器 {name}，用时 {seconds} 秒，迭代 {iterations} 次；变量 {columns} 个，约束 {rows} 条。",
    ),
    "made-by": (
        "Written by zeropark {version}. One file, no connection needed.",
        "由 zeropark {version} 生成。单一文件，离线可用。",
    ),
    # controls
    "show": ("Show", "显示"),
    "carrier": ("Carrier", "介质"),
    "from-day": ("From", "起始日"),
    "earlier": ("Earlier", "向前"),
    "later": ("Later", "向后"),
    "print": ("Print / PDF", "打印 / PDF"),
    "g-flow": ("Flows", "流量"),
    "g-level": ("Stored", "存量"),
    "g-price": ("Prices", "价格"),
    "week-bought": ("most bought", "购电最多"),
    "week-renewable": ("most wind and sun", "风光最多"),
    "week-sold": ("most sold", "售电最多"),
    "figures-need-script": (
        "The figures need JavaScript; all tables can be read without.",
        "图形需启用 JavaScript；表格无需。",
    ),
    "means": (
        "drawn as means over {hours} h; every step is in flows.parquet",
        "图中为 {hours} 小时均值，逐时段数据见 flows.parquet",
    ),
}
