"""Random installations of several processes that feed each other, as hypothesis strategies"""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

from zeropark.cbam.model import (
    TRANSITIONAL,
    Electricity,
    EmissionBalance,
    FuelBalance,
    GoodPrice,
    Heat,
    Installation,
    LinkPrice,
    MeasurementSource,
    PfcSource,
    Product,
    ProductionProcess,
    PurchasedPrecursor,
    RouteAmount,
    SourceStream,
    Use,
    WasteGas,
)

amounts = st.floats(0.1, 1e6, allow_nan=False).map(lambda x: round(x, 6))
factors = st.floats(0.001, 120, allow_nan=False).map(lambda x: round(x, 6))
maybe = st.one_of(st.none(), st.floats(0, 100).map(lambda x: round(x, 4)))
CATEGORIES = (
    ("Direct reduced iron", "All production routes"),
    ("Crude steel", "Electric arc furnace"),
    ("Hydrogen", "Electrolysis of water"),
)


@st.composite
def streams(draw: st.DrawFn, number: int) -> SourceStream:
    method = draw(st.sampled_from(["combustion", "process_emissions", "mass_balance"]))
    unit = draw(st.sampled_from(["t", "1000Nm3"]))
    balance = method == "mass_balance"
    energy = draw(st.booleans())
    sign = draw(st.sampled_from([1, -1])) if balance else 1
    return SourceStream(
        id=f"S{number}",
        name=f"stream {number}",
        method=method,
        activity=sign * draw(amounts),
        activity_unit=unit,
        ncv=draw(factors) if energy or draw(st.booleans()) else None,
        emission_factor=None if balance else draw(factors),
        emission_factor_unit=None if balance else "tCO2/TJ" if energy else f"tCO2/{unit}",
        carbon_content=draw(factors) if balance else None,
        oxidation_percent=draw(maybe),
        conversion_percent=draw(maybe),
        biomass_percent=draw(maybe),
    )


good_prices = st.sampled_from(
    [None, GoodPrice("Carbon Tax", 0.5, "CNY", 12.0, "Tax deduction", 0.25, 3.0), GoodPrice(due=4.5)]
)


@st.composite
def installations(draw: st.DrawFn) -> Installation:
    count = draw(st.integers(1, 3))
    ids = [f"P{n + 1}" for n in range(count)]
    processes = []
    for n, id_ in enumerate(ids):
        category, route = CATEGORIES[n]
        made = draw(amounts) + 100
        uses = tuple(
            Use(other, round(draw(st.floats(0.01, 0.2)) * made, 6))
            for other in ids
            if other > id_ and draw(st.booleans())
        )
        heat, gas = draw(st.booleans()), draw(st.booleans())
        processes.append(
            ProductionProcess(
                id=id_,
                name=f"process {id_}",
                goods_category=category,
                production=(RouteAmount(route, made),),
                direct_tco2e=draw(amounts),
                to_market=made - sum(u.amount or 0 for u in uses),
                consumed_in=uses,
                consumed_non_cbam=draw(st.sampled_from([None, 0.0, 12.5])),
                heat_applies=heat,
                waste_gas_applies=gas,
                heat=Heat(draw(amounts), draw(factors), draw(amounts), draw(factors)) if heat else Heat(),
                waste_gas=WasteGas(draw(amounts), draw(amounts)) if gas else WasteGas(),
                electricity=Electricity(
                    draw(amounts), draw(factors), "D.4(a)", None, draw(amounts), draw(factors)
                ),
                bubble_precursors=draw(st.sampled_from([(), ("Sintered Ore",)])),
            )
        )
    precursors = tuple(
        PurchasedPrecursor(
            id=f"PP{n}",
            name=f"bought {n}",
            goods_category=draw(st.sampled_from(["Sintered Ore", "Pig iron"])),
            purchased=(RouteAmount("x", draw(amounts)),),
            consumed_in=tuple(Use(id_, draw(amounts)) for id_ in ids if draw(st.booleans())),
            see_direct=draw(factors),
            see_direct_source=draw(st.sampled_from(["Measured", "Default"])),
            specific_electricity_mwh_per_t=draw(factors),
            specific_electricity_source="Measured",
            electricity_ef_tco2_per_mwh=draw(factors),
            electricity_ef_source="D.4(a)",
            other_use=draw(st.sampled_from([None, 0.0, 3.5])),
            country=draw(st.sampled_from(["CN", "IN"])),
            justification=draw(st.sampled_from([None, "no data"])),
        )
        for n in range(1, draw(st.integers(0, 3)) + 1)
    )
    precursors = tuple(_routed(p) for p in precursors)
    pfc = (
        PfcSource(
            "PFC1",
            "cells",
            "slope",
            draw(amounts),
            draw(factors),
            draw(factors),
            draw(factors),
            None,
            None,
            None,
            0.1,
            None,
        ),
        PfcSource(
            "PFC2",
            "cells too",
            "overvoltage",
            draw(amounts),
            None,
            None,
            None,
            draw(factors),
            95.0,
            draw(factors),
            0.12,
            0.9,
        ),
    )
    stacks = (
        MeasurementSource("M1", "stack", "CO2", draw(amounts), draw(factors), draw(factors), draw(maybe)),
        MeasurementSource("M2", "acid", "N2O", draw(amounts), draw(factors), draw(factors), None),
    )
    priced = draw(st.booleans())
    return Installation(
        name="Works",
        country="China",
        period_begin=date(2023, 1, 1),
        period_end=date(2023, 12, 31),
        regime=TRANSITIONAL,
        streams=tuple(draw(streams(n)) for n in range(1, draw(st.integers(0, 4)) + 1)),
        processes=tuple(processes),
        products=tuple(
            Product(
                10 + n, id_, f"7207{n}110", f"good {n}", {"scrap_per_t_steel": 0.1}, None, draw(good_prices)
            )
            for n, id_ in enumerate(ids)
        ),
        precursors=precursors,
        carbon_prices=tuple(
            LinkPrice(link.id, draw(st.sampled_from([None, 0.4])), 60.0, draw(st.sampled_from([None, 12.5])))
            for link in (*processes, *precursors)
            if priced
        ),
        carbon_currency=draw(st.sampled_from(["CNY", "EUR"])) if priced else None,
        pfc=pfc if draw(st.booleans()) else (),
        measurements=stacks if draw(st.booleans()) else (),
        fuel_balance=FuelBalance(
            draw(st.sampled_from([None, 5.0])), 3.0, draw(st.sampled_from([None, 1.0])), None
        ),
        emission_balance=EmissionBalance(
            draw(st.sampled_from([None, 7.0])), None, None, None, draw(st.sampled_from([None, 9.0]))
        ),
    )


def _routed(bought: PurchasedPrecursor) -> PurchasedPrecursor:
    route = "All production routes" if bought.goods_category == "Sintered Ore" else "Blast furnace route"
    amount = bought.purchased[0].amount
    return PurchasedPrecursor(**{**vars(bought), "purchased": (RouteAmount(route, amount),)})
