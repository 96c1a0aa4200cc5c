"""What must hold of any least-cost plan, whatever the park: no outside solver is needed to see a fault."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zeropark.accounts.standard import accounts_of
from zeropark.forms import Array, Form, Key
from zeropark.optimize.formulate import formulate
from zeropark.optimize.options import SolverOptions
from zeropark.optimize.solve import solve
from zeropark.park.model import Park
from zeropark.park.streams import net_flows

RandomPark = Callable[..., Park]
MakePark = Callable[..., Park]
OPTIONS = SolverOptions(solver="simplex")

few = settings(derandomize=True, deadline=None, max_examples=60)
seeds = st.integers(0, 10**6)
steps = st.integers(6, 24)
step_lengths = st.sampled_from([0.25, 0.5, 1.0])


def cost_and_quantities(park: Park, cost: Form | None = None) -> tuple[float, dict[Key, Array]]:
    cost = accounts_of(park).cost if cost is None else cost
    answer = solve(park, formulate(park, cost), OPTIONS)
    return answer.objective, answer.quantities


def turnover(form: Form, quantities: dict[Key, Array]) -> float:
    """All money that moves, whatever its sign: what rounding is relative to where costs and sales meet."""
    weighed = (np.sum(np.abs(np.multiply(weight, quantities[key]))) for key, weight in form.terms.items())
    return float(sum(weighed)) + abs(form.constant) + 1.0


@few
@given(seed=seeds, steps=steps, hours=step_lengths)
def test_every_node_balances(random_park: RandomPark, seed: int, steps: int, hours: float) -> None:
    """By the flow table, which is made from the asset's ports and not from the problem's rows."""
    park = random_park(seed, steps, hours)
    net = net_flows(park, cost_and_quantities(park)[1])
    for node in park.spec.nodes:
        flows = np.array([flow for (_, at), flow in net.items() if at == node])
        assert np.max(np.abs(flows.sum(axis=0))) <= 1e-9 * max(1.0, np.max(np.abs(flows)))


@few
@given(seed=seeds, steps=steps, kind=st.sampled_from(["source", "storage", "converter", "connection"]))
def test_a_free_option_never_costs(
    random_park: RandomPark, make_park: MakePark, seed: int, steps: int, kind: str
) -> None:
    """A source without cost, a store, a converter or a line of a chosen size at no price."""
    options: dict[str, Any] = {
        "source": {"kind": "source", "node": "heat", "capacity": {"max": 5}},
        "storage": {"kind": "storage", "node": "el", "capacity": {"max": 5}, "standing_loss": 0.01},
        "converter": {
            "kind": "converter", "rated": "el", "inputs": {"el": 1}, "outputs": {"heat": 1}, "capacity": {"max": 5},
        },
        "connection": {"kind": "connection", "from": "el", "to": "el2", "capacity": {"max": 5}},
    }  # fmt: skip
    park = random_park(seed, steps, 1.0)
    plain, quantities = cost_and_quantities(park)
    more = with_asset(park, "option", options[kind], nodes={"el2": "electricity"} if kind == "connection" else {})
    assert cost_and_quantities(more)[0] <= plain + 1e-9 * turnover(accounts_of(park).cost, quantities)


@few
@given(seed=seeds, factor=st.floats(1e-3, 1e3))
def test_all_costs_scaled_scale_the_cost(random_park: RandomPark, seed: int, factor: float) -> None:
    park = random_park(seed, 8, 1.0)
    cost = accounts_of(park).cost
    plain, quantities = cost_and_quantities(park)
    scaled, _ = cost_and_quantities(park, cost * factor)
    assert scaled == pytest.approx(plain * factor, abs=1e-8 * factor * turnover(cost, quantities))


@few
@given(seed=seeds, steps=steps, extra=st.floats(0.01, 3))
def test_more_demand_never_costs_less(random_park: RandomPark, seed: int, steps: int, extra: float) -> None:
    """Of heat, which must be delivered and which every source of it costs or earns nothing by throwing away."""
    park = random_park(seed, steps, 1.0)
    plain, quantities = cost_and_quantities(park)
    asset = {"kind": "demand", "node": "heat", "profile": extra}
    taken, _ = cost_and_quantities(with_asset(park, "more", asset))
    # what was thrown away at a price (2 at most, see conftest) may now be used
    saved = 2 * extra * steps
    assert taken >= plain - saved - 1e-9 * turnover(accounts_of(park).cost, quantities)
