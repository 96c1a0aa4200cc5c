"""The price of every step, against prices worked by hand and against a finer clock."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from zeropark.accounts.money import cost_accounts
from zeropark.accounts.tariff import energy_price, ratios
from zeropark.errors import InputError
from zeropark.park.packs import packaged


def tariff_park(
    park_of: Any, tariff: dict[str, Any], start: str, days: int, step: int, zone: str = "Asia/Shanghai"
) -> Any:
    return park_of({
        "time": {"start": start, "days": days, "step": f"{step} min", "zone": zone},
        "tariffs": {"t": tariff},
        "assets": {"grid": {"kind": "market", "node": "bus", "tariff": "t", "buy": {}}},
    })  # fmt: skip


def prices(park: Any) -> Any:
    return energy_price(park.spec.tariffs["t"], park.clock, park.values)


MENGXI = {"use": "mengxi-two-part-110kv", "flat_price": 100, "transmission": 0, "system_operation": 0}

# Ratios: 内发改价费字〔2023〕1630号, as in rules-and-factors.md §5
WINDY = [48] * 4 + [100] * 2 + [168] * 2 + [100] * 3 + [48] * 5 + [100] * 2 + [168] * 4 + [100] * 2
LOW_WIND = (
    [100] * 6 + [154] * 2 + [100] * 3 + [44] * 2 + [35.2] * 2 + [44] + [100] * 2 + [154] + [184.8] * 2 + [154]
    + [100] * 2
)  # fmt: skip


@pytest.mark.parametrize("name", [n for n in packaged("tariffs") if n.startswith("mengxi")])
@pytest.mark.parametrize(
    ("day", "expected"), [("2025-01-15", WINDY), ("2025-07-15", LOW_WIND), ("2025-09-01", WINDY)]
)
def test_mengxi_hours(park_of: Any, name: str, day: str, expected: list[float]) -> None:
    tariff = MENGXI | {"use": name, "capacity_charge": {"demand_price": 31200}}
    assert prices(tariff_park(park_of, tariff, day, 1, 60)) == pytest.approx(expected)


def test_season_changes_at_local_midnight(park_of: Any) -> None:
    both = prices(tariff_park(park_of, MENGXI, "2025-05-31", 2, 60))
    assert both[:24] == pytest.approx(WINDY)
    assert both[24:] == pytest.approx(LOW_WIND)


@pytest.mark.parametrize("step", [5, 10, 15, 20, 30, 60])
def test_step_across_a_boundary_takes_the_mean(park_of: Any, step: int) -> None:
    ends = {"a": [[0, 6.3], [17.55, 24]], "b": [[6.3, 17.55]]}
    season = {"months": list(range(1, 13)), "periods": ends, "ratios": {"a": 1, "b": 3}}
    park = tariff_park(park_of, {"flat_price": 10, "seasons": {"all": season}}, "2025-03-01", 1, step)
    minutes = np.where((np.arange(1440) >= 6.3 * 60) & (np.arange(1440) < 17.55 * 60), 30.0, 10.0)
    assert prices(park) == pytest.approx(minutes.reshape(-1, step).mean(axis=1))


def test_leap_day_and_clock_change(park_of: Any) -> None:
    leap = tariff_park(park_of, MENGXI, "2024-02-28", 3, 60)
    assert prices(leap) == pytest.approx(WINDY * 3)
    spring = tariff_park(park_of, MENGXI, "2025-03-30", 1, 60, "Europe/Berlin")  # 02–03 is left out
    assert ratios(spring.spec.tariffs["t"], spring.clock) * 100 == pytest.approx(WINDY[:2] + WINDY[3:])


def test_flat_and_series_and_none(park_of: Any) -> None:
    assert prices(tariff_park(park_of, {"flat_price": 321}, "2025-01-01", 1, 60)) == pytest.approx(321)
    assert prices(tariff_park(park_of, {"price": 77}, "2025-01-01", 1, 60)) == pytest.approx(77)
    assert prices(tariff_park(park_of, {"funds": 5}, "2025-01-01", 1, 60)) == pytest.approx(0)


def test_prices_that_nobody_published_must_be_stated(park_of: Any) -> None:
    with pytest.raises(ValueError, match="transmission, system_operation"):
        tariff_park(park_of, {"use": "mengxi-two-part-10kv", "flat_price": 300}, "2025-01-01", 1, 60)


def test_tariff_on_something_that_is_no_energy(park_of: Any) -> None:
    park = park_of({
        "carriers": {"ore": {"unit": "t"}}, "nodes": {"bus": "ore"}, "tariffs": {"t": {"flat_price": 3}},
        "assets": {"grid": {"kind": "market", "node": "bus", "tariff": "t", "buy": {}}},
    })  # fmt: skip
    with pytest.raises(InputError, match=r"assets\.grid\.tariff"):
        cost_accounts(park)
