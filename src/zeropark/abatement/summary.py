"""``abate.json``: both curves and what they do not agree on, as plain numbers, per year."""

from __future__ import annotations

from typing import Any

from zeropark.abatement.result import Abatement, Planned, Step


def summary_of(found: Abatement) -> dict[str, Any]:
    """Everything that the curves say, as JSON data."""
    return {
        "account": found.account,
        "unit": found.units[found.account],
        "currency": found.currency,
        "years": found.years,
        "baseline": _planned(found, found.baseline),
        "alone": [_step(found, step) for step in found.alone],
        "best_order": [_step(found, step) for step in found.ordered],
        "left": dict(found.left),
        "together": _planned(found, found.together),
        "saved_alone": found.saved_alone,
        "saved_together": found.saved_together,
        "counted_twice": found.counted_twice,
        "bounds": [
            {"field": b.field, "title": b.title[0], "title_zh": b.title[1], "accounts": list(b.accounts)}
            for b in found.bounds
        ],
        "plans": found.plans,
        "seconds": found.seconds,
    }


def _planned(found: Abatement, planned: Planned) -> dict[str, Any]:
    return {
        "status": planned.status,
        "cost": planned.cost if planned.status == "optimal" else None,
        "investment": planned.investment if planned.status == "optimal" else None,
        "accounts": {
            name: {"value": planned.accounts[name], "unit": unit}
            for name, unit in found.units.items()
            if name in planned.accounts
        },
        "built": [
            {"asset": asset, "part": part, "added": added, "unit": unit}
            for (asset, part, unit), added in planned.built.items()
        ],
        "reasons": list(planned.reasons),
    }


def _step(found: Abatement, step: Step) -> dict[str, Any]:
    solved = step.planned.status == "optimal"
    return {
        "measure": step.measure,
        "before": list(step.before),
        "status": step.planned.status,
        "cost": step.cost if solved else None,
        "saved": {name: step.saved[name] for name in found.units if name in step.saved},
        "cost_per_tonne": step.per_tonne(found.account),
        "investment": step.planned.investment if solved else None,
        "reasons": list(step.planned.reasons),
    }
