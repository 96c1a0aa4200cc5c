"""From rule packs and the park's own limits to rules: limits chosen, units checked, forms made."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from zeropark import units
from zeropark.accounts.declared import coal_equivalent, standard_specs, uncounted
from zeropark.accounts.standard import Accounts
from zeropark.errors import Fault, InputError, nearest
from zeropark.forms import Account, Form
from zeropark.park.model import Park
from zeropark.park.spec import OwnRule, PackUse
from zeropark.park.tariffs import AccountSpec, LimitCase, Pack, RuleSpec
from zeropark.rules.rule import Check, Rule

OWN = "own"
"""The pack name of the park's own limits."""


def rules_of(park: Park, accounts: Accounts) -> tuple[Rule, ...]:
    """Every rule of the park that is not ignored: packs in file order, then its own limits.

    Raises InputError with every rule, parameter and limit that does not fit.
    """
    building = _Building(park, accounts, accounts.lookup)
    rules = list(building.rules())
    if building.faults:
        raise InputError(building.faults)
    whole_year = abs(park.clock.years - 1) < 1e-9
    return tuple(replace(rule, period=("a year", "每年")) for rule in rules) if whole_year else tuple(rules)


def enforced(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """The rules that a plan must keep, in order."""
    return tuple(rule for rule in rules if rule.mode == "enforce")


@dataclass
class _Building:
    park: Park
    accounts: Accounts
    lookup: Mapping[str, Account]
    faults: list[Fault] = field(default_factory=list)

    def rules(self) -> Iterator[Rule]:
        for pack_name, use in self.park.spec.rules.items():
            pack = self.park.packs.get(pack_name)
            if pack is None:
                self._fault("park.yaml", f"rules.{pack_name}", "a pack that was not read", "a rule pack")
                continue
            modes = {name: use.rules.get(name, use.mode) for name in pack.rules}
            if any(mode != "ignore" for mode in modes.values()):
                values = self._parameters(pack_name, pack, use)
                told = not any(math.isnan(value) for value in values.values())
                for name, spec in pack.rules.items():
                    if modes[name] != "ignore" and told:
                        yield from self._packed(pack_name, pack, name, spec, modes[name], values)
        for name, own in self.park.spec.limits.items():
            if own.mode != "ignore":
                yield from self._own(name, own)

    def _packed(
        self, pack_name: str, pack: Pack, name: str, spec: RuleSpec, mode: str, values: Mapping[str, float]
    ) -> Iterator[Rule]:
        file, where = f"{pack_name}.yaml", f"rules.{name}"
        left, right = self._sides(file, where, spec.left, spec.right, pack_name)
        case = self._case(file, where, spec, pack, values)
        if left is None or (spec.right is not None and right is None):
            return
        limit = math.nan if case is None else self._limit(file, where, case, spec.unit, pack, values)
        if case is None and mode == "enforce":
            stated = ", ".join(f"{key} {value:g}" for key, value in values.items())
            expected = f"parameters for which rule '{name}' has a limit"
            self._fault("park.yaml", f"rules.{pack_name}.parameters", stated or "nothing", expected)
            return
        form = self._form(file, where, spec.sense, left, right, (limit, spec.unit))
        counted, counted_zh = self._energy_note(pack, spec)
        note = " ".join(filter(None, (spec.note, counted)))
        note_zh = (spec.note_zh or spec.note) + counted_zh
        checks = tuple(self._checks(pack_name, pack, case, values)) if case is not None else ()
        yield Rule(
            pack_name, name, spec.name, spec.name_zh or spec.name, spec.sense, left[0],
            right[0] if right else None, limit, spec.unit, mode, form, spec.core, spec.clause, spec.source,
            spec.mark, spec.date or pack.date, note, spec.clause_zh, spec.source_zh, note_zh, checks,
        )  # fmt: skip

    def _own(self, name: str, own: OwnRule) -> Iterator[Rule]:
        where = f"limits.{name}"
        left, right = self._sides("park.yaml", where, own.left, own.right, None)
        if left is None or (own.right is not None and right is None):
            return
        natural = _ratio_unit(left[1], right[1] if right else None)
        try:
            number, unit = (own.limit, "") if isinstance(own.limit, float) else units.split(own.limit)
        except units.UnitError as error:
            self._fault("park.yaml", f"{where}.limit", f"'{own.limit}'", "a number with unit", str(error))
            return
        shown = unit or ("1" if units.same_dimension(natural, "1") else natural)
        form = self._form("park.yaml", where, own.sense, left, right, (number, shown))
        yield Rule(
            OWN, name, own.name or name, own.name_zh or own.name or name, own.sense, left[0],
            right[0] if right else None, number, shown, own.mode, form, False, "", own.source,
            own.mark or "", "",
        )  # fmt: skip

    def _sides(
        self, file: str, where: str, left: str, right: str | None, pack: str | None
    ) -> tuple[tuple[str, Account] | None, tuple[str, Account] | None]:
        return (
            self._account(file, f"{where}.left", left, pack),
            None if right is None else self._account(file, f"{where}.right", right, pack),
        )

    def _account(self, file: str, where: str, name: str, pack: str | None) -> tuple[str, Account] | None:
        for key in (f"{pack}/{name}", name):
            if key in self.lookup:
                return key, self.lookup[key]
        self._fault(file, where, f"'{name}'", "an account", nearest(name, self.lookup))
        return None

    def _form(
        self, file: str, where: str, sense: str, left: tuple[str, Account], right: tuple[str, Account] | None,
        limit: tuple[float, str],
    ) -> Form:  # fmt: skip
        """``left − limit · right`` (turned round for "at least"), in the unit of left."""
        number, unit = limit
        natural = _ratio_unit(left[1], right[1] if right else None)
        try:
            scaled = number * units.factor(unit, natural)
        except units.UnitError:
            self._fault(file, f"{where}.limit", f"a limit in {unit}", f"a limit in {natural}")
            return Form()
        if math.isnan(scaled):
            return Form()
        allowed = right[1].form * scaled if right else Form(constant=scaled)
        over = left[1].form - allowed
        return over if sense == "at most" else over * -1.0

    def _parameters(self, pack_name: str, pack: Pack, use: PackUse) -> dict[str, float]:
        """The value of each parameter of a pack, in its unit."""
        values = {}
        for name, parameter in pack.parameters.items():
            raw = use.parameters.get(name, parameter.default)
            where = f"rules.{pack_name}.parameters.{name}"
            if raw is None:
                self._fault("park.yaml", where, "nothing", f"{parameter.name}, in {parameter.unit}")
                values[name] = math.nan
            elif raw == "clock.year":
                values[name] = float(self.park.clock.times_local[0].year)
            else:
                values[name] = self._number("park.yaml", where, raw, parameter.unit)
        return values

    def _number(self, file: str, where: str, raw: str | float, unit: str) -> float:
        try:
            return units.to_unit(raw, unit)
        except units.UnitError as error:
            self._fault(file, where, f"'{raw}'", f"a number in {unit}", str(error))
            return math.nan

    def _case(
        self, file: str, where: str, spec: RuleSpec, pack: Pack, values: Mapping[str, float]
    ) -> LimitCase | None:
        """The first case whose ranges hold every parameter that it names."""
        for index, case in enumerate(spec.limit):
            bounds = {
                key: self._band(file, f"{where}.limit.{index}.when", key, case, pack) for key in case.when
            }
            if all(low <= values.get(key, math.nan) < high for key, (low, high) in bounds.items()):
                return case
        return None

    def _band(self, file: str, where: str, key: str, case: LimitCase, pack: Pack) -> tuple[float, float]:
        if key not in pack.parameters:
            self._fault(file, where, f"'{key}'", "a parameter of the pack", nearest(key, pack.parameters))
            return math.inf, -math.inf
        low, high = (self._number(file, where, raw, pack.parameters[key].unit) for raw in case.when[key])
        return low, high

    def _limit(
        self, file: str, where: str, case: LimitCase, unit: str, pack: Pack, values: Mapping[str, float]
    ) -> float:
        if isinstance(case.value, str) and case.value.startswith("parameter."):
            key = case.value.removeprefix("parameter.")
            if key in pack.parameters:
                return self._number(
                    file, f"{where}.limit", f"{values[key]!r} {pack.parameters[key].unit}", unit
                )
            self._fault(file, f"{where}.limit", f"'{key}'", "a parameter of the pack")
            return math.nan
        return self._number(file, f"{where}.limit", case.value, unit)

    def _checks(
        self, pack_name: str, pack: Pack, case: LimitCase, values: Mapping[str, float]
    ) -> Iterator[Check]:
        file = f"{pack_name}.yaml"
        for key in case.when:
            parameter = pack.parameters.get(key)
            if parameter is None or parameter.check is None:
                continue
            where = f"parameters.{key}.check"
            found = self._account(file, where, parameter.check, pack_name)
            if found is None:
                continue
            try:
                scale = units.factor(f"({found[1].unit})/year", parameter.unit)
            except units.UnitError:
                self._fault(file, where, f"{found[1].unit} per year", f"something in {parameter.unit}")
                continue
            low, high = self._band(file, where, key, case, pack)
            yield Check(
                parameter.name, parameter.name_zh or parameter.name, parameter.unit, values[key], low, high,
                found[0], scale / self.accounts.years,
            )  # fmt: skip

    def _energy_note(self, pack: Pack, spec: RuleSpec) -> tuple[str, str]:
        """How electricity counts, and what does not count, where the rule compares coal equivalents."""
        specs = {**standard_specs(), **pack.accounts}
        if not any(_counts_coal(side, specs) for side in (spec.left, spec.right) if side):
            return "", ""
        counted, counted_zh = [], []
        for name, carrier in self.park.spec.carriers.items():
            value = coal_equivalent(carrier)
            if carrier.kind == "electricity" and value is not None:
                each = f"{value / units.factor(carrier.unit, 'MWh'):.4g} kgce/kWh"
                counted.append(f"{name} counts {each}")
                counted_zh.append(f"{carrier.name_zh or name}按 {each} 折算")
        missing = uncounted(self.park)
        if missing:
            counted.append(
                "no coal_equivalent is stated for " + ", ".join(missing) + ": they are not counted"
            )
            titles = (self.park.spec.carriers[name].name_zh or name for name in missing)
            counted_zh.append("、".join(titles) + "未给出折标煤系数，未计入")
        return ("; ".join(counted) + ".", "；".join(counted_zh) + "。") if counted else ("", "")

    def _fault(self, file: str, where: str, found: str, expected: str, hint: str = "") -> None:
        fault = Fault(file, None, where, found, expected, hint)
        if fault not in self.faults:
            self.faults.append(fault)


def _ratio_unit(left: Account, right: Account | None) -> str:
    """Unit of left over right; ``1`` for two of the same dimension in the same unit."""
    if right is None:
        return left.unit
    return "1" if left.unit == right.unit else f"({left.unit})/({right.unit})"


def _counts_coal(name: str, specs: Mapping[str, AccountSpec]) -> bool:
    spec = specs.get(name)
    return spec is not None and any(
        str(term.weight).endswith("coal_equivalent") or (term.account and _counts_coal(term.account, specs))
        for term in spec.terms
    )
