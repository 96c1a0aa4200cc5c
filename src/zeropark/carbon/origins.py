"""The origins of electricity, and what each weighs on every basis; a factor that nobody stated is missing, not zero."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from zeropark import units
from zeropark.carbon.factors import LifeCycleFactor, OperatingFactor
from zeropark.carbon.from_park import certified
from zeropark.carbon.network import opening_of, unmetered_at
from zeropark.park.assets import Converter, Market, Source
from zeropark.park.model import Park

Basis = Literal["location", "market", "hourly"]
BASES: tuple[Basis, ...] = ("location", "market", "hourly")
Column = Literal["location", "market", "hourly", "910"]
"""The three bases, and the method for zero-carbon parks apart from them."""
COLUMNS: tuple[Column, ...] = (*BASES, "910")
CLEAN = ("wind", "solar", "hydro", "biomass", "nuclear")
"""Kinds of origin that are carbon-free in operation."""
CANCELLED, SAME_HOUR = "certificates cancelled", "certificates cancelled, same hour"
"""Origins by paper alone: what the register's certificates cover of electricity of unknown or grid origin."""
UNCLAIMED = "green power without contract"
"""Hour by hour, the part of a green market's electricity that its user has no contract for."""

FOSSIL_910 = OperatingFactor(0.8325)
"""tCO2/MWh: national factor of fossil electricity, which the method for zero-carbon parks (发改环资〔2025〕910号, mark 2,
2025) takes for grid electricity. The account ``co2_910`` has the same number; a test compares them."""

_ZERO = OperatingFactor(0.0)


@dataclass(frozen=True)
class Origin:
    """Something that brings electricity: a source, a market, a converter that generates, or what a store held at first.

    name: the asset's, or ``opening of STORE``. kind: ``wind``, ``solar``, ``grid`` … as the asset declares it;
    ``certified``, ``generated`` (by a converter), ``opening``, ``unmetered``.
    operating: by basis; None where the park states no factor (then nothing is computed with it: a fault).
    life_cycle: from the park's list of upstream factors; None where none is named.
    method_910: the factor of the method for zero-carbon parks, apart from all three bases.
    clean: whether it counts as carbon-free supply in the 24/7 score. grid: whether certificates may cover it.
    claimed: whether hour by hour, and in the score, only what a contract claims counts as it; the rest is UNCLAIMED.
    """

    name: str
    kind: str
    operating: Mapping[Basis, OperatingFactor | None]
    life_cycle: LifeCycleFactor | None
    method_910: OperatingFactor | None = None
    clean: bool = False
    grid: bool = False
    claimed: bool = False


Generated = Mapping[str, Mapping[Column, OperatingFactor]]
"""Converter → operating CO2 of the electricity that it makes; without one whose factor cannot be told."""


def factor_of(origin: Origin, column: Column) -> OperatingFactor | None:
    """What the origin weighs in a column; None where nobody stated it."""
    return origin.method_910 if column == "910" else origin.operating[column]


def origins_of(park: Park, names: tuple[str, ...], generated: Generated) -> tuple[Origin, ...]:
    """Every origin of the names that a trace gives. generated: operating CO2 of what each converter generates."""
    unknown = {opening_of(s): "opening" for s in park.assets} | {
        unmetered_at(n): "unmetered" for n in park.spec.nodes
    }
    covered = {certified(n): n for n, a in park.assets.items() if isinstance(a, Market) and a.certificates}
    found = []
    for name in names:
        if name in (CANCELLED, SAME_HOUR, UNCLAIMED):
            found.append(_paper(park, name))
        elif name in unknown:
            found.append(_unknown(park, name, unknown[name]))
        elif name in covered:
            market = park.assets[covered[name]]
            assert isinstance(market, Market)
            found.append(_bought(park, name, market, covered=True))
        else:
            found.append(_asset(park, name, generated))
    return tuple(found)


def _asset(park: Park, name: str, generated: Generated) -> Origin:
    asset = park.assets[name]
    if isinstance(asset, Market):
        return _bought(park, name, asset, covered=False)
    if isinstance(asset, Source):
        own = _own(park, asset)
        return Origin(
            name, asset.origin, dict.fromkeys(BASES, own), _upstream(park, asset.upstream, asset.node), own,
            clean=asset.origin in CLEAN,
        )  # fmt: skip
    made = generated.get(name, {})
    return Origin(name, "generated", {basis: made.get(basis) for basis in BASES}, None, made.get("910"))


def _own(park: Park, source: Source) -> OperatingFactor | None:
    """Operating CO2 of a plant of the park; none is known where a fossil or unnamed one states no emissions."""
    burnt = park.spec.carriers[park.carrier_at(source.node)].combustion
    stated = "emissions" in source.model_fields_set or burnt > 0.0
    if source.origin in ("fossil", "grid", "other") and not stated:
        return None
    return OperatingFactor((source.emissions + burnt) / _mwh(park, source.node))


def _bought(park: Park, name: str, market: Market, covered: bool) -> Origin:
    """Electricity over the public grid: physically the grid's, by paper what a contract or certificate says.

    Where there is a register of certificates, it decides what is covered, not what a plan meant to buy.
    """
    location, residual = _grid(park)
    green = market.origin in CLEAN
    named = green and park.spec.carbon is not None and any(
        c.supply == name for c in park.spec.carbon.contracts.values()
    )  # fmt: skip
    registered = park.spec.carbon is not None and park.spec.carbon.certificates is not None
    by_paper = green or (covered and not registered)
    operating: dict[Basis, OperatingFactor | None] = {
        "location": location,
        "market": _ZERO if by_paper else residual,
        "hourly": _ZERO if named else residual,
    }
    return Origin(
        name,
        "certified" if covered else market.origin,
        operating,
        _upstream(park, market.upstream, market.node),
        _ZERO if by_paper else FOSSIL_910,
        clean=named,
        grid=not by_paper,
        claimed=green,
    )


def _unknown(park: Park, name: str, kind: str) -> Origin:
    """What nobody knows the origin of weighs what the grid weighs where no contract holds: never less."""
    location, residual = _grid(park)
    operating: dict[Basis, OperatingFactor | None] = {
        "location": location,
        "market": residual,
        "hourly": residual,
    }
    return Origin(name, kind, operating, _worst_upstream(park), FOSSIL_910, grid=True)


def _paper(park: Park, name: str) -> Origin:
    location, residual = _grid(park)
    hourly = _ZERO if name == SAME_HOUR else residual
    operating: dict[Basis, OperatingFactor | None] = {
        "location": location,
        "market": _ZERO,
        "hourly": hourly,
    }
    return Origin(name, "certified", operating, _worst_upstream(park), _ZERO, clean=name == SAME_HOUR)


def _grid(park: Park) -> tuple[OperatingFactor | None, OperatingFactor | None]:
    carbon = park.spec.carbon
    if carbon is None:
        return None, None
    return OperatingFactor(carbon.grid.location), OperatingFactor(carbon.grid.residual)


def _mwh(park: Park, node: str) -> float:
    """MWh in one unit of the node's carrier."""
    return units.factor(park.unit_at(node), "MWh")


def _upstream(park: Park, name: str | None, node: str) -> LifeCycleFactor | None:
    """Life-cycle emissions per MWh, tCO2e; None where the asset names no factor."""
    if name is None:
        return None
    factor = park.spec.factors[name]
    return LifeCycleFactor(factor.footprint * units.factor("MWh", factor.per))


def _worst_upstream(park: Park) -> LifeCycleFactor | None:
    """The heaviest life-cycle factor of electricity bought here; None where no such market names one."""
    found = [
        _upstream(park, asset.upstream, asset.node)
        for asset in park.assets.values()
        if isinstance(asset, Market)
        and asset.buy is not None
        and park.spec.carriers[park.carrier_at(asset.node)].kind == "electricity"
    ]
    known = [factor for factor in found if factor is not None]
    return max(known, key=lambda f: f.tco2e_per_unit, default=None)


def papers_in(park: Park, names: tuple[str, ...], registered: bool) -> tuple[str, ...]:
    """Origins by paper alone that stand beside those of the names."""
    markets = (
        park.assets[name.removesuffix(certified(""))]
        for name in names
        if name.removesuffix(certified("")) in park.assets
    )
    green = any(isinstance(asset, Market) and asset.origin in CLEAN for asset in markets)
    return (*((CANCELLED, SAME_HOUR) if registered else ()), *((UNCLAIMED,) if green else ()))


def electricity_nodes(park: Park) -> frozenset[str]:
    """Nodes whose carrier is electricity."""
    return frozenset(
        name
        for name, node in park.spec.nodes.items()
        if park.spec.carriers[node.carrier].kind == "electricity"
    )


def converters_in(park: Park, names: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the origins that are converters."""
    return tuple(n for n in names if n in park.assets and isinstance(park.assets[n], Converter))
