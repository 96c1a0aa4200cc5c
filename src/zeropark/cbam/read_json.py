"""Reading a worked example, schema ``cbam-worked-example/1``: JSON in, installation out; ``expected`` is not read.

A leaf is ``{"value", "unit", "ref"}`` or a plain number; null is a blank cell. All faults at once, each with the
cell of ``ref``, or the key where there is none.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

from zeropark.cbam import terms
from zeropark.cbam.json_leaf import Branch, Log
from zeropark.cbam.json_sources import measurement_of, pfc_of
from zeropark.cbam.model import (
    DEFINITIVE,
    TRANSITIONAL,
    Electricity,
    EmissionBalance,
    FuelBalance,
    Heat,
    HourlyEvidence,
    Installation,
    Product,
    ProductionProcess,
    PurchasedPrecursor,
    Regime,
    RouteAmount,
    SourceStream,
    Use,
    WasteGas,
)
from zeropark.cbam.template_constants import CONSTANTS_OF_RULES, constant_remark
from zeropark.errors import Fault, InputError, fail_if, nearest
from zeropark.texts import both

SCHEMA = "cbam-worked-example/1"


def read_example(path: Path) -> Installation:
    """The installation of a worked example. Raises InputError with every fault of the file."""
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError([Fault(str(path), None, "file", str(error), "a readable file")]) from error
    except json.JSONDecodeError as error:
        raise InputError([Fault(str(path), error.lineno, "file", error.msg, "JSON")]) from error
    except (RecursionError, ValueError) as error:
        raise InputError(
            [Fault(str(path), None, "file", "lists in lists, or digits, without end", "JSON")]
        ) from error
    return installation_of(data, path.name)


def installation_of(data: object, file: str) -> Installation:
    """The installation in the data of a worked example. Raises InputError with every fault."""
    log = Log(file)
    if not isinstance(data, dict):
        log.fault("schema", "no object", SCHEMA)
        raise InputError(log.faults)
    if data.get("schema") != SCHEMA:
        log.fault("schema", repr(data.get("schema")), f"'{SCHEMA}'")
    root = Branch(data, "", log)
    names = _names(root)
    source = root.branch("source")
    installation = Installation(
        name=root.text("title") or root.text("id") or file,
        country=source.text("country"),
        period_begin=_date(source.branch("reporting_period"), "start"),
        period_end=_date(source.branch("reporting_period"), "end"),
        regime=_regime(root),
        streams=tuple(_stream(b, f"S{i}") for i, b in enumerate(root.branches("source_streams"), 1)),
        pfc=tuple(pfc_of(b, f"PFC{i}") for i, b in enumerate(root.branches("pfc_sources"), 1)),
        measurements=tuple(
            measurement_of(b, f"M{i}") for i, b in enumerate(root.branches("measurement_sources"), 1)
        ),
        fuel_balance=_fuel(root.branch("fuel_balance")),
        emission_balance=_balance(root.branch("emission_balance")),
        processes=tuple(
            _process(b, f"P{i}", names) for i, b in enumerate(root.branches("production_processes"), 1)
        ),
        precursors=tuple(
            _precursor(b, f"PP{i}", names) for i, b in enumerate(root.branches("purchased_precursors"), 1)
        ),
        products=tuple(
            _product(b, 9 + i, names) for i, b in enumerate(root.branches("products"), 1) if _has_process(b)
        ),
        file=file,
    )
    constants = root.branch("constants")
    for name in CONSTANTS_OF_RULES:
        remark = constant_remark(name, constants.any(name), constants.where(name))
        if remark is not None:
            root.remark(remark)
    fail_if(log.faults)
    return replace(installation, cells=dict(log.cells), remarks=tuple(log.remarks))


def _names(root: Branch) -> dict[str, str]:
    """Name of every process → its id: uses may tell either."""
    found: dict[str, str] = {}
    for number, branch in enumerate(root.branches("production_processes"), 1):
        id_ = branch.text("id") or f"P{number}"
        if id_ in found.values():
            branch.fault("id", f"'{id_}' twice", "ids that differ")
        found[id_] = id_
        if name := branch.text("name"):
            found.setdefault(name, id_)
    return found


def _regime(root: Branch) -> Regime:
    told = " ".join(filter(None, (root.text("regime"), root.branch("source").text("method_of_workbook"))))
    return DEFINITIVE if "2025/2547" in told and "2023/1773" not in told else TRANSITIONAL


def _date(branch: Branch, key: str) -> date | None:
    text = branch.text(key)
    if text is None:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        branch.remark(terms.no_date(branch.where(key), text))
        return None


def _stream(branch: Branch, id_: str) -> SourceStream:
    id_ = branch.text("id") or id_
    branch = branch.named(f"streams.{id_}")
    method = branch.choice("method", terms.STREAM_METHODS)
    if method is None and branch.text("method") is None:
        branch.fault("method", "nothing", "combustion, process_emissions or mass_balance")
    if "activity_data" not in branch.data and "activity" not in branch.data:
        branch.fault("activity_data", "nothing", "the amount, null for a blank cell")
    unit = branch.unit("activity_data", terms.ACTIVITY_UNITS)
    return SourceStream(
        id=id_,
        name=branch.text("name") or id_,
        method=method or "combustion",
        activity=branch.number("activity_data", "activity"),
        activity_unit=unit or "t",
        ncv=branch.number("ncv", units=terms.CALORIFIC),
        emission_factor=branch.number("emission_factor"),
        emission_factor_unit=branch.unit("emission_factor", terms.FACTOR_UNITS),
        carbon_content=branch.number("carbon_content", units=terms.CARBON),
        oxidation_percent=branch.number("oxidation_factor", "oxidation_percent", units=terms.PERCENT),
        conversion_percent=branch.number("conversion_factor", "conversion_percent", units=terms.PERCENT),
        biomass_percent=branch.number("biomass_fraction", "biomass_percent", units=terms.PERCENT),
    )


def _fuel(branch: Branch) -> FuelBalance:
    branch = branch.named("fuel_balance")
    return FuelBalance(
        total_manual=branch.number("total_manual", units=terms.TERAJOULES),
        cbam_goods=branch.number("direct_fuel_cbam_goods", "cbam_goods", units=terms.TERAJOULES),
        electricity=branch.number("fuel_for_electricity", "electricity", units=terms.TERAJOULES),
        non_cbam=branch.number("direct_fuel_non_cbam", "non_cbam", units=terms.TERAJOULES),
    )


def _balance(branch: Branch) -> EmissionBalance:
    branch = branch.named("emission_balance")
    return EmissionBalance(
        co2_manual=branch.number("co2_manual", units=terms.EMISSIONS),
        biomass_manual=branch.number("biomass_manual", units=terms.EMISSIONS),
        n2o_manual=branch.number("n2o_manual", units=terms.EMISSIONS),
        pfc_manual=branch.number("pfc_manual", units=terms.EMISSIONS),
        indirect_manual=branch.number("indirect_total_manual", "indirect_manual", units=terms.EMISSIONS),
    )


def _who(told: str, names: dict[str, str]) -> str:
    """The id of the process that is meant: by id, by name in any case of letters, or by ``P1 - name``."""
    plain_names = {terms.plain(name): id_ for name, id_ in names.items()}
    if (found := plain_names.get(terms.plain(told))) is not None:
        return found
    head = re.match(r"(P\d+)\b", told)
    return head[1] if head and head[1] in names.values() else told


def _amounts(branch: Branch, key: str, place: str) -> tuple[RouteAmount, ...]:
    return tuple(
        RouteAmount(
            part.text("route") or "All production routes",
            part.number("amount", units=terms.GOODS, place=f"{place}.{number}"),
        )
        for number, part in enumerate(branch.branches(key))
    )


def _uses(branch: Branch, key: str, place: str, names: dict[str, str]) -> tuple[Use, ...]:
    found = []
    for number, part in enumerate(branch.branches(key)):
        told = part.text("process", "to", place=f"{place}.{number}.process") or ""
        amount = part.number("amount", units=terms.GOODS, place=f"{place}.{number}")
        found.append(Use(_who(told, names), amount))
    return tuple(found)


def _process(branch: Branch, id_: str, names: dict[str, str]) -> ProductionProcess:
    id_ = branch.text("id") or id_
    at = f"processes.{id_}"
    branch = branch.named(at)
    return ProductionProcess(
        id=id_,
        name=branch.text("name") or id_,
        goods_category=branch.text("goods_category") or "",
        production=_amounts(branch, "production_by_route", f"{at}.production"),
        to_market=branch.number("to_market", units=terms.GOODS),
        consumed_in=_uses(branch, "consumed_in_other_processes", f"{at}.consumed_in", names),
        consumed_non_cbam=branch.number("consumed_non_cbam", units=terms.GOODS),
        heat_applies=branch.flag("measurable_heat_applies"),
        waste_gas_applies=branch.flag("waste_gases_apply"),
        direct_tco2e=branch.number(
            "dir_em_star", "direct_tco2e", units=terms.EMISSIONS, place=f"{at}.direct_tco2e"
        ),
        heat=_heat(branch.branch("heat")),
        waste_gas=_waste_gas(branch.branch("waste_gas")),
        electricity=replace(
            _electricity(branch.branch("electricity"), branch.branch("electricity_exported"), at),
            evidence=_evidence(branch.branch("hourly_evidence")),
        ),
        bubble_precursors=branch.texts("bubble_precursors"),
    )


def _heat(branch: Branch) -> Heat:
    return Heat(
        imported_tj=branch.number("imported", "imported_tj", units=terms.TERAJOULES, place="*.imported_tj"),
        imported_ef=branch.number("imported_ef", units=terms.PER_TERAJOULE),
        exported_tj=branch.number("exported", "exported_tj", units=terms.TERAJOULES, place="*.exported_tj"),
        exported_ef=branch.number("exported_ef", units=terms.PER_TERAJOULE),
    )


def _waste_gas(branch: Branch) -> WasteGas:
    return WasteGas(
        imported_tj=branch.number("imported", "imported_tj", units=terms.TERAJOULES, place="*.imported_tj"),
        exported_tj=branch.number("exported", "exported_tj", units=terms.TERAJOULES, place="*.exported_tj"),
    )


def _electricity(used: Branch, exported: Branch, at: str) -> Electricity:
    at = f"{at}.electricity"
    return Electricity(
        consumed_mwh=used.number("consumed", units=terms.MEGAWATT_HOURS, place=f"{at}.consumed_mwh"),
        ef_tco2_per_mwh=used.number("ef", units=terms.PER_MEGAWATT_HOUR, place=f"{at}.ef_tco2_per_mwh"),
        ef_source=used.text("ef_source", place=f"{at}.ef_source"),
        exported_mwh=exported.number("amount", units=terms.MEGAWATT_HOURS, place=f"{at}.exported_mwh"),
        exported_ef_tco2_per_mwh=exported.number(
            "ef", units=terms.PER_MEGAWATT_HOUR, place=f"{at}.exported_ef_tco2_per_mwh"
        ),
    )


def _evidence(branch: Branch) -> HourlyEvidence | None:
    """Metering behind an actual electricity factor (Annex II D.4.3); None where nothing of it is told."""
    if not branch.data:
        return None
    matched = branch.number("matched", "matched_mwh", units=terms.MEGAWATT_HOURS)
    step = branch.number("longest_step", "longest_step_hours", units=terms.HOURS)
    for key, value in (("matched", matched), ("longest_step", step)):
        if value is None:
            branch.fault(key, "nothing", "the evidence for the electricity factor", "Annex II D.4.3")
    if matched is None or step is None:
        return None
    return HourlyEvidence(matched, step, branch.text("source") or "")


def _precursor(branch: Branch, id_: str, names: dict[str, str]) -> PurchasedPrecursor:
    id_ = branch.text("id") or id_
    at = f"precursors.{id_}"
    branch = branch.named(at)
    return PurchasedPrecursor(
        id=id_,
        name=branch.text("name") or id_,
        goods_category=branch.text("goods_category") or "",
        country=branch.text("country"),
        cn_code=branch.text("cn_code"),
        purchased=_amounts(branch, "purchased_by_route", f"{at}.purchased"),
        consumed_in=_uses(branch, "consumed_in", f"{at}.consumed_in", names),
        other_use=branch.number("other_use", units=terms.GOODS),
        see_direct=branch.number("see_direct", units=terms.PER_TONNE),
        see_direct_source=branch.choice("see_direct_source", terms.SOURCES),
        specific_electricity_mwh_per_t=branch.number(
            "specific_electricity", units=terms.POWER_PER_TONNE, place=f"{at}.specific_electricity_mwh_per_t"
        ),
        specific_electricity_source=branch.choice("specific_electricity_source", terms.SOURCES),
        electricity_ef_tco2_per_mwh=branch.number(
            "electricity_ef", units=terms.PER_MEGAWATT_HOUR, place=f"{at}.electricity_ef_tco2_per_mwh"
        ),
        electricity_ef_source=branch.text("electricity_ef_source"),
        see_indirect=branch.number("see_indirect", units=terms.PER_TONNE),
        justification=branch.text("justification"),
    )


def _has_process(branch: Branch) -> bool:
    """A row without a process is no good, in the template as here; if it has a code, that is told."""
    if branch.text("process") is not None:
        return True
    if code := branch.text("cn_code"):
        where = branch.where("process")
        branch.remark(both(f"{where}: {code} has no process: left out", f"{where}：{code}未选工序：未计入"))
    return False


def _product(branch: Branch, row: int, names: dict[str, str]) -> Product:
    told_row = branch.number("row")
    row = row if told_row is None else int(told_row)
    branch = branch.named(f"products.{row}")
    process = _who(branch.text("process") or "", names)
    if process not in names.values():
        branch.fault("process", f"'{process}'", "a process of the installation", nearest(process, names))
    parameters = branch.branch("parameters")
    return Product(
        row=row,
        process=process,
        cn_code=terms.code_of(branch.text("cn_code", place=f"products.{row}.cn_code")),
        name=branch.text("name") or "",
        parameters={key: value for key in parameters.data if (value := parameters.any(key)) is not None},
        amount=branch.number("amount", units=terms.TONNES),
    )
