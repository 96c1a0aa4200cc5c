"""From a park and a pathway file to the park of every stage; every fault of both at once"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from zeropark import units
from zeropark.errors import Fault, InputError, fail_if, nearest
from zeropark.forms import Key
from zeropark.park.assets import Sizing
from zeropark.park.faults import faults_of
from zeropark.park.fields import Reading, show
from zeropark.park.model import Park
from zeropark.park.yaml import Document, read_yaml
from zeropark.pathway.curves import CurveError, by_stage
from zeropark.pathway.spec import PathwayFile
from zeropark.pathway.vintages import discounted_years, years_of
from zeropark.readings import load

_CLOCK_YEAR = "clock.year"


@dataclass(frozen=True)
class Stage:
    """A stage: its year, the years that it stands for, what they weigh, and the park as it is then.

    weight: what one unit of money a year in this stage is worth at the first, discounted.
    """

    year: int
    years: int
    weight: float
    park: Park

    @property
    def name(self) -> str:
        """How the stage is called: its year."""
        return str(self.year)


@dataclass(frozen=True)
class Pathway:
    """A pathway ready to be planned.

    most: capacity → most that each stage may add, (stages,); infinite where nothing is said. retiring:
    capacities that may be taken out of service before their time.
    """

    file: str
    spec: PathwayFile
    stages: tuple[Stage, ...]
    discount_rate: float
    most: Mapping[Key, tuple[float, ...]]
    retiring: frozenset[Key]

    @property
    def park(self) -> Park:
        """The park of the first stage."""
        return self.stages[0].park


def read_pathway(park: Path | str, file: Path | str, overrides: Mapping[str, str] | None = None) -> Pathway:
    """The pathway of a park folder; ``overrides`` hold in every stage, unless the pathway says otherwise.

    Raises InputError with every fault of the park, the pathway file, and the park as it becomes in a stage.
    """
    path, given = Path(file), dict(overrides or {})
    document = read_yaml(path, path.name)
    faults = list(document.faults)
    spec = None
    if not faults:
        try:
            spec = PathwayFile.model_validate(document.data, context=Reading())
        except ValidationError as error:
            faults += faults_of(error, document, PathwayFile)
    changes, found = ([], []) if spec is None else _changes(spec, document)
    faults += found
    try:
        base = load(park, given)
    except InputError as error:
        raise InputError([*faults, *error.faults]) from None
    if spec is None:
        raise InputError(faults)
    return _Reader(document, spec, base, Path(park), given, changes, faults).pathway()


def _changes(spec: PathwayFile, document: Document) -> tuple[list[dict[str, Any]], list[Fault]]:
    """What each stage says of the fields that the pathway names."""
    changes: list[dict[str, Any]] = [{} for _ in spec.stages]
    faults = []
    for path, raw in spec.fields.items():
        try:
            values = by_stage(raw, spec.stages)
        except CurveError as error:
            where = ("fields", path)
            faults.append(
                Fault(
                    document.file,
                    document.line(where),
                    f"fields.{path}",
                    error.found,
                    error.expected,
                    error.hint,
                )
            )
            continue
        for change, value in zip(changes, values, strict=True):
            change[path] = value
    return changes, faults


@dataclass
class _Reader:
    document: Document
    spec: PathwayFile
    base: Park
    folder: Path
    given: Mapping[str, str]
    changes: list[dict[str, Any]]
    faults: list[Fault]
    of_stages: dict[Fault, list[int]] = field(default_factory=dict)

    def pathway(self) -> Pathway:
        spec, base = self.spec, self.base
        sizings = dict(base.sizings())
        keys = {name: key for name in spec.capacities if (key := self._key(name, sizings)) is not None}
        most = {key: self._most(name, key) for name, key in keys.items()}
        self._follow_the_years()
        for name, key in keys.items():
            self._end_lives(name, f"{self._path(key)}.existing")
        parks = [self._park(year, change) for year, change in zip(spec.stages, self.changes, strict=True)]
        fail_if([*dict.fromkeys(self.faults), *self._staged()])
        rate = base.spec.money.discount_rate if spec.discount_rate is None else spec.discount_rate
        lengths = years_of(spec.stages, spec.after_last)
        weights = discounted_years(spec.stages, spec.after_last, rate)
        stages = tuple(
            Stage(year, length, weight, park)
            for year, length, weight, park in zip(spec.stages, lengths, weights, parks, strict=True)
            if park is not None
        )
        own = {key: spec.capacities[name].early_retirement for name, key in keys.items()}
        retiring = frozenset(
            key for key in sizings if (spec.early_retirement if own.get(key) is None else own[key])
        )
        return Pathway(self.document.file, spec, stages, rate, most, retiring)

    def _key(self, name: str, sizings: Mapping[Key, Sizing]) -> Key | None:
        """The capacity that ``asset`` or ``asset.power`` names."""
        known = {self._path(key).removeprefix("assets.").removesuffix(".capacity"): key for key in sizings}
        if name not in known:
            self._fault(("capacities", name), f"'{name}'", "an asset with a capacity", nearest(name, known))
        return known.get(name)

    @staticmethod
    def _path(key: Key) -> str:
        return f"assets.{key[0]}.{key[1]}"

    def _most(self, name: str, key: Key) -> tuple[float, ...]:
        """Most that each stage may add, in capacity units."""
        raw, stages = self.spec.capacities[name].max_build, self.spec.stages
        endless = (float("inf"),) * len(stages)
        if raw is None:
            return endless
        where, unit = ("capacities", name, "max_build"), self.base.size_unit(key)
        try:
            values = by_stage(raw, stages)
        except CurveError as error:
            self._fault(where, error.found, error.expected, error.hint)
            return endless
        found = []
        for value in values:
            amount = value["value"] if isinstance(value, dict) and "value" in value else value
            try:
                size = units.to_unit(amount, unit) if isinstance(amount, (int, float, str)) else float("nan")
            except units.UnitError:
                size = float("nan")
            if isinstance(amount, bool) or not size >= 0:
                self._fault(where, show(amount), f"a number in {unit}, at least 0")
                return endless
            found.append(size)
        return tuple(found)

    def _follow_the_years(self) -> None:
        """The judged year of rule packs is the stage's, unless the park or the pathway says otherwise."""
        for path in self._years_of_packs():
            for change, year in zip(self.changes, self.spec.stages, strict=True):
                change.setdefault(path, year)

    def _years_of_packs(self) -> list[str]:
        """Parameters of rule packs that the park leaves to the clock: they follow the stage instead."""
        return [
            f"rules.{pack}.parameters.{name}"
            for pack, content in self.base.packs.items()
            for name, parameter in content.parameters.items()
            if parameter.default == _CLOCK_YEAR and name not in self.base.spec.rules[pack].parameters
        ]

    def _end_lives(self, name: str, path: str) -> None:
        """Nothing of what exists serves after its remaining life."""
        life = self.spec.capacities[name].remaining_life
        if life is None:
            return
        if path in self.spec.fields:
            where = ("capacities", name, "remaining_life")
            self._fault(where, f"'{path}' among the fields too", "one of the two")
        for change, year in zip(self.changes, self.spec.stages, strict=True):
            if year >= self.spec.stages[0] + life:
                change[path] = 0

    def _park(self, year: int, change: Mapping[str, Any]) -> Park | None:
        """The park of one stage; None when it cannot be read, with its faults noted at the pathway's lines."""
        texts = {path: _as_yaml(value) for path, value in change.items()}
        kept = {path: text for path, text in self.given.items() if path not in texts}
        try:
            return load(self.folder, {**kept, **texts})
        except InputError as error:
            for fault in error.faults:
                self._blame(fault, year)
            return None

    def _blame(self, fault: Fault, year: int) -> None:
        """A fault of the stage's park, told where the pathway file makes it."""
        paths = [
            path
            for path in self.spec.fields
            if f"{fault.field}.".startswith(f"{path}.") or f"{path}.".startswith(f"{fault.field}.")
        ]
        ended = [
            name
            for name, capacity in self.spec.capacities.items()
            if capacity.remaining_life is not None
            and f"{fault.field}.".startswith(f"assets.{name.removesuffix('.power')}.")
        ]
        if paths:
            fault = self._told(("fields", paths[0]), fault.found, fault.expected, fault.hint)
        elif ended:
            where = ("capacities", ended[0], "remaining_life")
            fault = self._told(where, fault.found, fault.expected, fault.hint)
        self.of_stages.setdefault(fault, []).append(year)

    def _staged(self) -> Iterator[Fault]:
        """Faults of the stages' parks, each once, with the stages that have it; or no word where all do."""
        for fault, years in self.of_stages.items():
            if len(set(years)) == len(self.spec.stages):
                yield fault
            else:
                told = "stage " + ", ".join(map(str, dict.fromkeys(years)))
                yield replace(fault, hint=f"{told}; {fault.hint}" if fault.hint else told)

    def _told(self, where: tuple[str | int, ...], found: str, expected: str, hint: str = "") -> Fault:
        line = self.document.line(where)
        return Fault(self.document.file, line, ".".join(map(str, where)), found, expected, hint)

    def _fault(self, where: tuple[str | int, ...], found: str, expected: str, hint: str = "") -> None:
        self.faults.append(self._told(where, found, expected, hint))


def _as_yaml(value: Any) -> str:
    """A value as the text of ``--set``; JSON is YAML."""
    return json.dumps(value, ensure_ascii=False)
