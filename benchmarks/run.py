"""The benchmark: zeropark beside its peers, the same parks, ratios of time and memory.

    make bench                                                   all of it (hours)
    python benchmarks/run.py --subjects sizes --peers zeropark,clarabel
    python benchmarks/run.py --list                              what would be measured, and what is there
    python benchmarks/run.py --quick                             nothing above 2,190 steps, kept apart, no pages
    python benchmarks/run.py --pages                             only write the pages again

Each cell is measured in a process of its own and kept in ``results/latest.json`` at once, so that a run that was
stopped goes on where it was. A cell is measured again when the code or the packages it depends on
changed, or with ``--afresh``. ``--continue`` counts what is measured as part of the last run.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from harness.cells import Bench, Cell, Results, fingerprint, machine
from harness.environments import FOLDER
from harness.pages import write_pages
from harness.process import LIMIT_SECONDS
from harness.table import words
from parks.case import Case
from peers import PEERS
from peers.model import Peer
from subjects import SUBJECTS
from subjects.model import Subject

LATEST = Path(__file__).resolve().parent / "results" / "latest.json"
QUICK_STEPS, QUICK_SECONDS = 2190, 120.0


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what is asked for, then write the pages."""
    asked = _arguments().parse_args(arguments)
    subjects = [SUBJECTS[name] for name in _names(asked.subjects, SUBJECTS)]
    peers = set(_names(asked.peers, PEERS))
    file = FOLDER / "quick.json" if asked.quick else LATEST
    file.parent.mkdir(parents=True, exist_ok=True)
    results = Results.read(file)
    words_asked = [word.strip() for word in asked.cases.split(";") if word.strip()]
    cells = [
        (s, t, c, p)
        for s, t, c, p in _wanted(subjects, peers)
        if (not asked.quick or _steps(c) <= QUICK_STEPS)
        and (not words_asked or any(w in t for w in words_asked))
    ]
    if asked.list:
        _list(results, cells)
        return
    if not asked.pages:
        limit = QUICK_SECONDS if asked.quick else LIMIT_SECONDS
        bench = Bench(results, _run_id(results, asked.go_on), asked.afresh, limit)
        _measure(bench, cells)
    if not asked.quick:
        write_pages(results)


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--subjects", default="", help=f"some of {', '.join(SUBJECTS)}; all by default")
    parser.add_argument("--peers", default="", help=f"some of {', '.join(PEERS)}; all by default")
    parser.add_argument(
        "--cases", default="", help="only those whose title has one of these words in it, split by ;"
    )
    parser.add_argument("--quick", action="store_true", help="small cases only, two minutes each")
    parser.add_argument("--afresh", action="store_true", help="measure again what is there")
    parser.add_argument("--continue", dest="go_on", action="store_true", help="count as part of the last run")
    parser.add_argument("--pages", action="store_true", help="only write the pages from what is there")
    parser.add_argument("--list", action="store_true", help="only say what would be measured")
    return parser


def _names(text: str, known: dict[str, Subject] | dict[str, Peer]) -> list[str]:
    names = [name.strip() for name in text.split(",") if name.strip()] or list(known)
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise SystemExit(f"unknown: {', '.join(unknown)}; known: {', '.join(known)}")
    return names


def _wanted(subjects: list[Subject], peers: set[str]) -> Iterator[tuple[Subject, str, Case, Peer]]:
    for subject in subjects:
        for title, case in subject.cases:
            for name in subject.peers:
                if name in peers and case.needs <= PEERS[name].can:
                    yield subject, title, case, PEERS[name]


def _steps(case: Case) -> int:
    return case.steps * case.years * max(1, case.nodes // 10)


def _run_id(results: Results, go_on: bool) -> str:
    """A new run, or with ``go_on`` the last one."""
    if go_on and results.runs:
        return max(results.runs)
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    results.runs[now] = machine()
    return now


def _measure(bench: Bench, cells: list[tuple[Subject, str, Case, Peer]]) -> None:
    for at, (subject, title, case, peer) in enumerate(cells, 1):
        began = time.perf_counter()
        cell, now = bench.fill(case, peer)
        how = f"{time.perf_counter() - began:6.1f} s" if now else "    kept"
        print(
            f"[{at}/{len(cells)}] {subject.title} · {title} · {peer.title}: {words(cell)} ({how.strip()})",
            flush=True,
        )


def _list(results: Results, cells: list[tuple[Subject, str, Case, Peer]]) -> None:
    for subject, title, case, peer in cells:
        cell: Cell | None = results.cell(case, peer.name)
        changed = cell is not None and cell["code"] != fingerprint(peer)
        state = "not there" if cell is None else words(cell) + (" (code changed since)" if changed else "")
        print(f"{subject.name} · {title} · {peer.name}: {state}")


if __name__ == "__main__":
    main()
