"""oemof-solph: the typical park; yearly limits are added to its Pyomo model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pyomo.environ as pyo
from oemof import solph

from parks import typical as typ
from parks.case import Case
from peers.model import HighsOptions, Size, Solved

PACKAGES = ("oemof.solph", "pyomo", "highspy", "highspy-extras", "numpy", "pandas")
LIMITLESS = 1e5
"""MW that stand for no limit, far above what flows."""


def prepare(case: Case, matrix: Path | None) -> typ.Typical:
    """Figures and profiles, not timed."""
    return typ.typical(case)


def build(park: typ.Typical) -> solph.Model:
    """The energy system, its Pyomo model, and the limits."""
    case = park.case
    index = pd.date_range("2025-01-01", periods=case.steps + 1, freq=f"{case.minutes}min")
    system = solph.EnergySystem(timeindex=index, infer_last_interval=False)
    buses = {n: solph.Bus(label=n) for n in ("electricity", "battery", "hydrogen", "heat", "steam")}
    system.add(*buses.values(), *_parts(park, buses))
    model = solph.Model(system)
    if case.limits:
        _limits(model, park)
    return model


def solve(model: solph.Model, solver: str) -> Solved:
    """HiGHS through Pyomo."""
    model.solve(solver="highs", cmdline_options=HighsOptions(solver).values, allow_nonoptimal=True)
    results = model.es.results
    return Solved(
        results["termination_condition"], results["best_feasible_objective"], f"highs-{solver or 'default'}"
    )


def size(model: solph.Model) -> Size:
    """Of the Pyomo model."""
    return Size(model.nvariables(), model.nconstraints())


def _sized(park: typ.Typical, name: str) -> Any:
    if park.case.given:
        return typ.GIVEN[name]
    most = {"maximum": typ.MOST[name]} if name in typ.MOST else {}
    yearly = typ.INVESTMENT[name] * typ.annuity(park.case.share_of_year)
    return solph.Investment(ep_costs=yearly, **most)


def _parts(park: typ.Typical, buses: dict[str, Any]) -> list[Any]:
    flow, parts = solph.Flow, solph.components
    electricity, steam = buses["electricity"], buses["steam"]

    def source(name: str, bus: Any, **values: Any) -> Any:
        return parts.Source(label=name, outputs={bus: flow(nominal_capacity=_sized(park, name), **values)})

    found = [
        source("pv", electricity, maximum=park.pv),
        source("wind", electricity, maximum=park.wind),
        source("grid", electricity, variable_costs=park.price),
        source("gas-boiler", steam, variable_costs=typ.GAS_PRICE),
    ]
    export = flow(nominal_capacity=_sized(park, "export"), variable_costs=-typ.EXPORT_PRICE)
    found.append(parts.Sink(label="export", inputs={electricity: export}))
    for name, (taken, given, amount, cost) in typ.CONVERTERS.items():
        taking = flow(nominal_capacity=_sized(park, name), variable_costs=cost)
        ports = {"inputs": {buses[taken]: taking}, "outputs": {buses[given]: flow()}}
        found.append(parts.Converter(label=name, conversion_factors={buses[given]: amount}, **ports))
    for name, (bus, loss) in typ.STORES.items():
        ports = {side: {buses[bus]: flow(nominal_capacity=typ.STORE_POWER)} for side in ("inputs", "outputs")}
        found.append(
            parts.GenericStorage(
                label=f"{name}-store",
                nominal_capacity=_sized(park, name),
                loss_rate=loss,
                balanced=True,
                **ports,
            )
        )
    for bus, need in park.demands.items():
        found.append(parts.Sink(label=f"use-{bus}", inputs={buses[bus]: flow(nominal_capacity=1, fix=need)}))
        if park.case.given:
            short = flow(nominal_capacity=LIMITLESS, variable_costs=typ.UNSERVED_PRICE)
            found.append(parts.Source(label=f"unserved-{bus}", outputs={buses[bus]: short}))
    return found


def _limits(model: solph.Model, park: typ.Typical) -> None:
    at, hours = model.es.node, park.case.hours
    electricity, steam = at["electricity"], at["steam"]

    def total(start: Any, end: Any) -> Any:
        return hours * sum(model.flow[start, end, t] for t in model.TIMESTEPS)

    built = model.InvestmentFlowBlock.invest
    green = sum(each * built[at[name], electricity, 0] for name, each in park.exportable.items())
    model.export_share = pyo.Constraint(expr=total(electricity, at["export"]) <= green)
    co2 = typ.GRID_CO2 * total(at["grid"], electricity) + typ.GAS_CO2 * total(at["gas-boiler"], steam)
    model.co2_limit = pyo.Constraint(expr=co2 <= park.co2_limit)
