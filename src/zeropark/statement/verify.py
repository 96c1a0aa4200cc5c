"""Verify a statement as a stranger would: from its file, the files that it cites, and nothing of the engines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from zeropark.statement.bases import BASES, basis_faults
from zeropark.statement.canonical import canonical, content_of, hash_of, paper_bytes
from zeropark.statement.chain import earlier, overlap_faults
from zeropark.statement.choices import choice_faults
from zeropark.statement.claims import CERTIFICATES, Claimed, certificate_faults, ledger_faults
from zeropark.statement.equations import LineCheck, check_lines
from zeropark.statement.form import form_faults, is_footprint, omission_faults, use_faults
from zeropark.statement.formula import FLOWS, Doubtful, FormulaError, Quantity
from zeropark.statement.inputs import InputFault, Rates, Readings, as_table, load_input
from zeropark.statement.model import Input, Statement
from zeropark.statement.needed import FULL, full_faults
from zeropark.statement.read import Paper, read_statement
from zeropark.statement.sign import check

AGAIN = "issued again"
"""What a check is called that compares the statement with one issued from the park; or says that none did."""
_TOLD = 5
_AS_SAID = (
    "how electricity is split by origin, which factors the park file has, and whether lines are missing, is as the issuer "
    "says; give --park with the park's folder and --flows with its flows"
)


@dataclass(frozen=True)
class Check:
    """One thing that was looked at. ok: None where it was not checked, and ``why`` says why not."""

    what: str
    ok: bool | None
    why: str = ""


@dataclass(frozen=True)
class Verification:
    """Everything that was looked at, and whether all of it agrees."""

    path: Path
    statement: Statement
    hash: str
    checks: tuple[Check, ...]
    lines: tuple[LineCheck, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing disagrees."""
        return all(one.ok is not False for one in self.checks) and all(line.agrees for line in self.lines)

    @property
    def failures(self) -> tuple[str, ...]:
        """One sentence for each thing that disagrees, the cause first; what only follows from it is counted there."""
        found = [f"{one.what}: {one.why}{self.rest_on(one.what)}" for one in self.checks if one.ok is False]
        told = (line for line in self.lines if not line.agrees and (not line.cause or line.differs))
        return (
            *found,
            *(
                f"line {line.id}: {line.why}{self.rest_on(f'line {line.id}')}"
                for line in told
                if not line.cause.startswith("line ")
            ),
        )

    def rest_on(self, cause: str) -> str:
        """How many lines disagree for this cause alone, and how many of them with another value; empty for none."""
        rest = [line for line in self.lines if line.cause == cause]
        if not rest:
            return ""
        shown = ", ".join(line.id for line in rest[:_TOLD]) + (" …" if len(rest) > _TOLD else "")
        count = f"{len(rest)} line{'s' if len(rest) > 1 else ''}"
        if cause.startswith("line "):
            return f"; with it differ {count} that read it ({shown})"
        differ = sum(line.differs for line in rest)
        lost = all(line.found is None for line in rest)
        now = "no value can be computed" if lost else f"with another value now: {differ}"
        return f"; not recomputed for that: {count} ({shown}), {now}"

    def as_dict(self) -> dict[str, Any]:
        """As ``zeropark verify --json`` prints it."""
        return {
            "file": str(self.path),
            "sha256": self.hash,
            "kind": self.statement.kind,
            "subject": self.statement.subject,
            "period": self.statement.period,
            "ok": self.ok,
            "failures": list(self.failures),
            "checks": [{"what": c.what, "ok": c.ok, "why": c.why} for c in self.checks],
            "lines": [
                {
                    "id": x.id,
                    "stated": x.stated,
                    "found": x.found,
                    "ok": x.agrees,
                    "how": x.how,
                    "why": x.why,
                    "cause": x.cause,
                }
                for x in self.lines
            ],
        }


def verify(
    path: Path,
    key: Path | None = None,
    before: Sequence[Path] = (),
    expected: str | None = None,
    full: Path | None = None,
) -> Verification:
    """Verify a statement's file.

    key: public key that must have signed it. before: statements that lie elsewhere, of the chain or beside it: what they
    claim counts too. expected: its hash as it was printed (QR code, paper). full: folder with the full inputs, for one whose
    inputs are only what its lines read. Raises InputError when the file is no
    statement, or the key none.
    """
    paper = read_statement(path)
    statement, found = paper.statement, hash_of(paper.statement)
    folder = path.parent
    inputs = [_input_check(one, folder) for one in statement.inputs]
    sound = [one for one, check_ in zip(statement.inputs, inputs, strict=True) if check_.ok]
    readings = _Sound(sound, folder, statement)
    chain, broken = earlier(paper, before)
    checks = [_hash_check(paper, found, expected), *inputs]
    checks.append(
        Check("chain", not broken, broken) if statement.previous else Check("chain", None, "the first")
    )
    checks += [
        Check("period", False, fault) for fault in overlap_faults([statement, *(p.statement for p in chain)])
    ]
    checks += _form_checks(statement)
    checks += _full_checks(statement, folder, full)
    checks += _claims_checks(paper, found, (*chain, *_beside(before, (paper, *chain))), readings)
    checks.append(_signature_check(paper, key))
    if is_footprint(statement):
        checks.append(Check(AGAIN, None, _AS_SAID))
    now = Readings(statement.inputs, folder, statement.facts or {})
    lines = check_lines(statement.lines, readings.read, now.read)
    return Verification(path, statement, found, tuple(checks), lines)


class _Sound(Readings):
    """Readings of the inputs whose hash is right; of the others it says that they cannot be relied on."""

    def __init__(self, sound: Sequence[Input], folder: Path, statement: Statement) -> None:
        super().__init__(sound, folder, statement.facts or {})
        self._unsound = {one.name for one in statement.inputs} - {one.name for one in sound}

    def read(self, name: str, arguments: tuple[str, ...]) -> Quantity:
        self.refuse(FLOWS if name in ("flow", "inflow", "outflow") else arguments[0])
        return super().read(name, arguments)

    def refuse(self, name: str) -> None:
        """Raises Doubtful for an input that has changed or is missing."""
        if name in self._unsound:
            raise Doubtful(name)


def _hash_check(paper: Paper, found: str, expected: str | None) -> Check:
    if paper.sha256 != found:
        return Check(
            "hash", False, f"the statement has changed: it hashes to {found[:16]}…, not {paper.sha256[:16]}…"
        )
    if expected is not None and expected.strip().lower() != found:
        return Check("hash", False, f"the statement hashes to {found}, expected is {expected.strip()}")
    as_written = paper.path.read_bytes() == paper_bytes(paper.statement, paper.signature)
    return Check("hash", True, "" if as_written else "the content agrees; the file is not in canonical form")


def _input_check(one: Input, folder: Path) -> Check:
    try:
        load_input(one, folder)
    except InputFault as error:
        return Check(f"input {one.name}", False, str(error))
    return Check(f"input {one.name}", True)


def _signature_check(paper: Paper, key: Path | None) -> Check:
    if key is None:
        return Check(
            "signature", None, "signed; no key to check it with" if paper.signature else "not signed"
        )
    if not paper.signature:
        return Check("signature", False, "the statement is not signed")
    wrong = check(canonical(content_of(paper.statement)), paper.signature, key)
    return Check("signature", not wrong, wrong)


def _form_checks(statement: Statement) -> list[Check]:
    """Whether the sums of a footprint name all their lines, and other choices tell what these tell."""
    if not is_footprint(statement):
        return []
    faults = form_faults(statement) or choice_faults(statement)
    return [Check("form", False, fault) for fault in faults] or [Check("form", True)]


def _full_checks(statement: Statement, folder: Path, full: Path | None) -> list[Check]:
    """Whether reduced inputs follow from the full ones."""
    reduced = any(name.startswith(FULL) for name in statement.facts or {})
    if full is None:
        why = "the inputs are only what the lines read; --full checks them against the full ones"
        return [Check("full inputs", None, why)] if reduced else []
    if not reduced:
        return [Check("full inputs", None, "the inputs are the full ones")]
    return [Check(f"full {name}", not wrong, wrong) for name, wrong in full_faults(statement, folder, full)]


def _beside(before: Sequence[Path], known: Sequence[Paper]) -> tuple[Paper, ...]:
    """Statements that were named and are none of the chain: of another product, issued without regard to this one."""
    seen = {hash_of(paper.statement) for paper in known}
    found = []
    for path in before:
        paper = read_statement(path)
        if (own := hash_of(paper.statement)) not in seen:
            seen.add(own)
            found.append(paper)
    return tuple(found)


def _claims_checks(paper: Paper, found: str, chain: Sequence[Paper], readings: _Sound) -> list[Check]:
    """The ledger of claims and the certificates, with those of the statements before."""
    checks: list[Check] = []
    claimed: list[Claimed] = []
    for one in (paper, *chain):
        try:
            claimed.append(_claimed(one))
        except InputFault as error:
            checks.append(Check("claims", False, f"of '{one.statement.subject}': {error}"))
    if not claimed or claimed[0].hash != found:
        return checks
    if claimed[0].ledger is None:
        checks.append(Check("claims", None, "no generation is claimed"))
    else:
        try:
            readings.refuse(FLOWS)
            rates, ledger = readings.rates(), claimed[0].ledger
            faults = ledger_faults(claimed, rates) or _told(paper.statement, rates, ledger, readings)
        except Doubtful as error:
            checks.append(Check("claims", None, str(error)))
            return checks
        except FormulaError as error:
            faults = (str(error),)
        checks += [Check("claims", False, fault) for fault in faults] or [Check("claims", True)]
    wrong = certificate_faults(claimed)
    if wrong or any(one.certificates is not None for one in claimed):
        checks += [Check("certificates", False, fault) for fault in wrong] or [Check("certificates", True)]
    return checks


def _told(statement: Statement, rates: Rates, ledger: pd.DataFrame, readings: _Sound) -> tuple[str, ...]:
    """Electricity and inputs that were used, and of which lines tell nothing, or another amount. Raises FormulaError."""
    bases = None
    if BASES in {one.name for one in statement.inputs}:
        readings.refuse(BASES)
        bases = readings.frame(BASES)
    faults = use_faults(statement, rates, ledger)
    if bases is not None:
        faults += basis_faults(statement, bases, ledger)
    return faults + omission_faults(statement, rates, ledger, bases)


def _claimed(paper: Paper) -> Claimed:
    """A statement's claims and certificates. Raises InputFault when they are not the ones cited."""
    by_name = {one.name: one for one in paper.statement.inputs}

    def table(name: str) -> pd.DataFrame | None:
        if name not in by_name:
            return None
        load_input(by_name[name], paper.path.parent)
        found = as_table(by_name[name], paper.path.parent)
        if not isinstance(found, pd.DataFrame):
            raise InputFault(f"'{name}' is no table")
        return found

    claims = paper.statement.claims
    return Claimed(
        paper.statement,
        hash_of(paper.statement),
        table(claims) if claims else None,
        by_name[claims].sha256 if claims else "",
        table(CERTIFICATES),
    )
