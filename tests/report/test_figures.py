from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
import pytest

from zeropark import figures
from zeropark.figures.dispatch import layers
from zeropark.figures.heat import heat_grid, heat_range
from zeropark.figures.sankey import ENERGY, links_of
from zeropark.figures.series import all_lines, day_starts, line_title, notable_days, wall_times
from zeropark.outcome import Outcome

Build = Callable[..., Outcome]


def every(outcome: Outcome, language: figures.Language) -> list[go.Figure]:
    """Each figure once."""
    return [
        figures.cost_bars(outcome, language),
        figures.bill_months(outcome, language),
        figures.capacity_bars(outcome, language),
        figures.rule_margins(outcome, language),
        figures.price_duration(outcome, "power", language),
        figures.year_heat_map(outcome, "flow:grid:power", language),
        figures.week_dispatch(outcome, "power", 3, language),
        *(figures.carrier_sankey(outcome, group, language) for group in figures.sankey_groups(outcome)),
    ]


@pytest.mark.parametrize("language", figures.LANGUAGES)
def test_every_figure_is_drawn_in_its_language(outcome: Outcome, language: figures.Language) -> None:
    for drawn in every(outcome, language):
        text = drawn.to_json()
        assert drawn.data
        assert any("一" <= c <= "鿿" for c in drawn.layout.title.text) == (language == "zh")
        assert "<rare-earth>" not in text


def test_figures_leave_the_outcome_alone(outcome: Outcome) -> None:
    before = {key: flow.copy() for key, flow in outcome.flows.net.items()}
    every(outcome, "en")
    assert all(np.array_equal(before[key], flow) for key, flow in outcome.flows.net.items())


def test_figures_of_readings_say_that_there_is_nothing(read_outcome: Outcome) -> None:
    assert not figures.price_duration(read_outcome, "power", "en").data
    assert not figures.bill_months(read_outcome, "en").data
    assert figures.week_dispatch(read_outcome, "power", 99, "zh").data


# --- heat map --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "days", "step", "zone", "shape"),
    [
        ("2025-01-01", 365, 60, "Asia/Shanghai", (24, 365)),
        ("2024-01-01", 366, 60, "Asia/Shanghai", (24, 366)),
        ("2025-01-01", 40, 15, "Asia/Shanghai", (96, 40)),
        ("2025-03-20", 20, 60, "Europe/Berlin", (24, 20)),
    ],
)
def test_heat_map_has_a_cell_for_each_hour_of_each_day(
    build: Build, start: str, days: int, step: int, zone: str, shape: tuple[int, int]
) -> None:
    outcome = build(start, days, step, zone)
    drawn = figures.year_heat_map(outcome, "flow:pv:power", "en").data[0]
    assert np.asarray(drawn.z).shape == shape
    assert len(drawn.x) == days


def test_heat_map_when_clocks_change(build: Build) -> None:
    spring = build("2025-03-29", 3, 60, "Europe/Berlin")
    counted = np.arange(spring.flows.clock.steps, dtype=np.float64)
    grid = heat_grid(spring.flows.clock, counted)
    assert np.isnan(grid).sum() == 1
    assert np.isnan(grid[2, 1])
    autumn = build("2025-10-25", 3, 60, "Europe/Berlin")
    grid = heat_grid(autumn.flows.clock, np.arange(autumn.flows.clock.steps, dtype=np.float64))
    assert grid[2, 1] == pytest.approx(26.5)
    assert not np.isnan(grid).any()


def test_heat_map_keeps_gaps_and_its_range() -> None:
    assert heat_range(np.array([np.nan, -2.0, 5.0])) == (-5.0, 5.0)
    assert heat_range(np.array([0.0, 5.0])) == (0.0, 5.0)
    assert heat_range(np.array([400.0, 500.0])) == (400.0, 500.0)
    assert heat_range(np.array([np.nan])) == (0.0, 1.0)


def test_every_line_has_a_title_in_both_languages(outcome: Outcome) -> None:
    lines = all_lines(outcome)
    titles = {
        line_title(outcome, line, language) for line in lines.values() for language in figures.LANGUAGES
    }
    assert len(titles) == 2 * len(lines)
    assert line_title(outcome, lines["flow:electrolyser:h2"], "en") == "Electrolyser: Hydrogen, made"
    assert line_title(outcome, lines["flow:gas:gas"], "zh") == "天然气供应：购入量"


# --- dispatch --------------------------------------------------------------------------------------


def test_week_supply_and_use_meet(outcome: Outcome) -> None:
    drawn = figures.week_dispatch(outcome, "power", 170, "en")
    above = sum(np.asarray(t.y) for t in drawn.data if t.stackgroup == "supply")
    below = sum(np.asarray(t.y) for t in drawn.data if t.stackgroup == "use")
    assert len(drawn.data[0].x) == 7 * 24 + 1
    assert np.allclose(above, -below)


def test_week_covers_all_nodes_of_the_carrier(outcome: Outcome) -> None:
    names = {line.asset for layer in layers(outcome, "power") for line in layer.lines}
    assert {"wind", "pv", "grid", "smelter", "direct-line"} <= names
    assert all(not layer.above for layer in layers(outcome, "power") if layer.lines[0].asset == "direct-line")


def test_week_axis_is_even_when_clocks_change(build: Build) -> None:
    outcome = build("2025-10-22", 9, 60, "Europe/Berlin")
    starts = day_starts(outcome.flows.clock)
    times, offset = wall_times(outcome.flows.clock, int(starts[0]), int(starts[7]))
    assert offset == "UTC+02:00"
    assert len(times) == 7 * 24 + 2
    assert times.is_unique


def test_notable_weeks_lie_in_the_period(outcome: Outcome, read_outcome: Outcome) -> None:
    weeks = dict(notable_days(outcome))
    assert set(weeks) == {"bought", "renewable", "sold"}
    assert all(0 <= day <= 365 - 7 for day in weeks.values())
    assert all(0 <= day <= 3 for _, day in notable_days(read_outcome))


# --- sankey ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("group", [ENERGY, "oxide"])
def test_sankey_conserves_every_node(outcome: Outcome, group: str) -> None:
    links = links_of(outcome, group)
    for node in {p for link in links for p in (link.start, link.end) if p[0] == "node"}:
        arrives = sum(link.width for link in links if link.end == node)
        leaves = sum(link.width for link in links if link.start == node)
        assert arrives == pytest.approx(leaves, rel=1e-9)


def test_sankey_conserves_converters_and_storages(outcome: Outcome) -> None:
    links = links_of(outcome, ENERGY)
    for point in (("asset", "electrolyser"), ("asset", "gas-boiler"), ("asset", "direct-line")):
        arrives = sum(link.width for link in links if link.end == point)
        assert arrives == pytest.approx(sum(link.width for link in links if link.start == point), rel=1e-9)
    lost = sum(link.width for link in links if link.start == ("out", "battery"))
    net = outcome.flows.net["battery", "bus"]
    assert lost == pytest.approx(-net.sum())


def test_sankey_amounts_are_those_of_the_flows(outcome: Outcome) -> None:
    made = [link for link in links_of(outcome, ENERGY) if link.start == ("asset", "electrolyser")]
    hydrogen = next(link for link in made if link.end == ("node", "h2-main"))
    assert hydrogen.amount == pytest.approx(8760 * 1000)
    assert hydrogen.width == pytest.approx(8760 * 1000 * 0.004095 * 29.3076 / 3.6)


def test_sankey_shows_what_does_not_balance(outcome: Outcome) -> None:
    net = dict(outcome.flows.net)
    net["smelter", "bus"] = net["smelter", "bus"] * 0.9
    metered = replace(outcome, flows=replace(outcome.flows, net=net))
    gap = [link for link in links_of(metered, ENERGY) if link.end == ("unbalanced", "out")]
    assert gap[0].amount == pytest.approx(-0.1 * outcome.flows.net["smelter", "bus"].sum())


def test_many_small_bands_become_one(outcome: Outcome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zeropark.figures.dispatch.MOST_BANDS", 3)
    drawn = figures.week_dispatch(outcome, "power", 170, "en")
    names = [trace.name for trace in drawn.data]
    assert len(names) == 6
    assert names[-1].endswith("others, use")
    above = sum(np.asarray(t.y) for t in drawn.data if t.stackgroup == "supply")
    below = sum(np.asarray(t.y) for t in drawn.data if t.stackgroup == "use")
    assert np.allclose(above, -below)
