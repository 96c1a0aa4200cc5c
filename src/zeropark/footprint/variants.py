"""A product's footprint by other choices, each with all its lines: other bases, other ways of sharing, plant in or out"""

from __future__ import annotations

from dataclasses import replace

from zeropark.carbon.attribution import BASES, Attribution
from zeropark.flows import Flows
from zeropark.footprint.allocation import WAYS
from zeropark.footprint.amounts import Amounts
from zeropark.footprint.electricity import supplied_of
from zeropark.footprint.lines import Lines
from zeropark.footprint.of_park import inventory_of
from zeropark.footprint.result import ProductFootprint
from zeropark.footprint.solved import Solved, share, solve, solved_of
from zeropark.forms import Array
from zeropark.park.footprint_spec import FootprintSpec
from zeropark.park.model import Park


def variants_of(
    park: Park, flows: Flows, attribution: Attribution | None, of: ProductFootprint
) -> dict[str, ProductFootprint]:
    """The same product by other choices: ``basis.market``, ``allocation.mass`` … and ``embodied``: the plant the other way.

    In each, value, lines and chain are those of the choice; the rest is as given. A way of sharing that ``of`` tells
    nothing of is not there.
    """
    spec = park.spec.footprint or FootprintSpec()
    node = spec.products[of.product].node
    amounts = Amounts(park, flows, of.period)
    supplied = {basis: dict[str, Array]() for basis in BASES}
    if attribution is not None:
        supplied = supplied_of(amounts, attribution)
    solved = {
        basis: solved_of(park, inventory_of(amounts, attribution, basis, supplied[basis]), [node])
        for basis in BASES
    }
    chosen = solved[of.basis]
    found = {
        f"basis.{basis}": replace(_with(of, solved[basis], node, spec.embodied), basis=basis)
        for basis in BASES
        if basis != of.basis
    }
    shared = chosen.shared
    for way in WAYS:
        if of.by_allocation.get(way) is not None:
            other, _ = share(park, shared.inventory, list(shared.products), list(shared.processes), way)
            found[f"allocation.{way}"] = _with(of, solve(other), node, spec.embodied)
    found["embodied"] = _with(of, chosen, node, not spec.embodied)
    return found


def _with(of: ProductFootprint, solved: Solved, node: str, embodied: bool) -> ProductFootprint:
    lines = Lines(solved, embodied)
    contributions = lines.of_product(node)
    value = lines.total(solved.footprints[solved.at[node]])
    return replace(of, value=value, contributions=contributions, chain=lines.chain(node))
