"""How a lever changes an installation: matched electricity, scrap, hydrogen; emissions follow from the engine"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from zeropark.cbam.model import (
    Heat,
    HourlyEvidence,
    Installation,
    ProductionProcess,
    PurchasedPrecursor,
    RouteAmount,
    SourceStream,
    Use,
    WasteGas,
)
from zeropark.cbam.processes import activity_level
from zeropark.cbam.streams import known, stream_result
from zeropark.errors import Fault, InputError, nearest

HYDROGEN_NCV = 120.0
"""GJ/t, net calorific value of hydrogen [R, recalled 2026-11; textbook value 119.96]."""
_ALL = 1.0 - 1e-9


@dataclass(frozen=True)
class Lever:
    """A change of the installation. title: both languages. Fields as in the park file, section ``cbam.levers``.

    grid: factor of electricity that is not matched, t CO2/MWh; None: as the process states it.
    """

    id: str
    title: str
    kind: Literal["matched-power", "scrap", "hydrogen", "carbon-price"]
    share: float | None = None
    process: str | None = None
    instead_of: tuple[str, ...] = ()
    by: str | None = None
    factor: float = 0.0
    grid: float | None = None
    price_eur_per_t: float | None = None

    @property
    def paid(self) -> float:
        """Carbon price that it pays in the country of origin, EUR per t CO2e."""
        return known(self.price_eur_per_t)


def changed(installation: Installation, lever: Lever) -> Installation:
    """The installation with the lever in it. Raises InputError where it names what is not there."""
    if lever.kind == "matched-power":
        return _matched(installation, lever)
    if lever.kind == "scrap":
        return _scrap(installation, lever)
    if lever.kind == "hydrogen":
        return _hydrogen(installation, lever)
    return installation


def _fault(lever: Lever, field: str, found: str, expected: str, hint: str = "") -> InputError:
    return InputError([Fault("levers", None, f"{lever.id}.{field}", found, expected, hint)])


def _matched(installation: Installation, lever: Lever) -> Installation:
    """A share of the electricity of processes at the lever's factor, the rest at that of the grid (Annex II D.4)."""
    if lever.process is not None:
        _process(installation, lever)
    processes = tuple(
        _with_power(process, lever) if lever.process in (None, process.id) else process
        for process in installation.processes
    )
    indirect = sum(
        known(p.electricity.consumed_mwh) * known(p.electricity.ef_tco2_per_mwh) for p in processes
    )
    balance = installation.emission_balance
    if balance.indirect_manual is not None:
        balance = replace(balance, indirect_manual=indirect)
    return replace(installation, processes=processes, emission_balance=balance)


def _with_power(process: ProductionProcess, lever: Lever) -> ProductionProcess:
    power, share = process.electricity, known(lever.share)
    consumed = known(power.consumed_mwh)
    already = power.evidence.matched_mwh / consumed if power.evidence is not None and consumed else 0.0
    if consumed == 0 or share <= already:
        return process
    grid = power.ef_tco2_per_mwh if lever.grid is None and already == 0 else lever.grid
    if grid is None:
        raise _fault(lever, "grid", f"'{process.id}' is matched in part already", "the factor of the grid")
    factor = share * lever.factor + (1 - share) * grid
    source = "D.4.3.1" if share >= _ALL else "Mix"
    evidence = HourlyEvidence(share * consumed, 1.0, f"lever {lever.id}")
    return replace(
        process, electricity=replace(power, ef_tco2_per_mwh=factor, ef_source=source, evidence=evidence)
    )


def _scrap(installation: Installation, lever: Lever) -> Installation:
    """Scrap in place of iron: the metal charge of the process stays, its shares change."""
    process = _process(installation, lever)
    metal = {name: _taken(installation, name, process.id, lever) for name in lever.instead_of}
    stream = None if lever.by is None else _stream(installation, lever.by, lever, "by")
    scrap = _scrap_of(installation, process, stream, lever)
    charge = scrap + sum(metal.values())
    if sum(metal.values()) <= 0:
        raise _fault(lever, "instead_of", "nothing of it is used", "something that the process takes")
    wanted = known(lever.share) * charge
    keep = (charge - wanted) / sum(metal.values())
    for name, amount in metal.items():
        installation = _with_use(installation, name, process.id, amount * keep)
    if stream is not None and known(stream.activity):
        more = replace(stream, activity=known(stream.activity) * wanted / scrap)
        installation = _with_stream(installation, stream, more, process.id)
    return installation


def _scrap_of(
    installation: Installation, process: ProductionProcess, stream: SourceStream | None, lever: Lever
) -> float:
    """Scrap charged, t: its stream, or what the goods of the process state per tonne."""
    if stream is not None:
        return known(stream.activity)
    for good in installation.products:
        share = good.parameters.get("scrap_per_t_steel")
        if good.process == process.id and isinstance(share, float | int):
            return float(share) * activity_level(process)
    raise _fault(lever, "by", "no scrap told", "the stream of scrap, or a good's scrap_per_t_steel")


def _hydrogen(installation: Installation, lever: Lever) -> Installation:
    """Hydrogen in place of a share of streams, by energy; more of it comes from whoever brings it."""
    process = _process(installation, lever)
    share, energy = known(lever.share), 0.0
    for name in lever.instead_of:
        stream = _stream(installation, name, lever, "instead_of")
        if stream.ncv is None:
            raise _fault(
                lever, "instead_of", f"'{name}' without ncv", "the net calorific value of the stream"
            )
        energy += share * known(stream.activity) * stream.ncv
        less = replace(stream, activity=known(stream.activity) * (1 - share))
        installation = _with_stream(installation, stream, less, process.id)
    tonnes = energy / HYDROGEN_NCV
    brings = str(lever.by)
    used = _taken(installation, brings, process.id, lever)
    return _with_use(installation, brings, process.id, used + tonnes)


# --- parts of an installation -----------------------------------------------------------------------


def _process(installation: Installation, lever: Lever) -> ProductionProcess:
    try:
        return installation.process(str(lever.process))
    except KeyError:
        ids = [process.id for process in installation.processes]
        found, hint = f"'{lever.process}'", nearest(str(lever.process), ids)
        raise _fault(lever, "process", found, f"one of {', '.join(ids)}", hint) from None


def _stream(installation: Installation, name: str, lever: Lever, field: str) -> SourceStream:
    for stream in installation.streams:
        if name in (stream.id, stream.name):
            return stream
    ids = [stream.id for stream in installation.streams]
    raise _fault(lever, field, f"'{name}'", f"one of {', '.join(ids)}", nearest(name, ids))


def _taken(installation: Installation, link: str, process: str, lever: Lever) -> float:
    """Tonnes of a link that the process takes."""
    links: list[ProductionProcess | PurchasedPrecursor] = [*installation.processes, *installation.precursors]
    for candidate in links:
        if link in (candidate.id, candidate.name):
            return sum(known(use.amount) for use in candidate.consumed_in if use.process == process)
    ids = [candidate.id for candidate in links]
    raise _fault(lever, "instead_of", f"'{link}'", f"one of {', '.join(ids)}", nearest(link, ids))


def _with_stream(
    installation: Installation, old: SourceStream, new: SourceStream, process: str
) -> Installation:
    """Another amount of a stream, and the direct emissions of the process with it."""
    more = stream_result(new).fossil_tco2e - stream_result(old).fossil_tco2e
    streams = tuple(new if stream.id == old.id else stream for stream in installation.streams)
    processes = tuple(
        replace(p, direct_tco2e=known(p.direct_tco2e) + more) if p.id == process else p
        for p in installation.processes
    )
    return replace(installation, streams=streams, processes=processes)


def _with_use(
    installation: Installation, link: str, process: str, amount: float, seen: frozenset[str] = frozenset()
) -> Installation:
    """Another amount of a link taken by a process: a process makes more or less of it, with all that it takes.

    What the process makes per tonne stays as it is, so that only amounts change. seen: processes that are being
    scaled already (loops): of those only the amount taken changes.
    """
    for candidate in installation.precursors:
        if link in (candidate.id, candidate.name):
            bought = _used(candidate, process, amount)
            return replace(
                installation,
                precursors=tuple(bought if p.id == bought.id else p for p in installation.precursors),
            )
    made = next(p for p in installation.processes if link in (p.id, p.name))
    before = sum(known(use.amount) for use in made.consumed_in if use.process == process)
    uses = tuple(use for use in made.consumed_in if use.process != process)
    uses = (*uses, Use(process, amount)) if amount else uses
    level = activity_level(made)
    times = (level + amount - before) / level
    if (
        times <= 0 or made.id in seen
    ):  # nothing else is made of it, or it is scaled already: only the use changes
        other = replace(made, consumed_in=uses, to_market=max(known(made.to_market) + before - amount, 0.0))
        return _with_process(installation, other)
    scaled = replace(_scaled(made, times), consumed_in=uses, to_market=made.to_market)
    return _feeding(_with_process(installation, scaled), made.id, times, seen | {made.id})


def _used(bought: PurchasedPrecursor, process: str, amount: float) -> PurchasedPrecursor:
    before = sum(known(use.amount) for use in bought.consumed_in if use.process == process)
    uses = tuple(use for use in bought.consumed_in if use.process != process)
    route = bought.purchased[0] if bought.purchased else RouteAmount("All production routes", 0.0)
    purchased = (replace(route, amount=known(route.amount) + amount - before), *bought.purchased[1:])
    return replace(bought, consumed_in=(*uses, Use(process, amount)) if amount else uses, purchased=purchased)


def _with_process(installation: Installation, process: ProductionProcess) -> Installation:
    return replace(
        installation,
        processes=tuple(process if p.id == process.id else p for p in installation.processes),
    )


def _scaled(process: ProductionProcess, times: float) -> ProductionProcess:
    """All amounts of a process times a factor: its specific emissions stay."""

    def more(value: float | None) -> float | None:
        return None if value is None else value * times

    heat, gas, power = process.heat, process.waste_gas, process.electricity
    evidence = power.evidence
    if evidence is not None:
        evidence = replace(evidence, matched_mwh=evidence.matched_mwh * times)
    return replace(
        process,
        production=tuple(replace(part, amount=more(part.amount)) for part in process.production),
        direct_tco2e=more(process.direct_tco2e),
        heat=Heat(more(heat.imported_tj), heat.imported_ef, more(heat.exported_tj), heat.exported_ef),
        waste_gas=WasteGas(more(gas.imported_tj), more(gas.exported_tj)),
        electricity=replace(
            power,
            consumed_mwh=more(power.consumed_mwh),
            exported_mwh=more(power.exported_mwh),
            evidence=evidence,
        ),
    )


def _feeding(installation: Installation, process: str, times: float, seen: frozenset[str]) -> Installation:
    """What feeds a scaled process, scaled with it, down to what is bought."""
    for id_, used in _feeds(installation, process).items():
        installation = _with_use(installation, id_, process, used * times, seen)
    return installation


def _feeds(installation: Installation, process: str) -> dict[str, float]:
    """Links that a process takes of, with their amounts."""
    links: list[ProductionProcess | PurchasedPrecursor] = [*installation.processes, *installation.precursors]
    amounts = {
        link.id: sum((known(u.amount) for u in link.consumed_in if u.process == process), 0.0)
        for link in links
    }
    return {id_: amount for id_, amount in amounts.items() if amount}
