"""The block on energy per tonne against the national limits"""

from __future__ import annotations

from zeropark.efficiency.readings import readings_and_faults
from zeropark.efficiency.result import ProcessReading
from zeropark.outcome import Outcome
from zeropark.park.period import whole
from zeropark.report.blocks import Block, Head
from zeropark.texts import both

TITLE = both("Energy per tonne against the national limits", "单位产品能耗对标（国家限额）")
_HEADS = (
    Head(both("Process", "工序/产品"), "text", 34),
    Head(both("Energy per tonne", "单位产品能耗")),
    Head(both("Level 1", "1 级")),
    Head(both("Level 2", "2 级")),
    Head(both("Level 3", "3 级")),
    Head(both("Unit", "单位"), "text", 10),
    Head(both("Keeps", "达到"), "text", 16),
    Head(both("To level 2, tce a year", "距 2 级，tce/年")),
    Head(both("Standard, mark", "标准与可信度"), "text", 44),
)


def efficiency_block(outcome: Outcome) -> Block | None:
    """Every process that the park declares; None where it declares none."""
    if outcome.park.spec.efficiency is None:
        return None
    found, faults = readings_and_faults(outcome.park, outcome.flows, whole(outcome.flows.clock))
    return Block(
        "Efficiency",
        TITLE,
        both(
            "Energy of each process from the flows, divided by its product. A negative gap is room below the limit.",
            "各工序能耗由流量汇总，除以产品产量；差距为负表示优于该级限值。",
        ),
        _HEADS,
        tuple(_row(reading) for reading in found),
        tuple(str(fault) for fault in faults),
    )


def _row(of: ProcessReading) -> tuple[str | float | None, ...]:
    standard = of.chosen.standard
    one, two, three = of.levels
    return (
        both(of.title, of.title_zh or of.title),
        of.indicator,
        one,
        two,
        three,
        of.unit,
        both(f"level {of.level}", f"{of.level} 级") if of.level else both("beyond level 3", "超过 3 级"),
        of.level_2.tce_per_year,
        both(*(f"{standard.standard} [{standard.mark}]{words}" for words in _force(of))),
    )


def _force(of: ProcessReading) -> tuple[str, str]:
    """What is said of the day from which the standard holds, English and 中文."""
    day = of.chosen.standard.in_force
    if of.in_force is None:
        return ", first day not known", "，实施日期未知"
    return ("", "") if of.in_force else (f", in force from {day}", f"，{day} 起实施")
