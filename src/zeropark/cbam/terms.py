"""Words of the template and of worked examples, and the terms of the model that they stand for"""

from __future__ import annotations

import re
from collections.abc import Mapping

from zeropark.cbam.model import (
    DEFINITIVE,
    TRANSITIONAL,
    ActivityUnit,
    FactorUnit,
    Gas,
    PfcMethod,
    Regime,
    Source,
    StreamMethod,
)
from zeropark.texts import both

STREAM_METHODS: Mapping[str, StreamMethod] = {
    "combustion": "combustion",
    "process emissions": "process_emissions",
    "mass balance": "mass_balance",
    "process": "process_emissions",
}
PFC_METHODS: Mapping[str, PfcMethod] = {
    "slope method": "slope",
    "slope": "slope",
    "overvoltage method": "overvoltage",
    "overvoltage": "overvoltage",
}
GASES: Mapping[str, Gas] = {
    "co2": "CO2",
    "n2o": "N2O",
    "carbon dioxide": "CO2",
    "nitrous oxide": "N2O",
    "co2 transfer": "CO2",
}
SOURCES: Mapping[str, Source] = {"measured": "Measured", "default": "Default", "unknown": "Unknown"}
ACTIVITY_UNITS: Mapping[str, ActivityUnit] = {"t": "t", "1000nm3": "1000Nm3"}
FACTOR_UNITS: Mapping[str, FactorUnit] = {
    "tco2/tj": "tCO2/TJ",
    "tco2/t": "tCO2/t",
    "tco2/1000nm3": "tCO2/1000Nm3",
    "kgco2/gj": "tCO2/TJ",
    "kgco2/kg": "tCO2/t",
    "kgco2/nm3": "tCO2/1000Nm3",
}

TONNES = {"t": 1.0, "kt": 1e3, "kg": 1e-3}
GOODS = {**TONNES, "mwh": 1.0, "gwh": 1e3}
TERAJOULES = {"tj": 1.0, "gj": 1e-3, "pj": 1e3, "mwh": 0.0036}
MEGAWATT_HOURS = {"mwh": 1.0, "gwh": 1e3, "kwh": 1e-3}
HOURS = {"h": 1.0, "hour": 1.0, "hours": 1.0, "min": 1 / 60}
EMISSIONS = {"tco2": 1.0, "ktco2": 1e3, "kgco2": 1e-3}
PER_TERAJOULE = {"tco2/tj": 1.0, "kgco2/gj": 1.0}
PER_MEGAWATT_HOUR = {"tco2/mwh": 1.0, "kgco2/kwh": 1.0, "gco2/kwh": 1e-3, "kgco2/mwh": 1e-3}
PER_TONNE = {"tco2/t": 1.0, "kgco2/t": 1e-3, "kgco2/kg": 1.0, "tco2/mwh": 1.0}
POWER_PER_TONNE = {"mwh/t": 1.0, "kwh/t": 1e-3, "mwh/mwh": 1.0}
PERCENT = {"%": 1.0, "percent": 1.0, **dict.fromkeys(("1", "-", "fraction", "share", "t/t"), 100.0)}
CALORIFIC = {"gj/t": 1.0, "gj/1000nm3": 1.0, "mj/kg": 1.0, "mj/nm3": 1.0, "tj/gg": 1.0, "tj/t": 1e3}
CARBON = {"tc/t": 1.0, "tc/1000nm3": 1.0, "kgc/kg": 1.0, "kgc/t": 1e-3}


POWER_SOURCES = ("D.4(a)", "D.4(b)", "D.4.1", "D.4.2", "D.4.3.1", "D.4.3.2", "Mix")
"""Sources of an electricity factor, as the template's list has them (Parameters_Constants, row 15)."""


def plain(text: str) -> str:
    """Words in lower case, single spaces, no underscores: how terms are compared."""
    return re.sub(r"[\s_]+", " ", text).strip().lower()


def regime_of(text: str) -> Regime | None:
    """The rules that a text names, by word or number of the act; None where it names neither, or both."""
    words = plain(text)
    definitive = "definitive" in words or "2025/2547" in words
    transitional = "transitional" in words or "2023/1773" in words
    if definitive == transitional:
        return None
    return DEFINITIVE if definitive else TRANSITIONAL


def regime_title(regime: Regime) -> str:
    """The rules in both languages, with the number of the act."""
    act = regime.partition(" ")[2]
    return both(regime, f"{'正式期' if regime == DEFINITIVE else '过渡期'}，(EU) {act}")


def power_source(text: str | None) -> str | None:
    """A source of an electricity factor as the list writes it, whatever its case and blanks; other words as they are."""
    bare = re.sub(r"\s", "", text or "").lower()
    return next((source for source in POWER_SOURCES if source.lower() == bare), text)


def plain_unit(text: str) -> str:
    """A unit in lower case without spaces and side remarks, CO2e as CO2: ``t CO2e/tonne (dry)`` is ``tco2/t``."""
    found = re.sub(r"(?<=\S)\s*\([^()]*\)\s*$", "", text.strip())
    found = found.replace("₂", "2").replace("³", "3").replace("−", "-").lower()
    found = re.sub(r"\b(metric )?ton(ne)?s?\b", "t", found)
    found = re.sub(r"/\s*(t|mwh)\s+[a-z][\w -]*$", r"/\1", found)  # t of what: the good's own name
    found = re.sub(r"[\s_,]+", "", found).replace("co2eq", "co2").replace("co2e", "co2")
    return re.sub(r"\bk(?=nm3)", "1000", found)


def is_equivalents(unit: str) -> bool:
    """Whether a unit is one of CO2 equivalents: ``tCO2e/TJ``, ``t CO2-eq/t``."""
    return re.search(r"co(2|₂)[\s_-]*e", unit, re.IGNORECASE) is not None


def written_unit(plain: str) -> str:
    """A unit as people write it, of one that is compared: ``tCO2/MWh`` of ``tco2/mwh``."""
    for small, usual in (("co2", "CO2"), ("wh", "Wh"), ("nm3", "Nm3"), ("tc/", "tC/"), ("kgc/", "kgC/")):
        plain = plain.replace(small, usual)
    plain = re.sub(r"\bm(?=Wh)", "M", re.sub(r"\bg(?=Wh)", "G", plain))
    return re.sub(r"\b([gtmp])j\b", lambda found: found[0].upper(), plain)


FLAGS = {"true": True, "yes": True, "是": True, "false": False, "no": False, "否": False}
LARGEST = 1e30
"""No amount or factor comes near; a larger one would overflow where it is multiplied."""
NOTHING = frozenset(
    {"n.a.", "n.a", "n/a", "na", "-", "–", "—", "none", "nil", "not applicable", "not relevant"}
)
"""Words that stand where nothing is to be told."""


def is_nothing(text: str) -> bool:
    """Whether the words say that the cell holds nothing: the template's sums pass over them."""
    return plain(text) in NOTHING


def read_as_blank(where: str, text: str) -> str:
    """The remark for such a cell."""
    return both(f"{where}: '{text.strip()}' read as blank", f"{where}：“{text.strip()}”按空白读取")


def no_date(where: str, text: str) -> str:
    """The remark for what should be a day of the reporting period; no figure depends on it."""
    return both(
        f"{where}: '{text.strip()}' is no date, read as blank",
        f"{where}：“{text.strip()}”不是日期，按空白读取",
    )


def number_of(text: str) -> float | None:
    """A number kept as text; None for anything that is not plainly one (a comma may be decimal or not)."""
    found = re.fullmatch(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*", text)
    return float(text) if found else None


def code_of(text: str | None) -> str:
    """A CN code as it is compared: without spaces, dots and hyphens; words that say nothing are blank."""
    if text is None or is_nothing(text):
        return ""
    return re.sub(r"[\s.\-\u00a0]", "", text)
