"""The park in memory: the validated file, its clock, its series, and what was assumed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from zeropark.clock import Clock
from zeropark.errors import Defect
from zeropark.forms import Array, Key
from zeropark.park.assets import AnyAsset, Asset, Converter, Market, Sizing, Source, Storage
from zeropark.park.fields import Series
from zeropark.park.spec import ParkFile
from zeropark.park.tariffs import CapacityCharge, Pack, Tariff
from zeropark.texts import both


@dataclass(frozen=True)
class Assumption:
    """A number with its evidence, as the park file or a packaged file states it."""

    path: str
    value: str
    source: str
    mark: str
    date: str
    note: str


@dataclass(frozen=True)
class Park:
    """A park ready to be planned.

    arrays: values of every series that the file names, by ``Series.key``, shape (steps,).
    profiles: availability computed from weather, by asset, shape (steps,), share of capacity.
    lines: line of every dotted path of the park file, for faults that are found later.
    overrides: fields that were set for this run and stand otherwise in the file, dotted path → value.
    notes: what was done on the user's word (gaps filled), and what is synthetic.
    flow_notes: what given flows leave open and how they were read, for every paper that rests on them.
    """

    folder: Path
    spec: ParkFile
    clock: Clock
    arrays: Mapping[str, Array]
    packs: Mapping[str, Pack] = field(default_factory=dict)
    assumptions: tuple[Assumption, ...] = ()
    notes: tuple[str, ...] = ()
    profiles: Mapping[str, Array] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)
    overrides: Mapping[str, str] = field(default_factory=dict)
    flow_notes: tuple[str, ...] = ()

    @property
    def assets(self) -> Mapping[str, AnyAsset]:
        """Assets by name, in file order."""
        return self.spec.assets

    @property
    def override_notes(self) -> tuple[str, ...]:
        """What was set for this run: whoever reads the park file beside the figures must know."""
        return tuple(
            both(
                f"set for this run, not as in park.yaml: {path} = {value}",
                f"本次运行改动，与 park.yaml 不同：{path} = {value}",
            )
            for path, value in self.overrides.items()
        )

    def carrier_at(self, node: str) -> str:
        """Carrier that balances at the node."""
        return self.spec.nodes[node].carrier

    def unit_at(self, node: str) -> str:
        """Unit of the carrier at the node."""
        return self.spec.carriers[self.carrier_at(node)].unit

    @property
    def carriers_by_node(self) -> dict[str, str]:
        """Carrier of every node."""
        return {name: node.carrier for name, node in self.spec.nodes.items()}

    def values(self, series: Series) -> Array:
        """A series as an array of shape (steps,), in its declared unit."""
        if series.constant is not None:
            return np.full(self.clock.steps, series.constant)
        return self.arrays[series.key]

    def availability(self, name: str) -> Array:
        """Share of the capacity that can run, shape (steps,); 1 where nothing limits it."""
        if name in self.profiles:
            return self.profiles[name]
        asset = self.assets[name]
        if isinstance(asset, Source) and (asset.pv or asset.wind):
            raise Defect(f"the weather profile of '{name}' was not computed")
        if isinstance(asset, (Source, Converter)):
            return self.values(asset.availability)
        return np.ones(self.clock.steps)

    def sizings(self) -> Iterator[tuple[Key, Sizing]]:
        """Every capacity of the park with its declaration, as ((asset, part), Sizing)."""
        for name, asset in self.assets.items():
            capacity = getattr(asset, "capacity", None)
            if isinstance(capacity, Sizing):
                yield (name, "capacity"), capacity
            if isinstance(asset, Storage) and asset.power is not None:
                yield (name, "power"), asset.power

    def size_unit(self, key: Key) -> str:
        """Unit of a capacity: what a storage holds in carrier units, all else per hour."""
        name, part = key
        asset = self.assets[name]
        unit = self.unit_at(home_of(asset))
        if isinstance(asset, Storage) and part == "capacity":
            return unit
        return "MW" if unit == "MWh" else f"{unit}/h"

    def grid_markets(self) -> Iterator[tuple[str, Market]]:
        """Markets that buy under a tariff, in file order."""
        for name, asset in self.assets.items():
            if isinstance(asset, Market) and asset.tariff is not None:
                yield name, asset

    def tariff_of(self, market: Market) -> Tariff | None:
        """The tariff that a market buys under, if it has one."""
        return self.spec.tariffs[market.tariff] if market.tariff is not None else None

    def capacity_charge_of(self, market: Market) -> CapacityCharge | None:
        """The capacity charge of a market's tariff, if it has one."""
        tariff = self.tariff_of(market)
        return tariff.capacity_charge if tariff is not None else None

    def with_profiles(
        self,
        profiles: Mapping[str, Array],
        notes: tuple[str, ...] = (),
        assumptions: tuple[Assumption, ...] = (),
    ) -> Park:
        """The same park with availabilities computed from weather, and what they rest on."""
        return replace(
            self,
            profiles={**self.profiles, **profiles},
            notes=self.notes + notes,
            assumptions=self.assumptions + assumptions,
        )


def home_of(asset: Asset) -> str:
    """The node whose carrier unit the asset's own numbers use."""
    field_name = {"from": "start"}.get(type(asset).home, type(asset).home)
    return str(getattr(asset, field_name))
