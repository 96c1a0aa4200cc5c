"""What an attribution says: for every consumer and step, the generation that served it, by origin."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from zeropark.carbon.factors import LifeCycleCo2e, OperatingCo2, OperatingFactor
from zeropark.carbon.generated import generated_factors
from zeropark.carbon.origins import BASES as BASES
from zeropark.carbon.origins import Basis as Basis
from zeropark.carbon.origins import Origin as Origin
from zeropark.carbon.origins import converters_in, origins_of, papers_in
from zeropark.carbon.papers import Papers, papers_of
from zeropark.carbon.pools import Ledger, Pooled, pooled
from zeropark.carbon.split import Shares
from zeropark.errors import Fault, InputError, fail_if
from zeropark.flows import Flows
from zeropark.forms import Array
from zeropark.park.flowfile import flows_of
from zeropark.park.model import Park

_TRACES = 1e-12
"""Less than this share of a consumer's electricity asks for no factor."""


class Attribution(Shares):
    """Generation by origin behind every use of electricity, and what it weighs."""

    def supplied(self, consumer: str, during: slice | None = None) -> Array:
        """Generation by origin behind the consumer's use in these steps, MWh, shape (origins,)."""
        return np.asarray(self.split(during).supplied[self.consumers.index(consumer)])

    def by_origin(self, consumer: str, basis: Basis, during: slice | None = None) -> Array:
        """MWh by origin on a basis, shape (origins,); their sum is the same on every basis."""
        return np.asarray(self.split(during).on[basis][self.consumers.index(consumer)])

    def operating_co2(self, consumer: str, basis: Basis, during: slice | None = None) -> OperatingCo2:
        """Operating CO2 of the consumer's electricity on one basis. Raises InputError where a factor is missing."""
        amounts = self.by_origin(consumer, basis, during)
        return self._weighed(consumer, amounts, [o.operating[basis] for o in self.origins], basis)

    def co2_910(self, consumer: str, during: slice | None = None) -> OperatingCo2:
        """By the method for zero-carbon parks (发改环资〔2025〕910号), apart from the three bases.

        As supplied; certificates that the register tells as cancelled count over all the steps as one.
        """
        amounts = np.asarray(self.split(during).method_910[self.consumers.index(consumer)])
        return self._weighed(consumer, amounts, [o.method_910 for o in self.origins], "910")

    def life_cycle_co2e(
        self, consumer: str, during: slice | None = None, basis: Basis = "hourly"
    ) -> LifeCycleCo2e:
        """Life-cycle emissions on one basis, as in footprints. Raises InputError where a factor is missing."""
        total, faults = LifeCycleCo2e(0.0), []
        for origin, mwh in self._used(self.by_origin(consumer, basis, during)):
            factor = origin.life_cycle_on(basis)
            if factor is None:
                faults.append(self._missing(consumer, origin, "upstream", "a life-cycle factor (tCO2e/MWh)"))
            else:
                total += factor.of(mwh)
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
    papers = papers_of(park, _shares(park, found, origins_of(park, found.origins, {})))
    if papers is not None and papers.sold:
        found = pooled(park, flows, papers.sold)
    names = (*found.origins, *papers_in(park, found.origins, papers is not None))
    fail_if(_unread(park, flows, converters_in(park, names)))
    generated = generated_factors(park, flows, converters_in(park, names))
    return _shares(park, found, origins_of(park, names, generated), papers)


def _unread(park: Park, flows: Flows, generators: tuple[str, ...]) -> list[Fault]:
    """Converters that make electricity of what was not read, where flows of electricity alone are given."""
    if all(key in flows.net for key in flows_of(park)):
        return []
    return [
        Fault(
            "flows",
            None,
            f"assets.{name}",
            f"electricity made by '{name}', and no flows of what it is made of",
            "the flows of all assets and nodes: its factor follows from what stands behind it",
        )
        for name in generators
    ]


def _shares(
    park: Park, found: Pooled, origins: tuple[Origin, ...], papers: Papers | None = None
) -> Attribution:
    grid = park.spec.carbon.grid if park.spec.carbon is not None else None
    return Attribution(
        park.clock,
        origins,
        found.consumers,
        {name: park.assets[name].tenant for name in found.consumers},
        found.use,
        None,
        Ledger(**{part: wider(values, len(origins)) for part, values in vars(found.ledger).items()}),
        found.pools,
        papers.cancelled if papers else {},
        papers.same_hour if papers else {},
        papers.kept if papers else {},
        park.values(grid.clean_share) if grid is not None and grid.clean_share is not None else None,
        park.values(grid.hourly) if grid is not None and grid.hourly is not None else None,
        papers.register if papers else (),
    )


def wider(values: Array, columns: int) -> Array:
    """The same with further columns of nothing: origins by paper alone bring no electricity."""
    more = columns - values.shape[-1]
    return np.pad(values, [(0, 0)] * (values.ndim - 1) + [(0, more)]) if more else values
