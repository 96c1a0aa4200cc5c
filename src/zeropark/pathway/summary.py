"""``summary.json`` and ``pathway.parquet`` of a pathway: what scripts rely on"""

from __future__ import annotations

from typing import Any

import pandas as pd

from zeropark.pathway.outcome import PathwayOutcome, StagePlan
from zeropark.report.summary import strict, summary_of

_SHARED = ("accounts", "rules", "certificate", "period", "notes")


def pathway_summary(outcome: PathwayOutcome) -> dict[str, Any]:
    """The pathway as strict JSON. Costs of a stage count a year of it; its accounts and rules the park's
    period, as in the summary of the stage's own folder.
    """
    pathway, proof, solver = outcome.pathway, outcome.certificate, outcome.solver
    summary = {
        "status": "optimal",
        "park": {"name": outcome.park.spec.name, "name_zh": outcome.park.spec.name_zh},
        "pathway": {
            "file": pathway.file,
            "stages": [stage.year for stage in pathway.stages],
            "end": pathway.spec.after_last,
            "discount_rate": pathway.discount_rate,
        },
        "cost": {
            "total": outcome.cost,
            "unit": outcome.currency,
            "at": pathway.stages[0].year,
            "terms": dict(outcome.terms),
        },
        "stages": [_stage(plan) for plan in outcome.stages],
        "certificate": {
            "relative_gap": proof.relative_gap,
            "balance_residual": proof.balance_residual,
            "cost_difference": proof.cost_difference,
            "limit_residual": proof.limit_residual,
            "physics_residual": proof.physics_residual,
            "lower_bound": proof.lower_bound,
            "sound": proof.sound,
            "assumed": proof.assumed,
        },
        "solver": {"name": solver.name, "seconds": solver.seconds, "iterations": solver.iterations},
        "alternatives": list(outcome.alternatives),
    }
    result: dict[str, Any] = strict(summary)
    return result


def _stage(plan: StagePlan) -> dict[str, Any]:
    own = summary_of(plan.outcome)
    return {
        "year": plan.stage.year,
        "years": plan.stage.years,
        "weight": plan.stage.weight,
        "folder": plan.stage.name,
        "cost": {
            "total": plan.cost * plan.yearly,
            "unit": f"{plan.outcome.bill.currency}/year",
            "terms": {term: amount * plan.yearly for term, amount in plan.terms.items()},
        },
        "capacities": [
            {
                "asset": move.asset,
                "part": move.part,
                "existing": move.existing,
                "built": move.built,
                "retired": move.retired,
                "retired_early": move.early,
                "total": move.total,
                "unit": move.unit,
            }
            for move in plan.moves
        ],
        **{name: own[name] for name in _SHARED},
    }


def move_table(outcome: PathwayOutcome) -> pd.DataFrame:
    """What stands, is built and retired: year, asset, part, unit, existing, built, retired, retired_early, total."""
    rows = [
        (plan.stage.year, m.asset, m.part, m.unit, m.existing, m.built, m.retired, m.early, m.total)
        for plan in outcome.stages
        for m in plan.moves
    ]
    names = ("year", "asset", "part", "unit", "existing", "built", "retired", "retired_early", "total")
    return pd.DataFrame(rows, columns=list(names))
