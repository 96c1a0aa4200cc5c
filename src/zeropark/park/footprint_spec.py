"""The section ``footprint`` of the park file: products, how co-products share, what is in or out."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, ModelWrapValidatorHandler, ValidationInfo, model_validator

from zeropark.park.fields import Declared, Reading, Unit

AllocationBy = Literal["mass", "economic", "element", "energy"]


class Worth(Declared):
    """What one unit of a carrier is worth to each way of sharing among co-products. 分摊依据

    What is absent cannot be used to share: a fault where a process asks for it, a gap in the table of choices.
    """

    mass: Annotated[float | None, Unit("t/({unit})", gt=0)] = None
    """Tonnes; a carrier whose unit is a mass needs none."""
    price: Annotated[float | None, Unit("{currency}/({unit})", ge=0)] = None
    """Market value (economic)."""
    element: Annotated[float | None, Unit("t/({unit})", ge=0)] = None
    """Tonnes of the element by which a shared line is split, e.g. rare earths."""
    energy: Annotated[float | None, Unit("GJ/({unit})", ge=0)] = None
    """Energy content; electricity and heat need none."""


class Product(Declared):
    """Something that leaves the gate with a passport. 产品"""

    node: str
    """Where it balances; the declared unit is the unit of its carrier."""
    tenant: str | None = None
    name: str = ""
    name_zh: str = ""
    mass: Annotated[float | None, Unit("kg/({unit})", gt=0)] = None
    """Kilograms per declared unit; absent where the unit is a mass."""
    cn_code: str = ""
    """Combined Nomenclature code."""
    identifiers: tuple[str, ...] = ()
    """URNs under which customers know it."""
    description: str = ""
    description_zh: str = ""
    carbon_content: Annotated[float, Unit("kg/kg", ge=0, le=1)] = 0.0
    """Fossil carbon in the product itself, per kg."""

    @model_validator(mode="wrap")
    @classmethod
    def _in_its_carrier(
        cls, raw: Any, handler: ModelWrapValidatorHandler[Product], info: ValidationInfo
    ) -> Product:
        if not isinstance(info.context, Reading) or not isinstance(raw, dict):
            return handler(raw)
        with info.context.within(unit=info.context.unit_of_node(raw.get("node"))):
            return handler(raw)


class FootprintSpec(Declared):
    """Product footprints, cradle to gate: what is told, how co-products share, how sure it is. 产品碳足迹"""

    products: dict[str, Product] = Field(default_factory=dict)
    allocation: dict[str, AllocationBy] = Field(default_factory=dict)
    """Converter → how its outputs share what it causes; needed where a converter has more than one output."""
    grid: dict[Literal["location", "market", "hourly"], str] = Field(default_factory=dict)
    """Basis → one of ``factors`` for public electricity on that basis (yearly average, residual mix …); absent: the
    ``upstream`` of the market that buys it."""
    certificates: str | None = None
    """One of ``factors`` for what cancelled certificates cover, on the market basis and, where they tell the hour, hourly;
    absent: as the grid."""
    embodied: bool = False
    """Whether making the plant itself is counted; both are printed."""
    runs: Annotated[int, Field(ge=100, le=1_000_000)] = 10_000
    """Monte Carlo draws."""
    seed: Annotated[int, Field(ge=0, le=2**31)] = 1
