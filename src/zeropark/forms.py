"""The linear form that an account is made of: weights on quantities of assets, and a constant.

A quantity is named by ``(asset, part)``: ``("pv", "output")``, ``("battery", "capacity")``,
``("grid", "peak")``. Parts that vary in time have one value per step (rates, carrier unit per hour),
peaks one per month, capacities one. A weight is a scalar, or an array with one entry per value; the
weights of rates already contain the step's length, so that a form's value is an amount.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Key = tuple[str, str]
Array = NDArray[np.float64]
Weight = float | Array
Quantities = Mapping[Key, Array]


@dataclass(frozen=True)
class Form:
    """``constant + Σ weight · quantity``; addition and scaling give forms again."""

    terms: Mapping[Key, Weight] = field(default_factory=dict)
    constant: float = 0.0

    def __add__(self, other: Form) -> Form:
        terms = dict(self.terms)
        for key, weight in other.terms.items():
            terms[key] = terms[key] + weight if key in terms else weight
        return Form(terms, self.constant + other.constant)

    def __mul__(self, scale: float) -> Form:
        return Form({key: weight * scale for key, weight in self.terms.items()}, self.constant * scale)

    __rmul__ = __mul__

    def __sub__(self, other: Form) -> Form:
        return self + other * -1.0

    def value(self, quantities: Quantities) -> float:
        """The form's value. Raises KeyError when a quantity that it weighs is absent."""
        total = self.constant
        for key, weight in self.terms.items():
            total += float(np.sum(np.multiply(weight, quantities[key])))
        return total

    def gross(self, quantities: Quantities) -> float:
        """What the form would be if no term cancelled another: the size that its rounding is measured by."""
        terms = (np.sum(np.abs(np.multiply(weight, quantities[key]))) for key, weight in self.terms.items())
        return abs(self.constant) + float(sum(terms))


def total(forms: Iterable[Form]) -> Form:
    """The sum of forms; the zero form when there is none."""
    result = Form()
    for form in forms:
        result = result + form
    return result


@dataclass(frozen=True)
class Account:
    """A named linear form with its unit and where it comes from; ``_zh``: the same in 中文, or empty."""

    name: str
    unit: str
    form: Form
    title: str = ""
    title_zh: str = ""
    clause: str = ""
    source: str = ""
    mark: str = ""
    note: str = ""
    clause_zh: str = ""
    source_zh: str = ""
    note_zh: str = ""
