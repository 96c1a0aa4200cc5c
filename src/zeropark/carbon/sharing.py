"""Supply shared among tenants in every step: by contract priority, then pro rata to what each still needs where it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from zeropark.carbon.network import Ints
from zeropark.forms import Array


@dataclass(frozen=True)
class Claim:
    """What a tenant may take of a supply: tenant and supply by position, amount per step, (steps,)."""

    tenant: int
    supply: int
    amount: Array
    priority: int = 1


def by_contract(supply: Array, need: Array, claims: Sequence[Claim]) -> tuple[Array, Array, Array]:
    """What claims take, (steps, tenants, supplies), what is left of each supply, and what each tenant still needs.

    Priority 1 is served first. Claims of equal priority are served pro rata to what they may take and their tenant
    still needs. Nothing is given twice: over tenants at most the supply, over supplies at most the need.
    """
    left, wanting = supply.astype(np.float64), need.astype(np.float64)
    taken = np.zeros((supply.shape[0], need.shape[1], supply.shape[1]))
    for priority in sorted({claim.priority for claim in claims}):
        _serve([claim for claim in claims if claim.priority == priority], left, wanting, taken)
    return taken, left, wanting


def the_rest(wanting: Array, arrived: Array, left: Array) -> Array:
    """What no contract takes, (steps, users, supplies): each keeps what is left of what physically arrived, at most what it
    still needs; what others then no longer need goes pro rata to what is wanting.

    wanting: (steps, users). arrived: (steps, users, supplies). left: share of each supply that no contract takes. Where all
    are at one place, what arrived has one mix, and this is what is left pro rata to what each still needs.
    """
    mine = arrived * left[:, None, :]
    kept = mine * np.minimum(1.0, _ratio(wanting, mine.sum(axis=2)))[:, :, None]
    short = np.maximum(wanting - kept.sum(axis=2), 0.0)
    return np.asarray(kept + _pro_rata(short, np.maximum(mine.sum(axis=1) - kept.sum(axis=1), 0.0)))


def _pro_rata(wanting: Array, left: Array) -> Array:
    short, over = wanting.sum(axis=1), left.sum(axis=1)
    each = _ratio(wanting, short[:, None])
    part = np.minimum(1.0, _ratio(short, over))
    return np.asarray(each[:, :, None] * (left * part[:, None])[:, None, :])


def _serve(claims: Sequence[Claim], left: Array, wanting: Array, taken: Array) -> None:
    """Serve claims of one priority until each is taken, its tenant has enough, or its supply is used up.

    Every round but the last uses up a supply, so that there are at most as many as supplies, and one more.
    """
    open_ = [claim.amount.astype(np.float64) for claim in claims]
    tenants = np.array([claim.tenant for claim in claims])
    supplies = np.array([claim.supply for claim in claims])
    for _ in range(left.shape[1] + 1):
        wish = np.stack(
            [
                np.minimum(np.minimum(amount, wanting[:, claim.tenant]), np.where(left[:, claim.supply] > 0.0, np.inf, 0.0))
                for claim, amount in zip(claims, open_, strict=True)
            ],
            axis=1,
        )  # fmt: skip
        wish *= np.minimum(1.0, _ratio(wanting, _grouped(wish, tenants, wanting.shape[1])))[:, tenants]
        scale = np.minimum(1.0, _ratio(left, _grouped(wish, supplies, left.shape[1])))
        give = wish * scale[:, supplies]
        for c, claim in enumerate(claims):
            taken[:, claim.tenant, claim.supply] += give[:, c]
            open_[c] = np.maximum(open_[c] - give[:, c], 0.0)
        used_up = scale < 1.0
        left[:] = np.where(used_up, 0.0, np.maximum(left - _grouped(give, supplies, left.shape[1]), 0.0))
        wanting[:] = np.maximum(wanting - _grouped(give, tenants, wanting.shape[1]), 0.0)
        if not used_up.any():
            return


def _grouped(values: Array, groups: Ints, count: int) -> Array:
    """Columns added up by group."""
    total = np.zeros((values.shape[0], count))
    for column, group in enumerate(groups):
        total[:, group] += values[:, column]
    return total


def _ratio(a: Array, b: Array) -> Array:
    """a / b; infinite where b is 0, 0 where both are."""
    a, b = np.broadcast_arrays(a, b)
    return np.divide(a, b, out=np.where(a > 0.0, np.inf, 0.0), where=b > 0.0)
