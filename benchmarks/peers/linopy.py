"""linopy alone: the typical park written by hand in as few variables as it has, without a modelling tool above it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import linopy
import numpy as np
import pandas as pd
import xarray as xr

from parks import typical as typ
from parks.case import Case
from parks.profiles import Array
from peers.model import HighsOptions, Size, Solved

PACKAGES = ("linopy", "highspy", "highspy-extras", "numpy", "xarray")
SOURCES = ("pv", "wind", "grid", "export", "gas-boiler")
BUSES = ("electricity", "battery", "hydrogen", "heat", "steam")


@dataclass(frozen=True)
class Data:
    """The park in every weather year."""

    case: Case
    years: tuple[typ.Typical, ...]

    def stacked(self, of: Any) -> xr.DataArray:
        """A series of each year, (year, time)."""
        return xr.DataArray(np.array([of(park) for park in self.years]), dims=("year", "time"))

    def along(self, values: Array) -> xr.DataArray:
        """A series that is the same in all years, (time,)."""
        return xr.DataArray(values, dims=("time",))


def prepare(case: Case, matrix: Path | None) -> Data:
    """Figures and profiles, not timed."""
    return Data(case, tuple(typ.typical(case, year) for year in range(case.years)))


def build(data: Data) -> linopy.Model:
    """Rates and levels (year, time), capacities, balances, limits, cost."""
    case, m = data.case, linopy.Model()
    steps = [pd.RangeIndex(case.years, name="year"), pd.RangeIndex(case.steps, name="time")]
    size = {name: _capacity(m, name, case) for name in typ.INVESTMENT}
    rate = {name: m.add_variables(lower=0, coords=steps, name=name) for name in (*SOURCES, *typ.CONVERTERS)}
    level = {name: m.add_variables(lower=0, coords=steps, name=f"level {name}") for name in typ.STORES}
    shares = {"pv": data.stacked(lambda p: p.pv), "wind": data.stacked(lambda p: p.wind)}
    for name, x in {**rate, **level}.items():
        m.add_constraints(x - shares.get(name, 1.0) * size[name] <= 0, name=f"capacity {name}")
    unserved = {}
    if case.given:
        need = data.years[0].demands
        unserved = {
            b: m.add_variables(0, data.along(d), coords=steps, name=f"no {b}") for b, d in need.items()
        }
    _balances(m, data, rate, level, unserved)
    _extras(m, data, rate, size)
    cost = sum(
        typ.INVESTMENT[name] * typ.annuity(case.share_of_year) * v
        for name, v in size.items()
        if not case.given
    )
    cost = cost + _running(data, rate, unserved) * (1 / case.years)
    if case.peaks:
        cost = cost + _peaks(m, data, rate["grid"])
    m.add_objective(cost)
    return m


def solve(m: linopy.Model, solver: str) -> Solved:
    """HiGHS, handed the matrix directly."""
    m.solve("highs", io_api="direct", progress=False, log_to_console=False, **HighsOptions(solver).values)
    return Solved(str(m.termination_condition), float(m.objective.value), f"highs-{solver}")


def size(m: linopy.Model) -> Size:
    """Of the linopy model."""
    return Size(int(m.nvars), int(m.ncons))


def _capacity(m: linopy.Model, name: str, case: Case) -> linopy.Variable:
    given = typ.GIVEN[name] if case.given else None
    least, most = (given, given) if given is not None else (0.0, typ.MOST.get(name, np.inf))
    return m.add_variables(least, most, name=f"size {name}")


def _balances(m: linopy.Model, data: Data, rate: Any, level: Any, unserved: Any) -> None:
    """What comes in, less what goes out, less what the store gains, is what is needed."""
    park, h = data.years[0], data.case.hours
    for bus in BUSES:
        comes: Any = 0
        if bus == "electricity":
            comes = rate["pv"] + rate["wind"] + rate["grid"] - rate["export"]
        elif bus == "steam":
            comes = 1 * rate["gas-boiler"]
        for name, (taken, given, amount, _) in typ.CONVERTERS.items():
            if bus in (taken, given):
                comes = comes + (amount if bus == given else -1) * rate[name]
        for name, (node, loss) in typ.STORES.items():
            if node == bus:
                comes = comes - (1 / h) * level[name] + ((1 - loss) ** h / h) * level[name].roll(time=1)
        if bus in unserved:
            comes = comes + unserved[bus]
        need = data.along(park.demands[bus]) if bus in park.demands else 0
        m.add_constraints(comes == need, name=f"balance {bus}")


def _extras(m: linopy.Model, data: Data, rate: Any, size: Any) -> None:
    case = data.case
    if case.limits:
        each = [park.exportable for park in data.years]
        pv, wind = (xr.DataArray([e[name] for e in each], dims=("year",)) for name in ("pv", "wind"))
        sold = case.hours * rate["export"].sum("time")
        m.add_constraints(sold - pv * size["pv"] - wind * size["wind"] <= 0, name="export share")
        co2 = typ.GRID_CO2 * rate["grid"].sum("time") + typ.GAS_CO2 * rate["gas-boiler"].sum("time")
        m.add_constraints(case.hours * co2 <= data.years[0].co2_limit, name="co2")
    for name, share in typ.RAMPS.items() if case.ramps else ():
        change = rate[name].isel(time=slice(1, None)) - rate[name].shift(time=1).isel(time=slice(1, None))
        m.add_constraints(change - share * case.hours * size[name] <= 0, name=f"up {name}")
        m.add_constraints(change + share * case.hours * size[name] >= 0, name=f"down {name}")


def _running(data: Data, rate: Any, unserved: Any) -> Any:
    h = data.case.hours
    cost = (data.along(h * data.years[0].price) * rate["grid"]).sum()
    cost = (
        cost - (h * typ.EXPORT_PRICE * rate["export"]).sum() + (h * typ.GAS_PRICE * rate["gas-boiler"]).sum()
    )
    for name, (_, _, _, each) in typ.CONVERTERS.items():
        if each:
            cost = cost + (h * each * rate[name]).sum()
    for short in unserved.values():
        cost = cost + (h * typ.UNSERVED_PRICE * short).sum()
    return cost


def _peaks(m: linopy.Model, data: Data, bought: linopy.Variable) -> Any:
    """A variable for each month's highest purchase."""
    park = data.years[0]
    months = [pd.RangeIndex(data.case.years, name="year"), pd.RangeIndex(park.month_share.size, name="month")]
    peak = m.add_variables(lower=0, coords=months, name="peak")
    of_step = xr.DataArray(park.month, dims=("time",), coords={"time": bought.indexes["time"]})
    m.add_constraints(bought - peak.sel(month=of_step) <= 0, name="peaks")
    price = xr.DataArray(typ.PEAK_PRICE * park.month_share / data.case.years, dims=("month",))
    return (price * peak).sum()
