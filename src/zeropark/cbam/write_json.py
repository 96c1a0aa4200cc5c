"""An installation and its results as JSON in the form ``cbam-worked-example/1``: what the reader takes back"""

from __future__ import annotations

import json
from pathlib import Path

from zeropark.cbam.cost import ProductCost
from zeropark.cbam.json_price import written_good, written_links
from zeropark.cbam.model import (
    Installation,
    MeasurementSource,
    PfcSource,
    Product,
    ProductionProcess,
    PurchasedPrecursor,
    RouteAmount,
    SourceStream,
    Use,
)
from zeropark.cbam.read_json import SCHEMA, WRITTEN
from zeropark.cbam.result import CbamResult
from zeropark.cbam.workbook_layout import METHODS
from zeropark.cbam.write import document_of
from zeropark.statement.canonical import canonical, sha256

Leaf = dict[str, object]


def write_json(result: CbamResult, path: Path, costs: tuple[ProductCost, ...] = ()) -> None:
    """Write results, and under ``installation_data`` the installation that they follow from: the reader takes it back."""
    told = result.source
    document = {
        **document_of(result, costs),
        "installation_sha256": digest_of(told),
        WRITTEN: example_of(told),
    }
    text = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def digest_of(installation: Installation) -> str:
    """SHA-256 of the installation as canonical JSON (RFC 8785): of what ``cbam.json`` holds under ``installation_data``."""
    return sha256(canonical(example_of(installation)))


def example_of(installation: Installation) -> dict[str, object]:
    """The installation in the form of a worked example; blank cells are null."""
    begin, end = installation.period_begin, installation.period_end
    fuel, gases = installation.fuel_balance, installation.emission_balance
    return {
        "schema": SCHEMA,
        "id": "installation",
        "title": installation.name,
        "regime": installation.regime,
        "source": {
            "country": installation.country,
            "reporting_period": {
                "start": begin.isoformat() if begin else None,
                "end": end.isoformat() if end else None,
            },
        },
        "source_streams": [_stream(stream) for stream in installation.streams],
        "pfc_sources": [_pfc(source) for source in installation.pfc],
        "measurement_sources": [_measurement(source) for source in installation.measurements],
        "fuel_balance": {
            "total_manual": _leaf(fuel.total_manual, "TJ"),
            "direct_fuel_cbam_goods": _leaf(fuel.cbam_goods, "TJ"),
            "fuel_for_electricity": _leaf(fuel.electricity, "TJ"),
            "direct_fuel_non_cbam": _leaf(fuel.non_cbam, "TJ"),
        },
        "emission_balance": {
            "co2_manual": _leaf(gases.co2_manual, "t CO2e"),
            "biomass_manual": _leaf(gases.biomass_manual, "t CO2e"),
            "n2o_manual": _leaf(gases.n2o_manual, "t CO2e"),
            "pfc_manual": _leaf(gases.pfc_manual, "t CO2e"),
            "indirect_total_manual": _leaf(gases.indirect_manual, "t CO2e"),
        },
        "production_processes": [_process(process) for process in installation.processes],
        "purchased_precursors": [_precursor(precursor) for precursor in installation.precursors],
        "products": [_product(product) for product in installation.products],
        **written_links(installation),
    }


def _leaf(value: float | str | None, unit: str | None = None) -> Leaf:
    return {"value": value, "unit": unit}


def _stream(stream: SourceStream) -> dict[str, object]:
    unit = stream.activity_unit
    return {
        "id": stream.id,
        "name": stream.name,
        "method": METHODS[stream.method].lower().replace(" ", "_"),
        "activity_data": _leaf(stream.activity, unit),
        "ncv": _leaf(stream.ncv, f"GJ/{unit}"),
        "emission_factor": _leaf(stream.emission_factor, stream.emission_factor_unit),
        "carbon_content": _leaf(stream.carbon_content, f"tC/{unit}"),
        "oxidation_factor": _leaf(stream.oxidation_percent, "%"),
        "conversion_factor": _leaf(stream.conversion_percent, "%"),
        "biomass_fraction": _leaf(stream.biomass_percent, "%"),
    }


def _pfc(source: PfcSource) -> dict[str, object]:
    return {
        "id": source.id,
        "name": source.name,
        "method": source.method,
        "aluminium": _leaf(source.aluminium_t, "t"),
        "frequency": source.frequency,
        "duration": source.duration,
        "slope_factor": source.slope_factor,
        "overvoltage": source.overvoltage,
        "current_efficiency": source.current_efficiency,
        "overvoltage_coefficient": source.overvoltage_coefficient,
        "c2f6_per_cf4": source.c2f6_per_cf4,
        "collection_efficiency": source.collection_efficiency,
    }


def _measurement(source: MeasurementSource) -> dict[str, object]:
    return {
        "id": source.id,
        "name": source.name,
        "gas": source.gas,
        "concentration": source.concentration_g_per_nm3,
        "hours": source.hours,
        "flow": source.flow_1000nm3_per_h,
        "biomass_fraction": _leaf(source.biomass_percent, "%"),
    }


def _amounts(parts: tuple[RouteAmount, ...], unit: str) -> list[dict[str, object]]:
    return [{"route": part.route, "amount": _leaf(part.amount, unit)} for part in parts]


def _uses(uses: tuple[Use, ...], unit: str) -> list[dict[str, object]]:
    return [{"process": use.process, "amount": _leaf(use.amount, unit)} for use in uses]


def _process(process: ProductionProcess) -> dict[str, object]:
    unit = "MWh" if process.goods_category.lower().startswith("electricity") else "t"
    heat, gas, power = process.heat, process.waste_gas, process.electricity
    return {
        "id": process.id,
        "name": process.name,
        "goods_category": process.goods_category,
        "bubble_precursors": list(process.bubble_precursors),
        "production_by_route": _amounts(process.production, unit),
        "to_market": _leaf(process.to_market, unit),
        "consumed_in_other_processes": _uses(process.consumed_in, unit),
        "consumed_non_cbam": _leaf(process.consumed_non_cbam, unit),
        "measurable_heat_applies": process.heat_applies,
        "waste_gases_apply": process.waste_gas_applies,
        "dir_em_star": _leaf(process.direct_tco2e, "t CO2e"),
        "heat": {
            "imported": _leaf(heat.imported_tj, "TJ"),
            "imported_ef": _leaf(heat.imported_ef, "t CO2/TJ"),
            "exported": _leaf(heat.exported_tj, "TJ"),
            "exported_ef": _leaf(heat.exported_ef, "t CO2/TJ"),
        },
        "waste_gas": {"imported": _leaf(gas.imported_tj, "TJ"), "exported": _leaf(gas.exported_tj, "TJ")},
        "electricity": {
            "consumed": _leaf(power.consumed_mwh, "MWh"),
            "ef": _leaf(power.ef_tco2_per_mwh, "t CO2/MWh"),
            "ef_source": _leaf(power.ef_source),
        },
        "electricity_exported": {
            "amount": _leaf(power.exported_mwh, "MWh"),
            "ef": _leaf(power.exported_ef_tco2_per_mwh, "t CO2/MWh"),
        },
        **_evidence(process),
    }


def _evidence(process: ProductionProcess) -> dict[str, object]:
    """Metering behind an actual factor: a key beside those of the examples."""
    evidence = process.electricity.evidence
    if evidence is None:
        return {}
    return {
        "hourly_evidence": {
            "matched": _leaf(evidence.matched_mwh, "MWh"),
            "longest_step": _leaf(evidence.longest_step_hours, "h"),
            "source": evidence.source,
        }
    }


def _precursor(bought: PurchasedPrecursor) -> dict[str, object]:
    return {
        "id": bought.id,
        "name": bought.name,
        "goods_category": bought.goods_category,
        "country": _leaf(bought.country),
        "cn_code": _leaf(bought.cn_code),
        "purchased_by_route": _amounts(bought.purchased, "t"),
        "consumed_in": _uses(bought.consumed_in, "t"),
        "other_use": _leaf(bought.other_use, "t"),
        "see_direct": _leaf(bought.see_direct, "t CO2e/t"),
        "see_direct_source": _leaf(bought.see_direct_source),
        "specific_electricity": _leaf(bought.specific_electricity_mwh_per_t, "MWh/t"),
        "specific_electricity_source": _leaf(bought.specific_electricity_source),
        "electricity_ef": _leaf(bought.electricity_ef_tco2_per_mwh, "t CO2e/MWh"),
        "electricity_ef_source": _leaf(bought.electricity_ef_source),
        "see_indirect": _leaf(bought.see_indirect, "t CO2e/t"),
        "justification": _leaf(bought.justification),
    }


def _product(good: Product) -> dict[str, object]:
    return {
        "row": good.row,
        "process": good.process,
        "cn_code": _leaf(good.cn_code),
        "name": _leaf(good.name),
        "parameters": {name: _leaf(value) for name, value in good.parameters.items()},
        "amount": _leaf(good.amount, "t"),
        **written_good(good),
    }
