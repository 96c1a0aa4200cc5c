"""The committed tables of the Baotou example are what its scripts write, and hit the facts they cite."""

from __future__ import annotations

import datetime as dt
import io
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from zeropark import units
from zeropark.examples.baotou import shapes
from zeropark.examples.baotou.columns import COLUMNS
from zeropark.examples.baotou.make_tables import (
    FOLDER,
    as_csv,
    load_shapes,
    provenance,
    read_facts,
    with_table,
)

PAGE = yaml.safe_load((FOLDER / "facts.yaml").read_text(encoding="utf-8"))
FACTS = [row for topic in PAGE["facts"].values() for row in topic]
FACT_BY_ID = {row["id"]: row for row in FACTS} | {row["id"]: row for row in PAGE["choices"]}


@cache
def committed() -> pd.DataFrame:
    return pd.read_csv(FOLDER / "loads.csv", index_col="time")


@cache
def made() -> pd.DataFrame:
    return load_shapes()


def figure(fact: str, unit: str) -> float:
    """A fact or choice in the unit this test reckons in: guards against a unit slip in columns.py."""
    row = FACT_BY_ID[fact]
    return float(row["value"]) * units.factor(row["unit"], unit)


def per_year(output: str, intensity: str, unit: str) -> float:
    return figure(output, "t/year") * figure(intensity, unit)


def test_committed_loads_are_what_the_script_writes() -> None:
    again = pd.read_csv(io.StringIO(as_csv(made())), index_col="time")
    assert list(committed().columns) == list(again.columns)
    assert list(committed().index) == list(again.index)
    for column in COLUMNS:  # another machine's last bit may round one digit the other way, here and there
        difference = np.abs(committed()[column.header] - again[column.header])
        assert difference.max() <= 1.01 * 10.0**-column.decimals, column.header
        assert (difference > 1e-9).mean() < 0.001, column.header


def test_committed_provenance_table_is_what_the_script_writes() -> None:
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert with_table(page, provenance(committed())) == page


def test_loads_are_one_local_year_of_hours() -> None:
    times = pd.to_datetime(committed().index)
    assert committed().index[0] == "2025-01-01 00:00"
    assert committed().index[-1] == "2025-12-31 23:00"
    assert len(times) == 8760
    assert (np.diff(times.to_numpy()) == np.timedelta64(1, "h")).all()


def test_loads_are_whole_and_not_negative() -> None:
    assert not committed().isna().any().any()
    assert (committed().drop(columns="outdoor [degC]") >= 0).all().all()


def test_loads_file_stays_small() -> None:
    assert (FOLDER / "loads.csv").stat().st_size < 1.5e6


YEARLY = [
    ("separation [MW]", "separation-output", "separation-electricity", "MWh/t"),
    ("lace-metal [MW]", "lace-output", "lace-electrolysis", "MWh/t"),
    ("magnets [MW]", "magnets-output", "magnet-making", "MWh/t"),
    ("recycling [MW]", "recycling-input", "recycling-electricity", "MWh/t"),
    ("polysilicon [MW]", "polysilicon-output", "polysilicon-electricity", "MWh/t"),
    ("monocrystal [MW]", "monocrystal-output", "monocrystal-electricity", "MWh/t"),
    ("graphite [MW]", "graphite-output", "graphitisation-electricity", "MWh/t"),
    ("steel-auxiliaries [MW]", "steel-output", "steel-auxiliary-electricity", "MWh/t"),
    ("separation-steam [GJ/h]", "separation-output", "separation-steam", "GJ/t"),
]


@pytest.mark.parametrize(("header", "output", "intensity", "unit"), YEARLY)
def test_yearly_sum_is_output_times_specific_use(header: str, output: str, intensity: str, unit: str) -> None:
    assert committed()[header].sum() == pytest.approx(per_year(output, intensity, unit), rel=1e-3)


MEANS = ["motors", "windworks", "water", "logistics", "offices", "station"]


@pytest.mark.parametrize("tenant", MEANS)
def test_mean_is_the_chosen_one(tenant: str) -> None:
    assert committed()[f"{tenant} [MW]"].mean() == pytest.approx(figure(f"{tenant}-mean", "MW"), rel=2e-3)


def test_mean_steam_of_works_is_the_chosen_one() -> None:
    for tenant in ("motors", "windworks"):
        mean = committed()[f"{tenant}-steam [GJ/h]"].mean()
        assert mean == pytest.approx(figure(f"{tenant}-steam", "GJ/h"), rel=1e-2)


def test_datahall_is_it_load_times_pue() -> None:
    expected = figure("datahall-it", "MW") * figure("datahall-pue", "1")
    assert committed()["datahall [MW]"].mean() == pytest.approx(expected, rel=1e-3)


def test_fixed_air_separation_is_the_rest_of_oxygen_times_specific_use() -> None:
    whole = figure("air-oxygen", "Nm3/h") * figure("air-separation-electricity", "MWh/Nm3")
    expected = whole * (1 - figure("air-flexible-share", "1"))
    assert committed()["air-gases [MW]"].mean() == pytest.approx(expected, rel=1e-3)


def test_roasting_gas_is_separation_output_times_specific_heat() -> None:
    expected = per_year("separation-output", "separation-gas", "GJ/t") / figure("gas-calorific", "GJ/Nm3")
    assert committed()["separation-gas [Nm3/h]"].sum() == pytest.approx(expected, rel=1e-3)


def test_waste_heat_is_a_share_of_polysilicon_power() -> None:
    expected = committed()["polysilicon [MW]"].sum() * 3.6 * figure("polysilicon-waste-heat", "1")
    assert committed()["waste-heat [GJ/h]"].sum() == pytest.approx(expected, rel=1e-3)


def test_ndpr_cells_allow_the_yearly_output() -> None:
    available = committed()["ndpr-cells [1]"]
    assert available.between(0.4, 1).all()
    assert available.sum() * figure("ndpr-lines-capacity", "t/h") > figure("ndpr-output", "t/year")
    least = figure("ndpr-minimum", "1") * available.sum() * figure("ndpr-lines-capacity", "t/h")
    assert least < figure("ndpr-output", "t/year")


def test_magnet_plant_makes_the_yearly_output() -> None:
    rate = committed()["magnets-rate [1]"]
    assert rate.between(0, 1).all()
    assert rate.sum() * figure("magnets-capacity", "t/h") == pytest.approx(
        figure("magnets-output", "t/year"), rel=1e-4
    )
    power = committed()["magnets [MW]"]
    assert (power / power.mean() - rate / rate.mean()).abs().max() < 1e-3  # in step


def test_furnaces_can_make_the_steel() -> None:
    assert figure("eaf-capacity", "t/h") * 672 > figure("steel-output", "t/year") / 12  # even in February
    assert figure("dri-capacity", "t/h") * 8760 > figure("dri-output", "t/year")


def test_temperature_has_the_stated_climate() -> None:
    outdoor = committed()["outdoor [degC]"]
    month = pd.to_datetime(committed().index).month
    assert outdoor.mean() == pytest.approx(figure("baotou-temperature-mean", "degC"), abs=0.3)
    assert outdoor[month == 1].mean() == pytest.approx(figure("baotou-temperature-january", "degC"), abs=2)
    assert outdoor[month == 7].mean() == pytest.approx(figure("baotou-temperature-july", "degC"), abs=2)
    assert -32 < outdoor.min() < -18
    assert 28 < outdoor.max() < 41


def test_spot_price_has_the_stated_mean() -> None:
    assert committed()["spot-price [CNY/MWh]"].mean() == pytest.approx(
        figure("spot-mean", "CNY/MWh"), rel=2e-3
    )


def test_space_heat_only_in_the_heating_season() -> None:
    heat = committed()["offices-heat [GJ/h]"]
    day = pd.to_datetime(heat.index).date
    summer = (day >= dt.date(2025, 4, 16)) & (day <= dt.date(2025, 10, 14))
    assert (heat[summer] == 0).all()
    assert 365 - len(set(day[summer])) == FACT_BY_ID["heating-season-days"]["value"]
    design = figure("offices-area", "m2") * figure("heat-load-density", "MW/m2") * 3.6
    assert 0.9 * design < heat.max() <= 1.1 * design + 0.05


def test_calendar_has_the_stated_days_off() -> None:
    assert shapes.holiday().sum() / 24 == FACT_BY_ID["holidays-2025"]["value"]
    assert shapes.workday().sum() / 24 == 248  # 2025: 365 − 104 weekend days − 18 holidays on weekdays + 5
    motors = committed()["motors [MW]"].to_numpy()
    noon = shapes.hour_of_day() == 10
    assert motors[noon & shapes.spring_festival()].max() < 0.3 * motors[noon & shapes.workday()].min()


def test_park_has_the_intended_size() -> None:
    fixed = committed().filter(regex=r"\[MW\]$").sum(axis=1)
    assert 160 < fixed.mean() < 190
    assert fixed.max() < 230


def test_every_column_is_a_fact_with_known_unit() -> None:
    for column in COLUMNS:
        assert set(column.facts) <= set(FACT_BY_ID), column.name
        assert units.same_dimension(column.unit, column.unit), column.name


def test_every_fact_is_whole() -> None:
    assert len(read_facts()) == len(FACTS) + len(PAGE["choices"])
    for row in FACTS:
        assert set(row) == {"id", "value", "unit", "low", "high", "source", "mark", "date", "note"}, row["id"]
        assert set(row["source"]) == {"title", "publisher", "year", "url"}, row["id"]
        assert row["low"] <= row["value"] <= row["high"], row["id"]
        assert row["mark"] in {"O", "2", "R"}, row["id"]
        assert (row["mark"] == "R") == (row["source"]["title"] == "recalled, unverified"), row["id"]
        assert isinstance(row["date"], dt.date), row["id"]


def test_every_fact_and_choice_has_a_known_unit() -> None:
    for row in FACT_BY_ID.values():
        assert units.same_dimension(row["unit"], row["unit"]), row["id"]


def test_design_note_cites_known_facts() -> None:
    text = Path(FOLDER / "design-note.md").read_text(encoding="utf-8")
    cited = {word for cell in text.split("`")[1::2] for word in cell.split(", ") if word.startswith("f:")}
    assert cited
    assert {word[2:] for word in cited} <= set(FACT_BY_ID)
