"""zeropark plans, runs and proves a zero-carbon industrial park.

park = zeropark.load("my-park")
plan = zeropark.plan(park)
plan.flows, plan.accounts, plan.rules
"""

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
from zeropark.optimize.options import SolverOptions
from zeropark.outcome import Outcome
from zeropark.park.model import Park
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
    "load",
    "plan",
    "write",
]
