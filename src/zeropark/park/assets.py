"""The six kinds of asset: source, demand, converter, storage, connection, market.

Every field is declared here once. Validation, the editor's JSON Schema and the reference page come
from it; the docstring below a field is its description.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    BeforeValidator,
    Field,
    ModelWrapValidatorHandler,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)

from zeropark.park.fields import Declared, Reading, Series, Unit, fault

ONE = Series(constant=1.0, unit="1")
ZERO = Series(constant=0.0)

Origin = Literal["wind", "solar", "hydro", "biomass", "nuclear", "fossil", "recovered", "grid", "other"]


class Sizing(Declared):
    """How large an asset is and may become, and what each unit of it costs.

    A bare number stands for ``{existing: number}``: that much is there and nothing is built.
    """

    existing: Annotated[float, Unit("{size}", ge=0)] = 0.0
    """What is there already; its investment is sunk. 已有容量"""
    min: Annotated[float, Unit("{size}", ge=0)] = 0.0
    """Existing and added together are at least this. 总容量下限"""
    max: Annotated[float | None, Unit("{size}", ge=0, keywords=("unlimited",))] = None
    """Existing and added together are at most this; absent means that nothing is built. 总容量上限"""
    investment: Annotated[float, Unit("{currency}/({size})", ge=0)] = 0.0
    """Paid once for each added unit; counted as an annuity over the lifetime. 单位投资"""
    fixed_cost: Annotated[float, Unit("{currency}/({size})/year", ge=0)] = 0.0
    """Paid each year for each unit, existing or added. 固定运维费"""
    lifetime: Annotated[float | None, Unit("year", gt=0, le=200)] = None
    """Years over which the investment is spread; required with an investment. 寿命"""
    land: Annotated[float, Unit("m2/({size})", ge=0)] = 0.0
    """Land taken by each unit. 单位占地"""
    embodied: Annotated[float, Unit("tCO2e/({size})", ge=0)] = 0.0
    """Life-cycle emissions of making each added unit; reported apart from operating CO2. 隐含碳排放"""

    @model_validator(mode="before")
    @classmethod
    def _bare_number_is_existing(cls, raw: Any) -> Any:
        if isinstance(raw, dict) and "value" not in raw:
            return raw
        return {"existing": raw}

    @model_validator(mode="after")
    def _consistent(self) -> Sizing:
        if self.max is not None and self.min > self.max:
            raise fault(f"min {self.min:g} above max {self.max:g}", "min at most max")
        if self.max is not None and self.existing > self.max:
            raise fault(f"existing {self.existing:g} above max {self.max:g}", "existing at most max")
        if self.max is None and self.min > self.existing:
            raise fault(f"min {self.min:g} above existing {self.existing:g}", "a max that allows building")
        if self.investment > 0 and self.lifetime is None:
            raise fault("an investment without lifetime", "lifetime, e.g. 25 year")
        return self

    @property
    def expandable(self) -> bool:
        """Whether the plan decides on this capacity."""
        return self.max is not None and self.max > max(self.existing, self.min)

    @property
    def least(self) -> float:
        """Smallest total capacity, in capacity units."""
        return max(self.existing, self.min)


def sized_in(size: str) -> WrapValidator:
    """Read a Sizing (or a number) with ``{size}`` standing for this unit template."""

    def read(raw: Any, handler: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
        if isinstance(info.context, Reading):
            with info.context.within(size=info.context.resolve(size)):
                return handler(raw)
        return handler(raw)

    return WrapValidator(read)


Rate = Annotated[Sizing, sized_in("{unit}/h")]
Content = Annotated[Sizing, sized_in("{unit}")]


class PvProfile(Declared):
    """Photovoltaic output computed from weather by pvlib; capacity counts AC power."""

    weather: str
    """Name of a weather entry of the park."""
    tracking: Literal["fixed", "single-axis"] = "fixed"
    tilt: Annotated[float, Unit("degree", ge=0, le=90)] = 35.0
    """Tilt of fixed modules."""
    azimuth: Annotated[float, Unit("degree", ge=0, lt=360)] = 180.0
    """Direction that fixed modules face, clockwise from north."""
    dc_ac_ratio: Annotated[float, Unit("1", gt=0, le=3)] = 1.2
    """Module peak power over inverter AC power."""
    losses: Annotated[float, Unit("1", ge=0, lt=1)] = 0.14
    """Soiling, mismatch, wiring, ageing and availability together."""


class WindProfile(Declared):
    """Wind turbine output computed from weather, with shear and air density."""

    weather: str
    """Name of a weather entry of the park."""
    turbine: str
    """Name of a packaged power curve."""
    hub_height: Annotated[float | None, Unit("m", gt=0, le=300)] = None
    """Absent: the turbine's own."""
    shear_exponent: Annotated[float, Unit("1", ge=0, le=1)] = 0.14
    losses: Annotated[float, Unit("1", ge=0, lt=1)] = 0.12
    """Wake, electrical and availability losses together."""
    mean_speed: Annotated[float | None, Unit("m/s", gt=0, le=20)] = None
    """Long-term mean wind at hub height to which the file's wind is scaled; absent: as it is."""


class Asset(Declared):
    """What every asset has."""

    name: str = ""
    """Name in reports; the key is used when absent."""
    name_zh: str = ""
    """中文名称"""
    tenant: str | None = None
    """Who owns it; one of ``tenants``."""
    tags: tuple[str, ...] = ()
    """Free words that accounts can select by."""
    note: str = ""

    home: ClassVar[str] = "node"
    """The field that names the node whose carrier unit is ``{unit}``."""

    @model_validator(mode="wrap")
    @classmethod
    def _in_its_carrier(
        cls, raw: Any, handler: ModelWrapValidatorHandler[Asset], info: ValidationInfo
    ) -> Asset:
        if not isinstance(info.context, Reading):
            return handler(raw)
        home = raw.get(cls.home) if isinstance(raw, dict) else None
        with info.context.within(unit=info.context.unit_of_node(home)):
            return handler(raw)


class Source(Asset):
    """Brings a carrier into the park from nature or a process outside it. 源"""

    kind: Literal["source"]
    node: str
    capacity: Rate
    availability: Annotated[Series, Unit("1", series=True, ge=0, le=1)] = ONE
    """Share of the capacity that can run in each step."""
    pv: PvProfile | None = None
    """Compute the availability from weather instead."""
    wind: WindProfile | None = None
    """Compute the availability from weather instead."""
    must_run: bool = False
    """Whether all that is available must be taken (nothing curtailed)."""
    origin: Origin = "other"
    """Where the energy comes from; accounts and rules select by it."""
    cost: Annotated[float, Unit("{currency}/({unit})")] = 0.0
    """Paid for each unit taken."""
    emissions: Annotated[float, Unit("tCO2/({unit})", ge=0)] = 0.0
    """Operating CO2 of each unit taken, besides the carrier's own combustion factor."""
    upstream: str | None = None
    """One of ``factors``: life-cycle emissions of what it brings. 上游排放因子"""

    @model_validator(mode="after")
    def _one_profile(self) -> Source:
        given = [name for name in ("availability", "pv", "wind") if name in self.model_fields_set]
        if len(given) > 1:
            raise fault(" and ".join(given), "one of availability, pv, wind")
        return self


class Target(Declared):
    """An amount to be reached in every period, at free times. 产量目标"""

    amount: Annotated[float, Unit("{unit}", ge=0)]
    """Amount in each whole period; a part of a period counts by its hours."""
    per: Literal["day", "month", "year"]
    min_rate: Annotated[float, Unit("{unit}/h", ge=0)] = 0.0
    max_rate: Annotated[float | None, Unit("{unit}/h", gt=0)] = None

    @model_validator(mode="after")
    def _consistent(self) -> Target:
        if self.max_rate is not None and self.min_rate > self.max_rate:
            raise fault(
                f"min_rate {self.min_rate:g} above max_rate {self.max_rate:g}", "min_rate at most max_rate"
            )
        return self


class Shift(Declared):
    """Part of a demand that may move within fixed windows of the local day. 可转移负荷"""

    share: Annotated[float, Unit("1", ge=0, le=1)]
    """How far the rate may leave the profile, up or down, as a share of the profile."""
    window: Annotated[float, Unit("h", gt=0, le=168)]
    """Length of the windows, counted from local midnight of the first day; the amount within each is kept."""


class Demand(Asset):
    """Takes a carrier out of the park: a factory's load, heat, or a product that leaves. 荷"""

    kind: Literal["demand"]
    node: str
    profile: Annotated[Series | None, Unit("{unit}/h", series=True, ge=0)] = None
    """What is needed in each step."""
    target: Target | None = None
    """Or an amount per day, month or year, at free times."""
    shift: Shift | None = None
    """How the profile may move in time."""
    unserved_price: Annotated[float | None, Unit("{currency}/({unit})", ge=0)] = None
    """What each unit not delivered costs; absent: everything must be delivered."""
    price: Annotated[float, Unit("{currency}/({unit})", ge=0)] = 0.0
    """What each delivered unit earns the park (sales, or what a tenant pays from outside the account)."""
    serves: str | None = None
    """A converter whose process this load is part of (auxiliaries, heating): it counts in the energy and the footprint of
    that converter's products. 所属工序"""

    @model_validator(mode="after")
    def _one_need(self) -> Demand:
        if (self.profile is None) == (self.target is None):
            raise fault(
                "both profile and target" if self.target else "neither profile nor target",
                "one of profile, target",
            )
        if self.shift is not None and self.profile is None:
            raise fault("shift with a target", "shift only with a profile")
        return self


class Port(Declared):
    """An input or output of a converter: how much of the node's carrier per unit of the rated carrier."""

    node: str
    amount: Annotated[Series, Unit("({port})/({unit})", series=True, ge=0)]

    @model_validator(mode="wrap")
    @classmethod
    def _in_its_carrier(
        cls, raw: Any, handler: ModelWrapValidatorHandler[Port], info: ValidationInfo
    ) -> Port:
        if not isinstance(info.context, Reading) or not isinstance(raw, dict):
            return handler(raw)
        with info.context.within(port=info.context.unit_of_node(raw.get("node"))):
            return handler(raw)


def _ports(raw: Any) -> Any:
    if isinstance(raw, dict):
        return {
            key: item if isinstance(item, Port) else {"node": str(key), "amount": item}
            for key, item in raw.items()
        }
    return raw


Ports = Annotated[dict[str, Port], BeforeValidator(_ports)]


class Mode(Declared):
    """One way of running a converter: amounts per unit of the rated carrier. 运行方式"""

    inputs: Ports
    """Amount taken from each node."""
    outputs: Ports
    """Amount given to each node."""
    cost: Annotated[float, Unit("{currency}/({unit})")] = 0.0
    """Paid for each unit of the rated carrier in this mode."""
    emissions: Annotated[float, Unit("tCO2/({unit})", ge=0)] = 0.0
    """Process CO2 for each unit of the rated carrier, besides combustion."""


class Converter(Asset):
    """Turns carriers into others: electrolyser, boiler, heat pump, furnace, separation line. 转换设备

    All amounts are per unit of the carrier at the ``rated`` node, which the capacity counts too.
    Several ``modes`` share the capacity and may run side by side (fuel switching, extraction).
    """

    kind: Literal["converter"]
    rated: str
    """The node that capacity and amounts refer to; it is an input or an output of every mode, amount 1."""
    capacity: Rate
    inputs: Ports = Field(default_factory=dict)
    outputs: Ports = Field(default_factory=dict)
    modes: dict[str, Mode] = Field(default_factory=dict)
    """Several ways of running, instead of one set of inputs and outputs."""
    availability: Annotated[Series, Unit("1", series=True, ge=0, le=1)] = ONE
    min_load: Annotated[float, Unit("1", ge=0, le=1)] = 0.0
    """Least share of the capacity at which it runs; without ``on_off`` it always runs at least so."""
    on_off: bool = False
    """Whether it may be switched off (makes the problem mixed-integer)."""
    start_cost: Annotated[float, Unit("{currency}", ge=0)] = 0.0
    """Paid for each start; needs ``on_off``."""
    ramp_up: Annotated[float | None, Unit("1/h", gt=0)] = None
    """Largest increase, share of capacity per hour."""
    ramp_down: Annotated[float | None, Unit("1/h", gt=0)] = None
    """Largest decrease, share of capacity per hour."""
    cost: Annotated[float, Unit("{currency}/({unit})")] = 0.0
    """Paid for each unit of the rated carrier."""
    emissions: Annotated[float, Unit("tCO2/({unit})", ge=0)] = 0.0
    """Process CO2 for each unit of the rated carrier, besides combustion."""
    other_ghg: Annotated[float, Unit("tCO2e/({unit})", ge=0)] = 0.0
    """Other greenhouse gases of the process (PFC, N2O, CH4) for each unit of the rated carrier; in footprints only."""

    home: ClassVar[str] = "rated"

    @model_validator(mode="after")
    def _consistent(self) -> Converter:
        if bool(self.modes) == bool(self.inputs or self.outputs):
            raise fault(
                "modes beside inputs and outputs" if self.modes else "no inputs and outputs",
                "either inputs and outputs, or modes",
            )
        if self.start_cost and not self.on_off:
            raise fault("start_cost without on_off", "on_off: true")
        if self.on_off and self.capacity.max is not None and self.capacity.max == float("inf"):
            raise fault("on_off with an unlimited capacity", "a finite capacity max")
        for name, mode in self.ways.items():
            if self.rated not in mode.inputs and self.rated not in mode.outputs:
                raise fault(
                    f"rated node '{self.rated}' in no port of {name or 'the converter'}",
                    "rated among inputs or outputs",
                )
        return self

    @property
    def ways(self) -> dict[str, Mode]:
        """The modes by name; a converter without named modes has one, called ''."""
        if self.modes:
            return self.modes
        return {"": Mode.model_construct(inputs=self.inputs, outputs=self.outputs, cost=0.0, emissions=0.0)}


class Storage(Asset):
    """Keeps a carrier for later: battery, tank, heat store, stock yard. 储"""

    kind: Literal["storage"]
    node: str
    capacity: Content
    """What it holds."""
    power: Rate | None = None
    """Largest charging and discharging rate, counted at the node; absent: not limited."""
    c_rate: Annotated[float | None, Unit("1/h", gt=0)] = None
    """Largest rate as a share of what it holds per hour."""
    charge_efficiency: Annotated[float, Unit("1", gt=0, le=1)] = 1.0
    discharge_efficiency: Annotated[float, Unit("1", gt=0, le=1)] = 1.0
    standing_loss: Annotated[float, Unit("1/h", ge=0, lt=1)] = 0.0
    """Share of the content lost per hour."""
    min_level: Annotated[float, Unit("1", ge=0, lt=1)] = 0.0
    """Share of the capacity that always stays in."""
    initial: Annotated[float | str, Unit("1", ge=0, le=1, keywords=("cyclic", "free"))] = "cyclic"
    """Content before the first step: as after the last (cyclic), chosen by the plan (free), or a share of capacity."""
    final: Annotated[float | None, Unit("1", ge=0, le=1)] = None
    """Least content after the last step, as a share of capacity; absent: what was in at first, where ``initial`` is a share.
    Not with cyclic."""
    cost: Annotated[float, Unit("{currency}/({unit})", ge=0)] = 0.0
    """Paid for each unit discharged (wear)."""

    @model_validator(mode="after")
    def _consistent(self) -> Storage:
        if self.final is not None and self.initial == "cyclic":
            raise fault("final with a cyclic level", "initial as a share, or free")
        return self

    @property
    def end_share(self) -> float | None:
        """Least content at the end, as a share of capacity: a store that begins full must not be a gift."""
        if self.final is None and isinstance(self.initial, float):
            return self.initial
        return self.final


class Connection(Asset):
    """Carries one carrier between two nodes: line, transformer, pipe, conveyor. 网"""

    kind: Literal["connection"]
    start: str = Field(alias="from")
    """The node at one end."""
    end: str = Field(alias="to")
    """The node at the other end."""
    capacity: Rate
    """Largest rate sent, in each direction."""
    loss: Annotated[float, Unit("1", ge=0, lt=1)] = 0.0
    """Share of what is sent that does not arrive."""
    one_way: bool = False
    """Whether it only carries from start to end."""
    cost: Annotated[float, Unit("{currency}/({unit})", ge=0)] = 0.0
    """Paid for each unit sent, in either direction."""

    home: ClassVar[str] = "from"


class Buying(Declared):
    """Buying from outside."""

    price: Annotated[Series, Unit("{currency}/({unit})", series=True)] = ZERO
    """Energy price, besides what the tariff adds."""
    max_rate: Annotated[float | None, Unit("{unit}/h", ge=0)] = None


class Selling(Declared):
    """Selling to outside."""

    price: Annotated[Series, Unit("{currency}/({unit})", series=True)] = ZERO
    """What each unit sold earns."""
    max_rate: Annotated[float | None, Unit("{unit}/h", ge=0)] = None


class Certificates(Declared):
    """Green certificates bought and cancelled for what is bought here. 绿证"""

    price: Annotated[float, Unit("{currency}/({unit})", ge=0)]
    max_share: Annotated[float, Unit("1", ge=0, le=1)] = 1.0
    """Largest share of each step's purchase that may be covered."""


class Market(Asset):
    """Exchange with the world outside: the public grid, gas supply, scrap dealers, customers. 市场"""

    kind: Literal["market"]
    node: str
    capacity: Rate | None = None
    """Size of the connection to the outside, for buying and for selling; absent: not limited."""
    buy: Buying | None = None
    sell: Selling | None = None
    tariff: str | None = None
    """One of ``tariffs``: time-of-use prices, capacity charge, fees and funds on what is bought."""
    certificates: Certificates | None = None
    origin: Origin = "other"
    """``grid`` for public electricity, ``fossil`` for fuels; accounts and rules select by it."""
    upstream: str | None = None
    """One of ``factors``: life-cycle emissions of what is bought here. 上游排放因子"""
    emissions: Annotated[float | None, Unit("tCO2/({unit})", ge=0)] = None
    """Operating CO2 that the seller released for one unit of heat, steam or hydrogen bought here: read by carbon
    intensities, not by accounts. Absent: missing there, not zero. Electricity takes ``carbon.grid``."""

    @model_validator(mode="after")
    def _consistent(self) -> Market:
        if self.buy is None and self.sell is None:
            raise fault("neither buy nor sell", "buy, sell or both")
        if self.buy is None and (self.tariff or self.certificates):
            raise fault("a tariff or certificates without buy", "buy")
        return self


AnyAsset = Annotated[
    Source | Demand | Converter | Storage | Connection | Market,
    Field(discriminator="kind"),
]
