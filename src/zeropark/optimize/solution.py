"""What any solver hands back."""

from __future__ import annotations

from dataclasses import dataclass

from zeropark.forms import Array


@dataclass(frozen=True)
class Solution:
    """Outcome of one run. status: ``optimal``, ``infeasible``, ``unbounded``, or in words why it stopped.

    x: (columns,) primal. row_duals: (rows,) change of the cost per unit of the row's bounds; None for
    mixed-integer problems. bound: the solver's own lower bound of a mixed-integer problem. objective_error:
    relative, between primal and dual objective, as the solver says.
    """

    status: str
    objective: float
    x: Array
    row_duals: Array | None
    solver: str
    seconds: float
    iterations: int
    bound: float | None = None
    objective_error: float = 0.0
