"""The section ``cbam`` of the park file: the installation as the EU's carbon border mechanism sees it."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Field,
    ModelWrapValidatorHandler,
    ValidationInfo,
    field_validator,
    model_validator,
)

from zeropark.park.fields import Declared, Reading, Unit, fault

GoodsCategory = Literal[
    "Cement",
    "Cement clinker",
    "Calcined clays",
    "Aluminous cement",
    "Iron or steel products",
    "Crude steel",
    "Direct reduced iron",
    "Pig iron",
    "Alloys (FeMn, FeCr, FeNi)",
    "Sintered Ore",
    "Hydrogen",
    "Ammonia",
    "Nitric acid",
    "Urea",
    "Mixed fertilisers",
    "Aluminium products",
    "Unwrought aluminium",
    "Electricity (export to EU)",
]
"""Aggregated goods categories, as the Commission's template V2.1 writes them."""

StreamMethod = Literal["combustion", "process_emissions", "mass_balance"]


class CbamInstallation(Declared):
    """Who and where: what sheet A of the Commission's template asks for. 装置信息"""

    name: str
    """English name."""
    name_zh: str = ""
    activity: str = ""
    """Economic activity, e.g. ``Iron and steel production``."""
    country: str
    """Two letters, ISO 3166: ``CN``."""
    city: str = ""
    street: str = ""
    post_code: str = ""
    unlocode: str = ""
    """UN/LOCODE of the place, e.g. ``CN BAO``."""
    latitude: Annotated[float | None, Unit("degree", ge=-90, le=90)] = None
    """Of the main emission source; absent: the park's ``site``."""
    longitude: Annotated[float | None, Unit("degree", ge=-180, le=180)] = None
    """Of the main emission source; absent: the park's ``site``."""
    representative: str = ""
    email: str = ""
    telephone: str = ""

    @field_validator("country")
    @classmethod
    def _two_letters(cls, raw: str) -> str:
        return _country(raw)


class CbamGridPower(Declared):
    """Electricity that no metered supply covers: the average factor of the country's grid (Annex II D.4). 电网电力"""

    factor: Annotated[float, Unit("tCO2/MWh", ge=0)]
    """As the Commission publishes it for the country, or other official data. Never a life-cycle factor."""
    source: Literal["D.4(a)", "D.4(b)"] = "D.4(a)"
    """D.4(a): published by the Commission. D.4(b): other public data."""
    document: str = ""
    """Where the number stands."""


class CbamSupply(Declared):
    """Electricity of which the own factor is claimed, hour by hour (Annex II D.4.1 to D.4.3). 直供电力

    Claimed is at most what it generated and what was used in the very same step: what a store kept until a later step
    is not claimed.
    """

    link: Literal["direct", "ppa", "own"]
    """``direct``: a direct technical link; ``ppa``: a power purchase agreement; ``own``: generated in the installation."""
    factor: Annotated[float, Unit("tCO2/MWh", ge=0)]
    """Its own operating factor: 0 for wind and sun, Eq. 38 for fuels."""
    document: Annotated[str, Field(min_length=1)]
    """Single-line diagram, contract or permit that proves the link."""
    meters: str = ""
    """Meters at both ends."""


class CbamHeat(Declared):
    """Measurable heat that an asset gives to other processes (Annex III A.2.2). 可测量热"""

    factor: Annotated[float | None, Unit("tCO2/TJ", ge=0)] = None
    """Absent: emissions of the asset's own streams over its heat (Eq. 44, 45); 0 for heat that electricity drives."""
    document: str = ""


class CbamWasteGas(Declared):
    """A carrier that is a waste gas: coke oven, blast furnace, converter gas. 废气"""

    carrier: str
    """The key of the entry."""
    ncv: Annotated[float | None, Unit("GJ/({unit})", gt=0)] = None
    """Net calorific value of one unit; a carrier counted in energy needs none."""

    @model_validator(mode="wrap")
    @classmethod
    def _in_its_carrier(
        cls, raw: Any, handler: ModelWrapValidatorHandler[CbamWasteGas], info: ValidationInfo
    ) -> CbamWasteGas:
        if not isinstance(info.context, Reading) or not isinstance(raw, dict):
            return handler(raw)
        with info.context.within(unit=info.context.carriers.get(str(raw.get("carrier")))):
            return handler(raw)


def _named(raw: Any) -> Any:
    if isinstance(raw, dict):
        return {
            key: {**item, "carrier": str(key)} if isinstance(item, dict) else item
            for key, item in raw.items()
        }
    return raw


class CbamProcess(Declared):
    """A production process: what makes goods of one functional unit (Annex II A.4). 生产工序"""

    category: GoodsCategory
    assets: Annotated[tuple[str, ...], Field(min_length=1)]
    """Converters of the process; loads that ``serve`` one of them belong to it too."""
    product: str
    """Node to which they bring the good: its tonnes, less what the process takes back, are the activity level."""
    route: str = ""
    """Production route, as the template writes it (``Electric arc furnace``); absent where the category has only one."""
    contains: tuple[GoodsCategory, ...] = ()
    """Precursors made inside of it, without a process of their own (bubble)."""
    name: str = ""
    name_zh: str = ""


class CbamGood(Declared):
    """A good as it is sold: one CN code of one process. 货物"""

    process: str
    """One of ``processes``."""
    cn_code: str
    """Eight digits of the Combined Nomenclature; keep it in quotes."""
    name: str = ""
    name_zh: str = ""
    route: Literal["", "A", "B", "C", "D", "E", "F", "G", "H", "J", "K", "L"] = ""
    """Route letter of the benchmark, e.g. D (carbon steel, DRI/EAF), E (carbon steel, scrap/EAF); empty: none."""
    sold: tuple[str, ...] = ()
    """Demands and markets that take it; absent: all that the process gives to the market."""
    parameters: dict[str, float | str] = Field(default_factory=dict)
    """What the template asks for, shares as fractions: ``main_reducing_agent``, ``share_mn``, ``scrap_per_t_steel`` …"""

    @field_validator("cn_code", mode="before")
    @classmethod
    def _eight_digits(cls, raw: object) -> str:
        code = re.sub(r"[\s.]", "", raw) if isinstance(raw, str) else ""
        if not re.fullmatch(r"\d{8}", code):
            raise fault(raw, "eight digits in quotes, e.g. '72071111'")
        return code


class CbamStream(Declared):
    """A fuel or material whose carbon counts: what the asset takes of it, or gives, at this node (Annex II B.3). 源流

    Amounts are the flows of the asset there; factors are operating ones of the installation itself.
    """

    asset: str
    """A converter or demand: what it takes (given away in a mass balance: negative). A market or source: what it brings."""
    node: str
    """Which of its nodes."""
    method: StreamMethod
    process: str | None = None
    """One of ``processes``; absent: the one that the asset belongs to, or none (heat and power for several)."""
    per: Literal["t", "kNm3"] = "t"
    """What the activity data and the factors count: tonnes or 1000 Nm3."""
    amount: Annotated[float | None, Unit("({per})/({unit})", gt=0)] = None
    """Tonnes or 1000 Nm3 in one unit of the carrier; not needed where the unit says so, or with ``ncv`` for energy."""
    ncv: Annotated[float | None, Unit("GJ/({per})", gt=0)] = None
    """Net calorific value."""
    factor: Annotated[float | None, Unit("tCO2/({per})", ge=0)] = None
    """Emission factor by amount."""
    factor_energy: Annotated[float | None, Unit("tCO2/TJ", ge=0)] = None
    """Or by energy content, with ``ncv``."""
    carbon_content: Annotated[float | None, Unit("t/({per})", ge=0)] = None
    """Mass balance: tonnes of carbon in one unit."""
    oxidation: Annotated[float, Unit("1", ge=0, le=1)] = 1.0
    conversion: Annotated[float, Unit("1", ge=0, le=1)] = 1.0
    biomass: Annotated[float, Unit("1", ge=0, le=1)] = 0.0
    """Share of biomass that meets the criteria of point B.3.3; all other counts as fossil."""
    name: str = ""
    name_zh: str = ""

    @model_validator(mode="wrap")
    @classmethod
    def _in_its_units(
        cls, raw: Any, handler: ModelWrapValidatorHandler[CbamStream], info: ValidationInfo
    ) -> CbamStream:
        if not isinstance(info.context, Reading) or not isinstance(raw, dict):
            return handler(raw)
        per = raw.get("per", "t")
        unit = info.context.unit_of_node(raw.get("node"))
        with info.context.within(unit=unit, per=per if per in ("t", "kNm3") else None):
            return handler(raw)

    @model_validator(mode="after")
    def _factors_of_its_method(self) -> CbamStream:
        if self.method == "mass_balance":
            if self.carbon_content is None:
                raise fault("a mass balance without carbon_content", "carbon_content")
            if self.factor is not None or self.factor_energy is not None:
                raise fault("a factor with a mass balance", "carbon_content alone")
            return self
        if (self.factor is None) == (self.factor_energy is None):
            found = "both factor and factor_energy" if self.factor is not None else "no factor"
            raise fault(found, "one of factor, factor_energy")
        if self.factor_energy is not None and self.ncv is None:
            raise fault("factor_energy without ncv", "ncv, the net calorific value")
        return self


class CbamPrecursor(Declared):
    """A good under CBAM that is bought and goes into others (Annex III B). 外购前体"""

    category: GoodsCategory
    asset: str
    """The market or source that brings it."""
    country: str
    """Where it was made, two letters."""
    cn_code: str = ""
    """Needed for default values."""
    route: str = ""
    """Production route, as the template writes it."""
    values: Literal["actual", "default"]
    """``actual``: the maker's verified figures, stated here; ``default``: of IR (EU) 2025/2621 with its mark-up, looked up
    for China, stated here for other countries."""
    see_direct: Annotated[float | None, Unit("tCO2/t", ge=0)] = None
    """Specific embedded direct emissions: the actual value, or the default value of another country with its mark-up."""
    see_indirect: Annotated[float | None, Unit("tCO2/t", ge=0)] = None
    """Specific embedded indirect emissions; or electricity and its factor below."""
    specific_electricity: Annotated[float | None, Unit("MWh/t", ge=0)] = None
    electricity_factor: Annotated[float | None, Unit("tCO2/MWh", ge=0)] = None
    electricity_source: Literal["D.4(a)", "D.4(b)", "D.4.1", "D.4.2", "D.4.3.1", "D.4.3.2", "Mix"] = "D.4(a)"
    document: str = ""
    """The maker's report, or why default values are used."""
    name: str = ""
    name_zh: str = ""

    @field_validator("country")
    @classmethod
    def _two_letters(cls, raw: str) -> str:
        return _country(raw)

    @field_validator("cn_code", mode="before")
    @classmethod
    def _digits(cls, raw: object) -> str:
        code = re.sub(r"[\s.]", "", raw) if isinstance(raw, str) else "?"
        if not re.fullmatch(r"(\d{4}|\d{6}|\d{8})?", code):
            raise fault(raw, "4, 6 or 8 digits in quotes, e.g. '72031000'")
        return code

    @model_validator(mode="after")
    def _values_are_there(self) -> CbamPrecursor:
        if self.values == "actual" and self.see_direct is None:
            raise fault("actual values without see_direct", "see_direct, or values: default")
        stated = self.see_direct is not None or self.see_indirect is not None
        if self.values == "default" and self.country == "CN" and (stated or not self.cn_code):
            found = "stated values with default values" if self.cn_code else "default values without cn_code"
            raise fault(found, "cn_code alone: the value is looked up")
        if self.values == "default" and self.see_direct is not None and not self.document:
            raise fault("a default value without document", "document: where the value and its mark-up stand")
        if (self.specific_electricity is None) != (self.electricity_factor is None):
            raise fault(
                "only one of specific_electricity, electricity_factor",
                "both, or see_indirect, or neither where indirect emissions do not count",
            )
        return self


class CbamLever(Declared):
    """A change whose effect on the cost is computed anew, in EUR per tonne. 降本措施

    ``matched-power``: share of the electricity that is supplied in the same hour at ``factor``. ``scrap``: share of the
    metal charge of ``process`` that is scrap, in place of ``instead_of`` (processes or precursors). ``hydrogen``:
    share of the streams ``instead_of`` of ``process`` that hydrogen replaces by energy; ``by`` brings it.
    ``carbon-price``: paid in the country of origin.
    """

    kind: Literal["matched-power", "scrap", "hydrogen", "carbon-price"]
    share: Annotated[float | None, Unit("1", ge=0, le=1)] = None
    """The share that is reached."""
    process: str | None = None
    """One of ``processes``; absent: all."""
    instead_of: tuple[str, ...] = ()
    """Names of processes, precursors or streams that become less."""
    by: str | None = None
    """What becomes more: a process or precursor (hydrogen), a stream (scrap)."""
    factor: Annotated[float, Unit("tCO2/MWh", ge=0)] = 0.0
    """Factor of the matched electricity."""
    price: Annotated[float | None, Unit("EUR/tCO2", ge=0)] = None
    """Carbon price paid and not given back."""
    name: str = ""
    name_zh: str = ""

    @model_validator(mode="after")
    def _complete(self) -> CbamLever:
        needed: tuple[str, ...] = ("price",) if self.kind == "carbon-price" else ("share",)
        if self.kind in ("scrap", "hydrogen"):
            needed += ("process", "instead_of")
        if self.kind == "hydrogen":
            needed += ("by",)
        missing = [name for name in needed if not getattr(self, name) and getattr(self, name) != 0.0]
        if missing:
            raise fault(f"{self.kind} without {', '.join(missing)}", ", ".join(needed))
        return self


class CbamSpec(Declared):
    """Installation, production processes and goods under CBAM. 欧盟碳边境调节机制"""

    installation: CbamInstallation
    regime: Literal["definitive 2025/2547", "transitional 2023/1773"] = "definitive 2025/2547"
    """Which rules: from 2026 on, or until the end of 2025."""
    processes: Annotated[dict[str, CbamProcess], Field(min_length=1)]
    goods: dict[str, CbamGood] = Field(default_factory=dict)
    streams: dict[str, CbamStream] = Field(default_factory=dict)
    """Every fuel and material with carbon that enters a process or leaves it."""
    without_carbon: tuple[str, ...] = ()
    """Fuels that enter a process and hold no carbon (hydrogen is one by its kind): carriers."""
    precursors: dict[str, CbamPrecursor] = Field(default_factory=dict)
    """Goods under CBAM that are bought; those of the own processes follow from the flows."""
    grid: CbamGridPower
    supplies: dict[str, CbamSupply] = Field(default_factory=dict)
    """Source, market or converter of electricity → the link that allows its own factor."""
    heat: dict[str, CbamHeat] = Field(default_factory=dict)
    """Asset that gives measurable heat to processes → its factor."""
    waste_gases: Annotated[dict[str, CbamWasteGas], BeforeValidator(_named)] = Field(default_factory=dict)
    """Carriers that are waste gases."""
    levers: dict[str, CbamLever] = Field(default_factory=dict)
    certificate_price: Annotated[float | None, Unit("EUR/tCO2", gt=0)] = None
    """Price of a CBAM certificate; absent: the latest that is shipped."""
    carbon_price_paid: Annotated[float, Unit("EUR/tCO2", ge=0)] = 0.0
    """Carbon price effectively paid in the country of origin, after rebates, per tonne of embedded emissions."""
    data_quality: str = ""
    """Sheet C of the template: general information on data quality."""
    quality_assurance: str = ""
    """Sheet C of the template: information on quality assurance."""


def _country(raw: str) -> str:
    if not re.fullmatch(r"[A-Z]{2}", raw):
        raise fault(raw, "two capital letters, e.g. CN")
    return raw
