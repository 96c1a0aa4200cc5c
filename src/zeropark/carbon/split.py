"""Which kilowatt-hour is of which category on which basis: told once, whoever weighs it then, and with which factors.

A category is an origin: an asset, or what paper makes of it (``origins.py``). The bases differ in nothing but this split:

location: what physically reached the consumer, step by step; contracts and certificates left out.
market: contracts and certificates over all the steps as one.
hourly: contracts in the same step only, and certificates that tell the hour.

GHG Protocol Scope 2 Guidance, 6.5: certificate or contract first, the residual mix for what neither covers. Green power that
the park buys over the grid is a contract of the park: for the tenants whose contracts name it, as far as they take what is
promised to them; what is promised to nobody is for all whom it reached. What is promised and not taken counts for nobody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from zeropark.carbon.certificates import Certificate
from zeropark.carbon.from_park import sold_of
from zeropark.carbon.origins import CANCELLED, SAME_HOUR, UNCLAIMED, Basis, Origin
from zeropark.carbon.passes import BLOCK
from zeropark.carbon.pools import Ledger, Pool, PoolShares
from zeropark.clock import Clock
from zeropark.forms import Array


@dataclass(frozen=True)
class Block:
    """Some steps in a row: MWh of generation behind the use, (consumers, steps, origins).

    supplied: as shared, with contracts. contracted: the part of it that contracts claim. location, hourly: on these bases.
    """

    steps: slice
    supplied: Array
    contracted: Array
    location: Array
    hourly: Array


@dataclass(frozen=True)
class Split:
    """MWh by consumer and origin over some steps, (consumers, origins) each; a consumer's sum is the same on every basis.

    method_910: as supplied, certificates over all the steps as one. clean: ``hourly``, each step times the grid's clean
    share. by_hour: ``location``, each step times the grid's factor of that step, tCO2. None where the park states neither.
    """

    supplied: Array
    contracted: Array
    on: Mapping[Basis, Array]
    method_910: Array
    clean: Array | None
    by_hour: Array | None


@dataclass(frozen=True)
class Shares:
    """Who used what: the pools that are shared, and the papers; or the supply itself, where someone else has shared it.

    consumers: assets that use electricity, in file order; tenants: whose each is. use_mwh: (consumers, steps), at the
    consumer's node. given_mwh: (consumers, steps, origins) in place of ``pools``. cancelled, same_hour: tenant → (steps,)
    MWh of certificates cancelled for it; all, and those that tell the hour. kept: (tenant, supply) → (steps,) share of what
    it has of the supply that certificates cancelled for it hold, where others were sold. clean_share, grid_hourly:
    (steps,) of the public grid. register: every certificate that the park's register tells.
    """

    clock: Clock
    origins: tuple[Origin, ...]
    consumers: tuple[str, ...]
    tenants: Mapping[str, str | None]
    use_mwh: Array
    given_mwh: Array | None = None
    ledger: Ledger | None = None
    pools: tuple[Pool, ...] = field(default=(), repr=False)
    cancelled: Mapping[str, Array] = field(default_factory=dict, repr=False)
    same_hour: Mapping[str, Array] = field(default_factory=dict, repr=False)
    kept: Mapping[tuple[str, str], Array] = field(default_factory=dict, repr=False)
    clean_share: Array | None = None
    grid_hourly: Array | None = None
    register: tuple[Certificate, ...] = field(default=(), repr=False)

    @cached_property
    def supplied_mwh(self) -> Array:
        """As shared, (consumers, steps, origins), all in memory: losses of network and stores are in it, so that the sum
        over origins is at least the use. A large park is read block by block.
        """
        return self._whole("supplied")

    @cached_property
    def contracted_mwh(self) -> Array:
        """The part of it that contracts claim."""
        return self._whole("contracted")

    def _whole(self, which: str) -> Array:
        whole = np.zeros((len(self.consumers), self.clock.steps, len(self.origins)))
        for block in self.blocks():
            whole[:, block.steps] = getattr(block, which)
        return whole

    def blocks(self, during: slice | None = None) -> Iterator[Block]:
        """The steps, some at a time."""
        first, last, _ = (during or slice(None)).indices(self.clock.steps)
        while first < last:
            stop = min((first // BLOCK + 1) * BLOCK, last)
            yield self._block(slice(first, stop))
            first = stop

    def split(self, during: slice | None = None) -> Split:
        """All the steps added up, on every basis; kept, as readers ask for the same period again."""
        first, last, _ = (during or slice(None)).indices(self.clock.steps)
        if (first, last) not in self._splits:
            self._splits[first, last] = self._split(slice(first, last))
        return self._splits[first, last]

    @cached_property
    def _splits(self) -> dict[tuple[int, int], Split]:
        return {}

    def _split(self, steps: slice) -> Split:
        shape = (len(self.consumers), len(self.origins))
        supplied, contracted, location, hourly, held, clean, by_hour = (np.zeros(shape) for _ in range(7))
        for block in self.blocks(steps):
            supplied += block.supplied.sum(axis=1)
            contracted += block.contracted.sum(axis=1)
            location += block.location.sum(axis=1)
            hourly += block.hourly.sum(axis=1)
            held += self._held(block.supplied, block.steps).sum(axis=1)
            if self.clean_share is not None:
                clean += np.einsum("t,ctk->ck", self.clean_share[block.steps], block.hourly)
            if self.grid_hourly is not None:
                by_hour += np.einsum("t,ctk->ck", self.grid_hourly[block.steps], block.location)
        return Split(
            supplied,
            contracted,
            {"location": location, "market": self._market(steps, supplied, held), "hourly": hourly},
            self._covered(self._restored(supplied, held), steps),
            None if self.clean_share is None else clean,
            None if self.grid_hourly is None else by_hour,
        )

    def _block(self, steps: slice) -> Block:
        if self.given_mwh is not None:
            given = self.given_mwh[:, steps]
            return Block(steps, given, np.zeros_like(given), given, self._by_hour(given, steps))
        shape = (len(self.consumers), steps.stop - steps.start, len(self.origins))
        supplied, contracted, location, lapsed = (np.zeros(shape) for _ in range(4))
        for pool in self.pools:
            shared = pool.shared(steps)
            width, none = shared.total.shape[2], self._lapsed(shared)
            for column, row in enumerate(pool.rows):
                supplied[row, :, :width] += shared.total[:, column]
                contracted[row, :, :width] += shared.by_contract[:, column]
                location[row, :, :width] += shared.reached[:, column]
                lapsed[row, :, :width] += none[:, column]
        here = self._restored(supplied, self._held(supplied, steps))
        hourly = self._by_hour(_moved(here, lapsed, self._at(UNCLAIMED)), steps)
        return Block(steps, supplied, contracted, location, hourly)

    def _held(self, amounts: Array, steps: slice) -> Array:
        """Of electricity whose certificates were sold, what certificates cancelled for its user hold, as ``amounts``."""
        held = np.zeros_like(amounts)
        for (tenant, supply), share in self.kept.items():
            column, rows = self._at(sold_of(supply)), self._rows(tenant)
            if column is not None:
                held[rows, ..., column] = amounts[rows, ..., column] * share[steps]
        return held

    def _restored(self, amounts: Array, held: Array) -> Array:
        """The same, told as the supply that it is."""
        if not self.kept:
            return amounts
        result = amounts - held
        for supply in dict.fromkeys(supply for _, supply in self.kept):
            column, own = self._at(sold_of(supply)), self._at(supply)
            if column is not None and own is not None:
                result[..., own] += held[..., column]
        return np.asarray(result)

    def _lapsed(self, shared: PoolShares) -> Array:
        """Of what no contract took, what was promised to somebody else, (intervals, rows, origins) MWh: green power over the
        grid counts for nobody then. What a plant of the park gives to others stays what it is.
        """
        only = np.array([float(origin.claimed) for origin in self.origins[: shared.total.shape[2]]])
        return np.asarray((shared.total - shared.by_contract) * (shared.lapsed * only)[:, None])

    def _by_hour(self, amounts: Array, steps: slice) -> Array:
        """Certificates of a tenant that tell the hour cover what it has of the grid in that hour, pro rata."""
        if not self.same_hour:
            return amounts
        moved = np.zeros_like(amounts)
        for tenant, mwh in self.same_hour.items():
            rows = self._rows(tenant)
            open_ = (amounts[rows] @ self._coverable).sum(axis=0)
            share = np.minimum(np.divide(mwh[steps], open_, out=np.zeros_like(open_), where=open_ > 0.0), 1.0)
            moved[rows] = amounts[rows] * self._coverable * share[:, None]
        return _moved(amounts, moved, self._at(SAME_HOUR))

    def _market(self, steps: slice, supplied: Array, held: Array) -> Array:
        """Contracts over all the steps as one, then certificates. held: of ``supplied``, by certificates of the tenant."""
        if self.given_mwh is not None:
            return self._covered(supplied, steps)
        total, lapsed = np.zeros_like(supplied), np.zeros_like(supplied)
        for pool in self.pools:
            shared = pool.shared(steps, whole=True)
            width, none = shared.total.shape[2], self._lapsed(shared)
            for column, row in enumerate(pool.rows):
                total[row, :width] += shared.total[0, column]
                lapsed[row, :width] += none[0, column]
        part = np.divide(held, supplied, out=np.zeros_like(held), where=supplied > 0.0)
        return self._covered(_moved(self._restored(total, total * part), lapsed, self._at(UNCLAIMED)), steps)

    def _covered(self, amounts: Array, steps: slice) -> Array:
        """Certificates of each tenant over all the steps as one, pro rata to what its consumers have of the grid."""
        if not self.cancelled:
            return amounts
        moved = np.zeros_like(amounts)
        for tenant, mwh in self.cancelled.items():
            rows = self._rows(tenant)
            open_ = float((amounts[rows] @ self._coverable).sum())
            share = min(1.0, float(mwh[steps].sum()) / open_) if open_ > 0.0 else 0.0
            moved[rows] = amounts[rows] * self._coverable * share
        return _moved(amounts, moved, self._at(CANCELLED))

    @cached_property
    def _coverable(self) -> Array:
        """1 for each origin that a certificate may cover."""
        return np.array([float(origin.grid) for origin in self.origins])

    def _rows(self, tenant: str) -> list[int]:
        return [row for row, name in enumerate(self.consumers) if self.tenants.get(name) == tenant]

    def _at(self, name: str) -> int | None:
        return next((k for k, origin in enumerate(self.origins) if origin.name == name), None)


def _moved(amounts: Array, moved: Array, to: int | None) -> Array:
    """Amounts of some origins told as another; as they are where there is no such origin."""
    if to is None:
        return amounts
    result = amounts - moved
    result[..., to] += moved.sum(axis=-1)
    return np.asarray(result)
