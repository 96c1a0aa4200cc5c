"""YAML: scalars, lines, and faults of the file itself."""

import pytest

from zeropark.park.yaml import Document, parse_yaml


def parse(text: str) -> Document:
    document = Document("p.yaml")
    parse_yaml(text, document)
    return document


def test_scalars_follow_yaml_1_2():
    text = "a: no\nb: 12:30\nc: 1_000\nd: 2025-01-01\ne: 1e3\nf: .5\ng: '5'\nh: ~\ni: .inf\nk: true\n"
    assert parse(text).data == {
        "a": "no", "b": "12:30", "c": "1_000", "d": "2025-01-01", "e": 1000.0, "f": 0.5, "g": "5", "h": None,
        "i": float("inf"), "k": True,
    }  # fmt: skip


def test_lines_of_paths():
    document = parse("a:\n  b: 1\n  c: [1,\n    2]\n")
    assert document.line(("a", "b")) == 2
    assert document.line(("a", "c", 1)) == 4
    assert document.line(("a", "missing", "deeper")) == 1


def test_a_key_twice():
    fault = parse("a:\n  b: 1\n  b: 2\n").faults[0]
    assert (fault.line, fault.field, fault.hint) == (3, "a.b", "first on line 2")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("&a [*a, *a]", "nesting too deep, or an alias that contains itself"),
        ("x: &a\n  y: *a\n", "nesting too deep, or an alias that contains itself"),
        ("[" * 60 + "]" * 60, "nesting too deep, or an alias that contains itself"),
        ("[" * 20_000, "nesting too deep"),
        ("a:\n\t- b", "character '\\t' that cannot start any token"),
        ("a: [1, 2", "expected ',' or ']', but got '<stream end>'"),
        ("a: *b", "undefined alias 'b'"),
        ("[1]: 2", "a key that is a list or section"),
    ],
)
def test_faults_of_the_file(text, found):
    document = parse(text)
    assert [fault.found for fault in document.faults] == [found]


def test_aliases_that_grow_without_end():
    levels = "".join(f"k{i + 1}: &k{i + 1} [*k{i}, *k{i}, *k{i}]\n" for i in range(24))
    faults = parse("k0: &k0 [x, x]\n" + levels).faults
    assert [fault.found for fault in faults] == ["more than 500,000 values"]
