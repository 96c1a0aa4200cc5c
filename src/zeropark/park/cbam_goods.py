"""Carbon of a good under CBAM: the file states it once, or the same everywhere"""

from __future__ import annotations

from collections.abc import Callable

from zeropark import units
from zeropark.park.cbam_spec import CbamGood, CbamSpec
from zeropark.park.spec import ParkFile

CARBON_NAMES = ("share_carbon", "carbon_content")
"""Names under which a good states its carbon among its parameters, as a fraction."""
_SAME = 1e-9


def carbon_stated(section: CbamSpec, good: CbamGood) -> tuple[str, float] | None:
    """Stream that takes the good out of its process by mass balance, and its carbon per tonne; None where none does."""
    process = section.processes.get(good.process)
    if process is None:
        return None
    for name, stream in section.streams.items():
        if (
            stream.method == "mass_balance"
            and stream.per == "t"
            and stream.node == process.product
            and stream.asset in process.assets
            and stream.carbon_content is not None
        ):
            return name, stream.carbon_content
    return None


def one_carbon(
    spec: ParkFile, section: CbamSpec, name: str, add: Callable[[tuple[str | int, ...], str, str, str], None]
) -> None:
    """Note where the carbon of a good is stated twice and differently: its parameters, its stream, its footprint."""
    good = section.goods[name]
    found = carbon_stated(section, good)
    first = (f"cbam.streams.{found[0]}.carbon_content", found[1]) if found else None
    for key in CARBON_NAMES:
        value = good.parameters.get(key)
        if not isinstance(value, int | float):
            continue
        if first is not None and abs(value - first[1]) > _SAME:
            expected = f"{first[1]:g}, as {first[0]}"
            add(("cbam", "goods", name, "parameters", key), f"{value:g}", expected, "state it once")
        first = first or (f"cbam.goods.{name}.parameters.{key}", float(value))
    process = section.processes.get(good.process)
    if first is None or process is None or process.product not in spec.nodes:
        return
    carrier = spec.carriers.get(spec.nodes[process.product].carrier)
    if carrier is None or not units.same_dimension(carrier.unit, "t"):
        return
    for key, product in spec.footprint.products.items() if spec.footprint else ():
        stated = product.carbon_content
        if product.node == process.product and stated and abs(stated - first[1]) > _SAME:
            path = ("footprint", "products", key, "carbon_content")
            add(
                path,
                f"{stated:g} kg/kg",
                f"{first[1]:g}, as {first[0]}",
                "one material has one carbon content",
            )
