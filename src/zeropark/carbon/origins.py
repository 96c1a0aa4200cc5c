"""The origins of electricity, and what each weighs on every basis; a factor that nobody stated is missing, not zero."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from zeropark import units
from zeropark.carbon.factors import LifeCycleFactor, OperatingFactor
from zeropark.carbon.from_park import asset_of, certified
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
"""Green power over the grid that was promised to somebody who did not take it: the market-based and hourly figures of those
whom it reached count it as what no contract covers."""

PAPERS = (CANCELLED, SAME_HOUR, UNCLAIMED)
"""Origins by paper alone."""
FOSSIL_910 = OperatingFactor(0.8325)
"""tCO2/MWh: national factor of fossil electricity, which the method for zero-carbon parks (发改环资〔2025〕910号, mark 2,
2025) takes for grid electricity. The account ``co2_910`` has the same number; a test compares them."""

_ZERO = OperatingFactor(0.0)


@dataclass(frozen=True)
class Origin:
    """A category of electricity: a source, a market, a converter that generates, what a store held at first, or by paper.

    name: the asset's, or ``opening of STORE`` and the like. kind: ``wind``, ``solar``, ``grid`` … as the asset declares it;
    ``certified``, ``sold`` (its certificate), ``unclaimed``, ``generated`` (by a converter), ``opening``, ``unmetered``.
    operating: by basis; None where the park states no factor (then nothing is computed with it: a fault).
    life_cycle: from the park's list of upstream factors, as the asset names it; None where none is named. upstream: basis →
    the factor of that list that it weighs there, where that differs by basis (``life_cycle_on``).
    method_910: the factor of the method for zero-carbon parks, apart from all three bases.
    clean: whether it counts as carbon-free supply in the 24/7 score. grid: whether certificates may cover it.
    claimed: whether what is promised by contract and not taken counts as UNCLAIMED.
    stated: column → where its operating factor stands in the park file, or ``paper``, ``nature``, ``traced``, ``910``.
    """

    name: str
    kind: str
    operating: Mapping[Basis, OperatingFactor | None]
    life_cycle: LifeCycleFactor | None
    method_910: OperatingFactor | None = None
    clean: bool = False
    grid: bool = False
    claimed: bool = False
    upstream: Mapping[Basis, tuple[str, LifeCycleFactor]] = field(default_factory=dict)
    stated: Mapping[Column, str] = field(default_factory=dict)

    def life_cycle_on(self, basis: Basis) -> LifeCycleFactor | None:
        """What it weighs over the life cycle on a basis; None where nobody stated it."""
        return self.upstream[basis][1] if basis in self.upstream else self.life_cycle


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
    covered = {certified(n) for n, a in park.assets.items() if isinstance(a, Market) and a.certificates}
    found = []
    for name in names:
        if name in PAPERS:
            found.append(_paper(park, name))
        elif name in unknown:
            found.append(_unknown(park, name, unknown[name]))
        elif name in covered:
            found.append(_bought(park, name, covered=True))
        elif name not in park.assets and asset_of(name) in park.assets:
            found.append(_sold(park, name, _asset(park, asset_of(name), generated)))
        else:
            found.append(_asset(park, name, generated))
    return tuple(found)


def _asset(park: Park, name: str, generated: Generated) -> Origin:
    asset = park.assets[name]
    if isinstance(asset, Market):
        return _bought(park, name, covered=False)
    if isinstance(asset, Source):
        own, stated = _own(park, name, asset)
        return Origin(
            name, asset.origin, dict.fromkeys(BASES, own), _life(park, asset.upstream), own, clean=asset.origin in CLEAN,
            upstream=_named(park, dict.fromkeys(BASES, asset.upstream)), stated=dict.fromkeys(COLUMNS, stated),
        )  # fmt: skip
    made = generated.get(name, {})
    return Origin(
        name, "generated", {basis: made.get(basis) for basis in BASES}, None, made.get("910"),
        stated=dict.fromkeys(COLUMNS, "traced"),
    )  # fmt: skip


def _own(park: Park, name: str, source: Source) -> tuple[OperatingFactor | None, str]:
    """Operating CO2 of a plant of the park; none is known where a fossil or unnamed one states no emissions. And where it
    stands.
    """
    carrier = park.carrier_at(source.node)
    burnt = park.spec.carriers[carrier].combustion
    explicit = "emissions" in source.model_fields_set
    if source.origin in ("fossil", "grid", "other") and not explicit and burnt == 0.0:
        return None, ""
    stated = (
        f"assets.{name}.emissions" if explicit else f"carriers.{carrier}.combustion" if burnt else "nature"
    )
    return OperatingFactor((source.emissions + burnt) / _mwh(park, source.node)), stated


def _bought(park: Park, name: str, covered: bool) -> Origin:
    """Electricity over the public grid: physically the grid's, by paper what a contract or certificate says.

    Where there is a register of certificates, it decides what is covered, not what a plan meant to buy. What a plan means to
    buy tells no hour.
    """
    market = park.assets[asset_of(name)]
    assert isinstance(market, Market)
    location, residual = _grid(park)
    green = market.origin in CLEAN
    registered = park.spec.carbon is not None and park.spec.carbon.certificates is not None
    by_paper = green or (covered and not registered)
    operating: dict[Basis, OperatingFactor | None] = {
        "location": location,
        "market": _ZERO if by_paper else residual,
        "hourly": _ZERO if green else residual,
    }
    public = _public(park, _heaviest(park) if green else market.upstream)  # physically it is the grid's
    papers = market.upstream if green else _certificates(park)
    upstream: dict[Basis, str | None] = {
        b: (papers or public[b]) if operating[b] is _ZERO else public[b] for b in BASES
    }
    return Origin(
        name,
        "certified" if covered else market.origin,
        operating,
        _life(park, market.upstream),
        _ZERO if by_paper else FOSSIL_910,
        clean=green,
        grid=not by_paper,
        claimed=green,
        upstream=_named(park, upstream),
        stated=_stated(operating, _ZERO if by_paper else FOSSIL_910),
    )


def _unknown(park: Park, name: str, kind: str) -> Origin:
    """What nobody knows the origin of weighs what the grid weighs where no contract holds: never less."""
    return _residual(park, name, kind)


def _residual(park: Park, name: str, kind: str) -> Origin:
    location, residual = _grid(park)
    operating: dict[Basis, OperatingFactor | None] = {
        "location": location,
        "market": residual,
        "hourly": residual,
    }
    return Origin(
        name, kind, operating, _life(park, _heaviest(park)), FOSSIL_910, grid=True,
        upstream=_named(park, _public(park, _heaviest(park))), stated=_stated(operating, FOSSIL_910),
    )  # fmt: skip


def _sold(park: Park, name: str, own: Origin) -> Origin:
    """Electricity whose certificate was sold: what it is where it stands, and nobody's green power by paper."""
    rest = _residual(park, name, "sold")
    return replace(
        rest,
        operating={**rest.operating, "location": own.operating["location"]},
        life_cycle=own.life_cycle,
        upstream={**rest.upstream, **{b: f for b, f in own.upstream.items() if b == "location"}},
        stated={**rest.stated, "location": own.stated.get("location", "")},
    )


def _paper(park: Park, name: str) -> Origin:
    if name == UNCLAIMED:
        return _residual(park, name, "unclaimed")
    location, residual = _grid(park)
    operating: dict[Basis, OperatingFactor | None] = {
        "location": location,
        "market": _ZERO,
        "hourly": _ZERO if name == SAME_HOUR else residual,
    }
    public, papers = _public(park, _heaviest(park)), _certificates(park)
    upstream: dict[Basis, str | None] = {
        b: (papers or public[b]) if operating[b] is _ZERO else public[b] for b in BASES
    }
    return Origin(
        name, "certified", operating, _life(park, _heaviest(park)), _ZERO, clean=name == SAME_HOUR,
        upstream=_named(park, upstream), stated=_stated(operating, _ZERO),
    )  # fmt: skip


def _grid(park: Park) -> tuple[OperatingFactor | None, OperatingFactor | None]:
    carbon = park.spec.carbon
    if carbon is None:
        return None, None
    return OperatingFactor(carbon.grid.location), OperatingFactor(carbon.grid.residual)


def _stated(operating: Mapping[Basis, OperatingFactor | None], by_910: OperatingFactor) -> dict[Column, str]:
    """Where the factors of public electricity stand."""
    found: dict[Column, str] = {
        basis: "paper"
        if operating[basis] is _ZERO
        else f"carbon.grid.{'location' if basis == 'location' else 'residual'}"
        for basis in BASES
    }
    return {**found, "910": "paper" if by_910 is _ZERO else "910"}


def _mwh(park: Park, node: str) -> float:
    """MWh in one unit of the node's carrier."""
    return units.factor(park.unit_at(node), "MWh")


def _life(park: Park, name: str | None) -> LifeCycleFactor | None:
    """Life-cycle emissions per MWh, tCO2e; None where no factor is named."""
    if name is None or name not in park.spec.factors:
        return None
    factor = park.spec.factors[name]
    if not units.same_dimension(factor.per, "MWh"):
        return None
    return LifeCycleFactor(factor.footprint * units.factor("MWh", factor.per))


def _named(park: Park, names: Mapping[Basis, str | None]) -> dict[Basis, tuple[str, LifeCycleFactor]]:
    """Name and value of the factor on each basis, where there is one."""
    found: dict[Basis, tuple[str, LifeCycleFactor]] = {}
    for basis, name in names.items():
        life = _life(park, name)
        if name is not None and life is not None:
            found[basis] = name, life
    return found


def _public(park: Park, upstream: str | None) -> dict[Basis, str | None]:
    """Life-cycle factor of public electricity on each basis: as ``footprint.grid`` states it, else the market's own."""
    grid = park.spec.footprint.grid if park.spec.footprint is not None else {}
    return {basis: grid.get(basis, upstream) for basis in BASES}


def _certificates(park: Park) -> str | None:
    return park.spec.footprint.certificates if park.spec.footprint is not None else None


def _heaviest(park: Park) -> str | None:
    """The heaviest life-cycle factor of electricity bought here; None where no such market names one."""
    found = [
        asset.upstream
        for asset in park.assets.values()
        if isinstance(asset, Market)
        and asset.buy is not None
        and park.spec.carriers[park.carrier_at(asset.node)].kind == "electricity"
    ]
    known = {name: life.tco2e_per_unit for name in found if name and (life := _life(park, name))}
    return max(known, key=lambda name: known[name], default=None)


def papers_in(park: Park, names: tuple[str, ...], registered: bool) -> tuple[str, ...]:
    """Origins by paper alone that stand beside those of the names."""
    contracts = park.spec.carbon.contracts.values() if park.spec.carbon is not None else ()
    named = {c.supply for c in contracts} & {asset_of(name) for name in names}
    green = any(isinstance(a := park.assets[n], Market) and a.origin in CLEAN for n in named)
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
