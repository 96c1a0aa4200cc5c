"""Made-up shapes of sun, wind, load and price; seeded, so that every tool reads the same ones."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
WINTER_WIND = 0.1
"""How much more of the wind capacity blows in winter than on average."""


def profiles(steps: int, hours: float, seed: int) -> dict[str, Array]:
    """Shapes of shape (steps,), from 1 January on.

    pv, wind: share of capacity. load: MW around 300. price: CNY/MWh by the hour of the day.
    """
    rng = np.random.default_rng(seed)
    hour = np.arange(steps) * hours
    sun = np.clip(np.sin((hour % 24 - 6) / 12 * np.pi), 0, None)
    season = 1 + 0.25 * np.sin((hour / 24 - 80) / 365 * 2 * np.pi)
    per_day = round(24 / hours)
    clouds = np.repeat(rng.beta(4, 1.5, steps // per_day + 1), per_day)[:steps]
    winter = WINTER_WIND * np.cos(hour / 24 / 365 * 2 * np.pi)
    load = 300 * (1 + 0.1 * np.sin((hour % 24 - 9) / 12 * np.pi) + 0.03 * rng.normal(size=steps))
    peak, valley = (
        (hour % 24 >= 17) & (hour % 24 < 22),
        (hour % 24 < 6) | ((hour % 24 >= 11) & (hour % 24 < 14)),
    )
    return {
        "pv": np.round(np.clip(0.8 * sun * season * clouds, 0, 1), 6),
        "wind": np.round(np.clip(0.35 + winter + 0.25 * _gusts(rng, steps, hours), 0, 1), 6),
        "load": np.round(np.clip(load, 90, None), 3),
        "price": np.select([valley, peak], [200.0, 650.0], 420.0),
    }


def _gusts(rng: np.random.Generator, steps: int, hours: float) -> Array:
    """Noise that remembers 97 % of the hour before."""
    keeps, noise = 0.97**hours, rng.normal(0, 0.15 * np.sqrt(hours), steps)
    gusts = np.zeros(steps)
    for i in range(1, steps):
        gusts[i] = keeps * gusts[i - 1] + noise[i]
    return gusts


def months(steps: int, hours: float) -> tuple[NDArray[np.int64], Array]:
    """Month of each step of 2025, and the share of each month that the period covers: (steps,), (months,)."""
    begins = np.datetime64("2025-01-01", "m") + (np.arange(steps) * hours * 60).astype("timedelta64[m]")
    month = (begins.astype("datetime64[M]") - np.datetime64("2025-01")).astype(np.int64)
    firsts = np.arange(np.datetime64("2025-01"), np.datetime64("2026-02")).astype("datetime64[h]")
    whole = np.diff(firsts).astype(float)[: month[-1] + 1]
    return month, np.bincount(month) * hours / whole
