"""The system of a park, shared and solved: what stands behind the products, by kind of emission and by factor"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp

from zeropark.errors import Fault, fail_if
from zeropark.footprint.allocation import WAYS, shares_of
from zeropark.footprint.inventory import Burden, Cell, Inventory, line_of
from zeropark.footprint.system import Processes, System, system_of
from zeropark.forms import Array
from zeropark.park.footprint_checks import WORTH_FIELDS, is_coproduct, worth_of
from zeropark.park.footprint_spec import AllocationBy, Worth
from zeropark.park.model import Park
from zeropark.park.spec import Carrier

KINDS = ("direct", "electricity", "upstream", "embodied")
_ELECTRICITY_WORTH = Carrier.model_construct(unit="MWh", kind="electricity", worth=Worth())
EXTRA = ("biogenic", "primary", "gross")
"""Beside the kinds: what is not fossil, and for the share of primary data absolute emissions without the embodied."""


@dataclass(frozen=True)
class Shared:
    """Processes behind some products with the shares of their outputs.

    ways: process → how its co-products share; absent where there is one.
    """

    inventory: Inventory
    products: tuple[str, ...]
    processes: tuple[str, ...]
    share: Mapping[Cell, float]
    ways: Mapping[str, AllocationBy]


@dataclass(frozen=True)
class Solved:
    """Footprints of every product and every output behind the products asked for."""

    shared: Shared
    system: System
    burdens: tuple[Burden, ...]

    @cached_property
    def at(self) -> dict[str, int]:
        """Place of each product."""
        return {name: n for n, name in enumerate(self.shared.products)}

    @cached_property
    def place(self) -> dict[str, int]:
        """Place of each process."""
        return {name: n for n, name in enumerate(self.shared.processes)}

    @cached_property
    def direct(self) -> Array:
        """Own emissions of each process, (processes, KINDS + EXTRA), tCO2e."""
        columns = {kind: n for n, kind in enumerate((*KINDS, *EXTRA))}
        direct = np.zeros((len(self.shared.processes), len(columns)))
        for b in self.burdens:
            row = direct[self.place[b.process]]
            row[columns[b.kind]] += b.tco2e
            if b.kind != "embodied":
                row[columns["biogenic"]] += (1.0 - b.fossil) * b.tco2e
                row[columns["primary"]] += abs(b.tco2e) if b.primary else 0.0
                row[columns["gross"]] += abs(b.tco2e)
        return direct

    @cached_property
    def footprints(self) -> Array:
        """tCO2e per unit of each product, (products, KINDS + EXTRA)."""
        return self.system.footprints(self.direct)

    @cached_property
    def caused(self) -> Array:
        """All that each process causes, (processes, KINDS + EXTRA)."""
        return self.system.burdens(self.direct)

    def of_output(self, product: str, process: str) -> Array:
        """Footprint of one process's output, tCO2e per unit by KINDS + EXTRA."""
        share, made = self.shared.share[product, process], self.shared.inventory.make[product, process]
        return np.asarray(share * self.caused[self.place[process]] / made)

    @cached_property
    def mixes(self) -> Array:
        """(I − P)⁻¹, P what stores and connections hand from pool to pool: pools behind each pool, (products, products).

        Entry (p, q): share of what q carries that is in p, so that everything can be told by who made it.
        """
        roles, processes = self.shared.inventory.roles, self.system.processes
        passes = sp.diags_array(np.array([float(roles[name] == "passes") for name in self.shared.processes]))
        amount = processes.handed_on
        inverse = np.divide(1.0, amount, out=np.zeros(amount.shape), where=amount > 0)
        between = (processes.share @ passes @ processes.use.T @ sp.diags_array(inverse)).toarray()
        return np.asarray(np.linalg.inv(np.eye(len(amount)) - between))

    def per_unit(self, product: str, behind: str) -> float:
        """Part of one unit of what ``behind`` hands on that stands behind one unit of ``product``, pools alone:
        times what a process puts into ``behind``, the amount of it per unit of ``product``.
        """
        p, q = self.at[product], self.at[behind]
        amount = self.system.processes.handed_on
        return float(self.mixes[p, q] / amount[p])


def behind(inventory: Inventory, products: Collection[str]) -> tuple[list[str], list[str]]:
    """Every product and process that stands behind some products, and the other outputs of those processes."""
    seen, kept = upstream_of(inventory, products)
    seen |= {product for product, process in inventory.make if process in kept}
    return ([p for p in inventory.goods if p in seen], [p for p in inventory.roles if p in kept])


def upstream_of(inventory: Inventory, products: Collection[str]) -> tuple[set[str], set[str]]:
    """Every product and process that something goes through on its way into some products."""
    makers: dict[str, list[str]] = {}
    inputs: dict[str, list[str]] = {}
    for product, process in inventory.make:
        makers.setdefault(product, []).append(process)
    for product, process in inventory.use:
        inputs.setdefault(process, []).append(product)
    seen, kept, todo = dict.fromkeys(products), dict[str, None](), list(products)
    while todo:
        for process in makers.get(todo.pop(), ()):
            if process in kept:
                continue
            kept[process] = None
            for product in inputs.get(process, ()):
                if product not in seen:
                    seen[product] = None
                    todo.append(product)
    return set(seen), set(kept)


def blocked(inventory: Inventory, products: Collection[str], processes: Collection[str]) -> list[Fault]:
    """Why something behind the products cannot be told: missing factors, inputs without output."""
    faults = [fault for process in processes for fault in inventory.broken.get(process, ())]
    for process, nodes in inventory.declared.items():
        if process not in processes and nodes & set(products):
            faults += inventory.broken.get(process, ())
    return list(dict.fromkeys(faults))


def share(
    park: Park,
    inventory: Inventory,
    products: list[str],
    processes: list[str],
    everywhere: AllocationBy | None = None,
) -> tuple[Shared, list[Fault]]:
    """Shares of every output. everywhere: a way to take wherever its worth is stated, instead of the park's choice."""
    chosen = park.spec.footprint.allocation if park.spec.footprint is not None else {}
    shares: dict[Cell, float] = {}
    ways: dict[str, AllocationBy] = {}
    faults: list[Fault] = []
    made_by: dict[str, dict[str, float]] = {}
    for (product, process), amount in inventory.make.items():
        made_by.setdefault(process, {})[product] = amount
    for process in processes:
        made = made_by.get(process, {})
        if inventory.roles[process] != "maker" or len(made) == 1:
            total = sum(made.values())
            shares |= {(product, process): amount / total for product, amount in made.items()}
            continue
        way = chosen.get(inventory.modes[process][0].name)
        if everywhere is not None and _all_worth(park, inventory, made, everywhere):
            way = everywhere
        found, fault = _shared(park, inventory, process, made, way)
        shares |= {(product, process): part for product, part in found.items()}
        if len([p for p in made if _counts(park, inventory, p, way)]) > 1 and way is not None:
            ways[process] = way
        faults += [fault] if fault else []
    return Shared(inventory, tuple(products), tuple(processes), shares, ways), faults


def _carrier(park: Park, inventory: Inventory, product: str) -> Carrier:
    carrier = inventory.goods[product].carrier
    return _ELECTRICITY_WORTH if carrier is None else park.spec.carriers[carrier]


def _counts(park: Park, inventory: Inventory, product: str, way: AllocationBy | None) -> bool:
    return is_coproduct(_carrier(park, inventory, product), way)


def _all_worth(park: Park, inventory: Inventory, made: Mapping[str, float], way: AllocationBy) -> bool:
    counted = [_carrier(park, inventory, p) for p in made if _counts(park, inventory, p, way)]
    worths = [worth_of(carrier, way) for carrier in counted]
    return len(counted) > 1 and None not in worths and any(worths)


def _shared(
    park: Park, inventory: Inventory, process: str, made: Mapping[str, float], way: AllocationBy | None
) -> tuple[dict[str, float], Fault | None]:
    """Shares of one process with several outputs, or the fault that keeps them from being told."""
    counted = [p for p in made if _counts(park, inventory, p, way)]
    none = dict.fromkeys(made, 0.0)
    if len(counted) <= 1:  # the rest is waste
        only = counted[0] if counted else max(made, key=lambda p: made[p])
        return {**none, only: 1.0}, None
    if (
        way is None and len({inventory.goods[p].carrier for p in counted}) == 1
    ):  # the same thing at several nodes
        return {**none, **(shares_of({p: made[p] for p in counted}, dict.fromkeys(counted, 1.0)) or {})}, None
    path = f"footprint.allocation.{inventory.modes[process][0].name}"
    titles = ", ".join(inventory.goods[p].key for p in counted)
    if way is None:
        hint = f"write `{process}: mass` (or economic, element, energy) under footprint.allocation"
        found = f"no way to share among {titles}"
        return none, Fault("park.yaml", line_of(park, path), path, found, f"one of {', '.join(WAYS)}", hint)
    worths: dict[str, float] = {}
    for product in counted:
        worth = worth_of(_carrier(park, inventory, product), way)
        if worth is None:
            carrier = inventory.goods[product].carrier
            where = f"carriers.{carrier}.worth.{WORTH_FIELDS[way]}"
            found = f"no {WORTH_FIELDS[way]} of '{carrier}', which '{process}' shares {way}"
            expected = f"carriers.{carrier}.worth.{WORTH_FIELDS[way]}"
            return none, Fault(
                "park.yaml", line_of(park, where), path, found, expected, "or another way to share"
            )
        worths[product] = worth
    shares = shares_of({p: made[p] for p in counted}, worths)
    if shares is None:
        expected = "a worth above zero for at least one"
        return none, Fault("park.yaml", line_of(park, path), path, f"a worth of zero of {titles}", expected)
    return {**none, **shares}, None


def solve(shared: Shared) -> Solved:
    """Solve. Raises InputError for negative amounts, zero outputs, and loops that give back all that they get."""
    inventory, products, processes = shared.inventory, shared.products, shared.processes
    at, place = ({name: n for n, name in enumerate(names)} for names in (products, processes))

    def matrix(cells: Mapping[Cell, float]) -> sp.csc_array:
        kept = [(at[p], place[q], value) for (p, q), value in cells.items() if p in at and q in place]
        rows, columns, values = zip(*kept, strict=True) if kept else ((), (), ())
        return sp.csc_array((np.array(values), (rows, columns)), shape=(len(products), len(processes)))

    made = matrix(inventory.make)
    amount = np.array([inventory.handed_on.get(p, 0.0) for p in products])
    amount = np.where(amount > 0, amount, np.asarray(made.sum(axis=1)).ravel())
    system = system_of(
        Processes(products, processes, matrix(inventory.use), made, matrix(shared.share), amount)
    )
    return Solved(shared, system, tuple(b for b in inventory.burdens if b.process in place))


def solved_of(park: Park, inventory: Inventory, products: list[str]) -> Solved:
    """Shared by the park's choice, and solved. Raises InputError with every fault behind the products."""
    goods, processes = behind(inventory, products)
    shared, faults = share(park, inventory, goods, processes)
    fail_if(list(dict.fromkeys([*blocked(inventory, goods, processes), *faults])))
    return solve(shared)
