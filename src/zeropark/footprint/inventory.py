"""From a park and its amounts to processes: pools, converters, stores, connections, and what comes from outside

Every node that carries no electricity is a pool: what is taken from it is the mix of what came in. Losses raise the
footprint of what arrives. Electricity comes by origin (``electricity.py``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from zeropark import units
from zeropark.carbon.factors import OperatingFactor, greenhouse_effect
from zeropark.errors import Fault, nearest
from zeropark.footprint.amounts import Amounts
from zeropark.footprint.cited import evidence as evidence
from zeropark.footprint.cited import line_of as line_of
from zeropark.footprint.modes import Modes
from zeropark.footprint.result import ContributionKind
from zeropark.park.assets import Connection, Converter, Demand, Market, Source, Storage
from zeropark.park.carbon_spec import UpstreamFactor
from zeropark.park.model import Park
from zeropark.texts import both, in_language

Role = Literal["supply", "maker", "passes"]
Cell = tuple[str, str]
"""(product, process)."""


@dataclass(frozen=True)
class Burden:
    """Emissions that a process brings in: amount × factor, tCO2e. factor_name: of the park's list, for Monte Carlo."""

    process: str
    kind: ContributionKind
    id: str
    title: str
    amount: float
    unit: str
    factor: float
    source: str
    mark: str = ""
    gate: bool = False
    primary: bool = False
    fossil: float = 1.0
    factor_name: str = ""
    spread: float = 1.0

    @property
    def tco2e(self) -> float:
        """Over the period."""
        return self.amount * self.factor


@dataclass(frozen=True)
class Good:
    """A product of the system. carrier: None for what no carrier measures (electricity by origin is in MWh)."""

    key: str
    title: str
    unit: str
    carrier: str | None = None


@dataclass
class Inventory:
    """Everything that the system is made of, in file order.

    handed_on: what each product gives to processes, to stock that stays, and to the world; leaving: the last of
    these. declared: nodes that a converter may give to. modes: process → its converter and mode.
    broken: process → why nothing can be said about what it makes; a fault where it stands behind a product.
    notes: product → what must be known beside a footprint that it stands behind.
    """

    goods: dict[str, Good] = field(default_factory=dict)
    roles: dict[str, Role] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    use: dict[Cell, float] = field(default_factory=dict)
    make: dict[Cell, float] = field(default_factory=dict)
    handed_on: dict[str, float] = field(default_factory=dict)
    leaving: dict[str, float] = field(default_factory=dict)
    burdens: list[Burden] = field(default_factory=list)
    declared: dict[str, set[str]] = field(default_factory=dict)
    modes: dict[str, tuple[Modes, str | None]] = field(default_factory=dict)
    broken: dict[str, list[Fault]] = field(default_factory=dict)
    notes: list[tuple[str, str]] = field(default_factory=list)

    def add(self, cells: dict[Cell, float], product: str, process: str, amount: float) -> None:
        """Count an amount of a product at a process."""
        if amount > 0:
            cells[product, process] = cells.get((product, process), 0.0) + amount


def title_of(park: Park, name: str) -> str:
    """An asset's or node's name in both languages."""
    thing: object = park.assets.get(name) or park.spec.nodes.get(name)
    return named(name, getattr(thing, "name", ""), getattr(thing, "name_zh", ""))


def named(key: str, name: str, name_zh: str) -> str:
    """A name in both languages; the key where there is none."""
    return both(name or key, name_zh) if name_zh else name or key


def joined(english: str, chinese: str, *names: str) -> str:
    """A title with names in it, each in its language: ``{0} of {1}``."""
    return both(
        english.format(*(in_language(name, "en") for name in names)),
        chinese.format(*(in_language(name, "zh") for name in names)),
    )


def is_electric(park: Park, node: str) -> bool:
    """Whether electricity balances at the node: it is attributed by origin, not mixed in a pool."""
    return park.spec.carriers[park.carrier_at(node)].kind == "electricity"


def materials_of(amounts: Amounts) -> Inventory:
    """All but electricity: pools, converters, stores, connections, sources, markets, and what leaves."""
    park, inventory = amounts.park, Inventory()
    for node, declared in park.spec.nodes.items():
        if not is_electric(park, node):
            unit = park.unit_at(node)
            carrier = park.spec.carriers[declared.carrier]
            title = named(declared.carrier, carrier.name, carrier.name_zh)
            inventory.goods[node] = Good(node, title, unit, declared.carrier)
            inventory.handed_on[node] = 0.0
    for name, asset in park.assets.items():
        inventory.titles[name] = title_of(park, name)
        if isinstance(asset, (Source, Market)) and not is_electric(park, asset.node):
            _supply(inventory, amounts, name, asset)
        elif isinstance(asset, Demand) and not is_electric(park, asset.node):
            _demand(inventory, amounts, name, asset)
        elif isinstance(asset, Converter):
            _converter(inventory, amounts, name, asset)
        elif isinstance(asset, Storage) and not is_electric(park, asset.node):
            _storage(inventory, amounts, name, asset)
        elif isinstance(asset, Connection) and not is_electric(park, asset.start):
            _connection(inventory, amounts, name, asset)
    return inventory


def _take(inventory: Inventory, node: str, process: str, amount: float) -> None:
    """A process takes from a pool."""
    inventory.add(inventory.use, node, process, amount)
    inventory.handed_on[node] += amount


def _supply(inventory: Inventory, amounts: Amounts, name: str, asset: Source | Market) -> None:
    park, taken = amounts.park, amounts.at(name, asset.node)
    inventory.roles[name] = "supply"
    inventory.add(inventory.make, asset.node, name, taken.make)
    inventory.leaving[asset.node] = inventory.leaving.get(asset.node, 0.0) + taken.use
    inventory.handed_on[asset.node] += taken.use
    if taken.make <= 0:
        _idle(inventory, amounts, name, asset.node)
        return
    unit = park.unit_at(asset.node)
    title = inventory.titles[name]
    burden = upstream_burden(park, name, asset.upstream, "upstream", title, taken.make, unit)
    if isinstance(burden, Fault):
        inventory.broken[name] = [burden]
    else:
        inventory.burdens.append(burden)
    embody_supply(inventory, amounts, name, name, asset.node)


def upstream_burden(
    park: Park, name: str, upstream: str | None, kind: ContributionKind, title: str, amount: float, unit: str
) -> Burden | Fault:
    """What an amount from outside brings along, by the factor that the asset names; a fault where it names none."""
    path = f"assets.{name}.upstream"
    factors = park.spec.factors
    if upstream is None or upstream not in factors:
        found = "no upstream factor" if upstream is None else f"unknown factor '{upstream}'"
        hint = (
            nearest(upstream or name, factors)
            or "absent is not zero: what comes free of burdens needs a factor of 0"
        )
        return Fault("park.yaml", line_of(park, path), path, found, "one of `factors`, in tCO2e", hint)
    factor = factors[upstream]
    if not units.same_dimension(factor.per, unit):
        return Fault(
            "park.yaml", line_of(park, path), path, f"a factor per {factor.per}", f"a factor per {unit}"
        )
    source, mark = evidence(park, f"factors.{upstream}.footprint", _described(upstream, factor))
    return Burden(
        name, kind, f"{kind}.{name}", title, amount, unit, factor.footprint * units.factor(unit, factor.per), source, mark,
        primary=factor.primary, fossil=factor.fossil, factor_name=upstream, spread=factor.spread,
    )  # fmt: skip


def _described(name: str, factor: UpstreamFactor) -> str:
    return f"factor '{name}': {factor.region}, {factor.year}, {factor.quality}"


def _demand(inventory: Inventory, amounts: Amounts, name: str, asset: Demand) -> None:
    used = amounts.at(name, asset.node).use
    if asset.serves is not None:
        for process, part in serving(amounts, asset.serves).items():
            _take(inventory, asset.node, process, used * part)
        return
    inventory.leaving[asset.node] = inventory.leaving.get(asset.node, 0.0) + used
    inventory.handed_on[asset.node] += used


def modes_of(amounts: Amounts, name: str) -> Modes:
    """The modes of a converter, by name."""
    asset = amounts.park.assets[name]
    assert isinstance(asset, Converter)
    return Modes(amounts, name, asset)


def serving(amounts: Amounts, name: str) -> dict[str, float]:
    """Processes of a converter, and the part of a load that serves it which belongs to each: as they ran."""
    modes = modes_of(amounts, name)
    return {process: modes.ran(way) for process, way in modes.processes.items()}


def _converter(inventory: Inventory, amounts: Amounts, name: str, asset: Converter) -> None:
    modes = Modes(amounts, name, asset)
    for process, way in modes.processes.items():
        inventory.modes[process] = modes, way
        if way is not None:
            inventory.titles[process] = _of_mode(inventory.titles[name], way)
        _process(inventory, modes, process, way)


def _of_mode(title: str, way: str) -> str:
    english, chinese = (f"{in_language(title, language)} · {way}" for language in ("en", "zh"))
    return english if english == chinese else both(english, chinese)


def _process(inventory: Inventory, modes: Modes, process: str, way: str | None) -> None:
    """One mode of a converter, or all of them as one."""
    amounts, asset = modes.amounts, modes.asset
    inventory.roles[process] = "maker"
    ways = asset.ways.values() if way is None else [asset.ways[way]]
    gives = dict.fromkeys(port.node for one in ways for port in one.outputs.values())
    takes = dict.fromkeys(port.node for one in ways for port in one.inputs.values())
    inventory.declared[process] = set(gives)
    taken, made = 0.0, 0.0
    for node in dict.fromkeys([*takes, *gives]):
        moved = modes.at(node, way)
        taken, made = taken + moved.use, made + moved.make
        if is_electric(amounts.park, node):
            continue  # use is attributed by origin; generation is an origin of its own
        _take(inventory, node, process, moved.use)
        inventory.add(inventory.make, node, process, moved.make)
    if taken <= 0 and made <= 0:
        for node in gives if way is None else ():
            _idle(inventory, amounts, modes.name, node)
    else:
        inventory.burdens += _direct(inventory, modes, process, way)
        embody(inventory, amounts, modes.name, process, modes.ran(way))


def _direct(inventory: Inventory, modes: Modes, process: str, only: str | None) -> list[Burden]:
    """Process CO2, combustion of the fuels that it and its auxiliaries use, other gases: its own, measured or planned."""
    amounts, name, asset = modes.amounts, modes.name, modes.asset
    park, unit, title = amounts.park, amounts.park.unit_at(asset.rated), inventory.titles[process]
    burdens = []
    for way, mode in asset.ways.items():
        if only is not None and way != only:
            continue
        path = f"assets.{name}.modes.{way}" if way else f"assets.{name}"
        each, activity = asset.emissions + (mode.emissions if way else 0.0), amounts.activity(name, way)
        if each and activity:
            source, mark = evidence(park, f"{path}.emissions", f"{path}.emissions")
            what = joined("Process CO2 of {0}", "{0}的过程排放", title)
            key = f"direct.{name}" + (f".{way}" if way else "")
            burdens.append(_own(process, key, what, activity, unit, _co2(each), source, mark))
        if asset.other_ghg and activity:
            path = f"assets.{name}.other_ghg"
            source, mark = evidence(park, path, path)
            what = joined("Other greenhouse gases of {0}", "{0}的其他温室气体", title)
            key = f"gases.{name}" + (f".{way}" if way else "")
            burdens.append(_own(process, key, what, activity, unit, asset.other_ghg, source, mark))
    return burdens


def without_output(inventory: Inventory, period: str) -> None:
    """Note every converter that takes or emits something and gives nothing: what it causes could go to no product.

    To be called when all use is known, electricity and loads that serve a converter included.
    """
    giving = {process for _, process in inventory.make}
    busy = {
        process: in_language(inventory.goods[product].title, "en") for product, process in inventory.use
    } | {b.process: b.id for b in inventory.burdens}
    for process, role in inventory.roles.items():
        if role == "maker" and process in busy and process not in giving:
            found = f"use or emissions ({busy[process]}), and an output of zero in {period}"
            hint = "what it causes could go to no product: take a longer period"
            fault = Fault("flows", None, process, found, "an output above zero", hint)
            inventory.broken.setdefault(process, []).append(fault)


def burn(inventory: Inventory, park: Park) -> None:
    """Add the combustion of fuels that each converter uses, less the fossil carbon that leaves in its outputs.

    To be called when all use is known: loads that serve a converter burn fuel too.
    """
    for process, role in inventory.roles.items():
        if role != "maker":
            continue
        burnt = _fuels(inventory.use, park, process)
        carried = sum(amount * factor for amount, factor in _fuels(inventory.make, park, process).values())
        total = sum(amount * factor for amount, factor in burnt.values())
        released = max(1.0 - carried / total, 0.0) if total > 0 else 0.0
        for carrier, (amount, factor) in burnt.items():
            path = f"carriers.{carrier}.combustion"
            source, mark = evidence(park, path, path)
            declared = park.spec.carriers[carrier]
            fuel = (
                both(declared.name or carrier, declared.name_zh)
                if declared.name_zh
                else declared.name or carrier
            )
            what = joined("{0} burnt in {1}", "{1}燃用{0}", fuel, inventory.titles[process])
            key = f"combustion.{process}.{carrier}"
            if released:
                inventory.burdens.append(
                    _own(process, key, what, amount * released, declared.unit, _co2(factor), source, mark)
                )


def _fuels(cells: Mapping[Cell, float], park: Park, process: str) -> dict[str, tuple[float, float]]:
    """Carrier → amount and combustion factor, of a process's fuels."""
    found: dict[str, tuple[float, float]] = {}
    for (product, at), amount in cells.items():
        if at != process or product not in park.spec.nodes:
            continue
        carrier = park.carrier_at(product)
        factor = park.spec.carriers[carrier].combustion
        if factor:
            found[carrier] = (found.get(carrier, (0.0, factor))[0] + amount, factor)
    return found


def _co2(factor: float) -> float:
    """A process's own CO2 as part of a footprint, tCO2e per unit."""
    return greenhouse_effect(OperatingFactor(factor).of(1.0)).tonnes


def _own(
    process: str, key: str, title: str, amount: float, unit: str, factor: float, source: str, mark: str
) -> Burden:
    return Burden(process, "direct", key, title, amount, unit, factor, source, mark, gate=True, primary=True)


def _storage(inventory: Inventory, amounts: Amounts, name: str, asset: Storage) -> None:
    """A store gives back the mix of its pool; what it held at first counts as that mix too; its losses raise it.

    What is more in it at the end was handed on by the pool, and carries what it carried when it went in.
    """
    stored, node = amounts.stored(name, asset), asset.node
    inventory.handed_on[node] += stored.kept
    if stored.discharged <= 0:  # what else went in was lost: the pool hands on less than came in
        _idle(inventory, amounts, name, node)
        return
    inventory.roles[name] = "passes"
    _take(inventory, node, name, stored.charged - stored.kept)
    inventory.add(inventory.use, node, name, stored.opening)
    inventory.add(inventory.make, node, name, stored.discharged)
    if stored.opening > 0:
        unit = amounts.park.unit_at(node)
        what = joined(
            f"{stored.opening:.6g} {unit} that {{0}} held before {amounts.period.begin} count as the period's own mix",
            f"{{0}}期初存量中取用的 {stored.opening:.6g} {unit} 按本期混合强度计",
            inventory.titles[name],
        )
        inventory.notes.append((node, what))
    if stored.kept > 0:
        unit = amounts.park.unit_at(node)
        what = joined(
            f"{stored.kept:.6g} {unit} that went into {{0}} and stayed carry their part with them",
            f"存入{{0}}并留存的 {stored.kept:.6g} {unit} 带走其对应排放",
            inventory.titles[name],
        )
        inventory.notes.append((node, what))
    embody(inventory, amounts, name, name)


def _idle(inventory: Inventory, amounts: Amounts, name: str, node: str) -> None:
    """Tell that the period's part of making something that gave nothing is in no footprint."""
    found = [b for b in embodied_of(amounts, name, name, inventory.titles[name]) if isinstance(b, Burden)]
    tonnes = sum(burden.tco2e for burden in found)
    if tonnes:
        what = joined(
            f"{{0}} gave nothing: {tonnes:.6g} tCO2e of its making, the period's part, are in no product",
            f"{{0}}期内无输出：其本期应摊隐含碳 {tonnes:.6g} tCO2e 未计入任何产品",
            inventory.titles[name],
        )
        inventory.notes.append((node, what))


def _connection(inventory: Inventory, amounts: Amounts, name: str, asset: Connection) -> None:
    """What arrives carries what was sent."""
    inventory.roles[name] = "passes"
    ends = (asset.start, asset.end)
    moved = [amounts.at(name, node) for node in ends]
    if sum(m.make for m in moved) <= 0:
        _idle(inventory, amounts, name, asset.end)
    if asset.one_way or min(m.use for m in moved) <= 0:
        for node, m in zip(ends, moved, strict=True):
            _take(inventory, node, name, m.use)
            inventory.add(inventory.make, node, name, m.make)
        embody(inventory, amounts, name, name)
        return
    # both ways: two processes, or each end would get a mix of both
    back = f"{name} back"
    inventory.roles[back], inventory.titles[back] = "passes", inventory.titles[name]
    for process, source, sink in ((name, 0, 1), (back, 1, 0)):
        _take(inventory, ends[source], process, moved[source].use)
        inventory.add(inventory.make, ends[sink], process, moved[sink].make)
    embody(inventory, amounts, name, name)


def embody(inventory: Inventory, amounts: Amounts, name: str, process: str, part: float = 1.0) -> None:
    """Making what was added of an asset, spread over its life: the period's part goes to the process, or a part of it."""
    for burden in embodied_of(amounts, name, process, inventory.titles[name]):
        if isinstance(burden, Fault):
            inventory.broken.setdefault(process, []).append(burden)
        else:
            inventory.burdens.append(replace(burden, amount=burden.amount * part))


def embody_supply(inventory: Inventory, amounts: Amounts, name: str, process: str, product: str) -> None:
    """The same of a source or market, unless its upstream factor has the making of the plant in it already."""
    found = embodied_of(amounts, name, process, inventory.titles[process])
    if not found:
        return
    upstream = getattr(amounts.park.assets[name], "upstream", None) or ""
    factor = amounts.park.spec.factors.get(upstream)
    includes = factor.includes if factor is not None else "operation"
    if includes != "construction":
        embody(inventory, amounts, name, process)
    if includes != "operation":
        english, chinese = _MAKING[includes]
        key = f"factors.{upstream}"
        what = joined(english.format(key), chinese.format(key), title_of(amounts.park, name))
        inventory.notes.append((product, what))


_MAKING: Mapping[str | None, tuple[str, str]] = {
    "construction": (
        "making of {{0}} is in its upstream factor ({}) and not counted on top",
        "{{0}}的建造已含于其上游因子（{}），不再叠加",
    ),
    None: (
        "making of {{0}} may count twice where the plant is counted: {}.includes does not say what its factor has in it",
        "计入设备隐含碳时，{{0}}的建造可能重复计算：{}.includes 未说明上游因子包含的范围",
    ),
}


def embodied_of(amounts: Amounts, name: str, process: str, title: str) -> list[Burden | Fault]:
    """One burden for each capacity of the asset that states it: added × years of the period / lifetime."""
    park = amounts.park
    found: list[Burden | Fault] = []
    for (asset, part), sizing in park.sizings():
        added = amounts.added(name, part) if asset == name and sizing.embodied else 0.0
        if not added:
            continue
        path = f"assets.{name}.{part}"
        if sizing.lifetime is None:
            hint = "embodied emissions are spread over it"
            path = f"{path}.lifetime"
            found.append(
                Fault("park.yaml", line_of(park, path), path, "nothing", "a lifetime, e.g. 25 year", hint)
            )
            continue
        source, mark = evidence(park, f"{path}.embodied", f"{path}.embodied")
        what = joined("Making of {0}", "{0}的隐含碳", title)
        amount, unit = added * amounts.years / sizing.lifetime, park.size_unit((name, part))
        found.append(
            Burden(
                process,
                "embodied",
                f"embodied.{name}.{part}",
                what,
                amount,
                unit,
                sizing.embodied,
                source,
                mark,
            )
        )
    return found
