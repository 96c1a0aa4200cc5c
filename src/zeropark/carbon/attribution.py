"""What an attribution says: for every consumer and step, the generation that served it, by origin."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from zeropark.carbon.factors import LifeCycleCo2e, OperatingCo2, OperatingFactor
from zeropark.carbon.generated import generated_factors
from zeropark.carbon.origins import BASES as BASES
from zeropark.carbon.origins import CANCELLED, SAME_HOUR, UNCLAIMED, converters_in, origins_of, papers_in
from zeropark.carbon.origins import Basis as Basis
from zeropark.carbon.origins import Origin as Origin
from zeropark.carbon.papers import papers_of
from zeropark.carbon.pools import Ledger, Pool, pooled
from zeropark.clock import Clock
from zeropark.errors import Fault, InputError
from zeropark.flows import Flows
from zeropark.forms import Array
from zeropark.park.model import Park

_TRACES = 1e-12
"""Less than this share of a consumer's electricity asks for no factor."""


@dataclass(frozen=True)
class Attribution:
    """Generation by origin behind every use of electricity.

    consumers: assets that use electricity (demands, converters), in file order.
    use_mwh: (consumers, steps), at the consumer's node.
    supplied_mwh: (consumers, steps, origins), generation that served the use: network and storage losses are in it,
    so that the sum over origins is at least the use.
    contracted_mwh: the part of it that contracts claim; None where there are none. ledger: what became of all generation.
    cancelled, same_hour: tenant → (steps,) MWh of certificates cancelled for it, by when they were generated; all, and
    those that tell the hour.
    """

    clock: Clock
    origins: tuple[Origin, ...]
    consumers: tuple[str, ...]
    tenants: Mapping[str, str | None]
    use_mwh: Array
    supplied_mwh: Array
    contracted_mwh: Array | None = None
    ledger: Ledger | None = None
    pools: tuple[Pool, ...] = field(default=(), repr=False)
    cancelled: Mapping[str, Array] = field(default_factory=dict, repr=False)
    same_hour: Mapping[str, Array] = field(default_factory=dict, repr=False)

    def supplied(self, consumer: str, during: slice | None = None) -> Array:
        """Generation by origin behind the consumer's use in these steps, MWh, shape (origins,)."""
        at = self.consumers.index(consumer)
        return np.asarray(self.supplied_mwh[at, during or slice(None)].sum(axis=0))

    def by_origin(self, consumer: str, basis: Basis, during: slice | None = None) -> Array:
        """MWh by origin on a basis, shape (origins,); their sum is the same on every basis.

        Location-based and hourly matched: what served the use step by step. Market-based: contracts match over all
        the steps as one.
        """
        at, steps = self.consumers.index(consumer), during or slice(None)
        if basis == "location":
            return self.supplied(consumer, during)
        if basis == "hourly":
            return self._by_hour(at, steps)
        return self._covered(at, lambda row: self._matched(row, steps), steps)

    def _matched(self, at: int, steps: slice) -> Array:
        """Contracts over all the steps as one."""
        if not self.pools:
            return np.asarray(self.supplied_mwh[at, steps].sum(axis=0))
        total = np.zeros(len(self.origins))
        for pool in self.pools:
            if at in pool.rows:
                shared = pool.shared(steps, whole=True).total[0]
                for column, row in enumerate(pool.rows):
                    if row == at:
                        total[: shared.shape[1]] += shared[column]
        return total

    @property
    def _coverable(self) -> Array:
        """1 for each origin that a certificate may cover."""
        return np.array([float(origin.grid) for origin in self.origins])

    def _covered(self, at: int, amounts_of: Callable[[int], Array], steps: slice) -> Array:
        """Certificates of the tenant over all the steps as one, pro rata to what its consumers have of the grid."""
        amounts, tenant = amounts_of(at), self.tenants[self.consumers[at]]
        if tenant is None or tenant not in self.cancelled:
            return amounts
        mine = [row for row, name in enumerate(self.consumers) if self.tenants[name] == tenant]
        open_ = sum(float(amounts_of(row) @ self._coverable) for row in mine)
        share = min(1.0, float(self.cancelled[tenant][steps].sum()) / open_) if open_ > 0.0 else 0.0
        return self._moved(amounts, self._coverable * share, CANCELLED)

    def _by_hour(self, at: int, steps: slice) -> Array:
        """What contracts claim in the hour, and certificates of the tenant that tell the hour, in that hour alone."""
        amounts, tenant = self.supplied_mwh[at, steps], self.tenants[self.consumers[at]]
        if tenant is not None and tenant in self.same_hour:
            amounts = self._moved(
                amounts, self._coverable * self.hourly_cover(tenant)[steps, None], SAME_HOUR
            )
        if any(origin.claimed for origin in self.origins):
            amounts = self._moved(amounts, self.unclaimed(at)[steps], UNCLAIMED)
        return np.asarray(amounts.sum(axis=0))

    def unclaimed(self, at: int) -> Array:
        """Share of each origin that counts only where a contract claims it, and none does here, (steps, origins)."""
        only = np.array([float(origin.claimed) for origin in self.origins])
        whole = self.supplied_mwh[at] * only
        claimed = np.zeros_like(whole) if self.contracted_mwh is None else self.contracted_mwh[at] * only
        return np.asarray(np.divide(whole - claimed, whole, out=np.zeros_like(whole), where=whole > 0.0))

    def hourly_cover(self, tenant: str | None) -> Array:
        """Share of the tenant's grid electricity in each step that certificates of that hour cover, (steps,)."""
        share = np.zeros(self.clock.steps)
        if tenant is None or tenant not in self.same_hour:
            return share
        mine = [row for row, name in enumerate(self.consumers) if self.tenants[name] == tenant]
        open_ = np.sum([self.supplied_mwh[row] @ self._coverable for row in mine], axis=0)
        np.divide(self.same_hour[tenant], open_, out=share, where=open_ > 0.0)
        return np.minimum(share, 1.0)

    def _moved(self, amounts: Array, share: Array, to: str) -> Array:
        """A share of each origin, told as another."""
        moved = amounts * share
        result = amounts - moved
        result[..., [o.name for o in self.origins].index(to)] += moved.sum(axis=-1)
        return np.asarray(result)

    def operating_co2(self, consumer: str, basis: Basis, during: slice | None = None) -> OperatingCo2:
        """Operating CO2 of the consumer's electricity on one basis. Raises InputError where a factor is missing."""
        amounts = self.by_origin(consumer, basis, during)
        return self._weighed(consumer, amounts, [o.operating[basis] for o in self.origins], basis)

    def co2_910(self, consumer: str, during: slice | None = None) -> OperatingCo2:
        """By the method for zero-carbon parks (发改环资〔2025〕910号), apart from the three bases.

        As supplied; certificates that the register tells as cancelled count over all the steps as one.
        """
        at, steps = self.consumers.index(consumer), during or slice(None)
        amounts = self._covered(at, lambda row: np.asarray(self.supplied_mwh[row, steps].sum(axis=0)), steps)
        return self._weighed(consumer, amounts, [o.method_910 for o in self.origins], "910")

    def life_cycle_co2e(self, consumer: str, during: slice | None = None) -> LifeCycleCo2e:
        """Life-cycle emissions by physical origin. Raises InputError where a factor is missing."""
        total, faults = LifeCycleCo2e(0.0), []
        amounts = self.supplied(consumer, during)
        for origin, mwh in self._used(amounts):
            if origin.life_cycle is None:
                faults.append(self._missing(consumer, origin, "upstream", "a life-cycle factor (tCO2e/MWh)"))
            else:
                total += origin.life_cycle.of(mwh)
        if faults:
            raise InputError(faults)
        return total

    def _weighed(
        self, consumer: str, amounts: Array, factors: list[OperatingFactor | None], basis: str
    ) -> OperatingCo2:
        by_name = dict(zip((o.name for o in self.origins), factors, strict=True))
        total, faults = OperatingCo2(0.0), []
        for origin, mwh in self._used(amounts):
            factor = by_name[origin.name]
            if factor is None:
                faults.append(
                    self._missing(consumer, origin, "emissions", f"an operating factor (tCO2/MWh), {basis}")
                )
            else:
                total += factor.of(mwh)
        if faults:
            raise InputError(faults)
        return total

    def _used(self, amounts: Array) -> Iterator[tuple[Origin, float]]:
        for origin, mwh in zip(self.origins, amounts, strict=True):
            if mwh > _TRACES * float(np.sum(amounts)):
                yield origin, float(mwh)

    def _missing(self, consumer: str, origin: Origin, field_name: str, expected: str) -> Fault:
        grid = origin.grid or origin.kind in ("certified", "opening", "unmetered")
        where, hint = f"assets.{origin.name}.{field_name}", ""
        if field_name == "emissions" and grid:
            where, hint = "carbon.grid", "give carbon.grid.location and carbon.grid.residual"
        elif field_name == "upstream":
            hint = "name one of `factors` with upstream"
        elif origin.kind == "generated":
            hint = f"set footprint.allocation.{origin.name} and the worth of its carriers, or give a factor to all behind it"
        return Fault(
            "park.yaml",
            None,
            where,
            f"no factor for '{origin.name}', which serves '{consumer}'",
            expected,
            hint,
        )


def attribution_of(park: Park, flows: Flows) -> Attribution:
    """Where the park's electricity came from.

    Raises InputError for flows that are missing or negative, and for a register of certificates that claims twice.
    """
    found = pooled(park, flows)
    papers = papers_of(park, found)
    names = (*found.origins, *papers_in(park, found.origins, papers is not None))
    generated = generated_factors(park, flows, converters_in(park, names))
    return Attribution(
        park.clock,
        origins_of(park, names, generated),
        found.consumers,
        {name: park.assets[name].tenant for name in found.consumers},
        found.use,
        wider(found.supplied, len(names)),
        None if found.by_contract is None else wider(found.by_contract, len(names)),
        Ledger(**{part: wider(values, len(names)) for part, values in vars(found.ledger).items()}),
        found.pools,
        papers.cancelled if papers else {},
        papers.same_hour if papers else {},
    )


def wider(values: Array, columns: int) -> Array:
    """The same with further columns of nothing: origins by paper alone bring no electricity."""
    more = columns - values.shape[-1]
    return np.pad(values, [(0, 0)] * (values.ndim - 1) + [(0, more)]) if more else values
