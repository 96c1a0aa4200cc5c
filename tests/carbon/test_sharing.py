"""Sharing among tenants: by hand, and what must always hold."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zeropark.carbon.sharing import Claim, by_contract, the_rest


@dataclass(frozen=True)
class Shared:
    by_contract: np.ndarray
    total: np.ndarray


def ratio(a, b):
    return np.divide(a, b, out=np.zeros(np.broadcast_shapes(a.shape, b.shape)), where=b > 0)


def share_out(supply, need, claims):
    """Supply (steps, supplies) shared among needs (steps, tenants), all at one place: what arrives has one mix."""
    taken, left, wanting = by_contract(supply, need, claims)
    arrived = ratio(need, need.sum(axis=1)[:, None])[:, :, None] * supply[:, None, :]
    return Shared(taken, taken + the_rest(wanting, arrived, ratio(left, supply)))


def one(supply, need, claims):
    made = [Claim(t, s, np.array([float(a)]), p) for t, s, a, p in claims]
    return share_out(np.array([supply], float), np.array([need], float), made)


def test_priority_comes_before_pro_rata():
    """6 of one supply; A (first) claims 5 of its need of 4, B (second) claims 6: A 4, B 2."""
    shared = one([6], [4, 10], [(0, 0, 5, 1), (1, 0, 6, 2)])
    assert shared.by_contract[0, :, 0] == pytest.approx([4, 2])


def test_equal_priority_is_pro_rata_to_what_may_be_taken_and_is_needed():
    """6 of supply; A may take 4 (needs 10), B may take 20 but needs 8: pro rata 4 to 8 gives 2 and 4."""
    shared = one([6], [10, 8], [(0, 0, 4, 1), (1, 0, 20, 1)])
    assert shared.by_contract[0, :, 0] == pytest.approx([2, 4])


def test_what_no_contract_takes_goes_pro_rata_to_what_is_still_needed():
    """10 of supply; A claims 4 of its 5; 6 remain for needs of 1 and 5: 1 and 5."""
    shared = one([10], [5, 5], [(0, 0, 4, 1)])
    assert shared.total[0, :, 0] == pytest.approx([5, 5])
    assert shared.by_contract[0, :, 0] == pytest.approx([4, 0])


def test_a_tenant_with_two_contracts_takes_no_more_than_it_needs():
    shared = one([10, 10], [4, 16], [(0, 0, 10, 1), (0, 1, 10, 1)])
    assert shared.by_contract[0, 0] == pytest.approx([2, 2])
    assert shared.total[0].sum(axis=1) == pytest.approx([4, 16])


NUMBERS = st.floats(0, 100).map(lambda x: round(x, 3))


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_nothing_is_given_twice(data):
    steps, tenants, supplies = (data.draw(st.integers(1, 4)) for _ in range(3))

    def table(columns):
        rows = st.lists(NUMBERS, min_size=columns, max_size=columns)
        return np.array(data.draw(st.lists(rows, min_size=steps, max_size=steps)))

    supply, need = table(supplies), table(tenants)
    claims = [
        Claim(data.draw(st.integers(0, tenants - 1)), data.draw(st.integers(0, supplies - 1)), table(1)[:, 0],
              data.draw(st.integers(1, 3)))
        for _ in range(data.draw(st.integers(0, 6)))
    ]  # fmt: skip
    shared = share_out(supply, need, claims)
    total, contract = shared.total, shared.by_contract
    assert np.all(contract >= 0)
    assert np.all(total >= contract - 1e-12)
    assert np.all(total.sum(axis=1) <= supply + 1e-9)
    assert np.all(total.sum(axis=2) <= need + 1e-9)
    assert total.sum(axis=(1, 2)) == pytest.approx(np.minimum(supply.sum(axis=1), need.sum(axis=1)), abs=1e-8)
    claimed = np.zeros_like(contract)
    for claim in claims:
        claimed[:, claim.tenant, claim.supply] += claim.amount
    assert np.all(contract <= claimed + 1e-9)
    first = [c for c in claims if c.priority == 1]  # whoever comes later takes nothing from the first
    alone = share_out(supply, need, first).by_contract
    assert np.all(contract >= alone - 1e-9)
