"""The worked example is a park without faults, and every decisive number in it says where it is from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest
import yaml

from zeropark import units
from zeropark.examples.baotou.make_tables import FOLDER
from zeropark.forms import Form
from zeropark.optimize.formulate import formulate
from zeropark.park.assets import Connection, Converter, Demand, Market, Source
from zeropark.park.fields import evidence_of
from zeropark.park.model import Park
from zeropark.park.read import read_park
from zeropark.park.streams import needed, streams_of
from zeropark.readings import load

MOST_FREE_STREAMS = 45
"""Streams that the plan could decide on. All but 28 follow from others and fall out in presolve: what is bought and
sold of materials, the feeder, casting and billets."""

FIELDS_OF_MONEY_AND_FACTORS = (
    "investment", "fixed_cost", "lifetime", "land", "embodied", "emissions", "coal_equivalent", "combustion",
    "carbon_price", "discount_rate", "flat_price", "system_operation", "demand_price", "loss", "standing_loss",
    "charge_efficiency", "discharge_efficiency", "cost", "price", "other_ghg", "footprint", "location", "residual",
    "clean_share", "element",
)  # fmt: skip


@cache
def park() -> Park:
    return read_park(FOLDER)


@cache
def raw() -> dict[str, Any]:
    text: dict[str, Any] = yaml.load(
        (FOLDER / "park.yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader
    )
    return text


@cache
def facts() -> dict[str, dict[str, Any]]:
    page = yaml.safe_load((FOLDER / "facts.yaml").read_text(encoding="utf-8"))
    return {row["id"]: row for topic in page["facts"].values() for row in topic}


@cache
def choices() -> list[dict[str, Any]]:
    page = yaml.safe_load((FOLDER / "facts.yaml").read_text(encoding="utf-8"))
    return list(page["choices"])


def decisive(section: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every number of money, loss, efficiency or emission in the file, evidence included."""
    if isinstance(section, dict):
        for key, item in section.items():
            if key in FIELDS_OF_MONEY_AND_FACTORS and not (isinstance(item, dict) and "value" not in item):
                yield (*path, key), item
            else:
                yield from decisive(item, (*path, key))


def test_reads_without_faults_with_its_rules_and_whole_year() -> None:
    assert park().clock.steps == 8760
    assert set(park().packs) == {
        "cn-zero-carbon-park-2025",
        "cn-green-direct-2025",
        "nm-zero-carbon-park-2023",
    }


def test_twelve_tenants_at_least_and_every_one_owns_something() -> None:
    tenants = park().spec.tenants
    assert len(tenants) >= 12
    assert {asset.tenant for asset in park().assets.values()} == set(tenants)


def test_all_six_kinds_of_asset() -> None:
    assert {asset.kind for asset in park().assets.values()} == {
        "source", "demand", "converter", "storage", "connection", "market",
    }  # fmt: skip


def test_every_asset_has_an_owner_and_both_names() -> None:
    for name, asset in park().assets.items():
        assert asset.tenant, name
        assert asset.name, name
        assert asset.name_zh, name


def test_says_in_both_languages_what_is_invented() -> None:
    assert "invented" in park().spec.note
    assert "unverified" in park().spec.note
    assert "虚构" in park().spec.note_zh
    assert "未核实" in park().spec.note_zh
    assert all(table.synthetic for table in park().spec.tables.values())


def test_every_decisive_number_has_source_mark_and_date() -> None:
    found = list(decisive({**raw(), "measures": {}}))
    assert len(found) > 100
    words = ("0", "false")  # the switch `embodied` has the name of a number
    bare = [".".join(path) for path, item in found if not isinstance(item, dict) and item not in words]
    assert bare == []
    for path, section in evidence_of(raw()):
        assert section.get("source"), path
        assert section.get("date"), path
        assert section.get("mark") in ("O", "2", "R"), path


def test_every_measure_says_where_its_figures_are_from_and_who_answers_for_it() -> None:
    measures = park().spec.measures
    assert len(measures) >= 4
    for name, measure in measures.items():
        assert measure.name and measure.name_zh, name  # noqa: PT018
        assert measure.source and measure.mark and measure.date, name  # noqa: PT018
        assert measure.tenant in park().spec.tenants, name
        assert measure.due, name
        assert park().spec.efficiency is not None
        assert measure.process in park().spec.efficiency.processes, name


TURNED = {
    "gas-calorific", "alkaline-electricity", "eaf-metal-charge", "electric-boiler-efficiency", "gas-boiler-efficiency",
    "heat-pump-cop", "network-fixed-share", "hydrogen-compression", "discount-rate", "concentrate-reo",
    "separation-reagents", "la-share-of-reo", "ce-share-of-reo", "seg-share-of-reo", "monocrystal-silicon",
}  # fmt: skip
"""Facts that the park file states in other terms, e.g. per output instead of per input; see the test after next."""

SAME_THING = {"tCO2/t": "kgCO2/kg", "CNY/tCO2": "CNY/t"}
"""Units that the park file keeps apart and facts.yaml does not."""


def cited(section: dict[str, Any]) -> str | None:
    """The fact that a number's note names."""
    match = re.match(r"fact ([\w-]+)", section.get("note", ""))
    return match[1] if match else None


def test_every_fact_cited_exists_with_its_mark_and_date() -> None:
    for path, section in evidence_of(raw()):
        if (name := cited(section)) is not None:
            fact = facts()[name]
            assert (section["mark"], section["date"]) == (fact["mark"], str(fact["date"])), path


def test_numbers_are_those_of_the_facts_they_cite() -> None:
    compared = 0
    for path, section in evidence_of(raw()):
        name = cited(section)
        if name is None or name in TURNED:
            continue
        value, unit = units.split(section["value"])
        for written, meant in SAME_THING.items():
            unit = unit.replace(written, meant)
        fact = facts()[name]
        assert value * units.factor(unit or "1", fact["unit"]) == pytest.approx(fact["value"], rel=1e-3), path
        compared += 1
    assert compared > 50


def amount(asset: str, side: str, node: str) -> float:
    converter = park().assets[asset]
    assert isinstance(converter, Converter)
    constant = getattr(converter, side)[node].amount.constant
    assert constant is not None
    return float(constant)


def test_numbers_turned_round_agree_with_their_facts() -> None:
    carriers, gj = park().spec.carriers, 1 / 3.6
    assert carriers["natural-gas"].coal_equivalent == pytest.approx(fact("gas-calorific") / 29.3076, rel=1e-4)
    assert amount("electrolyser", "outputs", "hydrogen") == pytest.approx(
        1 / fact("alkaline-electricity"), rel=1e-4
    )
    iron, scrap = (amount("arc-furnace", "inputs", node) for node in ("iron-yard", "scrap-yard"))
    assert iron + scrap == pytest.approx(fact("eaf-metal-charge"))
    assert iron / (iron + scrap) == pytest.approx(0.25)
    electric = amount("electric-boiler", "inputs", "east-110")
    assert electric == pytest.approx(gj / fact("electric-boiler-efficiency"), rel=1e-4)
    assert park().spec.money.discount_rate == pytest.approx(fact("discount-rate"))
    for name, investment in (
        ("direct-line", "direct-line-investment"),
        ("tie-west", "substation-110-investment"),
    ):
        connection = park().assets[name]
        assert isinstance(connection, Connection)
        share = connection.capacity.fixed_cost / 1000 / fact(investment)
        assert share == pytest.approx(fact("network-fixed-share"))
    per_gj = 1 / fact("gas-boiler-efficiency") / fact("gas-calorific")
    assert amount("gas-boiler", "inputs", "gas") == pytest.approx(per_gj, rel=1e-3)
    assert amount("heat-pump", "inputs", "park-10") == pytest.approx(gj / fact("heat-pump-cop"), rel=1e-3)


def fact(name: str) -> float:
    return float(facts()[name]["value"])


def choice(name: str) -> float:
    return next(float(row["value"]) for row in choices() if row["id"] == name)


def capacity(asset: str) -> float:
    sizing = getattr(park().assets[asset], "capacity")  # noqa: B009 — only some kinds of asset have one
    return float(sizing.existing)


def test_amounts_of_separation_agree_with_shares_and_recovery() -> None:
    ndpr = fact("ndpr-share-of-reo")
    assert amount("separation", "inputs", "concentrate") == pytest.approx(
        1 / fact("concentrate-reo") / fact("separation-recovery") / ndpr, rel=1e-3
    )
    assert amount("separation", "inputs", "reagents") == pytest.approx(fact("separation-reagents") / ndpr)
    shares = {"la-oxide": "la-share-of-reo", "ce-oxide": "ce-share-of-reo", "seg-oxide": "seg-share-of-reo"}
    for node, share in shares.items():
        assert amount("separation", "outputs", node) == pytest.approx(fact(share) / ndpr), node
    assert ndpr + sum(fact(share) for share in shares.values()) == pytest.approx(1)


def test_plants_with_a_fixed_load_make_the_yearly_output_that_the_load_is_for() -> None:
    made = {
        "separation-output": capacity("separation") / fact("ndpr-share-of-reo"),
        "lace-output": capacity("lace-cells"),
        "polysilicon-output": capacity("polysilicon"),
        "monocrystal-output": capacity("monocrystal"),
        "motors-output": capacity("motor-works"),
        "magnets-output": capacity("magnets") * park().availability("magnets").mean(),
        "recycling-input": capacity("swarf-collected")
        + fact("magnet-swarf") * choice("magnets-output") / 8760,
    }
    for output, per_hour in made.items():
        assert per_hour * 8760 == pytest.approx(choice(output), rel=1e-3), output


def test_mass_of_magnets_silicon_and_motors_closes() -> None:
    magnets = sum(
        amount("magnets", "inputs", node) for node in ("ndpr-store", "dysprosium", "cobalt", "pure-iron")
    )
    assert magnets == pytest.approx(1 + amount("magnets", "outputs", "swarf"))
    own, bought = (amount("monocrystal", "inputs", f"polysilicon-{node}") for node in ("store", "bought"))
    assert own == choice("monocrystal-own-silicon")
    assert own + bought == pytest.approx(fact("monocrystal-silicon"))
    sold = needed(park(), "polysilicon-sale").mean()
    assert own * capacity("monocrystal") + sold == pytest.approx(capacity("polysilicon"))
    assert sold * 8760 == pytest.approx(choice("polysilicon-sold"), rel=1e-3)
    assert needed(park(), "ndpr-oxide-sale").mean() * 8760 == pytest.approx(
        choice("ndpr-oxide-sold"), rel=1e-3
    )
    motor = sum(
        amount("motor-works", "inputs", node)
        for node in ("magnet-store", "electrical-steel", "copper", "aluminium")
    )
    stampings_t = 0.015
    assert motor - stampings_t == pytest.approx(0.045)


def test_what_is_bought_or_sold_never_runs_backwards() -> None:
    """Purchases and sales that follow from others: least need above what comes, and the other way round."""
    made_here = capacity("separation") + capacity("recycling") * amount("recycling", "outputs", "oxide-store")
    cells = park().assets["ndpr-cells"]
    assert isinstance(cells, Converter)
    least_need = capacity("ndpr-cells") * cells.min_load * amount("ndpr-cells", "inputs", "oxide-store")
    assert least_need > made_here
    for metal in ("la-oxide", "ce-oxide"):
        drawn = capacity("lace-cells") * amount("lace-cells", "inputs", metal)
        assert capacity("separation") * amount("separation", "outputs", metal) > drawn
    least_magnets = capacity("magnets") * park().availability("magnets").min()
    assert least_magnets > capacity("motor-works") * amount("motor-works", "inputs", "magnet-store")


def test_loads_of_plants_count_in_their_products() -> None:
    serving = {
        name: asset.serves
        for name, asset in park().assets.items()
        if isinstance(asset, Demand) and asset.serves
    }
    assert {park().assets[plant].tenant for plant in serving.values()} == {
        park().assets[load].tenant for load in serving
    }
    assert set(serving.values()) == {
        "separation", "magnets", "recycling", "polysilicon", "monocrystal", "motor-works", "caster",
    }  # fmt: skip


WITHOUT_FACTOR = {"reclaimed-water", "residue"}
"""Sources that no product of the park takes anything from but by the works' own electricity."""


def test_all_that_is_bought_or_won_has_a_life_cycle_factor() -> None:
    brought = {
        name: asset.upstream
        for name, asset in park().assets.items()
        if isinstance(asset, Source) or (isinstance(asset, Market) and asset.buy is not None)
    }
    assert {name for name, factor in brought.items() if factor is None} == WITHOUT_FACTOR
    assert park().spec.footprint is not None
    by_basis = set(park().spec.footprint.grid.values())
    assert set(park().spec.factors) == (set(brought.values()) - {None}) | by_basis
    for name, factor in park().spec.factors.items():
        assert factor.name, name
        assert factor.name_zh, name


def test_worked_products_are_told_with_both_names_and_code() -> None:
    footprint = park().spec.footprint
    assert footprint is not None
    assert set(footprint.products) == {
        "la-oxide", "ce-oxide", "ndpr-oxide", "ndpr-metal", "magnet", "motor", "polysilicon", "steel-billet", "hydrogen",
    }  # fmt: skip
    for name, product in footprint.products.items():
        assert product.name, name
        assert product.name_zh, name
        assert re.fullmatch(r"\d{8}", product.cn_code), name


def test_every_process_with_several_products_says_how_they_share() -> None:
    footprint = park().spec.footprint
    assert footprint is not None
    several = {
        name
        for name, asset in park().assets.items()
        if isinstance(asset, Converter) and any(len(way.outputs) > 1 for way in asset.ways.values())
    }
    assert set(footprint.allocation) == several


def test_contracts_can_be_met_by_the_plants() -> None:
    steel, cells = park().assets["arc-furnace"], park().assets["ndpr-cells"]
    billets = park().assets["billets"]
    assert isinstance(steel, Converter)
    assert isinstance(cells, Converter)
    assert isinstance(billets, Demand)
    assert billets.target is not None
    assert steel.capacity.existing * 28 * 24 > billets.target.amount
    magnets = park().availability("magnets") * capacity("magnets") * amount("magnets", "inputs", "ndpr-store")
    drawn = magnets + needed(park(), "ndpr-sale")
    assert cells.capacity.existing * cells.min_load < np.mean(drawn) < cells.capacity.existing


def test_full_load_hours_are_those_of_the_facts() -> None:
    planned = load(FOLDER)
    for asset, fact in (("wind", "wind-hours"), ("pv", "pv-hours-fixed")):
        source = planned.assets[asset]
        assert isinstance(source, Source)
        assert facts()[fact]["low"] <= planned.availability(asset).sum() <= facts()[fact]["high"], asset


@cache
def week() -> Park:
    return load(FOLDER, {"time.end": "2025-01-07"})


def test_what_contracts_fix_balances_where_nothing_is_left_to_decide() -> None:
    known = formulate(week(), Form()).known
    streams = streams_of(week())
    decided = {effect.node for stream in streams if stream.key not in known for effect in stream.effects}
    left = {node: np.zeros(week().clock.steps) for node in week().spec.nodes if node not in decided}
    for stream in streams:
        for effect in stream.effects:
            if effect.node in left:
                left[effect.node] = left[effect.node] + effect.amount * known[stream.key]
    assert {"concentrate", "la-oxide", "dysprosium", "mg-silicon", "motor-store"} <= set(left)
    for node, residual in left.items():
        assert np.abs(residual).max() < 1e-12, node


def test_the_problem_stays_small_enough_for_two_cores() -> None:
    problem = formulate(week(), Form())
    free = [stream for stream in streams_of(week()) if stream.key in problem.variables]
    assert len(free) <= MOST_FREE_STREAMS
