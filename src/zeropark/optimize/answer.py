"""What a solver gives back, and the proof that goes with it."""

from __future__ import annotations

from dataclasses import dataclass

from zeropark.forms import Array, Key


@dataclass(frozen=True)
class SolverRecord:
    """Which solver ran and how long. seconds: solving alone; iterations: of its main loop. least, most: size of
    the smallest and the largest coefficient before the solver's own scaling.
    """

    name: str
    seconds: float
    iterations: int
    columns: int
    rows: int
    nonzeros: int
    build_seconds: float
    least: float = 0.0
    most: float = 0.0


@dataclass(frozen=True)
class Answer:
    """An optimum: quantities of every (asset, part), prices of nodes, duals of rules.

    prices: node → (steps,) money per carrier unit. rule_duals: by name of each enforced form, money
    saved per unit by which ``form ≤ 0`` is relaxed, ≥ 0; of a mixed-integer problem both hold for the
    on/off states of the answer. row_duals, x: raw solver vectors, for the certificate; bound: the
    solver's own, mixed-integer only.
    """

    objective: float
    quantities: dict[Key, Array]
    prices: dict[str, Array] | None
    rule_duals: dict[str, float] | None
    x: Array
    row_duals: Array | None
    record: SolverRecord
    bound: float | None = None


@dataclass(frozen=True)
class Certificate:
    """Proof that trusts no solver.

    relative_gap: (objective − lower bound) / max(1, |objective|, a thousandth of the turnover). balance_residual: largest
    imbalance of any node in any step over that node's largest flow. limit_residual: largest violation
    of any bound, capacity or rule of the problem, relative. physics_residual: the same of the park's own
    limits, recomputed without the problem. cost_difference: the bill recomputed from flows against
    the objective, relative. lower_bound: no plan of this park costs less; ``assumed`` says what that
    statement leans on (empty: nothing). gap_allowed: the relative gap that was asked for.
    """

    relative_gap: float
    balance_residual: float
    cost_difference: float
    objective: float
    lower_bound: float
    limit_residual: float = 0.0
    physics_residual: float = 0.0
    assumed: str = ""
    gap_allowed: float = 1e-5

    @property
    def sound(self) -> bool:
        """Whether the gap is what was asked for, and balances, limits, physics and bill agree to 1e-6."""
        residuals = (self.balance_residual, self.limit_residual, self.physics_residual, self.cost_difference)
        return self.relative_gap <= self.gap_allowed and all(residual <= 1e-6 for residual in residuals)
