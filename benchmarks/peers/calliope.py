"""Calliope: the typical park at one node; yearly limits are math of our own, as Calliope's users write it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import calliope
import pandas as pd

from parks import typical as typ
from parks.case import Case
from peers.model import HighsOptions, Size, Solved

PACKAGES = ("calliope", "highspy", "highspy-extras", "numpy", "pandas", "xarray")
AT = "[nodes=park, techs={}, carriers={}]"


@dataclass(frozen=True)
class Data:
    """The park, and its series as the table that Calliope reads: energy of each step, per MW or in MWh."""

    park: typ.Typical
    table: pd.DataFrame


def prepare(case: Case, matrix: Path | None) -> Data:
    """Figures and profiles, not timed."""
    park = typ.typical(case)
    index = pd.date_range("2025-01-01", periods=case.steps, freq=f"{case.minutes}min", name="timesteps")
    columns = {
        (name, "source_use_max"): share * case.hours for name, share in (("pv", park.pv), ("wind", park.wind))
    }
    columns |= {(f"use_{bus}", "sink_use_equals"): need * case.hours for bus, need in park.demands.items()}
    table = pd.DataFrame(columns, index=index)
    table.columns = table.columns.set_names(["techs", "inputs"])
    return Data(park, table)


def build(data: Data) -> calliope.Model:
    """The model definition, and the problem in Calliope's HiGHS backend."""
    park = data.park
    price = pd.DataFrame({("grid", "cost_flow_out"): park.price}, index=data.table.index)
    price.columns = price.columns.set_names(["techs", "inputs"])
    rows: dict[str, Any] = {"rows": "timesteps", "columns": ["techs", "inputs"]}
    definition = {
        "config": {"init": {"name": "bench", "extra_math": ["limits"] if park.case.limits else []}},
        "data_definitions": {
            "objective_cost_weights": {"data": 1, "index": "monetary", "dims": "costs"},
            "cost_interest_rate": {"data": typ.DISCOUNT_RATE, "index": "monetary", "dims": "costs"},
        },
        "data_tables": {
            "series": {"table": "series", **rows},
            "prices": {
                "table": "prices",
                **rows,
                "add_dims": {"costs": "monetary", "carriers": "electricity"},
            },
        },
        "techs": _techs(park),
        "nodes": {"park": {"techs": dict.fromkeys(_techs(park))}},
    }
    math = {"limits": {"constraints": _limits(park)}} if park.case.limits else None
    tables = {"series": data.table, "prices": price}
    model = calliope.read_dict(definition, math_dict=math, data_table_dfs=tables)
    model.build(backend="highs")
    return model


def solve(model: calliope.Model, solver: str) -> Solved:
    """With HiGHS, results not processed further."""
    model.solve(solver_options=HighsOptions(solver).values, postprocessing_active=False)
    status = str(model.runtime.termination_condition)
    objective = float(model.backend._instance.getObjectiveValue())
    return Solved(status, objective, f"highs-{solver or 'default'}")


def size(model: calliope.Model) -> Size:
    """Of the HiGHS model that Calliope fills."""
    lp = model.backend._instance
    return Size(lp.getNumCol(), lp.getNumRow(), lp.getNumNz())


def _cost(amount: float, carrier: str) -> dict[str, Any]:
    return {"data": amount, "index": [[carrier, "monetary"]], "dims": ["carriers", "costs"]}


def _techs(park: typ.Typical) -> dict[str, Any]:
    """Costs of capacity stand at the carrier that the capacity counts."""
    life = {"lifetime": typ.LIFETIME}

    def sized(name: str, carrier: str) -> dict[str, Any]:
        return {
            "flow_cap_max": typ.MOST.get(name, float("inf")), "cost_flow_cap": _cost(typ.INVESTMENT[name], carrier), **life,
        }  # fmt: skip

    techs: dict[str, Any] = {
        name: {"base_tech": "supply", "carrier_out": "electricity", **sized(name, "electricity")}
        for name in ("pv", "wind", "grid")
    }
    for name in ("pv", "wind"):
        techs[name]["source_unit"] = "per_cap"
    techs["gas_boiler"] = {
        "base_tech": "supply", "carrier_out": "steam", **sized("gas-boiler", "steam"),
        "cost_flow_out": _cost(typ.GAS_PRICE, "steam"),
    }  # fmt: skip
    techs["export"] = {
        "base_tech": "demand", "carrier_in": "electricity", **sized("export", "electricity"),
        "cost_flow_in": _cost(-typ.EXPORT_PRICE, "electricity"),
    }  # fmt: skip
    for name, (taken, given, amount, cost) in typ.CONVERTERS.items():
        techs[name.replace("-", "_")] = {
            "base_tech": "conversion", "carrier_in": taken, "carrier_out": given,
            "flow_out_eff": {"data": amount, "index": given, "dims": "carriers"}, **sized(name, taken),
        } | ({"cost_flow_in": _cost(cost, taken)} if cost else {})  # fmt: skip
    for name, (bus, loss) in typ.STORES.items():
        cost = {"data": typ.INVESTMENT[name], "index": "monetary", "dims": "costs"}
        techs[f"{name.replace('-', '_')}_content"] = {
            "base_tech": "storage", "carrier_in": bus, "carrier_out": bus, "storage_loss": loss,
            "cyclic_storage": True, "flow_cap_max": typ.STORE_POWER, "cost_storage_cap": cost, **life,
        }  # fmt: skip
    for bus in park.demands:
        techs[f"use_{bus}"] = {"base_tech": "demand", "carrier_in": bus}
    return techs


def _limits(park: typ.Typical) -> dict[str, Any]:
    def total(flow: str, tech: str, carrier: str) -> str:
        return f"sum({flow}{AT.format(tech, carrier)}, over=timesteps)"

    built = {name: f"flow_cap{AT.format(name, 'electricity')}" for name in park.exportable}
    green = " + ".join(f"{each!r} * {built[name]}" for name, each in park.exportable.items())
    bought, gas = total("flow_out", "grid", "electricity"), total("flow_out", "gas_boiler", "steam")
    co2 = f"{typ.GRID_CO2} * {bought} + {typ.GAS_CO2} * {gas}"
    return {
        "export_share": _row(f"{total('flow_in', 'export', 'electricity')} <= {green}"),
        "co2_limit": _row(f"{co2} <= {park.co2_limit!r}"),
    }


def _row(expression: str) -> dict[str, Any]:
    return {"description": "", "foreach": [], "where": "True", "equations": [{"expression": expression}]}
