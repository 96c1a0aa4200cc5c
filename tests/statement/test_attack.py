"""A dishonest issuer: what can be done to a statement so that it says something else, and where verify sees it."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from joserfc.jwk import OKPKey

from zeropark.errors import InputError
from zeropark.statement.canonical import canonical, content_of, hash_of, paper_bytes, sha256
from zeropark.statement.model import Line, Statement
from zeropark.statement.read import parse, read_statement
from zeropark.statement.sign import sign
from zeropark.statement.verify import verify

from .conftest import LEDGER, Folder


def rewritten(path: Path, change: Callable[[Statement], Statement]) -> None:
    """Changed, and its hash made anew."""
    path.write_bytes(paper_bytes(change(read_statement(path).statement)))


def changed(statement: Statement, name: str, **new: object) -> Statement:
    return replace(statement, lines=tuple(replace(x, **new) if x.id == name else x for x in statement.lines))


@pytest.fixture
def keys(tmp_path: Path) -> dict[str, Path]:
    """Private and public keys of the issuer and of someone else."""
    found = {}
    for who in ("issuer", "other"):
        key = OKPKey.generate_key("Ed25519")
        for name, private in ((who, True), (f"{who}-public", False)):
            found[name] = tmp_path / f"{name}.pem"
            found[name].write_bytes(key.as_pem(private=private))
    return found


# --- numbers and texts ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"value":6,', '"value":٦,'),  # Arabic six
        ('"value":6,', '"value":６,'),  # full-width six
        ('"value":6,', '"value":06,'),
        ('"value":6,', '"value":+6,'),
        ('"value":6,', '"value":6.,'),
        ('"value":6,', '"value":0x6,'),
        ('"value":6,', '"value":6_0,'),
    ],
)
def test_a_number_in_another_spelling_is_no_number(folder: Folder, old: str, new: str) -> None:
    text = folder().read_text(encoding="utf-8").replace('"value":6}', '"value":6,"x":0}')
    assert old in text
    with pytest.raises(InputError, match="JSON"):
        parse(text.replace(old, new), Path("x.json"))


@pytest.mark.parametrize("spelling", ["6.0", "6e0", "60E-1", "0.6e1", "6.0000000000000000001"])
def test_the_same_number_otherwise_is_the_same_statement(folder: Folder, spelling: str) -> None:
    """The hash is over canonical bytes: another spelling changes nothing, and verify says that the file is not canonical."""
    path = folder()
    before = hash_of(read_statement(path).statement)
    text = path.read_text(encoding="utf-8")
    assert '"value":6}' in text
    path.write_text(text.replace('"value":6}', f'"value":{spelling}}}'), encoding="utf-8")
    found = verify(path)
    assert found.ok
    assert found.hash == before
    assert "not in canonical form" in found.checks[0].why


@pytest.mark.parametrize(
    "formula", ["out.t*２", "out.t\u00d72", "оut.t*2", "out.t\u200b*2", "out.t*2\u2028", "out.t*2 # 1"]
)
def test_signs_that_only_look_like_the_language(folder: Folder, formula: str) -> None:
    """Full-width digits, a multiplication sign, a Cyrillic o, an invisible space, a line separator, a comment."""
    path = folder()
    rewritten(path, lambda s: changed(s, "use.mwh", formula=formula, inputs=()))
    assert any(text.startswith("line use.mwh:") for text in verify(path).failures)


@pytest.mark.parametrize("name", ["prоduct", "product\u200b", "ｐroduct", "product\n", ""])
def test_an_id_that_only_looks_like_another(folder: Folder, name: str) -> None:
    content = json.loads(folder().read_bytes())
    content["lines"].append({**content["lines"][0], "id": name})
    with pytest.raises(InputError, match="letters, digits"):
        parse(json.dumps(content), Path("x.json"))


def test_an_origin_in_another_unicode_form_is_another_origin(folder: Folder) -> None:
    """é in one code point and in two look alike: a claim under the other has no meter, and is told."""
    rows = [*LEDGER, (0, "p\u00fcv", "bus", "line", 0.1), (0, "pu\u0308v", "bus", "line", 0.1)]
    text = "\n".join(verify(folder(rows=rows)).failures)
    assert text.count("has no metered flow at 'bus'") == 2


@pytest.mark.parametrize(
    "text",
    [
        '{"zeropark":"statement/1","zeropark":"statement/1"}',
        '{"zeropark":"statement/1","lines":[{"id":"a","value":1,"value":2}]}',
        '{"zeropark":"statement/1","facts":{"basis":"hourly","basis":"market"}}',
        '{"zeropark":"statement/1","\\u007aeropark":"statement/1"}',
    ],
)
def test_a_key_twice_however_deep_or_escaped(text: str) -> None:
    with pytest.raises(InputError, match="twice"):
        parse(text, Path("x.json"))


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("name,footprint\npv,0.0_2\n", "that are no number"),
        ("name,footprint\npv,٠.٠٢\n", "that are no number"),
        ("name,footprint\npv,0x1p-6\n", "that are no number"),
        ("name,footprint,footprint\npv,0.02,0.9\n", "two columns of one name"),
        ("name,footprint\npv,0.02\npv,0.9\n", "2 rows 'pv'"),
    ],
)
def test_a_table_that_two_readers_would_read_otherwise(folder: Folder, table: str, words: str) -> None:
    path = folder()
    file = path.parent / "inputs/factors.csv"
    file.write_text(table, encoding="utf-8")
    rewritten(
        path,
        lambda s: replace(s, inputs=tuple(
            replace(x, file="inputs/factors.csv", sha256=sha256(file.read_bytes())) if x.name == "factors" else x
            for x in s.inputs
        )),
    )  # fmt: skip
    assert any(words in text for text in verify(path).failures), verify(path).failures


def test_a_key_twice_in_an_input(folder: Folder) -> None:
    """A reader that takes the first and one that takes the last would see two factors."""
    path = folder()
    file = path.parent / "inputs/factors.json"
    file.write_text('{"pv": {"footprint": 0.02}, "pv": {"footprint": 0.9}}')
    rewritten(
        path,
        lambda s: replace(s, inputs=tuple(
            replace(x, sha256=sha256(file.read_bytes())) if x.name == "factors" else x for x in s.inputs
        )),
    )  # fmt: skip
    assert any("the key 'pv' twice" in text for text in verify(path).failures)


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, "9" * 100_000, "\ufeff{}"])
def test_a_file_that_is_made_to_choke_a_reader(text: str) -> None:
    with pytest.raises(InputError):
        parse(text, Path("x.json"))


@pytest.mark.parametrize(
    "formula",
    [
        "1+" * 120_000 + "1",
        "(" * 5_000 + "1" + ")" * 5_000,
        "-(" * 100 + "1" + ")" * 100,
        "max(" * 70 + "1" + ")" * 70,
    ],
)
def test_a_huge_formula_is_refused_at_once(folder: Folder, formula: str) -> None:
    path = folder()
    rewritten(path, lambda s: changed(s, "grid.factor", formula=formula))
    begun = time.monotonic()
    assert not verify(path).ok
    assert time.monotonic() - begun < 5


# --- draws ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ('drawn("p50",1000001,1,0,"a",1,1.5)', "a whole number from 1 to 1000000"),
        ('drawn("p50",1000000,1,0' + "".join(f',"{i}",1,1.5' for i in range(21)) + ")", "are drawn at most"),
        ('drawn("p50",0,1,0)', "a whole number from 1"),
        ('drawn("p50",10.5,1,0)', "a whole number"),
        ('drawn("p50",100,0-1,0)', "a whole number from 0"),
        ('drawn("p50",100,1,0,"a",1,0.5)', "a spread below 1"),
        ('drawn("p50",100,1,0,"a",1,1.5,"a",1,1.5)', "drawn twice"),
        ('drawn("p51",100,1,0)', "p2_5"),
        ('drawn("p50",100,1)', "runs, seed, certain"),
        ('drawn("p50",100,1,0,"a",1)', "runs, seed, certain"),
        ('drawn("p50",100,"1",0)', "runs, seed, certain"),
        ("drawn(100,1,0)", "runs, seed, certain"),
        ('drawn("p97_5",100,1,0,"a",1e300,1e300)', "not finite"),
    ],
)
def test_draws_that_are_none(folder: Folder, formula: str, words: str) -> None:
    path = folder()
    rewritten(path, lambda s: changed(s, "grid.factor", formula=formula))
    assert any(text.startswith("line grid.factor:") and words in text for text in verify(path).failures)


def test_a_circle_through_draws_says_nothing(folder: Folder) -> None:
    """a is the median of what is a for certain: any value would do."""
    path = folder()
    circle = (Line("a", "", 7.0, "t", 'drawn("p50",100,1,b)'), Line("b", "", 7.0, "t", "a"))
    rewritten(path, lambda s: replace(s, lines=(*s.lines, *circle)))
    told = [text for text in verify(path).failures if text.startswith(("line a", "line b"))]
    assert len(told) == 2
    assert all("does not determine" in text for text in told)


def test_another_seed_is_another_value(folder: Folder) -> None:
    path = folder()
    formula = 'drawn("p97_5",1000,{},1,"sun",2,1.5)'
    rewritten(path, lambda s: changed(s, "grid.factor", formula=formula.format(1)))
    (first,) = (x for x in verify(path).lines if x.id == "grid.factor")
    assert first.found is not None
    rewritten(path, lambda s: changed(s, "grid.factor", formula=formula.format(1), value=first.found))
    assert not [x for x in verify(path).lines if x.id == "grid.factor" and not x.agrees]
    rewritten(path, lambda s: changed(s, "grid.factor", formula=formula.format(2)))
    assert [x for x in verify(path).lines if x.id == "grid.factor" and not x.agrees]


# --- lines, inputs, hash, chain, signature ----------------------------------------------------------


def test_a_line_taken_out(folder: Folder) -> None:
    path = folder()
    rewritten(path, lambda s: replace(s, lines=tuple(x for x in s.lines if x.id != "grid.factor")))
    assert any("no line is called 'grid.factor'" in text for text in verify(path).failures)


def test_an_input_taken_from_outside_the_folder(folder: Folder, tmp_path: Path) -> None:
    """A link out of the folder is the file that it leads to: its hash is what counts."""
    path = folder()
    file = path.parent / "inputs/factors.json"
    (tmp_path / "elsewhere.json").write_text('{"pv": {"footprint": 0.01}}')
    file.unlink()
    file.symlink_to(tmp_path / "elsewhere.json")
    assert any("input factors: inputs/factors.json has changed" in text for text in verify(path).failures)


def test_inputs_swapped_between_names(folder: Folder) -> None:
    """Both files are there, each with a hash that is cited: under the other name."""
    path = folder()

    def swap(statement: Statement) -> Statement:
        by = {one.name: one for one in statement.inputs}
        other = {"flows": by["claims"], "claims": by["flows"]}
        swapped = (replace(other.get(one.name, one), name=one.name) for one in statement.inputs)
        return replace(statement, inputs=tuple(swapped))

    rewritten(path, swap)
    assert not verify(path).ok


def test_hash_in_capitals_or_with_spaces_is_no_hash(folder: Folder) -> None:
    content = json.loads(folder().read_bytes())
    for wrong in (content["inputs"][0]["sha256"].upper(), content["inputs"][0]["sha256"] + " "):
        content["inputs"][0]["sha256"] = wrong
        with pytest.raises(InputError, match="64 hex digits"):
            parse(json.dumps(content), Path("x.json"))


def test_the_one_before_swapped_for_another(folder: Folder, chained: Folder, tmp_path: Path) -> None:
    """A milder statement is put into the chain in place of the true one."""
    before = folder("first")
    path = chained(before, read_statement(before).statement)
    rewritten(path.parent / "chain/before/passport.json", lambda s: changed(s, "grid.factor", title="milder"))
    assert any(text.startswith("chain: the statement before") for text in verify(path).failures)


def test_an_old_statement_played_again_is_not_the_printed_one(folder: Folder) -> None:
    """The folder of last year under this year's paper: all of it agrees with itself, and not with the printed hash."""
    old = folder("old")
    new = folder("new", lambda s: replace(s, period="2025-02"))
    assert verify(old).ok
    printed = hash_of(read_statement(new).statement)
    assert not verify(old, expected=printed).ok


def test_signed_by_someone_else(folder: Folder, keys: dict[str, Path]) -> None:
    def signed(who: str) -> Callable[[Statement], str]:
        return lambda s: sign(canonical(content_of(s)), keys[who])

    path = folder(signature=signed("issuer"))
    assert verify(path, keys["issuer-public"]).ok
    paper = read_statement(path)
    forged = changed(paper.statement, "grid.factor", title="other")
    path.write_bytes(paper_bytes(forged, signed("other")(forged)))
    assert verify(path).ok, "without a key nobody can tell"
    told = verify(path, keys["issuer-public"]).failures
    assert told == ("signature: the signature is not that of the key issuer-public.pem over this statement",)
    path.write_bytes(paper_bytes(forged, paper.signature))  # the old signature on new content
    assert not verify(path, keys["issuer-public"]).ok
    path.write_bytes(paper_bytes(forged))  # and none at all
    assert verify(path, keys["issuer-public"]).failures == ("signature: the statement is not signed",)


def test_a_signature_without_algorithm_or_with_another(folder: Folder, keys: dict[str, Path]) -> None:
    """``alg: none``, and HS256 with the public key's text as the secret, are old tricks."""
    path = folder()
    statement = read_statement(path).statement
    for head in ("eyJhbGciOiJub25lIn0", "eyJhbGciOiJIUzI1NiJ9"):
        path.write_bytes(paper_bytes(statement, f"{head}..c2ln"))
        (told,) = verify(path, keys["issuer-public"]).failures
        assert told.startswith("signature: ")


def test_times_in_another_zone_claim_the_same_hour(folder: Folder) -> None:
    """The same moment written +08:00 is not another hour: the claim is counted with the others."""
    path = folder(rows=[*LEDGER, (1, "pv", "bus", "neighbour", 0.5)])
    file = path.parent / "inputs/claims.parquet"
    table = pd.read_parquet(file)
    table["time"] = table["time"].dt.tz_convert("Asia/Shanghai").astype(str)
    table.to_parquet(file)
    rewritten(
        path,
        lambda s: replace(s, inputs=tuple(
            replace(x, sha256=sha256(file.read_bytes())) if x.name == "claims" else x for x in s.inputs
        )),
    )  # fmt: skip
    assert any("double claim: 4.5 MWh of 'pv'" in text for text in verify(path).failures)


def test_claims_below_zero_do_not_make_room(folder: Folder) -> None:
    """Someone gives back 0.5 MWh that he never had, so that another may claim them."""
    rows = [*LEDGER, (1, "pv", "bus", "neighbour", 0.5), (1, "pv", "bus", "straw", -0.5)]
    assert any("'straw' gives back" in text for text in verify(folder(rows=rows)).failures)


def test_others_of_a_reduced_ledger_count_in_their_own(folder: Folder, chained: Folder) -> None:
    """Whom a ledger does not name counts against the meter all the same."""
    rows = [(t, o, n, "(others)" if who == "line" else who, x) for t, o, n, who, x in LEDGER]
    path = folder(rows=[*rows, (1, "pv", "bus", "line", 0.5)])
    assert any("double claim: 4.5 MWh of 'pv'" in text for text in verify(path).failures)


def test_it_is_all_the_same_in_another_place(folder: Folder, tmp_path: Path) -> None:
    """Nothing outside the folder is read: neither the working directory nor files beside it."""
    path = folder()
    shutil.copytree(path.parent, tmp_path / "far/away")
    (tmp_path / "far/flows.parquet").write_text("no table")
    assert verify(tmp_path / "far/away/passport.json").ok
