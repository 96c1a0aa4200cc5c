"""Everything that a passport leaves in its folder, complete or not at all"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from zeropark.carbon.attribution import Attribution
from zeropark.errors import Defect, Fault, InputError
from zeropark.flows import Flows
from zeropark.footprint.result import ProductFootprint
from zeropark.footprint.variants import variants_of
from zeropark.park.model import Park
from zeropark.passport.code import payload_of, svg_of
from zeropark.passport.evidence import write_evidence
from zeropark.passport.pact import pact_id, pact_of
from zeropark.passport.page import passport_page
from zeropark.passport.reduced import reduce_inputs
from zeropark.passport.statement_of import statement_of
from zeropark.passport.workbook import write_workbook
from zeropark.statement.canonical import canonical, content_of, hash_of, paper_bytes
from zeropark.statement.chain import FOLDER, earlier, overlap_faults
from zeropark.statement.claims import CERTIFICATES
from zeropark.statement.model import Statement
from zeropark.statement.read import Paper, read_statement
from zeropark.statement.sign import sign
from zeropark.statement.verify import Verification, verify

STATEMENT = "passport.json"
PAPERS = ("passport.html", "passport.xlsx", "pact.json", "qr.svg", "qr.txt", STATEMENT)
_SHORT = 16


@dataclass(frozen=True)
class Issue:
    """How a passport is issued. created: the moment; after: file of the statement before; key: private key to sign with.

    whole: all of the park's flows, claims and file as inputs, for an auditor; else only what the lines read.
    """

    created: datetime
    after: Path | None = None
    key: Path | None = None
    whole: bool = False


@dataclass(frozen=True)
class Passport:
    """What was written, and where."""

    folder: Path
    statement: Statement
    hash: str
    signed: bool


def write_passport(
    park: Park,
    flows: Flows,
    attribution: Attribution | None,
    footprint: ProductFootprint,
    folder: Path,
    issue: Issue,
) -> Passport:
    """Write the passport of one product. Stopped at any time before, an existing folder stays as it was.

    Raises InputError when the folder cannot be written or is another's, the statement before cannot be read, it or one
    before it claims what this one claims, or the key is none. What does not verify is not issued.
    """
    refuse_folder(folder, footprint.product, issue.after, (park.spec.name, footprint.period.text))
    before = _before(issue.after)
    temporary = _hidden_beside(folder)
    try:
        previous = hash_of(before[0].statement) if before else ""
        statement = draft(park, flows, attribution, footprint, temporary, previous, issue.whole)
        signature = sign(canonical(content_of(statement)), issue.key) if issue.key is not None else ""
        if (fault := _overlap(statement, before, issue.after)) is not None:
            raise InputError([fault])
        for paper in before:
            _copy_earlier(paper, temporary / FOLDER / hash_of(paper.statement)[:_SHORT])
        replaced = tuple(
            pact_id(hash_of(paper.statement)) for paper in before if _same_subject(paper.statement, statement)
        )
        pact = pact_of(statement, park, issue.created, replaced)
        payload = payload_of(statement)
        writers: dict[str, Callable[[Path], object]] = {
            "passport.html": lambda p: p.write_text(
                passport_page(statement, park, bool(signature)), encoding="utf-8"
            ),
            "passport.xlsx": lambda p: write_workbook(statement, p),
            "pact.json": lambda p: p.write_text(
                json.dumps(pact, ensure_ascii=False, indent=2, allow_nan=False) + "\n", encoding="utf-8"
            ),
            "qr.svg": lambda p: p.write_text(svg_of(payload), encoding="utf-8"),
            "qr.txt": lambda p: p.write_text(payload + "\n", encoding="utf-8"),
            STATEMENT: lambda p: p.write_bytes(paper_bytes(statement, signature)),
        }
        for name in PAPERS:
            writers[name](temporary / name)
        _refuse_unsound(verify(temporary / STATEMENT, issue.key), issue.after)
        _put_in_place(temporary, folder)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    return Passport(folder, statement, hash_of(statement), bool(signature))


def draft(
    park: Park,
    flows: Flows,
    attribution: Attribution | None,
    footprint: ProductFootprint,
    folder: Path,
    previous: str,
    whole: bool,
) -> Statement:
    """The statement of a footprint, its inputs written into ``folder``, neither signed nor verified yet.

    previous: hash of the statement before; whole: all of the park's inputs. Raises InputError for a register that
    cannot be read.
    """
    evidence = write_evidence(park, flows, attribution, footprint.period, folder)
    others = variants_of(park, flows, attribution, footprint)
    statement = statement_of(footprint, park, evidence, previous, others)
    return statement if whole else reduce_inputs(statement, park, folder)


def refuse_folder(folder: Path, product: str, after: Path | None, of: tuple[str, str] | None = None) -> None:
    """Raises InputError for a folder that must not be written over: that of the statement before, of another statement,
    or of something else. of: park and period, where they are known already.
    """
    stands = folder / STATEMENT
    if after is not None and folder.resolve() in (after.resolve().parent, *after.resolve().parents):
        found = "a folder that holds the statement which --after names"
        raise InputError([Fault(str(folder), None, "--out", found, "another folder: both must remain")])
    if not folder.is_dir() or not any(folder.iterdir()):
        return
    try:
        there = read_statement(stands).statement
    except InputError as error:
        found = "a folder with other files, and no passport"
        raise InputError([Fault(str(folder), None, "--out", found, "a new or empty folder")]) from error
    wanted = (product, *(of or (there.park, there.period)))
    if (there.subject, there.park, there.period) != wanted:
        found = f"the passport of '{there.subject}' of {there.park}, {there.period}"
        expected = "a new folder, or that of the same product, park and period"
        raise InputError([Fault(str(folder), None, "--out", found, expected)])


def _overlap(statement: Statement, before: Sequence[Paper], after: Path | None) -> Fault | None:
    """An earlier passport of the same product over a part of the period, that this one does not replace."""
    wrong = overlap_faults([statement, *(paper.statement for paper in before)])
    expected = "the same period, which replaces it, or one that does not overlap"
    return Fault(str(after), None, "--after", wrong[0], expected) if wrong else None


def _refuse_unsound(found: Verification, after: Path | None) -> None:
    """Raises InputError for what is claimed twice, Defect for anything else that does not verify."""
    claims = [one for one in found.checks if one.ok is False and one.what in ("claims", "certificates")]
    if claims:
        field, expected = (
            ("--after" if after is not None else "carbon"),
            "each kWh and certificate claimed once",
        )
        raise InputError(
            Fault(str(after or found.statement.park), None, field, f"{one.what}: {one.why}", expected)
            for one in claims
        )
    if not found.ok:
        raise Defect(f"the passport of '{found.statement.subject}' does not verify: {found.failures[0]}")


def _before(after: Path | None) -> tuple[Paper, ...]:
    """The statement before and all before it. Raises InputError where it has changed, or the chain is broken."""
    if after is None:
        return ()
    paper = read_statement(after)
    found = hash_of(paper.statement)
    if paper.sha256 != found:
        raise InputError(
            [Fault(str(after), None, "--after", f"a statement that hashes to {found[:_SHORT]}…",
                   f"its own hash {paper.sha256[:_SHORT]}…", "it was changed after it was issued")]
        )  # fmt: skip
    chain, broken = earlier(paper)
    if broken:
        raise InputError([Fault(str(after), None, "--after", broken, "a whole chain beside it")])
    return (paper, *chain)


def _copy_earlier(paper: Paper, target: Path) -> None:
    """An earlier statement with the tables that later ones are checked against: its claims and certificates."""
    target.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(paper.path, target / STATEMENT)
    for one in paper.statement.inputs:
        source = paper.path.parent / one.file
        if one.name not in (paper.statement.claims, CERTIFICATES):
            continue
        if not source.is_file():
            raise InputError(
                [Fault(str(paper.path), None, "--after", f"no file {one.file} beside it", "its inputs")]
            )
        (target / one.file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target / one.file)


def _same_subject(one: Statement, other: Statement) -> bool:
    return (one.kind, one.subject, one.park) == (other.kind, other.subject, other.park)


def _hidden_beside(folder: Path) -> Path:
    """A new hidden folder on the same disk, with the rights that a plain folder would have."""
    try:
        if folder.exists() and not folder.is_dir():
            raise NotADirectoryError(f"'{folder}' is a file")
        whole = folder.absolute()
        whole.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{whole.name}.", suffix=".partial", dir=whole.parent))
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(0o777 & ~mask)
    except OSError as error:
        found = error.strerror or str(error)
        raise InputError(
            [Fault(str(folder), None, "out", found, "a folder that can be written", "choose another --out")]
        ) from error
    return temporary


def _put_in_place(temporary: Path, folder: Path) -> None:
    """One rename where nothing is there yet; else folder by folder and file by file, the statement last.

    What an earlier passport left in ``inputs`` and ``chain`` goes: a statement stands beside its own inputs only.
    """
    if not folder.exists():
        temporary.rename(folder.absolute())
        return
    for name in ("inputs", FOLDER):
        old = folder / name
        if old.exists():
            old.rename(temporary / f"{name}.old")
        if (temporary / name).exists():
            (temporary / name).rename(old)
    for name in PAPERS:
        os.replace(temporary / name, folder / name)
    shutil.rmtree(temporary)
