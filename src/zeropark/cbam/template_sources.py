"""Sheet B_EmInst of a filled template: source streams, perfluorocarbons, measured stacks"""

from __future__ import annotations

from zeropark.cbam import terms
from zeropark.cbam.model import ActivityUnit, MeasurementSource, PfcSource, SourceStream
from zeropark.cbam.template_layout import B_SHEET, numbered_rows
from zeropark.cbam.xlsx_cells import Cells
from zeropark.texts import both


def streams_of(cells: Cells) -> tuple[SourceStream, ...]:
    """Section a: a row with a method is a stream."""
    methods = cells.in_words(56, terms.STREAM_METHODS)
    found = []
    for number, row in enumerate(numbered_rows(cells, B_SHEET, 75, first=17), 1):
        id_ = f"S{number}"
        method = cells.choice(B_SHEET, f"D{row}", methods, f"streams.{id_}.method")
        if method is None:
            _require_no_amount(cells, row, f"F{row}", f"D{row}")
            continue
        cells.places[f"row.{id_}"] = str(row)
        at = f"streams.{id_}"
        if cells.stored(B_SHEET, f"E{row}") is None:
            cells.remark(
                both(
                    f"{B_SHEET}!E{row}: a stream without a name; the template calls it incomplete and leaves it out, here"
                    " it counts",
                    f"{B_SHEET}!E{row}：源流无名称；模板视为不完整而不计入，此处计入",
                )
            )
        found.append(
            SourceStream(
                id=id_,
                name=cells.text(B_SHEET, f"E{row}", f"{at}.name") or id_,
                method=method,
                activity=cells.number(B_SHEET, f"F{row}", f"{at}.activity"),
                activity_unit=_activity_unit(cells, row, at),
                ncv=cells.number(B_SHEET, f"H{row}", f"{at}.ncv"),
                emission_factor=cells.number(B_SHEET, f"J{row}", f"{at}.emission_factor"),
                emission_factor_unit=cells.unit(
                    B_SHEET, f"K{row}", terms.FACTOR_UNITS, f"{at}.emission_factor_unit"
                ),
                carbon_content=cells.number(B_SHEET, f"L{row}", f"{at}.carbon_content"),
                oxidation_percent=cells.number(B_SHEET, f"N{row}", f"{at}.oxidation_percent"),
                conversion_percent=cells.number(B_SHEET, f"P{row}", f"{at}.conversion_percent"),
                biomass_percent=cells.number(B_SHEET, f"R{row}", f"{at}.biomass_percent"),
            )
        )
    return tuple(found)


def _activity_unit(cells: Cells, row: int, at: str) -> ActivityUnit:
    unit = cells.unit(B_SHEET, f"G{row}", terms.ACTIVITY_UNITS, f"{at}.activity_unit")
    if cells.stored(B_SHEET, f"F{row}") in (None, 0):
        return unit or "t"
    if unit is None and cells.stored(B_SHEET, f"G{row}") is None:
        cells.fault(B_SHEET, f"G{row}", "nothing", "t or 1000Nm3")
    return unit or "t"


def _require_no_amount(cells: Cells, row: int, amount: str, method: str) -> None:
    """An amount without a method would be left out of the sums without a word."""
    told = cells.stored(B_SHEET, amount)
    if told not in (None, 0) and not (isinstance(told, str) and terms.is_nothing(told)):
        if cells.stored(B_SHEET, method) is not None:
            return  # an unknown method: a fault already
        cells.fault(B_SHEET, method, "nothing", "a method", f"{amount} has a value")


def pfc_sources_of(cells: Cells) -> tuple[PfcSource, ...]:
    """Section b: a row with a method is a source."""
    methods = cells.in_words(57, terms.PFC_METHODS)
    found = []
    for number, row in enumerate(numbered_rows(cells, B_SHEET, 10, first=98), 1):
        id_ = f"PFC{number}"
        at = f"pfc.{id_}"
        method = cells.choice(B_SHEET, f"D{row}", methods, f"{at}.method")
        if method is None:
            _require_no_amount(cells, row, f"F{row}", f"D{row}")
            continue
        cells.places[f"row.{id_}"] = str(row)
        found.append(
            PfcSource(
                id=id_,
                name=cells.text(B_SHEET, f"E{row}") or id_,
                method=method,
                aluminium_t=cells.number(B_SHEET, f"F{row}", f"{at}.aluminium_t"),
                frequency=cells.number(B_SHEET, f"AG{row}", f"{at}.frequency"),
                duration=cells.number(B_SHEET, f"AH{row}", f"{at}.duration"),
                slope_factor=cells.number(B_SHEET, f"AI{row}", f"{at}.slope_factor"),
                overvoltage=cells.number(B_SHEET, f"AJ{row}", f"{at}.overvoltage"),
                current_efficiency=cells.number(B_SHEET, f"AK{row}", f"{at}.current_efficiency"),
                overvoltage_coefficient=cells.number(B_SHEET, f"AL{row}", f"{at}.overvoltage_coefficient"),
                c2f6_per_cf4=cells.number(B_SHEET, f"AM{row}", f"{at}.c2f6_per_cf4"),
                collection_efficiency=cells.number(B_SHEET, f"AT{row}", f"{at}.collection_efficiency"),
            )
        )
    return tuple(found)


def measurements_of(cells: Cells) -> tuple[MeasurementSource, ...]:
    """Section c: a row with a type of gas is a stack."""
    found = []
    for number, row in enumerate(numbered_rows(cells, B_SHEET, 10, first=113), 1):
        id_ = f"M{number}"
        at = f"measurements.{id_}"
        gas = cells.choice(B_SHEET, f"E{row}", terms.GASES, f"{at}.gas")
        if gas is None:
            _require_no_amount(cells, row, f"V{row}", f"E{row}")
            continue
        cells.places[f"row.{id_}"] = str(row)
        found.append(
            MeasurementSource(
                id=id_,
                name=cells.text(B_SHEET, f"D{row}") or id_,
                gas=gas,
                concentration_g_per_nm3=cells.number(B_SHEET, f"V{row}", f"{at}.concentration_g_per_nm3"),
                hours=cells.number(B_SHEET, f"X{row}", f"{at}.hours"),
                flow_1000nm3_per_h=cells.number(B_SHEET, f"Z{row}", f"{at}.flow_1000nm3_per_h"),
                biomass_percent=cells.number(B_SHEET, f"R{row}", f"{at}.biomass_percent"),
            )
        )
    return tuple(found)
