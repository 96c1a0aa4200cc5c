"""The main job on real input: a typical-year EPW of Ordos and a metered steel works.

Both lie beside the repository and are not part of it; see docs/how-to/real-weather-and-load.md.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from zeropark.errors import InputError
from zeropark.planning import plan
from zeropark.readings import load

DATA = Path(__file__).parents[3] / "shared" / "data"
EPW = next(iter(sorted((DATA / "weather").glob("*.epw"))), None) if DATA.is_dir() else None
STEEL = DATA / "load" / "uci_steel_gwangyang_2018_15min.csv"
pytestmark = pytest.mark.skipif(
    EPW is None or not STEEL.is_file(), reason="real weather and load are not beside the repository"
)

PARK = """
zeropark: 1
name: Steel works on real data
time: {{start: 2018-01-08, days: 7, step: 15 min, zone: Asia/Shanghai}}
site: {{latitude: 39.83, longitude: 109.98, altitude: 1462 m}}
money: {{currency: CNY, discount_rate: 6 %}}
carriers: {{electricity: {{unit: MWh, kind: electricity}}}}
nodes: {{bus: electricity}}
tables:
  # kWh in each quarter of an hour: times 4 is the mean power in kW
  steel: {{file: steel.csv, time: date, stamp: {stamp}, unit: kW}}
weather: {{ordos: {{file: ordos.epw, irradiance_clock: fit}}}}
assets:
  load: {{kind: demand, node: bus, profile: {{table: steel, column: Usage_kWh, times: 4}}}}
  pv: {{kind: source, node: bus, origin: solar, pv: {{weather: ordos}},
       capacity: {{max: 2 MW, investment: 3000 CNY/kW, lifetime: 25 year}}}}
  wind: {{kind: source, node: bus, origin: wind,
         wind: {{weather: ordos, turbine: low-wind-5.5mw, mean_speed: 6.5 m/s}},
         capacity: {{max: 2 MW, investment: 4500 CNY/kW, lifetime: 25 year}}}}
  grid: {{kind: market, node: bus, origin: grid, buy: {{price: 0.45 CNY/kWh}}}}
"""


def folder_with(tmp_path: Path, stamp: str) -> Path:
    (tmp_path / "park.yaml").write_text(PARK.format(stamp=stamp), encoding="utf-8")
    shutil.copyfile(str(EPW), tmp_path / "ordos.epw")
    shutil.copyfile(STEEL, tmp_path / "steel.csv")
    return tmp_path


def mended(path: Path) -> None:
    """Each day's 00:00 carries the date of the day that it ends: move it to the day it begins."""
    table = pd.read_csv(path)
    times = pd.to_datetime(table["date"], format="%d/%m/%Y %H:%M")
    midnight = times.dt.strftime("%H:%M") == "00:00"
    table["date"] = (times + pd.to_timedelta(midnight.astype(int), unit="D")).dt.strftime("%Y-%m-%d %H:%M")
    table.to_csv(path, index=False)


def test_the_metered_file_as_it_is_gets_its_fault_named(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        load(folder_with(tmp_path, "ending"))
    text = str(caught.value)
    assert "steel.csv" in text
    assert "00:00" in text
    assert "date" in text


def test_plan_on_real_weather_and_load(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, "ending")
    mended(folder / "steel.csv")
    park = load(folder)
    outcome = plan(park)
    energy_mwh = outcome.accounts["electricity_use"].value
    # Sum of the metered column over the week of 8 January 2018, interval-ending stamps, kWh → MWh
    metered = pd.read_csv(folder / "steel.csv", parse_dates=["date"]).set_index("date")["Usage_kWh"]
    week = metered.loc["2018-01-08 00:15":"2018-01-15 00:00"]
    assert len(week) == 672
    assert energy_mwh == pytest.approx(week.sum() / 1000, rel=1e-9)
    assert outcome.certificate is not None
    assert outcome.certificate.sound
    notes = " ".join(park.notes)
    assert "0.84" in notes  # DNI and DHI of this file do not close to GHI, see the data's own description
