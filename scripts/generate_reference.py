"""Writes the pages and blocks of docs/ that come from code, or checks that they are up to date.

    python scripts/generate_reference.py            write       (make generate)
    python scripts/generate_reference.py --check    compare     (make generated, part of make check)

To add a page: write a function in reference_pages.py that returns its text, list it in PAGES and put
the page into the nav of mkdocs.yml. To fill a part of a page that is otherwise written by hand: put
``<!-- generated: NAME -->`` and ``<!-- end generated -->`` into it and list the function in BLOCKS.
Output must depend on the code alone: no dates, no paths of this machine, no order of a set.
"""

from __future__ import annotations

import difflib
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import reference_pages

ROOT = Path(__file__).resolve().parent.parent
NOTE = "<!-- Written by scripts/generate_reference.py (make generate). Do not edit. -->\n\n"

PAGES: dict[str, Callable[[], str]] = {
    "docs/reference/park-file.md": reference_pages.park_file,
    "docs/reference/park.schema.json": reference_pages.park_schema,
    "docs/reference/packs-and-tariffs.md": reference_pages.packs_and_tariffs,
    "docs/reference/accounts.md": reference_pages.accounts,
    "docs/reference/commands.md": reference_pages.commands,
    "docs/reference/errors.md": reference_pages.errors,
}

BLOCKS: dict[tuple[str, str], Callable[[], str]] = {
    ("docs/architecture.md", "map"): reference_pages.architecture_map,
    ("docs/explanation/least-cost.md", "constraints"): reference_pages.constraints,
    ("docs/reference/benchmarks-carbon.md", "attribution"): reference_pages.attribution_benchmark,
    ("docs/reference/benchmarks-carbon.md", "footprints"): reference_pages.footprint_benchmark,
}


def generated() -> dict[str, str]:
    """Text of every file that this script writes, by path from the repository root."""
    texts = {path: (NOTE if path.endswith(".md") else "") + render() for path, render in PAGES.items()}
    for (path, name), render in BLOCKS.items():
        text = texts.get(path) or (ROOT / path).read_text(encoding="utf-8")
        texts[path] = fill(text, name, render(), path)
    return texts


def fill(text: str, name: str, content: str, path: str) -> str:
    """``text`` with the block ``name`` replaced by ``content``."""
    start, end = f"<!-- generated: {name} -->\n", "<!-- end generated -->"
    before, found, rest = text.partition(start)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        raise SystemExit(f"{path}: no block '{start.strip()}' … '{end}'")
    return before + start + "\n" + content + "\n" + end + after


def main(arguments: Sequence[str]) -> int:
    """Write, or with ``--check`` compare and show the difference."""
    check = list(arguments) == ["--check"]
    if arguments and not check:
        print("usage: generate_reference.py [--check]", file=sys.stderr)
        return 2
    stale = 0
    for path, text in generated().items():
        file = ROOT / path
        old = file.read_text(encoding="utf-8") if file.exists() else ""
        if old == text:
            continue
        stale += 1
        if check:
            sys.stderr.writelines(
                difflib.unified_diff(old.splitlines(True), text.splitlines(True), path, "from the code", n=0)
            )
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            print(f"wrote {path}")
    if check and stale:
        print("Generated pages are out of date: run `make generate` and commit.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
