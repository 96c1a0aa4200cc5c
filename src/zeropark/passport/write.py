"""Everything that a passport leaves in its folder, complete or not at all"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from zeropark.carbon.attribution import Attribution
from zeropark.errors import Fault, InputError
from zeropark.flows import Flows
from zeropark.footprint.result import ProductFootprint
from zeropark.park.model import Park
from zeropark.passport.code import payload_of, svg_of
from zeropark.passport.evidence import write_evidence
from zeropark.passport.pact import pact_id, pact_of
from zeropark.passport.page import passport_page
from zeropark.passport.statement_of import statement_of
from zeropark.passport.workbook import write_workbook
from zeropark.statement.canonical import canonical, content_of, hash_of, paper_bytes
from zeropark.statement.chain import FOLDER, earlier
from zeropark.statement.claims import CERTIFICATES
from zeropark.statement.model import Statement
from zeropark.statement.read import Paper, read_statement
from zeropark.statement.sign import sign

STATEMENT = "passport.json"
PAPERS = ("passport.html", "passport.xlsx", "pact.json", "qr.svg", "qr.txt", STATEMENT)
_SHORT = 16


@dataclass(frozen=True)
class Issue:
    """How a passport is issued. created: the moment; after: file of the statement before; key: private key to sign with."""

    created: datetime
    after: Path | None = None
    key: Path | None = None


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

    Raises InputError when the folder cannot be written, the statement before cannot be read, or the key is none.
    """
    before = _before(issue.after)
    temporary = _hidden_beside(folder)
    try:
        evidence = write_evidence(park, flows, attribution, footprint.period, temporary)
        previous = hash_of(before[0].statement) if before else ""
        statement = statement_of(footprint, park, evidence, previous)
        signature = sign(canonical(content_of(statement)), issue.key) if issue.key is not None else ""
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
        _put_in_place(temporary, folder)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    return Passport(folder, statement, hash_of(statement), bool(signature))


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
