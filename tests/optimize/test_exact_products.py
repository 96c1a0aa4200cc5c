"""Reduced costs that are found exactly rest on products that lose nothing."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from zeropark.optimize.certificate import _products

NUMBERS = st.floats(min_value=-1e300, max_value=1e300)


@given(st.lists(st.tuples(NUMBERS, NUMBERS), max_size=20))
def test_two_numbers_hold_every_digit_of_a_product(pairs: list[tuple[float, float]]) -> None:
    a, b = np.array(pairs, dtype=np.float64).reshape(-1, 2).T
    (high, low), plain = _products(a, b)
    for i in np.flatnonzero(plain):
        assert Fraction(high[i]) + Fraction(low[i]) == Fraction(a[i]) * Fraction(b[i])


def test_what_is_refused_are_only_the_ends_of_the_range() -> None:
    a = np.array([0.0, 1 / 3, 1e-139, 1e139, 1e-141, 1e141, 1.0])
    b = np.array([1 / 3, 1e139, 1e-139, 1e139, 1.0, 1.0, np.inf])
    assert _products(a, b)[1].tolist() == [True, True, True, True, False, False, False]
