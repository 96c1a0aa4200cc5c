"""A small statement with every kind of reading, its inputs beside it; hashes as the program makes them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from zeropark.statement.canonical import hash_of, paper_bytes, sha256
from zeropark.statement.model import Input, Line, Statement

TIMES = pd.date_range("2025-01-01", periods=4, freq="h", tz="UTC")
SOLAR, LINE, STORE = [2.0, 4.0, 0.0, 0.0], [-1.0, -2.0, -1.0, -2.0], [-1.0, -2.0, 1.0, 1.0]
LEDGER = [  # (step, origin, node, claimant, mwh): the store is charged with 3 MWh of solar and gives 2 back
    *((t, "pv", "bus", "line", x) for t, x in enumerate([1.0, 2.0, 1.0, 1.0])),
    *((t, "pv", "bus", "battery", x) for t, x in enumerate([1.0, 2.0, -1.0, -1.0])),
    (3, "grid", "bus", "line", 1.0),
]
CERTIFICATE = ("GEC-1", "grid", "2025-01-01", "2025-01-31", 1.0, "Tenant A", "2025-02-01")
Folder = Callable[..., Path]


def flows() -> pd.DataFrame:
    series = {("pv", "bus"): SOLAR, ("line", "bus"): LINE, ("battery", "bus"): STORE}
    series |= {("grid", "bus"): [0.0, 0.0, 0.0, 1.0], ("line", "out"): [0.5, 1.0, 0.5, 1.0]}
    rows = [
        (TIMES[t], asset, node, "electricity", flow)
        for (asset, node), values in series.items()
        for t, flow in enumerate(values)
    ]
    return pd.DataFrame(rows, columns=["time", "asset", "node", "carrier", "flow"])


def ledger(rows: list[tuple[int, str, str, str, float]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["time", "origin", "node", "claimant", "mwh"])
    table["asset"] = table["origin"].where(table["node"] != "", "")
    return table.assign(time=[TIMES[t] for t in table["time"]])


def certificates(*rows: tuple[object, ...]) -> pd.DataFrame:
    return pd.DataFrame(
        rows, columns=["certificate", "supply", "from", "to", "mwh", "cancelled_for", "cancelled_on"]
    )


def lines() -> tuple[Line, ...]:
    """Worked by hand: 3 t made from 6 MWh; pv 5 MWh at 0.02, grid 1 MWh at 0.6; a tenth of the product comes back."""
    return (
        Line("out.t", "made / 产量", 3.0, "t", 'inflow("line","out")', ("flows",)),
        Line("use.mwh", "used / 用电", 6.0, "MWh", 'outflow("line","bus")', ("flows",)),
        Line(
            "pv.mwh",
            "solar / 光伏",
            5.0,
            "MWh",
            'total("claims","mwh","origin","pv","claimant","line")',
            ("claims",),
        ),
        Line("grid.mwh", "grid / 电网", 1.0, "MWh", "use.mwh - pv.mwh"),
        Line("pv.factor", "factor", 0.02, "t/MWh", 'cell("factors","pv","footprint")', ("factors",)),
        Line("grid.factor", "factor", 0.6, "t/MWh", "0.6", source="user", mark="R"),
        Line("direct", "power", 0.7 / 3, "t/t", "(pv.mwh*pv.factor + grid.mwh*grid.factor)/out.t"),
        # f = direct + 0.1 g, g = f: f = direct / 0.9
        Line("product", "product", 0.7 / 3 / 0.9, "t/t", "direct + 0.1*scrap"),
        Line("scrap", "scrap", 0.7 / 3 / 0.9, "t/t", "product"),
    )


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Writes a statement into a folder of its own and answers its file."""

    def write(
        name: str = "one",
        change: Callable[[Statement], Statement] = lambda s: s,
        rows: list[tuple[int, str, str, str, float]] = LEDGER,
        register: pd.DataFrame | None = None,
        signature: Callable[[Statement], str] = lambda s: "",
    ) -> Path:
        place = tmp_path / name
        (place / "inputs").mkdir(parents=True)
        flows().to_parquet(place / "inputs/flows.parquet")
        ledger(rows).to_parquet(place / "inputs/claims.parquet")
        (place / "inputs/factors.json").write_text(json.dumps({"pv": {"footprint": 0.02}}))
        files = {"flows": "flows.parquet", "claims": "claims.parquet", "factors": "factors.json"}
        if register is not None:
            register.to_csv(place / "inputs/certificates.csv", index=False)
            files["certificates"] = "certificates.csv"
        inputs = tuple(
            Input(key, f"inputs/{file}", sha256((place / "inputs" / file).read_bytes()), "")
            for key, file in files.items()
        )
        statement = Statement(
            "passport",
            "steel",
            "2025-01",
            "Park",
            lines(),
            inputs,
            claims="claims",
            facts={"step_hours": "1"},
        )
        statement = change(statement)
        path = place / "passport.json"
        path.write_bytes(paper_bytes(statement, signature(statement)))
        return path

    return write


@pytest.fixture
def chained(folder: Folder) -> Folder:
    """Writes a statement that follows another one, which is laid into its folder ``chain``."""

    def write(before: Path, statement: Statement, **given: object) -> Path:
        path = folder("next", lambda s: replace(s, previous=hash_of(statement), subject="magnet"), **given)
        (path.parent / "chain").mkdir()
        (before.parent).rename(path.parent / "chain" / "before")
        return path

    return write
