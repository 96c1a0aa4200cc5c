"""Emissions of source streams, perfluorocarbons and measured stacks: Annex II B of IR (EU) 2025/2547"""

from __future__ import annotations

from zeropark.cbam.model import Installation, MeasurementSource, PfcSource, SourceStream
from zeropark.cbam.result import StreamResult

F_CO2_PER_C = 3.664
"""t CO2 per t C, IR (EU) 2025/2547 Annex II B.3.2 [O]."""
GWP_N2O = 265.0
"""t CO2e/t, IR (EU) 2025/2547 Annex II G.4 [O]; the template's Parameters_Constants!B76."""
GWP_CF4 = 6630.0
"""t CO2e/t, Parameters_Constants!B77 [O]."""
GWP_C2F6 = 11100.0
"""t CO2e/t, Parameters_Constants!B78 [O]."""


def source_results(installation: Installation) -> tuple[StreamResult, ...]:
    """Every stream, then perfluorocarbons, then stacks. Blank cells have been checked; those left count as none."""
    return (
        *(stream_result(stream) for stream in installation.streams),
        *(pfc_result(source) for source in installation.pfc),
        *(measurement_result(source) for source in installation.measurements),
    )


def stream_result(stream: SourceStream) -> StreamResult:
    """Standard method (Eq. 5, 6, 10), process emissions (Eq. 11, 10) or mass balance (Eq. 12, 15)."""
    activity, ncv = known(stream.activity), known(stream.ncv)
    biomass = known(stream.biomass_percent) / 100
    if stream.method == "mass_balance":
        total = activity * known(stream.carbon_content) * F_CO2_PER_C
        equation = "12, 15"
    else:
        burnt = stream.method == "combustion"
        factor = stream.oxidation_percent if burnt else stream.conversion_percent
        energy = ncv / 1000 if stream.emission_factor_unit == "tCO2/TJ" else 1.0
        total = activity * energy * known(stream.emission_factor) * share(factor)
        equation = "5, 6, 10" if burnt else "10, 11"
    return StreamResult(
        stream.id,
        stream.name,
        "CO2",
        total * (1 - biomass),
        total * biomass,
        activity * ncv / 1000 * (1 - biomass),
        activity * ncv / 1000 * biomass,
        equation,
    )


def pfc_result(source: PfcSource) -> StreamResult:
    """CF4 by the slope or the overvoltage method, C2F6 from its ratio to CF4, both over the share collected."""
    if not source.aluminium_t:  # a row left in the file: its factors may be blank too
        per_tonne = 0.0
    elif source.method == "slope":
        per_tonne = known(source.frequency) * known(source.duration) * known(source.slope_factor)
    else:
        effect = known(source.overvoltage) / known(source.current_efficiency)
        per_tonne = effect * known(source.overvoltage_coefficient)
    cf4_t = known(source.aluminium_t) * per_tonne / 1000
    c2f6_t = cf4_t * known(source.c2f6_per_cf4)
    collected = source.collection_efficiency or 1.0  # 0 is a fault, but for a row left in the file
    total = (cf4_t * GWP_CF4 + c2f6_t * GWP_C2F6) / collected
    return StreamResult(source.id, source.name, "PFC", total, 0.0, 0.0, 0.0, f"PFC, {source.method} method")


def measurement_result(source: MeasurementSource) -> StreamResult:
    """Hourly average × hours × flow of flue gas; N2O by its warming potential; biomass CO2 apart."""
    tonnes = (
        known(source.concentration_g_per_nm3) * known(source.hours) * known(source.flow_1000nm3_per_h) / 1000
    )
    total = tonnes * (GWP_N2O if source.gas == "N2O" else 1.0)
    biomass = known(source.biomass_percent) / 100
    return StreamResult(
        source.id,
        source.name,
        source.gas,
        total * (1 - biomass),
        total * biomass,
        0.0,
        0.0,
        "16, measurement",
    )


def known(value: float | None) -> float:
    """The value; a blank that the checks have let pass counts as none."""
    return 0.0 if value is None else value


def share(percent: float | None) -> float:
    """A factor in percent as a share; blank is all of it (sheet B_EmInst)."""
    return 1.0 if percent is None else percent / 100
