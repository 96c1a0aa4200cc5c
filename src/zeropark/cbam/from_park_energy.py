"""Measurable heat and waste gases that cross the boundary of a process (Annex III A.2.2, A.2.3)"""

from __future__ import annotations

from zeropark import units
from zeropark.cbam.from_park_ground import Ground
from zeropark.cbam.from_park_streams import park_fault
from zeropark.cbam.model import Heat, WasteGas
from zeropark.cbam.streams import stream_result
from zeropark.cbam.tracing import Port, used_by

_NOTHING = 1e-9


def heat_of(ground: Ground, process: str) -> Heat:
    """Heat imported and exported, each with its mean factor (Eq. 52, 53); losses on the way count with the import."""
    imported, exported = _crossing(ground, process, _heat_carriers(ground))
    return Heat(
        sum(imported.values(), 0.0),
        _factor(ground, imported),
        sum(exported.values(), 0.0),
        _factor(ground, exported),
    )


def waste_gas_of(ground: Ground, process: str) -> WasteGas:
    """Waste gas imported and exported, TJ (Eq. 53, 54)."""
    imported, exported = _crossing(ground, process, list(ground.spec.waste_gases))
    return WasteGas(sum(imported.values(), 0.0), sum(exported.values(), 0.0))


def _heat_carriers(ground: Ground) -> list[str]:
    return [name for name, carrier in ground.park.spec.carriers.items() if carrier.kind == "heat"]


def _crossing(
    ground: Ground, process: str, carriers: list[str]
) -> tuple[dict[Port, float], dict[Port, float]]:
    """TJ from every origin outside of the process, and TJ that every port of the process gives beyond its own use."""
    imported: dict[Port, float] = {}
    exported: dict[Port, float] = {}
    members = ground.members[process]
    for carrier in carriers:
        traced = ground.traced(carrier)
        scale = _terajoules(ground, carrier)
        used = used_by(traced, ground.amounts, members)
        for port, amount in used.items():
            if port[0] not in members:
                imported[port] = imported.get(port, 0.0) + scale * amount
        for port in traced.origins:
            if port[0] in members:
                beyond = scale * (ground.amounts.given[port] - used.get(port, 0.0))
                if beyond > _NOTHING * scale:
                    exported[port] = beyond
    return imported, exported


def _terajoules(ground: Ground, carrier: str) -> float:
    """TJ in one unit of a carrier."""
    declared = ground.park.spec.carriers[carrier]
    if units.same_dimension(declared.unit, "TJ"):
        return units.factor(declared.unit, "TJ")
    gas = ground.spec.waste_gases.get(carrier)
    energy = gas.ncv if gas is not None else declared.worth.energy
    if energy is None:
        found = f"'{carrier}' in {declared.unit}"
        where = f"waste_gases.{carrier}" if gas is not None else "heat"
        hint = "state its ncv" if gas is not None else f"state carriers.{carrier}.worth.energy"
        ground.faults.append(park_fault(ground.park, where, found, f"GJ per {declared.unit}", hint))
        return 0.0
    return energy / 1000


def _factor(ground: Ground, amounts: dict[Port, float]) -> float | None:
    total = sum(amounts.values())
    if not total:
        return None
    return sum(amount * _factor_at(ground, port[0]) for port, amount in amounts.items()) / total


def _factor_at(ground: Ground, asset: str) -> float:
    """t CO2/TJ of an asset's heat: stated, or its fuels over its heat (Eq. 44, 45)."""
    declared = ground.spec.heat.get(asset)
    if declared is None:
        found = f"'{asset}' gives heat across a boundary, with no factor"
        expected = f"heat.{asset}: its factor in tCO2/TJ, or empty for its own streams"
        ground.faults.append(
            park_fault(ground.park, "heat", found, expected, "0 where electricity drives it")
        )
        return 0.0
    if declared.factor is not None:
        return declared.factor
    fuels = [
        ground.streams[n] for n, s in ground.spec.streams.items() if s.asset == asset and n in ground.streams
    ]
    kinds = ground.park.spec.carriers
    carrier_of = ground.park.carrier_at
    given = {port: amount for port, amount in ground.amounts.given.items() if port[0] == asset and amount > 0}
    power = any(kinds[carrier_of(node)].kind == "electricity" for _, node in given)
    if not fuels or power:
        found = "heat and power together" if power else f"no stream of '{asset}'"
        expected = "a stated factor (Eq. 46 to 51)" if power else "streams of its fuels, or a stated factor"
        ground.faults.append(park_fault(ground.park, f"heat.{asset}", found, expected))
        return 0.0
    heat = sum(
        amount * _terajoules(ground, carrier_of(node))
        for (_, node), amount in given.items()
        if kinds[carrier_of(node)].kind == "heat"
    )
    return sum(stream_result(fuel).fossil_tco2e for fuel in fuels) / heat
