"""Footprints of products as one linear system: processes, what they take, what they give, what they emit.

Every product p hands on an amount X_p. What the processes that make it cause is shared among their products by s:

    f_p · X_p = Σ_j s_pj · (Σ_i U_ij · f_i + d_j)                                      (1)

with U_ij the amount of product i that process j takes, and d_j its own emissions. With F_p = f_p · X_p,

    (I − N) F = S d,    N = S Uᵀ X⁻¹                                                   (2)

The columns of S add to 1, so that what enters leaves again: a column of I − N adds to the part of X_i that no process
takes. Equation (2) is the intensity matrix B A⁻¹ of Heijungs and Suh, The Computational Structure of Life Cycle
Assessment (2002), chapter 2, with each process split into one column for each of its products beforehand.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import splu

from zeropark.errors import Fault, InputError, fail_if
from zeropark.footprint.loops import LARGEST_PASSES, strongest_loop
from zeropark.forms import Array

_DENSE = 3000
"""Products up to which a dense inverse is worth its memory."""
_SHARES = 1e-9
"""Shares of one process add to 1 within this."""


@dataclass(frozen=True)
class Processes:
    """What processes take and give over a period; rows are products, columns processes.

    use: amounts taken. make: amounts given. share: part of a process's burden that each product carries; every column
    with products adds to 1. amount: what each product hands on (shape (products,)); None is all that is made of it.
    """

    products: tuple[str, ...]
    names: tuple[str, ...]
    use: sp.csc_array
    make: sp.csc_array
    share: sp.csc_array
    amount: Array | None = None
    file: str = "flows"

    @property
    def handed_on(self) -> Array:
        """X, shape (products,)."""
        return np.asarray(self.make.sum(axis=1)).ravel() if self.amount is None else self.amount


@dataclass(frozen=True)
class System:
    """The factorised system (2); any number of emissions can be put through it."""

    processes: Processes
    matrix: sp.csr_array
    factors: Any

    def carried(self, direct: Array) -> Array:
        """F: emissions that all of each product carries, (products, kinds), from each process's own, (processes, kinds)."""
        own = self.processes.share @ np.atleast_2d(direct.T).T
        if own.shape[1] > own.shape[0] and own.shape[0] <= _DENSE:
            return np.asarray(self.inverse @ own)
        return np.asarray(self.factors.solve(np.ascontiguousarray(own)))

    @cached_property
    def inverse(self) -> Array:
        """(I − N)⁻¹, dense: for more emissions than products, such as one for each hour, one matrix product is faster."""
        return np.asarray(np.linalg.inv(np.eye(len(self.processes.products)) - self.matrix.toarray()))

    def footprints(self, direct: Array) -> Array:
        """f: per unit of each product, (products, kinds); NaN for what is neither made nor handed on."""
        amount = self.processes.handed_on
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(amount[:, None] > 0, self.carried(direct) / amount[:, None], np.nan)

    def burdens(self, direct: Array) -> Array:
        """All that each process causes, with what stands behind its inputs, (processes, kinds)."""
        each = np.nan_to_num(self.footprints(direct))
        return np.asarray(self.processes.use.T @ each + np.atleast_2d(direct.T).T)

    def kept(self, direct: Array) -> Array:
        """Emissions that leave with what no process takes, (products, kinds): they add to all that entered."""
        left = self.processes.handed_on - np.asarray(self.processes.use.sum(axis=1)).ravel()
        return np.asarray(np.nan_to_num(self.footprints(direct)) * left[:, None])


def system_of(processes: Processes) -> System:
    """The system, factorised once.

    Raises InputError for negative amounts, for a process that gives nothing, a product that nobody makes, and for a
    loop that gives back all that it gets.
    """
    fail_if(faults_of(processes))
    amount = processes.handed_on
    inverse = np.divide(1.0, amount, out=np.zeros(amount.shape), where=amount > 0)
    matrix = sp.csr_array(processes.share @ processes.use.T @ sp.diags_array(inverse))
    size = len(processes.products)
    try:
        factors = splu(sp.csc_array(sp.eye_array(size) - matrix))
        passes = factors.solve(np.ones(size))
    except RuntimeError:  # exactly singular
        raise InputError([_loop_fault(processes, matrix)]) from None
    # I − N has a positive inverse exactly where the gain of every loop is below 1 (M-matrices, Berman and Plemmons 1994)
    if not np.all((passes > 0) & (passes < LARGEST_PASSES)):
        raise InputError([_loop_fault(processes, matrix)])
    return System(processes, matrix, factors)


def faults_of(processes: Processes) -> list[Fault]:
    """What no linear system can be made of."""
    return [*_negative(processes), *_without_output(processes), *_not_shared(processes)]


def _negative(processes: Processes) -> list[Fault]:
    faults = []
    for what, words, matrix in (
        ("use", "takes", processes.use),
        ("make", "gives", processes.make),
        ("share", "is charged with a share of", processes.share),
    ):
        entries = sp.coo_array(matrix)
        for at in np.flatnonzero(~(entries.data >= 0)).tolist():
            product, name = processes.products[entries.coords[0][at]], processes.names[entries.coords[1][at]]
            found = f"'{name}' {words} {entries.data[at]:g} of '{product}'"
            hint = "production is what leaves a process; what it takes is its use"
            where = f"{what}.{name}.{product}"
            faults.append(Fault(processes.file, None, where, found, "no negative amount", hint))
    faults += [
        Fault(processes.file, None, f"amount.{product}", f"{value:g}", "no negative amount of a product")
        for product, value in zip(processes.products, processes.handed_on, strict=True)
        if not value >= 0
    ]
    return faults


def _without_output(processes: Processes) -> list[Fault]:
    gives = np.asarray(processes.make.sum(axis=0)).ravel() > 0
    takes = np.asarray(abs(processes.use).sum(axis=0)).ravel() > 0
    faults = [
        Fault(processes.file, None, name, "inputs, and an output of zero", "an output above zero",
              "what it causes could go to no product")
        for name, some, used in zip(processes.names, gives, takes, strict=True)
        if used and not some
    ]  # fmt: skip
    used = np.asarray(processes.use.sum(axis=1)).ravel() > 0
    return faults + [
        Fault(processes.file, None, product, "use, and an amount of zero", "a process that makes it")
        for product, some, taken in zip(processes.products, processes.handed_on > 0, used, strict=True)
        if taken and not some
    ]


def _not_shared(processes: Processes) -> list[Fault]:
    total = np.asarray(processes.share.sum(axis=0)).ravel()
    makes = np.asarray(abs(processes.make).sum(axis=0)).ravel() > 0
    return [
        Fault(
            processes.file, None, name, f"shares that add to {part:g}", "shares of its products that add to 1"
        )
        for name, part, some in zip(processes.names, total, makes, strict=True)
        if some and not abs(part - 1.0) <= _SHARES
    ]


def _loop_fault(processes: Processes, matrix: sp.csr_array) -> Fault:
    """Names the products and processes round the loop, and its gain."""
    loop = strongest_loop(matrix)
    if loop is None:
        return Fault(
            processes.file, None, "system", "a singular system", "processes that determine each other"
        )
    names: list[str] = []
    around = (*loop.members[1:], loop.members[0])
    for product, after in zip(loop.members, around, strict=True):
        between = processes.share[[after], :].toarray()[0] * processes.use[[product], :].toarray()[0]
        names += [processes.products[product], processes.names[int(np.argmax(between))]]
    found = f"a loop with a gain of {loop.gain:.6g}: {' → '.join([*names, names[0]])}"
    hint = "nothing, or too little, of it leaves the loop: check these amounts, or take a longer period"
    return Fault(processes.file, None, names[1], found, "a gain below 1: less comes back than went in", hint)
