"""What can be wrong with an installation: every fault at once, each with the cell or key it was read from"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from difflib import get_close_matches

from zeropark.cbam.blanks import blanks_of, is_idle
from zeropark.cbam.goods import (
    SHARES,
    content_of,
    functional_unit,
    process_is_direct_only,
)
from zeropark.cbam.model import (
    DEFINITIVE,
    Installation,
    MeasurementSource,
    PfcSource,
    Product,
    ProductionProcess,
    PurchasedPrecursor,
    SourceStream,
    Use,
)
from zeropark.cbam.processes import activity_level, gain
from zeropark.cbam.streams import known, source_results
from zeropark.cbam.terms import POWER_SOURCES
from zeropark.errors import Fault, nearest
from zeropark.texts import in_language

Add = Callable[..., None]

ACTUAL_SOURCES = ("D.4.1", "D.4.2", "D.4.3.1", "D.4.3.2", "Mix")
"""Sources of an electricity factor that claim actual values, in whole or in part."""
EVIDENCE_CLAUSE = "IR (EU) 2025/2547 Annex II D.4.3"
_PRECURSOR_HINT = (
    "the maker's verified value (source Measured), or the default value of its country with the mark-up, IR (EU) 2025/2621"
    " Annex I (source Default)"
)
ROUNDING = 1e-6
"""How far below zero a difference of amounts may lie that a spreadsheet has reckoned."""


class _Finder:
    """Collects faults of one installation; a place is turned into the cell it was read from."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.faults: list[Fault] = []

    def add(self, place: str, found: str, expected: str, hint: str = "") -> None:
        field = self.installation.cells.get(place, place)
        self.faults.append(Fault(self.installation.file, None, field, found, expected, hint))

    def need(self, place: str, value: float | None, what: str) -> None:
        if value is None:
            self.add(place, "nothing", what)

    def within(self, place: str, value: float | None, low: float, high: float, what: str) -> None:
        if value is not None and not low - ROUNDING <= value <= high:
            self.add(place, f"{value:g}", what)


def installation_faults(installation: Installation) -> list[Fault]:
    """Everything that keeps the engine from an answer. Empty when it can answer.

    Transitional: blanks that the template reads as none pass, and are told as controls; definitive: they are faults.
    """
    finder = _Finder(installation)
    if not installation.processes:
        finder.add("processes", "none", "at least one production process")
    for stream in installation.streams:
        _stream(finder, stream)
    for pfc in installation.pfc:
        _pfc(finder, pfc)
    for measured in installation.measurements:
        _measurement(finder, measured)
    _names(finder)
    for process in installation.processes:
        _process(finder, process)
    for precursor in installation.precursors:
        _precursor(finder, precursor)
    _products(finder)
    _period(finder)
    _prices(finder)
    if not finder.faults:
        _loops(finder)
        _attributed_at_all(finder)
    if installation.regime == DEFINITIVE:
        _definitive(finder)
    return finder.faults


def _stream(finder: _Finder, stream: SourceStream) -> None:
    at = f"streams.{stream.id}"
    if not stream.activity and finder.installation.regime != DEFINITIVE:
        return  # a row that is left in the file: nothing times whatever; told as a control
    finder.need(
        f"{at}.activity", stream.activity, f"activity data of '{stream.name}' in {stream.activity_unit}"
    )
    if stream.method == "mass_balance":
        finder.need(f"{at}.carbon_content", stream.carbon_content, f"carbon content of '{stream.name}'")
    else:
        finder.need(f"{at}.emission_factor", stream.emission_factor, f"emission factor of '{stream.name}'")
        per = {"t": "tCO2/t", "1000Nm3": "tCO2/1000Nm3"}[stream.activity_unit]
        if stream.emission_factor_unit not in ("tCO2/TJ", per):
            found = stream.emission_factor_unit or "nothing"
            finder.add(f"{at}.emission_factor_unit", found, f"tCO2/TJ or {per}", "as the activity data")
    if stream.method != "mass_balance" and stream.emission_factor_unit == "tCO2/TJ":
        finder.need(
            f"{at}.ncv", stream.ncv, f"net calorific value of '{stream.name}', as the factor is per TJ"
        )
    for name in ("ncv", "carbon_content"):
        finder.within(f"{at}.{name}", getattr(stream, name), 0, float("inf"), "0 or more")
    finder.within(f"{at}.oxidation_percent", stream.oxidation_percent, 0, 100, "0 to 100 percent")
    finder.within(f"{at}.conversion_percent", stream.conversion_percent, 0, 100, "0 to 100 percent")
    finder.within(f"{at}.biomass_percent", stream.biomass_percent, 0, 100, "0 to 100 percent")


PFC_FACTORS = {
    "slope": ("frequency", "duration", "slope_factor"),
    "overvoltage": ("overvoltage", "current_efficiency", "overvoltage_coefficient"),
}
"""What each method multiplies (Annex II B.7)."""


def _pfc(finder: _Finder, source: PfcSource) -> None:
    at = f"pfc.{source.id}"
    if not source.aluminium_t and finder.installation.regime != DEFINITIVE:
        return
    finder.within(f"{at}.c2f6_per_cf4", source.c2f6_per_cf4, 0, float("inf"), "0 or more")
    for name in ("aluminium_t", *PFC_FACTORS[source.method]):
        value = getattr(source, name)
        finder.need(f"{at}.{name}", value, f"{name.replace('_', ' ')} for the {source.method} method")
        finder.within(f"{at}.{name}", value, 0, float("inf"), "0 or more")
    if source.method == "overvoltage" and source.current_efficiency == 0:
        finder.add(f"{at}.current_efficiency", "0", "above 0")
    if source.collection_efficiency is not None and not 0 < source.collection_efficiency <= 1:
        finder.add(f"{at}.collection_efficiency", f"{source.collection_efficiency:g}", "above 0, at most 1")


def _measurement(finder: _Finder, source: MeasurementSource) -> None:
    at = f"measurements.{source.id}"
    names = ("concentration_g_per_nm3", "hours", "flow_1000nm3_per_h")
    values = [getattr(source, name) for name in names]
    if (0 in values or not any(values)) and finder.installation.regime != DEFINITIVE:
        return
    for name, value in zip(names, values, strict=True):
        finder.need(f"{at}.{name}", value, f"{name.split('_')[0]} of '{source.name}'")
        finder.within(f"{at}.{name}", value, 0, float("inf"), "0 or more")
    finder.within(f"{at}.biomass_percent", source.biomass_percent, 0, 100, "0 to 100 percent")


def _names(finder: _Finder) -> None:
    """Ids are what amounts are looked up by: each must be one link's alone."""
    seen: set[str] = set()
    for place, id_ in (
        *((f"processes.{process.id}", process.id) for process in finder.installation.processes),
        *((f"precursors.{precursor.id}", precursor.id) for precursor in finder.installation.precursors),
    ):
        if id_ in seen:
            finder.add(place, f"'{id_}' twice", "ids that differ")
        seen.add(id_)


def _process(finder: _Finder, process: ProductionProcess) -> None:
    at = f"processes.{process.id}"
    for number, route in enumerate(process.production):
        finder.within(f"{at}.production.{number}", route.amount, 0, float("inf"), "production of 0 or more")
    nothing = activity_level(process) == 0 and all(known(route.amount) >= 0 for route in process.production)
    if nothing and not (is_idle(process) and _stands_alone(finder.installation, process)):
        place = f"{at}.production.0" if process.production else at
        finder.add(
            place,
            "activity level 0",
            f"what '{process.name}' produced",
            "nothing can be told per tonne of nothing",
        )
    for name in ("to_market", "consumed_non_cbam"):
        finder.within(f"{at}.{name}", getattr(process, name), 0, float("inf"), "0 or more")
    _uses(finder, at, process.consumed_in)
    for name, value in _amounts(process):
        finder.within(f"{at}.{name}", value, 0, float("inf"), "0 or more")


def _stands_alone(installation: Installation, process: ProductionProcess) -> bool:
    """Whether nothing is divided by what the process made: no good of it, no precursor that goes into it."""
    uses = [use for link in installation.processes for use in link.consumed_in]
    uses += [use for link in installation.precursors for use in link.consumed_in]
    taken = any(use.process == process.id and known(use.amount) for use in uses)
    return not taken and not installation.products_of(process.id)


def _uses(finder: _Finder, at: str, uses: tuple[Use, ...]) -> None:
    """Amounts that went into processes. A name that is nearly one of them is taken for a slip, no other place is."""
    ids = [process.id for process in finder.installation.processes]
    names = {process.name: process.id for process in finder.installation.processes}
    for number, use in enumerate(uses):
        finder.within(f"{at}.consumed_in.{number}", use.amount, 0, float("inf"), "0 or more")
        if use.process in ids or not known(use.amount) or is_outside(use.process):
            continue
        close = get_close_matches(use.process, names, n=1, cutoff=0.8)
        if close or finder.installation.regime == DEFINITIVE:
            place = f"{at}.consumed_in.{number}.process"
            hint = f"did you mean '{close[0]}'?" if close else nearest(use.process, [*ids, *names])
            finder.add(place, f"'{use.process}'", _known(ids), hint)


def _amounts(process: ProductionProcess) -> Iterator[tuple[str, float | None]]:
    """Amounts over the boundary and their factors: none is below zero."""
    heat, gas, power = process.heat, process.waste_gas, process.electricity
    yield "heat.imported_tj", heat.imported_tj
    yield "heat.imported_ef", heat.imported_ef
    yield "heat.exported_tj", heat.exported_tj
    yield "heat.exported_ef", heat.exported_ef
    yield "waste_gas.imported_tj", gas.imported_tj
    yield "waste_gas.exported_tj", gas.exported_tj
    yield "electricity.consumed_mwh", power.consumed_mwh
    yield "electricity.ef_tco2_per_mwh", power.ef_tco2_per_mwh
    yield "electricity.exported_mwh", power.exported_mwh
    yield "electricity.exported_ef_tco2_per_mwh", power.exported_ef_tco2_per_mwh


def _precursor(finder: _Finder, precursor: PurchasedPrecursor) -> None:
    at = f"precursors.{precursor.id}"
    for number, route in enumerate(precursor.purchased):
        finder.within(f"{at}.purchased.{number}", route.amount, 0, float("inf"), "0 or more")
    finder.within(f"{at}.other_use", precursor.other_use, 0, float("inf"), "0 or more")
    _uses(finder, at, precursor.consumed_in)
    for name in ("specific_electricity_mwh_per_t", "electricity_ef_tco2_per_mwh"):
        finder.within(f"{at}.{name}", getattr(precursor, name), 0, float("inf"), "0 or more")


def is_outside(words: str) -> bool:
    """Whether the words say that the consumer is not told of here, as partial worked examples do."""
    return "not in this file" in words.lower() or "outside" in words.lower()


def _known(ids: list[str]) -> str:
    return "a process of the installation: " + (", ".join(ids) or "none told")


def _products(finder: _Finder) -> None:
    installation = finder.installation
    ids = [process.id for process in installation.processes]
    rows = [product.row for product in installation.products]
    for number, product in enumerate(installation.products):
        at = f"products.{product.row}"
        if product.row in rows[:number]:
            finder.add(f"{at}.row", f"row {product.row} twice", "rows that differ")
        if product.process not in ids:
            finder.add(f"{at}.process", f"'{product.process}'", _known(ids), nearest(product.process, ids))
        blank_allowed = installation.regime != DEFINITIVE  # the template computes without it
        if not (blank_allowed and not product.cn_code) and not re.fullmatch(
            r"\d{4}(\d{2}){0,3}", product.cn_code
        ):
            finder.add(f"{at}.cn_code", f"'{product.cn_code}'", "a CN code of 4 to 10 digits")


def _period(finder: _Finder) -> None:
    begin, end = finder.installation.period_begin, finder.installation.period_end
    if begin is not None and end is not None and end < begin:
        finder.add("period_end", f"{end}", f"a day after the first, {begin}")


def _prices(finder: _Finder) -> None:
    """Carbon prices: shares are fractions, amounts none below zero."""
    installation = finder.installation
    links = [*(p.id for p in installation.processes), *(p.id for p in installation.precursors)]
    for told in installation.carbon_prices:
        if told.link not in links:
            expected = "a process or purchased precursor: " + ", ".join(links)
            finder.add(f"carbon_prices.{told.link}", f"'{told.link}'", expected, nearest(told.link, links))
        at = f"carbon_prices.{told.link}"
        finder.within(f"{at}.share", told.share, 0, 1, "a share, 0 to 1")
        finder.within(f"{at}.price", told.price, 0, float("inf"), "0 or more")
        finder.within(f"{at}.rebate", told.rebate, 0, known(told.price), "0 up to the price")
    for good in finder.installation.products:
        at, price = f"products.{good.row}.carbon_price", good.carbon_price
        if price is not None:
            finder.within(f"{at}.share", price.share, 0, 1, "a share, 0 to 1")
            finder.within(f"{at}.rebate_share", price.rebate_share, 0, 1, "a share, 0 to 1")
            finder.within(f"{at}.due", price.due, 0, float("inf"), "0 or more")
            finder.within(f"{at}.rebate", price.rebate, 0, known(price.due), "0 up to the price due")


def _loops(finder: _Finder) -> None:
    if finder.installation.processes and (turn := gain(finder.installation)) >= 1 - 1e-12:
        finder.add(
            "processes",
            f"processes that feed each other with a gain of {turn:.6g}",
            "a gain below 1",
            "they consume at least all that they make; check the amounts consumed in other processes",
        )


def _attributed_at_all(finder: _Finder) -> None:
    """One blank DirEm* reads as none, as in the template; where all are blank, nothing has been attributed."""
    installation = finder.installation
    if any(process.direct_tco2e is not None for process in installation.processes):
        return
    emitted = sum(result.fossil_tco2e for result in source_results(installation))
    if emitted == 0:
        return
    for process in installation.processes:
        finder.add(
            f"processes.{process.id}.direct_tco2e",
            "nothing",
            f"directly attributable emissions of '{process.name}'",
            f"the sources emit {emitted:,.6g} t CO2e, and no process has a share of it",
        )


def _definitive(finder: _Finder) -> None:
    """What only the definitive regime asks for: no blanks, functional units, evidence for actual electricity factors."""
    installation = finder.installation
    seen = {fault.field for fault in finder.faults}
    for precursor in installation.precursors:
        for name in ("see_direct", "see_indirect"):
            value = getattr(precursor, name)
            finder.within(f"precursors.{precursor.id}.{name}", value, 0, float("inf"), "0 or more")
    for blank in blanks_of(installation):
        if installation.cells.get(blank.place, blank.place) not in seen:
            hint = _PRECURSOR_HINT if blank.place.endswith("see_direct") else ""
            finder.add(blank.place, "nothing", in_language(blank.needed, "en"), hint)
    for process in installation.processes:
        goods = installation.products_of(process.id)
        units = sorted({functional_unit(product.cn_code) for product in goods})
        if len(units) > 1:
            finder.add(
                f"processes.{process.id}",
                f"goods told by {' and by '.join(units)}",
                "one functional unit for each process",
                "split it: IR (EU) 2025/2547 Art. 4(1), 4(8), Annex III A.2",
            )
        for product in goods:
            _shares(finder, product)
            if content_of(product) is None:
                name = "clinker_factor" if units == ["t clinker"] else "n_content"
                place = f"products.{product.row}.{name}"
                finder.add(place, "nothing", f"share for the functional unit {units[0]}", "Art. 4(4), 4(5)")
        contents = {content_of(product) for product in goods}
        if len(contents) > 1 and any(product.amount is None for product in goods):
            finder.add(
                f"processes.{process.id}",
                "goods of different content without amounts",
                "the amount of each good",
                "the activity level counts functional units: Annex II F",
            )
        if not process_is_direct_only(installation, process):
            _evidence(finder, process)


def _shares(finder: _Finder, product: Product) -> None:
    """Shares that a functional unit is reckoned with are fractions."""
    for name in SHARES:
        value = product.parameters.get(name)
        if isinstance(value, int | float) and not 0 <= value <= 1:
            place, hint = f"products.{product.row}.{name}", f"in percent? write {value / 100:g}"
            finder.add(place, f"{value:g}", "a share, 0 to 1", hint if value > 1 else "")


def _evidence(finder: _Finder, process: ProductionProcess) -> None:
    power = process.electricity
    told = power.ef_source
    if known(power.consumed_mwh) > 0 and told is not None and told not in POWER_SOURCES:
        expected = "one of " + ", ".join(POWER_SOURCES)
        finder.add(f"processes.{process.id}.electricity.ef_source", f"'{told}'", expected, EVIDENCE_CLAUSE)
    if known(power.consumed_mwh) <= 0 or power.ef_source not in ACTUAL_SOURCES:
        return
    place, evidence = f"processes.{process.id}.electricity.ef_source", power.evidence
    hint = f"{EVIDENCE_CLAUSE}; otherwise take the default factor, source D.4(a)"
    if evidence is None:
        finder.add(
            place, f"'{power.ef_source}' without metering evidence", "metering matched within one hour", hint
        )
    elif evidence.longest_step_hours > 1:
        found = f"metering matched over {evidence.longest_step_hours:g} hours"
        finder.add(place, found, "metering periods of at most one hour", hint)
    elif power.ef_source != "Mix" and evidence.matched_mwh < known(power.consumed_mwh) * (1 - 1e-9):
        found = f"{evidence.matched_mwh:g} MWh matched of {known(power.consumed_mwh):g} MWh used"
        finder.add(place, found, "all of it matched, or the source 'Mix'", hint)
