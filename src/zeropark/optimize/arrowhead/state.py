"""Arrays that the kernels read and change: the chain's data, and points or directions of its rates."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from zeropark.forms import Array
from zeropark.optimize.arrowhead.form import Bools, Chain, Ints


class Data(NamedTuple):
    """The chain's data in the order of its pattern. cost, width: (n, T); rhs, absent: (m, T)."""

    cost: Array
    width: Array
    rhs: Array
    absent: Bools


class Rates(NamedTuple):
    """A point or a direction: rates x, their room s to the upper bound, multipliers z of x ≥ 0 and v of s ≥ 0.

    All (n, T). Where a rate has no upper bound s and v are not used; where its width is 0 all four are 0.
    """

    x: Array
    s: Array
    z: Array
    v: Array


def data_of(chain: Chain, order: Ints) -> Data:
    """The data with its rows in the order of elimination."""
    return Data(
        np.ascontiguousarray(chain.cost),
        np.ascontiguousarray(chain.width),
        np.ascontiguousarray(chain.rhs[order]),
        np.ascontiguousarray(chain.absent[order]),
    )


def zeros(rates: int, steps: int) -> Rates:
    """All zero."""
    return Rates(*(np.zeros((rates, steps)) for _ in range(4)))
