"""The CBAM engine: an installation in, specific embedded emissions of its goods out.

Transitional: the arithmetic of the Commission's template V2.1 (IR (EU) 2023/1773). Definitive: IR (EU) 2025/2547.
"""

from __future__ import annotations

from dataclasses import replace

from zeropark.cbam.checks import installation_faults
from zeropark.cbam.countries import country_code
from zeropark.cbam.goods import (
    EXEMPT_ORIGINS,
    TONNE,
    content_of,
    direct_only,
    functional_unit,
    template_unit,
)
from zeropark.cbam.model import (
    DEFINITIVE,
    EmissionBalance,
    Installation,
    Product,
    PurchasedPrecursor,
)
from zeropark.cbam.processes import Contents, precursor_result, process_results
from zeropark.cbam.remarks import controls_of, notes_of
from zeropark.cbam.result import CbamResult, InstallationResult, ProcessResult, ProductResult, StreamResult
from zeropark.cbam.streams import known, source_results
from zeropark.errors import fail_if

DEFAULTS_VERSION = "IR (EU) 2025/2621, Commission workbook version 1 of 2026-02-04"


def assess(installation: Installation) -> CbamResult:
    """Embedded emissions of every good of an installation. Raises InputError with every fault of it."""
    fail_if(installation_faults(installation))
    told = _without_exempt(installation)
    streams = source_results(told)
    processes = process_results(told, _contents(told))
    products = tuple(_product(told, product, processes) for product in told.products)
    whole = installation_result(told, streams, processes)
    precursors = tuple(precursor_result(precursor) for precursor in told.precursors)
    return CbamResult(
        regime=told.regime,
        defaults_version=DEFAULTS_VERSION,
        notes=notes_of(told),
        controls=controls_of(told, whole, processes, precursors),
        installation=whole,
        streams=streams,
        precursors=precursors,
        processes=processes,
        products=products,
        source=told,
    )


def _without_exempt(installation: Installation) -> Installation:
    """Precursors that originate in the Union or an exempted country count as zero (Annex III B), from 2026 on."""
    if installation.regime != DEFINITIVE:
        return installation
    return replace(installation, precursors=tuple(_zeroed(p) for p in installation.precursors))


def _zeroed(precursor: PurchasedPrecursor) -> PurchasedPrecursor:
    if country_code(precursor.country) not in EXEMPT_ORIGINS:
        return precursor
    return replace(precursor, see_direct=0.0, see_indirect=0.0, specific_electricity_mwh_per_t=0.0)


def _contents(installation: Installation) -> Contents:
    """Unit of every process and its functional units per tonne (Art. 4, Annex II F)."""
    if installation.regime != DEFINITIVE:
        return {process.id: (template_unit(process), 1.0) for process in installation.processes}
    return {process.id: _content(installation, process.id) for process in installation.processes}


def _content(installation: Installation, process: str) -> tuple[str, float]:
    goods = installation.products_of(process)
    if not goods:
        return template_unit(installation.process(process)), 1.0
    parts = [(known(product.amount), known(content_of(product))) for product in goods]
    amount = sum(tonnes for tonnes, _ in parts)
    if len({content for _, content in parts}) == 1 or amount == 0:
        return functional_unit(goods[0].cn_code), parts[0][1]
    return functional_unit(goods[0].cn_code), sum(tonnes * content for tonnes, content in parts) / amount


def _product(
    installation: Installation, product: Product, processes: tuple[ProcessResult, ...]
) -> ProductResult:
    process = next(result for result in processes if result.id == product.process)
    definitive = installation.regime == DEFINITIVE
    return ProductResult(
        row=product.row,
        process=product.process,
        cn_code=product.cn_code,
        name=product.name,
        unit=process.unit,
        per_tonne_factor=known(content_of(product)) if definitive and process.unit != TONNE else 1.0,
        see_direct=process.see_direct,
        see_indirect=process.see_indirect,
        indirect_counts=not direct_only(product.cn_code),
        see_indirect_counted=process.see_indirect_counted,
        share_direct_from_default=process.share_direct_from_default,
        embedded_electricity_mwh=process.embedded_electricity_mwh,
    )


def installation_result(
    installation: Installation, streams: tuple[StreamResult, ...], processes: tuple[ProcessResult, ...]
) -> InstallationResult:
    """Balances of fuel and emissions; a line typed by hand stands for the computed one (sheet C)."""
    typed, fuel = installation.emission_balance, installation.fuel_balance
    computed = sum(s.energy_fossil_tj for s in streams) + sum(s.energy_biomass_tj for s in streams)
    fuel_total = computed if fuel.total_manual is None else fuel.total_manual
    uses = [value for value in (fuel.cbam_goods, fuel.electricity, fuel.non_cbam) if value is not None]
    co2 = _line(typed, "co2_manual", sum(s.fossil_tco2e for s in streams if s.gas == "CO2"))
    n2o = _line(typed, "n2o_manual", sum(s.fossil_tco2e for s in streams if s.gas == "N2O"))
    pfc = _line(typed, "pfc_manual", sum(s.fossil_tco2e for s in streams if s.gas == "PFC"))
    biomass = _line(typed, "biomass_manual", sum(s.biomass_tco2e for s in streams if s.gas == "CO2"))
    indirect, direct = typed.indirect_manual, co2 + n2o + pfc
    calculated = streams[: len(installation.streams)]
    measured = streams[len(streams) - len(installation.measurements) :]
    ours = sum(p.attributed_direct_tco2e for p in processes)
    theirs = sum(p.attributed_indirect_tco2e for p in processes)
    return InstallationResult(
        fuel_input_tj=fuel_total,
        fuel_rest_tj=fuel_total - sum(uses),
        co2_fossil_tco2e=co2,
        co2_biomass_tco2e=biomass,
        n2o_tco2e=n2o,
        pfc_tco2e=pfc,
        direct_tco2e=direct,
        indirect_tco2e=indirect,
        total_tco2e=direct + known(indirect),
        calculated_tco2e=sum(s.fossil_tco2e for s in calculated),
        measured_tco2e=sum(s.fossil_tco2e for s in measured),
        attributed_direct_tco2e=ours,
        attributed_indirect_tco2e=theirs,
        rest_direct_tco2e=direct - ours,
        rest_indirect_tco2e=None if indirect is None else indirect - theirs,
    )


def _line(typed: EmissionBalance, name: str, computed: float) -> float:
    value: float | None = getattr(typed, name)
    return computed if value is None else value
