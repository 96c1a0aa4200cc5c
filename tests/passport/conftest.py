"""The small works' passports, written once, and copied for each test that changes them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.passport import small

from zeropark.carbon.attribution import Attribution, Basis, attribution_of
from zeropark.footprint.of_park import footprints_of
from zeropark.outcome import Outcome
from zeropark.park.period import Period, period_of
from zeropark.passport.write import Issue, Passport, write_passport
from zeropark.readings import account, load

CREATED = datetime(2025, 4, 1, 8, tzinfo=UTC)


@dataclass(frozen=True)
class Works:
    """The small works, read and attributed."""

    folder: Path
    outcome: Outcome
    attribution: Attribution
    period: Period

    def passport(self, product: str, out: Path, basis: Basis = "hourly", **issue: Any) -> Passport:
        park, flows = self.outcome.park, self.outcome.flows
        footprint = footprints_of(park, flows, self.attribution, self.period, (product,), basis)[product]
        return write_passport(park, flows, self.attribution, footprint, out, Issue(CREATED, **issue))


def works_in(folder: Path, night_first: bool = False, park: str = small.PARK) -> Works:
    place = small.write(folder, park, night_first)
    outcome = account(load(place), place / "flows.parquet")
    attribution = attribution_of(outcome.park, outcome.flows)
    return Works(place, outcome, attribution, period_of(None, outcome.park.clock))


@pytest.fixture(scope="session")
def works(tmp_path_factory: pytest.TempPathFactory) -> Works:
    return works_in(tmp_path_factory.mktemp("works"))


@pytest.fixture(scope="session")
def issued(works: Works) -> Passport:
    """The passport of the part; not to be changed."""
    return works.passport("part", works.folder / "part")


@pytest.fixture
def copied(issued: Passport, tmp_path: Path) -> Callable[[], Path]:
    """A copy of the passport's folder, to be changed."""

    def copy() -> Path:
        shutil.copytree(issued.folder, tmp_path / "copy")
        return tmp_path / "copy"

    return copy
