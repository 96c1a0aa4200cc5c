"""What must hold of any least-cost plan, whatever the park: no outside solver is needed to see a fault."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from zeropark.accounts.standard import accounts_of
from zeropark.forms import Array, Form, Key
from zeropark.optimize.formulate import formulate
from zeropark.optimize.options import SolverOptions
from zeropark.optimize.solve import solve
from zeropark.park.assets import AnyAsset
from zeropark.park.fields import Reading
from zeropark.park.model import Park
from zeropark.park.spec import Node
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


def with_asset(park: Park, name: str, data: dict[str, Any], nodes: dict[str, str]) -> Park:
    """The park with one more asset, and the nodes it needs."""
    spec = park.spec
    every = {**spec.nodes, **{node: Node(carrier=carrier) for node, carrier in nodes.items()}}
    units = {carrier: declared.unit for carrier, declared in spec.carriers.items()}
    context = Reading(carriers=units, nodes={node: declared.carrier for node, declared in every.items()})
    asset = TypeAdapter(AnyAsset).validate_python(data, context=context)
    return replace(
        park, spec=spec.model_copy(update={"nodes": every, "assets": {**spec.assets, name: asset}})
    )


@few
@given(seed=seeds, steps=steps, hours=step_lengths)
@example(seed=1000000, steps=6, hours=0.25)  # a store that is filled slowly, in a short time
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
        "connection": {"kind": "connection", "from": "el", "to": "far", "capacity": {"max": 5}},
    }  # fmt: skip
    park = random_park(seed, steps, 1.0)
    plain, quantities = cost_and_quantities(park)
    more = with_asset(park, "option", options[kind], {"far": "electricity"})
    assert cost_and_quantities(more)[0] <= plain + 1e-9 * turnover(accounts_of(park).cost, quantities)


@few
@given(seed=seeds, factor=st.floats(1e-3, 1e3))
def test_all_costs_scaled_scale_the_cost(random_park: RandomPark, seed: int, factor: float) -> None:
    park = random_park(seed, 8, 1.0)
    cost = accounts_of(park).cost
    plain, quantities = cost_and_quantities(park)
    scaled, _ = cost_and_quantities(park, cost * factor)
    assert scaled == pytest.approx(plain * factor, abs=1e-8 * factor * turnover(cost, quantities))


# --- the same park in other units -----------------------------------------------------------------------


def park_in(make_park: MakePark, seed: int, power: str, heat: str) -> Park:
    """The same park with electricity counted in ``power`` and heat in ``heat``. What has a unit of its own
    is written with it; series, which have none here, are converted by hand.
    """
    rng = np.random.default_rng(seed)
    steps = 12
    mwh, gj = {"MWh": 1.0, "kWh": 1e3, "GJ": 3.6}[power], {"GJ": 1.0, "MWh": 1 / 3.6, "kWh": 1e3 / 3.6}[heat]

    def text(low: float, high: float, unit: str) -> str:
        return f"{rng.uniform(low, high):.4f} {unit}"

    def size(most: str, money: str) -> dict[str, Any]:
        return {
            "max": most,
            "investment": money,
            "lifetime": "20 year",
            "fixed_cost": text(1, 9, "CNY/kW/year"),
        }

    series = rng.uniform(0, 1, (4, steps))
    assets = {
        "grid": {"kind": "market", "node": "el", "buy": {"price": (200 + 600 * series[0]) / mwh},
                 "sell": {"price": text(50, 100, "CNY/MWh"), "max_rate": text(1, 5, "MW")}},
        "pv": {"kind": "source", "node": "el", "availability": series[1],
               "capacity": size("20 MW", text(50, 900, "CNY/kW")), "cost": text(1, 5, "CNY/MWh")},
        "load": {"kind": "demand", "node": "el", "profile": (3 + 6 * series[2]) * mwh,
                 "unserved_price": text(500, 900, "CNY/MWh")},
        "steam": {"kind": "demand", "node": "heat", "profile": (5 + 20 * series[3]) * gj},
        "gas-boiler": {"kind": "source", "node": "heat", "capacity": "40 GJ/h", "cost": text(60, 200, "CNY/GJ")},
        "e-boiler": {"kind": "converter", "rated": "heat", "inputs": {"el": text(0.28, 0.3, "MWh/GJ")},
                     "outputs": {"heat": 1}, "capacity": size("30 GJ/h", text(10, 90, "CNY/kW")), "ramp_up": 0.3,
                     "cost": text(0, 2, "CNY/GJ")},
        "battery": {"kind": "storage", "node": "el", "capacity": {"max": "30 MWh", "investment": text(30, 300, "CNY/kWh"),
                    "lifetime": "10 year"}, "power": {"existing": text(2, 8, "MW")}, "charge_efficiency": 0.95,
                    "cost": text(1, 5, "CNY/MWh")},
        "line": {"kind": "connection", "from": "el", "to": "far", "capacity": text(1, 3, "MW"), "loss": 0.03},
        "far": {"kind": "demand", "node": "far", "target": {"amount": text(10, 20, "MWh"), "per": "day"},
                "price": text(5, 9, "CNY/MWh")},
    }  # fmt: skip
    carriers = {"electricity": {"unit": power, "kind": "electricity"}, "heat": {"unit": heat, "kind": "heat"}}
    return make_park(
        assets, {"el": "electricity", "far": "electricity", "heat": "heat"}, steps=steps, carriers=carriers
    )


@few
@given(seed=seeds, power=st.sampled_from(["kWh", "GJ"]), heat=st.sampled_from(["GJ", "MWh", "kWh"]))
def test_units_of_carriers_do_not_change_the_money(
    make_park: MakePark, seed: int, power: str, heat: str
) -> None:
    """Each cost term, since the random prices leave one optimum."""
    park, other = park_in(make_park, seed, "MWh", "GJ"), park_in(make_park, seed, power, heat)
    cost, quantities = cost_and_quantities(park)
    other_cost, other_quantities = cost_and_quantities(other)
    money = turnover(accounts_of(park).cost, quantities)
    assert other_cost == pytest.approx(cost, abs=1e-9 * money)
    terms = {name: account.form.value(quantities) for name, account in accounts_of(park).cost_terms.items()}
    others = {
        name: account.form.value(other_quantities) for name, account in accounts_of(other).cost_terms.items()
    }
    assert others == pytest.approx(terms, abs=1e-6 * money)
    assert sum(abs(value) > 1 for value in terms.values()) >= 4
