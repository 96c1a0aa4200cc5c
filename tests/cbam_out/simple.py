"""An installation of one process whose numbers are worked by hand"""

from __future__ import annotations

from datetime import date

from zeropark.cbam.model import (
    DEFINITIVE,
    Electricity,
    Installation,
    Product,
    ProductionProcess,
    PurchasedPrecursor,
    RouteAmount,
    SourceStream,
    Use,
)

SIMPLE = Installation(
    name="Works",
    country="CN",
    period_begin=date(2026, 1, 1),
    period_end=date(2026, 12, 31),
    regime=DEFINITIVE,
    streams=(SourceStream("S1", "coal", "combustion", 100.0, "t", 25.0, 95.0, "tCO2/TJ"),),
    processes=(
        ProductionProcess(
            id="P1",
            name="steel",
            goods_category="Crude steel",
            production=(RouteAmount("Electric arc furnace", 1000.0),),
            direct_tco2e=237.5,
            to_market=1000.0,
            electricity=Electricity(500.0, 0.6, "D.4(a)"),
        ),
    ),
    products=(Product(10, "P1", "72071111", "billets", {"scrap_per_t_steel": 0.2}, 1000.0),),
    precursors=(
        PurchasedPrecursor(
            id="PP1",
            name="iron",
            goods_category="Pig iron",
            purchased=(RouteAmount("Blast furnace route", 900.0),),
            consumed_in=(Use("P1", 900.0),),
            see_direct=1.5,
            see_direct_source="Measured",
            country="CN",
        ),
    ),
)
"""See direct = 237.5/1000 + 0.9 × 1.5 = 1.5875 t CO2e/t."""
