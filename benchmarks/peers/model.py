"""What every adapter gives: how a peer is named, what it can express, what solving says."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Peer:
    """A tool with a solver.

    tool: its name without the solver. module: the adapter in ``peers``. environment: where it is installed,
    "" for zeropark's own. can: what its adapter expresses (``Case.needs``). whole: whether it builds as well
    as solves. missing: why not, for what it cannot.
    """

    name: str
    title: str
    tool: str
    module: str
    environment: str
    solver: str
    can: frozenset[str]
    whole: bool = True
    missing: str = ""


@dataclass(frozen=True)
class Solved:
    """status: ``optimal``, or the solver's own word. solver: which one answered. iterations: 0 where not told."""

    status: str
    objective: float
    solver: str
    iterations: int = 0


@dataclass(frozen=True)
class Size:
    """Columns, rows and nonzeros of the problem, 0 where the tool does not tell."""

    columns: int = 0
    rows: int = 0
    nonzeros: int = 0


INTERIOR = {
    "run_crossover": "off",
    "primal_feasibility_tolerance": 1e-8,
    "dual_feasibility_tolerance": 1e-8,
    "ipm_optimality_tolerance": 1e-8,
}
"""HiGHS options of the interior points: the accuracy that zeropark asks of itself."""


@dataclass
class HighsOptions:
    """Options of HiGHS by the name of the solver: "" leaves all to HiGHS."""

    solver: str
    values: dict[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.solver:
            self.values["solver"] = self.solver
        if self.solver in ("ipx", "hipo"):
            self.values.update(INTERIOR)
