"""Small pathways made in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pytest

from zeropark.forms import Key
from zeropark.park.model import Park
from zeropark.pathway.read import Pathway, Stage
from zeropark.pathway.spec import PathwayFile
from zeropark.pathway.vintages import discounted_years, years_of


def of_parks(
    parks: Mapping[int, Park],
    end: int,
    rate: float = 0.0,
    most: Mapping[Key, Sequence[float]] | None = None,
    retiring: Sequence[Key] = (),
) -> Pathway:
    """A pathway of given parks by year. most: what each stage may build; retiring: what may go early."""
    years = list(parks)
    weights = discounted_years(years, end, rate)
    stages = tuple(
        Stage(year, length, weight, park)
        for (year, park), length, weight in zip(parks.items(), years_of(years, end), weights, strict=True)
    )
    spec = PathwayFile(pathway=1, stages=tuple(years), end=end)
    limits = {key: tuple(values) for key, values in (most or {}).items()}
    return Pathway("pathway.yaml", spec, stages, rate, limits, frozenset(retiring))


@pytest.fixture(scope="session")
def make_pathway() -> Callable[..., Pathway]:
    return of_parks
