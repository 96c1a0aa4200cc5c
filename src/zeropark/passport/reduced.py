"""A passport's inputs reduced to what its lines read, the hashes of the full ones kept as facts"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd

from zeropark.park.model import Park
from zeropark.statement.bases import BASES
from zeropark.statement.canonical import canonical, sha256
from zeropark.statement.claims import CERTIFICATES
from zeropark.statement.formula import FLOWS
from zeropark.statement.inputs import as_table
from zeropark.statement.model import Statement
from zeropark.statement.needed import FULL, NAMED, Needs, certificates_needed
from zeropark.texts import both, headed

_WHAT = both("only what the lines read", "仅含各行所用部分")


def reduce_inputs(statement: Statement, park: Park, folder: Path) -> Statement:
    """Reduce the files of the statement's inputs in ``folder``; the statement that cites them as they are now."""
    needs = Needs(statement)
    tables = {one.name: as_table(one, folder) for one in statement.inputs if one.name != NAMED}
    claims = tables.get(statement.claims)
    tenants = {
        tenant for name in needs.makers if name in park.assets and (tenant := park.assets[name].tenant)
    }

    def rows(name: str) -> Callable[[Path], object]:
        content = canonical({row: tables[name][row] for row in sorted(needs.rows(name))})
        return lambda path: path.write_bytes(content)

    def parquet(table: pd.DataFrame) -> Callable[[Path], None]:
        return lambda path: table.to_parquet(path, index=False, compression="zstd")

    def csv(table: pd.DataFrame) -> Callable[[Path], None]:
        return lambda path: table.to_csv(path, index=False, lineterminator="\n")

    writers: dict[str, Callable[[Path], object]] = {}
    for name, table in tables.items():
        if name == FLOWS:
            writers[name] = parquet(needs.flows(table, claims))
        elif name == statement.claims:
            writers[name] = parquet(needs.claims(table))
        elif name == BASES:
            writers[name] = csv(needs.bases(table))
        elif name == CERTIFICATES:
            writers[name] = csv(certificates_needed(table, tenants))
        else:
            writers[name] = rows(name)
    facts, inputs = dict(statement.facts or {}), []
    for one in statement.inputs:
        facts[FULL + one.name] = one.sha256
        path = folder / one.file
        if one.name not in writers:
            path.unlink()
            continue
        writers[one.name](path)
        inputs.append(replace(one, sha256=sha256(path.read_bytes()), what=headed(one.what, _WHAT)))
    return replace(statement, inputs=tuple(inputs), facts=facts)
