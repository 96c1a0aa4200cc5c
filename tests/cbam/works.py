"""A small works for tests: two processes, one of which takes of the other, and one purchased precursor."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from zeropark.cbam.model import (
    TRANSITIONAL,
    Electricity,
    Heat,
    Installation,
    Product,
    ProductionProcess,
    PurchasedPrecursor,
    RouteAmount,
    SourceStream,
    Use,
    WasteGas,
)


def process(id_: str, made: float, direct: float | None, **more: Any) -> ProductionProcess:
    given: dict[str, Any] = {"goods_category": "Crude steel", "name": f"Process {id_}", **more}
    return ProductionProcess(id=id_, production=(RouteAmount("route", made),), direct_tco2e=direct, **given)


def precursor(
    id_: str, amount: float, see: float | None, into: str = "P1", **more: Any
) -> PurchasedPrecursor:
    given: dict[str, Any] = {"goods_category": "Pig iron", "see_direct_source": "Measured", **more}
    return PurchasedPrecursor(
        id=id_,
        name=f"Bought {id_}",
        purchased=(RouteAmount("route", amount),),
        consumed_in=(Use(into, amount),),
        see_direct=see,
        **given,
    )


def installation(*processes: ProductionProcess, **more: Any) -> Installation:
    given: dict[str, Any] = {
        "name": "Works",
        "country": "CN",
        "period_begin": None,
        "period_end": None,
        "regime": TRANSITIONAL,
        "streams": (),
        "products": (),
        **more,
    }
    return Installation(processes=processes, **given)


def steelworks() -> Installation:
    """P1 makes 1000 t of slab of which P2 takes 500 t for 400 t of plate; P1 buys 100 t of pig iron.

    By hand. P1: 2000 + heat 10×50 − 4×25 + waste gas 10×56.1 − 100×56.1×0.667 = 2000 + 400 − 3180.87 = −780.87, less
    exported power 20×0.5 = 10. So that it stays above zero, direct is 6000: attributed 3219.13, counted 3209.13.
    Own 3.20913 per t; pig iron 0.1 × 2 = 0.2: SEE 3.40913. P2: (300 + 500 × 3.40913)/400.
    """
    p1 = process(
        "P1",
        1000,
        6000,
        to_market=500,
        consumed_in=(Use("P2", 500),),
        heat=Heat(10, 50, 4, 25),
        waste_gas=WasteGas(10, 100),
        electricity=Electricity(800, 0.6, "D.4(a)", None, 20, 0.5),
    )
    p2 = process(
        "P2",
        400,
        300,
        goods_category="Iron or steel products",
        to_market=400,
        electricity=Electricity(100, 0.6, "D.4(a)"),
    )
    return installation(
        p1,
        p2,
        precursors=(
            precursor("PP1", 100, 2.0, specific_electricity_mwh_per_t=0.5, electricity_ef_tco2_per_mwh=0.6),
        ),
        products=(Product(10, "P2", "72085120", "plate"), Product(11, "P1", "72071210", "slab")),
        streams=(
            SourceStream("S1", "coal", "combustion", 1000, "t", 25, 95, "tCO2/TJ"),
            SourceStream("S2", "lime", "process_emissions", 100, "t", None, 0.44, "tCO2/t"),
        ),
    )


def with_process(told: Installation, id_: str, **changes: Any) -> Installation:
    changed = tuple(replace(p, **changes) if p.id == id_ else p for p in told.processes)
    return replace(told, processes=changed)
