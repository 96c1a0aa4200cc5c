"""What an attribution says: for every consumer and step, the generation that served it, by origin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from zeropark.carbon.factors import LifeCycleFactor, OperatingCo2, OperatingFactor
from zeropark.clock import Clock
from zeropark.forms import Array

Basis = Literal["location", "market", "hourly"]
BASES: tuple[Basis, ...] = ("location", "market", "hourly")


@dataclass(frozen=True)
class Origin:
    """Something that brings electricity: a source, a market, a converter that generates, or what a store held at first.

    name: the asset's, or ``opening of STORE``. kind: ``wind``, ``solar``, ``grid`` … as the asset declares it.
    operating: by basis; None where the park states no factor (then nothing is computed with it: a fault).
    life_cycle: from the park's list of upstream factors; None where none is named.
    """

    name: str
    kind: str
    operating: Mapping[Basis, OperatingFactor | None]
    life_cycle: LifeCycleFactor | None


@dataclass(frozen=True)
class Attribution:
    """Generation by origin behind every use of electricity.

    consumers: assets that use electricity (demands, converters), in file order.
    use_mwh: (consumers, steps), at the consumer's node.
    supplied_mwh: (consumers, steps, origins), generation that served the use: network and storage losses are in it,
    so that the sum over origins is at least the use.
    """

    clock: Clock
    origins: tuple[Origin, ...]
    consumers: tuple[str, ...]
    tenants: Mapping[str, str | None]
    use_mwh: Array
    supplied_mwh: Array

    def supplied(self, consumer: str, during: slice | None = None) -> Array:
        """Generation by origin behind the consumer's use in these steps, MWh, shape (origins,)."""
        at = self.consumers.index(consumer)
        return np.asarray(self.supplied_mwh[at, during or slice(None)].sum(axis=0))

    def operating_co2(self, consumer: str, basis: Basis, during: slice | None = None) -> OperatingCo2:
        """Operating CO2 of the consumer's electricity on one basis. Raises InputError where a factor is missing."""
        raise NotImplementedError
