"""Blanks beside an amount: what the template reads as none, and the definitive rules do not let pass"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from zeropark.cbam.model import Installation, ProductionProcess, PurchasedPrecursor
from zeropark.cbam.streams import known
from zeropark.texts import both


@dataclass(frozen=True)
class Blank:
    """A blank that an amount waits for. place: in the model; needed: what should stand there, in both languages."""

    place: str
    needed: str


def blanks_of(installation: Installation) -> list[Blank]:
    """Blanks that count as none in the template and make a figure lower, or higher where something is exported."""
    found: list[Blank] = []
    for source in installation.pfc:
        if known(source.aluminium_t) > 0 and source.c2f6_per_cf4 is None:
            needed = both(f"ratio of C2F6 to CF4 of '{source.name}'", f"“{source.name}”的C2F6与CF4之比")
            found.append(Blank(f"pfc.{source.id}.c2f6_per_cf4", needed))
    for process in installation.processes:
        found += _of_process(process)
    for precursor in installation.precursors:
        found += _of_precursor(precursor)
    return found


def _of_process(process: ProductionProcess) -> Iterator[Blank]:
    at = f"processes.{process.id}"
    if process.direct_tco2e is None and not is_idle(process):
        needed = both(
            f"directly attributable emissions (DirEm*) of '{process.name}'",
            f"“{process.name}”的直接归属排放(DirEm*)",
        )
        yield Blank(f"{at}.direct_tco2e", needed)
    heat, power = process.heat, process.electricity
    for amount, factor, name, english, chinese in (
        (heat.imported_tj, heat.imported_ef, "heat.imported_ef", "imported heat", "外购热"),
        (heat.exported_tj, heat.exported_ef, "heat.exported_ef", "exported heat", "外供热"),
        (
            power.consumed_mwh,
            power.ef_tco2_per_mwh,
            "electricity.ef_tco2_per_mwh",
            "electricity consumed",
            "所用电力",
        ),
        (
            power.exported_mwh,
            power.exported_ef_tco2_per_mwh,
            "electricity.exported_ef_tco2_per_mwh",
            "electricity exported",
            "外供电力",
        ),
    ):
        if known(amount) > 0 and factor is None:
            needed = both(
                f"emission factor for {english} of '{process.name}'",
                f"“{process.name}”{chinese}的排放因子",
            )
            yield Blank(f"{at}.{name}", needed)


def _of_precursor(precursor: PurchasedPrecursor) -> Iterator[Blank]:
    at = f"precursors.{precursor.id}"
    if not any(known(use.amount) > 0 for use in precursor.consumed_in):
        return
    if precursor.see_direct is None:
        needed = both(f"specific direct emissions of '{precursor.name}'", f"“{precursor.name}”的单位直接排放")
        yield Blank(f"{at}.see_direct", needed)
    uses_power = known(precursor.specific_electricity_mwh_per_t) > 0 and precursor.see_indirect is None
    if uses_power and precursor.electricity_ef_tco2_per_mwh is None:
        needed = both(
            f"emission factor of the electricity in '{precursor.name}'",
            f"“{precursor.name}”所用电力的排放因子",
        )
        yield Blank(f"{at}.electricity_ef_tco2_per_mwh", needed)


def is_idle(process: ProductionProcess) -> bool:
    """Whether the process made nothing and nothing is told of it: a row that is listed and left empty."""
    heat, gas, power = process.heat, process.waste_gas, process.electricity
    told = (
        process.direct_tco2e,
        heat.imported_tj,
        heat.exported_tj,
        gas.imported_tj,
        gas.exported_tj,
        power.consumed_mwh,
        power.exported_mwh,
        *(route.amount for route in process.production),
    )
    return not any(known(value) for value in told)
