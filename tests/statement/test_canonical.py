"""RFC 8785: the examples of its sections 3.2 and the numbers of its appendix B; and strict reading."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest

from zeropark.errors import InputError
from zeropark.statement.canonical import canonical, content_of, hash_of, paper_bytes, sha256
from zeropark.statement.model import Input, Line, Statement
from zeropark.statement.read import parse

NUMBERS = {  # appendix B: IEEE 754 → JSON
    "0000000000000000": "0",
    "8000000000000000": "0",
    "0000000000000001": "5e-324",
    "8000000000000001": "-5e-324",
    "7fefffffffffffff": "1.7976931348623157e+308",
    "4340000000000000": "9007199254740992",
    "c340000000000000": "-9007199254740992",
    "4430000000000000": "295147905179352830000",
    "44b52d02c7e14af5": "9.999999999999997e+22",
    "44b52d02c7e14af6": "1e+23",
    "44b52d02c7e14af7": "1.0000000000000001e+23",
    "444b1ae4d6e2ef4e": "999999999999999700000",
    "444b1ae4d6e2ef4f": "999999999999999900000",
    "444b1ae4d6e2ef50": "1e+21",
    "3eb0c6f7a0b5ed8c": "9.999999999999997e-7",
    "3eb0c6f7a0b5ed8d": "0.000001",
    "41b3de4355555553": "333333333.3333332",
    "41b3de4355555554": "333333333.33333325",
    "41b3de4355555555": "333333333.3333333",
    "41b3de4355555556": "333333333.3333334",
    "41b3de4355555557": "333333333.33333343",
    "becbf647612f3696": "-0.0000033333333333333333",
    "43143ff3c1cb0959": "1424953923781206.2",
}


@pytest.mark.parametrize(("bits", "text"), NUMBERS.items())
def test_numbers_of_appendix_b(bits: str, text: str) -> None:
    value = struct.unpack(">d", bytes.fromhex(bits))[0]
    assert canonical(value).decode() == text
    statement = Statement("k", "s", "p", "x", (Line("a", "", value, "", "0"),), ())
    read = parse(paper_bytes(statement).decode(), Path("f")).statement
    assert read.lines[0].value == value, "what is written is read back"


def test_example_of_section_3_2() -> None:
    given = json.loads(
        r'{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],'
        r'"string": "\u20ac$\u000F\u000aA\u0027\u0042\u0022\u005c\\\"\/","literals": [null, true, false]}'
    )
    assert canonical(given).hex() == (
        "7b226c69746572616c73223a5b6e756c6c2c747275652c66616c73655d2c226e756d62657273223a5b333333333333333333"
        "2e333333333333332c31652b33302c342e352c302e3030322c31652d32375d2c22737472696e67223a22e282ac245c753030"
        "30665c6e4127425c225c5c5c5c5c222f227d"
    )


def test_keys_are_sorted_by_utf_16() -> None:
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    given = dict.fromkeys(keys, 0)
    assert list(json.loads(canonical(given))) == [
        "\r",
        "1",
        "\u0080",
        "\u00f6",
        "\u20ac",
        "\U0001f600",
        "\ufb33",
    ]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**60, "\ud800"])
def test_what_json_cannot_carry_is_a_fault(value: object) -> None:
    with pytest.raises(InputError):
        canonical({"a": value})


STATEMENT = Statement(
    "passport",
    "钢",
    "2025",
    "Park",
    (Line("a.b", "x / 某", 0.1, "t", "0.1"), Line("c", "", -0.0, "", "a.b - a.b")),
    (Input("flows", "inputs/flows.parquet", "0" * 64, ""),),
    facts={"k": "v"},
)


def test_round_trip_and_hash() -> None:
    content = paper_bytes(STATEMENT, "head..mark")
    paper = parse(content.decode(), Path("x.json"))
    assert paper.statement == STATEMENT
    assert paper.signature == "head..mark"
    assert paper.sha256 == hash_of(STATEMENT) == sha256(canonical(content_of(STATEMENT)))
    assert paper_bytes(paper.statement, paper.signature) == content


def test_order_of_keys_and_white_space_do_not_change_the_hash() -> None:
    content = json.loads(paper_bytes(STATEMENT))
    turned = json.dumps(dict(reversed(content.items())), indent=3)
    assert hash_of(parse(turned, Path("x.json")).statement) == hash_of(STATEMENT)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"kind":"passport"', '"kind":"passport","kind":"cbam"', "'kind' twice"),
        ('"value":0.1', '"value":NaN', "NaN"),
        ('"value":0.1', '"value":1e999', "double precision"),
        ('"value":0.1', '"value":9007199254740993', "whole number"),
        ('"value":0.1', '"value":true', "a number"),
        ('"value":0.1', '"value":"0.1"', "a number"),
        ('"unit":"t"', '"units":"t","unit":"t"', "did you mean 'unit'"),
        ('"unit":"t",', "", "lines[0].unit: found nothing"),
        ('"file":"inputs/flows.parquet"', '"file":"../flows.parquet"', "beside the statement"),
        ('"file":"inputs/flows.parquet"', '"file":"/etc/passwd"', "beside the statement"),
        ('"zeropark":"statement/1"', '"zeropark":"statement/9"', "statement/1"),
        ('"id":"c"', '"id":"a.b"', "'a.b' twice"),
        ('"id":"c"', '"id":"a b"', "letters, digits"),
        ('"previous":""', '"previous":"abc"', "SHA-256"),
        ('"claims":""', '"claims":"flow"', "did you mean 'flows'"),
        ('"facts":{"k":"v"}', '"facts":{"k":1}', "a text"),
        ("{", "[", "JSON"),
    ],
)
def test_strict_reading(old: str, new: str, told: str) -> None:
    text = paper_bytes(STATEMENT).decode()
    assert old in text
    with pytest.raises(InputError) as caught:
        parse(text.replace(old, new, 1), Path("x.json"))
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            '{"specVersion": "3.0.3", "pcf": {}, "id": "x"}',
            "no key 'zeropark'; it looks like a PACT footprint",
        ),
        ('{"data": []}', "a list of PACT footprints"),
        ('{"products": [], "processes": [], "installation": {}}', "figures of 'zeropark cbam'"),
        ('{"a": 1}', "not a statement of zeropark (no key 'zeropark')"),
        ("[]", "a list, not an object"),
        ("null", "nothing, not an object"),
        ('{"zeropark": "passport/1", "sha256": ""}', "what the square code of a passport says"),
        (
            '{"zeropark": "statement/9", "lines": []}',
            "its form is 'statement/9', this version reads 'statement/1'",
        ),
        ('{"zeropark": ["statement/1"]}', "does not say 'statement/1'"),
    ],
)
def test_another_file_is_told_in_one_line(text: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "passport.json").write_bytes(paper_bytes(STATEMENT))
    with pytest.raises(InputError) as caught:
        parse(text, tmp_path / "x.json")
    (fault,) = caught.value.faults
    assert told in fault.found
    assert fault.hint == f"give {tmp_path / 'passport.json'}"


def test_all_faults_at_once() -> None:
    text = (
        paper_bytes(STATEMENT)
        .decode()
        .replace('"unit":"t"', '"unit":1')
        .replace('"subject":"钢"', '"subject":2')
    )
    with pytest.raises(InputError) as caught:
        parse(text, Path("x.json"))
    assert len(caught.value.faults) == 2
