"""Keys of a worked example that nobody asked for: slips of the pen are faults, whatever else the file carries is told"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from zeropark.cbam.json_leaf import Log
from zeropark.cbam.terms import plain
from zeropark.texts import both

BESIDE = frozenset(
    {
        "cell",
        "cell_formula",
        "comment",
        "comments",
        "description",
        "expected",
        "id",
        "note",
        "notes",
        "ref",
        "remark",
        "remarks",
        "schema",
        "source",
        "tolerance",
    }
)
"""Keys that stand beside figures and carry none: never read, never remarked on."""
LEAF = ("value", "unit", "ref", "blank_means")
ABOUT = frozenset({"source"})
"""Objects about the file itself, not about the installation: only slips are told of their keys."""
_OPPOSITES = (
    {"direct", "indirect"},
    {"imported", "exported"},
    {"import", "export"},
    {"input", "output"},
)


def tell_unread(log: Log) -> None:
    """Add to the log what was not read: a fault for a slip, one remark for each other key."""
    unread: dict[tuple[str, str], list[str]] = {}
    for path, data in log.objects.items():
        asked = log.asked[path]
        names = {key for keys in asked for key in keys}
        absent = [keys[0] for keys in asked if not any(key in data for key in keys)]
        for key in data:
            if key in names or key in BESIDE or key.startswith(("_", "$")):
                continue
            where = f"{path}.{key}" if path else key
            if meant := near(key, absent):
                log.fault(where, f"unknown key '{key}'", f"'{meant}'", f"did you mean '{meant}'?")
            elif path not in ABOUT and data[key] not in (None, "", [], {}):
                unread.setdefault((re.sub(r"\[\d+\]", "[]", path), key), []).append(where)
        _leaves(log, path, {key: data[key] for key in names if key in data}, unread)
    for (_, key), places in unread.items():
        where = places[0] if len(places) == 1 else f"{places[0]} (×{len(places)})"
        log.remarks.append(both(f"not read: {where}: unknown key '{key}'", f"未读取：{where}：未知键“{key}”"))


def _leaves(log: Log, path: str, data: Mapping[str, Any], unread: dict[tuple[str, str], list[str]]) -> None:
    """Keys inside of leaves: ``unti`` for ``unit`` is a fault too."""
    for name, leaf in data.items():
        where = f"{path}.{name}" if path else name
        if not isinstance(leaf, dict) or where in log.objects:
            continue
        absent = [key for key in LEAF if key not in leaf]
        for key in leaf:
            if key in LEAF or key in BESIDE or key.startswith(("_", "$")):
                continue
            if meant := near(key, absent):
                log.fault(f"{where}.{key}", f"unknown key '{key}'", f"'{meant}'", f"did you mean '{meant}'?")
            else:
                unread.setdefault(("", key), []).append(f"{where}.{key}")


def near(key: str, absent: Collection[str]) -> str | None:
    """The key that was meant, of those that are not there: one letter off, or two in a long word.

    ``direct`` and ``indirect``, ``imported`` and ``exported`` are no slips for each other, nor are chemical symbols.
    """
    words, found = _words(key), []
    for known in absent:
        other = _words(known)
        if any(pair <= {*words, *other} for pair in _OPPOSITES) or _by_a_symbol(words, other):
            continue
        steps = distance("_".join(words), "_".join(other))
        length = min(len(key), len(known))
        if steps <= (0 if length < 3 else 1 if length < 8 else 2) or "".join(words) == "".join(other):
            found.append((steps, known))
    return min(found, default=(0, None))[1]


def _by_a_symbol(words: list[str], other: list[str]) -> bool:
    """Whether words of one or two letters differ: ``share_n`` is not ``share_mn``. The same letters swapped are a slip."""
    if sorted("".join(words)) == sorted("".join(other)):
        return False
    pairs = zip(words, other, strict=False)
    return len(words) == len(other) and any(a != b and min(len(a), len(b)) < 3 for a, b in pairs)


def _words(key: str) -> list[str]:
    return plain(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", key).replace("-", " ")).split()


def distance(one: str, other: str) -> int:
    """Letters to change, add, drop or swap with the next one until the words are the same."""
    rows = [list(range(len(other) + 1))]
    for i, letter in enumerate(one, 1):
        row = [i]
        for j, wanted in enumerate(other, 1):
            steps = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                steps = min(steps, rows[-2][j - 2] + 1)
            row.append(steps)
        rows.append(row)
    return rows[-1][-1]
