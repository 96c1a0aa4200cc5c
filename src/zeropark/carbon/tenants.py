"""A tenant's electricity over a period: by origin, on three bases, by the 910 method, life cycle, and the 24/7 score."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from zeropark.carbon.attribution import BASES, Attribution, Basis
from zeropark.carbon.factors import LifeCycleCo2e, OperatingCo2
from zeropark.carbon.split import Split
from zeropark.errors import Fault, InputError, fail_if, nearest
from zeropark.forms import Array
from zeropark.park.model import Park

PARK = "(park)"
"""Stands for a tenant where an asset has none."""


@dataclass(frozen=True)
class TenantCarbon:
    """Electricity of one tenant over a period. No two of its figures of CO2 may be added.

    use_mwh: at its meters. supplied_mwh: generation behind it, losses included. by_origin: the same by origin, MWh.
    operating, life_cycles: on each basis. method_910: apart. None where a factor is missing (then ``missing`` says which).
    split: on each basis, MWh by origin. split_910: the same as the 910 method has it.
    location_hourly: location-based with the grid's factor of each hour, where the park states one.
    score: share of carbon-free electricity hour by hour (24/7), 0 to 1.
    """

    tenant: str
    use_mwh: float
    supplied_mwh: float
    by_origin: Mapping[str, float]
    contracted_mwh: float
    operating: Mapping[Basis, OperatingCo2]
    method_910: OperatingCo2 | None
    life_cycles: Mapping[Basis, LifeCycleCo2e | None]
    location_hourly: OperatingCo2 | None
    score: float
    missing: tuple[Fault, ...] = ()
    split: Mapping[Basis, Mapping[str, float]] = field(default_factory=dict)
    split_910: Mapping[str, float] = field(default_factory=dict)

    @property
    def life_cycle(self) -> LifeCycleCo2e | None:
        """Hour by hour, the basis of footprints."""
        return self.life_cycles["hourly"]


def tenant_names(attribution: Attribution) -> tuple[str, ...]:
    """Every tenant that uses electricity, in the order of their consumers."""
    return tuple(dict.fromkeys(attribution.tenants[c] or PARK for c in attribution.consumers))


def tenants_of(
    park: Park, attribution: Attribution, steps: slice, only: str | None = None
) -> tuple[TenantCarbon, ...]:
    """Every tenant, or one. Raises InputError for an unknown one, and for every factor that a basis lacks."""
    names = tenant_names(attribution)
    if only is not None and only not in names:
        raise InputError(
            [Fault("--tenant", None, "tenant", f"'{only}'", "a tenant that uses electricity",
                   nearest(only, names) or f"there are {', '.join(names)}")]
        )  # fmt: skip
    faults: list[Fault] = []
    found = []
    for name in names if only is None else (only,):
        try:
            found.append(_tenant(park, attribution, name, steps))
        except InputError as error:
            faults += error.faults
    fail_if(dict.fromkeys(faults))
    return tuple(found)


def _tenant(park: Park, attribution: Attribution, tenant: str, steps: slice) -> TenantCarbon:
    consumers = [c for c in attribution.consumers if (attribution.tenants[c] or PARK) == tenant]
    rows = [attribution.consumers.index(c) for c in consumers]
    told = attribution.split(steps)
    supplied = told.supplied[rows].sum(axis=0)
    missing: list[Fault] = []
    operating = {
        basis: OperatingCo2(sum(attribution.operating_co2(c, basis, steps).tonnes for c in consumers))
        for basis in BASES
    }
    by_910 = _or_missing(lambda: sum(attribution.co2_910(c, steps).tonnes for c in consumers), missing)
    life = {basis: _life_cycle(attribution, consumers, steps, basis, missing) for basis in BASES}
    return TenantCarbon(
        tenant,
        float(attribution.use_mwh[rows][:, steps].sum()),
        float(supplied.sum()),
        _by_origin(attribution, told.supplied[rows]),
        float(told.contracted[rows].sum()),
        operating,
        None if by_910 is None else OperatingCo2(by_910),
        life,
        _location_by_hour(park, attribution, rows, told),
        score(park, attribution, rows, told),
        tuple(dict.fromkeys(missing)),
        {basis: _by_origin(attribution, on[rows]) for basis, on in told.on.items()},
        _by_origin(attribution, told.method_910[rows]),
    )


def _by_origin(attribution: Attribution, amounts: Array) -> dict[str, float]:
    """Origin → sum over consumers."""
    return dict(zip((o.name for o in attribution.origins), map(float, amounts.sum(axis=0)), strict=True))


def _life_cycle(
    attribution: Attribution, consumers: list[str], steps: slice, basis: Basis, missing: list[Fault]
) -> LifeCycleCo2e | None:
    found = _or_missing(
        lambda: sum(attribution.life_cycle_co2e(c, steps, basis).tonnes for c in consumers), missing
    )
    return None if found is None else LifeCycleCo2e(found)


def _or_missing(compute: Callable[[], float], missing: list[Fault]) -> float | None:
    try:
        return float(compute())
    except InputError as error:
        missing += error.faults
        return None


def _location_by_hour(
    park: Park, attribution: Attribution, rows: list[int], told: Split
) -> OperatingCo2 | None:
    """Location-based with the grid's factor of each step; other origins weigh what they weigh."""
    carbon = park.spec.carbon
    if carbon is None or told.by_hour is None:
        return None
    amounts, weighed = told.on["location"][rows].sum(axis=0), told.by_hour[rows].sum(axis=0)
    total = 0.0
    for k, origin in enumerate(attribution.origins):
        own = origin.operating["location"]
        by_grid = (
            own is not None and own.tco2_per_unit == carbon.grid.location and over_grid(park, attribution, k)
        )
        total += float(weighed[k]) if by_grid else (own.of(float(amounts[k])).tonnes if own else 0.0)
    return OperatingCo2(total)


def over_grid(park: Park, attribution: Attribution, origin: int) -> bool:
    """Whether an origin came over the public grid, or nobody knows whence."""
    one = attribution.origins[origin]
    market = one.name in park.assets and park.assets[one.name].kind == "market"
    return one.grid or one.kind == "certified" or market


def score(park: Park, attribution: Attribution, rows: list[int], told: Split) -> float:
    """24/7 score: Σ CFE_h / Σ load, CFE_h = min(load, clean supply) + unmatched load from the grid × its clean share.

    rows: consumers by position. The hourly matched split says what is clean supply. A grid whose clean share is not stated
    counts as none.
    """
    clean = np.array([float(o.clean) for o in attribution.origins])
    grid = np.array([float(over_grid(park, attribution, k)) for k in range(len(clean))]) * (1.0 - clean)
    amounts = told.on["hourly"][rows].sum(axis=0)
    load = float(amounts.sum())
    free = float(amounts @ clean)
    if told.clean is not None:
        free += float(told.clean[rows].sum(axis=0) @ grid)
    return free / load if load > 0.0 else 0.0


def residuals(attribution: Attribution, steps: slice) -> dict[str, float]:
    """By origin: generated + in store before − supplied − exported − lost − in store after, as a share of the first two."""
    book = attribution.ledger
    assert book is not None
    first, last, _ = steps.indices(attribution.clock.steps)
    before = book.stock[first - 1] if first else book.opening
    there = book.generated[steps].sum(axis=0) + before
    gone = (
        attribution.split(steps).supplied.sum(axis=0)
        + book.exported[steps].sum(axis=0)
        + book.lost[steps].sum(axis=0)
        + book.stock[last - 1]
    )
    gap = np.divide(
        there - gone,
        there,
        out=np.abs(there - gone),
        where=there > 1e-9 * max(1e-300, float(there.max(initial=0.0))),
    )
    return dict(zip((o.name for o in attribution.origins), map(float, gap), strict=True))
