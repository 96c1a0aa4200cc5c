"""Electricity of processes: how much, and whose factor, by what was supplied and used in the same step"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from zeropark import units
from zeropark.carbon.attribution import Attribution
from zeropark.cbam.from_park_streams import park_fault
from zeropark.cbam.model import Electricity, HourlyEvidence
from zeropark.errors import Fault
from zeropark.flows import Flows
from zeropark.forms import Array
from zeropark.park.cbam_spec import CbamSpec
from zeropark.park.model import Park
from zeropark.park.period import Period
from zeropark.texts import Language, both, has_chinese, in_language

_LINKS = {"direct": "D.4.3.1", "ppa": "D.4.3.2", "own": "D.4.1"}
"""Sources of the factor as the template's list calls them."""
_LONGEST_HOURS = 1.0
"""Annex II D.4.3: production and use within the same measurement period of at most one hour."""
_ALL = 1.0 - 1e-9


def electricity_of(
    park: Park,
    spec: CbamSpec,
    flows: Flows,
    period: Period,
    attribution: Attribution | None,
    members: Mapping[str, tuple[str, ...]],
    faults: list[Fault],
) -> dict[str, Electricity]:
    """Electricity of every process (Eq. 56; exported: Annex III A.3)."""
    claims = attribution is not None and bool(spec.supplies)
    if claims and flows.clock.step_hours > _LONGEST_HOURS + 1e-9:
        found = f"steps of {flows.clock.step_hours:g} h"
        expected = "metering in steps of at most 1 h (Annex II D.4.3)"
        hint = "without it the factor of the grid holds: leave `supplies` out"
        faults.append(park_fault(park, "supplies", found, expected, hint))
        claims = False
    matched: dict[str, Array] = {}
    if claims and attribution is not None:
        matched = _matched(park, spec, flows, period, attribution, faults)
    told: dict[str, Electricity] = {}
    for name, assets in members.items():
        consumed = sum((float(_use_mwh(park, flows, asset, period).sum()) for asset in assets), 0.0)
        own = {supply: _own(attribution, by_consumer, assets) for supply, by_consumer in matched.items()}
        used = _electricity(park, spec, consumed, own, flows.clock.step_hours)
        exported, factor = _exported(park, spec, flows, period, assets, name, faults)
        told[name] = replace(used, exported_mwh=exported, exported_ef_tco2_per_mwh=factor)
    return told


def _own(attribution: Attribution | None, by_consumer: Array, assets: tuple[str, ...]) -> float:
    """What these assets have of an amount that is told by consumer."""
    consumers = attribution.consumers if attribution is not None else ()
    return sum((float(by_consumer[consumers.index(asset)]) for asset in assets if asset in consumers), 0.0)


def _electricity(
    park: Park, spec: CbamSpec, consumed: float, matched: Mapping[str, float], step: float
) -> Electricity:
    """The weighted factor (D.4): each claimed supply with its own, the rest with that of the grid."""
    claimed = sum(matched.values())
    if consumed <= 0 or claimed <= 0:
        return Electricity(consumed, spec.grid.factor, spec.grid.source)
    own = sum(spec.supplies[name].factor * amount for name, amount in matched.items())
    factor = (own + (consumed - claimed) * spec.grid.factor) / consumed
    links = {spec.supplies[name].link for name, amount in matched.items() if amount > 0}
    whole = len(links) == 1 and claimed >= _ALL * consumed
    source = _LINKS[next(iter(links))] if whole else "Mix"
    claimed_of = [name for name, amount in matched.items() if amount > 0]
    english, chinese = (_papers(park, spec, claimed_of, language) for language in ("en", "zh"))
    papers = english if english == chinese else both(english, chinese)
    return Electricity(consumed, factor, source, HourlyEvidence(claimed, step, papers))


def _papers(park: Park, spec: CbamSpec, names: Sequence[str], language: Language) -> str:
    """What proves each claim: document and meters; supplies with the same papers together."""
    by_paper: dict[str, list[str]] = {}
    for name in names:
        supply = spec.supplies[name]
        told = [in_language(text, language) for text in (supply.document, supply.meters) if text]
        chinese = park.assets[name].name_zh if language == "zh" and name in park.assets else ""
        by_paper.setdefault(("，" if any(map(has_chinese, told)) else ", ").join(told), []).append(
            chinese or name
        )
    if language == "zh" and any(has_chinese(name) for supplies in by_paper.values() for name in supplies):
        return "；".join(f"{'、'.join(supplies)}：{paper}" for paper, supplies in by_paper.items())
    return "; ".join(f"{', '.join(supplies)}: {paper}" for paper, supplies in by_paper.items())


def _matched(
    park: Park,
    spec: CbamSpec,
    flows: Flows,
    period: Period,
    attribution: Attribution,
    faults: list[Fault],
) -> dict[str, Array]:
    """Supply → MWh of it that each consumer of the attribution used in the step in which it was generated.

    In every step no more is claimed than was generated in it and stayed in the park: what a store kept until later,
    or a market took, is not claimed, so that nothing is claimed twice.
    """
    _same_use(park, flows, period, attribution, faults)
    use = attribution.use_mwh[:, period.steps]
    supplied = attribution.supplied_mwh[:, period.steps]
    total = supplied.sum(axis=2)
    scale = np.divide(use, total, out=np.zeros_like(total), where=total > 0)
    origins = [origin.name for origin in attribution.origins]
    found = {}
    for name in spec.supplies:
        if name not in origins:
            continue
        at = origins.index(name)
        delivered = supplied[:, :, at] * scale
        generated = _generated_mwh(park, flows, name, period)
        if attribution.ledger is not None:
            generated = np.maximum(generated - attribution.ledger.exported[period.steps, at], 0.0)
        wanted = delivered.sum(axis=0)
        share = np.minimum(1.0, np.divide(generated, wanted, out=np.ones_like(wanted), where=wanted > 0))
        found[name] = (delivered * share).sum(axis=1)
    return found


def _same_use(
    park: Park, flows: Flows, period: Period, attribution: Attribution, faults: list[Fault]
) -> None:
    """The attribution must be one of these very flows."""
    for index, name in enumerate(attribution.consumers):
        attributed = float(attribution.use_mwh[index, period.steps].sum())
        flowing = float(_use_mwh(park, flows, name, period).sum())
        if abs(attributed - flowing) > 1e-6 * max(attributed, flowing, 1e-6):
            found = f"'{name}' uses {flowing:g} MWh by its flows, {attributed:g} MWh by the attribution"
            faults.append(park_fault(park, "supplies", found, "an attribution of the same flows"))


def _nodes(park: Park) -> set[str]:
    carriers = {name for name, carrier in park.spec.carriers.items() if carrier.kind == "electricity"}
    return {name for name, node in park.spec.nodes.items() if node.carrier in carriers}


def _use_mwh(park: Park, flows: Flows, asset: str, period: Period) -> Array:
    """Electricity that an asset takes in each step of the period, MWh (Annex II D.3: active power)."""
    return _by_sign(park, flows, asset, period, -1.0)


def _generated_mwh(park: Park, flows: Flows, asset: str, period: Period) -> Array:
    """Electricity that an asset gives in each step of the period, MWh."""
    return _by_sign(park, flows, asset, period, 1.0)


def _by_sign(park: Park, flows: Flows, asset: str, period: Period, sign: float) -> Array:
    total = np.zeros(period.last - period.first)
    nodes = _nodes(park)
    for (name, node), net in flows.net.items():
        if name == asset and node in nodes:
            to_mwh = units.factor(park.unit_at(node), "MWh")
            total += np.maximum(sign * net[period.steps], 0.0) * flows.clock.step_hours * to_mwh
    return total


def _exported(
    park: Park,
    spec: CbamSpec,
    flows: Flows,
    period: Period,
    assets: tuple[str, ...],
    process: str,
    faults: list[Fault],
) -> tuple[float, float | None]:
    """Electricity produced inside the process and its factor (Eq. 55, Em el,prod)."""
    given = {asset: float(_generated_mwh(park, flows, asset, period).sum()) for asset in assets}
    given = {asset: amount for asset, amount in given.items() if amount > 0}
    total = sum(given.values())
    if not total:
        return 0.0, None
    missing = [asset for asset in given if asset not in spec.supplies]
    if missing:
        found = f"'{missing[0]}' of '{process}' generates electricity, with no factor"
        faults.append(park_fault(park, "supplies", found, f"supplies.{missing[0]} with its factor (Eq. 38)"))
        return total, None
    return total, sum(spec.supplies[asset].factor * amount for asset, amount in given.items()) / total
