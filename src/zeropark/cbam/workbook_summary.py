"""Sheets Summary_Processes, Summary_Products and Summary_Communication of the workbook"""

from __future__ import annotations

from collections.abc import Mapping

from zeropark.cbam.model import Installation, Product
from zeropark.cbam.result import CbamResult, ProcessResult, ProductResult
from zeropark.cbam.streams import known
from zeropark.cbam.template_layout import PRODUCT_COLUMNS
from zeropark.cbam.workbook_blocks import precursor_row, process_row
from zeropark.cbam.workbook_cells import Page
from zeropark.cbam.workbook_inputs import ABOUT, goods_of
from zeropark.cbam.workbook_layout import (
    ALIASES,
    ALL_ROUTES,
    BALANCE_ROW,
    BOUGHT_ROW,
    COMMUNICATION_ROW,
    DETAIL_LINES,
    DETAIL_ROW,
    DETAIL_STEP,
    PRODUCT_HEADS,
    PRODUCT_ROWS,
    SPECIFIC_ROW,
    SUMMARY_GOODS_ROW,
    SUMMARY_PRECURSOR_ROW,
    SUMMARY_PROCESS_ROW,
    category_of,
    routes_of,
)
from zeropark.cbam.workbook_price import write_good_price

_PER_TONNE = ("P", "Q", "W", "Z", "AB", "AC")
"""Parameters that are no percentage; the others are fractions, shown as the template does: 0.00%."""
BY_FUNCTIONAL_UNIT = ("t", "MWh")
"""Units in which specific values are those of the amounts on sheet D."""


_WHO = ("name", "street", "activity", "city", "country", "unlocode", "latitude", "longitude")
"""What both summaries say of the installation, line by line."""


def _about(
    page: Page,
    first: int,
    column: str,
    labels: tuple[str, str],
    days: tuple[str, str],
    installation: Installation,
    about: Mapping[str, str],
) -> None:
    """Who and where, from row ``first`` on, and the reporting period: its labels and days in the cells named."""
    told = {"name": installation.name, "country": installation.country or "", **about}
    titles = dict(ABOUT.values())
    for row, key in enumerate(_WHO, first):
        page.text(f"{column}{row}", titles[key])
        page.text(f"G{row}", told.get(key), "result")
    page.text(labels[0], "Reporting period start:")
    page.text(labels[1], "Reporting period end:")
    page.day(days[0], installation.period_begin, "result_day")
    page.day(days[1], installation.period_end, "result_day")


def write_process_summary(
    page: Page, installation: Installation, result: CbamResult, about: Mapping[str, str]
) -> None:
    """Sheet Summary_Processes: who, what, balance, specific emissions, and what each link brings."""
    page.text("B2", "Summary of production processes", "title")
    page.texts(6, {"C": 1, "D": "Summary of the installation, processes and production routes"}, "section")
    _about(page, 10, "E", ("K10", "K11"), ("L10", "L11"), installation, about)
    _lists(page, installation)
    _balance(page, installation, result)
    _specific(page, installation, result)
    for index, process in enumerate(result.processes):
        _detail(page, installation, result, index, process)


def _lists(page: Page, installation: Installation) -> None:
    page.texts(20, {"D": "(a)", "E": "Aggregated good produced", "F": "Routes"})
    page.texts(20, {column: f"Route {n}" for n, column in enumerate("GHIJKL", 1)})
    for number, (category, routes) in enumerate(goods_of(installation)[:10]):
        row = SUMMARY_GOODS_ROW + number
        page.text(f"D{row}", f"G{number + 1}")
        page.text(f"E{row}", category, "result")
        page.text(f"F{row}", ALL_ROUTES if routes_of(category) == (ALL_ROUTES,) else "", "result")
        for column, route in zip("GHIJKL", routes, strict=False):
            page.text(f"{column}{row}", route, "result")
    page.texts(32, {"D": "(b)", "E": "Production process", "F": "Aggregated goods category"})
    for number, process in enumerate(installation.processes):
        row = SUMMARY_PROCESS_ROW + number
        page.text(f"D{row}", f"P{number + 1}")
        page.text(f"E{row}", process.name, "result")
        page.text(f"F{row}", category_of(process.goods_category), "result")
        for column, inner in zip("GHIJKL", process.bubble_precursors, strict=False):
            page.text(f"{column}{row}", category_of(inner), "result")
    page.texts(
        44, {"D": "(c)", "E": "Purchased precursor", "F": "Aggregated goods category", "L": "Country code"}
    )
    for number, bought in enumerate(installation.precursors):
        row = SUMMARY_PRECURSOR_ROW + number
        page.text(f"D{row}", f"PP{number + 1}")
        page.text(f"E{row}", bought.name, "result")
        page.text(f"F{row}", category_of(bought.goods_category), "result")
        for column, part in zip("GHIJK", bought.purchased, strict=False):
            page.text(f"{column}{row}", part.route if part.route != ALL_ROUTES else "", "result")
        page.text(f"L{row}", bought.country, "result")


def _balance(page: Page, installation: Installation, result: CbamResult) -> None:
    page.texts(66, {"C": 2, "D": "GHG emissions balance and specific embedded emissions (SEE)"}, "section")
    heads = {
        "D": "(a)",
        "E": "Production process",
        "F": "Aggregated goods category",
        "G": "Unit",
        "H": "DirEm*",
    }
    more = {"I": "Heat emissions", "J": "Waste gas emissions", "K": "Total direct emissions"}
    page.texts(70, {**heads, **more, "L": "Indirect, if relevant", "N": "Activity level", "O": "unit"})
    for index, told in enumerate(result.processes):
        row, at = BALANCE_ROW + index, process_row(index)
        page.text(f"D{row}", f"P{index + 1}")
        page.text(f"E{row}", told.name, "result")
        page.text(f"F{row}", category_of(told.goods_category), "result")
        page.text(f"G{row}", "tCO2e")
        page.formula(f"H{row}", f"=D_Processes!T{at + 43}", told.direct_tco2e)
        page.formula(f"I{row}", f"=D_Processes!T{at + 47}", told.heat_tco2e)
        page.formula(f"J{row}", f"=D_Processes!T{at + 51}", told.waste_gas_tco2e)
        page.formula(f"K{row}", _attributed(told, row, at), told.attributed_direct_tco2e)
        page.formula(f"L{row}", f"=D_Processes!T{at + 55}", told.attributed_indirect_tco2e)
        if told.unit in BY_FUNCTIONAL_UNIT:
            page.formula(f"N{row}", f"=D_Processes!L{at + 13}", told.activity_level)
        else:
            page.number(f"N{row}", told.activity_level, "result")
        page.text(f"O{row}", told.unit, "result")
    first, last, whole = BALANCE_ROW, BALANCE_ROW + 9, result.installation
    page.texts(81, {"E": "Total", "G": "tCO2e"}, "label")
    sums = {
        "H": sum(p.direct_tco2e for p in result.processes),
        "I": sum(p.heat_tco2e for p in result.processes),
        "J": sum(p.waste_gas_tco2e for p in result.processes),
        "K": whole.attributed_direct_tco2e,
        "L": whole.attributed_indirect_tco2e,
    }
    for column, value in sums.items():
        page.formula(f"{column}81", f"=SUM({column}{first}:{column}{last})", value)
    page.texts(
        83,
        {
            "D": "(b)",
            "E": "Comparison:",
            "J": "Unit",
            "K": "Total direct emissions",
            "L": "Total indirect emissions",
        },
    )
    page.texts(84, {"E": "Total emissions of the installation", "J": "tCO2e"}, "label")
    page.texts(85, {"E": "Rest (= emissions not attributed to CBAM processes)", "J": "tCO2e"}, "label")
    page.texts(86, {"E": "Rest (expressed as % of total)", "J": "-"}, "label")
    page.formula("K84", "='C_Emissions&Energy'!L27", whole.direct_tco2e)
    page.formula("K85", "=K84-K81", whole.rest_direct_tco2e)
    if whole.direct_tco2e:
        page.formula("K86", "=K85/K84", whole.rest_direct_tco2e / whole.direct_tco2e)
    if whole.indirect_tco2e is not None and whole.rest_indirect_tco2e is not None:
        page.formula("L84", "='C_Emissions&Energy'!M27", whole.indirect_tco2e)
        page.formula("L85", "=L84-L81", whole.rest_indirect_tco2e)
        if whole.indirect_tco2e:
            page.formula("L86", "=L85/L84", whole.rest_indirect_tco2e / whole.indirect_tco2e)


def _attributed(told: ProcessResult, row: int, at: int) -> str:
    """Transitional: exported electricity is subtracted later; from 2026 on here, and never below zero (Eq. 55)."""
    plain = f"SUM(H{row}:J{row})"
    if _exported_later(told):
        return f"={plain}"
    return f"=MAX({plain}+D_Processes!T{at + 61},0)"


def _exported_later(told: ProcessResult) -> bool:
    total = told.direct_tco2e + told.heat_tco2e + told.waste_gas_tco2e
    return abs(total - told.attributed_direct_tco2e) <= 1e-12 * max(abs(total), 1.0)


def _specific(page: Page, installation: Installation, result: CbamResult) -> None:
    page.texts(89, {"C": 2, "D": "Specific direct and indirect (embedded) emissions"}, "section")
    heads = {"F": "Aggregated goods category", "G": "SE (direct)", "H": "SEE (direct)", "I": "SE (indirect)"}
    page.texts(
        100, {**heads, "J": "SEE (indirect)", "K": "Electricity consumed", "L": "Embedded electricity"}
    )
    page.texts(
        101,
        {
            "D": "(a)",
            "E": "Production process",
            **dict.fromkeys("GHIJ", "tCO2e/t"),
            **dict.fromkeys("KL", "MWh/t"),
        },
    )
    for index, told in enumerate(result.processes):
        row, balance, at = SPECIFIC_ROW + index, BALANCE_ROW + index, process_row(index)
        detail = DETAIL_ROW + DETAIL_STEP * index + 2
        page.text(f"D{row}", f"P{index + 1}")
        page.text(f"E{row}", told.name, "result")
        page.text(f"F{row}", category_of(told.goods_category), "result")
        exported = (
            f"+D_Processes!T{at + 61}" if _exported_later(told) and told.electricity_export_tco2e else ""
        )
        page.formula(f"G{row}", f"=(K{balance}{exported})/N{balance}", told.se_direct)
        page.formula(f"H{row}", f"=I{detail}", told.see_direct)
        own = told.attributed_indirect_tco2e / told.activity_level
        page.derived(f"I{row}", f"=L{balance}/N{balance}", told.se_indirect, own)
        page.formula(f"J{row}", f"=J{detail}", told.see_indirect)
        page.formula(f"K{row}", f"=D_Processes!L{at + 54}/N{balance}", told.specific_electricity_mwh)
        page.formula(f"L{row}", f"=P{detail}", told.embedded_electricity_mwh)
    page.texts(
        113,
        {"F": "Type of precursor", "H": "SEE (direct)", "J": "SEE (indirect)", "K": "Electricity consumed"},
    )
    page.texts(114, {"D": "(b)", "E": "Purchased precursors", "H": "tCO2e/t", "J": "tCO2e/t", "K": "MWh/t"})
    for index, (bought, told_) in enumerate(zip(installation.precursors, result.precursors, strict=True)):
        row, at = BOUGHT_ROW + index, precursor_row(index)
        page.text(f"D{row}", f"PP{index + 1}")
        page.text(f"E{row}", bought.name, "result")
        page.text(f"F{row}", category_of(bought.goods_category), "result")
        if bought.see_direct == told_.see_direct:
            page.formula(f"H{row}", f"=E_PurchPrec!L{at + 35}", told_.see_direct)
            page.formula(f"J{row}", f"=E_PurchPrec!L{at + 38}", told_.see_indirect)
        else:
            page.number(f"H{row}", told_.see_direct, "result")
            page.number(f"J{row}", told_.see_indirect, "result")
        page.number(f"K{row}", told_.specific_electricity_mwh, "result")


def _detail(
    page: Page, installation: Installation, result: CbamResult, index: int, told: ProcessResult
) -> None:
    """What every link of the chain brings into a unit of the good."""
    at = DETAIL_ROW + DETAIL_STEP * index
    heads: dict[str, str | int] = {
        "C": index + 1,
        "D": told.name,
        "F": "Aggregated goods category",
        "G": "Mass share",
    }
    more = {"H": "(Share of) Default value", "I": "SEE (direct)", "J": "SEE (indirect)", "K": "SEE (total)"}
    rest = {
        "L": "EmbEm (direct)",
        "M": "EmbEm (indirect)",
        "N": "EmbEm (total)",
        "O": "Source of electricity EF",
    }
    page.texts(at, {**heads, **more, **rest, "P": "Embedded electricity", "Q": "Country code"})
    units: dict[str, str | int] = {"G": "t/t", "I": "tCO2e/t", "J": "tCO2e/t", "K": "tCO2e/t", "P": "MWh/t"}
    page.texts(at + 1, {**units, "L": "tCO2e", "M": "tCO2e", "N": "tCO2e"})
    total, first, last = at + 2, at + 3, at + 3 + DETAIL_LINES
    page.text(f"D{total}", "Total production process")
    page.text(f"F{total}", category_of(told.goods_category), "result")
    page.number(f"H{total}", told.share_direct_from_default, "result")
    activity = BALANCE_ROW + index
    values = {"I": told.see_direct, "J": told.see_indirect, "P": told.embedded_electricity_mwh}
    for column, value in values.items():
        page.formula(f"{column}{total}", f"=SUM({column}{first}:{column}{last})", value)
    _sums(page, total, activity, told.see_direct, told.see_indirect, told.activity_level)
    rows = {p.id: SPECIFIC_ROW + n for n, p in enumerate(result.processes)}
    bought = {p.id: BOUGHT_ROW + n for n, p in enumerate(result.precursors)}
    indirect = {p.id: p.se_indirect for p in result.processes} | {
        p.id: p.see_indirect for p in result.precursors
    }
    sources = {p.id: p.electricity.ef_source for p in installation.processes}
    origins = {p.id: (p.electricity_ef_source, p.country) for p in installation.precursors}
    for number, part in enumerate(told.contributions[: DETAIL_LINES + 1]):
        row = first + number
        if number:
            page.number(f"C{row}", number, "label")
        page.text(f"D{row}", part.name, "result")
        page.number(f"G{row}", part.mass_share, "result")
        page.text(f"H{row}", "TRUE" if part.from_default else "-", "result")
        own, links = (
            (f"G{rows[part.id]}", f"I{rows[part.id]}")
            if part.id in rows
            else (f"H{bought[part.id]}", f"J{bought[part.id]}")
        )
        page.formula(f"I{row}", f"=G{row}*{own}", part.see_direct)
        page.derived(f"J{row}", f"=G{row}*{links}", part.see_indirect, part.mass_share * indirect[part.id])
        power = rows[part.id] if part.id in rows else bought[part.id]
        page.formula(f"P{row}", f"=G{row}*K{power}", part.embedded_electricity_mwh)
        _sums(page, row, activity, part.see_direct, part.see_indirect, told.activity_level)
        source, country = (sources[part.id], None) if part.id in rows else origins[part.id]
        page.text(f"O{row}", source, "result")
        page.text(f"Q{row}", country, "result")


def _sums(page: Page, row: int, activity: int, direct: float, indirect: float, level: float) -> None:
    page.formula(f"K{row}", f"=I{row}+J{row}", direct + indirect)
    page.formula(f"L{row}", f"=I{row}*N{activity}", direct * level)
    page.formula(f"M{row}", f"=J{row}*N{activity}", indirect * level)
    page.formula(f"N{row}", f"=L{row}+M{row}", (direct + indirect) * level)


def write_products(page: Page, installation: Installation, result: CbamResult) -> None:
    """Sheet Summary_Products: one row for every good."""
    page.text("B2", "Summary of products", "title")
    page.texts(8, PRODUCT_HEADS)
    for number, row in enumerate(PRODUCT_ROWS, 1):
        page.number(f"C{row}", number, "label")
    rows = {p.id: SPECIFIC_ROW + n for n, p in enumerate(result.processes)}
    for good, told in zip(installation.products, result.products, strict=True):
        at, specific = good.row, rows[good.process]
        detail = DETAIL_ROW + DETAIL_STEP * (specific - SPECIFIC_ROW) + 2
        _good(page, at, good, told, installation)
        page.formula(f"I{at}", f"=Summary_Processes!H{specific}", told.see_direct)
        page.formula(f"J{at}", f"=Summary_Processes!J{specific}", told.see_indirect)
        page.formula(f"K{at}", f"=I{at}+J{at}", told.see_total)
        page.formula(
            f"M{at}", f"=Summary_Processes!H{detail}", told.share_direct_from_default, "result_share"
        )
        page.formula(f"O{at}", f"=Summary_Processes!L{specific}", told.embedded_electricity_mwh)


def _good(page: Page, at: int, good: Product, told: ProductResult, installation: Installation) -> None:
    process = installation.process(good.process)
    page.given(f"D{at}", process.name)
    page.text(f"E{at}", category_of(process.goods_category), "result")
    page.given(f"F{at}", good.cn_code)
    page.given(f"H{at}", good.name)
    page.text(f"L{at}", f"tCO2e/{told.unit}", "result")
    page.text(f"N{at}", process.electricity.ef_source, "result")
    for column, value in parameters_of(good).items():
        if isinstance(value, str):
            page.given(f"{column}{at}", value)
        else:
            page.number(f"{column}{at}", value, "input" if column in _PER_TONNE else "share")
    write_good_price(page, at, good, told)


def parameters_of(good: Product) -> dict[str, float | str]:
    """Qualifying parameters of a good by column; those that the template does not know are left out."""
    columns = {name: column for column, name in PRODUCT_COLUMNS.items()}
    found = {ALIASES.get(name, name): value for name, value in good.parameters.items()}
    return {columns[name]: value for name, value in found.items() if name in columns}


def write_communication(
    page: Page, installation: Installation, result: CbamResult, about: Mapping[str, str]
) -> None:
    """Sheet Summary_Communication: what goes to the reporting declarant."""
    page.text("B2", "Communication with reporting declarants", "title")
    page.texts(8, {"C": 1, "D": "Summary of the installation and production processes"}, "section")
    page.texts(11, {"D": "Parameter:", "G": "Value"})
    _about(page, 12, "D", ("D20", "D21"), ("G20", "G21"), installation, about)
    _monitoring(page, installation, result)
    page.texts(23, {"C": 2, "D": "Summary of products"}, "section")
    page.texts(COMMUNICATION_ROW - 1, PRODUCT_HEADS)
    for good, told_ in zip(installation.products, result.products, strict=True):
        at, source = COMMUNICATION_ROW + good.row - PRODUCT_ROWS[0], good.row
        page.number(f"C{at}", good.row - PRODUCT_ROWS[0] + 1, "label")
        _good(page, at, good, told_, installation)
        sums = {
            "I": told_.see_direct,
            "J": told_.see_indirect,
            "K": told_.see_total,
            "M": told_.share_direct_from_default,
            "O": told_.embedded_electricity_mwh,
        }
        for column, value in sums.items():
            page.formula(f"{column}{at}", f"=Summary_Products!{column}{source}", value)


def _monitoring(page: Page, installation: Installation, result: CbamResult) -> None:
    whole = result.installation
    page.texts(11, {"H": "(a)", "I": "Aggregated good produced", "P": "(b)", "Q": "Production process"})
    page.texts(
        11,
        {
            "Z": "Calculation - based (excl. PFC)",
            "AB": "Total PFC",
            "AD": "Measurement - based",
            "AF": "Other",
        },
    )
    for number, (category, routes) in enumerate(goods_of(installation)[:10]):
        page.text(f"H{12 + number}", f"G{number + 1}")
        page.text(f"I{12 + number}", category, "result")
        for column, route in zip("JKLMNO", routes, strict=False):
            page.text(f"{column}{12 + number}", route, "result")
    for number, process in enumerate(installation.processes):
        page.text(f"P{12 + number}", f"P{number + 1}")
        page.text(f"Q{12 + number}", process.name, "result")
        page.text(f"R{12 + number}", category_of(process.goods_category), "result")
    sources = len(installation.streams)
    calculated = sum(s.fossil_tco2e for s in result.streams[:sources])
    measured = sum(s.fossil_tco2e for s in result.streams[sources + len(installation.pfc) :])
    page.formula("Z13", "='C_Emissions&Energy'!H32", calculated)
    page.formula("AB13", "='C_Emissions&Energy'!I32", whole.pfc_tco2e)
    page.formula("AD13", "='C_Emissions&Energy'!J32", measured)
    page.formula(
        "AF13", "='C_Emissions&Energy'!K32", whole.direct_tco2e - calculated - whole.pfc_tco2e - measured
    )
    for row, label, cell, value in (
        (15, "Total direct emissions during reporting period:", "L27", whole.direct_tco2e),
        (16, "Total indirect emissions during reporting period:", "M27", known(whole.indirect_tco2e)),
        (17, "Total emissions during reporting period:", "N27", whole.total_tco2e),
    ):
        page.text(f"Z{row}", label)
        page.text(f"AG{row}", "tCO2e")
        page.formula(f"AH{row}", f"='C_Emissions&Energy'!{cell}", value)
