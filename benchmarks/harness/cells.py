"""The results: one cell for each case and peer, kept as JSON and measured again only where something changed."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.environments import FOLDER, python_of
from harness.process import LIMIT_SECONDS, WORKER, Ended, run
from parks.case import Case
from peers.model import Peer

BENCHMARKS = WORKER.parent
SOURCE = BENCHMARKS.parent / "src" / "zeropark"
FORMULATION = (
    "forms.py", "clock.py", "flows.py", "units.py", "park", "accounts", "rules", "data/accounts.yaml",
    "optimize/formulate.py", "optimize/constraints.py", "optimize/problem.py", "optimize/joint.py",
)  # fmt: skip
"""What of zeropark the matrix depends on."""
Cell = dict[str, Any]


@dataclass
class Results:
    """Cells by ``case.key|peer``, and the runs that they come from. file: where they are kept."""

    file: Path
    cells: dict[str, Cell] = field(default_factory=dict)
    runs: dict[str, dict[str, Any]] = field(default_factory=dict)

    @staticmethod
    def read(file: Path) -> Results:
        """What is kept, or nothing yet. Cells of other figures than today's are left out: nothing compares with them."""
        data = json.loads(file.read_text()) if file.exists() else {}
        today = _hash(_figures())
        cells = {key: cell for key, cell in data.get("cells", {}).items() if cell["figures"] == today}
        return Results(file, cells, data.get("runs", {}))

    def write(self) -> None:
        """All at once or not at all; runs that no cell comes from are left out."""
        used = {cell["run"] for cell in self.cells.values()}
        self.runs = {name: run for name, run in self.runs.items() if name in used}
        text = json.dumps({"runs": self.runs, "cells": self.cells}, indent=1, sort_keys=True) + "\n"
        part = self.file.with_suffix(".part")
        part.write_text(text)
        part.replace(self.file)

    def cell(self, case: Case, peer: str) -> Cell | None:
        """The cell, if there is one."""
        return self.cells.get(f"{case.key}|{peer}")

    def stopped_at(self, case: Case, peer: str) -> str | None:
        """Key of a smaller case for which the peer took too long, if there is one."""
        for cell in self.cells.values():
            smaller = Case.from_data(cell["case"])
            same = cell["peer"] == peer and cell["outcome"] == "stopped"
            if same and smaller != case and case.at_least(smaller):
                return smaller.key
        return None


@dataclass
class Bench:
    """One run of the harness. limit: seconds for each process."""

    results: Results
    run_id: str
    afresh: bool = False
    limit: float = LIMIT_SECONDS

    def fill(self, case: Case, peer: Peer) -> tuple[Cell, bool]:
        """The cell, and whether it was measured now."""
        code = fingerprint(peer)
        kept = self.results.cell(case, peer.name)
        smaller = self.results.stopped_at(case, peer.name)
        again = self.afresh and kept is not None and kept["run"] != self.run_id
        if kept and kept["code"] == code and not again and kept.get("stopped_at") == smaller:
            return kept, False
        cell: Cell = {
            "case": case.as_data(), "peer": peer.name, "code": code, "figures": _hash(_figures()), "run": self.run_id
        }  # fmt: skip
        if smaller is not None:
            cell |= {"outcome": "skipped", "stopped_at": smaller}
        else:
            cell |= self._measured(case, peer)
        self.results.cells[f"{case.key}|{peer.name}"] = cell
        self.results.write()
        return cell, True

    def _measured(self, case: Case, peer: Peer) -> Cell:
        python = python_of(peer.environment)
        with tempfile.TemporaryDirectory() as folder:
            case_file, out = Path(folder) / "case.json", Path(folder) / "out.json"
            case_file.write_text(json.dumps(case.as_data()))
            command = [str(python), str(WORKER), peer.module, peer.solver, str(case_file), str(out)]
            if not peer.whole:
                command.append(str(matrix_of(case, case_file)))
            ended = run(command, self.limit)
            found = json.loads(out.read_text()) if ended.outcome == "done" else {}
        return _cell(ended, found, self.limit)


def _cell(ended: Ended, found: dict[str, Any], limit: float) -> Cell:
    cell: Cell = {"outcome": ended.outcome, "process": round(ended.seconds, 2), "limit": limit, **found}
    cell["bytes"] = max(ended.bytes, found.get("bytes", 0))
    if ended.said:
        cell["said"] = ended.said
    for name in ("build", "solve", "whole", "load"):
        if cell.get(name) is not None:
            cell[name] = round(cell[name], 5)
    return cell


def matrix_of(case: Case, case_file: Path) -> Path:
    """The case's matrix as zeropark builds it now, written if it is not there. Raises SystemExit when it cannot be."""
    folder = FOLDER / "matrices"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{case.key}-{_hash(_matrix_files())}.npz"
    if not file.exists():
        for old in folder.glob(f"{case.key}-????????????.npz"):
            old.unlink()
        command = [str(python_of("")), str(BENCHMARKS / "export.py"), str(case_file), str(file)]
        ended = run(command)
        if ended.outcome != "done":
            file.unlink(missing_ok=True)
            raise SystemExit(f"no matrix of {case.key}: {ended.said or ended.outcome}")
    return file


def fingerprint(peer: Peer) -> str:
    """Changes when what the peer's cells depend on does: figures, adapter, and zeropark's code or what is installed."""
    files = [
        WORKER,
        BENCHMARKS / "peers" / "model.py",
        BENCHMARKS / "peers" / f"{peer.module}.py",
        *_figures(),
    ]
    if peer.environment == "":
        files += _ours((*FORMULATION, "optimize"))
    elif not peer.whole:
        files += _matrix_files()
    if peer.environment:
        files.append(FOLDER / peer.environment / ".installed")
    return _hash(files, peer.solver)


def _matrix_files() -> list[Path]:
    return [BENCHMARKS / "peers" / "zeropark.py", *_figures(), *_ours(FORMULATION)]


def _figures() -> list[Path]:
    return sorted((BENCHMARKS / "parks").glob("*.py"))


def _ours(names: tuple[str, ...]) -> list[Path]:
    paths = [SOURCE / name for name in names]
    return [file for path in paths for file in (sorted(path.rglob("*.py")) if path.is_dir() else [path])]


def _hash(files: list[Path], more: str = "") -> str:
    found = hashlib.sha256(more.encode())
    for file in files:
        found.update(file.read_bytes() if file.exists() else b"")
    return found.hexdigest()[:12]


def machine() -> dict[str, Any]:
    """What the run was measured on."""
    cpu, memory = "unknown", 0.0
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        cpu = next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    except (OSError, StopIteration, ValueError):
        pass
    return {"cpu": cpu, "cores": os.cpu_count(), "memory_gb": round(memory, 1)}
