"""zeropark itself: the park in its own model, its own formulation and solvers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from parks import network as net
from parks import typical as typ
from parks.case import Case
from parks.profiles import Array
from peers.model import Size, Solved
from zeropark.accounts.standard import accounts_of
from zeropark.clock import Clock
from zeropark.optimize.formulate import formulate
from zeropark.optimize.joint import joint
from zeropark.optimize.options import SolverOptions
from zeropark.optimize.problem import Problem
from zeropark.optimize.run import run_solver
from zeropark.park.fields import Reading
from zeropark.park.model import Park
from zeropark.park.read import series_in
from zeropark.park.spec import ParkFile
from zeropark.rules.build import enforced, rules_of

PACKAGES = ("zeropark", "numpy", "scipy", "numba", "highspy")
LOADS = ("auto", "arrowhead")


@dataclass(frozen=True)
class Written:
    """What a user would have written: the park file as data, and the columns of its table, (steps,) each."""

    data: dict[str, Any]
    columns: Mapping[str, Array]


@dataclass(frozen=True)
class Data:
    """The park of each weather year."""

    case: Case
    years: tuple[Written, ...]


def prepare(case: Case, matrix: Path | None) -> Data:
    """Figures and profiles, not timed."""
    if case.park == "network":
        return Data(case, (_network(net.network(case)),))
    return Data(case, tuple(_typical(typ.typical(case, year)) for year in range(case.years)))


def build(data: Data) -> Problem:
    """Read and check the park, make accounts, rules and the arrays."""
    problems = {f"year-{i}": _formulated(_park(data.case, w)) for i, w in enumerate(data.years)}
    if len(problems) == 1:
        return next(iter(problems.values()))
    shared = [key for key in next(iter(problems.values())).variables if key[1] in ("capacity", "power")]
    return joint(problems, dict.fromkeys(problems, 1 / len(problems)), shared).problem


def solve(problem: Problem, solver: str) -> Solved:
    """Through zeropark's one door to all solvers."""
    run = run_solver(problem, SolverOptions(solver=solver))  # type: ignore[arg-type]
    return Solved(run.status, run.objective, run.solver, run.iterations)


def size(problem: Problem) -> Size:
    """Of the arrays."""
    return Size(problem.cost.size, problem.row_lower.size, int(problem.matrix.nnz))


def export(case: Case, file: Path) -> None:
    """Write the arrays for the solvers that work on our matrix."""
    p = build(prepare(case, None))
    np.savez(
        file, data=p.matrix.data, indices=p.matrix.indices, indptr=p.matrix.indptr, row_lower=p.row_lower,
        row_upper=p.row_upper, lower=p.lower, upper=p.upper, cost=p.cost, offset=p.offset,
    )  # fmt: skip


def _formulated(park: Park) -> Problem:
    accounts = accounts_of(park)
    rules = enforced(rules_of(park, accounts))
    return formulate(park, accounts.cost, {rule.rule: rule.form for rule in rules})


def _park(case: Case, written: Written) -> Park:
    carriers = {name: c["unit"] for name, c in written.data["carriers"].items()}
    spec = ParkFile.model_validate(
        written.data, context=Reading(carriers=carriers, nodes=written.data["nodes"])
    )
    start = datetime(2024, 12, 31, 16, tzinfo=UTC)  # local midnight of 1 January
    clock = Clock(start, timedelta(minutes=case.minutes), case.steps, ZoneInfo("Asia/Shanghai"))
    arrays = {series.key: written.columns[series.column] for _, series in series_in(spec)}
    return Park(Path(), spec, clock, arrays)


def _file(case: Case, assets: dict[str, Any], nodes: dict[str, str], rate: float) -> dict[str, Any]:
    kinds = {"hydrogen": "hydrogen", "heat": "heat", "steam": "heat"}
    carriers = {c: {"unit": "MWh", "kind": kinds.get(c, "electricity")} for c in set(nodes.values())}
    days = -(-case.steps * case.minutes // 1440)
    return {
        "zeropark": 1,
        "name": "bench",
        "time": {"start": "2025-01-01", "days": days, "step": case.minutes},
        "money": {"discount_rate": rate},
        "carriers": carriers,
        "nodes": nodes,
        "assets": assets,
    }


def _column(name: str) -> dict[str, str]:
    return {"table": "t", "column": name}


def _typical(park: typ.Typical) -> Written:
    case = park.case

    def sized(name: str) -> Any:
        if case.given:
            return typ.GIVEN[name]
        most = typ.MOST.get(name, "unlimited")
        return {"max": most, "investment": typ.INVESTMENT[name], "lifetime": typ.LIFETIME}

    assets: dict[str, Any] = {
        name: {
            "kind": "source", "node": "electricity", "capacity": sized(name), "availability": _column(name),
            "origin": origin,
        }
        for name, origin in (("pv", "solar"), ("wind", "wind"))
    }  # fmt: skip
    assets |= {
        "grid": {"kind": "market", "node": "electricity", "capacity": sized("grid"), "buy": {"price": _column("price")}},
        "export": {"kind": "market", "node": "electricity", "capacity": sized("export"),
                   "sell": {"price": typ.EXPORT_PRICE}},
        "gas-boiler": {"kind": "source", "node": "steam", "capacity": sized("gas-boiler"), "cost": typ.GAS_PRICE},
    }  # fmt: skip
    for name, (taken, given, amount, cost) in typ.CONVERTERS.items():
        ports = {"inputs": {taken: 1}, "outputs": {given: amount}}
        assets[name] = {"kind": "converter", "rated": taken, "capacity": sized(name), "cost": cost, **ports}
        if case.ramps and name in typ.RAMPS:
            assets[name] |= {"ramp_up": typ.RAMPS[name], "ramp_down": typ.RAMPS[name]}
    for name, (node, loss) in typ.STORES.items():
        assets[name] = {
            "kind": "storage", "node": node, "capacity": sized(name), "power": typ.STORE_POWER, "standing_loss": loss,
        }  # fmt: skip
    for node in park.demands:
        assets[f"use-{node}"] = {"kind": "demand", "node": node, "profile": _column(node)}
        if case.given:
            assets[f"use-{node}"]["unserved_price"] = typ.UNSERVED_PRICE
    nodes = {name: name for name in ("electricity", "battery", "hydrogen", "heat", "steam")}
    data = _file(case, assets, nodes, typ.DISCOUNT_RATE)
    if case.limits:
        data |= _limits(park)
    if case.peaks:
        assets["grid"]["tariff"] = "peaks"
        charge = {"basis": "maximum-demand", "demand_price": typ.PEAK_PRICE}
        data["tariffs"] = {"peaks": {"capacity_charge": charge}}
    return Written(data, {"pv": park.pv, "wind": park.wind, "price": park.price, **park.demands})


def _limits(park: typ.Typical) -> dict[str, Any]:
    co2 = [
        {"part": "buy", "asset": "grid", "weight": f"{typ.GRID_CO2} tCO2/MWh"},
        {"part": "output", "asset": "gas-boiler", "weight": f"{typ.GAS_CO2} tCO2/MWh"},
    ]
    export = {"left": "grid_export", "limit": typ.EXPORT_SHARE, "right": "green_available"}
    return {
        "accounts": {"bench_co2": {"name": "CO2", "unit": "tCO2", "terms": co2}},
        "limits": {"export": export, "co2": {"left": "bench_co2", "limit": f"{park.co2_limit!r} tCO2"}},
    }


def _network(park: net.Network) -> Written:
    columns: dict[str, Array] = {}
    assets: dict[str, Any] = {}
    for node in park.nodes:
        own, series = _node(node)
        assets |= own
        columns |= series
    for line in park.lines:
        size = _sized(net.LINE_INVESTMENT, net.MOST_LINE) if line.expandable else net.FIXED_LINE
        assets[line.name] = {
            "kind": "connection", "from": line.start, "to": line.end, "capacity": size, "loss": net.LINE_LOSS,
        }  # fmt: skip
    nodes = {node.name: "electricity" for node in park.nodes}
    return Written(_file(park.case, assets, nodes, net.DISCOUNT_RATE), columns)


def _sized(investment: float, most: float | str = "unlimited") -> dict[str, Any]:
    return {"max": most, "investment": investment, "lifetime": net.LIFETIME}


def _node(n: net.Node) -> tuple[dict[str, Any], dict[str, Array]]:
    at, name = {"node": n.name}, n.name
    battery = {"charge_efficiency": net.EFFICIENCY, "discharge_efficiency": net.EFFICIENCY}
    assets: dict[str, Any] = {
        f"{name}-pv": {"kind": "source", **at, "capacity": _sized(n.pv_investment, net.MOST_PV),
                       "availability": _column(f"{name}-pv")},
        f"{name}-wind": {"kind": "source", **at, "capacity": _sized(n.wind_investment, net.MOST_WIND),
                         "availability": _column(f"{name}-wind")},
        f"{name}-gas": {"kind": "source", **at, "capacity": _sized(net.GAS_INVESTMENT), "cost": n.gas_price},
        f"{name}-import": {"kind": "market", **at, "capacity": _sized(net.IMPORT_INVESTMENT),
                           "buy": {"price": _column(f"{name}-price")}},
        f"{name}-load": {"kind": "demand", **at, "profile": _column(f"{name}-load"), "unserved_price": net.UNSERVED_PRICE},
        f"{name}-battery": {"kind": "storage", **at, "capacity": _sized(net.BATTERY_INVESTMENT),
                            "power": _sized(net.POWER_INVESTMENT), "standing_loss": net.STANDING_LOSS, **battery},
    }  # fmt: skip
    columns = {
        f"{name}-pv": n.pv,
        f"{name}-wind": n.wind,
        f"{name}-load": n.load,
        f"{name}-price": n.price,
    }
    return assets, columns
