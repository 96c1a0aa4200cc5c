"""Everything that a plan leaves in its folder, complete or not at all."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from zeropark.errors import Fault, InputError
from zeropark.flows import price_table
from zeropark.outcome import Outcome
from zeropark.report.blocks import Block
from zeropark.report.html import report_html
from zeropark.report.proofs import blocks_of
from zeropark.report.summary import summary_of
from zeropark.report.tables import write_tables

Progress = Callable[[str, float], None]
Blocks = tuple[Block, ...]

_TIME = pa.field("time", pa.timestamp("us", tz="UTC"))
_WORD = pa.dictionary(pa.int32(), pa.string())
_COLUMNS = {
    "asset": _WORD,
    "node": _WORD,
    "carrier": _WORD,
    "flow": pa.float64(),
    "level": pa.float64(),
    "price": pa.float64(),
}


def write_outcome(outcome: Outcome, folder: Path, progress: Progress | None = None) -> tuple[Path, ...]:
    """Write summary, tables and report into ``folder``, and say where they lie.

    All files are made in a hidden folder beside it first. Stopped at any time before, an existing
    folder stays as it was; other files in it are always left alone. ``progress`` hears what is being
    written and the share done. Raises InputError when the folder cannot be written.
    """
    say = progress or (lambda _text, _share: None)
    temporary = hidden_beside(folder)
    try:
        blocks = blocks_of(outcome)
        for done, (name, write) in enumerate(_WRITERS.items()):
            say(name, done / len(_WRITERS))
            write(outcome, temporary / name, blocks)
        _put_in_place(temporary, folder)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    say("", 1.0)
    return tuple(folder / name for name in _WRITERS)


def hidden_beside(folder: Path) -> Path:
    """A new hidden folder on the same disk, with the rights that a plain folder would have."""
    try:
        if folder.exists() and not folder.is_dir():
            raise NotADirectoryError(f"'{folder}' is a file")
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(
            tempfile.mkdtemp(
                prefix=f".{folder.resolve().name}.", suffix=".partial", dir=folder.resolve().parent
            )
        )
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(0o777 & ~mask)
    except OSError as error:
        fault = Fault(
            str(folder),
            None,
            "out",
            error.strerror or str(error),
            "a folder that can be written",
            "choose another --out",
        )
        raise InputError([fault]) from error
    return temporary


def _put_in_place(temporary: Path, folder: Path) -> None:
    """One rename where nothing is there yet; else our files one by one, the summary last."""
    if not folder.exists():
        temporary.rename(folder.resolve())
        return
    for name in _WRITERS:
        os.replace(temporary / name, folder / name)
    temporary.rmdir()


def _write_flows(outcome: Outcome, path: Path, _: Blocks) -> None:
    _write_parquet(outcome.flows.table(), ("asset", "node", "carrier", "flow"), outcome, path)


def _write_levels(outcome: Outcome, path: Path, _: Blocks) -> None:
    _write_parquet(outcome.flows.level_table(), ("asset", "level"), outcome, path)


def _write_prices(outcome: Outcome, path: Path, _: Blocks) -> None:
    table = price_table(outcome.flows.clock, outcome.prices, outcome.flows.carriers)
    _write_parquet(table, ("node", "carrier", "price"), outcome, path)


def _write_parquet(table: pd.DataFrame, columns: tuple[str, ...], outcome: Outcome, path: Path) -> None:
    """Types as declared, also of an empty table; the carriers' units stand in the file's metadata."""
    spec = outcome.park.spec
    units = {name: carrier.unit for name, carrier in spec.carriers.items()}
    notes = {"zeropark.carrier_units": json.dumps(units), "zeropark.currency": spec.money.currency}
    schema = pa.schema([_TIME, *(pa.field(name, _COLUMNS[name]) for name in columns)], metadata=notes)
    if table.empty:
        pq.write_table(schema.empty_table(), path)
        return
    content = pa.Table.from_pandas(table, preserve_index=False).select(schema.names)
    pq.write_table(content.cast(schema), path, compression="zstd")


def _write_tables(outcome: Outcome, path: Path, blocks: Blocks) -> None:
    write_tables(outcome, path, blocks)


def _write_report(outcome: Outcome, path: Path, blocks: Blocks) -> None:
    path.write_text(report_html(outcome, blocks), encoding="utf-8")


def _write_summary(outcome: Outcome, path: Path, _: Blocks) -> None:
    text = json.dumps(summary_of(outcome), ensure_ascii=False, allow_nan=False, indent=2)
    path.write_text(text + "\n", encoding="utf-8")


_WRITERS: dict[str, Callable[[Outcome, Path, Blocks], None]] = {
    "flows.parquet": _write_flows,
    "levels.parquet": _write_levels,
    "prices.parquet": _write_prices,
    "tables.xlsx": _write_tables,
    "report.html": _write_report,
    "summary.json": _write_summary,
}
FILES = tuple(_WRITERS)
