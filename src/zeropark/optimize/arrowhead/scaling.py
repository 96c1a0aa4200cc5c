"""Powers of two that bring rates, rows, columns and costs near 1; without them mixed units would fail."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from zeropark.forms import Array
from zeropark.optimize.arrowhead.form import CONSTANT, Arrow, Bools, Border, Chain, Entries

_PASSES = 6


@dataclass(frozen=True)
class Scaling:
    """x = rate · size · x', w = column · size · w', λ = money · row · λ', μ = money · border_row · μ'.

    rate, row: one array for each chain. The cost is money · size times the scaled cost.
    """

    rate: list[Array]
    row: list[Array]
    column: Array
    border_row: Array
    size: float
    money: float


def scaled(arrow: Arrow) -> tuple[Arrow, Scaling]:
    """The problem in scaled units, and the way back."""
    pairs = [_equilibrated(chain) for chain in arrow.chains]
    rate, row = [d for _, d in pairs], [r for r, _ in pairs]
    column = _columns(arrow, rate, row)
    size = _size(arrow, row, rate)
    chains = [_chain(chain, r, d, column, size) for chain, (r, d) in zip(arrow.chains, pairs, strict=True)]
    border_row, column = _border_rows(arrow, chains, column)
    chains = [_with_sums(chain, border_row) for chain in chains]
    steps = max(1, sum(chain.steps for chain in chains))
    cost = arrow.border.cost * column
    money = max(
        max((float(np.max(np.abs(chain.cost), initial=0.0)) for chain in chains), default=0.0),
        3.0 * float(np.max(np.abs(cost), initial=0.0)) / steps,
    )
    money = money if money > 0 else 1.0
    chains = [replace(chain, cost=chain.cost / money) for chain in chains]
    border = Border(
        lower=arrow.border.lower / (column * size),
        upper=arrow.border.upper / (column * size),
        cost=cost / money,
        matrix=sp.csr_array(sp.diags_array(border_row) @ arrow.border.matrix @ sp.diags_array(column)),
        rhs=arrow.border.rhs * border_row / size,
    )
    return Arrow(chains, border), Scaling(rate, row, column, border_row, size, money)


def _power_of_two(values: Array) -> Array:
    return np.asarray(2.0 ** np.round(np.log2(values)))


def _equilibrated(chain: Chain) -> tuple[Array, Array]:
    """Factors of rows and rates: geometric means of the largest and the smallest entry, over and over."""
    largest = np.zeros((chain.rows, chain.rates))
    for entries in (chain.now, chain.before):
        for e in range(len(entries)):
            at = entries.row[e], entries.col[e]
            largest[at] = max(largest[at], float(np.max(np.abs(chain.values(entries, e)))))
    row, rate = np.ones(chain.rows), np.ones(chain.rates)
    known = largest > 0
    for _ in range(_PASSES):
        row /= _middle(largest * row[:, None] * rate, known, axis=1)
        rate /= _middle(largest * row[:, None] * rate, known, axis=0)
    return _power_of_two(row), _power_of_two(rate)


def _middle(values: Array, known: Bools, axis: int) -> Array:
    high = np.max(np.where(known, values, 0.0), axis=axis, initial=0.0)
    low = np.min(np.where(known, values, np.inf), axis=axis, initial=np.inf)
    return np.where(high > 0, np.sqrt(high * np.where(np.isfinite(low), low, 1.0)), 1.0)


def _columns(arrow: Arrow, rate: list[Array], row: list[Array]) -> Array:
    """A column is measured like the rates that it limits, or like what it brings into rows."""
    logs = [list[float]() for _ in range(arrow.border.columns)]
    weak = [list[float]() for _ in range(arrow.border.columns)]
    for c, chain in enumerate(arrow.chains):
        for j in range(chain.rates):
            for k in np.unique(chain.link[j][chain.link[j] != CONSTANT]):
                widest = float(np.max(chain.width[j]))
                if widest > 0:
                    logs[k].append(float(np.log(rate[c][j] / widest)))
        for e in range(len(chain.border)):
            size = float(np.max(np.abs(chain.values(chain.border, e)))) * row[c][chain.border.row[e]]
            for k in np.unique(chain.border_cols[chain.border.col[e]]):
                if size > 0:
                    weak[k].append(-float(np.log(size)))
    means = [np.mean(a) if a else (np.mean(b) if b else 0.0) for a, b in zip(logs, weak, strict=True)]
    return _power_of_two(np.exp(np.array(means, dtype=np.float64)))


def _size(arrow: Arrow, row: list[Array], rate: list[Array]) -> float:
    """Largest right-hand side; where there is none, the middle of the constant widths, or of the border."""
    largest = max(
        (
            float(np.max(np.abs(c.rhs) * r[:, None], initial=0.0))
            for c, r in zip(arrow.chains, row, strict=True)
        ),
        default=0.0,
    )
    if largest > 0:
        return largest
    widths = [
        (c.width / d[:, None])[(c.link[:, 0] == CONSTANT) & c.bounded]
        for c, d in zip(arrow.chains, rate, strict=True)
    ]
    found = np.concatenate([w.ravel() for w in widths] + [np.abs(arrow.border.rhs)])
    found = found[(found > 0) & np.isfinite(found)]
    return float(np.median(found)) if found.size else 1.0


def _entries(entries: Entries, factor: Array) -> tuple[Entries, dict[int, float]]:
    """Entries times a factor each; series are scaled by what is returned for them."""
    value = [v * f for v, f in zip(entries.value, factor, strict=True)]
    series = {s: float(f) for s, f in zip(entries.series, factor, strict=True) if s != CONSTANT}
    return Entries(entries.row, entries.col, value, entries.series), series


def _chain(chain: Chain, row: Array, rate: Array, column: Array, size: float) -> Chain:
    series = chain.series.copy()

    def times(entries: Entries, factor: Array) -> Entries:
        found, by_series = _entries(entries, factor)
        for s, f in by_series.items():
            series[s] *= f
        return found

    now = times(chain.now, row[chain.now.row] * rate[chain.now.col])
    before = times(chain.before, row[chain.before.row] * rate[chain.before.col])
    border, more = _border_entries(chain, row, column)
    series = np.concatenate([series, more])
    sums = times(chain.sums, rate[chain.sums.col])
    per_link = np.where(chain.link == CONSTANT, 1.0 / size, np.append(column, 1.0)[chain.link])
    width = np.where(
        chain.bounded[:, None], chain.width * per_link[:, chain.group] / rate[:, None], chain.width
    )
    return replace(
        chain,
        cost=chain.cost * rate[:, None],
        width=width,
        rhs=chain.rhs * row[:, None] / size,
        now=now,
        before=before,
        border=border,
        sums=sums,
        series=series,
    )


def _border_entries(chain: Chain, row: Array, column: Array) -> tuple[Entries, Array]:
    """Entries of the border's columns, and new series for those whose columns differ in scale between groups."""
    found, more, first = Entries(), list[Array](), chain.series.shape[0]
    for e in range(len(chain.border)):
        i, c = chain.border.row[e], chain.border.col[e]
        scale, value = column[chain.border_cols[c]], chain.values(chain.border, e)
        same = bool(np.all(scale == scale[0])) and not isinstance(value, np.ndarray)
        found.row.append(i)
        found.col.append(c)
        found.value.append(float(value * row[i] * scale[0]) if same else 0.0)
        found.series.append(CONSTANT if same else first + len(more))
        if not same:
            more.append(np.broadcast_to(value * row[i] * scale[chain.group], (chain.steps,)))
    return found, np.array(more).reshape(len(more), chain.steps)


def _border_rows(arrow: Arrow, chains: list[Chain], column: Array) -> tuple[Array, Array]:
    """Factors of the border's rows; then columns that stand in no chain are brought to 1 in those rows."""
    largest = np.zeros(arrow.border.rows)
    used = np.zeros(arrow.border.columns, dtype=bool)
    for chain in chains:
        for e in range(len(chain.sums)):
            g = chain.sums.row[e]
            value = float(np.max(np.abs(chain.values(chain.sums, e)))) * np.sqrt(chain.steps)
            largest[g] = max(largest[g], value)
        used[chain.link[chain.link != CONSTANT]] = True
        used[chain.border_cols.ravel()] = True
    matrix = arrow.border.matrix.tocoo()
    rows, cols = matrix.coords
    own = np.abs(matrix.data) * column[cols]
    counted = used[cols] | (np.bincount(cols, minlength=used.size)[cols] > 1)
    np.maximum.at(largest, rows[counted], own[counted])
    np.maximum.at(largest, rows, np.where(largest[rows] == 0, own, 0.0))
    border_row = 1.0 / np.where(largest > 0, largest, 1.0)
    alone = np.zeros(used.size)
    np.maximum.at(alone, cols, np.abs(matrix.data) * border_row[rows])
    return border_row, np.where(used | (alone == 0), column, 1.0 / np.where(alone > 0, alone, 1.0))


def _with_sums(chain: Chain, border_row: Array) -> Chain:
    series = chain.series.copy()
    sums, by_series = _entries(chain.sums, border_row[chain.sums.row])
    for s, f in by_series.items():
        series[s] *= f
    return replace(chain, sums=sums, series=series)
