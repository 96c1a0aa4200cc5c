"""What a tariff and a rule pack are: data, declared once like every field of the park file."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from zeropark.park.fields import Declared, Series, Unit, fault

Mark = Literal["O", "2", "R"]
"""O: read in the official text. 2: second-hand. R: recalled, unverified."""


class Season(Declared):
    """Months that share the same hours and ratios."""

    months: tuple[Annotated[int, Field(ge=1, le=12)], ...]
    periods: dict[str, tuple[tuple[float, float], ...]]
    """Local hours [from, to) of each period, e.g. ``peak: [[6, 8], [18, 22]]``; they cover the day once."""
    ratios: dict[str, Annotated[float, Unit("1", ge=0)]]
    """Price of each period over the flat price."""

    @model_validator(mode="after")
    def _covers_the_day(self) -> Season:
        hours = sorted(pair for pairs in self.periods.values() for pair in pairs)
        at = 0.0
        for begin, end in hours:
            if begin != at or end <= begin:
                raise fault(
                    f"hours {at:g}–{begin:g} " + ("missing" if begin > at else "twice"),
                    "periods that cover 0–24 once",
                )
            at = end
        if at != 24:
            raise fault(f"hours {at:g}–24 missing", "periods that cover 0–24 once")
        if set(self.periods) != set(self.ratios):
            raise fault(
                f"periods {sorted(self.periods)} but ratios {sorted(self.ratios)}",
                "one ratio for each period",
            )
        return self


class CapacityCharge(Declared):
    """The fixed part of a two-part tariff, on the connection's size or its monthly peak. 容(需)量电费"""

    basis: Literal["maximum-demand", "contracted", "cheaper", "direct-supply"]
    """Monthly peak in kW; contracted kVA; whichever of the two costs less; or the capacity-based fee for direct supply."""
    demand_price: Annotated[float | None, Unit("{currency}/MW/month", ge=0)] = None
    """For each kW of the month's highest mean import over a step."""
    contract_price: Annotated[float | None, Unit("{currency}/MVA/month", ge=0)] = None
    """For each contracted kVA."""
    power_factor: Annotated[float, Unit("1", gt=0, le=1)] = 0.95
    """kW that each contracted kVA allows."""
    energy_price: Annotated[float | None, Unit("{currency}/MWh", ge=0)] = None
    """direct-supply: the transmission energy price of the voltage level."""
    average_load_rate: Annotated[float | None, Unit("1", ge=0, le=1)] = None
    """direct-supply: mean load rate of the voltage level."""

    @model_validator(mode="after")
    def _has_prices(self) -> CapacityCharge:
        needs = {
            "maximum-demand": ("demand_price",),
            "contracted": ("contract_price",),
            "cheaper": ("demand_price", "contract_price"),
            "direct-supply": ("contract_price", "energy_price", "average_load_rate"),
        }[self.basis]
        missing = [name for name in needs if getattr(self, name) is None]
        if missing:
            raise fault("no " + ", ".join(missing), f"{', '.join(needs)} for basis {self.basis}")
        return self


class Tariff(Declared):
    """Prices of electricity bought from the public grid. 电价"""

    name: str = ""
    name_zh: str = ""
    flat_price: Annotated[float | None, Unit("{currency}/MWh", ge=0)] = None
    """Energy price of the flat period; the seasons' ratios multiply it."""
    seasons: dict[str, Season] = Field(default_factory=dict)
    price: Annotated[Series | None, Unit("{currency}/MWh", series=True)] = None
    """A price series (real-time market) instead of flat price and seasons."""
    transmission: Annotated[float, Unit("{currency}/MWh", ge=0)] = 0.0
    """Transmission and distribution, energy part. 输配电价(电量)"""
    system_operation: Annotated[float, Unit("{currency}/MWh", ge=0)] = 0.0
    """System-operation fee, on energy from the grid. 系统运行费"""
    funds: Annotated[float, Unit("{currency}/MWh", ge=0)] = 0.0
    """Government funds and surcharges. 政府性基金及附加"""
    funds_on: Literal["grid", "all-use"] = "grid"
    """On energy from the grid only, or on all use including direct supply (发改价格〔2025〕1192号)."""
    capacity_charge: CapacityCharge | None = None
    left_to_park: tuple[str, ...] = ()
    """Prices that a packaged tariff does not know and the park must state; absent is not zero."""
    source: str = ""
    mark: Mark | None = None
    date: str = ""
    note: str = ""

    @model_validator(mode="after")
    def _states_what_is_left_to_it(self) -> Tariff:
        missing = [name for name in self.left_to_park if name not in self.model_fields_set]
        if missing:
            names = ", ".join(missing)
            raise fault(f"no {names}", f"{names}: the packaged tariff leaves it to the park")
        return self

    @model_validator(mode="after")
    def _one_price(self) -> Tariff:
        if self.price is not None and (self.seasons or self.flat_price is not None):
            raise fault("a price series beside flat_price or seasons", "one of price, flat_price")
        if self.seasons and self.flat_price is None:
            raise fault("seasons without flat_price", "flat_price, the energy price of the flat period")
        months = sorted(m for season in self.seasons.values() for m in season.months)
        if self.seasons and months != list(range(1, 13)):
            raise fault(f"months {months}", "every month 1–12 in exactly one season")
        return self


Part = Literal[
    "output",
    "available",
    "intake",
    "unserved",
    "activity",
    "input",
    "charge",
    "discharge",
    "forward",
    "backward",
    "buy",
    "sell",
    "certified",
    "loss",
    "land",
    "investment",
    "embodied",
    "emissions",
]
"""What of an asset an account weighs; see the reference page of accounts."""


GRID_LOCATION = "grid.location"
"""The weight that is the park's own factor of its grid."""


class AccountTerm(Declared):
    """Adds up one part of all assets that match every given condition, or another account, times a weight."""

    part: Part | None = None
    account: str | None = None
    """Another account (of the same pack or park, or a standard one) instead of a part."""
    kind: str | None = None
    carrier: str | None = None
    carrier_kind: str | None = None
    origin: tuple[str, ...] = ()
    tag: str | None = None
    tenant: str | None = None
    asset: str | None = None
    node: str | None = None
    measured_in: str | None = None
    """Only carriers whose unit can be converted to this one (``t``, ``m3``)."""
    weight: str | float = 1.0
    """A number with unit (``0.8325 kgCO2/kWh``), ``carrier.coal_equivalent``, ``carrier.combustion`` or
    ``grid.location`` (the park's ``carbon.grid.location``); also with a minus."""
    otherwise: str = ""
    """With ``grid.location``: the number with unit for a park that states none."""

    @model_validator(mode="after")
    def _one_subject(self) -> AccountTerm:
        if (self.part is None) == (self.account is None):
            found = "both part and account" if self.part else "neither part nor account"
            raise fault(found, "one of part, account")
        others = self.model_fields_set - {"account", "weight"}
        if self.account is not None and others:
            raise fault(f"account with {', '.join(sorted(others))}", "account and weight only")
        stated = isinstance(self.weight, str) and self.weight.removeprefix("-") == GRID_LOCATION
        if stated != bool(self.otherwise):
            raise fault(
                f"weight {self.weight} {'with' if self.otherwise else 'without'} otherwise",
                f"otherwise with {GRID_LOCATION}, and only with it",
            )
        return self


class AccountSpec(Declared):
    """A named linear form over flows and capacities. 核算项"""

    name: str
    name_zh: str = ""
    unit: str
    """Any unit; ``{currency}`` is the park's money."""
    terms: tuple[AccountTerm, ...]
    clause: str = ""
    clause_zh: str = ""
    source: str = ""
    source_zh: str = ""
    mark: Mark | None = None
    date: str = ""
    note: str = ""
    note_zh: str = ""


class LimitCase(Declared):
    """A limit that holds under conditions on the pack's parameters."""

    value: str | float
    """A number with unit, or ``parameter.NAME``."""
    when: dict[str, tuple[str | float, str | float]] = Field(default_factory=dict)
    """Parameter → [from, below): the case holds when every parameter lies in its range."""


class RuleSpec(Declared):
    """``left`` at most (or at least) ``limit`` × ``right``. 规则"""

    name: str
    name_zh: str = ""
    left: str
    sense: Literal["at most", "at least"]
    limit: tuple[LimitCase, ...]
    right: str | None = None
    """An account; absent: the limit is a plain amount in the unit of ``left``."""
    unit: str = "1"
    """Unit in which value and limit are shown."""
    core: bool = False
    """Whether failing it blocks acceptance."""
    clause: str
    clause_zh: str = ""
    source: str
    source_zh: str = ""
    mark: Mark
    date: str = ""
    note: str = ""
    note_zh: str = ""


class Parameter(Declared):
    """A fact about the park that a pack needs and that its flows do not tell."""

    name: str
    name_zh: str = ""
    unit: str = "1"
    default: str | float | None = None
    """Absent: the park must state it. ``clock.year``: the first year of the park's period."""
    check: str | None = None
    """An account whose yearly value must lie in the same case as the stated parameter."""


class Pack(Declared):
    """A set of rules with the accounts they compare. 规则包"""

    name: str
    name_zh: str
    region: str
    version: str
    status: str = ""
    status_zh: str = ""
    source: str
    mark: Mark
    date: str
    parameters: dict[str, Parameter] = Field(default_factory=dict)
    accounts: dict[str, AccountSpec] = Field(default_factory=dict)
    rules: dict[str, RuleSpec]
