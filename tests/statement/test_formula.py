"""The language of formulas: arithmetic against Python's own, and all that it refuses."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zeropark.statement.formula import (
    FormulaError,
    Quantity,
    evaluate,
    inputs_of,
    is_declared,
    lines_of,
    parse,
)

LINES = {"a": 2.0, "b.c_1": -3.0, "grid.import.2": 5.0, "zero": 0.0}


def line(name: str) -> Quantity:
    if name not in LINES:
        raise FormulaError(f"no line {name}")
    return Quantity(LINES[name], abs(LINES[name]), {name: 1.0})


def read(name: str, arguments: tuple[str, ...]) -> Quantity:
    return Quantity(float(len(arguments)), 1.0)


def value(text: str) -> float:
    return evaluate(parse(text), line, read).value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2*3 - 4/8", 6.5),
        ("-a + (b.c_1 - 1)*2", -10.0),
        ("grid.import.2 / a / a", 1.25),  # 'import' is a keyword elsewhere
        ("8 - 3 - 2", 3.0),
        ("max(a, b.c_1, 4) + min(1, a) + abs(-a)", 7.0),
        ('cell("factors","a b\\"c","中文") + flow("x","y")', 5.0),
        ('total("t","c","k","v")', 4.0),
        ("1.5e3 + .5", 1500.5),
        ("2 * -a", -4.0),
    ],
)
def test_value(text: str, expected: float) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("9**9**9", "no powers"),
        ("a.__class__.__mro__", "no line"),
        ("(1).real", "is not part|after the end"),
        ("__import__('os')", "'"),
        ('__import__("os")', "no reading is called"),
        ("open(a)", "no reading is called"),
        ("eval(a)", "no reading is called"),
        ("a if a else b", "after the end"),
        ("[a]", "not part of the language"),
        ("lambda: a", "not part of the language|after the end"),
        ("a; a", "not part of the language"),
        ("a == a", "not part of the language"),
        ("1e999", "double precision"),
        ("１００", "not part of the language"),  # digits of full width, and of other scripts
        ("٣*2", "not part of the language"),
        ("1\u00a0+ 1", "not part of the language"),
        ("1e308*1e308", "not finite"),
        ("0/(4/2.2250738585072014e-308)", "not finite"),
        ("a/zero", "division by zero"),
        ("", "the end"),
        ("a +", "the end"),
        ("(a", "'\\)' was expected"),
        ("a)", "after the end"),
        ("2a", "neither a number nor a line"),
        ("0x10", "neither a number nor a line"),
        ("--a", "two signs"),
        ("nan", "no line"),
        ("inf", "no line"),
        ('"text"', "where a number"),
        ('flow("x")', "1 arguments"),
        ('flow("x", a)', "text in double quotes"),
        ('total("t","c","k")', "3 arguments"),
        ("abs(1, 2)", "abs of 2"),
        ("max()", "max of 0"),
        ("(" * 100 + "a" + ")" * 100, "levels of brackets"),
        ("1+" * 150_000 + "1", "characters"),
    ],
)
def test_refused(text: str, told: str) -> None:
    with pytest.raises(FormulaError, match=told):
        value(text)


def test_what_a_formula_names() -> None:
    tree = parse('a + b.c * flow("x","y") + cell("f","r","c") - a')
    assert lines_of(tree) == ("a", "b.c")
    assert inputs_of(tree) == ("flows", "f")
    assert [is_declared(parse(text)) for text in ("3", "-3.5", "a", "3+0")] == [True, True, False, False]


trees = st.recursive(
    st.one_of(st.floats(-10, 10).map(lambda x: f"({x!r})"), st.sampled_from(["a", "b.c_1", "grid.import.2"])),
    lambda inner: st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda p: f"({p[0]} {p[1]} {p[2]})"),
    max_leaves=12,
)


@given(trees)
def test_same_as_python(text: str) -> None:
    names = {"a": LINES["a"], "b": type("B", (), {"c_1": LINES["b.c_1"]}), "g": LINES["grid.import.2"]}
    try:
        expected = eval(text.replace("grid.import.2", "g"), {"__builtins__": {}}, names)
    except (ZeroDivisionError, OverflowError):
        return
    if not math.isfinite(expected):
        return
    try:
        found = evaluate(parse(text), line, read)
    except FormulaError:
        return  # parts that overflow before they cancel: Python says infinity on the way
    assert abs(found.value - expected) <= 1e-12 * max(found.size, abs(expected))


@given(trees, st.sampled_from(sorted(LINES)))
def test_slopes_are_those_of_differences(text: str, name: str) -> None:
    def at(shift: float) -> Quantity:
        return evaluate(
            parse(text),
            lambda n: Quantity(LINES[n] + shift * (n == name), 1.0, {n: 1.0}),
            read,
        )

    try:
        low, middle, high = at(-1e-6), at(0.0), at(1e-6)
    except FormulaError:
        return
    slope, numeric = middle.slope.get(name, 0.0), (high.value - low.value) / 2e-6
    size = max(abs(middle.size), abs(slope), abs(high.size), 1.0)
    if not math.isfinite(size) or size > 1e3 or abs(high.value - middle.value) > 1e-3:
        return  # near a pole the difference says nothing
    assert abs(slope - numeric) <= 1e-3 * size
