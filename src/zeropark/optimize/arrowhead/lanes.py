"""Small loops over the lanes of a tile, compiled; the kernels are made of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numba.core.config

from zeropark.forms import Array
from zeropark.optimize.arrowhead.form import Ints
from zeropark.optimize.arrowhead.machine import folder

numba_config: Any = numba.core.config
_F = TypeVar("_F", bound=Callable[..., Any])
_MATH = {"nnan", "nsz", "arcp", "contract", "afn", "reassoc"}


def kernel(function: _F) -> _F:
    """Compile without Python's lock; the machine code is kept on disk for the next process."""
    made = numba.njit(nogil=True, error_model="numpy", fastmath=_MATH)(function)
    place = folder()
    if place is not None:
        before: str = numba_config.CACHE_DIR
        numba_config.CACHE_DIR = str(place)
        made.enable_caching()
        numba_config.CACHE_DIR = before
    return cast(_F, made)


@kernel
def plus(to: Array, value: float, x: Array) -> None:
    """to += value · x."""
    for a in range(to.size):
        to[a] += value * x[a]


@kernel
def plus_series(to: Array, sign: float, series: Array, x: Array) -> None:
    """to += sign · series · x."""
    for a in range(to.size):
        to[a] += sign * series[a] * x[a]


@kernel
def plus_number(to: Array, value: float) -> None:
    """to += value."""
    for a in range(to.size):
        to[a] += value


@kernel
def dot(a: Array, b: Array) -> float:
    """Σ a · b."""
    total = 0.0
    for k in range(a.size):
        total += a[k] * b[k]
    return total


@kernel
def total_of(a: Array) -> float:
    """Σ a."""
    total = 0.0
    for k in range(a.size):
        total += a[k]
    return total


@kernel
def scaled(to: Array, value: float, x: Array) -> None:
    """to = value · x."""
    for a in range(to.size):
        to[a] = value * x[a]


@kernel
def times(to: Array, a: Array, b: Array) -> None:
    """to = a · b."""
    for k in range(to.size):
        to[k] = a[k] * b[k]


@kernel
def copied(to: Array, x: Array) -> None:
    """to = x."""
    for a in range(to.size):
        to[a] = x[a]


@kernel
def widest(tiles: Ints) -> int:
    """Lanes of the widest tile."""
    wide = 1
    for k in range(tiles.shape[0]):
        wide = max(wide, tiles[k, 1] - tiles[k, 0])
    return wide
