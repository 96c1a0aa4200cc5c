"""The section ``carbon`` of the park file, and the user's own list of upstream factors."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, ModelWrapValidatorHandler, ValidationInfo, field_validator, model_validator

from zeropark import units
from zeropark.park.fields import Declared, Reading, Series, Unit, fault

Quality = Literal["measured", "supplier", "database", "literature", "estimate"]


class UpstreamFactor(Declared):
    """Life-cycle emissions of one unit of something that comes from outside. 上游排放因子

    Sources and markets name it with ``upstream``. A factor of operating CO2 (tCO2) cannot stand here.
    """

    per: str
    """The unit that it is for: MWh, kg, t, kNm3 …"""
    footprint: Annotated[float, Unit("tCO2e/({per})")]
    """Life-cycle emissions per unit; negative only for credits that the method allows."""
    year: int
    """The year that it describes."""
    region: str
    """The region that it describes."""
    quality: Quality
    """Where it comes from, best first: measured, supplier, database, literature, estimate."""
    primary: bool = False
    """Whether it rests on data of the very supplier (counts to the primary data share)."""
    spread: Annotated[float, Unit("1", ge=1, le=10)] = 1.0
    """Geometric standard deviation (lognormal); 1 means that no uncertainty is stated."""
    includes: Literal["construction", "operation"] | None = None
    """``construction``: making of the plant is in it, so that ``embodied`` of an asset that names it is not counted on top;
    ``operation``: it is not; absent: not known, and footprints that count both say so."""
    fossil: Annotated[float, Unit("1", ge=0, le=1)] = 1.0
    """Share of fossil greenhouse gases in it; the rest is biogenic or from land use."""
    gwp: Literal["AR4", "AR5", "AR6"] | None = None
    """IPCC report whose global warming potentials its CO2e is made with, as its source says; absent: the source does not."""
    name: str = ""
    name_zh: str = ""

    @model_validator(mode="wrap")
    @classmethod
    def _per_its_unit(
        cls, raw: Any, handler: ModelWrapValidatorHandler[UpstreamFactor], info: ValidationInfo
    ) -> UpstreamFactor:
        if not isinstance(info.context, Reading) or not isinstance(raw, dict):
            return handler(raw)
        unit = raw.get("per")
        with info.context.within(per=unit if isinstance(unit, str) and units.known(unit) else None):
            return handler(raw)

    @field_validator("per")
    @classmethod
    def _a_known_unit(cls, raw: str) -> str:
        if not units.known(raw):
            raise fault(raw, "a unit such as MWh, kg, t, kNm3")
        return raw


class GridFactors(Declared):
    """Operating CO2 of the public grid, one factor for each basis; none is ever taken for another. 电网因子"""

    location: Annotated[float, Unit("tCO2/MWh", ge=0)]
    """Yearly average of the grid where the park is (location-based)."""
    residual: Annotated[float, Unit("tCO2/MWh", ge=0)]
    """For use that no contract and no certificate covers (market-based, hourly matched): residual mix or fossil factor."""
    hourly: Annotated[Series | None, Unit("tCO2/MWh", series=True, ge=0)] = None
    """The grid's factor in each step, where it is published; shown beside the yearly one."""
    clean_share: Annotated[Series | None, Unit("1", series=True, ge=0, le=1)] = None
    """Carbon-free share of the grid's own supply, for the 24/7 score; absent: the score counts none and says so."""


class Contract(Declared):
    """A claim of a tenant on what one supply of electricity brings in each step. 绿电合同"""

    tenant: str
    supply: str
    """A source, a market that buys, or a converter that makes electricity."""
    share: Annotated[float, Unit("1", gt=0, le=1)] = 1.0
    """Largest share of what reaches users in each step (what is sold is not part of it; what stores give back is)."""
    max_rate: Annotated[float | None, Unit("MW", gt=0)] = None
    """Largest rate in each step."""
    priority: Annotated[int, Field(ge=1, le=99)] = 1
    """1 is served first; equal priorities are served pro rata to what they may take and still need."""
    document: str = ""
    """Number or name of the paper that proves it."""


METER_TOLERANCE = 0.02
"""Where the park states none: a few meters of class 0.5 at one node."""


class CarbonSpec(Declared):
    """How electricity is attributed: grid factors, contracts, certificates, the rule for stores. 碳归属"""

    grid: GridFactors
    storage: Literal["proportional", "first-in-first-out"] = "proportional"
    """How stores give back the origins that charged them."""
    contracts: dict[str, Contract] = Field(default_factory=dict)
    """What no contract claims is shared pro rata to what each tenant still needs."""
    meter_tolerance: Annotated[float, Unit("1", ge=0, le=0.1)] = METER_TOLERANCE
    """A node's shortfall in a step, up to this share of what goes through it, may be made up by its surpluses within it in
    other steps; what is left is ``unmetered``."""
    certificates: str | None = None
    """Register of certificates: a CSV file relative to the park folder (columns: certificate, supply, from, to, mwh,
    cancelled_for, cancelled_on; where the park sold certificates of its own plants, sold_to and sold_on)."""
