"""Certificates against the attribution: what they cover, and that nobody's electricity is claimed by another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from zeropark.carbon.certificates import Certificate, double_claims, read_register
from zeropark.carbon.from_park import certified
from zeropark.carbon.pools import Pooled
from zeropark.errors import Fault, fail_if
from zeropark.forms import Array
from zeropark.park.model import Park

_HOUR = 1.0 + 1e-9
_ROUNDING = 1e-6


@dataclass(frozen=True)
class Papers:
    """tenant → (steps,) MWh of certificates from outside the park that are cancelled for it.

    cancelled: all, by when they were generated. same_hour: those that were generated within one hour.
    """

    register: tuple[Certificate, ...]
    cancelled: Mapping[str, Array]
    same_hour: Mapping[str, Array]


def papers_of(park: Park, found: Pooled) -> Papers | None:
    """The park's register, checked against what was metered; None where the park names none. Raises InputError."""
    carbon = park.spec.carbon
    if carbon is None or carbon.certificates is None:
        return None
    file = carbon.certificates
    titles = {
        title: name for name, asset in park.assets.items() for title in (asset.name, asset.name_zh) if title
    }
    register = read_register(
        park.folder / file, file, str(park.clock.zone), tuple(park.spec.tenants), tuple(park.assets), titles
    )
    faults = _no_supply(park, register, found, file)
    own = dict.fromkeys(
        c.supply for c in register if c.supply in park.assets and not any(f.line == c.line for f in faults)
    )
    metered = {
        name: found.ledger.generated[:, [k for k, o in enumerate(found.origins) if o in (name, certified(name))]].sum(axis=1)
        for name in own
    }  # fmt: skip
    faults += double_claims(register, metered, park.clock, file)
    fail_if((*faults, *_of_another(park, register, found, tuple(own), file)))
    outside = [c for c in register if c.cancelled_for and c.supply not in park.assets]
    return Papers(
        register,
        _by_tenant(park, outside),
        _by_tenant(park, [c for c in outside if c.hours <= _HOUR]),
    )


def _by_tenant(park: Park, register: Sequence[Certificate]) -> dict[str, Array]:
    total: dict[str, Array] = {}
    for one in register:
        total.setdefault(one.cancelled_for, np.zeros(park.clock.steps))
        total[one.cancelled_for] += one.per_step(park.clock)
    return total


def _no_supply(park: Park, register: Sequence[Certificate], found: Pooled, file: str) -> list[Fault]:
    """Certificates of an asset that brings no electricity."""
    brings = [
        n for n, a in park.assets.items() if {n, certified(n)} & set(found.origins) or a.kind == "converter"
    ]
    return [
        Fault(file, c.line, "supply", f"'{c.supply}', which brings no electricity", "a supply of electricity",
              f"there are {', '.join(brings[:8])}")
        for c in register
        if c.supply in park.assets and c.supply not in brings
    ]  # fmt: skip


def _of_another(
    park: Park, register: Sequence[Certificate], found: Pooled, own: Sequence[str], file: str
) -> list[Fault]:
    """Certificates of the park's own supply, cancelled for a tenant beyond what it was given of it and what was sold."""
    faults = []
    for supply in own:
        columns = [k for k, name in enumerate(found.origins) if name in (supply, certified(supply))]
        sold = float(found.ledger.exported[:, columns].sum())
        for tenant in dict.fromkeys(
            c.cancelled_for for c in register if c.supply == supply and c.cancelled_for
        ):
            mine = [c for c in register if c.supply == supply and c.cancelled_for == tenant]
            rows = [r for r, name in enumerate(found.consumers) if park.assets[name].tenant == tenant]
            given = (
                float(found.supplied[np.ix_(rows, range(found.supplied.shape[1]), columns)].sum())
                if rows
                else 0.0
            )
            claimed = sum(float(c.per_step(park.clock).sum()) for c in mine)
            over = claimed - given - sold
            sold = max(0.0, sold - max(0.0, claimed - given))
            if over > _ROUNDING * claimed:
                faults.append(
                    Fault(file, mine[-1].line, "cancelled_for",
                          f"{over:.6g} MWh of '{supply}' for '{tenant}' that others were given",
                          "no more than what the tenant was given of it, and what was sold",
                          "give the tenant a contract, or cancel for who used it")
                )  # fmt: skip
    return faults
