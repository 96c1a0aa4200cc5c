"""Broken parks of every kind: reading them tells faults, and never fails in any other way.

Each case takes the tiny park and breaks it, by a random generator with a fixed seed, so that a
failing case can be repeated by its number. Some broken texts still mean a park; that is fine.
"""

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from zeropark.errors import Fault, InputError
from zeropark.park.read import read_park

TINY = Path(__file__).parent / "tiny"
PARK = (TINY / "park.yaml").read_text(encoding="utf-8")
LOADS = (TINY / "loads.csv").read_text(encoding="utf-8")
PACK = (TINY / "pack.yaml").read_text(encoding="utf-8")
CASES_PER_BLOCK = 100

Breaker = Callable[[random.Random, str], str | bytes]

VALUES = [
    "null", "~", "", "[]", "{}", "true", "no", "-1", "0", "1e308", "-1e308", "1e999", ".nan", ".inf", "NaN",
    "99999999999999999999999999999999999999999999999", "0x1F", "1_000", "1:30", "2025-02-30", "0000-00-00",
    "'5 MW'", "5 parsec", "5 MW MW", "5 /", "5 **", "5 MW**9999", "5 (((((", "5 %", "% 5", "5 CNY", "5 degC",
    "5 dB", "5 delta_degC", "5 1/0", "'5 " + "m*" * 60 + "m'", "5 万元", "五", "５ MW", "'\\0'", '"\\u0000"',
    "[1, 2, 3]", "{value: 5}", "{value: {value: 5}}", "{value: 5, sauce: x}", "{table: loads, column: sun}",
    "{table: 5, column: []}", "{table: loads}", "{table: loads, column: sun, times: x}", "unlimited",
    "cyclic", "!!python/object/apply:os.system ['true']", "!!binary aGVsbG8=", "!!set {a, b}", "!!int five",
    "!!float x", "*nowhere", "&a [*a]", "&a {b: *a}", "<<: {a: b}", "|", ">-", "? [a]", "- - - 1", "%TAG",
    "@x", "`x`", "../../../../etc/passwd", "/dev/zero", ".", "x" * 5000, "[" * 200 + "]" * 200,
    "{a: " * 60 + "1" + "}" * 60, "💥", "\u202e", "\ufeff", "\x85", "\u2028",
    "'\ud800'".encode("utf-8", "replace").decode(),
]  # fmt: skip
CELLS = [
    "", "NaN", "nan", "inf", "-inf", "1e400", "1e300", "abc", "1,5", "'", '"', '"open', "1;2", "5 MW",
    "#REF!", "TRUE", "٣", "１", "\x00", "\u202e", "-", "--", "99999999999999999999999", "2025-02-30 00:00",
    "2025-01-01 24:00", "01/02/2025 00:00", "13/13/2025", "45658.5", "1735660800", "9999-12-31 23:00",
    "0001-01-01 00:00", "2025-01-01 00:00+99:99", "2025-01-01 00:00+08:00", "2025-01-01 00:00Z", "x" * 3000,
]  # fmt: skip


# --- breaking YAML text -----------------------------------------------------------------------------


def _line(rng: random.Random, lines: list[str]) -> int:
    return rng.randrange(len(lines))


def delete_lines(rng: random.Random, text: str) -> str:
    lines = text.splitlines()
    at = _line(rng, lines)
    del lines[at : at + rng.randint(1, 5)]
    return "\n".join(lines)


def repeat_lines(rng: random.Random, text: str) -> str:
    lines = text.splitlines()
    at = _line(rng, lines)
    return "\n".join(
        lines[: at + 1] + lines[at : at + rng.randint(1, 3)] * rng.randint(1, 3) + lines[at + 1 :]
    )


def swap_lines(rng: random.Random, text: str) -> str:
    lines = text.splitlines()
    a, b = _line(rng, lines), _line(rng, lines)
    lines[a], lines[b] = lines[b], lines[a]
    return "\n".join(lines)


def indent_a_line(rng: random.Random, text: str) -> str:
    lines = text.splitlines()
    at = _line(rng, lines)
    lines[at] = rng.choice(["\t", " ", "   ", "\u00a0", "- "]) + lines[at]
    return "\n".join(lines)


def replace_values(rng: random.Random, text: str) -> str:
    lines = text.splitlines()
    for _ in range(rng.randint(1, 3)):
        at = _line(rng, lines)
        key, colon, _ = lines[at].partition(":")
        if colon:
            lines[at] = f"{key}: {rng.choice(VALUES)}"
    return "\n".join(lines)


def replace_inner_values(rng: random.Random, text: str) -> str:
    """Replace what stands after a colon inside ``{…}``."""
    places = [i for i, mark in enumerate(text) if mark == ":"]
    at = rng.choice(places)
    ends = [i for i in (text.find(mark, at) for mark in ",}\n") if i > 0]
    return text[: at + 1] + " " + rng.choice(VALUES) + text[min(ends) :]


def misspell_keys(rng: random.Random, text: str) -> str:
    lines = text.splitlines()
    at = _line(rng, lines)
    key, colon, rest = lines[at].partition(":")
    letters = list(key)
    if letters:
        letters[rng.randrange(len(letters))] = rng.choice("abcxyz_-./: 中\"'{}[]#&*!|>%@`")
    lines[at] = "".join(letters) + colon + rest
    return "\n".join(lines)


def random_letters(rng: random.Random, text: str) -> str:
    letters = list(text)
    for _ in range(rng.randint(1, 8)):
        at = rng.randrange(len(letters))
        code = rng.choice([rng.randrange(32, 127), rng.randrange(1, 32), rng.randrange(0x80, 0xD800)])
        letters[at : at + rng.randint(0, 2)] = chr(code)
    return "".join(letters)


def change_units(rng: random.Random, text: str) -> str:
    words = ["MW", "MWh", "kWh", "CNY/kWh", "kg", "GJ", "t/h", "%", "year", "min", "CNY/kW/month", "tCO2"]
    old = rng.choice([word for word in words if word in text])
    new = rng.choice(
        [*words, "", "foo", "MW/", "MW**2", "MW^99", "°C", "元", "CNY/MWh/MWh", "1/0", "*", "e5"]
    )
    return text.replace(old, new, rng.randint(1, 3))


def cut(rng: random.Random, text: str) -> bytes:
    content = text.encode()
    return content[: rng.randrange(len(content))]


def random_bytes(rng: random.Random, text: str) -> bytes:
    content = bytearray(text.encode(rng.choice(["utf-8", "utf-16", "gb18030", "utf-8-sig"])))
    for _ in range(rng.randint(1, 20)):
        content[rng.randrange(len(content))] = rng.randrange(256)
    return bytes(content)


def other_content(rng: random.Random, text: str) -> bytes:
    nest = rng.choice([30, 45, 500, 20_000])
    bomb = "a: &a [x, x]\n" + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [*{chr(97 + i)}, *{chr(97 + i)}, *{chr(97 + i)}]\n" for i in range(24)
    )
    return rng.choice([
        b"", b"\n", b"\x00" * 100, rng.randbytes(300), b"PK\x03\x04" + rng.randbytes(50), b"- 1\n- 2\n",
        b"5", b"text", b"null", b"---\n---\n", b"{", b"[" * nest, b"[" * nest + b"]" * nest,
        b"{a: " * nest + b"}" * nest,
        b"a:\n" + b"".join(b" " * i + b"a:\n" for i in range(1, min(nest, 300))), bomb.encode(),
        b"&a [*a, *a]", b"&a {x: *a}", b"<<: *x",
        text.encode().replace(b"assets:", b"assets: &all\n  <<: *all"),
        text.encode().replace(b"nodes:", b"nodes: &n\n  me: *n"), text.encode() + b"\nassets: {}\n",
        text.encode("utf-16"), text.encode("gb18030"), text.encode() * 2,
        text.encode().replace(b"\n", b"\r"), text.replace("  ", "\t").encode(),
        f"{text}\nx: {'9' * 5000}".encode(),
    ])  # fmt: skip


YAML_BREAKERS: list[Breaker] = [
    delete_lines, repeat_lines, swap_lines, indent_a_line, replace_values, replace_values,
    replace_inner_values, replace_inner_values, misspell_keys, random_letters, change_units, cut,
    random_bytes, other_content,
]  # fmt: skip


# --- breaking tables --------------------------------------------------------------------------------


def break_rows(rng: random.Random, text: str) -> str:
    lines = text.splitlines()
    at, many = _line(rng, lines), rng.randint(1, 4)
    choice = rng.randrange(5)
    if choice == 0:
        del lines[at : at + many]
    elif choice == 1:
        lines[at:at] = lines[at : at + many] * rng.randint(1, 2)
    elif choice == 2:
        rng.shuffle(lines)
    elif choice == 3:
        lines[1:] = lines[:0:-1]
    else:
        lines.insert(
            at, rng.choice(["", ",", ",,,,,,,", "# a remark", "time,a,b", "total,1,2,3", '"', "\x00"])
        )
    return "\n".join(lines)


def break_cells(rng: random.Random, text: str) -> str:
    rows = [line.split(",") for line in text.splitlines()]
    for _ in range(rng.randint(1, 6)):
        row = rng.choice(rows)
        row[rng.randrange(len(row))] = rng.choice(CELLS)
    return "\n".join(",".join(row) for row in rows)


def break_columns(rng: random.Random, text: str) -> str:
    rows = [line.split(",") for line in text.splitlines()]
    width = min(len(row) for row in rows)
    choice, a, b = rng.randrange(4), rng.randrange(width), rng.randrange(width)
    for row in rows:
        if choice == 0:
            row[a], row[b] = row[b], row[a]
        elif choice == 1:
            del row[a]
        elif choice == 2:
            row.insert(a, row[b])
        elif row is not rows[0]:
            row[a] = rng.choice(CELLS)
    if choice == 0 and rng.random() < 0.5:
        rows[0] = text.splitlines()[0].split(",")
    return "\n".join(",".join(row) for row in rows)


def break_times(rng: random.Random, text: str) -> str:
    header, *rows = text.splitlines()
    old, new = rng.choice([
        ("2025-01-01", "2024-01-01"), ("2025-01-01", "01/02/2025"), ("2025-01-01", "1/13/25"),
        (":00,", ":30,"), ("2025-01-01 ", ""), (":00,", ":00+08:00,"), (":00,", ":00Z,"), ("01 0", "01 1"),
        ("2025-01-01", "2025/1/1"), ("2025", "20250"), ("23:00", "24:00"),
        ("2025-01-01 23:00", "2025-01-01 00:00"), (" ", "T"), (":", "h"),
    ])  # fmt: skip
    return "\n".join([header, *(row.replace(old, new) if rng.random() < 0.9 else row for row in rows)])


def break_separators(rng: random.Random, text: str) -> str:
    return text.replace(
        ",", rng.choice([";", "\t", "|", " ", ",,", ", ", '","']), rng.choice([1, 3, 200, -1])
    )


TABLE_BREAKERS: list[Breaker] = [
    break_rows, break_rows, break_cells, break_cells, break_cells, break_columns, break_times,
    break_separators, random_letters, cut, random_bytes, other_content,
]  # fmt: skip


# --- the test ---------------------------------------------------------------------------------------


def _write(path: Path, content: str | bytes) -> None:
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))


def _refusal(case: object, folder: Path, overrides: dict[str, str] | None = None) -> list[Fault]:
    """The faults for which the park is refused, each complete; empty where it is read."""
    faults: list[Fault] = []
    try:
        read_park(folder, overrides)
    except InputError as error:
        faults = list(error.faults) or [Fault("", None, "", "", "")]
    except Exception as error:
        error.add_note(f"case: {case}")
        raise
    for fault in faults:
        parts = (fault.file, fault.field, fault.found, fault.expected)
        assert all(isinstance(part, str) and part.strip() for part in parts), (case, fault)
        assert fault.line is None or fault.line >= 1, (case, fault)
    return faults


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "park"
    shutil.copytree(TINY, made)
    made.chmod(0o755)
    return made


def _break(seed: int, folder: Path, name: str, text: str, breakers: list[Breaker]) -> bool:
    rng = random.Random(seed)
    breaker = rng.choice(breakers)
    broken: str | bytes = breaker(rng, text)
    if isinstance(broken, str) and rng.random() < 0.3:
        broken = rng.choice(breakers)(rng, broken)
    _write(folder / name, broken)
    return bool(_refusal(f"{name} seed {seed} ({breaker.__name__})", folder))


@pytest.mark.parametrize("block", range(6))
def test_broken_park_files(folder, block):
    seeds = range(block * CASES_PER_BLOCK, (block + 1) * CASES_PER_BLOCK)
    refused = sum(_break(seed, folder, "park.yaml", PARK, YAML_BREAKERS) for seed in seeds)
    assert refused > CASES_PER_BLOCK / 2


@pytest.mark.parametrize("block", range(3))
def test_broken_tables(folder, block):
    seeds = range(10_000 + block * CASES_PER_BLOCK, 10_000 + (block + 1) * CASES_PER_BLOCK)
    refused = sum(_break(seed, folder, "loads.csv", LOADS, TABLE_BREAKERS) for seed in seeds)
    assert refused > CASES_PER_BLOCK / 2


def test_broken_tables_that_are_filled(folder):
    _write(
        folder / "park.yaml",
        PARK.replace("unit: MW, source", "unit: MW, fill: linear, stamp: ending, source"),
    )
    for seed in range(20_000, 20_100):
        _break(seed, folder, "loads.csv", LOADS, TABLE_BREAKERS)


def test_broken_packs(folder):
    _write(folder / "park.yaml", PARK + "rules:\n  own: {file: pack.yaml, parameters: {share: 0.5}}\n")
    assert not _refusal("the pack as it is", folder)
    seeds = range(30_000, 30_000 + CASES_PER_BLOCK)
    refused = sum(_break(seed, folder, "pack.yaml", PACK, YAML_BREAKERS) for seed in seeds)
    assert refused > CASES_PER_BLOCK / 3


def test_broken_overrides(folder):
    rng = random.Random(4)
    paths = [
        "assets.pv.capacity.max", "assets.pv.capacity", "assets.pv", "assets", "", ".", "..", "a.b.c",
        "time.step", "time.days", "assets.grid.buy.price.table", "tables.loads.file", "carriers.gas.unit",
        "name", "zeropark", "money.discount_rate.value", "assets.customers.target.amount", "nodes.hall",
        "assets.pv.capacity.max.x.y", "tariffs.industry.seasons.all.months",
        "assets.boiler.modes.gas.inputs", "tariffs.industry.use",
    ]  # fmt: skip
    for number in range(150):
        overrides = {rng.choice(paths): rng.choice(VALUES) for _ in range(rng.randint(1, 2))}
        _refusal((number, overrides), folder, overrides)


@pytest.mark.parametrize("name", ["park.yaml", "loads.csv"])
def test_files_that_are_none(folder, name):
    (folder / name).unlink()
    assert _refusal("absent", folder)
    (folder / name).mkdir()
    assert _refusal("a folder", folder)
    (folder / name).rmdir()
    (folder / name).symlink_to(folder / name)
    assert _refusal("a link to itself", folder)
    assert _refusal("no such folder", folder / "nowhere")
    assert _refusal("a name with NUL", folder / "nul\x00")
