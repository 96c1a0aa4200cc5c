"""Random product systems with co-products and loops, and how another reader would write them down."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from zeropark.footprint.system import Processes


@dataclass(frozen=True)
class Drawn:
    """use, make, worth: (products, processes), dense; direct: (processes, kinds)."""

    use: np.ndarray
    make: np.ndarray
    worth: np.ndarray
    direct: np.ndarray

    @property
    def share(self) -> np.ndarray:
        weight = self.make * self.worth
        return weight / weight.sum(axis=0)

    @property
    def processes(self) -> Processes:
        products, processes = self.use.shape
        return Processes(
            tuple(f"p{n}" for n in range(products)), tuple(f"j{n}" for n in range(processes)),
            sp.csc_array(self.use), sp.csc_array(self.make), sp.csc_array(self.share),
        )  # fmt: skip


def draw(seed: int, processes: int = 12, kinds: int = 2, loops: bool = True, inputs: float = 2.5) -> Drawn:
    """Each process makes one product of its own and sometimes a second, of its own or another's (then a mix).

    Amounts are balanced so that what is used of a product is at most what is made: every loop then leaks.
    """
    rng = np.random.default_rng(seed)
    second = rng.random(processes) < 0.35
    products = processes + int(second.sum())
    make, use = np.zeros((products, processes)), np.zeros((products, processes))
    make[np.arange(processes), np.arange(processes)] = rng.lognormal(2, 2, processes)
    extra = processes
    for j in np.flatnonzero(second):
        make[extra, j] = rng.lognormal(1, 2)
        if rng.random() < 0.3:
            make[rng.integers(processes), j] += rng.lognormal(1, 1)
        extra += 1
    for j in range(processes):
        for p in rng.choice(products, size=min(int(rng.poisson(inputs)), products), replace=False):
            if loops or (p < j and make[p, j] == 0 and not np.any(make[p, j:])):
                use[p, j] = rng.random() + 0.05
    made = make.sum(axis=1, keepdims=True)
    total = use.sum(axis=1, keepdims=True)
    part = rng.uniform(0.2, 0.98, (products, 1))
    use = np.divide(use * made * part, total, out=np.zeros_like(use), where=total > 0)
    direct = rng.lognormal(1, 2, (processes, kinds)) * (rng.random((processes, kinds)) < 0.7)
    return Drawn(use, make, rng.lognormal(0, 1, (products, 1)), direct)
