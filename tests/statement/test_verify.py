"""What a stranger finds: nothing where all is well, and each thing that can be done to a statement."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zeropark.errors import InputError
from zeropark.statement.canonical import canonical, content_of, hash_of, paper_bytes, sha256
from zeropark.statement.equations import check_lines
from zeropark.statement.formula import FormulaError, Quantity
from zeropark.statement.model import Line, Statement
from zeropark.statement.read import read_statement
from zeropark.statement.verify import Verification, verify

from .conftest import CERTIFICATE, LEDGER, Folder, certificates


def told(found: Verification, *words: str) -> None:
    assert not found.ok
    text = "\n".join(found.failures)
    assert all(word in text for word in words), text


def rewritten(path: Path, change: Callable[[Statement], Statement]) -> None:
    """A forger who also makes the hash anew."""
    path.write_bytes(paper_bytes(change(read_statement(path).statement)))


def with_line(statement: Statement, name: str, **new: object) -> Statement:
    lines = tuple(replace(x, **new) if x.id == name else x for x in statement.lines)
    return replace(statement, lines=lines)


def test_all_agrees(folder: Folder) -> None:
    found = verify(folder())
    assert found.failures == ()
    assert [(x.id, x.how) for x in found.lines if x.how == "declared"] == [("grid.factor", "declared")]
    assert {c.what: c.ok for c in found.checks} == {
        "hash": True,
        "input flows": True,
        "input claims": True,
        "input factors": True,
        "chain": None,
        "claims": True,
        "signature": None,
    }
    json.dumps(found.as_dict(), allow_nan=False)


def test_it_can_be_carried_anywhere(folder: Folder, tmp_path: Path) -> None:
    shutil.move(folder().parent, tmp_path / "elsewhere")
    assert verify(tmp_path / "elsewhere/passport.json").ok


@pytest.mark.parametrize("name", ["flows.parquet", "claims.parquet", "factors.json"])
def test_one_byte_of_an_input(folder: Folder, name: str) -> None:
    path = folder()
    file = path.parent / "inputs" / name
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    told(verify(path), f"inputs/{name} has changed", "not recomputed")


def test_a_missing_input(folder: Folder) -> None:
    path = folder()
    (path.parent / "inputs/flows.parquet").unlink()
    found = verify(path)
    assert found.failures == (
        "input flows: the file inputs/flows.parquet is not there; "
        "not recomputed for that: 2 lines (out.t, use.mwh), no value can be computed",
    )
    assert {c.what: c.ok for c in found.checks}["claims"] is None


def test_a_changed_input_is_the_cause_and_only_other_values_are_listed(folder: Folder) -> None:
    """The factor of the sun is halved afterwards: 0.02 → 0.01. Only the line that reads it is listed."""
    path = folder()
    (path.parent / "inputs/factors.json").write_text(json.dumps({"pv": {"footprint": 0.01}}))
    found = verify(path)
    first, second = found.failures
    assert first.startswith("input factors: inputs/factors.json has changed: its hash is")
    assert first.endswith("not recomputed for that: 1 line (pv.factor), with another value now: 1")
    assert second == "line pv.factor: stated 0.02, the changed input 'factors' gives 0.01"
    assert [(x.id, x.cause) for x in found.lines if not x.agrees] == [("pv.factor", "input factors")]


def test_an_input_written_anew_with_the_same_content_gives_the_same_values(folder: Folder) -> None:
    path = folder()
    (path.parent / "inputs/factors.json").write_text('{"pv":  {"footprint": 0.02}}')
    (only,) = verify(path).failures
    assert "has changed" in only
    assert "with another value now: 0" in only


def test_lines_that_follow_in_a_circle_are_all_told() -> None:
    """No line may hide behind another that hides behind it: both are told, and nothing counts as right."""
    lines = (Line("a", "", 5.0, "", "b*0 + 4"), Line("b", "", 6.0, "", "a*0 + 7"))
    found = check_lines(lines, no_reading)
    assert [(x.agrees, x.cause) for x in found] == [(False, ""), (False, "")]


def test_one_digit_of_a_value(folder: Folder) -> None:
    path = folder()
    path.write_bytes(path.read_bytes().replace(b'"value":6}', b'"value":7}'))
    told(
        verify(path),
        "the statement has changed",
        "line use.mwh: stated 7.0, its formula gives 6.0; with it differ 1 line that read it (grid.mwh)",
    )


def test_one_digit_of_a_value_and_the_hash_made_anew(folder: Folder) -> None:
    path = folder()
    rewritten(path, lambda s: with_line(s, "product", value=0.26))
    told(verify(path), "line product: stated 0.26", "with it differ 1 line that read it (scrap)")


def test_a_formula(folder: Folder) -> None:
    path = folder()
    rewritten(path, lambda s: with_line(s, "direct", formula="pv.mwh*pv.factor/out.t"))
    told(verify(path), "line direct")


def test_a_title_alone_is_seen_by_the_hash(folder: Folder) -> None:
    path = folder()
    path.write_bytes(path.read_bytes().replace(b"solar", b"salar"))
    told(verify(path), "hash: the statement has changed")


def test_a_statement_forged_throughout_is_seen_by_the_printed_hash(folder: Folder) -> None:
    path = folder()
    before = hash_of(read_statement(path).statement)
    assert verify(path, expected=before).ok
    rewritten(path, lambda s: with_line(s, "grid.factor", title="other"))
    assert verify(path).ok
    told(verify(path, expected=before), "expected is")


@pytest.mark.parametrize(
    ("name", "formula", "words"),
    [
        ("pv.mwh", 'total("claims","mwh","origin","wind")', "no row where origin is 'wind'"),
        ("pv.mwh", 'total("claims","mw")', "did you mean 'mwh'"),
        ("pv.mwh", 'total("claim","mwh")', "the formula reads the inputs claim; the line names claims"),
        ("pv.factor", 'cell("factors","solar","footprint")', "nothing at 'solar'"),
        ("out.t", 'inflow("lines","out")', "did you mean 'line'"),
        ("grid.mwh", "use.mwh - pv.mvh", "did you mean 'pv.mwh'"),
        ("grid.mwh", "use.mwh ** 2", "no powers"),
    ],
)
def test_a_formula_that_cannot_be_read(folder: Folder, name: str, formula: str, words: str) -> None:
    path = folder()
    rewritten(path, lambda s: with_line(s, name, formula=formula))
    told(verify(path), f"line {name}", words)


def no_reading(name: str, arguments: tuple[str, ...]) -> Quantity:
    raise FormulaError("none")


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ("b", "a", "does not determine"),  # any value would do
        ("2*b - 5", "a", "gain"),  # a = b = 5 satisfies both, and means nothing
        ("a", "1", "does not determine"),
    ],
)
def test_a_loop_that_says_nothing(first: str, second: str, words: str) -> None:
    found = check_lines((Line("a", "", 5.0, "", first), Line("b", "", 5.0, "", second)), no_reading)
    assert not found[0].agrees
    assert words in found[0].why


def test_a_loop_near_gain_one_is_solved_not_only_checked() -> None:
    """a = 1 + 0.99999999·b, b = a: 1e8. Off by 1e-8 of it, each equation still agrees to 1e-16: the solution does not."""
    right, gain = 1e8, 0.99999999
    wrong = right * (1 + 1e-8)
    lines = [Line("a", "", v, "", f"1 + {gain}*b") for v in (right, wrong)]
    loops = [Line("b", "", v, "", "a") for v in (right, wrong)]
    assert all(x.agrees for x in check_lines((lines[0], loops[0]), no_reading))
    assert not all(x.agrees for x in check_lines((lines[1], loops[1]), no_reading))


# --- claims -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([*LEDGER, (1, "pv", "bus", "neighbour", 0.5)], "double claim: 4.5 MWh of 'pv' are claimed"),
        ([*LEDGER, LEDGER[0]], "double claim: 3 MWh of 'pv' are claimed"),
        ([*LEDGER, (2, "pv", "bus", "neighbour", 0.1)], "0 MWh were generated"),
        ([*LEDGER, (3, "grid", "bus", "neighbour", 1e-6)], "of 'grid'"),
        ([*LEDGER, (0, "wind", "bus", "neighbour", 1.0)], "'wind' has no metered flow"),
        ([*LEDGER, (3, "pv", "bus", "battery", -2.0)], "gives back"),
        ([*LEDGER, (0, "opening of battery", "", "line", 1.0)], "no line says how much"),
    ],
)
def test_a_kwh_claimed_twice(
    folder: Folder, rows: list[tuple[int, str, str, str, float]], words: str
) -> None:
    told(verify(folder(rows=rows)), words)


def test_what_a_store_held_at_first_is_claimed_once(folder: Folder) -> None:
    def stated(statement: Statement) -> Statement:
        return replace(
            statement, lines=(*statement.lines, Line("limit.opening_of_battery", "", 1.0, "MWh", "1.0"))
        )

    rows = [*LEDGER, (0, "opening of battery", "", "line", 1.0)]
    assert verify(folder("fine", stated, rows)).ok
    told(
        verify(folder("more", stated, [*rows, (1, "opening of battery", "", "line", 0.1)])),
        "there were 1 MWh",
    )


def test_certificates(folder: Folder) -> None:
    assert verify(folder("fine", register=certificates(CERTIFICATE))).ok
    told(
        verify(folder("twice", register=certificates(CERTIFICATE, CERTIFICATE))), "'GEC-1' is cancelled twice"
    )


# --- the chain --------------------------------------------------------------------------------------


def test_a_chain(folder: Folder, chained: Folder) -> None:
    before = folder("first", register=certificates(CERTIFICATE))
    path = chained(before, read_statement(before).statement, register=certificates(CERTIFICATE))
    found = verify(path)
    assert found.failures == ()
    assert {c.what: c.ok for c in found.checks}["chain"]


def test_a_missing_link(folder: Folder, chained: Folder, tmp_path: Path) -> None:
    before = folder("first")
    path = chained(before, read_statement(before).statement)
    shutil.move(path.parent / "chain/before", tmp_path / "moved")
    told(verify(path), "chain: the statement before that of 'magnet'", "is not here")
    assert verify(path, before=[tmp_path / "moved/passport.json"]).ok


def test_a_changed_link(folder: Folder, chained: Folder) -> None:
    before = folder("first")
    path = chained(before, read_statement(before).statement)
    rewritten(path.parent / "chain/before/passport.json", lambda s: replace(s, subject="other"))
    told(verify(path), "chain:")


def test_a_kwh_claimed_in_two_statements(folder: Folder, chained: Folder) -> None:
    """Each ledger is right alone: the first gives the sun of the second hour to a neighbour, the second to the line."""
    rows = [(t, o, n, "neighbour" if who == "line" and t == 1 else who, x) for t, o, n, who, x in LEDGER]
    before = folder("first", lambda s: replace(s, lines=()), rows=rows)
    assert verify(before).ok
    told(
        verify(chained(before, read_statement(before).statement)),
        "double claim: 6 MWh of 'pv'",
        "neighbour 2",
    )


def test_a_later_statement_on_the_same_replaces_the_earlier(folder: Folder) -> None:
    rows = [(t, o, n, "neighbour" if who == "line" and t == 1 else who, x) for t, o, n, who, x in LEDGER]
    before = folder("first", lambda s: replace(s, lines=()), rows=rows)
    path = folder("second", lambda s: replace(s, previous=hash_of(read_statement(before).statement)))
    assert verify(path, before=[before]).ok


def test_a_certificate_cancelled_for_two_in_two_statements(folder: Folder, chained: Folder) -> None:
    before = folder("first", register=certificates((*CERTIFICATE[:5], "Tenant B", "2025-03-01")))
    path = chained(before, read_statement(before).statement, register=certificates(CERTIFICATE))
    told(verify(path), "'GEC-1' is cancelled twice", "Tenant A", "Tenant B")


def test_claims_of_an_earlier_statement_must_be_there(folder: Folder, chained: Folder) -> None:
    before = folder("first")
    path = chained(before, read_statement(before).statement)
    (path.parent / "chain/before/inputs/claims.parquet").unlink()
    told(verify(path), "claims: of 'steel'")


# --- random statements ------------------------------------------------------------------------------


@st.composite
def statements(draw: st.DrawFn) -> Statement:
    """Lines that follow from those before, and two in a loop of gain below one; values from the formulas."""
    values: dict[str, float] = {}
    lines = []
    for i in range(draw(st.integers(1, 6))):
        if not values or draw(st.booleans()):
            value = draw(st.floats(-1e6, 1e6).filter(lambda x: x == 0 or abs(x) > 1e-3))
            formula = repr(value)
        else:
            a, b = (draw(st.sampled_from(sorted(values))) for _ in range(2))
            by = draw(st.floats(0.1, 9))
            formula, value = f"{a} * {by!r} + {b}/2", values[a] * by + values[b] / 2
        values[f"x.{i}"] = value
        lines.append(Line(f"x.{i}", "", value, "t", formula))
    base, gain = draw(st.sampled_from(sorted(values))), draw(st.floats(0.01, 0.9))
    loop = values[base] / (1 - gain * 0.5)
    lines += [
        Line("p", "", loop, "", f"{base} + {gain!r}*q"),
        Line("q", "", loop / 2, "", "p/2"),
    ]
    return Statement("test", "s", "2025", "Park", tuple(lines), ())


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(statement=statements(), data=st.data())
def test_random_statements_agree_and_every_change_is_seen(
    statement: Statement, data: st.DataObject, tmp_path: Path
) -> None:
    path = tmp_path / "s.json"
    path.write_bytes(paper_bytes(statement))
    found = verify(path)
    assert found.failures == ()

    at = data.draw(st.integers(0, len(statement.lines) - 1))
    line = statement.lines[at]
    if line.value:  # forged with a new hash: only the equations can tell
        forged = replace(line, value=line.value * (1 + data.draw(st.sampled_from([1e-8, -1e-6, 0.5]))))
        changed = replace(statement, lines=(*statement.lines[:at], forged, *statement.lines[at + 1 :]))
        path.write_bytes(paper_bytes(changed))
        assert not verify(path).ok

    content = bytearray(paper_bytes(statement))  # any byte of the file
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.sampled_from([1, 2, 4, 16]))
    path.write_bytes(content)
    try:
        found = verify(path)
    except InputError:
        return  # no statement any more
    assert not found.ok or content_of(found.statement) == content_of(statement)


def test_hash_is_that_of_the_canonical_bytes_without_hash_and_signature(folder: Folder) -> None:
    content = json.loads(folder().read_bytes())
    stated = content.pop("sha256")
    assert sha256(canonical(content)) == stated


SOLD = pd.DataFrame([(*CERTIFICATE[:5], "", "", "Outside Ltd", "2025-02-03")],
                    columns=[*certificates().columns, "sold_to", "sold_on"])  # fmt: skip


def test_a_certificate_sold_in_one_statement_and_cancelled_in_another(
    folder: Folder, chained: Folder
) -> None:
    """The register was changed between the two: its green power would count inside and outside the park."""
    before = folder("first", register=SOLD)
    assert verify(before).ok
    path = chained(before, read_statement(before).statement, register=certificates(CERTIFICATE))
    told = [one.why for one in verify(path).checks if one.what == "certificates"]
    assert len(told) == 1
    assert "'GEC-1' is cancelled and sold: cancelled for Tenant A on 2025-02-01" in told[0]
    assert "sold to Outside Ltd on 2025-02-03" in told[0]


def test_a_certificate_sold_in_both_statements_is_one_sale(folder: Folder, chained: Folder) -> None:
    """The buyer's name may be left out in one of the two; another buyer is a second sale."""
    before = folder("first", register=SOLD)
    same = chained(before, read_statement(before).statement, register=SOLD.assign(sold_to="(buyer)"))
    assert [one.ok for one in verify(same).checks if one.what == "certificates"] == [True]


def test_a_certificate_sold_twice_and_one_both_sold_and_cancelled(folder: Folder, chained: Folder) -> None:
    before = folder("first", register=SOLD)
    other = chained(before, read_statement(before).statement, register=SOLD.assign(sold_to="Another"))
    assert any("'GEC-1' is sold twice" in why for why in verify(other).failures)
    both = folder("both", register=SOLD.assign(cancelled_for="Tenant A", cancelled_on="2025-02-01"))
    assert any("is both cancelled and sold" in why for why in verify(both).failures)
