"""A park whose studies can be worked by hand: one demand, a generator to size, a market that is dear.

One day of 24 hours, no interest: an investment of 8,760 EUR/MW over one year costs 24 EUR for each MW on this
day (8,760 · 24 / 8,760). The demand is 10 MW, the market asks 3 EUR/MWh: each MW of the generator, available
half of the time, saves 12 h · 3 EUR = 36 EUR and costs 24 EUR. So 10 MW are built: 240 EUR, and the other
twelve hours are bought: 12 h · 10 MW · 3 EUR = 360 EUR; together 600 EUR.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from zeropark.study.run import Studied, StudyOptions, run_studies

PARK = """\
zeropark: 1
name: Two assets
name_zh: 两设备园区
time: {start: 2025-01-01, days: 1, zone: UTC}
money: {currency: EUR, discount_rate: 0}
carriers: {electricity: {unit: MWh, kind: electricity}}
nodes: {bus: electricity}
tables: {series: {file: series.csv}}
assets:
  sun:
    kind: source
    node: bus
    origin: solar
    availability: {table: series, column: half}
    capacity: {max: 50 MW, investment: 8760 EUR/MW, lifetime: 1 year}
  grid: {kind: market, node: bus, origin: grid, buy: {price: 3 EUR/MWh}}
  load: {kind: demand, node: bus, profile: 10 MW}
limits:
  bought: {left: grid_purchase, sense: at most, limit: 1000 MWh, mode: measure}
"""

Run = Callable[..., Studied]


def write_park(folder: Path, text: str = PARK) -> Path:
    """The park in a new folder. Columns: half is 1 from noon on; late is 1 in the last six hours only."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "park.yaml").write_text(text, encoding="utf-8")
    rows = [f"2025-01-01 {h:02d}:00,{int(h >= 12)},{int(h >= 18)}" for h in range(24)]
    (folder / "series.csv").write_text("\n".join(["time,half,late", *rows]) + "\n", encoding="utf-8")
    return folder


@pytest.fixture
def park(tmp_path: Path) -> Path:
    return write_park(tmp_path / "park")


@pytest.fixture
def study(park: Path, tmp_path: Path) -> Run:
    """``study(text)``: the studies of ``studies:`` in a YAML text, run in this process."""

    def run(text: str, **options: object) -> Studied:
        file = tmp_path / "study.yaml"
        file.write_text("zeropark: 1\nstudies:\n" + text, encoding="utf-8")
        return run_studies(park, file, tmp_path / "out", StudyOptions(**{"workers": 0, **options}))  # type: ignore[arg-type]

    return run
