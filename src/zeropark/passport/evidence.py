"""The files that a passport's lines are computed from, written beside it, each cited by its hash"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import pandas as pd

from zeropark.carbon.attribution import Attribution
from zeropark.errors import Fault, InputError
from zeropark.flows import Flows
from zeropark.footprint.amounts import Amounts
from zeropark.footprint.cited import dated
from zeropark.park.assets import Converter, Storage
from zeropark.park.model import Park
from zeropark.park.period import Period
from zeropark.passport.ledger import Claims, claims_of, electric_scales
from zeropark.statement.bases import BASES
from zeropark.statement.canonical import canonical, sha256
from zeropark.statement.claims import CERTIFICATES, REGISTER
from zeropark.statement.inputs import STEP
from zeropark.statement.model import Input
from zeropark.texts import both

FOLDER = "inputs"
CLAIMS, FACTORS, FLOWS, PARK, PLANT = "claims", "factors", "flows", "park", "plant"
_WHAT = {
    FLOWS: both("flows of the period", "期内流量"),
    CLAIMS: both("who claims which generation in which step", "逐时段的电量认领台账"),
    FACTORS: both("factors of the park file, and what co-products are worth", "园区文件中的因子与分摊依据"),
    BASES: both("electricity used in the period by basis and origin", "按口径和来源划分的期内用电量"),
    PLANT: both(
        "what was added of the plant, and what stores held before and after", "新增设备容量与期初期末库存变化"
    ),
    PARK: both("the park file", "园区文件"),
    CERTIFICATES: both("register of certificates", "绿证台账"),
}


@dataclass(frozen=True)
class Evidence:
    """Inputs in a folder; ``folder`` holds ``inputs/``. facts: what the readings of the inputs need to know."""

    folder: Path
    inputs: tuple[Input, ...]
    facts: Mapping[str, str]
    claims: Claims | None


def write_evidence(
    park: Park, flows: Flows, attribution: Attribution | None, period: Period, folder: Path
) -> Evidence:
    """Write the inputs of a period into ``folder``. Raises InputError where the register cannot be read."""
    place = folder / FOLDER
    place.mkdir(parents=True, exist_ok=True)
    files = {FLOWS: place / "flows.parquet", FACTORS: place / "factors.json"}
    table = flows.table()
    times = park.clock.times_utc[period.steps]
    inside = (table["time"] >= times[0]) & (table["time"] <= times[-1])
    _parquet(table[inside], files[FLOWS])
    files[FACTORS].write_bytes(canonical(_factors(park)))
    if plant := _plant(Amounts(park, flows, period)):
        files[PLANT] = place / "plant.json"
        files[PLANT].write_bytes(canonical(plant))
    claims = claims_of(park, attribution, period) if attribution is not None else None
    if attribution is not None and claims is not None:
        files[CLAIMS] = place / "claims.parquet"
        _parquet(claims.table, files[CLAIMS])
        files[BASES] = place / "bases.csv"
        files[BASES].write_text(_bases(attribution, period), encoding="utf-8")
    source = park.folder / "park.yaml" if park.folder.is_dir() else park.folder
    if source.is_file():
        files[PARK] = place / "park.yaml"
        shutil.copyfile(source, files[PARK])
    if register := (park.spec.carbon.certificates if park.spec.carbon is not None else None):
        files[CERTIFICATES] = place / "certificates.csv"
        _register(park.folder / register, files[CERTIFICATES])
    inputs = tuple(
        Input(name, f"{FOLDER}/{path.name}", sha256(path.read_bytes()), _WHAT[name])
        for name, path in files.items()
    )
    facts = {
        STEP: repr(park.clock.step_hours),
        "zeropark_version": metadata.version("zeropark"),
        **electric_scales(park),
    }
    return Evidence(folder, inputs, facts, claims)


def _parquet(table: pd.DataFrame, path: Path) -> None:
    table.reset_index(drop=True).to_parquet(path, index=False, compression="zstd")


def _register(source: Path, target: Path) -> None:
    """The register as it is; its columns are those that verification reads."""
    try:
        columns = list(pd.read_csv(source, dtype=str, keep_default_na=False, nrows=0).columns)
    except (OSError, ValueError) as error:
        raise InputError(
            [Fault(source.name, None, "carbon.certificates", "no such table", "a CSV file")]
        ) from error
    missing = [name for name in REGISTER if name not in columns]
    if missing:
        raise InputError(
            [Fault(source.name, 1, name, "no such column", ", ".join(REGISTER)) for name in missing]
        )
    shutil.copyfile(source, target)


def _factors(park: Park) -> dict[str, dict[str, str | float]]:
    """Factors and worths as rows of numbers and texts: ``factor.NAME``, ``worth.CARRIER``, ``combustion.CARRIER`` …"""
    rows: dict[str, dict[str, str | float]] = {}
    for name, factor in park.spec.factors.items():
        source, mark, date = dated(park, f"factors.{name}.footprint")
        rows[f"factor.{name}"] = {
            "kgco2e": 1000.0 * factor.footprint,
            "per": factor.per,
            "year": float(factor.year),
            "region": factor.region,
            "quality": factor.quality,
            "spread": factor.spread,
            "fossil": factor.fossil,
            "gwp": factor.gwp or "",
            "source": source,
            "mark": mark,
            "date": date,
        }
    for name, carrier in park.spec.carriers.items():
        stated = json.loads(carrier.worth.model_dump_json(exclude_none=True))
        numbers = {key: float(value) for key, value in stated.items() if isinstance(value, (int, float))}
        if numbers:
            rows[f"worth.{name}"] = {**numbers}
        if carrier.combustion:
            rows[f"combustion.{name}"] = _stated(
                park, 1000.0 * carrier.combustion, f"carriers.{name}.combustion"
            )
    return rows | _own_factors(park)


def _own_factors(park: Park) -> dict[str, dict[str, str | float]]:
    """What processes themselves emit and making the plant did: ``direct.``, ``gases.``, ``embodied.`` and the asset."""
    rows: dict[str, dict[str, str | float]] = {}
    for name, asset in park.assets.items():
        if not isinstance(asset, Converter):
            continue
        for way, mode in asset.ways.items():
            path = f"assets.{name}.modes.{way}" if way else f"assets.{name}"
            key = f"{name}.{way}" if way else name
            each = asset.emissions + (mode.emissions if way else 0.0)
            if each:
                rows[f"direct.{key}"] = _stated(park, 1000.0 * each, f"{path}.emissions")
            if asset.other_ghg:
                rows[f"gases.{key}"] = _stated(park, 1000.0 * asset.other_ghg, f"assets.{name}.other_ghg")
    for (name, part), sizing in park.sizings():
        if sizing.embodied:
            path = f"assets.{name}.{part}.embodied"
            rows[f"embodied.{name}.{part}"] = _stated(park, 1000.0 * sizing.embodied, path)
    return rows


def _bases(attribution: Attribution, period: Period) -> str:
    """Rows basis, origin, claimant, mwh over the period; a claimant's sum is the same on every basis."""
    split = attribution.split(period.steps)
    rows = [
        (basis, origin.name, claimant, repr(float(on[row, k])))
        for basis, on in split.on.items()
        for row, claimant in enumerate(attribution.consumers)
        for k, origin in enumerate(attribution.origins)
        if on[row, k] > 0
    ]
    return pd.DataFrame(rows, columns=["basis", "origin", "claimant", "mwh"]).to_csv(
        index=False, lineterminator="\n"
    )


def _plant(amounts: Amounts) -> dict[str, dict[str, str | float]]:
    """``embodied.ASSET.PART``: capacity added, its lifetime, the period in years; ``store.ASSET``: what of its discharge
    it had before (``opening``), and what of its charge is still in it (``kept``).
    """
    park = amounts.park
    rows: dict[str, dict[str, str | float]] = {}
    for (name, part), sizing in park.sizings():
        added = amounts.added(name, part) if sizing.embodied and sizing.lifetime is not None else 0.0
        if added and sizing.lifetime is not None:
            rows[f"embodied.{name}.{part}"] = {
                "added": added,
                "unit": park.size_unit((name, part)),
                "lifetime": sizing.lifetime,
                "period": amounts.years,
            }
    for name, asset in park.assets.items():
        if (
            isinstance(asset, Storage)
            and park.spec.carriers[park.carrier_at(asset.node)].kind != "electricity"
        ):
            stored = amounts.stored(name, asset)
            if stored.opening or stored.kept:
                unit = park.unit_at(asset.node)
                rows[f"store.{name}"] = {"opening": stored.opening, "kept": stored.kept, "unit": unit}
    return rows


def _stated(park: Park, kgco2e: float, path: str) -> dict[str, str | float]:
    source, mark, date = dated(park, path)
    return {"kgco2e": kgco2e, "source": source, "mark": mark, "date": date}
