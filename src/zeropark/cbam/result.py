"""What the CBAM engine says of an installation: streams, installation, precursors, processes, products.

Emissions are t CO2e, specific ones t CO2e per unit of the good (t; MWh for electricity; t of clinker for cement and
kg N for some fertilisers under the definitive regime: ``unit`` says which). Direct and indirect are kept apart.
"""

from __future__ import annotations

from dataclasses import dataclass

from zeropark.cbam.model import Installation, Regime


@dataclass(frozen=True)
class StreamResult:
    """CO2 and energy of a source stream, of perfluorocarbons, or of a measured stack; fossil and biomass apart.

    gas: ``CO2``, ``N2O`` or ``PFC``. equation: of Annex II of IR (EU) 2025/2547.
    """

    id: str
    name: str
    gas: str
    fossil_tco2e: float
    biomass_tco2e: float
    energy_fossil_tj: float
    energy_biomass_tj: float
    equation: str


@dataclass(frozen=True)
class InstallationResult:
    """Sums over the installation. ``indirect_tco2e`` is the typed total, None where none is typed."""

    fuel_input_tj: float
    fuel_rest_tj: float | None
    co2_fossil_tco2e: float
    co2_biomass_tco2e: float
    n2o_tco2e: float
    pfc_tco2e: float
    direct_tco2e: float
    indirect_tco2e: float | None
    total_tco2e: float
    calculated_tco2e: float
    measured_tco2e: float
    attributed_direct_tco2e: float
    attributed_indirect_tco2e: float
    rest_direct_tco2e: float
    rest_indirect_tco2e: float | None


@dataclass(frozen=True)
class Contribution:
    """What one link of the chain brings into a tonne of a good.

    mass_share: amount of it, direct and through others, per unit of the good (own process: 1 where nothing loops).
    kind: ``own``, ``process`` or ``precursor``.
    """

    id: str
    name: str
    kind: str
    mass_share: float
    see_direct: float
    see_indirect: float
    embedded_electricity_mwh: float
    from_default: bool


@dataclass(frozen=True)
class PrecursorResult:
    """A purchased precursor: specific embedded emissions and what became of it (``control``: 0 when all is told)."""

    id: str
    name: str
    purchased: float
    control: float
    see_direct: float
    see_indirect: float
    specific_electricity_mwh: float


@dataclass(frozen=True)
class ProcessResult:
    """A production process.

    attributed_direct_tco2e: DirEm* with heat and waste gas, and under the definitive regime with electricity (Eq. 55).
    electricity_export_tco2e: the correction for exported electricity, ≤ 0; the template's column of attributed
    emissions leaves it out and its specific emissions include it, so that under the transitional regime
    se_direct = (attributed_direct + electricity_export) / activity_level.
    unit: of activity level and specific values; from 2026 on the functional unit of its goods (Art. 4).
    see_indirect_counted: without the indirect emissions of links that are goods of Annex II (direct only).
    """

    id: str
    name: str
    goods_category: str
    unit: str
    activity_level: float
    production_control: float
    direct_tco2e: float
    heat_tco2e: float
    waste_gas_tco2e: float
    electricity_export_tco2e: float
    attributed_direct_tco2e: float
    attributed_indirect_tco2e: float
    se_direct: float
    see_direct: float
    se_indirect: float
    see_indirect: float
    see_indirect_counted: float
    specific_electricity_mwh: float
    embedded_electricity_mwh: float
    share_direct_from_default: float
    contributions: tuple[Contribution, ...]


@dataclass(frozen=True)
class ProductResult:
    """A good as it is declared.

    unit: the functional unit of see_direct and see_indirect. per_tonne_factor: functional units in a tonne of the good
    (1; clinker factor for cement), so that what is due for a tonne is see × per_tonne_factor (Eq. 64 to 66).
    indirect_counts: False for goods of Annex II of Reg. (EU) 2023/956 (direct emissions only).
    see_indirect_counted: what of the indirect emissions is charged: all, or for goods of Annex II only what
    precursors outside of that Annex bring. Under the definitive regime it equals see_indirect.
    """

    row: int
    process: str
    cn_code: str
    name: str
    unit: str
    per_tonne_factor: float
    see_direct: float
    see_indirect: float
    indirect_counts: bool
    see_indirect_counted: float
    share_direct_from_default: float
    embedded_electricity_mwh: float

    @property
    def see_total(self) -> float:
        """Direct and indirect together."""
        return self.see_direct + self.see_indirect

    @property
    def see_declared(self) -> float:
        """What the good is charged for: direct emissions, and indirect ones as far as they count."""
        return self.see_direct + self.see_indirect_counted


@dataclass(frozen=True)
class CbamResult:
    """All of it, with the regime, the version of the rules behind it, and remarks for whoever reads it.

    controls: what is not closed or was read as empty (texts in both languages); not errors.
    """

    regime: Regime
    defaults_version: str
    notes: tuple[str, ...]
    controls: tuple[str, ...]
    installation: InstallationResult
    streams: tuple[StreamResult, ...]
    precursors: tuple[PrecursorResult, ...]
    processes: tuple[ProcessResult, ...]
    products: tuple[ProductResult, ...]
    source: Installation

    def process(self, id_: str) -> ProcessResult:
        """The result of this process. Raises KeyError."""
        for process in self.processes:
            if process.id == id_:
                return process
        raise KeyError(id_)
