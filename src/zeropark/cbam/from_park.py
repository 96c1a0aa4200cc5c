"""The installation out of a park's flows: planned, scheduled or metered, the same functions for all"""

from __future__ import annotations

from collections.abc import Mapping

from zeropark.carbon.attribution import Attribution
from zeropark.cbam.from_park_energy import heat_of, waste_gas_of
from zeropark.cbam.from_park_goods import ALL_ROUTES, precursors_of, products_of
from zeropark.cbam.from_park_ground import Ground, Made, made_by
from zeropark.cbam.from_park_power import electricity_of
from zeropark.cbam.from_park_streams import members_of, process_of, streams_of_park
from zeropark.cbam.model import (
    Electricity,
    EmissionBalance,
    FuelBalance,
    Installation,
    ProductionProcess,
    RouteAmount,
    Use,
)
from zeropark.cbam.streams import known, stream_result
from zeropark.cbam.tracing import amounts_of
from zeropark.errors import Fault, InputError, fail_if
from zeropark.flows import Flows
from zeropark.park.assets import Converter
from zeropark.park.cbam_spec import CbamSpec
from zeropark.park.model import Park
from zeropark.park.period import Period


def installation_of(
    park: Park, flows: Flows, period: Period, attribution: Attribution | None = None
) -> Installation:
    """The installation of the park's section ``cbam`` over a period.

    attribution: on the hourly basis, of the same flows; None claims no electricity factor but that of the grid.
    Raises InputError with every fault.
    """
    spec = park.spec.cbam
    if spec is None:
        raise InputError([Fault("park.yaml", None, "cbam", "no such section", "the section `cbam`")])
    faults: list[Fault] = []
    amounts = amounts_of(flows, period)
    members = {name: members_of(park, process) for name, process in spec.processes.items()}
    streams = streams_of_park(park, spec, amounts, faults)
    ground = Ground(park, spec, flows, period, amounts, members, streams, {}, faults, [])
    power = electricity_of(park, spec, flows, period, attribution, members, faults)
    made = made_by(ground)
    processes = tuple(_process(ground, name, made[name], power[name]) for name in made)
    precursors = precursors_of(ground)
    products = products_of(ground, made)
    fail_if(dict.fromkeys(faults))
    return Installation(
        name=spec.installation.name,
        country=spec.installation.country,
        period_begin=period.begin,
        period_end=period.end,
        regime=spec.regime,
        streams=tuple(streams.values()),
        processes=processes,
        products=products,
        precursors=precursors,
        fuel_balance=_fuel_balance(ground),
        emission_balance=EmissionBalance(indirect_manual=_indirect(processes)),
        file="park.yaml",
        cells=_cells(spec),
        remarks=tuple(dict.fromkeys(ground.remarks)),
    )


def about_of(park: Park) -> dict[str, str]:
    """Texts of the workbook's sheets A and C that the installation itself does not carry, by key."""
    spec, site = park.spec.cbam, park.spec.site
    if spec is None:
        return {}
    told = spec.installation
    latitude = told.latitude if told.latitude is not None or site is None else site.latitude
    longitude = told.longitude if told.longitude is not None or site is None else site.longitude
    texts = {
        "name_local": told.name_zh,
        "street": told.street,
        "activity": told.activity,
        "post_code": told.post_code,
        "city": told.city,
        "unlocode": told.unlocode,
        "latitude": "" if latitude is None else f"{latitude:g}",
        "longitude": "" if longitude is None else f"{longitude:g}",
        "representative": told.representative,
        "email": told.email,
        "telephone": told.telephone,
        "data_quality": spec.data_quality,
        "quality_assurance": spec.quality_assurance,
    }
    return {key: text for key, text in texts.items() if text}


def chinese_of(park: Park) -> dict[str, str]:
    """Name as the installation carries it → its Chinese name, where the park file states one."""
    spec = park.spec.cbam
    if spec is None:
        return {}
    names = {spec.installation.name: spec.installation.name_zh}
    for section in (spec.processes, spec.goods, spec.streams, spec.precursors):
        names |= {entry.name or key: entry.name_zh for key, entry in section.items()}
    return {name: chinese for name, chinese in names.items() if chinese}


def _process(ground: Ground, name: str, made: Made, electricity: Electricity) -> ProductionProcess:
    declared = ground.spec.processes[name]
    heat, gas = heat_of(ground, name), waste_gas_of(ground, name)
    return ProductionProcess(
        id=name,
        name=declared.name or name,
        goods_category=declared.category,
        production=(RouteAmount(declared.route or ALL_ROUTES, made.activity),),
        direct_tco2e=_direct(ground, name),
        to_market=made.to_market,
        consumed_in=tuple(Use(user, amount) for user, amount in made.by_process.items()),
        consumed_non_cbam=made.non_cbam,
        heat_applies=bool(known(heat.imported_tj) or known(heat.exported_tj)),
        waste_gas_applies=bool(known(gas.imported_tj) or known(gas.exported_tj)),
        heat=heat,
        waste_gas=gas,
        electricity=electricity,
        bubble_precursors=declared.contains,
    )


def _direct(ground: Ground, process: str) -> float:
    """DirEm*: fossil CO2 of the streams of the process (Annex III A.3)."""
    parts = (
        stream_result(ground.streams[name]).fossil_tco2e
        for name, declared in ground.spec.streams.items()
        if name in ground.streams and process_of(ground.members, declared) == process
    )
    return sum(parts, 0.0)


def _fuel_balance(ground: Ground) -> FuelBalance:
    """Energy of the streams by use: processes, electricity, all else (template, sheet C)."""
    uses = {"cbam_goods": 0.0, "electricity": 0.0, "non_cbam": 0.0}
    for name, declared in ground.spec.streams.items():
        if name in ground.streams:
            result = stream_result(ground.streams[name])
            inside = process_of(ground.members, declared) is not None
            use = (
                "cbam_goods"
                if inside
                else "electricity"
                if _generates(ground, declared.asset)
                else "non_cbam"
            )
            uses[use] += result.energy_fossil_tj + result.energy_biomass_tj
    return FuelBalance(None, uses["cbam_goods"], uses["electricity"], uses["non_cbam"])


def _generates(ground: Ground, name: str) -> bool:
    asset = ground.park.assets[name]
    if not isinstance(asset, Converter):
        return False
    nodes = {port.node for way in asset.ways.values() for port in way.outputs.values()}
    kinds = ground.park.spec.carriers
    return any(kinds[ground.park.carrier_at(node)].kind == "electricity" for node in nodes)


def _indirect(processes: tuple[ProductionProcess, ...]) -> float:
    return sum(known(p.electricity.consumed_mwh) * known(p.electricity.ef_tco2_per_mwh) for p in processes)


def _cells(spec: CbamSpec) -> Mapping[str, str]:
    """Where the engine's faults point to: the entries of the section."""
    cells = {
        f"products.{10 + index}.{field}": f"cbam.goods.{name}"
        for index, name in enumerate(spec.goods)
        for field in ("process", "cn_code", "clinker_factor", "n_content", "benchmark_route")
    }
    for name in spec.processes:
        cells |= {
            f"processes.{name}.{field}": f"cbam.processes.{name}"
            for field in ("production.0", "direct_tco2e", "to_market", "electricity.ef_source")
        }
    for name in spec.precursors:
        cells |= {
            f"precursors.{name}.{field}": f"cbam.precursors.{name}"
            for field in ("see_direct", "electricity_ef_tco2_per_mwh", "purchased.0")
        }
    return cells
