"""The park that a study stands on: its file as data, so that overrides can be checked before anything is solved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from zeropark.accounts.bases import capacity_bases, with_bases
from zeropark.accounts.standard import accounts_of
from zeropark.errors import Fault
from zeropark.forms import Account
from zeropark.park.checks import graph_faults
from zeropark.park.model import Park
from zeropark.park.packs import with_packaged_tariffs
from zeropark.park.read import PARK_FILE, apply_overrides, blamed, validate
from zeropark.park.spec import ParkFile
from zeropark.park.yaml import Document, Path_, read_yaml
from zeropark.readings import load
from zeropark.study.snapshot import digest_of_data


@dataclass(frozen=True)
class Ground:
    """file: the park file. document: as read. overrides: those of the command, for every variant.
    park: with these overrides, read and checked as a whole.
    """

    file: Path
    document: Document
    overrides: Mapping[str, str]
    park: Park

    @property
    def accounts(self) -> dict[str, Account]:
        """Accounts of the park by name: the standard ones, those of its packs, its own."""
        return accounts_of(with_bases(self.park, capacity_bases(self.park)[0])).all

    @property
    def digest(self) -> str:
        """Of what the park file says: comments and layout do not count."""
        return digest_of_data(self.document.data)

    def merged(self, overrides: Mapping[str, str]) -> dict[str, str]:
        """The command's overrides and, over them, these."""
        return {**self.overrides, **overrides}

    def data_with(self, overrides: Mapping[str, str]) -> tuple[Document, list[Fault]]:
        """The park file's data with overrides and packaged tariffs in place, and the faults of both."""
        document = self.document.copy()
        faults = apply_overrides(document, self.merged(overrides))
        return document, faults + with_packaged_tariffs(document)

    def spec_with(self, overrides: Mapping[str, str]) -> tuple[ParkFile | None, list[Fault]]:
        """The park file under overrides, and every fault that it has without its tables."""
        document, faults = self.data_with(overrides)
        spec, _, found = validate(document)
        faults += found
        if spec is not None:
            faults += graph_faults(spec, document.line, document.file)
        return (spec if not faults else None), blamed(faults, self.merged(overrides))

    def written(self, path: str, overrides: Mapping[str, str]) -> Any:
        """What the park file says at a dotted path under overrides; None where nothing stands there."""
        here = self.data_with(overrides)[0].data
        for step in path.split("."):
            here = here.get(step) if isinstance(here, dict) else None
        return here


def ground_of(path: Path, overrides: Mapping[str, str]) -> Ground:
    """The ground that a park folder (or its ``park.yaml``) makes. Raises InputError with every fault."""
    park = load(path, overrides)
    file = path if path.suffix in (".yaml", ".yml") else path / PARK_FILE
    return Ground(file, read_yaml(file, file.name), dict(overrides), park)


def blamed_on_study(
    faults: Iterable[Fault], where: Mapping[str, Path_], whole: Path_, document: Document
) -> list[Fault]:
    """Faults of a variant with the file and line of the value in ``study.yaml`` that makes them.

    where: overridden path → where its value stands in the study file. whole: where the variant stands.
    """
    found = []
    for fault in faults:
        place = next((at for path, at in where.items() if _touches(path, fault.field)), whole)
        name = ".".join(map(str, place))
        field = name if place != whole else f"{name}: {fault.field}"
        found.append(replace(fault, file=document.file, line=document.line(place), field=field))
    return found


def _touches(path: str, field: str) -> bool:
    return f"{field}.".startswith(f"{path}.") or f"{path}.".startswith(f"{field}.")
