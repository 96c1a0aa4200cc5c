"""The time steps of a park: regular, UTC inside, interval-beginning, local time at the edges."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray


@dataclass(frozen=True)
class Clock:
    """``steps`` intervals of ``step`` from ``start`` (timezone-aware); ``zone`` is the local time.

    Every array of the model has one entry per step: the mean over the interval that begins at
    ``times_utc[i]``.
    """

    start: datetime
    step: timedelta
    steps: int
    zone: ZoneInfo

    @property
    def step_hours(self) -> float:
        """Length of one step, h."""
        return self.step.total_seconds() / 3600

    @cached_property
    def day_hours(self) -> NDArray[np.float64]:
        """Hours of each whole local day (23 or 25 where clocks change), shape (days,)."""
        days = self.times_local.tz_localize(None).normalize().unique()
        begin, end = (d.tz_localize(self.zone) for d in (days, days + pd.Timedelta(days=1)))
        return np.asarray((end - begin).total_seconds() / 3600, dtype=np.float64)

    @property
    def hours(self) -> float:
        """Length of the whole period, h."""
        return self.step_hours * self.steps

    @cached_property
    def times_utc(self) -> pd.DatetimeIndex:
        """Beginning of each interval, UTC, shape (steps,)."""
        return pd.date_range(pd.Timestamp(self.start).tz_convert("UTC"), periods=self.steps, freq=self.step)

    @cached_property
    def times_local(self) -> pd.DatetimeIndex:
        """Beginning of each interval in local time, shape (steps,)."""
        return self.times_utc.tz_convert(self.zone)

    @cached_property
    def month_of_step(self) -> NDArray[np.int64]:
        """Index (0, 1, …) of the local calendar month that each step lies in, shape (steps,)."""
        local = self.times_local
        return self._consecutive(local.year.to_numpy() * 12 + local.month.to_numpy())

    @cached_property
    def day_of_step(self) -> NDArray[np.int64]:
        """Index (0, 1, …) of the local calendar day of each step, shape (steps,)."""
        return self._consecutive(self.times_local.tz_localize(None).normalize().to_numpy().astype("int64"))

    @cached_property
    def year_of_step(self) -> NDArray[np.int64]:
        """Index (0, 1, …) of the local calendar year of each step, shape (steps,)."""
        return self._consecutive(self.times_local.year.to_numpy())

    @cached_property
    def hour_of_day(self) -> NDArray[np.float64]:
        """Local hour of the day at the beginning of each step, 0 ≤ h < 24, shape (steps,)."""
        local = self.times_local
        return (local.hour + local.minute / 60).to_numpy(dtype=np.float64)

    @cached_property
    def months(self) -> tuple[str, ...]:
        """Local calendar months in order, as ``2025-01``."""
        return tuple(dict.fromkeys(self.times_local.strftime("%Y-%m")))

    @cached_property
    def month_fraction(self) -> NDArray[np.float64]:
        """Share of each calendar month's hours that lies in the period, shape (months,)."""
        firsts = [pd.Timestamp(f"{m}-01").tz_localize(self.zone) for m in self.months]
        whole = [(f + pd.DateOffset(months=1) - f).total_seconds() / 3600 for f in firsts]
        covered = np.bincount(self.month_of_step) * self.step_hours
        return np.asarray(covered / np.asarray(whole), dtype=np.float64)

    @cached_property
    def year_fraction(self) -> NDArray[np.float64]:
        """Share of each calendar year's hours that lies in the period, shape (years,)."""
        years = dict.fromkeys(self.times_local.year)
        whole = np.array([8784.0 if y % 4 == 0 and (y % 100 or y % 400 == 0) else 8760.0 for y in years])
        return np.asarray(np.bincount(self.year_of_step) * self.step_hours / whole, dtype=np.float64)

    @property
    def years(self) -> float:
        """Length of the period in calendar years: 8,760 h of 2025 and 8,784 h of 2024 are both 1."""
        return float(np.sum(self.year_fraction))

    @staticmethod
    def _consecutive(labels: NDArray[np.generic]) -> NDArray[np.int64]:
        change = np.concatenate(([0], np.cumsum(labels[1:] != labels[:-1])))
        return change.astype(np.int64)
