"""What no field of ``carbon`` can tell alone: contracts of tenants and supplies that the park has."""

from __future__ import annotations

from collections.abc import Callable

from zeropark.errors import nearest
from zeropark.park.assets import AnyAsset, Converter, Demand, Market, Source
from zeropark.park.spec import ParkFile

Path_ = tuple[str | int, ...]
Add = Callable[[Path_, str, str, str], None]


def carbon_faults(spec: ParkFile, add: Add) -> None:
    """Every fault of ``carbon``: unknown tenants and supplies, and claims on one supply that cannot all hold."""
    electric = {name for name, node in spec.nodes.items() if _is_electric(spec, node.carrier)}
    for name, asset in spec.assets.items():
        if isinstance(asset, Market) and asset.emissions is not None and asset.node in electric:
            found = f"{asset.emissions:g} on a market of electricity"
            add(
                ("assets", name, "emissions"),
                found,
                "no number here",
                "electricity takes the factors of carbon.grid",
            )
    if spec.carbon is None:
        return
    supplies = [name for name, asset in spec.assets.items() if _supplies(asset, electric)]
    for name, contract in spec.carbon.contracts.items():
        here: Path_ = ("carbon", "contracts", name)
        if contract.tenant not in spec.tenants:
            hint = nearest(contract.tenant, spec.tenants) or _listed(list(spec.tenants), "tenant")
            add((*here, "tenant"), f"unknown tenant '{contract.tenant}'", "a tenant of the park", hint)
        elif not _uses_electricity(spec, contract.tenant, electric):
            found = f"'{contract.tenant}', which uses no electricity"
            add((*here, "tenant"), found, "a tenant with a demand or converter that takes electricity", "")
        if contract.supply not in supplies:
            what = (
                "an asset that brings no electricity"
                if contract.supply in spec.assets
                else "an unknown supply"
            )
            hint = nearest(contract.supply, supplies) or _listed(supplies, "supply of electricity")
            add(
                (*here, "supply"),
                f"{what}: '{contract.supply}'",
                "a source, a market that buys, or a converter that makes electricity",
                hint,
            )
    _overclaimed(spec, add)


def _overclaimed(spec: ParkFile, add: Add) -> None:
    """Shares of equal priority on one supply beyond the whole of it: no one could have what the paper says."""
    assert spec.carbon is not None
    shares: dict[tuple[str, int], float] = {}
    for name, contract in spec.carbon.contracts.items():
        if contract.max_rate is not None:
            continue
        key = contract.supply, contract.priority
        before = shares.get(key, 0.0)
        shares[key] = before + contract.share
        if shares[key] > 1.0 + 1e-9 and before > 0.0:
            found = f"{shares[key]:.0%} of '{contract.supply}' at priority {contract.priority}"
            hint = "lower a share, or let one contract come after the others by its priority"
            add(("carbon", "contracts", name, "share"), found, "shares of at most 100 % in all", hint)


def _supplies(asset: AnyAsset, electric: set[str]) -> bool:
    """Whether it brings electricity that a contract can be on."""
    if isinstance(asset, Converter):
        return any(port.node in electric for way in asset.ways.values() for port in way.outputs.values())
    if isinstance(asset, Market):
        return asset.node in electric and asset.buy is not None
    return isinstance(asset, Source) and asset.node in electric


def _is_electric(spec: ParkFile, carrier: str) -> bool:
    return carrier in spec.carriers and spec.carriers[carrier].kind == "electricity"


def _uses_electricity(spec: ParkFile, tenant: str, electric: set[str]) -> bool:
    for asset in spec.assets.values():
        if asset.tenant != tenant:
            continue
        if isinstance(asset, Demand) and asset.node in electric:
            return True
        if isinstance(asset, Converter) and any(
            port.node in electric for way in asset.ways.values() for port in way.inputs.values()
        ):
            return True
    return False


def _listed(names: list[str], what: str) -> str:
    return f"there are {', '.join(names[:8])}" if names else f"the park has no {what}"
