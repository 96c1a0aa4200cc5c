"""Tariff engine: the price of a kilowatt-hour in every step, as pure functions of tariff and clock.

A step that lies across the boundary of two periods takes the time-weighted mean of their prices, so
any step from 5 minutes to 1 hour and any boundary in fractions of an hour works. A step belongs to
the season of the local month in which it begins; should it run past midnight, it goes on at hour 0.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from zeropark import units
from zeropark.clock import Clock
from zeropark.errors import Fault, InputError
from zeropark.forms import Array
from zeropark.park.fields import Series
from zeropark.park.model import Park
from zeropark.park.tariffs import CapacityCharge, Season, Tariff


def energy_price(tariff: Tariff, clock: Clock, values: Callable[[Series], Array]) -> Array:
    """Energy price of every step, money/MWh, shape (steps,); 0 when the tariff has none.

    ``values`` gives the array of a series, for tariffs that follow a market price.
    """
    if tariff.price is not None:
        return values(tariff.price)
    flat = tariff.flat_price or 0.0
    return flat * ratios(tariff, clock)


def ratios(tariff: Tariff, clock: Clock) -> Array:
    """Price of every step over the flat price, shape (steps,); 1 without seasons."""
    result = np.ones(clock.steps)
    month = clock.times_local.month.to_numpy()
    for season in tariff.seasons.values():
        inside = np.isin(month, season.months)
        result[inside] = _mean_ratio(season, clock.hour_of_day[inside], clock.step_hours)
    return result


def _mean_ratio(season: Season, begin: Array, hours: float) -> Array:
    """Mean ratio over [begin, begin + hours), by the ratio summed up from midnight on."""
    windows = sorted((a, b, name) for name, pairs in season.periods.items() for a, b in pairs)
    edges = np.array([0.0] + [b for _, b, _ in windows])
    summed = np.concatenate(([0.0], np.cumsum([(b - a) * season.ratios[name] for a, b, name in windows])))
    end = begin + hours
    past_midnight = np.interp(np.maximum(end - 24.0, 0.0), edges, summed)
    today = np.interp(np.minimum(end, 24.0), edges, summed) - np.interp(begin, edges, summed)
    return np.asarray((today + past_midnight) / hours, dtype=np.float64)


def mwh_per_unit(park: Park, name: str, node: str) -> float:
    """MWh in one unit of the carrier at a market with a tariff (and MW in one unit per hour).

    Raises InputError when the carrier is not measured as energy.
    """
    unit = park.unit_at(node)
    try:
        return units.factor(unit, "MWh")
    except units.UnitError as error:
        found = f"a tariff in money/MWh on a carrier in {unit}"
        wrong = Fault(
            "park.yaml", None, f"assets.{name}.tariff", found, "a carrier measured in MWh, kWh, GJ …"
        )
        raise InputError([wrong]) from error


def charges_transmission(charge: CapacityCharge | None) -> bool:
    """Whether transmission is paid by energy; the direct-supply fee has it inside (1192号)."""
    return charge is None or charge.basis != "direct-supply"
