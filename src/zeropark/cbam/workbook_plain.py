"""Sheets of the workbook that carry no installation data of their own, and our own last sheet"""

from __future__ import annotations

from collections.abc import Mapping

from zeropark.cbam.model import DEFINITIVE, Installation
from zeropark.cbam.processes import EF_NATURAL_GAS, chain_shares
from zeropark.cbam.result import CbamResult
from zeropark.cbam.streams import GWP_C2F6, GWP_CF4, GWP_N2O
from zeropark.cbam.template_layout import PRODUCT_COLUMNS
from zeropark.cbam.workbook_blocks import untold
from zeropark.cbam.workbook_cells import Page
from zeropark.cbam.workbook_layout import ALIASES, OWN, ROUTES
from zeropark.texts import both

SOURCE = "European Commission, DG TAXUD: CBAM SEE communication template V2.1 of 5 June 2024"
_CONTENTS = {
    16: ("A.", "A_InstData: general information, processes, purchased precursors"),
    23: ("B.", "B_EmInst: source streams and emission sources"),
    28: ("C.", "C_Emissions&Energy: balances of the installation"),
    32: ("D.", "D_Processes: production levels and attributed emissions"),
    35: ("E.", "E_PurchPrec: purchased precursors"),
    51: ("", "Summary_Processes"),
    52: ("", "Summary_Products"),
    55: ("", "Summary_Communication"),
    57: ("", f"{OWN}: regime, versions, evidence"),
}
_TOOLS = "Carbon price due, where it is told; the tool for cogeneration stands in the Commission's template."
_ELSEWHERE = "Not repeated here; it stands in the Commission's template."


def write_plain(pages: Mapping[str, Page], installation: Installation, result: CbamResult) -> None:
    """Version, contents, guidance, constants, shares of the chain."""
    versions = pages["0_Versions"]
    versions.text("B2", "Version history", "title")
    versions.texts(8, {"E": "Version", "F": "Date", "G": "Description"})
    versions.texts(36, {"E": "2.1", "F": "2024-06-05", "G": f"Structure of this workbook: {SOURCE}"}, "label")
    versions.text("G37", "Written by zeropark; not the Commission's file. Labels shortened, cells kept.")
    contents = pages["a_Contents"]
    contents.text("B2", "Table of contents", "title")
    for row, (letter, text) in _CONTENTS.items():
        contents.texts(row, {"C": letter, "D": text}, "label")
    contents.texts(63, {"D": "Installation name:", "H": installation.name}, "label")
    contents.texts(64, {"D": "Reporting period:", "H": "from:", "J": "to:"}, "label")
    contents.day("I64", installation.period_begin, "result_day")
    contents.day("K64", installation.period_end, "result_day")
    for name in ("b_Guidelines&Conditions", "c_CodeLists", "F_Tools", "G_FurtherGuidance"):
        pages[name].text("C6", _ELSEWHERE if name != "F_Tools" else _TOOLS)
    pages["Parameters_CNCodes"].texts(
        3, {"A": "CNKEY", "B": "CODE_EN", "C": "SELFTEXT", "D": "CODE_EN", "E": "CBAM good"}
    )
    pages["Translations"].text("B1", "English")
    documents = pages["VersionDocumentation"]
    documents.texts(2, {"A": "Template type:", "B": "CBAM communication SEE Version 2"}, "label")
    documents.texts(3, {"A": "Version:", "B": "2024-06-05", "C": "structure followed by zeropark"}, "label")
    documents.texts(5, {"A": "Language:", "B": "English"}, "label")
    _constants(pages["Parameters_Constants"], installation)
    _shares(pages["InputOutput"], installation)


def _constants(page: Page, installation: Installation) -> None:
    page.texts(1, {"A": "CNTR_CBAMPeriod", "E": "Name of this sheet:", "F": "Parameters_Constants"}, "label")
    page.text("B1", "Definitive" if installation.regime == DEFINITIVE else "Transitional")
    values = {13: ("CONST_EFNatGas", EF_NATURAL_GAS), 76: ("CONST_GWP_N2O", GWP_N2O)}
    values |= {77: ("CONST_GWP_CF4", GWP_CF4), 78: ("CONST_GWP_C2F6", GWP_C2F6)}
    for row, (name, value) in values.items():
        page.text(f"A{row}", name)
        page.number(f"B{row}", value, "result")
    page.texts(34, {"A": "CONST_tCO2pTJ", "B": "tCO2/TJ"}, "label")
    page.texts(88, {"A": "CBAM good", "B": "Unit"}, "label")
    for row, (category, routes) in enumerate(ROUTES.items(), 89):
        page.text(f"A{row}", category)
        page.text(f"B{row}", "MWh" if category.startswith("Electricity") else "t")
        for column, route in zip("GHIJK", routes, strict=False):
            page.text(f"{column}{row}", route)


def _shares(page: Page, installation: Installation) -> None:
    """Share of every precursor consumed per unit of every good, as the template's hidden sheet has it."""
    page.text("E5", "Share of precursor consumed, per unit of good produced")
    page.text("O5", "Share of purchased precursor consumed, per unit of good produced")
    shares, count = chain_shares(installation), len(installation.processes)
    columns = [*"EFGHIJKLMN"[:count], *_purchased_columns(len(installation.precursors))]
    names = [*(p.name for p in installation.processes), *(p.name for p in installation.precursors)]
    page.text("D6", "Process")
    page.texts(6, dict(zip(columns, names, strict=True)), "label")
    for row, process in enumerate(installation.processes):
        page.number(f"C{7 + row}", row + 1, "label")
        page.text(f"D{7 + row}", process.name)
        for column, share in zip(columns, shares[row], strict=True):
            page.number(f"{column}{7 + row}", float(share), "result")


def _purchased_columns(count: int) -> list[str]:
    return [*"OPQRSTUVWXYZ", "AA", "AB", "AC", "AD", "AE", "AF", "AG", "AH"][:count]


def write_own(page: Page, installation: Installation, result: CbamResult, digest: str) -> None:
    """Our own sheet: what an auditor asks for and the template has no cell for."""
    page.widths({"A": 34, "B": 44, "C": 22, "D": 60})
    page.text("A1", "zeropark", "title")
    rows: list[tuple[str, str]] = [
        (both("regime", "规则"), installation.regime),
        (both("default values", "默认值"), result.defaults_version),
        (both("structure", "结构"), SOURCE),
        (
            both("SHA-256 of installation_data in cbam.json", "cbam.json中installation_data的SHA-256"),
            digest or "-",
        ),
        *((both("note", "说明"), note) for note in result.notes),
        *((both("open point", "未闭合项"), control) for control in result.controls),
    ]
    at = 3
    for key, value in rows:
        page.text(f"A{at}", key)
        page.text(f"B{at}", value)
        at += 1
    at += 1
    page.texts(at, {"A": "place", "B": "what", "C": "value", "D": "evidence"})
    for place, what, figure, evidence in _beyond(installation):
        at += 1
        page.text(f"A{at}", place)
        page.text(f"B{at}", what)
        if isinstance(figure, str):
            page.text(f"C{at}", figure, "result")
        else:
            page.number(f"C{at}", figure, "result")
        page.text(f"D{at}", evidence)


def _beyond(installation: Installation) -> list[tuple[str, str, float | str | None, str]]:
    """Data of the installation that the template has no cell for."""
    found: list[tuple[str, str, float | str | None, str]] = []
    for process in installation.processes:
        evidence = process.electricity.evidence
        if evidence is not None:
            place = f"processes.{process.id}.electricity"
            found.append((place, "MWh matched", evidence.matched_mwh, evidence.source))
            found.append((place, "longest step, h", evidence.longest_step_hours, "Annex II D.4.3"))
        found += [
            (f"processes.{process.id}", f"consumed by {use.process}", use.amount, "not told in this workbook")
            for use in untold(installation, process)
        ]
    for bought in installation.precursors:
        place = f"precursors.{bought.id}"
        if bought.cn_code:
            found.append((place, "CN code", bought.cn_code, ""))
        if bought.see_indirect is not None:
            found.append((place, "SEE (indirect) as told, tCO2e/t", bought.see_indirect, ""))
    known = set(PRODUCT_COLUMNS.values())
    for good in installation.products:
        if good.amount is not None:
            found.append((f"products.{good.row}", "amount, t", good.amount, good.cn_code))
        found += [
            (f"products.{good.row}", name, value, good.cn_code)
            for name, value in good.parameters.items()
            if ALIASES.get(name, name) not in known
        ]
    return found
