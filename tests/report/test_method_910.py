"""Two figures by the method for zero-carbon parks, and what lies between them: worked out by hand for small flows,
with 0.8325 tCO2/MWh (发改环资〔2025〕910号) as data/accounts.yaml states it.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from zeropark.carbon.attribution import attribution_of
from zeropark.outcome import Outcome
from zeropark.park.period import period_of, whole
from zeropark.passport.electricity import electricity_of, notes_of
from zeropark.passport.electricity_page import electricity_html
from zeropark.readings import account, load
from zeropark.report.origins import clean_share_words, electricity_block

PARK = """
zeropark: 1
name: One tenant
time: {start: "2025-03-01", days: 2, zone: Asia/Shanghai}
money: {discount_rate: 5 %}
carriers: {electricity: {unit: MWh, kind: electricity}}
nodes: {bus: electricity}
tenants: {a: {name: Alpha, name_zh: 甲}}
assets:
  sun: {kind: source, node: bus, capacity: 10, origin: solar}
  grid: {kind: market, node: bus, origin: grid, buy: {price: 500}}
  out: {kind: market, node: bus, sell: {price: 100}}
  load: {kind: demand, node: bus, tenant: a, target: {amount: 1, per: day}}
carbon:
  grid: {location: 0.6479 tCO2/MWh, residual: 0.8325 tCO2/MWh, clean_share: CLEAN}
"""
REGISTER = """certificate,supply,from,to,mwh,cancelled_for,cancelled_on
G1,far wind,2025-03-01 00:00,2025-03-03 00:00,MWH,a,2025-04-01
"""


def outcome_of(
    folder: Path, grid: float, load_mw: float, register: float = 0.0, clean: str = "25 %"
) -> Outcome:
    """The sun gives 2 MW all the time; what the load does not take of sun and grid is sold."""
    text = PARK.replace("CLEAN", clean)
    if register:
        (folder / "register.csv").write_text(REGISTER.replace("MWH", str(register)), encoding="utf-8")
        text = text.rstrip() + "\n  certificates: register.csv\n"
    (folder / "park.yaml").write_text(text, encoding="utf-8")
    times = pd.date_range("2025-02-28T16:00", periods=48, freq="h", tz="UTC")
    rows = [
        pd.DataFrame({"time": times, "asset": asset, "node": "bus", "carrier": "electricity", "flow": flow})
        for asset, flow in (("sun", 2.0), ("grid", grid), ("load", -load_mw), ("out", load_mw - 2.0 - grid))
    ]
    pd.concat(rows).to_csv(folder / "flows.csv", index=False)
    return account(load(folder), folder / "flows.csv")


def notes(outcome: Outcome) -> list[str]:
    found = attribution_of(outcome.park, outcome.flows)
    paper = electricity_of(outcome.park, found, whole(outcome.park.clock), outcome=outcome)
    block = electricity_block(outcome, lambda: found)
    assert block is not None
    assert paper.reconciled in ("", *block.notes)  # report and papers say the same
    return [note for note in notes_of(paper) if "910" in note and "account" in note]


def test_the_register_stands_between_both_figures(tmp_path: Path) -> None:
    """144 MWh bought, 100 MWh of certificates cancelled for the tenant: 119.88 and 36.63 tCO2, 83.25 between them."""
    (note,) = notes(outcome_of(tmp_path, 3.0, 5.0, register=100.0))
    for figure in ("119.9 tCO2 in the account", "36.63 tCO2 in the sum", "100 MWh", "−83.25 tCO2"):
        assert figure in note, note
    for figure in ("核算项为 119.9 tCO2", "合计为 36.63 tCO2", "−83.25 tCO2"):
        assert figure in note, note
    assert "The rest" not in note


def test_nothing_is_said_where_both_are_the_same(tmp_path: Path) -> None:
    assert notes(outcome_of(tmp_path, 3.0, 5.0)) == []


def test_both_are_zero_where_nothing_is_bought(tmp_path: Path) -> None:
    assert notes(outcome_of(tmp_path, 0.0, 1.0)) == []


def test_electricity_sold_on_is_told_as_the_rest(tmp_path: Path) -> None:
    """1 of 5 MW is sold on, three fifths of it the grid's: 28.8 MWh, 23.976 tCO2."""
    (note,) = notes(outcome_of(tmp_path, 3.0, 4.0))
    assert "The rest, −23.98 tCO2" in note
    assert "其余 −23.98 tCO2" in note


def test_part_of_the_period_is_not_compared_with_the_whole(tmp_path: Path) -> None:
    outcome = outcome_of(tmp_path, 3.0, 5.0, register=100.0)
    found = attribution_of(outcome.park, outcome.flows)
    day = period_of("2025-03-01", outcome.park.clock)
    assert electricity_of(outcome.park, found, day, outcome=outcome).reconciled == ""
    assert electricity_of(outcome.park, found, whole(outcome.park.clock), "a", outcome).reconciled == ""


def test_the_headline_says_what_its_share_is_of_and_what_it_assumes(tmp_path: Path) -> None:
    """2 of 5 MW are the sun's; of the grid's 3 MW a quarter is assumed clean: 40 % + 15 %."""
    outcome = outcome_of(tmp_path, 3.0, 5.0)
    found = attribution_of(outcome.park, outcome.flows)
    page = electricity_html(electricity_of(outcome.park, found, whole(outcome.park.clock)))
    assert "Of the generation behind it (240 MWh, losses included), 55 % was carbon-free hour by hour" in page
    assert "without that assumption 40 %" in page
    assert "不作此假设则为 40 %" in page
    assert clean_share_words(outcome.park).startswith("25 % of the grid's own supply")


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ("{value: 25 %, mark: R, source: x, date: 2026-01-01}", "(recalled, unverified)"),
        ("{value: 25 %, mark: O, source: x, date: 2026-01-01}", "(read in the official text)"),
        ("25 %", "(no source stated)"),
    ],
)
def test_the_mark_of_the_assumption_stands_beside_it(tmp_path: Path, stated: str, said: str) -> None:
    assert said in clean_share_words(outcome_of(tmp_path, 3.0, 5.0, clean=stated).park)
