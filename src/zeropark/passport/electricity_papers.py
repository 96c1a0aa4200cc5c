"""Contracts and certificates that the electricity papers rest on, as an auditor asks for them"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from zeropark.carbon.attribution import Attribution
from zeropark.carbon.certificates import Certificate
from zeropark.park.model import Park
from zeropark.park.period import Period
from zeropark.passport.electricity_words import t


@dataclass(frozen=True)
class ContractRow:
    """A contract as the park file states it. share: largest, of what reaches users. max_rate_mw: None where unlimited."""

    name: str
    supply: str
    tenant: str
    share: float
    max_rate_mw: float | None
    priority: int
    document: str

    def plain(self) -> dict[str, Any]:
        """Its fields for JSON and workbook."""
        return asdict(self)


@dataclass(frozen=True)
class CertificateRow:
    """A certificate of the register. begin, end: local time. mwh_in_period: spread evenly over its interval."""

    certificate: str
    supply: str
    begin: str
    end: str
    mwh: float
    mwh_in_period: float
    cancelled_for: str
    cancelled_on: str
    sold_to: str

    def plain(self) -> dict[str, Any]:
        """Its fields for JSON and workbook."""
        return asdict(self)


def contracts_of(park: Park, tenants: Collection[str]) -> tuple[ContractRow, ...]:
    """Contracts of these tenants, first served first."""
    rows = [
        ContractRow(name, one.supply, one.tenant, one.share, one.max_rate, one.priority, one.document)
        for name, one in (park.spec.carbon.contracts if park.spec.carbon else {}).items()
        if one.tenant in tenants
    ]
    return tuple(sorted(rows, key=lambda row: row.priority))


def certificates_in(
    attribution: Attribution, period: Period, tenants: Collection[str]
) -> tuple[CertificateRow, ...]:
    """Certificates of the period: cancelled for these tenants, sold, or not yet cancelled."""
    return tuple(
        _row(one, attribution, mwh)
        for one, mwh in _inside(attribution, period)
        if not one.cancelled_for or one.cancelled_for in tenants
    )


def papers_note(park: Park, attribution: Attribution, period: Period, tenants: Collection[str]) -> str:
    """How many contracts and certificates of tenants not shown stand beside these; empty where none do."""
    stated = park.spec.carbon.contracts if park.spec.carbon else {}
    contracts = sum(one.tenant not in tenants for one in stated.values())
    inside = [one for one, _ in _inside(attribution, period)]
    others = sum(bool(one.cancelled_for) and one.cancelled_for not in tenants for one in inside)
    if not contracts and not others:
        return ""
    return t("note-others", contracts=str(contracts), certificates=str(others))


def _inside(attribution: Attribution, period: Period) -> list[tuple[Certificate, float]]:
    found = [
        (one, float(one.per_step(attribution.clock)[period.steps].sum())) for one in attribution.register
    ]
    return [(one, mwh) for one, mwh in found if mwh > 0.0]


def _row(one: Certificate, attribution: Attribution, mwh: float) -> CertificateRow:
    def local(when: pd.Timestamp) -> str:
        return f"{when.tz_convert(attribution.clock.zone):%Y-%m-%d %H:%M}"

    return CertificateRow(
        one.name,
        one.supply,
        local(one.begin),
        local(one.end),
        one.mwh,
        mwh,
        one.cancelled_for,
        one.cancelled_on,
        one.sold_to,
    )
