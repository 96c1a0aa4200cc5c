"""A small problem that calls every kernel (a store, a link, months, a ramp and a yearly row), to compile them all.

``python -m zeropark.optimize.arrowhead.exercise`` does so and says that they are ready.
"""

from __future__ import annotations

from types import ModuleType

import numpy as np

from zeropark.errors import Defect
from zeropark.forms import Form
from zeropark.optimize.arrowhead import compiled
from zeropark.optimize.arrowhead.machine import folder
from zeropark.optimize.arrowhead.ready import LOCK, READY
from zeropark.optimize.arrowhead.solve import solve_arrowhead
from zeropark.optimize.options import SolverOptions
from zeropark.optimize.problem import (
    Problem,
    Rows,
    Term,
    Variable,
    assemble,
    each_step,
    place,
    shared,
    summed,
)

_STEPS = 24


def problem() -> Problem:
    """Buy and store electricity against a load; the purchase is limited by a month's peak and in the year."""
    steps, infinite = _STEPS, np.full(_STEPS, np.inf)
    zero, one = np.zeros(steps), np.ones(1)
    names = ("buy", "charge", "discharge", "level")
    variables = [Variable(("a", name), zero, infinite, chain=0) for name in names]
    variables[1] = Variable(("a", "charge"), zero, np.full(steps, 3.0), chain=0)
    variables += [
        Variable(("a", "store"), 0 * one, 50 * one),
        Variable(("a", "peak"), np.zeros(2), np.full(2, np.inf)),
    ]
    month = np.arange(steps) // 12
    wave = 1.0 + 0.1 * np.sin(np.arange(steps))
    load = 5.0 + 2.0 * np.sin(np.arange(steps) / 4.0)
    every = np.arange(steps)

    def term(name: str, value: float, lag: int = 0) -> Term:
        return each_step(("a", name), value, steps, lag, cyclic=True)

    balance = (term("buy", 1.0), term("charge", -1.0), each_step(("a", "discharge"), 0.9 * wave, steps))
    level = (term("level", 1.0), term("level", -0.99, 1), term("charge", -1.0), term("discharge", 1.0))
    peak = (term("buy", 1.0), Term(("a", "peak"), every, month, -np.ones(steps)))
    room = (term("level", 1.0), shared(("a", "store"), -1.0, steps))
    ramp = (term("buy", 1.0), term("buy", -1.0, 1))
    rows = [
        Rows("balance", balance, load, load),
        Rows("level", level, zero, zero),
        Rows("peak", peak, -infinite, zero),
        Rows("room", room, -infinite, zero),
        Rows("ramp", ramp, -infinite, np.full(steps, 4.0)),
        Rows(
            "year",
            (summed(("a", "buy"), wave, np.zeros(steps, dtype=np.int64)),),
            -np.full(1, np.inf),
            200 * one,
        ),
    ]
    cost = Form(
        {
            ("a", "buy"): 1.0 + 0.5 * np.cos(every / 3.0), ("a", "store"): 0.01 * one, ("a", "peak"): np.full(2, 0.2),
        },
        0.0,
    )  # fmt: skip
    return assemble(place(variables), {}, rows, cost)


def run(kernels: ModuleType) -> None:
    """Solve it with these kernels. Raises Defect when there is no optimum."""
    found = solve_arrowhead(problem(), SolverOptions(solver="arrowhead", threads=1), kernels=kernels)
    if found.status != "optimal":
        raise Defect(f"the kernels do not work here: {found.status}")


def compile_now() -> None:
    """Compile all kernels by solving the problem with them, then say that they are ready."""
    run(compiled)
    place = folder()
    if place is not None:
        (place / READY).touch()
        (place / LOCK).unlink(missing_ok=True)


if __name__ == "__main__":
    compile_now()
