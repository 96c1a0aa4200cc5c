"""Passports of the small works: by hand, verified by a stranger, on paper, chained, whole or not at all."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from joserfc.jwk import OKPKey
from tests.passport import small
from tests.passport.conftest import Works, works_in
from typer.testing import CliRunner

from zeropark.carbon.attribution import Basis
from zeropark.cli.app import app
from zeropark.errors import InputError
from zeropark.park.period import Period
from zeropark.passport import write as writing
from zeropark.passport.write import PAPERS, Passport
from zeropark.statement.canonical import hash_of, paper_bytes, sha256
from zeropark.statement.equations import check_lines
from zeropark.statement.formula import lines_of, parse
from zeropark.statement.inputs import Readings
from zeropark.statement.model import Statement
from zeropark.statement.read import read_statement
from zeropark.statement.verify import verify

Copy = Callable[[], Path]


def values(statement: Statement) -> dict[str, float]:
    return {line.id: line.value for line in statement.lines}


# --- figures ----------------------------------------------------------------------------------------


def test_by_hand(issued: Passport) -> None:
    found = values(issued.statement)
    assert found["total.kgco2e"] == pytest.approx(small.PART, rel=1e-12)
    assert found["total.gate"] == pytest.approx(small.GATE, rel=1e-12)
    assert found["product.left"] == 24.0
    assert found["process.press.part.share"] == pytest.approx(0.8, rel=1e-15)
    assert found["process.press.scrap.footprint"] == pytest.approx(0.8 * 1812.5, rel=1e-12)
    # electricity along the chain, MWh/t: m = 2 + 0.16 T', T' = 1.25 m + 1 → T' = 4.375, part 3.5; 60 of 84 from the sun
    assert found["total.mwh.pv"] == pytest.approx(3.5 * 60 / 84, rel=1e-12)
    assert found["total.mwh.grid"] == pytest.approx(3.5 * 24 / 84, rel=1e-12)
    assert found["total.electricity"] == pytest.approx(3.5 * 200, rel=1e-12)
    assert found["total.upstream"] == pytest.approx(small.PART - small.GATE - 700, rel=1e-12)
    assert found["total.primary_share"] == pytest.approx(625 / 1450, rel=1e-12)


def test_nothing_is_declared(issued: Passport) -> None:
    """Other bases, the other way of sharing, the plant, percentiles of draws: all of it follows from the inputs."""
    found = verify(issued.folder / "passport.json").lines
    assert [x.id for x in found if x.how == "declared"] == []
    ids = {x.id for x in found}
    assert {
        "choice.basis.market",
        "choice.allocation.economic",
        "choice.with_embodied",
        "spread.p97_5",
    } <= ids


def test_draws_made_again_by_hand(issued: Passport) -> None:
    """Only the sun's factor has a spread, 1.2: its part of 3.5 MWh/t · 60/84 at 40 kg, times 1.2^z; the seed is 1."""
    sun = 3.5 * 60 / 84 * 40
    stream = int.from_bytes(hashlib.sha256(b"sun").digest()[:8], "big")
    draws = small.PART - sun + sun * 1.2 ** np.random.default_rng([1, stream]).standard_normal(200)
    found = values(issued.statement)
    assert found["by_factor.sun"] == pytest.approx(sun, rel=1e-12)
    assert found["spread.p97_5"] == pytest.approx(np.percentile(draws, 97.5), rel=1e-12)
    assert found["spread.mean"] == pytest.approx(np.mean(draws), rel=1e-12)


def test_shared_by_value(issued: Passport) -> None:
    """A part is worth 900, a quarter tonne of scrap 25: the part carries 900/925 of T, a tonne of scrap 100/925 of it."""
    part, scrap = 900 / 925, 100 / 925
    whole = (1.25 * 1000 + 200) / (1 - 1.25 * 0.2 * scrap)
    assert values(issued.statement)["choice.allocation.economic"] == pytest.approx(part * whole, rel=1e-12)


def test_a_stranger_agrees_anywhere(copied: Copy, tmp_path: Path) -> None:
    shutil.move(copied(), tmp_path / "elsewhere")
    assert verify(tmp_path / "elsewhere/passport.json").failures == ()


def test_what_the_battery_held_at_first(tmp_path: Path) -> None:
    """18 MWh from before count as the day's mix: 42 of sun and 24 of grid an hour later than they were made."""
    night = works_in(tmp_path / "night", night_first=True)
    written = night.passport("part", tmp_path / "out")
    found = values(written.statement)
    each = (42 * 40 + 24 * 600 + 18 * (60 * 40 + 24 * 600) / 84) / 84
    whole = (1250 + 0.2 * 0 + 2.5 * (each - 200) + each) / (1 - 0.2)  # T = 1.25 (600 + 2 e + 0.16 T) + e
    assert found["total.kgco2e"] == pytest.approx(0.8 * whole, rel=1e-9)
    assert found["limit.opening_of_battery"] == pytest.approx(18.0)
    assert verify(written.folder / "passport.json").failures == ()
    assert written.statement.lines
    assert "opening of battery" in "".join(x.formula for x in written.statement.lines)


@pytest.mark.parametrize(("basis", "grid"), [("location", 500.0), ("market", 800.0), ("hourly", 600.0)])
def test_bases(works: Works, issued: Passport, tmp_path: Path, basis: Basis, grid: float) -> None:
    """3.5 MWh/t along the chain, 60 of 84 from the sun: only the factor of the grid differs."""
    written = works.passport("part", tmp_path / "out", basis)
    found = values(written.statement)
    expected = small.PART + 3.5 * 24 / 84 * (grid - 600)
    assert found["total.kgco2e"] == pytest.approx(expected, rel=1e-12)
    assert values(issued.statement)[f"choice.basis.{basis}"] == pytest.approx(expected, rel=1e-12)
    checked = verify(written.folder / "passport.json")
    assert checked.failures == ()
    assert [x.id for x in checked.lines if x.how == "declared" and "electricity" in x.id] == []


def test_same_statement_from_the_same_inputs(works: Works, issued: Passport, tmp_path: Path) -> None:
    again = works.passport("part", tmp_path / "again")
    assert again.hash == issued.hash
    ids = [json.loads((p.folder / "pact.json").read_text())["id"] for p in (issued, again)]
    assert ids[0] == ids[1]


# --- tampering --------------------------------------------------------------------------------------


def told(path: Path, *words: str) -> None:
    found = verify(path / "passport.json")
    text = "\n".join(found.failures)
    assert not found.ok
    assert all(word in text for word in words), text


@pytest.mark.parametrize("name", ["flows.parquet", "claims.parquet", "factors.json", "bases.csv"])
def test_a_byte_of_an_input(copied: Copy, name: str) -> None:
    folder = copied()
    content = bytearray((folder / "inputs" / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / "inputs" / name).write_bytes(content)
    told(folder, f"inputs/{name} has changed")


def forged(folder: Path, change: Callable[[Statement], Statement]) -> None:
    """With a hash made anew."""
    path = folder / "passport.json"
    path.write_bytes(paper_bytes(change(read_statement(path).statement)))


def test_every_value_but_the_declared_is_held_by_others(issued: Passport) -> None:
    """Each line in turn raised by a millionth: its own equation tells, also where the number was declared."""
    original = issued.statement
    readings = Readings(original.inputs, issued.folder, original.facts or {})
    for at, line in enumerate(original.lines):
        if line.value:
            raised = replace(line, value=line.value * (1 + 1e-6))
            found = check_lines((*original.lines[:at], raised, *original.lines[at + 1 :]), readings.read)
            assert not found[at].agrees, line.id


def test_a_claim_twice(copied: Copy) -> None:
    folder = copied()
    path = folder / "inputs/claims.parquet"
    table = pd.read_parquet(path)
    row = table[(table["origin"].astype(str) == "pv") & (table["claimant"].astype(str) == "press")].iloc[[3]]
    pd.concat([table, row]).to_parquet(path, index=False)

    def rehashed(statement: Statement) -> Statement:
        inputs = tuple(
            replace(x, sha256=sha256(path.read_bytes())) if x.name == "claims" else x
            for x in statement.inputs
        )
        return replace(statement, inputs=inputs)

    forged(folder, rehashed)
    told(folder, "double claim", "'pv'", "press")


# --- the chain --------------------------------------------------------------------------------------


def test_a_chain_of_two_products(works: Works, issued: Passport, tmp_path: Path) -> None:
    second = works.passport("metal", tmp_path / "second", after=issued.folder / "passport.json")
    third = works.passport("part", tmp_path / "third", after=second.folder / "passport.json")
    assert second.statement.previous == issued.hash
    assert verify(third.folder / "passport.json").failures == (), "both products rest on one ledger"
    shutil.rmtree(third.folder / "chain" / issued.hash[:16])
    told(third.folder, "chain: the statement before that of 'metal'")


def test_periods_that_overlap_claim_the_same_once(works: Works, issued: Passport, tmp_path: Path) -> None:
    """The second half of the day begins with a charged battery; the whole day follows it in the chain, and precedes it."""
    clock = works.outcome.park.clock
    half = replace(works, period=Period("evening", works.period.begin, works.period.end, 12, clock.steps))
    evening = half.passport("metal", tmp_path / "evening")
    assert values(evening.statement)["limit.pv"] == pytest.approx(18.0)
    assert verify(evening.folder / "passport.json").failures == ()
    whole = works.passport("part", tmp_path / "whole", after=evening.folder / "passport.json")
    assert verify(whole.folder / "passport.json").failures == ()
    after = half.passport("metal", tmp_path / "after", after=issued.folder / "passport.json")
    assert verify(after.folder / "passport.json").failures == ()


def test_pact_names_the_one_that_it_replaces(works: Works, issued: Passport, tmp_path: Path) -> None:
    again = works.passport("part", tmp_path / "again", after=issued.folder / "passport.json")
    pact = json.loads((again.folder / "pact.json").read_text())
    assert pact["precedingPfIds"] == [json.loads((issued.folder / "pact.json").read_text())["id"]]


REGISTER = """certificate,supply,from,to,mwh,cancelled_for,cancelled_on
GEC-1,grid,2025-03-01T12:00,2025-03-02T00:00,6,{},2025-03-05
GEC-2,grid,2025-03-01T12:00,2025-03-02T00:00,1,,
"""


def test_a_certificate_cancelled_for_two_in_a_chain(tmp_path: Path) -> None:
    """The register is changed between two passports: what one tenant cancelled is another's in the second."""
    park = small.PARK.replace("carbon:\n", "carbon:\n  certificates: register.csv\n")
    park = park.replace("works: {name: Works Ltd", "other: {name: Other Ltd}, works: {name: Works Ltd")
    park = park.replace("press: {kind: converter, tenant: works", "press: {kind: converter, tenant: other")
    place = tmp_path / "park"
    place.mkdir()
    passports = []
    for tenant in ("works", "other"):
        (place / "register.csv").write_text(REGISTER.format(tenant))
        product = "metal" if passports else "part"
        passports.append(works_in(place, park=park).passport(product, tmp_path / tenant))
    first, second = (one.folder / "passport.json" for one in passports)
    assert verify(first).failures == ()
    (told_,) = verify(second, before=[first]).failures
    assert "certificate 'GEC-1' is cancelled twice" in told_
    with pytest.raises(InputError, match=r"'GEC-1' is cancelled twice: for other .* and for works"):
        works_in(place, park=park).passport("metal", tmp_path / "third", after=first)
    assert not (tmp_path / "third").exists()


def test_a_kwh_that_the_chain_claims_already_is_not_issued_again(works: Works, tmp_path: Path) -> None:
    """First the press has no contract and both share the sun; then it is the press's: metal and part claim it both."""
    first = works.passport("metal", tmp_path / "metal")
    contract = "\n  contracts: {roof: {tenant: press-co, supply: pv}}\nfootprint:"
    park = small.PARK.replace("tenants: {", "tenants: {press-co: {name: Press}, ").replace(
        "press: {kind: converter, tenant: works", "press: {kind: converter, tenant: press-co"
    ).replace("\nfootprint:", contract, 1)  # fmt: skip
    other = works_in(tmp_path / "other", park=park)
    with pytest.raises(InputError, match=r"double claim: .* MWh of 'pv'"):
        other.passport("part", tmp_path / "part", after=first.folder / "passport.json")
    assert not (tmp_path / "part").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["metal", "other"], "nothing half done is left"


def test_a_period_that_overlaps_one_of_the_same_product(
    works: Works, issued: Passport, tmp_path: Path
) -> None:
    clock = works.outcome.park.clock
    half = replace(works, period=Period("evening", works.period.begin, works.period.end, 12, clock.steps))
    with pytest.raises(InputError, match="'part' in evening overlaps its statement of 2025-03-01"):
        half.passport("part", tmp_path / "out", after=issued.folder / "passport.json")
    evening = half.passport("part", tmp_path / "evening")
    found = verify(evening.folder / "passport.json", before=[issued.folder / "passport.json"])
    assert found.ok, "another chain: what it claims counts, its period is its own"


def test_after_a_changed_statement_nothing_is_issued(works: Works, copied: Copy, tmp_path: Path) -> None:
    folder = copied()
    path = folder / "passport.json"
    path.write_bytes(path.read_bytes().replace(b"Works Ltd", b"Works Inc"))
    with pytest.raises(InputError, match="changed after it was issued"):
        works.passport("metal", tmp_path / "second", after=path)
    assert not (tmp_path / "second").exists()


# --- papers -----------------------------------------------------------------------------------------


def test_page_asks_nothing_of_the_network_and_speaks_both_languages(issued: Passport) -> None:
    page = (issued.folder / "passport.html").read_text(encoding="utf-8")
    assert not re.search(
        r"(src|href|url\()\s*=?\s*[\"']?(https?:)?//", page.replace("http://www.w3.org/2000/svg", "")
    )
    english, chinese = page.split('data-language="zh">')
    assert "1,450" in english
    assert "1,450" in chinese
    assert "All of it is invented." in english
    assert "全部虚构。" in chinese
    assert "Unverified" in english
    assert "未核实" in chinese
    assert issued.hash in page
    assert "@media print" in page


def test_square_code_names_product_value_and_hash(issued: Passport) -> None:
    payload = json.loads((issued.folder / "qr.txt").read_text())
    assert payload["product"] == "part"
    assert payload["value"] == 1450.0
    assert payload["sha256"] == issued.hash
    assert "://" not in (issued.folder / "qr.txt").read_text()
    assert (issued.folder / "qr.svg").read_text().startswith("<svg")


def test_the_code_in_the_docs_is_of_the_passport_in_the_docs(issued: Passport) -> None:
    """The reference shows the code of the how-to's run: same keys, value and hash."""
    docs = Path(__file__).resolve().parents[2] / "docs"
    told = re.search(
        r'^{"zeropark":"passport/1".*}$', (docs / "reference/statement.md").read_text("utf-8"), re.M
    )
    assert told is not None
    shown = json.loads(told[0])
    assert list(shown) == list(json.loads((issued.folder / "qr.txt").read_text()))
    how_to = (docs / "how-to/a-tonne-of-prnd-oxide.md").read_text("utf-8")
    assert f"sha256 {shown['sha256']}" in how_to
    assert f"{shown['value']:,.1f} {shown['unit']}" in how_to


def test_workbook_formulas_give_the_lines(issued: Passport) -> None:
    """Worked out here from the cells alone; a circle of cells would never end."""
    book = openpyxl.load_workbook(issued.folder / "passport.xlsx")
    page = book["Lines"]
    rows = {page.cell(row, 1).value: row for row in range(4, page.max_row + 1)}

    def worth(row: int, depth: int = 0) -> float:
        content = page.cell(row, 4).value
        assert depth < 50
        if not isinstance(content, str):
            return float(content)
        return eval(re.sub(r"D(\d+)", lambda m: repr(worth(int(m[1]), depth + 1)), content[1:]))

    formulas = 0
    for line in issued.statement.lines:
        assert worth(rows[line.id]) == pytest.approx(line.value, rel=1e-9, abs=1e-12)
        formulas += isinstance(page.cell(rows[line.id], 4).value, str)
    own = [
        line
        for line in issued.statement.lines
        if line.id.endswith(".kgco2e") and lines_of(parse(line.formula))
    ]
    assert formulas >= len(own)


def test_whole_or_not_at_all(
    works: Works, copied: Copy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = copied()
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    def broken(*_: object) -> None:
        raise RuntimeError("stopped")

    monkeypatch.setattr(writing, "write_workbook", broken)
    for out in (folder, tmp_path / "new"):
        with pytest.raises(RuntimeError):
            works.passport("part", out)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy"]


def test_written_over_an_older_one(works: Works, copied: Copy) -> None:
    folder = copied()
    (folder / "mine.txt").write_text("kept")
    works.passport("part", folder, "market")
    assert dict(read_statement(folder / "passport.json").statement.facts or {})["basis"] == "market"
    assert verify(folder / "passport.json").failures == ()
    assert (folder / "mine.txt").read_text() == "kept"
    assert sorted(path.name for path in folder.iterdir()) == sorted([*PAPERS, "inputs", "mine.txt"])


def untouched(folder: Path, issue: Callable[[], object], words: str) -> None:
    """Nothing is issued, these words are told, and every file stays as it was."""
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(InputError, match=words):
        issue()
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_another_products_passport_is_not_written_over(works: Works, copied: Copy) -> None:
    folder = copied()
    untouched(folder, lambda: works.passport("metal", folder), "found the passport of 'part' of Small works")
    clock = works.outcome.park.clock
    half = replace(works, period=Period("evening", works.period.begin, works.period.end, 12, clock.steps))
    untouched(folder, lambda: half.passport("part", folder), "the same product, park and period")


def test_the_statement_before_is_not_written_over(works: Works, copied: Copy) -> None:
    folder = copied()
    again = lambda: works.passport("part", folder, after=folder / "passport.json")  # noqa: E731
    untouched(folder, again, "which --after names")


def test_a_folder_with_other_files_is_not_written_into(works: Works, tmp_path: Path) -> None:
    place = tmp_path / "mine"
    (place / "inputs").mkdir(parents=True)
    (place / "inputs/flows.parquet").write_text("not a passport's")
    untouched(place, lambda: works.passport("part", place), "other files, and no passport")
    (place / "passport.json").write_text('{"specVersion": "3.0.3", "pcf": {}}')
    untouched(place, lambda: works.passport("part", place), "other files, and no passport")
    code, text = run("passport", "part", "--park", works.folder, "--out", place)
    assert code == 1
    assert "other files" in text


# --- the commands -----------------------------------------------------------------------------------


def run(*arguments: object) -> tuple[int, str]:
    found = CliRunner().invoke(app, [str(a) for a in arguments])
    if isinstance(found.exception, InputError):
        return 1, str(found.exception)
    assert found.exception is None or isinstance(found.exception, SystemExit), found.exception
    return found.exit_code, found.output


def test_commands(works: Works, tmp_path: Path) -> None:
    key = OKPKey.generate_key("Ed25519")
    (tmp_path / "key.pem").write_bytes(key.as_pem(private=True))
    (tmp_path / "pub.pem").write_bytes(key.as_pem(private=False))
    (tmp_path / "other.pem").write_bytes(OKPKey.generate_key("Ed25519").as_pem(private=False))
    given = ("--park", works.folder, "--flows", works.folder / "flows.parquet", "--period", "2025-03-01")
    code, text = run(
        "passport", "part", *given, "--out", tmp_path / "out", "--sign", tmp_path / "key.pem", "--json"
    )
    assert code == 0
    said = json.loads(text)
    assert said["value"] == pytest.approx(1450.0)
    assert said["signed"]
    file = tmp_path / "out/passport.json"
    code, text = run("verify", file, "--key", tmp_path / "pub.pem", "--sha256", said["sha256"])
    assert code == 0
    assert "all agrees" in text
    code, text = run("verify", file, "--key", tmp_path / "other.pem", "--json")
    assert code == 1
    assert [f.partition(":")[0] for f in json.loads(text)["failures"]] == ["signature"]
    assert hash_of(read_statement(file).statement) == said["sha256"]


def test_an_unknown_product(works: Works, tmp_path: Path) -> None:
    for given in ((), ("--flows", works.folder / "flows.parquet")):
        code, text = run("passport", "parts", "--park", works.folder, *given, "--out", tmp_path / "out")
        assert code == 1
        assert "no product 'parts'" in text
        assert "part, metal" in text
        assert "did you mean 'part'?" in text
    assert not (tmp_path / "out").exists()


def test_verify_of_no_statement(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('{"a": NaN}')
    code, text = run("verify", tmp_path / "x.json")
    assert code == 1
    assert "NaN" in text
    assert run("verify", tmp_path / "absent.json")[0] == 1
