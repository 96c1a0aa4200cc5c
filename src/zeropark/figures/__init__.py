"""Figures: pure functions from an Outcome to a plotly figure, for report, page and notebook alike."""

from zeropark.figures.bars import bill_months, capacity_bars, cost_bars, price_duration, rule_margins
from zeropark.figures.dispatch import week_dispatch
from zeropark.figures.heat import default_heat_key, year_heat_map
from zeropark.figures.numbers import LANGUAGES, Language
from zeropark.figures.sankey import carrier_sankey, sankey_groups

__all__ = [
    "LANGUAGES",
    "Language",
    "bill_months",
    "capacity_bars",
    "carrier_sankey",
    "cost_bars",
    "default_heat_key",
    "price_duration",
    "rule_margins",
    "sankey_groups",
    "week_dispatch",
    "year_heat_map",
]
