"""An installation as CBAM sees it: what goes in, what is made of what. Blank cells are None, never a silent zero.

Numbers are in the units of the Commission's template: t or 1000 Nm3, GJ/t, t CO2/TJ, TJ, MWh, t CO2e. They are
installation data only: nothing here has the type of a life-cycle factor, so none can enter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Regime = Literal["transitional 2023/1773", "definitive 2025/2547"]
TRANSITIONAL: Regime = "transitional 2023/1773"
DEFINITIVE: Regime = "definitive 2025/2547"
REGIMES: tuple[Regime, ...] = (TRANSITIONAL, DEFINITIVE)

StreamMethod = Literal["combustion", "process_emissions", "mass_balance"]
PfcMethod = Literal["slope", "overvoltage"]
Gas = Literal["CO2", "N2O"]
Source = Literal["Measured", "Default", "Unknown"]
ActivityUnit = Literal["t", "1000Nm3"]
FactorUnit = Literal["tCO2/TJ", "tCO2/t", "tCO2/1000Nm3"]


@dataclass(frozen=True)
class SourceStream:
    """A fuel or material whose CO2 is calculated (Annex II B.3). Outputs of a mass balance are negative.

    ncv: GJ per unit of activity. Factors and the biomass share are percent, 0 to 100; None: 100, 100 and 0.
    carbon_content: t C per unit of activity.
    """

    id: str
    name: str
    method: StreamMethod
    activity: float | None
    activity_unit: ActivityUnit = "t"
    ncv: float | None = None
    emission_factor: float | None = None
    emission_factor_unit: FactorUnit | None = None
    carbon_content: float | None = None
    oxidation_percent: float | None = None
    conversion_percent: float | None = None
    biomass_percent: float | None = None


@dataclass(frozen=True)
class PfcSource:
    """Perfluorocarbons of one cell technology (Annex II B.7).

    Slope: frequency (anode effects per cell-day), duration (minutes), slope_factor ((kg CF4/t Al)/(min/cell-day)).
    Overvoltage: overvoltage (mV), current_efficiency (as the template's cell has it, a fraction),
    overvoltage_coefficient (kg CF4/(t Al mV)).
    c2f6_per_cf4: t/t. collection_efficiency: a fraction; None: all is collected.
    """

    id: str
    name: str
    method: PfcMethod
    aluminium_t: float | None
    frequency: float | None = None
    duration: float | None = None
    slope_factor: float | None = None
    overvoltage: float | None = None
    current_efficiency: float | None = None
    overvoltage_coefficient: float | None = None
    c2f6_per_cf4: float | None = None
    collection_efficiency: float | None = None


@dataclass(frozen=True)
class MeasurementSource:
    """A stack with continuous measurement (Annex II B.6): hourly average × hours × flow."""

    id: str
    name: str
    gas: Gas
    concentration_g_per_nm3: float | None
    hours: float | None
    flow_1000nm3_per_h: float | None
    biomass_percent: float | None = None


@dataclass(frozen=True)
class FuelBalance:
    """Fuel use in TJ; ``total_manual`` replaces the sum of the streams."""

    total_manual: float | None = None
    cbam_goods: float | None = None
    electricity: float | None = None
    non_cbam: float | None = None


@dataclass(frozen=True)
class EmissionBalance:
    """Lines typed by hand, t CO2e: each replaces the computed one. The indirect total is always typed."""

    co2_manual: float | None = None
    biomass_manual: float | None = None
    n2o_manual: float | None = None
    pfc_manual: float | None = None
    indirect_manual: float | None = None


@dataclass(frozen=True)
class RouteAmount:
    """How much was made, or bought, by one production route; unit of the good (t; MWh for electricity)."""

    route: str
    amount: float | None


@dataclass(frozen=True)
class Use:
    """How much of a good a process consumed, scrap and losses included (Annex III A.2).

    process: id of a process of the installation, or words where it is outside of what is told here.
    """

    process: str
    amount: float | None


@dataclass(frozen=True)
class Heat:
    """Measurable heat over the boundary, TJ, with its factors in t CO2/TJ (Eq. 52 and 53)."""

    imported_tj: float | None = None
    imported_ef: float | None = None
    exported_tj: float | None = None
    exported_ef: float | None = None


@dataclass(frozen=True)
class WasteGas:
    """Waste gas over the boundary, TJ (Eq. 54)."""

    imported_tj: float | None = None
    exported_tj: float | None = None


@dataclass(frozen=True)
class HourlyEvidence:
    """Metering that shows the electricity used and the contracted supply side by side (Annex III D.4.3).

    longest_step_hours: the longest interval of the matching; more than one hour is no evidence.
    matched_mwh: what was supplied and used in the same interval. source: file and hash, for the auditor.
    """

    matched_mwh: float
    longest_step_hours: float
    source: str


@dataclass(frozen=True)
class Electricity:
    """Electricity that a process uses, and the factor with its source (``D.4(a)`` … ``D.4.3.2``, ``Mix``)."""

    consumed_mwh: float | None = None
    ef_tco2_per_mwh: float | None = None
    ef_source: str | None = None
    evidence: HourlyEvidence | None = None
    exported_mwh: float | None = None
    exported_ef_tco2_per_mwh: float | None = None


@dataclass(frozen=True)
class ProductionProcess:
    """A production process: what it made, where that went, and what is attributed to it.

    direct_tco2e: directly attributable emissions, DirEm* (sheet D, line g). production: sum is the activity level.
    consumed_in: what other processes of the installation took of it.
    """

    id: str
    name: str
    goods_category: str
    production: tuple[RouteAmount, ...]
    direct_tco2e: float | None
    to_market: float | None = None
    consumed_in: tuple[Use, ...] = ()
    consumed_non_cbam: float | None = None
    heat_applies: bool | None = None
    waste_gas_applies: bool | None = None
    heat: Heat = Heat()
    waste_gas: WasteGas = WasteGas()
    electricity: Electricity = Electricity()
    bubble_precursors: tuple[str, ...] = ()


@dataclass(frozen=True)
class PurchasedPrecursor:
    """A precursor from outside, with its specific embedded emissions and where each number comes from.

    see_indirect: only where it is told as such (a default value); otherwise electricity × factor.
    """

    id: str
    name: str
    goods_category: str
    purchased: tuple[RouteAmount, ...]
    consumed_in: tuple[Use, ...]
    see_direct: float | None
    see_direct_source: Source | None = None
    specific_electricity_mwh_per_t: float | None = None
    specific_electricity_source: Source | None = None
    electricity_ef_tco2_per_mwh: float | None = None
    electricity_ef_source: str | None = None
    see_indirect: float | None = None
    other_use: float | None = None
    country: str | None = None
    cn_code: str | None = None
    justification: str | None = None


@dataclass(frozen=True)
class LinkPrice:
    """Carbon price due on the own emissions of one link of the chain (template, sheet F_Tools, section 2).

    link: id of a process or precursor. share: of its own direct and indirect emissions that is priced, a fraction.
    price, rebate: per t CO2e, in the currency of the installation's ``carbon_currency``.
    """

    link: str
    share: float | None = None
    price: float | None = None
    rebate: float | None = None


@dataclass(frozen=True)
class GoodPrice:
    """Carbon price due on a good as its maker states it (sheet Summary_Products, columns AL to AX).

    due, rebate: per unit of the good (t, MWh), in ``currency``. Shares: of its embedded emissions, fractions.
    """

    instrument: str | None = None
    share: float | None = None
    currency: str | None = None
    due: float | None = None
    rebate_type: str | None = None
    rebate_share: float | None = None
    rebate: float | None = None


@dataclass(frozen=True)
class Product:
    """A good as it is sold: one CN code of one process.

    row: its row on the template's sheet Summary_Products (10 is the first). parameters: what the sheet asks for
    (``clinker_factor``, ``n_content`` …), shares as fractions. amount: t of it, where several codes share a process.
    """

    row: int
    process: str
    cn_code: str
    name: str
    parameters: Mapping[str, float | str] = field(default_factory=dict)
    amount: float | None = None
    carbon_price: GoodPrice | None = None


@dataclass(frozen=True)
class Installation:
    """An installation over one reporting period.

    cells: dotted place (``processes.P1.electricity.ef_tco2_per_mwh``) → cell or key it was read from, so that a
    fault found later can say where. file: what was read, for messages. remarks: what the reader passed over or read
    as blank, for whoever checks. carbon_prices: by link, in ``carbon_currency``, e.g. ``CNY``.
    """

    name: str
    country: str | None
    period_begin: date | None
    period_end: date | None
    regime: Regime
    streams: tuple[SourceStream, ...]
    processes: tuple[ProductionProcess, ...]
    products: tuple[Product, ...]
    precursors: tuple[PurchasedPrecursor, ...] = ()
    pfc: tuple[PfcSource, ...] = ()
    measurements: tuple[MeasurementSource, ...] = ()
    fuel_balance: FuelBalance = FuelBalance()
    emission_balance: EmissionBalance = EmissionBalance()
    carbon_prices: tuple[LinkPrice, ...] = ()
    carbon_currency: str | None = None
    file: str = ""
    cells: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()

    def process(self, id_: str) -> ProductionProcess:
        """The process with this id. Raises KeyError."""
        for process in self.processes:
            if process.id == id_:
                return process
        raise KeyError(id_)

    def products_of(self, process: str) -> tuple[Product, ...]:
        """The goods of a process, in order."""
        return tuple(product for product in self.products if product.process == process)
