"""What reviewers found, through the commands: each case once failed."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import typer.testing

from zeropark.cli.app import app
from zeropark.errors import InputError, NotSolved
from zeropark.optimize import formulate as formulation
from zeropark.planning import PlanOptions, plan
from zeropark.readings import account, load
from zeropark.report.write import write_outcome

SMALL = Path(__file__).parents[1] / "cases" / "small-park"
CONTRACT = {
    "tariffs.grid.capacity_charge.basis": "cheaper",
    "tariffs.grid.capacity_charge.contract_price": "19.5 CNY/kVA/month",
}


def changed(tmp_path: Path, *replacements: tuple[str, str]) -> Path:
    folder = tmp_path / "park"
    shutil.copytree(SMALL, folder)
    text = (folder / "park.yaml").read_text(encoding="utf-8")
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new, 1)
    (folder / "park.yaml").write_text(text, encoding="utf-8")
    return folder


def test_the_cheaper_basis_is_planned_and_read_again(tmp_path: Path) -> None:
    """Both ways are planned; the kept one is the minimum of the two planned for themselves."""
    best = plan(load(SMALL, CONTRACT))
    single = [
        plan(load(SMALL, {**CONTRACT, "tariffs.grid.capacity_charge.basis": basis})).bill.total
        for basis in ("maximum-demand", "contracted")
    ]
    assert best.bill.total == pytest.approx(min(single), rel=1e-9)
    assert len(best.alternatives) == 1
    write_outcome(best, tmp_path / "out")
    again = account(load(SMALL, CONTRACT), tmp_path / "out" / "flows.parquet")
    assert again.bill.total == pytest.approx(best.bill.total, rel=1e-7)


def test_a_ban_has_a_price_and_a_cost() -> None:
    """No export: the rule's cost is what the plan without it saves, and its price is not zero."""
    ban = {"rules.cn-green-direct-2025.parameters.spot_market_continuous": "0"}
    outcome = plan(load(SMALL, ban), PlanOptions(rule_costs=True))
    (verdict,) = [v for v in outcome.rules if v.rule.rule == "export-of-generation"]
    free = plan(load(SMALL, {**ban, "rules.cn-green-direct-2025.rules.export-of-generation": "measure"}))
    assert verdict.rule.limit == 0
    assert verdict.shadow_price is not None
    assert verdict.shadow_price > 0
    assert verdict.cost == pytest.approx(outcome.bill.total - free.bill.total, rel=1e-4)


def test_flows_alone_are_enough_when_capacities_stand(tmp_path: Path) -> None:
    outcome = plan(load(SMALL))
    write_outcome(outcome, tmp_path / "out")
    lonely = tmp_path / "lonely"
    lonely.mkdir()
    shutil.copy(tmp_path / "out" / "flows.parquet", lonely / "flows.parquet")
    park = load(SMALL)
    with pytest.raises(InputError) as caught:
        account(park, lonely / "flows.parquet")
    assert "wind output" in str(caught.value)
    assert "--capacities" in str(caught.value)
    again = account(park, lonely / "flows.parquet", None, tmp_path / "out" / "summary.json")
    assert again.bill.total == pytest.approx(outcome.bill.total, rel=1e-7)
    assert any("follow from their flows" in note for note in again.park.notes)


def test_metered_flows_stay_what_they_are(tmp_path: Path) -> None:
    """A boiler that takes 20 % more gas than its ratio says: the meters are shown, and the imbalance told."""
    outcome = plan(load(SMALL))
    write_outcome(outcome, tmp_path / "out")
    path = tmp_path / "out" / "flows.parquet"
    flows = pd.read_parquet(path)
    gas = (flows["node"].astype(str) == "gas-main") & (flows["asset"].astype(str) == "boiler")
    before = flows.loc[gas, "flow"].sum()
    flows.loc[gas, "flow"] *= 1.2
    flows.to_parquet(path)
    read = account(load(SMALL), path)
    assert read.flows.net["boiler", "gas-main"].sum() == pytest.approx(1.2 * before)
    assert any("largest imbalance" in note and ": 0 " not in note for note in read.park.notes)


def test_flows_of_another_clock_are_one_fault(tmp_path: Path) -> None:
    write_outcome(plan(load(SMALL)), tmp_path / "out")
    path = tmp_path / "out" / "flows.parquet"
    flows = pd.read_parquet(path)
    flows["time"] = flows["time"] + pd.Timedelta(hours=8)
    flows.to_parquet(path)
    with pytest.raises(InputError) as caught:
        account(load(SMALL), path)
    assert len(caught.value.faults) == 1
    assert "UTC" in caught.value.faults[0].hint


def test_faults_of_every_stage_at_once(tmp_path: Path) -> None:
    """Unit, share, name of a tariff, column, turbine, account of a limit, missing hour: seven, in one go."""
    folder = changed(
        tmp_path,
        ("capacity: {max: 40 MW,", "capacity: {max: 40 MWh,"),
        ("charge_efficiency: 95 %", "charge_efficiency: 94"),
        ("tariff: grid\n", "tariff: gridd\n"),
        ("column: works", "column: workz"),
        ("turbine: low-wind-5.5mw", "turbine: low-wind"),
        ("rules:\n", "limits: {land: {left: landuse, limit: 3 hectare}}\nrules:\n"),
    )
    lines = (folder / "loads.csv").read_text(encoding="utf-8").splitlines()
    (folder / "loads.csv").write_text("\n".join(lines[:100] + lines[101:]) + "\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load(folder)
    fields = {fault.field for fault in caught.value.faults}
    assert {
        "assets.e-boiler.capacity.max",
        "assets.battery.charge_efficiency",
        "assets.grid.tariff",
        "assets.wind.wind.turbine",
        "limits.land.left",
        "time",
        "workz",
    } == fields
    assert all(fault.line for fault in caught.value.faults)
    (column,) = (fault for fault in caught.value.faults if fault.field == "workz")
    assert "did you mean 'works'" in column.hint
    assert "named in park.yaml:" in column.hint
    printed = typer.testing.CliRunner().invoke(app, ["check", str(folder)])
    assert printed.exit_code == 1
    assert "loads.csv:100:" in printed.stderr


def test_reasons_as_json(tmp_path: Path) -> None:
    overrides = [
        "--set=assets.wind.capacity.max=0",
        "--set=assets.pv.capacity.max=0",
        "--set=assets.grid.capacity=5 MW",
        "--set=rules.cn-green-direct-2025.mode=measure",
    ]
    command = [
        sys.executable,
        "-m",
        "zeropark.cli",
        "plan",
        str(SMALL),
        "--out",
        str(tmp_path / "o"),
        "--json",
    ]
    done = subprocess.run([*command, *overrides], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 1
    printed = json.loads(done.stdout)
    assert printed["status"] == "infeasible"
    assert any("electricity at bus is short by" in reason for reason in printed["reasons"])


def test_on_off_plan_is_sound() -> None:
    overrides = {
        "time.days": "2",
        "assets.boiler.on_off": "true",
        "assets.boiler.start_cost": "500 CNY",
        "assets.boiler.min_load": "30 %",
    }
    outcome = plan(load(SMALL, overrides))
    assert outcome.certificate is not None
    assert outcome.certificate.sound
    assert outcome.prices


def test_an_answer_that_misses_a_rule_is_no_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever drops the rules from the problem, the verdicts see it."""
    monkeypatch.setattr(
        formulation, "form_limit", lambda name, *_: formulation.Rows(f"limit:{name}", (), *_EMPTY)
    )
    with pytest.raises(NotSolved, match="export-of-generation"):
        plan(load(SMALL))


_EMPTY = (pd.Series([-float("inf")]).to_numpy(), pd.Series([float("inf")]).to_numpy())


def test_a_store_that_begins_full_is_no_gift() -> None:
    cyclic = plan(load(SMALL)).bill.total
    full = plan(load(SMALL, {"assets.battery.initial": "100 %"})).bill.total
    assert full >= cyclic * (1 - 1e-9)


@pytest.mark.parametrize("kind", ["one market", "two markets"])
def test_trade_for_nothing_is_refused(tmp_path: Path, kind: str) -> None:
    """Valley energy costs 0.48 × 300 + 42.9 + 30 + 22.425 = 239.3 CNY/MWh in the small park; 400 are paid."""
    if kind == "one market":
        folder = changed(tmp_path, ("sell: {price: 200 CNY/MWh}", "sell: {price: 400 CNY/MWh}"))
        seller = "grid"
    else:
        other = "  feed-in: {kind: market, node: bus, sell: {price: 400 CNY/MWh}}\n  gas-supply:"
        folder = changed(tmp_path, ("  gas-supply:", other))
        seller = "feed-in"
    with pytest.raises(InputError) as caught:
        load(folder)
    (fault,) = caught.value.faults
    assert fault.field == f"assets.{seller}.sell.price"
    assert "239.325" in fault.expected
