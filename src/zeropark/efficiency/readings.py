"""Energy per tonne of each process from flows, whoever produced them, and its level against the national limit.

e = (Σ_c (taken_c − given_c) · k_c) · share / output          k_c: coal equivalent (GB/T 2589)
share = output · w / Σ_products output · w                    w: rare-earth element in a tonne (GB 29435)
limit = level + Σ_corrections add · counted share / per       (the standard's own table)
gap = e − limit
"""

from __future__ import annotations

from calendar import isleap
from collections.abc import Iterator, Sequence

import numpy as np

from zeropark import units
from zeropark.efficiency.result import CarrierEnergy, Gap, NotCounted, ProcessReading, Share
from zeropark.errors import Defect, Fault, InputError
from zeropark.flows import Flows
from zeropark.forms import Array
from zeropark.park.assets import Converter
from zeropark.park.efficiency_spec import Process
from zeropark.park.limits import Chosen, limits
from zeropark.park.model import Park
from zeropark.park.period import Period
from zeropark.park.processes import (
    apart,
    coal_equivalent,
    counted,
    members_of,
    of_product,
    takes_credit,
    tonnes_per_unit,
)
from zeropark.park.read import PARK_FILE, located

_NOISE = 1e-9
"""Flows below this share of the largest one are rounding."""


def efficiency_of(park: Park, flows: Flows, period: Period) -> tuple[ProcessReading, ...]:
    """Every process of the park over the period. Raises InputError with the faults of all of them."""
    found, faults = readings_and_faults(park, flows, period)
    if faults:
        raise InputError(faults)
    return found


def readings_and_faults(
    park: Park, flows: Flows, period: Period
) -> tuple[tuple[ProcessReading, ...], list[Fault]]:
    """The processes that can be read over the period, and why others cannot."""
    found: list[ProcessReading] = []
    faults: list[Fault] = []
    spec = park.spec.efficiency
    for name, process in spec.processes.items() if spec else ():
        reader = _Reader(park, flows, period, name, process)
        reading = reader.read()
        if reading is not None:
            found.append(reading)
        faults += reader.faults
    return tuple(found), located(dict.fromkeys(faults), park)


class _Reader:
    """One process: its sums over the period, and the faults met on the way."""

    def __init__(self, park: Park, flows: Flows, period: Period, name: str, process: Process) -> None:
        self.park, self.flows, self.period = park, flows, period
        self.name, self.process = name, process
        self.chosen = _chosen(process)
        self.faults: list[Fault] = []

    def read(self) -> ProcessReading | None:
        """The reading; None where there are faults."""
        process, chosen, spec = self.process, self.chosen, self.park.spec
        carriers = tuple(self.carriers())
        line_tce = sum(carrier.energy_tce for carrier in carriers)
        shares = tuple(self.shares()) if process.shared_with else ()
        output_t = self.output_t()
        if self.faults:
            return None
        energy_tce = line_tce * (shares[0].share if shares else 1.0)
        per_tonne = energy_tce / output_t
        first = spec.assets[process.assets[0]]
        return ProcessReading(
            name=self.name,
            title=process.name or chosen.limit.name,
            title_zh=process.name_zh or chosen.limit.name_zh,
            tenant=process.tenant or first.tenant,
            chosen=chosen,
            period=self.period,
            hours=self.hours,
            carriers=carriers,
            not_counted=tuple(self.not_counted()),
            output_t=output_t,
            stated_output=process.product is None,
            line_tce=line_tce,
            energy_tce=energy_tce,
            shares=shares,
            corrections=process.corrections,
            level_1=self.gap(0, per_tonne, output_t),
            level_2=self.gap(1, per_tonne, output_t),
            level_3=self.gap(2, per_tonne, output_t),
            in_force=chosen.standard.in_force_on(self.period.begin),
            credit_unseen=bool(process.credit) and chosen.standard.credit.allowed == "unseen",
            currency=spec.money.currency,
        )

    @property
    def hours(self) -> float:
        return (self.period.last - self.period.first) * self.flows.clock.step_hours

    @property
    def year_hours(self) -> float:
        """Hours of the calendar year in which the period begins: yearly figures go on at the period's rate."""
        return 24.0 * (366 if isleap(self.period.begin.year) else 365)

    # --- sums over the period

    def amounts(self, asset: str, node: str) -> Array:
        """Flow of an asset into a node in every step of the period, carrier units."""
        flow = self.flows.net.get((asset, node))
        if flow is None:
            raise Defect(f"no flow of '{asset}' at '{node}'")
        steps = np.broadcast_to(flow, (self.flows.clock.steps,))[self.period.steps]
        return np.asarray(steps * self.flows.clock.step_hours, dtype=np.float64)

    def keys(self, assets: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Every (asset, node) at which one of the assets has a flow."""
        wanted = set(assets)
        return (key for key in self.flows.net if key[0] in wanted)

    def carriers(self) -> Iterator[CarrierEnergy]:
        """Each carrier that counts, with what the process takes and gives of it."""
        spec, process = self.park.spec, self.process
        members = members_of(spec, process)
        standard = self.chosen.standard
        credited = takes_credit(process, standard)
        products = apart(process, standard)
        made = of_product(spec, process) if standard.credit.product else None
        for carrier in counted(spec, process, standard):
            equivalent = coal_equivalent(spec, self.chosen.standard, carrier)
            if equivalent is None:
                expected = f"carriers.{carrier}.coal_equivalent or efficiency.coal_equivalents.{carrier}"
                self.fault("carriers", f"no coal equivalent of '{carrier}'", expected)
                continue
            here = [
                self.amounts(*key)
                for key in self.keys(members)
                if self.park.carrier_at(key[1]) == carrier and key[1] not in products
            ]
            recovered = sum(
                float(self.amounts(*key).sum())
                for key in self.keys(process.recovered)
                if self.park.carrier_at(key[1]) == carrier
            )
            yield CarrierEnergy(
                carrier,
                spec.carriers[carrier].unit,
                float(sum(np.maximum(-amount, 0).sum() for amount in here)),
                float(sum(np.maximum(amount, 0).sum() for amount in here)),
                recovered,
                equivalent,
                credited or carrier == made,
            )

    def not_counted(self) -> Iterator[NotCounted]:
        """What the process takes of other carriers: told, so that what is missing in its energy can be seen."""
        known = set(counted(self.park.spec, self.process, self.chosen.standard))
        taken: dict[str, float] = {}
        for key in self.keys(members_of(self.park.spec, self.process)):
            carrier = self.park.carrier_at(key[1])
            if carrier not in known:
                taken[carrier] = taken.get(carrier, 0.0) + float(np.maximum(-self.amounts(*key), 0.0).sum())
        largest = max(taken.values(), default=0.0)
        for carrier, amount in taken.items():
            if amount > _NOISE * largest:
                yield NotCounted(carrier, self.park.spec.carriers[carrier].unit, amount)

    def produced(self, node: str) -> float:
        """What the converters of the process bring to the node, carrier units; a negative step is a fault."""
        total = 0.0
        for name in self.process.assets:
            asset = self.park.assets[name]
            if not isinstance(asset, Converter) or not _gives(asset, node):
                continue
            amounts = self.amounts(name, node)
            below = np.flatnonzero(amounts < -_NOISE * max(float(np.abs(amounts).max(initial=0.0)), 1e-12))
            if below.size:
                step = int(below[0])
                rate = amounts[step] / self.flows.clock.step_hours
                when = self.flows.clock.times_local[self.period.first + step]
                unit = self.park.unit_at(node)
                found = f"{rate:.4g} {unit}/h of '{name}' at '{node}' on {when:%Y-%m-%d %H:%M}"
                more = f" and in {below.size - 1} more steps" if below.size > 1 else ""
                self.fault("product", f"negative production: {found}{more}", "a production of at least 0")
            total += float(amounts.sum())
        return total

    def output_t(self) -> float:
        """Tonnes of product in the period."""
        if self.process.product is None:
            assert self.process.output is not None
            return self.process.output * self.hours / self.year_hours
        node = self.process.product
        tonnes = tonnes_per_unit(self.park.spec.carriers[self.park.carrier_at(node)])
        if tonnes is None:
            self.fault("product", f"a product in {self.park.unit_at(node)}", "a product in t or kg")
            return 0.0
        output = self.produced(node) * tonnes
        if output <= 0 and not self.faults:
            found = f"no output at '{node}' in {self.period.text}"
            hint = "energy per tonne cannot be told where nothing is made; choose another --period"
            self.fault("product", found, "an output above 0", hint)
        return output

    def shares(self) -> Iterator[Share]:
        """How the line's energy falls on its products, by the element in each; this product first."""
        assert self.process.product is not None
        rows = []
        for node in (self.process.product, *self.process.shared_with):
            carrier = self.park.spec.carriers[self.park.carrier_at(node)]
            if carrier.worth.element is None:
                self.fault("shared_with", f"no element content at '{node}'", "worth.element of its carrier")
                return
            made = self.produced(node)
            rows.append((node, made * (tonnes_per_unit(carrier) or 0.0), made * carrier.worth.element))
        total = sum(element for _, _, element in rows)
        if total <= 0 and not self.faults:
            self.fault("shared_with", "no element in any product of the line", "an output above 0")
            return
        for node, output, element in rows:
            yield Share(node, output, element, element / total if total else 0.0)

    # --- against the limit

    def gap(self, index: int, per_tonne_tce: float, output_t: float) -> Gap:
        """How far the indicator lies above one of the three levels, as corrected."""
        unit = self.chosen.limit.unit
        level = self.chosen.levels(self.process.corrections)[index]
        above = per_tonne_tce - level * units.factor(unit, "tce/t")
        per_year = above * output_t * self.year_hours / self.hours
        return Gap(level, above * units.factor("tce/t", unit), above * 1000, per_year, self.money(per_year))

    def money(self, tce_per_year: float) -> float | None:
        """What the energy costs at the price of the carrier that a saving would save first."""
        marginal = self.process.marginal
        if marginal is None:
            return None
        equivalent = coal_equivalent(self.park.spec, self.chosen.standard, marginal.carrier)
        return None if not equivalent else tce_per_year / equivalent * marginal.price

    def fault(self, field: str, found: str, expected: str, hint: str = "") -> None:
        """Note a fault of this process."""
        where = f"efficiency.processes.{self.name}.{field}"
        self.faults.append(Fault(PARK_FILE, None, where, found, expected, hint))


def _chosen(process: Process) -> Chosen:
    chosen = limits().get(process.limit)
    if chosen is None:
        raise Defect(f"unknown limit '{process.limit}' passed the checks")
    return chosen


def _gives(asset: Converter, node: str) -> bool:
    return any(port.node == node for way in asset.ways.values() for port in way.outputs.values())
