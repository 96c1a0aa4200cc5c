"""Source streams, perfluorocarbons, measured stacks and typed balances: each built in one place, whoever reads the file.

A reader (template or worked example) offers its cells as ``Fields``, by the names of the model. The columns of the
template stand here once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol, TypeVar

from zeropark.cbam.model import (
    ActivityUnit,
    EmissionBalance,
    FactorUnit,
    FuelBalance,
    Gas,
    Heat,
    MeasurementSource,
    PfcMethod,
    PfcSource,
    SourceStream,
    StreamMethod,
    WasteGas,
)

Built = TypeVar("Built")

STREAM_COLUMNS: Mapping[str, str] = {
    "activity": "F",
    "ncv": "H",
    "emission_factor": "J",
    "carbon_content": "L",
    "oxidation_percent": "N",
    "conversion_percent": "P",
    "biomass_percent": "R",
}
"""Numbers of a source stream and their columns on sheet B_EmInst, section a."""
PFC_COLUMNS: Mapping[str, str] = {
    "aluminium_t": "F",
    "frequency": "AG",
    "duration": "AH",
    "slope_factor": "AI",
    "overvoltage": "AJ",
    "current_efficiency": "AK",
    "overvoltage_coefficient": "AL",
    "c2f6_per_cf4": "AM",
    "collection_efficiency": "AT",
}
"""The same of section b. Beside them: D the method, E the technology."""
MEASUREMENT_COLUMNS: Mapping[str, str] = {
    "biomass_percent": "R",
    "concentration_g_per_nm3": "V",
    "hours": "X",
    "flow_1000nm3_per_h": "Z",
}
"""The same of section c. Beside them: D the name, E the gas."""
FUEL_NUMBERS = ("total_manual", "cbam_goods", "electricity", "non_cbam")
"""Typed line of the fuel balance, sheet C, in the order of its columns H to K."""
EMISSION_NUMBERS = ("co2_manual", "biomass_manual", "n2o_manual", "pfc_manual", "indirect_manual")
"""Typed line of the emission balance, in the order of its columns H to K and M."""
HEAT_NUMBERS = ("imported_tj", "imported_ef", "exported_tj", "exported_ef")
WASTE_GAS_NUMBERS = ("imported_tj", "exported_tj")


class Fields(Protocol):
    """Cells of one source or line, by the names of the model; faults are the reader's own."""

    def number(self, name: str, /) -> float | None:
        """The number in the model's unit; None for a blank."""

    def text(self, name: str, /) -> str | None:
        """The words; None for a blank."""


def stream_from(
    fields: Fields,
    id_: str,
    method: StreamMethod,
    activity_unit: ActivityUnit,
    factor_unit: FactorUnit | None,
) -> SourceStream:
    """A source stream; without a name it is called by its id."""
    return _built(
        SourceStream,
        fields,
        STREAM_COLUMNS,
        id=id_,
        name=fields.text("name") or id_,
        method=method,
        activity_unit=activity_unit,
        emission_factor_unit=factor_unit,
    )


def pfc_from(fields: Fields, id_: str, method: PfcMethod) -> PfcSource:
    """A source of perfluorocarbons."""
    return _built(PfcSource, fields, PFC_COLUMNS, id=id_, name=fields.text("name") or id_, method=method)


def measurement_from(fields: Fields, id_: str, gas: Gas) -> MeasurementSource:
    """A measured stack."""
    return _built(
        MeasurementSource, fields, MEASUREMENT_COLUMNS, id=id_, name=fields.text("name") or id_, gas=gas
    )


def fuel_from(fields: Fields) -> FuelBalance:
    """The typed line of the fuel balance, TJ."""
    return _built(FuelBalance, fields, FUEL_NUMBERS)


def balance_from(fields: Fields) -> EmissionBalance:
    """The typed line of the emission balance, t CO2e."""
    return _built(EmissionBalance, fields, EMISSION_NUMBERS)


def heat_from(fields: Fields) -> Heat:
    """Measurable heat over the boundary of a process."""
    return _built(Heat, fields, HEAT_NUMBERS)


def waste_gas_from(fields: Fields) -> WasteGas:
    """Waste gas over the boundary of a process."""
    return _built(WasteGas, fields, WASTE_GAS_NUMBERS)


def _built(make: Callable[..., Built], fields: Fields, numbers: Iterable[str], **words: str | None) -> Built:
    """One record of the model: its numbers as the reader finds them, beside what is told in words."""
    return make(**{name: fields.number(name) for name in numbers}, **words)
