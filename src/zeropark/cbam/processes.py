"""Attributed and specific embedded emissions of production processes: Annex II A.5, Annex III A and B of 2025/2547"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from zeropark.cbam.goods import precursor_is_direct_only, process_is_direct_only
from zeropark.cbam.model import (
    DEFINITIVE,
    Heat,
    Installation,
    ProductionProcess,
    PurchasedPrecursor,
    WasteGas,
)
from zeropark.cbam.result import Contribution, PrecursorResult, ProcessResult
from zeropark.cbam.streams import known
from zeropark.forms import Array

Contents = Mapping[str, tuple[str, float]]
"""Process id → unit of its activity level, and how many of it are in a tonne (1 where the tonne is the unit)."""

EF_NATURAL_GAS = 56.1
"""t CO2/TJ of natural gas, for waste gases: IR (EU) 2025/2547 Eq. 53, 54 and Annex II G.1 [O]."""
WASTE_GAS_EXPORT = 0.667
"""Correction for the lower efficiency of burning waste gas, exported only: Eq. 54 [O]."""


@dataclass(frozen=True)
class Attributed:
    """What is attributed to one process, t CO2e, and its activity level."""

    process: ProductionProcess
    activity: float
    direct: float
    heat: float
    waste_gas: float
    electricity_export: float
    indirect: float
    total_direct: float
    counted_direct: float


def activity_level(process: ProductionProcess) -> float:
    """Sum over routes: the denominator of specific emissions (Annex II A.4; sheet D, line a)."""
    return sum(known(route.amount) for route in process.production)


def per_unit(amount: float, activity: float) -> float:
    """An amount per unit made; none where nothing was made, which the checks let pass for an empty row alone."""
    return amount / activity if activity else 0.0


def heat_emissions(heat: Heat) -> float:
    """Heat imported less heat exported, each with its factor (Eq. 52 and 53)."""
    return known(heat.imported_tj) * known(heat.imported_ef) - known(heat.exported_tj) * known(
        heat.exported_ef
    )


def exports_no_heat(process: ProductionProcess) -> bool:
    """Heat recovered from nitric acid production is not deducted (Annex III A.3, EmH,exp), whoever uses it."""
    return process.goods_category.strip().lower() == "nitric acid" and known(process.heat.exported_tj) > 0


def waste_gas_emissions(gas: WasteGas) -> float:
    """Waste gas counts as natural gas; what is exported as two thirds of it (Eq. 54)."""
    imported = known(gas.imported_tj) * EF_NATURAL_GAS
    return imported - known(gas.exported_tj) * EF_NATURAL_GAS * WASTE_GAS_EXPORT


def attributed(process: ProductionProcess, definitive: bool) -> Attributed:
    """Emissions attributed to a process (Eq. 55, 56).

    The transitional template tells the total without exported electricity and subtracts that in the specific
    emissions only; from 2026 it is part of the total, and a total below zero counts as zero.
    """
    told = (
        replace(process.heat, exported_tj=None) if definitive and exports_no_heat(process) else process.heat
    )
    heat, gas = heat_emissions(told), waste_gas_emissions(process.waste_gas)
    power = process.electricity
    exported = 0.0 - known(power.exported_mwh) * known(power.exported_ef_tco2_per_mwh)
    without = known(process.direct_tco2e) + heat + gas
    counted = max(without + exported, 0.0) if definitive else without + exported
    return Attributed(
        process=process,
        activity=activity_level(process),
        direct=known(process.direct_tco2e),
        heat=heat,
        waste_gas=gas,
        electricity_export=exported,
        indirect=known(power.consumed_mwh) * known(power.ef_tco2_per_mwh),
        total_direct=counted if definitive else without,
        counted_direct=counted,
    )


def chain_shares(installation: Installation) -> Array:
    """Amount of every link per unit of every good, shape (links, links): row takes from column (Eq. 60, 61).

    Links are the processes, then the purchased precursors, in the order of the installation.
    """
    ids = [process.id for process in installation.processes]
    links = len(ids) + len(installation.precursors)
    shares = np.zeros((links, links))
    taken = [link.consumed_in for link in installation.processes]
    taken += [link.consumed_in for link in installation.precursors]
    for column, uses in enumerate(taken):
        for use in uses:
            if use.process in ids:
                row = ids.index(use.process)
                shares[row, column] += per_unit(
                    known(use.amount), activity_level(installation.processes[row])
                )
    return shares


def gain(installation: Installation) -> float:
    """How much a loop of processes multiplies itself: below 1, or nothing is left to sell."""
    count = len(installation.processes)
    inner = chain_shares(installation)[:count, :count]
    return float(max(abs(np.linalg.eigvals(inner)), default=0.0)) if count else 0.0


def requirements(installation: Installation) -> Array:
    """Everything that stands behind a unit of every good: (I − shares)⁻¹, loops included (Eq. 59 solved)."""
    shares = chain_shares(installation)
    return np.asarray(np.linalg.inv(np.eye(len(shares)) - shares))


@dataclass(frozen=True)
class Chain:
    """Own specific values of every link, and what a unit of each good takes of every link."""

    ids: tuple[str, ...]
    names: tuple[str, ...]
    kinds: tuple[str, ...]
    from_default: tuple[bool, ...]
    direct: Array
    indirect: Array
    indirect_counted: Array
    electricity: Array
    needs: Array

    def contributions(self, row: int) -> tuple[Contribution, ...]:
        """What every link brings into a unit of good ``row``: the own process first, then all that it takes of."""
        order = [row, *(i for i in range(len(self.ids)) if i != row and self.needs[row, i] != 0)]
        return tuple(
            Contribution(
                id=self.ids[i],
                name=self.names[i],
                kind="own" if i == row else self.kinds[i],
                mass_share=float(self.needs[row, i]),
                see_direct=float(self.needs[row, i] * self.direct[i]),
                see_indirect=float(self.needs[row, i] * self.indirect[i]),
                embedded_electricity_mwh=float(self.needs[row, i] * self.electricity[i]),
                from_default=self.from_default[i],
            )
            for i in order
        )


def indirect_of(precursor: PurchasedPrecursor) -> float:
    """Specific electricity × its factor, unless told as such (sheet E, line iv)."""
    if precursor.see_indirect is not None:
        return precursor.see_indirect
    return known(precursor.specific_electricity_mwh_per_t) * known(precursor.electricity_ef_tco2_per_mwh)


def chain_of(installation: Installation, own: tuple[Attributed, ...], content: Array) -> Chain:
    """The chain behind every good (Eq. 57 to 63), each link per its functional unit.

    content: functional units in a tonne of every link. From 2026 on goods of Annex II have no indirect emissions.
    """
    bought = installation.precursors
    direct = [*(per_unit(a.counted_direct, a.activity) for a in own), *(known(p.see_direct) for p in bought)]
    indirect = np.array([*(per_unit(a.indirect, a.activity) for a in own), *(indirect_of(p) for p in bought)])
    power = [
        *(per_unit(known(a.process.electricity.consumed_mwh), a.activity) for a in own),
        *(known(p.specific_electricity_mwh_per_t) for p in bought),
    ]
    direct_only = np.array(
        [
            *(process_is_direct_only(installation, a.process) for a in own),
            *(precursor_is_direct_only(p) for p in bought),
        ],
        dtype=bool,
    )
    counted = np.where(direct_only, 0.0, indirect)
    return Chain(
        ids=(*(a.process.id for a in own), *(p.id for p in bought)),
        names=(*(a.process.name for a in own), *(p.name for p in bought)),
        kinds=("process",) * len(own) + ("precursor",) * len(bought),
        from_default=(*(False for _ in own), *(p.see_direct_source == "Default" for p in bought)),
        direct=np.array(direct) / content,
        indirect=(counted if installation.regime == DEFINITIVE else indirect) / content,
        indirect_counted=counted / content,
        electricity=np.array(power) / content,
        needs=requirements(installation) * content[np.newaxis, :] / content[:, np.newaxis],
    )


def process_results(installation: Installation, contents: Contents) -> tuple[ProcessResult, ...]:
    """Every process with what it brings itself and what its precursors bring."""
    definitive = installation.regime == DEFINITIVE
    own = tuple(attributed(process, definitive) for process in installation.processes)
    content = np.array([*(contents[a.process.id][1] for a in own), *(1.0 for _ in installation.precursors)])
    chain = chain_of(installation, own, content)
    return tuple(_result(a, chain, row, contents[a.process.id]) for row, a in enumerate(own))


def _result(own: Attributed, chain: Chain, row: int, content: tuple[str, float]) -> ProcessResult:
    process, parts = own.process, chain.contributions(row)
    direct = float(chain.needs[row] @ chain.direct)
    defaults = sum(part.see_direct for part in parts if part.from_default)
    return ProcessResult(
        id=process.id,
        name=process.name,
        goods_category=process.goods_category,
        unit=content[0],
        activity_level=own.activity * content[1],
        production_control=control_of(process, own.activity),
        direct_tco2e=own.direct,
        heat_tco2e=own.heat,
        waste_gas_tco2e=own.waste_gas,
        electricity_export_tco2e=own.electricity_export,
        attributed_direct_tco2e=own.total_direct,
        attributed_indirect_tco2e=own.indirect,
        se_direct=float(chain.direct[row]),
        see_direct=direct,
        se_indirect=float(chain.indirect[row]),
        see_indirect=float(chain.needs[row] @ chain.indirect),
        see_indirect_counted=float(chain.needs[row] @ chain.indirect_counted),
        specific_electricity_mwh=float(chain.electricity[row]),
        embedded_electricity_mwh=float(chain.needs[row] @ chain.electricity),
        share_direct_from_default=defaults / direct if direct else 0.0,
        contributions=parts,
    )


def control_of(process: ProductionProcess, activity: float) -> float:
    """What was made less what is told of where it went: 0 when all is told (sheet D, line e)."""
    inside = sum(known(use.amount) for use in process.consumed_in)
    return activity - (known(process.to_market) + inside + known(process.consumed_non_cbam))


def precursor_result(precursor: PurchasedPrecursor) -> PrecursorResult:
    """A purchased precursor as sheet E tells it."""
    purchased = sum(known(route.amount) for route in precursor.purchased)
    used = sum(known(use.amount) for use in precursor.consumed_in) + known(precursor.other_use)
    return PrecursorResult(
        id=precursor.id,
        name=precursor.name,
        purchased=purchased,
        control=purchased - used,
        see_direct=known(precursor.see_direct),
        see_indirect=indirect_of(precursor),
        specific_electricity_mwh=known(precursor.specific_electricity_mwh_per_t),
    )
