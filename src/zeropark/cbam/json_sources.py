"""Perfluorocarbons and measured stacks of a worked example: fields known by the template's column, else by name"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from zeropark.cbam import terms
from zeropark.cbam.json_leaf import Branch
from zeropark.cbam.model import MeasurementSource, PfcSource

PFC_COLUMNS = {
    "D": "method",
    "E": "name",
    "F": "aluminium_t",
    "AG": "frequency",
    "AH": "duration",
    "AI": "slope_factor",
    "AJ": "overvoltage",
    "AK": "current_efficiency",
    "AL": "overvoltage_coefficient",
    "AM": "c2f6_per_cf4",
    "AT": "collection_efficiency",
}
"""Columns of sheet B_EmInst, section b, and the fields of the model."""
MEASUREMENT_COLUMNS = {
    "D": "name",
    "E": "gas",
    "R": "biomass_percent",
    "V": "concentration_g_per_nm3",
    "X": "hours",
    "Z": "flow_1000nm3_per_h",
}
"""Columns of sheet B_EmInst, section c, and the fields of the model."""


_ALUMINIUM = {**terms.TONNES, "tal": 1.0, "taluminium": 1.0}
_CONCENTRATION = {"g/nm3": 1.0, "mg/nm3": 1e-3, "kg/1000nm3": 1.0}
_HOURS = dict.fromkeys(("h", "hours", "h/period", "h/a", "h/year", "h/yr"), 1.0)
_FLOW = {"1000nm3/h": 1.0, "nm3/h": 1e-3}


def pfc_of(branch: Branch, id_: str) -> PfcSource:
    """A perfluorocarbon source, by whatever names its fields have."""
    id_ = branch.text("id") or id_
    known = _renamed(branch, PFC_COLUMNS, _pfc_field).named(f"pfc.{id_}")
    method = known.choice("method", terms.PFC_METHODS)
    slope = known.data.get("slope_factor") is not None
    return PfcSource(
        id=id_,
        name=known.text("name") or id_,
        method=method or ("slope" if slope else "overvoltage"),
        aluminium_t=known.number("aluminium_t", units=_ALUMINIUM),
        frequency=known.number("frequency"),
        duration=known.number("duration"),
        slope_factor=known.number("slope_factor"),
        overvoltage=known.number("overvoltage"),
        current_efficiency=known.number("current_efficiency"),
        overvoltage_coefficient=known.number("overvoltage_coefficient"),
        c2f6_per_cf4=known.number("c2f6_per_cf4"),
        collection_efficiency=_fraction(known.number("collection_efficiency")),
    )


def measurement_of(branch: Branch, id_: str) -> MeasurementSource:
    """A measured stack, by whatever names its fields have."""
    id_ = branch.text("id") or id_
    known = _renamed(branch, MEASUREMENT_COLUMNS, _measurement_field).named(f"measurements.{id_}")
    gas = known.choice("gas", terms.GASES)
    if gas is None and known.text("gas") is None and known.number("concentration_g_per_nm3"):
        known.fault("gas", "nothing", "CO2 or N2O", "the template counts a stack of no gas as nothing")
    return MeasurementSource(
        id=id_,
        name=known.text("name") or id_,
        gas=gas or "CO2",
        concentration_g_per_nm3=known.number("concentration_g_per_nm3", units=_CONCENTRATION),
        hours=known.number("hours", units=_HOURS),
        flow_1000nm3_per_h=known.number("flow_1000nm3_per_h", units=_FLOW),
        biomass_percent=known.number("biomass_percent", units=terms.PERCENT),
    )


def _fraction(value: float | None) -> float | None:
    """Collection efficiency as a fraction: the sheet shows it in percent and keeps a fraction; above 1 is percent."""
    return value / 100 if value is not None and value > 1 else value


def _renamed(branch: Branch, columns: Mapping[str, str], guess: Callable[[str], str | None]) -> Branch:
    """The same leaves under the model's names: by the column of their cell, else by the words of their key."""
    data: dict[str, Any] = {}
    for key, leaf in branch.data.items():
        column = _column(leaf)
        name = columns.get(column) if column else guess(_words(key))
        if name and name not in data:
            data[name] = leaf
    return Branch(data, branch.path, branch.log, branch.place)


def _words(key: str) -> str:
    """The words of a key: ``SEF(CF4)``, ``slopeFactor`` and ``slope_factor`` alike."""
    return terms.plain(re.sub(r"[^A-Za-z0-9]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", key)))


def _column(leaf: object) -> str | None:
    ref = leaf.get("ref") if isinstance(leaf, dict) else None
    found = re.search(r"!\$?([A-Z]{1,3})\$?\d+$", ref) if isinstance(ref, str) else None
    return found[1] if found else None


def _pfc_field(key: str) -> str | None:
    words = set(key.split())
    coefficient = words & {"coefficient", "ovc", "factor", "coeff"}
    tests = (
        (words & {"method", "approach"}, "method"),
        (words & {"technology", "name", "cell"} and not words & {"day", "effects"}, "name"),
        ("c2f6" in key and not words & {"gwp", "emissions"}, "c2f6_per_cf4"),
        (words & {"weight", "ratio"}, "c2f6_per_cf4"),
        ("collection" in words, "collection_efficiency"),
        (words & {"ce"} or {"current", "efficiency"} <= words, "current_efficiency"),
        (words & {"ovc"} or ("overvoltage" in words and coefficient), "overvoltage_coefficient"),
        (words & {"aeo", "overvoltage"}, "overvoltage"),
        (words & {"frequency", "aef"} or {"effects", "day"} <= words, "frequency"),
        (words & {"duration", "aed", "minutes"}, "duration"),
        (words & {"sef", "slope"}, "slope_factor"),
        (words & {"activity", "aluminium", "aluminum", "production", "ad"}, "aluminium_t"),
    )
    return next((name for test, name in tests if test), None)


def _measurement_field(key: str) -> str | None:
    words = set(key.split())
    tests = (
        (words & {"concentration", "conc"}, "concentration_g_per_nm3"),
        (words & {"flow", "flue"} and "total" not in words, "flow_1000nm3_per_h"),
        (words & {"hours", "operating"}, "hours"),
        (words & {"biomass", "bio"} and not words & {"emissions", "co2"}, "biomass_percent"),
        (words & {"gas", "ghg", "type"} and not words & {"gwp", "annual"}, "gas"),
        (words & {"name"}, "name"),
    )
    return next((name for test, name in tests if test), None)
