"""A tenant's electricity as data: the hourly table by origin, and the figures of a period as JSON"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from zeropark.carbon.attribution import BASES, Attribution, Origin
from zeropark.carbon.from_park import certified, sold_of
from zeropark.carbon.inventory import Inventory, inventory_of
from zeropark.carbon.network import netted, opening_of, unmetered_at
from zeropark.carbon.origins import CANCELLED, SAME_HOUR, UNCLAIMED
from zeropark.carbon.tenants import PARK, TenantCarbon, residuals, tenants_of
from zeropark.figures.numbers import Language, number, percent
from zeropark.forms import Array
from zeropark.outcome import Outcome
from zeropark.park.carbon_spec import METER_TOLERANCE
from zeropark.park.model import Park
from zeropark.park.period import Period
from zeropark.passport.electricity_factors import FactorRow, factor_rows
from zeropark.passport.electricity_papers import certificates_in, contracts_of, papers_note
from zeropark.passport.electricity_scopes import plain, scope_notes
from zeropark.passport.electricity_words import t
from zeropark.report.method_910 import reconciled_910
from zeropark.report.origins import score_words
from zeropark.texts import both, either, headed, in_language

_NAMED = {"certified": certified, "sold": sold_of, "opening": opening_of, "unmetered": unmetered_at}
"""Words for an origin that is no asset → how it is named after one, or after a node."""


@dataclass(frozen=True)
class Electricity:
    """What the papers tell: figures of each tenant over a period, and what is left over by origin.

    reconciled: why the 910 figures are not those of the park's account, where the papers tell all of it. inventory: by
    scope; None where flows of electricity alone were read.
    """

    park: Park
    attribution: Attribution
    period: Period
    tenants: tuple[TenantCarbon, ...]
    residuals: Mapping[str, float]
    reconciled: str = ""
    inventory: tuple[Inventory, ...] | None = None

    @property
    def shown(self) -> tuple[str, ...]:
        """The tenants that the papers are of."""
        return tuple(one.tenant for one in self.tenants)

    @property
    def worst(self) -> float:
        """Largest residual of any origin, without sign."""
        return max((abs(value) for value in self.residuals.values()), default=0.0)

    @property
    def used(self) -> tuple[int, ...]:
        """Origins that any of the tenants has something of, by position; what is next to nothing is left out."""
        total = sum(one.supplied_mwh for one in self.tenants)
        names = [origin.name for origin in self.attribution.origins]
        sums = {name: sum(one.by_origin[name] for one in self.tenants) for name in names}
        return tuple(k for k, name in enumerate(names) if sums[name] > 1e-9 * total)

    @property
    def weighed(self) -> tuple[int, ...]:
        """Categories that any of the tenants has something of on any basis, those by paper included, by position."""
        total = sum(one.supplied_mwh for one in self.tenants)
        names = [origin.name for origin in self.attribution.origins]
        sums = [
            sum(
                one.by_origin[name] + one.split_910[name] + sum(one.split[basis][name] for basis in BASES)
                for one in self.tenants
            )
            for name in names
        ]
        return tuple(k for k, mwh in enumerate(sums) if mwh > 1e-9 * total)

    @cached_property
    def hours(self) -> Mapping[str, Array]:
        """Tenant → MWh by step of the period and origin, (steps, origins), as supplied."""
        found, first = self.attribution, self.period.first
        rows = {
            one.tenant: [
                r for r, name in enumerate(found.consumers) if (found.tenants[name] or PARK) == one.tenant
            ]
            for one in self.tenants
        }
        steps = self.period.last - first
        total = {name: np.zeros((steps, len(found.origins))) for name in rows}
        for block in found.blocks(self.period.steps):
            here = slice(block.steps.start - first, block.steps.stop - first)
            for name, own in rows.items():
                total[name][here] = block.supplied[own].sum(axis=0)
        return total


def electricity_of(
    park: Park,
    attribution: Attribution,
    period: Period,
    tenant: str | None = None,
    outcome: Outcome | None = None,
) -> Electricity:
    """The figures of every tenant, or of one. Raises InputError.

    outcome: whose accounts they are compared with, and whose flows tell the scopes beside electricity; None where
    electricity alone was read.
    """
    tenants = tenants_of(park, attribution, period.steps, tenant)
    entire = tenant is None and (period.first, period.last) == (0, attribution.clock.steps)
    return Electricity(
        park,
        attribution,
        period,
        tenants,
        residuals(attribution, period.steps),
        reconciled_910(outcome, attribution, tenants) if outcome is not None and entire else "",
        inventory_of(park, outcome.flows, attribution, tenants, period.steps, tenant) if outcome else None,
    )


def hours_of(paper: Electricity, tenant: str) -> Array:
    """MWh of one tenant by step and origin, (steps, origins)."""
    return paper.hours[tenant]


def hourly_table(paper: Electricity) -> pd.DataFrame:
    """Every tenant, step and origin: time (UTC), tenant, origin, mwh; rows of nothing are left out."""
    times = paper.attribution.clock.times_utc[paper.period.steps]
    frames = []
    for one in paper.tenants:
        amounts = hours_of(paper, one.tenant)
        for k in paper.used:
            there = amounts[:, k] > 0.0
            name = paper.attribution.origins[k].name
            frames.append(
                pd.DataFrame(
                    {"time": times[there], "tenant": one.tenant, "origin": name, "mwh": amounts[there, k]}
                )
            )
    return (
        pd.concat(frames, ignore_index=True)
        if frames
        else pd.DataFrame({"time": times[:0], "tenant": "", "origin": "", "mwh": 0.0})
    )


def summary_of(paper: Electricity) -> dict[str, Any]:
    """The figures for scripts. No two figures of CO2 may be added: each has its own basis and type."""
    used = [paper.attribution.origins[k] for k in paper.used]
    weighed = [paper.attribution.origins[k] for k in paper.weighed]
    return {
        "park": paper.park.spec.name,
        "period": {"begin": str(paper.period.begin), "end": str(paper.period.end)},
        "tenants": [_tenant(one, [o.name for o in used], weighed) for one in paper.tenants],
        "origins": [
            {
                "origin": o.name,
                "kind": o.kind,
                "operating_tco2_per_mwh": {
                    b: f.tco2_per_unit if (f := o.operating[b]) else None for b in BASES
                },
                "method_910_tco2_per_mwh": o.method_910.tco2_per_unit if o.method_910 else None,
                "life_cycle_tco2e_per_mwh": life.tco2e_per_unit
                if (life := o.life_cycle_on("hourly"))
                else None,
                "factors": [_factor(row) for row in factor_rows(paper.park, o)],
            }
            for o in weighed
        ],
        "inventory": None if paper.inventory is None else [plain(one) for one in paper.inventory],
        "contracts": [row.plain() for row in contracts_of(paper.park, paper.shown)],
        "certificates": [
            row.plain() for row in certificates_in(paper.attribution, paper.period, paper.shown)
        ],
        "conservation": {"largest_residual": paper.worst, "by_origin": dict(paper.residuals)},
        "notes": [in_language(note, "en") for note in notes_of(paper)],
    }


def _factor(row: FactorRow) -> dict[str, Any]:
    """What a category weighs on some bases, with source and mark."""
    found: dict[str, Any] = {"bases": list(row.columns)}
    for key, weight, unit in (("operating", row.operating, "tco2"), ("life_cycle", row.life_cycle, "tco2e")):
        if weight is not None:
            found[key] = {
                f"{unit}_per_mwh": weight.value,
                "source": in_language(weight.source, "en"),
                "mark": weight.mark,
            }
    return found


def _tenant(one: TenantCarbon, origins: Iterable[str], weighed: Iterable[Origin]) -> dict[str, Any]:
    return {
        "tenant": one.tenant,
        "use_mwh": one.use_mwh,
        "supplied_mwh": one.supplied_mwh,
        "contracted_mwh": one.contracted_mwh,
        "by_origin_mwh": {name: one.by_origin[name] for name in origins},
        "split_mwh": {
            **{basis: {o.name: one.split[basis][o.name] for o in weighed} for basis in BASES},
            "910": {o.name: one.split_910[o.name] for o in weighed},
        },
        "operating_tco2": {basis: value.tonnes for basis, value in one.operating.items()},
        "location_by_hour_tco2": one.location_hourly.tonnes if one.location_hourly else None,
        "method_910_tco2": one.method_910.tonnes if one.method_910 else None,
        "life_cycle_tco2e": one.life_cycle.tonnes if one.life_cycle else None,
        "life_cycle_by_basis_tco2e": {b: v.tonnes if v else None for b, v in one.life_cycles.items()},
        "score_24_7": one.score,
        "missing_factors": [str(fault) for fault in one.missing],
    }


def notes_of(paper: Electricity) -> tuple[str, ...]:
    """What a reader must know of these figures, in both languages."""
    kinds = {paper.attribution.origins[k].kind for k in paper.weighed}
    carbon = paper.park.spec.carbon
    keys = ["note-apart", "note-losses"]
    if paper.inventory is None:
        keys.append("note-electricity-alone")
    if kinds & {"opening", "unmetered"}:
        keys.append("note-unknown")
    if carbon is not None and carbon.storage == "first-in-first-out":
        keys.append("note-fifo")
    if any(one.missing for one in paper.tenants):
        keys.append("note-missing")
    if paper.attribution.cancelled:
        keys.append("note-register")
    if any(paper.attribution.origins[k].claimed for k in paper.used):
        keys.append("note-claimed")
    if "sold" in kinds:
        keys.append("note-sold")
    if "generated" in kinds:
        keys.append("note-generated")
    park = paper.park
    own = (
        *scope_notes(park, paper.inventory or ()),
        papers_note(park, paper.attribution, paper.period, paper.shown),
        *_surplus(paper),
        _netted(paper),
        score_words(park),
        paper.reconciled,
    )
    return (
        *(t(key) for key in keys),
        *filter(None, own),
        *dict.fromkeys((*park.flow_notes, *park.notes, *park.override_notes)),
    )


def _surplus(paper: Electricity) -> Iterable[str]:
    """Certificates of the period that were cancelled for a tenant beyond what it had to cover by them."""
    for one in paper.tenants:
        register = paper.attribution.cancelled.get(one.tenant)
        held = 0.0 if register is None else float(register[paper.period.steps].sum())
        left = held - one.split["market"].get(CANCELLED, 0.0)
        if left > 1e-6 * held:
            title = both(
                tenant_title(paper.park, one.tenant, "en"), tenant_title(paper.park, one.tenant, "zh")
            )
            yield headed(title, t("note-surplus", mwh=number(left), held=number(held)))


def _netted(paper: Electricity) -> str:
    """What meters lacked at a node and others of its steps made up."""
    pools, carbon = paper.attribution.pools, paper.park.spec.carbon
    mwh = netted(pools[0].traced.network) if pools else 0.0
    share = METER_TOLERANCE if carbon is None else carbon.meter_tolerance
    return t("note-netted", mwh=number(mwh), share=percent(share)) if mwh > 0.0 else ""


def tenant_title(park: Park, name: str, language: Language) -> str:
    """A tenant in words."""
    if name == PARK:
        return t("no-tenant", language)
    tenant = park.spec.tenants[name]
    return either(tenant.name, tenant.name_zh, language) or name


def origin_title(park: Park, name: str, language: Language) -> str:
    """An origin in words: the asset's title, or what stands for it."""
    if name in park.assets:
        return either(park.assets[name].name, park.assets[name].name_zh, language) or name
    if (key := {CANCELLED: "cancelled", SAME_HOUR: "hour", UNCLAIMED: "unclaimed"}.get(name)) is not None:
        return t(f"origin-{key}", language)
    for key, named in _NAMED.items():
        before, after = named("\n").split("\n")
        if name.startswith(before) and name.endswith(after):
            inner = name.removeprefix(before).removesuffix(after)
            if inner in park.assets:
                return t(f"origin-{key}", language, of=origin_title(park, inner, language))
            if inner in park.spec.nodes:
                node = park.spec.nodes[inner]
                return t(f"origin-{key}", language, of=either(node.name, node.name_zh, language) or inner)
    return name
