"""One cell of the table in a process of its own: build, solve, measure, write what was found as JSON.

    python worker.py MODULE SOLVER CASE.json OUT.json [MATRIX.npz]

Imports and a first tiny job (which loads compiled code) come before the clock and are told apart. A job of
less than a second is done up to five times; the best counts, for every tool alike.
"""

from __future__ import annotations

import gc
import importlib
import json
import logging
import resource
import sys
import time
import warnings
from dataclasses import asdict, replace
from importlib import metadata
from pathlib import Path
from typing import Any

from parks.case import Case

TINY_STEPS, TINY_NODES, TINY_YEARS = 48, 4, 2
REPEATS, ENOUGH_SECONDS = 5, 1.0


def measured(tool: Any, solver: str, case: Case, matrix: Path | None) -> dict[str, Any]:
    """Seconds of building and solving, the answer, and the size of the problem."""
    data = tool.prepare(case, matrix)
    best: dict[str, Any] = {}
    for _ in range(REPEATS):
        began = time.perf_counter()
        model = tool.build(data)
        built = time.perf_counter()
        solved = tool.solve(model, solver) if case.solve else None
        done = time.perf_counter()
        times = {"build": built - began, "solve": done - built if solved else None, "whole": done - began}
        if not best or times["whole"] < best["whole"]:
            best = {
                **times,
                **(asdict(solved) if solved else {"status": "built"}),
                **asdict(tool.size(model)),
            }
        if done - began > ENOUGH_SECONDS:
            break
        del model
        gc.collect()
    return best


def _first_job(tool: Any, solver: str, case: Case) -> None:
    """A tiny job of the same kind. ``tool.LOADS``: solvers that a larger job may come to use."""
    nodes, years = min(case.nodes, TINY_NODES), min(case.years, TINY_YEARS)
    data = tool.prepare(replace(case, steps=TINY_STEPS, nodes=nodes, years=years, solve=True), None)
    for name in getattr(tool, "LOADS", (solver,)):
        tool.solve(tool.build(data), name)


def peak_bytes() -> int:
    """Highest resident memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def versions(names: tuple[str, ...]) -> dict[str, str]:
    """Of the packages that are installed here."""
    found = {}
    for name in names:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def main(module: str, solver: str, case_file: str, out: str, matrix: str = "") -> None:
    """Measure one cell."""
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    case = Case.from_data(json.loads(Path(case_file).read_text()))
    began = time.perf_counter()
    tool = importlib.import_module(f"peers.{module}")
    _first_job(tool, solver, case)
    found = {"load": time.perf_counter() - began, "loaded_bytes": peak_bytes()}
    found |= measured(tool, solver, case, Path(matrix) if matrix else None)
    found |= {"bytes": peak_bytes(), "versions": versions(tool.PACKAGES)}
    Path(out).write_text(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
