"""Passports forged so that every line agrees with its formula and every hash is made anew: what is left out is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from tests.passport import small
from tests.passport.conftest import Works, works_in

from zeropark.carbon.attribution import Basis, attribution_of
from zeropark.park.period import period_of
from zeropark.readings import account, load
from zeropark.statement.canonical import paper_bytes, sha256
from zeropark.statement.formula import Quantity, evaluate, inputs_of, lines_of, parse
from zeropark.statement.inputs import Readings
from zeropark.statement.model import Line, Statement
from zeropark.statement.read import read_statement
from zeropark.statement.verify import verify

Copy = Callable[[], Path]
KEPT = ("spread.", "choice.", "other.")


def forged(folder: Path, change: Callable[[Statement], Statement]) -> list[str]:
    """Hashes of inputs and statement made anew, the values of all lines too; what is told of it."""
    path = folder / "passport.json"
    statement = read_statement(path).statement
    inputs = tuple(replace(i, sha256=sha256((folder / i.file).read_bytes())) for i in statement.inputs)
    path.write_bytes(paper_bytes(recomputed(change(replace(statement, inputs=inputs)), folder)))
    found = verify(path)
    assert all(line.agrees for line in found.lines), [line.why for line in found.lines if not line.agrees]
    return list(found.failures)


def recomputed(statement: Statement, folder: Path) -> Statement:
    """Every value as its formula gives it, loops by passing round until nothing changes. Lines that lost theirs go."""
    from_inputs = Readings(statement.inputs, folder, statement.facts or {})
    values = {line.id: line.value for line in statement.lines}
    lines = [line for line in statement.lines if set(lines_of(parse(line.formula))) <= set(values)]
    for _ in range(200):
        before = dict(values)
        for line in lines:
            found = _value(line, values, from_inputs)
            values[line.id] = found if abs(found) > 1e-30 else 0.0
        if all(abs(values[k] - v) <= 1e-13 * abs(v) for k, v in before.items()):
            break
    return replace(statement, lines=tuple(replace(line, value=values[line.id]) for line in lines))


def _value(line: Line, values: dict[str, float], readings: Readings) -> float:
    def read(name: str) -> Quantity:
        return Quantity(values[name], abs(values[name]))

    return evaluate(parse(line.formula), read, readings.read).value


def without(statement: Statement, part: str) -> Statement:
    """Lines with this in their id go, and their names from every sum."""
    gone = {line.id for line in statement.lines if part in line.id}
    kept = []
    for line in statement.lines:
        if line.id in gone or line.id.startswith(KEPT):
            continue
        terms = [t for t in line.formula.split(" + ") if not any(name in t for name in gone)]
        formula = " + ".join(terms) or "0"
        kept.append(replace(line, formula=formula, inputs=inputs_of(parse(formula))))
    return replace(statement, lines=tuple(kept))


def test_nothing_forged(copied: Copy) -> None:
    assert forged(copied(), lambda s: s) == []


def test_an_origin_left_out(copied: Copy) -> None:
    """Every line of the grid is gone, and every sum is right without it: 1,450 kg become less."""
    told = forged(copied(), lambda s: without(s, "electricity.grid"))
    assert any("no line of 6.85714 MWh of 'grid' that are claimed for it" in text for text in told)


def test_an_origin_left_out_of_the_ledger_too(copied: Copy) -> None:
    folder = copied()
    file = folder / "inputs/claims.parquet"
    ledger = pd.read_parquet(file)
    ledger[ledger["origin"].astype(str) != "grid"].to_parquet(file, index=False)
    told = forged(folder, lambda s: without(s, "electricity.grid"))
    assert any("'press' used 24 MWh and claims only 17.1429 MWh of any origin" in text for text in told)


def test_an_input_left_out(copied: Copy) -> None:
    told = forged(copied(), lambda s: without(s, "upstream.ore_bought"))
    assert told == ["claims: 'process.smelter.metal' has no line of what 'smelter' took at 'ore'"]


def test_a_sum_that_skips_a_line(copied: Copy) -> None:
    """The line of ore stands there, and the sums do not name it."""

    def change(statement: Statement) -> Statement:
        ore = "process.smelter.metal.of.upstream.ore_bought.kgco2e"
        return replace(statement, lines=tuple(
            replace(line, formula=line.formula.replace(f" + {ore}", "").replace(f"{ore} + ", ""))
            if line.id.endswith(".footprint") else line for line in statement.lines if not line.id.startswith(KEPT)
        ))  # fmt: skip

    told = forged(copied(), change)
    assert any("'process.smelter.metal.footprint' is not the sum of all" in text for text in told)


@pytest.mark.parametrize("name", ["total.kgco2e", "process.smelter.metal.footprint"])
def test_a_footprint_that_is_only_declared(copied: Copy, name: str) -> None:
    def change(statement: Statement) -> Statement:
        lines = (x for x in statement.lines if not x.id.startswith(KEPT))
        return replace(statement, lines=tuple(
            replace(x, formula="500", value=500.0, inputs=()) if x.id == name else x for x in lines
        ))  # fmt: skip

    assert f"form: '{name}' is no sum of lines" in forged(copied(), change)


def test_a_line_that_is_less_than_amount_times_factor(copied: Copy) -> None:
    def change(statement: Statement) -> Statement:
        name = "process.smelter.metal.of.direct.smelter.kgco2e"
        lines = (x for x in statement.lines if not x.id.startswith(KEPT))
        return replace(statement, lines=tuple(
            replace(x, formula=f"0.5*{x.formula}") if x.id == name else x for x in lines
        ))  # fmt: skip

    told = forged(copied(), change)
    assert "form: 'process.smelter.metal.of.direct.smelter.kgco2e' is not its amount times its factor" in told


def test_two_statements_that_know_nothing_of_each_other(works: Works, tmp_path: Path) -> None:
    """The same park under another contract gives the sun to the press, and was issued without --after: named, it is told."""
    works.passport("part", tmp_path / "part")
    contract = "\n  contracts: {roof: {tenant: %s, supply: pv}}\nfootprint:"
    park = small.PARK.replace("tenants: {", "tenants: {press-co: {name: Press}, ").replace(
        "press: {kind: converter, tenant: works", "press: {kind: converter, tenant: press-co"
    ).replace("\nfootprint:", contract % "press-co", 1)  # fmt: skip
    other = works_in(tmp_path / "other", park=park)
    other.passport("metal", tmp_path / "metal")
    assert verify(tmp_path / "metal/passport.json").ok
    found = verify(tmp_path / "metal/passport.json", before=[tmp_path / "part/passport.json"])
    assert any("double claim" in text for text in found.failures)


def test_meters_that_do_not_balance_leave_nothing_declared(tmp_path: Path) -> None:
    """2 % more ore is weighed in, the press takes 1 % less metal than was given: amounts are still formulas."""
    place = small.write(tmp_path / "works")
    table = pd.read_parquet(place / "flows.parquet")
    table.loc[(table["asset"] == "ore-bought"), "flow"] *= 1.02
    table.loc[(table["asset"] == "press") & (table["node"] == "metal"), "flow"] *= 0.99
    table.to_parquet(place / "flows.parquet", index=False)
    outcome = account(load(place), place / "flows.parquet")
    works = Works(
        place, outcome, attribution_of(outcome.park, outcome.flows), period_of(None, outcome.park.clock)
    )
    works.passport("part", tmp_path / "part")
    found = verify(tmp_path / "part/passport.json")
    assert found.ok
    assert not [line.id for line in found.lines if line.how == "declared" and line.id.endswith(".amount")]


def test_modes_of_their_own_are_cited_as_far_as_flows_tell(tmp_path: Path) -> None:
    """The smelter also sorts: 1 t of ore and 1 MWh give 0.5 t of sand an hour. 3.5 MWh an hour now: 226.67 kg/MWh.

    Sand, per tonne: 2 t of ore at 100 and 2 MWh; nothing of the 500 kg of process CO2, which is the metal's.
    """
    park = small.PARK
    for old, new in (
        ("rated: metal, capacity: 9 t/h,", "rated: bus, capacity: 9, modes: {melt: {"),
        ("inputs: {ore: 1, scrap: 0.2, bus: 2}, outputs: {metal: 1},",
         "inputs: {ore: 0.5, scrap: 0.1, bus: 1}, outputs: {metal: 0.5},"),
        ("emissions: 500 kgCO2/t}", "emissions: 250 kgCO2/MWh}, sort: {inputs: {ore: 1, bus: 1}, outputs: {sand: 0.5}}}}\n"
                                    "  sand-gate: {kind: demand, node: sand, profile: 1}"),
        ("  part: {unit: t,", "  sand: {unit: t}\n  part: {unit: t,"),
        ("part: part}", "part: part, sand: sand}"),
        ("    metal: {node: metal,", "    sand: {node: sand}\n    metal: {node: metal,"),
    ):  # fmt: skip
        assert old in park
        park = park.replace(old, new)
    place = small.write(tmp_path / "works", park)
    table = pd.read_parquet(place / "flows.parquet")
    at = table["asset"] + " " + table["node"]
    for name, more in (("smelter ore", -1.0), ("ore-bought ore", 1.0), ("smelter bus", -1.0)):
        table.loc[at == name, "flow"] += more
    table.loc[(at == "pv bus") | (at == "grid bus"), "flow"] += (table["flow"] > 0).astype(float)
    metal = table[at == "smelter metal"]
    sand = metal.assign(node="sand", carrier="sand", flow=0.5)
    sold = sand.assign(asset="sand-gate", flow=-0.5)
    pd.concat([table, sand, sold]).to_parquet(place / "flows.parquet", index=False)
    outcome = account(load(place), place / "flows.parquet")
    works = Works(
        place, outcome, attribution_of(outcome.park, outcome.flows), period_of(None, outcome.park.clock)
    )
    told = works.passport("sand", tmp_path / "sand").statement
    assert next(x.value for x in told.lines if x.id == "total.kgco2e") == pytest.approx(200 + 2 * 680 / 3)
    works.passport("part", tmp_path / "part")
    found = verify(tmp_path / "part/passport.json")
    assert found.ok
    how = {line.id: line.how for line in found.lines}
    assert how["process.smelter_melt.metal.made"] == "recomputed"
    assert how["process.smelter_melt.metal.of.direct.smelter.melt.factor"] == "recomputed"
    assert how["process.press.part.of.process.smelter_melt.metal.amount"] == "recomputed"


def test_less_electricity_on_another_basis(copied: Copy) -> None:
    """The market basis loses 5 of the press's 24 MWh: the table no longer has what is claimed."""
    folder = copied()
    file = folder / "inputs/bases.csv"
    table = pd.read_csv(file)
    at = table.index[(table["basis"] == "market") & (table["claimant"] == "press")][0]
    table.loc[at, "mwh"] -= 5.0
    table.to_csv(file, index=False)
    told = forged(folder, lambda s: s)
    assert told[0] == "claims: 'press' counts 19 MWh on the basis market, and claims 24 MWh"


def test_a_basis_whose_lines_leave_out_an_origin(works: Works, tmp_path: Path) -> None:
    """On the market basis a contract gives the press another mix, and the forger's lines forget the grid."""
    contract = "\n  contracts: {roof: {tenant: press-co, supply: pv}}\nfootprint:"
    park = small.PARK.replace("tenants: {", "tenants: {press-co: {name: Press}, ").replace(
        "press: {kind: converter, tenant: works", "press: {kind: converter, tenant: press-co"
    ).replace("\nfootprint:", contract, 1)  # fmt: skip
    works_in(tmp_path / "other", park=park).passport("part", tmp_path / "part")

    def change(statement: Statement) -> Statement:
        lines = []
        for line in statement.lines:
            formula = line.formula
            if line.id.startswith("other.basis.location."):
                terms = [t for t in formula.split(" + ") if '"origin","grid"' not in t]
                formula = " + ".join(terms) or "0"
            lines.append(replace(line, formula=formula, inputs=inputs_of(parse(formula))))
        return replace(statement, lines=tuple(lines))

    told = forged(tmp_path / "part", change)
    assert any("no line on the basis location tells of" in text and "'grid'" in text for text in told), told


@pytest.mark.parametrize(
    ("line", "cut"),
    [
        ("other.allocation.economic.process.smelter.metal", 1),
        ("other.allocation.economic.process.press.part", 1),
        ("other.basis.market.process.smelter.metal", 1),
        ("choice.allocation.economic", 0),
    ],
)
def test_another_choice_made_smaller_by_its_own_formula(copied: Copy, line: str, cut: int) -> None:
    """A term is left out, or the whole halved: the line agrees with its formula, and not with the value's lines."""

    def change(statement: Statement) -> Statement:
        lines = []
        for one in statement.lines:
            if one.id == line:
                terms = [f"0.5*({one.formula})"] if not cut else one.formula.split(" + ")
                kept = (
                    terms[:1]
                    if not cut
                    else [t for t in terms if ".direct." not in t and "direct.smelter" not in t][-1:]
                )
                formula = " + ".join(kept)
                one = replace(one, formula=formula, inputs=inputs_of(parse(formula)))
            lines.append(one)
        return replace(statement, lines=tuple(lines))

    told = forged(copied(), change)
    assert any(text.startswith(f"form: '{line}' is") for text in told), told


@pytest.mark.parametrize("basis", ["market", "location"])
def test_a_value_on_another_basis_than_the_claims(basis: Basis, tmp_path: Path) -> None:
    """The claims are hourly; a passport on another basis is held to the table of bases, and an origin left out is told."""
    contract = "\n  contracts: {roof: {tenant: press-co, supply: pv}}\nfootprint:"
    park = small.PARK.replace("tenants: {", "tenants: {press-co: {name: Press}, ").replace(
        "press: {kind: converter, tenant: works", "press: {kind: converter, tenant: press-co"
    ).replace("\nfootprint:", contract, 1)  # fmt: skip
    folder = works_in(tmp_path / "other", park=park).passport("part", tmp_path / "part", basis).folder
    found = verify(folder / "passport.json")
    assert found.ok
    assert not [line for line in found.lines if line.how == "declared"]
    told = forged(folder, lambda s: without(s, "electricity.grid"))
    assert any("no line of" in text and "'grid' that are claimed for it" in text for text in told), told


def test_a_figure_that_is_declared_needs_a_source(copied: Copy) -> None:
    def change(statement: Statement) -> Statement:
        lines = (x for x in statement.lines if not x.id.startswith(KEPT))
        return replace(statement, lines=tuple(
            replace(x, formula="0.5", inputs=(), source="") if x.id == "process.press.part.share" else x for x in lines
        ))  # fmt: skip

    assert "form: 'process.press.part.share' is declared without a source" in forged(copied(), change)
