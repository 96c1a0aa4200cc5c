"""Certificates against the attribution: what they cover, and that nobody's electricity is claimed by another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from zeropark.carbon.certificates import Certificate, double_claims, read_register
from zeropark.carbon.from_park import certified
from zeropark.carbon.origins import CLEAN
from zeropark.carbon.split import Shares
from zeropark.clock import Clock
from zeropark.errors import Fault, fail_if
from zeropark.forms import Array
from zeropark.park.model import Park

_HOUR = 1.0 + 1e-9
_ROUNDING = 1e-6


@dataclass(frozen=True)
class Papers:
    """tenant → (steps,) MWh of certificates from outside the park that are cancelled for it.

    cancelled: all, by when they were generated. same_hour: those that were generated within one hour. sold: supply →
    (steps,) share of what it brings whose certificates somebody outside has. kept: (tenant, supply) → (steps,) share of
    what the tenant has of it that certificates cancelled for it hold.
    """

    register: tuple[Certificate, ...]
    cancelled: Mapping[str, Array]
    same_hour: Mapping[str, Array]
    sold: Mapping[str, Array]
    kept: Mapping[tuple[str, str], Array]


def register_of(park: Park) -> tuple[Certificate, ...] | None:
    """The park's register as it stands, not yet held against any meter; None where it names none. Raises InputError."""
    carbon = park.spec.carbon
    if carbon is None or carbon.certificates is None:
        return None
    titles = {
        title: name for name, asset in park.assets.items() for title in (asset.name, asset.name_zh) if title
    }
    file, zone = carbon.certificates, str(park.clock.zone)
    return read_register(park.folder / file, file, zone, tuple(park.spec.tenants), tuple(park.assets), titles)


def papers_of(park: Park, found: Shares) -> Papers | None:
    """The park's register, checked against what was metered; None where the park names none. Raises InputError."""
    register = register_of(park)
    if register is None:
        return None
    assert park.spec.carbon is not None
    file = str(park.spec.carbon.certificates)
    faults = _no_supply(park, register, found, file)
    own = dict.fromkeys(
        c.supply for c in register if c.supply in park.assets and not any(f.line == c.line for f in faults)
    )
    book = _Book(park, found, tuple(own))
    faults += double_claims(register, book.metered, park.clock, file)
    fail_if((*faults, *_not_green(park, register, file), *_of_another(register, book, file)))
    outside = [c for c in register if c.cancelled_for and c.supply not in park.assets]
    sold, kept = _sold(register, book)
    return Papers(
        register,
        _by_tenant(park, outside),
        _by_tenant(park, [c for c in outside if c.hours <= _HOUR]),
        sold,
        kept,
    )


@dataclass(frozen=True)
class _Book:
    """What became of the supplies of the park that the register names, MWh in each step."""

    park: Park
    found: Shares
    supplies: tuple[str, ...]

    @cached_property
    def metered(self) -> dict[str, Array]:
        """What each brought."""
        ledger = self.found.ledger
        assert ledger is not None
        return {name: ledger.generated[:, self._columns(name)].sum(axis=1) for name in self.supplies}

    @cached_property
    def exported(self) -> dict[str, Array]:
        """What of it left the park."""
        ledger = self.found.ledger
        assert ledger is not None
        return {name: ledger.exported[:, self._columns(name)].sum(axis=1) for name in self.supplies}

    @cached_property
    def given(self) -> dict[tuple[str | None, str], Array]:
        """(tenant, supply) → what the tenant was given of it."""
        rows: dict[str | None, list[int]] = {}
        for row, name in enumerate(self.found.consumers):
            rows.setdefault(self.park.assets[name].tenant, []).append(row)
        total = {(t, s): np.zeros(self.park.clock.steps) for t in rows for s in self.supplies}
        for block in self.found.blocks() if total else ():
            for tenant, supply in total:
                part = block.supplied[rows[tenant]][:, :, self._columns(supply)]
                total[tenant, supply][block.steps] = part.sum(axis=(0, 2))
        return total

    def of(self, tenant: str, supply: str) -> Array:
        """The same; nothing for a tenant that uses no electricity."""
        return self.given.get((tenant, supply), np.zeros(self.park.clock.steps))

    def _columns(self, supply: str) -> list[int]:
        return [k for k, o in enumerate(self.found.origins) if o.name in (supply, certified(supply))]


def _by_tenant(park: Park, register: Sequence[Certificate]) -> dict[str, Array]:
    total: dict[str, Array] = {}
    for one in register:
        total.setdefault(one.cancelled_for, np.zeros(park.clock.steps))
        total[one.cancelled_for] += one.per_step(park.clock)
    return total


def _no_supply(park: Park, register: Sequence[Certificate], found: Shares, file: str) -> list[Fault]:
    """Certificates of an asset that brings no electricity."""
    brings = [
        n
        for n, a in park.assets.items()
        if {n, certified(n)} & {o.name for o in found.origins} or a.kind == "converter"
    ]
    return [
        Fault(file, c.line, "supply", f"'{c.supply}', which brings no electricity", "a supply of electricity",
              f"there are {', '.join(brings[:8])}")
        for c in register
        if c.supply in park.assets and c.supply not in brings
    ]  # fmt: skip


def _not_green(park: Park, register: Sequence[Certificate], file: str) -> list[Fault]:
    """Certificates sold of a supply that has none."""
    found = []
    for one in register:
        asset = park.assets.get(one.supply)
        if one.sold_to and asset is not None and getattr(asset, "origin", "") not in CLEAN:
            found.append(
                Fault(file, one.line, "supply", f"'{one.supply}', which is no green power", f"one of {', '.join(CLEAN)}",
                      "certificates stand for green power")
            )  # fmt: skip
    return found


def _of_another(register: Sequence[Certificate], book: _Book, file: str) -> list[Fault]:
    """Certificates of the park's own supply, cancelled for a tenant beyond what it was given of it and what was sold."""
    faults = []
    for supply in book.supplies:
        free = float(book.exported[supply].sum())
        mine = [c for c in register if c.supply == supply]
        free -= sum(float(c.per_step(book.park.clock).sum()) for c in mine if c.sold_to)
        free = max(0.0, free)
        for tenant in dict.fromkeys(c.cancelled_for for c in mine if c.cancelled_for):
            given = float(book.of(tenant, supply).sum())
            own = [c for c in mine if c.cancelled_for == tenant]
            claimed = sum(float(c.per_step(book.park.clock).sum()) for c in own)
            over = claimed - given - free
            free = max(0.0, free - max(0.0, claimed - given))
            if over > _ROUNDING * claimed:
                faults.append(
                    Fault(file, own[-1].line, "cancelled_for",
                          f"{over:.6g} MWh of '{supply}' for '{tenant}' that others were given",
                          "no more than what the tenant was given of it, and what was sold",
                          "give the tenant a contract, or cancel for who used it")
                )  # fmt: skip
    return faults


def _sold(
    register: Sequence[Certificate], book: _Book
) -> tuple[dict[str, Array], dict[tuple[str, str], Array]]:
    """What no longer counts as green, supply by supply, over each span of certificates that overlap.

    Certificates sold are first those of electricity that left the park; the rest is taken from what stays in the park and is
    held by no tenant's certificate, evenly: (sold − exported) / (generated − exported − cancelled for tenants).
    """
    clock = book.park.clock
    sold: dict[str, Array] = {}
    kept: dict[tuple[str, str], Array] = {}
    for supply in book.supplies:
        mine = [c for c in register if c.supply == supply]
        for steps in _spans([c for c in mine if c.sold_to], clock):
            amount = {c.line: float(c.per_step(clock)[steps].sum()) for c in mine}
            left = float(book.exported[supply][steps].sum())
            stays = float(book.metered[supply][steps].sum()) - left
            for tenant in dict.fromkeys(c.cancelled_for for c in mine if c.cancelled_for):
                own = sum(amount[c.line] for c in mine if c.cancelled_for == tenant)
                given = float(book.of(tenant, supply)[steps].sum())
                left -= max(0.0, own - given)
                stays -= min(own, given)
                whole = kept.setdefault((tenant, supply), np.zeros(clock.steps))
                whole[steps] = min(1.0, own / given) if given > 0.0 else 0.0
            net = sum(amount[c.line] for c in mine if c.sold_to) - max(0.0, left)
            if net > 0.0:
                share = sold.setdefault(supply, np.zeros(clock.steps))
                share[steps] = min(1.0, net / stays) if stays > 0.0 else 1.0
    return sold, kept


def _spans(register: Sequence[Certificate], clock: Clock) -> list[slice]:
    """Steps of certificates that overlap, as one span each."""
    found: list[slice] = []
    touched = [np.flatnonzero(one.per_step(clock) > 0.0) for one in register]
    for steps in sorted((t for t in touched if t.size), key=lambda t: int(t[0])):
        first, last = int(steps[0]), int(steps[-1]) + 1
        if found and first < found[-1].stop:
            found[-1] = slice(found[-1].start, max(last, found[-1].stop))
        else:
            found.append(slice(first, last))
    return found
