"""PACT v3.0.3: the ProductFootprint object of a statement. Decimals travel as strings, times in UTC.

Its id follows from the statement's hash, so that the same statement has the same id wherever it is written. Every figure
is a line of the statement; nothing is computed here but the change to PACT's declared units. The declared unit is one
kilogram, cubic metre, kilowatt hour or piece, as PACT asks of what is supplied in bulk (``declaredUnitAmount``).
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from importlib import resources
from typing import Any

from zeropark import units
from zeropark.errors import Fault, InputError
from zeropark.park.assets import Converter, Demand, Source
from zeropark.park.model import Park
from zeropark.park.spec import ParkFile
from zeropark.statement.canonical import hash_of
from zeropark.statement.formula import Call, parse, parts
from zeropark.statement.model import Statement
from zeropark.texts import in_language

VERSION = "3.0.3"
_SPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:zeropark:statement")
_DECLARED = {
    "kg": "kilogram",
    "m3": "cubic meter",
    "Nm3": "cubic meter",
    "m2": "square meter",
    "kWh": "kilowatt hour",
    "MJ": "megajoule",
    "pcs": "piece",
}
_LATEST = "AR6"
_NO_MASS = ("kilowatt hour", "megajoule")
_QUALITY = {"measured": 1, "supplier": 2, "database": 3, "literature": 4, "estimate": 5}
_AGES = ((3, 1), (6, 2), (10, 3), (15, 4))
_COUNTRIES = {"CN": "China", "DE": "Germany", "NL": "Netherlands", "JP": "Japan", "US": "United States"}
_COUNTED_BY_USE = ("electricity",)
_WORLD = ("world", "global", "glo", "row")


@dataclass(frozen=True)
class Declared:
    """PACT's unit for one unit of the product: how many of which, and the kilograms in it."""

    unit: str
    amount: float
    mass_kg: float


def pact_of(
    statement: Statement, park: Park, created: datetime, preceding: tuple[str, ...] = ()
) -> dict[str, Any]:
    """The object. created: now, or when it was first made; preceding: ids of those that it replaces."""
    facts = dict(statement.facts or {})
    spec = park.spec.footprint
    product = spec.products.get(statement.subject) if spec is not None else None
    tenant = product.tenant if product is not None and product.tenant else None
    name = in_language(facts["title"], "en")
    found: dict[str, Any] = {
        "id": pact_id(hash_of(statement)),
        "specVersion": VERSION,
        "created": _time(created),
        "status": "Active",
        "companyName": facts["tenant"] or park.spec.name,
        "companyIds": [_urn("company", park.spec.name, tenant or "")],
        "productDescription": (product.description if product is not None else "") or name,
        "productIds": list(dict.fromkeys(product.identifiers if product is not None else ()))
        or [_urn("product", park.spec.name, tenant or "", statement.subject)],
        "productNameCompany": name,
        "comment": _comment(statement, park.spec),
        "pcf": _carbon(statement, park),
    }
    if product is not None and product.cn_code:
        found["productClassifications"] = [
            f"urn:pact:productclassification:cn:{''.join(product.cn_code.split())}"
        ]
    if preceding:
        found["precedingPfIds"] = list(preceding)
    return found


def pact_id(statement_hash: str) -> str:
    """UUID (version 5) of a statement, by its hash."""
    return str(uuid.uuid5(_SPACE, statement_hash))


def declared_of(unit: str, mass_kg: float | None) -> Declared:
    """One unit of the product in PACT's words. Raises InputError where PACT has none.

    mass_kg: stated mass; absent where the unit is one of mass itself.
    """
    for own, word in _DECLARED.items():
        if units.same_dimension(unit, own):
            amount = units.factor(unit, own)
            return Declared(
                word, amount, amount if own == "kg" else 0.0 if word in _NO_MASS else mass_kg or 0.0
            )
    expected = f"a unit that PACT declares: {', '.join(_DECLARED)}"
    raise InputError([Fault("park.yaml", None, "footprint.products", f"a product in {unit}", expected)])


def decimal(value: float) -> str:
    """A number as PACT writes it: digits and a point, never an exponent."""
    text = format(Decimal(repr(float(value) + 0.0)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _carbon(statement: Statement, park: Park) -> dict[str, Any]:
    facts = dict(statement.facts or {})
    values = {line.id: line.value for line in statement.lines}
    spec = park.spec.footprint
    product = spec.products.get(statement.subject) if spec is not None else None
    declared = declared_of(facts["unit"], product.mass if product is not None else None)
    total, biogenic = values["total.kgco2e"], values["total.biogenic"]
    carbon = product.carbon_content if product is not None else 0.0
    total, biogenic, mass = (value / declared.amount for value in (total, biogenic, declared.mass_kg))
    found: dict[str, Any] = {
        "declaredUnitOfMeasurement": declared.unit,
        "declaredUnitAmount": "1",
        "productMassPerDeclaredUnit": decimal(mass),
        "referencePeriodStart": _time(datetime.fromisoformat(facts["begins"])),
        "referencePeriodEnd": _time(datetime.fromisoformat(facts["ends"])),
        "boundaryProcessesDescription": _boundary(statement),
        "pcfExcludingBiogenicUptake": decimal(total),
        "pcfIncludingBiogenicUptake": decimal(total),
        "fossilGhgEmissions": decimal(max(total - biogenic, 0.0)),
        "fossilCarbonContent": decimal(carbon * mass),
        "packagingEmissionsIncluded": False,
        "ipccCharacterizationFactors": _reports(statement, park.spec)[0],
        "crossSectoralStandards": ["PACT-3.0"],
        "exemptedEmissionsPercent": "0",
        "exemptedEmissionsDescription": _exempted(statement, park),
        "allocationRulesDescription": _allocation(statement),
        "primaryDataShare": decimal(100.0 * values["total.primary_share"]),
    }
    if biogenic > 0:
        found["biogenicNonCO2Emissions"] = decimal(biogenic)
    if (country := country_of(facts["zone"])) is not None:
        found["geographyCountry"] = country
    if sources := _secondary(statement, park.spec):
        found["secondaryEmissionFactorSources"] = sources
    if rating := _ratings(statement, park.spec):
        found["dqi"] = rating
    return found


def _exempted(statement: Statement, park: Park) -> str:
    """What is outside: nothing that was counted is cut off, but the park file may have what no line of the product has."""
    values = {line.id: line.value for line in statement.lines}
    told = ["No emission that was counted is cut off."]
    if outside := _outside(statement, park):
        told.append(
            f"Not counted, because the park file names no process or input of the product for it: {'; '.join(outside)}."
            " Their emissions are not known; 0 % does not include them."
        )
    if wastes := _wastes(statement, park):
        told.append(f"Treatment of waste is not counted: {'; '.join(wastes)}.")
    if values["total.kgco2e"] == values["choice.without_embodied"] and values["choice.embodied"] != 0:
        told.append("Making of the plant (capital goods) is outside the boundary.")
    return " ".join(told)


def _assets_read(statement: Statement) -> set[str]:
    """Assets whose flows, claims or factors the lines of the value read, by their names in formulas."""
    own = [line.formula for line in statement.lines if line.id.startswith(("product.", "process."))]
    return {
        text
        for formula in own
        for part in parts(parse(formula))
        if isinstance(part, Call)
        for text in part.arguments
    }


def _outside(statement: Statement, park: Park) -> list[str]:
    """Materials, water and waste that the product's tenants, or nobody, take or give, and no line of the value reads."""
    read = _assets_read(statement)
    tenants = {park.assets[name].tenant for name in read if name in park.assets} - {None}
    found = []
    for name, asset in park.assets.items():
        if name in read or not isinstance(asset, (Demand, Source)):
            continue
        carrier = park.spec.carriers[park.carrier_at(asset.node)]
        shared = carrier.kind == "water"
        if carrier.kind in _COUNTED_BY_USE or not (shared or asset.tenant in tenants):
            continue
        if isinstance(asset, Demand) and asset.serves is None and not shared and carrier.kind != "waste":
            continue  # it leaves the gate as a product of its own
        found.append(asset.name or name)
    return sorted(set(found))


def _wastes(statement: Statement, park: Park) -> list[str]:
    """Waste that processes behind the product give."""
    read = _assets_read(statement)
    found = set()
    for name, asset in park.assets.items():
        if name not in read or not isinstance(asset, Converter):
            continue
        for way in asset.ways.values():
            for port in way.outputs.values():
                carrier = park.carrier_at(port.node)
                if park.spec.carriers[carrier].kind == "waste":
                    found.add(park.spec.carriers[carrier].name or carrier)
    return sorted(found)


def country_of(zone: str) -> str | None:
    """ISO 3166 code of the country that a time zone belongs to, by the table of the time zone database."""
    table = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return next((row[0] for row in rows if row[2] == zone), None)


def _boundary(statement: Statement) -> str:
    heads = [
        line.title
        for line in statement.lines
        if line.id.startswith("product.") and line.id.endswith(".kgco2e")
    ]
    return "Cradle to gate: " + "; ".join(in_language(title, "en") for title in heads) + "."


def _allocation(statement: Statement) -> str:
    ways = {
        "mass": "mass",
        "economic": "market value",
        "element": "element content",
        "energy": "energy content",
    }
    way = (statement.facts or {}).get("allocation", "")
    own = f"Shared among co-products by {ways[way]}." if way in ways else "Nothing to share, or several ways."
    others = [line for line in statement.lines if line.id.startswith("choice.allocation.")]
    tried = ", ".join(f"{line.id.rpartition('.')[2]} {line.value:.6g}" for line in others)
    return f"{own} Waste carries nothing." + (
        f" Other ways give, {others[0].unit}: {tried}." if others else ""
    )


def _reports(statement: Statement, spec: ParkFile) -> tuple[list[str], str]:
    """IPCC reports that the factors read were made with, and a sentence on those that do not say: PACT asks for one."""
    read = {name: spec.factors[name].gwp for name in _read(statement, spec)}
    known: list[str] = sorted({gwp for gwp in read.values() if gwp})
    silent = [spec.factors[name].name or name for name, gwp in read.items() if not gwp]
    if not silent:
        return known or [_LATEST], ""
    what = f"Not stated for the characterization factors of: {', '.join(sorted(silent))}."
    return known or [_LATEST], what if known else f"{what} {_LATEST} stands where PACT asks for a value."


def _comment(statement: Statement, spec: ParkFile) -> str:
    facts = statement.facts or {}
    notes = [in_language(note, "en") for note in facts.get("notes", "").splitlines() if note]
    basis = f"Electricity: {facts.get('basis', '')} basis."
    rating = (
        "dqi: weighted by emissions; technological by kind of source (measured 1, supplier 2, database 3, literature 4, "
        "estimate 5), temporal by age (3, 6, 10, 15 years), geographical 1 for the country of the park, 3 for the "
        "world, else 5."
    )
    sentences = (note if note.endswith(".") else f"{note}." for note in notes)
    values = {line.id: line.value for line in statement.lines}
    parts = values["total.biogenic"], values["total.kgco2e"] - values["total.biogenic"]
    credit = (
        ["Credits in the factors make a part negative: parts are told from zero on."]
        if min(parts) < 0
        else []
    )
    volume = ["Cubic metres are normal cubic metres."] if "Nm3" in facts.get("unit", "") else []
    given = _reports(statement, spec)[1]
    other = (
        [
            "What is not fossil, by the factors' own statement, stands as biogenicNonCO2Emissions; it may be of land use."
        ]
        if max(parts[0], 0.0) > 0
        else []
    )
    product = spec.footprint.products.get(statement.subject) if spec.footprint is not None else None
    silent = product is None or "carbon_content" not in product.model_fields_set
    carbon = (
        [
            "fossilCarbonContent: the park file states none; PACT asks for a value, and the 0 there is not a measured one."
        ]
        if silent
        else []
    )
    told = [
        basis,
        f"Statement {hash_of(statement)}.",
        *carbon,
        *sentences,
        *credit,
        *other,
        *volume,
        given,
        rating,
    ]
    return " ".join(text for text in told if text)


def _secondary(statement: Statement, spec: ParkFile) -> list[dict[str, str]]:
    """The factors of the user's list that lines of the statement read, primary ones left out."""
    read = _read(statement, spec)
    found = {
        (f.name or name, str(f.year)) for name, f in spec.factors.items() if name in read and not f.primary
    }
    return [{"name": name, "version": year} for name, year in sorted(found)]


def _read(statement: Statement, spec: ParkFile) -> list[str]:
    """Factors of the user's list that the lines of the value read; not those of other choices."""
    own = [line.formula for line in statement.lines if line.id.startswith(("product.", "process."))]
    return [name for name in spec.factors if any(f'"factor.{name}"' in formula for formula in own)]


def _ratings(statement: Statement, spec: ParkFile) -> dict[str, str] | None:
    """Ratings of the factors read from the user's list, weighted by the emissions that they bring along the chain."""
    year = int((statement.facts or {})["begins"][:4])
    home = country_of((statement.facts or {})["zone"])
    sums, weight = [0.0, 0.0, 0.0], 0.0
    values = {line.id: line.value for line in statement.lines}
    for line in statement.lines:
        name = next((n for n in spec.factors if f'"factor.{n}"' in line.formula), None)
        brought = abs(values.get(f"{line.id.removesuffix('.factor')}.kgco2e", 0.0))
        if name is None or not brought:
            continue
        factor = spec.factors[name]
        age = next((rating for limit, rating in _AGES if abs(year - factor.year) <= limit), 5)
        place = _place(factor.region, home)
        for i, rating in enumerate((_QUALITY[factor.quality], place, age)):
            sums[i] += rating * brought
        weight += brought
    if not weight:
        return None
    names = ("technologicalDQR", "geographicalDQR", "temporalDQR")
    return {name: decimal(round(total / weight, 2)) for name, total in zip(names, sums, strict=True)}


def _place(region: str, home: str | None) -> int:
    """1 for the country of the park by code or name, 3 for the world, 5 for what is not known to be either."""
    named = region.strip().lower()
    if home is not None and named in (home.lower(), _COUNTRIES.get(home, "").lower()):
        return 1
    return 3 if named in _WORLD else 5


def _urn(*parts: str) -> str:
    """A URN that names no network address: the UUID of the names."""
    return f"urn:uuid:{uuid.uuid5(_SPACE, chr(31).join(parts))}"


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
