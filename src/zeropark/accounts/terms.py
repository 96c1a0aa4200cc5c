"""The terms that a park's cost is made of: names and titles, the same for the form and for the bill."""

from __future__ import annotations

TERM_TITLES: dict[str, tuple[str, str]] = {
    "investment": ("Investment, as annuities", "投资年金"),
    "fixed": ("Fixed operation and maintenance", "固定运维费"),
    "variable": ("Variable operation", "可变运行费"),
    "energy": ("Energy and materials bought", "购能及购料费"),
    "transmission": ("Transmission and distribution, energy part", "输配电费（电量）"),
    "system_operation": ("System-operation fee", "系统运行费"),
    "funds": ("Government funds and surcharges", "政府性基金及附加"),
    "capacity_charge": ("Capacity charge", "容（需）量电费"),
    "certificates": ("Green certificates", "绿证费用"),
    "carbon": ("Carbon", "碳成本"),
    "unserved": ("Demand not served", "未供应损失"),
    "sales": ("Sales (negative)", "销售收入（负值）"),
}
"""Cost term → (English, 中文), in the order of the bill; their sum is the total cost."""

DIRECT_SUPPLY_HOURS = 730.0
"""Hours that a month counts in the capacity-based fee, 发改价格〔2025〕1192号."""

DIRECT_SUPPLY_CLAUSE = "发改价格〔2025〕1192号: p_capacity·C + p_energy·ALR·730 h·C"
