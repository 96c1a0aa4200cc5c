"""Words of the passport in both languages, each declared once, side by side"""

from __future__ import annotations

from collections.abc import Mapping

from zeropark.texts import both

BASIS_TITLES: Mapping[str, str] = {
    "location": both("location-based, yearly average", "基于位置（年均）"),
    "market": both("market-based, contracts and residual mix", "基于市场（合同与剩余组合）"),
    "hourly": both("hourly matched", "逐时匹配"),
}
ALLOCATIONS: Mapping[str, str] = {
    "mass": both("by mass", "按质量"),
    "economic": both("by value", "按经济价值"),
    "element": both("by element content", "按元素含量"),
    "energy": both("by energy", "按能量"),
    "mixed": both("several ways", "多种方式"),
    "none": both("one product, nothing to share", "单一产品，无需分摊"),
}
AS_STATED = both("as the park file says for each process", "按园区文件对各工序的规定")
