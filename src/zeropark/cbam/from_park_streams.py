"""Source streams from flows: amounts in tonnes or 1000 Nm3, with the factors that the park file states"""

from __future__ import annotations

from collections.abc import Mapping

from zeropark import units
from zeropark.cbam.model import ActivityUnit, FactorUnit, SourceStream
from zeropark.cbam.tracing import Amounts
from zeropark.errors import Fault
from zeropark.park.assets import Market, Source
from zeropark.park.cbam_spec import CbamProcess, CbamSpec, CbamStream
from zeropark.park.model import Park

UNITS: dict[str, ActivityUnit] = {"t": "t", "kNm3": "1000Nm3"}
_FACTORS: dict[str, FactorUnit] = {"t": "tCO2/t", "kNm3": "tCO2/1000Nm3"}
_NOTHING = 1e-12


def park_fault(park: Park, field: str, found: str, expected: str, hint: str = "") -> Fault:
    """A fault of the section ``cbam``, with its line."""
    where = f"cbam.{field}"
    return Fault("park.yaml", park.lines.get(where), where, found, expected, hint)


def tonnes_per_unit(park: Park, node: str, field: str) -> float | Fault:
    """Tonnes in one unit of the carrier at a node: by its unit, or by the worth that the park states."""
    unit = park.unit_at(node)
    if units.same_dimension(unit, "t"):
        return units.factor(unit, "t")
    mass = park.spec.carriers[park.carrier_at(node)].worth.mass
    if mass is not None:
        return mass
    hint = f"state carriers.{park.carrier_at(node)}.worth.mass, e.g. '0.0899 t/kNm3'"
    return park_fault(
        park, field, f"'{park.carrier_at(node)}' in {unit}", "a carrier counted in tonnes", hint
    )


def per_unit(park: Park, stream: CbamStream, field: str) -> float | Fault:
    """Tonnes or 1000 Nm3 in one unit of the carrier: stated, by the unit, or energy over the calorific value."""
    if stream.amount is not None:
        return stream.amount
    unit = park.unit_at(stream.node)
    if units.same_dimension(unit, stream.per):
        return units.factor(unit, stream.per)
    if units.same_dimension(unit, "GJ") and stream.ncv is not None:
        return units.factor(unit, "GJ") / stream.ncv
    hint = "state `amount`" + (", or `ncv`" if units.same_dimension(unit, "GJ") else "")
    carrier = park.carrier_at(stream.node)
    return park_fault(
        park, field, f"'{carrier}' in {unit}", f"what one {unit} of it is in {stream.per}", hint
    )


def process_of(members: Mapping[str, tuple[str, ...]], stream: CbamStream) -> str | None:
    """The process that a stream belongs to: stated, or the one of its asset, loads that serve it included."""
    if stream.process is not None:
        return stream.process
    return next((name for name, assets in members.items() if stream.asset in assets), None)


def streams_of_park(
    park: Park, spec: CbamSpec, amounts: Amounts, faults: list[Fault]
) -> dict[str, SourceStream]:
    """Every declared stream with its activity data; what goes wrong is added to ``faults``."""
    found = {}
    for name, declared in spec.streams.items():
        field = f"streams.{name}"
        scale = per_unit(park, declared, field)
        if isinstance(scale, Fault):
            faults.append(scale)
            continue
        port = (declared.asset, declared.node)
        net = amounts.taken.get(port, 0.0) - amounts.given.get(port, 0.0)
        brings = isinstance(park.assets[declared.asset], (Market, Source))
        activity = scale * (-net if brings else net)
        if activity < -_NOTHING and declared.method != "mass_balance":
            what = f"{activity:g} {declared.per}, which leaves '{declared.asset}'"
            expected = "an amount that goes in"
            faults.append(park_fault(park, field, what, expected, "outputs belong to a mass balance"))
        found[name] = _stream(name, declared, activity)
    return found


def _stream(name: str, declared: CbamStream, activity: float) -> SourceStream:
    balance = declared.method == "mass_balance"
    by_energy = declared.factor_energy is not None
    factor_unit: FactorUnit | None = "tCO2/TJ" if by_energy else _FACTORS[declared.per]
    return SourceStream(
        id=name,
        name=declared.name or name,
        method=declared.method,
        activity=activity,
        activity_unit=UNITS[declared.per],
        ncv=declared.ncv,
        emission_factor=declared.factor_energy if by_energy else declared.factor,
        emission_factor_unit=None if balance else factor_unit,
        carbon_content=declared.carbon_content if balance else None,
        oxidation_percent=100 * declared.oxidation if declared.method == "combustion" else None,
        conversion_percent=100 * declared.conversion if declared.method == "process_emissions" else None,
        biomass_percent=100 * declared.biomass,
    )


def members_of(park: Park, process: CbamProcess) -> tuple[str, ...]:
    """Assets of a process: those that it names, and loads that serve one of them."""
    serving = tuple(
        name
        for name, asset in park.assets.items()
        if getattr(asset, "serves", None) in process.assets and name not in process.assets
    )
    return process.assets + serving
