"""Sheets D and E of the workbook: a block of fixed cells for every process and every purchased precursor"""

from __future__ import annotations

from zeropark.cbam.model import Installation, ProductionProcess, PurchasedPrecursor, RouteAmount, Use
from zeropark.cbam.processes import EF_NATURAL_GAS, WASTE_GAS_EXPORT
from zeropark.cbam.result import CbamResult, PrecursorResult, ProcessResult
from zeropark.cbam.streams import known
from zeropark.cbam.workbook_cells import Page
from zeropark.cbam.workbook_layout import (
    PRECURSOR_BLOCK,
    PRECURSOR_STEP,
    PROCESS_BLOCK,
    PROCESS_STEP,
    ROUTE_SLOTS,
    category_of,
    routes_of,
)

OTHER_PROCESSES = 9
"""Rows for what other processes consumed, sheet D, line c."""
CONSUMERS = 10
"""Rows for the processes that consumed a precursor, sheet E, line b."""


def process_row(index: int) -> int:
    """First row of the block of process ``index`` (from 0) on sheet D."""
    return PROCESS_BLOCK + PROCESS_STEP * index


def precursor_row(index: int) -> int:
    """First row of the block of precursor ``index`` (from 0) on sheet E."""
    return PRECURSOR_BLOCK + PRECURSOR_STEP * index


def slots_of(category: str, told: tuple[RouteAmount, ...]) -> dict[int, RouteAmount]:
    """Row of each route within a block, from 0: where the template lists it, else the next one that is free."""
    listed = list(routes_of(category))
    found: dict[int, RouteAmount] = {}
    for part in told:
        row = listed.index(part.route) if part.route in listed else len(listed)
        while row in found:
            row += 1
        found[row] = part
    return found


def others_of(installation: Installation, process: ProductionProcess) -> list[tuple[str, Use | None]]:
    """Rows of line c: the other processes in order, each with what it consumed."""
    by_id = {use.process: use for use in process.consumed_in}
    others = [other for other in installation.processes if other.id != process.id]
    return [(other.name, by_id.get(other.id)) for other in others]


def untold(installation: Installation, process: ProductionProcess) -> list[Use]:
    """Uses by processes that the installation does not tell: the template has no row for them."""
    ids = {other.id for other in installation.processes}
    return [use for use in process.consumed_in if use.process not in ids]


def write_processes(page: Page, installation: Installation, result: CbamResult) -> None:
    """Sheet D_Processes."""
    page.text("B2", "Production processes", "title")
    page.texts(
        7, {"C": "D.", "E": 'Sheet "D_Processes" - Production level and attributed emissions'}, "section"
    )
    for index, process in enumerate(installation.processes):
        _production(page, process_row(index), index, installation, process)
        _attributed(page, process_row(index), process, result.process(process.id))


def _production(
    page: Page, at: int, index: int, installation: Installation, process: ProductionProcess
) -> None:
    """Lines a to e: how much was made, by which route, and where it went."""
    category = category_of(process.goods_category)
    page.texts(at, {"C": index + 1, "D": f"Production process {index + 1}:"}, "section")
    page.text(f"G{at}", process.name, "section")
    page.text(f"L{at}", category, "section")
    page.texts(
        at + 4,
        {"D": "(a)", "E": "Total production levels:", "H": "Production route", "K": "Unit", "L": "Amounts"},
    )
    unit = "MWh" if category.lower().startswith("electricity") else "t"
    listed = routes_of(category)
    slots = slots_of(category, process.production)
    for row in range(ROUTE_SLOTS):
        line = at + 5 + row
        page.number(f"D{line}", row + 1, "label")
        part = slots.get(row)
        route = part.route if part is not None else listed[row] if row < len(listed) else ""
        page.text(f"H{line}", route)
        if route:
            page.text(f"K{line}", unit)
            page.number(f"L{line}", part.amount if part is not None else None)
    activity = sum(known(part.amount) for part in process.production)
    page.text(f"E{at + 13}", "Total production within installation (= denominator for SEE calculation):")
    page.text(f"K{at + 13}", unit)
    page.formula(f"L{at + 13}", f"=SUM(L{at + 5}:L{at + 12})", activity)
    page.texts(at + 15, {"D": "(b)", "E": "Production details", "K": "Unit", "L": "Amounts"})
    page.texts(at + 16, {"D": "i.", "E": "Produced for the market", "K": unit}, "label")
    page.number(f"L{at + 16}", process.to_market)
    page.texts(at + 17, {"D": "ii.", "E": "Share of total under (a) produced for the market"}, "label")
    if activity:
        page.formula(f"L{at + 17}", f"=L{at + 16}/L{at + 13}", known(process.to_market) / activity)
    others = others_of(installation, process)
    page.texts(
        at + 20,
        {
            "D": "(c)",
            "E": "Consumed in other 'production processes' within the installation:",
            "K": "Unit",
            "L": "Amounts",
        },
    )
    for row, (name, use) in enumerate(others[:OTHER_PROCESSES]):
        line = at + 21 + row
        page.texts(line, {"D": row + 1, "E": name, "K": unit}, "label")
        page.number(f"L{line}", use.amount if use is not None else None)
    page.texts(
        at + 30, {"D": "(d)", "E": "Consumed for non-CBAM goods within the installation:", "K": unit}, "label"
    )
    elsewhere = untold(installation, process)
    rest = known(process.consumed_non_cbam) + sum(known(use.amount) for use in elsewhere)
    page.number(f"L{at + 30}", rest if elsewhere else process.consumed_non_cbam)
    page.text(f"M{at + 30}", "; ".join(f"{known(use.amount):.15g}: {use.process}" for use in elsewhere))
    page.texts(at + 31, {"D": "(e)", "E": "Control:", "K": unit}, "label")
    told = known(process.to_market) + sum(known(u.amount) for _, u in others if u) + rest
    page.formula(f"L{at + 31}", f"=L{at + 13}-SUM(L{at + 16},L{at + 21}:L{at + 30})", activity - told)


def _attributed(page: Page, at: int, process: ProductionProcess, told: ProcessResult) -> None:
    """Lines f to k: what is attributed to the process."""
    heat, gas, power = process.heat, process.waste_gas, process.electricity
    page.texts(at + 34, {"D": "Calculation of the attributed emissions:", "J": process.name}, "section")
    page.texts(at + 38, {"K": "Measurable heat", "L": "Waste gases", "M": "Indirect emissions"})
    page.texts(at + 39, {"D": "(f)", "E": "Elements that are applicable"}, "label")
    page.flag(f"K{at + 39}", process.heat_applies)
    page.flag(f"L{at + 39}", process.waste_gas_applies)
    page.flag(f"M{at + 39}", True)
    page.texts(at + 43, {"D": "(g)", "E": "Directly attributable emissions (DirEm*)", "K": "tCO2e"}, "label")
    page.number(f"L{at + 43}", process.direct_tco2e)
    page.texts(
        at + 45, {"D": "(h)", "E": "Import and export of measurable heat", "L": "Imported", "M": "Exported"}
    )
    page.texts(at + 46, {"D": "i.", "E": "Amount of net measurable heat", "K": "TJ"}, "label")
    page.texts(at + 47, {"D": "ii.", "E": "Emissions factor", "K": "tCO2/TJ"}, "label")
    page.texts(at + 49, {"D": "(i)", "E": "Waste gases", "L": "Imported", "M": "Exported"})
    page.texts(at + 50, {"D": "i.", "E": "Amount of waste gas", "K": "TJ"}, "label")
    page.texts(at + 53, {"D": "(j)", "E": "Indirect emissions from electricity consumption"})
    page.texts(at + 54, {"D": "i.", "E": "Electricity consumption", "K": "MWh"}, "label")
    page.texts(at + 55, {"D": "ii.", "E": "Emission factor of the electricity", "K": "tCO2/MWh"}, "label")
    page.texts(at + 56, {"D": "iii.", "E": "Source of the emission factor", "K": "-"}, "label")
    page.texts(at + 59, {"D": "(k)", "E": "Electricity exported from the production process"})
    page.texts(at + 60, {"D": "i.", "E": "Amounts exported", "K": "MWh"}, "label")
    page.texts(at + 61, {"D": "ii.", "E": "Emission factor of the electricity", "K": "tCO2/MWh"}, "label")
    for cell, value in {
        f"L{at + 46}": heat.imported_tj,
        f"M{at + 46}": heat.exported_tj,
        f"L{at + 47}": heat.imported_ef,
        f"M{at + 47}": heat.exported_ef,
        f"L{at + 50}": gas.imported_tj,
        f"M{at + 50}": gas.exported_tj,
        f"L{at + 54}": power.consumed_mwh,
        f"L{at + 55}": power.ef_tco2_per_mwh,
        f"L{at + 60}": power.exported_mwh,
        f"L{at + 61}": power.exported_ef_tco2_per_mwh,
    }.items():
        page.number(cell, value)
    page.given(f"L{at + 56}", power.ef_source)
    used = known(power.consumed_mwh) * known(power.ef_tco2_per_mwh)
    page.formula(f"T{at + 43}", f"=L{at + 43}", told.direct_tco2e)
    page.formula(f"T{at + 47}", f"=L{at + 46}*L{at + 47}-M{at + 46}*M{at + 47}", told.heat_tco2e)
    waste = f"=L{at + 50}*{EF_NATURAL_GAS}-M{at + 50}*{EF_NATURAL_GAS}*{WASTE_GAS_EXPORT}"
    page.formula(f"T{at + 51}", waste, told.waste_gas_tco2e)
    page.formula(f"T{at + 55}", f"=L{at + 54}*L{at + 55}", used)
    page.formula(f"T{at + 61}", f"=-L{at + 60}*L{at + 61}", told.electricity_export_tco2e)


def write_precursors(page: Page, installation: Installation, result: CbamResult) -> None:
    """Sheet E_PurchPrec."""
    page.text("B2", "Purchased precursors", "title")
    page.texts(8, {"C": "E.", "E": 'Sheet "E_PurchPrec" - Purchased precursors'}, "section")
    for index, (bought, told) in enumerate(zip(installation.precursors, result.precursors, strict=True)):
        _purchased(page, precursor_row(index), index, installation, bought, told)
        _embedded(page, precursor_row(index), bought, told)


def _purchased(
    page: Page,
    at: int,
    index: int,
    installation: Installation,
    bought: PurchasedPrecursor,
    told: PrecursorResult,
) -> None:
    """Lines a to d: how much was bought and which process consumed it."""
    category = category_of(bought.goods_category)
    page.texts(at, {"C": index + 1, "D": f"Purchased precursor {index + 1}:"}, "section")
    page.text(f"G{at}", bought.name, "section")
    page.text(f"L{at}", category, "section")
    page.texts(
        at + 2,
        {"D": "(a)", "E": "Total purchased levels:", "H": "Production route", "K": "Unit", "L": "Amounts"},
    )
    listed, slots = routes_of(category), slots_of(category, bought.purchased)
    for row in range(ROUTE_SLOTS):
        line = at + 3 + row
        page.number(f"D{line}", row + 1, "label")
        part = slots.get(row)
        route = part.route if part is not None else listed[row] if row < len(listed) else ""
        page.text(f"H{line}", route)
        if route:
            page.text(f"K{line}", "t")
            page.number(f"L{line}", part.amount if part is not None else None)
    page.text(f"E{at + 11}", "Total purchase for possible consumption within installation:")
    page.formula(f"L{at + 11}", f"=SUM(L{at + 3}:L{at + 10})", told.purchased)
    page.texts(
        at + 13,
        {
            "D": "(b)",
            "E": "Consumed in 'production processes' within the installation:",
            "K": "Unit",
            "L": "Amounts",
        },
    )
    uses = {use.process: use for use in bought.consumed_in}
    for row, process in enumerate(installation.processes[:CONSUMERS]):
        line = at + 14 + row
        page.texts(line, {"D": row + 1, "E": process.name, "K": "t"}, "label")
        use = uses.get(process.id)
        page.number(f"L{line}", use.amount if use is not None else None)
    page.texts(
        at + 24,
        {"D": "(c)", "E": "Consumed for other purposes, e.g. sold or for non-CBAM goods:", "K": "t"},
        "label",
    )
    page.number(f"L{at + 24}", bought.other_use)
    page.texts(at + 25, {"D": "(d)", "E": "Control:", "K": "t"}, "label")
    page.formula(f"L{at + 25}", f"=L{at + 11}-SUM(L{at + 14}:L{at + 24})", told.control)


def _embedded(page: Page, at: int, bought: PurchasedPrecursor, told: PrecursorResult) -> None:
    """Line e: specific embedded emissions and where each number comes from."""
    page.texts(at + 28, {"D": "Specific embedded emissions:", "J": bought.name}, "section")
    page.texts(at + 34, {"E": "Parameter:", "K": "Unit", "L": "Value", "M": "Source"})
    page.texts(
        at + 35,
        {"D": "i.", "E": "Specific embedded direct emissions (SEE (direct))", "K": "tCO2e/t"},
        "label",
    )
    page.texts(
        at + 36,
        {"D": "ii.", "E": "Specific electricity consumption (for SEE (indirect))", "K": "MWh/t"},
        "label",
    )
    page.texts(
        at + 37,
        {"D": "iii.", "E": "Electricity emission factor (for SEE (indirect))", "K": "tCO2e/MWh"},
        "label",
    )
    page.texts(
        at + 38,
        {"D": "iv.", "E": "Specific embedded indirect emissions (SEE (indirect))", "K": "tCO2e/t"},
        "label",
    )
    page.texts(at + 40, {"D": "v.", "E": "Justification for use of default values (if relevant):"}, "label")
    page.number(f"L{at + 35}", bought.see_direct)
    page.given(f"M{at + 35}", bought.see_direct_source)
    page.number(f"L{at + 36}", bought.specific_electricity_mwh_per_t)
    page.given(f"M{at + 36}", bought.specific_electricity_source)
    page.number(f"L{at + 37}", bought.electricity_ef_tco2_per_mwh)
    page.given(f"M{at + 37}", bought.electricity_ef_source)
    if bought.see_indirect is None:
        page.formula(f"L{at + 38}", f"=L{at + 36}*L{at + 37}", told.see_indirect)
    else:
        page.number(f"L{at + 38}", bought.see_indirect)
    page.given(f"K{at + 40}", bought.justification)
