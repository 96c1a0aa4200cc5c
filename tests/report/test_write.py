from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from zeropark.errors import InputError
from zeropark.outcome import Outcome
from zeropark.report import write
from zeropark.report.write import FILES, write_outcome


def stop(_outcome: Outcome, _path: Path, _blocks: object) -> None:
    raise KeyboardInterrupt


def test_all_files_and_nothing_else(read_outcome: Outcome, tmp_path: Path) -> None:
    heard: list[tuple[str, float]] = []
    written = write_outcome(
        read_outcome, tmp_path / "a" / "out", lambda text, share: heard.append((text, share))
    )
    assert sorted(p.name for p in (tmp_path / "a" / "out").iterdir()) == sorted(FILES)
    assert [p.name for p in written] == list(FILES)
    assert [p.name for p in (tmp_path / "a").iterdir()] == ["out"]
    assert [share for _, share in heard] == sorted(share for _, share in heard)
    assert heard[-1][1] == 1.0
    assert (
        json.loads((tmp_path / "a" / "out" / "summary.json").read_text(encoding="utf-8"))["status"] == "read"
    )


def test_tables_keep_the_contract(outcome: Outcome, tmp_path: Path) -> None:
    write_outcome(outcome, tmp_path / "out")
    flows = pd.read_parquet(tmp_path / "out" / "flows.parquet")
    assert list(flows.columns) == ["time", "asset", "node", "carrier", "flow"]
    assert str(flows["time"].dt.tz) == "UTC"
    assert len(flows) == 8760 * len(outcome.flows.net)
    pv = flows[(flows["asset"] == "pv") & (flows["node"] == "bus")]
    assert pv["flow"].sum() == pytest.approx(outcome.flows.net["pv", "bus"].sum())
    levels = pd.read_parquet(tmp_path / "out" / "levels.parquet")
    assert list(levels.columns) == ["time", "asset", "level"]
    prices = pd.read_parquet(tmp_path / "out" / "prices.parquet")
    assert list(prices.columns) == ["time", "node", "carrier", "price"]
    notes = pq.read_schema(tmp_path / "out" / "flows.parquet").metadata
    assert json.loads(notes[b"zeropark.carrier_units"])["h2"] == "kg"


def test_no_prices_is_an_empty_table_of_the_same_types(
    read_outcome: Outcome, outcome: Outcome, tmp_path: Path
) -> None:
    for name, one in (("read", read_outcome), ("plan", outcome)):
        write_outcome(one, tmp_path / name)
    empty, full = (pq.read_table(tmp_path / name / "prices.parquet") for name in ("read", "plan"))
    assert empty.num_rows == 0
    assert empty.schema.equals(full.schema)


def test_stopped_in_the_middle_leaves_nothing(
    read_outcome: Outcome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(write._WRITERS, "report.html", stop)
    with pytest.raises(KeyboardInterrupt):
        write_outcome(read_outcome, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_stopped_in_the_middle_leaves_the_old_folder(
    read_outcome: Outcome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "summary.json").write_text("old", encoding="utf-8")
    (folder / "mine.txt").write_text("mine", encoding="utf-8")
    monkeypatch.setitem(write._WRITERS, "summary.json", stop)
    with pytest.raises(KeyboardInterrupt):
        write_outcome(read_outcome, folder)
    assert sorted(p.name for p in folder.iterdir()) == ["mine.txt", "summary.json"]
    assert (folder / "summary.json").read_text(encoding="utf-8") == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_an_existing_folder_keeps_foreign_files(read_outcome: Outcome, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "mine.txt").write_text("mine", encoding="utf-8")
    (folder / "summary.json").write_text("old", encoding="utf-8")
    write_outcome(read_outcome, folder)
    assert (folder / "mine.txt").read_text(encoding="utf-8") == "mine"
    assert sorted(p.name for p in folder.iterdir()) == sorted([*FILES, "mine.txt"])
    assert (folder / "summary.json").read_text(encoding="utf-8") != "old"


def test_a_file_in_the_way_is_the_users_fault(read_outcome: Outcome, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("x", encoding="utf-8")
    with pytest.raises(InputError, match="is a file"):
        write_outcome(read_outcome, tmp_path / "out")
