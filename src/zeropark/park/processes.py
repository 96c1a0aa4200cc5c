"""What belongs to a process of ``efficiency``: its assets, the carriers that count, and what each counts."""

from __future__ import annotations

from collections.abc import Iterator

from zeropark import units
from zeropark.park.assets import Converter, Demand, Source
from zeropark.park.efficiency_spec import Process
from zeropark.park.limits import Standard
from zeropark.park.spec import Carrier, ParkFile

ENERGY_KINDS = ("electricity", "heat", "fuel", "hydrogen")


def members_of(spec: ParkFile, process: Process) -> list[str]:
    """The assets named, and the loads that serve one of them, in file order."""
    named = set(process.assets)
    return [
        name
        for name, asset in spec.assets.items()
        if name in named or (isinstance(asset, Demand) and asset.serves in named)
    ]


def nodes_of(spec: ParkFile, name: str) -> Iterator[str]:
    """Nodes that a converter, a load or a source moves something at."""
    asset = spec.assets[name]
    if isinstance(asset, Converter):
        for way in asset.ways.values():
            for port in (*way.inputs.values(), *way.outputs.values()):
                yield port.node
    elif isinstance(asset, (Demand, Source)):
        yield asset.node


def brings(spec: ParkFile, process: Process, node: str) -> bool:
    """Whether a converter of the process gives something at the node."""
    assets = (spec.assets.get(name) for name in process.assets)
    return any(
        port.node == node
        for asset in assets
        if isinstance(asset, Converter)
        for way in asset.ways.values()
        for port in way.outputs.values()
    )


def apart(process: Process, standard: Standard) -> set[str]:
    """Nodes of products, whose flows are no energy; none where the standard subtracts the energy in its product."""
    nodes = {process.product, *process.shared_with}
    return set() if standard.credit.product else {node for node in nodes if node is not None}


def counted(spec: ParkFile, process: Process, standard: Standard) -> list[str]:
    """Carriers that count in the energy of the process: those stated, or all energy that it moves but its product;
    with its product where the standard subtracts the energy in it.
    """
    if process.carriers:
        return list(process.carriers)
    products = apart(process, standard)
    made = of_product(spec, process) if standard.credit.product else None
    moved = [
        spec.nodes[node].carrier
        for name in (*members_of(spec, process), *process.recovered)
        for node in nodes_of(spec, name)
        if node not in products
    ]
    return [name for name in dict.fromkeys(moved) if name == made or spec.carriers[name].kind in ENERGY_KINDS]


def of_product(spec: ParkFile, process: Process) -> str | None:
    """Carrier of the product; None where the output is stated."""
    return None if process.product is None else spec.nodes[process.product].carrier


def coal_equivalent(spec: ParkFile, standard: Standard, carrier: str) -> float | None:
    """tce for one unit of the carrier: electricity as the standard says; else what the park states; None: nobody says."""
    declared = spec.carriers[carrier]
    if declared.kind == "electricity":
        return standard.electricity * units.factor(declared.unit, "MWh")
    own = spec.efficiency.coal_equivalents.get(carrier) if spec.efficiency else None
    if own is not None:
        return own.factor
    return declared.coal_equivalent if "coal_equivalent" in declared.model_fields_set else None


def tonnes_per_unit(carrier: Carrier) -> float | None:
    """Tonnes in one unit of the carrier, by its unit or its ``worth.mass``; None where neither says."""
    if units.same_dimension(carrier.unit, "t"):
        return units.factor(carrier.unit, "t")
    return carrier.worth.mass


def takes_credit(process: Process, standard: Standard) -> bool:
    """Whether energy given away is subtracted."""
    return standard.credit.allowed == "yes" if process.credit is None else process.credit
