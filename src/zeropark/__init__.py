"""zeropark plans, runs and proves a zero-carbon industrial park.

park = zeropark.load("my-park")
plan = zeropark.plan(park)
plan.flows, plan.accounts, plan.rules
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zeropark.carbon.attribution import attribution_of
    from zeropark.efficiency.readings import efficiency_of
    from zeropark.errors import (
        Defect,
        Fault,
        Infeasible,
        InputError,
        NotSolved,
        Unbounded,
        UnmetRequest,
        ZeroparkError,
    )
    from zeropark.footprint.of_park import footprints_of
    from zeropark.optimize.options import SolverOptions
    from zeropark.outcome import Outcome
    from zeropark.park.model import Park
    from zeropark.park.period import period_of
    from zeropark.planning import PlanOptions, plan
    from zeropark.readings import account, load
    from zeropark.report.write import write_outcome as write

__version__ = "0.1.0"

__all__ = [
    "Defect",
    "Fault",
    "Infeasible",
    "InputError",
    "NotSolved",
    "Outcome",
    "Park",
    "PlanOptions",
    "SolverOptions",
    "Unbounded",
    "UnmetRequest",
    "ZeroparkError",
    "account",
    "attribution_of",
    "efficiency_of",
    "footprints_of",
    "load",
    "period_of",
    "plan",
    "write",
]

_ERRORS = (
    "Defect", "Fault", "Infeasible", "InputError", "NotSolved", "Unbounded", "UnmetRequest", "ZeroparkError",
)  # fmt: skip
_PLACES = dict.fromkeys(_ERRORS, "errors") | {
    "Outcome": "outcome",
    "Park": "park.model",
    "PlanOptions": "planning",
    "SolverOptions": "optimize.options",
    "account": "readings",
    "attribution_of": "carbon.attribution",
    "efficiency_of": "efficiency.readings",
    "footprints_of": "footprint.of_park",
    "load": "readings",
    "period_of": "park.period",
    "plan": "planning",
    "write": "report.write",
}
"""Where each public name stands: imported when it is first asked for, for a solver takes a second to load."""

if not TYPE_CHECKING:  # a type checker sees the imports above, and every name that is none

    def __getattr__(name: str) -> object:
        if name not in _PLACES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        module = import_module(f"{__name__}.{_PLACES[name]}")
        found = globals()[name] = getattr(module, {"write": "write_outcome"}.get(name, name))
        return found

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
