"""Every way of solving finds the same optimum, with multipliers that prove it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from zeropark.accounts.standard import accounts_of
from zeropark.optimize.certificate import lower_bound
from zeropark.optimize.formulate import formulate
from zeropark.optimize.highs import solve_highs
from zeropark.optimize.options import SolverName, SolverOptions
from zeropark.park.model import Park


@pytest.mark.parametrize("solver", ["ipx", "hipo"])
def test_interior_points_agree_with_simplex(solver: SolverName, random_park: Callable[..., Park]) -> None:
    """Six of these forty end as 'Unknown' when HiGHS presolves and does not cross over."""
    for seed in range(40):
        park = random_park(seed, 24, 1.0)
        problem = formulate(park, accounts_of(park).cost)
        simplex = solve_highs(problem, SolverOptions(solver="simplex"))
        run = solve_highs(problem, SolverOptions(solver=solver))
        assert run.status == "optimal", f"random_park({seed}, 24, 1.0)"
        assert run.row_duals is not None
        money = float(np.abs(problem.cost) @ np.abs(simplex.x)) + 1.0
        assert run.objective == pytest.approx(simplex.objective, abs=1e-7 * money)
        assert lower_bound(problem, run.row_duals, run.x).value >= simplex.objective - 1e-6 * money


def test_nothing_is_printed(random_park: Callable[..., Park], capfd: pytest.CaptureFixture[str]) -> None:
    """Scripts read JSON from stdout; HiGHS 1.16 heads its log there as soon as it exists."""
    park = random_park(0, 24, 1.0)
    solve_highs(formulate(park, accounts_of(park).cost), SolverOptions(solver="simplex"))
    assert capfd.readouterr().out == ""
