"""Footprints of a park's products over a period, from planned or metered flows, cradle to gate"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from zeropark.carbon.attribution import BASES, Attribution, Basis
from zeropark.errors import Fault, InputError, fail_if, nearest
from zeropark.flows import Flows
from zeropark.footprint.allocation import WAYS
from zeropark.footprint.amounts import Amounts
from zeropark.footprint.draws import drawn, spread_of
from zeropark.footprint.electricity import electrify, supplied_of
from zeropark.footprint.inventory import Inventory, burn, line_of, materials_of, title_of, without_output
from zeropark.footprint.lines import KG, Lines
from zeropark.footprint.result import ProductFootprint, Spread
from zeropark.footprint.solved import EXTRA, KINDS, Solved, share, solve, solved_of, upstream_of
from zeropark.forms import Array
from zeropark.park.footprint_spec import FootprintSpec, Product
from zeropark.park.model import Park
from zeropark.park.period import Period
from zeropark.statement.draws import multipliers
from zeropark.texts import both

VALUE_BASIS: Basis = "hourly"
_ROUNDING = 1e-14
_COLUMN = {name: n for n, name in enumerate((*KINDS, *EXTRA))}


def footprints_of(
    park: Park,
    flows: Flows,
    attribution: Attribution | None,
    period: Period,
    names: tuple[str, ...] = (),
    basis: Basis = VALUE_BASIS,
) -> dict[str, ProductFootprint]:
    """Footprint of every product of the park file, or of some, by name.

    attribution: needed where a process uses electricity. basis: of the value and its lines; the values of the others
    stand in ``by_basis``. Raises InputError with every fault: a factor that is missing,
    co-products that nothing says how to share, negative production, inputs without output, loops without end.
    """
    spec = park.spec.footprint or FootprintSpec()
    products = _asked(park, spec, names)
    amounts = Amounts(park, flows, period)
    fail_if(amounts.faults)
    supplied = supplied_of(amounts, attribution) if attribution is not None else None
    bases: dict[Basis, Solved] = {}
    for one in (basis, *(b for b in BASES if b != basis)):
        inventory = inventory_of(amounts, attribution, one, {} if supplied is None else supplied[one])
        if not bases:
            fail_if(_nothing_made(park, products, inventory, period))
        bases[one] = solved_of(park, inventory, [p.node for p in products.values()])
    chosen = bases[basis]
    ways = _by_way(park, chosen)
    spreads = _spreads(chosen, spec, [p.node for p in products.values()])
    lines = Lines(chosen, spec.embodied)
    context = _Context(park, period, spec, basis, bases, ways, lines, spreads)
    return {name: _footprint(context, name, product) for name, product in products.items()}


def inventory_of(
    amounts: Amounts, attribution: Attribution | None, basis: Basis, supplied: Mapping[str, Array]
) -> Inventory:
    """All that the system is made of, on one basis of electricity."""
    inventory = materials_of(amounts)
    electrify(inventory, amounts, attribution, basis, supplied)
    burn(inventory, amounts.park)
    without_output(inventory, amounts.period.text)
    return inventory


def _asked(park: Park, spec: FootprintSpec, names: tuple[str, ...]) -> dict[str, Product]:
    unknown = [name for name in names if name not in spec.products]
    if unknown or not spec.products:
        path = "footprint.products"
        listed = ", ".join(spec.products) or "none: add footprint.products"
        raise InputError(
            Fault("park.yaml", line_of(park, path), path, f"no product '{name}'", f"one of {listed}", hint)
            for name in unknown or ["any"]
            for hint in [nearest(name, spec.products)]
        )
    return {name: spec.products[name] for name in names or spec.products}


def _nothing_made(
    park: Park, products: Mapping[str, Product], inventory: Inventory, period: Period
) -> list[Fault]:
    faults = []
    for name, product in products.items():
        path = f"footprint.products.{name}"
        line = line_of(park, path)
        if product.node not in inventory.goods:
            found = f"node '{product.node}'"
            faults.append(
                Fault("park.yaml", line, f"{path}.node", found, "a node that carries no electricity")
            )
        elif inventory.handed_on[product.node] <= 0 and product.node not in {p for p, _ in inventory.make}:
            stuck = [
                fault
                for process, nodes in inventory.declared.items()
                if product.node in nodes
                for fault in inventory.broken.get(process, ())
            ]
            hint = "take another period"
            found = f"an amount of zero at '{product.node}' in {period.text}"
            faults += [
                *stuck,
                Fault("park.yaml", line, path, found, "a product that is made in the period", hint),
            ]
    return faults


@dataclass(frozen=True)
class _Context:
    """What every product's figures are taken from."""

    park: Park
    period: Period
    spec: FootprintSpec
    basis: Basis
    bases: Mapping[Basis, Solved]
    ways: Mapping[str, Solved | None]
    lines: Lines
    spreads: Mapping[str, Spread]


def _row(solved: Solved, node: str) -> dict[str, float]:
    """kgCO2e per unit by KINDS and EXTRA."""
    found = {name: KG * float(solved.footprints[solved.at[node], column]) for name, column in _COLUMN.items()}
    least = _ROUNDING * max(abs(value) for value in found.values())
    return {name: value if abs(value) > least else 0.0 for name, value in found.items()}


def _value(solved: Solved, node: str, embodied: bool) -> float:
    row = _row(solved, node)
    return sum(row[kind] for kind in KINDS if embodied or kind != "embodied")


def _footprint(context: _Context, name: str, product: Product) -> ProductFootprint:
    park, chosen, node, embodied = (
        context.park,
        context.bases[context.basis],
        product.node,
        context.spec.embodied,
    )
    row = _row(chosen, node)
    gross = row["gross"] + (row["embodied"] if embodied else 0.0)
    chain = context.lines.chain(node)
    own = [link for link in chain if link.depth == 1]
    own_ways = {link.allocation for link in own}
    title = (
        both(product.name or name, product.name_zh)
        if product.name_zh
        else product.name or title_of(park, node)
    )
    shared_behind = {link.process for link in chain} & set(chosen.shared.ways)
    return ProductFootprint(
        product=name,
        title=title,
        unit=park.unit_at(node),
        period=context.period,
        amount=chosen.shared.inventory.leaving.get(node, 0.0),
        made=chosen.shared.inventory.handed_on[node],
        value=_value(chosen, node, embodied),
        gate_to_gate=row["direct"],
        without_embodied=_value(chosen, node, False),
        with_embodied=_value(chosen, node, True),
        contributions=context.lines.of_product(node),
        allocation=own_ways.pop() if len(own_ways) == 1 else "mixed" if own_ways else "none",
        share=_own_share(chosen, node, {link.process for link in own}),
        basis=context.basis,
        by_basis={basis: _value(context.bases[basis], node, embodied) for basis in BASES},
        by_allocation=_by_allocation(context, node, shared_behind),
        primary_share=min(row["primary"] / gross, 1.0) if gross > 0 else 0.0,
        spread=context.spreads.get(node),
        notes=_notes(context, chosen, node, shared_behind),
        chain=chain,
        biogenic=row["biogenic"],
        by_kind={kind: row[kind] for kind in KINDS},
    )


def _by_allocation(context: _Context, node: str, shared_behind: set[str]) -> dict[str, float | None]:
    """Value by way of sharing, taken at every process behind the product that states its worth; None where none does."""
    found: dict[str, float | None] = {}
    for way, solved in context.ways.items():
        told = solved is not None and any(solved.shared.ways.get(name) == way for name in shared_behind)
        found[way] = _value(solved, node, context.spec.embodied) if solved is not None and told else None
    return found


def _own_share(solved: Solved, node: str, makers: set[str]) -> float:
    """Part of the burden of the processes that make a product that goes to it; 1 where there is no such process."""
    burdens = {name: float(np.sum(solved.caused[solved.place[name], : len(KINDS)])) for name in makers}
    total = sum(burdens.values())
    if len(makers) == 1 or total <= 0:
        parts = [solved.shared.share.get((node, name), 0.0) for name in makers]
        return sum(parts) / len(parts) if parts and any(parts) else 1.0
    return (
        sum(solved.shared.share.get((node, name), 0.0) * burden for name, burden in burdens.items()) / total
    )


def _by_way(park: Park, chosen: Solved) -> dict[str, Solved | None]:
    """The same system with each way of sharing taken wherever its worth is stated."""
    found: dict[str, Solved | None] = {}
    shared = chosen.shared
    for way in WAYS:
        other, faults = share(park, shared.inventory, list(shared.products), list(shared.processes), way)
        try:
            found[way] = None if faults else solve(other)
        except InputError:  # a loop that only this way closes: nothing to tell
            found[way] = None
    return found


def _spreads(solved: Solved, spec: FootprintSpec, nodes: list[str]) -> dict[str, Spread]:
    """Monte Carlo over every factor that states a spread: the system is linear in factors, so that one solve is enough."""
    uncertain = {b.factor_name: b.spread for b in solved.burdens if b.spread > 1.0}
    counted = [b for b in solved.burdens if spec.embodied or b.kind != "embodied"]
    names = {name: n for n, name in enumerate(uncertain)}
    direct = np.zeros((len(solved.place), len(names) + 1))
    for burden in counted:
        column = names.get(burden.factor_name, len(names)) if burden.spread > 1.0 else len(names)
        direct[solved.place[burden.process], column] += KG * burden.tco2e
    each = solved.system.footprints(direct)[[solved.at[node] for node in nodes]]
    factors = multipliers(list(uncertain), list(uncertain.values()), spec.runs, spec.seed)
    runs = drawn(each[:, -1], each[:, :-1], factors)
    stated = np.any(each[:, :-1] != 0, axis=1)
    return {
        node: spread_of(values, spec.seed, bool(some))
        for node, values, some in zip(nodes, runs, stated, strict=True)
    }


def _grid_notes(context: _Context, passed: Collection[str]) -> list[str]:
    """Which factor public electricity takes on each basis, and what then tells market and hourly figures apart."""
    if not any(product.startswith("electricity:") for product in passed):
        return []
    titles = {"location": "基于位置", "market": "基于市场", "hourly": "逐时匹配"}
    absent = [name for name in BASES if name not in context.spec.grid]
    stated = {name: context.spec.grid[name] for name in BASES if name in context.spec.grid}
    notes = []
    if absent:
        notes.append(
            both(
                f"footprint.grid states no factor for {', '.join(absent)}: public electricity takes that of its market",
                f"footprint.grid 未给出{'、'.join(titles[n] for n in absent)}口径的因子：公共电网电力取购电市场的上游因子",
            )
        )
    if stated.get("market") == stated.get("hourly"):
        notes.append(
            both(
                "market-based and hourly figures weigh public electricity alike: they differ by what contracts and "
                "certificates cover, over the period or in each hour, and by nothing else",
                "基于市场与逐时匹配对公共电网电力采用同一因子：二者仅因合同与绿证按本期或逐时覆盖的电量而不同",
            )
        )
    return notes


def _notes(context: _Context, chosen: Solved, node: str, shared_behind: set[str]) -> tuple[str, ...]:
    inventory = chosen.shared.inventory
    passed, _ = upstream_of(inventory, [node])
    notes = list(dict.fromkeys(note for product, note in inventory.notes if product in passed))
    notes += _grid_notes(context, passed)
    if not shared_behind:
        notes.append(both("nothing behind it is shared among co-products", "其上游无联产品分摊"))
    if not context.spec.embodied:
        notes.append(
            both("making of the plant is left out, and told beside it", "未计入设备隐含碳，另行列示")
        )
    return tuple(notes)
