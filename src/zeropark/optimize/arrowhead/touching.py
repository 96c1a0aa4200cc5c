"""What the rates of a step give to its rows, and what the rows' multipliers give to the rates, compiled."""

from __future__ import annotations

from zeropark.forms import Array
from zeropark.optimize.arrowhead.lanes import dot, kernel, plus, plus_number, plus_series, total_of
from zeropark.optimize.arrowhead.pattern import Step


@kernel
def take_columns(step: Step, f: Array, slot: Array, group: int, t0: int, t1: int) -> None:
    """f −= B w."""
    w = t1 - t0
    for e in range(step.own_row.size):
        held, number = slot[step.own_slot[e], group], step.own_series[e]
        if number < 0:
            plus_number(f[step.own_row[e], :w], -step.own_value[e] * held)
        else:
            plus(f[step.own_row[e], :w], -held, step.series[number, t0:t1])


@kernel
def take_rate(
    step: Step,
    j: int,
    f: Array,
    x: Array,
    pull: Array,
    t0: int,
    t1: int,
    group: int,
    sums: Array,
    linked: bool,
) -> None:
    """f −= a · x for the rows that rate j touches, sums += h · x for the border's rows; with its link or without."""
    w, rows = t1 - t0, step.rows + step.nexts
    for p in range(step.touch_start[j], step.touch_start[j + 1]):
        i, value, number = step.touch_index[p], step.touch_value[p], step.touch_series[p]
        if number == -2:
            if linked:
                sums[i - rows, group] += dot(pull, x)
        elif i < rows:
            if number < 0:
                plus(f[i, :w], -value, x)
            else:
                plus_series(f[i, :w], -1.0, step.series[number, t0:t1], x)
        elif number < 0:
            sums[i - rows, group] += value * total_of(x)
        else:
            sums[i - rows, group] += dot(step.series[number, t0:t1], x)


@kernel
def add_prices(
    step: Step, j: int, g: Array, sign: float, pull: Array, lam: Array, lam_next: Array, slot: Array,
    t0: int, t1: int, group: int, linked: bool,
) -> None:  # fmt: skip
    """g += sign · a · multiplier for all that rate j touches."""
    rows = step.rows + step.nexts
    for p in range(step.touch_start[j], step.touch_start[j + 1]):
        i, value, number = step.touch_index[p], step.touch_value[p], step.touch_series[p]
        if i < rows:
            price = lam[i, t0:t1] if i < step.rows else lam_next[i - step.rows, t0:t1]
            if number < 0:
                plus(g, sign * value, price)
            else:
                plus_series(g, sign, step.series[number, t0:t1], price)
        elif number == -1:
            plus_number(g, sign * value * slot[i - rows, group])
        elif number >= 0:
            plus(g, sign * slot[i - rows, group], step.series[number, t0:t1])
        elif linked:
            plus(g, sign * slot[i - rows, group], pull)
