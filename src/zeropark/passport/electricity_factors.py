"""What every category of electricity weighs on every basis: operating CO2 and life cycle, each with its source and mark"""

from __future__ import annotations

from dataclasses import dataclass

from zeropark.carbon.attribution import BASES, Origin
from zeropark.carbon.origins import COLUMNS, Column, factor_of
from zeropark.park.model import Park
from zeropark.passport.electricity_words import t
from zeropark.texts import both


@dataclass(frozen=True)
class Weight:
    """A number with its evidence; value None where nobody stated it."""

    value: float | None
    source: str
    mark: str = ""


@dataclass(frozen=True)
class FactorRow:
    """One category on one or more bases that weigh it alike. operating: tCO2/MWh. life_cycle: tCO2e/MWh, None for the 910
    method, which has none.
    """

    origin: Origin
    columns: tuple[Column, ...]
    operating: Weight
    life_cycle: Weight | None


def factor_rows(park: Park, origin: Origin) -> tuple[FactorRow, ...]:
    """The rows of a category; bases that weigh it alike stand in one."""
    found: dict[tuple[Weight, Weight | None], list[Column]] = {}
    for column in COLUMNS:
        found.setdefault((_operating(park, origin, column), _life_cycle(park, origin, column)), []).append(
            column
        )
    return tuple(FactorRow(origin, tuple(columns), *key) for key, columns in found.items())


def _operating(park: Park, origin: Origin, column: Column) -> Weight:
    factor = factor_of(origin, column)
    if factor is None:
        return Weight(None, t("source-none"))
    where = origin.stated.get(column, "")
    if where in ("paper", "nature", "traced", "910"):
        return Weight(factor.tco2_per_unit, t(f"source-{where}"), "2" if where == "910" else "")
    return Weight(factor.tco2_per_unit, *_evidence(park, where))


def _life_cycle(park: Park, origin: Origin, column: Column) -> Weight | None:
    if column not in BASES:
        return None
    factor = origin.life_cycle_on(column)
    if factor is None:
        return Weight(None, t("source-behind" if origin.kind == "generated" else "source-none"))
    name = origin.upstream[column][0] if column in origin.upstream else ""
    return Weight(factor.tco2e_per_unit, *_evidence(park, f"factors.{name}.footprint"))


def _evidence(park: Park, path: str) -> tuple[str, str]:
    """Source and mark of a number of the park file, with its place; the place alone where it names no source."""
    for found in park.assumptions:
        if found.path == path:
            return (both(f"{path}: {_half(found.source, 0)}", f"{path}：{_half(found.source, 1)}")
                    if found.source else path), found.mark  # fmt: skip
    return path, ""


def _half(source: str, which: int) -> str:
    """One language of a source that is told in both."""
    parts = source.split(" / ", 1)
    return parts[which] if len(parts) == 2 else source
