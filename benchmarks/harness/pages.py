"""What the results become: the page in docs, the table in README, the picture of growth."""

from __future__ import annotations

from pathlib import Path

from harness import targets
from harness.cells import Cell, Results
from harness.picture import growth
from harness.process import LIMIT_SECONDS, THREADS
from harness.table import AGREE, OURS, agreed, case_table, difference, good, number
from parks.case import Case
from peers import PEERS
from subjects import SUBJECTS

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reference" / "benchmarks.md"
PICTURE = ROOT / "docs" / "pictures" / "growth.svg"
README = ROOT / "README.md"
BEGIN, END = "<!-- generated: benchmarks -->\n", "<!-- end generated -->"
SHOWN = (
    "zeropark",
    "clarabel",
    "highs-hipo",
    "linopy-hipo",
    "pypsa-hipo",
    "pypsa",
    "oemof-hipo",
    "calliope-hipo",
)
"""Peers of README's table and of the picture."""

_INTRO = """# Benchmarks

<!-- Written by benchmarks/run.py (make bench) from benchmarks/results/latest.json. Do not edit. -->

The same parks in zeropark and in other tools, with the same figures and profiles (`benchmarks/parks/`), on one
machine. Each cell is a process of its own.
"""


def write_pages(results: Results) -> None:
    """Write all three."""
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    PICTURE.write_text(growth(results, SUBJECTS["sizes"], SHOWN), encoding="utf-8")
    PAGE.write_text(page(results), encoding="utf-8")
    if not results.cells:
        return
    text = README.read_text(encoding="utf-8")
    before, found, rest = text.partition(BEGIN)
    _, closed, after = rest.partition(END)
    if found and closed:
        README.write_text(before + BEGIN + "\n" + short_table(results) + "\n" + END + after, encoding="utf-8")
    else:
        print(f"README.md has no block {BEGIN.strip()} … {END}")


def page(results: Results) -> str:
    """docs/reference/benchmarks.md."""
    parts = [_INTRO, _machine(results), _how(), "## Targets\n", targets.table(results)]
    parts += [
        "## Growth\n",
        "![Time and memory of the typical park over its steps](../pictures/growth.svg)\n",
    ]
    for subject in SUBJECTS.values():
        parts += [f"## {subject.title}\n", subject.note + "\n"]
        parts += [case_table(results, title, case, subject) for title, case in subject.cases]
    return "\n".join([*parts, "## Versions\n", _versions(results)])


def _machine(results: Results) -> str:
    lines = []
    for name, run in sorted(results.runs.items()):
        lines.append(f"- run of {name}: {run['cpu']}, {run['cores']} cores, {run['memory_gb']:.0f} GB")
    if len(results.runs) > 1:
        lines.append("\nWhere the rows of a table come from several runs, a line below it says so.")
    return "\n".join(lines) + "\n"


def _how() -> str:
    threads = ", ".join(f"`{name}={value}`" for name, value in THREADS.items())
    return f"""How it is measured:

- **Time** is the wall clock after imports and a first tiny job, which loads compiled code, for every tool alike.
  *Build* goes from figures in memory to the tool's complete model, *solve* from there to its answer, handing over to
  the solver included. A job of less than a second is done up to five times and the best counts.
- **Memory** is the highest resident memory of the process and its children, interpreter and libraries included.
- **Limit**: {LIMIT_SECONDS:.0f} s a process, then it is stopped. A tool that was stopped is not run on a larger
  case of its kind.
- **Threads**: {threads} for all, because solvers with threads of their own would
  have too many; the solvers' own thread counts are as they choose by default.
- **Accuracy**: interior points are asked for 1e-8 (feasibility and gap) without crossover; a tool's default solver has
  its own settings. Objectives must agree with the median of all to {AGREE:.0e}, or the row is marked **wrong**.
- *On our matrix*: the solver gets the arrays that zeropark builds, so only solving is compared.
- *zeropark takes*: zeropark's time or memory over the tool's; below 1 zeropark needs less.
"""


def _versions(results: Results) -> str:
    found: dict[str, set[str]] = {}
    for cell in results.cells.values():
        tool = PEERS[cell["peer"]].tool
        for package, version in cell.get("versions", {}).items():
            found.setdefault(tool, set()).add(f"{package} {version}")
    return "\n".join(f"- {tool}: {', '.join(sorted(names))}" for tool, names in sorted(found.items())) + "\n"


def short_table(results: Results) -> str:
    """The table of README: both times and memory of the typical park, by size."""
    cases = SUBJECTS["sizes"].cases
    lines = [
        "| typical park | " + " | ".join(title for title, _ in cases) + " |",
        "|---" * (len(cases) + 1) + "|",
    ]
    for name in SHOWN:
        title = f"**{PEERS[name].title}**" if name == OURS else PEERS[name].title
        lines.append("| " + " | ".join([title, *(_short(results, case, name) for _, case in cases)]) + " |")
    done, all_of_them = targets.reached(results)
    lines += ["", "Seconds to build and solve (on our matrix: to solve), and memory; two tools that disagree by more than "
              f"1e-6 would be marked. {done} of {all_of_them} targets are reached: "
              "[benchmarks](docs/reference/benchmarks.md)."]  # fmt: skip
    return "\n".join(lines) + "\n"


def _short(results: Results, case: Case, name: str) -> str:
    cell: Cell | None = results.cell(case, name)
    if cell is None:
        return "—"
    if cell["outcome"] == "done":
        off = difference(cell, agreed(results, case))
        mark = "" if good(cell) else f" ({cell['status']})"
        mark += " (wrong)" if good(cell) and off is not None and off > AGREE else ""
        seconds = cell["whole"] if PEERS[name].whole else cell["solve"]
        return f"{number(seconds)} s · {cell['bytes'] / 1e9:.2f} GB{mark}"
    return {"stopped": ">600 s", "skipped": "not run"}.get(cell["outcome"], "failed")
