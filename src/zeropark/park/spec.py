"""The park file as a whole: what stands in ``park.yaml``, section by section."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, ModelWrapValidatorHandler, ValidationInfo, field_validator, model_validator

from zeropark import units
from zeropark.park.assets import AnyAsset
from zeropark.park.carbon_spec import CarbonSpec, UpstreamFactor
from zeropark.park.cbam_spec import CbamSpec
from zeropark.park.efficiency_spec import EfficiencySpec, Measure
from zeropark.park.fields import Declared, Reading, Unit, fault
from zeropark.park.footprint_spec import FootprintSpec, Worth
from zeropark.park.tariffs import AccountSpec, Mark, Tariff


class Site(Declared):
    """Where the park is."""

    latitude: Annotated[float, Unit("degree", ge=-90, le=90)]
    longitude: Annotated[float, Unit("degree", ge=-180, le=180)]
    altitude: Annotated[float, Unit("m", ge=-500, le=9000)] = 0.0


class Time(Declared):
    """The period that is planned, in regular steps."""

    start: str
    """First local day, ``2025-01-01``."""
    end: str | None = None
    """Last local day, included; or give ``days``."""
    days: Annotated[int | None, Field(ge=1, le=36600)] = None
    step: Annotated[float, Unit("min", ge=5, le=60)] = 60.0
    """Length of a step, 5 min to 1 h, a divisor of the hour; a bare number counts minutes."""
    zone: str = "Asia/Shanghai"
    """IANA time zone of the park's local time."""

    @field_validator("start", "end")
    @classmethod
    def _a_day(cls, raw: str | None) -> str | None:
        if raw is None:
            return None
        try:
            day = date.fromisoformat(raw)
        except ValueError as error:
            raise fault(raw, "a day such as 2025-01-01") from error
        if not 1950 <= day.year <= 2200:
            raise fault(raw, "a day between 1950 and 2200")
        return raw

    @field_validator("step")
    @classmethod
    def _divides_the_hour(cls, step: float) -> float:
        if abs(60 / step - round(60 / step)) > 1e-9:
            raise fault(f"{step:g} min", "a step that divides the hour: 5, 10, 15, 20, 30 or 60 min")
        return step

    @model_validator(mode="after")
    def _one_end(self) -> Time:
        if (self.end is None) == (self.days is None):
            raise fault("both end and days" if self.end else "neither end nor days", "one of end, days")
        if self.end is not None and self.end < self.start:
            raise fault(f"end {self.end}", f"a day not before start {self.start}")
        return self


class Money(Declared):
    """Money of the plan, real terms of one year."""

    currency: Literal["CNY", "EUR", "USD"] = "CNY"
    discount_rate: Annotated[float, Unit("1", ge=0, lt=1)]
    """Real rate for annuities. 折现率"""
    price_year: int | None = None
    """The year whose money is used."""
    carbon_price: Annotated[float, Unit("{currency}/tCO2", ge=0)] = 0.0
    """Paid for each tonne of operating CO2 (account ``co2_paid``)."""


class Carrier(Declared):
    """What flows. 能源/物料介质"""

    unit: str
    """Amount unit: MWh, GJ, t, kg, m3, kNm3, pcs … Flows are in this unit per hour."""
    kind: Literal["electricity", "heat", "fuel", "hydrogen", "material", "water", "waste"] = "material"
    name: str = ""
    name_zh: str = ""
    coal_equivalent: Annotated[float, Unit("tce/({unit})", ge=0)] = 0.0
    """Tonnes of coal equivalent per unit, for energy accounts. 折标系数"""
    combustion: Annotated[float, Unit("tCO2/({unit})", ge=0)] = 0.0
    """Fossil CO2 released by using one unit, counted where the carrier is bought. 排放因子"""
    worth: Worth = Worth()
    """What one unit is worth where co-products share what a process causes. 分摊依据"""

    @model_validator(mode="wrap")
    @classmethod
    def _in_its_unit(
        cls, raw: Any, handler: ModelWrapValidatorHandler[Carrier], info: ValidationInfo
    ) -> Carrier:
        if not isinstance(info.context, Reading) or not isinstance(raw, dict):
            return handler(raw)
        unit = raw.get("unit")
        with info.context.within(unit=unit if isinstance(unit, str) and units.known(unit) else None):
            return handler(raw)

    @field_validator("unit")
    @classmethod
    def _a_known_unit(cls, raw: str) -> str:
        if not units.known(raw):
            raise fault(raw, "a unit such as MWh, GJ, t, kg, m3, kNm3, pcs")
        return raw


class Node(Declared):
    """A place where one carrier balances; a bare carrier name stands for ``{carrier: name}``. 节点"""

    carrier: str
    name: str = ""
    name_zh: str = ""

    @model_validator(mode="before")
    @classmethod
    def _bare_carrier(cls, raw: Any) -> Any:
        return {"carrier": raw} if isinstance(raw, str) else raw


class Tenant(Declared):
    """Who owns assets and products. 入园企业"""

    name: str
    name_zh: str = ""
    sector: str = ""
    note: str = ""


class TableFile(Declared):
    """A table of time series: CSV (UTF-8 or GB18030), Parquet or XLSX."""

    file: str
    """Path relative to the park folder."""
    time: str = "time"
    """Column with the time of each row."""
    stamp: Literal["beginning", "ending"] = "beginning"
    """Whether a row's time begins or ends its interval."""
    zone: str | None = None
    """Time zone of the column; absent: the park's."""
    sheet: str | None = None
    """Sheet of an XLSX file; absent: the first."""
    unit: str | None = None
    """Unit of columns whose header states none, as in ``smelter [MW]``."""
    fill: Literal["none", "linear"] = "none"
    """``linear`` fills gaps between neighbours, and the report lists what was filled."""
    source: str = ""
    note: str = ""
    synthetic: bool = False
    """Whether the series are made up; shown wherever they are used."""


class Synthetic(Declared):
    """A seeded synthetic weather year."""

    seed: Annotated[int, Field(ge=0, le=2**31)]
    calibration: str = "baotou"
    """Name of packaged yearly figures that it is calibrated to."""


class Weather(Declared):
    """Weather for computed profiles: a file, or a synthetic year."""

    file: str | None = None
    format: Literal["epw", "pvgis-csv", "pvgis-json", "csv"] | None = None
    """Absent: recognised from the file's name and head."""
    fill: Literal["none", "linear"] = "none"
    """``linear`` fills gaps of up to 6 h, and the report says so."""
    irradiance_clock: Literal["as it is", "fit"] = "as it is"
    """``fit`` moves the irradiance of a typical year to where the sun was, and the report says by how much."""
    typical_year: bool = True
    """Whether the file's year is nominal: mapped to any year by month, day and hour."""
    stamp: Literal["beginning", "ending"] = "beginning"
    """Plain CSV: whether a row's time begins or ends its interval."""
    wind_height: Annotated[float, Unit("m", gt=0, le=300)] = 10.0
    """Plain CSV: height of the wind measurement."""
    synthetic: Synthetic | None = None
    source: str = ""
    note: str = ""

    @model_validator(mode="after")
    def _one_origin(self) -> Weather:
        if (self.file is None) == (self.synthetic is None):
            raise fault(
                "both file and synthetic" if self.file else "neither file nor synthetic",
                "one of file, synthetic",
            )
        return self


Handling = Literal["ignore", "measure", "enforce"]


class PackUse(Declared):
    """How a rule pack is used: all its rules measured, unless said otherwise."""

    file: str | None = None
    """A pack of your own, relative to the park folder; absent: a packaged one."""
    mode: Handling = "measure"
    rules: dict[str, Handling] = Field(default_factory=dict)
    """Rule by rule, where it differs from ``mode``."""
    parameters: dict[str, str | float] = Field(default_factory=dict)
    """Facts that the pack asks for."""


class OwnRule(Declared):
    """A limit of your own: ``left`` at most (or at least) ``limit`` × ``right``."""

    name: str = ""
    name_zh: str = ""
    left: str
    """An account."""
    sense: Literal["at most", "at least"] = "at most"
    limit: str | float
    """A number with the unit of ``left``, or a share of ``right``."""
    right: str | None = None
    """An account; absent: the limit is a plain amount over the period."""
    mode: Handling = "enforce"
    source: str = ""
    mark: Mark | None = None


class ParkFile(Declared):
    """``park.yaml``: a park is a graph of assets that move carriers between nodes over time."""

    zeropark: Literal[1]
    """Version of this format."""
    name: str
    name_zh: str = ""
    note: str = ""
    """Shown at the head of the report: what is synthetic, what is assumed."""
    note_zh: str = ""
    site: Site | None = None
    time: Time
    money: Money
    carriers: dict[str, Carrier]
    nodes: dict[str, Node]
    tenants: dict[str, Tenant] = Field(default_factory=dict)
    tables: dict[str, TableFile] = Field(default_factory=dict)
    weather: dict[str, Weather] = Field(default_factory=dict)
    tariffs: dict[str, Tariff] = Field(default_factory=dict)
    """Tariffs by name; ``use: NAME`` takes a packaged one and the keys beside it replace its values."""
    assets: Annotated[dict[str, AnyAsset], Field(min_length=1)]
    rules: dict[str, PackUse] = Field(default_factory=dict)
    """Rule packs by name."""
    accounts: dict[str, AccountSpec] = Field(default_factory=dict)
    """Accounts of your own, beside the standard ones."""
    limits: dict[str, OwnRule] = Field(default_factory=dict)
    """Limits of your own."""
    factors: dict[str, UpstreamFactor] = Field(default_factory=dict)
    """Life-cycle factors of what comes from outside, your own list; sources and markets name them with ``upstream``."""
    carbon: CarbonSpec | None = None
    """How electricity is attributed to tenants and products."""
    footprint: FootprintSpec | None = None
    """Products and their footprints."""
    cbam: CbamSpec | None = None
    """The installation as the EU's carbon border mechanism sees it."""
    efficiency: EfficiencySpec | None = None
    """Processes judged against the national energy limits."""
    measures: dict[str, Measure] = Field(default_factory=dict)
    """Changes of the park that save energy or carbon, to be planned with everything else."""
