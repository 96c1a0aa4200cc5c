"""Who used what of which origin: electricity pools traced with their losses, then shared among their tenants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from zeropark import units
from zeropark.carbon.from_park import asset_of, network_of
from zeropark.carbon.network import Ints, Network
from zeropark.carbon.origins import electricity_nodes
from zeropark.carbon.passes import Passes, passes
from zeropark.carbon.sharing import Claim, by_contract, the_rest
from zeropark.flows import Flows
from zeropark.forms import Array
from zeropark.park.assets import Market
from zeropark.park.carbon_spec import CarbonSpec
from zeropark.park.model import Park


@dataclass(frozen=True)
class Ledger:
    """Every megawatt-hour by origin: generated + opening = supplied + exported + lost + what is in store.

    generated, exported, lost: (steps, origins), MWh of generation. lost: what came to a node that nothing leaves.
    opening: (origins,) in stores before the first step. stock: (steps, origins) after each.
    """

    generated: Array
    exported: Array
    lost: Array
    opening: Array
    stock: Array


@dataclass(frozen=True)
class PoolShares:
    """What a pool gives, (intervals, rows, origins) MWh. reached: physically. by_contract, total: as contracts share it.

    lapsed: (intervals, origins) share of what no contract took that was promised to somebody all the same.
    """

    reached: Array
    by_contract: Array
    total: Array
    lapsed: Array


@dataclass(frozen=True)
class Pool:
    """Nodes joined by connections, and who uses electricity there.

    rows: consumers by position; owners, places: for each of them, the position of its tenant and of its node. use: (steps,
    rows) MWh at the meter. traced: says how many MWh of generation of each origin are behind a MWh at a node, the losses
    on the way in it. claims: what each contract may take of all that physically reached the users.
    """

    tenants: tuple[str | None, ...]
    rows: tuple[int, ...]
    owners: tuple[int, ...]
    places: Ints
    use: Array
    traced: Passes
    claims: tuple[Claim, ...]

    def shared(self, steps: slice, whole: bool = False) -> PoolShares:
        """Supply shared among the rows, (intervals, rows, origins): contracts reach across the whole pool, and what they
        leave stays with whom it physically reached.

        Step by step within a block of the trace, or all these steps as one interval: contracts match over the period.
        """
        use = self.use[steps]
        amounts = [claim.amount[steps] for claim in self.claims]
        if whole:
            arrived = np.zeros((1, len(self.rows), len(self.traced.colours)))
            for some in self.traced.blocks(steps):
                arrived[0] += np.einsum(
                    "tr,trk->rk", self.use[some], self.traced.content(some)[:, self.places]
                )
            amounts = [amount.sum()[None] for amount in amounts]
        else:
            arrived = use[:, :, None] * self.traced.content(steps)[:, self.places]
        claims = [replace(c, amount=amount) for c, amount in zip(self.claims, amounts, strict=True)]
        need, supply = arrived.sum(axis=2), arrived.sum(axis=1)
        owners, wanted = list(self.owners), np.zeros((len(arrived), len(self.tenants)))
        for column, owner in enumerate(owners):
            wanted[:, owner] += need[:, column]
        taken, left, wanting = by_contract(supply, wanted, claims)
        part = _part(need, wanted[:, owners])
        mine = part[:, :, None] * taken[:, owners]
        total = mine + the_rest(part * wanting[:, owners], arrived, _part(left, supply))
        return PoolShares(arrived, mine, total, _lapsed(claims, taken.sum(axis=1), supply))


def _lapsed(claims: Sequence[Claim], taken: Array, supply: Array) -> Array:
    """Share of what no contract took that was promised; at most all of a supply can be."""
    promised = np.zeros_like(supply)
    for claim in claims:
        promised[:, claim.supply] += claim.amount
    untaken = np.maximum(np.minimum(promised, supply) - taken, 0.0)
    return np.minimum(_part(untaken, supply - taken), 1.0)


def _part(some: Array, of: Array) -> Array:
    return np.divide(some, of, out=np.zeros_like(some), where=of > 0.0)


@dataclass(frozen=True)
class Pooled:
    """What tracing gives, ready to be shared. use: (consumers, steps), MWh at the meter."""

    origins: tuple[str, ...]
    consumers: tuple[str, ...]
    use: Array
    ledger: Ledger
    pools: tuple[Pool, ...]


def pooled(park: Park, flows: Flows, sold: Mapping[str, Array] | None = None) -> Pooled:
    """Trace the electricity of the park: losses stay with what they brought, exports carry the mix of their node.

    sold: supply → (steps,) share of what it brings whose certificates are no longer here, an origin of its own.
    """
    carbon = park.spec.carbon
    network = _in_mwh(park, network_of(park, flows, nodes=electricity_nodes(park), sold=sold))
    traced = passes(network, mixing=carbon.storage if carbon else "proportional", losses="passed on")
    net = traced.network
    consumers, exports = _sides(park, net)
    at = {name: row for row, name in enumerate(consumers)}
    use = np.zeros((len(consumers), net.steps))
    pools = []
    for members in _pool_members(net):
        uses = [u for u, name in enumerate(net.uses.names) if name in at and net.uses.nodes[u] in members]
        if uses:
            pools.append(_pool(park, traced, uses, at))
            for column, row in enumerate(pools[-1].rows):
                use[row] += pools[-1].use[:, column]
    ledger = _ledger(traced, exports)
    return Pooled(traced.colours, consumers, use, ledger, tuple(pools))


def _in_mwh(park: Park, network: Network) -> Network:
    """The same in MWh, whatever unit each electricity carrier is counted in."""
    scale = np.array([units.factor(park.unit_at(node), "MWh") for node in network.nodes])
    if np.all(scale == 1.0):
        return network
    entries, uses, moves, stores = network.entries, network.uses, network.moves, network.stores
    start, end, at = scale[moves.start], scale[moves.end], scale[stores.nodes]
    return replace(
        network,
        entries=replace(entries, rate=entries.rate * scale[entries.nodes]),
        uses=replace(uses, rate=uses.rate * scale[uses.nodes]),
        moves=replace(
            moves, taken=moves.taken * start, carried=moves.carried * start, arrives=moves.arrives * end
        ),
        stores=replace(
            stores, charge=stores.charge * at, discharge=stores.discharge * at, opening=stores.opening * at
        ),
    )


def _sides(park: Park, network: Network) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Consumers and exporting markets, in file order."""
    names = [name for name in park.assets if name in network.uses.names]
    return (
        tuple(n for n in names if not isinstance(park.assets[n], Market)),
        tuple(n for n in names if isinstance(park.assets[n], Market)),
    )


def _pool_members(network: Network) -> list[frozenset[int]]:
    """Nodes that are joined by moves, pool by pool."""
    pool = list(range(len(network.nodes)))
    for a, b in zip(network.moves.start, network.moves.end, strict=True):
        old, new = pool[a], pool[b]
        pool = [new if p == old else p for p in pool]
    return [frozenset(n for n, p in enumerate(pool) if p == label) for label in dict.fromkeys(pool)]


def _pool(park: Park, traced: Passes, uses: list[int], at: Mapping[str, int]) -> Pool:
    """One pool: every use needs the generation that physically reached it, so that needs and supply agree in every step."""
    net = traced.network
    places = np.array([int(net.uses.nodes[u]) for u in uses], dtype=np.int64)
    use = net.uses.rate[:, uses] * net.hours
    supply = np.zeros((net.steps, len(traced.colours)))
    for steps in traced.blocks() if park.spec.carbon is not None and park.spec.carbon.contracts else ():
        supply[steps] = np.einsum("tr,trk->tk", use[steps], traced.content(steps)[:, places])
    names = [net.uses.names[u] for u in uses]
    of_tenant = [park.assets[name].tenant for name in names]
    tenants = tuple(dict.fromkeys(of_tenant))
    return Pool(
        tenants,
        tuple(at[name] for name in names),
        tuple(tenants.index(tenant) for tenant in of_tenant),
        places,
        use,
        traced,
        tuple(_claims(park.spec.carbon, traced.colours, tenants, supply, net.hours)),
    )


def _claims(
    carbon: CarbonSpec | None,
    origins: tuple[str, ...],
    tenants: tuple[str | None, ...],
    supply: Array,
    hours: float,
) -> list[Claim]:
    """What each contract may take in each step; a supply with and without its certificates is one."""
    found = []
    for contract in carbon.contracts.values() if carbon else ():
        columns = [k for k, name in enumerate(origins) if asset_of(name) == contract.supply]
        if contract.tenant not in tenants or not columns:
            continue
        whole = supply[:, columns].sum(axis=1)
        allowed = whole * contract.share
        if contract.max_rate is not None:
            allowed = np.minimum(allowed, contract.max_rate * hours)
        for k in columns:
            part = np.divide(supply[:, k], whole, out=np.zeros_like(whole), where=whole > 0.0)
            found.append(Claim(tenants.index(contract.tenant), k, allowed * part, contract.priority))
    return found


def _ledger(traced: Passes, exports: tuple[str, ...]) -> Ledger:
    net, h = traced.network, traced.network.hours
    generated = net.entries.rate @ traced.entry_colours * h
    exported, lost, stock = (np.zeros_like(generated) for _ in range(3))
    still = traced.through <= 0.0
    lost += (net.entries.rate * still[:, net.entries.nodes]) @ traced.entry_colours * h
    sold = [u for u, name in enumerate(net.uses.names) if name in exports]
    for number, steps in enumerate(traced.blocks()):
        ran = traced.ran(number)
        stock[steps] = ran.stock.sum(axis=1)
        for u in sold:
            exported[steps] += net.uses.rate[steps, u, None] * ran.content[:, net.uses.nodes[u]] * h
        for m, (a, b) in enumerate(zip(net.moves.start, net.moves.end, strict=True)):
            if (stuck := net.moves.taken[steps, m] * still[steps, b]).any():
                lost[steps] += stuck[:, None] * ran.content[:, a] * h
        for s, node in enumerate(net.stores.nodes):
            lost[steps] += ran.drawn[:, s] * (still[steps, node] * h)[:, None]
    return Ledger(generated, exported, lost, traced.opening.sum(axis=0), stock)
