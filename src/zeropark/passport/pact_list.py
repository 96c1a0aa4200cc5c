"""Footprint objects in a folder, listed and filtered as PACT's ``/3/footprints`` asks: the seam for its HTTP part"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from zeropark.errors import Fault, InputError

FILE = "pact.json"
_YEARS_VALID = 3
_GEOGRAPHIES = ("geographyCountry", "geographyCountrySubdivision", "geographyRegionOrSubregion")

Footprint = Mapping[str, Any]


@dataclass(frozen=True)
class Filter:
    """What a recipient asks for; an empty part asks for nothing. Texts match whatever their case."""

    product_ids: tuple[str, ...] = ()
    company_ids: tuple[str, ...] = ()
    geographies: tuple[str, ...] = ()
    classifications: tuple[str, ...] = ()
    valid_on: datetime | None = None
    valid_after: datetime | None = None
    valid_before: datetime | None = None
    status: str = ""

    def takes(self, footprint: Footprint) -> bool:
        """Whether a footprint is asked for."""
        pcf = footprint["pcf"]
        begin, end = validity(footprint)
        return (
            _meets(self.product_ids, footprint["productIds"])
            and _meets(self.company_ids, footprint["companyIds"])
            and _meets(self.classifications, footprint.get("productClassifications", ()))
            and _meets(self.geographies, (pcf[key] for key in _GEOGRAPHIES if key in pcf))
            and (not self.status or footprint["status"].lower() == self.status.lower())
            and (self.valid_on is None or begin <= self.valid_on <= end)
            and (self.valid_after is None or begin > self.valid_after)
            and (self.valid_before is None or end < self.valid_before)
        )


def footprints_in(folder: Path, wanted: Filter | None = None) -> tuple[Footprint, ...]:
    """Every ``pact.json`` in the folder and below that is asked for, newest first. Raises InputError."""
    found = [one for one in _read(folder) if wanted is None or wanted.takes(one)]
    return tuple(sorted(found, key=lambda one: (str(one["created"]), str(one["id"])), reverse=True))


def footprint_by_id(folder: Path, wanted: str) -> Footprint | None:
    """The footprint with this id, or None."""
    return next((one for one in _read(folder) if str(one["id"]).lower() == wanted.lower()), None)


def validity(footprint: Footprint) -> tuple[datetime, datetime]:
    """Begin and end of validity; where not stated, three years from the end of the reference period."""
    ends = datetime.fromisoformat(footprint["pcf"]["referencePeriodEnd"])
    begin = footprint.get("validityPeriodStart")
    end = footprint.get("validityPeriodEnd")
    return (
        datetime.fromisoformat(begin) if begin else ends,
        datetime.fromisoformat(end) if end else _years_on(ends, _YEARS_VALID),
    )


def _years_on(moment: datetime, years: int) -> datetime:
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:  # 29 February
        return moment.replace(year=moment.year + years, day=28)


def _meets(wanted: Iterable[str], has: Iterable[str]) -> bool:
    asked = {text.lower() for text in wanted}
    return not asked or any(text.lower() in asked for text in has)


def _read(folder: Path) -> Iterator[Footprint]:
    for path in sorted(folder.rglob(FILE)):
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            validity(content)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(
                [Fault(str(path), None, "file", "no PACT footprint", "a file that zeropark wrote")]
            ) from error
        yield content
