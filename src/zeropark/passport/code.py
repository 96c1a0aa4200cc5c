"""The square code of a passport: product, period, value and the statement's hash. It names no network address"""

from __future__ import annotations

import io
import json

import segno

from zeropark.statement.canonical import hash_of
from zeropark.statement.model import Statement


def payload_of(statement: Statement) -> str:
    """What the code says, as compact JSON. Whoever holds the passport's folder checks it with ``zeropark verify``."""
    total = next(line for line in statement.lines if line.id == "total.kgco2e")
    content = {
        "zeropark": "passport/1",
        "product": statement.subject,
        "period": statement.period,
        "value": float(f"{total.value:.6g}"),
        "unit": total.unit,
        "sha256": hash_of(statement),
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def svg_of(payload: str) -> str:
    """The code as an SVG that scales with its place."""
    out = io.BytesIO()
    segno.make(payload, error="m", micro=False).save(
        out, kind="svg", xmldecl=False, omitsize=True, dark="#1d2b36", border=2
    )
    return out.getvalue().decode("utf-8")
