"""Monte Carlo: factors drawn from lognormal distributions, all products and all runs in one matrix product

How a factor is drawn stands in ``statement.draws``, for whoever verifies draws it again. A factor that stands behind
several products is drawn once for each run, so that products move together.
"""

from __future__ import annotations

import numpy as np

from zeropark.footprint.result import Spread
from zeropark.forms import Array
from zeropark.statement.draws import summary


def drawn(fixed: Array, by_factor: Array, factors: Array) -> Array:
    """Footprints in every run, (products, runs): linear in the factors, so that the system is solved only once.

    fixed: (products,) what no drawn factor brings. by_factor: (products, factors) what each brings at its stated value.
    """
    return np.asarray(fixed[:, None] + by_factor @ factors)


def spread_of(values: Array, seed: int, stated: bool) -> Spread:
    """Mean and percentiles of one product's draws."""
    of = summary(values)
    return Spread(int(values.size), seed, of["mean"], of["p2_5"], of["p50"], of["p97_5"], stated)
