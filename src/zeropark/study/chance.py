"""Monte Carlo: the park planned for drawn prices and costs; the same seed gives the same draws."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy import stats
from scipy.stats import qmc

from zeropark import units
from zeropark.errors import Fault
from zeropark.forms import Array
from zeropark.park.yaml import Document
from zeropark.study.ground import Ground
from zeropark.study.jobs import Job
from zeropark.study.spec import Draw, Lognormal, MonteCarlo, Normal, Triangular, Uniform
from zeropark.study.variants import FieldValue, Variant, set_of

AS_WRITTEN = "as the park file says"


def draws(study: MonteCarlo) -> dict[str, Array]:
    """Drawn numbers of each field, shape (draws,)."""
    generator = np.random.default_rng(study.seed)
    count = len(study.fields)
    if study.method == "latin-hypercube":
        shares = qmc.LatinHypercube(count, seed=generator).random(study.draws)
    else:
        shares = generator.random((study.draws, count))
    return {
        path: quantiles(draw, shares[:, column]) for column, (path, draw) in enumerate(study.fields.items())
    }


def quantiles(draw: Draw, shares: Array) -> Array:
    """The values below which these shares of a distribution lie, same shape."""
    values: Array = _distribution(draw).ppf(shares)
    return values


def _distribution(draw: Draw) -> Any:
    match draw:
        case Uniform():
            return stats.uniform(draw.low, draw.high - draw.low)
        case Normal():
            return stats.norm(draw.mean, draw.sd)
        case Triangular():
            width = draw.high - draw.low
            return stats.triang((draw.mode - draw.low) / width, draw.low, width)
        case Lognormal():
            return stats.lognorm(draw.sigma, scale=draw.median)


def variants(name: str, study: MonteCarlo, ground: Ground) -> list[Variant]:
    """The plan of the park as it is written, then one for each draw."""
    where = set_of(name, study.set) | {path: ("studies", name, "fields", path) for path in study.fields}
    found = [Variant(AS_WRITTEN, Job("plan", study.set), {}, set_of(name, study.set))]
    written = {path: ground.written(path, study.set) for path in study.fields}
    drawn, digits = draws(study), len(str(study.draws))
    for index in range(study.draws):
        fields: dict[str, FieldValue] = {path: float(values[index]) for path, values in drawn.items()}
        overrides = dict(study.set)
        for path, draw in study.fields.items():
            overrides |= overriding(path, draw, float(drawn[path][index]), written[path])
        title = f"draw {index + 1:0{digits}d}"
        found.append(Variant(title, Job("plan", overrides), fields, where))
    return found


def overriding(path: str, draw: Draw, value: float, written: Any) -> dict[str, str]:
    """The override that a drawn value makes. A factor of a series multiplies its ``times``.

    Raises UnitError where a factor meets something that is no number.
    """
    if draw.apply == "value":
        return {path: f"{value!r} {draw.unit}".rstrip()}
    if isinstance(written, dict) and "table" in written:
        return {f"{path}.times": repr(value * units.to_unit(written.get("times", 1.0), "1"))}
    number, unit = _number(written)
    return {path: f"{value * number!r} {unit}".rstrip()}


def _number(written: Any) -> tuple[float, str]:
    if isinstance(written, dict):
        written = written.get("value")
    if isinstance(written, (int, float)) and not isinstance(written, bool):
        return float(written), ""
    if isinstance(written, str):
        return units.split(written)
    raise units.UnitError("no number stands there")


def faults(name: str, study: MonteCarlo, ground: Ground, document: Document) -> list[Fault]:
    """Fields of which no factor can be taken, because the park file has no number there."""
    found = []
    for path, draw in study.fields.items():
        try:
            overriding(path, draw, 1.0, ground.written(path, study.set))
        except units.UnitError:
            place = ("studies", name, "fields", path)
            expected = "a field with a number in the park file, or apply: value"
            found.append(
                Fault(document.file, document.line(place), ".".join(place), "no number there", expected)
            )
    return found


def middle(name: str, study: MonteCarlo, ground: Ground) -> Variant:
    """The variant of all medians: what is wrong with it is wrong with the study."""
    written: Mapping[str, Any] = {path: ground.written(path, study.set) for path in study.fields}
    overrides = dict(study.set)
    for path, draw in study.fields.items():
        median = float(quantiles(draw, np.array([0.5]))[0])
        overrides |= overriding(path, draw, median, written[path])
    where = set_of(name, study.set) | {path: ("studies", name, "fields", path) for path in study.fields}
    return Variant("the median of every draw", Job("plan", overrides), {}, where)
