"""Statements as canonical JSON (RFC 8785), and their hash: SHA-256 over those bytes, hash and signature left out."""

from __future__ import annotations

import hashlib
import math
from typing import Any

import rfc8785

from zeropark.errors import Fault, InputError
from zeropark.statement.model import Statement

FORMAT = "statement/1"
"""What the key ``zeropark`` of a statement says."""


def canonical(content: Any) -> bytes:
    """Canonical JSON by RFC 8785. Raises InputError for what JSON cannot carry: NaN, infinity, huge whole numbers."""
    try:
        return rfc8785.dumps(content)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as error:
        raise InputError(
            [Fault("statement", None, "value", str(error), "finite numbers, text in Unicode")]
        ) from error


def content_of(statement: Statement) -> dict[str, Any]:
    """The statement as plain data: what is hashed and signed."""
    return {
        "zeropark": FORMAT,
        "kind": statement.kind,
        "subject": statement.subject,
        "period": statement.period,
        "park": statement.park,
        "previous": statement.previous,
        "claims": statement.claims,
        "facts": dict(statement.facts or {}),
        "inputs": [
            {"name": one.name, "file": one.file, "sha256": one.sha256, "what": one.what}
            for one in statement.inputs
        ],
        "lines": [
            {
                "id": line.id,
                "title": line.title,
                "value": _plain(line.value),
                "unit": line.unit,
                "formula": line.formula,
                "inputs": list(line.inputs),
                "clause": line.clause,
                "source": line.source,
                "mark": line.mark,
            }
            for line in statement.lines
        ],
    }


def hash_of(statement: Statement) -> str:
    """SHA-256 (hex) of the statement's canonical bytes: what the next one cites and what a signature covers."""
    return sha256(canonical(content_of(statement)))


def sha256(content: bytes) -> str:
    """SHA-256 as hex."""
    return hashlib.sha256(content).hexdigest()


def paper_bytes(statement: Statement, signature: str = "") -> bytes:
    """The file: canonical JSON of the statement with its hash, and its signature where there is one."""
    content = content_of(statement) | {"sha256": hash_of(statement)}
    return canonical(content | ({"signature": signature} if signature else {}))


def _plain(value: float) -> float:
    """Negative zero is zero: RFC 8785 writes both alike."""
    return 0.0 if value == 0 and math.copysign(1, value) < 0 else float(value)
