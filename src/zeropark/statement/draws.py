"""Monte Carlo draws that a stranger can repeat: every factor has a stream of its own, from seed and name

A factor's stated value is the median, its spread the geometric standard deviation σ: draws are value · σ^z, z standard
normal from NumPy's default generator, seeded with the seed and the first eight bytes (big-endian) of SHA-256 of the
factor's name. So a factor moves alike in every product, whatever else is drawn beside it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]

PERCENTILES = {"p2_5": 2.5, "p50": 50.0, "p97_5": 97.5}
MEAN = "mean"


def multipliers(names: Sequence[str], spreads: Sequence[float] | Array, runs: int, seed: int) -> Array:
    """One row for each factor, (factors, runs): σ^z; the same seed gives the same draws."""
    found = np.empty((len(names), runs))
    for row, name, spread in zip(found, names, np.asarray(spreads, dtype=np.float64), strict=True):
        stream = int.from_bytes(hashlib.sha256(name.encode("utf-8")).digest()[:8], "big")
        row[:] = np.exp(np.log(spread) * np.random.default_rng([seed, stream]).standard_normal(runs))
    return found


def summary(values: Array) -> dict[str, float]:
    """Percentiles (linear between draws) and mean."""
    found = np.percentile(values, list(PERCENTILES.values()))
    return {**dict(zip(PERCENTILES, found.tolist(), strict=True)), MEAN: float(np.mean(values))}
