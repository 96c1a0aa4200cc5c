"""Solvers on zeropark's own matrix: HiGHS simplex, IPX and HiPO, and Clarabel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import clarabel
import highspy
import numpy as np
import scipy.sparse as sp

from parks.case import Case
from peers.model import HighsOptions, Size, Solved

PACKAGES = ("highspy", "highspy-extras", "clarabel", "numpy", "scipy")
INF = float("inf")
Arrays = Mapping[str, Any]


@dataclass(frozen=True)
class Matrix:
    """minimise cost·x + offset with row_lower ≤ A x ≤ row_upper, lower ≤ x ≤ upper."""

    arrays: Arrays

    @property
    def a(self) -> sp.csc_array:
        """A."""
        a = self.arrays
        shape = (a["row_lower"].size, a["cost"].size)
        return sp.csc_array((a["data"], a["indices"], a["indptr"]), shape=shape)


def prepare(case: Case, matrix: Path | None) -> Arrays:
    """The arrays from their file; without one, a problem of one column to load the solvers with."""
    if matrix is not None:
        with np.load(matrix) as file:
            return dict(file)
    one, zero = np.ones(1), np.zeros(1)
    at = np.array([0], dtype=np.int32)
    return {
        "data": one, "indices": at, "indptr": np.array([0, 1], dtype=np.int32), "row_lower": one, "row_upper": one * 2,
        "lower": zero, "upper": one * 9, "cost": one, "offset": 0.0,
    }  # fmt: skip


def build(arrays: Arrays) -> Matrix:
    """Nothing to build: the matrix is there."""
    return Matrix(arrays)


def size(matrix: Matrix) -> Size:
    """Of the arrays."""
    return Size(matrix.arrays["cost"].size, matrix.arrays["row_lower"].size, matrix.arrays["data"].size)


def solve(matrix: Matrix, solver: str) -> Solved:
    """Hand over, solve, read the answer."""
    return _clarabel(matrix) if solver == "clarabel" else _highs(matrix, solver)


def _highs(matrix: Matrix, solver: str) -> Solved:
    m, lp, highs = matrix.arrays, highspy.HighsLp(), highspy.Highs()
    highs.setOptionValue("output_flag", False)
    for key, value in HighsOptions(solver).values.items():
        highs.setOptionValue(key, value)
    lp.num_col_, lp.num_row_ = m["cost"].size, m["row_lower"].size
    lp.col_cost_, lp.offset_ = m["cost"], float(m["offset"])
    lp.col_lower_, lp.col_upper_ = m["lower"], m["upper"]
    lp.row_lower_, lp.row_upper_ = m["row_lower"], m["row_upper"]
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = m["indptr"], m["indices"], m["data"]
    highs.passModel(lp)
    highs.run()
    info, status = highs.getInfo(), highs.modelStatusToString(highs.getModelStatus()).lower()
    iterations = max(info.simplex_iteration_count, info.ipm_iteration_count)
    return Solved(status, info.objective_function_value, f"highs-{solver}", max(iterations, 0))


def _clarabel(matrix: Matrix) -> Solved:
    """A x + s = b with s zero for equations, s ≥ 0 for each side that is bounded."""
    m, a, columns = matrix.arrays, matrix.a.tocsr(), matrix.arrays["cost"].size
    eye = sp.eye_array(columns, format="csr")
    same = m["row_lower"] == m["row_upper"]
    above, below = ~same & (m["row_upper"] < INF), ~same & (m["row_lower"] > -INF)
    most, least = m["upper"] < INF, m["lower"] > -INF
    rows = sp.vstack([a[same], a[above], -a[below], eye[most], -eye[least]], format="csc")
    b = (
        m["row_upper"][same],
        m["row_upper"][above],
        -m["row_lower"][below],
        m["upper"][most],
        -m["lower"][least],
    )
    right = np.concatenate(b)
    equations = int(same.sum())
    cones = [clarabel.ZeroConeT(equations), clarabel.NonnegativeConeT(right.size - equations)]
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    quadratic = sp.csc_matrix((columns, columns))
    found = clarabel.DefaultSolver(quadratic, m["cost"], sp.csc_matrix(rows), right, cones, settings).solve()
    status = str(found.status).rsplit(".", 1)[-1]
    words = {"Solved": "optimal", "AlmostSolved": "almost solved"}.get(status, status)
    return Solved(words, found.obj_val + float(m["offset"]), "clarabel", found.iterations)
