"""``zeropark cbam``: the keys that scripts rely on, plain numbers, and exit codes."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from tests.cbam.test_faults import document

from zeropark.cli.app import main


@dataclass
class Done:
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def zeropark(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    def run(*arguments: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["zeropark", "cbam", *arguments])
        try:
            main()
            code = 0
        except SystemExit as left:
            code = int(left.code or 0)
        said = capsys.readouterr()
        return Done(code, said.out, said.err)

    return run


@pytest.fixture
def example(tmp_path: Path) -> Path:
    path = tmp_path / "works.json"
    path.write_text(json.dumps(document()), encoding="utf-8")
    return path


def test_json_has_the_promised_keys_first(
    zeropark: Callable[..., Done], example: Path, tmp_path: Path
) -> None:
    done = zeropark(str(example), "--json", "--out", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert list(found)[:3] == ["products", "processes", "installation"]
    assert list(found["products"][0]) == ["row", "cn_code", "see_direct", "see_indirect"]
    assert [process["id"] for process in found["processes"]] == ["P1", "P2"]
    assert list(found["processes"][0]) == [
        "id",
        "attributed_direct",
        "attributed_indirect",
        "see_direct",
        "see_indirect",
    ]
    assert list(found["installation"]) == ["total_direct"]
    assert found["products"][0]["see_direct"] == pytest.approx((1 + 10 * 0.6) / 20)
    assert found["regime"] == "transitional 2023/1773"
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"cbam.json", "cbam.xlsx", "cbam.html"}


def test_regime_and_table(zeropark: Callable[..., Done], example: Path) -> None:
    done = zeropark(str(example), "--regime", "definitive", "--tonnes", "40", "--price", "80")
    assert done.returncode == 0, done.stderr
    assert "definitive 2025/2547" in done.stdout
    assert "72081000" in done.stdout
    assert "50 t" in done.stdout


def test_faults_as_json(zeropark: Callable[..., Done], tmp_path: Path) -> None:
    told = document()
    told["production_processes"][0]["production_by_route"][0]["amount"] = -1
    path = tmp_path / "bad.json"
    path.write_text(json.dumps(told), encoding="utf-8")
    done = zeropark(str(path), "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)[0]["expected"]
    for wrong in ((str(tmp_path / "none.json"),), (str(path), "--regime", "future")):
        assert zeropark(*wrong).returncode == 1


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--flows", "flows.parquet"),
        ("--levels", "levels.parquet"),
        ("--capacities", "sizes.csv"),
        ("--period", "2025"),
        ("--set", "a.b=1"),
    ],
)
def test_options_of_a_park_beside_a_file_are_faults(
    zeropark: Callable[..., Done], example: Path, option: str, value: str
) -> None:
    done = zeropark(str(example), option, value, "--json")
    assert done.returncode == 1
    faults = json.loads(done.stdout)
    assert [fault["file"] for fault in faults] == [option]
    assert "park" in faults[0]["expected"]


def test_routes_are_those_of_the_code(zeropark: Callable[..., Done], example: Path) -> None:
    """7208 10 00 has benchmarks for the routes C, D and E (data/cbam/benchmarks.csv): 1.370, 0.481 and 0.072."""
    free = {}
    for route in "CDE":
        done = zeropark(str(example), "--route", route, "--json")
        assert done.returncode == 0, done.stderr
        free[route] = json.loads(done.stdout)["costs"][0]["default"]["free_allocation_tco2e_per_t"]
    assert free == {route: pytest.approx(0.975 * b) for route, b in (("C", 1.37), ("D", 0.481), ("E", 0.072))}
    for wrong in "ZJ":
        done = zeropark(str(example), "--route", wrong, "--json")
        assert done.returncode == 1
        (fault,) = json.loads(done.stdout)
        assert fault["file"] == "--route"
        assert "C (carbon steel, blast furnace)" in fault["expected"]


def test_route_told_with_a_good(zeropark: Callable[..., Done], tmp_path: Path) -> None:
    """A letter that its code does not have is a fault; of several goods, one that lacks the letter keeps its own."""
    told = document()
    told["products"].append({"process": "two", "cn_code": "25231000", "name": "clinker"})
    path = tmp_path / "works.json"
    path.write_text(json.dumps(told), encoding="utf-8")
    done = zeropark(str(path), "--route", "D")
    assert done.returncode == 0, done.stderr
    assert "25231000 has no route D" in done.stdout
    told["products"][0]["parameters"] = {"benchmark_route": {"value": "K", "ref": "x!A1"}}
    path.write_text(json.dumps(told), encoding="utf-8")
    done = zeropark(str(path), "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)[0]["field"] == "x!A1"


def test_what_was_not_read_stands_in_output_and_papers(zeropark: Callable[..., Done], tmp_path: Path) -> None:
    told = document()
    told["production_processes"][0]["laboratory"] = "inspection"
    path = tmp_path / "works.json"
    path.write_text(json.dumps(told), encoding="utf-8")
    done = zeropark(str(path), "--out", str(tmp_path / "out"))
    assert "not read: production_processes[0].laboratory" in done.stdout
    page = (tmp_path / "out" / "cbam.html").read_text(encoding="utf-8")
    assert page.count("production_processes[0].laboratory") == 2


def test_written_json_is_read_again(zeropark: Callable[..., Done], example: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = zeropark(str(example), "--json", "--out", str(out))
    again = zeropark(str(out / "cbam.json"), "--json")
    assert again.returncode == 0, again.stderr
    found, wanted = json.loads(again.stdout), json.loads(first.stdout)
    assert (found["products"], found["processes"]) == (wanted["products"], wanted["processes"])
    written = json.loads((out / "cbam.json").read_text(encoding="utf-8"))
    digest = hashlib.sha256(rfc8785.dumps(written["installation_data"])).hexdigest()
    assert written["installation_sha256"] == digest
    assert digest in (out / "cbam.html").read_text(encoding="utf-8")
