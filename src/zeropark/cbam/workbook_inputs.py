"""Sheets A, B and C of the workbook: installation, sources of emissions, balances"""

from __future__ import annotations

from collections.abc import Mapping

from zeropark.cbam.model import Installation, MeasurementSource, PfcSource, SourceStream
from zeropark.cbam.result import CbamResult, StreamResult
from zeropark.cbam.streams import GWP_C2F6, GWP_CF4, GWP_N2O, known
from zeropark.cbam.workbook_cells import Page
from zeropark.cbam.workbook_layout import (
    ALL_ROUTES,
    GOODS_ROWS,
    MEASUREMENT_ROWS,
    METHODS,
    PFC_METHODS,
    PFC_ROWS,
    PRECURSOR_ROWS,
    PROCESS_ROWS,
    STREAM_HEADS,
    STREAM_ROWS,
    category_of,
    routes_of,
)

ABOUT = {
    19: ("name_local", "Name of the installation (optional):"),
    20: ("name", "Name of the installation (English name):"),
    21: ("street", "Street, Number:"),
    22: ("activity", "Economic activity:"),
    23: ("post_code", "Post code:"),
    24: ("po_box", "P.O. Box:"),
    25: ("city", "City:"),
    26: ("country", "Country:"),
    27: ("unlocode", "UNLOCODE:"),
    28: ("latitude", "Coordinates of the main emission source (latitude):"),
    29: ("longitude", "Coordinates of the main emission source (longitude):"),
    30: ("representative", "Name of authorized representative:"),
    31: ("email", "Email:"),
    32: ("telephone", "Telephone:"),
}
"""Row of sheet A_InstData, key and label."""


def goods_of(installation: Installation) -> list[tuple[str, tuple[str, ...]]]:
    """Categories made in the installation, each with its routes, in the order in which processes name them."""
    found: dict[str, list[str]] = {}
    for process in installation.processes:
        for category in (*process.bubble_precursors, process.goods_category):
            found.setdefault(category_of(category), [])
        routes = found[category_of(process.goods_category)]
        routes += [
            r.route
            for r in process.production
            if known(r.amount) and r.route not in routes and r.route != ALL_ROUTES
        ]
    return [(category, tuple(routes)) for category, routes in found.items()]


def write_installation(page: Page, installation: Installation, about: Mapping[str, str]) -> None:
    """Sheet A_InstData: period, who and where, goods, processes, purchased precursors."""
    page.text("B2", "InstData", "title")
    page.text("C6", "A.", "section")
    page.text("E6", 'Sheet "A_InstData" - General information, processes and purchased precursors', "section")
    page.texts(9, {"C": 1, "D": "Reporting period", "H": "Start:", "K": "End:"}, "label")
    page.day("I9", installation.period_begin)
    page.day("L9", installation.period_end)
    page.texts(17, {"C": 2, "D": "About the installation"}, "section")
    told = {"name": installation.name, "country": installation.country or "", **about}
    for row, (key, label) in ABOUT.items():
        page.text(f"E{row}", label)
        page.given(f"I{row}", told.get(key))
    page.texts(34, {"C": 3, "D": "Verifier of the report"}, "section")
    page.texts(55, {"C": 4, "D": "Aggregated goods categories and production processes"}, "section")
    page.texts(57, {"D": "(a)", "E": "List of aggregated goods categories and routes"}, "label")
    page.texts(61, {"D": "ID", "E": "Aggregated goods category", "G": "Route"})
    page.texts(61, {column: f"Route {n}" for n, column in enumerate("IJKLMN", 1)})
    goods = goods_of(installation)
    for number, (row, good) in enumerate(zip(GOODS_ROWS, goods, strict=False), 1):
        page.text(f"D{row}", f"G{number}")
        page.given(f"E{row}", good[0])
        page.text(f"G{row}", ALL_ROUTES if routes_of(good[0]) == (ALL_ROUTES,) else "")
        for column, route in zip("IJKLMN", good[1], strict=False):
            page.given(f"{column}{row}", route)
    page.texts(77, {"D": "(b)", "E": "Relevant production processes"}, "label")
    page.texts(
        81, {"D": "ID", "E": "Aggregated goods category", "F": "Included goods categories", "L": "Name"}
    )
    for number, row in enumerate(PROCESS_ROWS, 1):
        page.text(f"D{row}", f"P{number}")
    for row, process in zip(PROCESS_ROWS, installation.processes, strict=False):
        page.given(f"E{row}", category_of(process.goods_category))
        for column, inner in zip("FGHIJK", process.bubble_precursors, strict=False):
            page.given(f"{column}{row}", category_of(inner))
        page.given(f"L{row}", process.name)
    page.texts(96, {"C": 5, "D": "Purchased precursors"}, "section")
    page.texts(101, {"D": "ID", "E": "Aggregated goods category", "F": "Country code", "L": "Name"})
    page.texts(101, {column: f"Route {n}" for n, column in enumerate("GHIJK", 1)})
    for number, row in enumerate(PRECURSOR_ROWS, 1):
        page.text(f"D{row}", f"PP{number}")
    for row, bought in zip(PRECURSOR_ROWS, installation.precursors, strict=False):
        page.given(f"E{row}", category_of(bought.goods_category))
        page.given(f"F{row}", bought.country)
        for column, part in zip(
            "GHIJK", [r for r in bought.purchased if r.route != ALL_ROUTES], strict=False
        ):
            page.given(f"{column}{row}", part.route)
        page.given(f"L{row}", bought.name)


def write_sources(page: Page, installation: Installation, result: CbamResult) -> None:
    """Sheet B_EmInst: source streams, perfluorocarbons, measured stacks, each with its emissions."""
    page.text("B2", "Source streams", "title")
    page.texts(6, {"C": "B.", "D": 'Sheet "B_EmInst" - Source streams and emission sources'}, "section")
    page.texts(
        12,
        {"C": "(a)", "D": "Calculation based approaches: Source Streams (excluding PFC emissions)"},
        "section",
    )
    page.texts(13, STREAM_HEADS)
    for number, row in enumerate(STREAM_ROWS, 1):
        page.number(f"C{row}", number, "label")
    told = {one.id: one for one in result.streams}
    for row, stream in zip(STREAM_ROWS, installation.streams, strict=False):
        _stream(page, row, stream, told[stream.id])
    page.texts(95, {"C": "(b)", "D": "PFC (perfluorocarbon) emissions"}, "section")
    page.texts(96, {**STREAM_HEADS, "E": "Technology type"})
    for row, pfc in zip(PFC_ROWS, installation.pfc, strict=False):
        _pfc(page, row, pfc, told[pfc.id])
    page.texts(109, {"C": "(c)", "D": "Measurement-Based Approaches: Emissions Sources"}, "section")
    page.texts(110, {**STREAM_HEADS, "D": "Name", "E": "Type of GHG", "R": "Biomass fraction"})
    for row, stack in zip(MEASUREMENT_ROWS, installation.measurements, strict=False):
        _stack(page, row, stack, told[stack.id])


def _stream(page: Page, row: int, stream: SourceStream, told: StreamResult) -> None:
    unit = stream.activity_unit
    balance = stream.method == "mass_balance"
    page.given(f"D{row}", METHODS[stream.method])
    page.given(f"E{row}", stream.name)
    page.number(f"F{row}", stream.activity)
    page.given(f"G{row}", unit)
    page.number(f"H{row}", stream.ncv)
    page.text(f"I{row}", f"GJ/{unit}")
    page.number(f"J{row}", stream.emission_factor)
    page.given(f"K{row}", stream.emission_factor_unit)
    page.number(f"L{row}", stream.carbon_content)
    page.text(f"M{row}", f"tC/{unit}" if balance else "")
    for column, value in (
        ("N", stream.oxidation_percent),
        ("P", stream.conversion_percent),
        ("R", stream.biomass_percent),
    ):
        page.number(f"{column}{row}", value)
    page.texts(row, {"O": "%", "Q": "%", "S": "%"}, "label")
    total = f"F{row}*L{row}*3.664" if balance else _product(stream, row)
    shares = (f"*(1-R{row}/100)", f"*R{row}/100") if stream.biomass_percent is not None else ("", "*0")
    energy = f"F{row}*H{row}/1000" if stream.ncv is not None else "0"
    page.formula(f"AU{row}", f"={total}{shares[0]}", told.fossil_tco2e)
    page.formula(f"AV{row}", f"={total}{shares[1]}", told.biomass_tco2e)
    page.formula(f"AX{row}", f"={energy}{shares[0]}", told.energy_fossil_tj)
    page.formula(f"AY{row}", f"={energy}{shares[1]}", told.energy_biomass_tj)
    page.text(f"BA{row}", "SUM_CO2")


def _product(stream: SourceStream, row: int) -> str:
    """Eq. 5, 6, 11 without the biomass share."""
    column, percent = (
        ("N", stream.oxidation_percent) if stream.method == "combustion" else ("P", stream.conversion_percent)
    )
    energy = f"*H{row}/1000" if stream.emission_factor_unit == "tCO2/TJ" else ""
    return f"F{row}{energy}*J{row}" + (f"*{column}{row}/100" if percent is not None else "")


def _pfc(page: Page, row: int, source: PfcSource, told: StreamResult) -> None:
    slope = source.method == "slope"
    page.given(f"D{row}", PFC_METHODS[source.method])
    page.given(f"E{row}", source.name)
    page.text(f"G{row}", "t")
    values = {
        "F": source.aluminium_t,
        "AG": source.frequency,
        "AH": source.duration,
        "AI": source.slope_factor,
        "AJ": source.overvoltage,
        "AK": source.current_efficiency,
        "AL": source.overvoltage_coefficient,
        "AM": source.c2f6_per_cf4,
        "AT": source.collection_efficiency,
    }
    for column, value in values.items():
        page.number(f"{column}{row}", value)
    if slope:
        specific, per_tonne = (
            f"AG{row}*AH{row}*AI{row}",
            known(source.frequency) * known(source.duration) * known(source.slope_factor),
        )
    else:
        specific = f"AJ{row}/AK{row}*AL{row}"
        per_tonne = (
            known(source.overvoltage)
            / known(source.current_efficiency)
            * known(source.overvoltage_coefficient)
        )
    cf4 = known(source.aluminium_t) * per_tonne / 1000
    c2f6 = cf4 * known(source.c2f6_per_cf4)
    page.formula(f"AN{row}", f"=F{row}*{specific}/1000", cf4)
    page.formula(f"AO{row}", f"=AN{row}*AM{row}", c2f6)
    page.number(f"AP{row}", GWP_CF4, "result")
    page.number(f"AQ{row}", GWP_C2F6, "result")
    page.formula(f"AR{row}", f"=AN{row}*AP{row}", cf4 * GWP_CF4)
    page.formula(f"AS{row}", f"=AO{row}*AQ{row}", c2f6 * GWP_C2F6)
    collected = f"/AT{row}" if source.collection_efficiency is not None else ""
    page.formula(f"AU{row}", f"=(AR{row}+AS{row}){collected}", told.fossil_tco2e)
    page.text(f"BA{row}", "SUM_PFC")


def _stack(page: Page, row: int, source: MeasurementSource, told: StreamResult) -> None:
    page.given(f"D{row}", source.name)
    page.given(f"E{row}", source.gas)
    page.number(f"R{row}", source.biomass_percent)
    page.number(f"V{row}", source.concentration_g_per_nm3)
    page.number(f"X{row}", source.hours)
    page.number(f"Z{row}", source.flow_1000nm3_per_h)
    units = {"S": "%", "W": "g/Nm3", "Y": "h/period", "AA": "1000Nm3/h", "AE": "t"}
    page.texts(row, units, "label")
    gwp = GWP_N2O if source.gas == "N2O" else 1.0
    shares = (f"*(1-R{row}/100)", f"*R{row}/100") if source.biomass_percent is not None else ("", "*0")
    total = f"V{row}*X{row}*Z{row}/1000"
    page.number(f"AF{row}", gwp, "result")
    page.formula(f"AD{row}", f"={total}{shares[0]}", told.fossil_tco2e / gwp)
    page.formula(f"AU{row}", f"={total}{shares[0]}*AF{row}", told.fossil_tco2e)
    page.formula(f"AV{row}", f"={total}{shares[1]}*AF{row}", told.biomass_tco2e)
    page.text(f"BA{row}", "SUM_N2O" if source.gas == "N2O" else "SUM_CO2")


def write_balance(
    page: Page, installation: Installation, result: CbamResult, about: Mapping[str, str]
) -> None:
    """Sheet C_Emissions&Energy: fuel balance, balance of gases, by methodology, data quality."""
    page.text("B2", "Energy & Emissions", "title")
    page.texts(
        6, {"C": "C.", "E": 'Sheet "C_Emissions&Energy" - Installation-level emissions and energy'}, "section"
    )
    page.texts(8, {"C": 1, "D": "Fuel balance"}, "section")
    page.texts(19, {"C": 2, "D": "Greenhouse gas emissions balance and data quality"}, "section")
    page.texts(21, {"D": "(a)", "E": "GHG balance by type of GHG"}, "label")
    _fuel(page, installation, result)
    _gases(page, installation, result)
    whole = result.installation
    page.texts(29, {"D": "(b)", "E": "GHG balance by type of monitoring methodology"}, "label")
    heads = {"G": "Unit", "H": "Calculation - based (excl. PFC)", "I": "Total PFC emissions"}
    page.texts(31, {**heads, "J": "Measurement - based", "K": "Other"})
    page.texts(32, {"E": "Emissions", "G": "tCO2e"}, "label")
    calculated = sum(s.fossil_tco2e for s in result.streams[: len(installation.streams)])
    measured = sum(
        s.fossil_tco2e for s in result.streams[len(installation.streams) + len(installation.pfc) :]
    )
    page.formula("H32", "=SUM(B_EmInst!AU17:AU91)", calculated)
    page.formula("I32", "=K27", whole.pfc_tco2e)
    page.formula("J32", "=SUM(B_EmInst!AU113:AU122)", measured)
    page.formula("K32", "=L27-SUM(H32:J32)", whole.direct_tco2e - calculated - whole.pfc_tco2e - measured)
    page.texts(34, {"D": "(c)", "E": "Information on the data quality and quality assurance"}, "label")
    page.texts(40, {"D": "i.", "E": "General information on data quality:"}, "label")
    page.given("H40", about.get("data_quality"))
    page.texts(41, {"D": "ii.", "E": "Justification for use of default values (if relevant):"}, "label")
    page.given("H41", about.get("justification"))
    page.texts(42, {"D": "iii.", "E": "Information on quality assurance:"}, "label")
    page.given("H42", about.get("quality_assurance"))


def _fuel(page: Page, installation: Installation, result: CbamResult) -> None:
    typed, whole = installation.fuel_balance, result.installation
    heads = {"E": "Fuel balance:", "G": "Unit", "H": "Total fuel input", "I": "Direct fuel for CBAM goods"}
    page.texts(14, {**heads, "J": "Fuel for electricity", "K": "Direct fuel for non-CBAM goods", "L": "Rest"})
    for row, label in ((15, 'from sheet "B_EmInst"'), (16, "manual entries"), (17, "Results:")):
        page.texts(row, {"E": label, "G": "TJ"}, "label")
    computed = sum(s.energy_fossil_tj + s.energy_biomass_tj for s in result.streams)
    page.formula("H15", f"=SUM(B_EmInst!{rows_of('AX')})+SUM(B_EmInst!{rows_of('AY')})", computed)
    page.number("H16", typed.total_manual)
    uses = {"I": typed.cbam_goods, "J": typed.electricity, "K": typed.non_cbam}
    for column, value in uses.items():
        page.number(f"{column}16", value)
        if value is not None:
            page.formula(f"{column}17", f"={column}16", value)
    page.formula("H17", "=H15" if typed.total_manual is None else "=H16", whole.fuel_input_tj)
    if whole.fuel_rest_tj is not None:
        page.formula("L17", "=H17-SUM(I17:K17)", whole.fuel_rest_tj)


def rows_of(column: str) -> str:
    """The rows of the source streams in one column of sheet B."""
    return f"{column}{STREAM_ROWS[0]}:{column}{STREAM_ROWS[-1]}"


def _gases(page: Page, installation: Installation, result: CbamResult) -> None:
    typed, whole = installation.emission_balance, result.installation
    heads = {
        "E": "Installation level data:",
        "G": "Unit",
        "H": "Total CO2 emissions",
        "I": "Biomass emissions",
    }
    more = {"J": "Total N2O emissions", "K": "Total PFC emissions", "L": "Total direct emissions"}
    page.texts(24, {**heads, **more, "M": "Total indirect emissions", "N": "Total emissions"})
    for row, label in ((25, 'from sheet "B_EmInst"'), (26, "manual entries"), (27, "Results:")):
        page.texts(row, {"E": label, "G": "tCO2e"}, "label")
    by_gas = {
        gas: sum(s.fossil_tco2e for s in result.streams if s.gas == gas) for gas in ("CO2", "N2O", "PFC")
    }
    stacks = {
        gas: [
            f"B_EmInst!AU{row}"
            for row, s in zip(MEASUREMENT_ROWS, installation.measurements, strict=False)
            if s.gas == gas
        ]
        for gas in ("CO2", "N2O")
    }
    biomass = sum(s.biomass_tco2e for s in result.streams)
    page.formula("H25", "=" + "+".join([f"SUM(B_EmInst!{rows_of('AU')})", *stacks["CO2"]]), by_gas["CO2"])
    page.formula("I25", f"=SUM(B_EmInst!{rows_of('AV')})+SUM(B_EmInst!AV113:AV122)", biomass)
    page.formula("J25", "=" + ("+".join(stacks["N2O"]) or "0"), by_gas["N2O"])
    page.formula("K25", "=SUM(B_EmInst!AU98:AU107)", by_gas["PFC"])
    page.formula("L25", "=H25+J25+K25", sum(by_gas.values()))
    lines = {
        "H": (typed.co2_manual, whole.co2_fossil_tco2e),
        "I": (typed.biomass_manual, whole.co2_biomass_tco2e),
        "J": (typed.n2o_manual, whole.n2o_tco2e),
        "K": (typed.pfc_manual, whole.pfc_tco2e),
    }
    for column, (manual, value) in lines.items():
        page.number(f"{column}26", manual)
        page.formula(f"{column}27", f"={column}{25 if manual is None else 26}", value)
    page.formula("L27", "=H27+J27+K27", whole.direct_tco2e)
    page.number("M26", typed.indirect_manual)
    if whole.indirect_tco2e is not None:
        page.formula("M27", "=M26", whole.indirect_tco2e)
    page.formula("N27", "=SUM(L27:M27)", whole.total_tco2e)
