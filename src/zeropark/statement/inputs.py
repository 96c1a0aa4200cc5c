"""The files that a statement's lines are computed from: found by hash, and read as the formulas ask."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from zeropark.errors import InputError, nearest
from zeropark.statement.canonical import sha256
from zeropark.statement.formula import FLOWS, FormulaError, Quantity
from zeropark.statement.model import Input
from zeropark.statement.read import strict_json

Array = np.ndarray[Any, np.dtype[Any]]

_NUMBER = re.compile(r" *[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)? *", re.ASCII)
STEP = "step_hours"
"""The fact that says how long a step of the flows is, h."""


class InputFault(ValueError):
    """An input that is not there, or not what the statement cites."""


@dataclass(frozen=True)
class Rates:
    """Flow of each asset at each node, carrier unit per hour, in order of ``times`` (UTC); ``hours`` of a step.

    carriers: of each node, where the table tells.
    """

    times: Array
    hours: float
    by: Mapping[tuple[str, str], Array]
    carriers: Mapping[str, str] = field(default_factory=dict)


def load_input(one: Input, folder: Path) -> bytes:
    """The bytes of an input, when their hash is the one cited. Raises InputFault."""
    path = folder / one.file
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputFault(f"the file {one.file} is not there") from error
    found = sha256(content)
    if found != one.sha256:
        raise InputFault(f"{one.file} has changed: its hash is {found[:16]}…, cited is {one.sha256[:16]}…")
    return content


def as_table(one: Input, folder: Path) -> Any:
    """A table (Parquet or CSV) as a data frame, JSON as it is. Raises InputFault."""
    path = folder / one.file
    try:
        if path.suffix == ".parquet":
            return pd.read_parquet(path)
        if path.suffix == ".csv":
            head = pd.read_csv(path, dtype=str, keep_default_na=False, header=None, nrows=1)
            if head.iloc[0].duplicated().any():
                raise InputFault(f"{one.file} has two columns of one name")
            return pd.read_csv(path, dtype=str, keep_default_na=False)
        if path.suffix == ".json":
            return strict_json(path.read_text(encoding="utf-8"), path.name)
    except InputError as error:
        raise InputFault(str(error)) from error
    except InputFault:
        raise
    except Exception as error:  # pandas and pyarrow raise many kinds for a broken file
        raise InputFault(f"{one.file} cannot be read") from error
    raise InputFault(f"{one.file} is no table and no JSON")


class Readings:
    """Readings of the inputs, as formulas call them; each table is read once, when it is first asked for."""

    def __init__(self, inputs: Iterable[Input], folder: Path, facts: Mapping[str, str]) -> None:
        self._inputs = {one.name: one for one in inputs}
        self._folder, self._facts = folder, facts
        self._tables: dict[str, Any] = {}
        self._groups: dict[tuple[str, tuple[str, ...]], Any] = {}
        self._rates: Rates | None = None

    def read(self, name: str, arguments: tuple[str, ...]) -> Quantity:
        """The value of one reading. Raises FormulaError."""
        if name in ("flow", "inflow", "outflow"):
            return self._flow(name, *arguments)
        readings: Mapping[str, Callable[..., Quantity]] = {
            "total": self._total,
            "dot": self._dot,
            "cell": self._cell,
        }
        return readings[name](*arguments)

    def table(self, name: str) -> Any:
        """The content of an input. Raises FormulaError."""
        if name not in self._inputs:
            raise FormulaError(f"no input is called '{name}' {nearest(name, self._inputs)}".strip())
        if name not in self._tables:
            try:
                self._tables[name] = as_table(self._inputs[name], self._folder)
            except InputFault as error:
                raise FormulaError(str(error)) from error
        return self._tables[name]

    def rates(self) -> Rates:
        """The flows. Raises FormulaError."""
        if self._rates is None:
            self._rates = rates_of(self.frame(FLOWS), self._facts.get(STEP, ""))
        return self._rates

    def frame(self, name: str) -> pd.DataFrame:
        """An input that must be a table. Raises FormulaError."""
        table = self.table(name)
        if not isinstance(table, pd.DataFrame):
            raise FormulaError(f"'{name}' is no table")
        return table

    def _flow(self, name: str, asset: str, node: str) -> Quantity:
        rates = self.rates()
        if (asset, node) not in rates.by:
            near = nearest(asset, {a for a, _ in rates.by}) or nearest(node, {n for _, n in rates.by})
            raise FormulaError(f"no flow of '{asset}' at '{node}' {near}".strip())
        rate = rates.by[asset, node]
        part = {"flow": rate, "inflow": np.maximum(rate, 0.0), "outflow": np.maximum(-rate, 0.0)}[name]
        return _summed(part * rates.hours)

    def _total(self, name: str, column: str, *where: str) -> Quantity:
        rows = self._rows(name, where)
        return _summed(_numbers(rows, column, name))

    def _dot(self, name: str, left: str, right: str, *where: str) -> Quantity:
        rows = self._rows(name, where)
        return _summed(_numbers(rows, left, name) * _numbers(rows, right, name))

    def _rows(self, name: str, where: tuple[str, ...]) -> pd.DataFrame:
        rows = self.frame(name)
        keys, values = where[::2], where[1::2]
        if not keys:
            return rows
        for key in keys:
            if key not in rows.columns:
                raise FormulaError(
                    f"'{name}' has no column '{key}' {nearest(key, map(str, rows.columns))}".strip()
                )
        if (name, keys) not in self._groups:
            labels = [rows[key].astype(str).astype("category") for key in keys]
            self._groups[name, keys] = rows.groupby(labels, observed=True, sort=False).indices
        found = self._groups[name, keys].get(values[0] if len(values) == 1 else values)
        if found is None:
            told = " and ".join(f"{key} is '{value}'" for key, value in zip(keys, values, strict=True))
            raise FormulaError(f"'{name}' has no row where {told}")
        chosen: pd.DataFrame = rows.iloc[found]
        return chosen

    def _cell(self, name: str, row: str, column: str) -> Quantity:
        table = self.table(name)
        if isinstance(table, pd.DataFrame):
            value = _numbers(self._rows(name, (str(table.columns[0]), row)), column, name)
            if value.size != 1:
                raise FormulaError(f"'{name}' has {value.size} rows '{row}'")
            return _summed(value)
        part = table.get(row) if isinstance(table, dict) else None
        if not isinstance(part, dict) or column not in part:
            near = nearest(row, table) if isinstance(table, dict) and part is None else ""
            raise FormulaError(f"'{name}' has nothing at '{row}', '{column}' {near}".strip())
        found = part[column]
        if isinstance(found, bool) or not isinstance(found, (int, float)):
            raise FormulaError(f"'{name}' has no number at '{row}', '{column}'")
        return Quantity(float(found), abs(float(found)))


def rates_of(table: pd.DataFrame, step: str) -> Rates:
    """Flows of a table whose steps are ``step`` hours. Raises FormulaError for a table that is not whole."""
    missing = [name for name in ("time", "asset", "node", "flow") if name not in table.columns]
    if missing:
        raise FormulaError(f"the flows have no column {', '.join(missing)}")
    try:
        hours = float(step)
    except ValueError:
        hours = math.nan
    if not 0 < hours <= 24:
        raise FormulaError(f"the fact {STEP} says no length of a step")
    times = moments(table["time"])
    order = np.unique(times)
    seconds = np.diff(order).astype("timedelta64[s]").astype(float)
    if seconds.size and not np.all(np.abs(seconds - hours * 3600) < 0.5):
        raise FormulaError(f"the flows are not in steps of {step} h without a gap")
    position = np.searchsorted(order, times)
    values = numbers(table["flow"])
    found: dict[tuple[str, str], Array] = {}
    groups: Any = table.groupby(["asset", "node"], observed=True, sort=False).indices
    for (asset, node), rows in groups.items():
        if rows.size != order.size or np.unique(position[rows]).size != order.size:
            raise FormulaError(f"the flow of '{asset}' at '{node}' has not one value for each step")
        rate = np.empty(order.size)
        rate[position[rows]] = values[rows]
        if not np.all(np.isfinite(rate)):
            raise FormulaError(f"the flow of '{asset}' at '{node}' has values that are no number")
        found[str(asset), str(node)] = rate
    carriers = {}
    if "carrier" in table.columns:
        pairs = table[["node", "carrier"]].drop_duplicates().astype(str)
        carriers = dict(zip(pairs["node"], pairs["carrier"], strict=True))
    return Rates(order, hours, found, carriers)


def moments(column: pd.Series[Any]) -> Array:
    """Times of a column, UTC, as ``datetime64[ns]``. Raises FormulaError for what is no time."""
    try:
        found = pd.to_datetime(column, utc=True)
    except (ValueError, TypeError) as error:
        raise FormulaError("a column 'time' has what is no time") from error
    return found.dt.tz_localize(None).to_numpy().astype("datetime64[ns]")


def numbers(column: pd.Series[Any]) -> Array:
    """A column as numbers, text as Python reads it (correctly rounded); NaN for what is no number."""
    if pd.api.types.is_numeric_dtype(column):
        return column.to_numpy(dtype=np.float64)
    return np.array([_number(value) for value in column], dtype=np.float64)


def _number(value: Any) -> float:
    """Text only in one spelling: Python would also take ``1_0`` and digits of other scripts, other readers would not."""
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        return math.nan
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan


def _numbers(rows: pd.DataFrame, column: str, name: str) -> Array:
    if column not in rows.columns:
        raise FormulaError(
            f"'{name}' has no column '{column}' {nearest(column, map(str, rows.columns))}".strip()
        )
    values = numbers(rows[column])
    if not np.all(np.isfinite(values)):
        raise FormulaError(f"'{name}' has values in '{column}' that are no number")
    return values


def _summed(values: Array) -> Quantity:
    return Quantity(math.fsum(values), math.fsum(np.abs(values)))
