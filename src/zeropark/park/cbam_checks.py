"""What the section ``cbam`` asks of the rest of the park file: assets, nodes, streams that must not be missing"""

from __future__ import annotations

from collections.abc import Callable, Collection

from zeropark import units
from zeropark.errors import nearest
from zeropark.park.assets import Connection, Converter, Demand, Market, Source
from zeropark.park.cbam_goods import one_carbon
from zeropark.park.cbam_spec import CbamProcess, CbamSpec
from zeropark.park.spec import ParkFile

Path_ = tuple[str | int, ...]
Add = Callable[[Path_, str, str, str], None]

ROUTES = {
    "Crude steel": ("Basic oxygen steelmaking", "Electric arc furnace"),
    "Pig iron": ("Blast furnace route", "Smelting reduction"),
    "Hydrogen": (
        "Steam reforming and partial oxidation",
        "Electrolysis of water",
        "Chlor-Alkali electrolysis and production of chlorates",
    ),
    "Ammonia": (
        "Haber-Bosch process with steam reforming of natural gas or biogas",
        "Haber-Bosch process with gasification of coal or other fuels",
    ),
    "Unwrought aluminium": ("Primary (electrolytic) smelting", "Secondary melting (recycling)"),
}
"""Categories that have routes, and their routes besides other and unknown ones (template V2.1, Parameters_Constants)."""
ANY_ROUTE = ("Other production routes", "Unknown production routes")
"""Routes of every category that has routes."""


def cbam_faults(spec: ParkFile, add: Add) -> None:
    """Note every fault of the section: unknown names, routes, streams that are missing or stand twice."""
    section = spec.cbam
    if section is None:
        return
    _processes(spec, section, add)
    _goods(spec, section, add)
    _streams(spec, section, add)
    _bought_and_used(spec, section, add)
    _suppliers(spec, section, add)
    _levers(section, add)
    _complete(spec, section, add)


def _known(path: Path_, name: str, names: Collection[str], what: str, add: Add) -> bool:
    if name in names:
        return True
    listed = ", ".join(list(names)[:8]) + (", …" if len(names) > 8 else "")
    hint = nearest(name, names) or (f"there are {listed}" if names else f"the park has no {what}")
    add(path, f"unknown {what} '{name}'", f"a {what} of the park", hint)
    return False


def _outputs(asset: Converter) -> set[str]:
    return {port.node for way in asset.ways.values() for port in way.outputs.values()}


def _inputs(asset: Converter) -> set[str]:
    return {port.node for way in asset.ways.values() for port in way.inputs.values()}


def _processes(spec: ParkFile, section: CbamSpec, add: Add) -> None:
    owner: dict[str, str] = {}
    for name, process in section.processes.items():
        path: Path_ = ("cbam", "processes", name)
        known = _known((*path, "product"), process.product, spec.nodes, "node", add)
        makers = []
        for index, asset in enumerate(process.assets):
            here = (*path, "assets", index)
            if not _known(here, asset, spec.assets, "asset", add):
                known = False
                continue
            declared = spec.assets[asset]
            if asset in owner:
                add(here, f"'{asset}' of '{owner[asset]}' too", "an asset of one process", "Annex II A.4")
            owner[asset] = name
            if isinstance(declared, Converter):
                makers.append(process.product in _outputs(declared))
            elif not isinstance(declared, Demand):
                add(
                    here,
                    f"a {declared.kind}",
                    "a converter or demand",
                    "purchases belong to precursors or streams",
                )
        if known and not any(makers):
            found = f"no output of {', '.join(process.assets)} at '{process.product}'"
            add((*path, "product"), found, "a node to which the process gives its good", "")
        _route((*path, "route"), process.category, process.route, add)


def _route(path: Path_, category: str, route: str, add: Add) -> None:
    routes = ROUTES.get(category, ())
    if not routes:
        if route:
            add(path, f"route '{route}'", f"no route: {category} has only one", "leave it out")
    elif route not in (*routes, *ANY_ROUTE):
        found = f"'{route}'" if route else "no route"
        add(path, found, "one of " + "; ".join((*routes, *ANY_ROUTE)), nearest(route, routes))


def _goods(spec: ParkFile, section: CbamSpec, add: Add) -> None:
    for name, good in section.goods.items():
        path: Path_ = ("cbam", "goods", name)
        _known((*path, "process"), good.process, section.processes, "process", add)
        one_carbon(spec, section, name, add)
        for index, asset in enumerate(good.sold):
            here = (*path, "sold", index)
            if _known(here, asset, spec.assets, "asset", add) and not isinstance(
                spec.assets[asset], Demand | Market
            ):
                add(here, f"a {spec.assets[asset].kind}", "a demand or market", "")


def _nodes_of(spec: ParkFile, asset: str) -> set[str]:
    declared = spec.assets[asset]
    if isinstance(declared, Converter):
        return _inputs(declared) | _outputs(declared)
    return {declared.node} if isinstance(declared, Demand | Market | Source) else set()


def _streams(spec: ParkFile, section: CbamSpec, add: Add) -> None:
    seen: dict[tuple[str, str], str] = {}
    for name, stream in section.streams.items():
        path: Path_ = ("cbam", "streams", name)
        if stream.process is not None:
            _known((*path, "process"), stream.process, section.processes, "process", add)
        known = _known((*path, "node"), stream.node, spec.nodes, "node", add)
        if not _known((*path, "asset"), stream.asset, spec.assets, "asset", add) or not known:
            continue
        if stream.node not in _nodes_of(spec, stream.asset):
            hint = nearest(stream.node, _nodes_of(spec, stream.asset))
            add(
                (*path, "node"),
                f"'{stream.asset}' does not touch '{stream.node}'",
                "a node of the asset",
                hint,
            )
            continue
        port = (stream.asset, stream.node)
        if port in seen:
            hint = "one port is one stream: split it in the graph where it is two materials"
            add(path, f"'{stream.asset}' at '{stream.node}' in '{seen[port]}' too", "a port of its own", hint)
        seen[port] = name
        carrier = spec.carriers.get(spec.nodes[stream.node].carrier)
        if carrier is None or stream.amount is not None or units.same_dimension(carrier.unit, stream.per):
            continue
        if not (stream.ncv is not None and units.same_dimension(carrier.unit, "GJ")):
            found = f"a carrier in {carrier.unit}, factors per {stream.per}"
            add(
                path,
                found,
                f"amount: how many {stream.per} one {carrier.unit} is",
                "or ncv, for a carrier in energy",
            )


def _bought_and_used(spec: ParkFile, section: CbamSpec, add: Add) -> None:
    """What a market brings is what others take: told at both ends, its carbon counts twice."""
    ends = {
        name: stream
        for name, stream in section.streams.items()
        if stream.asset in spec.assets and stream.node in spec.nodes
    }
    brings = {n: s for n, s in ends.items() if isinstance(spec.assets[s.asset], Market | Source)}
    for name, stream in brings.items():
        near = _joined(spec, stream.node)
        for other, user in ends.items():
            if other not in brings and user.node in near and user.node not in _given(spec, user.asset):
                found = f"'{stream.asset}' brings what '{user.asset}' takes in '{other}'"
                hint = "tell the purchase, or every use of it"
                add(("cbam", "streams", name), found, "a material told once (Annex II B.1)", hint)
                break


def _joined(spec: ParkFile, node: str) -> set[str]:
    """The node and all that connections lead to from it, or from which they lead to it."""
    found, last = {node}, 0
    while len(found) > last:
        last = len(found)
        for asset in spec.assets.values():
            if isinstance(asset, Connection) and found & {asset.start, asset.end}:
                found |= {asset.start, asset.end}
    return found


def _given(spec: ParkFile, name: str) -> set[str]:
    asset = spec.assets[name]
    return _outputs(asset) if isinstance(asset, Converter) else set()


def _suppliers(spec: ParkFile, section: CbamSpec, add: Add) -> None:
    for name, precursor in section.precursors.items():
        path: Path_ = ("cbam", "precursors", name)
        if _known((*path, "asset"), precursor.asset, spec.assets, "asset", add):
            asset = spec.assets[precursor.asset]
            if not isinstance(asset, Source) and not (isinstance(asset, Market) and asset.buy is not None):
                add(
                    (*path, "asset"),
                    f"a {asset.kind}",
                    "a market that buys, or a source",
                    "own goods follow from flows",
                )
        _route((*path, "route"), precursor.category, precursor.route, add)
        if precursor.values == "default" and precursor.country != "CN" and precursor.see_direct is None:
            country = precursor.country
            hint = (
                f"state see_direct (and see_indirect) as Annex I of IR (EU) 2025/2621 prints them for {country}, with the"
                " mark-up, and document: where they stand; or values: actual, from the maker's verified report"
            )
            add((*path, "values"), f"default values of {country}", "CN: others are not shipped", hint)
    for name in section.supplies:
        path = ("cbam", "supplies", name)
        if _known(path, name, spec.assets, "asset", add) and not _generates(spec, name):
            add(path, f"'{name}' gives no electricity", "a source, market or converter of electricity", "")
    for name in section.heat:
        _known(("cbam", "heat", name), name, spec.assets, "asset", add)
    for name, gas in section.waste_gases.items():
        path = ("cbam", "waste_gases", name)
        if _known(path, name, spec.carriers, "carrier", add):
            unit = spec.carriers[name].unit
            if gas.ncv is None and not units.same_dimension(unit, "GJ"):
                add((*path, "ncv"), f"a carrier in {unit} without ncv", f"ncv in GJ/{unit}", "")
    for index, name in enumerate(section.without_carbon):
        _known(("cbam", "without_carbon", index), name, spec.carriers, "carrier", add)


def _generates(spec: ParkFile, name: str) -> bool:
    asset = spec.assets[name]
    nodes = _outputs(asset) if isinstance(asset, Converter) else _nodes_of(spec, name)
    if isinstance(asset, Demand):
        return False
    carriers = (spec.carriers.get(spec.nodes[node].carrier) for node in nodes if node in spec.nodes)
    return any(carrier is not None and carrier.kind == "electricity" for carrier in carriers)


def _levers(section: CbamSpec, add: Add) -> None:
    links = {*section.processes, *section.precursors}
    for name, lever in section.levers.items():
        path: Path_ = ("cbam", "levers", name)
        if lever.process is not None:
            _known((*path, "process"), lever.process, section.processes, "process", add)
        replaced = section.streams if lever.kind == "hydrogen" else links
        for index, other in enumerate(lever.instead_of):
            what = "stream" if lever.kind == "hydrogen" else "process or precursor"
            _known((*path, "instead_of", index), other, replaced, what, add)
        if lever.by is not None:
            brings = links if lever.kind == "hydrogen" else section.streams
            what = "process or precursor" if lever.kind == "hydrogen" else "stream"
            _known((*path, "by"), lever.by, brings, what, add)


def _complete(spec: ParkFile, section: CbamSpec, add: Add) -> None:
    """Every fuel that enters a process is a stream, or is said to hold no carbon (Annex II B.1: completeness)."""
    streams = {(stream.asset, stream.node) for stream in section.streams.values()}
    goods = {
        spec.nodes[process.product].carrier
        for process in section.processes.values()
        if process.product in spec.nodes
    }
    for name, process in section.processes.items():
        for asset in _members(spec, process):
            declared = spec.assets[asset]
            taken = _inputs(declared) if isinstance(declared, Converter) else _nodes_of(spec, asset)
            for node in sorted(taken):
                if node not in spec.nodes or (asset, node) in streams:
                    continue
                carrier = spec.nodes[node].carrier
                told = carrier in (*section.waste_gases, *section.without_carbon) or carrier in goods
                if not told and carrier in spec.carriers and spec.carriers[carrier].kind == "fuel":
                    found = f"fuel '{carrier}' enters '{name}' at '{asset}', in no stream"
                    hint = "a stream, waste_gases, or without_carbon"
                    add(("cbam", "streams"), found, "every fuel told (Annex II B.1)", hint)
            if (
                isinstance(declared, Converter)
                and _process_co2(declared)
                and not any(port[0] == asset for port in streams)
            ):
                found = f"'{asset}' states process CO2 (emissions), in no stream"
                add(("cbam", "streams"), found, "a stream of process_emissions or a mass balance", "")


def _members(spec: ParkFile, process: CbamProcess) -> list[str]:
    """Converters and loads of the process, with the loads that serve one of them."""
    return [
        name
        for name, asset in spec.assets.items()
        if (name in process.assets and isinstance(asset, Converter | Demand))
        or (isinstance(asset, Demand) and asset.serves in process.assets)
    ]


def _process_co2(asset: Converter) -> bool:
    return asset.emissions > 0 or any(way.emissions > 0 for way in asset.ways.values())
