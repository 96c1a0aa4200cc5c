"""PyPSA: the parks as networks; what PyPSA has no field for is added to its linopy model, as its users do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import linopy
import pandas as pd
import pypsa

from parks import network as net
from parks import typical as typ
from parks.case import Case
from peers.model import HighsOptions, Size, Solved

PACKAGES = ("pypsa", "linopy", "highspy", "highspy-extras", "numpy", "pandas")
Data = typ.Typical | net.Network


def prepare(case: Case, matrix: Path | None) -> Data:
    """Figures and profiles, not timed."""
    return net.network(case) if case.park == "network" else typ.typical(case)


def build(data: Data) -> pypsa.Network:
    """The network, its linopy model, and the constraints of our own."""
    n = pypsa.Network()
    case = data.case
    n.set_snapshots(pd.date_range("2025-01-01", periods=case.steps, freq=f"{case.minutes}min"))
    n.snapshot_weightings = n.snapshot_weightings.astype(float).assign(
        objective=case.hours, stores=case.hours, generators=case.hours
    )
    if isinstance(data, net.Network):
        _network(n, data)
        n.optimize.create_model()
        _network_rows(n, data)
    else:
        _typical(n, data)
        n.optimize.create_model()
        _typical_rows(n, data)
    return n


def solve(n: pypsa.Network, solver: str) -> Solved:
    """With HiGHS; an empty ``solver`` leaves all options as PyPSA has them."""
    options = HighsOptions(solver).values
    arguments: dict[str, Any] = {"solver_options": options} if options else {}
    _, condition = n.optimize.solve_model(solver_name="highs", log_to_console=False, **arguments)
    return Solved(condition, float(n.objective), f"highs-{solver or 'default'}")


def size(n: pypsa.Network) -> Size:
    """Of the linopy model."""
    return Size(int(n.model.nvars), int(n.model.ncons))


def _typical(n: pypsa.Network, park: typ.Typical) -> None:
    case = park.case
    yearly = typ.annuity(case.share_of_year)

    def sized(name: str, field: str) -> dict[str, Any]:
        if case.given:
            return {field: typ.GIVEN[name]}
        most = {f"{field}_max": typ.MOST[name]} if name in typ.MOST else {}
        return {f"{field}_extendable": True, "capital_cost": typ.INVESTMENT[name] * yearly, **most}

    n.add("Bus", ["electricity", "battery", "hydrogen", "heat", "steam"])
    for name, share in (("pv", park.pv), ("wind", park.wind)):
        n.add("Generator", name, bus="electricity", p_max_pu=share, **sized(name, "p_nom"))
    n.add("Generator", "grid", bus="electricity", marginal_cost=park.price, **sized("grid", "p_nom"))
    n.add("Generator", "export", bus="electricity", p_min_pu=-1, p_max_pu=0, marginal_cost=typ.EXPORT_PRICE,
          **sized("export", "p_nom"))  # fmt: skip
    n.add("Generator", "gas-boiler", bus="steam", marginal_cost=typ.GAS_PRICE, **sized("gas-boiler", "p_nom"))
    for name, (taken, given, amount, cost) in typ.CONVERTERS.items():
        ramp = typ.RAMPS[name] * case.hours if case.ramps and name in typ.RAMPS else None
        limits = {} if ramp is None else {"ramp_limit_up": ramp, "ramp_limit_down": ramp}
        n.add(
            "Link",
            name,
            bus0=taken,
            bus1=given,
            efficiency=amount,
            marginal_cost=cost,
            **limits,
            **sized(name, "p_nom"),
        )
    for name, (bus, loss) in typ.STORES.items():
        n.add("Store", name, bus=bus, e_cyclic=True, standing_loss=loss, **sized(name, "e_nom"))
    for bus, need in park.demands.items():
        n.add("Load", f"use-{bus}", bus=bus, p_set=need)
        if case.given:
            n.add("Generator", f"unserved-{bus}", bus=bus, p_nom=float(need.max()), p_max_pu=need / need.max(),
                  marginal_cost=typ.UNSERVED_PRICE)  # fmt: skip


def _typical_rows(n: pypsa.Network, park: typ.Typical) -> None:
    case, m = park.case, n.model
    rate = m["Generator-p"]
    if case.limits:
        built = m["Generator-p_nom"]
        sold = -case.hours * rate.sel(name="export").sum()
        green = sum(each * built.sel(name=name) for name, each in park.exportable.items())
        m.add_constraints(sold - green <= 0, name="export-share")
        bought, gas = rate.sel(name="grid").sum(), rate.sel(name="gas-boiler").sum()
        co2 = case.hours * (typ.GRID_CO2 * bought + typ.GAS_CO2 * gas)
        m.add_constraints(co2 <= park.co2_limit, name="co2-limit")
    if case.peaks:
        _peaks(m, park)


def _peaks(m: linopy.Model, park: typ.Typical) -> None:
    """A variable for each month's highest purchase."""
    months = pd.RangeIndex(len(park.month_share), name="month")
    peak = m.add_variables(lower=0, coords=[months], name="peak")
    rate = m["Generator-p"].sel(name="grid")
    of_step = pd.Series(park.month, index=rate.indexes["snapshot"], name="month").to_xarray()
    m.add_constraints(rate - peak.sel(month=of_step) <= 0, name="peaks")
    paid = (peak * pd.Series(typ.PEAK_PRICE * park.month_share, index=months)).sum()
    m.objective = m.objective.expression + paid


def _network(n: pypsa.Network, park: net.Network) -> None:
    yearly = typ.annuity(park.case.share_of_year)
    for node in park.nodes:
        _node(n, node, yearly)
    for line in park.lines:
        for name, bus0, bus1, pays in ((f"{line.name}-there", line.start, line.end, 1.0),
                                       (f"{line.name}-back", line.end, line.start, 0.0)):  # fmt: skip
            built = {
                "p_nom_extendable": True, "p_nom_max": net.MOST_LINE, "capital_cost": pays * net.LINE_INVESTMENT * yearly,
            }  # fmt: skip
            size = built if line.expandable else {"p_nom": net.FIXED_LINE}
            n.add("Link", name, bus0=bus0, bus1=bus1, efficiency=1 - net.LINE_LOSS, **size)


def _node(n: pypsa.Network, node: net.Node, yearly: float) -> None:
    def built(investment: float, field: str = "p_nom") -> dict[str, Any]:
        return {f"{field}_extendable": True, "capital_cost": investment * yearly}

    at = node.name
    n.add("Bus", [at, f"{at}-battery"])
    n.add(
        "Generator", f"{at}-pv", bus=at, p_max_pu=node.pv, p_nom_max=net.MOST_PV, **built(node.pv_investment)
    )
    n.add(
        "Generator",
        f"{at}-wind",
        bus=at,
        p_max_pu=node.wind,
        p_nom_max=net.MOST_WIND,
        **built(node.wind_investment),
    )
    n.add("Generator", f"{at}-gas", bus=at, marginal_cost=node.gas_price, **built(net.GAS_INVESTMENT))
    n.add("Generator", f"{at}-import", bus=at, marginal_cost=node.price, **built(net.IMPORT_INVESTMENT))
    n.add("Generator", f"{at}-unserved", bus=at, p_nom=float(node.load.max()), p_max_pu=node.load / node.load.max(),
          marginal_cost=net.UNSERVED_PRICE)  # fmt: skip
    n.add("Load", f"{at}-load", bus=at, p_set=node.load)
    n.add("Store", f"{at}-battery", bus=f"{at}-battery", e_cyclic=True, standing_loss=net.STANDING_LOSS,
          **built(net.BATTERY_INVESTMENT, "e_nom"))  # fmt: skip
    n.add("Link", f"{at}-charge", bus0=at, bus1=f"{at}-battery", efficiency=net.EFFICIENCY,
          **built(net.POWER_INVESTMENT))  # fmt: skip
    n.add(
        "Link",
        f"{at}-discharge",
        bus0=f"{at}-battery",
        bus1=at,
        efficiency=net.EFFICIENCY,
        p_nom_extendable=True,
    )


def _network_rows(n: pypsa.Network, park: net.Network) -> None:
    """One size for both directions: of a battery's power, counted at the node, and of a line."""
    built = n.model["Link-p_nom"]
    nodes = [node.name for node in park.nodes]
    _equal(
        n.model,
        built,
        [f"{at}-discharge" for at in nodes],
        [f"{at}-charge" for at in nodes],
        net.EFFICIENCY,
        "power",
    )
    lines = [line.name for line in park.lines if line.expandable]
    if lines:
        _equal(n.model, built, [f"{at}-back" for at in lines], [f"{at}-there" for at in lines], 1.0, "lines")


def _equal(
    m: linopy.Model, built: linopy.Variable, left: list[str], right: list[str], times: float, name: str
) -> None:
    index = pd.RangeIndex(len(left), name="pair")
    a, b = (built.sel(name=pd.Series(names, index=index).to_xarray()) for names in (left, right))
    m.add_constraints(times * a - b == 0, name=f"both-ways-{name}")
