"""``summary.json``: what scripts rely on (docs/reference/summary.md)."""

from __future__ import annotations

import math
from typing import Any

from zeropark.outcome import Outcome
from zeropark.rules.judge import Verdict


def summary_of(outcome: Outcome) -> dict[str, Any]:
    """The outcome as strict JSON: what does not exist, is not a number or has no end is null."""
    bill, certificate, solver = outcome.bill, outcome.certificate, outcome.solver
    clock = outcome.flows.clock
    summary = {
        "status": outcome.status,
        "park": {"name": outcome.park.spec.name, "name_zh": outcome.park.spec.name_zh},
        "period": {
            "start": clock.times_local[0].isoformat(),
            "hours": clock.hours,
            "step_minutes": clock.step.total_seconds() / 60,
            "zone": str(clock.zone),
        },
        "cost": {"total": bill.total, "unit": bill.currency, "terms": dict(bill.terms)},
        "capacities": [
            {"asset": c.asset, "part": c.part, "existing": c.existing, "added": c.added, "unit": c.unit}
            for c in outcome.capacities
        ],
        "accounts": {
            name: {
                "value": reading.value,
                "unit": reading.account.unit,
                "title": reading.account.title,
                "title_zh": reading.account.title_zh,
            }
            for name, reading in outcome.accounts.items()
        },
        "rules": [_rule(verdict) for verdict in outcome.rules],
        "certificate": {
            "relative_gap": certificate.relative_gap if certificate else None,
            "balance_residual": certificate.balance_residual if certificate else None,
            "cost_difference": certificate.cost_difference if certificate else None,
            "limit_residual": certificate.limit_residual if certificate else None,
            "physics_residual": certificate.physics_residual if certificate else None,
            "lower_bound": certificate.lower_bound if certificate else None,
            "sound": certificate.sound if certificate else None,
            "assumed": certificate.assumed if certificate else None,
        },
        "solver": {
            "name": solver.name if solver else None,
            "seconds": solver.seconds if solver else None,
            "iterations": solver.iterations if solver else None,
        },
        "alternatives": list(outcome.alternatives),
        "notes": list(outcome.park.notes),
    }
    result: dict[str, Any] = strict(summary)
    return result


def _rule(verdict: Verdict) -> dict[str, object]:
    rule = verdict.rule
    return {
        "pack": rule.pack,
        "rule": rule.rule,
        "value": verdict.value,
        "limit": rule.limit,
        "unit": rule.unit,
        "met": verdict.met,
        "margin": verdict.margin,
        "shadow_price": verdict.shadow_price,
        "cost": verdict.cost,
        "sense": rule.sense,
        "mode": rule.mode,
        "core": rule.core,
        "clause": rule.clause,
        "mark": rule.mark,
        "careful": verdict.careful,
    }


def strict(value: Any) -> Any:
    """The same in plain JSON types: numpy numbers become Python's, NaN and infinity null."""
    if isinstance(value, dict):
        return {str(key): strict(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [strict(item) for item in value]
    if hasattr(value, "item") and not isinstance(value, (str, bytes)):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
