"""Leaves of a worked example: values with unit and cell, and the faults of reading them"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from zeropark.cbam.terms import (
    FLAGS,
    LARGEST,
    is_nothing,
    number_of,
    plain,
    plain_unit,
    read_as_blank,
    written_unit,
)
from zeropark.errors import Fault, nearest

Term = TypeVar("Term")


@dataclass
class Log:
    """Faults and remarks of one file, and the cell behind every place that was read."""

    file: str
    faults: list[Fault] = field(default_factory=list)
    cells: dict[str, str] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    objects: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    asked: dict[str, set[tuple[str, ...]]] = field(default_factory=dict)
    """Objects of the file by path, and the keys that were asked of each: names of one thing together."""

    def fault(self, where: str, found: str, expected: str, hint: str = "") -> None:
        """Note one thing wrong, once."""
        fault = Fault(self.file, None, where, found, expected, hint)
        if fault not in self.faults:
            self.faults.append(fault)


@dataclass(frozen=True)
class Branch:
    """An object of the file: ``path`` in the file, ``place`` in the model. What is asked of it is noted in the log.

    tracked: False where the keys are not those of the file.
    """

    data: Mapping[str, Any]
    path: str
    log: Log
    place: str = ""
    tracked: bool = True

    def named(self, place: str) -> Branch:
        """The same object, known in the model by this place."""
        return replace(self, place=place)

    def branch(self, key: str) -> Branch:
        """An object inside, empty where it is missing or null."""
        found = self.data.get(self._key((key,)))
        path, place = self._at(key), f"{self.place}.{key}" if self.place else key
        if found is not None and not isinstance(found, dict):
            self.log.fault(path, _words(found), "an object")
            found = None
        return Branch(found or {}, path, self.log, place)

    def branches(self, key: str) -> Iterator[Branch]:
        """The objects of a list, none where it is missing or null."""
        found = self.data.get(self._key((key,)))
        if found is None:
            return
        if not isinstance(found, list):
            self.log.fault(self._at(key), _words(found), "a list")
            return
        for number, part in enumerate(found):
            path = f"{self._at(key)}[{number}]"
            if isinstance(part, dict):
                yield Branch(part, path, self.log, self.place)
            else:
                self.log.fault(path, _words(part), "an object")

    def ask(self, key: str) -> None:
        """Note that this key is read, by whatever name."""
        self._key((key,))

    def fault(self, key: str, found: str, expected: str, hint: str = "") -> None:
        """Note a fault of this leaf, at its cell where it has one."""
        self.log.fault(self._where(key), found, expected, hint)

    def remark(self, text: str) -> None:
        """Note something for whoever checks, once."""
        if text not in self.log.remarks:
            self.log.remarks.append(text)

    def number(
        self, *keys: str, units: Mapping[str, float] | None = None, place: str | None = None
    ) -> float | None:
        """The number under the first key that is there, in the model's unit; None for a blank.

        units: known units → factor to the model's; a unit that is not known is a fault. It stands in the leaf, or
        under ``KEY_unit`` beside it. place: where it stands in the model; ``*.name`` is below this branch's own place.
        """
        key, leaf, value = self._leaf(*keys)
        self._note(place or f"*.{keys[-1]}", key)
        if value is None and isinstance(leaf, dict):
            value = leaf.get("blank_means")
        if isinstance(value, str):
            if not value.strip() or is_nothing(value):
                if value.strip():
                    self.remark(read_as_blank(self._where(key), value))
                return None
            value = value if (told := number_of(value)) is None else told
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.fault(key, _words(value), "a number")
            return None
        if not -LARGEST < value < LARGEST:
            self.fault(key, str(value)[:20], "a finite number")
            return None
        return float(value) * self._factor(key, leaf, units)

    def _factor(self, key: str, leaf: Any, units: Mapping[str, float] | None) -> float:
        unit = leaf.get("unit") if isinstance(leaf, dict) else self.data.get(self._key((f"{key}_unit",)))
        if units is None or not isinstance(unit, str) or not unit.strip():
            return 1.0
        bare = plain_unit(unit)
        if bare not in units:
            self.fault(key, f"unit '{unit}'", " or ".join(map(written_unit, units)), "")
        return units.get(bare, 1.0)

    def unit(self, key: str, known: Mapping[str, Term]) -> Term | None:
        """The unit of a leaf as a term of the model; None where none is told. An unknown one is a fault."""
        leaf = self.data.get(self._key((key,)))
        self._note(f"*.{key}_unit", key)
        unit = leaf.get("unit") if isinstance(leaf, dict) else self.data.get(self._key((f"{key}_unit",)))
        if unit is None or unit == "":
            return None
        found = known.get(plain_unit(str(unit)))
        if found is None:
            self.fault(key, f"unit '{unit}'", " or ".join(map(str, known.values())))
        return found

    def text(self, *keys: str, place: str | None = None) -> str | None:
        """The text under the first key that is there; None for a blank. A number becomes its digits."""
        key, _, value = self._leaf(*keys)
        if place:
            self._note(place, key)
        if value is None or isinstance(value, list | dict):
            return None
        if isinstance(value, float) and math.isfinite(value) and value.is_integer():
            value = int(value)
        return str(value).strip() or None

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, plain or in leaves; those that say nothing are left out."""
        found = self.data.get(self._key((key,)))
        if found is None:
            return ()
        items = [item.get("value") if isinstance(item, dict) else item for item in _listed(found)]
        if not isinstance(found, list) or not all(isinstance(item, str | None) for item in items):
            self.fault(key, _words(found), "a list of texts")
            return ()
        return tuple(item for item in items if item and not is_nothing(item))

    def flag(self, key: str) -> bool | None:
        """True, false or blank, or a word for it. Anything else is a fault."""
        _, _, value = self._leaf(key)
        if value is None or isinstance(value, bool):
            return value
        found = FLAGS.get(plain(value)) if isinstance(value, str) else None
        if found is None and not (isinstance(value, str) and (not value.strip() or is_nothing(value))):
            self.fault(key, _words(value), "true or false")
        return found

    def any(self, key: str, place: str | None = None) -> float | str | None:
        """A number where it is one, else a text. A number in percent becomes a fraction."""
        _, leaf, value = self._leaf(key)
        if place:
            self._note(place, key)
        if isinstance(value, int | float) and not isinstance(value, bool):
            unit = leaf.get("unit") if isinstance(leaf, dict) else None
            percent = isinstance(unit, str) and unit.strip().lower() in ("%", "percent")
            return float(value) / 100 if percent else float(value)
        return None if value is None else str(value)

    def choice(self, key: str, known: Mapping[str, Term]) -> Term | None:
        """A word that the model has a term for; None for a blank. An unknown one is a fault."""
        told = self.text(key, place=f"*.{key}")
        if told is None:
            return None
        found = known.get(plain(told))
        if found is None:
            self.fault(
                key, f"'{told}'", " or ".join(sorted({str(v) for v in known.values()})), nearest(told, known)
            )
        return found

    def _key(self, keys: tuple[str, ...]) -> str:
        """The first of these names that is there; noted as asked of this object."""
        if self.tracked:
            self.log.objects.setdefault(self.path, self.data)
            self.log.asked.setdefault(self.path, set()).add(keys)
        return next((key for key in keys if key in self.data), keys[0])

    def _leaf(self, *keys: str) -> tuple[str, Any, Any]:
        """Key, leaf and value of the first of these names that is there. An object without a value is a fault."""
        key = self._key(keys)
        leaf = self.data.get(key)
        if not isinstance(leaf, dict):
            return key, leaf, leaf
        if leaf and not {"value", "blank_means"} & set(leaf):
            found = f"an object of {', '.join(map(repr, list(leaf)[:4]))}"
            self.fault(key, found, "'value', with 'unit' and 'ref'", nearest(next(iter(leaf)), ("value",)))
        return key, leaf, leaf.get("value")

    def _at(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def where(self, key: str) -> str:
        """The cell of a leaf, else its key: for messages."""
        return self._where(key)

    def _where(self, key: str) -> str:
        leaf = self.data.get(key)
        ref = leaf.get("ref") if isinstance(leaf, dict) else None
        return ref if isinstance(ref, str) and "!" in ref else self._at(key)

    def _note(self, place: str, key: str) -> None:
        name = place.replace("*", self.place, 1) if place.startswith("*.") else place
        self.log.cells.setdefault(name, self._where(key))


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _words(value: object) -> str:
    return f"'{value}'" if isinstance(value, str) else f"{type(value).__name__} {value}"
