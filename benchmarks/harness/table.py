"""The tables of the page: one for each case, a row for each peer, ratios to zeropark."""

from __future__ import annotations

import statistics

from harness.cells import Cell, Results
from parks.case import Case
from peers import PEERS
from peers.model import Peer
from subjects.model import Subject

OURS = "zeropark"
AGREE = 1e-6
"""Relative difference of objectives above which a row is marked as wrong."""
_HEAD = (
    "tool", "build, s", "solve, s", "both, s", "zeropark takes", "memory, GB", "zeropark takes", "cost differs by", "notes"
)  # fmt: skip
_NONE = "—"


def words(cell: Cell) -> str:
    """A cell in a few words."""
    if cell["outcome"] == "done":
        seconds = (
            "" if cell.get("solve") is None else f", solved in {number(cell['solve'])} s by {cell['solver']}"
        )
        return f"{cell['status']}, built in {number(cell['build'])} s{seconds}, {cell['bytes'] / 1e9:.2f} GB"
    if cell["outcome"] == "stopped":
        return f">{cell['limit']:.0f} s"
    if cell["outcome"] == "skipped":
        return f"not run: >600 s at {cell['stopped_at']}"
    return str(cell.get("said", "failed"))


def number(value: float) -> str:
    """Three significant digits; thousands separated."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value >= 1e-4 else f"{value:.1e}"


def good(cell: Cell | None) -> bool:
    """Whether a cell holds a measured optimum, or a model where only that was asked for."""
    return cell is not None and cell["outcome"] == "done" and cell["status"] in ("optimal", "built")


def agreed(results: Results, case: Case) -> float | None:
    """The objective that the tools agree on: the median of those that say optimal."""
    cells = [cell for cell in results.cells.values() if cell["case"] == case.as_data()]
    found = [cell["objective"] for cell in cells if good(cell) and cell.get("objective") is not None]
    return statistics.median_low(found) if found else None


def difference(cell: Cell, reference: float | None) -> float | None:
    """Relative difference of a cell's objective; None where there is nothing to compare."""
    if reference is None or cell.get("objective") is None:
        return None
    return abs(float(cell["objective"]) - reference) / max(abs(reference), 1e-9)


def case_table(results: Results, title: str, case: Case, subject: Subject) -> str:
    """One case: heading, size, rows."""
    reference, ours = agreed(results, case), results.cell(case, OURS)
    lines = [f"### {title}", ""]
    if ours is not None and ours.get("columns"):
        size = (f"{ours[name]:,} {name}" for name in ("columns", "rows", "nonzeros"))
        lines += ["zeropark's problem: " + ", ".join(size) + ".", ""]
    lines += ["| " + " | ".join(_HEAD) + " |", "|---" * len(_HEAD) + "|"]
    runs = set()
    for name in subject.peers:
        cell = results.cell(case, name)
        runs |= {cell["run"]} if cell else set()
        lines.append("| " + " | ".join(_row(PEERS[name], case, cell, ours, reference)) + " |")
    if len(runs) > 1:
        lines += ["", f"These rows come from {len(runs)} runs: {', '.join(sorted(runs))}."]
    return "\n".join(lines) + "\n"


def _row(peer: Peer, case: Case, cell: Cell | None, ours: Cell | None, reference: float | None) -> list[str]:
    title = f"**{peer.title}**" if peer.name == OURS else peer.title
    title = peer.tool if not case.solve else title
    empty = [title, *[_NONE] * (len(_HEAD) - 2)]
    if not case.needs <= peer.can:
        return [*empty, f"not written: {peer.missing}"]
    if cell is None:
        return [*empty, "not measured yet"]
    if cell["outcome"] == "failed":
        return [*empty, "failed: " + str(cell["said"]).replace("|", "/")[:160]]
    if cell["outcome"] == "skipped":
        return [*empty, f">600 s at {cell['stopped_at']}"]
    if cell["outcome"] == "stopped":
        whole, least = f">{cell['limit']:.0f}", _at_most(ours, cell, "whole" if peer.whole else "solve")
        return [title, _NONE, _NONE, whole, least, _gb(cell), _memory_ratio(ours, cell), _NONE, "stopped"]
    off = difference(cell, reference)
    apart = _NONE if off is None else f"{off:.0e}"
    return [
        title, number(cell["build"]) if peer.whole else _NONE,
        _NONE if cell.get("solve") is None else number(cell["solve"]),
        number(cell["whole"]) if peer.whole else _NONE,
        _ratio(ours, cell, "whole" if peer.whole else "solve"), _gb(cell), _memory_ratio(ours, cell), apart,
        _notes(cell, off),
    ]  # fmt: skip


def _notes(cell: Cell, off: float | None) -> str:
    found = [] if cell["status"] in ("optimal", "built") else [f"**{cell['status']}**"]
    if off is not None and off > AGREE:
        found.append("**wrong**")
    if cell.get("solver"):
        found.append(
            str(cell["solver"]) + (f", {cell['iterations']} iterations" if cell.get("iterations") else "")
        )
    return "; ".join(found) or _NONE


def _gb(cell: Cell) -> str:
    return f"{cell['bytes'] / 1e9:.2f}"


def _memory_ratio(ours: Cell | None, cell: Cell) -> str:
    if ours is None or not good(ours) or ours is cell:
        return _NONE
    return f"{ours['bytes'] / cell['bytes']:.2f}"


def _ratio(ours: Cell | None, cell: Cell, part: str) -> str:
    """What zeropark takes of the other's time; for solvers on our matrix of solving alone."""
    if ours is None or not good(ours) or ours is cell or not good(cell):
        return _NONE
    return number(ours[part] / cell[part]) + (" of solving" if part == "solve" else "")


def _at_most(ours: Cell | None, cell: Cell, part: str) -> str:
    """Of a peer that was stopped only this is known."""
    return f"<{number(ours[part] / cell['limit'])}" if ours is not None and good(ours) else _NONE
