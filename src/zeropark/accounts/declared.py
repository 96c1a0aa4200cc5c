"""From accounts declared as data to linear forms, with every unit converted and checked.

The standard accounts stand in ``data/accounts.yaml``; packs and parks declare theirs in the same words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from zeropark import units
from zeropark.accounts.parts import CARRIERLESS, Measure, part_form
from zeropark.errors import Defect, Fault, InputError, nearest
from zeropark.forms import Account, Form
from zeropark.park.assets import Market, Source
from zeropark.park.fields import Reading
from zeropark.park.model import Park
from zeropark.park.spec import Carrier
from zeropark.park.tariffs import GRID_LOCATION, AccountSpec, AccountTerm
from zeropark.park.yaml import read_yaml

ENERGY_KINDS = ("electricity", "heat", "fuel", "hydrogen")
_CARRIER_WEIGHTS = {"carrier.coal_equivalent": "tce", "carrier.combustion": "tCO2"}


@lru_cache(maxsize=1)
def standard_specs() -> Mapping[str, AccountSpec]:
    """The standard accounts as declared, by name."""
    path = Path(str(resources.files("zeropark") / "data" / "accounts.yaml"))
    document = read_yaml(path, path.name)
    try:
        return TypeAdapter(dict[str, AccountSpec]).validate_python(document.data, context=Reading())
    except ValidationError as error:
        raise Defect(f"{path.name}: {error}") from error


def coal_equivalent(carrier: Carrier) -> float | None:
    """Tonnes of coal equivalent per unit; None for energy in mass or volume that states none.

    An energy carrier in an energy unit (MWh, GJ) that states nothing counts its heat, 29.3076 GJ/tce.
    """
    if "coal_equivalent" in carrier.model_fields_set:
        return carrier.coal_equivalent
    if carrier.kind not in ENERGY_KINDS:
        return 0.0
    return units.factor(carrier.unit, "tce") if units.same_dimension(carrier.unit, "tce") else None


def uncounted(park: Park) -> tuple[str, ...]:
    """Energy carriers without a coal equivalent: energy accounts do not see them."""
    return tuple(name for name, carrier in park.spec.carriers.items() if coal_equivalent(carrier) is None)


@dataclass
class Declaring:
    """Turns a set of declared accounts into forms. ``known``: accounts from elsewhere, by name.

    file: where faults are said to stand. path: dotted path of the set in that file.
    """

    park: Park
    specs: Mapping[str, AccountSpec]
    known: Mapping[str, Account]
    file: str
    path: str = "accounts"
    faults: list[Fault] = field(default_factory=list)
    done: dict[str, Account] = field(default_factory=dict)
    busy: list[str] = field(default_factory=list)

    def all(self) -> dict[str, Account]:
        """Every account of the set; look at ``faults`` afterwards."""
        for name in self.specs:
            self.account(name)
        return {name: self.done[name] for name in self.specs}

    def account(self, name: str) -> Account:
        """One account of the set, made when first asked for."""
        if name in self.done:
            return self.done[name]
        spec = self.specs[name]
        self.busy.append(name)
        form, unit = Form(), self._in_money(spec.unit)
        if not units.known(unit):
            self._fault(f"{name}.unit", f"'{unit}'", "a unit")
        else:
            for index, term in enumerate(spec.terms):
                form = form + self._term(f"{name}.terms.{index}", unit, term)
        self.busy.pop()
        self.done[name] = Account(
            name, unit, form, spec.name, spec.name_zh, spec.clause, spec.source, spec.mark or "",
            spec.note, spec.clause_zh, spec.source_zh, spec.note_zh,
        )  # fmt: skip
        return self.done[name]

    def _in_money(self, unit: str) -> str:
        return unit.replace("{currency}", self.park.spec.money.currency)

    def _term(self, where: str, unit: str, term: AccountTerm) -> Form:
        weight = self._weight(where, term)
        if weight is None:
            return Form()
        number, weight_unit = weight
        if term.account is not None:
            other = self._other(where, term.account)
            return Form() if other is None else self._scaled(where, other, number, weight_unit, unit)
        form = Form()
        for name in self.park.assets:
            if _chosen(self.park, name, term):
                measure = self._measure(where, term, weight_unit, unit)
                form = form + part_form(self.park, name, str(term.part), measure)
        return form * number

    def _weight(self, where: str, term: AccountTerm) -> tuple[float, str] | None:
        """Number and unit of a weight; a weight that the carrier gives keeps its name as the unit."""
        if isinstance(term.weight, float):
            return term.weight, "1"
        if term.weight.removeprefix("-") in _CARRIER_WEIGHTS:
            if term.account is None and term.part not in CARRIERLESS:
                return -1.0 if term.weight.startswith("-") else 1.0, term.weight.removeprefix("-")
            self._fault(f"{where}.weight", term.weight, "a number with unit: no carrier measures this")
            return None
        sign, text = 1.0, term.weight
        if text.removeprefix("-") == GRID_LOCATION:
            sign = -1.0 if text.startswith("-") else 1.0
            carbon = self.park.spec.carbon
            if carbon is not None:
                return sign * carbon.grid.location, "tCO2/MWh"
            text = term.otherwise
        try:
            number, unit = units.split(text)
            units.factor(unit or "1", unit or "1")
        except units.UnitError as error:
            hint = nearest(text, (*_CARRIER_WEIGHTS, GRID_LOCATION)) or str(error)
            self._fault(f"{where}.weight", f"'{text}'", "a number with unit", hint)
            return None
        return sign * number, unit or "1"

    def _other(self, where: str, name: str) -> Account | None:
        if name in self.busy:
            self._fault(
                f"{where}.account", f"'{name}', which is made of this account", "an account without it"
            )
            return None
        if name in self.specs:
            return self.account(name)
        if name in self.known:
            return self.known[name]
        known = [*self.specs, *self.known]
        self._fault(f"{where}.account", f"'{name}'", "an account", nearest(name, known))
        return None

    def _scaled(self, where: str, other: Account, number: float, weight_unit: str, unit: str) -> Form:
        if other.name in self.specs and not units.known(other.unit):
            return Form()  # told at that account
        try:
            return other.form * (number * units.factor(f"({other.unit})*({weight_unit})", unit))
        except units.UnitError:
            self._fault(
                where, f"account '{other.name}' in {other.unit} × {weight_unit}", f"something in {unit}"
            )
            return Form()

    def _measure(self, where: str, term: AccountTerm, weight_unit: str, unit: str) -> Measure:
        """What one carrier unit at a node counts in the account's unit; None for nodes not asked for."""

        def measure(node: str) -> float | None:
            carrier = self.park.spec.carriers[self.park.carrier_at(node)]
            if not _at(self.park, node, carrier, term):
                return None
            amount = self._in_money(CARRIERLESS.get(str(term.part), carrier.unit))
            value, here = 1.0, f"({amount})*({weight_unit})"
            if weight_unit in _CARRIER_WEIGHTS:
                counted = weight_unit == "carrier.coal_equivalent"
                value = (coal_equivalent(carrier) or 0.0) if counted else carrier.combustion
                here = _CARRIER_WEIGHTS[weight_unit]
            try:
                return value * units.factor(here, unit)
            except units.UnitError:
                found = here if weight_unit in _CARRIER_WEIGHTS else f"{amount} × {weight_unit}"
                self._fault(where, f"{found} at node '{node}'", f"something in {unit}")
                return None

        return measure

    def _fault(self, where: str, found: str, expected: str, hint: str = "") -> None:
        fault = Fault(self.file, None, f"{self.path}.{where}", found, expected, hint)
        if fault not in self.faults:
            self.faults.append(fault)


def _chosen(park: Park, name: str, term: AccountTerm) -> bool:
    """Whether the asset matches the conditions that speak of the asset itself."""
    asset = park.assets[name]
    origin = asset.origin if isinstance(asset, (Source, Market)) else None
    return (
        (term.kind is None or asset.kind == term.kind)
        and (not term.origin or origin in term.origin)
        and (term.tag is None or term.tag in asset.tags)
        and (term.tenant is None or asset.tenant == term.tenant)
        and (term.asset is None or name == term.asset)
    )


def _at(park: Park, node: str, carrier: Carrier, term: AccountTerm) -> bool:
    """Whether the node matches the conditions that speak of node and carrier."""
    return (
        (term.node is None or node == term.node)
        and (term.carrier is None or park.carrier_at(node) == term.carrier)
        and (term.carrier_kind is None or carrier.kind == term.carrier_kind)
        and (term.measured_in is None or units.same_dimension(carrier.unit, term.measured_in))
    )


def standard_accounts(park: Park) -> dict[str, Account]:
    """The standard accounts of ``data/accounts.yaml`` for this park, by name.

    Raises InputError when a carrier of the park does not fit them.
    """
    double = [
        Fault("park.yaml", None, f"carriers.{name}.combustion", f"{carrier.combustion:g} tCO2/{carrier.unit}",
              "nothing: bought electricity takes the factors of the accounts co2_910 and co2_location_based")
        for name, carrier in park.spec.carriers.items()
        if carrier.kind == "electricity" and carrier.combustion
    ]  # fmt: skip
    declaring = Declaring(park, standard_specs(), {}, "accounts.yaml")
    accounts = declaring.all()
    if double or declaring.faults:
        raise InputError([*double, *declaring.faults])
    return accounts
