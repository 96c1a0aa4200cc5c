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
from zeropark.cbam.categories import category_in, expected_category
from zeropark.cbam.json_keys import near, tell_unread
from zeropark.cbam.json_leaf import Branch, Log
from zeropark.cbam.json_price import good_price_of, link_prices_of
from zeropark.cbam.json_sources import (
    balance_of,
    fuel_of,
    heat_of,
    measurement_of,
    pfc_of,
    stream_of,
    waste_gas_of,
)
from zeropark.cbam.model import (
    REGIMES,
    TRANSITIONAL,
    Electricity,
    HourlyEvidence,
    Installation,
    Product,
    ProductionProcess,
    PurchasedPrecursor,
    Regime,
    RouteAmount,
    Use,
)
from zeropark.cbam.template_constants import CONSTANTS_OF_RULES, constant_remark
from zeropark.cbam.template_layout import PRODUCT_COLUMNS
from zeropark.cbam.workbook_layout import ALIASES
from zeropark.errors import Fault, InputError, fail_if, nearest
from zeropark.texts import both

SCHEMA = "cbam-worked-example/1"
WRITTEN = "installation_data"
"""Where ``cbam.json`` carries the installation that its figures follow from."""


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
    if isinstance(data, dict) and "schema" not in data and WRITTEN in data:
        data = data[WRITTEN]
    if not isinstance(data, dict):
        log.fault("schema", "no object", SCHEMA)
        raise InputError(log.faults)
    if data.get("schema") != SCHEMA:
        log.fault("schema", repr(data.get("schema")), f"'{SCHEMA}'")
    root = Branch(data, "", log)
    names = _names(root)
    log.cells["period_end"] = "source.reporting_period.end"
    source = root.branch("source")
    installation = Installation(
        name=root.text("title") or root.text("id") or file,
        country=source.text("country"),
        period_begin=_date(source.branch("reporting_period"), "start"),
        period_end=_date(source.branch("reporting_period"), "end"),
        regime=_regime(root),
        streams=tuple(stream_of(b, f"S{i}") for i, b in enumerate(root.branches("source_streams"), 1)),
        pfc=tuple(pfc_of(b, f"PFC{i}") for i, b in enumerate(root.branches("pfc_sources"), 1)),
        measurements=tuple(
            measurement_of(b, f"M{i}") for i, b in enumerate(root.branches("measurement_sources"), 1)
        ),
        fuel_balance=fuel_of(root.branch("fuel_balance")),
        emission_balance=balance_of(root.branch("emission_balance")),
        processes=tuple(
            _process(b, f"P{i}", names) for i, b in enumerate(root.branches("production_processes"), 1)
        ),
        precursors=tuple(
            _precursor(b, f"PP{i}", names) for i, b in enumerate(root.branches("purchased_precursors"), 1)
        ),
        products=tuple(
            _product(b, 9 + i, names) for i, b in enumerate(root.branches("products"), 1) if _has_process(b)
        ),
        carbon_prices=link_prices_of(root),
        carbon_currency=root.text("carbon_currency"),
        file=file,
    )
    constants = root.branch("constants")
    for name in CONSTANTS_OF_RULES:
        remark = constant_remark(name, constants.any(name), constants.where(name))
        if remark is not None:
            root.remark(remark)
    tell_unread(log)
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
    """As the file says, in ``regime`` or of its workbook; where it says nothing, transitional, and that is told."""
    told = root.text("regime")
    if told is not None:
        found = terms.regime_of(told)
        if found is None:
            root.fault(
                "regime",
                f"'{told}'",
                " or ".join(f"'{regime}'" for regime in REGIMES),
                nearest(told, REGIMES),
            )
        return found or TRANSITIONAL
    found = terms.regime_of(root.branch("source").text("method_of_workbook") or "")
    if found is None:
        root.remark(
            both(
                "regime is not told in the file: transitional 2023/1773, as in the Commission's worked examples;"
                " --regime definitive takes the rules from 2026 on",
                "文件未注明规则：按过渡期2023/1773（与欧委会算例一致）；用--regime definitive采用2026年起的规则",
            )
        )
    return found or TRANSITIONAL


def _date(branch: Branch, key: str) -> date | None:
    text = branch.text(key)
    if text is None:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        branch.remark(terms.no_date(branch.where(key), text))
        return None


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
        goods_category=_category(branch),
        production=_amounts(branch, "production_by_route", f"{at}.production"),
        to_market=branch.number("to_market", units=terms.GOODS),
        consumed_in=_uses(branch, "consumed_in_other_processes", f"{at}.consumed_in", names),
        consumed_non_cbam=branch.number("consumed_non_cbam", units=terms.GOODS),
        heat_applies=branch.flag("measurable_heat_applies"),
        waste_gas_applies=branch.flag("waste_gases_apply"),
        direct_tco2e=branch.number(
            "dir_em_star", "direct_tco2e", units=terms.EMISSIONS, place=f"{at}.direct_tco2e"
        ),
        heat=heat_of(branch.branch("heat")),
        waste_gas=waste_gas_of(branch.branch("waste_gas")),
        electricity=replace(
            _electricity(branch.branch("electricity"), branch.branch("electricity_exported"), at),
            evidence=_evidence(branch.branch("hourly_evidence")),
        ),
        bubble_precursors=_inside(branch),
    )


def _category(branch: Branch) -> str:
    """The goods category as the template writes it; blank stays blank."""
    told = branch.text("goods_category", place="*.goods_category")
    if told is None:
        return ""
    found = category_in(told)
    if found is None:
        branch.fault("goods_category", f"'{told}'", *expected_category(told))
    return found or told


def _inside(branch: Branch) -> tuple[str, ...]:
    """Precursors made inside of the process: goods categories."""
    told = branch.texts("bubble_precursors")
    for text in told:
        if category_in(text) is None:
            branch.fault("bubble_precursors", f"'{text}'", *expected_category(text))
    return tuple(category_in(text) or text for text in told)


def _electricity(used: Branch, exported: Branch, at: str) -> Electricity:
    at = f"{at}.electricity"
    return Electricity(
        consumed_mwh=used.number("consumed", units=terms.MEGAWATT_HOURS, place=f"{at}.consumed_mwh"),
        ef_tco2_per_mwh=used.number("ef", units=terms.PER_MEGAWATT_HOUR, place=f"{at}.ef_tco2_per_mwh"),
        ef_source=terms.power_source(used.text("ef_source", place=f"{at}.ef_source")),
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
        goods_category=_category(branch),
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
        electricity_ef_source=terms.power_source(branch.text("electricity_ef_source")),
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
    if told_row is not None and told_row != int(told_row):
        branch.fault("row", f"{told_row:g}", "a whole number")
    row = row if told_row is None else int(told_row)
    branch = branch.named(f"products.{row}")
    process = _who(branch.text("process") or "", names)
    if process not in names.values():
        branch.fault("process", f"'{process}'", "a process of the installation", nearest(process, names))
    return Product(
        row=row,
        process=process,
        cn_code=terms.code_of(branch.text("cn_code", place=f"products.{row}.cn_code")),
        name=branch.text("name") or "",
        parameters=_parameters(branch.branch("parameters"), row),
        amount=branch.number("amount", units=terms.TONNES),
        carbon_price=good_price_of(branch),
    )


PARAMETERS = (*PRODUCT_COLUMNS.values(), *ALIASES, "benchmark_route")
"""Qualifying parameters that the template or the cost asks for."""


def _parameters(branch: Branch, row: int) -> dict[str, float | str]:
    """Qualifying parameters of a good. A name near to one that is asked for is a slip; others are carried along."""
    found = {}
    for key in branch.data:
        if key not in PARAMETERS:
            meant = near(key, [name for name in PARAMETERS if name not in branch.data])
            where = branch.where(key)
            if meant is not None:
                branch.fault(key, f"unknown parameter '{key}'", f"'{meant}'", f"did you mean '{meant}'?")
            elif branch.data[key] is not None:
                branch.remark(
                    both(
                        f"{where}: parameter '{key}' is carried along and counts in no figure",
                        f"{where}：参数“{key}”仅随附，不计入任何数字",
                    )
                )
            if isinstance(told := branch.data[key], list) or (isinstance(told, dict) and "value" not in told):
                continue  # no parameter, whatever it is: told as carried along
        value = branch.any(key, f"products.{row}.{key}")
        if value is not None:
            found[key] = value
    return found
