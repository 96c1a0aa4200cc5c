"""Monte Carlo: factors drawn from lognormal distributions, all products and all runs in one matrix product

A factor's stated value is the median, its spread the geometric standard deviation σ: draws are value · σ^z, z normal.
A factor that stands behind several products is drawn once for each run, so that products move together.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from zeropark.footprint.result import Spread
from zeropark.forms import Array


def multipliers(spreads: Sequence[float] | Array, runs: int, seed: int) -> Array:
    """One row for each spread, (spreads, runs): σ^z; the same seed gives the same draws."""
    sigma = np.log(np.asarray(spreads, dtype=np.float64))
    draws = np.random.default_rng(seed).standard_normal((sigma.size, runs))
    return np.asarray(np.exp(sigma[:, None] * draws))


def drawn(fixed: Array, by_factor: Array, factors: Array) -> Array:
    """Footprints in every run, (products, runs): linear in the factors, so that the system is solved only once.

    fixed: (products,) what no drawn factor brings. by_factor: (products, factors) what each brings at its stated value.
    """
    return np.asarray(fixed[:, None] + by_factor @ factors)


def spread_of(values: Array, seed: int, stated: bool) -> Spread:
    """Mean and percentiles of one product's draws."""
    low, middle, high = (float(x) for x in np.percentile(values, (2.5, 50.0, 97.5)))
    return Spread(int(values.size), seed, float(np.mean(values)), low, middle, high, stated)
