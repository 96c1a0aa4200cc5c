"""The JSON form of an installation and the way back: nothing is lost, not a digit"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from tests.cbam_out.installations import installations
from tests.cbam_out.simple import SIMPLE

from zeropark.cbam.engine import assess
from zeropark.cbam.model import Installation
from zeropark.cbam.read_json import installation_of, read_example
from zeropark.cbam.write_json import example_of, write_json

EXAMPLES = Path(__file__).resolve().parents[3] / "shared" / "reference" / "cbam" / "examples"


def bare(installation: Installation) -> Installation:
    return replace(installation, file="", cells={})


@settings(max_examples=60, deadline=None)
@given(installation=installations())
def test_any_installation_comes_back(installation: Installation) -> None:
    text = json.dumps(example_of(installation))
    assert bare(installation_of(json.loads(text), "x")) == bare(installation)


@pytest.mark.skipif(not EXAMPLES.is_dir(), reason="the Commission's examples are not beside the repository")
@pytest.mark.parametrize("name", ["cement", "blast_furnace", "eaf_slab"])
def test_examples_come_back(name: str) -> None:
    installation = read_example(EXAMPLES / f"{name}.json")
    assert bare(installation_of(example_of(installation), "x")) == bare(installation)


def test_written_file_holds_results_and_installation(tmp_path: Path) -> None:
    """0.2375 own + 0.9 × 1.5 bought = 1.5875 t CO2e/t, and the installation that gives it again."""
    write_json(assess(SIMPLE), tmp_path / "cbam.json")
    data = json.loads((tmp_path / "cbam.json").read_text(encoding="utf-8"))
    assert data["products"][0]["see_direct"] == pytest.approx(1.5875)
    assert data["regime"] == SIMPLE.regime
    again = assess(installation_of(data["installation_data"], "x"))
    assert again.products[0].see_direct == data["products"][0]["see_direct"]
