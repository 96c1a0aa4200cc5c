"""What the section ``footprint`` asks of the rest of the park file: products, factors and worth behind them"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterator

from zeropark import units
from zeropark.errors import nearest
from zeropark.park.assets import Connection, Converter, Demand, Market, Source
from zeropark.park.footprint_spec import AllocationBy, FootprintSpec, Product, Worth
from zeropark.park.spec import Carrier, ParkFile

Path_ = tuple[str | int, ...]
Add = Callable[[Path_, str, str, str], None]
WORTH_FIELDS: dict[AllocationBy, str] = {
    "mass": "mass",
    "economic": "price",
    "element": "element",
    "energy": "energy",
}
_URN = re.compile(r"urn:[a-z0-9][a-z0-9-]{0,31}:[!-~]+", re.IGNORECASE)
"""RFC 8141: a scheme, a namespace, and what it names, in printable ASCII."""
_OWN_UNIT: dict[AllocationBy, str] = {"mass": "t", "energy": "GJ"}


def worth_of(carrier: Carrier, way: AllocationBy) -> float | None:
    """What one unit of the carrier counts where co-products share this way; None where the park does not state it.

    A unit of mass is its own mass, one of energy its own energy content.
    """
    stated: float | None = getattr(carrier.worth, WORTH_FIELDS[way])
    own = _OWN_UNIT.get(way)
    if stated is None and own is not None and units.same_dimension(carrier.unit, own):
        return units.factor(carrier.unit, own)
    return stated


def is_coproduct(carrier: Carrier, way: AllocationBy | None = None) -> bool:
    """Whether an output carries a share: waste does only where its worth for this way is stated.

    ISO 14044:2006, 4.3.4.2: what a process causes is shared among co-products, not with waste.
    """
    if carrier.kind != "waste":
        return True
    return way is not None and getattr(carrier.worth, WORTH_FIELDS[way]) is not None


def are_apart(spec: ParkFile, asset: Converter) -> bool:
    """Whether a converter's modes are processes of their own: they give different things, waste left out.

    ISO 14044:2006, 4.3.4.2 a: what can be divided is divided, and shares nothing.
    """
    gives = {
        frozenset(
            p.node for p in way.outputs.values() if spec.carriers[spec.nodes[p.node].carrier].kind != "waste"
        )
        for way in asset.ways.values()
    }
    return len(gives) > 1


def footprint_faults(spec: ParkFile, add: Add) -> None:
    """Note every fault of the section: unknown names, missing factors, ways to share and worth.

    To be called when all names of nodes, carriers and factors that assets refer to are known.
    """
    section = spec.footprint
    if section is None:
        return
    _products(spec, section, add)
    _grid(spec, section, add)
    for name in section.allocation:
        path: Path_ = ("footprint", "allocation", name)
        converters = [key for key, asset in spec.assets.items() if isinstance(asset, Converter)]
        if _known(path, name, converters, "converter", add):
            asset = spec.assets[name]
            assert isinstance(asset, Converter)
            if len(_outputs(asset)) < 2:
                add(
                    path,
                    f"'{name}', which has one output",
                    "a converter with several outputs",
                    "leave it out",
                )
    nodes, converters = behind(spec, [p.node for p in section.products.values() if p.node in spec.nodes])
    for name in converters:
        _sharing(spec, section, name, add)
    for name, asset in spec.assets.items():
        brings = isinstance(asset, Source) or (isinstance(asset, Market) and asset.buy is not None)
        if brings and isinstance(asset, (Source, Market)) and asset.node in nodes and asset.upstream is None:
            hint = (
                nearest(name, spec.factors)
                or "absent is not zero: what comes free of burdens names a factor of 0"
            )
            found = "no upstream factor of what stands behind a product"
            add(("assets", name, "upstream"), found, "one of `factors`, in tCO2e", hint)


def behind(spec: ParkFile, products: Collection[str]) -> tuple[set[str], list[str]]:
    """Nodes and converters that can stand behind products; all nodes of electricity do where one of those uses it."""
    electric = {
        name for name, node in spec.nodes.items() if spec.carriers[node.carrier].kind == "electricity"
    }
    nodes, converters, todo = set(products), dict[str, None](), list(products)
    while todo:
        here = todo.pop()
        found = [
            node for name, node in _feeding(spec, here, converters) if node not in nodes or name in converters
        ]
        if here in electric:
            found += electric
        for node in found:
            if node not in nodes:
                nodes.add(node)
                todo.append(node)
    return nodes, list(converters)


def _feeding(spec: ParkFile, here: str, converters: dict[str, None]) -> Iterator[tuple[str, str]]:
    """(asset, node): what is taken to bring something to a node; notes the converters on the way."""
    for name, asset in spec.assets.items():
        if isinstance(asset, Connection):
            if here == asset.end:
                yield name, asset.start
            elif here == asset.start and not asset.one_way:
                yield name, asset.end
        elif isinstance(asset, Converter) and here in _outputs(asset):
            converters[name] = None
            yield from ((name, port.node) for way in asset.ways.values() for port in way.inputs.values())
            for served in spec.assets.values():
                if isinstance(served, Demand) and served.serves == name:
                    yield name, served.node


def _outputs(asset: Converter) -> list[str]:
    return list(dict.fromkeys(port.node for way in asset.ways.values() for port in way.outputs.values()))


def _known(path: Path_, name: str, names: Collection[str], what: str, add: Add) -> bool:
    if name in names:
        return True
    listed = ", ".join(list(names)[:8]) + (", …" if len(names) > 8 else "")
    hint = nearest(name, names) or (f"there are {listed}" if names else f"the park has no {what}")
    add(path, f"unknown {what} '{name}'", f"a {what} of the park", hint)
    return False


def _products(spec: ParkFile, section: FootprintSpec, add: Add) -> None:
    for name, product in section.products.items():
        path: Path_ = ("footprint", "products", name)
        if product.tenant is not None:
            _known((*path, "tenant"), product.tenant, spec.tenants, "tenant", add)
        if not _known((*path, "node"), product.node, spec.nodes, "node", add):
            continue
        carrier = spec.carriers[spec.nodes[product.node].carrier]
        if carrier.kind == "electricity":
            hint = "electricity is told by origin: zeropark carbon"
            add((*path, "node"), f"'{product.node}', which carries electricity", "a node of a product", hint)
        _mass(path, carrier, product.mass, add)
        _names(path, product, add)


def _names(path: Path_, product: Product, add: Add) -> None:
    """Names under which others know a product: URNs, each once, and a code of the Combined Nomenclature."""
    for n, text in enumerate(product.identifiers):
        if not _URN.fullmatch(text):
            hint = "letters and digits after urn:, then the name, without spaces"
            add((*path, "identifiers", n), f"'{text}'", "a URN such as urn:gtin:4012345678901", hint)
        elif text in product.identifiers[:n]:
            add((*path, "identifiers", n), f"'{text}' twice", "each identifier once", "")
    digits = "".join(product.cn_code.split())
    if digits and not (digits.isascii() and digits.isdigit() and len(digits) in (4, 6, 8, 10)):
        add((*path, "cn_code"), f"'{product.cn_code}'", "4, 6, 8 or 10 digits", "")


def _mass(path: Path_, carrier: Carrier, mass: float | None, add: Add) -> None:
    """Kilograms per declared unit: needed where the unit is no mass, and not to be contradicted where it is."""
    own = units.factor(carrier.unit, "kg") if units.same_dimension(carrier.unit, "kg") else None
    if own is None and mass is None and carrier.kind not in ("electricity", "heat"):
        add(
            (*path, "mass"),
            "nothing",
            f"kg per {carrier.unit}",
            "customers ask for the mass of a declared unit",
        )
    if own is not None and mass is not None and not math.isclose(own, mass, rel_tol=1e-9):
        add(
            (*path, "mass"),
            f"{mass:g} kg per {carrier.unit}",
            f"{own:g} kg per {carrier.unit}",
            "leave it out",
        )


def _grid(spec: ParkFile, section: FootprintSpec, add: Add) -> None:
    asked: list[tuple[Path_, str]] = [(("footprint", "grid", b), name) for b, name in section.grid.items()]
    if section.certificates is not None:
        asked.append((("footprint", "certificates"), section.certificates))
    for path, name in asked:
        if _known(path, name, spec.factors, "factor", add):
            per = spec.factors[name].per
            if not units.same_dimension(per, "MWh"):
                add(path, f"a factor per {per}", "a factor per MWh", "")


def _sharing(spec: ParkFile, section: FootprintSpec, name: str, add: Add) -> None:
    """Several co-products need a way to share, and their worth for it."""
    asset = spec.assets[name]
    assert isinstance(asset, Converter)
    way, path = section.allocation.get(name), ("footprint", "allocation", name)
    divided = [[p.node for p in mode.outputs.values()] for mode in asset.ways.values()]
    together = divided if are_apart(spec, asset) else [_outputs(asset)]
    shared = [
        [
            key
            for key in dict.fromkeys(spec.nodes[n].carrier for n in nodes)
            if is_coproduct(spec.carriers[key], way)
        ]
        for nodes in together
    ]
    counted = list(dict.fromkeys(key for keys in shared if len(keys) > 1 for key in keys))
    if not counted:
        return
    if way is None:
        found = f"no way in which '{name}' shares among {', '.join(counted)}"
        add(
            path,
            found,
            f"one of {', '.join(WORTH_FIELDS)}",
            f"write `{name}: mass` under footprint.allocation",
        )
        return
    for key in counted:
        if worth_of(spec.carriers[key], way) is None:
            where: Path_ = ("carriers", key, "worth", WORTH_FIELDS[way])
            unit = (
                Worth.model_fields[WORTH_FIELDS[way]]
                .metadata[0]
                .text.replace("{unit}", spec.carriers[key].unit)
            )
            found = f"nothing, and '{name}' shares {way}"
            add(
                where,
                found,
                f"{WORTH_FIELDS[way]} in {unit}",
                f"or another way under footprint.allocation.{name}",
            )
