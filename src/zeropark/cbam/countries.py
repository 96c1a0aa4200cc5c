"""Countries of origin: two-letter codes, and the names that decide something (China, the Union, exempted countries)"""

from __future__ import annotations

from collections.abc import Mapping

from zeropark.cbam.model import Installation
from zeropark.cbam.terms import plain
from zeropark.texts import both

_LISTED = """
AD AE AF AG AI AL AM AN AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY
BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH EL ER ES ET EU FI FJ
FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR
IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML
MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR
PS PT PW PY QA QP RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH
TJ TK TL TM TN TO TP TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XA XC XI XK XL XM XO XP XR XS
XZ YE YT YU ZA ZM ZR ZW
"""
CODES = frozenset(_LISTED.split())
"""Codes of the template's sheet c_CodeLists [O], and EL for Greece."""
_NAMES: Mapping[str, str] = {
    "China": "CN",
    "PR China": "CN",
    "People's Republic of China": "CN",
    "中国": "CN",
    "Austria": "AT",
    "Belgium": "BE",
    "Bulgaria": "BG",
    "Croatia": "HR",
    "Cyprus": "CY",
    "Czechia": "CZ",
    "Czech Republic": "CZ",
    "Denmark": "DK",
    "Estonia": "EE",
    "Finland": "FI",
    "France": "FR",
    "Germany": "DE",
    "Greece": "GR",
    "Hungary": "HU",
    "Iceland": "IS",
    "Ireland": "IE",
    "Italy": "IT",
    "Latvia": "LV",
    "Liechtenstein": "LI",
    "Lithuania": "LT",
    "Luxembourg": "LU",
    "Malta": "MT",
    "Netherlands": "NL",
    "Norway": "NO",
    "Poland": "PL",
    "Portugal": "PT",
    "Romania": "RO",
    "Slovakia": "SK",
    "Slovenia": "SI",
    "Spain": "ES",
    "Sweden": "SE",
    "Switzerland": "CH",
}
_BY_NAME = {plain(name): code for name, code in _NAMES.items()}


def country_code(text: str | None) -> str:
    """The code of a country by code or name; any other text as it is, blank for none."""
    told = (text or "").strip()
    if told.upper() in CODES:
        return told.upper()
    return _BY_NAME.get(plain(told), told)


def country_controls(installation: Installation) -> list[str]:
    """Origins of precursors that are no country's code: nothing is looked up or exempted by them."""
    texts = []
    for precursor in installation.precursors:
        code = country_code(precursor.country)
        if code and code not in CODES:
            texts.append(
                both(
                    f"{precursor.id}: '{code}' is no country code (two letters, e.g. CN): the precursor counts as one of a"
                    " third country",
                    f"{precursor.id}：“{code}”不是国家代码（两位字母，如CN）：按第三国前体计",
                )
            )
    return texts
