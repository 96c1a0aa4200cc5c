"""Everything that a pathway leaves in its folder, complete or not at all"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

from zeropark.optimize.options import Progress, silent
from zeropark.pathway.outcome import PathwayOutcome
from zeropark.pathway.report import pathway_html
from zeropark.pathway.summary import move_table, pathway_summary
from zeropark.report.write import hidden_beside, write_outcome

FILES = ("pathway.parquet", "pathway.html", "summary.json")


def write_pathway(outcome: PathwayOutcome, folder: Path, progress: Progress = silent) -> tuple[Path, ...]:
    """Write the pathway's papers into ``folder`` and each stage's plan into ``folder/YEAR``.

    All is made in a hidden folder beside it first: stopped at any time before, an existing folder stays as
    it was, and other files in it are always left alone. Raises InputError when it cannot be written.
    """
    temporary = hidden_beside(folder)
    try:
        for plan in outcome.stages:
            progress(f"write {plan.stage.name}", 0.0)
            write_outcome(plan.outcome, temporary / plan.stage.name)
        progress("write the pathway", 0.0)
        move_table(outcome).to_parquet(temporary / FILES[0], index=False)
        (temporary / FILES[1]).write_text(pathway_html(outcome), encoding="utf-8")
        summary = json.dumps(pathway_summary(outcome), ensure_ascii=False, allow_nan=False, indent=2)
        (temporary / FILES[2]).write_text(summary + "\n", encoding="utf-8")
        _put_in_place(temporary, folder)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    return tuple(folder / name for name in FILES)


def _put_in_place(temporary: Path, folder: Path) -> None:
    """One rename where nothing is there yet; else our files one by one, the summary last."""
    if not folder.exists():
        temporary.rename(folder.resolve())
        return
    papers = [temporary / name for name in FILES]
    of_stages = [path for path in temporary.rglob("*") if path.is_file() and path not in papers]
    for path in [*of_stages, *papers]:
        target = folder / path.relative_to(temporary)
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(path, target)
    shutil.rmtree(temporary)
