"""What no single field can tell: names that must exist, and whether the graph can work at all."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field

from zeropark import units
from zeropark.errors import Fault, nearest
from zeropark.park.assets import Connection, Converter, Demand, Market, Sizing, Source, Storage
from zeropark.park.carbon_checks import carbon_faults
from zeropark.park.cbam_checks import cbam_faults
from zeropark.park.efficiency_checks import efficiency_faults
from zeropark.park.fields import Declared, Series
from zeropark.park.footprint_checks import footprint_faults
from zeropark.park.reach import reach_faults
from zeropark.park.spec import ParkFile

Path_ = tuple[str | int, ...]
LineOf = Callable[[Path_], int | None]

_NAMED = (
    "carriers", "nodes", "tenants", "tables", "weather", "tariffs", "assets", "accounts", "limits", "factors", "measures",
)  # fmt: skip
_BAD_IN_NAME = re.compile(r"[/:.\x00-\x1f\x7f]")
_LONGEST_NAME = 100
_KINDS = ("source", "demand", "converter", "storage", "connection", "market")
_SECTIONS = (carbon_faults, cbam_faults, efficiency_faults, footprint_faults)
"""What each further section checks of itself."""


@dataclass
class _Finder:
    """Collects faults with the line of their path."""

    file: str
    line_of: LineOf
    faults: list[Fault] = field(default_factory=list)

    def add(self, path: Path_, found: str, expected: str, hint: str = "") -> None:
        """Note a fault at the path."""
        where = ".".join(map(str, path))
        self.faults.append(Fault(self.file, self.line_of(path), where, found, expected, hint))

    def known(self, path: Path_, name: str, names: Collection[str], what: str) -> bool:
        """Whether the name is one of ``names``; a fault with the nearest if not."""
        if name in names:
            return True
        expected = f"a {what} of the park"
        listed = ", ".join(list(names)[:8]) + (", …" if len(names) > 8 else "")
        hint = nearest(name, names) or (f"there are {listed}" if names else f"the park has no {what}")
        self.add(path, f"unknown {what} '{name}'", expected, hint)
        return False


def graph_faults(spec: ParkFile, line_of: LineOf, file: str) -> list[Fault]:
    """Every fault in names, references, units and the graph of a valid park file.

    ``line_of`` gives the line of a path in ``file``. What follows only from an unknown name is left out.
    """
    finder = _Finder(file, line_of)
    _check_names(spec, finder)
    _check_units(spec, finder)
    for name, asset in spec.assets.items():
        if isinstance(asset, Storage):
            _check_storage(name, asset, finder)
        elif isinstance(asset, Demand):
            _check_shift(name, asset, spec, finder)
        elif isinstance(asset, Converter):
            _check_rated(name, asset, finder)
            _check_starts(name, asset, finder)
        elif isinstance(asset, Market):
            _check_price(name, asset, finder)
    _check_account_assets(spec, finder)
    _check_funds(spec, finder)
    _check_factors(spec, finder)
    for section_faults in _SECTIONS:
        section_faults(spec, finder.add)
    unknown = reference_faults(spec, line_of, file)
    if not unknown:
        _check_connections(spec, finder)
        finder.faults += reach_faults(spec, line_of, file)
    return unknown + finder.faults


def reference_faults(spec: ParkFile, line_of: LineOf, file: str) -> list[Fault]:
    """Every name of a carrier, node, tenant, table, tariff or weather that the park does not have."""
    finder = _Finder(file, line_of)
    for name, node in spec.nodes.items():
        finder.known(("nodes", name, "carrier"), node.carrier, spec.carriers, "carrier")
    for name, asset in spec.assets.items():
        here: Path_ = ("assets", name)
        for path, node_name in _nodes_of(asset):
            finder.known((*here, *path), node_name, spec.nodes, "node")
        if asset.tenant is not None:
            finder.known((*here, "tenant"), asset.tenant, spec.tenants, "tenant")
        if isinstance(asset, Market) and asset.tariff is not None:
            finder.known((*here, "tariff"), asset.tariff, spec.tariffs, "tariff")
        if isinstance(asset, (Source, Market)) and asset.upstream is not None:
            finder.known((*here, "upstream"), asset.upstream, spec.factors, "factor")
        if isinstance(asset, Demand) and asset.serves is not None:
            converters = [key for key, other in spec.assets.items() if isinstance(other, Converter)]
            finder.known((*here, "serves"), asset.serves, converters, "converter")
        if isinstance(asset, Source):
            for key, profile in (("pv", asset.pv), ("wind", asset.wind)):
                if profile is not None:
                    finder.known((*here, key, "weather"), profile.weather, spec.weather, "weather")
    for path, series in series_in(spec):
        finder.known((*path, "table"), series.table, spec.tables, "table")
    _check_account_names(spec, finder)
    return finder.faults


def series_in(declared: Declared, path: Path_ = ()) -> Iterator[tuple[Path_, Series]]:
    """Every series below a section that comes from a table, with its path, in the order declared."""
    for name, info in type(declared).model_fields.items():
        value = getattr(declared, name)
        here = (*path, info.alias or name)
        if isinstance(value, Series):
            if value.constant is None:
                yield here, value
        elif isinstance(value, Declared):
            yield from series_in(value, here)
        elif isinstance(value, dict):
            for key, item in value.items():
                if isinstance(item, Declared):
                    yield from series_in(item, (*here, key))


def _nodes_of(asset: Declared) -> Iterator[tuple[Path_, str]]:
    """Every node that an asset names, with the path below the asset."""
    if isinstance(asset, Connection):
        yield ("from",), asset.start
        yield ("to",), asset.end
    elif isinstance(asset, Converter):
        yield ("rated",), asset.rated
        for mode, way in asset.ways.items():
            for side, ports in (("inputs", way.inputs), ("outputs", way.outputs)):
                for key, port in ports.items():
                    yield (*(("modes", mode) if mode else ()), side, key), port.node
    elif isinstance(asset, (Source, Demand, Storage, Market)):
        yield ("node",), asset.node


# --- names and units --------------------------------------------------------------------------------


def _check_names(spec: ParkFile, finder: _Finder) -> None:
    paths: list[Path_] = [(section, name) for section in _NAMED for name in getattr(spec, section)]
    for name, asset in spec.assets.items():
        if isinstance(asset, Converter):
            paths += [("assets", name, "modes", mode) for mode in asset.modes]
    for path in paths:
        name = str(path[-1])
        if not name.strip():
            finder.add(path, "an empty name", "a name")
        elif name != name.strip():
            finder.add(path, f"'{name}'", "a name without space at its ends", f"write '{name.strip()}'")
        elif _BAD_IN_NAME.search(name):
            plain = _BAD_IN_NAME.sub("-", name)
            finder.add(path, f"'{name[:60]}'", "a name without '/', ':' and '.'", f"write '{plain[:60]}'")
        elif len(name) > _LONGEST_NAME:
            found = f"'{name[:30]}…' of {len(name)} letters"
            finder.add(path, found, f"a name of at most {_LONGEST_NAME} letters", "long names go into `name`")


def _check_units(spec: ParkFile, finder: _Finder) -> None:
    named = {node.carrier for node in spec.nodes.values()}
    for name, carrier in spec.carriers.items():
        path: Path_ = ("carriers", name, "unit")
        if units.same_dimension(carrier.unit, "MW"):
            finder.add(
                path, f"'{carrier.unit}'", "a unit of amount such as MWh", "flows are amounts per hour"
            )
        elif carrier.kind == "electricity" and not units.same_dimension(carrier.unit, "MWh"):
            finder.add(path, f"'{carrier.unit}'", "a unit of energy for electricity, such as MWh")
        if named <= set(spec.carriers) and name not in named:
            hint = "add a node, or leave the carrier out"
            finder.add(("carriers", name), "a carrier without nodes", "a node of this carrier", hint)
    for name, table in spec.tables.items():
        if table.unit is not None and not units.known(table.unit):
            finder.add(("tables", name, "unit"), f"'{table.unit}'", "a unit such as MW, kW, GJ/h, CNY/MWh")
    for name, account in spec.accounts.items():
        if not units.known(account.unit):
            finder.add(("accounts", name, "unit"), f"'{account.unit}'", "a unit such as MWh, tCO2, tce, CNY")
    for name, asset in spec.assets.items():
        if not isinstance(asset, Market) or asset.tariff is None or asset.node not in spec.nodes:
            continue
        bought = spec.carriers.get(spec.nodes[asset.node].carrier)
        if bought is not None and not units.same_dimension(bought.unit, "MWh"):
            found = f"a tariff on '{spec.nodes[asset.node].carrier}', which is counted in {bought.unit}"
            hint = "prices of other carriers go into buy.price"
            finder.add(("assets", name, "tariff"), found, "a carrier counted in energy, such as MWh", hint)


def _check_account_names(spec: ParkFile, finder: _Finder) -> None:
    for name, account in spec.accounts.items():
        for index, term in enumerate(account.terms):
            here: Path_ = ("accounts", name, "terms", index)
            if term.kind is not None:
                finder.known((*here, "kind"), term.kind, _KINDS, "kind of asset")
            if term.carrier is not None:
                finder.known((*here, "carrier"), term.carrier, spec.carriers, "carrier")
            if term.node is not None:
                finder.known((*here, "node"), term.node, spec.nodes, "node")
            if term.tenant is not None:
                finder.known((*here, "tenant"), term.tenant, spec.tenants, "tenant")


def _check_account_assets(spec: ParkFile, finder: _Finder) -> None:
    for name, account in spec.accounts.items():
        for index, term in enumerate(account.terms):
            if term.asset is not None:
                path = ("accounts", name, "terms", index, "asset")
                finder.known(path, term.asset, spec.assets, "asset")


# --- assets -----------------------------------------------------------------------------------------


def _check_rated(name: str, asset: Converter, finder: _Finder) -> None:
    """The rated node is an input or an output of every mode, not both, and its amount is 1."""
    for mode, way in asset.ways.items():
        here: Path_ = ("assets", name, *(("modes", mode) if mode else ()))
        sides = [(side, ports) for side, ports in (("inputs", way.inputs), ("outputs", way.outputs))]
        given = [(side, ports[asset.rated]) for side, ports in sides if asset.rated in ports]
        if len(given) > 1:
            found = f"rated node '{asset.rated}' among inputs and outputs"
            finder.add((*here, "outputs", asset.rated), found, "the rated node on one side only")
        for side, port in given:
            amount = port.amount
            if amount.constant is None or not math.isclose(amount.constant, 1.0, rel_tol=1e-9):
                found = "a series" if amount.constant is None else f"amount {amount.constant:g}"
                hint = "all amounts of a converter are per unit of the carrier at its rated node"
                finder.add((*here, side, asset.rated), found, "the amount 1 at the rated node", hint)


def _check_factors(spec: ParkFile, finder: _Finder) -> None:
    """An upstream factor is for an amount of what the asset brings."""
    for name, asset in spec.assets.items():
        if not isinstance(asset, (Source, Market)) or asset.upstream not in spec.factors:
            continue
        carrier = spec.carriers.get(spec.nodes[asset.node].carrier) if asset.node in spec.nodes else None
        per = spec.factors[asset.upstream].per
        if carrier is not None and not units.same_dimension(per, carrier.unit):
            found = f"a factor per {per} for a carrier counted in {carrier.unit}"
            finder.add(("assets", name, "upstream"), found, f"a factor per {carrier.unit}")


def _check_funds(spec: ParkFile, finder: _Finder) -> None:
    """Direct supply pays government funds on all use (发改价格〔2025〕1192号)."""
    for name, tariff in spec.tariffs.items():
        charge = tariff.capacity_charge
        if (
            charge is not None
            and charge.basis == "direct-supply"
            and tariff.funds
            and tariff.funds_on == "grid"
        ):
            hint = "发改价格〔2025〕1192号"
            finder.add(("tariffs", name, "funds_on"), "grid, with direct-supply", "all-use", hint)


def _check_starts(name: str, asset: Converter, finder: _Finder) -> None:
    """A machine that costs nothing to keep on at zero never starts twice; one that ramps too slowly never starts."""
    here: Path_ = ("assets", name)
    if asset.start_cost and not asset.min_load:
        finder.add(
            (*here, "start_cost"), "start_cost without min_load", "a min_load above 0, below which it is off"
        )
    if asset.on_off and asset.ramp_up is not None and asset.ramp_up < asset.min_load:
        expected = "a ramp_up that reaches min_load within an hour, or it could never start"
        finder.add(
            (*here, "ramp_up"), f"{asset.ramp_up:g} per hour with min_load {asset.min_load:g}", expected
        )


def _check_price(name: str, asset: Market, finder: _Finder) -> None:
    """A price that nobody wrote is not zero."""
    priced = asset.buy is None or asset.tariff is not None or "price" in asset.buy.model_fields_set
    if not priced:
        finder.add(("assets", name, "buy"), "no price", "buy.price (0 if it is free), or a tariff")


def _check_storage(name: str, asset: Storage, finder: _Finder) -> None:
    if not _free_without_end(asset.capacity):
        return
    lossless = asset.charge_efficiency * asset.discharge_efficiency == 1.0 and asset.standing_loss == 0
    words = "free, lossless and unlimited" if lossless and asset.cost == 0 else "free and unlimited"
    expected = "a finite max, an investment or a fixed cost"
    finder.add(("assets", name, "capacity"), f"{words} storage", expected)


def _free_without_end(sizing: Sizing) -> bool:
    return sizing.max == math.inf and sizing.investment == 0 and sizing.fixed_cost == 0


def _check_shift(name: str, asset: Demand, spec: ParkFile, finder: _Finder) -> None:
    if asset.shift is None:
        return
    steps = asset.shift.window * 60 / spec.time.step
    if abs(steps - round(steps)) > 1e-6 or round(steps) < 1:
        found = f"a window of {asset.shift.window:g} h"
        expected = f"a whole number of steps of {spec.time.step:g} min"
        finder.add(("assets", name, "shift", "window"), found, expected)


def _check_connections(spec: ParkFile, finder: _Finder) -> None:
    """Both ends differ and carry the same; nothing can run in circles for free and without end."""
    free: dict[str, list[str]] = {}
    joins: list[tuple[str, Connection]] = []
    for name, asset in spec.assets.items():
        if not isinstance(asset, Connection):
            continue
        start, end = spec.nodes[asset.start].carrier, spec.nodes[asset.end].carrier
        if asset.start == asset.end:
            finder.add(("assets", name, "to"), f"node '{asset.end}' at both ends", "two different nodes")
        elif start != end:
            found = f"'{start}' at '{asset.start}' but '{end}' at '{asset.end}'"
            hint = "a converter turns one carrier into another"
            finder.add(("assets", name, "to"), found, "the same carrier at both ends", hint)
        elif _free_without_end(asset.capacity) and asset.loss == 0 and asset.cost == 0:
            joins.append((name, asset))
            free.setdefault(asset.start, []).append(asset.end)
            if not asset.one_way:
                free.setdefault(asset.end, []).append(asset.start)
    for name, asset in joins:
        if asset.start in _reached(asset.end, free):
            hint = "join the two nodes, set `one_way: true`, or give it a size, a loss or a cost"
            found = "a free, lossless and unlimited way in circles"
            finder.add(("assets", name, "capacity"), found, "something that limits it", hint)


def _reached(begin: str, arcs: dict[str, list[str]]) -> set[str]:
    seen: set[str] = set()
    todo: list[str] = [begin]
    while todo:
        here = todo.pop()
        if here not in seen:
            seen.add(here)
            todo += arcs.get(here, [])
    return seen
