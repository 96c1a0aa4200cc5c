"""What ``zeropark efficiency`` leaves in its folder: summary, workbook, dossier."""

from __future__ import annotations

import json
from pathlib import Path

from zeropark.efficiency.summary import summary_of
from zeropark.passport.efficiency_book import write_efficiency_book
from zeropark.passport.efficiency_page import Dossier, dossier_html


def write_efficiency(dossier: Dossier, folder: Path) -> tuple[Path, ...]:
    """Write all of it, and say where it lies; the summary last."""
    folder.mkdir(parents=True, exist_ok=True)
    page, book, summary = (folder / n for n in ("dossier.html", "efficiency.xlsx", "efficiency.json"))
    page.write_text(dossier_html(dossier), encoding="utf-8")
    write_efficiency_book(dossier, book)
    text = json.dumps(
        summary_of(dossier.readings, dossier.rows), ensure_ascii=False, allow_nan=False, indent=2
    )
    summary.write_text(text + "\n", encoding="utf-8")
    return page, book, summary
