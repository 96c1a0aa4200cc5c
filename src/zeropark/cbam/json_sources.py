"""Sources and typed balances of a worked example; perfluorocarbons and stacks are known by column, else by name"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from zeropark.cbam import terms
from zeropark.cbam.json_leaf import Branch
from zeropark.cbam.model import (
    EmissionBalance,
    FuelBalance,
    Heat,
    MeasurementSource,
    PfcSource,
    SourceStream,
    WasteGas,
)
from zeropark.cbam.sources import (
    EMISSION_NUMBERS,
    FUEL_NUMBERS,
    MEASUREMENT_COLUMNS,
    PFC_COLUMNS,
    balance_from,
    fuel_from,
    heat_from,
    measurement_from,
    pfc_from,
    stream_from,
    waste_gas_from,
)
from zeropark.texts import both

Units = Mapping[str, float]

_PFC = {"D": "method", "E": "name", **{column: name for name, column in PFC_COLUMNS.items()}}
_MEASUREMENT = {"D": "name", "E": "gas", **{column: name for name, column in MEASUREMENT_COLUMNS.items()}}
"""Columns of sheet B_EmInst, sections b and c, and the fields of the model."""

_STREAM_KEYS = {
    "activity": ("activity_data", "activity"),
    "oxidation_percent": ("oxidation_factor", "oxidation_percent"),
    "conversion_percent": ("conversion_factor", "conversion_percent"),
    "biomass_percent": ("biomass_fraction", "biomass_percent"),
}
_STREAM_UNITS = {
    "ncv": terms.CALORIFIC,
    "carbon_content": terms.CARBON,
    **dict.fromkeys(("oxidation_percent", "conversion_percent", "biomass_percent"), terms.PERCENT),
}
_FUEL_KEYS = {
    "cbam_goods": ("direct_fuel_cbam_goods", "cbam_goods"),
    "electricity": ("fuel_for_electricity", "electricity"),
    "non_cbam": ("direct_fuel_non_cbam", "non_cbam"),
}
_EMISSION_KEYS = {"indirect_manual": ("indirect_total_manual", "indirect_manual")}
_FLOW_KEYS = {"imported_tj": ("imported", "imported_tj"), "exported_tj": ("exported", "exported_tj")}
_FLOW_UNITS = {
    **dict.fromkeys(("imported_tj", "exported_tj"), terms.TERAJOULES),
    **dict.fromkeys(("imported_ef", "exported_ef"), terms.PER_TERAJOULE),
}
_PFC_UNITS = {"aluminium_t": {**terms.TONNES, "tal": 1.0, "taluminium": 1.0}}
_MEASUREMENT_UNITS = {
    "concentration_g_per_nm3": {"g/nm3": 1.0, "mg/nm3": 1e-3, "kg/1000nm3": 1.0},
    "hours": dict.fromkeys(("h", "hours", "h/period", "h/a", "h/year", "h/yr"), 1.0),
    "flow_1000nm3_per_h": {"1000nm3/h": 1.0, "nm3/h": 1e-3},
    "biomass_percent": terms.PERCENT,
}


@dataclass(frozen=True)
class LeafFields:
    """Leaves of an object by the names of the model. keys: name → keys that the file may have for it."""

    branch: Branch
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    units: Mapping[str, Units] = field(default_factory=dict)

    def number(self, name: str, /) -> float | None:
        """The number under the keys of this name, in the model's unit."""
        keys = self.keys.get(name, (name,))
        return self.branch.number(*keys, units=self.units.get(name), place=f"*.{name}")

    def text(self, name: str, /) -> str | None:
        """The words under this name."""
        return self.branch.text(*self.keys.get(name, (name,)))


def stream_of(branch: Branch, id_: str) -> SourceStream:
    """A source stream."""
    id_ = branch.text("id") or id_
    branch = branch.named(f"streams.{id_}")
    method = branch.choice("method", terms.STREAM_METHODS)
    if method is None and branch.text("method") is None:
        branch.fault("method", "nothing", "combustion, process_emissions or mass_balance")
    if "activity_data" not in branch.data and "activity" not in branch.data:
        branch.fault("activity_data", "nothing", "the amount, null for a blank cell")
    key = "activity" if "activity" in branch.data and "activity_data" not in branch.data else "activity_data"
    unit = branch.unit(key, terms.ACTIVITY_UNITS) or "t"
    factor_unit = branch.unit("emission_factor", terms.FACTOR_UNITS)
    _tell_carbon_dioxide(branch)
    return stream_from(
        LeafFields(branch, _STREAM_KEYS, _STREAM_UNITS), id_, method or "combustion", unit, factor_unit
    )


def _tell_carbon_dioxide(branch: Branch) -> None:
    """A factor told in CO2e is read as one of CO2, the same number: CH4 and N2O of fuels do not count (Annex II B.3)."""
    leaf = branch.data.get("emission_factor")
    unit = leaf.get("unit") if isinstance(leaf, dict) else branch.data.get("emission_factor_unit")
    if isinstance(unit, str) and terms.is_equivalents(unit):
        where = branch.where("emission_factor")
        branch.remark(
            both(
                f"{where}: unit '{unit}' read as CO2, the same number: factors of source streams are of CO2 alone; check"
                " that CH4 and N2O are not in it",
                f"{where}：单位“{unit}”按CO2读取，数值不变：源流因子仅含CO2，请核对其中不含CH4和N2O",
            )
        )


def fuel_of(branch: Branch) -> FuelBalance:
    """The typed line of the fuel balance."""
    units = dict.fromkeys(FUEL_NUMBERS, terms.TERAJOULES)
    return fuel_from(LeafFields(branch.named("fuel_balance"), _FUEL_KEYS, units))


def balance_of(branch: Branch) -> EmissionBalance:
    """The typed line of the emission balance."""
    units = dict.fromkeys(EMISSION_NUMBERS, terms.EMISSIONS)
    return balance_from(LeafFields(branch.named("emission_balance"), _EMISSION_KEYS, units))


def heat_of(branch: Branch) -> Heat:
    """Measurable heat of a process."""
    return heat_from(LeafFields(branch, _FLOW_KEYS, _FLOW_UNITS))


def waste_gas_of(branch: Branch) -> WasteGas:
    """Waste gas of a process."""
    return waste_gas_from(LeafFields(branch, _FLOW_KEYS, _FLOW_UNITS))


def pfc_of(branch: Branch, id_: str) -> PfcSource:
    """A perfluorocarbon source, by whatever names its fields have."""
    id_ = branch.text("id") or id_
    known = _renamed(branch, _PFC, _pfc_field).named(f"pfc.{id_}")
    slope = known.data.get("slope_factor") is not None
    method = known.choice("method", terms.PFC_METHODS) or ("slope" if slope else "overvoltage")
    found = pfc_from(LeafFields(known, units=_PFC_UNITS), id_, method)
    return replace(found, collection_efficiency=_fraction(found.collection_efficiency))


def measurement_of(branch: Branch, id_: str) -> MeasurementSource:
    """A measured stack, by whatever names its fields have."""
    id_ = branch.text("id") or id_
    known = _renamed(branch, _MEASUREMENT, _measurement_field).named(f"measurements.{id_}")
    gas = known.choice("gas", terms.GASES)
    if gas is None and known.text("gas") is None and known.number("concentration_g_per_nm3"):
        known.fault("gas", "nothing", "CO2 or N2O", "the template counts a stack of no gas as nothing")
    return measurement_from(LeafFields(known, units=_MEASUREMENT_UNITS), id_, gas or "CO2")


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
            branch.ask(key)
    return Branch(data, branch.path, branch.log, branch.place, tracked=False)


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
