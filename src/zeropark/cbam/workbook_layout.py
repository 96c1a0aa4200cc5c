"""Where each number stands in the Commission's template V2.1 (SEE communication, 5 June 2024): sheets, rows, columns

Structure and short labels after the template of the European Commission, DG TAXUD (reuse: Decision 2011/833/EU);
an importer's script made for the template finds each number in its cell.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from zeropark.park.cbam_checks import ANY_ROUTE
from zeropark.park.cbam_checks import ROUTES as WITH_ROUTES
from zeropark.park.cbam_spec import GoodsCategory

SHEETS = (
    "0_Versions",
    "a_Contents",
    "b_Guidelines&Conditions",
    "c_CodeLists",
    "A_InstData",
    "B_EmInst",
    "C_Emissions&Energy",
    "D_Processes",
    "E_PurchPrec",
    "F_Tools",
    "G_FurtherGuidance",
    "Summary_Processes",
    "Summary_Products",
    "Summary_Communication",
    "InputOutput",
    "Parameters_Constants",
    "Parameters_CNCodes",
    "Translations",
    "VersionDocumentation",
)
HIDDEN = SHEETS[14:]
OWN = "zeropark"
"""Sheet after those of the template: regime, versions, evidence, what the template has no cell for."""

STREAM_ROWS = range(17, 92)
PFC_ROWS = range(98, 108)
MEASUREMENT_ROWS = range(113, 123)
GOODS_ROWS = range(62, 72)
PROCESS_ROWS = range(83, 93)
PRECURSOR_ROWS = range(102, 122)
PRODUCT_ROWS = range(10, 110)
SUMMARY_GOODS_ROW, SUMMARY_PROCESS_ROW, SUMMARY_PRECURSOR_ROW = 21, 33, 45
BALANCE_ROW, SPECIFIC_ROW, BOUGHT_ROW = 71, 102, 115
DETAIL_ROW, DETAIL_STEP, DETAIL_LINES = 162, 36, 30
PROCESS_BLOCK, PROCESS_STEP = 11, 65
PRECURSOR_BLOCK, PRECURSOR_STEP = 14, 44
COMMUNICATION_ROW = 26

ALL_ROUTES = "All production routes"
ROUTES: Mapping[str, tuple[str, ...]] = {
    ("Calcined clays " if category == "Calcined clays" else category): (
        (*WITH_ROUTES[category], *ANY_ROUTE) if category in WITH_ROUTES else (ALL_ROUTES,)
    )
    for category in get_args(GoodsCategory)
}
"""Goods categories and their routes, Parameters_Constants rows 89 to 106 (the blank after "Calcined clays" is theirs)."""
ROUTE_SLOTS = 8
"""Rows for routes in the blocks of sheets D and E."""

METHODS = {
    "combustion": "Combustion",
    "process_emissions": "Process emissions",
    "mass_balance": "Mass Balance",
}
PFC_METHODS = {"slope": "Slope method", "overvoltage": "Overvoltage method"}

ALIASES: Mapping[str, str] = {
    "share_mn": "mn_content",
    "share_cr": "cr_content",
    "share_ni": "ni_content",
    "share_other_alloys": "other_alloys",
    "share_carbon": "carbon_content",
}
"""Names of qualifying parameters in worked examples, and those of ``template_layout.PRODUCT_COLUMNS``."""
PRODUCT_HEADS: Mapping[str, str] = {
    "D": "Production process",
    "E": "Aggregated good",
    "F": "CN code",
    "G": "CN name",
    "H": "Product name",
    "I": "SEE (direct)",
    "J": "SEE (indirect)",
    "K": "SEE (total)",
    "L": "Unit",
    "M": "Share of emissions by default value",
    "N": "Source for electricity EF",
    "O": "Embedded electricity (MWh/t)",
    "P": "Main reducing agent of the precursor",
    "Q": "Steel mill identification number",
    "R": "% Mn",
    "S": "% Cr",
    "T": "% Ni",
    "U": "% other alloys",
    "V": "% carbon",
    "W": "t scrap per t steel",
    "X": "% other materials",
    "Y": "% pre-consumer scrap",
    "Z": "t scrap per t aluminium",
    "AA": "% non-aluminium elements",
    "AB": "Clinker factor",
    "AC": "Calcined or not",
    "AD": "Concentration, if hydrous solution",
    "AE": "% nitric acid",
    "AF": "% urea",
    "AG": "% N contained",
    "AH": "% N as ammonium (NH4+)",
    "AI": "% N as nitrate (NO3-)",
    "AJ": "% N as urea",
    "AK": "% N in other (organic) forms",
    "AL": "Type of carbon price instrument",
    "AM": "Share of embedded emissions covered",
    "AN": "Embedded emissions covered",
    "AP": "Currency",
    "AR": "Carbon price due (per t or MWh)",
    "AT": "Type of rebate",
    "AU": "Share covered by the rebate",
    "AV": "Embedded emissions covered by rebate",
    "AX": "Amount of rebate (per t or MWh)",
    "AZ": "Effective carbon price due (per t or MWh)",
}
STREAM_HEADS: Mapping[str, str] = {
    "C": "#",
    "D": "Method",
    "E": "Source stream name",
    "F": "Activity data (AD)",
    "G": "AD Unit",
    "H": "Net calorific value (NCV)",
    "I": "NCV Unit",
    "J": "Emission factor (EF)",
    "K": "EF Unit",
    "L": "Carbon content",
    "M": "C-Content Unit",
    "N": "Oxidation factor (OxF)",
    "O": "OxF Unit",
    "P": "Conversion factor (ConvF)",
    "Q": "ConvF Unit",
    "R": "Biomass content (BioC)",
    "S": "BioC Unit",
    "V": "Hourly GHG conc. average",
    "W": "Hourly GHG conc. unit",
    "X": "Hours operating",
    "Y": "Hours operating unit",
    "Z": "Flue gas flow (average)",
    "AA": "Flue gas flow unit",
    "AD": "Annual amount of GHG",
    "AE": "Annual amount unit",
    "AF": "GWP (tCO2e/t)",
    "AG": "A: Frequency",
    "AH": "A: Duration",
    "AI": "A: SEF(CF4)",
    "AJ": "B: AEO",
    "AK": "B: CE",
    "AL": "B: OVC",
    "AM": "F(C2F6)",
    "AN": "CF4 Emissions (t CF4)",
    "AO": "C2F6 Emissions (t C2F6)",
    "AP": "GWP (CF4) (tCO2e/t)",
    "AQ": "GWP (C2F6) (tCO2e/t)",
    "AR": "CF4 Emissions (t CO2e)",
    "AS": "C2F6 Emissions (t CO2e)",
    "AT": "Collection efficiency, %",
    "AU": "CO2e fossil (t)",
    "AV": "CO2e bio (t)",
    "AX": "Energy content (fossil), TJ",
    "AY": "Energy content (bio), TJ",
}


def category_of(text: str) -> str:
    """The category as the template writes it; any other text as it is."""
    wanted = text.strip().lower()
    return next((name for name in ROUTES if name.strip().lower() == wanted), text)


def routes_of(category: str) -> tuple[str, ...]:
    """Routes of a category, in the template's order."""
    return ROUTES.get(category_of(category), (ALL_ROUTES,))
