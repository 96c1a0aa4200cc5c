"""PyPSA's investment periods as a second opinion on pathways: same stages, same lives, same present cost.

PyPSA has a component for each year of building (``build_year``, ``lifetime``), which counts its annuity in every
period in which it is active, times the period's weight.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pypsa
import pytest

from zeropark.accounts.money import annuity
from zeropark.optimize.options import SolverOptions
from zeropark.park.model import Park
from zeropark.pathway.plan import plan_pathway
from zeropark.pathway.read import Pathway, Stage
from zeropark.pathway.spec import PathwayFile
from zeropark.pathway.vintages import discounted_years, years_of
from zeropark.planning import PlanOptions

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::UserWarning")
YEARS, END, STEPS, RATE = (2025, 2030, 2040, 2050), 2060, 24, 0.05
UNITS = ("pv", "wind", "store")
MakePark = Callable[..., Park]


class Draw:
    """The numbers of one pathway: shared by both sides."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        day = np.clip(np.sin(np.linspace(0, np.pi, STEPS)), 0, None)
        self.share = {
            year: {
                "pv": np.round(day * rng.uniform(0.5, 1), 3),
                "wind": np.round(rng.uniform(0, 1, STEPS), 3),
            }
            for year in YEARS
        }
        self.load = {
            year: np.round(rng.uniform(5, 15, STEPS) * (1 + 0.01 * (year - 2025)), 3) for year in YEARS
        }
        self.price = {year: np.round(rng.uniform(200, 900, STEPS), 1) for year in YEARS}
        money = {"pv": 4e6, "wind": 7e6, "store": 1.2e6}
        self.investment = {
            unit: {year: round(money[unit] * rng.uniform(0.5, 1.2), 0) for year in YEARS} for unit in UNITS
        }
        self.life = {"pv": float(rng.integers(8, 30)), "wind": float(rng.integers(8, 30)), "store": 12.0}
        self.fixed = {"pv": 3e4, "wind": 6e4, "store": 5e3}
        self.most = {"pv": 20.0, "wind": round(rng.uniform(2, 8), 1), "store": 40.0}
        self.old = {"wind": 4.0}
        self.old_life = float(rng.integers(3, 28))


def ours(draw: Draw, make_park: MakePark) -> tuple[Pathway, float]:
    """The pathway, and its park's share of a year."""
    parks = {}
    for year in YEARS:

        def size(unit: str, year: int = year) -> dict[str, Any]:
            found = {
                "max": 1000,
                "investment": draw.investment[unit][year],
                "lifetime": draw.life[unit],
                "fixed_cost": draw.fixed[unit],
            }
            if unit in draw.old and year < YEARS[0] + draw.old_life:
                found["existing"] = draw.old[unit]
            return found

        assets = {
            "pv": {
                "kind": "source",
                "node": "bus",
                "capacity": size("pv"),
                "availability": draw.share[year]["pv"],
            },
            "wind": {
                "kind": "source",
                "node": "bus",
                "capacity": size("wind"),
                "availability": draw.share[year]["wind"],
            },
            "store": {"kind": "storage", "node": "bus", "capacity": size("store")},
            "load": {"kind": "demand", "node": "bus", "profile": draw.load[year]},
            "grid": {"kind": "market", "node": "bus", "buy": {"price": draw.price[year]}},
        }
        parks[year] = make_park(assets, steps=STEPS, money={"discount_rate": RATE})
    weights = discounted_years(YEARS, END, RATE)
    stages = tuple(
        Stage(year, years, weight, parks[year])
        for year, years, weight in zip(YEARS, years_of(YEARS, END), weights, strict=True)
    )
    most = {(unit, "capacity"): (draw.most[unit],) * len(YEARS) for unit in UNITS}
    spec = PathwayFile(pathway=1, stages=YEARS, end=END)
    return Pathway("pathway.yaml", spec, stages, RATE, most, frozenset()), parks[YEARS[0]].clock.years


def theirs(draw: Draw, share_of_year: float) -> tuple[float, pypsa.Network]:
    network = pypsa.Network()
    steps = pd.date_range("2025-01-01", periods=STEPS, freq="h")
    network.set_snapshots(pd.MultiIndex.from_product([YEARS, steps], names=["period", "timestep"]))
    network.investment_periods = list(YEARS)
    network.investment_period_weightings["years"] = years_of(YEARS, END)
    network.investment_period_weightings["objective"] = discounted_years(YEARS, END, RATE)
    network.snapshot_weightings["objective"] = 1.0 / share_of_year
    network.add("Bus", "bus")

    def series(values: dict[int, Any]) -> pd.Series:
        return pd.Series(np.concatenate([values[year] for year in YEARS]), index=network.snapshots)

    network.add("Load", "load", bus="bus", p_set=series(draw.load))
    network.add("Generator", "grid", bus="bus", p_nom=1e4, marginal_cost=series(draw.price))
    for unit in UNITS:
        for year in YEARS:
            yearly = annuity(RATE, draw.life[unit]) * draw.investment[unit][year] + draw.fixed[unit]
            common = {"bus": "bus", "build_year": year, "lifetime": draw.life[unit], "capital_cost": yearly}
            if unit == "store":
                network.add(
                    "Store", f"store {year}", e_nom_extendable=True, e_nom_max=draw.most[unit],
                    e_cyclic=True, e_cyclic_per_period=True, **common,
                )  # fmt: skip
            else:
                share = series({y: draw.share[y][unit] for y in YEARS})
                network.add(
                    "Generator", f"{unit} {year}", p_nom_extendable=True, p_nom_max=draw.most[unit],
                    p_max_pu=share, **common,
                )  # fmt: skip
    kept = 0.0
    for unit, size in draw.old.items():
        share = series({y: draw.share[y][unit] for y in YEARS})
        network.add(
            "Generator", f"{unit} old", bus="bus", p_nom=size, p_max_pu=share,
            build_year=YEARS[0], lifetime=draw.old_life,
        )  # fmt: skip
        weights = discounted_years(YEARS, END, RATE)
        served = sum(w for w, year in zip(weights, YEARS, strict=True) if year < YEARS[0] + draw.old_life)
        kept += draw.fixed[unit] * size * served  # PyPSA counts no upkeep of what is not extendable
    for name in ("pypsa", "linopy"):
        logging.getLogger(name).setLevel(logging.ERROR)
    network.optimize(
        multi_investment_periods=True, solver_name="highs", solver_options={"output_flag": False}
    )
    return float(network.objective) + kept, network


@pytest.mark.parametrize("seed", range(6))
def test_same_present_cost_and_as_good_sizes(make_park: MakePark, seed: int) -> None:
    draw = Draw(seed)
    pathway, share_of_year = ours(draw, make_park)
    outcome = plan_pathway(pathway, PlanOptions(SolverOptions(solver="simplex")))
    cost, network = theirs(draw, share_of_year)
    assert outcome.cost == pytest.approx(cost, rel=1e-6)
    for unit in ("pv", "wind"):
        built = [next(m.built for m in plan.moves if m.asset == unit) for plan in outcome.stages]
        found = [network.generators.p_nom_opt[f"{unit} {year}"] for year in YEARS]
        assert built == pytest.approx(found, abs=1e-3)
