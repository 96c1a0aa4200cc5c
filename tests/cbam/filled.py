"""Installations drawn at random, and typed into the cells of the Commission's template"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

Typed = dict[tuple[str, str], Any]
A, B, C, D, E, F, S = (
    "A_InstData",
    "B_EmInst",
    "C_Emissions&Energy",
    "D_Processes",
    "E_PurchPrec",
    "F_Tools",
    "Summary_Products",
)
CATEGORIES = (
    "Pig iron",
    "Direct reduced iron",
    "Crude steel",
    "Iron or steel products",
    "Nitric acid",
    "Unwrought aluminium",
)
CODES = ("72011011", "72031000", "72071114", "72081000", "28080000")


def drawn(seed: int) -> Typed:
    """Streams of every method and unit, stacks, perfluorocarbons, processes that feed each other, precursors."""
    rng = random.Random(seed)
    typed: Typed = {(A, "I20"): f"Works {seed}", (A, "I26"): "China"}
    for part in (_streams(rng), _pfc(rng), _stacks(rng), _balances(rng)):
        typed.update(part)
    processes = rng.randint(2, 5)
    made = [rng.uniform(1e4, 1e6) for _ in range(processes)]
    for p in range(processes):
        typed.update(_process(rng, p, made))
    precursors = rng.randint(0, 4)
    for k in range(precursors):
        typed.update(_precursor(rng, k, made))
    for k, p in enumerate(rng.choices(range(processes), k=4)):
        typed[S, f"D{10 + k}"] = f"Process {p + 1}"
        typed[S, f"F{10 + k}"] = CODES[p]
        typed[S, f"H{10 + k}"] = f"Good {k}"
    typed.update(_prices(rng, [*range(101, 101 + processes), *range(111, 111 + precursors)]))
    return typed


def _prices(rng: random.Random, rows: list[int]) -> Iterator[tuple[tuple[str, str], Any]]:
    """The tool for the carbon price due: share, price and rebate of some links."""
    yield (F, "J97"), "CNY"
    for row in rows:
        price = _maybe(rng, rng.uniform(5, 90), 0.8)
        yield (F, f"H{row}"), _maybe(rng, rng.uniform(0, 1), 0.8)
        yield (F, f"J{row}"), price
        yield (F, f"K{row}"), None if price is None else _maybe(rng, 0.2 * price)


def _maybe(rng: random.Random, value: float, chance: float = 0.6) -> float | None:
    return value if rng.random() < chance else None


def _streams(rng: random.Random) -> Iterator[tuple[tuple[str, str], Any]]:
    for row in range(17, 17 + rng.randint(3, 12)):
        method = rng.choice(("Combustion", "Process emissions", "Mass Balance"))
        gas = rng.random() < 0.4
        yield (B, f"D{row}"), method
        yield (B, f"E{row}"), f"Stream {row}"
        yield (B, f"F{row}"), rng.uniform(-1e4 if method == "Mass Balance" else 0, 1e6)
        yield (B, f"G{row}"), "1000Nm3" if gas else "t"
        per_tj = rng.random() < 0.5
        yield (B, f"H{row}"), rng.uniform(5, 50) if per_tj else _maybe(rng, 30.0)
        if method == "Mass Balance":
            yield (B, f"L{row}"), rng.uniform(0.001, 0.9)
        else:
            yield (B, f"J{row}"), rng.uniform(0.05, 90)
            yield (B, f"K{row}"), "tCO2/TJ" if per_tj else "tCO2/1000Nm3" if gas else "tCO2/t"
        yield (B, f"N{row}"), _maybe(rng, rng.uniform(90, 100))
        yield (B, f"P{row}"), _maybe(rng, rng.uniform(50, 100))
        yield (B, f"R{row}"), _maybe(rng, rng.uniform(0, 100))


def _pfc(rng: random.Random) -> Iterator[tuple[tuple[str, str], Any]]:
    for row in range(98, 98 + rng.randint(0, 3)):
        slope = rng.random() < 0.5
        yield (B, f"D{row}"), "Slope method" if slope else "Overvoltage method"
        yield (B, f"E{row}"), "CWPB"
        yield (B, f"F{row}"), rng.uniform(1e4, 5e5)
        for column in ("AG", "AH", "AI") if slope else ("AJ", "AK", "AL"):
            yield (B, f"{column}{row}"), rng.uniform(0.1, 2)
        yield (B, f"AM{row}"), rng.uniform(0.05, 0.3)
        yield (B, f"AT{row}"), _maybe(rng, rng.uniform(0.8, 1))


def _stacks(rng: random.Random) -> Iterator[tuple[tuple[str, str], Any]]:
    for row in range(113, 113 + rng.randint(0, 4)):
        gas = rng.choice(("CO2", "N2O"))
        yield (B, f"D{row}"), f"Stack {row}"
        yield (B, f"E{row}"), gas
        yield (B, f"R{row}"), _maybe(rng, rng.uniform(0, 60)) if gas == "CO2" else None
        yield (B, f"V{row}"), rng.uniform(0.1, 2000)
        yield (B, f"X{row}"), rng.uniform(1, 8760)
        yield (B, f"Z{row}"), rng.uniform(1, 300)


def _balances(rng: random.Random) -> Iterator[tuple[tuple[str, str], Any]]:
    for cell in ("H16", "I16", "J16", "K16", "H26", "I26", "J26", "K26", "M26"):
        yield (C, cell), _maybe(rng, rng.uniform(0, 1e5), 0.3)


def _process(rng: random.Random, p: int, made: list[float]) -> Iterator[tuple[tuple[str, str], Any]]:
    row, block = 83 + p, 11 + 65 * p
    yield (A, f"E{row}"), CATEGORIES[p]
    yield (A, f"F{row}"), "Only direct production"
    yield (A, f"L{row}"), f"Process {p + 1}"
    share = rng.uniform(0.1, 0.9)
    yield (D, f"L{block + 5}"), made[p] * share
    yield (D, f"L{block + 7}"), made[p] * (1 - share)
    yield (D, f"L{block + 16}"), made[p] * 0.3
    others = [q for q in range(len(made)) if q != p]
    for q in others:
        number = q + 1 if q < p else q
        use = rng.uniform(0, 0.25) * min(made[p], made[q])
        yield (D, f"L{block + 20 + number}"), _maybe(rng, use, 0.5)
    yield (D, f"L{block + 30}"), _maybe(rng, 12.5)
    yield (D, f"K{block + 39}"), True
    yield (D, f"L{block + 39}"), True
    yield (D, f"L{block + 43}"), rng.uniform(0, 2e6)
    for column in "LM":
        yield (D, f"{column}{block + 46}"), rng.uniform(0, 5000)
        yield (D, f"{column}{block + 47}"), rng.uniform(0, 90)
        yield (D, f"{column}{block + 50}"), rng.uniform(0, 9000)
    yield (D, f"L{block + 54}"), rng.uniform(0, 1e6)
    yield (D, f"L{block + 55}"), rng.uniform(0, 1)
    yield (D, f"L{block + 56}"), rng.choice(("Mix", "D.4(a)"))
    yield (D, f"L{block + 60}"), rng.uniform(0, 1e5)
    yield (D, f"L{block + 61}"), rng.uniform(0, 1)


def _precursor(rng: random.Random, k: int, made: list[float]) -> Iterator[tuple[tuple[str, str], Any]]:
    row, block = 102 + k, 14 + 44 * k
    yield (A, f"E{row}"), "Alloys (FeMn, FeCr, FeNi)"
    yield (A, f"F{row}"), "CN"
    yield (A, f"L{row}"), f"Alloy {k + 1}"
    yield (E, f"L{block + 3}"), rng.uniform(1e3, 1e5)
    for p in range(len(made)):
        yield (E, f"L{block + 14 + p}"), _maybe(rng, rng.uniform(0, 0.2) * made[p])
    yield (E, f"L{block + 24}"), _maybe(rng, 3.0)
    yield (E, f"L{block + 35}"), rng.uniform(0.5, 5)
    yield (E, f"M{block + 35}"), rng.choice(("Measured", "Default", "Unknown"))
    yield (E, f"L{block + 36}"), rng.uniform(0, 3)
    yield (E, f"M{block + 36}"), "Measured"
    yield (E, f"L{block + 37}"), rng.uniform(0, 1)
