"""Electricity into processes: generation by origin, losses included, times the life-cycle factor of each origin

Which kilowatt-hour is what on which basis is the split of ``carbon/split.py``; here it is weighed. Public electricity takes
the factor that ``footprint.grid`` states for the basis (yearly average, residual mix), else the market's own ``upstream``.
Only life-cycle factors enter here, never operating ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from zeropark import units
from zeropark.carbon.attribution import BASES, Attribution, Basis, Origin
from zeropark.carbon.from_park import asset_of
from zeropark.carbon.origins import CANCELLED, SAME_HOUR, UNCLAIMED
from zeropark.errors import Fault
from zeropark.footprint.amounts import Amounts
from zeropark.footprint.inventory import (
    Burden,
    Good,
    Inventory,
    embodied_of,
    embody_supply,
    evidence,
    is_electric,
    joined,
    line_of,
    modes_of,
    serving,
    title_of,
    upstream_burden,
)
from zeropark.footprint.modes import Modes
from zeropark.forms import Array
from zeropark.park.assets import Connection, Converter, Demand, Market, Source, Storage
from zeropark.park.model import Park
from zeropark.texts import both

NETWORK = "electricity network"
Supplied = Mapping[str, Array]
"""Process → electricity by origin, MWh of generation, on one basis."""

_PAPERS = {
    CANCELLED: both("cancelled certificates", "已核销绿证"),
    SAME_HOUR: both("certificates of the same hour", "同小时绿证"),
    UNCLAIMED: both("green power that others have a contract for", "他人合同内绿电"),
}


def key_of(origin: str) -> str:
    """The product that stands for electricity of an origin."""
    return f"electricity:{origin}"


def supplied_of(amounts: Amounts, attribution: Attribution) -> dict[Basis, dict[str, Array]]:
    """On each basis: generation by origin behind every process's electricity in the period, MWh, auxiliaries included."""
    steps = amounts.period.steps
    parts = {name: _consuming(amounts, name) for name in attribution.consumers}
    found: dict[Basis, dict[str, Array]] = {basis: {} for basis in BASES}
    if all(isinstance(part, float) for of in parts.values() for part in of.values()):
        for basis, on in attribution.split(steps).on.items():
            for row, of in enumerate(parts.values()):
                for process, part in of.items():
                    _more(found[basis], process, on[row] * part)
        return found
    shared: dict[tuple[int, str], Array] = {}
    for block in attribution.blocks(steps):
        here = slice(block.steps.start - steps.start, block.steps.stop - steps.start)
        for row, of in enumerate(parts.values()):
            for process, part in of.items():
                each = np.reshape(part if isinstance(part, float) else part[here], (-1, 1))
                _more(found["location"], process, (block.location[row] * each).sum(axis=0))
                _more(found["hourly"], process, (block.hourly[row] * each).sum(axis=0))
                _more(shared, (row, process), (block.supplied[row] * each).sum(axis=0))
    whole = attribution.split(steps)
    for (
        row,
        process,
    ), mwh in shared.items():  # over the period as one: each process as much as it was supplied with
        total = float(whole.supplied[row].sum())
        _more(
            found["market"],
            process,
            whole.on["market"][row] * (float(mwh.sum()) / total if total > 0.0 else 0.0),
        )
    return found


def _more(into: dict[Any, Array], key: Any, amount: Array) -> None:
    into[key] = into[key] + amount if key in into else amount


def _consuming(amounts: Amounts, consumer: str) -> dict[str, Array | float]:
    """Processes that a consumer's electricity goes to, and the part of each step that does."""
    asset = amounts.park.assets.get(consumer)
    if isinstance(asset, Demand) and asset.serves is not None:
        return {**serving(amounts, asset.serves)}
    if not isinstance(asset, Converter):
        return {consumer: 1.0}
    modes = modes_of(amounts, consumer)
    nodes = [node for node in dict.fromkeys(_inputs(asset)) if is_electric(amounts.park, node)]
    if _still(amounts, modes, nodes):
        return dict.fromkeys(modes.processes, 0.0)
    return {process: modes.electricity(nodes, way) for process, way in modes.processes.items()}


def _still(amounts: Amounts, modes: Modes, nodes: list[str]) -> bool:
    """Whether a converter stood still: what it made in the period is noise, and so is what it used on the mean.

    Only both together: a plant that starts up, or is kept warm, uses electricity and makes nothing.
    """
    outputs = {port.node for way in modes.asset.ways.values() for port in way.outputs.values()}
    return not any(amounts.at(modes.name, node).make > 0 for node in outputs) and all(
        amounts.is_quiet(modes.name, node) for node in nodes
    )


def _inputs(asset: Converter) -> list[str]:
    return [port.node for way in asset.ways.values() for port in way.inputs.values()]


def electrify(
    inventory: Inventory,
    amounts: Amounts,
    attribution: Attribution | None,
    basis: Basis,
    supplied: Supplied,
) -> None:
    """Add electricity by origin, and what its network embodies, to the inventory of materials."""
    park = amounts.park
    if attribution is not None:
        _origins(inventory, amounts, attribution, basis, supplied)
        _uses(inventory, attribution, supplied)
        _network(inventory, amounts, supplied)
    for process, (modes, way) in inventory.modes.items():
        if process in supplied:
            continue
        nodes = [node for node in dict.fromkeys(_inputs(modes.asset)) if is_electric(park, node)]
        used = sum(modes.at(node, way).use for node in nodes)
        if used > 0:
            found, expected = f"{used:g} MWh that no origin is told for", "an attribution that covers it"
            inventory.broken.setdefault(process, []).append(Fault("flows", None, process, found, expected))


def _origins(
    inventory: Inventory,
    amounts: Amounts,
    attribution: Attribution,
    basis: Basis,
    supplied: Supplied,
) -> None:
    """A product for each origin; the asset behind it makes it."""
    total = sum(supplied.values(), np.zeros(len(attribution.origins)))
    opened: list[tuple[str, float]] = []
    for origin, used in zip(attribution.origins, total.tolist(), strict=True):
        name = asset_of(origin.name)
        asset, key = amounts.park.assets.get(name), key_of(origin.name)
        made = _generated(amounts, name) if name == origin.name and asset is not None else used
        if used <= 0 and made <= 0:
            continue
        what = title_of(amounts.park, name) if asset is not None else _PAPERS.get(origin.name, origin.name)
        carrier = _carrier(amounts.park, asset) if isinstance(asset, Converter) else None
        inventory.goods[key] = Good(key, joined("Electricity of {0}", "{0}的电力", what), "MWh", carrier)
        if origin.name in _PAPERS:
            inventory.handed_on[key] = used
            inventory.add(inventory.make, key, origin.name, used)
            _factor(inventory, amounts, origin, origin.name, basis, used)
            continue
        if asset is None or (isinstance(asset, Converter) and made <= 0):
            opened.append((origin.name, used))
            continue
        made = made if made > 0 else used
        inventory.handed_on[key] = made
        if isinstance(asset, Converter):
            for process, amount in _generating(amounts, name).items():
                inventory.add(inventory.make, key, process, amount)
        else:
            inventory.add(inventory.make, key, origin.name, made)
            _factor(inventory, amounts, origin, origin.name, basis, made)
    _opening(inventory, amounts, opened)


def _generated(amounts: Amounts, name: str) -> float:
    park, asset = amounts.park, amounts.park.assets[name]
    if isinstance(asset, Source):
        return amounts.at(name, asset.node).make * _mwh(park, asset.node)
    if isinstance(asset, Market):
        bought = amounts.at(name, asset.node).make - amounts.total(name, "certified")
        return max(bought, 0.0) * _mwh(park, asset.node)
    return sum(_generating(amounts, name).values()) if isinstance(asset, Converter) else 0.0


def _generating(amounts: Amounts, name: str) -> dict[str, float]:
    """Processes of a converter, and the electricity that each generated, MWh."""
    park, modes = amounts.park, modes_of(amounts, name)
    nodes = dict.fromkeys(port.node for way in modes.asset.ways.values() for port in way.outputs.values())
    return {
        process: sum(modes.at(node, way).make * _mwh(park, node) for node in nodes if is_electric(park, node))
        for process, way in modes.processes.items()
    }


def _mwh(park: Park, node: str) -> float:
    return units.factor(park.unit_at(node), "MWh")


def _carrier(park: Park, asset: Converter) -> str | None:
    """The carrier of a converter's electricity, whose worth counts where it shares; None where that is not in MWh."""
    nodes = (port.node for way in asset.ways.values() for port in way.outputs.values())
    found = [
        park.carrier_at(node) for node in nodes if is_electric(park, node) and park.unit_at(node) == "MWh"
    ]
    return found[0] if found else None


def _factor(
    inventory: Inventory, amounts: Amounts, origin: Origin, process: str, basis: Basis, made: float
) -> None:
    park, name = amounts.park, asset_of(origin.name)
    inventory.roles[process], inventory.titles[process] = "supply", inventory.goods[key_of(origin.name)].title
    title, life = inventory.titles[process], origin.life_cycle_on(basis)
    upstream = (
        origin.upstream[basis][0]
        if basis in origin.upstream
        else getattr(park.assets.get(name), "upstream", None)
    )
    if upstream is None and life is not None:
        path = f"assets.{name}.upstream"
        source, mark = evidence(park, path, f"life-cycle factor of {name}")
        factor = life.tco2e_per_unit
        inventory.burdens.append(
            Burden(process, "electricity", f"electricity.{process}", title, made, "MWh", factor, source, mark)
        )
    else:
        burden = upstream_burden(park, name, upstream, "electricity", title, made, "MWh")
        if isinstance(burden, Fault):
            inventory.broken.setdefault(process, []).append(burden)
        else:
            inventory.burdens.append(replace(burden, process=process, id=f"electricity.{process}"))
    if name == origin.name:
        embody_supply(inventory, amounts, name, process, key_of(origin.name))


def _opening(inventory: Inventory, amounts: Amounts, opened: list[tuple[str, float]]) -> None:
    """What stores held at first takes the mix of all that came in the period."""
    made = {p: a for p, a in inventory.handed_on.items() if p.startswith("electricity:") and a > 0}
    total = sum(made.values())
    for name, used in opened:
        process, key = name, key_of(name)
        inventory.roles[process], inventory.titles[process] = "passes", inventory.goods[key].title
        inventory.add(inventory.make, key, process, used)
        inventory.handed_on[key] = used
        if total <= 0:
            found, expected = f"{used:g} MWh from before, and none that came in", "a longer period"
            inventory.broken[process] = [Fault("flows", None, name, found, expected)]
        for product, amount in made.items():
            inventory.add(inventory.use, product, process, used * amount / total)
        what = joined(
            f"{used:.6g} MWh of {{0}} count as the period's own mix",
            f"{{0}}的 {used:.6g} MWh 按本期混合强度计",
            name,
        )
        inventory.notes.append((key, what))


def _uses(inventory: Inventory, attribution: Attribution, supplied: Supplied) -> None:
    for process, by_origin in supplied.items():
        if inventory.roles.get(process) == "maker":
            for origin, amount in zip(attribution.origins, by_origin.tolist(), strict=True):
                inventory.add(inventory.use, key_of(origin.name), process, amount)


def _network(inventory: Inventory, amounts: Amounts, supplied: Supplied) -> None:
    """What stores and lines of electricity embody is shared by all that is used, per MWh."""
    park = amounts.park
    found: list[Burden | Fault] = []
    for name, asset in park.assets.items():
        node = (
            asset.node
            if isinstance(asset, Storage)
            else asset.start
            if isinstance(asset, Connection)
            else None
        )
        if node is not None and is_electric(park, node):
            found += embodied_of(amounts, name, NETWORK, title_of(park, name))
    total = float(sum(np.sum(by_origin) for by_origin in supplied.values()))
    if not found or total <= 0:
        return
    key = key_of(NETWORK)
    title = joined("Lines and stores of electricity", "电力线路与储能")
    inventory.goods[key] = Good(key, title, "MWh")
    inventory.roles[NETWORK], inventory.titles[NETWORK] = "supply", title
    inventory.add(inventory.make, key, NETWORK, total)
    inventory.handed_on[key] = total
    for process, by_origin in supplied.items():
        if inventory.roles.get(process) == "maker":
            inventory.add(inventory.use, key, process, float(np.sum(by_origin)))
    for burden in found:
        if isinstance(burden, Fault):
            path = burden.field
            inventory.broken.setdefault(NETWORK, []).append(replace(burden, line=line_of(park, path)))
        else:
            inventory.burdens.append(burden)
