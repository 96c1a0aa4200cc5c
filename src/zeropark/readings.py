"""What flows say: accounts, bill and verdicts, whoever produced the flows; and the park that they belong to.

A plan reads its own flows here, ``account`` reads given ones, with the same functions.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from zeropark.accounts.arbitrage import arbitrage_faults
from zeropark.accounts.bases import capacity_bases, with_bases
from zeropark.accounts.bill import bases_of, bill_of
from zeropark.accounts.standard import Accounts, accounts_of
from zeropark.errors import Defect, Fault, InputError, fail_if
from zeropark.flows import Flows
from zeropark.forms import Array, Key
from zeropark.outcome import Capacity, Outcome, Reading
from zeropark.park.flowfile import (
    beside,
    existing_capacities,
    park_of_summary,
    read_capacities,
    read_flows,
    read_levels,
)
from zeropark.park.model import Park
from zeropark.park.plausible import signed, sized
from zeropark.park.read import located, read_park
from zeropark.park.recover import completed, guessed, rates_of
from zeropark.park.streams import net_flows
from zeropark.park.yaml import Document
from zeropark.rules.build import enforced, rules_of
from zeropark.rules.judge import judge
from zeropark.rules.rule import Rule
from zeropark.texts import both
from zeropark.weather.profiles import profiles_of

_BINDING_SHARE = 1e-6
"""A rule binds when what is left to its limit is below this share of its terms."""
_SOLVER_NOISE = 1e-9
"""A dual that is worth less than this share of the cost, over the size of its rule, is rounding."""


def load(
    path: Path | str, overrides: Mapping[str, str] | None = None, parsed: Document | None = None
) -> Park:
    """The park in a folder, its tables read and its weather turned to availabilities.

    overrides: ``{"assets.pv.capacity.max": "500 MW"}``. parsed: the park file where it was parsed before.
    Raises InputError with every fault.
    """
    try:
        park = read_park(Path(path), overrides, parsed)
    except InputError as error:
        more: list[Fault] = []
        if isinstance(error.partial, Park):
            with suppress(KeyError, Defect):  # what is missing in a partial park was told already
                _, more = prepared(error.partial, partial=True)
        raise InputError([*error.faults, *(fault for fault in more if fault not in error.faults)]) from None
    park, faults = prepared(park)
    fail_if(faults)
    return park


def prepared(park: Park, partial: bool = False) -> tuple[Park, list[Fault]]:
    """The park with its weather turned to availabilities, and what only the readings can find wrong: weather,
    accounts, rules, limits, arbitrage.

    The series of a partial park are placeholders: what depends on them is not judged.
    """
    faults: list[Fault] = []
    ones = {name: np.ones(park.clock.steps) for name, asset in park.assets.items() if asset.kind == "source"}
    plain = with_bases(replace(park, profiles=ones), capacity_bases(park)[0])
    try:
        park = park.with_profiles(*profiles_of(park))
    except InputError as error:
        faults += error.faults
    try:
        rules_of(plain, accounts_of(plain))
    except InputError as error:
        faults += error.faults
    if not partial:
        faults += arbitrage_faults(plain)
    return park, located(dict.fromkeys(faults), park)


def read(
    park: Park,
    accounts: Accounts,
    rules: tuple[Rule, ...],
    rates: Mapping[Key, Array],
    status: str,
    duals: Mapping[str, float] | None = None,
    costs: Mapping[Key, float] | None = None,
) -> Outcome:
    """Every reading of given rates and capacities: accounts, bill, verdicts.

    duals: by name of each enforced rule, money saved per unit of its form. costs: (pack, rule) → what
    the whole rule costs.
    """
    sizes = {key: float(rates[key][0]) for key, _ in park.sizings()}
    quantities = completed(park, rates, sizes)
    flows = Flows(park.clock, quantities, net_flows(park, quantities), park.carriers_by_node)
    capacities = tuple(
        Capacity(
            asset, part, sizing.existing, sizes[asset, part] - sizing.existing, park.size_unit((asset, part))
        )
        for (asset, part), sizing in park.sizings()
    )
    values = {
        name: Reading(account, account.form.value(quantities)) for name, account in accounts.all.items()
    }
    bill = bill_of(park, flows, sizes)
    by_rule = None if duals is None else _priced(duals, rules, accounts, quantities, bill.total)
    verdicts = judge(rules, accounts, quantities, by_rule, costs)
    return Outcome(park, status, flows, capacities, values, bill, verdicts)


def _priced(
    duals: Mapping[str, float],
    rules: tuple[Rule, ...],
    accounts: Accounts,
    quantities: Mapping[Key, Array],
    cost: float,
) -> dict[Key, float]:
    """Dual of each enforced rule; zero for one that does not bind, or whose dual is the solver's rounding."""
    found = {}
    for rule in enforced(rules):
        dual, size = duals[name_of(rule)], rule.form.gross(quantities)
        binds = -rule.form.value(quantities) <= _BINDING_SHARE * max(size, 1e-9)
        right = abs(accounts.lookup[rule.right].form.value(quantities)) if rule.right else 1.0
        found[rule.pack, rule.rule] = (
            dual if binds and dual * max(size, right) > _SOLVER_NOISE * abs(cost) else 0.0
        )
    return found


def name_of(rule: Rule) -> str:
    """The rule's name among the constraints."""
    return f"{rule.pack}/{rule.rule}"


def imbalance(flows: Flows) -> float:
    """Largest imbalance of any node in any step, over that node's largest flow.

    A node where next to nothing flows is measured by 1e-4 of the largest flow anywhere.
    """
    largest = dict.fromkeys(flows.carriers, 0.0)
    for (_, node), flow in flows.net.items():
        largest[node] = max(largest[node], float(np.max(np.abs(flow), initial=0.0)))
    floor = max(1e-4 * max(largest.values(), default=0.0), 1e-9)
    residuals = (
        float(np.max(np.abs(flows.balance(n)), initial=0.0)) / max(size, floor) for n, size in largest.items()
    )
    return max(residuals, default=0.0)


def account(
    park: Park,
    flows_file: Path | str,
    levels_file: Path | str | None = None,
    capacities_file: Path | str | None = None,
) -> Outcome:
    """The same readings over given flows. Capacities and levels stand in a plan's folder beside them;
    without them, capacities are the existing ones and levels follow from the flows.

    Raises InputError with every fault of the files, and with flows that their assets cannot have.
    """
    meters = _metered(park, _files(flows_file, levels_file, capacities_file))
    sizes, rates = meters.sizes, meters.rates
    given = Flows(park.clock, completed(park, rates, sizes), meters.net, park.carriers_by_node)
    settled = with_bases(park, bases_of(park, given, sizes))
    accounts = accounts_of(settled)
    outcome = read(settled, accounts, rules_of(settled, accounts), rates, "read")
    notes = (
        *meters.origin,
        *meters.told,
        both(
            f"largest imbalance of any node: {imbalance(given):.2g} of its largest flow",
            f"节点最大不平衡量为其最大流量的 {imbalance(given):.2g} 倍",
        ),
        *(
            both(
                f"'{name}': its flows do not tell its modes apart; the split is a guess",
                f"“{name}”：流量无法区分其运行方式，分摊为推测值",
            )
            for name in guessed(park)
        ),
    )
    flows = replace(outcome.flows, net=meters.net)
    noted = replace(settled, notes=park.notes + notes, flow_notes=meters.told)
    return replace(outcome, flows=flows, park=noted)


def flows_at(
    park: Park,
    nodes: Collection[str],
    flows_file: Path,
    levels_file: Path | None = None,
    capacities_file: Path | None = None,
) -> tuple[Park, Flows]:
    """Given flows at some nodes alone, for readings that look no further; the park with notes of where they came from.

    What converters do is not told: it shows in all that they take and give. Raises InputError as ``account`` does.
    """
    meters = _metered(park, _files(flows_file, levels_file, capacities_file), nodes)
    return (
        replace(park, notes=(*park.notes, *meters.origin, *meters.told), flow_notes=meters.told),
        Flows(park.clock, meters.rates, meters.net, park.carriers_by_node),
    )


@dataclass(frozen=True)
class _Metered:
    """What was read of a table of flows and its files. rates: with the capacities of their assets in them.

    origin: which files. told: what they leave open.
    """

    net: dict[Key, Array]
    rates: dict[Key, Array]
    sizes: dict[Key, float]
    origin: tuple[str, ...]
    told: tuple[str, ...]


def _metered(park: Park, files: _Files, nodes: Collection[str] | None = None) -> _Metered:
    """The files read and judged, of all nodes or of some alone. Raises InputError with every fault of the flows."""
    sizes = read_capacities(files.sizes, park) if files.sizes else existing_capacities(park)
    net, certified = read_flows(files.flows, park, nodes)
    levels = read_levels(files.levels, park, nodes) if files.levels else {}
    judged = signed(park, net, files.flows.name)
    there = {
        name for name, asset in park.assets.items() if nodes is None or getattr(asset, "node", None) in nodes
    }
    rates = rates_of(park, judged.net, levels, certified, there)
    faults, large = sized(park, rates, sizes, files.flows.name)
    fail_if([*judged.faults, *faults])
    rates |= {key: np.array([size]) for key, size in sizes.items() if key[0] in there}
    return _Metered(judged.net, rates, sizes, _origin(park, files), (*judged.notes, *large))


@dataclass(frozen=True)
class _Files:
    """A table of flows, and the files of its levels and capacities, where there are any."""

    flows: Path
    levels: Path | None
    sizes: Path | None


def _files(flows: Path | str, levels: Path | str | None, sizes: Path | str | None) -> _Files:
    path = Path(flows)
    return _Files(
        path,
        Path(levels) if levels else beside(path, "levels.parquet"),
        Path(sizes) if sizes else beside(path, "summary.json"),
    )


def _origin(park: Park, files: _Files) -> tuple[str, ...]:
    sizes_from = files.sizes.name if files.sizes else "park.yaml"
    of = park_of_summary(files.sizes) if files.sizes else ""
    if of not in ("", park.spec.name):
        sizes_from += f" ('{of}')"
    notes = [
        both(
            f"flows from {files.flows.name}; capacities from {sizes_from}",
            f"流量取自 {files.flows.name}；容量取自 {sizes_from}",
        )
    ]
    if files.levels is None:
        notes.append(
            both(
                "levels of storages follow from their flows, from the lowest possible",
                "储能存量由流量推算，取最低可能值",
            )
        )
    return tuple(notes)
