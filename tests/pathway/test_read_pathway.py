"""The pathway file: values by stage, and every fault at once with its line."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zeropark.errors import InputError
from zeropark.park.assets import Source, Storage
from zeropark.pathway.curves import CurveError, by_stage
from zeropark.pathway.read import Pathway, read_pathway

STAGES = (2025, 2030, 2040)
SMALL = Path(__file__).parents[1] / "cases" / "small-park"
ONE_DAY = {"time.days": "1"}


def written(folder: Path, text: str) -> Path:
    file = folder / "pathway.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def read(folder: Path, text: str) -> Pathway:
    return read_pathway(SMALL, written(folder, text), ONE_DAY)


# --- curves ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "values"),
    [
        (5, [5, 5, 5]),
        ("3000 CNY/kW", ["3000 CNY/kW"] * 3),
        (False, [False] * 3),
        ([1, "2 MW", None], [1, "2 MW", None]),
        ({"2025": 10, "2045": 30}, [10.0, 15.0, 25.0]),
        ({"2030": 10, "2040": 30}, [10.0, 10.0, 30.0]),
        ({"2025": "3 CNY/W", "2040": "1500 CNY/kW"}, ["3.0 CNY/W", "2.5 CNY/W", "1.5 CNY/W"]),
        ({"2025": 0, "2030": "1 MW"}, ["0.0 MW", "1.0 MW", "1.0 MW"]),
        ({"2040": "20 %", "2030": "10 %"}, ["10.0 %", "10.0 %", "20.0 %"]),
        ({"2025": 10, "2035": 30, "curve": "steps"}, [10, 10, 30]),
        ({"2026": 10, "2035": 30, "curve": "steps"}, [10, 10, 30]),
        ({"2025": "measure", "2030": "enforce"}, ["measure", "enforce", "enforce"]),
        ({"table": "loads", "column": "works"}, [{"table": "loads", "column": "works"}] * 3),
        (
            {"2025": 1, "2040": 4, "source": "x", "mark": "R"},
            [{"value": v, "source": "x", "mark": "R"} for v in (1.0, 2.0, 4.0)],
        ),
    ],
)
def test_values_of_stages(raw: Any, values: list[Any]) -> None:
    assert by_stage(raw, STAGES) == values


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        ([1, 2], "a list of 2"),
        ({"2025": 1, "curv": "steps"}, "key 'curv'"),
        ({"2025": 1, "curve": "stepps"}, "curve 'stepps'"),
        ({"2025": "1 MW", "2030": "1 CNY"}, "2030: '1 CNY'"),
        ({"2025": "few", "2030": 3, "curve": "linear"}, "2025: 'few'"),
        ({"2025": 1, "mark": "X"}, "mark 'X'"),
        ({"2025": 5, "2030": "1 MW"}, "2025: 5"),
    ],
)
def test_curves_that_cannot_be_read(raw: Any, found: str) -> None:
    with pytest.raises(CurveError) as error:
        by_stage(raw, STAGES)
    assert error.value.found == found


@given(st.dictionaries(st.integers(1990, 2100), st.floats(-1e6, 1e6), min_size=1, max_size=6))
def test_curves_stay_between_their_values_and_meet_them(points: dict[int, float]) -> None:
    years = sorted({*points, 2000, 2035})
    found = dict(zip(years, by_stage({str(y): v for y, v in points.items()}, years), strict=True))
    slack = 1e-9 * max(1.0, *map(abs, points.values()))
    assert all(
        min(points.values()) - slack <= value <= max(points.values()) + slack for value in found.values()
    )
    assert all(found[year] == pytest.approx(value, rel=1e-11) for year, value in points.items())


# --- parks of stages -----------------------------------------------------------------------------------


def test_each_stage_has_the_park_as_it_is_then(tmp_path: Path) -> None:
    pathway = read(
        tmp_path,
        """
pathway: 1
stages: [2025, 2030, 2035]
discount_rate: 4 %
early_retirement: true
fields:
  assets.pv.capacity.investment: {2025: 3000 CNY/kW, 2035: 2000 CNY/kW, source: our guess, mark: R}
  money.carbon_price: [70, 140, 280]
  assets.load.profile.times: {2025: 1, 2035: 2}
capacities:
  pv: {max_build: {2025: 0, 2030: 0.1 GW}, early_retirement: false}
  boiler: {remaining_life: 10 year}
  battery.power: {max_build: 5}
""",
    )
    parks = [stage.park for stage in pathway.stages]
    pv = [park.assets["pv"] for park in parks]
    assert all(isinstance(asset, Source) for asset in pv)
    assert [asset.capacity.investment for asset in pv] == pytest.approx([3e6, 2.5e6, 2e6])  # type: ignore[union-attr]
    assert [park.spec.money.carbon_price for park in parks] == [70, 140, 280]
    loads = [park.values(park.assets["load"].profile) for park in parks]  # type: ignore[union-attr]
    assert np.allclose(loads[1], 1.5 * loads[0])
    assert np.allclose(loads[2], 2.0 * loads[0])
    assert [park.assets["boiler"].capacity.existing for park in parks] == [60, 60, 0]  # type: ignore[union-attr]
    assert pathway.most == {
        ("pv", "capacity"): (0.0, 100.0, 100.0),
        ("boiler", "capacity"): (np.inf,) * 3,
        ("battery", "power"): (5.0,) * 3,
    }
    assert ("pv", "capacity") not in pathway.retiring
    assert ("wind", "capacity") in pathway.retiring
    assert [(stage.years, round(stage.weight, 6)) for stage in pathway.stages[:1]] == [(5, 4.629895)]
    # 1 + 1/1.04 + 1/1.04² + 1/1.04³ + 1/1.04⁴
    battery = parks[0].assets["battery"]
    assert isinstance(battery, Storage)
    told = [a for a in parks[1].assumptions if a.path == "assets.pv.capacity.investment"]
    assert [(a.value, a.source, a.mark) for a in told] == [("2500.0 CNY/kW", "our guess", "R")]


def test_packs_judge_a_stage_by_its_own_year(tmp_path: Path) -> None:
    """发改能源〔2025〕650号 asks for 30 % of use from own green power, and for 35 % from 2030 on."""
    pathway = read(tmp_path, "pathway: 1\nstages: [2025, 2035]\n")
    years = [
        p.spec.rules["cn-green-direct-2025"].parameters["year"] for p in (s.park for s in pathway.stages)
    ]
    assert years == [2025, 2035]


def test_overrides_hold_where_the_pathway_says_nothing(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        "pathway: 1\nstages: [2025, 2030]\nfields:\n  money.carbon_price: {2025: 10, 2030: 20}\n",
    )
    given_ = {**ONE_DAY, "money.carbon_price": "99", "money.discount_rate": "3 %"}
    pathway = read_pathway(SMALL, file, given_)
    assert [stage.park.spec.money.carbon_price for stage in pathway.stages] == [10, 20]
    assert pathway.discount_rate == 0.03


# --- faults --------------------------------------------------------------------------------------------


def faults_of(folder: Path, text: str) -> dict[tuple[str, int | None, str], str]:
    with pytest.raises(InputError) as error:
        read(folder, text)
    return {(f.file, f.line, f.field): f.found for f in error.value.faults}


def test_every_fault_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    assert faults_of(
        tmp_path,
        """pathway: 1
stages: [2025, 2030]
fields:
  assets.pv.capacity.investment: {2025: 3000 CNY/kW, 2030: 2000 CNY/kWh}
  assets.pv.capacity.max: {2025: 500 MW, 2030: -1 MW}
  assets.pw.capacity.max: 5 MW
  money.carbon_price: [1, 2, 3]
capacities:
  pw: {max_build: 5}
  wind: {max_build: lots}
  battery: {max_build: 5 MW}
  h2-tank: {remaining_life: 3 year, max_build: {2025: 1, 2030: -1}}
""",
    ) == {
        ("pathway.yaml", 4, "fields.assets.pv.capacity.investment"): "2030: '2000 CNY/kWh'",
        ("pathway.yaml", 5, "fields.assets.pv.capacity.max"): "'-1.0 MW'",
        ("pathway.yaml", 6, "fields.assets.pw.capacity.max"): "no section 'assets.pw'",
        ("pathway.yaml", 7, "fields.money.carbon_price"): "a list of 3",
        ("pathway.yaml", 9, "capacities.pw"): "'pw'",
        ("pathway.yaml", 10, "capacities.wind.max_build"): "'lots'",
        ("pathway.yaml", 11, "capacities.battery.max_build"): "'5 MW'",
        ("pathway.yaml", 12, "capacities.h2-tank.max_build"): "-1.0",
    }


def test_a_fault_of_several_stages_is_told_once(tmp_path: Path) -> None:
    text = "pathway: 1\nstages: [2025, 2030, 2035]\nfields:\n  assets.pv.capacity.max: [5 MW, -1 MW, -1 MW]\n"
    with pytest.raises(InputError) as error:
        read(tmp_path, text)
    assert [(f.line, f.found, f.hint) for f in error.value.faults] == [(4, "'-1 MW'", "stage 2030, 2035")]


@pytest.mark.parametrize(
    ("text", "field", "found"),
    [
        ("stages: [2025]\n", "pathway", "nothing"),
        ("pathway: 1\n", "stages", "nothing"),
        ("pathway: 1\nstages: []\n", "stages", "'0 stages'"),
        ("pathway: 1\nstages: [2030, 2025]\n", "stages", "'2030, 2025'"),
        ("pathway: 1\nstages: [2025, 2025]\n", "stages", "'2025, 2025'"),
        ("pathway: 1\nstages: [25, 30]\n", "stages", "'25, 30'"),
        ("pathway: 1\nstages: [soon]\n", "stages.0", "'soon'"),
        ("pathway: 1\nstages: [2025, 2030]\nend: 2030\n", "park", "'end 2030'"),
        ("pathway: 1\nstages: [2025]\ndiscount_rate: 600 %\n", "discount_rate", "'600 %'"),
        ("pathway: 1\nstages: [2025]\nfeilds: {}\n", "feilds", "unknown key 'feilds'"),
        (
            "pathway: 1\nstages: [2025]\ncapacities: {pv: {max: 5}}\n",
            "capacities.pv.max",
            "unknown key 'max'",
        ),
        ("pathway: 1\nstages: [2025\n", "yaml", "expected ',' or ']', but got '<stream end>'"),
        ("", "file", "an empty file"),
    ],
)
def test_a_file_that_cannot_be_read(tmp_path: Path, text: str, field: str, found: str) -> None:
    assert {(where, said) for (_, _, where), said in faults_of(tmp_path, text).items()} == {(field, found)}


def test_faults_of_park_and_pathway_come_together(tmp_path: Path) -> None:
    park = tmp_path / "park"
    shutil.copytree(SMALL, park)
    text = (park / "park.yaml").read_text(encoding="utf-8")
    (park / "park.yaml").write_text(text.replace("max: 40 MW", "max: 40 GJ"), encoding="utf-8")
    file = written(tmp_path, "pathway: 1\nstages: [2030, 2025]\n")
    with pytest.raises(InputError) as error:
        read_pathway(park, file)
    assert [(f.file, f.field) for f in error.value.faults] == [
        ("pathway.yaml", "stages"),
        ("park.yaml", "assets.e-boiler.capacity.max"),
    ]


def test_an_end_of_life_named_twice_is_a_fault(tmp_path: Path) -> None:
    found = faults_of(
        tmp_path,
        "pathway: 1\nstages: [2025, 2030]\nfields:\n  assets.boiler.capacity.existing: {2025: 60, 2030: 30}\n"
        "capacities:\n  boiler: {remaining_life: 3 year}\n",
    )
    assert ("pathway.yaml", 6, "capacities.boiler.remaining_life") in found


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no readable file|No such file"):
        read_pathway(SMALL, tmp_path / "none.yaml")
