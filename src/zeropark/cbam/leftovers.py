"""Controls on the input: blanks read as none, rows left empty, amounts for nobody, shares that look like fractions"""

from __future__ import annotations

from collections.abc import Iterator

from zeropark.cbam.blanks import blanks_of, is_idle
from zeropark.cbam.checks import is_outside
from zeropark.cbam.goods import SHARES
from zeropark.cbam.model import Installation, SourceStream
from zeropark.cbam.streams import known
from zeropark.texts import both, in_language


def read_as_none(installation: Installation) -> list[str]:
    """What the template marks as missing or wrong and yet reckons with, each with its cell."""
    return [
        *_blank_factors(installation),
        *_rows_without_amount(installation),
        *_idle(installation),
        *_for_nobody(installation),
        *_like_fractions(installation),
        *_like_percents(installation),
        *_blank_amounts(installation),
    ]


def _at(installation: Installation, place: str) -> str:
    return installation.cells.get(place, place)


def _blank_factors(installation: Installation) -> Iterator[str]:
    for blank in blanks_of(installation):
        where, english = _at(installation, blank.place), in_language(blank.needed, "en")
        yield both(
            f"MISSING {where}: {english} is blank and counts as none, as in the template: the figures are incomplete",
            f"缺失 {where}：{in_language(blank.needed, 'zh')}为空，与模板一致按无计：数字不完整",
        )


def _rows_without_amount(installation: Installation) -> Iterator[str]:
    rows = [
        *((f"streams.{s.id}.activity", s.name) for s in installation.streams if not s.activity),
        *((f"pfc.{s.id}.aluminium_t", s.name) for s in installation.pfc if not s.aluminium_t),
        *(
            (f"measurements.{s.id}.concentration_g_per_nm3", s.name)
            for s in installation.measurements
            if not (s.concentration_g_per_nm3 and s.hours and s.flow_1000nm3_per_h)
        ),
    ]
    for place, name in rows:
        where = _at(installation, place)
        yield both(f"{where}: '{name}' has no amount and counts as none", f"{where}：“{name}”无数量，按无计")


def _idle(installation: Installation) -> Iterator[str]:
    for process in installation.processes:
        if is_idle(process):
            yield both(
                f"{process.id}: '{process.name}' made nothing and nothing is told of it: all its figures are 0",
                f"{process.id}：“{process.name}”无产量且未填数据：各项为0",
            )


def _for_nobody(installation: Installation) -> Iterator[str]:
    ids = [process.id for process in installation.processes]
    links = [
        *((f"processes.{p.id}", p.consumed_in) for p in installation.processes),
        *((f"precursors.{p.id}", p.consumed_in) for p in installation.precursors),
    ]
    for place, uses in links:
        for number, use in enumerate(uses):
            if use.process in ids or not known(use.amount) or is_outside(use.process):
                continue
            where = _at(installation, f"{place}.consumed_in.{number}")
            yield both(
                f"{where}: {known(use.amount):g} goes to '{use.process}', which is no process told here: it counts in no"
                " good",
                f"{where}：{known(use.amount):g}用于“{use.process}”，此处无该工序：未计入任何产品",
            )


def _like_fractions(installation: Installation) -> Iterator[str]:
    for stream in installation.streams:
        for name, percent in _percents(stream):
            if percent is not None and 0 < percent <= 1:
                where = _at(installation, f"streams.{stream.id}.{name}_percent")
                yield both(
                    f"{where}: {name} share of '{stream.name}' is {percent:g} percent; was {100 * percent:g} percent"
                    " meant?",
                    f"{where}：“{stream.name}”的比例为{percent:g}%；是否应为{100 * percent:g}%？",
                )
    for source in installation.pfc:
        if source.method == "overvoltage" and known(source.current_efficiency) > 1.5:
            where = _at(installation, f"pfc.{source.id}.current_efficiency")
            yield both(
                f"{where}: current efficiency {known(source.current_efficiency):g} divides as it stands, as in the"
                " template; was a fraction meant?",
                f"{where}：电流效率{known(source.current_efficiency):g}按模板原样相除；是否应为小数？",
            )


def _like_percents(installation: Installation) -> Iterator[str]:
    for good in installation.products:
        for name in SHARES:
            value = good.parameters.get(name)
            if isinstance(value, int | float) and value > 1:
                where = _at(installation, f"products.{good.row}.{name}")
                yield both(
                    f"{where}: {name} is {value:g}, a share is at most 1; was {value / 100:g} meant?",
                    f"{where}：{name}为{value:g}，比例不应大于1；是否应为{value / 100:g}？",
                )


def _percents(stream: SourceStream) -> tuple[tuple[str, float | None], ...]:
    return (
        ("oxidation", stream.oxidation_percent),
        ("conversion", stream.conversion_percent),
        ("biomass", stream.biomass_percent),
    )


def _blank_amounts(installation: Installation) -> list[str]:
    """Cells that the template marks as missing and reads as none."""
    texts = []
    for process in installation.processes:
        if process.electricity.consumed_mwh is None:
            texts.append(
                both(
                    f"{process.id}: electricity consumption is blank, read as none",
                    f"{process.id}：用电量为空，按无计",
                )
            )
        if process.heat_applies and (process.heat.imported_tj is None or process.heat.exported_tj is None):
            texts.append(
                both(
                    f"{process.id}: an amount of heat is blank, read as none",
                    f"{process.id}：热量为空，按无计",
                )
            )
        gas = process.waste_gas
        if process.waste_gas_applies and (gas.imported_tj is None or gas.exported_tj is None):
            texts.append(
                both(
                    f"{process.id}: an amount of waste gas is blank, read as none",
                    f"{process.id}：废气量为空，按无计",
                )
            )
    for precursor in installation.precursors:
        blank = precursor.specific_electricity_mwh_per_t is None and precursor.see_indirect is None
        if blank and any(known(use.amount) > 0 for use in precursor.consumed_in):
            texts.append(
                both(
                    f"{precursor.id}: specific electricity is blank, indirect emissions read as none",
                    f"{precursor.id}：单位用电为空，间接排放按无计",
                )
            )
    return texts
