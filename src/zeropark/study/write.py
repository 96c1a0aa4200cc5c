"""What a study leaves in its folder beside its finished variants: table, summary, report."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from zeropark.optimize.options import Progress, silent
from zeropark.study.report import study_html
from zeropark.study.run import Studied
from zeropark.study.table import as_json, table_of
from zeropark.study.whole import whole


def write_studies(studied: Studied, out: Path, progress: Progress = silent) -> tuple[Path, ...]:
    """Write ``results.parquet``, ``study.html`` and ``study.json`` into ``out``, each whole or not at all."""
    for name, write in _WRITERS.items():
        progress(f"write {name.split('.')[0]}", 0.0)
        with whole(out / name) as temporary:
            write(studied, temporary)
    return tuple(out / name for name in _WRITERS)


def _write_table(studied: Studied, path: Path) -> None:
    content = pa.Table.from_pandas(table_of(studied), preserve_index=False)
    pq.write_table(content.replace_schema_metadata(None), path, compression="zstd")


def _write_report(studied: Studied, path: Path) -> None:
    path.write_text(study_html(studied), encoding="utf-8")


def _write_summary(studied: Studied, path: Path) -> None:
    path.write_text(as_json(studied) + "\n", encoding="utf-8")


_WRITERS: dict[str, Callable[[Studied, Path], None]] = {
    "results.parquet": _write_table,
    "study.html": _write_report,
    "study.json": _write_summary,
}
