"""How to solve: small frozen options, and the progress that a solver reports."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

SolverName = Literal["auto", "arrowhead", "highs", "simplex", "ipx", "hipo", "mip"]
Progress = Callable[[str, float], None]
"""Called with a stage in words and the seconds since it began."""


@dataclass(frozen=True)
class SolverOptions:
    """solver: ``auto`` chooses by problem, ``highs`` chooses among those of HiGHS only. time_limit: s, None for none.
    tolerance: of residuals and of the relative gap. threads: 0 lets the solver choose. mip_gap: relative, for
    whole numbers. scheduler: address of a Dask cluster, whose workers share the scenarios or stages of a problem that
    has several; None: this process.
    """

    solver: SolverName = "auto"
    time_limit: float | None = None
    tolerance: float = 1e-8
    threads: int = 0
    mip_gap: float = 1e-4
    scheduler: str | None = None


def silent(stage: str, seconds: float) -> None:
    """A progress that says nothing."""
