"""Writes the packaged CBAM tables from the extracted tables of the Commission's workbooks.

    python scripts/cbam_tables.py ../shared/reference/cbam

Only the columns that the engine reads; the figures are the Commission's (Decision 2011/833/EU: reuse with the source
named). Default values are those printed in Annex I of IR (EU) 2025/2621, which alone are legally valid.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

OUT = Path(__file__).parents[1] / "src" / "zeropark" / "data" / "cbam"
DEFAULTS_HEAD = (
    "# Default values for China, t CO2e/t: Annex I of IR (EU) 2025/2621 (OJ L, 2025/2621, 31.12.2025), through the"
    " Commission's workbook 'Default values' version 1 of 2026-02-04 [O]. IR (EU) 2026/1740 is not included."
)
BENCHMARKS_HEAD = (
    "# CBAM benchmarks, t CO2e/t: IR (EU) 2025/2620 of 2025-12-22, through the Commission's workbook 'CBAM benchmarks'"
    " version 1 of 2026-02-06 [O]. a: of the process alone, with actual data; b: with precursors, with default values."
)


def main(source: Path) -> None:
    """Both tables."""
    with (source / "default_values_cn.csv").open(encoding="utf-8", newline="") as lines:
        rows = [
            [
                row["cn_code"],
                _number(row["law_direct"]),
                _number(row["law_indirect"]),
                _number(row["law_total"]),
                row["markup_2026_pct"],
                row["markup_2027_pct"],
                row["markup_2028_pct"],
                _number(row["law_dv_2026"]),
                _number(row["law_dv_2027"]),
                _number(row["law_dv_2028"]),
                "".join(letter for letter in row["bm_route"] if letter.isalpha()),
                row["description"],
            ]
            for row in csv.DictReader(lines)
            if _number(row["law_total"])
        ]
    years = ("2026", "2027", "2028")
    head = ["cn_code", "direct", "indirect", "total", *(f"markup_{year}" for year in years)]
    head += [*(f"charged_{year}" for year in years), "route", "description"]
    _write(OUT / "default_values_cn.csv", DEFAULTS_HEAD, head, rows)
    with (source / "benchmarks.csv").open(encoding="utf-8", newline="") as lines:
        rows = [
            [
                row["cn_code"],
                row["route_letter"],
                "" if row["production_years"] == "all" else row["production_years"],
                row["column_a_bmg"],
                row["column_b_bmg"],
            ]
            for row in csv.DictReader(lines)
        ]
    _write(OUT / "benchmarks.csv", BENCHMARKS_HEAD, ["cn_code", "route", "years", "a", "b"], rows)


def _number(text: str) -> str:
    """A number as printed; nothing for the words that stand in number columns (N/A, see below, –)."""
    return text if text.replace(".", "", 1).isdigit() else ""


def _write(path: Path, note: str, head: list[str], rows: list[list[str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as out:
        out.write(note + "\n")
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(head)
        writer.writerows(rows)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
